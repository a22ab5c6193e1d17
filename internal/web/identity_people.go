package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/governance"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// people lists people with the offices they hold today.
func (s *Server) people(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := identity.Filter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")}, Text: query.Get("text"), Office: query.Get("office"), Ended: query.Get("ended") == "yes",
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpList, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return export(w, q, "people", peopleHeader(q), peopleRows(q, page.Items))
	}
	q.title("people", q.T("shell.nav.people"))
	return q.render(w, peoplePage(q.Page, peopleList(q, page), s.refusal(q, "identity.add-person")))
}

func peopleHeader(q *request) []string {
	return []string{"id", q.T("identity.person.name"), q.T("identity.email"), q.T("identity.person.unit"), q.T("identity.person.reports-to"), q.T("identity.person.offices")}
}

func peopleRows(q *request, people []identity.Row) [][]any {
	rows := make([][]any, len(people))
	for i, p := range people {
		rows[i] = []any{p.ID, p.Name, p.Email, p.Unit, p.ReportsTo, officeWords(q.Lang(), p.Offices)}
	}
	return rows
}

func peopleList(q *request, page db.PageOf[identity.Row]) ui.List {
	list := ui.List{
		Caption: q.T("shell.nav.people"), Sort: q.URL.Query().Get("sort"), Next: page.Next, Total: page.Total, Exports: true,
		Nothing: q.T("identity.people.none"),
		Columns: []ui.Column{
			{Key: "name", Title: q.T("identity.person.name")},
			{Key: "unit", Title: q.T("identity.person.unit")},
			{Title: q.T("identity.person.offices"), Wide: true},
			{Key: "email", Title: q.T("identity.email")},
		},
		Filters: []ui.Input{
			{Name: "text", Label: q.T("identity.people.text")},
			{Name: "office", Label: q.T("identity.person.office"), Type: "select", Options: officeOptions(q.Page, q.T("identity.people.any-office"))},
			{Name: "ended", Label: q.T("identity.people.ended"), Type: "select", Options: []ui.Option{{Value: "", Text: q.T("identity.people.ended.no")}, {Value: "yes", Text: q.T("identity.people.ended.yes")}}},
		},
	}
	if list.Sort == "" {
		list.Sort = "name"
	}
	for _, p := range page.Items {
		name := ui.To("/people/"+p.ID, p.Name)
		if !p.EndedAt.IsZero() {
			name = name.Below(q.T("identity.person.left", "when", q.Page.Date(p.EndedAt)))
		}
		list.Rows = append(list.Rows, ui.Cells(name, ui.Words(p.Unit), ui.Words(officeWords(q.Lang(), p.Offices)), ui.Words(p.Email)))
	}
	return list
}

func officeWords(lang i18n.Lang, offices []string) string {
	words := make([]string, len(offices))
	for i, office := range offices {
		words[i] = identity.OfficeName(office).In(lang)
	}
	return strings.Join(words, ", ")
}

func officeOptions(p ui.Page, none string) []ui.Option {
	options := []ui.Option{{Value: "", Text: none}}
	for _, office := range identity.Offices {
		options = append(options, ui.Option{Value: office, Text: p.T("office." + office)})
	}
	return options
}

// functionalLines is how many functional lines the form takes; a file and the API take any number.
const functionalLines = 4

// personForm is a person as typed.
type personForm struct {
	ID, Name, Email, Unit, ReportsTo string
	Language                         i18n.Lang
	Superiors                        []ui.Option
	Functional                       []string
	Err                              error
}

func (s *Server) personForm(q *request) (personForm, error) {
	f := personForm{
		ID: q.PostFormValue("id"), Name: q.PostFormValue("name"), Email: q.PostFormValue("email"), Unit: q.PostFormValue("unit"),
		ReportsTo: q.PostFormValue("reports_to"), Language: i18n.Lang(q.PostFormValue("language")),
	}
	for i := 1; i <= functionalLines; i++ {
		f.Functional = append(f.Functional, q.PostFormValue("functional-"+strconv.Itoa(i)))
	}
	f.Functional = picked(f.Functional)
	var err error
	f.Superiors, err = s.peopleOptions(q, ui.Option{Value: "", Text: q.T("identity.person.reports-to.unknown")}, ui.Option{Value: identity.Board, Text: q.T("identity.person.reports-to.board")})
	return f, err
}

// peopleOptions lists everybody for a select, after the options given.
func (s *Server) peopleOptions(q *request, first ...ui.Option) ([]ui.Option, error) {
	page, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpList, identity.Filter{Page: db.Page{Limit: db.Unlimited}})
	for _, p := range page.Items {
		first = append(first, ui.Option{Value: p.ID, Text: p.Name})
	}
	return first, err
}

