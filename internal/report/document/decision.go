package document

import "accordo.dev/internal/chart"

// Decision is what the reader is asked to decide: the question, what it costs and
// brings, and what each office says. Dissent is printed, never smoothed.
type Decision struct {
	Number   string // e.g. D-2026-041
	Question string
	Terms    []Term // cost, effect, until when
	Left     Opinion
	Right    Opinion
	Trace    string
}

// Opinion is what one office says, in its own words.
type Opinion struct {
	Office Office
	Title  string // the office
	Person string
	State  State
	Vote   string // yes, no, only with conditions
	Text   string
}

func (d Decision) html(w *writer) {
	w.open("section", "class", "card decision", "aria-label", d.Number)
	w.open("div", "class", "row sb")
	w.el("span", "b", d.Question)
	w.el("span", "meta", d.Number)
	w.close("div")
	Definitions{Items: d.Terms}.html(w)
	SideBySide{d.Left, d.Right}.html(w)
	w.trace(d.Trace)
	w.close("section")
}

func (d Decision) boxes(l *layout) []box {
	const pad = 14.0
	inner := contentW - 2*pad
	question := l.flow(h2Style, d.Question, inner-90, 0)
	out := []box{{h: height(question) + 6, draw: func(x, y float64) {
		l.printRows(question, x, y)
		l.printRight(smallStyle, x+inner, y+3, printable(d.Number))
		if d.Trace != "" {
			w := l.width(smallStyle, printable("["+d.Trace+"]"))
			l.traceMark(d.Trace, x+inner-w, y+14.5)
		}
	}}}
	out[0].h = max(out[0].h, 28)
	out = append(out, l.terms(d.Terms, inner)...)
	out = append(out, l.opinions(d.Left, d.Right, inner)...)
	return l.bordered(out, pad)
}

// bordered draws a border around boxes, also when they run over pages, and keeps them
// together when they fit on one.
func (l *layout) bordered(bs []box, pad float64) []box {
	for i := range bs {
		inner, h, before := bs[i].draw, bs[i].h, bs[i].before
		top, bottom := before, 0.0
		if i == 0 {
			top = pad
		}
		if i == len(bs)-1 {
			bottom = pad
		}
		bs[i].before, bs[i].h, bs[i].keep = 0, top+h+bottom, i < len(bs)-1
		if i == 0 {
			bs[i].before = 12
		}
		bs[i].draw = func(x, y float64) {
			l.fill(chart.Ink)
			if i == 0 {
				l.pdf.Rect(x, y, contentW, 2.5, "F")
			}
			l.pdf.SetFillColor(0xb9, 0xc4, 0xcb)
			l.pdf.Rect(x, y, .75, top+h+bottom, "F")
			l.pdf.Rect(x+contentW-.75, y, .75, top+h+bottom, "F")
			if i == len(bs)-1 {
				l.pdf.Rect(x, y+top+h+bottom-.75, contentW, .75, "F")
			}
			inner(x+pad, y+top)
		}
	}
	return bs
}

// SideBySide sets the text of one office beside that of the other.
type SideBySide struct {
	Left, Right Opinion
}

func (s SideBySide) html(w *writer) {
	if s == (SideBySide{}) {
		return
	}
	w.open("div", "class", "g")
	for _, o := range []Opinion{s.Left, s.Right} {
		if o == (Opinion{}) {
			continue
		}
		w.open("div", "class", "card memo c6 "+officeClass(o.Office))
		w.open("div", "class", "row sb")
		w.el("span", "b", o.Title)
		w.state(o.State, o.Vote)
		w.close("div")
		w.el("p", "meta", o.Person)
		w.el("p", "", o.Text)
		w.close("div")
	}
	w.close("div")
}

func (s SideBySide) boxes(l *layout) []box {
	return l.opinions(s.Left, s.Right, contentW)
}

// opinions sets two columns, each under the colour of its office.
func (l *layout) opinions(left, right Opinion, width float64) []box {
	const gap = 18.0
	col := (width - gap) / 2
	a, b := l.opinion(left, col), l.opinion(right, col)
	if len(a)+len(b) == 0 {
		return nil
	}
	bars := box{h: 7, before: 10, keep: true, draw: func(x, y float64) {
		for k, o := range []Opinion{left, right} {
			if o != (Opinion{}) {
				l.fill(officeRole(o.Office))
				l.pdf.Rect(x+float64(k)*(col+gap), y, col, 3, "F")
			}
		}
	}}
	head := box{h: boldStyle.lead, keep: true, draw: func(x, y float64) {
		l.opinionHead(left, x, y, col)
		l.opinionHead(right, x+col+gap, y, col)
	}}
	return append([]box{bars, head}, l.pair(a, b, 0, col+gap, false)...)
}

func (l *layout) opinionHead(o Opinion, x, y, col float64) {
	l.print(boldStyle, x, y, l.one(boldStyle, o.Title, col*.55))
	if o.Vote == "" {
		return
	}
	st := smallBold.in(stateRole(o.State))
	vote := l.one(st, o.Vote, col*.45-12)
	w := l.width(st, vote)
	l.mark(o.State, x+col-w-11, y+1)
	l.print(st, x+col-w, y+1, vote)
}

func (l *layout) opinion(o Opinion, col float64) []row {
	rows := l.flow(smallStyle, o.Person, col, 0)
	return append(rows, l.flow(bodyStyle, o.Text, col, 3)...)
}
