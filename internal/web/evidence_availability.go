package web

import (
	"net/http"
	"time"

	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// availabilityDays is how far back the strips of availability reach.
const availabilityDays = 90

// serviceTime is how a service spent the last days.
type serviceTime struct {
	ID, Name string
	evidence.Time
	Bars []bar
}

// availability shows a strip for each service that somebody reported on or that the map calls a service.
func (e *evidencePages) availability(w http.ResponseWriter, q *request) error {
	until := q.Page.Now.UTC()
	from := until.AddDate(0, 0, -availabilityDays)
	services, err := e.services(q, from)
	if err != nil {
		return err
	}
	for i := range services {
		if err := e.fillTime(q, &services[i], from, until); err != nil {
			return err
		}
	}
	if wantsExport(q) {
		rows := make([][]any, len(services))
		for i, s := range services {
			rows[i] = []any{s.ID, s.Name, s.Up, s.Down, s.Planned, s.Unknown}
		}
		return export(w, q, "availability", []string{"element", "name", "up_minutes", "down_minutes", "planned_minutes", "unknown_minutes"}, rows)
	}
	list := inLens(q.Page, availabilityList(q, services), []int{1, 2}, []int{4, 2}, []int{2, 4})
	list.Say, list.Words = availabilitySay(q.Page, services), termsOf(q.Page, "availability", "sla", "minutes")
	q.evidenceTitle(q.T("evidence.tab.availability"))
	return q.render(w, evidenceListPage(q.Page, q.Page.N("evidence.availability.lead", availabilityDays), list, nil))
}

// services lists the services of the map, and other elements that somebody reported on.
func (e *evidencePages) services(q *request, from time.Time) ([]serviceTime, error) {
	var all []serviceTime
	seen := map[string]bool{}
	page, err := op.Ask(q.Context(), e.Run, q.Actor, landscape.OpServices, struct{}{})
	if err != nil {
		return nil, err
	}
	for _, s := range page {
		seen[s.ID] = true
		all = append(all, serviceTime{ID: s.ID})
	}
	months, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpMonths, evidence.MonthFilter{From: from.Format("2006-01")})
	if err != nil {
		return nil, err
	}
	for _, m := range months {
		if !seen[m.Element] {
			seen[m.Element] = true
			all = append(all, serviceTime{ID: m.Element})
		}
	}
	called, err := e.elementsCalled(q, ids(all, func(s serviceTime) string { return s.ID }))
	for i := range all {
		all[i].Name = called.element(q.Page, all[i].ID)
	}
	return all, err
}

func (e *evidencePages) fillTime(q *request, s *serviceTime, from, until time.Time) error {
	in := evidence.AvailabilityFilter{Element: s.ID, From: from, Until: until}
	spent, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpDowntime, in)
	if err != nil {
		return err
	}
	s.Time = spent
	intervals, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpAvailability, in)
	if err != nil {
		return err
	}
	for _, i := range intervals {
		text := q.T("evidence.time."+string(i.State)) + " " + q.Page.DateTime(i.From) + " – " + q.Page.DateTime(i.Until)
		s.Bars = append(s.Bars, piece(from, until.Sub(from), i.From, i.Until, stateClass(i.State), text))
	}
	return nil
}

func stateClass(state evidence.State) string {
	switch state {
	case evidence.Up:
		return "kf-ok"
	case evidence.DownState:
		return "kf-bad"
	case evidence.Planned:
		return "kf-second"
	default:
		return "kf-unknown"
	}
}

func availabilityList(q *request, services []serviceTime) ui.List {
	p := q.Page
	list := ui.List{
		Caption: q.T("evidence.tab.availability"), Total: len(services), Exports: true, Nothing: q.T("evidence.availability.none"),
		Columns: []ui.Column{
			{Title: q.T("evidence.service")},
			{Title: q.T("evidence.time.strip"), Wide: true},
			{Title: q.T("evidence.time.down"), Right: true},
			{Title: q.T("evidence.time.planned"), Right: true},
			{Title: q.T("evidence.time.known"), Right: true},
		},
	}
	for _, s := range services {
		known := ui.Words(p.Percent(s.Known(), 0))
		if s.Known() < 0.8 {
			known = ui.Is(ui.Unk, p.Percent(s.Known(), 0))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.To("/landscape/"+s.ID, s.Name), ui.Of(evidenceStrip(s.Name, s.Bars)),
			ui.Words(p.Number(s.Down, 0)), ui.Words(p.Number(s.Planned, 0)), known))
	}
	return list
}
