package web

import (
	"net/http"
	"net/url"
	"strconv"

	"accordo.dev/internal/identity"
	"accordo.dev/internal/indicator/dictionary"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// projectView is one project before its gate.
type projectView struct {
	Project   project.Project
	Verdict   string
	States    []chip
	Facts     []ui.Fact
	Decisions []ui.Task
	History   []ui.Entry
	Ended     bool
	Left      bool   // has left design already
	Blocked   string // what keeps the gate closed, and who can release it
	Validate  []ui.Input
	Leave     []ui.Input
	Refused   string // why the reader may not validate
	Kept      string // why the reader may not let it leave design
	Did       string
	Err       error
	Say       string
}

// projectPage shows one project: what blocks its gate, and who can release it.
func (s *Server) projectPage(w http.ResponseWriter, q *request) error {
	view, err := s.projectView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, projectDetail(q.Page, view))
}

func (s *Server) projectView(q *request, typed url.Values, wrong error) (projectView, error) {
	view := projectView{Err: wrong, Did: typed.Get("do"), Refused: s.refusal(q, project.OpValidate.Name), Kept: s.refusal(q, project.OpLeaveDesign.Name)}
	one, err := op.Ask(q.Context(), s.Run, q.Actor, project.OpGet, project.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return view, err
	}
	view.Project, view.States = one, projectStates(q.Page, one)
	view.Ended, view.Left = one.Stage == project.Closed || one.Stage == project.Cancelled, one.DesignExit != ""
	q.title("projects", one.Name().In(q.Lang()), ui.Crumb{Title: q.T("project.list.title"), Href: "/projects"})
	held, err := s.holders(q)
	if err != nil {
		return view, err
	}
	who := people(one.Owner, one.SecurityPartner, one.ExemptedBy, held[identity.OfficeCISO])
	called, err := s.called(q, append(who, refs("element", one.Elements...)...)...)
	if err != nil {
		return view, err
	}
	view.Facts = projectFacts(q.Page, one, called)
	view.addGate(q.Page, called, held[identity.OfficeCISO])
	view.addForms(q.Page, typed)
	return view, s.projectSurroundings(q, &view)
}

func (s *Server) projectSurroundings(q *request, view *projectView) error {
	name := ref.New("project", view.Project.ID)
	rows, err := s.decisionsAbout(q, name)
	if err != nil {
		return err
	}
	view.Decisions = decisionTasks(q.Page, rows)
	view.History, err = s.history(q, name)
	return err
}

// addGate says how the gate stands, and what blocks it until whom.
func (v *projectView) addGate(p ui.Page, called names, ciso string) {
	one := v.Project
	releaser := one.SecurityPartner
	if releaser == "" {
		releaser = ciso
	}
	person := p.T("project.nobody")
	if releaser != "" {
		person = called.person(p.Lang, releaser)
	}
	day := identity.Day(p.Now)
	approved := one.Validation == project.Approved || one.Validation == project.ApprovedWithConditions
	outside := !one.Digital || !one.InScope
	switch {
	case v.Left:
		v.Verdict = p.T("project.verdict.left", "state", gateState(p, one).Text, "day", dayWords(p.Lang, one.DesignExit), "how", p.T("project.exit."+string(one.ExitKind)))
	case outside || v.Ended:
		v.Verdict = p.T("project.verdict.outside")
	case approved:
		v.Verdict = p.T("project.verdict.open")
	case one.Overdue(day):
		v.Verdict = p.T("project.verdict.overdue", "day", dayWords(p.Lang, one.DesignGateDue))
	case one.DesignGateDue == "":
		v.Verdict = p.T("project.verdict.undated")
	default:
		v.Verdict = p.T("project.verdict.closed", "day", dayWords(p.Lang, one.DesignGateDue))
	}
	if !v.Left && !approved && !v.Ended && !outside {
		v.Blocked = p.T("project.blocked."+string(one.Validation), "person", person)
	}
	v.Say = p.Words(p.T("project.say.cio"), p.T("project.say.ciso"), p.T("project.say.board"))
}

// benefitFact is what a week of the project in use is worth; while it can still be late, it leads to what a week costs.
func benefitFact(p ui.Page, one project.Project) ui.Fact {
	fact := ui.Fact{Term: p.T("lens.project.benefit"), Text: p.T("shell.unknown")}
	if one.BenefitEURWeek != nil {
		fact.Text = p.Euro(*one.BenefitEURWeek)
	}
	if dictionary.CanBeLate(one) {
		fact.Href = "/indicators/dictionary/delay?of=" + one.ID
		fact.Text += ". " + p.T("lens.link.delay")
	}
	return fact
}

