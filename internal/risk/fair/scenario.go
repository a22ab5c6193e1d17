package fair

import (
	"math"
	"strings"

	"accordo.dev/internal/problem"
)

// MaxRate is the highest frequency of events a year that is counted event by event.
const MaxRate = 10_000

// Counting is how loss events of a year are counted.
type Counting string

// The ways of counting; empty is Poisson.
const (
	Poisson   Counting = "poisson"   // events come independently, any number of them; a rate that is itself uncertain is drawn for each year
	Bernoulli Counting = "bernoulli" // at most one event a year; the frequency is its probability
	// Annual is the product of one frequency, one susceptibility and one loss drawn for the whole year, as some
	// other tools have it. It counts no events and its tail is wrong: only to compare with such tools.
	Annual Counting = "annual"
)

// Scenario is one way to lose money, as the FAIR tree has it: threat events happen, some of them become loss
// events, each costs a primary and perhaps a secondary loss.
type Scenario struct {
	ID       string   `yaml:"id,omitempty" json:"id,omitempty"`     // part of the seed of its random numbers: a new id is a new sample
	Name     string   `yaml:"name,omitempty" json:"name,omitempty"` // for people; nothing is computed from it
	Counting Counting `yaml:"counting,omitempty" json:"counting,omitempty"`
	// Frequency is of threat events a year where a susceptibility is given, else of loss events.
	Frequency      Distribution    `yaml:"frequency" json:"frequency"`
	Susceptibility *Susceptibility `yaml:"susceptibility,omitempty" json:"susceptibility,omitempty"`
	// Primary are the forms of loss that every loss event brings; they add up and are drawn independently.
	Primary []Loss `yaml:"primary" json:"primary"`
	// Secondary is what the reaction of others adds, in some events only.
	Secondary *Secondary `yaml:"secondary,omitempty" json:"secondary,omitempty"`
	// Deductible and Limit are terms of the insurance of one event, in the unit of the losses: of an event
	// above the deductible, the insurer pays up to the limit. No limit unless given with a deductible: then nothing is paid.
	Deductible *float64 `yaml:"deductible,omitempty" json:"deductible,omitempty"`
	Limit      *float64 `yaml:"limit,omitempty" json:"limit,omitempty"`
	// Minutes, if known, is the time for which a critical service is lost in one event, drawn independently of
	// the loss. Outages of one year add up, also when they could overlap.
	Minutes  *Distribution `yaml:"minutes,omitempty" json:"minutes,omitempty"`
	Controls []Control     `yaml:"controls,omitempty" json:"controls,omitempty"`
	Causes   []Link        `yaml:"causes,omitempty" json:"causes,omitempty"`
	// Loading ties the number of events of a year to the one common factor of the portfolio (Gaussian copula):
	// the correlation of two scenarios' latent variables is the product of their loadings. 0 to below 1.
	Loading float64 `yaml:"loading,omitempty" json:"loading,omitempty"`
}

// Susceptibility is the probability that a threat event becomes a loss event: given directly, or as the
// probability that the threat's capability exceeds the resistance, both drawn anew for each event. (It is not
// the share capability/(capability+resistance).)
type Susceptibility struct {
	Probability *Distribution `yaml:"probability,omitempty" json:"probability,omitempty"` // drawn once a year: our ignorance of it
	Capability  *Distribution `yaml:"capability,omitempty" json:"capability,omitempty"`
	Resistance  *Distribution `yaml:"resistance,omitempty" json:"resistance,omitempty"`
}

// Form is a form of loss.
type Form string

// Forms are the six forms of loss of FAIR.
var Forms = []Form{"productivity", "response", "replacement", "competitive-advantage", "fines", "reputation"}

// Loss is one form of loss in one event.
type Loss struct {
	Form   Form         `yaml:"form,omitempty" json:"form,omitempty"` // empty: all forms together
	Amount Distribution `yaml:"amount" json:"amount"`
}

// Secondary is the loss through the reaction of customers, authorities and others: it follows a loss event
// with a probability (SLEF), drawn for each event around its mean.
type Secondary struct {
	Probability Distribution `yaml:"probability" json:"probability"`
	Losses      []Loss       `yaml:"losses" json:"losses"`
}

// Link ties a scenario to a common cause: in years in which the cause is present its frequency is Factor times
// as high. The frequency that was estimated is that of a mean year, so it is scaled back in the others.
type Link struct {
	Cause  string  `yaml:"cause" json:"cause"`
	Factor float64 `yaml:"factor" json:"factor"`
}

// Check tells what is wrong, with the path of each field below the given one.
func (s Scenario) Check(field string) []*problem.Error {
	var wrong []*problem.Error
	if field != "" {
		field += "."
	}
	if s.ID == "" {
		wrong = append(wrong, problem.Field(field+"id", "problem.required"))
	}
	if err := problem.Choice(field+"counting", string(s.Counting), "", string(Poisson), string(Bernoulli), string(Annual)); err != nil {
		wrong = append(wrong, err)
	}
	wrong = append(wrong, s.checkFrequency(field)...)
	wrong = append(wrong, s.checkLosses(field)...)
	for i, c := range s.Controls {
		wrong = append(wrong, c.check(at(field+"controls", i), s)...)
	}
	for i, l := range s.Causes {
		if !(l.Factor >= 0) || l.Factor > MaxRate {
			wrong = append(wrong, problem.Field(at(field+"causes", i)+".factor", "problem.range", "value", l.Factor, "min", 0, "max", MaxRate))
		}
	}
	if !(s.Loading >= 0 && s.Loading < 1) {
		wrong = append(wrong, problem.Field(field+"loading", "problem.range", "value", s.Loading, "min", 0, "max", 1))
	}
	return wrong
}

