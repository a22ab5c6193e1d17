package landscape

// border checks who answers for connections and under which agreement they cross to the outside.
func (f *finder) border() {
	for _, e := range f.Elements {
		if e.Kind.Answered() && !e.Outside && e.Owner == "" {
			f.note(Incoherence{Rule: RuleNoOwner, Element: e.ID, Chain: []Step{f.step(e.ID)}, Since: dayAt(e.BeganAt)})
		}
	}
	for _, c := range f.Connections {
		from, fromThere := f.Elements[c.From]
		to, toThere := f.Elements[c.To]
		if !c.Live() || !fromThere || !toThere {
			continue
		}
		f.agreed(c, from, to)
		f.answered(c, from, to)
	}
	f.obligations()
}

// agreed checks the agreement of a connection.
func (f *finder) agreed(c Connection, from, to Element) {
	a, agreed := f.Agreements[c.Agreement]
	one := Incoherence{Element: c.From, Other: c.To, Connection: c.ID, Agreement: a.ID, Title: a.Name(), Since: a.Until, Chain: f.tied(c)}
	switch {
	case agreed && a.ExpiredOn(f.today):
		one.Rule = RuleExpired
	case agreed && a.ExpiresWithin(f.today, daysOfAgreement):
		one.Rule = RuleAgreementEnds
	case !agreed && from.Outside != to.Outside && c.Kind != PartOf && c.Kind != AnswersTo:
		one.Rule, one.Since = RuleNoAgreement, dayAt(c.BeganAt)
	default:
		return
	}
	f.note(one)
}

// answered checks that somebody answers for a connection on both sides: its own owner there, or that of the element.
// Customers answer for nothing, a tie that is no exchange needs nobody, and of things of our own and unknown ones other rules
// tell.
func (f *finder) answered(c Connection, from, to Element) {
	switch c.Kind {
	case PartOf, AnswersTo, PerformedBy, RelatesTo:
		return
	}
	for _, side := range []struct {
		owner string
		end   Element
	}{{c.OwnerFrom, from}, {c.OwnerTo, to}} {
		told := side.end.Kind == KindCustomerGroup || side.end.Kind == KindUnknown || side.end.Kind.Answered() && !side.end.Outside
		if side.owner == "" && side.end.Owner == "" && !told {
			f.note(Incoherence{
				Rule: RuleConnectionOwner, Element: side.end.ID, Other: otherEnd(c, side.end.ID), Connection: c.ID, Since: dayAt(c.BeganAt), Chain: f.tied(c),
			})
		}
	}
}

// farthestProcess is within how many connections a partner or an authority finds a process that deals with it: through
// an interface, its gateway and the system behind it at most.
const farthestProcess = 4

// obligations finds partners and authorities that no process deals with.
func (f *finder) obligations() {
	var beside [][]int32
	for node, id := range f.IDs {
		kind := f.Elements[id].Kind
		if kind != KindPartner && kind != KindAuthority {
			continue
		}
		if beside == nil {
			beside = f.neighbours()
		}
		if !f.meetsProcess(int32(node), beside) {
			f.note(Incoherence{Rule: RuleNoProcess, Element: id, Chain: []Step{f.step(id)}, Since: dayAt(f.Elements[id].BeganAt)})
		}
	}
}

// neighbours gives what each element has a live connection with, in either direction.
func (f *finder) neighbours() [][]int32 {
	all := make([][]int32, len(f.IDs))
	for _, c := range f.Connections {
		from, fromThere := f.Index[c.From]
		to, toThere := f.Index[c.To]
		if c.Live() && fromThere && toThere {
			all[from], all[to] = append(all[from], to), append(all[to], from)
		}
	}
	return all
}

func (f *finder) meetsProcess(node int32, beside [][]int32) bool {
	seen := map[int32]bool{node: true}
	ring := []int32{node}
	for range farthestProcess {
		var next []int32
		for _, at := range ring {
			for _, other := range beside[at] {
				if f.Of(other).Kind == KindProcess {
					return true
				}
				if !seen[other] {
					seen[other] = true
					next = append(next, other)
				}
			}
		}
		ring = next
	}
	return false
}
