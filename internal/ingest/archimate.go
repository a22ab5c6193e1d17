package ingest

import (
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"strings"
)

// An ArchiMate model comes in three ways of writing: the Open Group's exchange file (archimate_exchange.go), the file of
// the Archi tool, and the folder of its coArchi plug-in with one file for each concept (archimate_archi.go). All give
//
//   - a node for each element and junction: Ref is its id, Kind its type in the words of ArchiMate 3, Type its
//     specialization where there is one, Namespace the folders it lies in;
//   - an edge for each relation, from source to target as written: Key is its id, Type its type without
//     "Relationship". An end may be a relation: FromEdge, ToEdge;
//   - in Props the properties that people gave them, and what the constants below name.
//
// Types that ArchiMate does not know stay as they are written. Views are pictures of the model and are not read.
const (
	ArchiMateAccess      = "archimate:access"    // of an Access: Access, Read, Write, ReadWrite
	ArchiMateInfluence   = "archimate:influence" // of an Influence: its strength, such as ++
	ArchiMateDirected    = "archimate:directed"  // of an Association: "true"
	ArchiMateName        = "name:"               // with a language: the name in a second language
	ArchiMateDescription = "description:"        // with a language
)

// maxNodes is how many things one import may bring: what the map is made for, tenfold.
const maxNodes = 10_000_000

// The namespaces, and with them the ways of writing.
const (
	exchangeSpace = "http://www.opengroup.org/xsd/archimate" // 2.1; 3.x adds "/3.0/"
	archiTool     = "http://www.archimatetool.com/archimate"
)

// ReadArchiMate reads the files of a model together, told apart by what they hold.
func ReadArchiMate(sources []*Source) (Catalogue, error) {
	sources, err := unzipped(sources)
	if err != nil {
		return Catalogue{}, err
	}
	a := &archiMateReader{
		first: map[string]firstSeen{}, relations: map[string]bool{}, folders: map[string]string{}, folderOf: map[string]string{}, profiles: map[string]string{},
	}
	for _, src := range sources {
		if err := a.file(src); err != nil {
			return Catalogue{}, err
		}
	}
	if len(a.Nodes)+len(a.Edges) == 0 && a.m != nil {
		return Catalogue{}, a.m.src.wrong(At{}, "", "ingest.error.empty")
	}
	a.name()
	a.dangle()
	return a.Catalogue, nil
}

// IsArchiMate tells whether a file holds an ArchiMate model, or a part of one.
func IsArchiMate(g Glimpse) bool {
	space, _, _ := strings.Cut(g.Root, " ")
	return space == archiTool || space == exchangeSpace || strings.HasPrefix(space, exchangeSpace+"/")
}

// unzipped puts the models in zip archives in the place of the archives: Archi writes an archive when a model has images.
func unzipped(sources []*Source) (all []*Source, err error) {
	for _, src := range sources {
		if head, _ := src.in.Peek(4); !isZip(head) { // a failure comes again with the first read
			all = append(all, src)
			continue
		}
		data, err := io.ReadAll(src.in)
		if err != nil {
			return nil, err
		}
		src.ended = true
		parts, err := Unpack([]File{{Name: src.name, Data: data}})
		if err != nil {
			return nil, err
		}
		had := len(all)
		for _, part := range parts {
			if IsArchiMate(Look(part.Name, part.Data)) {
				all = append(all, NewSource(part.Name, bytes.NewReader(part.Data), SourceOptions{Limits: src.limits}))
			}
		}
		if len(all) == had {
			return nil, src.wrong(At{}, "", "ingest.error.archimate.not", "value", "zip")
		}
	}
	return all, nil
}

type archiMateReader struct {
	Catalogue
	m         *markup
	first     map[string]firstSeen // by id of a concept
	relations map[string]bool
	folders   map[string]string // of a coArchi folder: directory → name
	folderOf  map[string]string // id of a concept → names of its folders
	profiles  map[string]string // id of a specialization → name
	later     []archiMateProperty
}

type firstSeen struct {
	file string
	line int
}

// archiMateProperty is a property whose name the file says further down.
type archiMateProperty struct {
	into       map[string]string
	definition string
	value      string
}

func (a *archiMateReader) file(src *Source) error {
	a.m = newMarkup(src)
	root, err := a.m.root()
	if err != nil {
		return err
	}
	switch {
	case root.Name.Space == exchangeSpace || strings.HasPrefix(root.Name.Space, exchangeSpace+"/"):
		err = a.exchange(root)
	case root.Name.Space == archiTool:
		err = a.archi(root)
	default:
		return src.wrong(a.m.at, "", "ingest.error.archimate.not", "value", clip(root.Name.Local))
	}
	if err != nil {
		return err
	}
	return a.m.end()
}

// concept begins an element or a relation: its id, which must be new, and its place.
func (a *archiMateReader) concept(field, id string) (At, error) {
	a.m.record++
	at := a.m.at
	at.Record = a.m.record
	a.m.at = at
	if err := a.m.src.count(at); err != nil {
		return at, err
	}
	if len(a.first) >= maxNodes {
		return at, a.m.src.tooLarge(at, "ingest.error.records", "limit", maxNodes)
	}
	if id == "" {
		return at, a.m.src.wrong(at, field, "ingest.error.required")
	}
	if first, twice := a.first[id]; twice {
		return at, a.m.src.wrong(at, field, "ingest.error.duplicate-file", "value", clip(id), "file", first.file, "line", first.line)
	}
	a.first[id] = firstSeen{a.m.src.name, at.Line}
	return at, nil
}

