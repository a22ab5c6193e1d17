package budget_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

func eur(x float64) *float64 { return &x }

// scenarios are one that both sides own, and one without an owner in security.
func scenarios() []risk.Scenario {
	one := func(id, security string, low, high float64) risk.Scenario {
		return risk.Scenario{
			ID: id, Title: id, OwnerIT: "carla", OwnerSecurity: security,
			Model:     fair.Scenario{Frequency: fair.Fixed(1), Primary: []fair.Loss{{Amount: fair.Interval90(low, high)}}},
			Treatment: "reduce", Status: "open",
		}
	}
	return []risk.Scenario{one("ransomware", "dario", 1e5, 1e6), one("outage", "", 1e4, 1e5)}
}

func file() budget.File {
	return budget.File{
		Funds: []budget.Fund{
			{Year: 2025, TotalEUR: 500, Sources: []budget.Source{{Of: "it", RunningEUR: 500}}},
			{
				Year: 2026, TotalEUR: 1000, RingFencedShare: 0.2, ITBudgetEUR: eur(6000), JointShare: eur(0.03), StaffDays: eur(100),
				Sources: []budget.Source{{Of: "it", CapitalEUR: 400, RunningEUR: 200}, {Of: "security", RunningEUR: 300}, {Of: "group", CapitalEUR: 100}},
			},
		},
		Initiatives: []budget.Initiative{
			{
				ID: "hsm", Title: "Second HSM", State: budget.Funded, Security: true, Nature: budget.Preventive, Costs: []budget.Cost{{Year: 2026, CapitalEUR: 300, StaffDays: 10}},
				Effects: []budget.Effect{{Risk: "ransomware", Factor: budget.Frequency, Share: eur(0.5)}, {Risk: "ransomware", Factor: budget.Magnitude, Share: eur(0.5)}, {Risk: "outage", Factor: budget.Magnitude}},
			},
			{ID: "bus", Title: "Message bus upgrade", State: budget.Proposed, Costs: []budget.Cost{{Year: 2026, RunningEUR: 500}}, Effects: []budget.Effect{{Risk: "outage", Factor: budget.Magnitude, Share: eur(0.2)}}},
			{ID: "old", Title: "Last year", State: budget.Done, Costs: []budget.Cost{{Year: 2025, CapitalEUR: 90}}, Nature: budget.Reactive, CauseNote: "Audit finding 3"},
		},
		Payments: []budget.Payment{
			{ID: "p1", Initiative: "hsm", Day: "2026-03-01", Kind: "capital", AmountEUR: 120},
			{ID: "p2", Initiative: "hsm", Day: "2026-04-01", Kind: "running", AmountEUR: 40, Nature: budget.Reactive, CauseNote: "Finding 4"},
			{ID: "p3", Initiative: "old", Day: "2025-04-01", Kind: "capital", AmountEUR: 90},
		},
	}
}

// filled is a database with the scenarios and a file.
func filled(t *testing.T, d *db.DB, f budget.File) {
	t.Helper()
	ctx := context.Background()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if _, err := risk.Apply(ctx, tx, risk.File{Scenarios: owned(t, tx, scenarios())}); err != nil {
			return err
		}
		_, err := budget.Apply(ctx, tx, f)
		return err
	})
}

func standing(t *testing.T, d *db.DB, year int) budget.Standing {
	t.Helper()
	var s budget.Standing
	dbtest.View(t, d, func(r db.Reader) (err error) {
		s, err = budget.Stand(context.Background(), r, budget.StandingIn{Year: year})
		return err
	})
	return s
}

func TestFreeMoneyIsWhatNoInitiativeOfTheYearIsPromised(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		filled(t, d, file())
		s := standing(t, d, 2026)
		if s.FreeEUR != 700 || s.Spent.EUR() != 160 || s.RingFreeEUR != 0 || len(s.Initiatives) != 2 || s.Committed.CapitalEUR != 300 || s.StaffDays != 10 {
			t.Errorf("got %+v, want 700 free, 160 spent, ring used up, two initiatives", s)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			plan, err := budget.Apply(context.Background(), tx, file())
			if len(plan) != 0 {
				t.Errorf("got %v, want nothing the second time", plan)
			}
			return err
		})
	})
}

