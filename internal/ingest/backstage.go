package ingest

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Backstage catalogue is a set of YAML files of one or more documents; each document is an entity. Entities
// name each other as [kind:][namespace/]name, without regard to case, with a default kind for each field.
// Names that resolve nowhere are kept and reported. Nothing is ever fetched: Location entities and placeholders
// ($text, $json, $yaml) are counted only.

// ReadBackstage reads the files of a catalogue together, so that references between them resolve.
func ReadBackstage(sources []*Source) (Catalogue, error) {
	b := &backstageReader{seen: map[string]NodeRecord{}, edges: map[[3]string]bool{}}
	for _, src := range sources {
		if err := b.file(src); err != nil {
			return Catalogue{}, err
		}
	}
	if b.records == 0 && b.src != nil {
		return Catalogue{}, b.src.wrong(At{}, "", "ingest.error.empty")
	}
	b.dangle()
	return b.catalogue, nil
}

type backstageReader struct {
	catalogue Catalogue
	seen      map[string]NodeRecord
	edges     map[[3]string]bool
	yamlReader
	records int // of all files
}

func (b *backstageReader) file(src *Source) error {
	b.yamlReader = yamlReader{src: src}
	err := b.documents(b.document)
	b.catalogue.Placeholders += b.placeholders
	return err
}

func (b *backstageReader) document(root *yaml.Node) error {
	b.records++
	if err := b.src.count(At{Record: b.records}); err != nil {
		return err
	}
	if root.Kind != yaml.MappingNode {
		return b.wrong(root, "", "ingest.error.type", "want", "object")
	}
	n, err := b.node(root)
	if err != nil {
		return err
	}
	if strings.EqualFold(n.Kind, "Location") {
		b.catalogue.Locations++
		return nil
	}
	if first, twice := b.seen[n.Ref]; twice {
		return b.src.wrong(n.At, "metadata.name", "ingest.error.duplicate-file", "value", clip(n.Ref), "file", first.File, "line", first.At.Line)
	}
	b.seen[n.Ref] = n
	b.catalogue.Nodes = append(b.catalogue.Nodes, n)
	return b.relations(root, n)
}

// node reads the entity itself.
func (b *backstageReader) node(root *yaml.Node) (NodeRecord, error) {
	f := fields{y: &b.yamlReader}
	metadata, spec := f.mapping(root, "metadata"), f.mapping(root, "spec")
	n := NodeRecord{
		Kind: f.text(root, "", "kind"), Name: f.text(metadata, "metadata.", "name"), Namespace: f.text(metadata, "metadata.", "namespace"),
		Title: f.text(metadata, "metadata.", "title"), Description: f.text(metadata, "metadata.", "description"),
		Type: f.text(spec, "spec.", "type"), Lifecycle: f.text(spec, "spec.", "lifecycle"),
		Tags: f.texts(metadata, "metadata.", "tags"), File: b.src.name, At: b.at(root),
	}
	if version := f.text(root, "", "apiVersion"); !strings.Contains(version, "backstage.io/") && f.err == nil {
		f.err = b.wrong(root, "apiVersion", "ingest.error.backstage.not", "value", clip(version)) // Kubernetes, for one, has the same shape
	}
	if n.Namespace == "" {
		n.Namespace = "default"
	}
	for _, part := range []struct{ field, value string }{
		{"kind", n.Kind}, {"metadata.name", n.Name}, {"metadata.namespace", n.Namespace},
	} {
		if f.err == nil && part.value == "" {
			f.err = b.wrong(root, part.field, "ingest.error.required")
		}
		if f.err == nil && !isEntityName(part.value) {
			f.err = b.wrong(root, part.field, "ingest.error.backstage.name", "value", clip(part.value))
		}
	}
	n.Ref = entityRef(n.Kind, n.Namespace, n.Name)
	return n, f.err
}

// isEntityName checks 1 to 63 letters and digits, with - _ . between them.
func isEntityName(s string) bool {
	if len(s) == 0 || len(s) > 63 || strings.Trim(s[:1]+s[len(s)-1:], "-_.") != s[:1]+s[len(s)-1:] {
		return false
	}
	for _, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("-_.", c) {
			return false
		}
	}
	return true
}

func entityRef(kind, namespace, name string) string {
	return strings.ToLower(kind + ":" + namespace + "/" + name)
}

