package quant

import (
	"math"
	"slices"
	"sort"

	"accordo.dev/internal/risk/fair"
)

// model is a portfolio made ready, for its money or for its minutes.
type model struct {
	lines   []*line
	parts   []*part
	allowed float64 // see line.small
	mean    float64
	sd      float64
	atoms   []float64 // all amounts and terms, when all of them are single values
	store   *store
}

// part is some lines that do not depend on the other parts: those that share causes, the common factor or covers;
// or all those that share nothing.
type part struct {
	lines  []*line
	slot   []int // of each line: 0 = not covered, k = by covers[k-1]
	covers []fair.Cover
	states []state
	causes map[string]float64 // probability of each
}

// state is a state of the branch given which all lines are independent.
type state struct {
	probability float64
	present     map[string]bool // causes
	y           float64         // the common factor
}

// free tells whether the lines of the part share nothing.
func (p *part) free() bool { return len(p.states) == 1 && len(p.covers) == 0 }

// newModel sorts the lines into parts: two lines are together when a chain of causes, covers or the common factor joins them.
func newModel(lines []*line, causes []fair.Cause, covers []fair.Cover, s *store) *model {
	m := &model{lines: lines, store: s}
	group := map[string]string{} // union-find over names of causes, covers and the factor
	var find func(string) string
	find = func(x string) string {
		if up, ok := group[x]; ok && up != x {
			return find(up)
		}
		return x
	}
	cover, ties := map[string]int{}, make([][]string, len(lines))
	for k, c := range covers {
		for _, id := range c.Scenarios {
			cover[id] = k + 1
		}
		if len(c.Scenarios) == 0 {
			for _, l := range lines {
				cover[l.id] = k + 1
			}
		}
	}
	for i, l := range lines {
		for _, link := range l.links {
			ties[i] = append(ties[i], "cause "+link.Cause)
		}
		if l.loading > 0 {
			ties[i] = append(ties[i], "factor")
		}
		if k := cover[l.id]; k > 0 {
			ties[i] = append(ties[i], "cover "+covers[k-1].ID)
		}
		for _, t := range ties[i] {
			group[find(t)] = find(ties[i][0])
		}
	}
	at := map[string]*part{}
	for i, l := range lines {
		root := ""
		if len(ties[i]) > 0 {
			root = find(ties[i][0])
		}
		p := at[root]
		if p == nil {
			p = &part{}
			at[root] = p
			m.parts = append(m.parts, p)
		}
		p.add(l, cover[l.id], covers)
	}
	for _, p := range m.parts {
		p.inStates(causes)
	}
	m.moments()
	m.singles(covers)
	return m
}

func (p *part) add(l *line, cover int, covers []fair.Cover) {
	slot := 0
	if cover > 0 {
		c := covers[cover-1]
		slot = 1 + slices.IndexFunc(p.covers, func(x fair.Cover) bool { return x.ID == c.ID })
		if slot == 0 {
			p.covers = append(p.covers, c)
			slot = len(p.covers)
		}
	}
	p.lines, p.slot = append(p.lines, l), append(p.slot, slot)
}

// negligible is the probability of states of common causes that may be left out in all.
const negligible = 1e-9

// inStates lists the states of causes and factor of the part.
func (p *part) inStates(causes []fair.Cause) {
	p.states, p.causes = []state{{probability: 1}}, map[string]float64{}
	for _, c := range causes {
		p.causes[c.ID] = c.Probability
	}
	used := map[string]bool{}
	for _, l := range p.lines {
		for _, link := range l.links {
			used[link.Cause] = true
		}
	}
	for _, c := range causes {
		if !used[c.ID] {
			continue
		}
		var next []state
		for _, s := range p.states {
			with := map[string]bool{c.ID: true}
			for k := range s.present {
				with[k] = true
			}
			next = append(next, state{s.probability * (1 - c.Probability), s.present, 0}, state{s.probability * c.Probability, with, 0})
		}
		p.states = next
	}
	p.states = likely(p.states)
	if nodes := p.factor(); nodes != nil {
		var next []state
		for _, s := range p.states {
			for _, n := range nodes {
				next = append(next, state{s.probability * n.weight, s.present, n.rate})
			}
		}
		p.states = next
	}
}

// likely leaves out states of hardly any probability, and gives the others the whole of it.
func likely(states []state) []state {
	sort.SliceStable(states, func(i, j int) bool { return states[i].probability > states[j].probability })
	n, lost := len(states), 0.0
	for n > 1 && lost+states[n-1].probability < negligible {
		n--
		lost += states[n].probability
	}
	for i := range states[:n] {
		states[i].probability /= 1 - lost
	}
	return states[:n]
}

