// Package demo holds the demonstration organisation, an invented bank, as an organisation folder inside
// the binary. README.md says what is wrong in it on purpose.
package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

//go:embed README.md *.yaml evidence
var files embed.FS

// Anchor is the day on which the folder was written down: everything in it is past, due or planned as
// seen from here.
var Anchor = time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC)

const week = 7 * 24 * time.Hour

// Weeks is how many whole weeks the organisation is moved so that the anchor falls within the week
// before today; whole weeks keep Sundays Sundays. It never moves into the past.
func Weeks(today time.Time) int {
	return max(0, int(today.Sub(Anchor)/week))
}

// Write writes the organisation folder to disk, moved to today, so that it is as fresh in any month as
// it was on the anchor. What the world knows keeps its date: the catalogue of exploited vulnerabilities and
// the days on which vulnerabilities were published. The last week of the availability probes
// is moved up to the minute of today, for a probe that is silent since Sunday is a finding, not a sample.
func Write(dir string, today time.Time) error {
	m := newMove(today)
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if entry.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		data, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		return os.WriteFile(to, []byte(m.file(name, string(data))), 0o644)
	})
}

// move is how far dates go: days for everything, fresh for the last week of the probes.
type move struct {
	days  int
	fresh time.Duration
}

const (
	probes     = "evidence/availability-week.json"
	probesStep = 5 * time.Minute
)

// probesEnd is the end of the last sample of the probes, as written down.
var probesEnd = time.Date(2026, time.November, 24, 23, 30, 0, 0, time.UTC)

func newMove(today time.Time) move {
	return move{days: 7 * Weeks(today), fresh: max(0, today.Sub(probesEnd)).Truncate(probesStep)}
}

var (
	isoDay     = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}`)
	slashedDay = regexp.MustCompile(`\b\d{1,2}/\d{1,2}/\d{4}\b`)
	createdAt  = regexp.MustCompile(`"CreatedAt":"[^"]*"`)
	sampleTime = regexp.MustCompile(`\[\d{10},`)
	loadedAt   = regexp.MustCompile(`path: ` + regexp.QuoteMeta(probes) + `\n +format: \w+\n +loaded: (\S+)`)
)

func (m move) file(name, text string) string {
	base := path.Base(name)
	switch {
	case name == "evidence.yaml":
		return m.loaded(text)
	case path.Ext(name) == ".yaml", base == "availability.csv":
		return m.dates(text, isoDay, time.DateOnly)
	case base == "incidents.csv":
		return m.dates(text, slashedDay, "2/1/2006")
	case name == probes:
		return m.samples(text)
	case strings.HasPrefix(base, "trivy-"):
		return createdAt.ReplaceAllStringFunc(text, func(s string) string { return m.dates(s, isoDay, time.DateOnly) })
	default:
		return text
	}
}

// dates moves all days written in one way; what looks like a day and is none stays.
func (m move) dates(text string, pattern *regexp.Regexp, layout string) string {
	return pattern.ReplaceAllStringFunc(text, func(day string) string {
		at, err := time.Parse(layout, day)
		if err != nil {
			return day
		}
		return at.AddDate(0, 0, m.days).Format(layout)
	})
}

// samples moves the unix times of a Prometheus answer.
func (m move) samples(text string) string {
	return sampleTime.ReplaceAllStringFunc(text, func(s string) string {
		at, err := strconv.ParseInt(s[1:len(s)-1], 10, 64)
		if err != nil {
			return s
		}
		return fmt.Sprintf("[%d,", at+int64(m.fresh/time.Second))
	})
}

// loaded moves evidence.yaml; the probes were loaded when their last sample was taken.
func (m move) loaded(text string) string {
	text = m.dates(text, isoDay, time.DateOnly)
	place := loadedAt.FindStringSubmatchIndex(text)
	if place == nil {
		return text
	}
	return text[:place[2]] + probesEnd.Add(m.fresh).Format(time.RFC3339) + text[place[3]:]
}
