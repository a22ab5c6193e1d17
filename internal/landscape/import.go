package landscape

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Formats are the outside formats that can be imported: our own tables and a Backstage catalogue.
var Formats = []string{"csv", "backstage"}

// ImportIn is a set of files that together are what one source knows. Source names where they come from;
// the same name again means the next state of the same source.
type ImportIn struct {
	Format    string       `json:"format,omitempty" enum:"csv,backstage," doc:"told from the names of the files when empty"`
	Source    string       `json:"source" doc:"name of where the files come from, such as cmdb"`
	Partial   bool         `json:"partial,omitempty" doc:"the files are not all that the source knows: nothing ends"`
	DateOrder string       `json:"dateOrder,omitempty" enum:"ymd,dmy,mdy," doc:"order of day, month and year; found out when empty"`
	Files     []ImportFile `json:"files" secret:"true"` // the record keeps their hashes instead
}

// ImportFile is one file of an import.
type ImportFile struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// Hash is the SHA-256 of the content in hexadecimal.
func (f ImportFile) Hash() string {
	sum := sha256.Sum256([]byte(f.Content))
	return hex.EncodeToString(sum[:])
}

// ImportOut is what an import does, or would do when run dry.
type ImportOut struct {
	Changes    []change.Change `json:"changes"` // a removed item ends; nothing is deleted
	Created    int             `json:"created"`
	Changed    int             `json:"changed"`
	Ended      int             `json:"ended"`
	Unchanged  int             `json:"unchanged"`
	Dangling   []Dangling      `json:"dangling"`
	Duplicates []Duplicate     `json:"duplicates"`
}

// Dangling is a name in a file that points to nothing known. A thing named so is kept as an unknown element.
type Dangling struct {
	Ref   string `json:"ref"`
	From  string `json:"from"` // who names it
	Field string `json:"field"`
	File  string `json:"file"`
	Line  int    `json:"line"`
}

// Duplicate is a new element with the name of one that exists under another id. It is told, never merged.
type Duplicate struct {
	ID    string `json:"id"`
	Other string `json:"other"`
	Name  string `json:"name"`
}

// Import brings the map to what the files say about their source. It owns the fields that it sets on the
// elements that it brought, unless people set them since; on elements of people or of other sources it only
// fills in what nobody had said. What the source no longer knows ends. The same files again change nothing.
func Import(ctx context.Context, tx *db.Tx, in ImportIn) (ImportOut, error) {
	sources, err := in.check()
	if err != nil {
		return ImportOut{}, err
	}
	var read *incoming
	if in.format() == "backstage" {
		read, err = readBackstage(sources)
	} else {
		read, err = readCSV(sources, ingest.DateOptions{Order: ingest.DateOrder(in.DateOrder)})
	}
	if err != nil {
		return ImportOut{}, err
	}
	for _, f := range in.Files {
		tx.Touch(ref.New("file", f.Hash()))
	}
	m := &merger{incoming: read, source: in.Source, partial: in.Partial}
	if err := m.load(ctx, tx); err != nil {
		return ImportOut{}, err
	}
	m.mergeElements(tx)
	m.mergeConnections(tx)
	if err := problem.Many(m.wrong); err != nil {
		return ImportOut{}, err
	}
	return m.out, m.write(ctx, tx)
}

// OpImport imports files; run dry, it only tells what they would do.
var OpImport = op.Command[ImportIn, ImportOut]{Name: "landscape.import", Route: "POST /api/landscape/import", Func: Import}

type importSource struct{ name, content string }

func (s importSource) open() *ingest.Source {
	return ingest.NewSource(s.name, strings.NewReader(s.content), ingest.SourceOptions{})
}

// isConnections tells by the header whether a table lists connections: they have ends and no id.
func (s importSource) isConnections() bool {
	line, _, _ := bytes.Cut([]byte(strings.ToLower(s.content[:min(len(s.content), 4096)])), []byte("\n"))
	cells := strings.FieldsFunc(string(line), func(r rune) bool { return strings.ContainsRune(",;\t \"\r\ufeff", r) })
	return slices.Contains(cells, "from") && slices.Contains(cells, "to")
}

func (in ImportIn) format() string {
	if in.Format != "" {
		return in.Format
	}
	for _, f := range in.Files {
		if ext := strings.ToLower(path.Ext(f.Name)); ext == ".yaml" || ext == ".yml" {
			return "backstage"
		}
	}
	return "csv"
}

func (in ImportIn) check() ([]importSource, error) {
	c := checker{field: plain}
	c.choice("format", in.format(), Formats...)
	c.choice("dateOrder", in.DateOrder, "", "ymd", "dmy", "mdy")
	if in.Source == Hand || !ref.ValidID(in.Source) {
		c.add(problem.Field("source", "landscape.error.source", "value", in.Source))
	}
	if len(in.Files) == 0 {
		c.add(problem.Field("files", "problem.required"))
	}
	sources := make([]importSource, len(in.Files))
	for i, f := range in.Files {
		sources[i] = importSource{name: f.Name, content: f.Content}
	}
	return sources, problem.Many(c.wrong)
}

