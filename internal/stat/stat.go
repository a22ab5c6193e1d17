// Package stat holds the statistics behind the indicators: survival curves with censored and late
// entered exposures, intervals of proportions, quantiles, and the operational resilience index.
// It is pure: no database, no clock, no language; the same input always gives the same output.
package stat

import (
	"encoding/json"
	"math"

	"accordo.dev/internal/problem"
	"gonum.org/v1/gonum/stat/distuv"
)

// DefaultLevel is the confidence level of every interval that does not name another.
const DefaultLevel = 0.95

// Number is a figure that may be unknown: a median that the data do not reach, a limit that has no
// value. Unknown is never written as zero or as a magic number; in JSON it is null.
type Number struct {
	X     float64 // meaningless unless Known
	Known bool
}

// Known is a figure that is known. NaN and infinities are unknown, whoever computed them.
func Known(x float64) Number {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Number{}
	}
	return Number{X: x, Known: true}
}

// Unknown is a figure that the data do not give.
func Unknown() Number { return Number{} }

// MarshalJSON writes the figure, or null when it is unknown.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known {
		return []byte("null"), nil
	}
	return json.Marshal(n.X)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number{}
		return nil
	}
	var x float64
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	*n = Known(x)
	return nil
}

// Estimate is a figure with its standard error and confidence limits, each of which may be unknown.
type Estimate struct {
	Value Number `json:"value"`
	SE    Number `json:"se"`
	Low   Number `json:"low"`
	High  Number `json:"high"`
}

// normal is the two-sided standard normal quantile of a confidence level: 1.96 for 0.95.
func normal(level float64) float64 { return distuv.UnitNormal.Quantile(0.5 + level/2) }

// checkLevel returns the level to use (0 means DefaultLevel).
func checkLevel(level float64) (float64, error) {
	if level == 0 {
		return DefaultLevel, nil
	}
	if !(level > 0 && level < 1) {
		return 0, problem.Field("level", "stat.level-outside-0-1", "value", level)
	}
	return level, nil
}
