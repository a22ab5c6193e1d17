package organisation_test

import (
	"testing"
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/organisation"
)

func TestWorkingDaysPassOverWeekendsAndHolidays(t *testing.T) {
	for _, c := range []struct {
		name, from, want string
		days             int
		calendar         organisation.Calendar
	}{
		{"a week without holidays", "2026-09-14 10:00", "2026-09-16 10:00", 2, organisation.Calendar{}},
		{"over a weekend", "2026-09-18 10:00", "2026-09-21 10:00", 1, organisation.Calendar{}},
		{"begun on a Saturday", "2026-09-19 10:00", "2026-09-21 10:00", 1, organisation.Calendar{}},
		{"over Easter Monday 2026", "2026-04-03 10:00", "2026-04-07 10:00", 1, organisation.Calendar{}},
		{"over Easter Monday 2027", "2027-03-26 10:00", "2027-03-30 10:00", 1, organisation.Calendar{}},
		{"over Easter Monday 2038, in the last possible week", "2038-04-23 10:00", "2038-04-27 10:00", 1, organisation.Calendar{}},
		{"over Christmas", "2026-12-24 10:00", "2026-12-28 10:00", 1, organisation.Calendar{}},
		{"over the change of the clocks", "2026-10-23 10:00", "2026-10-26 10:00", 1, organisation.Calendar{}},
		{"without the holidays of Italy", "2026-12-24 10:00", "2026-12-25 10:00", 1, organisation.Calendar{Holidays: organisation.HolidaysNone}},
		{"over a closing day of its own", "2026-12-04 10:00", "2026-12-09 10:00", 1, organisation.Calendar{Closed: []string{"2026-12-07"}}},
		{"ten days", "2026-11-30 10:00", "2026-12-15 10:00", 10, organisation.Calendar{}},
	} {
		from, err := time.ParseInLocation("2006-01-02 15:04", c.from, i18n.Rome)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.calendar.Add(from, c.days).In(i18n.Rome).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
