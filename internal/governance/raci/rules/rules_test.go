package rules_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/governance/raci/rules"
)

// strict are settings under which every rule has something to say.
var strict = rules.Settings{
	Apart: []rules.Function{rules.Security, rules.Risk}, Informed: []rules.Function{rules.Risk, rules.Board},
	MaxA: 4, MaxC: 3, Differs: 0.2, MinActs: 5,
}

// clean is a matrix without any fault by construction: half of the activities check the other half, done by
// different functions; each has one A, one R, one informed board; the A go round so that nobody has many.
func clean(activities, roles int) rules.Matrix {
	m := rules.Matrix{}
	for r := range roles {
		f := rules.IT
		switch {
		case r == 0:
			f = rules.Board
		case r%2 == 1:
			f = rules.Security
		}
		m.Roles = append(m.Roles, rules.Role{ID: fmt.Sprint("r", r), Function: f, Persons: []string{fmt.Sprint("p", r)}})
	}
	m.Cells = make([]rules.Set, activities*roles)
	for a := range activities {
		activity := rules.Activity{ID: fmt.Sprint("a", a), About: []string{fmt.Sprint("e", a)}, Joint: a%3 == 0, Material: true}
		if a%2 == 1 { // done by security, checks what IT does
			activity.Checks = []string{fmt.Sprint("a", a-1)}
		}
		m.Activities = append(m.Activities, activity)
		m.Critical = append(m.Critical, fmt.Sprint("e", a))
		row := m.Cells[a*roles : (a+1)*roles]
		side := 2 + 2*((a/2)%((roles-2)/2)) // an even column: IT
		if a%2 == 1 {
			side-- // an odd one: security
		}
		other := side + 2
		if other >= roles-1 {
			other = side - 2
		}
		row[0], row[side] = rules.I, rules.R|rules.A
		if activity.Joint {
			row[side] |= rules.K
			row[other] = rules.C | rules.K
		}
		for range 6 {
			m.Acts = append(m.Acts, rules.Act{Activity: activity.ID, As: rules.R, Roles: []string{m.Roles[side].ID}, Item: "decision:d"})
		}
	}
	// every role but the board does something
	return spread(m)
}

// spread gives each role without R an R in a row of its own side.
func spread(m rules.Matrix) rules.Matrix {
	for r := range m.Roles {
		a := r % 2 // an activity of the same side: even ones of IT, odd ones of security
		if r == 0 {
			a = len(m.Activities) - 1 // the board does what nobody checks
		}
		m.Cells[a*len(m.Roles)+r] |= rules.R
	}
	return m
}

func TestCleanMatrixHasNoFinding(t *testing.T) {
	for _, size := range [][2]int{{20, 24}, {100, 60}, {400, 200}} {
		s := strict
		s.MaxA = size[0] // the A go round, but matrices are long
		if found := rules.Check(clean(size[0], size[1]), s); len(found) != 0 {
			t.Errorf("%v: got %+v, want none", size, found)
		}
	}
}

