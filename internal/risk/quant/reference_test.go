package quant_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

func result(t testing.TB, p fair.Portfolio, o quant.Options) quant.Result {
	t.Helper()
	r, err := quant.Simulate(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// byQuantiles is a fine empirical distribution of a continuous one.
func byQuantiles(quantile func(p float64) float64) fair.Distribution {
	const n = 50_000
	d := fair.Distribution{Values: make([]float64, n)}
	for i := range d.Values {
		d.Values[i] = quantile((float64(i) + 0.5) / n)
	}
	return d
}

func TestPublishedYearlyLosses(t *testing.T) {
	exponential := func(mean float64) fair.Distribution {
		return byQuantiles(func(p float64) float64 { return -mean * math.Log1p(-p) })
	}
	counted := func(c fair.Counting, rate float64, sizes ...fair.Distribution) fair.Scenario {
		s := fair.Scenario{ID: "s", Counting: c, Frequency: fair.Fixed(rate)}
		for _, d := range sizes {
			s.Primary = append(s.Primary, fair.Loss{Amount: d})
		}
		return s
	}
	const z95 = fair.Z95
	lognormal := fair.Interval90(math.Exp(14.162084-z95*1.610574), math.Exp(14.162084+z95*1.610574))
	for name, c := range map[string]struct {
		s        fair.Scenario
		mean, sd float64
		none     float64
		var95    float64
		var99    float64
		tvar95   float64
		tvar99   float64
	}{
		"11 Bernoulli":           {counted(fair.Bernoulli, 0.4, fair.Interval90(1e5, 1e6)), 161600.51, 0, 0.6, 707426.59, 1246771.2, 1054302, 1677892.7},
		"12 lognormal":           {counted(fair.Poisson, 2, lognormal), 10346982.46, 26765015.47, 0.13533528, 0, 0, 0, 0},
		"13 exponential":         {counted(fair.Poisson, 2, exponential(1000)), 2000, 2000, math.Exp(-2), 5956.922, 8622.568, 7605.438, 10171.926},
		"14 gamma":               {counted(fair.Poisson, 10, exponential(1), exponential(1)), 20, math.Sqrt(60), math.Exp(-10), 33.794218, 40.811793, 38.114426, 44.580948},
		"15 rare exponential":    {counted(fair.Poisson, 0.5, exponential(100)), 50, 100, 0.60653066, 261.637543, 0, 0, 580.421015},
		"16 Panjer on a lattice": {counted(fair.Poisson, 10, lattice()), 18500, math.Sqrt(47625000), 4.539992976e-5, 30500, 37000, 34448.44, 0},
	} {
		const years = 400_000
		l := result(t, fair.Portfolio{Scenarios: []fair.Scenario{c.s}}, quant.Options{Seed: 5, Years: years}).Total
		if sd := max(c.sd, l.SD); math.Abs(l.Mean.Value-c.mean) > 4*sd/math.Sqrt(years) {
			t.Errorf("%s: got mean %v, want %v", name, l.Mean, c.mean)
		}
		if got := l.NoLoss.Value; math.Abs(got-c.none) > 4*math.Sqrt(c.none*(1-c.none)/years) {
			t.Errorf("%s: got P(no loss) %v, want %v", name, got, c.none)
		}
		for what, pair := range map[string]struct {
			got  quant.Interval
			want float64
		}{"VaR 95": {l.VaR95, c.var95}, "VaR 99": {l.VaR99, c.var99}, "TVaR 95": {l.TVaR95, c.tvar95}, "TVaR 99": {l.TVaR99, c.tvar99}} {
			if pair.want > 0 && !within4(pair.got, pair.want) {
				t.Errorf("%s: got %s %v, want %v", name, what, pair.got, pair.want)
			}
		}
	}
}

func lattice() fair.Distribution {
	d := fair.Distribution{Weights: []float64{.15, .2, .25, .125, .075, .05, .05, .05, .025, .025}}
	for i := range d.Weights {
		d.Values = append(d.Values, 500*float64(i+1))
	}
	return d
}

// TestAtomsComeOutExactly: figures of a loss that takes single values are such values.
func TestAtomsComeOutExactly(t *testing.T) {
	s := fair.Scenario{ID: "s", Frequency: fair.Fixed(10), Primary: []fair.Loss{{Amount: lattice()}}}
	l := result(t, fair.Portfolio{Scenarios: []fair.Scenario{s}}, quant.Options{Seed: 3, Years: 100_000}).Total
	for p, want := range map[float64]float64{0.5: 18000, 0.9: 27500, 0.95: 30500, 0.99: 37000} {
		if got, _ := l.At(p); got.Value != want {
			t.Errorf("p=%v: got %v, want %v", p, got.Value, want)
		}
	}
}

func TestLargePortfoliosAgreeWithExactAggregate(t *testing.T) {
	r := result(t, fair.Portfolio{Scenarios: portfolio(500)}, quant.Options{Seed: 7, Years: 60_000}).Total
	for what, pair := range map[string]struct {
		got  quant.Interval
		want float64
	}{"mean": {r.Mean, 9.1243665e8}, "p95": {r.VaR95, 1.209958e9}, "p99": {r.VaR99, 1.44716e9}, "TVaR99": {r.TVaR99, 1.67681e9}} {
		if !within4(pair.got, pair.want) {
			t.Errorf("P500 %s: got %v, want %v", what, pair.got, pair.want)
		}
	}
	w := result(t, fair.Portfolio{Scenarios: products(100)}, quant.Options{Seed: 7, Years: 40_000}).Total
	if !within4(w.Mean, 1.137742e8) || math.Abs(w.SD/1.7701675e7-1) > 4*math.Sqrt(2./40_000)*3 || relative(*w.Expected, 1.137742e8) > 1e-6 {
		t.Errorf("products: got mean %v (exact %v), sd %v", w.Mean, *w.Expected, w.SD)
	}
}

// TestIntervalsHoldTheExactValueAsOftenAsTheySay over 100 seeds.
func TestIntervalsHoldTheExactValueAsOftenAsTheySay(t *testing.T) {
	held := map[string]int{}
	for seed := range uint64(100) {
		r := result(t, fair.Portfolio{Scenarios: portfolio(10)}, quant.Options{Seed: seed, Years: 20_000}).Total
		for what, pair := range map[string]struct {
			got  quant.Interval
			want float64
		}{"mean": {r.Mean, 5740215.9}, "p95": {r.VaR95, 1.510865e7}, "p99": {r.VaR99, 2.71630e7}, "TVaR95": {r.TVaR95, 2.363238e7}} {
			if pair.got.Low <= pair.want && pair.want <= pair.got.High {
				held[what]++
			}
		}
	}
	for _, what := range []string{"mean", "p95", "p99", "TVaR95"} {
		if n := held[what]; n < 90 || n > 99 {
			t.Errorf("%s: got %d of 100 intervals with the exact value, want 90 to 99", what, n)
		}
	}
}

// TestCopulaGivesThePublishedJointProbability of two events.
func TestCopulaGivesThePublishedJointProbability(t *testing.T) {
	const years = 400_000
	for _, c := range []struct{ a, b, rho, want float64 }{{.5, .5, .5, 1. / 3}, {.1, .1, .2, 0.01719626}, {.4, .2, .6, 0.15093627}, {.05, .05, .8, 0.02475698}} {
		event := func(id string, p float64) fair.Scenario {
			return fair.Scenario{ID: id, Counting: fair.Bernoulli, Frequency: fair.Fixed(p), Primary: []fair.Loss{{Amount: fair.Fixed(1)}}, Loading: math.Sqrt(c.rho)}
		}
		joint, err := quant.Losses(fair.Portfolio{Scenarios: []fair.Scenario{event("a", c.a), event("b", c.b)}}, 1, years)
		if err != nil {
			t.Fatal(err)
		}
		both := 0.0
		for _, year := range joint {
			both += year[0] * year[1] / years
		}
		if math.Abs(both-c.want) > 4*math.Sqrt(c.want*(1-c.want)/years) {
			t.Errorf("%+v: got %v", c, both)
		}
	}
}

// TestTiesChangeTheTailAndLeaveEachScenarioAlone: what people state of common causes and correlation counts.
func TestTiesChangeTheTailAndLeaveEachScenarioAlone(t *testing.T) {
	const years = 100_000
	var free fair.Portfolio
	for i := range 10 {
		free.Scenarios = append(free.Scenarios, fair.Scenario{ID: fmt.Sprint("s", i), Frequency: fair.Interval90(0.2, 1), Primary: []fair.Loss{{Amount: fair.Interval90(1e4, 1e5)}}})
	}
	factor, cause := free, free
	factor.Scenarios, cause.Scenarios = slices.Clone(free.Scenarios), slices.Clone(free.Scenarios)
	cause.Causes = []fair.Cause{{ID: "late", Probability: 0.1}}
	for i := range free.Scenarios {
		factor.Scenarios[i].Loading = 0.8
		cause.Scenarios[i].Causes = []fair.Link{{Cause: "late", Factor: 6}}
	}
	base := result(t, free, quant.Options{Seed: 2, Years: years})
	for name, p := range map[string]fair.Portfolio{"factor": factor, "cause": cause} {
		r := result(t, p, quant.Options{Seed: 2, Years: years})
		if r.Total.VaR99.Low <= base.Total.VaR99.High*1.2 || !within4(r.Total.Mean, *base.Total.Expected) {
			t.Errorf("%s: got VaR 99 %v after %v, mean %v", name, r.Total.VaR99, base.Total.VaR99, r.Total.Mean)
		}
		for i, s := range r.Scenarios {
			if !within4(s.Loss.Mean, *base.Scenarios[i].Loss.Expected) {
				t.Errorf("%s: got mean %v of %s, want %v", name, s.Loss.Mean, s.ID, *base.Scenarios[i].Loss.Expected)
			}
			none := base.Scenarios[i].Loss.NoLoss.Value
			if name == "factor" && math.Abs(s.Loss.NoLoss.Value-none) > 4*math.Sqrt(2*none*(1-none)/years) {
				t.Errorf("got P(no loss) %v of %s, alone %v", s.Loss.NoLoss.Value, s.ID, none)
			}
		}
	}
}

// TestEventAndSizeAreIndependent: one random number for both would make the losses of rare events small or large.
func TestEventAndSizeAreIndependent(t *testing.T) {
	const years = 200_000
	s := fair.Scenario{ID: "s", Counting: fair.Bernoulli, Frequency: fair.Fixed(0.1), Primary: []fair.Loss{{Amount: fair.Interval90(1, 10)}}}
	size := s.Primary[0].Amount.Shape()
	n, sum := 0.0, 0.0
	for _, x := range quant.YearlyLosses(s, fair.Current, 1, years) {
		if x > 0 {
			n++
			sum += x
		}
	}
	if got := sum / n; math.Abs(got-size.Mean()) > 4*math.Sqrt(size.Variance()/n) {
		t.Errorf("got %v for an event, want %v", got, size.Mean())
	}
}

// TestWholeTreeHasItsMoments: an uncertain rate and susceptibility, drawn by year, secondary losses in the same event,
// controls, and weights of an empirical distribution; the mean of a PERT is not its mode.
func TestWholeTreeHasItsMoments(t *testing.T) {
	const years = 400_000
	capability, resistance, probability := fair.Modal(.01, .5, .95), fair.Modal(.35, .5, .9), fair.Modal(.1, .2, .9)
	s := fair.Scenario{
		ID: "s", Frequency: fair.Modal(0, 1, 10), Susceptibility: &fair.Susceptibility{Capability: &capability, Resistance: &resistance},
		Primary:   []fair.Loss{{Amount: fair.Distribution{Values: []float64{1, 10}, Weights: []float64{3, 1}}}, {Amount: fair.Interval90(1, 5)}},
		Secondary: &fair.Secondary{Probability: fair.Modal(0, .1, .6), Losses: []fair.Loss{{Amount: fair.Fixed(30)}}},
		Controls:  []fair.Control{{ID: "c", On: fair.OnMagnitude, Coverage: 1, Intended: 0.25}, {ID: "p", On: fair.OnFrequency, Coverage: 1, Intended: 0.5, Planned: true}},
	}
	other := s
	other.Susceptibility = &fair.Susceptibility{Probability: &probability}
	for _, s := range []fair.Scenario{s, other} {
		for _, state := range []fair.State{fair.Inherent, fair.Current, fair.Goal} {
			want, _ := s.Expected(state)
			l := result(t, fair.Portfolio{Scenarios: []fair.Scenario{s}, State: state}, quant.Options{Seed: 4, Years: years}).Total
			if math.Abs(l.Mean.Value-want.Mean) > 4*math.Sqrt(want.Variance/years) || math.Abs(l.SD*l.SD/want.Variance-1) > 0.03 {
				t.Errorf("%s: got mean %v sd %v, want %v", state, l.Mean.Value, l.SD, want)
			}
		}
	}
}

// TestInsuranceIsTakenOff against a count by hand, and the tail is still shared out.
func TestInsuranceIsTakenOff(t *testing.T) {
	const years = 20_000
	p := fair.Portfolio{Scenarios: portfolio(4), Covers: []fair.Cover{
		{ID: "own", Scenarios: []string{"S001"}, Retention: 1e6, Limit: 2e6}, {ID: "joint", Scenarios: []string{"S002", "S003"}, Retention: 1e4, Limit: 1e6},
	}}
	deductible, limit := 1e5, 3e5
	p.Scenarios[3].Deductible, p.Scenarios[3].Limit = &deductible, &limit
	joint, err := quant.Losses(p, 6, years)
	if err != nil {
		t.Fatal(err)
	}
	mean := 0.0
	for _, year := range joint {
		mean += (year[0] + p.Covers[1].Retained(year[1]+year[2]) + year[3]) / years
	}
	r := result(t, p, quant.Options{Seed: 6, Years: years})
	if relative(r.Total.Mean.Value, mean) > 1e-9 || r.Total.Expected != nil {
		t.Errorf("got mean %v, want %v", r.Total.Mean, mean)
	}
	sum := 0.0
	for i, s := range r.Scenarios {
		sum += s.TailShare
		if want := i == 1 || i == 2; s.BeforeCover != want {
			t.Errorf("%s: got before cover %v", s.ID, s.BeforeCover)
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("got tail shares of %v in all", sum)
	}
	plain := p.Scenarios[0]
	gross := quant.YearlyLosses(plain, fair.Current, 6, years)
	for i := range gross {
		if got := joint[i][0]; got != p.Covers[0].Retained(gross[i]) {
			t.Fatalf("year %d: got %v of %v", i, got, gross[i])
		}
	}
}

// TestTailSharesAreThoseOfTheWorstYears as counted from joint losses, in all ways of counting.
func TestTailSharesAreThoseOfTheWorstYears(t *testing.T) {
	const years = 20_000
	p := fair.Portfolio{Scenarios: append(portfolio(5), products(6)[5]), Causes: []fair.Cause{{ID: "c", Probability: 0.2}}}
	p.Scenarios[0].Loading, p.Scenarios[1].Loading = 0.7, 0.7
	p.Scenarios[2].Causes = []fair.Link{{Cause: "c", Factor: 3}}
	joint, err := quant.Losses(p, 9, years)
	if err != nil {
		t.Fatal(err)
	}
	sum := func(year []float64) (s float64) {
		for _, x := range year {
			s += x
		}
		return s
	}
	slices.SortFunc(joint, func(a, b []float64) int { return int(math.Copysign(1, sum(b)-sum(a))) })
	parts, all := make([]float64, len(p.Scenarios)), 0.0
	for _, year := range joint[:years/20] {
		for i, x := range year {
			parts[i] += x
			all += x
		}
	}
	for i, s := range result(t, p, quant.Options{Seed: 9, Years: years}).Scenarios {
		if want := parts[i] / all; math.Abs(s.TailShare-want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", s.ID, s.TailShare, want)
		}
	}
}

func TestThreadsAndOrderGiveTheSameBytes(t *testing.T) {
	p := fair.Portfolio{Scenarios: append(portfolio(12), products(14)[12:]...), Causes: []fair.Cause{{ID: "b", Probability: 0.2}, {ID: "a", Probability: 0.1}}}
	minutes := fair.Interval90(5, 50)
	for i := range p.Scenarios[:12] {
		switch i % 3 {
		case 0:
			p.Scenarios[i].Loading = 0.4
		case 1:
			p.Scenarios[i].Causes = []fair.Link{{Cause: "a", Factor: 2}, {Cause: "b", Factor: 0.5}}
		default:
			p.Scenarios[i].Minutes = &minutes
		}
	}
	p.Covers = []fair.Cover{{ID: "c", Scenarios: []string{"S001", "S002"}, Retention: 1e5, Limit: 1e6}}
	var first []byte
	for _, workers := range []int{1, 2, 5} {
		got, err := json.Marshal(result(t, p, quant.Options{Seed: 1, Years: 150_000, Workers: workers, Appetites: []float64{1e7}}))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		} else if !bytes.Equal(got, first) {
			t.Errorf("%d workers: other bytes", workers)
		}
		slices.Reverse(p.Scenarios)
		slices.Reverse(p.Causes)
	}
}
