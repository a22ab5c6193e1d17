package committee

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Approval is one chair's word that these minutes, exactly, are right.
type Approval struct {
	Seat   string    `yaml:"seat" json:"seat"` // office:ciso
	Person string    `yaml:"person" json:"person"`
	At     time.Time `yaml:"at" json:"at"`
	Hash   string    `yaml:"hash,omitempty" json:"hash"` // of the minutes that were approved
}

// Voided is what became of approvals when the minutes were changed after them.
type Voided struct {
	At        time.Time  `yaml:"at" json:"at"`
	By        string     `yaml:"by" json:"by"` // person id
	Approvals []Approval `yaml:"approvals" json:"approvals"`
	Changes   []Revision `yaml:"changes" json:"changes"`
}

// Revision is one thing in minutes that became different.
type Revision struct {
	What string `yaml:"what" json:"what"` // note, resolution, action, attendance, agenda
	Of   string `yaml:"of" json:"of"`     // item, resolution, action or seat
	Old  string `yaml:"old,omitempty" json:"old,omitempty"`
	New  string `yaml:"new,omitempty" json:"new,omitempty"`
}

// minute is one line of what the hash of minutes covers.
type minute struct {
	What, Of, Text string
}

// minutes are all lines that both chairs approve. How an action went afterwards is none of them.
func (s Sitting) minutes(actions []Action) []minute {
	joined := func(parts ...any) string {
		return strings.TrimRight(fmt.Sprintln(parts...), "\n")
	}
	lines := []minute{{"sitting", s.ID, joined(s.Committee, s.Number, s.Start.UTC().Format(time.RFC3339), s.End.UTC().Format(time.RFC3339), s.Place, s.PlaceIT, s.Link)}}
	for _, seat := range s.Seats {
		lines = append(lines, minute{"attendance", seat.Key(), joined(string(seat.Role), seat.Person, string(seat.Presence), seat.Delegate)})
	}
	for _, i := range s.Items {
		lines = append(lines,
			minute{"agenda", i.ID, joined(i.Title, "|", i.TitleIT, "|", i.Why, "|", i.WhyIT, "|", i.Dropped, i.Minutes)},
			minute{"note", i.ID, i.Note}, minute{"note-it", i.ID, i.NoteIT})
	}
	for _, r := range s.Resolutions {
		lines = append(lines, minute{"resolution", r.ID, r.line()})
	}
	for _, a := range actions {
		lines = append(lines, minute{"action", a.ID, joined(a.Item, "|", a.What, "|", a.WhatIT, "|", a.Owner, a.Due)})
	}
	return lines
}

