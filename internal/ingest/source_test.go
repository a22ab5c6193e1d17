package ingest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
)

func TestSourceHashesTheBytesAsTheyAre(t *testing.T) {
	for _, file := range []string{"", "abc", "\xef\xbb\xbfcittà", strings.Repeat("x", 200_000)} {
		sum := sha256.Sum256([]byte(file))
		for _, r := range []io.Reader{strings.NewReader(file), iotest.HalfReader(strings.NewReader(file))} {
			src := ingest.NewSource("f", r, ingest.SourceOptions{})
			if src.SHA256() != "" {
				t.Error("got a hash before the end of the file, want none")
			}
			data, err := io.ReadAll(src)
			if err != nil || string(data) != strings.TrimPrefix(file, "\xef\xbb\xbf") {
				t.Errorf("got %d bytes, error %v, want the text without its mark", len(data), err)
			}
			if got, want := src.SHA256(), hex.EncodeToString(sum[:]); got != want || src.Size() != int64(len(file)) {
				t.Errorf("got %s of %d bytes, want %s of %d", got, src.Size(), want, len(file))
			}
		}
	}
}

func TestSourceRefusesWhatIsNotUTF8AndNamesIt(t *testing.T) {
	for _, c := range []struct {
		name, file, encoding string
		line                 int
	}{
		{"UTF-16 little endian", "\xff\xfea\x00", "UTF-16", 1},
		{"UTF-16 big endian", "\xfe\xff\x00a", "UTF-16", 1},
		{"UTF-16 without mark", "a\x00b\x00c\x00", "UTF-16", 1},
		{"Windows-1252", "a\nb\ncitt\xe0,x", "Windows-1252", 3},
		{"Windows-1252 at the end", "a\ncitt\xe0", "Windows-1252", 2},
		{"bytes", "a\x81\xff", "?", 1},
		{"gzip", "\x1f\x8b\x08\x00", "gzip", 1},
		{"zip", "PK\x03\x04xx", "zip", 1},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.file), iotest.OneByteReader(strings.NewReader(c.file))} {
			_, err := io.ReadAll(ingest.NewSource("f", r, ingest.SourceOptions{}))
			p, ok := problem.As(err)
			if !ok || p.Key != "ingest.error.encoding" || p.Args["encoding"] != c.encoding || p.Source.Line != c.line {
				t.Errorf("%s: got %v, want %s in line %d", c.name, err, c.encoding, c.line)
			}
		}
	}
}

func TestSourceConvertsADeclaredEncoding(t *testing.T) {
	src := ingest.NewSource("f", strings.NewReader("citt\xe0 10 \x80"), ingest.SourceOptions{Encoding: ingest.Windows1252})
	if data, err := io.ReadAll(src); err != nil || string(data) != "città 10 €" {
		t.Errorf("got %q, %v, want città 10 €", data, err)
	}
	_, err := io.ReadAll(ingest.NewSource("f", strings.NewReader("x"), ingest.SourceOptions{Encoding: "ebcdic"}))
	wantProblem(t, err, "ingest.error.encoding", "", 0)
}

func TestSourceHoldsTheLimitOnBytes(t *testing.T) {
	src := ingest.NewSource("f", strings.NewReader(strings.Repeat("x", 1001)), ingest.SourceOptions{Limits: ingest.Limits{Bytes: 1000}})
	_, err := io.ReadAll(src)
	wantProblem(t, err, "ingest.error.bytes", "", 0)
	if !problem.Is(err, problem.TooLarge) {
		t.Errorf("got %v, want too large", err)
	}
}

func TestSourceStopsOneEndlessField(t *testing.T) {
	small := ingest.SourceOptions{Limits: ingest.Limits{Field: 1000}}
	for name, read := range map[string]func(*ingest.Source) error{
		`[{"Target":"`: func(s *ingest.Source) error {
			_, err := ingest.ReadTrivy(s, ingest.TrivyOptions{}, func(ingest.ExposureRecord) error { return nil })
			return err
		},
		"number,opened_at\n\"": func(s *ingest.Source) error {
			_, err := ingest.ReadIncidents(s, ingest.DateOptions{}, func(ingest.IncidentRecord) error { return nil })
			return err
		},
		`[`: func(s *ingest.Source) error {
			_, err := ingest.ReadTrivy(s, ingest.TrivyOptions{}, func(ingest.ExposureRecord) error { return nil })
			return err
		},
	} {
		body := "x"
		if name == "[" {
			body = " " // white space without end
		}
		src := ingest.NewSource("f", io.MultiReader(strings.NewReader(name), &repeated{body: strings.Repeat(body, 1000), left: 10_000}), small)
		wantProblem(t, read(src), "ingest.error.field-size", "", 0)
		if src.Size() > 1<<20 {
			t.Errorf("got %d bytes read of an endless field, want at most 1 MB", src.Size())
		}
	}
}

func TestSourceHoldsTheLimitOnRecords(t *testing.T) {
	src := ingest.NewSource("f", strings.NewReader("number,opened_at\n1,2026-01-01\n2,2026-01-01\n3,2026-01-01\n"), ingest.SourceOptions{Limits: ingest.Limits{Records: 2}})
	_, err := ingest.ReadIncidents(src, ingest.DateOptions{}, func(ingest.IncidentRecord) error { return nil })
	wantProblem(t, err, "ingest.error.records", "", 3)
}

func TestSourcePassesOnAFailureOfTheReader(t *testing.T) {
	broken := errors.New("line is down")
	src := ingest.NewSource("f", io.MultiReader(strings.NewReader(`[{"Target":`), iotest.ErrReader(broken)), ingest.SourceOptions{})
	_, err := ingest.ReadTrivy(src, ingest.TrivyOptions{}, func(ingest.ExposureRecord) error { return nil })
	if !errors.Is(err, broken) || src.SHA256() != "" {
		t.Errorf("got %v, hash %q, want the failure and no hash", err, src.SHA256())
	}
}
