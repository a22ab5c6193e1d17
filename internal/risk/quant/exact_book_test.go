package quant_test

import (
	"fmt"
	"math"
	"reflect"
	"sync"
	"testing"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// mixedPortfolio has one of everything: certain and uncertain rates, at most one event, forms and secondary losses,
// insured events, many small events, causes, a cover.
func mixedPortfolio() fair.Portfolio {
	x := func(v float64) *float64 { return &v }
	likely := fair.Modal(0.1, 0.3, 0.6)
	return fair.Portfolio{
		Causes: []fair.Cause{{ID: "supplier", Probability: 0.1}, {ID: "patch", Probability: 0.3}},
		Scenarios: []fair.Scenario{
			{ID: "a", Frequency: fair.Fixed(1.5), Primary: loss(fair.Interval90(2e4, 4e5))},
			{ID: "b", Frequency: fair.Modal(0.2, 1, 4), Primary: loss(fair.Modal(1e4, 5e4, 4e5))},
			{ID: "c", Counting: fair.Bernoulli, Frequency: fair.Fixed(0.2), Primary: loss(fair.Interval90(1e5, 2e6))},
			{
				ID: "d", Frequency: fair.Fixed(2), Susceptibility: &fair.Susceptibility{Probability: &likely},
				Primary:   []fair.Loss{{Amount: fair.Interval90(1e4, 1e5)}, {Amount: fair.Modal(0, 2e4, 9e4)}},
				Secondary: &fair.Secondary{Probability: fair.Fixed(0.3), Losses: loss(fair.Interval90(5e4, 1e6))},
			},
			{ID: "e", Frequency: fair.Fixed(1), Primary: loss(fair.Interval90(5e4, 1e6)), Deductible: x(1e5), Limit: x(4e5)},
			{ID: "f", Frequency: fair.Fixed(0.7), Primary: loss(fair.Interval90(5e4, 8e5)), Causes: []fair.Link{{Cause: "supplier", Factor: 4}}},
			{ID: "g", Frequency: fair.Interval90(0.2, 2), Primary: loss(fair.Interval90(2e4, 5e5)), Causes: []fair.Link{{Cause: "supplier", Factor: 3}, {Cause: "patch", Factor: 2}}},
			{ID: "h", Frequency: fair.Fixed(900), Primary: loss(fair.Interval90(50, 900))},
		},
		Covers: []fair.Cover{{ID: "layer", Scenarios: []string{"a", "f"}, Retention: 5e5, Limit: 2e6, Share: x(0.8)}},
	}
}

func loaded(loading float64) fair.Portfolio {
	p := fair.Portfolio{Scenarios: portfolio(10)}
	p.Scenarios[3].Frequency = fair.Modal(0.2, 1, 3)
	for i := range p.Scenarios {
		p.Scenarios[i].Loading = loading
	}
	return p
}

// headline are the figures that are compared between two results.
func headline(name string, a, b quant.Summary, near float64) []figure {
	return []figure{
		{name + " mean", a.Mean.Value, b.Mean.Value, min(near, 1e-6)},
		{name + " sd", a.SD, b.SD, near},
		{name + " p50", a.Quantiles[2].Amount.Value, b.Quantiles[2].Amount.Value, 10 * near},
		{name + " p95", a.VaR95.Value, b.VaR95.Value, near},
		{name + " p99", a.VaR99.Value, b.VaR99.Value, near},
		{name + " TVaR99", a.TVaR99.Value, b.TVaR99.Value, near},
		{name + " P(no loss)", a.NoLoss.Value, b.NoLoss.Value, 1e-6},
	}
}

func TestDoublingTheCellsChangesNoExactFigure(t *testing.T) {
	for name, p := range map[string]fair.Portfolio{"mixed": mixedPortfolio(), "P10": {Scenarios: portfolio(10)}, "loaded": loaded(0.5)} {
		few, many := exact(t, p, quant.ExactOptions{Cells: 65_536}), exact(t, p, quant.ExactOptions{Cells: 131_072})
		compare(t, headline(name, few.Total, many.Total, 1e-5)...)
	}
}

func TestScenarioAloneHasItsOwnExactFigures(t *testing.T) {
	p := mixedPortfolio()
	p.Covers = nil
	for i, s := range exact(t, p, quant.ExactOptions{Scenarios: true}).Scenarios {
		own := exact(t, fair.Portfolio{Scenarios: p.Scenarios[i : i+1], Causes: p.Causes}, quant.ExactOptions{}).Total
		compare(t, headline(s.ID, s.Loss, own, 5e-5)...)
	}
}

func TestExactTailIsSharedOutInFull(t *testing.T) {
	for name, p := range map[string]fair.Portfolio{"mixed": mixedPortfolio(), "loaded": loaded(0.4)} {
		sum := 0.0
		for _, s := range exact(t, p, quant.ExactOptions{Scenarios: true}).Scenarios {
			if sum += s.TailShare; !(s.TailShare > 0) {
				t.Errorf("%s: %s has the share %v", name, s.ID, s.TailShare)
			}
		}
		compare(t, figure{name, sum, 1, 1e-9})
	}
}

func TestCommonFactorMovesTheTailAndNoScenario(t *testing.T) {
	independent := exact(t, loaded(0), quant.ExactOptions{Scenarios: true})
	last := independent.Total.TVaR99.Value
	for _, loading := range []float64{0.0001, 0.2, 0.5, 0.9} {
		r := exact(t, loaded(loading), quant.ExactOptions{Scenarios: true})
		if loading < 0.01 {
			compare(t, headline("hardly tied", r.Total, independent.Total, 1e-5)...)
		}
		compare(t, figure{"mean", r.Total.Mean.Value, independent.Total.Mean.Value, 1e-6})
		for i, s := range r.Scenarios {
			compare(t, headline(s.ID, s.Loss, independent.Scenarios[i].Loss, 1e-9)...)
		}
		if tail := r.Total.TVaR99.Value; !(tail > last) && loading > 0.01 {
			t.Errorf("loading %v: TVaR99 %v, was %v with less", loading, tail, last)
		}
		last = r.Total.TVaR99.Value
	}
}

// The joint probability of two events is that of the Gaussian copula; the correlation is the product of the loadings.
func TestCommonFactorIsTheGaussianCopula(t *testing.T) {
	for _, c := range []struct{ a, b, correlation, both float64 }{
		{.5, .5, .5, 1.0 / 3}, {.1, .1, .2, 0.01719626}, {.4, .2, .6, 0.15093627}, {.05, .05, .8, 0.02475698},
	} {
		var p fair.Portfolio
		for i, q := range []float64{c.a, c.b} {
			p.Scenarios = append(p.Scenarios, fair.Scenario{ID: fmt.Sprint(i), Counting: fair.Bernoulli, Frequency: fair.Fixed(q), Primary: loss(fair.Fixed(1)), Loading: math.Sqrt(c.correlation)})
		}
		s := exact(t, p, quant.ExactOptions{Appetites: []float64{1}}).Total
		compare(t, figure{"both", s.Appetite[0].Probability.Value, c.both, 1e-6})
	}
}

func TestCauseWithoutEffectIsNone(t *testing.T) {
	tied := fair.Portfolio{Scenarios: portfolio(10), Causes: []fair.Cause{{ID: "c", Probability: 0.3}}}
	for i := range tied.Scenarios {
		tied.Scenarios[i].Causes = []fair.Link{{Cause: "c", Factor: 1}}
	}
	free := exact(t, fair.Portfolio{Scenarios: portfolio(10)}, quant.ExactOptions{})
	compare(t, headline("factor 1", exact(t, tied, quant.ExactOptions{}).Total, free.Total, 1e-9)...)
	for i := range tied.Scenarios {
		tied.Scenarios[i].Causes[0].Factor = 5
	}
	r := exact(t, tied, quant.ExactOptions{}).Total
	compare(t, figure{"mean", r.Mean.Value, free.Total.Mean.Value, 1e-9})
	if !(r.TVaR99.Value > 1.05*free.Total.TVaR99.Value) {
		t.Errorf("a cause that makes all scenarios five times as frequent leaves TVaR99 at %v, was %v", r.TVaR99.Value, free.Total.TVaR99.Value)
	}
}

func TestExactMinutesAddUpAsLossesDo(t *testing.T) {
	p, money := fair.Portfolio{Scenarios: portfolio(3)}, fair.Portfolio{Scenarios: portfolio(3)}
	for i := range p.Scenarios {
		d := fair.Modal(10, 60, 600)
		p.Scenarios[i].Minutes, money.Scenarios[i].Primary = &d, loss(d)
	}
	r := exact(t, p, quant.ExactOptions{Scenarios: true})
	compare(t, headline("minutes", *r.Minutes, exact(t, money, quant.ExactOptions{}).Total, 1e-12)...)
}

func TestExactResultDoesNotDependOnWhatWasComputedBefore(t *testing.T) {
	book, o := quant.NewExacts(), quant.ExactOptions{Scenarios: true, Appetites: []float64{1e6}, Cells: 4096}
	edited := func(i int) fair.Portfolio {
		p := mixedPortfolio()
		p.Scenarios = append(p.Scenarios, portfolio(20)...)
		p.Scenarios[i].Frequency = fair.Fixed(0.31)
		return p
	}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			got, err := book.Result(edited(i), o)
			if err != nil {
				t.Error(err)
			}
			if want := exact(t, edited(i), o); !reflect.DeepEqual(got, want) {
				t.Errorf("after other edits, scenario %d changed gives another result", i)
			}
		})
	}
	wg.Wait()
}

