package chart

// Canvas is a surface that can be drawn on. Coordinates are chart units, y grows downwards.
type Canvas interface {
	Polyline(ps []Point, s Stroke)
	Area(ps []Point, fill Role)
	Rect(b Box, fill Role)
	Hatch(b Box)
	Dot(c Point, radius float64, s Role, hollow bool)
	Text(t Text)
}

// Point is a place in chart units.
type Point struct{ X, Y float64 }

// Box is a rectangle, from its top left corner.
type Box struct{ X, Y, W, H float64 }

func (b Box) overlaps(o Box) bool {
	return b.X < o.X+o.W && o.X < b.X+b.W && b.Y < o.Y+o.H && o.Y < b.Y+b.H
}

func (b Box) holds(p Point) bool {
	return p.X > b.X && p.X < b.X+b.W && p.Y > b.Y && p.Y < b.Y+b.H
}

// Stroke is how a line is drawn.
type Stroke struct {
	Role  Role
	Width float64
	Dash  Dash
}

// Dash tells lines apart without colour.
type Dash int

// The dash patterns, in the order in which a chart with several lines uses them.
const (
	Solid Dash = iota
	Dashed
	Dotted
)

// Pattern gives dash and gap lengths in chart units; nil for a solid line.
func (d Dash) Pattern() []float64 {
	return [][]float64{nil, {6, 4}, {1.5, 3.5}}[min(max(int(d), 0), 2)]
}

// Anchor says which end of a text stands at its point.
type Anchor int

// Text anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// Text is a label; At is on its baseline.
type Text struct {
	At     Point
	S      string
	Anchor Anchor
	Role   Role
	Size   float64
	Bold   bool
	Halo   bool // stands over lines: keep it readable
}

// Role is what a colour means. A role becomes a class in SVG and a fixed colour in print.
type Role int

// The roles.
const (
	Ink     Role = iota
	Muted        // axis text, secondary marks
	Grid         // lines that only guide the eye
	Limit        // appetite, tolerance, promise
	CIO          // the office of the chief information officer
	CISO         // the office of the chief information security officer
	Unknown      // not measured
	Band         // interval around a line
	OK           // inside
	Warn         // near, late
	Bad          // outside
	Second       // second series
	Third        // third series
	Track        // ground on which a bar runs
	Surface      // the paper
)

type roleStyle struct {
	name string
	rgb  [3]int
}

var roles = [...]roleStyle{
	Ink:     {"ink", [3]int{0x11, 0x20, 0x2c}},
	Muted:   {"muted", [3]int{0x46, 0x53, 0x5d}},
	Grid:    {"grid", [3]int{0xe3, 0xe8, 0xeb}},
	Limit:   {"limit", [3]int{0xa6, 0x1d, 0x1a}},
	CIO:     {"cio", [3]int{0x12, 0x5a, 0x94}},
	CISO:    {"ciso", [3]int{0x8d, 0x28, 0x66}},
	Unknown: {"unknown", [3]int{0x75, 0x82, 0x8c}},
	Band:    {"band", [3]int{0x11, 0x20, 0x2c}},
	OK:      {"ok", [3]int{0x17, 0x65, 0x3a}},
	Warn:    {"warn", [3]int{0x78, 0x50, 0x00}},
	Bad:     {"bad", [3]int{0xa6, 0x1d, 0x1a}},
	Second:  {"second", [3]int{0x0f, 0x6f, 0x68}},
	Third:   {"third", [3]int{0x8a, 0x61, 0x00}},
	Track:   {"track", [3]int{0xe9, 0xed, 0xef}},
	Surface: {"surface", [3]int{0xff, 0xff, 0xff}},
}

// BandAlpha is how much of the band's colour covers the paper.
const BandAlpha = 0.11

// Name gives the role's name, used in class names.
func (r Role) Name() string { return r.style().name }

// RGB gives the role's colour in print.
func (r Role) RGB() (red, green, blue int) {
	c := r.style().rgb
	return c[0], c[1], c[2]
}

func (r Role) style() roleStyle {
	if r < 0 || int(r) >= len(roles) {
		return roles[Ink]
	}
	return roles[r]
}

// HatchLines gives the diagonal lines that fill a box to say "unknown".
func HatchLines(b Box) [][2]Point {
	const gap = 5
	var lines [][2]Point
	for d := gap / 2.0; d < b.W+b.H; d += gap {
		from := Point{b.X + max(0, d-b.H), b.Y + min(d, b.H)}
		to := Point{b.X + min(d, b.W), b.Y + max(0, d-b.W)}
		lines = append(lines, [2]Point{from, to})
	}
	return lines
}