// seeds put one fault of a rule into a clean matrix and say where; the key is that of the finding.
var seeds = map[string]func(*rules.Matrix, *rand.Rand) rules.Place{
	"raci.rule.1.none": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := g.IntN(len(m.Activities))
		each(m, a, func(s *rules.Set) { *s &^= rules.A })
		return rules.Place{Activity: m.Activities[a].ID}
	},
	"raci.rule.1.many": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a, r := g.IntN(len(m.Activities)), 1+g.IntN(len(m.Roles)-1)
		for at(m, a, r).Has(rules.A) {
			r = 1 + g.IntN(len(m.Roles)-1)
		}
		*at(m, a, r) |= rules.A
		return cell(m, a, r)
	},
	"raci.rule.2": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := g.IntN(len(m.Activities))
		each(m, a, func(s *rules.Set) { *s &^= rules.R })
		return rules.Place{Activity: m.Activities[a].ID}
	},
	"raci.rule.3.vacant": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a, r := holder(m, g)
		m.Roles[r].Vacant, m.Roles[r].Persons = true, nil
		return cell(m, a, r)
	},
	"raci.rule.3.external": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a, r := holder(m, g)
		m.Roles[r].External = true
		return cell(m, a, r)
	},
	"raci.rule.4": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := 2*g.IntN(len(m.Activities)/2) + 1
		doing := slices.IndexFunc(row(m, a-1), func(s rules.Set) bool { return s.Has(rules.A) })
		each(m, a, func(s *rules.Set) { *s &^= rules.A })
		*at(m, a, doing) |= rules.A
		return rules.Place{Activity: m.Activities[a].ID, Role: m.Roles[doing].ID, Other: m.Activities[a-1].ID}
	},
	"raci.rule.5": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := 2 * g.IntN(len(m.Activities)/2)
		r := 1 + 2*g.IntN(len(m.Roles)/2)
		*at(m, a, r) |= rules.R
		return rules.Place{Activity: m.Activities[a].ID, Role: m.Roles[r].ID, Other: m.Activities[a+1].ID}
	},
	"raci.rule.6": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a, r := g.IntN(len(m.Activities)), 1+g.IntN(len(m.Roles)-1)
		for *at(m, a, r) != 0 {
			r = 1 + g.IntN(len(m.Roles)-1)
		}
		*at(m, a, r) = rules.K
		return cell(m, a, r)
	},
	"raci.rule.6.count": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := 3 * g.IntN(len(m.Activities)/3)
		key := slices.IndexFunc(row(m, a), func(s rules.Set) bool { return s.Has(rules.K) })
		*at(m, a, key) &^= rules.K
		return rules.Place{Activity: m.Activities[a].ID}
	},
	"raci.rule.7": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a, r := holder(m, g)
		each(m, a, func(s *rules.Set) { *s &^= rules.A })
		*at(m, a, r) |= rules.A
		m.Elsewhere = map[string]int{m.Roles[r].Persons[0]: len(m.Activities)}
		return cell(m, a, r)
	},
	"raci.rule.8.asked": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := g.IntN(len(m.Activities))
		for r := range 4 {
			*at(m, a, r) |= rules.C
		}
		return rules.Place{Activity: m.Activities[a].ID}
	},
	"raci.rule.8.full": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := g.IntN(len(m.Activities))
		each(m, a, func(s *rules.Set) { *s |= rules.I })
		return rules.Place{Activity: m.Activities[a].ID}
	},
	"raci.rule.9": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		r := g.IntN(len(m.Roles))
		for a := range m.Activities {
			*at(m, a, r) &^= rules.R | rules.A
		}
		return rules.Place{Role: m.Roles[r].ID}
	},
	"raci.rule.10": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := g.IntN(len(m.Activities))
		*at(m, a, 0) = 0
		return rules.Place{Activity: m.Activities[a].ID}
	},
	"raci.rule.11": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := g.IntN(len(m.Activities))
		service := m.Activities[a].About[0]
		m.Activities[a].About = nil
		return rules.Place{Other: service}
	},
	"raci.rule.12": func(m *rules.Matrix, g *rand.Rand) rules.Place {
		a := g.IntN(len(m.Activities))
		for range 2 { // 2 of 8 are more than a fifth
			m.Acts = append(m.Acts, rules.Act{Activity: m.Activities[a].ID, As: rules.K, Roles: []string{"nobody"}})
		}
		return rules.Place{Activity: m.Activities[a].ID}
	},
}

func row(m *rules.Matrix, a int) []rules.Set  { return m.Cells[a*len(m.Roles) : (a+1)*len(m.Roles)] }
func at(m *rules.Matrix, a, r int) *rules.Set { return &m.Cells[a*len(m.Roles)+r] }

func each(m *rules.Matrix, a int, do func(*rules.Set)) {
	for r := range m.Roles {
		do(at(m, a, r))
	}
}

func cell(m *rules.Matrix, a, r int) rules.Place {
	return rules.Place{Activity: m.Activities[a].ID, Role: m.Roles[r].ID}
}

// holder draws an activity and the role that answers for it.
func holder(m *rules.Matrix, g *rand.Rand) (a, r int) {
	a = g.IntN(len(m.Activities))
	return a, slices.IndexFunc(row(m, a), func(s rules.Set) bool { return s.Has(rules.A) })
}

