package web

import (
	"net/http"
	"slices"
	"strconv"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// indicatorWall shows the three indicators side by side.
func (s *Server) indicatorWall(w http.ResponseWriter, q *request) error {
	now, err := s.current(q)
	if err != nil {
		return err
	}
	q.title("indicators", q.T("indicator.wall.title"))
	q.Page.AsOf = now.Scales.AsOf
	cards := make([]indicatorCard, 0, len(now.Readings))
	for _, one := range placed(now.Readings, q.Page.Order([]int{2, 0, 1}, []int{1, 0, 2}, []int{0, 1, 2})) {
		cards = append(cards, cardOf(q.Page, one))
	}
	return q.render(w, indicatorWallPage(q.Page, cards))
}

// indicatorView is what the page of an indicator shows.
type indicatorView struct {
	Reading    indicator.Reading
	Card       indicatorCard
	Charts     []chart.Chart
	Parts      ui.List
	Definition []ui.Fact
	Rows       ui.List
	Past       bool
}

// indicatorPage shows one indicator, as it is now or as it stood on a day.
func (s *Server) indicatorPage(w http.ResponseWriter, q *request) error {
	reading, past, err := s.reading(q)
	if err != nil {
		return err
	}
	rows := reading.Rows
	if role := q.URL.Query().Get("role"); role != "" {
		rows = slices.DeleteFunc(slices.Clone(rows), func(o indicator.Observation) bool { return string(o.Role) != role })
	}
	if wantsExport(q) {
		return s.exportObservations(w, q, reading, rows)
	}
	q.title("indicators", q.Page.In(reading.Definition.Name), ui.Crumb{Title: q.T("indicator.wall.title"), Href: "/indicators"})
	q.Page.AsOf = reading.AsOf
	view := indicatorView{Reading: reading, Card: cardOf(q.Page, reading), Parts: partsOf(q.Page, reading), Definition: definitionFacts(q.Page, *reading.Definition), Past: past}
	view.Charts = bigCharts(q.Page, reading)
	if view.Rows, err = s.observations(q, rows); err != nil {
		return err
	}
	return q.render(w, oneIndicatorPage(q.Page, view))
}

func (s *Server) reading(q *request) (reading indicator.Reading, past bool, err error) {
	id, asOf := q.PathValue("id"), q.URL.Query().Get("as_of")
	if _, err := indicator.DefinitionOf(id); err != nil {
		return reading, false, err
	}
	if asOf != "" {
		reading, err = op.Ask(q.Context(), s.Run, q.Actor, indicator.OpGet, indicator.GetIn{ID: id, AsOf: asOf, Rows: true})
		return reading, true, err
	}
	now, err := s.current(q)
	reading, _ = now.reading(id)
	return reading, false, err
}

func bigCharts(p ui.Page, r indicator.Reading) []chart.Chart {
	switch r.ID {
	case indicator.PatchTime:
		return []chart.Chart{survivalChart(p, r)}
	case indicator.Resilience:
		return []chart.Chart{profileChart(p, r, 760)}
	default:
		return []chart.Chart{designChart(p, r, 760)}
	}
}

func definitionFacts(p ui.Page, d indicator.Definition) []ui.Fact {
	return []ui.Fact{
		{Term: p.T("indicator.def.question"), Text: p.In(d.Asks)},
		{Term: p.T("indicator.def.scope"), Text: p.In(d.Scope)},
		{Term: p.T("indicator.def.clock"), Text: p.In(d.Clock)},
		{Term: p.T("indicator.def.formula"), Text: p.In(d.Formula)},
		{Term: p.T("indicator.def.doubts"), Text: p.In(d.Doubts)},
		{Term: p.T("indicator.def.version"), Text: d.Method + ", " + d.Version[:12]},
	}
}

// partsOf is the table of the parts of which the figure is made.
func partsOf(p ui.Page, r indicator.Reading) ui.List {
	switch r.ID {
	case indicator.PatchTime:
		return tiersTable(p, r)
	case indicator.Resilience:
		return servicesTable(p, r)
	default:
		return ui.List{}
	}
}

func tiersTable(p ui.Page, r indicator.Reading) ui.List {
	right := func(key string) ui.Column { return ui.Column{Title: p.T(key), Right: true} }
	list := ui.List{Caption: p.T("indicator.patch.tiers"), Columns: []ui.Column{
		{Title: p.T("indicator.patch.tier")},
		right("indicator.patch.sla"), right("indicator.patch.watched"), right("indicator.patch.open.short"),
		right("indicator.patch.median"), right("indicator.patch.ratio"), right("indicator.patch.miss"), right("indicator.patch.past.short"), right("indicator.patch.closed.short"),
	}}
	decimals := func(n int) func(float64) string { return func(x float64) string { return p.Number(x, n) } }
	for _, t := range r.Patch.Tiers {
		name := ui.To("/evidence/exposures?tier="+strconv.Itoa(t.Tier), tierName(p, t.Tier))
		if t.Tier == 0 {
			name = ui.To("/evidence/unmatched", tierName(p, 0))
		}
		if t.Reason != "" {
			name = name.Below(p.T("indicator.reason." + t.Reason))
		} else if t.Capped {
			name = name.Below(p.T("indicator.patch.capped", "tau", days(p, t.Tau), "upto", p.Number(orNaN(t.UpTo), 2)))
		}
		list.Rows = append(list.Rows, ui.Cells(name, ui.Words(days(p, t.SLA)), ui.Words(p.Integer(t.N)), ui.Words(p.Integer(t.Open)),
			ui.Words(between(t.Median, decimals(0))), ui.Words(between(t.Ratio, decimals(2))),
			ui.Words(between(t.Miss, func(x float64) string { return p.Percent(x, 0) })), ui.Words(p.Integer(t.PastSLA)), ui.Words(days(p, t.ClosedMean))))
	}
	list.Total = len(list.Rows)
	return list
}

func servicesTable(p ui.Page, r indicator.Reading) ui.List {
	right := func(key string) ui.Column { return ui.Column{Title: p.T(key), Right: true} }
	list := ui.List{Caption: p.T("indicator.resilience.services"), Columns: []ui.Column{
		{Title: p.T("indicator.resilience.service")},
		right("indicator.resilience.uptime"), right("indicator.resilience.recovered"), right("indicator.resilience.response"),
		right("indicator.resilience.index"), right("indicator.resilience.down"), right("indicator.resilience.coverage"), right("indicator.resilience.evidence"),
	}}
	score := func(x float64) string { return p.Number(x, 2) }
	for _, s := range r.Resilience.Services {
		index := ui.Words(between(s.Index, func(x float64) string { return p.Number(x, 0) }))
		if s.Index.Low != nil && *s.Index.Low == *s.Index.High {
			index = ui.Words(p.Number(*s.Index.Value, 0))
		}
		uptime := ui.Words("–")
		if s.A.Value != nil {
			uptime = ui.Words(score(*s.A.Value))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.To("/landscape/"+s.ID, p.In(s.Name)).Below(serviceNote(p, s)), uptime, ui.Words(score(s.R)), ui.Words(score(s.C)), index,
			ui.Cell{Text: p.Number(s.Down, 0), Href: "/evidence/availability?element=" + s.ID}, ui.Words(p.Percent(s.Coverage, 1)),
			ui.Words(p.T("indicator.resilience.counts", "tests", s.Recoveries, "incidents", s.Incidents))))
	}
	list.Total = len(list.Rows)
	return list
}

