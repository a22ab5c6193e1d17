package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// tieForm is the form of a connection or an agreement with what was typed and what is wrong with it.
type tieForm struct {
	Lead     string
	Groups   []fieldGroup
	Err      error
	Version  string // of what is changed; empty for something new
	Imported string // source that brought it
	Back     string // where it is left for
	End      string // where it is ended; empty for something new
	EndTitle string
	EndNote  string
}

func (f tieForm) all() (fields []ui.Input) {
	for _, group := range f.Groups {
		fields = append(fields, group.Fields...)
	}
	return fields
}

// filled gives the fields what was typed and what is wrong with them.
func (f tieForm) filled(p ui.Page, typed url.Values, err error) tieForm {
	f.Err = err
	for i := range f.Groups {
		f.Groups[i].Fields = fill(p, typed, err, f.Groups[i].Fields)
	}
	return f
}

// mostOptions is up to how many elements a field offers all of them; above, an id is typed.
const mostOptions = 500

// elementPicker is a field for an element.
func (s *Server) elementPicker(q *request, name, label, value string, required bool) (ui.Input, error) {
	in := ui.Input{Name: name, Label: label, Value: value, Required: required, Hint: q.T("landscape.hint.element")}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListElements, landscape.Filter{Page: db.Page{Limit: mostOptions}})
	if err != nil || page.Total > mostOptions {
		return in, err
	}
	in.Type, in.Hint, in.Options = "select", "", []ui.Option{{Text: q.T("landscape.unsaid")}}
	for _, e := range page.Items {
		in.Options = append(in.Options, ui.Option{Value: e.ID, Text: q.Page.In(e.Title()) + " (" + kindWord(q.Page, e.Kind) + ")"})
	}
	return in, nil
}

// ownerOptions offers everybody, and that nobody has said.
func (s *Server) ownerOptions(q *request) ([]ui.Option, error) {
	everybody, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpList, identity.Filter{Page: db.Page{Limit: db.Unlimited}})
	options := []ui.Option{{Text: q.T("landscape.unsaid")}}
	for _, person := range everybody.Items {
		options = append(options, ui.Option{Value: person.ID, Text: person.Name})
	}
	return options, err
}

func (s *Server) connectionNew(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	c := landscape.Connection{From: query.Get("from"), To: query.Get("to"), Kind: landscape.Uses, Phase: landscape.PhaseLive}
	form, err := s.connectionForm(q, landscape.ConnectionView{Connection: c}, true)
	if err != nil {
		return err
	}
	return q.render(w, tieFormPage(q.Page, form.filled(q.Page, nil, nil)))
}

func (s *Server) connectionAdd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	c := typedConnection(f, landscape.Connection{From: f.text("from"), To: f.text("to")})
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), s.Run, q.Actor, landscape.OpConnect, c)
	}
	if err == nil {
		return q.redirect(w, "/landscape/"+c.From, "landscape.saved")
	}
	form, formErr := s.connectionForm(q, landscape.ConnectionView{Connection: c}, true)
	if formErr != nil {
		return formErr
	}
	return q.again(w, err, tieFormPage(q.Page, form.filled(q.Page, f.Values, err)))
}

func (s *Server) connectionEdit(w http.ResponseWriter, q *request) error {
	v, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetConnection, landscape.GetConnectionIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	form, err := s.connectionForm(q, v, false)
	if err != nil {
		return err
	}
	return q.render(w, tieFormPage(q.Page, form.filled(q.Page, nil, nil)))
}

func (s *Server) connectionChange(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	v, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpGetConnection, landscape.GetConnectionIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	version := f.version()
	c := typedConnection(f, landscape.Connection{ID: v.Connection.ID, Version: version, Properties: v.Connection.Properties})
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), s.Run, q.Actor, landscape.OpChangeConnection, c)
	}
	if err == nil {
		return q.redirect(w, "/landscape/"+v.From.ID, "landscape.saved")
	}
	form, formErr := s.connectionForm(q, v, false)
	if formErr != nil {
		return formErr
	}
	return q.again(w, err, tieFormPage(q.Page, form.filled(q.Page, f.Values, err)))
}

func (s *Server) connectionEnd(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	version := f.version()
	c, err := op.Do(q.Context(), s.Run, q.Actor, landscape.OpDisconnect, landscape.DisconnectIn{ID: q.PathValue("id"), Version: version})
	if err != nil {
		return err
	}
	return q.redirect(w, "/landscape/"+c.From, "landscape.ended.done")
}

