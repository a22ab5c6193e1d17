// Package chart draws one chart description on two surfaces: SVG for pages and a
// small set of drawing commands (Canvas) for the PDF.
//
// A Chart is a Frame (title, words, size, number format) around a Plot (what is
// shown). The package is pure: no clock, no language, no files. Words and number
// formats are passed in. What is not known is hatched, never drawn as zero, and a
// chart without data says so.
//
// Read canvas.go for the surface, pen.go for scales and label placement, then one
// file per kind of chart.
package chart

import "math"

// Chart is one picture that proves one sentence.
type Chart struct {
	Frame
	Plot Plot
}

// Frame is what every chart has, whatever it shows.
type Frame struct {
	ID     string  // unique on the page; names title and description for screen readers
	Title  string  // what is shown
	Desc   string  // what is to be seen in it, as a sentence
	Width  float64 // in chart units (one CSS pixel); 0 means 340
	Height float64 // 0 means what the plot needs
	Number func(float64) string
	Words  Words
}

// Words are the translated words a chart may have to print. A chart uses those it needs.
type Words struct {
	NoData  string // sentence printed instead of a chart that has no data
	Unknown string // printed beside hatching
	Item    string // column heads of the data table
	Value   string
	Low     string
	High    string
	Limit   string
	Events  string
	Total   string
	AtRisk  string
	Target  string
	Tested  string
}

// Plot is one kind of chart: Exceedance, Bullet, Survival, Ranking, Proportion, Columns, Pairs,
// Dumbbell, Waterfall, Profile or Frontier.
type Plot interface {
	empty() bool
	height(f Frame) float64
	draw(p *pen)
	table(f Frame) Table
}

// Table is the data behind a chart: the first column names the row.
type Table struct {
	Head []string
	Rows [][]string
}

const defaultWidth = 340

// Size gives the view box of the chart in chart units.
func (c Chart) Size() (w, h float64) {
	f := c.frame()
	return f.Width, f.Height
}

// Data gives the figures behind the chart, formatted as in the chart.
func (c Chart) Data() Table {
	if c.Plot == nil {
		return Table{}
	}
	return c.Plot.table(c.frame())
}

// Empty says that there is nothing to draw but the sentence Words.NoData.
func (c Chart) Empty() bool { return c.Plot == nil || c.Plot.empty() }

// Draw sends the chart to a canvas, in chart units from the top left corner.
func (c Chart) Draw(cv Canvas) {
	p := newPen(cv, c.frame())
	if c.Empty() {
		p.noData()
		return
	}
	c.Plot.draw(p)
}

func (c Chart) frame() Frame {
	f := c.Frame
	if !usable(f.Width) || f.Width < 120 {
		f.Width = defaultWidth
	}
	if f.Number == nil {
		f.Number = plainNumber
	}
	if usable(f.Height) && f.Height >= 40 {
		return f
	}
	f.Height = 74
	if !c.Empty() {
		f.Height = c.Plot.height(f)
	}
	return f
}

// usable says that a number can be drawn. What cannot be drawn is unknown.
func usable(v float64) bool { return !math.IsNaN(v) && math.Abs(v) <= 1e15 }

func (f Frame) formatOr(format func(float64) string) func(float64) string {
	if format != nil {
		return format
	}
	return f.Number
}
