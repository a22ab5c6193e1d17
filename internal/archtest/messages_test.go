package archtest

import (
	"regexp"
	"sort"
	"strings"
	"testing"

	"accordo.dev/internal/i18n"
)

func TestEverySentenceExistsInBothLanguagesWithTheSamePlaceholders(t *testing.T) {
	placeholder := regexp.MustCompile(`\{[a-zA-Z_]+\}`)
	for key, m := range i18n.Catalogue() {
		if strings.TrimSpace(m.EN) == "" || strings.TrimSpace(m.IT) == "" {
			t.Errorf("%s lacks a language", key)
		}
		en, it := placeholder.FindAllString(m.EN, -1), placeholder.FindAllString(m.IT, -1)
		for _, name := range append(en, it...) {
			if !strings.Contains(m.EN, name) || !strings.Contains(m.IT, name) {
				t.Errorf("%s: placeholder %s is not in both languages", key, name)
			}
		}
	}
}

var (
	keyLiteral = regexp.MustCompile(`"([a-z][a-z0-9-]*(?:\.[A-Za-z0-9_-]+)+)"`)
	keyPrefix  = regexp.MustCompile(`"([a-z][a-z0-9-]*(?:\.[A-Za-z0-9_-]+)*\.)"`)
)

// areasOf are the first words of all message keys: a literal that begins so is a message key.
func areasOf() map[string]bool {
	areas := map[string]bool{}
	for key := range i18n.Catalogue() {
		area, _, _ := strings.Cut(key, ".")
		areas[area] = true
	}
	return areas
}

func TestEveryKeyInCodeHasItsSentence(t *testing.T) {
	areas := areasOf()
	notKeys := regexp.MustCompile(`\.(css|js|svg|go|templ|csv|json|yaml|xlsx|pdf|pem|key|db|cedar|p12|txt|html|xml)$`)
	calls := regexp.MustCompile(`(?:\bT\(|\bN\(|problem\.New\([^,"]*,\s*|problem\.Field\([^,]*,\s*|\bSay\(|redirect\(w, [^,]*, )(?:lang, |p\.Lang, |q\.Lang\(\), )?"([a-z][A-Za-z0-9_.-]+)"`)
	for _, path := range filesOf(t, ".go", ".templ") {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/archtest/") {
			continue
		}
		for _, m := range calls.FindAllStringSubmatch(read(t, path), -1) {
			key := m[1]
			if !areas[strings.Split(key, ".")[0]] || strings.HasSuffix(key, ".") || notKeys.MatchString(key) {
				continue
			}
			if !i18n.Has(key) && !i18n.Has(key+".other") {
				t.Errorf("%s: no sentence for %s", path, key)
			}
		}
	}
}

func TestEverySentenceIsUsed(t *testing.T) {
	used, prefixes := map[string]bool{}, []string{}
	for _, path := range filesOf(t, ".go", ".templ", ".js") {
		if strings.HasPrefix(path, "internal/archtest/") {
			continue
		}
		text := read(t, path)
		for _, m := range keyLiteral.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
		for _, m := range keyPrefix.FindAllStringSubmatch(text, -1) {
			prefixes = append(prefixes, m[1])
		}
	}
	var unused []string
	for key := range i18n.Catalogue() {
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		if !used[key] && !used[base] && !hasAnyPrefix(key, prefixes) && !strings.HasPrefix(key, "op.") {
			unused = append(unused, key)
		}
	}
	sort.Strings(unused)
	for _, key := range unused {
		t.Errorf("nobody says %s", key)
	}
}

func hasAnyPrefix(key string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func TestEveryOperationHasItsSentence(t *testing.T) {
	name := regexp.MustCompile(`op\.(?:Query|Command)\[[^\]]*\][^{]*\{\s*Name:\s*"([^"]+)"`)
	for _, path := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, m := range name.FindAllStringSubmatch(read(t, path), -1) {
			if !i18n.Has("op." + m[1]) {
				t.Errorf("%s: no sentence op.%s", path, m[1])
			}
		}
	}
}

func TestEveryPolicyIsSaidInWords(t *testing.T) {
	ids := regexp.MustCompile(`@id\("([a-z-]+)"\)`).FindAllStringSubmatch(read(t, "internal/access/policies.cedar"), -1)
	if len(ids) == 0 {
		t.Fatal("no policy found")
	}
	for _, id := range ids {
		if !i18n.Has("access.policy." + id[1]) {
			t.Errorf("policy %s has no sentence access.policy.%s", id[1], id[1])
		}
	}
}
