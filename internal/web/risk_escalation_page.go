package web

import (
	"net/http"
	"net/url"
	"slices"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// escalationView is one escalation: where it is, who answers by when, and what the reader may do.
type escalationView struct {
	Row        risk.EscalationRow
	Verdict    string
	Figure     ui.Figure
	Opened     ui.Figure
	Steps      []escalationStep
	Known      []knowledge
	Office     string // for which the reader may acknowledge now
	Fields     []ui.Input
	Decisions  []ui.Task
	Propose    string // address; empty when the reader may not, or need not
	Agreed     bool   // a decision is agreed and not used
	Accept     []ui.Input
	Acceptance []ui.Fact // in force
	Log        []ui.Entry
	Err        error
}

// escalationStep is one step of the way.
type escalationStep struct {
	Office, Text, State string
}

// knowledge is what an office said about it.
type knowledge struct {
	Office, Who, When string
	Note              []string
}

// riskEscalation shows one escalation.
func (s *Server) riskEscalation(w http.ResponseWriter, q *request) error {
	view, err := s.escalationView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, escalationPage(q.Page, view))
}

func (s *Server) escalationView(q *request, typed url.Values, wrong error) (escalationView, error) {
	view := escalationView{Err: wrong}
	out, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpEscalation, risk.EscalationIn{ID: q.PathValue("id")})
	if err != nil {
		return view, err
	}
	row := out.Escalation
	view.Row = row
	accepted, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpAcceptances, risk.AcceptanceFilter{About: row.Ref()})
	if err != nil {
		return view, err
	}
	held, err := s.holders(q)
	if err != nil {
		return view, err
	}
	called, err := s.called(q, escalationMentions(row, accepted, held)...)
	if err != nil {
		return view, err
	}
	q.title("risks", row.ID, ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"}, ui.Crumb{Title: q.T("risk.escalation.title"), Href: "/risks/escalations"})
	view.addFigures(q.Page, called)
	view.addSteps(q.Page, held, called)
	view.addLog(q.Page, accepted, called)
	if due := dueFrom(q, row); len(due) > 0 {
		view.Office = due[0]
		view.Fields = fill(q.Page, typed, wrong, []ui.Input{{Name: "note", Label: q.T("risk.escalation.note"), Hint: q.T("risk.escalation.note.hint"), Type: "textarea", Rows: 3, Required: true, Wide: true}})
	}
	return view, s.addAcceptance(q, &view, accepted, typed, called)
}

func escalationMentions(row risk.EscalationRow, accepted []risk.Acceptance, held map[string]string) []ref.Ref {
	var all []ref.Ref
	for _, step := range row.Steps {
		for _, k := range step.Known {
			all = append(all, people(k.Person)...)
		}
	}
	for _, a := range accepted {
		all = append(append(all, people(a.AcceptedBy)...), refs("decision", a.Decision)...)
	}
	for _, step := range row.About.Way() {
		for _, office := range step.Offices {
			all = append(all, people(held[office])...)
		}
	}
	if row.About.On == risk.OnService {
		all = append(all, ref.New("element", row.About.Of))
	}
	return all
}

func (v *escalationView) addFigures(p ui.Page, called names) {
	e := v.Row
	write := func(x float64) string { return measureWords(p, e.About, x) }
	v.Verdict = escalationStanding(p, e)
	if e.Standing != nil {
		v.Verdict = standingSay(p, *e.Standing, called) + " " + v.Verdict
		v.Figure = standingFigure(p, *e.Standing, called)
		v.Figure.Label, v.Figure.Href = p.T("risk.escalation.figure.now"), "/risks/appetite/"+e.Statement
	}
	v.Opened = ui.Figure{
		Label: p.T("risk.escalation.figure.opened"), Value: write(e.Figure.Value), Interval: p.T("risk.appetite.interval", "low", write(e.Figure.Low), "high", write(e.Figure.High)),
		N: p.T("risk.escalation.against", "limit", write(e.Limit)), AsOf: e.OpenedAt, Small: true,
	}
}

// addSteps shows the steps of the present round that were taken, and those that would follow.
func (v *escalationView) addSteps(p ui.Page, held map[string]string, called names) {
	e := v.Row
	begin := 0
	for i, step := range e.Steps {
		if step.Level == 0 {
			begin = i
		}
	}
	for i, step := range e.Steps[begin:] {
		shown := escalationStep{Office: officesWords(p, step.Offices), State: "done"}
		switch {
		case step.LapsedAt != nil:
			shown.Text = p.T("risk.escalation.step.lapsed", "when", p.DateTime(step.DueAt), "office", officesWords(p, step.Missing()))
		case len(step.Missing()) == 0:
			shown.Text = p.T("risk.escalation.step.known")
		default:
			shown.Text = p.T("risk.escalation.step.due", "when", p.DateTime(step.DueAt))
		}
		if last := begin+i == len(e.Steps)-1; last && e.StateNow == risk.EscalationOpen {
			shown.State = "now"
		}
		v.Steps = append(v.Steps, shown)
	}
	if e.StateNow == risk.EscalationOpen {
		for _, step := range e.About.Way()[e.Now().Level+1:] {
			v.Steps = append(v.Steps, escalationStep{Office: officesWords(p, step.Offices), Text: p.N("risk.escalation.step.later", e.About.Clock(step.Level))})
		}
	}
	for _, step := range e.Steps[begin:] {
		for _, office := range step.Offices {
			if k := step.By(office); k != nil {
				v.Known = append(v.Known, knowledge{Office: p.T("office." + office), Who: called.person(p.Lang, k.Person), When: p.DateTime(k.At), Note: lines(k.Note)})
			} else if e.StateNow == risk.EscalationOpen {
				who := p.T("identity.office.vacant")
				if held[office] != "" {
					who = called.person(p.Lang, held[office])
				}
				v.Known = append(v.Known, knowledge{Office: p.T("office." + office), Who: who})
			}
		}
	}
}

