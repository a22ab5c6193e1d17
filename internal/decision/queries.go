package decision

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// GetIn names a decision.
type GetIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the decision.
func (in GetIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// Get loads a decision.
func Get(ctx context.Context, r db.Reader, in GetIn) (Decision, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "decision "+in.ID)
	return db.One(ctx, r, missing, scan, "SELECT d.body, d.version FROM decision d WHERE d.id = $1", in.ID)
}

// OpGet loads a decision.
var OpGet = op.Query[GetIn, Decision]{Name: "decision.get", Route: "GET /api/decisions/{id}", Func: Get}

// Filter narrows and orders the list of decisions.
type Filter struct {
	db.Page
	Text   string  `query:"text" doc:"words in the title"`
	Status Status  `query:"status"`
	Open   bool    `query:"open" doc:"only those that still wait for somebody"`
	About  ref.Ref `query:"about" doc:"item it concerns (kind:id)"`
	Kind   Kind    `query:"kind"`
}

// Row is a decision as it stands now.
type Row struct {
	Decision
	StatusNow  Status `json:"status"`
	Escalation string `json:"escalation,omitempty"` // office that must end the deadlock
}

// IsOpen tells whether somebody must still act.
func (r Row) IsOpen() bool { return r.StatusNow.Open() }

// List gives all decisions that the filter leaves, the most recently proposed first unless told otherwise.
func List(ctx context.Context, r db.Reader, f Filter) ([]Row, error) {
	f.Limit, f.After = db.Unlimited, ""
	page, err := ListPage(ctx, r, f)
	return page.Items, err
}

var sorts = db.Sorts{
	By: map[string]string{
		"deadline": "d.deadline", "proposed": "d.proposed_at", "title": "LOWER(d.title)", "money": "d.money",
	},
	Key: "d.id", Default: "-proposed",
}

// ListPage gives a page of the decisions that the filter leaves.
func ListPage(ctx context.Context, r db.Reader, f Filter) (db.PageOf[Row], error) {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select("d.body", "d.version").From("decision d")
	if f.Text != "" {
		like := b.Var(db.Holding(strings.ToLower(f.Text)))
		b.Where("(LOWER(d.title) LIKE " + like + ` ESCAPE '\' OR LOWER(d.title_it) LIKE ` + like + ` ESCAPE '\')`)
	}
	if f.About != "" {
		b.Where(b.Equal("d.about", string(f.About)))
	}
	if f.Kind != "" {
		b.Where(b.Equal("d.kind", string(f.Kind)))
	}
	now := r.Now().UnixMicro()
	if f.Open {
		b.Where(b.Or(b.In("d.stage", "waiting", "one-key", "stuck", ""), b.And(b.Equal("d.stage", "emergency"), b.GreaterEqualThan("d.until_at", now))))
	}
	if err := f.Status.narrow(b, now); err != nil {
		return db.PageOf[Row]{}, err
	}
	return db.Paged(ctx, r, b, f.Page, sorts, func(s db.Scan) (Row, error) {
		d, err := scan(s)
		return AsOf(d, r.Now()), err
	})
}

