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
	List      DecisionListCmd      `cmd:"" help:"List decisions as they stand now."`
	Show      DecisionShowCmd      `cmd:"" help:"Show a decision."`
	Propose   DecisionProposeCmd   `cmd:"" help:"Propose a decision to both offices."`
	Give      DecisionGiveCmd      `cmd:"" help:"Give the key of an office."`
	Refuse    DecisionRefuseCmd    `cmd:"" help:"Refuse for an office, with a reason and a counter-proposal."`
	Revise    DecisionReviseCmd    `cmd:"" help:"Change the content; all keys become void."`
	Escalate  DecisionEscalateCmd  `cmd:"" help:"Send a deadlock up at once."`
	Arbitrate DecisionArbitrateCmd `cmd:"" help:"End a deadlock."`
	Withdraw  DecisionWithdrawCmd  `cmd:"" help:"Take a proposal back."`
	Delegate  DecisionDelegateCmd  `cmd:"" help:"Let somebody answer for one's office for some days."`
	Revoke    DecisionRevokeCmd    `cmd:"" help:"End a delegation."`
	Export    DecisionExportCmd    `cmd:"" help:"Write a decision with its proofs into a file."`
	Verify    DecisionVerifyCmd    `cmd:"" help:"Verify such a file; needs no database."`
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
	ID   string `arg:"" help:"Id of the decision."`
	Hash bool   `help:"Only the fingerprint of the content, on which keys are given."`
}

// Run prints the decision as it stands now and the fingerprint of its content, as JSON.
func (c *DecisionShowCmd) Run(env *Env) error {
	d, err := op.Ask(env.Context, env.Run, env.Actor, decision.OpGet, decision.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	if c.Hash {
		fmt.Fprintln(env.Out, d.Hash())
		return nil
	}
	return env.print(struct {
		decision.Row
		Hash string `json:"hash"`
	}{decision.AsOf(d, env.DB.Now()), d.Hash()})
}
