package propagate

import (
	"slices"
	"strings"

	"accordo.dev/internal/problem"
)

// ExactOptions limit an exact evaluation. Zero values stand for the usual: sets to order 3, 4 million nodes.
type ExactOptions struct {
	Order    int // minimal cut sets of up to so many events are listed
	MaxNodes int // of the decision diagram; 20 to 60 bytes each
	MaxSets  int // so many cut sets are listed for each target; 10,000
}

// Chance is the probability that a node is down.
type Chance struct {
	ID          string  `json:"id"`
	Probability float64 `json:"probability"`
}

// Exact is what is exactly true of a model.
type Exact struct {
	Nodes    []Chance `json:"nodes"`   // by id
	Targets  []Target `json:"targets"` // by id
	Diagrams int      `json:"diagram_nodes"`
}

// Target is a node that matters, with what brings it down.
type Target struct {
	ID          string       `json:"id"`
	Probability float64      `json:"probability"`
	CutSets     *CutSets     `json:"cut_sets"`   // nil when there are too many to tell
	Importance  []Importance `json:"importance"` // of the events that can matter, by Birnbaum importance
}

// CutSets are the minimal sets of events that bring a target down together.
type CutSets struct {
	Count   uint64   `json:"count"`    // of all orders; at most 2^64-1
	ByOrder []uint64 `json:"by_order"` // of one event, of two, ...
	Sets    []CutSet `json:"sets"`     // of the fewest events first, then the most probable
	Omitted uint64   `json:"omitted"`  // sets of these orders that are not listed
}

// CutSet is one set of events.
type CutSet struct {
	Events      []string `json:"events"`
	Probability float64  `json:"probability"` // that all of them happen
}

// Importance says how much an event matters to a target that is down with probability P. With P1 and P0 when the
// event surely happens or surely does not:
//
//	Birnbaum          P1 - P0
//	Criticality       p (P1 - P0) / P: that the event happened and was decisive, given that the target is down
//	FussellVesely     probability that a cut set with the event happened, divided by P
//	AchievementWorth  P1 / P: risk achievement worth
//
// The last three are unset when P is zero, Fussell–Vesely also when it would be too large to compute.
type Importance struct {
	Event            string    `json:"event"`
	Kind             EventKind `json:"kind"`
	Probability      float64   `json:"probability"`
	Birnbaum         float64   `json:"birnbaum"`
	Criticality      *float64  `json:"criticality"`
	FussellVesely    *float64  `json:"fussell_vesely"`
	AchievementWorth *float64  `json:"achievement_worth"`
}

const (
	usualOrder    = 3
	maxOrder      = 30
	usualNodes    = 4_000_000
	usualSets     = 10_000
	coveringNodes = 500_000 // spent on Fussell–Vesely importance for one target
)

// Evaluate computes a model exactly. Time and memory follow the decision diagrams, small for most maps and
// exponential at worst: past the limit the error is a problem of kind TooLarge, and Simulate answers instead.
func Evaluate(m Model, o ExactOptions) (Exact, error) {
	p, err := compile(m)
	if err != nil {
		return Exact{}, err
	}
	if o.Order < 0 || o.Order > maxOrder {
		return Exact{}, problem.Field("order", "problem.range", "value", o.Order, "min", 1, "max", maxOrder)
	}
	if o.Order == 0 {
		o.Order = usualOrder
	}
	if o.MaxNodes == 0 {
		o.MaxNodes = usualNodes
	}
	if o.MaxSets == 0 {
		o.MaxSets = usualSets
	}
	e := evaluator{program: p, options: o, diagrams: newDiagrams(o.MaxNodes)}
	e.arrange()
	if !e.solve() {
		return Exact{}, problem.New(problem.TooLarge, "propagate.too-large", "limit", o.MaxNodes)
	}
	return e.answer(), nil
}

// evaluator turns gates into diagrams over levels, the places of events in the order of variables.
type evaluator struct {
	*program
	*diagrams
	options     ExactOptions
	level       []int32 // of each event
	at          []int32 // event at each level
	function    []ref   // of each gate: when it has failed
	probability []float64
	weight      []float64
}

// arrange puts the events in the order in which a walk from the targets down meets them, so that what stands
// together in the model stands together in the diagram.
func (e *evaluator) arrange() {
	e.level = make([]int32, len(e.events))
	for i := range e.level {
		e.level[i] = none
	}
	place := func(event int32) {
		if event != none && e.level[event] == none {
			e.level[event] = int32(len(e.at))
			e.at = append(e.at, event)
		}
	}
	seen := make([]bool, len(e.gates))
	var open []int32
	visit := func(start int32) {
		for open = append(open, start); len(open) > 0; {
			v := open[len(open)-1]
			open = open[:len(open)-1]
			if seen[v] {
				continue
			}
			seen[v] = true
			for _, r := range e.gates[v].roots {
				place(r.event)
				place(r.hit)
			}
			for _, g := range slices.Backward(e.gates[v].groups) {
				place(g.soft)
				for _, p := range slices.Backward(g.of) {
					open = append(open, p)
				}
			}
		}
	}
	for _, t := range e.targets {
		visit(t)
	}
	for v := range e.nodes {
		visit(int32(v))
	}
}

// solve builds the function of every gate: providers first, cycles from "nothing fails" upwards until nothing
// changes (Kleene). False when the diagrams grow too large.
func (e *evaluator) solve() bool {
	e.function = make([]ref, len(e.gates))
	waiting := make([]bool, len(e.gates))
	for _, part := range e.parts {
		for _, v := range part {
			waiting[v] = true
		}
		for queue := slices.Clone(part); len(queue) > 0; queue = queue[1:] {
			v := queue[0]
			waiting[v] = false
			if e.crowded() {
				e.function = e.collect(e.function)
			}
			f := e.gate(e.gates[v])
			if e.full {
				return false
			}
			if f == e.function[v] {
				continue
			}
			e.function[v] = f
			for _, consumer := range e.around[v] {
				if !waiting[consumer] {
					waiting[consumer], queue = true, append(queue, consumer)
				}
			}
		}
	}
	e.function = e.collect(e.function)
	return true
}

