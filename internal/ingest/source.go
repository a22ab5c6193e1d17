package ingest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"accordo.dev/internal/problem"
)

// Limits bound what one file may cost.
type Limits struct {
	Bytes   int64 // of the file
	Depth   int   // nesting of objects and lists
	Records int
	Field   int // bytes of one field
}

// DefaultLimits are the limits of a file that nobody has said anything about.
func DefaultLimits() Limits {
	return Limits{Bytes: 512 << 20, Depth: 64, Records: 5_000_000, Field: 1 << 20}
}

// Encoding is how the characters of a file are written as bytes.
type Encoding string

// The encodings that a caller may declare.
const (
	UTF8        Encoding = "utf-8"
	Windows1252 Encoding = "windows-1252"
)

// SourceOptions say how to read a file. The zero value is UTF-8 with the default limits.
type SourceOptions struct {
	Encoding Encoding
	Limits   Limits // a zero field takes the default
}

// readAhead is how far a parser may buffer beyond the field it is in.
const readAhead = 256 << 10

// Source is a file on its way to a parser: it counts and hashes the bytes, removes a byte order mark,
// converts a declared encoding, refuses text that is not UTF-8, and holds the limits.
type Source struct {
	name      string
	limits    Limits
	encoding  Encoding
	sum       hash.Hash
	size      int64
	raw       io.Reader
	rawErr    error // of raw; it stays, because looking ahead may meet it first
	in        *bufio.Reader
	text      io.Reader // after the mark and the conversion; nil before the first read
	ended     bool
	err       error  // the first failure; it stays
	tail      []byte // bytes of a character that the next read completes
	delivered int64  // bytes of text handed out
	mark      int64  // up to where the parser has finished a token or record
	window    int64  // how far the parser may read past mark
	lines     int
	keepLines bool     // so that lineAt knows them
	ends      []int64  // of the lines
	rows      []int    // of a sheet of a workbook: the row of each record, the header first
	header    []string // of a sheet
}

// NewSource wraps a file; name is how errors call it.
func NewSource(name string, r io.Reader, o SourceOptions) *Source {
	d := DefaultLimits()
	if o.Limits.Bytes > 0 {
		d.Bytes = o.Limits.Bytes
	}
	if o.Limits.Depth > 0 {
		d.Depth = o.Limits.Depth
	}
	if o.Limits.Records > 0 {
		d.Records = o.Limits.Records
	}
	if o.Limits.Field > 0 {
		d.Field = o.Limits.Field
	}
	s := &Source{name: name, limits: d, encoding: o.Encoding, sum: sha256.New(), raw: r}
	s.window = int64(d.Field) + readAhead
	s.in = bufio.NewReaderSize(meter{s}, 64<<10)
	return s
}

// Name is how errors call the file.
func (s *Source) Name() string { return s.name }

// Size is the number of bytes read so far, as they are in the file.
func (s *Source) Size() int64 { return s.size }

// SHA256 is the hash of the whole file in hexadecimal; empty until the file has been read to its end.
func (s *Source) SHA256() string {
	if !s.ended || s.err != nil {
		return ""
	}
	return hex.EncodeToString(s.sum.Sum(nil))
}

// meter counts and hashes the raw bytes.
type meter struct{ s *Source }

// Read implements io.Reader.
func (m meter) Read(p []byte) (int, error) {
	s := m.s
	if s.rawErr != nil {
		return 0, s.rawErr
	}
	n, err := s.raw.Read(p)
	s.rawErr = err
	s.size += int64(n)
	if s.size > s.limits.Bytes {
		return 0, s.tooLarge(At{}, "ingest.error.bytes", "limit", s.limits.Bytes)
	}
	s.sum.Write(p[:n])
	return n, err
}

