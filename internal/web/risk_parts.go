package web

import (
	"net/url"
	"strings"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/web/ui"
)

// riskPart is a part of the form of an estimate: a question, the rows of fields that answer it, and perhaps the button
// that adds one.
type riskPart struct {
	Title, Lead string
	Rows        []riskFieldRow
	Add         string // value of the button; empty when no row can be added
	AddText     string
}

// riskFieldRow is a group of fields; Remove is the value of the button that takes it away, or empty.
type riskFieldRow struct {
	Title  string
	Fields []ui.Input
	Remove string
}

func row(title string, fields ...ui.Input) riskFieldRow {
	return riskFieldRow{Title: title, Fields: fields}
}

// modelParts are the parts of a FAIR tree: the three of the simple form, or all.
func modelParts(p ui.Page, m fair.Scenario, ties risk.Ties, detail bool) []riskPart {
	frequency := riskPart{Title: p.T("risk.part.frequency"), Lead: p.T("risk.part.frequency.lead")}
	frequency.Rows = []riskFieldRow{row("", distributionFields(p, "model.frequency", m.Frequency)...)}
	minutes := optionalPart(p, "minutes", "model.minutes", m.Minutes != nil, "")
	if m.Minutes != nil {
		minutes.Rows[0].Fields = append(minutes.Rows[0].Fields, distributionFields(p, "model.minutes", *m.Minutes)...)
	}
	if !detail {
		loss := riskPart{Title: p.T("risk.part.loss"), Lead: p.T("risk.part.loss.lead")}
		loss.Rows = []riskFieldRow{row("", distributionFields(p, "model.primary[0].amount", firstAmount(m))...)}
		return []riskPart{frequency, loss, minutes}
	}
	if m.Susceptibility != nil {
		frequency.Title, frequency.Lead = p.T("risk.part.threats"), p.T("risk.part.threats.lead")
	}
	frequency.Rows[0].Fields = append(frequency.Rows[0].Fields, ui.Input{
		Name: "model.counting", Label: p.T("risk.f.counting"), Hint: p.T("risk.f.counting.hint"), Type: "select",
		Options: []ui.Option{{Text: p.T("risk.counting.poisson")}, {Value: string(fair.Bernoulli), Text: p.T("risk.counting.bernoulli")}, {Value: string(fair.Annual), Text: p.T("risk.counting.annual")}},
	})
	return []riskPart{
		frequency, susceptibilityPart(p, m.Susceptibility),
		lossesPart(p, "primary", "model.primary", m.Primary), secondaryPart(p, m.Secondary), minutes,
		controlsPart(p, m.Controls), tiesPart(p, m, ties), insurancePart(p),
	}
}

func firstAmount(m fair.Scenario) fair.Distribution {
	if len(m.Primary) > 0 {
		return m.Primary[0].Amount
	}
	return fair.Distribution{}
}

// optionalPart begins with the choice whether the part says anything.
func optionalPart(p ui.Page, name, path string, some bool, hint string) riskPart {
	choice := ui.Input{
		Name: path + ".kind", Label: p.T("risk.part." + name + ".kind"), Hint: hint, Type: "select", Required: true,
		Options: []ui.Option{{Value: "none", Text: p.T("risk.part." + name + ".none")}, {Value: "some", Text: p.T("risk.part." + name + ".some")}},
	}
	if some {
		choice.Value = "some"
	}
	return riskPart{Title: p.T("risk.part." + name), Lead: p.T("risk.part." + name + ".lead"), Rows: []riskFieldRow{row("", choice)}}
}

func susceptibilityPart(p ui.Page, s *fair.Susceptibility) riskPart {
	const path = "model.susceptibility"
	part := riskPart{Title: p.T("risk.part.susceptibility"), Lead: p.T("risk.part.susceptibility.lead")}
	part.Rows = []riskFieldRow{row("", ui.Input{
		Name: path + ".kind", Label: p.T("risk.part.susceptibility.kind"), Type: "select", Required: true,
		Options: choices(p, "risk.susceptibility.", "none", "probability", "strength"),
	})}
	switch {
	case s == nil:
	case s.Probability != nil:
		part.Rows = append(part.Rows, row(p.T("risk.susceptibility.probability.row"), distributionFields(p, path+".probability", *s.Probability)...))
	default:
		part.Rows = append(part.Rows, row(p.T("risk.capability"), distributionFields(p, path+".capability", *s.Capability)...),
			row(p.T("risk.resistance"), distributionFields(p, path+".resistance", *s.Resistance)...))
	}
	return part
}

func lossesPart(p ui.Page, name, path string, all []fair.Loss) riskPart {
	part := riskPart{Title: p.T("risk.part." + name), Lead: p.T("risk.part." + name + ".lead"), Add: "add:" + path, AddText: p.T("risk.part.loss.add")}
	part.Rows = lossRows(p, path, all)
	return part
}

func lossRows(p ui.Page, path string, all []fair.Loss) []riskFieldRow {
	if len(all) == 0 {
		all = []fair.Loss{{}}
	}
	forms := []ui.Option{{Text: p.T("risk.form.all")}}
	for _, form := range fair.Forms {
		forms = append(forms, ui.Option{Value: string(form), Text: p.T("risk.form." + string(form))})
	}
	rows := make([]riskFieldRow, len(all))
	for i, l := range all {
		place := at(path, i)
		rows[i] = row(p.T("risk.row", "n", i+1), append([]ui.Input{{Name: place + ".form", Label: p.T("risk.f.form"), Type: "select", Options: forms}}, distributionFields(p, place+".amount", l.Amount)...)...)
		if len(all) > 1 {
			rows[i].Remove = "remove:" + place
		}
	}
	return rows
}

