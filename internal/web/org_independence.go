package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"accordo.dev/internal/governance"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// independenceView is what the rules say of the offices today.
type independenceView struct {
	Found, Unknown []governance.Finding
	Verdict        string
	Historic       []governance.Provision
	Filters        []ui.Input
}

// independence shows the findings, what nobody can tell, and provisions that are history.
func (s *Server) independence(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	in := governance.IndependenceInput{Severity: query.Get("severity"), Basis: query.Get("basis"), Answer: query.Get("answer"), Person: query.Get("person")}
	all, err := op.Ask(q.Context(), s.Run, q.Actor, governance.OpIndependence, in)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return export(w, q, "independence", findingHeader(q.Page), findingRows(q.Page, all))
	}
	v := independenceView{Historic: governance.Historic(q.Lang(), identity.Day(s.DB.Now()))}
	v.Found, v.Unknown = partFindings(all)
	high := len(slices.DeleteFunc(slices.Clone(v.Found), func(f governance.Finding) bool { return f.Severity != independence.High }))
	v.Verdict = q.T("governance.independence.verdict", "n", len(v.Found), "high", high, "unknown", len(v.Unknown))
	people, err := s.peopleOptions(q, ui.Option{Value: "", Text: q.T("governance.filter.any")})
	if err != nil {
		return err
	}
	choices := func(prefix string, values ...string) []ui.Option {
		options := []ui.Option{{Value: "", Text: q.T("governance.filter.any")}}
		for _, value := range values {
			options = append(options, ui.Option{Value: value, Text: q.T(prefix + value)})
		}
		return options
	}
	v.Filters = []ui.Input{
		{Name: "severity", Label: q.T("governance.filter.severity"), Type: "select", Value: in.Severity, Options: choices("governance.severity.", "high", "medium", "low", "info")},
		{Name: "basis", Label: q.T("governance.filter.basis"), Type: "select", Value: in.Basis, Options: choices("governance.basis.", "law", "supervisor", "product")},
		{Name: "answer", Label: q.T("governance.filter.answer"), Type: "select", Value: in.Answer, Options: choices("governance.answer.", "found", "unknown")},
		{Name: "person", Label: q.T("governance.filter.person"), Type: "select", Value: in.Person, Options: people},
	}
	q.title("roles", q.T("governance.independence.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles"})
	return q.render(w, independencePage(q.Page, v))
}

func findingHeader(p ui.Page) []string {
	keys := []string{"rule", "severity", "answer", "is", "means", "cure", "basis", "certainty", "provisions"}
	for i, key := range keys {
		keys[i] = p.T("governance.column." + key)
	}
	return keys
}

func findingRows(p ui.Page, all []governance.Finding) [][]any {
	var rows [][]any
	for _, f := range all {
		words, answer := findingSaid(p, f), "found"
		if f.Unknown {
			answer = "unknown"
		}
		provisions := make([]string, len(words.Provisions))
		for i, one := range words.Provisions {
			provisions[i] = provisionWords(p, one)
		}
		rows = append(rows, []any{
			f.Rule, p.T("governance.severity." + string(f.Severity)), p.T("governance.answer." + answer), words.Is, words.Means, words.Cure,
			p.T("governance.basis." + string(f.Basis)), p.T("governance.certainty." + string(f.Certainty)), strings.Join(provisions, "; "),
		})
	}
	return rows
}

// moveView is one change that is tried, in words, with the page on which an administrator makes it.
type moveView struct {
	Text, Without, Do string
}

// lineWhatIfView is what changes of lines and offices would do.
type lineWhatIfView struct {
	Moves   []moveView
	Typed   []string
	People  []ui.Option
	Bosses  []ui.Option
	Units   []ui.Option
	Offices []ui.Option
	Out     governance.WhatIfOut
	Tables  []tableView
	MayDo   bool
	Err     error
}

// tableView is a table of admissible lines for the CISO, with the words of each line.
type tableView struct {
	Title string
	Lines []ui.Fact
}

