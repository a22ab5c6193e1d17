package landscape_test

import (
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
)

func TestLifeOfAConnectionUnderAnAgreement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		c := view(t, d, func(r db.Reader) (landscape.ConnectionView, error) {
			return landscape.GetConnection(ctx, r, landscape.GetConnectionIn{ID: "c5"})
		})
		if c.From.ID != "payment-hub" || c.To.ID != "cartanet" {
			t.Errorf("got %s and %s, want both ends", c.From.ID, c.To.ID)
		}
		change := func(c landscape.Connection) error {
			return d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := landscape.ChangeConnection(ctx, tx, c); return err })
		}
		want := c.Connection
		want.From, want.Protocol, want.OwnerTo = "warehouse", "HTTPS", "marta"
		if err := change(want); err != nil {
			t.Fatal(err)
		}
		if err := change(want); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict: the version is old", err)
		}
		got := view(t, d, func(r db.Reader) (landscape.ConnectionView, error) {
			return landscape.GetConnection(ctx, r, landscape.GetConnectionIn{ID: "c5"})
		}).Connection
		if got.From != "payment-hub" || got.Protocol != "HTTPS" || got.OwnerTo != "marta" || got.Version != 2 {
			t.Errorf("got %+v, want what was said, and the ends kept", got)
		}
		for field, wrong := range map[string]func(*landscape.Connection){
			"agreement": func(c *landscape.Connection) { c.Agreement = "none" }, "owner_from": func(c *landscape.Connection) { c.OwnerFrom = "nobody" },
			"phase": func(c *landscape.Connection) { c.Phase = "soon" },
		} {
			bad := got
			wrong(&bad)
			p, ok := problem.As(change(bad))
			if !ok || len(p.Causes) > 1 || p.Field != field && p.Causes[0].Field != field {
				t.Errorf("got %v, want %s refused", p, field)
			}
		}
	})
}

func TestAnAgreementIsChangedAndEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		load := func() landscape.Agreement {
			return view(t, d, func(r db.Reader) (landscape.Agreement, error) {
				return landscape.GetAgreement(ctx, r, landscape.GetAgreementIn{ID: "cartanet-2024"})
			})
		}
		a := load()
		a.Until, a.Covers = "2030-12-31", []string{"core-banking"}
		dbtest.Change(t, d, func(tx *db.Tx) error { _, err := landscape.ChangeAgreement(ctx, tx, a); return err })
		if got := load(); got.Until != "2030-12-31" || len(got.Covers) != 1 || got.Version != a.Version+1 {
			t.Errorf("got %+v, want the new end", got)
		}
		stale := d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := landscape.ChangeAgreement(ctx, tx, a); return err })
		if !problem.Is(stale, problem.Conflict) {
			t.Errorf("got %v, want a conflict: the version is old", stale)
		}
		end := landscape.EndAgreementIn{ID: a.ID, Version: a.Version + 1}
		dbtest.Change(t, d, func(tx *db.Tx) error { _, err := landscape.EndAgreement(ctx, tx, end); return err })
		if got, want := load().Until, dbtest.Now.Format("2006-01-02"); got != want {
			t.Errorf("got %s, want today, %s, as its last day", got, want)
		}
		end.Version++
		again := d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := landscape.EndAgreement(ctx, tx, end); return err })
		if !problem.Is(again, problem.Conflict) {
			t.Errorf("got %v, want it refused: it has ended", again)
		}
	})
}
