package indicator_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/project"
	"accordo.dev/internal/risk"
)

var update = flag.Bool("update", false, "write the golden files anew")

// begin is the day on which the scans of the test vector find all that is 60 days old.
var begin = now.AddDate(0, 0, -60)

// scan writes a Trivy report of the asset core01, so many days after the beginning, with these vulnerabilities.
func scan(day int, numbers ...int) string {
	var items []string
	for _, n := range numbers {
		items = append(items, fmt.Sprintf(`{"VulnerabilityID":"CVE-2026-%04d","PkgName":"lib","InstalledVersion":"1.0","Severity":"HIGH","Title":"t"}`, n))
	}
	return fmt.Sprintf(`{"SchemaVersion":2,"CreatedAt":%q,"ArtifactName":"core01","Metadata":{},"Results":[{"Target":"core01","Class":"os-pkgs","Type":"debian","Vulnerabilities":[%s]}]}`,
		begin.AddDate(0, 0, day).Format(time.RFC3339), strings.Join(items, ","))
}

// scans tell the test vector of patch latency; 99 was there before the first scan and nobody knows since when.
func scans() []string {
	return []string{
		scan(-1, 99),
		scan(0, 1, 2, 3, 4, 5, 6, 7, 99),
		scan(3, 2, 3, 4, 5, 6, 7, 99),
		scan(5, 4, 5, 6, 7, 99),
		scan(12, 5, 6, 7, 99),
		scan(15, 5, 6, 7, 8, 99),
		scan(30, 6, 7, 8, 99),
		scan(40, 6, 7, 8, 9, 99),
		scan(52, 6, 7, 8, 9, 10, 99),
	}
}

// probes watched payments for 364 of 365 days; 504 minutes of them it was down, a tenth as much as would score 0.
func probes() string {
	from := now.AddDate(0, 0, -365)
	at := func(d time.Duration) string { return from.Add(d).Format(time.RFC3339) }
	return "element,from,to,state,share\n" +
		fmt.Sprintf("payments,%s,%s,up,\n", at(24*time.Hour), at(340*24*time.Hour)) +
		fmt.Sprintf("payments,%s,%s,down,\n", at(340*24*time.Hour), at(340*24*time.Hour+504*time.Minute)) +
		fmt.Sprintf("payments,%s,%s,up,\n", at(340*24*time.Hour+504*time.Minute), at(365*24*time.Hour))
}

// seed makes a small organisation whose figures can be worked out by hand.
func seed(t *testing.T, d *db.DB) {
	t.Helper()
	store := evidence.Store{Dir: t.TempDir()}
	dbtest.Change(t, d, func(tx *db.Tx) error {
		parts := []func() error{
			func() error {
				_, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Banca Uno", Sector: organisation.Bank, LastSitting: "2026-10-26"})
				return err
			},
			func() error { _, err := landscape.Apply(ctx, tx, seedMap()); return err },
			func() error { _, err := project.Apply(ctx, tx, project.File{Projects: seedProjects()}); return err },
			func() error { _, err := risk.Apply(ctx, tx, seedRisk()); return err },
			func() error { _, err := evidence.Apply(ctx, tx, seedEvidence(store)); return err },
		}
		for _, part := range parts {
			if err := part(); err != nil {
				return err
			}
		}
		for i, text := range scans() {
			load(t, tx, store, fmt.Sprintf("scan-%d.json", i), text, evidence.Trivy, map[string]string{})
		}
		load(t, tx, store, "probes.csv", probes(), evidence.Availability, map[string]string{"order": "ymd", "zone": "UTC"})
		return nil
	})
}

