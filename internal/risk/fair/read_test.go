package fair_test

import (
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
)

const document = `
scenarios:
  - id: ransomware
    name: Ransomware on the file servers
    frequency: {low: 2, mode: 4, high: 12}
    susceptibility: {capability: {low: 0.1, mode: 0.5, high: 0.9}, resistance: {p10: 0.3, p50: 0.5, p90: 0.7}}
    primary:
      - {form: response, amount: {p5: 10000, p95: 400000}}
      - {form: productivity, amount: 5000}
    secondary: {probability: 0.2, losses: [{amount: {p50: 1.0e+5, p95: 1e6}}]}
    controls: [{id: edr, on: susceptibility, coverage: 0.9, intended: 0.5, planned: true}]
  - {id: fire, counting: bernoulli, frequency: 0.02, primary: [{amount: {dist: uniform, low: 1e5, high: 4e6}}], causes: [{cause: summer, factor: 2}]}
causes: [{id: summer, probability: 0.25}]
covers: [{id: policy, scenarios: [fire], retention: 50000, limit: 1000000}]
state: target
`

func TestPortfolioIsReadFromYAMLAndJSONAlike(t *testing.T) {
	p, err := fair.Read([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Scenarios[0].Primary[1].Amount; got.Kind != fair.Constant || *got.Value != 5000 {
		t.Errorf("got %+v, want the plain number as a constant", got)
	}
	for name, write := range map[string]func(any) ([]byte, error){
		"YAML": yaml.Marshal, "JSON": json.Marshal, "indented": func(v any) ([]byte, error) { return json.MarshalIndent(v, "", "\t") },
	} {
		data, err := write(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := fair.Read(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want, _ := json.Marshal(p)
		if got, _ := json.Marshal(again); string(got) != string(want) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestPortfolioIsReadFromCSV(t *testing.T) {
	p, err := fair.Read([]byte("id,name,frequency,low,high\nALICE,Alice,.01,1e6,1e7\n\"BOB\",\"Bob, B.\",.1,1000000,1e9\nFIXED,,2,5,5\n"))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := p.Scenarios[0].Expected(fair.Current)
	near(t, "ALICE", m.Mean, 40400.128, 1e-7)
	if p.Scenarios[1].Name != "Bob, B." || *p.Scenarios[2].Primary[0].Amount.Value != 5 {
		t.Errorf("got %+v", p.Scenarios[1:])
	}
}

func TestWhatIsWrongInAFileIsNamedByItsPlace(t *testing.T) {
	head := "id,name,frequency,low,high\n"
	one := `{"scenarios": [{"id": "s", "frequency": 1, "primary": [{"amount": {"p5": 1, "p95": 2}}]`
	for _, c := range []struct {
		file, field, key string
		line             int
	}{
		{"a,b,0.1,1,2\n", "", "problem.many", 0},
		{"id,frequency,low\na,1,2\n", "high", "fair.error.no-column", 1},
		{"id,frequency,low,high,risk\n", "risk", "fair.error.unknown-column", 1},
		{head, "", "fair.error.no-rows", 0},
		{head + "a,,1,1,2\nb,,x,1,2\n", "frequency", "fair.error.not-number", 3},
		{head + "a,,1,1,2\na,,1,1,2\n", "id", "problem.twice", 3},
		{head + "a,,-1,1,2\n", "frequency", "fair.error.negative", 2},
		{head + "a,,NaN,1,2\n", "frequency", "fair.error.not-finite", 2},
		{head + "a,,1,0,2\n", "low", "fair.error.not-positive", 2},
		{head + "a,,1,3,2\n", "high", "fair.error.wrong-way-round", 2},
		{head + "a,,1,1,1e999\n", "high", "fair.error.not-finite", 2},
		{head + "a,,1,1\n", "", "fair.error.row", 2},
		{head + ",,1,1,2\n", "id", "problem.required", 2},
		{head + "\"a,,1,1,2\n", "", "fair.error.not-csv", 2},
		{"scenarios:\n  - id: a\n    frequncy: 1\n", "scenarios[0].frequncy", "fair.error.unknown-field", 3},
		{"scenarios:\n  - id: a\n    frequency: {low: x, high: 2}\n", "scenarios[0].frequency.low", "fair.error.not-number", 3},
		{"scenarios:\n  - id: a\n    frequency: .nan\n", "scenarios[0].frequency", "fair.error.not-finite", 3},
		{"scenarios: 3\n", "scenarios", "fair.error.not-list", 1},
		{"scenarios: [&a {id: x}, *a]\n", "scenarios[1]", "fair.error.alias", 1},
		{"[]", "", "fair.error.not-object", 1},
		{"", "", "fair.error.not-object", 0},
		{"{}", "scenarios", "problem.required", 0},
		{one + `}]`, "", "fair.error.not-json", 1},
		{one + `, "loading": 2}]}`, "scenarios[0].loading", "problem.range", 0},
		{one + `, "id": "t"}]}`, "scenarios[0].id", "problem.twice", 1},
		{`{"scenarios": [{"id": "s", "frequency": {"low": 1, "mode": 9, "high": 3}, "primary": [{"amount": 1}]}]}`, "scenarios[0].frequency.mode", "fair.error.mode-outside", 0},
	} {
		_, err := fair.Read([]byte(c.file))
		p, ok := problem.As(err)
		if !ok || p.Field != c.field || p.Key != c.key || p.Source.Line != c.line {
			t.Errorf("%q: got %v (%+v), want %s of %s in line %d", c.file, err, p, c.key, c.field, c.line)
		}
	}
}

// FuzzRead: whatever is read is a portfolio that passes its check, and every refusal is one that a person can mend.
func FuzzRead(f *testing.F) {
	f.Add([]byte(document))
	f.Add([]byte("id,name,frequency,low,high\na,,1,1,2\n"))
	f.Add([]byte(`{"scenarios": [{"id": "s", "frequency": 1, "primary": [{"amount": {"values": [1, 2], "weights": [0, 1]}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := fair.Read(data)
		if err == nil {
			err = p.Check()
		} else if _, ok := problem.As(err); ok {
			return
		}
		if err != nil {
			t.Errorf("%q: %v", strings.ToValidUTF8(string(data), "?"), err)
		}
	})
}
