package layout

import (
	"cmp"
	"slices"
)

// rank gives each box its layer: bands from the top down, and in a band every consumer above its provider.
// Lines against the bands and one line of each cycle run upwards.
func (d *draft) rank() {
	inner := make([][]int, len(d.boxes)) // providers in the same band
	for _, l := range d.lines {
		if d.drawn(l) && d.boxes[l.From].Band == d.boxes[l.To].Band {
			inner[l.From] = append(inner[l.From], l.To)
		}
	}
	forward, order := acyclic(len(d.boxes), inner)
	depth := depths(forward, order)
	d.layer, d.bend = make([]int, len(d.boxes)), make([]bool, len(d.boxes))
	for _, band := range sortedBands(d.boxes) {
		for _, row := range d.rows(band, depth) {
			for _, box := range row {
				d.layer[box] = len(d.bands)
			}
			d.bands = append(d.bands, band)
		}
	}
}

// rows groups the boxes of a band by depth, and breaks rows that are too long.
func (d *draft) rows(band int, depth []int) [][]int {
	byDepth := map[int][]int{}
	for i, b := range d.boxes {
		if b.Band == band {
			byDepth[depth[i]] = append(byDepth[depth[i]], i)
		}
	}
	pull := d.pulls()
	var rows [][]int
	for _, at := range sortedKeys(byDepth) {
		row := byDepth[at]
		parts := (len(row) + d.o.MostInRow - 1) / d.o.MostInRow
		slices.SortStableFunc(row, func(a, b int) int { return cmp.Compare(pull[a], pull[b]) })
		for part := range parts {
			rows = append(rows, row[part*len(row)/parts:(part+1)*len(row)/parts])
		}
	}
	return rows
}

// pulls tells for each box whether its lines lead up (negative) or down.
func (d *draft) pulls() []int {
	pull := make([]int, len(d.boxes))
	for _, l := range d.lines {
		if d.drawn(l) {
			pull[l.From]++
			pull[l.To]--
		}
	}
	return pull
}

// acyclic turns round the lines that close a cycle on a walk in depth. It gives the turned adjacency and
// an order in which every node stands before those that its lines lead to. O(n + m).
func acyclic(n int, out [][]int) (forward [][]int, order []int) {
	const fresh, open, done = 0, 1, 2
	forward = make([][]int, n)
	state, next := make([]uint8, n), make([]int, n)
	visit := func(root int) {
		stack := []int{root}
		state[root] = open
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			if next[v] == len(out[v]) {
				state[v] = done
				order = append(order, v)
				stack = stack[:len(stack)-1]
				continue
			}
			w := out[v][next[v]]
			next[v]++
			if state[w] == open {
				forward[w] = append(forward[w], v)
				continue
			}
			forward[v] = append(forward[v], w)
			if state[w] == fresh {
				state[w] = open
				stack = append(stack, w)
			}
		}
	}
	for _, root := range roots(n, out) {
		if state[root] == fresh {
			visit(root)
		}
	}
	slices.Reverse(order)
	return forward, order
}

// roots lists the nodes in the order in which walks begin: first what nothing leads to, then what leads
// to more than leads to it.
func roots(n int, out [][]int) []int {
	in := make([]int, n)
	for _, row := range out {
		for _, w := range row {
			in[w]++
		}
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	slices.SortStableFunc(all, func(a, b int) int {
		if (in[a] == 0) != (in[b] == 0) {
			if in[a] == 0 {
				return -1
			}
			return 1
		}
		return cmp.Compare(len(out[b])-in[b], len(out[a])-in[a])
	})
	return all
}

// depths gives each node the length of the longest way to it; nodes that mostly lead down are then
// lowered to just above what they lead to.
func depths(forward [][]int, order []int) []int {
	depth, in := make([]int, len(forward)), make([]int, len(forward))
	for _, v := range order {
		for _, w := range forward[v] {
			depth[w] = max(depth[w], depth[v]+1)
			in[w]++
		}
	}
	for i := len(order) - 1; i >= 0; i-- {
		v := order[i]
		if len(forward[v]) <= in[v] {
			continue
		}
		lowest := depth[forward[v][0]]
		for _, w := range forward[v] {
			lowest = min(lowest, depth[w])
		}
		depth[v] = max(depth[v], lowest-1)
	}
	return depth
}

func sortedKeys(m map[int][]int) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
