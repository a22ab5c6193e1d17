package web

import (
	"net/http"
	"time"

	ics "github.com/arran4/golang-ical"

	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/op"
)

// obligationCalendar gives the due days of the next twelve months as iCalendar (RFC 5545), for the calendars of
// people. The name of an event stays the same for the same obligation and day, so that a second import changes it
// and adds none.
func (s *Server) obligationCalendar(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := obligation.Filter{Office: query.Get("office"), Profile: query.Get("profile"), State: obligation.State(query.Get("state")), Text: query.Get("text")}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, obligation.OpList, filter)
	if err != nil {
		return err
	}
	p := q.Page
	cal := ics.NewCalendarFor("accordo")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName(p.T("obligation.list.title") + " · " + p.Org)
	for _, row := range rows {
		if row.State == obligation.NotApplicable {
			continue
		}
		for _, due := range row.Frequency.Coming(row.Due, p.Now.AddDate(1, 0, 0).Format(time.DateOnly), row.Setting.Months) {
			day, err := time.Parse(time.DateOnly, due)
			if err != nil {
				return err
			}
			event := cal.AddEvent(row.ID + "-" + due + "@accordo")
			event.SetDtStampTime(p.Now)
			event.SetAllDayStartAt(day)
			event.SetAllDayEndAt(day.AddDate(0, 0, 1))
			event.SetSummary(row.Name().In(p.Lang))
			event.SetDescription(p.T("obligation.calendar.text", "who", whoActs(p, row.Obligation), "provisions", provisions(p, row.Obligation)))
		}
	}
	attach(w, "obligations.ics", "text/calendar; charset=utf-8")
	_, err = w.Write([]byte(cal.Serialize()))
	return err
}
