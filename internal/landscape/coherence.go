package landscape

import (
	"context"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
)

// Map is the live map in memory, for rules that look at all of it.
type Map struct {
	Elements    map[string]Element // live ones, by id
	Connections []Connection
	Agreements  map[string]Agreement
}

// Rule is a rule of coherence: what a map that fits together fulfils.
type Rule string

// The rules.
const (
	RuleRecovery      Rule = "recovery"       // a provider recovers not later than what needs it
	RuleRecoveryGap   Rule = "recovery-gap"   // what a thing with a recovery time needs has one too
	RuleExpired       Rule = "expired"        // a live connection has an agreement in force
	RuleNoAgreement   Rule = "no-agreement"   // a live connection to the outside has an agreement
	RuleNoOwner       Rule = "no-owner"       // everything ours has an owner
	RuleEndedProvider Rule = "ended-provider" // nothing live needs what is no longer there
)

// Rules lists the rules in the order of their weight.
var Rules = []Rule{RuleRecovery, RuleExpired, RuleEndedProvider, RuleNoAgreement, RuleRecoveryGap, RuleNoOwner}

// Grade is the answer of a rule: it is broken, or nobody can tell whether it holds.
type Grade string

// The grades.
const (
	Broken     Grade = "broken"
	CannotTell Grade = "cannot-tell"
)

// Grade is what a finding of the rule means.
func (r Rule) Grade() Grade {
	if r == RuleRecoveryGap || r == RuleNoOwner {
		return CannotTell
	}
	return Broken
}

// Incoherence is one finding: a place where the map contradicts itself, with what it rests on.
type Incoherence struct {
	Rule       Rule      `json:"rule"`
	Grade      Grade     `json:"grade"`
	Element    string    `json:"element"` // the consumer, or the only element concerned
	Name       i18n.Text `json:"name"`
	Other      string    `json:"other,omitempty"` // the provider, or the other end
	OtherName  i18n.Text `json:"otherName"`
	Connection string    `json:"connection,omitempty"`
	Agreement  string    `json:"agreement,omitempty"`
	Title      i18n.Text `json:"title"`                 // of the agreement
	RTO        *int64    `json:"rtoMin,omitempty"`      // of the consumer, minutes
	OtherRTO   *int64    `json:"otherRtoMin,omitempty"` // of the provider, minutes
	Since      string    `json:"since,omitempty"`       // last day on which the rule held, where known
}

// Findings checks all rules on a day, most serious rule first, then by element. It is pure.
func (m Map) Findings(today string) []Incoherence {
	var all []Incoherence
	for _, e := range m.Elements {
		if e.Kind.Answered() && !e.Outside && e.Owner == "" {
			all = append(all, m.finding(RuleNoOwner, e.ID, "", Connection{}))
		}
	}
	for _, c := range m.Connections {
		all = append(all, m.connectionFindings(c, today)...)
	}
	slices.SortFunc(all, func(a, b Incoherence) int {
		if a.Rule != b.Rule {
			return slices.Index(Rules, a.Rule) - slices.Index(Rules, b.Rule)
		}
		return strings.Compare(a.Element+"\x00"+a.Other+"\x00"+a.Connection, b.Element+"\x00"+b.Other+"\x00"+b.Connection)
	})
	return all
}

func (m Map) connectionFindings(c Connection, today string) []Incoherence {
	from, fromThere := m.Elements[c.From]
	to, toThere := m.Elements[c.To]
	if !c.Live() {
		return nil
	}
	var all []Incoherence
	if fromThere && toThere {
		a, agreed := m.Agreements[c.Agreement]
		if agreed && a.ExpiredOn(today) {
			f := m.finding(RuleExpired, c.From, c.To, c)
			f.Agreement, f.Title, f.Since = a.ID, a.Name(), a.Until
			all = append(all, f)
		}
		if !agreed && from.Outside != to.Outside && c.Kind != PartOf {
			all = append(all, m.finding(RuleNoAgreement, c.From, c.To, c))
		}
	}
	return append(all, m.needFindings(c)...)
}

func (m Map) needFindings(c Connection) []Incoherence {
	consumerID, providerID, needs := c.Need()
	consumer, there := m.Elements[consumerID]
	if !needs || !there || c.Strength != Hard {
		return nil
	}
	provider, stillThere := m.Elements[providerID]
	switch {
	case !stillThere:
		return []Incoherence{m.finding(RuleEndedProvider, consumerID, providerID, c)}
	case consumer.RTO == nil:
		return nil
	case provider.RTO == nil:
		return []Incoherence{m.finding(RuleRecoveryGap, consumerID, providerID, c)}
	case *provider.RTO > *consumer.RTO:
		return []Incoherence{m.finding(RuleRecovery, consumerID, providerID, c)}
	default:
		return nil
	}
}

func (m Map) finding(rule Rule, id, other string, c Connection) Incoherence {
	e, o := m.Elements[id], m.Elements[other]
	f := Incoherence{
		Rule: rule, Grade: rule.Grade(), Element: id, Name: e.Title(), Other: other, OtherName: o.Title(),
		Connection: c.ID, RTO: e.RTO, OtherRTO: o.RTO,
	}
	if other != "" && o.ID == "" {
		f.OtherName = i18n.Text{EN: other}
	}
	return f
}

// LoadMap loads the live map.
func LoadMap(ctx context.Context, r db.Reader) (Map, error) {
	m := Map{Elements: map[string]Element{}, Agreements: map[string]Agreement{}}
	elements, err := db.All(ctx, r, scanElement, "SELECT "+elementColumns+" FROM element WHERE ended_at IS NULL")
	if err != nil {
		return m, err
	}
	for _, e := range elements {
		m.Elements[e.ID] = e
	}
	if m.Connections, err = db.All(ctx, r, scanConnection, "SELECT "+connectionColumns+" FROM connection WHERE ended_at IS NULL"); err != nil {
		return m, err
	}
	slices.SortFunc(m.Connections, func(a, b Connection) int { return compare(a.ID, b.ID) })
	agreed, err := agreements(ctx, r)
	for _, a := range agreed {
		m.Agreements[a.ID] = a
	}
	return m, err
}

// Coherence gives all findings of today.
func Coherence(ctx context.Context, r db.Reader, _ struct{}) ([]Incoherence, error) {
	m, err := LoadMap(ctx, r)
	if err != nil {
		return nil, err
	}
	return m.Findings(r.Now().Format("2006-01-02")), nil
}

// OpCoherence gives the findings of coherence.
var OpCoherence = op.Query[struct{}, []Incoherence]{Name: "landscape.coherence", Route: "GET /api/landscape/coherence", Func: Coherence}
