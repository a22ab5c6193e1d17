// Package propagate carries failures along needs: which services stop, how often and for how long, when things
// fail by themselves or by common causes.
//
// A node fails when its own failure happens, when a cause hits it, or when one of its needs is not met: when fewer
// than K of the nodes in Of work. Cycles are allowed and the state is the least fixpoint of failure: nodes that
// could only fail because of each other do not fail, since something must have failed first. Failures are
// independent of each other but for what the model says: shared providers and explicit causes.
//
// Three engines answer for one Model, and check each other: Exact by binary decision diagrams, Simulate by drawing
// 64 trials at a time, Yearly by following every event of a year. Inoperability, Recover and Operability are
// the linear and piecewise models of sector-level views. The package is pure: no clock, no language, no randomness
// but from a seed; neither the order of nodes nor the number of threads changes a bit of any answer.
package propagate

import (
	"fmt"
	"math"
	"strconv"

	"accordo.dev/internal/problem"
)

// MinutesPerYear is the length of a year of 365 days.
const MinutesPerYear = 365 * 24 * 60

// Model is what needs what, and what fails by itself.
type Model struct {
	Nodes  []Node
	Causes []Cause
	// Targets are the ids of the nodes that matter, usually services. When empty, those that no other node needs,
	// and all nodes when there is no such node.
	Targets []string
}

// Node is a system, a team, a partner, a service.
type Node struct {
	ID string
	// Probability that the node is down by itself: in a trial, or at any instant. When unset it follows from
	// Frequency and RecoveryMinutes as 1-exp(-frequency × minutes / minutes of a year), the unavailability under
	// Poisson events (M/G/∞). With neither, the node never fails by itself.
	Probability *float64
	// Frequency is how many failures of its own the node has in a year.
	Frequency *float64
	// RecoveryMinutes is how long a failure of its own lasts, on average; unset, longer than any buffer.
	RecoveryMinutes *float64
	// LossPerMinute is the money lost in each minute in which the node is down.
	LossPerMinute float64
	Needs         []Need
}

// Need is met while at least K of the nodes in Of work.
type Need struct {
	K  int // 0 is all of them
	Of []string
	// Soft is the probability that the consumer fails when the need is not met, an event of its own, independent
	// of all others. Unset, the consumer always fails.
	Soft *float64
	// BufferMinutes is for how long the consumer goes on without (spare stock, a queue, a battery). A failure
	// stops a node when it lasts longer than all buffers on its way together.
	BufferMinutes float64
}

// Cause is a common cause: an event that hits several nodes at once.
type Cause struct {
	ID              string
	Probability     *float64 // as for nodes
	Frequency       *float64 // events in a year
	RecoveryMinutes *float64 // how long what is hit stays down; unset, as long as by a failure of its own
	Hits            []Hit
}

// Hit is a node that a cause brings down, with the probability that it does; unset, always.
type Hit struct {
	Node        string
	Probability *float64
}

// Limits on models; more is refused.
const (
	maxNodes  = 1_000_000
	maxStates = 2_000_000 // nodes, once for each sum of buffers before them
)

// Check tells everything that is wrong with a model, each fault with the path of its field.
func (m Model) Check() error {
	c := checker{ids: map[string]bool{}}
	if len(m.Nodes) == 0 {
		c.refuse("nodes", "problem.required")
	}
	if len(m.Nodes) > maxNodes {
		return problem.New(problem.TooLarge, "propagate.too-many-nodes", "limit", maxNodes)
	}
	for i, n := range m.Nodes {
		c.id(path("nodes", i)+".id", n.ID)
	}
	nodes := len(c.ids)
	for i, n := range m.Nodes {
		c.node(path("nodes", i), n)
	}
	for i, id := range m.Targets {
		c.known(path("targets", i), id)
	}
	known := c.ids
	c.ids = make(map[string]bool, nodes)
	for id := range known {
		c.ids[id] = true
	}
	for i, cause := range m.Causes {
		c.id(path("causes", i)+".id", cause.ID)
	}
	c.ids = known
	for i, cause := range m.Causes {
		c.cause(path("causes", i), cause)
	}
	return problem.Many(c.wrong)
}

