// Package committee holds the bodies in which both offices decide together: their charter, who sits in them, when
// they meet, what they find on the agenda, and what was said and resolved. Every committee has two chairs; without
// both nothing is resolved, and minutes count only once both have approved exactly the same text. A resolution never
// stands for the keys of a decision.
package committee

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Committee is a body with a charter: what it is for, what it decides, to whom it reports.
type Committee struct {
	ID          string   `yaml:"id" json:"id"`
	Name        string   `yaml:"name" json:"name"`
	NameIT      string   `yaml:"name_it,omitempty" json:"nameIt,omitempty"`
	Purpose     string   `yaml:"purpose" json:"purpose"`
	PurposeIT   string   `yaml:"purpose_it,omitempty" json:"purposeIt,omitempty"`
	Decides     string   `yaml:"decides,omitempty" json:"decides,omitempty"`
	DecidesIT   string   `yaml:"decides_it,omitempty" json:"decidesIt,omitempty"`
	ReportsTo   string   `yaml:"reports_to,omitempty" json:"reportsTo,omitempty"`
	ReportsToIT string   `yaml:"reports_to_it,omitempty" json:"reportsToIt,omitempty"`
	Members     []Member `yaml:"members" json:"members"`
	Quorum      int      `yaml:"quorum" json:"quorum"` // least number of voting members; both chairs are always needed
	Cadence     Cadence  `yaml:"cadence" json:"cadence"`
	AgendaFrom  []Source `yaml:"agenda_from,flow,omitempty" json:"agendaFrom,omitempty"` // what its agenda is built from; none: everything
	EndedOn     string   `yaml:"ended_on,omitempty" json:"endedOn,omitempty"`            // day from which it meets no more
	Version     int      `yaml:"-" json:"version"`
}

// Role is what somebody does in a committee.
type Role string

// The roles. The chair or the two co-chairs and the members vote; the secretary writes; guests listen.
const (
	Chair     Role = "chair"
	CoChair   Role = "co-chair"
	Ordinary  Role = "member"
	Secretary Role = "secretary"
	Guest     Role = "guest"
)

// Roles lists the roles.
var Roles = []Role{Chair, CoChair, Ordinary, Secretary, Guest}

// Votes tells whether a role has a vote.
func (r Role) Votes() bool { return r == Chair || r == CoChair || r == Ordinary }

// Chairs tells whether a role presides.
func (r Role) Chairs() bool { return r == Chair || r == CoChair }

// Member is a seat: an office, taken by whoever holds it on the day, or a person.
type Member struct {
	Office string `yaml:"office,omitempty" json:"office,omitempty"`
	Person string `yaml:"person,omitempty" json:"person,omitempty"`
	Role   Role   `yaml:"role" json:"role"`
}

// Key names the seat within its committee.
func (m Member) Key() string {
	if m.Office != "" {
		return "office:" + m.Office
	}
	return "person:" + m.Person
}

// Title is the name in both languages.
func (c Committee) Title() i18n.Text { return i18n.Text{EN: c.Name, IT: c.NameIT} }

// Ref is the name of the committee for other areas.
func (c Committee) Ref() ref.Ref { return ref.New("committee", c.ID) }

// Chairs are the two seats that preside.
func (c Committee) Chairs() []Member {
	return slices.DeleteFunc(slices.Clone(c.Members), func(m Member) bool { return !m.Role.Chairs() })
}

// Ended tells whether the committee meets no more on a day.
func (c Committee) Ended(day string) bool { return c.EndedOn != "" && c.EndedOn <= day }

// Takes tells whether the agenda is built from a source.
func (c Committee) Takes(s Source) bool {
	return len(c.AgendaFrom) == 0 || slices.Contains(c.AgendaFrom, s)
}

func (c Committee) check(field func(string) string) []*problem.Error {
	k := checker{field: field}
	if !ref.ValidID(c.ID) {
		k.add(problem.Field(field("id"), "problem.required"))
	}
	k.needed("name", c.Name)
	k.needed("purpose", c.Purpose)
	k.day("ended_on", c.EndedOn)
	k.members(c.Members)
	voting := 0
	for _, m := range c.Members {
		if m.Role.Votes() {
			voting++
		}
	}
	if c.Quorum < 2 || c.Quorum > max(2, voting) {
		k.add(problem.Field(field("quorum"), "problem.range", "value", c.Quorum, "min", 2, "max", max(2, voting)))
	}
	c.Cadence.check(&k)
	for _, s := range c.AgendaFrom {
		k.choice("agenda_from", string(s), sourceNames...)
	}
	return k.wrong
}

