package ingest

import "strings"

// ServiceNow exports relations between configuration items as a table (cmdb_rel_ci): parent, child, and a type that reads in
// both directions, "Depends on::Used by": the parent depends on the child. The items themselves may stand in another
// table (cmdb_ci). Both are told by their columns, which an export names by their labels or by their fields.

var (
	relationColumns = columns{
		required: []string{"parent", "child", "type"}, optional: []string{"parent_class", "child_class", "sys_id"},
		aliases: map[string]string{"parent.sys_class_name": "parent_class", "child.sys_class_name": "child_class"},
	}
	itemColumns = columns{
		required: []string{"name"},
		optional: []string{
			"sys_id", "sys_class_name", "operational_status", "install_status", "life_cycle_stage", "short_description", "business_criticality", "busines_criticality",
			"environment", "location", "vendor", "manufacturer", "support_group", "managed_by", "owned_by", "fqdn",
		},
		aliases: map[string]string{
			"class": "sys_class_name", "description": "short_description", "status": "install_status", "business_criticality": "busines_criticality", "u_environment": "environment",
		},
	}
)

// IsCMDB tells whether a file is a table of relations or of configuration items.
func IsCMDB(g Glimpse) bool {
	return g.Columns("parent", "child", "type") || g.Columns("name", "sys_class_name") || g.Columns("name", "class")
}

// ReadCMDB reads the tables together. An end of a relation is an item by its sys_id or by its name, when only one has that name.
// Without a table of items the relations are all that is known, and what they name exists.
func ReadCMDB(sources []*Source) (Catalogue, error) {
	c := cmdbReader{gatherer: newGatherer(), named: map[string][]string{}}
	for _, src := range sources {
		t, err := openTable(src, columns{})
		if err != nil {
			return Catalogue{}, err
		}
		_, relations := t.columns["child"]
		want, read := itemColumns, c.item
		if relations {
			want, read = relationColumns, c.relation
		}
		if err := t.rename(want); err != nil {
			return Catalogue{}, err
		}
		c.hasItems = c.hasItems || !relations
		if err := t.each(read); err != nil {
			return Catalogue{}, err
		}
	}
	for _, e := range c.relations {
		if err := c.connect(e); err != nil {
			return Catalogue{}, err
		}
	}
	return c.finish(), nil
}

// rename gives columns the names by which they are read, and looks whether those that are needed are there.
func (t *table) rename(c columns) error {
	for alias, name := range c.aliases {
		if at, there := t.columns[alias]; there {
			if _, twice := t.columns[name]; !twice {
				t.columns[name] = at
			}
		}
	}
	for _, name := range c.required {
		if _, there := t.columns[name]; !there {
			return t.wrong(name, "ingest.error.column-missing")
		}
	}
	return nil
}

type cmdbReader struct {
	*gatherer
	named     map[string][]string // name in lower case → refs
	relations []cmdbRelation
	hasItems  bool
}

type cmdbRelation struct {
	src                    *Source
	edge                   EdgeRecord
	parentClass, childKind string
}

func (c *cmdbReader) item(row *cells) error {
	n := NodeRecord{
		Ref: row.text("sys_id"), Name: row.need("name"), Kind: row.text("sys_class_name"), Description: row.text("short_description"),
		Lifecycle: row.text("life_cycle_stage"), At: row.t.at, Props: map[string]string{},
	}
	if row.err != nil {
		return row.err
	}
	if n.Ref == "" {
		n.Ref = n.Name
	}
	for _, name := range itemColumns.optional[2:] {
		if text := row.text(name); text != "" && name != "short_description" {
			n.Props[name] = text
		}
	}
	if n.Lifecycle == "" {
		n.Lifecycle = row.text("operational_status")
	}
	if n.Lifecycle == "" {
		n.Lifecycle = row.text("install_status")
	}
	key := strings.ToLower(n.Name)
	c.named[key] = append(c.named[key], n.Ref)
	return c.node(row.t.src, n)
}

func (c *cmdbReader) relation(row *cells) error {
	e := EdgeRecord{From: row.need("parent"), To: row.need("child"), Type: row.need("type"), Field: "child", At: row.t.at}
	if row.err != nil {
		return row.err
	}
	c.relations = append(c.relations, cmdbRelation{row.t.src, e, row.text("parent_class"), row.text("child_class")})
	return nil
}

// connect resolves the ends of a relation.
func (c *cmdbReader) connect(r cmdbRelation) error {
	for _, end := range []struct {
		ref   *string
		class string
	}{{&r.edge.From, r.parentClass}, {&r.edge.To, r.childKind}} {
		if !c.has(*end.ref) {
			if refs := c.named[strings.ToLower(*end.ref)]; len(refs) == 1 {
				*end.ref = refs[0]
			}
		}
		if !c.has(*end.ref) && !c.hasItems {
			if _, err := c.once(r.src, NodeRecord{Ref: *end.ref, Kind: end.class, Name: *end.ref, At: r.edge.At}); err != nil {
				return err
			}
		}
	}
	return c.edgeOnce(r.src, r.edge)
}
