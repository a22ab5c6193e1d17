package landscape

import (
	"cmp"
	"context"
	"slices"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// CompareIn names two days; the map is taken as it was at the end of each.
type CompareIn struct {
	From string `query:"from" doc:"the earlier day"`
	To   string `query:"to" doc:"the later day; today, as the map is now, when empty"`
}

// Difference is one thing that began, ended or changed between two days.
type Difference struct {
	change.Change
	Subject   string    `json:"subject"` // element, connection or agreement
	ID        string    `json:"id"`
	Kind      string    `json:"kindOf"` // of the thing: system, uses, contract
	Name      i18n.Text `json:"name"`
	OtherName i18n.Text `json:"otherName"`      // of the other end of a connection
	Page      string    `json:"page,omitempty"` // element with which to look at it
}

// Measure is a figure of the map on both days.
type Measure struct {
	Name   string `json:"name"`
	Before int    `json:"before"`
	After  int    `json:"after"`
}

// Comparison is what became different between two days.
type Comparison struct {
	From        string        `json:"from"`
	To          string        `json:"to"`
	Differences []Difference  `json:"differences"`
	Measures    []Measure     `json:"measures"`
	New         []Incoherence `json:"new"`        // findings that the earlier day had not
	Solved      []Incoherence `json:"solved"`     // and that the later day has no more
	PointsNew   []Stub        `json:"pointsNew"`  // whose loss parts the map, and did not before
	PointsGone  []Stub        `json:"pointsGone"` // whose loss parts the map no longer
}

// Count counts the differences of a sort.
func (c Comparison) Count(kind change.Kind) (n int) {
	for _, d := range c.Differences {
		if d.Change.Kind == kind {
			n++
		}
	}
	return n
}

// Compare compares the map of two days.
func Compare(ctx context.Context, r db.Reader, in CompareIn) (Comparison, error) {
	today := r.Now().Format(time.DateOnly)
	in.To = cmp.Or(in.To, today)
	c := checker{field: plain}
	if in.From == "" {
		c.add(problem.Field("from", "problem.required"))
	}
	c.day("from", in.From)
	c.day("to", in.To)
	if len(c.wrong) == 0 && in.From > in.To {
		c.add(problem.Field("from", "landscape.error.until"))
	}
	if err := problem.Many(c.wrong); err != nil {
		return Comparison{}, err
	}
	before, err := endOf(ctx, r, in.From, today)
	if err != nil {
		return Comparison{}, err
	}
	after, err := endOf(ctx, r, in.To, today)
	if err != nil {
		return Comparison{}, err
	}
	return compareMaps(before, after, in.From, in.To), nil
}

// OpCompare compares the map of two days.
var OpCompare = op.Query[CompareIn, Comparison]{Name: "landscape.compare", Route: "GET /api/landscape/compare", Func: Compare}

// endOf gives the map at the end of a day; of today and later, as it is now.
func endOf(ctx context.Context, r db.Reader, day, today string) (*Snapshot, error) {
	if day >= today {
		return Current(ctx, r)
	}
	start, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, err
	}
	m, err := MapOn(ctx, r, start.AddDate(0, 0, 1).Add(-time.Microsecond))
	if err != nil {
		return nil, err
	}
	return NewSnapshot(m, ""), nil
}

func compareMaps(before, after *Snapshot, from, to string) Comparison {
	c := Comparison{From: from, To: to, Differences: differences(before, after)}
	found := [2][]Incoherence{before.Findings(from, nil), after.Findings(to, nil)}
	points := [2]map[string]bool{before.parting(), after.parting()}
	c.Measures = measuresOf(before, after, found, points)
	c.New, c.Solved = foundOnly(found[1], found[0]), foundOnly(found[0], found[1])
	c.PointsNew, c.PointsGone = after.stubsWithout(points[1], points[0]), before.stubsWithout(points[0], points[1])
	return c
}

