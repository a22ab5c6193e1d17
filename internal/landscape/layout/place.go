package layout

const (
	placeSweeps = 14
	bendPull    = 8 // a long line is straightened before a box is centred
)

// place gives each item the middle of its neighbours, as near as the order and the gaps of its layer
// allow: for a layer that is a weighted isotonic regression, solved exactly by pooling adjacent violators.
func (d *draft) place() {
	d.x = make([]float64, len(d.layer))
	for _, items := range d.layers {
		d.fit(items, make([]float64, len(items)), ones(len(items)))
	}
	for range placeSweeps {
		for layer := range d.layers {
			d.centre(layer, d.up)
		}
		for layer := len(d.layers) - 1; layer >= 0; layer-- {
			d.centre(layer, d.down)
		}
	}
	for range 4 {
		for layer := range d.layers {
			d.centre(layer, d.up, d.down)
		}
	}
	left := d.x[0] - d.width(0)/2
	for item, x := range d.x {
		left = min(left, x-d.width(item)/2)
	}
	for item := range d.x {
		d.x[item] += d.o.Margin - left
	}
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// centre moves a layer towards the neighbours on some sides.
func (d *draft) centre(layer int, sides ...[][]segment) {
	items := d.layers[layer]
	wish, weight := make([]float64, len(items)), make([]float64, len(items))
	for i, item := range items {
		sum, total := 0.0, 0.0
		for _, side := range sides {
			for _, s := range side[item] {
				w := float64(s.weight)
				if d.bend[item] && d.bend[s.to] {
					w *= bendPull
				}
				sum += w * d.x[s.to]
				total += w
			}
		}
		if total == 0 {
			wish[i], weight[i] = d.x[item], 0.05
			continue
		}
		wish[i], weight[i] = sum/total, total
	}
	d.fit(items, wish, weight)
}

// fit sets the items of a layer as near to where they wish to be as their order and gaps allow.
func (d *draft) fit(items []int, wish, weight []float64) {
	type pool struct {
		sum, weight float64
		n           int
	}
	pools := make([]pool, 0, len(items))
	offset := make([]float64, len(items))
	for i := range items {
		if i > 0 {
			offset[i] = offset[i-1] + d.apart(items[i-1], items[i])
		}
		p := pool{(wish[i] - offset[i]) * weight[i], weight[i], 1}
		for len(pools) > 0 && pools[len(pools)-1].sum*p.weight >= p.sum*pools[len(pools)-1].weight {
			last := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			p = pool{last.sum + p.sum, last.weight + p.weight, last.n + p.n}
		}
		pools = append(pools, p)
	}
	i := 0
	for _, p := range pools {
		for range p.n {
			d.x[items[i]] = p.sum/p.weight + offset[i]
			i++
		}
	}
}

// apart is the least distance between the middles of two neighbours.
func (d *draft) apart(a, b int) float64 {
	gap := d.o.Gap
	if d.bend[a] || d.bend[b] {
		gap = d.o.LineGap
	}
	return d.width(a)/2 + gap + d.width(b)/2
}
