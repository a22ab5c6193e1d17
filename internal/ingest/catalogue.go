package ingest

import "strconv"

// gatherer collects the nodes and edges that the files of a format name.
type gatherer struct {
	catalogue Catalogue
	seen      map[string]int // ref → index of its node
	edges     map[[3]string]bool
}

func newGatherer() *gatherer { return &gatherer{seen: map[string]int{}, edges: map[[3]string]bool{}} }

// node adds a node; a second of the same ref is refused, with the place of the first.
func (g *gatherer) node(src *Source, n NodeRecord) error {
	if first, twice := g.seen[n.Ref]; twice {
		was := g.catalogue.Nodes[first]
		return src.wrong(n.At, "id", "ingest.error.duplicate-file", "value", clip(n.Ref), "file", was.File, "line", placeNumber(was.At))
	}
	n.File = src.name
	return g.put(src, n)
}

// once adds a node unless it is there: formats of events and of relations name the same thing many times.
func (g *gatherer) once(src *Source, n NodeRecord) (*NodeRecord, error) {
	if at, there := g.seen[n.Ref]; there {
		return &g.catalogue.Nodes[at], nil
	}
	n.File = src.name
	if err := g.put(src, n); err != nil {
		return nil, err
	}
	return &g.catalogue.Nodes[len(g.catalogue.Nodes)-1], nil
}

func (g *gatherer) put(src *Source, n NodeRecord) error {
	if len(g.catalogue.Nodes) >= src.limits.Records {
		return src.tooLarge(n.At, "ingest.error.records", "limit", src.limits.Records)
	}
	g.seen[n.Ref] = len(g.catalogue.Nodes)
	g.catalogue.Nodes = append(g.catalogue.Nodes, n)
	return nil
}

// edge adds an edge as the file has it.
func (g *gatherer) edge(src *Source, e EdgeRecord) error {
	if len(g.catalogue.Edges) >= src.limits.Records {
		return src.tooLarge(e.At, "ingest.error.records", "limit", src.limits.Records)
	}
	e.File = src.name
	g.catalogue.Edges = append(g.catalogue.Edges, e)
	return nil
}

// edgeOnce adds an edge unless one of its type between the same ends is there.
func (g *gatherer) edgeOnce(src *Source, e EdgeRecord) error {
	key := [3]string{e.From, e.To, e.Type}
	if g.edges[key] {
		return nil
	}
	g.edges[key] = true
	return g.edge(src, e)
}

// finish finds the ends of edges that name no node.
func (g *gatherer) finish() Catalogue {
	for _, e := range g.catalogue.Edges {
		if _, known := g.seen[e.To]; !known && !e.ToEdge {
			g.dangle(e.To, e.From, e)
		}
		if _, known := g.seen[e.From]; !known && !e.FromEdge {
			g.dangle(e.From, e.To, e)
		}
	}
	return g.catalogue
}

func (g *gatherer) dangle(name, from string, e EdgeRecord) {
	g.catalogue.Dangling = append(g.catalogue.Dangling, DanglingReference{Ref: name, From: from, Field: e.Field, File: e.File, At: e.At})
}

// placeNumber is the line of a record, or its number where the format has no lines.
func placeNumber(at At) string {
	if at.Line > 0 {
		return strconv.Itoa(at.Line)
	}
	return strconv.Itoa(at.Record)
}
