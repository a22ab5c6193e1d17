package report

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
	"accordo.dev/internal/record"
	"accordo.dev/internal/risk"
)

// DraftID is the id of a report that is not frozen.
const DraftID = "draft"

// Limits on what the memo prints; the rest is counted.
const (
	maxDecisions = 3
	maxRisks     = 5
	maxProjects  = 10
)

// Draft takes the snapshot of a period as it is now, without keeping it.
func Draft(ctx context.Context, r db.Reader, in DraftIn) (Snapshot, error) {
	period, err := ParsePeriod(in.Period, r.Now())
	if err != nil {
		return Snapshot{}, err
	}
	return take(ctx, r, DraftID, period)
}

// DraftIn asks for a draft.
type DraftIn struct {
	Period string `query:"period" json:"period,omitempty" doc:"quarter such as 2026-Q4; the running one unless told"`
}

// taker gathers a snapshot; names keeps the people already looked up.
type taker struct {
	r     db.Reader
	day   string
	names map[string]string
	out   *Snapshot
}

func take(ctx context.Context, r db.Reader, id string, period Period) (Snapshot, error) {
	s := Snapshot{
		Format: SnapshotFormat, Report: id, Period: period, AsOf: r.Now(),
		Decisions: []Decision{}, Services: []Service{}, Projects: []Project{}, Unknown: []i18n.Text{}, Evidence: []EvidenceFile{},
	}
	t := &taker{r: r, day: r.Now().Format(time.DateOnly), names: map[string]string{}, out: &s}
	steps := []func(context.Context) error{
		t.organisation, t.decisions, t.risks, t.projects, t.fund, t.figures, t.evidence, t.record,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return s, err
		}
	}
	s.Definitions = Definitions()
	return s, nil
}

func (t *taker) organisation(ctx context.Context) error {
	org, err := organisation.Get(ctx, t.r, struct{}{})
	if err != nil {
		return err
	}
	t.out.Organisation, t.out.Sitting = org.Name, org.NextBoard
	if t.out.CIO, err = t.officer(ctx, identity.OfficeCIO); err != nil {
		return err
	}
	t.out.CISO, err = t.officer(ctx, identity.OfficeCISO)
	return err
}

func (t *taker) officer(ctx context.Context, office string) (Officer, error) {
	person, err := identity.Holder(ctx, t.r, office, t.day)
	if err != nil || person == "" {
		return Officer{}, err
	}
	name, err := t.name(ctx, person)
	return Officer{Person: person, Name: name}, err
}

// name is the name of a person; an id that nobody has any more stands for itself.
func (t *taker) name(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	if name, known := t.names[id]; known {
		return name, nil
	}
	p, err := identity.Get(ctx, t.r, identity.GetInput{ID: id})
	if problem.Is(err, problem.NotFound) {
		p.Name, err = id, nil
	}
	t.names[id] = p.Name
	return p.Name, err
}

// decisions takes the open ones, those in deadlock first, then the nearest deadline.
func (t *taker) decisions(ctx context.Context) error {
	rows, err := decision.List(ctx, t.r, decision.Filter{Open: true})
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b decision.Row) int {
		if stuck := a.StatusNow.Stuck(); stuck != b.StatusNow.Stuck() {
			return map[bool]int{true: -1, false: 1}[stuck]
		}
		return a.Deadline.Compare(b.Deadline)
	})
	t.out.MoreDecisions = max(0, len(rows)-maxDecisions)
	for _, row := range rows[:min(len(rows), maxDecisions)] {
		d := Decision{
			ID: row.ID, Title: row.Name(), Content: i18n.Text{EN: row.Content, IT: row.ContentIT}, Status: string(row.StatusNow),
			Deadline: row.Until(), Escalation: row.Escalation, MoneyEUR: row.MoneyEUR, Minutes: row.Minutes, ExposureDays: row.ExposureDays, Hash: row.Hash(),
		}
		if d.CIO, err = t.vote(ctx, row.Decision, identity.OfficeCIO); err != nil {
			return err
		}
		if d.CISO, err = t.vote(ctx, row.Decision, identity.OfficeCISO); err != nil {
			return err
		}
		t.out.Decisions = append(t.out.Decisions, d)
	}
	return nil
}

func (t *taker) vote(ctx context.Context, d decision.Decision, office string) (*Vote, error) {
	key := d.Key(office)
	if key == nil {
		return nil, nil //nolint:nilnil // no answer yet is an answer of the snapshot
	}
	name, err := t.name(ctx, key.Person)
	return &Vote{
		Person: name, Yes: key.Answer == "yes", Reason: i18n.Text{EN: key.Reason, IT: key.ReasonIT}, Counter: i18n.Text{EN: key.Counter, IT: key.CounterIT},
	}, err
}

