package ingest_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/problem"
)

const exchange21XML = `<?xml version="1.0" encoding="UTF-8"?>
<model xmlns="http://www.opengroup.org/xsd/archimate" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="id-m">
  <name xml:lang="en">Harbour</name>
  <elements>
    <element identifier="id-1" xsi:type="InfrastructureService">
      <label xml:lang="it">Archivio</label>
      <label xml:lang="en">Archive</label>
      <documentation xml:lang="en">Keeps papers</documentation>
      <properties><property identifierref="p-1"><value xml:lang="en">yes</value></property></properties>
    </element>
    <element identifier="id-2" xsi:type="BusinessProcess"><label>Unload</label></element>
    <element identifier="id-3" xsi:type="Crane"><label>Gru «9»</label></element>
  </elements>
  <relationships>
    <relationship identifier="id-r1" source="id-1" target="id-2" xsi:type="UsedByRelationship"/>
    <relationship identifier="id-r2" source="id-3" target="id-1" xsi:type="RealisationRelationship"/>
    <relationship identifier="id-r3" source="id-3" target="id-2" xsi:type="SpecialisationRelationship"/>
  </relationships>
  <organization>
    <item><label xml:lang="en">Docks</label><item><label xml:lang="en">North</label><item identifierref="id-3"/></item></item>
  </organization>
  <propertydefs><propertydef identifier="p-1" name="Backed up" type="string"/></propertydefs>
</model>`

const exchange3XML = `<?xml version="1.0" encoding="UTF-8"?>
<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="id-m">
  <name>Harbour</name>
  <elements>
    <element identifier="id-a" xsi:type="ApplicationComponent">
      <name xml:lang="it">Pese</name><name xml:lang="en">Scales</name>
      <properties>
        <property propertyDefinitionRef="p-1"><value>a</value></property>
        <property propertyDefinitionRef="p-1"><value>b</value></property>
        <property propertyDefinitionRef="p-2"><value/></property>
      </properties>
    </element>
    <element identifier="id-b" xsi:type="DataObject"><name>Weights</name></element>
    <element identifier="id-j" xsi:type="OrJunction"/>
  </elements>
  <relationships>
    <relationship identifier="id-r1" source="id-a" target="id-b" xsi:type="Access" accessType="ReadWrite"><name>record</name></relationship>
    <relationship identifier="id-r2" source="id-r3" target="id-r1" xsi:type="Association" isDirected="true"/>
    <relationship identifier="id-r3" source="id-j" target="id-a" xsi:type="Influence" modifier="++"/>
    <relationship identifier="id-r4" source="id-a" target="id-gone" xsi:type="Flow"/>
  </relationships>
  <propertyDefinitions><propertyDefinition identifier="p-1" type="string"><name>Letters</name></propertyDefinition></propertyDefinitions>
  <views><diagrams><view identifier="id-v" xsi:type="Diagram"><node identifier="id-n" elementRef="id-a" xsi:type="Element"/></view></diagrams></views>
</model>`

const archiXML = `<?xml version="1.0" encoding="UTF-8"?>
<archimate:model xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:archimate="http://www.archimatetool.com/archimate" name="Harbour" id="m" version="5.0.0">
  <folder name="Application" id="f1" type="application">
    <folder name="Weighing" id="f2">
      <element xsi:type="archimate:ApplicationComponent" name="Scales" id="a" profiles="pr">
        <documentation>Two lines
of text</documentation>
        <property key="Age" value="9"/>
      </element>
    </folder>
    <element xsi:type="archimate:DataObject" name="Weights" id="b"/>
  </folder>
  <folder name="Other" id="f3" type="other">
    <element xsi:type="archimate:Junction" id="j" type="or"/>
    <element xsi:type="archimate:Junction" id="k"/>
  </folder>
  <folder name="Relations" id="f4" type="relations">
    <element xsi:type="archimate:AccessRelationship" id="r1" source="a" target="b" accessType="3"/>
    <element xsi:type="archimate:AccessRelationship" id="r2" source="a" target="b"/>
    <element xsi:type="archimate:InfluenceRelationship" id="r3" source="j" target="r1" strength="+"/>
    <element xsi:type="archimate:AssociationRelationship" id="r4" source="k" target="gone" directed="true" name="to nothing"/>
  </folder>
  <folder name="Views" id="f5" type="diagrams">
    <element xsi:type="archimate:ArchimateDiagramModel" name="View" id="v"><child xsi:type="archimate:DiagramObject" id="c" archimateElement="a"/></element>
  </folder>
  <profile name="Bridge" id="pr" conceptType="ApplicationComponent"/>
</archimate:model>`

