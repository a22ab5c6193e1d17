package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
)

// LandscapePoliciesCmd lists integration policies, or adopts a pack.
type LandscapePoliciesCmd struct {
	Text     string `arg:"" optional:"" help:"Part of id or title."`
	Severity string `help:"Only policies of this severity." enum:"high,medium,low," default:""`
	State    string `help:"Only policies that are violated, cannot be told, hold, or are disabled." enum:"violated,cannot-tell,holds,disabled," default:""`
	Packs    bool   `help:"List the packs instead."`
	Adopt    string `help:"Adopt this pack." placeholder:"PACK"`
	Owner    string `help:"With --adopt: who answers for the policies (person id)."`
	JSON     bool   `help:"Write JSON."`
}

// Run prints one line a policy: id, severity, how many hold, violate, are excepted, cannot be told, title.
func (c *LandscapePoliciesCmd) Run(env *Env) error {
	if c.Adopt != "" {
		out, err := op.Do(env.Context, env.Run, env.Actor, landscape.OpAdoptPack, landscape.AdoptPackIn{Pack: c.Adopt, Owner: c.Owner})
		if err != nil {
			return err
		}
		env.Say("landscape.policy.adopted", "n", len(out.Adopted), "kept", len(out.Kept))
		return nil
	}
	if c.Packs {
		packs, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpListPacks, struct{}{})
		for _, p := range packs {
			fmt.Fprintf(env.Out, "%s\t%d/%d\t%s\n", p.ID, p.Adopted, len(p.Policies), p.Name().In(env.Lang))
		}
		return err
	}
	filter := landscape.PolicyFilter{Text: c.Text, Severity: c.Severity, State: c.State}
	rows, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpListPolicies, filter)
	if err != nil || c.JSON {
		return orJSON(env, rows, err)
	}
	for _, p := range rows {
		n := p.Count
		fmt.Fprintf(env.Out, "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", p.ID, p.Severity, n.Holds, n.Violated, n.Excepted, n.CannotTell, p.Name().In(env.Lang))
	}
	return nil
}

// orJSON writes a value as JSON unless there is an error.
func orJSON(env *Env, value any, err error) error {
	if err != nil {
		return err
	}
	out := json.NewEncoder(env.Out)
	out.SetIndent("", "  ")
	return out.Encode(value)
}

// LandscapeViolationsCmd lists violations.
type LandscapeViolationsCmd struct {
	Policy   string `help:"Only of this policy (id)."`
	Severity string `help:"Only of this severity." enum:"high,medium,low," default:""`
	Element  string `help:"Only what concerns this element (id)."`
	Owner    string `help:"Only what this person answers for (id)."`
	State    string `help:"open, excepted, cannot-tell or all; all violations unless told." enum:"open,excepted,cannot-tell,all," default:""`
	JSON     bool   `help:"Write JSON, with the evidence."`
}

// Run prints one line a violation: severity, state, policy, subject, owner, what it rests on.
func (c *LandscapeViolationsCmd) Run(env *Env) error {
	filter := landscape.ViolationFilter{
		Page: db.Page{Limit: db.Unlimited}, Policy: c.Policy, Severity: c.Severity, Element: c.Element, Owner: c.Owner, State: c.State,
	}
	page, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpViolations, filter)
	if err != nil || c.JSON {
		return orJSON(env, page.Items, err)
	}
	for _, v := range page.Items {
		facts := make([]string, len(v.Facts))
		for i, f := range v.Facts {
			facts[i] = f.Name + "=" + strconv.Quote(f.Value)
			if !f.Set {
				facts[i] = f.Name + "=?"
			}
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s:%s\t%s\t%s\n", v.Severity, v.State, v.Policy, v.Kind, v.Subject, v.Owner, strings.Join(facts, " "))
	}
	return nil
}
