package decision_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

var ctx = context.Background()

// bank is an organisation with people in offices, the real policies, and a clock that the test moves.
type bank struct {
	*op.Runner
	t   testing.TB
	now time.Time
}

var staff = map[string][2]string{ // id: office, superior
	"carla": {"cio", "piero"}, "sandro": {"ciso", "rita"}, "rita": {"cro", "board"}, "piero": {"ceo", "board"}, "bruna": {"board", "board"},
	"anna": {"administrator", "board"}, "ivo": {"it-staff", "carla"}, "sara": {"security-staff", "sandro"}, "nora": {"cto", "carla"},
	"olga": {"business-owner", "sandro"}, "lea": {"", "piero"}, "cosimo": {"compliance", "rita"},
}

func newBank(t testing.TB, d *db.DB) *bank {
	t.Helper()
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	b := &bank{Runner: &op.Runner{DB: d, Access: policies}, t: t, now: dbtest.Now}
	d.Now = func() time.Time { return b.now }
	f := identity.File{}
	for id, is := range staff {
		f.People = append(f.People, identity.FilePerson{ID: id, Name: "Person " + id, ReportsTo: is[1]})
		if is[0] != "" {
			f.Offices = append(f.Offices, identity.FileHolding{Office: is[0], Person: id, From: "2025-01-01"})
		}
	}
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if _, err := identity.Apply(ctx, tx, f); err != nil {
			return err
		}
		return item.Put(ctx, tx, item.Item{Ref: "risk:atm", Area: "risk"})
	})
	return b
}

func (b *bank) actor(person string) (actor db.Actor) {
	b.t.Helper()
	dbtest.View(b.t, b.DB, func(r db.Reader) (err error) {
		actor, err = identity.Actor(ctx, r, person, b.now)
		return err
	})
	return actor
}

// do runs a command as a person with the offices of the day.
func do[In, Out any](b *bank, person string, c op.Command[In, Out], in In) (Out, error) {
	b.t.Helper()
	return op.Do(ctx, b.Runner, b.actor(person), c, in)
}

func must[In, Out any](b *bank, person string, c op.Command[In, Out], in In) Out {
	b.t.Helper()
	out, err := do(b, person, c, in)
	if err != nil {
		b.t.Fatalf("%s by %s: %v", c.Name, person, err)
	}
	return out
}

func (b *bank) propose(kind decision.Kind) decision.Decision {
	b.t.Helper()
	terms := decision.Terms{Content: "Until June."}
	if kind == decision.Change {
		terms.AskedBy, terms.BuiltBy = "security", "it"
	}
	return must(b, "carla", decision.OpPropose, decision.ProposeIn{Title: "A proposal", About: "risk:atm", Kind: kind, Materiality: "high", Terms: terms})
}

func yes(d decision.Decision, office string) decision.GiveKeyIn {
	return decision.GiveKeyIn{ID: d.ID, Office: office, Hash: d.Hash()}
}

func (b *bank) get(id string) (d decision.Decision) {
	b.t.Helper()
	dbtest.View(b.t, b.DB, func(r db.Reader) (err error) {
		d, err = decision.Get(ctx, r, decision.GetIn{ID: id})
		return err
	})
	return d
}

func (b *bank) spend(kind decision.Kind) error {
	return b.DB.Change(ctx, b.actor("carla"), func(tx *db.Tx) error { return decision.Spend(ctx, tx, kind, "risk:atm") })
}

func forbiddenOrConflict(err error) bool {
	return problem.Is(err, problem.Forbidden) || problem.Is(err, problem.Conflict)
}

// A few hundred random lives, this time through the operations with the real policies: what holds has two humans on the
// present content, and each decision stands in the list of its status and in no other.
func TestRandomLivesThroughTheOperationsKeepTwoHumans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, base := newBank(t, d), seed(t)
		random := rand.New(rand.NewPCG(base, 1))
		var lives []decision.Decision
		for i := range 120 {
			one := b.propose([]decision.Kind{decision.AcceptRisk, decision.Change, decision.Policy}[i%3])
			lives = append(lives, one)
			for range 8 {
				b.anything(random, &one)
				if one = b.get(one.ID); one.Status(b.now) == decision.BothKeys {
					b.twoHumans(base, one)
				}
			}
		}
		b.standInOneList(lives)
	})
}