// serviceNote says what must stand beside the index of a service.
func serviceNote(p ui.Page, s indicator.ServiceProfile) string {
	switch {
	case s.Reason != "":
		return p.T("indicator.reason." + s.Reason)
	case s.Breaches > 0:
		return p.N("indicator.verdict.breaches", s.Breaches)
	case s.NotWritten > 0:
		return p.N("indicator.resilience.not-written", s.NotWritten)
	case s.Provisional:
		return p.T("indicator.resilience.provisional")
	default:
		return ""
	}
}

// observations lists the evidence under the figure, fifty rows a page.
func (s *Server) observations(q *request, rows []indicator.Observation) (ui.List, error) {
	p, from := q.Page, 0
	if after := q.URL.Query().Get("after"); after != "" {
		n, err := strconv.Atoi(after)
		if err != nil || n < 0 {
			return ui.List{}, problem.Field("after", "problem.cursor")
		}
		from = min(n, len(rows))
	}
	list := ui.List{
		Caption: p.T("indicator.rows"), Total: len(rows), Exports: true, Nothing: p.T("indicator.rows.nothing"),
		Columns: []ui.Column{
			{Title: p.T("indicator.rows.what")},
			{Title: p.T("indicator.rows.role")},
			{Title: p.T("indicator.rows.part")},
			{Title: p.T("indicator.rows.day")},
			{Title: p.T("indicator.rows.figure." + q.PathValue("id")), Right: true},
		},
		Filters: []ui.Input{{Name: "role", Label: p.T("indicator.rows.role"), Type: "select", Options: anyOf(p, "indicator.role.", "counted", "against", "censored", "excluded")}},
	}
	shown := rows[from:min(from+50, len(rows))]
	if from+50 < len(rows) {
		list.Next = strconv.Itoa(from + 50)
	}
	called, err := s.called(q, observed(shown)...)
	for _, o := range shown {
		list.Rows = append(list.Rows, observationRow(p, o, called))
	}
	return list, err
}

