package landscape_test

import (
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// encrypted asks that what crosses the border is encrypted; the bank's only such connection says nothing of it.
func encrypted() landscape.Policy {
	return landscape.Policy{ID: "encrypted", Title: "Encrypted outside", Subject: "connection", Applies: "crossing and live", Holds: "encrypted", Severity: "high", Owner: "marta"}
}

func addPolicy(t testing.TB, d *db.DB, p landscape.Policy) (out landscape.Policy) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) (err error) {
		out, err = landscape.AddPolicy(ctx, tx, p)
		return err
	})
	return out
}

func violations(t testing.TB, d *db.DB, f landscape.ViolationFilter) []landscape.Violation {
	t.Helper()
	return view(t, d, func(r db.Reader) ([]landscape.Violation, error) {
		page, err := landscape.Violations(ctx, r, f)
		return page.Items, err
	})
}

func policyRow(t testing.TB, d *db.DB, id string) landscape.PolicyRow {
	t.Helper()
	return view(t, d, func(r db.Reader) (landscape.PolicyRow, error) {
		out, err := landscape.GetPolicy(ctx, r, landscape.GetPolicyIn{ID: id})
		return out.Policy, err
	})
}

// say states whether the connection to CartaNet is encrypted.
func say(t testing.TB, d *db.DB, encrypted bool) {
	t.Helper()
	f := view(t, d, func(r db.Reader) (landscape.File, error) { return landscape.Export(ctx, r) })
	for i := range f.Connections {
		if f.Connections[i].ID == "c5" {
			f.Connections[i].Encrypted = &encrypted
		}
	}
	apply(t, d, f)
}

func TestPolicyTellsHoldsViolatedAndCannotTell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		addPolicy(t, d, encrypted())
		if got, want := policyRow(t, d, "encrypted").Count, (landscape.Tally{CannotTell: 1}); got != want {
			t.Errorf("nobody has said: got %+v, want %+v", got, want)
		}
		untold := violations(t, d, landscape.ViolationFilter{State: "cannot-tell"})
		if len(untold) != 1 || strings.Join(untold[0].Unset, " ") != "encrypted" || untold[0].Subject != "c5" {
			t.Errorf("got %+v, want the connection with what is missing", untold)
		}
		say(t, d, false)
		if got, want := policyRow(t, d, "encrypted").Count, (landscape.Tally{Violated: 1}); got != want {
			t.Errorf("not encrypted: got %+v, want %+v", got, want)
		}
		say(t, d, true)
		if got, want := policyRow(t, d, "encrypted").Count, (landscape.Tally{Holds: 1}); got != want {
			t.Errorf("encrypted: got %+v, want %+v", got, want)
		}
	})
}

func TestEveryVersionOfAPolicyIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		p := addPolicy(t, d, encrypted())
		change := func(p landscape.Policy) (out landscape.Policy, err error) {
			err = d.Change(ctx, db.System("test"), func(tx *db.Tx) error { out, err = landscape.ChangePolicy(ctx, tx, p); return err })
			return out, err
		}
		p.Holds = "encrypted and authenticated"
		second, err := change(p)
		if err != nil || second.Version != 2 {
			t.Fatalf("got version %d, %v, want 2", second.Version, err)
		}
		if _, err := change(p); !problem.Is(err, problem.Conflict) {
			t.Errorf("an old version: got %v, want a conflict", err)
		}
		if same, err := change(second); err != nil || same.Version != 2 {
			t.Errorf("nothing changed: got version %d, %v, want 2", same.Version, err)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := landscape.SwitchPolicy(ctx, tx, landscape.SwitchPolicyIn{ID: p.ID, Version: 2})
			return err
		})
		got := policyRow(t, d, p.ID)
		if got.Version != 3 || !got.Disabled || len(got.Past) != 2 || got.Past[0].Holds != "encrypted" || got.Past[1].Holds != p.Holds {
			t.Errorf("got %+v, want three versions", got)
		}
		if got := violations(t, d, landscape.ViolationFilter{State: "all"}); len(got) != 0 {
			t.Errorf("a policy that is off judges: %+v", got)
		}
	})
}

func TestWrongPoliciesAreRefusedWithTheirFields(t *testing.T) {
	d := dbtest.SQLite(t)
	withBank(t, d)
	p := landscape.Policy{Subject: "element", Applies: "knid == 1", Holds: "owner", Severity: "worst", Owner: "nobody", Reference: "2022/2554" + "#999"}
	err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := landscape.AddPolicy(ctx, tx, p); return err })
	wrong, _ := problem.As(err)
	fields := map[string]bool{}
	for _, cause := range wrong.Causes {
		fields[cause.Field] = true
	}
	for _, field := range []string{"title", "severity", "applies", "holds", "owner", "reference"} {
		if !fields[field] {
			t.Errorf("got %v, want a problem of %s", wrong, field)
		}
	}
}

