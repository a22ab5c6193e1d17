package landscape_test

import (
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
)

const harbourXML = `<?xml version="1.0" encoding="UTF-8"?>
<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="id-m">
  <name>Harbour</name>
  <elements>
    <element identifier="id-scales" xsi:type="ApplicationComponent">
      <name xml:lang="en">Scales</name><name xml:lang="it">Pese</name><documentation>They weigh.</documentation>
      <properties><property propertyDefinitionRef="p"><value>9</value></property></properties>
    </element>
    <element identifier="id-standby" xsi:type="ApplicationComponent"><name>Scales (standby)</name></element>
    <element identifier="id-weigh" xsi:type="BusinessProcess"><name>Weigh</name></element>
    <element identifier="id-weights" xsi:type="DataObject"><name>Weights</name></element>
    <element identifier="id-crew" xsi:type="BusinessRole"><name>Crew</name></element>
    <element identifier="id-port" xsi:type="Facility"><name>Port</name></element>
    <element identifier="id-goal" xsi:type="Goal"><name>No queue</name></element>
    <element identifier="id-crane" xsi:type="Crane"><name>Crane 9</name></element>
    <element identifier="id-or" xsi:type="OrJunction"/>
  </elements>
  <relationships>
    <relationship identifier="id-r1" source="id-scales" target="id-or" xsi:type="Serving"/>
    <relationship identifier="id-r2" source="id-standby" target="id-or" xsi:type="Serving"/>
    <relationship identifier="id-r3" source="id-or" target="id-weigh" xsi:type="Serving"/>
    <relationship identifier="id-r4" source="id-scales" target="id-weights" xsi:type="Access" accessType="Write"><name>record</name></relationship>
    <relationship identifier="id-r5" source="id-crew" target="id-weigh" xsi:type="Assignment"/>
    <relationship identifier="id-r6" source="id-port" target="id-scales" xsi:type="Composition"/>
    <relationship identifier="id-r7" source="id-goal" target="id-r5" xsi:type="Association"/>
    <relationship identifier="id-r8" source="id-weigh" target="id-crane" xsi:type="Flow"><name>weight</name></relationship>
    <relationship identifier="id-r9" source="id-weigh" target="id-gone" xsi:type="Triggering"/>
  </relationships>
  <propertyDefinitions><propertyDefinition identifier="p" type="string"><name>Age</name></propertyDefinition></propertyDefinitions>
</model>`

func archiMateImport(source, name, content string) landscape.ImportIn {
	return landscape.ImportIn{Source: source, Files: []landscape.ImportFile{{Name: name, Content: content}}}
}

func exported(t testing.TB, d *db.DB) landscape.File {
	t.Helper()
	return view(t, d, func(r db.Reader) (landscape.File, error) { return landscape.Export(ctx, r) })
}

func TestAnArchiMateModelIsSaidInOurWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		out := imported(t, d, archiMateImport("ea", "harbour.xml", harbourXML))
		if out.Format != "archimate" || len(out.Dangling) != 1 || out.Dangling[0].Ref != "id-gone" || out.Dangling[0].Line != 27 {
			t.Errorf("got %s, %+v, want one reference of line 27", out.Format, out.Dangling)
		}
		f := exported(t, d)
		var got []string
		for _, e := range f.Elements {
			got = append(got, fmt.Sprintf("%s %s %q %s %s", e.ID, e.Kind, e.Name, e.Layer, e.Original))
		}
		want := []string{
			`id-crane unknown "Crane 9"  archimate:Crane`, `id-crew team "Crew" business archimate:BusinessRole`,
			`id-goal initiative "No queue" motivation archimate:Goal`, `id-gone unknown "id-gone"  `, `id-or unknown "id-or"  archimate:OrJunction`,
			`id-port site "Port" physical archimate:Facility`, `id-scales system "Scales" application archimate:ApplicationComponent`,
			`id-standby system "Scales (standby)" application archimate:ApplicationComponent`, `id-weigh process "Weigh" business archimate:BusinessProcess`,
			`id-weights data-set "Weights" application archimate:DataObject`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		scales := get(t, d, "id-scales").Element
		if scales.NameIT != "Pese" || scales.Description != "They weigh." || scales.Properties["Age"] != "9" {
			t.Errorf("got %+v, want name in Italian, documentation and property", scales)
		}
		if diff := cmp.Diff([]string{
			"id-crew realizes id-weigh backward hard map[]", "id-goal relates-to id-crew none soft map[] on id-r5", "id-or serves id-weigh backward hard map[]",
			"id-scales accesses id-weights none soft map[archimate:access:Write name:record]", "id-scales part-of id-port none soft map[]",
			"id-scales serves id-or backward hard map[] 1 of n", "id-standby serves id-or backward hard map[] 1 of n",
			"id-weigh flows-to id-crane backward soft map[name:weight]", "id-weigh triggers id-gone backward soft map[]",
		}, tieLines(f)); diff != "" {
			t.Error(diff)
		}
	})
}

