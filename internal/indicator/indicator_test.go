package indicator_test

import (
	"context"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
)

var (
	ctx = context.Background()
	now = dbtest.Now
)

func near(t *testing.T, what string, got *float64, want, within float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > within {
		t.Errorf("%s: got %v, want %v", what, show(got), want)
	}
}

func show(x *float64) any {
	if x == nil {
		return "unknown"
	}
	return *x
}

func ptr[T any](x T) *T { return &x }

// life is an exposure that was watched from birth for so many days.
func life(days float64, event bool) evidence.Life {
	l := evidence.Life{Exposure: "x", Element: "core", Tier: 1, Exit: days, Event: event, Opened: now.Add(-time.Duration(days*24) * time.Hour)}
	l.Origin = l.Opened
	if event {
		l.Closed = now
	}
	return l
}

// vector is the test vector of patch latency.
func vector() []evidence.Life {
	var all []evidence.Life
	for _, o := range []struct{ days, event float64 }{{3, 1}, {5, 1}, {5, 1}, {8, 0}, {12, 1}, {20, 0}, {30, 1}, {45, 0}, {60, 0}, {60, 0}} {
		all = append(all, life(o.days, o.event == 1))
	}
	return all
}

func TestPatchTimeGivesTheTestVector(t *testing.T) {
	for _, c := range []struct {
		days        int64
		rmst, ratio float64
	}{{15, 20.2, 20.2 / 15}, {30, 33.325, 33.325 / 30}} {
		got, err := indicator.PatchOf(indicator.PatchInputs{Lives: vector(), Deadlines: []evidence.PatchSLA{{Tier: 1, Days: c.days, Weight: 4}}}, now)
		if err != nil {
			t.Fatal(err)
		}
		tier := got.Patch.Tiers[0]
		near(t, "median", tier.Median.Value, 30, 1e-9)
		near(t, "mean time open", tier.RMST.Value, c.rmst, 1e-9)
		near(t, "headline", got.Value, c.ratio, 1e-9)
		near(t, "mean of closed", tier.ClosedMean, 11, 1e-9)
		if got.N != 10 || tier.Closed != 5 || tier.Open != 5 || got.Counts[indicator.Censored] != 5 {
			t.Errorf("got n %d, closed %d, open %d, censored %d, want 10, 5, 5, 5", got.N, tier.Closed, tier.Open, got.Counts[indicator.Censored])
		}
	}
}

func TestTierWithoutEvidenceLeavesOnlyBounds(t *testing.T) {
	deadlines := []evidence.PatchSLA{{Tier: 1, Days: 30, Weight: 3}, {Tier: 2, Days: 30, Weight: 1}}
	got, err := indicator.PatchOf(indicator.PatchInputs{Lives: vector(), Deadlines: deadlines}, now)
	if err != nil {
		t.Fatal(err)
	}
	if got.Value != nil || got.Reason != "tier-without-evidence" || got.Low == nil || got.High == nil {
		t.Errorf("got %v %q, want no value and bounds", show(got.Value), got.Reason)
	}
	if ratio := 33.325 / 30; *got.High < (3*ratio+2)/4 {
		t.Errorf("upper bound: got %v, want at least %v", *got.High, (3*ratio+2)/4)
	}
}

// drawLives draws lives of one tier watched from birth.
func drawLives(t *rapid.T) []evidence.Life {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) evidence.Life {
		return life(float64(rapid.IntRange(1, 90).Draw(t, "days")), rapid.Bool().Draw(t, "closed"))
	}), 2, 30).Draw(t, "lives")
}

// TestLosingARepairNeverImprovesPatchTime forgets that a vulnerability was seen to be gone.
func TestLosingARepairNeverImprovesPatchTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lives := drawLives(t)
		which := rapid.IntRange(0, len(lives)-1).Draw(t, "which")
		deadlines := []evidence.PatchSLA{{Tier: 1, Days: 20, Weight: 4}}
		before, err := indicator.PatchOf(indicator.PatchInputs{Lives: lives, Deadlines: deadlines}, now)
		if err != nil {
			t.Fatal(err)
		}
		less := append([]evidence.Life{}, lives...)
		less[which].Event, less[which].Closed = false, time.Time{}
		after, err := indicator.PatchOf(indicator.PatchInputs{Lives: less, Deadlines: deadlines}, now)
		if err != nil {
			t.Fatal(err)
		}
		if *worst(after) < *worst(before)-1e-9 {
			t.Fatalf("got %v after %v: the figure improved", *worst(after), *worst(before))
		}
	})
}

