package decision

import (
	"slices"
	"time"

	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
)

// Challenge is what a second-line officer holds against a proposal instead of deciding with the first line. A veto stops
// it as a no does, until who gave it takes it back or the arbiter ends the deadlock. law: 2022/2554#6.4
type Challenge struct {
	Office   string     `yaml:"office" json:"office"`
	Person   string     `yaml:"person" json:"person"`
	At       time.Time  `yaml:"at" json:"at"`
	Hash     string     `yaml:"hash" json:"hash"` // of the content it is held against
	Veto     bool       `yaml:"veto,omitempty" json:"veto,omitempty"`
	Reason   string     `yaml:"reason" json:"reason"`
	ReasonIT string     `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
	Answer   string     `yaml:"answer,omitempty" json:"answer,omitempty"` // of an officer or the proposer
	AnswerIT string     `yaml:"answer_it,omitempty" json:"answerIt,omitempty"`
	Answered string     `yaml:"answered_by,omitempty" json:"answeredBy,omitempty"` // person id
	LiftedAt *time.Time `yaml:"lifted_at,omitempty" json:"liftedAt,omitempty"`
}

// Challengers lists the offices that may challenge and veto.
var Challengers = append(slices.Clone(SecondLine), identity.OfficeInternalAudit)

// vetoed tells whether a veto stands against the present content.
func (d Decision) vetoed() bool { return len(d.Challenges) > 0 && d.vetoedOn(d.Hash()) }

func (d Decision) vetoedOn(hash string) bool {
	return slices.ContainsFunc(d.Challenges, func(c Challenge) bool { return c.Veto && c.LiftedAt == nil && c.Hash == hash })
}

// Challenge holds something against the proposal; internal audit challenges and does not veto, since it would audit the
// decision later.
func (d *Decision) Challenge(h Hand, hash, reason string, veto bool, clock Clock, now time.Time) error {
	at := slices.IndexFunc(Challengers, h.holds)
	switch status := d.Status(now); {
	case at < 0 || h.holds(identity.OfficeAdministrator) || veto && Challengers[at] == identity.OfficeInternalAudit:
		return forbidden("decision.error.not-second-line", "the-second-line-challenges-and-does-not-decide")
	case d.conflicted(h.Person):
		return standsAside()
	case hash != d.Hash():
		return conflict("decision.error.changed")
	case status != Proposed && status != OneKey && status != InEmergency && !(status.Stuck() && !veto):
		return conflict("decision.error.not-open")
	case reason == "":
		return problem.Field("reason", "problem.required")
	case len(reason) > 5000:
		return problem.Field("reason", "problem.too-long", "max", 5000)
	case slices.ContainsFunc(d.Challenges, func(c Challenge) bool { return c.Person == h.Person && c.Hash == hash && c.LiftedAt == nil }):
		return conflict("decision.error.challenged")
	}
	d.Challenges = append(d.Challenges, Challenge{Office: Challengers[at], Person: h.Person, At: now, Hash: hash, Veto: veto, Reason: reason})
	if veto && d.Emergency.pending() {
		d.Emergency.Until, d.Emergency.RevertedAt = now, &now
	} else if veto {
		d.Way = clock.way(now, d.Materiality)
	}
	return nil
}

// Answer answers the challenge of a person, by an officer or the proposer.
func (d *Decision) Answer(h Hand, challenger, answer string) error {
	at := slices.IndexFunc(d.Challenges, func(c Challenge) bool { return c.Person == challenger && c.Answer == "" })
	switch {
	case !h.holdsAny(identity.OfficeCIO, identity.OfficeCISO) && h.Person != d.ProposedBy:
		return forbidden("decision.error.not-officer", "officers-propose-decisions")
	case d.conflicted(h.Person):
		return standsAside()
	case at < 0:
		return conflict("decision.error.no-challenge")
	case answer == "":
		return problem.Field("answer", "problem.required")
	case len(answer) > 5000:
		return problem.Field("answer", "problem.too-long", "max", 5000)
	}
	d.Challenges = slices.Clone(d.Challenges)
	d.Challenges[at].Answer, d.Challenges[at].Answered = answer, h.Person
	return nil
}

// lifts finds what somebody takes back: what stands against the present content, or else their oldest challenge.
func (d Decision) lifts(person string) int {
	hash := d.Hash()
	at := slices.IndexFunc(d.Challenges, func(c Challenge) bool { return c.Person == person && c.LiftedAt == nil && c.Hash == hash })
	if at < 0 {
		at = slices.IndexFunc(d.Challenges, func(c Challenge) bool { return c.Person == person && c.LiftedAt == nil })
	}
	return at
}

// Lift takes a challenge back, by who made it. Keys that were given stay given; one that is still missing has its time anew.
func (d *Decision) Lift(h Hand, clock Clock, now time.Time) error {
	at := d.lifts(h.Person)
	switch {
	case at < 0:
		return conflict("decision.error.no-challenge")
	case !d.Status(now).Open():
		return conflict("decision.error.not-open")
	}
	wasStuck := d.vetoed()
	d.Challenges = slices.Clone(d.Challenges)
	d.Challenges[at].LiftedAt = &now
	if s := d.stage(); wasStuck && (s == sWaiting || s == sOneKey) {
		d.start(clock, now)
	}
	return nil
}

// Conflict is an interest that somebody declared: they take no part in this decision.
type Conflict struct {
	Person   string    `yaml:"person" json:"person"`
	At       time.Time `yaml:"at" json:"at"`
	Office   string    `yaml:"office,omitempty" json:"office,omitempty"` // whose key cannot be given therefore
	Reason   string    `yaml:"reason" json:"reason"`
	ReasonIT string    `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
}

// conflicted tells whether somebody has declared an interest.
func (d Decision) conflicted(person string) bool {
	return slices.ContainsFunc(d.Conflicts, func(c Conflict) bool { return c.Person == person })
}

// sidelinedOn tells whether an officer whose key is needed has an interest and had given no key: nobody else can give it, so
// the decision goes up.
func (d Decision) sidelinedOn(hash string) bool {
	return slices.ContainsFunc(d.Conflicts, func(c Conflict) bool { return c.Office != "" && d.keyOn(c.Office, hash) == nil })
}

// DeclareConflict notes an interest of the person who declares it. A key they gave falls away with it.
func (d *Decision) DeclareConflict(h Hand, reason string, clock Clock, now time.Time) error {
	status := d.Status(now)
	switch {
	case !status.Open():
		return conflict("decision.error.not-open")
	case d.conflicted(h.Person):
		return conflict("decision.error.conflict-known")
	case reason == "":
		return problem.Field("reason", "problem.required")
	case len(reason) > 5000:
		return problem.Field("reason", "problem.too-long", "max", 5000)
	}
	one := Conflict{Person: h.Person, At: now, Reason: reason}
	for _, office := range []string{identity.OfficeCIO, identity.OfficeCISO} {
		if h.holds(office) {
			one.Office = office
		}
	}
	d.Keys = slices.DeleteFunc(slices.Clone(d.Keys), func(k Key) bool { return k.Person == h.Person || k.For == h.Person })
	d.Conflicts = append(d.Conflicts, one)
	if d.Emergency.pending() && d.Emergency.Person == h.Person {
		d.Emergency.Until, d.Emergency.RevertedAt = now, &now
	} else if one.Office != "" && !d.Emergency.pending() && !status.Stuck() {
		d.Way = clock.way(now, d.Materiality)
	}
	return nil
}
