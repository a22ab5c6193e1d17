package choice

import (
	"math"
	"strconv"

	"accordo.dev/internal/problem"
)

// model is a problem that has been checked, with its program.
type model struct {
	Problem
	*program
	option      map[string]int
	scenario    map[string]int
	constant    float64 // part of the objective that no option changes
	constraints []Constraint
}

// Constraint names one constraint of a problem by its place in the input.
type Constraint struct {
	Kind  ConstraintKind `json:"kind"`
	Index int            `json:"-"`
	Field string         `json:"field"` // budgets[0], requires[2], ring_fence
	rows  []sparseRow
	fix   int // option that is fixed at 1, or -1
}

// ConstraintKind says what a constraint demands.
type ConstraintKind string

// The kinds.
const (
	Budget      ConstraintKind = "budget"
	Requirement ConstraintKind = "requires"
	AtMostOne   ConstraintKind = "at-most-one"
	ExactlyOne  ConstraintKind = "exactly-one"
	Mandatory   ConstraintKind = "mandatory"
	Ring        ConstraintKind = "ring-fence"
)

// compile checks a problem and writes it in numbers.
func compile(p Problem) (*model, error) {
	m := &model{Problem: p, option: map[string]int{}, scenario: map[string]int{}}
	if err := m.check(); err != nil {
		return nil, err
	}
	if err := m.gather(); err != nil {
		return nil, err
	}
	m.program = m.programOf(m.constraints)
	return m, nil
}

// programOf writes the problem under some of its constraints.
func (m *model) programOf(constraints []Constraint) *program {
	p := &program{cost: make([]float64, len(m.Options)), fixed: make([]int8, len(m.Options))}
	for j, o := range m.Options {
		p.cost[j] = -m.Objective.Value * o.Value
		p.fixed[j] = -1
	}
	for _, c := range constraints {
		p.rows = append(p.rows, c.rows...)
		if c.fix >= 0 {
			p.fixed[c.fix] = 1
		}
	}
	place := m.addTerms(p)
	if m.Objective.Tail > 0 {
		p.tail = m.tailOf(place, len(p.terms))
	}
	return p
}

// addTerms adds the scenarios on which some option acts, and says where each stands (-1: nowhere).
func (m *model) addTerms(p *program) []int {
	place, terms := make([]int, len(m.Scenarios)), make([]term, len(m.Scenarios))
	for j, o := range m.Options {
		for id, e := range o.Effects {
			if e == 0 {
				continue
			}
			t := &terms[m.scenario[id]]
			t.options, t.rate, t.keep = append(t.options, j), append(t.rate, rateOf(e)), append(t.keep, 1-e)
		}
	}
	m.constant = 0
	for s, t := range terms {
		t.mean = m.Objective.Mean * m.Scenarios[s].ALE
		if len(t.options) == 0 || t.mean == 0 && m.Objective.Tail == 0 {
			place[s] = -1
			m.constant += t.mean
			continue
		}
		place[s] = len(p.terms)
		p.terms = append(p.terms, t)
	}
	return place
}

func (m *model) tailOf(place []int, terms int) *tail {
	t := &tail{
		weight: m.Objective.Tail, share: 1 - m.Objective.Level,
		base: make([]float64, len(m.Losses)), loss: make([][]float64, len(m.Losses)),
	}
	for i, trial := range m.Losses {
		t.loss[i] = make([]float64, terms)
		for s, l := range trial {
			if place[s] < 0 {
				t.base[i] += l
			} else {
				t.loss[i][place[s]] = l
			}
		}
	}
	return t
}

// gather lists the constraints with their rows.
func (m *model) gather() error {
	for b, limit := range m.Budgets {
		r := sparseRow{rhs: limit}
		for j, o := range m.Options {
			r.add(j, o.Cost[b])
		}
		m.constrain(Budget, b, path("budgets", b), r)
	}
	for i, pair := range m.Requires {
		x, err := m.choiceList(path("requires", i), pair[:])
		if err != nil {
			return err
		}
		m.constrain(Requirement, i, path("requires", i), sparseRow{index: x, coef: []float64{1, -1}})
	}
	if err := m.groups("at_most_one", AtMostOne, m.AtMostOne); err != nil {
		return err
	}
	if err := m.groups("exactly_one", ExactlyOne, m.ExactlyOne); err != nil {
		return err
	}
	x, err := m.choiceList("mandatory", m.Mandatory)
	if err != nil {
		return err
	}
	for i, j := range x {
		m.constrain(Mandatory, i, path("mandatory", i))
		m.constraints[len(m.constraints)-1].fix = j
	}
	return m.fence()
}

func (m *model) constrain(kind ConstraintKind, index int, field string, rows ...sparseRow) {
	m.constraints = append(m.constraints, Constraint{Kind: kind, Index: index, Field: field, rows: rows, fix: -1})
}

func (r *sparseRow) add(j int, coef float64) {
	if coef != 0 {
		r.index, r.coef = append(r.index, j), append(r.coef, coef)
	}
}

func (m *model) groups(field string, kind ConstraintKind, groups [][]string) error {
	for i, group := range groups {
		x, err := m.choiceList(path(field, i), group)
		if err != nil {
			return err
		}
		rows := []sparseRow{{index: x, coef: ones(len(x)), rhs: 1}}
		if kind == ExactlyOne {
			least := sparseRow{index: x, coef: make([]float64, len(x)), rhs: -1}
			for k := range x {
				least.coef[k] = -1
			}
			rows = append(rows, least)
		}
		m.constrain(kind, i, path(field, i), rows...)
	}
	return nil
}

