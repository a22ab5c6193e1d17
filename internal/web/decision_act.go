package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// prefixes name the fields of those forms of the room that ask for the same as another one.
var prefixes = map[string]string{"emergency": "urgent.", "review": "outcome.", "memo": "memo.", "challenge": "objection.", "interest": "interest."}

// decisionAct runs the action that the reader chose in the room.
func (s *Server) decisionAct(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id, do := q.PathValue("id"), f.text("do")
	err = s.act(q, f.without(prefixes[do]), id)
	if problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotFound) {
		return err
	}
	if err != nil {
		err = prefixed(err, prefixes[do])
		view, failed := s.roomView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, roomPage(q.Page, view))
	}
	return q.redirect(w, "/decisions/"+id, "decision.notice."+do)
}

// without reads fields whose names begin with a prefix under the names that the operation gives them.
func (f *form) without(prefix string) *form {
	if prefix == "" {
		return f
	}
	named := url.Values{}
	for name, values := range f.Values {
		named[strings.TrimPrefix(name, prefix)] = values
	}
	return &form{Values: named, lang: f.lang}
}

func (s *Server) act(q *request, f *form, id string) error {
	one, office, hash := decision.OneIn{ID: id}, f.text("office"), f.text("hash")
	switch f.text("do") {
	case "give-key":
		return doNamed(s, q, decision.OpGiveKey, decision.GiveKeyIn{ID: id, Office: office, Hash: hash})
	case "refuse":
		return doNamed(s, q, decision.OpRefuse, decision.RefuseIn{ID: id, Office: office, Hash: hash, Reason: f.text("reason"), Counter: f.text("counter")})
	case "emergency":
		return doNamed(s, q, decision.OpEmergency, decision.EmergencyIn{ID: id, Office: office, Hash: hash, Reason: f.text("reason")})
	case "arbitrate":
		return doNamed(s, q, decision.OpArbitrate, decision.ArbitrateIn{ID: id, Hash: hash, Approve: f.text("approve") == "true", Reason: f.text("reason")})
	case "challenge":
		return doNamed(s, q, decision.OpChallenge, decision.ChallengeIn{ID: id, Hash: hash, Veto: f.text("veto") == "true", Reason: f.text("reason")})
	case "interest":
		return doNamed(s, q, decision.OpInterest, decision.InterestIn{ID: id, Reason: f.text("reason")})
	case "submit":
		return doNamed(s, q, decision.OpSubmit, one)
	case "escalate":
		return doNamed(s, q, decision.OpEscalate, one)
	case "lift":
		return doNamed(s, q, decision.OpLift, one)
	case "withdraw":
		return doNamed(s, q, decision.OpWithdraw, one)
	}
	return s.actFurther(q, f, id)
}

// actFurther runs the actions with more than a reason.
func (s *Server) actFurther(q *request, f *form, id string) error {
	switch f.text("do") {
	case "answer":
		answer := ""
		for name := range f.Values {
			if strings.HasSuffix(name, ".answer") {
				answer = f.text(name)
			}
		}
		return doNamed(s, q, decision.OpAnswer, decision.AnswerIn{ID: id, Person: f.text("person"), Answer: answer})
	case "memo":
		in := decision.WriteMemoIn{
			ID: id, Side: f.text("office"), First: f.text("first"), FirstIT: f.text("first_it"), Second: f.text("second"), SecondIT: f.text("second_it"),
			Third: f.text("third"), ThirdIT: f.text("third_it"), MoneyEUR: f.maybe("money_eur"), Minutes: f.maybe("minutes"), ExposureDays: f.maybe("exposure_days"),
		}
		if err := f.err(); err != nil {
			return err
		}
		return doNamed(s, q, decision.OpWriteMemo, in)
	case "review":
		in := decision.ReviewIn{
			ID: id, Grade: f.text("grade"), MoneyEUR: f.maybe("money_eur"), Minutes: f.maybe("minutes"), ExposureDays: f.maybe("exposure_days"), Note: f.text("note"), NoteIT: f.text("note_it"),
		}
		if err := f.err(); err != nil {
			return err
		}
		return doNamed(s, q, decision.OpReview, in)
	case "revise", "reopen":
		return s.revise(q, f, id)
	}
	return problem.New(problem.Invalid, "web.error.form")
}

// revise changes the content, or opens the proposal again with the same.
func (s *Server) revise(q *request, f *form, id string) error {
	d, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpGet, decision.GetIn{ID: id})
	if err != nil {
		return err
	}
	if f.text("do") == "reopen" {
		if f.text("hash") != d.Hash() {
			return problem.New(problem.Conflict, "decision.error.changed")
		}
		return doNamed(s, q, decision.OpRevise, decision.ReviseIn{ID: id, Version: d.Version, Terms: d.Text()})
	}
	in := decision.ReviseIn{ID: id, Version: f.whole("version"), Terms: f.terms()}
	if d.Kind != decision.Change {
		in.AskedBy, in.BuiltBy = d.AskedBy, d.BuiltBy
	}
	if err := f.err(); err != nil {
		return err
	}
	return doNamed(s, q, decision.OpRevise, in)
}

// doNamed runs a command whose result the page reads again.
func doNamed[In, Out any](s *Server, q *request, command op.Command[In, Out], in In) error {
	_, err := op.Do(q.Context(), s.Run, q.Actor, command, in)
	return err
}

// decisionExport gives the decision as a file that anybody verifies without the database.
func (s *Server) decisionExport(w http.ResponseWriter, q *request) error {
	file, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpExport(s.Key), decision.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	attach(w, "decision-"+file.Decision.ID+".json", "application/json")
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(file)
}