// Read gives the parser the text of the file.
func (s *Source) Read(p []byte) (int, error) {
	if s.err == nil && s.text == nil {
		s.err = s.open()
	}
	if s.err == nil && s.delivered-s.mark > s.window {
		s.err = s.tooLarge(At{}, "ingest.error.field-size", "limit", s.limits.Field)
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.text.Read(p)
	if bad := s.firstBad(p[:n]); bad >= 0 {
		s.err = s.notUTF8(p[:n], bad)
		return 0, s.err
	}
	s.delivered += int64(n)
	return n, s.ending(err)
}

// ending turns the end of the file, or a failure of the reader below, into what the parser sees.
func (s *Source) ending(err error) error {
	if err == nil {
		return nil
	}
	if err != io.EOF {
		if _, known := problem.As(err); !known {
			err = fmt.Errorf("read %s: %w", s.name, err)
		}
		s.err = err
		return err
	}
	if len(s.tail) > 0 {
		s.err = s.notUTF8(s.tail, 0)
		return s.err
	}
	s.ended = true
	return io.EOF
}

// open looks at the first bytes and sets up the conversion.
func (s *Source) open() error {
	head, _ := s.in.Peek(8) // a failure comes again with the first read
	if name := foreign(head); name != "" {
		return s.encodingError(name)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, err := s.in.Discard(3)
		s.text = s.in
		return err
	}
	switch s.encoding {
	case "", UTF8:
		s.text = s.in
	case Windows1252:
		s.text = charmap.Windows1252.NewDecoder().Reader(s.in)
	default:
		return s.encodingError(clip(string(s.encoding)))
	}
	return nil
}

// foreign names a format that cannot be text in UTF-8 by its first bytes; empty when there is none.
func foreign(head []byte) string {
	for _, magic := range []struct{ bytes, name string }{
		{"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"}, {"\x1f\x8b", "gzip"}, {"PK\x03\x04", "zip"},
	} {
		if bytes.HasPrefix(head, []byte(magic.bytes)) {
			return magic.name
		}
	}
	if len(head) >= 4 && (head[0] == 0) != (head[1] == 0) && (head[2] == 0) == (head[0] == 0) && (head[3] == 0) == (head[1] == 0) {
		return "UTF-16"
	}
	return ""
}

// firstBad is the index of the first byte that cannot be UTF-8, or -1. A character cut by the end of the
// chunk waits in s.tail.
func (s *Source) firstBad(chunk []byte) int {
	start := 0
	if len(s.tail) > 0 {
		for start < len(chunk) && !utf8.FullRune(s.tail) {
			s.tail = append(s.tail, chunk[start])
			start++
		}
		if !utf8.FullRune(s.tail) {
			return -1
		}
		if r, n := utf8.DecodeRune(s.tail); r == utf8.RuneError && n <= 1 {
			return 0
		}
		s.tail = s.tail[:0]
	}
	end := len(chunk) - cutRune(chunk[start:])
	if !utf8.Valid(chunk[start:end]) {
		return start + validPrefix(chunk[start:end])
	}
	s.lines += bytes.Count(chunk, []byte{'\n'})
	if s.keepLines {
		s.noteLines(chunk)
	}
	s.tail = append(s.tail, chunk[end:]...)
	return -1
}

// noteLines keeps where the lines of a chunk end; s.delivered is still the number of bytes before it.
func (s *Source) noteLines(chunk []byte) {
	for i, c := range chunk {
		if c == '\n' {
			s.ends = append(s.ends, s.delivered+int64(i))
		}
	}
}

// lineAt is the line of a byte of the text; 0 unless lines are kept.
func (s *Source) lineAt(offset int64) int {
	if !s.keepLines {
		return 0
	}
	n, _ := slices.BinarySearch(s.ends, offset)
	return n + 1
}

// cutRune is the number of bytes at the end of p that begin a character without finishing it.
func cutRune(p []byte) int {
	for i := 1; i <= min(utf8.UTFMax-1, len(p)); i++ {
		if utf8.RuneStart(p[len(p)-i]) {
			if utf8.FullRune(p[len(p)-i:]) {
				return 0
			}
			return i
		}
	}
	return 0
}

// validPrefix is the length of the longest valid beginning of p.
func validPrefix(p []byte) int {
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(p)
}

// notUTF8 is the error for bytes that are not UTF-8, with the encoding they most likely are in.
func (s *Source) notUTF8(chunk []byte, bad int) error {
	s.lines += bytes.Count(chunk[:bad], []byte{'\n'})
	name := "Windows-1252"
	if bytes.ContainsAny(chunk, "\x00") || bytes.IndexByte([]byte{0x81, 0x8d, 0x8f, 0x90, 0x9d}, chunk[bad]) >= 0 {
		name = "?"
	}
	return s.encodingError(name)
}

func (s *Source) encodingError(name string) error {
	return problem.New(problem.Invalid, "ingest.error.encoding", "encoding", name).
		At(problem.Source{File: s.name, Line: s.lines + 1})
}

// tooLarge is the error for a limit that was reached at a record.
func (s *Source) tooLarge(at At, key string, args ...any) error {
	return problem.New(problem.TooLarge, key, args...).At(s.place(at))
}

// advance tells the source how far the parser has got, so that one endless field is stopped.
func (s *Source) advance(offset int64) { s.mark = offset }

// wrong is the error for a field of a record.
func (s *Source) wrong(at At, field, key string, args ...any) error {
	return problem.Field(clip(field), key, args...).At(s.place(at))
}

func (s *Source) place(at At) problem.Source {
	return problem.Source{File: s.name, Record: at.Record, Line: at.Line}
}

// count checks the number of records against the limit.
func (s *Source) count(at At) error {
	if at.Record > s.limits.Records {
		return s.tooLarge(at, "ingest.error.records", "limit", s.limits.Records)
	}
	return nil
}

// shown is how many characters of a field an error may show.
const shown = 80

// clip cuts a value down to what an error may show.
func clip(value string) string {
	n := 0
	for i := range value {
		if n == shown {
			return value[:i] + "…"
		}
		n++
	}
	return value
}
