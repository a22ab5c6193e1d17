package rule

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"accordo.dev/internal/problem"
)

// compiler translates one expression. scopes are the predicates around the present node, outermost first.
type compiler struct {
	rule, field, source string
	schema              *Schema
	uses                map[string]bool
	scopes              []scope
	nodes               int
}

// scope is what # stands for inside a predicate.
type scope struct {
	typ    Type // One or Text
	schema *Schema
	words  []string
	list   func(*frame) string // name of the list
}

func (c *compiler) compile() (code, *problem.Error) {
	if utf8.RuneCountInString(c.source) > MaxSource {
		return code{}, problem.Field(c.field, "landscape.rule.error.long", "rule", c.rule, "max", MaxSource)
	}
	tree, err := parser.Parse(c.source)
	if err != nil {
		return code{}, c.syntax(err)
	}
	compiled, wrong := c.expression(tree.Node)
	if wrong != nil {
		return code{}, wrong
	}
	if compiled.typ != Bool {
		return code{}, c.fails(tree.Node, "not-a-statement", "type", string(compiled.typ))
	}
	return compiled, nil
}

// syntax is the error of the parser with its place; its words are those of expr, in English.
func (c *compiler) syntax(err error) *problem.Error {
	place, detail := 1, err.Error()
	var at *file.Error
	if errors.As(err, &at) {
		place, detail = at.From+1, at.Message
	}
	return c.failsAt(place, "syntax", "detail", detail)
}

func (c *compiler) fails(n ast.Node, what string, args ...any) *problem.Error {
	return c.failsAt(n.Location().From+1, what, args...)
}