// merger compares what an import says with what the map holds.
type merger struct {
	*incoming
	source  string
	partial bool

	byID       map[string]Element
	external   map[string]string // outside id of this source → element id
	names      map[string]string // normalised name → id, of live elements before the import
	ties       map[string]Connection
	agreed     map[string]bool
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
	m.byID, m.external, m.names = map[string]Element{}, map[string]string{}, map[string]string{}
	m.ties, m.agreed = map[string]Connection{}, map[string]bool{}
	m.seen, m.seenTies, m.described = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range f.Elements {
		m.byID[e.ID] = e
		if e.Source == m.source {
			m.external[e.ExternalID] = e.ID
		}
		if !e.Ended() {
			m.names[normalName(e.Name)] = e.ID
		}
	}
	for _, c := range f.Connections {
		m.ties[c.ID] = c
	}
	for _, a := range f.Agreements {
		m.agreed[a.ID] = true
	}
	m.out = ImportOut{Changes: []change.Change{}, Dangling: append([]Dangling{}, m.dangling...), Duplicates: []Duplicate{}}
	return err
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
			m.wrong = append(m.wrong, problem.Field("id", "problem.twice", "value", n.external).At(n.place))
			continue
		}
		m.described[n.external] = true
		if n.Owner != "" && !m.people[n.Owner] {
			m.out.Dangling = append(m.out.Dangling, Dangling{Ref: n.Owner, From: n.external, Field: "owner", File: n.place.File, Line: n.place.Line})
			n.Owner = ""
		}
		m.element(n)
	}
	for _, c := range m.connections {
		m.end(c, c.from, c.to, "from")
		m.end(c, c.to, c.from, "to")
	}
	if m.hasElements && !m.partial {
		m.endElements(tx)
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
	if _, taken := m.byID[e.ID]; taken {
		e.ID = e.ID[:min(len(e.ID), 80)] + "-" + short(m.source, e.ExternalID)
	}
	m.checkElement(e, place)
	if other, twin := m.names[normalName(e.Name)]; twin && other != e.ID {
		m.out.Duplicates = append(m.out.Duplicates, Duplicate{ID: e.ID, Other: other, Name: e.Name})
	}
	m.byID[e.ID], m.external[e.ExternalID], m.seen[e.ID] = e, e.ID, true
	m.created = append(m.created, e)
	m.note(e.Ref(), change.Create, e.Name, change.Between(Element{}, e))
}

func (m *merger) checkElement(e Element, place problem.Source) {
	for _, wrong := range e.check(plain) {
		if len(m.wrong) < maxWrong {
			m.wrong = append(m.wrong, wrong.At(place))
		}
	}
}

// end makes sure that an end of a connection exists. A name that nobody has described becomes an unknown
// element; one that the source once described, and still names, stays.
func (m *merger) end(c newConnection, id, other, field string) {
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
		m.out.Dangling = append(m.out.Dangling, Dangling{Ref: id, From: other, Field: field, File: c.place.File, Line: c.place.Line})
	}
	if !there {
		e = Element{ID: id, Kind: KindUnknown, Name: id, ExternalID: id, Source: m.source}.normal()
		if !m.ownIDs {
			e.ID = backstageID(id)
		}
		m.create(e, c.place)
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
	return e.Kind == KindUnknown && e.Name == e.ExternalID
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

func (m *merger) mergeConnections(tx *db.Tx) {
	if !m.hasTies {
		return
	}
	for _, n := range m.connections {
		m.connection(n)
	}
	if m.partial {
		return
	}
	now := tx.Now()
	for _, id := range sortedKeys(m.ties) {
		c := m.ties[id]
		if c.Source != m.source || c.EndedAt != nil || m.seenTies[id] {
			continue
		}
		c.EndedAt = &now
		m.newlyTied = append(m.newlyTied, c)
		m.note(c.Ref(), change.Remove, m.tieTitle(c), nil)
	}
}

func (m *merger) connection(n newConnection) {
	c := n.Connection
	c.From, c.To = m.resolve(n.from), m.resolve(n.to)
	c.Source = m.source
	c.Agreement = m.agreement(n)
	if n.key != "" {
		c.ID = c.tieID(n.key)
	}
	c = c.normal()
	c.ExternalID = c.ID
	if m.seenTies[c.ID] {
		m.wrong = append(m.wrong, problem.Field("from", "problem.twice", "value", n.from).At(n.place))
		return
	}
	for _, wrong := range c.check(plain) {
		if len(m.wrong) < maxWrong {
			m.wrong = append(m.wrong, wrong.At(n.place))
		}
	}
	m.seenTies[c.ID] = true
	have, known := m.ties[c.ID]
	if !known {
		m.ties[c.ID] = c
		m.newTies = append(m.newTies, c)
		m.note(c.Ref(), change.Create, m.tieTitle(c), change.Between(Connection{}, c))
		return
	}
	want := have
	if have.Source == m.source {
		want.EndedAt = nil
		take(&want, c, without(m.tied, have.ByHand))
	} else {
		fill(&want, c, m.tied)
	}
	fields := change.Between(have, want)
	if len(fields) == 0 {
		m.out.Unchanged++
		return
	}
	m.ties[c.ID] = want
	m.newlyTied = append(m.newlyTied, want)
	m.note(c.Ref(), change.Update, m.tieTitle(c), fields)
}

func (m *merger) resolve(outside string) string {
	if id, ok := m.external[outside]; ok {
		return id
	}
	return outside
}

// agreement finds the agreement that a connection names; one that nobody has described is kept without dates.
func (m *merger) agreement(n newConnection) string {
	if n.agreement == "" {
		return ""
	}
	id := n.agreement
	if !m.agreed[id] {
		id = slug(n.agreement)
	}
	if !m.agreed[id] {
		m.agreed[id] = true
		a := Agreement{ID: id, Title: n.agreement, Kind: "contract", Source: m.source}
		m.agreements = append(m.agreements, a)
		m.out.Dangling = append(m.out.Dangling, Dangling{Ref: n.agreement, From: n.from, Field: "agreement", File: n.place.File, Line: n.place.Line})
		m.note(a.Ref(), change.Create, a.Title, nil)
	}
	return id
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
