package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/project"
	"accordo.dev/internal/record"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/web"
)

// decidingSite is a site with risks, projects, a fund and one decision; besides the CIO and the administrator the
// CISO and a member of the board can sign in.
func decidingSite(t *testing.T, d *db.DB) site {
	t.Helper()
	d.Now = func() time.Time { return time.Now().UTC() }
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	key, err := record.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run := &op.Runner{DB: d, Access: policies}
	dbtest.Change(t, d, fill)
	dbtest.Change(t, d, fillDecisions)
	dbtest.Change(t, d, fillCommittees)
	server := httptest.NewServer(web.New(web.Config{
		DB: d, Run: run, Key: key, Sessions: identity.NewSessions(d), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Origin: "http://localhost:8080",
	}).Handler(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	return site{t, server.URL, run}
}

func fillDecisions(tx *db.Tx) error {
	ctx := context.Background()
	if _, err := identity.SetPassword(ctx, tx, identity.SetPasswordInput{Person: "dario", Password: secret}); err != nil {
		return err
	}
	if _, err := identity.AddPerson(ctx, tx, identity.AddPersonInput{ID: "bruna", Name: "Bruna Boni", Email: "bruna@example.org"}); err != nil {
		return err
	}
	if _, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: "board", Person: "bruna", From: "2025-01-01"}); err != nil {
		return err
	}
	if _, err := identity.SetPassword(ctx, tx, identity.SetPasswordInput{Person: "bruna", Password: secret}); err != nil {
		return err
	}
	_, err := risk.Apply(ctx, tx, risk.File{
		Appetite: []risk.Appetite{{SetOn: "2026-01-15", SetBy: "board", MoneyP95EUR: 1e6, MinutesQuarter: 240, ExposureDaysQuarter: 4000}},
		Scenarios: []risk.Scenario{
			{ID: "outage", Title: "=1+1 outage", Model: fair.Scenario{Frequency: fair.Interval90(0.5, 2), Primary: []fair.Loss{{Amount: fair.Interval90(2e4, 9e5)}}}, OwnerIT: "carla", OwnerSecurity: "dario", Treatment: "reduce", Status: "open"},
			{ID: "fraud", Title: "Payment fraud", Model: fair.Scenario{Frequency: fair.Fixed(3), Primary: []fair.Loss{{Amount: fair.Interval90(5e3, 8e4)}}}, Treatment: "accept", Status: "open"},
		},
	})
	if err != nil {
		return err
	}
	if _, err := project.Apply(ctx, tx, projects()); err != nil {
		return err
	}
	now := tx.Now()
	_, err = decision.Apply(ctx, tx, decision.File{Decisions: []decision.Decision{{
		ID: "d1", Title: "Accept the outage", Kind: decision.AcceptRisk, About: "risk:outage", ProposedBy: "carla", ProposedAt: now, Deadline: now.Add(48 * time.Hour),
		Materiality: "high", Content: "We accept it until June.",
	}}})
	if err != nil {
		return err
	}
	if _, err = raci.New(ctx, tx, raci.NewIn{ID: "m", Title: "Risk", Process: "risk", Profile: "bank", Activities: []string{"risk-acceptance", "policy-exception"}}); err != nil {
		return err
	}
	_, err = budget.Apply(ctx, tx, budget.File{Funds: []budget.Fund{{Year: 2026, TotalEUR: 100, Sources: []budget.Source{{Of: "it", RunningEUR: 60}, {Of: "security", RunningEUR: 40}}, RingFencedShare: 0.2}}})
	return err
}

// projects are more than one page of the list holds.
func projects() project.File {
	f := project.File{Projects: []project.Project{
		{ID: "gate", Title: "At the gate", Digital: true, InScope: true, Stage: project.Design, DesignGateDue: "2020-01-01", Validation: project.NoValidation, SecurityPartner: "dario"},
	}}
	for i := range 60 {
		id := "p" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		f.Projects = append(f.Projects, project.Project{ID: id, Title: "Project " + id, Digital: true, InScope: true, Stage: project.Idea, Validation: project.NoValidation})
	}
	return f
}

