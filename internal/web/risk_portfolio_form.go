package web

import (
	"net/url"
	"slices"
	"strings"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// tiedScenario is a scenario that feels a cause, with the factor of its frequency in the years of the cause.
type tiedScenario struct {
	ID     string
	Factor float64
}

// tiedScenarios are all, closed ones too, by cause.
func tiedScenarios(all []risk.Scenario) map[string][]tiedScenario {
	tied := map[string][]tiedScenario{}
	for _, r := range all {
		for _, link := range r.Model.Causes {
			tied[link.Cause] = append(tied[link.Cause], tiedScenario{r.ID, link.Factor})
		}
	}
	return tied
}

// portfolioVerdict says how many scenarios hang together, and how many are insured together today.
func portfolioVerdict(p ui.Page, ties risk.Ties, tied map[string][]tiedScenario, today string) string {
	scenarios := map[string]bool{}
	for _, c := range ties.Causes {
		for _, one := range tied[c.ID] {
			scenarios[one.ID] = true
		}
	}
	running := 0
	for _, c := range ties.Covers {
		if c.InForce(today) {
			running++
		}
	}
	if len(ties.Causes)+len(ties.Covers) == 0 {
		return p.T("risk.portfolio.nothing")
	}
	return p.N("risk.portfolio.verdict.causes", len(ties.Causes), "tied", p.N("risk.portfolio.scenarios", len(scenarios))) + " " + p.N("risk.portfolio.verdict.covers", running)
}

func causesList(p ui.Page, causes []risk.Cause, tied map[string][]tiedScenario, called names, mayChange bool) ui.List {
	list := ui.List{
		Caption: p.T("risk.portfolio.causes"), Total: len(causes), Nothing: p.T("risk.portfolio.causes.none"),
		Columns: []ui.Column{
			{Title: p.T("risk.portfolio.f.title")},
			{Title: p.T("risk.portfolio.f.element")},
			{Title: p.T("risk.portfolio.f.probability"), Right: true},
			{Title: p.T("risk.portfolio.tied"), Wide: true},
		},
	}
	for _, c := range causes {
		element := ui.Words("–")
		if c.Element != "" {
			name := ref.New("element", c.Element)
			element = ui.To(itemHref(name), called.of(p.Lang, name))
		}
		list.Rows = append(list.Rows, ui.Cells(tieTitle(p, tieCause, c.ID, c.Name(), mayChange), element, ui.Words(p.Percent(c.Probability, 1)), ui.Of(tiedLinks(p, called, tied[c.ID]))))
	}
	return list
}

func coversList(p ui.Page, covers []risk.Cover, called names, mayChange bool) ui.List {
	list := ui.List{
		Caption: p.T("risk.portfolio.covers"), Total: len(covers), Nothing: p.T("risk.portfolio.covers.none"),
		Columns: []ui.Column{
			{Title: p.T("risk.portfolio.f.title")},
			{Title: p.T("risk.portfolio.days")},
			{Title: p.T("risk.portfolio.scenarios.col"), Wide: true},
			{Title: p.T("risk.portfolio.f.retention_eur"), Right: true},
			{Title: p.T("risk.portfolio.f.limit_eur"), Right: true},
			{Title: p.T("risk.portfolio.f.share"), Right: true},
		},
	}
	for _, c := range covers {
		insured, share := ui.Words(p.T("risk.portfolio.scenarios.all")), 1.0
		if len(c.Scenarios) > 0 {
			insured = ui.Of(itemLinks(p, called, refs("risk", c.Scenarios...)))
		}
		if c.Share != nil {
			share = *c.Share
		}
		list.Rows = append(list.Rows, ui.Cells(tieTitle(p, tieCover, c.ID, c.Name(), mayChange), ui.Words(coverDays(p, c)), insured,
			ui.Words(p.Euro(c.RetentionEUR)), ui.Words(p.Euro(c.LimitEUR)), ui.Words(p.Percent(share, 0))))
	}
	return list
}

// tieTitle leads to the form of who may change it.
func tieTitle(p ui.Page, kind, id string, name i18n.Text, mayChange bool) ui.Cell {
	if !mayChange {
		return ui.Words(p.In(name))
	}
	return ui.To("/risks/portfolio?"+url.Values{kind: {id}}.Encode()+"#"+kind, p.In(name))
}

func coverDays(p ui.Page, c risk.Cover) string {
	from, until := dayWords(p.Lang, c.From), dayWords(p.Lang, c.Until)
	switch {
	case c.From == "" && c.Until == "":
		return p.T("risk.portfolio.always")
	case c.From == "":
		return p.T("risk.portfolio.until", "until", until)
	case c.Until == "":
		return p.T("risk.appetite.from", "from", from)
	}
	return p.T("risk.appetite.from-until", "from", from, "until", until)
}

func causeFields(p ui.Page) []ui.Input {
	label := func(name string) string { return p.T("risk.portfolio.f." + name) }
	return []ui.Input{
		{Name: "cause.title", Label: label("title"), Required: true, Wide: true},
		{Name: "cause.title_it", Label: p.T("risk.f.title_it"), Wide: true},
		{Name: "cause.element", Label: label("element"), Hint: p.T("risk.f.asset.hint")},
		{Name: "cause.probability", Label: label("probability"), Hint: p.T("risk.portfolio.f.probability.hint"), Mode: "decimal", Required: true},
	}
}

func coverFields(p ui.Page) []ui.Input {
	label := func(name string) string { return p.T("risk.portfolio.f." + name) }
	return []ui.Input{
		{Name: "cover.title", Label: label("title"), Required: true, Wide: true},
		{Name: "cover.title_it", Label: p.T("risk.f.title_it"), Wide: true},
		{Name: "cover.from", Label: label("from"), Type: "date"},
		{Name: "cover.until", Label: label("until"), Type: "date"},
		{Name: "cover.retention_eur", Label: label("retention_eur"), Hint: p.T("risk.portfolio.f.retention_eur.hint"), Mode: "decimal", Required: true},
		{Name: "cover.limit_eur", Label: label("limit_eur"), Hint: p.T("risk.portfolio.f.limit_eur.hint"), Mode: "decimal", Required: true},
		{Name: "cover.share", Label: label("share"), Hint: p.T("risk.portfolio.f.share.hint"), Mode: "decimal"},
	}
}

// coveredFields are the scenarios that a cover can name.
func coveredFields(p ui.Page, all []risk.Scenario) []ui.Input {
	fields := make([]ui.Input, len(all))
	for i, r := range all {
		fields[i] = ui.Input{Name: "cover.scenarios." + r.ID, Label: p.In(r.Name()), Type: "checkbox"}
	}
	return fields
}

// tieCauseValues are the fields of a cause as it stands; of a new one, nothing.
func tieCauseValues(lang i18n.Lang, c risk.Cause) url.Values {
	if c.ID == "" {
		return url.Values{}
	}
	return url.Values{"cause.title": {c.Title}, "cause.title_it": {c.TitleIT}, "cause.element": {c.Element}, "cause.probability": {written(lang, &c.Probability)}}
}

// tieCoverValues are the fields of a cover as it stands; of a new one, nothing.
func tieCoverValues(lang i18n.Lang, c risk.Cover) url.Values {
	if c.ID == "" {
		return url.Values{}
	}
	v := url.Values{
		"cover.title": {c.Title}, "cover.title_it": {c.TitleIT}, "cover.from": {c.From}, "cover.until": {c.Until},
		"cover.retention_eur": {written(lang, &c.RetentionEUR)}, "cover.limit_eur": {written(lang, &c.LimitEUR)}, "cover.share": {written(lang, c.Share)},
	}
	for _, id := range c.Scenarios {
		v.Set("cover.scenarios."+id, "true")
	}
	return v
}

// tieID is that of the tie in the form; a new one gets its own.
func (f *form) tieID() string {
	if id := f.text("id"); id != "" {
		return id
	}
	return ref.NewID()
}

// cause is what the form says.
func (f *form) cause() risk.Cause {
	return risk.Cause{
		ID: f.tieID(), Title: f.text("cause.title"), TitleIT: f.text("cause.title_it"), Element: f.text("cause.element"), Probability: f.number("cause.probability"),
	}
}

// cover is what the form says; no scenario ticked is every scenario.
func (f *form) cover() risk.Cover {
	c := risk.Cover{
		ID: f.tieID(), Title: f.text("cover.title"), TitleIT: f.text("cover.title_it"), From: f.text("cover.from"), Until: f.text("cover.until"),
		RetentionEUR: f.number("cover.retention_eur"), LimitEUR: f.number("cover.limit_eur"), Share: f.maybe("cover.share"),
	}
	for name := range f.Values {
		if id, is := strings.CutPrefix(name, "cover.scenarios."); is && f.text(name) == "true" {
			c.Scenarios = append(c.Scenarios, id)
		}
	}
	slices.Sort(c.Scenarios)
	return c
}
