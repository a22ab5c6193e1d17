package ui

import (
	"net/url"
	"slices"

	"github.com/a-h/templ"
)

// List is a table with its filters, order, pages and exports, all of them in the address of the page:
// filters under their own keys, "sort" (a leading minus sorts downwards), "after" (cursor), "format" (csv, xlsx).
type List struct {
	Caption string // what the rows are, for those who do not see the heading
	Columns []Column
	Rows    []Row
	Filters []Input // text, search or select; Value is filled from the address when empty
	Sort    string  // the order in force, such as "-loss"
	Next    string  // cursor of the next rows; empty at the end
	Total   int     // rows that the filters leave
	Exports bool    // CSV and Excel of what is filtered
	Say     string  // the list in the words of the lens
	Words   []Word  // of the dictionary that the list uses
	Nothing string  // words when no row is left and no filter is set
	Action  templ.Component
}

// Column is a column of a list.
type Column struct {
	Key   string // by which the list sorts; empty = cannot be sorted
	Title string // with the unit: "Loss, M€"
	Right bool   // figures
	Short bool   // days and the like, never broken
	Wide  bool   // on a narrow screen the cell takes a line of its own
}

// Row is one line: as many cells as there are columns. The first names the thing.
type Row struct {
	Cells  []Cell
	Marked bool
}

// Cell is one field of a row: words, perhaps a link, small words below, a state, or a component of its own.
type Cell struct {
	Text  string
	Href  string
	Sub   string
	State State // shown as a chip
	Mono  bool  // a reference or hash, never broken
	Show  templ.Component
}

// Cells makes a row of its cells.
func Cells(cells ...Cell) Row { return Row{Cells: cells} }

// Ordered puts some columns first behind the name, by their place; the others follow as they stood.
func (l List) Ordered(first ...int) List {
	order := append([]int{0}, first...)
	for i := range l.Columns {
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	columns := make([]Column, len(order))
	for to, from := range order {
		columns[to] = l.Columns[from]
	}
	rows := make([]Row, len(l.Rows))
	for n, row := range l.Rows {
		rows[n] = Row{Cells: make([]Cell, len(order)), Marked: row.Marked}
		for to, from := range order {
			rows[n].Cells[to] = row.Cells[from]
		}
	}
	l.Columns, l.Rows = columns, rows
	return l
}

// Words is a cell of plain words or a written figure.
func Words(text string) Cell { return Cell{Text: text} }

// To is a cell that leads somewhere.
func To(href, text string) Cell { return Cell{Href: href, Text: text} }

// Code is a cell with a reference.
func Code(text string) Cell { return Cell{Text: text, Mono: true} }

// Is is a cell with a state.
func Is(state State, text string) Cell { return Cell{State: state, Text: text} }

// Of is a cell with a component.
func Of(c templ.Component) Cell { return Cell{Show: c} }

// Below gives the cell small words below.
func (c Cell) Below(text string) Cell {
	c.Sub = text
	return c
}

func (c Column) class() string {
	if c.Right {
		return "r"
	}
	return ""
}

func (c Column) cellClass() string {
	class := c.class()
	if c.Short {
		class = cls(class, "short")
	}
	if c.Wide {
		class = cls(class, "full")
	}
	return class
}

// sorted gives the value of aria-sort, empty when the list is not sorted by this column.
func (l List) sorted(c Column) string {
	switch {
	case c.Key == "":
		return ""
	case l.Sort == c.Key:
		return "ascending"
	case l.Sort == "-"+c.Key:
		return "descending"
	default:
		return ""
	}
}

// turned is the order that a click on the column asks for: upwards first, figures downwards first, then the other way.
func (l List) turned(c Column) string {
	up, down := c.Key, "-"+c.Key
	if l.Sort == up || c.Right && l.Sort != down {
		return down
	}
	return up
}

// filtered tells whether any filter is set.
func (l List) filtered(query url.Values) bool {
	for _, f := range l.Filters {
		if query.Get(f.Name) != "" {
			return true
		}
	}
	return false
}

func (l List) filter(p Page, in Input) Input {
	if in.Value == "" {
		in.Value = p.Query.Get(in.Name)
	}
	if in.Type == "" {
		in.Type = "search"
	}
	in.Required = false
	return in
}

// column gives the column of a cell; a cell too many has none.
func (l List) column(i int) Column {
	if i < len(l.Columns) {
		return l.Columns[i]
	}
	return Column{}
}

func marked(r Row) string {
	if r.Marked {
		return "sel"
	}
	return ""
}

func mono(c Cell) string {
	if c.Mono {
		return "mono nw"
	}
	return ""
}

// cleared is the address of the list without its filters.
func cleared(p Page, l List) string {
	var off []string
	for _, f := range l.Filters {
		off = append(off, f.Name, "")
	}
	return p.Href("", off...)
}
