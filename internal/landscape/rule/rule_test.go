package rule_test

import (
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/landscape/rule"
	"accordo.dev/internal/problem"
)

const today = "2026-11-25"

var (
	agreement = rule.NewSchema("agreement",
		rule.Field{Name: "id", Type: rule.Text}, rule.Field{Name: "kind", Type: rule.Text, Words: []string{"contract", "isa"}},
		rule.Field{Name: "until", Type: rule.Day})
	element = rule.NewSchema("element",
		rule.Field{Name: "kind", Type: rule.Text, Words: []string{"system", "supplier"}},
		rule.Field{Name: "owner", Type: rule.Text}, rule.Field{Name: "rto", Type: rule.Number}, rule.Field{Name: "outside", Type: rule.Bool},
		rule.Field{Name: "tags", Type: rule.Texts}, rule.Field{Name: "properties", Type: rule.Table},
		rule.Field{Name: "agreements", Type: rule.Many, Of: agreement},
		rule.Field{Name: "reach", Type: rule.Texts, Takes: true, Words: []string{"system", "supplier"}})
	connection = rule.NewSchema("connection",
		rule.Field{Name: "a", Type: rule.Bool}, rule.Field{Name: "b", Type: rule.Bool}, rule.Field{Name: "c", Type: rule.Bool},
		rule.Field{Name: "encrypted", Type: rule.Bool}, rule.Field{Name: "protocol", Type: rule.Text}, rule.Field{Name: "data", Type: rule.Texts},
		rule.Field{Name: "agreement", Type: rule.One, Of: agreement}, rule.Field{Name: "from", Type: rule.One, Of: element},
		rule.Field{Name: "to", Type: rule.One, Of: element})
)

// sample is a connection of a system that is well described to a supplier of which little is known.
func sample() *rule.Record {
	expired, open := agreement.New("isa-1"), agreement.New("contract-1")
	expired.Set("kind", "isa")
	expired.Set("until", "2026-01-31")
	open.Set("kind", "contract")
	from, to := element.New("core"), element.New("processor")
	from.Set("kind", "system")
	from.Set("rto", 60.0)
	from.Set("outside", false)
	from.Set("tags", []string{"payments", "pci"})
	from.Set("properties", map[string]string{"auth": "mutual TLS", "retries": "3", "empty": ""})
	from.Set("agreements", []*rule.Record{expired, open})
	from.Set("reach", func(kind string) any { return []string{kind + "-1", kind + "-2"} })
	to.Set("kind", "supplier")
	to.Set("outside", func() any { return true })
	c := connection.New("core-uses-processor")
	c.Set("from", from)
	c.Set("to", to)
	c.Set("agreement", expired)
	c.Set("protocol", "HTTPS")
	c.Set("a", true)
	c.Set("b", false)
	return c
}

func judge(t *testing.T, holds string) rule.Answer {
	t.Helper()
	r, err := rule.Compile("test", connection, "", holds)
	if err != nil {
		t.Fatalf("%s: %v", holds, err)
	}
	return r.Judge(sample(), today)
}

func TestLogicIsKleenes(t *testing.T) {
	// a is true, b is false, c was never stated
	T, F, U := rule.Holds, rule.Violated, rule.CannotTell
	for _, one := range []struct {
		expression string
		want       rule.Answer
	}{
		{"a and a", T},
		{"a and b", F},
		{"a and c", U},
		{"b and a", F},
		{"b and b", F},
		{"b and c", F},
		{"c and a", U},
		{"c and b", F},
		{"c and c", U},
		{"a or a", T},
		{"a or b", T},
		{"a or c", T},
		{"b or a", T},
		{"b or b", F},
		{"b or c", U},
		{"c or a", T},
		{"c or b", U},
		{"c or c", U},
		{"not a", F},
		{"not b", T},
		{"not c", U},
		{"a == c", U},
		{"a != b", T},
		{"c == c", U},
		{"c == true", U},
		{"a == true", T},
		{"a ? b : c", F},
		{"b ? a : c", U},
		{"c ? a : a", U},
		{"(c or a) ? a : c", T},
		{"known(a)", T},
		{"known(c)", F},
		{"not known(c)", T},
		{"c ?? a", T},
		{"c ?? b", F},
		{"b ?? a", F},
		{"(c ?? c) ?? a", T},
	} {
		if got := judge(t, one.expression); got != one.want {
			t.Errorf("%s: got %v, want %v", one.expression, got, one.want)
		}
	}
}

