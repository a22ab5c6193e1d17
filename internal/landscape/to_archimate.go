package landscape

import (
	"slices"
	"strings"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/landscape/interchange"
)

// archiMate says the map in the words of ArchiMate. What came from a model keeps its type and identifier; else the type is
// the nearest one (archimate_words.go) and the identifier our id. What ArchiMate has no word for goes into properties
// that begin with ownProperty, and only where it is not what the type says anyway.
func (m Map) archiMate(name string) interchange.Model {
	w := archiMateWriter{identifiers: map[string]string{}}
	model := interchange.Model{ID: w.ids.Take("id-landscape"), Name: name}
	for _, id := range sortedKeys(m.Elements) {
		e := m.Elements[id]
		w.identifiers["element:"+id] = w.identifier(e.Original, e.ExternalID, id)
	}
	for _, c := range m.Connections {
		w.identifiers["connection:"+c.ID] = w.identifier(c.Original, c.ExternalID, c.ID)
	}
	for _, id := range sortedKeys(m.Elements) {
		model.Elements = append(model.Elements, w.element(m.Elements[id]))
	}
	for _, c := range m.Connections {
		model.Relations = append(model.Relations, w.relation(c))
	}
	return model
}

type archiMateWriter struct {
	ids         interchange.Identifiers
	identifiers map[string]string // of "element:" or "connection:" and an id of ours
}

// identifier is that of the model that a thing came from, else one made of our id.
func (w *archiMateWriter) identifier(original, external, id string) string {
	if strings.HasPrefix(original, "archimate:") && external != "" {
		return w.ids.Take(external, id)
	}
	return w.ids.Take(id)
}

func (w *archiMateWriter) element(e Element) interchange.Element {
	name, came := strings.CutPrefix(e.Original, "archimate:")
	if _, valid := archiMateTypes[name]; !came || !valid {
		name = archiMateOf[e.Kind]
	}
	id := w.identifiers["element:"+e.ID]
	implied := archiMateElement(name)
	if implied.ExternalID = e.ExternalID; e.ExternalID == "" {
		implied.ExternalID = id
	}
	implied.ID = slug(implied.ExternalID)
	implied.ExternalID = id
	if came || e.Source != Hand { // what people drew has no type yet, and may take this one
		implied.Original = "archimate:" + name
	}
	out := interchange.Element{ID: id, Type: name, Names: titles(e), Documentation: sentence(e.Description)}
	if strings.HasSuffix(name, "Junction") && e.Name == e.ExternalID {
		out.Names = nil // it had none
	}
	props := withoutProperties(e.Properties)
	ownProperties(props, textsOf(e), textsOf(implied))
	out.Properties = sortedProperties(props)
	return out
}

func titles(e Element) []interchange.Text {
	if e.NameIT == "" {
		return []interchange.Text{{Text: e.Name}}
	}
	return []interchange.Text{{Language: "en", Text: e.Name}, {Language: "it", Text: e.NameIT}}
}

func sentence(text string) []interchange.Text {
	if text == "" {
		return nil
	}
	return []interchange.Text{{Text: text}}
}

func (w *archiMateWriter) relation(c Connection) interchange.Relation {
	name, came := strings.CutPrefix(c.Original, "archimate:")
	meaning, valid := archiMateRelations[name]
	if !came || !valid || meaning.kind != c.Kind {
		name, meaning.turned = archiMateConnections[c.Kind].name, archiMateConnections[c.Kind].turned
	}
	label := c.Properties[propertyName]
	r := interchange.Relation{
		ID: w.identifiers["connection:"+c.ID], Type: name, Source: w.end(c.From, c.FromTie), Target: w.end(c.To, c.ToTie), Names: sentence(label),
	}
	if meaning.turned {
		r.Source, r.Target = r.Target, r.Source
	}
	props := withoutProperties(c.Properties, propertyName)
	sayWith(&r, props)
	ownProperties(props, textsOf(c), textsOf(impliedConnection(c, r, label, came)))
	r.Properties = sortedProperties(props)
	return r
}

// impliedConnection is what reading the relation back gives without any property.
func impliedConnection(c Connection, r interchange.Relation, label string, came bool) Connection {
	implied := archiMateConnection(r.Type, label)
	kind := implied.Kind
	implied.Kind, implied.FromTie, implied.ToTie = c.Kind, c.FromTie, c.ToTie
	implied = implied.normal() // what the kind implies is implied by the property that tells the kind
	implied.Kind, implied.ExternalID = kind, r.ID
	if implied.ID = c.tieID(r.ID); c.ExternalID != "" {
		implied.ID = c.tieID(c.ExternalID)
	}
	if came || c.Source != Hand {
		implied.Original = "archimate:" + r.Type
	}
	return implied
}

// end is the identifier of an end, which may be a connection.
func (w *archiMateWriter) end(element, tie string) string {
	if tie != "" {
		return w.identifiers["connection:"+tie]
	}
	return w.identifiers["element:"+element]
}

// accesses are the kinds of access that ArchiMate has.
var accesses = []string{"Access", "Read", "Write", "ReadWrite"}

// sayWith says what the type of a relation has an attribute for, and takes it out of the properties.
func sayWith(r *interchange.Relation, props map[string]string) {
	access, influence := props[ingest.ArchiMateAccess], props[ingest.ArchiMateInfluence]
	switch {
	case r.Type == "Access" && slices.Contains(accesses, access):
		r.Access = access
		delete(props, ingest.ArchiMateAccess)
	case r.Type == "Influence" && influence != "":
		r.Influence = influence
		delete(props, ingest.ArchiMateInfluence)
	case r.Type == "Association" && props[ingest.ArchiMateDirected] == "true":
		r.Directed = true
		delete(props, ingest.ArchiMateDirected)
	}
}

// ownProperties says in properties what differs from what the file says anyway. An empty one takes back what is implied.
func ownProperties(props, have, implied map[string]string) {
	for _, field := range ownFields {
		if have[field] != implied[field] {
			props[ownProperty+field] = have[field]
		}
	}
	if id := have["external_id"]; id != "" && id != implied["external_id"] {
		props[ownProperty+"external_id"] = id
	}
	if source := have["source"]; source != Hand {
		props[ownProperty+"source"] = source
	}
}
