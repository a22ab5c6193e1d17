package risk_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

func TestEvidenceProposesAndNeverChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
		d.Now = func() time.Time { return now }
		branch(t, d)
		s := outage("slow", "core", 1, 60, "counter")
		length := fair.Interval90(10, 100)
		s.Model.Minutes, s.EstimatedOn = &length, "2026-01-01"
		apply(t, d, risk.File{Scenarios: []risk.Scenario{s}})
		took := int64(900)
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := evidence.RecordRecovery(ctx, tx, evidence.RecoveryTest{ID: "fire-drill", Title: "Drill", Service: "counter", Day: "2026-05-01", Kind: "full-failover", TimeMin: &took, Recovered: true})
			return err
		})
		proposals := func() (all risk.Proposals) {
			dbtest.View(t, d, func(r db.Reader) error {
				var err error
				all, err = risk.Propose(ctx, r, struct{}{})
				return err
			})
			return all
		}
		got := proposals().Open
		if len(got) != 1 || got[0].By != risk.ByRecovery || got[0].N != 1 || got[0].After.Mean() <= got[0].Before.Mean() {
			t.Fatalf("got %+v, want longer minutes proposed", got)
		}
		want, _ := length.Update([]float64{900})
		if *got[0].After.P95 != *want.P95 {
			t.Errorf("got %v, want %v", *got[0].After.P95, *want.P95)
		}
		answer := risk.AnswerIn{Scenario: "slow", ID: got[0].ID}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			if _, err := risk.Dismiss(ctx, tx, answer); !problem.Is(err, problem.Invalid) {
				t.Errorf("got %v, want a reason asked for", err)
			}
			answer.Reason = "The drill was of the old site"
			_, err := risk.Dismiss(ctx, tx, answer)
			return err
		})
		if all := proposals(); len(all.Open) != 0 || len(all.Past) != 1 || all.Past[0].Dismissed.Reason != answer.Reason {
			t.Errorf("got %+v, want it dismissed", all)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := evidence.RecordRecovery(ctx, tx, evidence.RecoveryTest{ID: "real", Title: "Real", Service: "counter", Day: "2026-05-20", Kind: "real", TimeMin: &took, Recovered: true})
			return err
		})
		got = proposals().Open
		if len(got) != 1 || got[0].N != 2 {
			t.Fatalf("got %+v, want other evidence proposed anew", got)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := risk.Take(ctx, tx, risk.AnswerIn{Scenario: "slow", ID: got[0].ID, Reason: "Two recoveries"})
			return err
		})
		dbtest.View(t, d, func(r db.Reader) error {
			after, err := risk.Get(ctx, r, risk.GetIn{ID: "slow"})
			if err == nil && (after.Reason != risk.Evidence || after.Note != "Two recoveries" || *after.Model.Minutes.P95 != *got[0].After.P95) {
				t.Errorf("got %+v", after)
			}
			return err
		})
		if all := proposals(); len(all.Open) != 0 {
			t.Errorf("got %+v, want nothing proposed on what the new estimate knows", all.Open)
		}
	})
}

func TestPatchingControlIsMeasuredByWhatStoodOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		d.Now = func() time.Time { return now }
		branch(t, d)
		patched := outage("patched", "core", 4, 10)
		patched.Model.Controls = []fair.Control{{ID: "patching", On: fair.OnFrequency, Coverage: 1, Intended: 0.8, Measured: fair.ByPatching}}
		blind := patched
		blind.ID, blind.Asset = "blind", "line-a"
		apply(t, d, risk.File{Scenarios: []risk.Scenario{patched, blind, outage("bare", "core", 1, 10)}})
		seeExploited(t, d, "core", now.AddDate(0, 0, -73))
		dbtest.View(t, d, func(r db.Reader) error {
			all, err := risk.Propose(ctx, r, struct{}{})
			if err != nil {
				return err
			}
			if len(all.Open) != 1 || math.Abs(all.Open[0].After.Mean()-0.8) > 1e-9 || all.Open[0].Open != 1 {
				t.Errorf("got %+v, want a reliability of 0.8: 73 of 365 days stood open", all.Open)
			}
			if p := all.Open[0]; math.Abs(p.EURBefore-800) > 1e-6 || math.Abs(p.EURAfter-4000*(1-0.64)) > 1e-6 {
				t.Errorf("got %v to %v", p.EURBefore, p.EURAfter)
			}
			if len(all.Blind) != 1 || all.Blind[0].Scenario != "blind" || len(all.Unfelt) != 1 || all.Unfelt[0].Scenario != "bare" {
				t.Errorf("got blind %+v and unfelt %+v", all.Blind, all.Unfelt)
			}
			return nil
		})
	})
}

// seeExploited lets a scan see a known exploited vulnerability on an element.
func seeExploited(t *testing.T, d *db.DB, element string, opened time.Time) {
	t.Helper()
	ctx := context.Background()
	store := evidence.Store{Dir: t.TempDir()}
	dbtest.Change(t, d, func(tx *db.Tx) error {
		e, err := landscape.GetElement(ctx, tx, landscape.GetElementIn{ID: element})
		if err != nil {
			return err
		}
		e.Element.Aliases = []string{"img:1"}
		_, err = landscape.ChangeElement(ctx, tx, e.Element)
		return err
	})
	for name, content := range map[string]string{
		"kev.json":   `{"catalogVersion":"1","dateReleased":"` + opened.Format(time.RFC3339) + `","vulnerabilities":[{"cveID":"CVE-2026-0001","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2026-01-01","dueDate":"2026-01-20"}]}`,
		"trivy.json": `{"SchemaVersion":2,"CreatedAt":"` + opened.Format(time.RFC3339) + `","ArtifactName":"img:1","Results":[{"Target":"img:1","Class":"os-pkgs","Type":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-2026-0001","PkgName":"a","InstalledVersion":"1","Severity":"HIGH"}]}]}`,
	} {
		sum, _, err := store.Put(strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := evidence.Import(ctx, tx, evidence.ImportInput{SHA256: sum, Name: name, Store: store})
			return err
		})
	}
}
