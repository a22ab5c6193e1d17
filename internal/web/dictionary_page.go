package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/indicator/dictionary"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// dictionaryRow is one term in the list; Anchor is set on the first of its letter.
type dictionaryRow struct {
	Term   dictionary.Term
	Anchor string
}

// dictionaryLetter leads to the first term of a letter.
type dictionaryLetter struct{ Letter, Anchor string }

// dictionaryView is what the page of all terms shows.
type dictionaryView struct {
	Letters []dictionaryLetter
	List    ui.List
}

// dictionaryList says what each side calls the same figure.
func (s *Server) dictionaryList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	terms, err := op.Ask(q.Context(), s.Run, q.Actor, dictionary.OpList, dictionary.Filter{Text: query.Get("text"), Side: query.Get("side")})
	if err != nil {
		return err
	}
	figures, err := op.Ask(q.Context(), s.Run, q.Actor, op.Query[struct{}, map[string]dictionary.Conversion]{Name: dictionary.OpConvert.Name, Func: s.headlines.headlines}, struct{}{})
	if err != nil {
		return err
	}
	slices.SortFunc(terms, func(a, b dictionary.Term) int {
		return cmp.Or(cmp.Compare(strings.ToLower(q.Page.In(a.Name)), strings.ToLower(q.Page.In(b.Name))), cmp.Compare(a.ID, b.ID))
	})
	q.title("indicators", q.T("dictionary.page.title"), ui.Crumb{Title: q.T("indicator.wall.title"), Href: "/indicators"})
	if wantsExport(q) {
		return exportDictionary(w, q, terms, figures)
	}
	return q.render(w, dictionaryPage(q.Page, dictionaryOf(q.Page, terms, figures)))
}

// sidesOf is the order of the sides in the lens of the reader.
func sidesOf(p ui.Page) []dictionary.Side {
	return map[string][]dictionary.Side{
		ui.LensCIO:   {dictionary.CIO, dictionary.Shared, dictionary.CISO},
		ui.LensCISO:  {dictionary.CISO, dictionary.Shared, dictionary.CIO},
		ui.LensBoard: {dictionary.Shared, dictionary.CIO, dictionary.CISO},
	}[p.Lens]
}

// says is what a side says of a term, or hears.
func says(p ui.Page, t dictionary.Term, side dictionary.Side) string {
	if side == dictionary.CIO {
		return p.In(t.CIO)
	}
	return p.In(t.CISO)
}

// dictionaryOf lists the terms: the word, then the sides in the order of the lens with the figure among them.
func dictionaryOf(p ui.Page, terms []dictionary.Term, figures map[string]dictionary.Conversion) dictionaryView {
	v := dictionaryView{List: ui.List{
		Caption: p.T("dictionary.page.title"), Nothing: p.T("dictionary.page.nothing"), Total: len(terms), Exports: true,
		Filters: []ui.Input{
			{Name: "text", Label: p.T("dictionary.page.text")},
			{Name: "side", Label: p.T("dictionary.page.side"), Type: "select", Options: sideOptions(p)},
		},
		Columns: []ui.Column{{Title: p.T("dictionary.page.term")}},
	}}
	for _, side := range sidesOf(p) {
		title := p.T("dictionary.page.figure")
		if side != dictionary.Shared {
			title = p.T("indicator." + string(side) + "-says")
		}
		v.List.Columns = append(v.List.Columns, ui.Column{Title: title, Wide: true})
	}
	last := ""
	for _, t := range terms {
		row := dictionaryRow{Term: t}
		if letter := firstLetter(p.In(t.Name)); letter != last {
			row.Anchor = "letter-" + letter
			v.Letters = append(v.Letters, dictionaryLetter{letter, row.Anchor})
			last = letter
		}
		cells := []ui.Cell{ui.Of(dictionaryName(p, row))}
		for _, side := range sidesOf(p) {
			if side == dictionary.Shared {
				cells = append(cells, betweenCell(p, t, figures[t.ID]))
			} else {
				cells = append(cells, ui.Words(says(p, t, side)))
			}
		}
		v.List.Rows = append(v.List.Rows, ui.Cells(cells...))
	}
	return v
}

func sideOptions(p ui.Page) []ui.Option {
	options := []ui.Option{{Text: p.T("dictionary.page.every")}}
	for _, side := range []dictionary.Side{dictionary.CIO, dictionary.CISO, dictionary.Shared} {
		options = append(options, ui.Option{Value: string(side), Text: p.T("dictionary.side." + string(side))})
	}
	return options
}

func firstLetter(name string) string {
	r, _ := utf8.DecodeRuneInString(strings.ToUpper(name))
	return string(r)
}

// betweenCell is the figure between the two words, with what it is of.
func betweenCell(p ui.Page, t dictionary.Term, c dictionary.Conversion) ui.Cell {
	line := c.Between()
	f := lineFigure(p, c, line)
	text := f.Value
	if f.Unit != "" {
		text += " " + f.Unit
	}
	if line.Value == nil {
		return ui.Is(ui.Unk, p.T("shell.unknown")).Below(f.Label)
	}
	sub := f.Label
	if c.Name != (i18n.Text{}) {
		sub = p.T("dictionary.page.for", "line", f.Label, "name", p.In(c.Name))
	}
	return ui.To("/indicators/dictionary/"+t.ID, text).Below(sub)
}

// termMemo is what one side says.
type termMemo struct{ Side, Text string }

// termSide are the figures in which one side thinks.
type termSide struct {
	Side    string
	Figures []ui.Figure
}

