package fair

import (
	"math"

	"accordo.dev/internal/problem"
)

// metalog is the symmetric percentile triplet metalog of Keelin (2016, "The Metalog Distributions",
// Decision Analysis 13) through the 10 %, 50 % and 90 % points:
//
//	Q(y) = a1 + a2 L + a3 (y - 1/2) L,  L = ln(y/(1-y))
//
// of the quantity itself, of its logarithm above a lower bound, below an upper bound, or of its logit between both.
type metalog struct {
	a1, a2, a3   float64
	lower, upper *float64
}

func (d Distribution) metalog() metalog {
	m := metalog{lower: d.Lower, upper: d.Upper}
	q10, q50, q90 := m.in(*d.P10), m.in(*d.P50), m.in(*d.P90)
	k, r := math.Log(9), (q50-q10)/(q90-q10)
	if q90 == q10 {
		return metalog{a1: q50, lower: d.Lower, upper: d.Upper}
	}
	m.a1, m.a2, m.a3 = q50, (q90-q10)/(2*k), (1-2*r)*(q90-q10)/(0.8*k)
	return m
}

// in takes a value of the quantity to the scale on which the metalog is not bounded.
func (m metalog) in(x float64) float64 {
	switch {
	case m.lower != nil && m.upper != nil:
		return math.Log((x - *m.lower) / (*m.upper - x))
	case m.lower != nil:
		return math.Log(x - *m.lower)
	case m.upper != nil:
		return -math.Log(*m.upper - x)
	default:
		return x
	}
}

// out is the way back.
func (m metalog) out(z float64) float64 {
	switch {
	case m.lower != nil && m.upper != nil:
		return *m.lower + (*m.upper-*m.lower)*logistic(z)
	case m.lower != nil:
		return *m.lower + math.Exp(z)
	case m.upper != nil:
		return *m.upper - math.Exp(-z)
	default:
		return z
	}
}

func logistic(t float64) float64 { return 1 / (1 + math.Exp(-t)) }

// at is the quantity at y = logistic(t); near the ends t keeps the digits that y would lose.
func (m metalog) at(t float64) float64 { return m.out(m.unbounded(t)) }

func (m metalog) unbounded(t float64) float64 {
	return m.a1 + t*(m.a2+m.a3*(logistic(t)-0.5))
}

// quantile at y, 0 < y < 1.
func (m metalog) quantile(y float64) float64 { return m.at(math.Log(y / (1 - y))) }

// place is the t of a value, by bisection: the quantile rises.
func (m metalog) place(x float64) float64 {
	z, low, high := m.in(x), -745.0, 745.0
	if math.IsNaN(z) {
		return low
	}
	for range 100 {
		middle := (low + high) / 2
		if m.unbounded(middle) < z {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// rises tells whether the quantile function rises everywhere: else there is no such distribution. Its slope in
// t is a2 + a3 (y - 1/2 + t y (1-y)), and the bracket lies between -h and h with h = 0.5 + max of t y(1-y) - (1-y).
func (m metalog) rises() bool {
	if m.a2 == 0 && m.a3 == 0 {
		return true
	}
	for t := -40.0; t <= 40; t += 0.01 {
		y := logistic(t)
		if m.a2+m.a3*(y-0.5+t*y*(1-y)) <= 0 {
			return false
		}
	}
	return m.a2 > math.Abs(m.a3)/2
}

// heavy is the exponent of the upper tail of exp(Q): P(X > x) falls like x^(-1/heavy). The mean exists below 1,
// the variance below 1/2.
func (m metalog) heavy() float64 {
	switch {
	case m.lower != nil && m.upper == nil:
		return m.a2 + m.a3/2
	case m.upper != nil && m.lower == nil:
		return m.a2 - m.a3/2
	default:
		return 0
	}
}

// moment is E[f(X)]: the trapezoidal rule over t, which converges exponentially here.
func (m metalog) moment(f func(x float64) float64) float64 {
	const step, end = 0.05, 300
	sum := 0.0
	for t := -float64(end); t <= end; t += step {
		y := logistic(t)
		if weight := y * logistic(-t); weight > 0 {
			sum += f(m.at(t)) * weight
		}
	}
	return sum * step
}

// limited is E[min(X, limit)].
func (m metalog) limited(limit float64) float64 {
	t := m.place(limit)
	return m.below(t) + limit*logistic(-t)
}

// below is E[X; X <= x(t)]: in closed form without bounds, else by Gauss-Legendre over t.
func (m metalog) below(t float64) float64 {
	if m.lower == nil && m.upper == nil {
		y, v := logistic(t), logistic(-t)
		entropy := 0.0 // y ln y + (1-y) ln(1-y)
		if y > 0 && v > 0 {
			entropy = y*math.Log(y) + v*math.Log(v)
		}
		return m.a1*y + m.a2*entropy + m.a3*(y/2-y*v*t/2)
	}
	const step = 0.5
	sum := 0.0
	for from := -60.0; from < t; from += step {
		to := min(from+step, t)
		sum += panel(from, to, func(u float64) float64 { return m.at(u) * logistic(u) * logistic(-u) })
	}
	return sum
}

func (d Distribution) checkMetalog(field string) *problem.Error {
	switch {
	case *d.P10 > *d.P50:
		return problem.Field(field+".p50", "fair.error.wrong-way-round")
	case *d.P50 > *d.P90:
		return problem.Field(field+".p90", "fair.error.wrong-way-round")
	case d.Lower != nil && *d.P10 <= *d.Lower:
		return problem.Field(field+".lower", "fair.error.wrong-way-round")
	case d.Upper != nil && *d.P90 >= *d.Upper:
		return problem.Field(field+".upper", "fair.error.wrong-way-round")
	case !d.metalog().rises():
		return problem.Field(field, "fair.error.metalog")
	}
	return nil
}

// gauss are the nodes and weights of the Gauss-Legendre rule of 8 points on -1 to 1 (Abramowitz and Stegun 25.4).
var gauss = [4][2]float64{
	{0.1834346424956498, 0.3626837833783620},
	{0.5255324099163290, 0.3137066458778873},
	{0.7966664774136267, 0.2223810344533745},
	{0.9602898564975363, 0.1012285362903763},
}

// panel integrates f from a to b.
func panel(a, b float64, f func(float64) float64) float64 {
	middle, half, sum := (a+b)/2, (b-a)/2, 0.0
	for _, g := range gauss {
		sum += g[1] * (f(middle-half*g[0]) + f(middle+half*g[0]))
	}
	return sum * half
}
