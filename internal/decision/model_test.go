package decision_test

import (
	"slices"
	"time"

	"accordo.dev/internal/decision"
)

// text is what a random decision says. Two are the same content when all of it is the same.
type text struct{ words, asked, built string }

// said is the answer of one office, with everybody who stands behind it.
type said struct {
	yes           bool
	human, behind string
	offices       []string // of the human when they answered
	content       text
}

type objection struct {
	by       string
	content  text
	veto     bool
	lifted   bool
	answered bool
}

type interest struct{ person, office string }

// model is a decision told from the rules alone: by what was done to it, and by whom. It shares no code with the package
// but the calendar, and knows no hash.
type model struct {
	kind                             decision.Kind
	proposer                         string
	content                          text
	draft, withdrawn, spent, graded  bool
	answers                          map[string]said
	took                             []string // everybody who answered or vetoed, on whatever content
	wrote                            []string // everybody who changed the content
	interests                        []interest
	objections                       []objection
	emergencyBy                      string
	emergencyUntil                   time.Time
	ratified, reverted               bool
	arbitrated, approved             bool
	deadline, up, higher, validUntil time.Time
}

func (m *model) offices() []string {
	if m.kind == decision.Change && (m.content.asked == "it" && m.content.built == "security" || m.content.asked == "security" && m.content.built == "it") {
		return []string{"cio", "ciso", "approver"}
	}
	return []string{"cio", "ciso"}
}

func (m *model) count(yes bool) (n int) {
	for _, a := range m.answers {
		if a.yes == yes {
			n++
		}
	}
	return n
}

func (m *model) vetoed() bool {
	return slices.ContainsFunc(m.objections, func(o objection) bool { return o.veto && !o.lifted && o.content == m.content })
}

// sidelined tells whether an officer declared an interest and the key of their office is missing.
func (m *model) sidelined() bool {
	return slices.ContainsFunc(m.interests, func(i interest) bool {
		_, answered := m.answers[i.office]
		return i.office != "" && !answered
	})
}

func (m *model) interested(person string) bool {
	return person != "" && slices.ContainsFunc(m.interests, func(i interest) bool { return i.person == person })
}

func (m *model) pending() bool { return m.emergencyBy != "" && !m.ratified && !m.reverted }

func (m *model) status(now time.Time) decision.Status {
	unused := func(s decision.Status) decision.Status {
		if !m.validUntil.IsZero() && now.After(m.validUntil) {
			return decision.Lapsed
		}
		return s
	}
	switch {
	case m.withdrawn:
		return decision.Withdrawn
	case m.draft:
		return decision.Draft
	case m.reverted, m.pending() && now.After(m.emergencyUntil):
		return decision.Reverted
	case m.graded:
		return decision.Reviewed
	case m.pending():
		return decision.InEmergency
	case m.spent:
		return decision.Spent
	case m.arbitrated && m.approved:
		return unused(decision.Approved)
	case m.arbitrated:
		return decision.Rejected
	case m.vetoed(), m.sidelined():
		return m.step(now)
	case m.count(true) == len(m.offices()):
		return unused(decision.BothKeys)
	case m.count(false) > 1:
		return decision.Refused
	case m.count(false) == 1 || now.After(m.deadline):
		return m.step(now)
	case m.count(true) > 0:
		return decision.OneKey
	default:
		return decision.Proposed
	}
}

func (m *model) step(now time.Time) decision.Status {
	switch {
	case now.Before(m.up):
		return decision.Deadlock
	case now.Before(m.higher):
		return decision.Escalated1
	default:
		return decision.Escalated2
	}
}

// byTime says which statuses the clock alone may lead to.
var byTime = map[decision.Status][]decision.Status{
	decision.Proposed:    {decision.Deadlock, decision.Escalated1, decision.Escalated2},
	decision.OneKey:      {decision.Deadlock, decision.Escalated1, decision.Escalated2},
	decision.Deadlock:    {decision.Escalated1, decision.Escalated2},
	decision.Escalated1:  {decision.Escalated2},
	decision.InEmergency: {decision.Reverted},
	decision.BothKeys:    {decision.Lapsed},
	decision.Approved:    {decision.Lapsed},
}

// byAct says which statuses each act may lead to, besides the one it found. What is not here cannot happen.
var byAct = map[decision.Status][]decision.Status{
	decision.Draft: {decision.Proposed, decision.Withdrawn},
	decision.Proposed: {
		decision.OneKey, decision.InEmergency, decision.Deadlock, decision.Escalated1, decision.Withdrawn,
	},
	decision.OneKey: {
		decision.BothKeys, decision.Proposed, decision.Deadlock, decision.Escalated1, decision.Withdrawn,
	},
	decision.InEmergency: {decision.BothKeys, decision.Spent, decision.Reverted},
	decision.Deadlock:    {decision.Proposed, decision.OneKey, decision.Refused, decision.Escalated1, decision.Withdrawn},
	decision.Escalated1:  {decision.Proposed, decision.OneKey, decision.Approved, decision.Rejected, decision.Withdrawn, decision.Deadlock},
	decision.Escalated2:  {decision.Proposed, decision.OneKey, decision.Approved, decision.Rejected, decision.Withdrawn, decision.Deadlock},
	decision.BothKeys:    {decision.Spent, decision.Reviewed},
	decision.Approved:    {decision.Spent, decision.Reviewed},
	decision.Spent:       {decision.Reviewed},
}

// ends are the statuses after which nothing approves.
var ends = []decision.Status{decision.Reverted, decision.Refused, decision.Rejected, decision.Withdrawn, decision.Lapsed}
