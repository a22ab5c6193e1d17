package fair

import (
	"math"

	"accordo.dev/internal/problem"
)

// Portfolio is all that is simulated together.
type Portfolio struct {
	Scenarios []Scenario `yaml:"scenarios" json:"scenarios"`
	Causes    []Cause    `yaml:"causes,omitempty" json:"causes,omitempty"`
	Covers    []Cover    `yaml:"covers,omitempty" json:"covers,omitempty"`
	State     State      `yaml:"state,omitempty" json:"state,omitempty"` // which controls count; current unless told
}

// Cause is a common cause: a supplier fails, a patch comes late. It is present in a year or not, and all
// scenarios tied to it feel it in the same years. Causes are independent of each other.
type Cause struct {
	ID          string  `yaml:"id" json:"id"`
	Probability float64 `yaml:"probability" json:"probability"` // of being present in a year
}

// Cover is an insurance of the yearly loss of some scenarios together: of what exceeds the retention the
// insurer pays the share, up to the limit (of the layer, before the share). A scenario has at most one.
type Cover struct {
	ID        string   `yaml:"id" json:"id"`
	Scenarios []string `yaml:"scenarios,omitempty" json:"scenarios,omitempty"` // all when empty
	Retention float64  `yaml:"retention" json:"retention"`
	Limit     float64  `yaml:"limit" json:"limit"`
	Share     *float64 `yaml:"share,omitempty" json:"share,omitempty"` // 1 unless given
}

// Retained is what is left of a yearly loss.
func (c Cover) Retained(loss float64) float64 {
	share := 1.0
	if c.Share != nil {
		share = *c.Share
	}
	return loss - share*min(max(loss-c.Retention, 0), c.Limit)
}

// MaxCauses is the number of common causes that a portfolio may have: their states are looked at one by one.
const MaxCauses = 12

// Check tells what is wrong, with the path of each field.
func (p Portfolio) Check() error {
	var wrong []*problem.Error
	causes := map[string]bool{}
	if len(p.Causes) > MaxCauses {
		wrong = append(wrong, problem.Field("causes", "problem.too-long", "max", MaxCauses))
	}
	for i, c := range p.Causes {
		field := at("causes", i)
		if c.ID == "" {
			wrong = append(wrong, problem.Field(field+".id", "problem.required"))
		} else if causes[c.ID] {
			wrong = append(wrong, problem.Field(field+".id", "problem.twice", "value", c.ID))
		}
		if !(c.Probability >= 0 && c.Probability <= 1) {
			wrong = append(wrong, problem.Field(field+".probability", "fair.error.not-probability"))
		}
		causes[c.ID] = true
	}
	seen := map[string]bool{}
	for i, s := range p.Scenarios {
		field := at("scenarios", i)
		own := s.Check(field)
		wrong = append(wrong, own...)
		if s.ID != "" && seen[s.ID] {
			wrong = append(wrong, problem.Field(field+".id", "problem.twice", "value", s.ID))
		}
		seen[s.ID] = true
		tied := p.checkLinks(field, s, causes)
		if len(own) == 0 && len(tied) == 0 {
			tied = p.checkFactors(field, s)
		}
		wrong = append(wrong, tied...)
	}
	wrong = append(wrong, p.checkCovers(seen)...)
	if err := problem.Choice("state", string(p.State), "", string(Inherent), string(Current), string(Goal)); err != nil {
		wrong = append(wrong, err)
	}
	return problem.Many(wrong)
}

func (p Portfolio) checkLinks(field string, s Scenario, causes map[string]bool) []*problem.Error {
	var wrong []*problem.Error
	linked := map[string]bool{}
	for i, l := range s.Causes {
		place := at(field+".causes", i) + ".cause"
		switch {
		case !causes[l.Cause]:
			wrong = append(wrong, problem.Field(place, "fair.error.unknown-cause", "value", l.Cause))
		case linked[l.Cause]:
			wrong = append(wrong, problem.Field(place, "problem.twice", "value", l.Cause))
		}
		linked[l.Cause] = true
	}
	if len(s.Causes) > 0 && s.Loading > 0 {
		wrong = append(wrong, problem.Field(field+".loading", "fair.error.two-ties"))
	}
	return wrong
}

// checkFactors refuses causes that leave no frequency to scale back, and those that would lift the probability of an
// event that is counted at most once a year above 1.
func (p Portfolio) checkFactors(field string, s Scenario) []*problem.Error {
	most := 1.0 // factor of the frequency
	for i, l := range s.Causes {
		for _, c := range p.Causes {
			if c.ID != l.Cause {
				continue
			}
			mean := 1 - c.Probability + c.Probability*l.Factor
			if mean == 0 {
				return []*problem.Error{problem.Field(at(field+".causes", i)+".factor", "fair.error.never")}
			}
			switch {
			case c.Probability == 0:
			case c.Probability == 1:
				most *= l.Factor / mean
			default:
				most *= max(1, l.Factor) / mean
			}
		}
	}
	if s.Counting != Bernoulli || len(s.Causes) == 0 {
		return nil
	}
	if most *= s.LossEvents(p.State).Mean; most > 1+1e-12 {
		return []*problem.Error{problem.Field(field+".causes", "fair.error.above-one", "value", most)}
	}
	return nil
}

