package ingest

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The register of information under DORA (Implementing Regulation 2024/2956) is a package of tables "b_XX.XX.csv". Their columns have codes
// (c0010, c0020, ...); some converters write one row for each datapoint instead, with the keys of the row in columns named by
// dimensions. Taken are the entities that keep the register, the providers with their ultimate parents, the functions with their
// recovery objectives, the contracts, who supplies what to whom and at which rank, and the assessment of the providers. Dates of
// the year 9999 mean that there is none.

// IsDORA tells whether a file is a table of the register.
func IsDORA(g Glimpse) bool {
	return doraName.MatchString(g.Name) || g.Columns("templateid", "reported") || g.Name == "parameters.csv" && g.Columns("name", "value")
}

var doraName = regexp.MustCompile(`^b_\d\d\.\d\d\.csv$`)

// doraDatapoints are the columns that datapoints stand for, in the tables that are taken (taxonomy 4.0).
var doraDatapoints = map[string]string{
	"dp480323": "c0020", "dp487507": "c0030", "dp487476": "c0040", "dp487479": "c0050", "dp487477": "c0060", // b_01.01
	"dp480324": "c0020", "dp487508": "c0030", "dp487136": "c0040", "dp487510": "c0050", "dp480859": "c0060", // b_01.02
	"dp482938": "c0070", "dp482939": "c0080", "dp482940": "c0090", "dp487511": "c0100", "dp482941": "c0110",
	"dp483167": "c0020", "dp487321": "c0030", "dp487512": "c0040", "dp483144": "c0050", // b_02.01
	"dp3296069": "c0040", "dp3291598": "c0070", "dp3291599": "c0080", "dp3291600": "c0090", "dp3291614": "c0100", // b_02.02
	"dp3291615": "c0110", "dp3291613": "c0120", "dp3291603": "c0140", "dp3291602": "c0170", "dp3291601": "c0180",
	"dp3296075": "c0030", "dp3291720": "c0050", "dp3296076": "c0060", "dp3291612": "c0070", "dp3291616": "c0080", // b_05.01
	"dp3291617": "c0090", "dp3291597": "c0100", "dp3291596": "c0110", "dp3296070": "c0020", "dp3296073": "c0040", "dp3296074": "c0120",
	"dp3296071": "c0040", "dp3296072": "c0070", // b_05.02
	"dp485465": "c0020", "dp487452": "c0030", "dp485467": "c0050", "dp485468": "c0060", "dp485466": "c0070", // b_06.01
	"dp487474": "c0080", "dp487475": "c0090", "dp485464": "c0100",
	"dp3296068": "c0030", "dp3291608": "c0050", "dp3291609": "c0060", "dp3291605": "c0070", "dp3291604": "c0080", // b_07.01
	"dp3291610": "c0090", "dp3291611": "c0100", "dp3291606": "c0110", "dp3291607": "c0120",
}

// doraTables are the tables that are taken: the columns that make a row's key, and the dimensions that stand for them.
var doraTables = map[string]struct {
	keys       []string
	dimensions map[string]string
	read       func(*doraReader, doraRow) error
}{
	"b_01.01": {[]string{"c0010"}, map[string]string{"ERI": "c0010"}, (*doraReader).entity},
	"b_01.02": {[]string{"c0010"}, map[string]string{"ESI": "c0010"}, (*doraReader).entity},
	"b_02.01": {[]string{"c0010"}, map[string]string{"CRZ": "c0010"}, (*doraReader).contract},
	"b_02.02": {
		[]string{"c0010", "c0020", "c0030", "c0050", "c0060"},
		map[string]string{"CRZ": "c0010", "qLES": "c0020", "ICT": "c0030", "IOB": "c0050", "TYA": "c0060", "qNMP": "c0130", "qNMR": "c0150", "qNNB": "c0160"},
		(*doraReader).use,
	},
	"b_05.01": {[]string{"c0010"}, map[string]string{"ICT": "c0010"}, (*doraReader).provider},
	"b_05.02": {
		[]string{"c0010", "c0020", "c0030", "c0050", "c0060"},
		map[string]string{"CRZ": "c0010", "TIC": "c0020", "ICT": "c0030", "ii1713": "c0050", "si1456": "c0060"},
		(*doraReader).rank,
	},
	"b_06.01": {[]string{"c0010", "c0040"}, map[string]string{"IOB": "c0010", "qLES": "c0040"}, (*doraReader).function},
	"b_07.01": {[]string{"c0010", "c0020", "c0040"}, map[string]string{"CRZ": "c0010", "ICT": "c0020", "TIC": "c0040"}, (*doraReader).assessment},
}

