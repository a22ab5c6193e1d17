package web

import (
	"net/http"
	"strings"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/quant"
	"accordo.dev/internal/web/ui"
)

// riskView is one scenario with all that is said about it.
type riskView struct {
	Risk      risk.Scenario
	Verdict   string
	Figures   []ui.Figure
	Chart     chart.Chart
	Simulated bool
	States    []ui.Fact // exactly, in each state
	Facts     []ui.Fact
	Tree      []riskFactor
	Controls  ui.List
	Estimates ui.List
	Rationale []string
	Decisions []ui.Task
	History   []ui.Entry
	Refused   string // why the reader may not assess it
	Say       string
}

// riskPage shows one scenario: why that figure, who answers for it, what was decided about it.
func (s *Server) riskPage(w http.ResponseWriter, q *request) error {
	view, err := s.riskView(q, q.PathValue("id"))
	if err != nil {
		return err
	}
	return q.render(w, riskDetail(q.Page, view))
}

func (s *Server) riskView(q *request, id string) (riskView, error) {
	view := riskView{Refused: s.refusal(q, risk.OpAssess.Name)}
	var err error
	if view.Risk, err = op.Ask(q.Context(), s.Run, q.Actor, risk.OpGet, risk.GetIn{ID: id}); err != nil {
		return view, err
	}
	q.title("risks", view.Risk.Name().In(q.Lang()), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	loss, err := s.riskLoss(q)
	if err != nil {
		return view, err
	}
	view.addLoss(q.Page, loss)
	if err := s.addStates(q, &view); err != nil {
		return view, err
	}
	if view.Simulated {
		q.Page.AsOf = loss.At
	}
	view.Tree = riskTree(q.Page, view.Risk.Model)
	view.Rationale = lines(i18nText(view.Risk.Rationale, view.Risk.RationaleIT).In(q.Lang()))
	return view, s.riskSurroundings(q, &view)
}

// riskSurroundings adds what other areas know of the scenario.
func (s *Server) riskSurroundings(q *request, view *riskView) error {
	r := view.Risk
	estimates, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpEstimates, risk.GetIn{ID: r.ID})
	if err != nil {
		return err
	}
	about := append(people(r.OwnerIT, r.OwnerSecurity, r.EstimatedBy), refs("element", append(r.Services, r.Asset)...)...)
	about = append(about, refs("project", r.Project)...)
	for _, e := range estimates {
		about = append(about, people(e.By)...)
	}
	for _, c := range r.Model.Controls {
		about = append(append(about, refs("element", c.ID)...), refs("initiative", c.ID)...)
	}
	called, err := s.called(q, about...)
	if err != nil {
		return err
	}
	view.Facts = riskFacts(q.Page, r, called)
	view.Controls = controlsTable(q.Page, r.Model, called)
	view.Estimates = estimatesTable(q.Page, estimates, called)
	name := ref.New("risk", r.ID)
	rows, err := s.decisionsAbout(q, name)
	if err != nil {
		return err
	}
	view.Decisions = decisionTasks(q.Page, rows)
	view.History, err = s.history(q, name)
	return err
}

// addLoss adds the simulated loss of the scenario, unless it is closed and therefore not simulated.
func (v *riskView) addLoss(p ui.Page, loss riskLoss) {
	r := v.Risk
	v.Verdict = p.T("risk.verdict.closed")
	for _, one := range loss.Result.Scenarios {
		if one.ID != r.ID {
			continue
		}
		v.Simulated = true
		v.Verdict = p.T("risk.verdict.scenario", "mean", p.Euro(one.Loss.Mean.Value), "p95", p.Euro(one.Loss.VaR95.Value), "no-loss", p.Percent(one.Loss.NoLoss.Value, 0))
		v.Figures = scenarioOrder(p, scenarioFigures(p, loss, one))
		v.Chart = lossChart(p, "loss", p.T("risk.chart.own"), v.Verdict, 0, nowCurve(p, one.Loss))
		v.Say = scenarioSay(p, r, one)
	}
}

// addStates draws the exact curves of the scenario alone without controls, today and with planned ones.
func (s *Server) addStates(q *request, view *riskView) error {
	if !view.Simulated {
		return nil
	}
	curves, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpPreview, risk.PreviewIn{Model: view.Risk.Model})
	if err != nil || len(curves.States) == 0 {
		return err
	}
	view.Chart = lossChart(q.Page, "loss", q.T("risk.chart.own"), view.Verdict, 0, stateCurves(q.Page, curves.States)...)
	view.States = stateFacts(q.Page, curves.States)
	return nil
}

