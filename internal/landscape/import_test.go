package landscape_test

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
)

const elementsCSV = `id,kind,name,criticality,owner,rto_min,tags
shop,application,Web shop,high,marta,240,channel
stock,database,Stock,,nobody,,
`

const connectionsCSV = `from,kind,to,protocol,agreement
shop,uses,stock,sql,
shop,uses,mail-relay,smtp,SLA 7
`

func csvImport(files ...string) landscape.ImportIn {
	in := landscape.ImportIn{Source: "cmdb"}
	for i, content := range files {
		in.Files = append(in.Files, landscape.ImportFile{Name: fmt.Sprintf("file%d.csv", i+1), Content: content})
	}
	return in
}

func imported(t testing.TB, d *db.DB, in landscape.ImportIn) (out landscape.ImportOut) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) (err error) {
		out, err = landscape.Import(ctx, tx, in)
		return err
	})
	return out
}

func get(t testing.TB, d *db.DB, id string) landscape.ElementView {
	t.Helper()
	return view(t, d, func(r db.Reader) (landscape.ElementView, error) {
		return landscape.GetElement(ctx, r, landscape.GetElementIn{ID: id})
	})
}

func edit(t testing.TB, d *db.DB, id string, change func(*landscape.Element)) {
	t.Helper()
	e := get(t, d, id).Element
	change(&e)
	dbtest.Change(t, d, func(tx *db.Tx) error { _, err := landscape.ChangeElement(ctx, tx, e); return err })
}

func TestTheSameFilesTwiceChangeNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withMarta(t, d)
		first := imported(t, d, csvImport(elementsCSV, connectionsCSV))
		if first.Created != 6 || first.Changed+first.Ended+first.Unchanged != 0 {
			t.Errorf("got %+v, want 3 elements, 2 connections and 1 agreement created", first)
		}
		again := imported(t, d, csvImport(elementsCSV, connectionsCSV))
		if again.Created+again.Changed+again.Ended != 0 || again.Unchanged != 5 || len(again.Changes) != 0 {
			t.Errorf("got %+v, want nothing changed", again)
		}
	})
}

func TestDanglingNamesAreToldWithTheirLineAndKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withMarta(t, d)
		for range 2 {
			out := imported(t, d, csvImport(elementsCSV, connectionsCSV))
			got := map[string]string{}
			for _, one := range out.Dangling {
				got[one.Ref] = fmt.Sprintf("%s:%d %s", one.File, one.Line, one.Field)
			}
			if got["nobody"] != "file1.csv:3 owner" || got["mail-relay"] != "file2.csv:3 to" {
				t.Errorf("got %v, want owner nobody in line 3 of file 1 and mail-relay in line 3 of file 2", got)
			}
		}
		if e := get(t, d, "mail-relay").Element; e.Kind != landscape.KindUnknown || e.Ended() {
			t.Errorf("got %+v, want a live unknown element", e)
		}
		described := strings.ReplaceAll(elementsCSV, "stock,database", "mail-relay,system,Mail relay,,,,\nstock,database")
		out := imported(t, d, csvImport(described, connectionsCSV))
		if e := get(t, d, "mail-relay").Element; e.Kind != landscape.KindSystem || e.Name != "Mail relay" || out.Created != 0 {
			t.Errorf("got %+v, want the same element, now described", e)
		}
	})
}

func TestAnImportEndsOnlyWhatItsSourceBrought(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		imported(t, d, csvImport(elementsCSV, connectionsCSV))
		less := csvImport("id,kind,name\nstock,database,Stock\n", "from,kind,to\n")
		less.Partial = true
		if out := imported(t, d, less); out.Ended != 0 {
			t.Errorf("got %+v, want nothing ended by a part of the source", out)
		}
		less.Partial = false
		out := imported(t, d, less)
		if out.Ended != 4 {
			t.Errorf("got %+v, want shop, mail-relay and two connections ended", out)
		}
		if !get(t, d, "shop").Element.Ended() || get(t, d, "payment-hub").Element.Ended() {
			t.Error("want shop ended, and what people entered untouched")
		}
		back := imported(t, d, csvImport(elementsCSV, connectionsCSV))
		if back.Created != 0 || back.Changed != 4 || get(t, d, "shop").Element.Ended() {
			t.Errorf("got %+v, want the same things back", back)
		}
	})
}

func TestFieldsSetByHandSurviveAnImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withMarta(t, d)
		imported(t, d, csvImport(elementsCSV))
		edit(t, d, "shop", func(e *landscape.Element) { e.RTO = n(60) })
		changed := strings.ReplaceAll(strings.ReplaceAll(elementsCSV, "Web shop", "Online shop"), ",240,", ",480,")
		imported(t, d, csvImport(changed))
		if e := get(t, d, "shop").Element; *e.RTO != 60 || e.Name != "Online shop" {
			t.Errorf("got %v %v, want the hand's 60 minutes and the import's name", *e.RTO, e.Name)
		}
	})
}

func TestAnImportOnlyFillsGapsOfWhatPeopleEntered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		in := csvImport("id,kind,name,rto_min,criticality\ncore-banking,server,Old name,9,low\n")
		out := imported(t, d, in)
		e := get(t, d, "core-banking").Element
		if e.Name != "Core banking" || *e.RTO != 1560 || e.Criticality == nil || *e.Criticality != 4 || e.Source != landscape.Hand {
			t.Errorf("got %+v, want only the missing criticality filled in", e)
		}
		if out.Changed != 1 || len(out.Changes[0].Fields) != 1 || out.Changes[0].Kind != change.Update {
			t.Errorf("got %+v, want one field of one element", out)
		}
		if again := imported(t, d, in); len(again.Changes) != 0 {
			t.Errorf("got %+v, want nothing more", again)
		}
	})
}

func TestPossibleDuplicatesAreToldAndNotMerged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		out := imported(t, d, csvImport("id,kind,name\ncb-01,system,CORE-BANKING\n"))
		if len(out.Duplicates) != 1 || out.Duplicates[0].Other != "core-banking" || out.Created != 1 {
			t.Errorf("got %+v, want cb-01 created and core-banking named as its double", out)
		}
	})
}

func TestWrongWordsNameFileLineAndField(t *testing.T) {
	d := dbtest.SQLite(t)
	err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
		_, err := landscape.Import(ctx, tx, csvImport("id,kind,name,criticality\na,system,A,high\nb,spaceship,B,enormous\n"))
		return err
	})
	p, ok := problem.As(err)
	if !ok || len(p.Causes) != 2 {
		t.Fatalf("got %v, want two problems", err)
	}
	if c := p.Causes[0]; c.Source.File != "file1.csv" || c.Source.Line != 3 || c.Field != "kind" {
		t.Errorf("got %v, want kind in line 3 of file1.csv", c)
	}
}

func TestTemplatesCanBeImported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var files []string
		for _, template := range ingest.Templates {
			var text strings.Builder
			if err := template.WriteCSV(&text); err != nil {
				t.Fatal(err)
			}
			files = append([]string{text.String()}, files...)
		}
		out := imported(t, d, csvImport(files...))
		if len(out.Dangling)+len(out.Duplicates) != 0 {
			t.Errorf("got %+v %+v, want rows of which nothing dangles", out.Dangling, out.Duplicates)
		}
		if out.Created != 6 {
			t.Errorf("got %+v, want 3 elements, 2 connections, 1 agreement", out)
		}
	})
}

func samples(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("ACCORDO_SAMPLES")
	if root == "" {
		root = "../../../shared/samples"
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skip("samples not found, skipped")
	}
	return path
}

