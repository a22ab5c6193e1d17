package demo_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"accordo.dev/demo"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
)

func TestMoveIsOfWholeWeeksAndNeverBack(t *testing.T) {
	for _, c := range []struct {
		today string
		want  int
	}{{"2020-01-01", 0}, {"2026-11-24", 0}, {"2026-11-25", 0}, {"2026-12-01", 0}, {"2026-12-02", 1}, {"2027-11-24", 52}} {
		today, err := time.Parse(time.DateOnly, c.today)
		if err != nil {
			t.Fatal(err)
		}
		if got := demo.Weeks(today); got != c.want {
			t.Errorf("weeks on %s: got %d, want %d", c.today, got, c.want)
		}
	}
}

// contents reads a folder: path to text.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFolderIsWrittenAsItLiesBeforeTheAnchor(t *testing.T) {
	written := contents(t, write(t, demo.Anchor.AddDate(0, -3, 0)))
	for name, got := range written {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got a changed file, want it as it lies", name)
		}
	}
	if len(written) < 100 {
		t.Errorf("got %d files, want all", len(written))
	}
}

func TestEverythingMovesWithTodayButPublicFacts(t *testing.T) {
	now, later := contents(t, write(t, demo.Anchor)), contents(t, write(t, demo.Anchor.AddDate(0, 0, 31)))
	has := func(file, text string) {
		t.Helper()
		if !strings.Contains(later[file], text) {
			t.Errorf("%s four weeks later: got no %q", file, text)
		}
	}
	has("organisation.yaml", "next_board: '2026-12-24'")
	has("people.yaml", "from: '2024-09-30'")
	has("decision.yaml", "at: 2026-12-22T16:30:00Z")
	has("evidence/trivy-prod-30.json", `"CreatedAt":"2026-12-24T03:10:00Z"`)
	has("evidence.yaml", "loaded: 2026-12-24T03:45:00Z")
	has("evidence.yaml", "occurred: 2026-12-10T10:48:00Z")
	has("evidence/trivy-prod-30.json", `"PublishedDate":"2024-`)
	has("evidence/availability.csv", "probe/instant-payments,2026-11-15T09:12:00Z,2026-11-15T10:04:00Z,down")
	for _, file := range []string{"evidence/kev.csv", "README.md"} {
		if now[file] != later[file] {
			t.Errorf("%s: got a moved file, want a fact that stays", file)
		}
	}
	for name := range now {
		if len(now[name]) != len(later[name]) && !strings.HasSuffix(name, "incidents.csv") {
			t.Errorf("%s: got %d bytes, want the %d of before", name, len(later[name]), len(now[name]))
		}
	}
}

func TestScansAreAsFreshOnEveryDay(t *testing.T) {
	for days := range 8 {
		today := dbtest.Now.AddDate(0, 0, 300+days)
		stale := map[string]bool{}
		for _, f := range read(t, write(t, today)).evidence.Files {
			if f.Format == evidence.Trivy {
				stale[f.Scope] = today.Sub(f.Loaded) > 7*24*time.Hour
			}
			if f.Loaded.After(today) {
				t.Errorf("%s on %s: got it loaded in the future, on %s", f.Path, today, f.Loaded)
			}
		}
		for scope, is := range stale {
			if want := scope == "branch-gold-image.altariva.example"; is != want {
				t.Errorf("%s on %s: got stale %v, want %v", scope, today.Format(time.DateOnly), is, want)
			}
		}
	}
}

func TestProbesReachTheMinuteOfToday(t *testing.T) {
	for _, today := range []time.Time{dbtest.Now, dbtest.Now.Add(40*24*time.Hour + 17*time.Minute)} {
		b := read(t, write(t, today))
		loaded := b.evidence.Files[slices.IndexFunc(b.evidence.Files, func(f evidence.FileEntry) bool { return f.Path == "evidence/availability-week.json" })]
		if today.Sub(loaded.Loaded) >= 5*time.Minute || loaded.Loaded.After(today) {
			t.Errorf("today %s: got %s loaded %s, want the probes of the last minutes", today, loaded.Path, loaded.Loaded)
		}
	}
}
