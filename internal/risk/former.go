package risk

import (
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
)

// Former is how a scenario was estimated before it had a model: 90 % intervals of frequency, loss and
// minutes. Files and inputs that still say so are read; nothing is written so.
type Former struct {
	FrequencyLow  *float64 `yaml:"frequency_low,omitempty" json:"frequencyLow,omitempty"` // loss events a year
	FrequencyHigh *float64 `yaml:"frequency_high,omitempty" json:"frequencyHigh,omitempty"`
	LossLowEUR    *float64 `yaml:"loss_low_eur,omitempty" json:"lossLowEur,omitempty"` // euro of one event
	LossHighEUR   *float64 `yaml:"loss_high_eur,omitempty" json:"lossHighEur,omitempty"`
	MinutesLow    *float64 `yaml:"minutes_low,omitempty" json:"minutesLow,omitempty"` // minutes of critical service lost in one event
	MinutesHigh   *float64 `yaml:"minutes_high,omitempty" json:"minutesHigh,omitempty"`
}

// checkFormer tells what is wrong with intervals of the former kind, under the names of their fields; nothing when there are none.
func checkFormer(f Former, field func(string) string, model fair.Scenario) []*problem.Error {
	if f == (Former{}) {
		return nil
	}
	if model.Frequency.Is() != "" || len(model.Primary) > 0 {
		return []*problem.Error{problem.Field(field("frequency_low"), "risk.error.former-and-model")}
	}
	wrong := former(field, "frequency_low", "frequency_high", f.FrequencyLow, f.FrequencyHigh)
	wrong = append(wrong, former(field, "loss_low_eur", "loss_high_eur", f.LossLowEUR, f.LossHighEUR)...)
	if f.MinutesLow != nil || f.MinutesHigh != nil {
		wrong = append(wrong, former(field, "minutes_low", "minutes_high", f.MinutesLow, f.MinutesHigh)...)
	}
	return wrong
}

// former refuses intervals that are not 0 < low <= high.
func former(field func(string) string, lowName, highName string, low, high *float64) []*problem.Error {
	switch {
	case low == nil:
		return []*problem.Error{problem.Field(field(lowName), "problem.required")}
	case high == nil:
		return []*problem.Error{problem.Field(field(highName), "problem.required")}
	case !(*low > 0):
		return []*problem.Error{problem.Field(field(lowName), "risk.error.positive")}
	case !(*high >= *low):
		return []*problem.Error{problem.Field(field(highName), "risk.error.order")}
	default:
		return nil
	}
}

// converted is the scenario with its former intervals as a model. They must have passed checkFormer.
func (s Scenario) converted() Scenario {
	if f := s.Former; f != (Former{}) {
		s.Model = fair.Scenario{
			Frequency: fair.Interval90(*f.FrequencyLow, *f.FrequencyHigh),
			Primary:   []fair.Loss{{Amount: fair.Interval90(*f.LossLowEUR, *f.LossHighEUR)}},
		}
		if f.MinutesLow != nil {
			minutes := fair.Interval90(*f.MinutesLow, *f.MinutesHigh)
			s.Model.Minutes = &minutes
		}
		s.Former = Former{}
	}
	return s
}
