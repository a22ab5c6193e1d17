package layout

import (
	"cmp"
	"slices"
	"strconv"
)

// Point is a place on the drawing; y grows downwards.
type Point struct{ X, Y float64 }

// Route is the way of a line from the edge of its consumer to the edge of its provider: pairs of points
// that a vertical stretch joins, with a curve from each pair to the next.
type Route struct {
	Points []Point
	Up     bool // the provider stands above
}

const (
	portGap  = 16.0
	portRim  = 18.0 // kept free at the corners of a box
	arrowTip = 5.0  // a path ends so much before the box: there the head of the arrow begins
)

// Tip is where the arrow touches its provider.
func (r Route) Tip() Point {
	if len(r.Points) == 0 {
		return Point{}
	}
	return r.Points[len(r.Points)-1]
}

// Root is a point on the first curve that leaves the consumer: a fifth of its height from it.
func (r Route) Root() Point {
	if len(r.Points) < 3 {
		return r.Tip()
	}
	a, b := r.Points[1], r.Points[2]
	// The curve bends like a smooth step; near its beginning it has hardly moved aside.
	return Point{a.X + (b.X-a.X)*0.1, a.Y + (b.Y-a.Y)*0.25}
}

// Path is the route in the words of SVG, drawn from the provider so that the dashes of routes with a
// common end fall together.
func (r Route) Path() string {
	n := len(r.Points)
	if n == 0 {
		return ""
	}
	points := slices.Clone(r.Points)
	tip, short := &points[n-1], -arrowTip
	if r.Up {
		short = arrowTip
	}
	if tip.Y += short; points[n-2].Y == r.Points[n-1].Y {
		points[n-2] = *tip
	}
	out := append([]byte("M"), at(*tip)...)
	for i := n - 2; i >= 0; i-- {
		p, before := points[i], points[i+1]
		if (n-i)%2 == 0 {
			if p != before {
				out = append(append(out, 'L'), at(p)...)
			}
			continue
		}
		middle := (p.Y + before.Y) / 2
		out = append(append(out, 'C'), at(Point{before.X, middle})...)
		out = append(append(out, ' '), at(Point{p.X, middle})...)
		out = append(append(out, ' '), at(p)...)
	}
	return string(out)
}

func at(p Point) string {
	return strconv.FormatFloat(p.X, 'f', 1, 64) + " " + strconv.FormatFloat(p.Y, 'f', 1, 64)
}

// ports spreads the ends of segments along the edges of boxes, in the order of where they lead.
// The result gives the x of a segment's end at an item; segments that meet at a bend meet in its middle.
func (d *draft) ports() map[[2]int]float64 {
	ports := map[[2]int]float64{}
	for item := range d.boxes {
		for _, side := range [][]segment{d.up[item], d.down[item]} {
			ends := slices.Clone(side)
			slices.SortStableFunc(ends, func(a, b segment) int { return cmp.Compare(d.x[a.to], d.x[b.to]) })
			step := min(portGap, max(d.boxes[item].W-2*portRim, 0)/float64(max(len(ends)-1, 1)))
			for i, s := range ends {
				ports[[2]int{item, s.to}] = d.x[item] + (float64(i)-float64(len(ends)-1)/2)*step
			}
		}
	}
	return ports
}

// route follows the way of a line from top to bottom, then turns it so that it begins at the consumer.
func (d *draft) route(places []Place, ports map[[2]int]float64, way []int, up bool) Route {
	var points []Point
	for i, item := range way {
		top, bottom := d.top[d.layer[item]], d.top[d.layer[item]]+d.height[d.layer[item]]
		switch {
		case i == 0:
			x := ports[[2]int{item, way[1]}]
			points = append(points, Point{x, places[item].Y + d.boxes[item].H}, Point{x, bottom})
		case i == len(way)-1:
			x := ports[[2]int{item, way[i-1]}]
			points = append(points, Point{x, top}, Point{x, places[item].Y})
		default:
			points = append(points, Point{d.x[item], top}, Point{d.x[item], bottom})
		}
	}
	if up {
		slices.Reverse(points)
	}
	return Route{Points: points, Up: up}
}
