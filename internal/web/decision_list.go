package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// decisionList shows what waits for the reader's key first, then all decisions.
func (s *Server) decisionList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := decision.Filter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")}, Text: query.Get("text"), Status: decision.Status(query.Get("status")),
		About: ref.Ref(query.Get("about")), Kind: decision.Kind(query.Get("kind")),
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpList, filter)
	if err != nil {
		return err
	}
	rows := page.Items
	about := []ref.Ref{}
	for _, r := range rows {
		about = append(about, people(r.ProposedBy)...)
		if r.About != "" {
			about = append(about, r.About)
		}
	}
	called, err := s.called(q, about...)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportDecisions(w, q, rows, called)
	}
	view := decisionListView{List: decisionTable(q.Page, page, called), MayPropose: s.refusal(q, decision.OpPropose.Name) == ""}
	q.title("decisions", q.T("decision.list.title"))
	if err := s.fillDecisionList(q, &view); err != nil {
		return err
	}
	return q.render(w, decisionListPage(q.Page, view))
}

// decisionListView is the page of all decisions.
type decisionListView struct {
	Verdict    string
	Gaps       []string
	Mine       []ui.Task
	Waiting    int
	List       ui.List
	Speed      speedView
	MayPropose bool
}

func (s *Server) fillDecisionList(q *request, view *decisionListView) error {
	open, err := s.openDecisions(q)
	if err != nil {
		return err
	}
	duties, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpDuties, struct{}{})
	if err != nil {
		return err
	}
	if view.Gaps, err = s.gaps(q); err != nil {
		return err
	}
	if view.Mine, err = s.dutyTasks(q, duties); err != nil {
		return err
	}
	view.Waiting = len(duties)
	view.Verdict = decisionVerdict(q, open, len(duties))
	view.Speed, err = s.speed(q)
	return err
}

// openDecisions are those that wait for somebody, the nearest end first.
func (s *Server) openDecisions(q *request) ([]decision.Row, error) {
	page, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpList, decision.Filter{Page: db.Page{Sort: "deadline", Limit: db.Unlimited}, Open: true})
	return page.Items, err
}

// decisionsAbout are those about an item, the newest first.
func (s *Server) decisionsAbout(q *request, about ref.Ref) ([]decision.Row, error) {
	page, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpList, decision.Filter{Page: db.Page{Limit: db.Unlimited}, About: about})
	return page.Items, err
}

// waitingFor keeps the decisions that wait for the reader: for a key of an office they hold, or for their arbitration.
func waitingFor(q *request, open []decision.Row) []decision.Row {
	return slices.DeleteFunc(slices.Clone(open), func(r decision.Row) bool { return !waitsFor(q, r) })
}

func waitsFor(q *request, r decision.Row) bool {
	now := q.Page.Now
	for _, office := range []string{identity.OfficeCIO, identity.OfficeCISO} {
		if q.Actor.Holds(office) && r.Waits(office, now) {
			return true
		}
	}
	return r.Escalation != "" && q.Actor.Holds(r.Escalation)
}

func decisionVerdict(q *request, open []decision.Row, mine int) string {
	locked := 0
	for _, r := range open {
		if r.StatusNow.Stuck() {
			locked++
		}
	}
	p := q.Page
	switch {
	case len(open) == 0:
		return p.T("decision.verdict.none")
	case locked > 0:
		return p.N("decision.verdict.open", len(open)) + " " + p.N("decision.verdict.mine", mine) + " " + p.N("decision.verdict.locked", locked)
	default:
		return p.N("decision.verdict.open", len(open)) + " " + p.N("decision.verdict.mine", mine)
	}
}

// decisionTasks shows decisions with their disc and their clock.
func decisionTasks(p ui.Page, rows []decision.Row) []ui.Task {
	tasks := make([]ui.Task, len(rows))
	for i, r := range rows {
		clock, state, then := decisionClock(p, r)
		tasks[i] = ui.Task{
			CIO: keyState(r.Decision, identity.OfficeCIO), CISO: keyState(r.Decision, identity.OfficeCISO),
			Title: r.Name().In(p.Lang), Href: "/decisions/" + r.ID, Text: standing(p, r), Clock: clock, State: state, Then: then,
		}
	}
	return tasks
}

// keyState is how the key of an office stands on the present content.
func keyState(d decision.Decision, office string) ui.KeyState {
	switch k := d.Key(office); {
	case k == nil:
		return ui.Missing
	case k.Answer == "yes":
		return ui.Signed
	default:
		return ui.Refused
	}
}

// standing says in a sentence where a decision stands.
func standing(p ui.Page, r decision.Row) string {
	switch r.StatusNow {
	case decision.OneKey:
		var missing []string
		for _, office := range r.Offices() {
			if r.Key(office) == nil {
				missing = append(missing, p.T("office."+office))
			}
		}
		if len(missing) < len(r.Offices())-1 {
			return p.T("decision.standing.two-keys", "office", strings.Join(missing, ", "))
		}
		return p.T("decision.standing.one-key", "office", strings.Join(missing, ", "))
	case decision.Escalated1, decision.Escalated2:
		return p.T("decision.standing.deadlock", "office", p.T("office."+r.Escalation))
	case decision.Deadlock:
		return p.T("decision.standing.still")
	default:
		return p.T("decision.standing." + string(r.StatusNow))
	}
}

