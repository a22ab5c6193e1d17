package risk

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Quantity is what of a scenario was estimated and can be observed.
type Quantity string

// The quantities.
const (
	Events  Quantity = "events"  // loss events of the year that ends on the day
	Loss    Quantity = "loss"    // euro of one event
	Minutes Quantity = "minutes" // minutes of critical service lost in one event
)

// Quantities in the order in which they are offered.
var Quantities = []Quantity{Events, Loss, Minutes}

// Observation is an outcome of something that was estimated: a number that somebody states, or an incident that was
// an event of this scenario, with the loss and the minutes that the evidence tells of it.
type Observation struct {
	ID       string   `yaml:"id" json:"id"`
	Scenario string   `yaml:"scenario" json:"scenario"`
	Day      string   `yaml:"day,omitempty" json:"day,omitempty"` // that of the incident when there is one
	Quantity Quantity `yaml:"quantity,omitempty" json:"quantity,omitempty"`
	Value    *float64 `yaml:"value,omitempty" json:"value,omitempty"` // in the unit of the quantity
	Incident string   `yaml:"incident,omitempty" json:"incident,omitempty"`
	By       string   `yaml:"by,omitempty" json:"by,omitempty"` // person id of who says so
	Note     string   `yaml:"note,omitempty" json:"note,omitempty"`
}

func (o Observation) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	add := func(e *problem.Error) {
		if e != nil {
			wrong = append(wrong, e)
		}
	}
	if !ref.ValidID(o.ID) {
		add(problem.Field(field("id"), "problem.required"))
	}
	if o.Incident != "" {
		if o.Quantity != "" || o.Value != nil {
			add(problem.Field(field("incident"), "risk.error.incident-and-value"))
		}
		return wrong
	}
	if !db.ValidDay(o.Day) {
		add(problem.Field(field("day"), "problem.day", "value", o.Day))
	}
	add(problem.Choice(field("quantity"), string(o.Quantity), string(Events), string(Loss), string(Minutes)))
	switch {
	case o.Value == nil:
		add(problem.Field(field("value"), "problem.required"))
	case !(*o.Value >= 0) || math.IsInf(*o.Value, 0):
		add(problem.Field(field("value"), "fair.error.negative"))
	case o.Quantity == Events && *o.Value != math.Trunc(*o.Value):
		add(problem.Field(field("value"), "risk.error.whole"))
	}
	return wrong
}

// Target is the scenario.
func (o Observation) Target() ref.Ref { return ref.New("risk", o.Scenario) }

// Observe writes down what happened, so that the estimates made before are held against it.
func Observe(ctx context.Context, tx *db.Tx, o Observation) (Observation, error) {
	if o.ID == "" {
		o.ID = ref.NewID()
	}
	o.By = tx.Actor().Ref.ID()
	if err := problem.Many(o.check(plainly)); err != nil {
		return o, err
	}
	if _, err := Get(ctx, tx, GetIn{ID: o.Scenario}); err != nil {
		return o, err
	}
	if o.Day > tx.Now().Format("2006-01-02") {
		return o, problem.Field("day", "risk.error.future")
	}
	if err := item.Dangling(ctx, tx, item.Point("incident", "incident", o.Incident)); err != nil {
		return o, err
	}
	return o, putObservation(ctx, tx, o)
}

// OpObserve writes down what happened.
var OpObserve = op.Command[Observation, Observation]{Name: "risk.observe", Route: "POST /api/risks/observe", Func: Observe}

func allObservations(ctx context.Context, r db.Reader) ([]Observation, error) {
	return db.All(ctx, r, scanBody[Observation], "SELECT body FROM risk_observation ORDER BY scenario, day, id")
}

func putObservation(ctx context.Context, tx *db.Tx, o Observation) error {
	body, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("observation of %s: %w", o.Scenario, err)
	}
	tx.Touch(o.Target())
	_, err = tx.Exec(ctx, `INSERT INTO risk_observation (id, scenario, day, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET scenario = excluded.scenario, day = excluded.day, body = excluded.body`, o.ID, o.Scenario, o.Day, string(body))
	return err
}

// applyObservations adds observations that are not known and corrects those that are told differently.
func applyObservations(ctx context.Context, tx *db.Tx, have, want []Observation) ([]change.Change, error) {
	return addMissing(have, want, "observation", func(o Observation) string { return o.ID }, func(o Observation) error { return putObservation(ctx, tx, o) })
}
