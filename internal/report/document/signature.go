package document

import "accordo.dev/internal/chart"

// Signatures is the place where both offices sign. On paper each signer gets an empty
// rectangle, reported as a Slot, in which a later step draws the visible signature.
type Signatures struct {
	Statement string // what is signed, in one sentence
	Left      Signer
	Right     Signer
}

// Signer is one of the two.
type Signer struct {
	SlotID string // names the rectangle
	Office Office
	Title  string // the office
	Person string
	State  string // e.g. not yet signed; signed on
	Signed bool
	Hash   string // of the signed content
}

func (s Signatures) html(w *writer) {
	w.el("p", "", s.Statement)
	w.open("div", "class", "sig")
	for _, g := range []Signer{s.Left, s.Right} {
		w.open("div", "class", officeClass(g.Office))
		w.open("p", "class", "b")
		w.disc(g.Office == CIO && g.Signed, g.Office == CISO && g.Signed)
		w.text(" " + g.Title)
		w.close("p")
		w.el("p", "", g.Person)
		w.el("p", "meta", g.State)
		w.el("code", "", g.Hash)
		w.close("div")
	}
	w.close("div")
}

const slotH = 64.0

func (s Signatures) boxes(l *layout) []box {
	const gap = 18.0
	col := (contentW - gap) / 2
	out := keepAll(l.paragraph(l.flow(bodyStyle, s.Statement, contentW-46, 0), 0, 12))
	h := max(l.signerHeight(s.Left, col), l.signerHeight(s.Right, col))
	return append(out, box{h: h, before: 10, draw: func(x, y float64) {
		l.signer(s.Left, x, y, col, h)
		l.signer(s.Right, x+col+gap, y, col, h)
	}})
}

func (l *layout) signerRows(s Signer, col float64) (top, bottom []row) {
	top = l.flow(boldStyle, s.Title, col-60, 0)
	top = append(top, l.flow(bodyStyle, s.Person, col-60, 0)...)
	bottom = l.flow(smallStyle, s.State, col-24, 2)
	return top, append(bottom, l.flow(monoStyle, s.Hash, col-24, 2)...)
}

func (l *layout) signerHeight(s Signer, col float64) float64 {
	top, bottom := l.signerRows(s, col)
	return 14 + max(height(top), 24) + 8 + slotH + 6 + height(bottom) + 10
}

func (l *layout) signer(s Signer, x, y, col, h float64) {
	l.frame(x, y, col, h, chart.Track)
	l.fill(officeRole(s.Office))
	l.pdf.Rect(x, y, col, 3.5, "F")
	l.disc(x+24, y+26, 10, s.Office == CIO && s.Signed, s.Office == CISO && s.Signed)
	top, bottom := l.signerRows(s, col)
	at := y + 14
	l.printRows(top, x+44, at)
	at += max(height(top), 24) + 8
	l.slot(s.SlotID, x+12, at, col-24)
	l.printRows(bottom, x+12, at+slotH+6)
}

// slot draws the empty rectangle of a signature and reports where it is.
func (l *layout) slot(id string, x, y, w float64) {
	l.tint(x, y, w, slotH)
	a, b, c := chart.Unknown.RGB()
	l.pdf.SetDrawColor(a, b, c)
	l.pdf.SetLineWidth(.5)
	l.pdf.SetDashPattern([]float64{2, 2}, 0)
	l.pdf.Rect(x, y, w, slotH, "D")
	l.pdf.SetDashPattern(nil, 0)
	l.slots = append(l.slots, Slot{ID: id, Page: l.page, X0: x, Y0: pageH - y - slotH, X1: x + w, Y1: pageH - y})
}
