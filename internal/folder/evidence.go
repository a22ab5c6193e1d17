package folder

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
)

// Evidence is more than its YAML file: the raw files lie beside it, in evidence/, and are read again.

func (f Folder) store() evidence.Store { return evidence.Store{Dir: filepath.Join(f.Data, "evidence")} }

func (f Folder) exportEvidence(ctx context.Context, r db.Reader) (any, error) {
	if err := os.MkdirAll(filepath.Join(f.Dir, "evidence"), 0o755); err != nil {
		return nil, err
	}
	if err := evidence.CopyRaw(ctx, r, f.store(), f.writeRaw); err != nil {
		return nil, err
	}
	return evidence.Export(ctx, r)
}

// writeRaw copies one raw file into the folder; paths are made by the evidence area, below evidence/.
func (f Folder) writeRaw(path string, raw io.Reader) error {
	file, err := os.Create(filepath.Join(f.Dir, filepath.FromSlash(path)))
	if err != nil {
		return err
	}
	_, err = io.Copy(file, raw)
	return errors.Join(err, file.Close())
}

func (f Folder) applyEvidence(ctx context.Context, tx *db.Tx, doc *document) ([]change.Change, error) {
	want := evidence.File{Store: f.store(), Open: f.openRaw}
	if err := doc.decode(&want); err != nil {
		return nil, err
	}
	return evidence.Apply(ctx, tx, want)
}

// openRaw opens a raw file below the folder; a path cannot leave it.
func (f Folder) openRaw(path string) (io.ReadCloser, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Open(filepath.FromSlash(path))
}
