package risk

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk/fair"
)

// Reason says why an estimate followed the one before it; it is also the class under which the difference is shown.
type Reason string

// The reasons.
const (
	New        Reason = "new"        // the first estimate of the scenario
	Refined    Reason = "estimate"   // the same knowledge, thought through again
	Evidence   Reason = "evidence"   // incidents, tests or findings say otherwise
	Mitigation Reason = "mitigation" // a control was added, or lost
	Scope      Reason = "scope"      // more or less is exposed than before
)

// Reasons of a change, in the order in which they are offered.
var Reasons = []Reason{Refined, Evidence, Mitigation, Scope}

func (r Reason) check(field string) *problem.Error {
	return problem.Choice(field, string(r), "", string(New), string(Refined), string(Evidence), string(Mitigation), string(Scope))
}

// Estimate is what somebody held of a scenario from an instant on, until the next estimate.
type Estimate struct {
	Scenario string        `yaml:"scenario" json:"scenario"`
	Number   int           `yaml:"number" json:"number"` // 1 is the first
	At       time.Time     `yaml:"at" json:"at"`
	By       string        `yaml:"by,omitempty" json:"by,omitempty"` // person id
	Reason   Reason        `yaml:"reason,omitempty" json:"reason,omitempty"`
	Note     string        `yaml:"note,omitempty" json:"note,omitempty"`
	Status   string        `yaml:"status" json:"status"` // of the scenario then: a closed one is not simulated
	Model    fair.Scenario `yaml:"model" json:"model"`
}

// Fair is the estimate as the engines take it.
func (e Estimate) Fair() fair.Scenario {
	model := e.Model
	model.ID = e.Scenario
	return model
}

func (e Estimate) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if e.Number < 1 {
		wrong = append(wrong, problem.Field(field("number"), "risk.error.positive"))
	}
	if e.At.IsZero() {
		wrong = append(wrong, problem.Field(field("at"), "problem.required"))
	}
	for _, err := range []*problem.Error{e.Reason.check(field("reason")), problem.Choice(field("status"), e.Status, "open", "treated", "closed")} {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	model := e.Fair()
	return append(wrong, model.Check(field("model"))...)
}

// Estimates gives all estimates of a scenario, the oldest first; the last is the one in force.
func Estimates(ctx context.Context, r db.Reader, in GetIn) ([]Estimate, error) {
	return db.All(ctx, r, scanEstimate, "SELECT scenario, number, at, body FROM risk_estimate WHERE scenario = $1 ORDER BY number", in.ID)
}

// OpEstimates reads how the estimate of a scenario moved.
var OpEstimates = op.Query[GetIn, []Estimate]{Name: "risk.estimates", Route: "GET /api/risks/estimates/{id}", Func: Estimates}

// estimatesOn are the estimates in force at an instant, closed scenarios too, in order of scenario.
func estimatesOn(ctx context.Context, r db.Reader, at time.Time) ([]Estimate, error) {
	return db.All(ctx, r, scanEstimate, `SELECT e.scenario, e.number, e.at, e.body FROM risk_estimate e
		WHERE e.number = (SELECT MAX(x.number) FROM risk_estimate x WHERE x.scenario = e.scenario AND x.at <= $1)
		ORDER BY e.scenario`, at.UnixMicro())
}

// formerEstimates are all but those in force: what a file keeps beside the scenarios.
func formerEstimates(ctx context.Context, r db.Reader) ([]Estimate, error) {
	return db.All(ctx, r, scanEstimate, `SELECT e.scenario, e.number, e.at, e.body FROM risk_estimate e
		WHERE e.number < (SELECT MAX(x.number) FROM risk_estimate x WHERE x.scenario = e.scenario)
		ORDER BY e.scenario, e.number`)
}

// keepEstimate adds the estimate that the scenario now is. It never stands before the one that it follows.
func keepEstimate(ctx context.Context, tx *db.Tx, s Scenario, at time.Time) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("estimate of %s: %w", s.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_estimate (scenario, number, at, body)
		SELECT $1, COALESCE(MAX(number), 0) + 1, CASE WHEN MAX(at) > $2 THEN MAX(at) ELSE $2 END, $3 FROM risk_estimate WHERE scenario = $1`,
		s.ID, at.UnixMicro(), string(body))
	return err
}

// putEstimate writes an estimate that a file tells.
func putEstimate(ctx context.Context, tx *db.Tx, e Estimate) error {
	e.Model.ID = ""
	body, err := json.Marshal(Scenario{ID: e.Scenario, Model: e.Model, Status: e.Status, EstimatedBy: e.By, Reason: e.Reason, Note: e.Note})
	if err != nil {
		return fmt.Errorf("estimate of %s: %w", e.Scenario, err)
	}
	tx.Touch(ref.New("risk", e.Scenario))
	_, err = tx.Exec(ctx, `INSERT INTO risk_estimate (scenario, number, at, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (scenario, number) DO UPDATE SET at = excluded.at, body = excluded.body`, e.Scenario, e.Number, e.At.UnixMicro(), string(body))
	return err
}

func scanEstimate(s db.Scan) (Estimate, error) {
	var e Estimate
	var at int64
	var body string
	if err := s(&e.Scenario, &e.Number, &at, &body); err != nil {
		return e, err
	}
	e.At = time.UnixMicro(at).UTC()
	then, err := parse(body, 0)
	e.By, e.Reason, e.Note, e.Status, e.Model = then.EstimatedBy, then.Reason, then.Note, then.Status, then.Model
	return e, err
}
