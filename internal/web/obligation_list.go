package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/web/ui"
)

// obligationsView is the page of all obligations.
type obligationsView struct {
	Verdict  string
	Pressing []pressing // overdue and never met, the gravest first
	Months   []monthView
	List     ui.List
	MayAdd   bool
}

// pressing is an obligation that somebody must act on now.
type pressing struct {
	State                        ui.State
	Word                         string
	Title, Href, Who, Provisions string
	Since                        string
}

// monthView is a month of the year to come with what falls due in it.
type monthView struct {
	Title string
	Now   bool
	Items []monthItem
}

type monthItem struct {
	Day, Title, Href, Who string
	State                 ui.State
	Word                  string // of a state that matters; empty for what is simply to come
}

// obligationList says what the bodies must approve, and what is due this year.
func (s *Server) obligationList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := obligation.Filter{
		Text: query.Get("text"), Office: query.Get("office"), Profile: query.Get("profile"), State: obligation.State(query.Get("state")), Sort: query.Get("sort"),
	}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, obligation.OpList, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportObligations(w, q, rows)
	}
	all, err := op.Ask(q.Context(), s.Run, q.Actor, obligation.OpList, obligation.Filter{})
	if err != nil {
		return err
	}
	own, err := op.Ask(q.Context(), s.Run, q.Actor, organisation.OpGet, struct{}{})
	if err != nil {
		return err
	}
	q.title("roles", q.T("obligation.list.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles/offices"})
	filter.Sort = ""
	view := obligationsView{
		Verdict: obligationsVerdict(q.Page, all), Pressing: pressingOnes(q.Page, all), Months: yearAhead(q.Page, rows),
		List: obligationTable(q.Page, rows, all, own.Profiles), MayAdd: s.refusal(q, obligation.OpAdd.Name) == "",
	}
	return q.render(w, obligationListPage(q.Page, view))
}

// obligationsVerdict counts what is late, unknown and coming.
func obligationsVerdict(p ui.Page, all []obligation.Standing) string {
	n := map[obligation.State]int{}
	for _, row := range all {
		n[row.State]++
	}
	if len(all) == 0 {
		return p.T("obligation.verdict.none")
	}
	var parts []string
	for _, state := range []obligation.State{obligation.Overdue, obligation.Never, obligation.Due} {
		if n[state] > 0 {
			parts = append(parts, p.N("obligation.verdict."+string(state), n[state]))
		}
	}
	if len(parts) == 0 {
		return p.N("obligation.verdict.fine", len(all))
	}
	return p.N("obligation.verdict", len(all), "parts", listed(p, parts))
}

// pressingOnes are those overdue and those never met, with who must act and by which provision.
func pressingOnes(p ui.Page, all []obligation.Standing) []pressing {
	var out []pressing
	for _, row := range all {
		if row.State != obligation.Overdue && row.State != obligation.Never {
			continue
		}
		one := pressing{
			State: obligationStates[row.State], Word: p.T("obligation.state." + string(row.State)), Title: row.Name().In(p.Lang), Href: obligationHref(row.ID),
			Who: whoActs(p, row.Obligation), Provisions: provisions(p, row.Obligation), Since: p.T("obligation.since.unknown"),
		}
		if row.State == obligation.Overdue {
			one.Since = p.T("obligation.due.was", "day", dayWords(p.Lang, row.Due))
		}
		out = append(out, one)
	}
	return out
}

func obligationHref(id string) string { return "/roles/obligations/" + id }

// yearAhead puts what falls due into twelve months, from the present one on. What is overdue or was never met stands
// in the present month, because that is when somebody must act.
func yearAhead(p ui.Page, rows []obligation.Standing) []monthView {
	now := p.Now.In(time.UTC)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	end := first.AddDate(1, 0, -1).Format(time.DateOnly)
	months := make([]monthView, 12)
	place := map[string]int{}
	for i := range months {
		at := first.AddDate(0, i, 0)
		months[i] = monthView{Title: monthName(p, at), Now: i == 0}
		place[at.Format("2006-01")] = i
	}
	for _, row := range rows {
		if row.State == obligation.NotApplicable || row.State == obligation.Idle {
			continue
		}
		item := monthItem{Title: row.Name().In(p.Lang), Href: obligationHref(row.ID), Who: whoActs(p, row.Obligation), State: obligationStates[row.State]}
		if row.State == obligation.Overdue || row.State == obligation.Never {
			late := item
			late.Word = p.T("obligation.state." + string(row.State))
			months[0].Items = append(months[0].Items, late)
		}
		for _, day := range row.Frequency.Coming(row.Due, end, row.Setting.Months) {
			i, known := place[day[:7]]
			if !known || day < identity.Day(p.Now) {
				continue
			}
			coming := item
			coming.Day, coming.State = day, ui.Plain
			if row.Frequency.Weeks > 0 && row.Setting.Months == 0 {
				coming.Word = p.N("obligation.every.weeks", row.Frequency.Weeks)
			}
			months[i].Items = append(months[i].Items, coming)
		}
	}
	for i := range months {
		slices.SortStableFunc(months[i].Items, func(a, b monthItem) int { return strings.Compare(a.Day, b.Day) })
	}
	return months
}

