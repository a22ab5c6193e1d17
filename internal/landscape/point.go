package landscape

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape/graph"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// PointIn names an element and the lens.
type PointIn struct {
	Lens
	ID    string `path:"id"`
	Quick bool   `query:"quick" doc:"estimate betweenness from a sample of sources"`
}

// Target is the element.
func (in PointIn) Target() ref.Ref { return ElementRef(in.ID) }

// PointOut is an essential point with the proof of each of its reasons.
type PointOut struct {
	Point    `json:"point"`
	Lens     Lens       `json:"lens"`
	Exact    bool       `json:"exact"`
	Sources  int        `json:"sources"`
	Pieces   [][]Stub   `json:"pieces"`   // what its part of the map falls into without it, largest first
	Behind   []Stub     `json:"behind"`   // what the ways in reach through it alone
	WayIn    []Step     `json:"wayIn"`    // such a way, as an example
	Stopped  []Stopped  `json:"stopped"`  // services that stop with it, each with why
	Users    []Stub     `json:"users"`    // what needs it directly
	Between  []Step     `json:"between"`  // a shortest path between two others that passes it
	Together []Together `json:"together"` // sets of two or three, itself among them, whose common loss stops a service
	Complete bool       `json:"complete"` // all such sets are listed
}

// Stopped is a service that stops, with the chain of needs from it down to the cause.
type Stopped struct {
	Stub
	Chain []Step `json:"chain"` // a way from the service to the point
}

// Together is a set of elements whose common loss stops a service, when the loss of some of them would not.
type Together struct {
	Service Stub   `json:"service"`
	Set     []Stub `json:"set"`
}

// OnePoint gives an element with its measures and their proofs.
func OnePoint(ctx context.Context, r db.Reader, in PointIn) (PointOut, error) {
	c := checker{field: plain}
	if in.Lens.check(&c); len(c.wrong) > 0 {
		return PointOut{}, problem.Many(c.wrong)
	}
	s, err := Current(ctx, r)
	if err != nil {
		return PointOut{}, err
	}
	node, there := s.Index[in.ID]
	if !there {
		return PointOut{}, problem.New(problem.NotFound, "problem.not-found", "what", in.ID)
	}
	v := s.View(in.Lens)
	m := v.measure(in.Quick)
	out := PointOut{
		Point: m.points[node], Lens: in.Lens, Exact: m.out.Exact, Sources: m.out.Sources, Complete: true,
		Pieces: [][]Stub{}, Behind: []Stub{}, WayIn: []Step{}, Stopped: []Stopped{}, Between: []Step{}, Together: []Together{},
	}
	out.Users = v.stubs(v.Graph.In(node))
	if out.CutOff > 0 {
		for _, piece := range graph.Pieces(v.Graph, node) {
			out.Pieces = append(out.Pieces, v.stubs(piece))
		}
	}
	v.explainGate(m, node, &out)
	for _, service := range m.stops[node] {
		if service != node {
			out.Stopped = append(out.Stopped, Stopped{v.stub(service), v.steps(graph.ShortestPath(v.Graph, []int32{service}, node))})
		}
	}
	if out.Betweenness > 0 {
		out.Between = v.steps(v.passing(node))
	}
	v.explainSets(node, &out)
	return out, nil
}

// OpPoint gives an element with its measures and their proofs.
var OpPoint = op.Query[PointIn, PointOut]{Name: "landscape.point", Route: "GET /api/landscape/points/{id}", Func: OnePoint}

// steps makes a path along needs a chain with the connections between its elements.
func (v *View) steps(path []int32) []Step {
	if len(path) == 0 {
		return []Step{}
	}
	ties := make([]int32, len(path)-1)
	for i := range ties {
		if ties[i] = v.mesh.tie(path[i], path[i+1]); ties[i] < 0 { // looked at without direction
			ties[i] = v.mesh.tie(path[i+1], path[i])
		}
	}
	return v.mesh.chain(path[0], ties, nil)
}

