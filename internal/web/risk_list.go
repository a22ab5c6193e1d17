package web

import (
	"cmp"
	"net/http"
	"slices"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
	"accordo.dev/internal/web/ui"
)

// riskLoss is the simulated yearly loss of all scenarios, and the appetite against which it is held.
type riskLoss struct {
	risk.Simulation
	Appetite risk.Appetite // zero when the board has set none
	Known    bool          // there is an open scenario
}

// riskList shows what can cost how much, against what the board accepts.
func (s *Server) riskList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := risk.RankingFilter{Text: query.Get("text"), Status: query.Get("status"), Treatment: query.Get("treatment"), Category: query.Get("category"), Element: query.Get("element"), Sort: query.Get("sort")}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpRanking, filter)
	if err != nil {
		return err
	}
	called, err := s.called(q, riskOwners(rows)...)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportRisks(w, q, rows, called)
	}
	loss, err := s.riskLoss(q)
	if err != nil {
		return err
	}
	fund, err := s.fundTotal(q)
	if err != nil {
		return err
	}
	curves, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpCurves, struct{}{})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	q.title("risks", q.T("risk.list.title"))
	if loss.Known {
		q.Page.AsOf = loss.At
	}
	return q.render(w, riskListPage(q.Page, riskTotals(q.Page, loss, curves, fund), riskBars(q.Page, rows), risksTable(q.Page, rows, called), s.refusal(q, risk.OpAssess.Name) == ""))
}

// riskLoss reads the simulation of the estimates as they are, and the appetite in force.
func (s *Server) riskLoss(q *request) (riskLoss, error) {
	var loss riskLoss
	history, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpAppetite, struct{}{})
	if err != nil {
		return loss, err
	}
	for _, a := range history {
		if a.SetOn <= identity.Day(s.DB.Now()) {
			loss.Appetite = a
			break
		}
	}
	loss.Simulation, err = op.Ask(q.Context(), s.Run, q.Actor, risk.OpCurrent, struct{}{})
	loss.Known = err == nil
	if problem.Is(err, problem.NotFound) {
		err = nil
	}
	return loss, err
}

func riskOwners(rows []risk.Ranked) []ref.Ref {
	var all []ref.Ref
	for _, r := range rows {
		all = append(all, people(r.OwnerIT, r.OwnerSecurity)...)
		all = append(all, refs("element", r.Asset)...)
	}
	return all
}

func exportRisks(w http.ResponseWriter, q *request, rows []risk.Ranked, called names) error {
	header := []string{
		"id", q.T("risk.col.title"), q.T("risk.col.mean.file"), q.T("risk.col.p95.file"), q.T("risk.col.tail.file"),
		q.T("risk.col.rate.file"), q.T("risk.col.event.file"), q.T("risk.f.category"),
		q.T("risk.owner.it"), q.T("risk.owner.security"), q.T("risk.col.treatment"), q.T("risk.col.status"), q.T("risk.estimated.on"),
	}
	cells := make([][]any, len(rows))
	for i, r := range rows {
		row := []any{r.ID, r.Name().In(q.Lang()), nil, nil, nil, r.Fair().LossEvents(fair.Current).Mean, r.Fair().EventLoss(fair.Current).Mean, categoryWord(q.Page, r.Category)}
		if r.Loss != nil {
			row[2], row[3], row[4] = r.Loss.Mean.Value, r.Loss.VaR95.Value, r.Loss.TailShare
		}
		cells[i] = append(row, called.person(q.Lang(), r.OwnerIT), called.person(q.Lang(), r.OwnerSecurity),
			q.T("risk.treatment."+r.Treatment), q.T("risk.status."+r.Status), r.EstimatedOn)
	}
	return export(w, q, "risks", header, cells)
}

func risksTable(p ui.Page, rows []risk.Ranked, called names) ui.List {
	list := ui.List{
		Caption: p.T("risk.list.title"), Sort: p.Query.Get("sort"), Total: len(rows), Exports: true, Nothing: p.T("risk.list.empty"),
		Columns: []ui.Column{
			{Key: "title", Title: p.T("risk.col.title")},
			{Key: "mean", Title: p.T("risk.col.mean"), Right: true},
			{Key: "p95", Title: p.T("risk.col.p95"), Right: true},
			{Key: "tail", Title: p.T("risk.col.tail"), Right: true},
			{Title: p.T("risk.col.owners")},
			{Key: "treatment", Title: p.T("risk.col.treatment")},
			{Key: "status", Title: p.T("risk.col.status")},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("risk.col.title")},
			{Name: "status", Label: p.T("risk.col.status"), Type: "select", Options: anyOf(p, "risk.status.", "open", "treated", "closed")},
			{Name: "category", Label: p.T("risk.f.category"), Type: "select", Options: anyOf(p, "risk.category.", "it", "security", "third-party", "project", "continuity")},
			{Name: "treatment", Label: p.T("risk.col.treatment"), Type: "select", Options: anyOf(p, "risk.treatment.", "reduce", "accept", "transfer", "avoid")},
		},
		Action: ui.Link("/risks/new", "plus", p.T("risk.new.button"), ""),
	}
	if list.Sort == "" {
		list.Sort = "-tail"
	}
	for _, r := range rows {
		list.Rows = append(list.Rows, riskRow(p, r, called))
	}
	return list
}

