package ingest_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/ingest"
)

const kevCSV = `cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes
CVE-2025-1001,Acme,Mail,"Mail, broken",2025-08-25,d,a,2025-09-15,Unknown,n,"CWE-59, CWE-436"
CVE-2025-1002,Acme,Web,Web broken,2025-08-25,"two
lines",a,2025-08-20,Known,n,
`

const kevJSON = `{"title":"t","catalogVersion":"2025.08.25","dateReleased":"2025-08-25T15:00:00.0000Z","count":2,"vulnerabilities":[
{"cveID":"CVE-2025-1001","vendorProject":"Acme","product":"Mail","vulnerabilityName":"Mail, broken","dateAdded":"2025-08-25","dueDate":"2025-09-15","knownRansomwareCampaignUse":"Unknown","cwes":["CWE-59"]},
{"cveID":"CVE-2025-1002","vendorProject":"Acme","product":"Web","vulnerabilityName":"Web broken","dateAdded":"2025-08-25","dueDate":"2025-08-20","knownRansomwareCampaignUse":"Known"}]}`

func readKEV(t testing.TB, src *ingest.Source) (ingest.KEVCatalogue, []ingest.KEVRecord, error) {
	t.Helper()
	var got []ingest.KEVRecord
	c, err := ingest.ReadKEV(src, func(r ingest.KEVRecord) error { got = append(got, r); return nil })
	return c, got, err
}

func day(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

func TestKEVClampsADueDateBeforeTheDateAddedAndSaysSo(t *testing.T) {
	want := []ingest.KEVRecord{
		{CVE: "CVE-2025-1001", Vendor: "Acme", Product: "Mail", Name: "Mail, broken", Added: day(2025, 8, 25), Due: day(2025, 9, 15), StatedDue: day(2025, 9, 15)},
		{CVE: "CVE-2025-1002", Vendor: "Acme", Product: "Web", Name: "Web broken", Added: day(2025, 8, 25), Due: day(2025, 8, 25), StatedDue: day(2025, 8, 20), DueClamped: true, Ransomware: true},
	}
	for name, file := range map[string]string{"csv": kevCSV, "json": kevJSON, "csv with mark": "\xef\xbb\xbf" + kevCSV} {
		c, got, err := readKEV(t, text(file))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range got {
			if got[i].At.Record != i+1 {
				t.Errorf("%s: got record %d, want %d", name, got[i].At.Record, i+1)
			}
			got[i].At = ingest.At{}
		}
		if diff := cmp.Diff(want, got); diff != "" || c.Entries != 2 || c.Clamped != 1 {
			t.Errorf("%s: %+v %s", name, c, diff)
		}
		if name == "json" && (c.Version != "2025.08.25" || !c.Released.Equal(time.Date(2025, 8, 25, 15, 0, 0, 0, time.UTC))) {
			t.Errorf("got version %q of %v, want those of the file", c.Version, c.Released)
		}
	}
}

func TestKEVRefusesBadFiles(t *testing.T) {
	row := func(s string) string { return "cveID,dateAdded,dueDate,knownRansomwareCampaignUse\n" + s }
	for _, c := range []struct {
		name, file, key, field string
		record                 int
	}{
		{"empty", "", "ingest.error.empty", "", 0},
		{"no column", "cveID,dateAdded\nCVE-2025-1001,2025-01-01\n", "ingest.error.column-missing", "duedate", 0},
		{"day first", row("CVE-2025-1001,25/08/2025,2025-09-15,Known\n"), "ingest.error.date", "dateAdded", 1},
		{"no such day", row("CVE-2025-1001,2025-02-30,2025-09-15,Known\n"), "ingest.error.date", "dateAdded", 1},
		{"not a CVE", row("CVE-1,2025-02-03,2025-09-15,Known\n"), "ingest.error.cve", "cveID", 1},
		{"twice", row("CVE-2025-1001,2025-02-03,2025-09-15,Known\nCVE-2025-1001,2025-02-03,2025-09-15,Known\n"), "ingest.error.duplicate", "cveID", 2},
		{"ransomware", row("CVE-2025-1001,2025-02-03,2025-09-15,perhaps\n"), "ingest.error.value", "knownRansomwareCampaignUse", 1},
		{"cut in quotes", row("CVE-2025-1001,2025-02-03,\"2025"), "ingest.error.truncated", "", 1},
		{"cut in a row", row("CVE-2025-1001,2025-0"), "ingest.error.truncated", "", 1},
		{"row too long", row("CVE-2025-1001,2025-02-03,2025-09-15,Known,x\n"), "ingest.error.csv-columns", "", 1},
		{"stray quote", row("CVE-2025-1001,2025-\"02-03,2025-09-15,Known\n"), "ingest.error.csv", "", 1},
		{"json cut", kevJSON[:300], "ingest.error.truncated", "", 1},
		{"json count", strings.Replace(kevJSON, `"count":2`, `"count":3`, 1), "ingest.error.kev.count", "count", 0},
		{"json other", `{"a":[]}`, "ingest.error.kev.not", "vulnerabilities", 0},
		{"CycloneDX", `{"bomFormat":"CycloneDX","vulnerabilities":[]}`, "ingest.error.kev.not", "vulnerabilities", 0},
		{"json type", `{"vulnerabilities":[{"cveID":["CVE-2025-1001"]}]}`, "ingest.error.type", "cveID", 1},
		{"json deep", `{"x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`, "ingest.error.depth", "", 0},
		{"Windows-1252", row("CVE-2025-1001,2025-02-03,2025-09-15,\xe0 \n"), "ingest.error.encoding", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readKEV(t, text(c.file))
			wantProblem(t, err, c.key, c.field, c.record)
		})
	}
}

