package choice

import "math"

// search proves the best choice of a program by branch and bound, depth first. The relaxation is a linear
// programme that grows by tangents of the convex parts (outer approximation): all of them hold everywhere,
// so they are shared by the whole tree.
type search struct {
	*program
	n     int // options
	tailV int // the variable of the tail
	lp    *simplex
	own   int // rows of the program itself; the others are tangents

	best    []bool // best choice so far, nil while there is none
	value   float64
	step    float64 // grain of the objective
	scale   float64 // size of the objective, for tolerances
	nodes   int
	limit   int
	stop    func() bool
	stopped bool
	open    float64     // least bound of what a stop left unexplored
	trail   []decided   // changes of bounds on the way to the node at hand
	fresh   map[int]int // row id of a tangent: node at which it was last tight
}

type decided struct {
	option int
	lo, hi float64
}

const (
	tolerance = 1e-9 // of all that is at stake: a choice that is better by less is not looked for
	integral  = 1e-6 // how far from 0 or 1 a value counts as fractional
)

// found is the end of a search.
type found struct {
	best  []bool // nil: there is none
	value float64
	bound float64 // nothing is better than this
	nodes int
	// stopped tells that the search ended before the proof was complete.
	stopped bool
}

// solve minimises the program, starting from the best of the given choices that is feasible.
func (p *program) solve(o Effort, starts ...[]bool) found {
	s := p.newSearch(o)
	for _, x := range starts {
		if x != nil && p.feasible(x) {
			s.offer(x)
		}
	}
	s.node(math.Inf(-1))
	f := found{best: s.best, value: s.value, bound: s.value, nodes: s.nodes, stopped: s.stopped}
	if s.stopped {
		f.bound = min(s.open, s.value)
	}
	return f
}

func (p *program) newSearch(o Effort) *search {
	n := len(p.cost)
	s := &search{
		program: p, n: n, tailV: n + len(p.terms), value: math.Inf(1), step: p.grain(), open: math.Inf(1),
		limit: o.Nodes, stop: o.Stop, fresh: map[int]int{},
	}
	cost, lo, hi := append([]float64(nil), p.cost...), make([]float64, n), make([]float64, n)
	for j, f := range p.fixed {
		lo[j], hi[j] = 0, 1
		if f >= 0 {
			lo[j], hi[j] = float64(f), float64(f)
		}
		s.scale += math.Abs(p.cost[j])
	}
	for i := range p.terms {
		cost, lo, hi = append(cost, p.terms[i].mean), append(lo, p.terms[i].least()), append(hi, 1)
		s.scale += p.terms[i].mean
	}
	if p.tail != nil {
		most := p.tail.tvar(ones(len(p.terms)))
		cost, lo, hi = append(cost, p.tail.weight), append(lo, 0), append(hi, most)
		s.scale += p.tail.weight * most
	}
	s.lp = newSimplex(cost, lo, hi)
	for _, r := range p.rows {
		s.lp.addRow(r.scaled())
	}
	s.own = len(p.rows)
	return s
}

func ones(n int) []float64 {
	one := make([]float64, n)
	for i := range one {
		one[i] = 1
	}
	return one
}

// scaled is the row with its largest coefficient 1 and the allowed overrun.
func (r sparseRow) scaled() sparseRow {
	size := 0.0
	for _, c := range r.coef {
		size = max(size, math.Abs(c))
	}
	if size == 0 {
		size = 1
	}
	coef := make([]float64, len(r.coef))
	for i, c := range r.coef {
		coef[i] = c / size
	}
	index := r.index
	if index == nil {
		index = []int{}
	}
	return sparseRow{index, coef, (r.rhs + r.slack()) / size}
}

// offer takes a feasible choice if it is the best so far.
func (s *search) offer(x []bool) {
	if v := s.program.value(x); v < s.value {
		s.value, s.best = v, append(make([]bool, 0, len(x)), x...)
	}
}

// cutoff is the bound from which on a node holds nothing better.
func (s *search) cutoff() float64 {
	slack := tolerance * s.scale
	if s.step > 0 {
		slack = s.step * (1 - 1e-6)
	}
	return s.value - slack
}

// node explores what is left under the bounds at hand; known is a bound of it.
func (s *search) node(known float64) {
	s.nodes++
	if s.stopped || s.limit > 0 && s.nodes > s.limit || s.stop != nil && s.nodes&15 == 0 && s.stop() {
		s.stopped = true
		s.open = min(s.open, known)
		return
	}
	bound, alive := s.relax()
	if !alive {
		return
	}
	bound = max(bound, known)
	if s.nodes == 1 {
		s.startFrom()
	}
	mark := len(s.trail)
	defer s.undo(mark)
	s.fixByCost()
	branch, upFirst := s.choose()
	if branch < 0 {
		return
	}
	for pass := 0; pass < 2; pass++ {
		side := 0.0
		if upFirst == (pass == 0) {
			side = 1
		}
		if bound >= s.cutoff() {
			return
		}
		inner := len(s.trail)
		s.decide(branch, side, side)
		s.node(bound)
		s.undo(inner)
	}
}

