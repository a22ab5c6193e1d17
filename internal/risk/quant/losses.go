package quant

import (
	"math"

	"accordo.dev/internal/risk/fair"
)

// fill draws what the scenario loses in each year of a chunk and, where minutes is not nil, for how long. Time
// is per event; years without events cost next to nothing.
func (p *sampler) fill(y *years, losses, minutes []float64) {
	clear(losses)
	clear(minutes)
	if p.scenario.Counting == fair.Annual {
		p.annual(y, losses, minutes)
		return
	}
	e := events{p: p, y: y, words: newStream(p.seed, forOccurrence, y.chunk, p.scenario.ID), loading: p.scenario.Loading}
	e.next, e.latent = exponential(e.word()), math.Sqrt(1-e.loading*e.loading)
	sizes := newStream(p.seed, forLoss, y.chunk, p.scenario.ID)
	lengths := newStream(p.seed, forMinutes, y.chunk, p.scenario.ID)
	var list [batch]int32
	for first, n := uint64(0), batch; n == batch; first += batch {
		n = e.fill(list[:])
		for i, year := range list[:n] {
			losses[year] += p.event(sizes, first+uint64(i))
			if minutes != nil {
				minutes[year] += p.minutes.at(lengths.word(first + uint64(i)))
			}
		}
	}
	p.covered(losses)
}

// event is what the i-th event of a chunk costs, after the insurance of single events.
func (p *sampler) event(sizes stream, i uint64) float64 {
	w := i * uint64(len(p.primary)+len(p.secondary)+1)
	loss := sum(p.primary, sizes, w)
	if p.secondary != nil && unit(sizes.word(w+uint64(len(p.primary)))) < p.reaction.shape.Mean() {
		loss += sum(p.secondary, sizes, w+uint64(len(p.primary))+1)
	}
	return p.scenario.Retained(loss * p.magnitude)
}

// sum draws independent quantities from as many words.
func sum(list []draw, words stream, from uint64) float64 {
	total := 0.0
	for i := range list {
		total += list[i].at(words.word(from + uint64(i)))
	}
	return total
}

// annual draws one frequency, one susceptibility and one loss for each year and multiplies them.
func (p *sampler) annual(y *years, losses, minutes []float64) {
	occurrence := newStream(p.seed, forOccurrence, y.chunk, p.scenario.ID)
	sizes := newStream(p.seed, forLoss, y.chunk, p.scenario.ID)
	lengths := newStream(p.seed, forMinutes, y.chunk, p.scenario.ID)
	width := uint64(len(p.primary) + len(p.secondary) + 1)
	for year := range losses {
		i := uint64(year)
		times := p.scale * p.frequency.at(occurrence.word(2*i))
		if p.susceptibility != nil {
			times *= p.susceptibility.at(occurrence.word(2*i + 1))
		}
		loss := sum(p.primary, sizes, i*width)
		if p.secondary != nil {
			middle := i*width + uint64(len(p.primary))
			loss += p.reaction.at(sizes.word(middle)) * sum(p.secondary, sizes, middle+1)
		}
		losses[year] = times * loss * p.magnitude
		if minutes != nil {
			minutes[year] = times * p.minutes.at(lengths.word(i))
		}
	}
	p.covered(losses)
}

// covered takes off what the insurance of this scenario alone pays.
func (p *sampler) covered(losses []float64) {
	if p.cover == nil {
		return
	}
	for i, x := range losses {
		losses[i] = p.cover.Retained(x)
	}
}
