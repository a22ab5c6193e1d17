package quant

import (
	"cmp"
	"slices"
	"sort"

	"accordo.dev/internal/risk/fair"
)

// sampler draws years of one scenario.
type sampler struct {
	scenario fair.Scenario
	seed     uint64
	state    fair.State
	scale    float64 // of the frequency: controls, susceptibility that is certain

	frequency      draw
	susceptibility *draw     // uncertain: drawn for each year
	once           float64   // probability of the one event of a year, when counted so
	causes         []uint16  // bit of each cause in the state of a year
	byCauses       []float64 // factor of the frequency, by which of them are present
	thresholds     []float64 // of the latent normal number, with a loading

	primary, secondary []draw
	reaction           draw // probability of a secondary loss
	magnitude          float64
	minutes            *draw
	cover              *fair.Cover // of this scenario alone
}

func newSampler(s fair.Scenario, state fair.State, seed uint64, causes []fair.Cause) *sampler {
	p := &sampler{
		scenario: s, seed: seed, state: state, scale: fixedScale(s, state), once: probability(s, state),
		frequency: newDraw(s.Frequency), primary: draws(s.Primary), magnitude: s.Factors(state).Magnitude,
	}
	if v := s.Susceptibility; v != nil && v.Probability != nil {
		d := newDraw(*v.Probability)
		p.susceptibility = &d
	}
	if s.Secondary != nil {
		p.reaction, p.secondary = newDraw(s.Secondary.Probability), draws(s.Secondary.Losses)
	}
	if s.Minutes != nil {
		d := newDraw(*s.Minutes)
		p.minutes = &d
	}
	if s.Loading > 0 {
		p.thresholds = thresholds(s, state)
	}
	p.tie(causes)
	return p
}

// tie works out by how much the common causes multiply the frequency, so that its mean stays.
func (p *sampler) tie(causes []fair.Cause) {
	p.byCauses = []float64{1}
	for _, link := range p.scenario.Causes {
		i := slices.IndexFunc(causes, func(c fair.Cause) bool { return c.ID == link.Cause })
		if i < 0 {
			continue
		}
		p.causes = append(p.causes, 1<<i)
		mean := 1 - causes[i].Probability + causes[i].Probability*link.Factor
		n := len(p.byCauses)
		for j := range n {
			p.byCauses = append(p.byCauses, p.byCauses[j]*link.Factor/mean)
			p.byCauses[j] /= mean
		}
	}
}

// tied is the factor of the frequency in a year in which these causes are present.
func (p *sampler) tied(present uint16) float64 {
	at := 0
	for i, bit := range p.causes {
		if present&bit != 0 {
			at |= 1 << i
		}
	}
	return p.byCauses[at]
}

// years are what all scenarios share in the years of one chunk.
type years struct {
	chunk   int
	n       int
	present []uint16  // common causes, one bit each
	factor  []float64 // the common normal number
}

// world draws what scenarios share.
type world struct {
	seed   uint64
	causes []fair.Cause // in order of id
	factor bool
}

func newWorld(seed uint64, p fair.Portfolio) world {
	w := world{seed: seed, causes: slices.Clone(p.Causes)}
	slices.SortFunc(w.causes, func(a, b fair.Cause) int { return cmp.Compare(a.ID, b.ID) })
	w.factor = slices.ContainsFunc(p.Scenarios, func(s fair.Scenario) bool { return s.Loading > 0 })
	return w
}

// fill draws n years of a chunk, in memory that is used again.
func (w world) fill(y *years, chunk, n int) {
	y.chunk, y.n = chunk, n
	if len(w.causes) > 0 {
		y.present = append(y.present[:0], make([]uint16, n)...)
		for i, c := range w.causes {
			s := newStream(w.seed, forCause, chunk, c.ID)
			for year := range y.present {
				if unit(s.word(uint64(year))) < c.Probability {
					y.present[year] |= 1 << i
				}
			}
		}
	}
	if w.factor {
		y.factor = y.factor[:0]
		s := newStream(w.seed, forFactor, chunk, "")
		for year := range n {
			y.factor = append(y.factor, normal(s.word(uint64(year))))
		}
	}
}

// events are the loss events of a scenario in the years of a chunk, found one after the other.
type events struct {
	p       *sampler
	y       *years
	words   stream
	used    uint64
	year    int     // next to look at
	left    int     // events of the year before it, not yet given
	next    float64 // time of the next event of a Poisson process of rate 1
	passed  float64 // expected number of events up to now
	latent  float64 // share of the own part of the latent normal number
	loading float64
}

// batch is the number of events that are looked at together.
const batch = 2048

// next fills the list with the years of the next events; fewer than fit mean the end.
func (e *events) fill(list []int32) int {
	switch {
	case e.p.scenario.Counting == fair.Bernoulli || e.p.thresholds != nil:
		return e.counted(list)
	default:
		return e.process(list)
	}
}

func (e *events) word() uint64 {
	e.used++
	return e.words.word(e.used - 1)
}

// process walks along a Poisson process of rate 1; each year is as long as its own rate.
func (e *events) process(list []int32) int {
	n := 0
	for {
		for e.next < e.passed {
			if n == len(list) {
				return n
			}
			list[n] = int32(e.year - 1)
			n++
			e.next += exponential(e.word())
		}
		if e.year == e.y.n {
			return n
		}
		e.passed += e.rate(e.year)
		e.year++
	}
}

// rate is that of loss events in a year.
func (e *events) rate(year int) float64 {
	rate := e.p.scale
	if e.p.frequency.kind == fair.Constant {
		rate *= e.p.frequency.value
	} else {
		rate *= e.p.frequency.at(e.word())
	}
	if e.p.susceptibility != nil {
		rate *= e.p.susceptibility.at(e.word())
	}
	if e.p.causes != nil {
		rate *= e.p.tied(e.y.present[year])
	}
	return rate
}

// counted draws the number of events of each year.
func (e *events) counted(list []int32) int {
	n := 0
	for {
		for ; e.left > 0; e.left-- {
			if n == len(list) {
				return n
			}
			list[n] = int32(e.year - 1)
			n++
		}
		if e.year == e.y.n {
			return n
		}
		e.left = e.count(e.year)
		e.year++
	}
}

func (e *events) count(year int) int {
	if e.p.thresholds == nil {
		p := e.p.once
		if e.p.causes != nil {
			p *= e.p.tied(e.y.present[year])
		}
		if unit(e.word()) < p {
			return 1
		}
		return 0
	}
	z := e.loading*e.y.factor[year] + e.latent*normal(e.word())
	return sort.Search(len(e.p.thresholds), func(k int) bool { return e.p.thresholds[k] >= z })
}
