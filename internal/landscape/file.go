package landscape

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
)

// File is landscape.yaml.
type File struct {
	Elements    []Element    `yaml:"elements"`
	Connections []Connection `yaml:"connections"`
	Agreements  []Agreement  `yaml:"agreements"`
	Policies    []Policy     `yaml:"policies,omitempty"`
	Exceptions  []Exception  `yaml:"exceptions,omitempty"`
}

// Export gives the whole map, also what has ended, sorted by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	var err error
	if f.Elements, err = db.All(ctx, r, scanElement, "SELECT "+elementColumns+" FROM element"); err != nil {
		return f, err
	}
	if f.Connections, err = db.All(ctx, r, scanConnection, "SELECT "+connectionColumns+" FROM connection"); err != nil {
		return f, err
	}
	if f.Agreements, err = agreements(ctx, r); err != nil {
		return f, err
	}
	// Sorted here, not by the engines: they order text differently.
	slices.SortFunc(f.Elements, func(a, b Element) int { return compare(a.ID, b.ID) })
	slices.SortFunc(f.Connections, func(a, b Connection) int { return compare(a.ID, b.ID) })
	slices.SortFunc(f.Agreements, func(a, b Agreement) int { return compare(a.ID, b.ID) })
	if f.Policies, err = Policies(ctx, r); err != nil {
		return f, err
	}
	f.Exceptions, err = Exceptions(ctx, r)
	return f, err
}

// Apply makes the map what the file says: what it does not hold ends, agreements that it does not hold are removed.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	want, err := f.index(ctx, tx)
	if err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	elements, err := applyElements(ctx, tx, current.Elements, want)
	if err != nil {
		return nil, err
	}
	have := map[string]Agreement{}
	for _, a := range current.Agreements {
		have[a.ID] = a
	}
	agreed, err := applyAgreements(ctx, tx, have, want.agreements, want.order[2])
	if err != nil {
		return nil, err
	}
	connections, err := applyConnections(ctx, tx, current.Connections, want)
	if err != nil {
		return nil, err
	}
	policies, err := applyPolicies(ctx, tx, f.Policies)
	if err != nil {
		return nil, err
	}
	exceptions, err := applyExceptions(ctx, tx, f.Exceptions)
	return slices.Concat(elements, connections, agreed, policies, exceptions), err
}

// indexed is a file with its things by id, and their ids in the order of the file.
type indexed struct {
	elements    map[string]Element
	connections map[string]Connection
	agreements  map[string]Agreement
	order       [3][]string
}

// index checks everything in the file and reports all errors at once.
func (f File) index(ctx context.Context, r db.Reader) (indexed, error) {
	in := indexed{elements: map[string]Element{}, connections: map[string]Connection{}, agreements: map[string]Agreement{}}
	var wrong []*problem.Error
	people := map[string]string{}
	note := func(list, id string, seen bool, persons map[string]string) {
		if seen {
			wrong = append(wrong, problem.Field(fieldOf(list, id)("id"), "problem.twice", "value", id))
		}
		for field, person := range persons {
			people[field] = person
		}
	}
	for _, e := range f.Elements {
		e = e.normal()
		field := fieldOf("elements", e.ID)
		wrong = append(wrong, e.check(field)...)
		_, seen := in.elements[e.ID]
		note("elements", e.ID, seen, e.people(field))
		in.elements[e.ID] = e
		in.order[0] = append(in.order[0], e.ID)
	}
	known := func(id string) bool { _, ok := in.elements[id]; return ok }
	for _, a := range f.Agreements {
		a = a.normal()
		wrong = append(wrong, a.check(fieldOf("agreements", a.ID), known)...)
		_, seen := in.agreements[a.ID]
		note("agreements", a.ID, seen, nil)
		in.agreements[a.ID] = a
		in.order[2] = append(in.order[2], a.ID)
	}
	ties := make(map[string]bool, len(f.Connections))
	for _, c := range f.Connections {
		ties[c.normal().ID] = true
	}
	for _, c := range f.Connections {
		c = c.normal()
		field := fieldOf("connections", c.ID)
		wrong = append(wrong, c.check(field)...)
		wrong = append(wrong, in.dangling(c, ties, field)...)
		_, seen := in.connections[c.ID]
		note("connections", c.ID, seen, c.people(field))
		in.connections[c.ID] = c
		in.order[1] = append(in.order[1], c.ID)
	}
	more, owners := policyProblems(f.Policies)
	maps.Copy(people, owners)
	wrong = append(append(wrong, more...), f.exceptionProblems(in)...)
	wrong = append(wrong, peopleExist(ctx, r, people)...)
	return in, problem.Many(wrong)
}

