package raci

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/project"
	"accordo.dev/internal/ref"
)

// Act is something that somebody did, as decisions and projects tell it.
type Act struct {
	Activity string    `json:"activity"`
	Item     ref.Ref   `json:"item"`             // the decision or project
	Did      string    `json:"did"`              // proposed, key, arbitrated, owned, exempted
	Person   string    `json:"person,omitempty"` // id
	Roles    []string  `json:"roles"`            // offices held then, and roles of the matrix
	At       time.Time `json:"at,omitzero"`
	Foreseen bool      `json:"foreseen"` // the matrix has the letter for one of the roles
	letter   rules.Set
}

// Letter is the letter that the matrix should have for who did it.
func (a Act) Letter() string { return a.letter.String() }

// acts gathers what was done in the joint activities of a matrix. A decision belongs to the rows of its kind: those
// about its very element when there are any, else those that are about nothing in particular, else all.
func (s surroundings) acts(m Matrix) []Act {
	all := []Act{}
	for _, d := range s.decisions {
		if d.StatusNow == decision.Withdrawn || d.StatusNow == decision.Draft {
			continue
		}
		for _, activity := range m.joint(string(d.Kind), d.About) {
			for _, act := range s.decided(m, d.Decision) {
				act.Activity = activity
				all = append(all, act)
			}
		}
	}
	for _, p := range s.projects {
		if !p.Digital || !p.InScope {
			continue
		}
		for _, activity := range m.joint(string(decision.Gate), ref.New("project", p.ID)) {
			for _, act := range s.built(m, p) {
				act.Activity = activity
				all = append(all, act)
			}
		}
	}
	return all
}

// joint lists the activities that are decided by decisions of a kind.
func (m Matrix) joint(kind string, about ref.Ref) []string {
	var same, open, every []string
	for _, a := range m.Activities {
		if a.Joint != kind || kind == "other" {
			continue
		}
		every = append(every, a.ID)
		switch {
		case len(a.About) == 0:
			open = append(open, a.ID)
		case about.Kind() == "element" && slices.Contains(a.About, about.ID()):
			same = append(same, a.ID)
		}
	}
	switch {
	case len(same) > 0:
		return same
	case len(open) > 0:
		return open
	default:
		return every
	}
}

func (s surroundings) decided(m Matrix, d decision.Decision) []Act {
	item := ref.New("decision", d.ID)
	acts := []Act{{Item: item, Did: "proposed", Person: d.ProposedBy, Roles: s.rolesOf(m, d.ProposedBy, d.ProposedAt), At: d.ProposedAt, letter: rules.R}}
	for _, k := range d.Keys {
		roles := []string{k.Office}
		if k.Office == decision.Approver { // a key that is no office's
			roles = s.rolesOf(m, k.Person, k.At)
		}
		acts = append(acts, Act{Item: item, Did: "key", Person: k.Person, Roles: roles, At: k.At, letter: rules.K})
	}
	if a := d.Arbitration; a != nil {
		acts = append(acts, Act{Item: item, Did: "arbitrated", Person: a.Person, Roles: []string{a.Office}, At: a.At, letter: rules.A})
	}
	return acts
}

// built tells who brings a project to its gate, and who let it pass without validation.
func (s surroundings) built(m Matrix, p project.Project) []Act {
	var acts []Act
	item := ref.New("project", p.ID)
	if p.Owner != "" {
		acts = append(acts, Act{Item: item, Did: "owned", Person: p.Owner, Roles: s.rolesOf(m, p.Owner, time.Time{}), letter: rules.R})
	}
	if p.ExemptedBy != "" {
		acts = append(acts, Act{Item: item, Did: "exempted", Person: p.ExemptedBy, Roles: s.rolesOf(m, p.ExemptedBy, time.Time{}), letter: rules.A})
	}
	return acts
}

// rolesOf lists the offices that a person held at a moment (today when it is not known), and the roles of the matrix
// that are theirs.
func (s surroundings) rolesOf(m Matrix, person string, at time.Time) []string {
	roles := []string{}
	for _, h := range s.holdings {
		on := h.Until == ""
		if !at.IsZero() {
			on = h.On(identity.Day(at))
		}
		if h.Person == person && on && !slices.Contains(roles, h.Office) {
			roles = append(roles, h.Office)
		}
	}
	for _, r := range m.Roles {
		if r.Kind != Office && slices.Contains(r.Persons, person) && !slices.Contains(roles, r.ID) {
			roles = append(roles, r.ID)
		}
	}
	return roles
}