// narrow says a status as a condition on what is stored beside each decision.
func (s Status) narrow(b *sqlbuilder.SelectBuilder, now int64) error {
	late := b.And(b.In("d.stage", "waiting", "one-key"), b.LessThan("d.deadline", now))
	stuck := b.Or(b.Equal("d.stage", "stuck"), late)
	unused := b.Or(b.Equal("d.until_at", 0), b.GreaterEqualThan("d.until_at", now))
	switch s {
	case "":
	case Proposed:
		b.Where(b.Equal("d.stage", "waiting"), b.GreaterEqualThan("d.deadline", now))
	case OneKey:
		b.Where(b.Equal("d.stage", "one-key"), b.GreaterEqualThan("d.deadline", now))
	case Deadlock:
		b.Where(stuck, b.GreaterThan("d.up_at", now))
	case Escalated1:
		b.Where(stuck, b.LessEqualThan("d.up_at", now), b.GreaterThan("d.higher_at", now))
	case Escalated2:
		b.Where(stuck, b.LessEqualThan("d.higher_at", now))
	case InEmergency:
		b.Where(b.Equal("d.stage", "emergency"), b.GreaterEqualThan("d.until_at", now))
	case Reverted:
		b.Where(b.Or(b.Equal("d.stage", "reverted"), b.And(b.Equal("d.stage", "emergency"), b.LessThan("d.until_at", now))))
	case BothKeys, Approved:
		b.Where(b.Equal("d.stage", string(s)), unused)
	case Lapsed:
		b.Where(b.In("d.stage", "both-keys", "approved"), b.GreaterThan("d.until_at", 0), b.LessThan("d.until_at", now))
	case Draft, Refused, Rejected, Spent, Reviewed, Withdrawn:
		b.Where(b.Equal("d.stage", string(s)))
	default:
		return problem.Field("status", "problem.choice", "value", string(s), "choices", statusWords())
	}
	return nil
}

func statusWords() string {
	words := make([]string, len(Statuses))
	for i, s := range Statuses {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// OpList lists decisions.
var OpList = op.Query[Filter, db.PageOf[Row]]{Name: "decision.list", Route: "GET /api/decisions", Func: ListPage}

func scan(s db.Scan) (Decision, error) {
	var body string
	var version int
	var d Decision
	if err := s(&body, &version); err != nil {
		return d, err
	}
	err := json.Unmarshal([]byte(body), &d)
	d.Version = version
	return d.withWay(), err
}

// AsOf is a decision as it stands at a moment.
func AsOf(d Decision, now time.Time) Row {
	row := Row{Decision: d, StatusNow: d.Status(now)}
	if row.StatusNow.Stuck() {
		row.Escalation, _ = d.Escalation(now)
	}
	return row
}

// Until is by when whoever must act now has to; zero when nobody must.
func (r Row) Until() time.Time {
	switch {
	case r.StatusNow == InEmergency:
		return r.Emergency.Until
	case r.StatusNow == Escalated1:
		return r.Way.Higher
	case r.StatusNow == Escalated2:
		return r.Way.Last
	case r.StatusNow == Deadlock:
		return r.Way.Up
	case r.IsOpen():
		return r.Deadline
	default:
		return time.Time{}
	}
}

// since is when the time of whoever must act now began.
func (r Row) since() time.Time {
	switch r.StatusNow {
	case InEmergency:
		return r.Emergency.At
	case Escalated1:
		return r.Way.Up
	case Escalated2:
		return r.Way.Higher
	case Deadlock:
		if last := r.lastKey(); !last.IsZero() && last.Before(r.Deadline) {
			return last
		}
		return r.Deadline
	default:
		return r.ProposedAt
	}
}

// Elapsed is the part of the time of whoever must act now that has gone, from 0 to 1.
func (r Row) Elapsed(now time.Time) float64 {
	until, since := r.Until(), r.since()
	if !until.After(since) {
		return 1
	}
	return min(1, max(0, float64(now.Sub(since))/float64(until.Sub(since))))
}

// Step is one step of the way that an open decision takes when nobody agrees: the two offices (Office is
// empty), then the first arbiter, then the last.
type Step struct {
	Office string
	Until  time.Time
	State  string // "done", "now", or empty: still to come
}

// Steps gives the way of a decision; one that has ended shows none.
func (r Row) Steps(now time.Time) []Step {
	if !r.IsOpen() || r.StatusNow == InEmergency {
		return nil
	}
	steps := []Step{{Until: r.Way.Up}, {Office: r.Way.First, Until: r.Way.Higher}, {Office: r.Way.Second, Until: r.Way.Last}}
	if !r.StatusNow.Stuck() {
		steps[0].Until = r.Deadline
	}
	at := map[Status]int{Escalated1: 1, Escalated2: 2}[r.StatusNow]
	for i := range at {
		steps[i].State = "done"
	}
	steps[at].State = "now"
	return steps
}
