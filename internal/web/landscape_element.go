package web

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// elementPageView is what the page of an element shows.
type elementPageView struct {
	landscape.ElementView
	Picture picture
	History []ui.Entry
	Risks   []risk.Scenario                // about it, of those that are open
	Exposed int                            // open exposures on it
	Broken  db.PageOf[landscape.Violation] // violations of policies, and what cannot be told
	Point   *landscape.PointOut
	Refusal string // why the reader may not change it; empty when they may
}

// landscapeElement shows what an element is and what hangs together with it.
func (s *Server) landscapeElement(w http.ResponseWriter, q *request) error {
	v, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetElement, landscape.GetElementIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	entries, err := s.history(q, v.Element.Ref())
	if err != nil {
		return err
	}
	page := elementPageView{ElementView: v, Picture: draw(q.Page, v), History: entries, Refusal: s.refusal(q, "landscape.change-element")}
	if err := s.elementBeside(q, &page); err != nil {
		return err
	}
	q.landscapeTitle(q.Page.In(v.Element.Title()))
	return q.render(w, elementPage(q.Page, page))
}

// elementBeside asks other areas what they know about the element; who may not ask sees nothing of it.
func (s *Server) elementBeside(q *request, v *elementPageView) error {
	id := v.Element.ID
	exposures, err := op.Ask(q.Context(), s.Run, q.Actor, evidence.OpExposures, evidence.ExposureFilter{Page: db.Page{Limit: 1}, Element: id, Open: "yes"})
	if err != nil && !problem.Is(err, problem.Forbidden) {
		return err
	}
	v.Exposed = exposures.Total
	risks, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpList, risk.Filter{Page: db.Page{Limit: 20}, Asset: id, Status: "open"})
	if err != nil && !problem.Is(err, problem.Forbidden) {
		return err
	}
	v.Risks = risks.Items
	if v.Broken, err = s.violationsOf(q, id); err != nil {
		return err
	}
	if v.Element.Ended() || v.MapSize > mostMeasured {
		return nil
	}
	point, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpPoint, landscape.PointIn{ID: id, Quick: true})
	if err == nil {
		v.Point = &point
	}
	return err
}

// mostMeasured is up to how large a map its measures are ready while somebody waits for the page of an element; on larger
// ones the page of the point has them.
const mostMeasured = 10_000

// essentialFacts are the measures of the element as a point of connection.
func essentialFacts(p ui.Page, v landscape.PointOut) []ui.Fact {
	return []ui.Fact{
		{Term: p.T("landscape.element.point.dependents"), Text: p.Integer(v.Dependents)},
		{Term: p.T("landscape.element.point.blast"), Text: p.Integer(v.Blast)},
		{Term: p.T("landscape.element.point.stops"), Text: p.Integer(v.Stops)},
		{Term: p.T("landscape.element.point.cut-off"), Text: p.Integer(v.CutOff)},
		{Term: p.T("landscape.element.point.gate"), Text: p.Integer(v.Gate)},
	}
}

// linkDetails says how a connection is secured, who answers for it and under which agreement.
func linkDetails(p ui.Page, v elementPageView, c landscape.Connection) string {
	var parts []string
	for _, one := range []struct {
		name   string
		answer *bool
	}{{"encrypted", c.Encrypted}, {"authenticated", c.Authenticated}, {"logged", c.Logged}} {
		if one.answer != nil {
			parts = append(parts, p.T("landscape.field."+one.name)+": "+yesNo(p, one.answer))
		}
	}
	for _, one := range []struct{ name, id string }{{"owner_from", c.OwnerFrom}, {"owner_to", c.OwnerTo}} {
		if one.id != "" {
			parts = append(parts, p.T("landscape.field."+one.name)+": "+orDash(cmp.Or(v.People[one.id], one.id)))
		}
	}
	for _, a := range v.Agreements {
		if a.ID == c.Agreement {
			parts = append(parts, p.T("landscape.field.agreement")+": "+p.In(a.Name()))
		}
	}
	if c.ReviewOn != "" {
		parts = append(parts, p.T("landscape.field.review_on")+": "+day(p, c.ReviewOn))
	}
	return strings.Join(parts, " · ")
}

// elementVerdict says in a sentence what hangs on the element.
func elementVerdict(p ui.Page, v elementPageView) string {
	if v.Element.Ended() {
		return p.T("landscape.element.ended", "when", p.Date(*v.Element.EndedAt))
	}
	names := []string{}
	for _, service := range v.Supports {
		if service.ID != v.Element.ID {
			names = append(names, p.In(service.Name))
		}
	}
	switch {
	case len(names) == 0:
		return p.T("landscape.element.supports.none")
	case len(names) > 4:
		return p.N("landscape.element.supports", len(names), "names", strings.Join(names[:4], ", ")+" …")
	default:
		return p.N("landscape.element.supports", len(names), "names", strings.Join(names, ", "))
	}
}

