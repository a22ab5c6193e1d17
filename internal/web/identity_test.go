package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/web"
)

const secret = "una frase che si ricorda"

// site is a running site with a CIO, a CISO below the CIO, and an administrator; all have the same password.
type site struct {
	t   *testing.T
	url string
	run *op.Runner
}

func newSite(t *testing.T, d *db.DB, people bool) site {
	t.Helper()
	d.Now = func() time.Time { return time.Now().UTC() }
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	run := &op.Runner{DB: d, Access: policies}
	if people {
		dbtest.Change(t, d, func(tx *db.Tx) error { return fill(tx) })
	}
	server := httptest.NewServer(web.New(web.Config{
		DB: d, Run: run, Sessions: identity.NewSessions(d), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Origin: "http://localhost:8080",
	}).Handler(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	return site{t, server.URL, run}
}

func fill(tx *db.Tx) error {
	ctx := context.Background()
	if _, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Banca Uno", Sector: organisation.Bank, Profiles: []string{"bank_it"}}); err != nil {
		return err
	}
	_, err := identity.Apply(ctx, tx, identity.File{
		People: []identity.FilePerson{
			{ID: "carla", Name: "Carla Conti", Email: "carla@example.org", ReportsTo: "board"},
			{ID: "dario", Name: "Dario Dini", Email: "dario@example.org", ReportsTo: "carla"},
			{ID: "anna", Name: "Anna Amato", Email: "anna@example.org", Language: "it"},
		},
		Offices: []identity.FileHolding{
			{Office: "cio", Person: "carla", From: "2025-01-01"},
			{Office: "ciso", Person: "dario", From: "2025-01-01"},
			{Office: "administrator", Person: "anna", From: "2025-01-01"},
		},
	})
	if err != nil {
		return err
	}
	for _, person := range []string{"carla", "anna"} {
		if _, err := identity.SetPassword(ctx, tx, identity.SetPasswordInput{Person: person, Password: secret}); err != nil {
			return err
		}
	}
	return nil
}

// visitor is a browser session.
type visitor struct {
	site
	client *http.Client
}

func (s site) visitor() visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return visitor{s, &http.Client{Jar: jar}}
}

// page is an answer: its status, where redirects led, and its text.
type page struct {
	status int
	path   string
	body   string
}

func (v visitor) read(answer *http.Response, err error) page {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return page{answer.StatusCode, answer.Request.URL.RequestURI(), string(body)}
}

func (v visitor) get(path string) page { v.t.Helper(); return v.read(v.client.Get(v.url + path)) }

func (v visitor) post(path string, pairs ...string) page {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.read(v.client.PostForm(v.url+path, form))
}

func (s site) signedIn(email string) visitor {
	s.t.Helper()
	v := s.visitor()
	if p := v.post("/sign-in", "email", email, "password", secret, "back", "/people"); p.status != http.StatusOK || p.path != "/people" {
		s.t.Fatalf("sign-in of %s: got %d %s", email, p.status, p.path)
	}
	return v
}

func want(t *testing.T, p page, status int, texts ...string) {
	t.Helper()
	if p.status != status {
		t.Errorf("%s: got status %d, want %d", p.path, p.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("%s: got no %q", p.path, text)
		}
	}
}

func TestSignInLeadsBackToThePageAskedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, true)
		v := s.visitor()
		p := v.get("/people?sort=-name")
		want(t, p, http.StatusOK, `value="/people?sort=-name"`)
		if p.path != "/sign-in?back=%2Fpeople%3Fsort%3D-name" {
			t.Errorf("path: got %s", p.path)
		}
		p = v.post("/sign-in", "email", "carla@example.org", "password", "wrong wrong wrong", "back", "/people?sort=-name")
		want(t, p, http.StatusBadRequest, "do not belong together", `value="carla@example.org"`, `aria-invalid="true"`)
		p = v.post("/sign-in", "email", "carla@example.org", "password", secret, "back", "/people?sort=-name")
		want(t, p, http.StatusOK, "Dario Dini", "Carla Conti")
		if p.path != "/people?sort=-name" {
			t.Errorf("path: got %s", p.path)
		}
		for _, elsewhere := range []string{"//evil.example", "https://evil.example", `/\evil.example`} {
			p := s.visitor().post("/sign-in", "email", "carla@example.org", "password", secret, "back", elsewhere)
			if p.path != "/" {
				t.Errorf("back=%s: got %s, want /", elsewhere, p.path)
			}
		}
		v.post("/sign-out")
		if p := v.get("/people"); !strings.HasPrefix(p.path, "/sign-in") {
			t.Errorf("after sign-out: got %s, want the sign-in page", p.path)
		}
	})
}

