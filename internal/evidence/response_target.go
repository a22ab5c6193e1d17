package evidence

import (
	"context"
	"strconv"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// ResponseTarget is how fast incidents of a severity are to be detected, taken and contained. It is the policy
// of the organisation; no law gives these numbers.
type ResponseTarget struct {
	Severity   int    `yaml:"severity" json:"severity"` // 1 to 5, 5 the worst
	DetectMin  *int64 `yaml:"detect_min,omitempty" json:"detect_min,omitempty"`
	AckMin     *int64 `yaml:"ack_min,omitempty" json:"ack_min,omitempty"`
	ContainMin *int64 `yaml:"contain_min,omitempty" json:"contain_min,omitempty"`
}

func (t ResponseTarget) id() string { return strconv.Itoa(t.Severity) }

func (t ResponseTarget) check(field string) []*problem.Error {
	var bad []*problem.Error
	if t.Severity < 1 || t.Severity > 5 {
		bad = append(bad, problem.Field(field+"severity", "problem.range", "value", t.Severity, "min", 1, "max", 5))
	}
	minutes := map[string]*int64{"detect_min": t.DetectMin, "ack_min": t.AckMin, "contain_min": t.ContainMin}
	for _, name := range sortedKeys(minutes) {
		if value := minutes[name]; value != nil && *value <= 0 {
			bad = append(bad, problem.Field(field+name, "problem.range", "value", *value, "min", 1, "max", "∞"))
		}
	}
	return bad
}

func (t ResponseTarget) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO response_target (severity, detect_min, ack_min, contain_min) VALUES ($1, $2, $3, $4)
		ON CONFLICT (severity) DO UPDATE SET detect_min = excluded.detect_min, ack_min = excluded.ack_min, contain_min = excluded.contain_min`,
		t.Severity, t.DetectMin, t.AckMin, t.ContainMin)
	return err
}

// ResponseTargets gives the targets, by severity.
func ResponseTargets(ctx context.Context, r db.Reader, _ struct{}) ([]ResponseTarget, error) {
	return db.All(ctx, r, func(s db.Scan) (ResponseTarget, error) {
		var t ResponseTarget
		return t, s(&t.Severity, &t.DetectMin, &t.AckMin, &t.ContainMin)
	}, "SELECT severity, detect_min, ack_min, contain_min FROM response_target ORDER BY severity")
}

// OpResponseTargets reads the targets.
var OpResponseTargets = op.Query[struct{}, []ResponseTarget]{Name: "evidence.response-targets", Route: "GET /api/evidence/response-targets", Func: ResponseTargets}
