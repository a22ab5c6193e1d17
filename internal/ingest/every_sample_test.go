package ingest_test

import (
	"io/fs"
	"path/filepath"
	"testing"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
)

// A file given to the wrong reader is the commonest mistake. Every reader must answer with a problem, say little
// of the file, and not panic.
func TestEverySampleGivenToEveryReaderIsReadOrRefused(t *testing.T) {
	readers := map[string]func(*ingest.Source) error{
		"trivy": func(s *ingest.Source) error { _, _, err := readTrivy(t, s, ingest.TrivyOptions{}); return err },
		"kev":   func(s *ingest.Source) error { _, _, err := readKEV(t, s); return err },
		"incidents": func(s *ingest.Source) error {
			_, _, err := readIncidents(t, s, ingest.DateOptions{})
			return err
		},
		"availability": func(s *ingest.Source) error {
			_, _, err := readAvailability(t, s, ingest.DateOptions{})
			return err
		},
		"prometheus":  func(s *ingest.Source) error { _, _, err := prometheus(t, s, jobs); return err },
		"elements":    func(s *ingest.Source) error { _, err := readElements(t, s, ingest.DateOptions{}); return err },
		"connections": func(s *ingest.Source) error { _, err := readConnections(t, s); return err },
		"archimate": func(s *ingest.Source) error {
			_, err := ingest.ReadArchiMate([]*ingest.Source{s})
			return err
		},
		"backstage": func(s *ingest.Source) error {
			_, err := ingest.ReadBackstage([]*ingest.Source{s})
			return err
		},
	}
	for name, reader := range mapReaders {
		readers[name] = func(s *ingest.Source) error { _, err := reader([]*ingest.Source{s}); return err }
	}
	read := 0
	for _, folder := range []string{"evidence", "landscape", "statistics"} {
		err := filepath.WalkDir(samples(t, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			for name, reader := range readers {
				err := reader(open(t, path))
				if err == nil {
					read++
					continue
				}
				p, ok := problem.As(err)
				if !ok || p.Source.File != filepath.Base(path) || len(err.Error()) > 600 {
					t.Errorf("%s on %s: got %.200q, want a short problem that names the file", name, filepath.Base(path), err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d readings without an error", read)
}
