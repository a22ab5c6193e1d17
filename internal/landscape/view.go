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

func scanStub(s db.Scan) (Stub, error) {
	var one Stub
	var ended *int64
	err := s(&one.ID, &one.Kind, &one.Name.EN, &one.Name.IT, &one.Outside, &one.Criticality, &one.RTO, &ended)
	one.EndedAt = instant(ended)
	return one, err
}

// Link is a connection as one of its ends sees it.
type Link struct {
	Connection Connection `json:"connection"`
	Other      Stub       `json:"other"`
}

// ElementView is an element with all that hangs together with it.
type ElementView struct {
	Element           Element       `json:"element"`
	OwnerName         i18n.Text     `json:"ownerName"`
	SecurityOwnerName i18n.Text     `json:"securityOwnerName"`
	Tier              *int64        `json:"tier,omitempty"` // of the element or, where higher, of what needs it
	Needs             []Link        `json:"needs"`          // what it hangs on
	NeededBy          []Link        `json:"neededBy"`       // what hangs on it
	Beside            []Link        `json:"beside"`         // ties without a dependency
	Agreements        []Agreement   `json:"agreements"`     // that cover it, that it is party to, or under which it is connected
	Supports          []Service     `json:"supports"`       // services that stop with it
	Closure           []Stub        `json:"closure"`        // everything that it needs, directly or through others
	Findings          []Incoherence `json:"findings"`
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
	if v.Supports, err = Supports(ctx, r, in.ID); err != nil {
		return v, err
	}
	if v.Closure, err = closure(ctx, r, in.ID); err != nil {
		return v, err
	}
	if err := v.inheritTier(ctx, r); err != nil {
		return v, err
	}
	v.Findings = v.found(r.Now().Format(time.DateOnly))
	return v, nil
}

// OpGetElement loads an element.
var OpGetElement = op.Query[GetElementIn, ElementView]{Name: "landscape.get", Route: "GET /api/landscape/elements/{id}", Func: GetElement}

func (v *ElementView) names(ctx context.Context, r db.Reader) error {
	type named struct {
		ref   string
		title i18n.Text
	}
	found, err := db.All(ctx, r, func(s db.Scan) (n named, err error) { return n, s(&n.ref, &n.title.EN, &n.title.IT) },
		"SELECT ref, title, title_it FROM item WHERE ref IN ($1, $2)", "person:"+v.Element.Owner, "person:"+v.Element.SecurityOwner)
	for _, n := range found {
		if n.ref == "person:"+v.Element.Owner {
			v.OwnerName = n.title
		}
		if n.ref == "person:"+v.Element.SecurityOwner {
			v.SecurityOwnerName = n.title
		}
	}
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

// inheritTier takes the highest criticality of all that needs the element along hard needs.
func (v *ElementView) inheritTier(ctx context.Context, r db.Reader) error {
	tier, err := db.Value[int64](ctx, r, `WITH RECURSIVE above (id) AS (
			SELECT CAST($1 AS TEXT)
			UNION
			SELECT n.consumer FROM element_need n JOIN above a ON n.provider = a.id WHERE n.strength = 'hard'
		)
		SELECT MIN(e.criticality) FROM element e JOIN above a ON a.id = e.id WHERE e.ended_at IS NULL`, v.Element.ID)
	if tier > 0 {
		v.Tier = &tier
	}
	return err
}

// found gives the findings that name the element, from the map of its neighbourhood.
func (v *ElementView) found(today string) []Incoherence {
	if v.Element.Ended() {
		return []Incoherence{}
	}
	m := Map{Elements: map[string]Element{v.Element.ID: v.Element}, Agreements: map[string]Agreement{}}
	for _, link := range v.all() {
		m.Connections = append(m.Connections, link.Connection)
		o := link.Other
		if o.EndedAt == nil {
			m.Elements[o.ID] = Element{ID: o.ID, Kind: o.Kind, Name: o.Name.EN, NameIT: o.Name.IT, Outside: o.Outside, RTO: o.RTO, Criticality: o.Criticality}
		}
	}
	for _, a := range v.Agreements {
		m.Agreements[a.ID] = a
	}
	mine := []Incoherence{}
	for _, f := range m.Findings(today) {
		if f.Element == v.Element.ID || f.Other == v.Element.ID {
			mine = append(mine, f)
		}
	}
	return mine
}
