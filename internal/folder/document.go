package folder

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/problem"
)

// document is one YAML file with its lines, so that errors can name them.
type document struct {
	name string
	data []byte
	root *yaml.Node
}

// open reads a YAML file.
func open(path string) (*document, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return parse(filepath.Base(path), data)
}

// parse reads what stands in a YAML file: UTF-8, of bounded size and depth, one document that is not empty, no
// aliases. An empty file is most likely a damaged one; taken at its word it would end everything of its area.
func parse(name string, data []byte) (*document, error) {
	d := &document{name: name, data: data, root: &yaml.Node{}}
	if len(data) > maxFile {
		return nil, d.wrong(0, "folder.error.large", "limit", maxFile>>20)
	}
	if line := notUTF8(data); line > 0 {
		return nil, d.wrong(line, "folder.error.encoding")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(d.root); err != nil && !errors.Is(err, io.EOF) {
		return nil, d.syntax(err)
	}
	if len(d.root.Content) == 0 || d.root.Content[0].Tag == "!!null" {
		return nil, d.wrong(0, "folder.error.empty")
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, d.wrong(0, "folder.error.documents")
	}
	if node := tooStrange(d.root, 0); node != nil {
		return nil, d.wrong(node.Line, "folder.error.strange")
	}
	return d, nil
}

// notUTF8 gives the line of the first byte that is not UTF-8; 0 when there is none.
func notUTF8(data []byte) int {
	if utf8.Valid(data) {
		return 0
	}
	for at := 0; ; {
		c, size := utf8.DecodeRune(data[at:])
		if c == utf8.RuneError && size <= 1 {
			return 1 + bytes.Count(data[:at], []byte("\n"))
		}
		at += size
	}
}

// tooStrange finds what an organisation file never needs: aliases, and nesting deeper than 20.
func tooStrange(node *yaml.Node, depth int) *yaml.Node {
	if node.Kind == yaml.AliasNode || depth > 20 {
		return node
	}
	for _, child := range node.Content {
		if found := tooStrange(child, depth+1); found != nil {
			return found
		}
	}
	return nil
}

// decode reads the file into a value; a field that the value does not have is an error.
func (d *document) decode(into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(d.data))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return d.syntax(err)
	}
	return nil
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

// syntax turns the errors of the YAML library into problems with file and line.
func (d *document) syntax(err error) error {
	texts := []string{err.Error()}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		texts = typed.Errors
	}
	var wrong []*problem.Error
	for _, text := range texts {
		line, detail := 0, strings.TrimPrefix(text, "yaml: ")
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1]) //nolint:errcheck // digits
			detail = m[2]
		}
		wrong = append(wrong, d.wrong(line, "folder.error.yaml", "detail", shorten(detail)))
	}
	return problem.Many(wrong)
}

func (d *document) wrong(line int, key string, args ...any) *problem.Error {
	return problem.New(problem.Invalid, key, args...).At(problem.Source{File: d.name, Line: line})
}

func shorten(text string) string {
	if runes := []rune(text); len(runes) > 160 {
		return string(runes[:160]) + "…"
	}
	return text
}

// locate gives each problem of an area the file and line of its field: "elements[core].rto_min".
func (d *document) locate(err error) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	var located []*problem.Error
	for _, cause := range flatten(p) {
		if cause.Source.File == "" {
			cause = cause.At(problem.Source{File: d.name, Line: d.line(cause.Field)})
		}
		located = append(located, cause)
	}
	return problem.Many(located)
}

var step = regexp.MustCompile(`^([^.\[]+)(?:\[([^\]]+)\])?$`)

// line finds the line of a field path; of its nearest ancestor when the field itself is not written.
func (d *document) line(field string) int {
	if len(d.root.Content) == 0 {
		return 0
	}
	node := d.root.Content[0]
	for _, text := range splitPath(field) {
		m := step.FindStringSubmatch(text)
		if m == nil {
			break
		}
		next := child(node, m[1])
		if next == nil {
			break
		}
		node = next
		if m[2] == "" {
			continue
		}
		if next = entry(node, m[2]); next == nil {
			break
		}
		node = next
	}
	return node.Line
}

// splitPath cuts at dots outside of brackets: ids may hold dots.
func splitPath(field string) []string {
	var steps []string
	depth, start := 0, 0
	for i, c := range field {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '.' && depth == 0:
			steps = append(steps, field[start:i])
			start = i + 1
		}
	}
	return append(steps, field[start:])
}

// child is the value of a key of a mapping.
func child(node *yaml.Node, key string) *yaml.Node {
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// entry is the element of a sequence whose first field (its id, path, day ...) has this value, or with
// this place (0-based) where none has.
func entry(node *yaml.Node, id string) *yaml.Node {
	if node.Kind != yaml.SequenceNode {
		return nil
	}
	for _, element := range node.Content {
		if element.Kind == yaml.MappingNode && len(element.Content) > 1 && element.Content[1].Value == id {
			return element
		}
	}
	if place, err := strconv.Atoi(id); err == nil && place >= 0 && place < len(node.Content) {
		return node.Content[place]
	}
	return nil
}
