package landscape_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
)

// given makes an import of name, content pairs.
func given(pairs ...string) landscape.ImportIn {
	in := landscape.ImportIn{Source: "test"}
	for i := 0; i < len(pairs); i += 2 {
		in.Files = append(in.Files, landscape.ImportFile{Name: pairs[i], Content: pairs[i+1]})
	}
	return in
}

// sampleFiles are the files of a sample folder, as a folder that somebody gives.
func sampleFiles(t testing.TB, parts ...string) (files []landscape.ImportFile) {
	t.Helper()
	root := samples(t, parts...)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		short, relErr := filepath.Rel(root, path)
		if relErr != nil || short == "." {
			short = filepath.Base(path)
		}
		files = append(files, landscape.ImportFile{Name: filepath.ToSlash(short), Bytes: data, Part: path != root})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// packed puts files into a zip archive, in a folder.
func packed(t testing.TB, files []landscape.ImportFile) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create("folder/" + f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.Data()); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func counted(t testing.TB, d *db.DB) (elements, connections int) {
	t.Helper()
	got := view(t, d, func(r db.Reader) (landscape.Summary, error) { return landscape.Count(ctx, r, struct{}{}) })
	return got.Elements, got.Connection
}

// Every expected graph, and every sample in its own format, gives the nodes and edges that are expected, and one element
// for each name that nothing describes. The formats are found out, and importing again changes nothing.
func TestSamplesOfEveryFormatGiveTheExpectedMap(t *testing.T) {
	graph := func(name string) func(testing.TB) []landscape.ImportFile {
		return func(t testing.TB) []landscape.ImportFile {
			return append(sampleFiles(t, "landscape", "expected", name+".nodes.csv"), sampleFiles(t, "landscape", "expected", name+".edges.csv")...)
		}
	}
	one := func(parts ...string) func(testing.TB) []landscape.ImportFile {
		return func(t testing.TB) []landscape.ImportFile { return sampleFiles(t, parts...) }
	}
	zipped := func(parts ...string) func(testing.TB) []landscape.ImportFile {
		return func(t testing.TB) []landscape.ImportFile {
			return []landscape.ImportFile{{Name: "all.zip", Bytes: packed(t, sampleFiles(t, parts...))}}
		}
	}
	compose := func(t testing.TB) (files []landscape.ImportFile) {
		for _, name := range []string{"compose.yaml", "compose.full.yaml", "compose.observability.yaml", "compose.extras.yaml"} {
			files = append(files, sampleFiles(t, "landscape", "compose", name)...)
		}
		return files
	}
	for _, c := range []struct {
		name, format          string
		files                 func(testing.TB) []landscape.ImportFile
		nodes, unknown, edges int
		dangling              int
	}{
		{"archisurance-3", "graph", graph("archisurance-3"), 120, 0, 176, 0},
		{"archisurance-exchange", "graph", graph("archisurance-exchange"), 120, 0, 178, 0},
		{"backstage-demo", "graph", graph("backstage-demo"), 9, 2, 16, 15},
		{"backstage-janus", "graph", graph("backstage-janus"), 13, 0, 25, 0},
		{"cdx-saasbom", "graph", graph("cdx-saasbom"), 7, 0, 6, 0},
		{"ea-toolkit", "graph", graph("ea-toolkit"), 247, 0, 670, 0},
		{"online-boutique", "graph", graph("online-boutique"), 13, 0, 17, 0},
		{"otel-demo", "graph", graph("otel-demo"), 28, 0, 58, 0},
		{"train-ticket", "graph", graph("train-ticket"), 42, 0, 132, 0},
		{"own compose", "compose", compose, 28, 0, 58, 0},
		{"own kubernetes", "kubernetes", one("landscape", "kubernetes", "online-boutique.yaml"), 12, 1, 17, 1},
		{"own cyclonedx", "cyclonedx", one("landscape", "cyclonedx"), 7, 0, 6, 0},
		{"own markdown", "markdown", zipped("landscape", "markdown-catalog"), 247, 23, 695, 23}, // 672 that resolve, see the test of the reader
		{"own openlineage", "openlineage", one("landscape", "openlineage"), 26, 0, 27, 0},
		{"own register", "dora-register", zipped("landscape", "dora-register", "test1_in"), 5, 6, 4, 8},
		{"own register of datapoints", "dora-register", one("landscape", "dora-register", "DUMMYLEI123456789012.CON_FR_DORA010100_DORA_2024-12-31_20241210113351223"), 5, 6, 4, 8},
		{"own backstage in an archive", "backstage", zipped("landscape", "backstage-janus"), 13, 0, 25, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := landscape.ImportIn{Source: "sample", Files: c.files(t)}
			d := dbtest.SQLite(t)
			out := imported(t, d, in)
			elements, connections := counted(t, d)
			if out.Format != c.format || elements != c.nodes+c.unknown || connections != c.edges || len(out.Dangling) != c.dangling {
				t.Errorf("got %v with %v elements, %v connections, %v dangling, want %v with %v, %v, %v",
					out.Format, elements, connections, len(out.Dangling), c.format, c.nodes+c.unknown, c.edges, c.dangling)
			}
			if again := imported(t, d, in); len(again.Changes) != 0 || again.Unchanged == 0 {
				t.Errorf("got %+v, want nothing changed", again.Changes)
			}
		})
	}
}