// Hash is that of the minutes: SHA-256 over their lines as JSON. actions are those of the sitting, by id.
func (s Sitting) Hash(actions []Action) string {
	data, err := json.Marshal(s.minutes(actions))
	if err != nil {
		panic(err) // strings always marshal
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// revisions are the lines in which two minutes differ.
func revisions(before, after []minute) []Revision {
	type name struct{ what, of string }
	old, found := map[name]string{}, []Revision{}
	for _, m := range before {
		old[name{m.What, m.Of}] = m.Text
	}
	for _, m := range after {
		key := name{m.What, m.Of}
		if text, there := old[key]; !there || text != m.Text {
			found = append(found, Revision{What: m.What, Of: m.Of, Old: text, New: m.Text})
		}
		delete(old, key)
	}
	for _, m := range before {
		if _, gone := old[name{m.What, m.Of}]; gone {
			found = append(found, Revision{What: m.What, Of: m.Of, Old: m.Text})
		}
	}
	return found
}

// revised keeps a sitting whose minutes were changed. Approvals are for what was approved: they end, with what changed.
func revised(ctx context.Context, tx *db.Tx, c Committee, before, after Sitting) (Sitting, error) {
	actions, err := actionsOf(ctx, tx, after.ID)
	if err != nil {
		return after, err
	}
	return kept(ctx, tx, c, after.voided(tx, before.minutes(actions), after.minutes(actions)))
}

func (s Sitting) voided(tx *db.Tx, before, after []minute) Sitting {
	changes := revisions(before, after)
	if len(changes) == 0 || len(s.Approvals) == 0 {
		return s
	}
	s.Voided = append(slices.Clone(s.Voided), Voided{At: tx.Now().UTC(), By: tx.Actor().Ref.ID(), Approvals: s.Approvals, Changes: changes})
	s.Approvals, s.State = nil, Closed
	return s
}

func (k *checker) approvals(s Sitting) {
	seats, people := map[string]bool{}, map[string]bool{}
	for n, a := range s.Approvals {
		at := fmt.Sprintf("approvals[%d].", n)
		chair := slices.ContainsFunc(s.Seats, func(seat Seat) bool { return seat.Role.Chairs() && seat.Key() == a.Seat })
		if !chair || seats[a.Seat] {
			k.add(problem.Field(k.field(at+"seat"), "committee.error.no-chair", "value", a.Seat))
		}
		if people[a.Person] {
			k.add(problem.Field(k.field(at+"person"), "committee.error.same-person", "policy", policyApprove))
		}
		seats[a.Seat], people[a.Person] = true, true
	}
	if (s.State == Approved) != (len(s.Approvals) == 2) {
		k.add(problem.Field(k.field("state"), "committee.error.approved-by-both"))
	}
}

// NoteIn is the minutes of one point. Was is what stood there before, so that two who write do not lose words.
type NoteIn struct {
	ID     string  `json:"id" doc:"the sitting"`
	Item   string  `json:"item"`
	Note   string  `json:"note"`
	NoteIT string  `json:"noteIt,omitempty"`
	Was    *string `json:"was,omitempty" doc:"the text that was read, in both languages, one line each; not compared unless told"`
}

// Target is the sitting.
func (in NoteIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// Stamp is what a writer has read of a note.
func (i Item) Stamp() string {
	sum := sha256.Sum256([]byte(i.Note + "\n" + i.NoteIT))
	return hex.EncodeToString(sum[:8])
}

// Note writes the minutes of one point.
func Note(ctx context.Context, tx *db.Tx, in NoteIn) (Sitting, error) {
	c, s, err := led(ctx, tx, in.ID, Open, Closed, Approved)
	if err != nil {
		return s, err
	}
	at := s.item(in.Item)
	switch {
	case at < 0:
		return s, problem.Field("item", "problem.dangling", "value", in.Item)
	case in.Was != nil && *in.Was != s.Items[at].Stamp():
		return s, problem.New(problem.Conflict, "problem.stale")
	}
	before := s
	s.Items = slices.Clone(s.Items)
	s.Items[at].Note, s.Items[at].NoteIT = in.Note, in.NoteIT
	return revised(ctx, tx, c, before, s)
}

// OpNote writes the minutes of one point.
var OpNote = op.Command[NoteIn, Sitting]{Name: "committee.note", Route: "POST /api/sittings/notes", Func: Note}

// ApproveIn is the approval of one chair.
type ApproveIn struct {
	ID   string `json:"id"`
	Seat string `json:"seat" doc:"the chair's seat: office:ciso or person:id"`
	Hash string `json:"hash" doc:"of the minutes that were read"`
}

// Target is the sitting.
func (in ApproveIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// Approve gives the word of one chair on exactly these minutes. It needs whoever takes the seat today, and nobody
// approves for both.
func Approve(ctx context.Context, tx *db.Tx, in ApproveIn) (Sitting, error) {
	c, s, err := sitting(ctx, tx, in.ID)
	if err != nil {
		return s, err
	}
	actions, err := actionsOf(ctx, tx, s.ID)
	if err != nil {
		return s, err
	}
	if err := s.approvable(c, tx.Actor(), in, actions); err != nil {
		return s, err
	}
	s.Approvals = append(slices.Clone(s.Approvals), Approval{Seat: in.Seat, Person: tx.Actor().Ref.ID(), At: tx.Now().UTC(), Hash: in.Hash})
	if len(s.Approvals) == 2 {
		s.State = Approved
	}
	return kept(ctx, tx, c, s)
}

func (s Sitting) approvable(c Committee, actor db.Actor, in ApproveIn, actions []Action) error {
	at := slices.IndexFunc(c.Chairs(), func(m Member) bool { return m.Key() == in.Seat })
	switch {
	case at < 0 || !c.Chairs()[at].sits(actor):
		return problem.New(problem.Forbidden, "committee.error.not-chair", "policy", policyApprove)
	case s.State != Closed:
		return problem.New(problem.Conflict, "committee.error.state", "state", i18n.Key("committee.state."+string(s.State)))
	case in.Hash != s.Hash(actions):
		return problem.New(problem.Conflict, "committee.error.other-minutes")
	}
	for _, a := range s.Approvals {
		switch {
		case a.Seat == in.Seat:
			return problem.New(problem.Conflict, "committee.error.approved-already")
		case a.Person == actor.Ref.ID():
			return problem.New(problem.Forbidden, "committee.error.same-person", "policy", policyApprove)
		}
	}
	return nil
}

// OpApprove approves minutes.
var OpApprove = op.Command[ApproveIn, Sitting]{Name: "committee.approve", Route: "POST /api/sittings/approve", Func: Approve}
