package report

import (
	"math"
	"slices"
	"strconv"
	"time"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/report/document"
)

// riskPage: what can cost how much, the whole curve against the appetite and the five scenarios behind it.
func (c *composer) riskPage() []document.Block {
	r, money := c.s.Risks, c.s.Money
	if money.Value == nil {
		return []document.Block{heading(c.t("report.risks.heading")), c.missing(r.Reason)}
	}
	out := []document.Block{
		heading(c.t("report.risks.heading")),
		document.Verdict{Text: c.t("report.risks.verdict."+string(money.State), "value", c.euro(money.Value), "limit", c.euro(money.Limit)), State: state(money.State)},
		document.Picture{
			Chart: c.lossCurve(), Trace: c.mark(r.Trace),
			Caption: c.n("report.risks.caption", r.Count, "years", r.Years, "seed", strconv.FormatUint(r.Seed, 10), "when", i18n.DateTime(c.lang, c.s.AsOf)),
		},
		part(c.t("report.risks.top")),
		c.riskTable(),
	}
	return out
}

func (c *composer) lossCurve() chart.Chart {
	var levels []chart.Level
	for _, l := range c.s.Risks.Curve {
		if l.EUR > 0 {
			levels = append(levels, chart.Level{Loss: l.EUR / 1e6, P: l.P, Low: l.Low, High: l.High})
		}
	}
	plot := chart.Exceedance{
		Loss: chart.Axis{Label: c.t("report.risks.axis-loss")}, Probability: chart.Axis{Label: c.t("report.risks.axis-probability"), Number: c.percent},
		Curves: []chart.Curve{{Label: c.t("report.risks.today"), Role: chart.Ink, Levels: levels}}, LimitLabel: c.t("report.risks.appetite"),
	}
	if limit := c.s.Money.Limit; limit != nil {
		plot.Appetite = []chart.Level{{Loss: *limit / 1e6, P: .05}}
	}
	title := c.t("report.risks.chart")
	return c.chart("lec", title, title, plot)
}

func (c *composer) riskTable() document.Block {
	t := document.Table{Columns: []document.Column{
		{Title: c.t("report.risks.name")},
		{Title: c.t("report.risks.owners")},
		{Title: c.t("report.risks.expected"), Align: document.Right},
		{Title: c.t("report.risks.tail"), Align: document.Right},
		{Title: c.t("report.risks.share"), Align: document.Right},
		{Title: c.t("report.risks.treatment")},
	}}
	for _, r := range c.s.Risks.Top {
		t.Rows = append(t.Rows, []document.Cell{
			{Text: c.in(r.Title), Sub: r.ID},
			{Text: c.person(r.OwnerIT), Sub: c.person(r.OwnerSec)},
			{Text: i18n.Euro(c.lang, r.Expected)},
			{Text: i18n.Euro(c.lang, r.VaR95)},
			{Text: i18n.Percent(c.lang, r.TailShare, 0)},
			{Text: c.t("report.treatment." + r.Treatment)},
		})
	}
	return t
}

// servicePage: does the tested time keep the promise?
func (c *composer) servicePage() []document.Block {
	out := []document.Block{heading(c.t("report.services.heading"))}
	if len(c.s.Services) == 0 {
		return append(out, c.missing(both("report.reason.no-services")))
	}
	kept, late, never := 0, 0, 0
	var items []chart.Promise
	for _, s := range c.s.Services {
		switch {
		case s.Failed:
			late++
		case s.Tested == nil:
			never++
		case s.RTO != nil && *s.Tested > *s.RTO:
			late++
		default:
			kept++
		}
		if s.RTO != nil {
			items = append(items, chart.Promise{Label: c.in(s.Name), Target: *s.RTO / 60, Tested: or(s.Tested) / 60, Note: c.tested(s)})
		}
	}
	st := document.Inside
	if never > 0 {
		st = document.NotKnown
	}
	if late > 0 {
		st = document.Outside
	}
	title := c.t("report.services.chart")
	return append(out,
		document.Verdict{Text: c.t("report.services.verdict", "kept", kept, "late", late, "never", never), State: st},
		document.Picture{
			Chart:   c.chart("dumb", title, title, chart.Dumbbell{Items: items, Axis: chart.Axis{Label: c.t("report.unit.hours")}, Note: c.t("report.services.test")}),
			Caption: c.t("report.services.caption") + " " + c.asOf(), Trace: c.mark("services"),
		},
		c.serviceTable(),
	)
}