// grafico is a coArchi folder, file by file.
var grafico = [][2]string{
	{"model/folder.xml", `<archimate:model xmlns:archimate="http://www.archimatetool.com/archimate" name="Harbour" id="m"><profiles name="Bridge" id="pr" conceptType="ApplicationComponent"/></archimate:model>`},
	{"model/application/folder.xml", `<archimate:Folder xmlns:archimate="http://www.archimatetool.com/archimate" name="Application" id="f1" type="application"/>`},
	{"model/application/w/folder.xml", `<archimate:Folder xmlns:archimate="http://www.archimatetool.com/archimate" name="Weighing" id="f2"/>`},
	{"model/application/w/ApplicationComponent_a.xml", `<archimate:ApplicationComponent
    xmlns:archimate="http://www.archimatetool.com/archimate"
    name="Scales"
    id="a"
    documentation="Weighs">
  <properties
      key="Age"
      value="9"/>
  <profiles
      href="folder.xml#pr"/>
</archimate:ApplicationComponent>`},
	{"model/application/DataObject_b.xml", `<archimate:DataObject xmlns:archimate="http://www.archimatetool.com/archimate" name="Weights" id="b"/>`},
	{"model/relations/AccessRelationship_r.xml", `<archimate:AccessRelationship
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:archimate="http://www.archimatetool.com/archimate"
    id="r"
    accessType="1">
  <source
      xsi:type="archimate:ApplicationComponent"
      href="ApplicationComponent_a.xml#a"/>
  <target
      xsi:type="archimate:DataObject"
      href="DataObject_b.xml#b"/>
</archimate:AccessRelationship>`},
	{"model/diagrams/ArchimateDiagramModel_v.xml", `<archimate:ArchimateDiagramModel xmlns:archimate="http://www.archimatetool.com/archimate" name="View" id="v"><children/></archimate:ArchimateDiagramModel>`},
}

func readArchiMate(t testing.TB, file string) (ingest.Catalogue, error) {
	t.Helper()
	return ingest.ReadArchiMate([]*ingest.Source{text(file)})
}

