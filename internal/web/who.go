package web

import (
	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/web/ui"
)

// whoAsks fills in the person who is signed in, if any, and what the pages know about them.
func (s *Server) whoAsks(q *request) error {
	ctx := q.Context()
	actor, person, err := identity.Visitor(ctx, s.DB, s.sessions.GetString(ctx, "person"), s.sessions.GetInt64(ctx, "epoch"))
	if err != nil {
		return err
	}
	err = s.DB.View(ctx, db.System("pages"), func(r db.Reader) error {
		own, err := organisation.Get(ctx, r, struct{}{})
		q.Page.Org = own.Name
		return err
	})
	if err != nil || actor.Ref == "" {
		return err
	}
	q.Actor = actor
	q.Page.Person = &ui.Person{
		Name: actor.Name, Ref: string(actor.Ref), Offices: actor.Offices,
		CIO: actor.Holds(identity.OfficeCIO), CISO: actor.Holds(identity.OfficeCISO),
	}
	if cookie(q.Request, "lang") == "" {
		q.Page.Lang = person.Language
	}
	return nil
}
