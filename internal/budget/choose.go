package budget

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/budget/choice"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// yearsDrawn is how many joint years of losses a choice looks at; the tail of one in a hundred is then fifty years.
const yearsDrawn = 5000

// patience is how long one search may take; what is not proven by then states its gap.
const patience = 10 * time.Second

// ChooseIn says for which years, for what, and under which limits to choose.
type ChooseIn struct {
	From      int       `query:"from" json:"from,omitempty" doc:"first year; the next year that has a fund unless told"`
	Objective string    `query:"objective" json:"objective,omitempty" doc:"mean (expected loss, unless told), tvar95, tvar99 or mix"`
	Weight    float64   `query:"weight" json:"weight,omitempty" doc:"with mix: euro of loss that one euro of IT value is worth; 1 unless told"`
	Money     []float64 `query:"money" json:"money,omitempty" doc:"euro of each year from the first on; what the funds have unless told"`
	StaffDays []float64 `query:"staff_days" json:"staffDays,omitempty" doc:"staff days of each year likewise"`
	NoRing    bool      `query:"no_ring" json:"noRing,omitempty" doc:"leave the ring fence out"`
}

// Objectives lists what can be asked for.
var Objectives = []string{"mean", "tvar95", "tvar99", "mix"}

// Budget is one limit of a choice: the money or the staff days of a year.
type Budget struct {
	Year  int     `json:"year"`
	Days  bool    `json:"days"`  // staff days, not money
	Limit float64 `json:"limit"` // asked for
	Fund  float64 `json:"fund"`  // what the fund has
	Bound float64 `json:"bound"` // taken by what is funded already
}

// LeftOut is an initiative that cannot be chosen.
type LeftOut struct {
	ID    string    `json:"id"`
	Title i18n.Text `json:"title"`
	Why   string    `json:"why"` // message: budget.left-out.<why>
}

// Table is what a choice is made from.
type Table struct {
	In      ChooseIn  `json:"asked"`
	Years   []int     `json:"years"`
	Budgets []Budget  `json:"budgets"` // in the order of the costs of figures
	Rows    []Row     `json:"rows"`    // what can be chosen, and what is funded already
	LeftOut []LeftOut `json:"leftOut"`
	Ring    float64   `json:"ring"` // share of all that is spent
	problem choice.Problem
	losses  Losses
}

// Choice is the best set, with what stands beside it.
type Choice struct {
	Table
	Best     choice.Result    `json:"best"`
	Now      choice.Figures   `json:"now"` // with what is funded already, and nothing else
	MeanBest choice.Result    `json:"meanBest"`
	TailBest choice.Result    `json:"tailBest"`
	Naive    *choice.Additive `json:"naive"`
	Next     []choice.Step    `json:"next"`
}

// Choose finds the best set of initiatives.
func Choose(ctx context.Context, r db.Reader, in ChooseIn) (Choice, error) {
	t, err := tableOf(ctx, r, in)
	c := Choice{Table: t}
	if err != nil {
		return c, err
	}
	if c.Best, err = choice.Solve(t.problem, effort(ctx)); err != nil {
		return c, t.explain(err)
	}
	if c.Now, err = choice.Evaluate(t.problem, t.committed()); err != nil {
		return c, err
	}
	if c.Next, err = choice.Next(t.problem, c.Best.Chosen); err != nil {
		return c, err
	}
	if naive, err := choice.Naive(t.problem, c.Best, effort(ctx)); err == nil {
		c.Naive = &naive
	}
	level := t.problem.Objective.Level
	if c.MeanBest, err = t.with(choice.Objective{Mean: 1, Level: level}).solved(ctx); err != nil {
		return c, err
	}
	if len(t.problem.Losses) > 0 {
		c.TailBest, err = t.with(choice.Objective{Tail: 1, Level: level}).solved(ctx)
	}
	return c, err
}

// OpChoose finds the best set of initiatives.
var OpChoose = op.Query[ChooseIn, Choice]{Name: "budget.choose", Route: "GET /api/fund/choice", Func: Choose}

// FrontierOut is the best choice under each multiple of the money.
type FrontierOut struct {
	Points []choice.Point `json:"points"`
}

// frontierPoints run from a tenth of the money asked for to one and a half times.
const frontierPoints = 15

// Frontier gives the efficient frontier: only the money is multiplied, people stay as many as they are.
func Frontier(ctx context.Context, r db.Reader, in ChooseIn) (FrontierOut, error) {
	t, err := tableOf(ctx, r, in)
	out := FrontierOut{Points: []choice.Point{}}
	if err != nil {
		return out, err
	}
	for n := range frontierPoints {
		scale := float64(n+1) / 10
		p := t.problem
		p.Budgets = slices.Clone(p.Budgets)
		for b := range p.Budgets {
			if !t.Budgets[b].Days {
				p.Budgets[b] *= scale
			}
		}
		points, err := choice.Frontier(p, []float64{1}, effort(ctx))
		if err != nil {
			return out, err
		}
		points[0].Scale = scale
		out.Points = append(out.Points, points[0])
	}
	return out, nil
}

