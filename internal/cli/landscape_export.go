package cli

import (
	"os"
	"path/filepath"

	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
)

// LandscapeExportCmd writes the map for other tools.
type LandscapeExportCmd struct {
	File   string   `arg:"" optional:"" type:"path" help:"File to write; standard output unless said. An existing file is not overwritten."`
	Format string   `required:"" enum:"csv,xlsx,archimate,drawio" help:"csv (a zip archive of our tables), xlsx, archimate (exchange file 3.1) or drawio."`
	Kind   []string `help:"Only elements of these kinds."`
	Domain string   `help:"Only elements of this business domain."`
	Name   string   `help:"Name of the model or drawing."`
}

// Run writes the file.
func (c *LandscapeExportCmd) Run(env *Env) error {
	in := landscape.ExtractIn{Format: c.Format, Kinds: c.Kind, Domain: c.Domain, Name: c.Name, Language: string(env.Lang)}
	out, err := op.Ask(env.Context, env.Run, env.Actor, landscape.OpExtract, in)
	if err != nil {
		return err
	}
	if c.File == "" {
		_, err := env.Out.Write(out.Data)
		return err
	}
	file, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // the map is not for everybody
	if err != nil {
		return unreadable(filepath.Dir(c.File), err)
	}
	if _, err := file.Write(out.Data); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	env.Say("landscape.export.written", "file", c.File, "elements", out.Elements, "connections", out.Connections)
	return nil
}
