package landscape

import (
	"sync"

	"accordo.dev/internal/landscape/graph"
)

// measures are the graph facts of a view, each computed once, when it is first asked for, whoever asks.
type measures struct {
	levels     func() (level []int64, from []int32) // see mesh.inherited
	dependents func() []int32
	blast      func() []int32
	cut        func() graph.Cut
	cycles     func() [][]int32
	inCycle    func() []bool // by element
}

func newMeasures(v *View) *measures {
	m := &measures{
		levels:     sync.OnceValues(func() ([]int64, []int32) { return v.mesh.inherited() }),
		dependents: sync.OnceValue(func() []int32 { return graph.Dependents(v.Graph) }),
		blast:      sync.OnceValue(func() []int32 { return graph.Blast(v.Graph) }),
		cut:        sync.OnceValue(func() graph.Cut { return graph.CutPoints(v.Graph) }),
		cycles:     sync.OnceValue(func() [][]int32 { return graph.Cycles(v.Graph) }),
	}
	m.inCycle = sync.OnceValue(func() []bool {
		in := make([]bool, v.Graph.Len())
		for _, cycle := range m.cycles() {
			for _, node := range cycle {
				in[node] = true
			}
		}
		return in
	})
	return m
}