func (e *evaluator) gate(g gate) ref {
	f := bottom
	for _, group := range slices.Backward(g.groups) {
		inputs := make([]ref, len(group.of))
		for i, p := range group.of {
			inputs[i] = e.function[p]
		}
		down := e.atLeast(group.fail, inputs)
		if group.soft != none {
			down = e.and(e.variable(e.level[group.soft]), down)
		}
		f = e.or(down, f)
	}
	for _, r := range g.roots {
		happens := e.variable(e.level[r.event])
		if r.hit != none {
			happens = e.and(happens, e.variable(e.level[r.hit]))
		}
		f = e.or(happens, f)
	}
	return f
}

func (e *evaluator) answer() Exact {
	x := Exact{Diagrams: len(e.vertices)}
	for v, n := range e.nodes {
		x.Nodes = append(x.Nodes, Chance{n.ID, e.chance(e.function[v])})
	}
	for _, t := range e.targets {
		x.Targets = append(x.Targets, e.target(t))
	}
	return x
}

// chance is the probability of a function. Values of all nodes are kept.
func (e *evaluator) chance(f ref) float64 {
	if len(e.probability) == 0 {
		e.probability = append(e.probability, 0, 1)
	}
	for r := len(e.probability); r <= int(f); r++ {
		n := e.vertices[r]
		p := e.events[e.at[n.variable]].Probability
		e.probability = append(e.probability, (1-p)*e.probability[n.low]+p*e.probability[n.high])
	}
	return e.probability[f]
}

func (e *evaluator) target(t int32) Target {
	f := e.function[t]
	target := Target{ID: e.nodes[t].ID, Probability: e.chance(f), Importance: e.importance(f)}
	kept := len(e.vertices)
	e.limit = kept + e.options.MaxNodes
	if sets := e.minimal(f); !e.full {
		target.CutSets = e.cutSets(sets)
		e.cover(sets, target)
	}
	e.release(kept)
	e.probability = e.probability[:min(kept, len(e.probability))]
	return target
}

// importance finds the Birnbaum importance of all events in one walk down the diagram, and what follows from it.
func (e *evaluator) importance(f ref) []Importance {
	members := e.below(f)
	e.weight = slices.Grow(e.weight[:0], int(f)+1)[:int(f)+1]
	clear(e.weight)
	e.weight[f] = 1
	birnbaum := map[int32]float64{}
	for _, r := range members {
		n := e.vertices[r]
		p := e.events[e.at[n.variable]].Probability
		birnbaum[n.variable] += e.weight[r] * (e.probability[n.high] - e.probability[n.low])
		e.weight[n.high] += e.weight[r] * p
		e.weight[n.low] += e.weight[r] * (1 - p)
	}
	all := make([]Importance, 0, len(birnbaum))
	total := e.chance(f)
	for level, b := range birnbaum {
		event := e.events[e.at[level]]
		one := Importance{Event: event.Name, Kind: event.Kind, Probability: event.Probability, Birnbaum: b}
		if total > 0 {
			critical, worth := event.Probability*b/total, (total+(1-event.Probability)*b)/total
			one.Criticality, one.AchievementWorth = &critical, &worth
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Importance) int {
		if a.Birnbaum != b.Birnbaum {
			if a.Birnbaum > b.Birnbaum {
				return -1
			}
			return 1
		}
		return strings.Compare(string(a.Kind)+a.Event, string(b.Kind)+b.Event)
	})
	return all
}

// cutSets counts and lists.
func (e *evaluator) cutSets(sets ref) *CutSets {
	census := e.census(sets, e.options.Order)
	sizes := census.sizes[sets]
	c := &CutSets{Count: sizes[e.options.Order+1], ByOrder: sizes[1 : e.options.Order+1]}
	for _, set := range census.list(sets, e.options.MaxSets) {
		one := CutSet{Probability: 1, Events: []string{}}
		for _, level := range set {
			event := e.events[e.at[level]]
			one.Events = append(one.Events, event.Name)
			one.Probability *= event.Probability
		}
		slices.Sort(one.Events)
		c.Sets = append(c.Sets, one)
	}
	slices.SortFunc(c.Sets, func(a, b CutSet) int {
		switch {
		case len(a.Events) != len(b.Events):
			return len(a.Events) - len(b.Events)
		case a.Probability != b.Probability:
			if a.Probability > b.Probability {
				return -1
			}
			return 1
		}
		return slices.Compare(a.Events, b.Events)
	})
	for _, count := range sizes[:e.options.Order+1] {
		c.Omitted = addSaturated(c.Omitted, count)
	}
	c.Omitted -= uint64(len(c.Sets))
	return c
}

// cover fills in the Fussell–Vesely importance, when it can be had for all events.
func (e *evaluator) cover(sets ref, t Target) {
	if t.Probability == 0 {
		return
	}
	e.limit = len(e.vertices) + coveringNodes
	values := map[string]*float64{}
	for level := range e.at {
		with := e.containing(sets, int32(level))
		if with == bottom {
			continue
		}
		f := e.diagrams.cover(with)
		if e.full {
			return
		}
		event := e.events[e.at[level]]
		value := event.Probability * e.chance(f) / t.Probability
		values[string(event.Kind)+event.Name] = &value
	}
	for i, one := range t.Importance {
		t.Importance[i].FussellVesely = values[string(one.Kind)+one.Event]
	}
}