// tested says how old a test is.
func (c *composer) tested(s Service) string {
	day, err := time.Parse(time.DateOnly, s.TestedOn)
	if err != nil {
		return c.t("report.services.never")
	}
	return c.n("report.services.ago", int(c.s.AsOf.Sub(day).Hours()/24))
}

func (c *composer) serviceTable() document.Block {
	t := document.Table{Columns: []document.Column{
		{Title: c.t("report.services.name")},
		{Title: c.t("report.services.rto"), Align: document.Right},
		{Title: c.t("report.services.recovered"), Align: document.Right},
		{Title: c.t("report.services.rpo"), Align: document.Right},
		{Title: c.t("report.services.lost"), Align: document.Right},
		{Title: c.t("report.services.test")},
		{Title: c.t("report.services.down"), Align: document.Right},
	}}
	for _, s := range c.s.Services {
		down := document.Cell{Text: c.number(s.Down, 0)}
		if s.Unknown != nil && *s.Unknown >= 1 {
			down.Sub = c.t("report.services.unwatched", "n", c.number(s.Unknown, 0))
		}
		recovered := document.Cell{Text: c.minutes(s.Tested)}
		switch {
		case s.Failed:
			recovered = document.Cell{Text: c.t("report.services.failed"), State: document.Outside}
		case s.Tested == nil:
			recovered = document.Cell{Text: c.t("report.unknown"), State: document.NotKnown}
		case s.RTO != nil:
			recovered.State = map[bool]document.State{true: document.Outside, false: document.Inside}[*s.Tested > *s.RTO]
		}
		test := document.Cell{Text: c.tested(s)}
		if s.Kind != "" {
			test.Sub = c.t("report.test." + s.Kind)
		}
		t.Rows = append(t.Rows, []document.Cell{{Text: c.in(s.Name)}, {Text: c.minutes(s.RTO)}, recovered, {Text: c.minutes(s.RPO)}, {Text: c.minutes(s.Lost)}, test, down})
	}
	return t
}

// first is the tier that matters most and has any exposure.
func (p Patching) first() *Tier {
	for i := range p.Tiers {
		if p.Tiers[i].N > 0 && p.Tiers[i].Tier > 0 {
			return &p.Tiers[i]
		}
	}
	return nil
}

func (c *composer) tier(n int) string {
	if n == 0 {
		return c.t("report.patching.no-tier")
	}
	return c.t("report.patching.tier", "n", n)
}

// patchPage: how fast is what matters most repaired, open ones included?
func (c *composer) patchPage() []document.Block {
	p := c.s.Patching
	out := []document.Block{heading(c.t("report.patching.heading"))}
	first := p.first()
	if first == nil {
		return append(out, c.missing(p.Reason))
	}
	verdict := c.t("report.patching.verdict", "tier", c.tier(first.Tier), "days", c.number(first.Median, 0), "open", first.Open, "n", first.N)
	if first.Median == nil {
		verdict = c.t("report.patching.verdict-open", "tier", c.tier(first.Tier), "open", first.Open, "n", first.N)
	}
	st := document.NoState
	if first.SLA != nil {
		st = document.Outside
		if first.Median != nil && *first.Median <= *first.SLA {
			st = document.Inside
		}
	}
	out = append(out,
		document.Verdict{Text: verdict, State: st},
		document.Picture{Chart: c.patchCurves(), Caption: c.t("report.patching.caption") + " " + c.asOf(), Trace: c.mark(p.Trace)},
		c.patchTable())
	if p.Mean != nil {
		out = append(out, document.Callout{State: document.Near, Title: c.t("report.patching.mean.title", "mean", c.number(p.Mean, 1)), Text: c.t("report.patching.mean.text")})
	}
	return out
}

func (c *composer) patchCurves() chart.Chart {
	roles := []chart.Role{chart.Muted, chart.Bad, chart.Ink, chart.Second, chart.Third}
	var groups []chart.SurvivalGroup
	end := c.s.Patching.drawnDays()
	for _, t := range c.s.Patching.Tiers {
		if t.N == 0 || t.Tier == 0 {
			continue
		}
		g := chart.SurvivalGroup{Label: c.tier(t.Tier), Role: roles[t.Tier%len(roles)], Dash: chart.Dash((t.Tier - 1) % 3)}
		for _, at := range t.Censored {
			if at <= end {
				g.Censored = append(g.Censored, at)
			}
		}
		for _, s := range t.Steps {
			if s.Time > end {
				break
			}
			g.Steps = append(g.Steps, chart.SurvivalStep{Time: s.Time, Share: s.Share, Low: or(s.Low), High: or(s.High)})
		}
		for _, a := range t.AtRisk {
			g.AtRisk = append(g.AtRisk, chart.AtRisk{Time: a.Time, N: a.N})
		}
		groups = append(groups, g)
	}
	title := c.t("report.patching.chart")
	return c.chart("km", title, title, chart.Survival{Time: chart.Axis{Label: c.t("report.unit.days-since")}, Share: chart.Axis{Label: c.t("report.patching.axis"), Number: c.percent}, Groups: groups})
}

// drawnDays is how far the curves are drawn: four times the longest deadline; beyond it only few are watched.
func (p Patching) drawnDays() float64 {
	longest := 0.0
	for _, t := range p.Tiers {
		if t.SLA != nil {
			longest = max(longest, *t.SLA)
		}
	}
	if longest == 0 {
		return math.Inf(1)
	}
	return 4 * longest
}

func (c *composer) patchTable() document.Block {
	t := document.Table{Columns: []document.Column{
		{Title: c.t("report.patching.tiers")},
		{Title: c.t("report.patching.median"), Align: document.Right},
		{Title: c.t("report.interval.95"), Align: document.Right},
		{Title: c.t("report.patching.sla"), Align: document.Right},
		{Title: c.t("report.patching.past"), Align: document.Right},
		{Title: c.t("report.patching.open"), Align: document.Right},
		{Title: c.t("report.patching.oldest"), Align: document.Right},
	}}
	for _, tier := range c.s.Patching.Tiers {
		if tier.N == 0 {
			continue
		}
		median := document.Cell{Text: c.number(tier.Median, 1)}
		if tier.Median == nil {
			median.Text = c.t("report.patching.not-reached")
		}
		t.Rows = append(t.Rows, []document.Cell{
			{Text: c.tier(tier.Tier)},
			median,
			{Text: c.range2(tier.Low, tier.High, 1, 1)},
			{Text: c.number(tier.SLA, 0)},
			{Text: c.share(tier.PastSLA)},
			{Text: c.t("report.of", "k", tier.Open, "n", tier.N)},
			{Text: c.number(tier.Oldest, 0)},
		})
	}
	return t
}

