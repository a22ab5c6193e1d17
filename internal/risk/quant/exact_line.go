package quant

import (
	"math"

	"accordo.dev/internal/risk/fair"
)

// line is one scenario made ready: the law of one loss event after its own insurance and the values of its rate.
type line struct {
	key      string // what it was made of
	id       string
	counting fair.Counting
	rates    []point
	size     sketch
	mean     float64 // of one event
	square   float64 // mean square of one event
	zero     float64 // probability that an event costs nothing
	links    []fair.Link
	loading  float64
	pmf      []float64 // of the number of events, where the loading needs it
}

func newLine(s fair.Scenario, state fair.State, size sketch) *line {
	l := &line{id: s.ID, counting: s.Counting, rates: ratesOf(s, state), size: size, links: s.Causes, loading: s.Loading}
	_, l.mean, l.square = size.moments()
	l.zero = size.nothing()
	if l.loading > 0 {
		l.pmf = full(s.Counting, l.rates)
	}
	return l
}

// lossOf is the law of the loss of one event: primary losses, in some events secondary ones, then insurance.
func lossOf(s fair.Scenario, state fair.State) sketch {
	factor := s.Factors(state).Magnitude
	var first, all []sketch
	for _, l := range s.Primary {
		first = append(first, sketchOf(l.Amount.Shape(), factor))
	}
	size := total(first)
	if two := s.Secondary; two != nil {
		all = append(all, first...)
		for _, l := range two.Losses {
			all = append(all, sketchOf(l.Amount.Shape(), factor))
		}
		p := two.Probability.Mean()
		size = sketch(nil).plus(size, 1-p).plus(total(all), p)
	}
	if s.Insured() {
		deductible := 0.0
		if s.Deductible != nil {
			deductible = *s.Deductible
		}
		size = size.retained(deductible, *s.Limit)
	}
	return size
}

// fewAtoms is the number of atoms up to which a sum is taken atom by atom.
const fewAtoms = 64

// total is the law of a sum of independent amounts. Atoms move the law of the others, exactly; sums of amounts
// with densities are convolved.
func total(laws []sketch) sketch {
	atoms, rest := sketch{{mass: 1}}, []sketch(nil)
	for _, l := range laws {
		if !l.discrete() || len(l)*len(atoms) > fewAtoms*fewAtoms {
			rest = append(rest, l)
			continue
		}
		atoms = atoms.each(l)
	}
	switch {
	case len(rest) == 0:
		return atoms
	case len(atoms) > fewAtoms:
		return ladder(append(rest, atoms))
	case len(rest) == 1:
		return atoms.each(rest[0])
	default:
		return atoms.each(ladder(rest))
	}
}

// each is the law of the sum, the law moved by each atom of s.
func (s sketch) each(law sketch) sketch {
	if len(s) == 1 && s[0].x == 0 {
		return law
	}
	var out sketch
	for _, a := range s {
		out = out.plus(law.moved(a.x), a.mass)
	}
	return out
}

// rungs is the number of cells of each grid of the ladder; the upper half of them is used.
const rungs = 2048

// ladder is the law of a sum of amounts with densities: convolved on grids that double, each used for the upper
// half of its amounts, so that every amount is resolved to 1/1024 of itself. Mass and mean are those of the parts.
func ladder(parts []sketch) sketch {
	mean := 0.0
	for _, p := range parts {
		_, m, _ := p.moments()
		mean += m
	}
	if mean == 0 {
		return sketch{{mass: 1}}
	}
	end := ceil2(mean)
	for i := 0; i < 60; i++ { // down to where next to nothing lies
		if massOf(convolved(parts, end/rungs)) < 1e-9 {
			break
		}
		end /= 2
	}
	var out sketch
	for from := 0; ; from = rungs / 2 {
		h := end / rungs
		cells := convolved(parts, h)
		for j := from; j <= rungs; j++ {
			p := piece{x: (float64(j) - 0.5) * h, w: h, mass: max(cells[j], 0)}
			if j == from {
				p = piece{x: float64(j) * h, w: h / 2, mass: p.mass / 2}
				if from == 0 {
					p.mass *= 2
				}
			} else if j == rungs {
				p.w, p.mass = h/2, p.mass/2
			}
			p.first = p.mass * p.w / 2
			if p.mass > 0 {
				out = append(out, p)
			}
		}
		if 1-massOf(cells) < 1e-12 || end > mean*1e40 {
			break
		}
		end *= 2
	}
	return out.fitted(mean)
}

// fitted scales masses and amounts so that the mass is 1 and the mean as given; both were nearly so.
func (s sketch) fitted(mean float64) sketch {
	mass, m, _ := s.moments()
	scale := mean / (m / mass)
	for i := range s {
		s[i].mass /= mass
		s[i].first *= scale / mass
		s[i].x *= scale
		s[i].w *= scale
	}
	return s
}

func massOf(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// convolved is the law of the sum on the points 0 to rungs, what lies above left out: padded to twice the length,
// so that nothing comes round.
func convolved(parts []sketch, h float64) []float64 {
	g := grid{h: h, n: 4 * rungs}
	p, done := g.plan()
	defer done()
	var product []float64
	one, two := g.spectral(), g.spectral()
	for _, s := range parts {
		clear(p.real)
		s.onto(p.real[:rungs+1], h, 1)
		if product == nil {
			product = append(product, p.real[:rungs+1]...)
			continue
		}
		p.fft.Coefficients(one, p.real)
		clear(p.real)
		copy(p.real, product)
		p.fft.Coefficients(two, p.real)
		for i := range one {
			one[i] *= two[i] / complex(float64(g.n), 0)
		}
		p.fft.Sequence(p.real, one)
		copy(product, p.real[:rungs+1])
	}
	return product
}

// small tells whether the events of the line are so small against the cells, or so many, that spreading each of them
// over two points would widen the yearly law by more than allowed (a variance). The law of its whole year is then
// computed on a grid of its own, and spread once.
func (l *line) small(g grid, allowed float64) bool {
	events := 0.0
	for _, r := range l.rates {
		events += r.weight * r.rate
	}
	return !g.atoms && !g.rough && events*min(g.h*g.h/6, g.h*l.mean) > allowed && events*l.mean > 0
}

// tolerated is the variance that the events of one line may add when they are spread over two points: so that all lines
// together move the 99 % quantile, at about mean + 2.3 sd, by about 1e-5 of itself. A power of 4, so that it stays the
// same when the portfolio changes a little.
func tolerated(mean, sd float64, lines int) float64 {
	variance := 1e-5 * 2 * sd * (mean + 2.3*sd) / 2.3 / math.Sqrt(float64(lines)) / 4
	return math.Ldexp(1, 2*(math.Ilogb(variance)/2))
}
