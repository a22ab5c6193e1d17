package web

import (
	"net/http"
	"strconv"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// exposures lists exposures, the open ones unless the address says otherwise.
func (e *evidencePages) exposures(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	in := evidence.ExposureFilter{
		Page: listPage(q), Element: query.Get("element"), Severity: query.Get("severity"), Open: query.Get("open"), KEV: query.Get("kev"), Text: query.Get("q"),
	}
	if tier, err := strconv.Atoi(query.Get("tier")); err == nil {
		in.Tier = tier
	}
	if !query.Has("open") {
		in.Open = "yes"
	}
	page, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpExposures, in)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return export(w, q, "exposures", exposureHeader, exposureRows(page.Items))
	}
	called, err := e.elementsCalled(q, ids(page.Items, func(x evidence.Exposure) string { return x.Element }))
	if err != nil {
		return err
	}
	elements, err := e.elementOptions(q, q.T("evidence.filter.any"))
	if err != nil {
		return err
	}
	q.evidenceTitle(q.T("evidence.tab.exposures"))
	list := inLens(q.Page, exposureList(q, page, in, called, elements), []int{2, 3}, []int{1, 4}, []int{4, 2})
	list.Say, list.Words = exposuresSay(q.Page, in, page.Total), termsOf(q.Page, "exposure-days", "patch-latency", "technical-debt")
	return q.render(w, evidenceListPage(q.Page, q.T("evidence.exposures.lead"), list, nil))
}

var exposureHeader = []string{
	"id", "asset", "element", "tier", "vulnerability", "package", "location", "installed", "fixed", "status", "severity", "exploited", "due", "first", "opened", "closed", "seen",
}

func exposureRows(all []evidence.Exposure) [][]any {
	rows := make([][]any, len(all))
	for i, x := range all {
		rows[i] = []any{
			x.ID, x.Asset, x.Element, x.Tier, x.Vulnerability, x.Package, x.Location, x.Installed, x.Fixed, x.Status, x.Severity, x.Exploited, x.Due,
			instantText(x.First), instantText(x.Opened), instantText(x.Closed), instantText(x.Seen),
		}
	}
	return rows
}

// instantText writes an instant for files; unknown is empty.
func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func exposureList(q *request, page db.PageOf[evidence.Exposure], in evidence.ExposureFilter, called names, elements []ui.Option) ui.List {
	p := q.Page
	list := ui.List{
		Caption: q.T("evidence.tab.exposures"), Sort: q.URL.Query().Get("sort"), Next: page.Next, Total: page.Total, Exports: true, Nothing: q.T("evidence.exposures.none"),
		Columns: []ui.Column{
			{Key: "vulnerability", Title: q.T("evidence.vulnerability")},
			{Key: "severity", Title: q.T("evidence.severity")},
			{Key: "element", Title: q.T("evidence.element")},
			{Key: "package", Title: q.T("evidence.package")},
			{Title: q.T("evidence.tier"), Right: true},
			{Key: "opened", Title: q.T("evidence.opened"), Right: true},
			{Key: "seen", Title: q.T("evidence.seen"), Right: true},
			{Title: q.T("evidence.state")},
		},
		Filters: []ui.Input{
			{Name: "q", Label: q.T("evidence.filter.text")},
			{Name: "severity", Label: q.T("evidence.severity"), Type: "select", Options: chosen(p, "evidence.filter.any", "evidence.severity.", "critical", "high", "medium", "low", "unknown")},
			{Name: "tier", Label: q.T("evidence.tier"), Type: "select", Options: []ui.Option{{Value: "", Text: q.T("evidence.filter.any")}, {Value: "1", Text: "1"}, {Value: "2", Text: "2"}, {Value: "3", Text: "3"}, {Value: "4", Text: "4"}}},
			{Name: "open", Label: q.T("evidence.state"), Type: "select", Value: in.Open, Options: chosen(p, "evidence.filter.any", "evidence.open.", "yes", "no")},
			{Name: "kev", Label: "KEV", Type: "select", Options: chosen(p, "evidence.filter.any", "evidence.kev.", "yes", "late")},
			{Name: "element", Label: q.T("evidence.element"), Type: "select", Options: elements},
		},
	}
	if list.Sort == "" {
		list.Sort = "-severity"
	}
	for _, x := range page.Items {
		list.Rows = append(list.Rows, exposureRow(p, x, called))
	}
	return list
}

