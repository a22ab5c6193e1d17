package quant

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
)

// ExactMethod is the version of the exact computation.
const ExactMethod = "exact-fft-1"

// ExactOptions say which figures are wanted, and how fine.
type ExactOptions struct {
	Appetites []float64 // amounts in euro for which the chance of a higher yearly loss is wanted
	Cells     int       // cells of the grid of the whole, a power of 2; 0 = 65,536
	Scenarios bool      // each scenario alone and its share of the tail, too
}

// The cells of a grid.
const (
	defaultCells  = 65_536
	minCells      = 1_024
	maxCells      = 4_194_304
	scenarioCells = 16_384 // at most, of a scenario alone
)

// Exact computes the yearly losses of a portfolio without drawing anything: laws of single losses are spread over a
// grid, summed by FFT, and mixed over uncertain rates, the states of common causes and the common factor. Quantiles and
// TVaR up to 99 % are right to about 1e-5 of themselves, the mean to rounding. Intervals have no width, Years and Seed are 0.
// Scenarios counted as annual products have no exact law here: a problem says so. O(scenarios x cells log cells), times
// the states of the causes that scenarios share.
func Exact(p fair.Portfolio, o ExactOptions) (Result, error) { return NewExacts().Result(p, o) }

// Exacts computes exact results and keeps what scenarios share between them: after a change of one scenario only what
// hangs on it is computed again. It is bounded and safe for concurrent use. Results do not depend on what was computed before.
type Exacts struct{ store *store }

// NewExacts is an empty one.
func NewExacts() *Exacts { return &Exacts{newStore()} }

// Result is the exact result of the portfolio.
func (e *Exacts) Result(p fair.Portfolio, o ExactOptions) (Result, error) {
	if err := o.complete(); err != nil {
		return Result{}, err
	}
	if err := p.Check(); err != nil {
		return Result{}, err
	}
	for i, s := range p.Scenarios {
		if s.Counting == fair.Annual {
			return Result{}, problem.Field(fmt.Sprintf("scenarios[%d].counting", i), "quant.annual-not-exact", "scenario", s.ID)
		}
	}
	if p.State == "" {
		p.State = fair.Current
	}
	losses, minutes, err := e.lines(p)
	if err != nil {
		return Result{}, err
	}
	r := Result{Method: ExactMethod}
	m := newModel(losses, p.Causes, p.Covers, e.store)
	total := m.law(o.Cells)
	r.Total = m.summary(total, o.Appetites)
	if len(minutes) > 0 {
		times := newModel(minutes, p.Causes, nil, e.store)
		s := times.summary(times.law(o.Cells), nil)
		r.Minutes = &s
	}
	if o.Scenarios {
		r.Scenarios = e.alone(losses, minutes, p, o)
		for i, share := range m.shares(total) {
			r.Scenarios[i].TailShare = share
		}
		sort.Slice(r.Scenarios, func(i, j int) bool { return r.Scenarios[i].ID < r.Scenarios[j].ID })
	}
	return r, nil
}

func (o *ExactOptions) complete() error {
	if o.Cells == 0 {
		o.Cells = defaultCells
	}
	if o.Cells < minCells || o.Cells > maxCells || o.Cells&(o.Cells-1) != 0 {
		return problem.Field("cells", "quant.cells-out-of-range", "low", minCells, "high", maxCells)
	}
	for _, a := range o.Appetites {
		if !(a >= 0) || math.IsInf(a, 0) {
			return problem.Field("appetites", "quant.appetite-negative")
		}
	}
	return nil
}

// law is the law of the model on the grid that suits it.
func (m *model) law(cells int) law {
	if m.mean == 0 {
		return law{}
	}
	return m.on(m.grid(cells))
}

// lines makes the scenarios ready, or finds them ready.
func (e *Exacts) lines(p fair.Portfolio) (losses, minutes []*line, err error) {
	losses, measured := make([]*line, len(p.Scenarios)), make([]*line, len(p.Scenarios))
	keys := make([]string, len(p.Scenarios))
	for i, s := range p.Scenarios {
		key, err := json.Marshal(s)
		if err != nil {
			return nil, nil, err
		}
		keys[i] = string(p.State) + string(key)
	}
	each(len(p.Scenarios), func(i int) {
		s := p.Scenarios[i]
		losses[i] = e.store.line("loss "+keys[i], func() *line { return newLine(s, p.State, lossOf(s, p.State)) })
		if s.Minutes != nil {
			measured[i] = e.store.line("minutes "+keys[i], func() *line { return newLine(s, p.State, sketchOf(s.Minutes.Shape(), 1)) })
		}
	})
	for _, l := range measured {
		if l != nil {
			minutes = append(minutes, l)
		}
	}
	return losses, minutes, nil
}

// alone are the figures of every scenario alone, with its causes and a cover that is its own.
func (e *Exacts) alone(losses, minutes []*line, p fair.Portfolio, o ExactOptions) []ScenarioResult {
	out, time := make([]ScenarioResult, len(losses)), map[string]*line{}
	for _, l := range minutes {
		time[l.id] = l
	}
	cells := min(scenarioCells, o.Cells)
	figures := func(l *line, covers []fair.Cover, appetites []float64) Summary {
		own := *l
		own.loading = 0 // changes nothing for a scenario alone
		m := newModel([]*line{&own}, p.Causes, covers, e.store)
		return m.summary(m.law(cells), appetites)
	}
	each(len(losses), func(i int) {
		own, shared := covering(p, losses[i].id)
		out[i] = ScenarioResult{ID: losses[i].id, Loss: figures(losses[i], own, o.Appetites), BeforeCover: shared}
		if l := time[losses[i].id]; l != nil {
			s := figures(l, nil, nil)
			out[i].Minutes = &s
		}
	})
	return out
}

// covering are the covers of this scenario alone; shared tells that it has one together with others.
func covering(p fair.Portfolio, id string) (own []fair.Cover, shared bool) {
	for _, c := range p.Covers {
		switch {
		case len(c.Scenarios) == 0 && len(p.Scenarios) > 1 || len(c.Scenarios) > 1 && slices.Contains(c.Scenarios, id):
			shared = true
		case len(c.Scenarios) == 0 || slices.Contains(c.Scenarios, id):
			own = append(own, c)
		}
	}
	return own, shared
}
