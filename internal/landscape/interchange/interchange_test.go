package interchange_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"accordo.dev/internal/landscape/interchange"
)

var harbour = interchange.Model{
	ID: "id-model", Name: "Harbour <9>",
	Elements: []interchange.Element{
		{
			ID: "id-1", Type: "ApplicationComponent", Names: []interchange.Text{{"en", "Scales & weights"}, {"it", "Pese"}},
			Documentation: []interchange.Text{{"", "They weigh.\nTwo lines."}}, Properties: []interchange.Property{{"Age", "9"}, {"Wert", "=1+1"}},
		},
		{ID: "id-2", Type: "OrJunction"},
	},
	Relations: []interchange.Relation{
		{ID: "r-1", Type: "Access", Source: "id-1", Target: "id-2", Access: "ReadWrite", Properties: []interchange.Property{{"Age", "1"}}},
		{ID: "propid-1", Type: "Association", Source: "id-1", Target: "r-1", Directed: true, Names: []interchange.Text{{"", "\x00名"}}},
		{ID: "r-3", Type: "Influence", Source: "id-1", Target: "id-2", Influence: "++"},
	},
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	data, err := interchange.Bytes(write)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestArchiMateFileIsAsTheSchemaAsks(t *testing.T) {
	got := written(t, func(w io.Writer) error { return interchange.WriteArchiMate(w, harbour) })
	want := `<?xml version="1.0" encoding="UTF-8"?>
<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.opengroup.org/xsd/archimate/3.0/ http://www.opengroup.org/xsd/archimate/3.1/archimate3_Model.xsd" identifier="id-model">
  <name>Harbour &lt;9&gt;</name>
  <elements>
    <element identifier="id-1" xsi:type="ApplicationComponent">
      <name xml:lang="en">Scales &amp; weights</name>
      <name xml:lang="it">Pese</name>
      <documentation>They weigh.&#xA;Two lines.</documentation>
      <properties>
        <property propertyDefinitionRef="propid-1.">
          <value>9</value>
        </property>
        <property propertyDefinitionRef="propid-2">
          <value>=1+1</value>
        </property>
      </properties>
    </element>
    <element identifier="id-2" xsi:type="OrJunction"></element>
  </elements>
  <relationships>
    <relationship identifier="r-1" source="id-1" target="id-2" xsi:type="Access" accessType="ReadWrite">
      <properties>
        <property propertyDefinitionRef="propid-1.">
          <value>1</value>
        </property>
      </properties>
    </relationship>
    <relationship identifier="propid-1" source="id-1" target="r-1" xsi:type="Association" isDirected="true">
      <name>` + "\uFFFD" + `名</name>
    </relationship>
    <relationship identifier="r-3" source="id-1" target="id-2" xsi:type="Influence" modifier="++"></relationship>
  </relationships>
  <propertyDefinitions>
    <propertyDefinition identifier="propid-1." type="string">
      <name>Age</name>
    </propertyDefinition>
    <propertyDefinition identifier="propid-2" type="string">
      <name>Wert</name>
    </propertyDefinition>
  </propertyDefinitions>
</model>`
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestIdentifiersCanBeIdentifiersOfXMLAndAreGivenOnce(t *testing.T) {
	var ids interchange.Identifiers
	for _, c := range [][]string{
		{"id-564", "id-564"}, {"id-564.2", "id-564"}, {"id-9", "9"}, {"other", "9", "other"}, {"id-città", "città"}, {"_a.b-c", "_a.b-c"}, {"id-", ""},
	} {
		got := ids.Take(c[1:]...)
		if c[0] == "id-città" {
			c[0] = "id-citt-.2"
		}
		if got != c[0] || !interchange.IsNCName(got) {
			t.Errorf("got %s for %v, want %s", got, c[1:], c[0])
		}
	}
}

func TestDrawioFileHasBoxesArrowsAndNoHTML(t *testing.T) {
	got := written(t, func(w io.Writer) error {
		return interchange.WriteDrawio(w, interchange.Diagram{
			Name:   "Map",
			Boxes:  []interchange.Box{{ID: "a", Label: "<b>Scales</b>", X: 1.4, Y: 2, W: 100, H: 40, Fill: "#ffffff", Line: "#000000", Dashed: true, Properties: []interchange.Property{{"kind", "system"}, {"no name", "x"}}}},
			Arrows: []interchange.Arrow{{ID: "r", From: "a", To: "a", Label: "uses"}},
		})
	})
	for _, want := range []string{
		`<mxCell id="0">`, `<mxCell id="1" parent="0">`, `<object id="a" label="&lt;b&gt;Scales&lt;/b&gt;" kind="system">`, "html=0;", "dashed=1;",
		`<mxGeometry x="1" y="2" width="100" height="40" as="geometry">`, `edge="1" parent="1" source="a" target="a"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s\nwant %s in it", got, want)
		}
	}
	if strings.Contains(got, "no name") {
		t.Error("got a property whose name is no name of XML, want it left out")
	}
	if err := xml.Unmarshal([]byte(got), new(struct{})); err != nil {
		t.Error(err)
	}
}

var tables = []interchange.Table{
	{"elements", []string{"id", "n"}, [][]any{{"=cmd()", int64(9)}, {"@x", 0.25}, {"plain", nil}}},
	{"connections", []string{"from"}, nil},
}

func TestTablesAsCSVHoldNoFormula(t *testing.T) {
	data := written(t, func(w io.Writer) error { return interchange.WriteArchive(w, tables) })
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) != 2 || z.File[1].Name != "connections.csv" {
		t.Fatalf("got %v, want two files", err)
	}
	file, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(file)
	if want := "id,n\n'=cmd(),9\n'@x,0.25\nplain,\n"; string(text) != want {
		t.Errorf("got %q, want %q", text, want)
	}
}

func TestWorkbookHoldsTextsAndNumbersAndNoFormula(t *testing.T) {
	data := written(t, func(w io.Writer) error { return interchange.WriteWorkbook(w, tables) })
	book, err := excelize.OpenReader(bytes.NewReader([]byte(data)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	text, _ := book.GetCellValue("elements", "A2")
	formula, _ := book.GetCellFormula("elements", "A2")
	kind, _ := book.GetCellType("elements", "B2")
	if text != "=cmd()" || formula != "" || kind == excelize.CellTypeInlineString || len(book.GetSheetList()) != 2 {
		t.Errorf("got %q, formula %q, number as %v, want a text and a number", text, formula, kind)
	}
}
