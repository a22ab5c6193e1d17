package quant

import (
	"math"
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
	// outwards. Within a bin of the histogram (0.2 % wide) amounts are taken as evenly spread.
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
	// quantile of years with a loss to the largest simulated loss, which is the last point. The amounts are
	// ends of bins, so the counts are exact. Empty when nothing was lost in any year.
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

func (r ranked) quantile(p float64) Interval {
	n := float64(r.n)
	half := z975 * math.Sqrt(n*p*(1-p))
	return Interval{
		Value: r.at(rankOf(p, r.n)),
		Low:   r.at(int(math.Floor(n*p - half))),
		High:  r.at(int(math.Ceil(n*p+half)) + 1),
	}
}

// summary computes the figures. O(bins).
func (l *ledger) summary(expected *float64) Summary {
	r := l.histogram.ranked()
	s := Summary{Expected: expected, NoLoss: wilson(r.zeros, r.n)}
	s.Mean, s.SD = l.mean()
	for _, p := range levels {
		s.Quantiles = append(s.Quantiles, Quantile{P: p, Amount: r.quantile(p)})
	}
	s.VaR90, s.VaR95, s.VaR99 = r.quantile(0.90), r.quantile(0.95), r.quantile(0.99)
	s.TVaR90, s.TVaR95, s.TVaR99 = r.shortfall(0.90), r.shortfall(0.95), r.shortfall(0.99)
	s.Curve = r.curve()
	for i, a := range l.appetites {
		s.Appetite = append(s.Appetite, Exceedance{Amount: a, Probability: wilson(l.above[i], r.n)})
	}
	return s
}

// mean is the mean of the years with its normal interval, and their standard deviation. The chunks are added in
// their order, as another one would give other last bits.
func (l *ledger) mean() (Interval, float64) {
	n, sum, squares := float64(l.histogram.n), 0.0, 0.0
	for _, m := range l.moments {
		sum += m[0]
		squares += m[1]
	}
	mean := l.centre + sum/n
	sd := math.Sqrt(max(0, squares-sum*sum/n) / (n - 1))
	half := z975 * sd / math.Sqrt(n)
	return Interval{Value: mean, Low: max(0, mean-half), High: mean + half}, sd
}

// rankOf is the rank of the quantile p among n.
func rankOf(p float64, n int) int { return int(math.Ceil(float64(n)*p - 1e-9)) }

// shortfall is the atom corrected mean of the worst share 1-a of years.
func (r ranked) shortfall(a float64) Interval {
	n, k := float64(r.n), rankOf(a, r.n)
	v := r.at(k)
	sum, squares := r.excess(k, v)
	excess := sum / n
	value := v + excess/(1-a)
	half := z975 * math.Sqrt(max(0, squares/n-excess*excess)/n) / (1 - a)
	return Interval{Value: value, Low: max(0, value-half), High: value + half}
}

// curve is the loss exceedance curve.
func (r ranked) curve() []Exceedance {
	positive := r.n - r.zeros
	if positive == 0 {
		return nil
	}
	var points []Exceedance
	low := r.at(r.zeros + positive/100 + 1)
	for i := range curvePoints - 1 {
		x := binEnd(low * math.Pow(r.most/low, float64(i)/(curvePoints-1)))
		if x < r.most && (len(points) == 0 || x > points[len(points)-1].Amount) {
			points = append(points, Exceedance{Amount: x, Probability: wilson(r.above(x), r.n)})
		}
	}
	return append(points, Exceedance{Amount: r.most, Probability: wilson(0, r.n)})
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
