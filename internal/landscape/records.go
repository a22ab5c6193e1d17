package landscape

import (
	"slices"
	"strings"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
)

// incoming is what the files of one import say, in our words: things under their outside ids.
type incoming struct {
	elements    []newElement
	connections []newConnection
	dangling    []Dangling
	hasElements bool     // the files list elements, so that one that is missing has gone
	hasTies     bool     // the files list connections
	ownIDs      bool     // outside ids are element ids of ours
	carried     []string // fields of an element that the format can say
	tied        []string // fields of a connection that the format can say
	wrong       []*problem.Error
}

type newElement struct {
	external string
	Element
	place problem.Source
}

type newConnection struct {
	from, to  string // outside ids
	key       string // tells it from others between the same ends, where the format has a word for that
	agreement string
	Connection
	place problem.Source
}

// maxWrong is how many wrong words one refusal names.
const maxWrong = 50

func (in *incoming) refuse(place problem.Source, field, word, allowed string) {
	if len(in.wrong) < maxWrong {
		in.wrong = append(in.wrong, problem.Field(field, "problem.choice", "value", word, "choices", allowed).At(place))
	}
}

// pick finds the meaning of an outside word; our own words mean themselves, no word means nothing.
func pick[T ~string](in *incoming, place problem.Source, field, text string, own []T, meanings map[string]T) T {
	word := outsideWord(text)
	if word == "" || slices.Contains(own, T(word)) {
		return T(word)
	}
	meaning, ok := meanings[word]
	if !ok {
		in.refuse(place, field, text, strings.Join(words(own), ", "))
	}
	return meaning
}

func (in *incoming) level(place problem.Source, field, text string, meanings map[string]int64) *int64 {
	if text == "" {
		return nil
	}
	level, ok := meanings[outsideWord(text)]
	if !ok {
		in.refuse(place, field, text, "1, 2, 3, 4")
		return nil
	}
	return &level
}

// readCSV reads tables of our own templates: elements.csv and connections.csv, told apart by their header.
func readCSV(sources []importSource, o ingest.DateOptions) (*incoming, error) {
	in := &incoming{ownIDs: true}
	in.carried = []string{
		"kind", "name", "name_it", "layer", "outside", "criticality", "owner", "rto_min", "rpo_min", "mtpd_min", "confidentiality",
		"integrity", "availability", "lifecycle", "end_of_life", "cost_eur_year", "tags",
	}
	in.tied = []string{"kind", "dependency", "strength", "protocol", "data", "encrypted", "authenticated", "agreement", "phase"}
	for _, s := range sources {
		var err error
		if s.isConnections() {
			in.hasTies = true
			err = ingest.ReadConnections(s.open(), func(c ingest.ConnectionRecord) error {
				in.connectionRow(c, s.name)
				return nil
			})
		} else {
			in.hasElements = true
			_, err = ingest.ReadElements(s.open(), o, func(e ingest.ElementRecord) error {
				in.elementRow(e, s.name)
				return nil
			})
		}
		if err != nil {
			return nil, err
		}
	}
	return in, problem.Many(in.wrong)
}

func (in *incoming) elementRow(r ingest.ElementRecord, file string) {
	place := problem.Source{File: file, Line: r.At.Line, Record: r.At.Record}
	e := Element{
		ID: r.ID, Name: r.Name, NameIT: r.NameIT, Layer: r.Layer, Owner: r.Owner, Tags: r.Tags,
		Kind:            pick(in, place, "kind", r.Kind, Kinds, outsideKinds),
		Outside:         r.Outside != nil && *r.Outside,
		Criticality:     in.level(place, "criticality", r.Criticality, outsideCriticalities),
		Confidentiality: in.level(place, "confidentiality", r.Confidentiality, outsideLevels),
		Integrity:       in.level(place, "integrity", r.Integrity, outsideLevels),
		Availability:    in.level(place, "availability", r.Availability, outsideLevels),
		Lifecycle:       pick(in, place, "lifecycle", r.Lifecycle, Lifecycles, outsideLives),
		RTO:             wide(r.RTO), RPO: wide(r.RPO), MTPD: wide(r.MTPD),
	}
	if !r.EndOfLife.IsZero() {
		e.EndOfLife = r.EndOfLife.Format("2006-01-02")
	}
	if r.CostPerYear != nil {
		cost := r.CostPerYear.Float()
		e.CostEURYear = &cost
	}
	in.elements = append(in.elements, newElement{external: r.ID, Element: e, place: place})
}

func wide(n *int) *int64 {
	if n == nil {
		return nil
	}
	w := int64(*n)
	return &w
}

