package fair_test

import (
	"math"
	"strings"
	"testing"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
	"pgregory.net/rapid"
)

func relative(got, want float64) float64 {
	return math.Abs(got-want) / math.Max(math.Abs(want), 1e-300)
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(relative(got, want) <= tolerance) {
		t.Errorf("%s: got %.12g, want %.12g", what, got, want)
	}
}

func pert(low, mode, high, gamma float64) fair.Distribution {
	d := fair.Modal(low, mode, high)
	d.Gamma = &gamma
	return d
}

func triplet(p10, p50, p90 float64) fair.Distribution {
	return fair.Distribution{P10: &p10, P50: &p50, P90: &p90}
}

func TestPERTHasThePublishedFigures(t *testing.T) {
	for _, c := range []struct {
		d                            fair.Distribution
		mean, variance, p5, p95, p50 float64
	}{
		{pert(2, 4, 9, 4), 4.5, 1.607143, 2.630159, 6.773921, 4.382589},
		{pert(0, 50, 100, 4), 50, 357.142857, 0, 81.074462, 50},
		{pert(3, 6, 24, 5), 8.142857, 10.193878, 3.902841, 14.200155, 0},
		{pert(5, 20, 50, 2), 23.75, 98.4375, 0, 41.047725, 0},
		{pert(1000, 1500, 2500, 5), 1571.428571, 66326.530612, 0, 2024.760745, 0},
	} {
		s := c.d.Shape()
		near(t, "mean", s.Mean(), c.mean, 1e-6)
		near(t, "variance", s.Variance(), c.variance, 1e-6)
		near(t, "p95", s.Quantile(0.95), c.p95, 1e-6)
		if c.p5 > 0 {
			near(t, "p5", s.Quantile(0.05), c.p5, 1e-6)
		}
		if c.p50 > 0 {
			near(t, "p50", s.Quantile(0.5), c.p50, 1e-6)
		}
	}
}

func TestLognormalIsReadFromPercentiles(t *testing.T) {
	mu, sigma := fair.Interval90(1, 10).Shape().Logs()
	near(t, "mu", mu, 1.151292546, 1e-9)
	near(t, "sigma", sigma, 0.699936169, 1e-8)
	near(t, "mean", fair.Interval90(1, 10).Mean(), 4.040012827, 1e-9)
	near(t, "mean of a wide one", fair.Interval90(635000, 19000000).Mean(), 5922706.83351131, 1e-12)
	mu, sigma = fair.Median95(1425000, 2e7).Shape().Logs()
	near(t, "meanlog", mu, 14.1696823716849, 1e-12)
	near(t, "sdlog", sigma, 1.6059547284637, 1e-12)
	three := fair.Interval90(1e5, 2e7)
	median := 1425000.0
	three.P50 = &median
	mu, sigma = three.Shape().Logs()
	near(t, "meanlog of three", mu, 14.1620841482442, 1e-12)
	near(t, "sdlog of three", sigma, 1.61057412031483, 1e-12)
	near(t, "mismatch", three.MedianMismatch(), 0.00762716319, 1e-8)
}

func TestMetalogGoesThroughItsTriplet(t *testing.T) {
	s := triplet(17, 24, 35).Shape()
	near(t, "q05", s.Quantile(0.05), 14.954514, 1e-7)
	near(t, "q95", s.Quantile(0.95), 39.075809, 1e-7)
	zero := 0.0
	bounded := triplet(17, 24, 35)
	bounded.Lower = &zero
	b := bounded.Shape()
	near(t, "q05 bounded", b.Quantile(0.05), 15.160008, 1e-7)
	near(t, "q95 bounded", b.Quantile(0.95), 39.899883, 1e-7)
	for i, p := range []float64{0.1, 0.5, 0.9} {
		near(t, "point", b.Quantile(p), []float64{17, 24, 35}[i], 1e-12)
		near(t, "CDF", b.CDF([]float64{17, 24, 35}[i]), p, 1e-12)
	}
}

