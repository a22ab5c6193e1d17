package choice

// Additive is what a sum of reductions would have chosen.
type Additive struct {
	Chosen  []string `json:"chosen"`
	Claimed float64  `json:"claimed"` // the objective as the sum sees it
	Figures          // what the choice really leaves
	Lost    float64  `json:"lost"` // by how much its objective is worse than the best one
}

// Naive chooses as if reductions added up, each as large as it is alone, under the same constraints, and
// says what that loses against the best choice.
func Naive(p Problem, best Result, e Effort) (Additive, error) {
	m, err := compile(p)
	if err != nil {
		return Additive{}, err
	}
	linear, base := m.additive()
	f := linear.solve(e)
	if f.best == nil {
		return Additive{}, errNotDecided()
	}
	a := Additive{Chosen: m.names(f.best), Claimed: base + f.value, Figures: m.figures(f.best)}
	a.Lost = max(a.Objective-best.Objective, 0)
	return a, nil
}

// additive is the linear program of the sum, and the objective when nothing is taken.
func (m *model) additive() (linear *program, base float64) {
	linear = &program{cost: append([]float64(nil), m.program.cost...), rows: m.rows, fixed: m.fixed}
	weight := make([]float64, len(m.terms))
	if m.tail != nil {
		_, weight = m.tail.gradient(ones(len(m.terms)))
	}
	for s, t := range m.terms {
		w := t.mean
		if m.tail != nil {
			w += m.tail.weight * weight[s]
		}
		for i, o := range t.options {
			linear.cost[o] -= w * (1 - t.keep[i])
		}
	}
	return linear, m.constant + m.program.value(make([]bool, len(m.Options)))
}
