package ingest

import (
	"strconv"
	"strings"
	"time"
)

// DateOrder is the order in which day, month and year are written. Files do not say it; it is inferred from
// all dates of the file, or decided by the caller, and stored with the evidence.
type DateOrder string

// The orders.
const (
	YearMonthDay DateOrder = "ymd" // 2026-11-25, ISO 8601
	DayMonthYear DateOrder = "dmy" // 25/11/2026, 25-11-2026, 25.11.2026
	MonthDayYear DateOrder = "mdy" // 11/25/2026
)

// DateOptions are the caller's decisions on dates.
type DateOptions struct {
	Order DateOrder      // empty: infer
	Zone  *time.Location // of dates that carry no zone; nil: UTC
}

func (o DateOptions) zone() *time.Location {
	if o.Zone == nil {
		return time.UTC
	}
	return o.Zone
}

// stamp is a date as written: three numbers whose meaning is not yet decided, a time of day, perhaps an offset.
type stamp struct {
	a, b, c                    int // in the order written
	yearFirst                  bool
	hour, minute, second, nano int
	offset                     *time.Location // nil: none written
}

// parseStamp reads the usual ways to write a date and a time in digits. The year has four digits.
func parseStamp(text string) (stamp, bool) {
	text = strings.TrimSpace(text)
	cut := strings.IndexAny(text, " T")
	day, clock := text, ""
	if cut >= 0 {
		day, clock = text[:cut], strings.TrimSpace(text[cut+1:])
	}
	s, ok := parseDay(day)
	if !ok || (cut >= 0 && clock == "") {
		return stamp{}, false
	}
	if clock == "" {
		return s, true
	}
	return s, s.parseClock(clock)
}

func parseDay(text string) (stamp, bool) {
	i := strings.IndexAny(text, "/-.")
	if i < 0 {
		return stamp{}, false
	}
	parts := strings.Split(text, text[i:i+1])
	if len(parts) != 3 {
		return stamp{}, false
	}
	var n [3]int
	for k, part := range parts {
		v, ok := digits(part, 4)
		if !ok {
			return stamp{}, false
		}
		n[k] = v
	}
	s := stamp{a: n[0], b: n[1], c: n[2], yearFirst: len(parts[0]) == 4}
	short := len(parts[1]) <= 2 && len(parts[0])+len(parts[2]) <= 6
	return s, short && (s.yearFirst || len(parts[2]) == 4 && min(s.a, s.b) <= 12)
}

// digits reads 1 to most decimal digits and nothing else.
func digits(text string, most int) (int, bool) {
	if text == "" || len(text) > most {
		return 0, false
	}
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + int(text[i]-'0')
	}
	return n, true
}

// parseClock reads "15:04", "15:04:05", a fraction, AM or PM, and Z or an offset with or without a colon.
func (s *stamp) parseClock(text string) bool {
	text, ok := s.cutOffset(text)
	if !ok {
		return false
	}
	text, half := cutHalf(text)
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return false
	}
	var okHour, okMinute bool
	s.hour, okHour = digits(parts[0], 2)
	s.minute, okMinute = digits(parts[1], 2)
	if !okHour || !okMinute || (len(parts) == 3 && !s.parseSeconds(parts[2])) {
		return false
	}
	if half != "" {
		if s.hour < 1 || s.hour > 12 {
			return false
		}
		s.hour %= 12
		if half == "PM" {
			s.hour += 12
		}
	}
	return s.hour < 24 && s.minute < 60 && s.second < 60
}

func (s *stamp) parseSeconds(text string) bool {
	whole, fraction, _ := strings.Cut(text, ".")
	var ok bool
	if s.second, ok = digits(whole, 2); !ok {
		return false
	}
	if fraction == "" {
		return !strings.HasSuffix(text, ".")
	}
	nano, ok := digits((fraction + "00000000")[:min(9, len(fraction)+8)], 9)
	s.nano = nano
	return ok && len(fraction) <= 9
}

