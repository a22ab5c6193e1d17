package evidence

import (
	"cmp"
	"context"
	"reflect"
	"strconv"
	"strings"
	"time"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ServiceNow tells when an incident was opened, resolved and closed. An organisation that keeps more time points
// exports them in columns of its own: u_severity, u_occurred_at, u_detected_at, u_acknowledged_at, u_contained_at,
// u_restored_at, u_notify, u_loss_eur, u_minutes_lost. A cell that is empty or "?" says nothing.
//
// Of several exports the state with the latest update is kept, whichever was loaded first. An incident that a
// later export does not hold stays: exports are filtered.

// incidents reads an export of ServiceNow.
func (w *importing) incidents(ctx context.Context) error {
	dates, err := w.dates()
	if err != nil {
		return err
	}
	var records []ingest.IncidentRecord
	log, err := ingest.ReadIncidents(w.src, dates, func(r ingest.IncidentRecord) error {
		records = append(records, r)
		return nil
	})
	if err != nil {
		return err
	}
	w.result.Order, w.result.Zone = string(log.Order), log.Zone
	w.file.Options["order"], w.file.Options["zone"] = string(log.Order), log.Zone
	w.result.Counts.Records = log.Rows
	for _, r := range records {
		if err := w.incident(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// incident brings one incident up to the state of the file.
func (w *importing) incident(ctx context.Context, r ingest.IncidentRecord) error {
	now, err := w.readIncident(r)
	if err != nil {
		return err
	}
	old, found, err := findIncident(ctx, w.tx, now.ID)
	if err != nil {
		return err
	}
	c := &w.result.Counts
	switch {
	case found && old.File == "":
		w.warn("evidence.warning.by-hand", "id", now.ID)
		c.Unchanged++
		return nil
	case found && !now.newer(old):
		c.Unchanged++
		return nil
	case found && now.sameFacts(old):
		c.Unchanged++
	case found:
		if !old.Restored.IsZero() && now.Restored.IsZero() {
			c.Reopened++
		} else {
			c.Changed++
		}
	default:
		c.New++
	}
	return now.save(ctx, w.tx)
}

// newer tells whether this state is later than another; two states of the same instant are ordered by content.
func (i Incident) newer(old Incident) bool {
	return cmp.Or(i.Updated.Compare(old.Updated), cmp.Compare(i.Tie, old.Tie)) > 0
}

// sameFacts tells whether two states differ only in where they are written.
func (i Incident) sameFacts(old Incident) bool {
	for _, one := range []*Incident{&i, &old} {
		one.File, one.Record, one.Offset, one.Tie, one.Updated, one.Service = "", 0, 0, 0, time.Time{}, ""
		if len(one.Doubts) == 0 {
			one.Doubts = nil
		}
	}
	return reflect.DeepEqual(i, old)
}

func (w *importing) readIncident(r ingest.IncidentRecord) (Incident, error) {
	if !ref.ValidID(r.Number) {
		return Incident{}, w.incidentProblem(r, "number", "evidence.error.id", "value", r.Number)
	}
	i := Incident{
		ID: r.Number, Title: incidentTitle(r), File: w.file.ID, Record: r.At.Record, Offset: r.At.Offset, State: r.State,
		Detected: r.Opened, Restored: r.Resolved, Resolved: r.Resolved, Cause: r.Category, Severity: severityOf(r.Priority),
		Updated: r.Updated, Doubts: r.Notes, Tie: tie(w.file.ID),
	}
	if i.Updated.IsZero() {
		i.Updated = latest(r.Opened, r.Resolved, r.Closed)
	}
	if err := w.applyOwn(&i, r); err != nil {
		return i, err
	}
	for _, name := range []string{r.Service, r.CI} {
		if name == "" {
			continue
		}
		i.ServiceName = cmp.Or(i.ServiceName, name)
		if id := w.find.find(name); id != "" {
			i.Service, i.ServiceName = id, name
			break
		}
	}
	if i.Service == "" && i.ServiceName != "" {
		w.loose[i.ServiceName]++
	}
	return i, nil
}

func incidentTitle(r ingest.IncidentRecord) string {
	parts := []string{r.Number}
	for _, part := range []string{r.Category, cmp.Or(r.Service, r.CI)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}

// severityOf turns ServiceNow's priority, "1 - Critical" to "5 - Planning", into a severity, 5 the worst.
func severityOf(priority string) *int {
	if priority == "" || priority[0] < '1' || priority[0] > '5' {
		return nil
	}
	severity := 6 - int(priority[0]-'0')
	return &severity
}

func latest(all ...time.Time) time.Time {
	var last time.Time
	for _, at := range all {
		if at.After(last) {
			last = at
		}
	}
	return last
}

func (w *importing) incidentProblem(r ingest.IncidentRecord, field, key string, args ...any) error {
	return problem.Field(field, key, args...).At(problem.Source{File: w.in.Name, Line: r.At.Line, Record: r.At.Record})
}

// applyOwn reads the organisation's own columns.
func (w *importing) applyOwn(i *Incident, r ingest.IncidentRecord) error {
	points := map[string]*time.Time{
		"u_occurred_at": &i.Occurred, "u_detected_at": &i.Detected, "u_acknowledged_at": &i.Acknowledged,
		"u_contained_at": &i.Contained, "u_restored_at": &i.Restored,
	}
	for column, into := range points {
		if r.Own[column] == "" {
			continue
		}
		at, ok := w.ownDate(r.Own[column])
		if !ok {
			return w.incidentProblem(r, column, "ingest.error.date", "value", r.Own[column])
		}
		*into = at
	}
	numbers := map[string]**float64{"u_loss_eur": &i.LossEUR, "u_minutes_lost": &i.MinutesLost}
	for column, into := range numbers {
		if r.Own[column] == "" {
			continue
		}
		v, err := strconv.ParseFloat(r.Own[column], 64)
		if err != nil || v < 0 || v >= 1e13 {
			return w.incidentProblem(r, column, "ingest.error.number", "value", r.Own[column])
		}
		*into = &v
	}
	return w.ownChoices(i, r)
}

func (w *importing) ownChoices(i *Incident, r ingest.IncidentRecord) error {
	if text := r.Own["u_severity"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 5 {
			return w.incidentProblem(r, "u_severity", "ingest.error.value", "value", text)
		}
		i.Severity = &n
	}
	switch text := r.Own["u_notify"]; text {
	case "", "none-due", "in-time", "late", "missing":
		i.Notify = text
	default:
		return w.incidentProblem(r, "u_notify", "ingest.error.value", "value", text)
	}
	return nil
}

// ownDate reads a date in the order and zone in which the other dates of the file were read.
func (w *importing) ownDate(text string) (time.Time, bool) {
	zone, err := time.LoadLocation(w.result.Zone)
	if err != nil {
		return time.Time{}, false
	}
	days := map[string]string{"ymd": "2006-1-2", "dmy": "2/1/2006", "mdy": "1/2/2006"}
	plain := strings.NewReplacer("T", " ").Replace(text)
	for _, layout := range []string{time.RFC3339, days[w.result.Order], "2006-1-2"} {
		for _, clock := range []string{"", " 15:04", " 15:04:05"} {
			for _, form := range []string{text, plain, slashed(plain)} {
				if at, err := time.ParseInLocation(layout+clock, form, zone); err == nil {
					return at.UTC(), true
				}
			}
		}
	}
	return time.Time{}, false
}

func slashed(text string) string { return strings.NewReplacer("-", "/", ".", "/").Replace(text) }
