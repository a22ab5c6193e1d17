package choice

import "math"

// simplex is a linear programme min c·x over rows a·x <= b and bounds lo <= x <= hi, all bounds finite,
// held as a dense tableau and solved by the bounded dual simplex method. Because every variable has two
// finite bounds, any basis is dual feasible once each variable out of it stands at the right bound: after
// a change of bounds or a new row the last basis is a warm start.
//
// Tableau: for each row i, x[basis[i]] + sum over k of t[i][k]*x[out[k]] is constant.
type simplex struct {
	n     int       // structural variables; the slack of row id r is variable n+r
	cost  []float64 // of the structural variables
	lo    []float64 // bounds of all variables
	hi    []float64
	rows  []sparseRow // by row id
	spare []int       // row ids that are free again

	basis []int       // variable of each tableau row
	t     [][]float64 // tableau rows, len n each
	xb    []float64   // value of each basic variable
	out   []int       // variable of each column
	way   []float64   // 1 when it stands at its lower bound and may rise, -1 at its upper, 0 when it is fixed
	d     []float64   // reduced cost of each column
	place []int       // of a variable: column k as k, tableau row i as -i-1

	proof  int // tableau row that showed the last infeasibility
	pivots int // since the tableau was last built from the rows
	flips  []int
	steps  []step // of the last ratio test
	work   []float64
	filled []int // columns where the row of the last pivot is not zero
}

// step is a column that could enter, with its dual ratio.
type step struct {
	column int
	ratio  float64
	size   float64
}

// sparseRow is a·x <= rhs.
type sparseRow struct {
	index []int
	coef  []float64
	rhs   float64
}

type outcome int

const (
	optimal    outcome = iota
	above              // the objective has passed the cutoff
	infeasible         // no point satisfies the rows
	stalled            // given up: nothing is known
)

const (
	feasibility = 1e-11 // how far outside its bounds a basic variable may stand
	tinyPivot   = 1e-9  // smaller elements of the tableau are taken for zero
	maxPivots   = 20000 // of one solve
	rebuildAt   = 400   // pivots after which rounding errors are swept out
)

func newSimplex(cost, lo, hi []float64) *simplex {
	n := len(cost)
	s := &simplex{
		n: n, cost: cost, lo: append([]float64(nil), lo...), hi: append([]float64(nil), hi...),
		out: make([]int, n), way: make([]float64, n), d: append([]float64(nil), cost...), place: make([]int, n),
	}
	for k := range s.out {
		s.out[k], s.place[k] = k, k
		s.put(k, cost[k] < 0)
	}
	return s
}

// value is where the variable of column k stands.
func (s *simplex) value(k int) float64 {
	if s.way[k] < 0 {
		return s.hi[s.out[k]]
	}
	return s.lo[s.out[k]]
}

// put stands the variable of column k at its upper or lower bound.
func (s *simplex) put(k int, up bool) {
	switch j := s.out[k]; {
	case s.lo[j] == s.hi[j]:
		s.way[k] = 0
	case up:
		s.way[k] = -1
	default:
		s.way[k] = 1
	}
}

// x is the value of variable j.
func (s *simplex) x(j int) float64 {
	if p := s.place[j]; p < 0 {
		return s.xb[-p-1]
	}
	return s.value(s.place[j])
}

func (s *simplex) objective() float64 {
	z := 0.0
	for j, c := range s.cost {
		if c != 0 {
			z += c * s.x(j)
		}
	}
	return z
}

// addRow adds a row with its slack in the basis and returns its id.
func (s *simplex) addRow(r sparseRow) int {
	id := len(s.rows)
	if len(s.spare) > 0 {
		id = s.spare[len(s.spare)-1]
		s.spare = s.spare[:len(s.spare)-1]
		s.rows[id] = r
	} else {
		s.rows = append(s.rows, r)
		s.lo, s.hi, s.place = append(s.lo, 0), append(s.hi, math.Inf(1)), append(s.place, 0)
	}
	value := r.rhs
	for i, j := range r.index {
		value -= r.coef[i] * s.x(j)
	}
	s.appendTableau(id, s.express(r), value)
	return id
}

func (s *simplex) appendTableau(id int, row []float64, value float64) {
	s.place[s.n+id] = -len(s.basis) - 1
	s.basis, s.t, s.xb = append(s.basis, s.n+id), append(s.t, row), append(s.xb, value)
}

// express writes a row in terms of the columns of the tableau.
func (s *simplex) express(r sparseRow) []float64 {
	row := make([]float64, s.n)
	for i, j := range r.index {
		p := s.place[j]
		if p >= 0 {
			row[p] += r.coef[i]
			continue
		}
		subtract(row, s.t[-p-1], r.coef[i])
	}
	return row
}

// subtract takes f times b from a.
func subtract(a, b []float64, f float64) {
	b = b[:len(a)]
	for k := range a {
		a[k] -= f * b[k]
	}
}

