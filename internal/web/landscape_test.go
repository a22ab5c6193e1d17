package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
)

func whole(n int64) *int64 { return &n }

// mapped is a site with a service on a system on a core that is slower to recover, and an outside supplier.
func mapped(t *testing.T, d *db.DB) site {
	t.Helper()
	s := newSite(t, d, true)
	f := landscape.File{
		Elements: []landscape.Element{
			{ID: "payments", Kind: landscape.KindService, Name: "Payments", NameIT: "Pagamenti", RTO: whole(120), Owner: "carla"},
			{ID: "hub", Kind: landscape.KindSystem, Name: "Payment hub", RTO: whole(120), Owner: "carla", Tags: []string{"=core"}},
			{ID: "core", Kind: landscape.KindSystem, Name: "Core banking & ledger", RTO: whole(1560)},
			{ID: "cartanet", Kind: landscape.KindSupplier, Name: "CartaNet", Outside: true},
		},
		Agreements: []landscape.Agreement{{ID: "cards", Title: "Card processing", Kind: "contract", Party: "cartanet", Until: "2020-09-30"}},
		Connections: []landscape.Connection{
			{ID: "c1", From: "payments", To: "hub", Kind: landscape.RunsOn},
			{ID: "c2", From: "hub", To: "core", Kind: landscape.Uses},
			{ID: "c3", From: "hub", To: "cartanet", Kind: landscape.SuppliedBy, Agreement: "cards"},
		},
	}
	dbtest.Change(t, d, func(tx *db.Tx) error { _, err := landscape.Apply(context.Background(), tx, f); return err })
	return s
}

func TestLandscapeListSaysWhatIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		p := v.get("/landscape")
		want(t, p, http.StatusOK, "4 elements, 1 of them services", "Without an owner: 1", "Core banking &amp; ledger", "26 h", "Not said", "Carla Conti")
		p = v.get("/landscape?gap=owner")
		want(t, p, http.StatusOK, "Core banking")
		if strings.Contains(p.body, "Payment hub") {
			t.Error("got the payment hub, want only what has no owner")
		}
		want(t, v.get("/landscape?format=csv"), http.StatusOK, "rto_min", "hub,system,Payment hub,,,no,,carla,120", "'=core")
		want(t, v.get("/landscape?sort=nonsense"), http.StatusBadRequest)
	})
}

func TestAnEmptyLandscapeTellsToImport(t *testing.T) {
	v := newSite(t, dbtest.SQLite(t), true).signedIn("carla@example.org")
	want(t, v.get("/landscape"), http.StatusOK, "The map is empty", `href="/landscape/import"`)
	want(t, v.get("/landscape/coherence"), http.StatusOK, "contradicts itself nowhere")
}

func TestElementPageShowsBothDirectionsAndFindings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		p := v.get("/landscape/hub")
		want(t, p, http.StatusOK, "1 service stops with it: Payments.", "Recovery order", "Payment hub promises 2 h", "promises 26 h",
			"Expired on 30 Sep 2020", `href="/landscape/core"`, `href="/landscape/payments"`, `class="nd foc"`, `href="/risks?element=hub"`)
		want(t, v.get("/landscape/nothing"), http.StatusNotFound)
		want(t, v.get("/landscape/borders"), http.StatusOK, "1 of 3 connections cross the border", "CartaNet", "Expired on")
		want(t, v.get("/landscape/coherence"), http.StatusOK, "Rules broken in 3 places", "In 4 nobody can tell", "The map is complete to level 0 of 3", "Nobody answers for Core banking")
	})
}

var versionField = regexp.MustCompile(`name="version" value="(\d+)"`)

func TestEditKeepsWhatWasTypedAndRefusesAnOldVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := mapped(t, d).signedIn("carla@example.org")
		form := v.get("/landscape/edit/core")
		version := versionField.FindStringSubmatch(form.body)
		if version == nil {
			t.Fatalf("got no version in the form: %d", form.status)
		}
		bad := v.post("/landscape/edit/core", "version", version[1], "name", "Core", "kind", "system", "rto_min", "soon")
		want(t, bad, http.StatusBadRequest, `value="soon"`, `aria-invalid="true"`)
		good := v.post("/landscape/edit/core", "version", version[1], "name", "Core", "kind", "system", "rto_min", "90", "owner", "dario", "slo", "99.95")
		want(t, good, http.StatusOK, "Saved.", "90 min", "99.95 %", "Dario Dini", "Change an element of the landscape")
		want(t, v.post("/landscape/edit/core", "version", version[1], "name", "Old", "kind", "system"), http.StatusConflict)
	})
}

func TestOnlyBothOfficesChangeTheLandscape(t *testing.T) {
	v := mapped(t, dbtest.SQLite(t)).signedIn("anna@example.org")
	p := v.get("/landscape/hub")
	if strings.Contains(p.body, "/landscape/edit/hub") {
		t.Error("got an edit button for the administrator, want none")
	}
	want(t, v.post("/landscape/edit/hub", "version", "1", "name", "X", "kind", "system"), http.StatusForbidden)
}

func (v visitor) upload(path, source string, files ...string) page {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("source", source)
	for i := 0; i < len(files); i += 2 {
		part, err := form.CreateFormFile("files", files[i])
		if err != nil {
			v.t.Fatal(err)
		}
		_, _ = part.Write([]byte(files[i+1]))
	}
	form.Close()
	return v.read(v.client.Post(v.url+path, form.FormDataContentType(), &body))
}

var keptFile = regexp.MustCompile(`name="file" value="([^"]+)"`)

func TestAnImportIsShownBeforeItIsTaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Chdir(t.TempDir())
		v := mapped(t, d).signedIn("carla@example.org")
		bad := v.upload("/landscape/import", "cmdb", "elements.csv", "id,kind,name\nx,spaceship,X\n")
		want(t, bad, http.StatusBadRequest, "elements.csv, line 2", "spaceship", `value="cmdb"`)
		preview := v.upload("/landscape/import", "cmdb", "elements.csv", "id,kind,name\nshop,application,Web shop\n",
			"connections.csv", "from,kind,to\nshop,uses,ghost\n")
		want(t, preview, http.StatusOK, "New: 3. Changed: 0. Ended: 0. Unchanged: 0.", "Web shop", "1 name points to nothing known")
		if p := v.get("/landscape/shop"); p.status != http.StatusNotFound {
			t.Errorf("got %d before the confirmation, want nothing imported", p.status)
		}
		pairs := []string{"source", "cmdb"}
		for _, kept := range keptFile.FindAllStringSubmatch(preview.body, -1) {
			pairs = append(pairs, "file", kept[1])
		}
		done := v.post("/landscape/import/confirm", pairs...)
		want(t, done, http.StatusOK, "Imported. New: 3.")
		want(t, v.get("/landscape/shop"), http.StatusOK, "imported from cmdb (shop)", "ghost", "Import the landscape")
		if left, _ := os.ReadDir("uploads"); len(left) != 0 {
			t.Errorf("got %v left, want the uploads gone", left)
		}
		want(t, v.post("/landscape/import/confirm", pairs...), http.StatusNotFound, "no longer there")
		want(t, v.post("/landscape/import/confirm", "source", "cmdb", "file", "../../etc/passwd x"), http.StatusNotFound)
		want(t, v.get("/landscape/import/templates/elements.csv"), http.StatusOK, "rto_min")
	})
}
