package web

import (
	"net/http"
	"net/url"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// landscapeViolations lists what violates the policies.
func (s *Server) landscapeViolations(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := landscape.ViolationFilter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")}, Policy: query.Get("policy"), Pack: query.Get("pack"),
		Severity: query.Get("severity"), Element: query.Get("element"), Owner: query.Get("owner"), State: query.Get("state"), Text: query.Get("text"),
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpViolations, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		rows := make([][]any, len(page.Items))
		for i, v := range page.Items {
			until := ""
			if v.Exception != nil {
				until = v.Exception.Until
			}
			rows[i] = []any{v.Policy, q.Page.In(v.PolicyTitle), v.Severity, string(v.State), v.Kind, v.Subject, titleOf(q.Page, v), v.Owner, until, allEvidence(q.Page, v), strings.Join(v.Unset, " ")}
		}
		return export(w, q, "violations", []string{"policy", "policy_title", "severity", "state", "kind", "subject", "title", "owner", "exception_until", "facts", "unset"}, rows)
	}
	all, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListPolicies, landscape.PolicyFilter{})
	if err != nil {
		return err
	}
	owners, err := s.ownerOptions(q)
	if err != nil {
		return err
	}
	q.landscapeTitle(q.T("landscape.violations.title"), ui.Crumb{Title: q.T("landscape.policies.title"), Href: "/landscape/policies"})
	return q.render(w, violationsPage(q.Page, policiesVerdict(q.Page, all), violationList(q.Page, page, all, owners)))
}

func violationList(p ui.Page, page db.PageOf[landscape.Violation], policies []landscape.PolicyRow, owners []ui.Option) ui.List {
	which := []ui.Option{{Text: p.T("web.filter.any")}}
	for _, one := range policies {
		if one.Count.Violated+one.Count.Excepted+one.Count.CannotTell > 0 {
			which = append(which, ui.Option{Value: one.ID, Text: p.In(one.Name())})
		}
	}
	owners[0].Text = p.T("web.filter.any")
	list := ui.List{
		Caption: p.T("landscape.violations.title"), Total: page.Total, Next: page.Next, Exports: true, Nothing: p.T("landscape.violations.none"), Sort: sortedBy(p, "severity"),
		Columns: []ui.Column{
			{Key: "subject", Title: p.T("landscape.violations.subject"), Wide: true},
			{Key: "severity", Title: p.T("landscape.policy.f.severity")},
			{Key: "policy", Title: p.T("landscape.violations.policy"), Wide: true},
			{Key: "state", Title: p.T("landscape.violations.state")},
			{Key: "owner", Title: p.T("landscape.field.owner")},
			{Title: p.T("landscape.violations.exception")},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("landscape.list.text")},
			{Name: "state", Label: p.T("landscape.violations.state"), Type: "select", Options: append([]ui.Option{{Text: p.T("landscape.violations.both")}}, choices(p, "landscape.violation.", "open", "excepted", "cannot-tell", "all")...)},
			{Name: "severity", Label: p.T("landscape.policy.f.severity"), Type: "select", Options: anyOf(p, "landscape.severity.", landscape.Severities...)},
			{Name: "policy", Label: p.T("landscape.violations.policy"), Type: "select", Options: which},
			{Name: "owner", Label: p.T("landscape.field.owner"), Type: "select", Options: owners},
		},
	}
	if p.Query.Get("element") != "" {
		list.Filters = append(list.Filters, ui.Input{Name: "element", Label: p.T("landscape.violations.element")})
	}
	for _, v := range page.Items {
		list.Rows = append(list.Rows, ui.Cells(
			ui.To(subjectHref(v), titleOf(p, v)).Below(evidenceWords(p, v)), ui.Is(severityState(v.Severity), p.T("landscape.severity."+v.Severity)),
			ui.To("/landscape/policies/"+v.Policy, p.In(v.PolicyTitle)), ui.Is(violationState(v), p.T("landscape.violation."+string(v.State))),
			ui.Words(orDash(p.In(nameOr(v.OwnerName, v.Owner)))), exceptionCell(p, v),
		))
	}
	return list
}

