package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// landscapeCoherence lists where the map contradicts itself, and how complete it is.
func (s *Server) landscapeCoherence(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := landscape.CoherenceFilter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")}, Rule: query.Get("rule"), Grade: query.Get("grade"),
		Kind: query.Get("kind"), Owner: query.Get("owner"), Element: query.Get("element"),
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	out, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpCoherence, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		header, rows := findingTable(q.Page, out)
		return export(w, q, "coherence", header, rows)
	}
	complete, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpCompleteness, landscape.CompletenessFilter{})
	if err != nil {
		return err
	}
	q.landscapeTitle(q.T("landscape.coherence.title"))
	verdict := q.T("landscape.coherence.verdict", "broken", out.Grades[landscape.Broken], "soon", out.Grades[landscape.Soon],
		"untold", out.Grades[landscape.CannotTell], "level", complete.Reached)
	if len(out.Grades) == 0 {
		verdict = q.T("landscape.coherence.sound")
	}
	return q.render(w, coherencePage(q.Page, verdict, complete, findingList(q, out)))
}

// findingTable writes findings for a spreadsheet, each with its chain in one cell.
func findingTable(p ui.Page, out landscape.CoherenceOut) ([]string, [][]any) {
	rows := make([][]any, len(out.Items))
	for i, f := range out.Items {
		names := make([]string, len(f.Chain))
		for j, step := range f.Chain {
			names[j] = step.Element
		}
		rows[i] = []any{
			string(f.Rule), p.T("landscape.rule." + string(f.Rule)), string(f.Grade), f.Element, p.In(f.Name), string(f.Kind), f.Owner, f.Other, f.Connection, f.Agreement,
			cell(f.Minutes), cell(f.OtherMinutes), cell(f.Level), cell(f.OtherLevel), f.Since, findingWords(p, f), strings.Join(names, " > "),
		}
	}
	return []string{
		"rule", "title", "grade", "element", "name", "kind", "owner", "other", "connection", "agreement", "minutes", "other_minutes", "level", "other_level", "since", "finding", "chain",
	}, rows
}

func findingList(q *request, out landscape.CoherenceOut) ui.List {
	p := q.Page
	list := ui.List{
		Caption: q.T("landscape.coherence.title"), Total: out.Total, Next: out.Next, Exports: true, Nothing: q.T("landscape.coherence.sound"),
		Sort: sortedBy(p, "rule"),
		Columns: []ui.Column{
			{Key: "rule", Title: q.T("landscape.coherence.rule")},
			{Title: q.T("landscape.coherence.what"), Wide: true},
			{Key: "element", Title: q.T("landscape.coherence.where")},
			{Key: "owner", Title: q.T("landscape.field.owner")},
			{Key: "since", Title: q.T("landscape.coherence.since"), Short: true},
		},
		Filters: []ui.Input{
			{Name: "rule", Label: q.T("landscape.coherence.rule"), Type: "select", Options: rulesFound(p, out)},
			{Name: "grade", Label: q.T("landscape.coherence.grade"), Type: "select", Options: anyOf(p, "landscape.coherence.grade.", "broken", "soon", "cannot-tell")},
			{Name: "kind", Label: q.T("landscape.coherence.kind"), Type: "select", Options: anyOf(p, "landscape.kind.", wordsOf(landscape.Kinds)...)},
			{Name: "owner", Label: q.T("landscape.field.owner"), Type: "select", Options: ownersFound(p, out.Owners)},
		},
	}
	if p.Query.Get("element") != "" {
		list.Filters = append(list.Filters, ui.Input{Name: "element", Label: q.T("landscape.coherence.where")})
	}
	for _, f := range out.Items {
		list.Rows = append(list.Rows, ui.Cells(
			ui.Of(ruleCell(p, f)), ui.Of(findingCell(p, f)),
			ui.To("/landscape/"+f.Element, p.In(nameOr(f.Name, f.Element))).Below(kindWord(p, f.Kind)), ui.Words(orDash(cmp.Or(out.Owners[f.Owner], f.Owner))), ui.Words(day(p, f.Since)),
		))
	}
	return list
}

// sortedBy is the order in force: as the address says, or the usual one.
func sortedBy(p ui.Page, usual string) string {
	if sort := p.Query.Get("sort"); sort != "" {
		return sort
	}
	return usual
}

// rulesFound offers the rules with how many findings each has.
func rulesFound(p ui.Page, out landscape.CoherenceOut) []ui.Option {
	options := []ui.Option{{Text: p.T("web.filter.any")}}
	for _, rule := range landscape.Rules {
		if n := out.Rules[rule]; n > 0 {
			options = append(options, ui.Option{Value: string(rule), Text: p.T("landscape.rule."+string(rule)) + " (" + p.Integer(n) + ")"})
		}
	}
	return options
}

