package choice_test

import (
	"math"
	"strings"
	"testing"

	"accordo.dev/internal/budget/choice"
	"accordo.dev/internal/problem"
)

func TestMoreBudgetIsNeverWorse(t *testing.T) {
	p := portfolio(5, 25, 12, 0.3, 0.8, 0.3)
	points, err := choice.Frontier(p, []float64{0, 0.25, 0.5, 1, 1.5, 2}, choice.Effort{})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(points); i++ {
		if points[i].Objective > points[i-1].Objective || !points[i].Proven {
			t.Errorf("%v of the budget: got %v, want at most %v", points[i].Scale, points[i].Objective, points[i-1].Objective)
		}
	}
	if len(points[0].Chosen) != 0 {
		t.Errorf("no budget: got %v", points[0].Chosen)
	}
	p.Mandatory = []string{"o1"}
	if points, err = choice.Frontier(p, []float64{0, 1}, choice.Effort{}); err != nil || points[0].Fits || !points[1].Fits {
		t.Errorf("mandatory without budget: got %+v, %v", points, err)
	}
}

func TestPriceOfAConstraintIsWhatItsAbsenceBrings(t *testing.T) {
	p := portfolio(6, 14, 8, 0.3, 0.8, 0.3)
	p.Mandatory, p.AtMostOne = []string{"o3"}, [][]string{{"o1", "o2", "o4"}}
	best := solve(t, p)
	prices, err := choice.Prices(p, best, choice.Effort{})
	if err != nil {
		t.Fatal(err)
	}
	if len(prices) != 3 {
		t.Fatalf("got %d prices, want 3", len(prices))
	}
	for _, price := range prices {
		named := map[string]bool{"budgets[0]": true, "at_most_one[0]": true, "mandatory[0]": true}
		named[price.Field] = false
		want, _ := brute(only(p, named))
		if got := best.Objective - price.Price; !near(got, want) {
			t.Errorf("without %s: got %v, want %v", price.Field, got, want)
		}
	}
}

func TestNextEuroCountsWhatItRequires(t *testing.T) {
	p := choice.Problem{
		Scenarios: []choice.Scenario{{"s", 100}},
		Options: []choice.Option{
			{ID: "taken", Cost: []float64{1}, Effects: map[string]float64{"s": 0.5}},
			{ID: "top", Cost: []float64{1}, Effects: map[string]float64{"s": 0.5}},
			{ID: "base", Cost: []float64{4}},
			{ID: "rival", Cost: []float64{1}, Effects: map[string]float64{"s": 0.4}},
			{ID: "free", Cost: []float64{2}, Effects: map[string]float64{"s": 0.2}},
		},
		Budgets: []float64{2}, Requires: [][2]string{{"top", "base"}}, AtMostOne: [][]string{{"taken", "rival"}},
		Objective: choice.Objective{Mean: 1},
	}
	steps, err := choice.Next(p, []string{"taken"})
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) != 3 || steps[0].Option != "top" && steps[0].Option != "free" {
		t.Fatalf("got %+v", steps)
	}
	for _, s := range steps {
		if s.Option == "top" && (!near(s.Gain, 25) || s.Cost[0] != 5 || s.Over[0] != 4 || len(s.With) != 1 || !near(s.PerEuro, 5)) {
			t.Errorf("got %+v", s)
		}
	}
}

func TestRegretIsNoneWithoutDoubtAndGrowsWithIt(t *testing.T) {
	p := portfolio(8, 16, 8, 0.3, 0.8, 0.3)
	best := solve(t, p)
	none, err := choice.RegretOf(p, best.Chosen, choice.Doubt{Draws: 3, Seed: 1}, choice.Effort{})
	if err != nil || none.Max != 0 || none.StillBest != 1 {
		t.Errorf("got %+v, %v", none, err)
	}
	some, err := choice.RegretOf(p, best.Chosen, choice.Doubt{Draws: 20, Seed: 1, LossSigma: 1, EffectSigma: 0.5}, choice.Effort{})
	if err != nil || some.Mean <= 0 || some.Max < some.P95 || some.StillBest == 1 {
		t.Errorf("got %+v, %v", some, err)
	}
}

