package risk

import (
	"testing"

	"accordo.dev/internal/risk/fair"
)

func TestHeatMapIsComputedFromTheQuantities(t *testing.T) {
	one := func(id string, rate, loss float64) fair.Scenario {
		return fair.Scenario{ID: id, Frequency: fair.Fixed(rate), Primary: []fair.Loss{{Amount: fair.Fixed(loss)}}}
	}
	h := heatOf([]fair.Scenario{one("rare", 0.005, 5e7), one("edge", 0.1, 1e5), one("often", 3, 2e3), one("more", 5, 9e3)}, fair.Current)
	for _, c := range []struct {
		frequency, loss int
		want            string
		eur             float64
	}{{0, 4, "rare", 250e3}, {2, 2, "edge", 1e4}, {4, 0, "often", 51e3}} {
		cell := h.Cells[c.frequency][c.loss]
		if len(cell.Scenarios) == 0 || cell.Scenarios[0] != c.want || cell.EURYear != c.eur {
			t.Errorf("cell %d %d: got %+v, want %s and %v", c.frequency, c.loss, cell, c.want, c.eur)
		}
	}
	if h.Total != 311e3 || h.Share(0, 4) != 250./311 {
		t.Errorf("got %v and %v", h.Total, h.Share(0, 4))
	}
}
