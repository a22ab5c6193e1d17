package cli

import (
	"context"
	"math"
	"strings"
	"time"

	"accordo.dev/internal/budget/choice"
	"accordo.dev/internal/i18n"
)

// CalcChooseCmd finds the best set of measures.
type CalcChooseCmd struct {
	File     string        `arg:"" help:"The problem as JSON; - reads the standard input."`
	JSON     bool          `help:"Print the whole result as JSON."`
	Trials   int           `help:"Years to draw for scenarios given as estimates." default:"10000"`
	Seed     uint64        `help:"Seed of what is drawn." default:"1"`
	Threads  int           `help:"Accepted as in the other calculators; the answer never depends on it." default:"1"`
	Limit    time.Duration `help:"Time for each search; what is not proven by then states its gap." default:"60s"`
	Frontier int           `help:"Points of the efficient frontier, from none to twice the budgets." default:"0"`
	Prices   bool          `help:"Say what each constraint costs, by solving again without it."`
	Regret   int           `help:"Draws in which the estimates are off, to say what the choice then costs." default:"0"`
	Loss     float64       `help:"How far losses are off in these draws: standard deviation of the logarithm." default:"0.5"`
	Effect   float64       `help:"How far effects are off in these draws, likewise." default:"0.3"`
}

// chosen is everything that the calculator says; its fields are described in docs/calculators.md.
type chosen struct {
	choice.Result
	Budgets  []float64        `json:"budgets"`
	Without  choice.Figures   `json:"without"` // nothing taken
	MeanBest *choice.Result   `json:"mean_best,omitempty"`
	TailBest *choice.Result   `json:"tail_best,omitempty"`
	Naive    *choice.Additive `json:"naive,omitempty"`
	Next     []choice.Step    `json:"next"`
	Frontier []choice.Point   `json:"frontier,omitempty"`
	Prices   []choice.Price   `json:"prices,omitempty"`
	Regret   *choice.Regret   `json:"regret,omitempty"`
}

// RunOffline reads, chooses and prints.
func (c *CalcChooseCmd) RunOffline(env *Env) error {
	data, err := env.readCalculation(c.File)
	if err != nil {
		return err
	}
	p, err := choice.Read(data, choice.Sampling{Trials: c.Trials, Seed: c.Seed})
	if err != nil {
		return inFile(err, c.File)
	}
	var all chosen
	if err := c.solve(env.Context, p, &all); err != nil {
		return inFile(err, c.File)
	}
	if c.JSON {
		return env.print(all)
	}
	env.sayChosen(all)
	return nil
}

func (c *CalcChooseCmd) solve(ctx context.Context, p choice.Problem, all *chosen) (err error) {
	all.Budgets = append([]float64{}, p.Budgets...)
	if all.Result, err = choice.Solve(p, c.effort(ctx)); err != nil {
		return err
	}
	if all.Without, err = choice.Evaluate(p, nil); err != nil {
		return err
	}
	if all.Next, err = choice.Next(p, all.Chosen); err != nil {
		return err
	}
	if naive, err := choice.Naive(p, all.Result, c.effort(ctx)); err == nil && len(p.Scenarios) > 0 {
		all.Naive = &naive
	}
	if len(p.Losses) > 0 {
		all.MeanBest, all.TailBest = c.sideBySide(ctx, p)
	}
	return c.analyse(ctx, p, all)
}

// sideBySide are the choices for the mean and for the tail alone.
func (c *CalcChooseCmd) sideBySide(ctx context.Context, p choice.Problem) (mean, tail *choice.Result) {
	one := func(o choice.Objective) *choice.Result {
		q := p
		q.Objective = o
		r, err := choice.Solve(q, c.effort(ctx))
		if err != nil {
			return nil // stopped before any choice was found
		}
		return &r
	}
	o := p.Objective
	return one(choice.Objective{Mean: 1, Level: o.Level, Value: o.Value}), one(choice.Objective{Tail: 1, Level: o.Level, Value: o.Value})
}

