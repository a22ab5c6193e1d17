// Package decision holds decisions that need two keys, the CIO's and the CISO's, and the way out when
// they do not agree. Keys are given on exactly one content (its hash): any change voids them. A no
// needs a reason and a counter-proposal; a no, or silence past the deadline, is a deadlock and goes to
// the CRO, then to the CEO. Silence never approves, and an administrator has no key.
package decision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Kind is what is decided; areas spend approved decisions of their kinds.
type Kind string

// The kinds.
const (
	AcceptRisk Kind = "accept-risk"
	Fund       Kind = "fund"
	Gate       Kind = "gate"
	Exception  Kind = "exception"
	Policy     Kind = "policy"
)

// Status is how a decision stands at a moment; it is computed, never stored.
type Status string

// The statuses.
const (
	Proposed  Status = "proposed"  // no key yet
	OneKey    Status = "one-key"   // one yes, the other is awaited
	Agreed    Status = "agreed"    // both keys on the same content
	Deadlock  Status = "deadlock"  // refused or late: escalated, waiting for the arbiter
	Approved  Status = "approved"  // by the arbiter
	Rejected  Status = "rejected"  // by the arbiter
	Withdrawn Status = "withdrawn" // by its proposer
)

// Decision is one proposal and all that became of it.
type Decision struct {
	ID           string       `yaml:"id" json:"id"`
	Title        string       `yaml:"title" json:"title"`
	TitleIT      string       `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	About        ref.Ref      `yaml:"about,omitempty" json:"about,omitempty"`
	Kind         Kind         `yaml:"kind" json:"kind"`
	ProposedBy   string       `yaml:"proposed_by" json:"proposedBy"` // person id
	ProposedAt   time.Time    `yaml:"proposed_at" json:"proposedAt"`
	Deadline     time.Time    `yaml:"deadline" json:"deadline"`
	Materiality  string       `yaml:"materiality" json:"materiality"` // low, medium, high: sets the clock
	Content      string       `yaml:"content" json:"content"`         // what exactly is decided
	ContentIT    string       `yaml:"content_it,omitempty" json:"contentIt,omitempty"`
	MoneyEUR     *float64     `yaml:"money_eur,omitempty" json:"moneyEur,omitempty"`         // expected effect: euro a year
	Minutes      *float64     `yaml:"minutes,omitempty" json:"minutes,omitempty"`            // minutes of critical service a year
	ExposureDays *float64     `yaml:"exposure_days,omitempty" json:"exposureDays,omitempty"` // weighted, a quarter
	Keys         []Key        `yaml:"keys,omitempty" json:"keys,omitempty"`                  // the last answer of each office
	Arbitration  *Arbitration `yaml:"arbitration,omitempty" json:"arbitration,omitempty"`    // of a deadlock
	WithdrawnAt  *time.Time   `yaml:"withdrawn_at,omitempty" json:"withdrawnAt,omitempty"`   //
	SpentAt      *time.Time   `yaml:"spent_at,omitempty" json:"spentAt,omitempty"`           // when an area used the approval
	ReviewOn     string       `yaml:"review_on,omitempty" json:"reviewOn,omitempty"`         // day on which the effect is graded
	Version      int          `yaml:"-" json:"version"`
}

// Key is the answer of one office on one content.
type Key struct {
	Office    string    `yaml:"office" json:"office"` // cio or ciso
	Answer    string    `yaml:"answer" json:"answer"` // yes or no
	Person    string    `yaml:"person" json:"person"` // person id
	At        time.Time `yaml:"at" json:"at"`
	Hash      string    `yaml:"hash,omitempty" json:"hash"` // of the content that was answered
	Reason    string    `yaml:"reason,omitempty" json:"reason,omitempty"`
	ReasonIT  string    `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
	Counter   string    `yaml:"counter,omitempty" json:"counter,omitempty"` // counter-proposal of a no
	CounterIT string    `yaml:"counter_it,omitempty" json:"counterIt,omitempty"`
}

