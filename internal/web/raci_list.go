package web

import (
	"net/http"
	"net/url"
	"strconv"

	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// raciTitle names a page below the roles.
func (q *request) raciTitle(title string, crumbs ...ui.Crumb) {
	q.title("roles", title, append([]ui.Crumb{{Title: q.T("shell.nav.roles"), Href: "/roles"}}, crumbs...)...)
}

// raciListView is the list of matrices with what the rules and the landscape say about all of them.
type raciListView struct {
	Verdict, Say string
	Figures      []ui.Figure
	List         ui.List
	Thresholds   []ui.Input
	Err          error
	Refused      string
}

// raciList shows all matrices, what the rules count and what no matrix says.
func (s *Server) raciList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpList, raci.Filter{Text: query.Get("text"), Process: query.Get("process"), Sort: query.Get("sort")})
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportMatrices(w, q, rows)
	}
	view, err := s.raciListView(q, rows, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, raciListPage(q.Page, view))
}

func (s *Server) raciListView(q *request, rows []raci.Row, typed url.Values, wrong error) (raciListView, error) {
	p := q.Page
	q.title("roles", q.T("raci.title"))
	every, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpList, raci.Filter{})
	if err != nil {
		return raciListView{}, err
	}
	zones, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpGrey, struct{}{})
	if err != nil {
		return raciListView{}, err
	}
	chosen, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpSettings, struct{}{})
	if err != nil {
		return raciListView{}, err
	}
	force, err := op.Ask(q.Context(), s.Run, q.Actor, raci.OpInForce, struct{}{})
	if typed == nil {
		typed = thresholdValues(p.Lang, chosen)
	}
	view := raciListView{
		Verdict: raciVerdict(p, every, zones), Say: p.Words(p.T("raci.say.cio"), p.T("raci.say.ciso"), p.T("raci.say.board")),
		Figures: raciFigures(p, every, zones), List: raciTable(p, rows), Thresholds: fill(p, typed, wrong, thresholdFields(p, force)), Err: wrong,
		Refused: s.refusal(q, raci.OpNew.Name),
	}
	return view, err
}

func raciVerdict(p ui.Page, rows []raci.Row, z raci.Zones) string {
	if len(rows) == 0 {
		return p.T("raci.verdict.none")
	}
	failures, warnings := 0, 0
	for _, r := range rows {
		failures, warnings = failures+r.Errors, warnings+r.Warnings
	}
	text := p.N("raci.verdict.matrices", len(rows), "activities", z.Activities) + " "
	if failures == 0 && warnings == 0 {
		text += p.T("raci.verdict.clean")
	} else {
		text += faultWords(p, failures, warnings)
	}
	if len(z.Services) > 0 {
		text += " " + p.N("raci.verdict.services", len(z.Services))
	}
	return text
}

func raciFigures(p ui.Page, rows []raci.Row, z raci.Zones) []ui.Figure {
	failures := 0
	for _, r := range rows {
		failures += r.Errors
	}
	return []ui.Figure{
		{Label: p.T("raci.figure.errors"), Value: p.Integer(failures), N: p.N("raci.figure.of-activities", z.Activities), Href: "/roles?sort=-errors", Small: true},
		{Label: p.T("raci.figure.without-a"), Value: p.Integer(len(z.WithoutA)), N: p.N("raci.figure.of-activities", z.Activities), Href: "/roles/grey?zone=without-a", Small: true},
		{Label: p.T("raci.figure.services"), Value: p.Integer(len(z.Services)), N: p.N("raci.figure.of-services", z.Critical), Href: "/roles/grey?zone=service", Small: true},
		{Label: p.T("raci.figure.library"), Value: p.Integer(len(z.Library)), N: p.N("raci.figure.of-library", z.Shipped), Href: "/roles/grey?zone=library", Small: true},
	}
}

