package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"accordo.dev/internal/problem"
)

// Scan reads the columns of one row into pointers, as sql.Rows.Scan does.
type Scan func(dest ...any) error

// All runs a query and maps each row.
func All[T any](ctx context.Context, r Reader, scan func(Scan) (T, error), query string, args ...any) ([]T, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		one, err := scan(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// One maps the only row of a query; missing is the error when there is none.
func One[T any](ctx context.Context, r Reader, missing error, scan func(Scan) (T, error), query string, args ...any) (T, error) {
	all, err := All(ctx, r, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// Value reads a single value; the zero value when there is no row or it is null.
func Value[T any](ctx context.Context, r Reader, query string, args ...any) (T, error) {
	found, err := All(ctx, r, func(scan Scan) (sql.Null[T], error) {
		var v sql.Null[T]
		return v, scan(&v)
	}, query, args...)
	if err != nil || len(found) == 0 {
		var none T
		return none, err
	}
	return found[0].V, nil
}

// Column reads one column.
func Column[T any](ctx context.Context, r Reader, query string, args ...any) ([]T, error) {
	return All(ctx, r, func(scan Scan) (T, error) {
		var v T
		return v, scan(&v)
	}, query, args...)
}

// Micros is how an instant is kept: microseconds since 1970 UTC; the zero time is null.
func Micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// At scans an instant that Micros wrote into t; null leaves the zero time.
func At(t *time.Time) sql.Scanner { return (*instant)(t) }

type instant time.Time

func (i *instant) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*i = instant{}
	case int64:
		*i = instant(time.UnixMicro(v).UTC())
	default:
		return fmt.Errorf("instant from %T", value)
	}
	return nil
}

// InsertMany inserts rows as fast as the engine can: COPY on PostgreSQL, many rows a statement on SQLite.
// Table and column names come from code, never from input.
func (tx *Tx) InsertMany(ctx context.Context, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	for _, row := range rows {
		if err := keepable(row); err != nil {
			return err
		}
	}
	if tx.engine == Postgres {
		return tx.load(ctx, table, columns, rows)
	}
	return tx.insert(ctx, table, columns, rows)
}

// insert writes many rows a statement. SQLite looks named placeholders ($1) up one by one, which takes longer the
// more there are; so this statement, which PostgreSQL never sees, has plain ones, and is prepared once.
func (tx *Tx) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	per := min(len(rows), max(1, min(200, 30000/len(columns))))
	text := func(rows int) string {
		row := "(" + strings.Repeat("?,", len(columns)-1) + "?)"
		return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + strings.Repeat(row+",", rows-1) + row
	}
	stmt, err := tx.Prepare(ctx, text(per))
	if err != nil {
		return err
	}
	defer stmt.Close()
	args := make([]any, 0, per*len(columns))
	for ; len(rows) >= per; rows = rows[per:] {
		if _, err := stmt.ExecContext(ctx, flatten(args, rows[:per])...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err = tx.Exec(ctx, text(len(rows)), flatten(args, rows)...)
	return err
}

// keepable refuses texts that PostgreSQL cannot keep, on both engines: they are not UTF-8, or hold a NUL.
func keepable(values []any) error {
	for _, value := range values {
		var text string
		switch v := value.(type) {
		case nil, []byte, int, int64, float64, bool:
			continue
		case string:
			text = v
		default:
			kind := reflect.ValueOf(value)
			if kind.Kind() != reflect.String {
				continue
			}
			text = kind.String()
		}
		if strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
			return problem.New(problem.Invalid, "problem.text")
		}
	}
	return nil
}

func flatten(into []any, rows [][]any) []any {
	for _, row := range rows {
		into = append(into, row...)
	}
	return into
}

// Tuples writes "($1,$2),($3,$4)" for rows × columns placeholders.
func Tuples(rows, columns int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		for j := range columns {
			b.WriteByte(",("[btoi(j == 0)])
			b.WriteString("$" + strconv.Itoa(i*columns+j+1))
		}
		b.WriteByte(')')
	}
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// load copies rows and, after many, tells the planner: with the statistics of an empty table it would go
// through whole indexes for each row of what follows in the same transaction.
func (tx *Tx) load(ctx context.Context, table string, columns []string, rows [][]any) error {
	const many = 1000
	if err := tx.copy(ctx, table, columns, rows); err != nil || len(rows) < many {
		return err
	}
	_, err := tx.Exec(ctx, "ANALYZE "+table)
	return err
}

func (tx *Tx) copy(ctx context.Context, table string, columns []string, rows [][]any) error {
	return tx.conn.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("copy: not a PostgreSQL connection")
		}
		_, err := conn.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		if err != nil {
			return fmt.Errorf("copy into %s: %w", table, err)
		}
		return nil
	})
}

// ValidDay tells whether text is a calendar day as days are kept: 2026-11-25.
func ValidDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}
