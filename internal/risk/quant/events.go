package quant

import (
	"math"
	"slices"

	"accordo.dev/internal/risk/fair"
)

// batch is the number of events that are looked at together.
const batch = 2048

// events finds the loss events of a scenario in the years of a chunk, one batch after the other.
type events struct {
	p       *sampler
	y       *years
	words   stream // of the occurrence
	used    uint64
	year    int     // next to look at
	left    int     // events of the year before it, not yet given
	next    float64 // time of the next event of a Poisson process
	passed  float64 // expected number of events up to now
	every   float64 // mean time between events where the rate is the same in all years, else 0
	loading float64
	own     float64 // weight of the scenario's own part of the latent normal number

	first   uint64       // number of the first event of the batch
	at      [batch]int32 // year of each event
	amounts [batch]float64
	more    [batch]float64
}

// start goes to the beginning of a chunk.
func (e *events) start(p *sampler, y *years) {
	e.p, e.y, e.words = p, y, newStream(p.seed, forOccurrence, y.chunk, p.scenario.ID)
	e.used, e.year, e.left, e.next, e.passed, e.every, e.first = 0, 0, 0, 0, 0, 0, 0
	switch {
	case p.scenario.Counting == fair.Bernoulli || p.thresholds != nil:
		e.loading = p.scenario.Loading
		e.own = math.Sqrt(1 - e.loading*e.loading)
	case p.frequency.kind == fair.Constant && p.susceptibility == nil && p.causes == nil:
		if e.every = 1 / (p.frequency.value * p.scale); math.IsInf(e.every, 1) {
			e.year = y.n
		}
		e.next = e.every * exponential(e.word())
	default:
		e.next = exponential(e.word())
	}
}

// fill finds the years of the next events; fewer than a batch mean the end.
func (e *events) fill() []int32 {
	e.first += batch
	switch {
	case e.p.scenario.Counting == fair.Bernoulli || e.p.thresholds != nil:
		return e.counted()
	case e.every > 0:
		return e.walk()
	default:
		return e.process()
	}
}

func (e *events) word() uint64 {
	e.used++
	return e.words.word(e.used - 1)
}

// walk goes along the axis of years from event to event, so that years without any cost nothing.
func (e *events) walk() []int32 {
	next, end, words, used := e.next, float64(e.y.n), e.words, e.used
	n := 0
	for ; n < batch && next < end; n++ {
		e.at[n] = int32(next)
		next += e.every * exponential(words.word(used))
		used++
	}
	e.next, e.used = next, used
	return e.at[:n]
}

// process walks along a Poisson process of rate 1; each year is as long as its own rate.
func (e *events) process() []int32 {
	n := 0
	for {
		for e.next < e.passed {
			if n == batch {
				return e.at[:n]
			}
			e.at[n] = int32(e.year - 1)
			n++
			e.next += exponential(e.word())
		}
		if e.year == e.y.n {
			return e.at[:n]
		}
		e.passed += e.rate(e.year)
		e.year++
	}
}

// rate is that of loss events in a year.
func (e *events) rate(year int) float64 {
	p := e.p
	rate := p.scale
	if p.frequency.kind == fair.Constant {
		rate *= p.frequency.value
	} else {
		rate *= p.frequency.at(e.word())
	}
	if p.susceptibility != nil {
		rate *= p.susceptibility.at(e.word())
	}
	if p.causes != nil {
		rate *= p.tied(e.y.present[year])
	}
	return rate
}

// counted draws the number of events of each year.
func (e *events) counted() []int32 {
	n := 0
	for {
		for ; e.left > 0; e.left-- {
			if n == batch {
				return e.at[:n]
			}
			e.at[n] = int32(e.year - 1)
			n++
		}
		if e.year == e.y.n {
			return e.at[:n]
		}
		e.left = e.count(e.year)
		e.year++
	}
}

// count is the number of events of a year: of the copula, or the one with its probability.
func (e *events) count(year int) int {
	limits := e.p.thresholds
	if limits == nil {
		p := e.p.once
		if e.p.causes != nil {
			p *= e.p.tied(e.y.present[year])
		}
		if unit(e.word()) < p {
			return 1
		}
		return 0
	}
	z := e.loading*e.y.factor[year] + e.own*normal(e.word())
	if len(limits) > 64 {
		k, _ := slices.BinarySearch(limits, z)
		return k
	}
	k := 0
	for k < len(limits) && limits[k] < z {
		k++
	}
	return k
}
