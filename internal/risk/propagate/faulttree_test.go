package propagate_test

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"accordo.dev/internal/risk/propagate"
)

// aralia are published results of public fault trees (case 27 of the reference): the probability of the top, and the number of its
// minimal cut sets where that is known. The trees themselves are not part of the project.
var aralia = map[string]struct {
	probability float64
	sets        uint64
}{
	"chinese":  {0.001170581811, 392},
	"baobab1":  {1.017080778e-4, 46188},
	"baobab3":  {0.002241170138, 24386},
	"das9201":  {0.01342366773, 14217},
	"das9202":  {0.01011538126, 27778},
	"das9203":  {0.001348797196, 16200},
	"das9204":  {2.169415951e-11, 16704},
	"das9205":  {1.384077354e-8, 17280},
	"edf9201":  {0.3245914467, 579720},
	"isp9601":  {0.05712449272, 276785},
	"isp9602":  {0.01724474483, 5197647},
	"isp9603":  {0.003233264387, 3434},
	"edfpa15b": {0.3627365169, 2910473},
}

func TestFaultTreesAreAsPublished(t *testing.T) {
	for name, want := range aralia {
		t.Run(name, func(t *testing.T) {
			m := araliaTree(t, name)
			got, err := propagate.Evaluate(m, propagate.ExactOptions{})
			if err != nil {
				t.Fatal(err)
			}
			top := got.Targets[0]
			if math.Abs(top.Probability/want.probability-1) > 1e-9 {
				t.Errorf("got %.10g, want %v", top.Probability, want.probability)
			}
			if top.CutSets == nil {
				t.Fatal("got no cut sets")
			}
			if top.CutSets.Count != want.sets {
				t.Errorf("got %d cut sets, want %d", top.CutSets.Count, want.sets)
			}
		})
	}
}

func BenchmarkFaultTree(b *testing.B) {
	for name := range aralia {
		b.Run(name, func(b *testing.B) {
			m := araliaTree(b, name)
			for b.Loop() {
				if _, err := propagate.Evaluate(m, propagate.ExactOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var (
	araliaChance = regexp.MustCompile(`^p\((\w+)\)\s*=\s*([0-9.eE+-]+)`)
	araliaGate   = regexp.MustCompile(`^(\w+)\s*:=\s*(.*)$`)
	araliaLeast  = regexp.MustCompile(`^@\(\s*(\d+)\s*,\s*\[(.*)\]\s*\)$`)
)

// araliaTree reads a tree in the text format of Aralia from ../samples/faulttrees beside the samples, with the root as the target.
func araliaTree(t testing.TB, name string) propagate.Model {
	t.Helper()
	samples := os.Getenv("ACCORDO_SAMPLES")
	file, err := os.Open(filepath.Join(samples, "..", "samples", "faulttrees", name+".txt"))
	if samples == "" || os.IsNotExist(err) {
		t.Skip("without the fault trees: set ACCORDO_SAMPLES and put " + name + ".txt into samples/faulttrees")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var m propagate.Model
	needed := map[string]bool{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSuffix(strings.TrimSpace(lines.Text()), ";")
		if found := araliaChance.FindStringSubmatch(line); found != nil {
			p, err := strconv.ParseFloat(found[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			m.Nodes = append(m.Nodes, propagate.Node{ID: found[1], Probability: &p})
		} else if found := araliaGate.FindStringSubmatch(line); found != nil {
			need := araliaNeed(t, found[2])
			m.Nodes = append(m.Nodes, propagate.Node{ID: found[1], Needs: []propagate.Need{need}})
			for _, id := range need.Of {
				needed[id] = true
			}
		}
	}
	for _, n := range m.Nodes {
		if len(n.Needs) > 0 && !needed[n.ID] {
			m.Targets = append(m.Targets, n.ID)
		}
	}
	return m
}

// araliaNeed turns (a & b), (a | b) or @(k, [a, b, c]) into a need: all fail, any fails, at least k fail.
func araliaNeed(t testing.TB, text string) propagate.Need {
	t.Helper()
	if strings.ContainsAny(text, "~-#") {
		t.Skip("the tree is not coherent")
	}
	if found := araliaLeast.FindStringSubmatch(text); found != nil {
		fail, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		of := words(found[2], ",")
		return propagate.Need{K: len(of) - fail + 1, Of: of}
	}
	text = strings.Trim(text, "()")
	if strings.Contains(text, "&") {
		return propagate.Need{K: 1, Of: words(text, "&")}
	}
	return propagate.Need{Of: words(text, "|")}
}

func words(text, separator string) []string {
	var all []string
	for _, word := range strings.Split(text, separator) {
		all = append(all, strings.TrimSpace(word))
	}
	return all
}
