package committee

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// State is where a sitting stands.
type State string

// The states of a sitting.
const (
	Planned   State = "planned"   // its agenda is computed anew whenever somebody looks
	Called    State = "called"    // the invitation is out and the agenda fixed
	Open      State = "open"      // it is held now
	Closed    State = "closed"    // its minutes wait for both chairs
	Approved  State = "approved"  // both chairs approved exactly these minutes
	Cancelled State = "cancelled" // it does not take place
)

// States lists the states.
var States = []State{Planned, Called, Open, Closed, Approved, Cancelled}

// Sitting is one meeting of a committee.
type Sitting struct {
	ID          string       `yaml:"id" json:"id"`
	Committee   string       `yaml:"committee" json:"committee"`
	Number      int          `yaml:"number" json:"number"`
	State       State        `yaml:"state" json:"state"`
	Start       time.Time    `yaml:"start" json:"start"`
	End         time.Time    `yaml:"end" json:"end"`
	Place       string       `yaml:"place,omitempty" json:"place,omitempty"`
	PlaceIT     string       `yaml:"place_it,omitempty" json:"placeIt,omitempty"`
	Link        string       `yaml:"link,omitempty" json:"link,omitempty"`
	UID         string       `yaml:"uid" json:"uid"`                               // of the invitation, the same for ever
	Sequence    int          `yaml:"sequence,omitempty" json:"sequence,omitempty"` // grows when what was sent out changes
	CalledAt    *time.Time   `yaml:"called_at,omitempty" json:"calledAt,omitempty"`
	ChangedAt   *time.Time   `yaml:"changed_at,omitempty" json:"changedAt,omitempty"` // of the invitation
	Why         string       `yaml:"why,omitempty" json:"why,omitempty"`              // it was cancelled
	Items       []Item       `yaml:"items,omitempty" json:"items,omitempty"`
	Seats       []Seat       `yaml:"attendance,omitempty" json:"attendance,omitempty"`
	Resolutions []Resolution `yaml:"resolutions,omitempty" json:"resolutions,omitempty"`
	Approvals   []Approval   `yaml:"approvals,omitempty" json:"approvals,omitempty"`
	Voided      []Voided     `yaml:"voided,omitempty" json:"voided,omitempty"`
	Version     int          `yaml:"-" json:"version"`
}

// Ref is the name of the sitting for other areas.
func (s Sitting) Ref() ref.Ref { return ref.New("sitting", s.ID) }

// Location is where it takes place, in both languages.
func (s Sitting) Location() i18n.Text { return i18n.Text{EN: s.Place, IT: s.PlaceIT} }

// Length is how long it lasts, in minutes.
func (s Sitting) Length() int { return int(s.End.Sub(s.Start).Minutes()) }

// Day is the day on which it is held, where people read the clock.
func (s Sitting) Day() string { return identity.Day(s.Start) }

// Title names the sitting: "Joint committee, sitting 5 of 17 Nov 2026".
func (s Sitting) Title(c Committee) i18n.Text {
	in := func(lang i18n.Lang) string {
		return i18n.T(lang, "committee.sitting.title", "committee", c.Title().In(lang), "n", s.Number, "day", i18n.Date(lang, s.Start))
	}
	return i18n.Text{EN: in(i18n.EN), IT: in(i18n.IT)}
}

// Upcoming tells whether the sitting is still to be held.
func (s Sitting) Upcoming() bool { return s.State == Planned || s.State == Called || s.State == Open }

// Held tells whether the sitting was opened.
func (s Sitting) Held() bool { return s.State == Open || s.State == Closed || s.State == Approved }

func (s Sitting) check(field func(string) string) []*problem.Error {
	k := checker{field: field}
	if !ref.ValidID(s.ID) {
		k.add(problem.Field(field("id"), "problem.required"))
	}
	k.needed("committee", s.Committee)
	k.choice("state", string(s.State), "planned", "called", "open", "closed", "approved", "cancelled")
	if s.Number < 1 {
		k.add(problem.Field(field("number"), "problem.range", "value", s.Number, "min", 1, "max", 9999))
	}
	if minutes := s.Length(); minutes < 15 || minutes > maxMinutes {
		k.add(problem.Field(field("end"), "problem.range", "value", minutes, "min", 15, "max", maxMinutes))
	}
	k.items(s.Items)
	k.seats(s.Seats)
	k.resolutions(s)
	k.approvals(s)
	return k.wrong
}

