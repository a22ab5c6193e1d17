package obligation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is obligation.yaml: what the organisation adds to the obligations of law, and what was done.
type File struct {
	Own      []Obligation `yaml:"own"`
	Settings []Setting    `yaml:"settings"`
	Triggers []Trigger    `yaml:"triggers"`
	Acts     []Act        `yaml:"acts"`
}

// Export gives everything, sorted.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	var err error
	if f.Own, err = db.All(ctx, r, body[Obligation], "SELECT body FROM obligation_own ORDER BY id"); err != nil {
		return f, err
	}
	if f.Settings, err = db.All(ctx, r, body[Setting], "SELECT body FROM obligation_setting ORDER BY id"); err != nil {
		return f, err
	}
	if f.Triggers, err = db.All(ctx, r, body[Trigger], "SELECT body FROM obligation_trigger ORDER BY obligation, day, id"); err != nil {
		return f, err
	}
	f.Acts, err = db.All(ctx, r, body[Act], "SELECT body FROM obligation_act ORDER BY obligation, day, id")
	return f, err
}

// Apply makes everything what the file says.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	have, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []change.Change
	for _, part := range []func() ([]change.Change, error){
		func() ([]change.Change, error) {
			return follow(ctx, tx, "obligation", have.Own, f.Own, Obligation.key, func(o Obligation) string { return o.Title }, putOwn, dropOwn)
		},
		func() ([]change.Change, error) {
			return follow(ctx, tx, "obligation-setting", have.Settings, f.Settings, Setting.key, Setting.key, putSetting, drop("obligation_setting"))
		},
		func() ([]change.Change, error) {
			return follow(ctx, tx, "obligation-trigger", have.Triggers, f.Triggers, Trigger.key, func(t Trigger) string { return t.What }, putTrigger, drop("obligation_trigger"))
		},
		func() ([]change.Change, error) {
			return follow(ctx, tx, "obligation-act", have.Acts, f.Acts, Act.key, func(a Act) string { return a.Document }, putAct, drop("obligation_act"))
		},
	} {
		changes, err := part()
		if err != nil {
			return nil, err
		}
		all = append(all, changes...)
	}
	return all, nil
}

func (o Obligation) key() string { return o.ID }
func (s Setting) key() string    { return s.Obligation }
func (t Trigger) key() string    { return t.ID }
func (a Act) key() string        { return a.ID }

// follow plans how what is becomes what shall be, and does it.
func follow[T any](ctx context.Context, tx *db.Tx, kind string, have, want []T, key, title func(T) string,
	put func(context.Context, *db.Tx, T) error, drop func(context.Context, *db.Tx, string) error,
) ([]change.Change, error) {
	before, after, order := map[string]T{}, map[string]T{}, []string{}
	for _, v := range have {
		before[key(v)] = v
	}
	for _, v := range want {
		after[key(v)] = v
		order = append(order, key(v))
	}
	plan := change.Plan(kind, before, after, order, title)
	for _, c := range plan {
		err := error(nil)
		if c.Kind == change.Remove {
			err = drop(ctx, tx, c.Ref.ID())
		} else {
			err = put(ctx, tx, after[c.Ref.ID()])
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// check gathers what is wrong in the whole file.
func (f File) check() error {
	var wrong []*problem.Error
	seen, known := map[string]bool{}, map[string]Obligation{}
	once := func(list, id, of string) {
		if seen[list+id] {
			wrong = append(wrong, problem.Field(fmt.Sprintf("%s[%s].%s", list, id, of), "problem.twice", "value", id))
		}
		seen[list+id] = true
	}
	for _, o := range Shipped() {
		known[o.ID] = o
	}
	for _, o := range f.Own {
		once("own", o.ID, "id")
		wrong = append(wrong, o.check(at("own", o.ID))...)
		if isShipped(o.ID) {
			wrong = append(wrong, problem.Field(at("own", o.ID)("id"), "problem.twice", "value", o.ID))
		}
		known[o.ID] = o
	}
	of := func(list, id, obligation string) Obligation {
		o, ok := known[obligation]
		if !ok {
			wrong = append(wrong, problem.Field(at(list, id)("obligation"), "obligation.error.unknown", "value", obligation))
		}
		return o
	}
	for _, s := range f.Settings {
		once("settings", s.Obligation, "obligation")
		wrong = append(wrong, s.checkAgainst(of("settings", s.Obligation, s.Obligation), at("settings", s.Obligation))...)
	}
	for _, t := range f.Triggers {
		once("triggers", t.ID, "id")
		wrong = append(wrong, t.check(at("triggers", t.ID))...)
		of("triggers", t.ID, t.Obligation)
	}
	for _, a := range f.Acts {
		once("acts", a.ID, "id")
		wrong = append(wrong, a.check(at("acts", a.ID))...)
		if o := of("acts", a.ID, a.Obligation); o.ID != "" && !slices.Contains(o.Who, a.Office) {
			wrong = append(wrong, problem.Field(at("acts", a.ID)("office"), "obligation.error.office", "offices", offices(o.Who)))
		}
	}
	return problem.Many(wrong)
}

func at(list, id string) func(string) string {
	return func(name string) string { return fmt.Sprintf("%s[%s].%s", list, id, name) }
}

func plain(name string) string { return name }

func drop(table string) func(context.Context, *db.Tx, string) error {
	return func(ctx context.Context, tx *db.Tx, id string) error {
		_, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE id = $1", id)
		return err
	}
}

// put writes a value as JSON under its id; more columns are given as name and value.
func put(ctx context.Context, tx *db.Tx, table, id string, v any, more ...any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := drop(table)(ctx, tx, id); err != nil {
		return err
	}
	if len(more) == 0 {
		_, err = tx.Exec(ctx, "INSERT INTO "+table+" (id, body) VALUES ($1, $2)", id, string(data))
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO "+table+" (id, body, obligation, day) VALUES ($1, $2, $3, $4)", append([]any{id, string(data)}, more...)...)
	return err
}

func putOwn(ctx context.Context, tx *db.Tx, o Obligation) error {
	if err := put(ctx, tx, "obligation_own", o.ID, o); err != nil {
		return err
	}
	tx.Touch(Ref(o.ID))
	return item.Put(ctx, tx, item.Item{Ref: Ref(o.ID), Title: o.Name(), Area: "obligation"})
}

func dropOwn(ctx context.Context, tx *db.Tx, id string) error {
	if err := drop("obligation_own")(ctx, tx, id); err != nil {
		return err
	}
	tx.Touch(Ref(id))
	return item.Remove(ctx, tx, Ref(id))
}

func putSetting(ctx context.Context, tx *db.Tx, s Setting) error {
	tx.Touch(Ref(s.Obligation))
	return put(ctx, tx, "obligation_setting", s.Obligation, s)
}

func putTrigger(ctx context.Context, tx *db.Tx, t Trigger) error {
	tx.Touch(Ref(t.Obligation))
	return put(ctx, tx, "obligation_trigger", t.ID, t, t.Obligation, t.Day)
}

func putAct(ctx context.Context, tx *db.Tx, a Act) error {
	tx.Touch(Ref(a.Obligation))
	if a.Person != "" {
		tx.Touch(ref.New("person", a.Person))
	}
	return put(ctx, tx, "obligation_act", a.ID, a, a.Obligation, a.Day)
}
