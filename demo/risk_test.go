package demo_test

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"accordo.dev/demo"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

// risks reads the bank's risks on the anchor.
func risks(t *testing.T, look func(context.Context, db.Reader, bank) error) {
	t.Helper()
	dir := write(t, demo.Anchor)
	d := dbtest.SQLite(t)
	b := read(t, dir)
	b.apply(t, d, dir)
	dbtest.View(t, d, func(r db.Reader) error { return look(context.Background(), r, b) })
}

func TestControlsLieBetweenTheCurvesAsTheReadmeSays(t *testing.T) {
	risks(t, func(ctx context.Context, r db.Reader, _ bank) error {
		curves, err := risk.CurvesNow(ctx, r, struct{}{})
		for state, want := range map[fair.State]float64{fair.Inherent: 20.8e6, fair.Current: 12.6e6, fair.Goal: 9.7e6} {
			if got := curves.States[state].VaR95.Value; math.Abs(got-want) > 0.05e6 {
				t.Errorf("%s: got %.0f one year in twenty, want %.0f", state, got, want)
			}
		}
		return err
	})
}

func TestEstimatesMovedForEveryReasonSinceTheLastSitting(t *testing.T) {
	risks(t, func(ctx context.Context, r db.Reader, b bank) error {
		moved, err := risk.WhatMoved(ctx, r, risk.MovedIn{Since: b.organisation.LastSitting})
		got := []risk.Reason{}
		for _, step := range moved.Steps {
			got = append(got, step.Reason)
		}
		for _, want := range append([]risk.Reason{risk.New}, risk.Reasons...) {
			if !slices.Contains(got, want) {
				t.Errorf("got moves for %q, want one for %q", got, want)
			}
		}
		return err
	})
}

func TestEvidenceSpeaksAgainstTwoPatchingControls(t *testing.T) {
	risks(t, func(ctx context.Context, r db.Reader, _ bank) error {
		proposals, err := risk.Propose(ctx, r, struct{}{})
		got := []string{}
		for _, p := range proposals.Open {
			if open := 1 - p.After.Mean(); p.By == risk.ByExploited && open > 0.6 && open < 0.75 {
				got = append(got, p.Scenario)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"R-019", "R-021"}) {
			t.Errorf("got %q, want the data warehouse and the message bus, open two thirds of the year", got)
		}
		return err
	})
}

func TestFourteenOfSeventeenPastIntervalsHeld(t *testing.T) {
	risks(t, func(ctx context.Context, r db.Reader, _ bank) error {
		c, err := risk.Calibrate(ctx, r, struct{}{})
		if c.All.Held != 14 || c.All.Of != 17 || c.All.Word != risk.AsStated {
			t.Errorf("got %+v, want 14 of 17, no proof against nine in ten", c.All)
		}
		return err
	})
}

// TestNothingIsEstimatedOrObservedAfterTheAnchor: the bank is opened from that day on.
func TestNothingIsEstimatedOrObservedAfterTheAnchor(t *testing.T) {
	last := demo.Anchor.Format(time.DateOnly)
	b := read(t, write(t, demo.Anchor))
	for _, s := range b.risk.Scenarios {
		if s.EstimatedOn > last {
			t.Errorf("%s: got an estimate of %s, want none after %s", s.ID, s.EstimatedOn, last)
		}
	}
	for _, o := range b.risk.Observations {
		if o.Day > last {
			t.Errorf("%s: got a day of %s, want none after %s", o.ID, o.Day, last)
		}
	}
}
