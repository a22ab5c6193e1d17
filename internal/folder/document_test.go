package folder

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/problem"
)

// sample has what area files have: lists of entries with ids, nested lists, entries without ids.
type sample struct {
	Name     string    `yaml:"name"`
	Elements []element `yaml:"elements"`
}

type element struct {
	ID      string   `yaml:"id"`
	Minutes *int64   `yaml:"minutes,omitempty"`
	Tags    []string `yaml:"tags,omitempty"`
	Keys    []struct {
		Office string `yaml:"office"`
	} `yaml:"keys,omitempty"`
}

const text = `name: Banca
elements:
  - id: core
    minutes: 5
  - id: a.b
    tags:
      - x
      - y
    keys:
      - office: cio
      - office: ciso
`

func problemsOf(t *testing.T, err error) []*problem.Error {
	t.Helper()
	p, ok := problem.As(err)
	if !ok {
		t.Fatalf("got %v, want a problem", err)
	}
	return flatten(p)
}

func TestErrorOfAFieldNamesFileAndLine(t *testing.T) {
	doc, err := parse("landscape.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for field, line := range map[string]int{
		"name": 1, "elements": 3, "elements[core].minutes": 4, "elements[core].owner": 3, "elements[a.b].id": 5, "elements[a.b].tags[1]": 8,
		"elements[a.b].keys[1].office": 11, "elements[0].minutes": 4, "elements[gone].minutes": 3, "nothing": 1, "": 1, "[": 1, "elements[": 1,
		"a]b.c": 1, "elements[core].minutes.deeper": 4, "name[0]": 1,
	} {
		located := problemsOf(t, doc.locate(problem.Field(field, "problem.required")))
		if got := located[0].Source; got.File != "landscape.yaml" || got.Line != line {
			t.Errorf("%s: got %v, want line %d of landscape.yaml", field, got, line)
		}
	}
}

func TestAllErrorsAreLocatedAndThoseOfOtherFilesKeepTheirPlace(t *testing.T) {
	doc, err := parse("landscape.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	other := problem.Source{File: "scan.json", Record: 3}
	many := problem.Many([]*problem.Error{problem.Field("elements[core].minutes", "problem.required"), problem.Field("x", "problem.required").At(other)})
	located := problemsOf(t, doc.locate(many))
	if len(located) != 2 || located[0].Source.Line != 4 || located[1].Source != other {
		t.Errorf("got %v, want line 4, and the other as it was", located)
	}
}

func TestFilesThatAreNotAsExpectedAreRefusedWithTheirLine(t *testing.T) {
	deep := strings.Repeat("[", 30) + strings.Repeat("]", 30)
	for what, c := range map[string]struct {
		text, key string
		line      int
	}{
		"an unknown field":     {"name: x\nelements:\n  - id: a\n    minuts: 5\n", "folder.error.yaml", 4},
		"an unknown list":      {"name: x\nelemnts: []\n", "folder.error.yaml", 2},
		"a wrong type":         {"name: x\nelements:\n  - id: a\n    minutes: five\n", "folder.error.yaml", 4},
		"a list for a text":    {"name: [x]\n", "folder.error.yaml", 1},
		"a text for a list":    {"name: x\nelements: none\n", "folder.error.yaml", 2},
		"a field twice":        {"name: x\nname: y\n", "folder.error.yaml", 2},
		"aliases":              {"name: &n x\nelements:\n  - id: *n\n", "folder.error.strange", 3},
		"a bomb of aliases":    {"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "folder.error.strange", 2},
		"deep nesting":         {"name: x\nelements: " + deep + "\n", "folder.error.strange", 2},
		"latin1":               {"name: x\nelements:\n  - id: caff\xe8\n", "folder.error.encoding", 3},
		"UTF-16":               {"\xff\xfen\x00a\x00", "folder.error.encoding", 1},
		"half a letter":        {"name: x\xc3", "folder.error.encoding", 1},
		"a quote left open":    {"name: \"x\nelements: []\n", "folder.error.yaml", 0},
		"a list cut off":       {"name: x\nelements: [{id: a}, {id", "folder.error.yaml", 0},
		"tabs":                 {"name: x\nelements:\n\t- id: a\n", "folder.error.yaml", 0},
		"two documents":        {"name: x\n---\nname: y\n", "folder.error.documents", 0},
		"rubbish behind":       {"name: x\n...\n}{\n", "folder.error.documents", 0},
		"an empty file":        {"", "folder.error.empty", 0},
		"only a comment":       {"# landscape\n\n", "folder.error.empty", 0},
		"nothing said":         {"null\n", "folder.error.empty", 0},
		"a NUL":                {"name: \"x\x00\"\n", "folder.error.yaml", 0},
		"a text":               {"hello\n", "folder.error.yaml", 1},
		"a list at the outset": {"- name: x\n", "folder.error.yaml", 1},
	} {
		found := problemsOf(t, readSample([]byte(c.text)))
		got := found[0]
		if got.Key != c.key || got.Source.File != "x.yaml" || c.line > 0 && got.Source.Line != c.line {
			t.Errorf("%s: got %v, want %s in line %d of x.yaml", what, got, c.key, c.line)
		}
	}
}

func readSample(data []byte) error {
	doc, err := parse("x.yaml", data)
	if err != nil {
		return err
	}
	var into sample
	return doc.decode(&into)
}

func TestAllWrongFieldsAreNamedAtOnce(t *testing.T) {
	found := problemsOf(t, readSample([]byte("nam: x\nelements:\n  - id: a\n    minutes: five\n  - idd: b\n")))
	var lines []int
	for _, p := range found {
		lines = append(lines, p.Source.Line)
	}
	slices.Sort(lines)
	if want := []int{1, 4, 5}; !slices.Equal(lines, want) {
		t.Errorf("got lines %v, want %v", lines, want)
	}
}

func TestOrdinaryFilesAreRead(t *testing.T) {
	for what, data := range map[string]string{
		"as exported": text, "with a mark of bytes": "\ufeff" + text, "with Windows lines": strings.ReplaceAll(text, "\n", "\r\n"),
		"with a first line": "---\n" + text, "as JSON": `{"name": "x", "elements": [{"id": "a", "minutes": 5}]}`, "empty lists": "elements: []\n",
	} {
		if err := readSample([]byte(data)); err != nil {
			t.Errorf("%s: got %v, want it read", what, err)
		}
	}
}

func TestFileOverTheLimitIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "landscape.yaml")
	if err := os.WriteFile(path, []byte("name: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, maxFile+1); err != nil {
		t.Fatal(err)
	}
	_, err := open(path)
	if found := problemsOf(t, err); found[0].Key != "folder.error.large" || found[0].Args["limit"] != 64 {
		t.Errorf("got %v, want the limit of 64 MB", err)
	}
}

// Whatever stands in a file and whatever field is asked for: a problem with the name of the file, never a panic.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(text), "elements[core].minutes")
	f.Add([]byte("a: &a [*a]"), "[[]].")
	f.Add([]byte("<<: {a: b}\n? [x]\n: y\n"), "a[")
	f.Add([]byte("!!binary x: !!float y\n"), "]")
	f.Fuzz(func(t *testing.T, data []byte, field string) {
		doc, err := parse("x.yaml", data)
		if err == nil {
			var into sample
			err = doc.decode(&into)
			if line := doc.line(field); line < 1 || line > 1+len(data) {
				t.Errorf("%q: got line %d", field, line)
			}
		}
		if err == nil {
			return
		}
		for _, p := range problemsOf(t, err) {
			if p.Source.File != "x.yaml" {
				t.Errorf("got %v, want it to name the file", p)
			}
		}
	})
}
