package web

import (
	"net/http"
	"net/url"
	"strconv"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// riskFields are the fields of an estimate; their names are those under which the area names what is wrong.
func riskFields(p ui.Page) []ui.Input {
	number := func(name, hint string, required bool) ui.Input {
		return ui.Input{Name: name, Label: p.T("risk.f." + name), Hint: hint, Mode: "decimal", Required: required}
	}
	return []ui.Input{
		number("frequency_low", p.T("risk.f.frequency.hint"), true), number("frequency_high", "", true),
		number("loss_low_eur", p.T("risk.f.loss.hint"), true), number("loss_high_eur", "", true),
		number("minutes_low", p.T("risk.f.minutes.hint"), false), number("minutes_high", "", false),
		{Name: "treatment", Label: p.T("risk.col.treatment"), Type: "select", Required: true, Options: choices(p, "risk.treatment.", "reduce", "accept", "transfer", "avoid")},
		{Name: "status", Label: p.T("risk.col.status"), Type: "select", Required: true, Options: choices(p, "risk.status.", "open", "treated", "closed")},
		{Name: "rationale", Label: p.T("risk.f.rationale"), Hint: p.T("risk.f.rationale.hint"), Type: "textarea", Rows: 4, Wide: true},
		{Name: "rationale_it", Label: p.T("risk.f.rationale_it"), Type: "textarea", Rows: 4, Wide: true},
		{Name: "version", Type: "hidden"},
	}
}

// newRiskFields are the fields that a scenario gets once, before those of its estimate.
func newRiskFields(p ui.Page) []ui.Input {
	return append([]ui.Input{
		{Name: "id", Label: p.T("risk.f.id"), Hint: p.T("risk.f.id.hint"), Required: true},
		{Name: "title", Label: p.T("risk.f.title"), Required: true, Wide: true},
		{Name: "title_it", Label: p.T("risk.f.title_it"), Wide: true},
		{Name: "threat", Label: p.T("risk.f.threat"), Hint: p.T("risk.f.threat.hint")},
		{Name: "owner_it", Label: p.T("risk.owner.it"), Hint: p.T("risk.f.owner.hint")},
		{Name: "owner_security", Label: p.T("risk.owner.security"), Hint: p.T("risk.f.owner.hint")},
	}, riskFields(p)...)
}

// riskValues are the fields of a scenario as it stands.
func riskValues(q *request, r risk.Scenario) url.Values {
	lang := q.Lang()
	return url.Values{
		"frequency_low": {written(lang, &r.FrequencyLow)}, "frequency_high": {written(lang, &r.FrequencyHigh)},
		"loss_low_eur": {written(lang, &r.LossLowEUR)}, "loss_high_eur": {written(lang, &r.LossHighEUR)},
		"minutes_low": {written(lang, r.MinutesLow)}, "minutes_high": {written(lang, r.MinutesHigh)},
		"treatment": {r.Treatment}, "status": {r.Status}, "rationale": {r.Rationale}, "rationale_it": {r.RationaleIT},
		"version": {strconv.Itoa(r.Version)},
	}
}

// scenario is r with what the form says about its estimate; the version is the one that was seen.
func (f *form) scenario(r risk.Scenario) risk.Scenario {
	r.FrequencyLow, r.FrequencyHigh = f.number("frequency_low"), f.number("frequency_high")
	r.LossLowEUR, r.LossHighEUR = f.number("loss_low_eur"), f.number("loss_high_eur")
	r.MinutesLow, r.MinutesHigh = f.maybe("minutes_low"), f.maybe("minutes_high")
	r.Treatment, r.Status = f.text("treatment"), f.text("status")
	r.Rationale, r.RationaleIT = f.text("rationale"), f.text("rationale_it")
	r.Version = f.whole("version")
	return r
}

// riskNew shows the form of a new scenario.
func (s *Server) riskNew(w http.ResponseWriter, q *request) error {
	s.titleNewRisk(q)
	start := url.Values{"treatment": {"reduce"}, "status": {"open"}, "version": {"0"}}
	return q.render(w, riskNewPage(q.Page, fill(q.Page, start, nil, newRiskFields(q.Page)), nil, s.refusal(q, risk.OpAssess.Name)))
}

func (s *Server) titleNewRisk(q *request) {
	q.title("risks", q.T("risk.new.title"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
}

// riskAdd writes a new scenario with its first estimate.
func (s *Server) riskAdd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	r := risk.Scenario{
		ID: f.text("id"), Title: f.text("title"), TitleIT: f.text("title_it"), Threat: f.text("threat"),
		OwnerIT: f.text("owner_it"), OwnerSecurity: f.text("owner_security"),
	}
	if err := s.assess(q, f, r); err != nil {
		s.titleNewRisk(q)
		return q.again(w, err, riskNewPage(q.Page, fill(q.Page, f.Values, err, newRiskFields(q.Page)), err, ""))
	}
	return q.redirect(w, "/risks/"+r.ID, "risk.notice.added")
}

// typedOr gives what was typed, or else the values as they stand.
func typedOr(typed, standing url.Values) url.Values {
	if typed != nil {
		return typed
	}
	return standing
}

func i18nText(en, it string) i18n.Text { return i18n.Text{EN: en, IT: it} }
