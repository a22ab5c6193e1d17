package evidence

import (
	"context"
	"slices"
	"strconv"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/ref"
)

// list is one list of evidence.yaml with how its entries are kept.
type list[T any] struct {
	kind   string
	have   []T
	want   []T
	id     func(T) string
	title  func(T) string
	save   func(context.Context, *db.Tx, T) error
	remove func(context.Context, *db.Tx, string) error
}

// apply brings a list to what the file says.
func (l list[T]) apply(ctx context.Context, tx *db.Tx) ([]change.Change, error) {
	have, _ := index(l.have, l.id)
	want, order := index(l.want, l.id)
	plan := change.Plan(l.kind, have, want, order, l.title)
	for _, one := range plan {
		tx.Touch(one.Ref)
		var err error
		if one.Kind == change.Remove {
			err = l.remove(ctx, tx, one.Ref.ID())
		} else {
			err = l.save(ctx, tx, want[one.Ref.ID()])
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func index[T any](all []T, id func(T) string) (map[string]T, []string) {
	byID, order := make(map[string]T, len(all)), make([]string, 0, len(all))
	for _, one := range all {
		byID[id(one)] = one
		order = append(order, id(one))
	}
	return byID, order
}

func (f File) applyIncidents(ctx context.Context, tx *db.Tx) ([]change.Change, error) {
	have, err := byHand(ctx, tx)
	if err != nil {
		return nil, err
	}
	return list[Incident]{
		kind: "incident", have: have, want: inUTC(f.Incidents),
		id:    func(i Incident) string { return i.ID },
		title: func(i Incident) string { return i.Title },
		save: func(ctx context.Context, tx *db.Tx, i Incident) error {
			i.Updated = tx.Now()
			return i.save(ctx, tx)
		},
		remove: func(ctx context.Context, tx *db.Tx, id string) error {
			if _, err := tx.Exec(ctx, "DELETE FROM incident WHERE id = $1", id); err != nil {
				return err
			}
			return item.Remove(ctx, tx, ref.New("incident", id))
		},
	}.apply(ctx, tx)
}

// inUTC writes instants as the database keeps them, so that another zone is not a change.
func inUTC(all []Incident) []Incident {
	out := slices.Clone(all)
	for i := range out {
		for _, p := range out[i].points() {
			*p.at = p.at.UTC().Truncate(time.Microsecond)
		}
	}
	return out
}

func (f File) applyRecoveries(ctx context.Context, tx *db.Tx) ([]change.Change, error) {
	have, err := db.All(ctx, tx, scanRecovery, "SELECT "+recoveryColumns+" FROM recovery_test")
	if err != nil {
		return nil, err
	}
	return list[RecoveryTest]{
		kind: "recovery-test", have: have, want: f.RecoveryTests,
		id:    func(t RecoveryTest) string { return t.ID },
		title: func(t RecoveryTest) string { return t.Title },
		save:  func(ctx context.Context, tx *db.Tx, t RecoveryTest) error { return t.save(ctx, tx) },
		remove: func(ctx context.Context, tx *db.Tx, id string) error {
			if _, err := tx.Exec(ctx, "DELETE FROM recovery_test WHERE id = $1", id); err != nil {
				return err
			}
			return item.Remove(ctx, tx, ref.New("recovery-test", id))
		},
	}.apply(ctx, tx)
}

func (f File) applyResponseTargets(ctx context.Context, tx *db.Tx) ([]change.Change, error) {
	have, err := ResponseTargets(ctx, tx, struct{}{})
	if err != nil {
		return nil, err
	}
	return list[ResponseTarget]{
		kind: "response-target", have: have, want: f.ResponseTargets,
		id: ResponseTarget.id, title: ResponseTarget.id,
		save:   func(ctx context.Context, tx *db.Tx, t ResponseTarget) error { return t.save(ctx, tx) },
		remove: removeNumbered("DELETE FROM response_target WHERE severity = $1"),
	}.apply(ctx, tx)
}

func (f File) applyPatchSLAs(ctx context.Context, tx *db.Tx) ([]change.Change, error) {
	have, err := PatchSLAs(ctx, tx, struct{}{})
	if err != nil {
		return nil, err
	}
	return list[PatchSLA]{
		kind: "patch-sla", have: have, want: f.PatchSLAs,
		id: PatchSLA.id, title: PatchSLA.id,
		save:   func(ctx context.Context, tx *db.Tx, p PatchSLA) error { return p.save(ctx, tx) },
		remove: removeNumbered("DELETE FROM patch_sla WHERE tier = $1"),
	}.apply(ctx, tx)
}

func removeNumbered(statement string) func(context.Context, *db.Tx, string) error {
	return func(ctx context.Context, tx *db.Tx, id string) error {
		n, err := strconv.Atoi(id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, statement, n)
		return err
	}
}
