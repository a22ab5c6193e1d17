package stat_test

import (
	"encoding/json"
	"math"
	"testing"

	"accordo.dev/internal/stat"
	"pgregory.net/rapid"
)

func TestWilsonInterval(t *testing.T) {
	// Limits are the roots of (p-x)^2 = z^2 x(1-x)/n; here z = 1.959963984540054 (95 %), 1.644853626951 (90 %).
	for _, tc := range []struct {
		k, n      int
		level     float64
		low, high float64
	}{
		{0, 10, 0, 0, 0.27753279},
		{10, 10, 0.95, 0.72246721, 1},
		{81, 263, 0.95, 0.25525266, 0.36621560},
		{5, 10, 0.90, 0.26926840, 0.73073160},
	} {
		p, err := stat.Wilson(tc.k, tc.n, tc.level)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.Low-tc.low) > 5e-5 || math.Abs(p.High-tc.high) > 5e-5 {
			t.Errorf("%d/%d: got %v..%v, want %v..%v", tc.k, tc.n, p.Low, p.High, tc.low, tc.high)
		}
	}
}

func TestWilsonLimitsSolveTheScoreEquation(t *testing.T) {
	const z = 1.959963984540054
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		p, err := stat.Wilson(k, n, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []float64{p.Low, p.High} {
			left, right := (p.Share-x)*(p.Share-x), z*z*x*(1-x)/float64(n)
			if math.Abs(left-right) > 1e-12 {
				t.Fatalf("%d/%d at %v: got %v, want %v", k, n, x, left, right)
			}
		}
		if p.Low > p.Share || p.High < p.Share {
			t.Fatalf("%d/%d: got %v outside %v..%v", k, n, p.Share, p.Low, p.High)
		}
	})
}

func TestShareOfNothingIsRefused(t *testing.T) {
	for _, kn := range [][2]int{{0, 0}, {-1, 3}, {4, 3}} {
		if _, err := stat.Wilson(kn[0], kn[1], 0); err == nil {
			t.Errorf("%v: got no error", kn)
		}
	}
}

func TestQuantileInterpolates(t *testing.T) {
	values := []float64{7, 1, 3, 10}
	for p, want := range map[float64]float64{0: 1, 0.25: 2.5, 0.5: 5, 0.9: 9.1, 1: 10} {
		if got := stat.Quantile(values, p); !near(got, stat.Known(want), 1e-12) {
			t.Errorf("p=%v: got %v, want %v", p, got, want)
		}
	}
	if values[0] != 7 {
		t.Errorf("got input changed to %v", values)
	}
	for _, got := range []stat.Number{stat.Quantile(nil, 0.5), stat.Quantile(values, 1.5), stat.Quantile([]float64{1, math.NaN()}, 0.5)} {
		if got.Known {
			t.Errorf("got %v, want unknown", got)
		}
	}
}

func TestUnknownNumberIsNullInJSON(t *testing.T) {
	b, err := json.Marshal([]stat.Number{stat.Known(1.5), stat.Unknown(), stat.Known(math.NaN())})
	if got, want := string(b), "[1.5,null,null]"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	var back []stat.Number
	if err := json.Unmarshal(b, &back); err != nil || back[0] != stat.Known(1.5) || back[1].Known {
		t.Errorf("got %v, %v", back, err)
	}
}
