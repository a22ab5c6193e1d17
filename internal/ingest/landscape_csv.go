package ingest

import (
	"encoding/csv"
	"io"
	"slices"
)

// The landscape comes in three tables of our own: elements.csv, the things on the map, connections.csv, what
// runs between them, and agreements.csv, what was agreed about them. Only the columns that name a thing are required;
// an empty cell means "not said", never zero. Which kinds, layers and classes exist is for the landscape to decide,
// not for the reader.

var (
	elementColumns = columns{
		required: []string{"id", "kind", "name"},
		optional: []string{
			"name_it", "description", "layer", "variant", "domain", "outside", "criticality", "owner", "security_owner",
			"rto_min", "rpo_min", "mtpd_min", "mtdl_min", "slo", "bia_weight", "loss_eur_hour", "monitored",
			"confidentiality", "integrity", "availability", "lifecycle", "end_of_life", "cost_eur_year", "substitutability",
			"exit_plan", "tags", "aliases", "properties", "original",
		},
		strict: true,
	}
	connectionColumns = columns{
		required: []string{"from", "kind", "to"},
		optional: []string{
			"id", "dependency", "strength", "k_of_n", "protocol", "data", "encrypted", "authenticated", "logged", "phase", "agreement",
			"owner_from", "owner_to", "review_on", "properties", "original", "from_tie", "to_tie",
		},
		strict: true,
	}
	agreementColumns = columns{
		required: []string{"id", "kind", "title"},
		optional: []string{"title_it", "party", "from", "until", "covers", "properties"},
		strict:   true,
	}
)

// ElementColumns, ConnectionColumns and AgreementColumns are the headers of our own tables, in their order.
var (
	ElementColumns    = append(slices.Clone(elementColumns.required), elementColumns.optional...)
	ConnectionColumns = append(slices.Clone(connectionColumns.required), connectionColumns.optional...)
	AgreementColumns  = append(slices.Clone(agreementColumns.required), agreementColumns.optional...)
)

// Template is an empty table of ours with rows that show how to fill it. The rows of all templates belong together.
type Template struct {
	Name string // of the table, without an extension
	Rows [][]string
}

// Templates are the tables of ours.
var Templates = []Template{
	{"elements", sampleRows(ElementColumns, []map[string]string{
		{
			"id": "payments", "kind": "service", "name": "Payments", "name_it": "Pagamenti", "layer": "business", "domain": "Payments", "outside": "no",
			"criticality": "1", "rto_min": "120", "rpo_min": "15", "mtpd_min": "480", "mtdl_min": "15", "slo": "0.999", "loss_eur_hour": "40000.00",
			"confidentiality": "3", "integrity": "4", "availability": "4", "lifecycle": "live", "tags": "core|customer",
		},
		{
			"id": "pay-app", "kind": "system", "name": "Payment application", "name_it": "Applicazione pagamenti", "layer": "application",
			"variant": "cloud", "domain": "Payments", "outside": "no", "criticality": "1", "rto_min": "60", "rpo_min": "15", "confidentiality": "3",
			"integrity": "4", "availability": "4", "lifecycle": "live", "end_of_life": "2028-12-31", "cost_eur_year": "120000.00", "tags": "core",
			"aliases": "pay-app-01|pay-app-02", "properties": `{"room": "B2"}`,
		},
		{
			"id": "cloud-host", "kind": "supplier", "name": "Hosting provider", "name_it": "Fornitore di hosting", "outside": "yes",
			"substitutability": "medium", "exit_plan": "yes",
		},
	})},
	{"connections", sampleRows(ConnectionColumns, []map[string]string{
		{"from": "payments", "kind": "uses", "to": "pay-app", "dependency": "forward", "strength": "hard"},
		{
			"from": "pay-app", "kind": "supplied-by", "to": "cloud-host", "dependency": "forward", "strength": "hard", "protocol": "https",
			"data": "payment orders", "encrypted": "yes", "authenticated": "yes", "logged": "yes", "phase": "live", "agreement": "hosting-2026",
			"review_on": "2027-06-30",
		},
	})},
	{"agreements", sampleRows(AgreementColumns, []map[string]string{
		{
			"id": "hosting-2026", "kind": "contract", "title": "Hosting of payments", "title_it": "Hosting dei pagamenti", "party": "cloud-host",
			"from": "2026-01-01", "until": "2028-12-31", "covers": "pay-app",
		},
	})},
}

func sampleRows(columns []string, rows []map[string]string) [][]string {
	all := [][]string{columns}
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, name := range columns {
			cells[i] = row[name]
		}
		all = append(all, cells)
	}
	return all
}

// WriteCSV writes the table with a comma between the cells.
func (t Template) WriteCSV(w io.Writer) error { return csv.NewWriter(w).WriteAll(t.Rows) }

// ReadElements gives out the rows of elements.csv and the order of its dates. It holds them in memory.
func ReadElements(src *Source, o DateOptions, emit func(ElementRecord) error) (DateOrder, error) {
	t, err := openTable(src, elementColumns)
	if err != nil {
		return "", err
	}
	e := &tableReader[ElementRecord]{t: t, lines: map[string]int{}}
	return e.run(o, e.elementRow, emit)
}

// tableReader holds the rows of one of our tables until the order of its dates is known.
type tableReader[T any] struct {
	t     *table
	days  days
	lines map[string]int // of every id
	rows  []*T
}

