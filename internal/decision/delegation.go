package decision

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

// MaxDelegationDays is the longest delegation: who is away for longer is replaced in the office.
const MaxDelegationDays = 92

// Delegation lets somebody answer for an office from a day to a day, in the place of who holds it.
type Delegation struct {
	ID        string     `yaml:"id" json:"id"`
	Office    string     `yaml:"office" json:"office"` // cio or ciso
	From      string     `yaml:"from" json:"from"`     // person who holds the office
	To        string     `yaml:"to" json:"to"`         // person who answers
	FirstDay  string     `yaml:"first_day" json:"firstDay"`
	LastDay   string     `yaml:"last_day" json:"lastDay"`
	Reason    string     `yaml:"reason,omitempty" json:"reason,omitempty"`
	RevokedAt *time.Time `yaml:"revoked_at,omitempty" json:"revokedAt,omitempty"`
}

// On tells whether the delegation covers a day.
func (d Delegation) On(day string) bool {
	return d.RevokedAt == nil && d.FirstDay <= day && day <= d.LastDay
}

func (d Delegation) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if err := problem.Choice(field("office"), d.Office, identity.OfficeCIO, identity.OfficeCISO); err != nil {
		wrong = append(wrong, err)
	}
	for _, day := range [][2]string{{"first_day", d.FirstDay}, {"last_day", d.LastDay}} {
		if !db.ValidDay(day[1]) {
			wrong = append(wrong, problem.Field(field(day[0]), "problem.day", "value", day[1]))
		}
	}
	if len(wrong) == 0 && (d.LastDay < d.FirstDay || daysBetween(d.FirstDay, d.LastDay) >= MaxDelegationDays) {
		wrong = append(wrong, problem.Field(field("last_day"), "decision.error.delegation-days", "max", MaxDelegationDays))
	}
	for _, person := range [][2]string{{"from", d.From}, {"to", d.To}} {
		if person[1] == "" {
			wrong = append(wrong, problem.Field(field(person[0]), "problem.required"))
		}
	}
	if d.From == d.To {
		wrong = append(wrong, problem.Field(field("to"), "decision.error.delegation-self"))
	}
	if len(d.Reason) > 1000 {
		wrong = append(wrong, problem.Field(field("reason"), "problem.too-long", "max", 1000))
	}
	return wrong
}

