package graph_test

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"accordo.dev/internal/landscape/graph"
)

// TestRealGraphsHaveTheMeasuresOfNetworkx compares with figures that networkx 2.8.8 gave on raw relations.
func TestRealGraphsHaveTheMeasuresOfNetworkx(t *testing.T) {
	folder := filepath.Join(cmp.Or(os.Getenv("ACCORDO_SAMPLES"), filepath.Join("..", "..", "..", "..", "shared", "samples")), "landscape", "expected")
	for _, c := range []struct {
		name, want string // nodes, edges: in the file, directed, undirected; components, articulation points, bridges, cycles, core, blast
		between    float64
	}{
		{"archisurance-3", "120 176/176/160 18 14 17 [21 4] 3 83", 2450.718},
		{"archisurance-exchange", "120 178/177/161 18 14 17 [21 4] 3 83", 2455.952},
		{"backstage-demo", "9 16/1/1 8 0 1 [] 1 1", 0},
		{"backstage-janus", "13 25/25/25 2 0 0 [] 3 9", 9.833},
		{"cdx-saasbom", "7 6/6/6 1 3 6 [] 1 3", 13},
		{"online-boutique", "13 17/17/17 1 3 6 [] 2 4", 40},
		{"otel-demo", "28 58/58/58 2 4 5 [] 4 18", 144.3},
		{"train-ticket", "42 132/132/130 1 3 5 [3] 6 22", 544.158},
		{"ea-toolkit", "247 670/669/490 1 20 28 [38 38 33 29 8 3 2 2 2 2 2 2 2 2 2] 4 243", 5965.975},
	} {
		nodes, edges := table(t, folder, c.name+".nodes.csv"), table(t, folder, c.name+".edges.csv")
		index := map[string]int32{}
		for i, n := range nodes {
			index[n[0]] = int32(i)
		}
		var known []graph.Edge
		for _, e := range edges {
			from, ok := index[e[0]]
			to, there := index[e[1]]
			if ok && there {
				known = append(known, graph.Edge{From: from, To: to})
			}
		}
		g := graph.New(len(nodes), known)
		cut := graph.CutPoints(g)
		_, components := graph.Components(g)
		articulation, core, blast, between := 0, int32(0), int32(0), 0.0
		radius, cores, scores := graph.Blast(g), graph.Cores(g), graph.Betweenness(g, graph.BetweennessOptions{})
		for v := range nodes {
			if cut.Articulation[v] {
				articulation++
			}
			core, blast, between = max(core, cores[v]), max(blast, radius[v]), max(between, scores.Value[v])
		}
		sizes := []int{}
		for _, cycle := range graph.Cycles(g) {
			sizes = append(sizes, len(cycle))
		}
		got := fmt.Sprintf("%d %d/%d/%d %d %d %d %v %d %d", g.Len(), len(edges), g.Edges(), g.Pairs(), components, articulation, len(cut.Bridges), sizes, core, blast)
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		if math.Abs(between-c.between) > 0.0006 {
			t.Errorf("%s: largest betweenness %v, want %v", c.name, between, c.between)
		}
	}
}

func table(t *testing.T, folder, name string) [][]string {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, name))
	if os.IsNotExist(err) {
		t.Skip("samples not found, skipped")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}
