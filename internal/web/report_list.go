package web

import (
	"net/http"

	"accordo.dev/internal/op"
	"accordo.dev/internal/report"
	"accordo.dev/internal/web/ui"
)

// reportList is the archive: which report, in which state, signed by whom.
func (s *Server) reportList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	all, err := op.Ask(q.Context(), s.Run, q.Actor, report.OpList, report.Filter{Period: query.Get("period"), State: report.State(query.Get("state")), Sort: query.Get("sort")})
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportReports(w, q, all)
	}
	q.title("reports", q.T("report.list.title"))
	return q.render(w, reportListPage(q.Page, reportVerdict(q.Page, all), reportTable(q.Page, all)))
}

// reportVerdict says how many wait for a signature.
func reportVerdict(p ui.Page, all []report.Report) string {
	open := 0
	for _, r := range all {
		if r.Open() {
			open++
		}
	}
	if open == 0 {
		return p.T("report.list.none-open")
	}
	return p.N("report.list.open", open)
}

func reportTable(p ui.Page, all []report.Report) ui.List {
	list := ui.List{
		Caption: p.T("report.list.title"), Sort: p.Query.Get("sort"), Total: len(all), Exports: true, Nothing: p.T("report.list.empty"), Action: ui.Link("/reports/draft", "", p.T("report.list.draft"), ""),
		Columns: []ui.Column{
			{Key: "id", Title: p.T("report.col.id")},
			{Key: "state", Title: p.T("report.col.state")},
			{Title: p.T("report.col.signatures")},
			{Key: "as-of", Title: p.T("report.col.as-of")},
			{Title: p.T("report.col.files")},
		},
		Filters: []ui.Input{
			{Name: "period", Label: p.T("report.col.period")},
			{Name: "state", Label: p.T("report.col.state"), Type: "select", Options: anyOf(p, "report.state.", "frozen", "partly-signed", "signed", "withdrawn")},
		},
	}
	if list.Sort == "" {
		list.Sort = "-as-of"
	}
	for _, r := range all {
		list.Rows = append(list.Rows, ui.Cells(
			ui.To("/reports/"+r.ID, r.ID).Below(report.PeriodName(p.Lang, r.Period)), ui.Is(reportState(r.State), p.T("report.state."+string(r.State))),
			ui.Of(reportSigners(p, r)), ui.Words(p.DateTime(r.AsOf)), ui.Of(reportFiles(p, r)),
		))
	}
	return list
}

// reportState is how a state looks.
func reportState(s report.State) ui.State {
	switch s {
	case report.StateSigned:
		return ui.OK
	case report.StateFrozen, report.StatePartlySigned:
		return ui.Warn
	default:
		return ui.Plain
	}
}

// keyOf is how the signature of an office stands.
func keyOf(r report.Report, office string) ui.KeyState {
	if r.Signature(office) != nil {
		return ui.Signed
	}
	return ui.Missing
}

func exportReports(w http.ResponseWriter, q *request, all []report.Report) error {
	header := []string{q.T("report.col.id"), q.T("report.col.period"), q.T("report.col.state"), q.T("report.col.as-of"), "CIO", "CISO", "sha-256"}
	var rows [][]any
	for _, r := range all {
		rows = append(rows, []any{r.ID, r.Period, q.T("report.state." + string(r.State)), q.Page.DateTime(r.AsOf), signerName(r, "cio"), signerName(r, "ciso"), r.Snapshot})
	}
	return export(w, q, "reports", header, rows)
}

func signerName(r report.Report, office string) string {
	if s := r.Signature(office); s != nil {
		return s.Name
	}
	return ""
}
