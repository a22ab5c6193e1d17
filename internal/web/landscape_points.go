package web

import (
	"math"
	"net/http"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// lensOf reads through which lens a page looks.
func lensOf(q *request) landscape.Lens {
	query := q.URL.Query()
	l := landscape.Lens{Soft: query.Get("soft") == "true", Planned: query.Get("planned") == "true", Parts: query.Get("parts") == "true"}
	for _, kind := range query["kind"] {
		if kind != "" {
			l.Kinds = append(l.Kinds, landscape.ConnectionKind(kind))
		}
	}
	return l
}

// lensFilters are the fields in which a lens is chosen.
func lensFilters(p ui.Page) []ui.Input {
	yes := func(name string) ui.Input {
		family := "landscape.points." + name
		return ui.Input{Name: name, Label: p.T(family), Type: "select", Options: []ui.Option{{Text: p.T(family + ".")}, {Value: "true", Text: p.T(family + ".true")}}}
	}
	return []ui.Input{
		{Name: "kind", Label: p.T("landscape.points.kind"), Type: "select", Options: anyOf(p, "landscape.tie.", wordsOf(landscape.ConnectionKinds)...)},
		yes("soft"), yes("planned"), yes("parts"),
	}
}

// landscapePoints lists the essential points of connection with their measures side by side.
func (s *Server) landscapePoints(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := landscape.PointsFilter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")}, Lens: lensOf(q), Text: query.Get("text"), Of: query.Get("of"), Why: query.Get("why"),
		All: query.Get("all") == "true", Quick: query.Get("quick") == "true",
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	out, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpPoints, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		header, rows := pointTable(q.Page, out)
		return export(w, q, "essential-points", header, rows)
	}
	spread, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpConcentration, struct{}{})
	if err != nil {
		return err
	}
	q.landscapeTitle(q.T("landscape.points.title"))
	return q.render(w, pointsPage(q.Page, out, pointList(q.Page, out), spread))
}

func pointTable(p ui.Page, out landscape.PointsOut) ([]string, [][]any) {
	rows := make([][]any, len(out.Items))
	for i, one := range out.Items {
		rows[i] = []any{
			one.ID, p.In(one.Name), string(one.Kind), one.CutOff, one.Bridges, one.Gate, strings.Join(one.Services, " "), one.Stops, one.Blast,
			one.Betweenness, one.BetweennessError, one.Dependents, one.Core, strings.Join(wordsOf(one.Reasons), " "),
		}
	}
	return []string{
		"id", "name", "kind", "cut_off", "bridges", "gate", "services", "stops", "blast", "betweenness", "betweenness_error", "dependents", "core", "stands_out_for",
	}, rows
}

func pointList(p ui.Page, out landscape.PointsOut) ui.List {
	short := func(name string) string { return p.T("landscape.points.short." + name) }
	list := ui.List{
		Caption: p.T("landscape.points.title"), Total: out.Total, Next: out.Next, Exports: true, Nothing: p.T("landscape.points.none"), Sort: p.Query.Get("sort"),
		Columns: []ui.Column{{Key: "name", Title: p.T("landscape.field.name")}},
		Filters: append([]ui.Input{
			{Name: "text", Label: p.T("landscape.list.text")},
			{Name: "of", Label: p.T("landscape.points.of"), Type: "select", Options: anyOf(p, "landscape.kind.", wordsOf(landscape.Kinds)...)},
			{Name: "why", Label: p.T("landscape.points.why"), Type: "select", Options: anyOf(p, "landscape.points.ask.", wordsOf(landscape.Questions)...)},
			{Name: "all", Label: p.T("landscape.points.all"), Type: "select", Options: []ui.Option{{Text: p.T("landscape.points.all.")}, {Value: "true", Text: p.T("landscape.points.all.true")}}},
		}, lensFilters(p)...),
	}
	for _, q := range landscape.Questions {
		list.Columns = append(list.Columns, ui.Column{Key: string(q), Title: short(string(q)), Right: true})
	}
	list.Columns = append(list.Columns, ui.Column{Key: "core", Title: short("core"), Right: true}, ui.Column{Title: p.T("landscape.points.reason"), Wide: true})
	for _, one := range out.Items {
		ways := ui.Words(p.Integer(int(math.Round(one.Betweenness))))
		if !out.Exact {
			ways = ways.Below("± " + p.Integer(int(math.Round(one.BetweennessError))))
		}
		list.Rows = append(list.Rows, ui.Cells(
			ui.To(pointHref(p, one.ID), p.In(one.Name)).Below(kindWord(p, one.Kind)), count(p, one.CutOff), count(p, one.Gate), count(p, len(one.Services)),
			count(p, one.Stops), ways, count(p, one.Dependents), count(p, one.Core), ui.Words(reasonWords(p, one)),
		))
	}
	return list
}

func count(p ui.Page, n int) ui.Cell { return ui.Words(p.Integer(n)) }

// pointHref keeps the lens on the way to one point.
func pointHref(p ui.Page, id string) string {
	query := p.Query
	kept := ""
	for _, name := range []string{"kind", "soft", "planned", "parts", "quick"} {
		if value := query.Get(name); value != "" {
			kept += "&" + name + "=" + value
		}
	}
	if kept != "" {
		kept = "?" + kept[1:]
	}
	return "/landscape/points/" + id + kept
}

