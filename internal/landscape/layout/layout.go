// Package layout places the boxes of a map and routes the lines between them. It is pure and
// deterministic: the same boxes and lines give the same drawing.
//
// Layered draws up to some hundred boxes in layers, consumers above what they need (Sugiyama, Tagawa and
// Toda 1981): break cycles and choose layers (rank.go), order each layer so that few lines cross
// (order.go), give coordinates (place.go), lead the lines around boxes (route.go). Domains arranges
// thousands of boxes, each domain in a field of its own (domains.go).
package layout

import "slices"

// Box is something to place. Boxes of a lower Band stand above those of a higher one.
type Box struct {
	W, H float64
	Band int
}

// Line runs from a consumer to its provider. Lines of one Kind to the same provider may share a part of
// their way. A line from a box to itself, or to a box that does not exist, is not drawn.
type Line struct {
	From, To int
	Kind     int
}

// Options are the measures of a drawing; what is zero takes a usual value.
type Options struct {
	Gap       float64 // between boxes of a layer
	LayerGap  float64 // between layers, at least
	LineGap   float64 // kept free on the way of a line between boxes
	Margin    float64
	BandTop   float64 // room above the first layer of a band, for its name
	BandFoot  float64 // room below its last layer
	BandGap   float64 // between bands, at least
	MostInRow int     // a layer of more boxes is broken into several
}

// Place is where a box went: its upper left corner and its layer from the top.
type Place struct {
	X, Y  float64
	Layer int
}

// Strip is the ground of a band.
type Strip struct {
	Band        int
	Top, Bottom float64
}

// Drawing is a finished layout. Places has one entry for each box, Routes one for each line.
type Drawing struct {
	W, H   float64
	Places []Place
	Routes []Route
	Strips []Strip
}

// Layered draws boxes in layers. O(sweeps × segments × log) time, where a line has as many segments as
// layers that it passes.
func Layered(boxes []Box, lines []Line, o Options) Drawing {
	o = o.usual()
	if len(boxes) == 0 {
		return Drawing{Routes: make([]Route, len(lines))}
	}
	d := &draft{boxes: boxes, lines: lines, o: o}
	d.rank()
	d.thread()
	d.order()
	d.place()
	return d.drawing()
}

func (o Options) usual() Options {
	for _, one := range []struct {
		value *float64
		usual float64
	}{{&o.Gap, 22}, {&o.LayerGap, 40}, {&o.LineGap, 14}, {&o.Margin, 12}, {&o.BandTop, 20}, {&o.BandFoot, 10}, {&o.BandGap, 14}} {
		if *one.value == 0 {
			*one.value = one.usual
		}
	}
	if o.MostInRow <= 0 {
		o.MostInRow = 1 << 30
	}
	return o
}

// draft is a drawing in the making. Its items are the boxes, then the bends: places where a line passes a
// layer. Every segment runs from a layer to the next.
type draft struct {
	boxes []Box
	lines []Line
	o     Options

	layer    []int       // of each item
	bend     []bool      // of each item
	bands    []int       // of each layer
	layers   [][]int     // items of each layer in their order
	position []int       // of each item in its layer
	up, down [][]segment // of each item: segments to the layer above and below
	ways     [][]int     // of each line: its items from top to bottom; nil when it is not drawn
	x        []float64   // middle of each item
	top      []float64   // of each layer
	height   []float64   // of each layer
}

// segment is one end's view of a piece of line between neighbouring layers.
type segment struct {
	to     int
	weight int // lines that share it
}

func (d *draft) drawn(l Line) bool {
	return l.From != l.To && min(l.From, l.To) >= 0 && max(l.From, l.To) < len(d.boxes)
}

// upward tells whether the provider of a line stands above its consumer.
func (d *draft) upward(l Line) bool { return d.layer[l.To] < d.layer[l.From] }

// thread leads each line through the layers that it passes. Lines of a kind that end at the same provider
// share their bends.
func (d *draft) thread() {
	type key struct {
		to, kind, layer int
		upward          bool
	}
	shared := map[key]int{}
	d.ways = make([][]int, len(d.lines))
	for i, l := range d.lines {
		if !d.drawn(l) {
			continue
		}
		first, last := l.From, l.To
		if d.upward(l) {
			first, last = last, first
		}
		way := []int{first}
		for layer := d.layer[first] + 1; layer < d.layer[last]; layer++ {
			k := key{l.To, l.Kind, layer, d.upward(l)}
			item, ok := shared[k]
			if !ok {
				item = d.newBend(layer)
				shared[k] = item
			}
			way = append(way, item)
		}
		d.ways[i] = append(way, last)
	}
	d.join()
}

