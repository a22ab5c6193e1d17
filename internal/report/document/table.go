package document

import (
	"slices"

	"accordo.dev/internal/chart"
)

// Align is how a column stands.
type Align int

// The alignments: text left, figures right.
const (
	Left Align = iota
	Right
	Center
)

// Column is a column of a table. Units belong in its title.
type Column struct {
	Title string
	Align Align
	Share float64 // of the width; 0 means as the content needs
}

// Cell is one entry. Sub is a second, smaller line.
type Cell struct {
	Text  string
	Sub   string
	State State
	Trace string
}

// Table has rows whose first cell names them. On paper it repeats its head on each page.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]Cell
}

func (t Table) html(w *writer) {
	w.open("div", "class", "tw", "tabindex", "0") // may scroll sideways: the keyboard reaches it
	w.open("table", "class", "tight")
	w.el("caption", "", t.Caption)
	if t.titled() {
		w.open("thead")
		w.open("tr")
		for _, c := range t.Columns {
			w.open("th", "scope", "col", "class", alignClass(c.Align))
			w.text(c.Title)
			w.close("th")
		}
		w.close("tr")
		w.close("thead")
	}
	w.open("tbody")
	for _, r := range t.Rows {
		w.open("tr")
		for i, c := range r {
			t.cell(w, i, c)
		}
		w.close("tr")
	}
	w.close("tbody")
	w.close("table")
	w.close("div")
}

func (t Table) titled() bool {
	return slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Title != "" })
}

func (t Table) cell(w *writer, i int, c Cell) {
	tag, scope, align := "td", "", Left
	if i == 0 {
		tag, scope = "th", "row"
	}
	if i < len(t.Columns) {
		align = t.Columns[i].Align
	}
	w.open(tag, "scope", scope, "class", alignClass(align))
	if c.State != NoState {
		w.state(c.State, c.Text)
	} else {
		w.text(c.Text)
	}
	if c.Trace != "" {
		w.b.WriteString(" ")
		w.trace(c.Trace)
	}
	w.el("span", "sub", c.Sub)
	w.close(tag)
}

func alignClass(a Align) string {
	return [...]string{"", "r", "ce"}[min(max(int(a), 0), 2)]
}

const (
	cellPadX = 5.0
	cellPadY = 4.0
	maxLines = 40 // a row with more lines is cut, so that it fits on a page
)

func (t Table) boxes(l *layout) []box {
	widths := t.widths(l)
	if len(widths) == 0 {
		return nil
	}
	head := t.head(l, widths)
	var out []box
	if t.Caption != "" {
		out = append(out, keepAll(l.paragraph(l.flow(smallBold.in(chart.Ink), t.Caption, contentW, 0), 0, 10))...)
	}
	first := head
	first.keep = true
	if t.Caption == "" {
		first.before = 8
	}
	out = append(out, first)
	for i, r := range t.Rows {
		rows := t.row(l, widths, r, &head)
		if i == 0 {
			rows[0].head = nil // follows the head on the same page
		}
		if i == 0 && len(t.Rows) > 1 || i > 0 && i == len(t.Rows)-2 {
			rows[len(rows)-1].keep = true // no row alone under a head
		}
		out = append(out, rows...)
	}
	return out
}

func keepAll(bs []box) []box {
	for i := range bs {
		bs[i].keep = true
	}
	return bs
}

func (t Table) head(l *layout, widths []float64) box {
	cells := make([][]row, len(widths))
	h := 0.0
	for i, c := range t.Columns {
		cells[i] = l.flow(smallBold, c.Title, widths[i]-2*cellPadX, 0)
		h = max(h, height(cells[i]))
	}
	return box{h: h + 2*cellPadY, draw: func(x, y float64) {
		for i, rows := range cells {
			l.cellRows(rows, x, y+cellPadY+h-height(rows), widths[i], t.Columns[i].Align)
			x += widths[i]
		}
		l.rule(x-total(widths), x, y+h+2*cellPadY, 1, chart.Ink)
	}}
}

func total(ws []float64) float64 {
	sum := 0.0
	for _, w := range ws {
		sum += w
	}
	return sum
}

func (l *layout) cellRows(rows []row, x, y, width float64, a Align) {
	for _, r := range rows {
		y += r.gap
		free := width - 2*cellPadX - l.width(r.style, r.text)
		l.print(r.style, x+cellPadX+free*[...]float64{0, 1, .5}[min(max(int(a), 0), 2)], y, r.text)
		y += r.style.lead
	}
}

