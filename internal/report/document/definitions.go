package document

import "accordo.dev/internal/chart"

// Term is a word and what it means, or a property and its value.
type Term struct {
	Term, Text string
}

// Definitions is a list of terms.
type Definitions struct {
	Items []Term
}

func (d Definitions) html(w *writer) {
	if len(d.Items) == 0 {
		return
	}
	w.open("dl", "class", "kv")
	for _, it := range d.Items {
		w.open("dt")
		w.text(it.Term)
		w.close("dt")
		w.open("dd")
		w.text(it.Text)
		w.close("dd")
	}
	w.close("dl")
}

func (d Definitions) boxes(l *layout) []box { return l.terms(d.Items, contentW) }

// terms sets words at the left and what they mean beside them.
func (l *layout) terms(items []Term, width float64) []box {
	col := 0.0
	for _, it := range items {
		col = max(col, l.width(bodyStyle, printable(it.Term)))
	}
	col = min(col+18, width*.34)
	var out []box
	for _, it := range items {
		left := l.flow(bodyStyle.in(chart.Muted), it.Term, col-10, 0)
		right := l.flow(bodyStyle, it.Text, width-col, 0)
		bs := l.pair(left, right, 0, col, false)
		if len(bs) > 0 {
			bs[0].before = 4
			bs[0].keep = len(bs) > 1
		}
		out = append(out, bs...)
	}
	return out
}
