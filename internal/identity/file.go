package identity

import (
	"context"
	"slices"
	"strconv"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is people.yaml: the units, who is there and who holds which office. It holds no password, passkey, token or key.
type File struct {
	Units   []Unit        `yaml:"units,omitempty"`
	People  []FilePerson  `yaml:"people"`
	Offices []FileHolding `yaml:"offices,omitempty"`
}

// FilePerson is a person in the file.
type FilePerson struct {
	ID        string    `yaml:"id"`
	Name      string    `yaml:"name"`
	Email     string    `yaml:"email,omitempty"`
	Unit      string    `yaml:"unit,omitempty"`
	ReportsTo string    `yaml:"reports_to,omitempty"`
	Language  i18n.Lang `yaml:"language,omitempty"`

	FunctionalTo []string `yaml:"functional_to,omitempty"`
}

// FileHolding is a holding in the file; in messages it is known by its place, the first being offices[0].
type FileHolding struct {
	Office string `yaml:"office"`
	Person string `yaml:"person"`
	From   string `yaml:"from"`
	Until  string `yaml:"until,omitempty"`
}

// Export gives the people who have not left, and their offices of all times.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	people, err := everybody(ctx, r)
	if err != nil {
		return f, err
	}
	here := map[string]bool{}
	for _, p := range people {
		here[p.ID] = true
	}
	for _, p := range people {
		p.FunctionalTo = slices.DeleteFunc(p.FunctionalTo, func(to string) bool { return to != Board && !here[to] }) // who left
		f.People = append(f.People, FilePerson{ID: p.ID, Name: p.Name, Email: p.Email, Unit: p.Unit, ReportsTo: p.ReportsTo, Language: p.Language, FunctionalTo: p.FunctionalTo})
	}
	if f.Units, err = Units(ctx, r, struct{}{}); err != nil {
		return f, err
	}
	all, err := holdings(ctx, r, "")
	for _, h := range all {
		if here[h.Person] {
			f.Offices = append(f.Offices, FileHolding{Office: h.Office, Person: h.Person, From: h.From, Until: h.Until})
		}
	}
	slices.SortFunc(f.Offices, func(a, b FileHolding) int { return compareText(a.key(), b.key()) })
	return f, err
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

// key orders holdings as people read them: by office, then by time.
func (h FileHolding) key() string {
	return strconv.Itoa(100+slices.Index(Offices, h.Office)) + " " + h.From + " " + h.Person
}

// Apply makes people and offices what the file says. People who are not in it leave; nobody is deleted.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	if err := problem.Many(f.check()); err != nil {
		return nil, err
	}
	have, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	if len(have.administrators()) > 0 && len(f.administrators()) == 0 {
		return nil, problem.Field("offices", "identity.error.last-administrator")
	}
	units := f.completeUnits(have.Units)
	if err := problem.Many(checkUnits(units, func(u Unit) string { return "units[" + u.Name + "]." })); err != nil {
		return nil, err
	}
	plan := append(planUnits(have.Units, units), f.plan(have)...)
	if err := f.write(ctx, tx, plan); err != nil {
		return nil, err
	}
	if err := writeUnits(ctx, tx, have.Units, units); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(plan, func(c change.Change) bool { return c.Ref.Kind() == "office" }) {
		return plan, nil
	}
	return plan, f.writeOffices(ctx, tx)
}

func (f File) administrators() []FileHolding {
	return slices.DeleteFunc(slices.Clone(f.Offices), func(h FileHolding) bool { return h.Office != OfficeAdministrator || h.Until != "" })
}

// check gives everything that is wrong with the file.
func (f File) check() []*problem.Error {
	var wrong []*problem.Error
	lines, emails := map[string]string{}, map[string]string{}
	for _, p := range f.People {
		lines[p.ID] = p.ReportsTo
	}
	for _, u := range f.Units {
		wrong = append(wrong, u.check("units["+u.Name+"].")...)
	}
	if len(lines) < len(f.People) {
		wrong = append(wrong, f.twice()...)
	}
	for _, p := range f.People {
		at := "people[" + p.ID + "]."
		wrong = append(wrong, p.person().check(at)...)
		if _, known := lines[p.ReportsTo]; !known && p.ReportsTo != "" && p.ReportsTo != Board {
			wrong = append(wrong, problem.Field(at+"reports_to", "identity.error.no-superior", "value", p.ReportsTo))
		}
		if loops(lines, p.ID) {
			wrong = append(wrong, problem.Field(at+"reports_to", "identity.error.loop", "person", p.Name))
		}
		for _, to := range p.FunctionalTo {
			if err := functionalLine(at+"functional_to", p.ID, to, lines); err != nil {
				wrong = append(wrong, err)
			}
		}
		if email := foldEmail(p.Email); email != "" && emails[email] != "" {
			wrong = append(wrong, problem.Field(at+"email", "identity.error.email-taken", "value", p.Email))
		} else {
			emails[email] = p.ID
		}
	}
	return append(wrong, f.checkOffices(lines)...)
}

