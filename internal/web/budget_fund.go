package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/chart"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// fundView is the shared fund of a year.
type fundView struct {
	Verdict string
	Say     string
	Facts   []ui.Fact
	Figures []ui.Figure
	Chart   chart.Chart
	List    ui.List
}

// fund shows what money there is, for what, and what each measure removes for its cost.
func (s *Server) fund(w http.ResponseWriter, q *request) error {
	year, _ := strconv.Atoi(q.URL.Query().Get("year")) //nolint:errcheck // anything else means the newest year
	standing, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpStanding, budget.StandingIn{Year: year})
	q.title("fund", q.T("budget.title"))
	if problem.Is(err, problem.NotFound) {
		return q.render(w, fundEmpty(q.Page))
	}
	if err != nil {
		return err
	}
	measures, err := measuresOf(q, standing.Measures)
	if err != nil {
		return err
	}
	var about []ref.Ref
	for _, m := range measures {
		about = append(append(about, refs("risk", m.Risks...)...), refs("decision", m.Decision)...)
	}
	called, err := s.called(q, about...)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportMeasures(w, q, measures, called)
	}
	return q.render(w, fundPage(q.Page, fundOf(q.Page, standing, measures, called)))
}

// measuresOf filters and orders the measures of a fund as the address says; a fund has dozens.
func measuresOf(q *request, all []budget.Measure) ([]budget.Measure, error) {
	query := q.URL.Query()
	text, state := strings.ToLower(query.Get("text")), query.Get("state")
	kept := slices.DeleteFunc(slices.Clone(all), func(m budget.Measure) bool {
		return state != "" && m.State != state || !strings.Contains(strings.ToLower(m.Title+" "+m.TitleIT), text)
	})
	name, down := strings.CutPrefix(query.Get("sort"), "-")
	if name == "" {
		name, down = "ratio", true
	}
	by := map[string]func(a, b budget.Measure) int{
		"title":   func(a, b budget.Measure) int { return cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) },
		"cost":    func(a, b budget.Measure) int { return cmp.Compare(a.CostEUR, b.CostEUR) },
		"removes": func(a, b budget.Measure) int { return cmp.Compare(orLow(a.RemovesEURYear), orLow(b.RemovesEURYear)) },
		"ratio":   func(a, b budget.Measure) int { return cmp.Compare(orLow(a.Ratio()), orLow(b.Ratio())) },
		"state":   func(a, b budget.Measure) int { return cmp.Compare(a.State, b.State) },
	}[name]
	if by == nil {
		return nil, problem.Field("sort", "problem.sort", "value", name)
	}
	slices.SortStableFunc(kept, by)
	if down {
		slices.Reverse(kept)
	}
	return kept, nil
}

func orLow(x *float64) float64 {
	if x == nil {
		return -1
	}
	return *x
}

func fundOf(p ui.Page, s budget.Standing, measures []budget.Measure, called names) fundView {
	fund := s.Fund
	view := fundView{
		Verdict: p.T("budget.verdict", "year", strconv.Itoa(fund.Year), "committed", p.Euro(s.CommittedEUR), "total", p.Euro(fund.TotalEUR), "free", p.Euro(s.FreeEUR)),
		List:    measureTable(p, measures, called),
		Say: p.Words(
			p.T("budget.say.cio", "amount", p.Euro(fund.FromCIOEUR)),
			p.T("budget.say.ciso", "amount", p.Euro(fund.FromCISOEUR), "ring", p.Euro(s.RingFreeEUR)),
			p.T("budget.say.board", "cio", p.Euro(fund.FromCIOEUR), "ciso", p.Euro(fund.FromCISOEUR))),
	}
	if s.FreeEUR < 0 {
		view.Verdict = p.T("budget.verdict.over", "year", strconv.Itoa(fund.Year), "committed", p.Euro(s.CommittedEUR), "total", p.Euro(fund.TotalEUR), "over", p.Euro(-s.FreeEUR))
	}
	year := p.T("budget.year", "year", strconv.Itoa(fund.Year))
	view.Figures = []ui.Figure{
		{Label: p.T("budget.total"), Value: p.Euro(fund.TotalEUR), N: year},
		{Label: p.T("budget.ring"), Value: p.Euro(fund.TotalEUR * fund.RingFencedShare), Interval: p.T("budget.ring.free", "free", p.Euro(s.RingFreeEUR)), N: p.T("budget.ring.share", "share", p.Percent(fund.RingFencedShare, 0))},
		{Label: p.T("budget.committed"), Value: p.Euro(s.CommittedEUR), Interval: p.T("budget.spent", "spent", p.Euro(s.SpentEUR)), N: p.N("budget.measures.n", countCommitted(s.Measures)), Href: "/fund?state=funded#measures"},
		{Label: p.T("budget.free"), Value: p.Euro(s.FreeEUR), N: year, State: freeState(s), Word: p.T("budget.free." + string(freeState(s)))},
	}
	view.Facts = []ui.Fact{
		{Term: p.T("office.cio"), Text: p.Euro(fund.FromCIOEUR)},
		{Term: p.T("office.ciso"), Text: p.Euro(fund.FromCISOEUR)},
		{Term: p.T("budget.ring"), Text: p.Percent(fund.RingFencedShare, 0)},
	}
	view.Chart = chart.Chart{
		Frame: frame(p, "fund", p.T("budget.chart"), view.Verdict, 640),
		Plot: chart.Ranking{Axis: chart.Axis{Label: p.T("budget.axis"), Number: p.Euro}, Limit: fund.TotalEUR, LimitLabel: p.T("budget.total"), Items: []chart.RankItem{
			{Label: p.T("budget.committed"), Value: s.CommittedEUR, Low: unset, High: unset}, {Label: p.T("budget.spent.short"), Value: s.SpentEUR, Low: unset, High: unset, Role: chart.Second},
		}},
	}
	return view
}

