package landscape

import "slices"

// The days of warning before something ends.
const (
	monthsOfSupport = 12 // before the end of support: about what replacing a system takes
	daysOfAgreement = 90 // before the end of an agreement: what negotiating a new one takes
)

// ends finds needs of what is no longer there: taken off the map, or retired.
func (f *finder) ends() {
	for _, c := range f.Connections {
		consumerID, providerID, needs := c.Need()
		if _, there := f.Elements[consumerID]; !there || !needs || c.Strength != Hard || !c.Live() {
			continue
		}
		provider, there := f.Elements[providerID]
		if there && provider.Lifecycle != "retired" {
			continue
		}
		steps := f.tied(c)
		f.note(Incoherence{Rule: RuleEndedProvider, Element: consumerID, Other: providerID, Connection: c.ID, Chain: steps, Since: provider.EndOfLife})
	}
}

// life finds what is in use and without support, or soon will be, with the chain to the most critical thing that hangs on
// it; and needs of what ends before the consumer itself.
func (f *finder) life() {
	year := later(f.today, monthsOfSupport, 0)
	up := newClimb(f.View(Lens{Soft: true}).mesh) // what only works worse without it still works with something unsupported
	for node, id := range f.IDs {
		e := f.Elements[id]
		if e.EndOfLife == "" || e.Lifecycle == "retired" {
			continue
		}
		if e.EndOfLife < year {
			rule := RuleEndAhead
			if e.EndOfLife < f.today {
				rule = RuleEndOfLife
			}
			f.noteEnd(up, rule, int32(node), e)
		}
		f.outlived(int32(node), e)
	}
}

// outlived finds what has a later end than the thing it cannot be without.
func (f *finder) outlived(node int32, e Element) {
	for _, tie := range f.mesh.in[node] {
		consumer := f.Of(f.mesh.Ties[tie].Consumer)
		if consumer.EndOfLife > e.EndOfLife {
			steps := f.mesh.chain(f.Index[consumer.ID], []int32{tie}, func(s *Step, e Element) { s.Day = e.EndOfLife })
			f.note(Incoherence{Rule: RuleEndBefore, Element: consumer.ID, Other: e.ID, Connection: steps[0].Connection, Chain: steps, Since: e.EndOfLife})
		}
	}
}

func (f *finder) noteEnd(up *climb, rule Rule, node int32, e Element) {
	ties, services := up.upward(node)
	steps := up.chain(node, ties, func(s *Step, e Element) { s.Level, s.Day = e.Criticality, e.EndOfLife })
	one := Incoherence{Rule: rule, Element: e.ID, Chain: steps, Count: services, Since: e.EndOfLife}
	if len(ties) > 0 {
		one.Other, one.Connection = steps[len(steps)-1].Element, steps[0].Connection
	}
	f.note(one)
}

// climb is reusable state of walks from an element to what needs it.
type climb struct {
	*mesh
	walk int     // number of the present walk
	seen []int   // by element: the walk in which it was seen last
	from []int32 // tie through which it was reached
	open []int32
}

func newClimb(m *mesh) *climb {
	return &climb{mesh: m, seen: make([]int, len(m.IDs)), from: make([]int32, len(m.IDs))}
}

// upward gives the shortest chain from an element to the most critical service that needs it, or else to the most
// critical thing, and how many services need it. O(what needs it).
func (c *climb) upward(node int32) (ties []int32, services int) {
	c.walk++
	c.seen[node], c.from[node] = c.walk, -1
	best := node
	c.open = append(c.open[:0], node)
	for i := 0; i < len(c.open); i++ {
		at := c.open[i]
		if c.nodes[at].Kind == KindService {
			services++
		}
		if c.weighsMore(at, best) {
			best = at
		}
		for _, tie := range c.in[at] {
			if consumer := c.Ties[tie].Consumer; c.seen[consumer] != c.walk {
				c.seen[consumer], c.from[consumer] = c.walk, tie
				c.open = append(c.open, consumer)
			}
		}
	}
	for at := best; c.from[at] >= 0; at = c.Ties[c.from[at]].Provider {
		ties = append(ties, c.from[at])
	}
	slices.Reverse(ties)
	return ties, services
}

// weighsMore compares two elements as ends of a chain: services first, then by criticality.
func (m *mesh) weighsMore(a, b int32) bool {
	x, y := &m.nodes[a], &m.nodes[b]
	if (x.Kind == KindService) != (y.Kind == KindService) {
		return x.Kind == KindService
	}
	return grade(x.Criticality) < grade(y.Criticality)
}

// grade orders criticalities; what nobody rated comes last.
func grade(level *int64) int64 {
	if level == nil {
		return 9
	}
	return *level
}
