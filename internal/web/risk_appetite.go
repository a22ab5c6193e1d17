package web

import (
	"math"
	"net/http"
	"net/url"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// positionLook shows a position as a state.
var positionLook = map[risk.Position]ui.State{risk.Inside: ui.OK, risk.Warning: ui.Warn, risk.Breach: ui.Bad, risk.CannotTell: ui.Unk}

// appetiteView is how much the board accepts, how the figures stand to it, and how much it accepted before.
type appetiteView struct {
	Verdict    string
	Scales     string // verdict of the three scales
	Figures    []ui.Figure
	Known      bool // there is a simulated loss to draw
	Chart      chart.Chart
	Capacity   string
	Statements ui.List
	Past       ui.List
	History    ui.List
	Fields     []ui.Input
	Err        error
	Refused    string
	MaySet     bool // the reader may set statements
}

// riskAppetite shows the statements with the figures held against them, the three scales, their history, and the form with
// which the board sets them.
func (s *Server) riskAppetite(w http.ResponseWriter, q *request) error {
	if wantsExport(q) {
		return s.exportStandings(w, q)
	}
	view, err := s.appetiteView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, appetitePage(q.Page, view))
}

// riskSetAppetite sets the three scales from today.
func (s *Server) riskSetAppetite(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	if err := s.setAppetite(q, f); err != nil {
		view, failed := s.appetiteView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, appetitePage(q.Page, view))
	}
	return q.redirect(w, "/risks/appetite", "risk.notice.appetite")
}

func (s *Server) setAppetite(q *request, f *form) error {
	a := risk.Appetite{
		MoneyP95EUR: f.number("money_p95_eur"), MinutesQuarter: f.number("minutes_quarter"), ExposureDaysQuarter: f.number("exposure_days_quarter"),
	}
	if capacity := f.maybe("capacity_eur"); capacity != nil {
		a.CapacityEUR = *capacity
	}
	if err := f.err(); err != nil {
		return err
	}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, risk.OpSetAppetite, risk.SetAppetiteIn{Appetite: a}); err != nil {
		return err
	}
	return s.simulate(q)
}

func (s *Server) appetiteView(q *request, typed url.Values, wrong error) (appetiteView, error) {
	view := appetiteView{Err: wrong, Refused: s.refusal(q, risk.OpSetAppetite.Name), MaySet: s.refusal(q, risk.OpSetStatement.Name) == ""}
	history, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpAppetite, struct{}{})
	if err != nil {
		return view, err
	}
	var who []ref.Ref
	for _, a := range history {
		who = append(who, people(a.SetBy)...)
		who = append(who, refs("decision", a.Decision)...)
	}
	called, err := s.called(q, who...)
	if err != nil {
		return view, err
	}
	q.title("risks", q.T("risk.appetite.title"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	view.addScales(q.Page, history, identity.Day(s.DB.Now()), called)
	view.History = appetiteHistory(q.Page, history, called)
	start := url.Values{}
	if len(history) > 0 {
		start = appetiteValues(q, history[0])
	}
	view.Fields = fill(q.Page, typedOr(typed, start), wrong, appetiteFields(q.Page))
	return view, s.addStatements(q, &view)
}

// addStatements adds the statements with the figures held against them.
func (s *Server) addStatements(q *request, view *appetiteView) error {
	standings, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpStandings, struct{}{})
	if err != nil {
		return err
	}
	open, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpEscalations, risk.EscalationFilter{})
	if err != nil {
		return err
	}
	loss, err := s.riskLoss(q)
	if err != nil {
		return err
	}
	all, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpStatements, struct{}{})
	if err != nil {
		return err
	}
	view.Verdict = standingsVerdict(q.Page, standings)
	view.Statements = standingsList(q.Page, standings, open)
	view.Past = statementsList(q.Page, all)
	if view.Known = loss.Known; view.Known {
		q.Page.AsOf = loss.At
		view.Chart = statementsChart(q.Page, loss, standings, view.Verdict)
		view.Capacity = capacityWords(q.Page, loss)
	}
	return nil
}

// statementsChart draws the loss of a year against all limits on the curve.
func statementsChart(p ui.Page, loss riskLoss, standings []risk.Standing, verdict string) chart.Chart {
	drawn := lossChart(p, "loss", p.T("risk.chart.title"), verdict, 0, nowCurve(p, loss.Result.Total))
	plot, ok := drawn.Plot.(chart.Exceedance)
	if !ok {
		return drawn
	}
	var limits []riskLevel
	for _, s := range standings {
		if s.Statement.On == risk.OnCurve {
			limits = append(limits, riskLevel{Amount: s.Statement.AmountEUR, P: s.Statement.Breach})
		}
	}
	if len(limits) > 0 {
		plot.Appetite, plot.LimitLabel = levels(limits), p.N("risk.appetite.limits", len(limits))
	}
	drawn.Plot = plot
	return drawn
}

