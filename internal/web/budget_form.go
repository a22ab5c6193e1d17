package web

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// fundGroup is a part of a form of the fund, with a heading.
type fundGroup struct {
	Title, Note string
	Fields      []ui.Input
	Class       string
}

// fundForm is the form of an initiative, or of the fund of a year.
type fundForm struct {
	Title, Lead, Action, Back string
	Groups                    []fundGroup
	Err                       error
	Refused                   string
	Version                   string
}

func (f fundForm) fields() []ui.Input {
	var all []ui.Input
	for _, g := range f.Groups {
		all = append(all, g.Fields...)
	}
	return all
}

// filled gives the form what was typed, or stands, and what is wrong with it.
func (f fundForm) filled(p ui.Page, values url.Values, wrong error) fundForm {
	f.Err, f.Version = wrong, values.Get("version")
	for n := range f.Groups {
		f.Groups[n].Fields = fill(p, values, wrong, f.Groups[n].Fields)
	}
	return f
}

// spare is how many empty rows a form offers for costs and effects besides those that are there.
const spare = 2

// initiativeForm prepares the form with rows for so many costs and effects.
func (s *Server) initiativeForm(q *request, id string, costs, effects int) (fundForm, error) {
	p := q.Page
	owners, err := s.ownerOptions(q)
	if err != nil {
		return fundForm{}, err
	}
	risks, err := s.riskOptions(q)
	if err != nil {
		return fundForm{}, err
	}
	form := fundForm{
		Title: p.T("budget.initiative.new"), Lead: p.T("budget.form.lead"), Action: "/fund/initiatives/new", Back: "/fund/initiatives",
		Refused: s.refusal(q, budget.OpWrite.Name), Groups: []fundGroup{whatGroup(p, id == "", owners), conditionGroup(p), costGroup(p, costs), benefitGroup(p)},
	}
	if id != "" {
		form.Title, form.Action, form.Back = p.T("budget.initiative.edit"), "/fund/initiatives/"+id+"/edit", "/fund/initiatives/"+id
	}
	for n := range effects {
		form.Groups = append(form.Groups, effectGroup(p, n, risks))
	}
	s.fundTitle(q, form.Title, ui.Crumb{Title: q.T("budget.initiatives"), Href: "/fund/initiatives"})
	return form, nil
}

func (s *Server) riskOptions(q *request) ([]ui.Option, error) {
	page, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpList, risk.Filter{Page: db.Page{Limit: db.Unlimited}})
	options := []ui.Option{{Text: "–"}}
	for _, one := range page.Items {
		options = append(options, ui.Option{Value: one.ID, Text: one.ID + " · " + one.Name().In(q.Lang())})
	}
	return options, err
}

func whatGroup(p ui.Page, isNew bool, owners []ui.Option) fundGroup {
	g := fundGroup{Title: p.T("budget.form.what"), Class: "c6"}
	if isNew {
		g.Fields = append(g.Fields, ui.Input{Name: "id", Label: p.T("budget.f.id"), Hint: p.T("budget.f.id.hint"), Required: true})
	}
	g.Fields = append(g.Fields,
		ui.Input{Name: "title", Label: p.T("budget.f.title"), Required: true},
		ui.Input{Name: "title_it", Label: p.T("budget.f.title_it")},
		ui.Input{Name: "what", Label: p.T("budget.f.what"), Type: "textarea", Rows: 2},
		ui.Input{Name: "what_it", Label: p.T("budget.f.what_it"), Type: "textarea", Rows: 2},
		ui.Input{Name: "owner", Label: p.T("budget.owner"), Type: "select", Options: owners},
		ui.Input{Name: "state", Label: p.T("budget.col.state"), Hint: p.T("budget.f.state.hint"), Type: "select", Required: true, Options: choices(p, "budget.state.", "idea", "proposed", "funded", "done")},
	)
	return g
}

func conditionGroup(p ui.Page) fundGroup {
	return fundGroup{Title: p.T("budget.form.conditions"), Class: "c6", Fields: []ui.Input{
		{Name: "security", Label: p.T("budget.security"), Type: "checkbox"},
		{Name: "nature", Label: p.T("budget.nature"), Hint: p.T("budget.f.nature.hint"), Type: "select", Options: choices(p, "budget.nature.", "", "preventive", "reactive")},
		{Name: "cause", Label: p.T("budget.f.cause"), Hint: p.T("budget.f.cause.hint")},
		{Name: "cause_note", Label: p.T("budget.f.cause_note")},
		{Name: "mandatory.by", Label: p.T("budget.f.mandatory"), Type: "select", Options: []ui.Option{{Text: p.T("budget.mandatory.")}, {Value: "law", Text: p.T("budget.mandatory.law")}, {Value: "audit", Text: p.T("budget.mandatory.audit")}}},
		{Name: "mandatory.reference", Label: p.T("budget.f.reference"), Hint: p.T("budget.f.reference.hint")},
		{Name: "requires", Label: p.T("budget.requires"), Hint: p.T("budget.f.requires.hint")},
		{Name: "groups", Label: p.T("budget.f.groups"), Hint: p.T("budget.f.groups.hint")},
	}}
}

