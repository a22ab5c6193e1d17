// Package db opens the database, migrates it and runs transactions. It is the only home of the
// differences between the embedded engine (SQLite) and PostgreSQL: everything above writes one SQL
// text with $1 placeholders.
//
// A View is a consistent read; a Tx is a change. Both know who acts and when, so that nothing below
// asks a clock or a context for it.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	_ "modernc.org/sqlite"             // the embedded engine's driver

	"accordo.dev/internal/ref"
)

// Engine is the kind of database.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is an open database. Writers of the embedded engine queue for one connection; readers have a pool.
type DB struct {
	Engine Engine
	Now    func() time.Time // the clock; tests set it
	read   *sql.DB
	write  *sql.DB
}

// Actor is who acts: a person, or the system itself ("system:setup").
type Actor struct {
	Ref     ref.Ref  `json:"ref"`
	Name    string   `json:"name"`
	Offices []string `json:"offices,omitempty"` // held at this moment
	Scopes  []string `json:"scopes,omitempty"`  // of an API token; empty means everything the person may do
}

// System is the actor of work that no person asked for.
func System(what string) Actor { return Actor{Ref: ref.New("system", what), Name: what} }

// Holds tells whether the actor holds one of these offices.
func (a Actor) Holds(offices ...string) bool {
	for _, held := range a.Offices {
		for _, office := range offices {
			if held == office {
				return true
			}
		}
	}
	return false
}

// Open opens "sqlite:PATH" (made when missing) or a "postgres://" address.
func Open(ctx context.Context, address string) (*DB, error) {
	d := &DB{Now: func() time.Time { return time.Now().UTC() }}
	var err error
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		err = d.openSQLite(path)
	} else {
		err = d.openPostgres(address)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := d.write.PingContext(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return d, nil
}

func (d *DB) openSQLite(path string) error {
	d.Engine = SQLite
	if err := makePrivate(path); err != nil {
		return err
	}
	path = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) // it becomes part of an address
	pragmas := "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"
	var err error
	if d.write, err = sql.Open("sqlite", "file:"+path+pragmas+"&_txlock=immediate"); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	if d.read, err = sql.Open("sqlite", "file:"+path+pragmas+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	d.read.SetMaxOpenConns(8)
	d.read.SetMaxIdleConns(8)
	return nil
}

// makePrivate makes the file of a new database, readable by its owner only; what the engine writes beside it
// takes over its permissions.
func makePrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func (d *DB) openPostgres(address string) error {
	d.Engine = Postgres
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(8)
	d.read, d.write = pool, pool
	return nil
}

// Close closes all connections.
func (d *DB) Close() error {
	err := d.write.Close()
	if d.read != d.write {
		if readErr := d.read.Close(); err == nil {
			err = readErr
		}
	}
	return err
}
