package landscape_test

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
)

func extract(t testing.TB, d *db.DB, in landscape.ExtractIn) landscape.Extract {
	t.Helper()
	return view(t, d, func(r db.Reader) (landscape.Extract, error) { return landscape.ExtractMap(ctx, r, in) })
}

func extracted(source string, x landscape.Extract) landscape.ImportIn {
	return landscape.ImportIn{Source: source, Files: []landscape.ImportFile{{Name: x.Name, Bytes: x.Data}}}
}

// sameMap compares two maps but for what tells from which source, since when and how often changed.
func sameMap(t testing.TB, got, want landscape.File, ignore ...string) {
	t.Helper()
	elementFields := []string{"Source", "ByHand", "BeganAt", "Version"}
	for _, diff := range []string{
		cmp.Diff(want.Elements, got.Elements, cmpopts.IgnoreFields(landscape.Element{}, append(elementFields, ignore...)...), cmpopts.EquateEmpty()),
		cmp.Diff(want.Connections, got.Connections, cmpopts.IgnoreFields(landscape.Connection{}, append(elementFields, ignore...)...), cmpopts.EquateEmpty()),
	} {
		if diff != "" {
			t.Error(diff)
		}
	}
}

func TestArchisuranceLeavesAndComesBackWithItsIdsTypesAndRelations(t *testing.T) {
	for _, name := range []string{"Archisurance.archimate", "archisurance.xml"} {
		content := archisurance(t, name)
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			imported(t, d, archiMateImport("ea", name, content))
			x := extract(t, d, landscape.ExtractIn{Format: "archimate"})
			before, after := readModel(t, name, []byte(content)), readModel(t, "landscape.xml", x.Data)
			if diff := cmp.Diff(graphOf(before), graphOf(after)); diff != "" {
				t.Error(diff)
			}
			elsewhere := dbtest.SQLite(t)
			imported(t, elsewhere, extracted("ea", x))
			sameMap(t, exported(t, elsewhere), exported(t, d))
			if again := imported(t, d, extracted("ea", x)); len(again.Changes) != 0 {
				t.Errorf("got %+v, want nothing changed by what the same source left with", again.Changes[:min(5, len(again.Changes))])
			}
			t.Logf("%s: %d bytes", name, len(x.Data))
		})
	}
}

func readModel(t testing.TB, name string, data []byte) ingest.Catalogue {
	t.Helper()
	c, err := ingest.ReadArchiMate([]*ingest.Source{ingest.NewSource(name, strings.NewReader(string(data)), ingest.SourceOptions{})})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// graphOf are the things and relations of a model, with identifiers as they are in an exchange file.
func graphOf(c ingest.Catalogue) (lines []string) {
	id := func(ref string) string {
		if ref[0] >= '0' && ref[0] <= '9' {
			return "id-" + ref
		}
		return ref
	}
	for _, n := range c.Nodes {
		lines = append(lines, strings.Join([]string{id(n.Ref), n.Kind, n.Name, n.Description}, "|"))
	}
	for _, e := range c.Edges {
		lines = append(lines, strings.Join([]string{id(e.Key), id(e.From), e.Type, id(e.To), e.Name, e.Props[ingest.ArchiMateAccess]}, "|"))
	}
	slices.Sort(lines)
	return lines
}

func TestWhatPeopleChangedOnAModelLeavesWithIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		imported(t, d, archiMateImport("ea", "harbour.xml", harbourXML))
		edit(t, d, "id-scales", func(e *landscape.Element) {
			e.Kind, e.Layer, e.RTO, e.Criticality = landscape.KindOTAsset, "", n(0), n(1)
		})
		edit(t, d, "id-or", func(e *landscape.Element) { e.Name = "Either scale" })
		dbtest.Change(t, d, func(tx *db.Tx) error {
			if _, err := landscape.AddElement(ctx, tx, landscape.Element{ID: "port-authority", Kind: landscape.KindAuthority, Name: "Autorità portuale"}); err != nil {
				return err
			}
			_, err := landscape.Connect(ctx, tx, landscape.Connection{From: "id-weigh", To: "port-authority", Kind: landscape.AnswersTo})
			return err
		})
		x := extract(t, d, landscape.ExtractIn{Format: "archimate"})
		checkExchange(t, x.Data)
		if !strings.Contains(string(x.Data), `<element identifier="id-scales" xsi:type="ApplicationComponent">`) {
			t.Error("want the type of the model, whatever people say of the kind")
		}
		elsewhere := dbtest.SQLite(t)
		imported(t, elsewhere, extracted("ea", x))
		got, want := exported(t, elsewhere), exported(t, d)
		for i, e := range got.Elements { // what people drew takes type and identifier of the file
			if e.ID == "port-authority" {
				got.Elements[i].Original, got.Elements[i].ExternalID = "", ""
			}
		}
		for i, c := range got.Connections {
			if c.Kind == landscape.AnswersTo {
				got.Connections[i].Original, got.Connections[i].ExternalID = "", ""
			}
		}
		sameMap(t, got, want)
	})
}

