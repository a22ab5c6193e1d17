package db_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
)

type thing struct {
	name   string
	size   int64
	weight float64
	data   []byte
}

func scanThing(s db.Scan) (one thing, err error) {
	return one, s(&one.name, &one.size, &one.weight, &one.data)
}

func TestManyRowsArriveWholeOnBothEngines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		total := 0
		for _, n := range []int{0, 1, 199, 200, 201, 1003} {
			rows := make([][]any, n)
			for i := range rows {
				id := fmt.Sprint(total + i)
				rows[i] = []any{id, "è " + id, int64(i) << 40, float64(i) / 3, []byte{byte(i), 0, 255}}
			}
			dbtest.Change(t, d, func(tx *db.Tx) error {
				return tx.InsertMany(ctx, "thing", []string{"id", "name", "size", "weight", "data"}, rows)
			})
			total += n
			if got := count(t, d); got != total {
				t.Errorf("got %d rows after %d more, want %d", got, n, total)
			}
		}
		dbtest.View(t, d, func(r db.Reader) error {
			got, err := db.One(ctx, r, errors.New("missing"), scanThing, "SELECT name, size, weight, data FROM thing WHERE id = $1", fmt.Sprint(total-1))
			if got.name != "è "+fmt.Sprint(total-1) || got.size != 1002<<40 || got.weight != 334 || !bytes.Equal(got.data, []byte{1002 & 255, 0, 255}) {
				t.Errorf("got %+v, want the last row as it was given", got)
			}
			return err
		})
	})
}

func TestManyRowsWithOneTwiceWriteNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		err := d.Change(ctx, self, func(tx *db.Tx) error {
			return tx.InsertMany(ctx, "thing", []string{"id", "name", "size", "weight"}, [][]any{{"a", "a", 1, 1.0}, {"a", "b", 1, 1.0}})
		})
		if got := count(t, d); err == nil || got != 0 {
			t.Errorf("got %v and %d rows, want an error and none", err, got)
		}
	})
}

func TestMissingRowIsTheErrorOfOneAndTheZeroOfValue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		things(t, d)
		missing := errors.New("missing")
		dbtest.View(t, d, func(r db.Reader) error {
			_, err := db.One(ctx, r, missing, func(s db.Scan) (id string, err error) { return id, s(&id) }, "SELECT id FROM thing")
			if !errors.Is(err, missing) {
				t.Errorf("got %v, want %v", err, missing)
			}
			if got, err := db.Value[string](ctx, r, "SELECT id FROM thing"); got != "" || err != nil {
				t.Errorf("got %q, %v, want nothing", got, err)
			}
			if got, err := db.Value[int64](ctx, r, "SELECT MAX(size) FROM thing"); got != 0 || err != nil {
				t.Errorf("got %v, %v, want 0 for null", got, err)
			}
			got, err := db.Column[string](ctx, r, "SELECT id FROM thing")
			if len(got) != 0 || got == nil {
				t.Errorf("got %v, want an empty list", got)
			}
			return err
		})
	})
}

func TestInstantComesBackToTheMicrosecondAndUnsetStaysUnset(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, want := range []time.Time{{}, dbtest.Now.Add(123456 * time.Microsecond), time.Date(1969, 7, 20, 20, 17, 40, 0, time.UTC)} {
			dbtest.View(t, d, func(r db.Reader) error {
				got, err := db.One(ctx, r, nil, func(s db.Scan) (at time.Time, err error) { return at, s(db.At(&at)) }, "SELECT CAST($1 AS BIGINT)", db.Micros(want))
				if !got.Equal(want) {
					t.Errorf("got %v, want %v", got, want)
				}
				return err
			})
		}
	})
}

func TestPlaceholdersAreNumberedRowByRow(t *testing.T) {
	if got, want := db.Tuples(2, 3), "($1,$2,$3),($4,$5,$6)"; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDayIsWrittenInFull(t *testing.T) {
	for text, want := range map[string]bool{"2026-11-25": true, "2026-02-29": false, "2024-02-29": true, "2026-1-5": false, "25/11/2026": false, "": false, "2026-11-25T00:00:00Z": false} {
		if got := db.ValidDay(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
