// Package identity holds people, the offices they hold and how they prove who they are: passwords,
// passkeys, API tokens, the one-time link of the first start, and the keys with which they sign reports.
package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/huandu/go-sqlbuilder"
	"golang.org/x/text/unicode/norm"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Board is the name under which a person reports to the management body itself, which is no single person.
const Board = "board"

// Person is somebody known to the organisation. Most of them can sign in; some only answer for things.
// A person who leaves ends: the name stays where it is written, nothing else works any more.
type Person struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Email     string    `json:"email,omitempty"`     // lower case; empty: cannot sign in with a password
	Unit      string    `json:"unit,omitempty"`      // see Unit
	ReportsTo string    `json:"reportsTo,omitempty"` // id of a person, "board", or empty: not known
	Language  i18n.Lang `json:"language"`
	EndedAt   time.Time `json:"endedAt,omitzero"`

	FunctionalTo []string `json:"functionalTo,omitempty"` // lines beside the one to the superior: ids of persons, or "board"
}

// Ref is the name of a person as an item.
func (p Person) Ref() ref.Ref { return PersonRef(p.ID) }

// PersonRef is the name of the person with an id.
func PersonRef(id string) ref.Ref { return ref.New("person", id) }

// check gives what is wrong with the fields that a person has alone; at is put before the name of each field.
func (p Person) check(at string) []*problem.Error {
	var wrong []*problem.Error
	if !ref.ValidID(p.ID) {
		wrong = append(wrong, problem.Field(at+"id", "identity.error.id", "value", p.ID))
	}
	if p.Name == "" {
		wrong = append(wrong, problem.Field(at+"name", "problem.required"))
	}
	if len(p.Name) > 200 {
		wrong = append(wrong, problem.Field(at+"name", "problem.too-long", "max", 200))
	}
	if p.Email != "" && !validEmail(p.Email) {
		wrong = append(wrong, problem.Field(at+"email", "identity.error.email", "value", p.Email))
	}
	if err := problem.Choice(at+"language", string(p.Language), string(i18n.EN), string(i18n.IT)); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

func validEmail(email string) bool {
	parsed, err := mail.ParseAddress(email)
	return err == nil && parsed.Address == email && len(email) <= 254
}

func tidy(p Person) Person {
	p.Name, p.Unit, p.ReportsTo = strings.TrimSpace(p.Name), strings.TrimSpace(p.Unit), strings.TrimSpace(p.ReportsTo)
	p.Email = foldEmail(p.Email)
	if p.Language == "" {
		p.Language = i18n.EN
	}
	var lines []string
	for _, to := range p.FunctionalTo {
		if to = strings.TrimSpace(to); to != "" && !slices.Contains(lines, to) {
			lines = append(lines, to)
		}
	}
	p.FunctionalTo = lines
	return p
}

func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// AddPersonInput is a new person; without an id one is made out of the name.
type AddPersonInput struct {
	ID        string    `json:"id,omitempty"`
	Name      string    `json:"name"`
	Email     string    `json:"email,omitempty"`
	Unit      string    `json:"unit,omitempty"`
	ReportsTo string    `json:"reportsTo,omitempty" doc:"id of a person, or board"`
	Language  i18n.Lang `json:"language,omitempty"`

	FunctionalTo []string `json:"functionalTo,omitempty" doc:"lines beside the one to the superior: ids of persons, or board"`
}

// AddPerson adds a person, who cannot sign in before a password or link is given.
func AddPerson(ctx context.Context, tx *db.Tx, in AddPersonInput) (Person, error) {
	p := tidy(Person{ID: in.ID, Name: in.Name, Email: in.Email, Unit: in.Unit, ReportsTo: in.ReportsTo, Language: in.Language, FunctionalTo: in.FunctionalTo})
	if p.ID == "" {
		p.ID = slug(p.Name)
	}
	wrong := p.check("")
	more, err := p.checkAgainst(ctx, tx)
	if err != nil {
		return Person{}, err
	}
	if exists, err := personExists(ctx, tx, p.ID); err != nil {
		return Person{}, err
	} else if exists {
		more = append(more, problem.Field("id", "identity.error.id-taken", "value", p.ID))
	}
	if err := problem.Many(append(wrong, more...)); err != nil {
		return Person{}, err
	}
	return p, putPerson(ctx, tx, p)
}

// OpAddPerson adds a person.
var OpAddPerson = op.Command[AddPersonInput, Person]{Name: "identity.add-person", Route: "POST /api/identity/people", Func: AddPerson}

// ChangePersonInput is a person as they shall be.
type ChangePersonInput struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Email     string    `json:"email,omitempty"`
	Unit      string    `json:"unit,omitempty"`
	ReportsTo string    `json:"reportsTo,omitempty"`
	Language  i18n.Lang `json:"language,omitempty"`

	FunctionalTo []string `json:"functionalTo,omitempty" doc:"lines beside the one to the superior: ids of persons, or board"`
}

