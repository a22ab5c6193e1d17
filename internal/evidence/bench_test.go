package evidence_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
)

// largeTrivy writes a report of n findings by repeating the items of a real one under ids of their own; where
// there is no sample, items of the same size are made.
func largeTrivy(b *testing.B, path string, n int, created time.Time) {
	b.Helper()
	items := sampleItems()
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprintf(out, `{"SchemaVersion":2,"CreatedAt":%q,"ArtifactName":"big:1","Metadata":{},"Results":[`, created.Format(time.RFC3339))
	for i := range n {
		if i%1000 == 0 {
			if i > 0 {
				out.WriteString("]},")
			}
			fmt.Fprintf(out, `{"Target":"image-%d (debian 12.5)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[`, i/1000)
		} else {
			out.WriteByte(',')
		}
		item := items[i%len(items)]
		item["VulnerabilityID"], item["PkgName"] = fmt.Sprintf("CVE-20%02d-%05d", i%20+5, i%30000), fmt.Sprintf("package-%d", i%700)
		text, err := json.Marshal(item)
		if err != nil {
			b.Fatal(err)
		}
		out.Write(text)
	}
	out.WriteString("]}]}")
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
}

func sampleItems() []map[string]any {
	root := os.Getenv("ACCORDO_SAMPLES")
	if root == "" {
		root = "../../../shared/samples"
	}
	var report struct {
		Results []struct{ Vulnerabilities []map[string]any }
	}
	data, err := os.ReadFile(filepath.Join(root, "evidence", "trivy", "ubuntu-1804.json.golden"))
	if err == nil && json.Unmarshal(data, &report) == nil {
		return report.Results[0].Vulnerabilities
	}
	words := string(bytes.Repeat([]byte("a vulnerability described at length, "), 40))
	return []map[string]any{{"Severity": "HIGH", "Status": "affected", "Title": "made", "InstalledVersion": "1.0", "Description": words}}
}

func BenchmarkImportTrivy100k(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *db.DB
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			first, second := filepath.Join(b.TempDir(), "1.json"), filepath.Join(b.TempDir(), "2.json")
			largeTrivy(b, first, 100_000, at("2026-11-01 10:00"))
			largeTrivy(b, second, 100_000, at("2026-11-02 10:00"))
			for range b.N {
				d, store := engine.open(b), evidence.Store{Dir: b.TempDir()}
				for _, run := range []struct{ name, path string }{{"first", first}, {"again", second}} {
					start := time.Now()
					got := importPath(b, d, store, run.path)
					took := time.Since(start)
					if got.Counts.New+got.Counts.Unchanged != 100_000 || got.Counts.Closed != 0 {
						b.Fatalf("%s: got %+v", run.name, got.Counts)
					}
					b.ReportMetric(100_000/took.Seconds(), run.name+"-findings/s")
				}
			}
			b.ReportMetric(peakMB(), "peak-MB")
		})
	}
}

func importPath(b *testing.B, d *db.DB, store evidence.Store, path string) evidence.ImportResult {
	b.Helper()
	raw, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	sum, _, err := store.Put(raw)
	if err != nil {
		b.Fatal(err)
	}
	return load(b, d, evidence.ImportInput{SHA256: sum, Name: filepath.Base(path), Store: store})
}

// peakMB is the largest resident size of this process so far.
func peakMB() float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.Sys) / (1 << 20)
	}
	_, rest, _ := bytes.Cut(data, []byte("VmHWM:"))
	var kb float64
	fmt.Sscan(string(rest), &kb)
	return kb / 1024
}

func BenchmarkListExposures50k(b *testing.B) {
	d, store, path := dbtest.SQLite(b), evidence.Store{Dir: b.TempDir()}, filepath.Join(b.TempDir(), "big.json")
	largeTrivy(b, path, 50_000, at("2026-11-01 10:00"))
	importPath(b, d, store, path)
	for name, filter := range map[string]evidence.ExposureFilter{
		"default":  {},
		"open":     {Open: "yes", Page: db.Page{Sort: "-opened"}},
		"text":     {Text: "package-12"},
		"element":  {Element: "-", Severity: "high"},
		"kev":      {KEV: "yes"},
		"by-asset": {Page: db.Page{Sort: "asset"}},
	} {
		b.Run(name, func(b *testing.B) {
			var slow []time.Duration
			for range b.N {
				start := time.Now()
				asked(b, d, evidence.ListExposures, filter)
				slow = append(slow, time.Since(start))
			}
			b.ReportMetric(float64(percentile(slow, 0.95).Microseconds())/1000, "p95-ms")
		})
	}
}

func percentile(all []time.Duration, p float64) time.Duration {
	for i := range all {
		for j := i; j > 0 && all[j] < all[j-1]; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return all[int(p*float64(len(all)-1))]
}
