package risk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Escalation is a breach of a statement on its way to who must answer: both officers, then the CRO, then the board or the
// office that the statement names. It lasts until the figure is back inside, or the statement holds no more; meanwhile it
// may be accepted until a day.
type Escalation struct {
	ID        string     `yaml:"id" json:"id"`
	Statement string     `yaml:"statement" json:"statement"`
	Figure    Figure     `yaml:"figure" json:"figure"` // that opened it
	Limit     float64    `yaml:"limit" json:"limit"`
	OpenedAt  time.Time  `yaml:"opened_at" json:"openedAt"`
	Steps     []Step     `yaml:"steps" json:"steps"`                           // that were taken; the last is the present one
	Accepted  string     `yaml:"accepted,omitempty" json:"accepted,omitempty"` // acceptance in force
	ClosedAt  *time.Time `yaml:"closed_at,omitempty" json:"closedAt,omitempty"`
	ClosedWhy string     `yaml:"closed_why,omitempty" json:"closedWhy,omitempty"` // inside or statement-ended
}

// Step is the time of one or two offices to acknowledge that they know and what they do about it.
type Step struct {
	Level     int         `yaml:"level" json:"level"` // 0 officers, 1 CRO, 2 last office; an expired acceptance starts again at 0
	Offices   []string    `yaml:"offices,flow" json:"offices"`
	StartedAt time.Time   `yaml:"started_at" json:"startedAt"`
	DueAt     time.Time   `yaml:"due_at" json:"dueAt"`
	Known     []Knowledge `yaml:"known,omitempty" json:"known,omitempty"`
	LapsedAt  *time.Time  `yaml:"lapsed_at,omitempty" json:"lapsedAt,omitempty"` // when the watch found the clock run out
}

// Knowledge is the acknowledgement of one office.
type Knowledge struct {
	Office string    `yaml:"office" json:"office"`
	Person string    `yaml:"person" json:"person"` // id
	At     time.Time `yaml:"at" json:"at"`
	Note   string    `yaml:"note" json:"note"`
}

// The reasons for which an escalation closes.
const (
	BackInside     = "inside"
	StatementEnded = "statement-ended"
)

// EscalationState is how an escalation stands; it is computed, never stored.
type EscalationState string

// The states.
const (
	EscalationOpen     EscalationState = "open"
	EscalationAccepted EscalationState = "accepted"
	EscalationClosed   EscalationState = "closed"
)

// EscalationStates lists them.
var EscalationStates = []EscalationState{EscalationOpen, EscalationAccepted, EscalationClosed}

// defaultClocks are the working days of the officers, the CRO and the last office.
var defaultClocks = []int{2, 3, 5}

// Way is the way of an escalation: the offices of each step with their working days.
func (s Statement) Way() []Step {
	last := cmp.Or(s.LastOffice, identity.OfficeBoard)
	return []Step{
		{Level: 0, Offices: []string{identity.OfficeCIO, identity.OfficeCISO}},
		{Level: 1, Offices: []string{identity.OfficeCRO}},
		{Level: 2, Offices: []string{last}},
	}
}

// Clock gives the working days of a step.
func (s Statement) Clock(level int) int {
	if len(s.ClockDays) > level {
		return s.ClockDays[level]
	}
	return defaultClocks[level]
}

// step starts a step of the way.
func (s Statement) step(level int, now time.Time) Step {
	step := s.Way()[level]
	step.StartedAt, step.DueAt = now, addWorkingDays(now, s.Clock(level))
	return step
}

// addWorkingDays counts Monday to Friday where people read the clock; public holidays are not known, and count.
func addWorkingDays(from time.Time, days int) time.Time {
	at := from.In(i18n.Rome)
	for days > 0 {
		at = at.AddDate(0, 0, 1)
		if at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			days--
		}
	}
	return at.UTC()
}

// Ref is the name of the escalation for other areas.
func (e Escalation) Ref() ref.Ref { return ref.New("escalation", e.ID) }

// State is how the escalation stands.
func (e Escalation) State() EscalationState {
	switch {
	case e.ClosedAt != nil:
		return EscalationClosed
	case e.Accepted != "":
		return EscalationAccepted
	default:
		return EscalationOpen
	}
}

// Now is the present step.
func (e Escalation) Now() *Step {
	if len(e.Steps) == 0 {
		return nil
	}
	return &e.Steps[len(e.Steps)-1]
}

// By gives the acknowledgement of an office; nil when there is none.
func (s Step) By(office string) *Knowledge {
	for i := range s.Known {
		if s.Known[i].Office == office {
			return &s.Known[i]
		}
	}
	return nil
}

// Missing are the offices of the step that have not acknowledged.
func (s Step) Missing() []string {
	return slices.DeleteFunc(slices.Clone(s.Offices), func(office string) bool { return s.By(office) != nil })
}

