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
// the days on which vulnerabilities were published. Scans are moved by whole days and the last week of the
// availability probes up to the minute, for a scope unseen or a probe silent since Sunday would be a finding.
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

// move is how far dates go. Everything else goes as the organisation does, by weeks.
type move struct {
	days   int           // whole weeks
	scans  int           // days, of scans
	probes time.Duration // of the last week of the probes
}

const (
	probes     = "evidence/availability-week.json"
	probesStep = 5 * time.Minute
	day        = 24 * time.Hour
)

// probesEnd is the end of the last sample of the probes, as written down.
var probesEnd = time.Date(2026, time.November, 24, 23, 30, 0, 0, time.UTC)

func newMove(today time.Time) move {
	return move{
		days: 7 * Weeks(today), scans: max(0, int(today.Sub(Anchor)/day)),
		probes: max(0, today.Sub(probesEnd)).Truncate(probesStep),
	}
}

// of is how far the times of a raw file go.
func (m move) of(name string) time.Duration {
	switch base := path.Base(name); {
	case name == probes:
		return m.probes
	case strings.HasPrefix(base, "trivy-"), base == "kev.csv":
		return time.Duration(m.scans) * day
	default:
		return time.Duration(m.days) * day
	}
}

var (
	isoDay     = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}`)
	slashedDay = regexp.MustCompile(`\b\d{1,2}/\d{1,2}/\d{4}\b`)
	createdAt  = regexp.MustCompile(`"CreatedAt":"[^"]*"`)
	sampleTime = regexp.MustCompile(`\[\d{10},`)
	rawFile    = regexp.MustCompile(`(path: (\S+)\n +format: \S+\n +loaded: )(\S+)`)
)

func (m move) file(name, text string) string {
	base := path.Base(name)
	switch {
	case name == "evidence.yaml":
		return m.evidence(text)
	case path.Ext(name) == ".yaml", base == "availability.csv":
		return dates(text, m.days, isoDay, time.DateOnly)
	case base == "incidents.csv":
		return dates(text, m.days, slashedDay, "2/1/2006")
	case name == probes:
		return m.samples(text)
	case strings.HasPrefix(base, "trivy-"):
		return createdAt.ReplaceAllStringFunc(text, func(s string) string { return dates(s, m.scans, isoDay, time.DateOnly) })
	default:
		return text
	}
}

// dates moves all days written in one way; what looks like a day and is none stays.
func dates(text string, days int, pattern *regexp.Regexp, layout string) string {
	return pattern.ReplaceAllStringFunc(text, func(day string) string {
		at, err := time.Parse(layout, day)
		if err != nil {
			return day
		}
		return at.AddDate(0, 0, days).Format(layout)
	})
}

// samples moves the unix times of a Prometheus answer.
func (m move) samples(text string) string {
	return sampleTime.ReplaceAllStringFunc(text, func(s string) string {
		at, err := strconv.ParseInt(s[1:len(s)-1], 10, 64)
		if err != nil {
			return s
		}
		return fmt.Sprintf("[%d,", at+int64(m.probes/time.Second))
	})
}

// evidence moves evidence.yaml: raw files were loaded when they were taken, what follows them goes by weeks.
func (m move) evidence(text string) string {
	files, rest, _ := strings.Cut(text, "\nincidents:")
	files = rawFile.ReplaceAllStringFunc(files, func(entry string) string {
		part := rawFile.FindStringSubmatch(entry)
		at, err := time.Parse(time.RFC3339, part[3])
		if err != nil {
			return entry
		}
		return part[1] + at.Add(m.of(part[2])).Format(time.RFC3339)
	})
	return files + "\nincidents:" + dates(rest, m.days, isoDay, time.DateOnly)
}
