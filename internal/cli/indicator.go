package cli

import (
	"encoding/json"
	"fmt"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/op"
)

// IndicatorCmd is about the indicators.
type IndicatorCmd struct {
	List IndicatorListCmd `cmd:"" help:"Print the three indicators."`
	Show IndicatorShowCmd `cmd:"" help:"Print one indicator with what it rests on, as JSON."`
}

// IndicatorListCmd prints the indicators.
type IndicatorListCmd struct {
	AsOf string `help:"Day (its end) or instant; now unless told."`
}

// Run prints one line an indicator: id, value, interval, n, name or why there is no value.
func (c *IndicatorListCmd) Run(env *Env) error {
	all, err := op.Ask(env.Context, env.Run, env.Actor, indicator.OpList, indicator.ListIn{AsOf: c.AsOf})
	for _, one := range all {
		words := one.Definition.Name.In(env.Lang)
		if one.Reason != "" {
			words += ": " + env.T("indicator.reason."+one.Reason)
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%d\t%s\n", one.ID, figure(env.Lang, one.Value), figure(env.Lang, one.Low), figure(env.Lang, one.High), one.N, words)
	}
	return err
}

func figure(lang i18n.Lang, x *float64) string {
	if x == nil {
		return "–"
	}
	return i18n.Number(lang, *x, 3)
}

// IndicatorShowCmd prints one indicator.
type IndicatorShowCmd struct {
	ID   string `arg:"" help:"security-in-design, patch-time or resilience."`
	AsOf string `help:"Day (its end) or instant; now unless told."`
	Rows bool   `help:"Also every row of evidence."`
}

// Run prints the indicator.
func (c *IndicatorShowCmd) Run(env *Env) error {
	result, err := op.Ask(env.Context, env.Run, env.Actor, indicator.OpGet, indicator.GetIn{ID: c.ID, AsOf: c.AsOf, Rows: c.Rows})
	if err != nil {
		return err
	}
	out := json.NewEncoder(env.Out)
	out.SetIndent("", "  ")
	return out.Encode(result)
}
