package decision

import (
	"slices"
	"time"

	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
)

// SecondLine lists the offices that control: they challenge and veto, and do not decide with the first line.
var SecondLine = []string{identity.OfficeCRO, identity.OfficeICTRiskControl, identity.OfficeCompliance, identity.OfficeDPO, identity.OfficeRiskStaff}

// Hand is who acts on a decision, as its rules see them.
type Hand struct {
	Person  string
	Offices []string
	For     *Delegation // answers for its office as a delegate
	Lines   bool        // the three lines of defence are kept apart here
}

func (h Hand) holds(office string) bool { return slices.Contains(h.Offices, office) }

func (h Hand) holdsAny(offices ...string) bool { return slices.ContainsFunc(offices, h.holds) }

// answersFor tells whether the hand may turn the key of an office: by holding it, or by a delegation.
func (h Hand) answersFor(office string) bool {
	return h.holds(office) || h.For != nil && h.For.Office == office
}

// functions are what a person works for, as far as offices say.
func (h Hand) functions() []string {
	var of []string
	if h.holdsAny(identity.OfficeCIO, identity.OfficeCTO, identity.OfficeCDO, identity.OfficeITStaff) {
		of = append(of, IT)
	}
	if h.holdsAny(identity.OfficeCISO, identity.OfficeOTSecurity, identity.OfficeSecurityStaff) {
		of = append(of, Security)
	}
	if h.holds(identity.OfficeBusinessOwner) {
		of = append(of, Business)
	}
	return of
}

func forbidden(key, policy string, args ...any) error {
	return problem.New(problem.Forbidden, key, append(args, "policy", policy)...)
}

func standsAside() error {
	return forbidden("decision.error.conflict", "who-has-an-interest-stands-aside")
}

func conflict(key string) error { return problem.New(problem.Conflict, key) }

// mayAnswer holds the rules about who gives an answer, and on which content; open tells whether the office has its turn.
func (d Decision) mayAnswer(h Hand, office, hash string, open bool) error {
	switch {
	case !slices.Contains(d.Offices(), office):
		return problem.Field("office", "decision.error.no-such-key")
	case h.holds(identity.OfficeAdministrator):
		return forbidden("decision.error.not-holder", "the-administrator-has-no-key", "office", office)
	case office != Approver && !h.answersFor(office):
		return forbidden("decision.error.not-holder", "a-key-is-given-by-the-holder-of-its-office", "office", office)
	case hash != d.Hash():
		return conflict("decision.error.changed")
	case !open:
		return conflict("decision.error.not-open")
	case d.conflicted(h.Person), h.For != nil && !h.holds(office) && d.conflicted(h.For.From):
		return standsAside()
	case h.Lines && h.holdsAny(SecondLine...):
		return forbidden("decision.error.second-line", "the-second-line-challenges-and-does-not-decide")
	case office == Approver && !d.standsApart(h):
		return forbidden("decision.error.approver-inside", "who-approves-a-change-stands-apart-from-it")
	}
	return d.another(h, office)
}

// another refuses who has answered for another office, in person or through a delegate.
func (d Decision) another(h Hand, office string) error {
	mine := []string{h.Person}
	if h.For != nil && !h.holds(office) {
		mine = append(mine, h.For.From)
	}
	for _, k := range d.Keys {
		if k.Office != office && (slices.Contains(mine, k.Person) || k.For != "" && slices.Contains(mine, k.For)) {
			return forbidden("decision.error.same-person", "two-humans")
		}
	}
	return nil
}

// standsApart tells whether somebody belongs neither to who asked for a change nor to who builds it.
func (d Decision) standsApart(h Hand) bool {
	return !slices.ContainsFunc(h.functions(), func(f string) bool { return f == d.AskedBy || f == d.BuiltBy })
}

// Give turns the key of an office on exactly the content with this hash.
func (d *Decision) Give(h Hand, office, hash string, clock Clock, now time.Time) error {
	if err := d.mayAnswer(h, office, hash, d.Waits(office, now)); err != nil {
		return err
	}
	d.answer(h, Key{Office: office, Answer: "yes", At: now, Hash: hash})
	if d.stage() == sEmergency && d.complete() {
		d.Emergency.RatifiedAt = &now
	}
	if d.complete() {
		d.hold(clock, now)
	}
	return nil
}

// complete tells whether every key that is needed was given.
func (d Decision) complete() bool {
	return !slices.ContainsFunc(d.Offices(), func(office string) bool { k := d.Key(office); return k == nil || k.Answer != "yes" })
}

// hold notes that the decision holds from now on, and until when an area may use it.
func (d *Decision) hold(clock Clock, now time.Time) {
	d.AgreedAt = &now
	if d.Kind.spent() && d.SpentAt == nil && clock.ValidDays > 0 {
		until := now.AddDate(0, 0, clock.ValidDays)
		d.ValidUntil = &until
	}
}

func (d *Decision) answer(h Hand, k Key) {
	if k.Person = h.Person; h.For != nil && !h.holds(k.Office) {
		k.For = h.For.From
	}
	d.Keys = slices.DeleteFunc(slices.Clone(d.Keys), func(old Key) bool { return old.Office == k.Office })
	d.Keys = append(d.Keys, k)
	slices.SortFunc(d.Keys, func(a, b Key) int { return len(a.Office) - len(b.Office) }) // cio, ciso, approver
}