func (a *archiMateReader) required(at At, field, value string) error {
	if value == "" {
		return a.m.src.wrong(at, field, "ingest.error.required")
	}
	return nil
}

// told is what the elements inside a concept say of it.
type told struct {
	names, descriptions inLanguages
	props               map[string]string
	source, target      string // of a relation in a coArchi folder
	profiles            []string
}

func (t *told) put(name, value string) {
	if t.props == nil {
		t.props = map[string]string{}
	}
	putProperty(t.props, name, value)
}

// putProperty keeps all values of a property that is given more than once.
func putProperty(props map[string]string, name, value string) {
	if had, twice := props[name]; twice && had != value {
		value = had + "; " + value
	}
	props[name] = value
}

func (t *told) putIf(name, value string) {
	if value != "" {
		t.put(name, value)
	}
}

func (a *archiMateReader) node(id, kind string, at At, t told) {
	n := NodeRecord{Ref: id, Kind: kind, File: a.m.src.name, At: at, Props: t.props}
	n.Name, n.Description = t.said()
	n.Props = t.props
	n.Type = strings.Join(t.profiles, " ")
	a.Nodes = append(a.Nodes, n)
}

func (a *archiMateReader) edge(e EdgeRecord, t told) {
	e.File, e.Field = a.m.src.name, "relationship"
	description := ""
	e.Name, description = t.said()
	t.putIf("description", description)
	if len(t.profiles) > 0 {
		t.put("profile", strings.Join(t.profiles, " "))
	}
	e.Props = t.props
	a.relations[e.Key] = true
	a.Edges = append(a.Edges, e)
}

// said gives name and description; those in further languages become properties.
func (t *told) said() (name, description string) {
	name, names := t.names.first()
	description, descriptions := t.descriptions.first()
	for _, other := range names {
		t.putIf(ArchiMateName+other.language, other.text)
	}
	for _, other := range descriptions {
		t.putIf(ArchiMateDescription+other.language, other.text)
	}
	return name, description
}

type inLanguage struct{ language, text string }

type inLanguages []inLanguage

// first gives the English text, else the one in no language, else the first, and the others apart.
func (l inLanguages) first() (text string, others []inLanguage) {
	chosen := -1
	for i, one := range l {
		if chosen < 0 || rank(one.language) > rank(l[chosen].language) {
			chosen = i
		}
	}
	for i, one := range l {
		if i == chosen {
			text = one.text
		} else {
			others = append(others, one)
		}
	}
	return text, others
}

func rank(language string) int {
	switch {
	case language == "en" || strings.HasPrefix(language, "en-"):
		return 2
	case language == "":
		return 1
	default:
		return 0
	}
}

// readText reads a text with its language.
func (a *archiMateReader) readText(start xml.StartElement, into *inLanguages) error {
	text, err := a.m.text()
	if err == nil && text != "" {
		language, _, _ := strings.Cut(strings.ToLower(foreignAttribute(start, "lang")), "-")
		*into = append(*into, inLanguage{language, text})
	}
	return err
}

// oldTypes are the words of ArchiMate 2 that ArchiMate 3 writes differently.
var oldTypes = map[string]string{
	"UsedBy": "Serving", "Realisation": "Realization", "Specialisation": "Specialization",
	"InfrastructureService": "TechnologyService", "InfrastructureFunction": "TechnologyFunction", "InfrastructureInterface": "TechnologyInterface",
	"Network": "CommunicationNetwork", "CommunicationPath": "Path",
}

// typeName writes a type as ArchiMate 3 does: "archimate:UsedByRelationship" is "Serving".
func typeName(written string) string {
	if _, local, ok := strings.Cut(written, ":"); ok {
		written = local
	}
	written = strings.TrimSuffix(written, relationship)
	if now, old := oldTypes[written]; old {
		return now
	}
	return written
}

const relationship = "Relationship"

// name puts into nodes and edges what only all files together say: names of properties, specializations and folders.
func (a *archiMateReader) name() {
	for i := range a.Nodes {
		n := &a.Nodes[i]
		n.Type = a.profileNames(n.Type)
		n.Namespace = a.folderOf[n.Ref]
		if n.Namespace == "" && len(a.folders) > 0 {
			n.Namespace = a.directoryNames(n.File)
		}
	}
	for i := range a.Edges {
		if profile := a.Edges[i].Props["profile"]; profile != "" {
			a.Edges[i].Props["profile"] = a.profileNames(profile)
		}
	}
}

func (a *archiMateReader) profileNames(ids string) string {
	names := strings.Fields(ids)
	for i, id := range names {
		if name := a.profiles[id]; name != "" {
			names[i] = name
		}
	}
	return strings.Join(names, ", ")
}

// directoryNames are the names of the folders above a file of a coArchi folder.
func (a *archiMateReader) directoryNames(file string) string {
	names := ""
	for directory := path.Dir(file); ; directory = path.Dir(directory) {
		if name := a.folders[directory]; name != "" {
			names = strings.TrimSuffix(name+"/"+names, "/")
		}
		if directory == "." || directory == "/" {
			return names
		}
	}
}

// dangle finds out which ends of relations are relations, and which name nothing.
func (a *archiMateReader) dangle() {
	for i := range a.Edges {
		e := &a.Edges[i]
		e.FromEdge, e.ToEdge = a.relations[e.From], a.relations[e.To]
		for _, end := range [2][2]string{{e.From, "source"}, {e.To, "target"}} {
			if _, known := a.first[end[0]]; !known {
				a.Dangling = append(a.Dangling, DanglingReference{Ref: end[0], From: e.Key, Field: end[1], File: e.File, At: e.At})
			}
		}
	}
}