func TestExpressionsReadFacts(t *testing.T) {
	T, F, U := rule.Holds, rule.Violated, rule.CannotTell
	for _, one := range []struct {
		expression string
		want       rule.Answer
	}{
		{`from.kind == "system" and to.kind != 'system'`, T},
		{`to.outside != from.outside`, T},
		{`from.rto < 61`, T},
		{`from.rto * 2 + 1 >= 122`, F},
		{`to.rto <= from.rto`, U},
		{`to.rto + 1 > 0`, U},
		{`-from.rto == -60`, T},
		{`from.rto / 2 == 30`, T},
		{`1 < from.rto < 61`, T},
		{`from.rto in [60, 120]`, T},
		{`to.rto in [60, 120]`, U},
		{`to.kind in ["supplier"]`, T},
		{`to.kind not in ["supplier"]`, F},
		{`"pci" in from.tags`, T},
		{`"pci" in to.tags`, U},
		{`"health" in data`, U},
		{`len(from.tags) == 2`, T},
		{`len(data) > 0`, U},
		{`protocol contains "TTP"`, T},
		{`lower(protocol) startsWith "http"`, T},
		{`protocol matches "^HTTPS?$"`, T},
		{`protocol endsWith "X"`, F},
		{`len(protocol) == 5`, T},
		{`agreement.until < today`, T},
		{`agreement.until == "2026-01-31"`, T},
		{`days_until(agreement.until) < -200`, T},
		{`days_since(agreement.until) == 298`, T},
		{`from.properties.auth == "mutual TLS"`, T},
		{`from.properties["auth"] != "none"`, T},
		{`from.properties["empty"] == ""`, U},
		{`to.properties.auth == "x"`, U},
		{`number(from.properties.retries) == 3`, T},
		{`number(from.properties.auth) == 3`, U},
		{`known(to.agreements)`, F},
		{`any(from.agreements, .kind == "contract")`, T},
		{`all(from.agreements, .until >= today)`, F},
		{`any(from.agreements, .until >= today)`, U},
		{`none(from.agreements, .until >= today)`, U},
		{`one(from.agreements, .kind == "isa")`, T},
		{`one(from.agreements, known(.kind))`, F},
		{`count(from.agreements, .kind == "isa") == 1`, T},
		{`count(from.agreements, .until < today) == 1`, U},
		{`all(to.agreements, true)`, U},
		{`any(from.tags, # startsWith "pay")`, T},
		{`any(from.agreements, any(from.tags, # == "pci") and .kind == "isa")`, T},
		{`len(from.reach("supplier")) == 2`, T},
		{`"supplier-1" in from.reach("supplier")`, T},
		{`len(to.reach("system")) == 2`, U},
		{`encrypted`, U},
		{`from.outside`, F},
		{`known(agreement) and known(agreement.until)`, T},
	} {
		if got := judge(t, one.expression); got != one.want {
			t.Errorf("%s: got %v, want %v", one.expression, got, one.want)
		}
	}
}

func TestWhatARuleDoesNotConcernIsSilent(t *testing.T) {
	for _, one := range []struct {
		applies, holds string
		want           rule.Answer
	}{
		{"b", "b", rule.Silent},
		{"b", "c", rule.Silent},
		{"a", "b", rule.Violated},
		{"a", "c", rule.CannotTell},
		{"a", "a", rule.Holds},
		{"c", "a", rule.Holds},
		{"c", "b", rule.CannotTell},
		{"c", "c", rule.CannotTell},
		{"", "b", rule.Violated},
	} {
		r, err := rule.Compile("test", connection, one.applies, one.holds)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Judge(sample(), today); got != one.want {
			t.Errorf("applies %q, holds %q: got %v, want %v", one.applies, one.holds, got, one.want)
		}
		if got, want := r.Concerns(sample(), today), map[string]rule.Answer{"a": rule.Holds, "": rule.Holds, "b": rule.Silent, "c": rule.CannotTell}[one.applies]; got != want {
			t.Errorf("concerns, applies %q: got %v, want %v", one.applies, got, want)
		}
		if got := r.Explain(sample(), today).Answer; got != one.want {
			t.Errorf("explained: applies %q, holds %q: got %v, want %v", one.applies, one.holds, got, one.want)
		}
	}
}

