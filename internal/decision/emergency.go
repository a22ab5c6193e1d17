package decision

import (
	"time"

	"accordo.dev/internal/problem"
)

// Emergency is what one officer put in force alone, because it could not wait. It falls by itself unless the other
// keys ratify it in time.
type Emergency struct {
	Office     string     `yaml:"office" json:"office"`
	Person     string     `yaml:"person" json:"person"`
	At         time.Time  `yaml:"at" json:"at"`
	Until      time.Time  `yaml:"until" json:"until"`
	Reason     string     `yaml:"reason" json:"reason"` // why it could not wait
	ReasonIT   string     `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
	RatifiedAt *time.Time `yaml:"ratified_at,omitempty" json:"ratifiedAt,omitempty"`
	RevertedAt *time.Time `yaml:"reverted_at,omitempty" json:"revertedAt,omitempty"` // by a no, a veto or a conflict of interest
}

func (e *Emergency) pending() bool { return e != nil && e.RatifiedAt == nil && e.RevertedAt == nil }

func (e *Emergency) fallen() bool { return e != nil && e.RevertedAt != nil }

// ActInEmergency gives the key of an office and puts the decision in force before the other has answered.
func (d *Decision) ActInEmergency(h Hand, office, hash, reason string, clock Clock, now time.Time) error {
	if err := d.mayAnswer(h, office, hash, d.Waits(office, now)); err != nil {
		return err
	}
	switch {
	case office == Approver || clock.RatifyHours == 0 || h.For != nil && !h.holds(office):
		return forbidden("decision.error.no-emergency", "an-emergency-is-an-officers-and-falls-unless-ratified")
	case d.Emergency != nil || d.Status(now) != Proposed:
		return conflict("decision.error.not-open")
	case reason == "":
		return problem.Field("reason", "problem.required")
	case len(reason) > 5000:
		return problem.Field("reason", "problem.too-long", "max", 5000)
	}
	d.answer(h, Key{Office: office, Answer: "yes", At: now, Hash: hash})
	d.Emergency = &Emergency{Office: office, Person: h.Person, At: now, Until: now.Add(time.Duration(clock.RatifyHours) * time.Hour), Reason: reason}
	return nil
}
