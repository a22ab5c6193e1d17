package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// escalationLook shows the state of an escalation.
var escalationLook = map[risk.EscalationState]ui.State{risk.EscalationOpen: ui.Bad, risk.EscalationAccepted: ui.Warn, risk.EscalationClosed: ui.OK}

// escalationsView is all escalations, and the acceptances that should be looked at again.
type escalationsView struct {
	Verdict string
	Mine    []ui.Task
	Reviews []reviewLine
	List    ui.List
}

// reviewLine is an acceptance whose review is due.
type reviewLine struct{ Text, Href string }

// riskEscalations lists the escalations; what waits for the reader comes first.
func (s *Server) riskEscalations(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := risk.EscalationFilter{Text: query.Get("text"), State: risk.EscalationState(query.Get("state")), Due: query.Get("due"), Sort: query.Get("sort")}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpEscalations, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportEscalations(w, q, rows)
	}
	all, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpEscalations, risk.EscalationFilter{Sort: "due"})
	if err != nil {
		return err
	}
	view := escalationsView{Verdict: escalationsVerdict(q.Page, all), Mine: escalationTasks(q.Page, escalationsFor(q, all)), List: escalationList(q.Page, rows)}
	if view.Reviews, err = s.reviews(q); err != nil {
		return err
	}
	q.title("risks", q.T("risk.escalation.title"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	return q.render(w, escalationsPage(q.Page, view))
}

// reviews are the acceptances that should be looked at again by now.
func (s *Server) reviews(q *request) ([]reviewLine, error) {
	due, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpAcceptances, risk.AcceptanceFilter{Due: true})
	if err != nil {
		return nil, err
	}
	var about []ref.Ref
	for _, a := range due {
		about = append(about, a.About)
	}
	called, err := s.called(q, about...)
	lines := make([]reviewLine, len(due))
	for i, a := range due {
		lines[i] = reviewLine{Href: itemHref(a.About), Text: q.T("risk.acceptance.review-due", "title", called.of(q.Lang(), a.About), "day", dayWords(q.Lang(), a.ReviewOn), "until", dayWords(q.Lang(), a.ExpiresOn))}
	}
	return lines, err
}

func escalationsVerdict(p ui.Page, all []risk.EscalationRow) string {
	n := map[risk.EscalationState]int{}
	late := 0
	for _, e := range all {
		n[e.StateNow]++
		if len(e.Due) > 0 && p.Now.After(e.Now().DueAt) {
			late++
		}
	}
	if n[risk.EscalationOpen]+n[risk.EscalationAccepted] == 0 {
		return p.T("risk.escalation.verdict.none")
	}
	text := p.N("risk.escalation.verdict.open", n[risk.EscalationOpen])
	if late > 0 {
		text += " " + p.N("risk.escalation.verdict.late", late)
	}
	if n[risk.EscalationAccepted] > 0 {
		text += " " + p.N("risk.escalation.verdict.accepted", n[risk.EscalationAccepted])
	}
	return text
}

// escalationsFor keeps the escalations that wait for an office of the reader.
func escalationsFor(q *request, all []risk.EscalationRow) []risk.EscalationRow {
	return slices.DeleteFunc(slices.Clone(all), func(e risk.EscalationRow) bool { return len(dueFrom(q, e)) == 0 })
}

// dueFrom are the offices of the reader for which an escalation waits; an administrator answers for none.
func dueFrom(q *request, e risk.EscalationRow) []string {
	if q.Actor.Holds(identity.OfficeAdministrator) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.Due), func(office string) bool { return !q.Actor.Holds(office) })
}

// escalationTasks shows escalations with the acknowledgements of both officers and the clock.
func escalationTasks(p ui.Page, rows []risk.EscalationRow) []ui.Task {
	tasks := make([]ui.Task, len(rows))
	for i, e := range rows {
		clock, state, then := escalationClock(p, e)
		tasks[i] = ui.Task{
			CIO: knownBy(e, identity.OfficeCIO), CISO: knownBy(e, identity.OfficeCISO), Href: "/risks/escalations/" + e.ID,
			Title: e.About.Name().In(p.Lang), Text: escalationStanding(p, e), Clock: clock, State: state, Then: then,
		}
	}
	return tasks
}

// knownBy tells whether an officer has acknowledged since the escalation last began with the officers.
func knownBy(e risk.EscalationRow, office string) ui.KeyState {
	for _, step := range slices.Backward(e.Steps) {
		if step.Level == 0 {
			if step.By(office) != nil {
				return ui.Signed
			}
			break
		}
	}
	return ui.Missing
}

// escalationStanding says in a sentence where an escalation stands.
func escalationStanding(p ui.Page, e risk.EscalationRow) string {
	switch {
	case e.StateNow == risk.EscalationClosed:
		return p.T("risk.escalation.closed."+e.ClosedWhy, "when", p.Date(*e.ClosedAt))
	case e.StateNow == risk.EscalationAccepted:
		return p.T("risk.escalation.standing.accepted")
	case len(e.Due) == 0:
		return p.T("risk.escalation.standing.known")
	default:
		return p.T("risk.escalation.standing.open", "office", officesWords(p, e.Due))
	}
}

