package decision

import (
	"context"
	"encoding/json"
	"fmt"

	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ProposeIn is a proposal to both offices.
type ProposeIn struct {
	Title       string  `json:"title"`
	TitleIT     string  `json:"titleIt,omitempty"`
	About       ref.Ref `json:"about,omitempty" doc:"the item it concerns (kind:id)"`
	Kind        Kind    `json:"kind" enum:"accept-risk,fund,gate,exception,policy,change,other"`
	Materiality string  `json:"materiality" enum:"low,medium,high"`
	Draft       bool    `json:"draft,omitempty" doc:"kept for its author until it is submitted"`
	Terms
}

// Propose opens a decision; the deadline follows its materiality.
func Propose(ctx context.Context, tx *db.Tx, in ProposeIn) (Decision, error) {
	d := Decision{
		ID: ref.NewID(), Title: in.Title, TitleIT: in.TitleIT, About: in.About, Kind: in.Kind, Materiality: in.Materiality,
		ProposedBy: tx.Actor().Ref.ID(), ProposedAt: tx.Now(), Draft: in.Draft,
	}
	d.set(in.Terms)
	if err := problem.Many(d.check(func(name string) string { return name })); err != nil {
		return d, err
	}
	if d.About != "" {
		if _, err := item.Get(ctx, tx, d.About); err != nil {
			return d, problem.Field("about", "problem.dangling", "value", d.About)
		}
	}
	clock, err := clockOf(ctx, tx, d.Kind)
	if err != nil {
		return d, err
	}
	d.start(clock, tx.Now())
	return saved(ctx, tx, d)
}

// OpPropose opens a decision.
var OpPropose = op.Command[ProposeIn, Decision]{Name: "decision.propose", Route: "POST /api/decisions/propose", Func: Propose}

// act loads a decision, lets a rule of its own act on it, and saves it. Every command on a decision goes through here.
func act(ctx context.Context, tx *db.Tx, id, office string, rule func(*Decision, Hand, Clock) error) (Decision, error) {
	d, err := Get(ctx, tx, GetIn{ID: id})
	if err != nil {
		return d, err
	}
	h, err := handOf(ctx, tx, office)
	if err != nil {
		return d, err
	}
	clock, err := clockOf(ctx, tx, d.Kind)
	if err != nil {
		return d, err
	}
	if err := rule(&d, h, clock); err != nil {
		return d, err
	}
	return saved(ctx, tx, d)
}

// GiveKeyIn is the yes of an office on exactly the content with this hash.
type GiveKeyIn struct {
	ID     string `json:"id"`
	Office string `json:"office" enum:"cio,ciso,approver"`
	Hash   string `json:"hash" doc:"hash of the content that was read"`
}

// Target is the decision.
func (in GiveKeyIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// PolicyContext is the office whose key is given.
func (in GiveKeyIn) PolicyContext() map[string]string { return map[string]string{"office": in.Office} }

// GiveKey turns the key of an office.
func GiveKey(ctx context.Context, tx *db.Tx, in GiveKeyIn) (Decision, error) {
	return act(ctx, tx, in.ID, in.Office, func(d *Decision, h Hand, c Clock) error { return d.Give(h, in.Office, in.Hash, c, tx.Now()) })
}

// OpGiveKey turns a key.
var OpGiveKey = op.Command[GiveKeyIn, Decision]{Name: "decision.give-key", Route: "POST /api/decisions/give-key", Func: GiveKey}

// RefuseIn is the no of an office, with its reason and what it would agree to.
type RefuseIn struct {
	ID      string `json:"id"`
	Office  string `json:"office" enum:"cio,ciso,approver"`
	Hash    string `json:"hash"`
	Reason  string `json:"reason"`
	Counter string `json:"counter" doc:"counter-proposal"`
}

// Target is the decision.
func (in RefuseIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// PolicyContext is the office that refuses.
func (in RefuseIn) PolicyContext() map[string]string { return map[string]string{"office": in.Office} }

// Refuse says no. The decision is dead-locked from now on.
func Refuse(ctx context.Context, tx *db.Tx, in RefuseIn) (Decision, error) {
	return act(ctx, tx, in.ID, in.Office, func(d *Decision, h Hand, c Clock) error {
		return d.Refuse(h, in.Office, in.Hash, in.Reason, in.Counter, c, tx.Now())
	})
}

// OpRefuse says no.
var OpRefuse = op.Command[RefuseIn, Decision]{Name: "decision.refuse", Route: "POST /api/decisions/refuse", Func: Refuse}

// EmergencyIn is an officer who acts before the other can answer.
type EmergencyIn struct {
	ID     string `json:"id"`
	Office string `json:"office" enum:"cio,ciso"`
	Hash   string `json:"hash"`
	Reason string `json:"reason" doc:"why it cannot wait"`
}

// Target is the decision.
func (in EmergencyIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// PolicyContext is the office whose key is given.
func (in EmergencyIn) PolicyContext() map[string]string {
	return map[string]string{"office": in.Office}
}

// PutInForce gives one key and puts the decision in force; it falls unless it is ratified.
func PutInForce(ctx context.Context, tx *db.Tx, in EmergencyIn) (Decision, error) {
	return act(ctx, tx, in.ID, in.Office, func(d *Decision, h Hand, c Clock) error {
		return d.ActInEmergency(h, in.Office, in.Hash, in.Reason, c, tx.Now())
	})
}

// OpEmergency puts a decision in force by one key.
var OpEmergency = op.Command[EmergencyIn, Decision]{Name: "decision.act-in-emergency", Route: "POST /api/decisions/emergency", Func: PutInForce}

// ReviseIn is another content of the same proposal.
type ReviseIn struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Terms
}

// Target is the decision.
func (in ReviseIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// Revise changes the content: the keys are void and the clock starts anew.
func Revise(ctx context.Context, tx *db.Tx, in ReviseIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, c Clock) error {
		if d.Version != in.Version {
			return problem.New(problem.Conflict, "problem.stale")
		}
		return d.Revise(h, in.Terms, c, tx.Now())
	})
}

// OpRevise changes the content.
var OpRevise = op.Command[ReviseIn, Decision]{Name: "decision.counter", Route: "POST /api/decisions/revise", Func: Revise}

// OneIn names a decision that something is done to.
type OneIn struct {
	ID string `json:"id"`
}

// Target is the decision.
func (in OneIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// Submit proposes a draft to both offices.
func Submit(ctx context.Context, tx *db.Tx, in OneIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, c Clock) error { return d.Submit(h, c, tx.Now()) })
}

// OpSubmit proposes a draft.
var OpSubmit = op.Command[OneIn, Decision]{Name: "decision.submit", Route: "POST /api/decisions/submit", Func: Submit}

// Withdraw takes a proposal back, by its proposer, before an end.
func Withdraw(ctx context.Context, tx *db.Tx, in OneIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, _ Clock) error { return d.Withdraw(h, tx.Now()) })
}

