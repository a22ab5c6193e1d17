package propagate

import "slices"

// ref is a node of a diagram; bottom and top are its two leaves.
type ref = int32

const (
	bottom ref = 0 // false; as a family, no set
	top    ref = 1 // true; as a family, the empty set alone
)

// diagrams holds reduced ordered binary decision diagrams (Bryant, 1986) and, in the same table, zero-suppressed ones
// for families of sets (Minato, 1993). A node's children always have smaller numbers. Once the limit of nodes is
// reached every answer is bottom and full is true.
type diagrams struct {
	vertices []vertex
	table    []ref // open addressing; 0 is free
	cache    []cached
	limit    int
	kept     int // nodes that the last collection kept
	full     bool
}

// vertex tests a variable: low when it is false, high when true. Variables nearer to the top have smaller numbers.
type vertex struct{ variable, low, high int32 }

// cached is one remembered operation.
type cached struct {
	a, b, result ref
	op           int32
}

// operations; zero means an empty place in the cache.
const (
	opAnd = 1 + iota
	opOr
	opMinimal
	opWithout
	opContaining
	opCover
)

const (
	leafVariable = 1<<31 - 1
	firstTable   = 1 << 10
	maxCache     = 1 << 22
)

func newDiagrams(limit int) *diagrams {
	return &diagrams{
		vertices: []vertex{{leafVariable, 0, 0}, {leafVariable, 1, 1}},
		table:    make([]ref, firstTable), cache: make([]cached, firstTable), limit: limit,
	}
}

func mix(a, b, c int32) uint64 {
	h := uint64(uint32(a))*0x9E3779B97F4A7C15 ^ uint64(uint32(b))*0xC2B2AE3D27D4EB4F ^ uint64(uint32(c))*0x165667B19E3779F9
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	return h ^ h>>29
}

// vertex gives the one node with this variable and children.
func (d *diagrams) vertex(variable, low, high int32) ref {
	if d.full {
		return bottom
	}
	mask := uint64(len(d.table) - 1)
	place := mix(variable, low, high) & mask
	for d.table[place] != 0 {
		r := d.table[place]
		if d.vertices[r] == (vertex{variable, low, high}) {
			return r
		}
		place = (place + 1) & mask
	}
	if len(d.vertices) >= d.limit {
		d.full = true
		return bottom
	}
	r := ref(len(d.vertices))
	d.vertices = append(d.vertices, vertex{variable, low, high})
	d.table[place] = r
	if 2*len(d.vertices) > len(d.table) {
		d.grow()
	}
	return r
}

func (d *diagrams) grow() {
	d.table = make([]ref, 2*len(d.table))
	for r := 2; r < len(d.vertices); r++ {
		d.insert(ref(r))
	}
	if len(d.cache) < min(len(d.table), maxCache) {
		old := d.cache
		d.cache = make([]cached, 2*len(old))
		for _, c := range old {
			if c.op != 0 {
				*d.place(c.op, c.a, c.b) = c
			}
		}
	}
}

// insert puts a node into the table, which does not hold it yet.
func (d *diagrams) insert(r ref) {
	n, mask := d.vertices[r], uint64(len(d.table)-1)
	place := mix(n.variable, n.low, n.high) & mask
	for d.table[place] != 0 {
		place = (place + 1) & mask
	}
	d.table[place] = r
}

func (d *diagrams) place(op int32, a, b ref) *cached {
	return &d.cache[mix(a, b, op)&uint64(len(d.cache)-1)]
}

func (d *diagrams) known(op int32, a, b ref) (ref, bool) {
	c := d.place(op, a, b)
	return c.result, c.op == op && c.a == a && c.b == b
}

func (d *diagrams) remember(op int32, a, b, result ref) ref {
	*d.place(op, a, b) = cached{a, b, result, op}
	return result
}

// decide is the function that is high when the variable is true and low otherwise.
func (d *diagrams) decide(variable int32, low, high ref) ref {
	if low == high {
		return low
	}
	return d.vertex(variable, low, high)
}

