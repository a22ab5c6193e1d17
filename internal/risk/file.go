package risk

import (
	"context"
	"fmt"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk/fair"
)

// File is risk.yaml.
type File struct {
	Appetite     []Appetite  `yaml:"appetite"` // the history, oldest first
	Statements   []Statement `yaml:"statements,omitempty"`
	Scenarios    []Scenario  `yaml:"scenarios"`
	Ties         `yaml:",inline"`
	Escalations  []Escalation  `yaml:"escalations,omitempty"`  // none: they stay as they are
	Acceptances  []Acceptance  `yaml:"acceptances,omitempty"`  // none: they stay as they are
	Estimates    []Estimate    `yaml:"estimates,omitempty"`    // those before the ones in force; a file adds and corrects them, it takes none away
	Observations []Observation `yaml:"observations,omitempty"` // what happened; like estimates
	Dismissals   []Dismissal   `yaml:"dismissals,omitempty"`   // of what evidence proposed; like estimates
}

// Export gives the appetite's history and all else, sorted by id, with former estimates and observations.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	var err error
	if f.Appetite, err = db.All(ctx, r, scanAppetite, "SELECT body FROM risk_appetite ORDER BY set_on"); err != nil {
		return f, err
	}
	if f.Scenarios, err = db.All(ctx, r, scan, "SELECT s.body, s.version FROM risk_scenario s ORDER BY s.id"); err != nil {
		return f, err
	}
	if f.Ties, err = LoadTies(ctx, r, struct{}{}); err != nil {
		return f, err
	}
	if f.Estimates, err = formerEstimates(ctx, r); err != nil {
		return f, err
	}
	if f.Observations, err = allObservations(ctx, r); err != nil {
		return f, err
	}
	if f.Dismissals, err = allDismissals(ctx, r); err != nil {
		return f, err
	}
	return f, f.exportAppetite(ctx, r)
}

// Apply makes appetite, scenarios, what they have in common and statements what the file says; when anything changed, it
// simulates and holds the statements against the figures.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	for i, s := range f.Scenarios {
		f.Scenarios[i] = s.converted()
		f.Scenarios[i].Model.ID = ""
	}
	if err := item.Dangling(ctx, tx, f.pointers()); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	plan, err := f.apply(ctx, tx, current)
	if err != nil || len(plan) == 0 {
		return plan, err
	}
	_, err = Simulate(ctx, tx, struct{}{})
	if problem.Is(err, problem.NotFound) { // no scenario is open
		err = watched(ctx, tx)
	}
	return plan, err
}

// apply makes each part what the file says: former estimates before the scenarios whose estimates follow them.
func (f File) apply(ctx context.Context, tx *db.Tx, current File) ([]change.Change, error) {
	var plan []change.Change
	for _, part := range []func() ([]change.Change, error){
		func() ([]change.Change, error) { return applyAppetite(ctx, tx, current.Appetite, f.Appetite) },
		func() ([]change.Change, error) { return applyTies(ctx, tx, current.Ties, f.Ties) },
		func() ([]change.Change, error) { return applyEstimates(ctx, tx, current.Estimates, f.Estimates) },
		func() ([]change.Change, error) { return applyScenarios(ctx, tx, current.Scenarios, f.Scenarios) },
		func() ([]change.Change, error) {
			return applyObservations(ctx, tx, current.Observations, f.Observations)
		},
		func() ([]change.Change, error) { return applyDismissals(ctx, tx, current.Dismissals, f.Dismissals) },
		func() ([]change.Change, error) { return f.applyStandingAppetite(ctx, tx, current) },
	} {
		changes, err := part()
		if err != nil {
			return nil, err
		}
		plan = append(plan, changes...)
	}
	return plan, nil
}

// pointers are what the scenarios hang on and who owns them.
func (f File) pointers() []item.Pointer {
	all := f.Ties.pointers()
	for _, s := range f.Scenarios {
		all = append(all, s.pointers(s.field)...)
	}
	for _, s := range f.Statements {
		if s.On == OnService {
			all = append(all, item.Point(fieldsOf("statements", s.ID)("of"), "element", s.Of)...)
		}
	}
	return all
}

// field names a field of the scenario in the file.
func (s Scenario) field(name string) string { return fmt.Sprintf("scenarios[%s].%s", s.ID, name) }

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
		wrong = append(wrong, s.check(s.field)...)
		wrong = append(wrong, s.checkCauses(s.field, f.causes())...)
		if ids[s.ID] {
			wrong = append(wrong, problem.Field(s.field("id"), "problem.twice", "value", s.ID))
		}
		ids[s.ID] = true
	}
	wrong = append(wrong, f.Ties.check(f.Scenarios)...)
	wrong = append(wrong, f.checkPast(ids)...)
	return problem.Many(append(wrong, f.checkAppetite()...))
}

