package budget_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// choosing is a file with five initiatives to choose from for 2030, one of them mandatory.
func choosing() budget.File {
	one := func(id string, cost, share float64, risk string, security bool) budget.Initiative {
		return budget.Initiative{
			ID: id, Title: id, State: budget.Proposed, Security: security, Costs: []budget.Cost{{Year: 2030, CapitalEUR: cost, StaffDays: cost / 10}},
			Effects: []budget.Effect{{Risk: risk, Factor: budget.Magnitude, Share: eur(share)}},
		}
	}
	f := budget.File{
		Funds: []budget.Fund{{Year: 2030, TotalEUR: 1000, RingFencedShare: 0.3, StaffDays: eur(90), Sources: []budget.Source{{Of: "it", CapitalEUR: 600}, {Of: "security", RunningEUR: 400}}}},
		Initiatives: []budget.Initiative{
			one("a", 500, 0.6, "ransomware", true), one("b", 450, 0.55, "ransomware", false), one("c", 300, 0.5, "outage", false),
			one("d", 200, 0.2, "ransomware", false), one("e", 100, 0.01, "outage", false),
		},
	}
	f.Initiatives[2].Requires = []string{"d"}
	f.Initiatives[4].Mandatory = &budget.Mandate{By: "law", Reference: "Article 11"}
	return f
}

func choose(t *testing.T, d *db.DB, in budget.ChooseIn) (budget.Choice, error) {
	t.Helper()
	var c budget.Choice
	var failed error
	dbtest.View(t, d, func(r db.Reader) error {
		c, failed = budget.Choose(context.Background(), r, in)
		return nil
	})
	return c, failed
}

// best enumerates all sets of the file under its rules and gives the smallest expected loss.
func best(f budget.File, ale map[string]float64) (set []string, least float64) {
	least = math.Inf(1)
	for bits := range 1 << len(f.Initiatives) {
		money, days, ring := 0.0, 0.0, 0.0
		keep, ids := map[string]float64{"ransomware": 1, "outage": 1}, []string{}
		for n, i := range f.Initiatives {
			if bits>>n&1 == 0 {
				continue
			}
			ids = append(ids, i.ID)
			money, days = money+i.CostEUR(), days+i.StaffDays()
			if i.Security {
				ring += i.CostEUR()
			}
			keep[i.Effects[0].Risk] *= 1 - *i.Effects[0].Share
		}
		fits := money <= 1000 && days <= 90 && ring >= 0.3*money && slices.Contains(ids, "e") && (!slices.Contains(ids, "c") || slices.Contains(ids, "d"))
		if loss := ale["ransomware"]*keep["ransomware"] + ale["outage"]*keep["outage"]; fits && loss < least {
			set, least = ids, loss
		}
	}
	return set, least
}

func TestChoiceIsTheBestOfAllSetsUnderAllRules(t *testing.T) {
	d := dbtest.SQLite(t)
	f := choosing()
	filled(t, d, f)
	c, err := choose(t, d, budget.ChooseIn{From: 2030})
	if err != nil {
		t.Fatal(err)
	}
	set, least := best(f, map[string]float64{"ransomware": 404001.2826945718, "outage": 40400.12826945718})
	if !slices.Equal(c.Best.Chosen, set) || !c.Best.Proven || math.Abs(c.Best.Residual-least) > 1e-6*least {
		t.Errorf("got %v leaving %v, want %v leaving %v", c.Best.Chosen, c.Best.Residual, set, least)
	}
}

func TestNothingToChooseIsAChoiceOfNothing(t *testing.T) {
	d := dbtest.SQLite(t)
	f := choosing()
	f.Initiatives = nil
	filled(t, d, f)
	if c, err := choose(t, d, budget.ChooseIn{From: 2030}); err != nil || len(c.Best.Chosen) != 0 || !c.Best.Proven {
		t.Errorf("got %v, %v, want nothing chosen", c.Best.Chosen, err)
	}
}

