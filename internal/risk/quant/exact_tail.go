package quant

import (
	"math"
)

// tail is what is needed to say how much each scenario has in the years of the tail: the years below the point k,
// and the share of those at the point that are not in the tail.
type tail struct {
	m       *model
	l       law
	k       int
	share   float64
	parts   []mixture
	weights []complex128 // transform of the years that are not in the tail
	out     map[*line]float64
}

// shares are the parts of the lines in the tail beyond VaR 95, E[X; S in the tail] / E[S; S in the tail], in the order of
// the lines; the atom at VaR counts as far as it belongs to the worst 5 % (Tasche 1999, allocation of TVaR). With the
// transform P of S and D of x times the law of X, D P / (transform of X) is the transform of E[X; S = s]; for compound
// Poisson sums D is rate x (transform of x f(x)) x (transform of X) (Loss Models; Embrechts and Frei 2009). What a cover
// pays is taken from its scenarios in proportion to their losses of the year.
func (m *model) shares(l law) []float64 {
	out := make([]float64, len(m.lines))
	if m.mean == 0 || l.mean == 0 {
		return out
	}
	t := tail{m: m, l: l, parts: m.mixtures(l.g), out: map[*line]float64{}}
	if a := 0.95; a > l.zero {
		t.k = l.rank(a)
		before := 0.0
		if t.k > 0 {
			before = l.upTo[t.k-1]
		}
		t.share = min(max((a-before)/l.cells[t.k], 0), 1)
	} else {
		t.share = a / l.zero
	}
	t.weigh()
	for i, p := range m.parts {
		if p.free() {
			t.independent(i, p)
		} else {
			t.tied(i, p)
		}
	}
	whole := 0.0
	for i, x := range m.lines {
		out[i] = t.out[x]
		whole += out[i]
	}
	for i := range out {
		out[i] /= whole
	}
	return out
}

// weigh makes the transform with which a sum over points below the tail becomes one over frequencies (Parseval).
func (t *tail) weigh() {
	g := t.l.g
	cells := make([]float64, g.n)
	for j := range t.k + 1 {
		cells[j] = 1
	}
	cells[t.k] = t.share
	tilt(cells, 1, 1)
	t.weights = g.spectral()
	p, done := g.plan()
	defer done()
	p.fft.Coefficients(t.weights, cells)
	for i, z := range t.weights {
		scale := 2 / float64(g.n)
		if i == 0 || i == g.n/2 {
			scale /= 2
		}
		t.weights[i] = complex(real(z)*scale, -imag(z)*scale)
	}
}

// others is the transform of all parts but one.
func (t *tail) others(part int) []complex128 {
	out := ones(t.l.g)
	for i, p := range t.parts {
		if i != part {
			multiply(out, p.spectrum)
		}
	}
	return out
}

// growth is the logarithmic derivative of the transform of the line's year: D over the transform. cells is room.
func (t *tail) growth(g grid, p *part, l *line, s state, phi, psi []complex128, cells []float64) {
	c, law := p.count(l, s), l.size
	small := l.small(g, t.m.allowed)
	if small {
		law = t.m.annual(l, c, p.yearly(l, s))
	}
	law.transform(g, phi, cells)
	for j := range cells {
		cells[j] *= float64(j) * g.h
	}
	g.spectrum(psi, cells)
	for i, z := range phi {
		switch {
		case small && z != 0:
			psi[i] /= z
		case small:
			psi[i] = 0
		case c.poisson:
			psi[i] *= complex(c.rate, 0)
		default:
			if p, slope := c.at(z); p != 0 {
				psi[i] *= slope / p
			} else {
				psi[i] = 0
			}
		}
	}
}

