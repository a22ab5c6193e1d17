package decision_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/item"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

var (
	cio   = db.Actor{Ref: "person:marta", Name: "Marta", Offices: []string{"cio"}}
	ciso  = db.Actor{Ref: "person:luca", Name: "Luca", Offices: []string{"ciso"}}
	cro   = db.Actor{Ref: "person:anna", Name: "Anna", Offices: []string{"cro"}}
	ceo   = db.Actor{Ref: "person:piero", Name: "Piero", Offices: []string{"ceo"}}
	admin = db.Actor{Ref: "person:root", Name: "Root", Offices: []string{"administrator"}}
)

// story is a test on one database with a clock that the test moves.
type story struct {
	t   *testing.T
	d   *db.DB
	now time.Time
}

func begin(t *testing.T, d *db.DB) *story {
	s := &story{t: t, d: d, now: dbtest.Now}
	d.Now = func() time.Time { return s.now }
	return s
}

func (s *story) as(actor db.Actor, fn func(context.Context, *db.Tx) (decision.Decision, error)) (out decision.Decision, err error) {
	s.t.Helper()
	err = s.d.Change(context.Background(), actor, func(tx *db.Tx) error {
		out, err = fn(context.Background(), tx)
		return err
	})
	return out, err
}

func (s *story) propose() decision.Decision {
	s.t.Helper()
	d, err := s.as(cio, func(ctx context.Context, tx *db.Tx) (decision.Decision, error) {
		if err := item.Put(ctx, tx, item.Item{Ref: "risk:atm", Area: "risk"}); err != nil {
			return decision.Decision{}, err
		}
		return decision.Propose(ctx, tx, decision.ProposeIn{Title: "Accept the ATM risk", About: "risk:atm", Kind: decision.AcceptRisk, Materiality: "high", Terms: decision.Terms{Content: "Until June."}})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *story) give(actor db.Actor, office string, d decision.Decision) (decision.Decision, error) {
	return s.as(actor, func(ctx context.Context, tx *db.Tx) (decision.Decision, error) {
		return decision.GiveKey(ctx, tx, decision.GiveKeyIn{ID: d.ID, Office: office, Hash: d.Hash()})
	})
}

func (s *story) refuse(actor db.Actor, office string, d decision.Decision) (decision.Decision, error) {
	return s.as(actor, func(ctx context.Context, tx *db.Tx) (decision.Decision, error) {
		return decision.Refuse(ctx, tx, decision.RefuseIn{ID: d.ID, Office: office, Hash: d.Hash(), Reason: "no patches", Counter: "until March"})
	})
}

func (s *story) spend() error {
	return s.d.Change(context.Background(), cio, func(tx *db.Tx) error {
		return decision.Spend(context.Background(), tx, decision.AcceptRisk, ref.Ref("risk:atm"))
	})
}

func TestBothKeysOnTheSameContentApproveAndAreSpentOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := begin(t, d)
		proposal := s.propose()
		if err := s.spend(); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict before any key", err)
		}
		if _, err := s.give(cio, "cio", proposal); err != nil {
			t.Fatal(err)
		}
		if err := s.spend(); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict after one key", err)
		}
		agreed, err := s.give(ciso, "ciso", proposal)
		if err != nil || agreed.Status(s.now) != decision.BothKeys {
			t.Fatalf("got %v, %v, want agreed", agreed.Status(s.now), err)
		}
		if err := s.spend(); err != nil {
			t.Errorf("got %v, want the approval spent", err)
		}
		if err := s.spend(); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a second use refused", err)
		}
	})
}

func TestOnlyTheHolderOfTheOfficeGivesItsKeyAndOneHumanNeverBoth(t *testing.T) {
	s := begin(t, dbtest.SQLite(t))
	proposal := s.propose()
	for _, try := range []struct {
		actor  db.Actor
		office string
	}{{cio, "ciso"}, {admin, "cio"}, {cro, "ciso"}, {db.Actor{Ref: "person:root", Offices: []string{"cio", "administrator"}}, "cio"}} {
		if _, err := s.give(try.actor, try.office, proposal); !problem.Is(err, problem.Forbidden) {
			t.Errorf("%s for %s: got %v, want forbidden", try.actor.Ref, try.office, err)
		}
	}
	both := db.Actor{Ref: "person:janus", Offices: []string{"cio", "ciso"}}
	if _, err := s.give(both, "cio", proposal); err != nil {
		t.Fatal(err)
	}
	if _, err := s.give(both, "ciso", proposal); !problem.Is(err, problem.Forbidden) {
		t.Errorf("got %v, want the second key of the same human refused", err)
	}
}

func TestRevisionVoidsKeys(t *testing.T) {
	s := begin(t, dbtest.SQLite(t))
	proposal := s.propose()
	given, err := s.give(ciso, "ciso", proposal)
	if err != nil {
		t.Fatal(err)
	}
	revised, err := s.as(cio, func(ctx context.Context, tx *db.Tx) (decision.Decision, error) {
		return decision.Revise(ctx, tx, decision.ReviseIn{ID: given.ID, Version: given.Version, Terms: decision.Terms{Content: "Until March."}})
	})
	if err != nil || revised.Status(s.now) != decision.Proposed {
		t.Fatalf("got %v, %v, want proposed again", revised.Status(s.now), err)
	}
	if _, err := s.give(ciso, "ciso", proposal); !problem.Is(err, problem.Conflict) {
		t.Errorf("got %v, want a conflict: the content read is not the content now", err)
	}
}

