package landscape_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/landscape"
)

// drawn makes a map of lines: "service pay 120" is an element with a recovery time ("?" for none), "pay > hub" a hard
// need, "pay ~ hub" a soft one, "pay 1> hub" one of a group of which 1 must work.
func drawn(t interface {
	Helper()
	Fatalf(string, ...any)
}, lines ...string,
) landscape.Map {
	t.Helper()
	m := landscape.Map{Elements: map[string]landscape.Element{}, Agreements: map[string]landscape.Agreement{}}
	for i, line := range lines {
		w := strings.Fields(line)
		if len(w) != 3 {
			t.Fatalf("got %q, want three words", line)
		}
		c := landscape.Connection{ID: fmt.Sprintf("c%02d", i), From: w[0], To: w[2], Kind: landscape.Uses, Dependency: landscape.Forward, Strength: landscape.Hard, Phase: landscape.PhaseLive}
		switch {
		case w[1] == "~":
			c.Strength = landscape.Soft
		case strings.HasSuffix(w[1], ">"):
			if w[1] != ">" {
				c.KOfN = n(int64(w[1][0] - '0'))
			}
		default:
			e := landscape.Element{ID: w[1], Name: w[1], Kind: landscape.Kind(w[0]), Owner: "marta"}
			var minutes int64
			if _, err := fmt.Sscan(w[2], &minutes); err == nil {
				e.RTO = &minutes
			}
			m.Elements[e.ID] = e
			continue
		}
		m.Connections = append(m.Connections, c)
	}
	return m
}

// told writes the findings of some rules with their chains.
func told(m landscape.Map, rules ...landscape.Rule) []string {
	out := []string{}
	for _, f := range m.Findings("2026-11-25") {
		if len(rules) > 0 && !slices.Contains(rules, f.Rule) {
			continue
		}
		ids := make([]string, len(f.Chain))
		for i, s := range f.Chain {
			ids[i] = s.Element
		}
		words := string(f.Rule) + " " + strings.Join(ids, " ")
		if f.OtherMinutes != nil {
			words += fmt.Sprintf(" %d/%d", *f.OtherMinutes, *f.Minutes)
		}
		if f.OtherLevel != nil {
			words += fmt.Sprintf(" level %d", *f.OtherLevel)
		}
		if f.Since != "" {
			words += " " + f.Since
		}
		out = append(out, words)
	}
	return out
}

