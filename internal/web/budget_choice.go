package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/budget/choice"
	"accordo.dev/internal/chart"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// choiceView is a choice with the form that asked for it.
type choiceView struct {
	Fields  []ui.Input
	Sliders []slider
	Query   string // of the parts that take longer
	Verdict string
	Figures []ui.Figure
	Chosen  ui.List
	Beside  ui.List
	Next    ui.List
	LeftOut ui.List
	Save    []ui.Input // empty: the reader may not save a plan, or nothing new is chosen
	Hidden  [][2]string
	Err     error
	Refused string
}

// slider is one limit of a choice.
type slider struct {
	Name, Label, Hint, Max, Step, Value, Shown string
}

// asked reads what the address of a choice asks for. The money and days of a year stand under their year; the
// years are those of the funds.
func asked(values url.Values, lang i18n.Lang, years []budget.Standing, now int) budget.ChooseIn {
	in := budget.ChooseIn{Objective: values.Get("objective"), NoRing: values.Get("ring") == "off"}
	in.From, _ = strconv.Atoi(values.Get("from")) //nolint:errcheck // anything else means the next year
	if weight, err := parseNumber(lang, values.Get("weight")); err == nil {
		in.Weight = weight
	}
	if in.From == 0 {
		in.From = firstYear(years, now)
	}
	for _, s := range years {
		if s.Fund.Year < in.From {
			continue
		}
		limit := func(kind string, fallback float64) float64 {
			if x, err := parseNumber(lang, values.Get(fmt.Sprintf("%s-%d", kind, s.Fund.Year))); err == nil {
				return x
			}
			return fallback
		}
		in.Money = append(in.Money, limit("money", s.Fund.TotalEUR))
		days := 0.0
		if s.Fund.StaffDays != nil {
			days = *s.Fund.StaffDays
		}
		in.StaffDays = append(in.StaffDays, limit("days", days))
	}
	return in
}

// firstYear is the next year when it has a fund, or else the last that has one.
func firstYear(years []budget.Standing, now int) int {
	if slices.ContainsFunc(years, func(s budget.Standing) bool { return s.Fund.Year == now+1 }) {
		return now + 1
	}
	if len(years) == 0 {
		return 0
	}
	return years[len(years)-1].Fund.Year
}

// fundYears reads the funds of all years; without any there is nothing to choose for.
func (s *Server) fundYears(q *request) ([]budget.Standing, error) {
	years, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpYears, struct{}{})
	if err == nil && len(years) == 0 {
		err = problem.New(problem.NotFound, "budget.error.no-fund")
	}
	return years, err
}

// fundChoice shows the best set of initiatives under the limits in the address.
func (s *Server) fundChoice(w http.ResponseWriter, q *request) error {
	view, err := s.choiceView(q, q.URL.Query(), nil)
	if err != nil {
		return err
	}
	if view.Err != nil {
		return q.again(w, view.Err, choicePage(q.Page, view))
	}
	return q.render(w, choicePage(q.Page, view))
}

func (s *Server) choiceView(q *request, values url.Values, wrong error) (choiceView, error) {
	s.fundTitle(q, q.T("budget.choice.title"))
	years, err := s.fundYears(q)
	if err != nil {
		return choiceView{}, err
	}
	in := asked(values, q.Lang(), years, q.Page.Now.Year())
	out, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpChoose, in)
	if _, known := problem.As(err); err != nil && !known {
		return choiceView{}, err
	}
	view := choiceView{Err: err, Refused: s.refusal(q, budget.OpSavePlan.Name), Query: choiceQuery(q.Page, in, years).Encode()}
	view.form(q.Page, in, years, out.Budgets)
	if err == nil {
		view.result(q.Page, out)
		view.save(q.Page, out, in, years, values, wrong)
		view.Err = wrong
	}
	return view, nil
}

// choiceQuery writes what was asked for into an address.
func choiceQuery(p ui.Page, in budget.ChooseIn, years []budget.Standing) url.Values {
	values := url.Values{"from": {strconv.Itoa(in.From)}, "objective": {in.Objective}}
	if in.Weight != 0 {
		values.Set("weight", written(p.Lang, &in.Weight))
	}
	if in.NoRing {
		values.Set("ring", "off")
	}
	n := 0
	for _, s := range years {
		if s.Fund.Year < in.From {
			continue
		}
		values.Set(fmt.Sprintf("money-%d", s.Fund.Year), written(p.Lang, &in.Money[n]))
		values.Set(fmt.Sprintf("days-%d", s.Fund.Year), written(p.Lang, &in.StaffDays[n]))
		n++
	}
	return values
}