func TestEverySeededFaultIsFoundAtItsPlace(t *testing.T) {
	g := rand.New(rand.NewPCG(5, 22))
	for key, seed := range seeds {
		for range 200 {
			activities := 6 * (2 + g.IntN(8))
			m, s := clean(activities, 2*(4+g.IntN(8))), strict
			s.MaxA = activities
			want := seed(&m, g)
			found := rules.Check(m, s)
			at := slices.IndexFunc(found, func(f rules.Finding) bool { return f.Key == key })
			if at < 0 || !slices.Contains(found[at].Places, want) {
				t.Fatalf("%s: got %+v, want one at %+v", key, found, want)
			}
			for _, f := range found {
				if strings.TrimPrefix(f.Key, fmt.Sprint("raci.rule.", f.Rule)) == f.Key {
					t.Errorf("%s says it is of rule %d", f.Key, f.Rule)
				}
			}
		}
	}
	for rule := 1; rule <= 12; rule++ {
		if !slices.ContainsFunc(keysOf(seeds), func(k string) bool {
			return k == fmt.Sprint("raci.rule.", rule) || strings.HasPrefix(k, fmt.Sprint("raci.rule.", rule, "."))
		}) {
			t.Errorf("rule %d has no seeded fault", rule)
		}
	}
}

func keysOf[V any](m map[string]V) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// Whatever the matrix, the rules find exactly what the words of the twelve rules say, read one cell after the other.
func TestRulesAgreeWithTheirPlainReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, s := someMatrix(t)
		got := map[string]bool{}
		for _, f := range rules.Check(m, s) {
			for _, p := range f.Places {
				if name := fmt.Sprint(f.Key, f.Args["person"], p); got[name] && f.Rule != 12 {
					t.Fatalf("%s is said twice", name)
				} else {
					got[name] = true
				}
			}
		}
		want := plainly(m, s)
		for name := range want {
			if !got[name] {
				t.Errorf("missed %s", name)
			}
		}
		for name := range got {
			if !want[name] {
				t.Errorf("got %s, which is not so", name)
			}
		}
	})
}

func someMatrix(t *rapid.T) (rules.Matrix, rules.Settings) {
	m := rules.Matrix{Critical: []string{"e0", "e1", "e9"}, Elsewhere: map[string]int{"p1": rapid.IntRange(0, 3).Draw(t, "elsewhere")}}
	rows, columns := rapid.IntRange(0, 7).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "columns")
	for r := range columns {
		m.Roles = append(m.Roles, rules.Role{
			ID: fmt.Sprint("r", r), Function: rapid.SampledFrom(rules.Functions).Draw(t, "function"), Vacant: rapid.IntRange(0, 5).Draw(t, "vacant") == 0,
			External: rapid.IntRange(0, 5).Draw(t, "external") == 0, Persons: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"p1", "p2", "p3"}), 0, 2, rapid.ID[string]).Draw(t, "persons"),
		})
	}
	for a := range rows {
		m.Activities = append(m.Activities, rules.Activity{
			ID: fmt.Sprint("a", a), About: []string{fmt.Sprint("e", rapid.IntRange(0, 3).Draw(t, "about"))}, Joint: rapid.Bool().Draw(t, "joint"), Material: rapid.Bool().Draw(t, "material"),
			Checks: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a0", "a1", "a2", "a5", "gone"}), 0, 2, rapid.ID[string]).Draw(t, "checks"),
		})
		for range columns {
			m.Cells = append(m.Cells, rules.Set(rapid.SampledFrom([]int{0, 0, 1, 2, 3, 4, 8, 16, 17, 19, 20}).Draw(t, "cell")))
		}
	}
	for range rapid.IntRange(0, 12).Draw(t, "acts") {
		m.Acts = append(m.Acts, rules.Act{
			Activity: rapid.SampledFrom([]string{"a0", "a1", "gone"}).Draw(t, "acted"), As: rapid.SampledFrom([]rules.Set{rules.R, rules.A, rules.K}).Draw(t, "as"),
			Roles: rapid.SliceOfN(rapid.SampledFrom([]string{"r0", "r1", "r9"}), 0, 2).Draw(t, "by"),
		})
	}
	s := rules.Settings{MaxA: 2, MaxC: rapid.IntRange(0, 2).Draw(t, "c"), Differs: rapid.SampledFrom([]float64{0, 0.3, 0.5}).Draw(t, "x"), MinActs: 3}
	if rapid.Bool().Draw(t, "strict") {
		s.Apart, s.Informed = strict.Apart, strict.Informed
	}
	return m, s
}

func BenchmarkThousandActivitiesByHundredRoles(b *testing.B) {
	m, s := clean(1000, 100), strict
	g := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		m.Cells[g.IntN(len(m.Cells))] |= rules.Set(1 << g.IntN(5))
	}
	b.ResetTimer()
	for b.Loop() {
		if len(rules.Check(m, s)) == 0 {
			b.Fatal("nothing found")
		}
	}
}