func differences(before, after *Snapshot) []Difference {
	all := []Difference{}
	for _, d := range change.Plan("element", before.Elements, after.Elements, after.IDs, func(e Element) string { return e.Name }) {
		e, there := after.Elements[d.Ref.ID()]
		if !there {
			e = before.Elements[d.Ref.ID()]
		}
		all = append(all, Difference{Change: d, Subject: "element", ID: e.ID, Kind: string(e.Kind), Name: e.Title(), Page: e.ID})
	}
	old, now := byID(before.Connections, Connection.id), byID(after.Connections, Connection.id)
	for _, d := range change.Plan("connection", old, now, ids(after.Connections, Connection.id), Connection.id) {
		c, s := now[d.Ref.ID()], after
		if d.Kind == change.Remove {
			c, s = old[d.Ref.ID()], before
		}
		all = append(all, Difference{Change: d, Subject: "connection", ID: c.ID, Kind: string(c.Kind), Name: s.nameOf(c.From), OtherName: s.nameOf(c.To), Page: c.From})
	}
	for _, d := range change.Plan("agreement", before.Agreements, after.Agreements, sortedKeys(after.Agreements), func(a Agreement) string { return a.Title }) {
		a, there := after.Agreements[d.Ref.ID()]
		if !there {
			a = before.Agreements[d.Ref.ID()]
		}
		all = append(all, Difference{Change: d, Subject: "agreement", ID: a.ID, Kind: a.Kind, Name: a.Name(), Page: a.Party})
	}
	return all
}

// parting gives the elements whose loss parts the map.
func (s *Snapshot) parting() map[string]bool {
	points := map[string]bool{}
	for node, cuts := range s.View(Lens{}).cut().Articulation {
		if cuts {
			points[s.IDs[node]] = true
		}
	}
	return points
}

// measuresOf gives the figures of both days, in the order in which people look for them.
func measuresOf(before, after *Snapshot, found [2][]Incoherence, points [2]map[string]bool) []Measure {
	count := func(of func(s *Snapshot) int) [2]int { return [2]int{of(before), of(after)} }
	graded := func(g Grade) (n [2]int) {
		for i := range found {
			for _, f := range found[i] {
				if f.Grade == g {
					n[i]++
				}
			}
		}
		return n
	}
	var all []Measure
	for _, m := range []struct {
		name string
		n    [2]int
	}{
		{"elements", count(func(s *Snapshot) int { return len(s.Elements) })},
		{"services", count(func(s *Snapshot) int { return s.countOf(func(e Element) bool { return e.Kind == KindService }) })},
		{"outside", count(func(s *Snapshot) int { return s.countOf(func(e Element) bool { return e.Outside }) })},
		{"connections", count(func(s *Snapshot) int { return len(s.Connections) })},
		{"crossing", count((*Snapshot).crossing)},
		{"agreements", count(func(s *Snapshot) int { return len(s.Agreements) })},
		{"unknown", count(func(s *Snapshot) int { return s.countOf(func(e Element) bool { return e.Kind == KindUnknown }) })},
		{"points", [2]int{len(points[0]), len(points[1])}},
		{"broken", graded(Broken)},
		{"soon", graded(Soon)},
		{"cannot-tell", graded(CannotTell)},
	} {
		all = append(all, Measure{Name: m.name, Before: m.n[0], After: m.n[1]})
	}
	return all
}

func (s *Snapshot) countOf(what func(Element) bool) (n int) {
	for _, e := range s.nodes {
		if what(e) {
			n++
		}
	}
	return n
}

func (s *Snapshot) crossing() (n int) {
	for _, c := range s.Connections {
		from, fromThere := s.Elements[c.From]
		to, toThere := s.Elements[c.To]
		if fromThere && toThere && from.Outside != to.Outside {
			n++
		}
	}
	return n
}

// foundOnly leaves the findings of one day that another has not.
func foundOnly(some, others []Incoherence) []Incoherence {
	known := make(map[string]bool, len(others))
	for _, f := range others {
		known[f.Key()] = true
	}
	return slices.DeleteFunc(slices.Clone(some), func(f Incoherence) bool { return known[f.Key()] })
}

func (s *Snapshot) stubsWithout(some, others map[string]bool) []Stub {
	all := []Stub{}
	for _, id := range sortedKeys(some) {
		if !others[id] {
			all = append(all, s.stub(s.Index[id]))
		}
	}
	return all
}
