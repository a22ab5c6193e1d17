package quant

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/dsp/fourier"
)

// grid are the amounts 0, h, 2h, ... on which laws are computed.
type grid struct {
	h float64
	n int
	// atoms tells that all amounts are multiples of h, so that the points are values and not middles of cells.
	atoms bool
	rough bool // only to see how far a law reaches
}

func (g grid) end() float64 { return g.h * float64(g.n) }

// damping is the logarithm of what an amount one grid further weighs against the same amount after it has come round.
// Exponential tilting (Grübel and Hermesmeier 1999; Embrechts and Frei 2009) damps the wrap-around of the FFT by exp(-damping),
// and raises rounding at the end of the grid by its inverse.
const damping = 16

// plans keeps the tables of the transforms, which are not safe for concurrent use, by size.
var plans sync.Map

type plan struct {
	fft  *fourier.FFT
	real []float64
}

func (g grid) plan() (*plan, func()) {
	pool, _ := plans.LoadOrStore(g.n, &sync.Pool{New: func() any {
		return &plan{fft: fourier.NewFFT(g.n), real: make([]float64, g.n)}
	}})
	p := pool.(*sync.Pool).Get().(*plan)
	return p, func() { pool.(*sync.Pool).Put(p) }
}

// tilt multiplies point j by exp(sign damping j/n) and scale.
func tilt(cells []float64, sign, scale float64) {
	step := math.Exp(sign * damping / float64(len(cells)))
	const block = 64 // a power is taken anew from time to time: rounding does not build up
	for from := 0; from < len(cells); from += block {
		f := scale * math.Exp(sign*damping*float64(from)/float64(len(cells)))
		for j := from; j < min(from+block, len(cells)); j++ {
			cells[j] *= f
			f *= step
		}
	}
}

// spectrum is the tilted transform of the cells into dst; the cells are kept.
func (g grid) spectrum(dst []complex128, cells []float64) {
	p, done := g.plan()
	defer done()
	copy(p.real, cells)
	tilt(p.real, -1, 1)
	p.fft.Coefficients(dst, p.real)
}

// law is the way back, into cells.
func (g grid) law(cells []float64, spectrum []complex128) {
	p, done := g.plan()
	defer done()
	p.fft.Sequence(cells, spectrum)
	tilt(cells, 1, 1/float64(g.n))
}

func (g grid) spectral() []complex128 { return make([]complex128, g.n/2+1) }

// ceil2 is the smallest power of 2 that is at least x.
func ceil2(x float64) float64 {
	f, k := math.Frexp(x)
	if f == 0.5 {
		k--
	}
	return math.Ldexp(1, k)
}

// commonUnit is the greatest amount of which all atoms and terms are multiples; 0 when there is none worth while.
func commonUnit(amounts []float64) float64 {
	u := 0.0
	for _, x := range amounts {
		for x > 0 && !math.IsInf(x, 0) {
			if u == 0 {
				u, x = x, 0
				break
			}
			if rest := x - u*math.Round(x/u); math.Abs(rest) <= 1e-9*u {
				break
			}
			u, x = math.Mod(x, u), u
			if u == 0 {
				return 0
			}
		}
	}
	return u
}
