package web

import (
	"net/http"
	"net/url"
	"strconv"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// contentFields are what exactly is decided; a revision changes only them.
func contentFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "content", Label: p.T("decision.f.content"), Hint: p.T("decision.f.content.hint"), Type: "textarea", Rows: 5, Required: true, Wide: true},
		{Name: "content_it", Label: p.T("decision.f.content_it"), Type: "textarea", Rows: 5, Wide: true},
		{Name: "money_eur", Label: p.T("decision.f.money_eur"), Hint: p.T("decision.f.effect.hint"), Mode: "decimal"},
		{Name: "minutes", Label: p.T("decision.f.minutes"), Mode: "decimal"},
		{Name: "exposure_days", Label: p.T("decision.f.exposure_days"), Mode: "decimal"},
		{Name: "version", Type: "hidden"},
	}
}

func proposeFields(p ui.Page) []ui.Input {
	return append([]ui.Input{
		{Name: "title", Label: p.T("decision.f.title"), Hint: p.T("decision.f.title.hint"), Required: true, Wide: true},
		{Name: "title_it", Label: p.T("decision.f.title_it"), Wide: true},
		{Name: "kind", Label: p.T("decision.f.kind"), Type: "select", Required: true, Options: choices(p, "decision.kind.", "accept-risk", "fund", "gate", "exception", "policy", "other")},
		{Name: "materiality", Label: p.T("decision.f.materiality"), Hint: p.T("decision.f.materiality.hint"), Type: "select", Required: true, Options: choices(p, "decision.materiality.", "low", "medium", "high")},
		{Name: "about", Label: p.T("decision.f.about"), Hint: p.T("decision.f.about.hint")},
		{Name: "review_on", Label: p.T("decision.f.review_on"), Type: "date"},
	}, contentFields(p)...)
}

func refuseFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "reason", Label: p.T("decision.f.reason"), Hint: p.T("decision.f.reason.hint"), Type: "textarea", Rows: 3, Required: true, Wide: true},
		{Name: "counter", Label: p.T("decision.f.counter"), Hint: p.T("decision.f.counter.hint"), Type: "textarea", Rows: 3, Required: true, Wide: true},
	}
}

func arbitrateFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "approve", Label: p.T("decision.f.approve"), Type: "radio", Required: true, Options: []ui.Option{
			{Value: "true", Text: p.T("decision.f.approve.yes")}, {Value: "false", Text: p.T("decision.f.approve.no")},
		}},
		{Name: "reason", Label: p.T("decision.f.reason"), Type: "textarea", Rows: 3, Required: true, Wide: true},
	}
}

func reviseValues(q *request, d decision.Decision) url.Values {
	lang := q.Lang()
	return url.Values{
		"content": {d.Content}, "content_it": {d.ContentIT}, "money_eur": {written(lang, d.MoneyEUR)}, "minutes": {written(lang, d.Minutes)},
		"exposure_days": {written(lang, d.ExposureDays)}, "version": {strconv.Itoa(d.Version)},
	}
}

// decisionNew shows the form of a proposal; the page that leads here may fill in what it is about.
func (s *Server) decisionNew(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	start := url.Values{"materiality": {"medium"}, "kind": {query.Get("kind")}, "about": {query.Get("about")}}
	return s.proposeForm(q, start, nil, func(page proposeView) error { return q.render(w, proposePage(q.Page, page)) })
}

// proposeView is the form of a proposal.
type proposeView struct {
	Fields  []ui.Input
	Err     error
	Refused string
}

func (s *Server) proposeForm(q *request, values url.Values, wrong error, show func(proposeView) error) error {
	q.title("decisions", q.T("decision.new.title"), ui.Crumb{Title: q.T("decision.list.title"), Href: "/decisions"})
	return show(proposeView{Fields: fill(q.Page, values, wrong, proposeFields(q.Page)), Err: wrong, Refused: s.refusal(q, decision.OpPropose.Name)})
}

// decisionPropose opens a decision.
func (s *Server) decisionPropose(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	d, err := s.propose(q, f)
	if err != nil {
		return s.proposeForm(q, f.Values, err, func(page proposeView) error { return q.again(w, err, proposePage(q.Page, page)) })
	}
	return q.redirect(w, "/decisions/"+d.ID, "decision.notice.propose")
}

func (s *Server) propose(q *request, f *form) (decision.Decision, error) {
	in := decision.ProposeIn{
		Title: f.text("title"), TitleIT: f.text("title_it"), About: ref.Ref(f.text("about")), Kind: decision.Kind(f.text("kind")),
		Materiality: f.text("materiality"), Terms: decision.Terms{
			Content: f.text("content"), ContentIT: f.text("content_it"), MoneyEUR: f.maybe("money_eur"),
			Minutes: f.maybe("minutes"), ExposureDays: f.maybe("exposure_days"), ReviewOn: f.text("review_on"),
		},
	}
	if err := f.err(); err != nil {
		return decision.Decision{}, err
	}
	return op.Do(q.Context(), s.Run, q.Actor, decision.OpPropose, in)
}
