package rule

import (
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"accordo.dev/internal/problem"
)

// Functions lists what a rule can call besides the facts that take a word.
var Functions = []string{"known", "len", "any", "all", "none", "one", "count", "lower", "number", "days_until", "days_since"}

// call is known(x), a function on texts and days, or a fact that takes a word.
func (c *compiler) call(n *ast.CallNode) (code, *problem.Error) {
	switch callee := n.Callee.(type) {
	case *ast.IdentifierNode:
		if at, ok := c.schema.index[callee.Value]; ok && c.schema.Fields[at].Takes {
			return c.asked(n, c.schema, at, func(f *frame) *Record { return f.subject }, fixed(""))
		}
		return c.function(n, callee.Value)
	case *ast.MemberNode:
		property, ok := callee.Property.(*ast.StringNode)
		if !ok {
			return code{}, c.fails(n, "index")
		}
		of, err := c.expression(callee.Node)
		if err != nil {
			return code{}, err
		}
		if of.typ == One {
			if at, ok := of.schema.index[property.Value]; ok && of.schema.Fields[at].Takes {
				return c.asked(n, of.schema, at, of.one, of.name)
			}
		}
		return code{}, c.fails(n, "function", "name", property.Value)
	}
	return code{}, c.fails(n, "function", "name", "")
}

// asked is a fact that takes a word, such as reach("supplier").
func (c *compiler) asked(n *ast.CallNode, s *Schema, at int, of func(*frame) *Record, base func(*frame) string) (code, *problem.Error) {
	field := s.Fields[at]
	if len(n.Arguments) != 1 {
		return code{}, c.fails(n, "arguments", "name", field.Name, "n", 1)
	}
	argument, err := c.expression(n.Arguments[0])
	if err != nil {
		return code{}, err
	}
	if !argument.literal || argument.typ != Text {
		return code{}, c.fails(n.Arguments[0], "takes", "name", field.Name)
	}
	word := argument.asText
	if err := c.word(n.Arguments[0], code{words: field.Words}, word); err != nil {
		return code{}, err
	}
	c.uses[s.Name+"."+field.Name] = true
	get := func(f *frame) any {
		r := of(f)
		if r == nil {
			return nil
		}
		if ask, ok := r.values[at].(func(string) any); ok {
			return ask(word)
		}
		return nil
	}
	return typed(field.Type, field.Of, field.Result, get, under(base, field.Name+"("+strconv.Quote(word)+")")), nil
}

func (c *compiler) function(n *ast.CallNode, name string) (code, *problem.Error) {
	if name != "known" && name != "number" && name != "days_until" && name != "days_since" {
		return code{}, c.fails(n, "function", "name", name)
	}
	if len(n.Arguments) != 1 {
		return code{}, c.fails(n, "arguments", "name", name, "n", 1)
	}
	of, err := c.expression(n.Arguments[0])
	if err != nil {
		return code{}, err
	}
	switch {
	case name == "known" && of.name != nil:
		return code{typ: Bool, truth: of.known()}, nil
	case name == "number" && of.typ == Text:
		return code{typ: Number, name: of.name, number: parsed(of)}, nil
	case name == "days_until" && of.typ == Day:
		return code{typ: Number, name: of.name, number: distance(of, 1)}, nil
	case name == "days_since" && of.typ == Day:
		return code{typ: Number, name: of.name, number: distance(of, -1)}, nil
	}
	return code{}, c.fails(n.Arguments[0], "argument", "name", name, "type", string(of.typ))
}