// OpFrontier gives the efficient frontier.
var OpFrontier = op.Query[ChooseIn, FrontierOut]{Name: "budget.frontier", Route: "GET /api/fund/frontier", Func: Frontier}

// WeighOut says what each constraint costs and what the choice costs when the estimates are off.
type WeighOut struct {
	Prices []Price       `json:"prices"`
	Regret choice.Regret `json:"regret"`
}

// Price is what a constraint costs, with the constraint in words.
type Price struct {
	choice.Price
	Says *problem.Error `json:"-"`
}

// doubt is how far estimates are taken to be off: losses by a factor of 1.6 up or down, effects by one of 1.3,
// in two draws of three. The tail takes longer: fewer draws on fewer years.
func (t Table) doubt() (choice.Problem, choice.Doubt) {
	p, d := t.problem, choice.Doubt{Draws: 200, Seed: 1, LossSigma: 0.5, EffectSigma: 0.3}
	if p.Objective.Tail == 0 {
		p.Losses = nil
	} else {
		p.Losses, d.Draws = p.Losses[:min(len(p.Losses), 2000)], 30
	}
	return p, d
}

// Weigh solves again without each constraint in turn, and with estimates that are off.
func Weigh(ctx context.Context, r db.Reader, in ChooseIn) (WeighOut, error) {
	var out WeighOut
	t, err := tableOf(ctx, r, in)
	if err != nil {
		return out, err
	}
	best, err := choice.Solve(t.problem, effort(ctx))
	if err != nil {
		return out, t.explain(err)
	}
	p, d := t.doubt()
	if out.Regret, err = choice.RegretOf(p, best.Chosen, d, effort(ctx)); err != nil {
		return out, err
	}
	prices, err := choice.Prices(t.problem, best, effort(ctx))
	for _, one := range prices {
		if one.Kind == choice.Mandatory && slices.Contains(t.committed(), t.problem.Mandatory[one.Index]) {
			continue
		}
		out.Prices = append(out.Prices, Price{one, t.priced(one.Field)})
	}
	return out, err
}

// OpWeigh weighs the constraints and the doubts of a choice.
var OpWeigh = op.Query[ChooseIn, WeighOut]{Name: "budget.weigh", Route: "GET /api/fund/choice/weight", Func: Weigh}

// effort is the time limit of one search.
func effort(ctx context.Context) choice.Effort {
	limited, stop := context.WithTimeout(ctx, patience)
	context.AfterFunc(limited, stop)
	return choice.Effort{Stop: func() bool { return limited.Err() != nil }}
}

// with is the table under another objective.
func (t Table) with(o choice.Objective) Table {
	t.problem.Objective = o
	return t
}

func (t Table) solved(ctx context.Context) (choice.Result, error) {
	return choice.Solve(t.problem, effort(ctx))
}

// committed are the ids of what is funded already.
func (t Table) committed() []string {
	var ids []string
	for _, row := range t.Rows {
		if row.Committed() {
			ids = append(ids, row.ID)
		}
	}
	return ids
}

// Scenarios counts the risks that a choice looks at.
func (t Table) Scenarios() int { return len(t.losses.Scenarios) }

// Drawn counts the years of losses that it looks at.
func (t Table) Drawn() int { return len(t.problem.Losses) }

// Level is the share of years that the tail leaves out.
func (t Table) Level() float64 { return t.problem.Objective.Level }

// Title is what an initiative of the table is called.
func (t Table) Title(id string) i18n.Text {
	for _, row := range t.Rows {
		if row.ID == id {
			return row.Name()
		}
	}
	return i18n.Text{EN: id}
}

// New are the initiatives of a set that are not funded yet.
func (t Table) New(ids []string) []string {
	held := t.committed()
	fresh := []string{}
	for _, id := range ids {
		if !slices.Contains(held, id) {
			fresh = append(fresh, id)
		}
	}
	return fresh
}

// explain says constraints that contradict each other in the words of the fund: each at its field, a budget with
// what is needed at least.
func (t Table) explain(err error) error {
	p, ok := problem.As(err)
	if !ok || p.Key != "choice.infeasible" {
		return err
	}
	out := problem.New(problem.Invalid, p.Key, "n", len(p.Causes))
	for _, cause := range p.Causes {
		out.Causes = append(out.Causes, t.named(cause.Field))
	}
	return out
}
