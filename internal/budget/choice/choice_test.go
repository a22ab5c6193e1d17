package choice_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"accordo.dev/internal/budget/choice"
	"accordo.dev/internal/problem"
	"pgregory.net/rapid"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-7*max(1, math.Abs(a), math.Abs(b)) }

func solve(t testing.TB, p choice.Problem) choice.Result {
	t.Helper()
	r, err := choice.Solve(p, choice.Effort{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keeps tells whether a set of options satisfies the constraints, read from their definitions.
func keeps(p choice.Problem, x map[string]bool) bool {
	spent, inside := make([]float64, len(p.Budgets)), make([]float64, len(p.Budgets))
	for _, o := range p.Options {
		for b, c := range o.Cost {
			if x[o.ID] {
				spent[b] += c
				if p.RingFence != nil && slices.Contains(p.RingFence.Options, o.ID) {
					inside[b] += c
				}
			}
		}
	}
	all, fenced := 0.0, 0.0
	for b, limit := range p.Budgets {
		if spent[b] > limit+1e-9*max(1, limit) {
			return false
		}
		all, fenced = all+spent[b], fenced+inside[b]
	}
	if p.RingFence != nil && fenced < p.RingFence.Share*all-1e-9 {
		return false
	}
	for _, pair := range p.Requires {
		if x[pair[0]] && !x[pair[1]] {
			return false
		}
	}
	for _, id := range p.Mandatory {
		if !x[id] {
			return false
		}
	}
	count := func(group []string) (n int) {
		for _, id := range group {
			if x[id] {
				n++
			}
		}
		return n
	}
	for _, group := range p.AtMostOne {
		if count(group) > 1 {
			return false
		}
	}
	for _, group := range p.ExactlyOne {
		if count(group) != 1 {
			return false
		}
	}
	return true
}

// objective is computed from the definitions, trial by trial.
func objective(p choice.Problem, x map[string]bool) float64 {
	keep, value := make([]float64, len(p.Scenarios)), 0.0
	mean := 0.0
	for s, scenario := range p.Scenarios {
		keep[s] = 1
		for _, o := range p.Options {
			if x[o.ID] {
				keep[s] *= 1 - o.Effects[scenario.ID]
			}
		}
		mean += scenario.ALE * keep[s]
	}
	for _, o := range p.Options {
		if x[o.ID] {
			value += o.Value
		}
	}
	total := p.Objective.Mean*mean - p.Objective.Value*value
	if p.Objective.Tail == 0 {
		return total
	}
	var years []float64
	for _, trial := range p.Losses {
		year := 0.0
		for s, l := range trial {
			year += l * keep[s]
		}
		years = append(years, year)
	}
	return total + p.Objective.Tail*tvar(years, p.Objective.Level)
}

// tvar is (E[S; S>VaR] + VaR (P(S<=VaR) - a)) / (1-a).
func tvar(years []float64, a float64) float64 {
	slices.Sort(years)
	n := float64(len(years))
	value := years[min(int(math.Ceil(a*n-1e-9)), len(years))-1+boolInt(a == 0)]
	above, atMost := 0.0, 0.0
	for _, y := range years {
		if y > value {
			above += y / n
		} else {
			atMost += 1 / n
		}
	}
	return (above + value*(atMost-a)) / (1 - a)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// brute tries every set.
func brute(p choice.Problem) (best float64, found bool) {
	best = math.Inf(1)
	for set := 0; set < 1<<len(p.Options); set++ {
		x := map[string]bool{}
		for j, o := range p.Options {
			x[o.ID] = set>>j&1 == 1
		}
		if keeps(p, x) {
			best, found = min(best, objective(p, x)), true
		}
	}
	return best, found
}

func set(ids []string) map[string]bool {
	x := map[string]bool{}
	for _, id := range ids {
		x[id] = true
	}
	return x
}

// small draws a problem that can be tried out in full.
func small(t *rapid.T) choice.Problem {
	n, scenarios, budgets := rapid.IntRange(1, 9).Draw(t, "options"), rapid.IntRange(0, 5).Draw(t, "scenarios"), rapid.IntRange(1, 3).Draw(t, "budgets")
	p := choice.Problem{}
	for s := range scenarios {
		p.Scenarios = append(p.Scenarios, choice.Scenario{ID: "s" + strconv.Itoa(s), ALE: float64(rapid.IntRange(0, 1000).Draw(t, "ale"))})
	}
	total := make([]float64, budgets)
	for j := range n {
		o := choice.Option{ID: "o" + strconv.Itoa(j), Effects: map[string]float64{}, Value: float64(rapid.IntRange(-20, 60).Draw(t, "value"))}
		for b := range budgets {
			o.Cost = append(o.Cost, float64(rapid.IntRange(0, 50).Draw(t, "cost"))/10)
			total[b] += o.Cost[b]
		}
		for s := range scenarios {
			if rapid.Bool().Draw(t, "acts") {
				o.Effects["s"+strconv.Itoa(s)] = float64(rapid.IntRange(0, 10).Draw(t, "effect")) / 10
			}
		}
		p.Options = append(p.Options, o)
	}
	for b := range budgets {
		p.Budgets = append(p.Budgets, math.Round(total[b]*rapid.Float64Range(0.1, 0.9).Draw(t, "budget")*10)/10)
	}
	constrain(t, &p)
	p.Objective = choice.Objective{Mean: float64(rapid.IntRange(0, 1).Draw(t, "mean")), Value: float64(rapid.IntRange(0, 2).Draw(t, "worth")), Level: 0.9}
	if scenarios > 0 && rapid.Bool().Draw(t, "tail") {
		p.Objective.Tail = 1
		p.Objective.Level = rapid.SampledFrom([]float64{0.5, 0.9, 0.93}).Draw(t, "level")
		for range 30 {
			trial := make([]float64, scenarios)
			for s := range trial {
				trial[s] = float64(max(0, rapid.IntRange(-500, 1000).Draw(t, "loss")))
			}
			p.Losses = append(p.Losses, trial)
		}
	}
	return p
}

func constrain(t *rapid.T, p *choice.Problem) {
	pick := func(k int) []string {
		if k > len(p.Options) {
			return nil
		}
		var ids []string
		order := make([]int, len(p.Options))
		for j := range order {
			order[j] = j
		}
		for _, j := range rapid.Permutation(order).Draw(t, "order")[:k] {
			ids = append(ids, p.Options[j].ID)
		}
		return ids
	}
	for range rapid.IntRange(0, 2).Draw(t, "requires") {
		if pair := pick(2); pair != nil {
			p.Requires = append(p.Requires, [2]string(pair))
		}
	}
	if rapid.Bool().Draw(t, "group") {
		p.AtMostOne = append(p.AtMostOne, pick(min(3, len(p.Options))))
	}
	if rapid.IntRange(0, 3).Draw(t, "one of") == 0 {
		p.ExactlyOne = append(p.ExactlyOne, pick(min(3, len(p.Options))))
	}
	p.Mandatory = pick(rapid.IntRange(0, 2).Draw(t, "mandatory"))
	if rapid.IntRange(0, 2).Draw(t, "fence") == 0 {
		p.RingFence = &choice.RingFence{Options: pick((len(p.Options) + 1) / 2), Share: float64(rapid.IntRange(0, 9).Draw(t, "share")) / 10}
	}
}

func TestChoiceIsTheBestOfAllSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := small(t)
		want, possible := brute(p)
		r, err := choice.Solve(p, choice.Effort{})
		if (err == nil) != possible {
			t.Fatalf("got error %v, want possible %v", err, possible)
		}
		if err != nil {
			return
		}
		if !keeps(p, set(r.Chosen)) {
			t.Fatalf("%v breaks a constraint", r.Chosen)
		}
		if got := objective(p, set(r.Chosen)); !near(got, want) || !near(r.Objective, want) || !r.Proven || r.Gap != 0 {
			t.Fatalf("got %v (stated %v), want %v", got, r.Objective, want)
		}
	})
}

func TestConflictNamesASmallestSetOfConstraints(t *testing.T) {
	clashes := 0
	rapid.Check(t, func(t *rapid.T) {
		p := small(t)
		_, err := choice.Solve(p, choice.Effort{})
		e, ok := problem.As(err)
		if !ok {
			return
		}
		clashes++
		named := map[string]bool{}
		for _, cause := range e.Causes {
			named[cause.Field] = true
		}
		if _, possible := brute(only(p, named)); possible {
			t.Fatalf("%v do not contradict each other", named)
		}
		for field := range named {
			named[field] = false
			if _, possible := brute(only(p, named)); !possible {
				t.Fatalf("%v contradict each other without %v", named, field)
			}
			named[field] = true
		}
	})
	if clashes == 0 {
		t.Error("no draw had a conflict")
	}
}

// only is the problem under the named constraints.
func only(p choice.Problem, named map[string]bool) choice.Problem {
	q := p
	q.Budgets, q.Requires, q.AtMostOne, q.ExactlyOne, q.Mandatory = slices.Clone(p.Budgets), nil, nil, nil, nil
	for b := range q.Budgets {
		if !named[fmt.Sprintf("budgets[%d]", b)] {
			q.Budgets[b] = 1e12
		}
	}
	for i, one := range p.Requires {
		if named[fmt.Sprintf("requires[%d]", i)] {
			q.Requires = append(q.Requires, one)
		}
	}
	for i, one := range p.AtMostOne {
		if named[fmt.Sprintf("at_most_one[%d]", i)] {
			q.AtMostOne = append(q.AtMostOne, one)
		}
	}
	for i, one := range p.ExactlyOne {
		if named[fmt.Sprintf("exactly_one[%d]", i)] {
			q.ExactlyOne = append(q.ExactlyOne, one)
		}
	}
	for i, one := range p.Mandatory {
		if named[fmt.Sprintf("mandatory[%d]", i)] {
			q.Mandatory = append(q.Mandatory, one)
		}
	}
	if !named["ring_fence"] {
		q.RingFence = nil
	}
	return q
}

// portfolio is a larger problem with multiplicative effects: each option acts on the given share of scenarios.
func portfolio(seed uint64, options, scenarios int, density, strongest, tight float64) choice.Problem {
	r := rand.New(rand.NewPCG(seed, 2))
	p := choice.Problem{Objective: choice.Objective{Mean: 1, Level: 0.95}}
	for s := range scenarios {
		p.Scenarios = append(p.Scenarios, choice.Scenario{ID: "s" + strconv.Itoa(s), ALE: math.Exp(9 + 3*r.Float64())})
	}
	total := 0.0
	for j := range options {
		o := choice.Option{ID: "o" + strconv.Itoa(j), Cost: []float64{float64(r.IntN(180) + 20)}, Effects: map[string]float64{}}
		total += o.Cost[0]
		for s := range scenarios {
			if r.Float64() < density {
				o.Effects["s"+strconv.Itoa(s)] = 0.05 + (strongest-0.05)*r.Float64()
			}
		}
		p.Options = append(p.Options, o)
	}
	p.Budgets = []float64{math.Floor(tight * total)}
	return p
}

// years draws joint losses with a common shock.
func years(p *choice.Problem, seed uint64, trials int) {
	r := rand.New(rand.NewPCG(seed, 3))
	for range trials {
		trial, shock := make([]float64, len(p.Scenarios)), math.Exp(0.5*r.NormFloat64())
		for s := range trial {
			if r.Float64() < 0.3 {
				trial[s] = p.Scenarios[s].ALE * shock * math.Exp(r.NormFloat64())
			}
		}
		p.Losses = append(p.Losses, trial)
	}
}

// A wrong cut would show as another optimum for another order of the same options.
func TestOrderOfOptionsDoesNotMatter(t *testing.T) {
	for seed := uint64(1); seed <= 6; seed++ {
		p := portfolio(seed, 26, 14, 0.25, 0.95, 0.35)
		if seed%2 == 0 {
			years(&p, seed, 200)
			p.Objective.Mean, p.Objective.Tail = 0.3, 1
		}
		want := solve(t, p)
		r := rand.New(rand.NewPCG(seed, 4))
		for range 4 {
			r.Shuffle(len(p.Options), func(a, b int) { p.Options[a], p.Options[b] = p.Options[b], p.Options[a] })
			if got := solve(t, p); !near(got.Objective, want.Objective) {
				t.Errorf("seed %d: got %v, want %v", seed, got.Objective, want.Objective)
			}
		}
	}
}

// Large enough that tangents are dropped on the way and bounds known from above are better than those at hand.
func TestOrderOfManyOptionsDoesNotMatter(t *testing.T) {
	for seed := uint64(1); seed <= 2; seed++ {
		p := portfolio(seed, 60, 40, 0.1, 0.9, 0.3)
		want := solve(t, p)
		r := rand.New(rand.NewPCG(seed, 5))
		for range 3 {
			r.Shuffle(len(p.Options), func(a, b int) { p.Options[a], p.Options[b] = p.Options[b], p.Options[a] })
			if got := solve(t, p); !near(got.Objective, want.Objective) {
				t.Errorf("seed %d: got %v, want %v", seed, got.Objective, want.Objective)
			}
		}
	}
}

func TestSameInputSameAnswer(t *testing.T) {
	p := portfolio(7, 30, 20, 0.2, 0.8, 0.3)
	if a, b := solve(t, p), solve(t, p); !reflect.DeepEqual(a, b) {
		t.Errorf("got %v, want %v", b, a)
	}
}

func TestStoppedSearchStatesAGapThatHolds(t *testing.T) {
	p := portfolio(3, 40, 30, 0.3, 0.8, 0.3)
	want := solve(t, p)
	for _, nodes := range []int{2, 10, 50} {
		r, err := choice.Solve(p, choice.Effort{Nodes: nodes})
		if err != nil {
			t.Fatal(err)
		}
		if r.Proven || r.Gap <= 0 || r.Bound > want.Objective*(1+1e-9) || r.Objective < want.Objective*(1-1e-9) {
			t.Errorf("%d nodes: got %v to %v, proven %v, want %v between", nodes, r.Bound, r.Objective, r.Proven, want.Objective)
		}
	}
	asked := 0
	r, err := choice.Solve(p, choice.Effort{Stop: func() bool { asked++; return asked > 1 }})
	if err != nil || r.Proven {
		t.Errorf("stopped by its caller: got %+v, %v", r, err)
	}
}

func TestAddingUpReductionsPicksAWorseSet(t *testing.T) {
	// Two strong measures against the same big risk look best when their reductions are added up.
	p := choice.Problem{
		Scenarios: []choice.Scenario{{"big", 100}, {"other", 60}},
		Options: []choice.Option{
			{ID: "a", Cost: []float64{1}, Effects: map[string]float64{"big": 0.9}},
			{ID: "b", Cost: []float64{1}, Effects: map[string]float64{"big": 0.9}},
			{ID: "c", Cost: []float64{1}, Effects: map[string]float64{"other": 0.9}},
		},
		Budgets: []float64{2}, Objective: choice.Objective{Mean: 1},
	}
	best := solve(t, p)
	if want := 10.0 + 6; !near(best.Residual, want) || !slices.Contains(best.Chosen, "c") {
		t.Errorf("got %v leaving %v, want c and %v", best.Chosen, best.Residual, want)
	}
	naive, err := choice.Naive(p, best, choice.Effort{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(naive.Chosen, []string{"a", "b"}) || !near(naive.Claimed, -20) || !near(naive.Residual, 61) || !near(naive.Lost, 45) {
		t.Errorf("got %+v", naive)
	}
}

func TestMeanBestAndTailBestCanDiffer(t *testing.T) {
	p := choice.Problem{
		Scenarios: []choice.Scenario{{"often", 10}, {"rare", 5}},
		Options: []choice.Option{
			{ID: "a", Cost: []float64{1}, Effects: map[string]float64{"often": 0.5}},
			{ID: "b", Cost: []float64{1}, Effects: map[string]float64{"rare": 0.5}},
		},
		Budgets: []float64{1}, Objective: choice.Objective{Mean: 1, Level: 0.95},
	}
	for i := range 20 {
		rare := 0.0
		if i == 0 {
			rare = 100
		}
		p.Losses = append(p.Losses, []float64{10, rare})
	}
	if got := solve(t, p).Chosen; !slices.Equal(got, []string{"a"}) {
		t.Errorf("mean: got %v", got)
	}
	p.Objective = choice.Objective{Tail: 1, Level: 0.95}
	r := solve(t, p)
	if !slices.Equal(r.Chosen, []string{"b"}) || !near(*r.TVaR, 60) {
		t.Errorf("tail: got %v with %v", r.Chosen, *r.TVaR)
	}
}

func TestWhatBringsNothingIsNotBought(t *testing.T) {
	p := choice.Problem{
		Scenarios: []choice.Scenario{{"s", 10}},
		Options: []choice.Option{
			{ID: "all", Cost: []float64{3}, Effects: map[string]float64{"s": 1}},
			{ID: "more", Cost: []float64{1}, Effects: map[string]float64{"s": 0.5}},
		},
		Budgets: []float64{10}, Objective: choice.Objective{Mean: 1},
	}
	if r := solve(t, p); !slices.Equal(r.Chosen, []string{"all"}) || r.Residual != 0 {
		t.Errorf("got %v leaving %v", r.Chosen, r.Residual)
	}
}

func BenchmarkChoice60Options40Scenarios(b *testing.B) {
	for _, one := range []struct{ density, strongest, tight float64 }{{0.05, 0.6, 0.3}, {0.1, 0.6, 0.3}, {0.1, 0.9, 0.3}, {0.3, 0.5, 0.2}, {0.1, 0.6, 0.5}, {1, 0.3, 0.2}} {
		b.Run(fmt.Sprintf("density=%v,strongest=%v,budget=%v", one.density, one.strongest, one.tight), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if r := solve(b, portfolio(uint64(i%3+1), 60, 40, one.density, one.strongest, one.tight)); !r.Proven {
					b.Fatal("not proven")
				}
			}
		})
	}
}

func BenchmarkTailChoice30Options20Scenarios(b *testing.B) {
	p := portfolio(1, 30, 20, 0.15, 0.8, 0.3)
	years(&p, 1, 10_000)
	p.Objective.Mean, p.Objective.Tail = 0, 1
	for b.Loop() {
		if r := solve(b, p); !r.Proven {
			b.Fatal("not proven")
		}
	}
}