func load(t *testing.T, tx *db.Tx, store evidence.Store, name, text string, format evidence.Format, options map[string]string) {
	t.Helper()
	sum, _, err := store.Put(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	in := evidence.ImportInput{SHA256: sum, Name: name, Format: format, Options: options, Store: store}
	if _, err := evidence.Import(ctx, tx, in); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func seedMap() landscape.File {
	service := func(id string, level int64, slo, weight float64) landscape.Element {
		return landscape.Element{
			ID: id, Kind: landscape.KindService, Name: id, NameIT: id + " it", Criticality: &level, SLO: &slo, BIAWeight: &weight,
			RTO: ptr(int64(120)), RPO: ptr(int64(15)), MTPD: ptr(int64(480)), MTDL: ptr(int64(60)), Monitored: true, Source: landscape.Hand,
		}
	}
	return landscape.File{
		Elements: []landscape.Element{
			service("canteen", 4, 0.9, 1), service("cards", 2, 0.999, 1), service("payments", 1, 0.999, 5),
			{ID: "core", Kind: landscape.KindSystem, Name: "Core", Criticality: ptr(int64(1)), Aliases: []string{"core01"}, Source: landscape.Hand},
		},
	}
}

func seedProjects() []project.Project {
	p := func(id, exit, validated string, kind project.ExitKind, cost float64) project.Project {
		one := project.Project{
			ID: id, Title: id, Digital: true, InScope: true, Stage: project.Build, DesignGateDue: exit, DesignExit: exit, ExitKind: kind,
			Validation: project.NoValidation, ValidationOn: validated, CostEUR: &cost,
		}
		if validated != "" {
			one.Validation = project.Approved
		}
		return one
	}
	early := p("before-the-year", "2025-11-25", "", project.BuildStarted, 1e6)
	overdue := project.Project{ID: "overdue", Title: "overdue", Digital: true, InScope: true, Stage: project.Design, DesignGateDue: "2026-11-24", Validation: project.NoValidation}
	cancelled := project.Project{ID: "cancelled", Title: "cancelled", Digital: true, InScope: true, Stage: project.Cancelled, Validation: project.NoValidation}
	return []project.Project{
		early, cancelled,
		p("in-time", "2026-03-01", "2026-03-01", project.GatePassed, 3e5), // the same day is in time
		p("late", "2026-06-01", "2026-06-02", project.BuildStarted, 1e5),
		overdue,
		p("skipped", "2026-10-30", "", project.GateSkipped, 1e5),
		p("with-care", "2026-11-20", "2026-11-01", project.GatePassed, 5e5),
	}
}

func seedRisk() risk.File {
	return risk.File{Appetite: []risk.Appetite{{SetOn: "2026-01-10", SetBy: "board", MoneyP95EUR: 1e6, MinutesQuarter: 600, ExposureDaysQuarter: 1e5}}}
}

func seedEvidence(store evidence.Store) evidence.File {
	m := func(minutes int64) *int64 { return &minutes }
	start := now.AddDate(0, 0, -40)
	return evidence.File{
		Store: store,
		Incidents: []evidence.Incident{{
			ID: "i-1", Title: "queue", Service: "payments", Severity: ptr(4), Occurred: start, Detected: start.Add(30 * time.Minute),
			Acknowledged: start.Add(42 * time.Minute), Contained: start.Add(390 * time.Minute), Restored: start.Add(400 * time.Minute), Notify: "in-time",
		}},
		RecoveryTests: []evidence.RecoveryTest{{
			ID: "r-1", Title: "failover", Service: "payments", Day: "2026-10-26", Kind: "full-failover", TimeMin: m(90), DataLossMin: m(6), Recovered: true,
			RTOMin: m(120), RPOMin: m(15), MTPDMin: m(480), MTDLMin: m(60),
		}},
		ResponseTargets: []evidence.ResponseTarget{{Severity: 4, DetectMin: m(60), AckMin: m(15), ContainMin: m(240)}},
		PatchSLAs:       []evidence.PatchSLA{{Tier: 1, Days: 30, Weight: 4}},
	}
}

func get(t *testing.T, r db.Reader, id, asOf string) indicator.Reading {
	t.Helper()
	got, err := indicator.Get(ctx, r, indicator.GetIn{ID: id, AsOf: asOf, Rows: true})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestVectorsHoldFromTheFileToTheFigure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d)
		dbtest.View(t, d, func(r db.Reader) error {
			patch := get(t, r, indicator.PatchTime, "")
			tier := patch.Patch.Tiers[0]
			near(t, "median", tier.Median.Value, 30, 1e-6)
			near(t, "mean time open", tier.RMST.Value, 33.325, 1e-6)
			near(t, "mean of closed", patch.Patch.ClosedMean, 11, 1e-6)
			near(t, "headline", patch.Value, 33.325/30, 1e-6)
			if patch.N != 10 || patch.Patch.OriginUnknown != 1 || patch.Counts[indicator.Excluded] != 1 {
				t.Errorf("got n %d, %d of unknown age, want 10 and 1", patch.N, patch.Patch.OriginUnknown)
			}
			design := get(t, r, indicator.SecurityInDesign, "")
			near(t, "share", design.Value, 0.5, 1e-9)
			near(t, "Wilson low", design.Low, 0.150036, 1e-5)
			near(t, "share by cost", design.Design.Year.Cost, 0.8, 1e-9)
			if y := design.Design.Year; y.N != 4 || y.Late != 1 || y.Skipped != 1 || y.None != 1 || y.WithOverdue.N != 5 || design.Design.Trend {
				t.Errorf("got %+v, want 2 of 4, one late, one skipped, no trend", y)
			}
			resilience := get(t, r, indicator.Resilience, "")
			if s := resilience.Resilience.Services; len(s) != 2 || s[0].ID != "cards" || s[0].Reason != "coverage-below-80" {
				t.Errorf("got %+v, want cards unrated because nobody watched it, and no canteen", s)
			}
			// u = 504 / (364 x 1440) of the watched time is below 0.001: inside the objective.
			near(t, "uptime", resilience.Resilience.Services[1].A.Value, 1, 1e-9)
			near(t, "response", &resilience.Resilience.Services[1].C, 0.7337, 5e-5)
			return nil
		})
	})
}

