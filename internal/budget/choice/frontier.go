package choice

import (
	"math"
	"slices"
)

// Point is the best choice under a share of the budgets.
type Point struct {
	Scale  float64 `json:"scale"` // of every budget
	Result         // nothing chosen when even the mandatory options do not fit
	Fits   bool    `json:"fits"`
}

// Frontier is the efficient frontier: the best choice under each multiple of the budgets.
func Frontier(p Problem, scales []float64, e Effort) ([]Point, error) {
	var points []Point
	var last []bool
	for _, scale := range scales {
		scaled := p
		scaled.Budgets = slices.Clone(p.Budgets)
		for b := range scaled.Budgets {
			scaled.Budgets[b] *= scale
		}
		m, err := compile(scaled)
		if err != nil {
			return nil, err
		}
		r, err := m.solve(e, last)
		if isInfeasible(err) {
			points = append(points, Point{Scale: scale})
			continue
		}
		if err != nil {
			return nil, err
		}
		last, err = m.choice("chosen", r.Chosen)
		if err != nil {
			return nil, err
		}
		points = append(points, Point{Scale: scale, Result: r, Fits: true})
	}
	return points, nil
}

// Step is an option that is not taken: what it would add to the choice, with all that it requires.
type Step struct {
	Option  string    `json:"option"`
	With    []string  `json:"with,omitempty"` // what it requires and is not taken either
	Cost    []float64 `json:"cost"`           // in each budget
	Over    []float64 `json:"over"`           // by how much it overruns each budget
	Gain    float64   `json:"gain"`           // by which the objective falls
	PerEuro float64   `json:"per_unit"`       // gain for each unit of cost, over all budgets
}

// Next ranks the options that are not taken by what the next euro would bring: gain for each unit of cost. An
// option that another one taken excludes is left out.
func Next(p Problem, chosen []string) ([]Step, error) {
	m, err := compile(p)
	if err != nil {
		return nil, err
	}
	x, err := m.choice("chosen", chosen)
	if err != nil {
		return nil, err
	}
	before := m.figures(x)
	var steps []Step
	for j := range m.Options {
		if x[j] {
			continue
		}
		if y, ok := m.withRequired(x, j); ok {
			steps = append(steps, m.step(j, x, y, before))
		}
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return compareFloat(b.PerEuro, a.PerEuro) })
	return steps, nil
}

func (m *model) step(j int, x, y []bool, before Figures) Step {
	after := m.figures(y)
	s := Step{Option: m.Options[j].ID, Gain: before.Objective - after.Objective}
	for k := range y {
		if y[k] && !x[k] && k != j {
			s.With = append(s.With, m.Options[k].ID)
		}
	}
	total := 0.0
	for b, limit := range m.Budgets {
		s.Cost = append(s.Cost, after.Cost[b]-before.Cost[b])
		s.Over = append(s.Over, max(after.Cost[b]-limit, 0))
		total += s.Cost[b]
	}
	if total > 0 {
		s.PerEuro = s.Gain / total
	}
	return s
}

// withRequired is the choice with option j and all that it requires; not ok when a group forbids it.
func (m *model) withRequired(x []bool, j int) (y []bool, ok bool) {
	y = slices.Clone(x)
	y[j] = true
	for again := true; again; {
		again = false
		for _, pair := range m.Requires {
			a, b := m.option[pair[0]], m.option[pair[1]]
			if y[a] && !y[b] {
				y[b], again = true, true
			}
		}
	}
	for _, c := range m.constraints {
		for _, r := range c.rows {
			if (c.Kind == AtMostOne || c.Kind == ExactlyOne) && r.at(y) > r.rhs+r.slack() && r.at(x) <= r.rhs+r.slack() {
				return nil, false
			}
		}
	}
	return y, true
}

// Price is what a constraint costs: by how much the objective would fall without it.
type Price struct {
	Constraint
	Price  float64  `json:"price"`
	Chosen []string `json:"chosen"` // the best choice without it
	Proven bool     `json:"proven"`
}

// Prices solves the problem again without each constraint in turn.
func Prices(p Problem, best Result, e Effort) ([]Price, error) {
	m, err := compile(p)
	if err != nil {
		return nil, err
	}
	start, err := m.choice("chosen", best.Chosen)
	if err != nil {
		return nil, err
	}
	var prices []Price
	for i, c := range m.constraints {
		without := &model{Problem: m.Problem, option: m.option, scenario: m.scenario}
		without.constraints = slices.Delete(slices.Clone(m.constraints), i, i+1)
		without.program = without.programOf(without.constraints)
		r, err := without.solve(e, start)
		if err != nil {
			return nil, err
		}
		price := max(best.Objective-r.Objective, 0)
		if price <= tolerance*math.Abs(best.Objective) {
			price, r.Chosen = 0, best.Chosen
		}
		prices = append(prices, Price{c, price, r.Chosen, r.Proven && best.Proven})
	}
	return prices, nil
}
