package decision

import (
	"context"
	"fmt"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is decision.yaml. A key without a hash is read as given on the content beside it; exports
// always write the hash.
type File struct {
	Decisions []Decision `yaml:"decisions"`
}

// Export gives all decisions, sorted by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	all, err := db.All(ctx, r, scan, "SELECT d.body, d.version FROM decision d ORDER BY d.id")
	return File{Decisions: all}, err
}

// Apply makes the decisions what the file says.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	want, order, err := index(f.Decisions)
	if err != nil {
		return nil, err
	}
	if err := item.Dangling(ctx, tx, pointers(f.Decisions)); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	have := map[string]Decision{}
	for _, d := range current.Decisions {
		have[d.ID] = d
	}
	plan := change.Plan("decision", have, want, order, func(d Decision) string { return d.Title })
	for _, c := range plan {
		if c.Kind == change.Remove {
			err = remove(ctx, tx, c.Ref)
		} else {
			d := want[c.Ref.ID()]
			d.Version = have[d.ID].Version
			_, err = saved(ctx, tx, d)
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func index(decisions []Decision) (map[string]Decision, []string, error) {
	byID, order := map[string]Decision{}, []string{}
	var wrong []*problem.Error
	for _, d := range decisions {
		field := func(name string) string { return fmt.Sprintf("decisions[%s].%s", d.ID, name) }
		wrong = append(wrong, d.check(field)...)
		if _, twice := byID[d.ID]; twice {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", d.ID))
		}
		byID[d.ID] = d.asStored()
		order = append(order, d.ID)
	}
	return byID, order, problem.Many(wrong)
}

// asStored is the decision as the database keeps it: instants in UTC, keys with their hash.
func (d Decision) asStored() Decision {
	d.ProposedAt, d.Deadline = d.ProposedAt.UTC(), d.Deadline.UTC()
	keys := make([]Key, len(d.Keys))
	for i, k := range d.Keys {
		k.At = k.At.UTC()
		if k.Hash == "" {
			k.Hash = d.Hash()
		}
		keys[i] = k
	}
	d.Keys = keys
	if d.Arbitration != nil {
		a := *d.Arbitration
		a.At = a.At.UTC()
		d.Arbitration = &a
	}
	return d
}

// pointers are the items that decisions are about. Who proposed and answered may have left.
func pointers(decisions []Decision) []item.Pointer {
	var all []item.Pointer
	for _, d := range decisions {
		if d.About != "" {
			all = append(all, item.Pointer{Field: fmt.Sprintf("decisions[%s].about", d.ID), To: d.About, Text: string(d.About)})
		}
	}
	return all
}

func remove(ctx context.Context, tx *db.Tx, name ref.Ref) error {
	if _, err := tx.Exec(ctx, "DELETE FROM decision WHERE id = $1", name.ID()); err != nil {
		return err
	}
	tx.Touch(name)
	return item.Remove(ctx, tx, name)
}