func daysBetween(from, to string) int {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

// DelegateIn lets somebody answer for the office that the actor holds.
type DelegateIn struct {
	Office   string `json:"office" enum:"cio,ciso"`
	To       string `json:"to" doc:"id of the person who answers"`
	FirstDay string `json:"firstDay"`
	LastDay  string `json:"lastDay" doc:"at most 92 days in all"`
	Reason   string `json:"reason,omitempty"`
}

// PolicyContext is the office that is delegated.
func (in DelegateIn) PolicyContext() map[string]string { return map[string]string{"office": in.Office} }

// Delegate lets somebody answer for an office, never one of the other side.
func Delegate(ctx context.Context, tx *db.Tx, in DelegateIn) (Delegation, error) {
	d := Delegation{ID: ref.NewID(), Office: in.Office, From: tx.Actor().Ref.ID(), To: in.To, FirstDay: in.FirstDay, LastDay: in.LastDay, Reason: in.Reason}
	if !tx.Actor().Holds(in.Office) || tx.Actor().Holds(identity.OfficeAdministrator) {
		return d, forbidden("decision.error.not-holder", "a-key-is-given-by-the-holder-of-its-office", "office", in.Office)
	}
	wrong := d.check(func(name string) string { return name })
	if len(wrong) == 0 && d.LastDay < identity.Day(tx.Now()) {
		wrong = append(wrong, problem.Field("last_day", "decision.error.delegation-past"))
	}
	if err := problem.Many(wrong); err != nil {
		return d, err
	}
	if _, err := identity.Actor(ctx, tx, d.To, tx.Now()); err != nil {
		return d, problem.Field("to", "problem.dangling", "value", d.To)
	}
	if err := d.sound(ctx, tx); err != nil {
		return d, err
	}
	all, err := Delegations(ctx, tx, struct{}{})
	if err != nil {
		return d, err
	}
	if slices.ContainsFunc(all, func(o Delegation) bool {
		return o.RevokedAt == nil && o.Office == d.Office && o.From == d.From && o.FirstDay <= d.LastDay && d.FirstDay <= o.LastDay
	}) {
		return d, problem.Field("first_day", "decision.error.delegation-twice")
	}
	return d, putDelegation(ctx, tx, d)
}

// OpDelegate lets somebody answer for an office.
var OpDelegate = op.Command[DelegateIn, Delegation]{Name: "decision.delegate", Route: "POST /api/decision-delegations", Func: Delegate}

// RevokeIn names a delegation.
type RevokeIn struct {
	ID string `json:"id"`
}

// Revoke ends a delegation now, by who gave it.
func Revoke(ctx context.Context, tx *db.Tx, in RevokeIn) (Delegation, error) {
	all, err := Delegations(ctx, tx, struct{}{})
	if err != nil {
		return Delegation{}, err
	}
	at := slices.IndexFunc(all, func(d Delegation) bool { return d.ID == in.ID })
	switch {
	case at < 0:
		return Delegation{}, problem.New(problem.NotFound, "problem.not-found", "what", "delegation "+in.ID)
	case all[at].From != tx.Actor().Ref.ID():
		return all[at], forbidden("decision.error.not-holder", "a-key-is-given-by-the-holder-of-its-office", "office", all[at].Office)
	case all[at].RevokedAt != nil:
		return all[at], conflict("decision.error.revoked")
	}
	now := tx.Now()
	all[at].RevokedAt = &now
	return all[at], putDelegation(ctx, tx, all[at])
}

// OpRevoke ends a delegation.
var OpRevoke = op.Command[RevokeIn, Delegation]{Name: "decision.revoke", Route: "POST /api/decision-delegations/revoke", Func: Revoke}

// sound refuses a delegation to the other side: to who holds the other key, controls, runs the installation, works for the
// other office, or reports, directly or through others, to the other holder before anybody of this side. Nor is the key
// of somebody who may not give it themselves given by another.
func (d Delegation) sound(ctx context.Context, r db.Reader) error {
	held, err := identity.Holders(ctx, r, identity.Day(r.Now()))
	if err != nil {
		return err
	}
	people, err := identity.People(ctx, r)
	if err != nil {
		return err
	}
	lines, err := keepsLines(ctx, r)
	if err != nil {
		return err
	}
	side := sides{held: held, superior: func(person string) string { return people[person].ReportsTo }}
	switch {
	case slices.Contains(held[identity.OfficeAdministrator], d.To), slices.Contains(held[identity.OfficeAdministrator], d.From):
		return forbidden("decision.error.delegation-administrator", "the-administrator-has-no-key")
	case side.other(d.Office, d.To):
		return forbidden("decision.error.delegation-other-side", "a-key-never-goes-to-the-other-side")
	case lines && slices.ContainsFunc(SecondLine, func(o string) bool { return slices.Contains(held[o], d.To) || slices.Contains(held[o], d.From) }):
		return forbidden("decision.error.second-line", "the-second-line-challenges-and-does-not-decide")
	}
	return nil
}

// sides tells on which side of the two keys somebody stands.
type sides struct {
	held     map[string][]string
	superior func(person string) string
}

// other tells whether a person stands on the side of the other key.
func (s sides) other(office, person string) bool {
	mine, theirs, staff := identity.OfficeCIO, identity.OfficeCISO, identity.OfficeSecurityStaff
	if office == identity.OfficeCISO {
		mine, theirs, staff = identity.OfficeCISO, identity.OfficeCIO, identity.OfficeITStaff
	}
	if slices.Contains(s.held[theirs], person) || slices.Contains(s.held[staff], person) {
		return true
	}
	seen := map[string]bool{}
	for at := s.superior(person); at != "" && !seen[at]; at = s.superior(at) {
		switch {
		case slices.Contains(s.held[mine], at):
			return false
		case slices.Contains(s.held[theirs], at):
			return true
		}
		seen[at] = true
	}
	return false
}

// Delegations lists all delegations, the last to begin first.
func Delegations(ctx context.Context, r db.Reader, _ struct{}) ([]Delegation, error) {
	return db.All(ctx, r, func(s db.Scan) (Delegation, error) {
		var d Delegation
		var revoked int64
		err := s(&d.ID, &d.Office, &d.From, &d.To, &d.FirstDay, &d.LastDay, &d.Reason, &revoked)
		if revoked != 0 {
			at := time.UnixMicro(revoked).UTC()
			d.RevokedAt = &at
		}
		return d, err
	}, "SELECT id, office, from_person, to_person, first_day, last_day, reason, COALESCE(revoked_at, 0) FROM decision_delegation ORDER BY first_day DESC, id")
}

// OpDelegations lists delegations.
var OpDelegations = op.Query[struct{}, []Delegation]{Name: "decision.delegations", Route: "GET /api/decision-delegations", Func: Delegations}

func putDelegation(ctx context.Context, tx *db.Tx, d Delegation) error {
	var revoked any
	if d.RevokedAt != nil {
		revoked = db.Micros(*d.RevokedAt)
	}
	tx.Touch(identity.PersonRef(d.From), identity.PersonRef(d.To))
	_, err := tx.Exec(ctx, `INSERT INTO decision_delegation (id, office, from_person, to_person, first_day, last_day, reason, revoked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET office = excluded.office, from_person = excluded.from_person, to_person = excluded.to_person,
		first_day = excluded.first_day, last_day = excluded.last_day, reason = excluded.reason, revoked_at = excluded.revoked_at`,
		d.ID, d.Office, d.From, d.To, d.FirstDay, d.LastDay, d.Reason, revoked)
	return err
}

// handOf is the actor as the rules see them; office is the one they would answer for, if any.
func handOf(ctx context.Context, r db.Reader, office string) (Hand, error) {
	actor := r.Actor()
	h := Hand{Person: actor.Ref.ID(), Offices: actor.Offices}
	var err error
	if h.Lines, err = keepsLines(ctx, r); err != nil || office == "" || office == Approver || h.holds(office) {
		return h, err
	}
	h.For, err = delegationOf(ctx, r, office, h.Person)
	return h, err
}

// delegationOf gives the delegation by which a person answers for an office today: its giver still holds the office, and it
// is still sound; nil when there is none.
func delegationOf(ctx context.Context, r db.Reader, office, person string) (*Delegation, error) {
	all, err := Delegations(ctx, r, struct{}{})
	if err != nil {
		return nil, err
	}
	day := identity.Day(r.Now())
	for _, d := range all {
		if d.Office != office || d.To != person || !d.On(day) {
			continue
		}
		offices, err := identity.OfficesAt(ctx, r, d.From, day)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(offices, office) {
			continue
		}
		if err := d.sound(ctx, r); problem.Is(err, problem.Forbidden) {
			continue
		} else if err != nil {
			return nil, err
		}
		return &d, nil
	}
	return nil, nil
}
