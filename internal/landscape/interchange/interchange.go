// Package interchange writes models in the file formats of other tools: the ArchiMate exchange file of The Open Group
// (archimate.go), a drawing for draw.io (drawio.go), tables as a workbook or as an archive of CSV files (tables.go).
// It is pure, knows the words of the formats, and nothing of the map that they come from.
package interchange

import (
	"strconv"
	"strings"
)

// Text is a text in a language; without a language it is in none in particular.
type Text struct{ Language, Text string }

// Property is a name with a value.
type Property struct{ Name, Value string }

// IsNCName tells whether a text can be an identifier in XML: a letter or underscore, then letters, digits, dots, dashes
// and underscores. Letters outside ASCII, which XML would allow, are left out: not every tool reads them.
func IsNCName(text string) bool {
	for i, c := range text {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '-' || c == '.')) {
			return false
		}
	}
	return text != ""
}

// Identifiers gives out identifiers of XML, each once.
type Identifiers struct{ taken map[string]bool }

// Take gives the first of the wanted ids that can be one and is free, if need be behind "id-", else one made of the last.
func (ids *Identifiers) Take(wanted ...string) string {
	if ids.taken == nil {
		ids.taken = map[string]bool{}
	}
	last := ""
	for _, id := range wanted {
		if !IsNCName(id) {
			id = "id-" + id
		}
		if IsNCName(id) && !ids.taken[id] {
			ids.taken[id] = true
			return id
		}
		last = id
	}
	base := strings.Map(func(c rune) rune {
		if IsNCName("a" + string(c)) {
			return c
		}
		return '-'
	}, last)
	for n := 2; ; n++ {
		if id := base + "." + strconv.Itoa(n); !ids.taken[id] {
			ids.taken[id] = true
			return id
		}
	}
}
