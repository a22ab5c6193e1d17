package chart

// Columns shows counts at moments, stacked: how many were one thing, how many another. A moment of which nothing is
// known is hatched.
type Columns struct {
	Axis    Axis // of the counts
	Series  []Series
	Moments []Moment
}

// Series is what one layer of the columns counts. The first stands at the bottom.
type Series struct {
	Label string
	Role  Role
}

// Moment is one column: a count for each series, none when nothing is known.
type Moment struct {
	Label  string
	Counts []float64
}

func (c Columns) height(Frame) float64 { return 220 }

func (c Columns) empty() bool {
	for _, m := range c.Moments {
		if len(m.Counts) > 0 {
			return false
		}
	}
	return true
}

// highest is the largest sum of a moment, and 1 at least.
func (c Columns) highest() float64 {
	high := 1.0
	for _, m := range c.Moments {
		sum := 0.0
		for _, n := range m.Counts {
			sum += n
		}
		high = max(high, sum)
	}
	return high
}

func (c Columns) draw(p *pen) {
	left := 14 + textWidth(p.formatOr(c.Axis.Number)(c.highest()), textSize, false)
	area := Box{left, 46, p.Width - left - 6, p.Height - 46 - 30}
	y := scale{lo: 0, hi: c.highest(), from: area.Y + area.H, to: area.Y}
	p.yTicks(axes{y: y, area: area}, y.ticks(4), p.formatOr(c.Axis.Number))
	p.label(Text{S: c.Axis.Label, Role: Muted}, Point{4, 13})
	c.legend(p)
	wide := area.W / float64(len(c.Moments))
	for i, m := range c.Moments {
		at := Box{area.X + wide*float64(i) + wide*.15, area.Y, wide * .7, area.H}
		c.column(p, m, at, y)
		p.label(Text{S: m.Label, Role: Muted, Anchor: Middle, Size: smallSize}, Point{at.X + at.W/2, area.Y + area.H + 16})
	}
}

func (c Columns) column(p *pen, m Moment, at Box, y scale) {
	if len(m.Counts) == 0 {
		p.cv.Hatch(Box{at.X, at.Y + at.H - 14, at.W, 14})
		return
	}
	sum := 0.0
	for i, n := range m.Counts {
		if n <= 0 || i >= len(c.Series) {
			continue
		}
		top, bottom := y.at(sum+n), y.at(sum)
		p.fill(Box{at.X, top, at.W, max(bottom-top-.5, .5)}, c.Series[i].Role)
		sum += n
	}
}

// fill fills a box with a role; what is unknown is hatched.
func (p *pen) fill(b Box, role Role) {
	if role == Unknown {
		p.cv.Hatch(b)
		return
	}
	p.cv.Rect(b, role)
}

// legend names the series in their order.
func (c Columns) legend(p *pen) {
	x := 4.0
	for _, s := range c.Series {
		p.fill(Box{x, 22, 10, 10}, s.Role)
		p.label(Text{S: s.Label, Role: Ink, Size: smallSize}, Point{x + 15, 31})
		x += 15 + textWidth(s.Label, smallSize, false) + 16
	}
}

func (c Columns) table(f Frame) Table {
	t := Table{Head: []string{f.Words.Item}}
	for _, s := range c.Series {
		t.Head = append(t.Head, s.Label)
	}
	for _, m := range c.Moments {
		row := []string{m.Label}
		for i := range c.Series {
			text := f.Words.Unknown
			if i < len(m.Counts) {
				text = f.formatOr(c.Axis.Number)(m.Counts[i])
			}
			row = append(row, text)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
