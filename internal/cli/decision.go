package cli

import (
	"fmt"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
)

// DecisionCmd is about decisions of two keys.
type DecisionCmd struct {
	List DecisionListCmd `cmd:"" help:"List decisions as they stand now."`
	Show DecisionShowCmd `cmd:"" help:"Show a decision."`
}

// DecisionListCmd lists decisions.
type DecisionListCmd struct {
	Text   string `arg:"" optional:"" help:"Words in the title."`
	Open   bool   `help:"Only those that still wait for somebody."`
	Status string `help:"draft, proposed, one-key, emergency, deadlock, escalated-1, escalated-2, both-keys, approved, spent, reviewed, lapsed, refused, rejected, reverted or withdrawn."`
	About  string `help:"Only about this item (kind:id)."`
}

// Run prints one line a decision: id, status, escalation, deadline, title.
func (c *DecisionListCmd) Run(env *Env) error {
	filter := decision.Filter{Page: db.Page{Limit: db.Unlimited}, Text: c.Text, Open: c.Open, Status: decision.Status(c.Status), About: ref.Ref(c.About)}
	page, err := op.Ask(env.Context, env.Run, env.Actor, decision.OpList, filter)
	for _, r := range page.Items {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.StatusNow, r.Escalation, r.Deadline.Format("2006-01-02T15:04Z07:00"), r.Name().In(env.Lang))
	}
	return err
}

// DecisionShowCmd shows a decision.
type DecisionShowCmd struct {
	ID string `arg:"" help:"Id of the decision."`
}

// Run prints the decision as it stands now, as JSON.
func (c *DecisionShowCmd) Run(env *Env) error {
	d, err := op.Ask(env.Context, env.Run, env.Actor, decision.OpGet, decision.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	return env.print(decision.AsOf(d, env.DB.Now()))
}
