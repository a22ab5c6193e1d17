package pades

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// A PDF object is one of nil, bool, number, name, str, array, dict, *stream, ref. When writing it
// may also be verbatim.
type (
	number   string // as written in the file
	name     string // without slash, escapes resolved
	array    []any
	verbatim string // text put into the file as it is
	dict     []entry
)

type entry struct {
	key   name
	value any
}

// str is a string object as written in the file, delimiters included, and where it stands.
type str struct {
	raw string
	at  int
}

// ref points to an indirect object.
type ref struct{ num, gen int }

type stream struct {
	dict dict
	data []byte // as stored, filters not undone
}

func integer(n int) number { return number(strconv.Itoa(n)) }

// int is false when the number is not a whole number in range.
func (n number) int() (int, bool) {
	i, err := strconv.Atoi(string(n))
	return i, err == nil
}

func (n number) float() float64 {
	f, _ := strconv.ParseFloat(string(n), 64)
	return f
}

// get is nil for a missing key, as the PDF null object means the same as a missing entry.
func (d dict) get(key name) any {
	for _, e := range d {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// with is a copy of the dictionary with one entry set.
func (d dict) with(key name, value any) dict {
	c := slices.Clone(d)
	for i := range c {
		if c[i].key == key {
			c[i].value = value
			return c
		}
	}
	return append(c, entry{key, value})
}

// without is a copy of the dictionary that lacks some entries.
func (d dict) without(keys ...name) dict {
	return slices.DeleteFunc(slices.Clone(d), func(e entry) bool { return slices.Contains(keys, e.key) })
}

// equal compares objects by meaning: the order of dictionary entries and the place in the file do
// not count. References are equal when they name the same object.
func equal(a, b any) bool {
	switch a := a.(type) {
	case str:
		b, ok := b.(str)
		return ok && bytes.Equal(a.bytes(), b.bytes())
	case array:
		b, ok := b.(array)
		return ok && slices.EqualFunc(a, b, equal)
	case dict:
		b, ok := b.(dict)
		return ok && equalDicts(a, b)
	case *stream:
		b, ok := b.(*stream)
		return ok && equalDicts(a.dict, b.dict) && bytes.Equal(a.data, b.data)
	}
	switch b.(type) {
	case array, dict:
		return false
	}
	return a == b
}

func equalDicts(a, b dict) bool {
	if len(a) != len(b) {
		return false
	}
	for _, e := range a {
		other := b.get(e.key)
		if (e.value == nil) != (other == nil) || !equal(e.value, other) {
			return false
		}
	}
	return true
}

// bytes is what the string stands for. Bad hexadecimal digits count as zero, as readers do.
func (s str) bytes() []byte {
	if strings.HasPrefix(s.raw, "<") {
		return hexString(s.raw)
	}
	if len(s.raw) < 2 {
		return nil
	}
	return literalString(s.raw[1 : len(s.raw)-1])
}

func hexString(raw string) []byte {
	digits := make([]byte, 0, len(raw))
	for i := range len(raw) {
		switch c := raw[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			digits = append(digits, c)
		}
	}
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	out := make([]byte, len(digits)/2)
	_, _ = hex.Decode(out, digits) // only digits are left
	return out
}

func literalString(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		if s[i] >= '0' && s[i] <= '7' {
			n := 0
			for k := 0; k < 3 && i < len(s) && s[i] >= '0' && s[i] <= '7'; k++ {
				n = n*8 + int(s[i]-'0')
				i++
			}
			i--
			out = append(out, byte(n))
			continue
		}
		if at := strings.IndexByte("nrtbf", s[i]); at >= 0 {
			out = append(out, "\n\r\t\b\f"[at])
		} else if s[i] != '\n' {
			out = append(out, s[i])
		}
	}
	return out
}

// text reads a text string: UTF-16 when it starts with its mark, else one byte a character.
func (s str) text() string {
	b := s.bytes()
	if bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}) {
		return strings.ToValidUTF8(string(b[3:]), "\uFFFD")
	}
	if !bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return string(runes)
	}
	var units []uint16
	for b = b[2:]; len(b) >= 2; b = b[2:] {
		units = append(units, uint16(b[0])<<8|uint16(b[1]))
	}
	return string(utf16.Decode(units))
}

// textString is text as a PDF string: plain when ASCII, else UTF-16.
func textString(text string) verbatim {
	if isPlain(text) {
		return literal([]byte(text))
	}
	var b strings.Builder
	b.WriteString("<feff")
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04x", u)
	}
	return verbatim(b.String() + ">")
}

func isPlain(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// literal is bytes as a PDF string in parentheses.
func literal(text []byte) verbatim {
	var b strings.Builder
	b.WriteByte('(')
	for _, c := range text {
		switch {
		case c == '(' || c == ')' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, "\\%03o", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte(')')
	return verbatim(b.String())
}

func pdfDate(t time.Time) verbatim {
	return verbatim("(D:" + t.UTC().Format("20060102150405") + "+00'00')")
}

// parsePDFDate is the zero time when the text is not a full date with its time zone.
func parsePDFDate(s string) time.Time {
	s = strings.ReplaceAll(s, "'", "")
	for _, layout := range []string{"D:20060102150405Z0700", "D:20060102150405-0700", "D:20060102150405Z"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func write(b *bytes.Buffer, obj any) {
	switch o := obj.(type) {
	case bool:
		fmt.Fprint(b, o)
	case number:
		b.WriteString(string(o))
	case verbatim:
		b.WriteString(string(o))
	case str:
		b.WriteString(o.raw)
	case name:
		writeName(b, o)
	case ref:
		fmt.Fprintf(b, "%d %d R", o.num, o.gen)
	case array:
		b.WriteByte('[')
		for i, v := range o {
			if i > 0 {
				b.WriteByte(' ')
			}
			write(b, v)
		}
		b.WriteByte(']')
	case dict:
		b.WriteString("<<")
		for _, e := range o {
			b.WriteByte('\n')
			writeName(b, e.key)
			b.WriteByte(' ')
			write(b, e.value)
		}
		b.WriteString("\n>>")
	case *stream:
		write(b, o.dict.with("Length", integer(len(o.data))))
		b.WriteString("\nstream\n")
		b.Write(o.data)
		b.WriteString("\nendstream")
	default:
		b.WriteString("null")
	}
}

func writeName(b *bytes.Buffer, n name) {
	b.WriteByte('/')
	for i := range len(n) {
		if c := n[i]; isRegular(c) && c > ' ' && c <= '~' && c != '#' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(b, "#%02x", c)
		}
	}
}

// writeXref writes a cross-reference section, one subsection per run of object numbers.
func writeXref(b *bytes.Buffer, entries map[int]xrefEntry) {
	b.WriteString("xref\n")
	nums := slices.Sorted(maps.Keys(entries))
	for i := 0; i < len(nums); {
		j := i + 1
		for j < len(nums) && nums[j] == nums[j-1]+1 {
			j++
		}
		fmt.Fprintf(b, "%d %d\n", nums[i], j-i)
		for ; i < j; i++ {
			fmt.Fprintf(b, "%010d %05d n \n", entries[nums[i]].offset, entries[nums[i]].gen)
		}
	}
}
