package ingest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
)

// samples finds the folder of outside files, or skips the test.
func samples(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("ACCORDO_SAMPLES")
	if root == "" {
		root = "../../../shared/samples"
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skip("samples not found, skipped")
	}
	return path
}

// files lists the files of a sample folder.
func files(t testing.TB, pattern ...string) []string {
	t.Helper()
	names, err := filepath.Glob(samples(t, pattern[:len(pattern)-1]...) + "/" + pattern[len(pattern)-1])
	if err != nil || len(names) == 0 {
		t.Skip("samples not found, skipped")
	}
	return names
}

func text(s string) *ingest.Source {
	return ingest.NewSource("test", strings.NewReader(s), ingest.SourceOptions{})
}

func open(t testing.TB, path string) *ingest.Source {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return ingest.NewSource(filepath.Base(path), bytes.NewReader(data), ingest.SourceOptions{})
}

// wantProblem checks the parts of an error that a person acts on.
func wantProblem(t *testing.T, err error, key, field string, record int) {
	t.Helper()
	p, ok := problem.As(err)
	if !ok {
		t.Fatalf("got error %v, want problem %s", err, key)
	}
	if p.Key != key || p.Field != field || p.Source.Record != record {
		t.Errorf("got %s field %q record %d (%v), want %s field %q record %d", p.Key, p.Field, p.Source.Record, err, key, field, record)
	}
	if p.Source.File == "" {
		t.Errorf("got no file name in %v", err)
	}
}

// repeat gives a file made of a head, a body repeated with commas between, and a tail, without holding it.
func repeat(head, body string, times int, tail string) io.Reader {
	return io.MultiReader(strings.NewReader(head), &repeated{body: body + ",", left: times - 1}, strings.NewReader(body+tail))
}

type repeated struct {
	body string
	left int
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && r.left > 0 {
		k := copy(p[n:], r.body[r.at:])
		n += k
		r.at += k
		if r.at == len(r.body) {
			r.at, r.left = 0, r.left-1
		}
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// slow gives one byte at a time, to try every cut of a buffer.
func slow(s string) *ingest.Source {
	return ingest.NewSource("test", iotest.OneByteReader(strings.NewReader(s)), ingest.SourceOptions{})
}

func generic(t testing.TB, path string) any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
