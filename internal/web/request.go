package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/static"
	"accordo.dev/internal/web/ui"
)

// request is one request with who asks and how they read.
type request struct {
	*http.Request
	Actor  db.Actor
	Page   ui.Page
	server *Server
}

// Lang is the language of the reader.
func (q *request) Lang() i18n.Lang { return q.Page.Lang }

// T gives a message in the language of the reader.
func (q *request) T(key string, args ...any) string { return i18n.T(q.Page.Lang, key, args...) }

// title names the page, its place in the navigation and the way to it.
func (q *request) title(nav, title string, crumbs ...ui.Crumb) {
	q.Page.Nav, q.Page.Title = nav, title
	q.Page.Crumbs = append([]ui.Crumb{{Title: q.Page.Org, Href: "/"}}, crumbs...)
	if title != "" {
		q.Page.Crumbs = append(q.Page.Crumbs, ui.Crumb{Title: title})
	}
}

// render writes a page.
func (q *request) render(w http.ResponseWriter, c templ.Component) error {
	return q.renderStatus(w, http.StatusOK, c)
}

// renderStatus writes a page with a status, such as a form that was refused.
func (q *request) renderStatus(w http.ResponseWriter, status int, c templ.Component) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return c.Render(q.Context(), w)
}

// redirect goes to a page of this site after a form; key is the notice shown there, or empty.
func (q *request) redirect(w http.ResponseWriter, to, key string, args ...any) error {
	if key != "" {
		q.server.sessions.Put(q.Context(), "notice", q.T(key, args...))
	}
	http.Redirect(w, q.Request, to, http.StatusSeeOther)
	return nil
}

// mux binds patterns to handlers that return errors.
type mux struct {
	server *Server
	routes *http.ServeMux
}

type handler func(http.ResponseWriter, *request) error

// page binds a handler for people who are signed in; others are led to the sign-in page.
func (m *mux) page(pattern string, h handler) { m.bind(pattern, h, true) }

// open binds a handler for everybody.
func (m *mux) open(pattern string, h handler) { m.bind(pattern, h, false) }

func (m *mux) bind(pattern string, h handler, needsPerson bool) {
	m.routes.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		q, err := m.server.request(r)
		if err == nil && needsPerson && q.Actor.Ref == "" {
			m.server.toSignIn(w, q)
			return
		}
		if err == nil {
			err = h(w, q)
		}
		if err != nil {
			m.server.fail(w, q, err)
		}
	})
}

func (s *Server) toSignIn(w http.ResponseWriter, q *request) {
	back := "/"
	if q.Method == http.MethodGet {
		back = q.URL.RequestURI()
	}
	http.Redirect(w, q.Request, "/sign-in?back="+url.QueryEscape(back), http.StatusSeeOther)
}

// request gathers who asks, in which language, lens and theme.
func (s *Server) request(r *http.Request) (*request, error) {
	q := &request{Request: r, server: s}
	lang := i18n.ParseLang(r.Header.Get("Accept-Language"))
	if chosen := cookie(r, "lang"); chosen != "" {
		lang = i18n.ParseLang(chosen)
	}
	q.Page = ui.Page{
		Lang: lang, Lens: oneOf(cookie(r, "lens"), ui.LensCIO, ui.LensCISO, ui.LensBoard), Theme: oneOf(cookie(r, "theme"), "", "light", "dark"),
		Path: r.URL.Path, Query: r.URL.Query(), Now: s.DB.Now(), Scripts: static.HasBundle(),
	}
	if text := s.sessions.PopString(r.Context(), "notice"); text != "" {
		q.Page.Notice = &ui.Notice{Kind: ui.OK, Text: text}
	}
	err := s.whoAsks(q)
	if err != nil || q.Page.Person == nil {
		return q, err
	}
	if q.Page.RecordRoot, err = s.root.of(q); err != nil {
		return q, err
	}
	q.Page.Counts, err = s.waiting(q)
	return q, err
}

// fail shows an error as a page, in words; what nobody can act on is logged.
func (s *Server) fail(w http.ResponseWriter, q *request, err error) {
	p, ok := problem.As(err)
	if !ok {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			p = problem.New(problem.TooLarge, "web.error.too-large", "limit", tooLarge.Limit>>20)
		} else {
			s.Log.Error("page failed", "path", q.URL.Path, "error", err)
			p = problem.New("", "web.error.internal")
		}
	}
	if p.Kind == problem.Unauthenticated {
		s.toSignIn(w, q)
		return
	}
	status := problemStatus(p.Kind)
	q.title("", q.T("web.error.title."+http.StatusText(status)))
	if err := q.renderStatus(w, status, failure(q.Page, status, p)); err != nil {
		s.Log.Error("error page failed", "path", q.URL.Path, "error", err)
	}
}

var errNoPage = problem.New(problem.NotFound, "web.error.no-page")

func problemStatus(kind problem.Kind) int {
	switch kind {
	case problem.Invalid:
		return http.StatusBadRequest
	case problem.NotFound:
		return http.StatusNotFound
	case problem.Forbidden:
		return http.StatusForbidden
	case problem.Conflict:
		return http.StatusConflict
	case problem.TooLarge:
		return http.StatusRequestEntityTooLarge
	case problem.TooMany:
		return http.StatusTooManyRequests
	default:
		return http.StatusInternalServerError
	}
}

// preferences keeps language, lens and theme in cookies and goes back to where the reader was.
func (s *Server) preferences(w http.ResponseWriter, q *request) error {
	if err := q.ParseForm(); err != nil {
		return problem.New(problem.Invalid, "web.error.form")
	}
	for _, name := range []string{"lang", "lens", "theme"} {
		if values, ok := q.PostForm[name]; ok {
			http.SetCookie(w, &http.Cookie{
				Name: name, Value: url.QueryEscape(values[0]), Path: "/", HttpOnly: true, Secure: s.Secure,
				SameSite: http.SameSiteLaxMode, MaxAge: int((365 * 24 * time.Hour).Seconds()),
			})
		}
	}
	return q.redirect(w, localPath(q.PostForm.Get("back")), "")
}

// localPath lets only addresses of this site through.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return path
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// oneOf returns value when it is one of the choices, else the first choice.
func oneOf(value string, choices ...string) string {
	for _, choice := range choices {
		if value == choice {
			return value
		}
	}
	return choices[0]
}
