package chart

// Profile shows several scores from 0 to 1 side by side for each thing, such as the
// A/R/C profile of a service, so that a good average cannot hide a weak part.
type Profile struct {
	Parts []string // heads of the columns
	Items []Scores
	Axis  Axis
}

// Scores are the parts of one thing, in the order of Profile.Parts; NaN is not known.
type Scores struct {
	Label  string
	Values []float64
	Role   Role
}

func (r Profile) labels() []string {
	var out []string
	for _, it := range r.Items {
		out = append(out, it.Label)
	}
	return out
}

func (r Profile) height(f Frame) float64 {
	return rowTop + rowHeight(f, r.labels())*float64(len(r.Items)) + 8
}

func (r Profile) empty() bool { return len(r.Items) == 0 || len(r.Parts) == 0 }

func (r Profile) draw(p *pen) {
	left, _ := names(p.Frame, r.labels())
	l := rowLayout{top: rowTop, rowH: (p.Height - rowTop - 8) / float64(len(r.Items)), left: left}
	col := (p.Width - left - 10) / float64(len(r.Parts))
	num := p.formatOr(r.Axis.Number)
	for k, part := range r.Parts {
		p.label(Text{S: fit(part, textSize, true, col-6), Role: Muted, Bold: true}, Point{left + 6 + col*float64(k), 14})
	}
	for i, it := range r.Items {
		p.rowName(l, i, it.Label)
		for k := range r.Parts {
			x := scale{hi: 1, from: left + 6 + col*float64(k), to: left + col*float64(k+1) - 36}
			p.score(x, l.mid(i), it.value(k), it.Role, num)
		}
	}
}

func (s Scores) value(k int) float64 {
	if k >= len(s.Values) {
		return 2e15 // not usable
	}
	return s.Values[k]
}

func (p *pen) score(x scale, y, v float64, role Role, num func(float64) string) {
	if x.to < x.from+4 {
		x.to = x.from + 4
	}
	if !usable(v) {
		p.unknown(x.from, x.to, y-5, 10)
		return
	}
	p.cv.Rect(Box{x.from, y - 5, x.to - x.from, 10}, Track)
	p.bar(x.from, x.at(v), y-5, 10, role)
	p.label(Text{S: num(v), Role: Ink, Size: smallSize}, Point{x.to + 5, y + 4})
}

func (r Profile) table(f Frame) Table {
	num := f.formatOr(r.Axis.Number)
	t := Table{Head: append([]string{f.Words.Item}, r.Parts...)}
	for _, it := range r.Items {
		row := []string{it.Label}
		for k := range r.Parts {
			row = append(row, f.knownAs(num, it.value(k)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
