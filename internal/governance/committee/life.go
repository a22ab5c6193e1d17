package committee

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// When is when and where a sitting takes place.
type When struct {
	Start   time.Time `json:"start"`
	Minutes int       `json:"minutes,omitempty" doc:"how long; as the committee usually sits unless told"`
	Place   string    `json:"place,omitempty"`
	PlaceIT string    `json:"placeIt,omitempty"`
	Link    string    `json:"link,omitempty"`
}

// PlanIn plans a sitting. Without a start it is the next date of the cadence.
type PlanIn struct {
	Committee string `json:"committee"`
	When
}

// Target is the committee.
func (in PlanIn) Target() ref.Ref { return ref.New("committee", in.Committee) }

// Plan sets a date for a sitting.
func Plan(ctx context.Context, tx *db.Tx, in PlanIn) (Sitting, error) {
	c, err := load(ctx, tx, in.Committee)
	if err != nil {
		return Sitting{}, err
	}
	if err := c.leads(tx.Actor()); err != nil {
		return Sitting{}, err
	}
	if c.Ended(identity.Day(tx.Now())) {
		return Sitting{}, problem.New(problem.Conflict, "committee.error.ended")
	}
	all, err := sittings(ctx, tx)
	if err != nil {
		return Sitting{}, err
	}
	s := Sitting{ID: ref.NewID(), Committee: c.ID, State: Planned, Number: 1, Place: c.Cadence.Place, PlaceIT: c.Cadence.PlaceIT, Link: c.Cadence.Link}
	s.UID = s.ID + "@accordo"
	last := tx.Now()
	for _, one := range all {
		if one.Committee != c.ID {
			continue
		}
		s.Number = max(s.Number, one.Number+1)
		if one.Upcoming() && one.Start.After(last) {
			last = one.Start
		}
	}
	if in.Start.IsZero() {
		if in.Start, err = c.nextStart(ctx, tx, last); err != nil {
			return s, err
		}
	}
	return s.at(ctx, tx, c, in.When)
}

// OpPlan plans a sitting.
var OpPlan = op.Command[PlanIn, Sitting]{Name: "committee.plan", Route: "POST /api/sittings", Func: Plan}

// at gives the sitting its time and place, and keeps it.
func (s Sitting) at(ctx context.Context, tx *db.Tx, c Committee, w When) (Sitting, error) {
	if w.Minutes == 0 {
		w.Minutes = c.Cadence.Minutes
	}
	s.Start = w.Start.UTC().Truncate(time.Minute)
	s.End = s.Start.Add(time.Duration(w.Minutes) * time.Minute)
	if w.Place != "" || w.PlaceIT != "" {
		s.Place, s.PlaceIT = w.Place, w.PlaceIT
	}
	if w.Link != "" {
		s.Link = w.Link
	}
	if w.Minutes < 15 || w.Minutes > maxMinutes {
		return s, problem.Field("minutes", "problem.range", "value", w.Minutes, "min", 15, "max", maxMinutes)
	}
	if !s.Start.After(tx.Now()) {
		return s, problem.Field("start", "committee.error.past")
	}
	return kept(ctx, tx, c, s)
}

// kept writes a sitting and reads it again.
func kept(ctx context.Context, tx *db.Tx, c Committee, s Sitting) (Sitting, error) {
	if err := putSitting(ctx, tx, c, s); err != nil {
		return s, err
	}
	_, s, err := sitting(ctx, tx, s.ID)
	return s, err
}

// MoveIn moves a sitting that was not held yet.
type MoveIn struct {
	ID string `json:"id"`
	When
}

