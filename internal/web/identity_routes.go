package web

import (
	"net"

	"accordo.dev/internal/access"
	"accordo.dev/internal/identity"
)

// identityRoutes binds the pages of this area.
func (s *Server) identityRoutes(m *mux) {
	m.open("GET /sign-in", s.signInPage)
	m.open("POST /sign-in", s.signIn)
	m.open("POST /sign-in/passkey/begin", s.passkeyBegin)
	m.open("POST /sign-in/passkey/finish", s.passkeyFinish)
	m.open("POST /sign-out", s.signOut)
	m.open("GET /setup", s.setupPage)
	m.open("POST /setup", s.setup)
	m.open("GET /welcome", s.welcomePage)
	m.open("POST /welcome", s.welcome)

	m.page("GET /account", s.account)
	m.page("POST /account/password", s.changePassword)
	m.page("POST /account/passkeys/begin", s.addPasskeyBegin)
	m.page("POST /account/passkeys/finish", s.addPasskeyFinish)
	m.page("POST /account/passkeys/remove", s.removePasskey)
	m.page("POST /account/tokens", s.makeToken)
	m.page("POST /account/tokens/revoke", s.revokeToken)
	m.page("POST /account/signing-key", s.addSigningKey)
	m.page("POST /account/signing-key/remove", s.removeSigningKey)

	m.page("GET /people", s.people)
	m.page("POST /people", s.addPerson)
	m.page("GET /people/new", s.newPerson)
	m.page("POST /people/offices", s.appoint)
	m.page("POST /people/offices/end", s.endOffice)
	m.page("GET /people/{id}", s.person)
	m.page("POST /people/{id}", s.changePerson)
	m.page("POST /people/{id}/invite", s.invite)
	m.page("POST /people/{id}/end", s.endPerson)
}

// door is what the ways in share.
type door struct {
	limiter    *identity.Limiter
	ceremonies *identity.Ceremonies // nil: no passkeys at this address
}

func newDoor(origin string) door {
	d := door{limiter: identity.NewLimiter()}
	if host, _, err := net.SplitHostPort(afterScheme(origin)); err == nil && net.ParseIP(host) != nil {
		return d // browsers make no passkeys for bare network addresses
	}
	if ceremonies, err := identity.NewCeremonies(origin); err == nil {
		d.ceremonies = ceremonies
	}
	return d
}

func afterScheme(origin string) string {
	for i := 0; i+3 <= len(origin); i++ {
		if origin[i:i+3] == "://" {
			return origin[i+3:]
		}
	}
	return origin
}

// refusal says why the reader may not run an operation, in words; empty when they may. Pages show it instead of a
// button that would fail.
func (s *Server) refusal(q *request, operation string) string {
	err := s.Run.Access.Check(accessTo(q, operation))
	if err == nil {
		return ""
	}
	return q.Page.Sentence(err)
}

func accessTo(q *request, operation string) access.Request {
	return access.Request{Actor: q.Actor, Operation: operation}
}