// decisionClock says how long somebody still has, and who comes then; an ended decision has no clock.
func decisionClock(p ui.Page, r decision.Row) (clock string, state ui.State, then string) {
	if !r.IsOpen() {
		return p.T("decision.status." + string(r.StatusNow)), statusState(r.StatusNow), ""
	}
	switch r.StatusNow {
	case decision.Escalated1:
		then = p.T("decision.then", "office", p.T("office."+r.Way.Second))
	case decision.Escalated2:
		then = p.T("decision.then.none")
	case decision.InEmergency:
		then = p.T("decision.then.reverted")
	default:
		then = p.T("decision.then", "office", p.T("office."+r.Way.First))
	}
	left := r.Until().Sub(p.Now)
	switch {
	case left < 0:
		return p.T("decision.clock.over", "time", p.Duration(-left)), ui.Bad, then
	case left < 48*time.Hour:
		return p.T("decision.clock.left", "time", p.Duration(left)), ui.Warn, then
	default:
		return p.T("decision.clock.left", "time", p.Duration(left)), ui.Plain, then
	}
}

func statusState(status decision.Status) ui.State {
	states := map[decision.Status]ui.State{
		decision.Draft: ui.Plain, decision.Proposed: ui.Plain, decision.OneKey: ui.Warn, decision.BothKeys: ui.OK, decision.Deadlock: ui.Bad,
		decision.Escalated1: ui.Bad, decision.Escalated2: ui.Bad, decision.InEmergency: ui.Warn, decision.Approved: ui.OK, decision.Spent: ui.OK,
		decision.Reviewed: ui.OK, decision.Lapsed: ui.Warn, decision.Refused: ui.Bad, decision.Rejected: ui.Bad, decision.Reverted: ui.Bad, decision.Withdrawn: ui.Plain,
	}
	return states[status]
}

func decisionTable(p ui.Page, page db.PageOf[decision.Row], called names) ui.List {
	list := ui.List{
		Caption: p.T("decision.list.title"), Sort: p.Query.Get("sort"), Total: page.Total, Next: page.Next, Exports: true, Nothing: p.T("decision.list.empty"),
		Columns: []ui.Column{
			{Key: "title", Title: p.T("decision.col.title")},
			{Title: p.T("decision.col.keys")},
			{Title: p.T("decision.col.status")},
			{Key: "deadline", Title: p.T("decision.col.clock")},
			{Key: "money", Title: p.T("decision.col.money"), Right: true},
			{Key: "proposed", Title: p.T("decision.col.proposed"), Short: true},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("decision.col.title")},
			{Name: "status", Label: p.T("decision.col.status"), Type: "select", Options: anyOf(p, "decision.status.", statusNames()...)},
			{Name: "kind", Label: p.T("decision.f.kind"), Type: "select", Options: anyOf(p, "decision.kind.", kindNames()...)},
		},
		Action: ui.Link("/decisions/new", "plus", p.T("decision.new.button"), ""),
	}
	for _, r := range page.Items {
		list.Rows = append(list.Rows, decisionRow(p, r, called))
	}
	return list
}

func statusNames() []string {
	names := make([]string, len(decision.Statuses))
	for i, s := range decision.Statuses {
		names[i] = string(s)
	}
	return names
}

func decisionRow(p ui.Page, r decision.Row, called names) ui.Row {
	title := ui.To("/decisions/"+r.ID, r.Name().In(p.Lang)).Below(p.T("decision.kind." + string(r.Kind)))
	if r.About != "" {
		title = title.Below(p.T("decision.kind."+string(r.Kind)) + ": " + called.of(p.Lang, r.About))
	}
	clock, then := ui.Words("–"), ""
	if r.IsOpen() {
		var text string
		text, _, then = decisionClock(p, r)
		clock = ui.Words(text).Below(then)
	}
	return ui.Cells(title, ui.Of(ui.Disc(p, keyState(r.Decision, identity.OfficeCIO), keyState(r.Decision, identity.OfficeCISO))),
		ui.Is(statusState(r.StatusNow), p.T("decision.status."+string(r.StatusNow))), clock, ui.Words(effect(p, r.MoneyEUR, p.Euro)),
		ui.Words(p.Date(r.ProposedAt)).Below(called.person(p.Lang, r.ProposedBy)))
}

// effect writes what a decision is expected to remove; an unset one is not zero but not stated.
func effect(p ui.Page, x *float64, write func(float64) string) string {
	if x == nil {
		return "–"
	}
	return write(*x)
}

func exportDecisions(w http.ResponseWriter, q *request, rows []decision.Row, called names) error {
	header := []string{
		"id", q.T("decision.col.title"), q.T("decision.f.kind"), q.T("decision.f.about"), q.T("decision.col.status"), q.T("office.cio"), q.T("office.ciso"),
		q.T("decision.f.money_eur"), q.T("decision.f.minutes"), q.T("decision.f.exposure_days"), q.T("decision.col.proposed"), q.T("decision.col.proposer"), q.T("decision.deadline"),
	}
	cells := make([][]any, len(rows))
	for i, r := range rows {
		cells[i] = []any{
			r.ID, r.Name().In(q.Lang()), q.T("decision.kind." + string(r.Kind)), string(r.About), q.T("decision.status." + string(r.StatusNow)),
			q.T("shell.key." + string(keyState(r.Decision, identity.OfficeCIO))), q.T("shell.key." + string(keyState(r.Decision, identity.OfficeCISO))),
			orNil(r.MoneyEUR), orNil(r.Minutes), orNil(r.ExposureDays), r.ProposedAt.Format(time.RFC3339), called.person(q.Lang(), r.ProposedBy), r.Deadline.Format(time.RFC3339),
		}
	}
	return export(w, q, "decisions", header, cells)
}

// orNil is a cell that stays empty when the number is not set.
func orNil(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}
