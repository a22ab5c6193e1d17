package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// riskFormView is the form of an estimate: what the scenario is, its FAIR tree, and why it changes.
type riskFormView struct {
	ID      string // empty for a new scenario
	About   []ui.Input
	Parts   []riskPart
	Why     []ui.Input
	All     []ui.Input // of them all, each called by its place
	Detail  bool
	Bound   bool // the model says more than the simple form can
	Err     error
	Refused string
	Preview *riskPreview // what would come out; nil before somebody asks
}

// riskPreview is the yearly loss of a model that is not saved.
type riskPreview struct {
	Chart chart.Chart
	Facts []ui.Fact
	Err   error
}

// action is where the form goes.
func (v riskFormView) action() string {
	if v.ID == "" {
		return "/risks/new"
	}
	return "/risks/assess/" + v.ID
}

// aboutFields say what the scenario is.
func (s *Server) aboutFields(q *request, isNew bool) ([]ui.Input, error) {
	p := q.Page
	owners, err := s.ownerOptions(q)
	if err != nil {
		return nil, err
	}
	categories := []ui.Option{{Text: p.T("risk.category.none")}}
	for _, c := range risk.Categories {
		categories = append(categories, ui.Option{Value: string(c), Text: p.T("risk.category." + string(c))})
	}
	fields := []ui.Input{
		{Name: "title", Label: p.T("risk.f.title"), Required: true, Wide: true},
		{Name: "title_it", Label: p.T("risk.f.title_it"), Wide: true},
		{Name: "category", Label: p.T("risk.f.category"), Type: "select", Options: categories},
		{Name: "project", Label: p.T("risk.f.project"), Hint: p.T("risk.f.project.hint")},
		{Name: "threat", Label: p.T("risk.f.threat"), Hint: p.T("risk.f.threat.hint")},
		{Name: "asset", Label: p.T("risk.f.asset"), Hint: p.T("risk.f.asset.hint")},
		{Name: "services", Label: p.T("risk.services"), Hint: p.T("risk.f.services.hint")},
		{Name: "owner_it", Label: p.T("risk.owner.it"), Type: "select", Options: owners},
		{Name: "owner_security", Label: p.T("risk.owner.security"), Type: "select", Options: owners},
	}
	for _, effect := range risk.Effects {
		fields = append(fields, ui.Input{Name: "effects." + effect, Label: p.T("risk.effect." + effect), Type: "checkbox"})
	}
	if isNew {
		fields = append([]ui.Input{{Name: "id", Label: p.T("risk.f.id"), Hint: p.T("risk.f.id.hint"), Required: true}}, fields...)
	}
	return fields, nil
}

// whyFields say what is done about the scenario and why the estimate is what it is.
func whyFields(p ui.Page, isNew bool) []ui.Input {
	fields := []ui.Input{
		{Name: "treatment", Label: p.T("risk.col.treatment"), Type: "select", Required: true, Options: choices(p, "risk.treatment.", "reduce", "accept", "transfer", "avoid")},
		{Name: "status", Label: p.T("risk.col.status"), Type: "select", Required: true, Options: choices(p, "risk.status.", "open", "treated", "closed")},
		{Name: "rationale", Label: p.T("risk.f.rationale"), Hint: p.T("risk.f.rationale.hint"), Type: "textarea", Rows: 4, Wide: true},
		{Name: "rationale_it", Label: p.T("risk.f.rationale_it"), Type: "textarea", Rows: 4, Wide: true},
		{Name: "version", Type: "hidden"},
	}
	if isNew {
		return fields
	}
	var reasons []string
	for _, r := range risk.Reasons {
		reasons = append(reasons, string(r))
	}
	return append([]ui.Input{
		{Name: "reason", Label: p.T("risk.f.reason"), Hint: p.T("risk.f.reason.hint"), Type: "select", Required: true, Options: choices(p, "risk.reason.", reasons...)},
		{Name: "note", Label: p.T("risk.f.note"), Hint: p.T("risk.f.note.hint"), Wide: true},
	}, fields...)
}

// riskValues are the fields of a scenario as it stands; why it changes is for the next estimate to say.
func riskValues(lang i18n.Lang, r risk.Scenario) url.Values {
	v := url.Values{
		"id": {r.ID}, "title": {r.Title}, "title_it": {r.TitleIT}, "category": {string(r.Category)}, "project": {r.Project}, "threat": {r.Threat},
		"asset": {r.Asset}, "services": {strings.Join(r.Services, ", ")}, "owner_it": {r.OwnerIT}, "owner_security": {r.OwnerSecurity},
		"treatment": {r.Treatment}, "status": {r.Status}, "rationale": {r.Rationale}, "rationale_it": {r.RationaleIT}, "version": {strconv.Itoa(r.Version)},
	}
	for _, effect := range r.Effects {
		v.Set("effects."+effect, "true")
	}
	modelValues(v, lang, r.Model)
	return v
}

