package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Sample is what an interval of a mean needs to know of a sample.
type Sample struct {
	N    int
	Mean float64
	Var  float64 // of the values, with N-1 below; 0 for one value
}

// SampleOf sums values up (two passes). O(n).
func SampleOf(values []float64) Sample {
	s := Sample{N: len(values)}
	if s.N == 0 {
		return s
	}
	for _, x := range values {
		s.Mean += x
	}
	s.Mean /= float64(s.N)
	for _, x := range values {
		s.Var += (x - s.Mean) * (x - s.Mean)
	}
	s.Var /= float64(max(s.N-1, 1))
	return s
}

// Interval is the mean with its limits by Student's t. They are unknown for fewer than two values; level 0 means 0.95.
func (s Sample) Interval(level float64) (Estimate, error) {
	return around(s.Mean, s.Var/float64(s.N), float64(s.N-1), s.N > 0, level)
}

// Difference is the mean of a less that of b, with limits by Welch (1947): the variances may differ. They are unknown when
// a sample has fewer than two values.
func Difference(a, b Sample, level float64) (Estimate, error) {
	va, vb := a.Var/float64(a.N), b.Var/float64(b.N)
	freedom := 0.0
	if a.N > 1 && b.N > 1 {
		freedom = (va + vb) * (va + vb) / (va*va/float64(a.N-1) + vb*vb/float64(b.N-1))
		if va+vb == 0 {
			freedom = float64(a.N + b.N - 2)
		}
	}
	return around(a.Mean-b.Mean, va+vb, freedom, a.N > 0 && b.N > 0, level)
}

// around sets the limits of an estimate with a variance and its degrees of freedom.
func around(value, variance, freedom float64, known bool, level float64) (Estimate, error) {
	level, err := checkLevel(level)
	if err != nil || !known {
		return Estimate{}, err
	}
	e := Estimate{Value: Known(value)}
	if freedom <= 0 {
		return e, nil
	}
	t := distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(0.5 + level/2)
	se := math.Sqrt(variance)
	e.SE, e.Low, e.High = Known(se), Known(value-t*se), Known(value+t*se)
	return e, nil
}
