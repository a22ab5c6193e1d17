package risk

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// meanYears is how many years are drawn for a mean that has no closed form.
const meanYears = 20_000

// ExpectedLoss is the mean loss of a year of one scenario of a portfolio, in euro: exact where it has a closed form, else
// that of years drawn with the seed of the risk map.
func ExpectedLoss(s fair.Scenario, state fair.State) float64 {
	if m, closed := s.Expected(state); closed {
		return m.Mean
	}
	mean := 0.0
	for _, loss := range quant.YearlyLosses(s, state, Seed, meanYears) {
		mean += loss / meanYears
	}
	return mean
}

// Patched is a scenario one control of which is measured by patching, with what the days cost on which a known exploited
// vulnerability stands open on what it hits. The loss grows in a straight line from Never to Always with the share of
// such days, because the control works or does not.
type Patched struct {
	Scenario  string    `json:"scenario"`
	Name      i18n.Text `json:"name"`
	Element   string    `json:"element"`
	Watched   bool      `json:"watched"`   // somebody scans the element; else nothing below about days is known
	OpenShare float64   `json:"openShare"` // of the last 365 days, with something open
	Stretches int       `json:"stretches"`
	Open      int       `json:"open"`      // open now
	EURNever  float64   `json:"eurNever"`  // expected loss of a year without any such day
	EURAlways float64   `json:"eurAlways"` // with such a day every day
	EURNow    float64   `json:"eurNow"`    // with the reliability of the estimate
}

// Patching gives the open scenarios with a control that is measured by patching, in order of id.
func Patching(ctx context.Context, r db.Reader) ([]Patched, error) {
	page, err := List(ctx, r, Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return nil, err
	}
	known := map[string]Scenario{}
	for _, s := range page.Items {
		known[s.ID] = s
	}
	portfolio, err := Portfolio(ctx, r, fair.Current)
	if err != nil {
		return nil, err
	}
	since := r.Now().AddDate(0, 0, -365)
	exploited, err := evidence.ExploitedLives(ctx, r, since, r.Now())
	if err != nil {
		return nil, err
	}
	lives := map[string][]evidence.Life{}
	for _, l := range exploited {
		lives[l.Element] = append(lives[l.Element], l)
	}
	watched, err := evidence.Watched(ctx, r)
	if err != nil {
		return nil, err
	}
	all := []Patched{}
	for _, s := range portfolio.Scenarios {
		at := slices.IndexFunc(s.Controls, func(c fair.Control) bool { return c.Measured == fair.ByPatching && !c.Planned })
		if at < 0 {
			continue
		}
		own := known[s.ID]
		p := Patched{Scenario: s.ID, Name: own.Name(), Element: own.Asset, Watched: watched[own.Asset]}
		p.OpenShare, p.Stretches, p.Open = openShare(lives[own.Asset], since, r.Now())
		p.EURNow, p.EURNever, p.EURAlways = ExpectedLoss(s, fair.Current), ExpectedLoss(relying(s, at, 1), fair.Current), ExpectedLoss(relying(s, at, 0), fair.Current)
		all = append(all, p)
	}
	return all, nil
}

// relying is the scenario with another reliability of one control.
func relying(s fair.Scenario, at int, reliability float64) fair.Scenario {
	s.Controls = slices.Clone(s.Controls)
	s.Controls[at].Reliability, s.Controls[at].VarianceFrequency, s.Controls[at].VarianceDays = &reliability, nil, nil
	return s
}