// failsAt is an error at a character of the source, counted from 1 over all lines.
func (c *compiler) failsAt(place int, what string, args ...any) *problem.Error {
	runes := []rune(c.source)
	line, column := 1, 1
	for _, r := range runes[:min(max(place-1, 0), len(runes))] {
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	args = append([]any{"rule", c.rule, "line", line, "column", column}, args...)
	return problem.Field(c.field, "landscape.rule.error."+what, args...)
}

// expression translates a node.
func (c *compiler) expression(n ast.Node) (code, *problem.Error) {
	c.nodes++
	if c.nodes > MaxNodes {
		return code{}, c.fails(n, "large", "max", MaxNodes)
	}
	switch n := n.(type) {
	case *ast.BoolNode:
		value := truthOf(n.Value)
		return code{typ: Bool, truth: func(*frame) truth { return value }, literal: true}, nil
	case *ast.IntegerNode:
		return number(float64(n.Value)), nil
	case *ast.FloatNode:
		return number(n.Value), nil
	case *ast.StringNode:
		value := n.Value
		return code{typ: Text, text: func(*frame) (string, bool) { return value, true }, literal: true, constant: constant{asText: value}}, nil
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.CallNode:
		return c.call(n)
	case *ast.BuiltinNode:
		return c.builtin(n)
	case *ast.NilNode:
		return code{}, c.fails(n, "nil")
	default:
		return code{}, c.fails(n, "unsupported", "what", strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast."), "Node"))
	}
}

func number(value float64) code {
	return code{typ: Number, number: func(*frame) (float64, bool) { return value, true }, literal: true, constant: constant{asNumber: value}}
}

// identifier is a fact of the subject, or today.
func (c *compiler) identifier(n *ast.IdentifierNode) (code, *problem.Error) {
	if n.Value == "today" {
		get := func(f *frame) any { return f.today }
		return typed(Day, nil, nil, get, fixed("today")), nil
	}
	return c.fact(n, c.schema, n.Value, func(f *frame) *Record { return f.subject }, fixed(""))
}

// fact reads a field of a record that another expression gives; base names that record in evidence.
func (c *compiler) fact(n ast.Node, s *Schema, name string, of func(*frame) *Record, base func(*frame) string) (code, *problem.Error) {
	at, ok := s.index[name]
	if !ok {
		return code{}, c.fails(n, "unknown", "name", name, "of", s.Name)
	}
	field := s.Fields[at]
	if field.Takes {
		return code{}, c.fails(n, "takes", "name", name)
	}
	c.uses[s.Name+"."+name] = true
	called := under(base, name)
	get := func(f *frame) any {
		r := of(f)
		if r == nil {
			return nil // the record itself was read as unset
		}
		value := r.values[at]
		if compute, ok := value.(func() any); ok {
			value = compute()
		}
		return value
	}
	return typed(field.Type, field.Of, field.Words, get, called), nil
}

// typed makes the code of a value that is read by get.
func typed(t Type, of *Schema, words []string, get func(*frame) any, name func(*frame) string) code {
	read := func(f *frame) any {
		value := get(f)
		if f.trace != nil {
			f.read(name, value)
		}
		return value
	}
	out := code{typ: t, schema: of, words: words, name: name}
	switch t {
	case Bool:
		out.truth = func(f *frame) truth {
			if value, ok := read(f).(bool); ok {
				return truthOf(value)
			}
			return unknown
		}
	case Number:
		out.number = func(f *frame) (float64, bool) { value, ok := read(f).(float64); return value, ok }
	case Text, Day:
		out.text = func(f *frame) (string, bool) { value, ok := read(f).(string); return value, ok }
	case Texts:
		out.texts = func(f *frame) ([]string, bool) { value, ok := read(f).([]string); return value, ok }
	case Table:
		out.table = func(f *frame) map[string]string { value, _ := get(f).(map[string]string); return value }
	case One: // naming every end that is passed through would bury what matters: only an unset one is noted
		out.one = func(f *frame) *Record {
			value, _ := get(f).(*Record)
			if value == nil {
				f.read(name, nil)
			}
			return value
		}
	case Many:
		out.many = func(f *frame) ([]*Record, bool) { value, ok := read(f).([]*Record); return value, ok }
	}
	return out
}

func fixed(name string) func(*frame) string { return func(*frame) string { return name } }

func under(base func(*frame) string, name string) func(*frame) string {
	return func(f *frame) string {
		if b := base(f); b != "" {
			return b + "." + name
		}
		return name
	}
}

// pointer is #, what the predicate around stands at.
func (c *compiler) pointer(n *ast.PointerNode) (code, *problem.Error) {
	if len(c.scopes) == 0 || n.Name != "" {
		return code{}, c.fails(n, "unsupported", "what", "#"+n.Name)
	}
	depth := len(c.scopes) - 1
	s := c.scopes[depth]
	name := func(f *frame) string {
		if r, ok := f.items[depth].(*Record); ok {
			return s.list(f) + "[" + r.ID + "]"
		}
		return s.list(f)
	}
	if s.typ == One {
		return code{typ: One, schema: s.schema, name: name, one: func(f *frame) *Record { r, _ := f.items[depth].(*Record); return r }}, nil
	}
	return code{typ: Text, words: s.words, name: name, text: func(f *frame) (string, bool) { t, ok := f.items[depth].(string); return t, ok }}, nil
}

// member is a fact of another thing, or an entry of a table.
func (c *compiler) member(n *ast.MemberNode) (code, *problem.Error) {
	property, ok := n.Property.(*ast.StringNode)
	if !ok || n.Optional {
		return code{}, c.fails(n, "index")
	}
	of, err := c.expression(n.Node)
	if err != nil {
		return code{}, err
	}
	switch of.typ {
	case One:
		return c.fact(n, of.schema, property.Value, of.one, of.name)
	case Table:
		key := property.Value
		get := func(f *frame) any {
			if value, ok := of.table(f)[key]; ok && value != "" {
				return value
			}
			return nil
		}
		return typed(Text, nil, nil, get, under(of.name, key)), nil
	}
	return code{}, c.fails(n, "no-members", "type", string(of.typ), "name", property.Value)
}

func (c *compiler) unary(n *ast.UnaryNode) (code, *problem.Error) {
	of, err := c.expression(n.Node)
	if err != nil {
		return code{}, err
	}
	switch {
	case (n.Operator == "not" || n.Operator == "!") && of.typ == Bool:
		return code{typ: Bool, truth: func(f *frame) truth { return -of.truth(f) }}, nil
	case n.Operator == "-" && of.typ == Number && of.literal:
		return number(-of.asNumber), nil
	case n.Operator == "-" && of.typ == Number:
		return code{typ: Number, number: func(f *frame) (float64, bool) { v, ok := of.number(f); return -v, ok }}, nil
	}
	return code{}, c.fails(n, "operator", "operator", n.Operator, "left", string(of.typ), "right", "")
}

// conditional is a ? b : c; without a known condition it is unset.
func (c *compiler) conditional(n *ast.ConditionalNode) (code, *problem.Error) {
	var parts [3]code
	for i, node := range []ast.Node{n.Cond, n.Exp1, n.Exp2} {
		part, err := c.expression(node)
		if err != nil {
			return code{}, err
		}
		parts[i] = part
	}
	if parts[0].typ != Bool || parts[1].typ != parts[2].typ {
		return code{}, c.fails(n.Cond, "operator", "operator", "? :", "left", string(parts[1].typ), "right", string(parts[2].typ))
	}
	chosen := func(f *frame) (code, bool) {
		mark := f.mark()
		answer := parts[0].truth(f)
		f.settle(mark, answer != unknown)
		if answer == yes {
			return parts[1], true
		}
		return parts[2], answer == no
	}
	return c.choice(n.Cond, parts[1], chosen)
}

// choice is an expression that is one of two of the same type.
func (c *compiler) choice(n ast.Node, like code, chosen func(*frame) (code, bool)) (code, *problem.Error) {
	out := code{typ: like.typ, schema: like.schema, words: like.words}
	switch like.typ {
	case Bool:
		out.truth = func(f *frame) truth {
			if one, ok := chosen(f); ok {
				return one.truth(f)
			}
			return unknown
		}
	case Number:
		out.number = func(f *frame) (v float64, ok bool) {
			if one, there := chosen(f); there {
				return one.number(f)
			}
			return 0, false
		}
	case Text, Day:
		out.text = func(f *frame) (string, bool) {
			if one, there := chosen(f); there {
				return one.text(f)
			}
			return "", false
		}
	case Texts:
		out.texts = func(f *frame) ([]string, bool) {
			if one, there := chosen(f); there {
				return one.texts(f)
			}
			return nil, false
		}
	default:
		return code{}, c.fails(n, "operator", "operator", "? :", "left", string(like.typ), "right", string(like.typ))
	}
	return out, nil
}
