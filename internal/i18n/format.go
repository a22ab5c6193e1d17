package i18n

import (
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the zone of the readers, also where the system has no zone files

	"accordo.dev/internal/money"
	"accordo.dev/internal/problem"
)

// Integer writes a whole number with the grouping of the language: 12,345 or 12.345.
func Integer(lang Lang, n int64) string {
	text, negative := strings.CutPrefix(strconv.FormatInt(n, 10), "-")
	return minus(negative) + grouped(lang, text)
}

// Number writes a number with the given decimals; trailing zeros are kept.
// NaN and infinities are written as an en dash: unknown is never a number.
func Number(lang Lang, x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "–"
	}
	text := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	if fraction != "" {
		point := "."
		if lang == IT {
			point = ","
		}
		fraction = point + fraction
	}
	return minus(x < 0 && strings.Trim(text, "0.") != "") + grouped(lang, whole) + fraction
}

// grouped writes the digits of a whole number in groups of three.
func grouped(lang Lang, digits string) string {
	group := ","
	if lang == IT {
		group = "."
	}
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(digit)
	}
	return b.String()
}

func minus(negative bool) string {
	if negative {
		return "−"
	}
	return ""
}

// Percent writes a share between 0 and 1: 42 % with the given decimals.
func Percent(lang Lang, share float64, decimals int) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return "–"
	}
	return Number(lang, share*100, decimals) + " %"
}

// Euro writes an amount in the unit that keeps it short: 950 €, 1.2 k€, 12 k€, 3.0 M€.
func Euro(lang Lang, euro float64) string {
	switch size := math.Abs(euro); {
	case size >= 1e6:
		return Number(lang, euro/1e6, 1) + " M€"
	case size >= 1e4:
		return Number(lang, euro/1e3, 0) + " k€"
	case size >= 1e3:
		return Number(lang, euro/1e3, 1) + " k€"
	default:
		return Number(lang, euro, 0) + " €"
	}
}

// Money writes an amount whole, for tables: 1,234,567 €.
func Money(lang Lang, a money.Amount) string {
	sign := string(a.Currency)
	if a.Currency == money.EUR {
		sign = "€"
	}
	return Number(lang, a.Float(), 0) + " " + sign
}

var months = map[Lang][]string{
	EN: {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	IT: {"gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"},
}

var longMonths = map[Lang][]string{
	EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	IT: {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
}

var weekdays = map[Lang][]string{
	EN: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	IT: {"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"},
}

// Rome is the zone in which people read instants; facts are kept in UTC.
var Rome = loadZone("Europe/Rome")

func loadZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Date writes a day: 12 Nov 2026, 12 nov 2026; the zero time is an en dash.
func Date(lang Lang, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(Rome)
	return strconv.Itoa(t.Day()) + " " + months[lang][t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// LongDate writes a day with its weekday: Thursday 12 November 2026.
func LongDate(lang Lang, t time.Time) string {
	t = t.In(Rome)
	text := weekdays[lang][t.Weekday()] + " " + strconv.Itoa(t.Day()) + " " + longMonths[lang][t.Month()-1] + " " + strconv.Itoa(t.Year())
	return strings.ToUpper(text[:1]) + text[1:]
}

// DateTime writes a day and the minute, in the zone of the readers.
func DateTime(lang Lang, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return Date(lang, t) + ", " + t.In(Rome).Format("15:04")
}

// Duration writes a length of time in the unit that keeps it short: 45 min, 26 h, 3 d.
func Duration(lang Lang, d time.Duration) string {
	day := "d"
	if lang == IT {
		day = "g"
	}
	minutes := int64(d.Round(time.Minute) / time.Minute)
	sign := minus(minutes < 0)
	minutes = max(minutes, -minutes)
	switch {
	case minutes < 120:
		return sign + Integer(lang, minutes) + " min"
	case minutes < 72*60:
		return sign + Integer(lang, (minutes+30)/60) + " h"
	default:
		return sign + Integer(lang, (minutes+12*60)/(24*60)) + " " + day
	}
}

// Problem gives the sentence of a problem in a language, with its place and its causes.
func Problem(lang Lang, e *problem.Error) string {
	args := make([]any, 0, 2*len(e.Args))
	for name, value := range e.Args {
		args = append(args, name, value)
	}
	return Place(lang, e) + T(lang, e.Key, args...)
}

// Place writes where in a file a problem lies, "trivy.json, record 12, Severity: "; empty when nowhere.
func Place(lang Lang, e *problem.Error) string {
	var parts []string
	if e.Source.File != "" {
		parts = append(parts, e.Source.File)
	}
	if e.Source.Line > 0 {
		parts = append(parts, T(lang, "problem.line", "n", strconv.Itoa(e.Source.Line)))
	}
	if e.Source.Record > 0 {
		parts = append(parts, T(lang, "problem.record", "n", strconv.Itoa(e.Source.Record)))
	}
	if e.Field != "" {
		parts = append(parts, e.Field)
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ": "
}
