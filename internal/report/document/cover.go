package document

import "accordo.dev/internal/chart"

// Cover is the first page: who reports what to whom, and what the document is.
type Cover struct {
	Organisation string
	Title        string
	Subtitle     string
	Terms        []Term // period, as-of, version, recipients
	Note         string // classification or a standing sentence, at the foot
}

func (c Cover) html(w *writer) {
	w.open("header", "class", "sheet-cover")
	w.open("p", "class", "org")
	w.disc(true, true)
	w.text(" " + c.Organisation)
	w.close("p")
	w.el("h1", "", c.Title)
	w.el("p", "lead", c.Subtitle)
	w.open("div", "class", "rule")
	w.close("div")
	Definitions{Items: c.Terms}.html(w)
	w.el("p", "meta", c.Note)
	w.close("header")
}

func (c Cover) boxes(l *layout) []box {
	title := l.flow(titleStyle, c.Title, contentW-40, 0)
	title = append(title, l.flow(subtitleStyle, c.Subtitle, contentW-60, 12)...)
	terms := l.terms(c.Terms, contentW)
	draw := func(x, y float64) {
		l.twoColours(x, y)
		l.disc(x+17, y+50, 17, true, true)
		l.print(h2Style, x+46, y+41.5, l.one(h2Style, c.Organisation, contentW-50))
		bottom := l.printRows(title, x, y+185)
		l.rule(x, x+56, bottom+26, 2.5, chart.Ink)
		l.stack(terms, x, bottom+48)
		rows := l.flow(smallStyle, c.Note, contentW, 0)
		l.printRows(rows, x, pageH-marginBottom-14-height(rows))
	}
	return []box{{h: contentH, draw: draw}, {breakPage: true}}
}

// twoColours is the line over the cover: one half for each office.
func (l *layout) twoColours(x, y float64) {
	l.fill(chart.CIO)
	l.pdf.Rect(x, y, contentW/2-2, 4, "F")
	l.fill(chart.CISO)
	l.pdf.Rect(x+contentW/2+2, y, contentW/2-2, 4, "F")
}

// stack draws boxes one below the other, inside another box.
func (l *layout) stack(boxes []box, x, y float64) float64 {
	for _, b := range boxes {
		y += b.before
		b.draw(x, y)
		y += b.h
	}
	return y
}
