package change

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	"accordo.dev/internal/ref"
)

// Between compares two values of the same struct type field by field, naming fields by their yaml tag.
// A nil pointer is written as "–": unset.
func Between(before, after any) []Field {
	old, now := reflect.Indirect(reflect.ValueOf(before)), reflect.Indirect(reflect.ValueOf(after))
	var fields []Field
	for i := range old.NumField() {
		if !old.Type().Field(i).IsExported() {
			continue
		}
		name, _, _ := strings.Cut(old.Type().Field(i).Tag.Get("yaml"), ",")
		a, b := text(old.Field(i)), text(now.Field(i))
		if name != "" && name != "-" && a != b {
			fields = append(fields, Field{Name: name, Old: a, New: b})
		}
	}
	return fields
}

func text(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "–"
		}
		v = v.Elem()
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
