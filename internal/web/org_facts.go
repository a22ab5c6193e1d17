package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/governance"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// factsView is the register of declared facts with its form.
type factsView struct {
	List    ui.List
	Kinds   []ui.Option
	Kind    independence.Kind // chosen; without a name the form asks for it first
	Fields  []ui.Input
	Refusal string
	Err     error
}

// facts lists what was declared, and offers to declare more: first the kind, then what that kind says.
func (s *Server) facts(w http.ResponseWriter, q *request) error {
	return s.showFacts(w, q, q.URL.Query().Get("declare"), nil)
}

func (s *Server) showFacts(w http.ResponseWriter, q *request, kind string, refused error) error {
	query := q.URL.Query()
	all, err := op.Ask(q.Context(), s.Run, q.Actor, governance.OpFacts, governance.FactFilter{Kind: query.Get("kind"), Person: query.Get("person"), Sort: query.Get("sort")})
	if err != nil {
		return err
	}
	names, err := s.names(q)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return export(w, q, "facts", factHeader(q.Page), factRows(q.Page, all, names))
	}
	v := factsView{Err: refused, Refusal: s.refusal(q, governance.OpDeclare.Name)}
	v.Kind, _ = independence.KindOf(kind)
	for _, k := range independence.Kinds {
		v.Kinds = append(v.Kinds, ui.Option{Value: k.Name, Text: q.T("governance.fact." + k.Name)})
	}
	if v.Kind.Name != "" {
		if v.Fields, err = s.factFields(q, v.Kind, refused); err != nil {
			return err
		}
	}
	v.List = declaredList(q.Page, all, names, v)
	q.title("roles", q.T("governance.facts.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles"})
	if refused != nil {
		return q.refuse(w, refused, factsPage(q.Page, v))
	}
	return q.render(w, factsPage(q.Page, v))
}

func factHeader(p ui.Page) []string {
	keys := []string{"kind", "day", "people", "about", "values", "note", "said-by"}
	for i, key := range keys {
		keys[i] = p.T("governance.fact.column." + key)
	}
	return keys
}

func factRows(p ui.Page, all []governance.Fact, names map[string]string) [][]any {
	rows := make([][]any, len(all))
	for i, f := range all {
		rows[i] = []any{p.T("governance.fact." + f.Kind), f.Day, namesOf(names, f.People), factAbout(f), factValues(p, f), f.Note, names[f.SaidBy]}
	}
	return rows
}

func namesOf(names map[string]string, people []string) string {
	words := make([]string, len(people))
	for i, person := range people {
		words[i] = names[person]
	}
	return strings.Join(words, ", ")
}

func factAbout(f governance.Fact) string {
	return strings.Trim(f.Unit+", "+f.System, ", ")
}

// factValues writes the values of a fact in the order of its kind.
func factValues(p ui.Page, f governance.Fact) string {
	kind, _ := independence.KindOf(f.Kind)
	var words []string
	for _, v := range kind.Values {
		if value := f.Values[v.Name]; value != "" {
			words = append(words, p.T("governance.fact.value."+v.Name)+": "+valueWords(p, v, value))
		}
	}
	return strings.Join(words, "; ")
}

func valueWords(p ui.Page, v independence.Value, value string) string {
	switch {
	case v.Name == "obligation":
		return p.T("governance.approval." + value)
	case v.Choices == nil && value != "never":
		return dayWords(p.Lang, value)
	}
	return p.T("governance.fact.choice." + value)
}

