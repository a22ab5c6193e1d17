package quant

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"accordo.dev/internal/risk/fair"
)

// draw is a quantity that is drawn often.
type draw struct {
	shape     fair.Shape
	kind      fair.Kind
	mu, sigma float64 // of a lognormal
	value     float64 // of a constant
}

func newDraw(d fair.Distribution) draw {
	w := draw{shape: d.Shape()}
	w.kind = w.shape.Kind()
	switch w.kind {
	case fair.Lognormal:
		w.mu, w.sigma = w.shape.Logs()
	case fair.Constant:
		w.value = w.shape.Mean()
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
		return math.Exp(w.mu + w.sigma*normal(word))
	default:
		return w.shape.Quantile(unit(word))
	}
}

// normal is the standard normal number that a random word stands for.
func normal(word uint64) float64 { return mathext.NormalQuantile(unit(word)) }

// exponential is the exponential number with mean 1 that a random word stands for.
func exponential(word uint64) float64 { return -math.Log(unit(word)) }
