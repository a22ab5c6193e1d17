package risk

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk/fair"
)

// Ties are what scenarios have in common: causes and insurance.
type Ties struct {
	Causes []Cause `yaml:"causes,omitempty" json:"causes"`
	Covers []Cover `yaml:"covers,omitempty" json:"covers"`
}

// LoadTies reads common causes and insurance, in order of id.
func LoadTies(ctx context.Context, r db.Reader, _ struct{}) (Ties, error) {
	var t Ties
	var err error
	if t.Causes, err = db.All(ctx, r, scanBody[Cause], "SELECT body FROM risk_cause ORDER BY id"); err != nil {
		return t, err
	}
	t.Covers, err = db.All(ctx, r, scanBody[Cover], "SELECT body FROM risk_cover ORDER BY id")
	return t, err
}

// OpTies reads common causes and insurance.
var OpTies = op.Query[struct{}, Ties]{Name: "risk.ties", Route: "GET /api/risks/ties", Func: LoadTies}

// SetTies replaces all common causes and all insurance by those given.
func SetTies(ctx context.Context, tx *db.Tx, want Ties) (Ties, error) {
	have, err := Export(ctx, tx)
	if err != nil {
		return want, err
	}
	wrong := want.check(have.Scenarios)
	for _, s := range have.Scenarios {
		wrong = append(wrong, s.checkCauses(func(string) string { return "causes" }, want.causes())...)
	}
	if err := problem.Many(wrong); err != nil {
		return want, err
	}
	if err := item.Dangling(ctx, tx, want.pointers()); err != nil {
		return want, err
	}
	_, err = applyTies(ctx, tx, have.Ties, want)
	return want, err
}

// OpSetTies replaces common causes and insurance.
var OpSetTies = op.Command[Ties, Ties]{Name: "risk.set-ties", Route: "POST /api/risks/ties", Func: SetTies}

func (t Ties) causes() []string {
	ids := make([]string, len(t.Causes))
	for i, c := range t.Causes {
		ids[i] = c.ID
	}
	return ids
}

// known is the scenario with its ties to causes that still exist.
func (t Ties) known(s fair.Scenario) fair.Scenario {
	s.Causes = slices.DeleteFunc(slices.Clone(s.Causes), func(l fair.Link) bool { return !slices.Contains(t.causes(), l.Cause) })
	return s
}

// check tells what is wrong with causes and covers of these scenarios.
func (t Ties) check(scenarios []Scenario) []*problem.Error {
	var wrong []*problem.Error
	if len(t.Causes) > fair.MaxCauses {
		wrong = append(wrong, problem.Field("causes", "problem.too-long", "max", fair.MaxCauses))
	}
	seen := map[string]bool{}
	for i, c := range t.Causes {
		field := fmt.Sprintf("causes[%d]", i)
		wrong = append(wrong, named(field, "cause:"+c.ID, c.ID, c.Title, seen)...)
		if !(c.Probability >= 0 && c.Probability <= 1) {
			wrong = append(wrong, problem.Field(field+".probability", "fair.error.not-probability"))
		}
	}
	known := map[string]bool{}
	for _, s := range scenarios {
		known[s.ID] = true
	}
	for i, c := range t.Covers {
		field := fmt.Sprintf("covers[%d]", i)
		wrong = append(wrong, named(field, "cover:"+c.ID, c.ID, c.Title, seen)...)
		wrong = append(wrong, c.check(field, known)...)
		for _, other := range t.Covers[:i] {
			if c.meets(other) {
				wrong = append(wrong, problem.Field(field+".scenarios", "risk.error.covered-twice", "other", other.ID))
			}
		}
	}
	return wrong
}

func named(field, key, id, title string, seen map[string]bool) []*problem.Error {
	var wrong []*problem.Error
	switch {
	case !ref.ValidID(id):
		wrong = append(wrong, problem.Field(field+".id", "problem.required"))
	case seen[key]:
		wrong = append(wrong, problem.Field(field+".id", "problem.twice", "value", id))
	}
	seen[key] = true
	if title == "" {
		wrong = append(wrong, problem.Field(field+".title", "problem.required"))
	}
	return wrong
}

func (c Cover) check(field string, known map[string]bool) []*problem.Error {
	var wrong []*problem.Error
	for _, day := range []struct{ name, value string }{{"from", c.From}, {"until", c.Until}} {
		if day.value != "" && !db.ValidDay(day.value) {
			wrong = append(wrong, problem.Field(field+"."+day.name, "problem.day", "value", day.value))
		}
	}
	for _, term := range []struct {
		name  string
		value float64
	}{{"retention_eur", c.RetentionEUR}, {"limit_eur", c.LimitEUR}} {
		if !(term.value >= 0) || math.IsInf(term.value, 0) {
			wrong = append(wrong, problem.Field(field+"."+term.name, "fair.error.negative"))
		}
	}
	if c.Share != nil && !(*c.Share >= 0 && *c.Share <= 1) {
		wrong = append(wrong, problem.Field(field+".share", "fair.error.not-probability"))
	}
	for _, id := range c.Scenarios {
		if !known[id] {
			wrong = append(wrong, problem.Field(field+".scenarios", "fair.error.unknown-scenario", "value", id))
		}
	}
	return wrong
}

// meets tells whether two covers insure the same scenario on the same day.
func (c Cover) meets(other Cover) bool {
	if c.Until != "" && c.Until < other.From || other.Until != "" && other.Until < c.From {
		return false
	}
	return len(c.Scenarios) == 0 || len(other.Scenarios) == 0 ||
		slices.ContainsFunc(c.Scenarios, func(id string) bool { return slices.Contains(other.Scenarios, id) })
}

func (t Ties) pointers() []item.Pointer {
	var all []item.Pointer
	for i, c := range t.Causes {
		all = append(all, item.Point(fmt.Sprintf("causes[%d].element", i), "element", c.Element)...)
	}
	return all
}

func applyTies(ctx context.Context, tx *db.Tx, have, want Ties) ([]change.Change, error) {
	plan, err := applied(ctx, tx, "cause", "risk_cause", have.Causes, want.Causes, func(c Cause) string { return c.ID }, func(c Cause) string { return c.Title },
		func(ctx context.Context, tx *db.Tx, c Cause) error { return putTie(ctx, tx, "cause", c.ID, c) })
	if err != nil {
		return nil, err
	}
	covers, err := applied(ctx, tx, "cover", "risk_cover", have.Covers, want.Covers, func(c Cover) string { return c.ID }, func(c Cover) string { return c.Title },
		func(ctx context.Context, tx *db.Tx, c Cover) error { return putTie(ctx, tx, "cover", c.ID, c) })
	return append(plan, covers...), err
}

// putTie writes a row of risk_<kind>.
func putTie(ctx context.Context, tx *db.Tx, kind, id string, tie any) error {
	body, err := json.Marshal(tie)
	if err != nil {
		return fmt.Errorf("%s %s: %w", kind, id, err)
	}
	tx.Touch(ref.New(kind, id))
	_, err = tx.Exec(ctx, "INSERT INTO risk_"+kind+" (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body", id, string(body))
	return err
}
