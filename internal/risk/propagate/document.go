package propagate

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/problem"
)

// maxDepth is how deep a document may be nested; the format needs eight levels.
const maxDepth = 64

// document takes a text apart into objects, lists, texts, numbers (json.Number), truths and nothing. A text that
// begins with { or [ is JSON, everything else YAML.
func (r *reader) document(data []byte) (any, error) {
	start := bytes.TrimLeft(data, " \t\r\n")
	if len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return r.fromJSON(data)
	}
	return r.fromYAML(data)
}

func (r *reader) fromJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	field := ""
	v, err := r.value(d, "", &field, 0)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return v, nil
		}
	}
	if p, ok := problem.As(err); ok {
		return nil, p
	}
	offset := min(int(d.InputOffset())+1, len(bytes.TrimRight(data, " \t\r\n")))
	line := 1 + bytes.Count(data[:offset], []byte("\n"))
	return nil, problem.Field(field, "propagate.not-json").At(problem.Source{Line: line})
}

// value reads the next value. When it fails, at is the place.
func (r *reader) value(d *json.Decoder, field string, at *string, depth int) (any, error) {
	*at = field
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, problem.New(problem.TooLarge, "propagate.too-deep", "limit", maxDepth)
	}
	switch token {
	case json.Delim('{'):
		return r.members(d, field, at, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := r.value(d, path(field, len(list)), at, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

func (r *reader) members(d *json.Decoder, field string, at *string, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		text, _ := name.(string) // the decoder allows no other names
		inner := join(field, text)
		v, err := r.value(d, inner, at, depth+1)
		if err != nil {
			return nil, err
		}
		if _, twice := object[text]; twice {
			r.refuse(inner, "problem.twice", "value", text)
		}
		object[text] = v
	}
	_, err := d.Token()
	return object, err
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

func (r *reader) fromYAML(data []byte) (any, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var root yaml.Node
	err := d.Decode(&root)
	if err == nil {
		if err = d.Decode(&yaml.Node{}); err == nil {
			return nil, problem.New(problem.Invalid, "propagate.documents")
		}
	}
	if !errors.Is(err, io.EOF) {
		wrong := problem.New(problem.Invalid, "propagate.not-yaml")
		if found := yamlLine.FindStringSubmatch(err.Error()); found != nil {
			line, _ := strconv.Atoi(found[1]) // digits; no line when they are too many
			return nil, wrong.At(problem.Source{Line: line})
		}
		return nil, wrong
	}
	if len(root.Content) == 0 {
		return nil, problem.New(problem.Invalid, "propagate.not-object")
	}
	return r.plain(root.Content[0], "", 0)
}

// plain turns a YAML node into what JSON would have given.
func (r *reader) plain(n *yaml.Node, field string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, problem.New(problem.TooLarge, "propagate.too-deep", "limit", maxDepth)
	}
	switch {
	case n.Kind == yaml.MappingNode:
		return r.mapping(n, field, depth)
	case n.Kind == yaml.SequenceNode:
		list := []any{}
		for i, one := range n.Content {
			v, err := r.plain(one, path(field, i), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case n.Kind == yaml.AliasNode:
		return nil, problem.Field(field, "propagate.alias").At(problem.Source{Line: n.Line})
	}
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!int", "!!float":
		return json.Number(n.Value), nil
	case "!!bool":
		return n.Value == "true", nil
	}
	return n.Value, nil
}

func (r *reader) mapping(n *yaml.Node, field string, depth int) (any, error) {
	object := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		v, err := r.plain(n.Content[i+1], join(field, name), depth+1)
		if err != nil {
			return nil, err
		}
		if _, twice := object[name]; twice {
			r.refuse(join(field, name), "problem.twice", "value", name)
		}
		object[name] = v
	}
	return object, nil
}
