package landscape

import (
	"cmp"
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// demand is a field that a map of a level must know. The three levels follow the mapping guide of ANSSI: first what is
// there and who answers for it, then what it promises and how it is protected, then how it is made, what it costs and how
// it ends. A level holds the demands of those below it.
type demand struct {
	level int
	field string
	on    func(Element) bool // which elements
	has   func(Element) bool
}

// demands are the fields that elements must have, with the question that each answers.
var demands = []demand{
	// 1: what is there, who answers, how much hangs on it
	{1, "kind", everything, func(e Element) bool { return e.Kind != KindUnknown }},
	{1, "owner", func(e Element) bool { return isOurs(e) && e.Kind.Answered() }, func(e Element) bool { return e.Owner != "" }},
	{1, "criticality", itRecovers, func(e Element) bool { return e.Criticality != nil }},
	// 2: when it must be back, how it must be protected, where it stands in its life
	{2, "rto_min", func(e Element) bool { return isOurs(e) && itRecovers(e) }, func(e Element) bool { return e.RTO != nil }},
	{2, "confidentiality", ofKinds(KindSystem, KindDataSet, KindService, KindDeviceFleet), func(e Element) bool { return e.Confidentiality != nil }},
	{2, "integrity", ofKinds(KindSystem, KindDataSet, KindService), func(e Element) bool { return e.Integrity != nil }},
	{2, "availability", ofKinds(KindSystem, KindDataSet, KindService), func(e Element) bool { return e.Availability != nil }},
	{2, "security_owner", ofKinds(KindSystem, KindService, KindDeviceFleet, KindOTAsset), func(e Element) bool { return e.SecurityOwner != "" }},
	{2, "lifecycle", ofKinds(KindSystem, KindDeviceFleet, KindOTAsset, KindInterface), func(e Element) bool { return e.Lifecycle != "" }},
	// 3: what is lost with it, how it is made, what it costs, how one leaves it
	{3, "rpo_min", ofKinds(KindService), func(e Element) bool { return e.RPO != nil }},
	{3, "mtpd_min", ofKinds(KindService), func(e Element) bool { return e.MTPD != nil }},
	{3, "loss_eur_hour", ofKinds(KindService), func(e Element) bool { return e.LossEURHour != nil }},
	{3, "variant", ofKinds(KindSystem, KindDeviceFleet), func(e Element) bool { return e.Variant != "" }},
	{3, "domain", ofKinds(KindSystem, KindProcess, KindService, KindDataSet), func(e Element) bool { return e.Domain != "" }},
	{3, "end_of_life", ofKinds(KindDeviceFleet, KindOTAsset), func(e Element) bool { return e.EndOfLife != "" }},
	{3, "cost_eur_year", ofKinds(KindSystem), func(e Element) bool { return e.CostEURYear != nil }},
	{3, "substitutability", isReplaceable, func(e Element) bool { return e.Substitutability != "" }},
	{3, "exit_plan", isReplaceable, func(e Element) bool { return e.ExitPlan != nil }},
}

// tieDemand is a demand on connections.
type tieDemand struct {
	level int
	field string
	on    func(c Connection, from, to Element) bool
	has   func(Connection) bool
}

// tieDemands are the fields that live connections must have.
var tieDemands = []tieDemand{
	// 1: what hangs together with what
	{1, "kind", func(Connection, Element, Element) bool { return true }, func(c Connection) bool { return c.Kind != RelatesTo }},
	// 2: what passes, and whether it is protected where it leaves the house
	{2, "data", func(c Connection, from, to Element) bool { return c.Kind == FlowsTo && exchange(c, from, to) }, func(c Connection) bool { return len(c.Data) > 0 }},
	{2, "encrypted", exchange, func(c Connection) bool { return c.Encrypted != nil }},
	{2, "authenticated", exchange, func(c Connection) bool { return c.Authenticated != nil }},
	{2, "agreement", exchange, func(c Connection) bool { return c.Agreement != "" }},
	// 3: how it passes, who looks at it and when again
	{3, "protocol", technical, func(c Connection) bool { return c.Protocol != "" }},
	{3, "logged", exchange, func(c Connection) bool { return c.Logged != nil }},
	{3, "review_on", exchange, func(c Connection) bool { return c.ReviewOn != "" }},
}

// Completeness levels; one is reached when this share of the objects meets it.
const (
	CompletenessLevels = 3
	levelReached       = 0.9
)

func everything(Element) bool      { return true }
func isOurs(e Element) bool        { return !e.Outside }
func itRecovers(e Element) bool    { return e.Kind.Recovers() }
func isReplaceable(e Element) bool { return e.Kind == KindSupplier && grade(e.Criticality) <= 2 }

func ofKinds(kinds ...Kind) func(Element) bool {
	return func(e Element) bool { return !e.Outside && slices.Contains(kinds, e.Kind) }
}

// technical tells whether a connection carries something between two things of technology, or across the border.
func technical(c Connection, from, to Element) bool {
	made := func(k Kind) bool {
		return k == KindSystem || k == KindInterface || k == KindDeviceFleet || k == KindOTAsset
	}
	return exchange(c, from, to) || made(from.Kind) && made(to.Kind) && (c.Kind == FlowsTo || c.Kind == Uses)
}

// exchange tells whether a connection carries something across the border; a service for customers is not one.
func exchange(c Connection, from, to Element) bool {
	return from.Outside != to.Outside && (c.Kind == FlowsTo || c.Kind == Uses || c.Kind == SuppliedBy || c.Kind == Accesses)
}

// Gap is an element or a connection with what a level asks for and nobody has said.
type Gap struct {
	Element    string    `json:"element"`
	Connection string    `json:"connection,omitempty"`
	Name       i18n.Text `json:"name"`
	OtherName  i18n.Text `json:"otherName"` // of the other end of a connection
	Kind       Kind      `json:"kind"`
	Owner      string    `json:"owner,omitempty"` // person id
	Fields     []string  `json:"fields"`
}

// Level is how complete the map is at one level and all below it.
type Level struct {
	Level    int            `json:"level"`
	Objects  int            `json:"objects"`
	Complete int            `json:"complete"`
	Share    float64        `json:"share"`
	Missing  map[string]int `json:"missing"` // objects without a field, of the demands of this very level
	gaps     []Gap
}

// Reached tells whether nine in ten of the objects of which the level asks something meet it.
func (l Level) Reached() bool { return l.Share >= levelReached }

// completeness measures the map against the demands of all levels. O(elements + connections).
func (s *Snapshot) completeness() []Level {
	levels := make([]Level, CompletenessLevels)
	for i := range levels {
		levels[i] = Level{Level: i + 1, Missing: map[string]int{}}
	}
	for _, e := range s.nodes {
		object := newObject(Gap{Element: e.ID, Name: e.Title(), Kind: e.Kind, Owner: e.Owner})
		for _, d := range demands {
			if d.on(e) {
				object.ask(d.level, d.field, d.has(e))
			}
		}
		object.count(levels)
	}
	for _, c := range s.Connections {
		from, fromThere := s.Elements[c.From]
		to, toThere := s.Elements[c.To]
		if !fromThere || !toThere || !c.Live() {
			continue
		}
		object := newObject(Gap{Element: c.From, Connection: c.ID, Name: from.Title(), OtherName: to.Title(), Kind: from.Kind, Owner: cmp.Or(c.OwnerFrom, from.Owner)})
		for _, d := range tieDemands {
			if d.on(c, from, to) {
				object.ask(d.level, d.field, d.has(c))
			}
		}
		object.count(levels)
	}
	for i := range levels {
		if levels[i].Objects > 0 {
			levels[i].Share = float64(levels[i].Complete) / float64(levels[i].Objects)
		}
	}
	return levels
}

// object is an element or a connection on its way through the demands.
type object struct {
	Gap
	asked   [CompletenessLevels]bool     // the level asks something of it
	missing [CompletenessLevels][]string // and nobody has said it
}

func newObject(g Gap) *object { return &object{Gap: g} }

func (o *object) ask(level int, field string, said bool) {
	o.asked[level-1] = true
	if !said {
		o.missing[level-1] = append(o.missing[level-1], field)
	}
}

// count counts an object at the levels that ask something of it; what a level below asks for counts there too.
func (o *object) count(levels []Level) {
	var all []string
	for i := range levels {
		all = append(all, o.missing[i]...)
		for _, field := range o.missing[i] {
			levels[i].Missing[field]++
		}
		if !o.asked[i] {
			continue
		}
		levels[i].Objects++
		if len(all) == 0 {
			levels[i].Complete++
			continue
		}
		gap := o.Gap
		gap.Fields = slices.Clone(all)
		levels[i].gaps = append(levels[i].gaps, gap)
	}
}

// CompletenessFilter asks for the list of what is missing at a level; without a level, for the shares alone.
type CompletenessFilter struct {
	db.Page
	Level int    `query:"level" minimum:"0" maximum:"3" doc:"list what this level asks for and nobody has said"`
	Field string `query:"field" doc:"only what lacks this field"`
	Kind  string `query:"kind" doc:"only elements of this kind and their connections"`
	Owner string `query:"owner" doc:"only what this person answers for (id)"`
}

// CompletenessOut is how complete the map is: the highest level that is reached, all levels, and what is missing.
type CompletenessOut struct {
	Reached int               `json:"reached"` // 0: none
	Levels  []Level           `json:"levels"`
	Gaps    db.PageOf[Gap]    `json:"gaps"`
	Owners  map[string]string `json:"owners"` // names by person id
}

// Completeness measures how complete the map is.
func Completeness(ctx context.Context, r db.Reader, f CompletenessFilter) (CompletenessOut, error) {
	out := CompletenessOut{Gaps: db.PageOf[Gap]{Items: []Gap{}}, Owners: map[string]string{}}
	s, err := Current(ctx, r)
	if err != nil {
		return out, err
	}
	out.Levels = s.completeness()
	for _, l := range out.Levels {
		if out.Reached == l.Level-1 && l.Reached() {
			out.Reached = l.Level
		}
	}
	if f.Level == 0 {
		return out, nil
	}
	if f.Level < 0 || f.Level > CompletenessLevels {
		return out, problem.Field("level", "problem.range", "value", f.Level, "min", 1, "max", CompletenessLevels)
	}
	var gaps []Gap
	owners := map[string]bool{}
	for _, g := range out.Levels[f.Level-1].gaps {
		if (f.Field == "" || slices.Contains(g.Fields, f.Field)) && (f.Kind == "" || g.Kind == Kind(f.Kind)) && (f.Owner == "" || g.Owner == f.Owner) {
			gaps = append(gaps, g)
			owners[g.Owner] = true
		}
	}
	if out.Owners, err = personNames(ctx, r, owners); err != nil {
		return out, err
	}
	out.Gaps, err = pageOf(gaps, f.Page, func(g Gap) string { return g.Element + " " + g.Connection })
	return out, err
}

// OpCompleteness measures how complete the map is.
var OpCompleteness = op.Query[CompletenessFilter, CompletenessOut]{
	Name: "landscape.completeness", Route: "GET /api/landscape/completeness", Func: Completeness,
}
