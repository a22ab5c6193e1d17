package evidence

import (
	"context"
	"strconv"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// PatchSLA is within how many days exposures of a tier are to be repaired, and how much one day of exposure of
// the tier weighs. The law asks that deadlines are set; the numbers are the organisation's.
type PatchSLA struct {
	Tier   int     `yaml:"tier" json:"tier"` // criticality of the element, 1 the highest
	Days   int64   `yaml:"days" json:"days"`
	Weight float64 `yaml:"weight" json:"weight"`
}

func (p PatchSLA) id() string { return strconv.Itoa(p.Tier) }

func (p PatchSLA) check(field string) []*problem.Error {
	var bad []*problem.Error
	if p.Tier < 1 || p.Tier > 4 {
		bad = append(bad, problem.Field(field+"tier", "problem.range", "value", p.Tier, "min", 1, "max", 4))
	}
	if p.Days < 1 || p.Days > 3650 {
		bad = append(bad, problem.Field(field+"days", "problem.range", "value", p.Days, "min", 1, "max", 3650))
	}
	if !(p.Weight >= 0 && p.Weight <= 1000) {
		bad = append(bad, problem.Field(field+"weight", "problem.range", "value", p.Weight, "min", 0, "max", 1000))
	}
	return bad
}

func (p PatchSLA) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO patch_sla (tier, days, weight) VALUES ($1, $2, $3)
		ON CONFLICT (tier) DO UPDATE SET days = excluded.days, weight = excluded.weight`, p.Tier, p.Days, p.Weight)
	return err
}

// PatchSLAs gives the deadlines, by tier.
func PatchSLAs(ctx context.Context, r db.Reader, _ struct{}) ([]PatchSLA, error) {
	return db.All(ctx, r, func(s db.Scan) (PatchSLA, error) {
		var p PatchSLA
		return p, s(&p.Tier, &p.Days, &p.Weight)
	}, "SELECT tier, days, weight FROM patch_sla ORDER BY tier")
}

// OpPatchSLAs reads the deadlines.
var OpPatchSLAs = op.Query[struct{}, []PatchSLA]{Name: "evidence.patch-slas", Route: "GET /api/evidence/patch-slas", Func: PatchSLAs}
