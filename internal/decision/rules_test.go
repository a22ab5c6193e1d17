package decision_test

import (
	"slices"
	"time"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
)

// request is one thing that somebody tries. The same request may come again later.
type request struct {
	act     string
	person  string
	office  string // whose key
	on      text   // content that was read, or that is proposed instead
	other   string // challenger who is answered, side of a memo, or grade
	yes     bool   // veto, approval
	missing bool   // the reason is left out
	garbled bool   // the hash is that of another decision
}

// acts are what may be tried, as often as they stand here.
var acts = []string{
	"give", "give", "give", "give", "refuse", "refuse", "revise", "arbitrate", "arbitrate", "challenge", "emergency",
	"withdraw", "escalate", "lift", "answer", "interest", "memo", "grade", "spend", "submit",
}

func (w *walk) holds(person string, offices ...string) bool {
	return slices.ContainsFunc(w.held[person], func(o string) bool { return slices.Contains(offices, o) })
}

var secondLine = []string{"cro", "ict-risk-control", "compliance", "dpo", "risk-staff"}

// apart tells whether somebody works for neither function of a change.
func (w *walk) apart(person string) bool {
	functions := map[string][]string{"it": {"cio", "it-staff"}, "security": {"ciso", "security-staff"}, "business": {"business-owner"}}
	return !w.holds(person, functions[w.m.content.asked]...) && !w.holds(person, functions[w.m.content.built]...)
}

// behind is who somebody answers for: nobody, when they hold the office; ok is false when they may not answer for it.
func (w *walk) behind(person, office string) (from string, ok bool) {
	if w.holds(person, office) {
		return "", true
	}
	if d := w.delegationOf(person, office); d != nil {
		return d.From, true
	}
	return "", false
}

// entitled holds the rules about who turns a key.
func (w *walk) entitled(person, office string) bool {
	from, ok := w.behind(person, office)
	if office == "approver" {
		from, ok = "", w.apart(person)
	}
	if !ok || !slices.Contains(w.m.offices(), office) || w.holds(person, "administrator") || w.lines && w.holds(person, secondLine...) {
		return false
	}
	if w.m.interested(person) || w.m.interested(from) {
		return false
	}
	for other, a := range w.m.answers {
		for _, who := range []string{a.human, a.behind} {
			if other != office && who != "" && (who == person || who == from) {
				return false
			}
		}
	}
	return true
}

// may tells whether the rules permit a request now.
func (w *walk) may(r request) bool {
	m, status := &w.m, w.m.status(w.now)
	read := r.on == m.content && !r.garbled
	awaited := status == decision.Proposed || status == decision.OneKey || status == decision.InEmergency
	_, answered := m.answers[r.office]
	officer := w.holds(r.person, "cio", "ciso")
	own := r.person == m.proposer
	free := !m.interested(r.person)
	switch r.act {
	case "give":
		return awaited && !answered && read && w.entitled(r.person, r.office)
	case "refuse":
		joins := status == decision.Deadlock && m.count(false) > 0 && !m.vetoed()
		return (awaited || joins) && !answered && read && !r.missing && w.entitled(r.person, r.office)
	case "emergency":
		return status == decision.Proposed && read && !r.missing && w.hours > 0 && w.holds(r.person, r.office) && r.office != "approver" && w.entitled(r.person, r.office)
	case "revise":
		if status == decision.Draft {
			return own && !r.missing
		}
		return (own || officer) && free && !r.missing && status.Open() && status != decision.InEmergency
	case "withdraw":
		return own && (status == decision.Draft || status.Open() && status != decision.InEmergency)
	case "submit":
		return own && status == decision.Draft
	case "escalate":
		return officer && free && !w.holds(r.person, "administrator") && status == decision.Deadlock
	case "arbitrate":
		return read && !r.missing && w.mayArbitrate(r.person, status)
	case "challenge":
		standing := slices.ContainsFunc(m.objections, func(o objection) bool { return o.by == r.person && o.content == m.content && !o.lifted })
		may := w.holds(r.person, secondLine...) || !r.yes && w.holds(r.person, "internal-audit")
		return may && free && !w.holds(r.person, "administrator") && read && !r.missing && !standing && (awaited || status.Stuck() && !r.yes)
	case "lift":
		return status.Open() && w.liftable(r.person) >= 0
	case "answer":
		return (officer || own) && free && !r.missing && slices.ContainsFunc(m.objections, func(o objection) bool { return o.by == r.other && !o.answered })
	case "interest":
		return status.Open() && free && !r.missing
	case "memo":
		side := map[string][]string{"it": {"cio", "it-staff"}, "security": {"ciso", "security-staff"}}[r.other]
		return w.holds(r.person, side...) && free && (status == decision.Draft || status.Open())
	case "grade":
		unused := slices.Contains([]decision.Kind{decision.AcceptRisk, decision.Fund, decision.Exception}, m.kind)
		ended := status == decision.Spent || !unused && (status == decision.BothKeys || status == decision.Approved)
		return w.holds(r.person, "cio", "ciso", "cro", "internal-audit") && free && ended && !r.missing && identity.Day(w.now) >= reviewOn
	case "spend":
		return !m.spent && (status == decision.BothKeys || status == decision.Approved || status == decision.InEmergency)
	}
	return false
}