func TestPacksCompileAndAreInBothLanguages(t *testing.T) {
	packs, err := landscape.Packs()
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.SQLite(t)
	withMarta(t, d)
	seen := map[string]bool{}
	for _, pack := range packs {
		dbtest.Change(t, d, func(tx *db.Tx) error {
			for _, p := range pack.Policies {
				if seen[p.ID] {
					t.Errorf("%s is there twice", p.ID)
				}
				seen[p.ID] = true
				if p.TitleIT == "" || p.Why == "" || p.WhyIT == "" || p.Reference == "" {
					t.Errorf("%s lacks words", p.ID)
				}
				if _, err := landscape.AddPolicy(ctx, tx, p); err != nil {
					t.Errorf("%s: %v", p.ID, err)
				}
			}
			return nil
		})
	}
	if len(seen) < 45 {
		t.Errorf("got %d policies, want all of them", len(seen))
	}
}

func TestAdoptedPackBelongsToTheOrganisation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		adopt := func() (out landscape.AdoptPackOut) {
			dbtest.Change(t, d, func(tx *db.Tx) (err error) {
				out, err = landscape.AdoptPack(ctx, tx, landscape.AdoptPackIn{Pack: "dora-third-party", Owner: "marta"})
				return err
			})
			return out
		}
		first := adopt()
		if len(first.Adopted) == 0 || len(first.Kept) != 0 {
			t.Errorf("got %+v, want all adopted", first)
		}
		if second := adopt(); len(second.Adopted) != 0 || len(second.Kept) != len(first.Adopted) {
			t.Errorf("got %+v, want all kept", second)
		}
		found := violations(t, d, landscape.ViolationFilter{Policy: "dora-contract"})
		if len(found) != 1 || found[0].Subject != "cartanet" || found[0].Severity != "high" {
			t.Errorf("got %+v, want the supplier whose contract has ended", found)
		}
		conformance := view(t, d, func(r db.Reader) (map[string]landscape.Conformance, error) { return landscape.ConformanceOf(ctx, r) })
		if got := conformance["cartanet"]; got.Violated == 0 || got.Worst != "high" {
			t.Errorf("got %+v, want the supplier to conform not", got)
		}
	})
}

// people of the two offices, and a stranger.
func officer(person, office string) db.Actor {
	return db.Actor{Ref: ref.New("person", person), Name: person, Offices: []string{office}}
}

func changedAs(t testing.TB, d *db.DB, who db.Actor, do func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Change(ctx, who, do); err != nil {
		t.Fatal(err)
	}
}

func TestExceptionNeedsBothOfficersAndEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		dbtest.Change(t, d, func(tx *db.Tx) error {
			return item.Put(ctx, tx, item.Item{Ref: ref.New("person", "davide"), Title: i18n.Text{EN: "Davide"}, Area: "identity"})
		})
		addPolicy(t, d, encrypted())
		say(t, d, false)
		until := dbtest.Now.AddDate(0, 1, 0).Format(time.DateOnly)
		in := landscape.AskExceptionIn{Policy: "encrypted", Subject: "connection:c5", Reason: "CartaNet changes its gateway in January", Until: until}
		stranger := db.Actor{Ref: "person:giulia", Name: "Giulia"}
		err := d.Change(ctx, stranger, func(tx *db.Tx) error { _, err := landscape.AskException(ctx, tx, in); return err })
		if !problem.Is(err, problem.Forbidden) {
			t.Errorf("a stranger: got %v, want a refusal", err)
		}
		var row landscape.ExceptionRow
		as := func(who db.Actor, do func(tx *db.Tx) error) { t.Helper(); changedAs(t, d, who, do) }
		owner := db.Actor{Ref: "person:marta", Name: "Marta"}
		as(owner, func(tx *db.Tx) error {
			out, err := landscape.AskException(ctx, tx, in)
			row = out.Exception
			return err
		})
		if err := d.Change(ctx, owner, func(tx *db.Tx) error { _, err := landscape.AskException(ctx, tx, in); return err }); !problem.Is(err, problem.Conflict) {
			t.Errorf("asked twice: got %v, want a conflict", err)
		}
		state := func() (landscape.ExceptionState, landscape.ViolationState) {
			t.Helper()
			found := violations(t, d, landscape.ViolationFilter{Policy: "encrypted"})
			if len(found) != 1 || found[0].Exception == nil {
				t.Fatalf("got %+v, want the violation with its exception: it is never hidden", found)
			}
			return found[0].Exception.State, found[0].State
		}
		expect := func(e landscape.ExceptionState, v landscape.ViolationState) {
			t.Helper()
			if gotE, gotV := state(); gotE != e || gotV != v {
				t.Errorf("got %s %s, want %s %s", gotE, gotV, e, v)
			}
		}
		enforce := func(tx *db.Tx) error {
			_, err := landscape.EnforceException(ctx, tx, landscape.EnforceExceptionIn{ID: row.ID})
			return err
		}
		expect(landscape.ExceptionPending, landscape.ViolationOpen)
		if err := d.Change(ctx, owner, enforce); !problem.Is(err, problem.Conflict) {
			t.Errorf("without keys: got %v, want a conflict", err)
		}
		var about decision.Decision
		dbtest.View(t, d, func(r db.Reader) (err error) {
			about, err = decision.Get(ctx, r, decision.GetIn{ID: row.Decision})
			return err
		})
		for _, who := range []db.Actor{officer("marta", "cio"), officer("davide", "ciso")} {
			as(who, func(tx *db.Tx) error {
				_, err := decision.GiveKey(ctx, tx, decision.GiveKeyIn{ID: about.ID, Office: who.Offices[0], Hash: about.Hash()})
				return err
			})
		}
		expect(landscape.ExceptionGranted, landscape.ViolationOpen)
		as(owner, enforce)
		expect(landscape.ExceptionInForce, landscape.ViolationExcepted)
		if got, want := policyRow(t, d, "encrypted").Count, (landscape.Tally{Excepted: 1}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		d.Now = func() time.Time { return dbtest.Now.AddDate(0, 2, 0) }
		expect(landscape.ExceptionExpired, landscape.ViolationOpen)
		d.Now = func() time.Time { return dbtest.Now }
		f := view(t, d, func(r db.Reader) (landscape.File, error) { return landscape.Export(ctx, r) })
		if got := apply(t, d, f); len(got) != 0 || len(f.Policies) != 1 || len(f.Exceptions) != 1 {
			t.Errorf("got %v, want no change from what was exported", got)
		}
		f.Exceptions[0].Until = dbtest.Now.AddDate(1, 0, 0).Format(time.DateOnly)
		apply(t, d, f)
		expect(landscape.ExceptionPending, landscape.ViolationOpen) // the officers agreed to another day
	})
}