func TestSixthWrongPasswordIsToldToWait(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t), true)
	v := s.visitor()
	for range 5 {
		want(t, v.post("/sign-in", "email", "carla@example.org", "password", "wrong wrong wrong"), http.StatusBadRequest)
	}
	want(t, v.post("/sign-in", "email", "carla@example.org", "password", secret), http.StatusTooManyRequests, "Too many attempts")
	want(t, v.post("/sign-in", "email", "anna@example.org", "password", secret, "back", "/people"), http.StatusOK, "Persone")
}

func TestSessionTokenChangesAtSignIn(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t), true)
	v := s.visitor()
	v.post("/sign-in/passkey/begin") // begins a session of nobody
	token := func() string {
		at, _ := url.Parse(v.url)
		for _, c := range v.client.Jar.Cookies(at) {
			if c.Name == "accordo" {
				return c.Value
			}
		}
		return ""
	}
	before := token()
	v.post("/sign-in", "email", "carla@example.org", "password", secret)
	if after := token(); before == "" || after == before {
		t.Errorf("token: got %q before and %q after, want another one", before, after)
	}
}

func TestOnlyAdministratorsChangePeopleAndOthersAreToldWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, true)
		cio := s.signedIn("carla@example.org")
		p := cio.get("/people/dario")
		want(t, p, http.StatusOK, "CISO", "administrators-run-the-installation")
		if strings.Contains(p.body, `action="/people/offices"`) {
			t.Error("the CIO is offered to appoint")
		}
		want(t, cio.post("/people/offices", "office", "cro", "person", "carla", "from", "2026-01-01"), http.StatusForbidden, "administrators-run-the-installation")
		want(t, cio.get("/people/new"), http.StatusForbidden)

		admin := s.signedIn("anna@example.org")
		want(t, admin.post("/people", "name", "", "email", "x", "language", "it"), http.StatusBadRequest, "Questo campo è necessario", `value="x"`)
		p = admin.post("/people", "name", "Rosa Riva", "email", "rosa@example.org", "language", "it", "reports_to", "board")
		if p.path != "/people/rosa-riva" {
			t.Errorf("after adding: got %s", p.path)
		}
		want(t, admin.post("/people/offices", "office", "cro", "person", "rosa-riva", "from", "01/11/2026"), http.StatusOK, "dal 1 nov 2026")
		want(t, admin.post("/people/offices", "office", "cio", "person", "rosa-riva", "from", "2026-11-01"), http.StatusBadRequest, "incarico per una sola persona")
		want(t, admin.post("/people/offices/end", "office", "administrator", "person", "anna"), http.StatusConflict, "almeno un amministratore")
		p = admin.post("/people/rosa-riva/invite")
		link := regexp.MustCompile(`/welcome\?link=[\w-]+`).FindString(p.body)
		rosa := s.visitor()
		want(t, rosa.get(link), http.StatusOK, "Rosa Riva")
		token := strings.TrimPrefix(link, "/welcome?link=")
		want(t, rosa.post("/welcome", "link", token, "password", "short"), http.StatusBadRequest, "12")
		if p := rosa.post("/welcome", "link", token, "password", secret); p.path != "/account" {
			t.Errorf("after welcome: got %s", p.path)
		}
		want(t, admin.post("/people/rosa-riva/end"), http.StatusOK)
		if p := rosa.get("/account"); !strings.HasPrefix(p.path, "/sign-in") {
			t.Errorf("who has left: got %s, want the sign-in page", p.path)
		}
	})
}

func TestOfficesPageShowsFindingsWithTheirLaw(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t), true)
	v := s.signedIn("carla@example.org")
	p := v.get("/roles/offices")
	want(t, p, http.StatusOK, "The CISO Dario Dini reports to the CIO, and 5 of 5 measures", "IND-06 · good practice, not law", "Regulation (EU) 2022/2554 (DORA), art. 5(2)(c) (in force since 17 Jan 2025)",
		"good practice, not law", "a budget line of the CISO", "Vacant")
	if strings.Contains(strings.ToLower(p.body), "non-compliant") {
		t.Error("the page says non-compliant")
	}
	want(t, v.get("/roles/offices?format=csv"), http.StatusOK, "CIO,Carla Conti,2025-01-01")
	want(t, v.get("/people?format=csv&text=conti"), http.StatusOK, "carla,Carla Conti,carla@example.org")
	if p := v.get("/people?format=xlsx"); !strings.HasPrefix(p.body, "PK") {
		t.Error("Excel: got no zip file")
	}
}

