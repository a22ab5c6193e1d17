package identity_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
)

func bearer(secret string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/api/x", nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	return r
}

func TestTokenActsWithinItsScopesUntilItExpires(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		made := do(h, h.as("anna"), identity.OpMakeToken, identity.MakeTokenInput{Name: "reader", Scopes: []string{"read"}, Days: 10})
		actor, err := identity.Authenticate(ctx, d, bearer(made.Secret))
		if err != nil || actor.Ref != "person:anna" {
			t.Fatalf("actor: got %v, %v", actor, err)
		}
		if _, err := op.Ask(ctx, h.Runner, actor, identity.OpList, identity.Filter{}); err != nil {
			t.Errorf("read: got %v", err)
		}
		refused(h, actor, identity.OpAddPerson, identity.AddPersonInput{Name: "Mallory"}, "access.token-scope")
		tokens, err := op.Ask(ctx, h.Runner, h.as("anna"), identity.OpTokens, struct{}{})
		if err != nil || len(tokens) != 1 || !tokens[0].UsedAt.Equal(dbtest.Now) {
			t.Errorf("tokens: got %v, %v", tokens, err)
		}
		d.Now = func() time.Time { return dbtest.Now.AddDate(0, 0, 10) }
		_, err = identity.Authenticate(ctx, d, bearer(made.Secret))
		wantKey(t, err, "identity.error.token")
	})
}

func TestTokenCannotMakeItselfStronger(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		made := do(h, h.as("carla"), identity.OpMakeToken, identity.MakeTokenInput{Name: "all", Scopes: []string{"write"}, Days: 10})
		actor, err := identity.Authenticate(ctx, d, bearer(made.Secret))
		if err != nil {
			t.Fatal(err)
		}
		refused(h, actor, identity.OpMakeToken, identity.MakeTokenInput{Name: "more", Scopes: []string{"write"}, Days: 300}, "identity.error.not-by-token")
		refused(h, actor, identity.OpChangePassword, identity.ChangePasswordInput{New: password}, "identity.error.not-by-token")
		refused(h, h.as("carla"), identity.OpMakeToken, identity.MakeTokenInput{Name: "none", Days: 10}, "identity.error.no-scope")
		refused(h, h.as("carla"), identity.OpMakeToken, identity.MakeTokenInput{Name: "odd", Scopes: []string{"root"}, Days: 10}, "problem.choice")
		refused(h, h.as("dario"), identity.OpRevokeToken, identity.RevokeTokenInput{ID: made.ID}, "identity.error.no-token")
		do(h, h.as("carla"), identity.OpRevokeToken, identity.RevokeTokenInput{ID: made.ID})
		_, err = identity.Authenticate(ctx, d, bearer(made.Secret))
		wantKey(t, err, "identity.error.token")
	})
}

func TestSecretsDoNotEnterDatabaseOrRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		made := do(h, h.as("carla"), identity.OpMakeToken, identity.MakeTokenInput{Name: "x", Scopes: []string{"read"}, Days: 1})
		do(h, db.System("x"), identity.OpSetPassword, identity.SetPasswordInput{Person: "carla", Password: password})
		dbtest.View(t, d, func(r db.Reader) error {
			texts, err := db.Column[string](ctx, r, "SELECT body FROM record_entry UNION ALL SELECT hash FROM api_token UNION ALL SELECT password_hash FROM person")
			for _, text := range texts {
				if strings.Contains(text, password) || strings.Contains(text, made.Secret) {
					t.Errorf("secret in %q", text)
				}
			}
			return err
		})
	})
}

func TestSessionsLiveInTheDatabaseByHash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		d.Now = func() time.Time { return time.Now().UTC() }
		manager := scs.New()
		manager.Store = identity.NewSessions(d)
		manager.IdleTimeout = time.Hour
		handler := manager.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/in" {
				manager.Put(r.Context(), "person", "carla")
			}
			if r.URL.Path == "/out" {
				_ = manager.Destroy(r.Context())
			}
			_, _ = w.Write([]byte(manager.GetString(r.Context(), "person")))
		}))
		call := func(path string, c *http.Cookie) (string, *http.Cookie) {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			if c != nil {
				r.AddCookie(c)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			for _, set := range w.Result().Cookies() {
				if set.Value != "" {
					c = set
				}
			}
			return w.Body.String(), c
		}
		_, cookie := call("/in", nil)
		stored := func() (tokens []string, expiry []int64) {
			dbtest.View(t, d, func(r db.Reader) (err error) {
				if tokens, err = db.Column[string](ctx, r, "SELECT token_hash FROM web_session"); err != nil {
					return err
				}
				expiry, err = db.Column[int64](ctx, r, "SELECT expires_at FROM web_session")
				return err
			})
			return tokens, expiry
		}
		tokens, before := stored()
		if len(tokens) != 1 || tokens[0] == cookie.Value {
			t.Fatalf("stored tokens: got %v for cookie %v", tokens, cookie.Value)
		}
		if got, _ := call("/", cookie); got != "carla" {
			t.Errorf("second request: got %q, want carla", got)
		}
		if _, after := stored(); after[0] != before[0] {
			t.Errorf("a page view wrote the session again: %v, %v", before, after)
		}
		call("/out", cookie)
		if got, _ := call("/", cookie); got != "" {
			t.Errorf("after sign-out: got %q, want nobody", got)
		}
	})
}

func TestExpiredSessionIsNotFoundAndIsCleared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := identity.NewSessions(d)
		if err := store.CommitCtx(ctx, "old", []byte{1}, dbtest.Now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		d.Now = func() time.Time { return dbtest.Now.Add(time.Hour) }
		if _, found, err := store.FindCtx(ctx, "old"); found || err != nil {
			t.Errorf("expired: got %v, %v", found, err)
		}
		if err := store.CommitCtx(ctx, "new", []byte{2}, dbtest.Now.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		dbtest.View(t, d, func(r db.Reader) error {
			n, err := db.Value[int](ctx, r, "SELECT COUNT(*) FROM web_session")
			if n != 1 {
				t.Errorf("sessions: got %d, want 1", n)
			}
			return err
		})
	})
}
