package obligation

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Filter narrows the calendar. An organisation has some dozens of obligations, so they are filtered after reading.
type Filter struct {
	Text    string `query:"text" doc:"words in the title"`
	Office  string `query:"office" doc:"only those that this office acts on"`
	Profile string `query:"profile" doc:"only those of these rules, such as dora_fe; own for those of contracts and own rules"`
	State   State  `query:"state" doc:"overdue, never, due, done, idle or not-applicable; open for the first three"`
	Sort    string `query:"sort" doc:"due, title or last; a leading minus sorts downwards; the most pressing first unless told"`
}

// List gives the obligations of the organisation as they stand today.
func List(ctx context.Context, r db.Reader, f Filter) ([]Standing, error) {
	all, err := standings(ctx, r)
	if err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(all, func(row Standing) bool { return !f.keeps(row) })
	return rows, f.order(rows)
}

// OpList lists obligations.
var OpList = op.Query[Filter, []Standing]{Name: "obligation.list", Route: "GET /api/obligations", Func: List}

func (f Filter) keeps(row Standing) bool {
	text := strings.ToLower(f.Text)
	state := f.State == "" || f.State == row.State || f.State == "open" && row.Open()
	profile := f.Profile == "" || slices.Contains(row.Profiles, f.Profile) || f.Profile == "own" && row.Source != OfLaw
	return state && profile && (f.Office == "" || slices.Contains(row.Who, f.Office)) &&
		(text == "" || strings.Contains(strings.ToLower(row.ID+" "+row.Title+" "+row.TitleIT), text))
}

func (f Filter) order(rows []Standing) error {
	name, down := strings.CutPrefix(f.Sort, "-")
	orders := map[string]func(a, b Standing) int{
		"": func(a, b Standing) int {
			return cmp.Or(cmp.Compare(slices.Index(States, a.State), slices.Index(States, b.State)), later(a.Due, b.Due))
		},
		"due":   func(a, b Standing) int { return later(a.Due, b.Due) },
		"title": func(a, b Standing) int { return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) },
		"last":  func(a, b Standing) int { return cmp.Compare(lastDay(a), lastDay(b)) },
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

// later puts what has no day last.
func later(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

func lastDay(row Standing) string {
	if row.Last == nil {
		return ""
	}
	return row.Last.Day
}

// kept is everything that the organisation has written down about obligations.
type kept struct {
	own      []Obligation
	settings map[string]Setting
	acts     map[string][]Act
	triggers map[string][]Trigger
}

func load(ctx context.Context, r db.Reader) (kept, error) {
	k := kept{settings: map[string]Setting{}, acts: map[string][]Act{}, triggers: map[string][]Trigger{}}
	f, err := Export(ctx, r)
	k.own = f.Own
	for _, s := range f.Settings {
		k.settings[s.Obligation] = s
	}
	for _, a := range f.Acts {
		k.acts[a.Obligation] = append(k.acts[a.Obligation], a)
	}
	for _, t := range f.Triggers {
		k.triggers[t.Obligation] = append(k.triggers[t.Obligation], t)
	}
	return k, err
}

func (k kept) stand(o Obligation, today string) Standing {
	s := k.settings[o.ID]
	s.Obligation = o.ID
	return Stand(o, k.acts[o.ID], k.triggers[o.ID], s, today)
}

// standings gives all obligations that bind the organisation, those of law first.
func standings(ctx context.Context, r db.Reader) ([]Standing, error) {
	own, err := organisation.Get(ctx, r, struct{}{})
	if err != nil {
		return nil, err
	}
	k, err := load(ctx, r)
	rows := []Standing{}
	for _, o := range append(Shipped(), k.own...) {
		if o.Binds(own.Profiles) {
			rows = append(rows, k.stand(o, identity.Day(r.Now())))
		}
	}
	return rows, err
}

// GetIn names an obligation.
type GetIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the obligation.
func (in GetIn) Target() ref.Ref { return Ref(in.ID) }

// Ref is the name of an obligation as an item.
func Ref(id string) ref.Ref { return ref.New("obligation", id) }

// Detail is an obligation with all that was done and that happened, the newest first.
type Detail struct {
	Standing
	Binding  bool      `json:"binding"` // the organisation has a profile that it binds
	Acts     []Act     `json:"acts"`
	Triggers []Trigger `json:"triggers"`
}

// Get loads an obligation; one that does not bind the organisation can be read too.
func Get(ctx context.Context, r db.Reader, in GetIn) (Detail, error) {
	own, err := organisation.Get(ctx, r, struct{}{})
	if err != nil {
		return Detail{}, err
	}
	k, err := load(ctx, r)
	if err != nil {
		return Detail{}, err
	}
	all := append(Shipped(), k.own...)
	at := slices.IndexFunc(all, func(o Obligation) bool { return o.ID == in.ID })
	if at < 0 {
		return Detail{}, problem.New(problem.NotFound, "problem.not-found", "what", "obligation "+in.ID)
	}
	o := all[at]
	d := Detail{Standing: k.stand(o, identity.Day(r.Now())), Binding: o.Binds(own.Profiles), Acts: slices.Clone(k.acts[o.ID]), Triggers: slices.Clone(k.triggers[o.ID])}
	slices.SortFunc(d.Acts, func(a, b Act) int { return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(b.ID, a.ID)) })
	slices.SortFunc(d.Triggers, func(a, b Trigger) int { return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(b.ID, a.ID)) })
	return d, nil
}

// OpGet loads an obligation.
var OpGet = op.Query[GetIn, Detail]{Name: "obligation.get", Route: "GET /api/obligations/{id}", Func: Get}

// Findings lists what is overdue or was never done, the gravest first.
func Findings(ctx context.Context, r db.Reader) ([]Finding, error) {
	rows, err := List(ctx, r, Filter{})
	found := []Finding{}
	for _, row := range rows {
		if f, ok := row.finding(); ok {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Severity, b.Severity) })
	return found, err
}

// OpFindings lists findings about obligations.
var OpFindings = op.Query[struct{}, []Finding]{
	Name: "obligation.findings", Route: "GET /api/obligations-findings",
	Func: func(ctx context.Context, r db.Reader, _ struct{}) ([]Finding, error) { return Findings(ctx, r) },
}

// Approvals gives the last day on which each obligation that binds the organisation was met, by its id and by the
// requirements of the agency that it approves; empty when it never was. What does not apply is left out.
func Approvals(ctx context.Context, r db.Reader) (map[string]string, error) {
	rows, err := List(ctx, r, Filter{})
	days := map[string]string{}
	for _, row := range rows {
		if row.State == NotApplicable {
			continue
		}
		for _, name := range append([]string{row.ID}, row.Approves...) {
			days[name] = lastDay(row)
		}
	}
	return days, err
}

// body reads a row that holds one value as JSON.
func body[T any](s db.Scan) (T, error) {
	var text string
	var v T
	if err := s(&text); err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(text), &v)
}
