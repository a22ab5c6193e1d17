package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// The two kinds of ties; also the first part of the names of their fields.
const (
	tieCause = "cause"
	tieCover = "cover"
)

// portfolioView is what scenarios have in common, with the forms to change it.
type portfolioView struct {
	Verdict string
	Causes  ui.List
	Covers  ui.List
	Forms   []sharedForm
	Refused string
}

// sharedForm adds or changes one cause or cover.
type sharedForm struct {
	Kind      string
	ID        string // empty for a new one
	Title     string
	Fields    []ui.Input
	Scenarios []ui.Input // of a cover: those it names
	Tied      int        // scenarios that hang on a cause: it stays while there is one
	Err       error
}

// all are the fields that mistakes are led to.
func (f sharedForm) all() []ui.Input { return slices.Concat(f.Fields, f.Scenarios) }

// tieAsked is the cause or cover in one of the forms, with what was typed and what is wrong with it.
type tieAsked struct {
	Kind, ID string
	Typed    url.Values
	Err      error
}

// riskPortfolio shows common causes and insurance; the address says which one is to be changed.
func (s *Server) riskPortfolio(w http.ResponseWriter, q *request) error {
	asked := tieAsked{Kind: tieCause, ID: q.URL.Query().Get(tieCause)}
	if asked.ID == "" {
		asked = tieAsked{Kind: tieCover, ID: q.URL.Query().Get(tieCover)}
	}
	view, err := s.portfolioView(q, asked)
	if err != nil {
		return err
	}
	return q.render(w, portfolioPage(q.Page, view))
}

func (s *Server) portfolioView(q *request, asked tieAsked) (portfolioView, error) {
	view := portfolioView{Refused: s.refusal(q, risk.OpSetTies.Name)}
	ties, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpTies, struct{}{})
	if err != nil {
		return view, err
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpList, risk.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return view, err
	}
	var about []ref.Ref
	for _, r := range page.Items {
		about = append(about, refs("risk", r.ID)...)
	}
	for _, c := range ties.Causes {
		about = append(about, refs("element", c.Element)...)
	}
	called, err := s.called(q, about...)
	if err != nil {
		return view, err
	}
	q.title("risks", q.T("risk.tab.portfolio"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	tied := tiedScenarios(page.Items)
	view.Verdict = portfolioVerdict(q.Page, ties, tied, identity.Day(s.DB.Now()))
	view.Causes = causesList(q.Page, ties.Causes, tied, called, view.Refused == "")
	view.Covers = coversList(q.Page, ties.Covers, called, view.Refused == "")
	return view, view.addForms(q.Page, ties, page.Items, tied, asked)
}

// addForms prepares the form of a cause and that of a cover.
func (v *portfolioView) addForms(p ui.Page, ties risk.Ties, scenarios []risk.Scenario, tied map[string][]tiedScenario, asked tieAsked) error {
	cause, cover := sharedForm{Kind: tieCause, Title: p.T("risk.portfolio.cause.new")}, sharedForm{Kind: tieCover, Title: p.T("risk.portfolio.cover.new")}
	one, other := risk.Cause{}, risk.Cover{}
	if asked.ID != "" {
		at := slices.IndexFunc(ties.Causes, func(c risk.Cause) bool { return c.ID == asked.ID })
		where := slices.IndexFunc(ties.Covers, func(c risk.Cover) bool { return c.ID == asked.ID })
		switch {
		case asked.Kind == tieCause && at >= 0:
			one = ties.Causes[at]
			cause.ID, cause.Title, cause.Tied = one.ID, p.T("risk.portfolio.change", "name", p.In(one.Name())), len(tied[one.ID])
		case asked.Kind == tieCover && where >= 0:
			other = ties.Covers[where]
			cover.ID, cover.Title = other.ID, p.T("risk.portfolio.change", "name", p.In(other.Name()))
		default:
			return problem.New(problem.NotFound, "problem.not-found", "what", asked.ID)
		}
	}
	causeValues, coverValues := tieCauseValues(p.Lang, one), tieCoverValues(p.Lang, other)
	if asked.Kind == tieCause {
		causeValues, cause.Err = typedOr(asked.Typed, causeValues), asked.Err
	} else {
		coverValues, cover.Err = typedOr(asked.Typed, coverValues), asked.Err
	}
	cause.Fields = fill(p, causeValues, cause.Err, causeFields(p))
	cover.Fields = fill(p, coverValues, cover.Err, coverFields(p))
	cover.Scenarios = fill(p, coverValues, cover.Err, coveredFields(p, scenarios))
	v.Forms = []sharedForm{cause, cover}
	return nil
}

// riskCauseSave adds a common cause, changes it, or takes it away.
func (s *Server) riskCauseSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	one := f.cause()
	return s.changeTies(w, q, f, tieAsked{Kind: tieCause, ID: f.text("id")}, func(ties *risk.Ties) int {
		ties.Causes = slices.DeleteFunc(ties.Causes, func(c risk.Cause) bool { return c.ID == one.ID })
		if f.text("do") == "save" {
			ties.Causes = append(ties.Causes, one)
		}
		return len(ties.Causes) - 1
	})
}

// riskCoverSave adds an insurance, changes it, or takes it away.
func (s *Server) riskCoverSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	one := f.cover()
	return s.changeTies(w, q, f, tieAsked{Kind: tieCover, ID: f.text("id")}, func(ties *risk.Ties) int {
		ties.Covers = slices.DeleteFunc(ties.Covers, func(c risk.Cover) bool { return c.ID == one.ID })
		if f.text("do") == "save" {
			ties.Covers = append(ties.Covers, one)
		}
		return len(ties.Covers) - 1
	})
}

// changeTies changes one of the ties, which change puts last and gives the place of, and simulates again.
func (s *Server) changeTies(w http.ResponseWriter, q *request, f *form, asked tieAsked, change func(*risk.Ties) int) error {
	ties, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpTies, struct{}{})
	if err != nil {
		return err
	}
	place, removed := change(&ties), f.text("do") != "save"
	if removed {
		f.wrong = nil // what is taken away may hold anything
	}
	if err = f.err(); err == nil {
		_, err = op.Do(q.Context(), s.Run, q.Actor, risk.OpSetTies, ties)
	}
	if err == nil {
		err = s.simulate(q)
	}
	if err != nil {
		asked.Err = underTie(err, at(asked.Kind+"s", place)+".", asked.Kind+".")
		if !removed {
			asked.Typed = f.Values
		}
		view, failed := s.portfolioView(q, asked)
		if failed != nil {
			return failed
		}
		return q.again(w, err, portfolioPage(q.Page, view))
	}
	if removed {
		return q.redirect(w, "/risks/portfolio", "risk.notice.tie-removed")
	}
	return q.redirect(w, "/risks/portfolio", "risk.notice.tie")
}

// underTie leads what is wrong with one of the ties to the fields of its form.
func underTie(err error, path, prefix string) error {
	e, ok := problem.As(err)
	if !ok {
		return err
	}
	causes := e.Causes
	if len(causes) == 0 {
		causes = []*problem.Error{e}
	}
	moved := make([]*problem.Error, len(causes))
	for i, cause := range causes {
		one := *cause
		if rest, here := strings.CutPrefix(one.Field, path); here {
			one.Field = prefix + rest
		}
		moved[i] = &one
	}
	return problem.Many(moved)
}
