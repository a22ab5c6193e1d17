package landscape

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
)

// incoming is what the files of one import say, in our words: things under their outside ids.
type incoming struct {
	format      string
	elements    []newElement
	connections []newConnection
	agreements  []newAgreement
	dangling    []Dangling
	unread      []string            // files that hold nothing of the format
	hasElements bool                // the files list elements, so that one that is missing has gone
	hasTies     bool                // the files list connections
	ownIDs      bool                // outside ids are element ids of ours
	idOf        func(string) string // makes an element id of an outside id
	carried     []string            // fields of an element that the format can say
	tied        []string            // fields of a connection that the format can say
	alike       map[string]int      // edges of one type between the same ends
	wrong       []*problem.Error
}

// newIncoming is what the files of a format other than our own tables say: things under outside ids, all of what the source
// knows.
func newIncoming(format string) *incoming {
	return &incoming{format: format, hasElements: true, hasTies: true, idOf: slug, alike: map[string]int{}, carried: saidFields(Element{}), tied: saidFields(Connection{})}
}

// saidFields are the fields, by their names in files, that somebody outside may say something about: all but what the map
// itself keeps of where a thing comes from.
func saidFields(thing any) []string {
	t := reflect.TypeOf(thing)
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" && name != "-" && !slices.Contains([]string{"id", "source", "external_id", "by_hand", "began_at", "ended_at"}, name) {
			names = append(names, name)
		}
	}
	return names
}

type newElement struct {
	external string
	Element
	place problem.Source
}

type newConnection struct {
	from, to       string // outside ids of the elements; of a connection where the end is one
	fromTie, toTie bool   // the end is itself a connection
	external       string // the connection's own id, where the format has one
	key            string // else what tells it from others between the same ends, where the format has a word for that
	agreement      string
	Connection
	place problem.Source
}

type newAgreement struct {
	party  string   // outside id
	covers []string // outside ids
	Agreement
	place problem.Source
}

// The numbers of characters of a text and of a property that the map keeps.
const (
	longestText     = 4000
	longestName     = 200
	longestProperty = 4000
)

// node notes an element that a node of a catalogue stands for. What e does not say comes from the node: id, name,
// description, tags, properties and the word that the source has for it.
func (in *incoming) node(n ingest.NodeRecord, e Element) {
	if e.ID == "" {
		e.ID = in.idOf(n.Ref)
	}
	for _, name := range []string{n.Title, n.Name, n.Ref} {
		if strings.TrimSpace(e.Name) == "" {
			e.Name = cut(name, longestName)
		}
	}
	if e.Description == "" {
		e.Description = cut(n.Description, longestText)
	}
	if e.Tags == nil {
		e.Tags = n.Tags
	}
	if e.Properties == nil {
		e.Properties = properties(n.Props)
	}
	if e.Original == "" {
		e.Original = cut(in.format+":"+n.Kind, longestName)
	}
	in.elements = append(in.elements, newElement{external: n.Ref, Element: e, place: placeOf(n.File, n.At)})
}

// edge notes the connection that an edge of a catalogue stands for. Several edges of one type between the same ends, which
// the format cannot tell apart, are told apart by their order.
func (in *incoming) edge(e ingest.EdgeRecord, c Connection) {
	if c.Properties == nil {
		c.Properties = properties(e.Props)
	}
	if c.Original == "" {
		c.Original = cut(in.format+":"+e.Type, longestName)
	}
	key := e.From + "\x1f" + e.To + "\x1f" + e.Type
	in.alike[key]++
	e.Type += strings.Repeat("\x1f", in.alike[key]-1)
	in.connections = append(in.connections, newConnection{
		from: e.From, to: e.To, fromTie: e.FromEdge, toTie: e.ToEdge, external: e.Key, key: e.Type, Connection: c, place: placeOf(e.File, e.At),
	})
}

// edgeAs notes an edge; turned, our connection reads from its target to its source.
func (in *incoming) edgeAs(e ingest.EdgeRecord, turned bool, c Connection) {
	if turned {
		e.From, e.To, e.FromEdge, e.ToEdge = e.To, e.From, e.ToEdge, e.FromEdge
	}
	in.edge(e, c)
}

// dangle notes the names of a catalogue that resolve nowhere.
func (in *incoming) dangle(c ingest.Catalogue) {
	for _, d := range c.Dangling {
		in.dangling = append(in.dangling, Dangling{Ref: d.Ref, From: d.From, Field: d.Field, File: d.File, Line: d.At.Line})
	}
}

func placeOf(file string, at ingest.At) problem.Source {
	return problem.Source{File: file, Line: at.Line, Record: at.Record}
}

// cut shortens a text to what the map keeps.
func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// properties keeps what a format says beyond our fields, without empty and with bounded values.
func properties(all ...map[string]string) map[string]string {
	kept := map[string]string{}
	for _, props := range all {
		for _, name := range slices.Sorted(maps.Keys(props)) {
			if value := strings.TrimSpace(props[name]); value != "" {
				kept[cut(name, longestName)] = cut(value, longestProperty)
			}
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// maxWrong is how many wrong words one refusal names.
const maxWrong = 50

func (in *incoming) refuse(place problem.Source, field, word, allowed string) {
	if len(in.wrong) < maxWrong {
		in.wrong = append(in.wrong, problem.Field(field, "problem.choice", "value", word, "choices", allowed).At(place))
	}
}

// pick finds the meaning of an outside word; our own words mean themselves, no word means nothing.
func pick[T ~string](in *incoming, place problem.Source, field, text string, own []T, meanings map[string]T) T {
	word := outsideWord(text)
	if word == "" || slices.Contains(own, T(word)) {
		return T(word)
	}
	meaning, ok := meanings[word]
	if !ok {
		in.refuse(place, field, text, strings.Join(words(own), ", "))
	}
	return meaning
}

func (in *incoming) level(place problem.Source, field, text string, meanings map[string]int64) *int64 {
	if text == "" {
		return nil
	}
	level, ok := meanings[outsideWord(text)]
	if !ok {
		in.refuse(place, field, text, "1, 2, 3, 4")
		return nil
	}
	return &level
}

// knownPeople gives the ids of the persons of the register; owners are looked up among them.
func knownPeople(all []string) map[string]bool {
	known := make(map[string]bool, len(all))
	for _, name := range all {
		known[strings.TrimPrefix(name, "person:")] = true
	}
	return known
}
