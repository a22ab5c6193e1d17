// Package web serves the pages. A page is a templ component and a handler that fills it; there are no
// rules in either. Handlers return errors; this file turns them into pages.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/record"
	"accordo.dev/internal/web/static"
)

// Config is what the pages need from outside.
type Config struct {
	DB       *db.DB
	Run      *op.Runner
	Key      record.Key // of the record
	Data     string     // folder of raw evidence, reports and keys
	Sessions scs.Store
	Log      *slog.Logger
	Secure   bool   // cookies only over HTTPS
	Origin   string // address under which people reach the site, for passkeys
}

// Server serves the pages of one installation.
type Server struct {
	Config
	sessions  *scs.SessionManager
	limits    limits
	door      door
	root      recordRoot
	figures   figureCache
	headlines headlineCache

	mapImports jobs[*mapImport]
}

// New makes the server.
func New(c Config) *Server {
	sessions := scs.New()
	sessions.Store = c.Sessions
	sessions.HashTokenInStore = true
	sessions.Lifetime = 12 * time.Hour
	sessions.IdleTimeout = 2 * time.Hour
	sessions.Cookie.Name = "accordo"
	sessions.Cookie.HttpOnly = true
	sessions.Cookie.SameSite = http.SameSiteLaxMode
	sessions.Cookie.Secure = c.Secure
	return &Server{Config: c, sessions: sessions, limits: defaultLimits, door: newDoor(c.Origin)}
}

// Handler is the whole site: pages, static files, and api under /api/.
func (s *Server) Handler(api http.Handler) http.Handler {
	routes := http.NewServeMux()
	routes.Handle("GET /static/", static.Handler())
	routes.HandleFunc("GET /healthz", s.health)
	m := &mux{server: s, routes: routes}
	m.open("POST /preferences", s.preferences)
	m.page("GET /search", s.search)
	s.homeRoutes(m)
	s.identityRoutes(m)
	s.landscapeRoutes(m)
	s.evidenceRoutes(m)
	s.indicatorRoutes(m)
	s.riskRoutes(m)
	s.projectRoutes(m)
	s.decisionRoutes(m)
	s.budgetRoutes(m)
	s.roleRoutes(m)
	s.reportRoutes(m)
	s.recordRoutes(m)
	m.page("/", func(http.ResponseWriter, *request) error { return errNoPage })
	site := http.NewServeMux()
	site.Handle("/api/", api)
	site.Handle("/", s.sessions.LoadAndSave(routes))
	return headers(http.NewCrossOriginProtection().Handler(s.limits.body(site)))
}

// health answers when the database does.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	err := s.DB.View(r.Context(), db.System("health"), func(reader db.Reader) error {
		_, err := record.Size(r.Context(), reader)
		return err
	})
	if err != nil {
		http.Error(w, "database", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// headers sets what every answer carries. Scripts and styles come from this site only, never inline.
func headers(next http.Handler) http.Handler {
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}

// limits bound what a request may send.
type limits struct {
	form   int64 // bytes of an ordinary form
	upload int64 // bytes of an upload of evidence
}

var defaultLimits = limits{form: 1 << 20, upload: 260 << 20}

// body bounds request bodies; only paths that take files get the large bound.
func (l limits) body(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := l.form
		if isUpload(r.URL.Path) {
			limit = l.upload
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

func isUpload(path string) bool {
	switch path {
	case "/evidence/import", "/landscape/import", "/api/evidence/import", "/api/landscape/import", "/reports/verify":
		return true
	}
	return false
}

// Serve answers requests until the context ends, then finishes the running ones.
func Serve(ctx context.Context, server *http.Server, listen func() error) error {
	failed := make(chan error, 1)
	go func() { failed <- listen() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		calm, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return server.Shutdown(calm)
	}
}
