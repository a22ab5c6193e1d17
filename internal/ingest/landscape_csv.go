package ingest

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/money"
	"accordo.dev/internal/ref"
)

// The landscape comes in two tables of our own: elements.csv, the things on the map, and connections.csv, what
// runs between them. Only the columns that name a thing are required; an empty cell means "not said", never zero.
// Which kinds, layers and classes exist is for the landscape to decide, not for the reader.

var (
	elementColumns = columns{
		required: []string{"id", "kind", "name"},
		optional: []string{
			"name_it", "layer", "outside", "criticality", "owner", "rto_min", "rpo_min", "mtpd_min", "confidentiality",
			"integrity", "availability", "lifecycle", "end_of_life", "cost_eur_year", "tags",
		},
		strict: true,
	}
	connectionColumns = columns{
		required: []string{"from", "kind", "to"},
		optional: []string{
			"dependency", "strength", "protocol", "data", "encrypted", "authenticated", "phase", "agreement",
		},
		strict: true,
	}
)

// WriteElementsTemplate writes the header of elements.csv and rows that show how to fill it.
func WriteElementsTemplate(w io.Writer) error {
	return writeTemplate(w, elementColumns, [][]string{
		{"payments", "service", "Payments", "Pagamenti", "business", "no", "high", "operations", "120", "15", "480", "high", "high", "high", "active", "", "", "core|customer"},
		{"pay-app", "application", "Payment application", "Applicazione pagamenti", "application", "no", "high", "it-development", "60", "15", "", "high", "high", "high", "active", "2028-12-31", "120000.00", "core"},
		{"cloud-host", "supplier", "Hosting provider", "Fornitore di hosting", "", "yes", "", "procurement", "", "", "", "", "", "", "", "", "", ""},
	})
}

// WriteConnectionsTemplate writes the header of connections.csv and rows that show how to fill it.
func WriteConnectionsTemplate(w io.Writer) error {
	return writeTemplate(w, connectionColumns, [][]string{
		{"payments", "realized-by", "pay-app", "forward", "hard", "", "", "", "", "", ""},
		{"pay-app", "hosted-by", "cloud-host", "forward", "hard", "https", "payment orders", "yes", "yes", "maintaining", "SLA-2026-04"},
	})
}

func writeTemplate(w io.Writer, c columns, rows [][]string) error {
	out := csv.NewWriter(w)
	if err := out.Write(append(slices.Clone(c.required), c.optional...)); err != nil {
		return err
	}
	return out.WriteAll(rows)
}

// ReadElements gives out the rows of elements.csv and the order of its dates. It holds them in memory.
func ReadElements(src *Source, o DateOptions, emit func(ElementRecord) error) (DateOrder, error) {
	t, err := openTable(src, elementColumns)
	if err != nil {
		return "", err
	}
	e := &elementReader{t: t, lines: map[string]int{}}
	if err := e.read(); err != nil {
		return "", err
	}
	order, err := e.votes.decide(src, o.Order)
	if err != nil {
		return "", err
	}
	for _, row := range e.rows {
		if row.dated {
			var ok bool
			if row.record.EndOfLife, ok = row.end.in(order, o.zone()); !ok {
				return "", src.wrong(row.record.At, "end_of_life", "ingest.error.date-order", "order", order)
			}
		}
		if err := emit(row.record); err != nil {
			return "", err
		}
	}
	return order, nil
}

type elementReader struct {
	t     *table
	votes dateVotes
	lines map[string]int // of every id
	rows  []elementRow
}

type elementRow struct {
	record ElementRecord
	end    stamp
	dated  bool
}

func (e *elementReader) read() error {
	for {
		more, err := e.t.next()
		if err != nil || !more {
			return err
		}
		row, err := e.row()
		if err != nil {
			return err
		}
		e.rows = append(e.rows, row)
	}
}

func (e *elementReader) row() (row elementRow, err error) {
	c := cells{t: e.t}
	r := ElementRecord{
		ID: c.id("id"), Kind: c.need("kind"), Name: c.need("name"), NameIT: c.text("name_it"), Layer: c.text("layer"),
		Outside: c.yesNo("outside"), Criticality: c.text("criticality"), Owner: c.text("owner"),
		RTO: c.number("rto_min"), RPO: c.number("rpo_min"), MTPD: c.number("mtpd_min"),
		Confidentiality: c.text("confidentiality"), Integrity: c.text("integrity"), Availability: c.text("availability"),
		Lifecycle: c.text("lifecycle"), CostPerYear: c.euro("cost_eur_year"), Tags: c.list("tags"), At: e.t.at,
	}
	if text := c.text("end_of_life"); text != "" {
		if row.end, row.dated = parseStamp(text); !row.dated {
			c.fail("end_of_life", "ingest.error.date", "value", clip(text))
		}
		e.votes.add(row.end, "end_of_life", e.t.at)
	}
	if first, twice := e.lines[r.ID]; twice {
		c.fail("id", "ingest.error.duplicate-line", "value", r.ID, "line", first)
	}
	e.lines[r.ID] = e.t.at.Line
	row.record = r
	return row, c.err
}

// ReadConnections gives out the rows of connections.csv. Whether the ends exist is not checked here, because they
// may be known from elsewhere: see DanglingEnds. Two rows alike in from, kind, to, protocol and data are refused.
func ReadConnections(src *Source, emit func(ConnectionRecord) error) error {
	t, err := openTable(src, connectionColumns)
	if err != nil {
		return err
	}
	lines := map[[5]string]int{}
	for {
		more, err := t.next()
		if err != nil || !more {
			return err
		}
		c := cells{t: t}
		r := ConnectionRecord{
			From: c.id("from"), Kind: c.need("kind"), To: c.id("to"), Dependency: c.one("dependency", "forward", "backward", "none"),
			Strength: c.one("strength", "hard", "soft"), Protocol: c.text("protocol"), Data: c.text("data"),
			Encrypted: c.yesNo("encrypted"), Authenticated: c.yesNo("authenticated"),
			Phase: c.one("phase", "planning", "establishing", "maintaining", "discontinuing"), Agreement: c.text("agreement"), At: t.at,
		}
		key := [5]string{r.From, r.Kind, r.To, r.Protocol, r.Data}
		if first, twice := lines[key]; twice {
			c.fail("from", "ingest.error.duplicate-line", "value", r.From, "line", first)
		}
		if c.err != nil {
			return c.err
		}
		lines[key] = t.at.Line
		if err := emit(r); err != nil {
			return err
		}
	}
}

// DanglingEnds finds the ends of connections that name no known element.
func DanglingEnds(file string, connections []ConnectionRecord, known func(id string) bool) (dangling []DanglingReference) {
	for _, c := range connections {
		if !known(c.From) {
			dangling = append(dangling, DanglingReference{Ref: c.From, From: c.To, Field: "from", File: file, At: c.At})
		}
		if !known(c.To) {
			dangling = append(dangling, DanglingReference{Ref: c.To, From: c.From, Field: "to", File: file, At: c.At})
		}
	}
	return dangling
}

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

func (c *cells) text(name string) string { return strings.Clone(c.t.cell(name)) }

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
