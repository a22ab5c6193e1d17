package chart

import "math"

// scale maps values to places; what lies outside lands on the nearer end.
type scale struct {
	lo, hi   float64 // values
	from, to float64 // places
	log      bool
}

func (s scale) at(v float64) float64 {
	lo, hi := s.lo, s.hi
	if s.log {
		lo, hi, v = math.Log10(lo), math.Log10(hi), math.Log10(max(v, s.lo))
	}
	if hi <= lo {
		return s.from
	}
	t := min(max((v-lo)/(hi-lo), 0), 1)
	return s.from + t*(s.to-s.from)
}

func (s scale) ticks(n int) []float64 {
	if s.log {
		return logTicks(s.lo, s.hi)
	}
	return linearTicks(s.lo, s.hi, n)
}

// linearTicks gives about n round values in a range.
func linearTicks(lo, hi float64, n int) []float64 {
	step := niceStep((hi - lo) / float64(max(n, 1)))
	if step <= 0 {
		return []float64{lo}
	}
	var ts []float64
	for i := math.Ceil(lo/step-1e-9) + 0; i*step <= hi+step*1e-9 && len(ts) < 50; i++ {
		ts = append(ts, i*step+0) // +0 turns -0 into 0
	}
	return ts
}

func niceStep(raw float64) float64 {
	if raw < 1e-12 || !usable(raw) {
		return 0
	}
	p := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if raw <= m*p*(1+1e-9) {
			return m * p
		}
	}
	return 10 * p
}

func logTicks(lo, hi float64) []float64 {
	steps := []float64{1}
	if hi/lo < 1000 {
		steps = []float64{1, 2, 5}
	}
	var ts []float64
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)) && len(ts) < 60; e++ {
		for _, m := range steps {
			if v := m * math.Pow(10, e); v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
				ts = append(ts, v)
			}
		}
	}
	return ts
}

// niceTop rounds the end of an axis that begins at zero up to a round value.
func niceTop(v float64) float64 {
	if v < 1e-9 {
		return 1
	}
	step := niceStep(v / 4)
	return step * math.Ceil(v/step-1e-9)
}

// spread collects the usable values and gives the least and the greatest.
func spread(vs ...float64) (lo, hi float64, ok bool) {
	for _, v := range vs {
		if !usable(v) {
			continue
		}
		if !ok {
			lo, hi, ok = v, v, true
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi, ok
}