// independent fills the lines that share nothing. For Poisson lines with a certain rate E[X; S = s] is the rate times
// the sum over x of x f(x) P(S = s - x): no transform is needed.
func (t *tail) independent(i int, p *part) {
	g, s := t.l.g, p.states[0]
	below := t.below(t.l.cells, t.l.upTo)
	base := t.others(i)
	multiply(base, t.parts[i].spectrum)
	multiply(base, t.weights)
	results := make([]float64, len(p.lines))
	each(len(p.lines), func(n int) {
		l := p.lines[n]
		mean := p.yearly(l, s).Mean
		if p.certain(l, t.m, g) {
			cells, lower := make([]float64, t.k+2), 0.0
			l.size.onto(cells, g.h, l.rates[0].rate)
			for j, f := range cells[:t.k+1] {
				lower += float64(j) * g.h * f * below[t.k-j]
			}
			results[n] = mean - lower
			return
		}
		phi, psi, cells := g.spectral(), g.spectral(), make([]float64, g.n)
		t.growth(g, p, l, s, phi, psi, cells)
		results[n] = mean - inner(base, psi)
	})
	for n, l := range p.lines {
		t.out[l] += results[n]
	}
}

// below is, by distance to the point of VaR, how much of a law keeps the sum out of the tail.
func (t *tail) below(cells, upTo []float64) []float64 {
	out := make([]float64, t.k+1)
	for r := range out {
		out[r] = t.share * cells[r]
		if r > 0 {
			out[r] += upTo[r-1]
		}
	}
	return out
}

func inner(a, b []complex128) float64 {
	total := 0.0
	for i, z := range a {
		total += real(z)*real(b[i]) - imag(z)*imag(b[i])
	}
	return total
}

// tied fills the lines of a part with causes, a common factor or covers, state by state.
func (t *tail) tied(i int, p *part) {
	g := t.l.g
	others := t.others(i)
	p.walk(t.m, g, func(s state, w *branch) {
		w.close(p, s)
		base := g.spectral()
		for j, z := range w.whole {
			base[j] = z * others[j] * t.weights[j]
		}
		results := make([]float64, len(p.lines))
		rests := make([][]float64, len(p.covers)+1)
		for k := range p.covers {
			rests[k+1] = t.rest(w, others, k)
		}
		each(len(p.lines), func(n int) {
			l, slot := p.lines[n], p.slot[n]
			if slot > 0 {
				results[n] = t.covered(w, p, n, s, rests[slot])
				return
			}
			phi, psi, cells := g.spectral(), g.spectral(), make([]float64, g.n)
			t.growth(g, p, l, s, phi, psi, cells)
			results[n] = p.yearly(l, s).Mean - inner(base, psi)
		})
		for n, l := range p.lines {
			t.out[l] += s.probability * results[n]
		}
	})
}

// rest is, by what a cover's lines cost after the cover, how likely the sum with all the others is not in the tail.
func (t *tail) rest(w *branch, others []complex128, k int) []float64 {
	g := t.l.g
	spectrum := w.gross(0)
	multiply(spectrum, others)
	for i, n := range w.nets {
		if i != k {
			multiply(spectrum, n.spectrum)
		}
	}
	x := law{g: g, cells: make([]float64, g.n)}
	g.law(x.cells, spectrum)
	x.add()
	return t.below(x.cells, x.upTo)
}

// covered is what a line under a cover has in the tail: of each sum y of the cover's lines, what is left of it, in
// proportion to the line's part.
func (t *tail) covered(w *branch, p *part, n int, s state, rest []float64) float64 {
	l, slot := p.lines[n], p.slot[n]
	c, mean := p.covers[slot-1], p.yearly(p.lines[n], s).Mean
	if mean == 0 {
		return 0
	}
	loss := func(g grid) []float64 {
		phi, psi, cells := g.spectral(), g.spectral(), make([]float64, g.n)
		t.growth(g, p, l, s, phi, psi, cells)
		if g.h == w.g.h {
			multiply(psi, w.gross(slot))
		} else {
			multiply(psi, w.wide(slot, s, g).gross(0))
		}
		g.law(cells, psi)
		return cells
	}
	out, seen := 0.0, 0.0
	w.levels(c, mean, loss, func(y, x float64) {
		if y == 0 {
			return
		}
		left := c.Retained(y)
		place := (float64(t.k)*t.l.g.h - left) / t.l.g.h
		lower := 0.0
		if place > -1 {
			j := math.Floor(place)
			if u := place - j; j >= 0 {
				lower = (1 - u) * rest[int(j)]
				if u > 0 && int(j)+1 < len(rest) {
					lower += u * rest[int(j)+1]
				}
			} else {
				lower = u * rest[0]
			}
		}
		out += x * left / y * (1 - lower)
		seen += x
	})
	return out + max(mean-seen, 0)
}