func (d *draft) newBend(layer int) int {
	d.layer, d.bend = append(d.layer, layer), append(d.bend, true)
	return len(d.layer) - 1
}

// join makes the segments out of the ways of the lines, and the layers out of the items.
func (d *draft) join() {
	d.up, d.down = make([][]segment, len(d.layer)), make([][]segment, len(d.layer))
	weights := map[[2]int]int{}
	var pairs [][2]int
	for _, way := range d.ways {
		for i := 1; i < len(way); i++ {
			pair := [2]int{way[i-1], way[i]}
			if weights[pair] == 0 {
				pairs = append(pairs, pair)
			}
			weights[pair]++
		}
	}
	for _, pair := range pairs {
		d.down[pair[0]] = append(d.down[pair[0]], segment{pair[1], weights[pair]})
		d.up[pair[1]] = append(d.up[pair[1]], segment{pair[0], weights[pair]})
	}
	d.layers = make([][]int, len(d.bands))
	for item, layer := range d.layer {
		d.layers[layer] = append(d.layers[layer], item)
	}
	d.position = make([]int, len(d.layer))
	d.number()
}

// number writes down where each item stands in its layer.
func (d *draft) number() {
	for _, items := range d.layers {
		for i, item := range items {
			d.position[item] = i
		}
	}
}

func (d *draft) width(item int) float64 {
	if d.bend[item] {
		return 0
	}
	return d.boxes[item].W
}

// drawing measures the layers and gives the result.
func (d *draft) drawing() Drawing {
	out := Drawing{Places: make([]Place, len(d.boxes)), Routes: make([]Route, len(d.lines))}
	out.Strips, out.H = d.stack()
	for i, b := range d.boxes {
		layer := d.layer[i]
		out.Places[i] = Place{X: d.x[i] - b.W/2, Y: d.top[layer] + (d.height[layer]-b.H)/2, Layer: layer}
	}
	ports := d.ports()
	for i, way := range d.ways {
		if way != nil {
			out.Routes[i] = d.route(out.Places, ports, way, d.upward(d.lines[i]))
		}
	}
	for item, x := range d.x {
		out.W = max(out.W, x+d.width(item)/2+d.o.Margin)
	}
	return out
}

// stack gives each layer its height; between layers that long lines join there is more room.
func (d *draft) stack() (strips []Strip, height float64) {
	d.top, d.height = make([]float64, len(d.layers)), make([]float64, len(d.layers))
	y := 0.0
	for layer, items := range d.layers {
		for _, item := range items {
			if !d.bend[item] {
				d.height[layer] = max(d.height[layer], d.boxes[item].H)
			}
		}
		begins := layer == 0 || d.bands[layer] != d.bands[layer-1]
		if begins {
			if layer > 0 {
				strips[len(strips)-1].Bottom = y + d.o.BandFoot
				y = max(y+d.o.BandFoot+d.o.BandGap, y+d.room(layer)-d.o.BandTop)
			}
			strips = append(strips, Strip{Band: d.bands[layer], Top: y})
			y += d.o.BandTop
		} else {
			y += d.room(layer)
		}
		d.top[layer] = y
		y += d.height[layer]
	}
	strips[len(strips)-1].Bottom = y + d.o.BandFoot
	return strips, y + d.o.BandFoot
}

// room is the free height above a layer.
func (d *draft) room(layer int) float64 {
	longest := 0.0
	for _, item := range d.layers[layer] {
		for _, s := range d.up[item] {
			longest = max(longest, d.x[item]-d.x[s.to], d.x[s.to]-d.x[item])
		}
	}
	return d.o.LayerGap + min(longest/14, 1.2*d.o.LayerGap)
}

// sortedBands lists the bands that occur, upmost first.
func sortedBands(boxes []Box) []int {
	var all []int
	for _, b := range boxes {
		all = append(all, b.Band)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
