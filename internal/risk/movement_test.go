package risk

import (
	"testing"
	"time"

	"accordo.dev/internal/risk/fair"
)

func TestMovementAddsUpAndTellsWhy(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	var all []Estimate
	past := func(id string, n int, reason Reason, status string, rate float64) {
		all = append(all, Estimate{Scenario: id, At: day(n), Reason: reason, Status: status, Model: fair.Scenario{Frequency: fair.Fixed(rate), Primary: []fair.Loss{{Amount: fair.Fixed(100)}}}})
	}
	past("better", 1, New, "open", 5)
	past("better", 12, Mitigation, "open", 3)
	past("better", 14, Evidence, "open", 4)
	past("born", 13, Refined, "open", 2)
	past("gone", 2, New, "open", 7)
	past("gone", 15, Refined, "closed", 7)
	past("later", 3, New, "open", 1)
	past("later", 25, Refined, "open", 9)
	past("stays", 1, New, "treated", 1)
	past("wider", 3, New, "open", 1)
	past("wider", 11, Scope, "open", 1.5)
	m := movementOf(all, day(10), day(20))
	if m.Before != 1500 || m.After != 950 {
		t.Errorf("got %v to %v, want 1500 to 950", m.Before, m.After)
	}
	sum := m.Before
	want := map[Reason]float64{New: 200, Mitigation: -900, Scope: 50, Evidence: 100}
	for _, step := range m.Steps {
		sum += step.EURYear
		if step.EURYear != want[step.Reason] {
			t.Errorf("%s: got %v, want %v", step.Reason, step.EURYear, want[step.Reason])
		}
	}
	if len(m.Steps) != len(want) || sum != m.After {
		t.Errorf("got %d steps to %v, want %d to %v", len(m.Steps), sum, len(want), m.After)
	}
	if first := m.Steps[1].Scenarios[0]; first.ID != "gone" {
		t.Errorf("got %s first, want the greatest move", first.ID)
	}
}
