package propagate

import (
	"math"
	"slices"
	"strings"

	"accordo.dev/internal/landscape/graph"
	"accordo.dev/internal/problem"
)

// EventKind says what happens in an event.
type EventKind string

// The kinds of events.
const (
	OwnFailure  EventKind = "node"  // a node fails by itself
	CommonCause EventKind = "cause" // a common cause happens
	CauseHit    EventKind = "hit"   // a cause that happened brings down one node
	SoftLink    EventKind = "soft"  // a node does not get along without what it needs
)

// Event is one of the independent things that can happen: everything else follows from them.
type Event struct {
	Kind        EventKind
	Name        string // the id; of a hit "cause/node", of a soft link "consumer.needs[i]"
	Probability float64
}

// program is a model as gates over events, in an order of its own: the order of the model's nodes and causes leaves
// no trace. Gate v is node v; further gates are nodes behind buffers.
type program struct {
	nodes   []Node // sorted by id
	index   map[string]int32
	events  []Event
	gates   []gate
	parts   [][]int32 // strongly connected gates, providers first
	around  [][]int32 // by gate: the gates of its own part that need it, where cycles lead
	targets []int32
}

// gate fails when a root happens or a group does not hold.
type gate struct {
	roots  []root
	groups []group
}

// root is an event that brings the gate down, together with a second one unless that is none.
type root struct{ event, hit int32 }

// group brings the gate down when at least fail of its gates failed and its soft event, if any, happens.
type group struct {
	fail int
	of   []int32
	soft int32
}

const none = -1

// builder compiles a model.
type builder struct {
	*program
	own     []int32   // event of each node
	soft    [][]int32 // events of its needs
	struck  [][]blow  // what causes do to it
	longest float64   // of all failures that end
	states  map[state]int32
	open    []state
}

// blow is a cause at work on a node.
type blow struct {
	root
	recovery *float64
}

// state is a node in the eyes of a consumer behind buffers: down because of a failure that lasts longer than over.
type state struct {
	node int32
	over float64
}

func compile(m Model) (*program, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	b := &builder{program: &program{nodes: slices.Clone(m.Nodes), index: make(map[string]int32, len(m.Nodes))}, states: map[state]int32{}}
	slices.SortFunc(b.nodes, func(x, y Node) int { return strings.Compare(x.ID, y.ID) })
	for v, n := range b.nodes {
		b.index[n.ID] = int32(v)
		b.open = append(b.open, state{int32(v), 0})
		b.states[b.open[v]] = int32(v)
	}
	b.declare(m.Causes)
	if err := b.unfold(); err != nil {
		return nil, err
	}
	b.aim(m.Targets)
	b.part()
	return b.program, nil
}

// declare numbers the events: by node its own failure and its soft links, then the causes with their hits.
func (b *builder) declare(causes []Cause) {
	b.own, b.soft, b.struck = make([]int32, len(b.nodes)), make([][]int32, len(b.nodes)), make([][]blow, len(b.nodes))
	for v, n := range b.nodes {
		b.own[v] = none
		if p, ok := chance(n.Probability, n.Frequency, n.RecoveryMinutes); ok {
			b.own[v] = b.event(OwnFailure, n.ID, p)
			b.lasts(n.RecoveryMinutes)
		}
		for i, need := range n.Needs {
			soft := int32(none)
			if need.Soft != nil && *need.Soft < 1 {
				soft = b.event(SoftLink, n.ID+"."+path("needs", i), *need.Soft)
			}
			b.soft[v] = append(b.soft[v], soft)
		}
	}
	causes = slices.Clone(causes)
	slices.SortFunc(causes, func(x, y Cause) int { return strings.Compare(x.ID, y.ID) })
	for _, c := range causes {
		b.cause(c)
	}
}

