package record

import (
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
)

// Inclusion proves that an entry stands in the log of a signed checkpoint. It needs nothing else to
// be verified: the entry's bytes, the path of hashes, the checkpoint.
type Inclusion struct {
	Seq        int64    `json:"seq"`
	Entry      string   `json:"entry"` // the JSON exactly as hashed
	Path       []string `json:"path"`  // base64 hashes, leaf side first
	Checkpoint string   `json:"checkpoint"`
}

// Prove makes the inclusion proof of entry seq in the log as it is now.
func (k Key) Prove(ctx context.Context, r db.Reader, seq int64) (Inclusion, error) {
	missing := problem.New(problem.NotFound, "record.error.no-entry", "n", seq)
	body, err := db.One(ctx, r, missing, func(scan db.Scan) (string, error) {
		var body string
		return body, scan(&body)
	}, "SELECT body FROM record_entry WHERE seq = $1", seq)
	if err != nil {
		return Inclusion{}, err
	}
	checkpoint, err := k.Sign(ctx, r)
	if err != nil {
		return Inclusion{}, err
	}
	path, err := tlog.ProveRecord(checkpoint.Size, seq, hashReader(ctx, r))
	if err != nil {
		return Inclusion{}, fmt.Errorf("prove entry %d: %w", seq, err)
	}
	return Inclusion{Seq: seq, Entry: body, Path: formatHashes(path), Checkpoint: checkpoint.Note}, nil
}

// Verify checks the proof offline against the public key of the log and returns the entry.
func (p Inclusion) Verify(public string) (Entry, error) {
	checkpoint, err := OpenCheckpoint(p.Checkpoint, public)
	if err != nil {
		return Entry{}, err
	}
	path, err := parseHashes(p.Path)
	if err != nil {
		return Entry{}, err
	}
	if p.Seq < 0 || p.Seq >= checkpoint.Size {
		return Entry{}, fmt.Errorf("entry %d: outside the checkpoint", p.Seq)
	}
	if err := tlog.CheckRecord(path, checkpoint.Size, checkpoint.Root, p.Seq, tlog.RecordHash([]byte(p.Entry))); err != nil {
		return Entry{}, fmt.Errorf("entry %d: %w", p.Seq, err)
	}
	var entry Entry
	if err := json.Unmarshal([]byte(p.Entry), &entry); err != nil {
		return Entry{}, fmt.Errorf("entry %d: %w", p.Seq, err)
	}
	if entry.Seq != p.Seq {
		return Entry{}, fmt.Errorf("entry %d: says it is %d", p.Seq, entry.Seq)
	}
	return entry, nil
}

// ProveGrowth proves that the log of newSize begins with the log of oldSize: nothing was rewritten.
// An empty log is the beginning of any; that needs no hashes.
func ProveGrowth(ctx context.Context, r db.Reader, oldSize, newSize int64) ([]string, error) {
	if oldSize == 0 && newSize >= 0 {
		return []string{}, nil
	}
	path, err := tlog.ProveTree(newSize, oldSize, hashReader(ctx, r))
	if err != nil {
		return nil, fmt.Errorf("prove growth: %w", err)
	}
	return formatHashes(path), nil
}

// VerifyGrowth checks a proof of ProveGrowth against two checkpoints.
func VerifyGrowth(proof []string, older, newer Checkpoint) error {
	path, err := parseHashes(proof)
	if err != nil {
		return err
	}
	if older.Size == 0 && newer.Size >= 0 && len(path) == 0 && older.Root == (tlog.Hash{}) {
		return nil
	}
	return tlog.CheckTree(path, newer.Size, newer.Root, older.Size, older.Root)
}

func formatHashes(hashes []tlog.Hash) []string {
	texts := make([]string, len(hashes))
	for i, hash := range hashes {
		texts[i] = hash.String()
	}
	return texts
}

func parseHashes(texts []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return nil, fmt.Errorf("hash %d: %w", i, err)
		}
		hashes[i] = hash
	}
	return hashes, nil
}