func declaredList(p ui.Page, all []governance.Fact, names map[string]string, v factsView) ui.List {
	list := ui.List{
		Caption: p.T("governance.facts.title"), Sort: p.Query.Get("sort"), Total: len(all), Exports: true, Nothing: p.T("governance.facts.none"),
		Columns: []ui.Column{
			{Key: "kind", Title: p.T("governance.fact.column.kind")},
			{Key: "day", Title: p.T("governance.fact.column.day"), Short: true},
			{Title: p.T("governance.fact.column.people"), Wide: true},
			{Title: p.T("governance.fact.column.values"), Wide: true},
			{Title: p.T("governance.fact.column.said-by")},
			{Title: p.T("governance.fact.retract")},
		},
		Filters: []ui.Input{{Name: "kind", Label: p.T("governance.fact.column.kind"), Type: "select", Options: append([]ui.Option{{Value: "", Text: p.T("governance.filter.any")}}, v.Kinds...)}},
	}
	for _, f := range all {
		last := ui.Words("")
		if v.Refusal == "" {
			last = ui.Of(ui.Post("/roles/facts/retract", p.T("governance.fact.retract"), "s", "id", f.ID))
		}
		list.Rows = append(list.Rows, ui.Cells(
			ui.Words(p.T("governance.fact."+f.Kind)).Below(factAbout(f)), ui.Words(dayWords(p.Lang, f.Day)), ui.Words(namesOf(names, f.People)),
			ui.Words(factValues(p, f)).Below(f.Note), ui.Words(names[f.SaidBy]).Below(p.Date(f.SaidAt)), last,
		))
	}
	return list
}

// factPeople is how many people the form takes; a file and the API take any number.
const factPeople = 5

// factFields are the fields that a kind of fact has, with what was typed.
func (s *Server) factFields(q *request, kind independence.Kind, refused error) ([]ui.Input, error) {
	field := func(name, label string) ui.Input {
		return ui.Input{Name: name, Label: label, Value: q.PostFormValue(name), Error: q.Page.FieldError(refused, name)}
	}
	day := field("day", q.T("governance.fact.column.day"))
	day.Type, day.Required = "date", true
	if day.Value == "" {
		day.Value = identity.Day(s.DB.Now())
	}
	fields := []ui.Input{day}
	if kind.People != "" {
		people, err := s.peopleOptions(q, ui.Option{Value: "", Text: q.T("governance.what-if.choose")})
		if err != nil {
			return nil, err
		}
		for i := range factPeople {
			one := field("person-"+strconv.Itoa(i+1), q.T("governance.fact.person", "n", i+1))
			one.Type, one.Options = "select", people
			if i == 0 {
				one.Error = q.Page.FieldError(refused, "people")
			}
			fields = append(fields, one)
		}
	}
	if kind.Unit != "" {
		one := field("unit", q.T("identity.person.unit"))
		var v lineWhatIfView
		if err := s.whatIfOptions(q, &v); err != nil {
			return nil, err
		}
		one.Type, one.Options = "select", v.Units
		fields = append(fields, one)
	}
	if kind.System != "" {
		fields = append(fields, field("system", q.T("governance.fact.system")))
	}
	for _, v := range kind.Values {
		one := field(v.Name, q.T("governance.fact.value."+v.Name))
		if v.Choices != nil {
			one.Type, one.Options = "select", []ui.Option{{Value: "", Text: q.T("governance.fact.unsaid")}}
			for _, choice := range v.Choices {
				one.Options = append(one.Options, ui.Option{Value: choice, Text: valueWords(q.Page, v, choice)})
			}
		}
		fields = append(fields, one)
	}
	return append(fields, field("note", q.T("governance.fact.column.note"))), nil
}

// declareFact writes down a fact.
func (s *Server) declareFact(w http.ResponseWriter, q *request) error {
	kind, _ := independence.KindOf(q.PostFormValue("kind")) // parses the form
	in := governance.DeclareInput{
		Kind: q.PostFormValue("kind"), Day: typedDay(q.PostFormValue("day")), Unit: q.PostFormValue("unit"),
		System: q.PostFormValue("system"), Note: q.PostFormValue("note"), Values: map[string]string{},
	}
	for i := range factPeople {
		in.People = append(in.People, q.PostFormValue("person-"+strconv.Itoa(i+1)))
	}
	for _, v := range kind.Values {
		value := q.PostFormValue(v.Name)
		if v.Choices == nil && value != "never" {
			value = typedDay(value)
		}
		if value == q.T("governance.fact.choice.never") {
			value = "never"
		}
		in.Values[v.Name] = value
	}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, governance.OpDeclare, in); err != nil {
		if !problem.Is(err, problem.Invalid) {
			return err
		}
		return s.showFacts(w, q, in.Kind, err)
	}
	return q.redirect(w, "/roles/facts", "governance.fact.declared")
}

