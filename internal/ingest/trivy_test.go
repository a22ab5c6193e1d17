package ingest_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/ingest"
)

const trivyReport = `{"SchemaVersion":2,"CreatedAt":"2026-01-02T03:04:05+01:00","ReportID":"r1","ArtifactName":"web:1","ArtifactType":"container_image","Metadata":{"OS":{}},
"Results":[
{"Target":"web:1 (debian 12.5)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[
 {"VulnerabilityID":"CVE-2025-0001","PkgName":"libc6","InstalledVersion":"2.36-9","FixedVersion":"2.36-10","Status":"fixed","Severity":"HIGH","PublishedDate":"2025-03-01T00:00:00Z","PrimaryURL":"https://example.org/1","Title":"bad","References":["CVE-1999-0001"]},
 {"VulnerabilityID":"GHSA-aaaa-bbbb-cccc","VendorIDs":["CVE-2020-1"],"PkgName":"zlib"}]},
{"Target":"app/package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":null},
{"Target":"Node.js","Class":"lang-pkgs","Type":"node-pkg","Vulnerabilities":[
 {"VulnerabilityID":"cve-2025-0002","PkgName":"left","PkgPath":"srv/left/package.json","Severity":"UNKNOWN","Status":"will_not_fix"}]},
{"Target":"Dockerfile","Class":"config","Misconfigurations":[{"ID":"x"},{"ID":"y"}]},
{"Target":"key","Class":"secret","Secrets":[{}]}]}`

func readTrivy(t testing.TB, src *ingest.Source, o ingest.TrivyOptions) (ingest.Scan, []ingest.ExposureRecord, error) {
	t.Helper()
	var got []ingest.ExposureRecord
	scan, err := ingest.ReadTrivy(src, o, func(r ingest.ExposureRecord) error { got = append(got, r); return nil })
	return scan, got, err
}

