package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/web/ui"
)

// shape is a kind of distribution as the form offers it, with the fields that belong to it.
type shape struct {
	name             string
	kind             fair.Kind
	needed, optional []string
}

// shapes in the order in which they are offered; a lognormal is given in two ways.
var shapes = []shape{
	{"interval", fair.Lognormal, []string{"p5", "p95"}, nil},
	{"median", fair.Lognormal, []string{"p50", "p95"}, nil},
	{"pert", fair.PERT, []string{"low", "mode", "high"}, []string{"gamma"}},
	{"triangular", fair.Triangular, []string{"low", "mode", "high"}, nil},
	{"uniform", fair.Uniform, []string{"low", "high"}, nil},
	{"constant", fair.Constant, []string{"value"}, nil},
	{"metalog", fair.Metalog, []string{"p10", "p50", "p90"}, []string{"lower", "upper"}},
	{"empirical", fair.Empirical, nil, nil},
}

func shapeNamed(name string) shape {
	for _, s := range shapes {
		if s.name == name {
			return s
		}
	}
	return shapes[0]
}

// shapeOf is the shape in which a distribution is written; a 90 % interval when nobody has chosen.
func shapeOf(d fair.Distribution) shape {
	for _, s := range shapes {
		if s.kind == d.Is() && (s.name != "interval" || d.P5 != nil) {
			return s
		}
	}
	return shapes[0]
}

// numberOf is the place of a number of a distribution.
func numberOf(d *fair.Distribution, name string) **float64 {
	return map[string]**float64{
		"value": &d.Value, "low": &d.Low, "mode": &d.Mode, "high": &d.High, "gamma": &d.Gamma, "p5": &d.P5, "p10": &d.P10,
		"p50": &d.P50, "p90": &d.P90, "p95": &d.P95, "lower": &d.Lower, "upper": &d.Upper,
	}[name]
}

// distribution reads the fields below a path.
func (f *form) distribution(path string) fair.Distribution {
	s := shapeNamed(f.text(path + ".dist"))
	d := fair.Distribution{Kind: s.kind}
	for _, name := range append(slices.Clone(s.needed), s.optional...) {
		*numberOf(&d, name) = f.maybe(path + "." + name)
	}
	if s.kind == fair.Lognormal && s.name == "interval" {
		d.P50 = f.maybe(path + ".p50") // kept for comparison where somebody gave it
	}
	if s.kind == fair.Empirical {
		d.Values, d.Weights = f.numbers(path+".values"), f.numbers(path+".weights")
	}
	return d
}

// numbers are several numbers, apart by semicolons or lines.
func (f *form) numbers(name string) []float64 {
	var all []float64
	for _, text := range strings.FieldsFunc(f.text(name), func(c rune) bool { return c == ';' || c == '\n' }) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		x, err := parseNumber(f.lang, text)
		if err != nil {
			f.wrong = append(f.wrong, problem.Field(name, "web.error.number", "value", text))
			return nil
		}
		all = append(all, x)
	}
	return all
}

// setDistribution writes a distribution into the fields below a path.
func setDistribution(v url.Values, lang i18n.Lang, path string, d fair.Distribution) {
	v.Set(path+".dist", shapeOf(d).name)
	for _, name := range []string{"value", "low", "mode", "high", "gamma", "p5", "p10", "p50", "p90", "p95", "lower", "upper"} {
		if x := *numberOf(&d, name); x != nil {
			v.Set(path+"."+name, written(lang, x))
		}
	}
	join := func(all []float64) string {
		words := make([]string, len(all))
		for i := range all {
			words[i] = written(lang, &all[i])
		}
		return strings.Join(words, "; ")
	}
	if len(d.Values) > 0 {
		v.Set(path+".values", join(d.Values))
		v.Set(path+".weights", join(d.Weights))
	}
}

// distributionFields are the choice of the shape and the fields that belong to it.
func distributionFields(p ui.Page, path string, d fair.Distribution) []ui.Input {
	s := shapeOf(d)
	options := make([]ui.Option, 0, len(shapes))
	for _, one := range shapes {
		options = append(options, ui.Option{Value: one.name, Text: p.T("risk.shape." + one.name)})
	}
	fields := []ui.Input{{Name: path + ".dist", Label: p.T("risk.shape"), Type: "select", Required: true, Options: options}}
	for _, name := range s.needed {
		fields = append(fields, ui.Input{Name: path + "." + name, Label: p.T("risk.shape.f." + name), Mode: "decimal", Required: true})
	}
	optional := s.optional
	if s.name == "interval" && d.P50 != nil {
		optional = []string{"p50"}
	}
	for _, name := range optional {
		fields = append(fields, ui.Input{Name: path + "." + name, Label: p.T("risk.shape.f." + name), Mode: "decimal"})
	}
	if s.kind == fair.Empirical {
		fields = append(fields, ui.Input{Name: path + ".values", Label: p.T("risk.shape.f.values"), Hint: p.T("risk.shape.f.values.hint"), Type: "textarea", Rows: 2, Required: true},
			ui.Input{Name: path + ".weights", Label: p.T("risk.shape.f.weights"), Type: "textarea", Rows: 2})
	}
	return fields
}

// shapeWords says a distribution in words: where nine of ten values lie, and the mean.
func shapeWords(p ui.Page, d fair.Distribution, write func(float64) string) string {
	s := d.Shape()
	if s.Kind() == fair.Constant {
		return p.T("risk.shape.words.constant", "value", write(s.Mean()))
	}
	return p.T("risk.shape.words", "low", write(s.Quantile(0.05)), "high", write(s.Quantile(0.95)), "mean", write(s.Mean()), "kind", p.T("risk.shape.kind."+string(s.Kind())))
}

// at is the path of a row of a list.
func at(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
