package budget_test

import (
	"context"
	"testing"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/problem"
)

func file() budget.File {
	return budget.File{
		Funds: []budget.Fund{{Year: 2026, TotalEUR: 1000, RingFencedShare: 0.2, FromCIOEUR: 600.5, FromCISOEUR: 399.5}},
		Measures: []budget.Measure{
			{ID: "hsm", Title: "Second HSM", Year: 2026, CostEUR: 300, SpentEUR: 120, State: "funded", Security: true},
			{ID: "bus", Title: "Message bus upgrade", Year: 2026, CostEUR: 500, State: "proposed"},
			{ID: "old", Title: "Last year", Year: 2025, CostEUR: 9000, State: "done"},
		},
	}
}

func TestFreeMoneyIsWhatNoMeasureOfTheYearIsPromised(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		dbtest.Change(t, d, func(tx *db.Tx) error { _, err := budget.Apply(ctx, tx, file()); return err })
		dbtest.View(t, d, func(r db.Reader) error {
			s, err := budget.Stand(ctx, r, budget.StandingIn{})
			if err == nil && (s.FreeEUR != 700 || s.SpentEUR != 120 || s.RingFreeEUR != 0 || len(s.Measures) != 2) {
				t.Errorf("got %+v, want 700 free, 120 spent, ring used up, two measures", s)
			}
			return err
		})
		dbtest.Change(t, d, func(tx *db.Tx) error {
			plan, err := budget.Apply(ctx, tx, file())
			if len(plan) != 0 {
				t.Errorf("got %v, want nothing the second time", plan)
			}
			return err
		})
	})
}

func TestContributionsMustAddUp(t *testing.T) {
	d := dbtest.SQLite(t)
	f := file()
	f.Funds[0].FromCIOEUR = 1
	err := d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error {
		_, err := budget.Apply(context.Background(), tx, f)
		return err
	})
	if p, ok := problem.As(err); !ok || p.Field != "funds[0].total_eur" {
		t.Errorf("got %v, want the total named", err)
	}
}