// doraOrder is the order in which tables are read: things before what hangs on them.
var doraOrder = []string{"b_01.01", "b_01.02", "b_05.01", "b_06.01", "b_02.01", "b_02.02", "b_05.02", "b_07.01"}

// ReadDORA reads the tables of one register.
func ReadDORA(sources []*Source) (Catalogue, error) {
	d := doraReader{gatherer: newGatherer(), contracts: map[string]int{}}
	byTable := map[string][]*Source{}
	for _, src := range sources {
		name := strings.ToLower(strings.TrimSuffix(path.Base(src.name), path.Ext(src.name)))
		if _, taken := doraTables[name]; taken {
			byTable[name] = append(byTable[name], src)
		} else {
			d.catalogue.Unread = append(d.catalogue.Unread, src.name)
		}
	}
	for _, name := range doraOrder {
		for _, src := range byTable[name] {
			rows, err := doraRows(src, name)
			if err != nil {
				return Catalogue{}, err
			}
			for _, row := range rows {
				if err := doraTables[name].read(&d, row); err != nil {
					return Catalogue{}, err
				}
			}
		}
	}
	return d.finish(), nil
}

// doraRow is a row by the codes of its columns.
type doraRow struct {
	src   *Source
	at    At
	cells map[string]string
}

// doraRows reads a table, or puts the datapoints of a row together.
func doraRows(src *Source, name string) ([]doraRow, error) {
	table := doraTables[name]
	t, err := openTable(src, columns{})
	if err != nil {
		return nil, err
	}
	_, points := t.columns["datapoint"]
	for _, key := range table.keys {
		if _, there := t.columns[key]; !there && !points {
			return nil, t.wrong(key, "ingest.error.column-missing")
		}
	}
	var rows []doraRow
	byKey := map[string]int{}
	err = t.each(func(c *cells) error {
		row := doraRow{src: src, at: t.at, cells: map[string]string{}}
		for column := range t.columns {
			row.cells[column] = doraValue(c.text(column))
		}
		if points {
			return row.join(table.dimensions, &rows, byKey)
		}
		rows = append(rows, row)
		return nil
	})
	for _, row := range rows {
		for _, key := range table.keys {
			if row.cells[key] == "" && err == nil {
				err = src.wrong(row.at, key, "ingest.error.required")
			}
		}
	}
	return rows, err
}

// join adds one datapoint to the row with its keys.
func (r doraRow) join(dimensions map[string]string, rows *[]doraRow, byKey map[string]int) error {
	column, known := doraDatapoints[r.cells["datapoint"]]
	if !known {
		return r.src.wrong(r.at, "datapoint", "ingest.error.dora.datapoint", "value", clip(r.cells["datapoint"]))
	}
	keys := map[string]string{}
	var key strings.Builder
	for _, dimension := range slices.Sorted(maps.Keys(dimensions)) {
		value := r.cells[strings.ToLower(dimension)]
		keys[dimensions[dimension]] = value
		key.WriteString(value + "\x1f")
	}
	at, there := byKey[key.String()]
	if !there {
		at = len(*rows)
		byKey[key.String()] = at
		*rows = append(*rows, doraRow{src: r.src, at: r.at, cells: keys})
	}
	(*rows)[at].cells[column] = r.cells["factvalue"]
	return nil
}

// doraValue takes the prefix of a code list off a member: "eba_GA:IT" is "IT".
func doraValue(text string) string {
	if prefix, value, ok := strings.Cut(text, ":"); ok && strings.HasPrefix(prefix, "eba_") {
		return value
	}
	return text
}

type doraReader struct {
	*gatherer
	contracts map[string]int // reference → index
}