// analyse does what was asked for besides.
func (c *CalcChooseCmd) analyse(ctx context.Context, p choice.Problem, all *chosen) (err error) {
	if c.Frontier > 0 {
		var scales []float64
		for i := range c.Frontier {
			scales = append(scales, 2*float64(i+1)/float64(c.Frontier))
		}
		if all.Frontier, err = choice.Frontier(p, scales, c.effort(ctx)); err != nil {
			return err
		}
	}
	if c.Prices {
		if all.Prices, err = choice.Prices(p, all.Result, c.effort(ctx)); err != nil {
			return err
		}
	}
	if c.Regret > 0 {
		doubt := choice.Doubt{Draws: c.Regret, Seed: c.Seed, LossSigma: c.Loss, EffectSigma: c.Effect}
		regret, err := choice.RegretOf(p, all.Chosen, doubt, c.effort(ctx))
		if err != nil {
			return err
		}
		all.Regret = &regret
	}
	return nil
}

// effort is the time limit from now on.
func (c *CalcChooseCmd) effort(ctx context.Context) choice.Effort {
	limited, stop := context.WithTimeout(ctx, c.Limit)
	context.AfterFunc(limited, stop)
	return choice.Effort{Stop: func() bool { return limited.Err() != nil }}
}

func (e *Env) sayChosen(all chosen) {
	if all.Proven {
		e.Say("choice.say.proven", "options", e.options(all.Chosen))
	} else {
		e.Say("choice.say.gap", "options", e.options(all.Chosen), "gap", e.amount(all.Gap))
	}
	e.Say("choice.say.residual", "before", e.amount(all.Without.Residual), "after", e.amount(all.Residual))
	if all.TVaR != nil {
		e.Say("choice.say.tvar", "before", e.amount(*all.Without.TVaR), "after", e.amount(*all.TVaR))
	}
	if all.Value != 0 {
		e.Say("choice.say.value", "value", e.amount(all.Value))
	}
	for b, spent := range all.Cost {
		e.Say("choice.say.budget", "budget", b+1, "spent", e.amount(spent), "limit", e.amount(all.Budgets[b]))
	}
	if all.MeanBest != nil && all.TailBest != nil {
		e.Say("choice.say.mean-best", "options", e.options(all.MeanBest.Chosen), "mean", e.amount(all.MeanBest.Residual), "tail", e.amount(*all.MeanBest.TVaR))
		e.Say("choice.say.tail-best", "options", e.options(all.TailBest.Chosen), "mean", e.amount(all.TailBest.Residual), "tail", e.amount(*all.TailBest.TVaR))
	}
	if all.Naive != nil && all.Naive.Lost > 0 {
		e.Say("choice.say.naive", "options", e.options(all.Naive.Chosen), "residual", e.amount(all.Naive.Residual), "lost", e.amount(all.Naive.Lost))
	}
	if len(all.Next) > 0 && all.Next[0].Gain > 0 {
		next := all.Next[0]
		e.Say("choice.say.next", "option", e.options(append([]string{next.Option}, next.With...)), "gain", e.amount(next.Gain), "each", i18n.Number(e.Lang, next.PerEuro, 2))
	}
	e.sayAnalyses(all)
}

func (e *Env) sayAnalyses(all chosen) {
	for _, point := range all.Frontier {
		if !point.Fits {
			e.Say("choice.say.no-point", "share", i18n.Percent(e.Lang, point.Scale, 0))
			continue
		}
		e.Say("choice.say.point", "share", i18n.Percent(e.Lang, point.Scale, 0), "objective", e.amount(point.Objective), "options", e.options(point.Chosen))
	}
	for _, price := range all.Prices {
		e.Say("choice.say.price", "constraint", price.Field, "price", e.amount(price.Price))
	}
	if r := all.Regret; r != nil {
		e.Say("choice.say.regret", "draws", r.Draws, "best", i18n.Percent(e.Lang, r.StillBest, 0), "mean", e.amount(r.Mean), "p95", e.amount(r.P95))
	}
}

func (e *Env) options(ids []string) string {
	if len(ids) == 0 {
		return e.T("choice.say.nothing")
	}
	return strings.Join(ids, ", ")
}

// amount writes a number with two decimals where they count.
func (e *Env) amount(x float64) string {
	if cents := math.Round(x * 100); math.Mod(cents, 100) == 0 || math.Abs(x) >= 1000 {
		return i18n.Number(e.Lang, x, 0)
	}
	return i18n.Number(e.Lang, x, 2)
}
