package web

import (
	"fmt"
	"net/http"
	"strings"

	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// sittingAct does what a form of the page of a sitting asks for.
func (s *Server) sittingAct(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	one, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpSitting, committee.SittingIn{ID: q.PathValue("id")})
	if err != nil {
		return err
	}
	do := f.text("do")
	acts := map[string]func(*request, *form, committee.SittingPage) error{
		"call": s.actOn(committee.OpCall), "open": s.actOn(committee.OpBegin), "close": s.actOn(committee.OpClose), "approve": s.actApprove,
		"add": s.actAdd, "arrange": s.actArrange, "drop": s.actDrop, "back": s.actDrop, "move": s.actMove, "cancel": s.actCancel,
		"attend": s.actAttend, "note": s.actNote, "resolve": s.actResolve, "assign": s.actAssign,
	}
	act, known := acts[do]
	wrong := error(problem.New(problem.Invalid, "web.error.form"))
	if known {
		wrong = act(q, f, one)
	}
	if wrong == nil {
		return q.redirect(w, "/roles/sittings/"+one.ID+anchor(f, do), "committee.notice."+do)
	}
	view, err := s.sittingView(q, typing{values: f.Values, wrong: wrong, did: strings.TrimSpace(do + " " + f.text("item"))})
	if err != nil {
		return err
	}
	view.Fields = view.allFields()
	return q.again(w, wrong, sittingDetail(q.Page, view))
}

// anchor leads back to the point that was written.
func anchor(f *form, do string) string {
	if do == "note" {
		return "#point-" + f.text("n")
	}
	return ""
}

// allFields are the fields of all forms, so that a problem finds its label.
func (v sittingView) allFields() []ui.Input {
	var all []ui.Input
	for _, fields := range [][]ui.Input{v.Forms.Add, v.Forms.Move, v.Forms.Cancel, v.Forms.Resolve, v.Forms.Assign} {
		all = append(all, fields...)
	}
	return all
}

func (s *Server) actOn(command op.Command[committee.SittingIn, committee.Sitting]) func(*request, *form, committee.SittingPage) error {
	return func(q *request, _ *form, one committee.SittingPage) error {
		return doNamed(s, q, command, committee.SittingIn{ID: one.ID})
	}
}

func (s *Server) actApprove(q *request, f *form, one committee.SittingPage) error {
	return doNamed(s, q, committee.OpApprove, committee.ApproveIn{ID: one.ID, Seat: f.text("seat"), Hash: f.text("hash")})
}

func (s *Server) actAdd(q *request, f *form, one committee.SittingPage) error {
	in := committee.AddItemIn{
		ID: one.ID, Title: f.text("add.title"), TitleIT: f.text("add.titleIt"), Why: f.text("add.why"), WhyIT: f.text("add.whyIt"), Minutes: f.whole("add.minutes"),
	}
	if err := f.err(); err != nil {
		return err
	}
	return under(doNamed(s, q, committee.OpAddItem, in), "add.")
}

// actArrange takes the points as the page showed them; one that was settled since is left out by the operation.
func (s *Server) actArrange(q *request, f *form, one committee.SittingPage) error {
	in := committee.ArrangeIn{ID: one.ID}
	for n := 0; f.Has(fmt.Sprintf("item%d.id", n)); n++ {
		at := fmt.Sprintf("item%d.", n)
		in.Places = append(in.Places, committee.Place{Item: f.text(at + "id"), Order: f.whole(at + "order"), Minutes: f.whole(at + "minutes")})
	}
	if err := f.err(); err != nil {
		return err
	}
	err := doNamed(s, q, committee.OpArrange, in)
	if p, ok := problem.As(err); ok {
		for _, cause := range append([]*problem.Error{p}, p.Causes...) {
			cause.Field = strings.NewReplacer("places[", "item", "]", "").Replace(cause.Field)
		}
	}
	return err
}

func (s *Server) actDrop(q *request, f *form, one committee.SittingPage) error {
	at := fmt.Sprintf("item%d.", f.whole("n"))
	in := committee.DropItemIn{ID: one.ID, Item: f.text("item"), Why: f.text(at + "why"), Back: f.text("do") == "back"}
	return under(doNamed(s, q, committee.OpDropItem, in), at)
}

func (s *Server) actMove(q *request, f *form, one committee.SittingPage) error {
	in := committee.MoveIn{ID: one.ID, When: f.when("move.")}
	if err := f.err(); err != nil {
		return err
	}
	return startAsDay(under(doNamed(s, q, committee.OpMove, in), "move."), "move.")
}

func (s *Server) actCancel(q *request, f *form, one committee.SittingPage) error {
	return under(doNamed(s, q, committee.OpCancel, committee.CancelIn{ID: one.ID, Why: f.text("cancel.why")}), "cancel.")
}

func (s *Server) actAttend(q *request, f *form, one committee.SittingPage) error {
	in := committee.AttendIn{ID: one.ID}
	for n := 0; f.Has(fmt.Sprintf("seat%d.key", n)); n++ {
		at := fmt.Sprintf("seat%d.", n)
		seat := committee.SeatIn{Seat: f.text(at + "key"), Presence: committee.Presence(f.text(at + "presence")), Delegate: f.text(at + "delegate")}
		if (seat.Presence == committee.Delegate) != (seat.Delegate != "") {
			return problem.Field(at+"delegate", "committee.error.delegate")
		}
		in.Seats = append(in.Seats, seat)
	}
	return doNamed(s, q, committee.OpAttend, in)
}

func (s *Server) actNote(q *request, f *form, one committee.SittingPage) error {
	at, was := fmt.Sprintf("item%d.", f.whole("n")), f.text("was")
	return doNamed(s, q, committee.OpNote, committee.NoteIn{ID: one.ID, Item: f.text("item"), Note: f.text(at + "note"), NoteIT: f.text(at + "note_it"), Was: &was})
}

func (s *Server) actResolve(q *request, f *form, one committee.SittingPage) error {
	r := committee.Resolution{
		Item: f.text("resolve.item"), Text: f.text("resolve.text"), TextIT: f.text("resolve.text_it"), Decision: f.text("resolve.decision"),
		For: f.whole("resolve.for"), Against: f.whole("resolve.against"), Abstained: f.whole("resolve.abstained"),
	}
	for n := range dissents {
		at := fmt.Sprintf("resolve.dissents[%d].", n)
		if person := f.text(at + "person"); person != "" {
			r.Dissents = append(r.Dissents, committee.Dissent{Person: person, Reason: f.text(at + "reason")})
		}
	}
	if err := f.err(); err != nil {
		return err
	}
	return under(doNamed(s, q, committee.OpResolve, committee.ResolveIn{Sitting: one.ID, Resolution: r}), "resolve.")
}

func (s *Server) actAssign(q *request, f *form, one committee.SittingPage) error {
	return under(doNamed(s, q, committee.OpAssign, committee.AssignIn{
		Sitting: one.ID, Item: f.text("assign.item"), What: f.text("assign.what"), WhatIT: f.text("assign.what_it"), Owner: f.text("assign.owner"), Due: f.text("assign.due"),
	}), "assign.")
}
