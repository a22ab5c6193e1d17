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
	"accordo.dev/internal/api"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/landscape"
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
	}).Handler(api.Handler(api.Config{Run: run, Evidence: evidence.Store{Dir: t.TempDir()}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Who: func(r *http.Request) (db.Actor, error) {
		return identity.Authenticate(r.Context(), d, r)
	}})))
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
	first := regexp.MustCompile(`(?s)<thead>.*?</thead>`).FindString(list.body)
	v.post("/preferences", "lens", "ciso", "back", "/evidence")
	if other := v.get("/evidence/exposures"); regexp.MustCompile(`(?s)<thead>.*?</thead>`).FindString(other.body) == first || !strings.Contains(other.body, "Doors that are open") {
		t.Error("the list of exposures reads for the CISO as it does for the CIO")
	}
	v.post("/preferences", "lens", "cio", "back", "/evidence")
	want(t, list, http.StatusOK, "CVE-2026-0001", "No element is known by this name")
	exposure := v.get(link(t, list, `/evidence/exposures/[0-9a-f]{32}`))
	want(t, exposure, http.StatusOK, "scan.json", "Record 1, byte")
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
		"/evidence/incidents?severity=3", "/evidence/availability", "/evidence/recoveries", "/evidence/unmatched", "/evidence/kev?late=yes", "/evidence/incidents/new", "/evidence/recoveries/new",
		"/evidence?whole=no",
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

func TestIncidentFormKeepsWhatWasTypedAndRecordsAllPoints(t *testing.T) {
	v := evidenceSite(t).signedIn("carla@example.org")
	wrong := v.post("/evidence/incidents/new", "title", "Outage of the portal", "detected", "2026-11-02T10:00", "restored", "2026-11-02T09:00", "loss_eur", "much")
	want(t, wrong, http.StatusBadRequest, "Outage of the portal", "2026-11-02T09:00", "much", `id="f-loss_eur-error"`)
	wrong = v.post("/evidence/incidents/new", "title", "Outage of the portal", "detected", "2026-11-02T10:00", "restored", "2026-11-02T09:00")
	want(t, wrong, http.StatusBadRequest, `id="f-restored-error"`, "2026-11-02T09:00")
	saved := v.post("/evidence/incidents/new", "title", "Outage of the portal", "severity", "4", "occurred", "2026-11-02T09:30", "detected", "2026-11-02T10:00",
		"contained", "2026-11-02T11:00", "restored", "2026-11-02T12:00", "root_cause_fixed", "2026-11-05T12:00", "users_share", "25")
	want(t, saved, http.StatusOK, "Outage of the portal", "Root cause fixed", "25 %", "2 Nov 2026, 09:30")
	edited := v.post(saved.path+"/edit", "title", "Outage, corrected", "detected", "2026-11-02T10:00")
	want(t, edited, http.StatusOK, "Outage, corrected")
	if strings.Contains(edited.body, "Root cause fixed") {
		t.Error("got the root cause still fixed, want what was emptied to be unknown")
	}
}

func TestRecoveryFormNamesWhatIsMissing(t *testing.T) {
	s := evidenceSite(t)
	v := s.signedIn("carla@example.org")
	dbtest.Change(t, s.run.DB, func(tx *db.Tx) error {
		_, err := landscape.AddElement(t.Context(), tx, landscape.Element{ID: "shop", Kind: landscape.KindService, Name: "Web shop"})
		return err
	})
	want(t, v.post("/evidence/recoveries/new", "title", "Failover to Padova", "kind", "real", "time_min", "90"), http.StatusBadRequest,
		"Failover to Padova", `id="f-service-error"`, `id="f-day-error"`, `value="90"`)
	want(t, v.post("/evidence/recoveries/new", "title", "Failover to Padova", "kind", "real", "service", "shop", "day", "2026-11-02", "recovered", "true", "time_min", "90", "rto_min", "120"),
		http.StatusOK, "Failover to Padova", "Web shop", "2 Nov 2026", "Within the target")
}

func TestUnmatchedNameIsMatchedToAnElement(t *testing.T) {
	s := evidenceSite(t)
	v := s.signedIn("carla@example.org")
	dbtest.Change(t, s.run.DB, func(tx *db.Tx) error {
		_, err := landscape.AddElement(t.Context(), tx, landscape.Element{ID: "shop", Kind: landscape.KindService, Name: "Web shop"})
		return err
	})
	v.settled(v.post(v.settled(v.uploadEvidence("scan.json", scanReport)).path + "/confirm"))
	want(t, v.get("/evidence/unmatched"), http.StatusOK, "Match to an element", "name=web%3A1")
	want(t, v.get("/evidence/unmatched/match?name=web%3A1"), http.StatusOK, "web:1", "Web shop")
	want(t, v.post("/evidence/unmatched/match", "name", "web:1"), http.StatusBadRequest, `id="f-element-error"`)
	want(t, v.post("/evidence/unmatched/match", "name", "web:1", "element", "shop"), http.StatusOK, "Every name in evidence belongs to an element")
	want(t, v.get("/evidence/exposures"), http.StatusOK, "Web shop")
}