// props are cells under the names that they get.
func (r doraRow) props(names map[string]string) map[string]string {
	props := map[string]any{}
	for column, name := range names {
		props[name] = r.cells[column]
	}
	return flat(props)
}

// day is a date, zero where there is none.
func (r doraRow) day(column string) (time.Time, error) {
	text := r.cells[column]
	if text == "" || strings.HasPrefix(text, "9999") {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, r.src.wrong(r.at, column, "ingest.error.date", "value", clip(text))
	}
	return day, nil
}

func (d *doraReader) entity(r doraRow) error {
	n := NodeRecord{Ref: "entity:" + r.cells["c0010"], Kind: "entity", Name: r.cells["c0020"], At: r.at, Props: r.props(map[string]string{"c0010": "lei", "c0030": "country"})}
	_, err := d.once(r.src, n) // the entity that keeps the register stands in both tables
	if parent := r.cells["c0060"]; err == nil && strings.Contains(r.src.name, "01.02") && parent != "" && parent != r.cells["c0010"] {
		err = d.edgeOnce(r.src, EdgeRecord{From: n.Ref, To: "entity:" + parent, Type: "parent", Field: "c0060", At: r.at})
	}
	return err
}

func (d *doraReader) provider(r doraRow) error {
	name := r.cells["c0050"]
	if name == "" {
		name = r.cells["c0060"]
	}
	n := NodeRecord{
		Ref: "provider:" + r.cells["c0010"], Kind: "provider", Name: name, At: r.at,
		Props: r.props(map[string]string{"c0010": "code", "c0060": "latin-name", "c0080": "country", "c0090": "currency", "c0100": "annual-expense"}),
	}
	if err := d.node(r.src, n); err != nil {
		return err
	}
	if parent := r.cells["c0110"]; parent != "" && parent != r.cells["c0010"] {
		return d.edge(r.src, EdgeRecord{From: n.Ref, To: "provider:" + parent, Type: "ultimate-parent", Field: "c0110", At: r.at})
	}
	return nil
}

// function reads a function; of one id in two entities each is its own.
func (d *doraReader) function(r doraRow) error {
	n := NodeRecord{
		Ref: d.functionRef(r.cells["c0010"], r.cells["c0040"]), Kind: "function", Name: r.cells["c0030"], At: r.at,
		Props: r.props(map[string]string{"c0010": "identifier", "c0040": "lei", "c0050": "critical", "c0060": "reasons", "c0080": "rto-hours", "c0090": "rpo-hours", "c0100": "impact"}),
	}
	for _, column := range []string{"c0080", "c0090"} {
		if hours, err := strconv.Atoi(r.cells[column]); r.cells[column] != "" && (err != nil || hours < 0) {
			return r.src.wrong(r.at, column, "ingest.error.number", "value", clip(r.cells[column]))
		}
	}
	return d.node(r.src, n)
}

func (d *doraReader) functionRef(id, entity string) string { return "function:" + entity + "/" + id }

func (d *doraReader) contract(r doraRow) error {
	ref := r.cells["c0010"]
	if at, twice := d.contracts[ref]; twice {
		return r.src.wrong(r.at, "c0010", "ingest.error.duplicate-line", "value", clip(ref), "line", d.catalogue.Agreements[at].At.Line)
	}
	d.contracts[ref] = len(d.catalogue.Agreements)
	d.catalogue.Agreements = append(d.catalogue.Agreements, AgreementRecord{
		ID: ref, Kind: "contract", Title: ref, File: r.src.name, At: r.at,
		Properties: r.props(map[string]string{"c0020": "arrangement", "c0030": "overarching", "c0040": "currency", "c0050": "annual-expense"}),
	})
	return nil
}

// use reads which provider a function needs under which contract. Rows that differ only in countries are one tie.
func (d *doraReader) use(r doraRow) error {
	provider := "provider:" + r.cells["c0030"]
	function := d.functionRef(r.cells["c0050"], r.cells["c0020"])
	from, err := r.day("c0070")
	if err != nil {
		return err
	}
	until, err := r.day("c0080")
	if err != nil {
		return err
	}
	d.agree(r, provider, function, from, until)
	return d.edgeOnce(r.src, EdgeRecord{
		From: function, To: provider, Type: "service:" + r.cells["c0060"] + "@" + r.cells["c0010"], Field: "c0030", At: r.at,
		Props: r.props(map[string]string{
			"c0010": "contract", "c0060": "service", "c0130": "provided-in", "c0140": "data-stored", "c0150": "data-at-rest-in", "c0160": "data-processed-in",
			"c0170": "sensitivity", "c0180": "reliance",
		}),
	})
}