func TestLimitsThatContradictEachOtherAreNamedWithAWayOut(t *testing.T) {
	d := dbtest.SQLite(t)
	filled(t, d, choosing())
	_, err := choose(t, d, budget.ChooseIn{From: 2030, Money: []float64{50}, NoRing: true})
	p, ok := problem.As(err)
	if !ok || p.Key != "choice.infeasible" || len(p.Causes) != 2 || p.Causes[0].Field != "money-2030" || p.Causes[0].Args["need"] != int64(100) {
		t.Errorf("got %v, want the money of 2030 and what it needs, and the mandatory initiative", err)
	}
}

func TestExcludedAndPastInitiativesAreLeftOutWithTheReason(t *testing.T) {
	d := dbtest.SQLite(t)
	f := choosing()
	f.Initiatives[0].State, f.Initiatives[0].Groups, f.Initiatives[1].Groups = budget.Funded, []string{"g"}, []string{"g"}
	f.Initiatives[3].Costs[0].Year = 2029
	filled(t, d, f)
	c, err := choose(t, d, budget.ChooseIn{From: 2030, NoRing: true})
	if err != nil {
		t.Fatal(err)
	}
	why := map[string]string{}
	for _, one := range c.LeftOut {
		why[one.ID] = one.Why
	}
	if why["b"] != "excluded" || why["d"] != "past" || why["c"] != "requires" || len(why) != 3 {
		t.Errorf("got %v", why)
	}
	if !slices.Contains(c.Best.Chosen, "a") || slices.Contains(c.New(c.Best.Chosen), "a") {
		t.Errorf("got %v, want what is funded fixed and not new", c.Best.Chosen)
	}
}

func person(id, office string) db.Actor {
	return db.Actor{Ref: ref.New("person", id), Name: id, Offices: []string{office}}
}

// life runs commands on plans one after the other.
type life struct {
	t  *testing.T
	db *db.DB
}

func (l life) do(who db.Actor, step func(context.Context, *db.Tx) error) error {
	l.t.Helper()
	return l.db.Change(context.Background(), who, func(tx *db.Tx) error { return step(context.Background(), tx) })
}

func (l life) must(who db.Actor, step func(context.Context, *db.Tx) error) {
	l.t.Helper()
	if err := l.do(who, step); err != nil {
		l.t.Fatal(err)
	}
}

func (l life) save(in budget.SavePlanIn) (budget.PlanRow, error) {
	l.t.Helper()
	var row budget.PlanRow
	in.Title, in.Asked = "Plan", budget.ChooseIn{From: 2030}
	err := l.do(person("carla", "cio"), func(ctx context.Context, tx *db.Tx) (err error) {
		row, err = budget.SavePlan(ctx, tx, in)
		return err
	})
	return row, err
}

func (l life) propose(p budget.PlanRow) budget.PlanRow {
	l.t.Helper()
	l.must(person("carla", "cio"), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = budget.Propose(ctx, tx, budget.ProposeIn{ID: p.ID, Version: p.Version, Materiality: "high"})
		return err
	})
	return p
}

func (l life) key(office, who, id string) {
	l.t.Helper()
	l.must(person(who, office), func(ctx context.Context, tx *db.Tx) error {
		d, err := decision.Get(ctx, tx, decision.GetIn{ID: id})
		if err != nil {
			return err
		}
		_, err = decision.GiveKey(ctx, tx, decision.GiveKeyIn{ID: id, Office: office, Hash: d.Hash()})
		return err
	})
}

func (l life) adopt(id string) error {
	return l.do(person("carla", "cio"), func(ctx context.Context, tx *db.Tx) error {
		_, err := budget.Adopt(ctx, tx, budget.PlanIn{ID: id})
		return err
	})
}

func (l life) state(id string) budget.State {
	l.t.Helper()
	var state budget.State
	dbtest.View(l.t, l.db, func(r db.Reader) error {
		one, err := budget.Get(context.Background(), r, budget.GetIn{ID: id})
		state = one.State
		return err
	})
	return state
}