func TestVerdictsCarryTheirEvidence(t *testing.T) {
	for _, one := range []struct{ expression, facts, unset string }{
		{`encrypted`, "encrypted?", "encrypted"},
		{`from.rto < to.rto`, "from.rto=60 to.rto?", "to.rto"},
		{`b and encrypted`, "b=false", ""},
		{`(c or a) and encrypted`, "c? a=true encrypted?", "encrypted"},
		{`known(c) or to.rto < 5`, "c? to.rto?", "to.rto"},
		{`any(from.agreements, .until >= today)`, "from.agreements=isa-1, contract-1 from.agreements[isa-1].until=2026-01-31 today=2026-11-25 from.agreements[contract-1].until?", "from.agreements[contract-1].until"},
		{`number(from.properties.auth) > 1`, "from.properties.auth=mutual TLS", "from.properties.auth"},
		{`"x" in from.reach("supplier")`, `from.reach("supplier")=supplier-1, supplier-2`, ""},
		{`to.properties["who?"] == "x"`, "to.properties.who??", "to.properties.who?"},
	} {
		r, err := rule.Compile("test", connection, "", one.expression)
		if err != nil {
			t.Fatal(err)
		}
		v := r.Explain(sample(), today)
		var facts []string
		for _, f := range v.Facts {
			if f.Set {
				facts = append(facts, f.Name+"="+f.Value)
			} else {
				facts = append(facts, f.Name+"?")
			}
		}
		if got := strings.Join(facts, " "); got != one.facts {
			t.Errorf("%s: facts: got %q, want %q", one.expression, got, one.facts)
		}
		if got := strings.Join(v.Unset, " "); got != one.unset {
			t.Errorf("%s: unset: got %q, want %q", one.expression, got, one.unset)
		}
	}
}

func TestWrongRulesAreRefusedWithTheirPlace(t *testing.T) {
	for _, one := range []struct {
		expression, key string
		line, column    int
	}{
		{"a and", "syntax", 1, 5},
		{"", "syntax", 1, 1},
		{"a and\n  owner", "unknown", 2, 3},
		{"from.colour == 1", "unknown", 1, 6},
		{"from.kind == \"sytem\"", "word", 1, 14},
		{`from.kind in ["system", "x"]`, "word", 1, 25},
		{"from.rto", "not-a-statement", 1, 6},
		{"from.rto < \"5\"", "operator", 1, 10},
		{"a + b", "operator", 1, 3},
		{"encrypted == nil", "nil", 1, 14},
		{"from.rto / 0 > 1", "operator", 1, 10},
		{"agreement.until < \"31/1/2026\"", "day", 1, 19},
		{"protocol matches protocol", "pattern", 1, 18},
		{`protocol matches "("`, "pattern", 1, 18},
		{"let x = a; x", "unsupported", 1, 5},
		{"a; b", "unsupported", 1, 1},
		{"[a] == [b]", "unsupported", 1, 1},
		{"{}", "unsupported", 1, 1},
		{"map(data, #) == 1", "function", 1, 1},
		{"now() == 1", "function", 1, 1},
		{"exec(\"x\")", "function", 1, 1},
		{"from.delete()", "function", 1, 6},
		{"from.reach == 1", "takes", 1, 6},
		{`len(from.reach("moon")) > 1`, "word", 1, 16},
		{"known(a and b)", "argument", 1, 9},
		{"known(a, b)", "arguments", 1, 1},
		{"any(data, any(data, any(data, true)))", "nested", 1, 21},
		{"any(data, len(#))", "not-a-statement", 1, 11},
		{"any(a, true)", "argument", 1, 1},
		{"data[0] == \"x\"", "index", 1, 5},
		{"from?.kind == \"system\"", "unsupported", 1, 7},
		{"protocol.length == 1", "no-members", 1, 10},
		{"#", "syntax", 1, 1},
		{strings.Repeat("a and ", 400) + "a", "long", 0, 0},
		{strings.Repeat("a or ", 200) + "a", "large", 1, 0},
	} {
		_, err := rule.Compile("my-rule", connection, "a", one.expression)
		p, ok := problem.As(err)
		if !ok {
			t.Errorf("%.30s: got %v, want a problem", one.expression, err)
			continue
		}
		if one.key != "" && p.Key != "landscape.rule.error."+one.key {
			t.Errorf("%.30s: got %v, want %s", one.expression, p, one.key)
		}
		if one.column > 0 && one.key != "" && (p.Args["line"] != one.line || p.Args["column"] != one.column) {
			t.Errorf("%.30s: got line %v column %v, want %d %d", one.expression, p.Args["line"], p.Args["column"], one.line, one.column)
		}
		if p.Args["rule"] != "my-rule" || p.Field != "holds" {
			t.Errorf("%.30s: got rule %v field %s, want my-rule holds", one.expression, p.Args["rule"], p.Field)
		}
	}
}