func TestPastDayIsComputedFromWhatHadHappenedByThen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d)
		dbtest.View(t, d, func(r db.Reader) error {
			design := get(t, r, indicator.SecurityInDesign, "2026-10-26")
			if y := design.Design.Year; y.K != 1 || y.N != 3 || design.Design.Conditions != nil {
				t.Errorf("got %d of %d, want 1 of 3 (the earliest was within that year) and conditions unknown", y.K, y.N)
			}
			patch := get(t, r, indicator.PatchTime, "2026-10-10")
			if patch.Patch.Closed != 4 {
				t.Errorf("got %d closed by then, want 4", patch.Patch.Closed)
			}
			moves, err := indicator.ComputeMoves(ctx, r, struct{}{})
			if err != nil {
				return err
			}
			for _, m := range moves.Moves {
				if m.ID == indicator.SecurityInDesign && (m.Sure || m.ThenN != 3 || m.NowN != 4) {
					t.Errorf("got %+v, want 3 then, 4 now, and nobody sure", m)
				}
			}
			scales, err := indicator.ComputeScales(ctx, r, indicator.ScalesIn{AsOf: "2026-10-26"})
			if scales.Money.Value != nil || scales.Money.Reason != "past-estimates" {
				t.Errorf("got money of a past day %v, want unknown", show(scales.Money.Value))
			}
			return err
		})
	})
}

func TestScalesAreInsideOnlyWhenEverythingUnknownCouldBeAdded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d)
		dbtest.View(t, d, func(r db.Reader) error {
			s, err := indicator.ComputeScales(ctx, r, indicator.ScalesIn{})
			if err != nil {
				return err
			}
			// Payments was down for 504 minutes of the quarter, of cards nobody knows anything.
			near(t, "minutes", s.Minutes.Value, 504, 1e-6)
			if s.Minutes.State != indicator.CannotTell || *s.Minutes.UpTo < 55*1440 {
				t.Errorf("got %s up to %v, want nobody able to tell", s.Minutes.State, *s.Minutes.UpTo)
			}
			if s.ExposureDays.State != indicator.Inside || s.Money.State != indicator.CannotTell {
				t.Errorf("got %s and %s, want inside and unknown", s.ExposureDays.State, s.Money.State)
			}
			if s.DaysGone != 56 || s.QuarterDays != 92 {
				t.Errorf("got day %d of %d, want 56 of 92", s.DaysGone, s.QuarterDays)
			}
			return nil
		})
	})
}

func TestUnknownsNameWhatSomebodyCouldFindOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d)
		dbtest.View(t, d, func(r db.Reader) error {
			all, err := indicator.Unknowns(ctx, r, struct{}{})
			kinds := map[string]int{}
			for _, u := range all {
				kinds[u.Kind]++
			}
			if kinds[indicator.Unwatched] != 1 || kinds[indicator.Untested] != 1 || kinds[indicator.StaleScope] != 1 {
				t.Errorf("got %v, want cards unwatched and untested, and a scope that waits for a scan", kinds)
			}
			return err
		})
	})
}

// TestFiguresOfTheSmallOrganisationStay compares with what was looked at once; both engines give the same bytes.
func TestFiguresOfTheSmallOrganisationStay(t *testing.T) {
	golden := filepath.Join("testdata", "organisation.json")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d)
		var got []byte
		dbtest.View(t, d, func(r db.Reader) error {
			all, err := indicator.List(ctx, r, indicator.ListIn{})
			if err != nil {
				return err
			}
			for i := range all {
				all[i].Definition, all[i].Version = nil, ""
			}
			scales, err := indicator.ComputeScales(ctx, r, indicator.ScalesIn{})
			if err != nil {
				return err
			}
			got, err = json.MarshalIndent(map[string]any{"indicators": all, "scales": scales}, "", " ")
			return err
		})
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(got)+"\n" != string(want) {
			t.Errorf("figures changed; look at the difference after -update")
		}
	})
}
