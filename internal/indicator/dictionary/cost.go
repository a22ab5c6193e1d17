package dictionary

import (
	"cmp"
	"context"
	"slices"
	"time"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
)

// cost: what an initiative of the fund costs for each euro of expected loss that it removes.
func cost(ctx context.Context, r db.Reader, c *Conversion) error {
	rows, err := budget.List(ctx, r, budget.Filter{})
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b budget.Row) int { return boolFirst(a.RemovesEUR != nil, b.RemovesEUR != nil) })
	var choices []Choice
	for _, row := range rows {
		choices = append(choices, Choice{row.ID, row.Name()})
	}
	if !c.choose("initiative", choices) {
		c.unknown("cost-year", CIO, EuroYear, "no-initiative")
		return nil
	}
	row := rows[slices.IndexFunc(rows, func(row budget.Row) bool { return row.ID == c.Of })]
	whole, err := lossOf(ctx, r, func(risk.Scenario) bool { return true })
	if err != nil {
		return err
	}
	yearly, n := row.YearlyEUR(), len(row.Changes)
	c.input("cost-total", Euro, &row.TotalEUR, row.Ref())
	c.input("cost-years", Count, known(float64(len(row.Costs))), row.Ref())
	c.input("loss-now", EuroYear, &whole.now, "")
	c.add(Line{ID: "cost-year", Side: CIO, Value: &yearly, Unit: EuroYear, From: row.Ref()})
	c.add(Line{ID: "worth-year", Side: CIO, Value: &row.WorthEUR, Unit: EuroYear, N: len(row.Benefits) - row.Unpriced, NOf: "priced", From: row.Ref()})
	reason := unless(row.RemovesEUR, "no-effect")
	c.add(Line{ID: "removed-year", Side: CISO, Value: row.RemovesEUR, Unit: EuroYear, N: n, NOf: "scenarios", Reason: reason, From: row.Ref()})
	points := times(over(row.RemovesEUR, &whole.now), known(100))
	c.add(Line{ID: "removed-points", Side: CISO, Value: points, Unit: Points, N: n, NOf: "scenarios", Reason: cmp.Or(reason, unless(points, "no-scenario"))})
	euro, point := over(&yearly, row.RemovesEUR), over(&yearly, points)
	c.add(Line{ID: "cost-for-euro", Side: Shared, Value: euro, Unit: Ratio, Reason: cmp.Or(reason, unless(euro, "removes-nothing"))})
	c.add(Line{ID: "cost-for-point", Side: Shared, Value: point, Unit: EuroYear, Reason: cmp.Or(reason, unless(point, "removes-nothing"))})
	return nil
}

// runChange: money that keeps things as they are, money that changes them, and what is expected to be lost meanwhile.
func runChange(ctx context.Context, r db.Reader, c *Conversion) error {
	s, err := landscape.Current(ctx, r)
	if err != nil {
		return err
	}
	run, said := 0.0, 0
	for _, id := range s.IDs {
		if euro := s.Elements[id].CostEURYear; euro != nil {
			run, said = run+*euro, said+1
		}
	}
	line := Line{ID: "run-cost", Side: CIO, Unit: EuroYear, N: said, NOf: "elements-priced", Reason: "no-run-cost"}
	var running *float64
	if said > 0 {
		running, line.Value, line.Reason = &run, &run, ""
	}
	c.add(line)
	standing, err := budget.Stand(ctx, r, budget.StandingIn{Year: r.Now().Year()})
	var change, reactive *float64
	if err == nil {
		change, reactive = &standing.Fund.TotalEUR, standing.Mix.ReactiveShare()
	} else if !problem.Is(err, problem.NotFound) {
		return err
	}
	c.add(Line{ID: "change-cost", Side: CIO, Value: change, Unit: EuroYear, Reason: unless(change, "no-fund")})
	var both *float64
	if running != nil && change != nil {
		both = known(*running + *change)
	}
	share := over(change, both)
	c.add(Line{ID: "change-share", Side: CIO, Value: share, Unit: Share, Reason: cmp.Or(unless(change, "no-fund"), unless(share, "no-run-cost"))})
	c.add(Line{ID: "reactive-share", Side: Shared, Value: reactive, Unit: Share, Reason: unless(reactive, "nothing-spent")})
	loss, err := lossOf(ctx, r, func(risk.Scenario) bool { return true })
	expected := Line{ID: "loss-mean-all", Side: CISO, Unit: EuroYear, N: loss.scenarios, NOf: "scenarios", Reason: "no-scenario"}
	if loss.scenarios > 0 {
		expected.Value, expected.Reason = &loss.now, ""
	}
	c.add(expected)
	ratio := over(expected.Value, change)
	c.add(Line{ID: "loss-for-change", Side: Shared, Value: ratio, Unit: Ratio, Reason: cmp.Or(unless(change, "no-fund"), unless(ratio, "no-scenario"))})
	return err
}

// debt: what is in use without support, what it costs, and what the scenarios expect to lose through it.
func debt(ctx context.Context, r db.Reader, c *Conversion) error {
	s, err := landscape.Current(ctx, r)
	if err != nil {
		return err
	}
	today, soon := r.Now().Format(time.DateOnly), r.Now().AddDate(1, 0, 0).Format(time.DateOnly)
	past, later, said, running, priced := map[string]bool{}, 0, 0, 0.0, 0
	for _, id := range s.IDs {
		e := s.Elements[id]
		if e.EndOfLife == "" || e.Lifecycle == "retired" {
			continue
		}
		said++
		switch {
		case e.EndOfLife < today:
			past[id] = true
			if e.CostEURYear != nil {
				running, priced = running+*e.CostEURYear, priced+1
			}
		case e.EndOfLife < soon:
			later++
		}
	}
	reason := ""
	if said == 0 {
		reason = "no-end-of-life"
	}
	count := func(id string, side Side, n int) {
		l := Line{ID: id, Side: side, Unit: Count, N: said, NOf: "end-of-life", Reason: reason}
		if said > 0 {
			l.Value = known(float64(n))
		}
		c.add(l)
	}
	count("unsupported", CIO, len(past))
	count("unsupported-soon", CIO, later)
	price := Line{ID: "unsupported-cost", Side: CIO, Unit: EuroYear, N: priced, NOf: "elements-priced", Reason: "no-run-cost"}
	if priced > 0 {
		price.Value, price.Reason = &running, ""
	}
	c.add(price)
	loss, err := lossOf(ctx, r, func(s risk.Scenario) bool { return past[s.Asset] })
	if err != nil {
		return err
	}
	carried := Line{ID: "unsupported-loss", Side: CISO, Unit: EuroYear, N: loss.scenarios, NOf: "scenarios", Reason: "no-tied-scenario"}
	if loss.scenarios > 0 {
		carried.Value, carried.Reason = &loss.now, ""
	}
	c.add(carried)
	return c.stopping(ctx, r, past)
}

// stopping adds how many services stop when one of these elements does.
func (c *Conversion) stopping(ctx context.Context, r db.Reader, elements map[string]bool) error {
	stops := map[string]bool{}
	for id := range elements {
		services, err := landscape.Supports(ctx, r, id)
		if err != nil {
			return err
		}
		for _, s := range services {
			stops[s.ID] = true
		}
	}
	c.add(Line{ID: "unsupported-services", Side: Shared, Value: known(float64(len(stops))), Unit: Count, N: len(elements), NOf: "elements"})
	return nil
}
