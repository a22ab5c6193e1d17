package raci

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/db"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

//go:embed library.yaml
var libraryText []byte

// Shipped is one activity of the library with the assignment that is usual, by profile.
type Shipped struct {
	ID       string                       `yaml:"id" json:"id"`
	Process  string                       `yaml:"process" json:"process"`
	Title    string                       `yaml:"title" json:"title"`
	TitleIT  string                       `yaml:"title_it" json:"titleIt"`
	Checks   []string                     `yaml:"checks" json:"checks,omitempty"`
	Joint    string                       `yaml:"joint" json:"joint,omitempty"`
	Material bool                         `yaml:"material" json:"material,omitempty"`
	Lines    map[string]string            `yaml:",inline" json:"-"`
	Usual    map[string]map[string]string `yaml:"-" json:"usual"` // profile to role to letters
}

// Name is the title in both languages.
func (s Shipped) Name() i18n.Text { return i18n.Text{EN: s.Title, IT: s.TitleIT} }

// Library is everything that is shipped.
type Library struct {
	Profiles []struct {
		ID      string            `yaml:"id"`
		Like    string            `yaml:"like"`
		Instead map[string]string `yaml:"instead"`
	} `yaml:"profiles"`
	Roles      []Role    `yaml:"roles"`
	Activities []Shipped `yaml:"activities"`
}

// LibraryProfiles are the kinds of organisations that the library knows.
var LibraryProfiles = []string{"bank", "industry", "public", "generic"}

// TheLibrary reads what is shipped, once.
var TheLibrary = sync.OnceValue(func() Library {
	lib, err := parseLibrary(libraryText)
	if err != nil {
		panic(err) // impossible: the file is part of the program, and a test reads it
	}
	return lib
})

func parseLibrary(text []byte) (Library, error) {
	var lib Library
	if err := yaml.Unmarshal(text, &lib); err != nil {
		return lib, fmt.Errorf("raci library: %w", err)
	}
	for i, a := range lib.Activities {
		lib.Activities[i].Usual = map[string]map[string]string{}
		for _, p := range lib.Profiles {
			line, said := a.Lines[p.ID]
			instead := p.Instead
			if !said {
				line = a.Lines[p.Like]
			} else {
				instead = nil
			}
			cells, err := parseLine(line, instead)
			if err != nil {
				return lib, fmt.Errorf("raci library, %s, %s: %w", a.ID, p.ID, err)
			}
			lib.Activities[i].Usual[p.ID] = cells
		}
	}
	return lib, nil
}

func parseLine(line string, instead map[string]string) (map[string]string, error) {
	cells := map[string]string{}
	for _, part := range strings.Fields(line) {
		role, text, _ := strings.Cut(part, ":")
		letters, ok := rules.ParseSet(text)
		if !ok || letters == 0 {
			return nil, fmt.Errorf("%q is no role with letters", part)
		}
		if other := instead[role]; other != "" {
			role = other
		}
		cells[role] = letters.String()
	}
	return cells, nil
}

// LibraryActivity finds an activity of the library.
func LibraryActivity(id string) (Shipped, bool) {
	for _, a := range TheLibrary().Activities {
		if a.ID == id {
			return a, true
		}
	}
	return Shipped{}, false
}

// ProfileOf is the profile of the library that fits an organisation.
func ProfileOf(o organisation.Organisation) string {
	has := func(profiles ...string) bool {
		return slices.ContainsFunc(profiles, func(p string) bool { return slices.Contains(o.Profiles, p) })
	}
	switch {
	case has("dora_fe", "dora_simple", "bank_it") || o.Sector == organisation.Bank:
		return "bank"
	case has("pa_it") || o.Sector == organisation.Public || o.Sector == organisation.Health:
		return "public"
	case o.Sector == organisation.Industry:
		return "industry"
	default:
		return "generic"
	}
}

// libraryOrder is how columns of the library stand: from the top to those who are told.
var libraryOrder = []string{
	"board", "ceo", "coo", "cio", "rtd", "ciso", "cyber-referent", "ot-security", "it-staff", "security-staff", "business-owner", "plant", "cro",
	"ict-risk-control", "compliance", "dpo", "internal-audit", "board-secretary", "hr", "communication",
}

// withLibrary adds activities of the library to a matrix, with the columns that they need. What an activity checks is
// kept when it stands in the matrix too.
func (m Matrix) withLibrary(profile string, activities []string) (Matrix, error) {
	if !slices.Contains(LibraryProfiles, profile) {
		return m, problem.Choice("profile", profile, LibraryProfiles...)
	}
	m.Roles, m.Activities = slices.Clone(m.Roles), slices.Clone(m.Activities)
	needed := map[string]bool{}
	for _, id := range activities {
		shipped, known := LibraryActivity(id)
		if !known {
			return m, problem.Field("activities", "raci.error.library", "value", id)
		}
		if m.activity(id) >= 0 {
			return m, problem.Field("activities", "problem.twice", "value", id)
		}
		a := Activity{
			ID: shipped.ID, Title: shipped.Title, TitleIT: shipped.TitleIT, Library: shipped.ID, Joint: shipped.Joint,
			Material: shipped.Material, Cells: map[string]string{}, Checks: slices.Clone(shipped.Checks),
		}
		for role, letters := range shipped.Usual[profile] {
			a.Cells[role] = letters
			needed[role] = true
		}
		m.Activities = append(m.Activities, a)
	}
	for _, role := range libraryOrder {
		if needed[role] && m.role(role) < 0 {
			m.Roles = append(m.Roles, libraryRole(role))
		}
	}
	for i, a := range m.Activities {
		m.Activities[i].Checks = slices.DeleteFunc(slices.Clone(a.Checks), func(id string) bool { return m.activity(id) < 0 })
	}
	return m, nil
}

// libraryRole is the office with a code, or else the role that the library describes.
func libraryRole(id string) Role {
	if slices.Contains(identity.Offices, id) {
		return Role{ID: id, Kind: Office}
	}
	for _, r := range TheLibrary().Roles {
		if r.ID == id {
			r.Kind = Free
			return r
		}
	}
	return Role{ID: id, Kind: Free, Title: id}
}

// LibraryIn narrows the library.
type LibraryIn struct {
	Process string `query:"process" doc:"only activities of this process"`
}

// OpLibrary lists the activities of the library.
var OpLibrary = op.Query[LibraryIn, []Shipped]{
	Name: "raci.library", Route: "GET /api/raci-library",
	Func: func(_ context.Context, _ db.Reader, in LibraryIn) ([]Shipped, error) {
		found := []Shipped{}
		for _, a := range TheLibrary().Activities {
			if in.Process == "" || a.Process == in.Process {
				found = append(found, a)
			}
		}
		return found, nil
	},
}