// members checks that seats are named once, each as an office or a person, and that two preside.
func (k *checker) members(all []Member) {
	chairs, seen := 0, map[string]bool{}
	for n, m := range all {
		at := fmt.Sprintf("members[%d].", n)
		k.choice(at+"role", string(m.Role), "chair", "co-chair", "member", "secretary", "guest")
		switch {
		case (m.Office == "") == (m.Person == ""):
			k.add(problem.Field(k.field(at+"office"), "committee.error.office-or-person"))
		case m.Office != "":
			k.choice(at+"office", m.Office, identity.Offices...)
		}
		if m.Office == identity.OfficeAdministrator {
			k.add(problem.Field(k.field(at+"office"), "committee.error.administrator"))
		}
		if seen[m.Key()] {
			k.add(problem.Field(k.field(at+"office"), "problem.twice", "value", cmp.Or(m.Office, m.Person)))
		}
		seen[m.Key()] = true
		if m.Role.Chairs() {
			chairs++
		}
	}
	if chairs != 2 {
		k.add(problem.Field(k.field("members"), "committee.error.two-chairs", "n", chairs))
	}
}

func (c Committee) pointers(field func(string) string) []item.Pointer {
	var all []item.Pointer
	for n, m := range c.Members {
		if m.Person != "" {
			all = append(all, item.Point(field(fmt.Sprintf("members[%d].person", n)), "person", m.Person)...)
		}
	}
	return all
}

// checker gathers what is wrong, with field paths.
type checker struct {
	field func(string) string
	wrong []*problem.Error
}

func (k *checker) add(err *problem.Error) {
	if err != nil {
		k.wrong = append(k.wrong, err)
	}
}

func (k *checker) needed(name, value string) {
	if strings.TrimSpace(value) == "" {
		k.add(problem.Field(k.field(name), "problem.required"))
	}
}

func (k *checker) day(name, value string) {
	if value != "" && !db.ValidDay(value) {
		k.add(problem.Field(k.field(name), "problem.day", "value", value))
	}
}

func (k *checker) choice(name, value string, allowed ...string) {
	k.add(problem.Choice(k.field(name), value, allowed...))
}

func plain(name string) string { return name }

// WriteIn is a committee as it shall be.
type WriteIn struct {
	Committee Committee `json:"committee"`
}

// Target is the committee.
func (in WriteIn) Target() ref.Ref { return in.Committee.Ref() }

// Found makes a new committee.
func Found(ctx context.Context, tx *db.Tx, in WriteIn) (Committee, error) {
	c := in.Committee
	if c.ID == "" {
		c.ID = ref.NewID()
	}
	if _, err := load(ctx, tx, c.ID); err == nil {
		return c, problem.Field("id", "problem.twice", "value", c.ID)
	} else if !problem.Is(err, problem.NotFound) {
		return c, err
	}
	return written(ctx, tx, c)
}

// OpFound makes a new committee.
var OpFound = op.Command[WriteIn, Committee]{Name: "committee.found", Route: "POST /api/committees", Func: Found}

// Change writes another charter, membership or cadence. What was called or held stays as it was.
func Change(ctx context.Context, tx *db.Tx, in WriteIn) (Committee, error) {
	old, err := load(ctx, tx, in.Committee.ID)
	if err != nil {
		return old, err
	}
	if err := old.leads(tx.Actor()); err != nil {
		return old, err
	}
	if old.Version != in.Committee.Version {
		return old, problem.New(problem.Conflict, "problem.stale")
	}
	return written(ctx, tx, in.Committee)
}

// OpChange writes another charter.
var OpChange = op.Command[WriteIn, Committee]{Name: "committee.change", Route: "POST /api/committees/change", Func: Change}

func written(ctx context.Context, tx *db.Tx, c Committee) (Committee, error) {
	if err := problem.Many(c.check(plain)); err != nil {
		return c, err
	}
	if err := item.Dangling(ctx, tx, c.pointers(plain)); err != nil {
		return c, err
	}
	if err := put(ctx, tx, c); err != nil {
		return c, err
	}
	return load(ctx, tx, c.ID)
}

func put(ctx context.Context, tx *db.Tx, c Committee) error {
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("committee %s: %w", c.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO committee (id, body, version) VALUES ($1, $2, 1)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, version = committee.version + 1`, c.ID, string(body))
	if err != nil {
		return err
	}
	tx.Touch(c.Ref())
	return item.Put(ctx, tx, item.Item{Ref: c.Ref(), Title: c.Title(), Area: "committee"})
}

func load(ctx context.Context, r db.Reader, id string) (Committee, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "committee "+id)
	return db.One(ctx, r, missing, scan, "SELECT body, version FROM committee WHERE id = $1", id)
}

// Committees gives all committees, by id.
func Committees(ctx context.Context, r db.Reader) ([]Committee, error) {
	return db.All(ctx, r, scan, "SELECT body, version FROM committee ORDER BY id")
}

func scan(s db.Scan) (Committee, error) {
	var c Committee
	var body string
	var version int
	if err := s(&body, &version); err != nil {
		return c, err
	}
	err := json.Unmarshal([]byte(body), &c)
	c.Version = version
	return c, err
}

// ReportingTo is to whom the committee reports, in both languages.
func (c Committee) ReportingTo() i18n.Text { return i18n.Text{EN: c.ReportsTo, IT: c.ReportsToIT} }
