package ingest

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"accordo.dev/internal/money"
	"accordo.dev/internal/ref"
)

// cells reads the cells of a row and keeps the first error.
type cells struct {
	t   *table
	err error
}

func (c *cells) fail(field, key string, args ...any) {
	if c.err == nil {
		c.err = c.t.wrong(field, key, args...)
	}
}

// text is a cell; an apostrophe that only keeps a spreadsheet from running it as a formula is taken off.
func (c *cells) text(name string) string {
	text := c.t.cell(name)
	if len(text) > 1 && text[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(text[1])) {
		text = text[1:]
	}
	return strings.Clone(text)
}

func (c *cells) need(name string) string {
	text := c.text(name)
	if text == "" {
		c.fail(name, "ingest.error.required")
	}
	return text
}

func (c *cells) id(name string) string {
	text := c.need(name)
	if text != "" && !ref.ValidID(text) {
		c.fail(name, "ingest.error.id", "value", clip(text))
	}
	return text
}

// optionalID is an id that may be missing.
func (c *cells) optionalID(name string) string {
	if c.t.cell(name) == "" {
		return ""
	}
	return c.id(name)
}

// one reads a word of a short list, in any case.
func (c *cells) one(name string, allowed ...string) string {
	text := c.text(name)
	word := strings.ToLower(text)
	if text != "" && !slices.Contains(allowed, word) {
		c.fail(name, "ingest.error.one-of", "value", clip(text), "allowed", strings.Join(allowed, ", "))
	}
	return word
}

func (c *cells) yesNo(name string) *bool {
	yes := true
	switch text := c.text(name); strings.ToLower(text) {
	case "":
		return nil
	case "yes", "true", "1", "si", "sì":
	case "no", "false", "0":
		yes = false
	default:
		c.fail(name, "ingest.error.yes-no", "value", clip(text))
	}
	return &yes
}

func (c *cells) number(name string) *int {
	text := c.text(name)
	if text == "" {
		return nil
	}
	n, ok := count(text)
	if !ok {
		c.fail(name, "ingest.error.number", "value", clip(text))
	}
	return &n
}

// fraction reads a number that is not negative, behind a point or comma.
func (c *cells) fraction(name string) *float64 {
	text := c.text(name)
	if text == "" {
		return nil
	}
	f, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || f < 0 || math.IsInf(f, 0) || math.IsNaN(f) {
		c.fail(name, "ingest.error.number", "value", clip(text))
		return nil
	}
	return &f
}

// euro reads an amount with at most two decimals behind a point or comma and nothing between thousands, where
// a point and a comma could not be told apart.
func (c *cells) euro(name string) *money.Amount {
	text := c.text(name)
	if text == "" {
		return nil
	}
	whole, decimals, _ := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	euros, err := strconv.ParseUint(whole, 10, 63)
	cents, ok := digits((decimals + "00")[:max(2, len(decimals))], 2)
	if err != nil || !ok || euros > math.MaxInt64/100-1 {
		c.fail(name, "ingest.error.amount", "value", clip(text))
		return nil
	}
	return &money.Amount{Cents: int64(euros)*100 + int64(cents), Currency: money.EUR}
}

// list reads words separated by "|", "," or ";".
func (c *cells) list(name string) (words []string) {
	for _, word := range strings.FieldsFunc(c.text(name), func(r rune) bool { return strings.ContainsRune("|,;", r) }) {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// lines reads names separated by "|" only: names may hold commas.
func (c *cells) lines(name string) (words []string) {
	for word := range strings.SplitSeq(c.text(name), "|") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// properties reads names with values, written as a JSON object of texts.
func (c *cells) properties(name string) map[string]string {
	text := c.text(name)
	if text == "" {
		return nil
	}
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		c.fail(name, "ingest.error.object", "value", clip(text))
		return nil
	}
	return flat(object)
}

// flat makes texts of the values of a JSON object: text as it is, everything else as JSON. What says nothing is left out.
func flat(object map[string]any) map[string]string {
	props := map[string]string{}
	for key, value := range object {
		switch v := value.(type) {
		case nil:
		case string:
			if v != "" {
				props[key] = v
			}
		default:
			data, _ := json.Marshal(v) //nolint:errcheck // it came from JSON
			props[key] = string(data)
		}
	}
	if len(props) == 0 {
		return nil
	}
	return props
}

// days are the dates of a table. The order of day and month shows only when all of them are known.
type days struct {
	votes dateVotes
	open  []openDay
}

type openDay struct {
	stamp
	into  *time.Time
	field string
	at    At
}

// read notes the day of a cell; into is set by settle.
func (d *days) read(c *cells, field string, into *time.Time) {
	text := c.text(field)
	if text == "" {
		return
	}
	s, ok := parseStamp(text)
	if !ok {
		c.fail(field, "ingest.error.date", "value", clip(text))
		return
	}
	d.votes.add(s, field, c.t.at)
	d.open = append(d.open, openDay{stamp: s, into: into, field: field, at: c.t.at})
}

// settle decides on the order and sets all days.
func (d *days) settle(src *Source, o DateOptions) (DateOrder, error) {
	order, err := d.votes.decide(src, o.Order)
	if err != nil {
		return "", err
	}
	for _, one := range d.open {
		day, ok := one.in(order, o.zone())
		if !ok {
			return "", src.wrong(one.at, one.field, "ingest.error.date-order", "order", order)
		}
		*one.into = day
	}
	return order, nil
}