func projectFacts(p ui.Page, one project.Project, called names) []ui.Fact {
	yes := map[bool]string{true: p.T("web.yes"), false: p.T("web.no")}
	facts := []ui.Fact{
		{Term: p.T("project.col.stage"), Text: p.T("project.stage." + string(one.Stage))},
		{Term: p.T("project.col.gate"), Text: orDash(dayWords(p.Lang, one.DesignGateDue))},
		{Term: p.T("project.validation"), Text: p.T("project.validation." + string(one.Validation))},
		{Term: p.T("project.validation.on"), Text: orDash(dayWords(p.Lang, one.ValidationOn))},
		{Term: p.T("project.conditions.open"), Text: p.Integer(one.ConditionsOpen)},
		{Term: p.T("project.col.exit"), Text: orDash(dayWords(p.Lang, one.DesignExit))},
	}
	if one.ExitKind != project.NotYet {
		facts = append(facts, ui.Fact{Term: p.T("project.exit.kind"), Text: p.T("project.exit." + string(one.ExitKind))})
	}
	if one.ExemptedBy != "" {
		facts = append(facts, ui.Fact{Term: p.T("project.exempted"), Text: called.person(p.Lang, one.ExemptedBy), Href: personHref(one.ExemptedBy)})
	}
	cost := "–"
	if one.CostEUR != nil {
		cost = p.Euro(*one.CostEUR)
	}
	return append(facts,
		ui.Fact{Term: p.T("project.owner"), Text: orDash(called.person(p.Lang, one.Owner)), Href: personHref(one.Owner)},
		ui.Fact{Term: p.T("project.partner"), Text: orDash(called.person(p.Lang, one.SecurityPartner)), Href: personHref(one.SecurityPartner)},
		ui.Fact{Term: p.T("project.cost"), Text: cost},
		benefitFact(p, one),
		ui.Fact{Term: p.T("project.digital"), Text: yes[one.Digital]},
		ui.Fact{Term: p.T("project.scope"), Text: yes[one.InScope]},
		ui.Fact{Term: p.T("project.elements"), Show: itemLinks(p, called, refs("element", one.Elements...))},
	)
}

// addForms offers the validation and, while the project is in design, the ways out of it.
func (v *projectView) addForms(p ui.Page, typed url.Values) {
	if v.Ended || !v.Project.Digital || !v.Project.InScope {
		return
	}
	version := url.Values{"version": {strconv.Itoa(v.Project.Version)}}
	validate := []ui.Input{
		{Name: "decision", Label: p.T("project.f.decision"), Type: "radio", Required: true, Options: choices(p, "project.validation.", "approved", "approved-with-conditions", "rejected")},
		{Name: "conditions", Label: p.T("project.f.conditions"), Hint: p.T("project.f.conditions.hint"), Mode: "numeric"},
		{Name: "version", Type: "hidden"},
	}
	if v.Refused == "" {
		v.Validate = fill(p, typedFor("validate", typed, version), v.errFor("validate"), validate)
	}
	if v.Left || v.Kept != "" || v.Project.Stage != project.Idea && v.Project.Stage != project.Design {
		return
	}
	kinds := []ui.Option{
		{Value: "build-started", Text: p.T("project.exit.build-started"), Hint: p.T("project.exit.counted")},
		{Value: "gate-skipped", Text: p.T("project.exit.gate-skipped"), Hint: p.T("project.exit.counted")},
	}
	if v.Blocked == "" {
		kinds = []ui.Option{{Value: "gate-passed", Text: p.T("project.exit.gate-passed")}}
	}
	leave := []ui.Input{{Name: "kind", Label: p.T("project.exit.kind"), Type: "radio", Required: true, Options: kinds}, {Name: "version", Type: "hidden"}}
	v.Leave = fill(p, typedFor("leave", typed, version), v.errFor("leave"), leave)
}

func (v *projectView) errFor(action string) error {
	if v.Did == action {
		return v.Err
	}
	return nil
}

// projectAct validates a design, or lets a project leave its design phase.
func (s *Server) projectAct(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	if err := s.projectDo(q, f); err != nil {
		view, failed := s.projectView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, projectDetail(q.Page, view))
	}
	return q.redirect(w, "/projects/"+q.PathValue("id"), "project.notice."+f.text("do"))
}

func (s *Server) projectDo(q *request, f *form) error {
	id, version, conditions := q.PathValue("id"), f.whole("version"), f.whole("conditions")
	if err := f.err(); err != nil {
		return err
	}
	switch f.text("do") {
	case "validate":
		in := project.ValidateIn{ID: id, Version: version, Decision: project.Validation(f.text("decision")), Conditions: conditions}
		return doNamed(s, q, project.OpValidate, in)
	case "leave":
		return doNamed(s, q, project.OpLeaveDesign, project.LeaveDesignIn{ID: id, Version: version, Kind: project.ExitKind(f.text("kind"))})
	}
	return problem.New(problem.Invalid, "web.error.form")
}

// leaveClass marks the button as dangerous while the gate is closed.
func leaveClass(v projectView) string {
	if v.Blocked != "" {
		return "dan"
	}
	return ""
}