// resiliencePage: the profile of each service first, the composite second.
func (c *composer) resiliencePage() []document.Block {
	r := c.s.Resilience
	out := []document.Block{heading(c.t("report.resilience.heading"))}
	if len(r.Services) == 0 {
		return append(out, c.missing(r.Reason))
	}
	verdict := document.Verdict{Text: c.t("report.resilience.not-rated", "reason", r.Reason), State: document.NotKnown}
	if r.Index != nil {
		verdict = document.Verdict{Text: c.t("report.resilience.verdict", "index", c.number(r.Index, 0), "lowest", r.Lowest, "low", c.number(r.LowestIndex, 0))}
		if r.Breaches > 0 {
			verdict.State = document.Outside
		}
	}
	var items []chart.Scores
	for _, s := range r.Services {
		items = append(items, chart.Scores{Label: c.in(s.Name), Values: []float64{or(s.Uptime), or(s.Recovery), or(s.Response)}, Role: chart.Ink})
	}
	title := c.t("report.resilience.chart")
	parts := []string{c.t("report.resilience.uptime"), c.t("report.resilience.recovery"), c.t("report.resilience.response")}
	return append(out, verdict,
		document.Picture{
			Chart:   c.chart("ori", title, title, chart.Profile{Parts: parts, Items: items, Axis: chart.Axis{Label: c.t("report.resilience.axis")}}),
			Caption: c.t("report.resilience.caption", "method", r.Method) + " " + c.asOf(), Trace: c.mark(r.Trace),
		},
		document.Definitions{Items: []document.Term{
			{Term: c.t("report.resilience.composite"), Text: c.number(r.Index, 0) + " / 100 (" + c.t("report.interval.90", "range", c.range2(r.P5, r.P95, 1, 0)) + ")"},
			{Term: c.t("report.resilience.breaches"), Text: i18n.Integer(c.lang, int64(r.Breaches))},
			{Term: c.t("report.resilience.rated"), Text: i18n.Percent(c.lang, r.RatedShare, 0)},
			{Term: c.t("report.resilience.evidence"), Text: i18n.Percent(c.lang, r.RecoveryShare, 0)},
		}},
		document.Paragraph{Text: c.t("report.resilience.ceiling"), Small: true},
	)
}

// projectPage: which projects are safe by design?
func (c *composer) projectPage() []document.Block {
	s := c.s.Security
	out := []document.Block{heading(c.t("report.projects.heading"))}
	if s.N == 0 {
		out = append(out, c.missing(s.Reason))
	} else {
		share := float64(s.K) / float64(s.N)
		title := c.t("report.projects.chart")
		out = append(out,
			document.Verdict{Text: c.t("report.projects.verdict", "k", s.K, "n", s.N, "share", c.share(&share), "range", c.range2(s.Low, s.High, 100, 0))},
			document.Picture{Chart: c.chart("prop", title, title, chart.Proportion{
				Items: []chart.Share{{Label: c.t("report.projects.share"), K: s.K, N: s.N, Low: or(s.Low), High: or(s.High), Role: chart.Ink}},
				Axis:  chart.Axis{Label: c.t("report.projects.axis"), Number: c.percent}, Limit: math.NaN(),
			}), Caption: c.t("report.projects.caption", "months", s.Months) + " " + c.asOf(), Trace: c.mark(s.Trace)},
			document.List{Items: c.projectNotes()})
	}
	if len(c.s.Projects) > 0 {
		out = append(out, c.projectTable())
	}
	return out
}

func (c *composer) projectNotes() []string {
	s := c.s.Security
	var notes []string
	for _, note := range []struct {
		key string
		n   int
	}{{"overdue", s.Overdue}, {"late", s.Late}, {"skipped", s.Skipped}, {"terms", s.OpenTerms}, {"exempted", s.Exempted}} {
		if note.n > 0 {
			notes = append(notes, c.n("report.projects."+note.key, note.n))
		}
	}
	if s.CostShare != nil {
		notes = append(notes, c.t("report.projects.cost", "share", c.share(s.CostShare)))
	}
	if s.N < 10 {
		notes = append(notes, c.n("report.projects.few", s.N))
	}
	return notes
}

func (c *composer) projectTable() document.Block {
	t := document.Table{Columns: []document.Column{
		{Title: c.t("report.projects.name")},
		{Title: c.t("report.projects.stage")},
		{Title: c.t("report.projects.gate")},
		{Title: c.t("report.projects.exit")},
		{Title: c.t("report.projects.budget"), Align: document.Right},
		{Title: c.t("report.projects.state")},
	}}
	states := map[string]document.State{"validated": document.Inside, "late": document.Near, "unvalidated": document.Outside, "overdue": document.Outside}
	for _, p := range c.s.Projects[:min(len(c.s.Projects), maxProjects)] {
		t.Rows = append(t.Rows, []document.Cell{
			{Text: c.in(p.Title)},
			{Text: c.t("report.stage." + p.Stage)},
			{Text: c.day(p.GateDue)},
			{Text: c.day(p.Exit)},
			{Text: c.euro(p.CostEUR)},
			{Text: c.t("report.gate." + p.State), State: states[p.State]},
		})
	}
	if more := len(c.s.Projects) - maxProjects; more > 0 {
		t.Caption = c.n("report.projects.more", more)
	}
	return t
}