// newPerson asks for a new person.
func (s *Server) newPerson(w http.ResponseWriter, q *request) error {
	if err := s.Run.Access.Check(accessTo(q, "identity.add-person")); err != nil {
		return err
	}
	form, err := s.personForm(q)
	if err != nil {
		return err
	}
	form.Language = q.Lang()
	q.title("people", q.T("identity.person.new"), ui.Crumb{Title: q.T("shell.nav.people"), Href: "/people"})
	return q.render(w, newPersonPage(q.Page, form))
}

// addPerson adds a person.
func (s *Server) addPerson(w http.ResponseWriter, q *request) error {
	form, err := s.personForm(q)
	if err != nil {
		return err
	}
	person, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpAddPerson, identity.AddPersonInput{
		ID: form.ID, Name: form.Name, Email: form.Email, Unit: form.Unit, ReportsTo: form.ReportsTo, Language: form.Language, FunctionalTo: form.Functional,
	})
	if err != nil {
		form.Err = err
		q.title("people", q.T("identity.person.new"), ui.Crumb{Title: q.T("shell.nav.people"), Href: "/people"})
		return q.refuse(w, err, newPersonPage(q.Page, form))
	}
	return q.redirect(w, "/people/"+person.ID, "identity.person.added", "name", person.Name)
}

// personView is everything on the page of a person.
type personView struct {
	Person   identity.Person
	Superior string // in words
	Holdings []identity.Holding
	Form     personForm
	Refusal  string // why the reader cannot change anything
	Link     string // made just now, shown once
	Office   string // typed
	From     string
	Until    string
	Err      error
}

// person shows a person, the offices of all times, and for administrators what can be done.
func (s *Server) person(w http.ResponseWriter, q *request) error {
	return s.showPerson(w, q, q.PathValue("id"), personView{From: identity.Day(s.DB.Now())})
}

func (s *Server) showPerson(w http.ResponseWriter, q *request, id string, v personView) error {
	var err error
	if v.Person, err = op.Ask(q.Context(), s.Run, q.Actor, identity.OpGet, identity.GetInput{ID: id}); err != nil {
		return err
	}
	if v.Holdings, err = op.Ask(q.Context(), s.Run, q.Actor, identity.OpHoldings, identity.HoldingsInput{Person: id}); err != nil {
		return err
	}
	typed, err := s.personForm(q)
	if err != nil {
		return err
	}
	if q.PostFormValue("name") == "" {
		p := v.Person
		typed = personForm{ID: p.ID, Name: p.Name, Email: p.Email, Unit: p.Unit, ReportsTo: p.ReportsTo, Language: p.Language, Superiors: typed.Superiors, Functional: p.FunctionalTo}
		if to := q.URL.Query().Get("reports_to"); to != "" { // tried in a what-if
			typed.ReportsTo = to
		}
		if unit := q.URL.Query().Get("unit"); unit != "" {
			typed.Unit = unit
		}
	}
	v.Form = typed
	v.Form.Err = v.Err
	v.Superior = optionText(typed.Superiors, v.Person.ReportsTo)
	v.Refusal = s.refusal(q, "identity.appoint")
	q.title("people", v.Person.Name, ui.Crumb{Title: q.T("shell.nav.people"), Href: "/people"})
	if v.Err != nil {
		return q.refuse(w, v.Err, personPage(q.Page, v))
	}
	return q.render(w, personPage(q.Page, v))
}

func optionText(options []ui.Option, value string) string {
	at := slices.IndexFunc(options, func(o ui.Option) bool { return o.Value == value })
	if at < 0 {
		return value
	}
	return options[at].Text
}

// changePerson changes what is known of a person.
func (s *Server) changePerson(w http.ResponseWriter, q *request) error {
	id := q.PathValue("id")
	form, err := s.personForm(q)
	if err != nil {
		return err
	}
	_, err = op.Do(q.Context(), s.Run, q.Actor, identity.OpChangePerson, identity.ChangePersonInput{
		ID: id, Name: form.Name, Email: form.Email, Unit: form.Unit, ReportsTo: form.ReportsTo, Language: form.Language, FunctionalTo: form.Functional,
	})
	if err != nil {
		return s.showPerson(w, q, id, personView{From: identity.Day(s.DB.Now()), Err: err})
	}
	return q.redirect(w, "/people/"+id, "identity.person.changed")
}

