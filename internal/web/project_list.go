package web

import (
	"net/http"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/project"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

var projectStages = []string{"idea", "design", "build", "run", "closed", "cancelled"}

// projectList shows which projects are safe by design.
func (s *Server) projectList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := project.Filter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")},
		Text: query.Get("text"), Stage: query.Get("stage"), State: query.Get("state"),
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, project.OpList, filter)
	if err != nil {
		return err
	}
	var who []ref.Ref
	for _, one := range page.Items {
		who = append(who, people(one.Owner, one.SecurityPartner)...)
	}
	called, err := s.called(q, who...)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportProjects(w, q, page.Items, called)
	}
	counts, err := s.projectCounts(q)
	if err != nil {
		return err
	}
	q.title("projects", q.T("project.list.title"))
	list := inLens(q.Page, projectTable(q.Page, page, called), nil, []int{2, 3, 6}, []int{5, 2})
	list.Say, list.Words = projectsSay(q.Page, counts), termsOf(q.Page, "secure-by-design", "time-to-market", "delay")
	return q.render(w, projectListPage(q.Page, projectVerdict(q.Page, counts), list))
}

// projectCounts counts what is not as agreed: each count is the total of a filtered list.
func (s *Server) projectCounts(q *request) (map[string]int, error) {
	counts := map[string]int{}
	for _, state := range []string{"", "overdue", "unvalidated", "late"} {
		page, err := op.Ask(q.Context(), s.Run, q.Actor, project.OpList, project.Filter{Page: db.Page{Limit: 1}, State: state})
		if err != nil {
			return nil, err
		}
		counts[state] = page.Total
	}
	return counts, nil
}

// projectVerdict says in a sentence what is not as agreed.
func projectVerdict(p ui.Page, counts map[string]int) string {
	switch {
	case counts[""] == 0:
		return p.T("project.verdict.none")
	case counts["overdue"]+counts["unvalidated"]+counts["late"] == 0:
		return p.N("project.verdict.fine", counts[""])
	default:
		return p.T("project.verdict", "total", counts[""], "overdue", counts["overdue"], "unvalidated", counts["unvalidated"], "late", counts["late"])
	}
}

func projectTable(p ui.Page, page db.PageOf[project.Project], called names) ui.List {
	list := ui.List{
		Caption: p.T("project.list.title"), Sort: p.Query.Get("sort"), Next: page.Next, Total: page.Total, Exports: true, Nothing: p.T("project.list.empty"),
		Columns: []ui.Column{
			{Key: "title", Title: p.T("project.col.title")},
			{Key: "stage", Title: p.T("project.col.stage")},
			{Key: "validation", Title: p.T("project.col.state")},
			{Key: "gate", Title: p.T("project.col.gate"), Short: true},
			{Key: "exit", Title: p.T("project.col.exit"), Short: true},
			{Key: "cost", Title: p.T("project.col.cost"), Right: true},
			{Title: p.T("project.col.people")},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("project.col.title")},
			{Name: "stage", Label: p.T("project.col.stage"), Type: "select", Options: anyOf(p, "project.stage.", projectStages...)},
			{Name: "state", Label: p.T("project.col.state"), Type: "select", Options: anyOf(p, "project.state.", "validated", "late", "unvalidated", "overdue")},
		},
	}
	if list.Sort == "" {
		list.Sort = "-gate"
	}
	for _, one := range page.Items {
		list.Rows = append(list.Rows, projectRow(p, one, called))
	}
	return list
}

func projectRow(p ui.Page, one project.Project, called names) ui.Row {
	cost := ui.Words("–")
	if one.CostEUR != nil {
		cost = ui.Words(p.Euro(*one.CostEUR))
	}
	exit := ui.Words(orDash(dayWords(p.Lang, one.DesignExit)))
	if one.ExitKind != project.NotYet {
		exit = exit.Below(p.T("project.exit." + string(one.ExitKind)))
	}
	return ui.Cells(
		ui.To("/projects/"+one.ID, one.Name().In(p.Lang)), ui.Words(p.T("project.stage."+string(one.Stage))), ui.Of(projectChips(p, projectStates(p, one))),
		ui.Words(orDash(dayWords(p.Lang, one.DesignGateDue))), exit, cost,
		ui.Words(orDash(called.person(p.Lang, one.Owner))).Below(orDash(called.person(p.Lang, one.SecurityPartner))),
	)
}

// chip is a state with its word.
type chip struct {
	State ui.State
	Text  string
}

// projectStates says how a project stands towards its design gate; the first is the main one.
func projectStates(p ui.Page, one project.Project) []chip {
	states := []chip{gateState(p, one)}
	if one.ConditionsOpen > 0 {
		states = append(states, chip{ui.Warn, p.N("project.conditions", one.ConditionsOpen)})
	}
	return states
}

func gateState(p ui.Page, one project.Project) chip {
	switch {
	case one.DesignExit == "" && (one.Stage == project.Cancelled || one.Stage == project.Closed):
		return chip{ui.Plain, p.T("project.stage." + string(one.Stage))}
	case !one.Digital || !one.InScope:
		return chip{ui.Plain, p.T("project.state.outside")}
	case one.ValidatedInDesign():
		return chip{ui.OK, p.T("project.state.validated")}
	case one.ValidatedLate():
		return chip{ui.Warn, p.T("project.state.late")}
	case one.DesignExit != "":
		return chip{ui.Bad, p.T("project.state.unvalidated")}
	case one.Overdue(identity.Day(p.Now)):
		return chip{ui.Bad, p.T("project.state.overdue")}
	case one.Validation == project.Rejected:
		return chip{ui.Bad, p.T("project.validation.rejected")}
	case one.Validation != project.NoValidation:
		return chip{ui.OK, p.T("project.state.ready")}
	default:
		return chip{ui.Plain, p.T("project.state.waiting")}
	}
}

func exportProjects(w http.ResponseWriter, q *request, all []project.Project, called names) error {
	header := []string{
		"id", q.T("project.col.title"), q.T("project.col.stage"), q.T("project.col.state"), q.T("project.col.gate"), q.T("project.col.exit"), q.T("project.exit.kind"),
		q.T("project.validation"), q.T("project.validation.on"), q.T("project.conditions.open"), q.T("project.f.cost_eur"), q.T("project.owner"), q.T("project.partner"),
	}
	cells := make([][]any, len(all))
	for i, one := range all {
		exit := ""
		if one.ExitKind != project.NotYet {
			exit = q.T("project.exit." + string(one.ExitKind))
		}
		cells[i] = []any{
			one.ID, one.Name().In(q.Lang()), q.T("project.stage." + string(one.Stage)), gateState(q.Page, one).Text, one.DesignGateDue, one.DesignExit, exit,
			q.T("project.validation." + string(one.Validation)), one.ValidationOn, one.ConditionsOpen, orNil(one.CostEUR),
			called.person(q.Lang(), one.Owner), called.person(q.Lang(), one.SecurityPartner),
		}
	}
	return export(w, q, "projects", header, cells)
}
