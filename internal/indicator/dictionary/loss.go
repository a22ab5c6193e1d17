package dictionary

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// all is the id of the choice that takes everything together.
const all = "all"

func everything(choices []Choice) []Choice {
	return append([]Choice{{all, words("dictionary.all")}}, choices...)
}

func words(key string) Text { return Text{EN: i18n.T(i18n.EN, key), IT: i18n.T(i18n.IT, key)} }

// drawn is a simulated figure with its interval.
func drawn(id string, side Side, unit Unit, i quant.Interval, years int) Line {
	return Line{ID: id, Side: side, Value: &i.Value, Low: &i.Low, High: &i.High, Unit: unit, N: years, NOf: "years"}
}

// residual: what is left of a risk is euro a year for one side and minutes of service for the other.
func residual(ctx context.Context, r db.Reader, c *Conversion) error {
	simulation, err := risk.Current(ctx, r, struct{}{})
	if problem.Is(err, problem.NotFound) {
		c.unknown("loss-p95", CISO, EuroYear, "no-scenario")
		return nil
	}
	if err != nil {
		return err
	}
	page, err := risk.List(ctx, r, risk.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return err
	}
	result := simulation.Result
	parts := map[string]quant.ScenarioResult{}
	for _, one := range result.Scenarios {
		parts[one.ID] = one
	}
	var choices []Choice
	for _, s := range page.Items {
		if _, simulated := parts[s.ID]; simulated {
			choices = append(choices, Choice{s.ID, s.Name()})
		}
	}
	c.AsOf = simulation.At
	if !c.choose("scenario", everything(choices)) {
		return nil
	}
	loss, minutes := result.Total, result.Minutes
	if c.Of != all {
		loss, minutes = parts[c.Of].Loss, parts[c.Of].Minutes
	}
	if half, ok := loss.At(0.5); ok {
		c.add(drawn("loss-p50", CISO, EuroYear, half, result.Years))
	}
	c.add(drawn("loss-p95", CISO, EuroYear, loss.VaR95, result.Years))
	c.add(drawn("loss-mean", Shared, EuroYear, loss.Mean, result.Years))
	if minutes == nil {
		c.unknown("minutes-p95", CIO, MinutesYear, "no-scenario-minutes")
		return nil
	}
	if half, ok := minutes.At(0.5); ok {
		c.add(drawn("minutes-p50", CIO, MinutesYear, half, result.Years))
	}
	c.add(drawn("minutes-p95", CIO, MinutesYear, minutes.VaR95, result.Years))
	c.add(drawn("minutes-mean", Shared, MinutesYear, minutes.Mean, result.Years))
	return nil
}

// reduction: what the controls take away, as they are and as they are planned, exactly.
func reduction(ctx context.Context, r db.Reader, c *Conversion) error {
	curves, err := risk.CurvesNow(ctx, r, struct{}{})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	mean := func(state fair.State) *float64 {
		if s, there := curves.States[state]; there {
			return known(s.Mean.Value)
		}
		return nil
	}
	before, now, goal := mean(fair.Inherent), mean(fair.Current), mean(fair.Goal)
	exact := func(id string, side Side, x *float64) {
		c.add(Line{ID: id, Side: side, Value: x, Unit: EuroYear, Reason: unless(x, "no-scenario")})
	}
	exact("inherent", CISO, before)
	exact("current", CISO, now)
	exact("goal", CISO, goal)
	exact("avoided-now", CIO, minus(before, now))
	exact("avoided-planned", CIO, minus(now, goal))
	share := over(minus(before, now), before)
	c.add(Line{ID: "avoided-share", Side: Shared, Value: share, Unit: Share, Reason: unless(share, "no-scenario")})
	return nil
}

// appetite: the board's limits on the three scales, and how much of each is used.
func appetite(ctx context.Context, r db.Reader, c *Conversion) error {
	scales, err := indicator.ComputeScales(ctx, r, indicator.ScalesIn{})
	if err != nil {
		return err
	}
	side := map[string]Side{indicator.Money: CISO, indicator.Minutes: CIO, indicator.ExposureDays: CISO}
	unit := map[string]Unit{indicator.Money: EuroYear, indicator.Minutes: Minutes, indicator.ExposureDays: Days}
	for _, s := range scales.All() {
		c.add(Line{ID: "limit-" + s.ID, Side: side[s.ID], Value: s.Limit, Unit: unit[s.ID], Reason: unless(s.Limit, "no-limit")})
		high := s.High
		if s.UpTo != nil {
			high = s.UpTo
		}
		low := s.Low
		if low == nil {
			low = s.Value
		}
		c.add(Line{
			ID: "used-" + s.ID, Side: side[s.ID], Value: over(s.Value, s.Limit), Low: over(low, s.Limit), High: over(high, s.Limit), Unit: Share,
			Reason: cmp.Or(unless(s.Value, "no-figure"), unless(s.Limit, "no-limit")), N: s.N, NOf: "scale-" + s.ID,
		})
	}
	return nil
}

