package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// committeeForm prepares the form of a committee with rows for so many members.
func (s *Server) committeeForm(q *request, id string, members int) (fundForm, error) {
	p := q.Page
	seats, err := s.seatOptions(q)
	if err != nil {
		return fundForm{}, err
	}
	operation := committee.OpFound.Name
	form := fundForm{Title: p.T("committee.new"), Lead: p.T("committee.form.lead"), Action: "/roles/committees/new", Back: "/roles/committees"}
	if id != "" {
		operation = committee.OpChange.Name
		form.Title, form.Action, form.Back = p.T("committee.edit"), "/roles/committees/"+id+"/edit", "/roles/committees/"+id
	}
	form.Refused = s.refusal(q, operation)
	form.Groups = []fundGroup{charterGroup(p, id == ""), cadenceGroup(p), sourceGroup(p), memberGroup(p, members, seats)}
	q.title("roles", form.Title, ui.Crumb{Title: q.T("committee.title"), Href: "/roles/committees"})
	return form, nil
}

// seatOptions are all offices and all people, each by the name of its seat.
func (s *Server) seatOptions(q *request) ([]ui.Option, error) {
	options := []ui.Option{{Text: "–"}}
	for _, office := range identity.Offices {
		if office != identity.OfficeAdministrator {
			options = append(options, ui.Option{Value: "office:" + office, Text: q.T("office." + office)})
		}
	}
	everybody, err := s.peopleOptions(q)
	for _, one := range everybody {
		options = append(options, ui.Option{Value: "person:" + one.Value, Text: one.Text})
	}
	return options, err
}

func charterGroup(p ui.Page, isNew bool) fundGroup {
	g := fundGroup{Title: p.T("committee.charter"), Class: "c6"}
	if isNew {
		g.Fields = append(g.Fields, ui.Input{Name: "id", Label: p.T("budget.f.id"), Hint: p.T("committee.f.id.hint"), Required: true})
	}
	g.Fields = append(g.Fields,
		ui.Input{Name: "name", Label: p.T("committee.f.name"), Required: true},
		ui.Input{Name: "name_it", Label: p.T("committee.f.name_it")},
		ui.Input{Name: "purpose", Label: p.T("committee.f.purpose"), Type: "textarea", Rows: 2, Required: true},
		ui.Input{Name: "purpose_it", Label: p.T("committee.f.purpose_it"), Type: "textarea", Rows: 2},
		ui.Input{Name: "decides", Label: p.T("committee.f.decides"), Type: "textarea", Rows: 2},
		ui.Input{Name: "decides_it", Label: p.T("committee.f.decides_it"), Type: "textarea", Rows: 2},
		ui.Input{Name: "reports_to", Label: p.T("committee.f.reports_to")},
		ui.Input{Name: "reports_to_it", Label: p.T("committee.f.reports_to_it")},
		ui.Input{Name: "quorum", Label: p.T("committee.quorum"), Hint: p.T("committee.f.quorum.hint"), Mode: "numeric", Required: true},
	)
	if !isNew {
		g.Fields = append(g.Fields, ui.Input{Name: "ended_on", Label: p.T("committee.f.ended_on"), Hint: p.T("committee.f.ended_on.hint"), Type: "date"})
	}
	return g
}

func cadenceGroup(p ui.Page) fundGroup {
	return fundGroup{Title: p.T("committee.cadence"), Note: p.T("committee.dates.note"), Class: "c6", Fields: []ui.Input{
		{Name: "cadence.every", Label: p.T("committee.f.every"), Hint: p.T("committee.f.every.hint"), Mode: "numeric"},
		{Name: "cadence.unit", Label: p.T("committee.f.unit"), Type: "select", Options: choices(p, "committee.unit.", committee.Units...)},
		{Name: "cadence.weekday", Label: p.T("committee.f.weekday"), Type: "select", Options: choices(p, "committee.weekday.", committee.Weekdays...)},
		{Name: "cadence.week", Label: p.T("committee.f.week"), Hint: p.T("committee.f.week.hint"), Type: "select", Options: weekOptions(p)},
		{Name: "cadence.from", Label: p.T("committee.f.from"), Type: "date"},
		{Name: "cadence.at", Label: p.T("committee.f.at"), Type: "time", Required: true},
		{Name: "cadence.minutes", Label: p.T("committee.f.minutes"), Mode: "numeric", Required: true},
		{Name: "cadence.place", Label: p.T("committee.f.place")},
		{Name: "cadence.place_it", Label: p.T("committee.f.place_it")},
		{Name: "cadence.link", Label: p.T("committee.f.link")},
	}}
}

func weekOptions(p ui.Page) []ui.Option {
	options := []ui.Option{{Value: "0", Text: "–"}}
	for _, week := range []int{1, 2, 3, 4, -1} {
		options = append(options, ui.Option{Value: strconv.Itoa(week), Text: p.T("committee.week." + weekKey(week))})
	}
	return options
}

func sourceGroup(p ui.Page) fundGroup {
	g := fundGroup{Title: p.T("committee.f.agenda_from"), Note: p.T("committee.f.agenda_from.note"), Class: "c6"}
	for _, source := range committee.Sources {
		g.Fields = append(g.Fields, ui.Input{Name: "from-" + string(source), Label: p.T("committee.source." + string(source)), Type: "checkbox"})
	}
	return g
}

func memberGroup(p ui.Page, rows int, seats []ui.Option) fundGroup {
	g := fundGroup{Title: p.T("committee.members"), Note: p.T("committee.members.note"), Class: "c6"}
	for n := range rows {
		at := fmt.Sprintf("members[%d].", n)
		g.Fields = append(g.Fields,
			ui.Input{Name: at + "office", Label: p.T("committee.f.seat", "n", n+1), Type: "select", Options: seats},
			ui.Input{Name: at + "role", Label: p.T("committee.f.role", "n", n+1), Type: "select", Options: choices(p, "committee.role.", "member", "chair", "co-chair", "secretary", "guest")})
	}
	return g
}