func (b *bank) anything(random *rand.Rand, d *decision.Decision) {
	everybody := []string{"carla", "sandro", "rita", "piero", "bruna", "anna", "ivo", "sara", "olga", "cosimo", "carla", "sandro"}
	actor := b.actor(everybody[random.IntN(len(everybody))])
	office := []string{"cio", "ciso", "approver", "cio", "ciso"}[random.IntN(5)]
	if actor.Holds("cio", "ciso") && random.IntN(3) > 0 {
		office = actor.Offices[0]
	}
	var err error
	switch random.IntN(9) {
	case 0, 1, 2:
		_, err = op.Do(ctx, b.Runner, actor, decision.OpGiveKey, yes(*d, office))
	case 3:
		_, err = op.Do(ctx, b.Runner, actor, decision.OpRefuse, decision.RefuseIn{ID: d.ID, Office: office, Hash: d.Hash(), Reason: "no", Counter: "less"})
	case 4:
		_, err = op.Do(ctx, b.Runner, actor, decision.OpRevise, decision.ReviseIn{ID: d.ID, Version: d.Version, Terms: decision.Terms{Content: []string{"A", "B"}[random.IntN(2)], AskedBy: d.AskedBy, BuiltBy: d.BuiltBy}})
	case 5:
		_, err = op.Do(ctx, b.Runner, actor, decision.OpChallenge, decision.ChallengeIn{ID: d.ID, Hash: d.Hash(), Veto: random.IntN(2) == 0, Reason: "no"})
	case 6:
		_, err = op.Do(ctx, b.Runner, actor, decision.OpArbitrate, decision.ArbitrateIn{ID: d.ID, Hash: d.Hash(), Approve: true, Reason: "enough"})
	case 7:
		_, err = op.Do(ctx, b.Runner, actor, decision.OpEmergency, decision.EmergencyIn{ID: d.ID, Office: office, Hash: d.Hash(), Reason: "now"})
	default:
		b.now = b.now.Add(time.Duration(random.IntN(40)) * time.Hour)
	}
	var p *problem.Error
	if err != nil && !errors.As(err, &p) {
		b.t.Errorf("got %v, want a problem", err)
	}
}

func (b *bank) twoHumans(base uint64, d decision.Decision) {
	b.t.Helper()
	people := map[string]bool{}
	for _, office := range d.Offices() {
		k := d.Key(office)
		if k == nil || k.Answer != "yes" || k.Hash != d.Hash() || people[k.Person] || office != decision.Approver && staff[k.Person][0] != office {
			b.t.Fatalf("ACCORDO_SEED=%d: it holds with %+v", base, d.Keys)
		}
		people[k.Person] = true
	}
}

// standInOneList compares what the database selects with the status that the rules give, now and at every limit.
func (b *bank) standInOneList(lives []decision.Decision) {
	b.t.Helper()
	moments := []time.Time{b.now}
	for _, d := range lives[len(lives)-8:] {
		d = b.get(d.ID)
		for _, limit := range []time.Time{d.Deadline, d.Way.Up, d.Way.Higher} {
			moments = append(moments, limit, limit.Add(time.Microsecond))
		}
		if d.ValidUntil != nil {
			moments = append(moments, *d.ValidUntil, d.ValidUntil.Add(time.Microsecond))
		}
		if d.Emergency != nil {
			moments = append(moments, d.Emergency.Until, d.Emergency.Until.Add(time.Microsecond))
		}
	}
	for _, b.now = range moments {
		dbtest.View(b.t, b.DB, func(r db.Reader) error {
			found := map[string]decision.Status{}
			for _, status := range decision.Statuses {
				rows, err := decision.List(ctx, r, decision.Filter{Status: status})
				if err != nil {
					return err
				}
				for _, row := range rows {
					if found[row.ID] != "" || row.Status(b.now) != status {
						b.t.Errorf("%s stands in the lists of %q and %s, and is %s", row.ID, found[row.ID], status, row.Status(b.now))
					}
					found[row.ID] = status
				}
			}
			open, err := decision.List(ctx, r, decision.Filter{Open: true})
			want := 0
			for _, status := range found {
				if status.Open() {
					want++
				}
			}
			if len(found) != len(lives) || len(open) != want {
				b.t.Errorf("got %d in all lists and %d open, want %d and %d", len(found), len(open), len(lives), want)
			}
			return err
		})
	}
}