func (p Portfolio) checkCovers(scenarios map[string]bool) []*problem.Error {
	var wrong []*problem.Error
	covered, all := map[string]bool{}, false
	for i, c := range p.Covers {
		field := at("covers", i)
		for _, term := range []struct {
			name  string
			value float64
		}{{"retention", c.Retention}, {"limit", c.Limit}} {
			if !(term.value >= 0) || math.IsInf(term.value, 0) {
				wrong = append(wrong, problem.Field(field+"."+term.name, "fair.error.negative"))
			}
		}
		if c.Share != nil && !(*c.Share >= 0 && *c.Share <= 1) {
			wrong = append(wrong, problem.Field(field+".share", "fair.error.not-probability"))
		}
		for j, id := range c.Scenarios {
			place := at(field+".scenarios", j)
			switch {
			case !scenarios[id]:
				wrong = append(wrong, problem.Field(place, "fair.error.unknown-scenario", "value", id))
			case covered[id]:
				wrong = append(wrong, problem.Field(place, "problem.twice", "value", id))
			}
			covered[id] = true
		}
		if all || len(c.Scenarios) == 0 && i > 0 {
			wrong = append(wrong, problem.Field(field+".scenarios", "fair.error.covered-twice"))
		}
		all = all || len(c.Scenarios) == 0
	}
	return wrong
}

// Moments are the mean and the variance of a quantity.
type Moments struct{ Mean, Variance float64 }

// Expected is mean and variance of the scenario's yearly loss in the state in closed form, without common
// causes: with a rate R and a loss X, the mean is E[R] E[X] and the variance E[R] E[X²] + V[R] E[X]². Events
// that are insured have no closed form: known is false.
func (s Scenario) Expected(state State) (m Moments, known bool) {
	rate, size := s.LossEvents(state), s.EventLoss(state)
	square := size.Variance + size.Mean*size.Mean
	if s.Insured() {
		return m, false
	}
	switch s.Counting {
	case Bernoulli: // one event with the mean probability
		m = Moments{rate.Mean * size.Mean, rate.Mean*square - rate.Mean*rate.Mean*size.Mean*size.Mean}
	case Annual:
		one := s.annual(s.Factors(state).Magnitude)
		m = Moments{rate.Mean * one.Mean, (rate.Variance+rate.Mean*rate.Mean)*(one.Variance+one.Mean*one.Mean) - rate.Mean*rate.Mean*one.Mean*one.Mean}
	default:
		m = Moments{rate.Mean * size.Mean, rate.Mean*square + rate.Variance*size.Mean*size.Mean}
	}
	return m, true
}

// LossEvents are the moments of the frequency of loss events a year (of the rate, not of the number of events) in
// the state.
func (s Scenario) LossEvents(state State) Moments {
	f := s.Factors(state)
	frequency := s.Frequency.Shape()
	scale := f.Frequency * f.Susceptibility
	if v := s.Susceptibility; v != nil && v.Probability != nil {
		p := v.Probability.Shape()
		mean := frequency.Mean() * p.Mean()
		square := (frequency.Variance() + frequency.Mean()*frequency.Mean()) * (p.Variance() + p.Mean()*p.Mean())
		return Moments{scale * mean, scale * scale * (square - mean*mean)}
	}
	scale *= s.Susceptible()
	return Moments{scale * frequency.Mean(), scale * scale * frequency.Variance()}
}

// EventLoss are the moments of the loss of one event in the state, before any insurance.
func (s Scenario) EventLoss(state State) Moments {
	m, factor := sum(s.Primary), s.Factors(state).Magnitude
	if two := s.Secondary; two != nil {
		p, more := two.Probability.Mean(), sum(two.Losses)
		square := p * (more.Variance + more.Mean*more.Mean)
		m.Mean += p * more.Mean
		m.Variance += square - p*p*more.Mean*more.Mean
	}
	return Moments{m.Mean * factor, m.Variance * factor * factor}
}

// annual are the moments of primary + probability x secondary, the probability taken as a number.
func (s Scenario) annual(factor float64) Moments {
	m := sum(s.Primary)
	if two := s.Secondary; two != nil {
		p, more := two.Probability.Shape(), sum(two.Losses)
		mean := p.Mean() * more.Mean
		m.Variance += (p.Variance()+p.Mean()*p.Mean())*(more.Variance+more.Mean*more.Mean) - mean*mean
		m.Mean += mean
	}
	return Moments{m.Mean * factor, m.Variance * factor * factor}
}

func sum(losses []Loss) Moments {
	var m Moments
	for _, l := range losses {
		shape := l.Amount.Shape()
		m.Mean += shape.Mean()
		m.Variance += shape.Variance()
	}
	return m
}
