package landscape

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
			f.noteEnd(rule, int32(node), e)
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

func (f *finder) noteEnd(rule Rule, node int32, e Element) {
	m := f.View(Lens{Soft: true}).mesh() // what only works worse without it still works with something unsupported
	ties, services := m.upward(node)
	steps := m.chain(node, ties, func(s *Step, e Element) { s.Level, s.Day = e.Criticality, e.EndOfLife })
	one := Incoherence{Rule: rule, Element: e.ID, Chain: steps, Count: services, Since: e.EndOfLife}
	if len(ties) > 0 {
		one.Other, one.Connection = steps[len(steps)-1].Element, steps[0].Connection
	}
	f.note(one)
}

// upward gives the shortest chain from an element to the most critical service that needs it, or else to the most
// critical thing, and how many services need it.
func (m *mesh) upward(node int32) (ties []int32, services int) {
	from := map[int32]int32{node: -1}
	best := node
	for open := []int32{node}; len(open) > 0; open = open[1:] {
		if e := m.Of(open[0]); e.Kind == KindService {
			services++
		}
		if m.weighsMore(open[0], best) {
			best = open[0]
		}
		for _, tie := range m.in[open[0]] {
			consumer := m.Ties[tie].Consumer
			if _, seen := from[consumer]; !seen {
				from[consumer] = tie
				open = append(open, consumer)
			}
		}
	}
	for at := best; from[at] >= 0; at = m.Ties[from[at]].Provider {
		ties = append([]int32{from[at]}, ties...)
	}
	return ties, services
}

// weighsMore compares two elements as ends of a chain: services first, then by criticality.
func (m *mesh) weighsMore(a, b int32) bool {
	x, y := m.Of(a), m.Of(b)
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
