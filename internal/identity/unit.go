package identity

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Unit is a part of the organisation: a department, a function, an office with people. Its name is its key; the unit of a
// person names it. A unit that a person names and that nobody described is there with its name alone.
type Unit struct {
	Name     string `yaml:"name" json:"name"`
	NameIT   string `yaml:"name_it,omitempty" json:"nameIt,omitempty"`
	Parent   string `yaml:"parent,omitempty" json:"parent,omitempty"`     // name of the unit above; none: it stands at the top
	Line     string `yaml:"line,omitempty" json:"line,omitempty"`         // of defence, see DefenceLines; empty: not said
	Function string `yaml:"function,omitempty" json:"function,omitempty"` // see UnitFunctions; empty: not said
}

// DefenceLines are the lines of defence in which a unit may stand: running and owning risk, controlling, auditing; none for
// those who direct or serve all. A unit that says nothing stands where the one above it does.
var DefenceLines = []string{"first", "second", "third", "none"}

// UnitFunctions are what units do.
var UnitFunctions = []string{"it", "security", "risk", "compliance", "audit", "business", "support", "board"}

// Title is the name of the unit in words.
func (u Unit) Title() i18n.Text { return i18n.Text{EN: u.Name, IT: u.NameIT} }

// UnitRef is the name of a unit as an item.
func UnitRef(name string) ref.Ref { return ref.New("unit", unitID(name)) }

// unitID makes an id out of the name of a unit; two names that differ in spelling only have the same.
func unitID(name string) string {
	if folded := slug(name); strings.ContainsFunc(name, isASCIILetter) && len(folded) <= 80 {
		return folded
	}
	id := hex.EncodeToString([]byte(name))
	return id[:min(len(id), 100)]
}

func isASCIILetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func tidyUnit(u Unit) Unit {
	u.Name, u.NameIT, u.Parent = strings.TrimSpace(u.Name), strings.TrimSpace(u.NameIT), strings.TrimSpace(u.Parent)
	return u
}