// parsed is a text as a number; a text that is none counts as unset.
func parsed(of code) func(*frame) (float64, bool) {
	return func(f *frame) (float64, bool) {
		text, ok := of.text(f)
		if !ok {
			return 0, false
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || value != value {
			f.blames(of.name)
			return 0, false
		}
		return value, true
	}
}

// distance is the number of days from today to a day, with a sign.
func distance(of code, sign float64) func(*frame) (float64, bool) {
	return func(f *frame) (float64, bool) {
		day, ok := of.text(f)
		if !ok {
			return 0, false
		}
		n, ok := days(f.today, day)
		if !ok {
			f.blames(of.name)
		}
		return sign * n, ok
	}
}

func (c *compiler) builtin(n *ast.BuiltinNode) (code, *problem.Error) {
	switch n.Name {
	case "any", "all", "none", "one", "count":
		return c.quantified(n)
	case "len":
		return c.length(n)
	case "lower":
		return c.lower(n)
	}
	return code{}, c.fails(n, "function", "name", n.Name)
}

func (c *compiler) length(n *ast.BuiltinNode) (code, *problem.Error) {
	if len(n.Arguments) != 1 {
		return code{}, c.fails(n, "arguments", "name", "len", "n", 1)
	}
	of, err := c.expression(n.Arguments[0])
	if err != nil {
		return code{}, err
	}
	out := code{typ: Number, name: of.name}
	switch of.typ {
	case Texts:
		out.number = func(f *frame) (float64, bool) { v, ok := of.texts(f); return float64(len(v)), ok }
	case Many:
		out.number = func(f *frame) (float64, bool) { v, ok := of.many(f); return float64(len(v)), ok }
	case Text:
		out.number = func(f *frame) (float64, bool) { v, ok := of.text(f); return float64(len([]rune(v))), ok }
	default:
		return code{}, c.fails(n, "argument", "name", "len", "type", string(of.typ))
	}
	return out, nil
}

func (c *compiler) lower(n *ast.BuiltinNode) (code, *problem.Error) {
	if len(n.Arguments) != 1 {
		return code{}, c.fails(n, "arguments", "name", "lower", "n", 1)
	}
	of, err := c.expression(n.Arguments[0])
	if err == nil && of.typ != Text {
		err = c.fails(n, "argument", "name", "lower", "type", string(of.typ))
	}
	if err != nil {
		return code{}, err
	}
	return code{typ: Text, name: of.name, text: func(f *frame) (string, bool) { v, ok := of.text(f); return strings.ToLower(v), ok }}, nil
}

// quantified is any, all, none, one or count over a list of things or texts.
func (c *compiler) quantified(n *ast.BuiltinNode) (code, *problem.Error) {
	if len(n.Arguments) != 2 {
		return code{}, c.fails(n, "arguments", "name", n.Name, "n", 2)
	}
	if len(c.scopes) == MaxNested {
		return code{}, c.fails(n, "nested", "max", MaxNested)
	}
	list, err := c.expression(n.Arguments[0])
	if err != nil {
		return code{}, err
	}
	predicate, ok := n.Arguments[1].(*ast.PredicateNode)
	if list.typ != Texts && list.typ != Many || !ok {
		return code{}, c.fails(n, "argument", "name", n.Name, "type", string(list.typ))
	}
	q := over(list, len(c.scopes))
	c.scopes = append(c.scopes, scopeOf(list))
	body, err := c.expression(predicate.Node)
	c.scopes = c.scopes[:len(c.scopes)-1]
	if err != nil {
		return code{}, err
	}
	if body.typ != Bool {
		return code{}, c.fails(predicate.Node, "not-a-statement", "type", string(body.typ))
	}
	q.holds = body.truth
	if n.Name == "count" {
		return code{typ: Number, number: func(f *frame) (float64, bool) {
			t, ok := q.count(f)
			return float64(t.fulfilled), ok && t.unsure == 0
		}}, nil
	}
	q.stop = map[string]truth{"any": yes, "none": yes, "all": no}[n.Name]
	return code{typ: Bool, truth: q.truth(n.Name)}, nil
}

func scopeOf(list code) scope {
	name := list.name
	if name == nil {
		name = fixed("#")
	}
	if list.typ == Many {
		return scope{typ: One, schema: list.schema, list: name}
	}
	return scope{typ: Text, words: list.words, list: name}
}

// over walks a list, putting its entries where # of this depth is read.
func over(list code, depth int) quantifier {
	if list.typ == Many {
		var q quantifier
		q.length = func(f *frame) (int, bool) { all, ok := list.many(f); f.lists[depth].many = all; return len(all), ok }
		q.put = func(f *frame, i int) { f.items[depth] = f.lists[depth].many[i] }
		return q
	}
	var q quantifier
	q.length = func(f *frame) (int, bool) { all, ok := list.texts(f); f.lists[depth].texts = all; return len(all), ok }
	q.put = func(f *frame, i int) { f.items[depth] = f.lists[depth].texts[i] }
	return q
}
