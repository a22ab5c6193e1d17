package web_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
)

var (
	figureValue = regexp.MustCompile(`<div class="v">([^<]*)`)
	sayLine     = regexp.MustCompile(`<p class="say"[^>]*>([^<]*)`)
	skeleton    = regexp.MustCompile(`<(?:h2|h3|th|dt|figcaption)[^>]*>(?:<[^>]*>|\s)*([^<]*)|<span class="lab">(?:<[^>]*>|\s)*([^<]*)`)
	numberIn    = regexp.MustCompile(`\d+(?:[.,]\d+)*`)
	tipID       = regexp.MustCompile(`id="(term-[a-z-]+)"`)
)

// seen is what the lens may change, and what it may not.
type seen struct{ figures, says, order []string }

func look(body string) (s seen) {
	for _, m := range figureValue.FindAllStringSubmatch(body, -1) {
		s.figures = append(s.figures, strings.TrimSpace(m[1]))
	}
	for _, m := range sayLine.FindAllStringSubmatch(body, -1) {
		s.says = append(s.says, m[1])
	}
	for _, m := range skeleton.FindAllStringSubmatch(body, -1) {
		s.order = append(s.order, strings.TrimSpace(m[1]+m[2]))
	}
	slices.Sort(s.figures)
	return s
}

// numbers are those of the sentences, sorted.
func (s seen) numbers() []string {
	all := numberIn.FindAllString(html.UnescapeString(strings.Join(s.says, " ")), -1)
	slices.Sort(all)
	return all
}

// mapOfThree are three services that have one way through.
func mapOfThree(tx *db.Tx) error {
	_, err := landscape.Apply(context.Background(), tx, landscape.File{
		Elements: []landscape.Element{
			{ID: "pay", Kind: landscape.KindService, Name: "Pay"}, {ID: "lend", Kind: landscape.KindService, Name: "Lend"}, {ID: "save", Kind: landscape.KindService, Name: "Save"}, {ID: "core", Kind: landscape.KindSystem, Name: "Core"}, {ID: "disk", Kind: landscape.KindSystem, Name: "Disk"},
		},
		Connections: []landscape.Connection{{ID: "c1", From: "pay", To: "core", Kind: landscape.Uses}, {ID: "c3", From: "lend", To: "core", Kind: landscape.Uses}, {ID: "c4", From: "save", To: "core", Kind: landscape.Uses}, {ID: "c2", From: "core", To: "disk", Kind: landscape.Uses}},
	})
	return err
}

// TestLensesTellTheSameFactsInOtherWordsAndOrder goes through the main pages in the three lenses.
func TestLensesTellTheSameFactsInOtherWordsAndOrder(t *testing.T) {
	d := dbtest.SQLite(t)
	s := decidingSite(t, d)
	dbtest.Change(t, d, mapOfThree)
	v := s.signedIn("dario@example.org")
	for _, lang := range []string{"en", "it"} {
		v.post("/preferences", "lang", lang, "back", "/people")
		for _, c := range []struct {
			path  string
			says  bool // has a line in the words of the lens
			order bool // has something to order
			whole bool // the lines of all lenses hold the same numbers
		}{
			{"/risks", true, true, false},
			{"/risks/outage", true, true, false},
			{"/fund", true, true, false},
			{"/projects", true, true, true},
			{"/projects/gate", true, false, false},
			{"/indicators", true, true, false},
			{"/indicators/security-in-design", true, false, false},
			{"/landscape/core", true, true, true},
			{"/landscape/pay", true, true, true},
			{"/landscape/points", true, true, true},
			{"/evidence/exposures", false, false, true},
			{"/evidence/availability", true, true, true},
			{"/indicators/dictionary", false, true, false},
			{"/indicators/dictionary/residual-risk", false, true, false},
		} {
			var by []seen
			for _, lens := range []string{"cio", "ciso", "board"} {
				v.post("/preferences", "lens", lens, "back", "/people")
				p := v.get(c.path)
				want(t, p, http.StatusOK)
				by = append(by, look(p.body))
				checkTips(t, c.path, p.body)
			}
			compare(t, lang+" "+c.path, by, c.says, c.order, c.whole)
		}
	}
}

func compare(t *testing.T, name string, by []seen, says, order, whole bool) {
	t.Helper()
	for i, other := range by[1:] {
		if !slices.Equal(by[0].figures, other.figures) {
			t.Errorf("%s: lens %d shows %q, the first %q", name, i+1, other.figures, by[0].figures)
		}
		if says && (len(other.says) == 0 || slices.Equal(by[0].says, other.says)) {
			t.Errorf("%s: lens %d says %q, the first %q", name, i+1, other.says, by[0].says)
		}
		if whole && !slices.Equal(by[0].numbers(), other.numbers()) {
			t.Errorf("%s: lens %d has the numbers %q, the first %q", name, i+1, other.numbers(), by[0].numbers())
		}
	}
	if order && slices.Equal(by[0].order, by[1].order) {
		t.Errorf("%s: CIO and CISO see the same order %q", name, by[0].order)
	}
}

// checkTips: a page explains a word once, or its links point at two places.
func checkTips(t *testing.T, path, body string) {
	t.Helper()
	found := map[string]bool{}
	for _, m := range tipID.FindAllStringSubmatch(body, -1) {
		if found[m[1]] {
			t.Errorf("%s: %s stands there twice", path, m[1])
		}
		found[m[1]] = true
		if !strings.Contains(body, fmt.Sprintf(`aria-describedby="%s"`, m[1])) {
			t.Errorf("%s: nothing points at %s", path, m[1])
		}
	}
}

func TestWordsOfTheDictionaryLeadToTheirEntryAndSayWhatTheOtherSideHears(t *testing.T) {
	s := decidingSite(t, dbtest.SQLite(t))
	v := s.signedIn("dario@example.org")
	v.post("/preferences", "lens", "cio", "back", "/people")
	want(t, v.get("/projects"), http.StatusOK, `href="/indicators/dictionary/secure-by-design"`, "The CISO hears: The cheapest moment to remove a risk.")
	v.post("/preferences", "lens", "ciso", "back", "/people")
	want(t, v.get("/projects"), http.StatusOK, "The CIO hears: A gate of the portfolio.")
	v.post("/preferences", "lens", "board", "back", "/people")
	want(t, v.get("/projects"), http.StatusOK, "CIO: A gate of the portfolio. CISO: The cheapest moment to remove a risk.")
}
