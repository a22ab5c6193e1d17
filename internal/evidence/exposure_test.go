package evidence_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/problem"
)

// TestSameBytesTwiceChangeNothing loads every sample, again under the same bytes, and once more as a later run.
func TestSameBytesTwiceChangeNothing(t *testing.T) {
	names := append(append(samples(t, "trivy", "*"), samples(t, "kev", "*.csv")...), samples(t, "servicenow", "*.csv")...)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store, loaded := evidence.Store{Dir: t.TempDir()}, 0
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			in := put(t, store, filepath.Base(name), string(data))
			inVain(t, d, func(tx *db.Tx) {
				first, err := evidence.Import(ctx, tx, in)
				if err != nil {
					if _, ok := problem.As(err); !ok {
						t.Errorf("%s: got %v, want a problem", in.Name, err)
					}
					return
				}
				loaded++
				again, err := evidence.Import(ctx, tx, in)
				if err != nil || !again.Already || again.Counts.Changes() != 0 {
					t.Errorf("%s again: got %+v %v, want no change", in.Name, again.Counts, err)
				}
				later := in
				later.Options = map[string]string{"taken": "2026-11-26T10:00", "released": "2026-11-26"}
				third, err := evidence.Import(ctx, tx, later)
				if err != nil || third.Already || third.Counts.Changes() != 0 || third.Counts.Unchanged != first.Counts.New {
					t.Errorf("%s as a later run: got %+v %v after %+v, want no change", in.Name, third.Counts, err, first.Counts)
				}
			})
		}
		if loaded < 90 {
			t.Errorf("got %d files loaded of %d, want at least 90", loaded, len(names))
		}
	})
}

func TestFinalStateDoesNotDependOnImportOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		rapid.Check(t, func(rt *rapid.T) {
			runs := rapid.SliceOfNDistinct(rapid.Custom(drawRun), 2, 7, func(r drawnRun) string { return fmt.Sprint(r) }).Draw(rt, "runs")
			order := rapid.Permutation(indexes(len(runs))).Draw(rt, "order")
			var states [2]string
			for i, sequence := range [][]int{indexes(len(runs)), order} {
				inVain(t, d, func(tx *db.Tx) {
					for _, n := range sequence {
						in := put(t, store, fmt.Sprintf("run-%d.json", n), runs[n].text)
						in.Scope, in.Partial = runs[n].scope, runs[n].partial
						if _, err := evidence.Import(ctx, tx, in); err != nil {
							rt.Fatal(err)
						}
					}
					states[i] = state(t, tx)
				})
			}
			if states[0] != states[1] {
				rt.Fatalf("loaded as drawn:\n%s\nloaded in order %v:\n%s", states[0], order, states[1])
			}
		})
	})
}

type drawnRun struct {
	text, scope string
	partial     bool
}

// drawRun draws a scan of one of two images in one of two scopes; scopes overlap, and instants repeat.
func drawRun(t *rapid.T) drawnRun {
	image := rapid.SampledFrom([]string{"web:1", "db:1"}).Draw(t, "image")
	created := fmt.Sprintf("2026-01-%02dT10:00:00Z", rapid.IntRange(1, 5).Draw(t, "day"))
	var found []finding
	for _, cve := range []string{"CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"} {
		if rapid.Bool().Draw(t, cve) {
			found = append(found, finding{pkg: "lib", cve: cve, severity: rapid.SampledFrom([]string{"LOW", "HIGH"}).Draw(t, "severity")})
		}
	}
	return drawnRun{
		text: trivy(image, created, found...), partial: rapid.IntRange(0, 3).Draw(t, "partial") == 0,
		scope: rapid.SampledFrom([]string{"shop", "all"}).Draw(t, "scope"),
	}
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestOnlyACompleteRunOfTheSameScopeCloses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		one := finding{pkg: "lib", cve: "CVE-2026-0001"}
		load(t, d, put(t, store, "a.json", trivy("web:1", "2026-01-01T10:00:00Z", one)))
		for _, step := range []struct {
			name   string
			in     evidence.ImportInput
			closed int
		}{
			{"a partial run", func() evidence.ImportInput {
				in := put(t, store, "b.json", trivy("web:1", "2026-01-02T10:00:00Z"))
				in.Partial = true
				return in
			}(), 0},
			{"a run over another scope", put(t, store, "c.json", trivy("db:1", "2026-01-03T10:00:00Z")), 0},
			{"an empty list, which may be a failure", func() evidence.ImportInput {
				in := put(t, store, "d.json", "null")
				in.Scope, in.Options = "web:1", map[string]string{"taken": "2026-01-03"}
				return in
			}(), 0},
			{"an older complete run", put(t, store, "e.json", trivy("web:1", "2025-12-01T10:00:00Z")), 0},
			{"a complete run", put(t, store, "f.json", trivy("web:1", "2026-01-04T10:00:00Z")), 1},
		} {
			if got := load(t, d, step.in).Counts.Closed; got != step.closed {
				t.Errorf("%s closed %d, want %d", step.name, got, step.closed)
			}
		}
		dbtest.View(t, d, func(r db.Reader) error {
			if x := exposures(t, r)[0]; x.Open || clock(x.Closed) != "04 10:00" {
				t.Errorf("got open %v closed %v, want closed by the complete run", x.Open, x.Closed)
			}
			return nil
		})
	})
}

