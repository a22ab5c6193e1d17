package ingest_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/ingest"
)

const incidentsCSV = `number,incident_state,reopen_count,sys_mod_count,opened_at,sys_updated_at,category,cmdb_ci,impact,urgency,priority,resolved_at,closed_at
INC1,New,0,0,29/2/2016 01:16,29/2/2016 01:23,Mail,?,2 - Medium,2 - Medium,3 - Moderate,?,?
INC2,New,0,0,1/3/2016 10:00,1/3/2016 10:00,Net,router-1,1 - High,2 - Medium,2 - High,?,?
INC1,Closed,1,4,29/2/2016 01:16,5/3/2016 12:00,Mail,?,2 - Medium,2 - Medium,3 - Moderate,29/2/2016 11:29,5/3/2016 12:00
INC1,Resolved,1,3,29/2/2016 01:16,29/2/2016 11:29,Mail,?,2 - Medium,2 - Medium,3 - Moderate,29/2/2016 11:29,?
`

func readIncidents(t testing.TB, src *ingest.Source, o ingest.DateOptions) (ingest.IncidentLog, []ingest.IncidentRecord, error) {
	t.Helper()
	var got []ingest.IncidentRecord
	log, err := ingest.ReadIncidents(src, o, func(r ingest.IncidentRecord) error { got = append(got, r); return nil })
	return log, got, err
}