func tieLines(f landscape.File) (lines []string) {
	outside := map[string]string{}
	for _, c := range f.Connections {
		outside[c.ID] = c.ExternalID
	}
	for _, c := range f.Connections {
		line := fmt.Sprintf("%s %s %s %s %s %v", c.From, c.Kind, c.To, c.Dependency, c.Strength, c.Properties)
		if c.KOfN != nil {
			line += fmt.Sprintf(" %d of n", *c.KOfN)
		}
		if c.ToTie != "" {
			line += " on " + outside[c.ToTie]
		}
		lines = append(lines, line)
	}
	sort.Strings(lines)
	return lines
}

func TestTheSameModelTwiceChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		imported(t, d, archiMateImport("ea", "harbour.xml", harbourXML))
		again := imported(t, d, archiMateImport("ea", "harbour.xml", harbourXML))
		if len(again.Changes) != 0 {
			t.Errorf("got %+v, want nothing changed", again.Changes)
		}
	})
}

// archisurance is the sample model in one of its two formats.
func archisurance(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ACCORDO_SAMPLES")
	if root == "" {
		root = "../../../shared/samples"
	}
	data, err := os.ReadFile(root + "/landscape/archimate/" + name)
	if err != nil {
		t.Skip("samples not found, skipped")
	}
	return string(data)
}

func TestOneModelInTwoFormatsIsProposedAsDuplicatesAndNeverMerged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := imported(t, d, archiMateImport("archi", "Archisurance.archimate", archisurance(t, "Archisurance.archimate")))
		if first.Created != 122+177 || len(first.Dangling) != 0 {
			t.Fatalf("got %d created, %d dangling, want 122 elements and 177 connections", first.Created, len(first.Dangling))
		}
		out := imported(t, d, archiMateImport("exchange", "archisurance.xml", archisurance(t, "archisurance.xml")))
		if out.Created != 120+178 || out.Changed+out.Ended != 0 {
			t.Errorf("got %d created, %d changed, %d ended, want the second map beside the first", out.Created, out.Changed, out.Ended)
		}
		byID := map[string]landscape.Element{}
		for _, e := range exported(t, d).Elements {
			byID[e.ID] = e
		}
		proposed := map[string]bool{}
		for _, one := range out.Duplicates {
			a, b := byID[one.ID], byID[one.Other]
			if a.Source != "exchange" || b.Source != "archi" || !slices.Equal(strings.Fields(a.Name), strings.Fields(b.Name)) || a.Kind != b.Kind {
				t.Errorf("got %+v, want two of one name and kind", one)
			}
			proposed[one.ID] = true
		}
		if len(proposed) < 110 {
			t.Errorf("got %d of 120 elements proposed as duplicates, want nearly all", len(proposed))
		}
		t.Logf("%d of 120 proposed, in %d pairs", len(proposed), len(out.Duplicates))
	})
}
