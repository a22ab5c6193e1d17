package choice

import (
	"cmp"
	"slices"
)

// climb is a local search for good choices to start from: it flips one or two options at a time while that
// helps. It proves nothing.
type climb struct {
	*program
	x       []bool
	used    []float64 // of each row
	columns [][]entry // rows of each option
	value   float64
	order   []int // options in the order in which they are tried
}

type entry struct {
	row  int
	coef float64
}

// pairsUpTo is the number of options up to which pairs are tried; they cost a square.
const pairsUpTo = 300

// startFrom tries to reach good choices from what the relaxation at the root says.
func (s *search) startFrom() {
	order := make([]int, s.n)
	x := make([]float64, s.n)
	for j := range order {
		order[j], x[j] = j, s.lp.x(j)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[b], x[a]) })
	for _, threshold := range []float64{1 - integral, 0.5, 2} {
		start := make([]bool, s.n)
		for j := range start {
			start[j] = x[j] >= threshold || s.fixed[j] == 1
		}
		if s.feasible(start) {
			s.offer(s.climb(start, order))
		}
	}
}

// climb gives a choice at least as good as x that no flip of one or two options betters.
func (p *program) climb(x []bool, order []int) []bool {
	c := &climb{
		program: p, x: append([]bool(nil), x...), used: make([]float64, len(p.rows)), order: order,
		columns: make([][]entry, len(x)), value: p.value(x),
	}
	for i, r := range p.rows {
		c.used[i] = r.at(x)
		for k, j := range r.index {
			c.columns[j] = append(c.columns[j], entry{i, r.coef[k]})
		}
	}
	for c.singles() || len(x) <= pairsUpTo && p.tail == nil && c.pairs() {
	}
	return c.x
}

func (c *climb) singles() (moved bool) {
	for _, j := range c.order {
		if c.fixed[j] < 0 && c.try(j) {
			moved = true
		}
	}
	return moved
}

func (c *climb) pairs() (moved bool) {
	for a, i := range c.order {
		if c.fixed[i] >= 0 {
			continue
		}
		for _, j := range c.order[a+1:] {
			if c.fixed[j] < 0 && !(c.x[i] && c.x[j]) && c.try(i, j) {
				moved = true
			}
		}
	}
	return moved
}

// try flips options and keeps that when the choice is feasible and better.
func (c *climb) try(options ...int) bool {
	for _, j := range options {
		c.flip(j)
	}
	if c.fits(options) {
		if v := c.program.value(c.x); v < c.value-1e-12*max(1, -v, v) {
			c.value = v
			return true
		}
	}
	for _, j := range options {
		c.flip(j)
	}
	return false
}

func (c *climb) flip(j int) {
	sign := 1.0
	if c.x[j] {
		sign = -1
	}
	c.x[j] = !c.x[j]
	for _, e := range c.columns[j] {
		c.used[e.row] += sign * e.coef
	}
}

// fits tells whether the rows of these options hold.
func (c *climb) fits(options []int) bool {
	for _, j := range options {
		for _, e := range c.columns[j] {
			if r := c.rows[e.row]; c.used[e.row] > r.rhs+r.slack() {
				return false
			}
		}
	}
	return true
}