func TestIncidentAuditRowsCollapseIntoTheLatest(t *testing.T) {
	log, got, err := readIncidents(t, text(incidentsCSV), ingest.DateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	once, never := 1, 0
	at := func(month, day, hour, minute int) time.Time {
		return time.Date(2016, time.Month(month), day, hour, minute, 0, 0, time.UTC)
	}
	want := []ingest.IncidentRecord{
		{
			Number: "INC1", State: "Closed", Priority: "3 - Moderate", Impact: "2 - Medium", Urgency: "2 - Medium", Category: "Mail", Reopened: &once,
			Opened: at(2, 29, 1, 16), Resolved: at(2, 29, 11, 29), Closed: at(3, 5, 12, 0), Updated: at(3, 5, 12, 0), Rows: 3, At: ingest.At{Record: 3, Line: 4},
		},
		{
			Number: "INC2", State: "New", Priority: "2 - High", Impact: "1 - High", Urgency: "2 - Medium", Category: "Net", CI: "router-1", Reopened: &never,
			Opened: at(3, 1, 10, 0), Updated: at(3, 1, 10, 0), Rows: 1, At: ingest.At{Record: 2, Line: 3},
		},
	}
	for i := range got {
		got[i].At.Offset = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want := (ingest.IncidentLog{Order: ingest.DayMonthYear, Zone: "UTC", Rows: 4, Incidents: 2}); log != want {
		t.Errorf("got %+v, want %+v", log, want)
	}
}

func TestIncidentDateOrderIsInferredFromTheWholeFile(t *testing.T) {
	for _, c := range []struct {
		name, dates, given, key, order string
		opened                         time.Time
	}{
		{"day first", "3/4/2026;25/4/2026", "", "", "dmy", day(2026, 4, 3)},
		{"month first", "3/4/2026;4/25/2026", "", "", "mdy", day(2026, 3, 4)},
		{"dashes", "03-04-2026;25-04-2026", "", "", "dmy", day(2026, 4, 3)},
		{"dots", "03.04.2026;25.04.2026", "", "", "dmy", day(2026, 4, 3)},
		{"ISO", "2026-04-03;2026-04-25 10:00:00", "", "", "ymd", day(2026, 4, 3)},
		{"ISO with slashes", "2026/04/03;2026/04/25", "", "", "ymd", day(2026, 4, 3)},
		{"cannot tell", "3/4/2026;4/5/2026", "", "ingest.error.date-ambiguous", "", time.Time{}},
		{"the caller tells: day", "3/4/2026;4/5/2026", "dmy", "", "dmy", day(2026, 4, 3)},
		{"the caller tells: month", "3/4/2026;4/5/2026", "mdy", "", "mdy", day(2026, 3, 4)},
		{"both orders", "25/4/2026;4/25/2026", "", "ingest.error.date-mixed", "", time.Time{}},
		{"ISO and slashes", "2026-04-03;4/5/2026", "", "ingest.error.date-mixed", "", time.Time{}},
		{"the caller is wrong", "3/4/2026;25/4/2026", "mdy", "ingest.error.date-order", "", time.Time{}},
		{"no month 13", "13/13/2026;1/2/2026", "", "ingest.error.date", "", time.Time{}},
		{"two digits of a year", "3/4/26;1/2/2026", "", "ingest.error.date", "", time.Time{}},
		{"no such day", "31/4/2026;1/2/2026", "", "ingest.error.date-order", "", time.Time{}},
	} {
		first, second, _ := strings.Cut(c.dates, ";")
		file := "number;opened_at\nA;" + first + "\nB;" + second + "\n"
		log, got, err := readIncidents(t, text(file), ingest.DateOptions{Order: ingest.DateOrder(c.given)})
		if c.key != "" {
			if err == nil || !strings.Contains(err.Error(), c.key+" ") && !strings.HasSuffix(err.Error(), c.key) || !strings.Contains(err.Error(), "opened_at") {
				t.Errorf("%s: got %v, want %s on opened_at", c.name, err, c.key)
			}
			continue
		}
		if err != nil || string(log.Order) != c.order || !got[0].Opened.Equal(c.opened) {
			t.Errorf("%s: got %s %v %v, want %s %v", c.name, log.Order, got, err, c.order, c.opened)
		}
	}
}

func TestIncidentTimesOfDayAndZones(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Skip("no time zones here, skipped")
	}
	for written, want := range map[string]string{
		"2026-07-01 10:00":             "2026-07-01T08:00:00Z",
		"2026-01-01 10:00:05":          "2026-01-01T09:00:05Z",
		"2026-07-01T10:00:00Z":         "2026-07-01T10:00:00Z",
		"2026-07-01T10:00:00.250+0800": "2026-07-01T02:00:00.25Z",
		"2026-07-01 10:00:00-05:30":    "2026-07-01T15:30:00Z",
		"2026-07-01 12:05 AM":          "2026-06-30T22:05:00Z",
		"2026-07-01 01:05:00 pm":       "2026-07-01T11:05:00Z",
		"2026-07-01":                   "2026-06-30T22:00:00Z",
	} {
		log, got, err := readIncidents(t, text("number,opened_at\nA,"+written+"\n"), ingest.DateOptions{Zone: rome})
		if err != nil || got[0].Opened.Format(time.RFC3339Nano) != want || log.Zone != "Europe/Rome" {
			t.Errorf("%s: got %v %v, want %s", written, got, err, want)
		}
	}
	for _, written := range []string{"2026-07-01 25:00", "2026-07-01 10", "2026-07-01 10:00 XM", "2026-07-01 13:00 PM", "yesterday", "2026-07-01 10:00:00.", "2026-7-1-1"} {
		_, _, err := readIncidents(t, text("number,opened_at\nA,"+written+"\n"), ingest.DateOptions{})
		wantProblem(t, err, "ingest.error.date", "opened_at", 1)
	}
}

func TestIncidentColumnsByTheirLabels(t *testing.T) {
	_, got, err := readIncidents(t, text("\"Number\"\t\"State\"\t\"Opened\"\t\"Resolved\"\t\"Configuration item\"\t\"Service\"\nA\tClosed\t2026-01-01\t2025-12-31\tdb\tpay\n"), ingest.DateOptions{})
	if err != nil || got[0].State != "Closed" || got[0].CI != "db" || got[0].Service != "pay" || got[0].Reopened != nil {
		t.Fatalf("got %+v %v, want the columns found by their labels", got, err)
	}
	if diff := cmp.Diff([]string{"ingest.note.resolved-before-opened"}, got[0].Notes); diff != "" {
		t.Error(diff)
	}
}

func TestIncidentRefusesBadFiles(t *testing.T) {
	for _, c := range []struct {
		name, file, key, field string
		record                 int
	}{
		{"empty", "", "ingest.error.empty", "", 0},
		{"no number", "opened_at\n2026-01-01\n", "ingest.error.column-missing", "number", 0},
		{"column twice", "number,opened_at,opened_at\n", "ingest.error.column-twice", "opened_at", 0},
		{"number null", "number,opened_at\n?,2026-01-01\n", "ingest.error.required", "number", 1},
		{"not opened", "number,opened_at\nA,?\n", "ingest.error.required", "opened_at", 1},
		{"count a word", "number,opened_at,reopen_count\nA,2026-01-01,many\n", "ingest.error.number", "reopen_count", 1},
		{"cut", incidentsCSV[:300], "ingest.error.truncated", "", 2},
		{"UTF-16", "\xff\xfen\x00u\x00", "ingest.error.encoding", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readIncidents(t, text(c.file), ingest.DateOptions{})
			wantProblem(t, err, c.key, c.field, c.record)
		})
	}
}

