package graph

import "slices"

// Cut tells where the graph, looked at without direction, hangs together by one node or one edge.
type Cut struct {
	Articulation []bool  // the node parts its component when it goes
	CutOff       []int32 // nodes parted from the largest remaining piece when the node goes; itself not counted
	Bridges      []Edge  // the edge parts its component when it goes; in the direction of a need
	blocks       rows
}

// Blocks gives the biconnected components: parts in which any one node can go without parting the rest. An
// articulation point is in several, a node without neighbours in none.
func (c Cut) Blocks() [][]int32 {
	all := make([][]int32, max(len(c.blocks.start)-1, 0))
	for i := range all {
		all[i] = slices.Sorted(slices.Values(c.blocks.of(int32(i))))
	}
	return all
}

// CutPoints finds articulation points, bridges and biconnected components in one depth-first walk
// (Hopcroft and Tarjan, 1973). O(n + m).
func CutPoints(g *Graph) Cut {
	n := g.Len()
	w := &cutWalk{
		g: g, seen: make([]int32, n), low: make([]int32, n), parent: make([]int32, n), next: make([]int32, n), size: make([]int32, n),
		order: make([]int32, 0, n), path: make([]int32, 0, n), open: make([]int32, 0, n),
		off: make([]int32, n), most: make([]int32, n),
		cut: Cut{Articulation: make([]bool, n), CutOff: make([]int32, n), blocks: rows{start: []int32{0}}},
	}
	for v := int32(0); int(v) < n; v++ {
		if w.seen[v] == 0 {
			w.component(v)
		}
	}
	slices.SortFunc(w.cut.Bridges, func(a, b Edge) int {
		if a.From != b.From {
			return int(a.From - b.From)
		}
		return int(a.To - b.To)
	})
	return w.cut
}

type cutWalk struct {
	g            *Graph
	seen, low    []int32 // order of discovery from 1, and the earliest that the subtree reaches past its root
	parent, next []int32
	size         []int32 // nodes in the subtree
	off, most    []int32 // nodes in subtrees that hang on the node alone, and the largest of these
	clock        int32
	order        []int32 // as discovered
	path, open   []int32 // nodes on the way down; nodes not yet in a block
	cut          Cut
}

func (w *cutWalk) enter(v, parent int32) {
	w.clock++
	w.seen[v], w.low[v], w.parent[v], w.size[v] = w.clock, w.clock, parent, 1
	w.path, w.open, w.order = append(w.path, v), append(w.open, v), append(w.order, v)
}

func (w *cutWalk) component(root int32) {
	first := w.clock
	w.path, w.open = w.path[:0], w.open[:0]
	w.enter(root, -1)
	hanging := 0 // subtrees on the root
	for len(w.path) > 0 {
		v := w.path[len(w.path)-1]
		row := w.g.both.of(v)
		if int(w.next[v]) == len(row) {
			w.path = w.path[:len(w.path)-1]
			if p := w.parent[v]; p >= 0 {
				w.leave(p, v)
				if p == root {
					hanging++
				}
			}
			continue
		}
		x := row[w.next[v]]
		w.next[v]++
		switch {
		case w.seen[x] == 0:
			w.enter(x, v)
		case x != w.parent[v]:
			w.low[v] = min(w.low[v], w.seen[x])
		}
	}
	w.cut.Articulation[root] = hanging > 1
	w.measure(first)
}

// leave goes back from a finished child to its parent.
func (w *cutWalk) leave(p, v int32) {
	w.low[p] = min(w.low[p], w.low[v])
	w.size[p] += w.size[v]
	if w.low[v] > w.seen[p] {
		w.cut.Bridges = append(w.cut.Bridges, w.g.need(p, v))
	}
	if w.low[v] < w.seen[p] {
		return
	}
	w.cut.Articulation[p] = true // of a root only when it has another such child
	w.off[p] += w.size[v]
	w.most[p] = max(w.most[p], w.size[v])
	for {
		x := w.open[len(w.open)-1]
		w.open = w.open[:len(w.open)-1]
		w.cut.blocks.to = append(w.cut.blocks.to, x)
		if x == v {
			break
		}
	}
	w.cut.blocks.to = append(w.cut.blocks.to, p)
	w.cut.blocks.start = append(w.cut.blocks.start, int32(len(w.cut.blocks.to)))
}

// need gives the edge between two neighbours in the direction of a need.
func (g *Graph) need(a, b int32) Edge {
	if _, there := slices.BinarySearch(g.Out(a), b); there {
		return Edge{a, b}
	}
	return Edge{b, a}
}

// measure counts what each articulation point of the finished component cuts off.
func (w *cutWalk) measure(first int32) {
	total := w.clock - first
	for _, v := range w.order[first:] {
		if w.cut.Articulation[v] {
			rest := total - 1 - w.off[v]
			w.cut.CutOff[v] = total - 1 - max(rest, w.most[v])
		}
	}
}

// Pieces gives the pieces into which a component falls when a node goes, largest first; sorted inside. O(n + m).
func Pieces(g *Graph, gone int32) [][]int32 {
	seen := make([]bool, g.Len())
	seen[gone] = true
	var pieces [][]int32
	for _, start := range g.Neighbours(gone) {
		if seen[start] {
			continue
		}
		seen[start] = true
		piece := []int32{start}
		for i := 0; i < len(piece); i++ {
			for _, x := range g.Neighbours(piece[i]) {
				if !seen[x] {
					seen[x], piece = true, append(piece, x)
				}
			}
		}
		slices.Sort(piece)
		pieces = append(pieces, piece)
	}
	slices.SortStableFunc(pieces, func(a, b []int32) int { return len(b) - len(a) })
	return pieces
}

// Cores gives the core number of each node: the largest k such that it belongs to a part in which everyone has
// at least k neighbours (Batagelj and Zaveršnik, 2003). O(n + m).
func Cores(g *Graph) []int32 {
	n := g.Len()
	degree, most := make([]int32, n), int32(0)
	for v := range degree {
		degree[v] = int32(len(g.Neighbours(int32(v))))
		most = max(most, degree[v])
	}
	start := make([]int32, most+2) // of each degree in order
	for _, d := range degree {
		start[d+1]++
	}
	for d := range most + 1 {
		start[d+1] += start[d]
	}
	order, place, next := make([]int32, n), make([]int32, n), slices.Clone(start)
	for v := range degree {
		place[v] = next[degree[v]]
		order[place[v]] = int32(v)
		next[degree[v]]++
	}
	for i := range order {
		v := order[i]
		for _, w := range g.Neighbours(v) {
			if degree[w] <= degree[v] {
				continue
			}
			first := max(start[degree[w]], int32(i)+1) // swap w with the first of its degree, then lower it
			other := order[first]
			order[first], order[place[w]] = w, other
			place[other], place[w] = place[w], first
			start[degree[w]] = first + 1
			degree[w]--
		}
	}
	return degree
}
