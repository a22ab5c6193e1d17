package web

import (
	"net/http"
	"net/url"
	"slices"

	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// unmatched lists names that no element is known by.
func (e *evidencePages) unmatched(w http.ResponseWriter, q *request) error {
	waiting, err := op.Ask(q.Context(), e.Run, q.Actor, evidence.OpUnmatched, struct{}{})
	if err != nil {
		return err
	}
	if wantsExport(q) {
		rows := make([][]any, len(waiting))
		for i, u := range waiting {
			rows[i] = []any{u.Name, u.Kind, u.Rows}
		}
		return export(w, q, "unmatched", []string{"name", "kind", "facts"}, rows)
	}
	list := ui.List{
		Caption: q.T("evidence.tab.unmatched"), Total: len(waiting), Exports: true, Nothing: q.T("evidence.unmatched.none"),
		Columns: []ui.Column{{Title: q.T("evidence.unmatched.name")}, {Title: q.T("evidence.unmatched.kind")}, {Title: q.T("evidence.unmatched.facts"), Right: true}, {Title: q.T("evidence.unmatched.do")}},
	}
	may := e.refusal(q, landscape.OpChangeElement.Name) == ""
	for _, u := range waiting {
		do := ui.Words("–")
		if may {
			do = ui.To("/evidence/unmatched/match?name="+url.QueryEscape(u.Name), q.T("evidence.match.to"))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(u.Name), ui.Words(q.T("evidence.kind."+u.Kind)), ui.Words(q.Page.Integer(u.Rows)), do))
	}
	q.evidenceTitle(q.T("evidence.tab.unmatched"))
	return q.render(w, evidenceListPage(q.Page, q.T("evidence.unmatched.lead"), list, evidenceMatchButton(q.Page)))
}

// match looks for the elements of all names again.
func (e *evidencePages) match(w http.ResponseWriter, q *request) error {
	out, err := op.Do(q.Context(), e.Run, q.Actor, evidence.OpMatch, struct{}{})
	if err != nil {
		return err
	}
	return q.redirect(w, "/evidence/unmatched", "evidence.matched", "n", out.Names)
}

// matchForm asks which element is meant by a name.
func (e *evidencePages) matchForm(w http.ResponseWriter, q *request) error {
	page, err := e.matchPage(q, q.URL.Query().Get("name"), url.Values{}, nil)
	if err != nil {
		return err
	}
	return q.render(w, evidenceFormPage(q.Page, page))
}

func (e *evidencePages) matchPage(q *request, name string, typed url.Values, wrong error) (evidenceForm, error) {
	elements, err := e.elementOptions(q, q.T("evidence.match.choose"))
	if err != nil {
		return evidenceForm{}, err
	}
	typed.Set("name", name)
	q.evidenceTitle(q.T("evidence.match.to"))
	q.Page.Crumbs = slices.Insert(q.Page.Crumbs, len(q.Page.Crumbs)-1, ui.Crumb{Title: q.T("evidence.tab.unmatched"), Href: "/evidence/unmatched"})
	return evidenceForm{
		Title: name, Lead: q.T("evidence.match.lead"), Action: "/evidence/unmatched/match", Button: q.T("evidence.match.confirm"), Back: "/evidence/unmatched",
		Err: wrong, Refused: e.refusal(q, landscape.OpChangeElement.Name),
		Fields: fill(q.Page, typed, wrong, []ui.Input{
			{Name: "name", Type: "hidden"}, {Name: "element", Label: q.T("evidence.element"), Type: "select", Required: true, Options: elements},
		}),
	}, nil
}

// matchTo gives an element the name as an alias, and attaches the facts that waited under it.
func (e *evidencePages) matchTo(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	if err := e.addAlias(q, f.text("element"), f.text("name")); err != nil {
		page, pageErr := e.matchPage(q, f.text("name"), f.Values, err)
		if pageErr != nil {
			return pageErr
		}
		return q.again(w, err, evidenceFormPage(q.Page, page))
	}
	return e.match(w, q)
}

func (e *evidencePages) addAlias(q *request, id, name string) error {
	if id == "" {
		return problem.Field("element", "problem.required")
	}
	if name == "" {
		return problem.Field("name", "problem.required")
	}
	v, err := op.Ask(q.Context(), e.Run, q.Actor, landscape.OpGetElement, landscape.GetElementIn{ID: id})
	if err != nil {
		return err
	}
	if slices.Contains(v.Element.Aliases, name) {
		return nil
	}
	v.Element.Aliases = append(slices.Clone(v.Element.Aliases), name)
	_, err = op.Do(q.Context(), e.Run, q.Actor, landscape.OpChangeElement, v.Element)
	return err
}
