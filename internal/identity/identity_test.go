package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

var ctx = context.Background()

const password = "una frase che si ricorda"

// house is an organisation with a CIO, a CISO and an administrator, and a runner on it.
type house struct {
	*op.Runner
	t *testing.T
}

func newHouse(t *testing.T, d *db.DB) house {
	t.Helper()
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	h := house{&op.Runner{DB: d, Access: policies}, t}
	h.apply(identity.File{
		People: []identity.FilePerson{
			{ID: "carla", Name: "Carla Conti", Email: "carla@example.org", ReportsTo: "board", Language: "it"},
			{ID: "dario", Name: "Dario Dini", Email: "dario@example.org", ReportsTo: "carla"},
			{ID: "anna", Name: "Anna Amato", Email: "anna@example.org", ReportsTo: "board"},
			{ID: "piero", Name: "Piero Poli"},
		},
		Offices: []identity.FileHolding{
			{Office: "cio", Person: "carla", From: "2025-01-01"},
			{Office: "ciso", Person: "dario", From: "2025-01-01"},
			{Office: "administrator", Person: "anna", From: "2025-01-01"},
		},
	})
	return h
}

func (h house) apply(f identity.File) {
	h.t.Helper()
	dbtest.Change(h.t, h.DB, func(tx *db.Tx) error {
		_, err := identity.Apply(ctx, tx, f)
		return err
	})
}

// as is a person as one who acts.
func (h house) as(person string) db.Actor {
	h.t.Helper()
	var actor db.Actor
	dbtest.View(h.t, h.DB, func(r db.Reader) (err error) {
		actor, err = identity.Actor(ctx, r, person, r.Now())
		return err
	})
	return actor
}

func do[In, Out any](h house, actor db.Actor, c op.Command[In, Out], in In) Out {
	h.t.Helper()
	out, err := op.Do(ctx, h.Runner, actor, c, in)
	if err != nil {
		h.t.Fatalf("%s: %v", c.Name, err)
	}
	return out
}

func refused[In, Out any](h house, actor db.Actor, c op.Command[In, Out], in In, key string) {
	h.t.Helper()
	_, err := op.Do(ctx, h.Runner, actor, c, in)
	wantKey(h.t, err, key)
}

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	p, ok := problem.As(err)
	if !ok || p.Key != key {
		t.Errorf("error: got %v, want %s", err, key)
	}
}

func TestOfficeForOneHasOneHolderAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		admin := h.as("anna")
		refused(h, admin, identity.OpAppoint, identity.AppointInput{Office: "cio", Person: "piero"}, "identity.error.one-holder")
		refused(h, admin, identity.OpAppoint, identity.AppointInput{Office: "cio", Person: "piero", From: "2027-01-01"}, "identity.error.one-holder")
		do(h, admin, identity.OpEndOffice, identity.EndOfficeInput{Office: "cio", Person: "carla", Until: "2027-01-01"})
		do(h, admin, identity.OpAppoint, identity.AppointInput{Office: "cio", Person: "piero", From: "2027-01-01"})
		do(h, admin, identity.OpAppoint, identity.AppointInput{Office: "it-staff", Person: "piero"})
		do(h, admin, identity.OpAppoint, identity.AppointInput{Office: "it-staff", Person: "dario"})
		for day, want := range map[string]string{"2026-12-31": "carla", "2027-01-01": "piero", "2024-12-31": ""} {
			dbtest.View(t, d, func(r db.Reader) error {
				got, err := identity.Holder(ctx, r, "cio", day)
				if got != want {
					t.Errorf("CIO on %s: got %q, want %q", day, got, want)
				}
				return err
			})
		}
	})
}

func TestOfficeThatEndsTodayGivesNoPowerToday(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		do(h, h.as("anna"), identity.OpEndOffice, identity.EndOfficeInput{Office: "ciso", Person: "dario"})
		if got := h.as("dario").Offices; len(got) != 0 {
			t.Errorf("offices: got %v, want none", got)
		}
		do(h, h.as("anna"), identity.OpAppoint, identity.AppointInput{Office: "ciso", Person: "piero"})
	})
}

func TestAdministratorHasNoKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		admin := h.as("anna")
		do(h, admin, identity.OpEndOffice, identity.EndOfficeInput{Office: "cio", Person: "carla"})
		refused(h, admin, identity.OpAppoint, identity.AppointInput{Office: "cio", Person: "anna"}, "identity.error.administrator-key")
		refused(h, admin, identity.OpAppoint, identity.AppointInput{Office: "administrator", Person: "dario"}, "identity.error.administrator-key")
		refused(h, admin, identity.OpEndOffice, identity.EndOfficeInput{Office: "administrator", Person: "anna"}, "identity.error.last-administrator")
		refused(h, h.as("dario"), identity.OpAppoint, identity.AppointInput{Office: "cio", Person: "dario"}, "access.not-permitted")
	})
}

func TestAdministratorCannotTakeOverAKeyHolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		admin := h.as("anna")
		link := do(h, admin, identity.OpInvite, identity.InviteInput{Person: "carla"})
		do(h, db.System("link"), identity.OpAcceptInvite, identity.AcceptInput{Secret: link.Secret, Password: password})
		refused(h, db.System("link"), identity.OpAcceptInvite, identity.AcceptInput{Secret: link.Secret, Password: password}, "identity.error.link")
		refused(h, admin, identity.OpInvite, identity.InviteInput{Person: "carla"}, "identity.error.key-holder-reset")
		refused(h, admin, identity.OpSetPassword, identity.SetPasswordInput{Person: "carla", Password: password}, "identity.error.key-holder-reset")
		do(h, db.System("command line"), identity.OpSetPassword, identity.SetPasswordInput{Person: "carla", Password: password})
		refused(h, admin, identity.OpInvite, identity.InviteInput{Person: "piero"}, "identity.error.no-email")
	})
}

func TestWrongPasswordUnknownAddressAndNoPasswordLookAlike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		do(h, db.System("test"), identity.OpSetPassword, identity.SetPasswordInput{Person: "carla", Password: password})
		try := func(email, password string) (identity.Person, error) {
			return op.Ask(ctx, h.Runner, db.System("sign-in"), identity.OpCheckPassword, identity.CheckPasswordInput{Email: email, Password: password})
		}
		if p, err := try(" Carla@Example.org", password); err != nil || p.ID != "carla" {
			t.Errorf("right password: got %v, %v", p.ID, err)
		}
		for _, email := range []string{"carla@example.org", "nobody@example.org", "dario@example.org", ""} {
			start := time.Now()
			_, err := try(email, "not the password at all")
			wantKey(t, err, "identity.error.sign-in")
			if took := time.Since(start); took < 2*time.Millisecond {
				t.Errorf("%q: answered in %v, without the work of a hash", email, took)
			}
		}
	})
}

func TestChangedPasswordEndsSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		do(h, db.System("test"), identity.OpSetPassword, identity.SetPasswordInput{Person: "dario", Password: password})
		epoch := do(h, db.System("sign-in"), identity.OpSignIn, identity.SignInInput{Person: "dario", Means: "password"})
		if actor, _, err := identity.Visitor(ctx, d, "dario", epoch); err != nil || !actor.Holds("ciso") {
			t.Fatalf("visitor: got %v, %v", actor, err)
		}
		refused(h, h.as("dario"), identity.OpChangePassword, identity.ChangePasswordInput{Current: "wrong", New: password + "!"}, "identity.error.current-password")
		refused(h, h.as("dario"), identity.OpChangePassword, identity.ChangePasswordInput{Current: password, New: "short"}, "identity.error.password-short")
		do(h, h.as("dario"), identity.OpChangePassword, identity.ChangePasswordInput{Current: password, New: password + "!"})
		if actor, _, err := identity.Visitor(ctx, d, "dario", epoch); err != nil || actor.Ref != "" {
			t.Errorf("old session: got %v, %v, want nobody", actor, err)
		}
	})
}

func TestPersonWhoLeavesCanDoNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		token := do(h, h.as("dario"), identity.OpMakeToken, identity.MakeTokenInput{Name: "feed", Scopes: []string{"read"}, Days: 5})
		epoch := do(h, db.System("sign-in"), identity.OpSignIn, identity.SignInInput{Person: "dario", Means: "password"})
		refused(h, h.as("anna"), identity.OpEndPerson, identity.EndPersonInput{ID: "anna"}, "identity.error.end-self")
		do(h, h.as("anna"), identity.OpEndPerson, identity.EndPersonInput{ID: "dario"})
		if actor, _, err := identity.Visitor(ctx, d, "dario", epoch); err != nil || actor.Ref != "" {
			t.Errorf("session: got %v, %v, want nobody", actor, err)
		}
		_, err := identity.Authenticate(ctx, d, bearer(token.Secret))
		wantKey(t, err, "identity.error.token")
		do(h, h.as("anna"), identity.OpAppoint, identity.AppointInput{Office: "ciso", Person: "piero"})
	})
}

