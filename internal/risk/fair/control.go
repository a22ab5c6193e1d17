package fair

import (
	"math"

	"accordo.dev/internal/problem"
)

// Target is what a control acts on.
type Target string

// The targets.
const (
	OnFrequency      Target = "frequency"      // avoidance, deterrence: fewer threat events
	OnSusceptibility Target = "susceptibility" // resistance: fewer of them become loss events
	OnMagnitude      Target = "magnitude"      // detection and response: each costs less
)

// ByPatching is the evidence of a control that consists in patching.
const ByPatching = "patching"

// Control lowers a scenario, in the terms of the FAIR Controls Analytics Model. When it works as intended, on
// what it covers, it takes away the share Intended; while it does not, Variant.
type Control struct {
	ID          string   `yaml:"id" json:"id"` // name, or the id of the element or measure that it is
	On          Target   `yaml:"on" json:"on"`
	Coverage    float64  `yaml:"coverage" json:"coverage"`                           // share of what it should protect, 0 to 1
	Reliability *float64 `yaml:"reliability,omitempty" json:"reliability,omitempty"` // share of time in which it works as intended
	// Instead of the reliability: how often a year it varies from what is intended, and for how many days each time.
	VarianceFrequency *float64 `yaml:"variance_frequency,omitempty" json:"varianceFrequency,omitempty"`
	VarianceDays      *float64 `yaml:"variance_days,omitempty" json:"varianceDays,omitempty"`
	Intended          float64  `yaml:"intended" json:"intended"`                   // effectiveness when it works as intended, 0 to 1
	Variant           float64  `yaml:"variant,omitempty" json:"variant,omitempty"` // effectiveness when it does not
	Planned           bool     `yaml:"planned,omitempty" json:"planned,omitempty"` // counts for the target, not for the current state
	// Measured names the evidence by which its reliability is known: patching (known exploited vulnerabilities that
	// were open on the assets). Empty: somebody's estimate.
	Measured string `yaml:"measured,omitempty" json:"measured,omitempty"`
}

// Reliability is the share of time in which a control that varies VF times a year for VD days works as
// intended: (1 - VF/365)^VD (FAIR-CAM).
func Reliability(vf, vd float64) float64 { return math.Pow(1-vf/365, vd) }

// OperatingEffectiveness is coverage x (reliability x intended + (1 - reliability) x variant) (FAIR-CAM).
func OperatingEffectiveness(coverage, reliability, intended, variant float64) float64 {
	return coverage * (reliability*intended + (1-reliability)*variant)
}

// ReliabilityOf is the share of time in which the control works as intended: given, from its variances, or 1.
func (c Control) ReliabilityOf() float64 {
	switch {
	case c.Reliability != nil:
		return *c.Reliability
	case c.VarianceFrequency != nil && c.VarianceDays != nil:
		return Reliability(*c.VarianceFrequency, *c.VarianceDays)
	default:
		return 1
	}
}

// Effectiveness is the share that the control takes away.
func (c Control) Effectiveness() float64 {
	return OperatingEffectiveness(c.Coverage, c.ReliabilityOf(), c.Intended, c.Variant)
}

func (c Control) check(field string, s Scenario) []*problem.Error {
	var wrong []*problem.Error
	if c.ID == "" {
		wrong = append(wrong, problem.Field(field+".id", "problem.required"))
	}
	if err := problem.Choice(field+".on", string(c.On), string(OnFrequency), string(OnSusceptibility), string(OnMagnitude)); err != nil {
		wrong = append(wrong, err)
	}
	if err := problem.Choice(field+".measured", c.Measured, "", ByPatching); err != nil {
		wrong = append(wrong, err)
	}
	if c.On == OnSusceptibility && s.Susceptibility == nil {
		wrong = append(wrong, problem.Field(field+".on", "fair.error.no-susceptibility"))
	}
	share := func(name string, x *float64, most float64) {
		if x != nil && !(*x >= 0 && *x <= most) {
			wrong = append(wrong, problem.Field(field+"."+name, "problem.range", "value", *x, "min", 0, "max", most))
		}
	}
	share("coverage", &c.Coverage, 1)
	share("reliability", c.Reliability, 1)
	share("intended", &c.Intended, 1)
	share("variant", &c.Variant, 1)
	share("variance_frequency", c.VarianceFrequency, 365)
	share("variance_days", c.VarianceDays, 365)
	if (c.VarianceFrequency == nil) != (c.VarianceDays == nil) {
		wrong = append(wrong, problem.Field(field+".variance_days", "problem.required"))
	}
	if c.Reliability != nil && c.VarianceFrequency != nil {
		wrong = append(wrong, problem.Field(field+".reliability", "fair.error.reliability-twice"))
	}
	return wrong
}

// State is which controls count.
type State string

// The states.
const (
	Inherent State = "inherent" // none
	Current  State = "current"  // those in place
	Goal     State = "target"   // those that are planned, too
)

// Factors are what controls leave of frequency, susceptibility and magnitude: layers multiply, 1 - effectiveness each.
type Factors struct{ Frequency, Susceptibility, Magnitude float64 }

// Factors of the state.
func (s Scenario) Factors(state State) Factors {
	f := Factors{1, 1, 1}
	for _, c := range s.Controls {
		if state == Inherent || c.Planned && state != Goal {
			continue
		}
		left := 1 - c.Effectiveness()
		switch c.On {
		case OnFrequency:
			f.Frequency *= left
		case OnSusceptibility:
			f.Susceptibility *= left
		case OnMagnitude:
			f.Magnitude *= left
		}
	}
	return f
}
