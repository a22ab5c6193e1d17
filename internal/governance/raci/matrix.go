// Package raci holds the responsibility assignment matrices of an organisation: who does what in the processes that
// the CIO and the CISO share, who answers for it, whose key it needs. It judges them with package rules, sets them
// against the landscape (grey zones) and against who really acted.
//
// Start with this file; edit.go changes matrices, library.go holds what is shipped, check.go judges, grey.go looks
// at what no matrix says.
package raci

import (
	"fmt"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Processes are what matrices are about.
var Processes = []string{
	"change", "access", "vulnerability", "incident", "supplier", "cloud", "continuity", "project", "data", "risk", "ot", "governance", "other",
}

// Joints are the kinds of joint decisions: those of decisions with two keys, and others, which no decision is told by.
var Joints = []string{
	string(decision.AcceptRisk), string(decision.Fund), string(decision.Gate), string(decision.Exception), string(decision.Policy), "other",
}

// Reserved are words that pages about all matrices use where a matrix has its id.
var Reserved = []string{"new", "import", "grey", "check"}

// Matrix is the table of one process: activities (rows) by roles (columns).
type Matrix struct {
	ID         string     `yaml:"id" json:"id"`
	Title      string     `yaml:"title" json:"title"`
	TitleIT    string     `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Process    string     `yaml:"process" json:"process"`
	Roles      []Role     `yaml:"roles,omitempty" json:"roles,omitempty"`
	Activities []Activity `yaml:"activities,omitempty" json:"activities,omitempty"`
	Version    int        `yaml:"-" json:"version"`
}

// RoleKind says what a column is.
type RoleKind string

// The kinds of roles.
const (
	Office    RoleKind = "office"    // its id is the code of an office; who holds it is read there
	Committee RoleKind = "committee" // several people who decide together
	Free      RoleKind = "free"      // a role that only this matrix knows
)

// Role is a column of a matrix.
type Role struct {
	ID       string         `yaml:"id" json:"id"`
	Kind     RoleKind       `yaml:"kind" json:"kind" enum:"office,committee,free"`
	Title    string         `yaml:"title,omitempty" json:"title,omitempty"` // offices have the name of the office
	TitleIT  string         `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Function rules.Function `yaml:"function,omitempty" json:"function,omitempty" enum:"it,security,risk,audit,business,board,"` // offices have that of the office
	Vacant   bool           `yaml:"vacant,omitempty" json:"vacant,omitempty"`                                                   // nobody holds it; of offices it is known
	External bool           `yaml:"external,omitempty" json:"external,omitempty"`
	Persons  []string       `yaml:"persons,omitempty" json:"persons,omitempty"` // ids of who holds it; of offices they are known
}

// Activity is a row of a matrix.
type Activity struct {
	ID       string            `yaml:"id" json:"id"`
	Title    string            `yaml:"title" json:"title"`
	TitleIT  string            `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Library  string            `yaml:"library,omitempty" json:"library,omitempty"`   // activity of the library that it comes from
	About    []string          `yaml:"about,omitempty" json:"about,omitempty"`       // processes and services of the landscape
	Checks   []string          `yaml:"checks,omitempty" json:"checks,omitempty"`     // activities of the same matrix that it controls
	Joint    string            `yaml:"joint,omitempty" json:"joint,omitempty"`       // kind of decision with two keys; empty: no joint decision
	Material bool              `yaml:"material,omitempty" json:"material,omitempty"` // risk or the board has to hear of it
	Cells    map[string]string `yaml:"cells,omitempty" json:"cells,omitempty"`       // role to letters, such as RK
}

// Name is the title in both languages.
func (m Matrix) Name() i18n.Text { return i18n.Text{EN: m.Title, IT: m.TitleIT} }

// Ref is the name of the matrix for other areas.
func (m Matrix) Ref() ref.Ref { return ref.New("raci", m.ID) }

// Name is the title in both languages.
func (a Activity) Name() i18n.Text { return i18n.Text{EN: a.Title, IT: a.TitleIT} }

// Name is the name of the office, or the title of the role, in both languages.
func (r Role) Name() i18n.Text {
	if r.Kind == Office {
		return identity.OfficeName(r.ID)
	}
	return i18n.Text{EN: r.Title, IT: r.TitleIT}
}

// Side is the function of the role: its own, or that of its office.
func (r Role) Side() rules.Function {
	if r.Function == "" && r.Kind == Office {
		return FunctionOf(r.ID)
	}
	return r.Function
}

// FunctionOf is the function of an office; the business for those that are of no other.
func FunctionOf(office string) rules.Function {
	switch office {
	case "cio", "cto", "cdo", "it-staff", "administrator", "rtd":
		return rules.IT
	case "ciso", "security-staff", "ot-security", "nis-contact", "nis-contact-substitute", "csirt-contact", "cyber-referent":
		return rules.Security
	case "cro", "ict-risk-control", "compliance", "dpo", "risk-staff", "third-party-risk":
		return rules.Risk
	case "internal-audit":
		return rules.Audit
	case "board", "ceo", "board-secretary", "steering-chair":
		return rules.Board
	default:
		return rules.Business
	}
}

// Activity finds a row by its id; -1 when there is none.
func (m Matrix) activity(id string) int {
	return slices.IndexFunc(m.Activities, func(a Activity) bool { return a.ID == id })
}

func (m Matrix) role(id string) int {
	return slices.IndexFunc(m.Roles, func(r Role) bool { return r.ID == id })
}

// Row finds a row.
func (m Matrix) Row(id string) (Activity, bool) {
	at := m.activity(id)
	if at < 0 {
		return Activity{}, false
	}
	return m.Activities[at], true
}

const (
	maxActivities = 2000
	maxRoles      = 200
)

// check finds what is wrong with a matrix by itself: ids, choices, letters, and names of rows and columns that are
// not there. Whether it is a good matrix is for the rules.
func (m Matrix) check(field func(string) string) []*problem.Error {
	c := checker{field: field}
	c.id("id", m.ID)
	if slices.Contains(Reserved, m.ID) {
		c.wrong = append(c.wrong, problem.Field(field("id"), "raci.error.reserved", "value", m.ID))
	}
	c.title("title", m.Title, m.TitleIT)
	c.choice("process", m.Process, Processes...)
	if len(m.Activities) > maxActivities || len(m.Roles) > maxRoles {
		c.wrong = append(c.wrong, problem.Field(field("activities"), "raci.error.too-many", "rows", maxActivities, "columns", maxRoles))
		return c.wrong
	}
	roles, activities := map[string]bool{}, map[string]bool{}
	for _, r := range m.Roles {
		c.role("roles["+r.ID+"].", r)
		c.twice("roles["+r.ID+"].id", r.ID, roles)
	}
	for _, a := range m.Activities {
		c.twice("activities["+a.ID+"].id", a.ID, activities)
	}
	for _, a := range m.Activities {
		c.activity("activities["+a.ID+"].", a, roles, activities)
	}
	return c.wrong
}

// checker gathers what is wrong with fields.
type checker struct {
	field func(string) string
	wrong []*problem.Error
}

func (c *checker) add(e *problem.Error) {
	if e != nil {
		c.wrong = append(c.wrong, e)
	}
}

func (c *checker) id(name, id string) {
	if !ref.ValidID(id) {
		c.add(problem.Field(c.field(name), "raci.error.id", "value", id))
	}
}

func (c *checker) twice(name, id string, seen map[string]bool) {
	if seen[id] {
		c.add(problem.Field(c.field(name), "problem.twice", "value", id))
	}
	seen[id] = true
}

func (c *checker) title(name, title, italian string) {
	if title == "" {
		c.add(problem.Field(c.field(name), "problem.required"))
	}
	if len(title) > 500 || len(italian) > 500 {
		c.add(problem.Field(c.field(name), "problem.too-long", "max", 500))
	}
}

func (c *checker) choice(name, value string, allowed ...string) {
	c.add(problem.Choice(c.field(name), value, allowed...))
}

func (c *checker) role(at string, r Role) {
	c.id(at+"id", r.ID)
	c.choice(at+"kind", string(r.Kind), string(Office), string(Committee), string(Free))
	if r.Function != "" {
		c.choice(at+"function", string(r.Function), functions()...)
	}
	switch {
	case r.Kind == Office && !slices.Contains(identity.Offices, r.ID):
		c.add(problem.Field(c.field(at+"id"), "raci.error.office", "value", r.ID))
	case r.Kind == Office && (r.Vacant || len(r.Persons) > 0):
		c.add(problem.Field(c.field(at+"persons"), "raci.error.office-holders"))
	case r.Kind != Office:
		c.title(at+"title", r.Title, r.TitleIT)
	}
	if r.Vacant && len(r.Persons) > 0 {
		c.add(problem.Field(c.field(at+"vacant"), "raci.error.vacant-held"))
	}
}

func functions() []string {
	all := make([]string, len(rules.Functions))
	for i, f := range rules.Functions {
		all[i] = string(f)
	}
	return all
}

func (c *checker) activity(at string, a Activity, roles, activities map[string]bool) {
	c.id(at+"id", a.ID)
	c.title(at+"title", a.Title, a.TitleIT)
	if a.Joint != "" {
		c.choice(at+"joint", a.Joint, Joints...)
	}
	if _, known := LibraryActivity(a.Library); a.Library != "" && !known {
		c.add(problem.Field(c.field(at+"library"), "raci.error.library", "value", a.Library))
	}
	for _, other := range a.Checks {
		if !activities[other] || other == a.ID {
			c.add(problem.Field(c.field(at+"checks"), "raci.error.checks", "value", other))
		}
	}
	for _, role := range sortedRoles(a.Cells) {
		name := c.field(at + "cells")
		if letters, ok := rules.ParseSet(a.Cells[role]); !ok || letters == 0 {
			c.add(problem.Field(name, "raci.error.letters", "value", a.Cells[role], "activity", a.Name(), "role", role))
		}
		if !roles[role] {
			c.add(problem.Field(name, "raci.error.no-role", "value", role))
		}
	}
}

func sortedRoles(cells map[string]string) []string {
	all := make([]string, 0, len(cells))
	for role := range cells {
		all = append(all, role)
	}
	slices.Sort(all)
	return all
}

// tidy writes letters in their order and leaves out what is empty, so that equal matrices are written alike.
func (m Matrix) tidy() Matrix {
	m.Roles, m.Activities = slices.Clone(m.Roles), slices.Clone(m.Activities)
	for i, r := range m.Roles {
		if r.Kind == Office && r.Function == FunctionOf(r.ID) {
			m.Roles[i].Function = ""
		}
		if len(r.Persons) == 0 {
			m.Roles[i].Persons = nil
		}
	}
	for i, a := range m.Activities {
		cells := map[string]string{}
		for role, text := range a.Cells {
			if letters, ok := rules.ParseSet(text); ok && letters != 0 {
				cells[role] = letters.String()
			} else if text != "" {
				cells[role] = text // for check to refuse
			}
		}
		if a.Cells = cells; len(cells) == 0 {
			a.Cells = nil
		}
		if len(a.About) == 0 {
			a.About = nil
		}
		if len(a.Checks) == 0 {
			a.Checks = nil
		}
		m.Activities[i] = a
	}
	return m
}

func fieldOf(id string) func(string) string {
	return func(name string) string { return fmt.Sprintf("matrices[%s].%s", id, name) }
}

func plainField(name string) string { return name }

func scan(s db.Scan) (Matrix, error) {
	var body string
	if err := s(&body); err != nil {
		return Matrix{}, err
	}
	return decode(body)
}
