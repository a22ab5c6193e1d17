package decision_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/organisation"
)

// sequences is how many random lives of a decision are tried: a million where time is allowed for it.
func sequences() uint64 {
	if os.Getenv("CI") == "true" || os.Getenv("ACCORDO_LONG") == "1" {
		return 1_000_000
	}
	return 30_000
}

// seed is drawn anew each time; ACCORDO_SEED repeats a run.
func seed(t *testing.T) uint64 {
	if told := os.Getenv("ACCORDO_SEED"); told != "" {
		n, err := strconv.ParseUint(told, 10, 64)
		if err != nil {
			t.Fatalf("ACCORDO_SEED: %v", err)
		}
		return n
	}
	return rand.Uint64()
}

var (
	people     = []string{"ada", "bice", "carla", "dino", "elsa", "fabio", "gina", "ugo"}
	someOffice = []string{"cio", "ciso", "cro", "coo", "ceo", "board", "administrator", "it-staff", "security-staff", "compliance", "dpo", "internal-audit", "business-owner"}
	kinds      = []decision.Kind{decision.AcceptRisk, decision.Policy, decision.Change, decision.Change, decision.Exception}
	functions  = []string{"it", "security", "business"}
	working    = organisation.Calendar{Holidays: organisation.HolidaysNone}
	dayOne     = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
)

const reviewOn = "2026-12-02"

// walk is one random life of one decision among people whose offices move.
type walk struct {
	*rand.Rand
	d           decision.Decision
	m           model
	now         time.Time
	clock       decision.Clock
	hours       int // of an emergency
	materiality string
	lines       bool
	held        map[string][]string
	delegations []decision.Delegation
	done        []request
	hashes      map[text]string // of contents, so that a sequence costs little
	status      decision.Status // after the last step
}

func newWalk(seed, n uint64, hashes map[decision.Kind]map[text]string) *walk {
	w := &walk{Rand: rand.New(rand.NewPCG(seed, n)), now: dayOne.Add(time.Duration(n%5) * 24 * time.Hour), held: map[string][]string{}}
	arbiters := []string{"cro", "coo", "ceo", "board"}
	w.Shuffle(len(arbiters), func(i, j int) { arbiters[i], arbiters[j] = arbiters[j], arbiters[i] })
	w.materiality, w.lines, w.hours = pick(w, []string{"high", "medium"}), w.IntN(2) == 0, 72*w.IntN(2)
	w.clock = decision.Clock{
		Days: map[string]int{"high": 1, "medium": 3}, Settle: w.IntN(3), RatifyHours: w.hours, ValidDays: 10 * w.IntN(2),
		First: arbiters[0], Second: arbiters[1], Working: working,
	}
	for i, office := range []string{"cio", "ciso", arbiters[0], arbiters[1], pick(w, someOffice), "compliance"} {
		w.held[people[i]] = []string{office}
	}
	w.m = model{kind: pick(w, kinds), proposer: pick(w, people[:5]), draft: true, answers: map[string]said{}}
	if w.hashes = hashes[w.m.kind]; w.hashes == nil {
		w.hashes = map[text]string{}
		hashes[w.m.kind] = w.hashes
	}
	w.m.content = w.someText()
	w.d = decision.Decision{ID: "one", Title: "One", Kind: w.m.kind, Draft: true, ProposedBy: w.m.proposer, Materiality: w.materiality, ReviewOn: reviewOn, ProposedAt: w.now}
	terms := w.m.content.terms()
	w.d.Content, w.d.AskedBy, w.d.BuiltBy = terms.Content, terms.AskedBy, terms.BuiltBy
	if w.IntN(10) > 0 {
		w.try(request{act: "submit", person: w.m.proposer})
	}
	w.status = w.d.Status(w.now)
	return w
}

func pick[T any](w *walk, all []T) T { return all[w.IntN(len(all))] }