func TestReopenedIsANewIntervalAndKeepsItsStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store, one := evidence.Store{Dir: t.TempDir()}, finding{pkg: "lib", cve: "CVE-2026-0001"}
		load(t, d, put(t, store, "a", trivy("web:1", "2026-01-01T10:00:00Z", one)))
		load(t, d, put(t, store, "b", trivy("web:1", "2026-01-02T10:00:00Z")))
		if got := load(t, d, put(t, store, "c", trivy("web:1", "2026-01-03T10:00:00Z", one))).Counts; got.Reopened != 1 || got.New != 0 {
			t.Errorf("got %+v, want one reopened", got)
		}
		dbtest.View(t, d, func(r db.Reader) error {
			x := exposures(t, r)[0]
			if !x.Open || clock(x.First) != "01 10:00" || clock(x.Opened) != "03 10:00" {
				t.Errorf("got open %v first %v opened %v, want open since the third and first seen on the first", x.Open, x.First, x.Opened)
			}
			return nil
		})
	})
}

func TestFirstRunIsNotBirth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		old := finding{pkg: "lib", cve: "CVE-2026-0001", published: "2025-12-22T10:00:00Z"}
		undated, young := finding{pkg: "lib", cve: "CVE-2026-0002"}, finding{pkg: "lib", cve: "CVE-2026-0003"}
		load(t, d, put(t, store, "a", trivy("web:1", "2026-01-01T10:00:00Z", old, undated)))
		load(t, d, put(t, store, "b", trivy("web:1", "2026-01-03T10:00:00Z", old, undated, young)))
		lives := map[string]evidence.Life{}
		dbtest.View(t, d, func(r db.Reader) error {
			all, err := evidence.Lives(ctx, r, at("2026-01-05 10:00"))
			for _, l := range all {
				lives[l.Vulnerability] = l
			}
			return err
		})
		for _, want := range []evidence.Life{
			{Vulnerability: "CVE-2026-0001", Entry: 10, Exit: 14, Delayed: true},
			{Vulnerability: "CVE-2026-0002", Entry: 0, Exit: 4, Delayed: true, OriginUnknown: true},
			{Vulnerability: "CVE-2026-0003", Entry: 0, Exit: 2},
		} {
			got := lives[want.Vulnerability]
			if got.Entry != want.Entry || got.Exit != want.Exit || got.Delayed != want.Delayed || got.OriginUnknown != want.OriginUnknown || got.Event {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
	})
}

func TestWhatVanishesWithItsAssetIsNotRepaired(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		scan := func(name, image, day string, found ...finding) {
			in := put(t, store, name, trivy(image, "2026-01-"+day+"T10:00:00Z", found...))
			in.Scope = "cluster"
			load(t, d, in)
		}
		scan("a", "web:1", "01", finding{pkg: "lib", cve: "CVE-2026-0001"})
		scan("b", "web:2", "02")
		dbtest.View(t, d, func(r db.Reader) error {
			lives, err := evidence.Lives(ctx, r, at("2026-01-05 10:00"))
			if err == nil && (len(lives) != 1 || !lives[0].Gone || lives[0].Event) {
				t.Errorf("got %+v, want one life that ended with its asset", lives)
			}
			return err
		})
	})
}

func TestVendorsNotAffectedIsInformation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		got := load(t, d, put(t, store, "a", trivy("web:1", "2026-01-01T10:00:00Z", finding{pkg: "lib", cve: "CVE-2026-0001", status: "not_affected"}))).Counts
		if got.New != 0 || got.Information != 1 {
			t.Errorf("got %+v, want one that only informs", got)
		}
	})
}

func TestExposureLeadsToTheBytesOfItsFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		text := trivy("web:1", "2026-01-01T10:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"}, finding{pkg: "b", cve: "CVE-2026-0002"})
		load(t, d, put(t, store, "scan.json", text))
		dbtest.View(t, d, func(r db.Reader) error {
			for _, x := range exposures(t, r) {
				life, err := evidence.GetExposure(ctx, r, evidence.ExposureQuery{ID: x.ID})
				if err != nil {
					return err
				}
				s := life.Sightings[0]
				if rest := text[s.Offset:]; !strings.Contains(rest[:min(len(rest), 60)], x.Vulnerability) || s.Name != "scan.json" {
					t.Errorf("%s leads to %q of %s", x.Vulnerability, rest[:20], s.Name)
				}
			}
			return nil
		})
	})
}

func TestExposureDaysWeighByTier(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		load(t, d, put(t, store, "a", trivy("web:1", "2026-01-01T00:00:00Z", finding{pkg: "a", cve: "CVE-2026-0001"}, finding{pkg: "b", cve: "CVE-2026-0002"})))
		load(t, d, put(t, store, "b", trivy("web:1", "2026-01-05T00:00:00Z", finding{pkg: "b", cve: "CVE-2026-0002"})))
		dbtest.View(t, d, func(r db.Reader) error {
			got, err := evidence.ExposureDays(ctx, r, at("2026-01-03 00:00"), at("2026-01-11 00:00"))
			if err == nil && (got.Unweighted != 10 || got.Total != 0 || got.Parts[0].Exposures != 2) {
				t.Errorf("got %+v, want 2 + 8 days of two exposures, unweighted", got)
			}
			return err
		})
	})
}

func TestOneChangedByteOfARawFileIsNoticed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		in := put(t, store, "a.json", trivy("web:1", "2026-01-01T10:00:00Z"))
		load(t, d, in)
		if got := asked(t, d, evidence.VerifyStore, store); len(got) != 0 {
			t.Fatalf("got %+v, want nothing damaged", got)
		}
		path := filepath.Join(store.Dir, in.SHA256[:2], in.SHA256)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[bytes.IndexByte(data, 'w')] = 'W'
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := asked(t, d, evidence.VerifyStore, store); len(got) != 1 || got[0].Name != "a.json" || got[0].Got == got[0].Want {
			t.Errorf("got %+v, want the changed file", got)
		}
	})
}
