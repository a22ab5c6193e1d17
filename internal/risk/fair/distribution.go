// Package fair holds the words of FAIR and Open FAIR as data: distributions of uncertain quantities,
// scenarios with the frequency of threat events, susceptibility and loss, controls, common causes and
// insurance. It checks them and knows what has a closed form; package quant computes years of loss. It is
// pure: no database, no clock, no language, no randomness.
package fair

import (
	"math"

	"accordo.dev/internal/problem"
)

// Z95 is the 95 % quantile of the standard normal distribution.
const Z95 = 1.6448536269514722

// Kind is the family of a distribution.
type Kind string

// The kinds, and what each needs.
const (
	Constant   Kind = "constant"   // value
	Uniform    Kind = "uniform"    // low, high
	Triangular Kind = "triangular" // low, mode, high
	PERT       Kind = "pert"       // low, mode, high, and perhaps gamma (4 unless told)
	Lognormal  Kind = "lognormal"  // p5 and p95, or p50 and p95; of all three p5 and p95 count
	Metalog    Kind = "metalog"    // p10, p50, p90 (symmetric percentile triplet), perhaps lower and upper
	Empirical  Kind = "empirical"  // values, perhaps weights: one of the values, never one between them
)

// Distribution is what somebody knows of an uncertain quantity. Fields that are not set are nil. Without a
// kind, the fields tell it: value is a constant, p5 or p50 with p95 a lognormal, p10 with p50 and p90 a
// metalog, low and high with a mode a PERT, without one a uniform, values an empirical distribution.
type Distribution struct {
	Kind    Kind      `yaml:"dist,omitempty" json:"dist,omitempty"`
	Value   *float64  `yaml:"value,omitempty" json:"value,omitempty"`
	Low     *float64  `yaml:"low,omitempty" json:"low,omitempty"`
	Mode    *float64  `yaml:"mode,omitempty" json:"mode,omitempty"`
	High    *float64  `yaml:"high,omitempty" json:"high,omitempty"`
	Gamma   *float64  `yaml:"gamma,omitempty" json:"gamma,omitempty"` // weight of the mode
	P5      *float64  `yaml:"p5,omitempty" json:"p5,omitempty"`
	P10     *float64  `yaml:"p10,omitempty" json:"p10,omitempty"`
	P50     *float64  `yaml:"p50,omitempty" json:"p50,omitempty"`
	P90     *float64  `yaml:"p90,omitempty" json:"p90,omitempty"`
	P95     *float64  `yaml:"p95,omitempty" json:"p95,omitempty"`
	Lower   *float64  `yaml:"lower,omitempty" json:"lower,omitempty"` // bounds of a metalog
	Upper   *float64  `yaml:"upper,omitempty" json:"upper,omitempty"`
	Values  []float64 `yaml:"values,omitempty" json:"values,omitempty"`
	Weights []float64 `yaml:"weights,omitempty" json:"weights,omitempty"` // of the values, in their order; need not sum to 1
}

// Fixed is a value without uncertainty.
func Fixed(x float64) Distribution { return Distribution{Kind: Constant, Value: &x} }

// Interval90 is the lognormal with the 5 % and 95 % points given.
func Interval90(p5, p95 float64) Distribution {
	if p5 == p95 {
		return Fixed(p5)
	}
	return Distribution{Kind: Lognormal, P5: &p5, P95: &p95}
}

// Median95 is the lognormal with the median and 95 % point given.
func Median95(p50, p95 float64) Distribution {
	return Distribution{Kind: Lognormal, P50: &p50, P95: &p95}
}

// Modal is the PERT distribution with the least, likeliest and greatest value and gamma 4.
func Modal(low, mode, high float64) Distribution {
	return Distribution{Kind: PERT, Low: &low, Mode: &mode, High: &high}
}

// Is is the kind, told from the fields where nobody said it; empty when they do not tell.
func (d Distribution) Is() Kind {
	switch {
	case d.Kind != "":
		return d.Kind
	case d.Value != nil:
		return Constant
	case d.P95 != nil:
		return Lognormal
	case d.P10 != nil || d.P90 != nil:
		return Metalog
	case len(d.Values) > 0:
		return Empirical
	case d.Low != nil && d.Mode != nil:
		return PERT
	case d.Low != nil:
		return Uniform
	default:
		return ""
	}
}

// Domain is where the values of a quantity may lie.
type Domain int

// The domains.
const (
	Anywhere    Domain = iota
	NotNegative        // amounts, frequencies
	Probability        // 0 to 1
)

// fields are those that a kind takes; the first of them it needs.
var fields = map[Kind]struct{ needed, optional []string }{
	Constant:   {[]string{"value"}, nil},
	Uniform:    {[]string{"low", "high"}, nil},
	Triangular: {[]string{"low", "mode", "high"}, nil},
	PERT:       {[]string{"low", "mode", "high"}, []string{"gamma"}},
	Lognormal:  {[]string{"p95"}, []string{"p5", "p50"}},
	Metalog:    {[]string{"p10", "p50", "p90"}, []string{"lower", "upper"}},
	Empirical:  {nil, nil},
}

func (d Distribution) numbers() map[string]*float64 {
	return map[string]*float64{
		"value": d.Value, "low": d.Low, "mode": d.Mode, "high": d.High, "gamma": d.Gamma, "p5": d.P5, "p10": d.P10,
		"p50": d.P50, "p90": d.P90, "p95": d.P95, "lower": d.Lower, "upper": d.Upper,
	}
}

// names of the numbers, in the order in which they are checked.
var names = []string{"value", "low", "mode", "high", "gamma", "p5", "p10", "p50", "p90", "p95", "lower", "upper"}

