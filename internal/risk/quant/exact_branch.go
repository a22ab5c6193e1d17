package quant

import (
	"math/cmplx"
	"strconv"
	"strings"

	"accordo.dev/internal/risk/fair"
)

// branch is the part in one state: the transforms of its lines without a cover and of each cover's lines.
type branch struct {
	g        grid
	exponent [][]complex128 // by slot: of Poisson lines, sum of rate x (transform - 1)
	product  [][]complex128 // by slot: of the other lines
	whole    []complex128   // after covers, once closed
	nets     []mixture      // by cover, once closed
	p        *part
	m        *model
}

// together is the number of states that are computed side by side, so that a line is transformed once for all of them.
const together = 16

// walk visits the part in every state, in order.
func (p *part) walk(m *model, g grid, visit func(s state, w *branch)) {
	for from := 0; from < len(p.states); from += together {
		states := p.states[from:min(from+together, len(p.states))]
		branches := p.open(m, g, states)
		for i, w := range branches {
			visit(states[i], w)
			branches[i] = nil
		}
	}
}

func (p *part) open(m *model, g grid, states []state) []*branch {
	branches := make([]*branch, len(states))
	for i := range branches {
		w := &branch{g: g, p: p, m: m}
		for range len(p.covers) + 1 {
			w.exponent, w.product = append(w.exponent, g.spectral()), append(w.product, ones(g))
		}
		branches[i] = w
	}
	alike := p.alike(m, g)
	cells, phi := make([]float64, g.n), g.spectral()
	for _, group := range alike {
		clear(cells)
		for _, l := range group.lines {
			l.size.onto(cells, g.h, l.rates[0].rate)
			group.rate += l.rates[0].rate
		}
		g.spectrum(phi, cells)
		for i := range phi {
			phi[i] -= complex(group.rate, 0)
		}
		each(len(states), func(i int) {
			by := complex(group.lines[0].multiple(states[i], p.causes), 0)
			for j, z := range phi {
				branches[i].exponent[group.slot][j] += by * z
			}
		})
	}
	for k, l := range p.lines {
		if p.certain(l, m, g) {
			continue
		}
		slot := p.slot[k]
		if l.small(g, m.allowed) {
			each(len(states), func(i int) {
				own, room := g.spectral(), make([]float64, g.n)
				m.annual(l, p.count(l, states[i]), p.yearly(l, states[i])).transform(g, own, room)
				multiply(branches[i].product[slot], own)
			})
			continue
		}
		l.size.transform(g, phi, cells)
		each(len(states), func(i int) { p.count(l, states[i]).times(branches[i].product[slot], phi) })
	}
	return branches
}

// certain tells whether the line's events add to those of others in the exponent.
func (p *part) certain(l *line, m *model, g grid) bool {
	return l.loading == 0 && l.counting != fair.Bernoulli && len(l.rates) == 1 && !l.small(g, m.allowed)
}

// alike are Poisson lines with certain rates that feel all causes alike: they are one line.
type alike struct {
	slot  int
	rate  float64
	lines []*line
}

func (p *part) alike(m *model, g grid) []*alike {
	var out []*alike
	at := map[string]*alike{}
	for k, l := range p.lines {
		if !p.certain(l, m, g) {
			continue
		}
		key := strconv.Itoa(p.slot[k]) + feels(l)
		if at[key] == nil {
			at[key] = &alike{slot: p.slot[k]}
			out = append(out, at[key])
		}
		at[key].lines = append(at[key].lines, l)
	}
	return out
}

func feels(l *line) string {
	var b strings.Builder
	for _, link := range l.links {
		b.WriteString(" " + strconv.Quote(link.Cause) + strconv.FormatFloat(link.Factor, 'g', -1, 64))
	}
	return b.String()
}

// gross is the transform of the lines of a slot.
func (w *branch) gross(slot int) []complex128 {
	out := make([]complex128, len(w.product[slot]))
	for i, z := range w.exponent[slot] {
		out[i] = w.product[slot][i] * cmplx.Exp(z)
	}
	return out
}