// dropRow removes a row whose slack is in the basis.
func (s *simplex) dropRow(id int) {
	i := -s.place[s.n+id] - 1
	last := len(s.basis) - 1
	s.basis[i], s.t[i], s.xb[i] = s.basis[last], s.t[last], s.xb[last]
	s.place[s.basis[i]] = -i - 1
	s.basis, s.t, s.xb = s.basis[:last], s.t[:last], s.xb[:last]
	s.rows[id] = sparseRow{}
	s.spare = append(s.spare, id)
}

// bound changes the bounds of a structural variable.
func (s *simplex) bound(j int, lo, hi float64) {
	k := s.place[j]
	if k < 0 {
		s.lo[j], s.hi[j] = lo, hi
		return
	}
	old := s.value(k)
	s.lo[j], s.hi[j] = lo, hi
	s.put(k, s.d[k] < 0)
	s.shift(k, s.value(k)-old)
}

// shift moves the variable of column k by delta.
func (s *simplex) shift(k int, delta float64) {
	if delta == 0 {
		return
	}
	for i, row := range s.t {
		s.xb[i] -= row[k] * delta
	}
}

// solve goes to the optimum, or stops as soon as the objective reaches cutoff.
func (s *simplex) solve(cutoff float64) outcome {
	if s.pivots > rebuildAt {
		s.rebuild()
	}
	for step := 0; step < maxPivots; step++ {
		r := s.leaving(step > maxPivots/4)
		if r < 0 {
			return optimal
		}
		if s.objective() >= cutoff {
			return above
		}
		target := s.lo[s.basis[r]]
		if s.xb[r] > target {
			target = s.hi[s.basis[r]]
		}
		k := s.entering(r, target)
		if k < 0 {
			s.proof = r
			return infeasible
		}
		for _, flip := range s.flips {
			from := s.value(flip)
			s.way[flip] = -s.way[flip]
			s.shift(flip, s.value(flip)-from)
		}
		s.pivot(r, k, target)
	}
	return stalled
}

// leaving is the row whose basic variable is farthest outside its bounds (or, against cycling, the first
// by number); -1 when all are inside.
func (s *simplex) leaving(first bool) int {
	best, worst := -1, feasibility
	for i, j := range s.basis {
		v := s.xb[i]
		by := max(s.lo[j]-v, v-s.hi[j])
		if by <= worst || first && best >= 0 && by > feasibility && s.basis[best] < j {
			continue
		}
		best = i
		if !first {
			worst = by
		}
	}
	return best
}

// entering is the column that enters for row r on its way to target, by the ratio test with long steps:
// columns that are passed, and can give way to their other bound, are listed in flips.
func (s *simplex) entering(r int, target float64) int {
	row, slope, sign := s.t[r], math.Abs(target-s.xb[r]), 1.0
	if target > s.xb[r] {
		sign = -1
	}
	s.flips, s.steps = s.flips[:0], s.steps[:0]
	for k, a := range row {
		if a *= sign * s.way[k]; a > tinyPivot {
			s.steps = append(s.steps, step{k, math.Abs(s.d[k]) / a, a})
		}
	}
	for len(s.steps) > 0 {
		near := nearest(s.steps)
		one := s.steps[near]
		j := s.out[one.column]
		slope -= one.size * (s.hi[j] - s.lo[j])
		if slope <= 0 {
			return one.column
		}
		s.flips = append(s.flips, one.column)
		s.steps[near] = s.steps[len(s.steps)-1]
		s.steps = s.steps[:len(s.steps)-1]
	}
	return -1
}

// nearest is the step with the smallest ratio, among equal ones the largest element, then the first column.
func nearest(steps []step) int {
	best := 0
	for i, s := range steps {
		b := &steps[best]
		if s.ratio > b.ratio {
			continue
		}
		if s.ratio < b.ratio || s.size > b.size || s.size == b.size && s.column < b.column {
			best = i
		}
	}
	return best
}

// pivot exchanges the variable of row r, which goes to target, with that of column k.
func (s *simplex) pivot(r, k int, target float64) {
	entering, leaving := s.out[k], s.basis[r]
	delta := (s.xb[r] - target) / s.t[r][k]
	value := s.value(k) + delta
	s.shift(k, delta)
	s.xb[r] = value
	s.exchange(r, k)
	s.basis[r], s.out[k] = entering, leaving
	s.put(k, target == s.hi[leaving])
	s.place[entering], s.place[leaving] = -r-1, k
	s.pivots++
}

// exchange does the elimination of a pivot.
func (s *simplex) exchange(r, k int) {
	row := s.t[r]
	inverse := 1 / row[k]
	s.filled = s.filled[:0]
	for c, a := range row {
		if a != 0 {
			row[c] = a * inverse
			s.filled = append(s.filled, c)
		}
	}
	row[k] = inverse
	for i, other := range s.t {
		if i != r {
			s.eliminate(other, row, k)
		}
	}
	s.eliminate(s.d, row, k)
}

// eliminate takes the pivot row from another one, so that column k vanishes.
func (s *simplex) eliminate(other, row []float64, k int) {
	f := other[k]
	if f == 0 {
		return
	}
	other[k] = 0
	if 2*len(s.filled) > len(row) {
		subtract(other, row, f)
		return
	}
	for _, c := range s.filled {
		other[c] -= f * row[c]
	}
}

