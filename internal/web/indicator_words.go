package web

import (
	"math"
	"strconv"
	"strings"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/web/ui"
)

// indicatorCard is one indicator on the wall: sentence, figure, picture, and the same in the words of the lens.
type indicatorCard struct {
	ID      string
	Title   string
	Verdict string
	Figure  ui.Figure
	Beside  []ui.Fact
	Say     string
	Chart   chart.Chart
	Wide    bool
}

func cardOf(p ui.Page, r indicator.Reading) indicatorCard {
	card := indicatorCard{ID: r.ID, Title: p.In(r.Definition.Name), Figure: readingFigure(p, r), Say: lensName(p, *r.Definition)}
	switch r.ID {
	case indicator.SecurityInDesign:
		card.Verdict, card.Beside, card.Chart = designVerdict(p, r), designFacts(p, r), designChart(p, r, 400)
	case indicator.PatchTime:
		card.Verdict, card.Beside, card.Chart = patchVerdict(p, r), patchFacts(p, r), ratioChart(p, r, 400)
	case indicator.Resilience:
		card.Verdict, card.Beside, card.Chart, card.Wide = resilienceVerdict(p, r), resilienceFacts(p, r), profileChart(p, r, 640), true
	}
	if !r.Known() {
		card.Verdict = p.T("indicator.reason." + r.Reason)
	}
	return card
}

// lensName is what the reader's side calls the figure.
func lensName(p ui.Page, d indicator.Definition) string {
	switch p.Lens {
	case ui.LensCISO:
		return p.T("indicator.say.ciso", "words", d.CISO)
	case ui.LensBoard:
		return p.T("indicator.say.board", "cio", d.CIO, "ciso", d.CISO)
	default:
		return p.T("indicator.say.cio", "words", d.CIO)
	}
}

// lensLabel is the name of the figure on the reader's side.
func lensLabel(p ui.Page, d indicator.Definition) string {
	return p.Words(p.In(d.CIO), p.In(d.CISO), p.In(d.Name))
}

// write writes a value of an indicator in its unit, without the unit's words.
func write(p ui.Page, unit string, x float64) string {
	switch unit {
	case "share":
		return p.Percent(x, 0)
	case "ratio":
		return p.Number(x, 2)
	default:
		return p.Number(x, 0)
	}
}

func readingFigure(p ui.Page, r indicator.Reading) ui.Figure {
	unit := r.Definition.Unit
	f := ui.Figure{
		Label: lensLabel(p, *r.Definition), AsOf: r.AsOf, Href: "/indicators/" + r.ID + "#rows", N: p.N("indicator.n."+r.ID, r.N),
		Unit: p.T("indicator.unit." + unit),
	}
	f.Means = termFor(p, map[string]string{indicator.PatchTime: "patch-latency", indicator.SecurityInDesign: "secure-by-design", indicator.Resilience: "availability"}[r.ID], f.Label)
	if unit == "share" {
		f.Unit = ""
	}
	switch {
	case r.Known():
		f.Value = write(p, unit, *r.Value)
		if r.Low != nil && r.High != nil {
			f.Interval = p.T("indicator.interval", "level", p.Percent(r.Level, 0), "low", write(p, unit, *r.Low), "high", write(p, unit, *r.High))
		}
	case r.Low != nil && r.High != nil:
		f.Unknown, f.Value = true, write(p, unit, *r.Low)+" – "+write(p, unit, *r.High)
		f.Word, f.State = p.T("indicator.bounds"), ui.Unk
	default:
		f.Unknown, f.Unit = true, ""
	}
	return f
}

// orNaN gives a figure to a chart; NaN is not known.
func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

func tierName(p ui.Page, tier int) string {
	if tier == 0 {
		return p.T("indicator.tier.none")
	}
	return p.T("indicator.tier", "n", strconv.Itoa(tier))
}

func days(p ui.Page, x *float64) string {
	if x == nil {
		return "–"
	}
	return p.Number(*x, daysDecimals(*x))
}

func daysDecimals(x float64) int {
	if x < 10 && x != math.Trunc(x) {
		return 1
	}
	return 0
}

// between writes a figure with its limits: "14 (12–17)".
func between(x indicator.Estimate, write func(float64) string) string {
	if x.Value == nil {
		return "–"
	}
	if x.Low == nil && x.High == nil {
		return write(*x.Value)
	}
	end := func(e *float64) string {
		if e == nil {
			return "?"
		}
		return write(*e)
	}
	return write(*x.Value) + " (" + end(x.Low) + "–" + end(x.High) + ")"
}

func designVerdict(p ui.Page, r indicator.Reading) string {
	if !r.Known() {
		return ""
	}
	y := r.Design.Year
	text := p.T("indicator.verdict.design", "k", y.K, "n", y.N)
	if len(r.Design.Overdue) > 0 {
		text += " " + p.N("indicator.verdict.overdue", len(r.Design.Overdue))
	}
	return text
}

