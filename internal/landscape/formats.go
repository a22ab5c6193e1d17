package landscape

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
)

// format is a way in which tools outside write down what exists and what runs between it.
type format struct {
	name  string
	exts  []string                    // of the names of its files
	sniff func(g ingest.Glimpse) bool // whether a file is of this format, told from its name and its beginning
	load  loader
}

// loader reads all files of one import and says in our words what they hold.
type loader func(files []ingest.File, o ingest.DateOptions) (*incoming, error)

// formats are all formats, in the order in which people look for them. What fits several is of the first.
var formats = []format{
	{"csv", []string{".csv", ".tsv", ".xlsx", ".xlsm"}, ingest.IsTables, loadTables},
	{"graph", []string{".csv", ".tsv"}, ingest.IsGraph, catalogue(ingest.ReadGraph, fromGraph)},
	{"dora-register", []string{".csv"}, ingest.IsDORA, catalogue(ingest.ReadDORA, fromDORA)},
	{"servicenow-cmdb", []string{".csv"}, ingest.IsCMDB, catalogue(ingest.ReadCMDB, fromCMDB)},
	{"archimate", []string{".xml", ".archimate"}, ingest.IsArchiMate, catalogue(ingest.ReadArchiMate, fromArchiMate)},
	{"backstage", []string{".yaml", ".yml"}, ingest.IsBackstage, catalogue(ingest.ReadBackstage, fromBackstage)},
	{"markdown", []string{".md", ".markdown"}, ingest.IsMarkdown, catalogue(ingest.ReadMarkdown, fromMarkdown)},
	{"compose", []string{".yaml", ".yml"}, ingest.IsCompose, catalogue(ingest.ReadCompose, fromCompose)},
	{"kubernetes", []string{".yaml", ".yml", ".json"}, ingest.IsKubernetes, catalogue(ingest.ReadKubernetes, fromKubernetes)},
	{"terraform", []string{".json"}, ingest.IsTerraform, catalogue(ingest.ReadTerraform, fromTerraform)},
	{"cyclonedx", []string{".json", ".xml"}, ingest.IsCycloneDX, catalogue(ingest.ReadCycloneDX, fromCycloneDX)},
	{"netbox", []string{".json"}, ingest.IsNetBox, catalogue(ingest.ReadNetBox, fromNetBox)},
	{"dependencies", []string{".json"}, ingest.IsDependencies, catalogue(ingest.ReadDependencies, fromDependencies)},
	{"openlineage", []string{".json", ".jsonl", ".ndjson"}, ingest.IsOpenLineage, catalogue(ingest.ReadOpenLineage, fromOpenLineage)},
}

// catalogue makes a loader of a reader and of the translation of its words into ours.
func catalogue(read func([]*ingest.Source) (ingest.Catalogue, error), translate func(ingest.Catalogue) *incoming) loader {
	return func(files []ingest.File, _ ingest.DateOptions) (*incoming, error) {
		sources := make([]*ingest.Source, len(files))
		for i, f := range files {
			sources[i] = source(f)
		}
		c, err := read(sources)
		if err != nil {
			return nil, err
		}
		in := translate(c)
		in.dangle(c)
		in.unread = c.Unread
		return in, nil
	}
}

func source(f ingest.File) *ingest.Source {
	return ingest.NewSource(f.Name, bytes.NewReader(f.Data), ingest.SourceOptions{})
}

// Formats names all formats that can be imported.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Extensions are the endings of names of files that some format uses.
func Extensions() []string {
	all := []string{".zip"}
	for _, f := range formats {
		all = append(all, f.exts...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// choice is what was found out about the files of an import.
type choice struct {
	format
	files []ingest.File
	left  []string // parts of folders and archives that are not of the format
}

// choose finds the format of the files, or takes the one that a person named. A part of a folder or an archive that is
// of no format, and whose name could not be one of the format's, is left out and told.
func choose(name string, files []ingest.File) (choice, error) {
	found := make([]string, len(files))
	for i, f := range files {
		found[i] = formatOf(ingest.Look(f.Name, f.Data))
	}
	if name == "" {
		var err error
		if name, err = agree(files, found); err != nil {
			return choice{}, err
		}
	}
	c := choice{format: formats[slices.Index(Formats(), name)]}
	for i, f := range files {
		if !f.Part || found[i] == name || found[i] == "" && slices.Contains(c.exts, strings.ToLower(path.Ext(f.Name))) {
			c.files = append(c.files, f)
		} else {
			c.left = append(c.left, f.Name)
		}
	}
	return c, nil
}

// agree finds the one format of the files. Files of two formats are refused: nobody could say of which source they are the state.
func agree(files []ingest.File, found []string) (name string, err error) {
	first := ""
	for i, f := range files {
		place := problem.Source{File: f.Name}
		switch {
		case found[i] == "" && !f.Part:
			return "", problem.New(problem.Invalid, "landscape.import.unknown").At(place)
		case found[i] == "" || found[i] == name:
		case name == "":
			name, first = found[i], f.Name
		default:
			return "", problem.New(problem.Invalid, "landscape.import.mixture", "one", found[i], "other", name, "first", first).At(place)
		}
	}
	if name == "" {
		return "", problem.New(problem.Invalid, "landscape.import.unknown").At(problem.Source{File: files[0].Name})
	}
	return name, nil
}

// formatOf names the format of a file; a table of no known format is taken for one of ours, whose reader says what is missing.
func formatOf(g ingest.Glimpse) string {
	for _, f := range formats {
		if f.sniff(g) {
			return f.name
		}
	}
	return ""
}