// fence writes the ring fence: share times all that is spent, less what the fenced options cost, is at most 0.
func (m *model) fence() error {
	f := m.RingFence
	if f == nil {
		return nil
	}
	inside, err := m.choice("ring_fence.options", f.Options)
	if err != nil {
		return err
	}
	counted := f.Budgets
	if len(counted) == 0 {
		for b := range m.Budgets {
			counted = append(counted, b)
		}
	}
	r := sparseRow{}
	for j, o := range m.Options {
		cost := 0.0
		for _, b := range counted {
			cost += o.Cost[b]
		}
		if inside[j] {
			r.add(j, (f.Share-1)*cost)
		} else {
			r.add(j, f.Share*cost)
		}
	}
	m.constrain(Ring, 0, "ring_fence", r)
	return nil
}

// choiceList turns ids into numbers of options; one that does not exist, or comes twice, is an error at its place.
func (m *model) choiceList(field string, ids []string) ([]int, error) {
	var list []int
	seen := map[int]bool{}
	for i, id := range ids {
		j, known := m.option[id]
		if !known {
			return nil, problem.Field(path(field, i), "problem.dangling", "value", id)
		}
		if seen[j] {
			return nil, problem.Field(path(field, i), "problem.twice", "value", id)
		}
		seen[j] = true
		list = append(list, j)
	}
	return list, nil
}

// choice turns ids into a choice.
func (m *model) choice(field string, ids []string) ([]bool, error) {
	list, err := m.choiceList(field, ids)
	x := make([]bool, len(m.Options))
	for _, j := range list {
		x[j] = true
	}
	return x, err
}

// check finds everything that is wrong with the numbers.
func (m *model) check() error {
	var wrong []*problem.Error
	note := func(e *problem.Error) {
		if e != nil {
			wrong = append(wrong, e)
		}
	}
	for i, s := range m.Scenarios {
		note(m.name(m.scenario, i, path("scenarios", i, ".id"), s.ID))
		note(within(path("scenarios", i, ".ale"), s.ALE, 0, maxAmount))
	}
	for i, o := range m.Options {
		note(m.name(m.option, i, path("options", i, ".id"), o.ID))
		wrong = append(wrong, m.checkOption(i, o)...)
	}
	for b, limit := range m.Budgets {
		note(within(path("budgets", b), limit, 0, maxAmount))
	}
	if f := m.RingFence; f != nil {
		note(within("ring_fence.share", f.Share, 0, 1))
		for i, b := range f.Budgets {
			note(within(path("ring_fence.budgets", i), float64(b), 0, float64(len(m.Budgets)-1)))
		}
	}
	wrong = append(wrong, m.checkObjective()...)
	return problem.Many(wrong)
}

func (m *model) name(names map[string]int, i int, field, id string) *problem.Error {
	if id == "" {
		return problem.Field(field, "problem.required")
	}
	if _, twice := names[id]; twice {
		return problem.Field(field, "problem.twice", "value", id)
	}
	names[id] = i
	return nil
}

func (m *model) checkOption(i int, o Option) (wrong []*problem.Error) {
	if len(o.Cost) != len(m.Budgets) {
		wrong = append(wrong, problem.Field(path("options", i, ".cost"), "choice.cost-count", "n", len(o.Cost), "want", len(m.Budgets)))
	}
	for b, c := range o.Cost {
		if e := within(path("options", i, ".cost["+strconv.Itoa(b)+"]"), c, 0, maxAmount); e != nil {
			wrong = append(wrong, e)
		}
	}
	for _, id := range sorted(o.Effects) {
		field := path("options", i, ".effects."+id)
		if _, known := m.scenario[id]; !known {
			wrong = append(wrong, problem.Field(field, "problem.dangling", "value", id))
		} else if e := within(field, o.Effects[id], 0, 1); e != nil {
			wrong = append(wrong, e)
		}
	}
	if e := within(path("options", i, ".value"), o.Value, -maxAmount, maxAmount); e != nil {
		wrong = append(wrong, e)
	}
	return wrong
}

func (m *model) checkObjective() (wrong []*problem.Error) {
	for _, w := range []struct {
		field  string
		weight float64
	}{{"weights.mean", m.Objective.Mean}, {"weights.tvar", m.Objective.Tail}, {"weights.value", m.Objective.Value}} {
		if e := within(w.field, w.weight, 0, maxAmount); e != nil {
			wrong = append(wrong, e)
		}
	}
	if m.Objective.Tail > 0 && len(m.Losses) == 0 {
		wrong = append(wrong, problem.Field("objective", "choice.no-losses"))
	}
	if e := within("objective", m.Objective.Level, 0, 1-1e-6); e != nil {
		wrong = append(wrong, e)
	}
	for i, trial := range m.Losses {
		if len(trial) != len(m.Scenarios) {
			return append(wrong, problem.Field(path("losses", i), "choice.loss-count", "n", len(trial), "want", len(m.Scenarios)))
		}
		for s, l := range trial {
			if e := within(path("losses", i, "["+strconv.Itoa(s)+"]"), l, 0, maxAmount); e != nil {
				return append(wrong, e)
			}
		}
	}
	return wrong
}

// maxAmount is the largest number that a problem may hold: above it euro cents are lost.
const maxAmount = 1e13

// within refuses a number outside lo to hi, and what is not a number.
func within(field string, x, lo, hi float64) *problem.Error {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return problem.Field(field, "choice.not-finite")
	case x < lo && lo == 0 && hi == maxAmount:
		return problem.Field(field, "choice.negative")
	case x < lo || x > hi:
		return problem.Field(field, "problem.range", "value", x, "min", lo, "max", hi)
	}
	return nil
}
