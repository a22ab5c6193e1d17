// Package dbtest gives tests a fresh, migrated database on each engine. PostgreSQL is used when
// ACCORDO_TEST_POSTGRES holds the address of a server on which databases may be made (`make test`
// starts one); in CI its absence is a failure.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/ref"
)

// Now is the time in tests.
var Now = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

// Each runs a test on a fresh database of each engine.
func Each(t *testing.T, test func(*testing.T, *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite is a fresh embedded database.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "accordo.db"))
}

// Postgres is a fresh database on the test server; the test is skipped when there is none.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	server := os.Getenv("ACCORDO_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("ACCORDO_TEST_POSTGRES is not set")
		}
		t.Skip("PostgreSQL not found, skipped: run `make test`, which starts one")
	}
	return open(t, freshDatabase(t, server))
}

func freshDatabase(t testing.TB, server string) string {
	t.Helper()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "t" + strings.ReplaceAll(ref.NewID(), "-", "")
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		admin.Close()
	})
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + name
	return address.String()
}

func open(t testing.TB, address string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	d.Now = func() time.Time { return Now }
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

// Change runs a change as a test actor and fails the test on an error.
func Change(t testing.TB, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	if err := d.Change(context.Background(), db.System("test"), fn); err != nil {
		t.Fatal(fmt.Errorf("change: %w", err))
	}
}

// View runs a read as a test actor and fails the test on an error.
func View(t testing.TB, d *db.DB, fn func(db.Reader) error) {
	t.Helper()
	if err := d.View(context.Background(), db.System("test"), fn); err != nil {
		t.Fatal(fmt.Errorf("view: %w", err))
	}
}
