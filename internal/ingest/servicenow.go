package ingest

import (
	"slices"
	"strings"
	"time"
)

// ServiceNow exports an incident as one row, or as one row for every audited change. The rows of an incident
// collapse into its latest state. "?" and an empty cell mean "not said". Dates are written as the exporter's
// user likes them: the order of day and month is inferred from all dates of the file, and the time zone is
// the caller's decision.

// ReadIncidents gives out the latest state of every incident, in the order of their first rows. It holds up to
// two rows per incident in memory.
func ReadIncidents(src *Source, o DateOptions, emit func(IncidentRecord) error) (IncidentLog, error) {
	t, err := openTable(src, columns{
		required: []string{"number", "opened_at"},
		optional: []string{
			"incident_state", "priority", "impact", "urgency", "category", "business_service", "cmdb_ci",
			"reopen_count", "resolved_at", "closed_at", "sys_updated_at", "sys_mod_count",
		},
		aliases: map[string]string{
			"state": "incident_state", "opened": "opened_at", "resolved": "resolved_at", "closed": "closed_at",
			"updated": "sys_updated_at", "sys_updated_on": "sys_updated_at", "updates": "sys_mod_count",
			"configuration_item": "cmdb_ci", "service": "business_service", "reopened": "reopen_count",
		},
	})
	if err != nil {
		return IncidentLog{}, err
	}
	l := &incidentReader{t: t, latest: map[string]*incidentRows{}}
	if err := l.rows(); err != nil {
		return IncidentLog{}, err
	}
	order, err := l.votes.decide(src, o.Order)
	if err != nil {
		return IncidentLog{}, err
	}
	log := IncidentLog{Order: order, Zone: o.zone().String(), Rows: l.count, Incidents: len(l.numbers)}
	for _, number := range l.numbers {
		r, err := l.record(l.latest[number], order, o.zone())
		if err != nil {
			return IncidentLog{}, err
		}
		if err := emit(r); err != nil {
			return IncidentLog{}, err
		}
	}
	return log, nil
}

type incidentReader struct {
	t       *table
	votes   dateVotes
	latest  map[string]*incidentRows
	numbers []string // in the order of the file
	count   int
}

// incidentRows keeps the latest row of an incident, once for each way to read the dates while that is not decided.
type incidentRows struct {
	byDay, byMonth incidentRow
	rows           int
}

// incidentRow is a row as written.
type incidentRow struct {
	number, state, priority, impact, urgency, category, service, ci string
	opened, resolved, closed, updated                               stamp
	hasResolved, hasClosed, hasUpdated                              bool
	modified, reopened                                              *int
	own                                                             map[string]string
	at                                                              At
}

func (l *incidentReader) rows() error {
	for {
		more, err := l.t.next()
		if err != nil || !more {
			return err
		}
		row, err := l.row()
		if err != nil {
			return err
		}
		l.count++
		l.keep(row)
	}
}

// keep replaces the latest row of the incident when this one is later.
func (l *incidentReader) keep(row incidentRow) {
	kept := l.latest[row.number]
	if kept == nil {
		l.numbers = append(l.numbers, row.number)
		l.latest[row.number] = &incidentRows{byDay: row, byMonth: row, rows: 1}
		return
	}
	kept.rows++
	if row.later(kept.byDay, DayMonthYear) {
		kept.byDay = row
	}
	if row.later(kept.byMonth, MonthDayYear) {
		kept.byMonth = row
	}
}

// later tells whether the row describes a later state than other. The count of modifications decides, being
// exact; then the time of the update, which is to the minute; then the place in the file.
func (r incidentRow) later(other incidentRow, order DateOrder) bool {
	if r.modified != nil && other.modified != nil && *r.modified != *other.modified {
		return *r.modified > *other.modified
	}
	if r.hasUpdated && other.hasUpdated {
		mine, theirs := r.updated.loose(order), other.updated.loose(order)
		if !mine.Equal(theirs) {
			return mine.After(theirs)
		}
	}
	return r.at.Record > other.at.Record
}

// loose gives an instant for comparing stamps under a supposed order, also when the day does not exist in it.
func (s stamp) loose(order DateOrder) time.Time {
	if s.yearFirst {
		order = YearMonthDay
	}
	t, _ := s.in(order, time.UTC)
	return t
}

