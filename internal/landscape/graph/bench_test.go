package graph_test

import (
	"math/rand/v2"
	"testing"

	"accordo.dev/internal/landscape/graph"
)

// scaleFree draws a graph of n nodes with two needs each, mean degree 4: a new node needs older ones in proportion to
// how many need them already (Barabási and Albert, 1999); the seed is fixed.
func scaleFree(n int) (int, []graph.Edge) {
	random := rand.New(rand.NewPCG(1, 2))
	edges, ends := make([]graph.Edge, 0, 2*n), []int32{0, 1}
	for v := int32(2); int(v) < n; v++ {
		for range 2 {
			to := ends[random.IntN(len(ends))]
			edges = append(edges, graph.Edge{From: v, To: to})
			ends = append(ends, to)
		}
		ends = append(ends, v, v)
	}
	return n, edges
}

func BenchmarkNew100k(b *testing.B) {
	n, edges := scaleFree(100_000)
	b.ReportAllocs()
	for b.Loop() {
		graph.New(n, edges)
	}
}

func BenchmarkCutPoints100k(b *testing.B) {
	g := graph.New(scaleFree(100_000))
	b.ReportAllocs()
	for b.Loop() {
		graph.CutPoints(g)
	}
}

func BenchmarkDominators100k(b *testing.B) {
	g := graph.New(scaleFree(100_000))
	var roots []int32
	for v := int32(0); int(v) < g.Len(); v++ {
		if len(g.In(v)) == 0 {
			roots = append(roots, v)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		graph.Dominators(g, roots)
	}
}

func BenchmarkBlast100k(b *testing.B) {
	g := graph.New(scaleFree(100_000))
	b.ReportAllocs()
	for b.Loop() {
		graph.Blast(g)
	}
}

func BenchmarkBetweenness10k(b *testing.B) {
	g := graph.New(scaleFree(10_000))
	for b.Loop() {
		graph.Betweenness(g, graph.BetweennessOptions{})
	}
}

// BenchmarkAllMeasures10k is what one edit of the map costs, with betweenness estimated from 256 sources.
func BenchmarkAllMeasures10k(b *testing.B) {
	n, edges := scaleFree(10_000)
	for b.Loop() {
		g := graph.New(n, edges)
		graph.CutPoints(g)
		graph.Dominators(g, []int32{int32(n - 1)})
		graph.Blast(g)
		graph.Cores(g)
		graph.Dependents(g)
		graph.SCC(g)
		graph.Betweenness(g, graph.BetweennessOptions{Sources: 256, Seed: 1})
	}
}
