package ingest

// A graph is two tables: nodes "id, type, name, props", where props is a JSON object, and edges "src, dst, type".
// An edge says that its source depends on its destination.

var (
	nodeColumns = columns{required: []string{"id", "type", "name"}, optional: []string{"props"}}
	edgeColumns = columns{required: []string{"src", "dst"}, optional: []string{"type", "props"}}
)

// IsGraph tells whether a file is a table of nodes or of edges.
func IsGraph(g Glimpse) bool { return g.Columns("src", "dst") || g.Columns("id", "type", "name") }

// ReadGraph reads tables of nodes and of edges.
func ReadGraph(sources []*Source) (Catalogue, error) {
	g := newGatherer()
	for _, src := range sources {
		t, err := openTable(src, columns{})
		if err != nil {
			return Catalogue{}, err
		}
		_, ends := t.columns["src"]
		read, want := g.nodeRow, nodeColumns
		if ends {
			read, want = g.edgeRow, edgeColumns
		}
		for _, name := range want.required {
			if _, there := t.columns[name]; !there {
				return Catalogue{}, t.wrong(name, "ingest.error.column-missing")
			}
		}
		if err := t.each(read); err != nil {
			return Catalogue{}, err
		}
	}
	return g.finish(), nil
}

// each reads all rows of a table.
func (t *table) each(row func(*cells) error) error {
	for {
		more, err := t.next()
		if err != nil || !more {
			return err
		}
		c := cells{t: t}
		if err := row(&c); err != nil {
			return err
		}
		if c.err != nil {
			return c.err
		}
	}
}

func (g *gatherer) nodeRow(c *cells) error {
	n := NodeRecord{Ref: c.need("id"), Kind: c.text("type"), Name: c.text("name"), Props: c.properties("props"), At: c.t.at}
	if c.err != nil {
		return c.err
	}
	return g.node(c.t.src, n)
}

func (g *gatherer) edgeRow(c *cells) error {
	e := EdgeRecord{From: c.need("src"), To: c.need("dst"), Type: c.text("type"), Props: c.properties("props"), Field: "dst", At: c.t.at}
	if c.err != nil {
		return c.err
	}
	return g.edge(c.t.src, e)
}
