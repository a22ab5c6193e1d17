package layout

import (
	"cmp"
	"math"
	"slices"
)

// Field is the ground of a domain on the whole map.
type Field struct {
	X, Y, W, H float64
}

// Plan is an arrangement of the whole map: the middle of each box, and the field of each domain.
type Plan struct {
	Points []Point
	Fields []Field
	W, H   float64
}

// Cell is the room for one box of the whole map.
type Cell struct{ W, H float64 }

const (
	wideAs     = 1.6 // a field is so many times as wide as high, and so is the map
	fieldRim   = 0.6 // free round a field, in heights of a cell
	domainRuns = 4   // sweeps that bring connected boxes of a domain together
)

// Domains arranges boxes by domain: domain[i] is the number of box i, 0 to domains-1. In its field every
// consumer stands above its providers as far as cycles allow, in rows that are broken where they are too
// long; domains that hang together lie near each other. O((n + m) log n).
func Domains(domain []int, domains int, lines []Line, cell Cell) Plan {
	members := make([][]int, domains)
	for i, one := range domain {
		members[one] = append(members[one], i)
	}
	inner := make([][]int, len(domain))
	for _, l := range lines {
		if l.From != l.To && domain[l.From] == domain[l.To] {
			inner[l.From] = append(inner[l.From], l.To)
		}
	}
	depth := depths(acyclic(len(domain), inner))
	p := Plan{Points: make([]Point, len(domain)), Fields: make([]Field, domains)}
	for one, boxes := range members {
		p.Fields[one] = p.fill(boxes, depth, inner, cell)
	}
	p.pack(nearby(domain, domains, lines), cell)
	for i, one := range domain {
		p.Points[i].X += p.Fields[one].X
		p.Points[i].Y += p.Fields[one].Y
	}
	return p
}

// fill arranges the boxes of a domain in rows and gives the size of its field.
func (p *Plan) fill(boxes, depth []int, inner [][]int, cell Cell) Field {
	columns := max(1, int(math.Ceil(math.Sqrt(float64(len(boxes))*wideAs*cell.H/cell.W))))
	byDepth := map[int][]int{}
	for _, box := range boxes {
		byDepth[depth[box]] = append(byDepth[depth[box]], box)
	}
	var rows [][]int
	for _, at := range sortedKeys(byDepth) {
		rows = append(rows, byDepth[at])
	}
	sortRows(rows, inner)
	rim := fieldRim * cell.H
	y := rim + cell.H/2 // the name of the domain stands above the first row
	widest := 0
	for _, row := range mergeRows(rows, columns) {
		widest = max(widest, len(row))
		left := rim + float64(columns-len(row))/2*cell.W
		for i, box := range row {
			p.Points[box] = Point{left + (float64(i)+0.5)*cell.W, y + cell.H/2}
		}
		y += cell.H
	}
	return Field{W: float64(columns)*cell.W + 2*rim, H: y + rim}
}

// sortRows brings boxes near those that they have lines with, from row to row.
func sortRows(rows [][]int, inner [][]int) {
	share := map[int]float64{}
	beside := map[int][]int{}
	for _, row := range rows {
		for i, box := range row {
			share[box] = (float64(i) + 0.5) / float64(len(row))
			for _, to := range inner[box] {
				beside[box], beside[to] = append(beside[box], to), append(beside[to], box)
			}
		}
	}
	for run := range domainRuns {
		for i := range rows {
			row := rows[i]
			if run%2 == 1 {
				row = rows[len(rows)-1-i]
			}
			wish := make(map[int]float64, len(row))
			for _, box := range row {
				sum := share[box]
				for _, other := range beside[box] {
					sum += share[other]
				}
				wish[box] = sum / float64(len(beside[box])+1)
			}
			slices.SortStableFunc(row, func(a, b int) int { return cmp.Compare(wish[a], wish[b]) })
			for place, box := range row {
				share[box] = (float64(place) + 0.5) / float64(len(row))
			}
		}
	}
}

// mergeRows breaks rows of more than so many columns evenly; short ones that follow each other stay apart.
func mergeRows(rows [][]int, columns int) [][]int {
	var out [][]int
	for _, row := range rows {
		parts := (len(row) + columns - 1) / columns
		for part := range parts {
			out = append(out, row[part*len(row)/parts:(part+1)*len(row)/parts])
		}
	}
	return out
}

// nearby orders the domains so that those with many lines between them follow each other: it begins with
// the one with most lines and always takes the one most tied to those already taken.
func nearby(domain []int, domains int, lines []Line) []int {
	tied := make([]map[int]int, domains)
	total := make([]int, domains)
	for i := range tied {
		tied[i] = map[int]int{}
	}
	for _, l := range lines {
		if a, b := domain[l.From], domain[l.To]; a != b {
			tied[a][b]++
			tied[b][a]++
			total[a]++
			total[b]++
		}
	}
	taken, pull := make([]bool, domains), make([]int, domains)
	var order []int
	for range domains {
		best := -1
		for i := range domains {
			if !taken[i] && (best < 0 || pull[i] > pull[best] || pull[i] == pull[best] && total[i] > total[best]) {
				best = i
			}
		}
		taken[best] = true
		order = append(order, best)
		for other, n := range tied[best] {
			pull[other] += n
		}
	}
	return order
}

// pack sets the fields into lines of about the width that makes the map wideAs times as wide as high.
func (p *Plan) pack(order []int, cell Cell) {
	area, widest := 0.0, 0.0
	for _, f := range p.Fields {
		area += (f.W + cell.H) * (f.H + cell.H)
		widest = max(widest, f.W)
	}
	limit := max(widest, math.Sqrt(area*wideAs))
	x, y, tallest := 0.0, 0.0, 0.0
	for _, one := range order {
		f := &p.Fields[one]
		if x > 0 && x+f.W > limit {
			x, y, tallest = 0, y+tallest+cell.H, 0
		}
		f.X, f.Y = x, y
		x += f.W + cell.H
		tallest = max(tallest, f.H)
		p.W, p.H = max(p.W, f.X+f.W), max(p.H, f.Y+f.H)
	}
}
