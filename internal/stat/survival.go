package stat

import (
	"math"
	"sort"

	"accordo.dev/internal/problem"
)

// Exposure is the time one instance was watched, on a clock that starts when the instance starts to
// count: for a vulnerability on an asset, the day it was seen and a fix was available. Entry and Exit
// are times on that clock in any one unit (days, usually), both >= 0.
//
// Entry > 0 is delayed entry (left truncation): the instance was already that old when watching began,
// so it says nothing about earlier ages. Event tells whether the watch ended with the event (fixed) or
// without it (right-censored: still open at the cut-off).
type Exposure struct {
	Entry float64
	Exit  float64
	Event bool
}

// Limits is the scale on which confidence limits of a survival curve are symmetric.
type Limits int

// The scales. LogLog is the default: its limits stay inside 0 and 1 without being cut.
const (
	LogLog Limits = iota
	Log
	Plain
)

// CurveOptions say how limits are computed; the zero value means 95 % log-log limits.
type CurveOptions struct {
	Limits Limits
	Level  float64 // confidence level; 0 = DefaultLevel
}

// Step is a time at which an event or a censoring happened. Those who leave at Time are still at risk
// at Time, and an event at Time comes before a censoring at the same time.
type Step struct {
	Time      float64
	AtRisk    int     // entered before Time and not gone before it
	Events    int     // at Time
	Censored  int     // at Time
	Survival  float64 // S(Time): share not yet through the event just after Time
	Greenwood float64 // sum of d/(n(n-d)) up to Time = variance of ln S; +Inf once S is 0
}

// Curve is the Kaplan–Meier estimate of the survival function.
type Curve struct {
	Steps []Step // in order of time
	N     int    // exposures
	Total int    // events

	scale    Limits
	z        float64
	entries  []float64 // sorted
	events   []float64 // sorted
	censored []float64 // sorted
}

// KaplanMeier estimates the survival function from exposures: S(t) is the product over event times up
// to t of 1 - d/n (Kaplan and Meier 1958), where n counts those under watch at that time (entered
// before it: Entry 0 is under watch from the origin on, also at time 0). With delayed entry the early
// risk sets can be small; one event among one at risk brings S to 0 for good, so look at AtRisk.
//
// O(n) time and memory for many exposures (radix sort), O(n log n) for few. Errors: no exposures, a time that is negative or not finite, an exit
// that is not after its (delayed) entry.
func KaplanMeier(exposures []Exposure, o CurveOptions) (*Curve, error) {
	level, err := checkLevel(o.Level)
	if err != nil {
		return nil, err
	}
	if len(exposures) == 0 {
		return nil, problem.Field("exposures", "stat.no-exposures")
	}
	c := &Curve{N: len(exposures), scale: o.Limits, z: normal(level)}
	if err := c.split(exposures); err != nil {
		return nil, err
	}
	c.walk()
	return c, nil
}

// split checks the exposures and sorts their times.
func (c *Curve) split(exposures []Exposure) error {
	c.entries = make([]float64, 0, len(exposures))
	for i, e := range exposures {
		if err := e.check(i); err != nil {
			return err
		}
		e.Entry, e.Exit = e.Entry+0, e.Exit+0 // -0 becomes 0
		c.entries = append(c.entries, e.Entry)
		if e.Event {
			c.events = append(c.events, e.Exit)
		} else {
			c.censored = append(c.censored, e.Exit)
		}
	}
	sortTimes(c.entries)
	sortTimes(c.events)
	sortTimes(c.censored)
	c.Total = len(c.events)
	return nil
}

func (e Exposure) check(i int) error {
	field, key := "", ""
	switch {
	case !(e.Entry >= 0) || math.IsInf(e.Entry, 0):
		field, key = "entry", "stat.time-negative-or-unknown"
	case !(e.Exit >= 0) || math.IsInf(e.Exit, 0):
		field, key = "exit", "stat.time-negative-or-unknown"
	case e.Entry > 0 && e.Exit <= e.Entry:
		field, key = "exit", "stat.exit-not-after-entry"
	default:
		return nil
	}
	return problem.Field(field, key).At(problem.Source{Record: i + 1})
}

