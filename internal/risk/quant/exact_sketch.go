package quant

import (
	"math"

	"accordo.dev/internal/risk/fair"
)

// piece is a part of the law of an amount: mass spread over x to x+w with a density that is linear there, or an
// atom at x when w is 0. first is the sum of (amount - x) over the mass, so mean and mass are kept exactly.
type piece struct{ x, w, mass, first float64 }

// sketch is the law of an amount as pieces. It belongs to no grid: the same sketch serves all of them.
type sketch []piece

// moments are mass, mean and mean square.
func (s sketch) moments() (mass, mean, square float64) {
	for _, p := range s {
		mass += p.mass
		mean += p.mass*p.x + p.first
		square += p.x*(p.mass*p.x+2*p.first) + p.inner()
	}
	return mass, mean, square
}

// inner is the sum of (amount - x)^2 over the mass of a piece: with the linear density of slope k,
// w^2 (mass/3 + k/6) where k = 3 (2 first/w - mass).
func (p piece) inner() float64 {
	if p.w == 0 {
		return 0
	}
	return p.w * p.w * (p.mass/3 + (2*p.first/p.w-p.mass)/2)
}

// nothing is the mass at 0.
func (s sketch) nothing() float64 {
	mass := 0.0
	for _, p := range s {
		if p.x == 0 && p.w == 0 {
			mass += p.mass
		}
	}
	return mass
}

// discrete tells whether the law has atoms only.
func (s sketch) discrete() bool {
	for _, p := range s {
		if p.w > 0 {
			return false
		}
	}
	return true
}

// plus appends a second law with a weight.
func (s sketch) plus(other sketch, weight float64) sketch {
	for _, p := range other {
		s = append(s, piece{p.x, p.w, p.mass * weight, p.first * weight})
	}
	return s
}

// moved is the law of the amount plus c.
func (s sketch) moved(c float64) sketch {
	out := make(sketch, len(s))
	for i, p := range s {
		p.x += c
		out[i] = p
	}
	return out
}

// until splits a piece at x, which lies inside.
func (p piece) until(x float64) (below, above piece) {
	v := (x - p.x) / p.w
	k := 3 * (2*p.first/p.w - p.mass) // density at the place u of 0 to 1: mass + k (2u-1)
	below = piece{x: p.x, w: x - p.x, mass: v * (p.mass + k*(v-1)), first: p.w * v * v * (p.mass/2 + k*(2*v/3-0.5))}
	above = piece{x: x, w: p.x + p.w - x, mass: p.mass - below.mass}
	above.first = p.first - below.first - above.mass*(x-p.x)
	return below, above
}

// retained is the law of what insurance leaves of an amount: of what exceeds the deductible, the insurer pays up to
// the limit. Exact: pieces are cut where the terms begin and end, and what lies between becomes an atom.
func (s sketch) retained(deductible, limit float64) sketch {
	out, capped := make(sketch, 0, len(s)+1), 0.0
	end := deductible + limit
	place := func(p piece) {
		switch {
		case p.x+p.w <= deductible:
			out = append(out, p)
		case p.x >= end:
			p.x -= limit
			out = append(out, p)
		default:
			capped += p.mass
		}
	}
	for _, p := range s {
		for _, cut := range [2]float64{deductible, end} {
			if p.w > 0 && p.x < cut && cut < p.x+p.w {
				below, above := p.until(cut)
				place(below)
				p = above
			}
		}
		place(p)
	}
	return append(out, piece{x: deductible, mass: capped})
}

// fine is the error in probability that a sketch may have inside a piece.
const fine = 1e-8

// sketchOf draws the law of factor times the quantity: intervals whose ends are dyadic are halved until a linear
// density with the right mass and mean foretells distribution function and limited expected value at the middle to
// 1e-8. About 500 pieces for a lognormal quantity.
func sketchOf(shape fair.Shape, factor float64) sketch {
	if factor == 0 || shape.Mean() == 0 {
		return sketch{{mass: 1}}
	}
	if shape.Discrete() || shape.Variance() == 0 {
		var s sketch
		if !shape.Discrete() {
			return sketch{{x: factor * shape.Mean(), mass: 1}}
		}
		shape.Atoms(func(x, p float64) { s = append(s, piece{x: factor * x, mass: p}) })
		return s
	}
	d := drawing{shape: shape, factor: factor}
	mean := factor * shape.Mean()
	_, k := math.Frexp(mean)
	low, high := math.Ldexp(1, k), math.Ldexp(1, k)
	for i := 0; i < 400 && d.at(low).above < 1-1e-13; i++ {
		low /= 2
	}
	for end := d.at(high); end.above > 1e-13 || mean-end.limited > 1e-10*mean; end = d.at(high) {
		if high *= 2; high > mean*1e60 {
			break
		}
	}
	a := d.at(0)
	for x := low; x <= high; x *= 2 {
		b := d.at(x)
		d.divide(a, b, 0)
		a = b
	}
	return d.out.ended(a, mean, factor*factor*(shape.Variance()+shape.Mean()*shape.Mean()))
}

