package web

import (
	"path/filepath"

	"github.com/a-h/templ"

	"accordo.dev/internal/evidence"
	"accordo.dev/internal/web/ui"
)

// evidencePages are the pages of evidence, with the imports that are going on.
type evidencePages struct {
	*Server
	jobs jobs[*importJob]
}

// evidenceRoutes binds the pages of this area.
func (s *Server) evidenceRoutes(m *mux) {
	e := &evidencePages{Server: s}
	m.page("GET /evidence", e.files)
	m.page("GET /evidence/files/{id}", e.file)
	m.page("GET /evidence/files/{id}/raw", e.raw)
	m.page("GET /evidence/import", e.importForm)
	m.page("POST /evidence/import", e.upload)
	m.page("GET /evidence/import/{job}", e.job)
	m.page("POST /evidence/import/{job}/again", e.previewAgain)
	m.page("POST /evidence/import/{job}/confirm", e.confirm)
	m.page("GET /evidence/exposures", e.exposures)
	m.page("GET /evidence/exposures/{id}", e.exposure)
	m.page("GET /evidence/kev", e.kev)
	m.page("GET /evidence/incidents", e.incidents)
	m.page("GET /evidence/incidents/new", e.incidentNew)
	m.page("POST /evidence/incidents/new", e.incidentSave)
	m.page("GET /evidence/incidents/{id}/edit", e.incidentEdit)
	m.page("POST /evidence/incidents/{id}/edit", e.incidentSave)
	m.page("GET /evidence/incidents/{id}", e.incident)
	m.page("GET /evidence/availability", e.availability)
	m.page("GET /evidence/recoveries", e.recoveries)
	m.page("GET /evidence/recoveries/new", e.recoveryNew)
	m.page("POST /evidence/recoveries/new", e.recoveryAdd)
	m.page("GET /evidence/unmatched", e.unmatched)
	m.page("POST /evidence/unmatched", e.match)
	m.page("GET /evidence/unmatched/match", e.matchForm)
	m.page("POST /evidence/unmatched/match", e.matchTo)
}

func (e *evidencePages) store() evidence.Store {
	return evidence.Store{Dir: filepath.Join(e.Data, "evidence")}
}

// evidenceTabs are the views of evidence.
func evidenceTabs(p ui.Page) []ui.Tab {
	tabs := []ui.Tab{}
	for _, view := range []struct{ path, key string }{
		{"/evidence", "evidence.tab.files"},
		{"/evidence/exposures", "evidence.tab.exposures"},
		{"/evidence/kev", "evidence.tab.kev"},
		{"/evidence/incidents", "evidence.tab.incidents"},
		{"/evidence/availability", "evidence.tab.availability"},
		{"/evidence/recoveries", "evidence.tab.recoveries"},
		{"/evidence/unmatched", "evidence.tab.unmatched"},
	} {
		tabs = append(tabs, ui.Tab{Title: p.T(view.key), Href: view.path, Current: p.Path == view.path})
	}
	return tabs
}

func (q *request) evidenceTitle(title string) {
	q.title("evidence", title, ui.Crumb{Title: q.T("shell.nav.evidence"), Href: "/evidence"})
}

// action is a button that leads to a form; nothing for those who may not send it.
func (e *evidencePages) action(q *request, operation, href, key string) templ.Component {
	if e.refusal(q, operation) != "" {
		return nil
	}
	return ui.Link(href, "plus", q.T(key), "pri")
}

// chosen gives the options of a select: one for "any", then the values with their words under a prefix of keys.
func chosen(p ui.Page, anyKey, prefix string, values ...string) []ui.Option {
	options := []ui.Option{{Value: "", Text: p.T(anyKey)}}
	for _, value := range values {
		options = append(options, ui.Option{Value: value, Text: p.T(prefix + value)})
	}
	return options
}
