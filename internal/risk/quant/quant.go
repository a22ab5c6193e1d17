// Package quant turns risk scenarios into yearly loss distributions, in the terms of FAIR: how often a
// loss event happens, and how much one event costs. It is pure: no database, no clock, no language; the
// same scenarios and seed give the same bits, whatever the number of workers or the order of scenarios
// (on one processor architecture; others round differently in the last place).
package quant

import (
	"math"

	"accordo.dev/internal/problem"
)

// z95 is the 95 % quantile of the standard normal distribution.
const z95 = 1.6448536269514722

// maxRate is the highest loss event frequency that is simulated event by event, per year.
const maxRate = 10_000

// Range is an estimate as a 90 % interval: the expert is 5 % sure that the value is below P5 and 5 %
// sure that it is above P95. Between them it is read as lognormal. P5 = P95 is a fixed value.
type Range struct {
	P5  float64 `json:"p5"`
	P95 float64 `json:"p95"`
}

// Fixed is a value without uncertainty.
func Fixed(x float64) Range { return Range{P5: x, P95: x} }

// MedianRange is the 90 % interval of the lognormal with the given median and 95 % point.
func MedianRange(p50, p95 float64) Range { return Range{P5: p50 * p50 / p95, P95: p95} }

// Lognormal is the distribution of exp(Mu + Sigma N) with N standard normal.
type Lognormal struct{ Mu, Sigma float64 }

// Lognormal is the distribution with the 5 % and 95 % points of the range:
// mu = (ln P5 + ln P95)/2, sigma = ln(P95/P5)/(2 z95).
func (r Range) Lognormal() Lognormal {
	return Lognormal{Mu: (math.Log(r.P5) + math.Log(r.P95)) / 2, Sigma: math.Log(r.P95/r.P5) / (2 * z95)}
}

// Mean is exp(mu + sigma^2/2).
func (l Lognormal) Mean() float64 { return math.Exp(l.Mu + l.Sigma*l.Sigma/2) }

// square is the mean of the square, exp(2 mu + 2 sigma^2).
func (l Lognormal) square() float64 { return math.Exp(2*l.Mu + 2*l.Sigma*l.Sigma) }

// RateOfProbability reads the probability p of at least one event in a year as a Poisson rate,
// -ln(1-p). The two readings have different tails: say which one is used.
func RateOfProbability(p float64) float64 { return -math.Log1p(-p) }

// Scenario is a way to lose money: loss events come as a Poisson process, each costs a lognormal amount.
type Scenario struct {
	ID string `json:"id"` // part of the seed of its random numbers: a new id is a new sample
	// Frequency is the loss event frequency in events per year. A range that is not fixed is our
	// ignorance of the rate: each simulated year draws its own rate.
	Frequency Range `json:"frequency"`
	// Loss is the loss of one event in euro.
	Loss Range `json:"loss"`
	// Minutes, if known, is the outage of a critical service in one event, in minutes, drawn
	// independently of Loss. Outages of one year add up, also when they could overlap.
	Minutes *Range `json:"minutes,omitempty"`
}

// Expected is the exact mean and standard deviation of the yearly loss in euro: mean E[rate] E[loss],
// variance E[rate] E[loss^2] + V[rate] E[loss]^2. O(1). The scenario must be valid.
func (s Scenario) Expected() (mean, sd float64) { return expected(s.Frequency, s.Loss) }

func expected(frequency, size Range) (mean, sd float64) {
	if frequency.P95 == 0 {
		return 0, 0
	}
	rate, x := frequency.Lognormal(), size.Lognormal()
	rateVariance := max(0, rate.square()-rate.Mean()*rate.Mean())
	mean = rate.Mean() * x.Mean()
	return mean, math.Sqrt(rate.Mean()*x.square() + rateVariance*x.Mean()*x.Mean())
}

// Check tells what is wrong with a scenario: an estimate that is not positive (a fixed frequency of 0 is
// allowed: it cannot happen now), not finite, the wrong way round, or so wide that it has no mean.
func (s Scenario) Check() error {
	if s.ID == "" {
		return problem.Field("id", "quant.scenario-without-id")
	}
	if s.Frequency != (Range{}) {
		if err := s.Frequency.check("frequency", s.ID); err != nil {
			return err
		}
	}
	if s.Frequency.P95 > maxRate {
		return problem.Field("frequency", "quant.frequency-too-high", "scenario", s.ID, "limit", maxRate)
	}
	if err := s.Loss.check("loss", s.ID); err != nil {
		return err
	}
	if s.Minutes != nil {
		return s.Minutes.check("minutes", s.ID)
	}
	return nil
}

func (r Range) check(field, scenario string) error {
	key := ""
	switch {
	case !(r.P5 > 0) || !(r.P95 > 0) || math.IsInf(r.P95, 0):
		key = "quant.estimate-not-positive"
	case r.P5 > r.P95:
		key = "quant.estimate-wrong-way-round"
	case math.IsInf(r.Lognormal().square(), 0):
		key = "quant.estimate-too-wide"
	default:
		return nil
	}
	return problem.Field(field, key, "scenario", scenario)
}
