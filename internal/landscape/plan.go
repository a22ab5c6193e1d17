package landscape

import (
	"context"
	"math"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape/layout"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// MostPlanned is how many elements the whole map shows one by one; larger maps are shown in groups that open.
const MostPlanned = 1_000

// PlanIn says which part of the map to lay out.
type PlanIn struct {
	GroupsIn
	Group string `query:"group" doc:"only this group; all when empty"`
}

// Planned is an element with its place on the whole map, in pixels.
type Planned struct {
	Stub
	Group string  `json:"group"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Moved bool    `json:"moved,omitempty"` // somebody put it there
}

// PlannedTie is a need between two elements of the list.
type PlannedTie struct {
	From int  `json:"from"`
	To   int  `json:"to"`
	Soft bool `json:"soft,omitempty"`
}

// Plan is the whole map, or a group of it, element by element.
type Plan struct {
	Elements []Planned    `json:"elements"`
	Ties     []PlannedTie `json:"ties"`
	Found    int          `json:"found"` // elements that the filters leave; more than MostPlanned are not laid out
}

// LayOut gives each element its place: where people put it, otherwise beside its group. The same map gives the same plan.
func LayOut(ctx context.Context, r db.Reader, in PlanIn) (Plan, error) {
	out := Plan{Elements: []Planned{}, Ties: []PlannedTie{}}
	if err := in.GroupsIn.check(); err != nil {
		return out, err
	}
	s, err := Current(ctx, r)
	if err != nil {
		return out, err
	}
	v := s.View(in.Lens)
	place := map[int32]int{}
	var chosen []int32
	for i, id := range v.IDs {
		e := v.Elements[id]
		if (in.Group == "" || e.group(in.By) == in.Group) && in.keeps(e) {
			place[int32(i)] = len(chosen)
			chosen = append(chosen, int32(i))
		}
	}
	if out.Found = len(chosen); out.Found > MostPlanned {
		return out, nil
	}
	for _, node := range chosen {
		out.Elements = append(out.Elements, Planned{Stub: v.stub(node), Group: v.Of(node).group(in.By)})
	}
	for _, t := range v.Ties {
		from, has := place[t.Consumer]
		to, there := place[t.Provider]
		c := v.Connections[t.Connection]
		if has && there && from != to && (in.Phase == "" || c.Phase == Phase(in.Phase)) {
			out.Ties = append(out.Ties, PlannedTie{From: from, To: to, Soft: c.Strength == Soft})
		}
	}
	return out, out.arrange(ctx, r)
}

// OpPlan lays out the whole map.
var OpPlan = op.Query[PlanIn, Plan]{Name: "landscape.plan", Route: "GET /api/landscape/plan", Func: LayOut}

// The room for one element on the whole map, in pixels.
const planW, planH = 150, 70

func (p *Plan) arrange(ctx context.Context, r db.Reader) error {
	names := map[string]bool{}
	for _, e := range p.Elements {
		names[e.Group] = true
	}
	order := sortedKeys(names)
	domain := make([]int, len(p.Elements))
	for i, e := range p.Elements {
		domain[i], _ = slices.BinarySearch(order, e.Group)
	}
	lines := make([]layout.Line, len(p.Ties))
	for i, t := range p.Ties {
		lines[i] = layout.Line{From: t.From, To: t.To}
	}
	plan := layout.Domains(domain, len(order), lines, layout.Cell{W: planW, H: planH})
	type put struct {
		id   string
		x, y float64
	}
	puts, err := db.All(ctx, r, func(s db.Scan) (one put, err error) { return one, s(&one.id, &one.x, &one.y) }, "SELECT element, x, y FROM landscape_position")
	by := make(map[string]put, len(puts))
	for _, one := range puts {
		by[one.id] = one
	}
	for i := range p.Elements {
		e := &p.Elements[i]
		e.X, e.Y = plan.Points[i].X, plan.Points[i].Y
		if one, there := by[e.ID]; there {
			e.X, e.Y, e.Moved = one.x, one.y, true
		}
	}
	return err
}

// PlaceIn puts elements somewhere on the whole map; Forget lets them be laid out again.
type PlaceIn struct {
	Places []PlacedAt `json:"places,omitempty"`
	Forget []string   `json:"forget,omitempty" doc:"ids of elements to lay out again"`
}

// PlacedAt is a place on the whole map, in pixels.
type PlacedAt struct {
	Element string  `json:"element"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
}

// Place puts elements somewhere on the whole map, for everybody.
func Place(ctx context.Context, tx *db.Tx, in PlaceIn) (struct{}, error) {
	none := struct{}{}
	if len(in.Places)+len(in.Forget) > MostPlanned {
		return none, problem.Field("places", "problem.range", "value", len(in.Places)+len(in.Forget), "min", 0, "max", MostPlanned)
	}
	for _, p := range in.Places {
		if math.IsNaN(p.X+p.Y) || math.Abs(p.X) > 1e6 || math.Abs(p.Y) > 1e6 {
			return none, problem.Field("places", "problem.range", "value", p.X, "min", -1e6, "max", 1e6)
		}
		if _, err := element(ctx, tx, p.Element); err != nil {
			return none, err
		}
		tx.Touch(ElementRef(p.Element))
		if _, err := tx.Exec(ctx, `INSERT INTO landscape_position (element, x, y) VALUES ($1, $2, $3)
			ON CONFLICT (element) DO UPDATE SET x = excluded.x, y = excluded.y`, p.Element, p.X, p.Y); err != nil {
			return none, err
		}
	}
	for _, id := range in.Forget {
		if _, err := tx.Exec(ctx, "DELETE FROM landscape_position WHERE element = $1", id); err != nil {
			return none, err
		}
	}
	return none, nil
}

// OpPlace puts elements somewhere on the whole map.
var OpPlace = op.Command[PlaceIn, struct{}]{Name: "landscape.place", Route: "POST /api/landscape/place", Func: Place}
