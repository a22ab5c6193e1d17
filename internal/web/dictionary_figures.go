package web

import (
	"net/http"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator/dictionary"
	"accordo.dev/internal/web/ui"
)

// writeUnit writes a number in its unit: the number, and the words of the unit.
func writeUnit(p ui.Page, unit dictionary.Unit, x float64) (value, words string) {
	switch unit {
	case dictionary.Euro:
		return p.Euro(x), ""
	case dictionary.EuroYear, dictionary.EuroHour, dictionary.EuroDay:
		return p.Euro(x), p.T("dictionary.unit." + string(unit))
	case dictionary.Share:
		return p.Percent(x, shareDecimals(x)), ""
	case dictionary.Ratio:
		return p.Number(x, 2), ""
	case dictionary.Count:
		return p.Number(x, 0), ""
	default:
		return p.Number(x, daysDecimals(x)), p.T("dictionary.unit." + string(unit))
	}
}

// shareDecimals keeps the nines of a promise readable: 99.95 %, but 37 %.
func shareDecimals(x float64) int {
	switch {
	case x >= 0.9999 && x < 1:
		return 3
	case x >= 0.99 && x < 1:
		return 2
	case x > 0 && x < 0.1:
		return 1
	default:
		return 0
	}
}

// lineFigure is one figure of a conversion as it is shown.
func lineFigure(p ui.Page, c dictionary.Conversion, line dictionary.Line) ui.Figure {
	f := ui.Figure{Label: p.T("dictionary.line." + line.ID), AsOf: c.AsOf, Href: lineHref(line), Small: true}
	if line.About != (i18n.Text{}) {
		f.Label = p.In(line.About) + ", " + f.Label
	}
	if line.NOf != "" {
		f.N = p.N("dictionary.n."+line.NOf, line.N)
	}
	if line.Value == nil {
		f.Unknown, f.Interval = true, p.T("dictionary.reason."+line.Reason)
		return f
	}
	f.Value, f.Unit = writeUnit(p, line.Unit, *line.Value)
	if line.Of != nil {
		f.Unit = p.T("dictionary.page.of", "n", *line.Of)
	}
	if line.Low != nil && line.High != nil && *line.Low != *line.High {
		low, _ := writeUnit(p, line.Unit, *line.Low)
		high, _ := writeUnit(p, line.Unit, *line.High)
		f.Interval = p.T("dictionary.page.interval", "low", low, "high", high)
	}
	return f
}

// lineHrefs are where figures of the whole organisation can be looked up; those of one item lead to it.
var lineHrefs = map[string]string{
	"expected-minutes": "/risks/services", "bad-minutes": "/risks/services", "loss-p50": "/risks", "loss-p95": "/risks", "loss-mean": "/risks",
	"minutes-p50": "/risks/services", "minutes-p95": "/risks/services", "minutes-mean": "/risks/services", "inherent": "/risks", "current": "/risks", "goal": "/risks",
	"waiting-initiatives": "/fund/initiatives", "waiting-days": "/fund/initiatives", "waiting-loss": "/fund/initiatives", "free-days": "/fund", "change-cost": "/fund",
	"gates-waiting": "/projects?state=overdue", "exposure-days": "/evidence/exposures?open=yes", "open-loss-all": "/risks/evidence", "loss-mean-all": "/risks",
	"limit-money": "/risks/appetite", "limit-minutes": "/risks/appetite", "limit-exposure-days": "/risks/appetite", "threat-loss": "/risks",
	"proof-watched": "/evidence/availability", "proof-tested": "/evidence/recoveries", "proof-scanned": "/evidence/import", "proof-design": "/projects",
	"not-by-design": "/projects?state=unvalidated", "risk-kept": "/risks",
}

func lineHref(line dictionary.Line) string {
	if href := itemHref(line.From); href != "" {
		return href
	}
	return lineHrefs[line.ID]
}

// word is a term of the dictionary as a page says it, with what the other side hears.
func word(p ui.Page, id, text string) ui.Word {
	t, err := dictionary.Find(id)
	if err != nil {
		return ui.Word{}
	}
	if text == "" {
		text = p.In(t.Name)
	}
	other := p.Words(
		p.T("dictionary.say.cio", "words", t.CISO), p.T("dictionary.say.ciso", "words", t.CIO),
		p.T("dictionary.say.board", "cio", t.CIO, "ciso", t.CISO),
	)
	return ui.Word{ID: id, Text: text, Other: other, Href: "/indicators/dictionary/" + id}
}

// termsOf are terms of the dictionary that a page uses.
func termsOf(p ui.Page, ids ...string) []ui.Word {
	all := make([]ui.Word, 0, len(ids))
	for _, id := range ids {
		if w := word(p, id, ""); w.ID != "" {
			all = append(all, w)
		}
	}
	return all
}

// exportDictionary writes the terms with the figure between them.
func exportDictionary(w http.ResponseWriter, q *request, terms []dictionary.Term, figures map[string]dictionary.Conversion) error {
	p := q.Page
	header := []string{"id", p.T("dictionary.page.term"), p.T("dictionary.page.whose"), p.T("dictionary.page.means"), p.T("indicator.cio-says"), p.T("indicator.ciso-says"), p.T("dictionary.page.trap"), p.T("dictionary.page.source"), p.T("dictionary.page.figure"), p.T("dictionary.page.value"), p.T("dictionary.page.unit")}
	rows := make([][]any, len(terms))
	for i, t := range terms {
		line := figures[t.ID].Between()
		rows[i] = []any{t.ID, p.In(t.Name), p.T("dictionary.side." + string(t.Side)), p.In(t.Means), p.In(t.CIO), p.In(t.CISO), p.In(t.Trap), t.Source, p.T("dictionary.line." + line.ID), orNil(line.Value), string(line.Unit)}
	}
	return export(w, q, "dictionary", header, rows)
}

// exportTerm writes the figures of one term.
func exportTerm(w http.ResponseWriter, q *request, t dictionary.Term, c dictionary.Conversion) error {
	p := q.Page
	header := []string{p.T("dictionary.page.figure"), p.T("dictionary.page.whose"), p.T("dictionary.page.value"), p.T("dictionary.page.low"), p.T("dictionary.page.high"), p.T("dictionary.page.unit"), "n"}
	rows := make([][]any, len(c.Lines))
	for i, line := range c.Lines {
		rows[i] = []any{lineFigure(p, c, line).Label, p.T("dictionary.side." + string(line.Side)), orNil(line.Value), orNil(line.Low), orNil(line.High), string(line.Unit), line.N}
	}
	return export(w, q, "term-"+t.ID, header, rows)
}
