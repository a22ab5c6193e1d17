package web_test

import (
	"net/http"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
)

func TestCoherencePageFiltersAndOpensChains(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		want(t, v.get("/landscape/coherence"), http.StatusOK, "The chain that proves it", "Recovery along the chain", "How complete the map is")
		p := v.get("/landscape/coherence?grade=cannot-tell&kind=system")
		want(t, p, http.StatusOK, "Nobody answers for Core banking")
		if strings.Contains(p.body, "The agreement “Card processing”") {
			t.Error("got the expired agreement, want only what cannot be told")
		}
		want(t, v.get("/landscape/coherence?format=csv&rule=expired"), http.StatusOK, "expired,Agreement expired,broken,hub", "hub > cartanet")
		want(t, v.get("/landscape/coherence?rule=nonsense"), http.StatusBadRequest)
		want(t, v.get("/landscape/coherence?sort=-since"), http.StatusOK)
		want(t, v.get("/landscape/coherence/completeness?level=1"), http.StatusOK, `href="/landscape/edit/core"`, "Criticality")
	})
}

func TestWhatIfPageTellsWhatStops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		want(t, v.get("/landscape/what-if"), http.StatusOK, `element=cartanet`)
		want(t, v.get("/landscape/what-if?text=core"), http.StatusOK, `element=core`)
		p := v.get("/landscape/what-if?element=core")
		want(t, p, http.StatusOK, "If Core banking &amp; ledger is down, 1 service stops", "Longer than tolerable", "Payment hub", "Why it stops", "says no loss")
		want(t, v.get("/landscape/what-if?element=core&gone=yes"), http.StatusOK, "Until it is replaced")
		want(t, v.get("/landscape/what-if?element=core&format=csv"), http.StatusOK, "service,3,payments", "payments > hub > core")
		want(t, v.get("/landscape/what-if?element=nothing"), http.StatusBadRequest)
	})
}

func TestComparePageShowsWhatChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		want(t, v.get("/landscape/compare?from=2020-01-01"), http.StatusOK, "8 new, 0 changed, 0 ended", "Payment hub", "Connections across the border")
		want(t, v.get("/landscape/compare?from=2020-01-01&format=csv"), http.StatusOK, "create,element,hub")
		want(t, v.get("/landscape/compare?from=tomorrow"), http.StatusBadRequest)
	})
}

func TestConnectionsAndAgreementsAreWrittenInForms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		want(t, v.get("/landscape/connections/new?from=core"), http.StatusOK, `value="core" selected`)
		bad := v.post("/landscape/connections/new", "from", "core", "to", "cartanet", "kind", "uses", "review_on", "soon", "phase", "live")
		want(t, bad, http.StatusBadRequest, `aria-invalid="true"`)
		good := v.post("/landscape/connections/new", "from", "core", "to", "cartanet", "kind", "uses", "phase", "live", "encrypted", "true", "owner_to", "dario")
		want(t, good, http.StatusOK, "Saved.", "Encrypted: Yes", "Dario Dini")
		form := v.get("/landscape/connections/edit/c3")
		version := versionField.FindStringSubmatch(form.body)
		if version == nil {
			t.Fatalf("got no version in the form: %d", form.status)
		}
		want(t, v.post("/landscape/connections/edit/c3", "version", version[1], "kind", "supplied-by", "phase", "live", "protocol", "HTTPS", "agreement", "cards"), http.StatusOK, "Saved.", "HTTPS")
		want(t, v.post("/landscape/connections/edit/c3", "version", version[1], "kind", "uses", "phase", "live"), http.StatusConflict)
		want(t, v.post("/landscape/connections/end/c3", "version", "2"), http.StatusOK, "Payment hub")
		want(t, v.post("/landscape/agreements/new", "title", "", "kind", "sla"), http.StatusBadRequest, `aria-invalid="true"`)
		want(t, v.post("/landscape/agreements/new", "title", "Network", "kind", "sla", "party", "cartanet", "until", "2031-01-31"), http.StatusOK, "Network", "2 agreements: 1 expired")
		want(t, v.post("/landscape/agreements/edit/network", "version", "1", "title", "Network and more", "kind", "sla", "until", "2032-01-31"), http.StatusOK, "Network and more")
		want(t, v.post("/landscape/agreements/end/network", "version", "2"), http.StatusOK, "The agreement ends today.")
		want(t, v.get("/landscape/agreements?format=csv"), http.StatusOK, "cards,Card processing,contract,cartanet")
	})
}