func TestOfAnswersGivenAtOnceOneIsFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		carla, sandro := b.actor("carla"), b.actor("sandro")
		for range 10 {
			one := b.propose(decision.Policy)
			must(b, "carla", decision.OpGiveKey, yes(one, "cio"))
			one = b.get(one.ID)
			errs := make([]error, 4)
			tries := []func() error{
				func() error { _, err := op.Do(ctx, b.Runner, sandro, decision.OpGiveKey, yes(one, "ciso")); return err },
				func() error { _, err := op.Do(ctx, b.Runner, sandro, decision.OpGiveKey, yes(one, "ciso")); return err },
				func() error {
					_, err := op.Do(ctx, b.Runner, sandro, decision.OpRefuse, decision.RefuseIn{ID: one.ID, Office: "ciso", Hash: one.Hash(), Reason: "no", Counter: "less"})
					return err
				},
				func() error {
					_, err := op.Do(ctx, b.Runner, carla, decision.OpRevise, decision.ReviseIn{ID: one.ID, Version: one.Version, Terms: decision.Terms{Content: "Other"}})
					return err
				},
			}
			var all sync.WaitGroup
			for i, try := range tries {
				all.Go(func() { errs[i] = try() })
			}
			all.Wait()
			given, refused, revised := errs[0] == nil || errs[1] == nil, errs[2] == nil, errs[3] == nil
			if errs[0] == nil && errs[1] == nil || given && (refused || revised) {
				t.Errorf("got %v: more than one was first", errs)
			}
			want := decision.Proposed
			switch {
			case given:
				want = decision.BothKeys
			case refused && !revised:
				want = decision.Deadlock
			}
			if got := b.get(one.ID).Status(b.now); got != want {
				t.Errorf("got %s, want %s with %v", got, want, errs)
			}
		}
	})
}

func TestRequestThatWasDoneIsRefusedWhenItComesAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		one := b.propose(decision.AcceptRisk)
		must(b, "carla", decision.OpGiveKey, yes(one, "cio"))
		if _, err := do(b, "carla", decision.OpGiveKey, yes(one, "cio")); !problem.Is(err, problem.Conflict) {
			t.Errorf("the same key: got %v, want a conflict", err)
		}
		must(b, "sandro", decision.OpRevise, decision.ReviseIn{ID: one.ID, Version: 2, Terms: decision.Terms{Content: "Until March."}})
		if _, err := do(b, "sandro", decision.OpRevise, decision.ReviseIn{ID: one.ID, Version: 2, Terms: decision.Terms{Content: "Until May."}}); !problem.Is(err, problem.Conflict) {
			t.Errorf("a revision of what is no more: got %v, want a conflict", err)
		}
		if _, err := do(b, "carla", decision.OpGiveKey, yes(one, "cio")); !problem.Is(err, problem.Conflict) {
			t.Errorf("the key on the content before: got %v, want a conflict", err)
		}
	})
}

func TestKeyIsNeverGivenByATokenTheSystemOrTheAdministrator(t *testing.T) {
	b := newBank(t, dbtest.SQLite(t))
	one := b.propose(decision.Policy)
	token := b.actor("carla")
	token.Scopes = []string{"*", "decision"}
	for name, actor := range map[string]db.Actor{"token": token, "system": db.System("cli"), "administrator": b.actor("anna"), "nobody": {}} {
		if _, err := op.Do(ctx, b.Runner, actor, decision.OpGiveKey, yes(one, "cio")); err == nil {
			t.Errorf("%s gave a key", name)
		}
	}
	if keys := b.get(one.ID).Keys; len(keys) != 0 {
		t.Errorf("got %+v, want no key", keys)
	}
}

