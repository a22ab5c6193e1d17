package archtest

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layers lists the packages, lowest first. A package imports only what stands in a layer below its
// own, or before it in the same layer. Packages in one line of a layer do not import each other.
var layers = []struct {
	why      string
	packages []string
}{
	{"words: they know nothing but themselves", []string{
		"internal/problem",
		"internal/ref internal/money",
		"internal/i18n", // writes problems and money in words
		"internal/law",  // cites in words
		"internal/change",
	}},
	{"pure mathematics and drawing: no database, no clock, no language", []string{
		"internal/landscape/rule", // problems with their place
		"internal/landscape/layout internal/landscape/interchange",
		"internal/risk/fair", // the model that quant computes
		"internal/stat internal/risk/quant internal/chart internal/report/pades internal/landscape/graph",
		"internal/risk/propagate", // cycles of graphs
		"internal/budget/choice",  // draws losses
		"internal/governance/raci/rules",
		"internal/governance/independence",
		"internal/report/document", // draws charts
	}},
	{"machinery: how things are stored, recorded and permitted", []string{
		"internal/db",
		"internal/db/dbtest",
		"internal/record internal/access internal/item", // access explains refusals in words
		"internal/op",
		"internal/record/browse", // the operations that read the record
	}},
	{"outside formats", []string{"internal/ingest"}},
	{"areas: later ones may ask earlier ones", []string{
		"internal/organisation",
		"internal/identity", // people and offices, asked by everybody
		"internal/decision", // about anything, by name; areas spend decisions
		"internal/landscape",
		"internal/evidence", // facts about elements
		"internal/risk",     // scenarios about elements
		"internal/project",
		"internal/budget",                // against risks; spends decisions
		"internal/governance/obligation", // what bodies must do again and again; independence and agendas read it
		"internal/governance/survey",     // beside what decisions, projects and the fund show
		"internal/governance",            // how the offices are cut; looks at what all areas know
		"internal/governance/committee",  // agendas of what is open in all areas
		"internal/governance/raci",       // who answers for what, against what was decided
	}},
	{"computed: figures from the areas", []string{"internal/indicator", "internal/indicator/dictionary internal/report"}},
	{"the whole organisation as files", []string{"demo", "internal/folder"}},
	{"surfaces", []string{
		"internal/web/static",
		"internal/web/ui",
		"internal/web internal/api",
		"internal/cli",
		"cmd/accordo",
	}},
}

// pure packages take everything as arguments.
var pure = []string{"internal/governance/independence", "internal/governance/raci/rules", "internal/budget/choice", "internal/landscape/graph", "internal/stat", "internal/risk/fair", "internal/risk/quant", "internal/risk/propagate", "internal/chart", "internal/report/pades", "internal/report/document", "internal/landscape/rule", "internal/landscape/layout", "internal/landscape/interchange"}

func TestImportsPointDown(t *testing.T) {
	place, line := map[string]int{}, 0
	for _, layer := range layers {
		for _, packages := range layer.packages {
			line++
			for _, name := range strings.Fields(packages) {
				place[name] = line
			}
		}
	}
	for name, imports := range importsOf(t) {
		own, known := place[name]
		if !known {
			t.Errorf("%s has no place in the table of layers", name)
			continue
		}
		for _, imported := range imports {
			if place[imported] >= own {
				t.Errorf("%s imports %s, which does not stand below it", name, imported)
			}
		}
	}
}

func TestPurePackagesKnowNoDatabaseAndNoClock(t *testing.T) {
	all := importsOf(t)
	for _, name := range pure {
		for _, imported := range all[name] {
			if imported == "internal/db" || imported == "internal/i18n" {
				t.Errorf("%s imports %s", name, imported)
			}
		}
	}
}

// importsOf maps each package with its non-test files to the packages of this module it imports.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, path := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/archtest/") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.ToSlash(filepath.Dir(path))
		found[name] = append(found[name], nil...)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if own, ok := strings.CutPrefix(imported, "accordo.dev/"); ok {
				found[name] = append(found[name], own)
			}
		}
	}
	return found
}
