package rule

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"accordo.dev/internal/problem"
)

func (c *compiler) binary(n *ast.BinaryNode) (code, *problem.Error) {
	if n.Operator == "in" {
		return c.in(n)
	}
	left, err := c.expression(n.Left)
	if err != nil {
		return code{}, err
	}
	right, err := c.expression(n.Right)
	if err != nil {
		return code{}, err
	}
	if left, right, err = c.agree(n, left, right); err != nil {
		return code{}, err
	}
	out := code{typ: Bool}
	switch {
	case left.typ != right.typ:
	case n.Operator == "??":
		return c.otherwise(n, left, right)
	case left.typ == Bool:
		out.truth = onTruths(n.Operator, left, right)
	case left.typ == Number:
		if calculated, ok := onNumbers(n.Operator, left, right); ok {
			return calculated, nil
		}
		out.truth = ordered(n.Operator, left.number, right.number)
	case left.typ == Text || left.typ == Day:
		if out.truth = ordered(n.Operator, left.text, right.text); out.truth == nil && left.typ == Text {
			if out.truth, err = c.onTexts(n, left, right); err != nil {
				return code{}, err
			}
		}
	}
	if out.truth == nil {
		return code{}, c.fails(n, "operator", "operator", n.Operator, "left", string(left.typ), "right", string(right.typ))
	}
	return out, nil
}

// agree reads a literal beside a day as a day, and refuses a word that a fact can never be.
func (c *compiler) agree(n *ast.BinaryNode, left, right code) (code, code, *problem.Error) {
	for _, pair := range []struct {
		fact, literal *code
		node          ast.Node
	}{{&left, &right, n.Right}, {&right, &left, n.Left}} {
		if !pair.literal.literal || pair.literal.typ != Text {
			continue
		}
		if pair.fact.typ == Day {
			if _, err := time.Parse(time.DateOnly, pair.literal.asText); err != nil {
				return left, right, c.fails(pair.node, "day", "value", pair.literal.asText)
			}
			pair.literal.typ = Day
		}
		if n.Operator == "==" || n.Operator == "!=" || n.Operator == "??" {
			if err := c.word(pair.node, *pair.fact, pair.literal.asText); err != nil {
				return left, right, err
			}
		}
	}
	return left, right, nil
}

// word refuses a word that is not among those that a fact can have.
func (c *compiler) word(n ast.Node, fact code, word string) *problem.Error {
	if len(fact.words) == 0 || slices.Contains(fact.words, word) {
		return nil
	}
	return c.fails(n, "word", "value", word, "choices", strings.Join(fact.words, ", "))
}

func onTruths(operator string, a, b code) func(*frame) truth {
	switch operator {
	case "and", "&&":
		return and(a.truth, b.truth)
	case "or", "||":
		return or(a.truth, b.truth)
	case "==":
		return sameTruth(a.truth, b.truth, true)
	case "!=":
		return sameTruth(a.truth, b.truth, false)
	}
	return nil
}

// ordered translates the comparisons of numbers, texts and days.
func ordered[T float64 | string](operator string, a, b func(*frame) (T, bool)) func(*frame) truth {
	switch operator {
	case "==":
		return compare(a, b, func(x, y T) bool { return x == y })
	case "!=":
		return compare(a, b, func(x, y T) bool { return x != y })
	case "<":
		return compare(a, b, func(x, y T) bool { return x < y })
	case "<=":
		return compare(a, b, func(x, y T) bool { return x <= y })
	case ">":
		return compare(a, b, func(x, y T) bool { return x > y })
	case ">=":
		return compare(a, b, func(x, y T) bool { return x >= y })
	}
	return nil
}

