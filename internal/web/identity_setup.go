package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

type setupIn struct {
	Admin        identity.SetupInput
	Organisation string
	Sector       organisation.Sector
}

var sectors = organisation.Sectors

// opSetup names the organisation and makes its first administrator, both or neither.
var opSetup = op.Command[setupIn, identity.Person]{Name: "identity.complete-setup", Func: completeSetup}

func completeSetup(ctx context.Context, tx *db.Tx, in setupIn) (identity.Person, error) {
	var wrong []*problem.Error
	name := strings.TrimSpace(in.Organisation)
	if name == "" {
		wrong = append(wrong, problem.Field("organisation", "problem.required"))
	}
	if !slices.Contains(sectors, in.Sector) {
		wrong = append(wrong, problem.Field("sector", "problem.required"))
	}
	person, err := identity.CompleteSetup(ctx, tx, in.Admin)
	if p, ok := problem.As(err); ok {
		if len(p.Causes) > 0 {
			wrong = append(wrong, p.Causes...)
		} else {
			wrong = append(wrong, p)
		}
	} else if err != nil {
		return person, err
	}
	if err := problem.Many(wrong); err != nil {
		return person, err
	}
	own, err := organisation.Get(ctx, tx, struct{}{})
	if err != nil {
		return person, err
	}
	own.Name, own.Sector, own.Profiles = name, in.Sector, in.Sector.DefaultProfiles()
	_, err = organisation.Apply(ctx, tx, own)
	return person, err
}

type linkForm struct {
	Link  string
	In    setupIn
	Whose identity.Person
	Err   error
}

// setupPage asks for the organisation and its first administrator.
func (s *Server) setupPage(w http.ResponseWriter, q *request) error {
	form := linkForm{Link: q.URL.Query().Get("link")}
	form.In.Admin.Language = q.Lang()
	person, err := op.Ask(q.Context(), s.Run, system, identity.OpOpenLink, identity.Link{Secret: form.Link})
	if err == nil && person.ID != "" {
		err = problem.New(problem.Invalid, "identity.error.link")
	}
	if err != nil {
		return err
	}
	q.title("", q.T("identity.setup.title"))
	return q.render(w, setupView(q.Page, form))
}

// setup makes both and signs the administrator in.
func (s *Server) setup(w http.ResponseWriter, q *request) error {
	if err := s.door.limiter.Allow(s.DB.Now(), "", address(q.Request)); err != nil {
		return err
	}
	form := linkForm{Link: q.PostFormValue("link"), In: setupIn{
		Organisation: q.PostFormValue("organisation"), Sector: organisation.Sector(q.PostFormValue("sector")),
		Admin: identity.SetupInput{
			Secret: q.PostFormValue("link"), Name: strings.TrimSpace(q.PostFormValue("name")), Email: strings.TrimSpace(q.PostFormValue("email")),
			Language: q.Lang(), Password: q.PostFormValue("password"),
		},
	}}
	person, err := op.Do(q.Context(), s.Run, system, opSetup, form.In)
	if err == nil {
		err = s.enter(q, person.ID)
	}
	if err != nil {
		form.Err = err
		q.title("", q.T("identity.setup.title"))
		return q.refuse(w, err, setupView(q.Page, form))
	}
	return q.redirect(w, "/roles/offices", "identity.setup.done")
}

// welcomePage asks an invited person for a password.
func (s *Server) welcomePage(w http.ResponseWriter, q *request) error {
	form := linkForm{Link: q.URL.Query().Get("link")}
	var err error
	form.Whose, err = op.Ask(q.Context(), s.Run, system, identity.OpOpenLink, identity.Link{Secret: form.Link})
	if err == nil && form.Whose.ID == "" {
		err = problem.New(problem.Invalid, "identity.error.link")
	}
	if err != nil {
		return err
	}
	q.title("", q.T("identity.welcome.title", "name", form.Whose.Name))
	return q.render(w, welcomeView(q.Page, form))
}

// welcome sets the password of an invited person and signs them in.
func (s *Server) welcome(w http.ResponseWriter, q *request) error {
	if err := s.door.limiter.Allow(s.DB.Now(), "", address(q.Request)); err != nil {
		return err
	}
	form := linkForm{Link: q.PostFormValue("link")}
	var err error
	if form.Whose, err = op.Ask(q.Context(), s.Run, system, identity.OpOpenLink, identity.Link{Secret: form.Link}); err != nil {
		return err
	}
	in := identity.AcceptInput{Secret: form.Link, Password: q.PostFormValue("password")}
	person, err := op.Do(q.Context(), s.Run, system, identity.OpAcceptInvite, in)
	if err == nil {
		err = s.enter(q, person.ID)
	}
	if err != nil {
		form.Err = err
		q.title("", q.T("identity.welcome.title", "name", form.Whose.Name))
		return q.refuse(w, err, welcomeView(q.Page, form))
	}
	return q.redirect(w, "/account", "identity.welcome.done")
}

func sectorName(lang i18n.Lang, sector organisation.Sector) string {
	return i18n.T(lang, "identity.sector."+string(sector))
}
