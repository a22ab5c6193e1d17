package organisation

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
)

// HolidaysIT are the public holidays of Italy; HolidaysNone leaves only weekends and the organisation's own closing days.
const (
	HolidaysIT   = "it"
	HolidaysNone = "none"
)

// Calendar says on which days nobody works. Its days are those of Rome.
type Calendar struct {
	Holidays string   `yaml:"holidays,omitempty" json:"holidays,omitempty" enum:"it,none"` // it unless told
	Closed   []string `yaml:"closed,omitempty" json:"closed,omitempty"`                    // further days, such as that of the patron
}

// fixedIT are the holidays of Italy that fall on the same day each year: law 260/1949, and 151/2025 for 4 October.
var fixedIT = []string{"01-01", "01-06", "04-25", "05-01", "06-02", "08-15", "11-01", "12-08", "12-25", "12-26"}

// WorkingDay tells whether people work on the day of an instant.
func (c Calendar) WorkingDay(t time.Time) bool {
	t = t.In(i18n.Rome)
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday || slices.Contains(c.Closed, t.Format(time.DateOnly)) {
		return false
	}
	if c.Holidays == HolidaysNone {
		return true
	}
	day := t.Format("01-02")
	return !slices.Contains(fixedIT, day) && (day != "10-04" || t.Year() < 2026) && day != easterMonday(t.Year())
}

// Add gives the instant that lies a number of working days later, at the same hour.
func (c Calendar) Add(t time.Time, days int) time.Time {
	at := t.In(i18n.Rome)
	for tries := 0; days > 0 && tries < 3660; tries++ {
		at = at.AddDate(0, 0, 1)
		if c.WorkingDay(at) {
			days--
		}
	}
	return at.UTC()
}

// From gives the first working day from an instant on, at the same hour.
func (c Calendar) From(t time.Time) time.Time {
	at := t.In(i18n.Rome)
	for tries := 0; !c.WorkingDay(at) && tries < 3660; tries++ {
		at = at.AddDate(0, 0, 1)
	}
	return at.UTC()
}

// easterMonday is the month and day after Easter Sunday (the anonymous Gregorian algorithm, Nature 13 (1876) 487).
func easterMonday(year int) string {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+2, 0, 0, 0, 0, time.UTC).Format("01-02")
}

// WorkingDays reads the calendar of the organisation.
func WorkingDays(ctx context.Context, r db.Reader) (Calendar, error) {
	own, err := Get(ctx, r, struct{}{})
	return own.Calendar, err
}
