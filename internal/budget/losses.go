package budget

import (
	"context"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// Exposure is what one scenario costs as it is estimated now.
type Exposure struct {
	ID    string    `json:"id"`
	Title i18n.Text `json:"title"`
	ALE   float64   `json:"ale"`   // mean yearly loss, euro
	Joint bool      `json:"joint"` // identified by both sides: it has an owner in IT and one in security
}

// Losses are all scenarios that are not closed, and joint yearly losses drawn for them.
type Losses struct {
	Scenarios []Exposure
	Years     [][]float64 // by year drawn, then by scenario
}

func (l Losses) of(id string) (Exposure, bool) {
	for _, s := range l.Scenarios {
		if s.ID == id {
			return s, true
		}
	}
	return Exposure{}, false
}

// losses is all that the fund asks of the risks: the scenarios with their mean yearly losses, and so many joint
// years drawn with the seed of the risk map. A mean without a closed form is that of years drawn.
func losses(ctx context.Context, r db.Reader, years int) (Losses, error) {
	var l Losses
	all, err := risk.Portfolio(ctx, r, fair.Current)
	if err != nil || len(all.Scenarios) == 0 {
		return l, err
	}
	page, err := risk.List(ctx, r, risk.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return l, err
	}
	known := map[string]risk.Scenario{}
	for _, s := range page.Items {
		known[s.ID] = s
	}
	for _, q := range all.Scenarios {
		expected, closed := q.Expected(fair.Current)
		if !closed {
			for _, loss := range quant.YearlyLosses(q, fair.Current, risk.Seed, yearsDrawn) {
				expected.Mean += loss / yearsDrawn
			}
		}
		s := known[q.ID]
		l.Scenarios = append(l.Scenarios, Exposure{ID: q.ID, Title: s.Name(), ALE: expected.Mean, Joint: s.OwnerIT != "" && s.OwnerSecurity != ""})
	}
	if years > 0 {
		l.Years, err = quant.Losses(all, risk.Seed, years)
	}
	return l, err
}