func (s *search) decide(j int, lo, hi float64) {
	s.trail = append(s.trail, decided{j, s.lp.lo[j], s.lp.hi[j]})
	s.lp.bound(j, lo, hi)
}

func (s *search) undo(mark int) {
	for len(s.trail) > mark {
		d := s.trail[len(s.trail)-1]
		s.trail = s.trail[:len(s.trail)-1]
		s.lp.bound(d.option, d.lo, d.hi)
	}
}

// relax solves the relaxation and tightens it by tangents; alive is false when the node holds nothing better.
func (s *search) relax() (bound float64, alive bool) {
	bound = math.Inf(-1)
	for round := 0; ; round++ {
		result := s.lp.solve(s.cutoff())
		if s.pruned(result) {
			return 0, false
		}
		if result != optimal {
			return bound, true
		}
		last := bound
		bound = max(bound, s.lp.safeBound())
		whole := s.whole()
		if whole && round < 60 {
			s.offerWhole()
		} else if round > 0 && !s.worthwhile(round, bound-last, bound) {
			return bound, true
		}
		if s.tighten(whole) == 0 {
			return bound, true
		}
	}
}

// worthwhile tells whether another round of tangents pays: at the root while the bound moves towards the
// cutoff, below it never; the next node goes on.
func (s *search) worthwhile(round int, moved, bound float64) bool {
	if s.nodes > 1 || round >= 60 {
		return false
	}
	return math.IsInf(s.value, 1) || moved > 0.01*(s.cutoff()-bound)
}

// pruned tells whether the outcome proves that the node holds nothing better; rounding errors are swept
// out of the tableau before it is believed that it does not.
func (s *search) pruned(result outcome) bool {
	for try := 0; ; try++ {
		switch {
		case result == above && s.lp.safeBound() >= s.cutoff(), result == infeasible && s.lp.provenInfeasible():
			return true
		case result == optimal:
			return s.lp.safeBound() >= s.cutoff()
		case try == 2:
			return false
		}
		s.lp.rebuild()
		cutoff := s.cutoff()
		if try == 1 {
			cutoff = math.Inf(1)
		}
		result = s.lp.solve(cutoff)
	}
}

// whole tells whether every option stands at 0 or 1.
func (s *search) whole() bool {
	for j := 0; j < s.n; j++ {
		if fractional(s.lp.x(j)) {
			return false
		}
	}
	return true
}

func fractional(v float64) bool { return v > integral && v < 1-integral }

func (s *search) offerWhole() {
	x := make([]bool, s.n)
	for j := range x {
		x[j] = s.lp.x(j) > 0.5
	}
	if s.program.feasible(x) {
		s.offer(x)
	}
}

// fixByCost decides the options whose other value would cost more than the best choice allows. The room is
// what these very reduced costs leave: a better bound known from elsewhere does not go with them.
func (s *search) fixByCost() {
	room := s.cutoff() - s.lp.safeBound()
	if math.IsInf(room, 0) || room < 0 {
		return
	}
	room += 1e-9 * s.scale
	for k, j := range s.lp.out {
		if j < s.n && s.lp.lo[j] < s.lp.hi[j] && math.Abs(s.lp.d[k]) > room {
			v := s.lp.value(k)
			s.decide(j, v, v)
		}
	}
}

// choose picks the option to branch on: the one whose two sides raise the bound most, by the first dual
// step. It gives -1 when every option is decided.
func (s *search) choose() (branch int, upFirst bool) {
	best := -1.0
	branch = -1
	for i, j := range s.lp.basis {
		if j >= s.n || !fractional(s.lp.xb[i]) {
			continue
		}
		down, up := s.penalties(i)
		score := (down + 1e-7*s.scale) * (up + 1e-7*s.scale)
		if score > best {
			best, branch, upFirst = score, j, up <= down
		}
	}
	if branch >= 0 {
		return branch, upFirst
	}
	for j := 0; j < s.n; j++ {
		if s.lp.lo[j] < s.lp.hi[j] {
			return j, s.lp.x(j) > 0.5
		}
	}
	return -1, false
}

// penalties are what moving the basic variable of row i to 0 and to 1 costs at least: the distance times
// the smallest ratio of reduced cost to element.
func (s *search) penalties(i int) (down, up float64) {
	down, up = math.Inf(1), math.Inf(1)
	for k, a := range s.lp.t[i] {
		a *= s.lp.way[k]
		if d := math.Abs(s.lp.d[k]); a > tinyPivot && d < down*a {
			down = d / a
		} else if a < -tinyPivot && d < -up*a {
			up = -d / a
		}
	}
	v := s.lp.xb[i]
	return min(v*down, s.scale), min((1-v)*up, s.scale)
}
