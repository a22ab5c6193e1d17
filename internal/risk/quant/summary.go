package quant

import (
	"math"
	"slices"
	"sort"
)

// z975 is the two-sided 95 % quantile of the standard normal distribution.
const z975 = 1.959963984540054

// curvePoints is the number of points of a loss exceedance curve.
const curvePoints = 60

// Interval is a simulated figure with the 95 % interval that the limited number of years leaves (the
// error of the Monte Carlo method, not the uncertainty of the estimates).
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Quantile is the smallest amount x with P(yearly loss <= x) >= P.
type Quantile struct {
	P      float64  `json:"p"`
	Amount Interval `json:"amount"`
}

// Exceedance is the probability of a yearly loss above an amount.
type Exceedance struct {
	Amount      float64  `json:"amount"`
	Probability Interval `json:"probability"`
}

// Summary is a yearly distribution in figures, in the unit of what was drawn (euro or minutes).
type Summary struct {
	Expected *float64 `json:"expected,omitempty"` // exact mean in closed form; none where insurance leaves none
	Mean     Interval `json:"mean"`               // simulated
	SD       float64  `json:"sd"`
	NoLoss   Interval `json:"noLoss"` // probability of a year without any event
	// Quantiles at 5, 10, 50, 80, 90, 95 and 99 %, with order statistics as limits: the ranks that
	// enclose the quantile with 95 % probability by the normal approximation of the binomial, rounded
	// outwards.
	Quantiles []Quantile `json:"quantiles"`
	VaR90     Interval   `json:"var90"` // the 90 % quantile, and so on
	VaR95     Interval   `json:"var95"`
	VaR99     Interval   `json:"var99"`
	TVaR90    Interval   `json:"tvar90"`
	// TVaR95 is the mean of the worst 5 % of years (expected shortfall), atom corrected (Acerbi and
	// Tasche 2002): (E[S; S>VaR] + VaR (P(S<=VaR) - 0.95)) / 0.05. Its standard error is that of
	// VaR + (S-VaR)+ / 0.05; with very heavy tails it is too small, as every interval of a mean is.
	TVaR95 Interval `json:"tvar95"`
	TVaR99 Interval `json:"tvar99"`
	// Curve is the loss exceedance curve P(S > x) at amounts spaced evenly on a log scale, from the 1 %
	// quantile of years with a loss to the largest simulated loss, which is the last point. Empty when
	// nothing was lost in any year.
	Curve    []Exceedance `json:"curve"`
	Appetite []Exceedance `json:"appetite,omitempty"` // one for each appetite asked for
}

// Average is the mean: the exact one where there is one, else the simulated one.
func (s Summary) Average() float64 {
	if s.Expected != nil {
		return *s.Expected
	}
	return s.Mean.Value
}

// levels are the quantiles that are reported.
var levels = []float64{0.05, 0.10, 0.50, 0.80, 0.90, 0.95, 0.99}

// At gives a reported quantile; ok tells whether p is one of those reported.
func (s Summary) At(p float64) (amount Interval, ok bool) {
	for _, q := range s.Quantiles {
		if q.P == p {
			return q.Amount, true
		}
	}
	return Interval{}, false
}

// ranked are yearly amounts in order; the years with 0 are only counted.
type ranked struct {
	zeros    int
	positive []float64 // sorted
}

func rank(years []float64) ranked {
	r := ranked{positive: make([]float64, 0, len(years))}
	for _, x := range years {
		if x > 0 {
			r.positive = append(r.positive, x)
		}
	}
	r.zeros = len(years) - len(r.positive)
	slices.Sort(r.positive)
	return r
}

func (r ranked) len() int { return r.zeros + len(r.positive) }

// at is the k-th smallest amount, 1-based; out of range means the nearest.
func (r ranked) at(k int) float64 {
	k = min(k, r.len())
	if k <= r.zeros {
		return 0
	}
	return r.positive[k-1-r.zeros]
}

