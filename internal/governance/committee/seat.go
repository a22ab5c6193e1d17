package committee

import (
	"context"
	"fmt"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Presence says whether a seat was taken.
type Presence string

// The presences. A seat whose presence nobody noted counts as not taken.
const (
	NotNoted Presence = ""
	Present  Presence = "present"
	Excused  Presence = "excused"
	Absent   Presence = "absent"
	Delegate Presence = "delegate" // somebody else sat there for the member
)

// Presences lists them.
var Presences = []Presence{NotNoted, Present, Excused, Absent, Delegate}

// Seat is a member at one sitting: who held the office on the day, and whether they came.
type Seat struct {
	Office   string   `yaml:"office,omitempty" json:"office,omitempty"`
	Person   string   `yaml:"person,omitempty" json:"person,omitempty"` // id; empty: the office is vacant
	Role     Role     `yaml:"role" json:"role"`
	Presence Presence `yaml:"presence,omitempty" json:"presence,omitempty"`
	Delegate string   `yaml:"delegate,omitempty" json:"delegate,omitempty"` // person id
}

// Key names the seat within its sitting.
func (s Seat) Key() string {
	if s.Office != "" {
		return "office:" + s.Office
	}
	return "person:" + s.Person
}

// Sitter is who took the seat; empty when nobody did.
func (s Seat) Sitter() string {
	switch s.Presence {
	case Present:
		return s.Person
	case Delegate:
		return s.Delegate
	default:
		return ""
	}
}

// Quorum is whether a sitting may resolve anything: enough different people with a vote, and both chairs themselves.
type Quorum struct {
	Present int  `json:"present"` // different people with a vote
	Needed  int  `json:"needed"`
	Chairs  int  `json:"chairs"` // different people who preside, in person: a delegate does not preside
	Met     bool `json:"met"`
}

// QuorumOf counts who is there.
func (s Sitting) QuorumOf(c Committee) Quorum {
	voting, chairs := map[string]bool{}, map[string]bool{}
	for _, seat := range s.Seats {
		sitter := seat.Sitter()
		if sitter == "" {
			continue
		}
		if seat.Role.Votes() && (!seat.Role.Chairs() || seat.Presence == Present) {
			voting[sitter] = true
		}
		if seat.Role.Chairs() && seat.Presence == Present {
			chairs[sitter] = true
		}
	}
	q := Quorum{Present: len(voting), Needed: c.Quorum, Chairs: len(chairs)}
	q.Met = q.Present >= q.Needed && q.Chairs == 2
	return q
}

// seatsOn are the seats of a committee with who takes them on a day. An office that several hold gives a seat to the
// first of them.
func (c Committee) seatsOn(ctx context.Context, r db.Reader, day string) ([]Seat, error) {
	holders, err := identity.Holders(ctx, r, day)
	if err != nil {
		return nil, err
	}
	seats := make([]Seat, len(c.Members))
	for n, m := range c.Members {
		seats[n] = Seat{Office: m.Office, Person: m.Person, Role: m.Role}
		if held := holders[m.Office]; m.Office != "" && len(held) > 0 {
			seats[n].Person = held[0]
		}
	}
	return seats, nil
}

func (k *checker) seats(all []Seat) {
	seen := map[string]bool{}
	for n, s := range all {
		at := fmt.Sprintf("attendance[%d].", n)
		k.choice(at+"role", string(s.Role), "chair", "co-chair", "member", "secretary", "guest")
		k.choice(at+"presence", string(s.Presence), "", "present", "excused", "absent", "delegate")
		if (s.Presence == Delegate) != (s.Delegate != "") || s.Delegate != "" && s.Delegate == s.Person {
			k.add(problem.Field(k.field(at+"delegate"), "committee.error.delegate"))
		}
		if s.Presence == Present && s.Person == "" {
			k.add(problem.Field(k.field(at+"presence"), "committee.error.vacant"))
		}
		if seen[s.Key()] {
			k.add(problem.Field(k.field(at+"office"), "problem.twice", "value", s.Key()))
		}
		seen[s.Key()] = true
	}
}

// SeatIn is what is noted about one seat.
type SeatIn struct {
	Seat     string   `json:"seat" doc:"office:ciso or person:id"`
	Presence Presence `json:"presence" enum:",present,excused,absent,delegate"`
	Delegate string   `json:"delegate,omitempty" doc:"id of the person who sits there for the member"`
}

// AttendIn is who is there. Seats that are not named stay as they were.
type AttendIn struct {
	ID    string   `json:"id"`
	Seats []SeatIn `json:"seats"`
}

// Target is the sitting.
func (in AttendIn) Target() ref.Ref { return ref.New("sitting", in.ID) }

// Attend notes who is there. What was resolved with a quorum cannot lose it afterwards.
func Attend(ctx context.Context, tx *db.Tx, in AttendIn) (Sitting, error) {
	c, s, err := led(ctx, tx, in.ID, Called, Open, Closed, Approved)
	if err != nil {
		return s, err
	}
	before := s
	s.Seats = slices.Clone(s.Seats)
	var pointers []item.Pointer
	for n, one := range in.Seats {
		at := slices.IndexFunc(s.Seats, func(seat Seat) bool { return seat.Key() == one.Seat })
		if at < 0 {
			return s, problem.Field(fmt.Sprintf("seats[%d].seat", n), "problem.dangling", "value", one.Seat)
		}
		s.Seats[at].Presence, s.Seats[at].Delegate = one.Presence, one.Delegate
		if one.Delegate != "" {
			pointers = append(pointers, item.Point(fmt.Sprintf("attendance[%d].delegate", at), "person", one.Delegate)...)
		}
	}
	if err := item.Dangling(ctx, tx, pointers); err != nil {
		return s, err
	}
	if len(s.Resolutions) > 0 && !s.QuorumOf(c).Met {
		return s, problem.New(problem.Conflict, "committee.error.loses-quorum")
	}
	return revised(ctx, tx, c, before, s)
}

// OpAttend notes who is there.
var OpAttend = op.Command[AttendIn, Sitting]{Name: "committee.attend", Route: "POST /api/sittings/attend", Func: Attend}
