package web

import (
	"net/http"
	"strings"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// onboardingView is a checklist and the form that asks for one.
type onboardingView struct {
	Verdict string
	Fields  []ui.Input
	List    landscape.Checklist
	Title   string
}

// landscapeOnboarding gives the checklist of a new element, or of one that is there.
func (s *Server) landscapeOnboarding(w http.ResponseWriter, q *request) error {
	p, query := q.Page, q.URL.Query()
	in := landscape.OnboardingIn{Kind: query.Get("kind"), Variant: query.Get("variant"), Element: query.Get("element")}
	if in.Kind == "" {
		in.Kind = string(landscape.KindSystem)
	}
	if kind, variant, both := strings.Cut(in.Kind, "/"); both { // chosen in the form as one
		in.Kind, in.Variant = kind, variant
	}
	list, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpOnboarding, in)
	if err != nil {
		return err
	}
	v := onboardingView{List: list}
	if wantsExport(q) {
		rows := make([][]any, len(list.Checks))
		for i, c := range list.Checks {
			rows[i] = []any{c.Policy, p.In(c.Title), c.Severity, c.About, c.Of, string(c.State), strings.Join(c.Unset, " "), c.Holds}
		}
		return export(w, q, "onboarding", []string{"policy", "title", "severity", "about", "connection", "state", "unset", "holds"}, rows)
	}
	element, err := s.elementPicker(q, "element", p.T("landscape.onboarding.element"), in.Element, false)
	if err != nil {
		return err
	}
	if len(element.Options) > 0 {
		element.Options[0].Text = p.T("landscape.onboarding.new")
	}
	chosen := in.Kind
	if in.Variant != "" {
		chosen += "/" + in.Variant
	}
	v.Fields = []ui.Input{{Name: "kind", Label: p.T("landscape.field.kind"), Type: "select", Value: chosen, Options: kindsAndVariants(p)}, element}
	v.Title, v.Verdict = onboardingWords(p, list)
	q.landscapeTitle(q.T("landscape.onboarding.title"), ui.Crumb{Title: q.T("landscape.policies.title"), Href: "/landscape/policies"})
	return q.render(w, onboardingPage(q.Page, v))
}

func kindsAndVariants(p ui.Page) []ui.Option {
	var all []ui.Option
	for _, kind := range landscape.Kinds {
		all = append(all, ui.Option{Value: string(kind), Text: kindWord(p, kind)})
		for _, variant := range landscape.Variants[kind] {
			all = append(all, ui.Option{Value: string(kind) + "/" + variant, Text: kindWord(p, kind) + " · " + p.T("landscape.variant."+variant)})
		}
	}
	return all
}

func onboardingWords(p ui.Page, c landscape.Checklist) (title, verdict string) {
	if c.Element != "" {
		return p.In(c.Name), p.T("landscape.onboarding.verdict.element", "name", p.In(c.Name), "n", p.Integer(len(c.Checks)), "met", p.Integer(c.Count.Met),
			"violated", p.Integer(c.Count.Violated), "unknown", p.Integer(c.Count.Unknown))
	}
	title = kindWord(p, c.Kind)
	if c.Variant != "" {
		title += " · " + p.T("landscape.variant."+c.Variant)
	}
	return title, p.N("landscape.onboarding.verdict.kind", len(c.Checks), "kind", title)
}

func checkState(c landscape.Check) ui.State {
	switch c.State {
	case landscape.CheckMet:
		return ui.OK
	case landscape.CheckViolated:
		return ui.Bad
	case landscape.CheckUnknown:
		return ui.Unk
	default:
		return ui.Plain
	}
}

// checksAbout are the checks about the element, or about its connections.
func checksAbout(all []landscape.Check, about string) []landscape.Check {
	var some []landscape.Check
	for _, c := range all {
		if c.About == about {
			some = append(some, c)
		}
	}
	return some
}
