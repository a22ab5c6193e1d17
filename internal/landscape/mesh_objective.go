package landscape

import (
	"cmp"
	"slices"
)

// objective is a time that elements promise, in minutes; nil where nobody has said.
type objective func(Element) *int64

func recoveryTime(e Element) *int64  { return e.RTO }
func recoveryPoint(e Element) *int64 { return e.RPO }

// reckoning says how the objectives along a chain of needs become one.
type reckoning int

const (
	declared reckoning = iota // an element's own objective; where it has none, the longest of what it needs
	together                  // everything begins to recover at once: the longest objective on the chain
	inTurn                    // each begins when what it needs is back: the sum along the longest chain
)

// measured is what a chain of needs comes to, with the tie to its next element; -1 where the chain ends.
type measured struct {
	minutes int64
	unknown bool // somebody on the way has not said: it is at least this
	via     int32
}

func slower(a, b measured) int { return cmp.Compare(a.minutes, b.minutes) }

// reckon gives for each element what the objectives of itself and of all it cannot be without come to. Of k of n
// providers the k-th fastest counts; the members of a cycle recover together. O(elements + ties).
func (m *mesh) reckon(of objective, how reckoning) []measured {
	all := make([]measured, len(m.IDs))
	for _, group := range m.components() {
		m.reckonGroup(group, of, how, all)
	}
	return all
}

// reckonGroup reckons the members of one cycle, or one element by itself, from providers that are reckoned already.
func (m *mesh) reckonGroup(group []int32, of objective, how reckoning, all []measured) {
	own, below := make([]measured, len(group)), make([]measured, len(group))
	for i, node := range group {
		own[i] = measured{via: -1, unknown: true}
		if minutes := of(m.Of(node)); minutes != nil {
			own[i] = measured{minutes: *minutes, via: -1}
		}
		below[i] = m.slowestGate(node, all)
		if len(group) > 1 && below[i].via >= 0 {
			if _, member := slices.BinarySearch(group, m.Ties[below[i].via].Provider); member {
				below[i].via = -1 // the cycle waits for nothing but what lies outside it
			}
		}
	}
	if how == declared { // no member waits for another's promise
		for i, node := range group {
			all[node] = own[i]
			if own[i].unknown {
				all[node] = measured{minutes: below[i].minutes, unknown: true, via: below[i].via}
			}
		}
		return
	}
	o, b := worst(own), worst(below)
	total := measured{minutes: max(own[o].minutes, below[b].minutes), unknown: anyUnknown(own) || anyUnknown(below), via: below[b].via}
	target := b
	switch {
	case how == inTurn:
		total.minutes = own[o].minutes + below[b].minutes
		if total.via < 0 {
			target = o
		}
	case own[o].minutes >= below[b].minutes:
		target, total.via = o, -1
	}
	all[group[target]] = total
	if len(group) == 1 {
		return
	}
	toward := m.inside(group, group[target])
	for i, node := range group {
		if i != target {
			all[node] = measured{minutes: total.minutes, unknown: total.unknown, via: toward[node]}
		}
	}
}

func worst(all []measured) int {
	at := 0
	for i := range all {
		if all[i].minutes > all[at].minutes {
			at = i
		}
	}
	return at
}

func anyUnknown(all []measured) bool {
	return slices.ContainsFunc(all, func(one measured) bool { return one.unknown })
}

// slowestGate is when an element has all that it needs; the gates of a cycle that is being reckoned count as open.
func (m *mesh) slowestGate(node int32, all []measured) measured {
	slowest := measured{via: -1}
	for _, g := range m.gates[node] {
		at := m.opens(g, all)
		unknown := slowest.unknown || at.unknown
		if slowest.via < 0 || at.minutes > slowest.minutes {
			slowest = at
		}
		slowest.unknown = unknown
	}
	return slowest
}

// opens is when a gate opens: when its k-th fastest provider is back. Those of whom nobody knows come last.
func (m *mesh) opens(g gate, all []measured) measured {
	at := make([]measured, len(g.ties))
	for i, tie := range g.ties {
		at[i] = all[m.Ties[tie].Provider]
		at[i].via = tie
	}
	if len(at) == 1 {
		return at[0]
	}
	slices.SortFunc(at, func(a, b measured) int {
		return cmp.Or(boolFirst(b.unknown, a.unknown), slower(a, b), cmp.Compare(a.via, b.via))
	})
	needed := at[:g.need]
	slowest := slices.MaxFunc(needed, slower)
	slowest.unknown = needed[len(needed)-1].unknown
	return slowest
}

// boolFirst orders what is so before what is not.
func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

// inside gives for the members of a cycle the tie with which the shortest way to one of them begins.
func (m *mesh) inside(group []int32, target int32) map[int32]int32 {
	within := make(map[int32]bool, len(group))
	for _, i := range group {
		within[i] = true
	}
	first := map[int32]int32{target: -1}
	for queue := []int32{target}; len(queue) > 0; queue = queue[1:] {
		for _, tie := range m.in[queue[0]] {
			consumer := m.Ties[tie].Consumer
			if _, seen := first[consumer]; !seen && within[consumer] {
				first[consumer] = tie
				queue = append(queue, consumer)
			}
		}
	}
	return first
}

// follow gives the ties of the chain that begins at an element.
func (m *mesh) follow(node int32, all []measured) (ties []int32) {
	for all[node].via >= 0 && len(ties) <= len(m.IDs) {
		ties = append(ties, all[node].via)
		node = m.Ties[all[node].via].Provider
	}
	return ties
}
