package quant

import (
	"math"
	"math/cmplx"
	"runtime"
	"sync"
	"sync/atomic"
)

// mixture is what a part gives to the sum: the transform of its law on a grid, and what is known without a grid.
type mixture struct {
	spectrum []complex128
	moments
	zero float64 // probability that it costs nothing
}

// each runs f for 0 to n-1 on all processors; the order of the results is for the caller to keep.
func each(n int, f func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers < 2 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

// mix is the law of the part on the grid.
func (p *part) mix(m *model, g grid) mixture {
	if p.free() {
		return p.independent(m, g)
	}
	out := mixture{spectrum: g.spectral()}
	square := 0.0
	p.walk(m, g, func(s state, w *branch) {
		x, zero := w.close(p, s)
		for i, z := range w.whole {
			out.spectrum[i] += complex(s.probability, 0) * z
		}
		out.Mean += s.probability * x.Mean
		square += s.probability * (x.Variance + x.Mean*x.Mean)
		out.zero += s.probability * zero
	})
	out.Variance = max(square-out.Mean*out.Mean, 0)
	return out
}

// block is the sum of some lines that share nothing: severities of Poisson lines with a certain rate add up, weighted
// by the rates, since independent compound Poisson sums are one compound Poisson sum (Loss Models, theorem 9.7); the
// transforms of the others are multiplied.
type block struct {
	rate     float64
	sum      []float64    // of rate x severity
	spectrum []complex128 // of the other lines; nil when there are none
	moments
	zero float64
}

func (b *block) bytes() int { return 8*len(b.sum) + 16*len(b.spectrum) + 200 }

// independent is the law of lines that share nothing. Blocks of about the square root of their number are kept, so
// that after a change of one line only its block is computed again, and the result does not depend on what was
// computed before.
func (p *part) independent(m *model, g grid) mixture {
	size := max(4, int(math.Sqrt(float64(len(p.lines)))))
	blocks := make([]*block, (len(p.lines)+size-1)/size)
	each(len(blocks), func(i int) {
		lines := p.lines[i*size : min((i+1)*size, len(p.lines))]
		blocks[i] = m.store.block(g, m.allowed, lines, func() *block { return p.block(m, g, lines) })
	})
	out := mixture{spectrum: g.spectral(), zero: 1}
	rate, cells := 0.0, make([]float64, g.n)
	for _, b := range blocks {
		rate += b.rate
		for j, x := range b.sum {
			cells[j] += x
		}
		out.Mean += b.Mean
		out.Variance += b.Variance
		out.zero *= b.zero
	}
	g.spectrum(out.spectrum, cells)
	for i, z := range out.spectrum {
		out.spectrum[i] = cmplx.Exp(z - complex(rate, 0))
	}
	for _, b := range blocks {
		multiply(out.spectrum, b.spectrum)
	}
	return out
}

func multiply(dst, by []complex128) {
	for i, z := range by {
		dst[i] *= z
	}
}

func (p *part) block(m *model, g grid, lines []*line) *block {
	b := &block{sum: make([]float64, g.n), zero: 1}
	var cells []float64
	var phi []complex128
	for _, l := range lines {
		x := p.yearly(l, p.states[0])
		b.Mean += x.Mean
		b.Variance += x.Variance
		c := p.count(l, p.states[0])
		b.zero *= c.none(l.zero)
		small := l.small(g, m.allowed)
		if c.poisson && !small {
			b.rate += c.rate
			l.size.onto(b.sum, g.h, c.rate)
			continue
		}
		if b.spectrum == nil {
			b.spectrum, phi, cells = ones(g), g.spectral(), make([]float64, g.n)
		}
		if small {
			m.annual(l, c, x).transform(g, phi, cells)
			multiply(b.spectrum, phi)
			continue
		}
		l.size.transform(g, phi, cells)
		c.times(b.spectrum, phi)
	}
	return b
}

func ones(g grid) []complex128 {
	out := g.spectral()
	for i := range out {
		out[i] = 1
	}
	return out
}

// transform is the tilted transform of the law on the grid; cells is room to work in.
func (s sketch) transform(g grid, dst []complex128, cells []float64) {
	clear(cells)
	s.onto(cells, g.h, 1)
	g.spectrum(dst, cells)
}

// ownCells is the number of cells of the grid of a line whose events are small.
const ownCells = 16_384

// annual is the law of the whole year of a line, computed on a grid of its own. What lies beyond that grid, about
// 1e-9 of the years, is put at its mean.
func (m *model) annual(l *line, c count, x moments) sketch {
	law := func(g grid) []float64 {
		phi, out, cells := g.spectral(), ones(g), make([]float64, g.n)
		l.size.transform(g, phi, cells)
		c.times(out, phi)
		g.law(cells, out)
		return cells
	}
	g := grid{h: reach(x, 1e-8, law) / ownCells, n: ownCells}
	var out sketch
	mass, mean := 0.0, 0.0
	for j, p := range law(g) {
		if p > 0 {
			out = append(out, piece{x: float64(j) * g.h, mass: p})
			mass += p
			mean += p * float64(j) * g.h
		}
	}
	if rest := 1 - mass; rest > 0 && x.Mean > mean {
		return append(out, piece{x: max((x.Mean-mean)/rest, g.end()), mass: rest})
	}
	return out
}

// coarse is the number of cells with which the reach of a law is looked for.
const coarse = 2048

// reach is the power of 2 up to which all but the given probability lies. law computes on a grid.
func reach(x moments, beyond float64, law func(g grid) []float64) float64 {
	end := ceil2(x.Mean + 8*math.Sqrt(x.Variance))
	for range 60 {
		cells := law(grid{h: end / coarse, n: coarse, rough: true})
		above, j := 1-massOf(cells), coarse-1
		if above > beyond {
			end *= 4
			continue
		}
		for ; j > 0 && above+cells[j] <= beyond; j-- {
			above += cells[j]
		}
		if j < coarse/16 {
			end /= 8
			continue
		}
		return ceil2(float64(j+2) * end / coarse)
	}
	return end
}