// above counts the years with more than x, x >= 0.
func (r ranked) above(x float64) int {
	return len(r.positive) - sort.Search(len(r.positive), func(i int) bool { return r.positive[i] > x })
}

func (r ranked) quantile(p float64) Interval {
	n := float64(r.len())
	half := z975 * math.Sqrt(n*p*(1-p))
	return Interval{
		Value: r.at(int(math.Ceil(n*p - 1e-9))),
		Low:   r.at(int(math.Floor(n*p - half))),
		High:  r.at(int(math.Ceil(n*p+half)) + 1),
	}
}

// summarise computes the figures of yearly amounts (not negative). O(n log n) in the years with a loss.
func summarise(years []float64, expected *float64, appetites []float64) Summary {
	r := rank(years)
	s := Summary{Expected: expected, NoLoss: wilson(r.zeros, r.len())}
	s.Mean, s.SD = mean(years)
	for _, p := range levels {
		s.Quantiles = append(s.Quantiles, Quantile{P: p, Amount: r.quantile(p)})
	}
	s.VaR90, s.VaR95, s.VaR99 = r.quantile(0.90), r.quantile(0.95), r.quantile(0.99)
	s.TVaR90, s.TVaR95, s.TVaR99 = r.shortfall(s.VaR90.Value, 0.90), r.shortfall(s.VaR95.Value, 0.95), r.shortfall(s.VaR99.Value, 0.99)
	s.Curve = r.curve()
	for _, a := range appetites {
		s.Appetite = append(s.Appetite, r.exceedance(a))
	}
	return s
}

// mean is the mean of the years with its normal interval, and their standard deviation.
func mean(years []float64) (Interval, float64) {
	n, sum, squares := float64(len(years)), 0.0, 0.0
	for _, x := range years {
		sum += x
	}
	m := sum / n
	for _, x := range years {
		squares += (x - m) * (x - m)
	}
	sd := math.Sqrt(squares / (n - 1))
	half := z975 * sd / math.Sqrt(n)
	return Interval{Value: m, Low: max(0, m-half), High: m + half}, sd
}

// shortfall is the atom corrected mean of the worst share 1-a of years.
func (r ranked) shortfall(v, a float64) Interval {
	n, k := float64(r.len()), r.above(v)
	sum, squares := 0.0, 0.0 // of the excess over v
	for _, x := range r.positive[len(r.positive)-k:] {
		sum += x - v
		squares += (x - v) * (x - v)
	}
	excess := sum / n
	value := v + excess/(1-a)
	half := z975 * math.Sqrt(max(0, squares/n-excess*excess)/n) / (1 - a)
	return Interval{Value: value, Low: max(0, value-half), High: value + half}
}

func (r ranked) exceedance(x float64) Exceedance {
	return Exceedance{Amount: x, Probability: wilson(r.above(x), r.len())}
}

// curve is the loss exceedance curve.
func (r ranked) curve() []Exceedance {
	n := len(r.positive)
	if n == 0 {
		return nil
	}
	low, high := r.positive[n/100], r.positive[n-1]
	if low == high {
		return []Exceedance{r.exceedance(high)}
	}
	points := make([]Exceedance, curvePoints)
	for i := range points {
		x := low * math.Pow(high/low, float64(i)/(curvePoints-1))
		points[i] = r.exceedance(min(x, high))
	}
	points[curvePoints-1] = r.exceedance(high)
	return points
}

// wilson is the score interval of k of n years (Wilson 1927).
func wilson(k, n int) Interval {
	size := float64(n)
	p := float64(k) / size
	scale := 1 + z975*z975/size
	centre := (p + z975*z975/(2*size)) / scale
	half := z975 / scale * math.Sqrt(p*(1-p)/size+z975*z975/(4*size*size))
	return Interval{Value: p, Low: min(p, max(0, centre-half)), High: max(p, min(1, centre+half))}
}
