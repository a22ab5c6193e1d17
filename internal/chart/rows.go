package chart

// rowLayout is the common shape of charts that are lists: names at the left, a
// horizontal scale at the right, one row each.
type rowLayout struct {
	x    scale
	top  float64
	rowH float64
	left float64 // width of the names
}

const rowTop = 22 // room above the first row for a limit's label or a legend

// names measures the column of row names: at most 42 % of the width, two lines.
func names(f Frame, labels []string) (width float64, lines int) {
	limit := f.Width * .42
	lines = 1
	for _, l := range labels {
		w := textWidth(l, textSize, false) + 12
		if w > limit {
			lines = 2
		}
		width = max(width, min(w, limit))
	}
	return width, lines
}

func rowHeight(f Frame, labels []string) float64 {
	_, lines := names(f, labels)
	return 14 + 13*float64(lines)
}

func rowsHeight(f Frame, labels []string) float64 {
	return rowTop + rowHeight(f, labels)*float64(len(labels)) + 40
}

// rows lays out and draws names, axis and grid. right is room for value labels.
func (p *pen) rows(labels []string, axis Axis, s scale, right float64) rowLayout {
	left, _ := names(p.Frame, labels)
	l := rowLayout{top: rowTop, rowH: rowHeight(p.Frame, labels), left: left}
	if fixed := (p.Height - rowTop - 40) / float64(max(len(labels), 1)); fixed < l.rowH {
		l.rowH = fixed
	}
	s.from, s.to = left+6, max(p.Width-8-min(right, p.Width/4), left+30)
	l.x = s
	bottom := l.top + l.rowH*float64(len(labels))
	for _, t := range s.ticks(4) {
		p.line(Point{s.at(t), l.top}, Point{s.at(t), bottom}, Stroke{Role: Grid, Width: 1})
	}
	p.xTicks(s, bottom, p.formatOr(axis.Number), true)
	p.label(Text{S: axis.Label, Role: Muted, Anchor: End}, Point{s.to, bottom + 34})
	for i, name := range labels {
		p.rowName(l, i, name)
	}
	return l
}

func (p *pen) rowName(l rowLayout, i int, name string) {
	lines := wrap(clean(name), textSize, l.left-10, max(1, min(2, int(l.rowH/13))))
	y := l.mid(i) + 4 - 6.5*float64(len(lines)-1)
	for k, s := range lines {
		p.label(Text{S: s, Role: Ink}, Point{4, y + 13.5*float64(k)})
	}
}

// mid is the middle of a row.
func (l rowLayout) mid(i int) float64 { return l.top + l.rowH*(float64(i)+.5) }

func (l rowLayout) bottom(n int) float64 { return l.top + l.rowH*float64(n) }

// unknownRow hatches a row of which nothing is known, and says so.
func (p *pen) unknownRow(l rowLayout, i int) {
	y := l.mid(i)
	p.unknown(l.x.from, l.x.to, y-5, 10)
	p.plate(Text{S: p.Words.Unknown}, Point{l.x.from + 8, y + 4})
}

// valueLabel prints a value to the right of a mark, farther off where lines are in the way.
func (p *pen) valueLabel(s string, x, y float64) {
	t := Text{S: s, Role: Ink, Bold: true, Halo: true}
	p.label(t, Point{x + 7, y + 4}, Point{x + 16, y + 4}, Point{x + 32, y + 4}, Point{x + 7, y - 6})
}

// plate draws a label on paper, where it stands over hatching.
func (p *pen) plate(t Text, at Point) {
	if t.S == "" {
		return
	}
	t.At, t.Size, t.Bold = at, textSize, true
	b := t.box()
	if b.X+b.W < p.Width-edge {
		p.cv.Rect(Box{b.X - 2, b.Y, b.W + 4, b.H}, Surface)
	}
	t.Role = Muted
	p.label(t, at)
}
