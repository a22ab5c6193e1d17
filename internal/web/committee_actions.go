package web

import (
	"net/http"
	"net/url"

	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// actionLine is an action with what the reader may do about it.
type actionLine struct {
	committee.ActionRow
	May    string // finish, drop or nothing
	Back   string
	Fields []ui.Input
}

// actionList lists all actions that the reader may see, their own first.
func (s *Server) actionList(w http.ResponseWriter, q *request) error {
	return s.showActions(w, q, "", nil, nil)
}

func (s *Server) showActions(w http.ResponseWriter, q *request, did string, typed url.Values, wrong error) error {
	query := q.URL.Query()
	filter := committee.ActionFilter{
		Text: query.Get("text"), State: query.Get("state"), Committee: query.Get("committee"), Owner: query.Get("owner"), Sort: query.Get("sort"),
	}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpActions, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportActions(w, q, rows)
	}
	committees, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpList, committee.Filter{})
	if err != nil {
		return err
	}
	q.title("roles", q.T("committee.actions"))
	page := actionsPage(q.Page, actionTable(q, rows, committees, did, typed, wrong), actionsVerdict(q, rows), wrong)
	if wrong != nil {
		return q.again(w, wrong, page)
	}
	return q.render(w, page)
}

func actionsVerdict(q *request, rows []committee.ActionRow) string {
	mine, late := 0, 0
	for _, a := range rows {
		if a.State == committee.ActionOpen && identity.PersonRef(a.Owner) == q.Actor.Ref {
			mine++
		}
		if a.IsLate {
			late++
		}
	}
	return q.Page.N("committee.actions.mine", mine) + " " + q.Page.N("committee.verdict.late", late)
}

// lineOf says what the reader may do about an action.
func lineOf(q *request, a committee.ActionRow, leads bool, back, did string, typed url.Values, wrong error) actionLine {
	line := actionLine{ActionRow: a, Back: back}
	switch {
	case a.State != committee.ActionOpen:
		return line
	case identity.PersonRef(a.Owner) == q.Actor.Ref:
		line.May = "finish"
	case leads:
		line.May = "drop"
	default:
		return line
	}
	field := ui.Input{Name: a.ID + ".note", Label: q.T("committee.action." + line.May + ".note"), Required: true}
	if did == a.ID {
		field.Value, field.Error = typed.Get(field.Name), q.Page.FieldError(wrong, field.Name)
	}
	line.Fields = []ui.Input{field}
	return line
}

func actionTable(q *request, rows []committee.ActionRow, committees []committee.Row, did string, typed url.Values, wrong error) ui.List {
	p := q.Page
	of, leads := []ui.Option{{Text: p.T("web.filter.any")}}, map[string]bool{}
	for _, c := range committees {
		of = append(of, ui.Option{Value: c.ID, Text: c.Title().In(p.Lang)})
		leads[c.ID] = c.Manage
	}
	list := ui.List{
		Caption: p.T("committee.actions"), Sort: p.Query.Get("sort"), Total: len(rows), Exports: true, Nothing: p.T("committee.actions.none"),
		Columns: []ui.Column{
			{Key: "what", Title: p.T("committee.col.what")},
			{Key: "owner", Title: p.T("committee.col.owner")},
			{Key: "due", Title: p.T("committee.col.due"), Short: true},
			{Key: "state", Title: p.T("committee.col.state")},
			{Key: "committee", Title: p.T("committee.col.from")},
			{Title: p.T("committee.col.end"), Wide: true},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("committee.col.what")},
			{Name: "state", Label: p.T("committee.col.state"), Type: "select", Options: anyOf(p, "committee.action.state.", "open", "late", "done", "dropped")},
			{Name: "committee", Label: p.T("committee.body"), Type: "select", Options: of},
		},
	}
	for _, a := range rows {
		row := actionRow(p, lineOf(q, a, leads[a.Committee], "/roles/actions", did, typed, wrong))
		row.Cells = append(row.Cells[:4:4], ui.To("/roles/sittings/"+a.Sitting, p.T("committee.sitting.n", "n", a.Number)).Below(a.CommitteeName.In(p.Lang)), row.Cells[4])
		list.Rows = append(list.Rows, row)
	}
	return list
}

// actionRow is what, who, until when, how it stands, and what the reader may do.
func actionRow(p ui.Page, a actionLine) ui.Row {
	return ui.Cells(ui.Words(a.Name().In(p.Lang)).Below(i18nText(a.Note, a.NoteIT).In(p.Lang)), ui.To("/people/"+a.Owner, a.OwnerName), ui.Words(dayWords(p.Lang, a.Due)), actionState(p, a.ActionRow), ui.Of(endingForm(p, a)))
}

func actionState(p ui.Page, a committee.ActionRow) ui.Cell {
	switch {
	case a.IsLate:
		return ui.Is(ui.Bad, p.T("committee.action.state.late"))
	case a.State == committee.ActionDone:
		return ui.Is(ui.OK, p.T("committee.action.state.done"))
	default:
		return ui.Is(ui.Plain, p.T("committee.action.state."+string(a.State)))
	}
}

// actionEnd ends an action: its owner has done it, or a chair or the secretary gives it up.
func (s *Server) actionEnd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id := q.PathValue("id")
	in := committee.EndActionIn{ID: id, Note: f.text(id + ".note")}
	wrong := error(problem.New(problem.Invalid, "web.error.form"))
	switch f.text("do") {
	case "finish":
		wrong = doNamed(s, q, committee.OpFinish, in)
	case "drop":
		wrong = doNamed(s, q, committee.OpDrop, in)
	}
	if wrong == nil {
		return q.redirect(w, localPath(f.text("back")), "committee.notice."+f.text("do"))
	}
	return s.showActions(w, q, id, f.Values, under(wrong, id+"."))
}

// under names the fields of a problem as the form does: each with what stands before it there.
func under(err error, prefix string) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	for _, cause := range append([]*problem.Error{p}, p.Causes...) {
		if cause.Field != "" {
			cause.Field = prefix + cause.Field
		}
	}
	return err
}

func exportActions(w http.ResponseWriter, q *request, rows []committee.ActionRow) error {
	header := []string{"id", q.T("committee.col.what"), q.T("committee.col.owner"), q.T("committee.col.due"), q.T("committee.col.state"), q.T("committee.body"), q.T("committee.col.number"), q.T("committee.col.note")}
	cells := make([][]any, len(rows))
	for n, a := range rows {
		cells[n] = []any{a.ID, a.Name().In(q.Lang()), a.OwnerName, a.Due, actionState(q.Page, a).Text, a.CommitteeName.In(q.Lang()), a.Number, i18nText(a.Note, a.NoteIT).In(q.Lang())}
	}
	return export(w, q, "actions", header, cells)
}
