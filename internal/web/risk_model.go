package web

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/risk/fair"
)

// model reads the FAIR tree out of a form; fields that the form does not hold stay out of the model.
func (f *form) model() fair.Scenario {
	m := fair.Scenario{Counting: fair.Counting(f.text("model.counting")), Frequency: f.distribution("model.frequency")}
	m.Primary = f.losses("model.primary", true)
	switch f.text("model.susceptibility.kind") {
	case "probability":
		d := f.distribution("model.susceptibility.probability")
		m.Susceptibility = &fair.Susceptibility{Probability: &d}
	case "strength":
		capability, resistance := f.distribution("model.susceptibility.capability"), f.distribution("model.susceptibility.resistance")
		m.Susceptibility = &fair.Susceptibility{Capability: &capability, Resistance: &resistance}
	}
	if f.text("model.secondary.kind") == "some" {
		m.Secondary = &fair.Secondary{Probability: f.distribution("model.secondary.probability"), Losses: f.losses("model.secondary.losses", true)}
	}
	if f.text("model.minutes.kind") == "some" {
		d := f.distribution("model.minutes")
		m.Minutes = &d
	}
	m.Deductible, m.Limit = f.maybe("model.deductible"), f.maybe("model.limit")
	if loading := f.maybe("model.loading"); loading != nil {
		m.Loading = *loading
	}
	for i := 0; f.Has(at("model.controls", i) + ".id"); i++ {
		m.Controls = append(m.Controls, f.control(at("model.controls", i)))
	}
	for i := 0; f.Has(at("model.causes", i) + ".cause"); i++ {
		path := at("model.causes", i)
		m.Causes = append(m.Causes, fair.Link{Cause: f.text(path + ".cause"), Factor: f.numberOr(path+".factor", 1)})
	}
	return m
}

func (f *form) losses(path string, one bool) []fair.Loss {
	var all []fair.Loss
	for i := 0; f.Has(at(path, i)+".amount.dist") || one && i == 0; i++ {
		all = append(all, fair.Loss{Form: fair.Form(f.text(at(path, i) + ".form")), Amount: f.distribution(at(path, i) + ".amount")})
	}
	return all
}

func (f *form) control(path string) fair.Control {
	return fair.Control{
		ID: f.text(path + ".id"), On: fair.Target(f.text(path + ".on")),
		Coverage: f.numberOr(path+".coverage", 0), Intended: f.numberOr(path+".intended", 0), Variant: f.numberOr(path+".variant", 0),
		Reliability: f.maybe(path + ".reliability"), VarianceFrequency: f.maybe(path + ".variance_frequency"), VarianceDays: f.maybe(path + ".variance_days"),
		Measured: f.text(path + ".measured"), Planned: f.text(path+".planned") == "true",
	}
}

func (f *form) numberOr(name string, otherwise float64) float64 {
	if x := f.maybe(name); x != nil {
		return *x
	}
	return otherwise
}

// modelValues are the fields of a FAIR tree as it stands.
func modelValues(v url.Values, lang i18n.Lang, m fair.Scenario) {
	number := func(name string, x *float64) { v.Set(name, written(lang, x)) }
	v.Set("model.counting", string(m.Counting))
	setDistribution(v, lang, "model.frequency", m.Frequency)
	setLosses(v, lang, "model.primary", m.Primary)
	if s := m.Susceptibility; s != nil && s.Probability != nil {
		v.Set("model.susceptibility.kind", "probability")
		setDistribution(v, lang, "model.susceptibility.probability", *s.Probability)
	} else if s != nil {
		v.Set("model.susceptibility.kind", "strength")
		setDistribution(v, lang, "model.susceptibility.capability", *s.Capability)
		setDistribution(v, lang, "model.susceptibility.resistance", *s.Resistance)
	}
	if two := m.Secondary; two != nil {
		v.Set("model.secondary.kind", "some")
		setDistribution(v, lang, "model.secondary.probability", two.Probability)
		setLosses(v, lang, "model.secondary.losses", two.Losses)
	}
	if m.Minutes != nil {
		v.Set("model.minutes.kind", "some")
		setDistribution(v, lang, "model.minutes", *m.Minutes)
	}
	number("model.deductible", m.Deductible)
	number("model.limit", m.Limit)
	if m.Loading > 0 {
		number("model.loading", &m.Loading)
	}
	for i, c := range m.Controls {
		setControl(v, lang, at("model.controls", i), c)
	}
	for i, l := range m.Causes {
		v.Set(at("model.causes", i)+".cause", l.Cause)
		number(at("model.causes", i)+".factor", &l.Factor)
	}
}

func setLosses(v url.Values, lang i18n.Lang, path string, all []fair.Loss) {
	for i, l := range all {
		v.Set(at(path, i)+".form", string(l.Form))
		setDistribution(v, lang, at(path, i)+".amount", l.Amount)
	}
}

func setControl(v url.Values, lang i18n.Lang, path string, c fair.Control) {
	v.Set(path+".id", c.ID)
	v.Set(path+".on", string(c.On))
	v.Set(path+".measured", c.Measured)
	v.Set(path+".planned", strconv.FormatBool(c.Planned))
	for name, x := range map[string]*float64{
		"coverage": &c.Coverage, "intended": &c.Intended, "variant": &c.Variant, "reliability": c.Reliability,
		"variance_frequency": c.VarianceFrequency, "variance_days": c.VarianceDays,
	} {
		v.Set(path+"."+name, written(lang, x))
	}
}

// simple tells whether frequency, one loss and minutes say all of it.
func simple(m fair.Scenario) bool {
	return m.Counting == "" && m.Susceptibility == nil && m.Secondary == nil && len(m.Primary) <= 1 && (len(m.Primary) == 0 || m.Primary[0].Form == "") &&
		m.Deductible == nil && m.Limit == nil && len(m.Controls) == 0 && len(m.Causes) == 0 && m.Loading == 0
}

// rowAsked is a row that a button adds or takes away: "add:model.controls", "remove:model.controls[2]".
var rowAsked = regexp.MustCompile(`^(add|remove):(model\.(?:primary|secondary\.losses|controls|causes))(?:\[(\d+)\])?$`)

// withRows is the model with a row more or less, as a button asks.
func withRows(m fair.Scenario, do string) fair.Scenario {
	asked := rowAsked.FindStringSubmatch(do)
	if asked == nil {
		return m
	}
	place := -1
	if asked[1] == "remove" {
		if n, err := strconv.Atoi(asked[3]); err == nil {
			place = n
		}
	}
	switch {
	case strings.HasSuffix(asked[2], "primary"):
		m.Primary = changed(m.Primary, place, fair.Loss{})
	case strings.HasSuffix(asked[2], "losses") && m.Secondary != nil:
		m.Secondary.Losses = changed(m.Secondary.Losses, place, fair.Loss{})
	case strings.HasSuffix(asked[2], "controls"):
		m.Controls = changed(m.Controls, place, fair.Control{On: fair.OnFrequency, Coverage: 1})
	case strings.HasSuffix(asked[2], "causes"):
		m.Causes = changed(m.Causes, place, fair.Link{Factor: 1})
	}
	return m
}

// changed is the list without the row at a place, or with another row at its end.
func changed[T any](all []T, place int, another T) []T {
	if place < 0 {
		return append(slices.Clone(all), another)
	}
	if place < len(all) {
		return slices.Delete(slices.Clone(all), place, place+1)
	}
	return all
}