// withEverything is a map with a connection of every kind, an element of every kind, and every field said.
func withEverything(t testing.TB, d *db.DB) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		for i, kind := range landscape.Kinds {
			e := landscape.Element{ID: "e" + string(rune('a'+i)), Kind: kind, Name: "=Thing <" + string(kind) + ">", Outside: i%2 == 0}
			if kind == landscape.KindSystem {
				yes, cost, share := true, 1234.5, 0.999
				e = landscape.Element{
					ID: e.ID, Kind: kind, Name: "Pay", NameIT: "Paga", Description: "Two\nlines", Layer: "core", Variant: "cloud", Domain: "Payments",
					Criticality: n(1), RTO: n(0), RPO: n(5), MTPD: n(60), MTDL: n(1), SLO: &share, BIAWeight: &share, Monitored: true, Confidentiality: n(4),
					Integrity: n(3), Availability: n(2), Lifecycle: "live", EndOfLife: "2030-01-31", CostEURYear: &cost, Tags: []string{"a", "b"},
					Aliases: []string{"pay-01", "pay, two"}, ExitPlan: &yes, Properties: map[string]string{"room": "B2", "name:de": "Zahl"},
				}
			}
			if _, err := landscape.AddElement(ctx, tx, e); err != nil {
				return err
			}
		}
		if _, err := landscape.AddAgreement(ctx, tx, landscape.Agreement{ID: "hosting", Title: "Hosting", Kind: "contract", Party: "eh", Until: "2028-12-31", Covers: []string{"ea", "ec"}}); err != nil {
			return err
		}
		no := false
		for i, kind := range landscape.ConnectionKinds {
			c := landscape.Connection{From: "ec", To: "e" + string(rune('d'+i)), Kind: kind}
			if kind == landscape.SuppliedBy {
				c.Protocol, c.Data, c.Encrypted, c.Logged, c.Agreement = "https", []string{"orders", "names"}, &no, &no, "hosting"
				c.Phase, c.Strength, c.KOfN, c.ReviewOn = landscape.PhasePlanned, landscape.Soft, n(1), "2027-01-01"
			}
			if kind == landscape.Uses {
				c.Dependency = landscape.NoDependency
			}
			if _, err := landscape.Connect(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestAMapMadeByHandLeavesAsArchiMateAndComesBackTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withEverything(t, d)
		x := extract(t, d, landscape.ExtractIn{Format: "archimate"})
		checkExchange(t, x.Data)
		if !strings.Contains(string(x.Data), `source="ed" target="ec" xsi:type="Serving"`) {
			t.Error("want that which ec uses to serve it")
		}
		elsewhere := dbtest.SQLite(t)
		out := imported(t, elsewhere, extracted("other", x))
		sameMap(t, exported(t, elsewhere), exported(t, d), "Original", "ExternalID")
		if len(out.Dangling) != 1 || out.Dangling[0].Field != "agreement" {
			t.Errorf("got %+v, want the agreement, which a model does not hold", out.Dangling)
		}
		for format, ignore := range map[string][]string{"csv": {"Original", "ExternalID"}, "xlsx": {"Original", "ExternalID"}} {
			x := extract(t, d, landscape.ExtractIn{Format: format})
			elsewhere := dbtest.SQLite(t)
			imported(t, elsewhere, extracted("other", x))
			sameMap(t, exported(t, elsewhere), exported(t, d), ignore...)
			if diff := cmp.Diff(exported(t, d).Agreements, exported(t, elsewhere).Agreements, cmpopts.IgnoreFields(landscape.Agreement{}, "Source", "Version")); diff != "" {
				t.Errorf("%s: %s", format, diff)
			}
			if again := imported(t, d, extracted("other", x)); len(again.Changes) != 0 {
				t.Errorf("%s: got %+v, want nothing changed", format, again.Changes)
			}
		}
	})
}

