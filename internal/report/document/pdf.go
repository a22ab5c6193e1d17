package document

import (
	"bytes"
	"fmt"
	"strconv"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"

	"accordo.dev/internal/chart"
)

// Paper is a rendered PDF and what a signer must know of it.
type Paper struct {
	Bytes []byte
	Pages int
	Slots []Slot // in order of the document
}

// Slot is the empty place of one signature: a page (from 1) and a rectangle in points,
// from the page's bottom left corner, as in a PDF /Rect.
type Slot struct {
	ID             string
	Page           int
	X0, Y0, X1, Y1 float64
}

// PDF renders the document on A4. The bytes depend on the document alone.
func PDF(d Document) (Paper, error) {
	pdf, err := newPDF(d)
	if err != nil {
		return Paper{}, err
	}
	l := &layout{pdf: pdf, links: map[string]int{}}
	for _, b := range d.Blocks {
		l.link(b)
	}
	var boxes []box
	for _, b := range d.Blocks {
		boxes = append(boxes, b.boxes(l)...)
	}
	pages := l.draw(d, place(boxes))
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return Paper{}, fmt.Errorf("write PDF of %s: %w", d.ID, err)
	}
	return Paper{Bytes: out.Bytes(), Pages: pages, Slots: l.slots}, nil
}

func newPDF(d Document) (*fpdf.Fpdf, error) {
	if _, err := fontHolds(); err != nil {
		return nil, fmt.Errorf("read embedded font: %w", err)
	}
	pdf := fpdf.New("P", "pt", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(d.Created.UTC())
	pdf.SetModificationDate(d.Created.UTC())
	pdf.SetMargins(marginX, marginTop, marginX)
	pdf.SetAutoPageBreak(false, 0)
	for _, f := range []struct {
		family, face string
		ttf          []byte
	}{{"go", "", goregular.TTF}, {"go", "B", gobold.TTF}, {"gomono", "", gomono.TTF}} {
		pdf.AddUTF8FontFromBytes(f.family, f.face, bytes.Clone(f.ttf))
	}
	describe(pdf, d)
	return pdf, pdf.Error()
}

func describe(pdf *fpdf.Fpdf, d Document) {
	pdf.SetTitle(printable(d.Title), true)
	pdf.SetAuthor(printable(d.Author), true)
	pdf.SetSubject(printable(d.Subject), true)
	pdf.SetKeywords(printable(d.ID), true)
	pdf.SetCreator("accordo", true)
	pdf.SetProducer("accordo", true)
	pdf.SetLang(langTag(d.Lang))
	pdf.SetDisplayMode("fullwidth", "continuous")
	var files []fpdf.Attachment
	for _, a := range d.Attachments {
		files = append(files, fpdf.Attachment{Content: a.Content, Filename: printable(a.Name), Description: printable(a.Description)})
	}
	pdf.SetAttachments(files)
}

// langTag keeps what a language tag may contain; it is written into the PDF unescaped.
func langTag(s string) string {
	out := []byte{}
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' {
			out = append(out, c)
		}
	}
	return string(out)
}

// draw draws the placed boxes page by page and gives the number of pages.
func (l *layout) draw(d Document, ps []placed) int {
	total := 1
	if len(ps) > 0 {
		total = ps[len(ps)-1].page
	}
	_, covered := firstBlock(d).(Cover)
	for l.page = 1; l.page <= total; l.page++ {
		l.pdf.AddPage()
		if l.page > 1 || !covered {
			l.runningHead(d)
		}
		l.footer(d, l.page, total)
		for len(ps) > 0 && ps[0].page == l.page {
			if ps[0].draw != nil {
				ps[0].draw(marginX, ps[0].y)
			}
			ps = ps[1:]
		}
	}
	return total
}

func firstBlock(d Document) Block {
	if len(d.Blocks) == 0 {
		return nil
	}
	return d.Blocks[0]
}

func (l *layout) runningHead(d Document) {
	if d.Running == "" {
		return
	}
	l.disc(marginX+5, 39, 5, true, true)
	l.print(smallStyle, marginX+16, 33, l.one(smallStyle, d.Running, contentW-16))
	l.rule(marginX, pageW-marginX, 52, .5, chart.Track)
}