func (r *tableReader[T]) run(o DateOptions, row func(*cells) *T, emit func(T) error) (DateOrder, error) {
	for {
		more, err := r.t.next()
		if err != nil {
			return "", err
		}
		if !more {
			break
		}
		c := cells{t: r.t}
		record := row(&c)
		if c.err != nil {
			return "", c.err
		}
		r.rows = append(r.rows, record)
	}
	order, err := r.days.settle(r.t.src, o)
	if err != nil {
		return "", err
	}
	for _, record := range r.rows {
		if err := emit(*record); err != nil {
			return "", err
		}
	}
	return order, nil
}

// once refuses a key that an earlier row has.
func (r *tableReader[T]) once(c *cells, field, shown, key string) {
	if first, twice := r.lines[key]; twice {
		c.fail(field, "ingest.error.duplicate-line", "value", shown, "line", first)
	}
	r.lines[key] = r.t.at.Line
}

func (r *tableReader[T]) elementRow(c *cells) *ElementRecord {
	e := &ElementRecord{
		ID: c.id("id"), Kind: c.need("kind"), Name: c.need("name"), NameIT: c.text("name_it"), Description: c.text("description"),
		Layer: c.text("layer"), Variant: c.text("variant"), Domain: c.text("domain"), Outside: c.yesNo("outside"), Monitored: c.yesNo("monitored"),
		Criticality: c.text("criticality"), Owner: c.text("owner"), SecurityOwner: c.text("security_owner"),
		RTO: c.number("rto_min"), RPO: c.number("rpo_min"), MTPD: c.number("mtpd_min"), MTDL: c.number("mtdl_min"),
		SLO: c.fraction("slo"), BIAWeight: c.fraction("bia_weight"),
		Confidentiality: c.text("confidentiality"), Integrity: c.text("integrity"), Availability: c.text("availability"),
		Lifecycle: c.text("lifecycle"), CostPerYear: c.euro("cost_eur_year"), LossPerHour: c.euro("loss_eur_hour"),
		Substitutability: c.text("substitutability"), ExitPlan: c.yesNo("exit_plan"),
		Tags: c.list("tags"), Aliases: c.lines("aliases"), Properties: c.properties("properties"),
		Original: c.text("original"), At: r.t.at,
	}
	r.days.read(c, "end_of_life", &e.EndOfLife)
	r.once(c, "id", e.ID, e.ID)
	return e
}

// ReadConnections gives out the rows of connections.csv. Whether the ends exist is not checked here, because they
// may be known from elsewhere: see DanglingEnds. Two rows alike in id, from, kind, to, protocol and data are refused.
func ReadConnections(src *Source, o DateOptions, emit func(ConnectionRecord) error) error {
	t, err := openTable(src, connectionColumns)
	if err != nil {
		return err
	}
	r := &tableReader[ConnectionRecord]{t: t, lines: map[string]int{}}
	_, err = r.run(o, r.connectionRow, emit)
	return err
}

func (r *tableReader[T]) connectionRow(c *cells) *ConnectionRecord {
	e := &ConnectionRecord{
		ID: c.optionalID("id"), From: c.id("from"), Kind: c.need("kind"), To: c.id("to"), Dependency: c.one("dependency", "forward", "backward", "none"),
		Strength: c.one("strength", "hard", "soft"), KOfN: c.number("k_of_n"), Protocol: c.text("protocol"), Data: c.text("data"),
		Encrypted: c.yesNo("encrypted"), Authenticated: c.yesNo("authenticated"), Logged: c.yesNo("logged"),
		Phase:     c.one("phase", "planning", "planned", "establishing", "maintaining", "live", "discontinuing"),
		Agreement: c.text("agreement"), OwnerFrom: c.text("owner_from"), OwnerTo: c.text("owner_to"), Properties: c.properties("properties"),
		Original: c.text("original"), FromTie: c.optionalID("from_tie"), ToTie: c.optionalID("to_tie"), At: r.t.at,
	}
	r.days.read(c, "review_on", &e.ReviewOn)
	r.once(c, "from", e.From, e.ID+"\x1f"+e.FromTie+"\x1f"+e.ToTie+"\x1f"+e.From+"\x1f"+e.Kind+"\x1f"+e.To+"\x1f"+e.Protocol+"\x1f"+e.Data)
	return e
}

// ReadAgreements gives out the rows of agreements.csv.
func ReadAgreements(src *Source, o DateOptions, emit func(AgreementRecord) error) error {
	t, err := openTable(src, agreementColumns)
	if err != nil {
		return err
	}
	r := &tableReader[AgreementRecord]{t: t, lines: map[string]int{}}
	_, err = r.run(o, r.agreementRow, emit)
	return err
}

func (r *tableReader[T]) agreementRow(c *cells) *AgreementRecord {
	a := &AgreementRecord{
		ID: c.id("id"), Kind: c.need("kind"), Title: c.need("title"), TitleIT: c.text("title_it"), Party: c.optionalID("party"),
		Covers: c.list("covers"), Properties: c.properties("properties"), At: r.t.at,
	}
	r.days.read(c, "from", &a.From)
	r.days.read(c, "until", &a.Until)
	r.once(c, "id", a.ID, a.ID)
	return a
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
