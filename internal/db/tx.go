package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"accordo.dev/internal/ref"
)

// Reader is a consistent view of the database, with who looks and when. View and Tx are Readers.
type Reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Actor() Actor
	Now() time.Time
	Engine() Engine
}

// View is a read-only transaction.
type View struct{ session }

// Tx is a transaction that changes things. It ends with a commit when its function returns nil,
// and is rolled back otherwise.
type Tx struct {
	session
	conn    *sql.Conn
	touched []ref.Ref
	after   []func()
}

type session struct {
	tx     *sql.Tx
	actor  Actor
	now    time.Time
	engine Engine
}

func (s session) Actor() Actor   { return s.actor }
func (s session) Now() time.Time { return s.now }
func (s session) Engine() Engine { return s.engine }

func (s session) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := keepable(args); err != nil {
		return nil, err
	}
	rows, err := s.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return rows, nil
}

// View runs fn on a consistent snapshot.
func (d *DB) View(ctx context.Context, actor Actor, fn func(Reader) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if d.Engine == Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin view: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(&View{session{tx: tx, actor: actor, now: d.now(), engine: d.Engine}})
}

// Change runs fn in a transaction; an error or a panic rolls everything back. Changes run one after the other,
// on PostgreSQL too: what fn has read stays true until it commits, so a rule such as "two persons" that fn checks
// cannot be broken by a change beside it.
func (d *DB) Change(ctx context.Context, actor Actor, fn func(*Tx) error) (err error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer conn.Close()
	sqlTx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if rollback := sqlTx.Rollback(); err == nil && rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			err = fmt.Errorf("roll back: %w", rollback)
		}
	}()
	if d.Engine == Postgres { // the embedded engine has one writer anyway
		if _, err := sqlTx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", changeLock); err != nil {
			return fmt.Errorf("begin: %w", err)
		}
	}
	tx := &Tx{session: session{tx: sqlTx, actor: actor, now: d.now(), engine: d.Engine}, conn: conn}
	if err := fn(tx); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, do := range tx.after {
		do()
	}
	return nil
}

// changeLock is the number of the lock at which changes queue on PostgreSQL.
const changeLock = 0x6163636f72646f

// now is the clock, to the microsecond that both engines keep.
func (d *DB) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// Exec runs a statement and tells how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := keepable(args); err != nil {
		return 0, err
	}
	result, err := tx.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("exec: %w", err)
	}
	return result.RowsAffected()
}

// Prepare makes a statement that runs many times inside the transaction; the caller closes it.
func (tx *Tx) Prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	stmt, err := tx.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	return stmt, nil
}

// Touch notes that the transaction concerns an item; the record entry names it.
func (tx *Tx) Touch(refs ...ref.Ref) { tx.touched = append(tx.touched, refs...) }

// Touched lists the items noted so far.
func (tx *Tx) Touched() []ref.Ref { return tx.touched }

// AfterCommit runs fn once the change is durable; never when it is rolled back.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }
