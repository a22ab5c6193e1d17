package chart

// Ranking is a list of things by size, each a bar from zero or a dot, with its interval.
// The caller orders it.
type Ranking struct {
	Items      []RankItem
	Axis       Axis
	Dots       bool    // dots do not need a scale that begins at zero
	Limit      float64 // NaN for none
	LimitLabel string
	Note       string // head of the Note column in the data table
}

// RankItem is one thing of a ranking. A Value that is NaN is not known.
type RankItem struct {
	Label     string
	Value     float64
	Low, High float64 // interval, NaN for none
	Role      Role
	Note      string // printed behind the value, e.g. "n 214"
}

func (r Ranking) labels() []string {
	var out []string
	for _, it := range r.Items {
		out = append(out, it.Label)
	}
	return out
}

func (r Ranking) height(f Frame) float64 { return rowsHeight(f, r.labels()) }

func (r Ranking) empty() bool { return len(r.Items) == 0 }

func (r Ranking) scale() scale {
	vs := []float64{0, r.Limit}
	for _, it := range r.Items {
		vs = append(vs, it.Value, it.Low, it.High)
	}
	lo, hi, _ := spread(vs...)
	if lo < 0 {
		return scale{lo: -niceTop(-lo), hi: niceTop(hi)}
	}
	return scale{hi: niceTop(hi)}
}

func (r Ranking) draw(p *pen) {
	num := p.formatOr(r.Axis.Number)
	room := 0.0
	for _, it := range r.Items {
		room = max(room, textWidth(it.text(num), textSize, true)+8)
	}
	l := p.rows(r.labels(), r.Axis, r.scale(), room)
	for i, it := range r.Items {
		p.rankRow(l, i, it, r.Dots)
	}
	p.limitMark(l.x, r.Limit, r.LimitLabel, l.top-2, l.bottom(len(r.Items)))
	for i, it := range r.Items {
		if usable(it.Value) {
			p.valueLabel(it.text(num), l.x.at(it.right()), l.mid(i))
		}
	}
}

// right is the rightmost thing drawn in the row.
func (it RankItem) right() float64 {
	_, hi, _ := spread(it.Value, it.High)
	return hi
}

func (it RankItem) text(num func(float64) string) string {
	s := optional(num, it.Value)
	if it.Note != "" && s != "" {
		s += " · " + it.Note
	}
	return s
}

func (p *pen) rankRow(l rowLayout, i int, it RankItem, dots bool) {
	y := l.mid(i)
	switch {
	case !usable(it.Value):
		p.unknownRow(l, i)
	case dots:
		p.whisker(l.x, it.Low, it.High, y, it.Role)
		p.cv.Dot(Point{l.x.at(it.Value), y}, 4.5, it.Role, false)
	default:
		p.bar(l.x.at(0), l.x.at(it.Value), y-6, 9, it.Role)
		p.whisker(l.x, it.Low, it.High, y+6.5, Ink)
	}
}

func (r Ranking) table(f Frame) Table {
	num, w := f.formatOr(r.Axis.Number), f.Words
	t := Table{Head: []string{w.Item, joined(w.Value, r.Axis.Label), w.Low, w.High, r.Note}}
	for _, it := range r.Items {
		t.Rows = append(t.Rows, []string{it.Label, f.knownAs(num, it.Value), optional(num, it.Low), optional(num, it.High), it.Note})
	}
	return t
}
