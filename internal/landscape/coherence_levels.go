package landscape

import (
	"slices"

	"accordo.dev/internal/i18n"
)

// inherited gives for each element the highest criticality of itself and of what needs it, directly or through others,
// and the tie to the consumer that it comes from; -1 where it is its own, level 0 where nobody rated anything. That two
// providers stand in for each other lowers neither: both together carry what needs them. O(elements + ties).
func (m *mesh) inherited() (level []int64, from []int32) {
	level, from = make([]int64, len(m.IDs)), make([]int32, len(m.IDs))
	for at := int64(1); at <= 4; at++ {
		var open []int32
		for node := range int32(len(m.IDs)) {
			if own := m.Of(node).Criticality; own != nil && *own == at && level[node] == 0 {
				level[node], from[node] = at, -1
				open = append(open, node)
			}
		}
		for ; len(open) > 0; open = open[1:] {
			for _, g := range m.gates[open[0]] {
				for _, tie := range g.ties {
					if provider := m.Ties[tie].Provider; level[provider] == 0 {
						level[provider], from[provider] = at, tie
						open = append(open, provider)
					}
				}
			}
		}
	}
	return level, from
}

// criticality finds what is rated lower than something that needs it.
func (f *finder) criticality() {
	level, from := f.mesh.levels()
	for node := range int32(len(f.IDs)) {
		own := f.Of(node).Criticality
		if own == nil || level[node] >= *own {
			continue
		}
		var ties []int32
		for at := node; from[at] >= 0; at = f.mesh.Ties[from[at]].Consumer {
			ties = append(ties, from[at])
		}
		steps := f.mesh.chain(node, ties, func(s *Step, e Element) { s.Level = e.Criticality })
		f.note(Incoherence{
			Rule: RuleCriticality, Element: f.IDs[node], Other: steps[len(steps)-1].Element, Connection: steps[0].Connection,
			Level: own, OtherLevel: &level[node], Chain: steps, Count: len(steps) - 2,
		})
	}
}

// downhill is a place that data reach which are rated higher than the place, with the connection that brings the worst.
type downhill struct {
	rule   Rule
	place  Element
	source string // element or data set that the class comes from
	tie    Connection
	data   []string // data sets that the connection names
	class  *int64
	count  int // connections that bring such data
}

// confidentiality finds places that data reach which are rated higher than they are, and places of which nobody can tell.
func (f *finder) confidentiality() {
	worst := map[string]*downhill{}
	for _, c := range f.Connections {
		from, fromThere := f.Elements[c.From]
		to, toThere := f.Elements[c.To]
		if !c.Live() || !fromThere || !toThere {
			continue
		}
		data, class := f.carried(c)
		switch {
		case len(data) > 0: // what is named goes to both ends, whoever asks
			f.reaches(worst, downhill{place: from, source: to.ID, tie: c, data: data, class: class})
			f.reaches(worst, downhill{place: to, source: from.ID, tie: c, data: data, class: class})
		case c.Kind == FlowsTo, c.Kind == PartOf && from.Kind == KindDataSet:
			f.reaches(worst, downhill{place: to, source: from.ID, tie: c, class: from.Confidentiality})
		case c.Kind == Accesses && to.Kind == KindDataSet:
			f.reaches(worst, downhill{place: from, source: to.ID, tie: c, class: to.Confidentiality})
		}
	}
	for _, one := range worst {
		f.noteDownhill(*one)
	}
}

// carried gives the data sets on the map that a connection names, and their highest class.
func (f *finder) carried(c Connection) (data []string, class *int64) {
	for _, id := range c.Data {
		set, there := f.Elements[id]
		if !there || set.Kind != KindDataSet || set.Confidentiality == nil {
			continue
		}
		if class == nil || *set.Confidentiality > *class {
			class = set.Confidentiality
		}
		data = append(data, id)
	}
	return data, class
}

// reaches notes that data of a class reach a place, if that is more than the place is rated for.
func (f *finder) reaches(worst map[string]*downhill, one downhill) {
	rated := one.place.Confidentiality
	ours := !one.place.Outside && (one.place.Kind == KindSystem || one.place.Kind == KindDeviceFleet)
	switch {
	case one.class == nil, rated != nil && *rated >= *one.class, rated == nil && !ours, rated == nil && *one.class < 3:
		return
	case rated == nil:
		one.rule = RuleClassGap
	default:
		one.rule = RuleConfidentiality
	}
	one.count = 1
	if have, seen := worst[one.place.ID]; seen {
		one.count = have.count + 1
		if *have.class >= *one.class {
			have.count++
			return
		}
	}
	worst[one.place.ID] = &one
}

func (f *finder) noteDownhill(one downhill) {
	steps := f.tied(one.tie)
	for i := range steps {
		steps[i].Level = f.Elements[steps[i].Element].Confidentiality
	}
	title := f.nameOf(one.source)
	if len(one.data) > 0 {
		title = f.dataNames(one.data)
		steps = slices.Insert(steps, 0, f.step(one.data[0]))
		steps[0].Level = one.class
	}
	f.note(Incoherence{
		Rule: one.rule, Element: one.place.ID, Other: one.source, Connection: one.tie.ID, Level: one.place.Confidentiality, OtherLevel: one.class,
		Title: title, Chain: steps, Count: one.count, Since: dayAt(one.tie.BeganAt),
	})
}

func otherEnd(c Connection, id string) string {
	if c.From == id {
		return c.To
	}
	return c.From
}

func (f *finder) dataNames(data []string) (names i18n.Text) {
	for i, id := range data {
		title := f.Elements[id].Title()
		if i > 0 {
			names.EN, names.IT = names.EN+", ", names.IT+", "
		}
		names.EN, names.IT = names.EN+title.In(i18n.EN), names.IT+title.In(i18n.IT)
	}
	return names
}