// Arbitration is the decision of who the deadlock was escalated to.
type Arbitration struct {
	Office   string    `yaml:"office" json:"office"` // cro, ceo or board
	Person   string    `yaml:"person" json:"person"`
	At       time.Time `yaml:"at" json:"at"`
	Approve  bool      `yaml:"approve" json:"approve"`
	Reason   string    `yaml:"reason" json:"reason"`
	ReasonIT string    `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
}

// Name is the title in both languages.
func (d Decision) Name() i18n.Text { return i18n.Text{EN: d.Title, IT: d.TitleIT} }

// Hash names exactly the content that keys are given on: everything that is decided, nothing that
// happens later.
func (d Decision) Hash() string {
	content := []any{"accordo-decision-1", d.ID, d.Title, d.TitleIT, d.About, d.Kind, d.Content, d.ContentIT, d.MoneyEUR, d.Minutes, d.ExposureDays, d.ReviewOn}
	data, err := json.Marshal(content)
	if err != nil {
		panic(fmt.Sprintf("decision hash: %v", err)) // impossible: strings and finite numbers
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Key gives the answer of an office that holds for the present content; nil when there is none.
func (d Decision) Key(office string) *Key {
	hash := d.Hash()
	for i := range d.Keys {
		if d.Keys[i].Office == office && d.Keys[i].Hash == hash {
			return &d.Keys[i]
		}
	}
	return nil
}

// Status is how the decision stands at a moment.
func (d Decision) Status(now time.Time) Status {
	cio, ciso := d.Key("cio"), d.Key("ciso")
	yes := func(k *Key) bool { return k != nil && k.Answer == "yes" }
	no := func(k *Key) bool { return k != nil && k.Answer == "no" }
	switch {
	case d.WithdrawnAt != nil:
		return Withdrawn
	case d.Arbitration != nil && d.Arbitration.Approve:
		return Approved
	case d.Arbitration != nil:
		return Rejected
	case yes(cio) && yes(ciso):
		return Agreed
	case no(cio) || no(ciso) || now.After(d.Deadline):
		return Deadlock
	case yes(cio) || yes(ciso):
		return OneKey
	default:
		return Proposed
	}
}

// Waits tells whether the decision still waits for a key of this office.
func (d Decision) Waits(office string, now time.Time) bool {
	status := d.Status(now)
	return (status == Proposed || status == OneKey) && d.Key(office) == nil
}

// Clock is how long the offices have, by materiality; the arbiter at each step has as long again.
func Clock(materiality string) time.Duration {
	days := map[string]time.Duration{"high": 2, "medium": 5, "low": 10}[materiality]
	return days * 24 * time.Hour
}

// Escalation says who must end the deadlock at a moment, and until when: first the CRO, and once his
// time is over the CEO, who has no further step above. A refusal starts the CRO's time at once.
func (d Decision) Escalation(now time.Time) (office string, until time.Time) {
	since := d.Deadline
	for _, k := range d.Keys {
		if k.Answer == "no" && k.Hash == d.Hash() && k.At.Before(since) {
			since = k.At
		}
	}
	until = since.Add(Clock(d.Materiality))
	if now.After(until) {
		return "ceo", until.Add(Clock(d.Materiality))
	}
	return "cro", until
}

func (d Decision) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	add := func(e *problem.Error) {
		if e != nil {
			wrong = append(wrong, e)
		}
	}
	if !ref.ValidID(d.ID) {
		add(problem.Field(field("id"), "problem.required"))
	}
	for _, needed := range []struct{ name, value string }{{"title", d.Title}, {"content", d.Content}, {"proposed_by", d.ProposedBy}} {
		if needed.value == "" {
			add(problem.Field(field(needed.name), "problem.required"))
		}
	}
	if len(d.Content) > 20_000 || len(d.ContentIT) > 20_000 {
		add(problem.Field(field("content"), "problem.too-long", "max", 20_000))
	}
	add(problem.Choice(field("kind"), string(d.Kind), "accept-risk", "fund", "gate", "exception", "policy"))
	add(problem.Choice(field("materiality"), d.Materiality, "low", "medium", "high"))
	if d.ReviewOn != "" && !db.ValidDay(d.ReviewOn) {
		add(problem.Field(field("review_on"), "problem.day", "value", d.ReviewOn))
	}
	if d.About != "" {
		if _, err := ref.Parse(string(d.About)); err != nil {
			add(problem.Field(field("about"), "problem.ref", "value", d.About))
		}
	}
	return append(wrong, d.checkKeys(field)...)
}

// checkKeys holds the rules between keys: one an office, two humans, a no with reason and counter-proposal.
func (d Decision) checkKeys(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	people, given := map[string]bool{}, map[string]bool{}
	for _, k := range d.Keys {
		if err := problem.Choice(field("keys"), k.Office, "cio", "ciso"); err != nil {
			wrong = append(wrong, err)
		}
		if err := problem.Choice(field("keys"), k.Answer, "yes", "no"); err != nil {
			wrong = append(wrong, err)
		}
		if given[k.Office] {
			wrong = append(wrong, problem.Field(field("keys"), "problem.twice", "value", k.Office))
		}
		if people[k.Person] {
			wrong = append(wrong, problem.Field(field("keys"), "decision.error.same-person"))
		}
		if k.Answer == "no" && (k.Reason == "" || k.Counter == "") {
			wrong = append(wrong, problem.Field(field("keys"), "decision.error.reason"))
		}
		people[k.Person], given[k.Office] = true, true
	}
	if a := d.Arbitration; a != nil && (people[a.Person] || a.Reason == "") {
		wrong = append(wrong, problem.Field(field("arbitration"), "decision.error.arbiter"))
	}
	return wrong
}
