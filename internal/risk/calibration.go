package risk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/stat"
)

// Outcome tells whether an interval held what was observed.
type Outcome string

// The outcomes.
const (
	Held    Outcome = "held"
	Below   Outcome = "below"   // the value is below the interval
	Above   Outcome = "above"   // the value is above it
	NoRange Outcome = "unknown" // there was no estimate of this quantity on the day before
)

// Trial is one past interval of nine chances in ten, held against what then happened.
type Trial struct {
	Scenario    string    `json:"scenario"`
	Name        i18n.Text `json:"name"`
	Observation string    `json:"observation"`
	Incident    string    `json:"incident,omitempty"`
	Day         string    `json:"day"`
	Quantity    Quantity  `json:"quantity"`
	Value       float64   `json:"value"`
	Estimate    int       `json:"estimate,omitempty"` // number of the one in force on the day before
	By          string    `json:"by,omitempty"`       // who made it: person id
	Low         float64   `json:"low"`                // 5 % of the quantity are below
	High        float64   `json:"high"`               // 5 % are above
	Outcome     Outcome   `json:"outcome"`
}

// MinTrials is the number of intervals below which nobody is told anything: fewer say nothing about nine in ten.
const MinTrials = 8

// Stated is the chance with which an interval should hold.
const Stated = 0.9

// Word is what the share of intervals that held says about the estimates.
type Word string

// The words.
const (
	AsStated  Word = "as-stated"   // nine in ten lie inside the interval of the share
	TooNarrow Word = "too-narrow"  // surely less than nine in ten held
	TooWide   Word = "too-wide"    // surely more
	TooFew    Word = "cannot-tell" // fewer than MinTrials
)

