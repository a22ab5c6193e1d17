package choice

import (
	"maps"
	"slices"

	"accordo.dev/internal/problem"
)

// errNotDecided says that the search was stopped before it found any choice.
func errNotDecided() error { return problem.New(problem.Invalid, "choice.not-decided") }

// conflict is the error of constraints that contradict each other: it names a set of them of which none can
// be left out, so that loosening any one of it resolves this contradiction.
func (m *model) conflict(e Effort) error {
	needed := slices.Clone(m.constraints)
	for i := 0; i < len(needed); {
		without := slices.Delete(slices.Clone(needed), i, i+1)
		switch possible, decided := m.possible(without, e); {
		case !decided:
			return errNotDecided()
		case possible:
			i++
		default:
			needed = without
		}
	}
	infeasible := problem.New(problem.Invalid, "choice.infeasible", "n", len(needed))
	for _, c := range needed {
		infeasible.Causes = append(infeasible.Causes, m.says(c))
	}
	return infeasible
}

// possible tells whether any choice satisfies some constraints.
func (m *model) possible(constraints []Constraint, e Effort) (possible, decided bool) {
	p := m.programOf(constraints)
	p.cost, p.terms, p.tail = make([]float64, len(p.cost)), nil, nil
	f := p.solve(e)
	return f.best != nil, f.best != nil || !f.stopped
}

// says puts a constraint of a conflict in words, at its place in the input.
func (m *model) says(c Constraint) *problem.Error {
	switch c.Kind {
	case Budget:
		return problem.Field(c.Field, "choice.conflict.budget", "limit", m.Budgets[c.Index])
	case Requirement:
		return problem.Field(c.Field, "choice.conflict.requires", "option", m.Requires[c.Index][0], "other", m.Requires[c.Index][1])
	case AtMostOne:
		return problem.Field(c.Field, "choice.conflict.at-most-one")
	case ExactlyOne:
		return problem.Field(c.Field, "choice.conflict.exactly-one")
	case Mandatory:
		return problem.Field(c.Field, "choice.conflict.mandatory", "option", m.Mandatory[c.Index])
	default:
		return problem.Field(c.Field, "choice.conflict.ring-fence", "share", m.RingFence.Share)
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// isInfeasible tells the error of constraints that contradict each other from others.
func isInfeasible(err error) bool {
	p, ok := problem.As(err)
	return ok && p.Key == "choice.infeasible"
}