func (v *choiceView) form(p ui.Page, in budget.ChooseIn, years []budget.Standing, budgets []budget.Budget) {
	var from []ui.Option
	for _, s := range years {
		year := strconv.Itoa(s.Fund.Year)
		from = append(from, ui.Option{Value: year, Text: year})
	}
	ring := "on"
	if in.NoRing {
		ring = "off"
	}
	objective := in.Objective
	if objective == "" {
		objective = "mean"
	}
	v.Fields = []ui.Input{
		{Name: "from", Label: p.T("budget.choice.from"), Type: "select", Options: from, Value: strconv.Itoa(in.From), Required: true},
		{Name: "objective", Label: p.T("budget.choice.objective"), Type: "select", Options: choices(p, "budget.objective.", budget.Objectives...), Value: objective, Required: true},
		{Name: "ring", Label: p.T("budget.ring"), Type: "select", Options: choices(p, "budget.choice.ring.", "on", "off"), Value: ring, Required: true},
	}
	if objective == "mix" {
		weight := max(in.Weight, 0)
		if weight == 0 {
			weight = 1
		}
		v.Fields = append(v.Fields, ui.Input{Name: "weight", Label: p.T("budget.choice.weight"), Value: written(p.Lang, &weight), Mode: "decimal"})
	}
	for _, b := range budgets {
		year, top := strconv.Itoa(b.Year), max(1.5*b.Fund, b.Limit)
		one := slider{Value: strconv.FormatFloat(b.Limit, 'f', -1, 64), Max: strconv.FormatFloat(top, 'f', -1, 64)}
		if b.Days {
			one.Name, one.Label, one.Step, one.Shown = "days-"+year, p.T("budget.choice.days", "year", year), "1", p.Number(b.Limit, 0)
			one.Hint = p.T("budget.choice.bound", "bound", p.Number(b.Bound, 0), "fund", p.Number(b.Fund, 0))
		} else {
			one.Name, one.Label, one.Step, one.Shown = "money-"+year, p.T("budget.choice.money", "year", year), "10000", p.Euro(b.Limit)
			one.Hint = p.T("budget.choice.bound", "bound", p.Euro(b.Bound), "fund", p.Euro(b.Fund))
		}
		v.Sliders = append(v.Sliders, one)
	}
}

// proof says whether a choice is proven, or how far it may be from the best.
func proof(p ui.Page, r choice.Result) string {
	if r.Proven {
		return p.T("budget.choice.proven")
	}
	return p.T("budget.choice.gap", "gap", p.Euro(r.Gap))
}

func (v *choiceView) result(p ui.Page, out budget.Choice) {
	fresh := out.New(out.Best.Chosen)
	v.Verdict = p.N("budget.choice.verdict", len(fresh), "before", p.Euro(out.Now.Residual), "after", p.Euro(out.Best.Residual), "proof", proof(p, out.Best))
	v.Figures = []ui.Figure{
		{Label: p.T("budget.choice.residual"), Value: p.Euro(out.Best.Residual), Interval: p.T("budget.choice.before", "before", p.Euro(out.Now.Residual)), N: p.N("budget.effects.n", out.Scenarios())},
		{Label: p.T("budget.choice.tail", "level", p.Percent(out.Level(), 0)), Value: tailOf(p, out.Best.Figures), Interval: p.T("budget.choice.before", "before", tailOf(p, out.Now)), N: p.T("budget.choice.drawn", "n", out.Drawn())},
		{Label: p.T("budget.col.worth"), Value: p.Euro(out.Best.Value), Interval: p.T("budget.choice.before", "before", p.Euro(out.Now.Value)), N: p.N("budget.initiatives.n", len(out.Best.Chosen))},
	}
	for n, b := range out.Budgets {
		if !b.Days {
			v.Figures = append(v.Figures, ui.Figure{
				Label: p.T("budget.choice.spent", "year", strconv.Itoa(b.Year)), Value: p.Euro(out.Best.Cost[n]), Interval: p.T("budget.choice.of", "limit", p.Euro(b.Limit)), N: p.T("budget.choice.held", "bound", p.Euro(b.Bound)),
			})
		}
	}
	v.Chosen = chosenTable(p, out, fresh)
	v.Beside = besideTable(p, out)
	v.Next = nextTable(p, out)
	v.LeftOut = leftOutTable(p, out)
}

func tailOf(p ui.Page, f choice.Figures) string { return maybeOf(p, f.TVaR, p.Euro) }

