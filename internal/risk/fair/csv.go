package fair

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/problem"
)

// Columns of a portfolio as CSV, in any order; name may be left out.
var Columns = []string{"id", "name", "frequency", "low", "high"}

// ReadCSV reads loss events of a frequency a year (Poisson), each of a lognormal loss with 5 % and 95 % points low and
// high. The first line names the columns. Errors name line and column.
func ReadCSV(data []byte) (Portfolio, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	header, err := r.Read()
	if err != nil {
		return Portfolio{}, notCSV(err)
	}
	place, wrong := columnsOf(header)
	if len(wrong) > 0 {
		return Portfolio{}, problem.Many(wrong)
	}
	var p Portfolio
	lines := map[string]int{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return p, notCSV(err)
		}
		line, _ := r.FieldPos(0)
		s, bad := row(record, place, line)
		if lines[s.ID] > 0 && len(bad) == 0 {
			bad = append(bad, problem.Field("id", "problem.twice", "value", s.ID).At(problem.Source{Line: line}))
		}
		lines[s.ID] = line
		wrong = append(wrong, bad...)
		p.Scenarios = append(p.Scenarios, s)
	}
	if len(p.Scenarios) == 0 {
		return p, problem.New(problem.Invalid, "fair.error.no-rows")
	}
	return p, problem.Many(wrong)
}

func notCSV(err error) error {
	wrong := problem.New(problem.Invalid, "fair.error.not-csv")
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		wrong = wrong.At(problem.Source{Line: parse.Line})
	}
	return wrong
}

func columnsOf(header []string) (place map[string]int, wrong []*problem.Error) {
	place = map[string]int{}
	first := problem.Source{Line: 1}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := place[name]; twice {
			wrong = append(wrong, problem.Field(name, "problem.twice", "value", name).At(first))
		} else if !slices.Contains(Columns, name) {
			wrong = append(wrong, problem.Field(name, "fair.error.unknown-column", "value", name, "known", strings.Join(Columns, ", ")).At(first))
		}
		place[name] = i
	}
	for _, name := range Columns {
		if _, there := place[name]; !there && name != "name" {
			wrong = append(wrong, problem.Field(name, "fair.error.no-column", "value", name, "known", strings.Join(Columns, ",")).At(first))
		}
	}
	return place, wrong
}

// row reads one scenario.
func row(record []string, place map[string]int, line int) (Scenario, []*problem.Error) {
	var wrong []*problem.Error
	refuse := func(column, key string, args ...any) {
		wrong = append(wrong, problem.Field(column, key, args...).At(problem.Source{Line: line}))
	}
	if len(record) != len(place) {
		refuse("", "fair.error.row", "want", len(place), "got", len(record))
		return Scenario{}, wrong
	}
	number := func(column string) float64 {
		x, err := strconv.ParseFloat(strings.TrimSpace(record[place[column]]), 64)
		if errors.Is(err, strconv.ErrSyntax) {
			refuse(column, "fair.error.not-number")
		}
		return x
	}
	s := Scenario{ID: strings.TrimSpace(record[place["id"]]), Frequency: Fixed(number("frequency"))}
	if i, there := place["name"]; there {
		s.Name = strings.TrimSpace(record[i])
	}
	s.Primary = []Loss{{Amount: Interval90(number("low"), number("high"))}}
	if len(wrong) > 0 {
		return s, wrong
	}
	for _, p := range s.Check("") {
		refuse(columnOf(p.Field), p.Key, pairs(p.Args)...)
	}
	return s, wrong
}

// columnOf is the column that a field of the scenario was read from.
func columnOf(field string) string {
	switch {
	case strings.HasPrefix(field, "frequency"):
		return "frequency"
	case strings.HasSuffix(field, ".p95"), field == "primary[0].amount":
		return "high"
	case strings.HasPrefix(field, "primary"):
		return "low"
	default:
		return field
	}
}

func pairs(args map[string]any) []any {
	var list []any
	for name, value := range args {
		list = append(list, name, value)
	}
	return list
}
