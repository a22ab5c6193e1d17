package landscape_test

import (
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/ref"
)

func TestExceptionEndsWithTheEmergencyItRestsOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		dbtest.Change(t, d, func(tx *db.Tx) error {
			return item.Put(ctx, tx, item.Item{Ref: ref.New("person", "davide"), Title: i18n.Text{EN: "Davide"}, Area: "identity"})
		})
		addPolicy(t, d, encrypted())
		say(t, d, false)
		owner, ciso := db.Actor{Ref: "person:marta", Name: "Marta"}, officer("davide", "ciso")
		var row landscape.ExceptionRow
		changedAs(t, d, owner, func(tx *db.Tx) error {
			out, err := landscape.AskException(ctx, tx, landscape.AskExceptionIn{
				Policy: "encrypted", Subject: "connection:c5", Reason: "The gateway changes", Until: dbtest.Now.AddDate(0, 1, 0).Format(time.DateOnly),
			})
			row = out.Exception
			return err
		})
		changedAs(t, d, ciso, func(tx *db.Tx) error {
			one, err := decision.Get(ctx, tx, decision.GetIn{ID: row.Decision})
			if err != nil {
				return err
			}
			_, err = decision.PutInForce(ctx, tx, decision.EmergencyIn{ID: one.ID, Office: "ciso", Hash: one.Hash(), Reason: "tonight"})
			return err
		})
		changedAs(t, d, owner, func(tx *db.Tx) error {
			_, err := landscape.EnforceException(ctx, tx, landscape.EnforceExceptionIn{ID: row.ID})
			return err
		})
		for _, at := range []struct {
			after time.Duration
			e     landscape.ExceptionState
			v     landscape.ViolationState
		}{
			{72 * time.Hour, landscape.ExceptionInForce, landscape.ViolationExcepted},
			{72*time.Hour + time.Microsecond, landscape.ExceptionRefused, landscape.ViolationOpen},
		} {
			d.Now = func() time.Time { return dbtest.Now.Add(at.after) }
			found := violations(t, d, landscape.ViolationFilter{Policy: "encrypted"})
			if len(found) != 1 || found[0].Exception.State != at.e || found[0].State != at.v {
				t.Errorf("after %s: got %+v, want %s and %s", at.after, found, at.e, at.v)
			}
		}
	})
}