// specField is a field of spec that names other entities.
type specField struct {
	name     string
	kind     string // of the named entity, when the name does not say
	relation string
	inverse  bool // the named entity is the one that has the relation
}

var specFields = []specField{
	{"owner", "group", "ownedBy", false},
	{"system", "system", "partOf", false},
	{"subcomponentOf", "component", "partOf", false},
	{"domain", "domain", "partOf", false},
	{"subdomainOf", "domain", "partOf", false},
	{"providesApis", "api", "providesApi", false},
	{"consumesApis", "api", "consumesApi", false},
	{"dependsOn", "component", "dependsOn", false},
	{"dependencyOf", "component", "dependsOn", true},
	{"parent", "group", "childOf", false},
	{"children", "group", "childOf", true},
	{"memberOf", "group", "memberOf", false},
	{"members", "user", "memberOf", true},
}

// relationPairs turns the second of each pair of relations into the first, seen from the other end.
var relationPairs = map[string]string{
	"ownerOf": "ownedBy", "hasPart": "partOf", "apiProvidedBy": "providesApi", "apiConsumedBy": "consumesApi",
	"dependencyOf": "dependsOn", "parentOf": "childOf", "hasMember": "memberOf",
}

// relations reads the fields that name other entities, and the relations that an export of a running catalogue lists.
func (b *backstageReader) relations(root *yaml.Node, n NodeRecord) error {
	f := fields{y: &b.yamlReader}
	spec := f.mapping(root, "spec")
	for _, field := range specFields {
		for _, value := range f.names(spec, "spec.", field.name) {
			b.edge(&f, n, value, "spec."+field.name, field.kind, field.relation, field.inverse)
		}
	}
	list := f.find(root, "relations")
	if list == nil || f.err != nil {
		return f.err
	}
	if list.Kind != yaml.SequenceNode {
		return b.wrong(list, "relations", "ingest.error.type", "want", "array")
	}
	for _, item := range list.Content {
		b.relation(&f, n, resolve(item))
	}
	return f.err
}

func (b *backstageReader) relation(f *fields, n NodeRecord, item *yaml.Node) {
	if item == nil || item.Kind != yaml.MappingNode {
		f.fail(b.wrong(lineOf(item), "relations", "ingest.error.type", "want", "object"))
		return
	}
	relation := f.text(item, "relations.", "type")
	target := f.find(item, "targetRef")
	if target == nil || target.Kind != yaml.ScalarNode || relation == "" {
		f.fail(b.wrong(item, "relations.targetRef", "ingest.error.required"))
		return
	}
	first, inverse := relationPairs[relation]
	if inverse {
		relation = first
	}
	b.edge(f, n, target, "relations."+relation, "", relation, inverse)
}

// edge adds a relation once, however many fields say it.
func (b *backstageReader) edge(f *fields, n NodeRecord, value *yaml.Node, field, kind, relation string, inverse bool) {
	other, ok := parseEntityRef(value.Value, kind, n.Namespace)
	if !ok {
		f.fail(b.wrong(value, field, "ingest.error.backstage.ref", "value", clip(value.Value)))
		return
	}
	e := EdgeRecord{From: n.Ref, To: other, Type: relation, Field: field, File: b.src.name, At: b.at(value)}
	if inverse {
		e.From, e.To = e.To, e.From
	}
	key := [3]string{e.From, e.To, e.Type}
	if !b.edges[key] {
		b.edges[key] = true
		b.catalogue.Edges = append(b.catalogue.Edges, e)
	}
}

// parseEntityRef reads [kind:][namespace/]name. Without a kind, and none by default, it is not a reference.
func parseEntityRef(text, kind, namespace string) (string, bool) {
	if before, after, ok := strings.Cut(text, ":"); ok {
		kind, text = before, after
	}
	if before, after, ok := strings.Cut(text, "/"); ok {
		namespace, text = before, after
	}
	return entityRef(kind, namespace, text), isEntityName(kind) && isEntityName(namespace) && isEntityName(text)
}

// dangle finds the ends of edges that name no entity.
func (b *backstageReader) dangle() {
	for _, e := range b.catalogue.Edges {
		for _, end := range [2][2]string{{e.To, e.From}, {e.From, e.To}} {
			if _, known := b.seen[end[0]]; !known {
				b.catalogue.Dangling = append(b.catalogue.Dangling, DanglingReference{Ref: end[0], From: end[1], Field: e.Field, File: e.File, At: e.At})
			}
		}
	}
}
