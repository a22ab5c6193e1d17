package budget

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Standing is the fund of a year, planned and spent, and what is left.
type Standing struct {
	Fund        Fund    `json:"fund"`
	Initiatives []Row   `json:"initiatives"` // that cost something in the year
	Committed   Amounts `json:"committed"`   // the year's cost of funded and done initiatives
	Spent       Amounts `json:"spent"`
	StaffDays   float64 `json:"staffDays"` // of committed initiatives
	FreeEUR     float64 `json:"freeEur"`
	RingFreeEUR float64 `json:"ringFreeEur"` // of the ring-fenced share, not yet committed to security
	Joint       Joint   `json:"joint"`
	Mix         Mix     `json:"mix"` // of what was spent
}

// Amounts are money as capital and as running cost.
type Amounts struct {
	CapitalEUR float64 `json:"capitalEur"`
	RunningEUR float64 `json:"runningEur"`
}

// EUR is both together.
func (a Amounts) EUR() float64 { return a.CapitalEUR + a.RunningEUR }

// Joint is how the rule stands that a share of the IT budget goes to risks which both sides identified. IT
// gives a part of the fund, and pays that part of every initiative.
type Joint struct {
	Answer      JointAnswer `json:"answer"`
	DemandedEUR *float64    `json:"demandedEur"` // nil: there is no rule, or nobody gave the IT budget
	TiedEUR     float64     `json:"tiedEur"`     // IT's part of committed initiatives against joint risks
	PerhapsEUR  float64     `json:"perhapsEur"`  // IT's part of those of which nobody said on which risks they act
}

// JointAnswer is one of three.
type JointAnswer string

// The answers.
const (
	Kept       JointAnswer = "kept"
	NotKept    JointAnswer = "not-kept"
	CannotTell JointAnswer = "cannot-tell"
)

// answer judges the figures.
func (j Joint) answer() JointAnswer {
	switch {
	case j.DemandedEUR == nil:
		return CannotTell
	case cents(j.TiedEUR) >= cents(*j.DemandedEUR):
		return Kept
	case cents(j.TiedEUR+j.PerhapsEUR) < cents(*j.DemandedEUR):
		return NotKept
	default:
		return CannotTell
	}
}

// StandingIn asks for a year; 0 is the present one, or the newest that has a fund when it has none.
type StandingIn struct {
	Year int `query:"year" json:"year"`
}

// Stand gives the fund of a year.
func Stand(ctx context.Context, r db.Reader, in StandingIn) (Standing, error) {
	b, err := load(ctx, r, 0)
	if err != nil {
		return Standing{}, err
	}
	if in.Year == 0 && len(b.funds) > 0 {
		in.Year = b.funds[len(b.funds)-1].Year
		if _, there := b.fund(r.Now().Year()); there {
			in.Year = r.Now().Year()
		}
	}
	fund, there := b.fund(in.Year)
	if !there {
		return Standing{}, problem.New(problem.NotFound, "budget.error.no-fund")
	}
	return b.standing(fund), nil
}

// OpStanding reads the fund of a year.
var OpStanding = op.Query[StandingIn, Standing]{Name: "budget.standing", Route: "GET /api/fund", Func: Stand}

// Years gives the funds of all years, the first year first.
func Years(ctx context.Context, r db.Reader, _ struct{}) ([]Standing, error) {
	b, err := load(ctx, r, 0)
	all := []Standing{}
	for _, f := range b.funds {
		all = append(all, b.standing(f))
	}
	return all, err
}

// OpYears reads the funds of all years.
var OpYears = op.Query[struct{}, []Standing]{Name: "budget.years", Route: "GET /api/fund/years", Func: Years}

func (b book) standing(f Fund) Standing {
	s := Standing{Fund: f, Initiatives: []Row{}}
	security := 0.0
	fromIT := 0.0
	if f.TotalEUR > 0 {
		fromIT = f.From("it") / f.TotalEUR
	}
	for _, row := range b.rows {
		cost := row.In(f.Year)
		if cost == (Cost{Year: f.Year}) && row.Starts() != f.Year {
			continue
		}
		s.Initiatives = append(s.Initiatives, row)
		if !row.Committed() {
			continue
		}
		s.Committed.CapitalEUR += cost.CapitalEUR
		s.Committed.RunningEUR += cost.RunningEUR
		s.StaffDays += cost.StaffDays
		if row.Security {
			security += cost.EUR()
		}
		switch {
		case row.Joint == nil:
			s.Joint.PerhapsEUR += cost.EUR() * fromIT
		case *row.Joint:
			s.Joint.TiedEUR += cost.EUR() * fromIT
		}
	}
	b.spend(&s)
	s.FreeEUR = f.TotalEUR - s.Committed.EUR()
	s.RingFreeEUR = max(0, f.TotalEUR*f.RingFencedShare-security)
	if f.ITBudgetEUR != nil && f.JointShare != nil {
		demanded := *f.ITBudgetEUR * *f.JointShare
		s.Joint.DemandedEUR = &demanded
	}
	s.Joint.Answer = s.Joint.answer()
	return s
}

// spend adds what was paid in the year.
func (b book) spend(s *Standing) {
	for _, p := range b.payments {
		if p.Year() != s.Fund.Year {
			continue
		}
		if p.Kind == "capital" {
			s.Spent.CapitalEUR += p.AmountEUR
		} else {
			s.Spent.RunningEUR += p.AmountEUR
		}
		nature := p.Nature
		if at := slices.IndexFunc(b.rows, func(row Row) bool { return row.ID == p.Initiative }); nature == "" && at >= 0 {
			nature = b.rows[at].Nature
		}
		s.Mix.add(nature, p.AmountEUR)
	}
}
