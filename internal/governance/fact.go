package governance

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Fact is something that rules of independence need, that accordo cannot know by itself, and that somebody declared:
// an audit and who did it, a test and who ran it, a training, how somebody is paid. It says who said so and when. A newer
// fact of the same kind about the same people takes the place of an older one in the rules; both stay.
type Fact struct {
	ID     string            `yaml:"id" json:"id"`
	Kind   string            `yaml:"kind" json:"kind"` // see independence.Kinds
	Day    string            `yaml:"day" json:"day"`   // of the audit, the test, the training; or from which it is so
	People []string          `yaml:"people,omitempty" json:"people,omitempty"`
	Unit   string            `yaml:"unit,omitempty" json:"unit,omitempty"`
	System string            `yaml:"system,omitempty" json:"system,omitempty"`
	Values map[string]string `yaml:"values,omitempty" json:"values,omitempty"`
	Note   string            `yaml:"note,omitempty" json:"note,omitempty"`
	SaidBy string            `yaml:"said_by,omitempty" json:"saidBy,omitempty"` // person id; empty: the system
	SaidAt time.Time         `yaml:"said_at" json:"saidAt"`
}

// tidy drops what was left empty.
func (f Fact) tidy() Fact {
	trim := func(texts []string) (out []string) {
		for _, text := range texts {
			if text = strings.TrimSpace(text); text != "" && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
		return out
	}
	f.People, f.Unit, f.System, f.Note = trim(f.People), strings.TrimSpace(f.Unit), strings.TrimSpace(f.System), strings.TrimSpace(f.Note)
	values := maps.Clone(f.Values)
	maps.DeleteFunc(values, func(_, value string) bool { return value == "" })
	if f.Values = values; len(values) == 0 {
		f.Values = nil
	}
	return f
}

// check gives what is wrong with a fact; at names its fields. People and units are looked up where given.
func (f Fact) check(at string, people map[string]identity.Person, units []identity.Unit) []*problem.Error {
	kind, known := independence.KindOf(f.Kind)
	if !known {
		return []*problem.Error{problem.Field(at+"kind", "problem.choice", "value", f.Kind, "allowed", strings.Join(kindNames(), ", "))}
	}
	var wrong []*problem.Error
	if !ref.ValidID(f.ID) {
		wrong = append(wrong, problem.Field(at+"id", "identity.error.id", "value", f.ID))
	}
	if !db.ValidDay(f.Day) {
		wrong = append(wrong, problem.Field(at+"day", "problem.day", "value", f.Day))
	}
	for field, one := range map[string]struct{ rule, value string }{
		"people": {kind.People, strings.Join(f.People, ",")}, "unit": {kind.Unit, f.Unit}, "system": {kind.System, f.System},
	} {
		if one.rule == "needed" && one.value == "" {
			wrong = append(wrong, problem.Field(at+field, "problem.required"))
		} else if one.rule == "" && one.value != "" {
			wrong = append(wrong, problem.Field(at+field, "governance.fact.error.not-asked"))
		}
	}
	for _, person := range f.People {
		if _, here := people[person]; !here {
			wrong = append(wrong, problem.Field(at+"people", "identity.error.no-person", "value", person))
		}
	}
	if f.Unit != "" && !slices.ContainsFunc(units, func(u identity.Unit) bool { return u.Name == f.Unit }) {
		wrong = append(wrong, problem.Field(at+"unit", "identity.error.no-unit", "value", f.Unit))
	}
	for name, text := range map[string]string{"note": f.Note, "system": f.System} {
		if len(text) > 2000 {
			wrong = append(wrong, problem.Field(at+name, "problem.too-long", "max", 2000))
		}
	}
	return append(wrong, f.checkValues(at, kind)...)
}

func (f Fact) checkValues(at string, kind independence.Kind) []*problem.Error {
	var wrong []*problem.Error
	for _, name := range slices.Sorted(maps.Keys(f.Values)) {
		value := f.Values[name]
		i := slices.IndexFunc(kind.Values, func(v independence.Value) bool { return v.Name == name })
		switch {
		case i < 0:
			wrong = append(wrong, problem.Field(at+"values", "governance.fact.error.no-value", "value", name))
		case kind.Values[i].Choices == nil:
			if value != "never" && !db.ValidDay(value) {
				wrong = append(wrong, problem.Field(at+name, "problem.day", "value", value))
			}
		default:
			if err := problem.Choice(at+name, value, kind.Values[i].Choices...); err != nil {
				wrong = append(wrong, err)
			}
		}
	}
	return wrong
}

func kindNames() []string {
	var names []string
	for _, k := range independence.Kinds {
		names = append(names, k.Name)
	}
	return names
}

// FactFilter narrows the list of facts.
type FactFilter struct {
	Kind   string `query:"kind" json:"kind,omitempty"`
	Person string `query:"person" json:"person,omitempty"`
	Sort   string `query:"sort" json:"sort,omitempty" doc:"day or kind; a leading minus sorts downwards"`
}

// Facts lists what was declared, the newest first unless told otherwise.
func Facts(ctx context.Context, r db.Reader, in FactFilter) ([]Fact, error) {
	all, err := db.All(ctx, r, scanFact, "SELECT body FROM governance_fact ORDER BY day DESC, id")
	all = slices.DeleteFunc(all, func(f Fact) bool {
		return in.Kind != "" && f.Kind != in.Kind || in.Person != "" && !slices.Contains(f.People, in.Person)
	})
	field, down := strings.CutPrefix(in.Sort, "-")
	slices.SortStableFunc(all, func(a, b Fact) int {
		order := 0
		switch field {
		case "day":
			order = strings.Compare(a.Day, b.Day)
		case "kind":
			order = strings.Compare(a.Kind, b.Kind)
		}
		if down {
			order = -order
		}
		return order
	})
	return all, err
}

// OpFacts lists what was declared.
var OpFacts = op.Query[FactFilter, []Fact]{Name: "governance.facts", Route: "GET /api/governance/facts", Func: Facts}

func scanFact(s db.Scan) (Fact, error) {
	var body string
	var f Fact
	if err := s(&body); err != nil {
		return f, err
	}
	return f, json.Unmarshal([]byte(body), &f)
}

// DeclareInput is a fact as somebody declares it.
type DeclareInput struct {
	Kind   string            `json:"kind"`
	Day    string            `json:"day"`
	People []string          `json:"people,omitempty" doc:"ids"`
	Unit   string            `json:"unit,omitempty"`
	System string            `json:"system,omitempty"`
	Values map[string]string `json:"values,omitempty"`
	Note   string            `json:"note,omitempty"`
}

// Declare writes down a fact, with who says so.
func Declare(ctx context.Context, tx *db.Tx, in DeclareInput) (Fact, error) {
	f := Fact{
		ID: ref.NewID(), Kind: in.Kind, Day: in.Day, People: in.People, Unit: in.Unit, System: in.System, Values: in.Values, Note: in.Note,
		SaidAt: tx.Now().UTC(),
	}.tidy()
	if tx.Actor().Ref.Kind() == "person" {
		f.SaidBy = tx.Actor().Ref.ID()
	}
	people, units, err := around(ctx, tx)
	if err != nil {
		return f, err
	}
	wrong := f.check("", people, units)
	if f.Day > identity.Day(tx.Now()) {
		wrong = append(wrong, problem.Field("day", "governance.fact.error.future"))
	}
	if err := problem.Many(wrong); err != nil {
		return f, err
	}
	return f, putFact(ctx, tx, f)
}

func around(ctx context.Context, r db.Reader) (map[string]identity.Person, []identity.Unit, error) {
	people, err := identity.People(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	units, err := identity.Units(ctx, r, struct{}{})
	return people, units, err
}

// OpDeclare writes down a fact.
var OpDeclare = op.Command[DeclareInput, Fact]{Name: "governance.declare", Route: "POST /api/governance/facts", Func: Declare}

func putFact(ctx context.Context, tx *db.Tx, f Fact) error {
	body, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("fact %s: %w", f.ID, err)
	}
	tx.Touch(ref.New("fact", f.ID))
	for _, person := range f.People {
		tx.Touch(identity.PersonRef(person))
	}
	_, err = tx.Exec(ctx, `INSERT INTO governance_fact (id, kind, day, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, day = excluded.day, body = excluded.body`, f.ID, f.Kind, f.Day, string(body))
	return err
}

// RetractInput names a fact that is not so.
type RetractInput struct {
	ID string `json:"id"`
}

// Target is the fact.
func (in RetractInput) Target() ref.Ref { return ref.New("fact", in.ID) }

// Retract takes back a fact that is not so; the record keeps that it was said.
func Retract(ctx context.Context, tx *db.Tx, in RetractInput) (Fact, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", "fact:"+in.ID)
	f, err := db.One(ctx, tx, missing, scanFact, "SELECT body FROM governance_fact WHERE id = $1", in.ID)
	if err != nil {
		return f, err
	}
	return f, dropFact(ctx, tx, in.ID)
}

// OpRetract takes back a fact.
var OpRetract = op.Command[RetractInput, Fact]{Name: "governance.retract", Route: "POST /api/governance/facts/retract", Func: Retract}

func dropFact(ctx context.Context, tx *db.Tx, id string) error {
	tx.Touch(ref.New("fact", id))
	_, err := tx.Exec(ctx, "DELETE FROM governance_fact WHERE id = $1", id)
	return err
}

// File is governance.yaml: what was declared.
type File struct {
	Facts []Fact `yaml:"facts"`
}

// Export gives all facts by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	facts, err := db.All(ctx, r, scanFact, "SELECT body FROM governance_fact ORDER BY id")
	return File{Facts: facts}, err
}

// Apply makes the facts what the file says.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	people, units, err := around(ctx, tx)
	if err != nil {
		return nil, err
	}
	var wrong []*problem.Error
	want, order := map[string]Fact{}, []string{}
	for _, one := range f.Facts {
		one = one.tidy()
		at := "facts[" + one.ID + "]."
		wrong = append(wrong, one.check(at, people, units)...)
		if _, twice := want[one.ID]; twice {
			wrong = append(wrong, problem.Field(at+"id", "problem.twice", "value", one.ID))
		}
		want[one.ID], order = one, append(order, one.ID)
	}
	if err := problem.Many(wrong); err != nil {
		return nil, err
	}
	had, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	have := map[string]Fact{}
	for _, one := range had.Facts {
		have[one.ID] = one
	}
	plan := change.Plan("fact", have, want, order, func(one Fact) string { return one.Kind + " " + one.Day })
	for _, c := range plan {
		if c.Kind == change.Remove {
			err = dropFact(ctx, tx, c.Ref.ID())
		} else {
			err = putFact(ctx, tx, want[c.Ref.ID()])
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}
