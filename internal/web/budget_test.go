package web_test

import (
	"net/http"
	"regexp"
	"testing"

	"accordo.dev/internal/db/dbtest"
)

// addInitiative adds one initiative by its form.
func addInitiative(v visitor, id, cost, share string) page {
	return v.post("/fund/initiatives/new", "id", id, "title", "Initiative "+id, "state", "proposed", "security", "true", "version", "0",
		"costs[0].year", "2026", "costs[0].capital_eur", cost, "costs[1].year", "", "effects[0].risk", "", "effects[1].risk", "outage", "effects[1].factor", "magnitude", "effects[1].share", share)
}

func TestFromAnInitiativeToAPlanOnThePages(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio := s.signedIn("carla@example.org")
	want(t, addInitiative(cio, "x", "60", "140"), http.StatusBadRequest, `value="140"`, `id="f-effects[0].share"`)
	want(t, addInitiative(cio, "x", "60", "55"), http.StatusOK, "Initiative x", "55 %")
	want(t, addInitiative(cio, "y", "50", "30"), http.StatusOK, "Initiative y")
	want(t, cio.get("/fund/initiatives/x/edit"), http.StatusOK, `value="55"`)
	want(t, cio.get("/fund/initiatives?format=csv"), http.StatusOK, "Initiative x")
	want(t, cio.get("/fund/choice?from=2026&money-2026=40"), http.StatusOK, "Nothing further fits")
	p := cio.get("/fund/choice?from=2026")
	want(t, p, http.StatusOK, "Proven to be the best", "Initiative x")
	p = cio.get("/fund/plans/new?from=2026")
	hidden := regexp.MustCompile(`name="initiatives" value="([^"]*)"`).FindStringSubmatch(p.body)
	if hidden == nil || hidden[1] != "x" {
		t.Fatalf("got %v, want x chosen: it removes more", hidden)
	}
	want(t, cio.post("/fund/plans", "from", "2026", "initiatives", "x", "title", ""), http.StatusBadRequest, `id="problem"`)
	plan := cio.post("/fund/plans", "from", "2026", "initiatives", "x", "title", "Plan of the year")
	want(t, plan, http.StatusOK, "Plan of the year", "Draft")
	id := regexp.MustCompile(`action="(/fund/plans/[^"]+)"`).FindStringSubmatch(plan.body)[1]
	want(t, cio.post(id, "do", "propose", "version", "1", "materiality", "high"), http.StatusOK, "Waits for keys")
	want(t, cio.post(id, "do", "adopt"), http.StatusConflict, "Plan of the year")
	want(t, cio.post("/fund/initiatives/x/payments", "day", "2026-01-05", "kind", "capital", "amount_eur", "10"), http.StatusConflict)
}

func TestFundOfAYearIsWrittenByItsForm(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio := s.signedIn("carla@example.org")
	p := cio.post("/fund/years/2027", "total_eur", "1.000", "ring_fenced_share", "20", "sources[0].capital_eur", "700", "sources[1].running_eur", "200")
	want(t, p, http.StatusBadRequest, `value="700"`)
	p = cio.post("/fund/years/2027", "total_eur", "1,000", "ring_fenced_share", "20", "sources[0].capital_eur", "700", "sources[1].running_eur", "300", "it_budget_eur", "5000", "joint_share", "2")
	want(t, p, http.StatusOK, "Not kept")
}
