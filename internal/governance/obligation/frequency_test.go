package obligation_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"accordo.dev/internal/governance/obligation"
)

func TestNextDueDayFollowsTheFrequency(t *testing.T) {
	registration := []obligation.Window{{From: "01-01", To: "02-29"}, {From: "04-01", To: "05-31"}}
	for _, c := range []struct {
		name string
		f    obligation.Frequency
		last string
		own  int
		want string
	}{
		{"a year", obligation.Frequency{Kind: "every", Months: 12}, "2026-03-10", 0, "2027-03-10"},
		{"a month after the last of January", obligation.Frequency{Kind: "every", Months: 1}, "2027-01-31", 0, "2027-02-28"},
		{"the same in a leap year", obligation.Frequency{Kind: "every", Months: 1}, "2028-01-31", 0, "2028-02-29"},
		{"a month after the last of February stays the 28th", obligation.Frequency{Kind: "every", Months: 1}, "2027-02-28", 0, "2027-03-28"},
		{"a year after a leap day", obligation.Frequency{Kind: "every", Months: 12}, "2028-02-29", 0, "2029-02-28"},
		{"over the end of the year", obligation.Frequency{Kind: "every", Months: 3}, "2026-11-30", 0, "2027-02-28"},
		{"two years", obligation.Frequency{Kind: "every", Months: 24}, "2026-08-31", 0, "2028-08-31"},
		{"a week", obligation.Frequency{Kind: "every", Weeks: 1}, "2026-12-28", 0, "2027-01-04"},
		{"periodic, our default", obligation.Frequency{Kind: "periodic"}, "2026-05-31", 0, "2027-05-31"},
		{"periodic, own interval", obligation.Frequency{Kind: "periodic"}, "2026-05-31", 6, "2026-11-30"},
		{"yearly, more often by own choice", obligation.Frequency{Kind: "every", Months: 12}, "2026-05-31", 6, "2026-11-30"},
		{"done in the first window", obligation.Frequency{Kind: "window", Windows: registration}, "2026-01-20", 0, "2026-05-31"},
		{"done on the last day of a window", obligation.Frequency{Kind: "window", Windows: registration}, "2026-02-28", 0, "2026-05-31"},
		{"done in the second window", obligation.Frequency{Kind: "window", Windows: registration}, "2026-04-02", 0, "2027-02-28"},
		{"done between windows counts for none", obligation.Frequency{Kind: "window", Windows: registration}, "2026-03-10", 0, "2026-05-31"},
		{"done before a window counts not for it", obligation.Frequency{Kind: "window", Windows: registration}, "2025-12-20", 0, "2026-02-28"},
		{"the end of February of a leap year", obligation.Frequency{Kind: "window", Windows: registration}, "2027-06-01", 0, "2028-02-29"},
		{"when changed", obligation.Frequency{Kind: "changed"}, "2026-01-20", 0, ""},
	} {
		if got := c.f.Next(c.last, c.own); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// The due day is the latest day whose number of months after the last act is not more than the interval.
func TestMonthsNeverRunOverIntoTheNextOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "day"))
		months := rapid.IntRange(1, 48).Draw(t, "months")
		due, err := time.Parse(time.DateOnly, obligation.Frequency{Kind: "every", Months: months}.Next(last.Format(time.DateOnly), 0))
		if err != nil {
			t.Fatal(err)
		}
		if got := (due.Year()-last.Year())*12 + int(due.Month()-last.Month()); got != months {
			t.Fatalf("got %v months from %v to %v, want %v", got, last, due, months)
		}
		endOfMonth := due.AddDate(0, 0, 1).Day() == 1
		if due.Day() != last.Day() && (!endOfMonth || due.Day() > last.Day()) {
			t.Fatalf("got %v after %v: neither the same day nor the end of the month", due, last)
		}
	})
}

