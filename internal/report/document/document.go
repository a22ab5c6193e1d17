// Package document holds one model of a printed document and renders it twice: as an
// HTML fragment for screens and as an A4 PDF.
//
// The package is pure: no database, no clock, no language. Every sentence, number and
// date comes formatted from the caller. The same document always gives the same bytes,
// so that a frozen report can be rebuilt and compared.
//
// Each kind of block is one file: what it is, its HTML, its boxes on paper. layout.go
// places boxes on pages, pdf.go draws the pages, html.go writes the fragment.
package document

import "time"

// Document is a report before it has a form.
type Document struct {
	ID          string // printed in every footer
	Title       string
	Subject     string
	Author      string
	Lang        string    // BCP 47
	Created     time.Time // becomes the creation date of the PDF
	Running     string    // head line of every page after the cover
	Blocks      []Block
	Words       Words
	Attachments []Attachment
}

// Words are the translated words that the renderings need beside the blocks.
type Words struct {
	DataTable string // opens the table behind a chart
	Evidence  string // what a trace mark leads to, for screen readers
}

// Attachment is a file embedded in the PDF, such as the evidence manifest.
type Attachment struct {
	Name        string
	Description string
	Content     []byte
}

// Block is a part of a document: Cover, Heading, Paragraph, Verdict, List, FigureRow,
// Table, Picture, Decision, SideBySide, Signatures, Definitions, Callout, Traces or
// PageBreak.
type Block interface {
	html(w *writer)
	boxes(l *layout) []box
}

// PageBreak starts a new page and a new sheet.
type PageBreak struct{}

func (PageBreak) html(*writer) {}

func (PageBreak) boxes(*layout) []box { return []box{{breakPage: true}} }

// State is whether a figure keeps its limit.
type State int

// The states.
const (
	NoState State = iota
	Inside
	Near
	Outside
	NotKnown
)

// Office is one of the two offices that answer together.
type Office int

// The offices; the disc's left half is the CIO's, the right half the CISO's.
const (
	NoOffice Office = iota
	CIO
	CISO
)