func TestSusceptibilityIsTheChanceThatCapabilityExceedsResistance(t *testing.T) {
	p := func(capability, resistance fair.Distribution) float64 {
		return fair.Exceeds(capability.Shape(), resistance.Shape())
	}
	near(t, "g5", p(pert(.01, .5, .95, 5), pert(.35, .5, .9, 5)), 0.42298110, 2e-8)
	near(t, "g4", p(pert(.01, .5, .95, 4), pert(.35, .5, .9, 4)), 0.41639922, 2e-8)
	near(t, "percent", p(pert(50, 75, 100, 4), pert(50, 70, 75, 3)), 0.76021257, 2e-8)
	near(t, "vectors", p(fair.Distribution{Values: []float64{5, 4, 3, 2, 1}}, fair.Distribution{Values: []float64{1, 2, 3, 4, 5}}), 0.4, 1e-12)
	near(t, "constant", p(fair.Fixed(0.5), fair.Distribution{Kind: fair.Uniform, Low: new(float64), High: fair.Fixed(1).Value}), 0.5, 1e-12)
}

func TestControlsMultiply(t *testing.T) {
	near(t, "reliability", fair.Reliability(12, 10), 0.7158440331888041, 1e-12)
	near(t, "effectiveness", fair.OperatingEffectiveness(.9, .8, .7, .1), 0.522, 1e-12)
	half, third := fair.Control{ID: "a", On: fair.OnFrequency, Coverage: 1, Intended: 0.5}, fair.Control{ID: "b", On: fair.OnFrequency, Coverage: 1, Intended: 1. / 3, Planned: true}
	s := fair.Scenario{ID: "s", Frequency: fair.Fixed(6), Primary: []fair.Loss{{Amount: fair.Fixed(10)}}, Controls: []fair.Control{half, third}}
	for state, want := range map[fair.State]float64{fair.Inherent: 60, fair.Current: 30, fair.Goal: 20} {
		m, _ := s.Expected(state)
		near(t, string(state), m.Mean, want, 1e-12)
	}
}

func TestExpectedYearlyLossHasThePublishedFigures(t *testing.T) {
	for _, c := range []struct{ rate, low, high, want, tolerance float64 }{
		{0.1, 1, 10, 0.4040012826945718, 1e-12},
		{3, 1, 10, 12.120038480837177, 1e-12},
		{0.01, 1e6, 1e7, 40400.128, 1e-7},
		{0.1, 1e7, 1e9, 26639800.98, 1e-9},
		{0.05, 5e6, 5e7, 1010003.207, 1e-9},
	} {
		s := fair.Scenario{ID: "s", Frequency: fair.Fixed(c.rate), Primary: []fair.Loss{{Amount: fair.Interval90(c.low, c.high)}}}
		m, known := s.Expected(fair.Current)
		if !known {
			t.Error("not known")
		}
		near(t, "mean", m.Mean, c.want, c.tolerance)
	}
	once := fair.Scenario{ID: "s", Counting: fair.Bernoulli, Frequency: fair.Fixed(0.4), Primary: []fair.Loss{{Amount: fair.Interval90(1e5, 1e6)}}}
	m, _ := once.Expected(fair.Current)
	near(t, "Bernoulli", m.Mean, 161600.51, 1e-7)
}

// TestTheMeanIsNotTheMode: other tools give the mode of a skewed PERT for its mean.
func TestTheMeanIsNotTheMode(t *testing.T) {
	s := fair.Scenario{ID: "s", Frequency: pert(0, 1, 10, 4), Primary: []fair.Loss{{Amount: fair.Fixed(1)}}}
	if m, _ := s.Expected(fair.Current); relative(m.Mean, 14./6) > 1e-12 {
		t.Errorf("got %v, want 14/6", m.Mean)
	}
}

// anyDistribution draws a distribution of amounts of any kind.
func anyDistribution(t *rapid.T) fair.Distribution {
	number := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(t, name) }
	a := number("a", 0.1, 100)
	b := a + number("width", 0.1, 100)
	m := a + (b-a)*number("mode", 0, 1)
	switch rapid.SampledFrom([]fair.Kind{fair.Constant, fair.Uniform, fair.Triangular, fair.PERT, fair.Lognormal, fair.Metalog, fair.Empirical}).Draw(t, "kind") {
	case fair.Constant:
		return fair.Fixed(a)
	case fair.Uniform:
		return fair.Distribution{Kind: fair.Uniform, Low: &a, High: &b}
	case fair.Triangular:
		return fair.Distribution{Kind: fair.Triangular, Low: &a, Mode: &m, High: &b}
	case fair.PERT:
		return pert(a, m, b, number("gamma", 0.5, 20))
	case fair.Lognormal:
		return fair.Interval90(a, b)
	case fair.Metalog:
		lower := a / 2
		d := triplet(a, a+(b-a)*number("share", 0.35, 0.65), b)
		if b < 6*a {
			d.Lower = &lower
		}
		return d
	default:
		return fair.Distribution{Values: []float64{b, a, m}, Weights: []float64{1, 2, 3}}
	}
}

