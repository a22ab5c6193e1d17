package web

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// elementForm is the form of an element with what was typed and what is wrong with it.
type elementForm struct {
	Element landscape.Element
	New     bool
	Err     error
	Groups  []fieldGroup
}

type fieldGroup struct {
	Title  string
	Fields []ui.Input
}

func (s *Server) landscapeNew(w http.ResponseWriter, q *request) error {
	page, err := s.elementFormPage(q, landscape.Element{Kind: landscape.KindSystem}, true, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, elementFormPage(q.Page, page))
}

func (s *Server) landscapeAdd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	e := typedElement(f, landscape.Element{ID: f.text("id")})
	added := e
	if err = f.err(); err == nil {
		added, err = op.Do(q.Context(), s.Run, q.Actor, landscape.OpAddElement, e)
	}
	if err != nil {
		return s.elementAgain(w, q, e, true, f, err)
	}
	return q.redirect(w, "/landscape/"+added.ID, "landscape.saved")
}

func (s *Server) landscapeEdit(w http.ResponseWriter, q *request) error {
	v, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetElement, landscape.GetElementIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	page, err := s.elementFormPage(q, v.Element, false, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, elementFormPage(q.Page, page))
}

func (s *Server) landscapeChange(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	version := f.version()
	have, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetElement, landscape.GetElementIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	e := typedElement(f, landscape.Element{ID: have.Element.ID, Version: version, Properties: have.Element.Properties})
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), s.Run, q.Actor, landscape.OpChangeElement, e)
	}
	if err != nil {
		return s.elementAgain(w, q, e, false, f, err)
	}
	return q.redirect(w, "/landscape/"+e.ID, "landscape.saved")
}

func (s *Server) elementAgain(w http.ResponseWriter, q *request, e landscape.Element, isNew bool, f *form, err error) error {
	page, formErr := s.elementFormPage(q, e, isNew, f.Values, err)
	if formErr != nil {
		return formErr
	}
	return q.again(w, err, elementFormPage(q.Page, page))
}

func (s *Server) landscapeEnd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	version := f.version()
	in := landscape.EndElementIn{ID: q.PathValue("id"), Version: version}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, landscape.OpEndElement, in); err != nil {
		return err
	}
	return q.redirect(w, "/landscape/"+in.ID, "landscape.ended.done")
}

// typedElement reads an element out of the form; the SLO is typed as a percentage.
func typedElement(f *form, e landscape.Element) landscape.Element {
	e.Kind, e.Name, e.NameIT, e.Description = landscape.Kind(f.text("kind")), f.text("name"), f.text("name_it"), f.text("description")
	e.Layer, e.Outside, e.Monitored = f.text("layer"), f.text("outside") == "true", f.text("monitored") == "true"
	e.Owner, e.SecurityOwner, e.Lifecycle, e.EndOfLife = f.text("owner"), f.text("security_owner"), f.text("lifecycle"), f.text("end_of_life")
	e.Criticality, e.Confidentiality = maybeWhole(f, "criticality"), maybeWhole(f, "confidentiality")
	e.Integrity, e.Availability = maybeWhole(f, "integrity"), maybeWhole(f, "availability")
	e.RTO, e.RPO, e.MTPD, e.MTDL = maybeWhole(f, "rto_min"), maybeWhole(f, "rpo_min"), maybeWhole(f, "mtpd_min"), maybeWhole(f, "mtdl_min")
	e.BIAWeight, e.CostEURYear, e.LossEURHour = f.maybe("bia_weight"), f.maybe("cost_eur_year"), f.maybe("loss_eur_hour")
	e.Variant, e.Domain, e.Substitutability, e.ExitPlan = f.text("variant"), f.text("domain"), f.text("substitutability"), maybeYes(f.text("exit_plan"))
	if percent := f.maybe("slo"); percent != nil {
		share := math.Round(*percent*1e8) / 1e10
		e.SLO = &share
	}
	e.Tags, e.Aliases = commaList(f.text("tags")), commaList(f.text("aliases"))
	return e
}

// maybeYes is nil where nobody has said.
func maybeYes(text string) *bool {
	if text == "" {
		return nil
	}
	yes := text == "true"
	return &yes
}

func maybeWhole(f *form, name string) *int64 {
	x := f.maybe(name)
	if x == nil {
		return nil
	}
	n := int64(math.Round(*x))
	return &n
}

