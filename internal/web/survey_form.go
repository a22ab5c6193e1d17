package web

import (
	"net/http"
	"net/url"

	"accordo.dev/internal/governance/survey"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// surveyFormView is the questionnaire of a round.
type surveyFormView struct {
	Row    survey.Row
	Areas  []surveyQuestions
	Closed string // why the reader cannot answer
	Err    error
}

// surveyQuestions are those of an area.
type surveyQuestions struct {
	Title  string
	Fields []ui.Input
}

func (v surveyFormView) fields() []ui.Input {
	var all []ui.Input
	for _, a := range v.Areas {
		all = append(all, a.Fields...)
	}
	return all
}

// surveyForm shows the questionnaire.
func (s *Server) surveyForm(w http.ResponseWriter, q *request) error {
	view, err := s.surveyFormView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, surveyQuestionnaire(q.Page, view))
}

func (s *Server) surveyFormView(q *request, typed url.Values, wrong error) (surveyFormView, error) {
	view := surveyFormView{Err: wrong}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, survey.OpRounds, struct{}{})
	if err != nil {
		return view, err
	}
	found := false
	for _, row := range rows {
		if row.ID == q.PathValue("round") {
			view.Row, found = row, true
		}
	}
	if !found {
		return view, problem.New(problem.NotFound, "problem.not-found", "what", "survey round "+q.PathValue("round"))
	}
	p := q.Page
	q.title("roles", q.T("survey.answer.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles"}, ui.Crumb{Title: q.T("survey.title"), Href: "/roles/survey"})
	switch {
	case view.Row.State != survey.Open:
		view.Closed = p.T("survey.error.not-open")
	case view.Row.Side == "":
		view.Closed = p.T("survey.error.no-side")
	case view.Row.Mine:
		view.Closed = p.T("survey.error.answered")
	}
	statements := survey.Statements()
	for i, area := range survey.Areas {
		var fields []ui.Input
		for _, one := range statements[i*survey.PerArea : (i+1)*survey.PerArea] {
			fields = append(fields, ui.Input{Name: one, Label: p.T("survey.q." + one), Type: "radio", Required: true, Wide: true, Options: choices(p, "survey.agree.", "1", "2", "3", "4", "5")})
		}
		fields = append(fields, ui.Input{Name: "text-" + area, Label: p.T("survey.f.text"), Hint: p.T("survey.f.text.hint"), Type: "textarea", Wide: true})
		view.Areas = append(view.Areas, surveyQuestions{p.T("survey.area." + area), fill(p, typed, wrong, fields)})
	}
	return view, nil
}

// surveyAnswer takes an answer.
func (s *Server) surveyAnswer(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	in := survey.AnswerIn{Round: q.PathValue("round"), Answers: map[string]int{}, Texts: map[string]string{}}
	for _, one := range survey.Statements() {
		if f.text(one) != "" {
			in.Answers[one] = f.whole(one)
		}
	}
	for _, area := range survey.Areas {
		in.Texts[area] = f.text("text-" + area)
	}
	if err = f.err(); err == nil {
		err = doNamed(s, q, survey.OpAnswer, in)
	}
	if err != nil {
		view, failed := s.surveyFormView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, surveyQuestionnaire(q.Page, view))
	}
	return q.redirect(w, "/roles/survey", "survey.notice.answered")
}