// Compared is one activity: who should act, and who did.
type Compared struct {
	Matrix   string              `json:"matrix"`
	Title    i18n.Text           `json:"title"` // of the matrix
	Activity string              `json:"activity"`
	Name     i18n.Text           `json:"name"`
	Expected map[string][]string `json:"expected"` // letter to names of roles
	Acts     []Act               `json:"acts"`
	Differ   int                 `json:"differ"`
	Share    float64             `json:"share"`   // of acts that differ
	Unknown  bool                `json:"unknown"` // too few acts to tell
	Above    bool                `json:"above"`   // more differ than may
}

// ByRole counts the acts of one role over all activities.
type ByRole struct {
	Role   string `json:"role"` // empty: somebody without any office
	Acts   int    `json:"acts"`
	Differ int    `json:"differ"`
}

// Silent is a source that does not tell who acted.
type Silent struct {
	Source string `json:"source"` // incidents, changes
	N      int    `json:"n"`      // items in it
}

// Reality is the comparison of all matrices with what the records tell.
type Reality struct {
	Rows    []Compared `json:"rows"`
	Roles   []ByRole   `json:"roles"`
	Silent  []Silent   `json:"silent"`
	Differs float64    `json:"differs"` // share that may differ
	MinActs int        `json:"minActs"`
}

// Compare sets all matrices against who really acted.
func Compare(ctx context.Context, r db.Reader, _ struct{}) (Reality, error) {
	s, err := gather(ctx, r)
	if err != nil {
		return Reality{}, err
	}
	out := Reality{Rows: []Compared{}, Differs: s.settings.Differs, MinActs: s.settings.MinActs}
	counts := map[string]*ByRole{}
	for _, m := range s.matrices {
		out.Rows = append(out.Rows, s.compare(m, counts)...)
	}
	for _, one := range counts {
		out.Roles = append(out.Roles, *one)
	}
	slices.SortFunc(out.Roles, func(a, b ByRole) int {
		if a.Differ != b.Differ {
			return b.Differ - a.Differ
		}
		return compareText(a.Role, b.Role)
	})
	incidents, err := evidence.ListIncidents(ctx, r, evidence.IncidentFilter{Page: db.Page{Limit: 1}})
	out.Silent = []Silent{{Source: "incidents", N: incidents.Total}, {Source: "changes"}}
	return out, err
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// OpReality sets all matrices against who really acted.
var OpReality = op.Query[struct{}, Reality]{Name: "raci.reality", Route: "GET /api/raci-reality", Func: Compare}

func (s surroundings) compare(m Matrix, counts map[string]*ByRole) []Compared {
	acts := s.acts(m)
	var rows []Compared
	for _, real := range rules.Reality(s.plain(m), s.settings) {
		a, _ := m.Row(real.Activity)
		row := Compared{
			Matrix: m.ID, Title: m.Name(), Activity: a.ID, Name: a.Name(), Expected: map[string][]string{}, Acts: []Act{},
			Differ: len(real.Differ), Share: real.Share(), Unknown: real.Unknown, Above: !real.Unknown && real.Share() > s.settings.Differs,
		}
		for _, role := range m.Roles {
			letters, _ := rules.ParseSet(a.Cells[role.ID])
			for _, letter := range []rules.Set{rules.R, rules.A, rules.K} {
				if letters.Has(letter) {
					row.Expected[letter.String()] = append(row.Expected[letter.String()], role.ID)
				}
			}
		}
		for _, act := range acts {
			if act.Activity != a.ID {
				continue
			}
			act.Foreseen = foreseen(a, act)
			row.Acts = append(row.Acts, act)
			count(counts, act)
		}
		rows = append(rows, row)
	}
	return rows
}

// foreseen tells whether a row has the letter of an act for one of its roles; who answers may also do.
func foreseen(a Activity, act Act) bool {
	letter := act.letter
	if letter.Has(rules.R) {
		letter |= rules.A
	}
	return slices.ContainsFunc(act.Roles, func(role string) bool {
		letters, _ := rules.ParseSet(a.Cells[role])
		return letters.Has(letter)
	})
}

func count(counts map[string]*ByRole, act Act) {
	roles := act.Roles
	if len(roles) == 0 {
		roles = []string{""}
	}
	for _, role := range roles {
		if counts[role] == nil {
			counts[role] = &ByRole{Role: role}
		}
		counts[role].Acts++
		if !act.Foreseen {
			counts[role].Differ++
		}
	}
}
