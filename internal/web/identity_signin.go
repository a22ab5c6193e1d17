package web

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// system acts for somebody who has not proved yet who they are.
var system = db.System("sign-in")

type signInForm struct {
	Email, Back string
	Passkeys    bool
	Err         error
}

func (s *Server) signInForm(back, email string, err error) signInForm {
	return signInForm{Email: email, Back: localPath(back), Passkeys: s.door.ceremonies != nil, Err: err}
}

// signInPage shows the ways in; whoever is in already goes on.
func (s *Server) signInPage(w http.ResponseWriter, q *request) error {
	back := q.URL.Query().Get("back")
	if q.Actor.Ref != "" {
		return q.redirect(w, localPath(back), "")
	}
	q.title("", q.T("identity.sign-in.title"))
	return q.render(w, signInView(q.Page, s.signInForm(back, "", nil)))
}

// signIn signs in with a password.
func (s *Server) signIn(w http.ResponseWriter, q *request) error {
	email, back := q.PostFormValue("email"), q.PostFormValue("back")
	person, err := s.checkPassword(q, email)
	if err == nil {
		err = s.enter(q, person.ID)
	}
	if _, ok := problem.As(err); err != nil && !ok {
		return err
	}
	if err != nil {
		q.title("", q.T("identity.sign-in.title"))
		return q.refuse(w, err, signInView(q.Page, s.signInForm(back, email, err)))
	}
	return q.redirect(w, localPath(back), "")
}

func (s *Server) checkPassword(q *request, email string) (identity.Person, error) {
	if err := s.door.limiter.Allow(s.DB.Now(), email, address(q.Request)); err != nil {
		return identity.Person{}, err
	}
	in := identity.CheckPasswordInput{Email: email, Password: q.PostFormValue("password")}
	person, err := op.Ask(q.Context(), s.Run, system, identity.OpCheckPassword, in)
	if err == nil {
		s.door.limiter.Succeeded(email)
	}
	return person, err
}

// enter begins the session of a person who has shown a password.
func (s *Server) enter(q *request, person string) error {
	epoch, err := op.Do(q.Context(), s.Run, system, identity.OpSignIn, identity.SignInInput{Person: person, Means: "password"})
	if err != nil {
		return err
	}
	return s.begin(q, person, epoch)
}

// begin gives the browser a new session token: one that somebody planted before the sign-in is worth nothing.
func (s *Server) begin(q *request, person string, epoch int64) error {
	if err := s.sessions.RenewToken(q.Context()); err != nil {
		return err
	}
	s.sessions.Put(q.Context(), "person", person)
	s.sessions.Put(q.Context(), "epoch", epoch)
	return nil
}

// signOut ends the session.
func (s *Server) signOut(w http.ResponseWriter, q *request) error {
	if err := s.sessions.Destroy(q.Context()); err != nil {
		return err
	}
	http.Redirect(w, q.Request, "/sign-in", http.StatusSeeOther)
	return nil
}

// passkeyBegin gives the browser the challenge of a sign-in.
func (s *Server) passkeyBegin(w http.ResponseWriter, q *request) error {
	if s.door.ceremonies == nil {
		return q.refuseJSON(w, problem.New(problem.NotFound, "identity.error.passkey-off"))
	}
	if err := s.door.limiter.Allow(s.DB.Now(), "", address(q.Request)); err != nil {
		return q.refuseJSON(w, err)
	}
	options, state, err := s.door.ceremonies.BeginSignIn()
	if err != nil {
		return q.refuseJSON(w, err)
	}
	s.sessions.Put(q.Context(), "passkey", state)
	return answerJSON(w, http.StatusOK, options)
}

// passkeyFinish checks the browser's answer and begins the session.
func (s *Server) passkeyFinish(w http.ResponseWriter, q *request) error {
	response, err := io.ReadAll(q.Body)
	if err != nil {
		return err
	}
	used, err := op.Do(q.Context(), s.Run, system, identity.OpUsePasskey, identity.UsePasskeyInput{
		Ceremonies: s.door.ceremonies, State: s.sessions.PopString(q.Context(), "passkey"), Response: response,
	})
	if err == nil {
		err = s.begin(q, used.Person, used.Epoch)
	}
	if err != nil {
		return q.refuseJSON(w, err)
	}
	return answerJSON(w, http.StatusOK, map[string]string{})
}

// refuse shows a form again with what is wrong; an error that nobody can act on becomes the error page.
func (q *request) refuse(w http.ResponseWriter, err error, form templ.Component) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	status := problemStatus(p.Kind)
	return q.renderStatus(w, status, form)
}

// refuseJSON answers a script with a problem (RFC 9457).
func (q *request) refuseJSON(w http.ResponseWriter, err error) error {
	p, ok := problem.As(err)
	if !ok {
		q.server.Log.Error("page failed", "path", q.URL.Path, "error", err)
		p = problem.New("", "web.error.internal")
	}
	status := problemStatus(p.Kind)
	return answerJSON(w, status, map[string]any{"title": http.StatusText(status), "status": status, "detail": q.Page.Sentence(p)})
}

func answerJSON(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(body)
}

// address is where a request comes from; behind a proxy that is the proxy.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return strings.TrimSpace(host)
}
