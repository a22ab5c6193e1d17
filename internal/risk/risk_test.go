package risk_test

import (
	"context"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

// model is a frequency and a loss, each as a 90 % interval.
func model(often, atMost, low, high float64) fair.Scenario {
	return fair.Scenario{Frequency: fair.Interval90(often, atMost), Primary: []fair.Loss{{Amount: fair.Interval90(low, high)}}}
}

func file() risk.File {
	minutes := fair.Interval90(30, 300)
	return risk.File{
		Appetite: []risk.Appetite{{SetOn: "2026-01-15", SetBy: "board", MoneyP95EUR: 1e6, MinutesQuarter: 240, ExposureDaysQuarter: 4000}},
		Scenarios: []risk.Scenario{
			{ID: "outage", Title: "Core banking outage", TitleIT: "Fermo del core", Model: fair.Scenario{Frequency: fair.Interval90(0.5, 2), Primary: []fair.Loss{{Amount: fair.Interval90(2e4, 9e5)}}, Minutes: &minutes}, Treatment: "reduce", Status: "open"},
			{ID: "fraud", Title: "Payment fraud", Model: model(3, 3, 5e3, 8e4), Treatment: "accept", Status: "open"},
			{ID: "old", Title: "Retired mainframe", Model: model(9, 9, 1e8, 1e8), Treatment: "avoid", Status: "closed"},
		},
	}
}

func apply(t *testing.T, d *db.DB, f risk.File) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error { _, err := risk.Apply(context.Background(), tx, f); return err })
}

func TestClosedScenariosAreNotSimulated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, file())
		dbtest.View(t, d, func(r db.Reader) error {
			s, err := risk.Current(context.Background(), r, struct{}{})
			if err == nil && (len(s.Result.Scenarios) != 2 || s.Result.Total.Mean.Value > 1e7 || len(s.Result.Total.Appetite) != 1) {
				t.Errorf("got %d scenarios, mean %v, want 2 and no trace of the closed one", len(s.Result.Scenarios), s.Result.Total.Mean.Value)
			}
			return err
		})
	})
}

func TestSimulationIsStoredAndChangesWithTheEstimates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		apply(t, d, file())
		var before, after risk.Simulation
		var err error
		dbtest.View(t, d, func(r db.Reader) error { before, err = risk.Current(ctx, r, struct{}{}); return err })
		dbtest.Change(t, d, func(tx *db.Tx) error {
			s, err := risk.Get(ctx, tx, risk.GetIn{ID: "fraud"})
			if err != nil {
				return err
			}
			s.Model = model(3, 3, 5e3, 4e5)
			_, err = risk.Assess(ctx, tx, risk.AssessIn{Scenario: s})
			return err
		})
		dbtest.View(t, d, func(r db.Reader) error { after, err = risk.Current(ctx, r, struct{}{}); return err })
		if before.InputsHash == after.InputsHash || after.Result.Total.VaR95.Value <= before.Result.Total.VaR95.Value {
			t.Errorf("got VaR %v then %v, want a rise under new inputs", before.Result.Total.VaR95.Value, after.Result.Total.VaR95.Value)
		}
	})
}

func TestExportThenApplyChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, file())
		dbtest.Change(t, d, func(tx *db.Tx) error {
			f, err := risk.Export(context.Background(), tx)
			if err != nil {
				return err
			}
			plan, err := risk.Apply(context.Background(), tx, f)
			if len(plan) != 0 {
				t.Errorf("got %v, want nothing", plan)
			}
			return err
		})
	})
}

func TestStaleEstimateIsRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	apply(t, d, file())
	s := file().Scenarios[1]
	s.Version = 7
	err := d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error {
		_, err := risk.Assess(context.Background(), tx, risk.AssessIn{Scenario: s})
		return err
	})
	if !problem.Is(err, problem.Conflict) {
		t.Errorf("got %v, want a conflict", err)
	}
}

func TestIntervalsThatAreNoIntervalsAreNamed(t *testing.T) {
	d := dbtest.SQLite(t)
	f := file()
	f.Scenarios[0].Model.Frequency = fair.Interval90(0, 2)
	f.Scenarios[1].Model.Primary[0].Amount = fair.Interval90(5e3, 1)
	err := d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error {
		_, err := risk.Apply(context.Background(), tx, f)
		return err
	})
	p, ok := problem.As(err)
	if !ok || len(p.Causes) != 2 || p.Causes[0].Field != "scenarios[outage].model.frequency.p5" || p.Causes[1].Field != "scenarios[fraud].model.primary[0].amount.p95" {
		t.Errorf("got %v, want the two fields named", err)
	}
}
