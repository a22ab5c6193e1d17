package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// termsFields are what exactly is decided, but for the options; a revision changes only them.
func termsFields(p ui.Page, kind decision.Kind) []ui.Input {
	functions := append([]ui.Option{{}}, choices(p, "decision.function.", decision.IT, decision.Security, decision.Business)...)
	fields := []ui.Input{
		{Name: "content", Label: p.T("decision.f.content"), Hint: p.T("decision.f.content.hint"), Type: "textarea", Rows: 5, Required: true, Wide: true},
		{Name: "content_it", Label: p.T("decision.f.content_it"), Type: "textarea", Rows: 5, Wide: true},
	}
	if kind == "" || kind == decision.Change {
		fields = append(fields,
			ui.Input{Name: "asked_by", Label: p.T("decision.f.asked_by"), Hint: p.T("decision.f.asked_by.hint"), Type: "select", Options: functions},
			ui.Input{Name: "built_by", Label: p.T("decision.f.built_by"), Hint: p.T("decision.f.built_by.hint"), Type: "select", Options: functions})
	}
	fields = append(fields, scaleFields(p)...)
	return append(fields,
		ui.Input{Name: "effect", Label: p.T("decision.f.effect"), Hint: p.T("decision.f.effect.words"), Type: "textarea", Rows: 3, Wide: true},
		ui.Input{Name: "effect_it", Label: p.T("decision.f.effect_it"), Type: "textarea", Rows: 3, Wide: true},
		ui.Input{Name: "review_on", Label: p.T("decision.f.review_on"), Hint: p.T("decision.f.review_on.hint"), Type: "date"},
		ui.Input{Name: "version", Type: "hidden"})
}

// scaleFields are the three common scales.
func scaleFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "money_eur", Label: p.T("decision.f.money_eur"), Hint: p.T("decision.f.effect.hint"), Mode: "decimal"},
		{Name: "minutes", Label: p.T("decision.f.minutes"), Mode: "decimal"},
		{Name: "exposure_days", Label: p.T("decision.f.exposure_days"), Mode: "decimal"},
	}
}

func proposeFields(p ui.Page) []ui.Input {
	return append([]ui.Input{
		{Name: "title", Label: p.T("decision.f.title"), Hint: p.T("decision.f.title.hint"), Required: true, Wide: true},
		{Name: "title_it", Label: p.T("decision.f.title_it"), Wide: true},
		{Name: "kind", Label: p.T("decision.f.kind"), Type: "select", Required: true, Options: choices(p, "decision.kind.", kindNames()...)},
		{Name: "materiality", Label: p.T("decision.f.materiality"), Hint: p.T("decision.f.materiality.hint"), Type: "select", Required: true, Options: choices(p, "decision.weight.", "low", "medium", "high")},
		{Name: "about", Label: p.T("decision.f.about"), Hint: p.T("decision.f.about.hint"), Wide: true},
	}, termsFields(p, "")...)
}

func kindNames() []string {
	names := make([]string, len(decision.Kinds))
	for i, k := range decision.Kinds {
		names[i] = string(k)
	}
	return names
}

func refuseFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "reason", Label: p.T("decision.f.reason"), Hint: p.T("decision.f.reason.hint"), Type: "textarea", Rows: 3, Required: true, Wide: true},
		{Name: "counter", Label: p.T("decision.f.counter"), Hint: p.T("decision.f.counter.hint"), Type: "textarea", Rows: 3, Required: true, Wide: true},
	}
}

// reasonField is the one field of an action that only needs a reason; label is the key of what is asked.
func reasonField(p ui.Page, label string) []ui.Input {
	return []ui.Input{{Name: "reason", Label: p.T(label), Hint: p.T(label + ".hint"), Type: "textarea", Rows: 3, Required: true, Wide: true}}
}

func arbitrateFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "approve", Label: p.T("decision.f.approve"), Type: "radio", Required: true, Options: []ui.Option{
			{Value: "true", Text: p.T("decision.f.approve.yes")}, {Value: "false", Text: p.T("decision.f.approve.no")},
		}},
		{Name: "reason", Label: p.T("decision.f.reason"), Type: "textarea", Rows: 3, Required: true, Wide: true},
	}
}

