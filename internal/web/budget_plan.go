package web

import (
	"net/http"
	"strconv"
	"strings"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// planView is one plan with its way to both keys.
type planView struct {
	Plan      budget.PlanRow
	Verdict   string
	Figures   []ui.Figure
	Lines     ui.List
	Years     ui.List
	Decisions []ui.Task
	History   []ui.Entry
	Moved     []string // titles of initiatives that are not those of the plan any more
	Proposing bool     // it can be proposed
	Fields    []ui.Input
	Err       error
	Refused   string
}

// planList lists the plans.
func (s *Server) planList(w http.ResponseWriter, q *request) error {
	all, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpPlans, struct{}{})
	if err != nil {
		return err
	}
	p := q.Page
	list := ui.List{Caption: p.T("budget.plans.title"), Total: len(all), Nothing: p.T("budget.plans.none"), Columns: []ui.Column{
		{Title: p.T("budget.col.plan")},
		{Title: p.T("budget.col.state")},
		{Title: p.T("budget.initiatives"), Right: true},
		{Title: p.T("budget.col.cost"), Right: true},
		{Title: p.T("budget.plan.before"), Right: true},
		{Title: p.T("budget.plan.after"), Right: true},
	}}
	for _, one := range all {
		list.Rows = append(list.Rows, ui.Cells(ui.To("/fund/plans/"+one.ID, one.Name().In(p.Lang)).Below(p.Date(one.SavedAt)), ui.Is(planState(one.State), p.T("budget.plan."+string(one.State))),
			ui.Words(p.Integer(len(one.Lines))), ui.Words(p.Euro(one.EUR())), ui.Words(p.Euro(one.Before.MeanEUR)), ui.Words(p.Euro(one.After.MeanEUR))))
	}
	s.fundTitle(q, p.T("budget.plans.title"))
	return q.render(w, plansPage(q.Page, list))
}

func planState(state budget.PlanState) ui.State {
	switch state {
	case budget.Adopted, budget.Agreed:
		return ui.OK
	case budget.Waiting:
		return ui.Warn
	case budget.Refused, budget.Outdated:
		return ui.Bad
	default:
		return ui.Plain
	}
}

// planSave keeps the choice that the form carries as a plan.
func (s *Server) planSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	years, err := s.fundYears(q)
	if err != nil {
		return err
	}
	in := budget.SavePlanIn{
		Title: f.text("title"), TitleIT: f.text("title_it"), Initiatives: f.words("initiatives"), Asked: asked(f.Values, q.Lang(), years, q.Page.Now.Year()),
	}
	plan, err := op.Do(q.Context(), s.Run, q.Actor, budget.OpSavePlan, in)
	if err == nil {
		return q.redirect(w, "/fund/plans/"+plan.ID, "budget.notice.plan")
	}
	view, failed := s.choiceView(q, f.Values, err)
	if failed != nil {
		return failed
	}
	return q.again(w, err, planNewPage(q.Page, view))
}

// planNew shows the form that keeps the choice in the address as a plan.
func (s *Server) planNew(w http.ResponseWriter, q *request) error {
	view, err := s.choiceView(q, q.URL.Query(), nil)
	if err != nil {
		return err
	}
	return q.render(w, planNewPage(q.Page, view))
}

// planPage shows one plan.
func (s *Server) planPage(w http.ResponseWriter, q *request) error {
	view, err := s.planView(q, nil)
	if err != nil {
		return err
	}
	return q.render(w, planDetail(q.Page, view))
}

