package quant

import (
	"math"
	"sort"
)

// law is the law of a year on a grid. What lies beyond the grid is not on it, but mean and standard deviation count it.
type law struct {
	g     grid
	cells []float64
	upTo  []float64 // P(S <= point), the sums of the cells
	mean  float64
	sd    float64
	zero  float64 // P(S = 0)
}

// on computes the law of the model on a grid.
func (m *model) on(g grid) law {
	parts := m.mixtures(g)
	whole := ones(g)
	l := law{g: g, cells: make([]float64, g.n), zero: 1}
	variance := 0.0
	for _, p := range parts {
		multiply(whole, p.spectrum)
		l.mean += p.Mean
		variance += p.Variance
		l.zero *= p.zero
	}
	l.sd = math.Sqrt(variance)
	g.law(l.cells, whole)
	l.add()
	return l
}

func (m *model) mixtures(g grid) []mixture {
	out := make([]mixture, len(m.parts))
	for i, p := range m.parts {
		out[i] = p.mix(m, g)
	}
	return out
}

func (l *law) add() {
	l.upTo = make([]float64, len(l.cells))
	sum := 0.0
	for j, p := range l.cells {
		sum += p
		l.upTo[j] = sum
	}
}

// beyondGrid is the probability that is left beyond the grid on which figures are read.
const beyondGrid = 1e-5

// grid chooses cells for the model: the power of 2 that holds all but 1e-5 of the years, so that it stays the same when
// the portfolio changes a little; or the amounts themselves, when all are multiples of one.
func (m *model) grid(cells int) grid {
	end := reach(moments{Mean: m.mean, Variance: m.sd * m.sd}, beyondGrid, func(g grid) []float64 { return m.on(g).cells })
	if u := commonUnit(m.atoms); u > 0 && end/u < float64(cells) {
		return grid{h: u, n: int(max(ceil2(end/u+1), 64)), atoms: true}
	}
	return grid{h: end / float64(cells), n: cells}
}

// rank is the first point at which P(S <= point) reaches p.
func (l law) rank(p float64) int {
	return min(sort.Search(len(l.upTo), func(j int) bool { return l.upTo[j] >= p-1e-12 }), len(l.upTo)-1)
}

// quantile is the smallest amount x with P(S <= x) >= p. Where the points are middles of cells, the distribution
// function is read as linear between the ends of cells.
func (l law) quantile(p float64) float64 {
	if p <= l.zero+1e-12 {
		return 0
	}
	j := l.rank(p)
	if l.g.atoms {
		return float64(j) * l.g.h
	}
	from, before, width := (float64(j)-0.5)*l.g.h, l.zero, l.g.h
	if j == 0 {
		from, width = 0, l.g.h/2
	} else {
		before = max(l.upTo[j-1], l.zero)
	}
	if here := l.upTo[j] - before; here > 0 {
		return from + width*min(max((p-before)/here, 0), 1)
	}
	return from + width
}

// above is P(S > x) for x on the grid.
func (l law) above(x float64) float64 {
	place := x / l.g.h
	if l.g.atoms {
		return 1 - l.upTo[min(int(place+1e-9), len(l.upTo)-1)]
	}
	j := int(place + 0.5)
	if j == 0 {
		return 1 - (l.zero + (l.upTo[0]-l.zero)*2*place)
	}
	return 1 - (l.upTo[j-1] + (place+0.5-float64(j))*l.cells[j])
}

// shortfall is the atom corrected mean of the worst share 1-a of years, v + E[(S-v)+]/(1-a) at the point v of rank a
// (Acerbi and Tasche 2002; Rockafellar and Uryasev 2002). Only what lies below v is taken from the grid: E[(S-v)+] is
// E[S] - v + E[(v-S)+], so tails beyond the grid count in full.
func (l law) shortfall(a float64) float64 {
	if a <= l.zero {
		return l.mean / (1 - a)
	}
	k := l.rank(a)
	v, below := float64(k)*l.g.h, 0.0
	for j, p := range l.cells[:k] {
		below += (v - float64(j)*l.g.h) * p
	}
	return v + (l.mean-v+below)/(1-a)
}

