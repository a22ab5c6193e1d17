// Package i18n holds every sentence that people read, in English and Italian, and writes numbers,
// money, dates and plurals as each language does. Catalogues live in catalogue/<area>.yaml with both
// languages side by side; a test refuses a key that lacks one, or that nobody uses.
package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Lang is a language that the product speaks.
type Lang string

// The languages.
const (
	EN Lang = "en"
	IT Lang = "it"
)

// Langs lists them, the default first.
var Langs = []Lang{EN, IT}

// ParseLang takes the first two letters of a language tag; anything unknown is English.
func ParseLang(tag string) Lang {
	if strings.HasPrefix(strings.ToLower(tag), "it") {
		return IT
	}
	return EN
}

// Text is a name or sentence that the organisation itself wrote, in one or both languages.
type Text struct {
	EN string `json:"en" yaml:"en"`
	IT string `json:"it,omitempty" yaml:"it,omitempty"`
}

// In gives the text in a language, falling back to the other one.
func (t Text) In(lang Lang) string {
	if lang == IT && t.IT != "" || t.EN == "" {
		return t.IT
	}
	return t.EN
}

// Key is an argument of a message that is itself a message: it is shown in the language of the reader.
type Key string

// Keys is a list of such arguments, shown with commas.
type Keys []Key

// Message is one catalogue entry.
type Message struct {
	EN string `yaml:"en"`
	IT string `yaml:"it"`
}

//go:embed catalogue/*.yaml
var files embed.FS

var catalogue = mustLoad(files)

// Catalogue gives all messages by key; for the tests that keep it complete.
func Catalogue() map[string]Message { return catalogue }

func mustLoad(fsys fs.FS) map[string]Message {
	all, err := load(fsys)
	if err != nil {
		panic(err) // impossible: the catalogues are embedded and tested
	}
	return all
}

func load(fsys fs.FS) (map[string]Message, error) {
	names, err := fs.Glob(fsys, "catalogue/*.yaml")
	if err != nil {
		return nil, err
	}
	all := map[string]Message{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var part map[string]Message
		if err := yaml.Unmarshal(data, &part); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, message := range part {
			if _, twice := all[key]; twice {
				return nil, fmt.Errorf("%s: key %s is defined twice", name, key)
			}
			all[key] = message
		}
	}
	return all, nil
}

// T gives the message of a key in a language; args are name, value pairs for its {placeholders}.
// An unknown key is returned as it is, so that a page never breaks over a sentence.
func T(lang Lang, key string, args ...any) string {
	return fill(lang, lookup(lang, key), args)
}

// N is T for a count: it takes key.one or key.other and fills {n} with the formatted number.
func N(lang Lang, key string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return T(lang, key+form, append([]any{"n", Integer(lang, int64(n))}, args...)...)
}

// Has tells whether the catalogue holds a key.
func Has(key string) bool { _, ok := catalogue[key]; return ok }

func lookup(lang Lang, key string) string {
	message, ok := catalogue[key]
	switch {
	case !ok:
		return key
	case lang == IT:
		return message.IT
	default:
		return message.EN
	}
}

func fill(lang Lang, text string, args []any) string {
	if len(args) < 2 {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+fmt.Sprint(args[i])+"}", display(lang, args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// display writes a value inside a message: numbers as the language does, texts in the language.
func display(lang Lang, value any) string {
	switch v := value.(type) {
	case int:
		return Integer(lang, int64(v))
	case int64:
		return Integer(lang, v)
	case float64:
		return Number(lang, v, 2)
	case Text:
		return v.In(lang)
	case Key:
		return T(lang, string(v))
	case Keys:
		words := make([]string, len(v))
		for i, key := range v {
			words[i] = T(lang, string(key))
		}
		return strings.Join(words, ", ")
	default:
		return fmt.Sprint(v)
	}
}
