package web

import (
	"context"
	"net/http"

	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
)

type searchIn struct{ Query string }

var opSearch = op.Query[searchIn, []item.Item]{
	Name: "item.search",
	Func: func(ctx context.Context, r db.Reader, in searchIn) ([]item.Item, error) {
		return item.Search(ctx, r, in.Query, 100)
	},
}

// search finds any named thing: systems, risks, decisions, people.
func (s *Server) search(w http.ResponseWriter, q *request) error {
	query := q.URL.Query().Get("q")
	found, err := op.Ask(q.Context(), s.Run, q.Actor, opSearch, searchIn{Query: query})
	if err != nil {
		return err
	}
	q.title("", q.T("web.search.title"))
	return q.render(w, searchPage(q.Page, query, found))
}

// itemHref is the page of an item, by its kind; empty when the kind has no page.
func itemHref(name ref.Ref) string {
	base, ok := map[string]string{
		"element": "/landscape/", "policy": "/landscape/policies/", "exception": "/landscape/exceptions#", "risk": "/risks/", "statement": "/risks/appetite/", "escalation": "/risks/escalations/", "project": "/projects/", "decision": "/decisions/", "raci": "/roles/raci/",
		"person": "/people/", "incident": "/evidence/incidents/", "file": "/evidence/files/",
		"report": "/reports/", "indicator": "/indicators/", "initiative": "/fund/initiatives/", "plan": "/fund/plans/",
		"exposure": "/evidence/exposures/", "obligation": "/roles/obligations/", "recovery-test": "/evidence/recoveries#",
		"committee": "/roles/committees/", "sitting": "/roles/sittings/",
	}[name.Kind()]
	if !ok {
		return ""
	}
	return base + name.ID()
}
