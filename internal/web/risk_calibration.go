package web

import (
	"net/http"
	"net/url"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// calibrationView says whether past intervals held, and takes down what happened.
type calibrationView struct {
	Verdict string
	By      ui.List
	Trials  ui.List
	Fields  []ui.Input
	Err     error
	Refused string
}

// riskCalibration shows past intervals against what happened.
func (s *Server) riskCalibration(w http.ResponseWriter, q *request) error {
	if wantsExport(q) {
		return s.exportTrials(w, q)
	}
	view, err := s.calibrationView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, calibrationPage(q.Page, view))
}

// riskObserve writes down what happened.
func (s *Server) riskObserve(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	o := risk.Observation{Scenario: f.text("scenario"), Day: f.text("day"), Quantity: risk.Quantity(f.text("quantity")), Value: f.maybe("value"), Note: f.text("note")}
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), s.Run, q.Actor, risk.OpObserve, o)
	}
	if err != nil {
		view, failed := s.calibrationView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, calibrationPage(q.Page, view))
	}
	return q.redirect(w, "/risks/calibration", "risk.notice.observed")
}

func (s *Server) calibrationView(q *request, typed url.Values, wrong error) (calibrationView, error) {
	view := calibrationView{Err: wrong, Refused: s.refusal(q, risk.OpObserve.Name)}
	c, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpCalibration, struct{}{})
	if err != nil {
		return view, err
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpList, risk.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return view, err
	}
	var about []ref.Ref
	for _, t := range c.Trials {
		about = append(about, people(t.By)...)
	}
	called, err := s.called(q, about...)
	if err != nil {
		return view, err
	}
	q.title("risks", q.T("risk.tab.calibration"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	view.Verdict = calibrationVerdict(q.Page, c.All)
	view.By = scoresList(q.Page, c.By, called)
	view.Trials = trialsList(q.Page, c.Trials, called)
	view.Fields = fill(q.Page, typedOr(typed, url.Values{}), wrong, observeFields(q.Page, page.Items))
	return view, nil
}

func calibrationVerdict(p ui.Page, all risk.Score) string {
	if all.Of == 0 {
		return p.T("risk.calibration.nothing")
	}
	return p.T("risk.calibration.verdict."+string(all.Word), "held", all.Held, "of", all.Of, "low", p.Percent(all.Low, 0), "high", p.Percent(all.High, 0), "min", risk.MinTrials)
}

// estimatorWords names who made an estimate; those of a file may name nobody.
func estimatorWords(p ui.Page, id string, called names) string {
	if id == "" {
		return p.T("risk.calibration.nobody")
	}
	return called.person(p.Lang, id)
}

// scoreLook is how a word about the estimates looks.
var scoreLook = map[risk.Word]ui.State{risk.AsStated: ui.OK, risk.TooNarrow: ui.Bad, risk.TooWide: ui.Warn, risk.TooFew: ui.Unk}

func scoresList(p ui.Page, scores []risk.Score, called names) ui.List {
	list := ui.List{
		Caption: p.T("risk.calibration.by"), Total: len(scores), Nothing: p.T("risk.calibration.nothing"),
		Columns: []ui.Column{
			{Title: p.T("risk.calibration.estimator")},
			{Title: p.T("risk.calibration.held"), Right: true},
			{Title: p.T("risk.calibration.share"), Right: true},
			{Title: p.T("risk.calibration.word")},
		},
	}
	for _, s := range scores {
		list.Rows = append(list.Rows, ui.Cells(ui.Words(estimatorWords(p, s.By, called)), ui.Words(p.T("risk.calibration.of", "held", s.Held, "of", s.Of)),
			ui.Words(p.T("risk.calibration.range", "low", p.Percent(s.Low, 0), "high", p.Percent(s.High, 0))), ui.Is(scoreLook[s.Word], p.T("risk.calibration.word."+string(s.Word)))))
	}
	return list
}

// trialLook is how an outcome looks.
var trialLook = map[risk.Outcome]ui.State{risk.Held: ui.OK, risk.Below: ui.Warn, risk.Above: ui.Bad, risk.NoRange: ui.Unk}

func trialsList(p ui.Page, trials []risk.Trial, called names) ui.List {
	list := ui.List{
		Caption: p.T("risk.calibration.trials"), Total: len(trials), Exports: true, Nothing: p.T("risk.calibration.nothing"),
		Columns: []ui.Column{
			{Title: p.T("risk.col.title")},
			{Title: p.T("risk.calibration.day"), Short: true},
			{Title: p.T("risk.calibration.quantity")},
			{Title: p.T("risk.calibration.value"), Right: true},
			{Title: p.T("risk.calibration.interval"), Right: true},
			{Title: p.T("risk.calibration.estimator")},
			{Title: p.T("risk.calibration.outcome")},
		},
	}
	for _, t := range trials {
		interval := "–"
		if t.Outcome != risk.NoRange {
			interval = p.T("risk.calibration.range", "low", quantityWords(p, t.Quantity, t.Low), "high", quantityWords(p, t.Quantity, t.High))
		}
		what := ui.Words(p.T("risk.quantity." + string(t.Quantity)))
		if t.Incident != "" {
			what = ui.To("/evidence/incidents/"+t.Incident, p.T("risk.quantity."+string(t.Quantity))).Below(t.Incident)
		}
		list.Rows = append(list.Rows, ui.Cells(ui.To("/risks/"+t.Scenario+"#estimates", p.In(t.Name)), ui.Words(dayWords(p.Lang, t.Day)), what, ui.Words(quantityWords(p, t.Quantity, t.Value)),
			ui.Words(interval), ui.Words(estimatorWords(p, t.By, called)), ui.Is(trialLook[t.Outcome], p.T("risk.calibration.outcome."+string(t.Outcome)))))
	}
	return list
}

// quantityWords writes a value in the unit of its quantity.
func quantityWords(p ui.Page, quantity risk.Quantity, x float64) string {
	if quantity == risk.Loss {
		return p.Euro(x)
	}
	return p.Number(x, decimals(x))
}

func observeFields(p ui.Page, all []risk.Scenario) []ui.Input {
	scenarios := make([]ui.Option, len(all))
	for i, r := range all {
		scenarios[i] = ui.Option{Value: r.ID, Text: p.In(r.Name())}
	}
	var quantities []string
	for _, quantity := range risk.Quantities {
		quantities = append(quantities, string(quantity))
	}
	return []ui.Input{
		{Name: "scenario", Label: p.T("risk.col.title"), Type: "select", Options: scenarios, Required: true, Wide: true},
		{Name: "day", Label: p.T("risk.calibration.day"), Type: "date", Required: true, Hint: p.T("risk.calibration.day.hint")},
		{Name: "quantity", Label: p.T("risk.calibration.quantity"), Type: "select", Options: choices(p, "risk.quantity.", quantities...), Required: true},
		{Name: "value", Label: p.T("risk.calibration.value"), Mode: "decimal", Required: true},
		{Name: "note", Label: p.T("risk.calibration.note"), Wide: true},
	}
}

func (s *Server) exportTrials(w http.ResponseWriter, q *request) error {
	c, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpCalibration, struct{}{})
	if err != nil {
		return err
	}
	header := []string{
		"id", q.T("risk.col.title"), q.T("risk.calibration.day"), q.T("risk.calibration.quantity"), q.T("risk.calibration.value"), "p5", "p95",
		q.T("risk.calibration.estimator"), q.T("risk.calibration.outcome"),
	}
	rows := make([][]any, len(c.Trials))
	for i, t := range c.Trials {
		rows[i] = []any{t.Scenario, t.Name.In(q.Lang()), t.Day, string(t.Quantity), t.Value, nil, nil, t.By, q.T("risk.calibration.outcome." + string(t.Outcome))}
		if t.Outcome != risk.NoRange {
			rows[i][5], rows[i][6] = t.Low, t.High
		}
	}
	return export(w, q, "risk-calibration", header, rows)
}
