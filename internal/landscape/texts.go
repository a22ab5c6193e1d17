package landscape

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// textsOf writes the fields of an element, a connection or an agreement as the cells of our own tables have them, by
// their names in files. A field that says nothing is left out, and so are instants.
func textsOf(thing any) map[string]string {
	v := reflect.ValueOf(thing)
	texts := map[string]string{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if text := textOf(v.Field(i)); name != "" && name != "-" && text != "" {
			texts[name] = text
		}
	}
	return texts
}

func textOf(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		if v.Bool() {
			return "yes"
		}
		return "no"
	case reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case reflect.Slice:
		return strings.Join(v.Interface().([]string), "|")
	case reflect.Map:
		text, _ := json.Marshal(v.Interface()) //nolint:errcheck // texts by text
		return string(text)
	default:
		return ""
	}
}

// fromTexts sets the fields that texts name, and gives back those that are no value of their field or name none.
// An empty text empties the field.
func fromTexts(into any, texts map[string]string) (rest map[string]string) {
	rest = map[string]string{}
	fields := map[string]reflect.Value{}
	v := reflect.ValueOf(into).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		fields[name] = v.Field(i)
	}
	for name, text := range texts {
		field, known := fields[name]
		if !known || !fromText(field, text) {
			rest[name] = text
		}
	}
	return rest
}

func fromText(field reflect.Value, text string) bool {
	if text == "" {
		field.SetZero()
		return true
	}
	into := field
	if field.Kind() == reflect.Pointer {
		into = reflect.New(field.Type().Elem()).Elem()
	}
	if !parse(into, text) {
		return false
	}
	if field.Kind() == reflect.Pointer {
		field.Set(into.Addr())
	}
	return true
}

func parse(into reflect.Value, text string) bool {
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		into.SetBool(text == "yes")
		return text == "yes" || text == "no"
	case reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		into.SetInt(n)
		return err == nil
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		into.SetFloat(f)
		return err == nil && f == f && f-f == 0 //nolint:gocritic // neither NaN nor infinite
	case reflect.Slice:
		into.Set(reflect.ValueOf(strings.Split(text, "|")))
	default:
		return false
	}
	return true
}
