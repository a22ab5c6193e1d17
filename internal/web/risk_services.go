package web

import (
	"net/http"
	"strings"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// servicesView is what a year takes from the services, as the page shows it.
type servicesView struct {
	risk.Services
	Verdict string
	Figures []ui.Figure
	Chart   chart.Chart
	List    ui.List
	Called  names
}

// riskServices shows minutes and money of each service.
func (s *Server) riskServices(w http.ResponseWriter, q *request) error {
	out, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpServices, risk.StateIn{State: stateOf(q)})
	if err != nil {
		return err
	}
	about := refs("risk", append(out.Unplaced, out.Unsaid...)...)
	for _, one := range out.Services {
		for _, from := range one.From {
			about = append(about, refs("risk", from.Scenario)...)
		}
	}
	called, err := s.called(q, about...)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportServices(w, q, out, called)
	}
	q.title("risks", q.T("risk.services.title"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	return q.render(w, servicesPage(q.Page, servicesOf(q.Page, out, called)))
}

func servicesOf(p ui.Page, out risk.Services, called names) servicesView {
	v := servicesView{Services: out, Called: called, Verdict: p.T("risk.services.none")}
	hit := 0
	ranking := chart.Ranking{Axis: chart.Axis{Label: p.T("risk.services.axis"), Number: func(x float64) string { return p.Number(x, 0) }}, Limit: unset, Dots: true}
	v.List = ui.List{
		Caption: p.T("risk.services.title"), Exports: true, Nothing: p.T("risk.services.none"),
		Columns: []ui.Column{
			{Title: p.T("risk.services.service")},
			{Title: p.T("risk.services.minutes"), Right: true},
			{Title: p.T("risk.services.bad"), Right: true},
			{Title: p.T("risk.services.money"), Right: true},
			{Title: p.T("risk.services.from"), Wide: true},
		},
	}
	for _, one := range out.Services {
		if one.Minutes > 0 {
			hit++
			if len(ranking.Items) < 12 {
				ranking.Items = append(ranking.Items, chart.RankItem{Label: p.In(one.Name), Value: one.Minutes, Low: unset, High: unset, Note: p.T("risk.services.note", "bad", p.Number(one.Bad.Value, 0))})
			}
		}
		v.List.Rows = append(v.List.Rows, serviceRow(p, one, called))
	}
	v.List.Total = len(v.List.Rows)
	if hit > 0 {
		first := out.Services[0]
		v.Verdict = p.T("risk.services.verdict", "n", hit, "all", len(out.Services), "name", p.In(first.Name), "minutes", p.Number(first.Minutes, 0), "bad", p.Number(first.Bad.Value, 0))
	}
	v.Chart = chart.Chart{Frame: frame(p, "services", p.T("risk.services.chart"), v.Verdict, 640), Plot: ranking}
	money := ui.Figure{Label: p.T("risk.services.eur"), Unknown: true, Word: p.T("risk.services.eur.unknown")}
	if out.EURBad != nil && out.EURYear > 0 {
		money = ui.Figure{Label: p.T("risk.services.eur"), Value: p.Euro(out.EURYear), Unit: p.T("risk.per-year"), Interval: p.T("risk.bars.note", "p95", p.Euro(out.EURBad.Value)), N: p.N("risk.years", risk.ServiceYears)}
	}
	v.Figures = []ui.Figure{money}
	return v
}

func serviceRow(p ui.Page, one risk.ServiceLoss, called names) ui.Row {
	name := ui.To("/landscape/"+one.Element, p.In(one.Name))
	if one.Tier != nil {
		name = name.Below(p.T("risk.services.tier", "tier", *one.Tier))
	}
	bad, money := p.Number(one.Bad.Value, 0), p.T("chart.unknown")
	if one.EURYear != nil {
		money = p.Euro(*one.EURYear)
	}
	return ui.Cells(name, ui.Words(p.Number(one.Minutes, 0)), ui.Words(bad), ui.Words(money), ui.Of(serviceCauses(p, one, called)))
}

func exportServices(w http.ResponseWriter, q *request, out risk.Services, called names) error {
	header := []string{"id", q.T("risk.services.service"), q.T("risk.services.minutes"), q.T("risk.services.bad"), q.T("risk.services.money.file"), q.T("risk.services.from")}
	rows := make([][]any, len(out.Services))
	for i, one := range out.Services {
		var from []string
		for _, cause := range one.From {
			from = append(from, called.of(q.Lang(), ref.New("risk", cause.Scenario)))
		}
		rows[i] = []any{one.Element, q.Page.In(one.Name), one.Minutes, one.Bad.Value, orNil(one.EURYear), strings.Join(from, "; ")}
	}
	return export(w, q, "services", header, rows)
}
