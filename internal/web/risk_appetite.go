package web

import (
	"math"
	"net/http"
	"net/url"

	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// positionLook shows a position as a state.
var positionLook = map[risk.Position]ui.State{risk.Inside: ui.OK, risk.Warning: ui.Warn, risk.Breach: ui.Bad, risk.CannotTell: ui.Unk}

// appetiteView is how much the board accepts, now and before.
type appetiteView struct {
	Verdict string
	Figures []ui.Figure
	History ui.List
	Fields  []ui.Input
	Err     error
	Refused string
}

// riskAppetite shows the three limits, their history, and the form with which the board sets them.
func (s *Server) riskAppetite(w http.ResponseWriter, q *request) error {
	view, err := s.appetiteView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, appetitePage(q.Page, view))
}

// riskSetAppetite sets the three limits from today.
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
		MoneyP95EUR: f.number("money_p95_eur"), MinutesQuarter: f.number("minutes_quarter"),
		ExposureDaysQuarter: f.number("exposure_days_quarter"),
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
	view := appetiteView{Err: wrong, Refused: s.refusal(q, risk.OpSetAppetite.Name)}
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
	view.addLimits(q.Page, history, identity.Day(s.DB.Now()), called)
	view.History = appetiteHistory(q.Page, history, called)
	start := url.Values{}
	if len(history) > 0 {
		start = appetiteValues(q, history[0])
	}
	view.Fields = fill(q.Page, typedOr(typed, start), wrong, appetiteFields(q.Page))
	return view, nil
}

func (v *appetiteView) addLimits(p ui.Page, history []risk.Appetite, today string, called names) {
	v.Verdict = p.T("risk.appetite.none.long")
	for _, a := range history {
		if a.SetOn > today {
			continue
		}
		since := p.T("risk.appetite.since", "day", dayWords(p.Lang, a.SetOn), "who", setter(p, a, called))
		v.Verdict = p.T("risk.appetite.verdict", "money", p.Euro(a.MoneyP95EUR), "minutes", p.Number(a.MinutesQuarter, 0), "days", p.Number(a.ExposureDaysQuarter, 0))
		v.Figures = []ui.Figure{
			{Label: p.T("risk.appetite.money"), Value: p.Euro(a.MoneyP95EUR), Unit: p.T("risk.appetite.money.unit"), N: since, Href: "#history"},
			{Label: p.T("risk.appetite.minutes"), Value: p.Number(a.MinutesQuarter, 0), Unit: p.T("risk.appetite.minutes.unit"), N: since, Href: "#history"},
			{Label: p.T("risk.appetite.days"), Value: p.Number(a.ExposureDaysQuarter, 0), Unit: p.T("risk.appetite.days.unit"), N: since, Href: "#history"},
		}
		return
	}
}

// setter is who set an appetite: a person, or an office such as the board.
func setter(p ui.Page, a risk.Appetite, called names) string {
	if a.SetBy == identity.OfficeBoard {
		return p.T("risk.appetite.board")
	}
	return called.person(p.Lang, a.SetBy)
}

func appetiteHistory(p ui.Page, history []risk.Appetite, called names) ui.List {
	list := ui.List{
		Caption: p.T("risk.appetite.history"), Total: len(history), Nothing: p.T("risk.appetite.none.long"),
		Columns: []ui.Column{
			{Title: p.T("risk.appetite.set-on")},
			{Title: p.T("risk.appetite.money.col"), Right: true},
			{Title: p.T("risk.appetite.minutes.col"), Right: true},
			{Title: p.T("risk.appetite.days.col"), Right: true},
			{Title: p.T("risk.appetite.set-by")},
			{Title: p.T("risk.appetite.decision")},
		},
	}
	for _, a := range history {
		decided := ui.Words("–")
		if a.Decision != "" {
			decided = ui.To("/decisions/"+a.Decision, called.of(p.Lang, ref.New("decision", a.Decision)))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(dayWords(p.Lang, a.SetOn)), ui.Words(p.Euro(a.MoneyP95EUR)), ui.Words(p.Number(a.MinutesQuarter, 0)),
			ui.Words(p.Number(a.ExposureDaysQuarter, 0)), ui.Words(setter(p, a, called)), decided))
	}
	return list
}

func appetiteFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "money_p95_eur", Label: p.T("risk.appetite.money"), Hint: p.T("risk.appetite.money.hint"), Mode: "decimal", Required: true},
		{Name: "minutes_quarter", Label: p.T("risk.appetite.minutes"), Hint: p.T("risk.appetite.minutes.hint"), Mode: "decimal", Required: true},
		{Name: "exposure_days_quarter", Label: p.T("risk.appetite.days"), Hint: p.T("risk.appetite.days.hint"), Mode: "decimal", Required: true},
	}
}

func appetiteValues(q *request, a risk.Appetite) url.Values {
	number := func(x float64) []string {
		if math.IsNaN(x) || x == 0 {
			return nil
		}
		return []string{written(q.Lang(), &x)}
	}
	return url.Values{"money_p95_eur": number(a.MoneyP95EUR), "minutes_quarter": number(a.MinutesQuarter), "exposure_days_quarter": number(a.ExposureDaysQuarter)}
}
