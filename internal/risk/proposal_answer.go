package risk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Dismissal is the no to a proposal, with its reason.
type Dismissal struct {
	ID       string    `yaml:"id" json:"id"` // of the proposal
	Scenario string    `yaml:"scenario" json:"scenario"`
	At       time.Time `yaml:"at" json:"at"`
	By       string    `yaml:"by" json:"by"` // person id
	Reason   string    `yaml:"reason" json:"reason"`
}

// AnswerIn takes or dismisses a proposal.
type AnswerIn struct {
	Scenario string `json:"scenario"`
	ID       string `json:"id" doc:"of the proposal"`
	Reason   string `json:"reason" doc:"why it is dismissed, or a note to the estimate"`
}

// Target is the scenario.
func (in AnswerIn) Target() ref.Ref { return ref.New("risk", in.Scenario) }

// Take makes the proposed change: a new estimate, by who takes it, because of evidence.
func Take(ctx context.Context, tx *db.Tx, in AnswerIn) (Scenario, error) {
	p, err := proposal(ctx, tx, in)
	if err != nil {
		return Scenario{}, err
	}
	s, err := Get(ctx, tx, GetIn{ID: in.Scenario})
	if err != nil {
		return s, err
	}
	s.Model, s.Reason, s.Note = p.model, Evidence, in.Reason
	return Assess(ctx, tx, AssessIn{Scenario: s})
}

// OpTake makes the proposed change.
var OpTake = op.Command[AnswerIn, Scenario]{Name: "risk.take-proposal", Route: "POST /api/risks/proposals/take", Func: Take}

// Dismiss says no, with a reason; the same evidence is not shown again.
func Dismiss(ctx context.Context, tx *db.Tx, in AnswerIn) (Dismissal, error) {
	d := Dismissal{ID: in.ID, Scenario: in.Scenario, At: tx.Now(), By: tx.Actor().Ref.ID(), Reason: strings.TrimSpace(in.Reason)}
	if d.Reason == "" {
		return d, problem.Field("reason", "problem.required")
	}
	if len(d.Reason) > 5000 {
		return d, problem.Field("reason", "problem.too-long", "max", 5000)
	}
	if _, err := proposal(ctx, tx, in); err != nil {
		return d, err
	}
	return d, putDismissal(ctx, tx, d)
}

// OpDismiss says no.
var OpDismiss = op.Command[AnswerIn, Dismissal]{Name: "risk.dismiss-proposal", Route: "POST /api/risks/proposals/dismiss", Func: Dismiss}

// proposal finds an open proposal as it is computed now.
func proposal(ctx context.Context, r db.Reader, in AnswerIn) (Proposal, error) {
	all, err := Propose(ctx, r, struct{}{})
	if err != nil {
		return Proposal{}, err
	}
	for _, p := range all.Open {
		if p.ID == in.ID && p.Scenario == in.Scenario {
			return p, nil
		}
	}
	return Proposal{}, problem.New(problem.Conflict, "risk.error.proposal-gone")
}

func allDismissals(ctx context.Context, r db.Reader) ([]Dismissal, error) {
	return db.All(ctx, r, scanBody[Dismissal], "SELECT body FROM risk_dismissal ORDER BY id")
}

func putDismissal(ctx context.Context, tx *db.Tx, d Dismissal) error {
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("dismissal of %s: %w", d.ID, err)
	}
	tx.Touch(ref.New("risk", d.Scenario))
	_, err = tx.Exec(ctx, "INSERT INTO risk_dismissal (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body", d.ID, string(body))
	return err
}

// applyDismissals adds dismissals that are not known and corrects those that are told differently.
func applyDismissals(ctx context.Context, tx *db.Tx, have, want []Dismissal) ([]change.Change, error) {
	return addMissing(have, want, "dismissal", func(d Dismissal) string { return d.ID }, func(d Dismissal) error { return putDismissal(ctx, tx, d) })
}