func TestWhatMayStillBeStatedIsLeftOpen(t *testing.T) {
	r, err := rule.Compile("x", connection, "known(c)", "known(to.rto) and known(protocol)")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Judge(sample(), today); got != rule.Silent {
		t.Errorf("judged: got %v, want silent", got)
	}
	v := r.Foresee(sample(), today)
	if v.Answer != rule.CannotTell || !slices.Equal(v.Unset, []string{"c", "to.rto"}) {
		t.Errorf("foreseen: got %+v, want both facts to state", v)
	}
}

func TestAllErrorsOfARuleAreTold(t *testing.T) {
	_, err := rule.Compile("x", connection, "moon", "sun")
	p, ok := problem.As(err)
	if !ok || len(p.Causes) != 2 || p.Causes[0].Field != "applies" || p.Causes[1].Field != "holds" {
		t.Errorf("got %v, want one error of each expression", err)
	}
}

func TestAnEvaluationIsStoppedAtItsLimit(t *testing.T) {
	many := make([]string, 1000)
	c := sample()
	c.Set("data", many)
	r, err := rule.Compile("x", connection, "", `all(data, all(data, # == ""))`)
	if err != nil {
		t.Fatal(err)
	}
	v := r.Explain(c, today)
	if v.Answer != rule.CannotTell || !v.Costly {
		t.Errorf("got %v costly %v, want it stopped", v.Answer, v.Costly)
	}
}

func TestARuleKnowsWhichFactsItUses(t *testing.T) {
	r, err := rule.Compile("x", connection, `from.kind == "system"`, `len(from.reach("supplier")) < 3`)
	if err != nil {
		t.Fatal(err)
	}
	got := []bool{r.Uses("element.kind"), r.Uses("element.reach"), r.Uses("element.rto"), r.Uses("connection.from")}
	if want := []bool{true, true, false, true}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLongRulesTakeTimeInTheirLength(t *testing.T) {
	for _, source := range []string{
		strings.Repeat("(", 90) + "c" + strings.Repeat(" ?? c)", 90), strings.Repeat("c ? a : (", 60) + "c" + strings.Repeat(")", 60),
		strings.Repeat("not ", 200) + "c", strings.Repeat("(", 400) + "c" + strings.Repeat(")", 400),
	} {
		if got := judge(t, source); got != rule.CannotTell {
			t.Errorf("%.20s: got %v, want cannot tell", source, got)
		}
	}
}

// FuzzCompile: whatever people write, nothing panics, both ways of judging agree, and an answer that
// cannot be told names what is missing.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"a and not b", `any(from.agreements, .until >= today) ?? a`, `from.reach("supplier")`, `number(protocol) > 1 ? a : b`,
		"c == (1 in [1])", `days_until("2026-01-01") > 3`, "#.kind", "a?.b", "(((((", "a;b", `known(from)`, "1 < 2 < 3", "\xff", "a ?? b ?? c", "if a {b} else {c}",
	} {
		f.Add(seed)
	}
	subject := sample()
	f.Fuzz(func(t *testing.T, source string) {
		r, err := rule.Compile("fuzz", connection, "", source)
		if err != nil {
			if _, ok := problem.As(err); !ok {
				t.Fatalf("got %v, want a problem", err)
			}
			return
		}
		answer, v := r.Judge(subject, today), r.Explain(subject, today)
		if answer != v.Answer {
			t.Errorf("%q: judged %v, explained %v", source, answer, v.Answer)
		}
		if v.Answer == rule.CannotTell && len(v.Unset) == 0 && !v.Costly {
			t.Errorf("%q cannot be told, and nothing is missing", source)
		}
	})
}

// BenchmarkPolicies judges 25 rules on 20,000 connections on one core.
func BenchmarkPolicies(b *testing.B) {
	var rules []*rule.Rule
	for range 5 {
		for _, holds := range []string{
			`encrypted and protocol not in ["FTP", "Telnet"]`, `known(agreement) and agreement.until >= today`, `to.rto <= from.rto`,
			`not (to.outside and "personal" in data) or encrypted`, `any(from.agreements, .kind == "isa" and .until >= today)`,
		} {
			r, err := rule.Compile("x", connection, `from.outside != to.outside or from.kind == "system"`, holds)
			if err != nil {
				b.Fatal(err)
			}
			rules = append(rules, r)
		}
	}
	all := make([]*rule.Record, 20_000)
	for i := range all {
		all[i] = sample()
	}
	b.ResetTimer()
	for b.Loop() {
		for _, r := range rules {
			for _, c := range all {
				r.Judge(c, today)
			}
		}
	}
}
