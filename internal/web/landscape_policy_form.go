package web

import (
	"net/http"
	"net/url"
	"strconv"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/landscape/rule"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// policyForm is the form of a policy: its fields, what a try gave, and the language that its rules are written in.
type policyForm struct {
	Action, Back string
	Fields       []ui.Input
	Err          error
	Refusal      string
	Tried        *landscape.TryPolicyOut
	Subject      string
	Facts        []rule.Field
	Of           map[string][]rule.Field // facts of the things that a fact leads to
	Examples     []policyExample
}

// policyExample is a rule to begin with.
type policyExample struct{ Subject, Applies, Holds string }

// policyExamples are rules to begin with; their words are messages under the same number.
var policyExamples = []policyExample{
	{"connection", `crossing and live`, `encrypted and authenticated`},
	{"connection", `crossing and live`, `agreed and days_until(agreement.until) >= 90`},
	{"element", `kind == "system" and criticality <= 2`, `known(owner) and known(rto) and rto <= 480`},
	{"element", `kind == "supplier"`, `exit_plan or not (substitutability in ["complex", "none"])`},
	{"path", `consumer.kind == "service" and provider.outside`, `all(connections, known(.protocol))`},
	{"map", ``, `none(elements, .kind == "service" and len(.reach("supplier")) > 5)`},
}

func (s *Server) policyFields(q *request, isNew bool) ([]ui.Input, error) {
	p := q.Page
	owners, err := s.ownerOptions(q)
	if err != nil {
		return nil, err
	}
	label := func(name string) string { return p.T("landscape.policy.f." + name) }
	fields := []ui.Input{
		{Name: "title", Label: label("title"), Hint: p.T("landscape.policy.f.title.hint"), Required: true, Wide: true},
		{Name: "title_it", Label: label("title_it"), Wide: true},
		{Name: "why", Label: label("why"), Type: "textarea", Rows: 2, Wide: true},
		{Name: "why_it", Label: label("why_it"), Type: "textarea", Rows: 2, Wide: true},
		{Name: "subject", Label: label("subject"), Hint: p.T("landscape.policy.f.subject.hint"), Type: "select", Required: true, Options: choices(p, "landscape.subject.", landscape.Subjects...)},
		{Name: "severity", Label: label("severity"), Type: "select", Required: true, Options: choices(p, "landscape.severity.", landscape.Severities...)},
		{Name: "applies", Label: label("applies"), Hint: p.T("landscape.policy.f.applies.hint"), Type: "textarea", Rows: 3, Wide: true},
		{Name: "holds", Label: label("holds"), Hint: p.T("landscape.policy.f.holds.hint"), Type: "textarea", Rows: 3, Required: true, Wide: true},
		{Name: "owner", Label: label("owner"), Type: "select", Options: owners},
		{Name: "reference", Label: label("reference"), Hint: p.T("landscape.policy.f.reference.hint")},
		{Name: "version", Type: "hidden"},
	}
	if isNew {
		fields = append(fields[:2:2], append([]ui.Input{{Name: "id", Label: label("id"), Hint: p.T("landscape.policy.f.id.hint")}}, fields[2:]...)...)
	}
	return fields, nil
}

func policyValues(p landscape.Policy) url.Values {
	return url.Values{
		"id": {p.ID}, "title": {p.Title}, "title_it": {p.TitleIT}, "why": {p.Why}, "why_it": {p.WhyIT}, "subject": {p.Subject}, "severity": {p.Severity},
		"applies": {p.Applies}, "holds": {p.Holds}, "owner": {p.Owner}, "reference": {p.Reference}, "version": {strconv.FormatInt(p.Version, 10)},
	}
}

func (f *form) policy() landscape.Policy {
	return landscape.Policy{
		ID: f.text("id"), Title: f.text("title"), TitleIT: f.text("title_it"), Why: f.text("why"), WhyIT: f.text("why_it"), Subject: f.text("subject"),
		Severity: f.text("severity"), Applies: f.text("applies"), Holds: f.text("holds"), Owner: f.text("owner"), Reference: f.text("reference"),
		Version: int64(f.whole("version")),
	}
}

// policyFormOf prepares the form with these values.
func (s *Server) policyFormOf(q *request, values url.Values, id string, wrong error) (policyForm, error) {
	form := policyForm{Action: "/landscape/policies/new", Back: "/landscape/policies", Err: wrong, Examples: policyExamples, Subject: values.Get("subject"), Of: map[string][]rule.Field{}}
	title := q.T("landscape.policy.new")
	if id != "" {
		form.Action, form.Back, title = "/landscape/policies/edit/"+id, "/landscape/policies/"+id, q.T("landscape.policy.edit")
	}
	fields, err := s.policyFields(q, id == "")
	if err != nil {
		return form, err
	}
	form.Fields = fill(q.Page, values, wrong, fields)
	form.Facts = landscape.FactsOf(form.Subject)
	for _, subject := range []string{"element", "connection"} {
		form.Of[subject] = landscape.FactsOf(subject)
	}
	form.Refusal = s.refusal(q, landscape.OpAddPolicy.Name)
	q.landscapeTitle(title, ui.Crumb{Title: q.T("landscape.policies.title"), Href: "/landscape/policies"})
	return form, nil
}

// policyNew shows the form of a new policy; an example can be named in the address.
func (s *Server) policyNew(w http.ResponseWriter, q *request) error {
	start := landscape.Policy{Subject: "connection", Severity: "medium"}
	if n, err := strconv.Atoi(q.URL.Query().Get("example")); err == nil && n >= 0 && n < len(policyExamples) {
		one := policyExamples[n]
		start.Subject, start.Applies, start.Holds = one.Subject, one.Applies, one.Holds
	}
	form, err := s.policyFormOf(q, policyValues(start), "", nil)
	if err != nil {
		return err
	}
	return q.render(w, policyFormPage(q.Page, form))
}

// policyEdit shows the form of the next version of a policy.
func (s *Server) policyEdit(w http.ResponseWriter, q *request) error {
	out, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetPolicy, landscape.GetPolicyIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	form, err := s.policyFormOf(q, policyValues(out.Policy.Policy), out.Policy.ID, nil)
	if err != nil {
		return err
	}
	return q.render(w, policyFormPage(q.Page, form))
}

// policySave tries or saves what the form says.
func (s *Server) policySave(w http.ResponseWriter, q *request) error {
	id := q.PathValue("id")
	f, err := q.form()
	if err != nil {
		return err
	}
	p := f.policy()
	if id != "" {
		p.ID = id
	}
	if f.text("do") == "try" {
		return s.policyTry(w, q, f, id)
	}
	run := landscape.OpAddPolicy
	if id != "" {
		run = landscape.OpChangePolicy
	}
	saved, err := op.Do(q.Context(), s.Run, q.Actor, run, p)
	if err == nil {
		return q.redirect(w, "/landscape/policies/"+saved.ID, "landscape.saved")
	}
	form, formErr := s.policyFormOf(q, f.Values, id, err)
	if formErr != nil {
		return formErr
	}
	return q.again(w, err, policyFormPage(q.Page, form))
}

// policyTry shows what the rule would say of the map today; nothing is saved.
func (s *Server) policyTry(w http.ResponseWriter, q *request, f *form, id string) error {
	in := landscape.TryPolicyIn{Subject: f.text("subject"), Applies: f.text("applies"), Holds: f.text("holds")}
	out, wrong := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpTryPolicy, in)
	if _, ok := problem.As(wrong); wrong != nil && !ok {
		return wrong
	}
	form, err := s.policyFormOf(q, f.Values, id, wrong)
	if err != nil {
		return err
	}
	if wrong != nil {
		return q.again(w, wrong, policyFormPage(q.Page, form))
	}
	form.Tried = &out
	return q.render(w, policyFormPage(q.Page, form))
}

// factWords describes a fact of the language: its type, and what it can be.
func factWords(p ui.Page, f rule.Field) string {
	kind := string(f.Type)
	switch f.Type {
	case rule.One:
		kind = "thing"
	case rule.Many:
		kind = "things"
	}
	words := p.T("landscape.policy.type." + kind)
	if f.Takes {
		return p.T("landscape.policy.type.takes")
	}
	for i, word := range f.Words {
		sign := ", "
		if i == 0 {
			sign = ": "
		}
		words += sign + word
	}
	return words
}
