package decision

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

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

// Filter narrows the list of decisions. Status is computed, so it is filtered after reading; an
// organisation has hundreds of decisions, not millions.
type Filter struct {
	Text   string  `query:"text" doc:"words in the title"`
	Status Status  `query:"status"`
	Open   bool    `query:"open" doc:"only those that still wait for somebody"`
	About  ref.Ref `query:"about" doc:"item it concerns (kind:id)"`
	Sort   string  `query:"sort" doc:"deadline, proposed, title or money; a leading minus sorts downwards"`
}

// Row is a decision as it stands now.
type Row struct {
	Decision
	StatusNow  Status `json:"status"`
	Escalation string `json:"escalation,omitempty"` // office that must end the deadlock
}

// List gives the decisions that the filter leaves, the most recently proposed first unless told otherwise.
func List(ctx context.Context, r db.Reader, f Filter) ([]Row, error) {
	all, err := db.All(ctx, r, scan, "SELECT d.body, d.version FROM decision d ORDER BY d.proposed_at DESC, d.id")
	if err != nil {
		return nil, err
	}
	rows := []Row{}
	for _, d := range all {
		if row := AsOf(d, r.Now()); f.keeps(row) {
			rows = append(rows, row)
		}
	}
	return rows, f.order(rows)
}

// OpList lists decisions.
var OpList = op.Query[Filter, []Row]{Name: "decision.list", Route: "GET /api/decisions", Func: List}

// IsOpen tells whether somebody must still act.
func (r Row) IsOpen() bool {
	return r.StatusNow == Proposed || r.StatusNow == OneKey || r.StatusNow == Deadlock
}

func (f Filter) keeps(r Row) bool {
	text := strings.ToLower(f.Text)
	return (text == "" || strings.Contains(strings.ToLower(r.Title+" "+r.TitleIT), text)) &&
		(f.Status == "" || r.StatusNow == f.Status) && (!f.Open || r.IsOpen()) && (f.About == "" || r.About == f.About)
}

func (f Filter) order(rows []Row) error {
	name, down := strings.CutPrefix(f.Sort, "-")
	orders := map[string]func(a, b Row) int{
		"":         func(Row, Row) int { return 0 },
		"deadline": func(a, b Row) int { return a.Deadline.Compare(b.Deadline) },
		"proposed": func(a, b Row) int { return a.ProposedAt.Compare(b.ProposedAt) },
		"title":    func(a, b Row) int { return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) },
		"money":    func(a, b Row) int { return int(euro(a.MoneyEUR) - euro(b.MoneyEUR)) },
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

func euro(amount *float64) float64 {
	if amount == nil {
		return -1
	}
	return *amount
}

func scan(s db.Scan) (Decision, error) {
	var body string
	var version int
	var d Decision
	if err := s(&body, &version); err != nil {
		return d, err
	}
	err := json.Unmarshal([]byte(body), &d)
	d.Version = version
	return d, err
}

// AsOf is a decision as it stands at a moment.
func AsOf(d Decision, now time.Time) Row {
	row := Row{Decision: d, StatusNow: d.Status(now)}
	if row.StatusNow == Deadlock {
		row.Escalation, _ = d.Escalation(now)
	}
	return row
}

// Elapsed is the part of the time of whoever must act now that has gone, from 0 to 1.
func (r Row) Elapsed(now time.Time) float64 {
	until := r.Deadline
	if r.StatusNow == Deadlock {
		_, until = r.Decision.Escalation(now)
	}
	left := float64(until.Sub(now)) / float64(Clock(r.Materiality))
	return 1 - min(1, max(0, left))
}

// Step is one step of the way that an open decision takes when nobody agrees: the two offices (Office is
// empty), then the CRO, then the CEO.
type Step struct {
	Office string
	Until  time.Time
	State  string // "done", "now", or empty: still to come
}

// Steps gives the way of a decision; one that has ended shows none.
func (r Row) Steps(now time.Time) []Step {
	if !r.IsOpen() {
		return nil
	}
	clock := Clock(r.Materiality)
	steps := []Step{{Until: r.Deadline, State: "now"}, {Office: "cro", Until: r.Deadline.Add(clock)}, {Office: "ceo", Until: r.Deadline.Add(2 * clock)}}
	if r.StatusNow != Deadlock {
		return steps
	}
	_, until := r.Decision.Escalation(now)
	if r.Escalation == "cro" {
		steps[0] = Step{Until: until.Add(-clock), State: "done"}
		steps[1], steps[2] = Step{Office: "cro", Until: until, State: "now"}, Step{Office: "ceo", Until: until.Add(clock)}
		return steps
	}
	steps[0] = Step{Until: until.Add(-2 * clock), State: "done"}
	steps[1], steps[2] = Step{Office: "cro", Until: until.Add(-clock), State: "done"}, Step{Office: "ceo", Until: until, State: "now"}
	return steps
}