// explainGate lists what lies behind a gate, with a way to the farthest of it.
func (v *View) explainGate(m *essentials, node int32, out *PointOut) {
	var behind, longest []int32
	for i := range m.gates {
		if slices.Contains(gatesTo(int32(i), m.gates, m.entries), node) {
			behind = append(behind, int32(i))
		}
	}
	for _, far := range behind {
		if way := graph.ShortestPath(v.Graph, m.entries, far); len(way) > len(longest) {
			longest = way
		}
		if len(behind) > manyBehind {
			break
		}
	}
	out.Behind, out.WayIn = v.stubs(behind), v.steps(longest)
}

// manyBehind is how many things behind a gate are compared for the example.
const manyBehind = 200

// passing gives a shortest path, looked at without direction, between two neighbours' neighbourhoods through a node.
func (v *View) passing(node int32) []int32 {
	neighbours := v.Graph.Neighbours(node)
	for i, a := range neighbours {
		for _, b := range neighbours[i+1:] {
			if !slices.Contains(v.Graph.Neighbours(a), b) {
				return []int32{a, node, b}
			}
		}
	}
	return nil
}

// The bounds of the search for sets.
const (
	cutSetLimit   = 2_000 // sets kept for any element on the way
	togetherShown = 50
)

// explainSets looks for sets of two or three in which the point stands, for services that its loss alone does not stop.
func (v *View) explainSets(node int32, out *PointOut) {
	for i, id := range v.IDs {
		if v.Elements[id].Kind != KindService || slices.Contains(out.Services, id) || !slices.Contains(graph.Reached(v.Graph, int32(i)), node) {
			continue
		}
		sets, complete := v.Needs.CutSets(int32(i), graph.MaxCutSet, cutSetLimit)
		out.Complete = out.Complete && complete
		for _, set := range sets {
			if !slices.Contains(set, node) {
				continue
			}
			if len(out.Together) == togetherShown {
				out.Complete = false
				return
			}
			out.Together = append(out.Together, Together{v.stub(int32(i)), v.stubs(set)})
		}
	}
}

// CutSetsIn names a service, or anything else that needs something.
type CutSetsIn struct {
	Lens
	ID   string `path:"id"`
	Size int    `query:"size" minimum:"0" maximum:"3" doc:"largest set to look for: 1 to 3"`
}

// Target is the element.
func (in CutSetsIn) Target() ref.Ref { return ElementRef(in.ID) }

// CutSetsOut are the minimal sets of elements whose common loss stops one.
type CutSetsOut struct {
	Element  Stub     `json:"element"`
	Sets     [][]Stub `json:"sets"` // smallest first
	Complete bool     `json:"complete"`
}

// CutSets finds the minimal sets of up to three elements whose common loss stops one.
func CutSets(ctx context.Context, r db.Reader, in CutSetsIn) (CutSetsOut, error) {
	c := checker{field: plain}
	if in.Lens.check(&c); len(c.wrong) > 0 {
		return CutSetsOut{}, problem.Many(c.wrong)
	}
	s, err := Current(ctx, r)
	if err != nil {
		return CutSetsOut{}, err
	}
	node, there := s.Index[in.ID]
	if !there {
		return CutSetsOut{}, problem.New(problem.NotFound, "problem.not-found", "what", in.ID)
	}
	if in.Size == 0 {
		in.Size = graph.MaxCutSet
	}
	v := s.View(in.Lens)
	sets, complete := v.Needs.CutSets(node, in.Size, cutSetLimit)
	out := CutSetsOut{Element: v.stub(node), Sets: [][]Stub{}, Complete: complete}
	for _, set := range sets {
		out.Sets = append(out.Sets, v.stubs(set))
	}
	return out, nil
}

// OpCutSets finds what stops an element together.
var OpCutSets = op.Query[CutSetsIn, CutSetsOut]{Name: "landscape.cut-sets", Route: "GET /api/landscape/cut-sets/{id}", Func: CutSets}
