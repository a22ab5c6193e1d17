// Package law holds the provisions that the product cites: instruments with their dates of validity,
// and their articles. The texts of law are not reproduced; titles of EU law come from the Official
// Journal (reuse under Decision 2011/833/EU). Code cites a provision as "law: 2022/2554#6.4"; a test
// refuses a citation that is not here; an instrument may be cited as a whole ("285/40"). An annex is cited by its points ("2024/2690#annex.2.3"), the basic
// obligations of the Italian cybersecurity agency by their requirement ("379907/2025#GV.RR-02.1").
package law

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
)

//go:embed *.csv
var files embed.FS

// Instrument is a legal act.
type Instrument struct {
	ID        string // number, "2022/2554"
	Name      i18n.Text
	ValidFrom string            // day from which it applies; a year or month where no day is known
	ValidTo   string            // last day; empty while in force
	Successor string            // id of the instrument that took its place
	Articles  map[string]string // number to title, in English
}

// Citation is a place in an instrument: "2022/2554#6.4" is article 6, paragraph 4.
type Citation string

// Annex is the place of an annex, before its points.
const Annex = "annex"

var instruments = mustLoad()

var citation = regexp.MustCompile(`^([0-9A-Z]+(?:[/-][0-9A-Z]+)+)(?:#([0-9]+|annex|[A-Z]{2}\.[A-Z]{2}-[0-9]{2})((?:\.[0-9a-z]+)*))?$`)

// Find resolves a citation; the instrument and the article must be known.
func (c Citation) Find() (Instrument, error) {
	m := citation.FindStringSubmatch(string(c))
	if m == nil {
		return Instrument{}, problem.New(problem.Invalid, "law.error.form", "value", string(c))
	}
	instrument, ok := instruments[m[1]]
	if _, known := instrument.Articles[m[2]]; !ok || m[2] != "" && !known {
		return Instrument{}, problem.New(problem.NotFound, "law.error.unknown", "value", string(c))
	}
	return instrument, nil
}

// In writes the citation as people cite: "Regulation (EU) 2022/2554 (DORA), art. 6(4)",
// "Regolamento (UE) 2022/2554 (DORA), art. 6, par. 4". An unknown citation is written as it is.
func (c Citation) In(lang i18n.Lang) string {
	instrument, err := c.Find()
	if err != nil {
		return string(c)
	}
	m := citation.FindStringSubmatch(string(c))
	if m[2] == "" {
		return instrument.Name.In(lang)
	}
	parts := strings.Split(strings.TrimPrefix(m[3], "."), ".")
	if parts[0] == "" {
		parts = nil
	}
	if m[2] == Annex || strings.Contains(m[2], "-") {
		return instrument.Name.In(lang) + ", " + point(m[2], parts, lang)
	}
	place := "art. " + m[2]
	for i, part := range parts {
		switch {
		case lang == i18n.EN:
			place += "(" + part + ")"
		case i == 0 && part[0] <= '9':
			place += ", par. " + part
		default:
			place += ", lett. " + part + ")"
		}
	}
	return instrument.Name.In(lang) + ", " + place
}

// point writes a point of an annex ("annex, 1.1.1(k)") or a requirement ("GV.RR-02, point 1").
func point(of string, parts []string, lang i18n.Lang) string {
	name, numbers, letters := of, []string{}, ""
	if of == Annex && lang == i18n.IT {
		name = "allegato"
	}
	for _, part := range parts {
		switch {
		case part[0] <= '9':
			numbers = append(numbers, part)
		case lang == i18n.IT:
			letters += ", lett. " + part + ")"
		default:
			letters += "(" + part + ")"
		}
	}
	if len(numbers) == 0 {
		return name
	}
	word := map[i18n.Lang]string{i18n.EN: ", point ", i18n.IT: ", punto "}[lang]
	return name + word + strings.Join(numbers, ".") + letters
}

// Since is the day from which the provision applies; until is the last one, empty while it is in force.
func (c Citation) Since() (since, until string) {
	instrument, err := c.Find()
	if err != nil {
		return "", ""
	}
	return instrument.ValidFrom, instrument.ValidTo
}

// Title is the title of the article, in English as the Official Journal has it.
func (c Citation) Title() string {
	instrument, err := c.Find()
	if err != nil {
		return ""
	}
	return instrument.Articles[citation.FindStringSubmatch(string(c))[2]]
}

func mustLoad() map[string]Instrument {
	all, err := load()
	if err != nil {
		panic(err) // impossible: the data are embedded and tested
	}
	return all
}

func load() (map[string]Instrument, error) {
	all := map[string]Instrument{}
	err := rows("instruments.csv", 7, func(row []string) error {
		all[row[0]] = Instrument{
			ID: row[0], Name: i18n.Text{EN: row[1], IT: row[2]}, ValidFrom: row[3], ValidTo: row[4], Successor: row[6], Articles: map[string]string{},
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, rows("articles.csv", 3, func(row []string) error {
		instrument, ok := all[row[0]]
		if !ok {
			return fmt.Errorf("articles.csv: instrument %s is unknown", row[0])
		}
		instrument.Articles[row[1]] = row[2]
		return nil
	})
}

func rows(name string, fields int, each func([]string) error) error {
	file, err := files.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	in := csv.NewReader(file)
	in.FieldsPerRecord = fields
	if _, err := in.Read(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for {
		row, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

// All lists the instruments by id.
func All() []Instrument {
	all := slices.Collect(maps.Values(instruments))
	slices.SortFunc(all, func(a, b Instrument) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Historic tells whether an instrument is no longer in force on a day; of some only the year is known, which ends then.
func (i Instrument) Historic(day string) bool {
	return i.ValidTo != "" && i.ValidTo < day && !strings.HasPrefix(day, i.ValidTo)
}

// legal is how a reference to a provision begins that has the form of a citation.
var legal = regexp.MustCompile(`^[0-9]+/[0-9]+#`)

// Cited finds the instrument to which a reference in free words points: a citation, or words that hold the id of an
// instrument ("EBA/GL/2019/04, 3.2"). It cites when it is a provision at all; one that is not known has no id.
func Cited(text string) (instrument Instrument, cites bool) {
	if found, err := Citation(text).Find(); err == nil {
		return found, true
	}
	for _, one := range All() {
		if strings.Contains(text, one.ID) && !legal.MatchString(text) {
			return one, true
		}
	}
	return Instrument{}, legal.MatchString(text)
}
