package committee

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

func byID(ctx context.Context, r db.Reader) (map[string]Committee, error) {
	all, err := Committees(ctx, r)
	found := map[string]Committee{}
	for _, c := range all {
		found[c.ID] = c
	}
	return found, err
}

// nextStart is the next date of the cadence after an instant.
func (c Committee) nextStart(ctx context.Context, r db.Reader, after time.Time) (time.Time, error) {
	days, err := organisation.WorkingDays(ctx, r)
	if err != nil {
		return time.Time{}, err
	}
	next := c.Cadence.Next(after, 1, days)
	if len(next) == 0 {
		return time.Time{}, problem.Field("start", "problem.required")
	}
	return next[0], nil
}

// Row is a committee as the list shows it.
type Row struct {
	Committee
	Seats  []Seat     `json:"seats"`          // with who takes them today
	Next   *Upcoming  `json:"next,omitempty"` // the next sitting, planned or by the cadence
	Last   *time.Time `json:"last,omitempty"` // start of the last sitting that was held
	Open   int        `json:"openActions"`
	Late   int        `json:"lateActions"`
	Waits  int        `json:"minutesWaiting"` // sittings whose minutes wait for a chair
	Reads  bool       `json:"reads"`          // the reader may open agendas and minutes
	Manage bool       `json:"leads"`          // the reader presides or writes
}

// Upcoming is the next sitting of a committee.
type Upcoming struct {
	Sitting string    `json:"sitting,omitempty"` // id; none: only the cadence says so
	State   State     `json:"state,omitempty"`
	Start   time.Time `json:"start"`
}

// Filter narrows the list of committees.
type Filter struct {
	Text  string `query:"text" doc:"words in the name"`
	State string `query:"state" doc:"active or ended"`
	Sort  string `query:"sort" doc:"name, next or late; a leading minus sorts downwards; name unless told"`
}

// List lists the committees that the filter leaves, with their next sitting.
func List(ctx context.Context, r db.Reader, f Filter) ([]Row, error) {
	all, err := Committees(ctx, r)
	if err != nil {
		return nil, err
	}
	held, err := sittings(ctx, r)
	if err != nil {
		return nil, err
	}
	actions, err := actionRows(ctx, r)
	if err != nil {
		return nil, err
	}
	days, err := organisation.WorkingDays(ctx, r)
	if err != nil {
		return nil, err
	}
	rows, today := []Row{}, identity.Day(r.Now())
	for _, c := range all {
		if f.State == "active" && c.Ended(today) || f.State == "ended" && !c.Ended(today) || !strings.Contains(strings.ToLower(c.Name+" "+c.NameIT), strings.ToLower(f.Text)) {
			continue
		}
		row := Row{Committee: c, Reads: c.MayRead(r.Actor()), Manage: c.Leads(r.Actor())}
		if row.Seats, err = c.seatsOn(ctx, r, today); err != nil {
			return nil, err
		}
		row.meet(held, r.Now(), days)
		row.count(actions)
		rows = append(rows, row)
	}
	return rows, f.order(rows)
}

// OpList lists the committees.
var OpList = op.Query[Filter, []Row]{Name: "committee.list", Route: "GET /api/committees", Func: List}

// meet finds the last and the next sitting.
func (row *Row) meet(held []Sitting, now time.Time, days organisation.Calendar) {
	for _, s := range held {
		switch {
		case s.Committee != row.ID:
		case s.Held() && s.State != Open:
			start := s.Start
			row.Last = &start
			if s.State == Closed {
				row.Waits++
			}
		case s.Upcoming() && row.Next == nil && s.End.After(now):
			row.Next = &Upcoming{Sitting: s.ID, State: s.State, Start: s.Start}
		}
	}
	if next := row.Cadence.Next(now, 1, days); row.Next == nil && len(next) > 0 && !row.Ended(identity.Day(now)) {
		row.Next = &Upcoming{Start: next[0]}
	}
}

func (row *Row) count(actions []ActionRow) {
	for _, a := range actions {
		if a.Committee != row.ID || a.State != ActionOpen {
			continue
		}
		row.Open++
		if a.IsLate {
			row.Late++
		}
	}
}

