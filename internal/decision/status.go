package decision

import (
	"slices"
	"time"
)

// Status is how a decision stands at a moment; it is computed, never stored.
type Status string

// The statuses.
const (
	Draft       Status = "draft"
	Proposed    Status = "proposed"    // no key yet
	OneKey      Status = "one-key"     // one yes, the other is awaited
	BothKeys    Status = "both-keys"   // on the same content: it holds
	InEmergency Status = "emergency"   // in force by one key, until it is ratified or falls
	Refused     Status = "refused"     // by both
	Deadlock    Status = "deadlock"    // refused or late; the two may still settle it by another content
	Escalated1  Status = "escalated-1" // to the first step: the CRO or the steering committee
	Escalated2  Status = "escalated-2" // to the last: the CEO or the board
	Approved    Status = "approved"    // by the arbiter
	Rejected    Status = "rejected"    // by the arbiter
	Spent       Status = "spent"       // used by the area it was given for
	Lapsed      Status = "lapsed"      // approved, and nobody used it in time
	Reverted    Status = "reverted"    // an emergency that was not ratified
	Reviewed    Status = "reviewed"    // its outcome was held against the expected effect
	Withdrawn   Status = "withdrawn"   // by its proposer
)

// Statuses lists the statuses in the order in which a decision can reach them.
var Statuses = []Status{Draft, Proposed, OneKey, InEmergency, Deadlock, Escalated1, Escalated2, BothKeys, Approved, Spent, Reviewed, Lapsed, Refused, Rejected, Reverted, Withdrawn}

// Open tells whether somebody must still act.
func (s Status) Open() bool {
	return s == Proposed || s == OneKey || s == InEmergency || s.Stuck()
}

// Stuck tells whether the two officers do not agree, at whatever step.
func (s Status) Stuck() bool { return s == Deadlock || s == Escalated1 || s == Escalated2 }

// Holds tells whether what was decided is approved and in force.
func (s Status) Holds() bool {
	return s == BothKeys || s == Approved || s == InEmergency || s == Spent || s == Reviewed
}

// Way is how a deadlock goes up, as computed when the clock started.
type Way struct {
	First  string    `yaml:"first,omitempty" json:"first,omitempty"`   // office of the first step
	Up     time.Time `yaml:"up,omitempty" json:"up,omitzero"`          // when it reaches the first step
	Second string    `yaml:"second,omitempty" json:"second,omitempty"` // office of the last step
	Higher time.Time `yaml:"higher,omitempty" json:"higher,omitzero"`  // when it reaches the last step
	Last   time.Time `yaml:"last,omitempty" json:"last,omitzero"`      // by when the last step answers
}

// stage is what has happened to a decision; with the clock it gives the status. It is kept beside each decision so that
// lists can be narrowed in the database.
type stage string

// The stages.
const (
	sDraft     stage = "draft"
	sWaiting   stage = "waiting" // for both keys
	sOneKey    stage = "one-key"
	sStuck     stage = "stuck" // by a no, a veto or a conflict of interest
	sEmergency stage = "emergency"
	sBoth      stage = "both-keys"
	sApproved  stage = "approved"
	sRejected  stage = "rejected"
	sRefused   stage = "refused"
	sSpent     stage = "spent"
	sReverted  stage = "reverted"
	sReviewed  stage = "reviewed"
	sWithdrawn stage = "withdrawn"
)

func (d Decision) stage() stage {
	hash := ""
	if len(d.Keys)+len(d.Challenges) > 0 {
		hash = d.Hash()
	}
	yes, no, needed := 0, 0, d.Offices()
	for _, office := range needed {
		if k := d.keyOn(office, hash); k != nil && k.Answer == "yes" {
			yes++
		} else if k != nil {
			no++
		}
	}
	switch {
	case d.WithdrawnAt != nil:
		return sWithdrawn
	case d.Draft:
		return sDraft
	case d.Emergency.fallen() || d.Emergency.pending() && no > 0:
		return sReverted
	case d.Review != nil:
		return sReviewed
	case d.Emergency.pending():
		return sEmergency
	case d.SpentAt != nil:
		return sSpent
	case d.Arbitration != nil && d.Arbitration.Approve:
		return sApproved
	case d.Arbitration != nil:
		return sRejected
	case d.vetoedOn(hash) || d.sidelinedOn(hash):
		return sStuck
	case yes == len(needed):
		return sBoth
	case no >= 2:
		return sRefused
	case no == 1:
		return sStuck
	case yes > 0:
		return sOneKey
	default:
		return sWaiting
	}
}

// Status is how the decision stands at a moment.
func (d Decision) Status(now time.Time) Status {
	switch s := d.stage(); {
	case s == sEmergency && now.After(d.Emergency.Until):
		return Reverted
	case (s == sBoth || s == sApproved) && d.ValidUntil != nil && now.After(*d.ValidUntil):
		return Lapsed
	case s == sWaiting && !now.After(d.Deadline):
		return Proposed
	case s == sOneKey && !now.After(d.Deadline):
		return OneKey
	case s != sStuck && s != sWaiting && s != sOneKey:
		return Status(s)
	case now.Before(d.Way.Up):
		return Deadlock
	case now.Before(d.Way.Higher):
		return Escalated1
	default:
		return Escalated2
	}
}

// Waits tells whether the decision waits for a key of this office.
func (d Decision) Waits(office string, now time.Time) bool {
	status := d.Status(now)
	open := status == Proposed || status == OneKey || status == InEmergency
	return open && slices.Contains(d.Offices(), office) && d.Key(office) == nil
}

// Escalation says who must end the deadlock at a moment, and until when. While the two may still settle it between
// themselves, office is empty.
func (d Decision) Escalation(now time.Time) (office string, until time.Time) {
	switch d.Status(now) {
	case Escalated1:
		return d.Way.First, d.Way.Higher
	case Escalated2:
		return d.Way.Second, d.Way.Last
	default:
		return "", d.Way.Up
	}
}

// DecidedAt is when the decision found its end, by both, by an arbiter, or by its proposer; ok is false while it has none.
// An emergency is decided when it is ratified, or falls.
func (d Decision) DecidedAt() (at time.Time, ok bool) {
	switch d.stage() {
	case sWithdrawn:
		return *d.WithdrawnAt, true
	case sApproved, sRejected, sBoth, sSpent, sReviewed, sRefused:
		if d.Arbitration != nil {
			return d.Arbitration.At, true
		}
		return d.lastKey(), true
	case sReverted:
		return d.Emergency.Until, true
	default:
		return time.Time{}, false
	}
}

func (d Decision) lastKey() time.Time {
	var last time.Time
	for _, k := range d.Keys {
		if k.At.After(last) {
			last = k.At
		}
	}
	return last
}

// Approves tells whether an area may use the decision now.
func (d Decision) Approves(now time.Time) bool {
	status := d.Status(now)
	return d.SpentAt == nil && (status == BothKeys || status == Approved || status == InEmergency)
}
