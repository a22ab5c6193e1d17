package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// incidents lists incidents, the newest first.
func (e *evidencePages) incidents(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	in := evidence.IncidentFilter{Page: listPage(q), Service: query.Get("service"), Open: query.Get("open"), Text: query.Get("q")}
	if severity, err := strconv.Atoi(query.Get("severity")); err == nil {
		in.Severity = severity
	}
	page, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpIncidents, in)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return export(w, q, "incidents", incidentHeader, incidentRows(page.Items))
	}
	called, err := e.elementsCalled(q, ids(page.Items, func(i evidence.Incident) string { return i.Service }))
	if err != nil {
		return err
	}
	services, err := e.serviceOptions(q, q.T("evidence.filter.any"))
	if err != nil {
		return err
	}
	q.evidenceTitle(q.T("evidence.tab.incidents"))
	return q.render(w, evidenceListPage(q.Page, q.T("evidence.incidents.lead"), incidentList(q, page, called, services), e.action(q, evidence.OpRecordIncident.Name, "/evidence/incidents/new", "evidence.incident.new")))
}

var incidentHeader = []string{
	"id", "title", "service", "severity", "occurred", "detected", "acknowledged", "contained", "restored", "resolved", "notify", "loss_eur", "minutes_lost", "file", "record",
}

func incidentRows(all []evidence.Incident) [][]any {
	rows := make([][]any, len(all))
	for n, i := range all {
		rows[n] = []any{
			i.ID, i.Title, i.Service, valueOf(i.Severity), instantText(i.Occurred), instantText(i.Detected), instantText(i.Acknowledged),
			instantText(i.Contained), instantText(i.Restored), instantText(i.Resolved), i.Notify, valueOf(i.LossEUR), valueOf(i.MinutesLost), i.File, i.Record,
		}
	}
	return rows
}

