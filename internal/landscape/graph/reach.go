package graph

import (
	"math/bits"
	"runtime"
	"sync"
)

// SCC numbers the strongly connected components: nodes that all need each other, directly or through others.
// A provider's component has a smaller number than its consumers', so ascending numbers are an order in which
// everything can be started. Tarjan, 1972; O(n + m).
func SCC(g *Graph) (of []int32, count int) {
	n := g.Len()
	of = make([]int32, n)
	seen, low, next := make([]int32, n), make([]int32, n), make([]int32, n)
	var path, open []int32
	clock := int32(0)
	enter := func(v int32) {
		clock++
		seen[v], low[v], of[v] = clock, clock, -1
		path, open = append(path, v), append(open, v)
	}
	for root := int32(0); int(root) < n; root++ {
		if seen[root] > 0 {
			continue
		}
		enter(root)
		for len(path) > 0 {
			v := path[len(path)-1]
			row := g.Out(v)
			if int(next[v]) < len(row) {
				w := row[next[v]]
				next[v]++
				if seen[w] == 0 {
					enter(w)
				} else if of[w] < 0 {
					low[v] = min(low[v], seen[w])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				p := path[len(path)-1]
				low[p] = min(low[p], low[v])
			}
			if low[v] == seen[v] {
				for {
					w := open[len(open)-1]
					open = open[:len(open)-1]
					of[w] = int32(count)
					if w == v {
						break
					}
				}
				count++
			}
		}
	}
	return of, count
}

// Cycles gives the strongly connected components of more than one node, largest first, then by smallest node;
// sorted inside: things that cannot be started one after the other.
func Cycles(g *Graph) [][]int32 {
	of, count := SCC(g)
	members := members(of, count)
	var all [][]int32
	for c := range count {
		if row := members.of(int32(c)); len(row) > 1 {
			all = append(all, row)
		}
	}
	sortBySize(all)
	return all
}

// Cycle gives one shortest cycle of needs through a node, beginning and ending with it; nil when there is none. O(n + m).
func Cycle(g *Graph, v int32) []int32 {
	path := ShortestPath(g, g.Out(v), v)
	if path == nil {
		return nil
	}
	return append([]int32{v}, path...)
}

func members(of []int32, count int) rows {
	return group(count, len(of), func(i int) (int32, int32) { return of[i], int32(i) })
}

// Blast gives the blast radius of each node: how many others reach it along needs, and so stop with it when
// every need is hard. Works on the condensation with sets of bits, a block of consumers at a time:
// O((n + m) · n / 64) time in the worst case, O(n) memory for each processor.
func Blast(g *Graph) []int32 {
	n := g.Len()
	of, count := SCC(g)
	inside := members(of, count)
	place := make([]int32, n) // nodes in the order of their components
	for i, v := range inside.to {
		place[v] = int32(i)
	}
	up := condensed(g, of, count)
	total := make([]int32, count)
	const words = 8
	blocks := (n + 64*words - 1) / (64 * words)
	var wait sync.WaitGroup
	var lock sync.Mutex
	next := 0
	for range min(runtime.GOMAXPROCS(0), max(blocks, 1)) {
		wait.Go(func() {
			reach, mine := make([][words]uint64, count), make([]int32, count)
			for {
				lock.Lock()
				block := next
				next++
				lock.Unlock()
				if block >= blocks {
					break
				}
				spread(up, inside, reach, mine, block*64*words)
			}
			lock.Lock()
			for c, x := range mine {
				total[c] += x
			}
			lock.Unlock()
		})
	}
	wait.Wait()
	blast := make([]int32, n)
	for v := range blast {
		blast[v] = total[of[v]] - 1 // not itself
	}
	return blast
}

// condensed gives for each component the components that need it directly, each once. Consumers have larger numbers.
func condensed(g *Graph, of []int32, count int) rows {
	edges := make([]Edge, 0, g.Edges())
	for v := int32(0); int(v) < g.Len(); v++ {
		for _, w := range g.Out(v) {
			if of[v] != of[w] {
				edges = append(edges, Edge{of[w], of[v]})
			}
		}
	}
	r := group(count, len(edges), func(i int) (int32, int32) { return edges[i].From, edges[i].To })
	repeats := 0
	return r.simple(func(_, _ int32) bool { return false }, &repeats)
}

// spread passes a block of consumers, numbered in the order of components from first on, down to all that they
// need, and counts for each component how many of the block reach it.
func spread(up, inside rows, reach [][8]uint64, count []int32, first int) {
	end := min(first+512, len(inside.to))
	top := componentAt(inside, int32(end-1))
	low := componentAt(inside, int32(first))
	for c := top; c >= 0; c-- {
		row := &reach[c]
		*row = [8]uint64{}
		if c >= low { // its own members in the block
			for i := max(int(inside.start[c]), first); i < min(int(inside.start[c+1]), end); i++ {
				row[(i-first)>>6] |= 1 << ((i - first) & 63)
			}
		}
		for _, consumer := range up.of(c) {
			if consumer > top {
				break // sorted; none above holds a bit of this block
			}
			other := &reach[consumer]
			row[0] |= other[0]
			row[1] |= other[1]
			row[2] |= other[2]
			row[3] |= other[3]
			row[4] |= other[4]
			row[5] |= other[5]
			row[6] |= other[6]
			row[7] |= other[7]
		}
		sum := 0
		for _, word := range row {
			sum += bits.OnesCount64(word)
		}
		count[c] += int32(sum)
	}
}

// componentAt finds the component that holds a place in the order of components.
func componentAt(inside rows, place int32) int32 {
	low, high := 0, len(inside.start)-1
	for low < high-1 {
		if mid := (low + high) / 2; inside.start[mid] <= place {
			low = mid
		} else {
			high = mid
		}
	}
	return int32(low)
}

// Reaching gives all nodes that reach v along needs, without v unless it is in a cycle of others; sorted. O(n + m).
func Reaching(g *Graph, v int32) []int32 { return closure(g.in, v) }

// Reached gives all nodes that v needs, directly or through others, without itself; sorted. O(n + m).
func Reached(g *Graph, v int32) []int32 { return closure(g.out, v) }

func closure(r rows, v int32) []int32 {
	seen := make([]bool, len(r.start)-1)
	seen[v] = true
	open := []int32{v}
	for i := 0; i < len(open); i++ {
		for _, w := range r.of(open[i]) {
			if !seen[w] {
				seen[w], open = true, append(open, w)
			}
		}
	}
	return sorted(open[1:])
}
