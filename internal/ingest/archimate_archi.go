package ingest

import (
	"encoding/xml"
	"path"
	"strings"
)

// The Archi tool keeps a model as one file, model → folders → elements; its plug-in coArchi keeps it as a folder with a
// file for each concept, whose root is the concept, and a folder.xml in each directory.

// archi reads a file of either: the root tells which.
func (a *archiMateReader) archi(root xml.StartElement) error {
	switch root.Name.Local {
	case "model", "ArchimateModel":
		return a.archiModel()
	case "Folder":
		a.folders[path.Dir(a.m.src.name)] = attribute(root, "name")
		return a.m.skip()
	default:
		return a.archiConcept(root, root.Name.Local, "")
	}
}

func (a *archiMateReader) archiModel() error {
	return a.m.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "folder":
			return a.archiFolder(e, "")
		case "profile", "profiles":
			a.profiles[attribute(e, "id")] = attribute(e, "name")
		}
		return a.m.skip()
	})
}

func (a *archiMateReader) archiFolder(folder xml.StartElement, above string) error {
	name := strings.TrimPrefix(above+"/"+attribute(folder, "name"), "/")
	return a.m.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "folder":
			return a.archiFolder(e, name)
		case "element":
			return a.archiConcept(e, foreignAttribute(e, "type"), name)
		default:
			return a.m.skip()
		}
	})
}

// isView tells the pictures of a model from its concepts.
func isView(kind string) bool {
	return kind == "ArchimateDiagramModel" || kind == "SketchModel" || kind == "CanvasModel"
}

func (a *archiMateReader) archiConcept(e xml.StartElement, written, folder string) error {
	kind := typeName(written)
	if isView(kind) {
		return a.m.skip()
	}
	id := attribute(e, "id")
	at, err := a.concept("id", id)
	if err != nil {
		return err
	}
	if err := a.required(at, "xsi:type", kind); err != nil {
		return err
	}
	t, err := a.archiInside(e)
	if err != nil {
		return err
	}
	if folder != "" {
		a.folderOf[id] = folder
	}
	if !strings.HasSuffix(written, relationship) && t.source == "" && t.target == "" {
		a.node(id, junction(e, kind), at, t)
		return nil
	}
	for _, end := range [][2]string{{"source", t.source}, {"target", t.target}} {
		if err := a.required(at, end[0], end[1]); err != nil {
			return err
		}
	}
	archiRelation(e, kind, &t)
	a.edge(EdgeRecord{Key: id, From: t.source, To: t.target, Type: kind, At: at}, t)
	return nil
}

// archiInside reads what a concept says of itself, in attributes or in elements inside it.
func (a *archiMateReader) archiInside(e xml.StartElement) (told, error) {
	t := told{source: attribute(e, "source"), target: attribute(e, "target"), profiles: strings.Fields(attribute(e, "profiles"))}
	for name, into := range map[string]*inLanguages{"name": &t.names, "documentation": &t.descriptions} {
		if text := strings.TrimSpace(attribute(e, name)); text != "" {
			*into = append(*into, inLanguage{"", text})
		}
	}
	err := a.m.children(func(inner xml.StartElement) error {
		switch inner.Name.Local {
		case "documentation":
			return a.readText(inner, &t.descriptions)
		case "property", "properties":
			t.put(attribute(inner, "key"), attribute(inner, "value"))
		case "source":
			t.source = idOfHref(inner)
		case "target":
			t.target = idOfHref(inner)
		case "profile", "profiles":
			t.profiles = append(t.profiles, idOfHref(inner))
		}
		return a.m.skip()
	})
	return t, err
}

// idOfHref is the id in "File.xml#id".
func idOfHref(e xml.StartElement) string {
	href := attribute(e, "href")
	return href[strings.LastIndexByte(href, '#')+1:]
}

// junction tells the two kinds of junction apart, which Archi writes as an attribute.
func junction(e xml.StartElement, kind string) string {
	switch {
	case kind != "Junction":
		return kind
	case attribute(e, "type") == "or":
		return "OrJunction"
	default:
		return "AndJunction"
	}
}

// archiAccess are the numbers that Archi writes for the kinds of access. What it leaves out is to write.
var archiAccess = map[string]string{"": "Write", "0": "Write", "1": "Read", "2": "Access", "3": "ReadWrite"}

func archiRelation(e xml.StartElement, kind string, t *told) {
	switch kind {
	case "Access":
		written := attribute(e, "accessType")
		access := archiAccess[written]
		if access == "" {
			access = written
		}
		t.put(ArchiMateAccess, access)
	case "Influence":
		t.putIf(ArchiMateInfluence, attribute(e, "strength"))
	case "Association":
		if attribute(e, "directed") == "true" {
			t.put(ArchiMateDirected, "true")
		}
	}
}
