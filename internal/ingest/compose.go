package ingest

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Docker Compose describes the services of an application in one or several files. Several files are one model: a later
// file adds to the services of an earlier one, and what it lists is added to the lists. "depends_on" is a list of names or a
// mapping with a condition for each; "links", "volumes_from", "network_mode: service:x" name services too. Files that
// "include" or "extends" name are taken when they are among the files, and never fetched. Environment variables are
// not read: they hold passwords.

// composeNames are the files that others lie upon.
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"}

// IsCompose tells whether a file is one of Docker Compose.
func IsCompose(g Glimpse) bool {
	if g.Ext != ".yaml" && g.Ext != ".yml" {
		return false
	}
	if g.Has("apiVersion") {
		return false
	}
	named := strings.HasPrefix(g.Name, "compose.") || strings.HasPrefix(g.Name, "docker-compose.") || strings.HasPrefix(g.Name, "compose-")
	return g.Has("services") || named && (len(g.Keys) == 0 || g.Has("include"))
}

// ReadCompose reads the files of one application, the base file first wherever it stands.
func ReadCompose(sources []*Source) (Catalogue, error) {
	sources = slices.Clone(sources)
	slices.SortStableFunc(sources, func(a, b *Source) int { return cmp.Compare(composeRank(a.name), composeRank(b.name)) })
	c := composeReader{services: map[string]*composeService{}, given: map[string]bool{}}
	for _, src := range sources {
		c.given[path.Base(src.name)] = true
	}
	for _, src := range sources {
		y := yamlReader{src: src}
		if err := y.documents(func(root *yaml.Node) error { return c.file(&y, root) }); err != nil {
			return Catalogue{}, err
		}
	}
	return c.finish()
}

func composeRank(name string) int {
	if slices.Contains(composeNames, strings.ToLower(path.Base(name))) {
		return 0
	}
	return 1
}

type composeReader struct {
	services map[string]*composeService
	order    []*composeService
	given    map[string]bool // files by their names without folders
	named    []DanglingReference
}

// composeService is a service with what all files say of it.
type composeService struct {
	src     *Source // that names it first
	node    NodeRecord
	extends string
	edges   []composeEdge
}

type composeEdge struct {
	src *Source
	EdgeRecord
}

func (c *composeReader) file(y *yamlReader, root *yaml.Node) error {
	if root.Kind != yaml.MappingNode {
		return y.wrong(root, "", "ingest.error.type", "want", "object")
	}
	f := fields{y: y}
	c.include(&f, root)
	services := f.mapping(root, "services")
	if f.err != nil || services == nil {
		return f.err
	}
	for _, member := range pairs(services) {
		name, body := member.key, member.value
		if body == nil || body.Kind != yaml.MappingNode {
			if body != nil && body.Tag == "!!null" {
				body = &yaml.Node{Kind: yaml.MappingNode, Line: name.Line}
			} else {
				return y.wrong(name, "services."+name.Value, "ingest.error.type", "want", "object")
			}
		}
		if err := c.service(&f, name, body); err != nil {
			return err
		}
	}
	return nil
}

// include notes the files that a file asks for and that are not there.
func (c *composeReader) include(f *fields, root *yaml.Node) {
	list := f.find(root, "include")
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range list.Content {
		names := []*yaml.Node{resolve(item)}
		if names[0] != nil && names[0].Kind == yaml.MappingNode {
			names = f.names(names[0], "include.", "path")
		}
		for _, name := range names {
			if name != nil && name.Kind == yaml.ScalarNode && !c.given[path.Base(name.Value)] {
				c.named = append(c.named, DanglingReference{Ref: name.Value, From: f.y.src.name, Field: "include", File: f.y.src.name, At: f.y.at(name)})
			}
		}
	}
}

func (c *composeReader) service(f *fields, name, body *yaml.Node) error {
	s := c.services[name.Value]
	if s == nil {
		s = &composeService{src: f.y.src, node: NodeRecord{Ref: name.Value, Kind: "service", Name: name.Value, File: f.y.src.name, At: f.y.at(name), Props: map[string]string{}}}
		c.services[name.Value] = s
		c.order = append(c.order, s)
	}
	s.attributes(f, body)
	if e := f.find(body, "extends"); e != nil {
		if e.Kind == yaml.ScalarNode {
			s.extends = e.Value
		} else {
			s.extends = f.text(e, "extends.", "service")
		}
	}
	for _, field := range []string{"depends_on", "links", "external_links", "volumes_from"} {
		s.references(f, body, field)
	}
	if mode := f.text(body, "", "network_mode"); strings.HasPrefix(mode, "service:") {
		s.edge(f, f.find(body, "network_mode"), "network_mode", strings.TrimPrefix(mode, "service:"), nil)
	}
	return f.err
}