// onNumbers translates arithmetic; a division is by a literal that is not zero.
func onNumbers(operator string, a, b code) (code, bool) {
	var calculate func(x, y float64) float64
	switch {
	case operator == "+":
		calculate = func(x, y float64) float64 { return x + y }
	case operator == "-":
		calculate = func(x, y float64) float64 { return x - y }
	case operator == "*":
		calculate = func(x, y float64) float64 { return x * y }
	case operator == "/" && b.literal && b.asNumber != 0:
		calculate = func(x, y float64) float64 { return x / y }
	default:
		return code{}, false
	}
	return code{typ: Number, number: func(f *frame) (float64, bool) {
		x, okX := a.number(f)
		y, okY := b.number(f)
		return calculate(x, y), okX && okY
	}}, true
}

func (c *compiler) onTexts(n *ast.BinaryNode, a, b code) (func(*frame) truth, *problem.Error) {
	switch n.Operator {
	case "contains":
		return compare(a.text, b.text, strings.Contains), nil
	case "startsWith":
		return compare(a.text, b.text, strings.HasPrefix), nil
	case "endsWith":
		return compare(a.text, b.text, strings.HasSuffix), nil
	case "matches":
		pattern, err := regexp.Compile(b.asText)
		if !b.literal || err != nil {
			return nil, c.fails(n.Right, "pattern")
		}
		return compare(a.text, b.text, func(x, _ string) bool { return pattern.MatchString(x) }), nil
	}
	return nil, nil
}

// otherwise is a ?? b: b where a is unset. Each side is evaluated once.
func (c *compiler) otherwise(n *ast.BinaryNode, a, b code) (code, *problem.Error) {
	out := code{typ: a.typ, schema: a.schema, words: a.words}
	switch a.typ {
	case Bool:
		out.truth = func(f *frame) truth {
			mark := f.mark()
			if answer := a.truth(f); answer != unknown {
				return answer
			}
			f.settle(mark, true)
			return b.truth(f)
		}
	case Number:
		out.number = first(a.number, b.number)
	case Text, Day:
		out.text = first(a.text, b.text)
	case Texts:
		out.texts = first(a.texts, b.texts)
	default:
		return code{}, c.fails(n, "operator", "operator", "??", "left", string(a.typ), "right", string(b.typ))
	}
	return out, nil
}

// first is the value of a, or of b where a is unset.
func first[T any](a, b func(*frame) (T, bool)) func(*frame) (T, bool) {
	return func(f *frame) (T, bool) {
		mark := f.mark()
		if value, ok := a(f); ok {
			return value, true
		}
		f.settle(mark, true)
		return b(f)
	}
}

// in is membership in a list: of literals, or of texts.
func (c *compiler) in(n *ast.BinaryNode) (code, *problem.Error) {
	left, err := c.expression(n.Left)
	if err != nil {
		return code{}, err
	}
	if list, ok := n.Right.(*ast.ArrayNode); ok {
		return c.inLiterals(left, list)
	}
	right, err := c.expression(n.Right)
	if err != nil {
		return code{}, err
	}
	if left.typ != Text || right.typ != Texts {
		return code{}, c.fails(n, "operator", "operator", "in", "left", string(left.typ), "right", string(right.typ))
	}
	if left.literal {
		if err := c.word(n.Left, right, left.asText); err != nil {
			return code{}, err
		}
	}
	return code{typ: Bool, truth: within(left.text, right.texts)}, nil
}

func (c *compiler) inLiterals(left code, list *ast.ArrayNode) (code, *problem.Error) {
	var texts []string
	var numbers []float64
	for _, node := range list.Nodes {
		entry, err := c.expression(node)
		if err != nil {
			return code{}, err
		}
		if !entry.literal || entry.typ != left.typ {
			return code{}, c.fails(node, "operator", "operator", "in", "left", string(left.typ), "right", string(entry.typ))
		}
		if err := c.word(node, left, entry.asText); err != nil {
			return code{}, err
		}
		texts, numbers = append(texts, entry.asText), append(numbers, entry.asNumber)
	}
	switch left.typ {
	case Text:
		return code{typ: Bool, truth: among(left.text, texts)}, nil
	case Number:
		return code{typ: Bool, truth: among(left.number, numbers)}, nil
	}
	return code{}, c.fails(list, "operator", "operator", "in", "left", string(left.typ), "right", "")
}
