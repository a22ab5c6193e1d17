package web_test

import (
	"net/http"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
)

func TestTheMapCanBeExportedFromItsPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		want(t, v.get("/landscape"), http.StatusOK, `href="/landscape/export"`)
		want(t, v.get("/landscape/export"), http.StatusOK, "4 elements, 3 connections and 1 agreement", "System (2)", "ArchiMate exchange file 3.1")
		p := v.get("/landscape/export?format=archimate&kind=system")
		want(t, p, http.StatusOK, `identifier="hub" xsi:type="ApplicationComponent"`, `source="core" target="hub" xsi:type="Serving"`)
		if strings.Contains(p.body, "cartanet") {
			t.Error("got a supplier, want systems only")
		}
		want(t, v.get("/landscape/export?format=drawio"), http.StatusOK, `label="Core banking &amp; ledger"`)
		want(t, v.get("/landscape/export?format=visio"), http.StatusBadRequest, "visio", "csv, xlsx, archimate, drawio")
		want(t, v.get("/landscape/export?format=csv&kind=spaceship"), http.StatusBadRequest, "spaceship")
	})
}