// worst is the figure if nothing unwatched was closed; the upper bound where there is only that.
func worst(r indicator.Reading) *float64 { return r.Patch.UpTo }

func drawProjects(t *rapid.T) []project.Project {
	days := rapid.SampledFrom([]string{"2025-01-10", "2026-02-01", "2026-05-05", "2026-10-10", "2026-11-20"})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) project.Project {
		p := project.Project{ID: rapid.StringMatching("p[0-9]{6}").Draw(t, "id"), Digital: true, InScope: true, Stage: project.Build, Validation: project.NoValidation}
		p.DesignExit, p.ExitKind, p.DesignGateDue = days.Draw(t, "exit"), project.BuildStarted, "2026-01-15"
		if rapid.Bool().Draw(t, "validated") {
			p.Validation, p.ValidationOn = project.Approved, days.Draw(t, "validation")
		}
		return p
	}), 1, 20).Draw(t, "projects")
}

// TestLosingEvidenceNeverImprovesSecurityInDesign forgets a validation, or the day on which design was left.
func TestLosingEvidenceNeverImprovesSecurityInDesign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawProjects(t)
		which := rapid.IntRange(0, len(all)-1).Draw(t, "which")
		less := append([]project.Project{}, all...)
		if rapid.Bool().Draw(t, "forget validation") {
			less[which].Validation, less[which].ValidationOn = project.NoValidation, ""
		} else if all[which].DesignExit >= "2025-11-26" { // one that was in the share
			less[which].DesignExit, less[which].ExitKind = "", project.NotYet
		}
		before, after := withOverdue(t, all), withOverdue(t, less)
		if before != nil && after != nil && *after > *before+1e-9 {
			t.Fatalf("got %v after %v: the share improved", *after, *before)
		}
	})
}

func withOverdue(t *rapid.T, all []project.Project) *float64 {
	got, err := indicator.DesignOf(all, now, false)
	if err != nil {
		t.Fatal(err)
	}
	return got.Design.Year.WithOverdue.P
}

// bank is a service with evidence for all three parts of the index.
func bank() indicator.ResilienceInputs {
	weight, slo, level, mtpd := 5.0, 0.999, int64(1), int64(480)
	m := func(minutes int64) *int64 { return &minutes }
	start := now.AddDate(0, 0, -40)
	return indicator.ResilienceInputs{
		Services: []landscape.Service{{ID: "payments", Criticality: &level, SLO: &slo, BIAWeight: &weight, MTPD: &mtpd}},
		Downtime: map[string]evidence.Time{"payments": {Up: 525600 - 788.4, Down: 788.4}},
		Recoveries: []evidence.RecoveryTest{
			{ID: "a", Service: "payments", Day: "2026-10-26", Kind: "full-failover", TimeMin: m(90), DataLossMin: m(6), Recovered: true, RTOMin: m(120), RPOMin: m(15), MTPDMin: m(480), MTDLMin: m(60)},
		},
		Incidents: []evidence.Incident{{
			ID: "i", Service: "payments", Severity: ptr(4), Occurred: start, Detected: start.Add(30 * time.Minute),
			Acknowledged: start.Add(42 * time.Minute), Contained: start.Add(390 * time.Minute), Restored: start.Add(400 * time.Minute), Notify: "in-time",
		}},
		Targets: []evidence.ResponseTarget{{Severity: 4, DetectMin: m(60), AckMin: m(15), ContainMin: m(240)}},
	}
}

func TestResilienceReadsEvidenceAsTheVectorsSay(t *testing.T) {
	got, err := indicator.ResilienceOf(bank(), now)
	if err != nil {
		t.Fatal(err)
	}
	s := got.Resilience.Services[0]
	near(t, "uptime of u 0.0015 at 99.9 %", s.A.Value, 0.8239, 5e-5)
	// One test w 0.5^(30/365), within its targets: w/(w+0.5).
	w := math.Pow(0.5, now.Sub(time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC)).Hours()/24/365)
	near(t, "recovery", &s.R, w/(w+0.5), 1e-9)
	// q = 1, 1, 0.7075 and notification in time, severity 4: 2 q / 2.5; 0.7337 in the vectors.
	near(t, "response", &s.C, 0.7337, 5e-5)
	if got.Counts[indicator.Counted] != 3 {
		t.Errorf("rows: got %v, want 3 counted", got.Counts)
	}
}

