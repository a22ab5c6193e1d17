package raci

import (
	"context"
	"fmt"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is raci.yaml.
type File struct {
	Settings Settings `yaml:"settings,omitempty"`
	Matrices []Matrix `yaml:"matrices,omitempty"`
}

// Export gives the settings and all matrices, sorted by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	settings, err := GetSettings(ctx, r, struct{}{})
	if err != nil {
		return File{}, err
	}
	matrices, err := all(ctx, r)
	if len(matrices) == 0 {
		matrices = nil
	}
	return File{Settings: settings, Matrices: matrices}, err
}

// Apply makes the matrices what the file says. What they were before a file cannot be undone step by step.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	want, order, err := index(f)
	if err != nil {
		return nil, err
	}
	if err := item.Dangling(ctx, tx, allPointers(f.Matrices)); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	have := map[string]Matrix{}
	for _, m := range current.Matrices {
		have[m.ID] = m
	}
	plan := change.Plan("raci", have, want, order, func(m Matrix) string { return m.Title })
	for _, c := range plan {
		if err := follow(ctx, tx, c, have, want); err != nil {
			return nil, err
		}
	}
	if fields := change.Between(current.Settings, f.Settings); len(fields) > 0 {
		plan = append(plan, change.Change{Ref: ref.New("raci-settings", "self"), Kind: change.Update, Title: "RACI", Fields: fields})
		err = putSettings(ctx, tx, f.Settings)
	}
	return plan, err
}

func follow(ctx context.Context, tx *db.Tx, c change.Change, have, want map[string]Matrix) error {
	id := c.Ref.ID()
	if _, err := tx.Exec(ctx, "DELETE FROM raci_before WHERE matrix_id = $1", id); err != nil {
		return err
	}
	if c.Kind == change.Remove {
		return drop(ctx, tx, id)
	}
	m := want[id]
	m.Version = have[id].Version
	_, err := put(ctx, tx, m)
	return err
}

// index checks all matrices and gives them by id, with the order of the file.
func index(f File) (map[string]Matrix, []string, error) {
	byID, order := map[string]Matrix{}, []string{}
	wrong := f.Settings.check(func(name string) string { return "settings." + name })
	for _, m := range f.Matrices {
		m = m.tidy()
		field := fieldOf(m.ID)
		wrong = append(wrong, m.check(field)...)
		if _, twice := byID[m.ID]; twice {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", m.ID))
		}
		byID[m.ID] = m
		order = append(order, m.ID)
	}
	return byID, order, problem.Many(wrong)
}

func allPointers(matrices []Matrix) []item.Pointer {
	var all []item.Pointer
	for _, m := range matrices {
		all = append(all, pointers(m, func(name string) string { return fmt.Sprintf("matrices[%s].%s", m.ID, name) })...)
	}
	return all
}
