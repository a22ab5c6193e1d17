package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// delegationsView is who answers for an office in the place of its holder.
type delegationsView struct {
	Verdict string
	List    ui.List
	Office  string // whose key the reader may delegate; empty: none
	Fields  []ui.Input
	Err     error
}

// decisionDelegations lists who answers for whom.
func (s *Server) decisionDelegations(w http.ResponseWriter, q *request) error {
	v, rows, err := s.delegationsView(q, nil, nil)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		header := []string{q.T("decision.delegations.office"), q.T("decision.delegations.from"), q.T("decision.delegations.to"), q.T("decision.delegate.first"), q.T("decision.delegate.last"), q.T("decision.delegations.state"), q.T("decision.delegations.reason")}
		return export(w, q, "delegations", header, rows)
	}
	return q.render(w, delegationsPage(q.Page, v))
}

func (s *Server) delegationsView(q *request, typed url.Values, wrong error) (delegationsView, [][]any, error) {
	p := q.Page
	v := delegationsView{Err: wrong, Verdict: p.T("decision.delegations.verdict.none")}
	all, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpDelegations, struct{}{})
	if err != nil {
		return v, nil, err
	}
	everybody, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpList, identity.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return v, nil, err
	}
	var who []string
	for _, d := range all {
		who = append(who, d.From, d.To)
	}
	called, err := s.called(q, people(who...)...)
	if err != nil {
		return v, nil, err
	}
	all = sortedDelegations(p, all, called)
	rows := v.list(q, all, called)
	for _, office := range []string{identity.OfficeCIO, identity.OfficeCISO} {
		if q.Actor.Holds(office) && s.refusal(q, decision.OpDelegate.Name) == "" {
			v.Office = office
		}
	}
	options := []ui.Option{{}}
	for _, one := range everybody.Items {
		if one.ID != q.Actor.Ref.ID() {
			options = append(options, ui.Option{Value: one.ID, Text: one.Name})
		}
	}
	v.Fields = fill(p, typed, wrong, []ui.Input{
		{Name: "to", Label: p.T("decision.delegate.to"), Type: "select", Required: true, Options: options},
		{Name: "first_day", Label: p.T("decision.delegate.first"), Type: "date", Required: true},
		{Name: "last_day", Label: p.T("decision.delegate.last"), Type: "date", Required: true},
		{Name: "reason", Label: p.T("decision.delegations.reason"), Wide: true},
	})
	q.title("decisions", p.T("decision.delegations.title"), ui.Crumb{Title: p.T("decision.list.title"), Href: "/decisions"})
	return v, rows, nil
}

// sortedDelegations keeps those that the filter leaves, in the order that the reader asks for.
func sortedDelegations(p ui.Page, all []decision.Delegation, called names) []decision.Delegation {
	if state := p.Query.Get("state"); state != "" {
		all = slices.DeleteFunc(all, func(d decision.Delegation) bool { return delegationState(d, identity.Day(p.Now)) != state })
	}
	key := map[string]func(decision.Delegation) string{
		"office": func(d decision.Delegation) string { return d.Office }, "from": func(d decision.Delegation) string { return called.person(p.Lang, d.From) },
		"to": func(d decision.Delegation) string { return called.person(p.Lang, d.To) }, "days": func(d decision.Delegation) string { return d.FirstDay },
	}[strings.TrimPrefix(p.Query.Get("sort"), "-")]
	if key != nil {
		slices.SortStableFunc(all, func(a, b decision.Delegation) int { return strings.Compare(key(a), key(b)) })
		if strings.HasPrefix(p.Query.Get("sort"), "-") {
			slices.Reverse(all)
		}
	}
	return all
}

// delegationState is now, later, past or revoked.
func delegationState(d decision.Delegation, today string) string {
	switch {
	case d.RevokedAt != nil:
		return "revoked"
	case d.LastDay < today:
		return "past"
	case d.FirstDay > today:
		return "later"
	default:
		return "now"
	}
}

func (v *delegationsView) list(q *request, all []decision.Delegation, called names) [][]any {
	p := q.Page
	v.List = ui.List{
		Caption: p.T("decision.delegations.title"), Sort: p.Query.Get("sort"), Total: len(all), Exports: true, Nothing: p.T("decision.delegations.empty"),
		Columns: []ui.Column{
			{Key: "to", Title: p.T("decision.delegations.to")},
			{Key: "office", Title: p.T("decision.delegations.office")},
			{Key: "from", Title: p.T("decision.delegations.from")},
			{Key: "days", Title: p.T("decision.delegations.days"), Short: true},
			{Title: p.T("decision.delegations.state")},
			{Title: p.T("decision.revoke.button")},
		},
		Filters: []ui.Input{{Name: "state", Label: p.T("decision.delegations.state"), Type: "select", Options: anyOf(p, "decision.delegation.", "now", "later", "past", "revoked")}},
	}
	rows := make([][]any, len(all))
	var said []string
	for i, d := range all {
		state := delegationState(d, identity.Day(p.Now))
		look := map[string]ui.State{"now": ui.OK}[state]
		if look == "" {
			look = ui.Plain
		}
		to, from, office := called.person(p.Lang, d.To), called.person(p.Lang, d.From), p.T("office."+d.Office)
		if state == "now" {
			said = append(said, p.T("decision.delegations.verdict", "to", to, "from", from, "office", office, "day", dayWords(p.Lang, d.LastDay)))
		}
		end := ui.Words("–")
		if d.From == q.Actor.Ref.ID() && (state == "now" || state == "later") {
			end = ui.Of(ui.Post("/decisions/delegations", p.T("decision.revoke.button"), "s", "do", "revoke", "id", d.ID))
		}
		v.List.Rows = append(v.List.Rows, ui.Cells(ui.To(personHref(d.To), to).Below(d.Reason), ui.Words(office), ui.To(personHref(d.From), from),
			ui.Words(p.T("decision.delegations.span", "first", dayWords(p.Lang, d.FirstDay), "last", dayWords(p.Lang, d.LastDay))), ui.Is(look, p.T("decision.delegation."+state)), end))
		rows[i] = []any{office, from, to, d.FirstDay, d.LastDay, p.T("decision.delegation." + state), d.Reason}
	}
	if len(said) > 0 {
		v.Verdict = strings.Join(said, " ")
	}
	return rows
}