func TestEffectsOnOneScenarioMultiplyAndWhatNobodyKnowsIsNotZero(t *testing.T) {
	d := dbtest.SQLite(t)
	filled(t, d, file())
	dbtest.View(t, d, func(r db.Reader) error {
		one, err := budget.Get(context.Background(), r, budget.GetIn{ID: "hsm"})
		if err != nil {
			return err
		}
		// LN90(1e5, 1e6) has the mean 404,001.28; a half and a half leave a quarter.
		if got, want := *one.RemovesEUR, 0.75*404001.2826945718; math.Abs(got-want) > 1e-6*want {
			t.Errorf("got %v removed, want %v", got, want)
		}
		if one.Changes[1].Takes != nil || one.Changes[1].After != nil {
			t.Errorf("got %+v, want an effect that nobody knows", one.Changes[1])
		}
		if !*one.Joint || one.ROSI() == nil {
			t.Errorf("got joint %v, ROSI %v", *one.Joint, one.ROSI())
		}
		if bound := *one.GordonLoeb(); math.Abs(bound-0.37*(404001.2826945718+40400.12826945718)) > 1e-3 {
			t.Errorf("got bound %v", bound)
		}
		return nil
	})
}

func TestShareOfTheITBudgetTiedToJointRisks(t *testing.T) {
	d := dbtest.SQLite(t)
	f := file()
	filled(t, d, f)
	// IT gives 60 % of the fund: 180 of the 300 for the HSM; 3 % of 6000 are demanded.
	if j := standing(t, d, 2026).Joint; j.Answer != budget.Kept || *j.DemandedEUR != 180 || j.TiedEUR != 180 {
		t.Errorf("got %+v, want 180 of 180", j)
	}
	if j := standing(t, d, 2025).Joint; j.Answer != budget.CannotTell {
		t.Errorf("got %+v, want no answer without a rule", j)
	}
	apply := func(change func(*budget.File)) budget.Joint {
		g := file()
		change(&g)
		dbtest.Change(t, d, func(tx *db.Tx) error { _, err := budget.Apply(context.Background(), tx, g); return err })
		return standing(t, d, 2026).Joint
	}
	if j := apply(func(g *budget.File) { g.Funds[1].JointShare = eur(0.031) }); j.Answer != budget.NotKept {
		t.Errorf("got %+v, want 186 demanded and not kept", j)
	}
	if j := apply(func(g *budget.File) { g.Initiatives[0].Effects = nil }); j.Answer != budget.CannotTell || j.PerhapsEUR != 180 {
		t.Errorf("got %+v, want no answer while nobody said on which risks it acts", j)
	}
	if j := apply(func(g *budget.File) { g.Initiatives[0].Effects = g.Initiatives[0].Effects[2:] }); j.Answer != budget.NotKept || j.TiedEUR != 0 {
		t.Errorf("got %+v, want nothing tied: the outage has one owner", j)
	}
}

func TestReactiveShareFollowsThePaymentElseTheInitiative(t *testing.T) {
	d := dbtest.SQLite(t)
	filled(t, d, file())
	if m := standing(t, d, 2026).Mix; m.PreventiveEUR != 120 || m.ReactiveEUR != 40 || *m.ReactiveShare() != 0.25 {
		t.Errorf("got %+v", m)
	}
	if m := standing(t, d, 2025).Mix; m.ReactiveEUR != 90 || *m.ReactiveShare() != 1 {
		t.Errorf("got %+v", m)
	}
	if share := (budget.Mix{UnsaidEUR: 5}).ReactiveShare(); share != nil {
		t.Errorf("got %v, want no share of what nobody said", *share)
	}
}

