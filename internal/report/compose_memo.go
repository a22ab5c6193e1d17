package report

import (
	"cmp"
	"math"
	"strings"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/report/document"
)

// decisionPage is the first page of the memo: what the board is asked to decide, with both votes.
func (c *composer) decisionPage() []document.Block {
	out := []document.Block{heading(c.n("report.decisions.heading", len(c.s.Decisions)))}
	if len(c.s.Decisions) == 0 {
		return []document.Block{heading(c.t("report.decisions.none")), document.Verdict{Text: c.t("report.decisions.none.text"), State: document.Inside}}
	}
	dissent := 0
	for _, d := range c.s.Decisions {
		if d.dissent() {
			dissent++
		}
	}
	verdict := document.Verdict{Text: c.t("report.decisions.agreed"), State: document.NoState}
	if dissent > 0 {
		verdict = document.Verdict{Text: c.n("report.decisions.dissent", dissent), State: document.Near}
	}
	out = append(out, verdict)
	for _, d := range c.s.Decisions {
		out = append(out, c.decision(d))
	}
	if c.s.MoreDecisions > 0 {
		out = append(out, document.Paragraph{Text: c.n("report.decisions.more", c.s.MoreDecisions), Small: true})
	}
	return out
}

// dissent tells whether an office said no.
func (d Decision) dissent() bool { return d.CIO != nil && !d.CIO.Yes || d.CISO != nil && !d.CISO.Yes }

func (c *composer) decision(d Decision) document.Block {
	terms := []document.Term{{Term: c.t("report.decisions.what"), Text: c.in(d.Content)}}
	if effect := c.effect(d); effect != "" {
		terms = append(terms, document.Term{Term: c.t("report.decisions.effect"), Text: effect})
	}
	by := document.Term{Term: c.t("report.decisions.by"), Text: i18n.DateTime(c.lang, d.Deadline)}
	if d.Escalation != "" {
		by = document.Term{Term: c.t("report.decisions.stands"), Text: c.t("report.decisions.deadlock", "office", c.t("office."+d.Escalation))}
	}
	return document.Decision{
		Number: d.ID, Question: c.in(d.Title), Terms: append(terms, by), Trace: c.mark("decisions"),
		Left: c.vote(document.CIO, d.CIO, c.s.CIO), Right: c.vote(document.CISO, d.CISO, c.s.CISO),
	}
}

// effect writes the expected effect on the three scales: what the decision removes, or adds when negative.
func (c *composer) effect(d Decision) string {
	var parts []string
	add := func(scale string, x *float64, write func(*float64) string) {
		if x == nil || *x == 0 {
			return
		}
		way, size := ".less", math.Abs(*x)
		if *x < 0 {
			way = ".more"
		}
		parts = append(parts, c.t("report.effect."+scale+way, "amount", write(&size)))
	}
	whole := func(x *float64) string { return c.number(x, 0) }
	add("money", d.MoneyEUR, c.euro)
	add("minutes", d.Minutes, whole)
	add("days", d.ExposureDays, whole)
	return strings.Join(parts, " · ")
}

func (c *composer) vote(office document.Office, v *Vote, holder Officer) document.Opinion {
	o := document.Opinion{Office: office, Title: "CIO", Person: c.person(holder.Name), State: document.NotKnown, Vote: c.t("report.vote.missing"), Text: c.t("report.vote.missing.text")}
	if office == document.CISO {
		o.Title = "CISO"
	}
	if v == nil {
		return o
	}
	o.Person, o.State, o.Vote, o.Text = v.Person, document.Inside, c.t("report.vote.yes"), c.in(v.Reason)
	if !v.Yes {
		o.State, o.Vote = document.Outside, c.t("report.vote.no")
	}
	if counter := c.in(v.Counter); counter != "" {
		o.Text += " " + c.t("report.vote.counter", "text", counter)
	}
	return o
}

// scalePage is the second page of the memo: inside appetite or not, on the three common scales.
func (c *composer) scalePage() []document.Block {
	money, minutes, days := c.s.Money, c.s.Minutes, c.s.ExposureDays
	stands := []Stand{cmp.Or(money.State, CannotTell), cmp.Or(minutes.State, CannotTell), cmp.Or(days.State, CannotTell)}
	return []document.Block{
		heading(c.t("report.scales.heading." + string(worst(stands)))),
		document.Verdict{Text: c.t("report.scales.verdict", "money", c.stand(stands[0]), "minutes", c.stand(stands[1]), "days", c.stand(stands[2])), State: state(worst(stands))},
		document.FigureRow{Figures: []document.Figure{
			c.scale("money", scaled(money, 1e-6), c.t("report.scales.money"), c.t("report.unit.meur"), 1, c.n("report.scales.years", money.N)),
			c.scale("minutes", minutes, c.t("report.scales.minutes"), c.t("report.unit.min"), 0, c.n("report.scales.services", minutes.N)),
			c.scale("days", days, c.t("report.scales.days"), c.t("report.unit.days"), 0, c.n("report.scales.exposures", days.N)),
		}},
		document.Paragraph{Text: c.t("report.scales.explain"), Traces: []string{c.mark("money"), c.mark("minutes"), c.mark("exposure-days")}},
		part(c.t("report.indicators.heading")),
		c.indicatorTable(),
	}
}

func worst(stands []Stand) Stand {
	for _, s := range []Stand{Outside, CannotTell, NoLimit} {
		for _, one := range stands {
			if one == s {
				return s
			}
		}
	}
	return Inside
}