// scenario is what the form says; the version is the one that was seen.
func (f *form) scenario(id string) risk.Scenario {
	r := risk.Scenario{
		ID: id, Title: f.text("title"), TitleIT: f.text("title_it"), Category: risk.Category(f.text("category")), Project: f.text("project"),
		Threat: f.text("threat"), Asset: f.text("asset"), Services: words(f.text("services")), OwnerIT: f.text("owner_it"), OwnerSecurity: f.text("owner_security"),
		Model: f.model(), Treatment: f.text("treatment"), Status: f.text("status"), Rationale: f.text("rationale"), RationaleIT: f.text("rationale_it"),
		Reason: risk.Reason(f.text("reason")), Note: f.text("note"), Version: f.whole("version"),
	}
	for _, effect := range risk.Effects {
		if f.text("effects."+effect) == "true" {
			r.Effects = append(r.Effects, effect)
		}
	}
	return r
}

// words are ids apart by commas or space.
func words(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\n' })
}

// riskForm prepares the form of a scenario; typed is what was sent, nil at the first sight.
func (s *Server) riskForm(q *request, r risk.Scenario, isNew bool, typed url.Values, wrong error) (riskFormView, error) {
	view := riskFormView{Refused: s.refusal(q, risk.OpAssess.Name), Bound: !simple(r.Model)}
	view.Detail = view.Bound || q.URL.Query().Get("detail") != "" || typed.Get("detail") != ""
	if !isNew {
		view.ID = r.ID
	}
	about, err := s.aboutFields(q, isNew)
	if err != nil {
		return view, err
	}
	ties, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpTies, struct{}{})
	if err != nil {
		return view, err
	}
	parts := modelParts(q.Page, r.Model, ties, view.Detail)
	why := whyFields(q.Page, isNew)
	view.All = append(append(about, labelled(parts)...), why...)
	view.Err = besideFields(wrong, view.All)
	values := typedOr(typed, riskValues(q.Lang(), r))
	view.About, view.Why = fill(q.Page, values, view.Err, about), fill(q.Page, values, view.Err, why)
	view.Parts = filledParts(q.Page, values, view.Err, parts)
	s.titleRiskForm(q, r, isNew)
	return view, nil
}

func (s *Server) titleRiskForm(q *request, r risk.Scenario, isNew bool) {
	list := ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"}
	if isNew {
		q.title("risks", q.T("risk.new.title"), list)
		return
	}
	q.title("risks", q.T("risk.assess.title"), list, ui.Crumb{Title: r.Name().In(q.Lang()), Href: "/risks/" + r.ID})
}

// riskNew shows the form of a new scenario.
func (s *Server) riskNew(w http.ResponseWriter, q *request) error {
	view, err := s.riskForm(q, risk.Scenario{Treatment: "reduce", Status: "open", Category: risk.IT}, true, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, riskFormPage(q.Page, view))
}

// riskEdit shows the form of the next estimate of a scenario.
func (s *Server) riskEdit(w http.ResponseWriter, q *request) error {
	r, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpGet, risk.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	view, err := s.riskForm(q, r, false, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, riskFormPage(q.Page, view))
}

// riskSave does what the button of the form says: another shape or row, a look at what would come out, or saving.
func (s *Server) riskSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id, isNew := q.PathValue("id"), q.PathValue("id") == ""
	if isNew {
		id = f.text("id")
	}
	r := f.scenario(id)
	do := f.text("do")
	if do != "save" {
		return s.riskTry(w, q, f, r, isNew)
	}
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), s.Run, q.Actor, risk.OpAssess, risk.AssessIn{Scenario: r})
	}
	if err == nil {
		err = s.simulate(q)
	}
	if err != nil {
		view, failed := s.riskForm(q, r, isNew, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, riskFormPage(q.Page, view))
	}
	notice := "risk.notice.assessed"
	if isNew {
		notice = "risk.notice.added"
	}
	return q.redirect(w, "/risks/"+r.ID, notice)
}

// riskTry shows the form again with what a button changed, and saves nothing.
func (s *Server) riskTry(w http.ResponseWriter, q *request, f *form, r risk.Scenario, isNew bool) error {
	do, typed := f.text("do"), f.Values
	if do == "detail" {
		typed.Set("detail", "1")
	}
	if rowAsked.MatchString(do) {
		r.Model = withRows(r.Model, do)
		for name := range typed {
			if strings.HasPrefix(name, "model.") {
				typed.Del(name)
			}
		}
		modelValues(typed, q.Lang(), r.Model)
	}
	view, err := s.riskForm(q, r, isNew, typed, f.err())
	if err != nil {
		return err
	}
	if do == "update" && f.err() == nil {
		view.Preview = s.riskPreview(q, r)
	}
	return q.render(w, riskFormPage(q.Page, view))
}

// riskPreview computes what would come out, or says what is missing.
func (s *Server) riskPreview(q *request, r risk.Scenario) *riskPreview {
	curves, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpPreview, risk.PreviewIn{Model: r.Model})
	if err == nil {
		err = curves.Reason
	}
	if err != nil {
		return &riskPreview{Err: err}
	}
	return &riskPreview{
		Chart: lossChart(q.Page, "preview", q.T("risk.preview.title"), q.T("risk.preview.lead"), 0, stateCurves(q.Page, curves.States)...),
		Facts: stateFacts(q.Page, curves.States),
	}
}

// typedOr gives what was typed, or else the values as they stand.
func typedOr(typed, standing url.Values) url.Values {
	if typed != nil {
		return typed
	}
	return standing
}

func i18nText(en, it string) i18n.Text { return i18n.Text{EN: en, IT: it} }
