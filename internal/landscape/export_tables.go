package landscape

import (
	"math"
	"slices"
	"strconv"

	"accordo.dev/internal/ingest"
	"accordo.dev/internal/landscape/interchange"
)

// tables are the map in the tables that it can be read from: elements, connections, agreements, in the order of their ids.
func (m Map) tables() []interchange.Table {
	elements := interchange.Table{Name: "elements", Header: ingest.ElementColumns}
	for _, id := range sortedKeys(m.Elements) {
		elements.Rows = append(elements.Rows, tableRow(elements.Header, textsOf(m.Elements[id])))
	}
	connections := interchange.Table{Name: "connections", Header: ingest.ConnectionColumns}
	for _, c := range m.Connections {
		connections.Rows = append(connections.Rows, tableRow(connections.Header, textsOf(c)))
	}
	agreements := interchange.Table{Name: "agreements", Header: ingest.AgreementColumns}
	for _, id := range sortedKeys(m.Agreements) {
		agreements.Rows = append(agreements.Rows, tableRow(agreements.Header, textsOf(m.Agreements[id])))
	}
	return []interchange.Table{elements, connections, agreements}
}

// The columns that hold numbers and amounts.
var (
	numberColumns = []string{
		"criticality", "rto_min", "rpo_min", "mtpd_min", "mtdl_min", "slo", "bia_weight", "confidentiality", "integrity", "availability", "k_of_n",
	}
	amountColumns = []string{"cost_eur_year", "loss_eur_hour"}
)

func tableRow(header []string, texts map[string]string) []any {
	row := make([]any, len(header))
	for i, name := range header {
		text, said := texts[name]
		if !said {
			continue
		}
		row[i] = text
		if number, err := strconv.ParseFloat(text, 64); err == nil && slices.Contains(numberColumns, name) {
			row[i] = number
		} else if err == nil && slices.Contains(amountColumns, name) {
			row[i] = math.Round(number*100) / 100 // cents
		}
	}
	return row
}
