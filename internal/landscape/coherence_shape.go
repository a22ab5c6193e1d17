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
	var edges []graph.Edge
	for node, gates := range f.mesh.gates {
		for _, g := range gates {
			if g.spare() > 0 {
				continue
			}
			for _, tie := range g.ties {
				edges = append(edges, graph.Edge{From: int32(node), To: f.mesh.Ties[tie].Provider})
			}
		}
	}
	needs := graph.New(len(f.IDs), edges)
	for _, group := range graph.Cycles(needs) {
		circle := graph.Cycle(needs, group[0])
		ties := make([]int32, len(circle)-1)
		for i := range ties {
			ties[i] = f.mesh.tie(circle[i], circle[i+1])
		}
		f.noteCycle(group, ties)
	}
}

func (f *finder) noteCycle(group, ties []int32) {
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
