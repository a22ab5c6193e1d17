package demo_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"accordo.dev/demo"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/landscape"
)

func TestTheMapOfTheBankLeavesInEveryFormatAndComesBackTheSame(t *testing.T) {
	d := dbtest.SQLite(t)
	dir := write(t, demo.Anchor)
	b := read(t, dir)
	b.apply(t, d, dir)
	ctx := context.Background()
	for _, format := range []string{"archimate", "csv", "xlsx"} {
		var before, after landscape.File
		var x landscape.Extract
		view := func(d *db.DB, read func(db.Reader) error) {
			if err := d.View(ctx, db.System("test"), read); err != nil {
				t.Fatal(err)
			}
		}
		view(d, func(r db.Reader) (err error) {
			x, err = landscape.ExtractMap(ctx, r, landscape.ExtractIn{Format: format})
			return err
		})
		view(d, func(r db.Reader) (err error) { before, err = landscape.Export(ctx, r); return err })
		elsewhere := dbtest.SQLite(t)
		dbtest.Change(t, elsewhere, func(tx *db.Tx) error {
			if _, err := identity.Apply(ctx, tx, b.people); err != nil {
				return err
			}
			_, err := landscape.Import(ctx, tx, landscape.ImportIn{Source: "copy", Files: []landscape.ImportFile{{Name: x.Name, Bytes: x.Data}}})
			return err
		})
		view(elsewhere, func(r db.Reader) (err error) { after, err = landscape.Export(ctx, r); return err })
		live := func(f landscape.File) (elements []landscape.Element, connections []landscape.Connection) {
			for _, e := range f.Elements {
				if !e.Ended() {
					elements = append(elements, e)
				}
			}
			for _, c := range f.Connections {
				if c.EndedAt == nil {
					connections = append(connections, c)
				}
			}
			return elements, connections
		}
		elements, connections := live(before)
		gotElements, gotConnections := live(after)
		notKept := []string{"Source", "ExternalID", "Original", "BeganAt", "Version"} // of where and when, which is new elsewhere
		if diff := cmp.Diff(elements, gotElements, cmpopts.IgnoreFields(landscape.Element{}, notKept...), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
		if diff := cmp.Diff(connections, gotConnections, cmpopts.IgnoreFields(landscape.Connection{}, notKept...), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
		if x.Elements != len(elements) || x.Elements < 140 {
			t.Errorf("%s: got %d elements, want %d", format, x.Elements, len(elements))
		}
	}
}