func committeeValues(c committee.Committee) url.Values {
	v := url.Values{
		"name": {c.Name}, "name_it": {c.NameIT}, "purpose": {c.Purpose}, "purpose_it": {c.PurposeIT}, "decides": {c.Decides}, "decides_it": {c.DecidesIT},
		"reports_to": {c.ReportsTo}, "reports_to_it": {c.ReportsToIT}, "quorum": {strconv.Itoa(c.Quorum)}, "ended_on": {c.EndedOn}, "version": {strconv.Itoa(c.Version)},
		"cadence.every": {strconv.Itoa(c.Cadence.Every)}, "cadence.unit": {c.Cadence.Unit}, "cadence.weekday": {c.Cadence.Weekday}, "cadence.week": {strconv.Itoa(c.Cadence.Week)},
		"cadence.from": {c.Cadence.From}, "cadence.at": {c.Cadence.At}, "cadence.minutes": {strconv.Itoa(c.Cadence.Minutes)},
		"cadence.place": {c.Cadence.Place}, "cadence.place_it": {c.Cadence.PlaceIT}, "cadence.link": {c.Cadence.Link},
	}
	for _, source := range committee.Sources {
		v.Set("from-"+string(source), strconv.FormatBool(c.Takes(source)))
	}
	for n, m := range c.Members {
		v.Set(fmt.Sprintf("members[%d].office", n), m.Key())
		v.Set(fmt.Sprintf("members[%d].role", n), string(m.Role))
	}
	return v
}

// committee is what the form says. What it does not hold stays as it is.
func (f *form) committee(c committee.Committee) committee.Committee {
	c.Name, c.NameIT, c.Purpose, c.PurposeIT = f.text("name"), f.text("name_it"), f.text("purpose"), f.text("purpose_it")
	c.Decides, c.DecidesIT, c.ReportsTo, c.ReportsToIT = f.text("decides"), f.text("decides_it"), f.text("reports_to"), f.text("reports_to_it")
	c.Quorum, c.EndedOn, c.Version = f.whole("quorum"), f.text("ended_on"), f.whole("version")
	c.Cadence = committee.Cadence{
		Every: f.whole("cadence.every"), Unit: f.text("cadence.unit"), Weekday: f.text("cadence.weekday"), Week: f.whole("cadence.week"), From: f.text("cadence.from"),
		At: f.text("cadence.at"), Minutes: f.whole("cadence.minutes"), Place: f.text("cadence.place"), PlaceIT: f.text("cadence.place_it"), Link: f.text("cadence.link"),
	}
	c.AgendaFrom = nil
	for _, source := range committee.Sources {
		if f.text("from-"+string(source)) == "true" {
			c.AgendaFrom = append(c.AgendaFrom, source)
		}
	}
	if len(c.AgendaFrom) == len(committee.Sources) {
		c.AgendaFrom = nil
	}
	c.Members = nil
	for n := range f.rows("members", "office") {
		at := fmt.Sprintf("members[%d].", n)
		m := committee.Member{Role: committee.Role(f.text(at + "role"))}
		switch name := ref.Ref(f.text(at + "office")); name.Kind() {
		case "office":
			m.Office = name.ID()
		case "person":
			m.Person = name.ID()
		}
		c.Members = append(c.Members, m)
	}
	return c
}

// committeeNew shows the form of a new committee: the two officers preside.
func (s *Server) committeeNew(w http.ResponseWriter, q *request) error {
	form, err := s.committeeForm(q, "", 6)
	if err != nil {
		return err
	}
	start := committeeValues(committee.Committee{
		Quorum: 2, Members: []committee.Member{{Office: identity.OfficeCIO, Role: committee.CoChair}, {Office: identity.OfficeCISO, Role: committee.CoChair}},
		Cadence: committee.Cadence{Every: 1, Unit: "months", Weekday: "tuesday", Week: 1, From: q.Page.Now.Format("2006-01-02"), At: "15:00", Minutes: 90},
	})
	return q.render(w, fundFormPage(q.Page, form.filled(q.Page, start, nil)))
}

// committeeEdit shows the form of a committee as it stands.
func (s *Server) committeeEdit(w http.ResponseWriter, q *request) error {
	one, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpGet, committee.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	form, err := s.committeeForm(q, one.ID, len(one.Members)+spare)
	if err != nil {
		return err
	}
	return q.render(w, fundFormPage(q.Page, form.filled(q.Page, committeeValues(one.Committee), nil)))
}

// committeeSave writes what the form says.
func (s *Server) committeeSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id := q.PathValue("id")
	c := committee.Committee{ID: f.text("id")}
	command := committee.OpFound
	if id != "" {
		old, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpGet, committee.GetIn{ID: id})
		if err != nil {
			return err
		}
		c, command = old.Committee, committee.OpChange
	}
	c = f.committee(c)
	wrong := f.err()
	if wrong == nil {
		wrong = doNamed(s, q, command, committee.WriteIn{Committee: c})
	}
	if wrong == nil {
		return q.redirect(w, "/roles/committees/"+c.ID, "committee.notice.written")
	}
	form, err := s.committeeForm(q, id, max(6, len(c.Members)+spare))
	if err != nil {
		return err
	}
	return q.again(w, wrong, fundFormPage(q.Page, form.filled(q.Page, f.Values, wrong)))
}

// people who took a seat, without the others.
func sitters(seats []committee.Seat) []string {
	var all []string
	for _, seat := range seats {
		if id := seat.Sitter(); id != "" && seat.Role.Votes() && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}
