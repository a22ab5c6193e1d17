package quant_test

import (
	"math"
	"slices"
	"testing"

	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

// counted is a law of whole amounts, by amount.
type counted []float64

func (a counted) plus(b counted) counted {
	out := make(counted, len(a)+len(b)-1)
	for i, p := range a {
		for j, q := range b {
			out[i+j] += p * q
		}
	}
	return out
}

func (a counted) mixed(b counted, weight float64) counted {
	out := make(counted, max(len(a), len(b)))
	copy(out, a)
	for i, q := range b {
		out[i] += weight * q
	}
	return out
}

func (a counted) mapped(f func(x float64) float64) counted {
	var out counted
	for i, p := range a {
		y := int(math.Round(f(float64(i))))
		for len(out) <= y {
			out = append(out, 0)
		}
		out[y] += p
	}
	return out
}

func values(d fair.Distribution) counted {
	var out counted
	d.Shape().Atoms(func(x, p float64) {
		for len(out) <= int(x) {
			out = append(out, 0)
		}
		out[int(x)] += p
	})
	return out
}

// event is the law of one event, by enumeration.
func event(s fair.Scenario) counted {
	out := counted{1}
	for _, l := range s.Primary {
		out = out.plus(values(l.Amount))
	}
	if two := s.Secondary; two != nil {
		more := out
		for _, l := range two.Losses {
			more = more.plus(values(l.Amount))
		}
		q := two.Probability.Mean()
		out = counted(nil).mixed(out, 1-q).mixed(more, q)
	}
	return out.mapped(s.Retained)
}

// numbers is the law of the number of events of a year whose frequency is multiplied, with the common factor y.
func numbers(s fair.Scenario, multiple, y float64) []float64 {
	const most = 40
	out := make([]float64, most+1)
	switch s.Counting {
	case fair.Bernoulli:
		p := math.Min(1, s.Frequency.Mean()*multiple)
		out[0], out[1] = 1-p, p
	default:
		s.Frequency.Shape().Atoms(func(r, w float64) {
			p := w * math.Exp(-r*multiple)
			for k := range out {
				out[k] += p
				p *= r * multiple / float64(k+1)
			}
		})
	}
	if s.Loading == 0 {
		return out
	}
	below, before := 0.0, 0.0
	for k, p := range out {
		below += p
		upTo := 1.0
		if below < 1 {
			z := (mathext.NormalQuantile(below) - s.Loading*y) / math.Sqrt(1-s.Loading*s.Loading)
			upTo = math.Erfc(-z/math.Sqrt2) / 2
		}
		out[k], before = upTo-before, upTo
	}
	return out
}

func year(s fair.Scenario, multiple, y float64) counted {
	out, times, one := counted{0}, counted{1}, event(s)
	for _, p := range numbers(s, multiple, y) {
		if p > 1e-17 {
			out = out.mixed(times, p)
		}
		times = times.plus(one)
		if len(times) > 2000 {
			times = times[:2000]
		}
	}
	return out
}

// times is the amounts times their probabilities.
func (a counted) times() counted {
	out := make(counted, len(a))
	for x, p := range a {
		out[x] = float64(x) * p
	}
	return out
}

// share takes what is left after the cover in proportion.
func (a counted) share(c fair.Cover) counted {
	var out counted
	for y, p := range a {
		if left := c.Retained(float64(y)); y > 0 && p != 0 {
			out = out.mixed(append(make(counted, int(left)), 1), p*left/float64(y))
		}
	}
	return out
}

// inState is the law of the portfolio in one state of its causes; with a part, by total, the mean of what that scenario
// pays of it.
func inState(p fair.Portfolio, part int, present []bool, y float64) counted {
	free, groups := counted{1}, make([]counted, len(p.Covers))
	for i := range groups {
		groups[i] = counted{1}
	}
	marked := -1
	for i, s := range p.Scenarios {
		multiple := 1.0
		for _, link := range s.Causes {
			i := slices.IndexFunc(p.Causes, func(c fair.Cause) bool { return c.ID == link.Cause })
			multiple /= 1 + p.Causes[i].Probability*(link.Factor-1)
			if present[i] {
				multiple *= link.Factor
			}
		}
		law := year(s, multiple, y)
		if i == part {
			law = law.times()
		}
		if k := slices.IndexFunc(p.Covers, func(c fair.Cover) bool { return len(c.Scenarios) == 0 || slices.Contains(c.Scenarios, s.ID) }); k >= 0 {
			groups[k] = groups[k].plus(law)
			if i == part {
				marked = k
			}
		} else {
			free = free.plus(law)
		}
	}
	for k, c := range p.Covers {
		if k == marked {
			free = free.plus(groups[k].share(c))
		} else {
			free = free.plus(groups[k].mapped(c.Retained))
		}
	}
	return free
}

// enumerated is the law of the portfolio, all states of its causes one by one and many values of the factor.
func enumerated(p fair.Portfolio, part int) counted {
	var out counted
	var state func(present []bool, probability float64)
	state = func(present []bool, probability float64) {
		if i := len(present); i < len(p.Causes) {
			q := p.Causes[i].Probability
			state(append(slices.Clone(present), false), probability*(1-q))
			state(append(slices.Clone(present), true), probability*q)
			return
		}
		if !slices.ContainsFunc(p.Scenarios, func(s fair.Scenario) bool { return s.Loading > 0 }) {
			out = out.mixed(inState(p, part, present, 0), probability)
			return
		}
		const step = 0.25
		for y := -7.0; y <= 7; y += step {
			out = out.mixed(inState(p, part, present, y), probability*step*math.Exp(-y*y/2)/math.Sqrt(2*math.Pi))
		}
	}
	state(nil, 1)
	return out
}

func whole(t *rapid.T, name string, most int) fair.Distribution {
	n := rapid.IntRange(1, 4).Draw(t, name)
	d := fair.Distribution{Kind: fair.Empirical}
	for range n {
		d.Values = append(d.Values, float64(rapid.IntRange(0, most).Draw(t, name)))
		d.Weights = append(d.Weights, float64(rapid.IntRange(1, 5).Draw(t, name)))
	}
	return d
}

func fraction(t *rapid.T, name string) float64 {
	return float64(rapid.IntRange(0, 10).Draw(t, name)) / 10
}

// wholePortfolio draws a portfolio in which all amounts are whole numbers.
func wholePortfolio(t *rapid.T) fair.Portfolio {
	var p fair.Portfolio
	for i := range rapid.IntRange(0, 2).Draw(t, "causes") {
		p.Causes = append(p.Causes, fair.Cause{ID: string(rune('a' + i)), Probability: 0.05 + 0.5*fraction(t, "probability of cause")})
	}
	loaded := rapid.IntRange(0, 4).Draw(t, "loaded") == 0
	for i := range rapid.IntRange(1, 4).Draw(t, "scenarios") {
		s := fair.Scenario{ID: string(rune('A' + i)), Primary: []fair.Loss{{Amount: whole(t, "primary", 6)}}}
		if rapid.Bool().Draw(t, "two forms") {
			s.Primary = append(s.Primary, fair.Loss{Amount: whole(t, "form", 3)})
		}
		if rapid.Bool().Draw(t, "secondary") {
			s.Secondary = &fair.Secondary{Probability: fair.Fixed(fraction(t, "SLEF")), Losses: []fair.Loss{{Amount: whole(t, "reaction", 8)}}}
		}
		if rapid.Bool().Draw(t, "insured") {
			d, l := float64(rapid.IntRange(0, 5).Draw(t, "deductible")), float64(rapid.IntRange(1, 6).Draw(t, "limit"))
			s.Deductible, s.Limit = &d, &l
		}
		switch rapid.IntRange(0, 2).Draw(t, "counting") {
		case 0:
			s.Counting, s.Frequency = fair.Bernoulli, fair.Fixed(fraction(t, "probability"))
		case 1:
			s.Frequency = fair.Fixed(fraction(t, "rate"))
		default:
			s.Frequency = fair.Distribution{Values: []float64{0.1, 0.5, 0.9}, Weights: []float64{2, 1, 1}}
		}
		if len(p.Causes) > 0 && rapid.Bool().Draw(t, "tied") {
			for _, c := range p.Causes {
				s.Causes = append(s.Causes, fair.Link{Cause: c.ID, Factor: float64(rapid.IntRange(0, 4).Draw(t, "factor"))})
			}
		} else if loaded {
			s.Loading = 0.05 + 0.8*fraction(t, "loading")
		}
		p.Scenarios = append(p.Scenarios, s)
	}
	if rapid.Bool().Draw(t, "covered") {
		c := fair.Cover{ID: "cover", Retention: float64(rapid.IntRange(0, 6).Draw(t, "retention")), Limit: float64(rapid.IntRange(0, 9).Draw(t, "layer"))}
		for _, s := range p.Scenarios[:rapid.IntRange(0, len(p.Scenarios)).Draw(t, "under cover")] {
			c.Scenarios = append(c.Scenarios, s.ID)
		}
		p.Covers = append(p.Covers, c)
	}
	return p
}

// check holds the figures of a summary against a law that was enumerated.
func (a counted) check(t interface{ Errorf(string, ...any) }, s quant.Summary, what string, near float64) {
	mean, square := 0.0, 0.0
	for x, p := range a {
		mean += p * float64(x)
		square += p * float64(x*x)
	}
	if math.Abs(s.Mean.Value-mean) > near*(1+mean) || math.Abs(s.SD*s.SD-(square-mean*mean)) > 10*near*(1+square) {
		t.Errorf("%s: got mean %v sd %v, want %v %v", what, s.Mean.Value, s.SD, mean, math.Sqrt(square-mean*mean))
	}
	if math.Abs(s.NoLoss.Value-a[0]) > near {
		t.Errorf("%s: got P(no loss) %v, want %v", what, s.NoLoss.Value, a[0])
	}
	for _, e := range s.Appetite {
		above := 1.0
		for x := 0; x <= int(e.Amount) && x < len(a); x++ {
			above -= a[x]
		}
		if math.Abs(e.Probability.Value-above) > near {
			t.Errorf("%s: P(S > %v): got %v, want %v", what, e.Amount, e.Probability.Value, above)
		}
	}
	for level, got := range map[float64]float64{0.90: s.TVaR90.Value, 0.95: s.TVaR95.Value, 0.99: s.TVaR99.Value} {
		v, below := 0, a[0]
		for below < level-1e-12 {
			v++
			below += a[v]
		}
		want := float64(v)
		for x := v + 1; x < len(a); x++ {
			want += a[x] * float64(x-v) / (1 - level)
		}
		if math.Abs(got-want) > 100*near*(1+want) {
			t.Errorf("%s: TVaR %v: got %v, want %v", what, level, got, want)
		}
	}
}

// tailOf is E[X; S in the worst 5 %] by enumeration, with the atom at VaR as far as it belongs there.
func (a counted) tailOf(part counted) float64 {
	v, below := 0, a[0]
	for below < 0.95-1e-12 {
		v++
		below += a[v]
	}
	out := 0.0
	for x, q := range part {
		if x > v {
			out += q
		} else if x == v {
			out += q * (below - 0.95) / a[v]
		}
	}
	return out
}

func TestExactAgreesWithEnumerationOfSmallPortfolios(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := wholePortfolio(t)
		if p.Check() != nil {
			t.Skip("a probability that a cause would raise above 1")
		}
		appetites := []float64{0, 1, 2, 5, 10, 17, 40}
		r, err := quant.Exact(p, quant.ExactOptions{Appetites: appetites, Scenarios: true})
		if err != nil {
			t.Fatal(err)
		}
		law := enumerated(p, -1)
		law.check(t, r.Total, "total", 1e-7)
		worst := law.tailOf(law.times())
		for i, s := range r.Scenarios {
			want := law.tailOf(enumerated(p, i))
			if got := s.TailShare * worst; math.Abs(got-want) > 1e-6*(1+worst) {
				t.Errorf("%s in the tail: got %v, want %v of %v", s.ID, got, want, worst)
			}
			own := fair.Portfolio{Scenarios: p.Scenarios[i : i+1], Causes: p.Causes}
			for _, c := range p.Covers {
				if len(c.Scenarios) == 1 && c.Scenarios[0] == s.ID || len(c.Scenarios) == 0 && len(p.Scenarios) == 1 {
					own.Covers = append(own.Covers, c)
				}
			}
			enumerated(own, -1).check(t, s.Loss, s.ID, 1e-7)
		}
	})
}
