package ingest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/ingest"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestEveryMessageHasBothTextsWithTheSamePlaceholders(t *testing.T) {
	data, err := os.ReadFile("../i18n/catalogue/ingest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]struct{ En, It string }
	if err := yaml.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	for key, text := range texts {
		en, it := placeholder.FindAllString(text.En, -1), placeholder.FindAllString(text.It, -1)
		slices.Sort(en)
		slices.Sort(it)
		if text.En == "" || text.It == "" || !slices.Equal(en, it) {
			t.Errorf("%s: got %q and %q, want both texts with the same placeholders", key, text.En, text.It)
		}
	}
	for _, key := range keysInSource(t) {
		if _, ok := texts[key]; !ok {
			t.Errorf("got no text for %s, want one", key)
		}
	}
	for _, reason := range []ingest.Incomplete{
		ingest.IncompleteDeclared, ingest.IncompleteEmpty, ingest.IncompleteNoPackages, ingest.IncompleteUnidentified, ingest.IncompleteResourceError,
	} {
		if _, ok := texts[reason.Key()]; !ok {
			t.Errorf("got no text for the reason %s, want one", reason)
		}
	}
}

// keysInSource finds the message keys in the Go files of the package.
func keysInSource(t *testing.T) (keys []string) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`"(ingest\.(?:error|note)\.[a-z.-]+)"`)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range key.FindAllStringSubmatch(string(data), -1) {
			keys = append(keys, match[1])
		}
	}
	return keys
}
