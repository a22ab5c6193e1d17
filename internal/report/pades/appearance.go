package pades

import (
	"bytes"
	"fmt"
	"strconv"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Appearance is what a page shows of a signature: a box with lines of text, in Helvetica. It is
// only a picture; what counts is the signature behind it.
type Appearance struct {
	Page     int      // counted from 1
	Rect     Rect     // place on the page
	Lines    []string // such as name, office, date, reason; characters outside WinAnsi become "?"
	FontSize float64  // points; 0: as large as fits, at most 10
	NoBorder bool
}

// Rect is a rectangle in points, the origin at the lower left corner of the page.
type Rect struct{ Left, Bottom, Right, Top float64 }

func (r Rect) width() float64  { return r.Right - r.Left }
func (r Rect) height() float64 { return r.Top - r.Bottom }

func (r Rect) overlaps(o Rect) bool {
	return r.Left < o.Right && o.Left < r.Right && r.Bottom < o.Top && o.Bottom < r.Top
}

func (r Rect) array() array {
	return array{decimal(r.Left), decimal(r.Bottom), decimal(r.Right), decimal(r.Top)}
}

func decimal(f float64) number { return number(strconv.FormatFloat(f, 'f', 2, 64)) }

const (
	padding = 4.0 // points between box and text
	leading = 1.2 // line height in font sizes
)

// form is the appearance as a form XObject.
func (a *Appearance) form() *stream {
	font := dict{{"Type", name("Font")}, {"Subtype", name("Type1")}, {"BaseFont", name("Helvetica")}, {"Encoding", name("WinAnsiEncoding")}}
	return &stream{dict{
		{"Type", name("XObject")},
		{"Subtype", name("Form")},
		{"BBox", Rect{0, 0, a.Rect.width(), a.Rect.height()}.array()},
		{"Resources", dict{{"Font", dict{{"F1", font}}}}},
	}, a.content()}
}

func (a *Appearance) content() []byte {
	var b bytes.Buffer
	b.WriteString("q\n")
	if !a.NoBorder {
		fmt.Fprintf(&b, "0.5 w 0.5 0.5 %.2f %.2f re S\n", a.Rect.width()-1, a.Rect.height()-1)
	}
	size := a.size()
	fmt.Fprintf(&b, "BT /F1 %.2f Tf %.2f TL %.2f %.2f Td\n", size, size*leading, padding, a.Rect.height()-padding-size)
	for i, line := range a.Lines {
		if i > 0 {
			b.WriteString("T* ")
		}
		fmt.Fprintf(&b, "%s Tj\n", literal(winAnsi(line)))
	}
	b.WriteString("ET\nQ")
	return b.Bytes()
}

// size is the font size at which all lines fit the box, not below 3 points.
func (a *Appearance) size() float64 {
	if a.FontSize > 0 {
		return a.FontSize
	}
	size := min(10, (a.Rect.height()-2*padding)/(leading*float64(max(1, len(a.Lines)))))
	for _, line := range a.Lines {
		if w := textWidth(line); w > 0 {
			size = min(size, (a.Rect.width()-2*padding)/w)
		}
	}
	return max(size, 3)
}

func winAnsi(text string) []byte {
	var out []byte
	for _, r := range norm.NFC.String(text) {
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok || c < ' ' {
			c = '?'
		}
		out = append(out, c)
	}
	return out
}

// helvetica has the advance widths of the characters from space to tilde, in 1/1000 of the size.
var helvetica = [...]int{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}

// textWidth is in font sizes. An accented letter counts as its base letter, any other character
// outside ASCII as a wide one.
func textWidth(text string) float64 {
	sum := 0
	for _, r := range norm.NFC.String(text) {
		base := []rune(norm.NFD.String(string(r)))[0]
		if base >= ' ' && base <= '~' {
			sum += helvetica[base-' ']
		} else {
			sum += 1000
		}
	}
	return float64(sum) / 1000
}
