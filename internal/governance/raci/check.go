package raci

import (
	"context"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
)

// surroundings are what matrices are judged against: who holds which office, what was decided, the thresholds.
type surroundings struct {
	matrices  []Matrix
	holdings  []identity.Holding
	holders   map[string][]string // office to persons, today
	names     map[string]string   // person to name
	decisions []decision.Row
	projects  []project.Project
	settings  rules.Settings
}

func gather(ctx context.Context, r db.Reader) (surroundings, error) {
	var s surroundings
	own, err := organisation.Get(ctx, r, struct{}{})
	if err != nil {
		return s, err
	}
	chosen, err := GetSettings(ctx, r, struct{}{})
	if err != nil {
		return s, err
	}
	s.settings = chosen.over(rules.Defaults(own.Profiles))
	if s.matrices, err = all(ctx, r); err != nil {
		return s, err
	}
	if err = s.people(ctx, r); err != nil {
		return s, err
	}
	if s.decisions, err = decision.List(ctx, r, decision.Filter{}); err != nil {
		return s, err
	}
	page, err := project.List(ctx, r, project.Filter{Page: db.Page{Limit: db.Unlimited}})
	s.projects = page.Items
	return s, err
}

func (s *surroundings) people(ctx context.Context, r db.Reader) (err error) {
	if s.holdings, err = identity.Holdings(ctx, r, identity.HoldingsInput{}); err != nil {
		return err
	}
	if s.holders, err = identity.Holders(ctx, r, identity.Day(r.Now())); err != nil {
		return err
	}
	people, err := identity.People(ctx, r)
	s.names = make(map[string]string, len(people))
	for id, p := range people {
		s.names[id] = p.Name
	}
	return err
}

// plain is a matrix as the rules take it.
func (s surroundings) plain(m Matrix) rules.Matrix {
	out := rules.Matrix{Cells: make([]rules.Set, len(m.Activities)*len(m.Roles))}
	for _, r := range m.Roles {
		persons, vacant := r.Persons, r.Vacant
		if r.Kind == Office {
			persons = s.holders[r.ID]
			vacant = len(persons) == 0
		}
		out.Roles = append(out.Roles, rules.Role{ID: r.ID, Function: r.Side(), Vacant: vacant, External: r.External, Persons: persons})
	}
	for n, a := range m.Activities {
		out.Activities = append(out.Activities, rules.Activity{ID: a.ID, About: a.About, Checks: a.Checks, Joint: a.Joint != "", Material: a.Material})
		for c, r := range m.Roles {
			out.Cells[n*len(m.Roles)+c], _ = rules.ParseSet(a.Cells[r.ID])
		}
	}
	out.Elsewhere = s.accountable(m.ID)
	for _, act := range s.acts(m) {
		out.Acts = append(out.Acts, rules.Act{Activity: act.Activity, As: act.letter, Roles: act.Roles, Item: string(act.Item)})
	}
	return out
}

// accountable counts for each person the activities of all other matrices that they answer for.
func (s surroundings) accountable(but string) map[string]int {
	counts := map[string]int{}
	for _, m := range s.matrices {
		if m.ID == but {
			continue
		}
		for _, a := range m.Activities {
			for _, person := range s.answering(m, a) {
				counts[person]++
			}
		}
	}
	return counts
}

// answering lists the persons who hold a role that answers for an activity.
func (s surroundings) answering(m Matrix, a Activity) []string {
	var persons []string
	for _, r := range m.Roles {
		if !strings.Contains(a.Cells[r.ID], "A") {
			continue
		}
		held := r.Persons
		if r.Kind == Office {
			held = s.holders[r.ID]
		}
		for _, person := range held {
			if !slices.Contains(persons, person) {
				persons = append(persons, person)
			}
		}
	}
	return persons
}

// findings judges one matrix. Rule 11 is about all matrices together; see Grey.
func (s surroundings) findings(m Matrix) []rules.Finding {
	found := rules.Check(s.plain(m), s.settings)
	for i, f := range found {
		person, ok := f.Args["person"].(string)
		if name := s.names[person]; ok && name != "" {
			found[i].Args["person"] = name
		}
	}
	return found
}

