package graph_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"accordo.dev/internal/landscape/graph"
)

// small draws a graph of up to 12 nodes.
func small(t *rapid.T) (int, []graph.Edge, *graph.Graph) {
	n := rapid.IntRange(1, 12).Draw(t, "n")
	node := rapid.Int32Range(0, int32(n-1))
	edges := make([]graph.Edge, rapid.IntRange(0, 3*n).Draw(t, "m"))
	for i := range edges {
		edges[i] = graph.Edge{From: node.Draw(t, "from"), To: node.Draw(t, "to")}
	}
	return n, edges, graph.New(n, edges)
}

// without gives the edges that do not touch a node.
func without(edges []graph.Edge, gone int32) (kept []graph.Edge) {
	for _, e := range edges {
		if e.From != gone && e.To != gone {
			kept = append(kept, e)
		}
	}
	return kept
}

// reach is the transitive closure by Warshall's triple loop.
func reach(n int, edges []graph.Edge) [][]bool {
	m := make([][]bool, n)
	for v := range m {
		m[v] = make([]bool, n)
	}
	for _, e := range edges {
		m[e.From][e.To] = true
	}
	for k := range n {
		for i := range n {
			for j := range n {
				m[i][j] = m[i][j] || m[i][k] && m[k][j]
			}
		}
	}
	return m
}

func TestCutPointsAreThoseWhoseRemovalParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, edges, g := small(t)
		cut := graph.CutPoints(g)
		of, count := graph.Components(g)
		for v := int32(0); int(v) < n; v++ {
			_, left := graph.Components(graph.New(n, without(edges, v)))
			left-- // v itself, alone now
			if lonely := len(g.Neighbours(v)) == 0; cut.Articulation[v] != (left > count && !lonely) {
				t.Errorf("articulation of %d: got %v, parts %d before and %d after", v, cut.Articulation[v], count, left)
			}
			size, most := 0, 0
			for w := range of {
				if of[w] == of[v] {
					size++
				}
			}
			for _, piece := range graph.Pieces(g, v) {
				most = max(most, len(piece))
			}
			if want := size - 1 - most; int(cut.CutOff[v]) != want {
				t.Errorf("cut off by %d: got %v, want %v", v, cut.CutOff[v], want)
			}
		}
		var bridges []graph.Edge
		for _, e := range edges {
			if e.From == e.To || slices.Contains(bridges, e) || slices.Contains(bridges, graph.Edge{From: e.To, To: e.From}) {
				continue
			}
			rest := slices.DeleteFunc(slices.Clone(edges), func(x graph.Edge) bool { return x == e || x.From == e.To && x.To == e.From })
			if _, left := graph.Components(graph.New(n, rest)); left > count {
				bridges = append(bridges, e)
			}
		}
		if len(bridges) != len(cut.Bridges) {
			t.Errorf("bridges: got %v, want %v", cut.Bridges, bridges)
		}
		joined := 0 // every pair of neighbours lies in exactly one block
		for _, block := range cut.Blocks() {
			for i, a := range block {
				for _, b := range block[i+1:] {
					if slices.Contains(g.Neighbours(a), b) {
						joined++
					}
				}
			}
		}
		if joined != g.Pairs() {
			t.Errorf("pairs in blocks: got %d, want %d", joined, g.Pairs())
		}
	})
}

func TestBlastRadiusIsTheClosure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, edges, g := small(t)
		all := reach(n, edges)
		blast := graph.Blast(g)
		of, _ := graph.SCC(g)
		for v := range n {
			var want []int32
			for u := range n {
				if u != v && all[u][v] {
					want = append(want, int32(u))
				}
				if same := u == v || all[u][v] && all[v][u]; (of[u] == of[v]) != same {
					t.Errorf("%d and %d in one component: got %v, want %v", u, v, of[u] == of[v], same)
				}
				if all[u][v] && of[u] < of[v] {
					t.Errorf("consumer %d comes before provider %d", u, v)
				}
			}
			if int(blast[v]) != len(want) {
				t.Errorf("blast of %d: got %v, want %v", v, blast[v], len(want))
			}
			if got := graph.Reaching(g, int32(v)); !slices.Equal(got, want) {
				t.Errorf("reaching %d: got %v, want %v", v, got, want)
			}
		}
	})
}

func TestDominatorsAreOnEveryPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, edges, g := small(t)
		roots := slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.Int32Range(0, int32(n-1)), 1, 3).Draw(t, "roots"))))
		idom := graph.Dominators(g, roots)
		from := func(edges []graph.Edge, gone int32) []bool {
			there, all := make([]bool, n), reach(n, edges)
			for _, r := range roots {
				for v := range n {
					there[v] = there[v] || r != gone && (all[r][v] || int(r) == v)
				}
			}
			return there
		}
		reached := from(edges, -1)
		dominates := make([][]bool, n) // by removal
		for d := range n {
			dominates[d] = make([]bool, n)
			left := from(without(edges, int32(d)), int32(d))
			for v := range n {
				dominates[d][v] = d != v && reached[v] && !left[v]
			}
		}
		for v := range n {
			if !reached[v] {
				if idom[v] != graph.Unreachable {
					t.Errorf("%d: got %d, want unreachable", v, idom[v])
				}
				continue
			}
			for d := range n {
				above := false
				for x := idom[v]; x >= 0; x = idom[x] {
					above = above || int(x) == d
				}
				if above != dominates[d][v] {
					t.Errorf("%d dominates %d: got %v, want %v (roots %v)", d, v, above, dominates[d][v], roots)
				}
			}
		}
	})
}

func TestBetweennessIsTheShareOfShortestPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, _, g := small(t)
		got := graph.Betweenness(g, graph.BetweennessOptions{})
		far, paths := make([][]int, n), make([][]float64, n)
		for s := range n {
			far[s], paths[s] = make([]int, n), make([]float64, n)
			for v := range n {
				far[s][v] = math.MaxInt / 4
			}
			far[s][s], paths[s][s] = 0, 1
			for open := []int32{int32(s)}; len(open) > 0; open = open[1:] {
				for _, w := range g.Neighbours(open[0]) {
					if far[s][w] > n {
						far[s][w], open = far[s][open[0]]+1, append(open, w)
					}
					if far[s][w] == far[s][open[0]]+1 {
						paths[s][w] += paths[s][open[0]]
					}
				}
			}
		}
		for v := range n {
			want := 0.0
			for a := range n {
				for b := range a {
					if a != v && b != v && far[a][b] <= n && far[a][v]+far[v][b] == far[a][b] {
						want += paths[a][v] * paths[v][b] / paths[a][b]
					}
				}
			}
			if math.Abs(got.Value[v]-want) > 1e-9 {
				t.Errorf("betweenness of %d: got %v, want %v", v, got.Value[v], want)
			}
		}
		if one := graph.Betweenness(g, graph.BetweennessOptions{Workers: 1}); !cmp.Equal(one.Value, got.Value) {
			t.Error("the number of workers shows")
		}
	})
}

func TestCoresAreWhatPeelingLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, _, g := small(t)
		want := make([]int32, n)
		for k := int32(1); int(k) < n; k++ {
			left := make([]bool, n)
			for v := range left {
				left[v] = true
			}
			for changed := true; changed; {
				changed = false
				for v := range n {
					degree := int32(0)
					for _, w := range g.Neighbours(int32(v)) {
						if left[w] {
							degree++
						}
					}
					if left[v] && degree < k {
						left[v], changed = false, true
					}
				}
			}
			for v := range n {
				if left[v] {
					want[v] = k
				}
			}
		}
		if got := graph.Cores(g); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// smallNeeds draws needs of up to 8 nodes, with groups.
