package record

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
)

// A copy of the record is a text file: a first line with the public key and the signed checkpoint,
// then one line an entry, exactly as hashed. WriteCopy makes it, VerifyCopy needs nothing but it.

type copyHead struct {
	Public     string `json:"publicKey"`
	Checkpoint string `json:"checkpoint"`
}

// WriteCopy writes the whole log.
func (k Key) WriteCopy(ctx context.Context, r db.Reader, w io.Writer) error {
	checkpoint, err := k.Sign(ctx, r)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := json.NewEncoder(out).Encode(copyHead{Public: k.Public, Checkpoint: checkpoint.Note}); err != nil {
		return fmt.Errorf("copy of the record: %w", err)
	}
	rows, err := r.Query(ctx, "SELECT body FROM record_entry ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return fmt.Errorf("copy of the record: %w", err)
		}
		if _, err := out.WriteString(body + "\n"); err != nil {
			return fmt.Errorf("copy of the record: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return out.Flush()
}

// Verified is what a verification found.
type Verified struct {
	Size   int64  `json:"size"`
	Root   string `json:"root"` // base64
	Public string `json:"publicKey"`
}

// VerifyCopy reads a copy, recomputes its tree and compares it with the signed checkpoint. When public
// is not empty, the copy must be signed by that key. The first damaged line is named where it can be.
func VerifyCopy(in io.Reader, public string) (Verified, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), 16<<20)
	if !lines.Scan() {
		return Verified{}, problem.New(problem.Invalid, "record.error.copy-empty")
	}
	head, err := readHead(lines.Bytes())
	if err != nil || public != "" && head.Public != public {
		return Verified{}, problem.New(problem.Invalid, "record.error.copy-head").At(problem.Source{Line: 1})
	}
	checkpoint, err := OpenCheckpoint(head.Checkpoint, head.Public)
	if err != nil {
		return Verified{}, problem.New(problem.Invalid, "record.error.copy-signature").At(problem.Source{Line: 1})
	}
	var tree memoryTree
	for lines.Scan() {
		if err := tree.add(lines.Bytes()); err != nil {
			return Verified{}, err
		}
	}
	if err := lines.Err(); err != nil {
		return Verified{}, fmt.Errorf("copy of the record: %w", err)
	}
	return tree.compare(checkpoint, head.Public)
}

// readHead reads the first line, which must be written exactly as WriteCopy writes it.
func readHead(line []byte) (copyHead, error) {
	var head copyHead
	if err := json.Unmarshal(line, &head); err != nil {
		return head, err
	}
	again, err := json.Marshal(head)
	if err == nil && !bytes.Equal(again, line) {
		err = fmt.Errorf("first line is not as written")
	}
	return head, err
}

// VerifyDatabase recomputes the tree from the entries of a database, not trusting the stored hashes,
// and compares it with them.
func (k Key) VerifyDatabase(ctx context.Context, r db.Reader) (Verified, error) {
	var tree memoryTree
	rows, err := r.Query(ctx, "SELECT body FROM record_entry ORDER BY seq")
	if err != nil {
		return Verified{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return Verified{}, fmt.Errorf("verify record: %w", err)
		}
		if err := tree.add([]byte(body)); err != nil {
			return Verified{}, err
		}
	}
	if err := rows.Err(); err != nil {
		return Verified{}, err
	}
	checkpoint, err := k.Sign(ctx, r)
	if err != nil {
		return Verified{}, err
	}
	return tree.compare(checkpoint, k.Public)
}

// memoryTree computes a tree in memory: about 64 bytes an entry.
type memoryTree struct {
	hashes []tlog.Hash
	size   int64
}

func (t *memoryTree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("hash %d is missing", index)
		}
		out[i] = t.hashes[index]
	}
	return out, nil
}

func (t *memoryTree) add(body []byte) error {
	var entry Entry
	if err := json.Unmarshal(body, &entry); err != nil || entry.Seq != t.size {
		return problem.New(problem.Invalid, "record.error.entry-damaged", "n", t.size).At(problem.Source{Record: int(t.size) + 1})
	}
	hashes, err := tlog.StoredHashesForRecordHash(t.size, tlog.RecordHash(body), t)
	if err != nil {
		return fmt.Errorf("verify record: %w", err)
	}
	t.hashes = append(t.hashes, hashes...)
	t.size++
	return nil
}

func (t *memoryTree) compare(c Checkpoint, public string) (Verified, error) {
	if t.size != c.Size {
		return Verified{}, problem.New(problem.Invalid, "record.error.size", "found", t.size, "signed", c.Size)
	}
	var root tlog.Hash
	if t.size > 0 {
		var err error
		if root, err = tlog.TreeHash(t.size, t); err != nil {
			return Verified{}, fmt.Errorf("verify record: %w", err)
		}
	}
	if root != c.Root {
		return Verified{}, problem.New(problem.Invalid, "record.error.root", "found", root.String(), "signed", c.Root.String())
	}
	return Verified{Size: t.size, Root: root.String(), Public: public}, nil
}
