package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
)

// history is a log of some size with its checkpoint at every size on the way.
type history struct {
	d      *db.DB
	key    record.Key
	points []record.Checkpoint // by size
}

func grow(t *testing.T, d *db.DB, size int) history {
	t.Helper()
	key, err := record.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := history{d: d, key: key}
	for n := range size + 1 {
		if n > 0 {
			fill(t, d, n-1, n)
		}
		dbtest.View(t, d, func(r db.Reader) error {
			point, err := key.Sign(context.Background(), r)
			h.points = append(h.points, point)
			return err
		})
	}
	return h
}

func (h history) view(t *rapid.T, fn func(context.Context, db.Reader) error) {
	if err := h.d.View(context.Background(), db.System("test"), func(r db.Reader) error { return fn(context.Background(), r) }); err != nil {
		t.Fatal(err)
	}
}

const sizes = 70 // past a whole tree of 64

func TestAnyGrowthIsProvenAndNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := grow(t, d, sizes)
		rapid.Check(t, func(t *rapid.T) {
			newSize := rapid.IntRange(0, sizes).Draw(t, "new")
			oldSize := rapid.IntRange(0, newSize).Draw(t, "old")
			older, newer := h.points[oldSize], h.points[newSize]
			var proof []string
			h.view(t, func(ctx context.Context, r db.Reader) (err error) {
				proof, err = record.ProveGrowth(ctx, r, older.Size, newer.Size)
				return err
			})
			if err := record.VerifyGrowth(proof, older, newer); err != nil {
				t.Fatalf("from %d to %d: got %v, want it proven", oldSize, newSize, err)
			}
			rewritten := older
			rewritten.Root[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
			if record.VerifyGrowth(proof, rewritten, newer) == nil {
				t.Fatalf("from %d to %d: another past was accepted", oldSize, newSize)
			}
			other := h.points[rapid.IntRange(1, sizes).Draw(t, "other")]
			if other.Size != older.Size && oldSize > 0 && record.VerifyGrowth(proof, other, newer) == nil {
				t.Fatalf("from %d to %d: the proof was accepted from %d", oldSize, newSize, other.Size)
			}
		})
	})
}

func TestAnyEntryIsProvenAtAnySizeAndOnlyAsItIs(t *testing.T) {
	d := dbtest.SQLite(t)
	h := grow(t, d, sizes)
	rapid.Check(t, func(t *rapid.T) {
		seq := rapid.Int64Range(0, sizes-1).Draw(t, "entry")
		var proof record.Inclusion
		h.view(t, func(ctx context.Context, r db.Reader) (err error) {
			proof, err = h.key.Prove(ctx, r, seq)
			return err
		})
		entry, err := proof.Verify(h.key.Public)
		if err != nil || entry.Seq != seq || entry.Operation != "test.touch" {
			t.Fatalf("got %+v, %v, want entry %d", entry, err, seq)
		}
		for what, bad := range spoiled(t, proof, h) {
			if _, err := bad.Verify(h.key.Public); err == nil {
				t.Fatalf("entry %d with %s was accepted", seq, what)
			}
		}
	})
}

func spoiled(t *rapid.T, proof record.Inclusion, h history) map[string]record.Inclusion {
	at := rapid.IntRange(0, len(proof.Entry)-1).Draw(t, "at")
	text := []byte(proof.Entry)
	text[at] ^= 1
	entry, seq, early, short, long := proof, proof, proof, proof, proof
	entry.Entry = string(text)
	seq.Seq = rapid.Int64Range(-2, sizes+2).Filter(func(n int64) bool { return n != proof.Seq }).Draw(t, "seq")
	early.Checkpoint = h.points[rapid.IntRange(0, sizes-1).Draw(t, "size")].Note
	short.Path = proof.Path[1:]
	long.Path = append([]string{proof.Path[0]}, proof.Path...)
	return map[string]record.Inclusion{"a changed entry": entry, "another number": seq, "another checkpoint": early, "a short path": short, "a long path": long}
}

func TestProofOfAnotherLogIsRefused(t *testing.T) {
	h := grow(t, dbtest.SQLite(t), 3)
	other, err := record.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dbtest.View(t, h.d, func(r db.Reader) error {
		proof, err := h.key.Prove(context.Background(), r, 1)
		if _, wrong := proof.Verify(other.Public); wrong == nil {
			t.Error("a proof was accepted under another key")
		}
		_, missing := h.key.Prove(context.Background(), r, 3)
		if !problem.Is(missing, problem.NotFound) {
			t.Errorf("got %v, want not found", missing)
		}
		return err
	})
}

func TestCopyOfAnotherKeyIsRefusedWhenTheKeyIsKnown(t *testing.T) {
	h := grow(t, dbtest.SQLite(t), 2)
	other, err := record.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	dbtest.View(t, h.d, func(r db.Reader) error { return h.key.WriteCopy(context.Background(), r, &out) })
	if _, err := record.VerifyCopy(bytes.NewReader(out.Bytes()), other.Public); !problem.Is(err, problem.Invalid) {
		t.Errorf("got %v, want a problem", err)
	}
	lines := strings.SplitAfter(out.String(), "\n")
	for what, text := range map[string]string{
		"nothing": "", "no head": strings.Join(lines[1:], ""), "the last entry gone": strings.Join(lines[:2], ""),
		"an entry twice": out.String() + lines[2], "entries swapped": lines[0] + lines[2] + lines[1],
	} {
		if _, err := record.VerifyCopy(strings.NewReader(text), h.key.Public); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: got %v, want a problem", what, err)
		}
	}
}

func TestChangedEntryInTheDatabaseIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := grow(t, d, 5)
		verify := func() (err error) {
			return d.View(context.Background(), db.System("test"), func(r db.Reader) error {
				_, err := h.key.VerifyDatabase(context.Background(), r)
				return err
			})
		}
		if err := verify(); err != nil {
			t.Fatalf("got %v, want it whole", err)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `UPDATE record_entry SET body = REPLACE(body, '{"n":2}', '{"n":9}') WHERE seq = 2`)
			return err
		})
		if err := verify(); !problem.Is(err, problem.Invalid) {
			t.Errorf("got %v, want a problem", err)
		}
	})
}

func TestEntriesWrittenTogetherHaveNoGaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				_ = d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error {
					if _, err := record.Append(context.Background(), tx, "test.touch", json.RawMessage(fmt.Sprint(i))); err != nil || i%4 > 0 {
						return err
					}
					return fmt.Errorf("rolled back")
				})
			})
		}
		all.Wait()
		dbtest.View(t, d, func(r db.Reader) error {
			page, err := record.List(context.Background(), r, record.Filter{Page: db.Page{Limit: db.Unlimited, Sort: "seq"}})
			for i, e := range page.Items {
				if e.Seq != int64(i) {
					t.Errorf("got entry %d at place %d", e.Seq, i)
				}
			}
			if len(page.Items) != 15 {
				t.Errorf("got %d entries, want 15", len(page.Items))
			}
			return err
		})
	})
}

func TestProgramsThatStartTogetherShareOneKey(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	keys := make(chan string, 20)
	for range cap(keys) {
		all.Go(func() {
			key, err := record.LoadKey(dir)
			if err != nil {
				t.Error(err)
			}
			keys <- key.Public
		})
	}
	all.Wait()
	close(keys)
	again, err := record.LoadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	for key := range keys {
		if key != again.Public {
			t.Errorf("got %s, want %s", key, again.Public)
		}
	}
}
