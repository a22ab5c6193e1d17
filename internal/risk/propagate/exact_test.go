package propagate_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/propagate"
)

func TestExactIsTheSumOverAllStates(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 27))
	for range 300 {
		m := randomModel(r, 7)
		for _, n := range m.Nodes {
			m.Targets = append(m.Targets, n.ID)
		}
		want := worldOf(m).truth()
		got, err := propagate.Evaluate(m, propagate.ExactOptions{Order: 12})
		if err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		for _, n := range got.Nodes {
			if !near(n.Probability, want.probability[n.ID], 1e-12) {
				t.Fatalf("%+v: %s: got %v, want %v", m, n.ID, n.Probability, want.probability[n.ID])
			}
		}
		for _, target := range got.Targets {
			sameTarget(t, target, want)
		}
	}
}

func sameTarget(t *testing.T, got propagate.Target, want truth) {
	t.Helper()
	var sets [][]string
	for _, s := range got.CutSets.Sets {
		sets = append(sets, s.Events)
	}
	slices.SortFunc(sets, slices.Compare)
	if len(sets) != len(want.sets[got.ID]) || len(sets) > 0 && !reflect.DeepEqual(sets, want.sets[got.ID]) || got.CutSets.Count != uint64(len(sets)) {
		t.Fatalf("%s: got cut sets %v (%d), want %v", got.ID, sets, got.CutSets.Count, want.sets[got.ID])
	}
	seen := map[string]bool{}
	total := want.probability[got.ID]
	for _, one := range got.Importance {
		seen[one.Event] = true
		b := want.birnbaum[got.ID][one.Event]
		if !near(one.Birnbaum, b, 1e-12) {
			t.Fatalf("%s, %s: got Birnbaum %v, want %v", got.ID, one.Event, one.Birnbaum, b)
		}
		if total == 0 {
			continue
		}
		if want := one.Probability * b / total; !near(*one.Criticality, want, 1e-9) {
			t.Fatalf("%s, %s: got criticality %v, want %v", got.ID, one.Event, *one.Criticality, want)
		}
		if want := want.fussellVesely[got.ID][one.Event] / total; !near(*one.FussellVesely, want, 1e-9) {
			t.Fatalf("%s, %s: got Fussell–Vesely %v, want %v", got.ID, one.Event, *one.FussellVesely, want)
		}
		if want := (total + (1-one.Probability)*b) / total; !near(*one.AchievementWorth, want, 1e-9) {
			t.Fatalf("%s, %s: got achievement worth %v, want %v", got.ID, one.Event, *one.AchievementWorth, want)
		}
	}
	for event, b := range want.birnbaum[got.ID] {
		if !seen[event] && b > 1e-12 {
			t.Fatalf("%s: %s is missing, want Birnbaum %v", got.ID, event, b)
		}
	}
}

func TestSimulationIsWithinFourStandardErrorsOfExact(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 27))
	const trials = 100_000
	for range 60 {
		m := randomModel(r, 16)
		exact, err := propagate.Evaluate(m, propagate.ExactOptions{})
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: trials, Seed: r.Uint64()})
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range drawn.Nodes {
			p := exact.Nodes[i].Probability
			if !near(n.Probability, p, fourErrors(p, trials)) {
				t.Errorf("%+v: %s: got %v, want %v", m, n.ID, n.Probability, p)
			}
		}
	}
}

func TestLargeCyclesAgreeWithTheirSimulation(t *testing.T) {
	const trials = 1_000_000
	m := randomMap(100, 150, true)
	exact, err := propagate.Evaluate(m, propagate.ExactOptions{})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: trials, Seed: 12})
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range drawn.Nodes {
		if p := exact.Nodes[i].Probability; !near(n.Probability, p, fourErrors(p, trials)) {
			t.Errorf("%s: got %v, want %v", n.ID, n.Probability, p)
		}
	}
}

func BenchmarkEvaluate300Nodes600Needs(b *testing.B) {
	m := mapOf(300, 600)
	for b.Loop() {
		if _, err := propagate.Evaluate(m, propagate.ExactOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTooLargeForDiagramsIsSaidWithoutAFigure(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 27))
	m := grid(r, 60)
	_, err := propagate.Evaluate(m, propagate.ExactOptions{MaxNodes: 1000})
	if !problem.Is(err, problem.TooLarge) {
		t.Errorf("got %v, want too large", err)
	}
	if _, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 1000, Seed: 1}); err != nil {
		t.Errorf("got %v, want a simulation", err)
	}
}

// grid is a hard model: each node needs 2 of 4 of the others at random.
func grid(r *rand.Rand, n int) propagate.Model {
	m := propagate.Model{}
	for i := range n {
		m.Nodes = append(m.Nodes, propagate.Node{ID: id(i), Probability: ptr(0.1)})
	}
	for i := range n {
		need := propagate.Need{K: 2}
		for _, j := range r.Perm(n)[:4] {
			need.Of = append(need.Of, id(j))
		}
		m.Nodes[i].Needs = []propagate.Need{need}
	}
	return m
}
