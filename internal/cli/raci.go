package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// RaciCmd is about the matrices of responsibility.
type RaciCmd struct {
	List   RaciListCmd   `cmd:"" help:"List matrices with what the rules count."`
	Show   RaciShowCmd   `cmd:"" help:"Show a matrix as a table."`
	Check  RaciCheckCmd  `cmd:"" help:"Judge matrices; the exit status is 1 when a rule finds an error."`
	Import RaciImportCmd `cmd:"" help:"Read a CSV table into a matrix."`
	Undo   RaciUndoCmd   `cmd:"" help:"Take the last change of a matrix back, its removal too."`
}

// RaciListCmd lists matrices.
type RaciListCmd struct {
	Text string `arg:"" optional:"" help:"Words in the title."`
	Sort string `help:"title, process, errors, warnings or activities; a leading minus sorts downwards."`
}

// Run prints one line a matrix: id, process, activities, errors, warnings, notes, title.
func (c *RaciListCmd) Run(env *Env) error {
	rows, err := op.Ask(env.Context, env.Run, env.Actor, raci.OpList, raci.Filter{Text: c.Text, Sort: c.Sort})
	for _, r := range rows {
		fmt.Fprintf(env.Out, "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", r.ID, r.Process, r.Activities, r.Errors, r.Warnings, r.Informations, i18n.Text{EN: r.Title, IT: r.TitleIT}.In(env.Lang))
	}
	return err
}

// RaciShowCmd shows a matrix.
type RaciShowCmd struct {
	ID string `arg:"" help:"Id of the matrix."`
}

// Run prints the grid with tabs between: roles above, one line an activity.
func (c *RaciShowCmd) Run(env *Env) error {
	m, err := op.Ask(env.Context, env.Run, env.Actor, raci.OpGet, raci.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	header := []string{"id", "title"}
	for _, r := range m.Roles {
		header = append(header, r.ID)
	}
	fmt.Fprintln(env.Out, strings.Join(header, "\t"))
	for _, a := range m.Activities {
		line := []string{a.ID, a.Name().In(env.Lang)}
		for _, r := range m.Roles {
			line = append(line, a.Cells[r.ID])
		}
		fmt.Fprintln(env.Out, strings.Join(line, "\t"))
	}
	return nil
}

// RaciCheckCmd judges matrices.
type RaciCheckCmd struct {
	ID string `arg:"" optional:"" help:"Id of the matrix; all of them unless told."`
}

// Run prints one line a place: matrix, rule, severity, activity, role, what is found.
func (c *RaciCheckCmd) Run(env *Env) error {
	ids := []string{c.ID}
	if c.ID == "" {
		rows, err := op.Ask(env.Context, env.Run, env.Actor, raci.OpList, raci.Filter{})
		if err != nil {
			return err
		}
		ids = nil
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
	}
	failures := 0
	for _, id := range ids {
		checked, err := op.Ask(env.Context, env.Run, env.Actor, raci.OpCheck, raci.GetIn{ID: id})
		if err != nil {
			return err
		}
		for _, f := range checked.Findings {
			env.finding(id, f)
		}
		failures += checked.Count(rules.Error)
	}
	if c.ID == "" {
		zones, err := op.Ask(env.Context, env.Run, env.Actor, raci.OpGrey, struct{}{})
		if err != nil {
			return err
		}
		env.finding("*", zones.Finding)
		failures += len(zones.Finding.Places)
	}
	if failures > 0 {
		return exit(1)
	}
	return nil
}

func (e *Env) finding(matrix string, f rules.Finding) {
	var args []any
	for name, value := range f.Args {
		args = append(args, name, value)
	}
	for _, p := range f.Places {
		fmt.Fprintf(e.Out, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", matrix, f.Rule, f.Severity, p.Activity, p.Role, p.Other, i18n.N(e.Lang, f.Key, len(f.Places), args...))
	}
}

// RaciImportCmd reads a table into a matrix.
type RaciImportCmd struct {
	ID      string `arg:"" help:"Id of the matrix; one that does not exist is made."`
	File    string `arg:"" help:"CSV file; - reads the standard input."`
	Title   string `help:"Title of a new matrix."`
	Process string `help:"Process of a new matrix." default:"other"`
	DryRun  bool   `help:"Only tell what would change."`
}

// Run prints one line a cell that changes: activity, role, before, after.
func (c *RaciImportCmd) Run(env *Env) error {
	in := raci.ImportIn{ID: c.ID, Title: c.Title, Process: c.Process}
	m, err := op.Ask(env.Context, env.Run, env.Actor, raci.OpGet, raci.GetIn{ID: c.ID})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	in.Version = m.Version
	if in.Table, err = env.text(c.File); err != nil {
		return err
	}
	run, key := op.Do[raci.ImportIn, raci.ImportOut], "raci.cli.saved"
	if c.DryRun {
		run, key = op.DryRun[raci.ImportIn, raci.ImportOut], "raci.cli.dry"
	}
	out, err := run(env.Context, env.Run, env.Actor, raci.OpImport, in)
	if err != nil {
		return err
	}
	for _, row := range out.Rows {
		for _, cell := range row.Cells {
			fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\n", row.Activity, cell.Role, cell.Old, cell.New)
		}
	}
	env.Say(key, "rows", len(out.Rows), "same", out.Same)
	return nil
}

// text reads a file, or the standard input.
func (e *Env) text(file string) (string, error) {
	if file == "-" {
		data, err := io.ReadAll(e.In)
		return string(data), err
	}
	data, err := os.ReadFile(file)
	return string(data), err
}

// RaciUndoCmd takes the last change of a matrix back.
type RaciUndoCmd struct {
	ID string `arg:"" help:"Id of the matrix."`
}

// Run undoes.
func (c *RaciUndoCmd) Run(env *Env) error {
	m, err := op.Ask(env.Context, env.Run, env.Actor, raci.OpGet, raci.GetIn{ID: c.ID})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	_, err = op.Do(env.Context, env.Run, env.Actor, raci.OpUndo, raci.SeenIn{ID: c.ID, Version: m.Version})
	return err
}
