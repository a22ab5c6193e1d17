package ui_test

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

func page() ui.Page {
	return ui.Page{
		Lang: i18n.EN, Lens: ui.LensCISO, Path: "/risks", Query: url.Values{"q": {"atm"}, "after": {"x"}, "sort": {"-loss"}},
		Title: "Risks", Nav: "risks", Counts: map[string]int{"risks": 2}, Org: "Bank",
		Person: &ui.Person{Name: "Marta", Offices: []string{"ciso"}, CISO: true}, Now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC),
	}
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wantIn(t *testing.T, html string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(html, part) {
			t.Errorf("got %s\nwant %s in it", html, part)
		}
	}
}

func TestChangedListStartsAgainAndKeepsItsFilters(t *testing.T) {
	for _, c := range []struct {
		name, got, want string
	}{
		{"sort", page().Href("", "sort", "title"), "/risks?q=atm&sort=title"},
		{"next", page().Href("", "after", "y"), "/risks?after=y&q=atm&sort=-loss"},
		{"clear", page().Href("", "q", "", "sort", ""), "/risks"},
		{"elsewhere", page().Href("/fund", "year", "2026"), "/fund?year=2026"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

func list() ui.List {
	return ui.List{
		Caption: "Risks", Sort: "-loss", Next: "n", Total: 412, Exports: true,
		Columns: []ui.Column{{Key: "title", Title: "Risk"}, {Key: "loss", Title: "Loss, M€", Right: true}},
		Rows:    []ui.Row{ui.Cells(ui.To("/risks/1", "Ransomware"), ui.Words("12.8"))},
		Filters: []ui.Input{{Name: "q", Label: "Words"}},
	}
}

func TestListKeepsEverythingInTheAddress(t *testing.T) {
	wantIn(t, render(t, ui.ListOf(page(), list())),
		`aria-sort="descending"`, `href="/risks?q=atm&amp;sort=loss"`, `href="/risks?q=atm&amp;sort=title"`,
		`href="/risks?after=n&amp;q=atm&amp;sort=-loss"`, `format=csv`, `format=xlsx`, `1 of 412`,
		`data-h="Loss, M€"`, `value="atm"`, `name="sort" value="-loss"`)
}

func TestEmptyListSaysWhetherTheFiltersAreToBlame(t *testing.T) {
	none := list()
	none.Rows, none.Total, none.Next = nil, 0, ""
	none.Nothing = "Import a file."
	wantIn(t, render(t, ui.ListOf(page(), none)), "No row fits the filters")
	p := page()
	p.Query = nil
	wantIn(t, render(t, ui.ListOf(p, none)), "Nothing here yet", "Import a file.")
}

func TestPageHasNothingThatAStrictPolicyRefuses(t *testing.T) {
	p := page()
	p.Scripts = true
	html := render(t, ui.Layout(p)) + render(t, ui.ListOf(p, list())) +
		render(t, ui.Progress(p, ui.Work{Label: "Import", Done: 1, Total: 2, Poll: "/jobs/1"})) +
		render(t, ui.Keys(p, ui.KeySlot{State: ui.Signed}, ui.KeySlot{State: ui.Refused}))
	refused := regexp.MustCompile(`\sstyle=|\son[a-z]+=|<style|<script>|javascript:`)
	if got := refused.FindString(html); got != "" {
		t.Errorf("got %q, want no inline style or script", got)
	}
}

func TestUnknownIsAWordAndNeverAFigure(t *testing.T) {
	html := render(t, ui.Fig(page(), ui.Figure{Label: "Minutes lost", Unknown: true, Unit: "min"}))
	wantIn(t, html, "Cannot be told", "#unk")
	if strings.Contains(html, "min<") {
		t.Errorf("got a unit without a figure: %s", html)
	}
}

func TestDiscTellsBothKeysInWords(t *testing.T) {
	wantIn(t, render(t, ui.Disc(page(), ui.Signed, ui.Refused)), `aria-label="CIO signed, CISO refused"`, `class="l on"`, `class="x"`)
}

func TestRefusedFormKeepsWhatWasTypedButNoPassword(t *testing.T) {
	err := problem.Field("email", "problem.required")
	email := ui.Input{Name: "email", Label: "Email", Value: "a@b", Required: true, Error: page().FieldError(err, "email")}
	secret := ui.Input{Name: "password", Label: "Password", Type: "password", Value: "secret"}
	wantIn(t, render(t, ui.Field(page(), email)), `value="a@b"`, `aria-invalid="true"`, `aria-describedby="f-email-error"`, "This field is needed.")
	wantIn(t, render(t, ui.ProblemSummary(page(), err, email)), `href="#f-email"`, "Email: This field is needed.")
	if html := render(t, ui.Field(page(), secret)); strings.Contains(html, "secret") {
		t.Errorf("got the password back: %s", html)
	}
}

func TestUnexpectedFailureShowsNoDetail(t *testing.T) {
	html := render(t, ui.ProblemSummary(page(), errors.New("sql: secret table")))
	wantIn(t, html, "Something failed on our side")
	if strings.Contains(html, "secret table") {
		t.Errorf("got the inner error: %s", html)
	}
}
