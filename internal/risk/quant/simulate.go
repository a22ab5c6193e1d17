package quant

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"accordo.dev/internal/risk/fair"
)

// Simulate draws the given number of years of the portfolio. Errors name the path of the field that is wrong.
func Simulate(p fair.Portfolio, o Options) (Result, error) {
	if err := o.complete(); err != nil {
		return Result{}, err
	}
	if err := p.Check(); err != nil {
		return Result{}, err
	}
	m := simulation{o: o, world: newWorld(o.Seed, p), result: Result{Method: Method, Seed: o.Seed, Years: o.Years}}
	m.samplers, m.covers = prepare(p, m.world)
	m.simulate()
	m.tail()
	return m.result, nil
}

// YearlyLosses draws the loss of each of so many years, in euro: the same draws as Simulate makes for the
// scenario with this seed when no common cause or cover is there. The scenario must have passed Check. O(events).
func YearlyLosses(s fair.Scenario, state fair.State, seed uint64, years int) []float64 {
	losses := make([]float64, years)
	w := newWorld(seed, fair.Portfolio{Scenarios: []fair.Scenario{s}})
	w.all(newSampler(s, state, seed, nil), losses, nil)
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
		w.all(sampler, losses, nil)
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
func (w world) all(p *sampler, losses, minutes []float64) {
	var y years
	for from := 0; from < len(losses); from += chunkYears {
		to := min(from+chunkYears, len(losses))
		w.fill(&y, from/chunkYears, to-from)
		var m []float64
		if minutes != nil {
			m = minutes[from:to]
		}
		p.fill(&y, losses[from:to], m)
	}
}

type simulation struct {
	o        Options
	world    world
	samplers []*sampler
	covers   []group
	result   Result
	totals   []float64
	gross    [][]float64 // by cover
	minutes  []float64   // yearly totals
	worst    []int       // years as bad as VaR 95 or worse
}

// sample is the simulated years of one scenario.
type sample struct{ losses, minutes []float64 }

// simulate fills everything but the shares of the tail. Workers draw and summarise scenarios; the sums
// are made here, in order of id, because adding in another order would give other last bits.
func (m *simulation) simulate() {
	n, years := len(m.samplers), m.o.Years
	m.result.Scenarios = make([]ScenarioResult, n)
	m.totals, m.minutes = make([]float64, years), make([]float64, years)
	for range m.covers {
		m.gross = append(m.gross, make([]float64, years))
	}
	free := make(chan sample, m.o.Workers+1)
	for range cap(free) {
		free <- sample{losses: make([]float64, years), minutes: make([]float64, years)}
	}
	done := make([]chan sample, n)
	for i := range done {
		done[i] = make(chan sample, 1)
	}
	var next atomic.Int64
	for range min(m.o.Workers, n) {
		go func() {
			// The buffer comes before the number, so the lowest number not yet done has a buffer.
			for buffer := range free {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				m.result.Scenarios[i] = m.scenario(m.samplers[i], buffer)
				done[i] <- buffer
			}
		}()
	}
	measured := false
	for i := range done {
		s := <-done[i]
		m.add(i, s.losses)
		if m.samplers[i].minutes != nil {
			add(m.minutes, s.minutes)
			measured = true
		}
		free <- s
	}
	close(free)
	for i, c := range m.covers {
		for year, loss := range m.gross[i] {
			m.totals[year] += c.cover.Retained(loss)
		}
	}
	m.total(measured)
}

// add adds losses to the sum they belong to.
func (m *simulation) add(i int, losses []float64) {
	for k, c := range m.covers {
		if slices.Contains(c.members, i) {
			m.result.Scenarios[i].BeforeCover = true
			add(m.gross[k], losses)
			return
		}
	}
	add(m.totals, losses)
}

func add(sum, values []float64) {
	for i, v := range values {
		sum[i] += v
	}
}

// scenario draws the years of one scenario into the buffer and summarises them.
func (m *simulation) scenario(p *sampler, b sample) ScenarioResult {
	r := ScenarioResult{ID: p.scenario.ID}
	if p.minutes == nil {
		m.world.all(p, b.losses, nil)
		r.Loss = summarise(b.losses, m.expected(p), m.o.Appetites)
		return r
	}
	m.world.all(p, b.losses, b.minutes)
	r.Loss = summarise(b.losses, m.expected(p), m.o.Appetites)
	minutes := summarise(b.minutes, expectedMinutes(p), nil)
	r.Minutes = &minutes
	return r
}

func (m *simulation) expected(p *sampler) *float64 {
	moments, known := p.scenario.Expected(p.state)
	if !known || p.cover != nil {
		return nil
	}
	return &moments.Mean
}

func expectedMinutes(p *sampler) *float64 {
	s := p.scenario
	s.Deductible, s.Limit, s.Secondary, s.Primary = nil, nil, nil, []fair.Loss{{Amount: *s.Minutes}}
	factor := p.magnitude
	moments, _ := s.Expected(p.state)
	mean := moments.Mean
	if factor > 0 {
		mean /= factor
	}
	return &mean
}

// total summarises the sums and finds the worst years.
func (m *simulation) total(measured bool) {
	mean, minutes, known := 0.0, 0.0, len(m.covers) == 0
	for _, s := range m.result.Scenarios {
		if s.Loss.Expected == nil {
			known = false
		} else {
			mean += *s.Loss.Expected
		}
		if s.Minutes != nil {
			minutes += *s.Minutes.Expected
		}
	}
	expected := &mean
	if !known {
		expected = nil
	}
	m.result.Total = summarise(m.totals, expected, m.o.Appetites)
	if measured {
		s := summarise(m.minutes, &minutes, nil)
		m.result.Minutes = &s
	}
	for year, loss := range m.totals {
		if loss >= m.result.Total.VaR95.Value {
			m.worst = append(m.worst, year)
		}
	}
}

// tail fills the shares of the tail, from the same years drawn again. What a shared cover pays is taken from its
// scenarios in proportion.
func (m *simulation) tail() {
	worst := 0.0
	for _, year := range m.worst {
		worst += m.totals[year]
	}
	if worst == 0 {
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(m.o.Workers, len(m.samplers)) {
		wg.Go(func() {
			losses := make([]float64, m.o.Years)
			for i := int(next.Add(1)) - 1; i < len(m.samplers); i = int(next.Add(1)) - 1 {
				m.world.all(m.samplers[i], losses, nil)
				m.result.Scenarios[i].TailShare = m.worstOf(i, losses) / worst
			}
		})
	}
	wg.Wait()
}

func (m *simulation) worstOf(i int, losses []float64) float64 {
	sum := 0.0
	for k, c := range m.covers {
		if slices.Contains(c.members, i) {
			for _, year := range m.worst {
				if gross := m.gross[k][year]; gross > 0 {
					sum += losses[year] * c.cover.Retained(gross) / gross
				}
			}
			return sum
		}
	}
	for _, year := range m.worst {
		sum += losses[year]
	}
	return sum
}