// Target is the sitting.
func (in MoveIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// Move gives a sitting another time or place. Who was invited gets a newer invitation.
func Move(ctx context.Context, tx *db.Tx, in MoveIn) (Sitting, error) {
	c, s, err := led(ctx, tx, in.ID, Planned, Called)
	if err != nil {
		return s, err
	}
	if in.Minutes == 0 {
		in.Minutes = s.Length()
	}
	return s.sentAgain(tx).at(ctx, tx, c, in.When)
}

// OpMove moves a sitting.
var OpMove = op.Command[MoveIn, Sitting]{Name: "committee.move", Route: "POST /api/sittings/move", Func: Move}

// sentAgain makes the invitation that is out an older one.
func (s Sitting) sentAgain(tx *db.Tx) Sitting {
	if s.State != Planned {
		now := tx.Now()
		s.Sequence, s.ChangedAt = s.Sequence+1, &now
	}
	return s
}

// CancelIn says why a sitting does not take place.
type CancelIn struct {
	ID  string `json:"id"`
	Why string `json:"why"`
}

// Target is the sitting.
func (in CancelIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// Cancel takes a sitting off the calendar. It stays in the list, with the reason.
func Cancel(ctx context.Context, tx *db.Tx, in CancelIn) (Sitting, error) {
	c, s, err := led(ctx, tx, in.ID, Planned, Called)
	if err != nil {
		return s, err
	}
	if in.Why == "" {
		return s, problem.Field("why", "problem.required")
	}
	s = s.sentAgain(tx)
	s.State, s.Why = Cancelled, in.Why
	return kept(ctx, tx, c, s)
}

// OpCancel cancels a sitting.
var OpCancel = op.Command[CancelIn, Sitting]{Name: "committee.cancel", Route: "POST /api/sittings/cancel", Func: Cancel}

// SittingIn names a sitting.
type SittingIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the sitting.
func (in SittingIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// Call sends the invitation out: from now on the agenda is fixed, with who sits on the day.
func Call(ctx context.Context, tx *db.Tx, in SittingIn) (Sitting, error) {
	c, s, err := led(ctx, tx, in.ID, Planned)
	if err != nil {
		return s, err
	}
	if !s.Start.After(tx.Now()) {
		return s, problem.New(problem.Conflict, "committee.error.past")
	}
	if s.Items, err = s.fresh(ctx, tx, c); err != nil {
		return s, err
	}
	if !slices.ContainsFunc(s.Items, Item.Stands) {
		return s, problem.New(problem.Conflict, "committee.error.no-item")
	}
	if s.Seats, err = c.seatsOn(ctx, tx, s.Day()); err != nil {
		return s, err
	}
	now := tx.Now()
	s.State, s.CalledAt, s.ChangedAt = Called, &now, &now
	return kept(ctx, tx, c, s)
}

// OpCall calls a sitting.
var OpCall = op.Command[SittingIn, Sitting]{Name: "committee.call", Route: "POST /api/sittings/call", Func: Call}

// Begin opens a sitting that was called. Offices that changed hands since are taken by who holds them on the day.
func Begin(ctx context.Context, tx *db.Tx, in SittingIn) (Sitting, error) {
	c, s, err := led(ctx, tx, in.ID, Called)
	if err != nil {
		return s, err
	}
	seats, err := c.seatsOn(ctx, tx, s.Day())
	if err != nil {
		return s, err
	}
	for n, seat := range s.Seats {
		at := slices.IndexFunc(seats, func(now Seat) bool { return now.Key() == seat.Key() })
		if at >= 0 && seat.Presence == NotNoted {
			s.Seats[n].Person = seats[at].Person
		}
	}
	s.State = Open
	return kept(ctx, tx, c, s)
}

// OpBegin opens a sitting.
var OpBegin = op.Command[SittingIn, Sitting]{Name: "committee.open", Route: "POST /api/sittings/open", Func: Begin}

// Close ends a sitting: its minutes wait for both chairs.
func Close(ctx context.Context, tx *db.Tx, in SittingIn) (Sitting, error) {
	c, s, err := led(ctx, tx, in.ID, Open)
	if err != nil {
		return s, err
	}
	for _, seat := range s.Seats {
		if seat.Presence == NotNoted && seat.Role.Votes() {
			return s, problem.New(problem.Conflict, "committee.error.attendance")
		}
	}
	s.State = Closed
	return kept(ctx, tx, c, s)
}

// OpClose closes a sitting.
var OpClose = op.Command[SittingIn, Sitting]{Name: "committee.close", Route: "POST /api/sittings/close", Func: Close}
