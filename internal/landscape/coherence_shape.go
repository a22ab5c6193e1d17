package landscape

import (
	"slices"

	"accordo.dev/internal/landscape/graph"
)

// shape checks what the map itself looks like: circles, things that are named and not described, things named twice.
func (f *finder) shape() {
	f.cycles()
	f.unknowns()
	f.duplicates()
}

// cycles finds things that wait for each other: none of them can be started first. Needs with a stand-in do not count.
func (f *finder) cycles() {
	out := make([][]int32, len(f.IDs)) // ties
	var edges []graph.Edge
	for node, gates := range f.mesh.gates {
		for _, g := range gates {
			if g.spare() > 0 {
				continue
			}
			for _, tie := range g.ties {
				out[node] = append(out[node], tie)
				edges = append(edges, graph.Edge{From: int32(node), To: f.mesh.Ties[tie].Provider})
			}
		}
	}
	for _, group := range graph.Cycles(graph.New(len(f.IDs), edges)) {
		f.noteCycle(group, f.around(group, out))
	}
}

// around gives the ties of the shortest circle through the first member of a group.
func (f *finder) around(group []int32, out [][]int32) []int32 {
	start := group[0]
	from := map[int32]int32{}
	for open := []int32{start}; len(open) > 0; open = open[1:] {
		for _, tie := range out[open[0]] {
			provider := f.mesh.Ties[tie].Provider
			if _, inside := slices.BinarySearch(group, provider); !inside {
				continue
			}
			if _, seen := from[provider]; !seen {
				from[provider] = tie
				open = append(open, provider)
			}
			if provider == start {
				return f.back(start, from)
			}
		}
	}
	return nil
}

func (f *finder) back(start int32, from map[int32]int32) []int32 {
	ties := []int32{from[start]}
	for at := f.mesh.Ties[from[start]].Consumer; at != start; at = f.mesh.Ties[from[at]].Consumer {
		ties = append(ties, from[at])
	}
	slices.Reverse(ties)
	return ties
}

func (f *finder) noteCycle(group, ties []int32) {
	if len(ties) == 0 {
		return
	}
	since, known := "", true
	for _, tie := range ties {
		day := dayAt(f.Connections[f.mesh.Ties[tie].Connection].BeganAt)
		since, known = max(since, day), known && day != ""
	}
	if !known {
		since = ""
	}
	steps := f.mesh.chain(group[0], ties, nil)
	f.note(Incoherence{
		Rule: RuleCycle, Element: f.IDs[group[0]], Other: steps[len(steps)-2].Element, Connection: steps[0].Connection,
		Chain: steps, Count: len(group), Since: since,
	})
}

// unknowns finds what somebody names and nobody has described, with one who names it.
func (f *finder) unknowns() {
	named := map[string]Connection{}
	for _, c := range slices.Backward(f.Connections) {
		named[c.From], named[c.To] = c, c
	}
	for _, id := range f.IDs {
		if f.Elements[id].Kind != KindUnknown {
			continue
		}
		one := Incoherence{Rule: RuleUnknown, Element: id, Chain: []Step{f.step(id)}, Since: dayAt(f.Elements[id].BeganAt)}
		if c, tied := named[id]; tied {
			one.Other, one.Connection, one.Chain = otherEnd(c, id), c.ID, f.tied(c)
		}
		f.note(one)
	}
}

// duplicates finds elements of one kind that go by the same name: perhaps one thing twice, perhaps two that are called
// alike. The group is one finding.
func (f *finder) duplicates() {
	groups := map[string][]string{}
	for _, id := range f.IDs {
		e := f.Elements[id]
		for _, name := range namesOf(e) {
			key := string(e.Kind) + " " + name
			groups[key] = append(groups[key], id)
		}
	}
	told := map[string]bool{}
	for _, key := range sortedKeys(groups) {
		group := groups[key]
		if len(group) < 2 || told[group[0]+" "+group[1]] {
			continue
		}
		told[group[0]+" "+group[1]] = true
		steps := make([]Step, len(group))
		for i, id := range group {
			steps[i] = f.step(id)
		}
		f.note(Incoherence{Rule: RuleDuplicate, Element: group[0], Other: group[1], Count: len(group), Chain: steps})
	}
}

// PolicyStanding tells how elements stand to the policies in force.
type PolicyStanding interface {
	Applies(element string) bool      // at least one policy is about it
	Violated(element string) []string // policies about it that it breaks, by name
}

// policies finds what no policy is about, and clouds and devices that do not fulfil theirs.
func (f *finder) policies(c PolicyStanding) {
	if c == nil {
		return
	}
	for _, id := range f.IDs {
		e := f.Elements[id]
		if e.Outside || !e.Kind.Answered() {
			continue
		}
		broken := c.Violated(id)
		switch {
		case !c.Applies(id):
			f.note(Incoherence{Rule: RuleNoPolicy, Element: id, Chain: []Step{f.step(id)}})
		case e.newGround() && len(broken) > 0:
			f.note(Incoherence{Rule: RuleNotAdapted, Element: id, Count: len(broken), Chain: []Step{f.step(id)}})
		}
	}
}

// newGround tells whether an element is of those that policies written for one's own machine rooms reach last.
func (e Element) newGround() bool {
	switch e.Variant {
	case "cloud", "saas", "mobile", "personal", "iot":
		return true
	}
	return false
}
