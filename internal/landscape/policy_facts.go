package landscape

import (
	"slices"
	"sync"

	"accordo.dev/internal/landscape/graph"
	"accordo.dev/internal/landscape/rule"
)

// The facts that policies speak of. An empty text, an unset number and a yes-or-no that nobody has answered
// are unset; a list of tags or of connections is what it is, even when empty; which data a connection carries
// is unset while none is named.
var (
	agreementFacts  = rule.NewSchema("agreement")
	elementFacts    = rule.NewSchema("element")
	connectionFacts = rule.NewSchema("connection")
	pathFacts       = rule.NewSchema("path")
	mapFacts        = rule.NewSchema("map")
	_               = describeFacts()
)

// FactsOf gives the facts that a policy about a subject can name, for pages that explain the language.
func FactsOf(subject string) []rule.Field { return subjectSchema(subject).Fields }

func subjectSchema(subject string) *rule.Schema {
	switch subject {
	case "connection":
		return connectionFacts
	case "path":
		return pathFacts
	case "map":
		return mapFacts
	default:
		return elementFacts
	}
}

// describeFacts fills the schemas, which name each other.
func describeFacts() bool {
	text, number, yes, day := plainFact(rule.Text), plainFact(rule.Number), plainFact(rule.Bool), plainFact(rule.Day)
	list, table := plainFact(rule.Texts), plainFact(rule.Table)
	one := func(name string, of *rule.Schema) rule.Field { return rule.Field{Name: name, Type: rule.One, Of: of} }
	many := func(name string, of *rule.Schema) rule.Field { return rule.Field{Name: name, Type: rule.Many, Of: of} }
	word := func(name string, words ...string) rule.Field {
		return rule.Field{Name: name, Type: rule.Text, Words: words}
	}
	agreementFacts.Add(text("id"), text("title"), word("kind", AgreementKinds...), one("party", elementFacts), day("from"), day("until"),
		yes("in_force"), list("covers"), table("properties"))
	elementFacts.Add(text("id"), text("name"), word("kind", words(Kinds)...), word("variant", allVariants()...), text("domain"), text("layer"),
		yes("outside"), word("lifecycle", Lifecycles...), text("owner"), text("security_owner"), number("criticality"), number("tier"),
		number("rto"), number("rpo"), number("mtpd"), number("mtdl"), number("slo"), number("bia_weight"), yes("monitored"),
		number("confidentiality"), number("integrity"), number("availability"), day("end_of_life"), number("cost"), number("loss_hour"),
		word("substitutability", Substitutabilities...), yes("exit_plan"), list("tags"), table("properties"), text("source"),
		many("agreements", agreementFacts), many("connections", connectionFacts), many("needs", elementFacts), many("needed_by", elementFacts),
		number("dependents"), number("blast"), yes("articulation"), yes("cycle"), list("stops"),
		rule.Field{Name: "reach", Type: rule.Texts, Takes: true, Words: words(Kinds)})
	connectionFacts.Add(text("id"), word("kind", words(ConnectionKinds)...), one("from", elementFacts), one("to", elementFacts),
		one("consumer", elementFacts), one("provider", elementFacts), one("inside_end", elementFacts), one("outside_end", elementFacts), yes("crossing"),
		word("phase", words(Phases)...), yes("live"), word("strength", string(Hard), string(Soft)), text("protocol"), list("data"),
		yes("encrypted"), yes("authenticated"), yes("logged"), text("owner_from"), text("owner_to"), yes("agreed"), one("agreement", agreementFacts),
		day("review_on"), table("properties"), text("source"))
	pathFacts.Add(one("consumer", elementFacts), one("provider", elementFacts), number("length"), many("elements", elementFacts), many("connections", connectionFacts))
	mapFacts.Add(many("elements", elementFacts), many("connections", connectionFacts), many("agreements", agreementFacts), number("cycles"))
	return true
}

func plainFact(t rule.Type) func(string) rule.Field {
	return func(name string) rule.Field { return rule.Field{Name: name, Type: t} }
}

func allVariants() []string {
	var all []string
	for _, kind := range Kinds {
		all = append(all, Variants[kind]...)
	}
	return wordSet(all)
}

// facts are the things of a snapshot as policies see them on a day.
type facts struct {
	*Snapshot
	day         string
	view        *View // hard needs that work now
	elements    []*rule.Record
	connections []*rule.Record
	agreements  map[string]*rule.Record
	whole       *rule.Record
	paths       func() chains
}

