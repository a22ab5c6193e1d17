package web

import (
	"net/http"
	"slices"

	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/web/ui"
)

// heatView is the heat map as the page shows it.
type heatView struct {
	Verdict string
	States  []ui.Tab
	Losses  []string // heads of the columns
	Rows    []heatRow
}

type heatRow struct {
	Label string
	Cells []heatCellView
}

type heatCellView struct {
	Class, Share, EUR string
	Items             []ui.Tab
}

// riskStates are the states in which a portfolio can be looked at.
var riskStates = []fair.State{fair.Inherent, fair.Current, fair.Goal}

// stateOf is the state that the address asks for, the current one unless told.
func stateOf(q *request) fair.State {
	if state := fair.State(q.URL.Query().Get("state")); slices.Contains(riskStates, state) {
		return state
	}
	return fair.Current
}

// riskHeat shows the heat map.
func (s *Server) riskHeat(w http.ResponseWriter, q *request) error {
	state := stateOf(q)
	heat, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpHeat, risk.StateIn{State: state})
	if err != nil {
		return err
	}
	var about []ref.Ref
	for _, row := range heat.Cells {
		for _, cell := range row {
			about = append(about, refs("risk", cell.Scenarios...)...)
		}
	}
	called, err := s.called(q, about...)
	if err != nil {
		return err
	}
	q.title("risks", q.T("risk.heat.title"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	return q.render(w, heatPage(q.Page, heatOf(q.Page, heat, state, called)))
}

func heatOf(p ui.Page, h risk.Heat, state fair.State, called names) heatView {
	v := heatView{Verdict: p.T("risk.heat.none")}
	for _, one := range riskStates {
		v.States = append(v.States, ui.Tab{Title: p.T("risk.state." + string(one)), Href: p.Href("/risks/heat", "state", string(one)), Current: one == state})
	}
	v.Losses = classNames(p, risk.LossBounds, p.Euro)
	often := classNames(p, risk.FrequencyBounds, func(x float64) string { return timesWords(p, x) })
	heaviest := 0.0
	for f := len(h.Cells) - 1; f >= 0; f-- {
		row := heatRow{Label: often[f]}
		for l, cell := range h.Cells[f] {
			row.Cells = append(row.Cells, heatCellOf(p, cell, h.Share(f, l), called))
			if share := h.Share(f, l); share > heaviest {
				heaviest = share
				v.Verdict = p.T("risk.heat.verdict", "share", p.Percent(share, 0), "total", p.Euro(h.Total), "often", often[f], "loss", v.Losses[l])
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func heatCellOf(p ui.Page, c risk.HeatCell, share float64, called names) heatCellView {
	v := heatCellView{Share: p.Percent(share, percentDecimals(share)), EUR: p.T("risk.heat.eur", "eur", p.Euro(c.EURYear))}
	for i, least := range []float64{0, 0.02, 0.1, 0.25} {
		if len(c.Scenarios) > 0 && share >= least {
			v.Class = []string{"h1", "h2", "h3", "h4"}[i]
		}
	}
	for _, id := range c.Scenarios {
		v.Items = append(v.Items, ui.Tab{Title: called.of(p.Lang, ref.New("risk", id)), Href: "/risks/" + id})
	}
	return v
}

// classNames says what lies below the first bound, between two, and from the last on.
func classNames(p ui.Page, bounds []float64, word func(float64) string) []string {
	all := []string{p.T("risk.heat.below", "high", word(bounds[0]))}
	for i := 1; i < len(bounds); i++ {
		all = append(all, p.T("risk.heat.between", "low", word(bounds[i-1]), "high", word(bounds[i])))
	}
	return append(all, p.T("risk.heat.from", "low", word(bounds[len(bounds)-1])))
}

// timesWords says a yearly frequency: once in so many years, or so many times a year.
func timesWords(p ui.Page, rate float64) string {
	if rate < 1 {
		return p.T("risk.times.years", "years", p.Number(1/rate, 0))
	}
	return p.T("risk.times.year", "n", p.Number(rate, 0))
}