// row makes the boxes of one row: one, or more when its text is longer than a page.
func (t Table) row(l *layout, widths []float64, r []Cell, head *box) []box {
	cells := make([][]row, len(widths))
	n := 0
	for i := range min(len(r), len(widths)) {
		cells[i] = t.cellFlow(l, i, r[i], widths[i])
		n = max(n, len(cells[i]))
	}
	var out []box
	for from := 0; from < max(n, 1); from += maxLines {
		var part [][]row
		for _, c := range cells {
			part = append(part, c[min(from, len(c)):min(from+maxLines, len(c))])
		}
		out = append(out, t.rowBox(l, widths, r, part, head, from+maxLines >= n))
	}
	return out
}

func (t Table) cellFlow(l *layout, i int, c Cell, width float64) []row {
	st, w := cellStyle, width-2*cellPadX
	if i == 0 {
		st = cellBold
	}
	if c.State != NoState {
		st, w = cellBold.in(stateRole(c.State)), w-12
	}
	rows := l.flow(st, c.Text, w-l.traceWidth(c.Trace), 0)
	rows = append(rows, l.flow(smallStyle, c.Sub, w, 0)...)
	return rows
}

func (t Table) rowBox(l *layout, widths []float64, r []Cell, cells [][]row, head *box, last bool) box {
	h := cellStyle.lead
	for _, c := range cells {
		h = max(h, height(c))
	}
	return box{h: h + 2*cellPadY, head: head, draw: func(x, y float64) {
		left := x
		for i, rows := range cells {
			align, dx := t.Columns[i].Align, 0.0
			if i < len(r) {
				dx = t.marks(l, r[i], rows, x, y+cellPadY, widths[i], align)
			}
			l.cellRows(rows, x+dx, y+cellPadY, widths[i]-dx, align)
			x += widths[i]
		}
		if last {
			l.rule(left, x, y+h+2*cellPadY, .5, chart.Track)
		}
	}}
}

// marks draws a cell's state and trace, and gives the room the state took. The trace
// stands inside of the text: after a word, before a figure.
func (t Table) marks(l *layout, c Cell, rows []row, x, y, width float64, a Align) float64 {
	dx := l.mark(c.State, x+cellPadX, y+.3)
	if c.Trace == "" || len(rows) == 0 {
		return dx
	}
	text := l.width(rows[0].style, rows[0].text)
	at := x + cellPadX + dx + text + 3
	if a != Left {
		at = x + width - cellPadX - text - l.traceWidth(c.Trace)
	}
	l.traceMark(c.Trace, at, y+.4)
	return dx
}

// traceWidth is the room that a trace mark takes beside a text.
func (l *layout) traceWidth(id string) float64 {
	if id == "" {
		return 0
	}
	return l.width(smallStyle, printable("["+id+"]")) + 3
}

// widths gives each column what its content asks for, as far as the page allows: narrow
// columns keep their width, wide ones share the rest.
func (t Table) widths(l *layout) []float64 {
	n := len(t.Columns)
	want, fixed := make([]float64, n), false
	for i, c := range t.Columns {
		want[i] = c.Share * contentW
		fixed = fixed || c.Share > 0
		if c.Share <= 0 {
			want[i] = t.wanted(l, i)
		}
	}
	return share(want, contentW)
}

func (t Table) wanted(l *layout, i int) float64 {
	w := l.width(smallBold, printable(t.Columns[i].Title))
	for _, r := range t.Rows {
		if i < len(r) {
			text := l.width(cellBold, printable(r[i].Text)) + l.traceWidth(r[i].Trace)
			if r[i].State != NoState {
				text += 12
			}
			w = max(w, text, l.width(smallStyle, printable(r[i].Sub)))
		}
	}
	return w + 2*cellPadX + 1
}

// share cuts the widest wishes until all fit; what is left over goes to all in proportion.
func share(want []float64, width float64) []float64 {
	out := make([]float64, len(want))
	sum := total(want)
	if sum <= width {
		for i, w := range want {
			out[i] = w + (width-sum)*w/max(sum, 1)
		}
		return out
	}
	sorted := slices.Sorted(slices.Values(want))
	left := width
	limit := 0.0
	for i, w := range sorted {
		limit = left / float64(len(sorted)-i)
		if w > limit {
			break
		}
		left -= w
	}
	for i, w := range want {
		out[i] = min(w, limit)
	}
	return out
}
