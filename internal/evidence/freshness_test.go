package evidence_test

import (
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
)

// scans loads a complete run of an image for each day, at noon.
func scans(t *testing.T, d *db.DB, image string, days ...string) {
	t.Helper()
	store := evidence.Store{Dir: t.TempDir()}
	for _, day := range days {
		load(t, d, put(t, store, image+day, trivy(image, day+"T12:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"})))
	}
}

func TestScopeIsFreshForItsRhythm(t *testing.T) {
	tests := []struct {
		name, image, now string
		days             []string
		state            evidence.FreshState
		limit            int
	}{
		{"critical, within a week", "web:1", "2026-03-08 11:00", []string{"2026-01-01", "2026-02-01", "2026-03-01"}, evidence.Fresh, 7},
		{"critical, past a week, whatever the rhythm", "web:1", "2026-03-08 13:00", []string{"2026-01-01", "2026-02-01", "2026-03-01"}, evidence.Stale, 7},
		{"every ten days, on the eleventh", "lab:1", "2026-02-01 11:00", []string{"2026-01-01", "2026-01-11", "2026-01-21"}, evidence.Fresh, 11},
		{"every ten days, on the twelfth", "lab:1", "2026-02-01 13:00", []string{"2026-01-01", "2026-01-11", "2026-01-21"}, evidence.Stale, 11},
		{"two runs are no rhythm", "lab:1", "2026-01-20 12:00", []string{"2026-01-01", "2026-01-11"}, evidence.Stale, 7},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				shop(t, d, "web:1")
				d.Now = func() time.Time { return at(test.now) }
				scans(t, d, test.image, test.days...)
				got := asked(t, d, evidence.ScopeFreshness, struct{}{})
				if len(got) != 1 || got[0].State != test.state || got[0].Limit != test.limit {
					t.Errorf("got %+v, want %s with a limit of %d days", got, test.state, test.limit)
				}
			})
		})
	}
}

func TestPartialRunsNeverMakeAScopeFresh(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		d.Now = func() time.Time { return at("2026-01-02 00:00") }
		in := put(t, evidence.Store{Dir: t.TempDir()}, "a", trivy("web:1", "2026-01-01T12:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"}))
		in.Partial = true
		load(t, d, in)
		if got := asked(t, d, evidence.ScopeFreshness, struct{}{}); len(got) != 1 || got[0].State != evidence.Never {
			t.Errorf("got %+v, want a scope that was never seen whole", got)
		}
	})
}

func TestOpenExposuresOfTheCatalogueAreCountedWithTheirDaysOverdue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		shop(t, d, "web:1")
		d.Now = func() time.Time { return at("2026-02-01 12:00") }
		store := evidence.Store{Dir: t.TempDir()}
		load(t, d, put(t, store, "kev.json", `{"catalogVersion":"1","dateReleased":"2026-01-03T00:00:00Z","vulnerabilities":[
			{"cveID":"CVE-2026-0001","dateAdded":"2026-01-02","dueDate":"2026-01-22"},{"cveID":"CVE-2026-0002","dateAdded":"2026-01-02","dueDate":"2026-02-01"},
			{"cveID":"CVE-2026-0003","dateAdded":"2026-01-02","dueDate":"2026-01-22"},{"cveID":"CVE-2026-0009","dateAdded":"2026-01-02","dueDate":"2026-01-22"}]}`))
		load(t, d, put(t, store, "a", trivy("web:1", "2026-01-10T10:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"}, finding{pkg: "a", cve: "CVE-2026-0003"})))
		load(t, d, put(t, store, "b", trivy("web:1", "2026-01-11T10:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"}, finding{pkg: "b", cve: "CVE-2026-0002"})))
		load(t, d, put(t, store, "c", trivy("lab:1", "2026-01-12T10:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"})))
		got := asked(t, d, evidence.OpenKEVs, evidence.OpenKEVFilter{})
		if len(got) != 2 || got[0].CVE != "CVE-2026-0001" || got[1].CVE != "CVE-2026-0002" {
			t.Fatalf("got %+v, want the two that are open, by due day", got)
		}
		first := got[0]
		if first.Open != 2 || first.Overdue != 10 || first.Tier != 1 || first.Loose != 1 || len(first.Elements) != 1 || !first.Since.Equal(at("2026-01-10 10:00")) {
			t.Errorf("got %+v, want 2 exposures, 10 days overdue, tier 1, one of no element", first)
		}
		if got[1].Overdue != 0 {
			t.Errorf("got %d days overdue on the due day, want 0", got[1].Overdue)
		}
		if got := asked(t, d, evidence.OpenKEVs, evidence.OpenKEVFilter{Late: "no"}); len(got) != 1 || got[0].CVE != "CVE-2026-0002" {
			t.Errorf("got %+v, want only what is not late", got)
		}
	})
}

func TestSearchFindsPartsOfNamesWhateverTheCase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		load(t, d, put(t, store, "a", trivy("Web:1", "2026-01-10T10:00:00Z", finding{pkg: "LibXML_2", cve: "CVE-2026-0001"}, finding{pkg: "libxmlA2", cve: "CVE-2026-0002"})))
		for text, want := range map[string]int{"libxml": 2, "XML_2": 1, "wEB:": 2, "2026-0002": 1, "100%": 0} {
			if got := asked(t, d, evidence.ListExposures, evidence.ExposureFilter{Text: text}); got.Total != want {
				t.Errorf("%q: got %d, want %d", text, got.Total, want)
			}
		}
	})
}
