package quant_test

import (
	"fmt"
	"math"
	"testing"

	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

func exact(t testing.TB, p fair.Portfolio, o quant.ExactOptions) quant.Result {
	t.Helper()
	r, err := quant.Exact(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func alone(s fair.Scenario) fair.Portfolio { return fair.Portfolio{Scenarios: []fair.Scenario{s}} }

// figure is a figure of a summary and what it should be, to a relative tolerance.
type figure struct {
	name            string
	got, want, near float64
}

func compare(t *testing.T, figures ...figure) {
	t.Helper()
	for _, f := range figures {
		if !(math.Abs(f.got-f.want) <= f.near*math.Abs(f.want)) {
			t.Errorf("%s: got %v, want %v within %v, is %.2g off", f.name, f.got, f.want, f.near, f.got/f.want-1)
		}
	}
}

func TestExactPortfoliosOfReference(t *testing.T) {
	for _, c := range []struct {
		n                        int
		mean, sd, p95, p99, tvar float64
	}{
		{10, 5740215.9, 6088747, 1.510865e7, 2.71630e7, 4.159519e7},
		{100, 1.988408e8, 8.4534061e7, 3.409357e8, 4.860357e8, 6.403512e8},
		{500, 9.1243665e8, 1.724374e8, 1.209958e9, 1.44716e9, 1.67681e9},
	} {
		s := exact(t, fair.Portfolio{Scenarios: portfolio(c.n)}, quant.ExactOptions{}).Total
		compare(t, figure{"mean", s.Mean.Value, c.mean, 1e-6}, figure{"sd", s.SD, c.sd, 1e-6}, figure{"p95", s.VaR95.Value, c.p95, 1e-5},
			figure{"p99", s.VaR99.Value, c.p99, 1e-5}, figure{"TVaR99", s.TVaR99.Value, c.tvar, 1e-5})
	}
}

func BenchmarkExact(b *testing.B) {
	for _, n := range []int{10, 100, 500} {
		p := fair.Portfolio{Scenarios: portfolio(n)}
		b.Run(fmt.Sprintf("%dScenarios", n), func(b *testing.B) {
			for b.Loop() {
				exact(b, p, quant.ExactOptions{})
			}
		})
	}
}
