package landscape

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/i18n"
)

// Rule is a rule of coherence: what a map that fits together fulfils.
type Rule string

// Grade is the answer of a rule: it is broken, will be broken on a day that is known, or nobody can tell.
type Grade string

// The grades.
const (
	Broken     Grade = "broken"
	Soon       Grade = "soon"
	CannotTell Grade = "cannot-tell"
)

// Grades lists the grades, worst first.
var Grades = []Grade{Broken, Soon, CannotTell}

// The rules.
const (
	RuleRecovery        Rule = "recovery"            // what is needed recovers not later than what needs it
	RuleRecoveryChain   Rule = "recovery-chain"      // a service recovers in time with all that it rests on, near or far
	RuleExpired         Rule = "expired"             // a live connection has an agreement in force
	RuleEndedProvider   Rule = "ended-provider"      // nothing live needs what is no longer there
	RuleNoAgreement     Rule = "no-agreement"        // a live connection to the outside has an agreement
	RuleRecoveryPoint   Rule = "recovery-point"      // what is needed loses not more data than what needs it may
	RuleCriticality     Rule = "criticality"         // nothing is rated lower than what needs it
	RuleConfidentiality Rule = "confidentiality"     // data come to no place that is rated lower than they are
	RuleEndOfLife       Rule = "end-of-life"         // nothing in use is without support
	RuleEndBefore       Rule = "end-before"          // support ends not before that of what needs it
	RuleCycle           Rule = "cycle"               // things can be started one after another
	RuleNoProcess       Rule = "no-process"          // what a partner or an authority may ask for is somebody's process
	RuleNotAdapted      Rule = "not-adapted"         // cloud, personal and connected devices fulfil their policies
	RuleAgreementEnds   Rule = "agreement-ends"      // an agreement goes on for another 90 days
	RuleEndAhead        Rule = "end-ahead"           // support goes on for another year
	RuleSequence        Rule = "recovery-sequence"   // a service is back in time though each thing waits for what it needs
	RuleRecoveryGap     Rule = "recovery-gap"        // what a thing with a recovery time needs has one too
	RulePointGap        Rule = "recovery-point-gap"  // something below a service says how much data it may lose
	RuleClassGap        Rule = "confidentiality-gap" // what receives rated data is rated itself
	RuleNoOwner         Rule = "no-owner"            // everything ours has an owner
	RuleConnectionOwner Rule = "connection-owner"    // a connection has an owner on both sides
	RuleNoPolicy        Rule = "no-policy"           // a policy applies to everything
	RuleUnknown         Rule = "unknown"             // everything that is named is described
	RuleDuplicate       Rule = "duplicate"           // one thing is on the map once
)

// Rules lists the rules in the order of their weight.
var Rules = []Rule{
	RuleRecovery, RuleRecoveryChain, RuleExpired, RuleEndedProvider, RuleNoAgreement, RuleRecoveryPoint, RuleCriticality, RuleConfidentiality,
	RuleEndOfLife, RuleEndBefore, RuleCycle, RuleNoProcess, RuleNotAdapted,
	RuleAgreementEnds, RuleEndAhead,
	RuleSequence, RuleRecoveryGap, RulePointGap, RuleClassGap, RuleNoOwner, RuleConnectionOwner, RuleNoPolicy, RuleUnknown, RuleDuplicate,
}

// Grade is what a finding of the rule means.
func (r Rule) Grade() Grade {
	switch r {
	case RuleAgreementEnds, RuleEndAhead:
		return Soon
	case RuleSequence, RuleRecoveryGap, RulePointGap, RuleClassGap, RuleNoOwner, RuleConnectionOwner, RuleNoPolicy, RuleUnknown, RuleDuplicate:
		return CannotTell
	default:
		return Broken
	}
}

// Step is an element on the chain that proves a finding, with the connection to the next one.
type Step struct {
	Element    string         `json:"element"`
	Name       i18n.Text      `json:"name"`
	Kind       Kind           `json:"kind,omitempty"`
	Minutes    *int64         `json:"minutes,omitempty"` // the objective that counts here, where the rule is about one
	Level      *int64         `json:"level,omitempty"`   // criticality or class, where the rule is about one
	Day        string         `json:"day,omitempty"`     // end of support, where the rule is about it
	Connection string         `json:"connection,omitempty"`
	Tie        ConnectionKind `json:"tie,omitempty"`    // its kind
	Turned     bool           `json:"turned,omitempty"` // it reads from the next element to this one
}

