package landscape

import (
	"slices"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape/interchange"
	"accordo.dev/internal/landscape/layout"
)

// A drawing of up to mostLayered boxes has consumers above what they need; a larger one is arranged by domain.
const mostLayered = 300

// The size of a box in a drawing.
const (
	boxWidth, boxHeight = 150, 46
)

// band is the row of the drawing in which the elements of a kind stand, with their colours.
type band struct {
	row        int
	fill, line string
}

var bands = map[Kind]band{
	KindService: {0, "#dfe9f7", "#3b6ea8"}, KindProcess: {1, "#e3f0e6", "#3d7a4e"}, KindInterface: {2, "#eee7f5", "#6d4f96"},
	KindSystem: {2, "#e6e9ec", "#4c5a66"}, KindDataSet: {3, "#f6efd9", "#8a6d1c"}, KindDeviceFleet: {4, "#e2eff0", "#2f7076"},
	KindOTAsset: {4, "#e2eff0", "#2f7076"}, KindSite: {4, "#ece8e1", "#6b5f4a"}, KindSupplier: {5, "#f7e5df", "#a04a2f"},
	KindPartner: {5, "#f7e5df", "#a04a2f"}, KindAuthority: {5, "#f7e5df", "#a04a2f"}, KindCustomerGroup: {0, "#f7e5df", "#a04a2f"},
	KindTeam: {6, "#f3f3f3", "#6a6a6a"}, KindPerson: {6, "#f3f3f3", "#6a6a6a"}, KindInitiative: {6, "#f3f3f3", "#6a6a6a"},
	KindUnknown: {6, "#ffffff", "#9a9a9a"},
}

// diagram draws the map as boxes and arrows; an arrow runs as the connection reads.
func (m Map) diagram(name, language string) interchange.Diagram {
	d := interchange.Diagram{Name: name}
	ids := sortedKeys(m.Elements)
	index := make(map[string]int, len(ids))
	for i, id := range ids {
		index[id] = i
		e := m.Elements[id]
		b := bands[e.Kind]
		d.Boxes = append(d.Boxes, interchange.Box{
			ID: "e." + id, Label: e.Title().In(i18n.ParseLang(language)), W: boxWidth, H: boxHeight, Fill: b.fill, Line: b.line, Dashed: e.Outside,
			Properties: drawn(textsOf(e), e.Properties),
		})
	}
	lines := make([]layout.Line, 0, len(m.Connections))
	for _, c := range m.Connections {
		d.Arrows = append(d.Arrows, interchange.Arrow{
			ID: "c." + c.ID, From: drawnEnd(c.From, c.FromTie), To: drawnEnd(c.To, c.ToTie), Label: c.Properties[propertyName], Dashed: c.Strength == Soft,
			Properties: drawn(textsOf(c), c.Properties),
		})
		consumer, provider, needs := c.Need()
		if !needs {
			consumer, provider = c.From, c.To
		}
		lines = append(lines, layout.Line{From: index[consumer], To: index[provider], Kind: slices.Index(ConnectionKinds, c.Kind)})
	}
	m.arrange(&d, ids, lines)
	return d
}

func drawnEnd(element, tie string) string {
	if tie != "" {
		return "c." + tie
	}
	return "e." + element
}

// drawn are the fields and properties that a box or an arrow shows as its data; the id is told as accordo_id, because a
// drawing has ids of its own.
func drawn(texts, props map[string]string) []interchange.Property {
	all := withoutProperties(texts, "id", "properties")
	all["accordo_id"] = texts["id"]
	for name, value := range props {
		putNew(all, name, value)
	}
	return sortedProperties(all)
}

func (m Map) arrange(d *interchange.Diagram, ids []string, lines []layout.Line) {
	if len(ids) <= mostLayered {
		boxes := make([]layout.Box, len(ids))
		for i, id := range ids {
			boxes[i] = layout.Box{W: boxWidth, H: boxHeight, Band: bands[m.Elements[id].Kind].row}
		}
		for i, place := range layout.Layered(boxes, lines, layout.Options{MostInRow: 12}).Places {
			d.Boxes[i].X, d.Boxes[i].Y = place.X, place.Y
		}
		return
	}
	number := map[string]int{}
	domain := make([]int, len(ids))
	for i, id := range ids {
		name := m.Elements[id].Domain
		if _, known := number[name]; !known {
			number[name] = len(number)
		}
		domain[i] = number[name]
	}
	plan := layout.Domains(domain, len(number), lines, layout.Cell{W: boxWidth + 30, H: boxHeight + 40})
	for i, point := range plan.Points {
		d.Boxes[i].X, d.Boxes[i].Y = point.X-boxWidth/2, point.Y-boxHeight/2
	}
}
