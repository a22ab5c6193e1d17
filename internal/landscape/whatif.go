package landscape

import (
	"cmp"
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape/graph"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// WhatIfIn says what goes, and through which lens the map is looked at.
type WhatIfIn struct {
	Elements []string `query:"element" doc:"ids of what is down: systems, a supplier, a partner, a site"`
	Gone     bool     `query:"gone" doc:"for good: what it supplies or hosts goes with it even where it works for a while without, and nothing comes back by itself"`
	Soft     bool     `query:"soft" doc:"as if needs without which a thing only works worse stopped it"`
	Planned  bool     `query:"planned" doc:"with what is planned or being established"`
}

// Tolerance is how a service stands that has stopped: what it promises and tolerates against when it is back.
type Tolerance string

// The answers. Kept holds even if each thing waits for what it needs; broken holds even if all recovers at once.
const (
	Kept     Tolerance = "kept"    // back within its recovery time objective
	Late     Tolerance = "late"    // later than its objective, within what is tolerable
	Depends  Tolerance = "depends" // tolerable only if things recover at the same time
	Breaks   Tolerance = "breaks"  // longer than is tolerable
	NoAnswer Tolerance = "unknown" // somebody on the way has not said
	Never    Tolerance = "never"   // not before what is gone has been replaced
)

// Lost is an element that stops or works worse, with the chain of needs that leads to what is down.
type Lost struct {
	Stub
	Chain   []Step `json:"chain"`
	Wave    int    `json:"wave,omitempty"`    // in which it can come back, from 1; 0 when nothing does
	AtOnce  *int64 `json:"atOnce,omitempty"`  // minutes until back when everything recovers at once
	InTurn  *int64 `json:"inTurn,omitempty"`  // minutes until back when each waits for what it needs
	AtLeast bool   `json:"atLeast,omitempty"` // both are lower bounds: somebody on the way has not said
	Starts  *int64 `json:"starts,omitempty"`  // minutes until what it needs is back, in turn
}

// LostService is a service that stops.
type LostService struct {
	Lost
	MTPD        *int64    `json:"mtpdMin,omitempty"`
	Tolerance   Tolerance `json:"tolerance"`
	LossEURHour *float64  `json:"lossEurHour,omitempty"`
	LossAtOnce  *float64  `json:"lossAtOnce,omitempty"` // euro until back
	LossInTurn  *float64  `json:"lossInTurn,omitempty"`
}

// WhatIf is what happens.
type WhatIf struct {
	Down        []Stub        `json:"down"`
	Services    []LostService `json:"services"`    // that stop
	Stopped     []Lost        `json:"stopped"`     // everything else of ours that stops, in the order in which it can come back
	Unserved    []Lost        `json:"unserved"`    // customers and others outside who no longer get what they need
	Degraded    []Lost        `json:"degraded"`    // what works worse
	NoReserve   []Lost        `json:"noReserve"`   // what works fully on its last reserve
	Waves       int           `json:"waves"`       // steps in which everything comes back
	LossEURHour float64       `json:"lossEurHour"` // of the services that say it
	LossUnknown []Stub        `json:"lossUnknown"` // services that do not
	LossAtOnce  float64       `json:"lossAtOnce"`  // euro until all are back, of those that say both
	LossInTurn  float64       `json:"lossInTurn"`
	AtLeast     bool          `json:"atLeast"` // the sums are lower bounds
}

// AskWhatIf tells what stops when elements go, in which order it comes back, and what that costs.
func AskWhatIf(ctx context.Context, r db.Reader, in WhatIfIn) (WhatIf, error) {
	s, err := Current(ctx, r)
	if err != nil {
		return WhatIf{}, err
	}
	for _, id := range in.Elements {
		if _, there := s.Index[id]; !there {
			return WhatIf{}, problem.Field("element", "problem.dangling", "value", id)
		}
	}
	return s.WhatIf(in), nil
}

// OpWhatIf tells what stops when elements go.
var OpWhatIf = op.Query[WhatIfIn, WhatIf]{Name: "landscape.what-if", Route: "GET /api/landscape/what-if", Func: AskWhatIf}

// WhatIf tells what stops when elements of the map go. O(elements + connections).
func (s *Snapshot) WhatIf(in WhatIfIn) WhatIf {
	w := whatIf{in: in, gone: map[int32]Connection{}, mesh: s.View(Lens{Soft: in.Soft, Planned: in.Planned}).mesh}
	w.out = WhatIf{
		Down: []Stub{}, Services: []LostService{}, Stopped: []Lost{}, Unserved: []Lost{}, Degraded: []Lost{}, NoReserve: []Lost{}, LossUnknown: []Stub{},
	}
	down := w.down()
	w.why = w.mesh.stop(down)
	sub := w.mesh.without(w.why)
	w.atOnce, w.inTurn = sub.reckon(recoveryTime, together), sub.reckon(recoveryTime, inTurn)
	w.wave = sub.reckon(func(Element) *int64 { one := int64(1); return &one }, inTurn)
	w.sub = sub
	for node, why := range w.why {
		if why != graph.Working {
			w.stopped(int32(node))
		}
	}
	w.degraded()
	w.order()
	return w.out
}

// whatIf is one question on its way to the answer.
type whatIf struct {
	in                   WhatIfIn
	mesh, sub            *mesh
	gone                 map[int32]Connection // what goes with a supplier or a site that is gone for good
	why                  []int32
	atOnce, inTurn, wave []measured
	out                  WhatIf
}

// down gives what goes: what was named and, when that is for good, what it supplies or hosts and nothing stands in for.
func (w *whatIf) down() (nodes []int32) {
	named := wordSet(slices.Clone(w.in.Elements))
	for _, id := range named {
		node := w.mesh.Index[id]
		nodes = append(nodes, node)
		w.out.Down = append(w.out.Down, w.mesh.stub(node))
	}
	if !w.in.Gone {
		return nodes
	}
	for _, c := range w.mesh.Connections {
		supplied := c.Kind == SuppliedBy || c.Kind == RunsOn
		node, there := w.mesh.Index[c.From]
		if supplied && there && c.Live() && c.KOfN == nil && slices.Contains(named, c.To) {
			nodes = append(nodes, node)
			w.gone[node] = c
		}
	}
	return nodes
}

// stopped notes an element that stops.
func (w *whatIf) stopped(node int32) {
	e := w.mesh.Of(node)
	one := Lost{Stub: w.mesh.stub(node), Chain: w.chain(node)}
	if !w.in.Gone {
		one.Wave = int(w.wave[node].minutes)
		one.AtOnce, one.InTurn = &w.atOnce[node].minutes, &w.inTurn[node].minutes
		one.AtLeast = w.inTurn[node].unknown
		starts := w.sub.slowestGate(node, w.inTurn).minutes
		one.Starts = &starts
		w.out.Waves = max(w.out.Waves, one.Wave)
	}
	switch {
	case e.Kind == KindService:
		w.service(e, one)
	case e.Outside && w.why[node] != graph.Down:
		w.out.Unserved = append(w.out.Unserved, one)
	default:
		w.out.Stopped = append(w.out.Stopped, one)
	}
}

// chain gives the needs that lead from an element that stopped to what is down.
func (w *whatIf) chain(node int32) []Step {
	var ties []int32
	at := node
	for ; w.why[at] >= 0; at = w.mesh.Ties[w.why[at]].Provider {
		ties = append(ties, w.why[at])
	}
	steps := w.mesh.chain(node, ties, func(s *Step, e Element) { s.Minutes = e.RTO })
	if c, with := w.gone[at]; with {
		last := &steps[len(steps)-1]
		last.Connection, last.Tie = c.ID, c.Kind
		steps = append(steps, w.mesh.step(c.To))
	}
	return steps
}

func (w *whatIf) service(e Element, one Lost) {
	lost := LostService{Lost: one, MTPD: e.MTPD, LossEURHour: e.LossEURHour, Tolerance: w.tolerance(e, one)}
	if e.LossEURHour == nil {
		w.out.LossUnknown = append(w.out.LossUnknown, one.Stub)
	} else {
		w.out.LossEURHour += *e.LossEURHour
		w.losses(&lost)
	}
	w.out.Services = append(w.out.Services, lost)
}

// losses counts what a service costs until it is back.
func (w *whatIf) losses(lost *LostService) {
	if lost.AtOnce == nil {
		return
	}
	least, most := *lost.LossEURHour*float64(*lost.AtOnce)/60, *lost.LossEURHour*float64(*lost.InTurn)/60
	lost.LossAtOnce, lost.LossInTurn = &least, &most
	w.out.LossAtOnce += least
	w.out.LossInTurn += most
	w.out.AtLeast = w.out.AtLeast || lost.AtLeast
}

// tolerance compares when a service is back with what it promises and tolerates.
func (w *whatIf) tolerance(e Element, one Lost) Tolerance {
	limit := e.MTPD
	if limit == nil {
		limit = e.RTO
	}
	switch {
	case w.in.Gone:
		return Never
	case limit == nil:
		return NoAnswer
	case *one.AtOnce > *limit:
		return Breaks
	case one.AtLeast:
		return NoAnswer
	case *one.InTurn > *limit:
		return Depends
	case e.RTO != nil && *one.InTurn > *e.RTO:
		return Late
	default:
		return Kept
	}
}

// degraded finds what works worse, directly or because something that it needs does, and what works on its last reserve.
func (w *whatIf) degraded() {
	m := w.mesh.View.Snapshot.View(Lens{Soft: true, Planned: w.in.Planned}).mesh
	from := make([]int32, len(m.IDs)) // tie through which an element is touched
	var open []int32
	for node := range from {
		from[node] = -1
		if w.why[node] != graph.Working {
			open = append(open, int32(node))
		}
	}
	for ; len(open) > 0; open = open[1:] {
		for _, tie := range m.in[open[0]] {
			t := m.Ties[tie]
			if w.why[t.Consumer] != graph.Working || from[t.Consumer] >= 0 {
				continue
			}
			c := m.Connections[t.Connection]
			if c.KOfN != nil && c.Strength == Hard { // something stands in for it
				if w.why[t.Provider] != graph.Working {
					w.noReserve(m, tie)
				}
				continue
			}
			from[t.Consumer] = tie
			open = append(open, t.Consumer)
		}
	}
	for node, tie := range from {
		if tie >= 0 && !m.Of(int32(node)).Outside {
			w.out.Degraded = append(w.out.Degraded, Lost{Stub: m.stub(int32(node)), Chain: w.touched(m, int32(node), from)})
		}
	}
}

// touched is the chain from what works worse to what stopped, and on to what is down.
func (w *whatIf) touched(m *mesh, node int32, from []int32) []Step {
	var ties []int32
	at := node
	for ; from[at] >= 0; at = m.Ties[from[at]].Provider {
		ties = append(ties, from[at])
	}
	steps := m.chain(node, ties, nil)
	return append(steps[:len(steps)-1], w.chain(at)...)
}

// noReserve notes an element that lost a provider of a gate which still opens.
func (w *whatIf) noReserve(m *mesh, tie int32) {
	consumer := m.Ties[tie].Consumer
	id := m.IDs[consumer]
	if !slices.ContainsFunc(w.out.NoReserve, func(l Lost) bool { return l.ID == id }) {
		w.out.NoReserve = append(w.out.NoReserve, Lost{Stub: m.stub(consumer), Chain: m.chain(consumer, []int32{tie}, nil)})
	}
}

// order puts what comes back first at the top, and the services that cost most.
func (w *whatIf) order() {
	byWave := func(a, b Lost) int { return cmp.Or(a.Wave-b.Wave, compare(a.ID, b.ID)) }
	slices.SortFunc(w.out.Stopped, byWave)
	slices.SortFunc(w.out.Unserved, byWave)
	slices.SortFunc(w.out.NoReserve, byWave)
	slices.SortFunc(w.out.Degraded, func(a, b Lost) int {
		return cmp.Or(boolFirst(a.Kind == KindService, b.Kind == KindService), len(a.Chain)-len(b.Chain), compare(a.ID, b.ID))
	})
	slices.SortFunc(w.out.Services, func(a, b LostService) int {
		return cmp.Or(cmp.Compare(amountOf(b.LossEURHour), amountOf(a.LossEURHour)), compare(a.ID, b.ID))
	})
}

func amountOf(x *float64) float64 {
	if x == nil {
		return -1
	}
	return *x
}
