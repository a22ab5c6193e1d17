package propagate

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"accordo.dev/internal/problem"
)

// SimulateOptions say how much is drawn.
type SimulateOptions struct {
	Trials  int
	Seed    uint64
	Threads int // 0 is one; the answer does not depend on it
}

// MaxTrials is the most trials of a simulation.
const MaxTrials = 10_000_000_000

// Simulated is what trials say of a model.
type Simulated struct {
	Trials int        `json:"trials"`
	Seed   uint64     `json:"seed"`
	Nodes  []Estimate `json:"nodes"` // by id
}

// Estimate is a share of trials with its 95 % confidence interval (Wilson, 1927).
type Estimate struct {
	ID          string  `json:"id"`
	Failures    int     `json:"failures"`
	Probability float64 `json:"probability"`
	Low         float64 `json:"low"`
	High        float64 `json:"high"`
}

// chunkWords is how many words of 64 trials share streams: small enough for the cache with some hundred nodes. It is
// part of the method: another value gives other, equally good, samples.
const chunkWords = 128

// Simulate draws trials, 64 in a word. The random stream of each event in each chunk of trials is derived from the
// seed, the event's kind and name and the number of the chunk. O(trials / 64 × providers in needs), once for each
// round that cycles take to settle; memory 1 KB for each node, event and thread.
func Simulate(m Model, o SimulateOptions) (Simulated, error) {
	if o.Trials < 1 || o.Trials > MaxTrials {
		return Simulated{}, problem.Field("trials", "problem.range", "value", o.Trials, "min", 1, "max", MaxTrials)
	}
	p, err := compile(m)
	if err != nil {
		return Simulated{}, err
	}
	failures := p.simulate(o)
	s := Simulated{Trials: o.Trials, Seed: o.Seed, Nodes: make([]Estimate, 0, len(p.nodes))}
	for v, n := range p.nodes {
		low, high := wilson(failures[v], o.Trials)
		s.Nodes = append(s.Nodes, Estimate{n.ID, failures[v], float64(failures[v]) / float64(o.Trials), low, high})
	}
	return s, nil
}

// wilson is the 95 % interval of a proportion.
func wilson(k, n int) (low, high float64) {
	const z = 1.959963984540054
	trials := float64(n)
	share := float64(k) / trials
	middle := share + z*z/(2*trials)
	half := z * math.Sqrt(share*(1-share)/trials+z*z/(4*trials*trials))
	low, high = (middle-half)/(1+z*z/trials), (middle+half)/(1+z*z/trials)
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high
}

// simulate counts the failures of each node. Chunks are handed out as threads become free; counts add up to the same
// in any order.
func (p *program) simulate(o SimulateOptions) []int {
	keys := make([]uint64, len(p.events))
	for i, e := range p.events {
		keys[i] = key(o.Seed, string(e.Kind), e.Name)
	}
	chunks := (o.Trials + 64*chunkWords - 1) / (64 * chunkWords)
	total := make([]int, len(p.nodes))
	var next atomic.Int64
	var lock sync.Mutex
	var workers sync.WaitGroup
	for range min(max(o.Threads, 1), chunks) {
		workers.Go(func() {
			t := newTrials(p, keys)
			for chunk := int(next.Add(1) - 1); chunk < chunks; chunk = int(next.Add(1) - 1) {
				t.run(chunk)
				t.tally(min(o.Trials-chunk*64*chunkWords, 64*chunkWords))
			}
			lock.Lock()
			defer lock.Unlock()
			for v, failures := range t.failures {
				total[v] += failures
			}
		})
	}
	workers.Wait()
	return total
}

// trials is one chunk of trials: a bit for each event and gate.
type trials struct {
	*program
	keys     []uint64
	used     []bool // events that a gate asks for
	events   [][chunkWords]uint64
	gates    [][chunkWords]uint64
	group    [chunkWords]uint64
	before   [chunkWords]uint64
	waiting  []bool // gates that must be looked at again
	failures []int
}

func newTrials(p *program, keys []uint64) *trials {
	t := &trials{
		program: p, keys: keys, used: make([]bool, len(p.events)), events: make([][chunkWords]uint64, len(p.events)),
		gates: make([][chunkWords]uint64, len(p.gates)), failures: make([]int, len(p.nodes)), waiting: make([]bool, len(p.gates)),
	}
	use := func(event int32) {
		if event != none {
			t.used[event] = true
		}
	}
	for _, g := range p.gates {
		for _, r := range g.roots {
			use(r.event)
			use(r.hit)
		}
		for _, group := range g.groups {
			use(group.soft)
		}
	}
	return t
}