func TestEveryPageAnswersInBothLanguages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := decidingSite(t, d).signedIn("dario@example.org")
		for _, lang := range []string{"en", "it"} {
			v.post("/preferences", "lang", lang, "back", "/people")
			for _, path := range []string{
				"/risks", "/risks/outage", "/risks/new", "/risks/appetite", "/projects", "/projects/gate", "/decisions", "/decisions/d1", "/decisions/new",
				"/fund", "/fund/years/2026", "/fund/initiatives", "/fund/initiatives?sort=cost", "/fund/initiatives/new", "/fund/choice", "/fund/choice/frontier", "/fund/choice/weight", "/fund/plans",
				"/record", "/record/0", "/record/policies", "/risks?text=fraud&sort=-mean", "/risks/heat", "/risks/heat?state=inherent", "/risks/services", "/risks/changes", "/risks/changes?since=2020-01-01", "/risks/evidence", "/decisions?sort=deadline", "/decisions?kind=fund", "/decisions/mine", "/decisions/delegations", "/decisions/delegations?state=now&sort=-days", "/decisions/policy",
				"/risks/portfolio", "/risks/calibration", "/indicators/dictionary", "/indicators/dictionary?side=cio&text=sla", "/indicators/dictionary/sla?value=99,9", "/indicators/dictionary/delay", "/indicators/dictionary/compliance",
				"/roles/offices", "/roles/independence", "/roles/independence?answer=unknown&format=csv", "/roles/independence/what-if?move=dario%3Dboard", "/roles/facts", "/roles/facts?declare=audit", "/roles/profile", "/roles/profile?sector=retail",
				"/roles/obligations", "/roles/obligations/CAL-02", "/roles/obligations/CAL-26", "/roles/obligations/new", "/roles/obligations?state=open&sort=-due", "/roles/survey",
				"/roles", "/roles/grey", "/roles/reality", "/roles/raci/new", "/roles/raci/new?process=change", "/roles/raci/import", "/roles/raci/m", "/roles/raci/m/row", "/roles/raci/m/row?activity=risk-acceptance", "/roles/raci/m/column", "/roles/raci/m/column?role=cio",
				"/roles/committees", "/roles/committees/new", "/roles/committees/joint", "/roles/committees/joint/edit", "/roles/actions", "/roles/sittings/joint-1", "/roles/sittings/joint-2", "/roles/sittings/joint-1/print",
			} {
				p := v.get(path)
				want(t, p, http.StatusOK)
				p.body = strings.ReplaceAll(p.body, ">risk.watch<", "") // the record shows the names of operations
				if missing := regexp.MustCompile(`>\s*(risk|project|decision|budget|record|chart|web|access|obligation|survey|dictionary|lens|raci|committee|governance|organisation)\.[a-z][a-z.-]+\s*<`).FindString(p.body); missing != "" {
					t.Errorf("%s in %s: got the key %q instead of its sentence", path, lang, missing)
				}
			}
		}
	})
}

func TestRefusalNamesThePolicy(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio := s.signedIn("carla@example.org")
	want(t, cio.get("/risks/appetite"), http.StatusOK, "appetite-belongs-to-the-board")
	want(t, cio.post("/risks/appetite", "money_p95_eur", "5", "minutes_quarter", "5", "exposure_days_quarter", "5"), http.StatusForbidden, "appetite-belongs-to-the-board")
	want(t, cio.post("/projects/gate", "do", "validate", "version", "1", "decision", "approved"), http.StatusForbidden, "security-validates-designs")
	p := cio.get("/decisions/d1")
	want(t, cio.post("/decisions/d1", "do", "give-key", "office", "ciso", "hash", hashOn(t, p)), http.StatusForbidden, "a-key-is-given-by-the-holder-of-its-office")
}

func TestTheBoardSetsTheAppetiteWithNumbersAsItWritesThem(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	board := s.signedIn("bruna@example.org")
	p := board.post("/risks/appetite", "money_p95_eur", "12,500,000", "minutes_quarter", "many", "exposure_days_quarter", "4 000")
	want(t, p, http.StatusBadRequest, `value="12,500,000"`, `value="many"`, "“many” is not a number")
	want(t, board.post("/risks/appetite", "money_p95_eur", "12,500,000", "minutes_quarter", "240", "exposure_days_quarter", "4 000"), http.StatusOK, "12.5 M€", "4,000")
}

func TestEstimateKeepsWhatWasTypedAndNamesTheField(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	v := s.signedIn("dario@example.org")
	fields := []string{
		"model.frequency.p5", "4", "model.frequency.p95", "2", "model.primary[0].amount.p5", "1000", "model.primary[0].amount.p95", "2000",
		"title", "Payment fraud", "treatment", "transfer", "status", "open", "rationale", "typed with <care>", "reason", "evidence", "version", "1", "do", "save",
	}
	p := v.post("/risks/assess/fraud", fields...)
	want(t, p, http.StatusBadRequest, `href="#f-model.frequency.p95"`, `id="f-model.frequency.p95-error"`, "typed with &lt;care&gt;", `value="4"`)
	fields[1] = "0,5"
	want(t, v.post("/risks/assess/fraud", fields...), http.StatusOK, "The estimate is saved", "typed with &lt;care&gt;", "New evidence")
	want(t, v.post("/risks/assess/fraud", fields...), http.StatusConflict, "Somebody changed this")
}

