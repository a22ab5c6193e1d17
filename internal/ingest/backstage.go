package ingest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Backstage catalogue is a set of YAML files of one or more documents; each document is an entity. Entities
// name each other as [kind:][namespace/]name, without regard to case, with a default kind for each field.
// Names that resolve nowhere are kept and reported. Nothing is ever fetched: Location entities and placeholders
// ($text, $json, $yaml) are counted only.

// yamlBytes and yamlNodes bound one YAML file, because YAML is read whole: its nodes need many times its bytes.
const (
	yamlBytes = 8 << 20
	yamlNodes = 500_000
	yamlHops  = 8 // aliases followed in a row
)

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
	src       *Source
	record    int // document of the current file
	records   int // of all files
}

func (b *backstageReader) file(src *Source) error {
	b.src, b.record = src, 0
	data, err := readYAML(src)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var document yaml.Node
		b.record++
		err := decodeYAML(d, &document)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return b.syntax(err)
		}
		if err := b.document(&document); err != nil {
			return err
		}
	}
}

// readYAML reads a whole file within the limit of YAML.
func readYAML(src *Source) ([]byte, error) {
	src.window = yamlBytes + readAhead
	src.limits.Bytes = min(src.limits.Bytes, yamlBytes)
	data, err := io.ReadAll(src)
	if err != nil {
		return nil, err
	}
	// Every node but the first follows one of these characters, so their number bounds the memory before any is spent.
	marks := 0
	for _, c := range []byte("\n,:[{-") {
		marks += bytes.Count(data, []byte{c})
	}
	if marks > yamlNodes {
		return nil, src.tooLarge(At{}, "ingest.error.nodes", "limit", yamlNodes)
	}
	return data, nil
}

var errYAMLPanic = errors.New("yaml: line 0: the parser gave up")

// decodeYAML turns a failure inside the YAML library into an error: a file must not stop the program.
func decodeYAML(d *yaml.Decoder, document *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errYAMLPanic
		}
	}()
	return d.Decode(document)
}

// syntax is the error for text that is not YAML; the library's words, which may quote the file, are dropped.
func (b *backstageReader) syntax(err error) error {
	at := At{Record: b.record}
	if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
		digits, _, _ := strings.Cut(rest, ":")
		at.Line, _ = strconv.Atoi(digits) // 0 when the library names no line
	}
	return b.src.wrong(at, "", "ingest.error.yaml")
}

func (b *backstageReader) at(n *yaml.Node) At { return At{Record: b.record, Line: n.Line} }

func (b *backstageReader) wrong(n *yaml.Node, field, key string, args ...any) error {
	return b.src.wrong(b.at(n), field, key, args...)
}

// measure walks the nodes as written, without following aliases, and holds the limits on depth and fields.
func (b *backstageReader) measure(n *yaml.Node, depth int) error {
	if depth > b.src.limits.Depth {
		return b.src.tooLarge(At{Record: b.record, Line: n.Line}, "ingest.error.depth", "limit", b.src.limits.Depth)
	}
	if len(n.Value) > b.src.limits.Field {
		return b.src.tooLarge(At{Record: b.record, Line: n.Line}, "ingest.error.field-size", "limit", b.src.limits.Field)
	}
	if n.Kind == yaml.MappingNode {
		if isPlaceholder(n) {
			b.catalogue.Placeholders++
		}
		if twice := memberTwice(n); twice != nil {
			return b.wrong(twice, twice.Value, "ingest.error.member-twice")
		}
	}
	for _, child := range n.Content {
		if err := b.measure(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// memberTwice finds a key that a mapping holds more than once: which value counts would be a guess.
func memberTwice(n *yaml.Node) *yaml.Node {
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.ScalarNode && seen[key.Value] && key.Value != "<<" {
			return key
		}
		seen[key.Value] = true
	}
	return nil
}

// isPlaceholder tells whether a mapping asks to fetch its value: {$text: ...}.
func isPlaceholder(n *yaml.Node) bool {
	return len(n.Content) == 2 && strings.HasPrefix(n.Content[0].Value, "$")
}

func (b *backstageReader) document(document *yaml.Node) error {
	if err := b.measure(document, 0); err != nil {
		return err
	}
	if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
		return nil // an empty document between two separators
	}
	b.records++
	if err := b.src.count(At{Record: b.records}); err != nil {
		return err
	}
	root := document.Content[0]
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
	f := fields{b: b}
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
	f := fields{b: b}
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

// lineOf gives a node to take a line from, also when there is none.
func lineOf(n *yaml.Node) *yaml.Node {
	if n == nil {
		return &yaml.Node{}
	}
	return n
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

// fields reads members of YAML mappings and keeps the first error. Aliases are followed one by one where a
// value is wanted, so that a bomb of aliases is never unfolded.
type fields struct {
	b   *backstageReader
	err error
}

func (f *fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// resolve follows aliases; nil when there are too many in a row.
func resolve(n *yaml.Node) *yaml.Node {
	for range yamlHops {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

// find gives the value of a member, also of a merged mapping (<<); nil when absent or null.
func (f *fields) find(m *yaml.Node, name string) *yaml.Node {
	for range yamlHops {
		m = resolve(m)
		if m == nil || m.Kind != yaml.MappingNode {
			return nil
		}
		if v := resolve(member(m, name)); v != nil {
			if v.Tag == "!!null" {
				return nil
			}
			return v
		}
		m = member(m, "<<")
	}
	return nil
}

func member(m *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Kind == yaml.ScalarNode && m.Content[i].Value == name {
			return m.Content[i+1]
		}
	}
	return nil
}

func (f *fields) mapping(m *yaml.Node, name string) *yaml.Node {
	v := f.find(m, name)
	if v != nil && v.Kind != yaml.MappingNode {
		f.fail(f.b.wrong(v, name, "ingest.error.type", "want", "object"))
		return nil
	}
	return v
}

// text reads a scalar; a placeholder is not followed and gives nothing.
func (f *fields) text(m *yaml.Node, path, name string) string {
	v := f.find(m, name)
	if v == nil || v.Kind == yaml.MappingNode && isPlaceholder(v) {
		return ""
	}
	if v.Kind != yaml.ScalarNode {
		f.fail(f.b.wrong(v, path+name, "ingest.error.type", "want", "string"))
		return ""
	}
	return v.Value
}

func (f *fields) texts(m *yaml.Node, path, name string) (values []string) {
	for _, v := range f.names(m, path, name) {
		values = append(values, v.Value)
	}
	return values
}

// names reads a scalar or a list of scalars.
func (f *fields) names(m *yaml.Node, path, name string) []*yaml.Node {
	v := f.find(m, name)
	if v == nil || v.Kind == yaml.MappingNode && isPlaceholder(v) {
		return nil
	}
	if v.Kind == yaml.ScalarNode {
		return []*yaml.Node{v}
	}
	if v.Kind != yaml.SequenceNode {
		f.fail(f.b.wrong(v, path+name, "ingest.error.type", "want", "array"))
		return nil
	}
	values := make([]*yaml.Node, 0, len(v.Content))
	for _, item := range v.Content {
		scalar := resolve(item)
		if scalar == nil || scalar.Kind != yaml.ScalarNode {
			f.fail(f.b.wrong(item, path+name, "ingest.error.type", "want", "string"))
			return nil
		}
		values = append(values, scalar)
	}
	return slices.Clip(values)
}
