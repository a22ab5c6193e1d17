package web

import (
	"net/http"
	"strconv"
	"strings"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// initiativeList lists what the fund may pay, and what each initiative removes for its cost.
func (s *Server) initiativeList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	year, _ := strconv.Atoi(query.Get("year")) //nolint:errcheck // anything else means every year
	filter := budget.Filter{
		Text: query.Get("text"), State: query.Get("state"), Nature: query.Get("nature"), Risk: query.Get("risk"), Year: year, Sort: query.Get("sort"),
	}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpList, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportInitiatives(w, q, rows)
	}
	years, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpYears, struct{}{})
	if err != nil {
		return err
	}
	s.fundTitle(q, q.T("budget.initiatives"))
	return q.render(w, initiativesPage(q.Page, initiativeTable(q.Page, rows, years), initiativesVerdict(q.Page, rows), s.refusal(q, budget.OpWrite.Name)))
}

// fundTitle names a page below the fund.
func (s *Server) fundTitle(q *request, title string, crumbs ...ui.Crumb) {
	q.title("fund", title, append([]ui.Crumb{{Title: q.T("budget.title"), Href: "/fund"}}, crumbs...)...)
}

func initiativesVerdict(p ui.Page, rows []budget.Row) string {
	free, unknown := 0, 0
	for _, row := range rows {
		if !row.Committed() {
			free++
		}
		if row.RemovesEUR == nil {
			unknown++
		}
	}
	text := p.N("budget.initiatives.verdict", len(rows), "free", free)
	if unknown > 0 {
		text += " " + p.N("budget.initiatives.unknown", unknown)
	}
	return text
}

func initiativeTable(p ui.Page, rows []budget.Row, years []budget.Standing) ui.List {
	inYear := []ui.Option{{Text: p.T("web.filter.any")}}
	for _, s := range years {
		year := strconv.Itoa(s.Fund.Year)
		inYear = append(inYear, ui.Option{Value: year, Text: year})
	}
	list := ui.List{
		Caption: p.T("budget.initiatives"), Sort: p.Query.Get("sort"), Total: len(rows), Exports: true, Nothing: p.T("budget.initiatives.none"),
		Columns: []ui.Column{
			{Key: "title", Title: p.T("budget.col.title")},
			{Key: "state", Title: p.T("budget.col.state")},
			{Key: "starts", Title: p.T("budget.col.starts"), Right: true},
			{Key: "cost", Title: p.T("budget.col.cost"), Right: true},
			{Key: "spent", Title: p.T("budget.spent.short"), Right: true},
			{Key: "removes", Title: p.T("budget.col.removes"), Right: true},
			{Key: "worth", Title: p.T("budget.col.worth"), Right: true},
			{Key: "ratio", Title: p.T("budget.col.ratio"), Right: true},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("budget.col.title")},
			{Name: "state", Label: p.T("budget.col.state"), Type: "select", Options: anyOf(p, "budget.state.", "idea", "proposed", "funded", "done")},
			{Name: "nature", Label: p.T("budget.nature"), Type: "select", Options: anyOf(p, "budget.nature.", "preventive", "reactive")},
			{Name: "year", Label: p.T("budget.col.year"), Type: "select", Options: inYear},
		},
	}
	if list.Sort == "" {
		list.Sort = "-ratio"
	}
	for _, row := range rows {
		list.Rows = append(list.Rows, initiativeRow(p, row))
	}
	return list
}

// maybeOf writes a figure that may be unknown.
func maybeOf(p ui.Page, x *float64, write func(float64) string) string {
	if x == nil {
		return p.T("chart.unknown")
	}
	return write(*x)
}

func initiativeRow(p ui.Page, row budget.Row) ui.Row {
	removes := ui.Words(maybeOf(p, row.RemovesEUR, p.Euro))
	if row.Said {
		removes = removes.Below(p.T("budget.said"))
	}
	worth := ui.Words(p.Euro(row.WorthEUR))
	if row.Unpriced > 0 {
		worth = worth.Below(p.N("budget.unpriced", row.Unpriced))
	}
	ratio := func(x float64) string { return p.Number(x, 2) }
	return ui.Cells(ui.To("/fund/initiatives/"+row.ID, row.Name().In(p.Lang)).Below(initiativeMarks(p, row)), ui.Is(initiativeState(row), p.T("budget.state."+string(row.State))),
		ui.Words(strconv.Itoa(row.Starts())), ui.Words(p.Euro(row.TotalEUR)), ui.Words(p.Euro(row.SpentEUR)), removes, worth, ui.Words(maybeOf(p, row.Ratio(), ratio)))
}

func initiativeState(row budget.Row) ui.State {
	if row.Committed() {
		return ui.OK
	}
	return ui.Plain
}

// initiativeMarks are what sets an initiative apart when one chooses.
func initiativeMarks(p ui.Page, row budget.Row) string {
	var marks []string
	if row.Mandatory != nil {
		marks = append(marks, p.T("budget.mandatory."+row.Mandatory.By))
	}
	if row.Security {
		marks = append(marks, p.T("budget.security"))
	}
	if row.Nature == budget.Reactive {
		marks = append(marks, p.T("budget.nature.reactive"))
	}
	return strings.Join(marks, " · ")
}

func exportInitiatives(w http.ResponseWriter, q *request, rows []budget.Row) error {
	header := []string{
		"id", q.T("budget.col.title"), q.T("budget.col.state"), q.T("budget.col.starts"), q.T("budget.f.cost_eur"), q.T("budget.days"), q.T("budget.f.spent_eur"),
		q.T("budget.f.removes_eur_year"), q.T("budget.col.worth"), q.T("budget.col.ratio"), "ROSI", q.T("budget.f.security"), q.T("budget.nature"), q.T("budget.col.about"),
	}
	cells := make([][]any, len(rows))
	for i, row := range rows {
		var risks []string
		for _, c := range row.Changes {
			risks = append(risks, c.Title.In(q.Lang()))
		}
		cells[i] = []any{
			row.ID, row.Name().In(q.Lang()), q.T("budget.state." + string(row.State)), row.Starts(), row.TotalEUR, row.StaffDays(), row.SpentEUR,
			orNil(row.RemovesEUR), row.WorthEUR, orNil(row.Ratio()), orNil(row.ROSI()), row.Security, q.T("budget.nature." + string(row.Nature)), strings.Join(risks, "; "),
		}
	}
	return export(w, q, "initiatives", header, cells)
}
