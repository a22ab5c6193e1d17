package chart_test

import (
	"math"
	"strconv"

	"accordo.dev/internal/chart"
)

var nan = math.NaN()

func words() chart.Words {
	return chart.Words{
		NoData: "No evidence yet: import a scan first.", Unknown: "not measured", Item: "Item", Value: "Value", Low: "Low", High: "High",
		Limit: "Limit", Events: "Events", Total: "Of", AtRisk: "still observed", Target: "target", Tested: "tested",
	}
}

func frame(id, title string, width float64) chart.Frame {
	return chart.Frame{ID: id, Title: title, Desc: "Shows " + title + ".", Width: width, Words: words()}
}

func percent(v float64) string { return strconv.FormatFloat(v*100, 'f', -1, 64) + " %" }

func millions(v float64) string { return strconv.FormatFloat(v/1e6, 'g', 4, 64) }

// lossCurve is a smooth curve around a median loss.
func lossCurve(median, p0, wide float64) []chart.Level {
	var out []chart.Level
	for l := 1e5; l <= 4e7; l *= 1.3 {
		p := p0 / (1 + math.Pow(l/median, 1.4))
		out = append(out, chart.Level{Loss: l, P: p, Low: p / wide, High: min(p*wide, 1)})
	}
	return out
}

func exceedance() chart.Exceedance {
	return chart.Exceedance{
		Loss: chart.Axis{Label: "yearly loss above, M€", Number: millions}, Probability: chart.Axis{Label: "probability in a year", Number: percent},
		Curves: []chart.Curve{
			{Label: "without controls", Role: chart.Muted, Dash: chart.Dashed, Levels: lossCurve(4e6, .85, 1)},
			{Label: "today", Role: chart.Ink, Levels: lossCurve(2e6, .6, 1.25)},
			{Label: "after the plan", Role: chart.Second, Dash: chart.Dotted, Levels: lossCurve(8e5, .45, 1)},
		},
		Appetite: []chart.Level{{Loss: 5e5, P: .5}, {Loss: 2e6, P: .2}, {Loss: 1.1e7, P: .05}}, LimitLabel: "appetite",
	}
}

func survival() chart.Survival {
	steps := func(rate float64) []chart.SurvivalStep {
		var out []chart.SurvivalStep
		for t := 2.0; t < 80; t += 3 {
			s := math.Exp(-t * rate)
			out = append(out, chart.SurvivalStep{Time: t, Share: s, Low: math.Max(0, s-.07), High: math.Min(1, s+.07)})
		}
		return out
	}
	risk := func(n int) []chart.AtRisk {
		return []chart.AtRisk{{0, n}, {20, n / 2}, {40, n / 4}, {60, n / 9}, {80, n / 20}}
	}
	return chart.Survival{
		Time: chart.Axis{Label: "days since found"}, Share: chart.Axis{Label: "still open", Number: percent},
		Groups: []chart.SurvivalGroup{
			{Label: "tier 1", Role: chart.Ink, Steps: steps(.06), Censored: []float64{14, 33, 61, 90}, AtRisk: risk(214)},
			{Label: "tier 2", Role: chart.Second, Dash: chart.Dashed, Steps: steps(.02), Censored: []float64{12, 25, 85}, AtRisk: risk(480)},
		},
	}
}