func reviewFields(p ui.Page) []ui.Input {
	fields := []ui.Input{{Name: "grade", Label: p.T("decision.f.grade"), Type: "radio", Required: true, Wide: true, Options: choices(p, "decision.grade.", "reached", "partly", "missed", "unknown")}}
	fields = append(fields, scaleFields(p)...)
	return append(fields,
		ui.Input{Name: "note", Label: p.T("decision.f.note"), Hint: p.T("decision.f.note.hint"), Type: "textarea", Rows: 3, Required: true, Wide: true},
		ui.Input{Name: "note_it", Label: p.T("decision.f.note_it"), Type: "textarea", Rows: 3, Wide: true})
}

func memoFields(p ui.Page, side string) []ui.Input {
	var fields []ui.Input
	for i, name := range []string{"first", "second", "third"} {
		title := p.T("decision.memo." + side + "." + strconv.Itoa(i+1))
		fields = append(fields,
			ui.Input{Name: name, Label: title, Type: "textarea", Rows: 3, Wide: true},
			ui.Input{Name: name + "_it", Label: p.T("decision.memo.same_it", "title", title), Type: "textarea", Rows: 3, Wide: true})
	}
	return append(fields, scaleFields(p)...)
}

// termsValues are the fields of a content as it stands.
func termsValues(p ui.Page, t decision.Terms, version int) url.Values {
	lang := p.Lang
	values := url.Values{
		"content": {t.Content}, "content_it": {t.ContentIT}, "money_eur": {written(lang, t.MoneyEUR)}, "minutes": {written(lang, t.Minutes)},
		"exposure_days": {written(lang, t.ExposureDays)}, "effect": {t.Effect}, "effect_it": {t.EffectIT}, "review_on": {t.ReviewOn},
		"asked_by": {t.AskedBy}, "built_by": {t.BuiltBy}, "version": {strconv.Itoa(version)},
	}
	for i, o := range t.Options {
		at := func(name string) string { return optionField(i, name) }
		values.Set(at("id"), o.ID)
		values.Set(at("title"), o.Title)
		values.Set(at("title_it"), o.TitleIT)
		values.Set(at("money_eur"), written(lang, o.MoneyEUR))
		values.Set(at("minutes"), written(lang, o.Minutes))
		values.Set(at("exposure_days"), written(lang, o.ExposureDays))
		if o.ID == t.Chosen {
			values.Set("chosen", strconv.Itoa(i))
		}
	}
	return values
}

// optionField names a field of a row of the options.
func optionField(row int, name string) string { return "option." + strconv.Itoa(row) + "." + name }

// optionRows is the part of the form in which the ways are written that were weighed.
type optionRows struct {
	Rows   []optionRow
	Errors []string
}

type optionRow struct {
	Number int
	Chosen bool
	Hidden ui.Input
	Fields []ui.Input
}

// minimumRows is how many rows the form shows at least; two more than are filled, otherwise.
const minimumRows = 4

func optionRowsOf(p ui.Page, values url.Values, wrong error) optionRows {
	filled := 0
	for values.Has(optionField(filled, "title")) {
		filled++
	}
	for filled > 0 && values.Get(optionField(filled-1, "title")) == "" {
		filled--
	}
	out := optionRows{}
	for i := range max(minimumRows, min(20, filled+2)) {
		row := optionRow{Number: i, Chosen: values.Get("chosen") == strconv.Itoa(i), Hidden: ui.Input{Name: optionField(i, "id"), Value: values.Get(optionField(i, "id")), Type: "hidden"}}
		for _, name := range []string{"title", "title_it", "money_eur", "minutes", "exposure_days"} {
			in := ui.Input{Name: optionField(i, name), Value: values.Get(optionField(i, name)), Label: p.T("decision.options.field", "field", p.T("decision.options."+name), "n", strconv.Itoa(i+1))}
			id := optionID(values.Get(optionField(i, "id")), i)
			for _, field := range []string{in.Name, "options[" + id + "]." + name} {
				if said := p.FieldError(wrong, field); said != "" {
					in.Error = said
					out.Errors = append(out.Errors, in.Label+": "+said)
				}
			}
			if name != "title" && name != "title_it" {
				in.Mode = "decimal"
			}
			row.Fields = append(row.Fields, in)
		}
		out.Rows = append(out.Rows, row)
	}
	for _, field := range []string{"options", "chosen"} {
		if said := p.FieldError(wrong, field); said != "" {
			out.Errors = append(out.Errors, said)
		}
	}
	return out
}

