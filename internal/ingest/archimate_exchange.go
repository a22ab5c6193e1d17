package ingest

import (
	"encoding/xml"
	"strings"
)

// The exchange file of The Open Group, versions 2.1 and 3.x. They differ in a few words: a name is a label in 2.1,
// propertyDefinitions are propertydefs, references end in ref or Ref.

func (a *archiMateReader) exchange(root xml.StartElement) error {
	if root.Name.Local != "model" {
		return a.m.src.wrong(a.m.at, "", "ingest.error.archimate.not", "value", clip(root.Name.Local))
	}
	definitions := map[string]string{}
	err := a.m.children(func(part xml.StartElement) error {
		switch part.Name.Local {
		case "elements":
			return a.each("element", a.exchangeElement)
		case "relationships":
			return a.each(strings.ToLower(relationship), a.exchangeRelation)
		case "propertyDefinitions", "propertydefs":
			return a.m.children(func(d xml.StartElement) error { return a.definition(d, definitions) })
		case "organizations", "organization":
			return a.m.children(func(item xml.StartElement) error { return a.organization(item, nil) })
		default: // names of the model, metadata, views
			return a.m.skip()
		}
	})
	for _, p := range a.later {
		name := definitions[p.definition]
		if name == "" {
			name = p.definition
		}
		putProperty(p.into, name, p.value)
	}
	a.later = nil
	return err
}

// each reads the elements of a list and leaves others out, which are extensions of tools.
func (a *archiMateReader) each(name string, read func(xml.StartElement) error) error {
	return a.m.children(func(e xml.StartElement) error {
		if e.Name.Local != name {
			return a.m.skip()
		}
		return read(e)
	})
}

func (a *archiMateReader) exchangeElement(e xml.StartElement) error {
	id, kind := attribute(e, "identifier"), typeName(foreignAttribute(e, "type"))
	at, err := a.concept("identifier", id)
	if err != nil {
		return err
	}
	if err := a.required(at, "xsi:type", kind); err != nil {
		return err
	}
	t, err := a.exchangeConcept()
	if err != nil {
		return err
	}
	a.node(id, kind, at, t)
	return nil
}

func (a *archiMateReader) exchangeRelation(e xml.StartElement) error {
	edge := EdgeRecord{
		Key: attribute(e, "identifier"), From: attribute(e, "source"), To: attribute(e, "target"), Type: typeName(foreignAttribute(e, "type")),
	}
	at, err := a.concept("identifier", edge.Key)
	if err != nil {
		return err
	}
	edge.At = at
	for _, part := range [][2]string{{"xsi:type", edge.Type}, {"source", edge.From}, {"target", edge.To}} {
		if err := a.required(at, part[0], part[1]); err != nil {
			return err
		}
	}
	t, err := a.exchangeConcept()
	if err != nil {
		return err
	}
	t.putIf(ArchiMateAccess, attribute(e, "accessType"))
	t.putIf(ArchiMateAccess, attribute(e, "accessDirection")) // in drafts of 3.0, and strength
	t.putIf(ArchiMateInfluence, attribute(e, "modifier"))
	t.putIf(ArchiMateInfluence, attribute(e, "strength"))
	if attribute(e, "isDirected") == "true" {
		t.put(ArchiMateDirected, "true")
	}
	a.edge(edge, t)
	return nil
}

func (a *archiMateReader) exchangeConcept() (t told, err error) {
	err = a.m.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "name", "label":
			return a.readText(e, &t.names)
		case "documentation":
			return a.readText(e, &t.descriptions)
		case "properties":
			if t.props == nil {
				t.props = map[string]string{}
			}
			return a.m.children(func(p xml.StartElement) error { return a.exchangeProperty(p, t.props) })
		default:
			return a.m.skip()
		}
	})
	return t, err
}

// exchangeProperty reads a property; the name of its definition comes later in the file.
func (a *archiMateReader) exchangeProperty(p xml.StartElement, into map[string]string) error {
	definition := attribute(p, "propertyDefinitionRef")
	if definition == "" {
		definition = attribute(p, "identifierref")
	}
	if err := a.required(a.m.at, "propertyDefinitionRef", definition); err != nil {
		return err
	}
	var values inLanguages
	err := a.m.children(func(v xml.StartElement) error { return a.readText(v, &values) })
	value, others := values.first()
	a.later = append(a.later, archiMateProperty{into, definition, value})
	for _, other := range others {
		a.later = append(a.later, archiMateProperty{into, definition, other.text})
	}
	return err
}

func (a *archiMateReader) definition(d xml.StartElement, names map[string]string) error {
	id := attribute(d, "identifier")
	if name := attribute(d, "name"); name != "" { // 2.1
		names[id] = name
	}
	var texts inLanguages
	err := a.m.children(func(e xml.StartElement) error { return a.readText(e, &texts) })
	if name, _ := texts.first(); name != "" {
		names[id] = name
	}
	return err
}

// organization reads an item of the tree in which people ordered the model: a folder with a label, or a concept.
func (a *archiMateReader) organization(item xml.StartElement, folders []string) error {
	for _, name := range []string{"identifierRef", "identifierref"} {
		if id := attribute(item, name); id != "" {
			if _, twice := a.folderOf[id]; !twice {
				a.folderOf[id] = strings.Join(folders, "/")
			}
		}
	}
	var label inLanguages
	return a.m.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "label":
			return a.readText(e, &label)
		case "item":
			inside := folders
			if name, _ := label.first(); name != "" {
				inside = append(folders[:len(folders):len(folders)], name)
			}
			return a.organization(e, inside)
		default:
			return a.m.skip()
		}
	})
}
