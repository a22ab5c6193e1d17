package quant_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
	"pgregory.net/rapid"
)

func once(rate, low, high float64) fair.Scenario {
	return fair.Scenario{ID: "s", Frequency: fair.Fixed(rate), Primary: []fair.Loss{{Amount: fair.Interval90(low, high)}}}
}

func simulate(t testing.TB, o quant.Options, scenarios ...fair.Scenario) quant.Result {
	t.Helper()
	r, err := quant.Simulate(fair.Portfolio{Scenarios: scenarios}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func relative(got, want float64) float64 { return math.Abs(got-want) / math.Abs(want) }

func TestSimulatedMeanAndEmptyYearsAgreeWithClosedForm(t *testing.T) {
	const years = 100_000
	for _, s := range []fair.Scenario{
		once(2, 1e5, 1e6), once(0.05, 1e4, 1e6), once(40, 100, 1000),
		{ID: "uncertain", Frequency: fair.Interval90(0.2, 4), Primary: []fair.Loss{{Amount: fair.Interval90(1e4, 3e5)}}},
	} {
		r := simulate(t, quant.Options{Seed: 11, Years: years}, s).Scenarios[0].Loss
		moments, _ := s.Expected(fair.Current)
		want, sd := moments.Mean, math.Sqrt(moments.Variance)
		if got := r.Mean.Value; math.Abs(got-want) > 4*sd/math.Sqrt(years) {
			t.Errorf("%+v: got mean %v, want %v", s, got, want)
		}
		if *r.Expected != want {
			t.Errorf("%+v: got expected %v, want %v", s, *r.Expected, want)
		}
		if s.Frequency.Value == nil {
			continue
		}
		p0 := math.Exp(-*s.Frequency.Value)
		if got := r.NoLoss.Value; math.Abs(got-p0) > 4*math.Sqrt(p0*(1-p0)/years) {
			t.Errorf("%+v: got P(no loss) %v, want %v", s, got, p0)
		}
	}
}

// aggregate is the exact distribution of a compound Poisson sum on a grid of step h: severity rounded to
// the grid, then Panjer's recursion g(k) = rate/k sum_j j f(j) g(k-j).
func aggregate(rate float64, l fair.Shape, h float64, cells int) []float64 {
	f := make([]float64, cells)
	for j := range f {
		f[j] = l.CDF((float64(j)+0.5)*h) - l.CDF((float64(j)-0.5)*h)
	}
	g := make([]float64, cells)
	g[0] = math.Exp(-rate * (1 - f[0]))
	for k := 1; k < cells; k++ {
		for j := 1; j <= k; j++ {
			g[k] += float64(j) * f[j] * g[k-j]
		}
		g[k] *= rate / float64(k)
	}
	return g
}

func TestQuantilesAgreeWithPanjerRecursion(t *testing.T) {
	const (
		h     = 100.0
		years = 100_000
	)
	s := once(2, 1e4, 1e5)
	g := aggregate(2, s.Primary[0].Amount.Shape(), h, 12_000)
	below := func(x float64) float64 { // P(S <= x)
		sum := 0.0
		for k := 0; k <= int(math.Round(x/h)) && k < len(g); k++ {
			sum += g[k]
		}
		return sum
	}
	r := simulate(t, quant.Options{Seed: 5, Years: years, Appetites: []float64{2e5}}, s).Total
	for _, q := range r.Quantiles {
		if q.P == 0.05 || q.P == 0.10 {
			if q.Amount.Value != 0 {
				t.Errorf("p=%v: got %v, want 0 (13.5 %% of years are empty)", q.P, q.Amount.Value)
			}
			continue
		}
		if got := below(q.Amount.Value); math.Abs(got-q.P) > 4*math.Sqrt(q.P*(1-q.P)/years)+1e-4 {
			t.Errorf("P(S <= simulated quantile): got %v, want %v", got, q.P)
		}
	}
	p := 1 - below(2e5)
	if got := r.Appetite[0].Probability; math.Abs(got.Value-p) > 4*math.Sqrt(p*(1-p)/years)+1e-4 || got.Low > got.Value || got.High < got.Value {
		t.Errorf("P(S > 200000): got %+v, want %v", got, p)
	}
}

// portfolio is the published generator of independent scenarios.
func portfolio(n int) []fair.Scenario {
	fr := func(x float64) float64 { return x - math.Floor(x) }
	var list []fair.Scenario
	for i := 1; i <= n; i++ {
		u, v, w := fr(float64(i)*0.6180339887498949), fr(float64(i)*0.7548776662466927), fr(float64(i)*0.5698402909980532)
		low := math.Pow(10, 4+2*v)
		list = append(list, fair.Scenario{
			ID:        fmt.Sprintf("S%03d", i),
			Frequency: fair.Fixed(math.Exp(math.Log(0.05) + u*(math.Log(4)-math.Log(0.05)))),
			Primary:   []fair.Loss{{Amount: fair.Interval90(low, low*math.Pow(10, 0.7+1.3*w))}},
		})
	}
	return list
}

// products is the published generator of scenarios in which everything is PERT and drawn once a year.
func products(n int) []fair.Scenario {
	fr := func(x float64) float64 { return x - math.Floor(x) }
	list := portfolio(n)
	for i := range list {
		k := float64(i + 1)
		u, v, w := fr(k*0.6180339887498949), fr(k*0.7548776662466927), fr(k*0.5698402909980532)
		rate, low, high := *list[i].Frequency.Value, *list[i].Primary[0].Amount.P5, *list[i].Primary[0].Amount.P95
		capability, resistance := fair.Modal(0.2+0.3*v, 0.5+0.3*v, 0.95), fair.Modal(0.1+0.4*w, 0.45+0.4*w, 0.98)
		list[i] = fair.Scenario{
			ID: list[i].ID, Counting: fair.Annual, Frequency: fair.Modal(0.5*rate, 1.2*rate, 4*rate),
			Susceptibility: &fair.Susceptibility{Capability: &capability, Resistance: &resistance},
			Primary:        []fair.Loss{{Amount: fair.Modal(low, 2*low, 0.5*high+3*low)}},
			Secondary: &fair.Secondary{
				Probability: fair.Modal(0.01+0.1*u, 0.2+0.1*u, 0.6+0.3*u), Losses: []fair.Loss{{Amount: fair.Modal(0.5*low, 3*low, high)}},
			},
		}
	}
	return list
}

// within4 tells whether the exact value is within four standard errors, given a 95 % interval (1.96).
func within4(i quant.Interval, exact float64) bool {
	low, high := i.Value-(i.Value-i.Low)*4/1.96, i.Value+(i.High-i.Value)*4/1.96
	return low <= exact && exact <= high
}

func TestPortfolioAgreesWithExactAggregate(t *testing.T) {
	for _, tc := range []struct {
		n                               int
		mean, sd, p50, p95, p99, tvar95 float64
	}{
		{10, 5740215.9, 6088747, 4.259954e6, 1.510865e7, 2.71630e7, 2.363238e7},
		{100, 1.988408e8, 8.4534061e7, 0, 3.409357e8, 4.860357e8, 0},
	} {
		r := simulate(t, quant.Options{Seed: 2026}, portfolio(tc.n)...).Total
		if relative(*r.Expected, tc.mean) > 1e-6 {
			t.Errorf("P%d: got expected %v, want %v", tc.n, *r.Expected, tc.mean)
		}
		if math.Abs(r.Mean.Value-tc.mean) > 4*tc.sd/math.Sqrt(quant.DefaultYears) {
			t.Errorf("P%d: got mean %v, want %v", tc.n, r.Mean, tc.mean)
		}
		for p, want := range map[float64]float64{0.5: tc.p50, 0.95: tc.p95, 0.99: tc.p99} {
			if got, ok := r.At(p); !ok || want > 0 && !within4(got, want) {
				t.Errorf("P%d p=%v: got %v, want %v", tc.n, p, got, want)
			}
		}
		if tc.tvar95 > 0 && !within4(r.TVaR95, tc.tvar95) {
			t.Errorf("P%d TVaR: got %v, want %v", tc.n, r.TVaR95, tc.tvar95)
		}
	}
}

// drawn is a small set of scenarios.
func drawn(t *rapid.T) []fair.Scenario {
	rate := rapid.Float64Range(0.01, 5)
	list := make([]fair.Scenario, rapid.IntRange(1, 6).Draw(t, "n"))
	for i := range list {
		low := rate.Draw(t, "rate")
		list[i] = fair.Scenario{
			ID: fmt.Sprint("r", i), Frequency: fair.Fixed(low),
			Primary: []fair.Loss{{Amount: fair.Interval90(rapid.Float64Range(10, 1e5).Draw(t, "p5"), rapid.Float64Range(2e5, 1e7).Draw(t, "p95"))}},
		}
		if rapid.Bool().Draw(t, "uncertain") {
			list[i].Frequency = fair.Interval90(low, low*3)
		}
		if rapid.Bool().Draw(t, "minutes") {
			minutes := fair.Interval90(5, 300)
			list[i].Minutes = &minutes
		}
	}
	return list
}

func TestWorkersAndOrderDoNotChangeABit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawn(t)
		o := quant.Options{Seed: rapid.Uint64().Draw(t, "seed"), Years: 5000, Workers: 1, Appetites: []float64{1e6}}
		want, err := quant.Simulate(fair.Portfolio{Scenarios: list}, o)
		if err != nil {
			t.Fatal(err)
		}
		o.Workers = rapid.IntRange(1, 8).Draw(t, "workers")
		got, err := quant.Simulate(fair.Portfolio{Scenarios: rapid.Permutation(list).Draw(t, "order")}, o)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got another result with %d workers", o.Workers)
		}
	})
}