func (l *incidentReader) row() (incidentRow, error) {
	t := l.t
	r := incidentRow{
		state: l.text("incident_state"), priority: l.text("priority"), impact: l.text("impact"), urgency: l.text("urgency"),
		category: l.text("category"), service: l.text("business_service"), ci: l.text("cmdb_ci"), own: l.own(), at: t.at,
	}
	if r.number = l.text("number"); r.number == "" {
		return r, t.wrong("number", "ingest.error.required")
	}
	var errs [6]error
	var hasOpened bool
	r.opened, hasOpened, errs[0] = l.date("opened_at")
	r.resolved, r.hasResolved, errs[1] = l.date("resolved_at")
	r.closed, r.hasClosed, errs[2] = l.date("closed_at")
	r.updated, r.hasUpdated, errs[3] = l.date("sys_updated_at")
	r.modified, errs[4] = l.number("sys_mod_count")
	r.reopened, errs[5] = l.number("reopen_count")
	if i := slices.IndexFunc(errs[:], func(err error) bool { return err != nil }); i >= 0 {
		return r, errs[i]
	}
	if !hasOpened {
		return r, t.wrong("opened_at", "ingest.error.required")
	}
	return r, nil
}

// text is a cell, with ServiceNow's null as empty. The clone lets go of the rest of the row.
func (l *incidentReader) text(name string) string {
	text := l.t.cell(name)
	if text == "?" {
		return ""
	}
	return strings.Clone(text)
}

// own are the organisation's own columns that say something; ServiceNow begins their names with "u_".
func (l *incidentReader) own() map[string]string {
	var own map[string]string
	for name := range l.t.columns {
		if !strings.HasPrefix(name, "u_") {
			continue
		}
		if text := l.text(name); text != "" {
			if own == nil {
				own = map[string]string{}
			}
			own[name] = text
		}
	}
	return own
}

func (l *incidentReader) date(name string) (stamp, bool, error) {
	text := l.text(name)
	if text == "" {
		return stamp{}, false, nil
	}
	s, ok := parseStamp(text)
	if !ok {
		return s, false, l.t.wrong(name, "ingest.error.date", "value", clip(text))
	}
	l.votes.add(s, name, l.t.at)
	return s, true, nil
}

func (l *incidentReader) number(name string) (*int, error) {
	text := l.text(name)
	if text == "" {
		return nil, nil // not said
	}
	n, ok := count(text)
	if !ok {
		return nil, l.t.wrong(name, "ingest.error.number", "value", clip(text))
	}
	return &n, nil
}

// record gives the latest state with its dates read in the decided order.
func (l *incidentReader) record(kept *incidentRows, order DateOrder, zone *time.Location) (IncidentRecord, error) {
	row := kept.byDay
	if order == MonthDayYear {
		row = kept.byMonth
	}
	r := IncidentRecord{
		Number: row.number, State: row.state, Priority: row.priority, Impact: row.impact, Urgency: row.urgency,
		Category: row.category, Service: row.service, CI: row.ci, Reopened: row.reopened, Own: row.own, Rows: kept.rows, At: row.at,
	}
	for _, d := range []struct {
		field string
		has   bool
		stamp stamp
		into  *time.Time
	}{
		{"opened_at", true, row.opened, &r.Opened},
		{"resolved_at", row.hasResolved, row.resolved, &r.Resolved},
		{"closed_at", row.hasClosed, row.closed, &r.Closed},
		{"sys_updated_at", row.hasUpdated, row.updated, &r.Updated},
	} {
		if !d.has {
			continue
		}
		at, ok := d.stamp.in(order, zone)
		if !ok {
			return r, l.t.src.wrong(row.at, d.field, "ingest.error.date-order", "order", order)
		}
		*d.into = at
	}
	r.Notes = doubts(r)
	return r, nil
}

// doubts names what cannot be true in a record.
func doubts(r IncidentRecord) (notes []string) {
	if !r.Resolved.IsZero() && r.Resolved.Before(r.Opened) {
		notes = append(notes, "ingest.note.resolved-before-opened")
	}
	if !r.Closed.IsZero() && r.Closed.Before(r.Opened) {
		notes = append(notes, "ingest.note.closed-before-opened")
	}
	return notes
}
