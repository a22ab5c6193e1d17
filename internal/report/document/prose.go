package document

import "accordo.dev/internal/chart"

// Heading names a part. Level 1 is the message of a page.
type Heading struct {
	Level int // 1 to 3
	Text  string
	ID    string // anchor in the fragment, optional
}

func (h Heading) level() int { return min(max(h.Level, 1), 3) }

func (h Heading) html(w *writer) {
	if h.Text == "" {
		return
	}
	tag := [...]string{"h2", "h3", "h4"}[h.level()-1]
	class := ""
	if h.level() == 1 {
		class = "page"
	}
	w.open(tag, "id", h.ID, "class", class)
	w.text(h.Text)
	w.close(tag)
}

func (h Heading) boxes(l *layout) []box {
	if h.Text == "" {
		return nil
	}
	st := [...]style{h1Style, h2Style, h3Style}[h.level()-1]
	rows := l.flow(st, h.Text, contentW, 0)
	before := [...]float64{26, 20, 14}[h.level()-1]
	after := [...]float64{7, 5, 2}[h.level()-1]
	return []box{{h: height(rows) + after, before: before, keep: true, draw: func(x, y float64) {
		l.pdf.SetFont(st.family, st.face, st.size) // the bookmark's text follows the font's encoding
		l.pdf.Bookmark(printable(h.Text), 0, y)
		l.printRows(rows, x, y)
	}}}
}

// Verdict is the sentence that says what the figures below mean. It comes first.
type Verdict struct {
	Text  string
	State State
}

func (v Verdict) html(w *writer) {
	w.open("p", "class", "verdict")
	w.b.WriteString(stateIcon(v.State))
	w.text(v.Text)
	w.close("p")
}

func (v Verdict) boxes(l *layout) []box {
	rows := l.flow(verdictStyle, v.Text, contentW-14, 0)
	role := stateRole(v.State)
	return []box{{h: height(rows) + 4, before: 6, keep: true, draw: func(x, y float64) {
		l.fill(role)
		l.pdf.Rect(x, y+2, 3, height(rows)-3, "F")
		l.printRows(rows, x+13, y)
	}}}
}

// Paragraph is running text, with the trace of the figures in it.
type Paragraph struct {
	Text   string
	Small  bool
	Traces []string
}

func (p Paragraph) html(w *writer) {
	class := ""
	if p.Small {
		class = "sm"
	}
	w.open("p", "class", class)
	w.text(p.Text)
	for _, id := range p.Traces {
		w.b.WriteString(" ")
		w.trace(id)
	}
	w.close("p")
}

func (p Paragraph) boxes(l *layout) []box {
	st := bodyStyle
	if p.Small {
		st = smallStyle
	}
	rows := l.flow(st, p.Text, contentW-46, 0)
	out := l.paragraph(rows, 0, 6)
	if len(out) == 0 || len(p.Traces) == 0 {
		return out
	}
	last, text := &out[len(out)-1], rows[len(rows)-1].text
	line := last.draw
	last.draw = func(x, y float64) {
		line(x, y)
		at := x + l.width(st, text) + 5
		for _, id := range p.Traces {
			at += l.traceMark(id, at, y+(st.lead-smallStyle.lead)/2) + 3
		}
	}
	return out
}

// List is a list of short sentences.
type List struct {
	Items []string
}

func (li List) html(w *writer) {
	w.open("ul", "class", "d")
	for _, it := range li.Items {
		w.el("li", "", it)
	}
	w.close("ul")
}

func (li List) boxes(l *layout) []box {
	var out []box
	for i, it := range li.Items {
		before := 3.0
		if i == 0 {
			before = 9
		}
		bs := l.paragraph(l.flow(bodyStyle, it, contentW-60, 0), 14, before)
		if len(bs) == 0 {
			continue
		}
		text := bs[0].draw
		bs[0].draw = func(x, y float64) {
			l.rule(x+2, x+8, y+bodyStyle.lead/2, 1, chart.Muted)
			text(x, y)
		}
		out = append(out, bs...)
	}
	return out
}
