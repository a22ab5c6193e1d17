package risk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
)

// Movement says what moved the expected yearly loss between two instants. The parts add up: expected losses do,
// whatever hangs together.
type Movement struct {
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
	Before float64   `json:"before"` // euro a year
	After  float64   `json:"after"`
	Steps  []MovedBy `json:"steps"` // by reason, those that moved something
}

// MovedBy is what the estimates of one reason moved.
type MovedBy struct {
	Reason    Reason  `json:"reason"`
	EURYear   float64 `json:"eurYear"`
	Scenarios []Moved `json:"scenarios"` // the greatest move first
}

// Moved is one scenario's part.
type Moved struct {
	ID      string  `json:"id"`
	EURYear float64 `json:"eurYear"`
}

// MovedIn asks since when.
type MovedIn struct {
	Since string `query:"since" json:"since" doc:"day, as 2026-03-31"`
}

// WhatMoved tells what moved the expected loss since the beginning of a day.
func WhatMoved(ctx context.Context, r db.Reader, in MovedIn) (Movement, error) {
	since, err := time.Parse(time.DateOnly, in.Since)
	if err != nil {
		return Movement{}, problem.Field("since", "problem.day", "value", in.Since)
	}
	all, err := db.All(ctx, r, scanEstimate, "SELECT scenario, number, at, body FROM risk_estimate ORDER BY scenario, number")
	if err != nil {
		return Movement{}, err
	}
	return movementOf(all, since, r.Now()), nil
}

// OpMoved tells what moved the expected loss.
var OpMoved = op.Query[MovedIn, Movement]{Name: "risk.moved", Route: "GET /api/risks/changes", Func: WhatMoved}

// movementOf follows every scenario through its estimates, those of a scenario together and the oldest first, and books
// each change of its expected loss to the reason that the estimate names. Estimates before since only set where it
// starts. Losses are before insurance.
func movementOf(estimates []Estimate, since, until time.Time) Movement {
	m, moves := Movement{Since: since, Until: until}, map[Reason]map[string]float64{}
	for from := 0; from < len(estimates); {
		to, before, after := from, 0.0, 0.0
		for ; to < len(estimates) && estimates[to].Scenario == estimates[from].Scenario; to++ {
			e := estimates[to]
			if e.At.After(until) {
				continue
			}
			next := e.expected()
			if !e.At.After(since) {
				before, after = next, next
				continue
			}
			reason := e.moved(after, next)
			if moves[reason] == nil {
				moves[reason] = map[string]float64{}
			}
			moves[reason][e.Scenario] += next - after
			after = next
		}
		m.Before, m.After, from = m.Before+before, m.After+after, to
	}
	m.Steps = movedBy(moves)
	return m
}

// expected is the expected loss of a year with the controls in place, before insurance; a closed scenario costs nothing.
func (e Estimate) expected() float64 {
	if e.Status == "closed" {
		return 0
	}
	s := e.Fair()
	return s.LossEvents(fair.Current).Mean * s.EventLoss(fair.Current).Mean
}

// moved is the reason of the estimate, but what begins to count is new and what ends to count is mitigated.
func (e Estimate) moved(before, after float64) Reason {
	switch {
	case before == 0 && after > 0:
		return New
	case e.Status == "closed":
		return Mitigation
	case e.Reason == "":
		return Refined
	default:
		return e.Reason
	}
}

func movedBy(moves map[Reason]map[string]float64) []MovedBy {
	steps := []MovedBy{}
	for _, reason := range []Reason{New, Mitigation, Scope, Refined, Evidence} {
		step := MovedBy{Reason: reason}
		for id, eur := range moves[reason] {
			if eur != 0 {
				step.Scenarios = append(step.Scenarios, Moved{id, eur})
			}
		}
		if len(step.Scenarios) == 0 {
			continue
		}
		slices.SortFunc(step.Scenarios, func(a, b Moved) int {
			return cmp.Or(cmp.Compare(abs(b.EURYear), abs(a.EURYear)), cmp.Compare(a.ID, b.ID))
		})
		for _, s := range step.Scenarios {
			step.EURYear += s.EURYear
		}
		steps = append(steps, step)
	}
	return steps
}
