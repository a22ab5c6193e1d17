package quant

import (
	"cmp"
	"slices"

	"accordo.dev/internal/risk/fair"
)

// Simulate draws the given number of years of the portfolio. Time is O(events + years x scenarios). Memory is one
// number for each year and one histogram for each scenario; of the years of a scenario only those of the block
// at hand are kept. Errors name the path of the field that is wrong.
func Simulate(p fair.Portfolio, o Options) (Result, error) {
	if err := o.complete(); err != nil {
		return Result{}, err
	}
	if err := p.Check(); err != nil {
		return Result{}, err
	}
	m := newSimulation(p, o)
	m.parallel(m.block)
	m.tail()
	return m.result(), nil
}

// YearlyLosses draws the loss of each of so many years, in euro: the same draws as Simulate makes for the
// scenario with this seed when no common cause or cover is there. The scenario must have passed Check. O(events).
func YearlyLosses(s fair.Scenario, state fair.State, seed uint64, years int) []float64 {
	losses := make([]float64, years)
	w := newWorld(seed, fair.Portfolio{Scenarios: []fair.Scenario{s}})
	w.all(newSampler(s, state, seed, nil), losses)
	return losses
}

// Losses draws joint yearly losses: by year, then by scenario in the order of the portfolio; before covers that
// scenarios share.
func Losses(p fair.Portfolio, seed uint64, years int) ([][]float64, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	w := newWorld(seed, p)
	samplers, _ := prepare(p, w)
	flat, joint := make([]float64, years*len(p.Scenarios)), make([][]float64, years)
	for year := range joint {
		joint[year] = flat[year*len(p.Scenarios) : (year+1)*len(p.Scenarios)]
	}
	losses := make([]float64, years)
	for _, sampler := range samplers {
		i := slices.IndexFunc(p.Scenarios, func(s fair.Scenario) bool { return s.ID == sampler.scenario.ID })
		w.all(sampler, losses)
		for year, x := range losses {
			joint[year][i] = x
		}
	}
	return joint, nil
}

// group is a cover of several scenarios.
type group struct {
	cover   fair.Cover
	members []int // places of the samplers
}

// prepare makes samplers in the order of ids, and the covers that several of them share.
func prepare(p fair.Portfolio, w world) ([]*sampler, []group) {
	ordered := slices.Clone(p.Scenarios)
	slices.SortFunc(ordered, func(a, b fair.Scenario) int { return cmp.Compare(a.ID, b.ID) })
	var samplers []*sampler
	for _, s := range ordered {
		samplers = append(samplers, newSampler(s, p.State, w.seed, w.causes))
	}
	var groups []group
	for _, c := range p.Covers {
		g := group{cover: c}
		for i, s := range ordered {
			if len(c.Scenarios) == 0 || slices.Contains(c.Scenarios, s.ID) {
				g.members = append(g.members, i)
			}
		}
		if len(g.members) == 1 {
			samplers[g.members[0]].cover = &g.cover
		} else if len(g.members) > 1 {
			groups = append(groups, g)
		}
	}
	return samplers, groups
}

// all draws all years of a scenario.
func (w world) all(p *sampler, losses []float64) {
	var y years
	var e events
	for from := 0; from < len(losses); from += chunkYears {
		to := min(from+chunkYears, len(losses))
		w.fill(&y, from/chunkYears, to-from)
		p.fill(&e, &y, losses[from:to], nil)
	}
}
