package independence

import (
	"maps"
	"slices"
	"strings"
)

// Moves are the kinds of change that a what-if tries: a superior, a functional line more or less, the unit of a person, an
// office given or taken, and what a unit is.
var Moves = []string{"line", "functional", "no-functional", "unit", "appoint", "vacate", "defence", "function", "parent"}

// Move is one change to try: for "line", Of is a person and To the new superior; for "appoint" Of is an office and To a
// person; for "defence", "function" and "parent" Of is a unit.
type Move struct {
	Kind string `json:"kind"`
	Of   string `json:"of"`
	To   string `json:"to"`
}

// String writes a move as it is typed: "davide-sorrentino=tiziana-morselli", "appoint:ciso=davide-sorrentino".
func (m Move) String() string {
	text := m.Of + "=" + m.To
	if m.Kind != "line" {
		text = m.Kind + ":" + text
	}
	return text
}

// ParseMove reads a move as it is typed; a person and a superior alone are a line.
func ParseMove(text string) (Move, bool) {
	m := Move{Kind: "line"}
	if kind, rest, found := strings.Cut(text, ":"); found {
		m.Kind, text = strings.TrimSpace(kind), rest
	}
	of, to, found := strings.Cut(text, "=")
	m.Of, m.To = strings.TrimSpace(of), strings.TrimSpace(to)
	return m, found && m.Of != "" && slices.Contains(Moves, m.Kind)
}

// Fault says why a move cannot be tried: the message key; empty when it can.
func (m Move) Fault(s Snapshot) string {
	_, person := s.People[m.Of]
	_, to := s.People[m.To]
	_, unit := s.Units[m.Of]
	switch m.Kind {
	case "line", "functional", "no-functional":
		if !person || m.To != Board && m.To != "" && !to {
			return "governance.what-if.error.person"
		}
		if m.Of == m.To || m.Kind == "line" && s.circle(m.Of, m.To) {
			return "governance.what-if.error.circle"
		}
	case "unit":
		if !person {
			return "governance.what-if.error.person"
		}
	case "appoint", "vacate":
		if !to {
			return "governance.what-if.error.person"
		}
	default:
		if !unit {
			return "governance.what-if.error.unit"
		}
	}
	return ""
}

// circle tells whether a line to a new superior would come back to the person.
func (s Snapshot) circle(person, superior string) bool {
	seen := map[string]bool{}
	for at := superior; at != "" && at != Board && !seen[at]; at = s.People[at].Superior {
		if at == person {
			return true
		}
		seen[at] = true
	}
	return false
}

// After is the snapshot as it would be with moves made; the snapshot itself stays as it is.
func (s Snapshot) After(moves ...Move) Snapshot {
	s.People, s.Units, s.Holders = copied(s.People), copied(s.Units), copied(s.Holders)
	for _, m := range moves {
		s.make(m)
	}
	return s
}

func copied[V any](all map[string]V) map[string]V {
	out := make(map[string]V, len(all))
	maps.Copy(out, all)
	return out
}

func (s Snapshot) make(m Move) {
	person, unit := s.People[m.Of], s.Units[m.Of]
	switch m.Kind {
	case "line":
		person.Superior = m.To
	case "functional":
		person.Functional = append(slices.Clone(person.Functional), m.To)
	case "no-functional":
		person.Functional = slices.DeleteFunc(slices.Clone(person.Functional), func(to string) bool { return to == m.To })
	case "unit":
		person.Unit = m.To
	case "appoint":
		if !slices.Contains(s.Holders[m.Of], m.To) {
			s.Holders[m.Of] = append(slices.Clone(s.Holders[m.Of]), m.To)
		}
	case "vacate":
		s.Holders[m.Of] = slices.DeleteFunc(slices.Clone(s.Holders[m.Of]), func(holder string) bool { return holder == m.To })
	case "defence":
		unit.Line = m.To
	case "function":
		unit.Function = m.To
	case "parent":
		unit.Parent = m.To
	}
	switch m.Kind {
	case "line", "functional", "no-functional", "unit":
		s.People[m.Of] = person
	case "defence", "function", "parent":
		s.Units[m.Of] = unit
	}
}

// Difference is what two sets of findings do not share, and what they do.
type Difference struct {
	Gone  []Finding `json:"gone"`
	New   []Finding `json:"new"`
	Stays []Finding `json:"stays"`
}

// Compare tells findings before and after apart.
func Compare(before, after []Finding) Difference {
	d := Difference{Gone: []Finding{}, New: []Finding{}, Stays: []Finding{}}
	in := func(all []Finding, f Finding) bool { return slices.ContainsFunc(all, f.Same) }
	for _, f := range before {
		if !in(after, f) {
			d.Gone = append(d.Gone, f)
		}
	}
	for _, f := range after {
		if in(before, f) {
			d.Stays = append(d.Stays, f)
		} else {
			d.New = append(d.New, f)
		}
	}
	return d
}