// decisionDelegate delegates the reader's key, or ends a delegation.
func (s *Server) decisionDelegate(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	notice := "decision.delegate.done"
	if f.text("do") == "revoke" {
		notice = "decision.revoke.done"
		err = doNamed(s, q, decision.OpRevoke, decision.RevokeIn{ID: f.text("id")})
	} else {
		err = doNamed(s, q, decision.OpDelegate, decision.DelegateIn{
			Office: f.text("office"), To: f.text("to"), FirstDay: typedDay(f.text("first_day")), LastDay: typedDay(f.text("last_day")), Reason: f.text("reason"),
		})
	}
	if err != nil {
		v, _, failed := s.delegationsView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, delegationsPage(q.Page, v))
	}
	return q.redirect(w, "/decisions/delegations", notice)
}

// keyPolicyView is how decisions are made here.
type keyPolicyView struct {
	Verdict string
	Gaps    []string
	Facts   []ui.Fact
	Fields  []ui.Input
	Kinds   []ui.Input
	Refused string
	Err     error
}

// decisionPolicy shows how decisions are made here.
func (s *Server) decisionPolicy(w http.ResponseWriter, q *request) error {
	v, err := s.keyPolicyView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, keyPolicyPage(q.Page, v))
}

func (s *Server) keyPolicyView(q *request, typed url.Values, wrong error) (keyPolicyView, error) {
	p := q.Page
	v := keyPolicyView{Err: wrong, Refused: s.refusal(q, decision.OpSetPolicy.Name)}
	policy, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpPolicy, struct{}{})
	if err != nil {
		return v, err
	}
	if v.Gaps, err = s.gaps(q); err != nil {
		return v, err
	}
	v.Verdict = p.T("decision.policy.verdict", "high", policy.High, "medium", policy.Medium, "low", policy.Low, "first", p.T("office."+policy.First), "second", p.T("office."+policy.Second))
	if len(v.Gaps) == 0 {
		v.Verdict += " " + p.T("decision.policy.sound")
	}
	kinds := make([]string, len(policy.Emergencies))
	for i, k := range policy.Emergencies {
		kinds[i] = p.T("decision.kind." + string(k))
	}
	offices := choices(p, "office.", decision.Arbiters...)
	standing := keyPolicyValues(policy)
	for _, name := range []string{"high", "medium", "low", "settle", "first", "second", "ratify_hours", "valid_days"} {
		in := ui.Input{Name: name, Label: p.T("decision.policy." + name), Mode: "numeric", Required: true}
		text := standing.Get(name)
		if name == "first" || name == "second" {
			in.Type, in.Mode, in.Options, text = "select", "", offices, p.T("office."+text)
		}
		v.Fields = append(v.Fields, in)
		v.Facts = append(v.Facts, ui.Fact{Term: in.Label, Text: text})
	}
	v.Facts = append(v.Facts, ui.Fact{Term: p.T("decision.policy.emergencies"), Text: strings.Join(kinds, ", ")})
	if typed != nil {
		standing = typed
	}
	v.Fields = fill(p, standing, wrong, v.Fields)
	for _, kind := range emergencyKinds {
		v.Kinds = append(v.Kinds, ui.Input{Name: "emergency." + string(kind), Label: p.T("decision.kind." + string(kind)), Type: "checkbox", Value: standing.Get("emergency." + string(kind))})
	}
	q.title("decisions", p.T("decision.policy.title"), ui.Crumb{Title: p.T("decision.list.title"), Href: "/decisions"})
	return v, nil
}

// emergencyKinds are those of which the board may say that one officer puts them in force.
var emergencyKinds = []decision.Kind{decision.Change, decision.Exception, decision.AcceptRisk, decision.Policy, decision.Other}

func keyPolicyValues(k decision.KeyPolicy) url.Values {
	values := url.Values{"first": {k.First}, "second": {k.Second}}
	for name, n := range map[string]int{"high": k.High, "medium": k.Medium, "low": k.Low, "settle": k.Settle, "ratify_hours": k.RatifyHours, "valid_days": k.ValidDays} {
		values.Set(name, strconv.Itoa(n))
	}
	for _, kind := range k.Emergencies {
		values.Set("emergency."+string(kind), "true")
	}
	return values
}

// decisionSetPolicy changes how decisions are made.
func (s *Server) decisionSetPolicy(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	in := decision.KeyPolicy{
		High: f.whole("high"), Medium: f.whole("medium"), Low: f.whole("low"), Settle: f.whole("settle"), First: f.text("first"), Second: f.text("second"),
		RatifyHours: f.whole("ratify_hours"), ValidDays: f.whole("valid_days"), Emergencies: []decision.Kind{},
	}
	for _, kind := range emergencyKinds {
		if f.text("emergency."+string(kind)) == "true" {
			in.Emergencies = append(in.Emergencies, kind)
		}
	}
	if err = f.err(); err == nil {
		err = doNamed(s, q, decision.OpSetPolicy, in)
	}
	if err != nil {
		v, failed := s.keyPolicyView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, keyPolicyPage(q.Page, v))
	}
	return q.redirect(w, "/decisions/policy", "decision.policy.done")
}