func (in *incoming) connectionRow(r ingest.ConnectionRecord, file string) {
	place := problem.Source{File: file, Line: r.At.Line, Record: r.At.Record}
	c := Connection{
		Kind:       pick(in, place, "kind", r.Kind, ConnectionKinds, outsideConnections),
		Dependency: Dependency(r.Dependency), Strength: Strength(r.Strength), Protocol: r.Protocol,
		Encrypted: r.Encrypted, Authenticated: r.Authenticated,
		Phase: pick(in, place, "phase", r.Phase, Phases, outsidePhases),
		Data:  strings.FieldsFunc(r.Data, func(c rune) bool { return c == '|' || c == ';' }),
	}
	in.connections = append(in.connections, newConnection{from: r.From, to: r.To, agreement: r.Agreement, Connection: c, place: place})
}

// readBackstage reads a Backstage catalogue. Its words in ours:
//
//   - Component and System are systems, API is an interface, Group a team, User a person. A Domain groups
//     systems that serve one purpose of the business and is the nearest thing to a process. A Resource is a data
//     set when its type says that it keeps data, else a system. Kinds that a catalogue adds itself stay unknown:
//     nobody has told us what they are. The original kind and type are kept as tags.
//   - ownedBy answers to a team; partOf, childOf and memberOf are parts; dependsOn and consumesApi are hard needs.
//     providesApi serves: the interface fails with the component that provides it.
//   - An experimental thing is planned: it is not meant for production.
//   - An element is known by its entity reference (kind:namespace/name); names that resolve nowhere are kept.
func readBackstage(sources []importSource) (*incoming, error) {
	in := &incoming{hasElements: true, hasTies: true}
	in.carried = []string{"kind", "name", "description", "lifecycle", "tags"}
	in.tied = []string{"kind", "dependency", "strength"}
	opened := make([]*ingest.Source, len(sources))
	for i, s := range sources {
		opened[i] = s.open()
	}
	catalogue, err := ingest.ReadBackstage(opened)
	if err != nil {
		return nil, err
	}
	for _, n := range catalogue.Nodes {
		in.elements = append(in.elements, newElement{
			external: n.Ref, Element: backstageElement(n), place: problem.Source{File: n.File, Line: n.At.Line, Record: n.At.Record},
		})
	}
	for _, e := range catalogue.Edges {
		in.connections = append(in.connections, newConnection{
			from: e.From, to: e.To, key: e.Type, Connection: backstageConnection(e.Type), place: problem.Source{File: e.File, Line: e.At.Line, Record: e.At.Record},
		})
	}
	for _, d := range catalogue.Dangling {
		in.dangling = append(in.dangling, Dangling{Ref: d.Ref, From: d.From, Field: d.Field, File: d.File, Line: d.At.Line})
	}
	return in, nil
}

func backstageElement(n ingest.NodeRecord) Element {
	e := Element{
		ID: backstageID(n.Ref), Name: n.Title, Description: n.Description, Kind: backstageKind(n.Kind, n.Type),
		Lifecycle: outsideLives[outsideWord(n.Lifecycle)], Tags: append([]string{strings.ToLower(n.Kind)}, n.Tags...),
	}
	if e.Name == "" {
		e.Name = n.Name
	}
	if n.Type != "" {
		e.Tags = append(e.Tags, n.Type)
	}
	if len([]rune(e.Description)) > 4000 {
		e.Description = string([]rune(e.Description)[:4000])
	}
	return e
}

// backstageID makes an id of an entity reference: "component:default/app" is "component.app".
func backstageID(entity string) string {
	kind, rest, _ := strings.Cut(entity, ":")
	rest = strings.TrimPrefix(rest, "default/")
	return slug(kind + "." + strings.ReplaceAll(rest, "/", "."))
}

func backstageKind(kind, kindType string) Kind {
	switch strings.ToLower(kind) {
	case "component", "system":
		return KindSystem
	case "api":
		return KindInterface
	case "resource":
		return backstageResource(kindType)
	case "group":
		return KindTeam
	case "user":
		return KindPerson
	case "domain":
		return KindProcess
	default:
		return KindUnknown
	}
}

func backstageResource(kindType string) Kind {
	for _, word := range []string{"database", "bucket", "storage", "dataset", "data-set", "topic", "table", "warehouse"} {
		if strings.Contains(strings.ToLower(kindType), word) {
			return KindDataSet
		}
	}
	return KindSystem
}

func backstageConnection(relation string) Connection {
	kind := map[string]ConnectionKind{
		"ownedBy": AnswersTo, "partOf": PartOf, "childOf": PartOf, "memberOf": PartOf, "providesApi": Serves, "dependsOn": Uses, "consumesApi": Uses,
	}[relation]
	if kind == "" { // a relation of the catalogue's own: kept and shown, not analysed
		return Connection{Kind: Uses, Dependency: NoDependency}
	}
	return Connection{Kind: kind}
}

// knownPeople gives the ids of the persons of the register; owners are looked up among them.
func knownPeople(all []string) map[string]bool {
	known := make(map[string]bool, len(all))
	for _, name := range all {
		known[strings.TrimPrefix(name, "person:")] = true
	}
	return known
}