func TestFilesOfTwoFormatsAreRefusedWithTheFileNamed(t *testing.T) {
	d := dbtest.SQLite(t)
	for name, c := range map[string]struct {
		in        landscape.ImportIn
		key, file string
	}{
		"mixture": {given("a.yaml", "services: {a: {}}", "b.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"), "landscape.import.mixture", "b.yaml"},
		"unknown": {given("a.csv", "colour,size\nred,1\n"), "landscape.import.unknown", "a.csv"},
		"nothing": {given("a.zip", "PK\x05\x06"+strings.Repeat("\x00", 18)), "landscape.import.nothing", "a.zip"},
	} {
		err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := landscape.Import(ctx, tx, c.in); return err })
		if p, ok := problem.As(err); !ok || p.Key != c.key || p.Source.File != c.file {
			t.Errorf("%s: got %v, want %s in %s", name, err, c.key, c.file)
		}
	}
	in := given("a.yaml", "services: {a: {}}", "b.json", `[{"parent":"x","child":"y"}]`)
	in.Files[0].Part, in.Files[1].Part, in.Format = true, true, "compose"
	if out := imported(t, d, in); out.Created != 1 || len(out.Left) != 1 || out.Left[0] != "b.json" {
		t.Errorf("got %+v, want the named format read and the other file told", out)
	}
}

func TestWorkbooksOfTheTemplateAreImported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var b bytes.Buffer
		if err := ingest.WriteTemplateWorkbook(&b); err != nil {
			t.Fatal(err)
		}
		in := landscape.ImportIn{Source: "book", Files: []landscape.ImportFile{{Name: "map.xlsx", Bytes: b.Bytes()}}}
		if out := imported(t, d, in); out.Created != 6 || len(out.Dangling) != 0 {
			t.Errorf("got %+v, want 3 elements, 2 connections and an agreement", out)
		}
		e := get(t, d, "cloud-host").Element
		if e.Substitutability != "medium" || e.ExitPlan == nil || !*e.ExitPlan || !e.Outside {
			t.Errorf("got %+v, want a supplier with its grade and plan", e)
		}
		if app := get(t, d, "pay-app").Element; app.Properties["room"] != "B2" || app.Variant != "cloud" || len(app.Aliases) != 2 || app.EndOfLife != "2028-12-31" {
			t.Errorf("got %+v, want the new columns", app)
		}
		if again := imported(t, d, in); len(again.Changes) != 0 {
			t.Errorf("got %+v, want nothing changed", again.Changes)
		}
	})
}

func TestTheRegisterGivesSuppliersAgreementsAndObjectives(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		in := given(
			"b_01.01.csv", "c0010,c0020\nLEI1,Banca\n",
			"b_05.01.csv", "c0010,c0050,c0110\nP1,Cloud,P2\nP2,Holding,P2\nP3,Rack,P3\n",
			"b_06.01.csv", "c0010,c0030,c0040,c0050,c0080,c0090\nF1,Payments,LEI1,eba_BT:x28,4,0\n",
			"b_02.01.csv", "c0010,c0020\nK 1/2,eba_CO:x1\n",
			"b_02.02.csv", "c0010,c0020,c0030,c0050,c0060,c0070,c0080\nK 1/2,LEI1,P1,F1,eba_TA:S17,2024-01-01,2027-01-01\n",
			"b_05.02.csv", "c0010,c0020,c0030,c0050,c0060\nK 1/2,eba_TA:S17,P3,2,P1\n",
			"b_07.01.csv", "c0010,c0020,c0040,c0050,c0080\nK 1/2,P1,eba_TA:S17,eba_ZZ:x960,eba_BT:x29\n",
		)
		if out := imported(t, d, in); out.Created != 9 || len(out.Dangling) != 0 {
			t.Errorf("got %+v, want 5 elements, 3 connections and an agreement", out)
		}
		f := get(t, d, "function-lei1-f1")
		if e := f.Element; e.RTO == nil || *e.RTO != 240 || e.RPO != nil || e.Kind != landscape.KindProcess || *e.Criticality != 1 {
			t.Errorf("got %+v, want four hours, no recovery point, critical", e)
		}
		p := get(t, d, "provider-p1").Element
		if p.Substitutability != "complex" || p.ExitPlan == nil || *p.ExitPlan || !p.Outside {
			t.Errorf("got %+v, want the assessment", p)
		}
		file := view(t, d, func(r db.Reader) (landscape.File, error) { return landscape.Export(ctx, r) })
		if a := file.Agreements; len(a) != 1 || a[0].Party != "provider-p1" || a[0].Until != "2027-01-01" || len(a[0].Covers) != 1 {
			t.Errorf("got %+v, want the contract with its party and what it covers", a)
		}
		agreed := 0
		for _, c := range file.Connections {
			if c.Agreement == file.Agreements[0].ID && c.Kind == landscape.SuppliedBy {
				agreed++
			}
		}
		if agreed != 2 {
			t.Errorf("got %v connections under the contract, want the function's and the subcontractor's", agreed)
		}
		if again := imported(t, d, in); len(again.Changes) != 0 {
			t.Errorf("got %+v, want nothing changed", again.Changes)
		}
	})
}

