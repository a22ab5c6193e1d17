package fair

import (
	"math"
	"slices"
	"sort"
	"strconv"

	"gonum.org/v1/gonum/mathext"
)

// Shape is a distribution made ready for being asked often: its parameters are worked out once. The zero
// Shape is the constant 0.
type Shape struct {
	kind     Kind
	a, b     float64 // constant: value; ends of uniform, triangular and PERT; mu and sigma of a lognormal
	mode     float64
	alpha    float64 // of the Beta distribution of a PERT
	beta     float64
	metalog  metalog
	values   []float64 // of an empirical distribution, in order
	upTo     []float64 // probability of a value at most as great
	mean     float64
	variance float64
}

// Shape works out the parameters. The distribution must have passed Check.
func (d Distribution) Shape() Shape {
	s := d.parameters()
	s.mean, s.variance = s.moments()
	return s
}

func (d Distribution) parameters() Shape {
	kind := d.Is()
	switch kind {
	case Constant:
		return Shape{kind: kind, a: *d.Value}
	case Uniform, Triangular, PERT:
		if *d.Low == *d.High {
			return Shape{kind: Constant, a: *d.Low}
		}
		s := Shape{kind: kind, a: *d.Low, b: *d.High}
		if kind != Uniform {
			s.mode = *d.Mode
		}
		if kind == PERT {
			g := 4.0
			if d.Gamma != nil {
				g = *d.Gamma
			}
			s.alpha = 1 + g*(s.mode-s.a)/(s.b-s.a)
			s.beta = 1 + g*(s.b-s.mode)/(s.b-s.a)
		}
		return s
	case Lognormal:
		mu, sigma := d.logs()
		if sigma == 0 {
			return Shape{kind: Constant, a: *d.P95}
		}
		return Shape{kind: kind, a: mu, b: sigma}
	case Metalog:
		return Shape{kind: kind, metalog: d.metalog()}
	case Empirical:
		return d.empirical()
	default:
		return Shape{kind: Constant}
	}
}

// logs are mean and standard deviation of the logarithm: from p5 and p95, or from the median and p95.
func (d Distribution) logs() (mu, sigma float64) {
	if d.P5 != nil {
		return (math.Log(*d.P5) + math.Log(*d.P95)) / 2, math.Log(*d.P95 / *d.P5) / (2 * Z95)
	}
	return math.Log(*d.P50), math.Log(*d.P95 / *d.P50) / Z95
}

// MedianMismatch tells how far the median that somebody gave lies from that of the lognormal through the 5 %
// and 95 % points: p50/exp(mu) - 1. 0 when not all three are given.
func (d Distribution) MedianMismatch() float64 {
	if d.Is() != Lognormal || d.P5 == nil || d.P50 == nil {
		return 0
	}
	mu, _ := d.logs()
	return *d.P50/math.Exp(mu) - 1
}

