package chart_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/chart"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestSVGMatchesGolden(t *testing.T) {
	for _, c := range gallery() {
		path := filepath.Join("testdata", c.ID+".svg")
		got := c.SVG()
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got %s, want %s", c.ID, got, want)
		}
	}
}

func TestSVGPassesAStrictContentSecurityPolicy(t *testing.T) {
	for _, c := range gallery() {
		s := c.SVG()
		for _, bad := range []string{"style=", "<style", "<script", "javascript:"} {
			if strings.Contains(s, bad) {
				t.Errorf("%s: got %q in %s, want none", c.ID, bad, s)
			}
		}
	}
}

func TestSVGIsDescribedForScreenReaders(t *testing.T) {
	for _, c := range gallery() {
		s := c.SVG()
		for _, want := range []string{`role="img"`, `aria-labelledby="` + c.ID + `-t ` + c.ID + `-d"`, `<title id="` + c.ID + `-t">` + c.Title, `<desc id="` + c.ID + `-d">`} {
			if !strings.Contains(s, want) {
				t.Errorf("%s: got %s, want %s in it", c.ID, s, want)
			}
		}
	}
}

func TestTextIsEscaped(t *testing.T) {
	c := chart.Chart{Frame: frame(`x"><script>`, "a <b> & \x01c", 340), Plot: chart.Ranking{Items: []chart.RankItem{{Label: `<img src=x> "q"`, Value: 1}}}}
	if s := c.SVG(); strings.Contains(s, "<img") || strings.Contains(s, "<script") || !wellFormed(s) {
		t.Errorf("got %s, want escaped text", s)
	}
}

func TestChartWithoutDataSaysSo(t *testing.T) {
	plots := []chart.Plot{
		nil,
		chart.Exceedance{},
		chart.Bullet{Value: nan, UpTo: nan},
		chart.Survival{},
		chart.Ranking{},
		chart.Proportion{},
		chart.Dumbbell{},
		chart.Waterfall{From: chart.Total{Value: nan}, To: chart.Total{Value: math.Inf(1)}},
		chart.Profile{},
		chart.Exceedance{Curves: []chart.Curve{{Levels: []chart.Level{{Loss: nan, P: .1}, {Loss: 0, P: 1}, {Loss: 3, P: math.Inf(1)}}}}},
	}
	for _, p := range plots {
		c := chart.Chart{Frame: frame("x", "t", 340), Plot: p}
		if s := c.SVG(); !strings.Contains(s, "No evidence yet: import a scan first.") || !strings.Contains(s, `class="kh"`) {
			t.Errorf("%T: got %s, want the sentence over hatching", p, s)
		}
	}
}

func TestUnknownIsHatchedAndNamed(t *testing.T) {
	for _, id := range []string{"unk", "rank", "prop", "dumb", "fall", "arc"} {
		c := find(t, id)
		if !strings.Contains(c.SVG(), `class="kh"`) {
			t.Errorf("%s: got no hatching, want some", id)
		}
	}
	for _, id := range []string{"rank", "prop", "dumb", "fall", "arc"} {
		c := find(t, id)
		if !tableHolds(c.Data(), "not measured") {
			t.Errorf("%s: got table %v, want the word for unknown in it", id, c.Data())
		}
	}
}

func TestTableHoldsEveryFigure(t *testing.T) {
	for id, want := range map[string][]string{
		"bul": {"12.8", "11.5", "15.5", "11"}, "unk": {"214", "259", "240"}, "prop": {"61", "214", "23 %", "35 %"},
		"dumb": {"8", "26", "43 days ago"}, "fall": {"10.8", "0.9", "-0.7", "12.8"}, "km": {"100 %", "tier 2"}, "lec": {"after the plan", "appetite"},
		"cols": {"12", "31", "not measured"},
	} {
		for _, w := range want {
			if d := find(t, id).Data(); !tableHolds(d, w) {
				t.Errorf("%s: got %v, want %q in it", id, d, w)
			}
		}
	}
}

func TestNothingLeavesTheViewBoxAndNoLabelCoversAnother(t *testing.T) {
	for _, c := range gallery() {
		check(t, c)
	}
	rapid.Check(t, func(rt *rapid.T) { check(rt, anyChart(rt)) })
}

type failer interface{ Errorf(string, ...any) }

// check draws a chart on a canvas that measures, and parses its SVG.
func check(t failer, c chart.Chart) {
	m := &measure{}
	m.w, m.h = c.Size()
	c.Draw(m)
	if m.bad != "" {
		t.Errorf("%s %+v: got %s outside %v x %v, want all inside", c.ID, c.Plot, m.bad, m.w, m.h)
	}
	for i, a := range m.texts {
		for _, b := range m.texts[:i] {
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s: got labels at %v and %v over each other, want apart", c.ID, a, b)
			}
		}
	}
	if s := c.SVG(); !wellFormed(s) || strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
		t.Errorf("%s: got broken SVG %s", c.ID, s)
	}
	c.Data()
}

// measure is a canvas that keeps where labels stand and what is out of place.
type measure struct {
	w, h  float64
	texts []chart.Box
	bad   string
}

func (m *measure) at(what string, x, y float64) {
	if !(x >= 0 && x <= m.w && y >= 0 && y <= m.h) {
		m.bad = what
	}
}

func (m *measure) points(what string, ps []chart.Point) {
	for _, p := range ps {
		m.at(what, p.X, p.Y)
	}
}
func (m *measure) Polyline(ps []chart.Point, _ chart.Stroke) { m.points("line", ps) }
func (m *measure) Area(ps []chart.Point, _ chart.Role)       { m.points("area", ps) }
func (m *measure) Rect(b chart.Box, _ chart.Role) {
	m.points("rect", []chart.Point{{b.X, b.Y}, {b.X + b.W, b.Y + b.H}})
	if b.W < 0 || b.H < 0 {
		m.bad = "negative rect"
	}
}