// ownersFound offers the persons who answer for what was found, by name.
func ownersFound(p ui.Page, owners map[string]string) []ui.Option {
	options := make([]ui.Option, 0, len(owners)+2)
	for id, name := range owners {
		options = append(options, ui.Option{Value: id, Text: name})
	}
	slices.SortFunc(options, func(a, b ui.Option) int { return strings.Compare(a.Text, b.Text) })
	return append([]ui.Option{{Text: p.T("web.filter.any")}, {Value: "none", Text: p.T("landscape.coherence.owner.none")}}, options...)
}

// stepWords says what of an element counts on the chain of a finding.
func stepWords(p ui.Page, s landscape.Step) string {
	var parts []string
	if s.Minutes != nil {
		parts = append(parts, p.T("landscape.coherence.step.minutes", "value", span(p, s.Minutes)))
	}
	if s.Level != nil {
		parts = append(parts, p.T("landscape.coherence.step.level", "value", *s.Level))
	}
	if s.Day != "" {
		parts = append(parts, p.T("landscape.coherence.step.day", "value", day(p, s.Day)))
	}
	return strings.Join(parts, ", ")
}

// landscapeCompleteness lists what a level asks for and nobody has said.
func (s *Server) landscapeCompleteness(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	level, err := strconv.Atoi(query.Get("level"))
	if err != nil {
		level = 1
	}
	filter := landscape.CompletenessFilter{
		Page: db.Page{After: query.Get("after")}, Level: level, Field: query.Get("field"), Kind: query.Get("kind"), Owner: query.Get("owner"),
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	out, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpCompleteness, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		rows := make([][]any, len(out.Gaps.Items))
		for i, g := range out.Gaps.Items {
			rows[i] = []any{g.Element, g.Connection, g.Name.In(q.Lang()), string(g.Kind), g.Owner, strings.Join(g.Fields, "|")}
		}
		return export(w, q, "completeness", []string{"element", "connection", "name", "kind", "owner", "missing"}, rows)
	}
	at := out.Levels[level-1]
	q.landscapeTitle(q.T("landscape.completeness.title"), ui.Crumb{Title: q.T("landscape.coherence.title"), Href: "/landscape/coherence"})
	verdict := q.T("landscape.completeness.verdict", "missing", at.Objects-at.Complete, "objects", at.Objects, "level", level)
	return q.render(w, completenessPage(q.Page, verdict, level, out, gapList(q, level, out)))
}

func gapList(q *request, level int, out landscape.CompletenessOut) ui.List {
	p := q.Page
	var fields []string
	for _, l := range out.Levels[:level] {
		for field := range l.Missing {
			if !slices.Contains(fields, field) {
				fields = append(fields, field)
			}
		}
	}
	slices.Sort(fields)
	list := ui.List{
		Caption: q.T("landscape.completeness.missing"), Total: out.Gaps.Total, Next: out.Gaps.Next, Exports: true, Nothing: q.T("landscape.completeness.nothing"),
		Columns: []ui.Column{{Title: q.T("landscape.completeness.object")}, {Title: q.T("landscape.field.kind")}, {Title: q.T("landscape.completeness.fields"), Wide: true}, {Title: q.T("landscape.field.owner")}},
		Filters: []ui.Input{
			{Name: "level", Label: q.T("landscape.completeness.title"), Type: "select", Value: strconv.Itoa(level), Options: levelOptions(p)},
			{Name: "field", Label: q.T("landscape.completeness.field"), Type: "select", Options: anyOf(p, "landscape.field.", fields...)},
			{Name: "kind", Label: q.T("landscape.field.kind"), Type: "select", Options: anyOf(p, "landscape.kind.", wordsOf(landscape.Kinds)...)},
		},
	}
	for _, g := range out.Gaps.Items {
		names := make([]string, len(g.Fields))
		for i, field := range g.Fields {
			names[i] = p.T("landscape.field." + field)
		}
		list.Rows = append(list.Rows, ui.Cells(gapName(p, g), ui.Words(kindWord(p, g.Kind)), ui.Words(strings.Join(names, ", ")), ui.Words(orDash(cmp.Or(out.Owners[g.Owner], g.Owner)))))
	}
	return list
}

func levelOptions(p ui.Page) []ui.Option {
	options := make([]ui.Option, landscape.CompletenessLevels)
	for i := range options {
		options[i] = ui.Option{Value: strconv.Itoa(i + 1), Text: p.T("landscape.completeness.level", "n", i+1)}
	}
	return options
}

// gapName leads to the form where what is missing can be said.
func gapName(p ui.Page, g landscape.Gap) ui.Cell {
	if g.Connection == "" {
		return ui.To("/landscape/edit/"+g.Element, p.In(nameOr(g.Name, g.Element)))
	}
	return ui.To("/landscape/connections/"+g.Connection, p.In(g.Name)+" – "+p.In(g.OtherName))
}