// variable is the function that is true when the variable is.
func (d *diagrams) variable(v int32) ref { return d.decide(v, bottom, top) }

func (d *diagrams) and(a, b ref) ref {
	switch {
	case a == bottom || b == bottom || d.full:
		return bottom
	case a == top || a == b:
		return b
	case b == top:
		return a
	}
	return d.apply(opAnd, a, b)
}

func (d *diagrams) or(a, b ref) ref {
	switch {
	case a == top || b == top:
		return top
	case d.full:
		return bottom
	case a == bottom || a == b:
		return b
	case b == bottom:
		return a
	}
	return d.apply(opOr, a, b)
}

func (d *diagrams) apply(op int32, a, b ref) ref {
	if a > b {
		a, b = b, a
	}
	if r, ok := d.known(op, a, b); ok {
		return r
	}
	x, y := d.vertices[a], d.vertices[b]
	v := min(x.variable, y.variable)
	if x.variable > v {
		x.low, x.high = a, a
	}
	if y.variable > v {
		y.low, y.high = b, b
	}
	both := d.and
	if op == opOr {
		both = d.or
	}
	low := both(x.low, y.low)
	return d.remember(op, a, b, d.decide(v, low, both(x.high, y.high)))
}

// atLeast is true when at least k of the functions are.
func (d *diagrams) atLeast(k int, functions []ref) ref {
	if k == len(functions) {
		return d.fold(d.and, top, functions)
	}
	if k == 1 {
		return d.fold(d.or, bottom, functions)
	}
	count := make([]ref, k+1) // by j: at least j of those so far
	count[0] = top
	for i := len(functions) - 1; i >= 0; i-- {
		for j := k; j > 0; j-- {
			count[j] = d.or(count[j], d.and(count[j-1], functions[i]))
		}
	}
	return count[k]
}

// fold joins functions, the last first: they stand lowest in the order, so that little is built twice.
func (d *diagrams) fold(join func(a, b ref) ref, r ref, functions []ref) ref {
	for i := len(functions) - 1; i >= 0; i-- {
		r = join(functions[i], r)
	}
	return r
}

// crowded tells that most nodes are probably of no use any more.
func (d *diagrams) crowded() bool { return len(d.vertices) > 4*d.kept+100_000 }

// collect keeps only the nodes of some functions, and gives these with their new numbers.
func (d *diagrams) collect(functions []ref) []ref {
	number := make([]ref, len(d.vertices))
	for _, f := range functions {
		number[f] = top
	}
	for r := len(d.vertices) - 1; r > int(top); r-- { // children have smaller numbers
		if number[r] != bottom {
			number[d.vertices[r].low], number[d.vertices[r].high] = top, top
		}
	}
	number[bottom], number[top] = bottom, top
	kept := int(top) + 1
	for r := kept; r < len(d.vertices); r++ {
		if number[r] == bottom {
			continue
		}
		v := d.vertices[r]
		d.vertices[kept] = vertex{v.variable, number[v.low], number[v.high]}
		number[r] = ref(kept)
		kept++
	}
	d.release(kept)
	d.kept = kept
	renamed := make([]ref, len(functions))
	for i, f := range functions {
		renamed[i] = number[f]
	}
	return renamed
}

// release forgets all nodes from number n on.
func (d *diagrams) release(n int) {
	d.vertices, d.full = d.vertices[:n], false
	clear(d.cache)
	clear(d.table)
	for r := 2; r < n; r++ {
		d.insert(ref(r))
	}
}

// below gives the inner nodes of a diagram, parents first.
func (d *diagrams) below(r ref) []ref {
	seen, open := map[ref]bool{}, []ref{}
	visit := func(r ref) {
		if r > top && !seen[r] {
			seen[r] = true
			open = append(open, r)
		}
	}
	visit(r)
	for i := 0; i < len(open); i++ {
		visit(d.vertices[open[i]].low)
		visit(d.vertices[open[i]].high)
	}
	slices.SortFunc(open, func(a, b ref) int { return int(b - a) })
	return open
}
