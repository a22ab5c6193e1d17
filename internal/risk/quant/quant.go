// Package quant turns the scenarios of package fair into yearly losses. It is pure: no database, no clock, no
// language; the same portfolio and seed give the same bits, whatever the number of workers or the order of
// scenarios (on one processor architecture; others round differently in the last place).
package quant

import (
	"math"
	"runtime"

	"accordo.dev/internal/problem"
)

// Method is the version of the simulation; results of different versions are different samples.
const Method = "fair-2"

// Years that are simulated when nothing else is said, and the limits.
const (
	DefaultYears = 50_000
	MinYears     = 1_000 // below, the interval of the 99 % quantile has no upper end
	MaxYears     = 10_000_000
)

// Options say how to simulate.
type Options struct {
	Seed      uint64
	Years     int       // simulated years; 0 = DefaultYears
	Workers   int       // 0 = one per processor; does not change the result
	Appetites []float64 // amounts in euro for which the chance of a higher yearly loss is wanted
}

// Result is the outcome of a simulation.
type Result struct {
	Method    string           `json:"method"`
	Seed      uint64           `json:"seed"`
	Years     int              `json:"years"`
	Scenarios []ScenarioResult `json:"scenarios"` // in order of id
	Total     Summary          `json:"total"`     // of the sum of all scenarios, after insurance, euro
	Minutes   *Summary         `json:"minutes,omitempty"`
}

// ScenarioResult is the outcome of one scenario.
type ScenarioResult struct {
	ID      string   `json:"id"`
	Loss    Summary  `json:"loss"`              // euro a year
	Minutes *Summary `json:"minutes,omitempty"` // minutes of critical service lost a year
	// BeforeCover tells that the loss is that before a cover which the scenario shares with others: what this one
	// pays depends on all of them.
	BeforeCover bool `json:"beforeCover,omitempty"`
	// TailShare is the part of the scenario in the total loss of the years that are as bad as VaR 95 or
	// worse. The shares of all scenarios sum to 1 (all 0 when nothing is ever lost).
	TailShare float64 `json:"tailShare"`
}

// complete fills the defaults and checks the rest.
func (o *Options) complete() error {
	if o.Years == 0 {
		o.Years = DefaultYears
	}
	if o.Years < MinYears || o.Years > MaxYears {
		return problem.Field("years", "quant.years-out-of-range", "low", MinYears, "high", MaxYears)
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	for _, a := range o.Appetites {
		if !(a >= 0) || math.IsInf(a, 0) {
			return problem.Field("appetites", "quant.appetite-negative")
		}
	}
	return nil
}