// Checked is a matrix with what the rules say about it.
type Checked struct {
	Matrix   Matrix              `json:"matrix"`
	Findings []rules.Finding     `json:"findings"`
	Holders  map[string][]string `json:"holders"` // role to names of who holds it
	Vacant   []string            `json:"vacant"`  // roles that nobody holds
}

// Count counts the places of findings of a severity.
func (c Checked) Count(severity rules.Severity) (n int) {
	for _, f := range c.Findings {
		if f.Severity == severity && !f.Unknown {
			n += len(f.Places)
		}
	}
	return n
}

func (s surroundings) checked(m Matrix) Checked {
	c := Checked{Matrix: m, Findings: s.findings(m), Holders: map[string][]string{}, Vacant: []string{}}
	for _, r := range s.plain(m).Roles {
		for _, person := range r.Persons {
			name := s.names[person]
			if name == "" {
				name = person
			}
			c.Holders[r.ID] = append(c.Holders[r.ID], name)
		}
		if r.Vacant {
			c.Vacant = append(c.Vacant, r.ID)
		}
	}
	return c
}

// Check judges one matrix.
func Check(ctx context.Context, r db.Reader, in GetIn) (Checked, error) {
	m, err := Get(ctx, r, in)
	if err != nil {
		return Checked{}, err
	}
	s, err := gather(ctx, r)
	return s.checked(m), err
}

// OpCheck judges one matrix.
var OpCheck = op.Query[GetIn, Checked]{Name: "raci.check", Route: "GET /api/raci/{id}/check", Func: Check}

// Filter narrows the list of matrices; there are tens of them, not thousands.
type Filter struct {
	Text    string `query:"text" doc:"words in the title"`
	Process string `query:"process"`
	Sort    string `query:"sort" doc:"title, process, errors, warnings or activities; a leading minus sorts downwards"`
}

// Row is a matrix in the list, with what the rules count.
type Row struct {
	ID           string `json:"id"`
	Title        string `json:"title"`
	TitleIT      string `json:"titleIt,omitempty"`
	Process      string `json:"process"`
	Activities   int    `json:"activities"`
	Roles        int    `json:"roles"`
	Errors       int    `json:"errors"`
	Warnings     int    `json:"warnings"`
	Informations int    `json:"informations"`
	WithoutA     int    `json:"withoutA"`
	Keys         int    `json:"keys"` // activities that are decided with two keys
}

// List gives the matrices that the filter leaves.
func List(ctx context.Context, r db.Reader, f Filter) ([]Row, error) {
	s, err := gather(ctx, r)
	if err != nil {
		return nil, err
	}
	rows := []Row{}
	text := strings.ToLower(f.Text)
	for _, m := range s.matrices {
		if strings.Contains(strings.ToLower(m.ID+" "+m.Title+" "+m.TitleIT), text) && (f.Process == "" || m.Process == f.Process) {
			rows = append(rows, s.row(m))
		}
	}
	return rows, f.order(rows)
}

func (s surroundings) row(m Matrix) Row {
	c := s.checked(m)
	row := Row{
		ID: m.ID, Title: m.Title, TitleIT: m.TitleIT, Process: m.Process, Activities: len(m.Activities), Roles: len(m.Roles),
		Errors: c.Count(rules.Error), Warnings: c.Count(rules.Warning), Informations: c.Count(rules.Information),
	}
	for _, f := range c.Findings {
		if f.Key == "raci.rule.1.none" {
			row.WithoutA = len(f.Places)
		}
	}
	for _, a := range m.Activities {
		if a.Joint != "" {
			row.Keys++
		}
	}
	return row
}

func (f Filter) order(rows []Row) error {
	name, down := strings.CutPrefix(f.Sort, "-")
	orders := map[string]func(a, b Row) int{
		"":           func(a, b Row) int { return 0 },
		"title":      func(a, b Row) int { return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) },
		"process":    func(a, b Row) int { return strings.Compare(a.Process, b.Process) },
		"errors":     func(a, b Row) int { return a.Errors - b.Errors },
		"warnings":   func(a, b Row) int { return a.Warnings - b.Warnings },
		"activities": func(a, b Row) int { return a.Activities - b.Activities },
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

// OpList lists matrices.
var OpList = op.Query[Filter, []Row]{Name: "raci.list", Route: "GET /api/raci", Func: List}
