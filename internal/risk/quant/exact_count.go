package quant

import (
	"math"
	"math/cmplx"
	"sort"

	"accordo.dev/internal/risk/fair"
	"gonum.org/v1/gonum/mathext"
)

// point is a value of an uncertain rate and its probability.
type point struct{ rate, weight float64 }

// pointsOf takes a quantity as a few values: its own when it is discrete, else the quantiles at equally spaced normal
// scores (the trapezoidal rule, which converges exponentially for smooth quantiles; Trefethen and Weideman 2014). The
// mean is kept exactly.
func pointsOf(s fair.Shape, step float64) []point {
	var out []point
	if s.Discrete() {
		s.Atoms(func(x, p float64) { out = append(out, point{x, p}) })
		return out
	}
	if s.Variance() == 0 {
		return []point{{s.Mean(), 1}}
	}
	sum, mean := 0.0, 0.0
	for z := -7.0; z <= 7; z += step {
		n := point{s.Quantile(normalBelow(z)), math.Exp(-z * z / 2)}
		out = append(out, n)
		sum, mean = sum+n.weight, mean+n.weight*n.rate
	}
	for i := range out {
		out[i].weight /= sum
		out[i].rate *= s.Mean() / (mean / sum)
	}
	return out
}

func normalBelow(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// ratesOf are the values of the scenario's frequency of loss events in a state, with the controls that count.
func ratesOf(s fair.Scenario, state fair.State) []point {
	f := s.Factors(state)
	scale, v := f.Frequency*f.Susceptibility, s.Susceptibility
	if s.Counting == fair.Bernoulli { // uncertain probabilities of one event count by their mean
		return []point{{min(1, scale*s.Frequency.Mean()*s.Susceptible()), 1}}
	}
	var out []point
	if v != nil && v.Probability != nil {
		shape := v.Probability.Shape()
		step := 0.25
		if shape.Discrete() {
			step = 0.0625
		}
		for _, p := range pointsOf(shape, 0.25) {
			for _, r := range pointsOf(s.Frequency.Shape(), step) {
				out = append(out, point{scale * p.rate * r.rate, p.weight * r.weight})
			}
		}
		return out
	}
	scale *= s.Susceptible()
	for _, r := range pointsOf(s.Frequency.Shape(), 0.0625) {
		out = append(out, point{scale * r.rate, r.weight})
	}
	return out
}

// count is the law of the number of loss events of a year: Poisson with a certain rate, given probabilities of
// 0, 1, 2, ..., or Poisson with a rate that takes several values.
type count struct {
	poisson bool
	rate    float64
	pmf     []float64
	nodes   []point
}

// mostTerms is the number of terms up to which a law of counts is used as a polynomial.
const mostTerms = 600

// countOf is the law in years in which the frequency is factor times as high.
func countOf(counting fair.Counting, rates []point, factor float64) count {
	if counting == fair.Bernoulli {
		p := min(1, rates[0].rate*factor)
		return count{pmf: []float64{1 - p, p}}
	}
	if len(rates) == 1 {
		return count{poisson: true, rate: rates[0].rate * factor}
	}
	if pmf := mixedPoisson(rates, factor, mostTerms); pmf != nil {
		return count{pmf: pmf}
	}
	scaled := make([]point, len(rates))
	for i, r := range rates {
		scaled[i] = point{r.rate * factor, r.weight}
	}
	return count{nodes: thinned(scaled)}
}

// thinned joins nodes that lie close, keeping mean and variance: two points for each of 32 stretches.
func thinned(nodes []point) []point {
	const stretches = 32
	if len(nodes) <= 2*stretches {
		return nodes
	}
	sort.Slice(nodes, func(i, j int) bool { return nodes[i].rate < nodes[j].rate })
	var out []point
	low, high := nodes[0].rate, nodes[len(nodes)-1].rate
	place := func(r float64) int {
		return min(int(stretches*math.Sqrt((r-low)/(high-low))), stretches-1)
	}
	for i := 0; i < len(nodes); {
		j, w, m, q := i, 0.0, 0.0, 0.0
		for ; j < len(nodes) && place(nodes[j].rate) == place(nodes[i].rate); j++ {
			w += nodes[j].weight
			m += nodes[j].weight * nodes[j].rate
		}
		m /= w
		for _, n := range nodes[i:j] {
			q += n.weight * (n.rate - m) * (n.rate - m)
		}
		d := math.Sqrt(q / w)
		if d > m {
			out = append(out, point{m, w})
		} else {
			out = append(out, point{m - d, w / 2}, point{m + d, w / 2})
		}
		i = j
	}
	return out
}

// mixedPoisson are the probabilities of 0, 1, 2, ... events, up to the number above which 1e-10 is left, which the
// last one takes; nil when that needs more terms than allowed.
func mixedPoisson(rates []point, factor float64, most int) []float64 {
	var pmf []float64
	sum := 0.0
	logs := make([]float64, len(rates))
	for i, r := range rates {
		logs[i] = math.Log(r.rate * factor)
	}
	logFactorial := 0.0
	for k := 0; ; k++ {
		if k > most {
			return nil
		}
		if k > 0 {
			logFactorial += math.Log(float64(k))
		}
		p := 0.0
		for i, r := range rates {
			switch l := r.rate * factor; {
			case l > 0:
				p += r.weight * math.Exp(float64(k)*logs[i]-l-logFactorial)
			case k == 0:
				p += r.weight
			}
		}
		pmf = append(pmf, p)
		sum += p
		if 1-sum < 1e-10 {
			pmf[k] += max(1-sum, 0)
			return pmf
		}
	}
}

// full are the probabilities of all numbers of events, however many.
func full(counting fair.Counting, rates []point) []float64 {
	if c := countOf(counting, rates, 1); c.pmf != nil {
		return c.pmf
	}
	return mixedPoisson(rates, 1, math.MaxInt)
}

// given is the law of the number of events when the common factor is y: the number N has the latent variable
// loading Y + sqrt(1-loading^2) e, and N <= k when it lies below the normal quantile of P(N <= k).
func given(pmf []float64, loading, y float64) count {
	out, below, before := make([]float64, len(pmf)), 0.0, 0.0
	rest := math.Sqrt(1 - loading*loading)
	for k, p := range pmf {
		below += p
		upTo := 1.0
		if k < len(pmf)-1 && below < 1 {
			upTo = normalBelow((mathext.NormalQuantile(below) - loading*y) / rest)
		}
		out[k] = upTo - before
		before = upTo
	}
	return count{pmf: out}
}

// none is the probability of a year without a loss when an event costs nothing with probability zero.
func (c count) none(zero float64) float64 {
	g, _ := c.at(complex(zero, 0))
	return real(g)
}

// at is the probability generating function E[z^N] and its derivative.
func (c count) at(z complex128) (g, slope complex128) {
	switch {
	case c.poisson:
		g = cmplx.Exp(complex(c.rate, 0) * (z - 1))
		return g, g * complex(c.rate, 0)
	case c.pmf != nil:
		return polynomial(c.pmf, z)
	}
	for _, n := range c.nodes {
		if real(z-1)*n.rate > -45 {
			e := complex(n.weight, 0) * cmplx.Exp(complex(n.rate, 0)*(z-1))
			g += e
			slope += e * complex(n.rate, 0)
		}
	}
	return g, slope
}

// polynomial is Horner's rule for the sum of c[k] z^k and its derivative.
func polynomial(c []float64, z complex128) (p, slope complex128) {
	for k := len(c) - 1; k >= 0; k-- {
		slope = slope*z + p
		p = p*z + complex(c[k], 0)
	}
	return p, slope
}

// times multiplies dst by the generating function at every point.
func (c count) times(dst, phi []complex128) {
	if c.pmf == nil {
		for i, z := range phi {
			g, _ := c.at(z)
			dst[i] *= g
		}
		return
	}
	start := 0
	for start < len(c.pmf)-1 && c.pmf[start] < 1e-18 {
		start++
	}
	terms := c.pmf[start:]
	i := 0
	for ; i+1 < len(phi); i += 2 { // two at a time: each waits for its own sums only
		ar, ai, br, bi := real(phi[i]), imag(phi[i]), real(phi[i+1]), imag(phi[i+1])
		var pr, pi, qr, qi float64
		for k := len(terms) - 1; k >= 0; k-- {
			pr, pi = pr*ar-pi*ai+terms[k], pr*ai+pi*ar
			qr, qi = qr*br-qi*bi+terms[k], qr*bi+qi*br
		}
		dst[i] *= complex(pr, pi)
		dst[i+1] *= complex(qr, qi)
	}
	for ; i < len(phi); i++ {
		g, _ := polynomial(terms, phi[i])
		dst[i] *= g
	}
	if start > 0 {
		for i, z := range phi {
			dst[i] *= cmplx.Pow(z, complex(float64(start), 0))
		}
	}
}
