package committee

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

// ActionState is whether an action is still to be done.
type ActionState string

// The states of an action.
const (
	ActionOpen    ActionState = "open"
	ActionDone    ActionState = "done"
	ActionDropped ActionState = "dropped"
)

// ActionStates lists them.
var ActionStates = []ActionState{ActionOpen, ActionDone, ActionDropped}

// Action is what a sitting asked one person to do until a day. It stays on the agenda of the committee until it is
// done, by its owner, or dropped with a reason.
type Action struct {
	ID      string      `yaml:"id" json:"id"`
	Sitting string      `yaml:"sitting" json:"sitting"`
	Item    string      `yaml:"item,omitempty" json:"item,omitempty"` // of the agenda
	What    string      `yaml:"what" json:"what"`
	WhatIT  string      `yaml:"what_it,omitempty" json:"whatIt,omitempty"`
	Owner   string      `yaml:"owner" json:"owner"` // person id
	Due     string      `yaml:"due" json:"due"`     // day
	State   ActionState `yaml:"state" json:"state"`
	Note    string      `yaml:"note,omitempty" json:"note,omitempty"` // of who ended it
	NoteIT  string      `yaml:"note_it,omitempty" json:"noteIt,omitempty"`
	EndedAt *time.Time  `yaml:"ended_at,omitempty" json:"endedAt,omitempty"`
	EndedBy string      `yaml:"ended_by,omitempty" json:"endedBy,omitempty"`
	Version int         `yaml:"-" json:"version"`
}

// Name is what is to be done, in both languages.
func (a Action) Name() i18n.Text { return i18n.Text{EN: a.What, IT: a.WhatIT} }

// Late tells whether the action is open past its day.
func (a Action) Late(day string) bool { return a.State == ActionOpen && a.Due < day }

func (a Action) check(field func(string) string) []*problem.Error {
	k := checker{field: field}
	if !ref.ValidID(a.ID) {
		k.add(problem.Field(field("id"), "problem.required"))
	}
	k.needed("what", a.What)
	k.needed("owner", a.Owner)
	k.needed("due", a.Due)
	k.day("due", a.Due)
	k.choice("state", string(a.State), "open", "done", "dropped")
	if (a.State == ActionOpen) != (a.EndedAt == nil) {
		k.add(problem.Field(field("ended_at"), "committee.error.ended-at"))
	}
	if a.State != ActionOpen {
		k.needed("note", a.Note)
	}
	return k.wrong
}

// pointers are the sitting; who owned an action may have left.
func (a Action) pointers(field func(string) string) []item.Pointer {
	return item.Point(field("sitting"), "sitting", a.Sitting)
}

func (a Action) asStored() Action {
	if a.EndedAt != nil {
		at := a.EndedAt.UTC()
		a.EndedAt = &at
	}
	return a
}

// AssignIn is an action. With the id of one that is there it says something else about it.
type AssignIn struct {
	Sitting string `json:"sitting"`
	ID      string `json:"id,omitempty"`
	Item    string `json:"item,omitempty"`
	What    string `json:"what"`
	WhatIT  string `json:"whatIt,omitempty"`
	Owner   string `json:"owner" doc:"id of a person"`
	Due     string `json:"due" doc:"2026-12-31"`
}

// Target is the sitting.
func (in AssignIn) Target() ref.Ref { return ref.New("sitting", in.Sitting) }

// Assign gives an action to a person.
func Assign(ctx context.Context, tx *db.Tx, in AssignIn) (Action, error) {
	a := Action{ID: in.ID, Sitting: in.Sitting, Item: in.Item, What: in.What, WhatIT: in.WhatIT, Owner: in.Owner, Due: in.Due, State: ActionOpen}
	c, s, err := led(ctx, tx, in.Sitting, Open, Closed, Approved)
	if err != nil {
		return a, err
	}
	before, err := actionsOf(ctx, tx, s.ID)
	if err != nil {
		return a, err
	}
	at := slices.IndexFunc(before, func(one Action) bool { return one.ID == a.ID })
	switch {
	case at >= 0:
		a.State, a.Note, a.NoteIT, a.EndedAt, a.EndedBy = before[at].State, before[at].Note, before[at].NoteIT, before[at].EndedAt, before[at].EndedBy
	case a.ID != "":
		return a, problem.New(problem.NotFound, "problem.not-found", "what", "action "+a.ID)
	default:
		a.ID = ref.NewID()
	}
	if err := a.assignable(ctx, tx, s); err != nil {
		return a, err
	}
	if err := putAction(ctx, tx, a); err != nil {
		return a, err
	}
	after, err := actionsOf(ctx, tx, s.ID)
	if err != nil {
		return a, err
	}
	_, err = kept(ctx, tx, c, s.voided(tx, s.minutes(before), s.minutes(after)))
	return a, err
}

