package quant

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// half reads a random word as a probability above 0 and below a half; its last bit tells the side of the median.
func half(word uint64) float64 { return float64(int64(word>>11|1)) * 0x1p-54 }

// table is a quantile function on probabilities from 2^-octaves up to a half as cubic polynomials between nodes
// at which value and slope are exact. Every octave has 32 cells, so the tail is as good as the middle; what lies
// below the last octave is left to the exact function.
type table struct {
	first uint64 // number of the first cell
	cells [][4]float64
}

// cellShift takes the bits of a probability to the number of its cell.
const cellShift = 52 - 5

// newTable asks for value and slope at rising probabilities, the first of them 2^-octaves, the last 1/2.
func newTable(octaves int, node func(p float64) (value, slope float64)) *table {
	low := math.Ldexp(1, -octaves)
	t := table{first: math.Float64bits(low) >> cellShift, cells: make([][4]float64, (octaves-1)<<(52-cellShift))}
	x0, s0 := node(low)
	for i := range t.cells {
		high := math.Float64frombits((t.first + uint64(i) + 1) << cellShift)
		x1, s1 := node(high)
		h := high - low
		t.cells[i] = [4]float64{x0, h * s0, 3*(x1-x0) - h*(2*s0+s1), 2*(x0-x1) + h*(s0+s1)}
		low, x0, s0 = high, x1, s1
	}
	return &t
}

// at is the quantile of p; ok is false below the table.
func (t *table) at(p float64) (x float64, ok bool) {
	bits := math.Float64bits(p)
	i := bits>>cellShift - t.first
	if i >= uint64(len(t.cells)) {
		return 0, false
	}
	c := &t.cells[i]
	u := float64(int64(bits&(1<<cellShift-1))) * (1. / (1 << cellShift))
	return (c[0] + u*c[1]) + u*u*(c[2]+u*c[3]), true
}

// normals is the lower half of the standard normal distribution, to about 1e-8.
var normals = newTable(20, func(p float64) (float64, float64) {
	z := mathext.NormalQuantile(p)
	return z, math.Sqrt(2*math.Pi) * math.Exp(z*z/2)
})

// normal is the standard normal number that a random word stands for.
func normal(word uint64) float64 {
	p := half(word)
	z, ok := normals.at(p)
	if !ok {
		z = mathext.NormalQuantile(p)
	}
	return math.Float64frombits(math.Float64bits(z) ^ word<<63)
}

// logBits and expBits are the sizes of the tables of logarithms and powers.
const (
	logBits = 9
	expBits = 7
)

// logs are, for numbers from 1 to 2 by their first bits, the inverse of the middle of the cell and its logarithm.
var logs = func() (t [1 << logBits][2]float64) {
	for i := range t {
		middle := 1 + (float64(i)+0.5)/(1<<logBits)
		t[i] = [2]float64{1 / middle, math.Log(middle)}
	}
	return t
}()

// exponential is the exponential number with mean 1 that a random word stands for: -ln(u), to about 1e-12.
func exponential(word uint64) float64 {
	bits := math.Float64bits(float64(int64(word>>11 | 1)))
	cell := &logs[bits>>(52-logBits)%(1<<logBits)]
	r := math.Float64frombits(bits&(1<<52-1)|1023<<52)*cell[0] - 1
	return float64(1023+53-int64(bits>>52))*math.Ln2 - cell[1] - r*(1-r*(1./2-r*(1./3)))
}

// powers are 2^(i/128).
var powers = func() (t [1 << expBits]float64) {
	for i := range t {
		t[i] = math.Exp2(float64(i) / (1 << expBits))
	}
	return t
}()

// exp is the exponential function, to about 1e-14 for amounts of money.
func exp(x float64) float64 {
	if !(x > -700 && x < 700) {
		return math.Exp(x)
	}
	const steps = (1 << expBits) / math.Ln2
	k := int64(x*steps+(0.5+1<<20)) - 1<<20
	r := x - float64(k)*(1/steps)
	q := r * r
	y := powers[k&(1<<expBits-1)]
	y += y * (r + q*((1./2+r*(1./6))+q*(1./24)))
	return math.Float64frombits(math.Float64bits(y) + uint64(k>>expBits)<<52)
}

// betaTables are the two halves of a Beta distribution: of quantiles up to the median, and of 1 - quantile above.
func betaTables(alpha, beta float64) [2]*table {
	return [2]*table{betaTable(alpha, beta), betaTable(beta, alpha)}
}

// betaTable goes from node to node: the next quantile is guessed from the slope and mended by one step of Halley's
// method, which costs a tenth of an inversion.
func betaTable(alpha, beta float64) *table {
	constant := -mathext.Lbeta(alpha, beta)
	density := func(y float64) float64 {
		return math.Exp(constant + (alpha-1)*math.Log(y) + (beta-1)*math.Log1p(-y))
	}
	bend := func(y float64) float64 { return (alpha-1)/y - (beta-1)/(1-y) } // f'/f
	before, y := 0.0, 0.0
	return newTable(13, func(p float64) (value, slope float64) {
		exact := before == 0
		if !exact {
			step := (p - before) / density(y)
			guess := y + step - step*step*bend(y)/2
			if exact = !(guess > y && guess < 1); !exact {
				off := (mathext.RegIncBeta(alpha, beta, guess) - p) / density(guess)
				y = guess - off/(1-off*bend(guess)/2)
				exact = math.Abs(off) > 0.01*min(guess, 1-guess)
			}
		}
		if exact {
			y = mathext.InvRegIncBeta(alpha, beta, p)
		}
		before = p
		return y, 1 / density(y)
	})
}
