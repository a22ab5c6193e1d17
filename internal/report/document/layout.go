package document

import (
	"strings"

	"codeberg.org/go-pdf/fpdf"

	"accordo.dev/internal/chart"
)

// Measures of the page in points.
const (
	pageW, pageH = 595.28, 841.89
	marginX      = 54.0
	marginTop    = 66.0
	marginBottom = 62.0
	contentW     = pageW - 2*marginX
	contentH     = pageH - marginTop - marginBottom
)

// style is how a text is set.
type style struct {
	family string
	face   string // "", B or I
	size   float64
	lead   float64
	role   chart.Role
}

var (
	titleStyle    = style{"go", "B", 30, 36, chart.Ink}
	subtitleStyle = style{"go", "", 14, 20, chart.Muted}
	h1Style       = style{"go", "B", 18, 23, chart.Ink}
	h2Style       = style{"go", "B", 12.5, 17, chart.Ink}
	h3Style       = style{"go", "B", 10, 14, chart.Ink}
	verdictStyle  = style{"go", "", 13, 18.5, chart.Ink}
	bodyStyle     = style{"go", "", 9.5, 14, chart.Ink}
	boldStyle     = style{"go", "B", 9.5, 14, chart.Ink}
	smallStyle    = style{"go", "", 8, 11.5, chart.Muted}
	smallBold     = style{"go", "B", 8, 11.5, chart.Muted}
	figureStyle   = style{"go", "B", 21, 26, chart.Ink}
	unitStyle     = style{"go", "", 9, 12, chart.Muted}
	cellStyle     = style{"go", "", 8.8, 12.2, chart.Ink}
	cellBold      = style{"go", "B", 8.8, 12.2, chart.Ink}
	monoStyle     = style{"gomono", "", 7.5, 10.5, chart.Muted}
)

func (s style) in(r chart.Role) style { s.role = r; return s }

// box is a piece of a page that cannot be cut. draw gets the left edge of the content
// and the box's top.
type box struct {
	h         float64
	before    float64 // space above, dropped at the top of a page
	keep      bool    // stands on the same page as the next box
	breakPage bool
	head      *box // repeated on top of a page that begins with this box
	draw      func(x, y float64)
}

// placed is a box that has found its page.
type placed struct {
	box
	page int // from 1
	y    float64
}

// layout turns blocks into boxes; it needs the fonts to measure text.
type layout struct {
	pdf   *fpdf.Fpdf
	links map[string]int // trace id to PDF link
	slots []Slot
	page  int
}

func (l *layout) width(st style, s string) float64 {
	l.pdf.SetFont(st.family, st.face, st.size)
	return l.pdf.GetStringWidth(s)
}