// Refuse says no, with the reason and what the office would agree to. The deadlock begins; an emergency falls.
func (d *Decision) Refuse(h Hand, office, hash, reason, counter string, clock Clock, now time.Time) error {
	too := d.mayRefuseToo(office, now)
	if err := d.mayAnswer(h, office, hash, too || d.Waits(office, now)); err != nil {
		return err
	}
	var wrong []*problem.Error
	for _, needed := range []struct{ name, value string }{{"reason", reason}, {"counter", counter}} {
		if needed.value == "" {
			wrong = append(wrong, problem.Field(needed.name, "decision.error.reason"))
		} else if len(needed.value) > 5000 {
			wrong = append(wrong, problem.Field(needed.name, "problem.too-long", "max", 5000))
		}
	}
	if err := problem.Many(wrong); err != nil {
		return err
	}
	d.answer(h, Key{Office: office, Answer: "no", At: now, Hash: hash, Reason: reason, Counter: counter})
	if d.Emergency.pending() {
		d.Emergency.Until = now
		d.Emergency.RevertedAt = &now
		return nil
	}
	if !too {
		d.Way = clock.way(now, d.Materiality)
	}
	return nil
}

// mayRefuseToo tells whether an office may join the no of another while the deadlock has not gone up: when both refuse,
// there is nothing left to escalate.
func (d Decision) mayRefuseToo(office string, now time.Time) bool {
	return d.Status(now) == Deadlock && d.Key(office) == nil && !d.vetoed() &&
		slices.ContainsFunc(d.Offices(), func(other string) bool { k := d.Key(other); return k != nil && k.Answer == "no" })
}

// start gives the offices their time, from now on.
func (d *Decision) start(clock Clock, now time.Time) {
	d.Deadline = clock.deadline(now, d.Materiality)
	d.Way = clock.way(d.Deadline, d.Materiality)
}

// Withdraw takes a proposal back, by its proposer, before an end.
func (d *Decision) Withdraw(h Hand, now time.Time) error {
	switch status := d.Status(now); {
	case h.Person != d.ProposedBy:
		return forbidden("decision.error.not-proposer", "officers-propose-decisions")
	case status != Draft && (!status.Open() || status == InEmergency):
		return conflict("decision.error.not-open")
	}
	d.WithdrawnAt = &now
	return nil
}

// Escalate sends a deadlock up at once, by one of the two officers who sees that they will not settle it.
func (d *Decision) Escalate(h Hand, clock Clock, now time.Time) error {
	switch {
	case !h.holdsAny(identity.OfficeCIO, identity.OfficeCISO) || h.holds(identity.OfficeAdministrator):
		return forbidden("decision.error.not-officer", "officers-propose-decisions")
	case d.conflicted(h.Person):
		return standsAside()
	case d.Status(now) != Deadlock:
		return conflict("decision.error.no-deadlock")
	}
	d.Way = clock.steps(now, d.Materiality)
	return nil
}

// Arbitrate ends a deadlock, by who it has reached: none of the two officers, nor anybody who answered, proposed, wrote,
// vetoed or has an interest; nor, of a change, anybody of who asked for it or builds it.
func (d *Decision) Arbitrate(h Hand, hash string, approve bool, reason string, clock Clock, now time.Time) error {
	status := d.Status(now)
	office, _ := d.Escalation(now)
	switch {
	case status != Escalated1 && status != Escalated2:
		return conflict("decision.error.no-deadlock")
	case hash != d.Hash():
		return conflict("decision.error.changed")
	case !h.holds(office) || h.holdsAny(identity.OfficeCIO, identity.OfficeCISO, identity.OfficeAdministrator):
		return forbidden("decision.error.not-holder", "escalations-are-decided-by-who-they-reach", "office", office)
	case d.conflicted(h.Person):
		return standsAside()
	case h.Person == d.ProposedBy || d.took(h.Person) || d.Kind == Change && !d.standsApart(h):
		return forbidden("decision.error.arbiter-took-part", "escalations-are-decided-by-who-they-reach")
	case reason == "":
		return problem.Field("reason", "problem.required")
	case len(reason) > 5000:
		return problem.Field("reason", "problem.too-long", "max", 5000)
	}
	d.Arbitration = &Arbitration{Office: office, Person: h.Person, At: now, Approve: approve, Reason: reason}
	if approve {
		d.hold(clock, now)
	}
	return nil
}

// took tells whether somebody answered, wrote or vetoed, on whatever content.
func (d Decision) took(person string) bool {
	answered := func(k Key) bool { return k.Person == person || k.For == person }
	return slices.ContainsFunc(d.Keys, answered) ||
		slices.ContainsFunc(d.Revisions, func(r Revision) bool { return r.By == person || slices.ContainsFunc(r.Voided, answered) }) ||
		slices.ContainsFunc(d.Challenges, func(c Challenge) bool { return c.Veto && c.Person == person })
}
