package cli

import (
	"fmt"
	"strings"

	"accordo.dev/internal/op"
	"accordo.dev/internal/risk"
)

// RiskAppetiteCmd holds the board's statements against the figures.
type RiskAppetiteCmd struct {
	JSON bool `help:"Print the whole answer as JSON."`
}

// Run prints one line a statement: id, position, figure with its 95 % interval, warning, limit, sentence.
func (c *RiskAppetiteCmd) Run(env *Env) error {
	all, err := op.Ask(env.Context, env.Run, env.Actor, risk.OpStandings, struct{}{})
	if err != nil {
		return err
	}
	if c.JSON {
		return env.print(all)
	}
	for _, s := range all {
		figure, interval := "-", "-"
		if s.Figure != nil {
			figure, interval = amount(s.Statement, s.Figure.Value), amount(s.Statement, s.Figure.Low)+".."+amount(s.Statement, s.Figure.High)
		}
		warning := "-"
		if s.Statement.Warning > 0 {
			warning = amount(s.Statement, s.Statement.Warning)
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Statement.ID, s.Position, figure, interval, warning, amount(s.Statement, s.Statement.Breach), s.Statement.Name().In(env.Lang))
	}
	return nil
}

// amount writes a figure of a statement in its unit: a share, euro or minutes.
func amount(s risk.Statement, x float64) string {
	if s.IsShare() {
		return fmt.Sprintf("%.4f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// RiskEscalationsCmd lists escalations.
type RiskEscalationsCmd struct {
	Text  string `arg:"" optional:"" help:"Words in the statement."`
	State string `help:"open, accepted or closed."`
	Due   string `help:"Only those that wait for this office."`
	Sort  string `help:"opened, due, statement or state; a leading minus sorts downwards." default:"-opened"`
	JSON  bool   `help:"Print the whole answer as JSON."`
}

// Run prints one line an escalation: id, state, offices that must acknowledge, until when, statement, its sentence.
func (c *RiskEscalationsCmd) Run(env *Env) error {
	filter := risk.EscalationFilter{Text: c.Text, State: risk.EscalationState(c.State), Due: c.Due, Sort: c.Sort}
	rows, err := op.Ask(env.Context, env.Run, env.Actor, risk.OpEscalations, filter)
	if err != nil {
		return err
	}
	if c.JSON {
		return env.print(rows)
	}
	for _, row := range rows {
		due, until := "-", "-"
		if len(row.Due) > 0 {
			due, until = strings.Join(row.Due, ","), row.Now().DueAt.Format("2006-01-02T15:04Z07:00")
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\n", row.ID, row.StateNow, due, until, row.Statement, row.About.Name().In(env.Lang))
	}
	return nil
}

// RiskWatchCmd watches over the appetite once.
type RiskWatchCmd struct{}

// Run prints one line for each thing that it did.
func (c *RiskWatchCmd) Run(env *Env) error {
	out, err := op.Do(env.Context, env.Run, env.Actor, risk.OpWatch, struct{}{})
	for _, t := range out.Transitions {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\n", t.About, t.What, t.Because, strings.Join(t.Offices, ","))
	}
	return err
}
