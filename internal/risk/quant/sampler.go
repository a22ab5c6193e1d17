package quant

import (
	"cmp"
	"slices"

	"accordo.dev/internal/risk/fair"
)

// sampler draws years of one scenario.
type sampler struct {
	scenario fair.Scenario
	state    fair.State
	seed     uint64

	scale          float64 // of the frequency: controls, susceptibility that is certain
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
	s = workedOut(s)
	f := s.Factors(state)
	p := &sampler{
		scenario: s, seed: seed, state: state, scale: f.Frequency * f.Susceptibility, frequency: newDraw(s.Frequency),
		primary: draws(s.Primary), magnitude: f.Magnitude,
	}
	switch v := s.Susceptibility; {
	case v != nil && v.Probability.Is() == fair.Constant:
		p.scale *= *v.Probability.Value
	case v != nil:
		d := newDraw(*v.Probability)
		p.susceptibility = &d
	}
	if s.Counting == fair.Bernoulli {
		p.once = s.LossEvents(state).Mean
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

// workedOut is the scenario with its susceptibility worked out: capability against resistance is a number.
func workedOut(s fair.Scenario) fair.Scenario {
	if v := s.Susceptibility; v != nil && v.Probability == nil {
		probability := fair.Fixed(s.Susceptible())
		s.Susceptibility = &fair.Susceptibility{Probability: &probability}
	}
	return s
}

// expected is the exact mean of the yearly loss, if there is one.
func (p *sampler) expected() *float64 {
	moments, known := p.scenario.Expected(p.state)
	if !known || p.cover != nil {
		return nil
	}
	return &moments.Mean
}

// expectedMinutes is that of the minutes lost in a year.
func (p *sampler) expectedMinutes() *float64 {
	mean := p.scenario.LossEvents(p.state).Mean * p.minutes.shape.Mean()
	return &mean
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