func TestRecoveryTimesAlongNeeds(t *testing.T) {
	recovery := []landscape.Rule{landscape.RuleRecovery, landscape.RuleRecoveryChain, landscape.RuleRecoveryGap, landscape.RuleSequence}
	for name, c := range map[string]struct{ lines, want []string }{
		"a slower provider": {
			[]string{"system a 60", "system b 120", "a > b"}, []string{"recovery a b 120/60"},
		},
		"a soft need does not hold it up": {
			[]string{"system a 60", "system b 120", "a ~ b"}, nil,
		},
		"an element without a recovery time hides nothing": {
			[]string{"system a 60", "system b ?", "system c 120", "a > b", "b > c"}, []string{"recovery a b c 120/60", "recovery-chain a b c 120/60", "recovery-gap a b"},
		},
		"each need that is too slow is told once, and the whole chain for the service": {
			[]string{"service s 60", "system a 60", "system b 60", "system c 240", "s > a", "a > b", "b > c"},
			[]string{"recovery b c 240/60", "recovery-chain s a b c 240/60", "recovery-sequence s a b c 420/60"},
		},
		"of two that stand in for each other the faster counts": {
			[]string{"system a 60", "system b 30", "system c 240", "a 1> b", "a 1> c"}, nil,
		},
		"of three of which two must work the second counts": {
			[]string{"system a 60", "system b 30", "system c 90", "system d 240", "a 2> b", "a 2> c", "a 2> d"}, []string{"recovery a c 90/60"},
		},
		"an unknown stand-in does not matter where a known one is fast enough": {
			[]string{"system a 60", "system b 30", "system c ?", "a 1> b", "a 1> c"}, nil,
		},
		"a circle recovers together with its slowest": {
			[]string{"service s 60", "system a 60", "system b 90", "s > a", "a > b", "b > a"},
			[]string{"recovery a b 90/60", "recovery-chain s a b 90/60", "recovery-sequence s a b 150/60"},
		},
		"more must work than there are: all of them": {
			[]string{"system a 60", "system b 30", "system c 240", "a 5> b", "a 5> c"}, []string{"recovery a c 240/60"},
		},
		"what needs itself waits for nothing": {
			[]string{"service a 60", "system b 60", "a > a", "a > b"}, []string{"recovery-sequence a b 120/60"},
		},
		"an unset time is not zero": {
			[]string{"system a 60", "system b ?", "a > b"}, []string{"recovery-gap a b"},
		},
		"zero is a time": {
			[]string{"system a 0", "system b 1", "a > b"}, []string{"recovery a b 1/0"},
		},
	} {
		if got := told(drawn(t, c.lines...), recovery...); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestCircleIsNamedInItsOrder(t *testing.T) {
	for name, c := range map[string]struct{ lines, want []string }{
		"three": {[]string{"system c 1", "system a 1", "system b 1", "a > b", "b > c", "c > a"}, []string{"cycle a b c a"}},
		"the shortest through the first": {
			[]string{"system a 1", "system b 1", "system c 1", "a > b", "b > c", "c > a", "b > a"}, []string{"cycle a b a"},
		},
		"a stand-in breaks it": {
			[]string{"system a 1", "system b 1", "system c 1", "a 1> b", "a 1> c", "b > a"}, nil,
		},
		"a soft need breaks it": {[]string{"system a 1", "system b 1", "a > b", "b ~ a"}, nil},
		"itself is none":        {[]string{"system a 1", "a > a"}, nil},
	} {
		if got := told(drawn(t, c.lines...), landscape.RuleCycle); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// What stops must be what a slow reading of the words finds: again and again, whoever lacks a need stops.
func TestStopIsTheLeastFixpoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 9).Draw(t, "size")
		lines := []string{}
		for i := range size {
			lines = append(lines, fmt.Sprintf("system n%d 1", i))
		}
		type need struct {
			from, to int
			k        int
		}
		needs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) need {
			return need{rapid.IntRange(0, size-1).Draw(t, "from"), rapid.IntRange(0, size-1).Draw(t, "to"), rapid.IntRange(0, 3).Draw(t, "k")}
		}), 0, 25).Draw(t, "needs")
		for _, one := range needs {
			k := ""
			if one.k > 0 {
				k = fmt.Sprint(one.k)
			}
			lines = append(lines, fmt.Sprintf("n%d %s> n%d", one.from, k, one.to))
		}
		down := fmt.Sprintf("n%d", rapid.IntRange(0, size-1).Draw(t, "down"))
		want := map[string]bool{down: true}
		for changed := true; changed; {
			changed = false
			for i := range size {
				lost, all := map[int]bool{}, map[int]bool{} // providers of the group
				k, hard := 0, false
				for _, one := range needs {
					if one.from != i || one.to == i {
						continue
					}
					gone := want[fmt.Sprintf("n%d", one.to)]
					if one.k == 0 {
						hard = hard || gone
						continue
					}
					k = max(k, one.k)
					all[one.to] = true
					if gone {
						lost[one.to] = true
					}
				}
				hard = hard || len(all)-len(lost) < min(k, len(all))
				if id := fmt.Sprintf("n%d", i); hard && !want[id] {
					want[id], changed = true, true
				}
			}
		}
		s := landscape.NewSnapshot(drawn(t, lines...), "")
		got := map[string]bool{}
		out := s.WhatIf(landscape.WhatIfIn{Elements: []string{down}})
		for _, one := range out.Stopped {
			got[one.ID] = true
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v down of %v: got %v, want %v", down, lines, got, want)
		}
		for _, one := range out.Stopped {
			if end := one.Chain[len(one.Chain)-1].Element; end != down {
				t.Fatalf("%s: got a chain to %s, want one to %s", one.ID, end, down)
			}
		}
	})
}
