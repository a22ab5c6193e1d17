package propagate

import (
	"container/heap"
	"fmt"
	"math"
	"slices"
	"strings"
)

// upset is an event of a year that begins at minute 0: some nodes go down at once and come back after some minutes.
type upset struct {
	name      string
	kind      EventKind
	frequency float64
	minutes   float64
	hits      []Hit
}

// upsets are all nodes and causes with a frequency: nodes by id, then causes by id.
func upsets(m Model, nodes []Node) []upset {
	var all []upset
	for _, n := range nodes {
		if n.Frequency != nil && n.RecoveryMinutes != nil {
			all = append(all, upset{n.ID, OwnFailure, *n.Frequency, *n.RecoveryMinutes, []Hit{{Node: n.ID}}})
		}
	}
	causes := len(all)
	for _, c := range m.Causes {
		if c.Frequency != nil && c.RecoveryMinutes != nil {
			all = append(all, upset{c.ID, CommonCause, *c.Frequency, *c.RecoveryMinutes, c.Hits})
		}
	}
	slices.SortFunc(all[causes:], func(a, b upset) int { return strings.Compare(a.name, b.name) })
	return all
}

// outcome is one way that an upset can go.
type outcome struct {
	weight float64 // its probability
	lost   []lost
}

// lost are the minutes that a service is down.
type lost struct {
	service int
	minutes float64
}

// Chance in an upset: up to so many uncertain hits and links every combination is looked at, beyond it so many are drawn.
const (
	maxUncertain = 8
	drawnWays    = 1000
)

// spreader carries one upset after the other along needs.
type spreader struct {
	*program
	users   [][]user // by provider
	service []int    // number of each node among the services, or none
	seed    uint64
	failed  [][]int   // by consumer and need: providers that are down by now
	start   []float64 // when each node goes down
	touched []int32
	queue   waiting
}

type user struct {
	consumer int32
	need     int
}

func newSpreader(p *program, services []int32, seed uint64) *spreader {
	s := &spreader{program: p, users: make([][]user, len(p.nodes)), service: make([]int, len(p.nodes)), seed: seed}
	for v, n := range p.nodes {
		s.start, s.service[v] = append(s.start, math.Inf(1)), none
		s.failed = append(s.failed, make([]int, len(n.Needs)))
		for i, need := range n.Needs {
			for _, id := range need.Of {
				s.users[p.index[id]] = append(s.users[p.index[id]], user{int32(v), i})
			}
		}
	}
	for i, v := range services {
		s.service[v] = i
	}
	return s
}

// waiting are nodes that go down, the next first.
type waiting []going

type going struct {
	at   float64
	node int32
}

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].at < w[j].at }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)        { *w = append(*w, x.(going)) }
func (w *waiting) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

// link is an uncertain hit or soft need in one upset: the number of the hit, or a consumer with its need.
type link struct {
	hit      int
	consumer int32
	need     int
}

// spread finds when each node goes down if the upset lasts (Knuth's generalisation of Dijkstra's algorithm, 1977: a need
// is not met from the time on at which one provider too many is down, and is felt when its buffer has run out). The
// answer holds until the next call. O(size of what stops, times log).
func (s *spreader) spread(u upset, happens func(link, float64) bool) {
	for _, v := range s.touched {
		s.start[v] = math.Inf(1)
		for _, by := range s.users[v] {
			s.failed[by.consumer][by.need] = 0
		}
	}
	s.touched = s.touched[:0]
	for i, h := range u.hits {
		if h.Probability == nil || *h.Probability == 1 || happens(link{hit: i, consumer: none}, *h.Probability) {
			heap.Push(&s.queue, going{0, s.index[h.Node]})
		}
	}
	for len(s.queue) > 0 {
		next := heap.Pop(&s.queue).(going)
		if s.start[next.node] <= next.at || next.at >= u.minutes {
			continue
		}
		s.start[next.node] = next.at
		s.touched = append(s.touched, next.node)
		for _, by := range s.users[next.node] {
			s.failed[by.consumer][by.need]++
			need := s.nodes[by.consumer].Needs[by.need]
			if s.failed[by.consumer][by.need] != need.mayFail()+1 {
				continue
			}
			if need.Soft == nil || *need.Soft == 1 || happens(link{none, by.consumer, by.need}, *need.Soft) {
				heap.Push(&s.queue, going{next.at + need.BufferMinutes, by.consumer})
			}
		}
	}
}

// outcomes gives the ways an upset can go for the services, equal ones joined; sampled tells that they are drawn.
func (s *spreader) outcomes(u upset) (all []outcome, sampled bool) {
	var uncertain []link
	number, chances := map[link]int{}, []float64{}
	s.spread(u, func(l link, p float64) bool {
		number[l] = len(uncertain)
		uncertain, chances = append(uncertain, l), append(chances, p)
		return true
	})
	ways := everyWay(chances)
	if sampled = len(chances) > maxUncertain; sampled {
		ways = someWays(chances, streamOf(key(s.seed, "ways", string(u.kind)+"\x00"+u.name), 0))
	}
	known := map[string]int{}
	for _, w := range ways {
		if w.weight == 0 {
			continue
		}
		s.spread(u, func(l link, _ float64) bool { return w.happens[number[l]] })
		losses := s.losses(u)
		name := fmt.Sprint(losses)
		at, seen := known[name]
		if !seen {
			at = len(all)
			known[name], all = at, append(all, outcome{lost: losses})
		}
		all[at].weight += w.weight
	}
	return all, sampled
}

// way says which uncertain things happen, and how probable that is.
type way struct {
	weight  float64
	happens []bool
}

func everyWay(chances []float64) []way {
	ways := []way{{weight: 1}}
	for _, p := range chances {
		var next []way
		for _, w := range ways {
			next = append(next, way{w.weight * p, append(slices.Clone(w.happens), true)}, way{w.weight * (1 - p), append(slices.Clone(w.happens), false)})
		}
		ways = next
	}
	return ways
}

func someWays(chances []float64, random stream) []way {
	ways := make([]way, drawnWays)
	for i := range ways {
		ways[i].weight = 1. / drawnWays
		for _, p := range chances {
			ways[i].happens = append(ways[i].happens, random.uniform() <= p)
		}
	}
	return ways
}

// losses are the minutes for which the services are down after a spread, until the upset is over.
func (s *spreader) losses(u upset) []lost {
	var all []lost
	for _, v := range s.touched {
		if s.service[v] != none {
			all = append(all, lost{s.service[v], u.minutes - s.start[v]})
		}
	}
	slices.SortFunc(all, func(a, b lost) int { return a.service - b.service })
	return all
}