// exceptionCell tells how the exception of a violation stands, or leads to where one is asked for.
func exceptionCell(p ui.Page, v landscape.Violation) ui.Cell {
	ask := "/landscape/exceptions?policy=" + url.QueryEscape(v.Policy) + "&subject=" + url.QueryEscape(string(subjectRef(v))) + "#ask"
	switch {
	case v.Exception != nil && v.Exception.State != landscape.ExceptionExpired && v.Exception.State != landscape.ExceptionRefused:
		return ui.Is(exceptionState(v.Exception.State), p.T("landscape.exception.state."+string(v.Exception.State))).Below(p.T("landscape.exception.until", "when", day(p, v.Exception.Until)))
	case v.State == landscape.ViolationUntold || subjectRef(v) == "":
		return ui.Words("–")
	case v.Exception != nil:
		return ui.To(ask, p.T("landscape.exception.again")).Below(p.T("landscape.exception.state." + string(v.Exception.State)))
	default:
		return ui.To(ask, p.T("landscape.exception.ask"))
	}
}

func exceptionState(state landscape.ExceptionState) ui.State {
	switch state {
	case landscape.ExceptionInForce:
		return ui.OK
	case landscape.ExceptionPending, landscape.ExceptionGranted:
		return ui.Warn
	default:
		return ui.Plain
	}
}

// exceptionsView is the list of exceptions and the form that asks for one.
type exceptionsView struct {
	Verdict string
	List    ui.List
	Granted []landscape.ExceptionRow // that somebody must put in force
	Fields  []ui.Input
	Err     error
}

// landscapeExceptions lists exceptions.
func (s *Server) landscapeExceptions(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := landscape.ExceptionFilter{State: query.Get("state"), Policy: ""}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListExceptions, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		table := make([][]any, len(rows))
		for i, e := range rows {
			table[i] = []any{e.ID, e.Policy, string(e.Subject), string(e.State), e.Until, e.Reason, e.AskedBy, e.Decision}
		}
		return export(w, q, "exceptions", []string{"id", "policy", "subject", "state", "until", "reason", "asked_by", "decision"}, table)
	}
	view, err := s.exceptionsView(q, rows, url.Values{"policy": {query.Get("policy")}, "subject": {query.Get("subject")}}, nil)
	if err != nil {
		return err
	}
	return q.render(w, exceptionsPage(q.Page, view))
}

func (s *Server) exceptionsView(q *request, rows []landscape.ExceptionRow, typed url.Values, wrong error) (exceptionsView, error) {
	p := q.Page
	v := exceptionsView{Err: wrong, List: exceptionList(p, rows)}
	count := map[landscape.ExceptionState]int{}
	for _, e := range rows {
		count[e.State]++
		if e.State == landscape.ExceptionGranted {
			v.Granted = append(v.Granted, e)
		}
	}
	v.Verdict = p.T("landscape.exceptions.verdict", "force", p.Integer(count[landscape.ExceptionInForce]),
		"pending", p.Integer(count[landscape.ExceptionPending]+count[landscape.ExceptionGranted]), "expired", p.Integer(count[landscape.ExceptionExpired]))
	policies, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListPolicies, landscape.PolicyFilter{Sort: "title"})
	if err != nil {
		return v, err
	}
	which := []ui.Option{{Text: p.T("landscape.unsaid")}}
	for _, one := range policies {
		if one.Subject != "map" && !one.Disabled {
			which = append(which, ui.Option{Value: one.ID, Text: p.In(one.Name())})
		}
	}
	v.Fields = fill(p, typed, wrong, []ui.Input{
		{Name: "policy", Label: p.T("landscape.violations.policy"), Type: "select", Options: which, Required: true, Wide: true},
		{Name: "subject", Label: p.T("landscape.violations.subject"), Hint: p.T("landscape.exception.subject.hint"), Required: true},
		{Name: "until", Label: p.T("landscape.exception.f.until"), Type: "date", Required: true},
		{Name: "reason", Label: p.T("landscape.exception.f.reason"), Hint: p.T("landscape.exception.f.reason.hint"), Type: "textarea", Rows: 3, Required: true, Wide: true},
		{Name: "reason_it", Label: p.T("landscape.exception.f.reason_it"), Type: "textarea", Rows: 2, Wide: true},
	})
	q.landscapeTitle(q.T("landscape.exceptions.title"), ui.Crumb{Title: q.T("landscape.policies.title"), Href: "/landscape/policies"})
	return v, nil
}

