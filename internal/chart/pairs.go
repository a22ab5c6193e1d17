package chart

// Pairs sets the answers of two sides beside each other, a row each, with their intervals, on a scale that both share.
type Pairs struct {
	Items     []Pair
	Axis      Axis
	Low, High float64 // ends of the scale
	Left      Series  // the two sides
	Right     Series
}

// Pair is one row: the two values, each with its interval. A value that is NaN is not known.
type Pair struct {
	Label       string
	Left, Right Measure
}

// Measure is a value with its interval, NaN for none.
type Measure struct{ Value, Low, High float64 }

func (d Pairs) labels() []string {
	var out []string
	for _, it := range d.Items {
		out = append(out, it.Label)
	}
	return out
}

func (d Pairs) height(f Frame) float64 { return rowsHeight(f, d.labels()) + 8*float64(len(d.Items)) }

func (d Pairs) empty() bool {
	for _, it := range d.Items {
		if usable(it.Left.Value) || usable(it.Right.Value) {
			return false
		}
	}
	return true
}

func (d Pairs) draw(p *pen) {
	l := p.rows(d.labels(), d.Axis, scale{lo: d.Low, hi: d.High}, 0)
	x := l.x.from + 6
	for _, s := range []Series{d.Left, d.Right} {
		p.cv.Dot(Point{x, 10}, 4.5, s.Role, false)
		p.label(Text{S: s.Label, Role: Muted}, Point{x + 9, 14})
		x += textWidth(s.Label, textSize, false) + 30
	}
	for i, it := range d.Items {
		if !usable(it.Left.Value) && !usable(it.Right.Value) {
			p.unknownRow(l, i)
			continue
		}
		p.measure(l, it.Left, l.mid(i)-5, d.Left.Role)
		p.measure(l, it.Right, l.mid(i)+5, d.Right.Role)
	}
}

func (p *pen) measure(l rowLayout, m Measure, y float64, role Role) {
	if !usable(m.Value) {
		return
	}
	p.whisker(l.x, m.Low, m.High, y, role)
	p.cv.Dot(Point{l.x.at(m.Value), y}, 4.5, role, false)
}

func (d Pairs) table(f Frame) Table {
	num, w := f.formatOr(d.Axis.Number), f.Words
	t := Table{Head: []string{w.Item}}
	for _, s := range []Series{d.Left, d.Right} {
		t.Head = append(t.Head, s.Label, joined(w.Low, s.Label), joined(w.High, s.Label))
	}
	for _, it := range d.Items {
		row := []string{it.Label}
		for _, m := range []Measure{it.Left, it.Right} {
			row = append(row, f.knownAs(num, m.Value), optional(num, m.Low), optional(num, m.High))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
