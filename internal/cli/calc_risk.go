package cli

import (
	"cmp"
	"slices"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// CalcRiskCmd computes the yearly loss of a portfolio.
type CalcRiskCmd struct {
	File    string    `arg:"" help:"The portfolio as CSV (id,name,frequency,low,high), JSON or YAML; - reads the standard input."`
	JSON    bool      `help:"Print the whole result as JSON."`
	Trials  int       `help:"Years to draw." default:"100000"`
	Seed    uint64    `help:"Seed of what is drawn." default:"1"`
	Threads int       `help:"Threads; 0 uses all processors. The result does not depend on them." default:"0"`
	Exact   bool      `help:"Compute the distribution instead of drawing years."`
	State   string    `help:"Which controls count: inherent, current or target; as in the file unless told."`
	Amount  []float64 `help:"Say how probable a year is that costs more; may be repeated." placeholder:"AMOUNT"`
}

// simulated is everything that the calculator says; its fields are described in docs/calculators.md.
type simulated struct {
	State fair.State `json:"state"`
	quant.Result
}

// RunOffline reads, computes and prints.
func (c *CalcRiskCmd) RunOffline(env *Env) error {
	data, err := env.readCalculation(c.File)
	if err != nil {
		return err
	}
	p, err := fair.Read(data)
	if err != nil {
		return inFile(err, c.File)
	}
	if c.State != "" {
		p.State = fair.State(c.State)
	}
	all := simulated{State: cmp.Or(p.State, fair.Current)}
	if c.Exact {
		all.Result, err = quant.Exact(p, quant.ExactOptions{Appetites: c.Amount, Scenarios: true})
	} else {
		all.Result, err = quant.Simulate(p, quant.Options{Seed: c.Seed, Years: max(c.Trials, 1), Workers: c.Threads, Appetites: c.Amount})
	}
	if err != nil {
		return inFile(err, c.File)
	}
	if c.JSON {
		return env.print(all)
	}
	env.saySimulated(all, p)
	return nil
}

func (e *Env) saySimulated(all simulated, p fair.Portfolio) {
	drawn := all.Years > 0
	if drawn {
		e.Say("risk.calc.drawn", "years", all.Years, "seed", i18n.Number(e.Lang, float64(all.Seed), 0), "scenarios", len(all.Scenarios))
	} else {
		e.Say("risk.calc.exact", "scenarios", len(all.Scenarios))
	}
	t := all.Total
	e.Say("risk.calc.mean", "mean", e.within(t.Mean, drawn), "sd", e.amount(t.SD))
	e.Say("risk.calc.none", "share", i18n.Percent(e.Lang, t.NoLoss.Value, 1))
	for _, one := range []struct {
		in         int
		least, avg quant.Interval
	}{{10, t.VaR90, t.TVaR90}, {20, t.VaR95, t.TVaR95}, {100, t.VaR99, t.TVaR99}} {
		e.Say("risk.calc.worse", "in", one.in, "var", e.within(one.least, drawn), "tvar", e.within(one.avg, drawn))
	}
	for _, a := range t.Appetite {
		e.Say("risk.calc.above", "amount", e.amount(a.Amount), "probability", e.chance(a.Probability, drawn))
	}
	if all.Minutes != nil {
		e.Say("risk.calc.minutes", "mean", e.within(all.Minutes.Mean, drawn), "var", e.within(all.Minutes.VaR95, drawn))
	}
	e.sayScenarios(all.Scenarios, p)
}

// sayScenarios names the scenarios by what they contribute to the worst years.
func (e *Env) sayScenarios(results []quant.ScenarioResult, p fair.Portfolio) {
	names := map[string]string{}
	for _, s := range p.Scenarios {
		names[s.ID] = cmp.Or(s.Name, s.ID)
	}
	ordered := slices.Clone(results)
	slices.SortStableFunc(ordered, func(a, b quant.ScenarioResult) int { return cmp.Compare(b.TailShare, a.TailShare) })
	for _, s := range ordered[:min(said, len(ordered))] {
		key := "risk.calc.scenario"
		if s.BeforeCover {
			key = "risk.calc.scenario-before-cover"
		}
		e.Say(key, "name", names[s.ID], "mean", e.amount(s.Loss.Average()), "var", e.amount(s.Loss.VaR95.Value), "share", i18n.Percent(e.Lang, s.TailShare, 1))
	}
	if more := len(ordered) - said; more > 0 {
		e.Say("risk.calc.more", "n", more)
	}
}

// within writes a figure, with its interval if it was drawn.
func (e *Env) within(i quant.Interval, drawn bool) string {
	if !drawn {
		return e.amount(i.Value)
	}
	return e.T("risk.calc.interval", "value", e.amount(i.Value), "low", e.amount(i.Low), "high", e.amount(i.High))
}

func (e *Env) chance(i quant.Interval, drawn bool) string {
	if !drawn {
		return i18n.Percent(e.Lang, i.Value, 2)
	}
	return e.T("risk.calc.interval", "value", i18n.Percent(e.Lang, i.Value, 2), "low", i18n.Percent(e.Lang, i.Low, 2), "high", i18n.Percent(e.Lang, i.High, 2))
}