// fundPage: what is there, what is spent, what does it remove?
func (c *composer) fundPage() []document.Block {
	f := c.s.Fund
	out := []document.Block{heading(c.t("report.fund.heading"))}
	if f == nil {
		return append(out, c.missing(both("report.reason.no-fund")))
	}
	t := document.Table{Columns: []document.Column{
		{Title: c.t("report.fund.measure")},
		{Title: c.t("report.fund.state")},
		{Title: c.t("report.fund.cost"), Align: document.Right},
		{Title: c.t("report.fund.spent"), Align: document.Right},
		{Title: c.t("report.fund.removes"), Align: document.Right},
		{Title: c.t("report.fund.minutes"), Align: document.Right},
		{Title: c.t("report.fund.per-euro"), Align: document.Right},
	}}
	for _, m := range f.Measures {
		per := "–"
		if m.perEuro() >= 0 {
			per = i18n.Number(c.lang, m.perEuro(), 2)
		}
		t.Rows = append(t.Rows, []document.Cell{
			{Text: c.in(m.Title)},
			{Text: c.t("report.measure." + m.State)},
			{Text: i18n.Euro(c.lang, m.Cost)},
			{Text: i18n.Euro(c.lang, m.Spent)},
			{Text: c.euro(m.Removes)},
			{Text: c.number(m.Minutes, 0)},
			{Text: per},
		})
	}
	return append(out,
		document.Verdict{Text: c.t("report.fund.verdict", "total", i18n.Euro(c.lang, f.Total), "committed", i18n.Euro(c.lang, f.Committed), "spent", i18n.Euro(c.lang, f.Spent), "free", i18n.Euro(c.lang, f.Free))},
		document.Picture{Chart: c.measureChart(), Caption: c.t("report.fund.caption") + " " + c.asOf(), Trace: c.mark("fund")},
		t,
		document.Paragraph{Text: c.t("report.fund.sources", "cio", i18n.Euro(c.lang, f.FromCIO), "ciso", i18n.Euro(c.lang, f.FromCISO), "group", i18n.Euro(c.lang, f.FromGroup), "ring", i18n.Percent(c.lang, f.RingFenced, 0)), Small: true},
	)
}

func (c *composer) measureChart() chart.Chart {
	var items []chart.RankItem
	for _, m := range c.s.Fund.Measures {
		if m.State == "done" {
			continue
		}
		value := math.NaN()
		if m.perEuro() >= 0 {
			value = m.perEuro()
		}
		items = append(items, chart.RankItem{Label: c.in(m.Title), Value: value, Low: math.NaN(), High: math.NaN(), Role: chart.Second, Note: i18n.Euro(c.lang, m.Cost)})
	}
	title := c.t("report.fund.chart")
	return c.chart("fund", title, title, chart.Ranking{Items: items[:min(len(items), 8)], Axis: chart.Axis{Label: c.t("report.fund.axis")}, Limit: math.NaN(), Note: c.t("report.fund.cost")})
}

// unknownPage: what nobody knows, and what would change it.
func (c *composer) unknownPage() []document.Block {
	if len(c.s.Unknown) == 0 {
		return []document.Block{heading(c.t("report.unknown.heading")), document.Verdict{Text: c.t("report.unknown.nothing"), State: document.Inside}}
	}
	items := make([]string, 0, len(c.s.Unknown))
	for _, text := range c.s.Unknown {
		items = append(items, c.in(text))
	}
	return []document.Block{
		heading(c.t("report.unknown.heading")),
		document.Verdict{Text: c.n("report.unknown.verdict", len(items)), State: document.NotKnown},
		document.List{Items: slices.Compact(items)},
	}
}

// missing stands where a picture would, with the reason.
func (c *composer) missing(reason i18n.Text) document.Block {
	return document.Callout{State: document.NotKnown, Title: c.t("report.unknown"), Text: c.in(reason)}
}
