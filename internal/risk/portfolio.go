package risk

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/risk/fair"
)

// Cause is something that several scenarios have in common, such as the failure of a supplier: it is present in a year
// or not, and scenarios tied to it feel it in the same years.
type Cause struct {
	ID          string  `yaml:"id" json:"id"`
	Title       string  `yaml:"title" json:"title"`
	TitleIT     string  `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Element     string  `yaml:"element,omitempty" json:"element,omitempty"` // element id of what fails
	Probability float64 `yaml:"probability" json:"probability"`             // of being present in a year
}

// Name is the title in both languages.
func (c Cause) Name() i18n.Text { return i18n.Text{EN: c.Title, IT: c.TitleIT} }

// Cover is an insurance of the yearly loss of some scenarios together: of what exceeds the retention the insurer pays
// the share, up to the limit.
type Cover struct {
	ID           string   `yaml:"id" json:"id"`
	Title        string   `yaml:"title" json:"title"`
	TitleIT      string   `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	From         string   `yaml:"from,omitempty" json:"from,omitempty"`           // first day of the policy
	Until        string   `yaml:"until,omitempty" json:"until,omitempty"`         // last day
	Scenarios    []string `yaml:"scenarios,omitempty" json:"scenarios,omitempty"` // all when empty
	RetentionEUR float64  `yaml:"retention_eur" json:"retentionEur"`
	LimitEUR     float64  `yaml:"limit_eur" json:"limitEur"`
	Share        *float64 `yaml:"share,omitempty" json:"share,omitempty"` // 1 unless given
}

// Name is the title in both languages.
func (c Cover) Name() i18n.Text { return i18n.Text{EN: c.Title, IT: c.TitleIT} }

// InForce tells whether the policy runs on a day.
func (c Cover) InForce(day string) bool {
	return (c.From == "" || c.From <= day) && (c.Until == "" || day <= c.Until)
}

// Portfolio is the quantified portfolio of the scenarios that are not closed, with the common causes and the insurance
// in force: what every engine computes.
func Portfolio(ctx context.Context, r db.Reader, state fair.State) (fair.Portfolio, error) {
	return PortfolioOn(ctx, r, r.Now(), state)
}

// PortfolioOn is the portfolio as it was estimated at an instant: scenarios that were not closed then, with the estimate
// in force then and the insurance that ran. Common causes are as they are held now.
func PortfolioOn(ctx context.Context, r db.Reader, at time.Time, state fair.State) (fair.Portfolio, error) {
	p := fair.Portfolio{State: state}
	estimates, err := estimatesOn(ctx, r, at)
	if err != nil {
		return p, err
	}
	ties, err := LoadTies(ctx, r, struct{}{})
	if err != nil {
		return p, err
	}
	var open []string
	for _, e := range estimates {
		if e.Status != "closed" {
			p.Scenarios = append(p.Scenarios, ties.known(e.Fair()))
			open = append(open, e.Scenario)
		}
	}
	for _, c := range ties.Causes {
		p.Causes = append(p.Causes, fair.Cause{ID: c.ID, Probability: c.Probability})
	}
	for _, c := range ties.Covers {
		if cover, some := c.of(open); some && c.InForce(at.Format(time.DateOnly)) {
			p.Covers = append(p.Covers, cover)
		}
	}
	return p, nil
}

// of is the cover of those scenarios that are open; none when it names only others.
func (c Cover) of(open []string) (fair.Cover, bool) {
	f := fair.Cover{ID: c.ID, Retention: c.RetentionEUR, Limit: c.LimitEUR, Share: c.Share}
	for _, id := range c.Scenarios {
		if slices.Contains(open, id) {
			f.Scenarios = append(f.Scenarios, id)
		}
	}
	return f, len(c.Scenarios) == 0 || len(f.Scenarios) > 0
}

// only is the part of a portfolio that these scenarios are, with the insurance that covers them.
func only(p fair.Portfolio, ids []string) fair.Portfolio {
	part := fair.Portfolio{State: p.State, Causes: p.Causes}
	for _, s := range p.Scenarios {
		if slices.Contains(ids, s.ID) {
			part.Scenarios = append(part.Scenarios, s)
		}
	}
	for _, c := range p.Covers {
		every := len(c.Scenarios) == 0
		c.Scenarios = slices.DeleteFunc(slices.Clone(c.Scenarios), func(id string) bool { return !slices.Contains(ids, id) })
		if every || len(c.Scenarios) > 0 {
			part.Covers = append(part.Covers, c)
		}
	}
	return part
}