func TestScenarioDoesNotDependOnTheOthers(t *testing.T) {
	list := portfolio(5)
	all := simulate(t, quant.Options{Seed: 1, Years: 2000}, list...)
	alone := simulate(t, quant.Options{Seed: 1, Years: 2000}, list[2])
	if got, want := all.Scenarios[2].Loss, alone.Scenarios[0].Loss; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v among others, %+v alone", got.Mean, want.Mean)
	}
}

func TestScenariosAndSeedsAreIndependent(t *testing.T) {
	a, b := once(3, 1e5, 1e6), once(3, 1e5, 1e6)
	b.ID = "t"
	x := quant.YearlyLosses(a, fair.Current, 1, 100_000)
	for name, y := range map[string][]float64{
		"other id":   quant.YearlyLosses(b, fair.Current, 1, 100_000),
		"other seed": quant.YearlyLosses(a, fair.Current, 2, 100_000),
	} {
		if got, limit := correlation(x, y), 4/math.Sqrt(float64(len(x))); math.Abs(got) > limit {
			t.Errorf("%s: got correlation %v, want within %v", name, got, limit)
		}
	}
}

func correlation(x, y []float64) float64 {
	mean := func(v []float64) (m float64) {
		for _, a := range v {
			m += a / float64(len(v))
		}
		return m
	}
	mx, my := mean(x), mean(y)
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	return xy / math.Sqrt(xx*yy)
}