func (b *builder) cause(c Cause) {
	p, _ := chance(c.Probability, c.Frequency, c.RecoveryMinutes)
	event := b.event(CommonCause, c.ID, p)
	hits := slices.Clone(c.Hits)
	slices.SortFunc(hits, func(x, y Hit) int { return strings.Compare(x.Node, y.Node) })
	for _, h := range hits {
		v := b.index[h.Node]
		blow := blow{root{event, none}, c.RecoveryMinutes}
		if h.Probability != nil && *h.Probability < 1 {
			blow.hit = b.event(CauseHit, c.ID+"/"+h.Node, *h.Probability)
		}
		if blow.recovery == nil {
			blow.recovery = b.nodes[v].RecoveryMinutes
		}
		b.lasts(blow.recovery)
		b.struck[v] = append(b.struck[v], blow)
	}
}

func (b *builder) event(kind EventKind, name string, p float64) int32 {
	b.events = append(b.events, Event{kind, name, p})
	return int32(len(b.events) - 1)
}

func (b *builder) lasts(recovery *float64) {
	if recovery != nil {
		b.longest = max(b.longest, *recovery)
	}
}

// unfold makes the gates: all nodes, and what is reached behind buffers.
func (b *builder) unfold() error {
	for i := 0; i < len(b.open); i++ {
		if i >= maxStates {
			return problem.New(problem.TooLarge, "propagate.too-many-buffers", "limit", maxStates)
		}
		b.gates = append(b.gates, b.gate(b.open[i]))
	}
	return nil
}

func (b *builder) gate(s state) gate {
	var g gate
	lasting := func(recovery *float64) bool { return s.over == 0 || recovery == nil || *recovery > s.over }
	if own := b.own[s.node]; own != none && lasting(b.nodes[s.node].RecoveryMinutes) {
		g.roots = append(g.roots, root{own, none})
	}
	for _, blow := range b.struck[s.node] {
		if lasting(blow.recovery) {
			g.roots = append(g.roots, blow.root)
		}
	}
	for i, need := range b.nodes[s.node].Needs {
		group := group{fail: need.mayFail() + 1, soft: b.soft[s.node][i]}
		for _, id := range need.Of {
			group.of = append(group.of, b.behind(b.index[id], s.over+need.BufferMinutes))
		}
		g.groups = append(g.groups, group)
	}
	return g
}

// mayFail is how many of the nodes may fail without harm.
func (n Need) mayFail() int {
	if n.K == 0 {
		return 0
	}
	return len(n.Of) - n.K
}

// behind gives the gate of a node behind buffers. Behind more than the longest failure all buffers are alike.
func (b *builder) behind(v int32, over float64) int32 {
	if over > 0 && over >= b.longest {
		over = math.Inf(1)
	}
	s := state{v, over}
	g, known := b.states[s]
	if !known {
		g = int32(len(b.open))
		b.states[s], b.open = g, append(b.open, s)
	}
	return g
}

// aim finds the targets, sorted.
func (b *builder) aim(targets []string) {
	for _, id := range targets {
		b.targets = append(b.targets, b.index[id])
	}
	slices.Sort(b.targets)
	if b.targets = slices.Compact(b.targets); len(b.targets) > 0 {
		return
	}
	needed := make([]bool, len(b.nodes))
	for _, n := range b.nodes {
		for _, need := range n.Needs {
			for _, id := range need.Of {
				needed[b.index[id]] = b.nodes[b.index[id]].ID != n.ID || needed[b.index[id]]
			}
		}
	}
	for v := range b.nodes {
		if !needed[v] {
			b.targets = append(b.targets, int32(v))
		}
	}
	if len(b.targets) == 0 {
		for v := range b.nodes {
			b.targets = append(b.targets, int32(v))
		}
	}
}

// part sorts the gates into strongly connected parts.
func (b *builder) part() {
	var edges []graph.Edge
	for v, g := range b.gates {
		for _, group := range g.groups {
			for _, p := range group.of {
				edges = append(edges, graph.Edge{From: int32(v), To: p})
			}
		}
	}
	needs := graph.New(len(b.gates), edges)
	of, count := graph.SCC(needs)
	b.parts, b.around = make([][]int32, count), make([][]int32, len(b.gates))
	for v, c := range of {
		b.parts[c] = append(b.parts[c], int32(v))
		for _, consumer := range needs.In(int32(v)) {
			if of[consumer] == c {
				b.around[v] = append(b.around[v], consumer)
			}
		}
	}
}