func exceptionList(p ui.Page, rows []landscape.ExceptionRow) ui.List {
	list := ui.List{
		Caption: p.T("landscape.exceptions.title"), Total: len(rows), Exports: true, Nothing: p.T("landscape.exceptions.none"),
		Columns: []ui.Column{
			{Title: p.T("landscape.violations.subject"), Wide: true},
			{Title: p.T("landscape.violations.policy"), Wide: true},
			{Title: p.T("landscape.violations.state")},
			{Title: p.T("landscape.exception.f.until"), Short: true},
			{Title: p.T("landscape.exception.decision")},
		},
		Filters: []ui.Input{{Name: "state", Label: p.T("landscape.violations.state"), Type: "select", Options: anyOf(p, "landscape.exception.state.", wordsOf(landscape.ExceptionStates)...)}},
	}
	for _, e := range rows {
		subject := ui.Words(p.In(e.Title))
		if e.Page != "" {
			subject = ui.To("/landscape/"+e.Page, p.In(e.Title))
		}
		decided := ui.Words("–")
		if e.Decision != "" {
			decided = ui.To("/decisions/"+e.Decision, p.T("landscape.exception.decision.open"))
		}
		list.Rows = append(list.Rows, ui.Cells(subject.Below(p.In(e.ReasonIn())), ui.To("/landscape/policies/"+e.Policy, p.In(nameOr(e.PolicyTitle, e.Policy))),
			ui.Is(exceptionState(e.State), p.T("landscape.exception.state."+string(e.State))), ui.Words(day(p, e.Until)), decided))
	}
	return list
}

// exceptionAsk asks both officers for an exception.
func (s *Server) exceptionAsk(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	in := landscape.AskExceptionIn{Policy: f.text("policy"), Subject: ref.Ref(f.text("subject")), Reason: f.text("reason"), ReasonIT: f.text("reason_it"), Until: f.text("until")}
	row, err := op.Do(q.Context(), s.Run, q.Actor, landscape.OpAskException, in)
	if err == nil {
		return q.redirect(w, "/decisions/"+row.Exception.Decision, "landscape.exception.asked")
	}
	rows, listErr := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListExceptions, landscape.ExceptionFilter{})
	if listErr != nil {
		return listErr
	}
	view, viewErr := s.exceptionsView(q, rows, f.Values, err)
	if viewErr != nil {
		return viewErr
	}
	return q.again(w, err, exceptionsPage(q.Page, view))
}

// exceptionEnforce puts an exception in force.
func (s *Server) exceptionEnforce(w http.ResponseWriter, q *request) error {
	if _, err := op.Do(q.Context(), s.Run, q.Actor, landscape.OpEnforceException, landscape.EnforceExceptionIn{ID: q.PathValue("id")}); err != nil {
		return err
	}
	return q.redirect(w, "/landscape/exceptions", "landscape.exception.enforced")
}

// violationsOf gives the first violations about an element: what is open before what is excepted or cannot be told.
func (s *Server) violationsOf(q *request, element string) (db.PageOf[landscape.Violation], error) {
	filter := landscape.ViolationFilter{Page: db.Page{Limit: violationsShown, Sort: "state"}, Element: element, State: "all"}
	return op.Ask(q.Context(), s.Run, q.Actor, landscape.OpViolations, filter)
}
