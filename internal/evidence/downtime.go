package evidence

import (
	"context"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Time is how the minutes of a stretch of time were spent. Down is weighted: a minute in which half worked is
// half a minute. Unknown holds the minutes that nobody reported.
type Time struct {
	Up      float64 `json:"up"`
	Down    float64 `json:"down"`
	Planned float64 `json:"planned"`
	Unknown float64 `json:"unknown"`
}

// Total is the whole stretch, in minutes.
func (t Time) Total() float64 { return t.Up + t.Down + t.Planned + t.Unknown }

// Known is the share of the stretch that somebody reported.
func (t Time) Known() float64 {
	if t.Total() == 0 {
		return 0
	}
	return 1 - t.Unknown/t.Total()
}

func (t *Time) add(a AvailabilityInterval) {
	minutes := a.Until.Sub(a.From).Minutes()
	switch a.State {
	case Up, DownState:
		t.Down += minutes * a.weight()
		t.Up += minutes * (1 - a.weight())
	case Planned:
		t.Planned += minutes
	}
}

// Downtime tells how an element spent a stretch of time; what no interval covers is unknown.
func Downtime(ctx context.Context, r db.Reader, element string, from, until time.Time) (Time, error) {
	if !until.After(from) {
		return Time{}, problem.Field("until", "evidence.error.stretch")
	}
	all, err := AvailabilityOf(ctx, r, AvailabilityFilter{Element: element, From: from, Until: until})
	if err != nil {
		return Time{}, err
	}
	var t Time
	for _, one := range all {
		t.add(one)
	}
	t.Unknown = max(0, until.Sub(from).Minutes()-t.Up-t.Down-t.Planned)
	return t, nil
}

// OpDowntime is Downtime as an operation.
var OpDowntime = op.Query[AvailabilityFilter, Time]{
	Name: "evidence.downtime", Route: "GET /api/evidence/downtime",
	Func: func(ctx context.Context, r db.Reader, in AvailabilityFilter) (Time, error) {
		return Downtime(ctx, r, in.Element, in.From, in.Until)
	},
}

// Month is how an element spent a month.
type Month struct {
	Element string `json:"element"`
	Month   string `json:"month"` // 2026-11
	Time
}

// MonthFilter narrows Months.
type MonthFilter struct {
	Element string `query:"element" json:"element,omitempty"`
	From    string `query:"from" json:"from,omitempty"` // month
}

// Months reads the rollup of availability.
func Months(ctx context.Context, r db.Reader, in MonthFilter) ([]Month, error) {
	return db.All(ctx, r, func(s db.Scan) (Month, error) {
		var m Month
		return m, s(&m.Element, &m.Month, &m.Up, &m.Down, &m.Planned, &m.Unknown)
	}, `SELECT element_id, month, up_minutes, down_minutes, planned_minutes, unknown_minutes
		FROM availability_month
		WHERE ($1 = '' OR element_id = $2) AND month >= $3
		ORDER BY element_id, month`, in.Element, in.Element, in.From)
}

// OpMonths is Months as an operation.
var OpMonths = op.Query[MonthFilter, []Month]{Name: "evidence.months", Route: "GET /api/evidence/months", Func: Months}

// countMonths brings the months of an element in line with its intervals. A month is unknown where nothing covers it.
func countMonths(ctx context.Context, tx *db.Tx, element string, flat []AvailabilityInterval) error {
	if _, err := tx.Exec(ctx, "DELETE FROM availability_month WHERE element_id = $1", element); err != nil {
		return err
	}
	months := map[string]*Time{}
	for _, one := range flat {
		for one.From.Before(one.Until) {
			name, next := month(one.From)
			part := one
			if part.Until.After(next) {
				part.Until = next
			}
			if months[name] == nil {
				months[name] = &Time{}
			}
			months[name].add(part)
			one.From = part.Until
		}
	}
	var rows [][]any
	for _, name := range sortedKeys(months) {
		t := months[name]
		start, err := time.Parse("2006-01", name)
		if err != nil {
			return err
		}
		_, next := month(start)
		t.Unknown = max(0, next.Sub(start).Minutes()-t.Up-t.Down-t.Planned)
		rows = append(rows, []any{element, name, t.Up, t.Down, t.Planned, t.Unknown})
	}
	return tx.InsertMany(ctx, "availability_month",
		[]string{"element_id", "month", "up_minutes", "down_minutes", "planned_minutes", "unknown_minutes"}, rows)
}

func sortedKeys[T any](set map[string]T) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}

func fieldValue(field, value string) error {
	return problem.Field(field, "evidence.error.value", "value", value)
}
