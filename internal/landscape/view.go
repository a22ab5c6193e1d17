package landscape

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
)

// Stub is an element in short, as a neighbour sees it.
type Stub struct {
	ID          string     `json:"id"`
	Kind        Kind       `json:"kind"`
	Name        i18n.Text  `json:"name"`
	Outside     bool       `json:"outside,omitempty"`
	Criticality *int64     `json:"criticality,omitempty"`
	RTO         *int64     `json:"rtoMin,omitempty"`
	EndedAt     *time.Time `json:"endedAt,omitempty"`
}

const stubColumns = `e.id, e.kind, e.name, e.name_it, e.outside, e.criticality, e.rto_min, e.ended_at`

// stub is the element in short.
func (e Element) stub() Stub {
	return Stub{ID: e.ID, Kind: e.Kind, Name: e.Title(), Outside: e.Outside, Criticality: e.Criticality, RTO: e.RTO, EndedAt: e.EndedAt}
}

func (s *Snapshot) stub(node int32) Stub { return s.Of(node).stub() }

func (s *Snapshot) stubs(nodes []int32) []Stub {
	all := make([]Stub, len(nodes))
	for i, node := range nodes {
		all[i] = s.stub(node)
	}
	return all
}

// Link is a connection as one of its ends sees it.
type Link struct {
	Connection Connection `json:"connection"`
	Other      Stub       `json:"other"`
}

// ElementView is an element with all that hangs together with it.
type ElementView struct {
	Element           Element           `json:"element"`
	OwnerName         i18n.Text         `json:"ownerName"`
	SecurityOwnerName i18n.Text         `json:"securityOwnerName"`
	Tier              *int64            `json:"tier,omitempty"` // of the element or, where higher, of what needs it
	Needs             []Link            `json:"needs"`          // what it hangs on
	NeededBy          []Link            `json:"neededBy"`       // what hangs on it
	Beside            []Link            `json:"beside"`         // ties without a dependency
	Agreements        []Agreement       `json:"agreements"`     // that cover it, that it is party to, or under which it is connected
	Supports          []Service         `json:"supports"`       // services that stop with it
	Closure           []Stub            `json:"closure"`        // everything that it needs, directly or through others
	Findings          []Incoherence     `json:"findings"`
	People            map[string]string `json:"people"`  // names of those who answer for its connections, by id
	MapSize           int               `json:"mapSize"` // elements on the map
}

// GetElementIn names an element.
type GetElementIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the element.
func (in GetElementIn) Target() ref.Ref { return ElementRef(in.ID) }

// GetElement loads an element with its connections in both directions, its agreements, the services that
// it supports and the findings about it.
func GetElement(ctx context.Context, r db.Reader, in GetElementIn) (ElementView, error) {
	v := ElementView{}
	var err error
	if v.Element, err = element(ctx, r, in.ID); err != nil {
		return v, err
	}
	if err := v.names(ctx, r); err != nil {
		return v, err
	}
	if err := v.links(ctx, r); err != nil {
		return v, err
	}
	if err := v.agreed(ctx, r); err != nil {
		return v, err
	}
	s, found, err := FoundToday(ctx, r)
	if err != nil {
		return v, err
	}
	v.fromMap(s, found)
	owners := map[string]bool{}
	for _, link := range v.all() {
		owners[link.Connection.OwnerFrom], owners[link.Connection.OwnerTo] = true, true
	}
	v.People, err = personNames(ctx, r, owners)
	return v, err
}

// fromMap fills in what follows from the whole map.
func (v *ElementView) fromMap(s *Snapshot, found []Incoherence) {
	id := v.Element.ID
	v.MapSize = len(s.IDs)
	v.Supports, v.Closure, v.Findings = s.supports(id), s.closure(id), []Incoherence{}
	if node, there := s.Index[id]; there {
		levels, _ := s.View(Lens{}).levels()
		if level := levels[node]; level > 0 {
			v.Tier = &level
		}
	}
	for _, f := range found {
		if f.concerns(id) {
			v.Findings = append(v.Findings, f)
		}
	}
}

// OpGetElement loads an element.
var OpGetElement = op.Query[GetElementIn, ElementView]{Name: "landscape.get", Route: "GET /api/landscape/elements/{id}", Func: GetElement}

func (v *ElementView) names(ctx context.Context, r db.Reader) error {
	called, err := peopleNames(ctx, r, []string{v.Element.Owner, v.Element.SecurityOwner})
	v.OwnerName, v.SecurityOwnerName = called[v.Element.Owner], called[v.Element.SecurityOwner]
	return err
}

func (v *ElementView) links(ctx context.Context, r db.Reader) error {
	id := v.Element.ID
	all, err := db.All(ctx, r, scanLink, `SELECT c.`+joinColumns(connectionNames, ", c.")+`, `+stubColumns+`
		FROM connection c JOIN element e ON e.id = CASE WHEN c.from_id = $1 THEN c.to_id ELSE c.from_id END
		WHERE (c.from_id = $1 OR c.to_id = $1) AND c.ended_at IS NULL ORDER BY e.sort_name, c.id`, id)
	v.Needs, v.NeededBy, v.Beside = []Link{}, []Link{}, []Link{}
	for _, link := range all {
		consumer, _, needs := link.Connection.Need()
		switch {
		case !needs:
			v.Beside = append(v.Beside, link)
		case consumer == id:
			v.Needs = append(v.Needs, link)
		default:
			v.NeededBy = append(v.NeededBy, link)
		}
	}
	return err
}

func scanLink(s db.Scan) (Link, error) {
	var link Link
	var ended *int64
	o := &link.Other
	c, err := scanConnection(func(dest ...any) error {
		return s(append(dest, &o.ID, &o.Kind, &o.Name.EN, &o.Name.IT, &o.Outside, &o.Criticality, &o.RTO, &ended)...)
	})
	link.Connection, o.EndedAt = c, instant(ended)
	return link, err
}

func (v *ElementView) agreed(ctx context.Context, r db.Reader) error {
	used := map[string]bool{}
	for _, link := range v.all() {
		used[link.Connection.Agreement] = true
	}
	all, err := agreements(ctx, r)
	v.Agreements = []Agreement{}
	for _, a := range all {
		if used[a.ID] || a.Party == v.Element.ID || slices.Contains(a.Covers, v.Element.ID) {
			v.Agreements = append(v.Agreements, a)
		}
	}
	return err
}

func (v *ElementView) all() []Link {
	return slices.Concat(v.Needs, v.NeededBy, v.Beside)
}