func mustArchiMate(t testing.TB, file string) ingest.Catalogue {
	t.Helper()
	c, err := readArchiMate(t, file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func nodes(c ingest.Catalogue) (lines []string) {
	for _, n := range c.Nodes {
		lines = append(lines, fmt.Sprintf("%s %s %q in %q", n.Ref, n.Kind, n.Name, n.Namespace))
	}
	return lines
}

func relations(c ingest.Catalogue) (lines []string) {
	for _, e := range c.Edges {
		lines = append(lines, fmt.Sprintf("%s: %s %s %s %v %v %q %v", e.Key, e.From, e.Type, e.To, e.FromEdge, e.ToEdge, e.Name, e.Props))
	}
	return lines
}

func TestArchiMateExchange2IsReadInTheWordsOfArchiMate3(t *testing.T) {
	c := mustArchiMate(t, exchange21XML)
	want := []string{`id-1 TechnologyService "Archive" in ""`, `id-2 BusinessProcess "Unload" in ""`, `id-3 Crane "Gru «9»" in "Docks/North"`}
	if diff := cmp.Diff(want, nodes(c)); diff != "" {
		t.Error(diff)
	}
	want = []string{
		`id-r1: id-1 Serving id-2 false false "" map[]`, `id-r2: id-3 Realization id-1 false false "" map[]`,
		`id-r3: id-3 Specialization id-2 false false "" map[]`,
	}
	if diff := cmp.Diff(want, relations(c)); diff != "" {
		t.Error(diff)
	}
	first := c.Nodes[0]
	if diff := cmp.Diff(map[string]string{"name:it": "Archivio", "Backed up": "yes"}, first.Props); diff != "" || first.Description != "Keeps papers" {
		t.Errorf("got description %q, properties %s", first.Description, diff)
	}
}

func TestArchiMateExchange3KeepsWhatRelationsSay(t *testing.T) {
	c := mustArchiMate(t, exchange3XML)
	want := []string{`id-a ApplicationComponent "Scales" in ""`, `id-b DataObject "Weights" in ""`, `id-j OrJunction "" in ""`}
	if diff := cmp.Diff(want, nodes(c)); diff != "" {
		t.Error(diff)
	}
	want = []string{
		`id-r1: id-a Access id-b false false "record" map[archimate:access:ReadWrite]`,
		`id-r2: id-r3 Association id-r1 true true "" map[archimate:directed:true]`,
		`id-r3: id-j Influence id-a false false "" map[archimate:influence:++]`,
		`id-r4: id-a Flow id-gone false false "" map[]`,
	}
	if diff := cmp.Diff(want, relations(c)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"name:it": "Pese", "Letters": "a; b", "p-2": ""}, c.Nodes[0].Props); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]ingest.DanglingReference{{
		Ref: "id-gone", From: "id-r4", Field: "target", File: "test", At: c.Edges[3].At,
	}}, c.Dangling); diff != "" || c.Dangling[0].At.Line != 20 {
		t.Errorf("got %v %s, want line 20", c.Dangling, diff)
	}
}

func TestArchiFileIsReadWithFoldersAndJunctions(t *testing.T) {
	c := mustArchiMate(t, archiXML)
	want := []string{
		`a ApplicationComponent "Scales" in "Application/Weighing"`, `b DataObject "Weights" in "Application"`,
		`j OrJunction "" in "Other"`, `k AndJunction "" in "Other"`,
	}
	if diff := cmp.Diff(want, nodes(c)); diff != "" {
		t.Error(diff)
	}
	want = []string{
		`r1: a Access b false false "" map[archimate:access:ReadWrite]`, `r2: a Access b false false "" map[archimate:access:Write]`,
		`r3: j Influence r1 false true "" map[archimate:influence:+]`, `r4: k Association gone false false "to nothing" map[archimate:directed:true]`,
	}
	if diff := cmp.Diff(want, relations(c)); diff != "" {
		t.Error(diff)
	}
	first := c.Nodes[0]
	if first.Type != "Bridge" || first.Description != "Two lines\nof text" || first.Props["Age"] != "9" || first.At.Line != 5 {
		t.Errorf("got %+v, want specialization, documentation and property of line 5", first)
	}
	if len(c.Dangling) != 1 || c.Dangling[0].At.Line != 21 {
		t.Errorf("got %v, want one reference of line 21", c.Dangling)
	}
}

func TestCoArchiFolderIsReadAsOneModel(t *testing.T) {
	var sources []*ingest.Source
	for _, f := range grafico {
		sources = append(sources, ingest.NewSource(f[0], strings.NewReader(f[1]), ingest.SourceOptions{}))
	}
	for range 2 { // in any order
		c, err := ingest.ReadArchiMate(sources)
		if err != nil {
			t.Fatal(err)
		}
		got := nodes(c)
		sort.Strings(got)
		want := []string{`a ApplicationComponent "Scales" in "Application/Weighing"`, `b DataObject "Weights" in "Application"`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{`r: a Access b false false "" map[archimate:access:Read]`}, relations(c)); diff != "" {
			t.Error(diff)
		}
		at := slices.IndexFunc(c.Nodes, func(n ingest.NodeRecord) bool { return n.Ref == "a" })
		if n := c.Nodes[at]; n.Type != "Bridge" || n.Description != "Weighs" || n.Props["Age"] != "9" {
			t.Errorf("got %+v, want specialization, documentation and property", n)
		}
		sources = nil
		for _, f := range slices.Backward(grafico) {
			sources = append(sources, ingest.NewSource(f[0], strings.NewReader(f[1]), ingest.SourceOptions{}))
		}
	}
}

