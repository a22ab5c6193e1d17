package report

import (
	"context"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/quant"
)

type scenarioResult = quant.ScenarioResult

// figures takes the scales and the three indicators.
func (t *taker) figures(ctx context.Context) error {
	missing := both("report.reason.not-computed")
	t.out.Minutes = Scale{Trace: "minutes", Reason: missing}
	t.out.ExposureDays = Scale{Trace: "exposure-days", Reason: missing}
	t.out.Security = Security{Trace: "security-in-design", Months: 12, Reason: missing}
	t.out.Patching = Patching{Trace: "patch-time", Tiers: []Tier{}, Reason: missing}
	t.out.Resilience = Resilience{Trace: "resilience", Services: []ServiceProfile{}, Reason: missing}
	return t.limits(ctx)
}

// limits holds the scales against the appetite in force.
func (t *taker) limits(ctx context.Context) error {
	a, err := risk.AppetiteOn(ctx, t.r, t.day)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.out.Money.Limit, t.out.Minutes.Limit, t.out.ExposureDays.Limit = &a.MoneyP95EUR, &a.MinutesQuarter, &a.ExposureDaysQuarter
	return nil
}

// evidence takes the files that were loaded.
func (t *taker) evidence(context.Context) error { return nil }
