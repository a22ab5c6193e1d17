package chart

import "strings"

const (
	textSize  = 12.0
	smallSize = 11.0
	edge      = 2.0 // nothing is drawn nearer to the view box
)

// pen draws on a canvas and keeps account of where labels and lines are, so that no
// label covers another.
type pen struct {
	Frame
	cv     Canvas
	labels []Box
	lines  []Point // sampled points of lines that labels should keep off
}

func newPen(cv Canvas, f Frame) *pen { return &pen{Frame: f, cv: cv} }

// box is where a text will stand, including a little air.
func (t Text) box() Box {
	w := textWidth(t.S, t.Size, t.Bold)
	x := t.At.X - w*float64(t.Anchor)/2
	return Box{x - 2, t.At.Y - t.Size*.82, w + 4, t.Size * 1.08}
}

// label draws a text at the first of the given places where it covers no other label,
// preferring places off the lines. It reports whether there was one.
func (p *pen) label(t Text, places ...Point) bool {
	if t.Size == 0 {
		t.Size = textSize
	}
	t.S = fit(strings.Join(strings.Fields(clean(t.S)), " "), t.Size, t.Bold, p.Width-2*edge-4)
	if t.S == "" {
		return false
	}
	if len(places) == 0 {
		places = []Point{t.At}
	}
	for _, strict := range []bool{true, false} {
		for _, at := range places {
			if p.place(t, at, strict) {
				return true
			}
		}
	}
	return false
}

func (p *pen) place(t Text, at Point, strict bool) bool {
	t.At = at
	t.At = p.inside(t)
	b := t.box()
	for _, o := range p.labels {
		if b.overlaps(o) {
			return false
		}
	}
	for _, q := range p.lines {
		if strict && b.holds(q) {
			return false
		}
	}
	p.labels = append(p.labels, b)
	p.cv.Text(t)
	return true
}

// inside moves a text into the view box.
func (p *pen) inside(t Text) Point {
	b := t.box()
	at := t.At
	at.X += max(0, edge-b.X) - max(0, b.X+b.W-(p.Width-edge))
	at.Y += max(0, edge-b.Y) - max(0, b.Y+b.H-(p.Height-edge))
	return at
}

func (p *pen) line(a, b Point, s Stroke) { p.cv.Polyline([]Point{a, b}, s) }

// polyline draws a line that labels keep off.
func (p *pen) polyline(ps []Point, s Stroke) {
	if len(ps) < 2 {
		return
	}
	p.avoid(ps)
	p.cv.Polyline(ps, s)
}

func (p *pen) avoid(ps []Point) {
	for i := 1; i < len(ps); i++ {
		a, b := ps[i-1], ps[i]
		n := int(max(abs(b.X-a.X), abs(b.Y-a.Y))/4) + 1
		for k := 0; k <= n; k++ {
			t := float64(k) / float64(n)
			p.lines = append(p.lines, Point{a.X + t*(b.X-a.X), a.Y + t*(b.Y-a.Y)})
		}
	}
}

// whisker draws the interval of a value on a horizontal scale.
func (p *pen) whisker(x scale, lo, hi, y float64, role Role) {
	if !usable(lo) || !usable(hi) || hi < lo {
		return
	}
	a, b := x.at(lo), x.at(hi)
	s := Stroke{Role: role, Width: 1.75}
	p.line(Point{a, y}, Point{b, y}, s)
	p.line(Point{a, y - 3.5}, Point{a, y + 3.5}, s)
	p.line(Point{b, y - 3.5}, Point{b, y + 3.5}, s)
}

// bar draws a filled box between two x, at least a hair wide.
func (p *pen) bar(x1, x2, y, h float64, role Role) {
	lo, hi := min(x1, x2), max(x1, x2)
	p.cv.Rect(Box{lo, y, max(hi-lo, 1), h}, role)
}

// unknown draws the part of a bar that nobody measured.
func (p *pen) unknown(x1, x2, y, h float64) {
	if x2-x1 >= 1 {
		p.cv.Hatch(Box{x1, y, x2 - x1, h})
	}
}

// noData draws a chart that has nothing to show: hatching and the sentence that says so.
func (p *pen) noData() {
	p.cv.Hatch(Box{edge, edge, p.Width - 2*edge, p.Height - 2*edge})
	lines := wrap(clean(p.Words.NoData), textSize, p.Width-40, 2)
	y := p.Height/2 + 4 - 8*float64(len(lines)-1)
	for i, l := range lines {
		w := textWidth(l, textSize, false)
		at := Point{p.Width / 2, y + 16*float64(i)}
		if w > 0 {
			p.cv.Rect(Box{at.X - w/2 - 6, at.Y - 12, w + 12, 16}, Surface)
		}
		p.label(Text{S: l, Anchor: Middle, Role: Ink}, at)
	}
}

func abs(v float64) float64 { return max(v, -v) }
