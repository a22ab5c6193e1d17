package web

import (
	"math"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/web/ui"
)

// unset is an interval that a value does not have.
var unset = math.NaN()

// frame is the frame of a chart in the language of the reader; id is unique on the page.
func frame(p ui.Page, id, title, desc string, width float64) chart.Frame {
	return chart.Frame{
		ID: id, Title: title, Desc: desc, Width: width,
		Number: func(x float64) string { return p.Number(x, 0) },
		Words: chart.Words{
			NoData: p.T("chart.no-data"), Unknown: p.T("chart.unknown"), Item: p.T("chart.item"), Value: p.T("chart.value"),
			Low: p.T("chart.low"), High: p.T("chart.high"), Limit: p.T("chart.limit"), Events: p.T("chart.events"),
			Total: p.T("chart.total"), AtRisk: p.T("chart.at-risk"), Target: p.T("chart.target"), Tested: p.T("chart.tested"),
		},
	}
}
