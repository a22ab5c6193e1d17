package cli

import (
	"encoding/json"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/op"
)

// FundCmd is about the shared fund.
type FundCmd struct {
	Show FundShowCmd `cmd:"" help:"Show the shared fund with its measures."`
}

// FundShowCmd shows the fund.
type FundShowCmd struct {
	Year int `help:"Year; the newest that has a fund unless told."`
}

// Run prints the fund as JSON.
func (c *FundShowCmd) Run(env *Env) error {
	s, err := op.Ask(env.Context, env.Run, env.Actor, budget.OpStanding, budget.StandingIn{Year: c.Year})
	if err != nil {
		return err
	}
	return env.print(s)
}

// print writes a result as JSON.
func (e *Env) print(result any) error {
	out := json.NewEncoder(e.Out)
	out.SetIndent("", "  ")
	return out.Encode(result)
}
