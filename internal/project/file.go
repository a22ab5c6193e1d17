package project

import (
	"context"
	"fmt"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is project.yaml.
type File struct {
	Projects []Project `yaml:"projects"`
}

// Export gives all projects, sorted by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	all, err := db.All(ctx, r, scan, "SELECT "+columns+" FROM project p ORDER BY p.id")
	return File{Projects: all}, err
}

// Apply makes the projects what the file says.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	want, order, err := index(f.Projects)
	if err != nil {
		return nil, err
	}
	if err := item.Dangling(ctx, tx, pointers(f.Projects)); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	have := map[string]Project{}
	for _, p := range current.Projects {
		have[p.ID] = p
	}
	plan := change.Plan("project", have, want, order, func(p Project) string { return p.Title })
	for _, c := range plan {
		if c.Kind == change.Remove {
			err = remove(ctx, tx, c.Ref)
		} else {
			p := want[c.Ref.ID()]
			p.Version = have[p.ID].Version
			err = put(ctx, tx, p)
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// pointers are what projects change and who answers for them. Who exempted one may have left.
func pointers(projects []Project) []item.Pointer {
	var all []item.Pointer
	for _, p := range projects {
		field := func(name string) string { return fmt.Sprintf("projects[%s].%s", p.ID, name) }
		all = append(all, item.Point(field("elements"), "element", p.Elements...)...)
		all = append(all, item.Point(field("owner"), "person", p.Owner)...)
		all = append(all, item.Point(field("security_partner"), "person", p.SecurityPartner)...)
	}
	return all
}

// index checks all projects and gives them by id, with the order of the file.
func index(projects []Project) (map[string]Project, []string, error) {
	byID, order := map[string]Project{}, []string{}
	var wrong []*problem.Error
	for _, p := range projects {
		field := func(name string) string { return fmt.Sprintf("projects[%s].%s", p.ID, name) }
		wrong = append(wrong, p.check(field)...)
		if _, twice := byID[p.ID]; twice {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", p.ID))
		}
		byID[p.ID] = p
		order = append(order, p.ID)
	}
	return byID, order, problem.Many(wrong)
}

func remove(ctx context.Context, tx *db.Tx, name ref.Ref) error {
	if _, err := tx.Exec(ctx, "DELETE FROM project WHERE id = $1", name.ID()); err != nil {
		return err
	}
	tx.Touch(name)
	return item.Remove(ctx, tx, name)
}
