package document

import (
	"codeberg.org/go-pdf/fpdf"

	"accordo.dev/internal/chart"
)

// unit is how many points a chart unit takes on paper: the same for all charts, so that
// their text has one size.
const unit = .75

// canvas draws a chart's commands on the page.
type canvas struct {
	l    *layout
	x, y float64 // top left corner
	k    float64 // points per chart unit
}

func (c canvas) at(p chart.Point) (x, y float64) { return c.x + p.X*c.k, c.y + p.Y*c.k }

func (c canvas) points(ps []chart.Point) []fpdf.PointType {
	out := make([]fpdf.PointType, len(ps))
	for i, p := range ps {
		out[i].X, out[i].Y = c.at(p)
	}
	return out
}

func (c canvas) pen(r chart.Role, width float64) {
	red, green, blue := r.RGB()
	c.l.pdf.SetDrawColor(red, green, blue)
	c.l.pdf.SetLineWidth(width * c.k)
}

// Polyline draws an open line.
func (c canvas) Polyline(ps []chart.Point, s chart.Stroke) {
	if len(ps) < 2 {
		return
	}
	pdf := c.l.pdf
	c.pen(s.Role, s.Width)
	var dash []float64
	for _, d := range s.Dash.Pattern() {
		dash = append(dash, d*c.k)
	}
	pdf.SetDashPattern(dash, 0)
	pdf.SetLineJoinStyle("round")
	pdf.MoveTo(c.at(ps[0]))
	for _, p := range ps[1:] {
		pdf.LineTo(c.at(p))
	}
	pdf.DrawPath("D")
	pdf.SetDashPattern(nil, 0)
}

// Area fills a polygon; a band lets what is below show through.
func (c canvas) Area(ps []chart.Point, r chart.Role) {
	c.l.fill(r)
	if r == chart.Band {
		c.l.pdf.SetAlpha(chart.BandAlpha, "Normal")
		defer c.l.pdf.SetAlpha(1, "Normal")
	}
	c.l.pdf.Polygon(c.points(ps), "F")
}

// Rect fills a box.
func (c canvas) Rect(b chart.Box, r chart.Role) {
	c.l.fill(r)
	x, y := c.at(chart.Point{X: b.X, Y: b.Y})
	c.l.pdf.Rect(x, y, b.W*c.k, b.H*c.k, "F")
}

// Hatch fills a box with diagonals.
func (c canvas) Hatch(b chart.Box) {
	c.pen(chart.Unknown, .75)
	x, y := c.at(chart.Point{X: b.X, Y: b.Y})
	c.l.pdf.Rect(x, y, b.W*c.k, b.H*c.k, "D")
	for _, line := range chart.HatchLines(b) {
		x1, y1 := c.at(line[0])
		x2, y2 := c.at(line[1])
		c.l.pdf.Line(x1, y1, x2, y2)
	}
}

// Dot draws a point of a chart.
func (c canvas) Dot(p chart.Point, radius float64, r chart.Role, hollow bool) {
	x, y := c.at(p)
	c.pen(r, 1.75)
	if hollow {
		c.l.fill(chart.Surface)
		c.l.pdf.Circle(x, y, radius*c.k, "FD")
		return
	}
	c.l.fill(r)
	c.l.pdf.Circle(x, y, radius*c.k, "F")
}

// Text prints a label; one with a halo gets paper behind it.
func (c canvas) Text(t chart.Text) {
	st := style{"go", "", t.Size * c.k, 0, t.Role}
	if t.Bold {
		st.face = "B"
	}
	s := printable(t.S)
	w := c.l.width(st, s)
	x, y := c.at(t.At)
	x -= w * float64(t.Anchor) / 2
	if t.Halo {
		c.l.fill(chart.Surface)
		c.l.pdf.Rect(x-1, y-st.size*.78, w+2, st.size, "F")
	}
	c.l.color(t.Role)
	c.l.pdf.Text(x, y, s)
}

// chartOn sizes a chart for a width on paper and gives its height and how to draw it.
func (l *layout) chartOn(c chart.Chart, width float64) (h float64, draw func(x, y float64)) {
	c.Width = width / unit
	cw, ch := c.Size()
	k := width / cw
	return ch * k, func(x, y float64) { c.Draw(canvas{l, x, y, k}) }
}