func TestWhoLeftOrHoldsTheOfficeNoMoreGivesNoKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		one := b.propose(decision.Policy)
		must(b, "anna", identity.OpEndOffice, identity.EndOfficeInput{Office: "cio", Person: "carla"})
		if _, err := do(b, "carla", decision.OpGiveKey, yes(one, "cio")); !problem.Is(err, problem.Forbidden) {
			t.Errorf("the office ended: got %v, want forbidden", err)
		}
		must(b, "anna", identity.OpEndPerson, identity.EndPersonInput{ID: "sandro"})
		err := b.DB.View(ctx, db.System("test"), func(r db.Reader) error {
			_, err := identity.Actor(ctx, r, "sandro", b.now)
			return err
		})
		if !problem.Is(err, problem.Unauthenticated) {
			t.Errorf("the person left: got %v, want nobody", err)
		}
	})
}

func (b *bank) delegate(to, first, last string) decision.Delegation {
	b.t.Helper()
	return must(b, "carla", decision.OpDelegate, decision.DelegateIn{Office: "cio", To: to, FirstDay: first, LastDay: last})
}

func TestDelegateAnswersFromTheFirstDayToTheLastAndNotWhenItIsRevoked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		delegation := b.delegate("nora", "2026-11-27", "2026-11-30")
		for _, try := range []struct {
			day  string
			want bool
		}{{"2026-11-26", false}, {"2026-11-27", true}, {"2026-11-30", true}, {"2026-12-01", false}} {
			b.now, _ = time.Parse(time.DateOnly, try.day)
			b.now = b.now.Add(9 * time.Hour)
			given, err := do(b, "nora", decision.OpGiveKey, yes(b.propose(decision.Policy), "cio"))
			if (err == nil) != try.want {
				t.Errorf("on %s: got %v, want given %v", try.day, err, try.want)
			}
			if err == nil && (given.Key("cio").Person != "nora" || given.Key("cio").For != "carla") {
				t.Errorf("got %+v, want nora for carla", given.Key("cio"))
			}
		}
		b.now = dbtest.Now.AddDate(0, 0, 2)
		must(b, "carla", decision.OpRevoke, decision.RevokeIn{ID: delegation.ID})
		if _, err := do(b, "nora", decision.OpGiveKey, yes(b.propose(decision.Policy), "cio")); !problem.Is(err, problem.Forbidden) {
			t.Errorf("revoked: got %v, want forbidden", err)
		}
		b.delegate("nora", "2026-11-27", "2026-11-30")
		one := b.propose(decision.Policy)
		must(b, "anna", identity.OpEndOffice, identity.EndOfficeInput{Office: "cio", Person: "carla"})
		if _, err := do(b, "nora", decision.OpGiveKey, yes(one, "cio")); !problem.Is(err, problem.Forbidden) {
			t.Errorf("the giver holds the office no more: got %v, want forbidden", err)
		}
	})
}

func TestKeyNeverGoesToTheOtherSide(t *testing.T) {
	b := newBank(t, dbtest.SQLite(t))
	dbtest.Change(t, b.DB, func(tx *db.Tx) error {
		_, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Bank", Sector: "bank", Profiles: []string{"dora_fe"}})
		return err
	})
	for _, to := range []string{"sandro", "sara", "olga", "anna", "rita", "cosimo", "nobody", "carla"} { // olga reports to the CISO
		if _, err := do(b, "carla", decision.OpDelegate, decision.DelegateIn{Office: "cio", To: to, FirstDay: "2026-11-25", LastDay: "2026-11-30"}); err == nil {
			t.Errorf("the CIO's key went to %s", to)
		}
	}
	b.delegate("lea", "2026-11-25", "2026-11-30")
	must(b, "anna", identity.OpChangePerson, identity.ChangePersonInput{ID: "lea", Name: "Lea", ReportsTo: "sandro"})
	must(b, "anna", identity.OpAppoint, identity.AppointInput{Office: "business-owner", Person: "lea"})
	if _, err := do(b, "lea", decision.OpGiveKey, yes(b.propose(decision.Policy), "cio")); !problem.Is(err, problem.Forbidden) {
		t.Errorf("the delegate moved to the other side: got %v, want forbidden", err)
	}
}