// retractFact takes back a fact.
func (s *Server) retractFact(w http.ResponseWriter, q *request) error {
	if _, err := op.Do(q.Context(), s.Run, q.Actor, governance.OpRetract, governance.RetractInput{ID: q.PostFormValue("id")}); err != nil {
		return err
	}
	return q.redirect(w, "/roles/facts", "governance.fact.retracted")
}

// profileView is the form on the rules that bind the organisation.
type profileView struct {
	Sectors, CIO            []ui.Option
	Profiles, Compensations []ui.Option
	In                      organisation.ChangeInput
	Terms                   []ui.Fact
	Try                     *governance.ProfileOut
	Refusal                 string
	Err                     error
}

func (s *Server) organisation(q *request) (organisation.Organisation, error) {
	return op.Ask(q.Context(), s.Run, q.Actor, organisation.OpGet, struct{}{})
}

// profile shows which rules bind the organisation, and what other ones would switch on and off.
func (s *Server) profile(w http.ResponseWriter, q *request) error {
	own, err := s.organisation(q)
	if err != nil {
		return err
	}
	in := organisation.ChangeInput{Sector: own.Sector, Profiles: own.Profiles, Compensations: own.Compensations, CIO: own.CIO}
	if sector := organisation.Sector(q.URL.Query().Get("sector")); slices.Contains(organisation.Sectors, sector) {
		in.Sector, in.Profiles = sector, sector.DefaultProfiles()
		return s.showProfile(w, q, in, true, nil)
	}
	return s.showProfile(w, q, in, false, nil)
}

// changeProfile shows what would change, and changes it when the button says so.
func (s *Server) changeProfile(w http.ResponseWriter, q *request) error {
	in := organisation.ChangeInput{Sector: organisation.Sector(q.PostFormValue("sector")), CIO: q.PostFormValue("cio")} // parses the form
	in.Profiles, in.Compensations = q.PostForm["profiles"], q.PostForm["compensations"]
	if q.PostFormValue("do") != "save" {
		return s.showProfile(w, q, in, true, nil)
	}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, organisation.OpChange, in); err != nil {
		if !problem.Is(err, problem.Invalid) {
			return err
		}
		return s.showProfile(w, q, in, false, err)
	}
	return q.redirect(w, "/roles/profile", "organisation.changed")
}

func (s *Server) showProfile(w http.ResponseWriter, q *request, in organisation.ChangeInput, try bool, refused error) error {
	v := profileView{In: in, Err: refused, Refusal: s.refusal(q, organisation.OpChange.Name)}
	if try {
		out, err := op.Ask(q.Context(), s.Run, q.Actor, governance.OpTryProfile, governance.ProfileInput{Profiles: in.Profiles, Compensations: in.Compensations})
		if err != nil {
			return err
		}
		v.Try = &out
	}
	for _, sector := range organisation.Sectors {
		v.Sectors = append(v.Sectors, ui.Option{Value: string(sector), Text: q.T("identity.sector." + string(sector))})
	}
	for _, profile := range organisation.Profiles {
		v.Profiles = append(v.Profiles, ui.Option{Value: profile, Text: q.T("organisation.profile." + profile)})
	}
	for _, one := range organisation.Compensations {
		v.Compensations = append(v.Compensations, ui.Option{Value: one, Text: q.T("governance.compensation." + one)})
	}
	for _, one := range organisation.CIOStandsFor {
		v.CIO = append(v.CIO, ui.Option{Value: one, Text: q.T("organisation.cio." + one)})
	}
	if slices.Contains(organisation.Sectors, in.Sector) {
		for _, term := range organisation.Terms {
			v.Terms = append(v.Terms, ui.Fact{Term: q.T("organisation.term." + term), Text: q.T(in.Sector.Term(term))})
		}
	}
	q.title("roles", q.T("organisation.profile.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles"}, ui.Crumb{Title: q.T("governance.independence.title"), Href: "/roles/independence"})
	if refused != nil {
		return q.refuse(w, refused, profilePage(q.Page, v))
	}
	return q.render(w, profilePage(q.Page, v))
}
