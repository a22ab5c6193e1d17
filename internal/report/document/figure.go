package document

import (
	"strconv"

	"accordo.dev/internal/chart"
)

// Figure is one number with all that makes it a statement: unit, interval, how many
// observations, as of when, from where, and the mark of its trace.
type Figure struct {
	Label     string
	Value     string
	Unit      string
	Interval  string
	N         string
	AsOf      string
	Source    string // measured, or "asserted by X"
	State     State
	StateWord string
	Trace     string
	Chart     *chart.Chart
}

// FigureRow sets one to three figures side by side.
type FigureRow struct {
	Figures []Figure
}

// perRow is how many figures stand in one line.
func (f FigureRow) perRow() int { return min(max(len(f.Figures), 1), 3) }

func (f FigureRow) html(w *writer) {
	w.open("div", "class", "g")
	for _, fig := range f.Figures {
		fig.html(w, "card c"+strconv.Itoa(12/f.perRow()), 660/float64(f.perRow())-28)
	}
	w.close("div")
}

func (f Figure) html(w *writer, class string, width float64) {
	w.open("div", "class", class)
	w.open("div", "class", "row sb")
	w.el("span", "lab b", f.Label)
	w.state(f.State, f.StateWord)
	w.close("div")
	fig := "fig s"
	if f.State == NotKnown {
		fig = "fig s unk"
	}
	w.open("div", "class", fig)
	w.open("div", "class", "v")
	w.text(f.Value + " ")
	w.el("small", "", f.Unit)
	w.close("div")
	w.el("div", "iv", f.Interval)
	w.close("div")
	if f.Chart != nil {
		w.chart(*f.Chart, width)
	}
	w.open("div", "class", "prov")
	for _, s := range []string{f.N, f.AsOf, f.Source} {
		w.el("span", "", s)
	}
	w.trace(f.Trace)
	w.close("div")
	w.close("div")
}

func (f FigureRow) boxes(l *layout) []box {
	const gap = 14.0
	n := f.perRow()
	width := (contentW - gap*float64(n-1)) / float64(n)
	var out []box
	for len(f.Figures) > 0 {
		var cards []card
		h := 0.0
		for _, fig := range f.Figures[:min(n, len(f.Figures))] {
			c := l.card(fig, width)
			cards = append(cards, c)
			h = max(h, c.h)
		}
		f.Figures = f.Figures[len(cards):]
		out = append(out, box{h: h, before: 10, draw: func(x, y float64) {
			for i, c := range cards {
				l.drawCard(c, x+float64(i)*(width+gap), y, width, h)
			}
		}})
	}
	return out
}

// card is a figure laid out for a width.
type card struct {
	Figure
	label, unit, interval, prov []row
	valueW                      float64
	chartH, h                   float64
	chart                       func(x, y float64)
}

const cardPad = 11.0

func (l *layout) card(f Figure, width float64) card {
	w := width - 2*cardPad
	c := card{Figure: f}
	c.label = l.flow(smallBold.in(chart.Ink), f.Label, w, 0)
	c.valueW = l.width(figureStyle, printable(f.Value))
	c.interval = l.flow(smallStyle, f.Interval, w, 2)
	for i, s := range []string{f.N, f.AsOf, f.Source} {
		gap := 0.0
		if i == 0 {
			gap = 4
		}
		c.prov = append(c.prov, l.flow(smallStyle, s, w-24, gap)...)
	}
	if unit := w - c.valueW - 6; l.width(unitStyle, printable(f.Unit)) <= unit {
		c.unit = nil // on the line of the value
	} else {
		c.unit = l.flow(unitStyle, f.Unit, w, 0)
	}
	if f.Chart != nil {
		c.chartH, c.chart = l.chartOn(*f.Chart, w+8)
		c.chartH += 8
	}
	c.h = 2*cardPad + height(c.label) + figureStyle.lead + 2 + height(c.unit) + height(c.interval) + c.chartH + height(c.prov)
	if f.StateWord != "" {
		c.h += smallStyle.lead + 2
	}
	if len(c.prov) == 0 && f.Trace != "" {
		c.h += smallStyle.lead
	}
	return c
}

func (l *layout) drawCard(c card, x, y, width, h float64) {
	l.frame(x, y, width, h, chart.Track)
	x, right, foot := x+cardPad, x+width-cardPad, y+h-cardPad
	y = l.printRows(c.label, x, y+cardPad)
	if c.StateWord != "" {
		st := smallBold.in(stateRole(c.State))
		dx := l.mark(c.State, x, y+1)
		l.print(st, x+dx, y+1, l.one(st, c.StateWord, width-30))
		y += smallStyle.lead + 2
	}
	value := figureStyle
	if c.State == NotKnown {
		value = value.in(chart.Muted)
	}
	l.print(value, x, y+2, printable(c.Value))
	if c.unit == nil {
		l.print(unitStyle, x+c.valueW+5, y+11, printable(c.Unit))
	}
	y = l.printRows(c.unit, x, y+figureStyle.lead+2)
	y = l.printRows(c.interval, x, y)
	if c.chart != nil {
		c.chart(x-4, y+6)
		y += c.chartH
	}
	l.printRows(c.prov, x, foot-height(c.prov))
	if c.Trace != "" {
		w := l.width(smallStyle, printable("["+c.Trace+"]"))
		l.traceMark(c.Trace, right-w, foot-smallStyle.lead)
	}
}

// frame draws a thin border.
func (l *layout) frame(x, y, w, h float64, r chart.Role) {
	a, b, c := r.RGB()
	l.pdf.SetDrawColor(a-14, b-14, c-14)
	l.pdf.SetLineWidth(.75)
	l.pdf.Rect(x, y, w, h, "D")
}