func TestDrawnYearsHaveTheStatedMean(t *testing.T) {
	const trials = 200_000
	text := `{"scenarios": [{"id": "a", "frequency": 0.5, "low": 100, "high": 1000}, {"id": "b", "frequency": 3, "low": 10, "high": 20}], "options": [], "objective": "tvar99"}`
	p, err := choice.Read([]byte(text), choice.Sampling{Trials: trials, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for s, scenario := range p.Scenarios {
		sum, squares := 0.0, 0.0
		for _, year := range p.Losses {
			sum, squares = sum+year[s], squares+year[s]*year[s]
		}
		mean := sum / trials
		sd := math.Sqrt(squares/trials - mean*mean)
		if math.Abs(mean-scenario.ALE) > 4*sd/math.Sqrt(trials) {
			t.Errorf("%s: got %v, want %v within 4 standard errors", scenario.ID, mean, scenario.ALE)
		}
	}
	other, _ := choice.Read([]byte(strings.Replace(text, `"id": "a"`, `"id": "c"`, 1)), choice.Sampling{Trials: trials, Seed: 3})
	if same := other.Losses[0][1] == p.Losses[0][1]; !same {
		t.Error("the years of b hang on another scenario")
	}
}

func TestBadInputIsNamedByItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                          "",
		`{"scenarios": 3}`:            "scenarios",
		`{"scenarios": [{"ale": 1}]}`: "scenarios[0].id",
		`{"scenarios": [{"id": "s", "ale": -1}]}`:                                     "scenarios[0].ale",
		`{"scenarios": [{"id": "s"}]}`:                                                "scenarios[0].ale",
		`{"scenarios": [{"id": "s", "ale": 1, "frequency": 2, "low": 1, "high": 2}]}`: "scenarios[0].ale",
		`{"scenarios": [{"id": "s", "frequency": 2, "low": 3, "high": 2}]}`:           "scenarios[0].high",
		`{"scenarios": [{"id": "s", "frequency": 2, "low": 0, "high": 2}]}`:           "scenarios[0].low",
		`{"scenarios": [{"id": "s", "ale": 1}, {"id": "s", "ale": 1}]}`:               "scenarios[1].id",
		`{"options": [{"id": "a", "effects": {"x": 0.5}}]}`:                           "options[0].effects.x",
		`{"options": [{"id": "a", "cost": ["1"]}], "budgets": [1]}`:                   "options[0].cost[0]",
		`{"options": [{"id": "a", "cost": [-1]}], "budgets": [1]}`:                    "options[0].cost[0]",
		`{"options": [{"id": "a", "cost": 1, "value": null}], "budgets": [-1]}`:       "budgets[0]",
		`{"options": [{"id": "a"}], "requires": [["a"]]}`:                             "requires[0]",
		`{"options": [{"id": "a"}], "mandatory": ["a", "a"]}`:                         "mandatory[1]",
		`{"options": [{"id": "a"}], "at_most_one": [["b"]]}`:                          "at_most_one[0][0]",
		`{"options": [{"id": "a"}], "ring_fence": {"options": ["a"], "share": 2}}`:    "ring_fence.share",
		`{"options": [{"id": "a"}], "ring_fence": {"options": ["a"]}}`:                "ring_fence.share",
		`{"objective": "best"}`:                                                       "objective",
		`{"objective": "tvar200"}`:                                                    "objective",
		`{"weights": {"mean": 1e999}}`:                                                "weights.mean",
		`{"scenarios": [{"id": "s"}], "losses": [[1, 2]]}`:                            "losses[0]",
		`{"scenarios": [{"id": "s", "ale": 1}], "losses": [[-1]]}`:                    "losses[0][0]",
	} {
		_, err := choice.Read([]byte(text), choice.Sampling{Trials: 10, Seed: 1})
		e, ok := problem.As(err)
		if !ok {
			t.Errorf("%s: got %v, want a problem", text, err)
			continue
		}
		if len(e.Causes) > 0 {
			e = e.Causes[0]
		}
		if e.Field != want {
			t.Errorf("%s: got field %q (%s), want %q", text, e.Field, e.Key, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"scenarios": [{"id": "s", "ale": 1}], "options": [{"id": "a", "cost": [1], "effects": {"s": 1}, "value": 2}], "budgets": [1], "objective": "tvar99"}`))
	f.Add([]byte(`{"options": [{"id": "a"}], "ring_fence": {"options": ["a"], "share": 0.5, "budgets": [0]}, "losses": [[1]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := choice.Read(data, choice.Sampling{Trials: 5, Seed: 1})
		if err == nil && len(p.Options) < 10 {
			_, _ = choice.Solve(p, choice.Effort{Nodes: 200})
		}
	})
}
