package independence

import (
	"cmp"
	"slices"
)

// Fact is something that accordo cannot know by itself and that somebody declared.
type Fact struct {
	ID     string
	Kind   string // see Kinds
	Day    string
	People []string // ids
	Unit   string   // name
	System string   // in words, or the reference of an element
	Values map[string]string
}

// Kind is a kind of declared fact: what it is about and which values it takes.
type Kind struct {
	Name   string // of the messages "governance.fact.<name>"
	Rule   string // that asks for it first
	People string // needed, optional, or empty: it names nobody
	Unit   string
	System string
	Values []Value
}

// Value is one field of a declared fact, such as whether testers run what they tested.
type Value struct {
	Name    string   // of the message "governance.fact.value.<name>"
	Choices []string // message "governance.fact.choice.<choice>"; none: a day, or never
}

const (
	needed, optional = "needed", "optional"
	yes, no          = "yes", "no"
	never            = "never"
)

var yesNo = []string{yes, no}

// Kinds are the kinds of declared facts.
var Kinds = []Kind{
	{Name: "audit", Rule: "IND-05", People: needed, Unit: optional, Values: []Value{{"worked-there-until", nil}}},
	{Name: "dpo-assessment", Rule: "IND-09", People: needed, Values: []Value{{"decides-on-processing", yesNo}}},
	{Name: "dpo-instructions", Rule: "IND-10", Values: []Value{{"received", yesNo}}},
	{Name: "change", Rule: "IND-11", People: needed, System: optional, Values: []Value{{"asked-by", functions}, {"built-by", functions}}},
	{Name: "test", Rule: "IND-12", People: optional, System: needed, Values: []Value{{"operate-it", yesNo}, {"conflict-assessed", yesNo}}},
	{Name: "tlpt", Rule: "IND-13", Values: []Value{{"testers", []string{"external", "internal", "not-required"}}, {"intelligence", []string{"external", "internal"}}, {"significant-bank", yesNo}}},
	{Name: "plan-review", Rule: "IND-15", People: optional, System: optional, Values: []Value{{"reviewed", yesNo}}},
	{Name: "approval", Rule: "IND-17", Values: []Value{{"obligation", obligations()}, {"approved", yesNo}}},
	{Name: "csirt-skills", Rule: "IND-19", People: needed, Values: []Value{{"security-skills", yesNo}, {"knows-systems", yesNo}}},
	{Name: "review", Rule: "IND-22", People: needed, Unit: needed, Values: []Value{{"other-measure", yesNo}}},
	{Name: "pay", Rule: "IND-23", People: needed, Values: []Value{{"variable-pay", []string{"own-objectives", "results-of-area", "none"}}}},
	{Name: "outsourced-verification", Rule: "IND-26", Values: []Value{{"outsourced", yesNo}, {"responsibility-kept", yesNo}}},
	{Name: "training", Rule: "IND-27", People: needed},
}

var functions = []string{"it", "security", "business"}

// KindOf finds a kind of declared fact.
func KindOf(name string) (Kind, bool) {
	at := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name == name })
	if at < 0 {
		return Kind{}, false
	}
	return Kinds[at], true
}

// declared gives the facts of a kind up to the day of the snapshot, newest first.
func (v *view) declared(kind string) []Fact { return v.facts[kind] }

// sorted gives the facts up to the day of the snapshot by kind, newest first.
func (s Snapshot) sorted() map[string][]Fact {
	facts := map[string][]Fact{}
	for _, f := range s.Facts {
		if f.Day <= s.Day {
			facts[f.Kind] = append(facts[f.Kind], f)
		}
	}
	for _, some := range facts {
		slices.SortStableFunc(some, func(a, b Fact) int { return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(b.ID, a.ID)) })
	}
	return facts
}

// last is the newest fact of a kind, about a person where one is given.
func (v *view) last(kind, person string) (Fact, bool) {
	facts := v.declared(kind)
	at := slices.IndexFunc(facts, func(f Fact) bool { return person == "" || slices.Contains(f.People, person) })
	if at < 0 {
		return Fact{}, false
	}
	return facts[at], true
}
