package cli

import (
	"fmt"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/risk"
)

// RiskCmd is about risk scenarios.
type RiskCmd struct {
	List     RiskListCmd     `cmd:"" help:"List scenarios by what they can cost."`
	Show     RiskShowCmd     `cmd:"" help:"Show a scenario."`
	Simulate RiskSimulateCmd `cmd:"" help:"Simulate the yearly loss of all open scenarios."`

	Appetite    RiskAppetiteCmd    `cmd:"" help:"Hold the board's statements against the figures."`
	Escalations RiskEscalationsCmd `cmd:"" help:"List escalations of breaches."`
	Watch       RiskWatchCmd       `cmd:"" help:"Open, move on and close escalations, as the server does every hour."`
}

// RiskListCmd lists scenarios.
type RiskListCmd struct {
	Text   string `arg:"" optional:"" help:"Words in the title."`
	Status string `help:"open, treated or closed."`
	Sort   string `help:"tail, mean, p95, title, status or treatment; a leading minus sorts downwards." default:"-tail"`
}

// Run prints one line a scenario: id, mean and 1-in-20 loss of a year in euro, share of the worst years, title.
func (c *RiskListCmd) Run(env *Env) error {
	rows, err := op.Ask(env.Context, env.Run, env.Actor, risk.OpRanking, risk.RankingFilter{Text: c.Text, Status: c.Status, Sort: c.Sort})
	for _, r := range rows {
		mean, p95, tail := "-", "-", "-"
		if r.Loss != nil {
			mean, p95, tail = fmt.Sprintf("%.0f", r.Loss.Mean.Value), fmt.Sprintf("%.0f", r.Loss.VaR95.Value), fmt.Sprintf("%.3f", r.Loss.TailShare)
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, mean, p95, tail, r.Status, r.Name().In(env.Lang))
	}
	return err
}

// RiskShowCmd shows a scenario.
type RiskShowCmd struct {
	ID string `arg:"" help:"Id of the scenario."`
}

// Run prints the scenario as JSON.
func (c *RiskShowCmd) Run(env *Env) error {
	r, err := op.Ask(env.Context, env.Run, env.Actor, risk.OpGet, risk.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	return env.print(r)
}

// RiskSimulateCmd simulates.
type RiskSimulateCmd struct {
	JSON bool `help:"Print the whole result as JSON."`
}

// Run simulates, keeps the result and says what it means.
func (c *RiskSimulateCmd) Run(env *Env) error {
	s, err := op.Do(env.Context, env.Run, env.Actor, risk.OpSimulate, struct{}{})
	if err != nil {
		return err
	}
	if c.JSON {
		return env.print(s)
	}
	total := s.Result.Total
	env.Say("cli.risk.total", "years", s.Result.Years, "mean", int64(total.Mean.Value), "p95", int64(total.VaR95.Value), "low", int64(total.VaR95.Low), "high", int64(total.VaR95.High))
	return env.appetite(s)
}

// appetite says how the loss stands to the appetite in force, if there is one.
func (e *Env) appetite(s risk.Simulation) error {
	history, err := op.Ask(e.Context, e.Run, e.Actor, risk.OpAppetite, struct{}{})
	if err != nil {
		return err
	}
	today := e.DB.Now().Format("2006-01-02")
	for _, a := range history {
		if a.SetOn <= today {
			e.Say("cli.risk.position."+string(s.Position(a)), "limit", int64(a.MoneyP95EUR))
			return nil
		}
	}
	e.Say("risk.error.no-appetite")
	return nil
}

// unlimited asks a list for all its rows.
var unlimited = db.Page{Limit: db.Unlimited}