func observed(rows []indicator.Observation) []ref.Ref {
	var all []ref.Ref
	for _, o := range rows {
		if o.Title == "" {
			all = append(all, o.Ref)
			all = append(all, refs("element", o.Part)...)
		}
	}
	return all
}

func observationRow(p ui.Page, o indicator.Observation, called names) ui.Row {
	figure := ui.Words("")
	if o.Figure != nil {
		figure = ui.Words(p.Number(*o.Figure, 0))
	}
	look := map[indicator.Role]ui.State{indicator.Counted: ui.OK, indicator.Against: ui.Warn, indicator.Censored: ui.Plain, indicator.Excluded: ui.Unk}
	return ui.Cells(ui.To(observationHref(o), observationTitle(p.Lang, o, called)),
		ui.Is(look[o.Role], p.T("indicator.role."+string(o.Role))).Below(p.T("indicator.row."+o.Reason)),
		ui.Words(partName(p, o, called)), ui.Words(o.Day), figure)
}

func observationTitle(lang i18n.Lang, o indicator.Observation, called names) string {
	if o.Title != "" {
		return o.Title
	}
	return called.of(lang, o.Ref)
}

func observationHref(o indicator.Observation) string {
	if o.Ref.Kind() == "element" {
		return "/evidence/availability?element=" + o.Ref.ID()
	}
	return itemHref(o.Ref)
}

func partName(p ui.Page, o indicator.Observation, called names) string {
	if o.Part == "" {
		return ""
	}
	if o.Ref.Kind() != "exposure" {
		return called.of(p.Lang, ref.New("element", o.Part))
	}
	tier, err := strconv.Atoi(o.Part)
	if err != nil {
		return o.Part
	}
	return tierName(p, tier)
}

func (s *Server) exportObservations(w http.ResponseWriter, q *request, r indicator.Reading, rows []indicator.Observation) error {
	called, err := s.called(q, observed(rows)...)
	if err != nil {
		return err
	}
	header := []string{"ref", q.T("indicator.rows.what"), q.T("indicator.rows.role"), q.T("indicator.rows.reason"), q.T("indicator.rows.part"), q.T("indicator.rows.day"), q.T("indicator.rows.figure." + r.ID)}
	out := make([][]any, len(rows))
	for i, o := range rows {
		out[i] = []any{
			string(o.Ref), observationTitle(q.Lang(), o, called), q.T("indicator.role." + string(o.Role)), q.T("indicator.row." + o.Reason),
			partName(q.Page, o, called), o.Day, orNil(o.Figure),
		}
	}
	return export(w, q, "indicator-"+r.ID, header, out)
}
