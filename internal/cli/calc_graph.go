package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/landscape/graph"
)

// CalcGraphCmd measures a graph of things that need each other.
type CalcGraphCmd struct {
	Nodes string   `required:"" help:"CSV of nodes: id, type, name, props." type:"path"`
	Edges string   `required:"" help:"CSV of edges: src, dst, type; src depends on dst." type:"path"`
	Kinds []string `help:"Only edges of these types."`
	Top   int      `help:"So many of the first nodes by each measure." default:"10"`
	JSON  bool     `help:"Print everything, each node too, as JSON."`
}

// graphMeasures is what the calculator prints; docs/calculators.md describes it.
type graphMeasures struct {
	Nodes        int              `json:"nodes"`
	Edges        int              `json:"edges"` // as in the file, of the chosen types
	Directed     int              `json:"directed"`
	Undirected   int              `json:"undirected"`
	Loops        int              `json:"loops"`
	Repeats      int              `json:"repeats"`
	Dangling     int              `json:"dangling"` // edges with an end that is no node; left out
	Components   int              `json:"components"`
	Isolated     int              `json:"isolated"`
	Articulation []string         `json:"articulation_points"`
	Bridges      [][2]string      `json:"bridges"`
	Blocks       int              `json:"biconnected_components"`
	Cycles       [][]string       `json:"cycles"` // largest first
	MaxCore      int32            `json:"max_core"`
	Exact        bool             `json:"betweenness_exact"`
	Tops         map[string][]top `json:"tops"`
	Each         []nodeMeasures   `json:"each"` // in the order of the file
}

type top struct {
	ID    string  `json:"id"`
	Value float64 `json:"value"`
}

type nodeMeasures struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Dependents   int32   `json:"dependents"`
	Blast        int32   `json:"blast_radius"`
	CutOff       int32   `json:"cut_off"`
	Betweenness  float64 `json:"betweenness"`
	Error        float64 `json:"betweenness_error,omitempty"`
	Articulation bool    `json:"articulation"`
	Core         int32   `json:"core"`
}

// topMeasures are the measures of which the first nodes are named, in the order of print.
var topMeasures = []struct {
	name string
	of   func(nodeMeasures) float64
}{
	{"dependents", func(n nodeMeasures) float64 { return float64(n.Dependents) }},
	{"blast_radius", func(n nodeMeasures) float64 { return float64(n.Blast) }},
	{"cut_off", func(n nodeMeasures) float64 { return float64(n.CutOff) }},
	{"betweenness", func(n nodeMeasures) float64 { return n.Betweenness }},
}

// RunOffline reads both tables and prints the measures.
func (c *CalcGraphCmd) RunOffline(env *Env) error {
	read, err := readGraphFiles(c.Nodes, c.Edges)
	if err != nil {
		return err
	}
	m := measureGraph(read, c.Kinds, max(c.Top, 0))
	if c.JSON {
		out := json.NewEncoder(env.Out)
		out.SetIndent("", "  ")
		return out.Encode(m)
	}
	m.print(env)
	for _, d := range read.Dangling {
		env.Say("landscape.import.dangling-line", "file", d.File, "line", strconv.Itoa(d.At.Line), "field", d.Field, "ref", d.Ref)
	}
	return nil
}

func readGraphFiles(paths ...string) (ingest.Catalogue, error) {
	sources := make([]*ingest.Source, len(paths))
	for i, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return ingest.Catalogue{}, unreadable(filepath.Base(path), err)
		}
		defer file.Close()
		sources[i] = ingest.NewSource(filepath.Base(path), file, ingest.SourceOptions{})
	}
	return ingest.ReadGraph(sources)
}

