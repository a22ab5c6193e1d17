package quant

import "slices"

// tailLevel is the share of years outside of the tail to which scenarios contribute.
const tailLevel = 0.95

// tail works out what each scenario contributes to TVaR 95. The worst years are drawn again, and of these only the
// amounts: the words of a stream are found by number. Years at VaR itself count with the weight that makes the tail
// 5 % of all years, as in the atom corrected TVaR.
func (m *simulation) tail() {
	v, weight := m.worst()
	if m.total.histogram.most == 0 {
		return
	}
	blocks := (m.chunks() + m.blockChunks() - 1) / m.blockChunks()
	parts := make([][]float64, blocks)
	m.parallel(func(d *desk, block int) { parts[block] = m.tailOf(d, v, weight) })
	sum := 0.0
	for _, part := range parts {
		for i, x := range part {
			m.shares[i] += x
			sum += x
		}
	}
	for i := range m.shares {
		if sum > 0 {
			m.shares[i] /= sum
		}
	}
}

// worst is VaR, exactly as drawn, and the weight of years with this loss.
func (m *simulation) worst() (v, weight float64) {
	r := m.total.histogram.ranked()
	k := rankOf(tailLevel, r.n)
	if k <= r.zeros {
		return 0, 0
	}
	b := r.bins[r.in(k)]
	var near []float64
	for _, x := range m.totals {
		if x > 0 && binEnd(x) == b.end {
			near = append(near, x)
		}
	}
	slices.Sort(near)
	v = near[k-b.below-1]
	first, _ := slices.BinarySearch(near, v)
	last := first
	for last < len(near) && near[last] == v {
		last++
	}
	return v, (float64(b.below+last) - tailLevel*float64(r.n)) / float64(last-first)
}

// tailOf is what each scenario contributes in the years of a block. What the insurer of several scenarios pays is
// taken off each in proportion.
func (m *simulation) tailOf(d *desk, v, weight float64) []float64 {
	slots, weights := make([][]int32, d.chunks()), []float64(nil)
	for c := range slots {
		slots[c] = make([]int32, d.years[c].n)
		for year, loss := range d.part(m.totals[d.from:d.to], c) {
			slots[c][year] = -1
			if loss > v || loss == v && weight > 0 {
				slots[c][year] = int32(len(weights))
				w := 1.0
				if loss == v {
					w = weight
				}
				weights = append(weights, w)
			}
		}
	}
	sums := make([]float64, len(m.samplers))
	one := make([]float64, len(weights))
	for i, s := range m.samplers {
		if m.grouped[i] < 0 {
			m.again(d, s, slots, one)
			sums[i] = dot(one, weights)
		}
	}
	for _, g := range m.groups {
		m.tailOfGroup(d, g, slots, weights, sums)
	}
	return sums
}

// again draws the losses of a scenario in the worst years of a block.
func (m *simulation) again(d *desk, s *sampler, slots [][]int32, losses []float64) {
	clear(losses)
	for c := range slots {
		s.again(&d.batch, &d.years[c], slots[c], losses)
	}
	s.covered(losses)
}

func (m *simulation) tailOfGroup(d *desk, g group, slots [][]int32, weights, sums []float64) {
	each, gross := zeros(nil, len(g.members), len(weights)), make([]float64, len(weights))
	for j, i := range g.members {
		m.again(d, m.samplers[i], slots, each[j])
		add(gross, each[j])
	}
	left := make([]float64, len(weights))
	for year, loss := range gross {
		if loss > 0 {
			left[year] = weights[year] * g.cover.Retained(loss) / loss
		}
	}
	for j, i := range g.members {
		sums[i] = dot(each[j], left)
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}
