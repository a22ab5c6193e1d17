package evidence_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
)

var ctx = context.Background()

// samples finds files of outside tools, or skips the test.
func samples(t testing.TB, pattern ...string) []string {
	t.Helper()
	root := os.Getenv("ACCORDO_SAMPLES")
	if root == "" {
		root = "../../../shared/samples"
	}
	names, err := filepath.Glob(filepath.Join(append([]string{root, "evidence"}, pattern...)...))
	if err != nil || len(names) == 0 {
		t.Skip("samples not found, skipped")
	}
	return names
}

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

// finding is one item of a Trivy file that a test writes.
type finding struct {
	pkg, cve, severity, title, status, published string
}

// trivy writes a report of one image.
func trivy(image, created string, findings ...finding) string {
	type item struct {
		VulnerabilityID, PkgName, InstalledVersion, Severity, Title string
		Status                                                      string `json:",omitempty"`
		PublishedDate                                               string `json:",omitempty"`
	}
	items := make([]item, 0, len(findings))
	for _, f := range findings {
		if f.severity == "" {
			f.severity = "HIGH"
		}
		items = append(items, item{f.cve, f.pkg, "1.0", f.severity, f.title, f.status, f.published})
	}
	report := struct {
		SchemaVersion int
		CreatedAt     string `json:",omitempty"`
		ArtifactName  string
		Metadata      struct{}
		Results       []any
	}{2, created, image, struct{}{}, []any{struct {
		Target, Class, Type string
		Vulnerabilities     []item
	}{image, "os-pkgs", "debian", items}}}
	text, err := json.Marshal(report)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// put stores bytes and gives the input of their import.
func put(t testing.TB, s evidence.Store, name, text string) evidence.ImportInput {
	t.Helper()
	sum, _, err := s.Put(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return evidence.ImportInput{SHA256: sum, Name: name, Store: s}
}

// load imports and fails the test on an error.
func load(t testing.TB, d *db.DB, in evidence.ImportInput) evidence.ImportResult {
	t.Helper()
	var out evidence.ImportResult
	dbtest.Change(t, d, func(tx *db.Tx) (err error) {
		out, err = evidence.Import(ctx, tx, in)
		return err
	})
	return out
}

// asked runs a query.
func asked[In, Out any](t testing.TB, d *db.DB, query func(context.Context, db.Reader, In) (Out, error), in In) Out {
	t.Helper()
	var out Out
	dbtest.View(t, d, func(r db.Reader) (err error) {
		out, err = query(ctx, r, in)
		return err
	})
	return out
}

func exposures(t testing.TB, r db.Reader) []evidence.Exposure {
	t.Helper()
	page, err := evidence.ListExposures(ctx, r, evidence.ExposureFilter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		t.Fatal(err)
	}
	sort.Slice(page.Items, func(i, j int) bool { return page.Items[i].ID < page.Items[j].ID })
	return page.Items
}

// state writes down all that is known of exposures, without anything that depends on the order of imports.
func state(t testing.TB, r db.Reader) string {
	t.Helper()
	var b strings.Builder
	for _, x := range exposures(t, r) {
		life, err := evidence.GetExposure(ctx, r, evidence.ExposureQuery{ID: x.ID})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s %s %q open=%v first=%s opened=%s closed=%s seen=%s\n", x.Asset, x.Vulnerability, x.Severity, x.Title, x.Open, clock(x.First), clock(x.Opened), clock(x.Closed), clock(x.Seen))
		for _, i := range life.Intervals {
			fmt.Fprintf(&b, "  %s %s-%s %s delayed=%v\n", i.Scope, clock(i.Opened), clock(i.Closed), i.Reason, i.Delayed)
		}
	}
	time, err := evidence.ExposureDays(ctx, r, at("2026-01-01 00:00"), at("2026-03-01 00:00"))
	if err != nil {
		t.Fatal(err)
	}
	lives, err := evidence.Lives(ctx, r, at("2026-01-04 12:00"))
	if err != nil {
		t.Fatal(err)
	}
	sort.Slice(lives, func(i, j int) bool {
		return lives[i].Exposure < lives[j].Exposure || lives[i].Exposure == lives[j].Exposure && lives[i].Opened.Before(lives[j].Opened)
	})
	fmt.Fprintf(&b, "days %+v\nlives %+v\n", time, lives)
	return b.String()
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "…"
	}
	return t.Format("02 15:04")
}

var errRollBack = errors.New("roll back")

// inVain runs a change that is rolled back.
func inVain(t testing.TB, d *db.DB, fn func(*db.Tx)) {
	t.Helper()
	err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error { fn(tx); return errRollBack })
	if !errors.Is(err, errRollBack) {
		t.Fatal(err)
	}
}
