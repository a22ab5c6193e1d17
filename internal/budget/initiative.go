package budget

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Initiative is one thing that the fund may pay: what it costs each year, what it does to losses, what it is
// worth to IT, and under which conditions it can be chosen.
type Initiative struct {
	ID        string    `yaml:"id" json:"id"`
	Title     string    `yaml:"title" json:"title"`
	TitleIT   string    `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	What      string    `yaml:"what,omitempty" json:"what,omitempty"` // in a few sentences
	WhatIT    string    `yaml:"what_it,omitempty" json:"whatIt,omitempty"`
	Owner     string    `yaml:"owner,omitempty" json:"owner,omitempty"` // person id
	State     State     `yaml:"state" json:"state"`
	Security  bool      `yaml:"security,omitempty" json:"security,omitempty"`   // counts for the ring-fenced share
	Costs     []Cost    `yaml:"costs" json:"costs"`                             // by year; the first year is the one it starts in
	Effects   []Effect  `yaml:"effects,omitempty" json:"effects,omitempty"`     // on risk scenarios
	Benefits  []Benefit `yaml:"benefits,omitempty" json:"benefits,omitempty"`   // to IT
	Requires  []string  `yaml:"requires,omitempty" json:"requires,omitempty"`   // initiative ids
	Groups    []string  `yaml:"groups,omitempty" json:"groups,omitempty"`       // of initiatives that name a group at most one is chosen
	Mandatory *Mandate  `yaml:"mandatory,omitempty" json:"mandatory,omitempty"` // it must be chosen
	Nature    Nature    `yaml:"nature,omitempty" json:"nature,omitempty"`       // empty: nobody said
	Cause     ref.Ref   `yaml:"cause,omitempty" json:"cause,omitempty"`         // what it follows: incident:…, or any item
	CauseNote string    `yaml:"cause_note,omitempty" json:"causeNote,omitempty"`
	Claimed   *float64  `yaml:"removes_eur_year,omitempty" json:"claimedEurYear,omitempty"` // loss removed a year as somebody said it; counts only without effects
	Decision  string    `yaml:"decision,omitempty" json:"decision,omitempty"`               // decision id that funded it
	Version   int       `yaml:"-" json:"version"`
}

// State is where an initiative stands.
type State string

// The states. Only a plan with both keys makes an initiative funded.
const (
	Idea     State = "idea"
	Proposed State = "proposed"
	Funded   State = "funded"
	Done     State = "done"
)

// Nature tells spending that prevents from spending that follows an incident or an audit finding.
type Nature string

// The natures.
const (
	Preventive Nature = "preventive"
	Reactive   Nature = "reactive"
)

// Cost is what an initiative takes in one year.
type Cost struct {
	Year       int     `yaml:"year" json:"year"`
	CapitalEUR float64 `yaml:"capital_eur,omitempty" json:"capitalEur,omitempty"`
	RunningEUR float64 `yaml:"running_eur,omitempty" json:"runningEur,omitempty"`
	StaffDays  float64 `yaml:"staff_days,omitempty" json:"staffDays,omitempty"`
}

// EUR is the money of the year.
func (c Cost) EUR() float64 { return c.CapitalEUR + c.RunningEUR }

// Mandate is why an initiative must be done.
type Mandate struct {
	By        string `yaml:"by" json:"by"`               // law, audit
	Reference string `yaml:"reference" json:"reference"` // article or finding
}

// Benefit is one kind of value to IT. Its worth follows from the prices of the organisation.
type Benefit struct {
	Kind   string  `yaml:"kind" json:"kind"`
	Amount float64 `yaml:"amount" json:"amount"` // see BenefitKinds
}

// BenefitKinds are euro saved a year, days by which things come to market earlier, staff days set free a year,
// minutes of critical service saved a year.
var BenefitKinds = []string{"cost", "market-days", "capacity-days", "service-minutes"}

// Name is the title in both languages.
func (i Initiative) Name() i18n.Text { return i18n.Text{EN: i.Title, IT: i.TitleIT} }

// Ref is the name of the initiative for other areas.
func (i Initiative) Ref() ref.Ref { return ref.New("initiative", i.ID) }

// Committed tells whether the fund's money is promised to the initiative.
func (i Initiative) Committed() bool { return i.State == Funded || i.State == Done }

// In is the cost of a year; nothing when it costs nothing then.
func (i Initiative) In(year int) Cost {
	for _, c := range i.Costs {
		if c.Year == year {
			return c
		}
	}
	return Cost{Year: year}
}

// CostEUR is the money of all years.
func (i Initiative) CostEUR() float64 {
	sum := 0.0
	for _, c := range i.Costs {
		sum += c.EUR()
	}
	return sum
}

// StaffDays are those of all years.
func (i Initiative) StaffDays() float64 {
	sum := 0.0
	for _, c := range i.Costs {
		sum += c.StaffDays
	}
	return sum
}

// Starts is the first year that costs something; 0 when none does.
func (i Initiative) Starts() int {
	first := 0
	for _, c := range i.Costs {
		if first == 0 || c.Year < first {
			first = c.Year
		}
	}
	return first
}

// Worth is what the benefits are worth a year at these prices, and how many of them have no price.
func (i Initiative) Worth(prices Prices) (eur float64, unpriced int) {
	one := 1.0
	for _, b := range i.Benefits {
		price := map[string]*float64{"cost": &one, "market-days": prices.MarketDayEUR, "capacity-days": prices.CapacityDayEUR, "service-minutes": prices.ServiceMinuteEUR}[b.Kind]
		if price == nil {
			unpriced++
			continue
		}
		eur += b.Amount * *price
	}
	return eur, unpriced
}

// Minutes are the minutes of critical service saved a year; nil when nobody said.
func (i Initiative) Minutes() *float64 {
	for _, b := range i.Benefits {
		if b.Kind == "service-minutes" {
			return &b.Amount
		}
	}
	return nil
}

func (i Initiative) check(field func(string) string) []*problem.Error {
	c := checker{field: field}
	if !ref.ValidID(i.ID) {
		c.add(problem.Field(field("id"), "problem.required"))
	}
	c.needed("title", i.Title)
	c.short("what", i.What)
	c.short("what_it", i.WhatIT)
	c.choice("state", string(i.State), "idea", "proposed", "funded", "done")
	c.choice("nature", string(i.Nature), "", "preventive", "reactive")
	c.maybe("removes_eur_year", i.Claimed)
	if i.Nature == Reactive && i.Cause == "" && i.CauseNote == "" {
		c.add(problem.Field(field("cause"), "budget.error.cause"))
	}
	if m := i.Mandatory; m != nil {
		c.choice("mandatory.by", m.By, "law", "audit")
		c.needed("mandatory.reference", m.Reference)
	}
	for n, id := range i.Requires {
		if id == i.ID {
			c.add(problem.Field(field("requires["+strconv.Itoa(n)+"]"), "budget.error.itself"))
		}
	}
	i.checkCosts(&c)
	i.checkEffects(&c)
	for n, b := range i.Benefits {
		at := "benefits[" + strconv.Itoa(n) + "]."
		c.choice(at+"kind", b.Kind, BenefitKinds...)
		c.amount(at+"amount", b.Amount)
	}
	return c.wrong
}

func (i Initiative) checkCosts(c *checker) {
	seen := map[int]bool{}
	for n, cost := range i.Costs {
		at := "costs[" + strconv.Itoa(n) + "]."
		c.year(at+"year", cost.Year)
		c.amount(at+"capital_eur", cost.CapitalEUR)
		c.amount(at+"running_eur", cost.RunningEUR)
		c.amount(at+"staff_days", cost.StaffDays)
		if seen[cost.Year] {
			c.add(problem.Field(c.field(at+"year"), "problem.twice", "value", strconv.Itoa(cost.Year)))
		}
		seen[cost.Year] = true
	}
}

// Initiatives gives all initiatives, by id.
func Initiatives(ctx context.Context, r db.Reader) ([]Initiative, error) {
	return db.All(ctx, r, scanInitiative, "SELECT body, version FROM budget_initiative ORDER BY id")
}

func initiative(ctx context.Context, r db.Reader, id string) (Initiative, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "initiative "+id)
	return db.One(ctx, r, missing, scanInitiative, "SELECT body, version FROM budget_initiative WHERE id = $1", id)
}

// WriteIn is an initiative as somebody writes it; Version 0 makes a new one.
type WriteIn struct {
	Initiative Initiative `json:"initiative"`
}

// Target is the initiative.
func (in WriteIn) Target() ref.Ref { return in.Initiative.Ref() }

// Write adds or changes an initiative. An effect that is new or differs is estimated by who acts, today. What
// is funded keeps its costs and its state, but for the step from funded to done: a plan with both keys decides them.
func Write(ctx context.Context, tx *db.Tx, in WriteIn) (Initiative, error) {
	i := in.Initiative
	if err := problem.Many(i.check(func(name string) string { return name })); err != nil {
		return i, err
	}
	old, err := initiative(ctx, tx, i.ID)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return i, err
	}
	if old.Version != i.Version {
		return i, problem.New(problem.Conflict, "problem.stale")
	}
	if err := follows(old, i); err != nil {
		return i, err
	}
	if err := item.Dangling(ctx, tx, i.pointers(func(name string) string { return name })); err != nil {
		return i, err
	}
	i.Decision = old.Decision
	i.sign(old, tx.Actor().Ref.ID(), tx.Now().Format("2006-01-02"))
	if err := put(ctx, tx, i); err != nil {
		return i, err
	}
	i.Version++
	return i, nil
}

// follows tells whether an initiative may become another without a decision.
func follows(old, next Initiative) error {
	if !old.Committed() {
		if next.Committed() {
			return problem.Field("state", "budget.error.needs-plan")
		}
		return nil
	}
	if !(next.State == old.State || old.State == Funded && next.State == Done) {
		return problem.Field("state", "budget.error.needs-plan")
	}
	if hashOf(old.Costs) != hashOf(next.Costs) {
		return problem.Field("costs", "budget.error.costs-decided")
	}
	return nil
}

// OpWrite adds or changes an initiative.
var OpWrite = op.Command[WriteIn, Initiative]{Name: "budget.write-initiative", Route: "POST /api/fund/initiatives", Func: Write}

// pointers are all things that an initiative names.
func (i Initiative) pointers(field func(string) string) []item.Pointer {
	all := item.Point(field("requires"), "initiative", i.Requires...)
	all = append(all, item.Point(field("owner"), "person", i.Owner)...)
	all = append(all, item.Point(field("decision"), "decision", i.Decision)...)
	if i.Cause != "" {
		all = append(all, item.Point(field("cause"), i.Cause.Kind(), i.Cause.ID())...)
	}
	for _, e := range i.Effects {
		all = append(all, item.Point(field("effects"), "risk", e.Risk)...)
	}
	return all
}

func put(ctx context.Context, tx *db.Tx, i Initiative) error {
	body, err := json.Marshal(i)
	if err != nil {
		return fmt.Errorf("initiative %s: %w", i.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO budget_initiative (id, body, version) VALUES ($1, $2, 1)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, version = budget_initiative.version + 1`, i.ID, string(body))
	if err != nil {
		return err
	}
	tx.Touch(i.Ref())
	return item.Put(ctx, tx, item.Item{Ref: i.Ref(), Title: i.Name(), Area: "budget"})
}

func scanInitiative(s db.Scan) (Initiative, error) {
	var body string
	var version int
	if err := s(&body, &version); err != nil {
		return Initiative{}, err
	}
	i, err := readInitiative([]byte(body))
	i.Version = version
	return i, err
}
