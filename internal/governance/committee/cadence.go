package committee

import (
	"slices"
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

// Cadence says when a committee meets: every so many weeks on a weekday, or every so many months on the first to
// fourth, or last, such weekday of the month. A day on which nobody works moves to the next one on which people do.
type Cadence struct {
	Every   int    `yaml:"every,omitempty" json:"every,omitempty"` // 0: as the chairs call it
	Unit    string `yaml:"unit,omitempty" json:"unit,omitempty"`   // weeks or months
	Weekday string `yaml:"weekday,omitempty" json:"weekday,omitempty"`
	Week    int    `yaml:"week,omitempty" json:"week,omitempty"` // of the month: 1 to 4, or -1 for the last
	From    string `yaml:"from,omitempty" json:"from,omitempty"` // day from which it counts
	At      string `yaml:"at" json:"at"`                         // hour in Rome, 15:00
	Minutes int    `yaml:"minutes" json:"minutes"`               // length of a sitting
	Place   string `yaml:"place,omitempty" json:"place,omitempty"`
	PlaceIT string `yaml:"place_it,omitempty" json:"placeIt,omitempty"`
	Link    string `yaml:"link,omitempty" json:"link,omitempty"`
}

// Weekdays are the names of the days of a week.
var Weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// Units are what a cadence counts in.
var Units = []string{"weeks", "months"}

// maxMinutes bounds the length of a sitting.
const maxMinutes = 600

func (c Cadence) check(k *checker) {
	if _, err := time.Parse("15:04", c.At); err != nil {
		k.add(problem.Field(k.field("cadence.at"), "committee.error.hour", "value", c.At))
	}
	if c.Minutes < 15 || c.Minutes > maxMinutes {
		k.add(problem.Field(k.field("cadence.minutes"), "problem.range", "value", c.Minutes, "min", 15, "max", maxMinutes))
	}
	if c.Every < 0 || c.Every > 24 {
		k.add(problem.Field(k.field("cadence.every"), "problem.range", "value", c.Every, "min", 0, "max", 24))
	}
	if c.Every == 0 {
		return
	}
	k.choice("cadence.unit", c.Unit, Units...)
	k.choice("cadence.weekday", c.Weekday, Weekdays...)
	k.needed("cadence.from", c.From)
	k.day("cadence.from", c.From)
	if c.Unit == "months" && c.Week != -1 && (c.Week < 1 || c.Week > 4) {
		k.add(problem.Field(k.field("cadence.week"), "committee.error.week"))
	}
}

// Next gives the next n starts after an instant.
func (c Cadence) Next(after time.Time, n int, days organisation.Calendar) []time.Time {
	first, err := time.ParseInLocation("2006-01-02 15:04", c.From+" "+c.At, i18n.Rome)
	if c.Every < 1 || err != nil {
		return nil
	}
	var found []time.Time
	for step := 0; len(found) < n && step < 5000; step++ {
		at := days.From(c.nth(first, step)).In(i18n.Rome)
		if !at.Before(first) && at.After(after) {
			found = append(found, at.UTC())
		}
	}
	return found
}

// nth is the date of a step, before it is moved to a working day.
func (c Cadence) nth(first time.Time, step int) time.Time {
	weekday := time.Weekday((slices.Index(Weekdays, c.Weekday) + 1) % 7)
	if c.Unit == "weeks" {
		ahead := (int(weekday) - int(first.Weekday()) + 7) % 7
		return first.AddDate(0, 0, ahead+7*c.Every*step)
	}
	month := time.Date(first.Year(), first.Month()+time.Month(c.Every*step), 1, first.Hour(), first.Minute(), 0, 0, i18n.Rome)
	if c.Week == -1 {
		last := month.AddDate(0, 1, -1)
		return last.AddDate(0, 0, -((int(last.Weekday()) - int(weekday) + 7) % 7))
	}
	return month.AddDate(0, 0, (int(weekday)-int(month.Weekday())+7)%7+7*(c.Week-1))
}

// Location is where a sitting takes place, in both languages.
func (c Cadence) Location() i18n.Text { return i18n.Text{EN: c.Place, IT: c.PlaceIT} }
