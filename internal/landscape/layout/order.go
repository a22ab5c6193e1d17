package layout

import (
	"cmp"
	"slices"
)

// Sweeps over all layers, and how many of them may bring nothing before the search ends.
const (
	mostSweeps   = 24
	vainSweeps   = 4
	mostExchange = 6
)

// order sorts each layer so that few lines cross: sweeps by the barycentre of neighbours, then exchanges
// of neighbours, keeping the best order seen.
func (d *draft) order() {
	best, fewest, vain := d.copyLayers(), d.crossings(), 0
	for sweep := 0; sweep < mostSweeps && vain < vainSweeps && fewest > 0; sweep++ {
		d.sweep(sweep%2 == 0)
		d.exchange()
		if n := d.crossings(); n < fewest {
			best, fewest, vain = d.copyLayers(), n, 0
		} else {
			vain++
		}
	}
	d.layers = best
	d.number()
}

func (d *draft) copyLayers() [][]int {
	out := make([][]int, len(d.layers))
	for i, items := range d.layers {
		out[i] = slices.Clone(items)
	}
	return out
}

// sweep sorts each layer by where its neighbours in the layer before stand.
func (d *draft) sweep(downwards bool) {
	for i := range d.layers {
		layer, beside := i, d.up
		if !downwards {
			layer, beside = len(d.layers)-1-i, d.down
		}
		items := d.layers[layer]
		at := make(map[int]float64, len(items))
		for _, item := range items {
			at[item] = d.barycentre(item, beside[item])
		}
		slices.SortStableFunc(items, func(a, b int) int { return cmp.Compare(at[a], at[b]) })
		for place, item := range items {
			d.position[item] = place
		}
	}
}

// barycentre is the mean place of neighbours as a share of their layer; without neighbours an item stays.
func (d *draft) barycentre(item int, beside []segment) float64 {
	if len(beside) == 0 {
		return d.share(item)
	}
	sum, weight := 0.0, 0.0
	for _, s := range beside {
		sum += d.share(s.to) * float64(s.weight)
		weight += float64(s.weight)
	}
	return sum / weight
}

func (d *draft) share(item int) float64 {
	return (float64(d.position[item]) + 0.5) / float64(len(d.layers[d.layer[item]]))
}

// exchange swaps neighbours in a layer while that leaves fewer crossings.
func (d *draft) exchange() {
	for range mostExchange {
		better := false
		for _, items := range d.layers {
			for i := 1; i < len(items); i++ {
				a, b := items[i-1], items[i]
				if d.crossed(a, b) > d.crossed(b, a) {
					items[i-1], items[i] = b, a
					d.position[a], d.position[b] = i, i-1
					better = true
				}
			}
		}
		if !better {
			return
		}
	}
}

// crossed counts the crossings of the lines of a and b when a stands left of b.
func (d *draft) crossed(a, b int) int {
	n := 0
	for _, side := range [][][]segment{d.up, d.down} {
		for _, s := range side[a] {
			for _, t := range side[b] {
				if d.position[s.to] > d.position[t.to] {
					n += s.weight * t.weight
				}
			}
		}
	}
	return n
}

// crossings counts all crossings, a shared segment as often as lines share it. O(segments × log).
func (d *draft) crossings() int {
	total := 0
	for layer := 1; layer < len(d.layers); layer++ {
		counts := make([]int, len(d.layers[layer])+1) // a tree of sums over the places of the lower layer
		all := 0
		for _, item := range d.layers[layer-1] {
			for _, s := range d.down[item] {
				before := 0
				for i := d.position[s.to] + 1; i > 0; i -= i & -i {
					before += counts[i]
				}
				total += s.weight * (all - before)
			}
			for _, s := range d.down[item] {
				all += s.weight
				for i := d.position[s.to] + 1; i < len(counts); i += i & -i {
					counts[i] += s.weight
				}
			}
		}
	}
	return total
}
