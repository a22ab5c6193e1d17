package propagate

import (
	"cmp"
	"math/bits"
	"slices"
)

// family is the diagram node of a family of sets: low has those without the variable, high the others.
func (d *diagrams) family(variable int32, low, high ref) ref {
	if high == bottom {
		return low
	}
	return d.vertex(variable, low, high)
}

// minimal is the family of minimal sets of variables that make a monotone function true: its minimal cut sets (Rauzy,
// 1993). Sets with the first variable are those that suffice for the rest once it is true, less those that suffice
// without it; as the function is monotone, these are minimal sets of both and leaving out equal ones is enough.
func (d *diagrams) minimal(f ref) ref {
	if f <= top || d.full {
		return f
	}
	if r, ok := d.known(opMinimal, f, f); ok {
		return r
	}
	n := d.vertices[f]
	low := d.minimal(n.low)
	return d.remember(opMinimal, f, f, d.family(n.variable, low, d.without(d.minimal(n.high), low)))
}

// without leaves out of a family the sets that stand in another.
func (d *diagrams) without(f, g ref) ref {
	switch {
	case f == bottom || g == top || f == g || d.full:
		return bottom
	case g == bottom || f == top:
		return f
	}
	if r, ok := d.known(opWithout, f, g); ok {
		return r
	}
	x, y := d.vertices[f], d.vertices[g]
	var r ref
	switch {
	case x.variable < y.variable:
		r = d.family(x.variable, d.without(x.low, g), x.high)
	case x.variable > y.variable:
		r = d.without(f, y.low)
	default:
		low := d.without(x.low, y.low)
		r = d.family(x.variable, low, d.without(x.high, y.high))
	}
	return d.remember(opWithout, f, g, r)
}

// containing gives the sets of a family that hold a variable, with the variable taken out.
func (d *diagrams) containing(f ref, variable int32) ref {
	n := d.vertices[f]
	if n.variable > variable || d.full {
		return bottom
	}
	if n.variable == variable {
		return n.high
	}
	if r, ok := d.known(opContaining, f, variable); ok {
		return r
	}
	low := d.containing(n.low, variable)
	return d.remember(opContaining, f, variable, d.family(n.variable, low, d.containing(n.high, variable)))
}

// cover is the function that is true when all of any set of a family is.
func (d *diagrams) cover(f ref) ref {
	if f <= top || d.full {
		return f
	}
	if r, ok := d.known(opCover, f, f); ok {
		return r
	}
	n := d.vertices[f]
	low := d.cover(n.low)
	return d.remember(opCover, f, f, d.decide(n.variable, low, d.or(d.cover(n.high), low)))
}

// census counts the sets of a family: all of them, and those of each size up to an order.
type census struct {
	d     *diagrams
	sizes map[ref][]uint64 // by size; the last is all
	order int
}

func (d *diagrams) census(f ref, order int) census {
	c := census{d, map[ref][]uint64{}, order}
	c.sizes[bottom] = make([]uint64, order+2)
	c.sizes[top] = make([]uint64, order+2)
	c.sizes[top][0], c.sizes[top][order+1] = 1, 1
	members := d.below(f)
	for _, r := range slices.Backward(members) {
		n := d.vertices[r]
		sizes := slices.Clone(c.sizes[n.low])
		for size, count := range c.sizes[n.high] {
			if size < order {
				sizes[size+1] = addSaturated(sizes[size+1], count)
			}
		}
		sizes[order+1] = addSaturated(sizes[order+1], c.sizes[n.high][order+1])
		c.sizes[r] = sizes
	}
	return c
}

func addSaturated(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry > 0 {
		return 1<<64 - 1
	}
	return sum
}

// list gives up to limit sets of the family, those of the smallest size first.
func (c census) list(f ref, limit int) [][]int32 {
	var all [][]int32
	var set []int32
	var walk func(r ref, size int)
	walk = func(r ref, size int) {
		switch {
		case c.sizes[r][size] == 0 || len(all) >= limit:
		case r == top:
			all = append(all, slices.Clone(set))
		default:
			n := c.d.vertices[r]
			if size > 0 {
				set = append(set, n.variable)
				walk(n.high, size-1)
				set = set[:len(set)-1]
			}
			walk(n.low, size)
		}
	}
	for size := range c.order + 1 {
		walk(f, size)
	}
	slices.SortStableFunc(all, func(a, b []int32) int { return cmp.Compare(len(a), len(b)) })
	return all
}