// agree adds to a contract what a use of it says: the first provider is the party, the dates are the widest.
func (d *doraReader) agree(r doraRow, provider, function string, from, until time.Time) {
	at, there := d.contracts[r.cells["c0010"]]
	if !there {
		at = len(d.catalogue.Agreements)
		d.contracts[r.cells["c0010"]] = at
		d.catalogue.Agreements = append(d.catalogue.Agreements, AgreementRecord{ID: r.cells["c0010"], Kind: "contract", Title: r.cells["c0010"], File: r.src.name, At: r.at})
		d.catalogue.Dangling = append(d.catalogue.Dangling, DanglingReference{Ref: r.cells["c0010"], From: function, Field: "c0010", File: r.src.name, At: r.at})
	}
	a := &d.catalogue.Agreements[at]
	if a.Party == "" {
		a.Party = provider
	}
	if a.From.IsZero() || !from.IsZero() && from.Before(a.From) {
		a.From = from
	}
	if until.After(a.Until) {
		a.Until = until
	}
	if !slices.Contains(a.Covers, function) {
		a.Covers = append(a.Covers, function)
	}
}

// rank reads one step of a supply chain: at rank 1 the provider itself is the recipient, further down the provider above.
func (d *doraReader) rank(r doraRow) error {
	n, err := strconv.Atoi(r.cells["c0050"])
	if err != nil || n < 1 {
		return r.src.wrong(r.at, "c0050", "ingest.error.number", "value", clip(r.cells["c0050"]))
	}
	from, to := r.cells["c0060"], r.cells["c0030"]
	if n == 1 || from == to {
		return nil // the direct provider: its functions name it
	}
	return d.edgeOnce(r.src, EdgeRecord{
		From: "provider:" + from, To: "provider:" + to, Type: "rank:" + r.cells["c0050"] + ":" + r.cells["c0020"] + "@" + r.cells["c0010"], Field: "c0030", At: r.at,
		Props: r.props(map[string]string{"c0010": "contract", "c0020": "service", "c0050": "rank"}),
	})
}

// assessment adds to a provider what was found about replacing it; of several contracts the hardest counts.
func (d *doraReader) assessment(r doraRow) error {
	ref := "provider:" + r.cells["c0020"]
	at, there := d.seen[ref]
	if !there {
		d.catalogue.Dangling = append(d.catalogue.Dangling, DanglingReference{Ref: ref, From: r.cells["c0010"], Field: "c0020", File: r.src.name, At: r.at})
		return d.put(r.src, NodeRecord{Ref: ref, Kind: "provider", Name: r.cells["c0020"], File: r.src.name, At: r.at, Props: r.assessed(nil)})
	}
	d.catalogue.Nodes[at].Props = r.assessed(d.catalogue.Nodes[at].Props)
	return nil
}

// doraHardest orders the grades of substitutability: not at all, with great effort, with medium effort, easily.
var doraHardest = []string{"x959", "x960", "x961", "x962"}

func (r doraRow) assessed(props map[string]string) map[string]string {
	if props == nil {
		props = map[string]string{}
	}
	known, now := slices.Index(doraHardest, props["substitutability"]), slices.Index(doraHardest, r.cells["c0050"])
	if now >= 0 && (known < 0 || now < known) {
		props["substitutability"] = r.cells["c0050"]
	}
	if props["exit-plan"] != "x29" && r.cells["c0080"] != "" {
		props["exit-plan"] = r.cells["c0080"] // one service without a plan is enough to say no
	}
	for column, name := range map[string]string{"c0070": "last-audit", "c0090": "reintegration", "c0100": "impact", "c0110": "alternatives-identified", "c0120": "alternatives"} {
		if r.cells[column] != "" {
			props[name] = r.cells[column]
		}
	}
	return props
}
