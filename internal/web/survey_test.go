package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/governance/survey"
	"accordo.dev/internal/identity"
)

func TestARoundIsOpenedAnsweredOnceAndClosedByForms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := dutifulSite(t, d)
		ciso := s.signedIn("dario@example.org")
		now := time.Now().UTC()
		want(t, ciso.post("/roles/survey", "do", "open", "title", "=Round", "from", "2020-01-01", "to", "2020-02-01"), http.StatusBadRequest, `value="=Round"`)
		p := ciso.post("/roles/survey", "do", "open", "title", "Round one", "from", identity.Day(now), "to", now.AddDate(0, 0, 9).Format(time.DateOnly))
		want(t, p, http.StatusOK, "Round one")
		round := identity.Day(now)[:len("2006-01")]
		form := []string{"text-silos", "a word"}
		for _, one := range survey.Statements() {
			form = append(form, one, "4")
		}
		want(t, ciso.post("/roles/survey/answer/"+round, form[:6]...), http.StatusBadRequest, "a word")
		want(t, ciso.post("/roles/survey/answer/"+round, form...), http.StatusOK, "Counted")
		want(t, ciso.post("/roles/survey/answer/"+round, form...), http.StatusConflict)
		secretary := s.signedIn("sofia@example.org")
		want(t, secretary.post("/roles/survey/answer/"+round, form...), http.StatusForbidden)
		p = ciso.post("/roles/survey", "do", "close", "round", round)
		want(t, p, http.StatusOK, "fewer than 5")
		if strings.Contains(p.body, "a word") {
			t.Error("got a text of a side of one, want none")
		}
		want(t, ciso.get("/roles/survey?format=csv"), http.StatusOK, "Silos")
	})
}