func (a Action) assignable(ctx context.Context, r db.Reader, s Sitting) error {
	wrong := a.check(plain)
	if a.Item != "" && s.item(a.Item) < 0 {
		wrong = append(wrong, problem.Field("item", "problem.dangling", "value", a.Item))
	}
	if a.Due != "" && a.Due < s.Day() {
		wrong = append(wrong, problem.Field("due", "committee.error.due"))
	}
	if err := problem.Many(wrong); err != nil {
		return err
	}
	return item.Dangling(ctx, r, item.Point("owner", "person", a.Owner))
}

// OpAssign gives an action to a person.
var OpAssign = op.Command[AssignIn, Action]{Name: "committee.assign", Route: "POST /api/committee-actions", Func: Assign}

// EndActionIn ends an action, with a word on how.
type EndActionIn struct {
	ID     string `json:"id"`
	Note   string `json:"note"`
	NoteIT string `json:"noteIt,omitempty"`
}

// Target is the action.
func (in EndActionIn) Target() ref.Ref { return ref.New("action", in.ID) }

// Finish says that an action is done. Only its owner can say so.
func Finish(ctx context.Context, tx *db.Tx, in EndActionIn) (Action, error) {
	a, err := action(ctx, tx, in.ID)
	if err != nil {
		return a, err
	}
	if tx.Actor().Ref != identity.PersonRef(a.Owner) {
		return a, problem.New(problem.Forbidden, "committee.error.not-owner", "policy", policyOwner)
	}
	return a.end(ctx, tx, ActionDone, in)
}

// OpFinish says that an action is done.
var OpFinish = op.Command[EndActionIn, Action]{Name: "committee.finish-action", Route: "POST /api/committee-actions/finish", Func: Finish}

// Drop gives an action up, with the reason. The chairs and the secretary can.
func Drop(ctx context.Context, tx *db.Tx, in EndActionIn) (Action, error) {
	a, err := action(ctx, tx, in.ID)
	if err != nil {
		return a, err
	}
	c, _, err := sitting(ctx, tx, a.Sitting)
	if err != nil {
		return a, err
	}
	if err := c.leads(tx.Actor()); err != nil {
		return a, err
	}
	return a.end(ctx, tx, ActionDropped, in)
}

// OpDrop gives an action up.
var OpDrop = op.Command[EndActionIn, Action]{Name: "committee.drop-action", Route: "POST /api/committee-actions/drop", Func: Drop}

func (a Action) end(ctx context.Context, tx *db.Tx, state ActionState, in EndActionIn) (Action, error) {
	switch {
	case a.State != ActionOpen:
		return a, problem.New(problem.Conflict, "committee.error.action-ended")
	case strings.TrimSpace(in.Note) == "":
		return a, problem.Field("note", "problem.required")
	}
	now := tx.Now().UTC().Truncate(time.Microsecond)
	a.State, a.Note, a.NoteIT, a.EndedAt, a.EndedBy = state, in.Note, in.NoteIT, &now, tx.Actor().Ref.ID()
	tx.Touch(ref.New("sitting", a.Sitting))
	return a, putAction(ctx, tx, a)
}