func (f File) twice() []*problem.Error {
	var wrong []*problem.Error
	seen := map[string]bool{}
	for _, p := range f.People {
		if seen[p.ID] {
			wrong = append(wrong, problem.Field("people["+p.ID+"].id", "identity.error.id-taken", "value", p.ID))
		}
		seen[p.ID] = true
	}
	return wrong
}

func (f File) checkOffices(people map[string]string) []*problem.Error {
	var wrong []*problem.Error
	for i, h := range f.Offices {
		at := "offices[" + strconv.Itoa(i) + "]."
		wrong = append(wrong, h.holding().check(at)...)
		if _, known := people[h.Person]; !known {
			wrong = append(wrong, problem.Field(at+"person", "identity.error.no-person", "value", h.Person))
		}
		for _, other := range f.Offices[:i] {
			if err := collide(h.holding(), other.holding(), at); err != nil {
				wrong = append(wrong, err)
			}
		}
	}
	return wrong
}

func (p FilePerson) person() Person {
	return tidy(Person{ID: p.ID, Name: p.Name, Email: p.Email, Unit: p.Unit, ReportsTo: p.ReportsTo, Language: p.Language, FunctionalTo: p.FunctionalTo})
}

func (h FileHolding) holding() Holding {
	return Holding{Office: h.Office, Person: h.Person, From: h.From, Until: h.Until}
}

// plan compares the file with what is there.
func (f File) plan(have File) []change.Change {
	order := make([]string, 0, len(f.People))
	old, now := map[string]FilePerson{}, map[string]FilePerson{}
	for _, p := range have.People {
		old[p.ID] = p
	}
	for _, p := range f.People {
		order = append(order, p.ID)
		t := p.person()
		now[p.ID] = FilePerson{ID: t.ID, Name: t.Name, Email: t.Email, Unit: t.Unit, ReportsTo: t.ReportsTo, Language: t.Language, FunctionalTo: t.FunctionalTo}
	}
	plan := change.Plan("person", old, now, order, func(p FilePerson) string { return p.Name })
	names := map[string]string{}
	for _, p := range append(have.People, f.People...) {
		names[p.ID] = p.Name
	}
	title := func(h FileHolding) string { return h.Office + ": " + names[h.Person] }
	before, _ := have.byKey()
	after, keys := f.byKey()
	return append(plan, change.Plan("office", before, after, keys, title)...)
}

func (f File) byKey() (map[string]FileHolding, []string) {
	byKey, keys := map[string]FileHolding{}, []string{}
	for _, h := range f.Offices {
		key := h.Office + "." + h.Person + "." + h.From
		byKey[key] = h
		keys = append(keys, key)
	}
	return byKey, keys
}

func (f File) write(ctx context.Context, tx *db.Tx, plan []change.Change) error {
	byID := map[string]Person{}
	for _, p := range f.People {
		byID[p.ID] = p.person()
	}
	// addresses move between people; none may be held by two on the way
	for _, c := range plan {
		if c.Ref.Kind() != "person" || c.Kind == change.Create {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE person SET email = NULL WHERE id = $1", c.Ref.ID()); err != nil {
			return err
		}
	}
	for _, c := range plan {
		var err error
		switch {
		case c.Ref.Kind() != "person":
		case c.Kind == change.Remove:
			err = endPerson(ctx, tx, c.Ref.ID())
		default:
			err = putPerson(ctx, tx, byID[c.Ref.ID()])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeOffices replaces the holdings of the people in the file; those of people who have left stay as history.
func (f File) writeOffices(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM office_holding WHERE person_id IN (SELECT id FROM person WHERE ended_at IS NULL)"); err != nil {
		return err
	}
	for _, h := range f.Offices {
		holding := h.holding()
		holding.ID = ref.NewID()
		if err := insertHolding(ctx, tx, holding); err != nil {
			return err
		}
	}
	return nil
}