// Incoherence is one finding: a place where the map contradicts itself, with what it rests on.
type Incoherence struct {
	Rule         Rule      `json:"rule"`
	Grade        Grade     `json:"grade"`
	Element      string    `json:"element"` // the one that has to do with it first: the consumer, or the only one concerned
	Name         i18n.Text `json:"name"`
	Kind         Kind      `json:"kind,omitempty"`  // of the element
	Owner        string    `json:"owner,omitempty"` // of the element: person id
	Other        string    `json:"other,omitempty"` // the provider, or the other end
	OtherName    i18n.Text `json:"otherName"`
	Connection   string    `json:"connection,omitempty"`
	Agreement    string    `json:"agreement,omitempty"`
	Title        i18n.Text `json:"title"`                  // of the agreement, or of the data
	Minutes      *int64    `json:"minutes,omitempty"`      // what the element promises or may lose
	OtherMinutes *int64    `json:"otherMinutes,omitempty"` // what the chain comes to
	Level        *int64    `json:"level,omitempty"`        // what the element is rated
	OtherLevel   *int64    `json:"otherLevel,omitempty"`   // what it would have to be
	Count        int       `json:"count,omitempty"`        // elements concerned beyond the two
	Since        string    `json:"since,omitempty"`        // day since which it is so, or until which it is well, where known
	Chain        []Step    `json:"chain"`
}

// Key tells two findings apart, on the map of any day.
func (f Incoherence) Key() string {
	return string(f.Rule) + " " + f.Element + " " + f.Other + " " + f.Connection
}

// concerns tells whether an element stands on the chain of a finding.
func (f Incoherence) concerns(id string) bool {
	return f.Element == id || f.Other == id || slices.ContainsFunc(f.Chain, func(s Step) bool { return s.Element == id })
}

// Findings checks all rules on a day, most serious rule first, then by element.
func (m Map) Findings(today string) []Incoherence { return NewSnapshot(m, "").Findings(today, nil) }

// Findings checks all rules on a day, most serious rule first, then by element. Rules about policies need to know how
// elements stand to them; nil leaves those rules out. O(elements + connections), but for sorting.
func (s *Snapshot) Findings(today string, c PolicyStanding) []Incoherence {
	f := &finder{Snapshot: s, today: today, mesh: s.View(Lens{}).mesh}
	f.recovery()
	f.recoveryPoint()
	f.criticality()
	f.confidentiality()
	f.life()
	f.ends()
	f.border()
	f.shape()
	f.policies(c)
	weight := make(map[Rule]int, len(Rules))
	for i, rule := range Rules {
		weight[rule] = i
	}
	slices.SortFunc(f.found, func(a, b Incoherence) int {
		return cmp.Or(weight[a.Rule]-weight[b.Rule], strings.Compare(a.Element, b.Element), strings.Compare(a.Other, b.Other), strings.Compare(a.Connection, b.Connection))
	})
	return f.found
}

// finder gathers the findings of one map on one day.
type finder struct {
	*Snapshot
	mesh  *mesh // needs without which the consumer stops, as they are now
	today string
	found []Incoherence
}

func (f *finder) note(one Incoherence) {
	e := f.Elements[one.Element]
	one.Grade, one.Name, one.Kind, one.Owner = one.Rule.Grade(), f.nameOf(one.Element), e.Kind, e.Owner
	if one.Other != "" {
		one.OtherName = f.nameOf(one.Other)
	}
	if one.Chain == nil {
		one.Chain = []Step{}
	}
	f.found = append(f.found, one)
}

// nameOf names an element; one that is not on the map goes by its id.
func (s *Snapshot) nameOf(id string) i18n.Text {
	if e, there := s.Elements[id]; there {
		return e.Title()
	}
	return i18n.Text{EN: id}
}

func (s *Snapshot) step(id string) Step {
	return Step{Element: id, Name: s.nameOf(id), Kind: s.Elements[id].Kind}
}

// tied is a chain of two ends of one connection, read in its direction.
func (s *Snapshot) tied(c Connection) []Step {
	from, to := s.step(c.From), s.step(c.To)
	from.Connection, from.Tie = c.ID, c.Kind
	return []Step{from, to}
}

// chain is the chain of an element and the ties that lead from it, consumer by consumer or provider by provider; note
// adds to each step what the rule is about.
func (m *mesh) chain(node int32, ties []int32, note func(*Step, Element)) []Step {
	steps := make([]Step, 0, len(ties)+1)
	for _, tie := range ties {
		t := m.Ties[tie]
		c := m.Connections[t.Connection]
		step := m.step(m.IDs[node])
		step.Connection, step.Tie, step.Turned = c.ID, c.Kind, c.From != m.IDs[node]
		steps = append(steps, step)
		if node == t.Consumer {
			node = t.Provider
		} else {
			node = t.Consumer
		}
	}
	steps = append(steps, m.step(m.IDs[node]))
	if note != nil {
		for i := range steps {
			note(&steps[i], m.nodes[m.Index[steps[i].Element]])
		}
	}
	return steps
}

// dayOf is the day of an instant, empty for one that nobody noted.
func dayAt(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.Format(time.DateOnly)
}

// later gives the day so many months after one.
func later(day string, months, days int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, months, days).Format(time.DateOnly)
}