func TestArchiFileWithImagesIsAnArchive(t *testing.T) {
	src := text(string(zipped(t, "model.xml", archiXML, "images/a.png", "\x89PNG\r\n")))
	c, err := ingest.ReadArchiMate([]*ingest.Source{src})
	if err != nil || len(c.Nodes) != 4 || c.Nodes[0].File != "test/model.xml" || src.SHA256() == "" {
		t.Errorf("got %d nodes, %v, want those of model.xml and the hash of the archive", len(c.Nodes), err)
	}
	_, err = readArchiMate(t, string(zipped(t, "images/a.png", "\x89PNG\r\n")))
	wantProblem(t, err, "ingest.error.archimate.not", "", 0)
}

func TestArchiBombIsRefused(t *testing.T) {
	bomb := string(zipped(t, "model.xml", archiXML+strings.Repeat(" ", 64<<20)))
	_, err := readArchiMate(t, bomb)
	wantProblem(t, err, "ingest.error.archive.ratio", "", 0)
}

func TestArchiMateRefusesBadFiles(t *testing.T) {
	archi := func(inside string) string {
		return `<archimate:model xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:archimate="http://www.archimatetool.com/archimate"><folder name="x">` + "\n" + inside + `</folder></archimate:model>`
	}
	exchange := func(inside string) string {
		return `<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` + "\n" + inside + `</model>`
	}
	for _, c := range []struct {
		name, file, key, field string
		record, line           int
	}{
		{"empty", "", "ingest.error.empty", "", 0, 0},
		{"no concept", archi(""), "ingest.error.empty", "", 0, 0},
		{"not XML", "hello", "ingest.error.xml.syntax", "", 0, 1},
		{"another XML", "<project/>", "ingest.error.archimate.not", "", 0, 1},
		{"cut", exchange("<elements>")[:120], "ingest.error.truncated", "", 0, 2},
		{"badly nested", exchange("<elements></x>"), "ingest.error.xml.syntax", "", 0, 2},
		{"after the root", archi("") + "\n<x/>", "ingest.error.xml.syntax", "", 0, 3},
		{"DTD", `<!DOCTYPE model SYSTEM "http://127.0.0.1/x">` + archi(""), "ingest.error.xml.dtd", "", 0, 1},
		{"entity from a file", "<?xml version=\"1.0\"?>\n<!DOCTYPE m [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + archi("&x;"), "ingest.error.xml.dtd", "", 0, 2},
		{"bomb of entities", `<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>` + archi("&b;"), "ingest.error.xml.dtd", "", 0, 1},
		{"entity of nobody", archi(`<element xsi:type="archimate:Node" id="a" name="&x;"/>`), "ingest.error.xml.syntax", "", 0, 2},
		{"no id", archi(`<element xsi:type="archimate:Node"/>`), "ingest.error.required", "id", 1, 2},
		{"no type", exchange(`<elements><element identifier="a"/></elements>`), "ingest.error.required", "xsi:type", 1, 2},
		{"no source", exchange(`<relationships><relationship identifier="a" target="a" xsi:type="Flow"/></relationships>`), "ingest.error.required", "source", 1, 2},
		{"no target", archi(`<element xsi:type="archimate:FlowRelationship" id="a" source="a"/>`), "ingest.error.required", "target", 1, 2},
		{"id twice", archi("<element xsi:type=\"archimate:Node\" id=\"a\"/>\n<element xsi:type=\"archimate:Device\" id=\"a\"/>"), "ingest.error.duplicate-file", "id", 2, 3},
		{"deep", archi(strings.Repeat("<folder>", 80)), "ingest.error.depth", "", 0, 2},
		{"zip of nothing known", "PK\x03\x04", "ingest.error.archive.broken", "", 0, 0},
		{"UTF-16", "\xff\xfe<\x00", "ingest.error.encoding", "", 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readArchiMate(t, c.file)
			wantProblem(t, err, c.key, c.field, c.record)
			if p, ok := problem.As(err); ok && p.Source.Line != c.line {
				t.Errorf("got %v, want line %d", err, c.line)
			}
		})
	}
}