// run draws the events of a chunk and carries failures along, providers first. Cycles begin with nobody failed; what
// changed is carried round until nothing changes.
func (t *trials) run(chunk int) {
	for i, e := range t.program.events {
		if t.used[i] {
			s := streamOf(t.keys[i], chunk)
			s.fill(t.events[i][:], e.Probability)
		}
	}
	for _, part := range t.parts {
		for _, v := range part {
			t.start(v)
		}
		t.settle(part)
	}
}

// settle finds the least fixpoint of one part.
func (t *trials) settle(part []int32) {
	if len(part) == 1 {
		t.spread(part[0], false)
		return
	}
	for _, v := range part {
		t.waiting[v] = true
	}
	for queue := slices.Clone(part); len(queue) > 0; queue = queue[1:] {
		v := queue[0]
		t.waiting[v] = false
		if !t.spread(v, true) {
			continue
		}
		for _, consumer := range t.around[v] {
			if !t.waiting[consumer] {
				t.waiting[consumer], queue = true, append(queue, consumer)
			}
		}
	}
}

// start sets the trials in which the gate's own roots happen.
func (t *trials) start(v int32) {
	out := &t.gates[v]
	clear(out[:])
	for _, r := range t.program.gates[v].roots {
		event := &t.events[r.event]
		if r.hit == none {
			for i := range out {
				out[i] |= event[i]
			}
			continue
		}
		hit := &t.events[r.hit]
		for i := range out {
			out[i] |= event[i] & hit[i]
		}
	}
}

// spread adds the trials in which a need is not met; it tells, when asked to watch, whether that were any new ones.
func (t *trials) spread(v int32, watch bool) bool {
	out := &t.gates[v]
	if watch {
		t.before = *out
	}
	for _, g := range t.program.gates[v].groups {
		switch {
		case g.fail == 1 && g.soft == none:
			for _, p := range g.of {
				or(out, &t.gates[p])
			}
			continue
		case g.fail == 1:
			t.any(g.of)
		case g.fail == len(g.of):
			t.all(g.of)
		default:
			t.count(g.of, uint64(g.fail))
		}
		if g.soft != none {
			soft := &t.events[g.soft]
			for i := range t.group {
				t.group[i] &= soft[i]
			}
		}
		or(out, &t.group)
	}
	return watch && t.before != *out
}

func or(to, from *[chunkWords]uint64) {
	for i := range to {
		to[i] |= from[i]
	}
}

func (t *trials) any(of []int32) {
	t.group = t.gates[of[0]]
	for _, p := range of[1:] {
		or(&t.group, &t.gates[p])
	}
}

func (t *trials) all(of []int32) {
	t.group = t.gates[of[0]]
	for _, p := range of[1:] {
		from := &t.gates[p]
		for i := range t.group {
			t.group[i] &= from[i]
		}
	}
}

// count sets the trials in which at least k failed. Each trial has a counter whose binary digits stand in words side
// by side; a failure is carried from digit to digit.
func (t *trials) count(of []int32, k uint64) {
	var digits [32]uint64
	length := bits.Len(uint(len(of)))
	for i := range t.group {
		clear(digits[:length])
		for _, p := range of {
			for carry, d := t.gates[p][i], 0; carry != 0; d++ {
				digits[d], carry = digits[d]^carry, digits[d]&carry
			}
		}
		var borrow uint64 // of count - k: set when the count is smaller
		for d := range length {
			if k>>d&1 == 1 {
				borrow |= ^digits[d]
			} else {
				borrow &^= digits[d]
			}
		}
		t.group[i] = ^borrow
	}
}

// tally counts the failures in the first n trials of the chunk.
func (t *trials) tally(n int) {
	words, rest := n/64, n%64
	for v := range t.program.nodes {
		count, out := 0, &t.gates[v]
		for _, w := range out[:words] {
			count += bits.OnesCount64(w)
		}
		if rest > 0 {
			count += bits.OnesCount64(out[words] & (1<<rest - 1))
		}
		t.failures[v] += count
	}
}