func TestStateFollowsLastActEventsAndWaiver(t *testing.T) {
	yearly := obligation.Obligation{ID: "x", Frequency: obligation.Frequency{Kind: "every", Months: 12, Also: []obligation.Kind{"events"}}}
	changed := obligation.Obligation{ID: "y", Frequency: obligation.Frequency{Kind: "changed"}}
	events := obligation.Obligation{ID: "z", Frequency: obligation.Frequency{Kind: "events"}}
	window := obligation.Obligation{ID: "w", Frequency: obligation.Frequency{Kind: "window", Windows: []obligation.Window{{From: "01-01", To: "02-29"}}}}
	acts := func(days ...string) (all []obligation.Act) {
		for _, day := range days {
			all = append(all, obligation.Act{ID: day, Day: day})
		}
		return all
	}
	happened := func(day, due string) []obligation.Trigger { return []obligation.Trigger{{ID: "t", Day: day, Due: due}} }
	for _, c := range []struct {
		name     string
		of       obligation.Obligation
		acts     []obligation.Act
		triggers []obligation.Trigger
		waived   bool
		today    string
		want     obligation.State
		due      string
	}{
		{"never done", yearly, nil, nil, false, "2026-11-25", obligation.Never, ""},
		{"done", yearly, acts("2026-05-01"), nil, false, "2026-11-25", obligation.Done, "2027-05-01"},
		{"the last act counts, in any order", yearly, acts("2026-05-01", "2024-05-01"), nil, false, "2026-11-25", obligation.Done, "2027-05-01"},
		{"due within sixty days", yearly, acts("2025-12-20"), nil, false, "2026-11-25", obligation.Due, "2026-12-20"},
		{"on its day it is still due", yearly, acts("2025-11-25"), nil, false, "2026-11-25", obligation.Due, "2026-11-25"},
		{"the day after it is overdue", yearly, acts("2025-11-24"), nil, false, "2026-11-25", obligation.Overdue, "2026-11-24"},
		{"an event brings it forward", yearly, acts("2026-05-01"), happened("2026-11-01", "2026-12-01"), false, "2026-11-25", obligation.Due, "2026-12-01"},
		{"an event that nobody followed", yearly, acts("2026-05-01"), happened("2026-10-01", "2026-11-01"), false, "2026-11-25", obligation.Overdue, "2026-11-01"},
		{"an event before the last act is over", yearly, acts("2026-05-01"), happened("2026-04-01", "2026-05-01"), false, "2026-11-25", obligation.Done, "2027-05-01"},
		{"an event never puts it off", yearly, acts("2025-11-24"), happened("2026-11-20", "2026-12-20"), false, "2026-11-25", obligation.Overdue, "2026-11-24"},
		{"approved once, unchanged since", changed, acts("2020-01-01"), nil, false, "2026-11-25", obligation.Done, ""},
		{"what must be approved when it changes must exist", changed, nil, nil, false, "2026-11-25", obligation.Never, ""},
		{"changed since", changed, acts("2020-01-01"), happened("2026-09-01", "2026-10-01"), false, "2026-11-25", obligation.Overdue, "2026-10-01"},
		{"nothing happened", events, nil, nil, false, "2026-11-25", obligation.Idle, ""},
		{"a window is open", window, acts("2026-02-01"), nil, false, "2027-01-01", obligation.Due, "2027-02-28"},
		{"a window was missed", window, acts("2026-02-01"), nil, false, "2027-03-01", obligation.Overdue, "2027-02-28"},
		{"before the window", window, acts("2026-02-01"), nil, false, "2026-12-31", obligation.Done, "2027-02-28"},
		{"does not apply", yearly, nil, nil, true, "2026-11-25", obligation.NotApplicable, ""},
	} {
		var s obligation.Setting
		if c.waived {
			s.Waived = &obligation.Waiver{Reason: "no such system", On: "2026-01-01"}
		}
		got := obligation.Stand(c.of, c.acts, c.triggers, s, c.today)
		if got.State != c.want || got.Due != c.due {
			t.Errorf("%s: got %v due %q, want %v due %q", c.name, got.State, got.Due, c.want, c.due)
		}
	}
}

func TestTheYearHoldsEveryDueDayAndWeeklyOnesOnce(t *testing.T) {
	quarterly := obligation.Frequency{Kind: "every", Months: 3}
	got := quarterly.Coming("2026-11-30", "2027-11-27", 0)
	if want := []string{"2026-11-30", "2027-02-28", "2027-05-28", "2027-08-28"}; len(got) != 4 || got[1] != want[1] || got[3] != want[3] {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := (obligation.Frequency{Kind: "every", Weeks: 1}).Coming("2026-12-01", "2027-11-30", 0); len(got) != 1 {
		t.Errorf("got %v, want one mark for what comes weekly", got)
	}
	if got := quarterly.Coming("", "2027-11-30", 0); len(got) != 0 {
		t.Errorf("got %v, want nothing without a due day", got)
	}
}