func (c *composer) stand(s Stand) string { return c.t("report.stand." + string(s)) }

// scaled gives the scale in another unit.
func scaled(s Scale, by float64) Scale {
	for _, x := range []**float64{&s.Value, &s.Low, &s.High, &s.UpTo, &s.Limit} {
		if *x != nil {
			v := **x * by
			*x = &v
		}
	}
	return s
}

// maxFigure is how many bytes of a figure fit into its card; a longer range is written as its measured part
// with a plus, and in full below.
const maxFigure = 13

func (c *composer) scale(id string, s Scale, label, unit string, decimals int, n string) document.Figure {
	f := document.Figure{
		Label: label, Value: c.number(s.Value, decimals), Unit: unit, N: n, AsOf: c.asOf(), State: state(s.State), StateWord: c.stand(cmp.Or(s.State, CannotTell)), Trace: c.mark(s.Trace),
	}
	if s.Value == nil {
		f.Value, f.Unit, f.N, f.Source = c.t("report.unknown"), "", "", c.in(s.Reason)
		return f
	}
	switch {
	case s.UpTo != nil && *s.UpTo > *s.Value:
		if all := f.Value + "–" + c.number(s.UpTo, decimals); len(all) <= maxFigure {
			f.Value = all
		} else {
			f.Value += "+"
		}
		rest := *s.UpTo - *s.Value
		f.Interval = c.t("report.scales.unmeasured", "known", c.number(s.Value, decimals), "rest", c.number(&rest, decimals))
	case s.Low != nil && s.High != nil:
		f.Interval = c.t("report.interval", "low", c.number(s.Low, decimals), "high", c.number(s.High, decimals))
	}
	limit := ""
	if s.Limit != nil {
		limit = c.t("report.scales.limit", "limit", c.number(s.Limit, decimals))
	}
	plot := c.chart(id, label, label, chart.Bullet{
		Value: *s.Value, Low: or(s.Low), High: or(s.High), UpTo: or(s.UpTo), Limit: or(s.Limit), LimitLabel: limit, Axis: chart.Axis{Label: unit},
	})
	f.Chart = &plot
	return f
}

// indicatorTable sets the three indicators in one table.
func (c *composer) indicatorTable() document.Block {
	t := document.Table{Columns: []document.Column{
		{Title: c.t("report.indicators.name")},
		{Title: c.t("report.indicators.value"), Align: document.Right},
		{Title: c.t("report.indicators.interval"), Align: document.Right},
		{Title: c.t("report.indicators.beside"), Share: .4},
	}}
	t.Rows = [][]document.Cell{c.securityRow(), c.patchRow(), c.resilienceRow()}
	return t
}

func (c *composer) unknownRow(name, trace string, reason i18n.Text) []document.Cell {
	return []document.Cell{{Text: name, Trace: c.mark(trace)}, {Text: c.t("report.unknown"), State: document.NotKnown}, {Text: "–"}, {Text: c.in(reason)}}
}

func (c *composer) securityRow() []document.Cell {
	s, name := c.s.Security, c.t("report.indicator.security")
	if s.N == 0 {
		return c.unknownRow(name, s.Trace, s.Reason)
	}
	share := float64(s.K) / float64(s.N)
	return []document.Cell{
		{Text: name, Trace: c.mark(s.Trace)},
		{Text: c.share(&share), Sub: c.t("report.of", "k", s.K, "n", s.N)},
		{Text: c.range2(s.Low, s.High, 100, 0) + " %"},
		{Text: c.t("report.security.beside", "late", s.Late, "skipped", s.Skipped, "overdue", s.Overdue)},
	}
}

func (c *composer) patchRow() []document.Cell {
	p, name := c.s.Patching, c.t("report.indicator.patching")
	first := p.first()
	if first == nil {
		return c.unknownRow(name, p.Trace, p.Reason)
	}
	value := document.Cell{Text: c.t("report.days", "n", c.number(first.Median, 1)), Sub: c.tier(first.Tier)}
	if first.Median == nil {
		value = document.Cell{Text: c.t("report.patching.not-reached"), Sub: c.tier(first.Tier)}
	}
	return []document.Cell{
		{Text: name, Trace: c.mark(p.Trace)},
		value,
		{Text: c.range2(first.Low, first.High, 1, 1)},
		{Text: c.t("report.patching.beside", "open", first.Open, "n", first.N, "past", c.share(first.PastSLA), "mean", c.number(p.Mean, 1))},
	}
}

func (c *composer) resilienceRow() []document.Cell {
	r, name := c.s.Resilience, c.t("report.indicator.resilience")
	if r.Index == nil {
		return c.unknownRow(name, r.Trace, r.Reason)
	}
	return []document.Cell{
		{Text: name, Trace: c.mark(r.Trace)},
		{Text: c.number(r.Index, 0), Sub: c.t("report.resilience.of-100")},
		{Text: c.range2(r.P5, r.P95, 1, 0)},
		{Text: c.t("report.resilience.beside", "lowest", r.Lowest, "index", c.number(r.LowestIndex, 0), "breaches", r.Breaches, "rated", i18n.Percent(c.lang, r.RatedShare, 0))},
	}
}

// range2 writes an interval; an end that is not reached is open.
func (c *composer) range2(low, high *float64, by float64, decimals int) string {
	if low == nil && high == nil {
		return "–"
	}
	end := func(x *float64) string {
		if x == nil || math.IsNaN(*x) {
			return "…"
		}
		return i18n.Number(c.lang, *x*by, decimals)
	}
	return end(low) + "–" + end(high)
}
