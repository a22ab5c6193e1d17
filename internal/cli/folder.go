package cli

import (
	"fmt"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/folder"
	"accordo.dev/internal/op"
)

// ExportCmd writes the organisation as files.
type ExportCmd struct {
	Dir string `arg:"" help:"Folder to write." type:"path"`
}

// Run writes the folder.
func (c *ExportCmd) Run(env *Env) error {
	err := env.DB.View(env.Context, env.Actor, func(r db.Reader) error {
		return folder.Folder{Dir: c.Dir, Data: env.Data}.Export(env.Context, r)
	})
	if err != nil {
		return err
	}
	env.Say("cli.export.done", "dir", c.Dir)
	return nil
}

// ApplyCmd makes the organisation what a folder says.
type ApplyCmd struct {
	Dir    string `arg:"" help:"Folder to read." type:"existingdir"`
	DryRun bool   `help:"Only show what would change."`
}

// Run shows the difference and writes it, unless it is a dry run.
func (c *ApplyCmd) Run(env *Env) error {
	in := folder.ApplyIn{Dir: c.Dir, Data: env.Data}
	changes, err := op.DryRun(env.Context, env.Run, env.Actor, folder.OpApply, in)
	if err != nil {
		return err
	}
	printChanges(env, changes)
	if len(changes) == 0 {
		return nil
	}
	if c.DryRun {
		env.Say("cli.apply.dry")
		return nil
	}
	if _, err := op.Do(env.Context, env.Run, env.Actor, folder.OpApply, in); err != nil {
		return err
	}
	env.Say("cli.apply.done")
	return nil
}

// printChanges prints a difference: one line an item, one line a field, a summary.
func printChanges(env *Env, changes []change.Change) {
	if len(changes) == 0 {
		env.Say("cli.apply.nothing")
		return
	}
	signs := map[change.Kind]string{change.Create: "+", change.Update: "~", change.Remove: "-"}
	counts := map[change.Kind]int{}
	for _, c := range changes {
		counts[c.Kind]++
		fmt.Fprintf(env.Out, "%s %s  %s\n", signs[c.Kind], c.Ref, c.Title)
		if c.Kind != change.Update {
			continue
		}
		for _, f := range c.Fields {
			fmt.Fprintf(env.Out, "    %s: %s → %s\n", f.Name, f.Old, f.New)
		}
	}
	env.Say("cli.apply.summary", "create", counts[change.Create], "change", counts[change.Update], "remove", counts[change.Remove])
}
