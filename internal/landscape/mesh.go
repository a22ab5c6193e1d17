package landscape

import "slices"

// gate is one need of a consumer: so many of its ties must lead to something that works. A plain hard need has one tie.
type gate struct {
	ties []int32 // in View.Ties
	need int
}

// mesh is a view with the needs of each element gathered into gates. Connections of one kind from one consumer that
// say the same "k of n" are one gate.
type mesh struct {
	*View
	gates [][]gate  // by consumer
	in    [][]int32 // by provider: ties
	group []int32   // by tie: its gate in the list of its consumer
}

// mesh gathers the needs of a view; it is made once.
func (v *View) mesh() *mesh {
	v.gather.Do(func() { v.gathered = newMesh(v) })
	return v.gathered
}

func newMesh(v *View) *mesh {
	m := &mesh{View: v, gates: make([][]gate, len(v.IDs)), in: make([][]int32, len(v.IDs)), group: make([]int32, len(v.Ties))}
	type key struct {
		consumer int32
		kind     ConnectionKind
		k        int64
	}
	place := map[key]int32{}
	for i, t := range v.Ties {
		c := v.Connections[t.Connection]
		m.in[t.Provider] = append(m.in[t.Provider], int32(i))
		if c.KOfN == nil {
			m.add(int32(i), gate{ties: []int32{int32(i)}, need: 1})
			continue
		}
		k := key{t.Consumer, c.Kind, *c.KOfN}
		at, known := place[k]
		if !known {
			place[k] = m.add(int32(i), gate{ties: []int32{int32(i)}, need: int(*c.KOfN)})
			continue
		}
		m.group[i] = at
		g := &m.gates[t.Consumer][at]
		g.ties = append(g.ties, int32(i))
	}
	for _, gates := range m.gates {
		for i := range gates {
			gates[i].need = min(gates[i].need, len(gates[i].ties)) // all of them, where more are asked for than there are
		}
	}
	return m
}

func (m *mesh) add(tie int32, g gate) int32 {
	consumer := m.Ties[tie].Consumer
	at := int32(len(m.gates[consumer]))
	m.group[tie] = at
	m.gates[consumer] = append(m.gates[consumer], g)
	return at
}

// spare is how many providers of a gate may go before the consumer stops.
func (g gate) spare() int { return len(g.ties) - g.need }

// stop gives what stops when some elements are down, each with the tie through which it stopped; the elements
// themselves carry -1, and what goes on working -2. With a least fixpoint: things in a cycle do not hold each other up,
// and do not pull each other down either. O(elements + ties).
func (m *mesh) stop(down []int32) []int32 {
	why := make([]int32, len(m.IDs))
	for i := range why {
		why[i] = working
	}
	lost := make(map[[2]int32]int, len(down)) // by consumer and gate
	queue := make([]int32, 0, len(down))
	for _, i := range down {
		if why[i] == working {
			why[i] = isDown
			queue = append(queue, i)
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, tie := range m.in[at] {
			consumer := m.Ties[tie].Consumer
			if why[consumer] != working {
				continue
			}
			key := [2]int32{consumer, m.group[tie]}
			lost[key]++
			if lost[key] > m.gates[consumer][m.group[tie]].spare() {
				why[consumer] = tie
				queue = append(queue, consumer)
			}
		}
	}
	return why
}

// without leaves the needs of what stopped for what stopped: what has to come back, and in which order it can.
func (m *mesh) without(why []int32) *mesh {
	sub := &mesh{View: m.View, gates: make([][]gate, len(m.gates)), in: m.in, group: m.group}
	for node, gates := range m.gates {
		if why[node] == working {
			continue
		}
		for _, g := range gates {
			var ties []int32
			for _, tie := range g.ties {
				if why[m.Ties[tie].Provider] != working {
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

// What stop says of elements that no tie stopped.
const (
	isDown  int32 = -1
	working int32 = -2
)

// components numbers the strongly connected components of all needs: a provider's before its consumers' (Tarjan).
// O(elements + ties), without recursion.
func (m *mesh) components() (of []int32, members [][]int32) {
	out := make([][]int32, len(m.IDs))
	for node, gates := range m.gates {
		for _, g := range gates {
			for _, tie := range g.ties {
				out[node] = append(out[node], m.Ties[tie].Provider)
			}
		}
	}
	return strongComponents(out)
}

func strongComponents(out [][]int32) (of []int32, members [][]int32) {
	n := len(out)
	of = make([]int32, n)
	index, low, next := make([]int32, n), make([]int32, n), make([]int32, n)
	for i := range of {
		of[i] = -1
	}
	var stack, path []int32
	counter := int32(0)
	open := func(v int32) {
		counter++
		index[v], low[v] = counter, counter
		stack, path = append(stack, v), append(path, v)
	}
	for root := range int32(n) {
		if index[root] != 0 {
			continue
		}
		open(root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if int(next[v]) < len(out[v]) {
				w := out[v][next[v]]
				next[v]++
				if index[w] == 0 {
					open(w)
				} else if of[w] < 0 {
					low[v] = min(low[v], index[w])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				low[path[len(path)-1]] = min(low[path[len(path)-1]], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			at := len(stack) - 1
			for stack[at] != v {
				at--
			}
			one := slices.Clone(stack[at:])
			stack = stack[:at]
			slices.Sort(one)
			for _, w := range one {
				of[w] = int32(len(members))
			}
			members = append(members, one)
		}
	}
	return of, members
}
