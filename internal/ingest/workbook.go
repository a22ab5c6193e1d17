package ingest

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"accordo.dev/internal/problem"
)

// What a workbook may cost: it is a zip archive of XML, and a small one can hold a great deal.
const (
	workbookBytes = 256 << 20 // unpacked
	workbookCells = 20_000_000
)

// isDay tells whether a column of our tables holds days, which Excel keeps as numbers. "from" is a day in agreements only.
func isDay(column string, header []string) bool {
	switch columnName(column) {
	case "end_of_life", "review_on", "until":
		return true
	case "from":
		return slices.ContainsFunc(header, func(name string) bool { return columnName(name) == "until" })
	}
	return false
}

// Sheets gives the sheets of a workbook as tables, each a source of its own with the name "file/sheet". Sheets
// without any cell are left out.
func Sheets(name string, data []byte) (sheets []*Source, err error) {
	broken := problem.New(problem.Invalid, "ingest.error.workbook").At(problem.Source{File: name})
	defer func() {
		if recover() != nil { // the library must not stop the program
			sheets, err = nil, broken
		}
	}()
	f, openErr := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: workbookBytes, UnzipXMLSizeLimit: workbookBytes})
	if openErr != nil {
		return nil, broken
	}
	defer f.Close()
	cells := 0
	for _, sheet := range f.GetSheetList() {
		src, err := readSheet(f, name+"/"+sheet, sheet, &cells)
		if err != nil {
			return nil, err
		}
		if len(src.rows) > 0 {
			sheets = append(sheets, src)
		}
	}
	return sheets, nil
}

// readSheet writes a sheet as a table and remembers on which row every record stands.
func readSheet(f *excelize.File, name, sheet string, cells *int) (*Source, error) {
	var text bytes.Buffer
	out := csv.NewWriter(&text)
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, problem.New(problem.Invalid, "ingest.error.workbook").At(problem.Source{File: name})
	}
	defer rows.Close()
	var numbers []int
	var header []string
	for line := 1; rows.Next(); line++ {
		row, err := rows.Columns()
		if err != nil {
			return nil, problem.New(problem.Invalid, "ingest.error.workbook").At(problem.Source{File: name, Line: line})
		}
		if *cells += len(row); *cells > workbookCells {
			return nil, problem.New(problem.TooLarge, "ingest.error.nodes", "limit", workbookCells).At(problem.Source{File: name, Line: line})
		}
		if blank(row) {
			continue
		}
		if header == nil {
			header = trimmed(row)
		}
		if err := out.Write(sheetRow(header, row)); err != nil {
			return nil, err
		}
		numbers = append(numbers, line)
	}
	out.Flush()
	src := NewSource(name, io.Reader(&text), SourceOptions{})
	src.rows = numbers
	for _, name := range header {
		src.header = append(src.header, columnName(name))
	}
	return src, nil
}

// trimmed is a header without empty cells at its end.
func trimmed(row []string) []string {
	for len(row) > 0 && strings.TrimSpace(row[len(row)-1]) == "" {
		row = row[:len(row)-1]
	}
	return slices.Clone(row)
}

// sheetRow gives a row the width of the header and writes days as ISO 8601.
func sheetRow(header, row []string) []string {
	for len(row) < len(header) {
		row = append(row, "")
	}
	for len(row) > len(header) && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	for i := range min(len(row), len(header)) {
		if isDay(header[i], header) {
			row[i] = sheetDay(row[i])
		}
	}
	return row
}

// sheetDay turns Excel's number of a day into a date; everything else stays as it is.
func sheetDay(cell string) string {
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil || n < 1 || n > 200_000 {
		return cell
	}
	day, err := excelize.ExcelDateToTime(n, false)
	if err != nil {
		return cell
	}
	return day.Format(time.DateOnly)
}

// WriteTemplateWorkbook writes all templates as the sheets of one workbook.
func WriteTemplateWorkbook(w io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	for i, t := range Templates {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", t.Name); err != nil {
				return err
			}
		} else if _, err := f.NewSheet(t.Name); err != nil {
			return err
		}
		for line, row := range t.Rows {
			cell, err := excelize.CoordinatesToCellName(1, line+1)
			if err != nil {
				return err
			}
			if err := f.SetSheetRow(t.Name, cell, &row); err != nil {
				return err
			}
		}
	}
	return f.Write(w)
}

// Look takes a glimpse at a sheet.
func (s *Source) Look() Glimpse {
	return Glimpse{Name: strings.ToLower(s.name), Ext: ".csv", Header: s.header}
}
