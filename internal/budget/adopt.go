package budget

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Plans gives all plans as they stand, the newest first.
func Plans(ctx context.Context, r db.Reader, _ struct{}) ([]PlanRow, error) {
	all, err := db.All(ctx, r, scanPlan, "SELECT body, version FROM budget_plan ORDER BY id")
	if err != nil {
		return nil, err
	}
	initiatives, err := Initiatives(ctx, r)
	if err != nil {
		return nil, err
	}
	decisions, err := decision.List(ctx, r, decision.Filter{})
	if err != nil {
		return nil, err
	}
	rows := []PlanRow{}
	for _, p := range all {
		row := PlanRow{Plan: p, Hash: p.Hash(), Moved: p.moved(initiatives)}
		d := about(decisions, p)
		if row.State = p.stateOf(d, r.Now()); d != nil {
			row.Decision = d.ID
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b PlanRow) int { return b.SavedAt.Compare(a.SavedAt) })
	return rows, nil
}

// OpPlans lists the plans.
var OpPlans = op.Query[struct{}, []PlanRow]{Name: "budget.plans", Route: "GET /api/fund/plans", Func: Plans}

// about gives the last decision about a plan; nil when there is none. decisions have the newest first.
func about(decisions []decision.Row, p Plan) *decision.Decision {
	for n := range decisions {
		if decisions[n].Kind == decision.Fund && decisions[n].About == p.Ref() {
			return &decisions[n].Decision
		}
	}
	return nil
}

// moved are the initiatives that are not any more what the plan says.
func (p Plan) moved(now []Initiative) []string {
	ids := []string{}
	for _, line := range p.Lines {
		at := slices.IndexFunc(now, func(i Initiative) bool { return i.ID == line.Initiative })
		if at < 0 || now[at].Terms() != line.Terms || p.AdoptedAt == nil && now[at].Committed() {
			ids = append(ids, line.Initiative)
		}
	}
	return ids
}

// PlanIn names a plan.
type PlanIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the plan.
func (in PlanIn) Target() ref.Ref { return ref.New("plan", in.ID) }

// GetPlan gives one plan as it stands.
func GetPlan(ctx context.Context, r db.Reader, in PlanIn) (PlanRow, error) {
	all, err := Plans(ctx, r, struct{}{})
	if err != nil {
		return PlanRow{}, err
	}
	for _, row := range all {
		if row.ID == in.ID {
			return row, nil
		}
	}
	return PlanRow{}, problem.New(problem.NotFound, "problem.not-found", "what", "plan "+in.ID)
}

// OpGetPlan gives one plan.
var OpGetPlan = op.Query[PlanIn, PlanRow]{Name: "budget.get-plan", Route: "GET /api/fund/plans/{id}", Func: GetPlan}

// SavePlanIn is a set to be kept as a plan. With the id and version of an old plan it replaces that one.
type SavePlanIn struct {
	ID          string   `json:"id,omitempty"`
	Version     int      `json:"version,omitempty"`
	Title       string   `json:"title"`
	TitleIT     string   `json:"titleIt,omitempty"`
	Asked       ChooseIn `json:"asked"`
	Initiatives []string `json:"initiatives"`
}

// Target is the plan.
func (in SavePlanIn) Target() ref.Ref { return ref.New("plan", in.ID) }

// SavePlan computes a plan and keeps it. A plan that both agreed on, or that is adopted, stays as it is.
func SavePlan(ctx context.Context, tx *db.Tx, in SavePlanIn) (PlanRow, error) {
	if in.Title == "" {
		return PlanRow{}, problem.Field("title", "problem.required")
	}
	if in.ID == "" {
		in.ID = ref.NewID()
	}
	old, err := GetPlan(ctx, tx, PlanIn{ID: in.ID})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return old, err
	}
	switch {
	case old.Version != in.Version:
		return old, problem.New(problem.Conflict, "problem.stale")
	case old.State == Agreed || old.State == Adopted:
		return old, problem.New(problem.Conflict, "budget.error.plan-agreed")
	}
	t, err := tableOf(ctx, tx, in.Asked)
	if err != nil {
		return old, err
	}
	funds, err := Funds(ctx, tx)
	if err != nil {
		return old, err
	}
	p, err := t.lay(ctx, book{funds: funds}, in.Initiatives)
	if err != nil {
		return old, err
	}
	p.ID, p.Title, p.TitleIT, p.Version = in.ID, in.Title, in.TitleIT, in.Version
	p.SavedBy, p.SavedAt = tx.Actor().Ref.ID(), tx.Now().Truncate(time.Microsecond)
	if err := putPlan(ctx, tx, p); err != nil {
		return old, err
	}
	return GetPlan(ctx, tx, PlanIn{ID: p.ID})
}

// OpSavePlan keeps a plan.
var OpSavePlan = op.Command[SavePlanIn, PlanRow]{Name: "budget.plan", Route: "POST /api/fund/plans", Func: SavePlan}

// ProposeIn proposes a plan to both officers.
type ProposeIn struct {
	ID          string `json:"id"`
	Version     int    `json:"version"`
	Materiality string `json:"materiality" enum:"low,medium,high"`
}

