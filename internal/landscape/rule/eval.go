package rule

import (
	"slices"
	"time"
)

// truth is a truth value of Kleene's logic, in its order: "and" is the smaller, "or" the larger.
type truth int8

const (
	no      truth = -1
	unknown truth = 0
	yes     truth = 1
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// frame is one evaluation.
type frame struct {
	subject *Record
	today   string
	items   [MaxNested]any // what the predicates around stand at: *Record or string
	lists   [MaxNested]list
	steps   int    // left; below zero the evaluation is stopped and cannot tell
	open    bool   // what is unset may still be stated: known(x) of it is unknown
	trace   *trace // nil unless evidence is wanted
}

// list is what a predicate walks over; one of the two.
type list struct {
	many  []*Record
	texts []string
}

// trace collects what an evaluation rests on.
type trace struct {
	facts []Fact
	seen  map[string]bool
	blame []string // unset facts that make the present result unknown
}

// code is a translated expression: one of the functions is set, by its type. A false, nil or unknown
// result is "unset".
type code struct {
	typ     Type
	truth   func(*frame) truth
	number  func(*frame) (float64, bool)
	text    func(*frame) (string, bool) // texts and days
	texts   func(*frame) ([]string, bool)
	table   func(*frame) map[string]string
	one     func(*frame) *Record
	many    func(*frame) ([]*Record, bool)
	schema  *Schema // of one and many
	words   []string
	literal bool
	constant
	name func(*frame) string // of the fact it reads; nil for what is computed
}

// constant is the value of a literal.
type constant struct {
	asText   string
	asNumber float64
}

// read notes a fact that was read, and blames it when it is unset.
func (f *frame) read(name func(*frame) string, value any) {
	if f.trace == nil || name == nil {
		return
	}
	called := name(f)
	text, set := written(value)
	if !set {
		f.trace.blame = append(f.trace.blame, called)
	}
	if !f.trace.seen[called] {
		f.trace.seen[called] = true
		f.trace.facts = append(f.trace.facts, Fact{Name: called, Value: text, Set: set})
	}
}

// mark and settle frame a partial result: once it is known, nothing in it is to blame.
func (f *frame) mark() int {
	if f.trace == nil {
		return 0
	}
	return len(f.trace.blame)
}

func (f *frame) settle(mark int, known bool) {
	if f.trace != nil && known {
		f.trace.blame = f.trace.blame[:mark]
	}
}

// blames notes a fact whose value cannot be used, such as a day that is none.
func (f *frame) blames(name func(*frame) string) {
	if f.trace != nil && name != nil {
		f.trace.blame = append(f.trace.blame, name(f))
	}
}

// spend takes steps; false means that the limit is reached.
func (f *frame) spend(n int) bool {
	f.steps -= n
	return f.steps >= 0
}

func and(a, b func(*frame) truth) func(*frame) truth { return lazy(a, b, no) }
func or(a, b func(*frame) truth) func(*frame) truth  { return lazy(a, b, yes) }

// lazy is "and" (decided by no) or "or" (decided by yes).
func lazy(a, b func(*frame) truth, decided truth) func(*frame) truth {
	return func(f *frame) truth {
		mark := f.mark()
		left := a(f)
		f.settle(mark, left != unknown)
		if left == decided {
			return decided
		}
		between := f.mark()
		right := b(f)
		f.settle(between, right != unknown)
		switch {
		case right == decided:
			f.settle(mark, true)
			return decided
		case left == unknown || right == unknown:
			return unknown
		}
		return -decided
	}
}

// known gives a value's presence; it is never unknown, but of what may still be stated.
func (c code) known() func(*frame) truth {
	present := c.present()
	return func(f *frame) truth {
		mark := f.mark()
		there := present(f)
		if !there && f.open {
			return unknown
		}
		f.settle(mark, true)
		return truthOf(there)
	}
}

func (c code) present() func(*frame) bool {
	switch c.typ {
	case Bool:
		return func(f *frame) bool { return c.truth(f) != unknown }
	case Number:
		return func(f *frame) bool { _, ok := c.number(f); return ok }
	case Texts:
		return func(f *frame) bool { _, ok := c.texts(f); return ok }
	case Table:
		return func(f *frame) bool { return c.table(f) != nil }
	case One:
		return func(f *frame) bool { return c.one(f) != nil }
	case Many:
		return func(f *frame) bool { _, ok := c.many(f); return ok }
	default:
		return func(f *frame) bool { _, ok := c.text(f); return ok }
	}
}

// compare translates an ordering or equality; order gives a<b as -1.
func compare[T any](a, b func(*frame) (T, bool), holds func(T, T) bool) func(*frame) truth {
	return func(f *frame) truth {
		x, okX := a(f)
		y, okY := b(f)
		if !okX || !okY {
			return unknown
		}
		return truthOf(holds(x, y))
	}
}

// sameTruth compares two truth values.
func sameTruth(a, b func(*frame) truth, want bool) func(*frame) truth {
	return func(f *frame) truth {
		x, y := a(f), b(f)
		if x == unknown || y == unknown {
			return unknown
		}
		return truthOf((x == y) == want)
	}
}

// quantifier translates any, all, none, one and count: how many entries fulfil a predicate, and of how
// many nobody can tell. It stops early when stop says that the rest cannot change the answer.
type quantifier struct {
	length func(*frame) (int, bool)
	put    func(f *frame, i int) // makes entry i the present one
	holds  func(*frame) truth
	stop   truth // any stops at yes, all at no; unknown: never
}

// count gives how many entries fulfil the predicate, do not, and cannot be told; false when the list
// itself is unset or the limit of steps is reached.
func (q quantifier) count(f *frame) (t tally, ok bool) {
	n, ok := q.length(f)
	if !ok || !f.spend(n) {
		return t, false
	}
	for i := range n {
		q.put(f, i)
		mark := f.mark()
		answer := q.holds(f)
		f.settle(mark, answer != unknown)
		switch answer {
		case yes:
			t.fulfilled++
		case no:
			t.failed++
		default:
			t.unsure++
		}
		if q.stop != unknown && answer == q.stop {
			break
		}
	}
	return t, true
}

type tally struct{ fulfilled, failed, unsure int }

// truth is any, all, none or one in Kleene's logic.
func (q quantifier) truth(name string) func(*frame) truth {
	return func(f *frame) truth {
		mark := f.mark()
		answer := unknown
		if t, ok := q.count(f); ok {
			answer = t.truth(name)
		}
		f.settle(mark, answer != unknown)
		return answer
	}
}

func (t tally) truth(name string) truth {
	switch {
	case name == "any" && t.fulfilled > 0, name == "one" && t.fulfilled == 1 && t.unsure == 0:
		return yes
	case name == "none" && t.fulfilled > 0, name == "one" && t.fulfilled > 1, name == "all" && t.failed > 0:
		return no
	case t.unsure > 0:
		return unknown
	case name == "any", name == "one":
		return no
	}
	return yes
}

// days between two days; false when one of them is none.
func days(from, until string) (float64, bool) {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, until)
	if errA != nil || errB != nil {
		return 0, false
	}
	return b.Sub(a).Hours() / 24, true
}

func among[T comparable](value func(*frame) (T, bool), list []T) func(*frame) truth {
	return func(f *frame) truth {
		v, ok := value(f)
		if !ok {
			return unknown
		}
		return truthOf(slices.Contains(list, v))
	}
}

func within(value func(*frame) (string, bool), list func(*frame) ([]string, bool)) func(*frame) truth {
	return func(f *frame) truth {
		v, okV := value(f)
		all, okL := list(f)
		if !okV || !okL || !f.spend(len(all)) {
			return unknown
		}
		return truthOf(slices.Contains(all, v))
	}
}