func TestMinutesAreASecondMeasure(t *testing.T) {
	const years = 50_000
	s := once(1.5, 1e5, 1e6)
	without := simulate(t, quant.Options{Seed: 3}, s)
	if without.Minutes != nil || without.Scenarios[0].Minutes != nil {
		t.Errorf("got minutes nobody estimated: %+v", without.Minutes)
	}
	minutes := fair.Interval90(10, 600)
	s.Minutes = &minutes
	other := once(0.3, 1e4, 1e5)
	other.ID = "without"
	with := simulate(t, quant.Options{Seed: 3}, s, other)
	if got, want := with.Scenarios[0].Loss, without.Scenarios[0].Loss; !reflect.DeepEqual(got, want) {
		t.Errorf("got losses changed by asking for minutes")
	}
	want := 1.5 * s.Minutes.Mean()
	m := with.Minutes
	if m == nil || !within4(m.Mean, want) || relative(*m.Expected, want) > 1e-12 {
		t.Fatalf("got %+v, want mean %v", m, want)
	}
	if with.Scenarios[1].Minutes != nil {
		t.Error("got minutes of the scenario without")
	}
	p0 := math.Exp(-1.5)
	if got := m.NoLoss.Value; got != with.Scenarios[0].Loss.NoLoss.Value || math.Abs(got-p0) > 4*math.Sqrt(p0*(1-p0)/years) {
		t.Errorf("years without outage: got %v, want %v", got, p0)
	}
}

