package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/record"
	"accordo.dev/internal/ref"
)

func fill(t *testing.T, d *db.DB, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		dbtest.Change(t, d, func(tx *db.Tx) error {
			tx.Touch(ref.New("thing", fmt.Sprint(i%3)))
			_, err := record.Append(context.Background(), tx, "test.touch", json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)))
			return err
		})
	}
}

func TestEveryEntryIsProvenAndGrowthToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		key, err := record.LoadKey(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		fill(t, d, 0, 7)
		var older, newer record.Checkpoint
		dbtest.View(t, d, func(r db.Reader) error { older, err = key.Sign(ctx, r); return err })
		fill(t, d, 7, 13)
		dbtest.View(t, d, func(r db.Reader) error {
			if newer, err = key.Sign(ctx, r); err != nil {
				return err
			}
			for seq := range int64(13) {
				proof, err := key.Prove(ctx, r, seq)
				if err != nil {
					return err
				}
				if _, err := proof.Verify(key.Public); err != nil {
					t.Errorf("entry %d: %v", seq, err)
				}
				proof.Entry = proof.Entry[:len(proof.Entry)-1] + " }"
				if _, err := proof.Verify(key.Public); err == nil {
					t.Errorf("entry %d: a changed entry was accepted", seq)
				}
			}
			growth, err := record.ProveGrowth(ctx, r, older.Size, newer.Size)
			if err != nil {
				return err
			}
			if err := record.VerifyGrowth(growth, older, newer); err != nil {
				t.Errorf("growth: %v", err)
			}
			older.Root[0] ^= 1
			if record.VerifyGrowth(growth, older, newer) == nil {
				t.Error("a rewritten past was accepted")
			}
			return nil
		})
	})
}

func TestCopyIsVerifiedOfflineAndOneChangedByteIsFound(t *testing.T) {
	d := dbtest.SQLite(t)
	key, err := record.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, d, 0, 9)
	var out bytes.Buffer
	dbtest.View(t, d, func(r db.Reader) error { return key.WriteCopy(context.Background(), r, &out) })
	got, err := record.VerifyCopy(bytes.NewReader(out.Bytes()), key.Public)
	if err != nil || got.Size != 9 {
		t.Fatalf("got %v, %v, want 9 entries", got, err)
	}
	for i := range out.Bytes() {
		damaged := bytes.Clone(out.Bytes())
		damaged[i] ^= 1
		if _, err := record.VerifyCopy(bytes.NewReader(damaged), key.Public); err == nil {
			t.Fatalf("a changed byte at %d (%q) was accepted", i, out.Bytes()[max(0, i-20):i+1])
		}
	}
}

func TestRolledBackChangeLeavesNoEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		fill(t, d, 0, 2)
		_ = d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
			if _, err := record.Append(ctx, tx, "test.fail", nil); err != nil {
				return err
			}
			return fmt.Errorf("no")
		})
		fill(t, d, 2, 3)
		dbtest.View(t, d, func(r db.Reader) error {
			page, err := record.List(ctx, r, record.Filter{Page: db.Page{Limit: 2}})
			if err != nil {
				return err
			}
			if page.Total != 3 || page.Items[0].Seq != 2 || page.Next == "" {
				t.Errorf("got total %d, first %d, next %q, want 3, 2 and a next page", page.Total, page.Items[0].Seq, page.Next)
			}
			rest, err := record.List(ctx, r, record.Filter{Page: db.Page{Limit: 2, After: page.Next}})
			if err != nil {
				return err
			}
			if len(rest.Items) != 1 || rest.Items[0].Seq != 0 {
				t.Errorf("got %v, want the first entry alone", rest.Items)
			}
			return nil
		})
	})
}
