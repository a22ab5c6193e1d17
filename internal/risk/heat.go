package risk

import (
	"context"
	"math"
	"sort"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/risk/fair"
)

// The bounds of the classes of a heat map: loss events a year, and euro of one mean event. A class reaches from
// one bound to the next; the first and the last are open.
var (
	FrequencyBounds = []float64{0.01, 0.1, 0.5, 2}
	LossBounds      = []float64{1e4, 1e5, 1e6, 1e7}
)

// Heat is the map of frequency against loss of one event, as a view only: every cell is computed from the
// quantities, and what it weighs is its expected loss, not a colour that somebody chose.
type Heat struct {
	Cells [][]HeatCell `json:"cells"` // by class of frequency, the rarest first, then by class of loss, the smallest first
	Total float64      `json:"total"` // euro a year
}

// HeatCell is one pair of classes.
type HeatCell struct {
	Scenarios []string `json:"scenarios"`
	EURYear   float64  `json:"eurYear"` // expected loss of the scenarios in it
}

// Share is the cell's part of the expected loss.
func (h Heat) Share(frequency, loss int) float64 {
	if h.Total == 0 {
		return 0
	}
	return h.Cells[frequency][loss].EURYear / h.Total
}

// heatOf puts every scenario into its cell. Frequency and loss are means in the state; expected losses are
// frequency times loss, before insurance.
func heatOf(scenarios []fair.Scenario, state fair.State) Heat {
	h := Heat{Cells: make([][]HeatCell, len(FrequencyBounds)+1)}
	for i := range h.Cells {
		h.Cells[i] = make([]HeatCell, len(LossBounds)+1)
	}
	for _, s := range scenarios {
		events, loss := s.LossEvents(state).Mean, s.EventLoss(state).Mean
		cell := &h.Cells[class(FrequencyBounds, events)][class(LossBounds, loss)]
		cell.Scenarios = append(cell.Scenarios, s.ID)
		cell.EURYear += events * loss
		h.Total += events * loss
	}
	return h
}

// HeatOf computes the heat map of the scenarios that count.
func HeatOf(ctx context.Context, r db.Reader, in StateIn) (Heat, error) {
	p, err := Portfolio(ctx, r, in.state())
	return heatOf(p.Scenarios, in.state()), err
}

// OpHeat reads the heat map.
var OpHeat = op.Query[StateIn, Heat]{Name: "risk.heat", Route: "GET /api/risks/heat", Func: HeatOf}

// class is the number of bounds at or below x.
func class(bounds []float64, x float64) int {
	return sort.SearchFloat64s(bounds, math.Nextafter(x, math.Inf(1)))
}
