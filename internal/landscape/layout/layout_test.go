package layout_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/landscape/layout"
)

// anything draws boxes of several sizes and bands, and lines with loops, repeats, cycles and ends that do not exist.
func anything(t *rapid.T) ([]layout.Box, []layout.Line, layout.Options) {
	boxes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) layout.Box {
		return layout.Box{
			W: float64(rapid.IntRange(40, 160).Draw(t, "w")), H: float64(rapid.IntRange(20, 70).Draw(t, "h")), Band: rapid.IntRange(-1, 3).Draw(t, "band"),
		}
	}), 0, 40).Draw(t, "boxes")
	lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) layout.Line {
		return layout.Line{
			From: rapid.IntRange(-1, len(boxes)).Draw(t, "from"), To: rapid.IntRange(-1, len(boxes)).Draw(t, "to"), Kind: rapid.IntRange(0, 1).Draw(t, "kind"),
		}
	}), 0, 90).Draw(t, "lines")
	return boxes, lines, layout.Options{MostInRow: rapid.IntRange(0, 9).Draw(t, "row")}
}

func TestBoxesNeverOverlapAndStayOnTheDrawing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		boxes, lines, o := anything(t)
		d := layout.Layered(boxes, lines, o)
		for i, a := range d.Places {
			if a.X < 0 || a.Y < 0 || a.X+boxes[i].W > d.W || a.Y+boxes[i].H > d.H {
				t.Fatalf("box %d: got %+v, want it inside %v × %v", i, a, d.W, d.H)
			}
			for j, b := range d.Places[:i] {
				if a.X < b.X+boxes[j].W && b.X < a.X+boxes[i].W && a.Y < b.Y+boxes[j].H && b.Y < a.Y+boxes[i].H {
					t.Fatalf("boxes %d and %d overlap: %+v, %+v", j, i, b, a)
				}
			}
		}
	})
}

func TestLinesEndAtTheirBoxesAndGoRoundOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		boxes, lines, o := anything(t)
		d := layout.Layered(boxes, lines, o)
		for i, r := range d.Routes {
			l := lines[i]
			drawn := l.From != l.To && min(l.From, l.To) >= 0 && max(l.From, l.To) < len(boxes)
			if got := len(r.Points) > 0; got != drawn {
				t.Fatalf("line %+v drawn: got %v, want %v", l, got, drawn)
			}
			if !drawn {
				continue
			}
			from, to := d.Places[l.From], d.Places[l.To]
			if r.Up != (to.Layer < from.Layer) {
				t.Fatalf("line %+v upwards: got %v", l, r.Up)
			}
			leaves, arrives := from.Y+boxes[l.From].H, to.Y
			if r.Up {
				leaves, arrives = from.Y, to.Y+boxes[l.To].H
			}
			first, last := r.Points[0], r.Tip()
			if first.Y != leaves || first.X < from.X || first.X > from.X+boxes[l.From].W || last.Y != arrives || last.X < to.X || last.X > to.X+boxes[l.To].W {
				t.Fatalf("line %+v: got %v to %v, want from %+v to %+v", l, first, last, from, to)
			}
			if hit := crossed(boxes, d, r, l); hit >= 0 {
				t.Fatalf("line %+v runs through box %d: %v", l, hit, r.Points)
			}
		}
	})
}

// crossed gives a box other than its ends that a route runs through; -1 when there is none. Curves stay in the
// height between their two ends, so it is enough that no box stands there.
func crossed(boxes []layout.Box, d layout.Drawing, r layout.Route, l layout.Line) int {
	for i := 1; i < len(r.Points); i++ {
		a, b := r.Points[i-1], r.Points[i]
		for k, p := range d.Places {
			inX := max(a.X, b.X) > p.X && min(a.X, b.X) < p.X+boxes[k].W
			inY := max(a.Y, b.Y) > p.Y && min(a.Y, b.Y) < p.Y+boxes[k].H
			if k != l.From && k != l.To && inX && inY {
				return k
			}
		}
	}
	return -1
}

func TestBandsKeepTheirOrderAndConsumersStandAbove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		boxes, lines, o := anything(t)
		d := layout.Layered(boxes, lines, o)
		for i := 1; i < len(d.Strips); i++ {
			if d.Strips[i].Band <= d.Strips[i-1].Band || d.Strips[i].Top < d.Strips[i-1].Bottom {
				t.Fatalf("strips: got %+v", d.Strips)
			}
		}
		for i, p := range d.Places {
			for _, s := range d.Strips {
				if s.Band == boxes[i].Band && (p.Y < s.Top || p.Y+boxes[i].H > s.Bottom) {
					t.Fatalf("box %d of band %d: got %+v, want it in %+v", i, s.Band, p, s)
				}
			}
		}
		for _, l := range lines {
			if min(l.From, l.To) >= 0 && max(l.From, l.To) < len(boxes) && boxes[l.From].Band < boxes[l.To].Band && d.Places[l.From].Layer >= d.Places[l.To].Layer {
				t.Fatalf("line %+v: got the provider above its consumer", l)
			}
		}
	})
}

func TestConsumersStandAboveTheirProviders(t *testing.T) {
	lines := []layout.Line{{From: 3, To: 1}, {From: 1, To: 0}, {From: 3, To: 0}, {From: 2, To: 0}}
	d := layout.Layered(make([]layout.Box, 4), lines, layout.Options{})
	for _, l := range lines {
		if got := d.Places[l.From].Layer < d.Places[l.To].Layer; !got {
			t.Errorf("line %+v: got %v, want the consumer above", l, got)
		}
	}
}

