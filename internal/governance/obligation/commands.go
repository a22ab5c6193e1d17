package obligation

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ActIn records that an obligation was met.
type ActIn struct {
	Obligation string  `json:"obligation"`
	Day        string  `json:"day,omitempty" doc:"today unless told"`
	Office     string  `json:"office" doc:"which acted, such as board"`
	Person     string  `json:"person,omitempty" doc:"id of who acted for the office; none for a body as a whole"`
	Document   string  `json:"document" doc:"title of what was approved, reviewed, tested or sent"`
	Version    string  `json:"version,omitempty"`
	Evidence   ref.Ref `json:"evidence,omitempty" doc:"a decision, a sitting, a file: kind:id"`
	Hash       string  `json:"hash,omitempty" doc:"SHA-256 of the document, in hexadecimal digits"`
	Note       string  `json:"note,omitempty"`
}

// Target is the obligation.
func (in ActIn) Target() ref.Ref { return Ref(in.Obligation) }

// PolicyContext tells the policies which office acted: what the body did is recorded by its secretary.
func (in ActIn) PolicyContext() map[string]string { return map[string]string{"office": in.Office} }

// Record writes down that an obligation was met. Only an office that has to act can have met it, and a person acts
// only for an office held on that day: a review by somebody else is not the review that was asked for.
func Record(ctx context.Context, tx *db.Tx, in ActIn) (Standing, error) {
	a := Act{
		ID: ref.NewID(), Obligation: in.Obligation, Day: in.Day, Office: in.Office, Person: in.Person, Document: in.Document,
		Version: in.Version, Evidence: in.Evidence, Hash: in.Hash, Note: in.Note,
	}
	today := identity.Day(tx.Now())
	if a.Day == "" {
		a.Day = today
	}
	o, err := Get(ctx, tx, GetIn{in.Obligation})
	if err != nil {
		return o.Standing, err
	}
	wrong := a.check(plain)
	if db.ValidDay(a.Day) && a.Day > today {
		wrong = append(wrong, problem.Field("day", "obligation.error.future", "day", a.Day))
	}
	if !slices.Contains(o.Who, a.Office) {
		wrong = append(wrong, problem.Field("office", "obligation.error.office", "offices", offices(o.Who)))
	} else if err := actsFor(ctx, tx, a); err != nil {
		wrong = append(wrong, err)
	}
	if err := problem.Many(wrong); err != nil {
		return o.Standing, err
	}
	if err := putAct(ctx, tx, a); err != nil {
		return o.Standing, err
	}
	now, err := Get(ctx, tx, GetIn{in.Obligation})
	return now.Standing, err
}

// actsFor checks that the person held the office on the day. A body acts as a whole; every other office is somebody.
func actsFor(ctx context.Context, r db.Reader, a Act) *problem.Error {
	if a.Person == "" && a.Office == identity.OfficeBoard {
		return nil
	}
	if a.Person == "" {
		return problem.Field("person", "problem.required")
	}
	held, err := identity.OfficesAt(ctx, r, a.Person, a.Day)
	if err != nil || !slices.Contains(held, a.Office) {
		return problem.Field("person", "obligation.error.not-held", "office", identity.OfficeName(a.Office), "day", a.Day)
	}
	return nil
}

func offices(codes []string) i18n.Keys {
	var keys i18n.Keys
	for _, code := range codes {
		keys = append(keys, i18n.Key("office."+code))
	}
	return keys
}

// OpAct records an act.
var OpAct = op.Command[ActIn, Standing]{Name: "obligation.act", Route: "POST /api/obligations/acts", Func: Record}

// TriggerIn says that something happened that makes an obligation due.
type TriggerIn struct {
	Obligation string `json:"obligation"`
	Day        string `json:"day,omitempty" doc:"on which it happened; today unless told"`
	Due        string `json:"due,omitempty" doc:"by which it must be met; a month later unless told"`
	What       string `json:"what" doc:"what changed or happened"`
}

// Target is the obligation.
func (in TriggerIn) Target() ref.Ref { return Ref(in.Obligation) }

