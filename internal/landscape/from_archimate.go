package landscape

import (
	"maps"
	"slices"
	"strings"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/ref"
)

// ownProperty begins the names of properties in which our exports say what a format has no word for. Reading them back
// gives the same map.
const ownProperty = "accordo."

// The properties in which the map keeps what ArchiMate says beyond our fields.
const (
	propertyName           = "name" // of a relation
	propertyFolder         = "folder"
	propertySpecialization = "specialization"
)

// fromArchiMate says an ArchiMate model in our words; archimate_words.go holds the words. An element is known by its
// identifier in the model. The type is kept, so that an export gives it back. Several realizers of one thing may be
// redundant or all needed: the language does not say, so all count as needed, but for those joined by an or-junction.
func fromArchiMate(c ingest.Catalogue) *incoming {
	in := newIncoming("archimate")
	outside := outsideIDs(c)
	kinds := make(map[string]string, len(c.Nodes))
	for _, n := range c.Nodes {
		kinds[n.Ref] = n.Kind
		in.archiMateNode(n, outside)
	}
	for _, e := range c.Edges {
		in.archiMateEdge(e, outside, kinds)
	}
	return in
}

// outsideIDs are the ids that the concepts of a model have in the source from which we once read them, by their identifiers
// in the model. In a model that we did not write they are the same.
func outsideIDs(c ingest.Catalogue) map[string]string {
	ids := make(map[string]string, len(c.Nodes)+len(c.Edges))
	taken := make(map[string]bool, len(c.Nodes)+len(c.Edges))
	note := func(identifier string, props map[string]string) {
		id := props[ownProperty+"external_id"]
		if id == "" || taken[id] {
			id = identifier
		}
		ids[identifier], taken[id] = id, true
	}
	for _, n := range c.Nodes {
		note(n.Ref, n.Props)
	}
	for _, e := range c.Edges {
		note(e.Key, e.Props)
	}
	return ids
}

func (in *incoming) archiMateNode(n ingest.NodeRecord, outside map[string]string) {
	own, props := ownTexts(n.Props)
	e := archiMateElement(n.Kind)
	e.NameIT = cut(props[ingest.ArchiMateName+"it"], longestName)
	delete(props, ingest.ArchiMateName+"it")
	putNew(props, propertyFolder, n.Namespace)
	putNew(props, propertySpecialization, n.Type)
	putBack(props, fromTexts(&e, own))
	if !ref.ValidID(e.ID) {
		e.ID = ""
	}
	n.Ref, n.Props = outside[n.Ref], props
	in.node(n, e)
	if original, said := own["original"]; said {
		in.elements[len(in.elements)-1].Original = original
	}
}

// archiMateElement is what a type alone says of an element.
func archiMateElement(name string) Element {
	t, known := archiMateTypes[name]
	if !known {
		t.kind = KindUnknown
	}
	return Element{Kind: t.kind, Layer: t.layer}
}

func (in *incoming) archiMateEdge(e ingest.EdgeRecord, outside, kinds map[string]string) {
	own, props := ownTexts(e.Props)
	c := archiMateConnection(e.Type, e.Name)
	turned := archiMateRelations[e.Type].turned
	putNew(props, propertyName, e.Name)
	putBack(props, fromTexts(&c, own))
	if _, said := own["kind"]; said {
		turned = archiMateConnections[c.Kind].turned
	}
	if turned {
		e.From, e.To, e.FromEdge, e.ToEdge = e.To, e.From, e.ToEdge, e.FromEdge
	}
	if consumer := consumerOf(c, e); kinds[consumer] == "OrJunction" && c.KOfN == nil {
		one := int64(1)
		c.KOfN = &one
	}
	e.Key, e.Props = outside[e.Key], props
	for _, end := range []*string{&e.From, &e.To} {
		if id, known := outside[*end]; known {
			*end = id
		}
	}
	in.edge(e, c)
	last := &in.connections[len(in.connections)-1]
	last.agreement = c.Agreement
	if original, said := own["original"]; said {
		last.Original = original
	}
}

// archiMateConnection is what the type and the name of a relation say of a connection.
func archiMateConnection(name, label string) Connection {
	c := Connection{Kind: archiMateRelations[name].kind}
	if c.Kind == "" {
		c.Kind = RelatesTo
	}
	if c.Kind == FlowsTo && label != "" {
		c.Data = []string{label}
	}
	return c
}

// consumerOf is the end that needs the other, by its name in the file.
func consumerOf(c Connection, e ingest.EdgeRecord) string {
	switch c.normal().Dependency {
	case Forward:
		return e.From
	case Backward:
		return e.To
	default:
		return ""
	}
}

// ownFields are the fields that our exports say in properties: all but those that ArchiMate has words of its own for.
var ownFields = ownFieldNames()

func ownFieldNames() []string {
	names := append(saidFields(Element{}), saidFields(Connection{})...)
	inTheirWords := []string{"name", "name_it", "description", "properties", "from", "to", "from_tie", "to_tie"}
	return append(wordSet(without(names, inTheirWords)), "id")
}

// ownTexts parts the properties that our exports have written from all others.
func ownTexts(props map[string]string) (own, others map[string]string) {
	own, others = map[string]string{}, map[string]string{}
	for name, text := range props {
		field, ours := strings.CutPrefix(name, ownProperty)
		switch {
		case ours && slices.Contains(ownFields, field):
			own[field] = text
		case !ours || field != "external_id" && field != "source":
			others[name] = text
		}
	}
	return own, others
}

// putBack keeps what could not be understood.
func putBack(props, rest map[string]string) {
	for name, text := range rest {
		props[ownProperty+name] = text
	}
}

// putNew adds a property; one that people gave themselves goes before.
func putNew(props map[string]string, name, value string) {
	if _, taken := props[name]; !taken && value != "" {
		props[name] = value
	}
}

// withoutProperties is a copy without some of the properties.
func withoutProperties(all map[string]string, names ...string) map[string]string {
	rest := map[string]string{}
	maps.Copy(rest, all)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}
