package quant

import "accordo.dev/internal/risk/fair"

// fill draws what the scenario loses in each year of a chunk and, where minutes is not nil, for how long. Time
// is per event; years without events cost next to nothing.
func (p *sampler) fill(e *events, y *years, losses, minutes []float64) {
	clear(losses)
	clear(minutes)
	if p.scenario.Counting == fair.Annual {
		p.annual(y, losses, minutes)
		p.covered(losses)
		return
	}
	sizes, lengths := p.streams(y)
	e.start(p, y)
	for n := batch; n == batch; {
		first := e.first
		at := e.fill()
		n = len(at)
		amounts := p.sizes(e, sizes, first, n)
		for i, year := range at {
			losses[year] += amounts[i]
		}
		if minutes != nil {
			p.minutes.fill(e.more[:n], lengths, first, 1)
			for i, year := range at {
				minutes[year] += e.more[i]
			}
		}
	}
	p.covered(losses)
}

// again draws the losses of those years of a chunk that have a slot, as fill drew them, and adds them there; without
// the insurance of the year.
func (p *sampler) again(e *events, y *years, slots []int32, losses []float64) {
	sizes, _ := p.streams(y)
	if p.scenario.Counting == fair.Annual {
		occurrence := newStream(p.seed, forOccurrence, y.chunk, p.scenario.ID)
		for year, slot := range slots {
			if slot >= 0 {
				losses[slot] += p.times(occurrence, year) * p.product(sizes, year)
			}
		}
		return
	}
	e.start(p, y)
	for n := batch; n == batch; {
		first := e.first
		at := e.fill()
		n = len(at)
		for i, year := range at {
			if slot := slots[year]; slot >= 0 {
				losses[slot] += p.size(sizes, first+uint64(i))
			}
		}
	}
}

func (p *sampler) streams(y *years) (sizes, lengths stream) {
	return newStream(p.seed, forLoss, y.chunk, p.scenario.ID), newStream(p.seed, forMinutes, y.chunk, p.scenario.ID)
}

// width is the number of words that one event may need.
func (p *sampler) width() uint64 {
	if p.secondary == nil {
		return uint64(len(p.primary))
	}
	return uint64(len(p.primary) + 1 + len(p.secondary))
}

// sizes are what n events cost, after the insurance of single events.
func (p *sampler) sizes(e *events, words stream, first uint64, n int) []float64 {
	amounts, width := e.amounts[:n], p.width()
	p.primary[0].fill(amounts, words, first*width, width)
	for j := 1; j < len(p.primary); j++ {
		p.primary[j].fill(e.more[:n], words, first*width+uint64(j), width)
		add(amounts, e.more[:n])
	}
	if p.secondary == nil && p.magnitude == 1 && p.scenario.Limit == nil {
		return amounts
	}
	for i := range amounts {
		amounts[i] = p.terms(amounts[i] + p.further(words, first+uint64(i)))
	}
	return amounts
}

// size is what one event costs, as sizes has it.
func (p *sampler) size(words stream, i uint64) float64 {
	return p.terms(sum(p.primary, words, i*p.width()) + p.further(words, i))
}

// further is the secondary loss of an event, if it has one.
func (p *sampler) further(words stream, i uint64) float64 {
	if p.secondary == nil {
		return 0
	}
	w := i*p.width() + uint64(len(p.primary))
	if unit(words.word(w)) >= p.reaction.shape.Mean() {
		return 0
	}
	return sum(p.secondary, words, w+1)
}

// terms is what controls and insurance leave of the loss of an event.
func (p *sampler) terms(loss float64) float64 { return p.scenario.Retained(loss * p.magnitude) }

// sum draws independent quantities from as many words.
func sum(list []draw, words stream, from uint64) float64 {
	total := list[0].at(words.word(from))
	for i := 1; i < len(list); i++ {
		total += list[i].at(words.word(from + uint64(i)))
	}
	return total
}

// annual draws one frequency, one susceptibility and one loss for each year and multiplies them.
func (p *sampler) annual(y *years, losses, minutes []float64) {
	occurrence := newStream(p.seed, forOccurrence, y.chunk, p.scenario.ID)
	sizes, lengths := p.streams(y)
	for year := range losses {
		times := p.times(occurrence, year)
		losses[year] = times * p.product(sizes, year)
		if minutes != nil {
			minutes[year] = times * p.minutes.at(lengths.word(uint64(year)))
		}
	}
}

// times is the frequency of loss events drawn for a year.
func (p *sampler) times(words stream, year int) float64 {
	times := p.scale * p.frequency.at(words.word(2*uint64(year)))
	if p.susceptibility != nil {
		times *= p.susceptibility.at(words.word(2*uint64(year) + 1))
	}
	return times
}

// product is the loss by which the frequency of a year is multiplied: primary + probability x secondary.
func (p *sampler) product(words stream, year int) float64 {
	w := uint64(year) * p.width()
	loss := sum(p.primary, words, w)
	if p.secondary != nil {
		w += uint64(len(p.primary))
		loss += p.reaction.at(words.word(w)) * sum(p.secondary, words, w+1)
	}
	return loss * p.magnitude
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
