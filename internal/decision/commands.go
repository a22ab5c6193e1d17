package decision

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ProposeIn is a proposal to both offices.
type ProposeIn struct {
	Title        string   `json:"title"`
	TitleIT      string   `json:"titleIt,omitempty"`
	About        ref.Ref  `json:"about,omitempty" doc:"the item it concerns (kind:id)"`
	Kind         Kind     `json:"kind" enum:"accept-risk,fund,gate,exception,policy"`
	Materiality  string   `json:"materiality" enum:"low,medium,high"`
	Content      string   `json:"content" doc:"what exactly is decided"`
	ContentIT    string   `json:"contentIt,omitempty"`
	MoneyEUR     *float64 `json:"moneyEur,omitempty"`
	Minutes      *float64 `json:"minutes,omitempty"`
	ExposureDays *float64 `json:"exposureDays,omitempty"`
	ReviewOn     string   `json:"reviewOn,omitempty"`
}

// Propose opens a decision; the deadline follows its materiality.
func Propose(ctx context.Context, tx *db.Tx, in ProposeIn) (Decision, error) {
	d := Decision{
		ID: ref.NewID(), Title: in.Title, TitleIT: in.TitleIT, About: in.About, Kind: in.Kind, Materiality: in.Materiality,
		Content: in.Content, ContentIT: in.ContentIT, MoneyEUR: in.MoneyEUR, Minutes: in.Minutes, ExposureDays: in.ExposureDays,
		ReviewOn: in.ReviewOn, ProposedBy: tx.Actor().Ref.ID(), ProposedAt: tx.Now(), Deadline: tx.Now().Add(Clock(in.Materiality)),
	}
	if err := problem.Many(d.check(func(name string) string { return name })); err != nil {
		return d, err
	}
	if d.About != "" {
		if _, err := item.Get(ctx, tx, d.About); err != nil {
			return d, problem.Field("about", "problem.dangling", "value", d.About)
		}
	}
	return saved(ctx, tx, d)
}

// OpPropose opens a decision.
var OpPropose = op.Command[ProposeIn, Decision]{Name: "decision.propose", Route: "POST /api/decisions/propose", Func: Propose}

// GiveKeyIn is the yes of an office on exactly the content with this hash.
type GiveKeyIn struct {
	ID     string `json:"id"`
	Office string `json:"office" enum:"cio,ciso"`
	Hash   string `json:"hash" doc:"hash of the content that was read"`
}

