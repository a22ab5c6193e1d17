// Package rule is the language of integration policies: expressions in the syntax of expr
// (github.com/expr-lang/expr) over facts of which some were never stated.
//
// A rule has two expressions. Applies says which subjects it concerns, holds what must be true of them.
// It answers holds, violated, or cannot tell: a fact that nobody has stated is not false.
//
// Logic is Kleene's: "false and unknown" is false, "true or unknown" is true, everything else that
// touches an unknown is unknown; a comparison or a calculation with an unset fact is unknown. Two forms
// turn unset into something definite: known(x) is true or false, and x ?? y is y where x is unset.
// The machine of expr has two truth values only. So expr parses, and this package types the tree
// against a Schema and evaluates it.
//
// The language has no assignment, no effects and no loop but any, all, none, one and count over lists
// of facts; length of source, depth, number of nodes and steps of one evaluation are limited.
package rule

import (
	"sync"

	"accordo.dev/internal/problem"
)

// Limits of a rule.
const (
	MaxSource = 2000    // characters of one expression
	MaxNodes  = 300     // nodes of its tree
	MaxNested = 2       // any, all ... inside each other
	MaxSteps  = 200_000 // list entries looked at in one evaluation
)

// Answer is what a rule says of one subject.
type Answer string

// The answers. A rule is silent on what it does not concern.
const (
	Silent     Answer = "silent"
	Holds      Answer = "holds"
	Violated   Answer = "violated"
	CannotTell Answer = "cannot-tell"
)

// Rule is a compiled rule. It may be used by many at once.
type Rule struct {
	schema         *Schema
	applies, holds code
	uses           map[string]bool
}

// Compile types and translates a rule over subjects of a schema. Name stands in errors, which say in
// which expression and where. Without applies it concerns every subject.
func Compile(name string, s *Schema, applies, holds string) (*Rule, error) {
	r := &Rule{schema: s, uses: map[string]bool{}}
	var wrong []*problem.Error
	if applies == "" {
		applies = "true"
	}
	for _, one := range []struct {
		field, source string
		into          *code
	}{{"applies", applies, &r.applies}, {"holds", holds, &r.holds}} {
		c := compiler{rule: name, field: one.field, source: one.source, schema: s, uses: r.uses}
		compiled, err := c.compile()
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		*one.into = compiled
	}
	if err := problem.Many(wrong); err != nil {
		return nil, err
	}
	return r, nil
}

// Uses tells whether the rule reads a fact, by its name in its schema: "element.blast".
func (r *Rule) Uses(fact string) bool { return r.uses[fact] }

// Judge gives the answer on a subject; today is a day, "2026-11-25".
func (r *Rule) Judge(subject *Record, today string) Answer {
	f, _ := frames.Get().(*frame) //nolint:errcheck // it holds nothing else
	*f = frame{subject: subject, today: today, steps: MaxSteps}
	answer := r.answer(f)
	frames.Put(f)
	return answer
}

// frames are evaluations that are over, to be used again.
var frames = sync.Pool{New: func() any { return &frame{} }}

// answer is the implication "applies, so holds": a subject of which nobody can tell whether the rule
// concerns it fulfils the rule when it holds anyway.
func (r *Rule) answer(f *frame) Answer {
	applies := r.applies.truth(f)
	if applies == no {
		return Silent
	}
	holds := r.holds.truth(f)
	switch {
	case f.steps < 0:
		return CannotTell
	case holds == yes:
		return Holds
	case holds == no && applies == yes:
		return Violated
	default:
		return CannotTell
	}
}

// Concerns tells whether the rule concerns a subject: Holds, Silent when it does not, or CannotTell.
func (r *Rule) Concerns(subject *Record, today string) Answer {
	f := frame{subject: subject, today: today, steps: MaxSteps}
	switch answer := r.applies.truth(&f); {
	case f.steps < 0 || answer == unknown:
		return CannotTell
	case answer == yes:
		return Holds
	}
	return Silent
}

// Fact is one fact that was read, with its value as text.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
	Set   bool   `json:"set"` // false: nobody has stated it
}

// Verdict is an answer with what it rests on.
type Verdict struct {
	Answer Answer   `json:"answer"`
	Facts  []Fact   `json:"facts,omitempty"`  // read, in the order of reading
	Unset  []string `json:"unset,omitempty"`  // facts that would have to be stated to tell
	Costly bool     `json:"costly,omitempty"` // the evaluation was stopped at its limit of steps
}

// Explain gives the answer on a subject with its evidence.
func (r *Rule) Explain(subject *Record, today string) Verdict {
	return r.explain(frame{subject: subject, today: today, steps: MaxSteps})
}

// Foresee is Explain for a subject of which more will be stated: what is unset now leaves the answer open, also
// where the rule asks whether it is known.
func (r *Rule) Foresee(subject *Record, today string) Verdict {
	return r.explain(frame{subject: subject, today: today, steps: MaxSteps, open: true})
}

func (r *Rule) explain(f frame) Verdict {
	t := &trace{seen: map[string]bool{}}
	f.trace = t
	v := Verdict{Answer: r.answer(&f), Costly: f.steps < 0}
	v.Facts = t.facts
	if v.Answer == CannotTell {
		v.Unset = distinct(t.blame)
	}
	return v
}
