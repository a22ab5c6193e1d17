package interchange

import (
	"encoding/xml"
	"io"
	"strconv"
)

// Model is an ArchiMate model. Identifiers are NCNames, each once in the model; Type is a type of ArchiMate 3.2.
type Model struct {
	ID        string
	Name      string
	Elements  []Element
	Relations []Relation
}

// Element is an element or a junction.
type Element struct {
	ID, Type      string
	Names         []Text
	Documentation []Text
	Properties    []Property
}

// Relation runs from a source to a target, each an element or a relation.
type Relation struct {
	ID, Type       string
	Source, Target string
	Names          []Text
	Documentation  []Text
	Access         string // of an Access: Access, Read, Write or ReadWrite
	Influence      string // of an Influence: its strength
	Directed       bool   // of an Association
	Properties     []Property
}

// The structure of the file, in the order that its schema asks for.
type (
	modelXML struct {
		XMLName     xml.Name        `xml:"model"`
		Space       string          `xml:"xmlns,attr"`
		Instance    string          `xml:"xmlns:xsi,attr"`
		Schema      string          `xml:"xsi:schemaLocation,attr"`
		ID          string          `xml:"identifier,attr"`
		Name        textXML         `xml:"name"`
		Elements    *elementsXML    `xml:"elements"`
		Relations   *relationsXML   `xml:"relationships"`
		Definitions *definitionsXML `xml:"propertyDefinitions"`
	}
	elementsXML struct {
		List []conceptXML `xml:"element"`
	}
	relationsXML struct {
		List []conceptXML `xml:"relationship"`
	}
	definitionsXML struct {
		List []definitionXML `xml:"propertyDefinition"`
	}
	conceptXML struct {
		ID            string         `xml:"identifier,attr"`
		Source        string         `xml:"source,attr,omitempty"`
		Target        string         `xml:"target,attr,omitempty"`
		Type          string         `xml:"xsi:type,attr"`
		Access        string         `xml:"accessType,attr,omitempty"`
		Influence     string         `xml:"modifier,attr,omitempty"`
		Directed      string         `xml:"isDirected,attr,omitempty"`
		Names         []textXML      `xml:"name"`
		Documentation []textXML      `xml:"documentation"`
		Properties    *propertiesXML `xml:"properties"`
	}
	textXML struct {
		Language string `xml:"xml:lang,attr,omitempty"`
		Text     string `xml:",chardata"`
	}
	propertiesXML struct {
		List []propertyXML `xml:"property"`
	}
	propertyXML struct {
		Definition string  `xml:"propertyDefinitionRef,attr"`
		Value      textXML `xml:"value"`
	}
	definitionXML struct {
		ID   string  `xml:"identifier,attr"`
		Type string  `xml:"type,attr"`
		Name textXML `xml:"name"`
	}
)

const archiMate3 = "http://www.opengroup.org/xsd/archimate/3.0/"

// WriteArchiMate writes the exchange file of The Open Group, version 3.1.
func WriteArchiMate(w io.Writer, m Model) error {
	d := definitions{ids: map[string]string{}, taken: map[string]bool{m.ID: true}}
	for _, e := range m.Elements {
		d.taken[e.ID] = true
	}
	for _, r := range m.Relations {
		d.taken[r.ID] = true
	}
	file := modelXML{
		Space: archiMate3, Instance: "http://www.w3.org/2001/XMLSchema-instance",
		Schema: archiMate3 + " http://www.opengroup.org/xsd/archimate/3.1/archimate3_Model.xsd", ID: m.ID, Name: textXML{Text: m.Name},
	}
	if len(m.Elements) > 0 {
		file.Elements = &elementsXML{}
	}
	for _, e := range m.Elements {
		file.Elements.List = append(file.Elements.List, conceptXML{
			ID: e.ID, Type: e.Type, Names: texts(e.Names), Documentation: texts(e.Documentation), Properties: d.properties(e.Properties),
		})
	}
	if len(m.Relations) > 0 {
		file.Relations = &relationsXML{}
	}
	for _, r := range m.Relations {
		c := conceptXML{
			ID: r.ID, Source: r.Source, Target: r.Target, Type: r.Type, Access: r.Access, Influence: r.Influence, Names: texts(r.Names),
			Documentation: texts(r.Documentation), Properties: d.properties(r.Properties),
		}
		if r.Directed {
			c.Directed = "true"
		}
		file.Relations.List = append(file.Relations.List, c)
	}
	if len(d.list) > 0 {
		file.Definitions = &definitionsXML{d.list}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	out := xml.NewEncoder(w)
	out.Indent("", "  ")
	if err := out.Encode(file); err != nil {
		return err
	}
	return out.Close()
}

func texts(all []Text) (list []textXML) {
	for _, t := range all {
		list = append(list, textXML(t))
	}
	return list
}

// definitions are the names of all properties, each defined once, in the order of their first use.
type definitions struct {
	list  []definitionXML
	ids   map[string]string
	taken map[string]bool
}

func (d *definitions) properties(all []Property) *propertiesXML {
	if len(all) == 0 {
		return nil
	}
	p := &propertiesXML{}
	for _, one := range all {
		p.List = append(p.List, propertyXML{d.id(one.Name), textXML{Text: one.Value}})
	}
	return p
}

func (d *definitions) id(name string) string {
	if id, known := d.ids[name]; known {
		return id
	}
	n := len(d.list) + 1
	id := "propid-" + strconv.Itoa(n)
	for d.taken[id] {
		id += "."
	}
	d.ids[name], d.taken[id] = id, true
	d.list = append(d.list, definitionXML{id, "string", textXML{Text: name}})
	return id
}