func (w *walk) mayArbitrate(person string, status decision.Status) bool {
	m := &w.m
	step := map[decision.Status]string{decision.Escalated1: w.clock.First, decision.Escalated2: w.clock.Second}[status]
	return step != "" && w.holds(person, step) && !w.holds(person, "cio", "ciso", "administrator") && !m.interested(person) &&
		person != m.proposer && !slices.Contains(m.took, person) && !slices.Contains(m.wrote, person) && (m.kind != decision.Change || w.apart(person))
}

// liftable is the objection that somebody takes back: the one against the present content, or the oldest.
func (w *walk) liftable(person string) int {
	oldest := -1
	for i, o := range w.m.objections {
		if o.by == person && !o.lifted && o.content == w.m.content {
			return i
		} else if o.by == person && !o.lifted && oldest < 0 {
			oldest = i
		}
	}
	return oldest
}

// starts gives the offices their time.
func (w *walk) starts() {
	w.m.deadline = w.working(w.now, w.clock.Days[w.materiality])
	w.goesUp(w.working(w.m.deadline, w.clock.Settle))
}

func (w *walk) goesUp(up time.Time) {
	w.m.up, w.m.higher = up, w.working(up, w.clock.Days[w.materiality])
}

func (w *walk) holdsFrom() {
	if m := &w.m; slices.Contains([]decision.Kind{decision.AcceptRisk, decision.Fund, decision.Exception}, m.kind) && !m.spent && w.clock.ValidDays > 0 {
		m.validUntil = w.now.AddDate(0, 0, w.clock.ValidDays)
	}
}

// did tells the model what was done.
func (w *walk) did(r request) {
	m := &w.m
	status := m.status(w.now)
	switch r.act {
	case "give", "refuse", "emergency":
		w.answered(r, status)
	case "revise":
		m.content = r.on
		if !m.draft {
			m.answers, m.wrote = map[string]said{}, append(m.wrote, r.person)
			w.starts()
		}
	case "withdraw":
		m.withdrawn = true
	case "submit":
		m.draft = false
		w.starts()
	case "escalate":
		w.goesUp(w.now)
	case "arbitrate":
		m.arbitrated, m.approved = true, r.yes
		if r.yes {
			w.holdsFrom()
		}
	case "challenge":
		m.objections = append(m.objections, objection{by: r.person, content: r.on, veto: r.yes})
		if r.yes {
			m.took = append(m.took, r.person)
			m.reverted = m.reverted || m.pending()
			w.goesUp(w.working(w.now, w.clock.Settle))
		}
	case "lift":
		stood := m.vetoed()
		m.objections[w.liftable(r.person)].lifted = true
		if stood && !m.vetoed() && !m.sidelined() && m.count(false) == 0 && !m.pending() {
			w.starts()
		}
	case "answer":
		m.objections[slices.IndexFunc(m.objections, func(o objection) bool { return o.by == r.other && !o.answered })].answered = true
	case "interest":
		w.stoodAside(r.person, status)
	case "grade":
		m.graded = true
	case "spend":
		m.spent = true
	}
}

func (w *walk) answered(r request, status decision.Status) {
	m := &w.m
	from, _ := w.behind(r.person, r.office)
	if r.office == "approver" {
		from = ""
	}
	m.answers[r.office] = said{yes: r.act != "refuse", human: r.person, behind: from, offices: slices.Clone(w.held[r.person]), content: r.on}
	m.took = append(m.took, r.person, from)
	switch {
	case r.act == "emergency":
		m.emergencyBy, m.emergencyUntil = r.person, w.now.Add(time.Duration(w.hours)*time.Hour)
	case r.act == "refuse" && m.pending():
		m.reverted = true
	case r.act == "refuse" && status != decision.Deadlock:
		w.goesUp(w.working(w.now, w.clock.Settle))
	case r.act == "give" && m.count(true) == len(m.offices()):
		m.ratified = m.emergencyBy != ""
		w.holdsFrom()
	}
}

func (w *walk) stoodAside(person string, status decision.Status) {
	m := &w.m
	office := ""
	for _, o := range []string{"cio", "ciso"} { // one interest is noted for one office
		if w.holds(person, o) {
			office = o
		}
	}
	for o, a := range m.answers {
		if a.human == person || a.behind == person {
			delete(m.answers, o)
		}
	}
	m.interests = append(m.interests, interest{person, office})
	switch {
	case m.pending() && m.emergencyBy == person:
		m.reverted = true
	case office != "" && !m.pending() && !status.Stuck():
		w.goesUp(w.working(w.now, w.clock.Settle))
	}
}