// valueOf gives a cell; what is not said is empty.
func valueOf[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

func incidentList(q *request, page db.PageOf[evidence.Incident], called names, services []ui.Option) ui.List {
	p := q.Page
	list := ui.List{
		Caption: q.T("evidence.tab.incidents"), Sort: q.URL.Query().Get("sort"), Next: page.Next, Total: page.Total, Exports: true, Nothing: q.T("evidence.incidents.none"),
		Columns: []ui.Column{
			{Key: "title", Title: q.T("evidence.incident")},
			{Key: "severity", Title: q.T("evidence.severity"), Right: true},
			{Key: "service", Title: q.T("evidence.service")},
			{Key: "detected", Title: q.T("evidence.point.detected"), Right: true},
			{Key: "restored", Title: q.T("evidence.point.restored"), Right: true},
			{Title: q.T("evidence.to-restore"), Right: true},
		},
		Filters: []ui.Input{
			{Name: "q", Label: q.T("evidence.filter.text")},
			{Name: "severity", Label: q.T("evidence.severity.least"), Type: "select", Options: []ui.Option{{Value: "", Text: q.T("evidence.filter.any")}, {Value: "3", Text: "3"}, {Value: "4", Text: "4"}, {Value: "5", Text: "5"}}},
			{Name: "open", Label: q.T("evidence.state"), Type: "select", Options: chosen(p, "evidence.filter.any", "evidence.restored.", "yes", "no")},
			{Name: "service", Label: q.T("evidence.service"), Type: "select", Options: services},
		},
	}
	if list.Sort == "" {
		list.Sort = "-detected"
	}
	for _, i := range page.Items {
		list.Rows = append(list.Rows, incidentRow(p, i, called))
	}
	return list
}

func incidentRow(p ui.Page, i evidence.Incident, called names) ui.Row {
	severity := ui.Is(ui.Unk, p.T("evidence.not-said"))
	if i.Severity != nil {
		severity = ui.Words(strconv.Itoa(*i.Severity))
	}
	restore := ui.Is(ui.Warn, p.T("evidence.restored.yes"))
	if !i.Restored.IsZero() {
		restore = ui.Words(p.Duration(i.Restored.Sub(i.Detected)))
	}
	return ui.Cells(ui.To("/evidence/incidents/"+i.ID, p.In(i.Name())).Below(i.ID), severity, serviceCell(p, i, called),
		ui.Words(p.DateTime(i.Detected)), ui.Words(p.DateTime(i.Restored)), restore)
}

func serviceCell(p ui.Page, i evidence.Incident, called names) ui.Cell {
	switch {
	case i.Service != "":
		return called.toElement(p, i.Service)
	case i.ServiceName != "":
		return ui.Words(i.ServiceName).Below(p.T("evidence.no-element"))
	default:
		return ui.Words(p.T("evidence.not-said"))
	}
}

// incident shows one incident with all its time points.
func (e *evidencePages) incident(w http.ResponseWriter, q *request) error {
	i, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpIncident, evidence.IncidentQuery{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	q.title("evidence", i.ID, ui.Crumb{Title: q.T("shell.nav.evidence"), Href: "/evidence"}, ui.Crumb{Title: q.T("evidence.tab.incidents"), Href: "/evidence/incidents"})
	called, err := e.elementsCalled(q, []string{i.Service})
	if err != nil {
		return err
	}
	var edit templ.Component
	if i.File == "" {
		edit = e.action(q, evidence.OpRecordIncident.Name, "/evidence/incidents/"+i.ID+"/edit", "evidence.edit")
	}
	return q.render(w, evidenceIncidentPage(q.Page, i, called, edit))
}

// recoveries lists recovery tests, the newest first.
func (e *evidencePages) recoveries(w http.ResponseWriter, q *request) error {
	page, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpRecoveryTests, evidence.RecoveryFilter{Page: listPage(q), Service: q.URL.Query().Get("service")})
	if err != nil {
		return err
	}
	if wantsExport(q) {
		rows := make([][]any, len(page.Items))
		for i, t := range page.Items {
			rows[i] = []any{t.ID, t.Title, t.Service, t.Day, t.Kind, valueOf(t.TimeMin), valueOf(t.DataLossMin), t.Recovered, valueOf(t.RTOMin), valueOf(t.RPOMin)}
		}
		return export(w, q, "recoveries", []string{"id", "title", "service", "day", "kind", "time_min", "data_loss_min", "recovered", "rto_min", "rpo_min"}, rows)
	}
	called, err := e.elementsCalled(q, ids(page.Items, func(t evidence.RecoveryTest) string { return t.Service }))
	if err != nil {
		return err
	}
	services, err := e.serviceOptions(q, q.T("evidence.filter.any"))
	if err != nil {
		return err
	}
	q.evidenceTitle(q.T("evidence.tab.recoveries"))
	return q.render(w, evidenceListPage(q.Page, q.T("evidence.recoveries.lead"), recoveryList(q, page, called, services), e.action(q, evidence.OpRecordRecovery.Name, "/evidence/recoveries/new", "evidence.recovery.new")))
}

func recoveryList(q *request, page db.PageOf[evidence.RecoveryTest], called names, services []ui.Option) ui.List {
	p := q.Page
	list := ui.List{
		Caption: q.T("evidence.tab.recoveries"), Sort: q.URL.Query().Get("sort"), Next: page.Next, Total: page.Total, Exports: true, Nothing: q.T("evidence.recoveries.none"),
		Columns: []ui.Column{
			{Key: "title", Title: q.T("evidence.recovery")},
			{Key: "service", Title: q.T("evidence.service")},
			{Key: "kind", Title: q.T("evidence.recovery.kind")},
			{Key: "day", Title: q.T("evidence.recovery.day"), Right: true},
			{Key: "time", Title: q.T("evidence.recovery.time"), Right: true},
			{Title: "RTO, min", Right: true},
			{Title: q.T("evidence.state")},
		},
		Filters: []ui.Input{{Name: "service", Label: q.T("evidence.service"), Type: "select", Options: services}},
	}
	if list.Sort == "" {
		list.Sort = "-day"
	}
	for _, t := range page.Items {
		list.Rows = append(list.Rows, ui.Cells(ui.Words(p.In(t.Name())).Below(t.ID), called.toElement(p, t.Service), ui.Words(p.T("evidence.recovery."+t.Kind)),
			ui.Words(day(p, t.Day)), ui.Words(minutesText(p, t.TimeMin)), ui.Words(minutesText(p, t.RTOMin)), recoveredCell(p, t)))
	}
	return list
}

func minutesText(p ui.Page, minutes *int64) string {
	if minutes == nil {
		return "–"
	}
	return p.Integer(int(*minutes))
}

// recoveredCell says whether the target in force then was met.
func recoveredCell(p ui.Page, t evidence.RecoveryTest) ui.Cell {
	switch {
	case !t.Recovered:
		return ui.Is(ui.Bad, p.T("evidence.recovery.failed"))
	case t.TimeMin == nil || t.RTOMin == nil:
		return ui.Is(ui.Unk, p.T("evidence.recovery.no-target"))
	case *t.TimeMin > *t.RTOMin:
		return ui.Is(ui.Warn, p.T("evidence.recovery.late"))
	default:
		return ui.Is(ui.OK, p.T("evidence.recovery.in-time"))
	}
}