// checkPast tells what is wrong with former estimates and observations of these scenarios.
func (f File) checkPast(ids map[string]bool) []*problem.Error {
	var wrong []*problem.Error
	for i, e := range f.Estimates {
		field := func(name string) string { return fmt.Sprintf("estimates[%d].%s", i, name) }
		wrong = append(wrong, e.check(field)...)
		wrong = append(wrong, unknownScenario(field("scenario"), e.Scenario, ids)...)
	}
	for i, o := range f.Observations {
		field := func(name string) string { return fmt.Sprintf("observations[%d].%s", i, name) }
		wrong = append(wrong, o.check(field)...)
		wrong = append(wrong, unknownScenario(field("scenario"), o.Scenario, ids)...)
	}
	for i, d := range f.Dismissals {
		field := func(name string) string { return fmt.Sprintf("dismissals[%d].%s", i, name) }
		if d.ID == "" {
			wrong = append(wrong, problem.Field(field("id"), "problem.required"))
		}
		wrong = append(wrong, unknownScenario(field("scenario"), d.Scenario, ids)...)
	}
	return wrong
}

func unknownScenario(field, id string, known map[string]bool) []*problem.Error {
	if known[id] {
		return nil
	}
	return []*problem.Error{problem.Field(field, "fair.error.unknown-scenario", "value", id)}
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
	for _, s := range want {
		if err := settle(ctx, tx, s); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// settle keeps the estimate that the scenario now is, unless it is the one kept last. It was made on the day that the
// file says, or now when the file left the day as it was.
func settle(ctx context.Context, tx *db.Tx, s Scenario) error {
	last, err := db.All(ctx, tx, scan, "SELECT body, number FROM risk_estimate WHERE scenario = $1 ORDER BY number DESC LIMIT 1", s.ID)
	if err != nil || len(last) > 0 && len(change.Between(last[0].estimate(), s.estimate())) == 0 {
		return err
	}
	at := tx.Now()
	if s.EstimatedOn != "" && (len(last) == 0 || s.EstimatedOn != last[0].EstimatedOn) {
		if at, err = time.Parse(time.DateOnly, s.EstimatedOn); err != nil {
			return fmt.Errorf("risk %s: %w", s.ID, err)
		}
	}
	return keepEstimate(ctx, tx, s, at)
}

// estimate is what of a scenario is an estimate, with the day on which it was made.
func (s Scenario) estimate() any {
	return struct {
		Model  fair.Scenario `yaml:"model"`
		Status string        `yaml:"status"`
		On     string        `yaml:"estimated_on"`
		By     string        `yaml:"estimated_by"`
		Reason Reason        `yaml:"reason"`
		Note   string        `yaml:"note"`
	}{s.Model, s.Status, s.EstimatedOn, s.EstimatedBy, s.Reason, s.Note}
}

// applyEstimates adds former estimates that are not known and corrects those that are told differently.
func applyEstimates(ctx context.Context, tx *db.Tx, have, want []Estimate) ([]change.Change, error) {
	key := func(e Estimate) string { return fmt.Sprintf("%s.%d", e.Scenario, e.Number) }
	return addMissing(have, want, "estimate", key, func(e Estimate) error { return putEstimate(ctx, tx, e) })
}

// addMissing puts what the file tells and is not known so; what only the organisation knows stays.
func addMissing[T any](have, want []T, kind string, key func(T) string, put func(T) error) ([]change.Change, error) {
	known := map[string]T{}
	for _, one := range have {
		known[key(one)] = one
	}
	var plan []change.Change
	for _, one := range want {
		old, exists := known[key(one)]
		c := change.Change{Ref: ref.New(kind, key(one)), Kind: change.Create, Title: key(one)}
		if exists {
			c.Kind, c.Fields = change.Update, change.Between(old, one)
			if len(c.Fields) == 0 {
				continue
			}
		}
		if err := put(one); err != nil {
			return nil, err
		}
		plan = append(plan, c)
	}
	return plan, nil
}

func remove(ctx context.Context, tx *db.Tx, name ref.Ref) error {
	for _, statement := range []string{
		"DELETE FROM risk_scenario WHERE id = $1", "DELETE FROM risk_estimate WHERE scenario = $1", "DELETE FROM risk_observation WHERE scenario = $1",
	} {
		if _, err := tx.Exec(ctx, statement, name.ID()); err != nil {
			return err
		}
	}
	tx.Touch(name)
	return item.Remove(ctx, tx, name)
}