// Target is the decision.
func (in GiveKeyIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// PolicyContext is the office whose key is given.
func (in GiveKeyIn) PolicyContext() map[string]string { return map[string]string{"office": in.Office} }

// GiveKey turns the key of an office.
func GiveKey(ctx context.Context, tx *db.Tx, in GiveKeyIn) (Decision, error) {
	d, err := answerable(ctx, tx, in.ID, in.Office, in.Hash)
	if err != nil {
		return d, err
	}
	d.setKey(Key{Office: in.Office, Answer: "yes", Person: tx.Actor().Ref.ID(), At: tx.Now(), Hash: in.Hash})
	return saved(ctx, tx, d)
}

// OpGiveKey turns a key.
var OpGiveKey = op.Command[GiveKeyIn, Decision]{Name: "decision.give-key", Route: "POST /api/decisions/give-key", Func: GiveKey}

// RefuseIn is the no of an office, with its reason and what it would agree to.
type RefuseIn struct {
	ID      string `json:"id"`
	Office  string `json:"office" enum:"cio,ciso"`
	Hash    string `json:"hash"`
	Reason  string `json:"reason"`
	Counter string `json:"counter" doc:"counter-proposal"`
}

// Target is the decision.
func (in RefuseIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// PolicyContext is the office that refuses.
func (in RefuseIn) PolicyContext() map[string]string { return map[string]string{"office": in.Office} }

// Refuse says no. The decision is dead-locked from now on and goes to the CRO.
func Refuse(ctx context.Context, tx *db.Tx, in RefuseIn) (Decision, error) {
	d, err := answerable(ctx, tx, in.ID, in.Office, in.Hash)
	if err != nil {
		return d, err
	}
	var wrong []*problem.Error
	for _, needed := range []struct{ name, value string }{{"reason", in.Reason}, {"counter", in.Counter}} {
		if needed.value == "" {
			wrong = append(wrong, problem.Field(needed.name, "decision.error.reason"))
		} else if len(needed.value) > 5000 {
			wrong = append(wrong, problem.Field(needed.name, "problem.too-long", "max", 5000))
		}
	}
	if err := problem.Many(wrong); err != nil {
		return d, err
	}
	d.setKey(Key{Office: in.Office, Answer: "no", Person: tx.Actor().Ref.ID(), At: tx.Now(), Hash: in.Hash, Reason: in.Reason, Counter: in.Counter})
	return saved(ctx, tx, d)
}

// OpRefuse says no.
var OpRefuse = op.Command[RefuseIn, Decision]{Name: "decision.refuse", Route: "POST /api/decisions/refuse", Func: Refuse}

// answerable loads a decision on which this office may answer now, by who acts, on this content.
func answerable(ctx context.Context, tx *db.Tx, id, office, hash string) (Decision, error) {
	d, err := Get(ctx, tx, GetIn{ID: id})
	if err != nil {
		return d, err
	}
	actor := tx.Actor()
	switch {
	case !actor.Holds(office) || actor.Holds("administrator"):
		return d, problem.New(problem.Forbidden, "decision.error.not-holder", "office", office, "policy", "a-key-is-given-by-the-holder-of-its-office")
	case hash != d.Hash():
		return d, problem.New(problem.Conflict, "decision.error.changed")
	case !d.Waits(office, tx.Now()):
		return d, problem.New(problem.Conflict, "decision.error.not-open")
	}
	for _, k := range d.Keys {
		if k.Person == actor.Ref.ID() && k.Office != office {
			return d, problem.New(problem.Forbidden, "decision.error.same-person", "policy", "two-humans")
		}
	}
	return d, nil
}

func (d *Decision) setKey(k Key) {
	d.Keys = slices.DeleteFunc(d.Keys, func(old Key) bool { return old.Office == k.Office })
	d.Keys = append(d.Keys, k)
	slices.SortFunc(d.Keys, func(a, b Key) int { return len(a.Office) - len(b.Office) }) // cio before ciso
}

// ReviseIn changes what is proposed, for instance to the counter-proposal.
type ReviseIn struct {
	ID           string   `json:"id"`
	Version      int      `json:"version"`
	Content      string   `json:"content"`
	ContentIT    string   `json:"contentIt,omitempty"`
	MoneyEUR     *float64 `json:"moneyEur,omitempty"`
	Minutes      *float64 `json:"minutes,omitempty"`
	ExposureDays *float64 `json:"exposureDays,omitempty"`
}

// Target is the decision.
func (in ReviseIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// Revise changes the content. All keys are void (they were given on another content), and the clock
// starts again. Only the proposer or a key holder may, and only before an end.
func Revise(ctx context.Context, tx *db.Tx, in ReviseIn) (Decision, error) {
	d, err := Get(ctx, tx, GetIn{ID: in.ID})
	if err != nil {
		return d, err
	}
	if d.Version != in.Version {
		return d, problem.New(problem.Conflict, "problem.stale")
	}
	if actor := tx.Actor(); actor.Ref.ID() != d.ProposedBy && !actor.Holds("cio", "ciso") {
		return d, problem.New(problem.Forbidden, "decision.error.not-proposer", "policy", "officers-propose-decisions")
	}
	if status := d.Status(tx.Now()); status != Proposed && status != OneKey && status != Deadlock {
		return d, problem.New(problem.Conflict, "decision.error.not-open")
	}
	d.Content, d.ContentIT, d.MoneyEUR, d.Minutes, d.ExposureDays = in.Content, in.ContentIT, in.MoneyEUR, in.Minutes, in.ExposureDays
	d.Keys, d.Deadline = nil, tx.Now().Add(Clock(d.Materiality))
	if err := problem.Many(d.check(func(name string) string { return name })); err != nil {
		return d, err
	}
	return saved(ctx, tx, d)
}

// OpRevise changes the content.
var OpRevise = op.Command[ReviseIn, Decision]{Name: "decision.counter", Route: "POST /api/decisions/revise", Func: Revise}

// ArbitrateIn ends a deadlock.
type ArbitrateIn struct {
	ID      string `json:"id"`
	Hash    string `json:"hash"`
	Approve bool   `json:"approve"`
	Reason  string `json:"reason"`
}

// Target is the decision.
func (in ArbitrateIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// Arbitrate ends a deadlock, by who it was escalated to. The arbiter is none of the two key holders.
func Arbitrate(ctx context.Context, tx *db.Tx, in ArbitrateIn) (Decision, error) {
	d, err := Get(ctx, tx, GetIn{ID: in.ID})
	if err != nil {
		return d, err
	}
	if d.Status(tx.Now()) != Deadlock {
		return d, problem.New(problem.Conflict, "decision.error.no-deadlock")
	}
	if in.Hash != d.Hash() {
		return d, problem.New(problem.Conflict, "decision.error.changed")
	}
	office, _ := d.Escalation(tx.Now())
	if actor := tx.Actor(); !actor.Holds(office) || actor.Holds("cio", "ciso", "administrator") {
		return d, problem.New(problem.Forbidden, "decision.error.not-holder", "office", office, "policy", "escalations-are-decided-by-who-they-reach")
	}
	if in.Reason == "" {
		return d, problem.Field("reason", "problem.required")
	}
	d.Arbitration = &Arbitration{Office: office, Person: tx.Actor().Ref.ID(), At: tx.Now(), Approve: in.Approve, Reason: in.Reason}
	return saved(ctx, tx, d)
}

// OpArbitrate ends a deadlock.
var OpArbitrate = op.Command[ArbitrateIn, Decision]{Name: "decision.arbitrate", Route: "POST /api/decisions/arbitrate", Func: Arbitrate}

// WithdrawIn takes a proposal back.
type WithdrawIn struct {
	ID string `json:"id"`
}

// Target is the decision.
func (in WithdrawIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// Withdraw takes a proposal back, by its proposer, before an end.
func Withdraw(ctx context.Context, tx *db.Tx, in WithdrawIn) (Decision, error) {
	d, err := Get(ctx, tx, GetIn(in))
	if err != nil {
		return d, err
	}
	if tx.Actor().Ref.ID() != d.ProposedBy {
		return d, problem.New(problem.Forbidden, "decision.error.not-proposer", "policy", "officers-propose-decisions")
	}
	if status := d.Status(tx.Now()); status != Proposed && status != OneKey && status != Deadlock {
		return d, problem.New(problem.Conflict, "decision.error.not-open")
	}
	now := tx.Now()
	d.WithdrawnAt = &now
	return saved(ctx, tx, d)
}

// OpWithdraw takes a proposal back.
var OpWithdraw = op.Command[WithdrawIn, Decision]{Name: "decision.withdraw", Route: "POST /api/decisions/withdraw", Func: Withdraw}

// Spend uses an approved decision of a kind about an item, once: it fails until both keys have been
// given on the present content, or the arbiter approved it. Areas call it inside their own command.
func Spend(ctx context.Context, tx *db.Tx, kind Kind, about ref.Ref) error {
	all, err := db.All(ctx, tx, scan, "SELECT d.body, d.version FROM decision d WHERE d.about = $1 AND d.kind = $2 ORDER BY d.proposed_at", about, kind)
	if err != nil {
		return err
	}
	for _, d := range all {
		status := d.Status(tx.Now())
		if d.SpentAt == nil && (status == Agreed || status == Approved) {
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
	_, err = tx.Exec(ctx, `INSERT INTO decision (id, title, title_it, about, kind, proposed_at, deadline, body, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_it = excluded.title_it, about = excluded.about, kind = excluded.kind,
		proposed_at = excluded.proposed_at, deadline = excluded.deadline, body = excluded.body, version = excluded.version`,
		d.ID, d.Title, d.TitleIT, d.About, d.Kind, db.Micros(d.ProposedAt), db.Micros(d.Deadline), string(body), d.Version)
	if err != nil {
		return d, err
	}
	tx.Touch(ref.New("decision", d.ID))
	if d.About != "" {
		tx.Touch(d.About)
	}
	return d, item.Put(ctx, tx, item.Item{Ref: ref.New("decision", d.ID), Title: d.Name(), Area: "decision"})
}
