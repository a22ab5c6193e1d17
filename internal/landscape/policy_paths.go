package landscape

import (
	"slices"
	"strings"

	"accordo.dev/internal/landscape/rule"
)

// maxPaths bounds the paths of a map. Beyond, policies about paths judge the first ones and say so.
const maxPaths = 200_000

// chains are the paths of a map: from each service and process of ours the shortest chain of needs, soft ones
// too, to everything that it needs.
type chains struct {
	records []*rule.Record
	cut     bool // there are more
}

// step is how a path reached an element: from which, by which connection.
type step struct{ from, connection int32 }

func (f *facts) findPaths() chains {
	var all chains
	view := f.View(Lens{Soft: true})
	ties := make([][]Tie, len(f.IDs))
	for _, t := range view.Ties {
		ties[t.Consumer] = append(ties[t.Consumer], t)
	}
	for i, id := range f.IDs {
		e := f.Elements[id]
		if e.Kind != KindService && e.Kind != KindProcess || e.Outside {
			continue
		}
		if f.pathsFrom(&all, ties, int32(i)); all.cut {
			break
		}
	}
	return all
}

// pathsFrom walks breadth first from a consumer.
func (f *facts) pathsFrom(all *chains, ties [][]Tie, from int32) {
	came := map[int32]step{from: {from: -1}}
	depth := map[int32]int{}
	for open := []int32{from}; len(open) > 0; open = open[1:] {
		for _, t := range ties[open[0]] {
			if _, seen := came[t.Provider]; seen {
				continue
			}
			came[t.Provider], depth[t.Provider] = step{open[0], t.Connection}, depth[open[0]]+1
			open = append(open, t.Provider)
			if len(all.records) == maxPaths {
				all.cut = true
				return
			}
			all.records = append(all.records, f.path(came, from, t.Provider, depth[t.Provider]))
		}
	}
}

func (f *facts) path(came map[int32]step, from, to int32, length int) *rule.Record {
	r := pathFacts.New(f.IDs[from] + pathSign + f.IDs[to])
	r.Set("consumer", f.elements[from])
	r.Set("provider", f.elements[to])
	r.Set("length", float64(length))
	r.Set("elements", func() any {
		chain := []*rule.Record{f.elements[to]}
		for at := to; came[at].from >= 0; at = came[at].from {
			chain = append(chain, f.elements[came[at].from])
		}
		slices.Reverse(chain)
		return chain
	})
	r.Set("connections", func() any {
		chain := []*rule.Record{}
		for at := to; came[at].from >= 0; at = came[at].from {
			chain = append(chain, f.connections[came[at].connection])
		}
		slices.Reverse(chain)
		return chain
	})
	return r
}

// pathSign stands between the two ends in the name of a path; ids never hold it.
const pathSign = ">"

// pathEnds gives the ends that the name of a path holds.
func pathEnds(id string) (consumer, provider string) {
	consumer, provider, _ = strings.Cut(id, pathSign)
	return consumer, provider
}
