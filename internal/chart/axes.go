package chart

// Axis is a labelled direction. Label carries the unit.
type Axis struct {
	Label  string
	Number func(float64) string // nil means Frame.Number
}

// axes is a plane with two scales and a frame of ticks.
type axes struct {
	x, y scale
	area Box
}

// plane lays out and draws the axes of a chart with two of them. The y label stands
// above the axis, the x label below its end.
func (p *pen) plane(x, y Axis, xs, ys scale, foot float64) axes {
	ynum, ticks := p.formatOr(y.Number), ys.ticks(4)
	left := 20.0
	for _, t := range ticks {
		left = max(left, textWidth(ynum(t), textSize, false)+12)
	}
	left = min(left, p.Width/3)
	a := axes{area: Box{left, 24, p.Width - left - 14, p.Height - 24 - 40 - foot}}
	xs.from, xs.to = a.area.X, a.area.X+a.area.W
	ys.from, ys.to = a.area.Y+a.area.H, a.area.Y
	a.x, a.y = xs, ys
	p.label(Text{S: y.Label, Role: Muted}, Point{4, 13})
	p.yTicks(a, ticks, ynum)
	p.xTicks(a.x, a.area.Y+a.area.H, p.formatOr(x.Number), true)
	p.label(Text{S: x.Label, Role: Muted, Anchor: End}, Point{a.area.X + a.area.W, a.area.Y + a.area.H + 33})
	return a
}

func (p *pen) yTicks(a axes, ticks []float64, num func(float64) string) {
	for _, t := range ticks {
		at := a.y.at(t)
		p.line(Point{a.area.X, at}, Point{a.area.X + a.area.W, at}, Stroke{Role: Grid, Width: 1})
		p.label(Text{S: num(t), Role: Muted, Anchor: End}, Point{a.area.X - 6, at + 4})
	}
}

// xTicks draws tick labels under a horizontal scale; those that would touch are left out.
func (p *pen) xTicks(x scale, y float64, num func(float64) string, marks bool) {
	if marks {
		p.line(Point{x.from, y}, Point{x.to, y}, Stroke{Role: Unknown, Width: 1})
	}
	for _, t := range x.ticks(4) {
		at := x.at(t)
		if marks {
			p.line(Point{at, y}, Point{at, y + 4}, Stroke{Role: Unknown, Width: 1})
		}
		p.label(Text{S: num(t), Role: Muted, Anchor: Middle}, Point{at, y + 17})
	}
}

// steps turns points into a line that keeps its height until the next point.
func steps(ps []Point) []Point {
	var out []Point
	for i, q := range ps {
		if i > 0 {
			out = append(out, Point{q.X, ps[i-1].Y})
		}
		out = append(out, q)
	}
	return out
}

// along gives label places beside a line, spread over its length: close to it first,
// farther off when no close one is free.
func along(ps []Point, width float64) []Point {
	var near, far []Point
	for _, t := range []float64{.3, .45, .6, .9, .2, .75, .1, .97} {
		q := between(ps, t)
		near = append(near, Point{q.X + 8, q.Y - 6}, Point{q.X + 8, q.Y + 14}, Point{q.X - width - 8, q.Y + 14}, Point{q.X - width/2, q.Y - 6}, Point{q.X - width/2, q.Y + 15})
		far = append(far, Point{q.X + 14, q.Y - 22})
	}
	return append(near, far...)
}

// between is the place at a share of a line's points.
func between(ps []Point, t float64) Point {
	at := t * float64(len(ps)-1)
	i := min(int(at), max(len(ps)-2, 0))
	if i+1 >= len(ps) {
		return ps[0]
	}
	a, b, r := ps[i], ps[i+1], at-float64(i)
	return Point{a.X + r*(b.X-a.X), a.Y + r*(b.Y-a.Y)}
}