func chosenTable(p ui.Page, out budget.Choice, fresh []string) ui.List {
	list := ui.List{Caption: p.T("budget.choice.chosen"), Total: len(fresh), Nothing: p.T("budget.choice.nothing"), Columns: []ui.Column{{Title: p.T("budget.col.title")}}}
	for _, b := range out.Budgets {
		key := "budget.choice.col.money"
		if b.Days {
			key = "budget.choice.col.days"
		}
		list.Columns = append(list.Columns, ui.Column{Title: p.T(key, "year", strconv.Itoa(b.Year)), Right: true})
	}
	list.Columns = append(list.Columns, ui.Column{Title: p.T("budget.col.removes"), Right: true})
	for _, row := range out.Rows {
		if !slices.Contains(fresh, row.ID) {
			continue
		}
		cells := []ui.Cell{ui.To("/fund/initiatives/"+row.ID, row.Name().In(p.Lang)).Below(initiativeMarks(p, row))}
		for _, b := range out.Budgets {
			if cost := row.In(b.Year); b.Days {
				cells = append(cells, ui.Words(p.Number(cost.StaffDays, 0)))
			} else {
				cells = append(cells, ui.Words(p.Euro(cost.EUR())))
			}
		}
		list.Rows = append(list.Rows, ui.Cells(append(cells, ui.Words(maybeOf(p, row.RemovesEUR, p.Euro)))...))
	}
	return list
}

// besideTable puts the best for the mean, the best for the tail and the naive sum beside the choice.
func besideTable(p ui.Page, out budget.Choice) ui.List {
	list := ui.List{Caption: p.T("budget.choice.beside"), Columns: []ui.Column{
		{Title: p.T("budget.choice.way")},
		{Title: p.T("budget.choice.residual"), Right: true},
		{Title: p.T("budget.choice.tail", "level", p.Percent(out.Level(), 0)), Right: true},
		{Title: p.T("budget.choice.differs"), Wide: true},
	}}
	add := func(key string, chosen []string, f choice.Figures, below string) {
		list.Rows = append(list.Rows, ui.Cells(ui.Words(p.T(key)).Below(below), ui.Words(p.Euro(f.Residual)), ui.Words(tailOf(p, f)), ui.Words(difference(p, out, chosen))))
	}
	add("budget.choice.this", out.Best.Chosen, out.Best.Figures, proof(p, out.Best))
	add("budget.choice.mean-best", out.MeanBest.Chosen, out.MeanBest.Figures, "")
	if out.TailBest.TVaR != nil {
		add("budget.choice.tail-best", out.TailBest.Chosen, out.TailBest.Figures, "")
	}
	if out.Naive != nil {
		add("budget.choice.naive", out.Naive.Chosen, out.Naive.Figures, p.T("budget.choice.lost", "lost", p.Euro(out.Naive.Lost)))
	}
	list.Total = len(list.Rows)
	return list
}

// difference says what another set has and lacks against the choice.
func difference(p ui.Page, out budget.Choice, other []string) string {
	titles := func(in, without []string) string {
		var names []string
		for _, id := range in {
			if !slices.Contains(without, id) {
				names = append(names, out.Title(id).In(p.Lang))
			}
		}
		return strings.Join(names, ", ")
	}
	more, less := titles(other, out.Best.Chosen), titles(out.Best.Chosen, other)
	var parts []string
	if more != "" {
		parts = append(parts, p.T("budget.choice.with", "titles", more))
	}
	if less != "" {
		parts = append(parts, p.T("budget.choice.without", "titles", less))
	}
	return orDash(strings.Join(parts, " "))
}

// nextShown is how many initiatives the next euro is compared on.
const nextShown = 5

func nextTable(p ui.Page, out budget.Choice) ui.List {
	list := ui.List{Caption: p.T("budget.choice.next"), Nothing: p.T("budget.choice.next.none"), Columns: []ui.Column{
		{Title: p.T("budget.col.title")}, {Title: p.T("budget.choice.gain"), Right: true}, {Title: p.T("budget.choice.per-euro"), Right: true}, {Title: p.T("budget.choice.over"), Wide: true},
	}}
	for _, step := range out.Next {
		if len(list.Rows) == nextShown || step.Gain <= 0 {
			break
		}
		money, over := 0.0, []string{}
		for n, b := range out.Budgets {
			if !b.Days {
				money += step.Cost[n]
			}
			switch {
			case step.Over[n] == 0:
			case b.Days:
				over = append(over, p.T("budget.choice.over.days", "year", strconv.Itoa(b.Year), "days", p.Number(step.Over[n], 0)))
			default:
				over = append(over, p.T("budget.choice.over.money", "year", strconv.Itoa(b.Year), "eur", p.Euro(step.Over[n])))
			}
		}
		each := "–"
		if money > 0 {
			each = p.Number(step.Gain/money, 2)
		}
		list.Rows = append(list.Rows, ui.Cells(ui.To("/fund/initiatives/"+step.Option, out.Title(step.Option).In(p.Lang)), ui.Words(p.Euro(step.Gain)), ui.Words(each), ui.Words(orDash(strings.Join(over, "; ")))))
	}
	list.Total = len(list.Rows)
	return list
}