// cutOffset takes Z or ±hh:mm or ±hhmm off the end.
func (s *stamp) cutOffset(text string) (string, bool) {
	if rest, ok := strings.CutSuffix(text, "Z"); ok {
		s.offset = time.UTC
		return strings.TrimSpace(rest), true
	}
	i := strings.LastIndexAny(text, "+-")
	if i < 0 {
		return text, true
	}
	n, ok := digits(strings.Replace(text[i+1:], ":", "", 1), 4)
	if !ok || len(text)-i < 5 || n/100 > 14 || n%100 > 59 {
		return text, false
	}
	seconds := (n/100*60 + n%100) * 60
	if text[i] == '-' {
		seconds = -seconds
	}
	s.offset = time.FixedZone("", seconds)
	return strings.TrimSpace(text[:i]), true
}

func cutHalf(text string) (rest, half string) {
	upper := strings.ToUpper(text)
	for _, half := range []string{"AM", "PM"} {
		if strings.HasSuffix(upper, half) {
			return strings.TrimSpace(text[:len(text)-2]), half
		}
	}
	return text, ""
}

// in gives the instant when the order is decided; false when no such day exists.
func (s stamp) in(order DateOrder, zone *time.Location) (time.Time, bool) {
	year, month, day := s.c, s.b, s.a
	switch {
	case s.yearFirst:
		year, day = s.a, s.c
	case order == MonthDayYear:
		month, day = s.a, s.b
	case order == YearMonthDay:
		return time.Time{}, false
	}
	if s.yearFirst && (order == DayMonthYear || order == MonthDayYear) {
		return time.Time{}, false
	}
	if s.offset != nil {
		zone = s.offset
	}
	t := time.Date(year, time.Month(month), day, s.hour, s.minute, s.second, s.nano, zone)
	whole := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.UTC(), year > 0 && month >= 1 && month <= 12 && day >= 1 && whole.Day() == day
}

// sighting is a date in a file, for the errors of the inference.
type sighting struct {
	field string
	at    At
	seen  bool
}

// dateVotes infers the order from every date of a file: one day above 12 decides for all.
type dateVotes struct {
	first [3]sighting // the first date that can only be ymd, dmy, mdy
	open  sighting    // the first that could be dmy or mdy
}

var orders = [3]DateOrder{YearMonthDay, DayMonthYear, MonthDayYear}

func (v *dateVotes) add(s stamp, field string, at At) {
	place := sighting{field, at, true}
	vote := &v.open
	switch {
	case s.yearFirst:
		vote = &v.first[0]
	case s.a == s.b:
		return // the same day in both orders
	case s.a > 12:
		vote = &v.first[1]
	case s.b > 12:
		vote = &v.first[2]
	}
	if !vote.seen {
		*vote = place
	}
}

// decide gives the order: the caller's, else the only one that the file allows; empty when it holds no date.
func (v *dateVotes) decide(src *Source, given DateOrder) (DateOrder, error) {
	if given != "" {
		return given, v.fits(src, given)
	}
	var order DateOrder
	var decider sighting
	for i, s := range v.first {
		if s.seen && order != "" {
			return "", src.wrong(s.at, s.field, "ingest.error.date-mixed", "one", order, "two", orders[i], "line", decider.at.Line)
		}
		if s.seen {
			order, decider = orders[i], s
		}
	}
	if v.open.seen && order == YearMonthDay {
		return "", src.wrong(v.open.at, v.open.field, "ingest.error.date-mixed", "one", order, "two", "dmy/mdy", "line", decider.at.Line)
	}
	if v.open.seen && order == "" {
		return "", src.wrong(v.open.at, v.open.field, "ingest.error.date-ambiguous")
	}
	return order, nil
}

// fits refuses an order of the caller that some date of the file contradicts.
func (v *dateVotes) fits(src *Source, given DateOrder) error {
	for i, s := range v.first {
		if s.seen && orders[i] != given {
			return src.wrong(s.at, s.field, "ingest.error.date-order", "order", given)
		}
	}
	if v.open.seen && given == YearMonthDay {
		return src.wrong(v.open.at, v.open.field, "ingest.error.date-order", "order", given)
	}
	return nil
}

// isoDay reads a day written as ISO 8601 says, without a time.
func isoDay(text string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return t, err == nil
}

// isoTime reads an instant written as RFC 3339 says; empty is the zero time, "not said".
func isoTime(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.UTC(), err == nil
}

// count reads a whole number from 0 up.
func count(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
}