func raciTable(p ui.Page, rows []raci.Row) ui.List {
	list := ui.List{
		Caption: p.T("raci.title"), Sort: p.Query.Get("sort"), Total: len(rows), Exports: true, Nothing: p.T("raci.empty"),
		Columns: []ui.Column{
			{Key: "title", Title: p.T("raci.col.matrix")},
			{Key: "process", Title: p.T("raci.col.process")},
			{Key: "activities", Title: p.T("raci.col.activities"), Right: true},
			{Title: p.T("raci.col.roles"), Right: true},
			{Title: p.T("raci.col.keys"), Right: true},
			{Key: "errors", Title: p.T("raci.col.errors")},
			{Key: "warnings", Title: p.T("raci.col.warnings"), Right: true},
			{Title: p.T("raci.col.informations"), Right: true},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("raci.col.matrix")},
			{Name: "process", Label: p.T("raci.col.process"), Type: "select", Options: anyOf(p, "raci.process.", raci.Processes...)},
		},
		Action: ui.Link("/roles/raci/new", "plus", p.T("raci.new.button"), ""),
	}
	for _, r := range rows {
		state := ui.Is(ui.OK, p.T("raci.none"))
		if r.Errors > 0 {
			state = ui.Is(ui.Bad, p.N("raci.errors", r.Errors))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.To("/roles/raci/"+r.ID, matrixTitle(r).In(p.Lang)), ui.Words(p.T("raci.process."+r.Process)),
			ui.Words(p.Integer(r.Activities)), ui.Words(p.Integer(r.Roles)), ui.Words(p.Integer(r.Keys)), state, ui.Words(p.Integer(r.Warnings)), ui.Words(p.Integer(r.Informations))))
	}
	return list
}

func matrixTitle(r raci.Row) i18n.Text { return i18n.Text{EN: r.Title, IT: r.TitleIT} }

func exportMatrices(w http.ResponseWriter, q *request, rows []raci.Row) error {
	header := []string{
		"id", q.T("raci.col.matrix"), q.T("raci.col.process"), q.T("raci.col.activities"), q.T("raci.col.roles"), q.T("raci.col.keys"),
		q.T("raci.col.errors"), q.T("raci.col.warnings"), q.T("raci.col.informations"), q.T("raci.figure.without-a"),
	}
	cells := make([][]any, len(rows))
	for i, r := range rows {
		cells[i] = []any{r.ID, matrixTitle(r).In(q.Lang()), q.T("raci.process." + r.Process), r.Activities, r.Roles, r.Keys, r.Errors, r.Warnings, r.Informations, r.WithoutA}
	}
	return export(w, q, "raci", header, cells)
}

// thresholdFields are the thresholds of the rules; the hint says what is in force.
func thresholdFields(p ui.Page, force rules.Settings) []ui.Input {
	return []ui.Input{
		{Name: "max_accountable", Label: p.T("raci.f.max_accountable"), Hint: p.T("raci.f.in-force", "value", force.MaxA), Mode: "numeric"},
		{Name: "max_consulted", Label: p.T("raci.f.max_consulted"), Hint: p.T("raci.f.in-force", "value", force.MaxC), Mode: "numeric"},
		{Name: "share_that_may_differ", Label: p.T("raci.f.share"), Hint: p.T("raci.f.in-force", "value", p.Percent(force.Differs, 0)), Mode: "decimal"},
		{Name: "acts_to_tell", Label: p.T("raci.f.acts"), Hint: p.T("raci.f.in-force", "value", force.MinActs), Mode: "numeric"},
	}
}

func thresholdValues(lang i18n.Lang, s raci.Settings) url.Values {
	whole := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	values := url.Values{"max_accountable": {whole(s.MaxA)}, "max_consulted": {whole(s.MaxC)}, "acts_to_tell": {whole(s.MinActs)}}
	if s.Differs != nil {
		percent := 100 * *s.Differs
		values.Set("share_that_may_differ", written(lang, &percent))
	}
	return values
}

// raciThresholds keeps the thresholds that were chosen; an empty field means that of the profile.
func (s *Server) raciThresholds(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	whole := func(name string) *int {
		if f.text(name) == "" {
			return nil
		}
		n := f.whole(name)
		return &n
	}
	in := raci.Settings{MaxA: whole("max_accountable"), MaxC: whole("max_consulted"), MinActs: whole("acts_to_tell"), Differs: f.maybe("share_that_may_differ")}
	if in.Differs != nil {
		*in.Differs /= 100
	}
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), s.Run, q.Actor, raci.OpSetSettings, in)
	}
	if err == nil {
		return q.redirect(w, "/roles", "raci.notice.thresholds")
	}
	rows, failed := op.Ask(q.Context(), s.Run, q.Actor, raci.OpList, raci.Filter{})
	if failed != nil {
		return failed
	}
	view, failed := s.raciListView(q, rows, f.Values, err)
	if failed != nil {
		return failed
	}
	return q.again(w, err, raciListPage(q.Page, view))
}
