package chart

// Dumbbell sets what was promised beside what the test showed, per service. Less is better.
type Dumbbell struct {
	Items []Promise
	Axis  Axis
	Note  string // head of the Note column in the data table
}

// Promise is a target and the tested value. A Tested that is NaN was never tested.
type Promise struct {
	Label          string
	Target, Tested float64
	Note           string // e.g. the age of the test
}

func (d Dumbbell) labels() []string {
	var out []string
	for _, it := range d.Items {
		out = append(out, it.Label)
	}
	return out
}

func (d Dumbbell) height(f Frame) float64 { return rowsHeight(f, d.labels()) }

func (d Dumbbell) empty() bool { return len(d.Items) == 0 }

func (d Dumbbell) draw(p *pen) {
	top, room := 0.0, 0.0
	for _, it := range d.Items {
		_, hi, _ := spread(it.Target, it.Tested, 0)
		top = max(top, hi)
		room = max(room, textWidth(it.Note, smallSize, false)+12)
	}
	l := p.rows(d.labels(), d.Axis, scale{hi: niceTop(top * 1.02)}, room)
	d.legend(p, l)
	for i, it := range d.Items {
		p.promiseRow(l, i, it)
		p.label(Text{S: fit(it.Note, smallSize, false, p.Width/4-10), Role: Muted, Size: smallSize, Anchor: End}, Point{p.Width - 6, l.mid(i) + 4})
	}
}

func (d Dumbbell) legend(p *pen, l rowLayout) {
	x := l.x.from + 6
	p.cv.Dot(Point{x, 10}, 4.5, Limit, true)
	p.label(Text{S: p.Words.Target, Role: Muted}, Point{x + 9, 14})
	x += textWidth(p.Words.Target, textSize, false) + 28
	if x < p.Width-20 {
		p.cv.Dot(Point{x, 10}, 4.5, Ink, false)
		p.label(Text{S: p.Words.Tested, Role: Muted}, Point{x + 9, 14})
	}
}

func (p *pen) promiseRow(l rowLayout, i int, it Promise) {
	y := l.mid(i)
	switch {
	case !usable(it.Target) && !usable(it.Tested):
		p.unknownRow(l, i)
		return
	case !usable(it.Tested):
		p.unknown(l.x.from, l.x.to, y-5, 10)
		p.plate(Text{S: p.Words.Unknown}, Point{l.x.at(it.Target) + 12, y + 4})
	case usable(it.Target):
		role := Ink
		if it.Tested > it.Target {
			role = Bad
		}
		p.line(Point{l.x.at(it.Target), y}, Point{l.x.at(it.Tested), y}, Stroke{Role: role, Width: 3})
	}
	if usable(it.Tested) {
		role := Ink
		if usable(it.Target) && it.Tested > it.Target {
			role = Bad
		}
		p.cv.Dot(Point{l.x.at(it.Tested), y}, 5, role, false)
	}
	if usable(it.Target) {
		p.cv.Dot(Point{l.x.at(it.Target), y}, 5, Limit, true)
	}
}

func (d Dumbbell) table(f Frame) Table {
	num, w := f.formatOr(d.Axis.Number), f.Words
	t := Table{Head: []string{w.Item, joined(w.Target, d.Axis.Label), joined(w.Tested, d.Axis.Label), d.Note}}
	for _, it := range d.Items {
		t.Rows = append(t.Rows, []string{it.Label, f.knownAs(num, it.Target), f.knownAs(num, it.Tested), it.Note})
	}
	return t
}
