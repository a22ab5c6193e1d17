package ingest

import (
	"bytes"
	"io"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A catalogue in Markdown is a folder with one file for each thing. The file begins with front matter: YAML between two
// lines "---", with a type, a name and fields; some fields name other things, by their name or by their file. Which fields
// do is not declared. A field is one of them when a value of it names a thing somewhere in the catalogue, or when it begins
// with a verb that such fields begin with. Files whose name begins with "_" are templates; files without front matter are
// text for people.

// plainFields say something of the thing itself, also where the words are those of another thing.
var plainFields = map[string]bool{
	"type": true, "name": true, "title": true, "description": true, "owner": true, "domain": true, "status": true, "tags": true, "id": true,
}

// relationVerbs begin the names of fields that name other things.
var relationVerbs = []string{
	"parent_", "composes_", "owns_", "owned_by_", "realizes_", "realized_by_", "aggregates_", "aggregated_by_", "consumes_", "consumed_by_",
	"implements_", "implemented_by_", "publishes_", "published_by_", "serves_", "served_by_", "triggers_", "triggered_by_", "depends_on", "in_",
}

// IsMarkdown tells whether a file is Markdown with front matter.
func IsMarkdown(g Glimpse) bool {
	return (g.Ext == ".md" || g.Ext == ".markdown") && strings.HasPrefix(g.Text, "---")
}

// ReadMarkdown reads the files of a catalogue together. A thing is known by the path of its file, without the folder that
// all files share and without the extension.
func ReadMarkdown(sources []*Source) (Catalogue, error) {
	m := markdownReader{gatherer: newGatherer(), named: map[string][]string{}, relation: map[string]bool{}}
	root := sharedFolder(sources)
	for _, src := range sources {
		if strings.HasPrefix(path.Base(src.name), "_") {
			m.catalogue.Unread = append(m.catalogue.Unread, src.name)
		} else if err := m.file(src, strings.TrimPrefix(src.name, root)); err != nil {
			return Catalogue{}, err
		}
	}
	m.findRelations()
	for _, f := range m.fields {
		if err := m.reference(f); err != nil {
			return Catalogue{}, err
		}
	}
	return m.finish(), nil
}

type markdownReader struct {
	*gatherer
	fields   []markdownField
	named    map[string][]string // name or file → refs
	relation map[string]bool     // fields that name other things
}

// markdownField is one value of a field that may name another thing.
type markdownField struct {
	src         *Source
	from, field string
	value       string
	at          At
}

// sharedFolder is the folder that all files are in.
func sharedFolder(sources []*Source) string {
	if len(sources) == 0 {
		return ""
	}
	folder := path.Dir(sources[0].name) + "/"
	for _, src := range sources {
		for folder != "./" && folder != "/" && !strings.HasPrefix(src.name, folder) {
			folder = path.Dir(strings.TrimSuffix(folder, "/")) + "/"
		}
	}
	return strings.TrimPrefix(folder, "./")
}

func (m *markdownReader) file(src *Source, name string) error {
	matter, lines, err := frontMatter(src)
	if err != nil {
		return err
	}
	if matter == nil {
		m.catalogue.Unread = append(m.catalogue.Unread, src.name)
		return nil
	}
	y := yamlReader{src: src}
	ref := strings.TrimSuffix(name, path.Ext(name))
	return y.decode(matter, func(root *yaml.Node) error { return m.entity(&y, root, ref, lines) })
}

// frontMatter gives the YAML at the beginning of a file, nil when there is none, and the number of lines before it.
func frontMatter(src *Source) (matter []byte, lines int, err error) {
	src.limits.Bytes = min(src.limits.Bytes, yamlBytes)
	src.window = yamlBytes + readAhead
	data, err := io.ReadAll(src)
	if err != nil {
		return nil, 0, err
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	rest, ok := bytes.CutPrefix(data, []byte("---\n"))
	if !ok {
		return nil, 0, nil
	}
	matter, _, ok = bytes.Cut(rest, []byte("\n---"))
	if !ok {
		return nil, 0, src.wrong(At{Line: 1}, "", "ingest.error.truncated")
	}
	return append(matter, '\n'), 1, nil
}

func (m *markdownReader) entity(y *yamlReader, root *yaml.Node, ref string, lines int) error {
	if root.Kind != yaml.MappingNode {
		return y.wrong(root, "", "ingest.error.type", "want", "object")
	}
	f := fields{y: y}
	n := NodeRecord{
		Ref: ref, Kind: f.text(root, "", "type"), Name: f.text(root, "", "name"), Description: f.text(root, "", "description"),
		Lifecycle: f.text(root, "", "status"), Tags: f.texts(root, "", "tags"), At: At{Line: root.Line + lines},
	}
	if f.err != nil {
		return f.err
	}
	if n.Kind == "" {
		return y.src.wrong(n.At, "type", "ingest.error.required")
	}
	if n.Name == "" {
		n.Name = path.Base(ref)
	}
	props := map[string]any{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i].Value, resolve(root.Content[i+1])
		m.values(y.src, ref, key, value, lines)
		if value != nil && value.Kind == yaml.ScalarNode && value.Tag != "!!null" && key != "type" && key != "name" && key != "description" {
			props[key] = value.Value
		}
	}
	n.Props = flat(props)
	for _, name := range []string{n.Name, path.Base(ref)} {
		if key := strings.ToLower(name); len(m.named[key]) == 0 || m.named[key][len(m.named[key])-1] != ref {
			m.named[key] = append(m.named[key], ref)
		}
	}
	return m.node(y.src, n)
}

// values notes the texts of a field.
func (m *markdownReader) values(src *Source, ref, field string, value *yaml.Node, lines int) {
	if value == nil || plainFields[field] {
		return
	}
	list := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		list = value.Content
	}
	for _, one := range list {
		if one = resolve(one); one != nil && one.Kind == yaml.ScalarNode && one.Tag == "!!str" && one.Value != "" {
			m.fields = append(m.fields, markdownField{src: src, from: ref, field: field, value: one.Value, at: At{Line: one.Line + lines}})
		}
	}
}

