package web

import (
	"net/http"
	"strconv"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/chart"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// fundView is the shared fund, one year closely and all years side by side.
type fundView struct {
	Year    int
	Verdict string
	Say     string
	Facts   []ui.Fact
	Joint   []ui.Fact
	Rule    chip
	Figures []ui.Figure
	Chart   chart.Chart
	Mix     chart.Chart
	Mixed   string // preventive against reactive in a sentence
	Years   ui.List
	Refused string // why the reader may not change the fund
}

// fund shows what money there is in a year, for what, and how the years go on.
func (s *Server) fund(w http.ResponseWriter, q *request) error {
	years, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpYears, struct{}{})
	if err != nil {
		return err
	}
	q.title("fund", q.T("budget.title"))
	refused := s.refusal(q, budget.OpSetFund.Name)
	if len(years) == 0 {
		return q.render(w, fundEmpty(q.Page, refused))
	}
	year, _ := strconv.Atoi(q.URL.Query().Get("year")) //nolint:errcheck // anything else means the present year
	if year == 0 {
		year = q.Page.Now.Year()
	}
	one := years[len(years)-1]
	for _, s := range years {
		if s.Fund.Year == year {
			one = s
		}
	}
	if wantsExport(q) {
		return exportYears(w, q, years)
	}
	view := fundOf(q.Page, one, years)
	view.Refused = refused
	return q.render(w, fundPage(q.Page, view))
}

func fundOf(p ui.Page, s budget.Standing, years []budget.Standing) fundView {
	f, year := s.Fund, strconv.Itoa(s.Fund.Year)
	view := fundView{
		Year:    f.Year,
		Verdict: p.T("budget.verdict", "year", year, "committed", p.Euro(s.Committed.EUR()), "total", p.Euro(f.TotalEUR), "free", p.Euro(s.FreeEUR)),
		Years:   yearTable(p, s, years),
		Say: p.Words(
			p.T("budget.say.cio", "amount", p.Euro(f.From("it"))),
			p.T("budget.say.ciso", "amount", p.Euro(f.From("security")), "ring", p.Euro(s.RingFreeEUR)),
			p.T("budget.say.board", "cio", p.Euro(f.From("it")), "ciso", p.Euro(f.From("security")), "group", p.Euro(f.From("group")))),
	}
	if s.FreeEUR < 0 {
		view.Verdict = p.T("budget.verdict.over", "year", year, "committed", p.Euro(s.Committed.EUR()), "total", p.Euro(f.TotalEUR), "over", p.Euro(-s.FreeEUR))
	}
	view.Figures = placed(fundFigures(p, s), p.Order([]int{0, 1, 2, 3}, []int{3, 1, 2, 0}, []int{0, 3, 1, 2}))
	view.Facts = sourceFacts(p, f)
	view.Rule, view.Joint = jointRule(p, s)
	view.Chart = fundChart(p, s, view.Verdict)
	view.Mixed = mixWords(p, s)
	view.Mix = mixChart(p, years, view.Mixed)
	return view
}

func fundFigures(p ui.Page, s budget.Standing) []ui.Figure {
	f, year := s.Fund, strconv.Itoa(s.Fund.Year)
	in := p.T("budget.year", "year", year)
	committed := 0
	for _, row := range s.Initiatives {
		if row.Committed() {
			committed++
		}
	}
	state := ui.OK
	if s.FreeEUR < 0 {
		state = ui.Bad
	}
	split := func(a budget.Amounts) string {
		return p.T("budget.split", "capital", p.Euro(a.CapitalEUR), "running", p.Euro(a.RunningEUR))
	}
	capital, running := f.Split()
	return []ui.Figure{
		{Label: p.T("budget.total"), Value: p.Euro(f.TotalEUR), Interval: split(budget.Amounts{CapitalEUR: capital, RunningEUR: running}), N: in},
		{Label: p.T("budget.committed"), Value: p.Euro(s.Committed.EUR()), Interval: split(s.Committed), N: p.N("budget.initiatives.n", committed), Href: "/fund/initiatives?year=" + year + "&state=funded"},
		{Label: p.T("budget.spent.short"), Value: p.Euro(s.Spent.EUR()), Interval: split(s.Spent), N: in},
		{Label: p.T("budget.free"), Value: p.Euro(s.FreeEUR), Interval: p.T("budget.ring.free", "free", p.Euro(s.RingFreeEUR)), N: in, State: state, Word: p.T("budget.free." + string(state))},
	}
}