func commaList(text string) (list []string) {
	for _, word := range strings.Split(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}

func (s *Server) elementFormPage(q *request, e landscape.Element, isNew bool, typed url.Values, err error) (elementForm, error) {
	options, askErr := s.ownerOptions(q)
	if askErr != nil {
		return elementForm{}, askErr
	}
	form := elementForm{Element: e, New: isNew, Err: err, Groups: elementFields(q.Page, e, isNew, options)}
	for i := range form.Groups {
		form.Groups[i].Fields = fill(q.Page, typed, err, form.Groups[i].Fields)
	}
	if isNew {
		q.landscapeTitle(q.T("landscape.new.title"))
	} else {
		q.landscapeTitle(q.T("landscape.edit.title"), ui.Crumb{Title: q.Page.In(e.Title()), Href: "/landscape/" + e.ID})
	}
	return form, nil
}

func elementFields(p ui.Page, e landscape.Element, isNew bool, people []ui.Option) []fieldGroup {
	label := func(name string) string { return p.T("landscape.field." + name) }
	hint := func(name string) string { return p.T("landscape.hint." + name) }
	text := func(name, value string) ui.Input { return ui.Input{Name: name, Label: label(name), Value: value} }
	pick := func(name, value string, options []ui.Option) ui.Input {
		return ui.Input{Name: name, Label: label(name), Value: value, Type: "select", Options: options}
	}
	minutes := func(name string, value *int64) ui.Input {
		return ui.Input{Name: name, Label: label(name), Hint: hint("minutes"), Value: wholeText(value), Mode: "numeric"}
	}
	levels := func(name, family string, value *int64) ui.Input {
		return pick(name, wholeText(value), append([]ui.Option{{Text: p.T("landscape.unsaid")}}, choices(p, "landscape."+family+".", "1", "2", "3", "4")...))
	}
	what := []ui.Input{
		{Name: "name", Label: label("name"), Value: e.Name, Required: true},
		text("name_it", e.NameIT),
		{Name: "kind", Label: label("kind"), Type: "select", Required: true, Value: string(e.Kind), Options: choices(p, "landscape.kind.", wordsOf(landscape.Kinds)...)},
		{Name: "description", Label: label("description"), Type: "textarea", Value: e.Description, Wide: true},
		pick("variant", e.Variant, variants(p)),
		text("domain", e.Domain),
		text("layer", e.Layer),
		{Name: "outside", Label: p.T("landscape.field.outside.check"), Type: "checkbox", Value: strconv.FormatBool(e.Outside)},
		{Name: "tags", Label: label("tags"), Hint: hint("list"), Value: strings.Join(e.Tags, ", ")},
		{Name: "aliases", Label: label("aliases"), Hint: hint("aliases"), Value: strings.Join(e.Aliases, ", ")},
	}
	if isNew {
		what = append(what, ui.Input{Name: "id", Label: label("id"), Hint: hint("id"), Value: e.ID})
	}
	percent := ""
	if e.SLO != nil {
		share := math.Round(*e.SLO*1e10) / 1e8
		percent = written(p.Lang, &share)
	}
	return []fieldGroup{
		{p.T("landscape.group.what"), what},
		{p.T("landscape.group.who"), []ui.Input{
			pick("owner", e.Owner, people), pick("security_owner", e.SecurityOwner, people), levels("criticality", "criticality", e.Criticality),
			levels("confidentiality", "level", e.Confidentiality), levels("integrity", "level", e.Integrity), levels("availability", "level", e.Availability),
		}},
		{p.T("landscape.group.promise"), []ui.Input{
			minutes("rto_min", e.RTO), minutes("rpo_min", e.RPO), minutes("mtpd_min", e.MTPD), minutes("mtdl_min", e.MTDL),
			{Name: "slo", Label: label("slo"), Hint: hint("slo"), Value: percent, Mode: "decimal"},
			{Name: "bia_weight", Label: label("bia_weight"), Hint: hint("bia_weight"), Value: written(p.Lang, e.BIAWeight), Mode: "decimal"},
			{Name: "loss_eur_hour", Label: label("loss_eur_hour"), Hint: hint("loss_eur_hour"), Value: written(p.Lang, e.LossEURHour), Mode: "decimal"},
			{Name: "monitored", Label: label("monitored"), Type: "checkbox", Value: strconv.FormatBool(e.Monitored)},
		}},
		{p.T("landscape.group.life"), []ui.Input{
			pick("lifecycle", e.Lifecycle, append([]ui.Option{{Text: p.T("landscape.unsaid")}}, choices(p, "landscape.life.", landscape.Lifecycles...)...)),
			{Name: "end_of_life", Label: label("end_of_life"), Type: "date", Value: e.EndOfLife},
			{Name: "cost_eur_year", Label: label("cost_eur_year"), Value: written(p.Lang, e.CostEURYear), Mode: "decimal"},
			pick("substitutability", e.Substitutability, append([]ui.Option{{Text: p.T("landscape.unsaid")}}, choices(p, "landscape.substitutability.", landscape.Substitutabilities...)...)),
			pick("exit_plan", yesText(e.ExitPlan), []ui.Option{{Text: p.T("landscape.unsaid")}, {Value: "true", Text: p.T("landscape.yes")}, {Value: "false", Text: p.T("landscape.no")}}),
		}},
	}
}

// variants offers the variants of all kinds; one of another kind is refused.
func variants(p ui.Page) []ui.Option {
	options := []ui.Option{{Text: p.T("landscape.unsaid")}}
	for _, kind := range landscape.Kinds {
		for _, variant := range landscape.Variants[kind] {
			options = append(options, ui.Option{Value: variant, Text: kindWord(p, kind) + ": " + p.T("landscape.variant."+variant)})
		}
	}
	return options
}

func yesText(yes *bool) string {
	if yes == nil {
		return ""
	}
	return strconv.FormatBool(*yes)
}

func wholeText(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