// Happened writes down a change or an event.
func Happened(ctx context.Context, tx *db.Tx, in TriggerIn) (Standing, error) {
	t := Trigger{ID: ref.NewID(), Obligation: in.Obligation, Day: in.Day, Due: in.Due, What: in.What}
	today := identity.Day(tx.Now())
	if t.Day == "" {
		t.Day = today
	}
	if t.Due == "" {
		t.Due = plusMonths(t.Day, 1)
	}
	o, err := Get(ctx, tx, GetIn{in.Obligation})
	if err != nil {
		return o.Standing, err
	}
	wrong := t.check(plain)
	if db.ValidDay(t.Day) && t.Day > today {
		wrong = append(wrong, problem.Field("day", "obligation.error.future", "day", t.Day))
	}
	if err := problem.Many(wrong); err != nil {
		return o.Standing, err
	}
	if err := putTrigger(ctx, tx, t); err != nil {
		return o.Standing, err
	}
	now, err := Get(ctx, tx, GetIn{in.Obligation})
	return now.Standing, err
}

// OpTrigger records what makes an obligation due.
var OpTrigger = op.Command[TriggerIn, Standing]{Name: "obligation.trigger", Route: "POST /api/obligations/triggers", Func: Happened}

// OwnIn is an obligation of the organisation's own, as it shall be.
type OwnIn struct {
	ID        string    `json:"id,omitempty" doc:"of the one to change; none adds one"`
	Source    Source    `json:"source" enum:"contract,policy"`
	Title     string    `json:"title"`
	TitleIT   string    `json:"titleIt,omitempty"`
	Who       []string  `json:"who" doc:"offices, any of which acts"`
	Frequency Frequency `json:"frequency"`
	Basis     string    `json:"basis,omitempty" doc:"the contract or the rule, in words"`
	Note      string    `json:"note,omitempty"`
}

// Target is the obligation; one that is added has no name yet.
func (in OwnIn) Target() ref.Ref {
	if in.ID == "" {
		return ""
	}
	return Ref(in.ID)
}

func (in OwnIn) obligation(id string) Obligation {
	return Obligation{ID: id, Source: in.Source, Title: in.Title, TitleIT: in.TitleIT, Who: in.Who, Frequency: in.Frequency, Basis: in.Basis, Note: in.Note}
}

// Add adds an obligation of a contract or of an own rule.
func Add(ctx context.Context, tx *db.Tx, in OwnIn) (Obligation, error) {
	o := in.obligation(in.ID)
	if o.ID == "" {
		o.ID = ref.NewID()
	} else if _, err := Get(ctx, tx, GetIn{o.ID}); !problem.Is(err, problem.NotFound) {
		return o, problem.Field("id", "problem.twice", "value", o.ID)
	}
	if err := problem.Many(o.check(plain)); err != nil {
		return o, err
	}
	return o, putOwn(ctx, tx, o)
}

// OpAdd adds an own obligation.
var OpAdd = op.Command[OwnIn, Obligation]{Name: "obligation.add", Route: "POST /api/obligations", Func: Add}

// Change changes an own obligation; those of law are as the law has them.
func Change(ctx context.Context, tx *db.Tx, in OwnIn) (Obligation, error) {
	before, err := ownOne(ctx, tx, in.ID)
	if err != nil {
		return before, err
	}
	o := in.obligation(in.ID)
	o.Refs, o.Profiles = before.Refs, before.Profiles
	if o.Basis == before.Basis {
		o.BasisIT = before.BasisIT
	}
	if o.Note == before.Note {
		o.NoteIT = before.NoteIT
	}
	if err := problem.Many(o.check(plain)); err != nil {
		return o, err
	}
	return o, putOwn(ctx, tx, o)
}

// OpChange changes an own obligation.
var OpChange = op.Command[OwnIn, Obligation]{Name: "obligation.change", Route: "POST /api/obligations/change", Func: Change}