func putAction(ctx context.Context, tx *db.Tx, a Action) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("action %s: %w", a.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO committee_action (id, sitting, owner, due, state, body, version) VALUES ($1, $2, $3, $4, $5, $6, 1)
		ON CONFLICT (id) DO UPDATE SET sitting = excluded.sitting, owner = excluded.owner, due = excluded.due, state = excluded.state,
			body = excluded.body, version = committee_action.version + 1`,
		a.ID, a.Sitting, a.Owner, a.Due, string(a.State), string(body))
	return err
}

const actionColumns = "SELECT body, version FROM committee_action"

func scanAction(s db.Scan) (Action, error) {
	var a Action
	var body string
	var version int
	if err := s(&body, &version); err != nil {
		return a, err
	}
	err := json.Unmarshal([]byte(body), &a)
	a.Version = version
	return a, err
}

func action(ctx context.Context, r db.Reader, id string) (Action, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "action "+id)
	return db.One(ctx, r, missing, scanAction, actionColumns+" WHERE id = $1", id)
}

// actionsOf gives the actions of a sitting, by id.
func actionsOf(ctx context.Context, r db.Reader, sitting string) ([]Action, error) {
	return db.All(ctx, r, scanAction, actionColumns+" WHERE sitting = $1 ORDER BY id", sitting)
}

// ActionRow is an action with where it comes from and how it stands.
type ActionRow struct {
	Action
	Committee     string    `json:"committee"`
	CommitteeName i18n.Text `json:"committeeName"`
	Number        int       `json:"number"`  // of the sitting
	GivenOn       string    `json:"givenOn"` // day of the sitting
	OwnerName     string    `json:"ownerName"`
	IsLate        bool      `json:"late"`
}

// actionRows gives all actions, the first due first.
func actionRows(ctx context.Context, r db.Reader) ([]ActionRow, error) {
	all, err := db.All(ctx, r, scanAction, actionColumns+" ORDER BY due, id")
	if err != nil {
		return nil, err
	}
	committees, err := byID(ctx, r)
	if err != nil {
		return nil, err
	}
	held, err := sittings(ctx, r)
	if err != nil {
		return nil, err
	}
	of := map[string]Sitting{}
	for _, s := range held {
		of[s.ID] = s
	}
	people, err := identity.People(ctx, r)
	rows, today := make([]ActionRow, len(all)), identity.Day(r.Now())
	for n, a := range all {
		s := of[a.Sitting]
		rows[n] = ActionRow{
			Action: a, Committee: s.Committee, CommitteeName: committees[s.Committee].Title(), Number: s.Number, GivenOn: s.Day(),
			OwnerName: cmp.Or(people[a.Owner].Name, a.Owner), IsLate: a.Late(today),
		}
	}
	return rows, err
}

// ActionFilter narrows the list of actions.
type ActionFilter struct {
	Text      string `query:"text" doc:"words of the action"`
	State     string `query:"state" doc:"open, late, done or dropped"`
	Committee string `query:"committee" doc:"id of a committee"`
	Owner     string `query:"owner" doc:"id of a person"`
	Sort      string `query:"sort" doc:"due, what, owner, committee or state; a leading minus sorts downwards; one's own first unless told"`
}

// ListActions lists the actions that the reader may see: those of their committees, and their own.
func ListActions(ctx context.Context, r db.Reader, f ActionFilter) ([]ActionRow, error) {
	all, err := actionRows(ctx, r)
	if err != nil {
		return nil, err
	}
	committees, err := byID(ctx, r)
	if err != nil {
		return nil, err
	}
	me := r.Actor().Ref
	rows := slices.DeleteFunc(all, func(a ActionRow) bool {
		mine := identity.PersonRef(a.Owner) == me
		return !mine && !committees[a.Committee].MayRead(r.Actor()) || !f.keeps(a)
	})
	return rows, f.order(rows, me)
}

// OpActions lists actions.
var OpActions = op.Query[ActionFilter, []ActionRow]{Name: "committee.actions", Route: "GET /api/committee-actions", Func: ListActions}

func (f ActionFilter) keeps(a ActionRow) bool {
	text := strings.ToLower(a.What + " " + a.WhatIT + " " + a.OwnerName)
	return strings.Contains(text, strings.ToLower(f.Text)) && (f.Committee == "" || a.Committee == f.Committee) && (f.Owner == "" || a.Owner == f.Owner) &&
		(f.State == "" || f.State == string(a.State) || f.State == "late" && a.IsLate)
}

func (f ActionFilter) order(rows []ActionRow, me ref.Ref) error {
	name, down := strings.CutPrefix(f.Sort, "-")
	mine := func(a ActionRow) int {
		switch {
		case a.State != ActionOpen:
			return 2
		case identity.PersonRef(a.Owner) == me:
			return 0
		default:
			return 1
		}
	}
	orders := map[string]func(a, b ActionRow) int{
		"":      func(a, b ActionRow) int { return cmp.Or(mine(a)-mine(b), cmp.Compare(a.Due, b.Due)) },
		"due":   func(a, b ActionRow) int { return cmp.Compare(a.Due, b.Due) },
		"what":  func(a, b ActionRow) int { return cmp.Compare(strings.ToLower(a.What), strings.ToLower(b.What)) },
		"owner": func(a, b ActionRow) int { return cmp.Compare(a.OwnerName, b.OwnerName) },
		"committee": func(a, b ActionRow) int {
			return cmp.Or(cmp.Compare(a.CommitteeName.EN, b.CommitteeName.EN), a.Number-b.Number)
		},
		"state": func(a, b ActionRow) int { return cmp.Compare(a.State, b.State) },
	}
	compare, ok := orders[name]
	if !ok {
		return problem.Field("sort", "problem.sort", "value", name)
	}
	slices.SortStableFunc(rows, compare)
	if down {
		slices.Reverse(rows)
	}
	return nil
}
