package graph

import (
	"cmp"
	"slices"
)

// MaxCutSet is the largest size of cut sets that are looked for.
const MaxCutSet = 3

// CutSets gives the minimal sets of up to maxSize nodes whose common loss stops the target, smallest first; the
// target itself is not among them. No more than limit sets are kept for any node on the way; complete is false
// when that left some out. Bottom-up over groups as fault trees are solved (MOCUS; Fussell and Vesely, 1972), to the
// least fixpoint, so that cycles are allowed.
func (n *Needs) CutSets(target int32, maxSize, limit int) (sets [][]int32, complete bool) {
	c := &cutter{needs: n, size: min(max(maxSize, 1), MaxCutSet), limit: max(limit, 1), of: make([][]set, len(n.of))}
	order := n.below(target)
	for _, v := range order {
		c.of[v] = []set{one(v)}
	}
	for changed := true; changed; {
		changed = false
		for _, v := range order {
			if now := c.node(v); len(now) != len(c.of[v]) || !slices.Equal(now, c.of[v]) {
				c.of[v], changed = now, true
			}
		}
	}
	for _, s := range c.of[target] {
		if s != one(target) {
			sets = append(sets, s.nodes())
		}
	}
	return sets, !c.cut
}

// below gives the target and all that it needs, providers first as far as cycles allow.
func (n *Needs) below(target int32) []int32 {
	seen, order := make([]bool, len(n.of)), []int32{}
	type step struct {
		v    int32
		next []int32
	}
	enter := func(path []step, v int32) []step {
		seen[v] = true
		var providers []int32
		for _, need := range n.of[v] {
			providers = append(providers, need.Providers...)
		}
		return append(path, step{v, providers})
	}
	for path := enter(nil, target); len(path) > 0; {
		top := &path[len(path)-1]
		if len(top.next) == 0 {
			order, path = append(order, top.v), path[:len(path)-1]
			continue
		}
		w := top.next[0]
		top.next = top.next[1:]
		if !seen[w] {
			path = enter(path, w)
		}
	}
	return order
}

// set holds up to MaxCutSet nodes in ascending order, each shifted by one; zero is no node.
type set [MaxCutSet]int32

func one(v int32) set { return set{v + 1} }

func (s set) len() int {
	n := 0
	for n < MaxCutSet && s[n] != 0 {
		n++
	}
	return n
}

func (s set) nodes() []int32 {
	out := make([]int32, s.len())
	for i := range out {
		out[i] = s[i] - 1
	}
	return out
}

// with joins two sets; false when they are more than size together.
func (s set) with(t set, size int) (u set, ok bool) {
	i, j, k := 0, 0, 0
	for {
		a, b := at(s, i), at(t, j)
		if a == 0 && b == 0 {
			return u, true
		}
		if k == size {
			return u, false
		}
		switch {
		case b == 0 || a != 0 && a < b:
			u[k] = a
			i++
		case a == 0 || b < a:
			u[k] = b
			j++
		default:
			u[k] = a
			i, j = i+1, j+1
		}
		k++
	}
}

func at(s set, i int) int32 {
	if i == MaxCutSet {
		return 0
	}
	return s[i]
}

type cutter struct {
	needs *Needs
	size  int
	limit int
	cut   bool // sets were left out
	of    [][]set
}

func (c *cutter) node(v int32) []set {
	all := []set{one(v)}
	for _, need := range c.needs.of[v] {
		all = append(all, c.need(need)...)
	}
	return c.minimal(all)
}

// need gives the sets that leave fewer than K providers: at least so many of them must stop.
func (c *cutter) need(need Need) []set {
	lost := len(need.Providers) - need.K + 1
	if lost == 1 {
		var all []set
		for _, p := range need.Providers {
			all = append(all, c.of[p]...)
		}
		return all
	}
	stopping := make([][]set, lost+1) // by how many of the providers so far they stop at least
	stopping[0] = []set{{}}
	for _, p := range need.Providers {
		for k := lost; k > 0; k-- {
			joined := slices.Clone(stopping[k])
			for _, s := range stopping[k-1] {
				for _, t := range c.of[p] {
					if u, ok := s.with(t, c.size); ok {
						joined = append(joined, u)
					}
				}
			}
			stopping[k] = c.minimal(joined)
		}
	}
	return stopping[lost]
}

// minimal drops sets that hold another, sorts by size and then by nodes, and keeps no more than the limit.
func (c *cutter) minimal(all []set) []set {
	slices.SortFunc(all, func(a, b set) int {
		if n := a.len() - b.len(); n != 0 {
			return n
		}
		return slices.CompareFunc(a[:], b[:], cmp.Compare[int32])
	})
	all = slices.Compact(all)
	kept, known := all[:0], make(map[set]bool, len(all))
	for _, s := range all {
		if s.holdsAny(known) {
			continue
		}
		if len(kept) == c.limit {
			c.cut = true
			break
		}
		known[s] = true
		kept = append(kept, s)
	}
	return kept
}

func (s set) holdsAny(known map[set]bool) bool {
	switch s.len() {
	case 2:
		return known[set{s[0]}] || known[set{s[1]}]
	case 3:
		return known[set{s[0]}] || known[set{s[1]}] || known[set{s[2]}] ||
			known[set{s[0], s[1]}] || known[set{s[0], s[2]}] || known[set{s[1], s[2]}]
	default:
		return known[set{}]
	}
}
