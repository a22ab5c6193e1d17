package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/landscape/layout"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// mostMatrix is up to how many groups stand in the matrix.
const mostMatrix = 80

// landscapeWhole draws the whole map in groups, with the matrix of what they need of each other.
func (s *Server) landscapeWhole(w http.ResponseWriter, q *request) error {
	g, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGroups, groupsOf(q))
	if err != nil {
		return err
	}
	if wantsExport(q) {
		header, rows := groupTable(q.Page, g)
		return export(w, q, "landscape-groups", header, rows)
	}
	q.landscapeTitle(q.T("landscape.whole.title"))
	owners, err := s.ownerOptions(q)
	if err != nil {
		return err
	}
	owners[0].Text = q.T("web.filter.any")
	return q.render(w, wholePage(q.Page, g, drawGroups(q.Page, g), wholeFilters(q.Page, owners)))
}

// groupsOf reads what the address of the whole map asks for.
func groupsOf(q *request) landscape.GroupsIn {
	query := q.URL.Query()
	return landscape.GroupsIn{Lens: pictureLens(q), By: query.Get("by"), Of: query.Get("of"), Owner: query.Get("owner"), Phase: query.Get("phase")}
}

func drawGroups(p ui.Page, g landscape.Groups) drawnMap {
	shown := g.Groups[:min(len(g.Groups), landscape.MostAround)]
	boxes, lines := make([]layout.Box, len(shown)), []layout.Line{}
	for i := range shown {
		boxes[i] = layout.Box{W: boxW, H: boxH}
	}
	var ties []landscape.GroupTie
	for _, t := range g.Ties {
		if t.From < len(shown) && t.To < len(shown) {
			kind := 0
			if t.Hard == 0 {
				kind = 1
			}
			ties, lines = append(ties, t), append(lines, layout.Line{From: t.From, To: t.To, Kind: kind})
		}
	}
	d := layout.Layered(boxes, lines, layout.Options{MostInRow: 7})
	m := drawnMap{W: d.W, H: d.H, Desc: p.T("landscape.whole.desc", "n", len(shown), "ties", len(ties))}
	for i, group := range shown {
		name, at := groupName(p, g, group.Name), d.Places[i]
		sub := p.N("landscape.whole.elements", group.Elements)
		m.Boxes = append(m.Boxes, drawnBox{pictureNode: pictureNode{
			X: int(at.X), Y: int(at.Y), Lines: fit(name, 2), Sub: sub, Full: name + ", " + sub, Href: groupHref(p, g, group.Name),
		}})
	}
	for i, t := range ties {
		line := mapLine(landscape.AroundTie{Soft: t.Hard == 0, Phase: landscape.PhaseLive}, d.Routes[i])
		root := d.Routes[i].Root()
		line.Label, line.X, line.Y = strconv.Itoa(t.Hard+t.Soft), root.X, root.Y
		m.Lines = append(m.Lines, line)
	}
	return m
}

// groupHref opens a group: its elements one by one.
func groupHref(p ui.Page, g landscape.Groups, name string) string {
	query := url.Values{"by": {g.By}, "group": {name}}
	for _, key := range []string{"of", "owner", "kind", "soft", "planned", "phase"} {
		if value := p.Query.Get(key); value != "" {
			query.Set(key, value)
		}
	}
	return "/landscape/whole?" + query.Encode()
}

// groupName says what a group is; the one of which nobody has said it too.
func groupName(p ui.Page, g landscape.Groups, name string) string {
	if g.By == "kind" {
		return kindWord(p, landscape.Kind(name))
	}
	return cmp.Or(name, p.T("landscape.unsaid"))
}

func matrixOf(g landscape.Groups) [][]int {
	rows := make([][]int, len(g.Groups))
	for i, group := range g.Groups {
		rows[i] = make([]int, len(g.Groups))
		rows[i][i] = group.Within
	}
	for _, t := range g.Ties {
		rows[t.From][t.To] += t.Hard + t.Soft
	}
	return rows
}

func wholeVerdict(p ui.Page, g landscape.Groups) string {
	elements, within, across := 0, 0, 0
	for _, group := range g.Groups {
		elements, within = elements+group.Elements, within+group.Within
	}
	for _, t := range g.Ties {
		across += t.Hard + t.Soft
	}
	return p.T("landscape.whole.verdict", "elements", elements, "groups", len(g.Groups), "within", within, "across", across)
}

func wholeFilters(p ui.Page, owners []ui.Option) []ui.Input {
	by := make([]ui.Option, len(landscape.Groupings))
	for i, name := range landscape.Groupings {
		by[i] = ui.Option{Value: name, Text: p.T("landscape.field." + name)}
	}
	inputs := []ui.Input{
		{Name: "by", Label: p.T("landscape.whole.by"), Type: "select", Options: by},
		{Name: "of", Label: p.T("landscape.points.of"), Type: "select", Options: anyOf(p, "landscape.kind.", wordsOf(landscape.Kinds)...)},
		{Name: "owner", Label: p.T("landscape.field.owner"), Type: "select", Options: owners},
		{Name: "phase", Label: p.T("landscape.field.phase"), Type: "select", Options: anyOf(p, "landscape.phase.", wordsOf(landscape.Phases)...)},
	}
	inputs = slices.Insert(inputs, 3, pictureFilters(p)...)
	if p.Query.Get("group") != "" {
		inputs = append(inputs, ui.Input{Name: "group", Label: p.T("landscape.whole.group")})
	}
	return fromAddress(p, inputs)
}

func groupList(p ui.Page, g landscape.Groups) ui.List {
	list := ui.List{
		Caption: p.T("landscape.whole.table"), Total: len(g.Groups), Exports: true, Nothing: p.T("landscape.whole.none"),
		Columns: []ui.Column{
			{Title: p.T("landscape.whole.group")},
			{Title: p.T("landscape.points.spread.elements"), Right: true},
			{Title: p.T("landscape.outside.yes"), Right: true},
			{Title: p.T("landscape.whole.within"), Right: true},
			{Title: p.T("landscape.whole.needs"), Right: true},
			{Title: p.T("landscape.whole.needed"), Right: true},
		},
	}
	needs, needed := make([]int, len(g.Groups)), make([]int, len(g.Groups))
	for _, t := range g.Ties {
		needs[t.From] += t.Hard + t.Soft
		needed[t.To] += t.Hard + t.Soft
	}
	for i, group := range g.Groups {
		list.Rows = append(list.Rows, ui.Cells(
			ui.To(groupHref(p, g, group.Name), groupName(p, g, group.Name)), count(p, group.Elements), count(p, group.Outside), count(p, group.Within), count(p, needs[i]), count(p, needed[i]),
		))
	}
	return list
}

func groupTable(p ui.Page, g landscape.Groups) ([]string, [][]any) {
	var rows [][]any
	for i, group := range g.Groups {
		for j, n := range matrixOf(g)[i] {
			if n > 0 {
				rows = append(rows, []any{groupName(p, g, group.Name), groupName(p, g, g.Groups[j].Name), n})
			}
		}
	}
	return []string{"consumer", "provider", "needs"}, rows
}