func (m *measure) Hatch(b chart.Box) {
	m.Rect(b, chart.Unknown)
	for _, l := range chart.HatchLines(b) {
		m.points("hatch", l[:])
	}
}

func (m *measure) Dot(c chart.Point, r float64, _ chart.Role, _ bool) {
	m.points("dot", []chart.Point{{c.X - r, c.Y - r}, {c.X + r, c.Y + r}})
}

// Text uses a narrow font, so that only real overlaps count.
func (m *measure) Text(t chart.Text) {
	w := 0.0
	for _, r := range t.S {
		w += t.Size * .5
		if strings.ContainsRune("iIlj.,;:'|!·’ frt()[]-", r) {
			w -= t.Size * .25
		}
	}
	b := chart.Box{X: t.At.X - w*float64(t.Anchor)/2, Y: t.At.Y - t.Size*.75, W: w, H: t.Size * .85}
	m.Rect(chart.Box{X: b.X + 1, Y: b.Y, W: max(b.W-2, 0), H: b.H}, chart.Ink)
	m.texts = append(m.texts, b)
}

func anyChart(t *rapid.T) chart.Chart {
	value := rapid.OneOf(rapid.Float64Range(-1e3, 1e7), rapid.Float64Range(0, 1), rapid.Float64(), rapid.SampledFrom([]float64{nan, math.Inf(1), math.Inf(-1), 0, -1, 1e308, 5e-324}))
	label := rapid.StringMatching(`[a-zA-Zàèìòù€<& ]{0,60}`)
	n := rapid.IntRange(0, 8).Draw(t, "n")
	num := func(name string) float64 { return value.Draw(t, name) }
	axis := chart.Axis{Label: label.Draw(t, "axis")}
	f := frame("any", "any", rapid.Float64Range(100, 900).Draw(t, "width"))
	f.Height = rapid.SampledFrom([]float64{0, 0, 120, 300}).Draw(t, "height")
	return chart.Chart{Frame: f, Plot: anyPlot(t, n, num, axis, label)}
}

func anyPlot(t *rapid.T, n int, num func(string) float64, axis chart.Axis, label *rapid.Generator[string]) chart.Plot {
	name := func() string { return label.Draw(t, "label") }
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0:
		e := chart.Exceedance{Loss: axis, Probability: axis, LimitLabel: name()}
		for range n {
			ls := []chart.Level{{num("x"), num("y"), num("lo"), num("hi")}, {num("x"), num("y"), num("lo"), num("hi")}}
			e.Curves = append(e.Curves, chart.Curve{Label: name(), Levels: ls})
			e.Appetite = append(e.Appetite, chart.Level{Loss: num("x"), P: num("y")})
		}
		return e
	case 1:
		return chart.Bullet{Value: num("v"), Low: num("lo"), High: num("hi"), UpTo: num("up"), Limit: num("lim"), LimitLabel: name(), Axis: axis, Top: num("top")}
	case 2:
		s := chart.Survival{Time: axis, Share: axis}
		for range n % 4 {
			g := chart.SurvivalGroup{Label: name(), Censored: []float64{num("c")}, AtRisk: []chart.AtRisk{{num("t"), 7}, {num("t"), 71234}}}
			g.Steps = []chart.SurvivalStep{{num("t"), num("s"), num("lo"), num("hi")}, {num("t"), num("s"), num("lo"), num("hi")}}
			s.Groups = append(s.Groups, g)
		}
		return s
	case 3:
		r := chart.Ranking{Axis: axis, Limit: num("lim"), LimitLabel: name(), Dots: n%2 == 0}
		for range n {
			r.Items = append(r.Items, chart.RankItem{Label: name(), Value: num("v"), Low: num("lo"), High: num("hi"), Note: name()})
		}
		return r
	case 4:
		r := chart.Proportion{Axis: axis, Limit: num("lim"), LimitLabel: name()}
		for i := range n {
			r.Items = append(r.Items, chart.Share{Label: name(), K: i, N: rapid.IntRange(-1, 9).Draw(t, "of"), Low: num("lo"), High: num("hi")})
		}
		return r
	case 5:
		d := chart.Dumbbell{Axis: axis}
		for range n {
			d.Items = append(d.Items, chart.Promise{Label: name(), Target: num("a"), Tested: num("b"), Note: name()})
		}
		return d
	case 6:
		w := chart.Waterfall{From: chart.Total{Label: name(), Value: num("a")}, To: chart.Total{Label: name(), Value: num("b")}, Axis: axis, Limit: num("lim"), LimitLabel: name()}
		for i := range n {
			w.Moves = append(w.Moves, chart.Move{Label: name(), Delta: num("d"), Lost: i%2 == 0})
		}
		return w
	}
	p := chart.Profile{Axis: axis}
	for i := range n {
		p.Parts = append(p.Parts, name())
		p.Items = append(p.Items, chart.Scores{Label: name(), Values: []float64{num("v"), num("v")}[:i%3%2+1]})
	}
	return p
}

func find(t *testing.T, id string) chart.Chart {
	t.Helper()
	for _, c := range gallery() {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("got no chart %q", id)
	return chart.Chart{}
}

func tableHolds(d chart.Table, want string) bool {
	for _, row := range d.Rows {
		for _, cell := range row {
			if cell == want {
				return true
			}
		}
	}
	return false
}

func wellFormed(s string) bool {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			return false
		}
	}
}