// WaitsFor are the offices that must acknowledge now; none when the escalation is accepted or closed.
func (e Escalation) WaitsFor() []string {
	if step := e.Now(); step != nil && e.State() == EscalationOpen {
		return step.Missing()
	}
	return nil
}

// EscalationRow is an escalation with its statement and how that stands now.
type EscalationRow struct {
	Escalation
	StateNow EscalationState `json:"state"`
	Due      []string        `json:"due,omitempty"` // offices that must acknowledge now
	About    Statement       `json:"about"`
	Standing *Standing       `json:"standing,omitempty"` // none when the statement holds no more
}

// EscalationFilter narrows the list.
type EscalationFilter struct {
	State EscalationState `query:"state" doc:"open, accepted or closed"`
	Text  string          `query:"text" doc:"words in the statement"`
	Due   string          `query:"due" doc:"office that must acknowledge now"`
	Sort  string          `query:"sort" doc:"opened, due, statement or state; a leading minus sorts downwards; -opened unless told"`
}

// Escalations lists the escalations that the filter leaves. There are dozens of them, so they are ordered after reading.
func Escalations(ctx context.Context, r db.Reader, f EscalationFilter) ([]EscalationRow, error) {
	all, err := db.All(ctx, r, scanBody[Escalation], "SELECT body FROM risk_escalation ORDER BY opened_at, id")
	if err != nil {
		return nil, err
	}
	rows, err := escalationRows(ctx, r, all)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(row EscalationRow) bool {
		name := strings.ToLower(row.ID + " " + row.About.Sentence + " " + row.About.SentenceIT)
		return f.State != "" && row.StateNow != f.State || !strings.Contains(name, strings.ToLower(f.Text)) || f.Due != "" && !slices.Contains(row.Due, f.Due)
	})
	return rows, f.order(rows)
}

// OpEscalations lists escalations.
var OpEscalations = op.Query[EscalationFilter, []EscalationRow]{Name: "risk.escalations", Route: "GET /api/risks/escalations", Func: Escalations}

func escalationRows(ctx context.Context, r db.Reader, all []Escalation) ([]EscalationRow, error) {
	statements, err := Statements(ctx, r, struct{}{})
	if err != nil {
		return nil, err
	}
	standing, err := Standings(ctx, r, struct{}{})
	if err != nil {
		return nil, err
	}
	rows := make([]EscalationRow, len(all))
	for i, e := range all {
		rows[i] = EscalationRow{Escalation: e, StateNow: e.State(), Due: e.WaitsFor()}
		// Of several settings of the headline the first that is found is the one in force.
		if at := slices.IndexFunc(statements, func(s Statement) bool { return s.ID == e.Statement }); at >= 0 {
			rows[i].About = statements[at]
		}
		if at := slices.IndexFunc(standing, func(s Standing) bool { return s.Statement.ID == e.Statement }); at >= 0 {
			rows[i].Standing = &standing[at]
		}
	}
	return rows, nil
}

func (f EscalationFilter) order(rows []EscalationRow) error {
	name, down := strings.CutPrefix(cmp.Or(f.Sort, "-opened"), "-")
	due := func(row EscalationRow) time.Time {
		if step := row.Now(); step != nil && len(row.Due) > 0 {
			return step.DueAt
		}
		return time.Unix(1<<40, 0) // nobody is due: after all who are
	}
	by := map[string]func(a, b EscalationRow) int{
		"opened":    func(a, b EscalationRow) int { return a.OpenedAt.Compare(b.OpenedAt) },
		"due":       func(a, b EscalationRow) int { return due(a).Compare(due(b)) },
		"statement": func(a, b EscalationRow) int { return cmp.Compare(a.About.Sentence, b.About.Sentence) },
		"state": func(a, b EscalationRow) int {
			return slices.Index(EscalationStates, a.StateNow) - slices.Index(EscalationStates, b.StateNow)
		},
	}[name]
	if by == nil {
		return problem.Field("sort", "problem.sort", "value", name)
	}
	slices.SortStableFunc(rows, by)
	if down {
		slices.Reverse(rows)
	}
	return nil
}

// EscalationIn names an escalation.
type EscalationIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the escalation.
func (in EscalationIn) Target() ref.Ref { return ref.New("escalation", in.ID) }

// GetEscalation loads an escalation as it stands.
func GetEscalation(ctx context.Context, r db.Reader, in EscalationIn) (EscalationRow, error) {
	e, err := escalation(ctx, r, in.ID)
	if err != nil {
		return EscalationRow{}, err
	}
	rows, err := escalationRows(ctx, r, []Escalation{e})
	if err != nil {
		return EscalationRow{}, err
	}
	return rows[0], nil
}

// EscalationOut is an escalation as it stands.
type EscalationOut struct {
	Escalation EscalationRow `json:"escalation"`
}