func TestPolicyThatNobodyCanFollowIsRefusedAndGapsAreNotedWhenPeopleLeave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		policy := decision.DefaultPolicy()
		policy.First = "coo"
		if _, err := do(b, "bruna", decision.OpSetPolicy, policy); err == nil {
			t.Error("got a policy with a vacant office, want it refused")
		}
		policy.First = "cro"
		must(b, "bruna", decision.OpSetPolicy, policy)
		must(b, "anna", identity.OpEndPerson, identity.EndPersonInput{ID: "piero"})
		out, err := op.Do(ctx, b.Runner, db.System("watch"), decision.OpWatch, struct{}{})
		want := []decision.Gap{{Field: "second", Office: "ceo", Why: "vacant"}}
		if err != nil || !out.Moved || !slices.Equal(out.Gaps, want) {
			t.Errorf("got %+v, %v, want %v noted", out, err, want)
		}
	})
}

func TestEachDeadlockIsNotedOnce(t *testing.T) {
	b := newBank(t, dbtest.SQLite(t))
	one := b.propose(decision.Policy)
	watch := func() (out []string) {
		t.Helper()
		found, err := op.Do(ctx, b.Runner, db.System("watch"), decision.OpWatch, struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found.Passed {
			out = append(out, string(p.To))
		}
		return out
	}
	for round := range 2 {
		b.now = b.get(one.ID).Deadline.Add(time.Hour)
		if first, again := watch(), watch(); fmt.Sprint(first) != "[deadlock]" || len(again) != 0 {
			t.Errorf("round %d: got %v, then %v, want the deadlock noted once", round, first, again)
		}
		one = must(b, "sandro", decision.OpRevise, decision.ReviseIn{ID: one.ID, Version: b.get(one.ID).Version, Terms: decision.Terms{Content: fmt.Sprint("Until ", round)}})
	}
}

func TestApprovalIsSpentOnceHoweverManyTryAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		one := b.propose(decision.AcceptRisk)
		must(b, "carla", decision.OpGiveKey, yes(one, "cio"))
		must(b, "sandro", decision.OpGiveKey, yes(one, "ciso"))
		carla, errs := b.actor("carla"), make([]error, 5)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				errs[i] = b.DB.Change(ctx, carla, func(tx *db.Tx) error { return decision.Spend(ctx, tx, decision.AcceptRisk, "risk:atm") })
			})
		}
		all.Wait()
		spent := 0
		for _, err := range errs {
			if err == nil {
				spent++
			} else if !problem.Is(err, problem.Conflict) {
				t.Errorf("got %v, want a conflict", err)
			}
		}
		if spent != 1 {
			t.Errorf("got %d uses, want 1", spent)
		}
	})
}

func TestEmergencyThatFellIsNotSpendable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		one := b.propose(decision.AcceptRisk)
		must(b, "sandro", decision.OpEmergency, decision.EmergencyIn{ID: one.ID, Office: "ciso", Hash: one.Hash(), Reason: "it burns"})
		b.now = dbtest.Now.Add(72*time.Hour + time.Microsecond)
		if err := b.spend(decision.AcceptRisk); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict", err)
		}
		if _, err := do(b, "carla", decision.OpGiveKey, yes(one, "cio")); !forbiddenOrConflict(err) {
			t.Errorf("ratified too late: got %v, want it refused", err)
		}
		if got := b.get(one.ID).Status(b.now); got != decision.Reverted {
			t.Errorf("got %s, want reverted", got)
		}
	})
}