func optionID(id string, row int) string {
	if id == "" {
		return "o" + strconv.Itoa(row+1)
	}
	return id
}

// terms reads what exactly is decided out of a form.
func (f *form) terms() decision.Terms {
	t := decision.Terms{
		Content: f.text("content"), ContentIT: f.text("content_it"), MoneyEUR: f.maybe("money_eur"), Minutes: f.maybe("minutes"), ExposureDays: f.maybe("exposure_days"),
		Effect: f.text("effect"), EffectIT: f.text("effect_it"), ReviewOn: typedDay(f.text("review_on")), AskedBy: f.text("asked_by"), BuiltBy: f.text("built_by"),
	}
	for i := 0; f.Has(optionField(i, "title")); i++ {
		at := func(name string) string { return optionField(i, name) }
		o := decision.Option{
			ID: optionID(f.text(at("id")), i), Title: f.text(at("title")), TitleIT: f.text(at("title_it")), MoneyEUR: f.maybe(at("money_eur")),
			Minutes: f.maybe(at("minutes")), ExposureDays: f.maybe(at("exposure_days")),
		}
		if o.Title == "" && strings.TrimSpace(f.Get(at("title_it"))+f.Get(at("money_eur"))+f.Get(at("minutes"))+f.Get(at("exposure_days"))) == "" {
			continue
		}
		t.Options = append(t.Options, o)
		if f.text("chosen") == strconv.Itoa(i) {
			t.Chosen = o.ID
		}
	}
	return t
}

// decisionNew shows the form of a proposal; the page that leads here may fill in what it is about.
func (s *Server) decisionNew(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	start := url.Values{"materiality": {"medium"}, "kind": {query.Get("kind")}, "about": {query.Get("about")}}
	return s.proposeForm(q, start, nil, func(page proposeView) error { return q.render(w, proposePage(q.Page, page)) })
}

// proposeView is the form of a proposal.
type proposeView struct {
	Fields  []ui.Input
	Options optionRows
	Err     error
	Refused string
}

func (s *Server) proposeForm(q *request, values url.Values, wrong error, show func(proposeView) error) error {
	q.title("decisions", q.T("decision.new.title"), ui.Crumb{Title: q.T("decision.list.title"), Href: "/decisions"})
	return show(proposeView{
		Fields: fill(q.Page, values, wrong, proposeFields(q.Page)), Options: optionRowsOf(q.Page, values, wrong), Err: wrong, Refused: s.refusal(q, decision.OpPropose.Name),
	})
}

// decisionPropose opens a decision, or keeps it as a draft.
func (s *Server) decisionPropose(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	d, err := s.propose(q, f)
	if err != nil {
		return s.proposeForm(q, f.Values, err, func(page proposeView) error { return q.again(w, err, proposePage(q.Page, page)) })
	}
	if d.Draft {
		return q.redirect(w, "/decisions/"+d.ID, "decision.notice.draft")
	}
	return q.redirect(w, "/decisions/"+d.ID, "decision.notice.propose")
}

func (s *Server) propose(q *request, f *form) (decision.Decision, error) {
	in := decision.ProposeIn{
		Title: f.text("title"), TitleIT: f.text("title_it"), About: ref.Ref(f.text("about")), Kind: decision.Kind(f.text("kind")),
		Materiality: f.text("materiality"), Draft: f.text("keep") == "draft", Terms: f.terms(),
	}
	if in.Kind != decision.Change {
		in.AskedBy, in.BuiltBy = "", ""
	}
	if err := f.err(); err != nil {
		return decision.Decision{}, err
	}
	return op.Do(q.Context(), s.Run, q.Actor, decision.OpPropose, in)
}