func TestALayerIsNoLongerThanAsked(t *testing.T) {
	boxes := make([]layout.Box, 20)
	d := layout.Layered(boxes, nil, layout.Options{MostInRow: 6})
	inLayer := map[int]int{}
	for _, p := range d.Places {
		inLayer[p.Layer]++
	}
	if got, want := fmt.Sprint(inLayer), "map[0:5 1:5 2:5 3:5]"; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLinesThatNeedNotCrossDoNot(t *testing.T) {
	// Two pairs named crosswise: the lower boxes change places.
	boxes := []layout.Box{{W: 50, H: 20}, {W: 50, H: 20}, {W: 50, H: 20}, {W: 50, H: 20}}
	d := layout.Layered(boxes, []layout.Line{{From: 0, To: 3}, {From: 1, To: 2}}, layout.Options{})
	if upper, lower := d.Places[0].X < d.Places[1].X, d.Places[3].X < d.Places[2].X; upper != lower {
		t.Errorf("got %+v, want no crossing", d.Places)
	}
}

func TestLinesToOneProviderShareTheirWay(t *testing.T) {
	boxes := make([]layout.Box, 5)
	for i := range boxes {
		boxes[i] = layout.Box{W: 50, H: 20}
	}
	boxes[2].Band, boxes[3].Band, boxes[4].Band = 1, 2, 3
	// 0 and 1 lead past the bands of 2 and 3 to 4.
	d := layout.Layered(boxes, []layout.Line{{From: 0, To: 4}, {From: 1, To: 4}, {From: 0, To: 2}, {From: 1, To: 3}}, layout.Options{})
	a, b := d.Routes[0].Points, d.Routes[1].Points
	if got, want := a[2:], b[2:]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v and %v, want one way from the first bend on", got, want)
	}
}

func TestPathBeginsAtTheArrow(t *testing.T) {
	d := layout.Layered([]layout.Box{{W: 50, H: 20}, {W: 50, H: 20}}, []layout.Line{{From: 0, To: 1}}, layout.Options{})
	tip := d.Routes[0].Tip()
	if got, want := d.Routes[0].Path(), fmt.Sprintf("M%.1f %.1fC", tip.X, tip.Y-5); !strings.HasPrefix(got, want) {
		t.Errorf("got %v, want it to begin with %v", got, want)
	}
}

func TestSameInputGivesTheSameDrawing(t *testing.T) {
	boxes, lines := random(120, 240)
	if got, want := layout.Layered(boxes, lines, layout.Options{}), layout.Layered(boxes, lines, layout.Options{}); !reflect.DeepEqual(got, want) {
		t.Error("got two drawings, want one")
	}
}

func random(n, m int) ([]layout.Box, []layout.Line) {
	r := rand.New(rand.NewPCG(1, 2))
	boxes, lines := make([]layout.Box, n), make([]layout.Line, m)
	for i := range boxes {
		boxes[i] = layout.Box{W: 130, H: 44, Band: i * 5 / n}
	}
	for i := range lines {
		lines[i] = layout.Line{From: r.IntN(n), To: r.IntN(n)}
	}
	return boxes, lines
}

func TestDomainsKeepTheirBoxesInFieldsOfTheirOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		domains := rapid.IntRange(1, 8).Draw(t, "domains")
		of := rapid.SliceOfN(rapid.IntRange(0, domains-1), 0, 60).Draw(t, "of")
		var lines []layout.Line
		if len(of) > 0 {
			lines = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) layout.Line {
				return layout.Line{From: rapid.IntRange(0, len(of)-1).Draw(t, "from"), To: rapid.IntRange(0, len(of)-1).Draw(t, "to")}
			}), 0, 90).Draw(t, "lines")
		}
		cell := layout.Cell{W: 120, H: 50}
		p := layout.Domains(of, domains, lines, cell)
		for i, a := range p.Points {
			f := p.Fields[of[i]]
			if a.X-cell.W/2 < f.X || a.X+cell.W/2 > f.X+f.W || a.Y-cell.H/2 < f.Y || a.Y+cell.H/2 > f.Y+f.H {
				t.Fatalf("box %d: got %+v, want it in %+v", i, a, f)
			}
			for j, b := range p.Points[:i] {
				if of[i] == of[j] && max(a.X-b.X, b.X-a.X) < cell.W && max(a.Y-b.Y, b.Y-a.Y) < cell.H {
					t.Fatalf("boxes %d and %d overlap: %v, %v", j, i, b, a)
				}
			}
		}
		for i, a := range p.Fields {
			for j, b := range p.Fields[:i] {
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Fatalf("fields %d and %d overlap: %v, %v", j, i, b, a)
				}
			}
		}
	})
}

func BenchmarkLayered300(b *testing.B) {
	boxes, lines := random(300, 600)
	for b.Loop() {
		layout.Layered(boxes, lines, layout.Options{MostInRow: 14})
	}
}

func BenchmarkDomains10000(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	of := make([]int, 10_000)
	for i := range of {
		of[i] = r.IntN(25)
	}
	lines := make([]layout.Line, 20_000)
	for i := range lines {
		lines[i] = layout.Line{From: r.IntN(len(of)), To: r.IntN(len(of))}
	}
	for b.Loop() {
		layout.Domains(of, 25, lines, layout.Cell{W: 140, H: 56})
	}
}