func (d Distribution) empirical() Shape {
	order := make([]int, len(d.Values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return compare(d.Values[i], d.Values[j]) })
	s, sum := Shape{kind: Empirical}, 0.0
	for _, i := range order {
		w := 1.0
		if d.Weights != nil {
			w = d.Weights[i]
		}
		if w == 0 {
			continue
		}
		sum += w
		if n := len(s.values); n > 0 && s.values[n-1] == d.Values[i] {
			s.upTo[n-1] = sum
			continue
		}
		s.values, s.upTo = append(s.values, d.Values[i]), append(s.upTo, sum)
	}
	for i := range s.upTo {
		s.upTo[i] /= sum
	}
	return s
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// Kind is the family; ends that meet make any of them a constant.
func (s Shape) Kind() Kind {
	if s.kind == "" {
		return Constant
	}
	return s.kind
}

// Mean is the expected value.
func (s Shape) Mean() float64 { return s.mean }

// Variance is the expected square of the distance from the mean.
func (s Shape) Variance() float64 { return s.variance }

// Mean is the expected value; infinite when there is none.
func (d Distribution) Mean() float64 { return d.Shape().mean }

// Variance is infinite when there is none.
func (d Distribution) Variance() float64 { return d.Shape().variance }

func (s Shape) moments() (mean, variance float64) {
	width := s.b - s.a
	switch s.kind {
	case Uniform:
		return (s.a + s.b) / 2, width * width / 12
	case Triangular:
		a, m, b := s.a, s.mode, s.b
		return (a + m + b) / 3, (a*a + m*m + b*b - a*m - a*b - m*b) / 18
	case PERT:
		n := s.alpha + s.beta
		return s.a + width*s.alpha/n, width * width * s.alpha * s.beta / (n * n * (n + 1))
	case Lognormal:
		mean = math.Exp(s.a + s.b*s.b/2)
		return mean, mean * mean * math.Expm1(s.b*s.b)
	case Metalog:
		return s.metalog.moments()
	case Empirical:
		return s.weighted()
	default:
		return s.a, 0
	}
}

func (m metalog) moments() (mean, variance float64) {
	if m.heavy() >= 1 {
		return math.Inf(1), math.Inf(1)
	}
	mean = m.a1 + m.a3/2
	if m.lower != nil || m.upper != nil {
		mean = m.moment(func(x float64) float64 { return x })
	}
	if m.heavy() >= 0.5 {
		return mean, math.Inf(1)
	}
	return mean, m.moment(func(x float64) float64 { return (x - mean) * (x - mean) })
}

func (s Shape) weighted() (mean, variance float64) {
	s.Atoms(func(x, p float64) { mean += p * x })
	s.Atoms(func(x, p float64) { variance += p * (x - mean) * (x - mean) })
	return mean, variance
}

// Discrete tells whether the quantity takes single values only.
func (s Shape) Discrete() bool { return s.Kind() == Constant || s.kind == Empirical }

// Atoms calls f with every value of a discrete quantity and its probability, in rising order.
func (s Shape) Atoms(f func(x, p float64)) {
	if s.kind != Empirical {
		f(s.a, 1)
		return
	}
	before := 0.0
	for i, x := range s.values {
		f(x, s.upTo[i]-before)
		before = s.upTo[i]
	}
}

// Support is the least and the greatest value, infinite where there is no end.
func (d Distribution) Support() (least, most float64) {
	s := d.parameters()
	switch s.kind {
	case Uniform, Triangular, PERT:
		return s.a, s.b
	case Lognormal:
		return 0, math.Inf(1)
	case Metalog:
		least, most = math.Inf(-1), math.Inf(1)
		if d.Lower != nil {
			least = *d.Lower
		}
		if d.Upper != nil {
			most = *d.Upper
		}
		return least, most
	case Empirical:
		return s.values[0], s.values[len(s.values)-1]
	default:
		return s.a, s.a
	}
}

// CDF is P(X <= x).
func (s Shape) CDF(x float64) float64 {
	switch s.kind {
	case Uniform, Triangular, PERT:
		return s.between(x)
	case Lognormal:
		if x <= 0 {
			return 0
		}
		return normal((math.Log(x) - s.a) / s.b)
	case Metalog:
		return logistic(s.metalog.place(x))
	case Empirical:
		if i := sort.Search(len(s.values), func(i int) bool { return s.values[i] > x }); i > 0 {
			return s.upTo[i-1]
		}
		return 0
	default:
		if x >= s.a {
			return 1
		}
		return 0
	}
}

// between is the CDF of distributions with two ends.
func (s Shape) between(x float64) float64 {
	switch {
	case x <= s.a:
		return 0
	case x >= s.b:
		return 1
	case s.kind == Uniform:
		return (x - s.a) / (s.b - s.a)
	case s.kind == PERT:
		return mathext.RegIncBeta(s.alpha, s.beta, (x-s.a)/(s.b-s.a))
	case x <= s.mode:
		return (x - s.a) * (x - s.a) / ((s.b - s.a) * (s.mode - s.a))
	default:
		return 1 - (s.b-x)*(s.b-x)/((s.b-s.a)*(s.b-s.mode))
	}
}

// Quantile is the smallest x with CDF(x) >= p, 0 < p < 1.
func (s Shape) Quantile(p float64) float64 {
	switch s.kind {
	case Uniform:
		return s.a + p*(s.b-s.a)
	case Triangular:
		if top := (s.mode - s.a) / (s.b - s.a); p < top {
			return s.a + math.Sqrt(p*(s.b-s.a)*(s.mode-s.a))
		}
		return s.b - math.Sqrt((1-p)*(s.b-s.a)*(s.b-s.mode))
	case PERT:
		return s.a + (s.b-s.a)*mathext.InvRegIncBeta(s.alpha, s.beta, p)
	case Lognormal:
		return math.Exp(s.a + s.b*mathext.NormalQuantile(p))
	case Metalog:
		return s.metalog.quantile(p)
	case Empirical:
		return s.values[min(sort.SearchFloat64s(s.upTo, p), len(s.values)-1)]
	default:
		return s.a
	}
}

// Logs are mean and standard deviation of the logarithm of a lognormal quantity.
func (s Shape) Logs() (mu, sigma float64) { return s.a, s.b }

// Beta are the parameters of the Beta distribution of a PERT quantity between its ends.
func (s Shape) Beta() (alpha, beta float64) { return s.alpha, s.beta }

// Limited is E[min(X, limit)], the limited expected value.
func (s Shape) Limited(limit float64) float64 {
	switch s.kind {
	case Uniform, Triangular, PERT:
		return s.limitedBetween(limit)
	case Lognormal:
		if limit <= 0 {
			return limit
		}
		z := (math.Log(limit) - s.a) / s.b
		return s.mean*normal(z-s.b) + limit*normal(-z)
	case Metalog:
		return s.metalog.limited(limit)
	case Empirical:
		sum := 0.0
		s.Atoms(func(x, p float64) { sum += p * min(x, limit) })
		return sum
	default:
		return min(s.a, limit)
	}
}

func (s Shape) limitedBetween(limit float64) float64 {
	width := s.b - s.a
	switch {
	case limit <= s.a:
		return limit
	case limit >= s.b:
		return s.mean
	case s.kind == Uniform:
		return limit - (limit-s.a)*(limit-s.a)/(2*width)
	case s.kind == PERT:
		y := (limit - s.a) / width
		below := s.alpha / (s.alpha + s.beta) * mathext.RegIncBeta(s.alpha+1, s.beta, y)
		up := mathext.RegIncBeta(s.alpha, s.beta, y)
		return s.a*up + width*below + limit*(1-up)
	case limit <= s.mode:
		return limit - math.Pow(limit-s.a, 3)/(3*width*(s.mode-s.a))
	default:
		return s.mean - math.Pow(s.b-limit, 3)/(3*width*(s.b-s.mode))
	}
}

// normal is the standard normal distribution function.
func normal(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// at writes the place of an element of a list.
func at(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
