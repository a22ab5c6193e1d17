package risk

import (
	"context"
	"fmt"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is risk.yaml.
type File struct {
	Appetite    []Appetite   `yaml:"appetite"` // the history, oldest first
	Statements  []Statement  `yaml:"statements,omitempty"`
	Scenarios   []Scenario   `yaml:"scenarios"`
	Escalations []Escalation `yaml:"escalations,omitempty"` // none: they stay as they are
	Acceptances []Acceptance `yaml:"acceptances,omitempty"` // none: they stay as they are
}

// Export gives the appetite's history and all else, sorted by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	var err error
	if f.Appetite, err = db.All(ctx, r, scanAppetite, "SELECT body FROM risk_appetite ORDER BY set_on"); err != nil {
		return f, err
	}
	if f.Scenarios, err = db.All(ctx, r, scan, "SELECT s.body, s.version FROM risk_scenario s ORDER BY s.id"); err != nil {
		return f, err
	}
	return f, f.exportAppetite(ctx, r)
}

// Apply makes appetite, scenarios and statements what the file says; when anything changed, it simulates and holds the
// statements against the figures.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if err := item.Dangling(ctx, tx, f.pointers()); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	plan, err := applyAppetite(ctx, tx, current.Appetite, f.Appetite)
	if err != nil {
		return nil, err
	}
	scenarios, err := applyScenarios(ctx, tx, current.Scenarios, f.Scenarios)
	if err != nil {
		return nil, err
	}
	standing, err := f.applyStandingAppetite(ctx, tx, current)
	if err != nil {
		return nil, err
	}
	plan = append(append(plan, scenarios...), standing...)
	if len(plan) == 0 {
		return plan, nil
	}
	_, err = Simulate(ctx, tx, struct{}{})
	if problem.Is(err, problem.NotFound) { // no scenario is open
		err = watched(ctx, tx)
	}
	return plan, err
}

// pointers are what scenarios hang on and who owns them. Who estimated them may have left.
func (f File) pointers() []item.Pointer {
	var all []item.Pointer
	for _, s := range f.Scenarios {
		field := func(name string) string { return fmt.Sprintf("scenarios[%s].%s", s.ID, name) }
		all = append(all, item.Point(field("asset"), "element", s.Asset)...)
		all = append(all, item.Point(field("services"), "element", s.Services...)...)
		all = append(all, item.Point(field("owner_it"), "person", s.OwnerIT)...)
		all = append(all, item.Point(field("owner_security"), "person", s.OwnerSecurity)...)
	}
	for _, s := range f.Statements {
		if s.On == OnService {
			all = append(all, item.Point(fieldsOf("statements", s.ID)("of"), "element", s.Of)...)
		}
	}
	return all
}

func (f File) check() error {
	var wrong []*problem.Error
	days := map[string]bool{}
	for i, a := range f.Appetite {
		field := func(name string) string { return fmt.Sprintf("appetite[%d].%s", i, name) }
		wrong = append(wrong, a.check(field)...)
		if days[a.SetOn] {
			wrong = append(wrong, problem.Field(field("set_on"), "problem.twice", "value", a.SetOn))
		}
		days[a.SetOn] = true
	}
	ids := map[string]bool{}
	for _, s := range f.Scenarios {
		field := func(name string) string { return fmt.Sprintf("scenarios[%s].%s", s.ID, name) }
		wrong = append(wrong, s.check(field)...)
		if ids[s.ID] {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", s.ID))
		}
		ids[s.ID] = true
	}
	return problem.Many(append(wrong, f.checkAppetite()...))
}

func applyAppetite(ctx context.Context, tx *db.Tx, have, want []Appetite) ([]change.Change, error) {
	plan := change.Plan("appetite", byDay(have), byDay(want), dayOrder(want), func(a Appetite) string { return a.SetOn })
	for _, c := range plan {
		var err error
		if c.Kind == change.Remove {
			tx.Touch(c.Ref)
			_, err = tx.Exec(ctx, "DELETE FROM risk_appetite WHERE set_on = $1", c.Ref.ID())
		} else {
			err = putAppetite(ctx, tx, byDay(want)[c.Ref.ID()])
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func byDay(all []Appetite) map[string]Appetite {
	days := map[string]Appetite{}
	for _, a := range all {
		days[a.SetOn] = a
	}
	return days
}

func dayOrder(all []Appetite) []string {
	var days []string
	for _, a := range all {
		days = append(days, a.SetOn)
	}
	return days
}

func applyScenarios(ctx context.Context, tx *db.Tx, have, want []Scenario) ([]change.Change, error) {
	old, wanted, order := map[string]Scenario{}, map[string]Scenario{}, []string{}
	for _, s := range have {
		old[s.ID] = s
	}
	for _, s := range want {
		wanted[s.ID] = s
		order = append(order, s.ID)
	}
	plan := change.Plan("risk", old, wanted, order, func(s Scenario) string { return s.Title })
	for _, c := range plan {
		var err error
		if c.Kind == change.Remove {
			err = remove(ctx, tx, c.Ref)
		} else {
			s := wanted[c.Ref.ID()]
			s.Version = old[s.ID].Version
			err = put(ctx, tx, s)
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func remove(ctx context.Context, tx *db.Tx, name ref.Ref) error {
	if _, err := tx.Exec(ctx, "DELETE FROM risk_scenario WHERE id = $1", name.ID()); err != nil {
		return err
	}
	tx.Touch(name)
	return item.Remove(ctx, tx, name)
}