// lineWhatIf tries changes of lines, offices and units before anybody makes them; all of it is in the address.
func (s *Server) lineWhatIf(w http.ResponseWriter, q *request) error {
	v := lineWhatIfView{Typed: typedMoves(q.URL.Query()), MayDo: s.refusal(q, identity.OpChangePerson.Name) == ""}
	if err := s.whatIfOptions(q, &v); err != nil {
		return err
	}
	v.Out, v.Err = op.Ask(q.Context(), s.Run, q.Actor, governance.OpWhatIf, governance.WhatIfInput{Moves: v.Typed})
	if v.Err != nil && !problem.Is(v.Err, problem.Invalid) {
		return v.Err
	}
	for i, text := range v.Typed {
		m, _ := independence.ParseMove(text)
		others := slices.Delete(slices.Clone(v.Typed), i, i+1)
		v.Moves = append(v.Moves, moveView{Text: moveWords(q.Page, v, m, text), Without: "/roles/independence/what-if?" + url.Values{"move": others}.Encode(), Do: moveDone(m)})
	}
	v.Tables = s.lineTables(q)
	q.title("roles", q.T("governance.what-if.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles"}, ui.Crumb{Title: q.T("governance.independence.title"), Href: "/roles/independence"})
	if v.Err != nil {
		return q.refuse(w, v.Err, lineWhatIfPage(q.Page, v))
	}
	return q.render(w, lineWhatIfPage(q.Page, v))
}

// typedMoves takes the moves of the address and the one of the form.
func typedMoves(query url.Values) []string {
	moves := picked(query["move"])
	for _, kind := range []string{"line", "functional", "unit"} {
		if of, to := query.Get(kind+"-of"), query.Get(kind+"-to"); of != "" && to != "" {
			moves = append(moves, independence.Move{Kind: kind, Of: of, To: to}.String())
		}
	}
	if office, person := query.Get("office"), query.Get("holder"); office != "" && person != "" {
		kind := "appoint"
		if query.Get("how") == "vacate" {
			kind = "vacate"
		}
		moves = append(moves, independence.Move{Kind: kind, Of: office, To: person}.String())
	}
	return picked(moves)
}

func (s *Server) whatIfOptions(q *request, v *lineWhatIfView) error {
	choose := ui.Option{Value: "", Text: q.T("governance.what-if.choose")}
	var err error
	if v.People, err = s.peopleOptions(q, choose); err != nil {
		return err
	}
	v.Bosses = slices.Insert(slices.Clone(v.People), 1, ui.Option{Value: identity.Board, Text: q.T("identity.person.reports-to.board")})
	units, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpUnits, struct{}{})
	v.Units = []ui.Option{choose}
	for _, u := range units {
		v.Units = append(v.Units, ui.Option{Value: u.Name, Text: q.Page.In(u.Title())})
	}
	v.Offices = officeOptions(q.Page, q.T("governance.what-if.choose"))
	return err
}

func moveWords(p ui.Page, v lineWhatIfView, m independence.Move, text string) string {
	of, to := optionText(v.Bosses, m.Of), optionText(v.Bosses, m.To)
	switch m.Kind {
	case "appoint", "vacate":
		of = optionText(v.Offices, m.Of)
	case "unit":
		to = optionText(v.Units, m.To)
	case "line", "functional", "no-functional":
	default:
		return text
	}
	return p.T("governance.what-if.move."+m.Kind, "of", of, "to", to)
}

// moveDone is where a move is made in earnest: the page of the person, with the form filled.
func moveDone(m independence.Move) string {
	switch m.Kind {
	case "line":
		return "/people/" + m.Of + "?" + url.Values{"reports_to": {m.To}}.Encode()
	case "unit":
		return "/people/" + m.Of + "?" + url.Values{"unit": {m.To}}.Encode()
	case "functional", "no-functional":
		return "/people/" + m.Of
	case "appoint", "vacate":
		return "/people/" + m.To
	}
	return ""
}

// lineTables are the admissible lines for a first-line CISO and for one who controls, under the profiles in force.
func (s *Server) lineTables(q *request) []tableView {
	var views []tableView
	own, err := s.organisation(q)
	if err != nil {
		return nil
	}
	tables := independence.TablesFor(own.Profiles, false)
	for _, t := range independence.TablesFor(own.Profiles, true) {
		if t.Control {
			tables = append(tables, t)
		}
	}
	for _, t := range tables {
		view := tableView{Title: q.T("governance.lines." + t.Name)}
		for _, office := range identity.Offices {
			if admission, told := t.Lines[office]; told {
				view.Lines = append(view.Lines, ui.Fact{Term: q.T("office." + office), Text: q.T("governance.admission." + string(admission))})
			}
		}
		views = append(views, view)
	}
	return views
}
