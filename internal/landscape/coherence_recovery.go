package landscape

// recovery compares recovery times along needs, need by need, and for services along the whole chain.
func (f *finder) recovery() {
	m := f.mesh
	promised := m.reckon(recoveryTime, declared)
	for node := range int32(len(f.IDs)) {
		if own := f.Of(node).RTO; own != nil {
			f.slowerNeeds(node, *own, promised)
		}
	}
	atOnce, inTurn := m.reckon(recoveryTime, together), m.reckon(recoveryTime, inTurn)
	for node := range int32(len(f.IDs)) {
		e := f.Of(node)
		if e.RTO == nil || e.Kind != KindService && f.neededByRated(node) {
			continue
		}
		f.wholeChain(node, *e.RTO, atOnce)
		if e.Kind == KindService {
			f.sequence(node, e, inTurn)
		}
	}
}

// slowerNeeds finds the needs of an element that are back later than itself, or of which nobody can tell.
func (f *finder) slowerNeeds(node int32, own int64, promised []measured) {
	for _, g := range f.mesh.gates[node] {
		opens := f.mesh.opens(g, promised)
		provider := f.mesh.Ties[opens.via].Provider
		if opens.minutes > own {
			ties := append([]int32{opens.via}, f.mesh.follow(provider, promised)...)
			f.noteTies(RuleRecovery, node, ties, recoveryTime, own, opens.minutes)
		}
		if opens.unknown {
			unrated := f.unrated(g)
			f.noteTies(RuleRecoveryGap, node, []int32{unrated}, recoveryTime, own, 0)
		}
	}
}

// unrated gives the first tie of a gate to an element without a recovery time.
func (f *finder) unrated(g gate) int32 {
	for _, tie := range g.ties {
		if f.Of(f.mesh.Ties[tie].Provider).RTO == nil {
			return tie
		}
	}
	return g.ties[0]
}

// neededByRated tells whether something with a recovery time of its own needs an element: the chain is told there.
func (f *finder) neededByRated(node int32) bool {
	for _, tie := range f.mesh.in[node] {
		if f.Of(f.mesh.Ties[tie].Consumer).RTO != nil {
			return true
		}
	}
	return false
}

// wholeChain finds a service that something far below keeps from its promise; what it needs directly has its own finding.
func (f *finder) wholeChain(node int32, own int64, atOnce []measured) {
	ties := f.mesh.follow(node, atOnce)
	if atOnce[node].minutes > own && len(ties) > 1 {
		f.noteTies(RuleRecoveryChain, node, ties, recoveryTime, own, atOnce[node].minutes)
	}
}

// sequence finds a service that is back later than anybody tolerates if each thing waits for what it needs.
func (f *finder) sequence(node int32, e Element, inTurn []measured) {
	tolerated := e.MTPD
	if tolerated == nil {
		tolerated = e.RTO
	}
	ties := f.mesh.follow(node, inTurn)
	if inTurn[node].minutes > *tolerated && len(ties) > 0 {
		f.noteTies(RuleSequence, node, ties, recoveryTime, *tolerated, inTurn[node].minutes)
	}
}

// recoveryPoint compares how much data things may lose; a service of which nobody below says it cannot be told.
func (f *finder) recoveryPoint() {
	promised := f.mesh.reckon(recoveryPoint, declared)
	rated := f.mesh.rated(recoveryPoint)
	for node := range int32(len(f.IDs)) {
		e := f.Of(node)
		if e.RPO == nil {
			continue
		}
		silent := len(f.mesh.gates[node]) > 0
		for _, g := range f.mesh.gates[node] {
			opens := f.mesh.opens(g, promised)
			provider := f.mesh.Ties[opens.via].Provider
			if opens.minutes > *e.RPO {
				ties := append([]int32{opens.via}, f.mesh.follow(provider, promised)...)
				f.noteTies(RuleRecoveryPoint, node, ties, recoveryPoint, *e.RPO, opens.minutes)
			}
			for _, tie := range g.ties {
				silent = silent && !rated[f.mesh.Ties[tie].Provider]
			}
		}
		if silent && e.Kind == KindService {
			f.noteTies(RulePointGap, node, f.mesh.gates[node][0].ties[:1], recoveryPoint, *e.RPO, 0)
		}
	}
}

// rated tells of each element whether it, or anything that it needs, has an objective.
func (m *mesh) rated(of objective) []bool {
	all := make([]bool, len(m.IDs))
	var open []int32
	for node := range int32(len(m.IDs)) {
		if of(m.Of(node)) != nil {
			all[node] = true
			open = append(open, node)
		}
	}
	for ; len(open) > 0; open = open[1:] {
		for _, tie := range m.in[open[0]] {
			if consumer := m.Ties[tie].Consumer; !all[consumer] {
				all[consumer] = true
				open = append(open, consumer)
			}
		}
	}
	return all
}

// noteTies notes a finding about a chain of objectives.
func (f *finder) noteTies(rule Rule, node int32, ties []int32, of objective, own, chain int64) {
	steps := f.mesh.chain(node, ties, func(s *Step, e Element) { s.Minutes = of(e) })
	last := steps[len(steps)-1]
	one := Incoherence{Rule: rule, Element: f.IDs[node], Other: last.Element, Connection: steps[0].Connection, Minutes: &own, Chain: steps, Count: len(steps) - 2}
	if rule != RuleRecoveryGap && rule != RulePointGap {
		one.OtherMinutes = &chain
	}
	f.note(one)
}