func TestTwoKeysAreGivenByTwoPeopleAndChangingVoidsThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := decidingSite(t, d)
		cio, ciso := s.signedIn("carla@example.org"), s.signedIn("dario@example.org")
		hash := hashOn(t, cio.get("/decisions/d1"))
		want(t, cio.post("/decisions/d1", "do", "give-key", "office", "cio", "hash", hash), http.StatusOK, "The key is given.", "The key of the CISO is missing")
		want(t, ciso.get("/decisions"), http.StatusOK, "1 waits for you", "Waits for you")
		want(t, ciso.post("/decisions/d1", "do", "refuse", "office", "ciso", "hash", hash, "reason", "too long", "counter", ""), http.StatusBadRequest, "too long", `id="f-counter-error"`)
		p := cio.post("/decisions/d1", "do", "revise", "version", "2", "content", "Until March.", "money_eur", "-5000")
		want(t, p, http.StatusOK, "Until March.", "5.0 k€", "more a year", "No key has been given yet")
		want(t, ciso.post("/decisions/d1", "do", "give-key", "office", "ciso", "hash", hash), http.StatusConflict, "The content has changed")
		want(t, ciso.post("/decisions/d1", "do", "refuse", "office", "ciso", "hash", hashOn(t, p), "reason", "no backup", "counter", "until January"), http.StatusOK, "no backup", "until January", "may still settle it")
	})
}

func TestGateSaysWhatBlocksItAndWhoReleasesIt(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	cio, ciso := s.signedIn("carla@example.org"), s.signedIn("dario@example.org")
	p := cio.get("/projects/gate")
	want(t, p, http.StatusOK, "Past the gate", "Dario Dini can release it", `value="gate-skipped"`)
	if strings.Contains(p.body, `value="gate-passed"`) {
		t.Error("got the closed gate offered")
	}
	want(t, ciso.post("/projects/gate", "do", "validate", "version", "1", "decision", "approved-with-conditions", "conditions", ""), http.StatusBadRequest, `id="f-conditions-error"`)
	want(t, ciso.post("/projects/gate", "do", "validate", "version", "1", "decision", "approved-with-conditions", "conditions", "2"), http.StatusOK, "2 conditions open")
	want(t, cio.post("/projects/gate", "do", "leave", "version", "2", "kind", "gate-passed"), http.StatusOK, "Validated in design")
}

func TestListsGoOnAtTheirCursor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := decidingSite(t, d).signedIn("carla@example.org")
		first := v.get("/projects?sort=title")
		want(t, first, http.StatusOK, "50 of 61", `href="/projects/gate"`)
		next := regexp.MustCompile(`href="(/projects\?[^"]*after=[^"]*)"`).FindStringSubmatch(first.body)
		if next == nil {
			t.Fatal("got no next page")
		}
		second := v.get(strings.ReplaceAll(next[1], "&amp;", "&"))
		want(t, second, http.StatusOK, "11 of 61")
		if strings.Contains(second.body, `href="/projects/gate"`) {
			t.Error("got a row twice")
		}
		want(t, v.get("/projects?after=nonsense"), http.StatusBadRequest)
	})
}

func TestExportsHoldAllRowsAndNoFormula(t *testing.T) {
	v := decidingSite(t, dbtest.SQLite(t)).signedIn("carla@example.org")
	p := v.get("/risks?format=csv")
	want(t, p, http.StatusOK, ",'=1+1 outage,", "Carla Conti")
	if p = v.get("/projects?format=csv"); strings.Count(p.body, "\n") != 62 {
		t.Errorf("got %d lines, want the header and all 61 projects", strings.Count(p.body, "\n"))
	}
	for _, path := range []string{"/risks", "/projects", "/decisions", "/fund", "/record"} {
		want(t, v.get(path+"?format=csv"), http.StatusOK)
		if p := v.get(path + "?format=xlsx"); !strings.HasPrefix(p.body, "PK") {
			t.Errorf("%s: got no workbook", path)
		}
	}
}

func TestRecordIsProvenOnThePageAndItsCopyOffline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := decidingSite(t, d).signedIn("carla@example.org")
		hash := hashOn(t, v.get("/decisions/d1"))
		v.post("/decisions/d1", "do", "give-key", "office", "cio", "hash", hash)
		want(t, v.get("/record?ref=decision:d1"), http.StatusOK, "1 of 1", "Give the key of an office", "Accept the outage")
		want(t, v.get("/record/0"), http.StatusOK, "Verified: entry 0 stands in the record")
		want(t, v.get("/record/0/proof"), http.StatusOK, `"checkpoint"`)
		want(t, v.get("/record/99"), http.StatusNotFound)
		want(t, v.get("/record/x"), http.StatusNotFound)
		copied := v.get("/record/copy")
		if found, err := record.VerifyCopy(strings.NewReader(copied.body), ""); err != nil || found.Size < 2 {
			t.Errorf("got %v, %v, want a copy that verifies", found, err)
		}
	})
}

func hashOn(t *testing.T, p page) string {
	t.Helper()
	found := regexp.MustCompile(`<code>([0-9a-f]{64})</code>`).FindStringSubmatch(p.body)
	if found == nil {
		t.Fatal("got no hash on the page")
	}
	return found[1]
}
