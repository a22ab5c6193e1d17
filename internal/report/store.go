package report

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"accordo.dev/internal/problem"
)

// Store keeps the bytes of reports, each file under the hash of its content: <dir>/<aa>/<sha256>. A
// file is never changed: a signed PDF is a new file beside the frozen one.
type Store struct{ Dir string }

// StoreIn is the store of an installation's data folder.
func StoreIn(data string) Store { return Store{Dir: filepath.Join(data, "reports")} }

// Put writes bytes and gives their hash. They are durable when it returns, so that a transaction that
// names them may commit afterwards.
func (s Store) Put(data []byte) (string, error) {
	sum := hashOf(data)
	path := s.path(sum)
	if _, err := os.Stat(path); err == nil {
		return sum, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("report store: %w", err)
	}
	temp, err := os.CreateTemp(s.Dir, "incoming-*")
	if err != nil {
		return "", fmt.Errorf("report store: %w", err)
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // renamed away when all went well
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return "", fmt.Errorf("report store: %w", err)
	}
	if err := errors.Join(os.Rename(temp.Name(), path), os.Chmod(path, 0o400)); err != nil {
		return "", fmt.Errorf("report store: %w", err)
	}
	return sum, nil
}

// Get reads the bytes of a hash; damaged ones are refused.
func (s Store) Get(sum string) ([]byte, error) {
	if _, err := hex.DecodeString(sum); err != nil || len(sum) != 64 {
		return nil, problem.New(problem.NotFound, "problem.not-found", "what", sum)
	}
	data, err := os.ReadFile(s.path(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem.New(problem.NotFound, "report.error.file-missing", "sha256", sum)
	}
	if err != nil {
		return nil, fmt.Errorf("report store: %w", err)
	}
	if hashOf(data) != sum {
		return nil, problem.New(problem.Conflict, "report.error.file-damaged", "sha256", sum)
	}
	return data, nil
}

func (s Store) path(sum string) string { return filepath.Join(s.Dir, sum[:2], sum) }