func exposureRow(p ui.Page, x evidence.Exposure, called names) ui.Row {
	name := ui.To("/evidence/exposures/"+x.ID, x.Vulnerability)
	name.Mono = true // never broken
	if x.Exploited {
		name = name.Below(p.T("evidence.exploited", "day", day(p, x.Due)))
	}
	tier := ""
	if x.Tier > 0 {
		tier = strconv.Itoa(x.Tier)
	}
	return ui.Cells(name, severityCell(p, x.Severity), elementCell(p, x, called), ui.Words(x.Package).Below(x.Installed), ui.Words(tier),
		ui.Words(p.Date(x.Opened)), ui.Words(p.Date(x.Seen)), openCell(p, x))
}

func elementCell(p ui.Page, x evidence.Exposure, called names) ui.Cell {
	if x.Element == "" {
		return ui.Words(x.Asset).Below(p.T("evidence.no-element"))
	}
	return called.toElement(p, x.Element).Below(x.Asset)
}

func severityCell(p ui.Page, severity string) ui.Cell {
	state := map[string]ui.State{"critical": ui.Bad, "high": ui.Bad, "medium": ui.Warn, "unknown": ui.Unk}[severity]
	if state == "" {
		state = ui.Plain
	}
	return ui.Is(state, p.T("evidence.severity."+severity))
}

func openCell(p ui.Page, x evidence.Exposure) ui.Cell {
	if x.Open {
		return ui.Is(ui.Plain, p.T("evidence.open.yes"))
	}
	return ui.Is(ui.OK, p.T("evidence.open.no")).Below(p.Date(x.Closed))
}

// exposure shows one exposure: its intervals and the records of files that it rests on.
func (e *evidencePages) exposure(w http.ResponseWriter, q *request) error {
	x, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpExposure, evidence.ExposureQuery{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	called, err := e.called(q, append(refs("element", x.Element), people(ids(x.Sightings, func(s evidence.Sighting) string { return ref.Ref(s.By).ID() })...)...)...)
	if err != nil {
		return err
	}
	q.title("evidence", x.Vulnerability, ui.Crumb{Title: q.T("shell.nav.evidence"), Href: "/evidence"}, ui.Crumb{Title: q.T("evidence.tab.exposures"), Href: "/evidence/exposures"})
	return q.render(w, evidenceExposurePage(q.Page, x, lifeline(q.Page, x), called))
}

// sourceHref is the page of a file, at the record that a figure rests on.
func sourceHref(file string, record int, offset int64) string {
	return "/evidence/files/" + file + "?record=" + strconv.Itoa(record) + "&offset=" + strconv.FormatInt(offset, 10)
}

// bar is a piece of a strip: from and width in thousandths, a class of the chart's colours, and words.
type bar struct {
	From, Width float64
	Class       string
	Text        string
}

// lifeline draws the intervals of an exposure from its first sighting to now.
func lifeline(p ui.Page, x evidence.ExposureLife) []bar {
	whole := p.Now.Sub(x.First)
	var bars []bar
	for _, i := range x.Intervals {
		end := i.Closed
		if end.IsZero() {
			end = p.Now
		}
		bars = append(bars, piece(x.First, whole, i.Opened, end, "kf-bad", p.Date(i.Opened)+" – "+p.Date(i.Closed)))
	}
	return bars
}

// piece places a stretch of time on a strip.
func piece(start time.Time, whole time.Duration, from, until time.Time, class, text string) bar {
	if whole <= 0 {
		return bar{From: 0, Width: 1000, Class: class, Text: text}
	}
	scale := func(t time.Time) float64 { return min(1000, max(0, 1000*float64(t.Sub(start))/float64(whole))) }
	return bar{From: scale(from), Width: max(1.5, scale(until)-scale(from)), Class: class, Text: text}
}

func thousandths(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
