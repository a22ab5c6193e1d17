package stat

import (
	"math"
	"slices"

	"accordo.dev/internal/problem"
)

// Proportion is a share k/n with its confidence limits.
type Proportion struct {
	Count int     // k, those that have the property
	Of    int     // n, all
	Share float64 // k/n, 0..1
	Low   float64
	High  float64
}

// Wilson is the score interval of a proportion (Wilson 1927): good for small n and for shares near
// 0 and 1, where the textbook interval fails. level 0 means 0.95. O(1).
// Errors: n < 1 (a share of nothing), k outside 0..n, a level outside 0..1.
func Wilson(k, n int, level float64) (Proportion, error) {
	level, err := checkLevel(level)
	if err != nil {
		return Proportion{}, err
	}
	if n < 1 {
		return Proportion{}, problem.Field("of", "stat.share-of-nothing")
	}
	if k < 0 || k > n {
		return Proportion{}, problem.Field("count", "stat.count-outside-0-n", "count", k, "of", n)
	}
	z, size := normal(level), float64(n)
	p := float64(k) / size
	scale := 1 + z*z/size
	centre := (p + z*z/(2*size)) / scale
	half := z / scale * math.Sqrt(p*(1-p)/size+z*z/(4*size*size))
	low, high := max(0, centre-half), min(1, centre+half)
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return Proportion{Count: k, Of: n, Share: p, Low: low, High: high}, nil
}

// Quantile is the sample quantile by linear interpolation between order statistics, h = (n-1)p
// (definition 7 of Hyndman and Fan 1996). The values need no order and are not changed. Unknown when
// there are none, when one is NaN, or when p is outside 0..1. O(n log n).
func Quantile(values []float64, p float64) Number { return Quantiles(values, p)[0] }

// Quantiles is Quantile for several p at the price of one.
func Quantiles(values []float64, ps ...float64) []Number {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	all := make([]Number, len(ps))
	for i, p := range ps {
		all[i] = quantileSorted(sorted, p)
	}
	return all
}

func quantileSorted(sorted []float64, p float64) Number {
	if len(sorted) == 0 || math.IsNaN(sorted[0]) || !(p >= 0 && p <= 1) {
		return Unknown()
	}
	h := float64(len(sorted)-1) * p
	i := int(h)
	if i+1 >= len(sorted) {
		return Known(sorted[len(sorted)-1])
	}
	return Known(sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i]))
}