// termView is what the page of a term shows.
type termView struct {
	Term   dictionary.Term
	Memos  []termMemo
	Note   string
	Name   string
	Fields []ui.Input
	Err    error
	Sides  []termSide
	Inputs []ui.Fact
	About  []ui.Fact
}

// dictionaryTerm explains one term, in figures of what was chosen and typed.
func (s *Server) dictionaryTerm(w http.ResponseWriter, q *request) error {
	t, err := op.Ask(q.Context(), s.Run, q.Actor, dictionary.OpGet, dictionary.TermIn{ID: q.PathValue("term")})
	if err != nil {
		return err
	}
	query := q.URL.Query()
	in := dictionary.ConvertIn{ID: t.ID, Value: query.Get("value"), Of: query.Get("of")}
	wrong := error(nil)
	if text := query.Get("hours"); text != "" {
		if in.Hours, err = strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64); err != nil || in.Hours == 0 {
			wrong = problem.Field("hours", "dictionary.error.number", "value", text)
		}
	}
	c, err := dictionary.Conversion{}, wrong
	if err == nil {
		c, err = s.converted(q, in)
	}
	status := http.StatusOK
	if err != nil {
		if !problem.Is(err, problem.Invalid) {
			return err
		}
		status, wrong = http.StatusBadRequest, err
		if c, err = s.converted(q, dictionary.ConvertIn{ID: t.ID}); err != nil {
			return err
		}
		c.Lines, c.Inputs = nil, nil
	}
	if status == http.StatusOK && wantsExport(q) {
		return exportTerm(w, q, t, c)
	}
	q.title("indicators", q.Page.In(t.Name), ui.Crumb{Title: q.T("indicator.wall.title"), Href: "/indicators"}, ui.Crumb{Title: q.T("dictionary.page.title"), Href: "/indicators/dictionary"})
	q.Page.AsOf = c.AsOf
	return q.renderStatus(w, status, termPage(q.Page, termOf(q.Page, t, c, wrong)))
}

// converted is what was asked for of the state of the record now.
func (s *Server) converted(q *request, in dictionary.ConvertIn) (dictionary.Conversion, error) {
	return op.Ask(q.Context(), s.Run, q.Actor, op.Query[dictionary.ConvertIn, dictionary.Conversion]{Name: dictionary.OpConvert.Name, Func: s.headlines.convert}, in)
}

func termOf(p ui.Page, t dictionary.Term, c dictionary.Conversion, wrong error) termView {
	v := termView{Term: t, Err: wrong, Note: p.T("dictionary.page.calculate.lead"), Fields: termFields(p, c, wrong)}
	if t.Converts == "maturity" || t.Converts == "proof" {
		v.Note = p.T("dictionary.page." + t.Converts)
	}
	if wrong == nil && c.Name != (i18n.Text{}) {
		v.Name = p.T("dictionary.page.for", "line", p.T("dictionary.of."+c.Kind), "name", p.In(c.Name))
	}
	for _, side := range sidesOf(p) {
		if side != dictionary.Shared {
			v.Memos = append(v.Memos, termMemo{string(side), says(p, t, side)})
		}
		one := termSide{Side: string(side)}
		for _, line := range c.Lines {
			if line.Side == side {
				one.Figures = append(one.Figures, lineFigure(p, c, line))
			}
		}
		if len(one.Figures) > 0 {
			v.Sides = append(v.Sides, one)
		}
	}
	for _, in := range c.Inputs {
		text := p.T("shell.unknown")
		if in.Value != nil {
			value, unit := writeUnit(p, in.Unit, *in.Value)
			text = strings.TrimSpace(value + " " + unit)
		}
		v.Inputs = append(v.Inputs, ui.Fact{Term: p.T("dictionary.input." + in.ID), Text: text, Href: itemHref(in.From)})
	}
	v.About = aboutTerm(p, t)
	return v
}

func termFields(p ui.Page, c dictionary.Conversion, wrong error) []ui.Input {
	var fields []ui.Input
	if c.Takes != "" {
		fields = append(fields, ui.Input{Name: "value", Label: p.T("dictionary.takes." + string(c.Takes)), Mode: "decimal", Value: p.Query.Get("value")})
	}
	if len(c.Choices) > 1 {
		in := ui.Input{Name: "of", Label: p.T("dictionary.of." + c.Kind), Type: "select", Value: c.Of, Required: true}
		for _, o := range c.Choices {
			in.Options = append(in.Options, ui.Option{Value: o.ID, Text: p.In(o.Name)})
		}
		fields = append(fields, in)
	}
	if c.Takes == dictionary.Share {
		fields = append(fields, ui.Input{Name: "hours", Label: p.T("dictionary.takes.hours-week"), Mode: "decimal", Value: p.Query.Get("hours")})
	}
	for i := range fields {
		fields[i].Error = p.FieldError(wrong, fields[i].Name)
	}
	return fields
}

func aboutTerm(p ui.Page, t dictionary.Term) []ui.Fact {
	facts := []ui.Fact{
		{Term: p.T("dictionary.page.whose"), Text: p.T("dictionary.side." + string(t.Side))},
		{Term: p.T("dictionary.page.source"), Text: cmp.Or(t.Source, p.T("dictionary.page.usage"))},
	}
	if d, err := indicator.DefinitionOf(t.Indicator); err == nil {
		facts = append(facts, ui.Fact{Term: p.T("dictionary.page.indicator"), Text: p.In(d.Name), Href: "/indicators/" + d.ID})
	}
	for _, id := range t.See {
		if other, err := dictionary.Find(id); err == nil {
			facts = append(facts, ui.Fact{Term: p.T("dictionary.page.see"), Text: p.In(other.Name), Href: "/indicators/dictionary/" + id})
		}
	}
	return facts
}
