package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/report"
	"accordo.dev/internal/report/document"
)

var update = flag.Bool("update", false, "write the golden files")

func TestSameSnapshotGivesTheSameBytes(t *testing.T) {
	data, err := sample().JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := report.ReadSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs {
		first, err := document.PDF(report.Document(sample(), lang, report.Extras{}))
		if err != nil {
			t.Fatal(err)
		}
		second, err := document.PDF(report.Document(again, lang, report.Extras{}))
		if err != nil || !bytes.Equal(first.Bytes, second.Bytes) {
			t.Errorf("%s: got other bytes out of the stored snapshot (%v)", lang, err)
		}
	}
}

func TestReportReadsAsTheGoldenPages(t *testing.T) {
	for _, lang := range i18n.Langs {
		got := document.HTML(report.Document(sample(), lang, report.Extras{}))
		file := filepath.Join("testdata", "report."+string(lang)+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; look at it and run with -update", file)
		}
	}
}

func TestNoMessageKeyIsPrinted(t *testing.T) {
	empty := report.Snapshot{Format: report.SnapshotFormat, Report: report.DraftID, Period: report.Period{Name: "2026-Q4"}, AsOf: dbtest.Now}
	for _, s := range []report.Snapshot{sample(), empty} {
		for _, lang := range i18n.Langs {
			html := document.HTML(report.Document(s, lang, report.Extras{}))
			for _, bad := range []string{"report.", "office.", "NaN", "{"} {
				if at := strings.Index(html, bad); at >= 0 && !strings.Contains(html[at:at+12], "report.verify") {
					t.Errorf("%s: found %q in …%s…", lang, bad, html[max(0, at-40):at+40])
				}
			}
		}
	}
}

func TestASnapshotThatWasTouchedIsRefused(t *testing.T) {
	data, err := sample().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, touched := range [][]byte{append([]byte(" "), data...), bytes.Replace(data, []byte(`"value": 214`), []byte(`"value": 2.14e2`), 1), data[:len(data)/2]} {
		if _, err := report.ReadSnapshot(touched); err == nil {
			t.Errorf("got no error for a touched snapshot")
		}
	}
}

func BenchmarkReport(b *testing.B) {
	for b.Loop() {
		for _, lang := range i18n.Langs {
			if _, err := document.PDF(report.Document(sample(), lang, report.Extras{})); err != nil {
				b.Fatal(err)
			}
		}
	}
}