// rebuild makes the tableau anew from the rows, with the same basis.
func (s *simplex) rebuild() {
	want := map[int]bool{}
	var ids []int
	for _, j := range s.basis {
		if j < s.n {
			want[j] = true
		}
	}
	upper := make([]bool, len(s.place))
	for k, j := range s.out {
		upper[j] = s.way[k] < 0
	}
	for id := range s.rows {
		if s.rows[id].index != nil {
			ids = append(ids, id)
		}
	}
	s.basis, s.t, s.xb = s.basis[:0], s.t[:0], s.xb[:0]
	copy(s.d, s.cost)
	for k := range s.out {
		s.out[k], s.place[k] = k, k
	}
	for _, id := range ids {
		s.appendTableau(id, s.express(s.rows[id]), 0)
	}
	s.enter(want)
	s.stand(upper)
	s.pivots = 0
}

// enter brings the wanted structural variables into a basis of slacks, each where its element is largest.
func (s *simplex) enter(want map[int]bool) {
	for j := 0; j < s.n; j++ {
		if !want[j] {
			continue
		}
		k, best := s.place[j], -1
		for i, row := range s.t {
			if s.basis[i] >= s.n && math.Abs(row[k]) > tinyPivot && (best < 0 || math.Abs(row[k]) > math.Abs(s.t[best][k])) {
				best = i
			}
		}
		if best < 0 {
			continue // dependent after rounding: it stays out
		}
		leaving := s.basis[best]
		s.exchange(best, k)
		s.basis[best], s.out[k] = j, leaving
		s.place[j], s.place[leaving] = -best-1, k
	}
}

// stand puts every variable out of the basis at the bound that its reduced cost wants, keeping the old one
// where it does not matter, and computes the values of the basis.
func (s *simplex) stand(upper []bool) {
	for k, j := range s.out {
		switch {
		case math.IsInf(s.hi[j], 1):
			s.d[k] = max(s.d[k], 0)
			s.put(k, false)
		case math.Abs(s.d[k]) > 1e-12:
			s.put(k, s.d[k] < 0)
		default:
			s.d[k] = 0
			s.put(k, upper[j])
		}
	}
	for i, row := range s.t {
		v := s.constant(row, s.basis[i])
		for k, a := range row {
			if a != 0 {
				v -= a * s.value(k)
			}
		}
		s.xb[i] = v
	}
}

// constant is the right-hand side of a tableau row: the row is the combination of the original rows whose
// multipliers stand in the columns of their slacks (and 1 for a slack in the basis).
func (s *simplex) constant(row []float64, basic int) float64 {
	v := 0.0
	for k, j := range s.out {
		if j >= s.n && row[k] != 0 {
			v += row[k] * s.rows[j-s.n].rhs
		}
	}
	if basic >= s.n {
		v += s.rows[basic-s.n].rhs
	}
	return v
}

func (s *simplex) multipliers(row []float64, basic int) []float64 {
	y := make([]float64, len(s.rows))
	for k, j := range s.out {
		if j >= s.n {
			y[j-s.n] = row[k]
		}
	}
	if basic >= s.n {
		y[basic-s.n] = 1
	}
	return y
}

// safeBound is a lower bound of the objective that holds whatever rounding errors the tableau has: the
// Lagrangian bound of the multipliers in the reduced costs, computed from the rows themselves.
func (s *simplex) safeBound() float64 {
	bound := 0.0
	s.work = append(s.work[:0], s.cost...)
	for k, j := range s.out {
		if j >= s.n && s.d[k] > 0 {
			bound -= s.d[k] * s.rows[j-s.n].rhs
			s.rows[j-s.n].addTo(s.work, s.d[k])
		}
	}
	return bound + s.least(s.work)
}

// provenInfeasible checks the last infeasibility against the rows themselves: the combination of rows that
// shows it, with its negative multipliers left out, has no solution within the bounds.
func (s *simplex) provenInfeasible() bool {
	y := s.multipliers(s.t[s.proof], s.basis[s.proof])
	if s.xb[s.proof] > s.lo[s.basis[s.proof]] {
		for id := range y {
			y[id] = -y[id]
		}
	}
	sum, rhs, scale := make([]float64, s.n), 0.0, 0.0
	for id, multiplier := range y {
		if multiplier > 0 {
			rhs += multiplier * s.rows[id].rhs
			scale += multiplier
			s.rows[id].addTo(sum, multiplier)
		}
	}
	return s.least(sum) > rhs+1e-10*scale
}

// least is the least value of f·x within the bounds.
func (s *simplex) least(f []float64) float64 {
	total := 0.0
	for j, c := range f {
		total += min(c*s.lo[j], c*s.hi[j])
	}
	return total
}

func (r sparseRow) addTo(sum []float64, f float64) {
	for i, j := range r.index {
		sum[j] += f * r.coef[i]
	}
}
