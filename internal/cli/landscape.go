package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// LandscapeCmd is about the map of what exists.
type LandscapeCmd struct {
	List       LandscapeListCmd       `cmd:"" help:"List elements."`
	Show       LandscapeShowCmd       `cmd:"" help:"Print an element with all that hangs together with it, as JSON."`
	Import     LandscapeImportCmd     `cmd:"" help:"Import what other tools know of the map; docs/formats.md names the formats."`
	Points     LandscapePointsCmd     `cmd:"" help:"List the essential points of connection with their measures."`
	Template   LandscapeTemplateCmd   `cmd:"" help:"Write empty tables to fill in."`
	Coherence  LandscapeCoherenceCmd  `cmd:"" help:"List where the map contradicts itself, and how complete it is."`
	WhatIf     LandscapeWhatIfCmd     `cmd:"" name:"what-if" help:"Tell what stops when something goes, when it is back and what that costs."`
	Compare    LandscapeCompareCmd    `cmd:"" help:"Tell what became different between two days."`
	Policies   LandscapePoliciesCmd   `cmd:"" help:"List the integration policies with what they say of the map; or adopt a pack of them."`
	Violations LandscapeViolationsCmd `cmd:"" help:"List what violates the integration policies."`
	Export     LandscapeExportCmd     `cmd:"" help:"Write the map, or a part of it, for other tools."`
}

// LandscapeListCmd lists elements.
type LandscapeListCmd struct {
	Text string `arg:"" optional:"" help:"Part of id, name or alias."`
	Kind string `help:"Only elements of this kind."`
	Gap  string `help:"Only elements without owner, rto or criticality." enum:"owner,rto,criticality," default:""`
}

// Run prints one line an element.
func (c *LandscapeListCmd) Run(env *Env) error {
	filter := landscape.Filter{Page: db.Page{Limit: db.Unlimited}, Text: c.Text, Kind: c.Kind, Gap: c.Gap}
	page, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpListElements, filter)
	for _, e := range page.Items {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\t%s\n", e.ID, e.Kind, e.Title().In(env.Lang), numberOr(e.Criticality), numberOr(e.RTO), e.Owner)
	}
	return err
}

// numberOr writes a number, and a dash for one that nobody has said.
func numberOr(n *int64) string {
	if n == nil {
		return "–"
	}
	return strconv.FormatInt(*n, 10)
}

// LandscapeShowCmd prints an element.
type LandscapeShowCmd struct {
	ID string `arg:"" help:"Id of the element."`
}

// Run prints the element as JSON.
func (c *LandscapeShowCmd) Run(env *Env) error {
	v, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpGetElement, landscape.GetElementIn{ID: c.ID})
	if err != nil {
		return err
	}
	out := json.NewEncoder(env.Out)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// LandscapeImportCmd imports files that together are what one source knows.
type LandscapeImportCmd struct {
	Files     []string `arg:"" help:"Files, zip archives, or folders of files."`
	Source    string   `help:"Name of where the files come from; the same name again brings its next state." default:"files"`
	Format    string   `help:"One of the formats of docs/formats.md; told from names and content of the files unless said."`
	DateOrder string   `help:"Order of day, month and year in dates: ymd, dmy or mdy; found out unless said." enum:"ymd,dmy,mdy," default:""`
	Partial   bool     `help:"The files are not all that the source knows: nothing ends."`
	DryRun    bool     `help:"Only show what would change."`
}

// Run shows the difference and imports, unless it is a dry run.
func (c *LandscapeImportCmd) Run(env *Env) error {
	in := landscape.ImportIn{Source: c.Source, Format: c.Format, DateOrder: c.DateOrder, Partial: c.Partial}
	for _, path := range c.Files {
		files, err := importFiles(path)
		if err != nil {
			return err
		}
		in.Files = append(in.Files, files...)
	}
	run := op.Do[landscape.ImportIn, landscape.ImportOut]
	if c.DryRun {
		run = op.DryRun[landscape.ImportIn, landscape.ImportOut]
	}
	out, err := run(env.Context, env.Run, env.Actor, landscape.OpImport, in)
	if err != nil {
		return err
	}
	printImport(env, out)
	if c.DryRun {
		env.Say("cli.apply.dry")
	}
	return nil
}

// importFiles reads a file, or all files below a folder that some format could use; hidden ones are left out.
func importFiles(path string) ([]landscape.ImportFile, error) {
	var files []landscape.ImportFile
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return unreadable(name, err)
		}
		if name != path && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || name != path && !slices.Contains(landscape.Extensions(), strings.ToLower(filepath.Ext(name))) {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return unreadable(name, err)
		}
		short, relErr := filepath.Rel(path, name)
		if relErr != nil || name == path {
			short = filepath.Base(name)
		}
		files = append(files, landscape.ImportFile{Name: filepath.ToSlash(short), Bytes: data, Part: name != path})
		return nil
	})
	if err == nil && len(files) == 0 {
		err = problem.New(problem.Invalid, "landscape.import.nothing-in", "path", path)
	}
	return files, err
}

// unreadable says in words why a file or folder cannot be read.
func unreadable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return problem.New(problem.NotFound, "landscape.import.missing", "path", path)
	case errors.Is(err, fs.ErrPermission):
		return problem.New(problem.Invalid, "landscape.import.unreadable", "path", path)
	default:
		return err
	}
}

func printImport(env *Env, out landscape.ImportOut) {
	signs := map[change.Kind]string{change.Create: "+", change.Update: "~", change.Remove: "-"}
	for _, c := range out.Changes {
		fmt.Fprintf(env.Out, "%s %s  %s\n", signs[c.Kind], c.Ref, c.Title)
		if c.Kind == change.Update {
			for _, f := range c.Fields {
				fmt.Fprintf(env.Out, "    %s: %s → %s\n", f.Name, f.Old, f.New)
			}
		}
	}
	for _, name := range out.Left {
		env.Say("landscape.import.left-line", "file", name)
	}
	for _, d := range out.Dangling {
		env.Say("landscape.import.dangling-line", "file", d.File, "line", strconv.Itoa(d.Line), "field", d.Field, "ref", d.Ref)
	}
	for _, d := range out.Duplicates {
		env.Say("landscape.import.duplicate-line", "id", d.ID, "other", d.Other, "name", d.Name)
	}
	env.Say("landscape.import.counts", "created", out.Created, "changed", out.Changed, "ended", out.Ended, "unchanged", out.Unchanged)
}

// LandscapeTemplateCmd writes the tables that people fill in.
type LandscapeTemplateCmd struct {
	Dir string `arg:"" help:"Folder to write to; it is made when missing." type:"path"`
}

// RunOffline writes elements.csv, connections.csv and agreements.csv, and overwrites none.
func (c *LandscapeTemplateCmd) RunOffline(env *Env) error {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	for _, t := range ingest.Templates {
		file, err := os.OpenFile(filepath.Join(c.Dir, t.Name+".csv"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		if err := t.WriteCSV(file); err != nil {
			file.Close()
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}
