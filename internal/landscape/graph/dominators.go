package graph

// Dominators of nodes without one.
const (
	NoDominator = -1 // a root, or a node that several roots reach by ways without a common node
	Unreachable = -2 // no root reaches it
)

// Dominators gives the immediate dominator of each node on paths along needs from the roots: the last node that
// every path from any root passes before it. Semi-NCA (Georgiadis, 2005), O(m log n) and close to O(n + m).
func Dominators(g *Graph, roots []int32) []int32 {
	n := g.Len()
	w := domWalk{
		g: g, number: make([]int32, n+1), vertex: make([]int32, 0, n+1), parent: make([]int32, n+1),
		semi: make([]int32, n+1), label: make([]int32, n+1), ancestor: make([]int32, n+1),
	}
	w.search(roots)
	idom := w.solve(roots)
	out := make([]int32, n)
	for v := range out {
		switch number := w.number[v]; {
		case number < 0:
			out[v] = Unreachable
		case idom[number] == 0:
			out[v] = NoDominator
		default:
			out[v] = w.vertex[idom[number]]
		}
	}
	return out
}

// domWalk works on preorder numbers; 0 is one root above all roots.
type domWalk struct {
	g                     *Graph
	number                []int32 // of each node; -1 where no root reaches it
	vertex                []int32 // back from numbers to nodes
	parent                []int32 // in the search tree, by number
	semi, label, ancestor []int32 // by number
}

func (w *domWalk) search(roots []int32) {
	for v := range w.number {
		w.number[v] = -1
	}
	w.vertex = append(w.vertex, -1)
	type step struct{ v, next int32 }
	var path []step
	enter := func(v, parent int32) {
		w.number[v] = int32(len(w.vertex))
		w.parent[len(w.vertex)] = parent
		w.vertex = append(w.vertex, v)
		path = append(path, step{v, 0})
	}
	for _, root := range roots {
		if w.number[root] >= 0 {
			continue
		}
		enter(root, 0)
		for len(path) > 0 {
			top := &path[len(path)-1]
			row := w.g.Out(top.v)
			if int(top.next) == len(row) {
				path = path[:len(path)-1]
				continue
			}
			x := row[top.next]
			top.next++
			if w.number[x] < 0 {
				enter(x, w.number[top.v])
			}
		}
	}
}

func (w *domWalk) solve(roots []int32) (idom []int32) {
	count := int32(len(w.vertex))
	for i := range count {
		w.semi[i], w.label[i], w.ancestor[i] = i, i, -1
	}
	isRoot := make([]bool, w.g.Len())
	for _, root := range roots {
		isRoot[root] = true
	}
	var stack []int32
	for i := count - 1; i > 0; i-- {
		v := w.vertex[i]
		w.semi[i] = w.parent[i]
		if isRoot[v] {
			w.semi[i] = 0
		}
		for _, u := range w.g.In(v) {
			if j := w.number[u]; j >= 0 {
				w.semi[i] = min(w.semi[i], w.semi[w.eval(j, i, &stack)])
			}
		}
		w.label[i], w.ancestor[i] = i, w.parent[i]
	}
	idom = make([]int32, count)
	for i := int32(1); i < count; i++ {
		d := w.parent[i]
		for d > w.semi[i] {
			d = idom[d]
		}
		idom[i] = d
	}
	return idom
}

// eval finds the number with the least semidominator on the way from j up to, but not including, the part of the tree
// that is not linked yet; it shortens the way.
func (w *domWalk) eval(j, last int32, stack *[]int32) int32 {
	if j <= last { // not linked yet
		return j
	}
	open := (*stack)[:0]
	for x := j; w.ancestor[x] > last; x = w.ancestor[x] {
		open = append(open, x)
	}
	for k := len(open) - 1; k >= 0; k-- {
		x := open[k]
		a := w.ancestor[x]
		if w.semi[w.label[a]] < w.semi[w.label[x]] {
			w.label[x] = w.label[a]
		}
		w.ancestor[x] = w.ancestor[a]
	}
	*stack = open
	return w.label[j]
}