func freeState(s budget.Standing) ui.State {
	if s.FreeEUR < 0 {
		return ui.Bad
	}
	return ui.OK
}

func countCommitted(all []budget.Measure) int {
	n := 0
	for _, m := range all {
		if m.Committed() {
			n++
		}
	}
	return n
}

func measureTable(p ui.Page, measures []budget.Measure, called names) ui.List {
	list := ui.List{
		Caption: p.T("budget.measures"), Sort: p.Query.Get("sort"), Total: len(measures), Exports: true, Nothing: p.T("budget.measures.none"),
		Columns: []ui.Column{
			{Key: "title", Title: p.T("budget.col.title")},
			{Key: "state", Title: p.T("budget.col.state")},
			{Key: "cost", Title: p.T("budget.col.cost"), Right: true},
			{Key: "removes", Title: p.T("budget.col.removes"), Right: true},
			{Title: p.T("budget.col.minutes"), Right: true},
			{Key: "ratio", Title: p.T("budget.col.ratio"), Right: true},
			{Title: p.T("budget.col.about")},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("budget.col.title")},
			{Name: "state", Label: p.T("budget.col.state"), Type: "select", Options: anyOf(p, "budget.state.", "idea", "proposed", "funded", "done")},
		},
	}
	if list.Sort == "" {
		list.Sort = "-ratio"
	}
	for _, m := range measures {
		list.Rows = append(list.Rows, measureRow(p, m, called))
	}
	return list
}

func measureRow(p ui.Page, m budget.Measure, called names) ui.Row {
	number := func(x *float64, write func(float64) string) ui.Cell {
		if x == nil {
			return ui.Words(p.T("chart.unknown"))
		}
		return ui.Words(write(*x))
	}
	about := refs("risk", m.Risks...)
	about = append(about, refs("decision", m.Decision)...)
	state := map[string]ui.State{"funded": ui.OK, "done": ui.OK}[m.State]
	if state == "" {
		state = ui.Plain
	}
	title := ui.Cell{Show: measureName(p, m)}
	return ui.Cells(title, ui.Is(state, p.T("budget.state."+m.State)), ui.Words(p.Euro(m.CostEUR)), number(m.RemovesEURYear, p.Euro),
		number(m.RemovesMinutes, func(x float64) string { return p.Number(x, 0) }),
		number(m.Ratio(), func(x float64) string { return p.Number(x, 2) }), ui.Of(itemLinks(p, called, about)))
}

func exportMeasures(w http.ResponseWriter, q *request, measures []budget.Measure, called names) error {
	header := []string{
		"id", q.T("budget.col.title"), q.T("budget.col.state"), q.T("budget.f.cost_eur"), q.T("budget.f.spent_eur"), q.T("budget.f.removes_eur_year"),
		q.T("budget.f.removes_minutes"), q.T("budget.col.ratio"), q.T("budget.f.security"), q.T("budget.col.about"),
	}
	cells := make([][]any, len(measures))
	for i, m := range measures {
		var about []string
		for _, name := range refs("risk", m.Risks...) {
			about = append(about, called.of(q.Lang(), name))
		}
		cells[i] = []any{
			m.ID, m.Name().In(q.Lang()), q.T("budget.state." + m.State), m.CostEUR, m.SpentEUR, orNil(m.RemovesEURYear), orNil(m.RemovesMinutes), orNil(m.Ratio()), m.Security, strings.Join(about, "; "),
		}
	}
	return export(w, q, "measures", header, cells)
}