func riskRow(p ui.Page, r risk.Ranked, called names) ui.Row {
	title := ui.To("/risks/"+r.ID, r.Name().In(p.Lang))
	if r.Asset != "" {
		title = title.Below(called.of(p.Lang, ref.New("element", r.Asset)))
	}
	mean, p95, tail := ui.Words("–"), ui.Words("–"), ui.Words("–")
	if r.Loss != nil {
		mean, p95, tail = ui.Words(p.Euro(r.Loss.Mean.Value)), ui.Words(p.Euro(r.Loss.VaR95.Value)), ui.Words(p.Percent(r.Loss.TailShare, 0))
	}
	status := map[string]ui.State{"open": ui.Plain, "treated": ui.OK, "closed": ui.Plain}[r.Status]
	return ui.Cells(title, mean, p95, tail, ownersCell(p, r.Scenario, called), ui.Words(p.T("risk.treatment."+r.Treatment)), ui.Is(status, p.T("risk.status."+r.Status)))
}

// ownersCell names the owner on each side; one that is missing is said.
func ownersCell(p ui.Page, r risk.Scenario, called names) ui.Cell {
	side := func(id string) string {
		if id == "" {
			return p.T("risk.owner.none")
		}
		return called.person(p.Lang, id)
	}
	return ui.Words(p.T("risk.owner.it.short") + " " + side(r.OwnerIT)).Below(p.T("risk.owner.security.short") + " " + side(r.OwnerSecurity))
}

// riskBars ranks the scenarios by their expected year, with the year that 1 in 20 exceeds.
func riskBars(p ui.Page, rows []risk.Ranked) chart.Chart {
	plot := chart.Ranking{Axis: chart.Axis{Label: p.T("risk.bars.axis"), Number: p.Euro}, Limit: unset}
	ranked := slices.DeleteFunc(slices.Clone(rows), func(r risk.Ranked) bool { return r.Loss == nil })
	slices.SortStableFunc(ranked, func(a, b risk.Ranked) int { return cmp.Compare(b.Loss.Mean.Value, a.Loss.Mean.Value) })
	for _, r := range ranked[:min(len(ranked), 10)] {
		plot.Items = append(plot.Items, chart.RankItem{
			Label: r.Name().In(p.Lang), Value: r.Loss.Mean.Value, Low: r.Loss.Mean.Low, High: r.Loss.Mean.High, Note: p.T("risk.bars.note", "p95", p.Euro(r.Loss.VaR95.Value)),
		})
	}
	return chart.Chart{Frame: frame(p, "bars", p.T("risk.bars.title"), p.T("risk.bars.desc"), 1040), Plot: plot}
}

// lossChart draws a yearly loss as an exceedance curve, with the appetite where there is one.
func lossChart(p ui.Page, id, title, desc string, appetite float64, curves ...chart.Curve) chart.Chart {
	plot := chart.Exceedance{
		Loss:        chart.Axis{Label: p.T("risk.axis.loss"), Number: p.Euro},
		Probability: chart.Axis{Label: p.T("risk.axis.probability"), Number: func(x float64) string { return p.Percent(x, percentDecimals(x)) }},
		Curves:      curves,
	}
	if appetite > 0 {
		plot.Appetite = levels([]riskLevel{{Amount: appetite, P: 0.05}})
		plot.LimitLabel = p.T("risk.curve.appetite", "limit", p.Euro(appetite))
	}
	return chart.Chart{Frame: frame(p, id, title, desc, 640), Plot: plot}
}

// nowCurve is the curve of today.
func nowCurve(p ui.Page, summary quant.Summary) chart.Curve {
	return chart.Curve{Label: p.T("risk.curve.current"), Levels: levels(curveOf(summary))}
}

// stateCurves are the exact curves without controls, today and with planned controls; a state that does not differ from
// today is not drawn twice.
func stateCurves(p ui.Page, states map[fair.State]quant.Summary) []chart.Curve {
	now := states[fair.Current]
	all := []chart.Curve{nowCurve(p, now)}
	for _, one := range []struct {
		state fair.State
		role  chart.Role
		dash  chart.Dash
	}{{fair.Inherent, chart.Muted, chart.Dashed}, {fair.Goal, chart.Second, chart.Dotted}} {
		if summary, known := states[one.state]; known && summary.Mean != now.Mean {
			all = append(all, chart.Curve{Label: p.T("risk.state." + string(one.state)), Role: one.role, Dash: one.dash, Levels: levels(curveOf(summary))})
		}
	}
	return all
}

// percentDecimals keeps small shares readable.
func percentDecimals(share float64) int {
	if share > 0 && share < 0.1 {
		return 1
	}
	return 0
}