// attributes takes what describes a service and cannot be a secret.
func (s *composeService) attributes(f *fields, body *yaml.Node) {
	for _, field := range []string{"image", "container_name", "hostname"} {
		if text := f.text(body, "", field); text != "" {
			s.node.Props[field] = text
		}
	}
	for _, field := range []string{"profiles", "networks"} {
		if v := f.find(body, field); v != nil && v.Kind == yaml.SequenceNode {
			if text := strings.Join(f.texts(body, "", field), ", "); text != "" {
				s.node.Props[field] = text
			}
		} else if v != nil && v.Kind == yaml.MappingNode {
			s.node.Props[field] = strings.Join(keysOf(v), ", ")
		}
	}
}

func keysOf(m *yaml.Node) (keys []string) {
	for _, member := range pairs(m) {
		keys = append(keys, member.key.Value)
	}
	return keys
}

// references reads a list of names, or a mapping by names.
func (s *composeService) references(f *fields, body *yaml.Node, field string) {
	list := f.find(body, field)
	if list == nil {
		return
	}
	if list.Tag == "!reset" || list.Tag == "!override" { // of an earlier file
		s.edges = slices.DeleteFunc(s.edges, func(e composeEdge) bool { return e.Type == field })
	}
	if list.Tag == "!reset" {
		return
	}
	if list.Kind == yaml.MappingNode {
		for _, member := range pairs(list) {
			s.edge(f, member.key, field, member.key.Value, f.condition(member.value))
		}
		return
	}
	for _, item := range f.names(body, "", field) {
		name, _, _ := strings.Cut(item.Value, ":") // of links: the alias; of volumes: how
		s.edge(f, item, field, name, nil)
	}
}

// condition says for what a service waits, and whether it can do without.
func (f *fields) condition(n *yaml.Node) map[string]string {
	n = resolve(n)
	props := map[string]any{}
	if n != nil && n.Kind == yaml.MappingNode {
		props["condition"] = f.text(n, "depends_on.", "condition")
		props["required"] = f.text(n, "depends_on.", "required")
	}
	return flat(props)
}

// edge adds a reference; one that an earlier file has already is only said more exactly.
func (s *composeService) edge(f *fields, at *yaml.Node, field, to string, props map[string]string) {
	e := composeEdge{f.y.src, EdgeRecord{From: s.node.Ref, To: to, Type: field, Field: field, Props: props, At: f.y.at(at)}}
	for i, known := range s.edges {
		if known.To == to && known.Type == field {
			if props != nil {
				s.edges[i].Props = props
			}
			return
		}
	}
	s.edges = append(s.edges, e)
}

func (c *composeReader) finish() (Catalogue, error) {
	g := newGatherer()
	for _, s := range c.order {
		s.inherit(c.services, map[string]bool{s.node.Ref: true})
		if len(s.node.Props) == 0 {
			s.node.Props = nil
		}
		if err := g.node(s.src, s.node); err != nil {
			return Catalogue{}, err
		}
	}
	for _, s := range c.order {
		for _, e := range s.edges {
			if err := g.edge(e.src, e.EdgeRecord); err != nil {
				return Catalogue{}, err
			}
		}
	}
	catalogue := g.finish()
	catalogue.Dangling = append(catalogue.Dangling, c.named...)
	return catalogue, nil
}

// inherit takes over what the extended service says and this one does not.
func (s *composeService) inherit(all map[string]*composeService, above map[string]bool) {
	base := all[s.extends]
	if base == nil || above[s.extends] {
		return
	}
	above[s.extends] = true
	base.inherit(all, above)
	for name, value := range base.node.Props {
		if name != "container_name" && s.node.Props[name] == "" {
			s.node.Props[name] = value
		}
	}
	for _, e := range base.edges {
		if !slices.ContainsFunc(s.edges, func(have composeEdge) bool { return have.To == e.To && have.Type == e.Type }) {
			e.From = s.node.Ref
			s.edges = append(s.edges, e)
		}
	}
}