func (m *markdownReader) findRelations() {
	for _, f := range m.fields {
		if len(m.named[strings.ToLower(f.value)]) > 0 {
			m.relation[f.field] = true
		}
		for _, verb := range relationVerbs {
			if strings.HasPrefix(f.field, verb) {
				m.relation[f.field] = true
			}
		}
	}
}

// reference adds the edge of a value. Several things may have the name; the field says of which type it means one.
func (m *markdownReader) reference(f markdownField) error {
	if !m.relation[f.field] {
		return nil
	}
	to := f.value
	if refs := m.fitting(f); len(refs) == 1 {
		to = refs[0]
	}
	return m.edge(f.src, EdgeRecord{From: f.from, To: to, Type: f.field, Field: f.field, At: f.at})
}

// fitting are the things that a value may mean: all of its name, or those whose type the name of the field ends with.
func (m *markdownReader) fitting(f markdownField) []string {
	var best []string
	longest := 0
	for _, ref := range m.named[strings.ToLower(f.value)] {
		kind := oneWord(m.catalogue.Nodes[m.seen[ref]].Kind)
		fits := 0
		if strings.HasSuffix(oneWord(f.field), kind) {
			fits = len(kind)
		}
		switch {
		case fits > longest || best == nil:
			best, longest = []string{ref}, fits
		case fits == longest:
			best = append(best, ref)
		}
	}
	return best
}

// oneWord writes a type and the end of a field alike: "realizes_business_capabilities" ends with "business-capability".
func oneWord(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "-", "_")
	if cut, ok := strings.CutSuffix(s, "ies"); ok {
		return cut + "y"
	}
	return strings.TrimSuffix(s, "s")
}
