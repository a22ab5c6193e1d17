// Package record is the append-only log of everything that changed: who did what to which items,
// when, with which input. Each entry is a leaf of a Merkle tree (RFC 6962, golang.org/x/mod/sumdb/tlog)
// and is written in the transaction of the change itself, so there is no change without its entry.
// Signed checkpoints let anybody verify a copy offline.
package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"accordo.dev/internal/db"
	"accordo.dev/internal/ref"
)

// Entry is one change. Its JSON, exactly as stored, is the leaf of the tree.
type Entry struct {
	Seq       int64           `json:"seq"` // 0-based place in the log
	At        time.Time       `json:"at"`
	Actor     ref.Ref         `json:"actor"`
	ActorName string          `json:"actorName"`
	Operation string          `json:"operation"`
	Refs      []ref.Ref       `json:"refs,omitempty"`
	Input     json.RawMessage `json:"input,omitempty"` // without secrets
}

// Append adds an entry for the transaction: its actor, its time, the items it touched.
// Writers queue at the head row, so that numbers have no gaps on either engine.
func Append(ctx context.Context, tx *db.Tx, operation string, input json.RawMessage) (Entry, error) {
	seq, err := db.Value[int64](ctx, tx, "UPDATE record_head SET size = size + 1 WHERE id = 1 RETURNING size - 1")
	if err != nil {
		return Entry{}, err
	}
	actor := tx.Actor()
	entry := Entry{
		Seq: seq, At: tx.Now(), Actor: actor.Ref, ActorName: actor.Name,
		Operation: operation, Refs: unique(tx.Touched()), Input: input,
	}
	body, err := json.Marshal(entry)
	if err != nil {
		return Entry{}, fmt.Errorf("record: %w", err)
	}
	if err := store(ctx, tx, entry, body); err != nil {
		return Entry{}, err
	}
	return entry, storeHashes(ctx, tx, seq, tlog.RecordHash(body))
}

func store(ctx context.Context, tx *db.Tx, e Entry, body []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO record_entry (seq, at, actor, actor_name, operation, body) VALUES ($1, $2, $3, $4, $5, $6)`,
		e.Seq, db.Micros(e.At), e.Actor, e.ActorName, e.Operation, string(body))
	if err != nil {
		return err
	}
	rows := make([][]any, 0, len(e.Refs))
	for _, item := range e.Refs {
		rows = append(rows, []any{string(item), e.Seq})
	}
	return tx.InsertMany(ctx, "record_ref", []string{"ref", "seq"}, rows)
}

func storeHashes(ctx context.Context, tx *db.Tx, seq int64, leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(seq, leaf, hashReader(ctx, tx))
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	first := tlog.StoredHashIndex(0, seq)
	rows := make([][]any, 0, len(hashes))
	for i, hash := range hashes {
		rows = append(rows, []any{first + int64(i), hash[:]})
	}
	return tx.InsertMany(ctx, "record_hash", []string{"idx", "hash"}, rows)
}

// hashReader reads stored hashes of the tree by their index.
func hashReader(ctx context.Context, r db.Reader) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make(map[int64]tlog.Hash, len(indexes))
		for start := 0; start < len(indexes); start += 500 {
			part := indexes[start:min(start+500, len(indexes))]
			if err := readHashes(ctx, r, part, found); err != nil {
				return nil, err
			}
		}
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hash, ok := found[index]
			if !ok {
				return nil, fmt.Errorf("record: hash %d is missing", index)
			}
			hashes[i] = hash
		}
		return hashes, nil
	})
}

func readHashes(ctx context.Context, r db.Reader, indexes []int64, into map[int64]tlog.Hash) error {
	args := make([]any, len(indexes))
	for i, index := range indexes {
		args[i] = index
	}
	type row struct {
		index int64
		hash  []byte
	}
	rows, err := db.All(ctx, r, func(scan db.Scan) (row, error) {
		var one row
		return one, scan(&one.index, &one.hash)
	}, "SELECT idx, hash FROM record_hash WHERE idx IN "+db.Tuples(1, len(indexes)), args...)
	for _, one := range rows {
		var hash tlog.Hash
		copy(hash[:], one.hash)
		into[one.index] = hash
	}
	return err
}

// Size is how many entries the log holds.
func Size(ctx context.Context, r db.Reader) (int64, error) {
	return db.Value[int64](ctx, r, "SELECT size FROM record_head WHERE id = 1")
}

// Root is the hash of the whole tree of that size.
func Root(ctx context.Context, r db.Reader, size int64) (tlog.Hash, error) {
	if size == 0 {
		return tlog.Hash{}, nil
	}
	return tlog.TreeHash(size, hashReader(ctx, r))
}

// Filter narrows the list of entries.
type Filter struct {
	db.Page
	Ref       string `query:"ref" doc:"only entries that concern this item (kind:id)"`
	Actor     string `query:"actor" doc:"only entries of this person (kind:id)"`
	Operation string `query:"operation" doc:"only operations that begin with this"`
}

// List gives entries, the newest first unless told otherwise.
func List(ctx context.Context, r db.Reader, f Filter) (db.PageOf[Entry], error) {
	b := listQuery(f)
	sorts := db.Sorts{By: map[string]string{"seq": "e.seq", "operation": "e.operation", "actor": "e.actor_name"}, Key: "e.seq", Default: "-seq"}
	return db.Paged(ctx, r, b, f.Page, sorts, ScanEntry)
}

// ByRef gives the last entries that concern an item, the newest first.
func ByRef(ctx context.Context, r db.Reader, item ref.Ref, limit int) ([]Entry, error) {
	return db.All(ctx, r, ScanEntry, `SELECT e.body FROM record_entry e JOIN record_ref f ON f.seq = e.seq
		WHERE f.ref = $1 ORDER BY e.seq DESC LIMIT $2`, string(item), limit)
}

// ScanEntry reads an entry from its column body.
func ScanEntry(scan db.Scan) (Entry, error) {
	var body string
	var e Entry
	if err := scan(&body); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(body), &e)
}

func unique(refs []ref.Ref) []ref.Ref {
	seen := map[ref.Ref]bool{}
	kept := []ref.Ref{}
	for _, r := range refs {
		if !seen[r] && strings.Contains(string(r), ":") {
			seen[r] = true
			kept = append(kept, r)
		}
	}
	return kept
}