// OpEscalation loads an escalation.
var OpEscalation = op.Query[EscalationIn, EscalationOut]{
	Name: "risk.escalation", Route: "GET /api/risks/escalations/{id}",
	Func: func(ctx context.Context, r db.Reader, in EscalationIn) (EscalationOut, error) {
		row, err := GetEscalation(ctx, r, in)
		return EscalationOut{row}, err
	},
}

func escalation(ctx context.Context, r db.Reader, id string) (Escalation, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "escalation "+id)
	return db.One(ctx, r, missing, scanBody[Escalation], "SELECT body FROM risk_escalation WHERE id = $1", id)
}

// AcknowledgeIn is the word of an office that it knows of a breach, and what it does about it.
type AcknowledgeIn struct {
	ID     string `json:"id"`
	Office string `json:"office" doc:"office that acknowledges"`
	Note   string `json:"note" doc:"what is done about it"`
}

// Target is the escalation.
func (in AcknowledgeIn) Target() ref.Ref { return ref.New("escalation", in.ID) }

// PolicyContext is the office that acknowledges.
func (in AcknowledgeIn) PolicyContext() map[string]string {
	return map[string]string{"office": in.Office}
}

// Acknowledge notes the word of an office; only its holder may. Once all offices of a step have given theirs, the next step
// begins, unless the statement tolerates the breach for a while.
func Acknowledge(ctx context.Context, tx *db.Tx, in AcknowledgeIn) (Escalation, error) {
	e, err := escalation(ctx, tx, in.ID)
	if err != nil {
		return e, err
	}
	actor := tx.Actor()
	if !actor.Holds(in.Office) || actor.Holds(identity.OfficeAdministrator) {
		return e, problem.New(problem.Forbidden, "risk.escalation.error.not-holder", "office", i18n.Key("office."+in.Office), "policy", "an-escalation-is-acknowledged-by-who-it-reaches")
	}
	if !slices.Contains(e.WaitsFor(), in.Office) {
		return e, problem.New(problem.Conflict, "risk.escalation.error.not-due", "office", i18n.Key("office."+in.Office))
	}
	step := e.Now()
	if slices.ContainsFunc(step.Known, func(k Knowledge) bool { return k.Person == actor.Ref.ID() }) {
		return e, problem.New(problem.Forbidden, "risk.escalation.error.same-person", "policy", "two-humans")
	}
	switch note := strings.TrimSpace(in.Note); {
	case note == "":
		return e, problem.Field("note", "problem.required")
	case len(note) > 4000:
		return e, problem.Field("note", "problem.too-long", "max", 4000)
	default:
		step.Known = append(step.Known, Knowledge{Office: in.Office, Person: actor.Ref.ID(), At: tx.Now(), Note: note})
	}
	rows, err := escalationRows(ctx, tx, []Escalation{e})
	if err != nil {
		return e, err
	}
	rows[0].advance(tx.Now())
	return rows[0].Escalation, putEscalation(ctx, tx, rows[0].Escalation, rows[0].About)
}

// OpAcknowledge notes that an office knows of a breach.
var OpAcknowledge = op.Command[AcknowledgeIn, Escalation]{Name: "risk.acknowledge", Route: "POST /api/risks/escalations/acknowledge", Func: Acknowledge}

// advance moves an open escalation on, if its present step is over: all have acknowledged, or its clock has run out. It tells
// whether the clock ran out and whether a step began.
func (row *EscalationRow) advance(now time.Time) (lapsed, moved bool) {
	step := row.Now()
	if step == nil || row.State() != EscalationOpen || row.Standing == nil {
		return false, false
	}
	over := len(step.Missing()) == 0
	if !over && step.LapsedAt == nil && now.After(step.DueAt) {
		step.LapsedAt, lapsed = &now, true
	}
	if over && row.Standing.Within(row.OpenedAt, now) {
		return false, false
	}
	if next := step.Level + 1; (over || lapsed) && next < len(row.About.Way()) {
		row.Steps, moved = append(row.Steps, row.About.step(next, now)), true
	}
	return lapsed, moved
}

func putEscalation(ctx context.Context, tx *db.Tx, e Escalation, about Statement) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("escalation %s: %w", e.ID, err)
	}
	closed := time.Time{}
	if e.ClosedAt != nil {
		closed = *e.ClosedAt
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_escalation (id, statement, opened_at, closed_at, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET statement = excluded.statement, opened_at = excluded.opened_at, closed_at = excluded.closed_at, body = excluded.body`,
		e.ID, e.Statement, db.Micros(e.OpenedAt), db.Micros(closed), string(body))
	if err != nil {
		return err
	}
	tx.Touch(e.Ref(), ref.New("statement", e.Statement))
	name := func(lang i18n.Lang) string {
		return i18n.T(lang, "risk.escalation.named", "statement", about.Name().In(lang))
	}
	return item.Put(ctx, tx, item.Item{Ref: e.Ref(), Title: i18n.Text{EN: name(i18n.EN), IT: name(i18n.IT)}, Area: "risk"})
}