// typedConnection reads a connection out of the form.
func typedConnection(f *form, c landscape.Connection) landscape.Connection {
	c.Kind, c.Dependency, c.Strength = landscape.ConnectionKind(f.text("kind")), landscape.Dependency(f.text("dependency")), landscape.Strength(f.text("strength"))
	c.KOfN, c.Protocol, c.Data, c.Phase = maybeWhole(f, "k_of_n"), f.text("protocol"), commaList(f.text("data")), landscape.Phase(f.text("phase"))
	c.Encrypted, c.Authenticated, c.Logged = maybeYes(f.text("encrypted")), maybeYes(f.text("authenticated")), maybeYes(f.text("logged"))
	c.OwnerFrom, c.OwnerTo, c.Agreement, c.ReviewOn = f.text("owner_from"), f.text("owner_to"), f.text("agreement"), f.text("review_on")
	return c
}

func (s *Server) connectionForm(q *request, v landscape.ConnectionView, isNew bool) (tieForm, error) {
	p, c := q.Page, v.Connection
	people, err := s.ownerOptions(q)
	if err != nil {
		return tieForm{}, err
	}
	agreed, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListAgreements, struct{}{})
	if err != nil {
		return tieForm{}, err
	}
	agreements := []ui.Option{{Text: p.T("landscape.agreement.none")}}
	for _, a := range agreed {
		agreements = append(agreements, ui.Option{Value: a.ID, Text: p.In(a.Name())})
	}
	form := tieForm{Back: "/landscape/" + c.From, Groups: connectionFields(p, c, people, agreements)}
	if !isNew {
		form.Lead = p.T("landscape.connection.between", "from", v.From.Title(), "kind", p.T("landscape.tie."+string(c.Kind)), "to", v.To.Title())
		form.Version, form.End = strconv.FormatInt(c.Version, 10), "/landscape/connections/end/"+c.ID
		form.EndTitle, form.EndNote = p.T("landscape.connection.end"), p.T("landscape.connection.end.note")
		if c.Source != landscape.Hand {
			form.Imported = c.Source
		}
		q.landscapeTitle(p.T("landscape.connection.edit"), ui.Crumb{Title: p.In(v.From.Title()), Href: "/landscape/" + c.From})
		return form, nil
	}
	if c.From == "" {
		form.Back = "/landscape"
	}
	q.landscapeTitle(p.T("landscape.connection.new"))
	ends := make([]ui.Input, 2)
	for i, end := range []struct{ name, value string }{{"from", c.From}, {"to", c.To}} {
		if ends[i], err = s.elementPicker(q, end.name, p.T("landscape.field."+end.name), end.value, true); err != nil {
			return form, err
		}
	}
	form.Groups[0].Fields = slices.Insert(form.Groups[0].Fields, 0, ends[0])
	form.Groups[0].Fields = slices.Insert(form.Groups[0].Fields, 2, ends[1])
	return form, nil
}

func connectionFields(p ui.Page, c landscape.Connection, people, agreements []ui.Option) []fieldGroup {
	label := func(name string) string { return p.T("landscape.field." + name) }
	pick := func(name, value string, options []ui.Option) ui.Input {
		return ui.Input{Name: name, Label: label(name), Value: value, Type: "select", Options: options}
	}
	answer := func(name string, value *bool) ui.Input {
		return pick(name, yesText(value), []ui.Option{{Text: p.T("landscape.unsaid")}, {Value: "true", Text: p.T("landscape.yes")}, {Value: "false", Text: p.T("landscape.no")}})
	}
	usual := ui.Option{Text: p.T("landscape.connection.usual")}
	return []fieldGroup{
		{p.T("landscape.connection.group.what"), []ui.Input{
			pick("kind", string(c.Kind), choices(p, "landscape.tie.", wordsOf(landscape.ConnectionKinds)...)),
			pick("dependency", string(c.Dependency), append([]ui.Option{usual}, choices(p, "landscape.dependency.", "forward", "backward", "none")...)),
			pick("strength", string(c.Strength), append([]ui.Option{usual}, choices(p, "landscape.need.", "hard", "soft")...)),
			{Name: "k_of_n", Label: label("k_of_n"), Hint: p.T("landscape.hint.k_of_n"), Value: wholeText(c.KOfN), Mode: "numeric"},
		}},
		{p.T("landscape.connection.group.passes"), []ui.Input{
			{Name: "protocol", Label: label("protocol"), Value: c.Protocol},
			{Name: "data", Label: label("data"), Hint: p.T("landscape.hint.data"), Value: strings.Join(c.Data, ", ")},
			answer("encrypted", c.Encrypted), answer("authenticated", c.Authenticated), answer("logged", c.Logged),
		}},
		{p.T("landscape.connection.group.who"), []ui.Input{pick("owner_from", c.OwnerFrom, people), pick("owner_to", c.OwnerTo, people)}},
		{p.T("landscape.connection.group.life"), []ui.Input{
			pick("agreement", c.Agreement, agreements), pick("phase", string(c.Phase), choices(p, "landscape.phase.", wordsOf(landscape.Phases)...)),
			{Name: "review_on", Label: label("review_on"), Type: "date", Value: c.ReviewOn},
		}},
	}
}
