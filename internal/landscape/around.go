package landscape

import (
	"cmp"
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// AroundIn says round which element to look, how far and in which direction. Without a focus it is round all services.
type AroundIn struct {
	Lens
	Focus     string `query:"focus" doc:"id of the element in the middle; all services when empty"`
	Steps     int    `query:"steps" minimum:"0" maximum:"4" doc:"how many connections away: 1 to 4; when empty 2, and 1 round all services"`
	Direction string `query:"direction" enum:"both,needs,needed-by," doc:"both, only what it needs, or only what needs it"`
}

// Target is the element in the middle.
func (in AroundIn) Target() ref.Ref {
	if in.Focus == "" {
		return ""
	}
	return ElementRef(in.Focus)
}

// Spot is an element in a neighbourhood.
type Spot struct {
	Stub
	Layer     string     `json:"layer,omitempty"`
	Variant   string     `json:"variant,omitempty"`
	EndOfLife string     `json:"endOfLife,omitempty"`
	CostEUR   *float64   `json:"costEur,omitempty"`
	Away      int        `json:"away"`    // connections from the middle
	Reasons   []Question `json:"reasons"` // questions for which it is an essential point
	Gap       *RTOGap    `json:"gap,omitempty"`
	Conforms  string     `json:"conforms,omitempty"` // holds, violated or cannot-tell; empty where no policy concerns it
}

// RTOGap is the shortest recovery time that anything asks of a provider directly, beside its own. Minutes.
type RTOGap struct {
	Asked int64  `json:"asked"`
	Own   *int64 `json:"own,omitempty"` // nil: nobody has said
}

// AroundTie is a need between two spots, by their places in the list.
type AroundTie struct {
	From       int            `json:"from"` // the consumer
	To         int            `json:"to"`   // the provider
	Connection string         `json:"connection"`
	Kind       ConnectionKind `json:"kind"`
	Turned     bool           `json:"turned,omitempty"` // it reads from the provider to the consumer
	Soft       bool           `json:"soft,omitempty"`
	KOfN       *int64         `json:"kOfN,omitempty"`
	Protocol   string         `json:"protocol,omitempty"`
	Phase      Phase          `json:"phase"`
}

// Around is the neighbourhood of an element: the nearest elements, at most MostAround, and the needs between them.
type Around struct {
	Focus string      `json:"focus,omitempty"`
	Spots []Spot      `json:"spots"` // nearest first
	Ties  []AroundTie `json:"ties"`
	Found int         `json:"found"` // elements within the steps, drawn or not
	All   int         `json:"all"`   // elements on the map
}

// MostAround is how many elements a neighbourhood shows.
const MostAround = 300

// LookAround gives the neighbourhood of an element.
func LookAround(ctx context.Context, r db.Reader, in AroundIn) (Around, error) {
	if err := in.check(); err != nil {
		return Around{}, err
	}
	s, err := Current(ctx, r)
	if err != nil {
		return Around{}, err
	}
	v := s.View(in.Lens)
	from, err := v.middle(in.Focus)
	if err != nil {
		return Around{}, err
	}
	nodes, away := v.near(from, cmp.Or(in.Steps, in.usual()), in.Direction)
	out := Around{Focus: in.Focus, Found: len(nodes), All: len(s.IDs), Ties: []AroundTie{}}
	nodes = nodes[:min(len(nodes), MostAround)]
	standing, err := ConformanceOf(ctx, r)
	if err != nil {
		return Around{}, err
	}
	place := make(map[int32]int, len(nodes))
	out.Spots = make([]Spot, len(nodes))
	for i, node := range nodes {
		place[node] = i
		out.Spots[i] = v.spot(node, away[node], standing)
	}
	for _, t := range v.Ties {
		consumer, has := place[t.Consumer]
		provider, there := place[t.Provider]
		if !has || !there || consumer == provider {
			continue
		}
		c := v.Connections[t.Connection]
		out.Ties = append(out.Ties, AroundTie{
			From: consumer, To: provider, Connection: c.ID, Kind: c.Kind, Turned: c.From != v.IDs[t.Consumer], Soft: c.Strength == Soft && c.Kind != PartOf,
			KOfN: c.KOfN, Protocol: c.Protocol, Phase: c.Phase,
		})
	}
	return out, nil
}

// OpAround gives the neighbourhood of an element.
var OpAround = op.Query[AroundIn, Around]{Name: "landscape.around", Route: "GET /api/landscape/around", Func: LookAround}

// usual is how far to look unless somebody says: round all services less far, because there are many.
func (in AroundIn) usual() int {
	if in.Focus == "" {
		return 1
	}
	return 2
}

func (in AroundIn) check() error {
	c := checker{field: plain}
	in.Lens.check(&c)
	c.choice("direction", in.Direction, "", "both", "needs", "needed-by")
	steps := int64(in.Steps)
	c.between("steps", &steps, 0, 4)
	return problem.Many(c.wrong)
}

func (v *View) middle(focus string) (from []int32, err error) {
	if focus == "" {
		for i, id := range v.IDs {
			if v.Elements[id].Kind == KindService {
				from = append(from, int32(i))
			}
		}
		return from, nil
	}
	node, there := v.Index[focus]
	if !there {
		return nil, problem.New(problem.NotFound, "problem.not-found", "what", focus)
	}
	return []int32{node}, nil
}

// near finds what lies within some steps, nearest first, then by id.
func (v *View) near(from []int32, steps int, direction string) (nodes []int32, away map[int32]int) {
	away = make(map[int32]int, len(from))
	for _, node := range from {
		away[node] = 0
	}
	nodes = slices.Clone(from)
	for i := 0; i < len(nodes); i++ {
		at := nodes[i]
		if away[at] == steps {
			continue
		}
		var next []int32
		if direction != "needed-by" {
			next = append(next, v.Graph.Out(at)...)
		}
		if direction != "needs" {
			next = append(next, v.Graph.In(at)...)
		}
		slices.Sort(next)
		for _, other := range next {
			if _, seen := away[other]; !seen {
				away[other] = away[at] + 1
				nodes = append(nodes, other)
			}
		}
	}
	return nodes, away
}

func (v *View) spot(node int32, away int, standing map[string]Conformance) Spot {
	e := v.Of(node)
	spot := Spot{
		Stub: e.stub(), Layer: e.Layer, Variant: e.Variant, EndOfLife: e.EndOfLife, CostEUR: e.CostEURYear, Away: away,
		Reasons: []Question{}, Gap: v.gap(node),
	}
	if len(v.IDs) <= quickPoints {
		spot.Reasons = v.measure(false).points[node].Reasons
	}
	if c, concerned := standing[e.ID]; concerned {
		switch {
		case c.Worst != "":
			spot.Conforms = "violated"
		case c.CannotTell > 0:
			spot.Conforms = "cannot-tell"
		default:
			spot.Conforms = "holds"
		}
	}
	return spot
}

// quickPoints is up to how many elements a neighbourhood computes the measures of the whole map.
const quickPoints = 2_000

// gap compares the recovery time of a provider with what those who need it ask for.
func (v *View) gap(node int32) *RTOGap {
	var gap *RTOGap
	for _, tie := range v.mesh.in[node] {
		t := v.Ties[tie]
		asked := v.Of(t.Consumer).RTO
		if asked == nil || v.Connections[t.Connection].Strength == Soft {
			continue
		}
		if gap == nil || *asked < gap.Asked {
			gap = &RTOGap{Asked: *asked, Own: v.Of(node).RTO}
		}
	}
	return gap
}