// Target is the person.
func (in ChangePersonInput) Target() ref.Ref { return PersonRef(in.ID) }

// ChangePerson changes what is known of a person.
func ChangePerson(ctx context.Context, tx *db.Tx, in ChangePersonInput) (Person, error) {
	if _, err := Get(ctx, tx, GetInput{in.ID}); err != nil {
		return Person{}, err
	}
	p := tidy(Person{ID: in.ID, Name: in.Name, Email: in.Email, Unit: in.Unit, ReportsTo: in.ReportsTo, Language: in.Language, FunctionalTo: in.FunctionalTo})
	more, err := p.checkAgainst(ctx, tx)
	if err != nil {
		return Person{}, err
	}
	if err := problem.Many(append(p.check(""), more...)); err != nil {
		return Person{}, err
	}
	return p, putPerson(ctx, tx, p)
}

// OpChangePerson changes a person.
var OpChangePerson = op.Command[ChangePersonInput, Person]{Name: "identity.change-person", Route: "POST /api/identity/people/change", Func: ChangePerson}

// checkAgainst gives what is wrong with a person beside the others: a taken address, a superior who is not there, a loop.
func (p Person) checkAgainst(ctx context.Context, r db.Reader) ([]*problem.Error, error) {
	var wrong []*problem.Error
	others, err := db.Column[string](ctx, r, "SELECT id FROM person WHERE email = $1 AND id <> $2", emailOrNull(p.Email), p.ID)
	if err != nil {
		return nil, err
	}
	if len(others) > 0 {
		wrong = append(wrong, problem.Field("email", "identity.error.email-taken", "value", p.Email))
	}
	lines, err := Lines(ctx, r)
	if err != nil {
		return nil, err
	}
	if _, known := lines[p.ReportsTo]; !known && p.ReportsTo != "" && p.ReportsTo != Board {
		return append(wrong, problem.Field("reports_to", "identity.error.no-superior", "value", p.ReportsTo)), nil
	}
	for _, to := range p.FunctionalTo {
		if err := functionalLine("functional_to", p.ID, to, lines); err != nil {
			wrong = append(wrong, err)
		}
	}
	lines[p.ID] = p.ReportsTo
	if loops(lines, p.ID) {
		wrong = append(wrong, problem.Field("reports_to", "identity.error.loop", "person", p.Name))
	}
	return wrong, nil
}

// functionalLine says why a person cannot have a functional line: to nobody who is there, or to themselves. Such lines may
// run in circles: two people may serve each other.
func functionalLine(field, person, to string, people map[string]string) *problem.Error {
	if _, known := people[to]; !known && to != Board {
		return problem.Field(field, "identity.error.no-superior", "value", to)
	}
	if to == person {
		return problem.Field(field, "identity.error.functional-self")
	}
	return nil
}

// loops tells whether the line above a person comes back to that person.
func loops(lines map[string]string, id string) bool {
	seen := map[string]bool{}
	for at := lines[id]; at != "" && at != Board && !seen[at]; at = lines[at] {
		if at == id {
			return true
		}
		seen[at] = true
	}
	return false
}

