package propagate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"accordo.dev/internal/risk/propagate"
)

func id(i int) string { return fmt.Sprintf("n%04d", i) }

// fourErrors are 4 standard errors of a proportion, and the grain of one trial.
func fourErrors(p float64, trials int) float64 {
	return 4*math.Sqrt(p*(1-p)/float64(trials)) + 1/float64(trials)
}

func TestCyclesDoNotFailByThemselves(t *testing.T) {
	m := propagate.Model{Nodes: []propagate.Node{
		{ID: "a", Needs: []propagate.Need{{K: 1, Of: []string{"b"}}}},
		{ID: "b", Needs: []propagate.Need{{K: 1, Of: []string{"c"}}}},
		{ID: "c", Needs: []propagate.Need{{K: 1, Of: []string{"a"}}, {K: 1, Of: []string{"c"}}}},
	}}
	for _, p := range []*float64{nil, ptr(0.25)} {
		m.Nodes[1].Probability = p
		want := 0.
		if p != nil {
			want = *p
		}
		exact, err := propagate.Evaluate(m, propagate.ExactOptions{})
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 10_000, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Nodes {
			if got := exact.Nodes[i].Probability; got != want {
				t.Errorf("got %v, want %v", got, want)
			}
			if got := drawn.Nodes[i].Probability; !near(got, want, fourErrors(want, 10_000)) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
	}
}

func TestNeitherThreadsNorOrderOfNodesChangeABit(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 27))
	for range 20 {
		m := randomModel(r, 16)
		mixed := propagate.Model{Causes: m.Causes}
		for _, i := range r.Perm(len(m.Nodes)) {
			mixed.Nodes = append(mixed.Nodes, m.Nodes[i])
		}
		seed := r.Uint64()
		one, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 100_001, Seed: seed, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		two, err := propagate.Simulate(mixed, propagate.SimulateOptions{Trials: 100_001, Seed: seed, Threads: 3})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(one, two) {
			t.Fatalf("got %v, want %v", two, one)
		}
		exact, err := propagate.Evaluate(m, propagate.ExactOptions{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := propagate.Evaluate(mixed, propagate.ExactOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(exact, again) {
			t.Fatalf("got %v, want %v", again, exact)
		}
	}
}

func TestRareAndFrequentFailuresHaveTheirProbability(t *testing.T) {
	const trials = 40_000_000
	m := propagate.Model{}
	probabilities := []float64{0, 1e-6, 1e-4, 0.015, 1. / 64, 0.016, 0.1, 1. / 3, 0.5, 0.9, 0.999, 1}
	for i, p := range probabilities {
		m.Nodes = append(m.Nodes, propagate.Node{ID: id(i), Probability: ptr(p)})
	}
	drawn, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: trials, Seed: 11, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range probabilities {
		if got := drawn.Nodes[i].Probability; !near(got, p, fourErrors(p, trials)) || p == 0 && got != 0 || p == 1 && got != 1 {
			t.Errorf("got %v, want %v", got, p)
		}
	}
}

func TestGroupsOfAllSizesAreCounted(t *testing.T) {
	const trials, n, p = 1_000_000, 11, 0.3
	m := propagate.Model{}
	var all []string
	for i := range n {
		all = append(all, id(i))
		m.Nodes = append(m.Nodes, propagate.Node{ID: id(i), Probability: ptr(p)})
	}
	want := map[string]float64{}
	for k := 1; k <= n; k++ {
		m.Nodes = append(m.Nodes, propagate.Node{ID: fmt.Sprintf("of%02d", k), Needs: []propagate.Need{{K: k, Of: all}}})
		want[fmt.Sprintf("of%02d", k)] = distuv.Binomial{N: n, P: 1 - p}.CDF(float64(k - 1))
	}
	exact, err := propagate.Evaluate(m, propagate.ExactOptions{})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: trials, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i, one := range drawn.Nodes {
		p, group := want[one.ID]
		if group && (!near(exact.Nodes[i].Probability, p, 1e-12) || !near(one.Probability, p, fourErrors(p, trials))) {
			t.Errorf("%s: got %v and %v, want %v", one.ID, exact.Nodes[i].Probability, one.Probability, p)
		}
	}
}

func TestDifferentNodesAndSeedsDrawIndependently(t *testing.T) {
	const trials = 1_000_000
	need := []propagate.Need{{K: 1, Of: []string{"a", "b"}}}
	m := propagate.Model{Nodes: []propagate.Node{{ID: "a", Probability: ptr(0.3)}, {ID: "b", Probability: ptr(0.3)}, {ID: "both", Needs: need}}}
	counts := map[int]bool{}
	for seed := range uint64(4) {
		drawn, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: trials, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if got := drawn.Nodes[2].Probability; !near(got, 0.09, fourErrors(0.09, trials)) {
			t.Errorf("got %v, want 0.09", got)
		}
		counts[drawn.Nodes[0].Failures] = true
	}
	if len(counts) < 4 {
		t.Error("seeds draw the same")
	}
}

func TestStatedIntervalsHoldAboutAsOftenAsTheySay(t *testing.T) {
	m := propagate.Model{Nodes: []propagate.Node{{ID: "a", Probability: ptr(0.02)}, {ID: "b", Needs: []propagate.Need{{Of: []string{"a"}, Soft: ptr(0.5)}}}}}
	inside := 0
	for seed := range uint64(100) {
		drawn, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 20_000, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if b := drawn.Nodes[1]; b.Low <= 0.01 && 0.01 <= b.High {
			inside++
		}
	}
	if inside < 90 || inside > 99 {
		t.Errorf("got %d of 100 intervals that hold, want 90 to 99", inside)
	}
}

// mapOf is a map of n nodes with a given number of needs, some of them in groups, without cycles.
func mapOf(n, edges int) propagate.Model { return randomMap(n, edges, false) }

func randomMap(n, edges int, cycles bool) propagate.Model {
	r := rand.New(rand.NewPCG(8, 27))
	m := propagate.Model{}
	for i := range n {
		m.Nodes = append(m.Nodes, propagate.Node{ID: id(i), Probability: ptr(math.Pow(10, -4+2*r.Float64()))})
	}
	for left := edges; left > 0; {
		i := 1 + r.IntN(n-1)
		width := min(1+r.IntN(3), left, i)
		need := propagate.Need{}
		providers := r.Perm(i)
		if cycles {
			providers = r.Perm(n)
		}
		for _, j := range providers[:width] {
			need.Of = append(need.Of, id(j))
		}
		need.K = 1 + r.IntN(width)
		m.Nodes[i].Needs = append(m.Nodes[i].Needs, need)
		left -= width
	}
	return m
}

func BenchmarkSimulate500Nodes2000Needs1MTrials(b *testing.B) {
	m := mapOf(500, 2000)
	for b.Loop() {
		if _, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 1_000_000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2000/1e6, "ns/edge/trial")
}

func BenchmarkSimulateCycles500Nodes2000Needs1MTrials(b *testing.B) {
	m := randomMap(500, 2000, true)
	for b.Loop() {
		if _, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 1_000_000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSimulate5000Nodes20000Needs200kTrials(b *testing.B) {
	m := mapOf(5000, 20_000)
	for b.Loop() {
		if _, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 200_000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
