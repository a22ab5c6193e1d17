package chart

import (
	"math"
	"slices"
	"strconv"
)

// Survival is a Kaplan–Meier chart: the share of things (findings, outages) still open
// (y, 0 to 1) after a time (x), per group, with its band, ticks where observation ended
// early, and the numbers at risk below.
type Survival struct {
	Time   Axis
	Share  Axis
	Groups []SurvivalGroup
}

// SurvivalGroup is one step line.
type SurvivalGroup struct {
	Label    string
	Role     Role
	Dash     Dash
	Steps    []SurvivalStep // in order of time; the step before the first is 1 at time 0
	Censored []float64      // times at which observation ended without the event
	AtRisk   []AtRisk       // at the same times for all groups
}

// SurvivalStep is the share from this time on. Low and High are its band, NaN for none.
type SurvivalStep struct{ Time, Share, Low, High float64 }

// AtRisk is how many were still under observation at a time.
type AtRisk struct {
	Time float64
	N    int
}

func (s Survival) height(Frame) float64 { return 230 + s.foot() }

// foot is the room for the numbers at risk.
func (s Survival) foot() float64 {
	for _, g := range s.Groups {
		if len(g.AtRisk) > 0 {
			return 20 + 16*float64(len(s.Groups))
		}
	}
	return 0
}

func (s Survival) empty() bool {
	for _, g := range s.Groups {
		if len(g.steps()) > 1 || len(g.AtRisk) > 0 && len(g.censored()) > 0 {
			return false
		}
	}
	return true
}

// steps gives the drawable steps, from 1 at time 0.
func (g SurvivalGroup) steps() []SurvivalStep {
	out := []SurvivalStep{{0, 1, 1, 1}}
	for _, s := range g.Steps {
		if usable(s.Time) && s.Time >= 0 && usable(s.Share) && s.Share >= 0 && s.Share <= 1 {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out[1:], func(a, b SurvivalStep) int { return cmpFloat(a.Time, b.Time) })
	return out
}

func (g SurvivalGroup) censored() []float64 {
	var out []float64
	for _, t := range g.Censored {
		if usable(t) && t >= 0 {
			out = append(out, t)
		}
	}
	return out
}

// end is the last time at which the group was watched.
func (g SurvivalGroup) end() float64 {
	ss := g.steps()
	end := ss[len(ss)-1].Time
	for _, t := range g.censored() {
		end = max(end, t)
	}
	return end
}

func (s Survival) draw(p *pen) {
	end := 0.0
	for _, g := range s.Groups {
		end = max(end, g.end())
	}
	if end <= 0 {
		end = 1
	}
	a := p.plane(s.Time, s.Share, scale{hi: end}, scale{hi: 1}, s.foot())
	for _, g := range s.Groups {
		p.survivalBand(a, g)
	}
	for _, g := range s.Groups {
		line := g.line(a)
		p.polyline(line, Stroke{Role: g.Role, Width: 2, Dash: g.Dash})
		p.censorTicks(a, g)
	}
	for _, g := range s.Groups {
		p.directLabel(Text{S: g.Label, Role: g.Role, Bold: true}, g.line(a))
	}
	s.atRisk(p, a)
}

func (g SurvivalGroup) line(a axes) []Point {
	var ps []Point
	for _, s := range g.steps() {
		ps = append(ps, Point{a.x.at(s.Time), a.y.at(s.Share)})
	}
	last := ps[len(ps)-1]
	return append(steps(ps), Point{a.x.at(g.end()), last.Y})
}

func (p *pen) survivalBand(a axes, g SurvivalGroup) {
	var upper, lower []Point
	for _, s := range g.steps() {
		if usable(s.Low) && usable(s.High) && s.High >= s.Low {
			upper = append(upper, Point{a.x.at(s.Time), a.y.at(s.High)})
			lower = append(lower, Point{a.x.at(s.Time), a.y.at(s.Low)})
		}
	}
	if len(upper) < 2 {
		return
	}
	end := a.x.at(g.end())
	up := append(steps(upper), Point{end, upper[len(upper)-1].Y})
	low := append(steps(lower), Point{end, lower[len(lower)-1].Y})
	slices.Reverse(low)
	p.cv.Area(append(up, low...), Band)
}

func (p *pen) censorTicks(a axes, g SurvivalGroup) {
	ss := g.steps()
	last := math.Inf(-1)
	for _, t := range slices.Sorted(slices.Values(g.censored())) {
		x := a.x.at(t)
		if x-last < 1 { // thousands of ticks on one place say no more than one
			continue
		}
		last = x
		share := 1.0
		for _, s := range ss {
			if s.Time <= t {
				share = s.Share
			}
		}
		y := a.y.at(share)
		p.line(Point{x, y - 4}, Point{x, y + 4}, Stroke{Role: g.Role, Width: 1.25})
	}
}

// atRisk prints the numbers under observation below the axis, a row per group.
func (s Survival) atRisk(p *pen, a axes) {
	y := a.area.Y + a.area.H + 52
	if s.foot() == 0 {
		return
	}
	p.label(Text{S: p.Words.AtRisk, Role: Muted, Size: smallSize}, Point{4, y})
	for i, g := range s.Groups {
		row := y + 16*float64(i+1)
		for _, r := range g.AtRisk {
			if usable(r.Time) && r.Time >= 0 && r.Time <= a.x.hi {
				p.label(Text{S: strconv.Itoa(r.N), Role: g.Role, Size: smallSize, Anchor: Middle}, Point{a.x.at(r.Time), row})
			}
		}
		p.swatch(g, row)
	}
}

func (p *pen) swatch(g SurvivalGroup, y float64) {
	p.line(Point{4, y - 4}, Point{20, y - 4}, Stroke{Role: g.Role, Width: 2, Dash: g.Dash})
}

func (s Survival) table(f Frame) Table {
	x, y := f.formatOr(s.Time.Number), f.formatOr(s.Share.Number)
	t := Table{Head: []string{f.Words.Item, s.Time.Label, s.Share.Label, f.Words.Low, f.Words.High, f.Words.AtRisk}}
	for _, g := range s.Groups {
		for _, v := range g.steps() {
			t.Rows = append(t.Rows, []string{g.Label, x(v.Time), y(v.Share), optional(y, v.Low), optional(y, v.High), ""})
		}
		for _, r := range g.AtRisk {
			t.Rows = append(t.Rows, []string{g.Label, optional(x, r.Time), "", "", "", strconv.Itoa(r.N)})
		}
	}
	return t
}