// Remove takes an own obligation out; one that was ever met stays, so that its acts keep their meaning: it can be
// said that it does not apply any more.
func Remove(ctx context.Context, tx *db.Tx, in GetIn) (struct{}, error) {
	if _, err := ownOne(ctx, tx, in.ID); err != nil {
		return struct{}{}, err
	}
	d, err := Get(ctx, tx, in)
	if err != nil {
		return struct{}{}, err
	}
	if len(d.Acts) > 0 {
		return struct{}{}, problem.New(problem.Conflict, "obligation.error.has-acts")
	}
	for _, table := range []string{"obligation_trigger", "obligation_setting"} {
		column := map[string]string{"obligation_trigger": "obligation", "obligation_setting": "id"}[table]
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE "+column+" = $1", in.ID); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, dropOwn(ctx, tx, in.ID)
}

// OpRemove removes an own obligation.
var OpRemove = op.Command[GetIn, struct{}]{Name: "obligation.remove", Route: "POST /api/obligations/remove", Func: Remove}

// ownOne loads an obligation that the organisation may change.
func ownOne(ctx context.Context, r db.Reader, id string) (Obligation, error) {
	d, err := Get(ctx, r, GetIn{id})
	if err == nil && d.Source == OfLaw {
		err = problem.New(problem.Conflict, "obligation.error.of-law")
	}
	return d.Obligation, err
}

// IntervalIn is the organisation's own interval of an obligation.
type IntervalIn struct {
	Obligation string `json:"obligation"`
	Months     int    `json:"months" minimum:"0" maximum:"120" doc:"0: that of the law, or our default"`
}

// Target is the obligation.
func (in IntervalIn) Target() ref.Ref { return Ref(in.Obligation) }

// SetInterval sets how often the organisation meets an obligation: never less often than the law says.
func SetInterval(ctx context.Context, tx *db.Tx, in IntervalIn) (Standing, error) {
	return set(ctx, tx, in.Obligation, func(s *Setting) { s.Months = in.Months })
}

// OpSetInterval sets an own interval.
var OpSetInterval = op.Command[IntervalIn, Standing]{Name: "obligation.set-interval", Route: "POST /api/obligations/interval", Func: SetInterval}

// WaiveIn says that an obligation does not apply, or applies again.
type WaiveIn struct {
	Obligation string `json:"obligation"`
	Reason     string `json:"reason,omitempty" doc:"why it does not apply"`
	Applies    bool   `json:"applies,omitempty" doc:"it applies again"`
}

// Target is the obligation.
func (in WaiveIn) Target() ref.Ref { return Ref(in.Obligation) }

// Waive writes down why an obligation does not apply, under the name of who says so.
func Waive(ctx context.Context, tx *db.Tx, in WaiveIn) (Standing, error) {
	return set(ctx, tx, in.Obligation, func(s *Setting) {
		s.Waived = nil
		if !in.Applies {
			s.Waived = &Waiver{Reason: in.Reason, On: identity.Day(tx.Now())}
			if who := tx.Actor().Ref; who.Kind() == "person" {
				s.Waived.By = who.ID()
			}
		}
	})
}

// OpWaive says that an obligation does not apply.
var OpWaive = op.Command[WaiveIn, Standing]{Name: "obligation.waive", Route: "POST /api/obligations/waive", Func: Waive}

// set changes the setting of an obligation; one that says nothing any more goes.
func set(ctx context.Context, tx *db.Tx, id string, change func(*Setting)) (Standing, error) {
	d, err := Get(ctx, tx, GetIn{id})
	if err != nil {
		return d.Standing, err
	}
	s := d.Setting
	change(&s)
	if err := problem.Many(s.checkAgainst(d.Obligation, plain)); err != nil {
		return d.Standing, err
	}
	if s.Months == 0 && s.Waived == nil {
		err = drop("obligation_setting")(ctx, tx, id)
	} else {
		err = putSetting(ctx, tx, s)
	}
	if err != nil {
		return d.Standing, err
	}
	now, err := Get(ctx, tx, GetIn{id})
	return now.Standing, err
}
