package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/organisation"
)

// dutifulSite is a deciding site of a financial entity whose board has a secretary.
func dutifulSite(t *testing.T, d *db.DB) site {
	t.Helper()
	s := decidingSite(t, d)
	ctx := context.Background()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if _, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Bank", Sector: "bank", Profiles: []string{"dora_fe"}}); err != nil {
			return err
		}
		if _, err := identity.AddPerson(ctx, tx, identity.AddPersonInput{ID: "sofia", Name: "Sofia Segre", Email: "sofia@example.org"}); err != nil {
			return err
		}
		if _, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: "board-secretary", Person: "sofia", From: "2025-01-01"}); err != nil {
			return err
		}
		_, err := identity.SetPassword(ctx, tx, identity.SetPasswordInput{Person: "sofia", Password: secret})
		return err
	})
	return s
}

func TestActsOfTheBoardAreRecordedByItsSecretaryOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := dutifulSite(t, d)
		ciso, secretary := s.signedIn("dario@example.org"), s.signedIn("sofia@example.org")
		act := []string{"do", "act", "day", "2026-01-10", "office", "board", "document", "Continuity policy", "version", "5"}
		want(t, ciso.get("/roles/obligations/CAL-03"), http.StatusOK, "acts-of-the-body-are-recorded-by-its-secretary")
		want(t, ciso.post("/roles/obligations/CAL-03", act...), http.StatusForbidden, "acts-of-the-body-are-recorded-by-its-secretary")
		want(t, secretary.post("/roles/obligations/CAL-03", act...), http.StatusOK, "Continuity policy")
		want(t, secretary.post("/roles/obligations/CAL-03", "do", "act", "day", "2030-01-10", "office", "board", "document", "=Policy"), http.StatusBadRequest, "still to come", "=Policy")
		want(t, ciso.get("/roles/obligations?format=csv&text=continuity"), http.StatusOK, "Continuity policy")
		carla := s.signedIn("bruna@example.org")
		want(t, carla.post("/roles/obligations/CAL-09", "do", "waive", "reason", "Not identified"), http.StatusForbidden, "officers-keep-the-calendar-of-obligations")
	})
}

func TestDueDaysGoIntoACalendar(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := dutifulSite(t, d)
		ciso := s.signedIn("dario@example.org")
		day := time.Now().UTC().AddDate(0, -2, 0)
		want(t, ciso.post("/roles/obligations/CAL-07", "do", "act", "day", day.Format(time.DateOnly), "office", "ciso", "person", "dario", "document", "Test"), http.StatusOK)
		p := ciso.get("/roles/obligations.ics?text=switchover")
		due := time.Date(day.Year()+1, day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
		want(t, p, http.StatusOK, "BEGIN:VCALENDAR", "UID:CAL-07-"+due.Format(time.DateOnly)+"@accordo", "DTSTART;VALUE=DATE:"+due.Format("20060102"))
		if n := strings.Count(p.body, "BEGIN:VEVENT"); n != 1 {
			t.Errorf("got %v events, want one", n)
		}
	})
}

func TestAnOwnObligationIsAddedChangedAndRemovedByForms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := dutifulSite(t, d).signedIn("dario@example.org")
		want(t, v.post("/roles/obligations/new", "title", "Report", "source", "contract", "who", "ciso", "kind", "every"), http.StatusBadRequest, `value="Report"`, "1 to 120 months")
		p := v.post("/roles/obligations/new", "title", "Report to the hub", "source", "contract", "who", "ciso", "kind", "window", "frequency.windows", "2026-10-01", "to", "2026-12-31", "basis", "Contract 7")
		want(t, p, http.StatusOK, "Report to the hub", "from 1 Oct to 31 Dec")
		want(t, v.post(p.path, "do", "change", "title", "Report to both hubs", "source", "contract", "who", "ciso", "who2", "cio", "kind", "every", "weeks", "2"), http.StatusOK, "Report to both hubs", "every 2 weeks")
		want(t, v.post(p.path, "do", "trigger", "what", "The hub asked", "day", "2026-01-10", "due", "2026-02-01"), http.StatusOK, "The hub asked")
		want(t, v.post(p.path, "do", "remove"), http.StatusOK)
		want(t, v.get(p.path), http.StatusNotFound)
	})
}
