package document

import "accordo.dev/internal/chart"

// Callout is a notice: something is outside, late, or not known, and what would change it.
type Callout struct {
	State State
	Title string
	Text  string
}

func (c Callout) html(w *writer) {
	class := [...]string{"msg", "msg ok", "msg warn", "msg bad", "msg unk"}[c.State.index()]
	w.open("div", "class", class, "role", "note")
	w.b.WriteString(stateIcon(c.State))
	w.open("div")
	w.el("b", "", c.Title)
	w.b.WriteString(" ")
	w.el("p", "", c.Text)
	w.close("div")
	w.close("div")
}

func (c Callout) boxes(l *layout) []box {
	const pad = 12.0
	rows := l.flow(boldStyle.in(stateRole(c.State)), c.Title, contentW-2*pad-14, 0)
	rows = append(rows, l.flow(bodyStyle, c.Text, contentW-2*pad-14, 1)...)
	out := l.paragraph(rows, pad+14, 0)
	for i := range out {
		text, h := out[i].draw, out[i].h
		top, bottom := 0.0, 0.0
		if i == 0 {
			top = 8
			out[i].before = 10
		}
		if i == len(out)-1 {
			bottom = 8
		}
		out[i].h += top + bottom
		out[i].keep = i < len(out)-1 && (len(out) < 12 || out[i].keep)
		out[i].draw = func(x, y float64) {
			l.tint(x, y, contentW, top+h+bottom)
			l.fill(stateRole(c.State))
			l.pdf.Rect(x, y, 3, top+h+bottom, "F")
			if i == 0 {
				l.mark(c.State, x+pad, y+top+1.2)
			}
			text(x, y+top)
		}
	}
	return out
}

// tint fills a box with the lightest grey.
func (l *layout) tint(x, y, w, h float64) {
	l.pdf.SetFillColor(0xf4, 0xf6, 0xf7)
	l.pdf.Rect(x, y, w, h, "F")
}

// Traces explains the trace marks of the document: which definition, which evidence.
type Traces struct {
	Items []Trace
}

// Trace says what a printed figure rests on.
type Trace struct {
	ID   string
	Text string // in words
	Hash string // of definition or evidence
}

func (t Traces) html(w *writer) {
	w.open("ol", "class", "traces")
	for _, it := range t.Items {
		w.open("li", "id", anchor(it.ID))
		w.el("b", "", "["+it.ID+"]")
		w.text(it.Text + " ")
		w.el("code", "", it.Hash)
		w.close("li")
	}
	w.close("ol")
}

func (t Traces) boxes(l *layout) []box {
	col := 0.0
	for _, it := range t.Items {
		col = max(col, l.width(smallBold, printable("["+it.ID+"]")))
	}
	col = min(col+10, contentW/4)
	var out []box
	for _, it := range t.Items {
		left := l.flow(smallBold, "["+it.ID+"]", col, 0)
		right := l.flow(smallStyle.in(chart.Ink), it.Text, contentW-col, 0)
		right = append(right, l.flow(monoStyle, it.Hash, contentW-col, 0)...)
		bs := l.pair(left, right, 0, col, false)
		if len(bs) == 0 {
			continue
		}
		bs[0].before = 4
		bs[0].keep = len(bs) > 1
		first := bs[0].draw
		bs[0].draw = func(x, y float64) {
			if link, ok := l.links[it.ID]; ok {
				l.pdf.SetLink(link, y, l.page)
			}
			first(x, y)
		}
		out = append(out, bs...)
	}
	return out
}
