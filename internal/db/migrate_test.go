package db_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
)

// columns lists every column of every table and view as "table.column", without those of the migrations themselves.
func columns(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	query := "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'goose_db_version'"
	if d.Engine == db.SQLite {
		query = `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
			WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version'`
	}
	dbtest.View(t, d, func(r db.Reader) (err error) {
		all, err = db.Column[string](ctx, r, query)
		return err
	})
	slices.Sort(all)
	return all
}

func TestBothEnginesGetTheSameTablesAndColumns(t *testing.T) {
	embedded, server := columns(t, dbtest.SQLite(t)), columns(t, dbtest.Postgres(t))
	for _, one := range embedded {
		if !slices.Contains(server, one) {
			t.Errorf("%s is on SQLite alone", one)
		}
	}
	for _, one := range server {
		if !slices.Contains(embedded, one) {
			t.Errorf("%s is on PostgreSQL alone", one)
		}
	}
}

func TestDownLeavesNothingAndUpWorksAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before := columns(t, d)
		if err := d.Unmigrate(ctx); err != nil {
			t.Fatal(err)
		}
		if got := columns(t, d); len(got) != 0 || len(before) == 0 {
			t.Errorf("got %v, want no tables", got)
		}
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		if got := columns(t, d); !slices.Equal(got, before) {
			t.Errorf("got %v, want %v", got, before)
		}
	})
}

func TestProgramsThatStartTogetherMigrateOnce(t *testing.T) {
	d := dbtest.Postgres(t)
	if err := d.Unmigrate(ctx); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	failed := make(chan error, 3)
	for range cap(failed) {
		all.Go(func() { failed <- d.Migrate(ctx) })
	}
	all.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			t.Error(fmt.Errorf("start: %w", err))
		}
	}
}
