package ingest

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"accordo.dev/internal/problem"
)

// stream walks a JSON file token by token, so that a file of any size needs the memory of its largest field.
type stream struct {
	src    *Source
	d      *jsontext.Decoder
	record int // the record being read; 0 before the first
}

func newStream(src *Source) *stream {
	return &stream{src: src, d: jsontext.NewDecoder(src)}
}

// kind is what comes next: '{', '[', '"', '0', 't', 'f', 'n', '}', ']', or 0 at an error, which the next read returns.
func (j *stream) kind() jsontext.Kind { return j.d.PeekKind() }

func (j *stream) token() (jsontext.Token, error) {
	t, err := j.d.ReadToken()
	if err != nil {
		return t, j.failed(err)
	}
	j.src.advance(j.d.InputOffset())
	if j.d.StackDepth() > j.src.limits.Depth {
		return t, j.src.tooLarge(At{Record: j.record}, "ingest.error.depth", "limit", j.src.limits.Depth)
	}
	return t, nil
}

// newMapStream walks a file of which every record must be found again by its line.
func newMapStream(src *Source) *stream {
	src.keepLines = true
	src.window = max(src.window, mapRecord)
	return newStream(src)
}

// mapRecord bounds one record of a map in JSON, which is held in memory.
const mapRecord = 64 << 20

// next begins a record and tells its place: where its first character stands.
func (j *stream) next() At {
	j.record++
	j.d.PeekKind()
	offset := j.d.InputOffset()
	for _, c := range j.d.UnreadBuffer() {
		if !bytes.ContainsRune([]byte(" \t\r\n,:"), rune(c)) {
			break
		}
		offset++
	}
	return At{Record: j.record, Offset: offset, Line: j.src.lineAt(offset)}
}

// value reads the value that comes next into a Go value. Members that the Go type lacks are passed over.
func (j *stream) value(at At, into any) error {
	err := json.UnmarshalDecode(j.d, into)
	if err == nil {
		j.src.advance(j.d.InputOffset())
		return j.src.count(at)
	}
	if j.src.err != nil {
		return j.src.err
	}
	var wrong *json.SemanticError
	if !errors.As(err, &wrong) {
		return j.failed(err)
	}
	return j.src.wrong(at, strings.TrimPrefix(string(wrong.JSONPointer), "/"), "ingest.error.type", "want", jsonKind(wrong.GoType))
}

// jsonKind is what JSON calls the values that a Go type holds.
func jsonKind(t reflect.Type) string {
	if t == nil {
		return "?"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return jsonKind(t.Elem())
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	default:
		return "number"
	}
}

// at is the place of the record being read; called before its first token is read.
func (j *stream) at() At { return At{Record: j.record, Offset: j.d.InputOffset()} }

// failed turns an error of the decoder into one that a person can act on.
func (j *stream) failed(err error) error {
	if j.src.err != nil {
		return j.src.err
	}
	at := At{Record: j.record}
	if err == io.EOF {
		return j.src.wrong(at, "", "ingest.error.empty")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return j.src.wrong(at, "", "ingest.error.truncated")
	}
	field, key := "", "ingest.error.json"
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		field = string(syntax.JSONPointer)
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		key = "ingest.error.json-duplicate"
	}
	return j.src.wrong(at, field, key, "offset", j.d.InputOffset())
}

// object calls each for every member of the object that comes next; each must read the value. null is an empty object.
func (j *stream) object(field string, each func(name string) error) error {
	return j.composite(field, '{', func() error {
		name, err := j.token()
		if err != nil {
			return err
		}
		return each(name.String())
	})
}

// array calls each before every item of the array that comes next; each must read it. null is an empty array.
func (j *stream) array(field string, each func() error) error {
	return j.composite(field, '[', each)
}

func (j *stream) composite(field string, open jsontext.Kind, each func() error) error {
	if k := j.kind(); k != open && k != 'n' && k != 0 {
		return j.wrongType(field, map[jsontext.Kind]string{'{': "object", '[': "array"}[open])
	}
	t, err := j.token()
	if err != nil || t.Kind() == 'n' {
		return err
	}
	for j.kind() != '}' && j.kind() != ']' {
		if err := each(); err != nil {
			return err
		}
	}
	_, err = j.token()
	return err
}

// text reads a string; null is empty.
func (j *stream) text(field string) (string, error) {
	if k := j.kind(); k != '"' && k != 'n' && k != 0 {
		return "", j.wrongType(field, "string")
	}
	t, err := j.token()
	if err != nil || t.Kind() == 'n' {
		return "", err
	}
	return t.String(), nil
}

// number reads a number.
func (j *stream) number(field string) (float64, error) {
	if k := j.kind(); k != '0' && k != 0 {
		return 0, j.wrongType(field, "number")
	}
	t, err := j.token()
	if err != nil {
		return 0, err
	}
	f, err := t.Float()
	if err != nil {
		return 0, j.src.wrong(At{Record: j.record}, field, "ingest.error.number", "value", clip(t.String()))
	}
	return f, nil
}

// items counts the items of an array and skips them.
func (j *stream) items(field string) (int, error) {
	n := 0
	err := j.array(field, func() error { n++; return j.skip() })
	return n, err
}

// skip passes over the value that comes next, whatever it holds.
func (j *stream) skip() error {
	depth := j.d.StackDepth()
	for {
		if _, err := j.token(); err != nil {
			return err
		}
		if j.d.StackDepth() <= depth {
			return nil
		}
	}
}

// end checks that nothing follows the value of the file, and reads to its end.
func (j *stream) end() error {
	_, err := j.d.ReadToken()
	if err == io.EOF && j.src.err == nil {
		return nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return j.failed(err)
	}
	if j.src.err != nil {
		return j.src.err
	}
	return problem.New(problem.Invalid, "ingest.error.trailing").At(j.src.place(At{Record: j.record}))
}

func (j *stream) wrongType(field, want string) error {
	return j.src.wrong(At{Record: j.record}, field, "ingest.error.type", "want", want)
}