func (w *walk) someText() text {
	c := text{words: pick(w, []string{"A", "B"})}
	if w.m.kind == decision.Change {
		c.asked, c.built = pick(w, functions), pick(w, functions)
	}
	return c
}

func (c text) terms() decision.Terms {
	return decision.Terms{Content: c.words, AskedBy: c.asked, BuiltBy: c.built, ReviewOn: reviewOn}
}

// hash is that of a content of this decision; the model itself needs none.
func (w *walk) hash(c text) string {
	if known, ok := w.hashes[c]; ok {
		return known
	}
	d := w.d
	d.Content, d.AskedBy, d.BuiltBy = c.words, c.asked, c.built
	w.hashes[c] = d.Hash()
	return w.hashes[c]
}

func (w *walk) working(from time.Time, days int) time.Time { return working.Add(from, days) }

func (w *walk) delegationOf(person, office string) *decision.Delegation {
	for i, d := range w.delegations {
		if d.Office == office && d.To == person && d.On(identity.Day(w.now)) && w.holds(d.From, office) {
			return &w.delegations[i]
		}
	}
	return nil
}

// hand is what the operations make of an actor: their offices, and the delegation for the office they answer for.
func (w *walk) hand(person, office string) decision.Hand {
	h := decision.Hand{Person: person, Offices: w.held[person], Lines: w.lines}
	if (office == "cio" || office == "ciso") && !w.holds(person, office) {
		h.For = w.delegationOf(person, office)
	}
	return h
}

// act does a request to the decision.
func (w *walk) act(r request) error {
	d, h, reason := &w.d, w.hand(r.person, r.office), "because"
	if r.missing {
		reason = ""
	}
	hash := w.hash(r.on)
	if r.garbled {
		hash = strings.Repeat("0", 64)
	}
	switch r.act {
	case "give":
		return d.Give(h, r.office, hash, w.clock, w.now)
	case "refuse":
		return d.Refuse(h, r.office, hash, "because", reason, w.clock, w.now)
	case "emergency":
		return d.ActInEmergency(h, r.office, hash, reason, w.clock, w.now)
	case "revise":
		terms := r.on.terms()
		if r.missing {
			terms.Content = ""
		}
		return d.Revise(h, terms, w.clock, w.now)
	case "withdraw":
		return d.Withdraw(h, w.now)
	case "submit":
		return d.Submit(h, w.clock, w.now)
	case "escalate":
		return d.Escalate(h, w.clock, w.now)
	case "arbitrate":
		return d.Arbitrate(h, hash, r.yes, reason, w.clock, w.now)
	case "challenge":
		return d.Challenge(h, hash, reason, r.yes, w.clock, w.now)
	case "lift":
		return d.Lift(h, w.clock, w.now)
	case "answer":
		return d.Answer(h, r.other, reason)
	case "interest":
		return d.DeclareConflict(h, reason, w.clock, w.now)
	case "memo":
		return d.Write(h, r.other, decision.Memo{First: "costs"}, w.now)
	case "grade":
		return d.Grade(h, decision.Review{Grade: "reached", Note: reason}, w.now)
	}
	if !d.Approves(w.now) { // what Spend does
		return errNotApproved
	}
	at := w.now
	d.SpentAt = &at
	return nil
}

var errNotApproved = errors.New("not approved")

// request draws what somebody tries: mostly something that could be permitted, sometimes anything, sometimes an old request.
func (w *walk) request() request {
	if len(w.done) > 0 && w.IntN(10) == 0 {
		return pick(w, w.done)
	}
	r := request{
		act: pick(w, acts), person: pick(w, people), office: pick(w, []string{"cio", "ciso", "cio", "ciso", "approver"}), on: w.m.content, yes: w.IntN(2) == 0,
		missing: w.IntN(20) == 0, garbled: w.IntN(30) == 0, other: pick(w, people),
	}
	if r.act == "memo" {
		r.other = pick(w, functions)
	}
	if r.act == "revise" || w.IntN(20) == 0 {
		r.on = w.someText()
	}
	if w.IntN(4) > 0 { // whoever could
		for range 6 {
			if w.may(r) {
				break
			}
			r.person, r.office = pick(w, people), pick(w, w.m.offices())
		}
	}
	return r
}

