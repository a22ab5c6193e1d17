package web

import (
	"net/http"
	"slices"
	"strings"

	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// raciView is one matrix: the grid, what the rules say about it, and what the reader may do.
type raciView struct {
	Matrix   raci.Matrix
	Verdict  string
	Columns  []raciColumn
	Rows     []raciRow
	Findings []raciFinding
	Undo     string // the last change, in words; empty: none
	Refused  string // why the reader may not edit
	Library  []ui.Option
	History  []ui.Entry
	Err      error
}

type raciColumn struct {
	ID, Name, Class, Held, Href string
}

type raciRow struct {
	ID, Name, Href string
	Notes          []string
	Cells          []raciCell
	Marked         bool // a finding points to the whole row
}

type raciCell struct {
	Role, Name string // of the column
	Letters    string
	Marks      []int // rules that point here
}

// raciFinding is what one rule says, with the way to each place.
type raciFinding struct {
	Rule        int
	State       ui.State
	Word        string
	Text, Means string
	Places      []raciPlace
}

type raciPlace struct{ Text, Href string }

// cellID names a cell in the page, so that findings lead to it.
func cellID(activity, role string) string { return "c:" + activity + ":" + role }

// raciMatrix shows one matrix, or gives it as a table.
func (s *Server) raciMatrix(w http.ResponseWriter, q *request) error {
	if wantsExport(q) {
		m, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpGet, raci.GetIn{ID: q.PathValue("id")})
		if err != nil {
			return err
		}
		return exportMatrix(w, q, m)
	}
	view, err := s.raciView(q, nil)
	if err != nil {
		return err
	}
	return q.render(w, raciMatrixPage(q.Page, view))
}

func (s *Server) raciView(q *request, wrong error) (raciView, error) {
	in := raci.GetIn{ID: q.PathValue("id")}
	checked, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpCheck, in)
	if err != nil {
		return raciView{}, err
	}
	last, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpLastChange, in)
	if err != nil {
		return raciView{}, err
	}
	m := checked.Matrix
	q.raciTitle(m.Name().In(q.Lang()))
	view := raciView{Matrix: m, Err: wrong, Verdict: matrixVerdict(q.Page, checked), Refused: s.refusal(q, raci.OpSetCell.Name), Library: unusedLibrary(q.Page, m)}
	if last.Step > 0 {
		view.Undo = operationWords(q.Page, last.Operation)
	}
	view.grid(q.Page, checked)
	for _, f := range checked.Findings {
		view.Findings = append(view.Findings, findingOf(q.Page, m, f))
	}
	view.History, err = s.history(q, m.Ref())
	return view, err
}

func matrixVerdict(p ui.Page, c raci.Checked) string {
	failures, warnings := c.Count(rules.Error), c.Count(rules.Warning)
	switch {
	case len(c.Matrix.Activities) == 0:
		return p.T("raci.verdict.empty")
	case failures+warnings == 0:
		return p.T("raci.verdict.one.clean", "n", len(c.Matrix.Activities))
	default:
		return faultWords(p, failures, warnings)
	}
}

// faultWords counts what is wrong and what should be looked at, leaving out what there is none of.
func faultWords(p ui.Page, failures, warnings int) string {
	var parts []string
	if failures > 0 {
		parts = append(parts, p.N("raci.verdict.errors", failures))
	}
	if warnings > 0 {
		parts = append(parts, p.N("raci.verdict.warnings", warnings))
	}
	return strings.Join(parts, " ")
}

func unusedLibrary(p ui.Page, m raci.Matrix) []ui.Option {
	options := []ui.Option{}
	for _, a := range raci.TheLibrary().Activities {
		if _, there := m.Row(a.ID); !there {
			options = append(options, ui.Option{Value: a.ID, Text: p.T("raci.process."+a.Process) + ": " + a.Name().In(p.Lang)})
		}
	}
	slices.SortStableFunc(options, func(a, b ui.Option) int { return strings.Compare(a.Text, b.Text) })
	return options
}

func (v *raciView) grid(p ui.Page, c raci.Checked) {
	m := v.Matrix
	for _, r := range m.Roles {
		column := raciColumn{ID: r.ID, Name: r.Name().In(p.Lang), Class: string(side(r)), Held: heldBy(p, c.Holders[r.ID]), Href: "/roles/raci/" + m.ID + "/column?role=" + r.ID}
		switch {
		case slices.Contains(c.Vacant, r.ID):
			column.Class, column.Held = "vac", p.T("raci.vacant")
		case r.External:
			column.Held = p.T("raci.external")
		}
		v.Columns = append(v.Columns, column)
	}
	marks := marksOf(c.Findings)
	for _, a := range m.Activities {
		row := raciRow{ID: a.ID, Name: a.Name().In(p.Lang), Href: "/roles/raci/" + m.ID + "/row?activity=" + a.ID, Notes: activityNotes(p, m, a), Marked: len(marks[cellID(a.ID, "")]) > 0}
		for n, r := range m.Roles {
			row.Cells = append(row.Cells, raciCell{Role: r.ID, Name: v.Columns[n].Name, Letters: a.Cells[r.ID], Marks: marks[cellID(a.ID, r.ID)]})
		}
		v.Rows = append(v.Rows, row)
	}
}

// heldBy names who holds a role; of many only how many there are.
func heldBy(p ui.Page, names []string) string {
	if len(names) > 2 {
		return p.N("raci.people", len(names))
	}
	return strings.Join(names, ", ")
}

// side is whose colour a column has.
func side(r raci.Role) string {
	switch r.Side() {
	case rules.IT:
		return "cio"
	case rules.Security:
		return "ciso"
	}
	return ""
}

