package api

import (
	"path"
	"reflect"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// qualified is a type name with its package, as it stands inside the name of a generic type.
var qualified = regexp.MustCompile(`(?:[\w.-]+/)*([\w-]+)\.(\w+)`)

// schemaName names a schema after package and type, "RiskScenario": two areas may both have a "Row".
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" || t.PkgPath() == "" {
		return huma.DefaultSchemaNamer(t, hint)
	}
	name := qualified.ReplaceAllStringFunc(t.Name(), func(inner string) string {
		m := qualified.FindStringSubmatch(inner)
		return capital(m[1]) + m[2]
	})
	return strings.Map(letterOrDigit, capital(path.Base(t.PkgPath()))+name)
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func letterOrDigit(c rune) rune {
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
		return c
	}
	return -1
}