func scenarioFigures(p ui.Page, loss riskLoss, one quant.ScenarioResult) []ui.Figure {
	years := p.N("risk.years", loss.Result.Years)
	figures := []ui.Figure{
		{Label: p.T("risk.fig.p95"), Value: p.Euro(one.Loss.VaR95.Value), Interval: euroInterval(p, one.Loss.VaR95), N: years, AsOf: loss.At, Href: "#estimates"},
		{Label: p.T("risk.fig.mean"), Value: p.Euro(one.Loss.Mean.Value), Unit: p.T("risk.per-year"), Interval: euroInterval(p, one.Loss.Mean), N: years, AsOf: loss.At, Href: "#estimates", Small: true},
		{Label: p.T("risk.fig.tail"), Value: p.Percent(one.TailShare, 0), N: years, AsOf: loss.At, Href: "/risks#risks", Small: true},
	}
	if one.Minutes == nil {
		return append(figures, ui.Figure{Label: p.T("risk.fig.minutes"), Unknown: true, Word: p.T("risk.minutes.unknown"), Href: "#estimates", Small: true})
	}
	return append(figures, ui.Figure{
		Label: p.T("risk.fig.minutes"), Value: p.Number(one.Minutes.Mean.Value, 0), Unit: p.T("risk.minutes.unit"), Small: true, N: years, AsOf: loss.At, Href: "#estimates",
		Interval: p.T("risk.minutes.p95", "p95", p.Number(one.Minutes.VaR95.Value, 0)),
	})
}

// scenarioSay tells the scenario in the words of the lens.
func scenarioSay(p ui.Page, r risk.Scenario, one quant.ScenarioResult) string {
	switch p.Lens {
	case ui.LensCISO:
		return p.T("risk.say.one.ciso", "treatment", p.T("risk.treatment."+r.Treatment), "p95", p.Euro(one.Loss.VaR95.Value))
	case ui.LensBoard:
		return p.T("risk.say.one.board", "p95", p.Euro(one.Loss.VaR95.Value), "share", p.Percent(one.TailShare, 0))
	}
	if one.Minutes == nil {
		return p.T("risk.say.one.cio.unknown")
	}
	return p.T("risk.say.one.cio", "minutes", p.Number(one.Minutes.Mean.Value, 0), "p95", p.Number(one.Minutes.VaR95.Value, 0))
}

func riskFacts(p ui.Page, r risk.Scenario, called names) []ui.Fact {
	owner := func(id string) string {
		if id == "" {
			return p.T("risk.owner.none")
		}
		return called.person(p.Lang, id)
	}
	facts := []ui.Fact{
		{Term: p.T("risk.owner.it"), Text: owner(r.OwnerIT), Href: personHref(r.OwnerIT)},
		{Term: p.T("risk.owner.security"), Text: owner(r.OwnerSecurity), Href: personHref(r.OwnerSecurity)},
		{Term: p.T("risk.f.category"), Text: categoryWord(p, r.Category)},
		{Term: p.T("risk.f.threat"), Text: orDash(r.Threat)},
		{Term: p.T("risk.effects"), Text: effectWords(p, r.Effects)},
	}
	if r.Project != "" {
		facts = append(facts, ui.Fact{Term: p.T("risk.f.project"), Text: called.of(p.Lang, ref.New("project", r.Project)), Href: "/projects/" + r.Project})
	}
	if r.Asset != "" {
		facts = append(facts, ui.Fact{Term: p.T("risk.f.asset"), Text: called.of(p.Lang, ref.New("element", r.Asset)), Href: "/landscape/" + r.Asset})
	}
	return append(facts,
		ui.Fact{Term: p.T("risk.services"), Show: itemLinks(p, called, refs("element", r.Services...))},
		ui.Fact{Term: p.T("risk.col.treatment"), Text: p.T("risk.treatment." + r.Treatment)},
		ui.Fact{Term: p.T("risk.estimated"), Text: estimated(p, r, called)},
	)
}

func categoryWord(p ui.Page, c risk.Category) string {
	if c == "" {
		return p.T("risk.category.none")
	}
	return p.T("risk.category." + string(c))
}

func effectWords(p ui.Page, effects []string) string {
	said := make([]string, len(effects))
	for i, effect := range effects {
		said[i] = p.T("risk.effect." + effect)
	}
	return orDash(strings.Join(said, ", "))
}

func estimated(p ui.Page, r risk.Scenario, called names) string {
	if r.EstimatedOn == "" {
		return p.T("risk.estimated.never")
	}
	return p.T("risk.estimated.words", "day", dayWords(p.Lang, r.EstimatedOn), "person", called.person(p.Lang, r.EstimatedBy))
}

// decimals keeps two digits of a small number.
func decimals(x float64) int {
	switch {
	case x >= 10 || x == float64(int(x)):
		return 0
	case x >= 1:
		return 1
	default:
		return 2
	}
}

func personHref(id string) string {
	if id == "" {
		return ""
	}
	return "/people/" + id
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// lines splits a text of the organisation into its paragraphs.
func lines(text string) []string {
	var all []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

func (s *Server) simulate(q *request) error {
	_, err := op.Do(q.Context(), s.Run, db.System("simulation"), risk.OpSimulate, struct{}{})
	if problem.Is(err, problem.NotFound) { // the last open scenario was closed
		return nil
	}
	return err
}
