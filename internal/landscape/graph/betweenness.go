package graph

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

// ExactBetweenness is up to how many nodes betweenness is computed from all of them unless told otherwise.
const ExactBetweenness = 10_000

// BetweennessOptions say how betweenness is computed.
type BetweennessOptions struct {
	Sources int    // from so many random nodes; 0: from all up to ExactBetweenness nodes, else from 256
	Seed    uint64 // of the choice of sources
	Workers int    // 0: as many as there are processors; the result is the same for any number
}

// Scores are the betweenness of each node.
type Scores struct {
	Value   []float64 // number of shortest paths between two other nodes through it, each pair counted as one
	Error   []float64 // half the width of the 95 % interval of Value; nil when exact
	Exact   bool
	Sources int
}

const sampledSources = 256

// Betweenness counts for each node the share of shortest paths between all pairs of others that pass through it,
// looked at without direction and not normalised (Brandes, 2001). From a sample of sources it is an estimate whose error is
// stated (Brandes and Pich, 2007). O(sources · (n + m)).
func Betweenness(g *Graph, o BetweennessOptions) Scores {
	n := g.Len()
	if o.Sources <= 0 && n > ExactBetweenness {
		o.Sources = sampledSources
	}
	exact := o.Sources <= 0 || o.Sources >= n
	sources := make([]int32, n)
	for v := range sources {
		sources[v] = int32(v)
	}
	if !exact {
		random := rand.New(rand.NewPCG(o.Seed, 0x6163636f72646f))
		random.Shuffle(n, func(i, j int) { sources[i], sources[j] = sources[j], sources[i] })
		sources = sources[:o.Sources]
	}
	sum, squares := accumulate(g, sources, o.Workers, !exact)
	s := Scores{Value: sum, Exact: exact, Sources: len(sources)}
	k := float64(len(sources))
	if !exact {
		s.Error = make([]float64, n)
	}
	for v := range sum {
		if !exact {
			mean := sum[v] / k
			variance := max(0, squares[v]/k-mean*mean) * k / max(1, k-1)
			s.Error[v] = 1.96 * float64(n) / 2 * math.Sqrt(variance/k*(1-k/float64(n)))
			sum[v] = mean * float64(n)
		}
		sum[v] /= 2 // each pair was seen from both ends
	}
	return s
}

// chunks is into how many parts the sources are cut; their sums are added in order, so that the number of workers
// does not show in the result.
const chunks = 16

func accumulate(g *Graph, sources []int32, workers int, withSquares bool) (sum, squares []float64) {
	n := g.Len()
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	sums, squared := make([][]float64, chunks), make([][]float64, chunks)
	work := make(chan int, chunks)
	for i := range chunks {
		work <- i
	}
	close(work)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			b := newBrandes(g)
			for i := range work {
				b.sum = make([]float64, n)
				if withSquares {
					b.squares = make([]float64, n)
				}
				for k := i; k < len(sources); k += chunks {
					b.from(sources[k])
				}
				sums[i], squared[i] = b.sum, b.squares
			}
		})
	}
	wait.Wait()
	sum, squares = sums[0], squared[0]
	for i := 1; i < chunks; i++ {
		for v, x := range sums[i] {
			sum[v] += x
		}
		for v, x := range squared[i] {
			squares[v] += x
		}
	}
	return sum, squares
}

// brandes walks from one source at a time.
type brandes struct {
	g            *Graph
	at           []visit
	order        []int32
	sum, squares []float64
}

type visit struct {
	paths, share float64 // shortest paths from the source; (1 + dependency) / paths
	far          int32
}

func newBrandes(g *Graph) *brandes {
	b := &brandes{g: g, at: make([]visit, g.Len()), order: make([]int32, 0, g.Len())}
	for v := range b.at {
		b.at[v].far = -1
	}
	return b
}

func (b *brandes) from(source int32) {
	b.order = append(b.order[:0], source)
	b.at[source].far, b.at[source].paths = 0, 1
	for i := 0; i < len(b.order); i++ {
		v := b.order[i]
		far, paths := b.at[v].far+1, b.at[v].paths
		for _, w := range b.g.both.of(v) {
			x := &b.at[w]
			if x.far < 0 {
				x.far = far
				b.order = append(b.order, w)
			}
			if x.far == far {
				x.paths += paths
			}
		}
	}
	for i := len(b.order) - 1; i > 0; i-- {
		v := b.order[i]
		here := &b.at[v]
		far, share := here.far+1, 0.0
		for _, w := range b.g.both.of(v) {
			if x := &b.at[w]; x.far == far {
				share += x.share
			}
		}
		dependency := here.paths * share
		here.share = (1 + dependency) / here.paths
		b.sum[v] += dependency
		if b.squares != nil {
			b.squares[v] += dependency * dependency
		}
	}
	for _, v := range b.order {
		b.at[v] = visit{far: -1}
	}
}
