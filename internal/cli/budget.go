package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/op"
)

// FundCmd is about the shared fund.
type FundCmd struct {
	Show    FundShowCmd    `cmd:"" help:"Show the shared fund of a year with its initiatives."`
	Choose  FundChooseCmd  `cmd:"" help:"Choose the best set of initiatives."`
	Plan    FundPlanCmd    `cmd:"" help:"Choose the best set of initiatives and save it as a plan."`
	Plans   FundPlansCmd   `cmd:"" help:"List the plans as they stand."`
	Propose FundProposeCmd `cmd:"" help:"Propose a plan to both officers."`
	Adopt   FundAdoptCmd   `cmd:"" help:"Adopt a plan that has both keys: its initiatives become funded."`
}

// FundShowCmd shows the fund.
type FundShowCmd struct {
	Year int `help:"Year; the present one, or the newest that has a fund, unless told."`
}

// Run prints the fund as JSON.
func (c *FundShowCmd) Run(env *Env) error {
	s, err := op.Ask(env.Context, env.Run, env.Actor, budget.OpStanding, budget.StandingIn{Year: c.Year})
	if err != nil {
		return err
	}
	return env.print(s)
}

// choosing is what a choice is asked for with.
type choosing struct {
	From      int       `help:"First year; the next one that has a fund unless told."`
	Objective string    `help:"mean, tvar95, tvar99 or mix." default:"mean"`
	Weight    float64   `help:"With mix: euro of loss that one euro of IT value is worth." default:"1"`
	Money     []float64 `help:"Euro of each year from the first on; what the funds have unless told."`
	Days      []float64 `help:"Staff days of each year likewise."`
	NoRing    bool      `help:"Leave the ring fence out."`
}

func (c choosing) asked() budget.ChooseIn {
	return budget.ChooseIn{From: c.From, Objective: c.Objective, Weight: c.Weight, Money: c.Money, StaffDays: c.Days, NoRing: c.NoRing}
}

// FundChooseCmd chooses.
type FundChooseCmd struct {
	choosing
	JSON bool `help:"Print the whole result as JSON."`
}

// Run prints the best set and what it leaves.
func (c *FundChooseCmd) Run(env *Env) error {
	out, err := op.Ask(env.Context, env.Run, env.Actor, budget.OpChoose, c.asked())
	if err != nil {
		return err
	}
	if c.JSON {
		return env.print(out)
	}
	fresh := out.New(out.Best.Chosen)
	if out.Best.Proven {
		env.Say("choice.say.proven", "options", env.options(fresh))
	} else {
		env.Say("choice.say.gap", "options", env.options(fresh), "gap", env.amount(out.Best.Gap))
	}
	env.Say("choice.say.residual", "before", env.amount(out.Now.Residual), "after", env.amount(out.Best.Residual))
	if out.Best.TVaR != nil {
		env.Say("choice.say.tvar", "before", env.amount(*out.Now.TVaR), "after", env.amount(*out.Best.TVaR))
	}
	for n, b := range out.Budgets {
		name := strconv.Itoa(b.Year)
		if b.Days {
			name = env.T("budget.choice.days", "year", name)
		}
		env.Say("choice.say.budget", "budget", name, "spent", env.amount(out.Best.Cost[n]), "limit", env.amount(b.Limit))
	}
	if out.Naive != nil && out.Naive.Lost > 0 {
		env.Say("choice.say.naive", "options", env.options(out.New(out.Naive.Chosen)), "residual", env.amount(out.Naive.Residual), "lost", env.amount(out.Naive.Lost))
	}
	return nil
}

// FundPlanCmd saves a choice.
type FundPlanCmd struct {
	Title   string   `arg:"" help:"Title of the plan."`
	TitleIT string   `name:"title-it" help:"Title in Italian."`
	Only    []string `help:"These initiatives instead of the best set; they must keep to all constraints."`
	choosing
}

// Run chooses, saves and prints the id of the plan.
func (c *FundPlanCmd) Run(env *Env) error {
	ids := c.Only
	if len(ids) == 0 {
		out, err := op.Ask(env.Context, env.Run, env.Actor, budget.OpChoose, c.asked())
		if err != nil {
			return err
		}
		ids = out.New(out.Best.Chosen)
	}
	plan, err := op.Do(env.Context, env.Run, env.Actor, budget.OpSavePlan, budget.SavePlanIn{Title: c.Title, TitleIT: c.TitleIT, Asked: c.asked(), Initiatives: ids})
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Out, plan.ID)
	return nil
}

// FundPlansCmd lists the plans.
type FundPlansCmd struct{}

// Run prints one line a plan: id, state, decision, money, initiatives, title.
func (c *FundPlansCmd) Run(env *Env) error {
	all, err := op.Ask(env.Context, env.Run, env.Actor, budget.OpPlans, struct{}{})
	for _, p := range all {
		ids := make([]string, len(p.Lines))
		for n, line := range p.Lines {
			ids[n] = line.Initiative
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%.2f\t%s\t%s\n", p.ID, p.State, p.Decision, p.EUR(), strings.Join(ids, " "), p.Name().In(env.Lang))
	}
	return err
}

// FundProposeCmd proposes a plan.
type FundProposeCmd struct {
	ID          string `arg:"" help:"Id of the plan."`
	Materiality string `help:"low, medium or high: how long the officers have." default:"medium"`
}

// Run proposes the plan as it stands and prints the id of the decision.
func (c *FundProposeCmd) Run(env *Env) error {
	plan, err := op.Ask(env.Context, env.Run, env.Actor, budget.OpGetPlan, budget.PlanIn{ID: c.ID})
	if err != nil {
		return err
	}
	plan, err = op.Do(env.Context, env.Run, env.Actor, budget.OpPropose, budget.ProposeIn{ID: c.ID, Version: plan.Version, Materiality: c.Materiality})
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Out, plan.Decision)
	return nil
}

// FundAdoptCmd adopts a plan.
type FundAdoptCmd struct {
	ID string `arg:"" help:"Id of the plan."`
}

// Run adopts the plan.
func (c *FundAdoptCmd) Run(env *Env) error {
	_, err := op.Do(env.Context, env.Run, env.Actor, budget.OpAdopt, budget.PlanIn{ID: c.ID})
	return err
}

// print writes a result as JSON.
func (e *Env) print(result any) error {
	out := json.NewEncoder(e.Out)
	out.SetIndent("", "  ")
	return out.Encode(result)
}
