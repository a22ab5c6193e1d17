// Package browse declares the operations with which people and programs read the record: its entries,
// their proofs, its signed checkpoint and a copy of the whole. Package record itself stands below the
// operations and cannot.
package browse

import (
	"context"
	"io"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
)

// OpList lists entries.
var OpList = op.Query[record.Filter, db.PageOf[record.Entry]]{Name: "record.list", Route: "GET /api/record/entries", Func: record.List}

// EntryIn names an entry.
type EntryIn struct {
	Seq int64 `path:"seq" json:"seq" minimum:"0" doc:"0-based place in the log"`
}

// Get reads one entry.
func Get(ctx context.Context, r db.Reader, in EntryIn) (record.Entry, error) {
	missing := problem.New(problem.NotFound, "record.error.no-entry", "n", in.Seq)
	return db.One(ctx, r, missing, record.ScanEntry, "SELECT body FROM record_entry WHERE seq = $1", in.Seq)
}

// OpGet reads one entry.
var OpGet = op.Query[EntryIn, record.Entry]{Name: "record.get", Route: "GET /api/record/entries/{seq}", Func: Get}

// OpProve proves that an entry stands in the log; key signs the checkpoint in the proof.
func OpProve(key record.Key) op.Query[EntryIn, record.Inclusion] {
	return op.Query[EntryIn, record.Inclusion]{
		Name: "record.prove", Route: "GET /api/record/entries/{seq}/proof",
		Func: func(ctx context.Context, r db.Reader, in EntryIn) (record.Inclusion, error) {
			return key.Prove(ctx, r, in.Seq)
		},
	}
}

// Checkpoint is the signed state of the log with the key that a verifier needs.
type Checkpoint struct {
	Size   int64  `json:"size"`
	Root   string `json:"root"` // base64
	Note   string `json:"note"` // signed, as golang.org/x/mod/sumdb/note writes it
	Public string `json:"publicKey"`
}

// OpCheckpoint signs the log as it is now.
func OpCheckpoint(key record.Key) op.Query[struct{}, Checkpoint] {
	return op.Query[struct{}, Checkpoint]{
		Name: "record.checkpoint", Route: "GET /api/record/checkpoint",
		Func: func(ctx context.Context, r db.Reader, _ struct{}) (Checkpoint, error) {
			c, err := key.Sign(ctx, r)
			return Checkpoint{Size: c.Size, Root: c.Root.String(), Note: c.Note, Public: key.Public}, err
		},
	}
}

// OpCopy writes the whole log to w, for verification offline.
func OpCopy(key record.Key, w io.Writer) op.Query[struct{}, struct{}] {
	return op.Query[struct{}, struct{}]{
		Name: "record.copy",
		Func: func(ctx context.Context, r db.Reader, _ struct{}) (struct{}, error) {
			return struct{}{}, key.WriteCopy(ctx, r, w)
		},
	}
}
