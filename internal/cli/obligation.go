package cli

import (
	"fmt"
	"strings"

	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
)

// ObligationCmd is about what must be done again and again.
type ObligationCmd struct {
	List ObligationListCmd `cmd:"" help:"List obligations as they stand today."`
	Act  ObligationActCmd  `cmd:"" help:"Record that an obligation was met."`
}

// ObligationListCmd lists obligations.
type ObligationListCmd struct {
	Text    string `arg:"" optional:"" help:"Words in the title."`
	Office  string `help:"Only those that this office acts on."`
	Profile string `help:"Only those of these rules (dora_fe), or own."`
	State   string `help:"overdue, never, due, done, idle, not-applicable, or open."`
}

// Run prints one line an obligation: id, state, due day, last day, offices, title.
func (c *ObligationListCmd) Run(env *Env) error {
	filter := obligation.Filter{Text: c.Text, Office: c.Office, Profile: c.Profile, State: obligation.State(c.State)}
	rows, err := op.Ask(env.Context, env.Run, env.Actor, obligation.OpList, filter)
	for _, row := range rows {
		last := ""
		if row.Last != nil {
			last = row.Last.Day
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\n", row.ID, row.State, row.Due, last, strings.Join(row.Who, ","), row.Name().In(env.Lang))
	}
	return err
}

// ObligationActCmd records an act.
type ObligationActCmd struct {
	ID       string `arg:"" help:"Id of the obligation, such as CAL-03."`
	Document string `arg:"" help:"Title of what was approved, reviewed, tested or sent."`
	Office   string `required:"" help:"Office that acted, such as board."`
	Person   string `help:"Id of who acted for the office; none for a body as a whole."`
	Day      string `help:"Day, today unless told."`
	Revision string `name:"of-version" help:"Version of the document."`
	Evidence string `help:"A decision, a sitting or a file (kind:id)."`
	Hash     string `help:"SHA-256 of the document."`
	Note     string `help:"A note."`
}

// Run prints the state after the act and when it is due again.
func (c *ObligationActCmd) Run(env *Env) error {
	row, err := op.Do(env.Context, env.Run, env.Actor, obligation.OpAct, obligation.ActIn{
		Obligation: c.ID, Day: c.Day, Office: c.Office, Person: c.Person, Document: c.Document, Version: c.Revision,
		Evidence: ref.Ref(c.Evidence), Hash: c.Hash, Note: c.Note,
	})
	if err == nil {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\n", row.ID, row.State, row.Due)
	}
	return err
}
