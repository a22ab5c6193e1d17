package web

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/web/ui"
)

// compareView is what the page of two days shows.
type compareView struct {
	landscape.Comparison
	Presets []ui.Tab
	Err     error
}

// landscapeCompare shows what became different between two days.
func (s *Server) landscapeCompare(w http.ResponseWriter, q *request) error {
	org, err := op.Ask(q.Context(), s.Run, q.Actor, organisation.OpGet, struct{}{})
	if err != nil {
		return err
	}
	now := q.Page.Now
	month := now.AddDate(0, -1, 0).Format(time.DateOnly)
	in := landscape.CompareIn{From: cmp.Or(q.URL.Query().Get("from"), org.LastSitting, month), To: q.URL.Query().Get("to")}
	v := compareView{}
	v.Presets = presets(q.Page, in, [][2]string{
		{org.LastSitting, "landscape.compare.sitting"},
		{now.AddDate(0, 0, -7).Format(time.DateOnly), "landscape.compare.week"},
		{month, "landscape.compare.month"},
		{now.AddDate(0, -3, 0).Format(time.DateOnly), "landscape.compare.quarter"},
	})
	if v.Comparison, err = op.Ask(q.Context(), s.Run, q.Actor, landscape.OpCompare, in); err != nil {
		v.From, v.To, v.Err = in.From, in.To, err
	}
	if wantsExport(q) && err == nil {
		header, rows := differenceTable(q.Page, v.Differences)
		return export(w, q, "compare", header, rows)
	}
	q.landscapeTitle(q.T("landscape.compare.title"))
	if err != nil {
		return q.again(w, err, comparePage(q.Page, v))
	}
	return q.render(w, comparePage(q.Page, v))
}

// presets are days that people compare with; one that nobody knows is left out.
func presets(p ui.Page, in landscape.CompareIn, days [][2]string) []ui.Tab {
	var tabs []ui.Tab
	for _, d := range days {
		if d[0] != "" {
			tabs = append(tabs, ui.Tab{Title: p.T(d[1]), N: day(p, d[0]), Href: "/landscape/compare?from=" + d[0], Current: in.To == "" && in.From == d[0]})
		}
	}
	return tabs
}

func compareVerdict(p ui.Page, v compareView) string {
	if len(v.Differences) == 0 && len(v.New)+len(v.Solved) == 0 {
		return p.T("landscape.compare.same", "from", day(p, v.From), "to", day(p, v.To))
	}
	return p.T("landscape.compare.verdict", "from", day(p, v.From), "created", v.Count(change.Create), "changed", v.Count(change.Update), "ended", v.Count(change.Remove),
		"new", len(v.New), "solved", len(v.Solved))
}

// differenceTable writes differences for a spreadsheet, one field a row.
func differenceTable(p ui.Page, all []landscape.Difference) ([]string, [][]any) {
	var rows [][]any
	for _, d := range all {
		row := []any{string(d.Change.Kind), d.Subject, d.ID, differenceName(p, d), d.Kind}
		if len(d.Fields) == 0 {
			rows = append(rows, append(row, nil, nil, nil))
		}
		for _, f := range d.Fields {
			rows = append(rows, append(append([]any{}, row...), f.Name, f.Old, f.New))
		}
	}
	return []string{"what", "subject", "id", "name", "kind", "field", "before", "after"}, rows
}

func differenceName(p ui.Page, d landscape.Difference) string {
	name := p.In(nameOr(d.Name, d.ID))
	if d.Subject == "connection" {
		return name + " – " + p.In(d.OtherName)
	}
	return name
}

func differenceKind(p ui.Page, d landscape.Difference) string {
	switch d.Subject {
	case "element":
		return p.T("landscape.kind." + d.Kind)
	case "connection":
		return p.T("landscape.compare.connection", "kind", p.T("landscape.tie."+d.Kind))
	default:
		return p.T("landscape.compare.agreement", "kind", p.T("landscape.agreement.kind."+d.Kind))
	}
}

func differenceList(p ui.Page, v compareView) ui.List {
	list := ui.List{
		Caption: p.T("landscape.compare.differences"), Exports: true, Nothing: p.T("landscape.compare.none"),
		Columns: []ui.Column{{Title: p.T("landscape.compare.thing")}, {Title: p.T("landscape.compare.what")}, {Title: p.T("landscape.field.kind")}, {Title: p.T("landscape.compare.fields"), Wide: true}},
		Filters: []ui.Input{
			{Name: "what", Label: p.T("landscape.compare.what"), Type: "select", Options: anyOf(p, "landscape.compare.what.", "create", "change", "remove")},
			{Name: "subject", Label: p.T("landscape.compare.subject"), Type: "select", Options: anyOf(p, "landscape.compare.subject.", "element", "connection", "agreement")},
			{Name: "from", Type: "hidden", Value: v.From},
			{Name: "to", Type: "hidden", Value: p.Query.Get("to")},
		},
	}
	what, subject := p.Query.Get("what"), p.Query.Get("subject")
	for _, d := range v.Differences {
		if what != "" && string(d.Change.Kind) != what || subject != "" && d.Subject != subject {
			continue
		}
		list.Total++
		if len(list.Rows) == mostLost {
			continue
		}
		name := ui.Words(differenceName(p, d))
		if d.Page != "" {
			name = ui.To("/landscape/"+d.Page, differenceName(p, d))
		}
		list.Rows = append(list.Rows, ui.Cells(name, ui.Words(p.T("landscape.compare.what."+string(d.Change.Kind))), ui.Words(differenceKind(p, d)), ui.Words(fieldWords(p, d.Fields))))
	}
	return list
}

// fieldWords says which fields changed, from what to what.
func fieldWords(p ui.Page, fields []change.Field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = p.T("landscape.field."+f.Name) + ": " + orDash(f.Old) + " → " + orDash(f.New)
	}
	return strings.Join(parts, "; ")
}

func measureList(p ui.Page, v compareView) ui.List {
	list := ui.List{
		Caption: p.T("landscape.compare.measures"), Total: len(v.Measures),
		Columns: []ui.Column{{Title: p.T("landscape.compare.measure")}, {Title: day(p, v.From), Right: true}, {Title: day(p, v.To), Right: true}, {Title: p.T("landscape.compare.moved"), Right: true}},
	}
	for _, m := range v.Measures {
		moved := "–"
		if n := m.After - m.Before; n > 0 {
			moved = "+" + p.Integer(n)
		} else if n < 0 {
			moved = "−" + p.Integer(-n)
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(p.T("landscape.compare.measure."+m.Name)), ui.Words(p.Integer(m.Before)), ui.Words(p.Integer(m.After)), ui.Words(moved)))
	}
	return list
}
