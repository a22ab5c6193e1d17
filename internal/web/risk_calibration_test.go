package web_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
)

func TestObservationIsWrittenDownAndHeldAgainstTheEstimate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := decidingSite(t, d)
		v := s.signedIn("dario@example.org")
		want(t, v.get("/risks/calibration"), http.StatusOK, "Nothing that happened can be held", "Write it down")
		today := time.Now().UTC().Format(time.DateOnly)
		want(t, v.post("/risks/calibration", "scenario", "outage", "day", today, "quantity", "loss", "value", "much", "note", "Kept"), http.StatusBadRequest, `value="much"`, `value="Kept"`)
		// The scenario was estimated today, so no estimate was in force the day before.
		want(t, v.post("/risks/calibration", "scenario", "outage", "day", today, "quantity", "loss", "value", "50,000"), http.StatusOK, "written down", "50 k€", "cannot tell")
		dbtest.Change(t, d, func(tx *db.Tx) error { // had it been estimated a week ago
			_, err := tx.Exec(context.Background(), "UPDATE risk_estimate SET at = $1", time.Now().AddDate(0, 0, -7).UnixMicro())
			return err
		})
		want(t, v.post("/risks/calibration", "scenario", "outage", "day", today, "quantity", "loss", "value", "1"), http.StatusOK, "20 k€ to 900 k€", "inside", "below", "1 of 2 intervals held")
		want(t, v.get("/risks/calibration?format=csv"), http.StatusOK, "outage", "20000", "inside")
		want(t, s.signedIn("bruna@example.org").post("/risks/calibration", "scenario", "outage", "day", today, "quantity", "loss", "value", "1"), http.StatusForbidden)
	})
}
