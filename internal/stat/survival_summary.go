package stat

import (
	"math"
	"sort"

	"accordo.dev/internal/problem"
)

// tie is how near S must come to a quantile to count as equal: products of fractions are not exact.
const tie = 1.5e-8

// Median is the time by which half are through the event.
func (c *Curve) Median() Estimate { return c.quantile(0.5) }

// Quantile is the time by which the share p (0 < p < 1) is through the event: where S first falls
// below 1-p, or the middle of the stretch where S equals 1-p. Its limits are where the limits of S
// cross 1-p (Brookmeyer and Crowley 1982), so they use the scale of the curve. A time that the curve
// or its limit does not reach is unknown. O(steps).
func (c *Curve) Quantile(p float64) (Estimate, error) {
	if !(p > 0 && p < 1) {
		return Estimate{}, problem.Field("p", "stat.share-outside-0-1", "value", p)
	}
	return c.quantile(p), nil
}

func (c *Curve) quantile(p float64) Estimate {
	level := 1 - p
	return Estimate{
		Value: c.crossing(level, func(s Step) Number { return Known(s.Survival) }),
		Low:   c.crossing(level, func(s Step) Number { low, _ := c.limits(s); return low }),
		High:  c.crossing(level, func(s Step) Number { _, high := c.limits(s); return high }),
	}
}

// crossing is the time at which a falling step function crosses a level.
func (c *Curve) crossing(level float64, height func(Step) Number) Number {
	for i, s := range c.Steps {
		if s.Events == 0 {
			continue
		}
		h := height(s)
		switch {
		case !h.Known && s.Survival == 0:
			return Unknown() // limits end where S reaches 0
		case !h.Known || h.X > level+tie:
			continue
		case h.X < level-tie:
			return Known(s.Time)
		}
		return Known((s.Time + c.nextEvent(i)) / 2)
	}
	return Unknown()
}

// nextEvent is the time of the first event after step i, or the end of the curve.
func (c *Curve) nextEvent(i int) float64 {
	for _, s := range c.Steps[i+1:] {
		if s.Events > 0 {
			return s.Time
		}
	}
	return c.End()
}

// RMST is the restricted mean survival time: the area under S up to tau, in the unit of the times; the
// mean time open, no instance counting for more than tau. Its standard error is the root of the sum
// over event times t of (area from t to tau)^2 d/(n(n-d)); limits are value +- z SE, within 0 and tau.
// Unlike the mean of closed instances it counts those still open. It is unknown when tau lies after
// the end of the watch and S is not 0 by then: ask again with tau <= End. O(steps).
func (c *Curve) RMST(tau float64) (Estimate, error) {
	if !(tau > 0) || math.IsInf(tau, 0) {
		return Estimate{}, problem.Field("tau", "stat.tau-not-positive", "value", tau)
	}
	if !c.At(tau).Value.Known {
		return Estimate{}, nil
	}
	// From tau backwards, so that the area from a step to tau is at hand when the step is reached.
	area, variance, end := 0.0, 0.0, tau
	for i := sort.Search(len(c.Steps), func(i int) bool { return c.Steps[i].Time > tau }) - 1; i >= 0; i-- {
		s := c.Steps[i]
		area += s.Survival * (end - s.Time)
		end = s.Time
		if n, d := float64(s.AtRisk), float64(s.Events); d > 0 && d < n {
			variance += area * area * d / (n * (n - d))
		}
	}
	area += end // S is 1 before the first step
	se := math.Sqrt(variance)
	return Estimate{
		Value: Known(area), SE: Known(se),
		Low: Known(max(0, area-c.z*se)), High: Known(min(tau, area+c.z*se)),
	}, nil
}
