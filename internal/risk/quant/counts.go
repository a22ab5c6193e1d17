package quant

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"accordo.dev/internal/risk/fair"
)

// thresholds are the values of a standard normal number above which a year has at least 1, 2, 3 and so on loss
// events: the quantiles of the distribution of their number, in which an uncertain rate is averaged over.
func thresholds(s fair.Scenario, state fair.State) []float64 {
	if s.Counting == fair.Bernoulli {
		return []float64{-mathext.NormalQuantile(min(s.LossEvents(state).Mean, 1))}
	}
	rates := rates(s, state)
	var list []float64
	for k := 0; ; k++ {
		more := 0.0 // P(N > k)
		for _, r := range rates {
			if r.value > 0 {
				more += r.weight * mathext.GammaIncReg(float64(k)+1, r.value)
			}
		}
		if more < 1e-17 {
			return list
		}
		list = append(list, -mathext.NormalQuantile(min(more, 1)))
	}
}

// node is a value of an uncertain quantity and its weight in a mean.
type node struct{ value, weight float64 }

// rates are nodes of the rate of loss events in a year of a scenario with a susceptibility that is worked out.
func rates(s fair.Scenario, state fair.State) []node {
	f := s.Factors(state)
	scale := f.Frequency * f.Susceptibility
	susceptibility := []node{{1, 1}}
	if v := s.Susceptibility; v != nil && v.Probability != nil {
		susceptibility = nodes(v.Probability.Shape())
	}
	var list []node
	for _, f := range nodes(s.Frequency.Shape()) {
		for _, v := range susceptibility {
			list = append(list, node{scale * f.value * v.value, f.weight * v.weight})
		}
	}
	return list
}

// nodes are the values of a discrete quantity; of a continuous one those of the trapezoidal rule over the
// logit of the probability, which converges exponentially.
func nodes(s fair.Shape) []node {
	var list []node
	if s.Discrete() {
		s.Atoms(func(x, p float64) { list = append(list, node{x, p}) })
		return list
	}
	const step, end = 0.5, 30
	sum := 0.0
	for t := -float64(end); t <= end; t += step {
		y := 1 / (1 + math.Exp(-t))
		w := y / (1 + math.Exp(t)) * step
		list, sum = append(list, node{s.Quantile(y), w}), sum+w
	}
	for i := range list {
		list[i].weight /= sum
	}
	return list
}
