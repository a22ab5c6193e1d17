package web

import (
	"net/http"
	"strings"

	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/web/ui"
)

// riskEvidenceView is what evidence has to say about the estimates.
type riskEvidenceView struct {
	Proposals risk.Proposals
	Verdict   string
	Called    names
	Refused   string
	Weight    int
	Err       error
	Typed     map[string]string // reasons, by proposal
}

// typed is the reason that was typed, or else the evidence in words: a note to the estimate that follows.
func (v riskEvidenceView) typed(p ui.Page, one risk.Proposal) string {
	if text, was := v.Typed[one.ID]; was {
		return text
	}
	return proposalWords(p, one)
}

// riskEvidence shows the proposals.
func (s *Server) riskEvidence(w http.ResponseWriter, q *request) error {
	view, err := s.riskEvidenceView(q)
	if err != nil {
		return err
	}
	return q.render(w, riskEvidencePage(q.Page, view))
}

// riskAnswer takes or dismisses a proposal.
func (s *Server) riskAnswer(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	in := risk.AnswerIn{Scenario: f.text("scenario"), ID: f.text("id"), Reason: f.text("reason")}
	notice := "risk.notice.dismissed"
	if f.text("answer") == "take" {
		notice = "risk.notice.taken"
		if _, err = op.Do(q.Context(), s.Run, q.Actor, risk.OpTake, in); err == nil {
			err = s.simulate(q)
		}
	} else {
		_, err = op.Do(q.Context(), s.Run, q.Actor, risk.OpDismiss, in)
	}
	if err != nil {
		view, failed := s.riskEvidenceView(q)
		if failed != nil {
			return failed
		}
		view.Err, view.Typed = err, map[string]string{in.ID: in.Reason}
		return q.again(w, err, riskEvidencePage(q.Page, view))
	}
	return q.redirect(w, "/risks/evidence", notice)
}

func (s *Server) riskEvidenceView(q *request) (riskEvidenceView, error) {
	view := riskEvidenceView{Refused: s.refusal(q, risk.OpTake.Name), Weight: fair.PriorWeight}
	var err error
	if view.Proposals, err = op.Ask(q.Context(), s.Run, q.Actor, risk.OpProposals, struct{}{}); err != nil {
		return view, err
	}
	var about []ref.Ref
	for _, one := range view.Proposals.Blind {
		about = append(about, refs("element", one.Element)...)
	}
	for _, one := range view.Proposals.Unfelt {
		about = append(about, refs("element", one.Element)...)
	}
	for _, one := range view.Proposals.Past {
		about = append(about, people(one.Dismissed.By)...)
	}
	if view.Called, err = s.called(q, about...); err != nil {
		return view, err
	}
	q.title("risks", q.T("risk.evidence.title"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	view.Verdict = q.T("risk.evidence.none", "since", q.Page.Date(view.Proposals.Since))
	if n := len(view.Proposals.Open); n > 0 {
		view.Verdict = q.Page.N("risk.evidence.verdict", n)
	}
	return view, nil
}

// proposalWords says what was seen.
func proposalWords(p ui.Page, one risk.Proposal) string {
	switch one.By {
	case risk.ByExploited:
		return p.N("risk.evidence.by.patching", one.N, "share", p.Percent(one.Weight, 0), "open", one.Open)
	case risk.ByEvents:
		return p.N("risk.evidence.by.frequency", one.N, "years", p.Number(one.Weight, 0))
	default:
		return p.N("risk.evidence.by."+string(one.By), one.N)
	}
}

// proposalInput names the input that would change.
func proposalInput(p ui.Page, one risk.Proposal) string {
	return p.T("risk.evidence.input." + string(one.By))
}

// proposedWords says a distribution in the unit of the input.
func proposedWords(p ui.Page, one risk.Proposal, d fair.Distribution) string {
	number := map[risk.By]func(float64) string{
		risk.ByExploited: func(x float64) string { return p.Percent(x, 0) },
		risk.ByLosses:    p.Euro,
		risk.ByEvents:    func(x float64) string { return p.Number(x, 2) },
	}[one.By]
	if number == nil {
		number = func(x float64) string { return p.Number(x, 0) }
	}
	shape := d.Shape()
	if shape.Kind() == fair.Constant {
		return number(shape.Mean())
	}
	return p.T("risk.evidence.range", "low", number(shape.Quantile(0.05)), "high", number(shape.Quantile(0.95)), "mean", number(shape.Mean()))
}

func unfeltFacts(p ui.Page, all []risk.Unfelt, called names) []ui.Fact {
	facts := make([]ui.Fact, len(all))
	for i, one := range all {
		facts[i] = ui.Fact{Term: called.of(p.Lang, ref.New("element", one.Element)), Text: p.N("risk.evidence.unfelt.words", one.Open, "name", p.In(one.Name)), Href: "/risks/" + one.Scenario}
	}
	return facts
}

func blindFacts(p ui.Page, all []risk.Blind, called names) []ui.Fact {
	facts := make([]ui.Fact, len(all))
	for i, one := range all {
		facts[i] = ui.Fact{Term: called.of(p.Lang, ref.New("element", one.Element)), Text: p.T("risk.evidence.blind.words", "name", p.In(one.Name)), Href: "/risks/" + one.Scenario}
	}
	return facts
}

func pastFacts(p ui.Page, all []risk.Proposal, called names) []ui.Fact {
	facts := make([]ui.Fact, len(all))
	for i, one := range all {
		d := one.Dismissed
		facts[i] = ui.Fact{
			Term: p.In(one.Name), Href: "/risks/" + one.Scenario,
			Text: strings.Join([]string{proposalWords(p, one), p.T("risk.evidence.past.words", "day", p.Date(d.At), "person", called.person(p.Lang, d.By), "reason", d.Reason)}, " "),
		}
	}
	return facts
}
