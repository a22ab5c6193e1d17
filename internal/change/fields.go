package change

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/ref"
)

// Between compares two values of the same struct type field by field, naming fields by their yaml tag.
// Two fields are the same when a file says the same of both. A nil pointer is written as "–": unset.
func Between(before, after any) []Field {
	old, now := reflect.Indirect(reflect.ValueOf(before)), reflect.Indirect(reflect.ValueOf(after))
	var fields []Field
	for i := range old.NumField() {
		if !old.Type().Field(i).IsExported() {
			continue
		}
		name, _, _ := strings.Cut(old.Type().Field(i).Tag.Get("yaml"), ",")
		if name == "" || name == "-" || same(old.Field(i).Interface(), now.Field(i).Interface()) {
			continue
		}
		fields = append(fields, Field{Name: name, Old: text(old.Field(i)), New: text(now.Field(i))})
	}
	return fields
}

// same tells whether a file writes two values alike; the zone or the capacity of a value makes no difference.
func same(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	if plain(reflect.TypeOf(a)) {
		return false
	}
	old, errA := yaml.Marshal(a)
	now, errB := yaml.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(old, now)
}

// plain tells whether values of a type, or of what it points to, are written alike only when they are equal.
func plain(t reflect.Type) bool {
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t != nil && (t.Kind() == reflect.String || t.Kind() == reflect.Bool || t.Kind() == reflect.Int || t.Kind() == reflect.Int64)
}

// text writes a value on one line: what is composed, as JSON.
func text(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "–"
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Struct || v.Kind() == reflect.Map {
		if data, err := json.Marshal(v.Interface()); err == nil {
			return string(data)
		}
	}
	return fmt.Sprint(v.Interface())
}

// Plan compares what is with what shall be, both by id, and lists the differences: first what is
// created, changed or stays in the order of ids given by want, then what is removed.
func Plan[T any](kind string, have, want map[string]T, order []string, title func(T) string) []Change {
	var plan []Change
	for _, id := range order {
		item := want[id]
		old, exists := have[id]
		if !exists {
			plan = append(plan, Change{Ref: ref.New(kind, id), Kind: Create, Title: title(item)})
			continue
		}
		if fields := Between(old, item); len(fields) > 0 {
			plan = append(plan, Change{Ref: ref.New(kind, id), Kind: Update, Title: title(item), Fields: fields})
		}
	}
	return append(plan, removed(kind, have, want, title)...)
}

func removed[T any](kind string, have, want map[string]T, title func(T) string) []Change {
	var plan []Change
	for _, id := range sortedIDs(have) {
		if _, stays := want[id]; !stays {
			plan = append(plan, Change{Ref: ref.New(kind, id), Kind: Remove, Title: title(have[id])})
		}
	}
	return plan
}

func sortedIDs[T any](byID map[string]T) []string {
	ids := make([]string, 0, len(byID))
	for id := range byID {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}