// dangling finds what a connection names and the file does not hold.
func (in indexed) dangling(c Connection, ties map[string]bool, field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	for _, end := range []struct{ name, id string }{{"from", c.From}, {"to", c.To}} {
		if _, ok := in.elements[end.id]; !ok && end.id != "" {
			wrong = append(wrong, problem.Field(field(end.name), "problem.dangling", "value", end.id))
		}
	}
	for _, end := range []struct{ name, id string }{{"from_tie", c.FromTie}, {"to_tie", c.ToTie}} {
		if end.id != "" && !ties[end.id] {
			wrong = append(wrong, problem.Field(field(end.name), "problem.dangling", "value", end.id))
		}
	}
	if _, ok := in.agreements[c.Agreement]; !ok && c.Agreement != "" {
		wrong = append(wrong, problem.Field(field("agreement"), "problem.dangling", "value", c.Agreement))
	}
	return wrong
}

func fieldOf(list, id string) func(string) string {
	return func(name string) string { return fmt.Sprintf("%s[%s].%s", list, id, name) }
}

func applyElements(ctx context.Context, tx *db.Tx, current []Element, want indexed) ([]change.Change, error) {
	have := map[string]Element{}
	for _, e := range current {
		if _, stays := want.elements[e.ID]; stays || !e.Ended() {
			have[e.ID] = e
		}
	}
	for id, e := range want.elements {
		if old, ok := have[id]; ok {
			if e.BeganAt == nil {
				e.BeganAt = old.BeganAt
			}
			want.elements[id] = e.keepHand(old)
		}
	}
	plan := change.Plan("element", have, want.elements, want.order[0], func(e Element) string { return e.Name })
	var created, updated []Element
	for _, c := range plan {
		id := c.Ref.ID()
		e, old := want.elements[id], have[id]
		switch c.Kind {
		case change.Create:
			created = append(created, e)
		case change.Remove:
			now := tx.Now()
			old.EndedAt = &now
			updated = append(updated, old)
		default:
			e.Version = old.Version
			updated = append(updated, e)
		}
	}
	if err := insertElements(ctx, tx, created); err != nil {
		return nil, err
	}
	return plan, updateElements(ctx, tx, updated)
}

// keepHand notes that what the file changes on an imported element was changed by people.
func (e Element) keepHand(old Element) Element {
	if e.Source == Hand || old.Source != e.Source {
		return e
	}
	hand := slices.Clone(old.ByHand)
	for _, f := range change.Between(old, e) {
		if f.Name != "by_hand" && f.Name != "ended_at" && f.Name != "external_id" {
			hand = append(hand, f.Name)
		}
	}
	e.ByHand = wordSet(append(hand, e.ByHand...))
	return e
}

func applyConnections(ctx context.Context, tx *db.Tx, current []Connection, want indexed) ([]change.Change, error) {
	have := map[string]Connection{}
	for _, c := range current {
		if _, stays := want.connections[c.ID]; stays || c.EndedAt == nil {
			have[c.ID] = c
		}
	}
	for id, c := range want.connections {
		if old, ok := have[id]; ok && c.BeganAt == nil {
			c.BeganAt = old.BeganAt
			want.connections[id] = c
		}
	}
	plan := change.Plan("connection", have, want.connections, want.order[1], func(c Connection) string { return c.From + " → " + c.To })
	var created, updated []Connection
	for _, one := range plan {
		id := one.Ref.ID()
		c, old := want.connections[id], have[id]
		switch one.Kind {
		case change.Create:
			created = append(created, c)
		case change.Remove:
			now := tx.Now()
			old.EndedAt = &now
			updated = append(updated, old)
		default:
			c.Version = old.Version
			updated = append(updated, c)
		}
	}
	if err := insertConnections(ctx, tx, created); err != nil {
		return nil, err
	}
	return plan, updateConnections(ctx, tx, updated)
}
