package cli

import (
	"fmt"
	"time"

	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
)

// CommitteeCmd is about committees and their sittings.
type CommitteeCmd struct {
	List     CommitteeListCmd     `cmd:"" help:"List the committees with their next sitting."`
	Show     CommitteeShowCmd     `cmd:"" help:"List the sittings of a committee."`
	Agenda   CommitteeAgendaCmd   `cmd:"" help:"Show the agenda of a sitting; until it is called, what is open now."`
	Minutes  CommitteeMinutesCmd  `cmd:"" help:"Write the minutes of a sitting as PDF."`
	Calendar CommitteeCalendarCmd `cmd:"" help:"Write the invitation to a sitting as iCalendar."`
}

// CommitteeListCmd lists committees.
type CommitteeListCmd struct{}

// Run prints one line a committee: id, next start, open and late actions, name.
func (c *CommitteeListCmd) Run(env *Env) error {
	rows, err := op.Ask(env.Context, env.Run, env.Actor, committee.OpList, committee.Filter{})
	for _, row := range rows {
		next := ""
		if row.Next != nil {
			next = row.Next.Start.In(i18n.Rome).Format("2006-01-02T15:04")
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%d\t%d\t%s\n", row.ID, next, row.Open, row.Late, row.Title().In(env.Lang))
	}
	return err
}

// CommitteeShowCmd lists sittings.
type CommitteeShowCmd struct {
	ID string `arg:"" help:"Id of the committee."`
}

// Run prints one line a sitting, the newest first: id, number, state, start, resolutions, approvals.
func (c *CommitteeShowCmd) Run(env *Env) error {
	page, err := op.Ask(env.Context, env.Run, env.Actor, committee.OpGet, committee.GetIn{ID: c.ID})
	for _, s := range page.Sittings {
		fmt.Fprintf(env.Out, "%s\t%d\t%s\t%s\t%d\t%d\n", s.ID, s.Number, s.State, s.Start.Format(time.RFC3339), s.Resolutions, s.Approvals)
	}
	return err
}

// CommitteeAgendaCmd shows an agenda.
type CommitteeAgendaCmd struct {
	Sitting string `arg:"" help:"Id of the sitting."`
}

// Run prints one line a point: number, minutes, source, since, title, why it is there.
func (c *CommitteeAgendaCmd) Run(env *Env) error {
	page, err := op.Ask(env.Context, env.Run, env.Actor, committee.OpSitting, committee.SittingIn{ID: c.Sitting})
	for n, i := range page.Standing() {
		fmt.Fprintf(env.Out, "%d\t%d\t%s\t%s\t%s\t%s\n", n+1, i.Minutes, i.From, i.Since, i.Name().In(env.Lang), i.Reason().In(env.Lang))
	}
	return err
}

// CommitteeMinutesCmd writes minutes.
type CommitteeMinutesCmd struct {
	Sitting string `arg:"" help:"Id of the sitting."`
	Out     string `arg:"" help:"File to write."`
}

// Run writes the PDF in the language of the reader.
func (c *CommitteeMinutesCmd) Run(env *Env) error {
	return env.sittingFile(committee.OpPaper, c.Sitting, c.Out)
}

// CommitteeCalendarCmd writes an invitation.
type CommitteeCalendarCmd struct {
	Sitting string `arg:"" help:"Id of the sitting."`
	Out     string `arg:"" help:"File to write."`
}

// Run writes the file in the language of the reader.
func (c *CommitteeCalendarCmd) Run(env *Env) error {
	return env.sittingFile(committee.OpInvitation, c.Sitting, c.Out)
}

func (e *Env) sittingFile(query op.Query[committee.FileIn, committee.Attachment], sitting, path string) error {
	file, err := op.Ask(e.Context, e.Run, e.Actor, query, committee.FileIn{ID: sitting, Lang: e.Lang})
	if err != nil {
		return err
	}
	return e.write(path, file.Content)
}
