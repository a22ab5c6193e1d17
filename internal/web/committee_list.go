package web

import (
	"cmp"
	"net/http"
	"time"

	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// committeeList lists the committees: who presides, when they meet next, what is late.
func (s *Server) committeeList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpList, committee.Filter{Text: query.Get("text"), State: query.Get("state"), Sort: query.Get("sort")})
	if err != nil {
		return err
	}
	var who []ref.Ref
	for _, row := range rows {
		who = append(who, seated(row.Seats)...)
	}
	called, err := s.called(q, who...)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportCommittees(w, q, rows, called)
	}
	q.title("roles", q.T("committee.title"))
	return q.render(w, committeesPage(q.Page, committeeTable(q.Page, rows, called), committeesVerdict(q.Page, rows), s.refusal(q, committee.OpFound.Name)))
}

// seated are the people who take seats.
func seated(seats []committee.Seat) []ref.Ref {
	var all []ref.Ref
	for _, seat := range seats {
		all = append(all, people(seat.Person, seat.Delegate)...)
	}
	return all
}

func committeesVerdict(p ui.Page, rows []committee.Row) string {
	late, waits := 0, 0
	var next *committee.Row
	for n, row := range rows {
		late, waits = late+row.Late, waits+row.Waits
		if row.Next != nil && (next == nil || row.Next.Start.Before(next.Next.Start)) {
			next = &rows[n]
		}
	}
	if len(rows) == 0 {
		return p.T("committee.verdict.none")
	}
	text := ""
	if next != nil {
		text = p.T("committee.verdict.next", "committee", next.Title(), "when", p.DateTime(next.Next.Start)) + " "
	}
	text += p.N("committee.verdict.late", late)
	if waits > 0 {
		text += " " + p.N("committee.verdict.waits", waits)
	}
	return text
}

func committeeTable(p ui.Page, rows []committee.Row, called names) ui.List {
	list := ui.List{
		Caption: p.T("committee.title"), Sort: cmp.Or(p.Query.Get("sort"), "name"), Total: len(rows), Exports: true, Nothing: p.T("committee.none"),
		Columns: []ui.Column{
			{Key: "name", Title: p.T("committee.col.name")},
			{Title: p.T("committee.col.chairs")},
			{Title: p.T("committee.cadence")},
			{Key: "next", Title: p.T("committee.col.next")},
			{Title: p.T("committee.col.open"), Right: true},
			{Key: "late", Title: p.T("committee.col.late"), Right: true},
		},
		Filters: []ui.Input{
			{Name: "text", Label: p.T("committee.col.name")},
			{Name: "state", Label: p.T("committee.col.state"), Type: "select", Options: anyOf(p, "committee.is.", "active", "ended")},
		},
	}
	for _, row := range rows {
		late := ui.Words(p.Integer(row.Late))
		if row.Late > 0 {
			late = ui.Is(ui.Bad, p.Integer(row.Late))
		}
		list.Rows = append(list.Rows, ui.Cells(
			ui.To("/roles/committees/"+row.ID, row.Title().In(p.Lang)).Below(row.ReportingTo().In(p.Lang)), ui.Words(chairsOf(p, row, called)),
			ui.Words(cadenceWords(p, row.Cadence)), nextCell(p, row), ui.Words(p.Integer(row.Open)), late))
	}
	return list
}

func nextCell(p ui.Page, row committee.Row) ui.Cell {
	switch {
	case row.Next == nil:
		return ui.Words("–")
	case row.Next.Sitting != "" && row.Reads:
		return ui.To("/roles/sittings/"+row.Next.Sitting, p.DateTime(row.Next.Start)).Below(p.T("committee.state." + string(row.Next.State)))
	case row.Next.Sitting != "":
		return ui.Words(p.DateTime(row.Next.Start)).Below(p.T("committee.state." + string(row.Next.State)))
	default:
		return ui.Words(p.DateTime(row.Next.Start)).Below(p.T("committee.by-cadence"))
	}
}

func chairsOf(p ui.Page, row committee.Row, called names) string {
	var names []string
	for _, seat := range row.Seats {
		if seat.Role.Chairs() {
			names = append(names, seatName(p, called, seat.Office, seat.Person))
		}
	}
	return listed(p, names)
}

// seatName names a seat: "CISO (Davide Sorrentino)", or the person.
func seatName(p ui.Page, called names, office, person string) string {
	switch {
	case office == "":
		return called.person(p.Lang, person)
	case person == "":
		return p.T("committee.vacant-office", "office", p.T("office."+office))
	default:
		return p.T("office."+office) + " (" + called.person(p.Lang, person) + ")"
	}
}

// cadenceWords says when a committee meets: "every 4 weeks on Tuesday, 15:00".
func cadenceWords(p ui.Page, c committee.Cadence) string {
	switch {
	case c.Every == 0:
		return p.T("committee.cadence.called")
	case c.Unit == "weeks":
		return p.N("committee.cadence.weeks", c.Every, "day", p.T("committee.weekday."+c.Weekday), "at", c.At)
	default:
		return p.N("committee.cadence.months", c.Every, "week", p.T("committee.week."+weekKey(c.Week)), "day", p.T("committee.weekday."+c.Weekday), "at", c.At)
	}
}

func weekKey(week int) string {
	if week < 1 || week > 4 {
		return "last"
	}
	return string(rune('0' + week))
}

func exportCommittees(w http.ResponseWriter, q *request, rows []committee.Row, called names) error {
	header := []string{"id", q.T("committee.col.name"), q.T("committee.col.chairs"), q.T("committee.cadence"), q.T("committee.col.next"), q.T("committee.col.open"), q.T("committee.col.late")}
	cells := make([][]any, len(rows))
	for n, row := range rows {
		next := ""
		if row.Next != nil {
			next = row.Next.Start.In(i18n.Rome).Format(time.RFC3339)
		}
		cells[n] = []any{row.ID, row.Title().In(q.Lang()), chairsOf(q.Page, row, called), cadenceWords(q.Page, row.Cadence), next, row.Open, row.Late}
	}
	return export(w, q, "committees", header, cells)
}