func TestReportingLineHasNoLoop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		refused(h, h.as("anna"), identity.OpChangePerson, identity.ChangePersonInput{ID: "carla", Name: "Carla Conti", ReportsTo: "dario"}, "identity.error.loop")
		refused(h, h.as("anna"), identity.OpChangePerson, identity.ChangePersonInput{ID: "carla", Name: "Carla Conti", ReportsTo: "nobody"}, "identity.error.no-superior")
		refused(h, h.as("anna"), identity.OpAddPerson, identity.AddPersonInput{Name: "Carla due", Email: "CARLA@example.org"}, "identity.error.email-taken")
		if p := do(h, h.as("anna"), identity.OpAddPerson, identity.AddPersonInput{Name: "Zoë Kübler"}); p.ID != "zoe-kubler" {
			t.Errorf("id: got %q, want zoe-kubler", p.ID)
		}
	})
}

func TestListFiltersAndSorts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for _, c := range []struct {
			filter identity.Filter
			want   []string
		}{
			{identity.Filter{}, []string{"anna", "carla", "dario", "piero"}},
			{identity.Filter{Page: db.Page{Sort: "-name", Limit: 2}}, []string{"piero", "dario"}},
			{identity.Filter{Office: "ciso"}, []string{"dario"}},
			{identity.Filter{Text: "CONTI"}, []string{"carla"}},
			{identity.Filter{Text: "%"}, nil},
		} {
			page, err := op.Ask(ctx, h.Runner, h.as("piero"), identity.OpList, c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range page.Items {
				got = append(got, p.ID)
			}
			if !equal(got, c.want) {
				t.Errorf("%+v: got %v, want %v", c.filter, got, c.want)
			}
		}
	})
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestLimiterRefusesTheSixthAttemptAndForgetsAfterSuccess(t *testing.T) {
	l, now := identity.NewLimiter(), dbtest.Now
	for i := range 5 {
		if err := l.Allow(now, "a@example.org", "192.0.2.1"); err != nil {
			t.Fatalf("attempt %d: %v", i+1, err)
		}
	}
	err := l.Allow(now, "A@example.org ", "192.0.2.2")
	if !problem.Is(err, problem.TooMany) {
		t.Errorf("sixth attempt: got %v, want too many", err)
	}
	if err := l.Allow(now.Add(61*time.Second), "a@example.org", "192.0.2.1"); err != nil {
		t.Errorf("after a minute: got %v", err)
	}
	l.Succeeded("a@example.org")
	if err := l.Allow(now.Add(61*time.Second), "a@example.org", "192.0.2.1"); err != nil {
		t.Errorf("after success: got %v", err)
	}
}

func TestLimiterBoundsOneAddressAcrossPeople(t *testing.T) {
	l := identity.NewLimiter()
	var err error
	for i := range 21 {
		err = errors.Join(err, l.Allow(dbtest.Now, string(rune('a'+i))+"@example.org", "192.0.2.1"))
	}
	if !problem.Is(err, problem.TooMany) {
		t.Errorf("twenty-first person: got %v, want too many", err)
	}
}

func TestHoldingsOfOneOfficeMayTouchButNotOverlap(t *testing.T) {
	for _, c := range []struct {
		from, until string
		want        string
	}{
		{"2026-01-01", "2026-03-01", ""}, // ends on the day on which the other begins
		{"2026-01-01", "2026-03-02", "identity.error.one-holder"},
		{"2026-04-01", "2026-05-01", "identity.error.one-holder"},
		{"2026-01-01", "", "identity.error.one-holder"},
		{"2026-05-31", "2026-07-01", "identity.error.one-holder"},
		{"2026-06-01", "", ""},
		{"2026-06-01", "2026-06-01", "identity.error.until-before-from"},
	} {
		h := newHouse(t, dbtest.SQLite(t))
		do(h, h.as("anna"), identity.OpAppoint, identity.AppointInput{Office: "cro", Person: "piero", From: "2026-03-01", Until: "2026-06-01"})
		in := identity.AppointInput{Office: "cro", Person: "dario", From: c.from, Until: c.until}
		if c.want == "" {
			do(h, h.as("anna"), identity.OpAppoint, in)
		} else {
			refused(h, h.as("anna"), identity.OpAppoint, in, c.want)
		}
	}
}
