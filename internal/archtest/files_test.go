package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"accordo.dev/internal/law"
)

const root = "../.."

// goFiles lists the Go files of the module by their path from its root, without generated ones.
func goFiles(t *testing.T) []string { return filesOf(t, ".go") }

func filesOf(t *testing.T, ext ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (name == "node_modules" || name == ".git" || name == "data" || name == "bin" || name == "tools") {
			return filepath.SkipDir
		}
		for _, one := range ext {
			if strings.HasSuffix(name, one) && !strings.HasSuffix(name, "_templ.go") {
				rel, err := filepath.Rel(root, path)
				if err != nil {
					return err
				}
				found = append(found, filepath.ToSlash(rel))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var citations = regexp.MustCompile(`\b(\d{4}/\d{3,4}#[0-9][0-9a-z.]*[0-9a-z])`)

func TestCitationsOfLawExist(t *testing.T) {
	for _, path := range filesOf(t, ".go", ".templ") {
		if strings.HasPrefix(path, "internal/law/") || strings.HasPrefix(path, "internal/archtest/") {
			continue
		}
		for _, cite := range citations.FindAllString(read(t, path), -1) {
			if _, err := law.Citation(cite).Find(); err != nil {
				t.Errorf("%s cites %s: %v", path, cite, err)
			}
		}
	}
}

// clocks are the only places that may ask for the time; everything else gets it from its transaction.
var clocks = map[string]string{
	"internal/db/db.go":      "the clock of transactions",
	"internal/cli/report.go": "verification of a file, offline, without a transaction",
}

func TestNobodyElseAsksTheClock(t *testing.T) {
	for _, path := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") || clocks[path] != "" {
			continue
		}
		if strings.Contains(read(t, path), "time.Now()") {
			t.Errorf("%s asks time.Now", path)
		}
	}
}

func TestOnlyTheDatabasePackageKnowsTheEngines(t *testing.T) {
	for _, path := range goFiles(t) {
		if strings.HasPrefix(path, "internal/db/") || strings.HasPrefix(path, "internal/archtest/") {
			continue
		}
		text := read(t, path)
		for _, engine := range []string{"modernc.org/sqlite", "jackc/pgx", "FOR UPDATE", "db.Postgres", "db.SQLite"} {
			if strings.Contains(text, engine) && !strings.HasSuffix(path, "_test.go") {
				t.Errorf("%s knows of %s", path, engine)
			}
		}
	}
}

func TestNoSkippedRules(t *testing.T) {
	forbidden := regexp.MustCompile(`TODO|FIXME|panic\("(not|un)implemented`)
	for _, path := range filesOf(t, ".go", ".templ", ".js", ".css") {
		if !strings.HasPrefix(path, "internal/archtest/") && !strings.HasPrefix(path, "internal/web/static/dist") && forbidden.MatchString(read(t, path)) {
			t.Errorf("%s holds something unfinished", path)
		}
	}
}

func TestScriptsAndStylesAreNeverInline(t *testing.T) {
	inline := regexp.MustCompile(`\sstyle=|<script>|\son[a-z]+=`)
	for _, path := range filesOf(t, ".templ") {
		if found := inline.FindString(read(t, path)); found != "" {
			t.Errorf("%s holds %q, which the content security policy forbids", path, found)
		}
	}
}