func obligationTable(p ui.Page, rows, all []obligation.Standing, profiles []string) ui.List {
	list := ui.List{
		Caption: p.T("obligation.list.title"), Sort: p.Query.Get("sort"), Total: len(rows), Exports: true, Nothing: p.T("obligation.list.empty"),
		Columns: []ui.Column{
			{Key: "title", Title: p.T("obligation.col.title")},
			{Title: p.T("obligation.col.state")},
			{Key: "due", Title: p.T("obligation.col.due"), Short: true},
			{Key: "last", Title: p.T("obligation.col.last"), Short: true},
			{Title: p.T("obligation.col.who")},
			{Title: p.T("obligation.col.often")},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("obligation.col.title")},
			{Name: "office", Label: p.T("obligation.col.who"), Type: "select", Options: anyOf(p, "office.", actingOffices(all)...)},
			{Name: "profile", Label: p.T("obligation.col.profile"), Type: "select", Options: anyOf(p, "obligation.profile.", bindingProfiles(all, profiles)...)},
			{Name: "state", Label: p.T("obligation.col.state"), Type: "select", Options: anyOf(p, "obligation.state.", "open", "overdue", "never", "due", "done", "idle", "not-applicable")},
		},
		Action: ui.Link("/people", "", p.T("shell.nav.people"), ""),
	}
	for _, row := range rows {
		last := ui.Words("–")
		if row.Last != nil {
			last = ui.Words(dayWords(p.Lang, row.Last.Day))
		}
		list.Rows = append(list.Rows, ui.Cells(
			ui.To(obligationHref(row.ID), row.Name().In(p.Lang)).Below(provisions(p, row.Obligation)),
			ui.Is(obligationStates[row.State], p.T("obligation.state."+string(row.State))),
			ui.Words(orDash(dayWords(p.Lang, row.Due))), last, ui.Words(whoActs(p, row.Obligation)), ui.Words(often(p, row)),
		))
	}
	return list
}

// actingOffices are the offices that act on any of the obligations, in the order of offices.
func actingOffices(all []obligation.Standing) []string {
	var found []string
	for _, office := range identity.Offices {
		if slices.ContainsFunc(all, func(row obligation.Standing) bool { return slices.Contains(row.Who, office) }) {
			found = append(found, office)
		}
	}
	return found
}

// bindingProfiles are the sets of rules under which the organisation has obligations, and its own.
func bindingProfiles(all []obligation.Standing, profiles []string) []string {
	var found []string
	for _, name := range organisation.Profiles {
		for _, row := range all {
			if slices.Contains(row.Profiles, name) && row.Binds(profiles) {
				found = append(found, name)
				break
			}
		}
	}
	return append(found, "own")
}

func exportObligations(w http.ResponseWriter, q *request, rows []obligation.Standing) error {
	p := q.Page
	header := []string{
		"id", p.T("obligation.col.title"), p.T("obligation.col.state"), p.T("obligation.col.due"), p.T("obligation.col.last"), p.T("obligation.f.document"), p.T("obligation.f.version"),
		p.T("obligation.col.who"), p.T("obligation.col.often"), p.T("obligation.col.provisions"), p.T("obligation.col.profile"), p.T("obligation.certainty"),
	}
	cells := make([][]any, len(rows))
	for i, row := range rows {
		last := obligation.Act{}
		if row.Last != nil {
			last = *row.Last
		}
		cells[i] = []any{
			row.ID, row.Name().In(p.Lang), p.T("obligation.state." + string(row.State)), row.Due, last.Day, last.Titled().In(p.Lang), last.Version,
			whoActs(p, row.Obligation), often(p, row), provisions(p, row.Obligation), strings.Join(row.Profiles, " "), certaintyWords(p, row.Obligation),
		}
	}
	return export(w, q, "obligations", header, cells)
}

func certaintyWords(p ui.Page, o obligation.Obligation) string {
	if o.Certainty == "" {
		return ""
	}
	return p.T("obligation.certainty." + o.Certainty)
}

// addObligations puts what is overdue among the clocks of the first page.
func (s *Server) addObligations(q *request, view *homeView) error {
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, obligation.OpList, obligation.Filter{State: obligation.Overdue})
	for _, row := range rows {
		if at, bad := time.Parse(time.DateOnly, row.Due); bad == nil {
			c := clock{What: row.Name().In(q.Lang()), Sub: q.T("home.clock.obligation", "who", whoActs(q.Page, row.Obligation)), Href: obligationHref(row.ID), at: at.AddDate(0, 0, 1)}
			view.Clocks = append(view.Clocks, running(q.Page, c))
		}
	}
	return err
}