// risks takes the simulation, the appetite for money and the scenarios that weigh most in a bad year.
func (t *taker) risks(ctx context.Context) error {
	t.out.Risks = Risks{Top: []Risk{}, Trace: "risk"}
	simulation, err := risk.Current(ctx, t.r, struct{}{})
	if problem.Is(err, problem.NotFound) {
		t.out.Risks.Reason = both("report.reason.no-scenario")
		return nil
	}
	if err != nil {
		return err
	}
	result := simulation.Result
	t.out.Risks.Method, t.out.Risks.Seed, t.out.Risks.Years = result.Method, result.Seed, result.Years
	average := result.Total.Average()
	t.out.Risks.InputsHash, t.out.Risks.Expected, t.out.Risks.Count = simulation.InputsHash, &average, len(result.Scenarios)
	for _, e := range result.Total.Curve {
		t.out.Risks.Curve = append(t.out.Risks.Curve, LossLevel{EUR: e.Amount, P: e.Probability.Value, Low: e.Probability.Low, High: e.Probability.High})
	}
	return t.topRisks(ctx, simulation)
}

func (t *taker) topRisks(ctx context.Context, simulation risk.Simulation) error {
	scenarios := slices.Clone(simulation.Result.Scenarios)
	slices.SortStableFunc(scenarios, func(a, b scenarioResult) int { return compareDown(a.TailShare, b.TailShare) })
	for _, s := range scenarios[:min(len(scenarios), maxRisks)] {
		known, err := risk.Get(ctx, t.r, risk.GetIn{ID: s.ID})
		if err != nil {
			return err
		}
		one := Risk{
			ID: s.ID, Title: known.Name(), Expected: s.Loss.Average(), VaR95: s.Loss.VaR95.Value, TailShare: s.TailShare,
			Treatment: known.Treatment, EstimateOn: known.EstimatedOn,
		}
		if one.OwnerIT, err = t.name(ctx, known.OwnerIT); err != nil {
			return err
		}
		if one.OwnerSec, err = t.name(ctx, known.OwnerSecurity); err != nil {
			return err
		}
		t.out.Risks.Top = append(t.out.Risks.Top, one)
	}
	return nil
}

func compareDown(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	default:
		return 0
	}
}

// projects takes the digital projects in scope, what is wrong first.
func (t *taker) projects(ctx context.Context) error {
	page, err := project.List(ctx, t.r, project.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return err
	}
	for _, p := range page.Items {
		if !p.Digital || !p.InScope || p.Stage == project.Cancelled || p.Stage == project.Closed {
			continue
		}
		t.out.Projects = append(t.out.Projects, Project{
			ID: p.ID, Title: p.Name(), Stage: string(p.Stage), GateDue: p.DesignGateDue, Exit: p.DesignExit, CostEUR: p.CostEUR, State: projectState(p, t.day),
		})
	}
	order := []string{"overdue", "unvalidated", "late", "open", "validated"}
	slices.SortStableFunc(t.out.Projects, func(a, b Project) int { return slices.Index(order, a.State) - slices.Index(order, b.State) })
	return nil
}

func projectState(p project.Project, day string) string {
	switch {
	case p.ValidatedInDesign():
		return "validated"
	case p.ValidatedLate():
		return "late"
	case p.DesignExit != "":
		return "unvalidated"
	case p.Overdue(day):
		return "overdue"
	default:
		return "open"
	}
}

func (t *taker) fund(ctx context.Context) error {
	s, err := budget.Stand(ctx, t.r, budget.StandingIn{})
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.out.Fund = &Fund{
		Year: s.Fund.Year, Total: s.Fund.TotalEUR, FromCIO: s.Fund.From("it"), FromCISO: s.Fund.From("security"), FromGroup: s.Fund.From("group"), RingFenced: s.Fund.RingFencedShare,
		Committed: s.Committed.EUR(), Spent: s.Spent.EUR(), Free: s.FreeEUR, Measures: []Measure{},
	}
	for _, m := range s.Initiatives {
		t.out.Fund.Measures = append(t.out.Fund.Measures, Measure{ID: m.ID, Title: m.Name(), State: string(m.State), Cost: m.TotalEUR, Spent: m.SpentEUR, Removes: m.RemovesEUR, Minutes: m.Minutes()})
	}
	slices.SortStableFunc(t.out.Fund.Measures, func(a, b Measure) int { return compareDown(a.perEuro(), b.perEuro()) })
	return nil
}

// perEuro is what a euro spent removes in a year; -1 when nobody estimated it.
func (m Measure) perEuro() float64 {
	if m.Removes == nil || m.Cost <= 0 {
		return -1
	}
	return *m.Removes / m.Cost
}

func (t *taker) record(ctx context.Context) error {
	size, err := record.Size(ctx, t.r)
	if err != nil {
		return err
	}
	root, err := record.Root(ctx, t.r, size)
	t.out.Record = RecordHead{Size: size, Root: root.String()}
	return err
}

// both is a message in both languages, frozen.
func both(key string, args ...any) i18n.Text {
	return i18n.Text{EN: i18n.T(i18n.EN, key, args...), IT: i18n.T(i18n.IT, key, args...)}
}