func TestKEVSampleGivesEveryRowTwiceAlike(t *testing.T) {
	path := samples(t, "evidence", "kev", "kev_first400lines.csv")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, row := range rows[1:] {
		if row[8] == "Known" {
			known++
		}
	}
	c, got, err := readKEV(t, open(t, path))
	if err != nil || c.Entries != len(rows)-1 || c.Entries != 399 || c.Clamped != 0 {
		t.Fatalf("got %+v, %v, want 399 entries, none clamped", c, err)
	}
	for i, r := range got {
		if r.CVE != rows[i+1][0] || r.Added.Format(time.DateOnly) != rows[i+1][4] || r.Due.Format(time.DateOnly) != rows[i+1][7] {
			t.Errorf("got %+v, want %v", r, rows[i+1][0])
		}
		if r.Ransomware {
			known--
		}
	}
	if known != 0 {
		t.Errorf("got %d fewer with ransomware than the file", known)
	}
	_, again, err := readKEV(t, open(t, path))
	if diff := cmp.Diff(got, again); diff != "" || err != nil {
		t.Errorf("the second reading differs: %s %v", diff, err)
	}
}

func TestKEVHugeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("200 MB, skipped with -short")
	}
	src := ingest.NewSource("huge", repeat(`{"catalogVersion":"1","other":[`, `"`+strings.Repeat("x", 2100)+`"`, 100_000, `],"vulnerabilities":[]}`), ingest.SourceOptions{})
	if _, _, err := readKEV(t, src); err != nil || src.Size() < 200<<20 || src.SHA256() == "" {
		t.Errorf("got %d bytes, %v, want 200 MB without an error", src.Size(), err)
	}
}

func FuzzKEV(f *testing.F) {
	f.Add(kevCSV)
	f.Add(kevJSON)
	f.Add("sep=;\ncveID;dateAdded;dueDate\nCVE-2025-1001;2025-01-01;\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, got, err := readKEV(t, text(s))
		if err == nil && c.Entries != len(got) {
			t.Errorf("got %d records, catalogue says %d", len(got), c.Entries)
		}
		for _, r := range got {
			if !r.Due.IsZero() && r.Due.Before(r.Added) {
				t.Errorf("got due %v before added %v", r.Due, r.Added)
			}
		}
	})
}