type checker struct {
	ids   map[string]bool
	wrong []*problem.Error
}

func path(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

func (c *checker) refuse(field, key string, args ...any) {
	c.wrong = append(c.wrong, problem.Field(field, key, args...))
}

func (c *checker) id(field, id string) {
	if id == "" {
		c.refuse(field, "problem.required")
	} else if c.ids[id] {
		c.refuse(field, "problem.twice", "value", id)
	}
	c.ids[id] = true
}

func (c *checker) known(field, id string) {
	if !c.ids[id] {
		c.refuse(field, "problem.dangling", "value", id)
	}
}

func (c *checker) node(field string, n Node) {
	c.events(field, n.Probability, n.Frequency, n.RecoveryMinutes)
	if n.Frequency != nil && n.RecoveryMinutes == nil {
		c.refuse(field+".recovery_minutes", "problem.required")
	}
	c.amount(field+".loss_per_minute", n.LossPerMinute)
	for i, need := range n.Needs {
		c.need(field+"."+path("needs", i), need)
	}
}

func (c *checker) need(field string, n Need) {
	if len(n.Of) == 0 {
		c.refuse(field+".of", "problem.required")
	} else if n.K < 0 || n.K > len(n.Of) {
		c.refuse(field+".k", "problem.range", "value", n.K, "min", 1, "max", len(n.Of))
	}
	seen := map[string]bool{}
	for i, id := range n.Of {
		c.known(field+"."+path("of", i), id)
		if seen[id] {
			c.refuse(field+"."+path("of", i), "problem.twice", "value", id)
		}
		seen[id] = true
	}
	c.probability(field+".soft", n.Soft)
	c.amount(field+".buffer_minutes", n.BufferMinutes)
}

func (c *checker) cause(field string, cause Cause) {
	c.events(field, cause.Probability, cause.Frequency, cause.RecoveryMinutes)
	if cause.Probability == nil && cause.Frequency == nil {
		c.refuse(field+".probability", "problem.required")
	}
	if cause.Frequency != nil && cause.RecoveryMinutes == nil {
		c.refuse(field+".recovery_minutes", "problem.required")
	}
	if len(cause.Hits) == 0 {
		c.refuse(field+".hits", "problem.required")
	}
	seen := map[string]bool{}
	for i, hit := range cause.Hits {
		at := field + "." + path("hits", i)
		c.known(at+".node", hit.Node)
		if seen[hit.Node] {
			c.refuse(at+".node", "problem.twice", "value", hit.Node)
		}
		seen[hit.Node] = true
		c.probability(at+".probability", hit.Probability)
	}
}

// maxFrequency is the most events in a year, as in package quant.
const maxFrequency = 10_000

func (c *checker) events(field string, probability, frequency, recovery *float64) {
	c.probability(field+".probability", probability)
	if f := frequency; f != nil && !(*f >= 0 && *f <= maxFrequency) {
		c.refuse(field+".frequency", "problem.range", "value", fmt.Sprint(*f), "min", 0, "max", maxFrequency)
	}
	if recovery != nil {
		c.amount(field+".recovery_minutes", *recovery)
	}
}

func (c *checker) probability(field string, p *float64) {
	if p != nil && !(*p >= 0 && *p <= 1) {
		c.refuse(field, "problem.range", "value", fmt.Sprint(*p), "min", 0, "max", 1)
	}
}

// amount is a finite number of zero or more.
func (c *checker) amount(field string, x float64) {
	if !(x >= 0) || math.IsInf(x, 1) {
		c.refuse(field, "propagate.not-amount", "value", fmt.Sprint(x))
	}
}

// chance is the probability that a node or a cause is down by itself; ok is false when it never is.
func chance(probability, frequency, recovery *float64) (p float64, ok bool) {
	switch {
	case probability != nil:
		return *probability, true
	case frequency != nil && recovery != nil:
		return -math.Expm1(-*frequency * *recovery / MinutesPerYear), true
	}
	return 0, false
}
