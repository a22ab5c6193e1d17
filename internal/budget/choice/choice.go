// Package choice finds the best set of risk measures under budgets, and proves that it is the best.
//
// An option is taken or not. It costs something in each budget (a year, a kind of money, staff days), it
// lowers scenarios, and it may be worth something besides. Effects multiply: what is left of scenario s is
//
//	residual_s = ALE_s * prod over options i taken (1 - e_is),
//
// never the loss less a sum of reductions, which counts the same loss twice. In -ln(1-e) this is convex, and
// so is the mean of the worst years; tangents under both bound the choice from below (outer approximation)
// inside a branch and bound over linear programmes. When it is stopped before the proof is complete it
// states the gap.
//
// The package is pure: no clock, no randomness but from a seed; the same input gives the same answer.
package choice

import (
	"fmt"
	"math"
	"slices"
)

// Problem is what to choose from, and under which constraints.
type Problem struct {
	Scenarios []Scenario
	Options   []Option
	Budgets   []float64 // limit of each resource row: a year's money, staff days
	// Requires are pairs of options: the first only together with the second.
	Requires [][2]string
	// AtMostOne and ExactlyOne are groups of options that exclude each other.
	AtMostOne  [][]string
	ExactlyOne [][]string
	Mandatory  []string // by law or audit
	RingFence  *RingFence
	Objective  Objective
	// Losses are joint yearly losses, by trial and then by scenario: the common random numbers under every
	// choice. An option scales the losses of a scenario in each trial.
	Losses [][]float64
}

// Scenario is a risk with its annualised loss expectancy, a mean in money per year.
type Scenario struct {
	ID  string
	ALE float64
}

// Option is a measure that may be taken.
type Option struct {
	ID      string
	Cost    []float64          // in each budget
	Effects map[string]float64 // by scenario: the share of its loss that the option takes away, 0 to 1
	Value   float64            // what it is worth besides, in the unit of the losses
}

// RingFence demands that the options named take at least Share of all that is spent.
type RingFence struct {
	Options []string
	Share   float64
	Budgets []int // the budgets that count together; all when empty
}

// Objective is what is minimised: Mean times the mean residual loss, plus Tail times the TVaR of the
// residual loss at Level, less Value times the value of the options taken.
type Objective struct {
	Mean, Tail, Level, Value float64
}

// Effort limits a search. Without limits it goes on until the proof is complete.
type Effort struct {
	Nodes int         // at most so many nodes of the tree; 0 is no limit
	Stop  func() bool // asked often; true ends the search
}

// Figures are what a set of options costs and leaves.
type Figures struct {
	Cost      []float64 `json:"cost"`      // in each budget
	Value     float64   `json:"value"`     // of the options
	Residual  float64   `json:"residual"`  // mean yearly loss that is left
	TVaR      *float64  `json:"tvar"`      // mean of the worst years that is left, when losses are given
	Objective float64   `json:"objective"` // what is minimised
}

// Result is a choice.
type Result struct {
	Chosen []string `json:"chosen"` // in the order of the options
	Figures
	Bound  float64 `json:"bound"`  // no choice has a smaller objective
	Gap    float64 `json:"gap"`    // objective less bound; 0 when proven
	Proven bool    `json:"proven"` // to a billionth of what is at stake
	Nodes  int     `json:"nodes"`
}

// Solve finds the best choice. When the constraints contradict each other the error names a smallest set of
// them that does.
func Solve(p Problem, e Effort) (Result, error) {
	m, err := compile(p)
	if err != nil {
		return Result{}, err
	}
	return m.solve(e)
}

// solve also takes choices to start from.
func (m *model) solve(e Effort, starts ...[]bool) (Result, error) {
	f := m.program.solve(e, starts...)
	if f.best == nil {
		if f.stopped {
			return Result{}, errNotDecided()
		}
		return Result{}, m.conflict(e)
	}
	x := m.lean(f.best)
	r := Result{Chosen: m.names(x), Figures: m.figures(x), Bound: f.bound + m.constant, Nodes: f.nodes, Proven: !f.stopped}
	if r.Proven {
		r.Bound = r.Objective
	}
	if r.Gap = max(r.Objective-r.Bound, 0); r.Gap <= tolerance*math.Abs(r.Objective) {
		r.Gap, r.Proven = 0, true
	}
	return r, nil
}

// lean leaves out the options that make nothing better, the dearest first.
func (m *model) lean(x []bool) []bool {
	x = slices.Clone(x)
	order := make([]int, len(x))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return compareFloat(m.total(b), m.total(a))
	})
	value := m.program.value(x)
	for _, j := range order {
		if !x[j] {
			continue
		}
		x[j] = false
		if !m.feasible(x) || m.program.value(x) > value {
			x[j] = true
		}
	}
	return x
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// total is the cost of an option over all budgets.
func (m *model) total(j int) float64 {
	total := 0.0
	for _, c := range m.Options[j].Cost {
		total += c
	}
	return total
}

// Evaluate gives the figures of any set of options, whether it keeps to the constraints or not.
func Evaluate(p Problem, chosen []string) (Figures, error) {
	m, err := compile(p)
	if err != nil {
		return Figures{}, err
	}
	x, err := m.choice("chosen", chosen)
	if err != nil {
		return Figures{}, err
	}
	return m.figures(x), nil
}

// figures computes everything from the definitions.
func (m *model) figures(x []bool) Figures {
	f := Figures{Cost: make([]float64, len(m.Budgets))}
	keep := m.keep(x)
	for s := range m.Scenarios {
		f.Residual += m.Scenarios[s].ALE * keep[s]
	}
	for j, o := range m.Options {
		if !x[j] {
			continue
		}
		f.Value += o.Value
		for b, c := range o.Cost {
			f.Cost[b] += c
		}
	}
	f.Objective = m.Objective.Mean*f.Residual - m.Objective.Value*f.Value
	if len(m.Losses) > 0 {
		t := tail{share: 1 - m.Objective.Level, base: make([]float64, len(m.Losses)), loss: m.Losses}
		v := t.tvar(keep)
		f.TVaR = &v
		f.Objective += m.Objective.Tail * v
	}
	return f
}

// keep is the share of each scenario that is left.
func (m *model) keep(x []bool) []float64 {
	keep := ones(len(m.Scenarios))
	for j, o := range m.Options {
		if !x[j] {
			continue
		}
		for id, e := range o.Effects {
			keep[m.scenario[id]] *= 1 - e
		}
	}
	return keep
}

func (m *model) names(x []bool) []string {
	names := []string{}
	for j, taken := range x {
		if taken {
			names = append(names, m.Options[j].ID)
		}
	}
	return names
}

// path writes the place of an element of a list: options[3].cost.
func path(list string, i int, rest ...string) string {
	p := fmt.Sprintf("%s[%d]", list, i)
	for _, r := range rest {
		p += r
	}
	return p
}