func sourceFacts(p ui.Page, f budget.Fund) []ui.Fact {
	var facts []ui.Fact
	for _, s := range f.Sources {
		facts = append(facts, ui.Fact{
			Term: p.T("budget.source." + s.Of),
			Text: p.Euro(s.EUR()) + " (" + p.T("budget.split", "capital", p.Euro(s.CapitalEUR), "running", p.Euro(s.RunningEUR)) + ")",
		})
	}
	facts = append(facts, ui.Fact{Term: p.T("budget.ring"), Text: p.T("budget.ring.share", "share", p.Percent(f.RingFencedShare, 0)) + ", " + p.Euro(f.TotalEUR*f.RingFencedShare)})
	days := p.T("chart.unknown")
	if f.StaffDays != nil {
		days = p.Number(*f.StaffDays, 0)
	}
	return append(facts, ui.Fact{Term: p.T("budget.days"), Text: days})
}

// jointRule says whether the agreed share of the IT budget goes to risks that both sides identified.
func jointRule(p ui.Page, s budget.Standing) (chip, []ui.Fact) {
	f, j := s.Fund, s.Joint
	state := map[budget.JointAnswer]ui.State{budget.Kept: ui.OK, budget.NotKept: ui.Bad, budget.CannotTell: ui.Unk}[j.Answer]
	maybe := func(x *float64, write func(float64) string) string {
		if x == nil {
			return p.T("chart.unknown")
		}
		return write(*x)
	}
	share := func(x float64) string { return p.Percent(x, 1) }
	facts := []ui.Fact{
		{Term: p.T("budget.joint.budget"), Text: maybe(f.ITBudgetEUR, p.Euro)},
		{Term: p.T("budget.joint.share"), Text: maybe(f.JointShare, share)},
		{Term: p.T("budget.joint.demanded"), Text: maybe(j.DemandedEUR, p.Euro)},
		{Term: p.T("budget.joint.tied"), Text: p.Euro(j.TiedEUR)},
	}
	if j.PerhapsEUR > 0 {
		facts = append(facts, ui.Fact{Term: p.T("budget.joint.perhaps"), Text: p.Euro(j.PerhapsEUR)})
	}
	return chip{state, p.T("budget.joint." + string(j.Answer))}, facts
}

func fundChart(p ui.Page, s budget.Standing, desc string) chart.Chart {
	bar := func(key string, value float64, role chart.Role) chart.RankItem {
		return chart.RankItem{Label: p.T(key), Value: value, Low: unset, High: unset, Role: role}
	}
	return chart.Chart{
		Frame: frame(p, "fund", p.T("budget.chart"), desc, 640),
		Plot: chart.Ranking{Axis: chart.Axis{Label: p.T("budget.axis"), Number: p.Euro}, Limit: s.Fund.TotalEUR, LimitLabel: p.T("budget.total"), Items: []chart.RankItem{
			bar("budget.committed", s.Committed.EUR(), chart.Ink), bar("budget.spent.short", s.Spent.EUR(), chart.Second),
		}},
	}
}