func TestTrivyReportGivesExposuresAndScan(t *testing.T) {
	var scopes []string
	scan, got, err := readTrivy(t, slow(trivyReport), ingest.TrivyOptions{Scope: func(s ingest.ScopeRecord) error {
		scopes = append(scopes, s.Scope)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []ingest.ExposureRecord{
		{
			Asset: "web:1", Scope: "web:1", Class: "os-pkgs", Type: "debian", VulnerabilityID: "CVE-2025-0001", Canonical: "CVE-2025-0001",
			Package: "libc6", Installed: "2.36-9", Fixed: "2.36-10", Status: ingest.StatusFixed, Severity: ingest.SeverityHigh,
			Published: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), URL: "https://example.org/1", Title: "bad", Location: "web:1", At: ingest.At{Record: 1},
		},
		{
			Asset: "web:1", Scope: "web:1", Class: "os-pkgs", Type: "debian", VulnerabilityID: "GHSA-aaaa-bbbb-cccc", Canonical: "GHSA-aaaa-bbbb-cccc",
			Package: "zlib", Status: ingest.StatusUnknown, Severity: ingest.SeverityUnknown, Location: "web:1", At: ingest.At{Record: 2},
		},
		{
			Asset: "web:1", Scope: "Node.js", Class: "lang-pkgs", Type: "node-pkg", VulnerabilityID: "cve-2025-0002", Canonical: "CVE-2025-0002",
			Package: "left", Status: ingest.StatusWillNotFix, Severity: ingest.SeverityUnknown, Location: "Node.js/srv/left/package.json", At: ingest.At{Record: 3},
		},
	}
	for i := range got {
		if at := got[i].At.Offset; !strings.Contains(trivyReport[at:min(int(at)+60, len(trivyReport))], got[i].VulnerabilityID) {
			t.Errorf("got offset %d of record %d, which does not lead to it", at, i+1)
		}
		got[i].At.Offset = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantScan := ingest.Scan{
		Root: "report", CreatedAt: time.Date(2026, 1, 2, 2, 4, 5, 0, time.UTC), Artifact: "web:1", ArtifactType: "container_image",
		ReportID: "r1", Exposures: 3, Misconfigured: 2, Secrets: 1,
	}
	if diff := cmp.Diff(wantScan, scan); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"web:1", "app/package-lock.json", "Node.js", "Dockerfile", "key"}, scopes); diff != "" {
		t.Error(diff)
	}
}

func TestTrivyScopeForgetsTheVersionOfTheOperatingSystem(t *testing.T) {
	_, before, _ := readTrivy(t, text(trivyReport), ingest.TrivyOptions{})
	_, after, _ := readTrivy(t, text(strings.Replace(trivyReport, "debian 12.5", "debian 12.6", 1)), ingest.TrivyOptions{})
	if before[0].Key() != after[0].Key() {
		t.Errorf("got keys %q and %q, want one", before[0].Key(), after[0].Key())
	}
}

func TestTrivyIncompleteScansSayWhy(t *testing.T) {
	for _, c := range []struct {
		name, file string
		o          ingest.TrivyOptions
		want       []ingest.Incomplete
	}{
		{"declared", trivyReport, ingest.TrivyOptions{Partial: true}, []ingest.Incomplete{ingest.IncompleteDeclared}},
		{"null list", `null`, ingest.TrivyOptions{}, []ingest.Incomplete{ingest.IncompleteEmpty}},
		{"empty list", `[]`, ingest.TrivyOptions{}, []ingest.Incomplete{ingest.IncompleteEmpty}},
		{"no results, no metadata", `{"SchemaVersion":2,"ArtifactName":"a","Results":null}`, ingest.TrivyOptions{}, []ingest.Incomplete{ingest.IncompleteEmpty}},
		{"no results, metadata", `{"SchemaVersion":2,"ArtifactName":"a","Metadata":{}}`, ingest.TrivyOptions{}, nil},
		{"nothing found", `{"SchemaVersion":2,"ArtifactName":"a","Results":[{"Target":"a","Class":"os-pkgs","Type":"alpine"}]}`, ingest.TrivyOptions{}, nil},
		{"only misconfigurations", `{"SchemaVersion":2,"ArtifactName":"a","Results":[{"Target":"a","Class":"config"}]}`, ingest.TrivyOptions{}, []ingest.Incomplete{ingest.IncompleteNoPackages}},
		{"item without id", `[{"Target":"a","Vulnerabilities":[{"PkgName":"p"}]}]`, ingest.TrivyOptions{}, []ingest.Incomplete{ingest.IncompleteUnidentified}},
		{"old list", `[{"Target":"a","Vulnerabilities":[{"VulnerabilityID":"CVE-2020-1","PkgName":"p"}]}]`, ingest.TrivyOptions{}, nil},
		{"old list, nothing found", `[{"Target":"a","Type":"alpine","Vulnerabilities":null}]`, ingest.TrivyOptions{}, nil},
		{"old list, nothing looked for", `[{"Target":"a","Misconfigurations":[{}]}]`, ingest.TrivyOptions{}, []ingest.Incomplete{ingest.IncompleteNoPackages}},
		{"resource failed", `{"ClusterName":"c","Resources":[{"Kind":"Pod","Name":"p","Error":"no access","Results":[{"Target":"a","Class":"os-pkgs"}]}]}`, ingest.TrivyOptions{}, []ingest.Incomplete{ingest.IncompleteResourceError}},
	} {
		scan, _, err := readTrivy(t, text(c.file), c.o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, scan.Incomplete); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestTrivyKubernetesResourcesAreAssets(t *testing.T) {
	vulnerable := `[{"Target":"i (debian 12)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-2020-1","PkgName":"p"}]}]`
	for _, root := range []string{"Resources", "Vulnerabilities", "Findings"} {
		file := `{"ClusterName":"c","` + root + `":[{"Namespace":"n","Kind":"Pod","Name":"a","Results":` + vulnerable + `},{"Namespace":"n","Kind":"Pod","Name":"b","Metadata":{},"Results":` + vulnerable + `}]}`
		scan, got, err := readTrivy(t, text(file), ingest.TrivyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if scan.Root != "kubernetes" || len(got) != 2 || got[0].Asset != "c/n/Pod/a" || got[1].Asset != "c/n/Pod/b" {
			t.Errorf("%s: got %s %+v, want two pods", root, scan.Root, got)
		}
	}
}

func TestTrivyRefusesBadFiles(t *testing.T) {
	item := func(s string) string {
		return `{"SchemaVersion":2,"ArtifactName":"a","Results":[{"Target":"a","Class":"os-pkgs","Vulnerabilities":[{"VulnerabilityID":"CVE-2020-1"},` + s + `]}]}`
	}
	for _, c := range []struct {
		name, file, key, field string
		record                 int
	}{
		{"empty", ``, "ingest.error.empty", "", 0},
		{"truncated", trivyReport[:700], "ingest.error.truncated", "", 2},
		{"last brace missing", trivyReport[:len(trivyReport)-1], "ingest.error.truncated", "", 3},
		{"something behind", trivyReport + "{}", "ingest.error.trailing", "", 3},
		{"not JSON", `<xml/>`, "ingest.error.json", "", 0},
		{"a number", `3`, "ingest.error.type", "", 0},
		{"another JSON", `{"bomFormat":"CycloneDX","vulnerabilities":[]}`, "ingest.error.trivy.not", "SchemaVersion", 0},
		{"another version", `{"SchemaVersion":3,"ArtifactName":"a"}`, "ingest.error.trivy.version", "SchemaVersion", 0},
		{"severity a number", item(`{"Severity":3}`), "ingest.error.type", "Severity", 2},
		{"severity unheard of", item(`{"Severity":"AWFUL"}`), "ingest.error.value", "Severity", 2},
		{"status unheard of", item(`{"Status":"maybe"}`), "ingest.error.value", "Status", 2},
		{"date day first", item(`{"PublishedDate":"25/11/2026"}`), "ingest.error.date", "PublishedDate", 2},
		{"vulnerabilities an object", `[{"Target":"a","Vulnerabilities":{}}]`, "ingest.error.type", "Vulnerabilities", 0},
		{"item a string", item(`"x"`), "ingest.error.type", "Vulnerabilities", 2},
		{"member twice", item(`{"PkgName":"a","PkgName":"b"}`), "ingest.error.json-duplicate", "/Results/0/Vulnerabilities/1/PkgName", 2},
		{"target after", `[{"Vulnerabilities":[{"VulnerabilityID":"CVE-2020-1"}],"Target":"a"}]`, "ingest.error.trivy.order", "Target", 1},
		{"artifact after", `{"SchemaVersion":2,"Results":[{"Target":"a"}],"ArtifactName":"a"}`, "ingest.error.trivy.order", "ArtifactName", 0},
		{"deep", item(`{"X":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + `}`), "ingest.error.depth", "", 2},
		{"UTF-16", "\xff\xfe[\x00]\x00", "ingest.error.encoding", "", 0},
		{"Windows-1252", item("{\"Title\":\"citt\xe0 \"}"), "ingest.error.encoding", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readTrivy(t, text(c.file), ingest.TrivyOptions{})
			wantProblem(t, err, c.key, c.field, c.record)
		})
	}
}

func TestTrivyErrorShowsLittleOfTheFile(t *testing.T) {
	_, _, err := readTrivy(t, text(`[{"Target":"a","Vulnerabilities":[{"VulnerabilityID":"x","Severity":"`+strings.Repeat("Q", 500)+`"}]}]`), ingest.TrivyOptions{})
	if n := strings.Count(err.Error(), "Q"); n != 80 {
		t.Errorf("got %d characters of the field in the error, want 80", n)
	}
}

func TestTrivyEveryCutIsAnError(t *testing.T) {
	for n := range len(trivyReport) {
		if _, _, err := readTrivy(t, text(trivyReport[:n]), ingest.TrivyOptions{}); err == nil {
			t.Fatalf("got no error for the first %d bytes, want one", n)
		}
	}
}

func TestTrivyHugeFileNeedsLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("200 MB, skipped with -short")
	}
	item := `{"VulnerabilityID":"CVE-2020-1","PkgName":"p","Severity":"LOW","Description":"` + strings.Repeat("long ", 420) + `"}`
	body := repeat(`[{"Target":"a","Vulnerabilities":[`, item, 100_000, `]}]`)
	n, most := 0, uint64(0)
	src := ingest.NewSource("huge", body, ingest.SourceOptions{})
	_, err := ingest.ReadTrivy(src, ingest.TrivyOptions{}, func(ingest.ExposureRecord) error {
		if n++; n%10_000 == 0 {
			runtime.GC() // what stays, whatever other tests have left
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		return nil
	})
	if err != nil || n != 100_000 || src.Size() < 200<<20 {
		t.Fatalf("got %d records of %d bytes, error %v; want 100000 of more than 200 MB", n, src.Size(), err)
	}
	if most > 64<<20 {
		t.Errorf("got %d MB of heap, want at most 64", most>>20)
	}
}

// countTrivy counts vulnerabilities with an id by walking generic JSON: every list called Vulnerabilities,
// except that of a Kubernetes root, which holds resources.
func countTrivy(v any) (n int, bySeverity map[string]int) {
	bySeverity = map[string]int{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if id, ok := v["VulnerabilityID"].(string); ok && id != "" {
				n++
				severity, _ := v["Severity"].(string)
				bySeverity[strings.ToLower(severity)]++
				return
			}
			for _, member := range v {
				walk(member)
			}
		}
	}
	walk(v)
	return n, bySeverity
}

func TestTrivySamplesCountLikeAGenericWalk(t *testing.T) {
	read, refused := 0, 0
	for _, path := range files(t, "evidence", "trivy", "*") {
		root := generic(t, path)
		scan, got, err := readTrivy(t, open(t, path), ingest.TrivyOptions{})
		if m, ok := root.(map[string]any); ok && m["SchemaVersion"] == nil && m["ClusterName"] == nil {
			wantProblem(t, err, "ingest.error.trivy.not", "SchemaVersion", 0) // CycloneDX, SPDX
			refused++
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			continue
		}
		read++
		want, wantSeverity := countTrivy(root)
		bySeverity := map[string]int{}
		for _, r := range got {
			if r.Asset == "" || r.Location == "" || r.Package == "" {
				t.Errorf("%s: got a record without asset, location or package: %+v", filepath.Base(path), r)
			}
			bySeverity[string(r.Severity)]++
		}
		if len(got) != want || scan.Exposures != want {
			t.Errorf("%s: got %d exposures, want %d", filepath.Base(path), len(got), want)
		}
		if diff := cmp.Diff(wantSeverity, bySeverity); diff != "" {
			t.Errorf("%s: %s", filepath.Base(path), diff)
		}
		again, gotAgain, err := readTrivy(t, open(t, path), ingest.TrivyOptions{})
		if diff := cmp.Diff(got, gotAgain); diff != "" || err != nil || !cmp.Equal(scan, again) {
			t.Errorf("%s: the second reading differs: %s %v", filepath.Base(path), diff, err)
		}
	}
	t.Logf("%d files read, %d are another format", read, refused)
}

// Counted by hand in the files.
func TestTrivySamplesCountedByHand(t *testing.T) {
	for _, c := range []struct {
		file       string
		root       string
		exposures  int
		misconf    int
		secrets    int
		incomplete []ingest.Incomplete
	}{
		{"legacy_many_vulns.json", "list", 93, 0, 0, nil},
		{"legacy_no_vuln.json", "list", 0, 0, 0, []ingest.Incomplete{ingest.IncompleteEmpty}},
		{"legacy_trivy_mix.json", "list", 6, 0, 0, []ingest.Incomplete{ingest.IncompleteUnidentified}},
		{"scheme_2_many_vulns.json", "report", 5, 0, 0, nil},
		{"scheme_2_no_vuln.json", "report", 0, 0, 0, nil},
		{"all_statuses.json", "report", 8, 0, 0, nil},
		{"kubernetes.json", "kubernetes", 10, 10, 0, nil},
		{"helm_badname.json.golden", "report", 0, 0, 0, []ingest.Incomplete{ingest.IncompleteEmpty}},
		{"issue_14136.json", "report", 0, 1, 0, []ingest.Incomplete{ingest.IncompleteNoPackages}},
	} {
		path := samples(t, "evidence", "trivy", c.file)
		scan, _, err := readTrivy(t, open(t, path), ingest.TrivyOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if scan.Root != c.root || scan.Exposures != c.exposures || scan.Misconfigured != c.misconf || scan.Secrets != c.secrets || !cmp.Equal(scan.Incomplete, c.incomplete) {
			t.Errorf("%s: got %+v, want %+v", c.file, scan, c)
		}
	}
}

func FuzzTrivy(f *testing.F) {
	f.Add(trivyReport)
	f.Add(`null`)
	f.Add(`[{"Target":"a","Vulnerabilities":[{"VulnerabilityID":"CVE-2020-1","PkgName":"p"}]}]`)
	f.Add(`{"ClusterName":"c","Resources":[{"Kind":"Pod","Results":[{"Vulnerabilities":[{}]}]}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		scan, got, err := readTrivy(t, text(s), ingest.TrivyOptions{})
		if err == nil && scan.Exposures != len(got) {
			t.Errorf("got %d records, scan says %d", len(got), scan.Exposures)
		}
	})
}

// BenchmarkTrivy reads a sample with many findings, repeated to 100,000.
func BenchmarkTrivy(b *testing.B) {
	data, err := os.ReadFile(samples(b, "evidence", "trivy", "legacy_many_vulns.json"))
	if err != nil {
		b.Fatal(err)
	}
	list := strings.TrimSpace(string(data))
	list = list[1 : len(list)-1]
	per := strings.Count(list, `"VulnerabilityID"`)
	times := 100_000/per + 1
	b.SetBytes(int64(len(list) * times))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		src := ingest.NewSource("bench", repeat("[", list, times, "]"), ingest.SourceOptions{})
		if _, err := ingest.ReadTrivy(src, ingest.TrivyOptions{}, func(ingest.ExposureRecord) error { n++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "findings/s")
}