func TestChecklistOfANewElementComesFromThePolicies(t *testing.T) {
	d := dbtest.SQLite(t)
	withBank(t, d)
	addPolicy(t, d, encrypted())
	addPolicy(t, d, landscape.Policy{Title: "Owners", Subject: "element", Applies: `kind == "system"`, Holds: "known(owner) and known(rto)", Severity: "medium"})
	addPolicy(t, d, landscape.Policy{Title: "Fast cloud", Subject: "element", Applies: `variant == "saas"`, Holds: "rto <= 60", Severity: "low"})
	list := func(in landscape.OnboardingIn) string {
		c := view(t, d, func(r db.Reader) (landscape.Checklist, error) { return landscape.Onboarding(ctx, r, in) })
		var all []string
		for _, p := range c.Checks {
			all = append(all, p.Policy+" "+string(p.State)+" "+strings.Join(p.Unset, ","))
		}
		return strings.Join(all, "; ")
	}
	for _, one := range []struct {
		in   landscape.OnboardingIn
		want string
	}{
		{landscape.OnboardingIn{Kind: "system", Variant: "saas"}, "owners to-do owner,rto; fast-cloud to-do rto; encrypted to-do encrypted"},
		{landscape.OnboardingIn{Kind: "site"}, "fast-cloud to-do rto,variant; encrypted to-do encrypted"},
		{landscape.OnboardingIn{Element: "warehouse"}, "owners violated ; fast-cloud unknown rto,variant"},
		{landscape.OnboardingIn{Element: "payment-hub"}, "owners met ; fast-cloud unknown variant; encrypted unknown encrypted"},
	} {
		if got := list(one.in); got != one.want {
			t.Errorf("%+v: got %q, want %q", one.in, got, one.want)
		}
	}
}

func TestTrendJudgesEarlierMapsWithTodaysPolicies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		d.Now = func() time.Time { return dbtest.Now.AddDate(0, -3, 0) }
		withBank(t, d)
		say(t, d, false)
		d.Now = func() time.Time { return dbtest.Now }
		say(t, d, true)
		addPolicy(t, d, encrypted())
		points := view(t, d, func(r db.Reader) ([]landscape.TrendPoint, error) {
			return landscape.PolicyTrend(ctx, r, landscape.TrendIn{Policy: "encrypted"})
		})
		if len(points) != 13 || !points[0].Empty || points[11].Violated != 1 || points[12].Holds != 1 || points[12].Violated != 0 {
			t.Errorf("got %+v, want nothing, then a violation, then none", points)
		}
	})
}

func TestARuleIsTriedBeforeItIsSet(t *testing.T) {
	d := dbtest.SQLite(t)
	withBank(t, d)
	out := view(t, d, func(r db.Reader) (landscape.TryPolicyOut, error) {
		return landscape.TryPolicy(ctx, r, landscape.TryPolicyIn{Subject: "path", Applies: `consumer.kind == "service"`, Holds: `length <= 1`})
	})
	if got, want := out.Count, (landscape.Tally{Holds: 2, Violated: 3}); got.Concerned() == 0 || got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	_, err := landscape.TryPolicy(ctx, nil, landscape.TryPolicyIn{Subject: "element", Holds: "colour"})
	if p, ok := problem.As(err); !ok || p.Field != "holds" {
		t.Errorf("got %v, want a problem of holds", err)
	}
}
