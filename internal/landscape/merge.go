package landscape

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// merger compares what an import says with what the map holds.
type merger struct {
	*incoming
	source  string
	partial bool

	byID       map[string]Element
	external   map[string]string // outside id of this source → element id
	names      map[string][]string
	ties       map[string]Connection
	tieOf      map[string]string // outside id of a connection of this source → its id
	agreed     map[string]Agreement
	people     map[string]bool
	described  map[string]bool // outside ids of elements that these files list
	seen       map[string]bool // elements that the source still knows, by id
	seenTies   map[string]bool
	created    []Element
	updated    []Element
	newTies    []Connection
	newlyTied  []Connection
	agreements []Agreement
	out        ImportOut
}

func (m *merger) load(ctx context.Context, r db.Reader) error {
	f, err := Export(ctx, r)
	if err != nil {
		return err
	}
	persons, err := db.Column[string](ctx, r, "SELECT ref FROM item WHERE kind = 'person'")
	m.people = knownPeople(persons)
	m.byID, m.external, m.names = make(map[string]Element, len(f.Elements)), map[string]string{}, map[string][]string{}
	m.ties, m.tieOf, m.agreed = make(map[string]Connection, len(f.Connections)), map[string]string{}, map[string]Agreement{}
	m.seen, m.seenTies, m.described = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range f.Elements {
		m.byID[e.ID] = e
		if e.Source == m.source {
			m.external[e.ExternalID] = e.ID
		}
		if !e.Ended() {
			for _, name := range namesOf(e) {
				m.names[name] = append(m.names[name], e.ID)
			}
		}
	}
	for _, c := range f.Connections {
		m.ties[c.ID] = c
		if c.Source == m.source {
			m.tieOf[c.ExternalID] = c.ID
		}
	}
	for _, a := range f.Agreements {
		m.agreed[a.ID] = a
	}
	m.out = ImportOut{Format: m.format, Changes: []change.Change{}, Dangling: []Dangling{}, Duplicates: []Duplicate{}, Left: append([]string{}, m.unread...)}
	return err
}

// namesOf are the names by which people know an element, in the form in which two of them are the same.
func namesOf(e Element) []string {
	var names []string
	for _, name := range append([]string{e.Name, e.NameIT}, e.Aliases...) {
		if name = normalName(name); name != "" {
			names = append(names, name)
		}
	}
	return wordSet(names)
}

// normalName is a name without case, spaces and marks: how people take two names for the same.
func normalName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

func (m *merger) mergeElements(tx *db.Tx) {
	for _, n := range m.elements {
		if m.described[n.external] {
			m.refused(problem.Field("id", "problem.twice", "value", n.external).At(n.place))
			continue
		}
		m.described[n.external] = true
		n.Owner = m.person(n.Owner, n.external, "owner", n.place)
		n.SecurityOwner = m.person(n.SecurityOwner, n.external, "security_owner", n.place)
		m.element(n)
	}
	m.toldDangling()
	for _, a := range m.incoming.agreements {
		if a.party != "" {
			m.reference(a.party, a.ID, "party", a.place)
		}
		for _, id := range a.covers {
			m.reference(id, a.ID, "covers", a.place)
		}
	}
	for _, c := range m.connections {
		if !c.fromTie {
			m.reference(c.from, c.to, "from", c.place)
		}
		if !c.toTie {
			m.reference(c.to, c.from, "to", c.place)
		}
	}
	if m.hasElements && !m.partial {
		m.endElements(tx)
	}
	m.findDuplicates()
}

func (m *merger) refused(wrong ...*problem.Error) {
	for _, one := range wrong {
		if len(m.wrong) < maxWrong {
			m.wrong = append(m.wrong, one)
		}
	}
}

// person keeps the name of a person who exists; another is told and left out.
func (m *merger) person(id, from, field string, place problem.Source) string {
	if id == "" || m.people[id] {
		return id
	}
	m.out.Dangling = append(m.out.Dangling, Dangling{Ref: id, From: from, Field: field, File: place.File, Line: place.Line})
	return ""
}

// toldDangling takes over what the reader of a catalogue found to resolve nowhere, unless an earlier import of the same
// source, or another part of this one, has described it.
func (m *merger) toldDangling() {
	for _, d := range m.dangling {
		e, there := m.byID[m.external[d.Ref]]
		if !there || e.Ended() || m.isUnknown(e.ID) || !m.partial && !m.seen[e.ID] {
			m.out.Dangling = append(m.out.Dangling, d)
		}
	}
}

// findDuplicates compares the new elements with those that live on: the same name and the same kind under another id, of
// another source, or of this one when it no longer lists the other.
func (m *merger) findDuplicates() {
	for _, e := range m.created {
		told := map[string]bool{e.ID: true}
		for _, name := range namesOf(e) {
			for _, id := range m.names[name] {
				other := m.byID[id]
				alike := e.Kind == other.Kind || e.Kind == KindUnknown || other.Kind == KindUnknown
				if !told[id] && alike && !(other.Source == m.source && m.seen[id]) {
					told[id] = true
					m.out.Duplicates = append(m.out.Duplicates, Duplicate{ID: e.ID, Other: id, Name: e.Name})
				}
			}
		}
	}
}