func TestPlanIsAdoptedOnceBothKeysAreGivenOnExactlyIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		filled(t, d, choosing())
		l := life{t, d}
		p, err := l.save(budget.SavePlanIn{Initiatives: []string{"a", "e"}})
		if err != nil || p.State != budget.Draft || p.After.MeanEUR >= p.Before.MeanEUR || p.Years[0].Sources[0].EUR != 360 {
			t.Fatalf("got %+v, %v; want a draft of which IT pays 360 of 600", p, err)
		}
		p = l.propose(p)
		if err := l.adopt(p.ID); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want no adoption without keys", err)
		}
		l.key("cio", "carla", p.Decision)
		if err := l.adopt(p.ID); !problem.Is(err, problem.Conflict) || l.state("a") != budget.Proposed {
			t.Errorf("got %v, want no adoption with one key", err)
		}
		l.key("ciso", "dario", p.Decision)
		if err := l.adopt(p.ID); err != nil {
			t.Fatal(err)
		}
		if l.state("a") != budget.Funded || l.state("b") != budget.Proposed {
			t.Errorf("got a %s and b %s, want only the plan's funded", l.state("a"), l.state("b"))
		}
		if err := l.adopt(p.ID); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want no second adoption", err)
		}
	})
}

func TestPlanChangedAfterItsProposalIsNotAdopted(t *testing.T) {
	d := dbtest.SQLite(t)
	filled(t, d, choosing())
	l := life{t, d}
	p, err := l.save(budget.SavePlanIn{Initiatives: []string{"a", "e"}})
	if err != nil {
		t.Fatal(err)
	}
	p = l.propose(p)
	changed, err := l.save(budget.SavePlanIn{ID: p.ID, Version: p.Version, Initiatives: []string{"a", "d", "e"}})
	if err != nil || changed.State != budget.Outdated {
		t.Fatalf("got %s, %v; want it outdated", changed.State, err)
	}
	l.key("cio", "carla", p.Decision)
	l.key("ciso", "dario", p.Decision)
	if err := l.adopt(p.ID); !problem.Is(err, problem.Conflict) || l.state("a") != budget.Proposed {
		t.Errorf("got %v, want no adoption: the keys were given on something else", err)
	}
}

func TestInitiativeChangedAfterTheKeysStopsTheAdoption(t *testing.T) {
	d := dbtest.SQLite(t)
	filled(t, d, choosing())
	l := life{t, d}
	p, err := l.save(budget.SavePlanIn{Initiatives: []string{"a", "e"}})
	if err != nil {
		t.Fatal(err)
	}
	p = l.propose(p)
	l.key("cio", "carla", p.Decision)
	l.key("ciso", "dario", p.Decision)
	dearer := choosing().Initiatives[0]
	dearer.Version, dearer.Costs[0].CapitalEUR = 1, 510
	l.must(person("carla", "cio"), func(ctx context.Context, tx *db.Tx) error {
		_, err := budget.Write(ctx, tx, budget.WriteIn{Initiative: dearer})
		return err
	})
	if err := l.adopt(p.ID); !problem.Is(err, problem.Conflict) || l.state("a") != budget.Proposed {
		t.Errorf("got %v, want no adoption of another cost", err)
	}
}

func TestPlanMustKeepToTheRules(t *testing.T) {
	d := dbtest.SQLite(t)
	filled(t, d, choosing())
	l := life{t, d}
	for name, ids := range map[string][]string{
		"without the mandatory one": {"a"}, "without what it requires": {"a", "c", "e"}, "over the money": {"a", "b", "e"}, "below the ring fence": {"b", "e"}, "unknown": {"z"},
	} {
		if _, err := l.save(budget.SavePlanIn{Initiatives: ids}); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
}

func TestOnlyAPlanFundsAnInitiative(t *testing.T) {
	d := dbtest.SQLite(t)
	filled(t, d, file())
	write := func(change func(*budget.Initiative)) error {
		one := file().Initiatives[0]
		one.Version = 1
		change(&one)
		return life{t, d}.do(person("carla", "cio"), func(ctx context.Context, tx *db.Tx) error {
			_, err := budget.Write(ctx, tx, budget.WriteIn{Initiative: one})
			return err
		})
	}
	for field, change := range map[string]func(*budget.Initiative){
		"state": func(i *budget.Initiative) { i.State = budget.Proposed }, "costs": func(i *budget.Initiative) { i.Costs[0].CapitalEUR = 1 },
	} {
		if p, ok := problem.As(write(change)); !ok || p.Field != field {
			t.Errorf("got %v, want %s refused", p, field)
		}
	}
	if err := write(func(i *budget.Initiative) { i.State = budget.Done }); err != nil {
		t.Errorf("got %v, want funded to become done", err)
	}
}
