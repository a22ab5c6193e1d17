package web_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web"
)

const scanReport = `{"SchemaVersion":2,"CreatedAt":"2026-11-01T10:00:00Z","ArtifactName":"web:1","Metadata":{},"Results":[{"Target":"web:1",
"Class":"os-pkgs","Type":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-2026-0001","PkgName":"lib","InstalledVersion":"1.0","Severity":"HIGH"}]}]}`

// evidenceSite is a site that keeps raw files.
func evidenceSite(t *testing.T) site {
	t.Helper()
	d := dbtest.SQLite(t)
	d.Now = func() time.Time { return time.Now().UTC() }
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	run := &op.Runner{DB: d, Access: policies}
	dbtest.Change(t, d, func(tx *db.Tx) error { return fill(tx) })
	server := httptest.NewServer(web.New(web.Config{
		DB: d, Run: run, Data: t.TempDir(), Sessions: identity.NewSessions(d), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Origin: "http://localhost:8080",
	}).Handler(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	return site{t, server.URL, run}
}

func (v visitor) uploadEvidence(name, text string) page {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := part.Write([]byte(text)); err != nil {
		v.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		v.t.Fatal(err)
	}
	return v.read(v.client.Post(v.url+"/evidence/import", form.FormDataContentType(), &body))
}

// settled waits until the work on a page has ended.
func (v visitor) settled(p page) page {
	v.t.Helper()
	for range 200 {
		if !strings.Contains(p.body, "data-poll") {
			return p
		}
		time.Sleep(20 * time.Millisecond)
		p = v.get(p.path)
	}
	v.t.Fatalf("%s: the work does not end", p.path)
	return p
}

func TestNumberLeadsToItsSourceInThreeSteps(t *testing.T) {
	v := evidenceSite(t).signedIn("carla@example.org")
	preview := v.settled(v.uploadEvidence("scan.json", scanReport))
	want(t, preview, http.StatusOK, "This is a preview", "web:1", "Load it")
	want(t, v.get("/evidence/exposures"), http.StatusOK, "Nothing here yet")
	want(t, v.settled(v.post(preview.path+"/confirm")), http.StatusOK, "Loaded:", "scan.json")
	list := v.get("/evidence/exposures")
	want(t, list, http.StatusOK, "CVE-2026-0001", "no element is known by this name")
	exposure := v.get(link(t, list, `/evidence/exposures/[0-9a-f]{32}`))
	want(t, exposure, http.StatusOK, "scan.json", "record 1, byte")
	want(t, v.get(link(t, exposure, `/evidence/files/[0-9a-f]+\?record=1&amp;offset=\d+`)), http.StatusOK, "CVE-2026-0001", "Record 1 of the file")
}

func link(t *testing.T, p page, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindString(p.body)
	if found == "" {
		t.Fatalf("%s: got no link like %s", p.path, pattern)
	}
	return strings.ReplaceAll(found, "&amp;", "&")
}

func TestEvidencePagesAnswer(t *testing.T) {
	v := evidenceSite(t).signedIn("carla@example.org")
	for _, path := range []string{
		"/evidence", "/evidence?format=csv", "/evidence/import", "/evidence/exposures?severity=high&kev=yes&tier=1&q=x", "/evidence/exposures?format=xlsx",
		"/evidence/incidents?severity=3", "/evidence/availability", "/evidence/recoveries", "/evidence/unmatched",
	} {
		want(t, v.get(path), http.StatusOK)
	}
	want(t, v.get("/evidence/files/none"), http.StatusNotFound)
	want(t, v.get("/evidence/exposures?severity=awful"), http.StatusBadRequest)
}

func TestFileThatIsNoneIsExplained(t *testing.T) {
	v := evidenceSite(t).signedIn("carla@example.org")
	want(t, v.settled(v.uploadEvidence("notes.txt", "hello")), http.StatusOK, "no known format", "Read it otherwise")
	want(t, v.settled(v.uploadEvidence("cut.json", scanReport[:200])), http.StatusOK, "cut.json")
}

func TestWhoMayNotLoadEvidenceIsToldSo(t *testing.T) {
	v := evidenceSite(t).signedIn("anna@example.org")
	want(t, v.get("/evidence/import"), http.StatusForbidden)
	want(t, v.uploadEvidence("scan.json", scanReport), http.StatusForbidden)
}