// lines breaks a text to a width. No-break spaces hold; a word wider than a line is cut.
func (l *layout) lines(st style, s string, width float64) []string {
	var out []string
	line := ""
	for _, word := range strings.FieldsFunc(printable(s), func(r rune) bool { return r == ' ' }) {
		next := word
		if line != "" {
			next = line + " " + word
		}
		if line != "" && l.width(st, next) > width {
			out = append(out, line)
			next = word
		}
		for l.width(st, next) > width {
			n := l.fits(st, next, width)
			out = append(out, string([]rune(next)[:n]))
			next = string([]rune(next)[n:])
		}
		line = next
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

// fits counts the characters that fit on a line, at least one.
func (l *layout) fits(st style, s string, width float64) int {
	n, used := 0, 0.0
	for _, r := range s {
		used += l.width(st, string(r))
		if n > 0 && used > width {
			break
		}
		n++
	}
	return n
}

// print sets one line with its top at y.
func (l *layout) print(st style, x, y float64, s string) {
	l.color(st.role)
	l.pdf.SetFont(st.family, st.face, st.size)
	l.pdf.Text(x, y+st.lead/2+st.size*.34, s)
}

func (l *layout) printRight(st style, right, y float64, s string) {
	l.print(st, right-l.width(st, s), y, s)
}

func (l *layout) color(r chart.Role) {
	a, b, c := r.RGB()
	l.pdf.SetTextColor(a, b, c)
}

func (l *layout) fill(r chart.Role) {
	a, b, c := r.RGB()
	l.pdf.SetFillColor(a, b, c)
}

// rule draws a horizontal line.
func (l *layout) rule(x1, x2, y, width float64, r chart.Role) {
	a, b, c := r.RGB()
	l.pdf.SetDrawColor(a, b, c)
	l.pdf.SetLineWidth(width)
	l.pdf.Line(x1, y, x2, y)
}

// row is one line of a text that has already been broken.
type row struct {
	style style
	text  string
	gap   float64 // space above
}

// flow breaks a text into rows.
func (l *layout) flow(st style, s string, width, gap float64) []row {
	var out []row
	for i, line := range l.lines(st, s, width) {
		r := row{style: st, text: line}
		if i == 0 {
			r.gap = gap
		}
		out = append(out, r)
	}
	return out
}

func height(rows []row) float64 {
	h := 0.0
	for _, r := range rows {
		h += r.style.lead + r.gap
	}
	return h
}

// printRows sets rows one below the other and gives the y below the last.
func (l *layout) printRows(rows []row, x, y float64) float64 {
	for _, r := range rows {
		y += r.gap
		l.print(r.style, x, y, r.text)
		y += r.style.lead
	}
	return y
}

// paragraph makes one box a line and keeps the first two and the last two together.
func (l *layout) paragraph(rows []row, dx, before float64) []box {
	var out []box
	for i, r := range rows {
		b := box{h: r.style.lead + r.gap, draw: func(x, y float64) { l.print(r.style, x+dx, y+r.gap, r.text) }}
		b.keep = i == 0 && len(rows) > 1 || i == len(rows)-2
		if i == 0 {
			b.before = before
		}
		out = append(out, b)
	}
	return out
}

// pair sets two columns beside each other, a box per line, so that they may run over pages.
func (l *layout) pair(left, right []row, dxLeft, dxRight float64, keep bool) []box {
	var out []box
	for i := range max(len(left), len(right)) {
		h := 0.0
		var cells [2]*row
		for k, rows := range [][]row{left, right} {
			if i < len(rows) {
				cells[k] = &rows[i]
				h = max(h, rows[i].style.lead+rows[i].gap)
			}
		}
		out = append(out, box{h: h, keep: keep, draw: func(x, y float64) {
			for k, dx := range [2]float64{dxLeft, dxRight} {
				if c := cells[k]; c != nil {
					l.print(c.style, x+dx, y+h-c.style.lead, c.text)
				}
			}
		}})
	}
	return out
}

// place puts boxes on pages. Boxes that are kept together move to the next page
// together, when they fit on one.
func place(boxes []box) []placed {
	p := placer{page: 1, y: marginTop}
	for i := 0; i < len(boxes); {
		j, h := i, 0.0
		for ; j < len(boxes); j++ {
			h += boxes[j].h
			if j > i {
				h += boxes[j].before
			}
			if !boxes[j].keep || boxes[j].breakPage {
				break
			}
		}
		j = min(j, len(boxes)-1)
		p.group(boxes[i:j+1], h)
		i = j + 1
	}
	return p.out
}

type placer struct {
	out  []placed
	page int
	y    float64
	used bool // something stands on this page
}

func (p *placer) group(boxes []box, h float64) {
	if p.used && p.y+boxes[0].before+h > pageH-marginBottom && h <= contentH {
		p.next()
	}
	for _, b := range boxes {
		p.box(b)
	}
}

func (p *placer) box(b box) {
	if b.breakPage {
		if p.used {
			p.next()
		}
		return
	}
	if p.used && p.y+b.before+b.h > pageH-marginBottom+.01 {
		p.next()
	}
	if !p.used && b.head != nil && p.page > 1 {
		p.out = append(p.out, placed{*b.head, p.page, p.y})
		p.y += b.head.h
		p.used = true
	}
	if p.used {
		p.y += b.before
	}
	p.out = append(p.out, placed{b, p.page, p.y})
	p.y += b.h
	p.used = true
}

func (p *placer) next() {
	p.page++
	p.y = marginTop
	p.used = false
}