func TestLimitedMeanIsTheIntegralOfTheTail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDistribution(t)
		if wrong := d.Check("d", fair.Anywhere); len(wrong) > 0 {
			t.Skip("not a distribution")
		}
		s := d.Shape()
		limit := s.Quantile(rapid.Float64Range(0.02, 0.98).Draw(t, "p"))
		// E[min(X, limit)] = limit - integral of the CDF up to the limit.
		const steps = 20_000
		low := s.Quantile(1e-9)
		if s.Discrete() {
			low = 0
		}
		integral := 0.0
		for i := range steps {
			integral += s.CDF(low+(limit-low)*(float64(i)+0.5)/steps) * (limit - low) / steps
		}
		if got, want := s.Limited(limit), limit-integral; math.Abs(got-want) > 2e-4*math.Max(1, math.Abs(want)) {
			t.Errorf("%v at %v: got %v, want %v", s.Kind(), limit, got, want)
		}
		if got := s.Limited(1e12); relative(got, s.Mean()) > 1e-6 {
			t.Errorf("%v: limited at infinity %v, mean %v", s.Kind(), got, s.Mean())
		}
	})
}

func TestQuantileAndCDFAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDistribution(t)
		if wrong := d.Check("d", fair.Anywhere); len(wrong) > 0 || d.Shape().Discrete() {
			t.Skip("no inverse")
		}
		p := rapid.Float64Range(0.001, 0.999).Draw(t, "p")
		if s := d.Shape(); math.Abs(s.CDF(s.Quantile(p))-p) > 1e-8 {
			t.Errorf("%v: CDF(Quantile(%v)) = %v", s.Kind(), p, s.CDF(s.Quantile(p)))
		}
	})
}

func TestWhatIsWrongIsNamedByItsPath(t *testing.T) {
	x := func(v float64) *float64 { return &v }
	base := func() fair.Scenario {
		return fair.Scenario{ID: "s", Frequency: fair.Fixed(1), Primary: []fair.Loss{{Amount: fair.Interval90(1, 2)}}}
	}
	for _, c := range []struct {
		field string
		spoil func(s *fair.Scenario)
	}{
		{"frequency.high", func(s *fair.Scenario) { s.Frequency = fair.Distribution{Low: x(3), High: x(1)} }},
		{"frequency.mode", func(s *fair.Scenario) { s.Frequency = fair.Modal(1, 9, 3) }},
		{"frequency", func(s *fair.Scenario) { s.Frequency = fair.Distribution{} }},
		{"frequency.dist", func(s *fair.Scenario) { s.Frequency = fair.Distribution{Kind: "cauchy"} }},
		{"frequency.value", func(s *fair.Scenario) { s.Frequency = fair.Fixed(math.NaN()) }},
		{"frequency", func(s *fair.Scenario) { s.Counting, s.Frequency = fair.Bernoulli, fair.Fixed(1.5) }},
		{"frequency", func(s *fair.Scenario) { s.Frequency = fair.Fixed(1e6) }},
		{"frequency.gamma", func(s *fair.Scenario) { s.Frequency = fair.Distribution{Value: x(1), Gamma: x(2)} }},
		{"primary", func(s *fair.Scenario) { s.Primary = nil }},
		{"primary[0].amount.p5", func(s *fair.Scenario) { s.Primary[0].Amount = fair.Interval90(-1, 2) }},
		{"primary[0].amount.p95", func(s *fair.Scenario) { s.Primary[0].Amount = fair.Interval90(5, 2) }},
		{"primary[0].amount", func(s *fair.Scenario) { s.Primary[0].Amount = fair.Interval90(1e-300, 1e300) }},
		{"primary[0].amount", func(s *fair.Scenario) { s.Primary[0].Amount = triplet(1, 2, 9) }},
		{"primary[0].form", func(s *fair.Scenario) { s.Primary[0].Form = "tears" }},
		{"susceptibility", func(s *fair.Scenario) { s.Susceptibility = &fair.Susceptibility{} }},
		{"susceptibility.probability", func(s *fair.Scenario) { p := fair.Fixed(2); s.Susceptibility = &fair.Susceptibility{Probability: &p} }},
		{"secondary.probability", func(s *fair.Scenario) {
			s.Secondary = &fair.Secondary{Probability: fair.Fixed(1.1), Losses: s.Primary}
		}},
		{"limit", func(s *fair.Scenario) { s.Deductible = x(5) }},
		{"controls[0].intended", func(s *fair.Scenario) {
			s.Controls = []fair.Control{{ID: "c", On: fair.OnFrequency, Coverage: 1, Intended: 1.2}}
		}},
		{"controls[0].on", func(s *fair.Scenario) {
			s.Controls = []fair.Control{{ID: "c", On: fair.OnSusceptibility, Coverage: 1, Intended: 0.2}}
		}},
		{"loading", func(s *fair.Scenario) { s.Loading = 1 }},
	} {
		s := base()
		c.spoil(&s)
		err := problem.Many(s.Check(""))
		p, ok := problem.As(err)
		if !ok || !strings.Contains(err.Error(), c.field) {
			t.Errorf("want a problem of %s, got %v %v", c.field, p, err)
		}
	}
	if wrong := base().Check(""); len(wrong) > 0 {
		t.Errorf("got %v of a good one", wrong)
	}
}

