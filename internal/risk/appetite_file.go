package risk

import (
	"context"
	"fmt"
	"slices"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
)

// exportAppetite adds statements, escalations and acceptances, each sorted by id.
func (f *File) exportAppetite(ctx context.Context, r db.Reader) error {
	var err error
	if f.Statements, err = loadStatements(ctx, r); err != nil {
		return err
	}
	if f.Escalations, err = db.All(ctx, r, scanBody[Escalation], "SELECT body FROM risk_escalation ORDER BY id"); err != nil {
		return err
	}
	f.Acceptances, err = db.All(ctx, r, scanBody[Acceptance], "SELECT body FROM risk_acceptance ORDER BY id")
	return err
}

func (f File) checkAppetite() []*problem.Error {
	var wrong []*problem.Error
	known, all := map[string]bool{Headline: len(f.Appetite) > 0}, headlines(f.Appetite)
	for _, s := range f.Statements {
		field := fieldsOf("statements", s.ID)
		wrong = append(wrong, s.check(field)...)
		if known[s.ID] {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", s.ID))
		}
		if slices.ContainsFunc(all, s.limitsSame) {
			wrong = append(wrong, problem.Field(field("of"), "risk.appetite.error.twice"))
		}
		known[s.ID], all = true, append(all, s)
	}
	escalations, open := map[string]bool{}, map[string]bool{}
	for _, e := range f.Escalations {
		field := fieldsOf("escalations", e.ID)
		wrong = append(wrong, e.check(field)...)
		if escalations[e.ID] {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", e.ID))
		}
		if !known[e.Statement] {
			wrong = append(wrong, problem.Field(field("statement"), "problem.dangling", "value", e.Statement))
		}
		if e.ClosedAt == nil && open[e.Statement] {
			wrong = append(wrong, problem.Field(field("statement"), "risk.escalation.error.twice"))
		}
		escalations[e.ID], open[e.Statement] = true, open[e.Statement] || e.ClosedAt == nil
	}
	return append(wrong, f.checkAcceptances(escalations)...)
}

func (f File) checkAcceptances(escalations map[string]bool) []*problem.Error {
	var wrong []*problem.Error
	seen := map[string]bool{}
	for _, a := range f.Acceptances {
		field := fieldsOf("acceptances", a.ID)
		wrong = append(wrong, a.check(field)...)
		scenario := slices.ContainsFunc(f.Scenarios, func(s Scenario) bool { return s.ID == a.About.ID() })
		if there := map[string]bool{"escalation": escalations[a.About.ID()], "risk": scenario}[a.About.Kind()]; !there {
			wrong = append(wrong, problem.Field(field("about"), "problem.dangling", "value", string(a.About)))
		}
		if seen[a.ID] || a.ID == "" {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", a.ID))
		}
		seen[a.ID] = true
	}
	return wrong
}

func (e Escalation) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if e.ID == "" || len(e.Steps) == 0 || e.OpenedAt.IsZero() {
		wrong = append(wrong, problem.Field(field("steps"), "problem.required"))
	}
	for _, step := range e.Steps {
		if step.Level < 0 || step.Level >= len(defaultClocks) || len(step.Offices) == 0 {
			wrong = append(wrong, problem.Field(field("steps"), "problem.range", "value", float64(step.Level), "min", 0.0, "max", float64(len(defaultClocks)-1)))
		}
	}
	return wrong
}

func fieldsOf(list, id string) func(string) string {
	return func(name string) string { return fmt.Sprintf("%s[%s].%s", list, id, name) }
}

// applyStandingAppetite makes statements, escalations and acceptances what the file says. Escalations and acceptances are
// history that commands write: a file without them leaves them as they are.
func (f File) applyStandingAppetite(ctx context.Context, tx *db.Tx, have File) ([]change.Change, error) {
	plan, err := applied(ctx, tx, "statement", "risk_statement", have.Statements, f.Statements, func(s Statement) string { return s.ID },
		func(s Statement) string { return s.Sentence }, putStatement)
	if err != nil {
		return nil, err
	}
	if f.Escalations != nil {
		put := func(ctx context.Context, tx *db.Tx, e Escalation) error {
			rows, err := escalationRows(ctx, tx, []Escalation{e})
			if err != nil {
				return err
			}
			return putEscalation(ctx, tx, e, rows[0].About)
		}
		more, err := applied(ctx, tx, "escalation", "risk_escalation", have.Escalations, f.Escalations, func(e Escalation) string { return e.ID },
			func(e Escalation) string { return e.Statement }, put)
		if err != nil {
			return nil, err
		}
		plan = append(plan, more...)
	}
	if f.Acceptances == nil {
		return plan, nil
	}
	more, err := applied(ctx, tx, "acceptance", "risk_acceptance", have.Acceptances, f.Acceptances, func(a Acceptance) string { return a.ID },
		func(a Acceptance) string { return string(a.About) }, putAcceptance)
	return append(plan, more...), err
}

// applied writes the difference between what is and what shall be of one table.
func applied[T any](ctx context.Context, tx *db.Tx, kind, table string, have, want []T, id, title func(T) string, put func(context.Context, *db.Tx, T) error) ([]change.Change, error) {
	old, wanted, order := map[string]T{}, map[string]T{}, []string{}
	for _, one := range have {
		old[id(one)] = one
	}
	for _, one := range want {
		wanted[id(one)] = one
		order = append(order, id(one))
	}
	plan := change.Plan(kind, old, wanted, order, title)
	slices.SortStableFunc(plan, func(a, b change.Change) int { return removedFirst(a) - removedFirst(b) })
	for _, c := range plan {
		var err error
		if c.Kind != change.Remove {
			err = put(ctx, tx, wanted[c.Ref.ID()])
		} else if _, err = tx.Exec(ctx, "DELETE FROM "+table+" WHERE id = $1", c.Ref.ID()); err == nil {
			tx.Touch(c.Ref)
			err = item.Remove(ctx, tx, c.Ref)
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// removedFirst frees what may exist only once.
func removedFirst(c change.Change) int {
	if c.Kind == change.Remove {
		return 0
	}
	return 1
}
