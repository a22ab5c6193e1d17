package risk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Acceptance bears a breach, or a scenario that is treated by accepting it, until a day. It spends a decision of kind
// accept-risk about exactly that, for which both officers have turned their keys.
type Acceptance struct {
	ID         string     `yaml:"id" json:"id"`
	About      ref.Ref    `yaml:"about" json:"about"`       // escalation:… or risk:…
	Decision   string     `yaml:"decision" json:"decision"` // that was spent
	AcceptedBy string     `yaml:"accepted_by" json:"acceptedBy"`
	AcceptedAt time.Time  `yaml:"accepted_at" json:"acceptedAt"`
	ReviewOn   string     `yaml:"review_on" json:"reviewOn"`   // day on which it is looked at again
	ExpiresOn  string     `yaml:"expires_on" json:"expiresOn"` // last day
	EndedAt    *time.Time `yaml:"ended_at,omitempty" json:"endedAt,omitempty"`
}

// MaxAcceptanceMonths bounds an acceptance: within 12 months it is looked at again by everybody.
const MaxAcceptanceMonths = 12

// InForce tells whether the acceptance holds on a day.
func (a Acceptance) InForce(day string) bool { return a.EndedAt == nil && day <= a.ExpiresOn }

// ReviewDue tells whether somebody should have looked at it again by that day.
func (a Acceptance) ReviewDue(day string) bool { return a.InForce(day) && a.ReviewOn <= day }

func (a Acceptance) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	for name, day := range map[string]string{"review_on": a.ReviewOn, "expires_on": a.ExpiresOn} {
		if !db.ValidDay(day) {
			wrong = append(wrong, problem.Field(field(name), "problem.day", "value", day))
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	from, until := a.AcceptedAt.Format(time.DateOnly), a.AcceptedAt.AddDate(0, MaxAcceptanceMonths, 0).Format(time.DateOnly)
	if a.ExpiresOn <= from || a.ExpiresOn > until {
		wrong = append(wrong, problem.Field(field("expires_on"), "risk.acceptance.error.expiry", "months", MaxAcceptanceMonths))
	}
	if a.ReviewOn <= from || a.ReviewOn > a.ExpiresOn {
		wrong = append(wrong, problem.Field(field("review_on"), "risk.acceptance.error.review"))
	}
	return wrong
}

// AcceptIn accepts a breach or a scenario.
type AcceptIn struct {
	About     ref.Ref `json:"about" doc:"escalation:… or risk:…"`
	ReviewOn  string  `json:"reviewOn"`
	ExpiresOn string  `json:"expiresOn" doc:"last day, at most 12 months from now"`
}

// Target is what is accepted.
func (in AcceptIn) Target() ref.Ref { return in.About }

// Accept puts an acceptance in force; the decision about it must be agreed and not used yet.
func Accept(ctx context.Context, tx *db.Tx, in AcceptIn) (Acceptance, error) {
	a := Acceptance{
		ID: ref.NewID(), About: in.About, AcceptedBy: tx.Actor().Ref.ID(), AcceptedAt: tx.Now(), ReviewOn: in.ReviewOn, ExpiresOn: in.ExpiresOn,
	}
	if !tx.Actor().Holds(identity.OfficeCIO, identity.OfficeCISO) {
		return a, problem.New(problem.Forbidden, "risk.acceptance.error.not-officer", "policy", "acceptances-are-put-in-force-by-both-officers")
	}
	if err := problem.Many(a.check(func(name string) string { return name })); err != nil {
		return a, err
	}
	standing, err := Acceptances(ctx, tx, AcceptanceFilter{About: in.About})
	if err != nil {
		return a, err
	}
	if slices.ContainsFunc(standing, func(old Acceptance) bool { return old.InForce(today(tx)) }) {
		return a, problem.New(problem.Conflict, "risk.acceptance.error.twice")
	}
	if err := a.acceptable(ctx, tx); err != nil {
		return a, err
	}
	if err := decision.Spend(ctx, tx, decision.AcceptRisk, in.About); err != nil {
		return a, err
	}
	if a.Decision, err = spentNow(ctx, tx, in.About); err != nil {
		return a, err
	}
	if err := putAcceptance(ctx, tx, a); err != nil {
		return a, err
	}
	return a, a.mark(ctx, tx)
}

// OpAccept puts an acceptance in force.
var OpAccept = op.Command[AcceptIn, Acceptance]{Name: "risk.accept", Route: "POST /api/risks/acceptances", Func: Accept}

// acceptable refuses what needs no acceptance: a closed escalation, a scenario that is not treated by accepting it.
func (a Acceptance) acceptable(ctx context.Context, r db.Reader) error {
	switch a.About.Kind() {
	case "escalation":
		e, err := escalation(ctx, r, a.About.ID())
		if err == nil && e.State() != EscalationOpen {
			err = problem.New(problem.Conflict, "risk.acceptance.error.not-open")
		}
		return err
	case "risk":
		s, err := Get(ctx, r, GetIn{ID: a.About.ID()})
		if err == nil && (s.Treatment != "accept" || s.Status == "closed") {
			err = problem.New(problem.Conflict, "risk.acceptance.error.treatment")
		}
		return err
	default:
		return problem.Field("about", "risk.acceptance.error.about", "value", string(a.About))
	}
}

// spentNow names the decision that was spent in this transaction.
func spentNow(ctx context.Context, tx *db.Tx, about ref.Ref) (string, error) {
	rows, err := decision.List(ctx, tx, decision.Filter{About: about})
	for _, d := range rows {
		if d.Kind == decision.AcceptRisk && d.SpentAt != nil && d.SpentAt.Equal(tx.Now()) {
			return d.ID, err
		}
	}
	return "", err
}

// mark makes the escalation that is accepted wait for nobody.
func (a Acceptance) mark(ctx context.Context, tx *db.Tx) error {
	if a.About.Kind() != "escalation" {
		tx.Touch(a.About)
		return nil
	}
	row, err := GetEscalation(ctx, tx, EscalationIn{ID: a.About.ID()})
	if err != nil {
		return err
	}
	row.Accepted = a.ID
	return putEscalation(ctx, tx, row.Escalation, row.About)
}

// AcceptanceFilter narrows the list of acceptances.
type AcceptanceFilter struct {
	About ref.Ref `query:"about" doc:"escalation:… or risk:…"`
	Due   bool    `query:"due" doc:"only those whose review is due"`
}

// Acceptances lists acceptances, the newest first.
func Acceptances(ctx context.Context, r db.Reader, f AcceptanceFilter) ([]Acceptance, error) {
	all, err := db.All(ctx, r, scanBody[Acceptance], "SELECT body FROM risk_acceptance ORDER BY accepted_at DESC, id DESC")
	day := today(r)
	return slices.DeleteFunc(all, func(a Acceptance) bool { return f.About != "" && a.About != f.About || f.Due && !a.ReviewDue(day) }), err
}

// OpAcceptances lists acceptances.
var OpAcceptances = op.Query[AcceptanceFilter, []Acceptance]{Name: "risk.acceptances", Route: "GET /api/risks/acceptances", Func: Acceptances}

func putAcceptance(ctx context.Context, tx *db.Tx, a Acceptance) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("acceptance %s: %w", a.ID, err)
	}
	tx.Touch(a.About)
	_, err = tx.Exec(ctx, `INSERT INTO risk_acceptance (id, about, accepted_at, expires_on, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET about = excluded.about, accepted_at = excluded.accepted_at, expires_on = excluded.expires_on, body = excluded.body`,
		a.ID, a.About, db.Micros(a.AcceptedAt), a.ExpiresOn, string(body))
	return err
}