func putPerson(ctx context.Context, tx *db.Tx, p Person) error {
	if err := nameUnit(ctx, tx, p.Unit); err != nil {
		return err
	}
	functional, err := json.Marshal(append([]string{}, p.FunctionalTo...))
	if err != nil {
		return fmt.Errorf("functional lines of %s: %w", p.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO person (id, name, email, unit, reports_to, language, created_at, functional_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, unit = excluded.unit,
			reports_to = excluded.reports_to, language = excluded.language, functional_to = excluded.functional_to, ended_at = NULL`,
		p.ID, p.Name, emailOrNull(p.Email), p.Unit, p.ReportsTo, string(p.Language), db.Micros(tx.Now()), string(functional))
	if err != nil {
		return err
	}
	tx.Touch(p.Ref())
	return item.Put(ctx, tx, item.Item{Ref: p.Ref(), Title: i18n.Text{EN: p.Name}, Area: "identity"})
}

func emailOrNull(email string) any {
	if email == "" {
		return nil
	}
	return email
}

func personExists(ctx context.Context, r db.Reader, id string) (bool, error) {
	n, err := db.Value[int](ctx, r, "SELECT COUNT(*) FROM person WHERE id = $1", id)
	return n > 0, err
}

// EndPersonInput names a person who leaves.
type EndPersonInput struct {
	ID string `json:"id"`
}

// Target is the person.
func (in EndPersonInput) Target() ref.Ref { return PersonRef(in.ID) }

// EndPerson lets a person leave: offices end today, sessions, tokens and passkeys stop working. The name stays.
func EndPerson(ctx context.Context, tx *db.Tx, in EndPersonInput) (Person, error) {
	p, err := Get(ctx, tx, GetInput(in))
	if err != nil {
		return p, err
	}
	if p.Ref() == tx.Actor().Ref {
		return p, problem.New(problem.Conflict, "identity.error.end-self")
	}
	return p, endPerson(ctx, tx, in.ID)
}

// OpEndPerson lets a person leave.
var OpEndPerson = op.Command[EndPersonInput, Person]{Name: "identity.end-person", Route: "POST /api/identity/people/end", Func: EndPerson}

func endPerson(ctx context.Context, tx *db.Tx, id string) error {
	tx.Touch(PersonRef(id))
	today := Day(tx.Now())
	for _, statement := range []struct {
		query string
		args  []any
	}{
		{"DELETE FROM office_holding WHERE person_id = $1 AND from_day >= $2", []any{id, today}},
		{"UPDATE office_holding SET until_day = $2 WHERE person_id = $1 AND (until_day IS NULL OR until_day > $2)", []any{id, today}},
		{"UPDATE api_token SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL", []any{id, db.Micros(tx.Now())}},
		{"DELETE FROM passkey WHERE person_id = $1", []any{id}},
		{"DELETE FROM one_time_link WHERE person_id = $1", []any{id}},
		{"UPDATE person SET ended_at = $2, email = NULL, password_hash = '', epoch = epoch + 1 WHERE id = $1", []any{id, db.Micros(tx.Now())}},
	} {
		if _, err := tx.Exec(ctx, statement.query, statement.args...); err != nil {
			return err
		}
	}
	return item.Remove(ctx, tx, PersonRef(id))
}

// GetInput names a person.
type GetInput struct {
	ID string `json:"id" path:"id"`
}

// Target is the person.
func (in GetInput) Target() ref.Ref { return PersonRef(in.ID) }

const personColumns = "person.id, person.name, COALESCE(person.email, ''), person.unit, person.reports_to, person.language, person.ended_at, person.functional_to"

// Get finds a person, also one who has left.
func Get(ctx context.Context, r db.Reader, in GetInput) (Person, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", string(PersonRef(in.ID)))
	return db.One(ctx, r, missing, scanPerson, "SELECT "+personColumns+" FROM person WHERE id = $1", in.ID)
}

// OpGet finds a person.
var OpGet = op.Query[GetInput, Person]{Name: "identity.person", Route: "GET /api/identity/people/{id}", Func: Get}

// byEmail finds the person who can sign in with an address.
func byEmail(ctx context.Context, r db.Reader, email string) (Person, error) {
	return db.One(ctx, r, problem.New(problem.NotFound, "problem.not-found", "what", "email"), scanPerson,
		"SELECT "+personColumns+" FROM person WHERE email = $1 AND ended_at IS NULL", foldEmail(email))
}

func scanPerson(s db.Scan) (Person, error) {
	var p Person
	var functional string
	if err := s(&p.ID, &p.Name, &p.Email, &p.Unit, &p.ReportsTo, (*string)(&p.Language), db.At(&p.EndedAt), &functional); err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(functional), &p.FunctionalTo); err != nil {
		return p, fmt.Errorf("functional lines of %s: %w", p.ID, err)
	}
	if len(p.FunctionalTo) == 0 {
		p.FunctionalTo = nil
	}
	return p, nil
}

// Filter says which people a list shows.
type Filter struct {
	db.Page
	Text   string `query:"q" json:"text,omitempty" doc:"part of name, e-mail or unit"`
	Office string `query:"office" json:"office,omitempty" doc:"who holds this office today"`
	Ended  bool   `query:"ended" json:"ended,omitempty" doc:"also people who have left"`
}

// Row is a person with the offices held today.
type Row struct {
	Person
	Offices []string `json:"offices"`
}

// List lists people.
func List(ctx context.Context, r db.Reader, f Filter) (db.PageOf[Row], error) {
	today := Day(r.Now())
	b := sqlbuilder.NewSelectBuilder()
	b.Select(personColumns).From("person")
	if !f.Ended {
		b.Where("person.ended_at IS NULL")
	}
	if f.Text != "" {
		like := b.Var(db.Holding(strings.ToLower(f.Text)))
		b.Where(`LOWER(person.name || ' ' || COALESCE(person.email, '') || ' ' || person.unit) LIKE ` + like + ` ESCAPE '\'`)
	}
	if f.Office != "" {
		b.Where("EXISTS (SELECT 1 FROM office_holding h WHERE h.person_id = person.id AND h.office = " + b.Var(f.Office) +
			" AND h.from_day <= " + b.Var(today) + " AND (h.until_day IS NULL OR h.until_day > " + b.Var(today) + "))")
	}
	sorts := db.Sorts{By: map[string]string{"name": "LOWER(person.name)", "unit": "LOWER(person.unit)", "email": "COALESCE(person.email, '')"}, Key: "person.id", Default: "name"}
	page, err := db.Paged(ctx, r, b, f.Page, sorts, scanRow)
	if err != nil {
		return page, err
	}
	held, err := holdersByPerson(ctx, r, today)
	for i := range page.Items {
		page.Items[i].Offices = held[page.Items[i].ID]
	}
	return page, err
}

// OpList lists people.
var OpList = op.Query[Filter, db.PageOf[Row]]{Name: "identity.people", Route: "GET /api/identity/people", Func: List}

func scanRow(s db.Scan) (Row, error) {
	p, err := scanPerson(s)
	return Row{Person: p, Offices: []string{}}, err
}

// Lines gives the superior of every person who has not left: id to id, "board" or "" (not known).
func Lines(ctx context.Context, r db.Reader) (map[string]string, error) {
	people, err := everybody(ctx, r)
	lines := map[string]string{}
	for _, p := range people {
		lines[p.ID] = p.ReportsTo
	}
	return lines, err
}

// everybody gives all people who have not left, by id.
func everybody(ctx context.Context, r db.Reader) ([]Person, error) {
	return db.All(ctx, r, scanPerson, "SELECT "+personColumns+" FROM person WHERE ended_at IS NULL ORDER BY id")
}

// People gives all people by id, also those who have left: for names beside what they did.
func People(ctx context.Context, r db.Reader) (map[string]Person, error) {
	all, err := db.All(ctx, r, scanPerson, "SELECT "+personColumns+" FROM person")
	byID := map[string]Person{}
	for _, p := range all {
		byID[p.ID] = p
	}
	return byID, err
}

// slug makes an id out of a name: "Zoë Kübler" is zoe-kubler.
func slug(name string) string {
	folded := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) {
			return -1
		}
		return c
	}, norm.NFD.String(strings.ToLower(name)))
	words := strings.FieldsFunc(folded, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	id := strings.Join(words, "-")
	if id == "" || len(id) > 80 {
		return ref.NewID()
	}
	return id
}
