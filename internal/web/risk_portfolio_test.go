package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

// ties are the common causes and the insurance as they are stored.
func ties(t *testing.T, d *db.DB) (all risk.Ties) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) (err error) {
		all, err = risk.LoadTies(context.Background(), r, struct{}{})
		return err
	})
	return all
}

func TestCommonCauseIsAddedChangedAndRemovedUnlessAScenarioIsTied(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := decidingSite(t, d).signedIn("dario@example.org")
		want(t, v.get("/risks/portfolio"), http.StatusOK, "No common cause yet", "No insurance of several scenarios yet", "New common cause")
		want(t, v.post("/risks/portfolio/cause", "do", "save", "cause.title", "", "cause.probability", "1.5"), http.StatusBadRequest,
			"This field is needed", "A probability lies between 0 and 1", `value="1.5"`)
		want(t, v.post("/risks/portfolio/cause", "do", "save", "cause.title", "Cloud down", "cause.probability", "0.05"), http.StatusOK, "Cloud down", "5.0 %", "simulated again")
		id := ties(t, d).Causes[0].ID
		want(t, v.get("/risks/portfolio?cause="+id), http.StatusOK, "Change “Cloud down”", `value="0.05"`, "Removing it is final")
		want(t, v.post("/risks/portfolio/cause", "do", "save", "id", id, "cause.title", "Cloud down", "cause.probability", "0.1"), http.StatusOK, "10.0 %")
		if got := ties(t, d).Causes; len(got) != 1 || got[0].Probability != 0.1 {
			t.Fatalf("got %+v, want the one cause with 0.1", got)
		}
		tie(t, d, "outage", fair.Link{Cause: id, Factor: 3})
		want(t, v.get("/risks/portfolio?cause="+id), http.StatusOK, "× 3", "1 scenario is tied to it")
		want(t, v.post("/risks/portfolio/cause", "do", "remove", "id", id), http.StatusBadRequest, "There is no common cause")
		tie(t, d, "outage")
		want(t, v.post("/risks/portfolio/cause", "do", "remove", "id", id), http.StatusOK, "It is removed", "No common cause yet")
		want(t, v.get("/risks/portfolio?cause="+id), http.StatusNotFound)
	})
}

// tie gives a scenario these links to common causes.
func tie(t *testing.T, d *db.DB, id string, links ...fair.Link) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		s, err := risk.Get(context.Background(), tx, risk.GetIn{ID: id})
		if err != nil {
			return err
		}
		s.Model.Causes, s.Reason = links, risk.Refined
		_, err = risk.Assess(context.Background(), tx, risk.AssessIn{Scenario: s})
		return err
	})
}

func TestScenarioHasOneCoverOnADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := decidingSite(t, d)
		v := s.signedIn("dario@example.org")
		cover := func(title string, more ...string) page {
			return v.post("/risks/portfolio/cover", append([]string{"do", "save", "cover.title", title, "cover.retention_eur", "100,000", "cover.limit_eur", "2,000,000"}, more...)...)
		}
		want(t, cover("Cyber policy", "cover.scenarios.outage", "true", "cover.share", "0.8", "cover.from", "2026-01-01"), http.StatusOK, "100 k€", "80 %", "from ")
		if got := ties(t, d).Covers[0]; len(got.Scenarios) != 1 || got.Scenarios[0] != "outage" || *got.Share != 0.8 {
			t.Errorf("got %+v, want outage at 0.8", got)
		}
		want(t, cover("Umbrella"), http.StatusBadRequest, "a scenario has one cover", `value="Umbrella"`)
		want(t, cover("Fraud policy", "cover.scenarios.fraud", "true"), http.StatusOK, "Fraud policy", "2 covers")
		id := ties(t, d).Covers[0].ID
		want(t, v.post("/risks/portfolio/cover", "do", "remove", "id", id), http.StatusOK, "It is removed")
		if got := ties(t, d).Covers; len(got) != 1 {
			t.Errorf("got %d covers, want 1", len(got))
		}
		id = ties(t, d).Covers[0].ID
		bruna := s.signedIn("bruna@example.org")
		if p := bruna.get("/risks/portfolio"); strings.Contains(p.body, "New common cause") {
			t.Error("got the form for a member of the board, want the refusal")
		}
		want(t, bruna.post("/risks/portfolio/cover", "do", "remove", "id", id), http.StatusForbidden)
	})
}