// close applies the covers and multiplies everything; it gives the moments and the probability that nothing is left.
func (w *branch) close(p *part, s state) (moments, float64) {
	w.whole = w.gross(0)
	zero, sums := make([]float64, len(p.covers)+1), make([]moments, len(p.covers)+1)
	for i := range zero {
		zero[i] = 1
	}
	for k, l := range p.lines {
		slot, x := p.slot[k], p.yearly(l, s)
		sums[slot].Mean += x.Mean
		sums[slot].Variance += x.Variance
		zero[slot] *= p.count(l, s).none(l.zero)
	}
	all, none := sums[0], zero[0]
	for k, c := range p.covers {
		n := w.net(k+1, c, s, sums[k+1], zero[k+1])
		w.nets = append(w.nets, n)
		multiply(w.whole, n.spectrum)
		all.Mean += n.Mean
		all.Variance += n.Variance
		none *= n.zero
	}
	return all, none
}

// net applies the cover on the grid, point by point: what is left goes to the two nearest points. Amounts beyond the
// grid that are back on it after the cover come from wider grids.
func (w *branch) net(slot int, c fair.Cover, s state, x moments, zero float64) mixture {
	cells := make([]float64, w.g.n)
	out := mixture{spectrum: w.g.spectral(), zero: zero}
	less, squares, mass, mean, paid := 0.0, 0.0, 0.0, 0.0, 0.0
	law := func(g grid) []float64 {
		cells := make([]float64, g.n)
		if g.h != w.g.h {
			g.law(cells, w.wide(slot, s, g).gross(0))
			return cells
		}
		g.law(cells, w.gross(slot))
		return cells
	}
	w.levels(c, 1, law, func(y, p float64) {
		left := c.Retained(y)
		drop(cells, left/w.g.h, p)
		mass += p
		mean += p * y
		less += p * (y - left)
		squares += p * (y*y - left*left)
		if y-left >= y*(1-1e-12) {
			paid += p
		}
	})
	if beyond := max(1-mass, 0); beyond > 0 { // so far out that the layer is used up
		most := c.Retention + c.Limit
		cut := most - c.Retained(most)
		less += beyond * cut
		squares += 2*cut*max(x.Mean-mean, 0) - cut*cut*beyond
	}
	if c.Retention == 0 && (c.Share == nil || *c.Share == 1) {
		out.zero = paid
	}
	out.Mean = x.Mean - less
	out.Variance = max(x.Variance+x.Mean*x.Mean-squares-out.Mean*out.Mean, 0)
	w.g.spectrum(out.spectrum, cells)
	return out
}

// drop adds mass at a place between two cells.
func drop(cells []float64, place, mass float64) {
	j := int(min(place, float64(len(cells))))
	if j >= len(cells) {
		return
	}
	right := mass * (place - float64(j))
	cells[j] += mass - right
	if j+1 < len(cells) {
		cells[j+1] += right
	}
}

// levels visits the points of the law of a cover's lines before the cover: those of the grid, then those of grids
// eight times as wide, until the layer is used up or nothing is left. law computes it on a grid; total is the sum of
// it all: 1 for probabilities.
func (w *branch) levels(c fair.Cover, total float64, law func(g grid) []float64, visit func(y, p float64)) {
	g := w.g
	cells := law(g)
	for j, p := range cells {
		visit(float64(j)*g.h, p)
	}
	left, most := total-massOf(cells), c.Retention+c.Limit+g.end()
	for left > 1e-9*total && g.end() < most {
		end := g.end()
		g.h, g.atoms = 8*g.h, false
		cells = law(g)
		from := int(end / g.h)
		above := total - massOf(cells[:from]) - cells[from]/2
		if !(above > left/2 && above < 2*left) { // rounding, no more
			return
		}
		cells[from] /= 2
		for j := from; j < g.n; j++ {
			cells[j] *= left / above
			visit(float64(j)*g.h, cells[j])
		}
		left = max(left-massOf(cells[from:]), 0)
	}
}

// wide is the branch of the lines of one slot alone, on another grid.
func (w *branch) wide(slot int, s state, g grid) *branch {
	return w.p.only(slot).open(w.m, g, []state{s})[0]
}

// only is the part without the lines of other slots and without covers.
func (p *part) only(slot int) *part {
	out := &part{states: p.states, causes: p.causes}
	for k, l := range p.lines {
		if p.slot[k] == slot {
			out.lines, out.slot = append(out.lines, l), append(out.slot, 0)
		}
	}
	return out
}