// move changes the world around the decision: the clock, offices, delegations.
func (w *walk) move() {
	switch w.IntN(6) {
	case 0, 1:
		w.now = w.now.Add(time.Duration(w.IntN(60)) * time.Hour)
	case 2:
		limits := []time.Time{w.m.deadline, w.m.up, w.m.higher, w.m.emergencyUntil, w.m.validUntil}
		at := pick(w, limits).Add(time.Duration(w.IntN(3)-1) * time.Microsecond)
		if at.After(w.now) {
			w.now = at
		}
	case 3:
		w.held[pick(w, people)] = []string{pick(w, someOffice)}
	case 4:
		person := pick(w, people)
		w.held[person] = nil // disabled, or two offices in one hand
		if w.IntN(2) == 0 {
			w.held[person] = []string{pick(w, someOffice[:2]), pick(w, someOffice)}
		}
	default:
		if len(w.delegations) > 0 && w.IntN(3) == 0 {
			at := w.now
			w.delegations[w.IntN(len(w.delegations))].RevokedAt = &at
			return
		}
		first := w.now.AddDate(0, 0, w.IntN(5)-3)
		w.delegations = append(w.delegations, decision.Delegation{
			Office: pick(w, someOffice[:2]), From: pick(w, people[:3]), To: pick(w, people),
			FirstDay: identity.Day(first), LastDay: identity.Day(first.AddDate(0, 0, w.IntN(6))),
		})
	}
}

// step moves the world or tries something, and gives what is wrong afterwards.
func (w *walk) step() error {
	before := w.status
	if w.IntN(4) == 0 {
		w.move()
		w.status = w.d.Status(w.now)
		if after := w.status; after != before && !slices.Contains(byTime[before], after) || after.Holds() && !before.Holds() {
			return fmt.Errorf("the clock led from %s to %s", before, after)
		}
		return w.wrong(before)
	}
	if err := w.try(w.request()); err != nil {
		return err
	}
	w.status = w.d.Status(w.now)
	if after := w.status; after != before && !slices.Contains(byAct[before], after) {
		return fmt.Errorf("an act led from %s to %s", before, after)
	}
	return w.wrong(before)
}

// try does a request and compares with the rules whether it may be; what is refused changes nothing.
func (w *walk) try(r request) error {
	may := w.may(r)
	var was decision.Decision
	if !may {
		was = copied(w.d)
	}
	err := w.act(r)
	w.done = append(w.done, r)
	switch {
	case err == nil && !may:
		return fmt.Errorf("%+v was accepted, and the rules forbid it", r)
	case err != nil && may:
		return fmt.Errorf("%+v was refused, and the rules permit it: %w", r, err)
	case !may && !reflect.DeepEqual(was, w.d):
		return fmt.Errorf("%+v was refused and changed the decision", r)
	case err == nil:
		w.did(r)
	}
	return nil
}

func copied(d decision.Decision) decision.Decision {
	d.Keys, d.Challenges, d.Conflicts, d.Revisions = slices.Clone(d.Keys), slices.Clone(d.Challenges), slices.Clone(d.Conflicts), slices.Clone(d.Revisions)
	d.Emergency, d.Arbitration, d.Review, d.ITMemo, d.SecurityMemo = own(d.Emergency), own(d.Arbitration), own(d.Review), own(d.ITMemo), own(d.SecurityMemo)
	d.AgreedAt, d.ValidUntil, d.WithdrawnAt, d.SpentAt = own(d.AgreedAt), own(d.ValidUntil), own(d.WithdrawnAt), own(d.SpentAt)
	return d
}