func designFacts(p ui.Page, r indicator.Reading) []ui.Fact {
	d := r.Design
	facts := []ui.Fact{
		{Term: p.T("indicator.design.quarter"), Text: p.T("indicator.of", "k", d.Quarter.K, "n", d.Quarter.N)},
		{Term: p.T("indicator.design.late"), Text: p.Integer(d.Year.Late), Href: "/projects?state=late"},
		{Term: p.T("indicator.design.none"), Text: p.Integer(d.Year.None + d.Year.Exempted), Href: "/projects?state=unvalidated"},
		{Term: p.T("indicator.design.skipped"), Text: p.Integer(d.Year.Skipped)},
		{Term: p.T("indicator.design.exempted"), Text: p.Integer(d.Year.Exempted)},
		{Term: p.T("indicator.design.overdue"), Text: p.Integer(len(d.Overdue)), Href: "/projects?state=overdue"},
		{Term: p.T("indicator.design.conditions"), Text: p.T("indicator.unknown")},
		{Term: p.T("indicator.design.cost"), Text: p.T("indicator.unknown")},
		{Term: p.T("indicator.design.with-overdue"), Text: p.T("indicator.of", "k", d.Year.WithOverdue.K, "n", d.Year.WithOverdue.N)},
	}
	if d.Conditions != nil {
		facts[6].Text = p.Integer(*d.Conditions)
	}
	if d.Year.Cost != nil {
		facts[7].Text = p.Percent(*d.Year.Cost, 0)
	}
	if !d.Trend {
		facts = append(facts, ui.Fact{Term: p.T("indicator.design.trend"), Text: p.T("indicator.design.no-trend")})
	}
	return facts
}

func designChart(p ui.Page, r indicator.Reading, width float64) chart.Chart {
	row := func(key string, s indicator.Proportion) chart.Share {
		return chart.Share{Label: p.T(key), K: s.K, N: s.N, Low: orNaN(s.Low), High: orNaN(s.High)}
	}
	d := r.Design
	plot := chart.Proportion{
		Items: []chart.Share{
			row("indicator.design.year", d.Year.Proportion), row("indicator.design.quarter", d.Quarter.Proportion), row("indicator.design.with-overdue", d.Year.WithOverdue),
		},
		Axis: chart.Axis{Number: func(x float64) string { return p.Percent(x, 0) }}, Limit: math.NaN(),
	}
	return chart.Chart{Frame: frame(p, r.ID, p.In(r.Definition.Name), designVerdict(p, r), width), Plot: plot}
}

func patchVerdict(p ui.Page, r indicator.Reading) string {
	if r.Value == nil {
		return ""
	}
	key := "indicator.verdict.patch.over"
	if *r.High <= 1 {
		key = "indicator.verdict.patch.within"
	} else if *r.Low <= 1 {
		key = "indicator.verdict.patch.about"
	}
	return p.T(key, "ratio", p.Number(*r.Value, 2))
}

func patchFacts(p ui.Page, r indicator.Reading) []ui.Fact {
	x := r.Patch
	facts := []ui.Fact{
		{Term: p.T("indicator.patch.closed-mean"), Text: p.T("indicator.days", "n", days(p, x.ClosedMean))},
		{Term: p.T("indicator.patch.open"), Text: p.T("indicator.of", "k", x.Open, "n", x.Open+x.Closed), Href: "/evidence/exposures?open=yes"},
		{Term: p.T("indicator.patch.past"), Text: p.Integer(x.PastSLA)},
		{Term: p.T("indicator.patch.kev"), Text: p.T("indicator.patch.no-kev"), Href: "/evidence/import"},
		{Term: p.T("indicator.patch.oldest"), Text: p.T("indicator.days", "n", days(p, x.Oldest))},
	}
	if x.KEV != nil {
		facts[3].Text, facts[3].Href = p.T("indicator.of", "k", x.KEV.PastDue, "n", x.KEV.Open), "/evidence/exposures?kev=late&open=yes"
	}
	if x.OldestExposure != "" {
		facts[4].Href = "/evidence/exposures/" + x.OldestExposure
	}
	if x.NoTier > 0 {
		facts = append(facts, ui.Fact{Term: p.T("indicator.patch.no-tier"), Text: p.Integer(x.NoTier), Href: "/evidence/unmatched"})
	}
	if x.OriginUnknown > 0 {
		facts = append(facts, ui.Fact{Term: p.T("indicator.patch.origin"), Text: p.Integer(x.OriginUnknown)})
	}
	return append([]ui.Fact{{Term: p.T("indicator.patch.medians"), Text: medians(p, x.Tiers)}}, facts...)
}

// medians writes the Kaplan–Meier median of each tier that has a deadline: "Tier 1: 14 days · Tier 2: ...".
func medians(p ui.Page, tiers []indicator.PatchTier) string {
	var parts []string
	for _, t := range tiers {
		if t.Weight == nil {
			continue
		}
		median := p.T("indicator.patch.not-reached")
		if t.Median.Value != nil {
			median = p.T("indicator.days", "n", days(p, t.Median.Value))
		}
		parts = append(parts, tierName(p, t.Tier)+": "+median)
	}
	return strings.Join(parts, " · ")
}

