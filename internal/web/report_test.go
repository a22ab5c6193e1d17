package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/record"
	"accordo.dev/internal/report"
	"accordo.dev/internal/web"
)

// reportSite is a site whose CIO has a signing key, with one frozen report.
func reportSite(t *testing.T) (s site, id string) {
	t.Helper()
	d := dbtest.SQLite(t)
	d.Now = func() time.Time { return time.Now().UTC() }
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	run, data := &op.Runner{DB: d, Access: policies}, t.TempDir()
	key, err := record.LoadKey(data)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Change(t, d, func(tx *db.Tx) error { return fill(tx) })
	if err := report.DemoKeys(context.Background(), run, data, []report.DemoPerson{{ID: "carla", Passphrase: secret}}); err != nil {
		t.Fatal(err)
	}
	desk := report.Desk{Run: run, Key: key, Store: report.StoreIn(data)}
	r, err := desk.Freeze(context.Background(), db.System("test"), report.FreezeIn{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(web.New(web.Config{
		DB: d, Run: run, Key: key, Data: data, Sessions: identity.NewSessions(d), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Origin: "http://localhost:8080",
	}).Handler(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	return site{t, server.URL, run}, r.ID
}

// send posts a form with a file.
func (v visitor) send(path, field string, content []byte) page {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, "report.pdf")
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		v.t.Fatal(err)
	}
	form.Close()
	return v.read(v.client.Post(v.url+path, form.FormDataContentType(), &body))
}

func TestOfficerSignsOnThePageAndAThirdPersonIsRefusedByName(t *testing.T) {
	s, id := reportSite(t)
	carla := s.signedIn("carla@example.org")
	if p := carla.post("/reports/"+id+"/sign", "office", "cio", "passphrase", "not this one"); p.status != http.StatusBadRequest || !strings.Contains(p.body, `name="passphrase"`) {
		t.Errorf("wrong passphrase: got %d, want the form again", p.status)
	}
	if p := carla.post("/reports/"+id+"/sign", "office", "ciso", "passphrase", secret); p.status != http.StatusForbidden || !strings.Contains(p.body, "a-report-is-signed-by-the-ciso-and-the-cio") {
		t.Errorf("signing for the other office: got %d, want refused by policy", p.status)
	}
	if p := carla.post("/reports/"+id+"/sign", "office", "cio", "passphrase", secret); p.status != http.StatusOK || !strings.Contains(p.body, "PAdES-B-B") {
		t.Errorf("signing: got %d %s", p.status, p.path)
	}
	anna := s.signedIn("anna@example.org")
	if p := anna.post("/reports/"+id+"/sign", "office", "ciso", "passphrase", secret); p.status != http.StatusForbidden || !strings.Contains(p.body, "the-administrator-has-no-key") {
		t.Errorf("the administrator signs: got %d, want refused by policy", p.status)
	}
}

func TestPagesOfReportsAnswer(t *testing.T) {
	s, id := reportSite(t)
	carla := s.signedIn("carla@example.org")
	for path, want := range map[string]string{
		"/reports": id, "/reports?format=csv": id, "/reports/draft?in=it": "Bozza", "/reports/" + id + "?in=it": "Relazione unitaria",
		"/reports/" + id + "/pdf/en": "%PDF", "/reports/" + id + "/manifest/it": `"language": "it"`, "/reports/" + id + "/snapshot": report.SnapshotFormat, "/reports/verify": `type="file"`,
	} {
		if p := carla.get(path); p.status != http.StatusOK || !strings.Contains(p.body, want) {
			t.Errorf("%s: got %d without %q", path, p.status, want)
		}
	}
	for _, path := range []string{"/reports/none", "/reports/" + id + "/pdf/de"} {
		if p := carla.get(path); p.status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, p.status)
		}
	}
	pdf := []byte(carla.get("/reports/" + id + "/pdf/en").body)
	if p := carla.send("/reports/verify", "file", pdf); p.status != http.StatusOK || !strings.Contains(p.body, "INDETERMINATE") {
		t.Errorf("unsigned: got %d, want indeterminate", p.status)
	}
	if p := carla.send("/reports/verify", "file", []byte("no pdf")); p.status == http.StatusInternalServerError || strings.Contains(p.body, "TOTAL-PASSED, valid") {
		t.Errorf("no PDF: got %d", p.status)
	}
}