func TestPortfolioNamesWhatDoesNotFit(t *testing.T) {
	s := fair.Scenario{ID: "s", Frequency: fair.Fixed(1), Primary: []fair.Loss{{Amount: fair.Interval90(1, 2)}}}
	tied := s
	tied.ID, tied.Causes = "t", []fair.Link{{Cause: "none", Factor: 2}}
	p := fair.Portfolio{Scenarios: []fair.Scenario{s, s, tied}, Causes: []fair.Cause{{ID: "late", Probability: 1.2}}, Covers: []fair.Cover{{ID: "c", Scenarios: []string{"nobody"}}}}
	err := p.Check()
	for _, field := range []string{"scenarios[1].id", "scenarios[2].causes[0].cause", "causes[0].probability", "covers[0].scenarios[0]"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("want %s named in %v", field, err)
		}
	}
}

func TestCausesMustLeaveAProbability(t *testing.T) {
	rare := fair.Scenario{ID: "s", Counting: fair.Bernoulli, Frequency: fair.Fixed(0.4), Primary: []fair.Loss{{Amount: fair.Fixed(1)}}}
	for _, c := range []struct {
		probability, factor float64
		field               string
	}{
		{0.1, 2, ""}, {0.1, 4, "scenarios[0].causes"}, {1, 4, ""}, {0.5, 0, ""}, {0.7, 0, "scenarios[0].causes"}, {1, 0, "scenarios[0].causes[0].factor"},
	} {
		rare.Causes = []fair.Link{{Cause: "c", Factor: c.factor}}
		err := fair.Portfolio{Scenarios: []fair.Scenario{rare}, Causes: []fair.Cause{{ID: "c", Probability: c.probability}}}.Check()
		p, _ := problem.As(err)
		if c.field == "" && err != nil || c.field != "" && (p == nil || p.Field != c.field) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

func TestObservationsMoveALognormalEstimate(t *testing.T) {
	estimate := fair.Interval90(10, 1000) // median 100
	updated, done := estimate.Update([]float64{400, 400, 400})
	if !done {
		t.Fatal("not updated")
	}
	mu, sigma := updated.Shape().Logs()
	m0, s0 := estimate.Shape().Logs()
	gap := math.Log(400) - m0
	near(t, "middle", mu, m0+gap/2, 1e-12) // three observations weigh as much as the estimate
	near(t, "spread", sigma, math.Sqrt((3*s0*s0+9*gap*gap/6)/6), 1e-12)
	if _, done := fair.Fixed(3).Update([]float64{1}); done {
		t.Error("a constant learned something")
	}
	if _, done := estimate.Update([]float64{0}); done {
		t.Error("zero has no logarithm")
	}
}

func TestEventsMoveAFrequency(t *testing.T) {
	estimate := fair.Interval90(0.5, 5)
	s := estimate.Shape()
	a, b := s.Mean()*s.Mean()/s.Variance(), s.Mean()/s.Variance()
	updated, done := estimate.UpdateRate(6, 2)
	if !done {
		t.Fatal("not updated")
	}
	near(t, "mean", updated.Mean(), (a+6)/(b+2), 1e-12)
	near(t, "variance", updated.Variance(), (a+6)/((b+2)*(b+2)), 1e-9)
	if _, done := fair.Fixed(2).UpdateRate(6, 2); done {
		t.Error("a certain rate learned something")
	}
}