// Target is the plan.
func (in ProposeIn) Target() ref.Ref { return ref.New("plan", in.ID) }

// Propose makes a plan a decision that needs both keys. Its content is the plan in words, and its hash.
func Propose(ctx context.Context, tx *db.Tx, in ProposeIn) (PlanRow, error) {
	p, err := GetPlan(ctx, tx, PlanIn{ID: in.ID})
	if err != nil {
		return p, err
	}
	switch {
	case p.Version != in.Version:
		return p, problem.New(problem.Conflict, "problem.stale")
	case p.State == Waiting || p.State == Agreed || p.State == Outdated:
		return p, problem.New(problem.Conflict, "budget.error.proposed")
	case p.State == Adopted:
		return p, problem.New(problem.Conflict, "budget.error.plan-agreed")
	}
	if err := p.unmoved(); err != nil {
		return p, err
	}
	saves := p.Before.MeanEUR - p.After.MeanEUR
	_, err = decision.Propose(ctx, tx, decision.ProposeIn{
		Title: p.Name().In(i18n.EN), TitleIT: p.Name().In(i18n.IT), About: p.Ref(), Kind: decision.Fund, Materiality: in.Materiality,
		Terms: decision.Terms{Content: p.words(i18n.EN), ContentIT: p.words(i18n.IT), MoneyEUR: &saves},
	})
	if err != nil {
		return p, err
	}
	return GetPlan(ctx, tx, PlanIn{ID: in.ID})
}

// OpPropose proposes a plan.
var OpPropose = op.Command[ProposeIn, PlanRow]{Name: "budget.propose", Route: "POST /api/fund/plans/propose", Func: Propose}

// unmoved refuses a plan whose initiatives are not any more what it says.
func (p PlanRow) unmoved() error {
	if len(p.Moved) == 0 {
		return nil
	}
	for _, line := range p.Lines {
		if line.Initiative == p.Moved[0] {
			return problem.New(problem.Conflict, "budget.error.moved", "title", line.Title)
		}
	}
	return nil
}

// words says a plan in full: what is paid, when, from which source, and what it leaves.
func (p PlanRow) words(lang i18n.Lang) string {
	euro := func(x float64) string { return i18n.Number(lang, x, 0) }
	var lines []string
	for _, line := range p.Lines {
		costs := make([]string, len(line.Costs))
		for n, c := range line.Costs {
			costs[n] = i18n.T(lang, "budget.plan.words.cost", "year", strconv.Itoa(c.Year), "capital", euro(c.CapitalEUR), "running", euro(c.RunningEUR), "days", c.StaffDays)
		}
		lines = append(lines, i18n.T(lang, "budget.plan.words.line", "title", line.Title, "id", line.Initiative, "costs", strings.Join(costs, "; ")))
	}
	for _, y := range p.Years {
		givings := make([]string, len(y.Sources))
		for n, g := range y.Sources {
			givings[n] = i18n.T(lang, "budget.source."+g.Of) + " " + euro(g.EUR)
		}
		lines = append(lines, i18n.T(lang, "budget.plan.words.year", "year", strconv.Itoa(y.Year), "eur", euro(y.EUR()), "sources", strings.Join(givings, ", ")))
	}
	lines = append(lines,
		i18n.T(lang, "budget.plan.words.loss", "before", euro(p.Before.MeanEUR), "after", euro(p.After.MeanEUR), "tail-before", euro(p.Before.TVaREUR), "tail-after", euro(p.After.TVaREUR)),
		i18n.T(lang, "budget.plan.words.hash", "hash", p.Hash))
	return strings.Join(lines, "\n")
}

// Adopt uses the decision about exactly this plan: its initiatives become funded. It fails until both keys are
// given on it, and when the plan, or an initiative of it, was changed since.
func Adopt(ctx context.Context, tx *db.Tx, in PlanIn) (PlanRow, error) {
	p, err := GetPlan(ctx, tx, in)
	if err != nil {
		return p, err
	}
	switch p.State {
	case Agreed:
	case Adopted:
		return p, problem.New(problem.Conflict, "budget.error.plan-agreed")
	case Outdated:
		return p, problem.New(problem.Conflict, "budget.error.outdated")
	default:
		return p, problem.New(problem.Conflict, "decision.error.needs-keys", "about", p.Ref())
	}
	if err := p.unmoved(); err != nil {
		return p, err
	}
	if err := decision.Spend(ctx, tx, decision.Fund, p.Ref()); err != nil {
		return p, err
	}
	for _, line := range p.Lines {
		i, err := initiative(ctx, tx, line.Initiative)
		if err != nil {
			return p, err
		}
		i.State, i.Decision = Funded, p.Decision
		if err := put(ctx, tx, i); err != nil {
			return p, err
		}
	}
	now := tx.Now()
	p.AdoptedAt = &now
	if err := putPlan(ctx, tx, p.Plan); err != nil {
		return p, err
	}
	return GetPlan(ctx, tx, in)
}

// OpAdopt makes an agreed plan's initiatives funded.
var OpAdopt = op.Command[PlanIn, PlanRow]{Name: "budget.adopt", Route: "POST /api/fund/plans/adopt", Func: Adopt}
