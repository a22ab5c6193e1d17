package identity_test

import (
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
)

// opSetup is the set-up as a surface runs it.
var opSetup = op.Command[identity.SetupInput, identity.Person]{Name: "identity.complete-setup", Func: identity.CompleteSetup}

func TestSetupLinkMakesTheFirstAdministratorOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		policies, err := access.Load(identity.Offices)
		if err != nil {
			t.Fatal(err)
		}
		h := house{&op.Runner{DB: d, Access: policies}, t}
		system := db.System("setup")
		first := do(h, system, identity.OpStartSetup, struct{}{})
		second := do(h, system, identity.OpStartSetup, struct{}{})
		in := identity.SetupInput{Secret: first.Secret, Name: "Anna Amato", Email: "anna@example.org", Language: "it", Password: password}
		refused(h, system, opSetup, in, "identity.error.link")
		in.Secret = second.Secret
		in.Password = "short"
		refused(h, system, opSetup, in, "identity.error.password-short")
		in.Password, in.Name, in.Email = "short", "", ""
		refused(h, system, opSetup, in, "problem.many")
		in.Password, in.Name, in.Email = password, "Anna Amato", "anna@example.org"
		do(h, system, opSetup, in)
		if got := h.as("anna-amato").Offices; !equal(got, []string{"administrator"}) {
			t.Errorf("offices: got %v, want administrator", got)
		}
		refused(h, system, opSetup, in, "identity.error.link")
		if link := do(h, system, identity.OpStartSetup, struct{}{}); link.Secret != "" {
			t.Errorf("link for an installation with people: got one, want none")
		}
	})
}

func TestSetupLinkExpires(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		policies, err := access.Load(identity.Offices)
		if err != nil {
			t.Fatal(err)
		}
		h := house{&op.Runner{DB: d, Access: policies}, t}
		link := do(h, db.System("setup"), identity.OpStartSetup, struct{}{})
		d.Now = func() time.Time { return dbtest.Now.Add(identity.SetupLife) }
		_, err = op.Ask(ctx, h.Runner, db.System("setup"), identity.OpOpenLink, link)
		wantKey(t, err, "identity.error.link")
	})
}