// threat: who or what acts, as expected loss of a year and as a part of the whole.
func threat(ctx context.Context, r db.Reader, c *Conversion) error {
	page, err := risk.List(ctx, r, risk.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return err
	}
	kinds := map[string]bool{}
	for _, s := range page.Items {
		if s.Threat != "" && s.Status != "closed" {
			kinds[s.Threat] = true
		}
	}
	var choices []Choice
	for _, id := range slices.Sorted(maps.Keys(kinds)) {
		choices = append(choices, Choice{id, threatName(id)})
	}
	if !c.choose("threat", choices) {
		c.unknown("threat-loss", CISO, EuroYear, "no-scenario")
		return nil
	}
	own, err := lossOf(ctx, r, func(s risk.Scenario) bool { return s.Threat == c.Of })
	if err != nil {
		return err
	}
	whole, err := lossOf(ctx, r, func(risk.Scenario) bool { return true })
	if err != nil {
		return err
	}
	c.input("loss-now", EuroYear, &whole.now, "")
	c.add(Line{ID: "threat-loss", Side: CISO, Value: &own.now, Unit: EuroYear, N: own.scenarios, NOf: "scenarios"})
	c.add(Line{ID: "threat-share", Side: Shared, Value: over(&own.now, &whole.now), Unit: Share, N: whole.scenarios, NOf: "scenarios", Reason: unless(over(&own.now, &whole.now), "no-scenario")})
	minutes, n := 0.0, 0
	portfolio, err := risk.Portfolio(ctx, r, fair.Current)
	for _, s := range portfolio.Scenarios {
		at := slices.IndexFunc(page.Items, func(one risk.Scenario) bool { return one.ID == s.ID && one.Threat == c.Of })
		if at >= 0 && s.Minutes != nil {
			minutes, n = minutes+s.LossEvents(fair.Current).Mean*s.Minutes.Mean(), n+1
		}
	}
	line := Line{ID: "threat-minutes", Side: CIO, Unit: MinutesYear, N: n, NOf: "scenarios", Reason: "no-scenario-minutes"}
	if n > 0 {
		line.Value, line.Reason = &minutes, ""
	}
	c.add(line)
	return err
}

// threatName is the name of a threat community; one that only this organisation has is called as it calls it.
func threatName(id string) Text {
	if key := "dictionary.threat-kind." + id; i18n.Has(key) {
		return words(key)
	}
	return Text{EN: id, IT: id}
}

// exposure: days on which something known to be exploited stood open are expected loss, where a scenario is measured so.
func exposure(ctx context.Context, r db.Reader, c *Conversion) error {
	patched, err := risk.Patching(ctx, r)
	if err != nil {
		return err
	}
	slices.SortStableFunc(patched, func(a, b risk.Patched) int { return cmp.Compare(b.OpenShare, a.OpenShare) })
	var choices []Choice
	for _, p := range patched {
		choices = append(choices, Choice{p.Scenario, p.Name})
	}
	if c.choose("scenario", choices) {
		c.patched(patched[slices.IndexFunc(patched, func(p risk.Patched) bool { return p.Scenario == c.Of })])
	} else {
		c.unknown("day-open", CISO, EuroDay, "not-measured")
	}
	whole, err := lossOf(ctx, r, func(risk.Scenario) bool { return true })
	if err != nil {
		return err
	}
	sum := allPatched(patched)
	c.add(Line{ID: "open-loss-all", Side: CISO, Value: sum, Unit: EuroYear, N: len(patched), NOf: "scenarios-measured", Reason: unless(sum, "not-measured")})
	share := over(sum, &whole.now)
	c.add(Line{ID: "open-share", Side: Shared, Value: share, Unit: Share, N: whole.scenarios, NOf: "scenarios", Reason: unless(share, "not-measured")})
	scales, err := indicator.ComputeScales(ctx, r, indicator.ScalesIn{})
	s := scales.ExposureDays
	c.add(Line{ID: "exposure-days", Side: CISO, Value: s.Value, Unit: Days, N: s.N, NOf: "scale-exposure-days", Reason: unless(s.Value, "no-scan")})
	return err
}

// ofDays is what the open days of a year cost; nil while nobody watches.
func ofDays(p risk.Patched) *float64 {
	if !p.Watched {
		return nil
	}
	return known((p.EURAlways - p.EURNever) * p.OpenShare)
}

// allPatched is what the open days of a year cost in all scenarios in which that is known; nil when it is in none.
func allPatched(patched []risk.Patched) *float64 {
	sum, any := 0.0, false
	for _, p := range patched {
		if loss := ofDays(p); loss != nil {
			sum, any = sum+*loss, true
		}
	}
	if !any {
		return nil
	}
	return &sum
}

// patched adds what a day costs on which something stood open on what one scenario hits.
func (c *Conversion) patched(p risk.Patched) {
	day := (p.EURAlways - p.EURNever) / 365
	open, now, reason := (*float64)(nil), (*float64)(nil), "not-watched"
	if p.Watched {
		open, now, reason = known(p.OpenShare*365), known(float64(p.Open)), ""
	}
	c.own(open)
	element := ref.New("element", p.Element)
	c.input("days-open", Days, c.Value, element)
	c.input("loss-never-open", EuroYear, &p.EURNever, ref.New("risk", p.Scenario))
	c.input("loss-always-open", EuroYear, &p.EURAlways, ref.New("risk", p.Scenario))
	c.add(Line{ID: "open-days", Side: CIO, Value: open, Of: whole(365), Unit: Days, N: p.Stretches, NOf: "stretches", Reason: reason, From: element})
	c.add(Line{ID: "open-now", Side: CIO, Value: now, Unit: Count, Reason: reason, From: element})
	c.add(Line{ID: "day-open", Side: CISO, Value: &day, Unit: EuroDay, From: ref.New("risk", p.Scenario)})
	c.add(Line{ID: "days-loss", Side: Shared, Value: times(c.Value, &day), Unit: Euro, Reason: unless(c.Value, "not-watched")})
}
