package risk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/risk/fair"
)

// By is the kind of evidence that speaks against an estimate.
type By string

// The kinds.
const (
	ByExploited By = "patching"  // known exploited vulnerabilities that stood open on what the scenario hits
	ByRecovery  By = "recovery"  // recoveries of its services, tested or real
	ByLosses    By = "losses"    // losses of single events that were observed
	ByMinutes   By = "minutes"   // outages that were observed
	ByEvents    By = "frequency" // events of a year that were counted
)

// Proposal is a change of one input of a scenario that evidence suggests. Nothing changes until somebody takes it.
type Proposal struct {
	ID        string            `json:"id"` // of exactly this change: other evidence, another id
	Scenario  string            `json:"scenario"`
	Name      i18n.Text         `json:"name"`
	By        By                `json:"by"`
	Field     string            `json:"field"` // path of the input in the model
	Before    fair.Distribution `json:"before"`
	After     fair.Distribution `json:"after"`
	N         int               `json:"n"`      // observations, or stretches in which something stood open
	Open      int               `json:"open"`   // known exploited vulnerabilities open now
	Weight    float64           `json:"weight"` // share of time, or years watched
	EURBefore float64           `json:"eurBefore"`
	EURAfter  float64           `json:"eurAfter"` // expected loss of a year, before insurance
	// MinutesBefore and MinutesAfter are expected in a year; nil when the proposal is not about minutes.
	MinutesBefore *float64   `json:"minutesBefore,omitempty"`
	MinutesAfter  *float64   `json:"minutesAfter,omitempty"`
	Dismissed     *Dismissal `json:"dismissed,omitempty"`

	model fair.Scenario // with the change
}

// Blind is a scenario whose patching control cannot be measured, since nobody scans what it hits.
type Blind struct {
	Scenario string    `json:"scenario"`
	Name     i18n.Text `json:"name"`
	Element  string    `json:"element"`
}

// Unfelt is a scenario that hits something on which known exploited vulnerabilities are open, while no control of its
// model is measured by patching: the estimate does not feel them.
type Unfelt struct {
	Scenario string    `json:"scenario"`
	Name     i18n.Text `json:"name"`
	Element  string    `json:"element"`
	Open     int       `json:"open"`
}

// Proposals are what evidence has to say about the estimates.
type Proposals struct {
	Since  time.Time  `json:"since"` // of the year that is looked at
	Open   []Proposal `json:"open"`  // the greatest change of loss first
	Past   []Proposal `json:"past"`  // dismissed, and still the same
	Blind  []Blind    `json:"blind"`
	Unfelt []Unfelt   `json:"unfelt"`
}

// Propose holds the estimates of all open scenarios against the evidence of the last year.
func Propose(ctx context.Context, r db.Reader, _ struct{}) (Proposals, error) {
	w := proposing{now: r.Now(), out: Proposals{Since: r.Now().AddDate(-1, 0, 0), Open: []Proposal{}, Past: []Proposal{}, Blind: []Blind{}, Unfelt: []Unfelt{}}}
	page, err := List(ctx, r, Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return w.out, err
	}
	if err := w.load(ctx, r); err != nil {
		return w.out, err
	}
	for _, s := range page.Items {
		if s.Status != "closed" {
			w.patching(s)
			w.recoveries(s)
			w.observed(s)
		}
	}
	slices.SortStableFunc(w.out.Open, func(a, b Proposal) int {
		return cmp.Compare(abs(b.EURAfter-b.EURBefore), abs(a.EURAfter-a.EURBefore))
	})
	return w.out, nil
}

// OpProposals reads what evidence has to say about the estimates.
var OpProposals = op.Query[struct{}, Proposals]{Name: "risk.proposals", Route: "GET /api/risks/proposals", Func: Propose}

func abs(x float64) float64 { return max(x, -x) }

// proposing looks at one scenario after the other.
type proposing struct {
	now       time.Time
	lives     map[string][]evidence.Life // by element
	watched   map[string]bool
	recovered map[string][]evidence.RecoveryTest // by service
	seen      map[string][]Observation           // by scenario
	no        map[string]Dismissal
	out       Proposals
}

func (w *proposing) load(ctx context.Context, r db.Reader) error {
	lives, err := evidence.ExploitedLives(ctx, r, w.out.Since, w.now)
	if err != nil {
		return err
	}
	w.lives = map[string][]evidence.Life{}
	for _, l := range lives {
		w.lives[l.Element] = append(w.lives[l.Element], l)
	}
	if w.watched, err = evidence.Watched(ctx, r); err != nil {
		return err
	}
	tests, err := evidence.RecoveryTests(ctx, r, w.out.Since.Format(time.DateOnly), w.now.AddDate(0, 0, 1).Format(time.DateOnly))
	if err != nil {
		return err
	}
	w.recovered = map[string][]evidence.RecoveryTest{}
	for _, t := range tests {
		w.recovered[t.Service] = append(w.recovered[t.Service], t)
	}
	observations, err := allObservations(ctx, r)
	if err != nil {
		return err
	}
	w.seen = map[string][]Observation{}
	for _, o := range observations {
		w.seen[o.Scenario] = append(w.seen[o.Scenario], o)
	}
	no, err := allDismissals(ctx, r)
	w.no = map[string]Dismissal{}
	for _, d := range no {
		w.no[d.ID] = d
	}
	return err
}

