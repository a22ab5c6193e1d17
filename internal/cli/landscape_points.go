package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
)

// LandscapePointsCmd lists the essential points of connection.
type LandscapePointsCmd struct {
	Kinds   []string `help:"Only connections of these kinds."`
	Soft    bool     `help:"Also needs without which the consumer only works worse."`
	Planned bool     `help:"Also what is planned."`
	Parts   bool     `help:"A whole needs its parts."`
	Quick   bool     `help:"Estimate the ways from a sample."`
	All     bool     `help:"Every element."`
	Sort    string   `help:"parts, gate, services, stops, paths, dependents, blast, core, bridges or name."`
	JSON    bool     `help:"Print everything as JSON."`
}

// Run prints one line a point, with tabs between the measures.
func (c *LandscapePointsCmd) Run(env *Env) error {
	f := landscape.PointsFilter{
		Page: db.Page{Sort: c.Sort, Limit: db.Unlimited}, Quick: c.Quick, All: c.All,
		Lens: landscape.Lens{Soft: c.Soft, Planned: c.Planned, Parts: c.Parts},
	}
	for _, kind := range c.Kinds {
		f.Kinds = append(f.Kinds, landscape.ConnectionKind(kind))
	}
	out, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpPoints, f)
	if err != nil {
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(env.Out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(out)
	}
	fmt.Fprintln(env.Out, strings.Join([]string{"id", "cut_off", "gate", "services", "stops", "betweenness", "dependents", "blast", "core"}, "\t"))
	for _, p := range out.Items {
		fmt.Fprintf(env.Out, "%s\t%d\t%d\t%d\t%d\t%.1f\t%d\t%d\t%d\n", p.ID, p.CutOff, p.Gate, len(p.Services), p.Stops, p.Betweenness, p.Dependents, p.Blast, p.Core)
	}
	return nil
}
