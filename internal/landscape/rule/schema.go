package rule

import (
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Type is the type of a fact or an expression.
type Type string

// The types. A day is a text "2026-11-25"; texts is a list of texts; words by name is a table such as
// properties["owner team"]; one and many are other things with facts of their own.
const (
	Bool   Type = "bool"
	Number Type = "number"
	Text   Type = "text"
	Day    Type = "day"
	Texts  Type = "texts"
	Table  Type = "table"
	One    Type = "one"
	Many   Type = "many"
)

// Field is one fact that things of a schema have.
type Field struct {
	Name   string
	Type   Type
	Words  []string // what a text can be; empty: anything
	Of     *Schema  // the things of one and many
	Takes  bool     // it is asked with a word, as in reach("supplier"); Words are those words
	Result []string // words of the texts it gives, when Takes
}

// Schema is the list of facts of one kind of thing, in the order in which people see it.
type Schema struct {
	Name   string
	Fields []Field
	index  map[string]int
}

// NewSchema makes a schema. The fields may be added later with Add, for schemas that name each other.
func NewSchema(name string, fields ...Field) *Schema {
	s := &Schema{Name: name, index: map[string]int{}}
	s.Add(fields...)
	return s
}

// Add adds fields.
func (s *Schema) Add(fields ...Field) {
	for _, f := range fields {
		s.index[f.Name] = len(s.Fields)
		s.Fields = append(s.Fields, f)
	}
}

// Record is one thing with its facts. ID names it in evidence.
type Record struct {
	ID     string
	schema *Schema
	values []any
}

// New makes a record of which nothing is stated.
func (s *Schema) New(id string) *Record {
	return &Record{ID: id, schema: s, values: make([]any, len(s.Fields))}
}

// Set states a fact: bool, float64, string, []string, map[string]string, *Record, []*Record by the
// type of the field; func() any for a fact that is computed when a rule reads it, and func(string) any
// for one that takes a word. A nil value leaves it unset. A name that the schema lacks panics: it is
// written in code, never by people.
func (r *Record) Set(name string, value any) {
	at, ok := r.schema.index[name]
	if !ok {
		panic("rule: schema " + r.schema.Name + " has no fact " + name)
	}
	r.values[at] = value
}

// Get gives a fact as it was set.
func (r *Record) Get(name string) any {
	at, ok := r.schema.index[name]
	if !ok {
		return nil
	}
	return r.values[at]
}

// written is a value as evidence shows it.
func written(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", false
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case string:
		return v, true
	case []string:
		return several(v), true
	case *Record:
		return v.ID, true
	case []*Record:
		ids := make([]string, 0, min(len(v), shown))
		for _, one := range v[:min(len(v), shown)] {
			ids = append(ids, one.ID)
		}
		return several(append(ids, make([]string, len(v)-len(ids))...)), true
	case map[string]string:
		return strconv.Itoa(len(v)), true
	}
	return "", false
}

// shown is how many entries of a list evidence names.
const shown = 12

func several(all []string) string {
	if len(all) == 0 {
		return "[]"
	}
	text := strings.Join(all[:min(len(all), shown)], ", ")
	if len(all) > shown {
		text += ", … (" + strconv.Itoa(len(all)) + ")"
	}
	return text
}

func distinct(names []string) []string {
	all := slices.Clone(names)
	sort.Strings(all)
	return slices.Compact(all)
}
