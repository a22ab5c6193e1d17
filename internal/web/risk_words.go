package web

import (
	"math"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/chart"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
	"accordo.dev/internal/web/ui"
)

// riskLevel is a point of an exceedance curve.
type riskLevel struct {
	Amount, P float64
	Interval  *quant.Interval
}

func curveOf(summary quant.Summary) []riskLevel {
	points := make([]riskLevel, len(summary.Curve))
	for i, e := range summary.Curve {
		points[i] = riskLevel{Amount: e.Amount, P: e.Probability.Value, Interval: &summary.Curve[i].Probability}
	}
	return points
}

func levels(points []riskLevel) []chart.Level {
	all := make([]chart.Level, len(points))
	for i, point := range points {
		all[i] = chart.Level{Loss: point.Amount, P: point.P, Low: math.NaN(), High: math.NaN()}
		if point.Interval != nil {
			all[i].Low, all[i].High = point.Interval.Low, point.Interval.High
		}
	}
	return all
}

// totalsView is what the page says about all scenarios together.
type totalsView struct {
	Known   bool
	State   ui.State
	Verdict string
	Figures []ui.Figure
	Say     string
	Chart   chart.Chart
	Minutes string
	Method  string
	States  []ui.Fact // 1 year in 20 in each state
	Check   string    // whether both engines agree
}

// stateFacts is the loss that 1 year in 20 exceeds, in each state, exactly.
func stateFacts(p ui.Page, states map[fair.State]quant.Summary) []ui.Fact {
	var facts []ui.Fact
	for _, state := range riskStates {
		summary, known := states[state]
		if known && (state == fair.Current || summary.Mean != states[fair.Current].Mean) {
			facts = append(facts, ui.Fact{Term: p.T("risk.state." + string(state)), Text: p.T("risk.state.figures", "p95", p.Euro(summary.VaR95.Value), "mean", p.Euro(summary.Mean.Value), "tvar", p.Euro(summary.TVaR99.Value))})
		}
	}
	return facts
}

// enginesSay holds the exact figure of 1 year in 20 against the interval of the simulation.
func enginesSay(p ui.Page, total quant.Summary, curves risk.Curves) string {
	exact, known := curves.States[fair.Current]
	if !known {
		return p.T("risk.engines.none")
	}
	at, interval := exact.VaR95.Value, total.VaR95
	if at >= interval.Low && at <= interval.High {
		return p.T("risk.engines.agree", "exact", p.Euro(at), "low", p.Euro(interval.Low), "high", p.Euro(interval.High))
	}
	return p.T("risk.engines.differ", "exact", p.Euro(at), "low", p.Euro(interval.Low), "high", p.Euro(interval.High))
}

func riskTotals(p ui.Page, loss riskLoss, curves risk.Curves, fund float64) totalsView {
	view := totalsView{Known: loss.Known}
	if !loss.Known {
		view.Verdict = p.T("risk.verdict.none")
		return view
	}
	total := loss.Result.Total
	view.State, view.Verdict = riskVerdict(p, loss)
	years := p.N("risk.years", loss.Result.Years)
	view.Figures = append(view.Figures, ui.Figure{
		Label: p.T("risk.fig.p95"), Value: p.Euro(total.VaR95.Value), Interval: euroInterval(p, total.VaR95), N: years, AsOf: loss.At, Href: "#risks",
		State: view.State, Word: positionWord(p, loss),
	})
	if loss.Appetite.MoneyP95EUR > 0 && len(total.Appetite) > 0 { // the money scale comes first
		chance := total.Appetite[0].Probability
		view.Figures = append(view.Figures, ui.Figure{
			Label: p.T("risk.fig.chance", "limit", p.Euro(loss.Appetite.MoneyP95EUR)), Value: p.Percent(chance.Value, 1), Small: true,
			Interval: p.T("risk.interval", "low", p.Percent(chance.Low, 1), "high", p.Percent(chance.High, 1)), N: years, AsOf: loss.At, Href: "/risks/appetite",
		})
	} else {
		view.Figures = append(view.Figures, ui.Figure{Label: p.T("risk.fig.appetite"), Unknown: true, Word: p.T("risk.appetite.none"), Href: "/risks/appetite"})
	}
	view.Figures = append(view.Figures, ui.Figure{
		Label: p.T("risk.fig.mean"), Value: p.Euro(total.Mean.Value), Unit: p.T("risk.per-year"), Interval: euroInterval(p, total.Mean), N: years, AsOf: loss.At, Href: "#risks", Small: true,
	})
	view.Figures = riskFigures(p, view.Figures)
	lines := stateCurves(p, curves.States)
	if len(curves.States) == 0 {
		lines = []chart.Curve{nowCurve(p, total)}
	}
	view.Chart = lossChart(p, "loss", p.T("risk.chart.title"), view.Verdict, loss.Appetite.MoneyP95EUR, lines...)
	view.States, view.Check = stateFacts(p, curves.States), enginesSay(p, total, curves)
	view.Minutes = minutesWords(p, loss.Result.Minutes)
	view.Method = p.T("risk.method", "method", loss.Result.Method, "seed", loss.Result.Seed, "inputs", loss.InputsHash[:12])
	view.Say = riskSay(p, loss, fund)
	return view
}

// riskVerdict says how the loss stands to the appetite.
func riskVerdict(p ui.Page, loss riskLoss) (ui.State, string) {
	total := loss.Result.Total
	if loss.Appetite.MoneyP95EUR == 0 || len(total.Appetite) == 0 {
		return ui.Unk, p.T("risk.verdict.no-appetite", "p95", p.Euro(total.VaR95.Value))
	}
	args := []any{
		"limit", p.Euro(loss.Appetite.MoneyP95EUR), "p95", p.Euro(total.VaR95.Value), "chance", p.Percent(total.Appetite[0].Probability.Value, 1),
	}
	position := loss.Position(loss.Appetite)
	return positionLook[position], p.T("risk.verdict."+string(position), args...)
}

func positionWord(p ui.Page, loss riskLoss) string {
	if loss.Appetite.MoneyP95EUR == 0 {
		return ""
	}
	return p.T("risk.position." + string(loss.Position(loss.Appetite)))
}

func euroInterval(p ui.Page, i quant.Interval) string {
	return p.T("risk.interval", "low", p.Euro(i.Low), "high", p.Euro(i.High))
}

func minutesWords(p ui.Page, minutes *quant.Summary) string {
	if minutes == nil {
		return p.T("risk.minutes.none")
	}
	return p.T("risk.minutes", "mean", p.Number(minutes.Mean.Value, 0), "p95", p.Number(minutes.VaR95.Value, 0))
}

// riskSay tells the total in the words of the lens.
func riskSay(p ui.Page, loss riskLoss, fund float64) string {
	total := loss.Result.Total
	switch p.Lens {
	case ui.LensCISO:
		return p.T("risk.say.ciso", "mean", p.Euro(total.Mean.Value), "share", p.Percent(loss.TopShare(3), 0))
	case ui.LensBoard:
		return p.T("risk.say.board", "p95", p.Euro(total.VaR95.Value), "tvar", p.Euro(total.TVaR95.Value))
	}
	if fund > 0 {
		return p.T("risk.say.cio", "times", p.Number(total.VaR95.Value/fund, 1))
	}
	return minutesWords(p, loss.Result.Minutes)
}

// fundTotal is the shared fund of the newest year, 0 when there is none.
func (s *Server) fundTotal(q *request) (float64, error) {
	standing, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpStanding, budget.StandingIn{})
	if problem.Is(err, problem.NotFound) {
		return 0, nil
	}
	return standing.Fund.TotalEUR, err
}
