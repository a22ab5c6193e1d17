package landscape

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape/rule"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// OnboardingIn says what comes onto the map: a kind of element, or an element that is there already.
type OnboardingIn struct {
	Kind    string `query:"kind" doc:"kind of the new element"`
	Variant string `query:"variant" doc:"its variant, such as saas"`
	Element string `query:"element" doc:"id of an element instead: which points it meets"`
}

// CheckState is how a point of the checklist stands.
type CheckState string

// The states. A point that is to do belongs to an element that does not exist yet.
const (
	CheckToDo     CheckState = "to-do"
	CheckMet      CheckState = "met"
	CheckViolated CheckState = "violated"
	CheckUnknown  CheckState = "unknown"
)

// Check is one point of a checklist: what a policy asks of a new element or of each of its connections.
type Check struct {
	Policy   string      `json:"policy"`
	Title    i18n.Text   `json:"title"`
	Why      i18n.Text   `json:"why"`
	Severity string      `json:"severity"`
	About    string      `json:"about" enum:"element,connection"`
	Perhaps  bool        `json:"perhaps,omitempty"` // whether the policy concerns it depends on facts that nobody has stated
	State    CheckState  `json:"state"`
	Unset    []string    `json:"unset,omitempty"` // facts to state
	Facts    []rule.Fact `json:"facts,omitempty"`
	Of       string      `json:"of,omitempty"` // connection, of an existing element
	OfTitle  i18n.Text   `json:"ofTitle"`
	Holds    string      `json:"holds"` // the rule
}

// Checklist is what an element must fulfil before it goes live.
type Checklist struct {
	Kind    Kind       `json:"kind"`
	Variant string     `json:"variant,omitempty"`
	Element string     `json:"element,omitempty"`
	Name    i18n.Text  `json:"name"`
	Checks  []Check    `json:"checks"`
	Count   CheckCount `json:"count"`
}

// CheckCount counts the checks by state.
type CheckCount struct {
	ToDo     int `json:"toDo"`
	Met      int `json:"met"`
	Violated int `json:"violated"`
	Unknown  int `json:"unknown"`
}

// Onboarding derives the checklist from the policies in force.
func Onboarding(ctx context.Context, r db.Reader, in OnboardingIn) (Checklist, error) {
	j, err := judgement(ctx, r)
	if err != nil {
		return Checklist{}, err
	}
	out := Checklist{Kind: Kind(in.Kind), Variant: in.Variant, Checks: []Check{}}
	if in.Element != "" {
		e, ok := j.facts.Elements[in.Element]
		if !ok {
			return out, problem.New(problem.NotFound, "problem.not-found", "what", "element "+in.Element)
		}
		out.Kind, out.Variant, out.Element, out.Name = e.Kind, e.Variant, e.ID, e.Title()
		out.Checks = j.checksOf(e.ID)
	} else {
		if err := problem.Choice("kind", in.Kind, words(Kinds)...); err != nil {
			return out, err
		}
		if err := problem.Choice("variant", in.Variant, append([]string{""}, Variants[out.Kind]...)...); err != nil {
			return out, err
		}
		out.Checks = j.checksFor(out.Kind, in.Variant)
	}
	slices.SortStableFunc(out.Checks, func(a, b Check) int {
		if a.About != b.About {
			return -compare(a.About, b.About) // the element, then its connections
		}
		return slices.Index(Severities, a.Severity) - slices.Index(Severities, b.Severity)
	})
	for _, p := range out.Checks {
		switch p.State {
		case CheckMet:
			out.Count.Met++
		case CheckViolated:
			out.Count.Violated++
		case CheckUnknown:
			out.Count.Unknown++
		default:
			out.Count.ToDo++
		}
	}
	return out, nil
}

// OpOnboarding gives the checklist of a new element.
var OpOnboarding = op.Query[OnboardingIn, Checklist]{Name: "landscape.onboarding", Route: "GET /api/landscape/onboarding", Func: Onboarding}

func checkOf(p Policy) Check {
	return Check{Policy: p.ID, Title: p.Name(), Why: p.Reason(), Severity: p.Severity, About: p.Subject, Holds: p.Holds}
}

// outsiders are the kinds whose elements lie outside.
var outsiders = []Kind{KindPartner, KindSupplier, KindAuthority, KindCustomerGroup}

// checksFor gives the points of an element of which only kind and variant are known, and of its connections:
// one to a thing of ours and one that crosses the border.
func (j *judged) checksFor(kind Kind, variant string) []Check {
	points := []Check{}
	e := elementFacts.New("new")
	e.Set("kind", string(kind))
	e.Set("outside", slices.Contains(outsiders, kind))
	set(e, "variant", variant)
	other := elementFacts.New("other")
	var connections []*rule.Record
	for _, crossing := range []bool{false, true} {
		c := connectionFacts.New("connection")
		c.Set("from", e)
		c.Set("to", other)
		c.Set("crossing", crossing)
		c.Set("live", true)
		if crossing {
			c.Set("inside_end", e)
			c.Set("outside_end", other)
		}
		connections = append(connections, c)
	}
	for i, p := range j.policies {
		about := map[string][]*rule.Record{"element": {e}, "connection": connections}[p.Subject]
		if point, concerned := j.hypothetical(i, about); concerned {
			points = append(points, point)
		}
	}
	return points
}

// hypothetical is the point that a policy makes of something that does not exist yet; false when it concerns
// none of it. It certainly concerns what it concerns without further facts.
func (j *judged) hypothetical(policy int, about []*rule.Record) (Check, bool) {
	point, concerned := checkOf(j.policies[policy]), false
	point.State, point.Perhaps = CheckToDo, true
	for _, one := range about {
		v := j.rules[policy].Foresee(one, j.facts.day)
		if v.Answer == rule.Silent {
			continue
		}
		concerned = true
		if j.rules[policy].Concerns(one, j.facts.day) == rule.Holds {
			point.Perhaps = false
		}
		point.Unset = wordSet(append(point.Unset, v.Unset...))
	}
	return point, concerned
}

// checksOf gives the points of an element on the map and of its connections.
func (j *judged) checksOf(id string) []Check {
	points := []Check{}
	for i, p := range j.policies {
		switch p.Subject {
		case "element":
			points = j.appendCheck(points, i, j.facts.record(id), "", i18n.Text{})
		case "connection":
			for k, c := range j.facts.Connections {
				if c.From == id || c.To == id {
					points = j.appendCheck(points, i, j.facts.connections[k], c.ID, j.facts.tieTitle(c))
				}
			}
		}
	}
	return points
}

func (j *judged) appendCheck(points []Check, policy int, subject *rule.Record, of string, title i18n.Text) []Check {
	v := j.rules[policy].Explain(subject, j.facts.day)
	if v.Answer == rule.Silent {
		return points
	}
	point := checkOf(j.policies[policy])
	point.Of, point.OfTitle, point.Facts, point.Unset = of, title, v.Facts, v.Unset
	point.State = map[rule.Answer]CheckState{rule.Holds: CheckMet, rule.Violated: CheckViolated, rule.CannotTell: CheckUnknown}[v.Answer]
	return append(points, point)
}