func TestFirstPageOfEvidenceSaysWhatIsStale(t *testing.T) {
	v := evidenceSite(t).signedIn("carla@example.org")
	old := strings.Replace(scanReport, "2026-11-01", "2020-11-01", 1)
	v.settled(v.post(v.settled(v.uploadEvidence("scan.json", old)).path + "/confirm"))
	want(t, v.get("/evidence"), http.StatusOK, "0 of 1 scopes are fresh. Stale: web:1, last seen whole on 1 Nov 2020. 1 name belongs to no element.", "Start the scan again", "Carla Conti")
}

// token makes a token of a person with a scope.
func (s site) token(person, scope string) string {
	s.t.Helper()
	var made identity.NewToken
	dbtest.Change(s.t, s.run.DB, func(tx *db.Tx) (err error) {
		made, err = identity.MakeToken(s.t.Context(), tx, identity.MakeTokenInput{Person: person, Name: "scanner", Scopes: []string{scope}, Days: 1})
		return err
	})
	return made.Secret
}

func (s site) send(token, address, kind string, body io.Reader) page {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+address, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", kind)
	return s.visitor().read(http.DefaultClient.Do(r))
}

func TestScannerLoadsEvidenceThroughTheAPI(t *testing.T) {
	s := evidenceSite(t)
	token := s.token("carla", "evidence")
	const raw, here = "application/octet-stream", "/api/evidence/import"
	want(t, s.send(token, here+"?name=scan.json&dry_run=true", raw, strings.NewReader(scanReport)), http.StatusOK, `"new":1`, `"already":false`)
	want(t, s.send(token, here+"?name=scan.json&scope=prod&partial=true", raw, strings.NewReader(scanReport)), http.StatusOK, `"new":1`, `"scope":"prod"`, `"complete":false`)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "scan.json")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(part, scanReport)
	_ = form.WriteField("scope", "prod")
	_ = form.WriteField("partial", "true")
	_ = form.Close()
	want(t, s.send(token, here, form.FormDataContentType(), &body), http.StatusOK, `"already":true`)
	want(t, s.send(token, here, raw, strings.NewReader(scanReport)), http.StatusUnprocessableEntity, `"body.name"`)
	want(t, s.send(token, here+"?name=a&format=poem", raw, strings.NewReader(scanReport)), http.StatusUnprocessableEntity, `"body.format"`)
	want(t, s.send(token, here, "multipart/form-data; boundary=x", strings.NewReader("nonsense")), http.StatusUnprocessableEntity, `"body.file"`)
}

func TestImportThroughTheAPINeedsAScopeThatReachesIt(t *testing.T) {
	s := evidenceSite(t)
	const raw, here = "application/octet-stream", "/api/evidence/import?name=scan.json"
	for scope, status := range map[string]int{"evidence": http.StatusOK, "write": http.StatusOK, "read": http.StatusForbidden, "risk": http.StatusForbidden} {
		if got := s.send(s.token("carla", scope), here, raw, strings.NewReader(scanReport)); got.status != status {
			t.Errorf("scope %s: got %d, want %d: %s", scope, got.status, status, got.body)
		}
	}
	want(t, s.send(s.token("anna", "evidence"), here, raw, strings.NewReader(scanReport)), http.StatusForbidden)
	want(t, s.send("accordo_none", here, raw, strings.NewReader(scanReport)), http.StatusUnauthorized)
}

func TestTooLargeAFileIsRefusedWithASentence(t *testing.T) {
	s := evidenceSite(t)
	space := bytes.Repeat([]byte(" "), 1<<20)
	large := func() io.Reader { return io.LimitReader(&endless{space}, 261<<20) }
	want(t, s.send(s.token("carla", "evidence"), "/api/evidence/import?name=large.json", "application/octet-stream", large()), http.StatusRequestEntityTooLarge, "limit of 260 MB")
}

// endless gives the same bytes again and again.
type endless struct{ bytes []byte }

// Read implements io.Reader.
func (e *endless) Read(p []byte) (int, error) { return copy(p, e.bytes), nil }