func leftOutTable(p ui.Page, out budget.Choice) ui.List {
	list := ui.List{Caption: p.T("budget.left-out"), Total: len(out.LeftOut), Columns: []ui.Column{{Title: p.T("budget.col.title")}, {Title: p.T("budget.col.why"), Wide: true}}}
	for _, one := range out.LeftOut {
		list.Rows = append(list.Rows, ui.Cells(ui.To("/fund/initiatives/"+one.ID, one.Title.In(p.Lang)), ui.Words(p.T("budget.left-out."+one.Why))))
	}
	return list
}

// save offers to keep the choice as a plan.
func (v *choiceView) save(p ui.Page, out budget.Choice, in budget.ChooseIn, years []budget.Standing, typed url.Values, wrong error) {
	fresh := out.New(out.Best.Chosen)
	if v.Refused != "" || len(fresh) == 0 {
		return
	}
	v.Save = fill(p, typed, wrong, []ui.Input{
		{Name: "title", Label: p.T("budget.f.title"), Required: true, Wide: true}, {Name: "title_it", Label: p.T("budget.f.title_it"), Wide: true},
	})
	for name, values := range choiceQuery(p, in, years) {
		v.Hidden = append(v.Hidden, [2]string{name, values[0]})
	}
	slices.SortFunc(v.Hidden, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	v.Hidden = append(v.Hidden, [2]string{"initiatives", strings.Join(fresh, ",")})
}

// fundFrontier is the part of the choice page that says what more or less money would do.
func (s *Server) fundFrontier(w http.ResponseWriter, q *request) error {
	years, err := s.fundYears(q)
	if err != nil {
		return err
	}
	in := asked(q.URL.Query(), q.Lang(), years, q.Page.Now.Year())
	out, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpFrontier, in)
	if err != nil {
		return err
	}
	s.fundTitle(q, q.T("budget.frontier.title"))
	return q.render(w, choicePart(q.Page, asPart(q), frontierPart(q.Page, frontierChart(q.Page, out, in))))
}

// asPart tells whether script asks for a part of a page.
func asPart(q *request) bool { return q.Header.Get("HX-Request") == "true" }

func frontierChart(p ui.Page, out budget.FrontierOut, in budget.ChooseIn) chart.Chart {
	total := 0.0
	for _, money := range in.Money {
		total += money
	}
	plot := chart.Frontier{
		Spent: chart.Axis{Label: p.T("budget.frontier.spent"), Number: p.Euro}, Left: chart.Axis{Label: p.T("budget.frontier.left"), Number: p.Euro},
		Mark: -1, MarkLabel: p.T("budget.frontier.here"),
	}
	tail := in.Objective == "tvar95" || in.Objective == "tvar99"
	for _, point := range out.Points {
		if !point.Fits {
			continue
		}
		left := point.Residual
		if tail && point.TVaR != nil {
			left = *point.TVaR
		}
		if point.Scale == 1 {
			plot.Mark = len(plot.Points)
		}
		plot.Points = append(plot.Points, chart.Spend{Spent: point.Scale * total, Left: left})
	}
	return chart.Chart{Frame: frame(p, "frontier", p.T("budget.frontier.title"), p.T("budget.frontier.desc"), 640), Plot: plot}
}

// fundWeigh is the part of the choice page that weighs constraints and doubts.
func (s *Server) fundWeigh(w http.ResponseWriter, q *request) error {
	years, err := s.fundYears(q)
	if err != nil {
		return err
	}
	out, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpWeigh, asked(q.URL.Query(), q.Lang(), years, q.Page.Now.Year()))
	if err != nil {
		return err
	}
	s.fundTitle(q, q.T("budget.weigh.title"))
	return q.render(w, choicePart(q.Page, asPart(q), weighPart(q.Page, priceTable(q.Page, out), regretWords(q.Page, out))))
}

func priceTable(p ui.Page, out budget.WeighOut) ui.List {
	list := ui.List{Caption: p.T("budget.weigh.prices"), Nothing: p.T("budget.weigh.free"), Columns: []ui.Column{{Title: p.T("budget.weigh.constraint")}, {Title: p.T("budget.weigh.price"), Right: true}}}
	for _, one := range out.Prices {
		if one.Price.Price > 0 {
			list.Rows = append(list.Rows, ui.Cells(ui.Words(p.Sentence(one.Says)), ui.Words(p.Euro(one.Price.Price))))
		}
	}
	list.Total = len(list.Rows)
	return list
}

func regretWords(p ui.Page, out budget.WeighOut) string {
	r := out.Regret
	text := p.T("budget.weigh.regret", "n", r.Draws, "mean", p.Euro(r.Mean), "p95", p.Euro(r.P95), "best", p.Percent(r.StillBest, 0))
	if !r.Proven {
		text += " " + p.T("budget.weigh.unproven")
	}
	return text
}
