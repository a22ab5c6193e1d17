package ingest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/ingest"
)

// mapReaders are the readers of maps other than Backstage and ArchiMate.
var mapReaders = map[string]func([]*ingest.Source) (ingest.Catalogue, error){
	"graph": ingest.ReadGraph, "markdown": ingest.ReadMarkdown, "compose": ingest.ReadCompose, "kubernetes": ingest.ReadKubernetes,
	"dependencies": ingest.ReadDependencies, "openlineage": ingest.ReadOpenLineage, "cyclonedx": ingest.ReadCycloneDX,
	"terraform": ingest.ReadTerraform, "netbox": ingest.ReadNetBox, "cmdb": ingest.ReadCMDB, "dora": ingest.ReadDORA,
}

// named makes sources of name, content pairs.
func named(pairs ...string) (sources []*ingest.Source) {
	for i := 0; i < len(pairs); i += 2 {
		sources = append(sources, ingest.NewSource(pairs[i], strings.NewReader(pairs[i+1]), ingest.SourceOptions{}))
	}
	return sources
}

// folder opens the files of a sample folder that have an extension, by their paths in it.
func folder(t testing.TB, ext string, parts ...string) (sources []*ingest.Source) {
	t.Helper()
	root := samples(t, parts...)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ext {
			return err
		}
		data, err := os.ReadFile(path)
		short, _ := filepath.Rel(root, path)
		sources = append(sources, ingest.NewSource(filepath.ToSlash(short), strings.NewReader(string(data)), ingest.SourceOptions{}))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func nodeLines(c ingest.Catalogue) (lines []string) {
	for _, n := range c.Nodes {
		lines = append(lines, n.Ref+"|"+n.Kind+"|"+n.Name)
	}
	slices.Sort(lines)
	return lines
}

func edgeLines(c ingest.Catalogue) (lines []string) {
	for _, e := range c.Edges {
		lines = append(lines, e.From+"|"+e.To+"|"+e.Type)
	}
	slices.Sort(lines)
	return lines
}

func danglingLines(c ingest.Catalogue) (lines []string) {
	for _, d := range c.Dangling {
		lines = append(lines, strings.Join([]string{d.File, placeText(d.At), d.Field, d.Ref}, "|"))
	}
	return lines
}

func placeText(at ingest.At) string { return strconv.Itoa(at.Line) }

func readMap(t testing.TB, name string, sources []*ingest.Source) ingest.Catalogue {
	t.Helper()
	c, err := mapReaders[name](sources)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

func TestEveryExpectedGraphIsRead(t *testing.T) {
	for _, path := range files(t, "landscape", "expected", "*.nodes.csv") {
		name := strings.TrimSuffix(filepath.Base(path), ".nodes.csv")
		c := readMap(t, "graph", []*ingest.Source{open(t, path), open(t, strings.TrimSuffix(path, "nodes.csv")+"edges.csv")})
		if diff := cmp.Diff(expectedRows(t, name+".nodes.csv"), nodeLines(c)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(expectedRows(t, name+".edges.csv"), edgeLines(c)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestComposeOverlaysOfTheSampleGiveTheExpectedGraph(t *testing.T) {
	var sources []*ingest.Source // the default of that project: base, full, observability; in another order
	for _, name := range []string{"compose.full.yaml", "compose.observability.yaml", "compose.extras.yaml", "compose.yaml"} {
		sources = append(sources, open(t, samples(t, "landscape", "compose", name)))
	}
	c := readMap(t, "compose", sources)
	if diff := cmp.Diff(expectedRows(t, "otel-demo.nodes.csv"), nodeLines(c)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(expectedRows(t, "otel-demo.edges.csv"), edgeLines(c)); diff != "" {
		t.Error(diff)
	}
}

func TestKubernetesSampleGivesTheExpectedGraph(t *testing.T) {
	c := readMap(t, "kubernetes", []*ingest.Source{open(t, samples(t, "landscape", "kubernetes", "online-boutique.yaml"))})
	nodes := nodeLines(c)
	for _, d := range c.Dangling { // the expected graph lists what is named and not declared as a node
		nodes = append(nodes, d.Ref+"|undeclared|"+d.Ref)
	}
	slices.Sort(nodes)
	if diff := cmp.Diff(expectedRows(t, "online-boutique.nodes.csv"), nodes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(expectedRows(t, "online-boutique.edges.csv"), edgeLines(c)); diff != "" {
		t.Error(diff)
	}
	for _, n := range c.Nodes {
		if n.At.Line == 0 || n.File == "" {
			t.Errorf("got %+v, want its place", n)
		}
	}
}

func TestCycloneDXSampleGivesTheExpectedGraph(t *testing.T) {
	c := readMap(t, "cyclonedx", []*ingest.Source{open(t, samples(t, "landscape", "cyclonedx", "apigateway-microservices-datastores", "bom.json"))})
	var nodes []string
	for _, line := range nodeLines(c) {
		nodes = append(nodes, strings.Replace(line, "|service|", "|service:|", 1)) // the expected graph has a colon there
	}
	if diff := cmp.Diff(expectedRows(t, "cdx-saasbom.nodes.csv"), nodes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(expectedRows(t, "cdx-saasbom.edges.csv"), edgeLines(c)); diff != "" {
		t.Error(diff)
	}
}

// The expected graph takes names of two things for the last one that was read. So it leads fields that ask for a component to a
// capability of the same name, and loses two references that become loops. A field says of which type it means a thing:
// the names must agree everywhere, and the two references must be there.
func TestMarkdownSampleGivesTheExpectedGraph(t *testing.T) {
	c := readMap(t, "markdown", folder(t, ".md", "landscape", "markdown-catalog", "registry-v2"))
	if diff := cmp.Diff(expectedRows(t, "ea-toolkit.nodes.csv"), nodeLines(c)); diff != "" {
		t.Error(diff)
	}
	names, dangling := map[string]string{}, map[string]bool{}
	for _, n := range c.Nodes {
		names[n.Ref] = n.Name
	}
	for _, d := range c.Dangling {
		dangling[d.From+"|"+d.Field+"|"+d.Ref] = true
	}
	var got, want []string
	for _, e := range c.Edges {
		if !dangling[e.From+"|"+e.Field+"|"+e.To] {
			got = append(got, e.From+"|"+names[e.To]+"|"+e.Type)
		}
	}
	for _, line := range expectedRows(t, "ea-toolkit.edges.csv") {
		parts := strings.Split(line, "|")
		want = append(want, parts[0]+"|"+names[parts[1]]+"|"+parts[2])
	}
	for _, name := range []string{"Audit and Compliance", "Identity and Access Management"} {
		file := strings.ReplaceAll(strings.ToLower(name), " ", "-")
		want = append(want, "2-organization/capabilities/"+file+"|"+name+"|realized_by_components")
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// 20 entities that no file describes, and 3 zones of a field of which no value resolves; with the two loops the expected 22.
	if len(c.Dangling) != 23 {
		t.Errorf("got %d dangling references, want 23", len(c.Dangling))
	}
	for _, d := range c.Dangling {
		if d.At.Line == 0 || d.File == "" {
			t.Errorf("got %+v, want its place", d)
		}
	}
	if !slices.Contains(c.Unread, "3-application/components/_template.md") || !slices.Contains(c.Unread, "README.md") {
		t.Errorf("got %v, want templates and text for people told", c.Unread)
	}
}

// The file is a template whose times are placeholders. Times are not read, so it is a file of events like any other.
func TestOpenLineageTemplateIsRead(t *testing.T) {
	c := readMap(t, "openlineage", []*ingest.Source{open(t, samples(t, "landscape", "openlineage", "metadata.template.json"))})
	jobs, sets := 0, 0
	for _, n := range c.Nodes {
		if n.Kind == "job" {
			jobs++
		} else {
			sets++
		}
		if strings.Contains(strings.Join(append(n.Tags, n.Description), " ")+n.Props["dataSource"], "food_delivery:food_delivery") {
			t.Errorf("got %+v, want no address with a password", n)
		}
	}
	if jobs == 0 || sets == 0 || len(c.Edges) == 0 || len(c.Dangling) != 0 {
		t.Errorf("got %d jobs, %d data sets, %d edges, %d dangling", jobs, sets, len(c.Edges), len(c.Dangling))
	}
	t.Logf("%d jobs, %d data sets, %d edges", jobs, sets, len(c.Edges))
}

// The values of the two samples are random, so no reference resolves; both hold the same rows in two ways of writing.
func TestBothWaysToWriteTheRegisterAreTheSame(t *testing.T) {
	plain := readMap(t, "dora", folder(t, ".csv", "landscape", "dora-register", "test1_in"))
	points := readMap(t, "dora", folder(t, ".csv", "landscape", "dora-register", "DUMMYLEI123456789012.CON_FR_DORA010100_DORA_2024-12-31_20241210113351223"))
	if diff := cmp.Diff(nodeLines(plain), nodeLines(points)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(edgeLines(plain), edgeLines(points)); diff != "" {
		t.Error(diff)
	}
	if len(plain.Nodes) != 5 || len(plain.Agreements) != 2 || len(plain.Dangling) == 0 {
		t.Errorf("got %d nodes %d contracts %d dangling, want 5 (two entities, a provider, a function, an assessed provider), 2 and some", len(plain.Nodes), len(plain.Agreements), len(plain.Dangling))
	}
	for i := range plain.Nodes {
		if diff := cmp.Diff(plain.Nodes[i].Props, points.Nodes[i].Props); diff != "" {
			t.Error(diff)
		}
	}
}