func measureGraph(read ingest.Catalogue, kinds []string, tops int) graphMeasures {
	index := make(map[string]int32, len(read.Nodes))
	for i, n := range read.Nodes {
		index[n.Ref] = int32(i)
	}
	m := graphMeasures{Nodes: len(read.Nodes), Tops: map[string][]top{}, Articulation: []string{}, Bridges: [][2]string{}, Cycles: [][]string{}}
	var edges []graph.Edge
	for _, e := range read.Edges {
		if len(kinds) > 0 && !slices.Contains(kinds, e.Type) {
			continue
		}
		m.Edges++
		from, known := index[e.From]
		to, there := index[e.To]
		if !known || !there {
			m.Dangling++
			continue
		}
		edges = append(edges, graph.Edge{From: from, To: to})
	}
	g := graph.New(len(read.Nodes), edges)
	m.Directed, m.Undirected, m.Loops, m.Repeats = g.Edges(), g.Pairs(), g.Loops, g.Repeats
	_, m.Components = graph.Components(g)
	id := func(v int32) string { return read.Nodes[v].Ref }
	cut := graph.CutPoints(g)
	for _, b := range cut.Bridges {
		m.Bridges = append(m.Bridges, [2]string{id(b.From), id(b.To)})
	}
	m.Blocks = len(cut.Blocks())
	for _, cycle := range graph.Cycles(g) {
		names := make([]string, len(cycle))
		for i, v := range cycle {
			names[i] = id(v)
		}
		m.Cycles = append(m.Cycles, names)
	}
	between := graph.Betweenness(g, graph.BetweennessOptions{Seed: 1})
	dependents, blast, cores := graph.Dependents(g), graph.Blast(g), graph.Cores(g)
	m.Exact = between.Exact
	for v := range read.Nodes {
		one := nodeMeasures{
			ID: read.Nodes[v].Ref, Name: read.Nodes[v].Name, Dependents: dependents[v], Blast: blast[v], CutOff: cut.CutOff[v],
			Betweenness: between.Value[v], Articulation: cut.Articulation[v], Core: cores[v],
		}
		if !between.Exact {
			one.Error = between.Error[v]
		}
		if one.Articulation {
			m.Articulation = append(m.Articulation, one.ID)
		}
		if len(g.Neighbours(int32(v))) == 0 {
			m.Isolated++
		}
		m.MaxCore = max(m.MaxCore, one.Core)
		m.Each = append(m.Each, one)
	}
	for _, measure := range topMeasures {
		m.Tops[measure.name] = m.first(measure.of, tops)
	}
	return m
}

// first gives the nodes with the largest values above zero; of equal ones, that with the smaller id first.
func (m graphMeasures) first(of func(nodeMeasures) float64, tops int) []top {
	sorted := slices.Clone(m.Each)
	slices.SortFunc(sorted, func(a, b nodeMeasures) int {
		return cmp.Or(cmp.Compare(of(b), of(a)), strings.Compare(a.ID, b.ID))
	})
	list := []top{}
	for _, n := range sorted[:min(len(sorted), tops)] {
		if of(n) > 0 {
			list = append(list, top{n.ID, of(n)})
		}
	}
	return list
}

func (m graphMeasures) print(env *Env) {
	line := func(name string, values ...any) {
		fmt.Fprint(env.Out, name)
		for _, v := range values {
			fmt.Fprint(env.Out, "\t", v)
		}
		fmt.Fprintln(env.Out)
	}
	line("nodes", m.Nodes)
	line("edges", m.Edges)
	line("directed", m.Directed)
	line("undirected", m.Undirected)
	line("loops", m.Loops)
	line("repeats", m.Repeats)
	line("dangling", m.Dangling)
	line("components", m.Components)
	line("isolated", m.Isolated)
	line("articulation_points", len(m.Articulation))
	for _, id := range m.Articulation {
		line("", id)
	}
	line("bridges", len(m.Bridges))
	for _, b := range m.Bridges {
		line("", b[0], b[1])
	}
	line("biconnected_components", m.Blocks)
	line("cycles", len(m.Cycles))
	for _, c := range m.Cycles {
		line("", len(c), strings.Join(c, " "))
	}
	line("max_core", m.MaxCore)
	for _, measure := range topMeasures {
		line(measure.name)
		for _, t := range m.Tops[measure.name] {
			line("", t.ID, strconv.FormatFloat(t.Value, 'f', -1, 64))
		}
	}
}
