package ingest_test

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
)

// zipped packs files, given as name, content pairs.
func zipped(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchivesAreReplacedByTheirMembers(t *testing.T) {
	inner := zipped(t, "c.csv", "c")
	got, err := ingest.Unpack([]ingest.File{
		{Name: "a.csv", Data: []byte("a")},
		{Name: "b.zip", Data: zipped(t, "x/b.csv", "b", "x/.hidden", "h", "__MACOSX/x", "m", "in.zip", string(inner))},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []ingest.File{
		{Name: "a.csv", Data: []byte("a")},
		{Name: "b.zip/x/b.csv", Data: []byte("b"), Part: true},
		{Name: "b.zip/in.zip/c.csv", Data: []byte("c"), Part: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTrapsInArchivesAreRefused(t *testing.T) {
	deep := zipped(t, "x.csv", "x")
	for range 3 {
		deep = zipped(t, "in.zip", string(deep))
	}
	for name, c := range map[string]struct {
		data []byte
		key  string
	}{
		"bomb":            {zipped(t, "big.csv", strings.Repeat("0", 64<<20)), "ingest.error.archive.ratio"},
		"archives inside": {deep, "ingest.error.archive.depth"},
		"upwards":         {zipped(t, "../x.csv", "x"), "ingest.error.archive.name"},
		"absolute":        {zipped(t, "/etc/x.csv", "x"), "ingest.error.archive.name"},
		"windows":         {zipped(t, `..\x.csv`, "x"), "ingest.error.archive.name"},
		"drive":           {zipped(t, `C:/x.csv`, "x"), "ingest.error.archive.name"},
		"twice":           {zipped(t, "x.csv", "x", "x.csv", "y"), "ingest.error.archive.twice"},
		"cut":             {zipped(t, "x.csv", "x")[:40], "ingest.error.archive.broken"},
	} {
		_, err := ingest.Unpack([]ingest.File{{Name: "trap.zip", Data: c.data}})
		if p, ok := problem.As(err); !ok || p.Key != c.key || !strings.HasPrefix(p.Source.File, "trap.zip") {
			t.Errorf("%s: got %v, want %s in trap.zip", name, err, c.key)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(zipped(f, "a/b.csv", "x"))
	f.Add(zipped(f, "../b.csv", "x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := ingest.Unpack([]ingest.File{{Name: "a.zip", Data: data}})
		for _, file := range files {
			if err == nil && strings.Contains(file.Name, "..") && strings.Contains("/"+file.Name+"/", "/../") {
				t.Errorf("got %q, want no name that leads out", file.Name)
			}
		}
	})
}

// workbook makes a workbook of the templates with one more sheet.
func workbook(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := ingest.WriteTemplateWorkbook(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.NewSheet("notes"); err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{"A1": "Anything", "A3": "else"} {
		if err := f.SetCellValue("notes", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellValue("elements", "A7", "471"); err != nil { // two empty rows before it
		t.Fatal(err)
	}
	for column, value := range map[string]any{"kind": "system", "name": "Città\nnuova", "end_of_life": 47118} {
		cell, err := excelize.CoordinatesToCellName(1+slices.Index(ingest.ElementColumns, column), 7)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellValue("elements", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSheetsAreTablesWithTheirRows(t *testing.T) {
	sheets, err := ingest.Sheets("map.xlsx", workbook(t))
	if err != nil || len(sheets) != 4 {
		t.Fatalf("got %d sheets %v, want 4", len(sheets), err)
	}
	if ingest.IsTables(sheets[3].Look()) || !ingest.IsTables(sheets[0].Look()) {
		t.Error("want the tables told from the notes")
	}
	got, err := readElements(t, sheets[0], ingest.DateOptions{})
	if err != nil || len(got) != 4 {
		t.Fatalf("got %+v %v, want 4 elements", got, err)
	}
	last := got[3]
	if last.At.Line != 7 || last.Name != "Città\nnuova" || !last.EndOfLife.Equal(day(2028, 12, 31)) {
		t.Errorf("got %+v, want row 7 with its two lines and its day", last)
	}
	if !ingest.IsWorkbook(workbook(t)) || ingest.IsWorkbook(zipped(t, "a", "b")) {
		t.Error("want workbooks told from other archives")
	}
}

func FuzzSheets(f *testing.F) {
	f.Add(workbook(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		sheets, err := ingest.Sheets("map.xlsx", data)
		for _, s := range sheets {
			if err == nil {
				_, _ = readElements(t, s, ingest.DateOptions{})
			}
		}
	})
}

func TestALookTellsWhatAFileIs(t *testing.T) {
	for _, c := range []struct {
		name, content string
		want          ingest.Glimpse
	}{
		{"A/Elements.CSV", "\xef\xbb\xbfsep=;\r\nID;\"Kind\";name_it\r\n", ingest.Glimpse{Name: "elements.csv", Ext: ".csv", Header: []string{"id", "kind", "name_it"}}},
		{"x.json", `{"a":{"b":1},"c":[`, ingest.Glimpse{Name: "x.json", Ext: ".json", Keys: []string{"a", "c"}}},
		{"x.json", `[{"parent":"p","child":"c"}]`, ingest.Glimpse{Name: "x.json", Ext: ".json", Keys: []string{"parent", "child"}, List: true}},
		{"x.yml", "# c\nservices:\n  a: {}\n---\n'kind': X\n", ingest.Glimpse{Name: "x.yml", Ext: ".yml", Keys: []string{"services", "kind"}}},
		{"x.xml", `<?xml version="1.0"?><a:model xmlns:b="no" xmlns:a="yes"/>`, ingest.Glimpse{Name: "x.xml", Ext: ".xml", Root: "yes model"}},
	} {
		got := ingest.Look(c.name, []byte(c.content))
		got.Text = ""
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
	}
}
