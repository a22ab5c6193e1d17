package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
)

// EvidenceCmd loads and lists evidence.
type EvidenceCmd struct {
	Import    EvidenceImportCmd    `cmd:"" help:"Load files of scanners, monitors and service desks."`
	Files     EvidenceFilesCmd     `cmd:"" help:"List loaded files."`
	Exposures EvidenceExposuresCmd `cmd:"" help:"List exposures."`
	Verify    EvidenceVerifyCmd    `cmd:"" help:"Read every raw file again and compare its hash."`
}

func (e *Env) store() evidence.Store {
	return evidence.Store{Dir: filepath.Join(e.Data, "evidence")}
}

// EvidenceImportCmd loads files.
type EvidenceImportCmd struct {
	Files   []string          `arg:"" help:"Files to load." type:"existingfile"`
	Format  string            `help:"trivy, kev, servicenow, availability-csv or prometheus; found out from the content unless told."`
	Scope   string            `help:"What the run covers; the artifact that the file names unless told."`
	Partial bool              `help:"The file is filtered or does not cover the whole scope: it closes nothing."`
	DryRun  bool              `help:"Only show what would change."`
	Option  map[string]string `help:"Decisions on the file: asset, taken, released, order (ymd, dmy, mdy), zone, label, step, encoding."`
}

// Run loads one file after the other, each in a transaction of its own.
func (c *EvidenceImportCmd) Run(env *Env) error {
	for _, path := range c.Files {
		if err := c.load(env, path); err != nil {
			return err
		}
	}
	return nil
}

func (c *EvidenceImportCmd) load(env *Env, path string) error {
	raw, err := os.Open(path)
	if err != nil {
		return err
	}
	defer raw.Close()
	sum, _, err := env.store().Put(raw)
	if err != nil {
		return err
	}
	in := evidence.ImportInput{
		SHA256: sum, Name: filepath.Base(path), Format: evidence.Format(c.Format), Scope: c.Scope, Partial: c.Partial,
		Options: c.Option, Store: env.store(),
	}
	run := op.Do[evidence.ImportInput, evidence.ImportResult]
	if c.DryRun {
		run = op.DryRun[evidence.ImportInput, evidence.ImportResult]
	}
	out, err := run(env.Context, env.Run, env.Actor, evidence.OpImport, in)
	if err != nil {
		return err
	}
	printLoaded(env, out, c.DryRun)
	return nil
}

func printLoaded(env *Env, out evidence.ImportResult, dry bool) {
	f, n := out.File, out.Counts
	fmt.Fprintf(env.Out, "%s  %s  %s\n", f.Name, f.Format, f.SHA256)
	if out.Already {
		env.Say("evidence.cli.already")
		return
	}
	env.Say("evidence.cli.counts", "new", n.New, "changed", n.Changed, "closed", n.Closed, "reopened", n.Reopened,
		"unchanged", n.Unchanged, "information", n.Information, "revised", n.Revised)
	if !f.Complete {
		env.Say("evidence.cli.incomplete")
	}
	if out.Order != "" {
		env.Say("evidence.cli.dates", "order", out.Order, "zone", out.Zone)
	}
	for _, w := range out.Warnings {
		fmt.Fprintln(env.Out, "  "+w.In(env.Lang))
	}
	if len(out.Unmatched) > 0 {
		fmt.Fprintln(env.Out, i18n.N(env.Lang, "evidence.cli.unmatched", len(out.Unmatched)))
	}
	if dry {
		env.Say("evidence.cli.dry")
	}
}

// EvidenceFilesCmd lists files.
type EvidenceFilesCmd struct {
	Limit int `help:"Rows." default:"50"`
}

// Run prints one line a file.
func (c *EvidenceFilesCmd) Run(env *Env) error {
	page, err := op.Ask(env.Context, env.Run, env.Actor, evidence.OpFiles, evidence.FileFilter{Page: db.Page{Limit: c.Limit}})
	if err != nil {
		return err
	}
	for _, f := range page.Items {
		fmt.Fprintf(env.Out, "%s  %-16s  %s  %-5v  %s  %s\n", f.Loaded.Format("2006-01-02 15:04"), f.Format, f.SHA256[:12], f.Complete, f.Scope, f.Name)
	}
	return nil
}

// EvidenceExposuresCmd lists exposures.
type EvidenceExposuresCmd struct {
	Element  string `help:"Of this element; - for assets that no element is known by."`
	Severity string `help:"Exactly: critical, high, medium, low, unknown."`
	Tier     int    `help:"Of elements of this criticality."`
	All      bool   `help:"Closed ones too."`
	KEV      bool   `help:"Only those known to be exploited."`
	Text     string `help:"Part of the vulnerability, package or asset."`
	Sort     string `help:"severity, opened, seen, asset, element, vulnerability, package; a leading - sorts downwards."`
	Limit    int    `help:"Rows." default:"50"`
}

// Run prints one line an exposure.
func (c *EvidenceExposuresCmd) Run(env *Env) error {
	in := evidence.ExposureFilter{Element: c.Element, Severity: c.Severity, Tier: c.Tier, Open: "yes", Text: c.Text, Page: db.Page{Sort: c.Sort, Limit: c.Limit}}
	if c.All {
		in.Open = ""
	}
	if c.KEV {
		in.KEV = "yes"
	}
	page, err := op.Ask(env.Context, env.Run, env.Actor, evidence.OpExposures, in)
	if err != nil {
		return err
	}
	for _, x := range page.Items {
		fmt.Fprintf(env.Out, "%s  %-8s  %-18s  %s  %s  %s\n", x.Opened.Format("2006-01-02"), x.Severity, x.Vulnerability, x.Asset, x.Package, x.ID)
	}
	env.Say("evidence.cli.shown", "n", len(page.Items), "total", page.Total)
	return nil
}

// EvidenceVerifyCmd checks the raw files.
type EvidenceVerifyCmd struct{}

// Run names every file whose bytes are not those that were loaded.
func (c *EvidenceVerifyCmd) Run(env *Env) error {
	damaged, err := op.Ask(env.Context, env.Run, env.Actor, evidence.OpVerify, env.store())
	if err != nil {
		return err
	}
	for _, d := range damaged {
		env.Say("evidence.cli.damaged", "name", d.Name, "want", d.Want, "got", d.Got)
	}
	if len(damaged) > 0 {
		return evidence.ErrDamaged
	}
	env.Say("evidence.cli.intact")
	return nil
}
