package web_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/op"
	"accordo.dev/internal/project"
)

// figuresSite is a site with 60 projects that left design this month, and one past its gate.
func figuresSite(t *testing.T, d *db.DB) site {
	t.Helper()
	s := newSite(t, d, true)
	dbtest.Change(t, d, func(tx *db.Tx) error {
		today := tx.Now().Format("2006-01-02")
		all := []project.Project{{
			ID: "stuck", Title: "Stuck one", Digital: true, InScope: true, Stage: project.Design, DesignGateDue: "2026-01-02", Validation: project.NoValidation,
		}}
		for i := range 60 {
			all = append(all, project.Project{
				ID: fmt.Sprintf("p-%02d", i), Title: fmt.Sprintf("=Project %02d", i), Digital: true, InScope: true, Stage: project.Build,
				DesignGateDue: today, DesignExit: today, ExitKind: project.GatePassed, Validation: project.Approved, ValidationOn: today,
			})
		}
		_, err := project.Apply(context.Background(), tx, project.File{Projects: all})
		return err
	})
	return s
}

func TestHomeOfANewInstallationTellsTheNextStep(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t), true)
	p := s.signedIn("carla@example.org").get("/")
	want(t, p, http.StatusOK, "First steps", `href="/evidence/import"`, `href="/landscape"`, "Nothing waits for both of you")
	if strings.Contains(p.body, "Inside appetite") {
		t.Error("got scales without any figure")
	}
}

func TestHomeNamesWhatNeedsBothAndCountsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := figuresSite(t, d).signedIn("carla@example.org").get("/")
		want(t, p, http.StatusOK, "Design gate: Stuck one", `href="/projects/stuck"`)
		if !regexp.MustCompile(`(?s)href="/projects".*?<span class="n">1<`).MatchString(p.body) {
			t.Error("got no count of one beside the projects")
		}
	})
}

// figure is a number as the pages write it, in its element.
var figure = regexp.MustCompile(`(?s)<div class="v">\s*([^<]*?)\s*<`)

func TestLensChangesWordsAndNeverFigures(t *testing.T) {
	s := figuresSite(t, dbtest.SQLite(t))
	v := s.signedIn("carla@example.org")
	seen, words := map[string]bool{}, map[string]bool{}
	for _, lens := range []string{"cio", "ciso", "board"} {
		v.post("/preferences", "lens", lens, "back", "/indicators")
		p := v.get("/indicators")
		want(t, p, http.StatusOK)
		var figures []string
		for _, m := range figure.FindAllStringSubmatch(p.body, -1) {
			figures = append(figures, m[1])
		}
		if len(figures) == 0 {
			t.Fatal("got no figure on the wall")
		}
		seen[strings.Join(figures, "|")] = true
		words[regexp.MustCompile(`(?s)<p class="say"[^>]*>.*?</p>`).FindString(p.body)] = true
	}
	if len(seen) != 1 || len(words) != 3 {
		t.Errorf("got %d sets of figures and %d sets of words in three lenses, want 1 and 3", len(seen), len(words))
	}
}

func TestIndicatorOpensToEveryRowItRestsOn(t *testing.T) {
	s := figuresSite(t, dbtest.SQLite(t))
	v := s.signedIn("carla@example.org")
	p := v.get("/indicators/security-in-design")
	want(t, p, http.StatusOK, "60 of 60 projects", "100 %", `href="/projects/p-00"`, "50 of 61", "Where it can mislead", "wilson-1")
	next := link(t, p, `/indicators/security-in-design[?]after=50`)
	want(t, v.get(strings.ReplaceAll(next, "&amp;", "&")), http.StatusOK, "11 of 61")
	want(t, v.get("/indicators/security-in-design?role=excluded"), http.StatusOK, "Stuck one", "past its gate, still in design", "1 of 1")
	csv := v.get("/indicators/security-in-design?format=csv&role=counted")
	want(t, csv, http.StatusOK, "project:p-59", "'=Project 59")
	if strings.Contains(csv.body, "stuck") {
		t.Error("got a row that the filter leaves out")
	}
}

func TestIndicatorThatNobodyCanTellSaysWhy(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t), true)
	v := s.signedIn("anna@example.org")
	want(t, v.get("/indicators/resilience"), http.StatusOK, "La mappa non contiene servizi di criticità 1 o 2.", "Non si può dire")
	want(t, v.get("/indicators/velocity"), http.StatusNotFound)
	want(t, v.get("/indicators/resilience?as_of=2999-01-01"), http.StatusBadRequest, "nel futuro")
	want(t, v.get("/indicators/resilience?after=x"), http.StatusBadRequest)
	want(t, v.get("/indicators/dictionary"), http.StatusOK, "Finestra di esposizione")
}

func TestPastDayOfAnIndicatorSaysThatItIsPast(t *testing.T) {
	s := figuresSite(t, dbtest.SQLite(t))
	p := s.signedIn("carla@example.org").get("/indicators/security-in-design?as_of=2026-01-31")
	want(t, p, http.StatusOK, "This is how it stood on", "No project left its design phase in this period.")
}

// TestFiguresFollowTheRecord: what was kept is not shown once something was recorded.
func TestFiguresFollowTheRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := figuresSite(t, d)
		v := s.signedIn("carla@example.org")
		want(t, v.get("/indicators"), http.StatusOK, "60 of 60 projects")
		one, err := projectOf(s, "stuck")
		if err != nil {
			t.Fatal(err)
		}
		do(s, db.System("test"), project.OpLeaveDesign, project.LeaveDesignIn{ID: "stuck", Version: one.Version, Kind: project.GateSkipped})
		want(t, v.get("/indicators"), http.StatusOK, "60 of 61 projects")
	})
}

func projectOf(s site, id string) (one project.Project, err error) {
	err = s.run.DB.View(context.Background(), db.System("test"), func(r db.Reader) error {
		one, err = project.Get(context.Background(), r, project.GetIn{ID: id})
		return err
	})
	return one, err
}

func do[In, Out any](s site, actor db.Actor, command op.Command[In, Out], in In) Out {
	s.t.Helper()
	out, err := op.Do(context.Background(), s.run, actor, command, in)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}
