package identity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
)

func export(t *testing.T, d *db.DB) (f identity.File) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) (err error) {
		f, err = identity.Export(ctx, r)
		return err
	})
	return f
}

func plan(t *testing.T, d *db.DB, f identity.File) (changes []change.Change) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) (err error) {
		changes, err = identity.Apply(ctx, tx, f)
		return err
	})
	return changes
}

func TestExportedFileAppliesWithoutChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newHouse(t, d)
		f := export(t, d)
		if got := plan(t, d, f); len(got) != 0 {
			t.Errorf("changes: got %v, want none", got)
		}
		if diff := cmp.Diff(f, export(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFileCreatesChangesAndEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		f := export(t, d)
		f.People[1].Email, f.People[2].Email = f.People[2].Email, f.People[1].Email // carla and dario change addresses
		f.People[3] = identity.FilePerson{ID: "rosa", Name: "Rosa Riva", Language: "it"}
		f.Offices[0].Until = "2026-01-01"
		got := plan(t, d, f)
		var kinds []string
		for _, c := range got {
			kinds = append(kinds, string(c.Kind)+" "+string(c.Ref))
		}
		want := []string{"change person:carla", "change person:dario", "create person:rosa", "remove person:piero", "change office:cio.carla.2025-01-01"}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(f, export(t, d)); diff != "" {
			t.Error(diff)
		}
		if h.as("carla").Holds("cio") {
			t.Error("carla still holds the office that the file ended")
		}
	})
}

func TestFileWithErrorsNamesThemAllAndChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newHouse(t, d)
		before := export(t, d)
		f := identity.File{
			People: []identity.FilePerson{
				{ID: "a", Name: "A", ReportsTo: "b"}, {ID: "b", Name: "B", ReportsTo: "a"}, {ID: "c", Email: "nonsense", ReportsTo: "zed"},
			},
			Offices: []identity.FileHolding{
				{Office: "cio", Person: "a", From: "2026-01-01"},
				{Office: "cio", Person: "b", From: "2026-06-01"},
				{Office: "administrator", Person: "a", From: "2026-01-01"},
				{Office: "king", Person: "zed", From: "soon"},
			},
		}
		err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
			_, err := identity.Apply(ctx, tx, f)
			return err
		})
		p, ok := problem.As(err)
		if !ok {
			t.Fatalf("got %v, want problems", err)
		}
		var fields []string
		for _, cause := range p.Causes {
			fields = append(fields, cause.Field)
		}
		want := []string{
			"people[a].reports_to", "people[b].reports_to", "people[c].name", "people[c].email", "people[c].reports_to",
			"offices[1].office", "offices[2].person", "offices[3].office", "offices[3].from", "offices[3].person",
		}
		if diff := cmp.Diff(want, fields); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, export(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFileCannotRemoveTheLastAdministrator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newHouse(t, d)
		f := export(t, d)
		f.Offices = f.Offices[:2]
		err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
			_, err := identity.Apply(ctx, tx, f)
			return err
		})
		wantKey(t, err, "identity.error.last-administrator")
	})
}
