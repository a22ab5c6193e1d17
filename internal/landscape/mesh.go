package landscape

import "accordo.dev/internal/landscape/graph"

// gate is one need of a consumer: so many of its ties must lead to something that works. A plain hard need has one tie.
type gate struct {
	ties []int32 // in View.Ties
	need int
}

// mesh is a view with the needs of each element gathered into gates. Connections of one kind from one consumer that
// say "k of n" are one gate; where they say different k, the largest.
type mesh struct {
	*View
	gates [][]gate  // by consumer
	in    [][]int32 // by provider: ties that stand in a gate
	group []int32   // by tie: its gate in the list of its consumer
}

func newMesh(v *View) *mesh {
	m := &mesh{View: v, gates: make([][]gate, len(v.IDs)), in: make([][]int32, len(v.IDs)), group: make([]int32, len(v.Ties))}
	type key struct {
		consumer int32
		kind     ConnectionKind
	}
	place := map[key]int32{}
	for i, t := range v.Ties {
		if t.Consumer == t.Provider {
			continue // nothing waits for itself
		}
		tie, c := int32(i), v.Connections[t.Connection]
		if c.KOfN == nil {
			m.add(tie, gate{ties: []int32{tie}, need: 1})
			continue
		}
		k := key{t.Consumer, c.Kind}
		at, known := place[k]
		if !known {
			place[k] = m.add(tie, gate{ties: []int32{tie}, need: int(*c.KOfN)})
			continue
		}
		m.join(tie, &m.gates[t.Consumer][at], at, int(*c.KOfN))
	}
	for _, gates := range m.gates {
		for i := range gates {
			gates[i].need = min(gates[i].need, len(gates[i].ties)) // all of them, where more are asked for than there are
		}
	}
	return m
}

// join adds a tie to a gate; a second one to the same provider does not count.
func (m *mesh) join(tie int32, g *gate, at int32, need int) {
	g.need = max(g.need, need)
	for _, other := range g.ties {
		if m.Ties[other].Provider == m.Ties[tie].Provider {
			return
		}
	}
	g.ties = append(g.ties, tie)
	m.group[tie] = at
	m.in[m.Ties[tie].Provider] = append(m.in[m.Ties[tie].Provider], tie)
}

func (m *mesh) add(tie int32, g gate) int32 {
	consumer := m.Ties[tie].Consumer
	at := int32(len(m.gates[consumer]))
	m.group[tie] = at
	m.in[m.Ties[tie].Provider] = append(m.in[m.Ties[tie].Provider], tie)
	m.gates[consumer] = append(m.gates[consumer], g)
	return at
}

// spare is how many providers of a gate may go before the consumer stops.
func (g gate) spare() int { return len(g.ties) - g.need }

// stop gives what stops when some elements are down, each with the tie to the provider whose loss stopped it; the
// elements themselves carry graph.Down, and what goes on graph.Working.
func (m *mesh) stop(down []int32) []int32 {
	why := m.Needs.Causes(down)
	for node, provider := range why {
		if provider >= 0 {
			why[node] = m.tie(int32(node), provider)
		}
	}
	return why
}

// tie gives the first tie of a consumer to a provider; -1 when it does not need it.
func (m *mesh) tie(consumer, provider int32) int32 {
	for _, g := range m.gates[consumer] {
		for _, tie := range g.ties {
			if m.Ties[tie].Provider == provider {
				return tie
			}
		}
	}
	return -1
}

// without leaves the needs of what stopped for what stopped: what has to come back, and in which order it can.
func (m *mesh) without(why []int32) *mesh {
	sub := &mesh{View: m.View, gates: make([][]gate, len(m.gates)), in: m.in, group: m.group}
	for node, gates := range m.gates {
		if why[node] == graph.Working {
			continue
		}
		for _, g := range gates {
			var ties []int32
			for _, tie := range g.ties {
				if why[m.Ties[tie].Provider] != graph.Working {
					ties = append(ties, tie)
				}
			}
			if need := g.need - (len(g.ties) - len(ties)); need > 0 {
				sub.gates[node] = append(sub.gates[node], gate{ties: ties, need: need})
			}
		}
	}
	return sub
}

// needs are the gates as numbers.
func (m *mesh) needs() *graph.Needs {
	of := make([][]graph.Need, len(m.gates))
	for node, gates := range m.gates {
		for _, g := range gates {
			need := graph.Need{K: g.need}
			for _, tie := range g.ties {
				need.Providers = append(need.Providers, m.Ties[tie].Provider)
			}
			of[node] = append(of[node], need)
		}
	}
	return graph.NewNeeds(of)
}

// components gives the strongly connected components of the needs: a provider's before its consumers', sorted inside.
func (m *mesh) components() [][]int32 {
	var edges []graph.Edge
	for node, gates := range m.gates {
		for _, g := range gates {
			for _, tie := range g.ties {
				edges = append(edges, graph.Edge{From: int32(node), To: m.Ties[tie].Provider})
			}
		}
	}
	of, count := graph.SCC(graph.New(len(m.IDs), edges))
	members := make([][]int32, count)
	for node, component := range of {
		members[component] = append(members[component], int32(node))
	}
	return members
}
