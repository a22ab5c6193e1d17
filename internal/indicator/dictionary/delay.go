package dictionary

import (
	"cmp"
	"context"
	"slices"
	"time"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

// Tied tells whether a scenario comes from a project or acts on what it changes.
func Tied(s risk.Scenario, p project.Project) bool {
	return s.Status != "closed" && (s.Project == p.ID || s.Asset != "" && slices.Contains(p.Elements, s.Asset))
}

// CanBeLate tells whether a project is not yet in use, and may still come to be.
func CanBeLate(p project.Project) bool {
	return p.Stage != project.Run && p.Stage != project.Closed && p.Stage != project.Cancelled
}

// perYear is the expected loss of a year of some scenarios, as they are and with what is planned.
type perYear struct {
	now, goal float64
	scenarios int
}

func lossOf(ctx context.Context, r db.Reader, keeps func(risk.Scenario) bool) (sum perYear, err error) {
	page, err := risk.List(ctx, r, risk.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return sum, err
	}
	kept := map[string]bool{}
	for _, s := range page.Items {
		kept[s.ID] = s.Status != "closed" && keeps(s)
	}
	portfolio, err := risk.Portfolio(ctx, r, fair.Current)
	for _, s := range portfolio.Scenarios {
		if kept[s.ID] {
			sum.now += risk.ExpectedLoss(s, fair.Current)
			sum.goal += risk.ExpectedLoss(s, fair.Goal)
			sum.scenarios++
		}
	}
	return sum, err
}

// project settles on a project: those that scenarios are tied to first.
func (c *Conversion) project(ctx context.Context, r db.Reader) (p project.Project, ok bool, err error) {
	page, err := project.List(ctx, r, project.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return p, false, err
	}
	scenarios, err := risk.List(ctx, r, risk.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return p, false, err
	}
	ties := map[string]int{}
	projects := slices.DeleteFunc(page.Items, func(p project.Project) bool { return !CanBeLate(p) })
	for _, p := range projects {
		for _, s := range scenarios.Items {
			if Tied(s, p) {
				ties[p.ID]++
			}
		}
	}
	slices.SortStableFunc(projects, func(a, b project.Project) int {
		return cmp.Or(cmp.Compare(ties[b.ID], ties[a.ID]), cmp.Compare(a.ID, b.ID))
	})
	var choices []Choice
	for _, p := range projects {
		choices = append(choices, Choice{p.ID, p.Name()})
	}
	if !c.choose("project", choices) {
		return p, false, nil
	}
	return projects[slices.IndexFunc(projects, func(p project.Project) bool { return p.ID == c.Of })], true, nil
}

// marketDay is the price of one day on the market: that of the newest fund which gives one.
func marketDay(ctx context.Context, r db.Reader) (*float64, error) {
	funds, err := budget.Funds(ctx, r)
	for _, f := range slices.Backward(funds) {
		if f.Prices.MarketDayEUR != nil {
			return f.Prices.MarketDayEUR, err
		}
	}
	return nil, err
}

// delay: weeks of a project are money not earned on one side, and risk kept on the other.
func delay(ctx context.Context, r db.Reader, c *Conversion) error {
	p, ok, err := c.project(ctx, r)
	if err != nil || !ok {
		c.unknown("delay-cost", CIO, Euro, "no-project")
		return err
	}
	c.own(known(1))
	week, from, err := benefitWeek(ctx, r, p)
	if err != nil {
		return err
	}
	loss, err := lossOf(ctx, r, func(s risk.Scenario) bool { return Tied(s, p) })
	if err != nil {
		return err
	}
	var now, goal *float64
	if loss.scenarios > 0 {
		now, goal = &loss.now, &loss.goal
	}
	c.input("weeks", Weeks, c.Value, "")
	c.input("benefit-week", Euro, week, from)
	c.input("loss-now", EuroYear, now, ref.New("project", p.ID))
	c.input("loss-goal", EuroYear, goal, ref.New("project", p.ID))
	cost, carried := times(c.Value, week), times(c.Value, now, known(1/weeksYear))
	avoided := minus(now, goal)
	reason := unless(now, "no-tied-scenario")
	if avoided != nil && *avoided <= 0 {
		avoided, reason = nil, "nothing-planned"
	}
	kept := times(c.Value, avoided, known(1/weeksYear))
	c.add(Line{ID: "delay-cost", Side: CIO, Value: cost, Unit: Euro, Reason: unless(cost, "no-market-price"), From: from})
	c.add(Line{ID: "risk-kept", Side: CISO, Value: kept, Unit: Euro, N: loss.scenarios, NOf: "scenarios", Reason: cmp.Or(unless(now, "no-tied-scenario"), unless(kept, reason))})
	c.add(Line{ID: "risk-carried", Side: CISO, Value: carried, Unit: Euro, N: loss.scenarios, NOf: "scenarios", Reason: unless(carried, "no-tied-scenario"), From: ref.New("project", p.ID)})
	ratio := over(cost, kept)
	c.add(Line{ID: "delay-for-risk", Side: Shared, Value: ratio, Unit: Ratio, Reason: cmp.Or(unless(cost, "no-market-price"), unless(kept, reason))})
	return nil
}

// benefitWeek is what a week of the project in use is worth, and where that was said: by its owner, else the fund's price
// of a day on the market, seven times.
func benefitWeek(ctx context.Context, r db.Reader, p project.Project) (*float64, ref.Ref, error) {
	if p.BenefitEURWeek != nil {
		return p.BenefitEURWeek, ref.New("project", p.ID), nil
	}
	day, err := marketDay(ctx, r)
	return times(day, known(7)), "", err
}

// capacity: person-days are initiatives that can start, and loss that waits for them.
func capacity(ctx context.Context, r db.Reader, c *Conversion) error {
	free, err := freeDays(ctx, r)
	if err != nil {
		return err
	}
	c.own(free)
	c.input("free-days", Days, free, "")
	rows, err := budget.List(ctx, r, budget.Filter{})
	if err != nil {
		return err
	}
	waiting := slices.DeleteFunc(rows, func(row budget.Row) bool { return row.State != budget.Proposed && row.State != budget.Idea })
	slices.SortStableFunc(waiting, func(a, b budget.Row) int { return cmp.Compare(a.StaffDays(), b.StaffDays()) })
	var need, lost float64
	unsaid := 0
	for _, row := range waiting {
		need += row.StaffDays()
		if row.RemovesEUR == nil {
			unsaid++
			continue
		}
		lost += *row.RemovesEUR
	}
	c.add(Line{ID: "free-days", Side: CIO, Value: free, Unit: Days, Reason: unless(free, "no-staff-days")})
	c.add(Line{ID: "waiting-initiatives", Side: CIO, Value: known(float64(len(waiting))), Unit: Count})
	c.add(Line{ID: "waiting-days", Side: CIO, Value: &need, Unit: Days, N: len(waiting), NOf: "initiatives"})
	c.add(Line{ID: "waiting-loss", Side: CISO, Value: &lost, Unit: EuroYear, N: len(waiting) - unsaid, NOf: "estimated"})
	fits := Line{ID: "fit", Side: Shared, Unit: Count, Reason: "no-staff-days", Of: whole(len(waiting))}
	if c.Value != nil {
		n, _ := Fit(*c.Value, daysOf(waiting))
		fits.Value, fits.Reason = known(float64(n)), ""
	}
	c.add(fits)
	overdue, err := project.List(ctx, r, project.Filter{Page: db.Page{Limit: 1}, State: "overdue"})
	c.add(Line{ID: "gates-waiting", Side: CISO, Value: known(float64(overdue.Total)), Unit: Count})
	return err
}

// Fit is how many of the needs, the smallest first, so many days cover, and the days that they take.
func Fit(days float64, needs []float64) (n int, taken float64) {
	sorted := slices.Sorted(slices.Values(needs))
	for _, need := range sorted {
		if taken+need > days {
			break
		}
		taken, n = taken+need, n+1
	}
	return n, taken
}

func daysOf(rows []budget.Row) []float64 {
	needs := make([]float64, len(rows))
	for i, row := range rows {
		needs[i] = row.StaffDays()
	}
	return needs
}

func whole(n int) *int { return &n }

// freeDays are the person-days of this year's fund that no committed initiative takes; nil when nobody counts them.
func freeDays(ctx context.Context, r db.Reader) (*float64, error) {
	standing, err := budget.Stand(ctx, r, budget.StandingIn{Year: r.Now().Year()})
	if problem.Is(err, problem.NotFound) {
		return nil, nil
	}
	return minus(standing.Fund.StaffDays, &standing.StaffDays), err
}

// design: projects whose security was validated while they were designed, and what the others carry.
func design(ctx context.Context, r db.Reader, c *Conversion) error {
	page, err := project.List(ctx, r, project.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return err
	}
	today := r.Now().Format(time.DateOnly)
	var late, overdue, scope int
	var open []project.Project
	for _, p := range page.Items {
		if !p.InScope {
			continue
		}
		scope++
		if p.Overdue(today) {
			overdue++
		}
		if !p.ValidatedInDesign() && (p.DesignExit != "" || p.Overdue(today)) {
			late++
			open = append(open, p)
		}
	}
	loss, err := lossOf(ctx, r, func(s risk.Scenario) bool {
		return slices.ContainsFunc(open, func(p project.Project) bool { return Tied(s, p) })
	})
	if err != nil {
		return err
	}
	c.add(Line{ID: "not-by-design", Side: CISO, Value: known(float64(late)), Of: &scope, Unit: Count})
	c.add(Line{ID: "gates-waiting", Side: CIO, Value: known(float64(overdue)), Of: &scope, Unit: Count})
	carried := Line{ID: "carried-by-projects", Side: CISO, Unit: EuroYear, N: loss.scenarios, NOf: "scenarios", Reason: "no-tied-scenario"}
	if loss.scenarios > 0 {
		carried.Value, carried.Reason = &loss.now, ""
	}
	c.add(carried)
	return c.reading(ctx, r, "security-in-design")
}
