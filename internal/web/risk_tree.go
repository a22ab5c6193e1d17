package web

import (
	"slices"

	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/web/ui"
)

// riskFactor is one factor of the FAIR tree, with what is held of it in words.
type riskFactor struct {
	Depth             int
	Name, Words, Note string
}

// riskTree is the tree as it is: threat events, how many become loss events, what one costs at once and through others.
func riskTree(p ui.Page, m fair.Scenario) []riskFactor {
	times := func(x float64) string { return p.Number(x, decimals(x)) }
	events := p.T("risk.tree.rate", "mean", times(m.LossEvents(fair.Current).Mean), "inherent", times(m.LossEvents(fair.Inherent).Mean))
	tree := []riskFactor{{0, p.T("risk.tree.loss-events"), events, countingWords(p, m.Counting)}}
	if v := m.Susceptibility; v == nil {
		tree = append(tree, riskFactor{1, p.T("risk.tree.frequency"), shapeWords(p, m.Frequency, times), ""})
	} else {
		tree = append(tree, riskFactor{1, p.T("risk.tree.threats"), shapeWords(p, m.Frequency, times), ""})
		tree = append(tree, susceptibilityTree(p, m)...)
	}
	tree = append(tree, riskFactor{0, p.T("risk.tree.loss"), p.T("risk.tree.loss.mean", "mean", p.Euro(m.EventLoss(fair.Current).Mean), "inherent", p.Euro(m.EventLoss(fair.Inherent).Mean)), insuranceWords(p, m)})
	for _, l := range m.Primary {
		tree = append(tree, riskFactor{1, p.T("risk.tree.primary"), shapeWords(p, l.Amount, p.Euro), formWords(p, l.Form)})
	}
	if two := m.Secondary; two != nil {
		tree = append(tree, riskFactor{1, p.T("risk.tree.secondary"), p.T("risk.tree.secondary.words", "share", shapeWords(p, two.Probability, percent(p))), ""})
		for _, l := range two.Losses {
			tree = append(tree, riskFactor{2, p.T("risk.tree.secondary.loss"), shapeWords(p, l.Amount, p.Euro), formWords(p, l.Form)})
		}
	}
	minutes := p.T("risk.minutes.unknown")
	if m.Minutes != nil {
		minutes = shapeWords(p, *m.Minutes, func(x float64) string { return p.Number(x, 0) })
	}
	return append(tree, riskFactor{0, p.T("risk.minutes.event"), minutes, ""})
}

func susceptibilityTree(p ui.Page, m fair.Scenario) []riskFactor {
	v := m.Susceptibility
	if v.Probability != nil {
		return []riskFactor{{1, p.T("risk.part.susceptibility"), shapeWords(p, *v.Probability, percent(p)), ""}}
	}
	plain := func(x float64) string { return p.Number(x, decimals(x)) }
	return []riskFactor{
		{1, p.T("risk.part.susceptibility"), p.T("risk.tree.susceptible", "share", p.Percent(m.Susceptible(), 0)), ""},
		{2, p.T("risk.capability"), shapeWords(p, *v.Capability, plain), ""},
		{2, p.T("risk.resistance"), shapeWords(p, *v.Resistance, plain), ""},
	}
}

func percent(p ui.Page) func(float64) string {
	return func(x float64) string { return p.Percent(x, percentDecimals(x)) }
}

func countingWords(p ui.Page, c fair.Counting) string {
	if c == "" {
		c = fair.Poisson
	}
	return p.T("risk.counting." + string(c))
}

func formWords(p ui.Page, f fair.Form) string {
	if f == "" {
		return p.T("risk.form.all")
	}
	return p.T("risk.form." + string(f))
}

func insuranceWords(p ui.Page, m fair.Scenario) string {
	if !m.Insured() {
		return ""
	}
	deductible := 0.0
	if m.Deductible != nil {
		deductible = *m.Deductible
	}
	return p.T("risk.tree.insured", "deductible", p.Euro(deductible), "limit", p.Euro(*m.Limit))
}