// factor are values of the common factor with their probabilities: the trapezoidal rule, so close that the sharpest
// dependence on the factor is resolved. For a slope s of the normal score that rule errs by about
// exp(-2 pi^2/(step^2 (1+s^2))) (Trefethen and Weideman 2014). nil when no line has a loading.
func (p *part) factor() []point {
	loading, systematic, own := 0.0, 0.0, 0.0
	for _, l := range p.lines {
		if l.loading == 0 {
			own += p.yearly(l, p.states[0]).Variance
			continue
		}
		loading = max(loading, l.loading)
		const d = 0.25
		up, down := p.yearly(l, state{y: 1 + d}), p.yearly(l, state{y: 1 - d})
		systematic += (up.Mean - down.Mean) / (2 * d)
		own += (up.Variance + down.Variance) / 2
	}
	if loading == 0 {
		return nil
	}
	sharp := loading / math.Sqrt(1-loading*loading)
	if own > 0 {
		sharp = max(sharp, systematic/math.Sqrt(own))
	}
	step := max(0.95/math.Sqrt(1+sharp*sharp), 0.1)
	var nodes []point
	sum, k := 0.0, math.Ceil(7/step)
	for i := -k; i <= k; i++ {
		y := i * step
		nodes = append(nodes, point{y, math.Exp(-y * y / 2)})
		sum += nodes[len(nodes)-1].weight
	}
	for i := range nodes {
		nodes[i].weight /= sum
	}
	return nodes
}

// multiple is by how much the line's frequency exceeds that of a mean year in a state: the product over its causes
// of the factor in years in which the cause is present, over 1 + p (factor - 1), the mean.
func (l *line) multiple(s state, probability map[string]float64) float64 {
	m := 1.0
	for _, link := range l.links {
		mean := 1 + probability[link.Cause]*(link.Factor-1)
		switch {
		case mean <= 0: // always present, and then nothing happens: no mean year to scale to
		case s.present[link.Cause]:
			m *= link.Factor / mean
		default:
			m /= mean
		}
	}
	return m
}

// count is the law of the number of the line's events in a state.
func (p *part) count(l *line, s state) count {
	if l.loading > 0 {
		return given(l.pmf, l.loading, s.y)
	}
	return countOf(l.counting, l.rates, l.multiple(s, p.causes))
}

// events are mean and variance of the number of the line's events in a state.
func (p *part) events(l *line, s state) (mean, variance float64) {
	if l.loading == 0 && l.counting != fair.Bernoulli {
		square, m := 0.0, l.multiple(s, p.causes)
		for _, r := range l.rates {
			mean += m * r.rate * r.weight
			square += m * m * r.rate * r.rate * r.weight
		}
		return mean, mean + square - mean*mean
	}
	square := 0.0
	for k, q := range p.count(l, s).pmf {
		mean += float64(k) * q
		square += float64(k) * float64(k) * q
	}
	return mean, square - mean*mean
}

// yearly are mean and variance of the line's loss of a year in a state.
func (p *part) yearly(l *line, s state) moments {
	mean, variance := p.events(l, s)
	return moments{Mean: mean * l.mean, Variance: mean*(l.square-l.mean*l.mean) + variance*l.mean*l.mean}
}

type moments = fair.Moments

// before are mean and variance of the part's loss before covers, with all states.
func (p *part) before() moments {
	mean, square := 0.0, 0.0
	for _, s := range p.states {
		var m moments
		for _, l := range p.lines {
			x := p.yearly(l, s)
			m.Mean += x.Mean
			m.Variance += x.Variance
		}
		mean += s.probability * m.Mean
		square += s.probability * (m.Variance + m.Mean*m.Mean)
	}
	return moments{Mean: mean, Variance: max(square-mean*mean, 0)}
}

// moments fills what is known before any grid.
func (m *model) moments() {
	mean, variance := 0.0, 0.0
	for _, p := range m.parts {
		x := p.before()
		mean += x.Mean
		variance += x.Variance
	}
	m.mean, m.sd = mean, math.Sqrt(variance)
	m.allowed = tolerated(m.mean, m.sd, len(m.lines))
}

// singles gathers all amounts, when every law has atoms only and covers pay all of their layers.
func (m *model) singles(covers []fair.Cover) {
	var amounts []float64
	for _, l := range m.lines {
		if !l.size.discrete() {
			return
		}
		for _, p := range l.size {
			amounts = append(amounts, p.x)
		}
	}
	for _, c := range covers {
		if c.Share != nil && *c.Share != 1 {
			return
		}
		amounts = append(amounts, c.Retention, c.Limit)
	}
	m.atoms = amounts
}
