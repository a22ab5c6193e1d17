package ingest_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/ingest"
)

const backstageYAML = `# a catalogue
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Web
  title: Web shop
  tags: [a, b]
spec:
  type: website
  lifecycle: production
  owner: team-a
  system: shop
  providesApis: [orders]
  consumesApis:
    - api:other/stock
  dependsOn:
    - resource:db
    - Component:default/WORKER
  dependencyOf:
    - component:portal
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders}
spec:
  owner: user:ada
  definition:
    $text: https://example.org/openapi.yaml
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-a}
spec:
  type: team
  parent: board
  children: []
  members: [ada]
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ada}
spec:
  memberOf: [team-a]
relations:
  - type: ownerOf
    targetRef: api:default/orders
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: more}
spec:
  targets: [https://example.org/more.yaml, ./more.yaml]
---
`

// edges writes edges as "from type to", sorted.
func edges(c ingest.Catalogue) []string {
	lines := []string{}
	for _, e := range c.Edges {
		lines = append(lines, e.From+" "+e.Type+" "+e.To)
	}
	sort.Strings(lines)
	return lines
}

func TestBackstageEntitiesAndRelations(t *testing.T) {
	c, err := ingest.ReadBackstage([]*ingest.Source{text(backstageYAML)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ingest.NodeRecord{
		Ref: "component:default/web", Kind: "Component", Namespace: "default", Name: "Web", Title: "Web shop", Type: "website",
		Lifecycle: "production", Tags: []string{"a", "b"}, File: "test", At: ingest.At{Record: 1, Line: 3},
	}, c.Nodes[0]); diff != "" {
		t.Error(diff)
	}
	want := []string{
		"api:default/orders ownedBy user:default/ada",
		"component:default/portal dependsOn component:default/web",
		"component:default/web consumesApi api:other/stock",
		"component:default/web dependsOn component:default/worker",
		"component:default/web dependsOn resource:default/db",
		"component:default/web ownedBy group:default/team-a",
		"component:default/web partOf system:default/shop",
		"component:default/web providesApi api:default/orders",
		"group:default/team-a childOf group:default/board",
		"user:default/ada memberOf group:default/team-a",
	}
	if diff := cmp.Diff(want, edges(c)); diff != "" {
		t.Error(diff)
	}
	if len(c.Nodes) != 4 || c.Locations != 1 || c.Placeholders != 1 {
		t.Errorf("got %d nodes, %d locations, %d placeholders, want 4, 1, 1", len(c.Nodes), c.Locations, c.Placeholders)
	}
}

func TestBackstageDanglingReferencesKeepTheirPlace(t *testing.T) {
	c, err := ingest.ReadBackstage([]*ingest.Source{text(backstageYAML)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range c.Dangling {
		got = append(got, fmt.Sprintf("%s:%d %s %s", d.File, d.At.Line, d.Field, d.Ref))
	}
	want := []string{
		"test:13 spec.system system:default/shop", "test:16 spec.consumesApis api:other/stock", "test:18 spec.dependsOn resource:default/db",
		"test:19 spec.dependsOn component:default/worker", "test:21 spec.dependencyOf component:default/portal", "test:36 spec.parent group:default/board",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBackstageReferencesResolveBetweenFiles(t *testing.T) {
	head := "apiVersion: backstage.io/v1\nkind: "
	a := ingest.NewSource("a", strings.NewReader(head+"Component\nmetadata: {name: a, namespace: Shop}\nspec: {owner: team, dependsOn: [b]}\n"), ingest.SourceOptions{})
	b := ingest.NewSource("b", strings.NewReader(head+"Component\nmetadata: {name: b, namespace: shop}\n---\n"+head+"Group\nmetadata: {name: TEAM, namespace: shop}\n"), ingest.SourceOptions{})
	c, err := ingest.ReadBackstage([]*ingest.Source{a, b})
	if err != nil || len(c.Dangling) != 0 || len(c.Edges) != 2 {
		t.Errorf("got %+v %v, want two edges and none dangling", c, err)
	}
	if a.SHA256() == "" || b.SHA256() == "" {
		t.Error("got no hash of the files, want both")
	}
}

func TestBackstageAliasesAndMerges(t *testing.T) {
	c, err := ingest.ReadBackstage([]*ingest.Source{text("apiVersion: backstage.io/v1\nkind: Component\nmetadata: {name: a}\nx: &common {owner: &o team, dependsOn: &d [b, *o]}\nspec:\n  <<: *common\n  system: *o\n")})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"component:default/a dependsOn component:default/b", "component:default/a dependsOn component:default/team",
		"component:default/a ownedBy group:default/team", "component:default/a partOf system:default/team",
	}
	if diff := cmp.Diff(want, edges(c)); diff != "" {
		t.Error(diff)
	}
}

func TestBackstageBombOfAliasesIsNotUnfolded(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("apiVersion: backstage.io/v1\nkind: Component\nmetadata: {name: a}\nl0: &l0 [b, b]\n")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&bomb, "l%d: &l%d [*l%d, *l%d]\n", i, i, i-1, i-1)
	}
	bomb.WriteString("spec:\n  dependsOn: *l59\n")
	_, err := ingest.ReadBackstage([]*ingest.Source{text(bomb.String())})
	wantProblem(t, err, "ingest.error.type", "spec.dependsOn", 1)
}

func TestBackstageRefusesBadFiles(t *testing.T) {
	entity := func(spec string) string {
		return "apiVersion: backstage.io/v1\nkind: Component\nmetadata:\n  name: a\nspec:\n" + spec
	}
	for _, c := range []struct {
		name, file, key, field string
		record, line           int
	}{
		{"not YAML", "a: [", "ingest.error.yaml", "", 1, 1},
		{"a list", "- a\n", "ingest.error.type", "", 1, 1},
		{"empty", "# nothing\n---\n", "ingest.error.empty", "", 0, 0},
		{"Kubernetes", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n", "ingest.error.backstage.not", "apiVersion", 1, 1},
		{"another YAML", "services: {}\n", "ingest.error.backstage.not", "apiVersion", 1, 1},
		{"no kind", "apiVersion: backstage.io/v1\nmetadata: {name: a}\n", "ingest.error.required", "kind", 1, 1},
		{"no name", "apiVersion: backstage.io/v1\nkind: API\n", "ingest.error.required", "metadata.name", 1, 1},
		{"bad name", "apiVersion: backstage.io/v1\nkind: API\nmetadata: {name: -a}\n", "ingest.error.backstage.name", "metadata.name", 1, 1},
		{"metadata a list", "apiVersion: backstage.io/v1\nkind: API\nmetadata: []\n", "ingest.error.type", "metadata", 1, 3},
		{"owner a list of lists", entity("  owner: [[a]]\n"), "ingest.error.type", "spec.owner", 1, 6},
		{"owner a mapping", entity("  owner: {a: b, c: d}\n"), "ingest.error.type", "spec.owner", 1, 6},
		{"bad reference", entity("  dependsOn:\n  - 'a b'\n"), "ingest.error.backstage.ref", "spec.dependsOn", 1, 7},
		{"relation without kind", entity("  type: x\nrelations:\n- {type: partOf, targetRef: a}\n"), "ingest.error.backstage.ref", "relations.partOf", 1, 8},
		{"twice", entity("  type: x\n") + "---\napiVersion: backstage.io/v1\nkind: COMPONENT\nmetadata: {name: A}\n", "ingest.error.duplicate-file", "metadata.name", 2, 8},
		{"member twice", entity("  owner: a\n  owner: b\n"), "ingest.error.member-twice", "owner", 1, 7},
		{"cut in quotes", entity("  owner: \"a"), "ingest.error.yaml", "", 1, 6},
		{"cut in a list", entity("  dependsOn: [a, "), "ingest.error.yaml", "", 1, 6},
		{"deep", "a: " + strings.Repeat("[", 70) + strings.Repeat("]", 70), "ingest.error.depth", "", 1, 1},
		{"very deep", strings.Repeat("[", 200_000), "ingest.error.yaml", "", 1, 0},
		{"many nodes", "a: [" + strings.Repeat("a,", 2_000_000) + "]", "ingest.error.nodes", "", 0, 0},
		{"unknown anchor", entity("  owner: *nobody\n"), "ingest.error.yaml", "", 1, 0},
		{"Windows-1252", entity("  owner: citt\xe0\n"), "ingest.error.encoding", "", 0, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ingest.ReadBackstage([]*ingest.Source{text(c.file)})
			wantProblem(t, err, c.key, c.field, c.record)
			if !strings.Contains(err.Error(), fmt.Sprintf("line %d:", c.line)) && c.line > 0 {
				t.Errorf("got %v, want line %d", err, c.line)
			}
		})
	}
}

func TestBackstageHugeFileIsRefused(t *testing.T) {
	src := ingest.NewSource("huge", &repeated{body: "# a comment that goes on\n", left: 9_000_000}, ingest.SourceOptions{})
	_, err := ingest.ReadBackstage([]*ingest.Source{src})
	wantProblem(t, err, "ingest.error.bytes", "", 0)
	if src.Size() > 20<<20 {
		t.Errorf("got %d bytes read, want it stopped at the limit of YAML", src.Size())
	}
}

func TestBackstageSamplesMatchTheExpectedGraphs(t *testing.T) {
	for name, dangling := range map[string]int{"backstage-demo": 15, "backstage-janus": 0} {
		root := samples(t, "landscape", name)
		read := func() ingest.Catalogue {
			var sources []*ingest.Source
			err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err == nil && strings.HasSuffix(path, ".yaml") {
					sources = append(sources, open(t, path))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			c, err := ingest.ReadBackstage(sources)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		c := read()
		var nodes []string
		for _, n := range c.Nodes {
			nodes = append(nodes, n.Ref)
		}
		sort.Strings(nodes)
		if diff := cmp.Diff(expected(t, name+".nodes.csv", 0), nodes); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(expected(t, name+".edges.csv", 0, 2, 1), edges(c)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if len(c.Dangling) != dangling {
			t.Errorf("%s: got %d dangling references, want %d", name, len(c.Dangling), dangling)
		}
		if diff := cmp.Diff(c, read()); diff != "" {
			t.Errorf("%s: the second reading differs: %s", name, diff)
		}
	}
}

// expected reads columns of a table of the expected graphs, joined by spaces, sorted.
func expected(t *testing.T, file string, columns ...int) (lines []string) {
	t.Helper()
	data, err := os.ReadFile(samples(t, "landscape", "expected", file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		var parts []string
		for _, c := range columns {
			parts = append(parts, row[c])
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	sort.Strings(lines)
	return lines
}

func FuzzBackstage(f *testing.F) {
	f.Add(backstageYAML)
	f.Add("apiVersion: backstage.io/v1\nkind: Component\nmetadata: {name: a}\nx: &common {owner: &o team}\nspec:\n  <<: *common\n  system: *o\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ingest.ReadBackstage([]*ingest.Source{text(s)})
		if err == nil && len(c.Dangling) > 2*len(c.Edges) {
			t.Errorf("got %d dangling references of %d edges", len(c.Dangling), len(c.Edges))
		}
	})
}