func TestIncidentFileInWindows1252(t *testing.T) {
	src := ingest.NewSource("f", strings.NewReader("number;opened_at;category\nA;2026-01-01;citt\xe0\n"), ingest.SourceOptions{Encoding: ingest.Windows1252})
	_, got, err := readIncidents(t, src, ingest.DateOptions{})
	if err != nil || got[0].Category != "città" {
		t.Errorf("got %+v %v, want città", got, err)
	}
}

func TestIncidentLatestRowDoesNotDependOnTheOrderOfRows(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(incidentsCSV), "\n")
	_, want, err := readIncidents(t, text(incidentsCSV), ingest.DateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	file := strings.Join([]string{lines[0], lines[4], lines[3], lines[2], lines[1]}, "\n")
	_, got, err := readIncidents(t, text(file), ingest.DateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]ingest.IncidentRecord{want, got} {
		for i := range list {
			list[i].At = ingest.At{}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestIncidentSampleGivesOneRecordPerNumber(t *testing.T) {
	path := samples(t, "evidence", "servicenow", "incident_event_log_198rows_slashdates.csv")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	last := map[string][]string{} // the file is in the order of the changes
	for _, row := range rows[1:] {
		last[row[0]] = row
	}
	log, got, err := readIncidents(t, open(t, path), ingest.DateOptions{})
	if err != nil || log.Order != ingest.DayMonthYear || log.Rows != 198 || log.Incidents != 32 || len(got) != len(last) {
		t.Fatalf("got %+v, %d records, %v; want dmy, 198 rows, 32 incidents", log, len(got), err)
	}
	written := func(at time.Time) string {
		if at.IsZero() {
			return "?"
		}
		return fmt.Sprintf("%d/%d/%d %s", at.Day(), at.Month(), at.Year(), at.Format("15:04"))
	}
	for _, r := range got {
		row := last[r.Number]
		for field, value := range map[string]string{
			"incident_state": r.State, "priority": r.Priority, "category": r.Category, "impact": r.Impact,
			"opened_at": written(r.Opened), "resolved_at": written(r.Resolved), "closed_at": written(r.Closed), "sys_updated_at": written(r.Updated),
		} {
			if want := row[column[field]]; value != want {
				t.Errorf("%s: got %s %q, want %q", r.Number, field, value, want)
			}
		}
	}
	_, again, err := readIncidents(t, open(t, path), ingest.DateOptions{})
	if diff := cmp.Diff(got, again); diff != "" || err != nil {
		t.Errorf("the second reading differs: %s %v", diff, err)
	}
}

func TestIncidentHugeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("200 MB, skipped with -short")
	}
	rows := &repeated{body: "A,2026-01-01," + strings.Repeat("n", 2100) + "\n", left: 100_000}
	src := ingest.NewSource("huge", io.MultiReader(strings.NewReader("number,opened_at,category\n"), rows), ingest.SourceOptions{})
	log, got, err := readIncidents(t, src, ingest.DateOptions{})
	if err != nil || log.Rows != 100_000 || len(got) != 1 || src.Size() < 200<<20 {
		t.Errorf("got %+v of %d bytes, %v, want one incident of 100000 rows", log, src.Size(), err)
	}
}

func FuzzIncidents(f *testing.F) {
	f.Add(incidentsCSV)
	f.Add("number;opened_at\nA;4/25/2026 10:00 PM\n")
	f.Add("number\topened_at\nA\t2026-01-01T10:00:00.5+02:00\n")
	f.Fuzz(func(t *testing.T, s string) {
		log, got, err := readIncidents(t, text(s), ingest.DateOptions{})
		if err == nil && log.Incidents != len(got) {
			t.Errorf("got %d records, log says %d", len(got), log.Incidents)
		}
	})
}