// mixWords says how much of what was spent in the year followed an incident or a finding.
func mixWords(p ui.Page, s budget.Standing) string {
	year := strconv.Itoa(s.Fund.Year)
	share := s.Mix.ReactiveShare()
	if share == nil {
		return p.T("budget.mix.none", "year", year)
	}
	return p.T("budget.mix.words", "year", year, "share", p.Percent(*share, 0), "reactive", p.Euro(s.Mix.ReactiveEUR), "preventive", p.Euro(s.Mix.PreventiveEUR))
}

func mixChart(p ui.Page, years []budget.Standing, desc string) chart.Chart {
	columns := chart.Columns{
		Axis: chart.Axis{Label: p.T("budget.mix.axis"), Number: p.Euro},
		Series: []chart.Series{
			{Label: p.T("budget.nature.preventive"), Role: chart.OK}, {Label: p.T("budget.nature.reactive"), Role: chart.Warn}, {Label: p.T("budget.nature."), Role: chart.Unknown},
		},
	}
	for _, s := range years {
		moment := chart.Moment{Label: strconv.Itoa(s.Fund.Year)}
		if s.Mix != (budget.Mix{}) {
			moment.Counts = []float64{s.Mix.PreventiveEUR, s.Mix.ReactiveEUR, s.Mix.UnsaidEUR}
		}
		columns.Moments = append(columns.Moments, moment)
	}
	return chart.Chart{Frame: frame(p, "mix", p.T("budget.mix.title"), desc, 400), Plot: columns}
}

func yearTable(p ui.Page, shown budget.Standing, years []budget.Standing) ui.List {
	list := ui.List{Caption: p.T("budget.years"), Total: len(years), Exports: true, Columns: []ui.Column{
		{Title: p.T("budget.col.year")},
		{Title: p.T("budget.total"), Right: true},
		{Title: p.T("budget.col.sources")},
		{Title: p.T("budget.committed"), Right: true},
		{Title: p.T("budget.spent.short"), Right: true},
		{Title: p.T("budget.free"), Right: true},
		{Title: p.T("budget.joint.title")},
		{Title: p.T("budget.mix.reactive"), Right: true},
	}}
	for _, s := range years {
		year := strconv.Itoa(s.Fund.Year)
		rule, _ := jointRule(p, s)
		sources := ""
		for _, one := range s.Fund.Sources {
			if sources != "" {
				sources += " · "
			}
			sources += p.T("budget.source."+one.Of) + " " + p.Euro(one.EUR())
		}
		reactive := p.T("chart.unknown")
		if share := s.Mix.ReactiveShare(); share != nil {
			reactive = p.Percent(*share, 0)
		}
		row := ui.Cells(ui.To("/fund?year="+year, year), ui.Words(p.Euro(s.Fund.TotalEUR)), ui.Words(orDash(sources)), ui.Words(p.Euro(s.Committed.EUR())),
			ui.Words(p.Euro(s.Spent.EUR())), ui.Words(p.Euro(s.FreeEUR)), ui.Is(rule.State, rule.Text), ui.Words(reactive))
		row.Marked = s.Fund.Year == shown.Fund.Year
		list.Rows = append(list.Rows, row)
	}
	return list
}

func exportYears(w http.ResponseWriter, q *request, years []budget.Standing) error {
	header := []string{
		q.T("budget.col.year"), q.T("budget.total"), q.T("budget.source.it"), q.T("budget.source.security"), q.T("budget.source.group"), q.T("budget.committed"),
		q.T("budget.spent.short"), q.T("budget.free"), q.T("budget.joint.title"), q.T("budget.nature.preventive"), q.T("budget.nature.reactive"),
	}
	rows := make([][]any, len(years))
	for i, s := range years {
		f := s.Fund
		rows[i] = []any{
			f.Year, f.TotalEUR, f.From("it"), f.From("security"), f.From("group"), s.Committed.EUR(), s.Spent.EUR(), s.FreeEUR,
			q.T("budget.joint." + string(s.Joint.Answer)), s.Mix.PreventiveEUR, s.Mix.ReactiveEUR,
		}
	}
	return export(w, q, "fund", header, rows)
}