// addLog tells what happened, the newest first.
func (v *escalationView) addLog(p ui.Page, accepted []risk.Acceptance, called names) {
	e := v.Row
	log := []ui.Entry{{When: e.OpenedAt, Icon: "bad", Text: p.T("risk.escalation.log.opened", "figure", measureWords(p, e.About, e.Figure.Value), "limit", measureWords(p, e.About, e.Limit))}}
	for _, step := range e.Steps {
		log = append(log, ui.Entry{When: step.StartedAt, Icon: "bell", Text: p.T("risk.escalation.log.reached", "office", officesWords(p, step.Offices))})
		for _, k := range step.Known {
			log = append(log, ui.Entry{When: k.At, Icon: "ok", Text: p.T("risk.escalation.log.known", "office", p.T("office."+k.Office), "who", called.person(p.Lang, k.Person)), Sub: k.Note})
		}
		if step.LapsedAt != nil {
			log = append(log, ui.Entry{When: *step.LapsedAt, Icon: "warn", Text: p.T("risk.escalation.log.lapsed", "office", officesWords(p, step.Missing()))})
		}
	}
	for _, a := range accepted {
		log = append(log, ui.Entry{When: a.AcceptedAt, Icon: "key", Href: itemHref(ref.New("decision", a.Decision)), Text: p.T("risk.escalation.log.accepted", "until", dayWords(p.Lang, a.ExpiresOn)), Sub: called.of(p.Lang, ref.New("decision", a.Decision))})
		if a.EndedAt != nil {
			log = append(log, ui.Entry{When: *a.EndedAt, Icon: "stale", Text: p.T("risk.escalation.log.ended")})
		}
	}
	if e.ClosedAt != nil {
		log = append(log, ui.Entry{When: *e.ClosedAt, Icon: "ok", Text: p.T("risk.escalation.closed."+e.ClosedWhy, "when", p.Date(*e.ClosedAt))})
	}
	slices.SortStableFunc(log, func(a, b ui.Entry) int { return b.When.Compare(a.When) })
	v.Log = log
}

// addAcceptance shows the decisions about it, and what the reader may do towards accepting it.
func (s *Server) addAcceptance(q *request, view *escalationView, accepted []risk.Acceptance, typed url.Values, called names) error {
	rows, err := s.decisionsAbout(q, view.Row.Ref())
	if err != nil {
		return err
	}
	view.Decisions = decisionTasks(q.Page, rows)
	running := false
	for _, d := range rows {
		view.Agreed = view.Agreed || d.Approves(q.Page.Now) && d.Kind == decision.AcceptRisk
		running = running || d.IsOpen()
	}
	for _, a := range accepted {
		if a.ID == view.Row.Accepted {
			view.Acceptance = []ui.Fact{
				{Term: q.T("risk.acceptance.decision"), Text: called.of(q.Lang(), ref.New("decision", a.Decision)), Href: itemHref(ref.New("decision", a.Decision))},
				{Term: q.T("risk.acceptance.by"), Text: called.person(q.Lang(), a.AcceptedBy)},
				{Term: q.T("risk.acceptance.review_on"), Text: dayWords(q.Lang(), a.ReviewOn)},
				{Term: q.T("risk.acceptance.expires_on"), Text: dayWords(q.Lang(), a.ExpiresOn)},
			}
		}
	}
	open := view.Row.StateNow == risk.EscalationOpen
	if open && !running && !view.Agreed && s.refusal(q, decision.OpPropose.Name) == "" {
		view.Propose = "/decisions/new?about=" + string(view.Row.Ref()) + "&kind=accept-risk"
	}
	if open && view.Agreed && q.Actor.Holds(identity.OfficeCIO, identity.OfficeCISO) {
		view.Accept = fill(q.Page, typed, view.Err, []ui.Input{
			{Name: "review_on", Label: q.T("risk.acceptance.review_on"), Hint: q.T("risk.acceptance.review_on.hint"), Type: "date", Required: true},
			{Name: "expires_on", Label: q.T("risk.acceptance.expires_on"), Hint: q.T("risk.acceptance.expires_on.hint", "months", risk.MaxAcceptanceMonths), Type: "date", Required: true},
		})
	}
	return nil
}

// riskAcknowledge notes that the reader's office knows.
func (s *Server) riskAcknowledge(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id := q.PathValue("id")
	if _, err := op.Do(q.Context(), s.Run, q.Actor, risk.OpAcknowledge, risk.AcknowledgeIn{ID: id, Office: f.text("office"), Note: f.text("note")}); err != nil {
		return s.escalationAgain(w, q, f, err)
	}
	return q.redirect(w, "/risks/escalations/"+id, "risk.notice.acknowledged")
}

// riskAccept puts an acceptance in force that both officers have agreed to.
func (s *Server) riskAccept(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id := q.PathValue("id")
	in := risk.AcceptIn{About: ref.New("escalation", id), ReviewOn: f.text("review_on"), ExpiresOn: f.text("expires_on")}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, risk.OpAccept, in); err != nil {
		return s.escalationAgain(w, q, f, err)
	}
	return q.redirect(w, "/risks/escalations/"+id, "risk.notice.accepted")
}

func (s *Server) escalationAgain(w http.ResponseWriter, q *request, f *form, wrong error) error {
	view, err := s.escalationView(q, f.Values, wrong)
	if err != nil {
		return err
	}
	return q.again(w, wrong, escalationPage(q.Page, view))
}