// escalationClock says how long the offices still have, and who comes then.
func escalationClock(p ui.Page, e risk.EscalationRow) (clock string, state ui.State, then string) {
	if len(e.Due) == 0 {
		return p.T("risk.escalation.state." + string(e.StateNow)), escalationLook[e.StateNow], ""
	}
	then = p.T("risk.escalation.then.none")
	if way := e.About.Way(); e.Now().Level+1 < len(way) {
		then = p.T("risk.escalation.then", "office", officesWords(p, way[e.Now().Level+1].Offices))
	}
	switch left := e.Now().DueAt.Sub(p.Now); {
	case left < 0:
		return p.T("decision.clock.over", "time", p.Duration(-left)), ui.Bad, then
	case left < 48*time.Hour:
		return p.T("decision.clock.left", "time", p.Duration(left)), ui.Warn, then
	default:
		return p.T("decision.clock.left", "time", p.Duration(left)), ui.Plain, then
	}
}

func escalationList(p ui.Page, rows []risk.EscalationRow) ui.List {
	list := ui.List{
		Caption: p.T("risk.escalation.title"), Sort: p.Query.Get("sort"), Total: len(rows), Exports: true, Nothing: p.T("risk.escalation.none"),
		Columns: []ui.Column{
			{Key: "statement", Title: p.T("risk.appetite.statement"), Wide: true},
			{Key: "state", Title: p.T("risk.escalation.state")},
			{Title: p.T("risk.appetite.figure"), Right: true},
			{Title: p.T("risk.appetite.limit"), Right: true},
			{Title: p.T("risk.escalation.due")},
			{Key: "due", Title: p.T("risk.escalation.clock")},
			{Key: "opened", Title: p.T("risk.escalation.opened"), Short: true},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("risk.appetite.statement")},
			{Name: "state", Label: p.T("risk.escalation.state"), Type: "select", Options: anyOf(p, "risk.escalation.state.", wordsOf(risk.EscalationStates)...)},
			{Name: "due", Label: p.T("risk.escalation.due"), Type: "select", Options: anyOf(p, "office.", append([]string{identity.OfficeCIO, identity.OfficeCISO, identity.OfficeCRO}, risk.LastOffices...)...)},
		},
		Action: ui.Link("/risks/appetite", "", p.T("risk.appetite.title"), ""),
	}
	if list.Sort == "" {
		list.Sort = "-opened"
	}
	for _, e := range rows {
		figure := ui.Words("–")
		if e.Standing != nil {
			figure = figureCell(p, *e.Standing)
		}
		clock, _, then := escalationClock(p, e)
		list.Rows = append(list.Rows, ui.Cells(
			ui.To("/risks/escalations/"+e.ID, e.About.Name().In(p.Lang)).Below(e.ID), ui.Is(escalationLook[e.StateNow], p.T("risk.escalation.state."+string(e.StateNow))),
			figure, ui.Words(measureWords(p, e.About, e.Limit)), ui.Words(officesWords(p, e.Due)), ui.Words(clock).Below(then), ui.Words(p.Date(e.OpenedAt)),
		))
	}
	return list
}

func exportEscalations(w http.ResponseWriter, q *request, rows []risk.EscalationRow) error {
	header := []string{
		"id", q.T("risk.appetite.statement"), q.T("risk.escalation.state"), q.T("risk.appetite.figure"), q.T("risk.appetite.limit"), q.T("risk.escalation.opened"),
		q.T("risk.escalation.due"), q.T("risk.escalation.clock"), q.T("risk.escalation.closed-at"),
	}
	cells := make([][]any, len(rows))
	for i, e := range rows {
		row := []any{e.ID, e.About.Name().In(q.Lang()), q.T("risk.escalation.state." + string(e.StateNow)), e.Figure.Value, e.Limit, e.OpenedAt.Format(time.RFC3339), strings.Join(e.Due, " "), nil, nil}
		if len(e.Due) > 0 {
			row[7] = e.Now().DueAt.Format(time.RFC3339)
		}
		if e.ClosedAt != nil {
			row[8] = e.ClosedAt.Format(time.RFC3339)
		}
		cells[i] = row
	}
	return export(w, q, "escalations", header, cells)
}

// addEscalations puts the escalations that wait for the reader before everything else that needs them, and the clocks of all
// of them beside the other clocks.
func (s *Server) addEscalations(q *request, view *homeView) error {
	open, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpEscalations, risk.EscalationFilter{State: risk.EscalationOpen, Sort: "due"})
	if err != nil {
		return err
	}
	tasks := escalationTasks(q.Page, escalationsFor(q, open))
	for i := range tasks {
		tasks[i].Title = q.T("risk.escalation.task", "statement", tasks[i].Title)
	}
	view.Tasks = append(tasks, view.Tasks...)
	for _, e := range open {
		if len(e.Due) > 0 {
			view.Clocks = append(view.Clocks, running(q.Page, clock{
				What: q.T("risk.escalation.clock.of", "office", officesWords(q.Page, e.Due)), Sub: e.About.Name().In(q.Lang()), Href: "/risks/escalations/" + e.ID, at: e.Now().DueAt,
			}))
		}
	}
	return nil
}
