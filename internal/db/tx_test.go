package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/problem"
)

var (
	ctx  = context.Background()
	self = db.System("test")
)

// things makes a table for these tests alone.
func things(t testing.TB, d *db.DB) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "CREATE TABLE thing (id TEXT PRIMARY KEY, name TEXT NOT NULL, size BIGINT NOT NULL, weight DOUBLE PRECISION NOT NULL, data BYTEA)")
		return err
	})
}

func add(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, "INSERT INTO thing (id, name, size, weight) VALUES ($1, $1, 1, 1)", id)
	return err
}

func count(t testing.TB, d *db.DB) (n int) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) (err error) {
		n, err = db.Value[int](ctx, r, "SELECT COUNT(*) FROM thing")
		return err
	})
	return n
}

func TestViewRefusesToWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		err := d.View(ctx, self, func(r db.Reader) error {
			_, err := db.Value[string](ctx, r, "INSERT INTO thing (id, name, size, weight) VALUES ('a', 'a', 1, 1) RETURNING id")
			return err
		})
		if got := count(t, d); err == nil || got != 0 {
			t.Errorf("got %v and %d rows, want an error and none", err, got)
		}
	})
}

func TestViewSeesOneStateThroughout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		dbtest.View(t, d, func(r db.Reader) error {
			before, err := db.Value[int](ctx, r, "SELECT COUNT(*) FROM thing")
			if err != nil {
				return err
			}
			dbtest.Change(t, d, func(tx *db.Tx) error { return add(ctx, tx, "a") })
			after, err := db.Value[int](ctx, r, "SELECT COUNT(*) FROM thing")
			if before != 0 || after != 0 {
				t.Errorf("got %d, then %d, want 0 both times", before, after)
			}
			return err
		})
		if got := count(t, d); got != 1 {
			t.Errorf("got %d rows in the next view, want 1", got)
		}
	})
}

func TestErrorRollsBackAndNothingRunsAfterwards(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		no, told := errors.New("no"), false
		err := d.Change(ctx, self, func(tx *db.Tx) error {
			tx.AfterCommit(func() { told = true })
			if err := add(ctx, tx, "a"); err != nil {
				return err
			}
			return no
		})
		if got := count(t, d); !errors.Is(err, no) || got != 0 || told {
			t.Errorf("got %v, %d rows, told %v, want %v, 0, false", err, got, told, no)
		}
	})
}

func TestPanicRollsBackAndLeavesTheDatabaseUsable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = d.Change(ctx, self, func(tx *db.Tx) error {
				if err := add(ctx, tx, "a"); err != nil {
					t.Error(err)
				}
				panic("no")
			})
		}()
		dbtest.Change(t, d, func(tx *db.Tx) error { return add(ctx, tx, "b") })
		if got := count(t, d); got != 1 {
			t.Errorf("got %d rows, want 1", got)
		}
	})
}

func TestAfterCommitRunsWhenTheChangeIsVisible(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		seen := -1
		dbtest.Change(t, d, func(tx *db.Tx) error {
			tx.AfterCommit(func() { seen = count(t, d) })
			return add(ctx, tx, "a")
		})
		if seen != 1 {
			t.Errorf("got %d rows, want 1", seen)
		}
	})
}

// Two changes that each check "nobody has done it yet" must not both do it: the rules on keys rest on this.
func TestWhatAChangeHasReadStaysTrueUntilItCommits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		addAsFirst := func(id string, read func()) error {
			return d.Change(ctx, self, func(tx *db.Tx) error {
				n, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM thing")
				read()
				if err != nil || n > 0 {
					return err
				}
				return add(ctx, tx, id)
			})
		}
		second, secondHasRead := make(chan error, 1), make(chan struct{})
		err := addAsFirst("a", func() {
			go func() { second <- addAsFirst("b", func() { close(secondHasRead) }) }()
			select {
			case <-secondHasRead:
			case <-time.After(300 * time.Millisecond): // it waits, as it should
			}
		})
		if err := errors.Join(err, <-second); err != nil {
			t.Fatal(err)
		}
		if got := count(t, d); got != 1 {
			t.Errorf("got %d rows, want 1: each was allowed only as the first", got)
		}
	})
}

func TestTextsThatOneEngineCannotKeepAreRefusedByBoth(t *testing.T) {
	type text string
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		for _, bad := range []any{"a\x00b", "caff\xe8", text("caff\xe8")} {
			err := d.Change(ctx, self, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO thing (id, name, size, weight) VALUES ('a', $1, 1, 1)", bad)
				return err
			})
			if !problem.Is(err, problem.Invalid) {
				t.Errorf("%q: got %v, want a problem", bad, err)
			}
			err = d.View(ctx, self, func(r db.Reader) error {
				_, err := db.Value[int](ctx, r, "SELECT COUNT(*) FROM thing WHERE name = $1", bad)
				return err
			})
			if !problem.Is(err, problem.Invalid) {
				t.Errorf("%q: got %v when reading, want a problem", bad, err)
			}
			err = d.Change(ctx, self, func(tx *db.Tx) error {
				return tx.InsertMany(ctx, "thing", []string{"id", "name", "size", "weight"}, [][]any{{"a", bad, 1, 1.0}})
			})
			if !problem.Is(err, problem.Invalid) {
				t.Errorf("%q: got %v among many, want a problem", bad, err)
			}
		}
	})
}

func TestEmbeddedDatabaseIsReadableByItsOwnerOnlyWhateverItsPath(t *testing.T) {
	for _, name := range []string{"plain.db", "100%25 of #1?.db"} {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		d, err := db.Open(ctx, "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			info, err := file.Info()
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != 0o600 {
				t.Errorf("%s: got %v, want 0600", file.Name(), got)
			}
		}
		if _, err := os.Stat(path); err != nil || len(files) == 0 {
			t.Errorf("got %v and %d files, want the database at its path", err, len(files))
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}