func (s Scenario) checkFrequency(field string) []*problem.Error {
	domain := NotNegative
	if s.Counting == Bernoulli {
		domain = Probability
	}
	wrong := s.Frequency.Check(field+"frequency", domain)
	if len(wrong) == 0 {
		if q := s.Frequency.Shape().Quantile(0.999); q > MaxRate {
			wrong = append(wrong, problem.Field(field+"frequency", "fair.error.too-frequent", "limit", MaxRate))
		}
	}
	v := s.Susceptibility
	switch {
	case v == nil:
	case v.Probability != nil && (v.Capability != nil || v.Resistance != nil):
		wrong = append(wrong, problem.Field(field+"susceptibility.probability", "fair.error.susceptibility-twice"))
	case v.Probability != nil:
		wrong = append(wrong, v.Probability.Check(field+"susceptibility.probability", Probability)...)
	case v.Capability == nil || v.Resistance == nil:
		wrong = append(wrong, problem.Field(field+"susceptibility", "fair.error.susceptibility"))
	default:
		wrong = append(wrong, v.Capability.Check(field+"susceptibility.capability", Anywhere)...)
		wrong = append(wrong, v.Resistance.Check(field+"susceptibility.resistance", Anywhere)...)
	}
	return wrong
}

func (s Scenario) checkLosses(field string) []*problem.Error {
	var wrong []*problem.Error
	if len(s.Primary) == 0 {
		wrong = append(wrong, problem.Field(field+"primary", "problem.required"))
	}
	for i, l := range s.Primary {
		wrong = append(wrong, l.check(at(field+"primary", i))...)
	}
	if two := s.Secondary; two != nil {
		wrong = append(wrong, two.Probability.Check(field+"secondary.probability", Probability)...)
		if len(two.Losses) == 0 {
			wrong = append(wrong, problem.Field(field+"secondary.losses", "problem.required"))
		}
		for i, l := range two.Losses {
			wrong = append(wrong, l.check(at(field+"secondary.losses", i))...)
		}
	}
	if s.Minutes != nil {
		wrong = append(wrong, s.Minutes.Check(field+"minutes", NotNegative)...)
	}
	for _, term := range []struct {
		name  string
		value *float64
	}{{"deductible", s.Deductible}, {"limit", s.Limit}} {
		if term.value != nil && (!(*term.value >= 0) || math.IsInf(*term.value, 0)) {
			wrong = append(wrong, problem.Field(field+term.name, "fair.error.negative"))
		}
	}
	if s.Counting == Annual && (s.Deductible != nil || s.Limit != nil || len(s.Causes) > 0 || s.Loading > 0) {
		wrong = append(wrong, problem.Field(field+"counting", "fair.error.annual"))
	}
	if s.Deductible != nil && s.Limit == nil {
		wrong = append(wrong, problem.Field(field+"limit", "problem.required"))
	}
	return wrong
}

func (l Loss) check(field string) []*problem.Error {
	wrong := l.Amount.Check(field+".amount", NotNegative)
	if l.Form != "" {
		known, all := false, make([]string, len(Forms))
		for i, f := range Forms {
			known, all[i] = known || f == l.Form, string(f)
		}
		if !known {
			wrong = append(wrong, problem.Field(field+".form", "problem.choice", "value", string(l.Form), "choices", strings.Join(all, ", ")))
		}
	}
	return wrong
}

// Retained is what is left of the loss of one event after its insurance.
func (s Scenario) Retained(loss float64) float64 {
	if s.Limit == nil {
		return loss
	}
	deductible := 0.0
	if s.Deductible != nil {
		deductible = *s.Deductible
	}
	return loss - min(max(loss-deductible, 0), *s.Limit)
}

// Insured tells whether single events are insured.
func (s Scenario) Insured() bool { return s.Limit != nil && *s.Limit > 0 }

// Susceptible is the probability that a threat event becomes a loss event in the state: the mean where it is
// itself uncertain; 1 when the frequency is that of loss events. Without the controls that act on it.
func (s Scenario) Susceptible() float64 {
	v := s.Susceptibility
	switch {
	case v == nil:
		return 1
	case v.Probability != nil:
		return v.Probability.Mean()
	default:
		return Exceeds(v.Capability.Shape(), v.Resistance.Shape())
	}
}

// Exceeds is P(capability > resistance) for independent draws: exact for discrete quantities, else by the
// trapezoidal rule in the sense of Stieltjes with Richardson's extrapolation, to about 1e-9.
func Exceeds(capability, resistance Shape) float64 {
	p := 0.0
	switch {
	case resistance.Discrete():
		resistance.Atoms(func(x, w float64) { p += w * (1 - capability.CDF(x)) })
	case capability.Discrete():
		capability.Atoms(func(x, w float64) { p += w * resistance.CDF(x) })
	default:
		low, high := capability.Quantile(1e-15), capability.Quantile(1-1e-15)
		few, many := stieltjes(capability, resistance, low, high, 1024), stieltjes(capability, resistance, low, high, 2048)
		p = many + (many-few)/3
	}
	return min(max(p, 0), 1)
}

// stieltjes is the integral of the resistance's CDF over the capability's, with n steps.
func stieltjes(capability, resistance Shape, low, high float64, n int) float64 {
	sum, x := 0.0, low
	below, beaten := capability.CDF(x), resistance.CDF(x)
	for i := 1; i <= n; i++ {
		x = low + (high-low)*float64(i)/float64(n)
		to, beats := capability.CDF(x), resistance.CDF(x)
		sum += (to - below) * (beats + beaten) / 2
		below, beaten = to, beats
	}
	return sum
}
