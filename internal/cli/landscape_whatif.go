package cli

import (
	"encoding/json"
	"fmt"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
)

// LandscapeWhatIfCmd tells what stops when elements go.
type LandscapeWhatIfCmd struct {
	Elements []string `arg:"" help:"Ids of what is down: systems, a supplier, a partner, a site."`
	Gone     bool     `help:"For good: what it supplies goes too, and nothing comes back by itself."`
	Soft     bool     `help:"As if needs without which a thing only works worse stopped it."`
	Planned  bool     `help:"With what is planned or being established."`
	JSON     bool     `name:"json" help:"Write everything as JSON."`
}

// Run prints services that stop, then the order in which the rest comes back.
func (c *LandscapeWhatIfCmd) Run(env *Env) error {
	in := landscape.WhatIfIn{Elements: c.Elements, Gone: c.Gone, Soft: c.Soft, Planned: c.Planned}
	out, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpWhatIf, in)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(env.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	for _, s := range out.Services {
		loss := "–"
		if s.LossEURHour != nil {
			loss = i18n.Euro(env.Lang, *s.LossEURHour)
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Tolerance, numberOr(s.AtOnce), numberOr(s.InTurn), loss, chainLine(s.Chain))
	}
	for _, one := range out.Stopped {
		fmt.Fprintf(env.Out, "%d\t%s\t%s\t%s\n", one.Wave, one.ID, numberOr(one.InTurn), chainLine(one.Chain))
	}
	env.Say("landscape.what-if.counts", "services", len(out.Services), "stopped", len(out.Stopped), "worse", len(out.Degraded),
		"loss", i18n.Euro(env.Lang, out.LossEURHour), "unknown", len(out.LossUnknown))
	return nil
}
