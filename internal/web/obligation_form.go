package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// obligationFormView is the form of an obligation of the organisation's own.
type obligationFormView struct {
	Fields  []ui.Input
	Refused string
	Err     error
}

// obligationForm shows the form of a new own obligation.
func (s *Server) obligationForm(w http.ResponseWriter, q *request) error {
	return q.render(w, obligationNewPage(q.Page, s.obligationFormView(q, nil, nil)))
}

func (s *Server) obligationFormView(q *request, typed url.Values, wrong error) obligationFormView {
	q.title("roles", q.T("obligation.new.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles/offices"}, ui.Crumb{Title: q.T("obligation.list.title"), Href: "/roles/obligations"})
	if typed == nil {
		typed = url.Values{"source": {"contract"}, "kind": {"every"}}
	}
	return obligationFormView{Fields: fill(q.Page, typed, wrong, ownFields(q.Page)), Refused: s.refusal(q, obligation.OpAdd.Name), Err: wrong}
}

// obligationAdd adds an own obligation.
func (s *Server) obligationAdd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	in := ownIn(f, "")
	err = f.err()
	var added obligation.Obligation
	if err == nil {
		added, err = op.Do(q.Context(), s.Run, q.Actor, obligation.OpAdd, in)
	}
	if err != nil {
		return q.again(w, err, obligationNewPage(q.Page, s.obligationFormView(q, f.Values, err)))
	}
	return q.redirect(w, obligationHref(added.ID), "obligation.notice.added")
}

// ownFields are the fields of an own obligation. Errors of its frequency come with the names that the fields have.
func ownFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "title", Label: p.T("obligation.f.title"), Required: true, Wide: true},
		{Name: "titleIt", Label: p.T("obligation.f.title-it"), Wide: true},
		{Name: "source", Label: p.T("obligation.source"), Type: "radio", Required: true, Options: choices(p, "obligation.source.", "contract", "policy")},
		{Name: "who", Label: p.T("obligation.f.who"), Type: "select", Required: true, Options: choices(p, "office.", identity.Offices...)},
		{Name: "who2", Label: p.T("obligation.f.who2"), Type: "select", Options: append([]ui.Option{{Text: "–"}}, choices(p, "office.", identity.Offices...)...)},
		{Name: "kind", Label: p.T("obligation.f.kind"), Type: "select", Required: true, Options: choices(p, "obligation.kind.", "every", "window", "changed", "events")},
		{Name: "frequency.months", Label: p.T("obligation.f.every-months"), Hint: p.T("obligation.f.every.hint"), Mode: "numeric"},
		{Name: "weeks", Label: p.T("obligation.f.every-weeks"), Mode: "numeric"},
		{Name: "frequency.windows", Label: p.T("obligation.f.from"), Hint: p.T("obligation.f.from.hint"), Type: "date"},
		{Name: "to", Label: p.T("obligation.f.to"), Type: "date"},
		{Name: "basis", Label: p.T("obligation.basis"), Hint: p.T("obligation.f.basis.hint"), Wide: true},
		{Name: "note", Label: p.T("obligation.note"), Type: "textarea", Wide: true},
	}
}

// ownValues writes an own obligation into the fields.
func ownValues(o obligation.Obligation) url.Values {
	v := url.Values{
		"title": {o.Title}, "titleIt": {o.TitleIT}, "source": {string(o.Source)}, "who": {o.Who[0]}, "kind": {string(o.Frequency.Kind)}, "basis": {o.Basis}, "note": {o.Note},
	}
	if len(o.Who) > 1 {
		v.Set("who2", o.Who[1])
	}
	if o.Frequency.Months > 0 {
		v.Set("frequency.months", strconv.Itoa(o.Frequency.Months))
	}
	if o.Frequency.Weeks > 0 {
		v.Set("weeks", strconv.Itoa(o.Frequency.Weeks))
	}
	if len(o.Frequency.Windows) > 0 {
		const leap = "2024-" // a year that has every day
		v.Set("frequency.windows", leap+o.Frequency.Windows[0].From)
		v.Set("to", leap+o.Frequency.Windows[0].To)
	}
	return v
}

// ownIn reads the fields; id is that of the obligation to change.
func ownIn(f *form, id string) obligation.OwnIn {
	in := obligation.OwnIn{
		ID: id, Source: obligation.Source(f.text("source")), Title: f.text("title"), TitleIT: f.text("titleIt"), Basis: f.text("basis"), Note: f.text("note"),
		Frequency: obligation.Frequency{Kind: obligation.Kind(f.text("kind"))},
	}
	for _, office := range []string{f.text("who"), f.text("who2")} {
		if office != "" {
			in.Who = append(in.Who, office)
		}
	}
	switch in.Frequency.Kind {
	case obligation.Every:
		in.Frequency.Months, in.Frequency.Weeks = f.whole("frequency.months"), f.whole("weeks")
	case obligation.InWindow:
		in.Frequency.Windows = []obligation.Window{{From: monthDay(f.text("frequency.windows")), To: monthDay(f.text("to"))}}
	}
	return in
}

// monthDay leaves the year out of a day.
func monthDay(day string) string {
	if at, err := time.Parse(time.DateOnly, day); err == nil {
		return at.Format("01-02")
	}
	return ""
}