func TestTablesOfAnImportedMapChangeNothingWhenTheyComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		imported(t, d, archiMateImport("ea", "harbour.xml", harbourXML))
		for _, format := range []string{"csv", "xlsx"} {
			for _, source := range []string{"ea", "sheet"} {
				x := extract(t, d, landscape.ExtractIn{Format: format})
				if out := imported(t, d, extracted(source, x)); len(out.Changes) != 0 || len(out.Dangling) != 0 {
					t.Errorf("%s from %s: got %+v %+v, want nothing changed", format, source, out.Changes, out.Dangling)
				}
				elsewhere := dbtest.SQLite(t)
				imported(t, elsewhere, extracted(source, x))
				sameMap(t, exported(t, elsewhere), exported(t, d), "ExternalID")
			}
		}
	})
}

func TestAPartOfTheMapHoldsWhatHangsTogether(t *testing.T) {
	d := dbtest.SQLite(t)
	imported(t, d, archiMateImport("ea", "harbour.xml", harbourXML))
	x := extract(t, d, landscape.ExtractIn{Format: "archimate", Kinds: []string{"process", "team", "unknown", "initiative"}})
	c := readModel(t, x.Name, x.Data)
	var keys []string
	for _, e := range c.Edges {
		keys = append(keys, e.Key)
	}
	slices.Sort(keys)
	if diff := cmp.Diff([]string{"id-r3", "id-r5", "id-r7", "id-r8", "id-r9"}, keys); diff != "" || x.Elements != len(c.Nodes) || len(c.Dangling) != 0 {
		t.Errorf("got %d elements, %d told, %s", len(c.Nodes), x.Elements, diff)
	}
	if x := extract(t, d, landscape.ExtractIn{Format: "archimate", Kinds: []string{"team", "initiative"}}); x.Connections != 0 {
		t.Errorf("got %d connections, want none: the one on a connection goes with that one", x.Connections)
	}
	withBank(t, d)
	x = extract(t, d, landscape.ExtractIn{Format: "csv", Domain: "no such domain"})
	if x.Elements != 0 || x.Connections != 0 || len(x.Data) == 0 {
		t.Errorf("got %d elements, want empty tables", x.Elements)
	}
	checkExchange(t, extract(t, d, landscape.ExtractIn{Format: "archimate", Domain: "no such domain"}).Data)
}

func TestAMapIsDrawnForDrawio(t *testing.T) {
	d := dbtest.SQLite(t)
	withEverything(t, d)
	x := extract(t, d, landscape.ExtractIn{Format: "drawio", Language: "it"})
	text := string(x.Data)
	for _, want := range []string{`label="Paga"`, `accordo_id="ec"`, `source="e.ec"`, `rto_min="0"`, `label="=Thing &lt;service&gt;"`} {
		if !strings.Contains(text, want) {
			t.Errorf("got %s\nwant %s in it", text, want)
		}
	}
	var cells struct {
		Objects []struct {
			Cell struct {
				Geometry struct {
					X string `xml:"x,attr"`
					Y string `xml:"y,attr"`
				} `xml:"mxGeometry"`
				Vertex string `xml:"vertex,attr"`
			} `xml:"mxCell"`
		} `xml:"diagram>mxGraphModel>root>object"`
	}
	if err := xml.Unmarshal(x.Data, &cells); err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{}
	for _, o := range cells.Objects {
		if o.Cell.Vertex != "" {
			places[o.Cell.Geometry.X+" "+o.Cell.Geometry.Y] = true
		}
	}
	if len(places) != len(landscape.Kinds) {
		t.Errorf("got %d places for %d boxes, want each its own", len(places), len(landscape.Kinds))
	}
}

func TestAnUnknownFormatOrKindIsRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	for field, in := range map[string]landscape.ExtractIn{
		"format": {Format: "visio"}, "kind": {Format: "csv", Kinds: []string{"spaceship"}}, "language": {Format: "csv", Language: "de"},
	} {
		err := d.View(ctx, db.System("test"), func(r db.Reader) error { _, err := landscape.ExtractMap(ctx, r, in); return err })
		if p, ok := problem.As(err); !ok || p.Field != field && (len(p.Causes) == 0 || p.Causes[0].Field != field) {
			t.Errorf("got %v, want %s refused", err, field)
		}
	}
}

// checkExchange holds a file against the rules of the schema that tools check: identifiers once and XML names, references
// resolved, parts in order, types known, names where they must be.
func checkExchange(t testing.TB, data []byte) {
	t.Helper()
	var model struct {
		ID    string `xml:"identifier,attr"`
		Parts []struct {
			XMLName  xml.Name
			Concepts []struct {
				ID     string   `xml:"identifier,attr"`
				Source string   `xml:"source,attr"`
				Target string   `xml:"target,attr"`
				Type   string   `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
				Names  []string `xml:"name"`
				Props  []struct {
					Ref string `xml:"propertyDefinitionRef,attr"`
				} `xml:"properties>property"`
			} `xml:",any"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal(data, &model); err != nil {
		t.Fatal(err)
	}
	order := []string{"name", "elements", "relationships", "propertyDefinitions"}
	ids, refs := map[string]bool{model.ID: true}, []string{}
	for _, part := range model.Parts {
		at := slices.Index(order, part.XMLName.Local)
		if at < 0 {
			t.Fatalf("got %s, want only %v in this order", part.XMLName.Local, order)
		}
		order = order[at+1:]
		if len(part.Concepts) == 0 && part.XMLName.Local != "name" {
			t.Errorf("got an empty list %s, want it left out", part.XMLName.Local)
		}
		for _, c := range part.Concepts {
			if ids[c.ID] || c.ID == "" || strings.Trim(c.ID[:1], "0123456789.-") == "" {
				t.Errorf("got identifier %q, want an XML name, once", c.ID)
			}
			ids[c.ID] = true
			if c.Source != "" {
				refs = append(refs, c.Source, c.Target)
			}
			for _, p := range c.Props {
				refs = append(refs, p.Ref)
			}
			if part.XMLName.Local == "elements" && len(c.Names) == 0 && !strings.HasSuffix(c.Type, "Junction") {
				t.Errorf("got no name for %s, want one", c.ID)
			}
		}
	}
	for _, ref := range refs {
		if !ids[ref] {
			t.Errorf("got a reference to %q, want it to resolve", ref)
		}
	}
}

func BenchmarkExtract5000(b *testing.B) {
	d := dbtest.SQLite(b)
	imported(b, d, big(5000))
	for _, format := range landscape.ExportFormats() {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				b.SetBytes(int64(len(extract(b, d, landscape.ExtractIn{Format: format}).Data)))
			}
		})
	}
}

func BenchmarkImportArchiMate5000(b *testing.B) {
	d := dbtest.SQLite(b)
	imported(b, d, big(5000))
	x := extract(b, d, landscape.ExtractIn{Format: "archimate"})
	b.SetBytes(int64(len(x.Data)))
	for b.Loop() {
		b.StopTimer()
		d := dbtest.SQLite(b)
		b.StartTimer()
		imported(b, d, extracted("model", x))
	}
}
