package propagate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"accordo.dev/internal/risk/propagate"
)

func ptr(x float64) *float64 { return &x }

// world is the answer by definition: every combination of events, each followed until nothing changes.
type world struct {
	model  propagate.Model
	events []worldEvent
}

type worldEvent struct {
	name        string
	probability float64
}

func worldOf(m propagate.Model) world {
	w := world{model: m}
	add := func(name string, p *float64) {
		if p != nil {
			w.events = append(w.events, worldEvent{name, *p})
		}
	}
	for _, n := range m.Nodes {
		add(n.ID, n.Probability)
		for i, need := range n.Needs {
			add(fmt.Sprintf("%s.needs[%d]", n.ID, i), need.Soft)
		}
	}
	for _, c := range m.Causes {
		add(c.ID, c.Probability)
		for _, h := range c.Hits {
			add(c.ID+"/"+h.Node, h.Probability)
		}
	}
	return w
}

// failed tells which nodes fail when the events of a set happen, by rounds from nobody.
func (w world) failed(set uint64) map[string]bool {
	happens := map[string]bool{}
	for i, e := range w.events {
		happens[e.name] = set>>i&1 == 1
	}
	down := map[string]map[float64]bool{} // by node and by how long a failure must last
	for _, n := range w.model.Nodes {
		down[n.ID] = map[float64]bool{0: false}
	}
	for changed := true; changed; {
		changed = false
		for _, n := range w.model.Nodes {
			for over, was := range down[n.ID] {
				if !was && w.down(n, over, happens, down) {
					down[n.ID][over], changed = true, true
				}
			}
		}
		for _, n := range w.model.Nodes { // who else is asked about
			for over := range down[n.ID] {
				for _, need := range n.Needs {
					for _, id := range need.Of {
						if _, known := down[id][over+need.BufferMinutes]; !known && over < 1000 {
							down[id][over+need.BufferMinutes], changed = false, true
						}
					}
				}
			}
		}
	}
	all := map[string]bool{}
	for id, states := range down {
		all[id] = states[0]
	}
	return all
}

func (w world) down(n propagate.Node, over float64, happens map[string]bool, down map[string]map[float64]bool) bool {
	lasts := func(minutes *float64) bool { return over == 0 || minutes == nil || *minutes > over }
	if happens[n.ID] && lasts(n.RecoveryMinutes) {
		return true
	}
	for _, c := range w.model.Causes {
		for _, h := range c.Hits {
			recovery := c.RecoveryMinutes
			if recovery == nil {
				recovery = n.RecoveryMinutes
			}
			if h.Node == n.ID && happens[c.ID] && (h.Probability == nil || happens[c.ID+"/"+h.Node]) && lasts(recovery) {
				return true
			}
		}
	}
	for i, need := range n.Needs {
		working := 0
		for _, id := range need.Of {
			if !down[id][over+need.BufferMinutes] {
				working++
			}
		}
		k := need.K
		if k == 0 {
			k = len(need.Of)
		}
		if working < k && (need.Soft == nil || happens[fmt.Sprintf("%s.needs[%d]", n.ID, i)]) {
			return true
		}
	}
	return false
}

func (w world) probability(set uint64) float64 {
	p := 1.
	for i, e := range w.events {
		if set>>i&1 == 1 {
			p *= e.probability
		} else {
			p *= 1 - e.probability
		}
	}
	return p
}

// truth is all that the exact engine says, by definition.
type truth struct {
	probability   map[string]float64
	sets          map[string][][]string         // minimal cut sets of each node
	birnbaum      map[string]map[string]float64 // by node and event
	fussellVesely map[string]map[string]float64
}

func (w world) truth() truth {
	t := truth{map[string]float64{}, map[string][][]string{}, map[string]map[string]float64{}, map[string]map[string]float64{}}
	count := uint64(1) << len(w.events)
	failed := make([]map[string]bool, count)
	for set := range count {
		failed[set] = w.failed(set)
	}
	for _, n := range w.model.Nodes {
		var minimal []uint64
		with, without := make([]float64, len(w.events)), make([]float64, len(w.events))
		for set := range count {
			if !failed[set][n.ID] {
				continue
			}
			p := w.probability(set)
			t.probability[n.ID] += p
			isMinimal := true
			for i, e := range w.events {
				if set>>i&1 == 1 {
					isMinimal = isMinimal && !failed[set&^(1<<i)][n.ID]
					with[i] += w.others(set, i)
				} else {
					without[i] += w.others(set, i)
				}
				_ = e
			}
			if isMinimal {
				minimal = append(minimal, set)
			}
		}
		t.birnbaum[n.ID], t.fussellVesely[n.ID] = map[string]float64{}, map[string]float64{}
		for i, e := range w.events {
			t.birnbaum[n.ID][e.name] = with[i] - without[i]
			t.fussellVesely[n.ID][e.name] = w.union(minimal, i)
		}
		for _, set := range minimal {
			var names []string
			for i, e := range w.events {
				if set>>i&1 == 1 {
					names = append(names, e.name)
				}
			}
			slices.Sort(names)
			t.sets[n.ID] = append(t.sets[n.ID], names)
		}
		slices.SortFunc(t.sets[n.ID], slices.Compare)
	}
	return t
}

// others is the probability of a set of events without regard to one of them.
func (w world) others(set uint64, i int) float64 {
	p := 1.
	for j, e := range w.events {
		switch {
		case j == i:
		case set>>j&1 == 1:
			p *= e.probability
		default:
			p *= 1 - e.probability
		}
	}
	return p
}

// union is the probability that a minimal set with the event happens.
func (w world) union(minimal []uint64, i int) float64 {
	total := 0.
	for set := range uint64(1) << len(w.events) {
		for _, m := range minimal {
			if m>>i&1 == 1 && m&set == m {
				total += w.probability(set)
				break
			}
		}
	}
	return total
}

// randomModel makes a small model with cycles, groups, soft links, buffers and a cause.
func randomModel(r *rand.Rand, maxEvents int) propagate.Model {
	for {
		m := propagate.Model{}
		n := 3 + r.IntN(4)
		for i := range n {
			node := propagate.Node{ID: string(rune('a' + i))}
			if r.IntN(3) > 0 {
				node.Probability = ptr(float64(r.IntN(101)) / 100)
			}
			if r.IntN(2) == 0 {
				node.RecoveryMinutes = ptr(float64(10 * r.IntN(10)))
			}
			m.Nodes = append(m.Nodes, node)
		}
		for i := range m.Nodes {
			for range r.IntN(3) {
				need := propagate.Need{}
				for _, j := range r.Perm(n)[:1+r.IntN(3)] {
					need.Of = append(need.Of, m.Nodes[j].ID)
				}
				need.K = r.IntN(len(need.Of) + 1)
				if r.IntN(4) == 0 {
					need.Soft = ptr(r.Float64())
				}
				if r.IntN(4) == 0 {
					need.BufferMinutes = float64(15 * r.IntN(4))
				}
				m.Nodes[i].Needs = append(m.Nodes[i].Needs, need)
			}
		}
		if r.IntN(2) == 0 {
			c := propagate.Cause{ID: "cause", Probability: ptr(r.Float64()), Hits: []propagate.Hit{{Node: "b"}, {Node: "a", Probability: ptr(r.Float64())}}}
			if r.IntN(2) == 0 {
				c.RecoveryMinutes = ptr(float64(20 * r.IntN(4)))
			}
			m.Causes = append(m.Causes, c)
		}
		if len(worldOf(m).events) <= maxEvents {
			return m
		}
	}
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }
