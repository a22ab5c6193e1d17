package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
)

// LandscapeCoherenceCmd lists the findings of coherence.
type LandscapeCoherenceCmd struct {
	Rule    string `help:"Only findings of this rule."`
	Grade   string `help:"Only broken, soon or cannot-tell." enum:"broken,soon,cannot-tell," default:""`
	Element string `help:"Only findings with this element on their chain."`
	JSON    bool   `name:"json" help:"Write findings and completeness as JSON."`
}

// Run prints one line a finding with its chain, and the completeness of the map at the end.
func (c *LandscapeCoherenceCmd) Run(env *Env) error {
	filter := landscape.CoherenceFilter{Page: db.Page{Limit: db.Unlimited}, Rule: c.Rule, Grade: c.Grade, Element: c.Element}
	out, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpCoherence, filter)
	if err != nil {
		return err
	}
	complete, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpCompleteness, landscape.CompletenessFilter{})
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(env.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"findings": out.Items, "grades": out.Grades, "completeness": complete})
	}
	for _, f := range out.Items {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\n", f.Grade, f.Rule, f.Element, f.Other, chainLine(f.Chain))
	}
	env.Say("landscape.coherence.verdict", "broken", out.Grades[landscape.Broken], "soon", out.Grades[landscape.Soon], "untold", out.Grades[landscape.CannotTell], "level", complete.Reached)
	return nil
}

// chainLine writes a chain on one line, with the objectives that count.
func chainLine(steps []landscape.Step) string {
	parts := make([]string, len(steps))
	for i, s := range steps {
		parts[i] = s.Element
		if s.Minutes != nil {
			parts[i] += fmt.Sprintf(" (%d min)", *s.Minutes)
		}
	}
	return strings.Join(parts, " > ")
}