func costGroup(p ui.Page, rows int) fundGroup {
	g := fundGroup{Title: p.T("budget.costs"), Note: p.T("budget.form.costs"), Class: "c6"}
	for n := range rows {
		at := fmt.Sprintf("costs[%d].", n)
		g.Fields = append(g.Fields,
			ui.Input{Name: at + "year", Label: p.T("budget.col.year"), Mode: "numeric"},
			ui.Input{Name: at + "capital_eur", Label: p.T("budget.f.capital"), Mode: "decimal"},
			ui.Input{Name: at + "running_eur", Label: p.T("budget.f.running"), Mode: "decimal"},
			ui.Input{Name: at + "staff_days", Label: p.T("budget.days"), Mode: "decimal"})
	}
	return g
}

func benefitGroup(p ui.Page) fundGroup {
	g := fundGroup{Title: p.T("budget.benefits"), Note: p.T("budget.form.benefits"), Class: "c6"}
	for _, kind := range budget.BenefitKinds {
		g.Fields = append(g.Fields, ui.Input{Name: "benefit-" + kind, Label: p.T("budget.benefit." + kind), Mode: "decimal"})
	}
	return g
}

func effectGroup(p ui.Page, n int, risks []ui.Option) fundGroup {
	at := fmt.Sprintf("effects[%d].", n)
	return fundGroup{Title: p.T("budget.form.effect", "n", n+1), Note: p.T("budget.form.effects"), Class: "c6", Fields: []ui.Input{
		{Name: at + "risk", Label: p.T("budget.col.risk"), Type: "select", Options: risks},
		{Name: at + "factor", Label: p.T("budget.col.factor"), Type: "select", Options: choices(p, "budget.factor.", "", "frequency", "susceptibility", "magnitude")},
		{Name: at + "share", Label: p.T("budget.f.share"), Hint: p.T("budget.f.share.hint"), Mode: "decimal"},
		{Name: at + "why", Label: p.T("budget.f.why"), Type: "textarea", Rows: 2},
		{Name: at + "why_it", Label: p.T("budget.f.why_it"), Type: "textarea", Rows: 2},
	}}
}

// initiativeValues are the fields of an initiative as it stands.
func initiativeValues(q *request, i budget.Initiative) url.Values {
	lang := q.Lang()
	v := url.Values{
		"title": {i.Title}, "title_it": {i.TitleIT}, "what": {i.What}, "what_it": {i.WhatIT}, "owner": {i.Owner}, "state": {string(i.State)},
		"security": {strconv.FormatBool(i.Security)}, "nature": {string(i.Nature)}, "cause": {string(i.Cause)}, "cause_note": {i.CauseNote},
		"requires": {strings.Join(i.Requires, ", ")}, "groups": {strings.Join(i.Groups, ", ")}, "version": {strconv.Itoa(i.Version)},
	}
	if m := i.Mandatory; m != nil {
		v.Set("mandatory.by", m.By)
		v.Set("mandatory.reference", m.Reference)
	}
	for n, c := range i.Costs {
		at := fmt.Sprintf("costs[%d].", n)
		v.Set(at+"year", strconv.Itoa(c.Year))
		v.Set(at+"capital_eur", written(lang, &c.CapitalEUR))
		v.Set(at+"running_eur", written(lang, &c.RunningEUR))
		v.Set(at+"staff_days", written(lang, &c.StaffDays))
	}
	for _, b := range i.Benefits {
		v.Set("benefit-"+b.Kind, written(lang, &b.Amount))
	}
	for n, e := range i.Effects {
		at := fmt.Sprintf("effects[%d].", n)
		v.Set(at+"risk", e.Risk)
		v.Set(at+"factor", string(e.Factor))
		v.Set(at+"why", e.Why)
		v.Set(at+"why_it", e.WhyIT)
		if e.Share != nil {
			v.Set(at+"share", percentWritten(lang, e.Share))
		}
	}
	return v
}

// percentWritten writes a share into a field in per cent, without what binary fractions add.
func percentWritten(lang i18n.Lang, share *float64) string {
	if share == nil {
		return ""
	}
	percent := math.Round(*share*1e10) / 1e8
	return written(lang, &percent)
}