func TestSetUpByLinkMakesAnAdministratorWhoIsSignedIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, false)
		link, err := op.Do(context.Background(), s.run, db.System("setup"), identity.OpStartSetup, struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		v := s.visitor()
		want(t, v.get("/setup?link=wrong"), http.StatusBadRequest, "link")
		want(t, v.get("/setup?link="+link.Secret), http.StatusOK, "Set up accordo")
		p := v.post("/setup", "link", link.Secret, "organisation", "", "sector", "", "name", "Anna Amato", "email", "anna@example.org", "password", "short")
		want(t, p, http.StatusBadRequest, "At least 12 characters", "This field is needed", `value="Anna Amato"`)
		p = v.post("/setup", "link", link.Secret, "organisation", "Banca Uno", "sector", "bank", "name", "Anna Amato", "email", "anna@example.org", "password", secret)
		want(t, p, http.StatusOK, "Banca Uno", "Anna Amato")
		if p.path != "/roles/offices" {
			t.Errorf("path: got %s", p.path)
		}
		want(t, s.visitor().get("/setup?link="+link.Secret), http.StatusBadRequest)
	})
}

func TestAccountMakesAndRevokesATokenShownOnce(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t), true)
	v := s.signedIn("carla@example.org")
	want(t, v.post("/account/tokens", "name", "feed", "days", "30"), http.StatusBadRequest, "Choose what the token may do", `value="feed"`)
	p := v.post("/account/tokens", "name", "feed", "scopes", "read", "scopes", "evidence", "days", "30")
	token := regexp.MustCompile(`accordo_[\w-]+`).FindString(p.body)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	if actor, err := identity.Authenticate(context.Background(), s.run.DB, r); err != nil || actor.Ref != "person:carla" {
		t.Errorf("token: got %v, %v", actor, err)
	}
	p = v.get("/account")
	if strings.Contains(p.body, token) {
		t.Error("the token is shown again")
	}
	id := regexp.MustCompile(`name="id" value="([\w-]+)"`).FindStringSubmatch(p.body)
	want(t, v.post("/account/tokens/revoke", "id", id[1]), http.StatusOK, "The token is revoked")
	if _, err := identity.Authenticate(context.Background(), s.run.DB, r); err == nil {
		t.Error("a revoked token still works")
	}
}

func TestChangedPasswordKeepsThisSessionAndEndsOthers(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t), true)
	here, there := s.signedIn("carla@example.org"), s.signedIn("carla@example.org")
	want(t, here.post("/account/password", "current", "wrong", "new", secret+"!"), http.StatusBadRequest, "not the present password")
	want(t, here.post("/account/password", "current", secret, "new", secret+"!"), http.StatusOK, "The password is changed")
	if p := there.get("/account"); !strings.HasPrefix(p.path, "/sign-in") {
		t.Errorf("other session: got %s, want the sign-in page", p.path)
	}
}

func TestFactIsDeclaredOnThePageAndKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t), true)
	v := s.signedIn("carla@example.org")
	want(t, v.post("/roles/facts", "kind", "training", "day", "2026-01-01", "note", "half a day"), http.StatusBadRequest, `value="half a day"`)
	want(t, v.post("/roles/facts", "kind", "training", "day", "01-06-2020", "person-1", "dario"), http.StatusOK, "The fact is declared", "Dario Dini", "Carla Conti")
	want(t, v.get("/roles/independence/what-if?line-of=dario&line-to=board"), http.StatusOK, "Dario Dini would report to", "Would go", "IND-06")
	want(t, v.get("/roles/independence/what-if?move=carla%3Ddario"), http.StatusBadRequest, "run in a circle")
	want(t, v.post("/roles/profile", "sector", "retail", "profiles", "gdpr", "do", "try"), http.StatusOK, "Switched off", "IND-21")
	want(t, v.post("/roles/profile", "sector", "retail", "profiles", "gdpr", "cio", "innovation", "do", "save"), http.StatusOK, "are changed")
}
