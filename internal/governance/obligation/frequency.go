package obligation

import (
	"fmt"
	"slices"
	"time"

	"accordo.dev/internal/problem"
)

// Kind says how an obligation comes back.
type Kind string

// The kinds. What is periodic has an interval that the law leaves to the organisation.
const (
	Every    Kind = "every"    // at least so many months or weeks after the last time
	InWindow Kind = "window"   // within days of each year
	Periodic Kind = "periodic" // again and again; the organisation says how often
	Changed  Kind = "changed"  // when what was approved changes
	OnEvents Kind = "events"   // when something happens
)

// OwnMonths is the interval of what is periodic until the organisation sets its own: our default, not law.
const OwnMonths = 12

// Frequency says when an obligation is due again. Whatever its kind, a change or an event can make it due before.
type Frequency struct {
	Kind    Kind     `yaml:"kind" json:"kind"`
	Months  int      `yaml:"months,omitempty" json:"months,omitempty"`
	Weeks   int      `yaml:"weeks,omitempty" json:"weeks,omitempty"`
	Windows []Window `yaml:"windows,omitempty" json:"windows,omitempty"`
	Also    []Kind   `yaml:"also,omitempty" json:"also,omitempty"` // changed, events
}

// Window is a part of each year, from its first to its last day, written month-day: 01-01 to 02-28.
// It does not cross the end of the year.
type Window struct {
	From string `yaml:"from" json:"from"`
	To   string `yaml:"to" json:"to"`
}

// in gives the window of a year as days. Whoever writes 02-29 means the last day of February.
func (w Window) in(year int) (from, to string) {
	return fmt.Sprintf("%04d-%s", year, w.From), lastOf(year, w.To)
}

func lastOf(year int, monthDay string) string {
	if monthDay == "02-29" && time.Date(year, time.March, 0, 0, 0, 0, 0, time.UTC).Day() == 28 {
		monthDay = "02-28"
	}
	return fmt.Sprintf("%04d-%s", year, monthDay)
}

// Next is the day by which an obligation must be met again after it was met on a day; empty when time alone
// never makes it due. own is the interval of the organisation in months, 0 for none.
func (f Frequency) Next(last string, own int) string {
	switch f.Kind {
	case Every, Periodic:
		return f.after(last, own)
	case InWindow:
		_, to := f.window(last, true)
		return to
	default:
		return ""
	}
}

// after adds the interval to a day: the last day of a month stays in the month that follows.
func (f Frequency) after(day string, own int) string {
	months, weeks := f.interval(own)
	if weeks > 0 {
		return plusDays(day, 7*weeks)
	}
	return plusMonths(day, months)
}

// interval is the time between two acts. An own interval may be shorter than that of the law, never longer.
func (f Frequency) interval(own int) (months, weeks int) {
	months, weeks = f.Months, f.Weeks
	if f.Kind == Periodic && months == 0 {
		months = OwnMonths
	}
	if own > 0 {
		months, weeks = own, 0
	}
	return months, weeks
}

// window gives the first window that is still to be met on a day. Met tells that something was done on the day: if
// it lies in a window, that one is over.
func (f Frequency) window(day string, met bool) (from, to string) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", ""
	}
	for year := at.Year(); year <= at.Year()+1; year++ {
		for _, w := range f.Windows {
			first, last := w.in(year)
			if last < day || met && first <= day || to != "" && last >= to {
				continue
			}
			from, to = first, last
		}
		if to != "" {
			return from, to
		}
	}
	return from, to
}

// warning is how many days before it is due an obligation is shown as due.
func (f Frequency) warning(own int) int {
	months, weeks := f.interval(own)
	switch {
	case weeks > 0:
		return min(7*weeks, 2)
	case months <= 1:
		return 7
	case months <= 3:
		return 14
	default:
		return 60
	}
}

// Coming lists the days on which an obligation that is due on a day falls due until the end, if it is met each time
// on the day. What comes every week or so is listed once: its year would be nothing but marks.
func (f Frequency) Coming(due, until string, own int) []string {
	var days []string
	_, weeks := f.interval(own)
	for day := due; day != "" && day <= until && len(days) < 100; day = f.Next(day, own) {
		days = append(days, day)
		if weeks > 0 || f.Kind == Changed || f.Kind == OnEvents {
			break
		}
	}
	return days
}

func plusDays(day string, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}

// plusMonths adds months to a day: 31 January and one month is the last day of February.
func plusMonths(day string, months int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	first := time.Date(at.Year(), at.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(at.Day(), last)-1).Format(time.DateOnly)
}

func (f Frequency) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if err := problem.Choice(field("frequency.kind"), string(f.Kind), "every", "window", "periodic", "changed", "events"); err != nil {
		return append(wrong, err)
	}
	if f.Months < 0 || f.Months > 120 || f.Weeks < 0 || f.Weeks > 52 || f.Kind == Every && (f.Months > 0) == (f.Weeks > 0) {
		wrong = append(wrong, problem.Field(field("frequency.months"), "obligation.error.interval"))
	}
	if (f.Kind == InWindow) != (len(f.Windows) > 0) || slices.ContainsFunc(f.Windows, func(w Window) bool { return !w.valid() }) {
		wrong = append(wrong, problem.Field(field("frequency.windows"), "obligation.error.window"))
	}
	for _, k := range f.Also {
		if err := problem.Choice(field("frequency.also"), string(k), "changed", "events"); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

func (w Window) valid() bool {
	const leap = "2024-"
	_, from := time.Parse(time.DateOnly, leap+w.From)
	_, to := time.Parse(time.DateOnly, leap+w.To)
	return from == nil && to == nil && w.From != "02-29" && w.From <= w.To
}