// catalogue reads all YAML files of a Backstage sample that are entities.
func catalogue(t testing.TB, name string) landscape.ImportIn {
	t.Helper()
	in := landscape.ImportIn{Source: name, Format: "backstage"}
	root := samples(t, "landscape", name)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		short, _ := filepath.Rel(root, path)
		in.Files = append(in.Files, landscape.ImportFile{Name: short, Content: string(data)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func rows(t testing.TB, name string) int {
	t.Helper()
	file, err := os.Open(samples(t, "landscape", "expected", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return len(all) - 1
}

func TestBackstageSamplesGiveTheExpectedMap(t *testing.T) {
	for _, c := range []struct {
		name              string
		dangling, unknown int
	}{{"backstage-demo", 15, 2}, {"backstage-janus", 0, 0}} {
		t.Run(c.name, func(t *testing.T) {
			in := catalogue(t, c.name)
			nodes, edges := rows(t, c.name+".nodes.csv"), rows(t, c.name+".edges.csv")
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				out := imported(t, d, in)
				got := view(t, d, func(r db.Reader) (landscape.Summary, error) { return landscape.Count(ctx, r, struct{}{}) })
				if got.Elements != nodes+c.unknown || got.Connection != edges {
					t.Errorf("got %v elements and %v connections, want %v (with %v unknown) and %v", got.Elements, got.Connection, nodes+c.unknown, c.unknown, edges)
				}
				if len(out.Dangling) != c.dangling {
					t.Errorf("got %v dangling references, want %v", len(out.Dangling), c.dangling)
				}
				if again := imported(t, d, in); len(again.Changes) != 0 || len(again.Dangling) != c.dangling {
					t.Errorf("got %+v, want nothing changed and the same dangling references", again)
				}
			})
		})
	}
}

// big is a map of n systems, each using two others, as two tables.
func big(n int) landscape.ImportIn {
	var elements, connections strings.Builder
	elements.WriteString("id,kind,name,criticality,rto_min,tags\n")
	connections.WriteString("from,kind,to,protocol\n")
	kinds := []string{"system", "service", "interface", "data-set"}
	for i := range n {
		fmt.Fprintf(&elements, "e%05d,%s,Element %05d,%d,%d,bench\n", i, kinds[i%4], (i*7919)%n, i%4+1, i%1440)
		fmt.Fprintf(&connections, "e%05d,uses,e%05d,https\n", i, (i*31+7)%n)
		fmt.Fprintf(&connections, "e%05d,uses,e%05d,sql\n", i, (i*17+3)%n)
	}
	return csvImport(elements.String(), connections.String())
}

func BenchmarkImport10k(b *testing.B) {
	in := big(10_000)
	for b.Loop() {
		b.StopTimer()
		d := dbtest.SQLite(b)
		b.StartTimer()
		imported(b, d, in)
	}
}

func BenchmarkImport5000(b *testing.B) {
	in := big(5000)
	for b.Loop() {
		b.StopTimer()
		d := dbtest.SQLite(b)
		b.StartTimer()
		imported(b, d, in)
	}
}

func BenchmarkImport5000Again(b *testing.B) {
	in := big(5000)
	d := dbtest.SQLite(b)
	imported(b, d, in)
	for b.Loop() {
		imported(b, d, in)
	}
}

func BenchmarkListOf50000(b *testing.B) {
	d := dbtest.SQLite(b)
	imported(b, d, landscape.ImportIn{Source: "cmdb", Files: big(50000).Files})
	for name, f := range map[string]landscape.Filter{
		"name": {}, "criticality": {Page: db.Page{Sort: "criticality"}}, "text": {Text: "123"}, "kind": {Kind: "service"}, "gap": {Gap: "owner"},
		"rto": {Page: db.Page{Sort: "-rto"}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				view(b, d, func(r db.Reader) (db.PageOf[landscape.ElementRow], error) { return landscape.ListElements(ctx, r, f) })
			}
		})
	}
	b.Run("summary", func(b *testing.B) {
		for b.Loop() {
			view(b, d, func(r db.Reader) (landscape.Summary, error) { return landscape.Count(ctx, r, struct{}{}) })
		}
	})
	get(b, d, "e00007") // loads the map and judges it; the pages that follow find both ready
	b.Run("element", func(b *testing.B) {
		for b.Loop() {
			get(b, d, "e00007")
		}
	})
	b.Run("element-after-change", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			v := get(b, d, "e00008").Element
			v.Description += "."
			dbtest.Change(b, d, func(tx *db.Tx) error { _, err := landscape.ChangeElement(ctx, tx, v); return err })
			b.StartTimer()
			get(b, d, "e00007")
		}
	})
}
