package landscape

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape/graph"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Point is an element with the measures that tell how essential a point of connection it is. Each answers another
// question, so they stand side by side and are never made one score.
type Point struct {
	Stub
	CutOff           int        `json:"cutOff"`                     // others that come apart from the largest rest when it goes, looked at without direction
	Bridges          int        `json:"bridges"`                    // its connections that are the only way between two parts
	Gate             int        `json:"gate"`                       // things that whoever enters reaches through it alone
	Betweenness      float64    `json:"betweenness"`                // shortest paths between pairs of others that pass it
	BetweennessError float64    `json:"betweennessError,omitempty"` // half the width of the 95 % interval, where it is an estimate
	Dependents       int        `json:"dependents"`                 // what needs it directly
	Blast            int        `json:"blast"`                      // what needs it, directly or through others
	Stops            int        `json:"stops"`                      // what stops when it alone goes, groups of k of n credited
	Services         []string   `json:"services"`                   // services among these, itself included (ids)
	Core             int        `json:"core"`                       // core number: how tightly it is woven in
	Reasons          []Question `json:"reasons"`                    // questions in whose answer it stands out
}

// Question is what a measure answers.
type Question string

// The questions, in the order in which they are asked.
const (
	AskParts      Question = "parts"      // whose loss parts the map?
	AskGate       Question = "gate"       // through what must everybody?
	AskServices   Question = "services"   // whose loss stops services?
	AskStops      Question = "stops"      // whose loss stops most?
	AskPaths      Question = "paths"      // what lies on most ways?
	AskDependents Question = "dependents" // what is needed directly by most?
)

// Questions lists the questions in their order.
var Questions = []Question{AskParts, AskGate, AskServices, AskStops, AskPaths, AskDependents}

// of is the figure with which a point answers a question.
func (q Question) of(p Point) float64 {
	switch q {
	case AskParts:
		return float64(p.CutOff)
	case AskGate:
		return float64(p.Gate)
	case AskServices:
		return float64(len(p.Services))
	case AskStops:
		return float64(p.Stops)
	case AskPaths:
		return p.Betweenness
	default:
		return float64(p.Dependents)
	}
}

// What stands out: the first places of a ranking, or, where the figure counts what is lost, more than one.
const (
	standsOut = 5
	lostAtOne = 2
)

// PointsFilter says through which lens to look, and narrows the list of points.
type PointsFilter struct {
	db.Page
	Lens
	Quick bool   `query:"quick" doc:"estimate betweenness from a sample of sources, also on maps of up to 10,000 elements"`
	Text  string `query:"text" doc:"part of the name or id"`
	Of    string `query:"of" doc:"only elements of this kind"`
	Why   string `query:"why" doc:"only points that stand out for this question: parts, gate, services, stops, paths or dependents"`
	All   bool   `query:"all" doc:"also elements that stand out for no question"`
}

// PointsOut are the essential points of connection with what they were computed from.
type PointsOut struct {
	db.PageOf[Point]
	Lens       Lens             `json:"lens"`
	Elements   int              `json:"elements"`
	Needs      int              `json:"needs"`      // pairs of which one needs the other
	Repeats    int              `json:"repeats"`    // connections beside these between the same two
	Components int              `json:"components"` // parts that nothing joins
	Alone      int              `json:"alone"`      // elements without any need
	Cycles     int              `json:"cycles"`     // groups that need each other
	Entries    int              `json:"entries"`    // elements that count as the way in
	FromInside bool             `json:"fromInside"` // nothing outside needs anything: the ways in are what nothing needs
	Exact      bool             `json:"exact"`      // betweenness comes from all elements
	Sources    int              `json:"sources"`    // from so many otherwise
	First      map[Question]Top `json:"first"`      // the point that answers each question best
}

// Top is the best answer to a question.
type Top struct {
	Stub
	Value float64 `json:"value"`
}

// essentials are the measured points of a view in the order of the elements.
type essentials struct {
	points  []Point
	out     PointsOut
	gates   []int32 // immediate dominators
	entries []int32
	cut     graph.Cut
	stops   [][]int32 // by element: services that stop with it
}

// measure computes all measures of a view; quick estimates betweenness.
func (v *View) measure(quick bool) *essentials {
	m := &v.exact
	if quick {
		m = &v.quick
	}
	m.once.Do(func() { m.essentials = v.newEssentials(quick) })
	return &m.essentials
}

func (v *View) newEssentials(quick bool) essentials {
	g := v.Graph
	m := essentials{cut: v.cut(), points: make([]Point, g.Len())}
	m.entries, m.out.FromInside = v.entries()
	m.gates = graph.Dominators(g, m.entries)
	var services []int32
	for i, id := range v.IDs {
		if v.Elements[id].Kind == KindService {
			services = append(services, int32(i))
		}
	}
	m.stops = v.Needs.Stops(services)
	options := graph.BetweennessOptions{Seed: 1}
	if quick && g.Len() > 256 {
		options.Sources = 256
	}
	between := graph.Betweenness(g, options)
	dependents, blast, cores := v.dependents(), v.blast(), graph.Cores(g)
	stops := blast
	if v.Needs.Spared() {
		stops = v.Needs.Blast()
	}
	behind := behind(m.gates, m.entries)
	for i := range m.points {
		p := &m.points[i]
		p.Stub = v.stub(int32(i))
		p.CutOff, p.Gate, p.Core = int(m.cut.CutOff[i]), int(behind[i]), int(cores[i])
		p.Dependents, p.Blast, p.Stops, p.Betweenness = int(dependents[i]), int(blast[i]), int(stops[i]), between.Value[i]
		if !between.Exact {
			p.BetweennessError = between.Error[i]
		}
		p.Services, p.Reasons = v.names(m.stops[i]), []Question{}
	}
	for _, b := range m.cut.Bridges {
		m.points[b.From].Bridges++
		m.points[b.To].Bridges++
	}
	m.tell()
	_, m.out.Components = graph.Components(g)
	for i := range m.points {
		if len(g.Neighbours(int32(i))) == 0 {
			m.out.Alone++
		}
	}
	m.out.Lens, m.out.Elements, m.out.Needs, m.out.Repeats = v.Lens, g.Len(), g.Edges(), g.Repeats
	m.out.Cycles, m.out.Entries, m.out.Exact, m.out.Sources = len(v.cycles()), len(m.entries), between.Exact, between.Sources
	return m
}

