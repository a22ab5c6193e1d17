package decision

import (
	"context"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/stat"
)

// SpeedIn chooses the decisions whose time is looked at.
type SpeedIn struct {
	Kind Kind `query:"kind"`
	Days int  `query:"days" minimum:"0" maximum:"36500" doc:"proposed in the last so many days; 0: all"`
}

// Speed is how long decisions take from the proposal to their end, in calendar days. Those still open count with the time
// they have waited so far; those withdrawn stop counting when they were taken back.
type Speed struct {
	N         int         `json:"n"`
	Decided   int         `json:"decided"`
	Open      int         `json:"open"`
	Deadlocks int         `json:"deadlocks"` // that were or are stuck, of N
	Median    *float64    `json:"median"`    // days; null: fewer than half are decided
	Low       *float64    `json:"low"`       // 95 % limits of the median
	High      *float64    `json:"high"`
	Steps     []SpeedStep `json:"steps"`
}

// SpeedStep is one step of the curve: the share that is still undecided after so many days.
type SpeedStep struct {
	Days   float64 `json:"days"`
	Share  float64 `json:"share"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	AtRisk int     `json:"atRisk"`
}

// HowFast estimates the time to decide (Kaplan–Meier, log-log limits).
func HowFast(ctx context.Context, r db.Reader, in SpeedIn) (Speed, error) {
	out := Speed{Steps: []SpeedStep{}}
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select("d.proposed_at", "d.decided_at", "d.stage", "d.deadline", "d.up_at").From("decision d")
	b.Where(b.NotIn("d.stage", "draft", ""))
	if in.Kind != "" {
		b.Where(b.Equal("d.kind", string(in.Kind)))
	}
	if in.Days > 0 {
		b.Where(b.GreaterEqualThan("d.proposed_at", db.Micros(r.Now().AddDate(0, 0, -in.Days))))
	}
	query, args := b.Build()
	now := r.Now().UnixMicro()
	exposures, err := db.All(ctx, r, func(s db.Scan) (stat.Exposure, error) {
		var proposed, decided, deadline, up int64
		var stage string
		err := s(&proposed, &decided, &stage, &deadline, &up)
		return out.count(stage, proposed, decided, deadline, now), err
	}, query, args...)
	if err != nil || len(exposures) == 0 {
		return out, err
	}
	curve, err := stat.KaplanMeier(exposures, stat.CurveOptions{Limits: stat.LogLog})
	if err != nil {
		return out, err
	}
	out.draw(curve)
	return out, nil
}

// OpHowFast estimates the time to decide.
var OpHowFast = op.Query[SpeedIn, Speed]{Name: "decision.speed", Route: "GET /api/decision-speed", Func: HowFast}

func (s *Speed) count(stage string, proposed, decided, deadline, now int64) stat.Exposure {
	s.N++
	if stage == "stuck" || stage == "approved" || stage == "rejected" || stage == "refused" || decided == 0 && stage != "emergency" && now > deadline {
		s.Deadlocks++
	}
	end, event := now, decided > 0 && stage != "withdrawn"
	if decided > 0 {
		end = decided
	} else {
		s.Open++
	}
	if event {
		s.Decided++
	}
	return stat.Exposure{Exit: max(0, float64(end-proposed)/86_400e6), Event: event}
}

func (s *Speed) draw(curve *stat.Curve) {
	estimates := curve.Estimates()
	for i, step := range curve.Steps {
		e := estimates[i]
		s.Steps = append(s.Steps, SpeedStep{Days: step.Time, Share: step.Survival, Low: or(e.Low, 0), High: or(e.High, 1), AtRisk: step.AtRisk})
	}
	m := curve.Median()
	s.Median, s.Low, s.High = known(m.Value), known(m.Low), known(m.High)
}

func or(n stat.Number, other float64) float64 {
	if n.Known {
		return n.X
	}
	return other
}

func known(n stat.Number) *float64 {
	if !n.Known {
		return nil
	}
	return &n.X
}