func TestSilenceLeadsToTheCROThenToTheCEO(t *testing.T) {
	s := begin(t, dbtest.SQLite(t))
	proposal := s.propose()
	if _, err := s.give(cio, "cio", proposal); err != nil {
		t.Fatal(err)
	}
	arbitrate := func(actor db.Actor) (decision.Decision, error) {
		return s.as(actor, func(ctx context.Context, tx *db.Tx) (decision.Decision, error) {
			return decision.Arbitrate(ctx, tx, decision.ArbitrateIn{ID: proposal.ID, Hash: proposal.Hash(), Approve: true, Reason: "until March"})
		})
	}
	if _, err := arbitrate(cro); !problem.Is(err, problem.Conflict) {
		t.Errorf("got %v, want a conflict: no deadlock yet", err)
	}
	s.now = proposal.Deadline.Add(time.Hour)
	if _, err := s.give(ciso, "ciso", proposal); !problem.Is(err, problem.Conflict) {
		t.Errorf("got %v, want a late key refused", err)
	}
	if _, err := arbitrate(cro); !problem.Is(err, problem.Conflict) {
		t.Errorf("got %v, want a conflict while the two may still settle it", err)
	}
	s.now = proposal.Way.Higher.Add(time.Minute)
	if _, err := arbitrate(cro); !problem.Is(err, problem.Forbidden) {
		t.Errorf("got %v, want the CRO's time over", err)
	}
	if _, err := arbitrate(cio); !problem.Is(err, problem.Forbidden) {
		t.Errorf("got %v, want a key holder refused as arbiter", err)
	}
	ended, err := arbitrate(ceo)
	if err != nil || ended.Status(s.now) != decision.Approved {
		t.Errorf("got %v, %v, want approved by the CEO", ended.Status(s.now), err)
	}
}

func TestRefusalNeedsReasonAndCounterProposalAndGoesUpWhenItIsNotSettled(t *testing.T) {
	s := begin(t, dbtest.SQLite(t))
	proposal := s.propose()
	_, err := s.as(ciso, func(ctx context.Context, tx *db.Tx) (decision.Decision, error) {
		return decision.Refuse(ctx, tx, decision.RefuseIn{ID: proposal.ID, Office: "ciso", Hash: proposal.Hash(), Reason: "no patches"})
	})
	if p, ok := problem.As(err); !ok || p.Field != "counter" {
		t.Errorf("got %v, want the missing counter-proposal named", err)
	}
	refused, err := s.refuse(ciso, "ciso", proposal)
	if err != nil {
		t.Fatal(err)
	}
	working := organisation.Calendar{}
	office, until := refused.Escalation(s.now)
	if refused.Status(s.now) != decision.Deadlock || office != "" || !until.Equal(working.Add(s.now, 1)) {
		t.Errorf("got %v, %q until %v, want a deadlock that the two may settle for one working day", refused.Status(s.now), office, until)
	}
	s.now = until
	if office, until = refused.Escalation(s.now); refused.Status(s.now) != decision.Escalated1 || office != "cro" || !until.Equal(working.Add(s.now, 2)) {
		t.Errorf("got %v, %q until %v, want the CRO for two working days", refused.Status(s.now), office, until)
	}
}

func TestExportThenApplyChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := begin(t, d)
		proposal := s.propose()
		if _, err := s.refuse(ciso, "ciso", proposal); err != nil {
			t.Fatal(err)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			f, err := decision.Export(context.Background(), tx)
			if err != nil {
				return err
			}
			plan, err := decision.Apply(context.Background(), tx, f)
			if len(plan) != 0 {
				t.Errorf("got %v, want nothing", plan)
			}
			return err
		})
	})
}

// Whatever happens in whatever order: agreed always means two different humans, each holder of the
// office, on the present content.
func TestAgreedAlwaysMeansTwoHumansOnThePresentContent(t *testing.T) {
	actors := []db.Actor{cio, ciso, cro, ceo, admin}
	d := dbtest.SQLite(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := begin(t, d)
		proposal := s.propose()
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			actor := rapid.SampledFrom(actors).Draw(rt, "actor")
			office := rapid.SampledFrom([]string{"cio", "ciso"}).Draw(rt, "office")
			var err error
			next := proposal
			switch rapid.SampledFrom([]string{"give", "refuse", "revise", "wait"}).Draw(rt, "step") {
			case "give":
				next, err = s.give(actor, office, proposal)
			case "refuse":
				next, err = s.refuse(actor, office, proposal)
			case "revise":
				next, err = s.as(actor, func(ctx context.Context, tx *db.Tx) (decision.Decision, error) {
					content := rapid.SampledFrom([]string{"Until June.", "Until March."}).Draw(rt, "content")
					return decision.Revise(ctx, tx, decision.ReviseIn{ID: proposal.ID, Version: proposal.Version, Terms: decision.Terms{Content: content}})
				})
			case "wait":
				s.now = s.now.Add(20 * time.Hour)
			}
			if err == nil {
				proposal = next
			}
			if proposal.Status(s.now) != decision.BothKeys {
				continue
			}
			a, b := proposal.Key("cio"), proposal.Key("ciso")
			if a.Person != "marta" || b.Person != "luca" || a.Hash != proposal.Hash() || b.Hash != proposal.Hash() {
				rt.Fatalf("agreed with %+v and %+v on %s", a, b, proposal.Hash())
			}
		}
	})
}
