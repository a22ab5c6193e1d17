package propagate_test

import (
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/risk/propagate"
)

func hard(k int, of ...string) propagate.Need { return propagate.Need{K: k, Of: of} }

func soft(p float64, k int, of ...string) propagate.Need {
	return propagate.Need{K: k, Of: of, Soft: &p}
}

// Case 29 of the reference: the network "Asia" of Lauritzen and Spiegelhalter (1988). Its tables are monotone: each is a node's
// own probability and soft needs, one after the other.
func TestNetworkAsiaIsAsPublished(t *testing.T) {
	m := propagate.Model{Nodes: []propagate.Node{
		{ID: "asia", Probability: ptr(0.01)},
		{ID: "smoke", Probability: ptr(0.5)},
		{ID: "tub", Probability: ptr(0.01), Needs: []propagate.Need{soft(1-0.95/0.99, 1, "asia")}},
		{ID: "lung", Probability: ptr(0.01), Needs: []propagate.Need{soft(1-0.9/0.99, 1, "smoke")}},
		{ID: "bronc", Probability: ptr(0.3), Needs: []propagate.Need{soft(1-0.4/0.7, 1, "smoke")}},
		{ID: "either", Needs: []propagate.Need{hard(2, "tub", "lung")}},
		{ID: "xray", Probability: ptr(0.05), Needs: []propagate.Need{soft(1-0.02/0.95, 1, "either")}},
		// 0.1 with neither, 0.7 with either, 0.8 with bronc, 0.9 with both
		{ID: "dysp", Probability: ptr(0.1), Needs: []propagate.Need{
			soft(1-0.3/0.9, 2, "either", "bronc"), soft(1-0.2/0.3, 1, "bronc"), soft(1-0.1/0.2, 1, "either", "bronc"),
		}},
	}}
	got, err := propagate.Evaluate(m, propagate.ExactOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"tub": .0104, "lung": .055, "either": .064828, "xray": .11029004, "dysp": .4359706, "bronc": .45}
	for _, n := range got.Nodes {
		if p, published := want[n.ID]; published && !near(n.Probability, p, 1e-9) {
			t.Errorf("%s: got %v, want %v", n.ID, n.Probability, p)
		}
	}
}

// TestMoreFailuresNeverHelp raises one probability and looks at all nodes.
func TestMoreFailuresNeverHelp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawn(t)
		before, err := propagate.Evaluate(m, propagate.ExactOptions{})
		if err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, len(m.Nodes)-1).Draw(t, "which")
		was := 0.
		if p := m.Nodes[i].Probability; p != nil {
			was = *p
		}
		m.Nodes[i].Probability = ptr(was + (1-was)*rapid.Float64Range(0, 1).Draw(t, "rise"))
		after, err := propagate.Evaluate(m, propagate.ExactOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for j, n := range after.Nodes {
			if n.Probability < before.Nodes[j].Probability-1e-12 {
				t.Fatalf("%s: got %v after %v", n.ID, n.Probability, before.Nodes[j].Probability)
			}
		}
	})
}

// TestOwnFailureIsAFloorAndCutSetsAreABound: a node fails at least as often as by itself, and at most as often as its cut sets add up to.
func TestOwnFailureIsAFloorAndCutSetsAreABound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawn(t)
		got, err := propagate.Evaluate(m, propagate.ExactOptions{Order: 30})
		if err != nil {
			t.Fatal(err)
		}
		own := map[string]float64{}
		for _, n := range m.Nodes {
			if n.Probability != nil {
				own[n.ID] = *n.Probability
			}
		}
		for _, n := range got.Nodes {
			if n.Probability < own[n.ID]-1e-12 || n.Probability > 1+1e-12 {
				t.Fatalf("%s: got %v, want at least %v", n.ID, n.Probability, own[n.ID])
			}
		}
		for _, target := range got.Targets {
			sum := 0.
			for _, s := range target.CutSets.Sets {
				sum += s.Probability
			}
			if target.Probability > sum+1e-12 || target.CutSets.Omitted != 0 {
				t.Fatalf("%s: got %v, want at most %v", target.ID, target.Probability, sum)
			}
		}
	})
}

func drawn(t *rapid.T) propagate.Model {
	n := rapid.IntRange(1, 6).Draw(t, "nodes")
	m := propagate.Model{}
	for i := range n {
		node := propagate.Node{ID: id(i)}
		if rapid.Bool().Draw(t, "fails") {
			node.Probability = ptr(rapid.Float64Range(0, 1).Draw(t, "probability"))
		}
		for range rapid.IntRange(0, 2).Draw(t, "needs") {
			need := propagate.Need{}
			for j := range n {
				if rapid.Bool().Draw(t, "of") {
					need.Of = append(need.Of, id(j))
				}
			}
			if len(need.Of) == 0 {
				continue
			}
			need.K = rapid.IntRange(1, len(need.Of)).Draw(t, "k")
			if rapid.Bool().Draw(t, "soft") {
				need.Soft = ptr(rapid.Float64Range(0, 1).Draw(t, "strength"))
			}
			node.Needs = append(node.Needs, need)
		}
		m.Nodes = append(m.Nodes, node)
	}
	return m
}