// TestLosingEvidenceNeverImprovesResilience takes away one piece after the other.
func TestLosingEvidenceNeverImprovesResilience(t *testing.T) {
	full, err := indicator.ResilienceOf(bank(), now)
	if err != nil {
		t.Fatal(err)
	}
	for name, lose := range map[string]func(*indicator.ResilienceInputs){
		"recovery test":    func(in *indicator.ResilienceInputs) { in.Recoveries = nil },
		"recovery time":    func(in *indicator.ResilienceInputs) { in.Recoveries[0].TimeMin = nil },
		"data lost":        func(in *indicator.ResilienceInputs) { in.Recoveries[0].DataLossMin = nil },
		"incident":         func(in *indicator.ResilienceInputs) { in.Incidents = nil },
		"start":            func(in *indicator.ResilienceInputs) { in.Incidents[0].Occurred = time.Time{} },
		"acknowledgement":  func(in *indicator.ResilienceInputs) { in.Incidents[0].Acknowledged = time.Time{} },
		"containment":      func(in *indicator.ResilienceInputs) { in.Incidents[0].Contained = time.Time{} },
		"notification":     func(in *indicator.ResilienceInputs) { in.Incidents[0].Notify = "" },
		"response targets": func(in *indicator.ResilienceInputs) { in.Targets = nil },
		"monitoring": func(in *indicator.ResilienceInputs) {
			in.Downtime["payments"] = evidence.Time{Up: 400000, Down: 788.4, Unknown: 124811.6}
		},
		"objective": func(in *indicator.ResilienceInputs) { in.Services[0].SLO = nil },
		"weight":    func(in *indicator.ResilienceInputs) { in.Services[0].BIAWeight = nil },
	} {
		in := bank()
		lose(&in)
		got, err := indicator.ResilienceOf(in, now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s := got.Resilience.Services[0]
		if got.Value != nil && *got.Value > *full.Value+1e-9 || s.R > full.Resilience.Services[0].R+1e-9 || s.C > full.Resilience.Services[0].C+1e-9 {
			t.Errorf("without %s: got %v, want not more than %v", name, show(got.Value), *full.Value)
		}
		if name != "response targets" && got.Value != nil && *got.Value == *full.Value && name != "weight" {
			t.Errorf("without %s: got the same %v, want less or unknown", name, *got.Value)
		}
	}
}

func TestNothingLoadedIsUnknownNotZero(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.View(t, d, func(r db.Reader) error {
			all, err := indicator.List(ctx, r, indicator.ListIn{})
			for _, one := range all {
				if one.Value != nil || !i18n.Has("indicator.reason."+one.Reason) {
					t.Errorf("%s: got %v because of %q, want unknown with a reason in words", one.ID, show(one.Value), one.Reason)
				}
			}
			if err != nil {
				return err
			}
			scales, err := indicator.ComputeScales(ctx, r, indicator.ScalesIn{})
			for _, s := range scales.All() {
				if s.Value != nil || s.State != indicator.CannotTell || !i18n.Has("indicator.reason."+s.Reason) {
					t.Errorf("%s: got %v %s because of %q, want unknown with a reason in words", s.ID, show(s.Value), s.State, s.Reason)
				}
			}
			return err
		})
	})
}

func TestNobodyLooksIntoTheFuture(t *testing.T) {
	d := dbtest.SQLite(t)
	dbtest.View(t, d, func(r db.Reader) error {
		if _, err := indicator.Get(ctx, r, indicator.GetIn{ID: indicator.Resilience, AsOf: "2026-11-26"}); !problem.Is(err, problem.Invalid) {
			t.Errorf("got %v, want a refusal of a day to come", err)
		}
		if _, err := indicator.Get(ctx, r, indicator.GetIn{ID: "velocity"}); !problem.Is(err, problem.NotFound) {
			t.Errorf("got %v, want not found", err)
		}
		return nil
	})
}

func TestEveryWordOfADefinitionIsThereAndChangesItsVersion(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range indicator.Definitions() {
		for name, text := range map[string]i18n.Text{
			"name": d.Name, "question": d.Asks, "scope": d.Scope, "clock": d.Clock, "formula": d.Formula, "doubts": d.Doubts, "cio": d.CIO, "ciso": d.CISO,
		} {
			if text.EN == "indicator."+d.ID+"."+name || text.EN == text.IT {
				t.Errorf("%s: %s: got %q and %q, want words of their own in both languages", d.ID, name, text.EN, text.IT)
			}
		}
		if len(d.Version) != 64 || seen[d.Version] {
			t.Errorf("%s: got version %q, want a hash of its own", d.ID, d.Version)
		}
		seen[d.Version] = true
	}
}
