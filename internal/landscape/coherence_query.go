package landscape

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Map is the live map in memory, for rules that look at all of it.
type Map struct {
	Elements    map[string]Element // live ones, by id
	Connections []Connection
	Agreements  map[string]Agreement
}

// LoadMap loads the live map.
func LoadMap(ctx context.Context, r db.Reader) (Map, error) {
	m := Map{Elements: map[string]Element{}, Agreements: map[string]Agreement{}}
	elements, err := db.All(ctx, r, scanElement, "SELECT "+elementColumns+" FROM element WHERE ended_at IS NULL")
	if err != nil {
		return m, err
	}
	for _, e := range elements {
		m.Elements[e.ID] = e
	}
	if m.Connections, err = db.All(ctx, r, scanConnection, "SELECT "+connectionColumns+" FROM connection WHERE ended_at IS NULL"); err != nil {
		return m, err
	}
	slices.SortFunc(m.Connections, func(a, b Connection) int { return compare(a.ID, b.ID) })
	agreed, err := agreements(ctx, r)
	for _, a := range agreed {
		m.Agreements[a.ID] = a
	}
	return m, err
}

// foundOn keeps the findings of one day and of the policies in force: they change with the map, with the calendar, and
// with the policies.
func (s *Snapshot) foundOn(day string, standing *standing) []Incoherence {
	key := day + " " + standing.key()
	s.mu.Lock()
	if s.day == key {
		defer s.mu.Unlock()
		return s.found
	}
	s.mu.Unlock()
	var found []Incoherence
	if standing == nil { // a nil pointer in an interface is not nil
		found = s.Findings(day, nil)
	} else {
		found = s.Findings(day, standing)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.day, s.found = key, found
	return found
}

// FoundToday gives the findings of the present map today; nobody changes them.
func FoundToday(ctx context.Context, r db.Reader) (*Snapshot, []Incoherence, error) {
	s, err := Current(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	standing, err := standingToday(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	return s, s.foundOn(r.Now().Format(time.DateOnly), standing), nil
}

// CoherenceFilter narrows the findings. They come in the order of their weight unless told otherwise.
type CoherenceFilter struct {
	db.Page
	Rule    string `query:"rule" doc:"only findings of this rule"`
	Grade   string `query:"grade" doc:"broken, soon or cannot-tell"`
	Kind    string `query:"kind" doc:"only findings about elements of this kind"`
	Owner   string `query:"owner" doc:"only findings about what this person answers for (id); none: about what nobody answers for"`
	Element string `query:"element" doc:"only findings with this element on their chain"`
}

// CoherenceOut are findings with how many there are of each sort on the whole map.
type CoherenceOut struct {
	db.PageOf[Incoherence]
	Grades map[Grade]int     `json:"grades"`
	Rules  map[Rule]int      `json:"rules"`
	Owners map[string]string `json:"owners"` // of those found: names by person id
}

// Coherence gives the findings of today that the filter leaves.
func Coherence(ctx context.Context, r db.Reader, f CoherenceFilter) (CoherenceOut, error) {
	out := CoherenceOut{Grades: map[Grade]int{}, Rules: map[Rule]int{}, PageOf: db.PageOf[Incoherence]{Items: []Incoherence{}}}
	_, all, err := FoundToday(ctx, r)
	if err != nil {
		return out, err
	}
	if err := f.check(); err != nil {
		return out, err
	}
	owners := map[string]bool{}
	for _, one := range all {
		out.Grades[one.Grade]++
		out.Rules[one.Rule]++
		owners[one.Owner] = true
		if f.leaves(one) {
			out.Items = append(out.Items, one)
		}
	}
	if out.Owners, err = personNames(ctx, r, owners); err != nil {
		return out, err
	}
	f.sort(out.Items)
	out.PageOf, err = pageOf(out.Items, f.Page, Incoherence.Key)
	return out, err
}

// OpCoherence gives the findings of coherence.
var OpCoherence = op.Query[CoherenceFilter, CoherenceOut]{Name: "landscape.coherence", Route: "GET /api/landscape/coherence", Func: Coherence}

func (f CoherenceFilter) check() error {
	c := checker{field: plain}
	c.choice("rule", f.Rule, append([]string{""}, words(Rules)...)...)
	c.choice("grade", f.Grade, append([]string{""}, words(Grades)...)...)
	c.add(sortOf(f.Sort, "rule", "element", "since", "owner"))
	return problem.Many(c.wrong)
}

// sortOf checks the order that somebody asks for.
func sortOf(sort string, columns ...string) *problem.Error {
	if sort == "" || slices.Contains(columns, strings.TrimPrefix(sort, "-")) {
		return nil
	}
	return problem.Field("sort", "problem.sort", "value", sort)
}

func (f CoherenceFilter) leaves(one Incoherence) bool {
	return (f.Rule == "" || one.Rule == Rule(f.Rule)) &&
		(f.Grade == "" || one.Grade == Grade(f.Grade)) &&
		(f.Kind == "" || one.Kind == Kind(f.Kind)) &&
		(f.Owner == "" || one.Owner == f.Owner || f.Owner == "none" && one.Owner == "") &&
		(f.Element == "" || one.concerns(f.Element))
}

func (f CoherenceFilter) sort(all []Incoherence) {
	by := map[string]func(a, b Incoherence) int{
		"element": func(a, b Incoherence) int {
			return strings.Compare(strings.ToLower(a.Name.In(i18n.EN)), strings.ToLower(b.Name.In(i18n.EN)))
		},
		"since": func(a, b Incoherence) int {
			return cmp.Or(boolFirst(a.Since != "", b.Since != ""), strings.Compare(a.Since, b.Since))
		},
		"owner": func(a, b Incoherence) int { return strings.Compare(a.Owner, b.Owner) },
	}[strings.TrimPrefix(f.Sort, "-")]
	if by != nil {
		slices.SortStableFunc(all, by)
	}
	if strings.HasPrefix(f.Sort, "-") {
		slices.Reverse(all)
	}
}
