package web

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// accountView is everything on the page of one's own account.
type accountView struct {
	State    identity.SignInState
	Passkeys []identity.Passkey
	Tokens   []identity.Token
	Key      *identity.SigningKey
	Made     *identity.NewToken // shown once
	Scopes   []string           // typed
	Name     string
	Days     string
	Ceremony bool
	Err      error
}

// account shows how the reader signs in and signs.
func (s *Server) account(w http.ResponseWriter, q *request) error {
	return s.showAccount(w, q, accountView{Days: "90"})
}

func (s *Server) showAccount(w http.ResponseWriter, q *request, v accountView) error {
	ctx := q.Context()
	var err error
	if v.State, err = op.Ask(ctx, s.Run, q.Actor, identity.OpSignInState, struct{}{}); err != nil {
		return err
	}
	if v.Passkeys, err = op.Ask(ctx, s.Run, q.Actor, identity.OpPasskeys, struct{}{}); err != nil {
		return err
	}
	if v.Tokens, err = op.Ask(ctx, s.Run, q.Actor, identity.OpTokens, struct{}{}); err != nil {
		return err
	}
	key, err := op.Ask(ctx, s.Run, q.Actor, identity.OpSigningKey, struct{}{})
	if err == nil {
		v.Key = &key
	} else if !problem.Is(err, problem.NotFound) {
		return err
	}
	v.Ceremony = s.door.ceremonies != nil
	q.title("", q.T("shell.account"))
	if v.Err != nil {
		return q.refuse(w, v.Err, accountPage(q.Page, v))
	}
	return q.render(w, accountPage(q.Page, v))
}

// changePassword changes the reader's password and keeps this session.
func (s *Server) changePassword(w http.ResponseWriter, q *request) error {
	if err := s.door.limiter.Allow(s.DB.Now(), string(q.Actor.Ref), address(q.Request)); err != nil {
		return s.showAccount(w, q, accountView{Days: "90", Err: err})
	}
	in := identity.ChangePasswordInput{Current: q.PostFormValue("current"), New: q.PostFormValue("new")}
	person, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpChangePassword, in)
	if err == nil {
		s.door.limiter.Succeeded(string(q.Actor.Ref))
		err = s.enter(q, person.ID)
	}
	if err != nil {
		return s.showAccount(w, q, accountView{Days: "90", Err: err})
	}
	return q.redirect(w, "/account", "identity.account.password.done")
}

// addPasskeyBegin gives the browser the challenge of a registration.
func (s *Server) addPasskeyBegin(w http.ResponseWriter, q *request) error {
	if s.door.ceremonies == nil {
		return q.refuseJSON(w, problem.New(problem.NotFound, "identity.error.passkey-off"))
	}
	var options any
	var state string
	err := s.DB.View(q.Context(), q.Actor, func(r db.Reader) (err error) {
		options, state, err = s.door.ceremonies.BeginRegister(q.Context(), r)
		return err
	})
	if err != nil {
		return q.refuseJSON(w, err)
	}
	s.sessions.Put(q.Context(), "passkey", state)
	return answerJSON(w, http.StatusOK, options)
}

// addPasskeyFinish keeps the passkey that the browser made.
func (s *Server) addPasskeyFinish(w http.ResponseWriter, q *request) error {
	response, err := io.ReadAll(q.Body)
	if err != nil {
		return err
	}
	_, err = op.Do(q.Context(), s.Run, q.Actor, identity.OpAddPasskey, identity.AddPasskeyInput{
		Ceremonies: s.door.ceremonies, State: s.sessions.PopString(q.Context(), "passkey"), Response: response,
	})
	if err != nil {
		return q.refuseJSON(w, err)
	}
	s.sessions.Put(q.Context(), "notice", q.T("identity.account.passkey.done"))
	return answerJSON(w, http.StatusOK, map[string]string{"next": "/account"})
}

// removePasskey forgets a passkey.
func (s *Server) removePasskey(w http.ResponseWriter, q *request) error {
	_, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpRemovePasskey, identity.RemovePasskeyInput{ID: q.PostFormValue("id")})
	if err != nil {
		return s.showAccount(w, q, accountView{Days: "90", Err: err})
	}
	return q.redirect(w, "/account", "identity.account.passkey.removed")
}

// makeToken makes a token and shows it this once.
func (s *Server) makeToken(w http.ResponseWriter, q *request) error {
	if err := q.ParseForm(); err != nil {
		return problem.New(problem.Invalid, "web.error.form")
	}
	v := accountView{Name: q.PostForm.Get("name"), Scopes: q.PostForm["scopes"], Days: strings.TrimSpace(q.PostForm.Get("days"))}
	days, _ := strconv.Atoi(v.Days) //nolint:errcheck // zero is refused by the operation
	made, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpMakeToken, identity.MakeTokenInput{Name: v.Name, Scopes: v.Scopes, Days: days})
	if err != nil {
		v.Err = err
		return s.showAccount(w, q, v)
	}
	return s.showAccount(w, q, accountView{Days: "90", Made: &made})
}

// revokeToken stops a token.
func (s *Server) revokeToken(w http.ResponseWriter, q *request) error {
	_, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpRevokeToken, identity.RevokeTokenInput{ID: q.PostFormValue("id")})
	if err != nil {
		return s.showAccount(w, q, accountView{Days: "90", Err: err})
	}
	return q.redirect(w, "/account", "identity.account.token.revoked")
}

// addSigningKey keeps the reader's signing certificate.
func (s *Server) addSigningKey(w http.ResponseWriter, q *request) error {
	var file []byte
	if part, _, err := q.FormFile("file"); err == nil {
		defer part.Close()
		if file, err = io.ReadAll(part); err != nil {
			return err
		}
	}
	in := identity.AddSigningKeyInput{File: file, Passphrase: q.PostFormValue("passphrase")}
	if _, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpAddSigningKey, in); err != nil {
		return s.showAccount(w, q, accountView{Days: "90", Err: err})
	}
	return q.redirect(w, "/account", "identity.account.key.done")
}

// removeSigningKey forgets the reader's signing certificate.
func (s *Server) removeSigningKey(w http.ResponseWriter, q *request) error {
	if _, err := op.Do(q.Context(), s.Run, q.Actor, identity.OpRemoveSigningKey, struct{}{}); err != nil {
		return s.showAccount(w, q, accountView{Days: "90", Err: err})
	}
	return q.redirect(w, "/account", "identity.account.key.removed")
}

func (v accountView) has(scope string) bool {
	for _, one := range v.Scopes {
		if one == scope {
			return true
		}
	}
	return false
}

func (v accountView) keyState(p ui.Page) (ui.State, string) {
	if v.Key.Expired(p.Now) {
		return ui.Bad, p.T("identity.account.key.expired")
	}
	return ui.OK, p.T("identity.account.key.valid")
}

func scopeWords(p ui.Page, scopes []string) string {
	words := make([]string, len(scopes))
	for i, scope := range scopes {
		words[i] = p.T("identity.scope." + scope)
	}
	return strings.Join(words, ", ")
}
