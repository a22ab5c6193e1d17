package interchange

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Table has a header and rows of cells: texts, int64, float64, or nil for an empty cell.
type Table struct {
	Name   string
	Header []string
	Rows   [][]any
}

// WriteCSV writes a table with commas between the cells. A text that a spreadsheet would run as a formula gets an
// apostrophe in front.
func (t Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(t.Header); err != nil {
		return err
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = csvCell(cell)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func csvCell(cell any) string {
	switch cell := cell.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(cell, 'f', -1, 64)
	case string:
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			return "'" + cell
		}
		return cell
	default:
		return fmt.Sprint(cell)
	}
}

// WriteArchive writes tables as CSV files in one zip archive.
func WriteArchive(w io.Writer, tables []Table) error {
	z := zip.NewWriter(w)
	for _, t := range tables {
		file, err := z.Create(t.Name + ".csv")
		if err != nil {
			return err
		}
		if err := t.WriteCSV(file); err != nil {
			return err
		}
	}
	return z.Close()
}

// WriteWorkbook writes tables as the sheets of an Excel workbook. Texts are written as texts, so none is run as a formula.
func WriteWorkbook(w io.Writer, tables []Table) error {
	book := excelize.NewFile()
	defer book.Close()
	for i, t := range tables {
		if i == 0 {
			if err := book.SetSheetName("Sheet1", t.Name); err != nil {
				return err
			}
		} else if _, err := book.NewSheet(t.Name); err != nil {
			return err
		}
		if err := sheet(book, t); err != nil {
			return err
		}
	}
	return book.Write(w)
}

func sheet(book *excelize.File, t Table) error {
	stream, err := book.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(t.Header))
	for i, name := range t.Header {
		header[i] = name
	}
	for i, row := range append([][]any{header}, t.Rows...) {
		if err := stream.SetRow("A"+strconv.Itoa(i+1), row); err != nil {
			return err
		}
	}
	return stream.Flush()
}

// Bytes collects what a writer writes.
func Bytes(write func(io.Writer) error) ([]byte, error) {
	var b bytes.Buffer
	err := write(&b)
	return b.Bytes(), err
}