func (s *Server) planView(q *request, wrong error) (planView, error) {
	view := planView{Err: wrong, Refused: s.refusal(q, budget.OpPropose.Name)}
	one, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpGetPlan, budget.PlanIn{ID: q.PathValue("id")})
	if err != nil {
		return view, err
	}
	p := q.Page
	view.Plan = one
	s.fundTitle(q, one.Name().In(q.Lang()), ui.Crumb{Title: q.T("budget.plans.title"), Href: "/fund/plans"})
	view.Verdict = p.N("budget.plan.verdict", len(one.Lines), "cost", p.Euro(one.EUR()), "before", p.Euro(one.Before.MeanEUR), "after", p.Euro(one.After.MeanEUR), "state", p.T("budget.plan."+string(one.State)))
	view.Figures = []ui.Figure{
		{Label: p.T("budget.col.cost"), Value: p.Euro(one.EUR()), N: p.N("budget.initiatives.n", len(one.Lines))},
		{Label: p.T("budget.choice.residual"), Value: p.Euro(one.After.MeanEUR), Interval: p.T("budget.choice.before", "before", p.Euro(one.Before.MeanEUR)), N: p.T("budget.objective." + one.Objective)},
		{Label: p.T("budget.choice.tail", "level", p.Percent(0.95, 0)), Value: p.Euro(one.After.TVaREUR), Interval: p.T("budget.choice.before", "before", p.Euro(one.Before.TVaREUR)), N: p.T("budget.objective." + one.Objective)},
	}
	view.Lines, view.Years = lineTable(p, one), planYears(p, one)
	for _, line := range one.Lines {
		for _, id := range one.Moved {
			if line.Initiative == id {
				view.Moved = append(view.Moved, line.Title.In(p.Lang))
			}
		}
	}
	view.Proposing = view.Refused == "" && len(view.Moved) == 0 && (one.State == budget.Draft || one.State == budget.Refused)
	view.Fields = []ui.Input{{Name: "materiality", Label: p.T("decision.f.materiality"), Hint: p.T("decision.f.materiality.hint"), Type: "select", Required: true, Value: "medium", Options: choices(p, "decision.weight.", "low", "medium", "high")}}
	return view, s.planSurroundings(q, &view)
}

func (s *Server) planSurroundings(q *request, view *planView) error {
	rows, err := s.decisionsAbout(q, view.Plan.Ref())
	if err != nil {
		return err
	}
	view.Decisions = decisionTasks(q.Page, rows)
	view.History, err = s.history(q, ref.New("plan", view.Plan.ID))
	return err
}

func lineTable(p ui.Page, one budget.PlanRow) ui.List {
	list := ui.List{Caption: p.T("budget.initiatives"), Total: len(one.Lines), Columns: []ui.Column{{Title: p.T("budget.col.title")}, {Title: p.T("budget.col.cost"), Right: true}, {Title: p.T("budget.costs"), Wide: true}}}
	for _, line := range one.Lines {
		sum, years := 0.0, []string{}
		for _, c := range line.Costs {
			sum += c.EUR()
			years = append(years, strconv.Itoa(c.Year)+": "+p.T("budget.split", "capital", p.Euro(c.CapitalEUR), "running", p.Euro(c.RunningEUR))+", "+p.T("budget.days.n", "days", p.Number(c.StaffDays, 0)))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.To("/fund/initiatives/"+line.Initiative, line.Title.In(p.Lang)), ui.Words(p.Euro(sum)), ui.Words(strings.Join(years, "; "))))
	}
	return list
}

func planYears(p ui.Page, one budget.PlanRow) ui.List {
	list := ui.List{Caption: p.T("budget.years"), Total: len(one.Years), Columns: []ui.Column{
		{Title: p.T("budget.col.year")}, {Title: p.T("budget.capital"), Right: true}, {Title: p.T("budget.running"), Right: true}, {Title: p.T("budget.days"), Right: true}, {Title: p.T("budget.sources"), Wide: true},
	}}
	for _, y := range one.Years {
		var from []string
		for _, g := range y.Sources {
			from = append(from, p.T("budget.source."+g.Of)+" "+p.Euro(g.EUR))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(strconv.Itoa(y.Year)), ui.Words(p.Euro(y.CapitalEUR)), ui.Words(p.Euro(y.RunningEUR)), ui.Words(p.Number(y.StaffDays, 0)), ui.Words(orDash(strings.Join(from, " · ")))))
	}
	return list
}

// planAct proposes a plan or adopts it.
func (s *Server) planAct(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id, wrong := q.PathValue("id"), error(problem.New(problem.Invalid, "web.error.form"))
	switch f.text("do") {
	case "propose":
		wrong = doNamed(s, q, budget.OpPropose, budget.ProposeIn{ID: id, Version: f.whole("version"), Materiality: f.text("materiality")})
	case "adopt":
		wrong = doNamed(s, q, budget.OpAdopt, budget.PlanIn{ID: id})
	}
	if wrong == nil {
		return q.redirect(w, "/fund/plans/"+id, "budget.notice."+f.text("do"))
	}
	view, err := s.planView(q, wrong)
	if err != nil {
		return err
	}
	return q.again(w, wrong, planDetail(q.Page, view))
}