func (f Filter) order(rows []Row) error {
	name, down := strings.CutPrefix(cmp.Or(f.Sort, "name"), "-")
	start := func(r Row) int64 {
		if r.Next == nil {
			return 1 << 62
		}
		return r.Next.Start.Unix()
	}
	orders := map[string]func(a, b Row) int{
		"name": func(a, b Row) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
		"next": func(a, b Row) int { return cmp.Compare(start(a), start(b)) },
		"late": func(a, b Row) int { return a.Late - b.Late },
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

// GetIn names a committee.
type GetIn struct {
	ID string `path:"id" json:"id"`
}

// Page is one committee with its dates, sittings and actions.
type Page struct {
	Row
	Dates    []time.Time   `json:"dates"`    // the next ones by the cadence
	Sittings []SittingLine `json:"sittings"` // the newest first
	Actions  []ActionRow   `json:"actions"`  // those that the reader may see
}

// SittingLine is a sitting without what was said in it.
type SittingLine struct {
	ID          string    `json:"id"`
	Number      int       `json:"number"`
	State       State     `json:"state"`
	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Resolutions int       `json:"resolutions"`
	Approvals   int       `json:"approvals"`
}

// dates is how many dates ahead a committee shows.
const dates = 6

// Get gives one committee.
func Get(ctx context.Context, r db.Reader, in GetIn) (Page, error) {
	var page Page
	c, err := load(ctx, r, in.ID)
	if err != nil {
		return page, err
	}
	rows, err := List(ctx, r, Filter{})
	if err != nil {
		return page, err
	}
	page.Row = rows[slices.IndexFunc(rows, func(row Row) bool { return row.ID == c.ID })]
	days, err := organisation.WorkingDays(ctx, r)
	if err != nil {
		return page, err
	}
	if !c.Ended(identity.Day(r.Now())) {
		page.Dates = c.Cadence.Next(r.Now(), dates, days)
	}
	held, err := sittings(ctx, r)
	if err != nil {
		return page, err
	}
	page.Sittings = []SittingLine{}
	for _, s := range slices.Backward(held) {
		if s.Committee == c.ID {
			page.Sittings = append(page.Sittings, SittingLine{s.ID, s.Number, s.State, s.Start, s.End, len(s.Resolutions), len(s.Approvals)})
		}
	}
	page.Actions, err = ListActions(ctx, r, ActionFilter{Committee: c.ID, Sort: "due"})
	return page, err
}

// OpGet gives one committee.
var OpGet = op.Query[GetIn, Page]{Name: "committee.get", Route: "GET /api/committees/{id}", Func: Get}

// SittingPage is one sitting with all that the reader needs to follow it.
type SittingPage struct {
	Sitting
	Of      Committee   `json:"of"`
	Name    i18n.Text   `json:"name"`
	Quorum  Quorum      `json:"quorumNow"`
	Agenda  int         `json:"agendaMinutes"` // that the points ask for
	Actions []ActionRow `json:"actions"`
	Hash    string      `json:"hash"` // of the minutes as they stand
	Manage  bool        `json:"leads"`
}

// GetSitting gives one sitting. Until it is called its agenda is what is open at this moment.
func GetSitting(ctx context.Context, r db.Reader, in SittingIn) (SittingPage, error) {
	var page SittingPage
	c, s, err := sitting(ctx, r, in.ID)
	if err != nil {
		return page, err
	}
	if err := c.reads(r.Actor()); err != nil {
		return page, err
	}
	if s.State == Planned {
		if s.Items, err = s.fresh(ctx, r, c); err != nil {
			return page, err
		}
		if s.Seats, err = c.seatsOn(ctx, r, s.Day()); err != nil {
			return page, err
		}
	}
	own, err := actionsOf(ctx, r, s.ID)
	if err != nil {
		return page, err
	}
	page = SittingPage{Sitting: s, Of: c, Name: s.Title(c), Quorum: s.QuorumOf(c), Agenda: s.AgendaMinutes(), Hash: s.Hash(own), Manage: c.Leads(r.Actor())}
	all, err := actionRows(ctx, r)
	page.Actions = slices.DeleteFunc(all, func(a ActionRow) bool { return a.Sitting != s.ID })
	return page, err
}

// OpSitting gives one sitting.
var OpSitting = op.Query[SittingIn, SittingPage]{Name: "committee.sitting", Route: "GET /api/sittings/{id}", Func: GetSitting}
