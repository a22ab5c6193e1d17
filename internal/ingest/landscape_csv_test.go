package ingest_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/money"
)

func readElements(t testing.TB, src *ingest.Source, o ingest.DateOptions) ([]ingest.ElementRecord, error) {
	t.Helper()
	var got []ingest.ElementRecord
	_, err := ingest.ReadElements(src, o, func(r ingest.ElementRecord) error { got = append(got, r); return nil })
	return got, err
}

func readConnections(t testing.TB, src *ingest.Source) ([]ingest.ConnectionRecord, error) {
	t.Helper()
	var got []ingest.ConnectionRecord
	err := ingest.ReadConnections(src, ingest.DateOptions{}, func(r ingest.ConnectionRecord) error { got = append(got, r); return nil })
	return got, err
}

func TestElementsUnsetIsNotZero(t *testing.T) {
	file := "id;kind;name;name_it;outside;rto_min;rpo_min;end_of_life;cost_eur_year;tags\n" +
		"a;application;A;Applicazione à;no;0;;31/12/2027;1200,5;core | web\n" +
		";;;;;;;;;\n" +
		"b;supplier;B;;;;;;;\n"
	got, err := readElements(t, text("\xef\xbb\xbf"+file), ingest.DateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	no, zero := false, 0
	want := []ingest.ElementRecord{
		{
			ID: "a", Kind: "application", Name: "A", NameIT: "Applicazione à", Outside: &no, RTO: &zero, EndOfLife: day(2027, 12, 31),
			CostPerYear: &money.Amount{Cents: 120050, Currency: money.EUR}, Tags: []string{"core", "web"}, At: ingest.At{Record: 1, Line: 2},
		},
		{ID: "b", Kind: "supplier", Name: "B", At: ingest.At{Record: 3, Line: 4}},
	}
	for i := range got {
		got[i].At.Offset = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestElementsSeparatorIsFound(t *testing.T) {
	for name, file := range map[string]string{
		"comma":     "id,kind,name\na,k,\"N, and; more\"\n",
		"semicolon": "id;kind;name\na;k;\"N, and; more\"\n",
		"tab":       "id\tkind\tname\na\tk\tN, and; more\n",
		"sep line":  "sep=;\r\nid;kind;name\r\na;k;\"N, and; more\"\r\n",
		"spaces":    " ID , Kind ,Name\na,k,\"N, and; more\"",
	} {
		got, err := readElements(t, text(file), ingest.DateOptions{})
		if err != nil || len(got) != 1 || got[0].Name != "N, and; more" {
			t.Errorf("%s: got %+v %v, want one element", name, got, err)
		}
	}
}

func TestElementsRefuseBadFiles(t *testing.T) {
	row := func(header, s string) string { return "id,kind,name," + header + "\na,k,N," + s + "\n" }
	for _, c := range []struct {
		name, file, key, field string
		record                 int
	}{
		{"empty", "", "ingest.error.empty", "", 0},
		{"missing column", "id,kind\n", "ingest.error.column-missing", "name", 0},
		{"misspelt column", row("rto_minutes", "1"), "ingest.error.column-unknown", "rto_minutes", 0},
		{"column twice", row("layer,layer", "x,y"), "ingest.error.column-twice", "layer", 0},
		{"no name", "id,kind,name\na,k,\n", "ingest.error.required", "name", 1},
		{"bad id", "id,kind,name\na b,k,N\n", "ingest.error.id", "id", 1},
		{"id twice", "id,kind,name\na,k,N\nb,k,N\na,k,N\n", "ingest.error.duplicate-line", "id", 3},
		{"negative minutes", row("rto_min", "-1"), "ingest.error.number", "rto_min", 1},
		{"minutes a word", row("rpo_min", "2h"), "ingest.error.number", "rpo_min", 1},
		{"yes or no", row("outside", "maybe"), "ingest.error.yes-no", "outside", 1},
		{"thousands", row("cost_eur_year", "1.200.000"), "ingest.error.amount", "cost_eur_year", 1},
		{"thousands or decimals", row("cost_eur_year", "1.200"), "ingest.error.amount", "cost_eur_year", 1},
		{"negative amount", row("cost_eur_year", "-5"), "ingest.error.amount", "cost_eur_year", 1},
		{"too much money", row("cost_eur_year", "99999999999999999999"), "ingest.error.amount", "cost_eur_year", 1},
		{"bad date", row("end_of_life", "soon"), "ingest.error.date", "end_of_life", 1},
		{"ambiguous date", row("end_of_life", "1/2/2027"), "ingest.error.date-ambiguous", "end_of_life", 1},
		{"cut", "id,kind,name\na,k,N\nb,\"k", "ingest.error.truncated", "", 2},
		{"Windows-1252", "id,kind,name\na,k,citt\xe0\n", "ingest.error.encoding", "", 0},
		{"UTF-16", "\xfe\xff\x00i\x00d", "ingest.error.encoding", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readElements(t, text(c.file), ingest.DateOptions{})
			wantProblem(t, err, c.key, c.field, c.record)
		})
	}
}

func TestConnectionsAreRead(t *testing.T) {
	got, err := readConnections(t, text("from,kind,to,dependency,strength,encrypted,phase\na,flow,b,Forward,SOFT,sì,maintaining\nb,flow,c,,,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	want := []ingest.ConnectionRecord{
		{From: "a", Kind: "flow", To: "b", Dependency: "forward", Strength: "soft", Encrypted: &yes, Phase: "maintaining", At: ingest.At{Record: 1, Line: 2}},
		{From: "b", Kind: "flow", To: "c", At: ingest.At{Record: 2, Line: 3}},
	}
	for i := range got {
		got[i].At.Offset = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConnectionsRefuseBadFiles(t *testing.T) {
	for _, c := range []struct {
		name, file, key, field string
		record                 int
	}{
		{"missing column", "from,to\n", "ingest.error.column-missing", "kind", 0},
		{"no end", "from,kind,to\na,k,\n", "ingest.error.required", "to", 1},
		{"dependency", "from,kind,to,dependency\na,k,b,sideways\n", "ingest.error.one-of", "dependency", 1},
		{"strength", "from,kind,to,strength\na,k,b,medium\n", "ingest.error.one-of", "strength", 1},
		{"phase", "from,kind,to,phase\na,k,b,old\n", "ingest.error.one-of", "phase", 1},
		{"encrypted", "from,kind,to,encrypted\na,k,b,TLS\n", "ingest.error.yes-no", "encrypted", 1},
		{"twice", "from,kind,to\na,k,b\na,k,b\n", "ingest.error.duplicate-line", "from", 2},
		{"cut", "from,kind,to\na,k,b\na,k", "ingest.error.truncated", "", 2},
		{"Windows-1252", "from,kind,to\na,citt\xe0,b\n", "ingest.error.encoding", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readConnections(t, text(c.file))
			wantProblem(t, err, c.key, c.field, c.record)
		})
	}
}

func TestDanglingEndsAreReportedWithTheirPlace(t *testing.T) {
	connections, err := readConnections(t, text("from,kind,to\na,k,b\nx,k,a\nx,k,y\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range ingest.DanglingEnds("c.csv", connections, func(id string) bool { return id == "a" || id == "b" }) {
		got = append(got, fmt.Sprintf("%s:%d %s %s", d.File, d.At.Line, d.Field, d.Ref))
	}
	if diff := cmp.Diff([]string{"c.csv:3 from x", "c.csv:4 from x", "c.csv:4 to y"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTemplatesCanBeRead(t *testing.T) {
	tables := map[string]string{}
	for _, template := range ingest.Templates {
		var text strings.Builder
		if err := template.WriteCSV(&text); err != nil {
			t.Fatal(err)
		}
		tables[template.Name] = text.String()
	}
	e, err := readElements(t, text(tables["elements"]), ingest.DateOptions{})
	if err != nil || len(e) != 3 || !e[1].EndOfLife.Equal(day(2028, 12, 31)) {
		t.Fatalf("got %+v %v, want the three rows", e, err)
	}
	c, err := readConnections(t, text(tables["connections"]))
	if err != nil || len(c) != 2 {
		t.Fatalf("got %+v %v, want the two rows", c, err)
	}
	var agreed []ingest.AgreementRecord
	err = ingest.ReadAgreements(text(tables["agreements"]), ingest.DateOptions{}, func(a ingest.AgreementRecord) error { agreed = append(agreed, a); return nil })
	if err != nil || len(agreed) != 1 || agreed[0].ID != c[1].Agreement {
		t.Fatalf("got %+v %v, want the agreement that the second connection names", agreed, err)
	}
	known := map[string]bool{}
	for _, r := range e {
		known[r.ID] = true
	}
	if d := ingest.DanglingEnds("c", c, func(id string) bool { return known[id] }); len(d) > 0 {
		t.Errorf("got %+v, want no dangling ends in the templates", d)
	}
}

func TestConnectionsHugeFileIsRefusedAtItsFirstBadRow(t *testing.T) {
	rows := &repeated{body: "a,k," + strings.Repeat("n", 2100) + "\n", left: 100_000}
	src := ingest.NewSource("huge", io.MultiReader(strings.NewReader("from,kind,to\n"), rows), ingest.SourceOptions{})
	_, err := readConnections(t, src)
	wantProblem(t, err, "ingest.error.id", "to", 1)
	if src.Size() > 1<<20 {
		t.Errorf("got %d bytes read, want the reading stopped", src.Size())
	}
}

func FuzzElements(f *testing.F) {
	f.Add("id;kind;name;rto_min;cost_eur_year;end_of_life\na;k;N;5;1,5;2027-12-31\n")
	f.Add("id,kind,name,outside,tags\na,k,N,yes,x|y\n")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := readElements(t, text(s), ingest.DateOptions{})
		seen := map[string]bool{}
		for _, r := range got {
			if err == nil && (r.ID == "" || seen[r.ID]) {
				t.Errorf("got id %q empty or twice", r.ID)
			}
			seen[r.ID] = true
		}
	})
}

func FuzzConnections(f *testing.F) {
	f.Add("from,kind,to,dependency,strength\na,k,b,forward,hard\n")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := readConnections(t, text(s)); err != nil && err.Error() == "" {
			t.Error("got an error that says nothing")
		}
	})
}
