package web

import (
	"net/http"
	"strconv"
	"strings"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// landscapeAgreements lists what was agreed with others.
func (s *Server) landscapeAgreements(w http.ResponseWriter, q *request) error {
	all, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListAgreements, struct{}{})
	if err != nil {
		return err
	}
	p := q.Page
	list := ui.List{
		Caption: p.T("landscape.element.agreements"), Total: len(all), Exports: true, Nothing: p.T("landscape.agreements.none"),
		Columns: []ui.Column{{Title: p.T("landscape.field.title")}, {Title: p.T("landscape.field.kind")}, {Title: p.T("landscape.field.party")}, {Title: p.T("landscape.field.until")}},
	}
	var rows [][]any
	expired, soon := 0, 0
	for _, a := range all {
		state, words := expiry(p, a, today(p))
		switch state {
		case ui.Bad:
			expired++
		case ui.Warn:
			soon++
		}
		rows = append(rows, []any{a.ID, p.In(a.Name()), a.Kind, a.Party, a.From, a.Until, strings.Join(a.Covers, "|")})
		list.Rows = append(list.Rows, ui.Cells(ui.To("/landscape/agreements/edit/"+a.ID, p.In(a.Name())), ui.Words(p.T("landscape.agreement.kind."+a.Kind)), ui.Words(orDash(a.Party)), ui.Is(state, words)))
	}
	if wantsExport(q) {
		return export(w, q, "agreements", []string{"id", "title", "kind", "party", "from", "until", "covers"}, rows)
	}
	q.landscapeTitle(p.T("landscape.element.agreements"))
	verdict := p.T("landscape.agreements.verdict", "n", len(all), "expired", expired, "soon", soon)
	return q.render(w, agreementsPage(q.Page, verdict, list, s.refusal(q, "landscape.add-agreement")))
}

func (s *Server) agreementNew(w http.ResponseWriter, q *request) error {
	a := landscape.Agreement{Party: q.URL.Query().Get("party"), Kind: "contract"}
	if about := q.URL.Query().Get("covers"); about != "" {
		a.Covers = []string{about}
	}
	form, err := s.agreementForm(q, a, true)
	if err != nil {
		return err
	}
	return q.render(w, tieFormPage(q.Page, form.filled(q.Page, nil, nil)))
}

func (s *Server) agreementAdd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	a := typedAgreement(f, landscape.Agreement{})
	if _, err = op.Do(q.Context(), s.Run, q.Actor, landscape.OpAddAgreement, a); err == nil {
		return q.redirect(w, "/landscape/agreements", "landscape.saved")
	}
	form, formErr := s.agreementForm(q, a, true)
	if formErr != nil {
		return formErr
	}
	return q.again(w, err, tieFormPage(q.Page, form.filled(q.Page, f.Values, err)))
}

func (s *Server) agreementEdit(w http.ResponseWriter, q *request) error {
	a, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetAgreement, landscape.GetAgreementIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	form, err := s.agreementForm(q, a, false)
	if err != nil {
		return err
	}
	return q.render(w, tieFormPage(q.Page, form.filled(q.Page, nil, nil)))
}

func (s *Server) agreementChange(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	have, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetAgreement, landscape.GetAgreementIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	version := f.version()
	a := typedAgreement(f, landscape.Agreement{ID: have.ID, Version: version, Properties: have.Properties})
	if _, err = op.Do(q.Context(), s.Run, q.Actor, landscape.OpChangeAgreement, a); err == nil {
		return q.redirect(w, "/landscape/agreements", "landscape.saved")
	}
	form, formErr := s.agreementForm(q, have, false)
	if formErr != nil {
		return formErr
	}
	return q.again(w, err, tieFormPage(q.Page, form.filled(q.Page, f.Values, err)))
}

func (s *Server) agreementEnd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	version := f.version()
	in := landscape.EndAgreementIn{ID: q.PathValue("id"), Version: version}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, landscape.OpEndAgreement, in); err != nil {
		return err
	}
	return q.redirect(w, "/landscape/agreements", "landscape.agreement.end.done")
}

// typedAgreement reads an agreement out of the form.
func typedAgreement(f *form, a landscape.Agreement) landscape.Agreement {
	a.Title, a.TitleIT, a.Kind, a.Party = f.text("title"), f.text("title_it"), f.text("kind"), f.text("party")
	a.From, a.Until, a.Covers = f.text("from"), f.text("until"), commaList(f.text("covers"))
	return a
}

func (s *Server) agreementForm(q *request, a landscape.Agreement, isNew bool) (tieForm, error) {
	p := q.Page
	label := func(name string) string { return p.T("landscape.field." + name) }
	party, err := s.elementPicker(q, "party", label("party"), a.Party, false)
	if err != nil {
		return tieForm{}, err
	}
	form := tieForm{Back: "/landscape/agreements", Groups: []fieldGroup{
		{p.T("landscape.agreement.group.what"), []ui.Input{
			{Name: "title", Label: label("title"), Value: a.Title, Required: true},
			{Name: "title_it", Label: label("title_it"), Value: a.TitleIT},
			{Name: "kind", Label: label("kind"), Type: "select", Required: true, Value: a.Kind, Options: choices(p, "landscape.agreement.kind.", landscape.AgreementKinds...)},
			party,
		}},
		{p.T("landscape.agreement.group.life"), []ui.Input{
			{Name: "from", Label: p.T("landscape.agreement.from"), Type: "date", Value: a.From},
			{Name: "until", Label: label("until"), Type: "date", Value: a.Until, Hint: p.T("landscape.hint.until")},
			{Name: "covers", Label: label("covers"), Hint: p.T("landscape.hint.covers"), Value: strings.Join(a.Covers, ", ")},
		}},
	}}
	title := p.T("landscape.agreement.new")
	if !isNew {
		title, form.Lead = p.T("landscape.agreement.edit"), p.In(a.Name())
		form.Version = strconv.FormatInt(a.Version, 10)
		if a.Until == "" || a.Until > today(p) {
			form.End, form.EndTitle, form.EndNote = "/landscape/agreements/end/"+a.ID, p.T("landscape.agreement.end"), p.T("landscape.agreement.end.note")
		}
		if a.Source != landscape.Hand {
			form.Imported = a.Source
		}
	}
	q.landscapeTitle(title, ui.Crumb{Title: p.T("landscape.element.agreements"), Href: "/landscape/agreements"})
	return form, nil
}

// newAgreement is the address of the form of an agreement with or about an element.
func newAgreement(e landscape.Element) string {
	if e.Outside {
		return about("/landscape/agreements/new", "party", e)
	}
	return about("/landscape/agreements/new", "covers", e)
}
