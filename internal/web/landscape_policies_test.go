package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
)

func TestPoliciesAreTriedSetChangedAndExcepted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		want(t, v.get("/landscape/policies"), http.StatusOK, "No policy is set yet", "Adopt this pack", "ICT third parties under DORA")
		want(t, v.get("/landscape/policies/new?example=0"), http.StatusOK, "crossing and live", "Try on the map", "outside_end")
		fields := []string{"title", "Suppliers can be left", "subject", "element", "severity", "high", "applies", `kind == "supplier"`, "holds", "known(exit_plan)", "version", "0"}
		tried := v.post("/landscape/policies/new", append(fields, "do", "try")...)
		want(t, tried, http.StatusOK, "It would concern 1: 0 hold, 1 violate it", "CartaNet", `value="Suppliers can be left"`)
		fields[9] = "known(exit_plna)"
		want(t, v.post("/landscape/policies/new", append(fields, "do", "try")...), http.StatusBadRequest, "element has no fact “exit_plna”", `aria-invalid="true"`)
		want(t, v.post("/landscape/policies/new", append(fields, "do", "save")...), http.StatusBadRequest, "exit_plna")
		fields[9] = "known(exit_plan)"
		saved := v.post("/landscape/policies/new", append(fields, "do", "save")...)
		want(t, saved, http.StatusOK, "Saved.", "Concerns 1: 0 hold, 1 violate it", "exit_plan: Not said", "The last twelve months")
		want(t, v.get("/landscape/violations"), http.StatusOK, "CartaNet", "Ask for an exception", "element%3Acartanet")
		want(t, v.get("/landscape/violations?format=csv"), http.StatusOK, "suppliers-can-be-left,Suppliers can be left,high,open,element,cartanet")
		want(t, v.get("/landscape/violations?sort=nonsense"), http.StatusBadRequest)
		want(t, v.post("/landscape/exceptions", "policy", "suppliers-can-be-left", "subject", "element:nothing", "until", "2020-01-01"), http.StatusBadRequest, "Reason", `aria-invalid="true"`)
		until := time.Now().AddDate(0, 2, 0).Format(time.DateOnly)
		asked := v.post("/landscape/exceptions", "policy", "suppliers-can-be-left", "subject", "element:cartanet", "until", until, "reason", "The tender ends in spring")
		want(t, asked, http.StatusOK, "Both officers have been asked.", "Suppliers can be left", "The tender ends in spring")
		want(t, v.get("/landscape/exceptions"), http.StatusOK, "Waits for the officers", "Exceptions in force: 0. Waiting: 1.")
		edited := v.post("/landscape/policies/edit/suppliers-can-be-left", append(fields[:len(fields)-1:len(fields)-1], "1", "do", "save", "why", "So that nobody is held")...)
		want(t, edited, http.StatusOK, "version 1", "So that nobody is held")
		want(t, v.post("/landscape/policies/switch/suppliers-can-be-left", "version", "2", "enabled", "false"), http.StatusOK, "switched off and judges nothing")
		want(t, v.get("/landscape/policies/nothing"), http.StatusNotFound)
	})
}

func TestAPackIsAdoptedAndGivesTheChecklist(t *testing.T) {
	d := dbtest.SQLite(t)
	v := mapped(t, d).signedIn("carla@example.org")
	want(t, v.post("/landscape/policies/adopt", "pack", "dora-third-party"), http.StatusOK, "policies adopted", "A supplier that something of ours needs has a contract in force")
	want(t, v.post("/landscape/policies/adopt", "pack", "nonsense"), http.StatusBadRequest)
	list := v.get("/landscape/onboarding?kind=supplier")
	want(t, list, http.StatusOK, "policies ask something of: Supplier", "Somebody of ours answers for each supplier", "Of each of its connections", "exit_plan")
	want(t, v.get("/landscape/onboarding?element=cartanet"), http.StatusOK, "CartaNet:", "Violated")
	want(t, v.get("/landscape/onboarding?kind=system%2Fsaas"), http.StatusOK)
	want(t, v.get("/landscape/onboarding?kind=moon"), http.StatusBadRequest)
	want(t, v.get("/landscape/policies?pack=dora-third-party&severity=high&state=violated&sort=-violated"), http.StatusOK, "contract in force")
	if p := v.get("/landscape/policies?format=csv"); p.status != http.StatusOK || !strings.Contains(p.body, "dora-contract") {
		t.Errorf("got %d, want the policies as a table", p.status)
	}
}
