package chart

// Bullet is one measured value as a bar from zero against its limit, with its interval
// as a whisker below and, hatched, how much more it could be because something was not
// measured.
type Bullet struct {
	Value      float64
	Low, High  float64 // interval; NaN for none
	UpTo       float64 // the value if everything unmeasured counted; NaN or <= Value for none
	Limit      float64 // NaN for none
	LimitLabel string  // direct label of the limit mark, with its number
	Axis       Axis
	Top        float64 // end of the axis; 0 means chosen
}

func (b Bullet) height(Frame) float64 { return 74 }

func (b Bullet) empty() bool { return !usable(b.Value) && !usable(b.UpTo) }

func (b Bullet) scale(width float64) scale {
	_, hi, _ := spread(b.Value, b.High, b.UpTo, b.Limit, 0)
	top := niceTop(hi * 1.02)
	if usable(b.Top) && b.Top > 0 {
		top = b.Top
	}
	return scale{hi: top, from: 8, to: width - 8}
}

func (b Bullet) draw(p *pen) {
	x := b.scale(p.Width)
	value := 0.0
	if usable(b.Value) {
		value = b.Value
	}
	p.cv.Rect(Box{x.from, 30, x.to - x.from, 16}, Track)
	if usable(b.Value) {
		p.bar(x.at(0), x.at(value), 34, 8, Ink)
	}
	if usable(b.UpTo) && b.UpTo > value {
		p.unknown(x.at(value), x.at(b.UpTo), 34, 8)
	}
	p.whisker(x, b.Low, b.High, 51, Ink)
	p.limitMark(x, b.Limit, b.LimitLabel, 23, 55)
	b.ticks(p, x)
}

// ticks labels the axis; the last one carries the unit.
func (b Bullet) ticks(p *pen, x scale) {
	num, ts := p.formatOr(b.Axis.Number), x.ticks(3)
	for k := range ts {
		i := (k + len(ts) - 1) % len(ts) // the one with the unit first
		t := Text{S: num(ts[i]), Role: Muted, Anchor: Middle}
		if i == len(ts)-1 {
			t.S, t.Anchor = t.S+" "+b.Axis.Label, Middle
		}
		p.label(t, Point{x.at(ts[i]), 70})
	}
}

// limitMark draws a limit across a horizontal scale, with its label above.
func (p *pen) limitMark(x scale, v float64, label string, top, bottom float64) {
	if !usable(v) {
		return
	}
	at := x.at(v)
	p.polyline([]Point{{at, top}, {at, bottom}}, Stroke{Role: Limit, Width: 2})
	p.label(Text{S: label, Role: Limit, Bold: true, Anchor: Middle}, Point{at, top - 5})
}

func (b Bullet) table(f Frame) Table {
	num, w := f.formatOr(b.Axis.Number), f.Words
	t := Table{Head: []string{w.Item, joined(w.Value, b.Axis.Label)}}
	t.Rows = append(t.Rows, []string{w.Value, f.knownAs(num, b.Value)})
	add := func(name string, v float64) {
		if usable(v) {
			t.Rows = append(t.Rows, []string{name, num(v)})
		}
	}
	add(w.Low, b.Low)
	add(w.High, b.High)
	if usable(b.UpTo) && !(b.UpTo <= b.Value) {
		add(w.Unknown, b.UpTo)
	}
	add(w.Limit, b.Limit)
	return t
}

func (f Frame) knownAs(num func(float64) string, v float64) string {
	if !usable(v) {
		return f.Words.Unknown
	}
	return num(v)
}

// joined puts a unit behind a column head.
func joined(head, unit string) string {
	if unit == "" {
		return head
	}
	if head == "" {
		return unit
	}
	return head + ", " + unit
}
