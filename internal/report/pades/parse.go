package pades

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// parser reads PDF objects out of a whole file, from pos on. It is strict: a dictionary with a
// repeated key is refused, because readers disagree on its meaning.
type parser struct {
	data   []byte
	pos    int
	depth  int
	length func(ref) (int, bool) // resolves a stream length that is an indirect object; may be nil
}

func (p *parser) fail() error { return fmt.Errorf("%w at byte %d", ErrMalformed, p.pos) }

func isSpace(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func isDelimiter(c byte) bool { return strings.IndexByte("()<>[]{}/%", c) >= 0 }

func isRegular(c byte) bool { return !isSpace(c) && !isDelimiter(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// peek is 0 at the end of the file.
func (p *parser) peek() byte {
	if p.pos < 0 || p.pos >= len(p.data) {
		return 0
	}
	return p.data[p.pos]
}

// blanks skips white space but no comment.
func (p *parser) blanks() {
	for p.pos < len(p.data) && isSpace(p.data[p.pos]) {
		p.pos++
	}
}

// space skips white space and comments.
func (p *parser) space() {
	for p.blanks(); p.peek() == '%'; p.blanks() {
		for p.pos < len(p.data) && p.data[p.pos] != '\n' && p.data[p.pos] != '\r' {
			p.pos++
		}
	}
}

// token is the run of regular characters at the position; "" when there is none.
func (p *parser) token() string {
	start := p.pos
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		p.pos++
	}
	return string(p.data[start:p.pos])
}

// keyword skips space and then exactly the word.
func (p *parser) keyword(word string) error {
	p.space()
	at := p.pos
	if p.token() != word {
		p.pos = at
		return p.fail()
	}
	return nil
}

// unsigned skips space and reads a non-negative whole number of at most ten digits.
func (p *parser) unsigned() (int, error) {
	p.space()
	at := p.pos
	t := p.token()
	n, err := strconv.ParseUint(t, 10, 40)
	if err != nil || len(t) > 10 {
		p.pos = at
		return 0, p.fail()
	}
	return int(n), nil
}

func (p *parser) object() (any, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail()
	}
	defer func() { p.depth-- }()
	p.space()
	switch c := p.peek(); {
	case c == '/':
		return p.name()
	case c == '(':
		return p.literal()
	case c == '[':
		return p.array()
	case c == '<' && bytes.HasPrefix(p.data[p.pos:], []byte("<<")):
		return p.dict()
	case c == '<':
		return p.hex()
	case isDigit(c), c == '+', c == '-', c == '.':
		return p.numberOrRef()
	}
	return p.constant()
}

func (p *parser) constant() (any, error) {
	at := p.pos
	switch p.token() {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	p.pos = at
	return nil, p.fail()
}

func (p *parser) name() (any, error) {
	p.pos++
	t := p.token()
	if !strings.Contains(t, "#") {
		return name(t), nil
	}
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] != '#' {
			b.WriteByte(t[i])
			continue
		}
		if i+3 > len(t) {
			return nil, p.fail()
		}
		n, err := strconv.ParseUint(t[i+1:i+3], 16, 8)
		if err != nil {
			return nil, p.fail()
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return name(b.String()), nil
}

func (p *parser) literal() (any, error) {
	start, level := p.pos, 0
	for ; p.pos < len(p.data); p.pos++ {
		switch p.data[p.pos] {
		case '\\':
			p.pos++
		case '(':
			level++
		case ')':
			if level--; level == 0 {
				p.pos++
				return str{string(p.data[start:p.pos]), start}, nil
			}
		}
	}
	return nil, p.fail()
}

// hex does not look at the digits: a signature with a bad digit must still be found and named.
func (p *parser) hex() (any, error) {
	start := p.pos
	n := bytes.IndexByte(p.data[p.pos:], '>')
	if n < 0 {
		p.pos = len(p.data)
		return nil, p.fail()
	}
	p.pos += n + 1
	return str{string(p.data[start:p.pos]), start}, nil
}

func (p *parser) array() (any, error) {
	p.pos++
	a := array{}
	for {
		if p.space(); p.peek() == ']' {
			p.pos++
			return a, nil
		}
		o, err := p.object()
		if err != nil {
			return nil, err
		}
		a = append(a, o)
	}
}

func (p *parser) dict() (any, error) {
	p.pos += 2
	d, seen := dict{}, map[name]bool{}
	for {
		if p.space(); bytes.HasPrefix(p.data[p.pos:], []byte(">>")) {
			p.pos += 2
			return d, nil
		}
		if p.peek() != '/' {
			return nil, p.fail()
		}
		k, err := p.name()
		if err != nil {
			return nil, err
		}
		key := k.(name)
		if seen[key] {
			return nil, p.fail()
		}
		seen[key] = true
		v, err := p.object()
		if err != nil {
			return nil, err
		}
		d = append(d, entry{key, v})
	}
}

func (p *parser) numberOrRef() (any, error) {
	t := p.token()
	if _, err := strconv.ParseFloat(t, 64); err != nil || strings.ContainsAny(t, "eExXpPnNiI_") {
		return nil, p.fail()
	}
	if r, ok := p.restOfRef(t); ok {
		return r, nil
	}
	return number(t), nil
}

func (p *parser) restOfRef(t string) (ref, bool) {
	num, err := strconv.Atoi(t)
	if err != nil || !isDigit(t[0]) {
		return ref{}, false
	}
	at := p.pos
	p.blanks()
	if isDigit(p.peek()) {
		gen, err := p.unsigned()
		p.blanks()
		if err == nil && p.token() == "R" {
			return ref{num, gen}, true
		}
	}
	p.pos = at
	return ref{}, false
}

// indirect reads "num gen obj ... endobj".
func (p *parser) indirect() (ref, any, error) {
	var r ref
	var err error
	if r.num, err = p.unsigned(); err != nil {
		return r, nil, err
	}
	if r.gen, err = p.unsigned(); err != nil {
		return r, nil, err
	}
	if err = p.keyword("obj"); err != nil {
		return r, nil, err
	}
	obj, err := p.object()
	if err != nil {
		return r, nil, err
	}
	p.space()
	if d, ok := obj.(dict); ok && bytes.HasPrefix(p.data[p.pos:], []byte("stream")) {
		if obj, err = p.stream(d); err != nil {
			return r, nil, err
		}
	}
	return r, obj, p.keyword("endobj")
}

func (p *parser) stream(d dict) (*stream, error) {
	p.pos += len("stream")
	if p.peek() == '\r' {
		p.pos++
	}
	if p.peek() != '\n' {
		return nil, p.fail()
	}
	p.pos++
	n, ok := p.streamLength(d.get("Length"))
	if !ok || n < 0 || n > len(p.data)-p.pos {
		return nil, p.fail()
	}
	s := &stream{d, p.data[p.pos : p.pos+n]}
	p.pos += n
	p.blanks()
	if p.token() != "endstream" {
		return nil, p.fail()
	}
	return s, nil
}

func (p *parser) streamLength(length any) (int, bool) {
	switch l := length.(type) {
	case number:
		return l.int()
	case ref:
		if p.length != nil {
			return p.length(l)
		}
	}
	return 0, false
}