func TestEarlierMeasuresAreReadAndNeverWritten(t *testing.T) {
	d := dbtest.SQLite(t)
	f := budget.File{
		Funds: []budget.Fund{{Year: 2026, TotalEUR: 1000, RingFencedShare: 0.2, FromCIOEUR: 600.5, FromCISOEUR: 399.5}},
		Measures: []budget.Measure{
			{ID: "hsm", Title: "Second HSM", Year: 2026, CostEUR: 300, SpentEUR: 120, State: "funded", Security: true, Risks: []string{"outage"}, RemovesEURYear: eur(900), RemovesMinutes: eur(30)},
		},
	}
	filled(t, d, f)
	s := standing(t, d, 2026)
	if s.FreeEUR != 700 || s.Spent.RunningEUR != 120 || s.Fund.From("it") != 600.5 || s.Fund.FromCIOEUR != 0 {
		t.Errorf("got %+v", s)
	}
	one := s.Initiatives[0]
	if *one.RemovesEUR != 900 || !one.Said || *one.Minutes() != 30 || len(one.Effects) != 1 || one.Effects[0].Share != nil {
		t.Errorf("got %+v, want what was said and an effect of unknown size", one)
	}
	dbtest.View(t, d, func(r db.Reader) error {
		out, err := budget.Export(context.Background(), r)
		if len(out.Measures) != 0 || len(out.Initiatives) != 1 || len(out.Payments) != 1 {
			t.Errorf("got %+v", out)
		}
		return err
	})
}

func TestFileNamesWhatIsWrong(t *testing.T) {
	for field, spoil := range map[string]func(*budget.File){
		"funds[1].total_eur":                    func(f *budget.File) { f.Funds[1].Sources[0].CapitalEUR = 1 },
		"funds[1].sources[1].of":                func(f *budget.File) { f.Funds[1].Sources[1].Of = "it" },
		"funds[1].joint_share":                  func(f *budget.File) { f.Funds[1].JointShare = eur(3) },
		"initiatives[hsm].effects[0].share":     func(f *budget.File) { f.Initiatives[0].Effects[0].Share = eur(1.2) },
		"initiatives[hsm].effects[0].share ":    func(f *budget.File) { f.Initiatives[0].Effects[0].Share = eur(math.NaN()) },
		"initiatives[hsm].effects[1].risk":      func(f *budget.File) { f.Initiatives[0].Effects[1].Factor = budget.Frequency },
		"initiatives[bus].costs[0].running_eur": func(f *budget.File) { f.Initiatives[1].Costs[0].RunningEUR = -1 },
		"initiatives[bus].requires[0]":          func(f *budget.File) { f.Initiatives[1].Requires = []string{"bus"} },
		"initiatives[bus].mandatory.reference":  func(f *budget.File) { f.Initiatives[1].Mandatory = &budget.Mandate{By: "law"} },
		"initiatives[old].cause":                func(f *budget.File) { f.Initiatives[2].CauseNote = "" },
		"initiatives[bus].requires":             func(f *budget.File) { f.Initiatives[1].Requires = []string{"nothing"} },
		"initiatives[bus].effects":              func(f *budget.File) { f.Initiatives[1].Effects[0].Risk = "nothing" },
		"payments[p1].amount_eur":               func(f *budget.File) { f.Payments[0].AmountEUR = 0 },
		"payments[p1].initiative":               func(f *budget.File) { f.Payments[0].Initiative = "nothing" },
	} {
		d := dbtest.SQLite(t)
		filled(t, d, budget.File{})
		f := file()
		spoil(&f)
		err := d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error {
			_, err := budget.Apply(context.Background(), tx, f)
			return err
		})
		p, ok := problem.As(err)
		for ok && len(p.Causes) > 0 {
			p = p.Causes[0]
		}
		if want := trim(field); !ok || p.Field != want {
			t.Errorf("got %v, want %s named", err, want)
		}
	}
}

func trim(field string) string { return strings.TrimSpace(field) }

// owned makes the people who own the scenarios.
func owned(t *testing.T, tx *db.Tx, all []risk.Scenario) []risk.Scenario {
	t.Helper()
	for _, id := range []string{"carla", "dario"} {
		if _, err := identity.AddPerson(context.Background(), tx, identity.AddPersonInput{ID: id, Name: id, Email: id + "@example.org"}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