// ratioChart ranks the tiers by their time against the deadline.
func ratioChart(p ui.Page, r indicator.Reading, width float64) chart.Chart {
	plot := chart.Ranking{
		Limit: 1, LimitLabel: p.T("indicator.patch.deadline"),
		Axis: chart.Axis{Label: p.T("indicator.unit.ratio"), Number: func(x float64) string { return p.Number(x, 1) }},
	}
	for _, t := range r.Patch.Tiers {
		if t.Weight == nil {
			continue
		}
		item := chart.RankItem{Label: tierName(p, t.Tier), Value: orNaN(t.Ratio.Value), Low: orNaN(t.Ratio.Low), High: orNaN(t.Ratio.High)}
		plot.Items = append(plot.Items, item)
	}
	return chart.Chart{Frame: frame(p, r.ID, p.In(r.Definition.Name), patchVerdict(p, r), width), Plot: plot}
}

// survivalChart draws the share still open by tier, up to twice the longest deadline.
func survivalChart(p ui.Page, r indicator.Reading) chart.Chart {
	plot := chart.Survival{
		Time:  chart.Axis{Label: p.T("indicator.axis.days"), Number: func(x float64) string { return p.Number(x, 0) }},
		Share: chart.Axis{Label: p.T("indicator.axis.open"), Number: func(x float64) string { return p.Percent(x, 0) }},
	}
	end := 0.0
	for _, t := range r.Patch.Tiers {
		if t.SLA != nil {
			end = max(end, 2**t.SLA)
		}
	}
	roles := []chart.Role{chart.Ink, chart.Second, chart.Third, chart.Muted}
	dashes := []chart.Dash{chart.Solid, chart.Dashed, chart.Dotted, chart.Dashed}
	for _, t := range r.Patch.Tiers {
		if t.Tier == 0 || t.N == 0 {
			continue
		}
		plot.Groups = append(plot.Groups, group(p, t, end, roles[(t.Tier-1)%4], dashes[(t.Tier-1)%4]))
	}
	return chart.Chart{Frame: frame(p, "survival", p.T("indicator.patch.curve"), patchVerdict(p, r), 760), Plot: plot}
}

func group(p ui.Page, t indicator.PatchTier, end float64, role chart.Role, dash chart.Dash) chart.SurvivalGroup {
	g := chart.SurvivalGroup{Label: tierName(p, t.Tier), Role: role, Dash: dash}
	for _, c := range t.Curve {
		if c.Time <= end {
			g.Steps = append(g.Steps, chart.SurvivalStep{Time: c.Time, Share: c.Share, Low: orNaN(c.Low), High: orNaN(c.High)})
		}
	}
	for _, n := range t.AtRisk {
		if n.Time <= end {
			g.AtRisk = append(g.AtRisk, chart.AtRisk{Time: n.Time, N: n.N})
		}
	}
	for _, at := range t.Censored {
		if at <= end {
			g.Censored = append(g.Censored, at)
		}
	}
	return g
}

func resilienceVerdict(p ui.Page, r indicator.Reading) string {
	x := r.Resilience
	if x.Lowest == "" {
		return ""
	}
	text := p.T("indicator.verdict.resilience", "service", x.LowestName, "index", p.Number(*x.LowestIndex, 0))
	if x.Breaches > 0 {
		text += " " + p.N("indicator.verdict.breaches", x.Breaches)
	}
	return text
}

func resilienceFacts(p ui.Page, r indicator.Reading) []ui.Fact {
	x := r.Resilience
	facts := []ui.Fact{{Term: p.T("indicator.resilience.rated"), Text: p.Percent(x.RatedShare, 0)}}
	if x.LowestIndex != nil {
		facts = append(facts, ui.Fact{Term: p.T("indicator.resilience.lowest"), Text: p.In(x.LowestName) + ", " + p.Number(*x.LowestIndex, 0), Href: "/landscape/" + x.Lowest})
	}
	return append(facts,
		ui.Fact{Term: p.T("indicator.resilience.breaches"), Text: p.Integer(x.Breaches)},
		ui.Fact{Term: p.T("indicator.resilience.recovery"), Text: p.Percent(x.RecoveryShare, 0), Href: "/evidence/recoveries"},
		ui.Fact{Term: p.T("indicator.method"), Text: x.Method},
	)
}

func profileChart(p ui.Page, r indicator.Reading, width float64) chart.Chart {
	plot := chart.Profile{
		Parts: []string{p.T("indicator.resilience.uptime"), p.T("indicator.resilience.recovered"), p.T("indicator.resilience.response")},
		Axis:  chart.Axis{Number: func(x float64) string { return p.Number(x, 2) }},
	}
	for _, s := range r.Resilience.Services {
		plot.Items = append(plot.Items, chart.Scores{Label: p.In(s.Name), Values: []float64{orNaN(s.A.Value), s.R, s.C}})
	}
	return chart.Chart{Frame: frame(p, r.ID, p.T("indicator.resilience.profile"), resilienceVerdict(p, r), width), Plot: plot}
}