func TestAnnualProductHasNoExactResult(t *testing.T) {
	s := once(1, 10, 20)
	s.Counting = fair.Annual
	_, err := quant.Exact(alone(s), quant.ExactOptions{})
	if p, ok := problem.As(err); !ok || p.Field != "scenarios[0].counting" {
		t.Errorf("got %v", err)
	}
}

// Standing test of the two engines against each other: over 100 seeds the exact figure lies inside the simulated 95 %
// interval 90 to 99 times.
func TestExactLiesInsideSimulatedIntervals(t *testing.T) {
	if testing.Short() {
		t.Skip("draws 100 samples")
	}
	p := mixedPortfolio()
	p.Scenarios = p.Scenarios[:7] // without the many small events, which only take time
	e := exact(t, p, quant.ExactOptions{}).Total
	inside := map[string]int{}
	for seed := range uint64(100) {
		r, err := quant.Simulate(p, quant.Options{Seed: seed + 1, Years: 20_000})
		if err != nil {
			t.Fatal(err)
		}
		for name, pair := range map[string][2]quant.Interval{
			"mean": {e.Mean, r.Total.Mean}, "p95": {e.VaR95, r.Total.VaR95}, "p99": {e.VaR99, r.Total.VaR99}, "TVaR95": {e.TVaR95, r.Total.TVaR95},
		} {
			if x := pair[0].Value; pair[1].Low <= x && x <= pair[1].High {
				inside[name]++
			}
		}
	}
	for name, n := range inside {
		if t.Logf("%s: %d", name, n); n < 90 || n > 99 {
			t.Errorf("%s lies inside %d of 100 intervals", name, n)
		}
	}
}

func BenchmarkExactAfterOneChange(b *testing.B) {
	p, book := fair.Portfolio{Scenarios: portfolio(500)}, quant.NewExacts()
	i := 0
	for b.Loop() {
		p.Scenarios[250].Frequency = fair.Fixed(1 + float64(i)*1e-6)
		if _, err := book.Result(p, quant.ExactOptions{}); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
