package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
)

// glimpseBytes is how much of a file is looked at to tell its format.
const glimpseBytes = 256 << 10

// Glimpse is what a look at the name and the beginning of a file shows: enough to tell its format, and no
// promise that the file can be read.
type Glimpse struct {
	Name   string   // without folders, in lower case
	Ext    string   // with its dot, in lower case
	Header []string // of a table: the cells of its first line, in lower case, with spaces as "_"
	Keys   []string // of JSON and YAML: the members at the root, or of the first item of a list there
	List   bool     // of JSON: the root is a list
	Root   string   // of XML: the first element as "namespace name"; without a namespace "name"
	Text   string   // the beginning
}

// Look takes a glimpse at a file.
func Look(name string, data []byte) Glimpse {
	base := strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	head := bytes.TrimPrefix(data[:min(len(data), glimpseBytes)], []byte("\xef\xbb\xbf"))
	g := Glimpse{Name: base, Ext: path.Ext(base), Text: string(head)}
	switch start := bytes.TrimSpace(head); {
	case g.Ext == ".csv" || g.Ext == ".tsv":
		g.Header = headerOf(g.Text)
	case bytes.HasPrefix(start, []byte("{")), bytes.HasPrefix(start, []byte("[")):
		g.jsonKeys()
	case bytes.HasPrefix(start, []byte("<")):
		g.xmlRoot()
	case g.Ext == ".yaml" || g.Ext == ".yml":
		g.yamlKeys()
	}
	return g
}

// Has tells whether all these members stand at the root.
func (g Glimpse) Has(keys ...string) bool {
	for _, key := range keys {
		if !slices.Contains(g.Keys, key) {
			return false
		}
	}
	return true
}

// Columns tells whether a table has all these columns.
func (g Glimpse) Columns(names ...string) bool {
	for _, name := range names {
		if !slices.Contains(g.Header, name) {
			return false
		}
	}
	return true
}

func headerOf(text string) []string {
	line, rest, _ := strings.Cut(text, "\n")
	if strings.HasPrefix(line, "sep=") {
		line, _, _ = strings.Cut(rest, "\n")
	}
	var names []string
	for _, cell := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(",;\t", r) }) {
		names = append(names, columnName(strings.Trim(cell, " \r\"")))
	}
	return names
}

// jsonKeys notes the members at the root, or of the first item of a list there, as far as the glimpse goes.
func (g *Glimpse) jsonKeys() {
	d := json.NewDecoder(strings.NewReader(g.Text))
	first, err := d.Token()
	if err != nil {
		return
	}
	if g.List = first == json.Delim('['); g.List {
		if item, err := d.Token(); err != nil || item != json.Delim('{') {
			return
		}
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return
		}
		name, _ := key.(string)
		g.Keys = append(g.Keys, name)
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return
		}
	}
}

func (g *Glimpse) xmlRoot() {
	d := xml.NewDecoder(strings.NewReader(g.Text))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		t, err := d.RawToken()
		if err != nil {
			return
		}
		if start, ok := t.(xml.StartElement); ok {
			g.Root = rootName(start)
			return
		}
	}
}

// rootName resolves the prefix of the root by its own declarations.
func rootName(start xml.StartElement) string {
	for _, a := range start.Attr {
		plain := start.Name.Space == "" && a.Name.Space == "" && a.Name.Local == "xmlns"
		if plain || a.Name.Space == "xmlns" && a.Name.Local == start.Name.Space {
			return a.Value + " " + start.Name.Local
		}
	}
	return start.Name.Local
}

var yamlKey = regexp.MustCompile(`(?m)^["']?([A-Za-z$_][A-Za-z0-9$_.-]*)["']?[ \t]*:`)

// yamlKeys notes what stands at the left margin of all documents.
func (g *Glimpse) yamlKeys() {
	for _, match := range yamlKey.FindAllStringSubmatch(g.Text, -1) {
		if !slices.Contains(g.Keys, match[1]) {
			g.Keys = append(g.Keys, match[1])
		}
	}
}

// IsWorkbook tells whether a file is an Excel workbook.
func IsWorkbook(data []byte) bool {
	if !isZip(data) {
		return false
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == "xl/workbook.xml" })
}

// IsTables tells whether a file is one of our own tables.
func IsTables(g Glimpse) bool {
	return g.Columns("id", "kind", "name") || g.Columns("from", "to", "kind") || g.Columns("id", "kind", "title") || g.Ext == ".xlsx" || g.Ext == ".xlsm"
}

// IsBackstage tells whether a file holds entities of a Backstage catalogue.
func IsBackstage(g Glimpse) bool {
	return g.Has("apiVersion", "kind") && strings.Contains(g.Text, "backstage.io/")
}

// containsBoth tells whether a text has both words.
func containsBoth(text, one, other string) bool {
	return strings.Contains(text, one) && strings.Contains(text, other)
}
