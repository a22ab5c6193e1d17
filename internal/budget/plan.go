package budget

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/budget/choice"
	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Plan is a set of initiatives that shall be paid, as it was computed when it was saved. Both officers give
// their keys on exactly this content.
type Plan struct {
	ID        string     `yaml:"id" json:"id"`
	Title     string     `yaml:"title" json:"title"`
	TitleIT   string     `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Objective string     `yaml:"objective" json:"objective"`
	Years     []PlanYear `yaml:"years" json:"years"`
	Lines     []Line     `yaml:"lines" json:"lines"`
	Before    Left       `yaml:"before" json:"before"` // with what was funded then
	After     Left       `yaml:"after" json:"after"`
	SavedBy   string     `yaml:"saved_by" json:"savedBy"` // person id
	SavedAt   time.Time  `yaml:"saved_at" json:"savedAt"`
	AdoptedAt *time.Time `yaml:"adopted_at,omitempty" json:"adoptedAt,omitempty"`
	Version   int        `yaml:"-" json:"version"`
}

// PlanYear is the money of the plan in one year, and who gives it: each source by its part of the fund.
type PlanYear struct {
	Year       int      `yaml:"year" json:"year"`
	CapitalEUR float64  `yaml:"capital_eur,omitempty" json:"capitalEur"`
	RunningEUR float64  `yaml:"running_eur,omitempty" json:"runningEur"`
	StaffDays  float64  `yaml:"staff_days,omitempty" json:"staffDays"`
	Sources    []Giving `yaml:"sources,omitempty" json:"sources"`
}

// EUR is the money of the year.
func (y PlanYear) EUR() float64 { return y.CapitalEUR + y.RunningEUR }

// Giving is what one source gives.
type Giving struct {
	Of  string  `yaml:"of" json:"of"`
	EUR float64 `yaml:"eur" json:"eur"`
}

// Line is one initiative of a plan. Terms names exactly its costs, effects and conditions at the time.
type Line struct {
	Initiative string    `yaml:"initiative" json:"initiative"`
	Title      i18n.Text `yaml:"title" json:"title"`
	Costs      []Cost    `yaml:"costs" json:"costs"`
	Terms      string    `yaml:"terms" json:"terms"`
}

// Left is the loss that is left.
type Left struct {
	MeanEUR float64 `yaml:"mean_eur" json:"meanEur"`
	TVaREUR float64 `yaml:"tvar95_eur" json:"tvar95Eur"`
}

// PlanState is how a plan stands; it is computed, never stored.
type PlanState string

// The states.
const (
	Draft    PlanState = "draft"    // nobody has proposed it
	Waiting  PlanState = "waiting"  // proposed; keys are missing, or it is in deadlock
	Agreed   PlanState = "agreed"   // both keys, or the arbiter: it can be adopted
	Adopted  PlanState = "adopted"  // its initiatives are funded
	Refused  PlanState = "refused"  // rejected or withdrawn
	Outdated PlanState = "outdated" // it was changed after it had been proposed: the keys are for something else
)

// PlanStates lists the states.
var PlanStates = []PlanState{Draft, Waiting, Agreed, Adopted, Refused, Outdated}

// Name is the title in both languages.
func (p Plan) Name() i18n.Text { return i18n.Text{EN: p.Title, IT: p.TitleIT} }

// Ref is the name of the plan for other areas.
func (p Plan) Ref() ref.Ref { return ref.New("plan", p.ID) }

// EUR is the money of all years.
func (p Plan) EUR() float64 {
	sum := 0.0
	for _, y := range p.Years {
		sum += y.EUR()
	}
	return sum
}

// Hash names exactly what both officers agree on: initiatives, terms, money by year and source, losses.
func (p Plan) Hash() string {
	return hashOf([]any{"accordo-plan-1", p.ID, p.Title, p.TitleIT, p.Objective, p.Years, p.Lines, p.Before, p.After})
}

// Terms names exactly what is decided about an initiative.
func (i Initiative) Terms() string {
	effects := slices.Clone(i.Effects)
	return hashOf([]any{i.Costs, effects, i.Requires, i.Groups, i.Mandatory, i.Security, i.Benefits})[:16]
}

func hashOf(content any) string {
	data, err := json.Marshal(content)
	if err != nil {
		panic(fmt.Sprintf("hash: %v", err)) // impossible: strings and finite numbers
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// covers tells whether a decision is about exactly this plan: its content holds the hash of the plan.
func (p Plan) covers(d decision.Decision) bool {
	return d.Kind == decision.Fund && d.About == p.Ref() && strings.Contains(d.Content, p.Hash())
}

// stateOf is how a plan stands with the last decision about it, where there is one.
func (p Plan) stateOf(d *decision.Decision, now time.Time) PlanState {
	switch {
	case p.AdoptedAt != nil:
		return Adopted
	case d == nil:
		return Draft
	}
	switch status := d.Status(now); {
	case !status.Holds() && !status.Open() && status != decision.Draft:
		return Refused
	case !p.covers(*d):
		return Outdated
	case status.Holds():
		return Agreed
	default:
		return Waiting
	}
}

// PlanRow is a plan as it stands.
type PlanRow struct {
	Plan
	State    PlanState `json:"state"`
	Decision string    `json:"decision,omitempty"` // id of the last one about it
	Hash     string    `json:"sha256"`
	Moved    []string  `json:"moved"` // initiatives whose terms or state are not those of the plan any more
}

// lay computes a plan from a set: what it costs from which source, and what it leaves. The set must keep to all
// constraints.
func (t Table) lay(ctx context.Context, b book, ids []string) (Plan, error) {
	p := Plan{Objective: t.In.Objective}
	for _, id := range t.New(ids) {
		at := slices.IndexFunc(t.Rows, func(row Row) bool { return row.ID == id })
		if at < 0 {
			return p, problem.Field("initiatives", "budget.error.not-to-choose", "title", id)
		}
		row := t.Rows[at]
		p.Lines = append(p.Lines, Line{Initiative: id, Title: row.Name(), Costs: row.Costs, Terms: row.Terms()})
	}
	if len(p.Lines) == 0 {
		return p, problem.Field("initiatives", "problem.required")
	}
	all := append(t.committed(), t.New(ids)...)
	if err := t.keeps(ctx, all); err != nil {
		return p, err
	}
	var err error
	if p.Before, err = t.left(t.committed()); err != nil {
		return p, err
	}
	p.After, err = t.left(all)
	p.years(b)
	return p, err
}

// left is what a set leaves, with the tail of one year in twenty whatever the objective.
func (t Table) left(ids []string) (Left, error) {
	f, err := choice.Evaluate(t.with(choice.Objective{Mean: 1, Level: 0.95}).problem, ids)
	if err != nil || f.TVaR == nil {
		return Left{MeanEUR: f.Residual}, err
	}
	return Left{MeanEUR: float64(cents(f.Residual)) / 100, TVaREUR: float64(cents(*f.TVaR)) / 100}, nil
}

// keeps refuses a set that breaks a constraint, and names those that contradict it.
func (t Table) keeps(ctx context.Context, ids []string) error {
	only := t
	only.problem.Mandatory = slices.Clone(t.problem.Mandatory)
	for _, id := range t.problem.Mandatory {
		if !slices.Contains(ids, id) {
			return problem.Field("initiatives", "budget.conflict.mandatory", "option", t.Title(id))
		}
	}
	for _, pair := range t.problem.Requires {
		if slices.Contains(ids, pair[0]) && !slices.Contains(ids, pair[1]) {
			return problem.Field("initiatives", "budget.conflict.requires", "option", t.Title(pair[0]), "other", t.Title(pair[1]))
		}
	}
	only.problem.Mandatory, only.problem.Requires = ids, nil
	only.problem.Options = slices.DeleteFunc(slices.Clone(t.problem.Options), func(o choice.Option) bool { return !slices.Contains(ids, o.ID) })
	only.problem.AtMostOne = restrict(t.problem.AtMostOne, ids)
	if f := t.problem.RingFence; f != nil {
		ring := *f
		ring.Options = restrict([][]string{f.Options}, ids)[0]
		only.problem.RingFence = &ring
	}
	_, err := only.solved(ctx)
	return only.explain(err)
}

// restrict leaves of each group only what is in a set.
func restrict(groups [][]string, ids []string) [][]string {
	kept := make([][]string, len(groups))
	for n, group := range groups {
		kept[n] = slices.DeleteFunc(slices.Clone(group), func(id string) bool { return !slices.Contains(ids, id) })
	}
	return kept
}

// years adds up what the lines cost each year and divides it by the sources of the year's fund.
func (p *Plan) years(b book) {
	for _, line := range p.Lines {
		for _, c := range line.Costs {
			at := slices.IndexFunc(p.Years, func(y PlanYear) bool { return y.Year == c.Year })
			if at < 0 {
				p.Years = append(p.Years, PlanYear{Year: c.Year})
				at = len(p.Years) - 1
			}
			y := &p.Years[at]
			y.CapitalEUR, y.RunningEUR, y.StaffDays = y.CapitalEUR+c.CapitalEUR, y.RunningEUR+c.RunningEUR, y.StaffDays+c.StaffDays
		}
	}
	slices.SortFunc(p.Years, func(a, b PlanYear) int { return a.Year - b.Year })
	for n := range p.Years {
		y := &p.Years[n]
		f, there := b.fund(y.Year)
		if !there || f.TotalEUR == 0 {
			continue
		}
		for _, s := range f.Sources {
			y.Sources = append(y.Sources, Giving{Of: s.Of, EUR: float64(cents(y.EUR()*s.EUR()/f.TotalEUR)) / 100})
		}
	}
}

func putPlan(ctx context.Context, tx *db.Tx, p Plan) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("plan %s: %w", p.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO budget_plan (id, body, version) VALUES ($1, $2, 1)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, version = budget_plan.version + 1`, p.ID, string(body))
	if err != nil {
		return err
	}
	tx.Touch(p.Ref())
	return item.Put(ctx, tx, item.Item{Ref: p.Ref(), Title: p.Name(), Area: "budget"})
}

func scanPlan(s db.Scan) (Plan, error) {
	var body string
	var version int
	var p Plan
	if err := s(&body, &version); err != nil {
		return p, err
	}
	err := json.Unmarshal([]byte(body), &p)
	p.Version = version
	return p, err
}
