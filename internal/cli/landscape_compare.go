package cli

import (
	"encoding/json"
	"fmt"

	"accordo.dev/internal/change"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
)

// LandscapeCompareCmd compares the map of two days.
type LandscapeCompareCmd struct {
	From string `arg:"" help:"The earlier day, such as 2026-09-30; the map as it was at its end."`
	To   string `arg:"" optional:"" help:"The later day; now unless told."`
	JSON bool   `name:"json" help:"Write everything as JSON."`
}

// Run prints what began, changed and ended, the figures of both days, and the findings that are new or solved.
func (c *LandscapeCompareCmd) Run(env *Env) error {
	out, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpCompare, landscape.CompareIn{From: c.From, To: c.To})
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(env.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	signs := map[change.Kind]string{change.Create: "+", change.Update: "~", change.Remove: "-"}
	for _, d := range out.Differences {
		fmt.Fprintf(env.Out, "%s %s  %s\n", signs[d.Change.Kind], d.Ref, d.Title)
		for _, f := range d.Fields {
			fmt.Fprintf(env.Out, "    %s: %s → %s\n", f.Name, f.Old, f.New)
		}
	}
	for _, m := range out.Measures {
		fmt.Fprintf(env.Out, "%s\t%d\t%d\n", m.Name, m.Before, m.After)
	}
	for _, f := range out.New {
		fmt.Fprintf(env.Out, "! %s\t%s\t%s\n", f.Rule, f.Element, chainLine(f.Chain))
	}
	for _, f := range out.Solved {
		fmt.Fprintf(env.Out, "✓ %s\t%s\t%s\n", f.Rule, f.Element, chainLine(f.Chain))
	}
	env.Say("landscape.compare.verdict", "from", out.From, "created", out.Count(change.Create), "changed", out.Count(change.Update), "ended", out.Count(change.Remove),
		"new", len(out.New), "solved", len(out.Solved))
	return nil
}