func gallery() []chart.Chart {
	return []chart.Chart{
		{Frame: frame("lec", "Loss exceedance", 660), Plot: exceedance()},
		{Frame: frame("bul", "Money at risk", 340), Plot: chart.Bullet{
			Value: 12.8, Low: 11.5, High: 15.5, UpTo: nan, Limit: 11, LimitLabel: "limit 11.0", Axis: chart.Axis{Label: "M€"},
		}},
		{Frame: frame("unk", "Minutes lost", 340), Plot: chart.Bullet{
			Value: 214, Low: nan, High: nan, UpTo: 259, Limit: 240, LimitLabel: "limit 240", Axis: chart.Axis{Label: "min"},
		}},
		{Frame: frame("km", "Time to fix", 660), Plot: survival()},
		{Frame: frame("rank", "Essential points", 660), Plot: chart.Ranking{
			Axis: chart.Axis{Label: "M€ if lost for a day"}, Limit: 3, LimitLabel: "tolerance 3",
			Items: []chart.RankItem{
				{Label: "Core banking", Value: 4.2, Low: 3.1, High: 5.6, Note: "n 41"},
				{Label: "Instant payments gateway of the Padova data centre", Value: 2.9, Low: 2.2, High: 3.3},
				{Label: "CartaNet", Value: nan, Low: nan, High: nan},
				{Label: "Identity provider", Value: .8, Low: .5, High: 1.4},
			},
		}},
		{Frame: frame("dots", "Suppliers", 340), Plot: chart.Ranking{
			Dots: true, Axis: chart.Axis{Label: "minutes"}, Limit: nan,
			Items: []chart.RankItem{{Label: "Orbita Cloud", Value: 120, Low: 80, High: 190}, {Label: "CartaNet", Value: 45, Low: 20, High: 61, Role: chart.CISO}},
		}},
		{Frame: frame("prop", "Reported phish", 340), Plot: chart.Proportion{
			Axis: chart.Axis{Label: "share reported", Number: percent}, Limit: .7, LimitLabel: "promise 70 %",
			Items: []chart.Share{
				{Label: "Branches", K: 61, N: 214, Low: .23, High: .35},
				{Label: "Head office", K: 88, N: 120, Low: .65, High: .8, Role: chart.Second},
				{Label: "Agents", K: 0, N: 0, Low: nan, High: nan},
			},
		}},
		{Frame: frame("dumb", "Recovery time", 660), Plot: chart.Dumbbell{
			Axis: chart.Axis{Label: "hours"}, Note: "Test",
			Items: []chart.Promise{
				{Label: "Core banking", Target: 8, Tested: 26, Note: "43 days ago"},
				{Label: "Instant payments", Target: 2, Tested: 1.4, Note: "12 days ago"},
				{Label: "Cards", Target: 4, Tested: nan, Note: "never"},
			},
		}},
		{Frame: frame("pair", "Friction", 660), Plot: chart.Pairs{
			Axis: chart.Axis{Label: "1 none, 5 strong"}, Low: 1, High: 5, Left: chart.Series{Label: "IT", Role: chart.CIO}, Right: chart.Series{Label: "Security", Role: chart.CISO},
			Items: []chart.Pair{
				{Label: "Budget and resources", Left: chart.Measure{Value: 2.4, Low: 1.9, High: 2.9}, Right: chart.Measure{Value: 4.1, Low: 3.6, High: 4.6}},
				{Label: "Language", Left: chart.Measure{Value: 3, Low: 2.2, High: 3.8}, Right: chart.Measure{Value: nan, Low: nan, High: nan}},
				{Label: "Silos", Left: chart.Measure{Value: nan}, Right: chart.Measure{Value: nan}},
			},
		}},
		{Frame: frame("fall", "What moved", 660), Plot: chart.Waterfall{
			From: chart.Total{Label: "13 October", Value: 10.8}, To: chart.Total{Label: "12 November", Value: 12.8},
			Axis: chart.Axis{Label: "M€, 1 year in 20 is worse"}, Limit: 11, LimitLabel: "limit 11",
			Signed: func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) },
			Moves:  []chart.Move{{Label: "New risk", Delta: .9}, {Label: "Mitigated", Delta: -.7}, {Label: "Scope", Delta: .5}, {Label: "Evidence lost", Delta: 1.3, Lost: true}, {Label: "Model", Delta: nan}},
		}},
		{Frame: frame("arc", "A/R/C profile", 660), Plot: chart.Profile{
			Parts: []string{"Anticipate", "Recover", "Coordinate"},
			Items: []chart.Scores{{Label: "Core banking", Values: []float64{.8, .3, .62}}, {Label: "Instant payments", Values: []float64{.7, .81, nan}}},
		}},
		{Frame: frame("cols", "Violations", 660), Plot: chart.Columns{
			Axis:    chart.Axis{Label: "things on the map"},
			Series:  []chart.Series{{Label: "violated", Role: chart.Bad}, {Label: "cannot be told", Role: chart.Unknown}},
			Moments: []chart.Moment{{Label: "Sep"}, {Label: "Oct", Counts: []float64{12, 30}}, {Label: "Nov", Counts: []float64{7, 31}}, {Label: "Dec", Counts: []float64{0, 0}}},
		}},
		{Frame: frame("front", "Efficient frontier", 640), Plot: chart.Frontier{
			Spent: chart.Axis{Label: "money, M€", Number: millions}, Left: chart.Axis{Label: "loss left, M€", Number: millions}, Mark: 2, MarkLabel: "this choice",
			Points: []chart.Spend{{1e6, 3.2e6}, {2e6, 2.6e6}, {3e6, 1.9e6}, {4e6, 1.7e6}, {5e6, 1.7e6}},
		}},
		{Frame: frame("none", "Nothing", 340), Plot: chart.Survival{}},
	}
}
