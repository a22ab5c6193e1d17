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

// yamlBytes and yamlNodes bound one YAML file, because YAML is read whole: its nodes need many times its bytes.
const (
	yamlBytes = 8 << 20
	yamlNodes = 500_000
	yamlHops  = 8 // aliases followed in a row
)

// yamlReader reads the documents of one YAML file.
type yamlReader struct {
	src          *Source
	record       int // document
	placeholders int // mappings that ask to fetch their value
}

// documents gives out the root of each document that is not empty, after it was measured.
func (y *yamlReader) documents(each func(root *yaml.Node) error) error {
	data, err := readYAML(y.src)
	if err != nil {
		return err
	}
	return y.decode(data, each)
}

func (y *yamlReader) decode(data []byte, each func(root *yaml.Node) error) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var document yaml.Node
		y.record++
		err := decodeYAML(d, &document)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return y.syntax(err)
		}
		if err := y.measure(&document, 0); err != nil {
			return err
		}
		if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
			continue // an empty document between two separators
		}
		if err := each(document.Content[0]); err != nil {
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
func (y *yamlReader) syntax(err error) error {
	at := At{Record: y.record}
	if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
		digits, _, _ := strings.Cut(rest, ":")
		at.Line, _ = strconv.Atoi(digits) // 0 when the library names no line
	}
	return y.src.wrong(at, "", "ingest.error.yaml")
}

func (y *yamlReader) at(n *yaml.Node) At { return At{Record: y.record, Line: n.Line} }

func (y *yamlReader) wrong(n *yaml.Node, field, key string, args ...any) error {
	return y.src.wrong(y.at(n), field, key, args...)
}

// measure walks the nodes as written, without following aliases, and holds the limits on depth and fields.
func (y *yamlReader) measure(n *yaml.Node, depth int) error {
	if depth > y.src.limits.Depth {
		return y.src.tooLarge(At{Record: y.record, Line: n.Line}, "ingest.error.depth", "limit", y.src.limits.Depth)
	}
	if len(n.Value) > y.src.limits.Field {
		return y.src.tooLarge(At{Record: y.record, Line: n.Line}, "ingest.error.field-size", "limit", y.src.limits.Field)
	}
	if n.Kind == yaml.MappingNode {
		if isPlaceholder(n) {
			y.placeholders++
		}
		if twice := memberTwice(n); twice != nil {
			return y.wrong(twice, twice.Value, "ingest.error.member-twice")
		}
	}
	for _, child := range n.Content {
		if err := y.measure(child, depth+1); err != nil {
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

// lineOf gives a node to take a line from, also when there is none.
func lineOf(n *yaml.Node) *yaml.Node {
	if n == nil {
		return &yaml.Node{}
	}
	return n
}

// fields reads members of YAML mappings and keeps the first error. Aliases are followed one by one where a
// value is wanted, so that a bomb of aliases is never unfolded.
type fields struct {
	y   *yamlReader
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

// find gives the value of a member, also of merged mappings (<<); nil when absent or null.
func (f *fields) find(m *yaml.Node, name string) *yaml.Node {
	v := lookUp(m, name, yamlHops)
	if v != nil && v.Tag == "!!null" {
		return nil
	}
	return v
}

// lookUp finds a member in a mapping, then in those that it merges, in their order.
func lookUp(m *yaml.Node, name string, hops int) *yaml.Node {
	if m = resolve(m); m == nil || m.Kind != yaml.MappingNode || hops == 0 {
		return nil
	}
	if v := resolve(member(m, name)); v != nil {
		return v
	}
	for _, merged := range mergedInto(m) {
		if v := lookUp(merged, name, hops-1); v != nil {
			return v
		}
	}
	return nil
}

// mergedInto are the mappings that a mapping merges with "<<": one, or a list of them.
func mergedInto(m *yaml.Node) []*yaml.Node {
	merged := resolve(member(m, "<<"))
	if merged == nil {
		return nil
	}
	if merged.Kind == yaml.SequenceNode {
		return merged.Content
	}
	return []*yaml.Node{merged}
}

// yamlPair is a member of a mapping.
type yamlPair struct{ key, value *yaml.Node }

// pairs are the members of a mapping and of those that it merges, each key once. The value may be nil: too many aliases.
func pairs(m *yaml.Node) []yamlPair {
	var all []yamlPair
	seen := map[string]bool{}
	var walk func(m *yaml.Node, hops int)
	walk = func(m *yaml.Node, hops int) {
		if m = resolve(m); m == nil || m.Kind != yaml.MappingNode || hops == 0 {
			return
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			if key := m.Content[i]; key.Value != "<<" && !seen[key.Value] {
				seen[key.Value] = true
				all = append(all, yamlPair{key, resolve(m.Content[i+1])})
			}
		}
		for _, merged := range mergedInto(m) {
			walk(merged, hops-1)
		}
	}
	walk(m, yamlHops)
	return all
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
		f.fail(f.y.wrong(v, name, "ingest.error.type", "want", "object"))
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
		f.fail(f.y.wrong(v, path+name, "ingest.error.type", "want", "string"))
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
		f.fail(f.y.wrong(v, path+name, "ingest.error.type", "want", "array"))
		return nil
	}
	values := make([]*yaml.Node, 0, len(v.Content))
	for _, item := range v.Content {
		scalar := resolve(item)
		if scalar == nil || scalar.Kind != yaml.ScalarNode {
			f.fail(f.y.wrong(item, path+name, "ingest.error.type", "want", "string"))
			return nil
		}
		values = append(values, scalar)
	}
	return slices.Clip(values)
}