// element merges one element, found by its outside id, else by its id where the file uses ours.
func (m *merger) element(n newElement) {
	e := n.normal()
	e.ExternalID, e.Source = n.external, m.source
	id, known := m.external[n.external]
	if !known && m.ownIDs {
		_, known = m.byID[e.ID]
		id = e.ID
	}
	if !known {
		m.create(e, n.place)
		return
	}
	e.ID = id
	m.external[n.external] = id
	m.seen[id] = true
	have := m.byID[id]
	want := have
	if have.Source == m.source {
		want.EndedAt = nil
		take(&want, e, without(m.carried, have.ByHand))
	} else {
		fill(&want, e, m.carried)
	}
	m.checkElement(want, n.place)
	fields := change.Between(have, want)
	if len(fields) == 0 {
		m.out.Unchanged++
		return
	}
	m.updated = append(m.updated, want)
	m.byID[id] = want
	m.note(want.Ref(), change.Update, want.Name, fields)
}

func (m *merger) create(e Element, place problem.Source) {
	if _, taken := m.byID[e.ID]; taken || !m.ownIDs && slices.Contains(Reserved, e.ID) {
		e.ID = e.ID[:min(len(e.ID), 80)] + "-" + short(m.source, e.ExternalID)
	}
	m.checkElement(e, place)
	m.byID[e.ID], m.external[e.ExternalID], m.seen[e.ID] = e, e.ID, true
	m.created = append(m.created, e)
	m.note(e.Ref(), change.Create, e.Name, change.Between(Element{}, e))
}

func (m *merger) checkElement(e Element, place problem.Source) {
	for _, wrong := range e.check(plain) {
		m.refused(wrong.At(place))
	}
}

// reference makes sure that a named element exists. A name that nobody has described becomes an unknown
// element; one that the source once described, and still names, stays.
func (m *merger) reference(id, from, field string, place problem.Source) {
	if m.described[id] {
		return
	}
	known, there := m.external[id]
	if !there && m.ownIDs {
		_, there = m.byID[id]
		known = id
	}
	e := m.byID[known]
	forgotten := e.Source == m.source && (m.hasElements && !m.partial || m.isUnknown(known))
	if there && !forgotten && !e.Ended() {
		return
	}
	if m.ownIDs { // a catalogue has told its dangling names itself
		m.out.Dangling = append(m.out.Dangling, Dangling{Ref: id, From: from, Field: field, File: place.File, Line: place.Line})
	}
	if !there {
		m.create(Element{ID: m.idOf(id), Kind: KindUnknown, Name: cut(id, longestName), ExternalID: id, Source: m.source}.normal(), place)
	} else if !m.seen[known] {
		m.keep(e)
	}
}

// keep leaves an element as it is, and brings it back when it had ended with its source.
func (m *merger) keep(e Element) {
	m.seen[e.ID] = true
	if !e.Ended() || e.Source != m.source {
		m.out.Unchanged++
		return
	}
	have := e
	e.EndedAt = nil
	m.byID[e.ID] = e
	m.updated = append(m.updated, e)
	m.note(e.Ref(), change.Update, e.Name, change.Between(have, e))
}

// isUnknown tells whether an element stands for a name that nobody has described, rather than being listed as of unknown kind.
func (m *merger) isUnknown(id string) bool {
	e := m.byID[id]
	return e.Kind == KindUnknown && e.Name == cut(e.ExternalID, longestName)
}

// endElements ends what this source brought and no longer knows. Names that only connections speak of stay as long as the
// connections were not read.
func (m *merger) endElements(tx *db.Tx) {
	now := tx.Now()
	for _, id := range sortedKeys(m.byID) {
		e := m.byID[id]
		if e.Source != m.source || e.Ended() || m.seen[id] || !m.hasTies && m.isUnknown(id) {
			continue
		}
		e.EndedAt = &now
		m.updated = append(m.updated, e)
		m.byID[id] = e
		m.note(e.Ref(), change.Remove, e.Name, nil)
	}
}

func (m *merger) tieTitle(c Connection) string {
	return m.byID[c.From].Name + " → " + m.byID[c.To].Name
}

func (m *merger) note(name ref.Ref, kind change.Kind, title string, fields []change.Field) {
	m.out.Changes = append(m.out.Changes, change.Change{Ref: name, Kind: kind, Title: title, Fields: fields})
	switch kind {
	case change.Create:
		m.out.Created++
	case change.Update:
		m.out.Changed++
	default:
		m.out.Ended++
	}
}

func (m *merger) write(ctx context.Context, tx *db.Tx) error {
	if err := insertElements(ctx, tx, m.created); err != nil {
		return err
	}
	if err := updateElements(ctx, tx, m.updated); err != nil {
		return err
	}
	for _, a := range m.agreements {
		if _, err := putAgreement(ctx, tx, a); err != nil {
			return err
		}
	}
	if err := insertConnections(ctx, tx, m.newTies); err != nil {
		return err
	}
	return updateConnections(ctx, tx, m.newlyTied)
}

// take copies the named fields (by their yaml names) from one struct to another of the same type.
func take[T any](into *T, from T, names []string) {
	each(into, from, names, func(a, b reflect.Value) { a.Set(b) })
}

// fill copies the named fields where nothing was said so far. Booleans always say something.
func fill[T any](into *T, from T, names []string) {
	each(into, from, names, func(a, b reflect.Value) {
		if a.IsZero() && a.Kind() != reflect.Bool {
			a.Set(b)
		}
	})
}

func each[T any](into *T, from T, names []string, do func(a, b reflect.Value)) {
	a, b := reflect.ValueOf(into).Elem(), reflect.ValueOf(from)
	for i := range a.NumField() {
		name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("yaml"), ",")
		if slices.Contains(names, name) {
			do(a.Field(i), b.Field(i))
		}
	}
}

func without(names, leave []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(leave, name) })
}