// asStored is the sitting as the database keeps it: instants in UTC, approvals with their hash.
func (s Sitting) asStored(actions []Action) Sitting {
	s.Start, s.End = s.Start.UTC(), s.End.UTC()
	if s.UID == "" {
		s.UID = s.ID + "@accordo"
	}
	utc := func(t *time.Time) *time.Time {
		if t == nil {
			return nil
		}
		at := t.UTC()
		return &at
	}
	s.CalledAt, s.ChangedAt = utc(s.CalledAt), utc(s.ChangedAt)
	all := make([]Approval, len(s.Approvals))
	for n, a := range s.Approvals {
		if a.At = a.At.UTC(); a.Hash == "" {
			a.Hash = s.Hash(actions)
		}
		all[n] = a
	}
	s.Approvals = all
	voided := make([]Voided, len(s.Voided))
	for n, v := range s.Voided {
		v.At = v.At.UTC()
		voided[n] = v
	}
	s.Voided = voided
	return s
}

func (s Sitting) pointers(field func(string) string) []item.Pointer {
	all := item.Point(field("committee"), "committee", s.Committee)
	for _, r := range s.Resolutions {
		if r.Decision != "" {
			all = append(all, item.Point(field("resolutions["+r.ID+"].decision"), "decision", r.Decision)...)
		}
	}
	return all
}

func putSitting(ctx context.Context, tx *db.Tx, c Committee, s Sitting) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("sitting %s: %w", s.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO committee_sitting (id, committee, start_at, state, body, version) VALUES ($1, $2, $3, $4, $5, 1)
		ON CONFLICT (id) DO UPDATE SET committee = excluded.committee, start_at = excluded.start_at, state = excluded.state,
			body = excluded.body, version = committee_sitting.version + 1`,
		s.ID, s.Committee, s.Start.UnixMicro(), string(s.State), string(body))
	if err != nil {
		return err
	}
	tx.Touch(s.Ref(), c.Ref())
	return item.Put(ctx, tx, item.Item{Ref: s.Ref(), Title: s.Title(c), Area: "committee"})
}

func scanSitting(s db.Scan) (Sitting, error) {
	var one Sitting
	var body string
	var version int
	if err := s(&body, &version); err != nil {
		return one, err
	}
	err := json.Unmarshal([]byte(body), &one)
	one.Version = version
	return one, err
}

const sittingColumns = "SELECT body, version FROM committee_sitting"

// sittings gives all sittings, by start.
func sittings(ctx context.Context, r db.Reader) ([]Sitting, error) {
	return db.All(ctx, r, scanSitting, sittingColumns+" ORDER BY start_at, id")
}

// sitting gives a sitting with its committee.
func sitting(ctx context.Context, r db.Reader, id string) (Committee, Sitting, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "sitting "+id)
	s, err := db.One(ctx, r, missing, scanSitting, sittingColumns+" WHERE id = $1", id)
	if err != nil {
		return Committee{}, s, err
	}
	c, err := load(ctx, r, s.Committee)
	return c, s, err
}

// led gives a sitting to somebody who presides over it or writes its minutes, in one of these states.
func led(ctx context.Context, tx *db.Tx, id string, states ...State) (Committee, Sitting, error) {
	c, s, err := sitting(ctx, tx, id)
	if err != nil {
		return c, s, err
	}
	if err := c.leads(tx.Actor()); err != nil {
		return c, s, err
	}
	for _, state := range states {
		if s.State == state {
			return c, s, nil
		}
	}
	return c, s, problem.New(problem.Conflict, "committee.error.state", "state", i18n.Key("committee.state."+string(s.State)))
}