// newFacts states the facts of a snapshot.
func newFacts(s *Snapshot, day string) *facts {
	f := &facts{Snapshot: s, day: day, view: s.View(Lens{}), agreements: map[string]*rule.Record{}}
	f.paths = sync.OnceValue(f.findPaths)
	f.elements = make([]*rule.Record, len(s.IDs))
	for i, id := range s.IDs {
		f.elements[i] = elementFacts.New(id)
	}
	for _, id := range sortedKeys(s.Agreements) {
		f.agreements[id] = f.agreementFacts(s.Agreements[id])
	}
	f.connections = make([]*rule.Record, len(s.Connections))
	at := make(map[string][]*rule.Record, len(s.IDs))
	for i, c := range s.Connections {
		f.connections[i] = f.connectionFacts(c)
		at[c.From] = append(at[c.From], f.connections[i])
		if c.To != c.From {
			at[c.To] = append(at[c.To], f.connections[i])
		}
	}
	agreed := f.agreementsOf()
	for i, id := range s.IDs {
		r := f.elements[i]
		stateElement(r, s.Elements[id])
		r.Set("connections", orEmpty(at[id]))
		r.Set("agreements", orEmpty(agreed[id]))
		f.measure(r, int32(i))
	}
	f.whole = mapFacts.New("map")
	f.whole.Set("elements", f.elements)
	f.whole.Set("connections", f.connections)
	f.whole.Set("agreements", f.agreementList())
	f.whole.Set("cycles", func() any { return float64(len(f.view.cycles())) })
	return f
}

func orEmpty(all []*rule.Record) []*rule.Record {
	if all == nil {
		return []*rule.Record{}
	}
	return all
}

func (f *facts) agreementList() []*rule.Record {
	all := []*rule.Record{}
	for _, id := range sortedKeys(f.agreements) {
		all = append(all, f.agreements[id])
	}
	return all
}

// record gives an element's facts; nil when it is not on the map.
func (f *facts) record(id string) *rule.Record {
	if i, ok := f.Index[id]; ok {
		return f.elements[i]
	}
	return nil
}

// agreementsOf gives the agreements that cover each element, or that it is party to.
func (f *facts) agreementsOf() map[string][]*rule.Record {
	of := map[string][]*rule.Record{}
	for _, id := range sortedKeys(f.Agreements) {
		a := f.Agreements[id]
		for _, element := range wordSet(append(slices.Clone(a.Covers), a.Party)) {
			of[element] = append(of[element], f.agreements[id])
		}
	}
	return of
}

func (f *facts) agreementFacts(a Agreement) *rule.Record {
	r := agreementFacts.New(a.ID)
	r.Set("id", a.ID)
	r.Set("title", a.Title)
	r.Set("kind", a.Kind)
	set(r, "from", a.From)
	set(r, "until", a.Until)
	switch {
	case a.Until != "" && a.Until < f.day || a.From > f.day:
		r.Set("in_force", false)
	case a.Until != "":
		r.Set("in_force", true)
	}
	r.Set("covers", orNone(a.Covers))
	r.Set("properties", someTable(a.Properties))
	link(r, "party", f.record(a.Party))
	return r
}

// set states a text; an empty one is unset.
func set(r *rule.Record, name, text string) {
	if text != "" {
		r.Set(name, text)
	}
}

// link states another thing; a missing one is unset.
func link(r *rule.Record, name string, other *rule.Record) {
	if other != nil {
		r.Set(name, other)
	}
}

func setWhole(r *rule.Record, name string, n *int64) {
	if n != nil {
		r.Set(name, float64(*n))
	}
}

func setFraction(r *rule.Record, name string, n *float64) {
	if n != nil {
		r.Set(name, *n)
	}
}

func setAnswer(r *rule.Record, name string, answer *bool) {
	if answer != nil {
		r.Set(name, *answer)
	}
}

func orNone(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}

func someTable(all map[string]string) map[string]string {
	if all == nil {
		return map[string]string{}
	}
	return all
}