// Score counts the intervals of somebody that held; Low and High are the 95 % Wilson interval of the share.
type Score struct {
	By   string  `json:"by,omitempty"` // person id; empty: nobody is named, or all together
	Held int     `json:"held"`
	Of   int     `json:"of"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Word Word    `json:"word"`
}

// Calibration says whether past intervals held as often as they should.
type Calibration struct {
	All    Score   `json:"all"`
	By     []Score `json:"by"`     // the estimator with most intervals first
	Trials []Trial `json:"trials"` // the latest first
}

// Calibrate holds the estimates that were in force on the day before each observation against it.
func Calibrate(ctx context.Context, r db.Reader, _ struct{}) (Calibration, error) {
	observations, err := allObservations(ctx, r)
	if err != nil {
		return Calibration{}, err
	}
	page, err := List(ctx, r, Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return Calibration{}, err
	}
	names := map[string]i18n.Text{}
	for _, s := range page.Items {
		names[s.ID] = s.Name()
	}
	trials := []Trial{}
	before := map[string][]Estimate{} // by day
	for _, o := range observations {
		values, err := observedValues(ctx, r, o)
		if err != nil {
			return Calibration{}, fmt.Errorf("observation %s: %w", o.ID, err)
		}
		for _, t := range values {
			if before[t.Day] == nil {
				if before[t.Day], err = estimatesBefore(ctx, r, t); err != nil {
					return Calibration{}, err
				}
			}
			t.Name = names[t.Scenario]
			trials = append(trials, t.against(before[t.Day]))
		}
	}
	slices.SortStableFunc(trials, func(a, b Trial) int { return cmp.Compare(b.Day, a.Day) })
	return scored(trials)
}

// OpCalibration reads whether past intervals held.
var OpCalibration = op.Query[struct{}, Calibration]{Name: "risk.calibration", Route: "GET /api/risks/calibration", Func: Calibrate}

// observedValues are the values that an observation tells: its own, or those that are known of its incident, on the day
// on which that happened.
func observedValues(ctx context.Context, r db.Reader, o Observation) ([]Trial, error) {
	t := Trial{Scenario: o.Scenario, Observation: o.ID, Incident: o.Incident, Day: o.Day, Quantity: o.Quantity}
	if o.Incident == "" {
		if o.Value == nil {
			return nil, nil
		}
		t.Value = *o.Value
		return []Trial{t}, nil
	}
	incident, err := evidence.GetIncident(ctx, r, evidence.IncidentQuery{ID: o.Incident})
	if problem.Is(err, problem.NotFound) { // it was removed with its file
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if at := cmp.Or(incident.Occurred, incident.Detected); !at.IsZero() {
		t.Day = at.UTC().Format(time.DateOnly)
	}
	var all []Trial
	for _, one := range []struct {
		quantity Quantity
		value    *float64
	}{{Loss, incident.LossEUR}, {Minutes, incident.MinutesLost}} {
		if one.value != nil && db.ValidDay(t.Day) {
			t.Quantity, t.Value = one.quantity, *one.value
			all = append(all, t)
		}
	}
	return all, nil
}

// estimatesBefore are those in force at the end of the day before.
func estimatesBefore(ctx context.Context, r db.Reader, t Trial) ([]Estimate, error) {
	day, err := time.Parse(time.DateOnly, t.Day)
	if err != nil {
		return nil, fmt.Errorf("day of an observation: %w", err)
	}
	return estimatesOn(ctx, r, day.Add(-time.Microsecond))
}

// against holds the value against the estimate of its scenario.
func (t Trial) against(estimates []Estimate) Trial {
	t.Outcome = NoRange
	for _, e := range estimates {
		if e.Scenario != t.Scenario {
			continue
		}
		t.Estimate, t.By = e.Number, e.By
		low, high, known := Range90(e.Model, t.Quantity)
		if !known {
			return t
		}
		t.Low, t.High, t.Outcome = low, high, Held
		if t.Value < low {
			t.Outcome = Below
		}
		if t.Value > high {
			t.Outcome = Above
		}
	}
	return t
}

// scored counts the trials, together and by estimator.
func scored(trials []Trial) (Calibration, error) {
	out := Calibration{Trials: trials, By: []Score{}}
	by := map[string]*Score{}
	for _, t := range trials {
		if t.Outcome == NoRange {
			continue
		}
		if by[t.By] == nil {
			by[t.By] = &Score{By: t.By}
		}
		for _, s := range []*Score{by[t.By], &out.All} {
			s.Of++
			if t.Outcome == Held {
				s.Held++
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		s, err := by[id].worded()
		if err != nil {
			return out, err
		}
		out.By = append(out.By, s)
	}
	slices.SortStableFunc(out.By, func(a, b Score) int { return cmp.Compare(b.Of, a.Of) })
	var err error
	out.All, err = out.All.worded()
	return out, err
}

// worded is the score with its interval and its word.
func (s Score) worded() (Score, error) {
	s.Word = TooFew
	if s.Of == 0 {
		s.High = 1
		return s, nil
	}
	share, err := stat.Wilson(s.Held, s.Of, 0)
	if err != nil {
		return s, err
	}
	s.Low, s.High = share.Low, share.High
	switch {
	case s.Of < MinTrials:
	case s.High < Stated:
		s.Word = TooNarrow
	case s.Low > Stated:
		s.Word = TooWide
	default:
		s.Word = AsStated
	}
	return s, nil
}

// Range90 is the interval from 5 % to 95 % of a quantity with the controls in place. It is known of the loss of one
// event when that is a single primary loss, of minutes when they are estimated, and of the events of a year unless the
// susceptibility is itself uncertain, or events are not counted one by one.
func Range90(m fair.Scenario, q Quantity) (low, high float64, known bool) {
	f := m.Factors(fair.Current)
	switch {
	case q == Loss && len(m.Primary) == 1 && m.Secondary == nil && m.Counting != fair.Annual:
		shape := m.Primary[0].Amount.Shape()
		return stated(f.Magnitude * shape.Quantile(0.05)), stated(f.Magnitude * shape.Quantile(0.95)), true
	case q == Minutes && m.Minutes != nil:
		shape := m.Minutes.Shape()
		return stated(shape.Quantile(0.05)), stated(shape.Quantile(0.95)), true
	case q == Events && m.Counting != fair.Annual && (m.Susceptibility == nil || m.Susceptibility.Probability == nil):
		return eventsRange(m, f.Frequency*f.Susceptibility*m.Susceptible())
	}
	return 0, 0, false
}

// stated is a limit to nine digits: a value exactly on a limit that was typed lies inside.
func stated(x float64) float64 {
	if x == 0 {
		return 0
	}
	unit := math.Pow(10, 8-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*unit) / unit
}

// rateSteps is the number of equally likely rates that stand for an uncertain one.
const rateSteps = 400

// eventsRange are the smallest counts of a year that 5 % and 95 % do not exceed. Events come by Poisson with a rate drawn
// for the year: the mixture over rates at the middles of rateSteps equally likely slices of the estimate. With at most one
// event a year, the mean rate is the chance of the one.
func eventsRange(m fair.Scenario, scale float64) (low, high float64, known bool) {
	shape := m.Frequency.Shape()
	if m.Counting == fair.Bernoulli {
		none := 1 - scale*shape.Mean()
		return count(none < 0.05), count(none < 0.95), true
	}
	rates := make([]float64, rateSteps)
	for i := range rates {
		rates[i] = scale * shape.Quantile((float64(i)+0.5)/rateSteps)
	}
	// Far beyond the greatest rate there is nothing left; what is left out above 95 % moves neither end.
	end := int(rates[rateSteps-1]+12*math.Sqrt(rates[rateSteps-1])) + 20
	sum, foundLow := 0.0, false
	for n := 0; n <= end; n++ {
		for _, rate := range rates {
			sum += poisson(n, rate) / rateSteps
		}
		if !foundLow && sum >= 0.05 {
			low, foundLow = float64(n), true
		}
		if sum >= 0.95 {
			return low, float64(n), true
		}
	}
	return 0, 0, false
}

func count(one bool) float64 {
	if one {
		return 1
	}
	return 0
}

// poisson is the chance of n events at a rate.
func poisson(n int, rate float64) float64 {
	if rate == 0 {
		return count(n == 0)
	}
	log, _ := math.Lgamma(float64(n) + 1)
	return math.Exp(float64(n)*math.Log(rate) - rate - log)
}