func TestWordsOfFormatsBecomeOurs(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		in             landscape.ImportIn
		want           landscape.Connection
	}{
		{
			"serving in a graph", "a", "b", given("n.csv", "id,type,name\na,ApplicationService,A\nb,BusinessProcess,B\n", "e.csv", "src,dst,type\na,b,Serving\n"),
			landscape.Connection{Kind: landscape.Serves, Dependency: landscape.Backward, Strength: landscape.Hard},
		},
		{
			"a plain edge of a graph", "a", "b", given("n.csv", "id,type,name\na,service,A\nb,service,B\n", "e.csv", "src,dst,type\na,b,http\n"),
			landscape.Connection{Kind: landscape.Uses, Dependency: landscape.Forward, Strength: landscape.Hard},
		},
		{
			"a part in a graph", "b", "a", given("n.csv", "id,type,name\na,Node,A\nb,Node,B\n", "e.csv", "src,dst,type\na,b,Composition\n"),
			landscape.Connection{Kind: landscape.PartOf, Dependency: landscape.NoDependency, Strength: landscape.Soft},
		},
		{
			"a service that may be missing", "a", "b", given("compose.yaml", "services: {a: {depends_on: {b: {required: false}}}, b: {}}"),
			landscape.Connection{Kind: landscape.Uses, Dependency: landscape.Forward, Strength: landscape.Soft},
		},
		{
			"what the parent runs on", "a", "b", given("r.csv", "parent,child,type\na,b,Runs on::Runs\n"),
			landscape.Connection{Kind: landscape.RunsOn, Dependency: landscape.Forward, Strength: landscape.Hard},
		},
		{
			"the parent's use seen from the child", "b", "a", given("r.csv", "parent,child,type\na,b,Used by::Depends on\n"),
			landscape.Connection{Kind: landscape.Uses, Dependency: landscape.Forward, Strength: landscape.Hard},
		},
		{
			"a job that reads", "dataset-n-t", "job-n-j", given("o.json", `[{"eventType":"START","job":{"namespace":"n","name":"j"},"inputs":[{"namespace":"n","name":"t"}]}]`),
			landscape.Connection{Kind: landscape.FlowsTo, Dependency: landscape.Backward, Strength: landscape.Soft},
		},
		{
			"a field of a catalogue", "b", "a", given("a.md", "---\ntype: component\nname: A\nrealized_by_x: B\n---\n", "b.md", "---\ntype: component\nname: B\n---\n"),
			landscape.Connection{Kind: landscape.Realizes, Dependency: landscape.Backward, Strength: landscape.Hard},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			imported(t, d, c.in)
			file := view(t, d, func(r db.Reader) (landscape.File, error) { return landscape.Export(ctx, r) })
			if len(file.Connections) != 1 {
				t.Fatalf("got %+v, want one connection", file.Connections)
			}
			got := file.Connections[0]
			if got.From != c.from || got.To != c.to || got.Kind != c.want.Kind || got.Dependency != c.want.Dependency || got.Strength != c.want.Strength {
				t.Errorf("got %v %v %v %v %v, want %v → %v as %v %v %v", got.From, got.To, got.Kind, got.Dependency, got.Strength,
					c.from, c.to, c.want.Kind, c.want.Dependency, c.want.Strength)
			}
		})
	}
}