// Check tells what is wrong, with the path of each field below the given one: what is missing or does not
// belong to the kind, numbers that are not finite, the wrong way round, outside the domain, or so wide that
// the quantity has no mean or no variance.
func (d Distribution) Check(field string, domain Domain) []*problem.Error {
	kind := d.Is()
	takes, known := fields[kind]
	if !known {
		if kind == "" {
			return []*problem.Error{problem.Field(field, "fair.error.empty")}
		}
		return []*problem.Error{problem.Field(field+".dist", "fair.error.unknown-distribution", "value", string(kind))}
	}
	wrong := d.checkFields(field, kind, takes.needed, takes.optional)
	if len(wrong) > 0 {
		return wrong
	}
	if err := d.checkOrder(field, kind); err != nil {
		return []*problem.Error{err}
	}
	if err := d.checkDomain(field, domain); err != nil {
		return []*problem.Error{err}
	}
	if mean, variance := d.Mean(), d.Variance(); math.IsInf(mean, 0) || math.IsNaN(mean) || math.IsInf(variance, 0) || math.IsNaN(variance) {
		return []*problem.Error{problem.Field(field, "fair.error.no-mean")}
	}
	return nil
}

func (d Distribution) checkFields(field string, kind Kind, needed, optional []string) []*problem.Error {
	var wrong []*problem.Error
	numbers, takes := d.numbers(), map[string]bool{}
	for _, name := range needed {
		takes[name] = true
		if numbers[name] == nil {
			wrong = append(wrong, problem.Field(field+"."+name, "problem.required"))
		}
	}
	for _, name := range optional {
		takes[name] = true
	}
	for _, name := range names {
		x := numbers[name]
		switch {
		case x == nil:
		case !takes[name]:
			wrong = append(wrong, problem.Field(field+"."+name, "fair.error.not-of-kind", "kind", string(kind)))
		case math.IsNaN(*x) || math.IsInf(*x, 0):
			wrong = append(wrong, problem.Field(field+"."+name, "fair.error.not-finite"))
		}
	}
	if kind == Lognormal && d.P5 == nil && d.P50 == nil {
		wrong = append(wrong, problem.Field(field+".p5", "problem.required"))
	}
	if kind == Empirical {
		return append(wrong, d.checkValues(field)...)
	}
	if len(d.Values) > 0 || len(d.Weights) > 0 {
		wrong = append(wrong, problem.Field(field+".values", "fair.error.not-of-kind", "kind", string(kind)))
	}
	return wrong
}

// maxValues is the number of values that an empirical distribution may have.
const maxValues = 100_000

func (d Distribution) checkValues(field string) []*problem.Error {
	switch {
	case len(d.Values) == 0:
		return []*problem.Error{problem.Field(field+".values", "problem.required")}
	case len(d.Values) > maxValues:
		return []*problem.Error{problem.Field(field+".values", "problem.too-long", "max", maxValues)}
	case d.Weights != nil && len(d.Weights) != len(d.Values):
		return []*problem.Error{problem.Field(field+".weights", "fair.error.weights")}
	}
	sum := 0.0
	for i, x := range d.Values {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return []*problem.Error{problem.Field(at(field+".values", i), "fair.error.not-finite")}
		}
		if d.Weights != nil {
			if w := d.Weights[i]; !(w >= 0) || math.IsInf(w, 0) {
				return []*problem.Error{problem.Field(at(field+".weights", i), "fair.error.negative")}
			}
			sum += d.Weights[i]
		}
	}
	if d.Weights != nil && !(sum > 0) {
		return []*problem.Error{problem.Field(field+".weights", "fair.error.weights")}
	}
	return nil
}

// checkOrder holds the numbers of a kind against each other.
func (d Distribution) checkOrder(field string, kind Kind) *problem.Error {
	turned := func(low, high *float64, name string) *problem.Error {
		if low != nil && high != nil && *low > *high {
			return problem.Field(field+"."+name, "fair.error.wrong-way-round")
		}
		return nil
	}
	switch kind {
	case Uniform:
		return turned(d.Low, d.High, "high")
	case Triangular, PERT:
		switch {
		case *d.Low > *d.High:
			return problem.Field(field+".high", "fair.error.wrong-way-round")
		case *d.Mode < *d.Low || *d.Mode > *d.High:
			return problem.Field(field+".mode", "fair.error.mode-outside")
		case d.Gamma != nil && !(*d.Gamma > 0 && *d.Gamma <= 1000):
			return problem.Field(field+".gamma", "problem.range", "value", *d.Gamma, "min", 0, "max", 1000)
		}
	case Lognormal:
		return d.checkLognormal(field)
	case Metalog:
		return d.checkMetalog(field)
	}
	return nil
}

func (d Distribution) checkLognormal(field string) *problem.Error {
	low, name := d.P5, "p5"
	if low == nil {
		low, name = d.P50, "p50"
	}
	switch {
	case !(*low > 0):
		return problem.Field(field+"."+name, "fair.error.not-positive")
	case *low > *d.P95:
		return problem.Field(field+".p95", "fair.error.wrong-way-round")
	case d.P5 != nil && d.P50 != nil && !(*d.P50 > *d.P5 && *d.P50 < *d.P95):
		return problem.Field(field+".p50", "fair.error.wrong-way-round")
	}
	return nil
}

func (d Distribution) checkDomain(field string, domain Domain) *problem.Error {
	least, most := d.Support()
	switch {
	case domain == NotNegative && least < 0:
		return problem.Field(field, "fair.error.negative")
	case domain == Probability && (least < 0 || most > 1):
		return problem.Field(field, "fair.error.not-probability")
	}
	return nil
}
