package ingest

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// columns says what the header of a table must and may hold. Names are compared in lower case, with spaces as "_".
type columns struct {
	required []string
	optional []string
	aliases  map[string]string // another spelling of a column in outside files
	strict   bool              // a column that is not listed is an error (our own templates); else it is ignored
}

// table reads a CSV file row by row. It finds out whether comma, semicolon or tab separates the cells.
type table struct {
	src     *Source
	r       *csv.Reader
	columns map[string]int
	row     []string
	at      At
}

// openTable reads the header.
func openTable(src *Source, c columns) (*table, error) {
	// A record has many fields; one endless quoted field is stopped at four times the limit of a field.
	src.window = 4*int64(src.limits.Field) + readAhead
	in := bufio.NewReaderSize(src, 64<<10)
	comma := separator(in)
	t := &table{src: src, r: csv.NewReader(in)}
	t.r.Comma = comma
	t.r.ReuseRecord = true
	t.r.FieldsPerRecord = -1
	header, err := t.read()
	if err == io.EOF {
		return nil, src.wrong(At{}, "", "ingest.error.empty")
	}
	if err != nil {
		return nil, err
	}
	return t, t.index(header, c)
}

// separator looks at the first line; a line "sep=;", as Excel writes it, is taken out.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(64 << 10) // a failure comes again with the first read
	line, _, _ := strings.Cut(string(head), "\n")
	if rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\r"), "sep="); ok && len(rest) == 1 && strings.Contains(",;\t", rest) {
		_, _ = in.Discard(len(line) + 1)
		return rune(rest[0])
	}
	counts := map[rune]int{}
	quoted := false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted {
			counts[c]++
		}
	}
	best := ','
	for _, c := range ";\t" {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// index finds the columns by name.
func (t *table) index(header []string, c columns) error {
	t.columns = map[string]int{}
	known := map[string]bool{}
	for _, name := range append(append([]string{}, c.required...), c.optional...) {
		known[name] = true
	}
	for i, name := range header {
		name = columnName(name)
		if alias, ok := c.aliases[name]; ok {
			name = alias
		}
		if _, twice := t.columns[name]; twice && known[name] {
			return t.wrong(name, "ingest.error.column-twice")
		}
		if !known[name] && c.strict && name != "" {
			return t.wrong(name, "ingest.error.column-unknown")
		}
		t.columns[name] = i
	}
	for _, name := range c.required {
		if _, ok := t.columns[name]; !ok {
			return t.wrong(name, "ingest.error.column-missing")
		}
	}
	t.r.FieldsPerRecord = len(header)
	return nil
}

func columnName(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), " ", "_")
}

// next goes to the next row that is not empty; false at the end of the file.
func (t *table) next() (bool, error) {
	for {
		offset := t.r.InputOffset()
		row, err := t.read()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		line, _ := t.r.FieldPos(0)
		if n := t.at.Record + 1; n < len(t.src.rows) {
			line = t.src.rows[n] // of the sheet
		}
		t.row, t.at = row, At{Record: t.at.Record + 1, Line: line, Offset: offset}
		if err := t.src.count(t.at); err != nil {
			return false, err
		}
		if !blank(row) {
			return true, nil
		}
	}
}

func blank(row []string) bool {
	for _, cell := range row {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// read takes one record from the file, with errors that a person can act on.
func (t *table) read() ([]string, error) {
	row, err := t.r.Read()
	if t.src.err != nil {
		return nil, t.src.err
	}
	if err == nil {
		t.src.advance(t.r.InputOffset())
		for i, cell := range row {
			if len(cell) > t.src.limits.Field {
				return nil, t.src.tooLarge(At{Record: t.at.Record + 1}, "ingest.error.field-size", "limit", t.src.limits.Field, "column", i+1)
			}
		}
		return row, nil
	}
	if err == io.EOF {
		return nil, err
	}
	return nil, t.failed(row, err)
}

func (t *table) failed(row []string, err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	at := At{Record: t.at.Record + 1, Line: parse.StartLine}
	last := t.src.ended && t.r.InputOffset() >= t.src.delivered
	switch {
	case parse.Err == csv.ErrQuote && last, parse.Err == csv.ErrFieldCount && last && len(row) < t.r.FieldsPerRecord:
		return t.src.wrong(at, "", "ingest.error.truncated")
	case parse.Err == csv.ErrFieldCount:
		return t.src.wrong(at, "", "ingest.error.csv-columns", "got", len(row), "want", t.r.FieldsPerRecord)
	}
	at.Line = parse.Line
	return t.src.wrong(at, "", "ingest.error.csv", "column", parse.Column)
}

// cell is the trimmed text of a column in the current row; empty when the file lacks the column.
func (t *table) cell(name string) string {
	i, ok := t.columns[name]
	if !ok || i >= len(t.row) {
		return ""
	}
	return strings.TrimSpace(t.row[i])
}

// need is the text of a column that must not be empty.
func (t *table) need(name string) (string, error) {
	text := t.cell(name)
	if text == "" {
		return "", t.wrong(name, "ingest.error.required")
	}
	return text, nil
}

// wrong is the error for a column of the current row.
func (t *table) wrong(field, key string, args ...any) error {
	return t.src.wrong(t.at, field, key, args...)
}