func smallNeeds(t *rapid.T) (int, [][]graph.Need) {
	n := rapid.IntRange(2, 8).Draw(t, "n")
	of := make([][]graph.Need, n)
	for v := range of {
		for range rapid.IntRange(0, 2).Draw(t, "needs") {
			providers := rapid.SliceOfNDistinct(rapid.Int32Range(0, int32(n-1)), 1, min(4, n), rapid.ID[int32]).Draw(t, "providers")
			of[v] = append(of[v], graph.Need{Providers: providers, K: rapid.IntRange(1, len(providers)).Draw(t, "k")})
		}
	}
	return n, of
}

// stops is the least fixpoint by trying again until nothing changes.
func stops(of [][]graph.Need, down []int32) []bool {
	stopped := make([]bool, len(of))
	for _, v := range down {
		stopped[v] = true
	}
	for changed := true; changed; {
		changed = false
		for v, needs := range of {
			for _, need := range needs {
				working := 0
				for _, p := range need.Providers {
					if !stopped[p] {
						working++
					}
				}
				if working < need.K && !stopped[v] {
					stopped[v], changed = true, true
				}
			}
		}
	}
	return stopped
}

func TestWhatStopsIsTheLeastFixpoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, of := smallNeeds(t)
		needs := graph.NewNeeds(of)
		down := rapid.SliceOfNDistinct(rapid.Int32Range(0, int32(n-1)), 0, 3, rapid.ID[int32]).Draw(t, "down")
		want, got := stops(of, down), make([]bool, n)
		for _, v := range needs.Stopped(down) {
			got[v] = true
		}
		if !slices.Equal(got, want) {
			t.Errorf("down %v: got %v, want %v", down, got, want)
		}
		for v := int32(0); int(v) < n; v++ {
			count := int32(-1)
			for _, x := range stops(of, []int32{v}) {
				if x {
					count++
				}
			}
			if got := needs.Blast()[v]; got != count {
				t.Errorf("blast of %d: got %d, want %d", v, got, count)
			}
			causes := needs.Causes(down)
			if (causes[v] != graph.Working) != want[v] {
				t.Errorf("cause of %d: got %d, stopped %v", v, causes[v], want[v])
			}
			for at, steps := v, 0; causes[at] >= 0; at, steps = causes[at], steps+1 {
				if steps > n || !want[causes[at]] || causes[causes[at]] == graph.Down && !slices.Contains(down, causes[at]) {
					t.Fatalf("causes from %d do not lead to what is down: %v", v, causes)
				}
			}
		}
	})
}

func TestCutSetsAreTheMinimalOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, of := smallNeeds(t)
		got, complete := graph.NewNeeds(of).CutSets(0, 3, 100_000)
		if !complete {
			t.Fatal("told to be incomplete")
		}
		var want [][]int32
		for size := 1; size <= 3; size++ {
			for mask := range 1 << n {
				var down []int32
				for v := int32(0); int(v) < n; v++ {
					if mask>>v&1 == 1 {
						down = append(down, v)
					}
				}
				if len(down) != size || mask&1 == 1 || !stops(of, down)[0] {
					continue
				}
				if !slices.ContainsFunc(want, func(s []int32) bool { return subset(s, down) }) {
					want = append(want, down)
				}
			}
		}
		slices.SortFunc(want, func(a, b []int32) int {
			if len(a) != len(b) {
				return len(a) - len(b)
			}
			return slices.Compare(a, b)
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func subset(a, b []int32) bool {
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

func TestHerfindahl(t *testing.T) {
	for _, c := range []struct {
		amounts []float64
		want    float64
	}{{nil, 0}, {[]float64{5}, 10000}, {[]float64{1, 1, 1, 1}, 2500}, {[]float64{80, 20}, 6800}} {
		if got := graph.Herfindahl(c.amounts); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: got %v, want %v", c.amounts, got, c.want)
		}
	}
}