func elementFacts(p ui.Page, v elementPageView) []ui.Fact {
	e := v.Element
	facts := []ui.Fact{
		{Term: p.T("landscape.field.kind"), Text: kindWord(p, e.Kind)},
		{Term: p.T("landscape.field.outside"), Text: outsideWord(p, e.Outside)},
		orUnsaid(p, p.T("landscape.field.criticality"), tierWord(p, v)),
		personFact(p, "owner", e.Owner, p.In(v.OwnerName)),
		personFact(p, "security_owner", e.SecurityOwner, p.In(v.SecurityOwnerName)),
		orUnsaid(p, p.T("landscape.field.lifecycle"), wordIn(p, "landscape.life.", e.Lifecycle)),
		orUnsaid(p, p.T("landscape.field.end_of_life"), day(p, e.EndOfLife)),
		orUnsaid(p, p.T("landscape.field.confidentiality"), levelWord(p, "level", e.Confidentiality)),
		orUnsaid(p, p.T("landscape.field.integrity"), levelWord(p, "level", e.Integrity)),
		orUnsaid(p, p.T("landscape.field.availability"), levelWord(p, "level", e.Availability)),
	}
	cost := ""
	if e.CostEURYear != nil {
		cost = p.Euro(*e.CostEURYear)
	}
	facts = append(facts, orUnsaid(p, p.T("landscape.field.cost_eur_year"), cost))
	for _, one := range []struct{ name, text string }{
		{"variant", wordIn(p, "landscape.variant.", e.Variant)},
		{"domain", e.Domain},
		{"layer", e.Layer},
		{"substitutability", wordIn(p, "landscape.substitutability.", e.Substitutability)},
		{"original", e.Original},
	} {
		if one.text != "" {
			facts = append(facts, ui.Fact{Term: p.T("landscape.field." + one.name), Text: one.text})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Properties)) {
		facts = append(facts, ui.Fact{Term: name, Text: e.Properties[name]})
	}
	if len(e.Aliases) > 0 {
		facts = append(facts, ui.Fact{Term: p.T("landscape.field.aliases"), Text: strings.Join(e.Aliases, ", ")})
	}
	return append(facts, ui.Fact{Term: p.T("landscape.field.source"), Text: sourceWord(p, e)})
}

func tierWord(p ui.Page, v elementPageView) string {
	own := levelWord(p, "criticality", v.Element.Criticality)
	if v.Tier != nil && (v.Element.Criticality == nil || *v.Tier < *v.Element.Criticality) {
		inherited := p.T("landscape.element.inherited", "level", levelWord(p, "criticality", v.Tier))
		if own == "" {
			return inherited
		}
		return own + "; " + inherited
	}
	return own
}

func wordIn(p ui.Page, family, value string) string {
	if value == "" {
		return ""
	}
	return p.T(family + value)
}

func personFact(p ui.Page, field, id, name string) ui.Fact {
	if name == "" {
		name = id
	}
	fact := orUnsaid(p, p.T("landscape.field."+field), name)
	if id != "" {
		fact.Href = "/people/" + id
	}
	return fact
}

func sourceWord(p ui.Page, e landscape.Element) string {
	if e.Source == landscape.Hand {
		return p.T("landscape.source.hand")
	}
	return p.T("landscape.source.import", "source", e.Source, "id", e.ExternalID)
}

// recoveryFacts are the promises of an element; the tested values stand beside them once there is evidence.
func recoveryFacts(p ui.Page, e landscape.Element) []ui.Fact {
	slo := ""
	if e.SLO != nil {
		slo = p.Percent(*e.SLO, 2)
	}
	return []ui.Fact{
		orUnsaid(p, p.T("landscape.field.rto_min"), span(p, e.RTO)),
		orUnsaid(p, p.T("landscape.field.rpo_min"), span(p, e.RPO)),
		orUnsaid(p, p.T("landscape.field.mtpd_min"), span(p, e.MTPD)),
		orUnsaid(p, p.T("landscape.field.mtdl_min"), span(p, e.MTDL)),
		orUnsaid(p, p.T("landscape.field.slo"), slo),
	}
}

// linkSub says how a neighbour hangs together with the element.
func linkSub(p ui.Page, link landscape.Link) string {
	c := link.Connection
	parts := []string{p.T("landscape.tie." + string(c.Kind))}
	if c.Strength == landscape.Soft && c.Dependency != landscape.NoDependency {
		parts = append(parts, p.T("landscape.strength.soft"))
	}
	if data := dataWords(c); data != "" {
		parts = append(parts, data)
	}
	if c.Phase != landscape.PhaseLive {
		parts = append(parts, p.T("landscape.phase."+string(c.Phase)))
	}
	return strings.Join(parts, " · ")
}

// about is the address of a list narrowed to an element.
func about(path, key string, e landscape.Element) string {
	return path + "?" + url.Values{key: {e.ID}}.Encode()
}

func tagQuery(tag string) string { return url.Values{"tag": {tag}}.Encode() }
