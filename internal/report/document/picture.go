package document

import "accordo.dev/internal/chart"

// Picture is a chart over the whole width with the sentence it proves.
type Picture struct {
	Chart   chart.Chart
	Caption string // as of, n, source
	Trace   string
}

func (p Picture) html(w *writer) {
	w.open("figure")
	w.el("p", "b", p.Chart.Title)
	w.chart(p.Chart, 660)
	if p.Caption != "" || p.Trace != "" {
		w.open("figcaption")
		w.text(p.Caption + " ")
		w.trace(p.Trace)
		w.close("figcaption")
	}
	w.close("figure")
}

// chart writes a chart and the table behind it.
func (w *writer) chart(c chart.Chart, width float64) {
	if c.Width == 0 {
		c.Width = width
	}
	w.b.WriteString(c.SVG() + "\n")
	t := c.Data()
	if len(t.Rows) == 0 {
		return
	}
	w.open("details", "class", "data")
	w.el("summary", "", w.words.DataTable)
	table := Table{Caption: c.Title}
	for i, h := range t.Head {
		table.Columns = append(table.Columns, Column{Title: h, Align: Align(min(i, 1))})
	}
	for _, r := range t.Rows {
		var cells []Cell
		for _, s := range r {
			cells = append(cells, Cell{Text: s})
		}
		table.Rows = append(table.Rows, cells)
	}
	table.html(w)
	w.close("details")
}

func (p Picture) boxes(l *layout) []box {
	h, draw := l.chartOn(p.Chart, contentW)
	title := l.flow(boldStyle, p.Chart.Title, contentW, 0)
	caption := l.flow(smallStyle, p.Caption, contentW-50, 3)
	foot := max(height(caption), 0)
	if p.Trace != "" {
		foot = max(foot, smallStyle.lead+3)
	}
	return []box{{h: height(title) + 4 + h + foot, before: 12, draw: func(x, y float64) {
		y = l.printRows(title, x, y) + 4
		draw(x, y)
		l.printRows(caption, x, y+h)
		if p.Trace != "" {
			mark := l.width(smallStyle, printable("["+p.Trace+"]"))
			l.traceMark(p.Trace, x+contentW-mark, y+h+3)
		}
	}}}
}