// rows counts the numbered rows of a list that were posted, and closes the gaps that empty ones leave: what is
// wrong is then named in the row that the reader sees.
func (f *form) rows(list, key string) int {
	filled := 0
	for n := 0; f.Has(fmt.Sprintf("%s[%d].%s", list, n, key)); n++ {
		from, to := fmt.Sprintf("%s[%d].", list, n), fmt.Sprintf("%s[%d].", list, filled)
		if f.text(from+key) == "" {
			continue
		}
		for name, value := range f.Values {
			if rest, own := strings.CutPrefix(name, from); own && n != filled {
				f.Values[to+rest] = value
				f.Values[name] = []string{""}
			}
		}
		filled++
	}
	return filled
}

// words takes a list apart at commas and spaces.
func (f *form) words(name string) []string {
	return strings.FieldsFunc(f.text(name), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
}

func (f *form) zero(name string) float64 {
	if x := f.maybe(name); x != nil {
		return *x
	}
	return 0
}

// initiative is what the form says. What it does not hold stays as it is.
func (f *form) initiative(i budget.Initiative) budget.Initiative {
	i.Title, i.TitleIT, i.What, i.WhatIT, i.Owner = f.text("title"), f.text("title_it"), f.text("what"), f.text("what_it"), f.text("owner")
	i.State, i.Security, i.Nature = budget.State(f.text("state")), f.text("security") == "true", budget.Nature(f.text("nature"))
	i.Cause, i.CauseNote, i.Requires, i.Groups = ref.Ref(f.text("cause")), f.text("cause_note"), f.words("requires"), f.words("groups")
	i.Mandatory, i.Version = nil, f.whole("version")
	if by := f.text("mandatory.by"); by != "" {
		i.Mandatory = &budget.Mandate{By: by, Reference: f.text("mandatory.reference")}
	}
	i.Costs, i.Effects, i.Benefits = nil, nil, nil
	for n := range f.rows("costs", "year") {
		at := fmt.Sprintf("costs[%d].", n)
		i.Costs = append(i.Costs, budget.Cost{Year: f.whole(at + "year"), CapitalEUR: f.zero(at + "capital_eur"), RunningEUR: f.zero(at + "running_eur"), StaffDays: f.zero(at + "staff_days")})
	}
	for n := range f.rows("effects", "risk") {
		at := fmt.Sprintf("effects[%d].", n)
		e := budget.Effect{Risk: f.text(at + "risk"), Factor: budget.Factor(f.text(at + "factor")), Why: f.text(at + "why"), WhyIT: f.text(at + "why_it")}
		if percent := f.maybe(at + "share"); percent != nil {
			share := *percent / 100
			e.Share = &share
		}
		i.Effects = append(i.Effects, e)
	}
	for _, kind := range budget.BenefitKinds {
		if amount := f.maybe("benefit-" + kind); amount != nil {
			i.Benefits = append(i.Benefits, budget.Benefit{Kind: kind, Amount: *amount})
		}
	}
	return i
}

// initiativeNew shows the form of a new initiative.
func (s *Server) initiativeNew(w http.ResponseWriter, q *request) error {
	form, err := s.initiativeForm(q, "", spare+1, spare+1)
	if err != nil {
		return err
	}
	start := url.Values{"state": {"idea"}, "version": {"0"}, "costs[0].year": {strconv.Itoa(q.Page.Now.Year() + 1)}}
	return q.render(w, fundFormPage(q.Page, form.filled(q.Page, start, nil)))
}

// initiativeEdit shows the form of an initiative as it stands.
func (s *Server) initiativeEdit(w http.ResponseWriter, q *request) error {
	one, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpGet, budget.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	form, err := s.initiativeForm(q, one.ID, len(one.Costs)+spare, len(one.Effects)+spare)
	if err != nil {
		return err
	}
	return q.render(w, fundFormPage(q.Page, form.filled(q.Page, initiativeValues(q, one.Initiative), nil)))
}

// initiativeSave writes what the form says.
func (s *Server) initiativeSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id := q.PathValue("id")
	i := budget.Initiative{ID: f.text("id")}
	if id != "" {
		old, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpGet, budget.GetIn{ID: id})
		if err != nil {
			return err
		}
		i = old.Initiative
	}
	i = f.initiative(i)
	wrong := f.err()
	if wrong == nil {
		wrong = doNamed(s, q, budget.OpWrite, budget.WriteIn{Initiative: i})
	}
	if wrong == nil {
		return q.redirect(w, "/fund/initiatives/"+i.ID, "budget.notice.written")
	}
	form, err := s.initiativeForm(q, id, len(i.Costs)+spare, len(i.Effects)+spare)
	if err != nil {
		return err
	}
	return q.again(w, wrong, fundFormPage(q.Page, form.filled(q.Page, f.Values, percents(wrong))))
}

// percents says the range of a share as the form has it, in per cent.
func percents(err error) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	for _, cause := range append([]*problem.Error{p}, p.Causes...) {
		if strings.HasSuffix(cause.Field, "share") && cause.Key == "problem.range" {
			cause.With("max", 100)
		}
	}
	return err
}
