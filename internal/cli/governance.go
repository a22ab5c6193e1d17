package cli

import (
	"fmt"

	"accordo.dev/internal/governance"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
)

// GovernanceCmd is about how the offices are cut.
type GovernanceCmd struct {
	Independence IndependenceCmd `cmd:"" help:"Findings on whether those who control stand apart from those who run."`
}

// IndependenceCmd lists findings, or what changes of lines and offices would do to them.
type IndependenceCmd struct {
	WhatIf []string `help:"Try changes: person=superior, appoint:office=person, vacate:office=person, unit:person=unit." sep:"none"`
	Day    string   `help:"As of this day; today unless told."`
	Answer string   `help:"Only found, or only unknown." enum:"found,unknown," default:""`
}

// Run prints one line a finding: rule, severity, what is so, what would cure it. With changes, a sign says what comes and goes.
func (c *IndependenceCmd) Run(env *Env) error {
	if len(c.WhatIf) == 0 {
		all, err := op.Ask(env.Context, env.Run, env.Actor, governance.OpIndependence, governance.IndependenceInput{Day: c.Day, Answer: c.Answer})
		c.print(env, "", all)
		return err
	}
	out, err := op.Ask(env.Context, env.Run, env.Actor, governance.OpWhatIf, governance.WhatIfInput{Moves: c.WhatIf})
	if err != nil {
		return err
	}
	c.print(env, "-\t", out.Gone)
	c.print(env, "+\t", out.New)
	c.print(env, "=\t", out.Stays)
	return nil
}

func (c *IndependenceCmd) print(env *Env, sign string, all []governance.Finding) {
	for _, f := range all {
		if c.Answer != "" && (c.Answer == "unknown") != f.Unknown {
			continue
		}
		words, severity := governance.Say(env.Lang, f, identity.Day(env.DB.Now())), string(f.Severity)
		if f.Unknown {
			severity = "unknown"
		}
		fmt.Fprintf(env.Out, "%s%s\t%s\t%s\t%s\n", sign, f.Rule, severity, words.Is, words.Cure)
	}
}
