package choice

// tighten adds the tangents that the point of the relaxation violates, and drops those that have long been
// slack; it says how many it added. At a whole point nothing but rounding may be missing, or the proof would
// not close there.
func (s *search) tighten(whole bool) int {
	if len(s.terms) == 0 && s.tail == nil {
		return 0
	}
	s.dropStale()
	missing := 1e-6
	if whole {
		missing = tolerance / 10
	}
	x := make([]float64, s.n)
	for j := range x {
		x[j] = min(max(s.lp.x(j), 0), 1)
	}
	added := 0
	f := make([]float64, len(s.terms))
	for i := range s.terms {
		f[i] = s.lp.x(s.n + i)
		if exact := s.terms[i].relaxed(x); f[i] < exact-missing*max(exact, 0.5) {
			s.fresh[s.lp.addRow(s.terms[i].tangent(s.n+i, x, exact))] = s.nodes
			added++
		}
	}
	return added + s.tightenTail(f, missing)
}

// tangent is the row f >= exp(-u) at the point x, where exp(-u) has the given value.
func (t *term) tangent(variable int, x []float64, value float64) sparseRow {
	r := sparseRow{index: append([]int{variable}, t.options...), coef: make([]float64, 1, len(t.options)+1), rhs: -value}
	r.coef[0] = -1
	for i, o := range t.options {
		r.coef = append(r.coef, -value*t.rate[i])
		r.rhs -= value * t.rate[i] * x[o]
	}
	return r
}

// tightenTail adds the mean over the worst trials as a bound of the tail.
func (s *search) tightenTail(f []float64, missing float64) int {
	if s.tail == nil {
		return 0
	}
	constant, slope := s.tail.gradient(f)
	value := constant
	for i, w := range slope {
		value += w * f[i]
	}
	if s.lp.x(s.tailV) >= value*(1-missing/10)-tolerance/10*s.scale/s.tail.weight {
		return 0
	}
	r := sparseRow{index: []int{s.tailV}, coef: []float64{-1}, rhs: -constant}
	for i, w := range slope {
		if w != 0 {
			r.index, r.coef = append(r.index, s.n+i), append(r.coef, w)
		}
	}
	r = r.scaled()
	s.fresh[s.lp.addRow(r)] = s.nodes
	return 1
}

// dropStale drops tangents that have been slack for some nodes.
func (s *search) dropStale() {
	if len(s.lp.basis) < s.own+2*len(s.terms)+20 {
		return
	}
	for i := len(s.lp.basis) - 1; i >= 0; i-- {
		id := s.lp.basis[i] - s.lp.n
		if id < s.own {
			continue
		}
		if s.lp.xb[i] < 1e-6 {
			s.fresh[id] = s.nodes
		} else if s.nodes-s.fresh[id] > 20 {
			delete(s.fresh, id)
			s.lp.dropRow(id)
		}
	}
}
