package graph

import "slices"

// Need is a group of providers of which K must work for the consumer to work. A hard need of one is {[p], 1}.
type Need struct {
	Providers []int32
	K         int
}

// Needs are the needs of all nodes: a node stops when it goes itself or when any of its needs is not met.
type Needs struct {
	of    [][]Need
	users [][]use // by provider
	count int     // all needs
}

// use is one need in which a provider stands.
type use struct{ consumer, need, id int32 }

// NewNeeds takes the needs of each node. A provider named twice in a need counts once; a need of none, or of fewer
// providers than K, can never be met and is taken as needing all of them. O(size).
func NewNeeds(of [][]Need) *Needs {
	n := &Needs{of: make([][]Need, len(of)), users: make([][]use, len(of))}
	for v, needs := range of {
		for _, need := range needs {
			providers := slices.Compact(sorted(slices.Clone(need.Providers)))
			if len(providers) == 0 {
				continue
			}
			need = Need{Providers: providers, K: min(max(need.K, 1), len(providers))}
			for _, p := range providers {
				n.users[p] = append(n.users[p], use{int32(v), int32(len(n.of[v])), int32(n.count)})
			}
			n.of[v] = append(n.of[v], need)
			n.count++
		}
	}
	return n
}

// Len is the number of nodes.
func (n *Needs) Len() int { return len(n.of) }

// Spared tells whether any need is met by fewer than all of its providers, so that the graph alone overstates.
func (n *Needs) Spared() bool {
	for _, needs := range n.of {
		for _, need := range needs {
			if need.K < len(need.Providers) {
				return true
			}
		}
	}
	return false
}

// Stopped gives all nodes that do not work when some are down, these included; sorted. It is the least fixpoint: in
// a cycle nothing stops without a first cause. O(size of what stops).
func (n *Needs) Stopped(down []int32) []int32 {
	w := n.walk()
	return sorted(slices.Clone(w.run(down)))
}

// What Causes says of nodes that no provider stopped.
const (
	Down    = -1 // it went itself
	Working = -2
)

// Causes gives for each node the provider whose loss stopped it when some nodes are down, Down for these themselves, and
// Working for what goes on. Following the causes from a node that stopped leads to one that is down. The same least
// fixpoint as Stopped; O(n + size of what stops).
func (n *Needs) Causes(down []int32) []int32 {
	causes := make([]int32, len(n.of))
	for v := range causes {
		causes[v] = Working
	}
	w := n.walk()
	for _, v := range w.run(down) {
		causes[v] = w.why[v]
	}
	return causes
}

// walk is reusable state of one failure after another.
type walk struct {
	n       *Needs
	lost    []int32 // providers lost, by need
	stopped []bool
	why     []int32 // by node: the provider whose loss stopped it, or Down
	order   []int32
	touched []int32 // needs that lost someone
}

func (n *Needs) walk() *walk {
	return &walk{n: n, lost: make([]int32, n.count), stopped: make([]bool, len(n.of)), why: make([]int32, len(n.of))}
}

// run lets nodes go and gives all that stops, in the order in which it stops. The slice holds until the next run.
func (w *walk) run(down []int32) []int32 {
	w.clear()
	for _, v := range down {
		w.stop(v, Down)
	}
	for i := 0; i < len(w.order); i++ {
		for _, u := range w.n.users[w.order[i]] {
			if w.lost[u.id] == 0 {
				w.touched = append(w.touched, u.id)
			}
			w.lost[u.id]++
			need := w.n.of[u.consumer][u.need]
			if int(w.lost[u.id]) > len(need.Providers)-need.K {
				w.stop(u.consumer, w.order[i])
			}
		}
	}
	return w.order
}

func (w *walk) stop(v, why int32) {
	if !w.stopped[v] {
		w.stopped[v], w.why[v] = true, why
		w.order = append(w.order, v)
	}
}

func (w *walk) clear() {
	for _, v := range w.order {
		w.stopped[v] = false
	}
	for _, id := range w.touched {
		w.lost[id] = 0
	}
	w.order, w.touched = w.order[:0], w.touched[:0]
}

// Blast counts for each node how many others stop when it alone goes, with groups credited for what they spare.
// O(n · size of what stops).
func (n *Needs) Blast() []int32 {
	w := n.walk()
	blast := make([]int32, len(n.of))
	for v := range blast {
		blast[v] = int32(len(w.run([]int32{int32(v)})) - 1)
	}
	return blast
}

// Stops gives for each node which of some targets stop when it alone goes; a target's own loss counts.
// O(n · size of what stops).
func (n *Needs) Stops(targets []int32) [][]int32 {
	isTarget := make([]bool, len(n.of))
	for _, t := range targets {
		isTarget[t] = true
	}
	w := n.walk()
	all := make([][]int32, len(n.of))
	for v := range all {
		for _, x := range w.run([]int32{int32(v)}) {
			if isTarget[x] {
				all[v] = append(all[v], x)
			}
		}
		slices.Sort(all[v])
	}
	return all
}

// Of are the needs of a node, as they were understood: providers sorted, K between 1 and their number. Shared, not to
// be changed.
func (n *Needs) Of(node int32) []Need { return n.of[node] }
