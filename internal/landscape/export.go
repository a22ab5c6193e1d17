package landscape

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape/interchange"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// exportFormat is a way in which the map can leave.
type exportFormat struct {
	name  string
	ext   string
	kind  string // of the file, as HTTP names it
	write func(io.Writer, Map, ExtractIn) error
}

// exportFormats are all of them: our own tables, a model for tools of enterprise architecture, a drawing.
var exportFormats = []exportFormat{
	{"csv", ".zip", "application/zip", func(w io.Writer, m Map, _ ExtractIn) error { return interchange.WriteArchive(w, m.tables()) }},
	{"xlsx", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(w io.Writer, m Map, _ ExtractIn) error {
		return interchange.WriteWorkbook(w, m.tables())
	}},
	{"archimate", ".xml", "application/xml", func(w io.Writer, m Map, in ExtractIn) error {
		return interchange.WriteArchiMate(w, m.archiMate(in.Name))
	}},
	{"drawio", ".drawio", "application/vnd.jgraph.mxfile", func(w io.Writer, m Map, in ExtractIn) error {
		return interchange.WriteDrawio(w, m.diagram(in.Name, in.Language))
	}},
}

// ExportFormats names the formats in which the map can leave.
func ExportFormats() (names []string) {
	for _, f := range exportFormats {
		names = append(names, f.name)
	}
	return names
}

// ExtractIn says which part of the map leaves, and how. Empty means everything.
type ExtractIn struct {
	Format   string   `query:"format" json:"format" enum:"csv,xlsx,archimate,drawio" doc:"csv (a zip archive of tables), xlsx, archimate (exchange file 3.1) or drawio"`
	Kinds    []string `query:"kind" json:"kinds,omitempty" doc:"only elements of these kinds, with commas between"`
	Domain   string   `query:"domain" json:"domain,omitempty" doc:"only elements of this business domain"`
	Name     string   `query:"name" json:"name,omitempty" doc:"name of the model or drawing"`
	Language string   `query:"language" json:"language,omitempty" enum:"en,it," doc:"of the labels in a drawing"`
}

// Extract is the map, or a part of it, as a file.
type Extract struct {
	Name        string `json:"name"` // of the file
	Type        string `json:"type"` // as HTTP names it
	Data        []byte `json:"data"`
	Elements    int    `json:"elements"`
	Connections int    `json:"connections"`
}

// ExtractMap writes the live map, or a part of it, in a format of other tools. A connection is in it when both of its ends
// are. In our own tables and in ArchiMate the map can be read back: the same elements, connections and ids.
func ExtractMap(ctx context.Context, r db.Reader, in ExtractIn) (Extract, error) {
	f, err := in.check()
	if err != nil {
		return Extract{}, err
	}
	whole, err := Current(ctx, r)
	if err != nil {
		return Extract{}, err
	}
	m := whole.Map.part(in.wants)
	if in.Name == "" {
		in.Name = "landscape"
	}
	data, err := interchange.Bytes(func(w io.Writer) error { return f.write(w, m, in) })
	return Extract{Name: "landscape" + f.ext, Type: f.kind, Data: data, Elements: len(m.Elements), Connections: len(m.Connections)}, err
}

// OpExtract writes the map in a format of other tools.
var OpExtract = op.Query[ExtractIn, Extract]{Name: "landscape.extract", Route: "GET /api/landscape/export", Func: ExtractMap}

// Share is how many live elements have something in common.
type Share struct {
	Name     string `json:"name"`
	Elements int    `json:"elements"`
}

// ExtractChoices are what the live map holds and by what a part of it can be chosen.
type ExtractChoices struct {
	Elements    int     `json:"elements"`
	Connections int     `json:"connections"`
	Agreements  int     `json:"agreements"`
	Kinds       []Share `json:"kinds"`   // in the usual order
	Domains     []Share `json:"domains"` // by name
}

// ChooseExtract tells what there is to export.
func ChooseExtract(ctx context.Context, r db.Reader, _ struct{}) (ExtractChoices, error) {
	s, err := Current(ctx, r)
	if err != nil {
		return ExtractChoices{}, err
	}
	out := ExtractChoices{
		Elements: len(s.Elements), Connections: len(between(s.Connections, s.Elements)), Agreements: len(s.Agreements), Kinds: []Share{}, Domains: []Share{},
	}
	kinds, domains := map[string]int{}, map[string]int{}
	for _, e := range s.Elements {
		kinds[string(e.Kind)]++
		if e.Domain != "" {
			domains[e.Domain]++
		}
	}
	for _, kind := range Kinds {
		if n := kinds[string(kind)]; n > 0 {
			out.Kinds = append(out.Kinds, Share{string(kind), n})
		}
	}
	for _, domain := range sortedKeys(domains) {
		out.Domains = append(out.Domains, Share{domain, domains[domain]})
	}
	return out, nil
}

// OpChooseExtract tells what there is to export.
var OpChooseExtract = op.Query[struct{}, ExtractChoices]{Name: "landscape.choose-extract", Route: "GET /api/landscape/export/choices", Func: ChooseExtract}

func (in *ExtractIn) check() (exportFormat, error) {
	c := checker{field: plain}
	c.choice("format", in.Format, ExportFormats()...)
	c.choice("language", in.Language, "", "en", "it")
	for _, kind := range in.Kinds {
		c.choice("kind", kind, words(Kinds)...)
	}
	c.short("name", in.Name, longestName)
	if err := problem.Many(c.wrong); err != nil {
		return exportFormat{}, err
	}
	return exportFormats[slices.Index(ExportFormats(), in.Format)], nil
}

func (in *ExtractIn) wants(e Element) bool {
	return (len(in.Kinds) == 0 || slices.Contains(in.Kinds, string(e.Kind))) && (in.Domain == "" || strings.EqualFold(e.Domain, in.Domain))
}

// part is the map of the elements that are wanted: with the connections between them, and the agreements that cover one of
// them, that one of them is party to, or under which they are connected.
func (m Map) part(wants func(Element) bool) Map {
	p := Map{Elements: map[string]Element{}, Agreements: map[string]Agreement{}}
	for id, e := range m.Elements {
		if wants(e) {
			p.Elements[id] = e
		}
	}
	p.Connections = between(m.Connections, p.Elements)
	agreed := map[string]bool{}
	for _, c := range p.Connections {
		agreed[c.Agreement] = true
	}
	for id, a := range m.Agreements {
		covers := slices.DeleteFunc(slices.Clone(a.Covers), func(id string) bool { return !p.has(id) })
		if len(p.Elements) == len(m.Elements) || len(covers) > 0 || p.has(a.Party) || agreed[id] {
			a.Covers = covers
			if !p.has(a.Party) {
				a.Party = ""
			}
			p.Agreements[id] = a
		}
	}
	return p
}

func (m Map) has(id string) bool { _, ok := m.Elements[id]; return ok }

// between gives the connections whose ends are among the elements, and, where an end is a connection, among themselves.
func between(all []Connection, elements map[string]Element) []Connection {
	kept := map[string]bool{"": true}
	for _, c := range all {
		_, from := elements[c.From]
		_, to := elements[c.To]
		if from && to {
			kept[c.ID] = true
		}
	}
	for lost := true; lost; {
		lost = false
		for _, c := range all {
			if kept[c.ID] && !(kept[c.FromTie] && kept[c.ToTie]) {
				delete(kept, c.ID)
				lost = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(c Connection) bool { return !kept[c.ID] })
}

// sortedProperties are properties in the order of their names.
func sortedProperties(all map[string]string) (list []interchange.Property) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, interchange.Property{Name: name, Value: all[name]})
	}
	return list
}
