package chart

import "strconv"

// Proportion shows shares k of n with their Wilson interval (computed by the caller) on
// a scale from 0 to 1.
type Proportion struct {
	Items      []Share
	Axis       Axis
	Limit      float64 // NaN for none
	LimitLabel string
}

// Share is K of N. With N 0 nothing is known.
type Share struct {
	Label     string
	K, N      int
	Low, High float64 // Wilson interval, NaN for none
	Role      Role
}

func (s Share) value() (float64, bool) {
	if s.N <= 0 || s.K < 0 || s.K > s.N {
		return 0, false
	}
	return float64(s.K) / float64(s.N), true
}

// count is "18 / 214".
func (s Share) count() string { return strconv.Itoa(s.K) + " / " + strconv.Itoa(s.N) }

func (r Proportion) labels() []string {
	var out []string
	for _, it := range r.Items {
		out = append(out, it.Label)
	}
	return out
}

func (r Proportion) height(f Frame) float64 { return rowsHeight(f, r.labels()) }

func (r Proportion) empty() bool { return len(r.Items) == 0 }

func (r Proportion) draw(p *pen) {
	room := 0.0
	for _, it := range r.Items {
		room = max(room, textWidth(it.count(), textSize, true)+14)
	}
	l := p.rows(r.labels(), r.Axis, scale{hi: 1}, room)
	for i, it := range r.Items {
		p.shareRow(l, i, it)
	}
	p.limitMark(l.x, r.Limit, r.LimitLabel, l.top-2, l.bottom(len(r.Items)))
}

func (p *pen) shareRow(l rowLayout, i int, it Share) {
	v, ok := it.value()
	if !ok {
		p.unknownRow(l, i)
		return
	}
	y := l.mid(i)
	p.cv.Rect(Box{l.x.from, y - 6, l.x.to - l.x.from, 9}, Track)
	p.bar(l.x.from, l.x.at(v), y-6, 9, it.Role)
	p.whisker(l.x, it.Low, it.High, y+6.5, Ink)
	p.label(Text{S: it.count(), Role: Ink, Bold: true}, Point{l.x.to + 10, y + 4})
}

func (r Proportion) table(f Frame) Table {
	num, w := f.formatOr(r.Axis.Number), f.Words
	t := Table{Head: []string{w.Item, w.Events, w.Total, joined(w.Value, r.Axis.Label), w.Low, w.High}}
	for _, it := range r.Items {
		v, ok := it.value()
		row := []string{it.Label, "", "", w.Unknown, "", ""}
		if ok {
			row = []string{it.Label, strconv.Itoa(it.K), strconv.Itoa(it.N), num(v), optional(num, it.Low), optional(num, it.High)}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