func TestArchiMateIdThatTwoFilesHaveIsRefusedWithBothPlaces(t *testing.T) {
	one := func(name string) *ingest.Source {
		return ingest.NewSource(name, strings.NewReader(grafico[4][1]), ingest.SourceOptions{})
	}
	_, err := ingest.ReadArchiMate([]*ingest.Source{one("x/b.xml"), one("y/b.xml")})
	p, ok := problem.As(err)
	if !ok || p.Source.File != "y/b.xml" || p.Args["file"] != "x/b.xml" || p.Args["line"] != 1 {
		t.Errorf("got %v, want both files named", err)
	}
}

func TestArchiMateEndlessTextIsStopped(t *testing.T) {
	head := `<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/"><name>`
	src := ingest.NewSource("huge", repeat(head, strings.Repeat("x", 1000), 100_000, "</name></model>"), ingest.SourceOptions{})
	_, err := ingest.ReadArchiMate([]*ingest.Source{src})
	wantProblem(t, err, "ingest.error.field-size", "", 0)
	if src.Size() > 8<<20 {
		t.Errorf("got %d bytes read, want it stopped at the limit", src.Size())
	}
}

// What the samples hold beyond the expected graph, which was made from an older state of the same model.
var sinceExpected = map[string]bool{
	"9784239c-1fe2-40fb-9d4f-6a5fa0ef6786": true, // Resource
	"1edc89ca-f657-4994-91ef-b6f6174a52e0": true, // Grouping
	"d89221f3-3122-4dd6-9b23-fab9862c9f33": true, // Composition between the two
}

func TestArchiMateSamplesMatchTheExpectedGraphs(t *testing.T) {
	for expected, file := range map[string]string{"archisurance-3": "Archisurance.archimate", "archisurance-exchange": "archisurance.xml"} {
		c, err := ingest.ReadArchiMate([]*ingest.Source{open(t, samples(t, "landscape", "archimate", file))})
		if err != nil {
			t.Fatal(err)
		}
		var things, ties []string
		for _, n := range c.Nodes {
			if !sinceExpected[n.Ref] {
				things = append(things, n.Ref+"|"+n.Kind+"|"+n.Name)
			}
		}
		for _, e := range c.Edges {
			if !sinceExpected[e.Key] {
				ties = append(ties, e.From+"|"+e.To+"|"+e.Type)
			}
		}
		if diff := cmp.Diff(expectedRows(t, expected+".nodes.csv"), sorted(things)); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		if diff := cmp.Diff(expectedRows(t, expected+".edges.csv"), sorted(ties)); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		if len(c.Dangling) != 0 {
			t.Errorf("got %v, want nothing dangling", c.Dangling)
		}
	}
}

func sorted(lines []string) []string {
	sort.Strings(lines)
	return lines
}

// expectedRows are the first three columns of an expected graph, sorted.
func expectedRows(t *testing.T, name string) (lines []string) {
	t.Helper()
	f, err := os.Open(samples(t, "landscape", "expected", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		lines = append(lines, strings.Join(row[:3], "|"))
	}
	return sorted(lines)
}

func FuzzArchiMate(f *testing.F) {
	for _, file := range []string{exchange21XML, exchange3XML, archiXML, grafico[3][1], grafico[5][1], "<!DOCTYPE x>", "<a"} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file string) {
		c, err := readArchiMate(t, file)
		if err != nil {
			if _, ok := problem.As(err); !ok {
				t.Errorf("got %v, want a problem", err)
			}
			return
		}
		ids := map[string]bool{}
		for _, n := range c.Nodes {
			ids[n.Ref] = true
		}
		for _, e := range c.Edges {
			ids[e.Key] = true
		}
		if len(ids) != len(c.Nodes)+len(c.Edges) {
			t.Errorf("got %d ids of %d nodes and %d edges, want every id once", len(ids), len(c.Nodes), len(c.Edges))
		}
	})
}
