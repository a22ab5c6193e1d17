package landscape_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"accordo.dev/internal/landscape"
)

// changed applies changes to elements, connections and agreements of a drawn map.
func changed(t *testing.T, lines []string, change func(map[string]*landscape.Element, map[string]*landscape.Connection, map[string]landscape.Agreement)) landscape.Map {
	m := drawn(t, lines...)
	elements, connections := map[string]*landscape.Element{}, map[string]*landscape.Connection{}
	for id, e := range m.Elements {
		elements[id] = &e
	}
	for i := range m.Connections {
		connections[m.Connections[i].From+">"+m.Connections[i].To] = &m.Connections[i]
	}
	change(elements, connections, m.Agreements)
	for id, e := range elements {
		m.Elements[id] = *e
	}
	return m
}

type (
	elementsByID = map[string]*landscape.Element
	tiesByEnds   = map[string]*landscape.Connection
	agreed       = map[string]landscape.Agreement
)

// contradiction is a map with one thing wrong, or nearly wrong, and what some rules say of it.
type contradiction struct {
	lines  []string
	change func(elementsByID, tiesByEnds, agreed)
	rules  []landscape.Rule
	want   []string
}

var contradictions = map[string]contradiction{
	"criticality comes down the chain, by the shortest way": {
		[]string{"service s 1", "system a 1", "system b 1", "system c 1", "s > a", "a > b", "s > b", "b ~ c"},
		func(e elementsByID, _ tiesByEnds, _ agreed) {
			e["s"].Criticality, e["b"].Criticality, e["c"].Criticality = n(1), n(3), n(4)
		},
		[]landscape.Rule{landscape.RuleCriticality},
		[]string{"criticality b s level 1"},
	},
	"what nobody rated contradicts nothing": {
		[]string{"service s 1", "system a 1", "s > a"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["s"].Criticality = n(1) },
		[]landscape.Rule{landscape.RuleCriticality},
		nil,
	},
	"a flow of a higher class": {
		[]string{"system a 1", "system b 1", "a ~ b"},
		func(e elementsByID, c tiesByEnds, _ agreed) {
			c["a>b"].Kind, c["a>b"].Dependency = landscape.FlowsTo, landscape.Backward
			e["a"].Confidentiality, e["b"].Confidentiality = n(4), n(2)
		},
		[]landscape.Rule{landscape.RuleConfidentiality, landscape.RuleClassGap},
		[]string{"confidentiality a b level 4"},
	},
	"data that are named count, not the class of what sends them": {
		[]string{"system a 1", "system b 1", "data-set d ?", "a ~ b"},
		func(e elementsByID, c tiesByEnds, _ agreed) {
			c["a>b"].Kind, c["a>b"].Data = landscape.FlowsTo, []string{"d"}
			e["a"].Confidentiality, e["b"].Confidentiality, e["d"].Confidentiality = n(4), n(2), n(2)
		},
		[]landscape.Rule{landscape.RuleConfidentiality, landscape.RuleClassGap},
		nil,
	},
	"data in a system that is rated lower": {
		[]string{"system a 1", "data-set d ?", "d ~ a"},
		func(e elementsByID, c tiesByEnds, _ agreed) {
			c["d>a"].Kind, c["d>a"].Dependency = landscape.PartOf, landscape.NoDependency
			e["a"].Confidentiality, e["d"].Confidentiality = n(3), n(4)
		},
		[]landscape.Rule{landscape.RuleConfidentiality},
		[]string{"confidentiality d a level 4"},
	},
	"a system without a class that receives high data": {
		[]string{"system a 1", "system b 1", "a ~ b"},
		func(e elementsByID, c tiesByEnds, _ agreed) {
			c["a>b"].Kind, e["a"].Confidentiality = landscape.FlowsTo, n(4)
		},
		[]landscape.Rule{landscape.RuleConfidentiality, landscape.RuleClassGap},
		[]string{"confidentiality-gap a b level 4"},
	},
	"support that ended, with the chain to the service": {
		[]string{"service s 1", "system a 1", "system b 1", "s > a", "a > b"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["b"].EndOfLife = "2026-11-24" },
		[]landscape.Rule{landscape.RuleEndOfLife, landscape.RuleEndAhead},
		[]string{"end-of-life b a s 2026-11-24"},
	},
	"support is there on its last day": {
		[]string{"system b 1"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["b"].EndOfLife = "2026-11-25" },
		[]landscape.Rule{landscape.RuleEndOfLife, landscape.RuleEndAhead},
		[]string{"end-ahead b 2026-11-25"},
	},
	"support for more than a year": {
		[]string{"system b 1"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["b"].EndOfLife = "2027-11-25" },
		[]landscape.Rule{landscape.RuleEndOfLife, landscape.RuleEndAhead},
		nil,
	},
	"support that ends before that of the consumer": {
		[]string{"system a 1", "system b 1", "a > b"},
		func(e elementsByID, _ tiesByEnds, _ agreed) {
			e["a"].EndOfLife, e["b"].EndOfLife = "2031-01-01", "2030-01-01"
		},
		[]landscape.Rule{landscape.RuleEndBefore},
		[]string{"end-before a b 2030-01-01"},
	},
	"what is retired is no longer there": {
		[]string{"system a 1", "system b 1", "a > b"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["b"].Lifecycle = "retired" },
		[]landscape.Rule{landscape.RuleEndedProvider},
		[]string{"ended-provider a b"},
	},
	"across the border without an agreement": {
		[]string{"system a 1", "supplier b 1", "a > b"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["b"].Outside = true },
		[]landscape.Rule{landscape.RuleNoAgreement},
		[]string{"no-agreement a b"},
	},
	"an agreement that ended yesterday": {
		[]string{"system a 1", "supplier b 1", "a > b"},
		func(e elementsByID, c tiesByEnds, a agreed) {
			a["x"] = landscape.Agreement{ID: "x", Until: "2026-11-24"}
			e["b"].Outside, c["a>b"].Agreement = true, "x"
		},
		[]landscape.Rule{landscape.RuleNoAgreement, landscape.RuleExpired, landscape.RuleAgreementEnds},
		[]string{"expired a b 2026-11-24"},
	},
	"an agreement of which the 90th day is the last": {
		[]string{"system a 1", "supplier b 1", "a > b"},
		func(e elementsByID, c tiesByEnds, a agreed) {
			a["x"] = landscape.Agreement{ID: "x", Until: "2027-02-22"}
			e["b"].Outside, c["a>b"].Agreement = true, "x"
		},
		[]landscape.Rule{landscape.RuleExpired, landscape.RuleAgreementEnds},
		[]string{"agreement-ends a b 2027-02-22"},
	},
	"an agreement that ends a day later": {
		[]string{"system a 1", "supplier b 1", "a > b"},
		func(e elementsByID, c tiesByEnds, a agreed) {
			a["x"] = landscape.Agreement{ID: "x", Until: "2027-02-23"}
			e["b"].Outside, c["a>b"].Agreement = true, "x"
		},
		[]landscape.Rule{landscape.RuleExpired, landscape.RuleAgreementEnds},
		nil,
	},
	"nobody on the other side": {
		[]string{"system a 1", "supplier b 1", "a > b"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["b"].Outside, e["b"].Owner = true, "" },
		[]landscape.Rule{landscape.RuleConnectionOwner},
		[]string{"connection-owner a b"},
	},
	"an owner of the connection there is enough": {
		[]string{"system a 1", "supplier b 1", "a > b"},
		func(e elementsByID, c tiesByEnds, _ agreed) {
			e["b"].Outside, e["b"].Owner, c["a>b"].OwnerTo = true, "", "marta"
		},
		[]landscape.Rule{landscape.RuleConnectionOwner},
		nil,
	},
	"an authority with which no process deals": {
		[]string{"authority x ?", "system a 1", "process p 1", "a ~ x", "system b 1", "system c 1", "system d 1", "b > a", "c > b", "d > c", "p > d"},
		func(elementsByID, tiesByEnds, agreed) {},
		[]landscape.Rule{landscape.RuleNoProcess},
		[]string{"no-process x"},
	},
	"a process behind an interface deals with it": {
		[]string{"authority x ?", "interface a 1", "process p 1", "a ~ x", "p > a"},
		func(elementsByID, tiesByEnds, agreed) {},
		[]landscape.Rule{landscape.RuleNoProcess},
		nil,
	},
	"what is named and not described": {
		[]string{"system a 1", "unknown b ?", "a > b"}, func(elementsByID, tiesByEnds, agreed) {}, []landscape.Rule{landscape.RuleUnknown}, []string{"unknown a b"},
	},
	"two of one kind and name": {
		[]string{"system a 1", "system b 1", "process c 1"},
		func(e elementsByID, _ tiesByEnds, _ agreed) {
			e["a"].Name, e["b"].Name, e["c"].Name = "Core-Banking", "core banking", "Core Banking"
		},
		[]landscape.Rule{landscape.RuleDuplicate},
		[]string{"duplicate a b"},
	},
	"a planned connection contradicts nothing": {
		[]string{"system a 60", "supplier b 120", "a > b"},
		func(e elementsByID, c tiesByEnds, _ agreed) {
			e["b"].Outside, c["a>b"].Phase = true, landscape.PhasePlanned
		},
		[]landscape.Rule{landscape.RuleRecovery, landscape.RuleNoAgreement},
		nil,
	},
	"data loss": {
		[]string{"service s 1", "system a 1", "system b 1", "s > a", "a > b"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["s"].RPO, e["b"].RPO = n(5), n(30) },
		[]landscape.Rule{landscape.RuleRecoveryPoint, landscape.RulePointGap},
		[]string{"recovery-point s a b 30/5"},
	},
	"data loss of which nobody says anything": {
		[]string{"service s 1", "system a 1", "s > a"},
		func(e elementsByID, _ tiesByEnds, _ agreed) { e["s"].RPO = n(5) },
		[]landscape.Rule{landscape.RuleRecoveryPoint, landscape.RulePointGap},
		[]string{"recovery-point-gap s a"},
	},
}