// invite makes a one-time link and shows it this once.
func (s *Server) invite(w http.ResponseWriter, q *request) error {
	id := q.PathValue("id")
	link, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpInvite, identity.InviteInput{Person: id})
	v := personView{From: identity.Day(s.DB.Now()), Err: err}
	if err == nil {
		v.Link = s.Origin + "/welcome?link=" + link.Secret
	}
	return s.showPerson(w, q, id, v)
}

// endPerson lets a person leave.
func (s *Server) endPerson(w http.ResponseWriter, q *request) error {
	id := q.PathValue("id")
	person, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpEndPerson, identity.EndPersonInput{ID: id})
	if err != nil {
		return s.showPerson(w, q, id, personView{From: identity.Day(s.DB.Now()), Err: err})
	}
	return s.toldGaps(w, q, "/people", q.T("identity.person.ended", "name", person.Name))
}

// appoint gives an office to a person.
func (s *Server) appoint(w http.ResponseWriter, q *request) error {
	in := identity.AppointInput{
		Office: q.PostFormValue("office"), Person: q.PostFormValue("person"), From: typedDay(q.PostFormValue("from")), Until: typedDay(q.PostFormValue("until")),
	}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpAppoint, in); err != nil {
		if !problem.Is(err, problem.Invalid) {
			return err
		}
		return s.showPerson(w, q, in.Person, personView{Office: in.Office, From: in.From, Until: in.Until, Err: err})
	}
	return q.redirect(w, "/people/"+in.Person, "identity.office.appointed", "office", identity.OfficeName(in.Office))
}

// endOffice ends a person's time in an office.
func (s *Server) endOffice(w http.ResponseWriter, q *request) error {
	in := identity.EndOfficeInput{Office: q.PostFormValue("office"), Person: q.PostFormValue("person"), Until: typedDay(q.PostFormValue("until"))}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpEndOffice, in); err != nil {
		if !problem.Is(err, problem.Invalid) && !problem.Is(err, problem.Conflict) {
			return err
		}
		return s.showPerson(w, q, in.Person, personView{From: identity.Day(s.DB.Now()), Err: err})
	}
	return s.toldGaps(w, q, "/people/"+in.Person, q.T("identity.office.ended", "office", identity.OfficeName(in.Office)))
}

// typedDay takes a day as people type it, 25-11-2026 or 25/11/2026, and as it is kept, 2026-11-25.
func typedDay(text string) string {
	text = strings.TrimSpace(text)
	for _, layout := range []string{"02-01-2006", "02/01/2006", "02.01.2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	return text
}

// officeRow is an office with who holds it today.
type officeRow struct {
	Office  string
	Holders []identity.Holding
}

// offices shows every office with its holders or its vacancy, and whether control stands apart.
func (s *Server) offices(w http.ResponseWriter, q *request) error {
	ctx := q.Context()
	held, err := op.Ask(ctx, s.Run, q.Actor, identity.OpHoldings, identity.HoldingsInput{Day: identity.Day(s.DB.Now())})
	if err != nil {
		return err
	}
	findings, err := op.Ask(ctx, s.Run, q.Actor, governance.OpIndependence, governance.IndependenceInput{})
	if err != nil {
		return err
	}
	names, err := s.names(q)
	if err != nil {
		return err
	}
	rows := make([]officeRow, len(identity.Offices))
	for i, office := range identity.Offices {
		rows[i].Office = office
		for _, h := range held {
			if h.Office == office {
				rows[i].Holders = append(rows[i].Holders, h)
			}
		}
	}
	if wantsExport(q) {
		return export(w, q, "offices", []string{q.T("identity.person.office"), q.T("identity.office.holder"), q.T("identity.office.from")}, officeExport(q, rows, names))
	}
	tree, err := s.chart(q, findings)
	if err != nil {
		return err
	}
	q.title("roles", q.T("identity.offices.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles"})
	return q.render(w, officesPage(q.Page, rows, names, findings, tree))
}

func (s *Server) names(q *request) (map[string]string, error) {
	page, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpList, identity.Filter{Page: db.Page{Limit: db.Unlimited}, Ended: true})
	names := map[string]string{}
	for _, p := range page.Items {
		names[p.ID] = p.Name
	}
	return names, err
}

func officeExport(q *request, offices []officeRow, names map[string]string) [][]any {
	var rows [][]any
	for _, o := range offices {
		for _, h := range o.Holders {
			rows = append(rows, []any{q.T("office." + o.Office), names[h.Person], h.From})
		}
		if len(o.Holders) == 0 {
			rows = append(rows, []any{q.T("office." + o.Office), nil, nil})
		}
	}
	return rows
}