// lastPoint is the probability up to which the exceedance curve goes.
const lastPoint = 0.9999

func certain(x float64) Interval { return Interval{x, x, x} }

// summary are the figures of the model. Amounts beyond the grid are looked up on a wider one, quantiles that fall into
// its first cells on a finer one.
func (m *model) summary(l law, appetites []float64) Summary {
	if m.mean == 0 {
		return m.without(appetites)
	}
	scale := scales{m: m, laws: []law{l}}
	s := Summary{Expected: &l.mean, Mean: certain(l.mean), SD: l.sd, NoLoss: certain(l.zero)}
	for _, p := range levels {
		s.Quantiles = append(s.Quantiles, Quantile{P: p, Amount: certain(scale.quantile(p))})
	}
	s.VaR90, _ = s.At(0.90)
	s.VaR95, _ = s.At(0.95)
	s.VaR99, _ = s.At(0.99)
	s.TVaR90, s.TVaR95, s.TVaR99 = certain(scale.shortfall(0.90)), certain(scale.shortfall(0.95)), certain(scale.shortfall(0.99))
	low, high := scale.quantile(l.zero+(1-l.zero)*0.01), scale.quantile(lastPoint)
	switch {
	case high == 0:
	case low >= high:
		s.Curve = []Exceedance{scale.exceedance(high)}
	default:
		low = max(low, high*1e-9)
		for i := range curvePoints {
			s.Curve = append(s.Curve, scale.exceedance(min(low*math.Pow(high/low, float64(i)/(curvePoints-1)), high)))
		}
	}
	for _, a := range appetites {
		s.Appetite = append(s.Appetite, scale.exceedance(a))
	}
	return s
}

// without are the figures when nothing is ever lost.
func (m *model) without(appetites []float64) Summary {
	s := Summary{NoLoss: certain(1)}
	for _, p := range levels {
		s.Quantiles = append(s.Quantiles, Quantile{P: p})
	}
	for _, a := range appetites {
		s.Appetite = append(s.Appetite, Exceedance{Amount: a})
	}
	return s
}

// scales is one law on several grids: the first is the usual one, finer ones follow as they are needed.
type scales struct {
	m    *model
	laws []law
}

// enough is the number of cells below a figure that make it exact enough.
const enough = 1024

// finer is the finest law on which p still lies, made if need be.
func (s *scales) finer(p float64) law {
	best := s.laws[0]
	if p <= best.zero || best.g.atoms {
		return best
	}
	for i := 0; best.rank(p) < enough && i < 10; i++ {
		if i+1 == len(s.laws) {
			g := best.g
			g.h /= 8
			s.laws = append(s.laws, s.m.on(g))
		}
		if next := s.laws[i+1]; next.upTo[next.g.n-1] < p {
			break
		}
		best = s.laws[i+1]
	}
	return best
}

func (s *scales) quantile(p float64) float64 { return s.finer(p).quantile(p) }

func (s *scales) shortfall(a float64) float64 { return s.finer(a).shortfall(a) }

// exceedance is P(S > x).
func (s *scales) exceedance(x float64) Exceedance {
	l := s.laws[0]
	for i := 1; i < len(s.laws) && x < s.laws[i].g.end()*0.9; i++ {
		l = s.laws[i]
	}
	if x > l.g.end()*0.99 {
		if l.g.atoms && x < l.g.end()*1e3 {
			l = s.m.on(grid{h: l.g.h, n: int(ceil2(x/l.g.h + 2)), atoms: true})
		} else {
			l = s.m.on(grid{h: ceil2(x*1.5) / float64(l.g.n), n: l.g.n})
		}
	}
	return Exceedance{Amount: x, Probability: certain(min(max(l.above(x), 0), 1))}
}