// reasonWords says why a point stands out, one clause for each question.
func reasonWords(p ui.Page, one landscape.Point) string {
	all := make([]string, len(one.Reasons))
	for i, q := range one.Reasons {
		all[i] = reasonOf(p, one, q)
	}
	return strings.Join(all, "; ")
}

func reasonOf(p ui.Page, one landscape.Point, q landscape.Question) string {
	n := map[landscape.Question]int{
		landscape.AskParts: one.CutOff, landscape.AskGate: one.Gate, landscape.AskServices: len(one.Services), landscape.AskStops: one.Stops,
		landscape.AskPaths: int(math.Round(one.Betweenness)), landscape.AskDependents: one.Dependents,
	}[q]
	return p.N("landscape.points.reason."+string(q), n)
}

// pointsVerdict says how many stand out, and that one ranking would not show it.
func pointsVerdict(p ui.Page, out landscape.PointsOut) string {
	if len(out.First) == 0 {
		return p.T("landscape.points.verdict.none")
	}
	first := map[string]bool{}
	for _, top := range out.First {
		first[top.ID] = true
	}
	text := p.N("landscape.points.verdict", out.Total)
	if len(first) > 1 {
		text += " " + p.T("landscape.points.differ", "n", len(first))
	}
	return text
}

// pointsBasis says what the measures were computed from.
func pointsBasis(p ui.Page, out landscape.PointsOut) string {
	text := p.T("landscape.points.basis", "needs", out.Needs, "elements", out.Elements, "alone", out.Alone, "cycles", out.Cycles, "repeats", out.Repeats)
	if out.FromInside {
		text += " " + p.T("landscape.points.basis.inside", "n", out.Entries)
	} else {
		text += " " + p.T("landscape.points.basis.entries", "n", out.Entries)
	}
	return text + " " + waysBasis(p, out.Exact, out.Sources)
}

func waysBasis(p ui.Page, exact bool, sources int) string {
	if exact {
		return p.T("landscape.points.basis.exact")
	}
	return p.T("landscape.points.basis.sampled", "n", sources)
}

// landscapePoint shows one point with the proof of each reason.
func (s *Server) landscapePoint(w http.ResponseWriter, q *request) error {
	in := landscape.PointIn{ID: q.PathValue("id"), Lens: lensOf(q), Quick: q.URL.Query().Get("quick") == "true"}
	out, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpPoint, in)
	if err != nil {
		return err
	}
	q.landscapeTitle(q.Page.In(out.Name),
		ui.Crumb{Title: q.T("landscape.points.title"), Href: "/landscape/points"})
	return q.render(w, pointPage(q.Page, out))
}

func measureFacts(p ui.Page, one landscape.PointOut) []ui.Fact {
	ways := p.Number(one.Betweenness, 1)
	if !one.Exact {
		ways += " ± " + p.Number(one.BetweennessError, 1)
	}
	facts := []ui.Fact{
		{Term: p.T("landscape.points.short.parts"), Text: p.Integer(one.CutOff)},
		{Term: p.T("landscape.points.bridges"), Text: p.Integer(one.Bridges)},
		{Term: p.T("landscape.points.short.gate"), Text: p.Integer(one.Gate)},
		{Term: p.T("landscape.points.short.services"), Text: p.Integer(len(one.Services))},
		{Term: p.T("landscape.points.blast"), Text: p.Integer(one.Blast)},
		{Term: p.T("landscape.points.short.stops"), Text: p.Integer(one.Stops)},
	}
	if spared := one.Blast - one.Stops; spared > 0 {
		facts[5].Text += " (" + p.T("landscape.points.spared", "n", spared) + ")"
	}
	return append(facts,
		ui.Fact{Term: p.T("landscape.points.short.paths"), Text: ways},
		ui.Fact{Term: p.T("landscape.points.short.dependents"), Text: p.Integer(one.Dependents)},
		ui.Fact{Term: p.T("landscape.points.core"), Text: p.Integer(one.Core)},
	)
}

// stubsShown is how many names a list of a proof gives before it counts.
const stubsShown = 40

func exitWord(p ui.Page, plan *bool) string {
	switch {
	case plan == nil:
		return p.T("landscape.points.exit.unsaid")
	case *plan:
		return p.T("landscape.points.exit.yes")
	default:
		return p.T("landscape.points.exit.no")
	}
}

// replacement says how a supplier can be replaced; sites and the like are not.
func replacement(p ui.Page, h landscape.Holder) string {
	if h.Kind != landscape.KindSupplier && h.Kind != landscape.KindPartner {
		return "–"
	}
	grade := p.T("landscape.unsaid")
	if h.Substitutability != "" {
		grade = p.T("landscape.substitutability." + h.Substitutability)
	}
	return grade + ", " + exitWord(p, h.ExitPlan)
}

// holdersShown is how many holders a table of concentration shows before it counts.
const holdersShown = 8

func shownHolders(all []landscape.Holder) []landscape.Holder {
	return all[:min(len(all), holdersShown)]
}

func spreadNote(p ui.Page, c landscape.Concentration) string {
	if len(c.Holders) == 0 {
		return ""
	}
	text := p.T("landscape.points.spread.index", "count", p.Number(c.ByCount, 0), "cost", p.Number(c.ByCost, 0), "services", p.Number(c.ByServices, 0))
	if c.Unpriced > 0 {
		text += " " + p.N("landscape.points.spread.unpriced", c.Unpriced)
	}
	return text
}
