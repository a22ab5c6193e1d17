package web

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/xuri/excelize/v2"
)

// wantsExport tells whether the address asks for the list as a file: "csv" or "xlsx".
func wantsExport(q *request) bool {
	format := q.URL.Query().Get("format")
	return format == "csv" || format == "xlsx"
}

// export writes a list as the file that the address asks for. Cells are strings, whole numbers,
// fractions or booleans; a nil cell is empty.
func export(w http.ResponseWriter, q *request, name string, header []string, rows [][]any) error {
	if q.URL.Query().Get("format") == "xlsx" {
		return exportXLSX(w, name, header, rows)
	}
	return exportCSV(w, name, header, rows)
}

func exportCSV(w http.ResponseWriter, name string, header []string, rows [][]any) error {
	attach(w, name+".csv", "text/csv; charset=utf-8")
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	for _, row := range rows {
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

// csvCell writes one cell; whatever a spreadsheet would run as a formula is escaped by a quote, but for numbers.
func csvCell(cell any) string {
	if cell == nil {
		return ""
	}
	text := fmt.Sprint(cell)
	switch kind := reflect.TypeOf(cell).Kind(); {
	case kind >= reflect.Bool && kind <= reflect.Float64, text == "":
		return text
	case strings.ContainsRune("=+-@\t\r\n", rune(text[0])):
		return "'" + text
	}
	return text
}

func exportXLSX(w http.ResponseWriter, name string, header []string, rows [][]any) error {
	book := excelize.NewFile()
	defer book.Close()
	const sheet = "Sheet1"
	stream, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	first := make([]any, len(header))
	for i, title := range header {
		first[i] = title
	}
	for i, row := range append([][]any{first}, rows...) {
		if err := stream.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			return err
		}
	}
	if err := stream.Flush(); err != nil {
		return err
	}
	attach(w, name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	return book.Write(w)
}

func attach(w http.ResponseWriter, name, kind string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}