func (l *layout) footer(d Document, page, total int) {
	y := pageH - 42.0
	l.rule(marginX, pageW-marginX, y-5, .5, chart.Track)
	l.print(smallStyle, marginX, y, l.one(smallStyle, d.ID, contentW-60))
	l.printRight(smallStyle, pageW-marginX, y, strconv.Itoa(page)+"/"+strconv.Itoa(total))
}

// one is the first line of a text.
func (l *layout) one(st style, s string, width float64) string {
	lines := l.lines(st, s, width)
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// disc draws the sign: left half CIO, right half CISO; filled when signed, outline when not.
func (l *layout) disc(cx, cy, r float64, cio, ciso bool) {
	gap := r * .1
	l.half(cx-gap, cy, r, 90, chart.CIO, cio)
	l.half(cx+gap, cy, r, -90, chart.CISO, ciso)
}

func (l *layout) half(cx, cy, r, from float64, role chart.Role, filled bool) {
	a, b, c := role.RGB()
	l.pdf.SetDrawColor(a, b, c)
	l.pdf.SetFillColor(a, b, c)
	l.pdf.SetLineWidth(r * .14)
	mode := "D"
	if filled {
		mode = "F"
	} else {
		r -= r * .07
	}
	l.pdf.Arc(cx, cy, r, r, 0, from, from+180, mode)
	if !filled {
		l.pdf.Line(cx, cy-r, cx, cy+r)
	}
}

// link gives each explained trace id a place in the PDF to lead to.
func (l *layout) link(b Block) {
	t, ok := b.(Traces)
	if !ok {
		return
	}
	for _, it := range t.Items {
		l.links[it.ID] = l.pdf.AddLink()
	}
}

// traceMark prints the mark of a trace id and gives its width.
func (l *layout) traceMark(id string, x, y float64) float64 {
	if id == "" {
		return 0
	}
	s := printable("[" + id + "]")
	w := l.width(smallStyle, s)
	l.print(smallStyle, x, y, s)
	if link, ok := l.links[id]; ok {
		l.pdf.Link(x, y, w, smallStyle.lead, link)
	}
	return w
}

// mark draws the icon of a state at the left of a line and gives its width.
func (l *layout) mark(s State, x, y float64) float64 {
	role := stateRole(s)
	a, b, c := role.RGB()
	l.pdf.SetDrawColor(a, b, c)
	l.pdf.SetFillColor(a, b, c)
	l.pdf.SetLineWidth(.9)
	cx, cy := x+4, y+smallStyle.lead/2
	switch s {
	case Inside:
		l.pdf.Circle(cx, cy, 3.8, "D")
		l.pdf.Line(cx-1.8, cy+.2, cx-.5, cy+1.5)
		l.pdf.Line(cx-.5, cy+1.5, cx+1.8, cy-1.4)
	case Near:
		l.pdf.Polygon([]fpdf.PointType{{X: cx, Y: cy - 4}, {X: cx + 4.2, Y: cy + 3.4}, {X: cx - 4.2, Y: cy + 3.4}}, "D")
		l.pdf.Line(cx, cy-1.3, cx, cy+1)
	case Outside:
		l.pdf.Polygon(octagon(cx, cy, 4), "F")
		l.pdf.SetDrawColor(255, 255, 255)
		l.pdf.Line(cx, cy-2.2, cx, cy+.6)
		l.pdf.Line(cx, cy+1.7, cx, cy+2.2)
	case NotKnown:
		l.pdf.SetDashPattern([]float64{1.6, 1.3}, 0)
		l.pdf.Circle(cx, cy, 3.8, "D")
		l.pdf.SetDashPattern(nil, 0)
	default:
		return 0
	}
	return 11
}

func octagon(cx, cy, r float64) []fpdf.PointType {
	k := r * .41
	return []fpdf.PointType{
		{X: cx - k, Y: cy - r},
		{X: cx + k, Y: cy - r},
		{X: cx + r, Y: cy - k},
		{X: cx + r, Y: cy + k},
		{X: cx + k, Y: cy + r},
		{X: cx - k, Y: cy + r},
		{X: cx - r, Y: cy + k},
		{X: cx - r, Y: cy - k},
	}
}

func stateRole(s State) chart.Role {
	return [...]chart.Role{chart.Ink, chart.OK, chart.Warn, chart.Bad, chart.Muted}[s.index()]
}

func officeRole(o Office) chart.Role {
	return [...]chart.Role{chart.Muted, chart.CIO, chart.CISO}[min(max(int(o), 0), 2)]
}