// walk goes through the exit times in order and multiplies the steps.
func (c *Curve) walk() {
	c.Steps = make([]Step, 0, distinct(c.events)+distinct(c.censored))
	survival, greenwood := 1.0, 0.0
	entered := 0
	for i, j := 0, 0; i < len(c.events) || j < len(c.censored); {
		t := next(c.events, i, c.censored, j)
		for entered < c.N && under(c.entries[entered], t) {
			entered++
		}
		s := Step{Time: t, AtRisk: entered - i - j}
		s.Events = countEqual(c.events, i, t)
		s.Censored = countEqual(c.censored, j, t)
		i, j = i+s.Events, j+s.Censored
		n, d := float64(s.AtRisk), float64(s.Events)
		if s.Events > 0 {
			survival *= (n - d) / n
			greenwood += d / (n * (n - d))
		}
		s.Survival, s.Greenwood = survival, greenwood
		c.Steps = append(c.Steps, s)
	}
}

// distinct counts the different values of a sorted slice.
func distinct(a []float64) int {
	n := 0
	for i := range a {
		if i == 0 || a[i] != a[i-1] {
			n++
		}
	}
	return n
}

// under tells whether an exposure that entered at entry is under watch at t.
func under(entry, t float64) bool { return entry < t || entry == 0 }

// next is the earliest time not yet visited; one of the two slices has some left.
func next(a []float64, i int, b []float64, j int) float64 {
	switch {
	case i == len(a):
		return b[j]
	case j == len(b):
		return a[i]
	}
	return min(a[i], b[j])
}

// countEqual counts the values equal to t from index i of a sorted slice.
func countEqual(a []float64, i int, t float64) int {
	k := i
	for k < len(a) && a[k] == t {
		k++
	}
	return k - i
}

// estimate is the survival of a step with its standard error (Greenwood) and limits.
func (c *Curve) estimate(s Step) Estimate {
	e := Estimate{Value: Known(s.Survival)}
	if s.Survival == 0 {
		return e
	}
	e.SE = Known(s.Survival * math.Sqrt(s.Greenwood))
	e.Low, e.High = c.limits(s)
	return e
}

// limits are the confidence limits of a step. They are unknown where S is 0, and on the log-log scale
// also where S is 1.
func (c *Curve) limits(s Step) (low, high Number) {
	if s.Survival == 0 {
		return Unknown(), Unknown()
	}
	width := c.z * math.Sqrt(s.Greenwood)
	switch c.scale {
	case Plain:
		return Known(max(0, s.Survival*(1-width))), Known(min(1, s.Survival*(1+width)))
	case Log:
		return Known(s.Survival * math.Exp(-width)), Known(min(1, s.Survival*math.Exp(width)))
	}
	if s.Survival == 1 {
		return Unknown(), Unknown()
	}
	log := math.Log(s.Survival)
	width /= -log
	return Known(math.Exp(log * math.Exp(width))), Known(math.Exp(log * math.Exp(-width)))
}

// Estimates gives S, standard error and limits of every step, to draw the curve. O(steps).
func (c *Curve) Estimates() []Estimate {
	all := make([]Estimate, len(c.Steps))
	for i, s := range c.Steps {
		all[i] = c.estimate(s)
	}
	return all
}

// At gives S(t) with its standard error and limits. It is unknown after the last time anybody was
// watched, unless S was 0 by then. O(log steps).
func (c *Curve) At(t float64) Estimate {
	i := sort.Search(len(c.Steps), func(i int) bool { return c.Steps[i].Time > t })
	if i == 0 {
		return c.estimate(Step{Survival: 1})
	}
	last := c.Steps[i-1]
	if t > c.End() && last.Survival > 0 {
		return Estimate{}
	}
	return c.estimate(last)
}

// End is the last time at which anybody was watched.
func (c *Curve) End() float64 { return c.Steps[len(c.Steps)-1].Time }

// AtRisk counts those under watch at each of the times. O(log n) for each.
func (c *Curve) AtRisk(times ...float64) []int {
	counts := make([]int, len(times))
	for i, t := range times {
		entered := sort.Search(c.N, func(i int) bool { return !under(c.entries[i], t) })
		counts[i] = entered - before(c.events, t) - before(c.censored, t)
	}
	return counts
}

// before counts the values of a sorted slice that are less than t.
func before(a []float64, t float64) int { return sort.SearchFloat64s(a, t) }
