package landscape

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/ref"
)

// newRevision gives the present state of the map a name of its own. Every write to the map calls it, so that
// what was computed from an older state is not taken for the present one.
func newRevision(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE landscape_revision SET revision = $1 WHERE id = 1", ref.NewID())
	return err
}

// keepPast notes what elements, connections or agreements are before they change, and names a new revision.
// One that does not exist yet is noted as empty.
func keepPast(ctx context.Context, tx *db.Tx, kind string, ids []string) error {
	before, err := nowOf(ctx, tx, kind, ids)
	if err != nil {
		return err
	}
	at := db.Micros(tx.Now())
	seq, err := db.Value[int64](ctx, tx, "SELECT COALESCE(MAX(seq), 0) + 1 FROM landscape_past WHERE at = $1", at)
	if err != nil {
		return err
	}
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{at, seq, kind, id, before[id]}
	}
	if err := insertRows(ctx, tx, "landscape_past", []string{"at", "seq", "kind", "id", "before"}, rows); err != nil {
		return err
	}
	return newRevision(ctx, tx)
}

// nowOf gives things as they are, as JSON by id. Many are read at once, one by itself.
func nowOf(ctx context.Context, tx *db.Tx, kind string, ids []string) (map[string]string, error) {
	where, args := "", []any{}
	if len(ids) == 1 {
		where, args = " WHERE id = $1", []any{ids[0]}
	}
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	found := make(map[string]string, len(ids))
	keep := func(id string, thing any) error {
		if !wanted[id] {
			return nil
		}
		data, err := json.Marshal(thing)
		found[id] = string(data)
		return err
	}
	switch kind {
	case "element":
		return found, eachOf(ctx, tx, scanElement, "SELECT "+elementColumns+" FROM element"+where, args, func(e Element) error { return keep(e.ID, e) })
	case "connection":
		return found, eachOf(ctx, tx, scanConnection, "SELECT "+connectionColumns+" FROM connection"+where, args, func(c Connection) error { return keep(c.ID, c) })
	default:
		all, err := agreements(ctx, tx)
		for _, a := range all {
			if err := keep(a.ID, a); err != nil {
				return nil, err
			}
		}
		return found, err
	}
}

func eachOf[T any](ctx context.Context, tx *db.Tx, scan func(db.Scan) (T, error), query string, args []any, do func(T) error) error {
	all, err := db.All(ctx, tx, scan, query, args...)
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := do(one); err != nil {
			return err
		}
	}
	return nil
}

// MapOn gives the live map as it was at an instant. What happened before the first note of it, it does not know:
// things without a beginning count as always there.
func MapOn(ctx context.Context, r db.Reader, at time.Time) (m Map, err error) {
	return m, eachMap(ctx, r, []time.Time{at}, func(_ time.Time, then Map) error { m = then; return nil })
}

// eachMap gives the live map as it was at several instants, the latest first: everything is loaded once and taken
// back step by step.
func eachMap(ctx context.Context, r db.Reader, latestFirst []time.Time, do func(time.Time, Map) error) error {
	f, err := Export(ctx, r)
	if err != nil {
		return err
	}
	then := rewound{elements: byID(f.Elements, Element.id), connections: byID(f.Connections, Connection.id), agreements: byID(f.Agreements, Agreement.id)}
	past, err := db.All(ctx, r, scanNote, "SELECT at, kind, id, before FROM landscape_past WHERE at > $1 ORDER BY at DESC, seq DESC",
		db.Micros(latestFirst[len(latestFirst)-1]))
	if err != nil {
		return err
	}
	for _, at := range latestFirst {
		if past, err = then.back(past, at); err != nil {
			return err
		}
		if err := do(at, then.live(at)); err != nil {
			return err
		}
	}
	return nil
}

// note is what a thing was before a change.
type note struct {
	at               int64
	kind, id, before string
}

func scanNote(s db.Scan) (n note, err error) { return n, s(&n.at, &n.kind, &n.id, &n.before) }

// back takes back what happened after an instant, and gives the notes that are left for earlier instants.
func (w *rewound) back(past []note, at time.Time) ([]note, error) {
	for id := range w.early {
		if !w.inForce(id, at) {
			delete(w.agreements, id)
		}
	}
	for len(past) > 0 && past[0].at > at.UnixMicro() {
		n := past[0]
		past = past[1:]
		if n.kind == "agreement" && n.before == "" && w.inForce(n.id, at) {
			if w.early == nil {
				w.early = map[string]bool{}
			}
			w.early[n.id] = true
			continue // noted later, and agreed before: like a thing whose beginning lies before its note
		}
		if err := w.undo(n.kind, n.id, n.before); err != nil {
			return nil, err
		}
	}
	return past, nil
}

func (e Element) id() string    { return e.ID }
func (c Connection) id() string { return c.ID }
func (a Agreement) id() string  { return a.ID }

func byID[T any](all []T, id func(T) string) map[string]T {
	m := make(map[string]T, len(all))
	for _, one := range all {
		m[id(one)] = one
	}
	return m
}

// rewound is a map on its way back in time.
type rewound struct {
	elements    map[string]Element
	connections map[string]Connection
	agreements  map[string]Agreement
	early       map[string]bool // agreements that were noted only after they had begun
}

func (w rewound) undo(kind, id, before string) error {
	switch kind {
	case "element":
		return undo(w.elements, id, before)
	case "connection":
		return undo(w.connections, id, before)
	default:
		return undo(w.agreements, id, before)
	}
}

// inForce tells whether an agreement had begun on the day of an instant.
func (w rewound) inForce(id string, at time.Time) bool {
	a := w.agreements[id]
	return a.From != "" && a.From <= at.Format(time.DateOnly)
}

func undo[T any](all map[string]T, id, before string) error {
	if before == "" {
		delete(all, id)
		return nil
	}
	var one T
	err := json.Unmarshal([]byte(before), &one)
	all[id] = one
	return err
}

// live keeps what was there at an instant.
func (w rewound) live(at time.Time) Map {
	there := func(began, ended *time.Time) bool {
		return (began == nil || !began.After(at)) && (ended == nil || ended.After(at))
	}
	m := Map{Elements: map[string]Element{}, Agreements: maps.Clone(w.agreements)}
	for id, e := range w.elements {
		if there(e.BeganAt, e.EndedAt) {
			e.EndedAt = nil
			m.Elements[id] = e
		}
	}
	for _, c := range w.connections {
		if there(c.BeganAt, c.EndedAt) {
			c.EndedAt = nil
			m.Connections = append(m.Connections, c)
		}
	}
	slices.SortFunc(m.Connections, func(a, b Connection) int { return compare(a.ID, b.ID) })
	return m
}