// check gives what is wrong with a unit alone; at is put before the name of each field.
func (u Unit) check(at string) []*problem.Error {
	var wrong []*problem.Error
	if u.Name == "" {
		wrong = append(wrong, problem.Field(at+"name", "problem.required"))
	}
	if len(u.Name) > 200 {
		wrong = append(wrong, problem.Field(at+"name", "problem.too-long", "max", 200))
	}
	for field, choice := range map[string]struct {
		value   string
		allowed []string
	}{"line": {u.Line, DefenceLines}, "function": {u.Function, UnitFunctions}} {
		if choice.value == "" {
			continue
		}
		if err := problem.Choice(at+field, choice.value, choice.allowed...); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

// checkUnits gives what is wrong with units beside each other: one name twice, a unit above that is not there, a loop.
func checkUnits(units []Unit, at func(Unit) string) []*problem.Error {
	var wrong []*problem.Error
	parents, ids := map[string]string{}, map[string]string{}
	for _, u := range units {
		if other, taken := ids[unitID(u.Name)]; taken && u.Name != "" {
			wrong = append(wrong, problem.Field(at(u)+"name", "identity.error.unit-taken", "value", u.Name, "other", other))
		}
		parents[u.Name], ids[unitID(u.Name)] = u.Parent, u.Name
	}
	for _, u := range units {
		if _, known := parents[u.Parent]; u.Parent != "" && !known {
			wrong = append(wrong, problem.Field(at(u)+"parent", "identity.error.no-unit", "value", u.Parent))
		}
		if loops(parents, u.Name) {
			wrong = append(wrong, problem.Field(at(u)+"parent", "identity.error.unit-loop", "unit", u.Name))
		}
	}
	return wrong
}

// Units lists the units by name.
func Units(ctx context.Context, r db.Reader, _ struct{}) ([]Unit, error) {
	all, err := db.All(ctx, r, func(s db.Scan) (Unit, error) {
		var u Unit
		return u, s(&u.Name, &u.NameIT, &u.Parent, &u.Line, &u.Function)
	}, "SELECT name, name_it, parent, defence, duty FROM unit")
	slices.SortFunc(all, func(a, b Unit) int { return strings.Compare(a.Name, b.Name) }) // engines order spaces in their own ways
	return all, err
}

// OpUnits lists the units.
var OpUnits = op.Query[struct{}, []Unit]{Name: "identity.units", Route: "GET /api/identity/units", Func: Units}

// SetUnit describes a unit, which is made when it is not there.
func SetUnit(ctx context.Context, tx *db.Tx, u Unit) (Unit, error) {
	u = tidyUnit(u)
	all, err := Units(ctx, tx, struct{}{})
	if err != nil {
		return u, err
	}
	all = slices.DeleteFunc(all, func(other Unit) bool { return other.Name == u.Name })
	wrong := u.check("")
	for _, err := range checkUnits(append(all, u), func(other Unit) string { return other.Name + "." }) {
		if field, mine := strings.CutPrefix(err.Field, u.Name+"."); mine {
			err.Field = field
			wrong = append(wrong, err)
		}
	}
	if err := problem.Many(wrong); err != nil {
		return u, err
	}
	return u, putUnit(ctx, tx, u)
}

// Target is the unit.
func (u Unit) Target() ref.Ref { return UnitRef(u.Name) }

// OpSetUnit describes a unit.
var OpSetUnit = op.Command[Unit, Unit]{Name: "identity.set-unit", Route: "POST /api/identity/units", Func: SetUnit}

func putUnit(ctx context.Context, tx *db.Tx, u Unit) error {
	tx.Touch(UnitRef(u.Name))
	_, err := tx.Exec(ctx, `INSERT INTO unit (name, name_it, parent, defence, duty) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name) DO UPDATE SET name_it = excluded.name_it, parent = excluded.parent, defence = excluded.defence, duty = excluded.duty`,
		u.Name, u.NameIT, u.Parent, u.Line, u.Function)
	return err
}

// nameUnit makes the unit that a person names, unless it is there.
func nameUnit(ctx context.Context, tx *db.Tx, name string) error {
	if name == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO unit (name, name_it, parent, defence, duty) VALUES ($1, '', '', '', '')
		ON CONFLICT (name) DO NOTHING`, name)
	return err
}

// RemoveUnitInput names a unit that is no more.
type RemoveUnitInput struct {
	Name string `json:"name"`
}

// Target is the unit.
func (in RemoveUnitInput) Target() ref.Ref { return UnitRef(in.Name) }

// RemoveUnit removes a unit in which nobody is and below which nothing stands.
func RemoveUnit(ctx context.Context, tx *db.Tx, in RemoveUnitInput) (Unit, error) {
	all, err := Units(ctx, tx, struct{}{})
	if err != nil {
		return Unit{}, err
	}
	at := slices.IndexFunc(all, func(u Unit) bool { return u.Name == in.Name })
	if at < 0 {
		return Unit{}, problem.New(problem.NotFound, "problem.not-found", "what", in.Name)
	}
	people, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM person WHERE unit = $1 AND ended_at IS NULL", in.Name)
	if err != nil {
		return all[at], err
	}
	if people > 0 || slices.ContainsFunc(all, func(u Unit) bool { return u.Parent == in.Name }) {
		return all[at], problem.New(problem.Conflict, "identity.error.unit-used", "unit", in.Name)
	}
	return all[at], dropUnit(ctx, tx, in.Name)
}

// OpRemoveUnit removes a unit.
var OpRemoveUnit = op.Command[RemoveUnitInput, Unit]{Name: "identity.remove-unit", Route: "POST /api/identity/units/remove", Func: RemoveUnit}

func dropUnit(ctx context.Context, tx *db.Tx, name string) error {
	tx.Touch(UnitRef(name))
	_, err := tx.Exec(ctx, "DELETE FROM unit WHERE name = $1", name)
	return err
}

// completeUnits gives the units of a file: those it describes and those that its people only name. A file that describes
// none keeps what is known of the units that its people name.
func (f File) completeUnits(have []Unit) []Unit {
	units := make([]Unit, 0, len(f.Units))
	known := map[string]bool{}
	for _, u := range f.Units {
		u = tidyUnit(u)
		units, known[u.Name] = append(units, u), true
	}
	described := map[string]Unit{}
	for _, u := range have {
		described[u.Name] = u
	}
	for _, p := range f.People {
		for name := strings.TrimSpace(p.Unit); name != "" && !known[name]; {
			u := Unit{Name: name}
			if was, ok := described[name]; ok && f.Units == nil {
				u = was
			}
			units, known[name] = append(units, u), true
			name = u.Parent
		}
	}
	slices.SortFunc(units, func(a, b Unit) int { return strings.Compare(a.Name, b.Name) })
	return units
}

// planUnits compares the units of a file with those that are there.
func planUnits(have, want []Unit) []change.Change {
	before, after := map[string]Unit{}, map[string]Unit{}
	order := make([]string, 0, len(want))
	for _, u := range have {
		before[unitID(u.Name)] = u
	}
	for _, u := range want {
		after[unitID(u.Name)], order = u, append(order, unitID(u.Name))
	}
	return change.Plan("unit", before, after, order, func(u Unit) string { return u.Name })
}

// writeUnits makes the units what the file says.
func writeUnits(ctx context.Context, tx *db.Tx, have, want []Unit) error {
	stays := map[string]bool{}
	for _, u := range want {
		stays[u.Name] = true
	}
	for _, u := range have {
		if stays[u.Name] {
			continue
		}
		if err := dropUnit(ctx, tx, u.Name); err != nil {
			return err
		}
	}
	for _, u := range want {
		if slices.Contains(have, u) {
			continue
		}
		if err := putUnit(ctx, tx, u); err != nil {
			return err
		}
	}
	return nil
}
