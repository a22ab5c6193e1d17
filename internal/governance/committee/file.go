package committee

import (
	"context"
	"fmt"
	"slices"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
)

// File is committee.yaml.
type File struct {
	Committees []Committee `yaml:"committees"`
	Sittings   []Sitting   `yaml:"sittings,omitempty"`
	Actions    []Action    `yaml:"actions,omitempty"`
}

// Export gives committees and actions by id, sittings by start.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	var err error
	if f.Committees, err = Committees(ctx, r); err != nil {
		return f, err
	}
	if f.Sittings, err = sittings(ctx, r); err != nil {
		return f, err
	}
	f.Actions, err = db.All(ctx, r, scanAction, actionColumns+" ORDER BY id")
	return f, err
}

// Apply makes committees, sittings and actions what the file says. Agendas are taken over as they are; that of a
// planned sitting is computed whenever somebody looks.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	want := ledgerOf(f)
	if err := problem.Many(want.wrong); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	have := ledgerOf(current)
	plan := change.Plan("committee", have.committees.byID, want.committees.byID, want.committees.order, func(c Committee) string { return c.Name })
	plan = append(plan, change.Plan("sitting", have.sittings.byID, want.sittings.byID, want.sittings.order, func(s Sitting) string {
		return fmt.Sprintf("%s %d", want.committees.byID[s.Committee].Name, s.Number)
	})...)
	plan = append(plan, change.Plan("action", have.actions.byID, want.actions.byID, want.actions.order, func(a Action) string { return a.What })...)
	for _, c := range plan {
		tx.Touch(c.Ref)
		if err := want.carryOut(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	return plan, item.Dangling(ctx, tx, want.pointers)
}

// ledger is a file by ids, with what is wrong with it and all that it points to.
type ledger struct {
	committees table[Committee]
	sittings   table[Sitting]
	actions    table[Action]
	pointers   []item.Pointer
	wrong      []*problem.Error
}

type table[T any] struct {
	byID  map[string]T
	order []string
}

// entry is what committees, sittings and actions have in common in a file.
type entry interface {
	check(field func(string) string) []*problem.Error
	pointers(field func(string) string) []item.Pointer
}

func ledgerOf(f File) ledger {
	var l ledger
	l.actions = index(&l, "actions", f.Actions, func(a Action) string { return a.ID }, Action.asStored)
	l.committees = index(&l, "committees", f.Committees, func(c Committee) string { return c.ID }, func(c Committee) Committee { return c })
	l.sittings = index(&l, "sittings", f.Sittings, func(s Sitting) string { return s.ID }, func(s Sitting) Sitting { return s.asStored(l.actionsOf(s.ID)) })
	for _, s := range f.Sittings {
		l.hashes(s)
	}
	return l
}

// actionsOf gives the actions of a sitting, by id.
func (l ledger) actionsOf(sitting string) []Action {
	var all []Action
	for _, a := range l.actions.byID {
		if a.Sitting == sitting {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b Action) int { return compare(a.ID, b.ID) })
	return all
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// hashes refuses an approval of other minutes than those in the file.
func (l *ledger) hashes(s Sitting) {
	hash := s.Hash(l.actionsOf(s.ID))
	for n, a := range s.Approvals {
		if a.Hash != "" && a.Hash != hash {
			l.wrong = append(l.wrong, problem.Field(fmt.Sprintf("sittings[%s].approvals[%d].hash", s.ID, n), "committee.error.other-minutes"))
		}
	}
}

// index checks rows and gives them by id, with the order of the file.
func index[T entry](l *ledger, list string, rows []T, id func(T) string, stored func(T) T) table[T] {
	t := table[T]{byID: map[string]T{}}
	for _, row := range rows {
		field := func(f string) string { return fmt.Sprintf("%s[%s].%s", list, id(row), f) }
		l.wrong = append(l.wrong, row.check(field)...)
		l.pointers = append(l.pointers, row.pointers(field)...)
		if _, twice := t.byID[id(row)]; twice {
			l.wrong = append(l.wrong, problem.Field(field("id"), "problem.twice", "value", id(row)))
		}
		t.byID[id(row)] = stored(row)
		t.order = append(t.order, id(row))
	}
	return t
}

// removals delete one row of each kind.
var removals = map[string]string{
	"committee": "DELETE FROM committee WHERE id = $1", "sitting": "DELETE FROM committee_sitting WHERE id = $1", "action": "DELETE FROM committee_action WHERE id = $1",
}

func (l ledger) carryOut(ctx context.Context, tx *db.Tx, c change.Change) error {
	id := c.Ref.ID()
	switch {
	case c.Kind == change.Remove:
		if _, err := tx.Exec(ctx, removals[c.Ref.Kind()], id); err != nil {
			return err
		}
		return item.Remove(ctx, tx, c.Ref)
	case c.Ref.Kind() == "committee":
		return put(ctx, tx, l.committees.byID[id])
	case c.Ref.Kind() == "sitting":
		s := l.sittings.byID[id]
		return putSitting(ctx, tx, l.committees.byID[s.Committee], s)
	default:
		return putAction(ctx, tx, l.actions.byID[id])
	}
}