func own[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// wrong compares the decision with the model, and with what must hold whatever the model says.
func (w *walk) wrong(before decision.Status) error {
	status := w.status
	if want := w.m.status(w.now); status != want {
		return fmt.Errorf("stands as %s, want %s", status, want)
	}
	if slices.Contains(ends, before) && status != before {
		return fmt.Errorf("%s became %s", before, status)
	}
	if w.IntN(8) == 0 && w.d.Approves(w.now) && (!status.Holds() || w.m.spent) {
		return fmt.Errorf("%s approves", status)
	}
	if err := w.wrongKeys(status); err != nil {
		return err
	}
	if status == decision.InEmergency && (w.now.After(w.m.emergencyUntil) || w.m.emergencyUntil.Sub(w.d.Emergency.At) != 72*time.Hour) {
		return errors.New("an emergency holds for longer than it may")
	}
	if status.Holds() && w.m.vetoed() && !w.m.arbitrated {
		return errors.New("it holds while a veto stands")
	}
	return nil
}

// wrongKeys holds the rules of two keys against what was given, by whom, and on what.
func (w *walk) wrongKeys(status decision.Status) error {
	if len(w.d.Keys) != len(w.m.answers) {
		return fmt.Errorf("%d keys, want %d", len(w.d.Keys), len(w.m.answers))
	}
	humans := map[string]bool{}
	for _, k := range w.d.Keys {
		office := k.Office
		a, known := w.m.answers[office]
		if !known || k.Hash != w.hash(w.m.content) || k.Person != a.human || k.For != a.behind || (k.Answer == "yes") != a.yes || a.content != w.m.content {
			return fmt.Errorf("key of %s is %+v, want %+v", office, k, a)
		}
		if humans[a.human] || humans[a.behind] || w.m.interested(a.human) || w.m.interested(a.behind) {
			return fmt.Errorf("key of %s by %+v: not another human, or one with an interest", office, a)
		}
		if slices.Contains(a.offices, "administrator") || w.lines && slices.ContainsFunc(a.offices, func(o string) bool { return slices.Contains(secondLine, o) }) {
			return fmt.Errorf("key of %s by somebody who holds %v", office, a.offices)
		}
		humans[a.human] = true
		if a.behind != "" {
			humans[a.behind] = true
		}
	}
	if keys := w.m.count(true); status == decision.BothKeys && keys != len(w.m.offices()) || status == decision.InEmergency && keys == 0 {
		return fmt.Errorf("%s with %d keys", status, keys)
	}
	return nil
}

func (w *walk) run(steps int) error {
	for range steps {
		if err := w.step(); err != nil {
			return err
		}
	}
	return nil
}

// Whatever is tried, by whomever, in whatever order and at whatever time: exactly what the rules permit is done, and two
// keys are two humans on the present content.
func TestNoSequenceOfEventsBreaksTheRulesOfTwoKeys(t *testing.T) {
	base, n := seed(t), sequences()
	var next atomic.Uint64
	reached := make([]map[decision.Status]int, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range reached {
		reached[i] = map[decision.Status]int{}
		hashes := map[decision.Kind]map[text]string{}
		all.Go(func() {
			for at := next.Add(1); at <= n && !t.Failed(); at = next.Add(1) {
				w := newWalk(base, at, hashes)
				if err := w.run(14); err != nil {
					t.Errorf("ACCORDO_SEED=%d, sequence %d: %v\n%s", base, at, err, w.story())
				}
				reached[i][w.d.Status(w.now)]++
			}
		})
	}
	all.Wait()
	for _, status := range decision.Statuses {
		total := 0
		for _, one := range reached {
			total += one[status]
		}
		if total == 0 && !t.Failed() {
			t.Errorf("no sequence ended as %s: the test looks at too little", status)
		}
		t.Logf("%-12s %d", status, total)
	}
}

func (w *walk) story() string {
	lines := []string{fmt.Sprintf("%+v", w.m), fmt.Sprintf("%v %v lines %v", w.held, w.delegations, w.lines)}
	for _, r := range w.done {
		lines = append(lines, fmt.Sprintf("%+v", r))
	}
	return strings.Join(lines, "\n")
}
