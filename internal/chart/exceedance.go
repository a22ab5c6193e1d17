package chart

import (
	"math"
	"slices"
)

// Exceedance is a loss exceedance curve: for each yearly loss (x, logarithmic, in the
// unit of Loss) the probability that a year costs more (y, from 0), and the appetite
// as a stepped limit: above this loss at most this probability.
type Exceedance struct {
	Loss        Axis
	Probability Axis
	Curves      []Curve
	Appetite    []Level
	LimitLabel  string
}

// Curve is one line of an exceedance chart, e.g. inherent, current, target.
type Curve struct {
	Label  string
	Role   Role
	Dash   Dash
	Levels []Level
}

// Level is one point of an exceedance curve. Low and High bound the probability; NaN
// when there is no interval.
type Level struct {
	Loss, P, Low, High float64
}

func (e Exceedance) height(Frame) float64 { return 260 }

func (e Exceedance) empty() bool {
	for _, c := range e.Curves {
		if len(levels(c.Levels)) > 1 {
			return false
		}
	}
	return true
}

// levels keeps what can be drawn on a logarithmic axis, ordered by loss.
func levels(ls []Level) []Level {
	var out []Level
	for _, l := range ls {
		if usable(l.Loss) && l.Loss >= 1e-6 && usable(l.P) && l.P >= 0 {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Level) int { return cmpFloat(a.Loss, b.Loss) })
	return out
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (e Exceedance) draw(p *pen) {
	a := p.plane(e.Loss, e.Probability, e.lossScale(), scale{hi: niceTop(e.topP())}, 0)
	for _, c := range e.Curves {
		p.band(a, levels(c.Levels))
	}
	limit := e.limitLine(a)
	for _, c := range e.Curves {
		p.polyline(project(a, levels(c.Levels)), Stroke{Role: c.Role, Width: 2, Dash: c.Dash})
	}
	p.polyline(limit, Stroke{Role: Limit, Width: 1.75})
	for _, l := range levels(e.Appetite) {
		p.cv.Dot(Point{a.x.at(l.Loss), a.y.at(l.P)}, 3, Limit, false)
	}
	p.directLabel(Text{S: e.LimitLabel, Role: Limit, Bold: true}, limit)
	for _, c := range e.Curves {
		p.directLabel(Text{S: c.Label, Role: c.Role, Bold: true}, project(a, levels(c.Levels)))
	}
}

// directLabel names a line beside the line itself.
func (p *pen) directLabel(t Text, line []Point) {
	if len(line) == 0 {
		return
	}
	t.Halo = true
	p.label(t, along(line, textWidth(t.S, textSize, true))...)
}

func (p *pen) band(a axes, ls []Level) {
	var upper, lower []Point
	for _, l := range ls {
		if usable(l.Low) && usable(l.High) && l.High >= l.Low {
			upper = append(upper, Point{a.x.at(l.Loss), a.y.at(l.High)})
			lower = append(lower, Point{a.x.at(l.Loss), a.y.at(l.Low)})
		}
	}
	if len(upper) < 2 {
		return
	}
	slices.Reverse(lower)
	p.cv.Area(append(upper, lower...), Band)
}

func project(a axes, ls []Level) []Point {
	var ps []Point
	for _, l := range ls {
		ps = append(ps, Point{a.x.at(l.Loss), a.y.at(l.P)})
	}
	return ps
}

// limitLine runs level from each appetite point to the next, then down to it, and on
// to the end of the axis.
func (e Exceedance) limitLine(a axes) []Point {
	ps := project(a, levels(e.Appetite))
	if len(ps) == 0 {
		return nil
	}
	last := ps[len(ps)-1]
	return append(steps(ps), Point{a.area.X + a.area.W, last.Y})
}

func (e Exceedance) all() []Level {
	ls := levels(e.Appetite)
	for _, c := range e.Curves {
		ls = append(ls, levels(c.Levels)...)
	}
	return ls
}

func (e Exceedance) lossScale() scale {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, l := range e.all() {
		lo, hi = min(lo, l.Loss), max(hi, l.Loss)
	}
	lo = math.Pow(10, math.Floor(math.Log10(lo)*2+1e-9)/2)
	if hi < lo*2 {
		hi = lo * 10
	}
	return scale{lo: lo, hi: hi, log: true}
}

func (e Exceedance) topP() float64 {
	top := 0.0
	for _, l := range e.all() {
		top = max(top, l.P)
		if usable(l.High) {
			top = max(top, l.High)
		}
	}
	return top
}

func (e Exceedance) table(f Frame) Table {
	w, x, y := f.Words, f.formatOr(e.Loss.Number), f.formatOr(e.Probability.Number)
	t := Table{Head: []string{w.Item, e.Loss.Label, e.Probability.Label, w.Low, w.High}}
	add := func(name string, ls []Level) {
		for _, l := range levels(ls) {
			t.Rows = append(t.Rows, []string{name, x(l.Loss), y(l.P), optional(y, l.Low), optional(y, l.High)})
		}
	}
	for _, c := range e.Curves {
		add(c.Label, c.Levels)
	}
	add(e.LimitLabel, noIntervals(e.Appetite))
	return t
}

func noIntervals(ls []Level) []Level {
	var out []Level
	for _, l := range ls {
		out = append(out, Level{l.Loss, l.P, math.NaN(), math.NaN()})
	}
	return out
}

// optional formats a number that need not exist.
func optional(num func(float64) string, v float64) string {
	if !usable(v) {
		return ""
	}
	return num(v)
}
