package cli

import (
	"fmt"

	"accordo.dev/internal/op"
	"accordo.dev/internal/project"
)

// ProjectCmd is about projects and their design gates.
type ProjectCmd struct {
	List ProjectListCmd `cmd:"" help:"List projects."`
	Show ProjectShowCmd `cmd:"" help:"Show a project."`
}

// ProjectListCmd lists projects.
type ProjectListCmd struct {
	Text  string `arg:"" optional:"" help:"Words in the title."`
	Stage string `help:"idea, design, build, run, closed or cancelled."`
	State string `help:"validated, late, unvalidated or overdue."`
}

// Run prints one line a project: id, stage, gate, exit, validation and its day, title.
func (c *ProjectListCmd) Run(env *Env) error {
	page, err := op.Ask(env.Context, env.Run, env.Actor, project.OpList, project.Filter{Page: unlimited, Text: c.Text, Stage: c.Stage, State: c.State})
	for _, p := range page.Items {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Stage, p.DesignGateDue, p.DesignExit, p.Validation, p.ValidationOn, p.Name().In(env.Lang))
	}
	return err
}

// ProjectShowCmd shows a project.
type ProjectShowCmd struct {
	ID string `arg:"" help:"Id of the project."`
}

// Run prints the project as JSON.
func (c *ProjectShowCmd) Run(env *Env) error {
	p, err := op.Ask(env.Context, env.Run, env.Actor, project.OpGet, project.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	return env.print(p)
}