// patching measures the reliability of a patching control: the share of the year in which no known exploited
// vulnerability stood open on what the scenario hits.
func (w *proposing) patching(s Scenario) {
	if s.Asset == "" {
		return
	}
	measured := false
	lives := w.lives[s.Asset]
	share, stretches, open := openShare(lives, w.out.Since, w.now)
	for i, c := range s.Model.Controls {
		if c.Measured != fair.ByPatching || c.Planned {
			continue
		}
		measured = true
		if !w.watched[s.Asset] {
			w.out.Blind = append(w.out.Blind, Blind{s.ID, s.Name(), s.Asset})
			continue
		}
		before := c.ReliabilityOf()
		after := 1 - share
		if abs(after-before) < 0.02 {
			continue
		}
		model := s.Fair()
		model.Controls = slices.Clone(model.Controls)
		model.Controls[i].Reliability, model.Controls[i].VarianceFrequency, model.Controls[i].VarianceDays = &after, nil, nil
		w.add(s, Proposal{By: ByExploited, Field: fmt.Sprintf("controls[%d].reliability", i), Before: fair.Fixed(before), After: fair.Fixed(after), N: stretches, Open: open, Weight: share, model: model})
	}
	if !measured && open > 0 {
		w.out.Unfelt = append(w.out.Unfelt, Unfelt{s.ID, s.Name(), s.Asset, open})
	}
}

// openShare is the share of the time in which at least one of the lives was open, how many stretches that makes, and
// how many are open at the end.
func openShare(lives []evidence.Life, since, until time.Time) (share float64, stretches, open int) {
	sorted := slices.SortedFunc(slices.Values(lives), func(a, b evidence.Life) int { return a.Opened.Compare(b.Opened) })
	covered, end := time.Duration(0), since
	for _, l := range sorted {
		from, to := l.Opened, l.Closed
		if to.IsZero() {
			to, open = until, open+1
		}
		if from.Before(since) {
			from = since
		}
		if from.After(end) || stretches == 0 {
			stretches++
		}
		if from.Before(end) {
			from = end
		}
		if to.After(end) {
			covered, end = covered+to.Sub(from), to
		}
	}
	return float64(covered) / float64(until.Sub(since)), stretches, open
}

// recoveries hold how long services took to come back against the minutes of the estimate.
func (w *proposing) recoveries(s Scenario) {
	if s.Model.Minutes == nil {
		return
	}
	var seen []float64
	for _, service := range s.Services {
		for _, t := range w.recovered[service] {
			if t.Recovered && t.TimeMin != nil && *t.TimeMin > 0 && t.Kind != "tabletop" && t.Day > s.EstimatedOn {
				seen = append(seen, float64(*t.TimeMin))
			}
		}
	}
	w.minutes(s, ByRecovery, seen)
}

func (w *proposing) minutes(s Scenario, by By, seen []float64) {
	after, done := s.Model.Minutes.Update(seen)
	if !done {
		return
	}
	model := s.Fair()
	model.Minutes = &after
	w.add(s, Proposal{By: by, Field: "minutes", Before: *s.Model.Minutes, After: after, N: len(seen), model: model})
}

// observed hold what people have counted since the estimate against it.
func (w *proposing) observed(s Scenario) {
	by := map[Quantity][]float64{}
	for _, o := range w.seen[s.ID] {
		if o.Value != nil && o.Day > s.EstimatedOn {
			by[o.Quantity] = append(by[o.Quantity], *o.Value)
		}
	}
	if s.Model.Minutes != nil {
		w.minutes(s, ByMinutes, by[Minutes])
	}
	if len(s.Model.Primary) == 1 {
		if after, done := s.Model.Primary[0].Amount.Update(by[Loss]); done {
			model := s.Fair()
			model.Primary = []fair.Loss{{Form: model.Primary[0].Form, Amount: after}}
			w.add(s, Proposal{By: ByLosses, Field: "primary[0].amount", Before: s.Model.Primary[0].Amount, After: after, N: len(by[Loss]), model: model})
		}
	}
	if years := len(by[Events]); years > 0 && s.Model.Susceptibility == nil && s.Model.Counting != fair.Bernoulli {
		events := 0.0
		for _, n := range by[Events] {
			events += n
		}
		if after, done := s.Model.Frequency.UpdateRate(events, float64(years)); done {
			model := s.Fair()
			model.Frequency = after
			w.add(s, Proposal{By: ByEvents, Field: "frequency", Before: s.Model.Frequency, After: after, N: int(events), Weight: float64(years), model: model})
		}
	}
}

// add gives the proposal its name and files it, unless it changes next to nothing.
func (w *proposing) add(s Scenario, p Proposal) {
	before, after := s.Fair(), p.model
	p.Scenario, p.Name = s.ID, s.Name()
	p.EURBefore = before.LossEvents(fair.Current).Mean * before.EventLoss(fair.Current).Mean
	p.EURAfter = after.LossEvents(fair.Current).Mean * after.EventLoss(fair.Current).Mean
	if was, is := p.Before.Mean(), p.After.Mean(); abs(is-was) < 0.02*abs(was) {
		return
	}
	if p.By == ByRecovery || p.By == ByMinutes {
		rate := before.LossEvents(fair.Current).Mean
		was, is := rate*p.Before.Mean(), rate*p.After.Mean()
		p.MinutesBefore, p.MinutesAfter = &was, &is
	}
	p.ID = p.hash(s)
	if d, no := w.no[p.ID]; no {
		p.Dismissed = &d
		w.out.Past = append(w.out.Past, p)
		return
	}
	w.out.Open = append(w.out.Open, p)
}

// hash names exactly this change of exactly this estimate, to the third digit: one more day in a year of watching is no
// other evidence.
func (p Proposal) hash(s Scenario) string {
	text, err := json.Marshal([]any{s.ID, s.Version, p.By, p.Field, p.N, fmt.Sprintf("%.2g", p.After.Mean())})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}
