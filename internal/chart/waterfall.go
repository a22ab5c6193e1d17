package chart

// Waterfall explains a change: from a first value over moves to the last. It runs from
// top to bottom, so that names never collide, and its bars begin at zero.
type Waterfall struct {
	From, To   Total
	Moves      []Move
	Axis       Axis
	Signed     func(float64) string // format of moves, with sign; nil means Axis.Number
	Limit      float64              // NaN for none
	LimitLabel string
}

// Total is the first or last bar.
type Total struct {
	Label string
	Value float64
}

// Move is one reason of the change. Lost marks a move that only comes from lost
// evidence; a Delta that is NaN is not known.
type Move struct {
	Label string
	Delta float64
	Lost  bool
}

func (w Waterfall) labels() []string {
	out := []string{w.From.Label}
	for _, m := range w.Moves {
		out = append(out, m.Label)
	}
	return append(out, w.To.Label)
}

func (w Waterfall) height(f Frame) float64 { return rowsHeight(f, w.labels()) }

func (w Waterfall) empty() bool { return !usable(w.From.Value) && !usable(w.To.Value) }

// running gives the sum after each move.
func (w Waterfall) running() []float64 {
	sum := 0.0
	if usable(w.From.Value) {
		sum = w.From.Value
	}
	out := []float64{sum}
	for _, m := range w.Moves {
		if usable(m.Delta) {
			sum += m.Delta
		}
		out = append(out, sum)
	}
	return out
}

func (w Waterfall) draw(p *pen) {
	sums := w.running()
	lo, hi, _ := spread(append([]float64{0, w.To.Value, w.Limit}, sums...)...)
	s := scale{hi: niceTop(hi)}
	if lo < 0 {
		s.lo = -niceTop(-lo)
	}
	l := p.rows(w.labels(), w.Axis, s, 64)
	p.totalRow(l, 0, w.From)
	for i, m := range w.Moves {
		w.moveRow(p, l, i, m, sums[i], sums[i+1])
	}
	p.totalRow(l, len(w.Moves)+1, w.To)
	p.limitMark(l.x, w.Limit, w.LimitLabel, l.top-2, l.bottom(len(w.Moves)+2))
	w.values(p, l, sums)
}

// values prints the figure of each row, clear of the limit.
func (w Waterfall) values(p *pen, l rowLayout, sums []float64) {
	total := func(i int, v float64) {
		if usable(v) {
			p.valueLabel(p.formatOr(w.Axis.Number)(v), l.x.at(max(v, 0)), l.mid(i))
		}
	}
	total(0, w.From.Value)
	for i, m := range w.Moves {
		if usable(m.Delta) {
			p.valueLabel(w.signed(p.Frame)(m.Delta), l.x.at(max(sums[i], sums[i+1])), l.mid(i+1))
		}
	}
	total(len(w.Moves)+1, w.To.Value)
}

func (w Waterfall) signed(f Frame) func(float64) string {
	if w.Signed != nil {
		return w.Signed
	}
	return f.formatOr(w.Axis.Number)
}

func (p *pen) totalRow(l rowLayout, i int, t Total) {
	if !usable(t.Value) {
		p.unknownRow(l, i)
		return
	}
	y := l.mid(i)
	p.bar(l.x.at(0), l.x.at(t.Value), y-7, 14, Ink)
}

func (w Waterfall) moveRow(p *pen, l rowLayout, i int, m Move, before, after float64) {
	row := i + 1
	if !usable(m.Delta) {
		p.unknownRow(l, row)
		return
	}
	y, a, b := l.mid(row), l.x.at(before), l.x.at(after)
	p.line(Point{a, y - l.rowH + 7}, Point{a, y - 7}, Stroke{Role: Unknown, Width: 1})
	switch {
	case m.Lost:
		p.unknown(min(a, b), max(a, b), y-7, 14)
	case m.Delta > 0:
		p.bar(a, b, y-7, 14, Third)
	default:
		p.bar(a, b, y-7, 14, Second)
	}
}

func (w Waterfall) table(f Frame) Table {
	num, signed := f.formatOr(w.Axis.Number), w.signed(f)
	t := Table{Head: []string{f.Words.Item, joined(f.Words.Value, w.Axis.Label)}}
	t.Rows = append(t.Rows, []string{w.From.Label, f.knownAs(num, w.From.Value)})
	for _, m := range w.Moves {
		t.Rows = append(t.Rows, []string{m.Label, f.knownAs(signed, m.Delta)})
	}
	t.Rows = append(t.Rows, []string{w.To.Label, f.knownAs(num, w.To.Value)})
	return t
}
