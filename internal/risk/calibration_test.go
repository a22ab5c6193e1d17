package risk_test

import (
	"context"
	"math"
	"strconv"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

func TestIntervalOfEventsIsThatOfTheMixedPoisson(t *testing.T) {
	p := func(x float64) *fair.Distribution { d := fair.Fixed(x); return &d }
	for _, tc := range []struct {
		name      string
		model     fair.Scenario
		low, high float64
	}{
		// Poisson 3: P(0) = 0.0498, P(≤5) = 0.9161, P(≤6) = 0.9665.
		{"certain rate", fair.Scenario{Frequency: fair.Fixed(3)}, 1, 6},
		// A rate exactly uniform on 0..1 mixes to P(0) = 1-1/e = 0.632, P(≤1) = 2-3/e = 0.896, P(≤2) = 3-5.5/e = 0.977.
		{"uncertain rate", fair.Scenario{Frequency: uniform(0, 1)}, 0, 2},
		{"half the rate under a control", fair.Scenario{Frequency: fair.Fixed(6), Controls: []fair.Control{{ID: "c", On: fair.OnFrequency, Coverage: 1, Intended: 0.5, Reliability: ptr(1)}}}, 1, 6},
		{"at most one, likely", fair.Scenario{Frequency: fair.Fixed(0.97), Counting: fair.Bernoulli}, 1, 1},
		{"at most one, rare", fair.Scenario{Frequency: fair.Fixed(0.03), Counting: fair.Bernoulli}, 0, 0},
	} {
		low, high, known := risk.Range90(tc.model, risk.Events)
		if !known || low != tc.low || high != tc.high {
			t.Errorf("%s: got %v..%v (known %v), want %v..%v", tc.name, low, high, known, tc.low, tc.high)
		}
	}
	if _, _, known := risk.Range90(fair.Scenario{Frequency: fair.Fixed(1), Susceptibility: &fair.Susceptibility{Probability: p(0.5)}}, risk.Events); known {
		t.Error("got an interval with an uncertain susceptibility, want none")
	}
	if _, _, known := risk.Range90(fair.Scenario{Primary: []fair.Loss{{Amount: fair.Fixed(1)}, {Amount: fair.Fixed(2)}}}, risk.Loss); known {
		t.Error("got an interval of two losses added up, want none")
	}
}

func uniform(low, high float64) fair.Distribution {
	return fair.Distribution{Kind: fair.Uniform, Low: &low, High: &high}
}

func TestCalibrationHoldsObservationsAgainstTheEstimateOfTheDayBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		start := time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)
		d.Now = func() time.Time { return start }
		model := fair.Scenario{Frequency: fair.Fixed(3), Primary: []fair.Loss{{Amount: fair.Interval90(100, 1000)}}}
		apply(t, d, risk.File{Scenarios: []risk.Scenario{{ID: "fraud", Title: "Fraud", Model: model, Treatment: "reduce", Status: "open"}}})
		assess(t, d, start.AddDate(0, 0, 10), "fraud", func(s *risk.Scenario) { // on the 20th: ten times dearer
			s.Model.Primary[0].Amount, s.Reason = fair.Interval90(1000, 10000), risk.Refined
		})
		d.Now = func() time.Time { return start.AddDate(0, 1, 0) }
		observe := func(n int, day string, quantity risk.Quantity, value float64) {
			dbtest.Change(t, d, func(tx *db.Tx) error {
				_, err := risk.Observe(context.Background(), tx, risk.Observation{ID: "o" + strconv.Itoa(n), Scenario: "fraud", Day: day, Quantity: quantity, Value: &value})
				return err
			})
		}
		observe(1, "2026-01-10", risk.Loss, 500)   // before there was an estimate
		observe(2, "2026-01-20", risk.Loss, 1000)  // on the limit of 100..1000
		observe(3, "2026-01-21", risk.Loss, 500)   // below 1000..10000
		observe(4, "2026-01-22", risk.Loss, 20000) // above
		observe(5, "2026-01-22", risk.Events, 6)   // inside 1..6
		observe(6, "2026-01-22", risk.Minutes, 10) // nobody estimated minutes
		c := calibration(t, d)
		want := map[string]risk.Outcome{"o1": risk.NoRange, "o2": risk.Held, "o3": risk.Below, "o4": risk.Above, "o5": risk.Held, "o6": risk.NoRange}
		for _, trial := range c.Trials {
			if trial.Outcome != want[trial.Observation] {
				t.Errorf("%s: got %+v, want %v", trial.Observation, trial, want[trial.Observation])
			}
		}
		if len(c.Trials) != 6 || c.All.Held != 2 || c.All.Of != 4 || c.All.Word != risk.TooFew {
			t.Errorf("got %d trials and %+v, want 6, 2 of 4, and too few to tell", len(c.Trials), c.All)
		}
		for n := 7; n < 11; n++ {
			observe(n, "2026-01-25", risk.Loss, 1)
		}
		// 2 of 8: p = 0.25, z² = 3.8415; (0.25 + 0.2401 ± 1.96 √(0.0234+0.0150)) / 1.4802 = 0.0715..0.5907.
		c = calibration(t, d)
		if c.All.Word != risk.TooNarrow || math.Abs(c.All.Low-0.0715) > 1e-4 || math.Abs(c.All.High-0.5907) > 1e-4 {
			t.Errorf("got %+v, want too narrow with 0.0715..0.5907", c.All)
		}
	})
}

func calibration(t *testing.T, d *db.DB) (c risk.Calibration) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) (err error) {
		c, err = risk.Calibrate(context.Background(), r, struct{}{})
		return err
	})
	return c
}