func activityNotes(p ui.Page, m raci.Matrix, a raci.Activity) []string {
	var notes []string
	if a.Joint != "" {
		notes = append(notes, p.T("raci.joint."+a.Joint))
	}
	for _, id := range a.Checks {
		if other, ok := m.Row(id); ok {
			notes = append(notes, p.T("raci.checks", "activity", other.Name()))
		}
	}
	return notes
}

// marksOf gives each cell, and each row under an empty role, the rules that point to it.
func marksOf(findings []rules.Finding) map[string][]int {
	marks := map[string][]int{}
	for _, f := range findings {
		for _, p := range f.Places {
			if id := cellID(p.Activity, p.Role); p.Activity != "" && f.Severity != rules.Information && !slices.Contains(marks[id], f.Rule) {
				marks[id] = append(marks[id], f.Rule)
			}
		}
	}
	return marks
}

var severityStates = map[rules.Severity]ui.State{rules.Error: ui.Bad, rules.Warning: ui.Warn, rules.Information: ui.Plain}

func findingOf(p ui.Page, m raci.Matrix, f rules.Finding) raciFinding {
	out := raciFinding{
		Rule: f.Rule, State: severityStates[f.Severity], Word: p.T("raci.severity." + string(f.Severity)),
		Text: raciFindingText(p.Lang, f), Means: raciMeans(p.Lang, f.Rule),
	}
	if f.Unknown {
		out.State, out.Word = ui.Unk, p.T("shell.unknown")
	}
	for _, place := range f.Places {
		out.Places = append(out.Places, placeOf(p, m, place))
	}
	return out
}

// raciFindingText is the sentence of a finding.
func raciFindingText(lang i18n.Lang, f rules.Finding) string {
	var args []any
	for name, value := range f.Args {
		args = append(args, name, value)
	}
	return i18n.N(lang, f.Key, len(f.Places), args...)
}

func placeOf(p ui.Page, m raci.Matrix, place rules.Place) raciPlace {
	activity, _ := m.Row(place.Activity)
	text, href := activity.Name().In(p.Lang), "#a:"+place.Activity
	role := ""
	for _, r := range m.Roles {
		if r.ID == place.Role {
			role = r.Name().In(p.Lang)
		}
	}
	switch {
	case place.Activity == "":
		text, href = role, "#r:"+place.Role
	case place.Role != "":
		text, href = text+" · "+role, "#"+cellID(place.Activity, place.Role)
	}
	if other, ok := m.Row(place.Other); ok {
		text += " (" + p.T("raci.against", "activity", other.Name()) + ")"
	}
	return raciPlace{Text: text, Href: href}
}

// raciCell writes the letters of a cell for the script and answers with the grid as it is then.
func (s *Server) raciCell(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return q.refuseJSON(w, err)
	}
	in := raci.SetCellIn{ID: q.PathValue("id"), Version: int(f.version()), Activity: f.text("activity"), Role: f.text("role"), Letters: f.text("letters")}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, raci.OpSetCell, in); err != nil {
		return q.refuseJSON(w, err)
	}
	view, err := s.raciView(q, nil)
	if err != nil {
		return q.refuseJSON(w, err)
	}
	return q.render(w, raciBoard(q.Page, view))
}

// raciAct runs what the buttons of a matrix ask for.
func (s *Server) raciAct(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id, version := q.PathValue("id"), int(f.version())
	here := "/roles/raci/" + id
	switch f.text("do") {
	case "undo":
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpUndo, raci.SeenIn{ID: id, Version: version})
		if _, gone := op.Ask(q.Context(), s.Run, q.Actor, raci.OpGet, raci.GetIn{ID: id}); err == nil && gone != nil {
			here = "/roles"
		}
	case "remove":
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpRemove, raci.SeenIn{ID: id, Version: version})
		if err == nil {
			return q.redirect(w, "/roles", "raci.notice.removed")
		}
	case "library":
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpFromLibrary, raci.FromLibraryIn{ID: id, Version: version, Activities: []string{f.text("activity")}})
	case "describe":
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpDescribe, raci.DescribeIn{ID: id, Version: version, Title: f.text("title"), TitleIT: f.text("title_it"), Process: f.text("process")})
	default:
		return problem.New(problem.Invalid, "web.error.form")
	}
	if err != nil {
		view, failed := s.raciView(q, err)
		if failed != nil {
			return err
		}
		return q.again(w, err, raciMatrixPage(q.Page, view))
	}
	return q.redirect(w, here, "raci.notice.saved")
}

// exportMatrix writes a matrix as a table that the import reads again.
func exportMatrix(w http.ResponseWriter, q *request, m raci.Matrix) error {
	header := []string{"id", "title", "title_it", "about", "checks", "joint", "material", "library"}
	for _, r := range m.Roles {
		header = append(header, r.Name().In(q.Lang()))
	}
	rows := make([][]any, len(m.Activities))
	for i, a := range m.Activities {
		material := ""
		if a.Material {
			material = "yes"
		}
		rows[i] = []any{a.ID, a.Title, a.TitleIT, strings.Join(a.About, " "), strings.Join(a.Checks, " "), a.Joint, material, a.Library}
		for _, r := range m.Roles {
			rows[i] = append(rows[i], a.Cells[r.ID])
		}
	}
	return export(w, q, "raci-"+m.ID, header, rows)
}

// raciMeans says what a rule asks for.
func raciMeans(lang i18n.Lang, rule int) string {
	return i18n.T(lang, "raci.means."+i18n.Integer(lang, int64(rule)))
}