// controlsTable shows how well each control works and what it takes away.
func controlsTable(p ui.Page, m fair.Scenario, called names) ui.List {
	list := ui.List{
		Caption: p.T("risk.part.controls"), Total: len(m.Controls), Nothing: p.T("risk.controls.none"),
		Columns: []ui.Column{
			{Title: p.T("risk.control.id")},
			{Title: p.T("risk.control.on")},
			{Title: p.T("risk.control.coverage"), Right: true},
			{Title: p.T("risk.control.works"), Right: true},
			{Title: p.T("risk.control.takes"), Right: true},
			{Title: p.T("risk.col.status")},
		},
	}
	for _, c := range m.Controls {
		state := ui.Is(ui.OK, p.T("risk.control.in-place"))
		if c.Planned {
			state = ui.Is(ui.Plain, p.T("risk.control.planned"))
		}
		list.Rows = append(list.Rows, ui.Cells(controlName(p, c, called), ui.Words(p.T("risk.control.on."+string(c.On))), ui.Words(p.Percent(c.Coverage, 0)),
			ui.Words(reliabilityWords(p, c)), ui.Words(p.Percent(c.Effectiveness(), 0)), state))
	}
	return list
}

// controlName links a control to the element or initiative that it is.
func controlName(p ui.Page, c fair.Control, called names) ui.Cell {
	for _, kind := range []string{"element", "initiative"} {
		name := ref.New(kind, c.ID)
		if _, known := called[name]; !known {
			continue
		}
		if href := itemHref(name); href != "" {
			return ui.To(href, called.of(p.Lang, name))
		}
		return ui.Words(called.of(p.Lang, name))
	}
	return ui.Words(c.ID)
}

func reliabilityWords(p ui.Page, c fair.Control) string {
	switch {
	case c.Reliability != nil:
		return p.Percent(*c.Reliability, 0)
	case c.VarianceFrequency != nil && c.VarianceDays != nil:
		return p.Percent(fair.Reliability(*c.VarianceFrequency, *c.VarianceDays), 0)
	default:
		return p.Percent(1, 0)
	}
}

// estimatesTable shows how the estimate moved, the newest first.
func estimatesTable(p ui.Page, all []risk.Estimate, called names) ui.List {
	list := ui.List{
		Caption: p.T("risk.estimates"), Total: len(all), Nothing: p.T("risk.estimated.never"),
		Columns: []ui.Column{
			{Title: p.T("risk.estimates.day"), Short: true},
			{Title: p.T("risk.estimates.by")},
			{Title: p.T("risk.f.reason")},
			{Title: p.T("risk.col.rate"), Right: true},
			{Title: p.T("risk.col.event"), Right: true},
			{Title: p.T("risk.col.mean"), Right: true},
			{Title: p.T("risk.col.status")},
		},
	}
	for _, e := range slices.Backward(all) {
		rate, size := e.Model.LossEvents(fair.Current).Mean, e.Model.EventLoss(fair.Current).Mean
		day := p.T("risk.estimated.never")
		if e.At.Unix() > 0 {
			day = p.Date(e.At)
		}
		reason := ui.Words("–")
		if e.Reason != "" {
			reason = ui.Words(p.T("risk.reason." + string(e.Reason)))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(day), ui.Words(orDash(called.person(p.Lang, e.By))), reason.Below(e.Note), ui.Words(p.Number(rate, decimals(rate))),
			ui.Words(p.Euro(size)), ui.Words(expectedWords(p, e)), ui.Words(p.T("risk.status."+e.Status))))
	}
	return list
}

// expectedWords is the loss of an average year; insurance of single events leaves it no closed form.
func expectedWords(p ui.Page, e risk.Estimate) string {
	if m, known := e.Fair().Expected(fair.Current); known {
		return p.Euro(m.Mean)
	}
	return "–"
}