// capacityWords says how likely a year ends the organisation, or that nobody has said what would.
func capacityWords(p ui.Page, loss riskLoss) string {
	capacity := loss.Appetite.CapacityEUR
	for _, e := range loss.Result.Total.Appetite {
		if capacity > 0 && e.Amount == capacity {
			return p.T("risk.appetite.capacity.words", "amount", p.Euro(capacity), "chance", shareWords(p, e.Probability.Value), "low", shareWords(p, e.Probability.Low), "high", shareWords(p, e.Probability.High))
		}
	}
	return p.T("risk.appetite.capacity.none")
}

func (v *appetiteView) addScales(p ui.Page, history []risk.Appetite, today string, called names) {
	v.Scales = p.T("risk.appetite.none.long")
	for _, a := range history {
		if a.SetOn > today {
			continue
		}
		since := p.T("risk.appetite.since", "day", dayWords(p.Lang, a.SetOn), "who", setter(p, a.SetBy, called))
		v.Scales = p.T("risk.appetite.verdict", "money", p.Euro(a.MoneyP95EUR), "minutes", p.Number(a.MinutesQuarter, 0), "days", p.Number(a.ExposureDaysQuarter, 0))
		v.Figures = []ui.Figure{
			{Label: p.T("risk.appetite.money"), Value: p.Euro(a.MoneyP95EUR), Unit: p.T("risk.appetite.money.unit"), N: since, Href: "#history"},
			{Label: p.T("risk.appetite.minutes"), Value: p.Number(a.MinutesQuarter, 0), Unit: p.T("risk.appetite.minutes.unit"), N: since, Href: "#history"},
			{Label: p.T("risk.appetite.days"), Value: p.Number(a.ExposureDaysQuarter, 0), Unit: p.T("risk.appetite.days.unit"), N: since, Href: "#history"},
		}
		return
	}
}

// setter is who set an appetite: a person, or an office such as the board.
func setter(p ui.Page, by string, called names) string {
	if by == identity.OfficeBoard {
		return p.T("risk.appetite.board")
	}
	return called.person(p.Lang, by)
}

func appetiteHistory(p ui.Page, history []risk.Appetite, called names) ui.List {
	list := ui.List{
		Caption: p.T("risk.appetite.history"), Total: len(history), Nothing: p.T("risk.appetite.none.long"),
		Columns: []ui.Column{
			{Title: p.T("risk.appetite.set-on")},
			{Title: p.T("risk.appetite.money.col"), Right: true},
			{Title: p.T("risk.appetite.minutes.col"), Right: true},
			{Title: p.T("risk.appetite.days.col"), Right: true},
			{Title: p.T("risk.appetite.capacity.col"), Right: true},
			{Title: p.T("risk.appetite.set-by")},
			{Title: p.T("risk.appetite.decision")},
		},
	}
	for _, a := range history {
		capacity := "–"
		if a.CapacityEUR > 0 {
			capacity = p.Euro(a.CapacityEUR)
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(dayWords(p.Lang, a.SetOn)), ui.Words(p.Euro(a.MoneyP95EUR)), ui.Words(p.Number(a.MinutesQuarter, 0)),
			ui.Words(p.Number(a.ExposureDaysQuarter, 0)), ui.Words(capacity), ui.Words(setter(p, a.SetBy, called)), decidedBy(p, a.Decision, called)))
	}
	return list
}

// decidedBy leads to the decision that something follows from.
func decidedBy(p ui.Page, id string, called names) ui.Cell {
	if id == "" {
		return ui.Words("–")
	}
	return ui.To("/decisions/"+id, called.of(p.Lang, ref.New("decision", id)))
}

func appetiteFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "money_p95_eur", Label: p.T("risk.appetite.money"), Hint: p.T("risk.appetite.money.hint"), Mode: "decimal", Required: true},
		{Name: "minutes_quarter", Label: p.T("risk.appetite.minutes"), Hint: p.T("risk.appetite.minutes.hint"), Mode: "decimal", Required: true},
		{Name: "exposure_days_quarter", Label: p.T("risk.appetite.days"), Hint: p.T("risk.appetite.days.hint"), Mode: "decimal", Required: true},
		{Name: "capacity_eur", Label: p.T("risk.appetite.capacity"), Hint: p.T("risk.appetite.capacity.hint"), Mode: "decimal"},
	}
}

func appetiteValues(q *request, a risk.Appetite) url.Values {
	number := func(x float64) []string {
		if math.IsNaN(x) || x == 0 {
			return nil
		}
		return []string{written(q.Lang(), &x)}
	}
	return url.Values{
		"money_p95_eur": number(a.MoneyP95EUR), "minutes_quarter": number(a.MinutesQuarter), "exposure_days_quarter": number(a.ExposureDaysQuarter),
		"capacity_eur": number(a.CapacityEUR),
	}
}