func TestTailSharesSumToOneAndFollowTheTail(t *testing.T) {
	frequent, rare := once(10, 1e4, 2e4), once(0.1, 1e6, 1e7)
	frequent.ID, rare.ID = "frequent", "rare"
	r := simulate(t, quant.Options{Seed: 9}, rare, frequent)
	sum := 0.0
	for _, s := range r.Scenarios {
		sum += s.TailShare
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("got sum %v, want 1", sum)
	}
	// In the worst 5 % of years the rare event happens: 4 million and more against 0.14 million.
	if got := r.Scenarios[1]; got.ID != "rare" || got.TailShare < 0.9 {
		t.Errorf("got %v %v, want the rare scenario with nearly all of the tail", got.ID, got.TailShare)
	}
}

// totals are the yearly losses of all scenarios together.
func totals(t *testing.T, p fair.Portfolio, seed uint64, years int) []float64 {
	t.Helper()
	joint, err := quant.Losses(p, seed, years)
	if err != nil {
		t.Fatal(err)
	}
	sums := make([]float64, years)
	for year, losses := range joint {
		for _, x := range losses {
			sums[year] += x
		}
	}
	return sums
}

func TestCurveFallsAndEndsAtTheLargestLoss(t *testing.T) {
	p := fair.Portfolio{Scenarios: portfolio(3)}
	r := simulate(t, quant.Options{Seed: 4}, p.Scenarios...)
	years := totals(t, p, 4, r.Years)
	c := r.Total.Curve
	if got, want := c[len(c)-1].Amount, slices.Max(years); got != want {
		t.Errorf("got last amount %v, want %v", got, want)
	}
	for i, p := range c {
		if i > 0 && (p.Amount <= c[i-1].Amount || p.Probability.Value > c[i-1].Probability.Value) {
			t.Errorf("point %d: got %+v after %+v", i, p, c[i-1])
		}
		above := 0
		for _, x := range years {
			if x > p.Amount {
				above++
			}
		}
		if got, want := p.Probability.Value, float64(above)/float64(r.Years); got != want {
			t.Errorf("P(S > %v): got %v, want %v", p.Amount, got, want)
		}
	}
}

func TestTVaRIsTheMeanOfTheWorstYears(t *testing.T) {
	for _, s := range []fair.Scenario{once(3, 1e4, 1e6), once(0.02, 1e4, 1e6)} { // in the second VaR is 0
		r := simulate(t, quant.Options{Seed: 8, Years: 10_000}, s)
		years := slices.Sorted(slices.Values(quant.YearlyLosses(s, fair.Current, 8, 10_000)))
		sum := 0.0
		for _, x := range years[9_500:] {
			sum += x
		}
		if got, want := r.Total.TVaR95.Value, sum/500; relative(got, want) > 1e-4 {
			t.Errorf("got %v, want %v", got, want)
		}
		if got, want := r.Total.VaR95.Value, years[9_499]; got != want && relative(got, want) > 1./512 { // the width of a bin
			t.Errorf("VaR: got %v, want %v", got, want)
		}
	}
}

func TestNothingHappensAtRateZero(t *testing.T) {
	for _, list := range [][]fair.Scenario{nil, {once(0, 1, 2)}} {
		r := simulate(t, quant.Options{Appetites: []float64{0}}, list...).Total
		if r.Mean.Value != 0 || r.NoLoss.Value != 1 || r.TVaR95.Value != 0 || r.Curve != nil || r.Appetite[0].Probability.Value != 0 {
			t.Errorf("got %+v", r)
		}
	}
}

func TestPortfolioWithoutMeaningIsRefused(t *testing.T) {
	list := portfolio(2)
	list[1].Frequency = fair.Interval90(2, 1)
	_, err := quant.Simulate(fair.Portfolio{Scenarios: list}, quant.Options{})
	var p *problem.Error
	if !errors.As(err, &p) || p.Field != "scenarios[1].frequency.p95" {
		t.Errorf("got %v, want the field named", err)
	}
	for _, o := range []quant.Options{{Years: 10}, {Years: 1e9}, {Appetites: []float64{-1}}} {
		if _, err := quant.Simulate(fair.Portfolio{Scenarios: portfolio(1)}, o); err == nil {
			t.Errorf("%+v: got no error", o)
		}
	}
}
