package landscape

import (
	"context"
	"slices"
	"sync"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape/graph"
)

// Snapshot is the live map of one revision with its elements numbered: node i is IDs[i]. It is shared by
// everybody who asks for the same revision, so nobody changes it.
type Snapshot struct {
	Map
	Revision string
	IDs      []string // sorted
	Index    map[string]int32

	nodes []Element // by number

	mu    sync.Mutex
	views map[string]*View
	day   string // on which found was found
	found []Incoherence
}

// Lens says which connections an analysis looks at. Every measure tells the lens it was computed with.
type Lens struct {
	Kinds   []ConnectionKind `query:"kind" doc:"only connections of these kinds; all that carry a dependency when empty"`
	Soft    bool             `query:"soft" doc:"also needs without which the consumer only works worse"`
	Planned bool             `query:"planned" doc:"also what is planned or being established"`
	Parts   bool             `query:"parts" doc:"also from a part to the whole that it belongs to: the whole needs its parts"`
}

// Tie is a connection turned so that the consumer needs the provider, with the numbers of both.
type Tie struct {
	Consumer, Provider int32
	Connection         int32 // index in Map.Connections
}

// View is a snapshot through a lens. A part that its whole needs counts as hard.
type View struct {
	*Snapshot
	Lens Lens
	Ties []Tie // by connection id

	Graph *graph.Graph // consumer → provider
	Needs *graph.Needs // the same with groups: of the providers that one consumer needs k of n, k must work
	mesh  *mesh        // the same with the connections
	*measures

	exact, quick struct {
		once sync.Once
		essentials
	}
}

// Current gives the live map. Loaded once for each revision, it is kept until newer ones push it out.
func Current(ctx context.Context, r db.Reader) (*Snapshot, error) {
	revision, err := db.Value[string](ctx, r, "SELECT revision FROM landscape_revision WHERE id = 1")
	if err != nil {
		return nil, err
	}
	load := func() (*Snapshot, error) {
		m, err := LoadMap(ctx, r)
		return NewSnapshot(m, revision), err
	}
	if revision == emptyRevision {
		return load()
	}
	return snapshots.get(revision, load)
}

// snapshots are those that were asked for last. A revision is named by a random id, so those of several databases in one
// program never mix.
var snapshots = lately[*Snapshot]{size: 3}

// emptyRevision is the name of the map of every fresh database, and of those from before revisions.
const emptyRevision = "empty"

// NewSnapshot numbers the elements of a map.
func NewSnapshot(m Map, revision string) *Snapshot {
	s := &Snapshot{Map: m, Revision: revision, IDs: sortedKeys(m.Elements), views: map[string]*View{}}
	s.Index = make(map[string]int32, len(s.IDs))
	s.nodes = make([]Element, len(s.IDs))
	for i, id := range s.IDs {
		s.Index[id], s.nodes[i] = int32(i), m.Elements[id]
	}
	return s
}

// View looks at the map through a lens; the same lens again gives the same view.
func (s *Snapshot) View(l Lens) *View {
	key := l.key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.views[key]; ok {
		return v
	}
	v := &View{Snapshot: s, Lens: l}
	for i, c := range s.Connections {
		if tie, ok := s.tie(l, c); ok {
			tie.Connection = int32(i)
			v.Ties = append(v.Ties, tie)
		}
	}
	edges := make([]graph.Edge, len(v.Ties))
	for i, t := range v.Ties {
		edges[i] = graph.Edge{From: t.Consumer, To: t.Provider}
	}
	v.Graph, v.mesh = graph.New(len(s.IDs), edges), newMesh(v)
	v.Needs, v.measures = v.mesh.needs(), newMeasures(v)
	s.views[key] = v
	return v
}

// tie turns a connection for a lens; false when the lens does not show it or an end is not on the map.
func (s *Snapshot) tie(l Lens, c Connection) (t Tie, ok bool) {
	consumer, provider, needs := c.Need()
	part := l.Parts && c.Kind == PartOf && !needs
	if part {
		consumer, provider = c.To, c.From
	}
	switch {
	case !needs && !part,
		!part && c.Strength == Soft && !l.Soft,
		!c.Live() && !l.Planned,
		len(l.Kinds) > 0 && !slices.Contains(l.Kinds, c.Kind):
		return t, false
	}
	var there bool
	if t.Consumer, there = s.Index[consumer]; !there {
		return t, false
	}
	t.Provider, there = s.Index[provider]
	return t, there
}

func (l Lens) key() string {
	key := ""
	for _, k := range l.Kinds {
		key += string(k) + " "
	}
	for _, on := range []bool{l.Soft, l.Planned, l.Parts} {
		if on {
			key += "1"
		} else {
			key += "0"
		}
	}
	return key
}

// Of gives the element with a number.
func (s *Snapshot) Of(node int32) Element { return s.nodes[node] }

// connection finds a live connection by its id.
func (s *Snapshot) connection(id string) (Connection, bool) {
	at, found := slices.BinarySearchFunc(s.Connections, id, func(c Connection, id string) int { return compare(c.ID, id) })
	if !found {
		return Connection{}, false
	}
	return s.Connections[at], true
}