// ended adds what lies above the last mark as two atoms, so that mass, mean and mean square are those given.
func (s sketch) ended(last mark, mean, square float64) sketch {
	excess := mean - last.limited
	if excess <= 0 {
		return append(s, piece{x: last.x, mass: max(last.above, 0)})
	}
	_, _, have := s.moments()
	more := square - have - last.x*(2*excess+last.x*last.above) // sum of the squares of what exceeds the last mark
	if more*last.above <= excess*excess && last.above > 0 {
		return append(s, piece{x: last.x + excess/last.above, mass: last.above})
	}
	if more <= 0 {
		return append(s, piece{x: last.x, first: excess})
	}
	far := excess * excess / more
	return append(s, piece{x: last.x, mass: max(last.above-far, 0)}, piece{x: last.x + more/excess, mass: far})
}

type drawing struct {
	shape  fair.Shape
	factor float64
	out    sketch
}

// mark is what is known of the law at an amount: P(X > x) and E[min(X, x)].
type mark struct{ x, above, limited float64 }

func (d *drawing) at(x float64) mark {
	if x <= 0 {
		return mark{0, 1 - d.shape.CDF(0), 0}
	}
	y := x / d.factor
	return mark{x, 1 - d.shape.CDF(y), d.factor * d.shape.Limited(y)}
}

// between is the piece from a to b. The first moment is the integral of P(X > x) less w P(X > b).
func between(a, b mark) piece {
	w := b.x - a.x
	p := piece{x: a.x, w: w, mass: max(a.above-b.above, 0)}
	p.first = min(max(b.limited-a.limited-w*b.above, 0), w*p.mass)
	return p
}

func (d *drawing) divide(a, b mark, depth int) {
	p := between(a, b)
	if p.mass == 0 {
		return
	}
	slope := 3 * (2*p.first/(p.mass*p.w) - 1)
	if p.mass < 1e-13 || depth > 50 {
		d.atom(p)
		return
	}
	m := d.at(a.x + p.w/2)
	below, above := between(a, m), between(m, b)
	if depth > 1 && math.Abs(slope) <= 1 {
		mass, first := p.mass*(0.5-slope/4), p.mass*(0.125-slope/24)
		if math.Abs(below.mass-mass) < fine && math.Abs(below.first/p.w-first) < fine && below.linear() && above.linear() {
			d.out = append(d.out, below, above)
			return
		}
	}
	d.divide(a, m, depth+1)
	d.divide(m, b, depth+1)
}

// linear tells whether a density that is linear and nowhere negative has the mass and mean of the piece.
func (p piece) linear() bool { return math.Abs(6*p.first-3*p.mass*p.w) <= p.mass*p.w }

func (d *drawing) atom(p piece) {
	d.out = append(d.out, piece{x: p.x + p.first/p.mass, mass: p.mass})
}

// onto adds weight times the law to a grid with cells of width h, in the way that keeps the mean: each amount goes to
// the two nearest points, in proportion (the method of local moments of first order, Gerber 1982; Klugman, Panjer and
// Willmot, Loss Models, section 9.6.5). What lies beyond the last point is left out: a sum with such an event lies
// there, too.
func (s sketch) onto(cells []float64, h, weight float64) {
	end := float64(len(cells) - 1)
	for _, p := range s {
		if p.x/h >= end || p.mass == 0 {
			continue
		}
		p.x, p.w, p.first = p.x/h, p.w/h, p.first/h*weight
		p.mass *= weight
		p.put(cells, end)
	}
}

// put adds a piece in units of the cells.
func (p piece) put(cells []float64, end float64) {
	from, to := int(p.x), int(min(p.x+p.w, end))
	if p.x+p.w > end {
		p, _ = p.until(end)
	}
	if from == to || p.w == 0 || p.x+p.w <= float64(from+1) {
		right := p.first + p.mass*(p.x-float64(from))
		cells[from] += p.mass - right
		if from+1 < len(cells) {
			cells[from+1] += right
		}
		return
	}
	k := 3 * (2*p.first/p.w - p.mass)
	slope := 2 * k / (p.w * p.w)
	middle, level := p.x+p.w/2, p.mass/p.w // density level + slope (y - middle)
	part := func(a, b float64, cell int) {
		width, centre := b-a, (a+b)/2
		mass := width * (level + slope*(centre-middle))
		right := mass*(centre-float64(cell)) + slope*width*width*width/12
		cells[cell] += mass - right
		if cell+1 < len(cells) {
			cells[cell+1] += right
		}
	}
	part(p.x, float64(from+1), from)
	if float64(to) < p.x+p.w {
		part(float64(to), p.x+p.w, to)
	}
	a, b := from+1, to
	if a >= b {
		return
	}
	density := func(y float64) float64 { return level + slope*(y-middle) }
	cells[a] += density(float64(a)+0.5)/2 - slope/12
	cells[b] += density(float64(b)-0.5)/2 + slope/12
	d := density(float64(a + 1))
	for j := a + 1; j < b; j++ {
		cells[j] += d
		d += slope
	}
}