func (v *View) names(nodes []int32) []string {
	ids := make([]string, len(nodes))
	for i, node := range nodes {
		ids[i] = v.IDs[node]
	}
	return ids
}

// entries are the ways in: what lies outside, or is a customer group, and needs something. Where there is none, what
// nothing needs is taken for the way in.
func (v *View) entries() (nodes []int32, inside bool) {
	var tops []int32
	for i, id := range v.IDs {
		node := int32(i)
		if len(v.Graph.Out(node)) == 0 {
			continue
		}
		if e := v.Elements[id]; e.Outside || e.Kind == KindCustomerGroup {
			nodes = append(nodes, node)
		}
		if len(v.Graph.In(node)) == 0 {
			tops = append(tops, node)
		}
	}
	if len(nodes) == 0 {
		return tops, true
	}
	return nodes, false
}

// gatesTo gives the elements through which alone the ways in reach an element, nearest first; the ways in themselves are
// no gates.
func gatesTo(node int32, gates, entries []int32) (all []int32) {
	for d := gates[node]; d >= 0; d = gates[d] {
		if _, entry := slices.BinarySearch(entries, d); !entry {
			all = append(all, d)
		}
	}
	return all
}

// behind counts for each element the others that the ways in reach through it alone.
func behind(gates, entries []int32) []int32 {
	count := make([]int32, len(gates))
	for i := range gates {
		for _, d := range gatesTo(int32(i), gates, entries) {
			count[d]++
		}
	}
	return count
}

// tell notes the reasons of each point, and the first of each question.
func (m *essentials) tell() {
	m.out.First = map[Question]Top{}
	order := make([]int, len(m.points))
	for _, q := range Questions {
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(q.of(m.points[b]), q.of(m.points[a])) })
		for rank, i := range order {
			p := &m.points[i]
			if ranked := q == AskStops || q == AskPaths || q == AskDependents; q.of(*p) == 0 ||
				ranked && rank >= standsOut || !ranked && q.of(*p) < lostAtOne {
				continue
			}
			p.Reasons = append(p.Reasons, q)
			if _, told := m.out.First[q]; !told {
				m.out.First[q] = Top{p.Stub, q.of(*p)}
			}
		}
	}
}

// Points gives the essential points of connection.
func Points(ctx context.Context, r db.Reader, f PointsFilter) (PointsOut, error) {
	if err := f.check(); err != nil {
		return PointsOut{}, err
	}
	s, err := Current(ctx, r)
	if err != nil {
		return PointsOut{}, err
	}
	m := s.View(f.Lens).measure(f.Quick)
	out := m.out
	out.Items = []Point{}
	for _, p := range m.points {
		if f.leaves(p) {
			out.Items = append(out.Items, p)
		}
	}
	f.order(out.Items)
	out.PageOf, err = pageOf(out.Items, f.Page, func(p Point) string { return p.ID })
	return out, err
}

// OpPoints gives the essential points of connection.
var OpPoints = op.Query[PointsFilter, PointsOut]{Name: "landscape.points", Route: "GET /api/landscape/points", Func: Points}

// check checks a lens.
func (l Lens) check(c *checker) {
	for _, k := range l.Kinds {
		c.choice("kind", string(k), words(ConnectionKinds)...)
	}
}

func (f PointsFilter) check() error {
	c := checker{field: plain}
	f.Lens.check(&c)
	c.choice("of", f.Of, append([]string{""}, words(Kinds)...)...)
	c.choice("why", f.Why, append([]string{""}, words(Questions)...)...)
	c.add(sortOf(f.Sort, append([]string{"name", "blast", "core", "bridges"}, words(Questions)...)...))
	return problem.Many(c.wrong)
}

func (f PointsFilter) leaves(p Point) bool {
	text := strings.ToLower(f.Text)
	return (f.All || len(p.Reasons) > 0) &&
		(f.Of == "" || p.Kind == Kind(f.Of)) &&
		(f.Why == "" || slices.Contains(p.Reasons, Question(f.Why))) &&
		(text == "" || strings.Contains(strings.ToLower(p.ID+" "+p.Name.EN+" "+p.Name.IT), text))
}

// order sorts by a measure, largest first; a leading minus sorts the other way.
func (f PointsFilter) order(all []Point) {
	by := strings.TrimPrefix(f.Sort, "-")
	slices.SortStableFunc(all, func(a, b Point) int {
		switch by {
		case "name":
			return strings.Compare(strings.ToLower(a.Name.EN), strings.ToLower(b.Name.EN))
		case "blast":
			return b.Blast - a.Blast
		case "core":
			return b.Core - a.Core
		case "bridges":
			return b.Bridges - a.Bridges
		case "":
			return cmp.Or(len(b.Reasons)-len(a.Reasons), len(b.Services)-len(a.Services), b.Stops-a.Stops)
		default:
			return cmp.Compare(Question(by).of(b), Question(by).of(a))
		}
	})
	if strings.HasPrefix(f.Sort, "-") {
		slices.Reverse(all)
	}
}