func secondaryPart(p ui.Page, two *fair.Secondary) riskPart {
	part := optionalPart(p, "secondary", "model.secondary", two != nil, "")
	if two != nil {
		part.Rows = append(part.Rows, row(p.T("risk.secondary.probability"), distributionFields(p, "model.secondary.probability", two.Probability)...))
		part.Rows = append(part.Rows, lossRows(p, "model.secondary.losses", two.Losses)...)
		part.Add, part.AddText = "add:model.secondary.losses", p.T("risk.part.loss.add")
	}
	return part
}

func controlsPart(p ui.Page, all []fair.Control) riskPart {
	part := riskPart{Title: p.T("risk.part.controls"), Lead: p.T("risk.part.controls.lead"), Add: "add:model.controls", AddText: p.T("risk.part.controls.add")}
	for i := range all {
		path := at("model.controls", i)
		number := func(name string, required bool) ui.Input {
			return ui.Input{Name: path + "." + name, Label: p.T("risk.control." + name), Mode: "decimal", Required: required}
		}
		part.Rows = append(part.Rows, riskFieldRow{
			Title: p.T("risk.row", "n", i+1), Remove: "remove:" + path,
			Fields: []ui.Input{
				{Name: path + ".id", Label: p.T("risk.control.id"), Hint: p.T("risk.control.id.hint"), Required: true},
				{Name: path + ".on", Label: p.T("risk.control.on"), Type: "select", Required: true, Options: choices(p, "risk.control.on.", "frequency", "susceptibility", "magnitude")},
				number("coverage", true), number("intended", true), number("variant", false), number("reliability", false),
				number("variance_frequency", false), number("variance_days", false),
				{Name: path + ".measured", Label: p.T("risk.control.measured"), Type: "select", Options: []ui.Option{{Text: p.T("risk.control.measured.none")}, {Value: fair.ByPatching, Text: p.T("risk.control.measured.patching")}}},
				{Name: path + ".planned", Label: p.T("risk.control.planned"), Type: "checkbox"},
			},
		})
	}
	return part
}

func tiesPart(p ui.Page, m fair.Scenario, ties risk.Ties) riskPart {
	part := riskPart{Title: p.T("risk.part.ties"), Lead: p.T("risk.part.ties.lead")}
	var known []ui.Option
	for _, c := range ties.Causes {
		known = append(known, ui.Option{Value: c.ID, Text: p.In(c.Name())})
	}
	if len(known) > 0 {
		part.Add, part.AddText = "add:model.causes", p.T("risk.part.ties.add")
	}
	for i := range m.Causes {
		path := at("model.causes", i)
		part.Rows = append(part.Rows, riskFieldRow{Title: p.T("risk.row", "n", i+1), Remove: "remove:" + path, Fields: []ui.Input{
			{Name: path + ".cause", Label: p.T("risk.f.cause"), Type: "select", Required: true, Options: known},
			{Name: path + ".factor", Label: p.T("risk.f.factor"), Hint: p.T("risk.f.factor.hint"), Mode: "decimal", Required: true},
		}})
	}
	part.Rows = append(part.Rows, row("", ui.Input{Name: "model.loading", Label: p.T("risk.f.loading"), Hint: p.T("risk.f.loading.hint"), Mode: "decimal"}))
	return part
}

func insurancePart(p ui.Page) riskPart {
	return riskPart{Title: p.T("risk.part.insurance"), Lead: p.T("risk.part.insurance.lead"), Rows: []riskFieldRow{row("",
		ui.Input{Name: "model.deductible", Label: p.T("risk.f.deductible"), Mode: "decimal"},
		ui.Input{Name: "model.limit", Label: p.T("risk.f.limit"), Mode: "decimal"})}}
}

// filledParts gives the fields of the parts what was typed and what is wrong with them. What is wrong with a
// distribution as a whole stands beside the choice of its shape.
func filledParts(p ui.Page, typed url.Values, err error, parts []riskPart) []riskPart {
	for i := range parts {
		for j := range parts[i].Rows {
			r := &parts[i].Rows[j]
			r.Fields = fill(p, typed, err, r.Fields)
		}
	}
	return parts
}

// labelled are all fields of the parts, each called by its place, for the summary of what is wrong.
func labelled(parts []riskPart) []ui.Input {
	var all []ui.Input
	for _, part := range parts {
		for _, r := range part.Rows {
			for _, in := range r.Fields {
				label := []string{part.Title}
				for _, word := range []string{r.Title, in.Label} {
					if word != "" {
						label = append(label, word)
					}
				}
				in.Label = strings.Join(label, ", ")
				all = append(all, in)
			}
		}
	}
	return all
}

// besideFields names for each problem the field beside which it can be shown: a distribution as a whole is the choice
// of its shape, a part as a whole its first choice.
func besideFields(err error, fields []ui.Input) error {
	e, ok := problem.As(err)
	if !ok {
		return err
	}
	known := map[string]bool{}
	for _, in := range fields {
		known[in.Name] = true
	}
	causes := e.Causes
	if len(causes) == 0 {
		causes = []*problem.Error{e}
	}
	moved := make([]*problem.Error, len(causes))
	for i, cause := range causes {
		moved[i] = cause
		for _, end := range []string{".dist", ".kind", "[0].amount.dist"} {
			if !known[cause.Field] && known[cause.Field+end] {
				one := *cause
				one.Field += end
				moved[i] = &one
			}
		}
	}
	return problem.Many(moved)
}