// stateElement states what people and imports said of an element.
func stateElement(r *rule.Record, e Element) {
	r.Set("id", e.ID)
	r.Set("name", e.Name)
	r.Set("kind", string(e.Kind))
	r.Set("outside", e.Outside)
	r.Set("monitored", e.Monitored)
	r.Set("tags", orNone(e.Tags))
	r.Set("properties", someTable(e.Properties))
	for name, text := range map[string]string{
		"variant": e.Variant, "domain": e.Domain, "layer": e.Layer, "lifecycle": e.Lifecycle, "owner": e.Owner, "security_owner": e.SecurityOwner,
		"end_of_life": e.EndOfLife, "substitutability": e.Substitutability, "source": e.Source,
	} {
		set(r, name, text)
	}
	for name, n := range map[string]*int64{
		"criticality": e.Criticality, "rto": e.RTO, "rpo": e.RPO, "mtpd": e.MTPD, "mtdl": e.MTDL,
		"confidentiality": e.Confidentiality, "integrity": e.Integrity, "availability": e.Availability,
	} {
		setWhole(r, name, n)
	}
	for name, n := range map[string]*float64{"slo": e.SLO, "bia_weight": e.BIAWeight, "cost": e.CostEURYear, "loss_hour": e.LossEURHour} {
		setFraction(r, name, n)
	}
	setAnswer(r, "exit_plan", e.ExitPlan)
}

// connectionFacts states what is known of a connection and where its ends stand.
func (f *facts) connectionFacts(c Connection) *rule.Record {
	r := connectionFacts.New(c.ID)
	stateConnection(r, c)
	from, to := f.record(c.From), f.record(c.To)
	link(r, "from", from)
	link(r, "to", to)
	if consumer, provider, needs := c.Need(); needs {
		link(r, "consumer", f.record(consumer))
		link(r, "provider", f.record(provider))
	}
	if from != nil && to != nil {
		out, in := f.Elements[c.From].Outside, f.Elements[c.To].Outside
		r.Set("crossing", out != in && c.Kind != PartOf)
		switch {
		case out && !in:
			r.Set("outside_end", from)
			r.Set("inside_end", to)
		case in && !out:
			r.Set("outside_end", to)
			r.Set("inside_end", from)
		}
	}
	a, agreed := f.agreements[c.Agreement]
	r.Set("agreed", agreed)
	link(r, "agreement", a)
	return r
}

func stateConnection(r *rule.Record, c Connection) {
	r.Set("id", c.ID)
	r.Set("kind", string(c.Kind))
	r.Set("phase", string(c.Phase))
	r.Set("live", c.Live())
	r.Set("properties", someTable(c.Properties))
	if c.Dependency != NoDependency {
		r.Set("strength", string(c.Strength))
	}
	if len(c.Data) > 0 {
		r.Set("data", c.Data)
	}
	set(r, "protocol", c.Protocol)
	set(r, "owner_from", c.OwnerFrom)
	set(r, "owner_to", c.OwnerTo)
	set(r, "review_on", c.ReviewOn)
	set(r, "source", c.Source)
	setAnswer(r, "encrypted", c.Encrypted)
	setAnswer(r, "authenticated", c.Authenticated)
	setAnswer(r, "logged", c.Logged)
}

// measure adds what is computed from the whole map; each fact is computed when the first policy reads it.
func (f *facts) measure(r *rule.Record, i int32) {
	v, g := f.view, f.view.Graph
	r.Set("tier", func() any {
		if levels, _ := v.levels(); levels[i] > 0 {
			return float64(levels[i])
		}
		return nil
	})
	r.Set("dependents", func() any { return float64(v.dependents()[i]) })
	r.Set("blast", func() any { return float64(v.blast()[i]) })
	r.Set("articulation", func() any { return v.cut().Articulation[i] })
	r.Set("cycle", func() any { return v.inCycle()[i] })
	r.Set("needs", func() any { return f.pick(g.Out(i)) })
	r.Set("needed_by", func() any { return f.pick(g.In(i)) })
	r.Set("stops", func() any { return f.stops(i) })
	r.Set("reach", func(kind string) any { return f.reach(i, Kind(kind)) })
}

func (f *facts) pick(nodes []int32) []*rule.Record {
	all := make([]*rule.Record, len(nodes))
	for i, node := range nodes {
		all[i] = f.elements[node]
	}
	return all
}

// reach gives the ids of the elements of a kind that an element needs, directly or through others.
func (f *facts) reach(i int32, kind Kind) []string {
	found := []string{}
	for _, node := range graph.Reached(f.view.Graph, i) {
		if f.Of(node).Kind == kind {
			found = append(found, f.IDs[node])
		}
	}
	return wordSet(found)
}

// stops gives the ids of the services that stop without an element.
func (f *facts) stops(i int32) []string {
	found := []string{}
	for _, node := range f.view.Needs.Stopped([]int32{i}) {
		if f.Of(node).Kind == KindService && node != i {
			found = append(found, f.IDs[node])
		}
	}
	slices.Sort(found)
	return found
}
