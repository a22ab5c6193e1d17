package choice

import (
	"math"
	"slices"
)

// program is the choice in numbers: binary x, minimise
//
//	cost·x + sum_s mean[s]*f_s(x) + tail.weight*TVaR(base + sum_s loss[·][s]*f_s(x)),
//	f_s(x) = prod_i (1 - e_is x_i), over rows a·x <= b.
//
// Each f_s is bounded from below by exp(-sum_i r_is x_i) with r_is = -ln(1-e_is), which is convex and the
// same at binary points; TVaR is the largest mean over reweighted trials, so convex in f.
type program struct {
	cost  []float64
	rows  []sparseRow
	fixed []int8 // -1 free, 0, 1: what is decided beforehand
	terms []term
	tail  *tail
}

// term is one scenario that some option acts on.
type term struct {
	mean    float64 // weight in the mean
	options []int
	rate    []float64 // -ln(1-e)
	keep    []float64 // 1-e
}

// tail is the part of the objective that looks at the worst share of the trials.
type tail struct {
	weight float64
	share  float64     // 1 - level
	base   []float64   // by trial: losses that no option changes
	loss   [][]float64 // by trial, then by term
}

// maxRate stands for an effect of 1, whose rate would be infinite.
const maxRate = 30

func rateOf(effect float64) float64 { return min(-math.Log1p(-effect), maxRate) }

// residual is f_s at a binary point.
func (t *term) residual(x []bool) float64 {
	f := 1.0
	for i, o := range t.options {
		if x[o] {
			f *= t.keep[i]
		}
	}
	return f
}

// relaxed is the convex bound of f_s at a point between.
func (t *term) relaxed(x []float64) float64 {
	u := 0.0
	for i, o := range t.options {
		u += t.rate[i] * x[o]
	}
	return math.Exp(-u)
}

// least is f_s when every option is taken.
func (t *term) least() float64 {
	f := 1.0
	for _, keep := range t.keep {
		f *= keep
	}
	return f
}

// value is the objective at a binary point.
func (p *program) value(x []bool) float64 {
	z := 0.0
	for j, c := range p.cost {
		if x[j] {
			z += c
		}
	}
	f := make([]float64, len(p.terms))
	for s := range p.terms {
		f[s] = p.terms[s].residual(x)
		z += p.terms[s].mean * f[s]
	}
	if p.tail != nil {
		z += p.tail.weight * p.tail.tvar(f)
	}
	return z
}

// tvar is the mean of the worst share of the trials, atom corrected: the trial at the edge counts in part.
func (t *tail) tvar(f []float64) float64 {
	constant, slope := t.gradient(f)
	for s, w := range slope {
		constant += w * f[s]
	}
	return constant
}

// gradient gives the linear function of f that equals TVaR at f and bounds it from below elsewhere: the
// mean over the worst trials. O(trials * terms).
func (t *tail) gradient(f []float64) (constant float64, slope []float64) {
	worst := make([]outlier, len(t.loss))
	for i, loss := range t.loss {
		total := t.base[i]
		for s, l := range loss {
			total += l * f[s]
		}
		worst[i] = outlier{total, i}
	}
	count := t.share * float64(len(worst))
	whole := min(int(math.Ceil(count-1e-9)), len(worst))
	largest(worst, whole)
	slices.SortFunc(worst[:whole], func(a, b outlier) int { return b.compare(a) })
	slope = make([]float64, len(f))
	for rank, o := range worst[:whole] {
		w := min(1, count-float64(rank)) / count
		constant += w * t.base[o.trial]
		for s, l := range t.loss[o.trial] {
			slope[s] += w * l
		}
	}
	return constant, slope
}

// outlier is a trial with its loss; equal losses are ordered by trial, so that every run picks the same.
type outlier struct {
	loss  float64
	trial int
}

func (a outlier) compare(b outlier) int {
	switch {
	case a.loss < b.loss || a.loss == b.loss && a.trial > b.trial:
		return -1
	case a == b:
		return 0
	}
	return 1
}

// largest moves the k largest outliers to the front (quickselect, linear on average).
func largest(o []outlier, k int) {
	for len(o) > 1 && k > 0 && k < len(o) {
		pivot := o[len(o)/2]
		i, j := 0, len(o)-1
		for i <= j {
			for o[i].compare(pivot) > 0 {
				i++
			}
			for o[j].compare(pivot) < 0 {
				j--
			}
			if i <= j {
				o[i], o[j] = o[j], o[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			o = o[:j+1]
		case k > i:
			o, k = o[i:], k-i
		default:
			return
		}
	}
}

// slack is by how much a row may be overrun: amounts are decimal fractions that binary numbers only nearly hold.
func (r sparseRow) slack() float64 { return 1e-9 * max(1, math.Abs(r.rhs)) }

// feasible tells whether a binary point satisfies all rows and what is decided beforehand.
func (p *program) feasible(x []bool) bool {
	for j, f := range p.fixed {
		if f >= 0 && x[j] != (f == 1) {
			return false
		}
	}
	for _, r := range p.rows {
		if r.at(x) > r.rhs+r.slack() {
			return false
		}
	}
	return true
}

func (r sparseRow) at(x []bool) float64 {
	total := 0.0
	for i, j := range r.index {
		if x[j] {
			total += r.coef[i]
		}
	}
	return total
}

// grain is the largest step of which the objective is a multiple at every binary point; 0 when there is none.
func (p *program) grain() float64 {
	if len(p.terms) > 0 || p.tail != nil {
		return 0
	}
	g := int64(0)
	for _, c := range p.cost {
		if c != math.Trunc(c) || math.Abs(c) > 1e9 {
			return 0
		}
		for a := int64(math.Abs(c)); a != 0; {
			g, a = a, g%a
		}
	}
	return float64(g)
}