// OpWithdraw takes a proposal back.
var OpWithdraw = op.Command[OneIn, Decision]{Name: "decision.withdraw", Route: "POST /api/decisions/withdraw", Func: Withdraw}

// Escalate sends a deadlock up at once.
func Escalate(ctx context.Context, tx *db.Tx, in OneIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, c Clock) error { return d.Escalate(h, c, tx.Now()) })
}

// OpEscalate sends a deadlock up.
var OpEscalate = op.Command[OneIn, Decision]{Name: "decision.escalate", Route: "POST /api/decisions/escalate", Func: Escalate}

// ArbitrateIn ends a deadlock.
type ArbitrateIn struct {
	ID      string `json:"id"`
	Hash    string `json:"hash"`
	Approve bool   `json:"approve"`
	Reason  string `json:"reason"`
}

// Target is the decision.
func (in ArbitrateIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// Arbitrate ends a deadlock, by who it was escalated to.
func Arbitrate(ctx context.Context, tx *db.Tx, in ArbitrateIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, c Clock) error {
		return d.Arbitrate(h, in.Hash, in.Approve, in.Reason, c, tx.Now())
	})
}

// OpArbitrate ends a deadlock.
var OpArbitrate = op.Command[ArbitrateIn, Decision]{Name: "decision.arbitrate", Route: "POST /api/decisions/arbitrate", Func: Arbitrate}

// Spend uses an approved decision of a kind about an item, once: it fails until both keys have been
// given on the present content, or the arbiter approved it, or it is in force in an emergency. Areas call it inside
// their own command. Of several, the last that was proposed is used.
func Spend(ctx context.Context, tx *db.Tx, kind Kind, about ref.Ref) error {
	all, err := db.All(ctx, tx, scan, "SELECT d.body, d.version FROM decision d WHERE d.about = $1 AND d.kind = $2 ORDER BY d.proposed_at DESC, d.id DESC", about, kind)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Approves(tx.Now()) {
			now := tx.Now()
			d.SpentAt = &now
			_, err := saved(ctx, tx, d)
			return err
		}
	}
	return problem.New(problem.Conflict, "decision.error.needs-keys", "about", about)
}

func saved(ctx context.Context, tx *db.Tx, d Decision) (Decision, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return d, fmt.Errorf("decision %s: %w", d.ID, err)
	}
	d.Version++
	var until, decided int64
	if at, ended := d.DecidedAt(); ended {
		decided = at.UnixMicro()
	}
	if s := d.stage(); s == sEmergency {
		until = d.Emergency.Until.UnixMicro()
	} else if d.ValidUntil != nil {
		until = d.ValidUntil.UnixMicro()
	}
	money := -1.0
	if d.MoneyEUR != nil {
		money = *d.MoneyEUR
	}
	_, err = tx.Exec(ctx, `INSERT INTO decision (id, title, title_it, about, kind, proposed_at, deadline, stage, up_at, higher_at, until_at, decided_at, money, noted, body, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, $15)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_it = excluded.title_it, about = excluded.about, kind = excluded.kind,
		proposed_at = excluded.proposed_at, deadline = excluded.deadline, stage = excluded.stage, up_at = excluded.up_at, higher_at = excluded.higher_at,
		until_at = excluded.until_at, decided_at = excluded.decided_at, money = excluded.money, body = excluded.body, version = excluded.version`,
		d.ID, d.Title, d.TitleIT, d.About, d.Kind, db.Micros(d.ProposedAt), db.Micros(d.Deadline), string(d.stage()), d.Way.Up.UnixMicro(), d.Way.Higher.UnixMicro(),
		until, decided, money, string(body), d.Version)
	if err != nil {
		return d, err
	}
	if !d.Status(tx.Now()).Stuck() { // the next deadlock is noted again
		if _, err := tx.Exec(ctx, "UPDATE decision SET noted = '' WHERE id = $1 AND noted <> ''", d.ID); err != nil {
			return d, err
		}
	}
	tx.Touch(d.Ref())
	if d.About != "" {
		tx.Touch(d.About)
	}
	return d, item.Put(ctx, tx, item.Item{Ref: d.Ref(), Title: d.Name(), Area: "decision"})
}
