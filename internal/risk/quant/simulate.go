package quant

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"accordo.dev/internal/problem"
)

// Method is the version of the simulation; results of different versions are different samples.
const Method = "poisson-lognormal-1"

// Years that are simulated when nothing else is said, and the limits.
const (
	DefaultYears = 50_000
	MinYears     = 1_000 // below, the interval of the 99 % quantile has no upper end
	MaxYears     = 10_000_000
)

// Options say how to simulate.
type Options struct {
	Seed      uint64
	Years     int       // simulated years; 0 = DefaultYears
	Workers   int       // 0 = one per processor; does not change the result
	Appetites []float64 // amounts in euro for which the chance of a higher yearly loss is wanted
}

// Result is the outcome of a simulation.
type Result struct {
	Method    string           `json:"method"`
	Seed      uint64           `json:"seed"`
	Years     int              `json:"years"`
	Scenarios []ScenarioResult `json:"scenarios"` // in order of id
	Total     Summary          `json:"total"`     // of the sum over independent scenarios, euro
	Minutes   *Summary         `json:"minutes,omitempty"`

	// Totals are the simulated yearly losses of all scenarios together, by year, in euro.
	Totals []float64 `json:"-"`
}

// ScenarioResult is the outcome of one scenario alone.
type ScenarioResult struct {
	ID      string   `json:"id"`
	Loss    Summary  `json:"loss"`              // euro a year
	Minutes *Summary `json:"minutes,omitempty"` // minutes of critical service lost a year
	// TailShare is the part of the scenario in the total loss of the years that are as bad as VaR 95 or
	// worse. The shares of all scenarios sum to 1 (all 0 when nothing is ever lost).
	TailShare float64 `json:"tailShare"`
}

// Simulate draws the given number of years of every scenario, independently of each other, and sums
// them up (compound Poisson with lognormal severity). Time is O(events + years log years) per scenario.
// Memory is O(years x workers): only the yearly totals are kept; the shares of the tail come from
// drawing the same years again. (Streaming log-histograms would need still less memory and no sorting;
// they may come later.) Errors name the record and field of a scenario that is not valid.
func Simulate(scenarios []Scenario, o Options) (Result, error) {
	if err := o.complete(); err != nil {
		return Result{}, err
	}
	ordered, err := inOrder(scenarios)
	if err != nil {
		return Result{}, err
	}
	run := simulation{o: o, result: Result{Method: Method, Seed: o.Seed, Years: o.Years}}
	for _, s := range ordered {
		run.samplers = append(run.samplers, newSampler(s, o.Seed))
	}
	run.simulate()
	run.tail()
	return run.result, nil
}

// YearlyLosses draws the loss of each of so many years, in euro: the same draws as Simulate makes for the scenario with this
// seed. The scenario must be valid. O(events).
func (s Scenario) YearlyLosses(seed uint64, years int) []float64 {
	losses := make([]float64, years)
	newSampler(s, seed).fill(losses, nil)
	return losses
}

// complete fills the defaults and checks the rest.
func (o *Options) complete() error {
	if o.Years == 0 {
		o.Years = DefaultYears
	}
	if o.Years < MinYears || o.Years > MaxYears {
		return problem.Field("years", "quant.years-out-of-range", "low", MinYears, "high", MaxYears)
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	for _, a := range o.Appetites {
		if !(a >= 0) || math.IsInf(a, 0) {
			return problem.Field("appetites", "quant.appetite-negative")
		}
	}
	return nil
}

// inOrder checks the scenarios and sorts them by id.
func inOrder(scenarios []Scenario) ([]Scenario, error) {
	seen := map[string]bool{}
	for i, s := range scenarios {
		err := s.Check()
		if err == nil && seen[s.ID] {
			err = problem.Field("id", "quant.scenario-twice", "scenario", s.ID)
		}
		if p, ok := problem.As(err); ok {
			return nil, p.At(problem.Source{Record: i + 1})
		}
		seen[s.ID] = true
	}
	ordered := slices.Clone(scenarios)
	slices.SortFunc(ordered, func(a, b Scenario) int { return cmp.Compare(a.ID, b.ID) })
	return ordered, nil
}

type simulation struct {
	o        Options
	samplers []sampler
	result   Result
	minutes  []float64 // yearly totals
	worst    []int     // years as bad as VaR 95 or worse
}

// sample is the simulated years of one scenario.
type sample struct{ losses, minutes []float64 }

// simulate fills everything but the shares of the tail. Workers draw and summarise scenarios; the sums
// are made here, in order of id, because adding in another order would give other last bits.
func (m *simulation) simulate() {
	n, years := len(m.samplers), m.o.Years
	m.result.Scenarios = make([]ScenarioResult, n)
	m.result.Totals = make([]float64, years)
	m.minutes = make([]float64, years)
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
		add(m.result.Totals, s.losses)
		if m.samplers[i].scenario.Minutes != nil {
			add(m.minutes, s.minutes)
			measured = true
		}
		free <- s
	}
	close(free)
	m.total(measured)
}

func add(sum, values []float64) {
	for i, v := range values {
		sum[i] += v
	}
}

// scenario draws the years of one scenario into the buffer and summarises them.
func (m *simulation) scenario(p sampler, b sample) ScenarioResult {
	r := ScenarioResult{ID: p.scenario.ID}
	mean, _ := p.scenario.Expected()
	if p.scenario.Minutes == nil {
		p.fill(b.losses, nil)
		r.Loss = summarise(b.losses, mean, m.o.Appetites)
		return r
	}
	p.fill(b.losses, b.minutes)
	r.Loss = summarise(b.losses, mean, m.o.Appetites)
	mean, _ = expected(p.scenario.Frequency, *p.scenario.Minutes)
	minutes := summarise(b.minutes, mean, nil)
	r.Minutes = &minutes
	return r
}

// total summarises the sums and finds the worst years.
func (m *simulation) total(measured bool) {
	mean, minutes := 0.0, 0.0
	for _, s := range m.result.Scenarios {
		mean += s.Loss.Expected
		if s.Minutes != nil {
			minutes += s.Minutes.Expected
		}
	}
	m.result.Total = summarise(m.result.Totals, mean, m.o.Appetites)
	if measured {
		s := summarise(m.minutes, minutes, nil)
		m.result.Minutes = &s
	}
	for year, loss := range m.result.Totals {
		if loss >= m.result.Total.VaR95.Value {
			m.worst = append(m.worst, year)
		}
	}
}

// tail fills the shares of the tail, from the same years drawn again.
func (m *simulation) tail() {
	worst := 0.0
	for _, year := range m.worst {
		worst += m.result.Totals[year]
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
				m.samplers[i].fill(losses, nil)
				sum := 0.0
				for _, year := range m.worst {
					sum += losses[year]
				}
				m.result.Scenarios[i].TailShare = sum / worst
			}
		})
	}
	wg.Wait()
}
