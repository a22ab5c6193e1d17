// Package graph answers questions about maps of things that need each other: which single loss parts the
// map, what stops with what, who stands on most paths, in which order things come back. It is pure: nodes
// are numbers, an edge runs from a consumer to the provider that it needs, and nothing here knows names,
// databases or clocks.
//
// Conventions that make figures comparable: the graph is simple (loops and repeated edges are dropped and
// counted); cut points, bridges, cores and betweenness look at it without direction; the blast radius of a
// node is the number of other nodes that reach it along needs.
package graph

import "slices"

// Edge is one need: From needs To.
type Edge struct{ From, To int32 }

// Graph is a simple directed graph of nodes 0 … Len()-1 in compressed rows. It does not change once made.
type Graph struct {
	out, in, both rows
	Loops         int // edges from a node to itself that were dropped
	Repeats       int // edges that were there already
}

// rows are the neighbours of all nodes behind one another: those of v are to[start[v]:start[v+1]], sorted.
type rows struct {
	start []int32
	to    []int32
}

func (r rows) of(v int32) []int32 { return r.to[r.start[v]:r.start[v+1]] }

// New makes a graph of n nodes; edges with an end outside 0 … n-1 are a fault of the caller. O(n + m log d).
func New(n int, edges []Edge) *Graph {
	g := &Graph{}
	out := group(n, len(edges), func(i int) (int32, int32) { return edges[i].From, edges[i].To })
	g.out = out.simple(func(v, w int32) bool {
		if v == w {
			g.Loops++
		}
		return v == w
	}, &g.Repeats)
	g.in = g.out.reversed()
	g.both = merged(g.out, g.in)
	return g
}

// group sorts pairs by their first number.
func group(n, m int, pair func(int) (int32, int32)) rows {
	r := rows{start: make([]int32, n+1), to: make([]int32, m)}
	for i := range m {
		v, _ := pair(i)
		r.start[v+1]++
	}
	for v := range n {
		r.start[v+1] += r.start[v]
	}
	next := slices.Clone(r.start[:n])
	for i := range m {
		v, w := pair(i)
		r.to[next[v]] = w
		next[v]++
	}
	return r
}

// simple sorts each row and drops what is unwanted or stands twice.
func (r rows) simple(drop func(v, w int32) bool, repeats *int) rows {
	kept := int32(0)
	for v := int32(0); int(v) < len(r.start)-1; v++ {
		row := r.of(v)
		r.start[v] = kept
		slices.Sort(row)
		last := int32(-1)
		for _, w := range row {
			if drop(v, w) {
				continue
			}
			if w == last {
				*repeats++
				continue
			}
			last = w
			r.to[kept] = w
			kept++
		}
	}
	r.start[len(r.start)-1] = kept
	r.to = r.to[:kept:kept]
	return r
}

func (r rows) reversed() rows {
	n := len(r.start) - 1
	back := rows{start: make([]int32, n+1), to: make([]int32, len(r.to))}
	for _, w := range r.to {
		back.start[w+1]++
	}
	for v := range n {
		back.start[v+1] += back.start[v]
	}
	next := slices.Clone(back.start[:n])
	for v := int32(0); int(v) < n; v++ {
		for _, w := range r.of(v) {
			back.to[next[w]] = v
			next[w]++
		}
	}
	return back
}

// merged joins two sets of sorted rows, each neighbour once.
func merged(a, b rows) rows {
	n := len(a.start) - 1
	m := rows{start: make([]int32, n+1), to: make([]int32, 0, len(a.to)+len(b.to))}
	for v := int32(0); int(v) < n; v++ {
		x, y := a.of(v), b.of(v)
		for len(x) > 0 || len(y) > 0 {
			switch {
			case len(y) == 0 || len(x) > 0 && x[0] < y[0]:
				m.to, x = append(m.to, x[0]), x[1:]
			case len(x) == 0 || y[0] < x[0]:
				m.to, y = append(m.to, y[0]), y[1:]
			default:
				m.to, x, y = append(m.to, x[0]), x[1:], y[1:]
			}
		}
		m.start[v+1] = int32(len(m.to))
	}
	return m
}

// Len is the number of nodes.
func (g *Graph) Len() int { return len(g.out.start) - 1 }

// Edges is the number of edges with direction, Pairs without.
func (g *Graph) Edges() int { return len(g.out.to) }

// Pairs is the number of pairs of nodes that an edge joins, in whichever direction.
func (g *Graph) Pairs() int { return len(g.both.to) / 2 }

// Out gives what v needs, sorted. The slice is the graph's own.
func (g *Graph) Out(v int32) []int32 { return g.out.of(v) }

// In gives what needs v, sorted. The slice is the graph's own.
func (g *Graph) In(v int32) []int32 { return g.in.of(v) }

// Neighbours gives what v needs and what needs it, each once, sorted. The slice is the graph's own.
func (g *Graph) Neighbours(v int32) []int32 { return g.both.of(v) }

// Dependents counts what needs each node directly.
func Dependents(g *Graph) []int32 {
	count := make([]int32, g.Len())
	for v := range count {
		count[v] = int32(len(g.In(int32(v))))
	}
	return count
}

// Components numbers the parts of the graph that nothing joins, looked at without direction, in the order of
// their smallest node. O(n + m).
func Components(g *Graph) (of []int32, count int) {
	of = make([]int32, g.Len())
	for v := range of {
		of[v] = -1
	}
	var open []int32
	for v := range of {
		if of[v] >= 0 {
			continue
		}
		of[v], open = int32(count), append(open[:0], int32(v))
		for len(open) > 0 {
			w := open[len(open)-1]
			open = open[:len(open)-1]
			for _, x := range g.Neighbours(w) {
				if of[x] < 0 {
					of[x], open = int32(count), append(open, x)
				}
			}
		}
		count++
	}
	return of, count
}

// ShortestPath gives a path of fewest edges along needs from any of some nodes to another, both ends included;
// nil when there is none. Of several it takes the one found first in the order of numbers. O(n + m).
func ShortestPath(g *Graph, from []int32, to int32) []int32 {
	before := make([]int32, g.Len())
	for v := range before {
		before[v] = -2
	}
	open := make([]int32, 0, len(from))
	for _, v := range from {
		if before[v] == -2 {
			before[v], open = -1, append(open, v)
		}
	}
	for i := 0; i < len(open) && before[to] == -2; i++ {
		for _, w := range g.Out(open[i]) {
			if before[w] == -2 {
				before[w], open = open[i], append(open, w)
			}
		}
	}
	if before[to] == -2 {
		return nil
	}
	var path []int32
	for v := to; v >= 0; v = before[v] {
		path = append(path, v)
	}
	slices.Reverse(path)
	return path
}

// Herfindahl is the Herfindahl–Hirschman index of concentration, the sum of squared shares in per cent:
// from near 0 (many alike) to 10,000 (one has all). Amounts below zero count as zero; without any it is 0.
func Herfindahl(amounts []float64) float64 {
	total := 0.0
	for _, x := range amounts {
		total += max(x, 0)
	}
	if total == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range amounts {
		share := 100 * max(x, 0) / total
		sum += share * share
	}
	return sum
}
