package fair

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/problem"
)

// Read reads a portfolio from CSV (a first line with the columns of ReadCSV), JSON or YAML. In JSON and YAML a plain
// number may stand for a distribution that is constant. Errors name the place of the field, like
// scenarios[3].frequency.mode; the portfolio that is given back has passed Check.
func Read(data []byte) (Portfolio, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	text := bytes.TrimLeft(data, " \t\r\n")
	first, _, _ := bytes.Cut(text, []byte("\n"))
	switch {
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		if err := checkJSON(data); err != nil {
			return Portfolio{}, err
		}
	case bytes.Contains(first, []byte(",")) && !bytes.ContainsAny(first, ":#"):
		return ReadCSV(data)
	}
	return readTree(data)
}

// checkJSON names the line at which a text stops being JSON.
func checkJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	var any json.RawMessage
	err := d.Decode(&any)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
	}
	offset := d.InputOffset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	} else if errors.Is(err, io.ErrUnexpectedEOF) {
		offset = int64(len(bytes.TrimSpace(data)))
	}
	line := 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
	return problem.New(problem.Invalid, "fair.error.not-json").At(problem.Source{Line: line})
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

func readTree(data []byte) (Portfolio, error) {
	var p Portfolio
	var root yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(bytes.ReplaceAll(data, []byte("\t"), []byte(" ")))) // JSON may be indented with tabs
	err := d.Decode(&root)
	if err == nil {
		if err = d.Decode(&yaml.Node{}); err == nil {
			return p, problem.New(problem.Invalid, "fair.error.documents")
		}
	}
	if !errors.Is(err, io.EOF) {
		wrong := problem.New(problem.Invalid, "fair.error.not-yaml")
		if found := yamlLine.FindStringSubmatch(err.Error()); found != nil {
			line, _ := strconv.Atoi(found[1]) // digits; no line when they are too many
			wrong = wrong.At(problem.Source{Line: line})
		}
		return p, wrong
	}
	if len(root.Content) == 0 {
		return p, problem.New(problem.Invalid, "fair.error.not-object")
	}
	t := &tree{}
	t.read(root.Content[0], "", reflect.ValueOf(&p).Elem())
	if err := problem.Many(t.wrong); err != nil {
		return p, err
	}
	if len(p.Scenarios) == 0 {
		return p, problem.Field("scenarios", "problem.required")
	}
	return p, p.Check()
}

// tree fills a value from a document and collects what does not fit.
type tree struct{ wrong []*problem.Error }

func (t *tree) refuse(n *yaml.Node, field, key string, args ...any) {
	t.wrong = append(t.wrong, problem.Field(field, key, args...).At(problem.Source{Line: n.Line}))
}

func (t *tree) read(n *yaml.Node, field string, to reflect.Value) {
	if n.Kind == yaml.AliasNode {
		t.refuse(n, field, "fair.error.alias")
		return
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		t.read(n, field, to.Elem())
	case reflect.Struct:
		t.object(n, field, to)
	case reflect.Slice:
		t.list(n, field, to)
	case reflect.Float64:
		t.number(n, field, to)
	case reflect.Bool:
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
			t.refuse(n, field, "fair.error.not-truth")
			return
		}
		to.SetBool(strings.EqualFold(n.Value, "true"))
	default:
		if n.Kind != yaml.ScalarNode {
			t.refuse(n, field, "fair.error.not-text")
			return
		}
		to.SetString(n.Value)
	}
}

func (t *tree) object(n *yaml.Node, field string, to reflect.Value) {
	if d, ok := to.Addr().Interface().(*Distribution); ok && n.Kind == yaml.ScalarNode {
		d.Kind, d.Value = Constant, new(float64)
		t.number(n, field, reflect.ValueOf(d.Value).Elem())
		return
	}
	if n.Kind != yaml.MappingNode {
		t.refuse(n, field, "fair.error.not-object")
		return
	}
	known, names := map[string]int{}, []string{}
	for i := range to.NumField() {
		name, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("yaml"), ",")
		other, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("json"), ",")
		known[name], known[other], names = i, i, append(names, name)
	}
	seen := map[int]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		place := strings.TrimPrefix(field+"."+n.Content[i].Value, ".")
		switch at, ok := known[n.Content[i].Value]; {
		case !ok:
			t.refuse(n.Content[i], place, "fair.error.unknown-field", "known", strings.Join(names, ", "))
		case seen[at]:
			t.refuse(n.Content[i], place, "problem.twice", "value", n.Content[i].Value)
		default:
			seen[at] = true
			t.read(n.Content[i+1], place, to.Field(at))
		}
	}
}

func (t *tree) list(n *yaml.Node, field string, to reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		t.refuse(n, field, "fair.error.not-list")
		return
	}
	to.Set(reflect.MakeSlice(to.Type(), len(n.Content), len(n.Content)))
	for i, one := range n.Content {
		t.read(one, at(field, i), to.Index(i))
	}
}

func (t *tree) number(n *yaml.Node, field string, to reflect.Value) {
	x := 0.0
	numeric := n.Kind == yaml.ScalarNode && slices.Contains([]string{"!!int", "!!float"}, n.ShortTag())
	if err := n.Decode(&x); !numeric || err != nil {
		t.refuse(n, field, "fair.error.not-number")
		return
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		t.refuse(n, field, "fair.error.not-finite")
		return
	}
	to.SetFloat(x)
}
