package chart

// Frontier shows what is left for each amount that is spent: points joined by steps, since nothing lies between
// two choices. One point is marked as the one at hand.
type Frontier struct {
	Spent, Left Axis
	Points      []Spend // by amount
	Mark        int     // index of the point at hand; -1 for none
	MarkLabel   string
}

// Spend is one point of a frontier.
type Spend struct{ Spent, Left float64 }

func (f Frontier) height(Frame) float64 { return 260 }

func (f Frontier) empty() bool { return len(f.Points) == 0 }

func (f Frontier) draw(p *pen) {
	far, high := 0.0, 0.0
	for _, one := range f.Points {
		far, high = max(far, one.Spent), max(high, one.Left)
	}
	a := p.plane(f.Spent, f.Left, scale{hi: niceTop(far)}, scale{hi: niceTop(high)}, 0)
	line := make([]Point, len(f.Points))
	for i, one := range f.Points {
		line[i] = Point{a.x.at(one.Spent), a.y.at(one.Left)}
	}
	p.polyline(steps(line), Stroke{Role: Ink, Width: 1.8})
	for i, at := range line {
		if i != f.Mark {
			p.cv.Dot(at, 3, Ink, false)
		}
	}
	if f.Mark >= 0 && f.Mark < len(line) {
		at := line[f.Mark]
		p.cv.Dot(at, 6, Second, false)
		width := textWidth(f.MarkLabel, textSize, true)
		p.label(Text{S: f.MarkLabel, Role: Second, Bold: true, Halo: true},
			Point{at.X + 9, at.Y - 9}, Point{at.X - width - 9, at.Y + 18}, Point{at.X - width/2, at.Y - 14}, Point{at.X - width/2, at.Y + 20})
	}
}

func (f Frontier) table(frame Frame) Table {
	t := Table{Head: []string{f.Spent.Label, f.Left.Label}}
	for _, one := range f.Points {
		t.Rows = append(t.Rows, []string{frame.formatOr(f.Spent.Number)(one.Spent), frame.formatOr(f.Left.Number)(one.Left)})
	}
	return t
}