func TestEachRuleFindsItsContradictionAndNothingElse(t *testing.T) {
	for name, c := range contradictions {
		if got := told(changed(t, c.lines, c.change), c.rules...); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// judged is how elements stand to policies in a test.
type judged map[string][]string

func (j judged) Applies(id string) bool      { _, about := j[id]; return about }
func (j judged) Violated(id string) []string { return j[id] }

func TestPoliciesAreAskedForOnlyWhereThereAreSome(t *testing.T) {
	m := drawn(t, "system a 1", "system b 1", "system c 1")
	cloud := m.Elements["b"]
	cloud.Variant = "cloud"
	m.Elements["b"] = cloud
	s := landscape.NewSnapshot(m, "")
	if got := s.Findings("2026-11-25", nil); len(got) != 0 {
		t.Errorf("got %v, want nothing without policies", got)
	}
	got := []string{}
	for _, f := range s.Findings("2026-11-25", judged{"b": {"encrypt"}, "c": {"encrypt"}}) {
		got = append(got, string(f.Rule)+" "+f.Element)
	}
	if want := []string{"not-adapted b", "no-policy a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEveryRuleHasItsPlaceAndGrade(t *testing.T) {
	seen := map[landscape.Rule]bool{}
	last := 0
	for _, rule := range landscape.Rules {
		at := slices.Index(landscape.Grades, rule.Grade())
		if seen[rule] || at < last {
			t.Errorf("%s: got it twice or after a milder rule", rule)
		}
		seen[rule], last = true, at
	}
}

// scaleFree is a map of so many elements in which some are needed by very many, with contradictions of all sorts.
func scaleFree(elements, connections int) landscape.Map {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []landscape.Kind{landscape.KindService, landscape.KindProcess, landscape.KindSystem, landscape.KindSystem, landscape.KindSystem, landscape.KindDataSet, landscape.KindSupplier, landscape.KindPartner}
	m := landscape.Map{Elements: map[string]landscape.Element{}, Agreements: map[string]landscape.Agreement{"old": {ID: "old", Until: "2026-01-01"}}}
	id := func(i int) string { return fmt.Sprintf("e%05d", i) }
	for i := range elements {
		e := landscape.Element{ID: id(i), Name: fmt.Sprintf("Element %d", i), Kind: kinds[r.IntN(len(kinds))], Owner: "marta"}
		e.Outside = e.Kind == landscape.KindSupplier || e.Kind == landscape.KindPartner
		if r.IntN(3) > 0 {
			e.RTO, e.RPO, e.Criticality, e.Confidentiality = n(int64(r.IntN(20)*60)), n(int64(r.IntN(100))), n(int64(1+r.IntN(4))), n(int64(1+r.IntN(4)))
		}
		if r.IntN(20) == 0 {
			e.EndOfLife = "2026-06-30"
		}
		m.Elements[e.ID] = e
	}
	for i := range connections {
		from := r.IntN(elements)
		to := int(float64(from) * r.Float64() * r.Float64())
		if r.IntN(100) == 0 {
			to = r.IntN(elements)
		}
		c := landscape.Connection{ID: fmt.Sprintf("c%05d", i), From: id(from), To: id(to), Kind: landscape.Uses, Dependency: landscape.Forward, Strength: landscape.Hard, Phase: landscape.PhaseLive}
		switch r.IntN(5) {
		case 0:
			c.Kind, c.Dependency, c.Strength = landscape.FlowsTo, landscape.Backward, landscape.Soft
		case 1:
			c.KOfN = n(1)
		case 2:
			c.Agreement = "old"
		}
		m.Connections = append(m.Connections, c)
	}
	return m
}

func BenchmarkFindings10000Elements20000Connections(b *testing.B) {
	m := scaleFree(10000, 20000)
	for b.Loop() {
		found := m.Findings("2026-11-25")
		b.ReportMetric(float64(len(found)), "findings")
	}
}

func BenchmarkWhatIf10000Elements20000Connections(b *testing.B) {
	s := landscape.NewSnapshot(scaleFree(10000, 20000), "")
	for b.Loop() {
		s.WhatIf(landscape.WhatIfIn{Elements: []string{"e00000"}})
	}
}
