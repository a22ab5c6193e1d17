package quant

import (
	"math"

	"accordo.dev/internal/risk/fair"
)

// draw is a quantity that is drawn often.
type draw struct {
	shape     fair.Shape
	kind      fair.Kind
	mu, sigma float64    // of a lognormal
	value     float64    // of a constant
	halves    [2]*table  // of a PERT
	from, by  [2]float64 // its ends, and the way to the other end
}

func newDraw(d fair.Distribution) draw {
	w := draw{shape: d.Shape()}
	w.kind = w.shape.Kind()
	switch w.kind {
	case fair.Lognormal:
		w.mu, w.sigma = w.shape.Logs()
	case fair.Constant:
		w.value = w.shape.Mean()
	case fair.PERT:
		alpha, beta := w.shape.Beta()
		low, high := d.Support()
		w.halves, w.from, w.by = betaTables(alpha, beta), [2]float64{low, high}, [2]float64{high - low, low - high}
	}
	return w
}

func draws(losses []fair.Loss) []draw {
	list := make([]draw, len(losses))
	for i, l := range losses {
		list[i] = newDraw(l.Amount)
	}
	return list
}

// at is the quantity that a random word stands for.
func (w *draw) at(word uint64) float64 {
	switch w.kind {
	case fair.Constant:
		return w.value
	case fair.Lognormal:
		return exp(w.mu + w.sigma*normal(word))
	case fair.PERT:
		return w.pert(word)
	default:
		return w.shape.Quantile(min(unit(word), 1-0x1p-53))
	}
}

func (w *draw) pert(word uint64) float64 {
	p, side := half(word), word&1
	y, ok := w.halves[side].at(p)
	if !ok {
		return w.shape.Quantile(math.Abs(float64(side) - p))
	}
	return w.from[side] + w.by[side]*y
}

// fill fills the list with the quantities of every step-th word.
func (w *draw) fill(list []float64, words stream, from, step uint64) {
	switch w.kind {
	case fair.Constant:
		for i := range list {
			list[i] = w.value
		}
	case fair.Lognormal:
		for i := range list {
			list[i] = normal(words.word(from + uint64(i)*step))
		}
		for i, z := range list {
			list[i] = exp(w.mu + w.sigma*z)
		}
	case fair.PERT:
		for i := range list {
			list[i] = w.pert(words.word(from + uint64(i)*step))
		}
	default:
		for i := range list {
			list[i] = w.at(words.word(from + uint64(i)*step))
		}
	}
}
