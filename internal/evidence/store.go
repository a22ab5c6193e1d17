package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Store keeps the raw bytes of evidence, each file under the hash of its content: <dir>/<aa>/<sha256>.
// Putting the same bytes twice leaves one file; a file is never changed.
type Store struct{ Dir string }

// Put copies bytes into the store and tells their hash and size. The file is durable when Put returns, so
// that a transaction that names it may commit afterwards.
func (s Store) Put(r io.Reader) (sum string, size int64, err error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return "", 0, fmt.Errorf("evidence store: %w", err)
	}
	temp, err := os.CreateTemp(s.Dir, "incoming-*")
	if err != nil {
		return "", 0, fmt.Errorf("evidence store: %w", err)
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // renamed away when all went well
	defer temp.Close()
	hash := sha256.New()
	if size, err = io.Copy(io.MultiWriter(temp, hash), r); err != nil {
		return "", 0, fmt.Errorf("evidence store: %w", err)
	}
	sum = hex.EncodeToString(hash.Sum(nil))
	return sum, size, s.settle(temp, sum)
}

// settle gives a written file its name.
func (s Store) settle(temp *os.File, sum string) error {
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("evidence store: %w", err)
	}
	path := s.path(sum)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("evidence store: %w", err)
	}
	if _, err := os.Stat(path); err == nil {
		return nil // the same bytes are there
	}
	if err := errors.Join(os.Rename(temp.Name(), path), os.Chmod(path, 0o400)); err != nil {
		return fmt.Errorf("evidence store: %w", err)
	}
	return nil
}

// Open reads stored bytes.
func (s Store) Open(sum string) (*os.File, error) {
	if len(sum) != 2*sha256.Size {
		return nil, problem.New(problem.NotFound, "problem.not-found", "what", sum)
	}
	if _, err := hex.DecodeString(sum); err != nil {
		return nil, problem.New(problem.NotFound, "problem.not-found", "what", sum)
	}
	file, err := os.Open(s.path(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem.New(problem.NotFound, "evidence.error.raw-missing", "sha256", sum)
	}
	return file, err
}

func (s Store) path(sum string) string { return filepath.Join(s.Dir, sum[:2], sum) }

// Damage is a raw file that is missing or does not have the bytes that were loaded.
type Damage struct {
	File string `json:"file"` // id of the evidence file
	Name string `json:"name"`
	Want string `json:"want"` // the hash under which it was loaded
	Got  string `json:"got"`  // the hash of what is there; empty: missing
}

// VerifyStore reads every raw file again and lists those that differ from what was loaded.
func VerifyStore(ctx context.Context, r db.Reader, s Store) ([]Damage, error) {
	files, err := db.All(ctx, r, scanFile, "SELECT "+fileColumns+" FROM evidence_file ORDER BY loaded_at, id")
	if err != nil {
		return nil, err
	}
	var damaged []Damage
	for _, f := range files {
		got, err := s.hash(f.SHA256)
		if err != nil {
			return nil, err
		}
		if got != f.SHA256 {
			damaged = append(damaged, Damage{File: f.ID, Name: f.Name, Want: f.SHA256, Got: got})
		}
	}
	return damaged, nil
}

// ErrDamaged says that raw files are not as they were loaded.
var ErrDamaged = problem.New(problem.Conflict, "evidence.error.damaged")

// OpVerify is VerifyStore as an operation.
var OpVerify = op.Query[Store, []Damage]{Name: "evidence.verify", Func: VerifyStore}

func (s Store) hash(sum string) (string, error) {
	file, err := s.Open(sum)
	if problem.Is(err, problem.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("evidence store: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
