package propagate_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/propagate"
)

func TestYAMLAndJSONSayTheSame(t *testing.T) {
	fromYAML, err := propagate.Read([]byte(`
nodes:
  - {id: a, probability: 1e-3, recovery_minutes: 30}
  - id: b
    frequency: 2
    recovery_minutes: 60
    loss_per_minute: 7.5
    needs:
      - {k: 1, of: [a, b], soft: 0.25, buffer_minutes: 15}
causes:
  - {id: c, probability: 0.5, hits: [{node: a}, {node: b, probability: 0.1}]}
targets: [b]
`))
	if err != nil {
		t.Fatal(err)
	}
	fromJSON, err := propagate.Read([]byte(`{"nodes": [{"id": "a", "probability": 0.001, "recovery_minutes": 30},
	{"id": "b", "frequency": 2, "recovery_minutes": 60, "loss_per_minute": 7.5, "needs": [{"k": 1, "of": ["a", "b"], "soft": 0.25, "buffer_minutes": 15}]}],
	"causes": [{"id": "c", "probability": 0.5, "hits": [{"node": "a"}, {"node": "b", "probability": 0.1}]}], "targets": ["b"]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := propagate.Model{
		Nodes: []propagate.Node{
			{ID: "a", Probability: ptr(0.001), RecoveryMinutes: ptr(30)},
			{ID: "b", Frequency: ptr(2), RecoveryMinutes: ptr(60), LossPerMinute: 7.5, Needs: []propagate.Need{{K: 1, Of: []string{"a", "b"}, Soft: ptr(0.25), BufferMinutes: 15}}},
		},
		Causes:  []propagate.Cause{{ID: "c", Probability: ptr(0.5), Hits: []propagate.Hit{{Node: "a"}, {Node: "b", Probability: ptr(0.1)}}}},
		Targets: []string{"b"},
	}
	if !reflect.DeepEqual(fromYAML, want) || !reflect.DeepEqual(fromJSON, want) {
		t.Errorf("got %+v and %+v, want %+v", fromYAML, fromJSON, want)
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	for text, want := range map[string]string{
		`{"nodes": [{"id": "a"}, {"id": "b", "needs": [{"k": 2, "of": ["a"]}]}]}`:                      "nodes[1].needs[0].k: problem.range",
		`{"nodes": [{"id": "a"}, {"id": "b", "needs": [{"k": 0, "of": ["a"]}]}]}`:                      "nodes[1].needs[0].k: problem.range",
		`{"nodes": [{"id": "a"}, {"id": "b", "needs": [{"k": 1.5, "of": ["a", "b"]}]}]}`:               "nodes[1].needs[0].k: propagate.not-whole",
		`{"nodes": [{"id": "a"}, {"id": "b", "needs": [{"k": 1, "of": []}]}]}`:                         "nodes[1].needs[0].of: problem.required",
		`{"nodes": [{"id": "a", "needs": [{"of": ["a", "x"]}]}]}`:                                      "nodes[0].needs[0].of[1]: problem.dangling",
		`{"nodes": [{"id": "a", "needs": [{"of": ["a", "a"]}]}]}`:                                      "nodes[0].needs[0].of[1]: problem.twice",
		`{"nodes": [{"id": "a", "needs": [{"of": ["a"], "soft": 1.1}]}]}`:                              "nodes[0].needs[0].soft: problem.range",
		`{"nodes": [{"id": "a", "needs": [{"of": ["a"], "buffer_minutes": -1}]}]}`:                     "nodes[0].needs[0].buffer_minutes: propagate.not-amount",
		`{"nodes": [{"id": "a", "probability": -0.1}]}`:                                                "nodes[0].probability: problem.range",
		`{"nodes": [{"id": "a", "probability": 1e999}]}`:                                               "nodes[0].probability: propagate.not-finite",
		`{"nodes": [{"id": "a", "probability": "0.1"}]}`:                                               "nodes[0].probability: propagate.not-number",
		`{"nodes": [{"id": "a", "probability": NaN}]}`:                                                 "nodes[0].probability: propagate.not-json",
		`{"nodes": [{"id": "a"}, {"id": "a"}]}`:                                                        "nodes[1].id: problem.twice",
		`{"nodes": [{"id": "a", "id": "b"}]}`:                                                          "nodes[0].id: problem.twice",
		`{"nodes": [{"probability": 0.1}]}`:                                                            "nodes[0].id: problem.required",
		`{"nodes": [{"id": 7}]}`:                                                                       "nodes[0].id: propagate.not-text",
		`{"nodes": [{"id": "a", "frequency": 2}]}`:                                                     "nodes[0].recovery_minutes: problem.required",
		`{"nodes": [{"id": "a", "frequency": 1e9, "recovery_minutes": 1}]}`:                            "nodes[0].frequency: problem.range",
		`{"nodes": [{"id": "a", "colour": 1}]}`:                                                        "nodes[0].colour: propagate.unknown-field",
		`{"nodes": [{"id": "a"}], "targets": ["b"]}`:                                                   "targets[0]: problem.dangling",
		`{"nodes": [{"id": "a"}], "causes": [{"id": "a", "probability": 1, "hits": [{"node": "a"}]}]}`: "causes[0].id: problem.twice",
		`{"nodes": [{"id": "a"}], "causes": [{"id": "c", "hits": [{"node": "a"}]}]}`:                   "causes[0].probability: problem.required",
		`{"nodes": [{"id": "a"}], "causes": [{"id": "c", "probability": 1}]}`:                          "causes[0].hits: problem.required",
		`{"nodes": [{"id": "a"}], "causes": [{"id": "c", "probability": 1, "hits": [{"node": "c"}]}]}`: "causes[0].hits[0].node: problem.dangling",
		`{"nodes": {}}`:                       "nodes: propagate.not-list",
		`{"nodes": []}`:                       "nodes: problem.required",
		`{"nodes": [[]]}`:                     "nodes[0]: propagate.not-object",
		`[]`:                                  "propagate.not-object",
		``:                                    "propagate.not-object",
		`{"nodes": [`:                         "line 1: ",
		`{"nodes": []} x`:                     "propagate.not-json",
		"nodes: [{id: a, id: b}]":             "nodes[0].id: problem.twice",
		"nodes: [&x {id: a}, *x]":             "line 1: nodes[1]: propagate.alias",
		"nodes: [{id: a}]\n---\nx: 1":         "propagate.documents",
		"nodes: [{id: a}\nb":                  "propagate.not-yaml",
		"nodes: [{id: a, probability: .inf}]": "nodes[0].probability: propagate.not-finite",
		strings.Repeat("[", 1000):             "propagate.too-deep",
	} {
		_, err := propagate.Read([]byte(text))
		if p, ok := problem.As(err); !ok || !strings.Contains(p.Error(), want) {
			t.Errorf("%.60s: got %v, want %s", text, err, want)
		}
	}
}

func TestModelsOfOtherCodeAreCheckedToo(t *testing.T) {
	m := propagate.Model{Nodes: []propagate.Node{{ID: "a", Probability: ptr(math.NaN())}}}
	if _, err := propagate.Evaluate(m, propagate.ExactOptions{}); !problem.Is(err, problem.Invalid) {
		t.Errorf("got %v, want the field refused", err)
	}
	if _, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 1}); !problem.Is(err, problem.Invalid) {
		t.Errorf("got %v, want the field refused", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"nodes": [{"id": "a", "probability": 0.5, "needs": [{"k": 1, "of": ["a"], "soft": 0.5, "buffer_minutes": 3}]}], "targets": ["a"]}`))
	f.Add([]byte("nodes:\n- {id: a, frequency: 1, recovery_minutes: 5}\ncauses:\n- {id: c, probability: 1, hits: [{node: a}]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := propagate.Read(data)
		if err == nil && len(m.Nodes) < 10 {
			_, _ = propagate.Evaluate(m, propagate.ExactOptions{MaxNodes: 1000})
			if _, err := propagate.Simulate(m, propagate.SimulateOptions{Trials: 100}); err != nil && !problem.Is(err, problem.TooLarge) {
				t.Fatal(err)
			}
		}
	})
}
