// Package folder reads and writes the whole organisation as a folder of readable YAML files, one a
// area. Export → Apply → Export gives the same bytes. Apply validates everything first, names every
// error with file and line, and writes all or nothing.
package folder

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance"
	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/governance/survey"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
	"accordo.dev/internal/risk"
)

// maxFile bounds one YAML file.
const maxFile = 64 << 20

// part is one file of the folder: how it is written from the database, and how the database becomes
// what it says. Parts are applied in order; later ones refer to earlier ones.
type part struct {
	file   string
	export func(context.Context, db.Reader) (any, error)
	apply  func(context.Context, *db.Tx, *document) ([]change.Change, error)
}

// Folder is an organisation folder on disk; Data is where raw evidence is kept.
type Folder struct {
	Dir  string
	Data string
}

func (f Folder) parts() []part {
	return []part{
		{"organisation.yaml", exportOrganisation, applyOrganisation},
		{"people.yaml", exported(identity.Export), applied(identity.Apply)},
		{"landscape.yaml", exported(landscape.Export), applied(landscape.Apply)},
		{"evidence.yaml", f.exportEvidence, f.applyEvidence},
		{"risk.yaml", exported(risk.Export), applied(risk.Apply)},
		{"project.yaml", exported(project.Export), applied(project.Apply)},
		{"decision.yaml", exported(decision.Export), applied(decision.Apply)},
		{"budget.yaml", exported(budget.Export), applied(budget.Apply)},
		{"obligation.yaml", exported(obligation.Export), applied(obligation.Apply)},
		{"survey.yaml", exported(survey.Export), applied(survey.Apply)},
		{"committee.yaml", exported(committee.Export), applied(committee.Apply)},
		{"raci.yaml", exported(raci.Export), applied(raci.Apply)},
		{"governance.yaml", exported(governance.Export), applied(governance.Apply)},
	}
}

// optional are the files that a folder may lack: a missing one says nothing about its area, which stays as it is.
var optional = []string{
	"governance.yaml",
	"obligation.yaml",
	"survey.yaml",
	"committee.yaml",
	"raci.yaml",
}

// Export writes the organisation into the folder, which is made when missing.
func (f Folder) Export(ctx context.Context, r db.Reader) error {
	if err := os.MkdirAll(f.Dir, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, p := range f.parts() {
		content, err := p.export(ctx, r)
		if err != nil {
			return fmt.Errorf("export %s: %w", p.file, err)
		}
		data, err := marshal(content)
		if err != nil {
			return fmt.Errorf("export %s: %w", p.file, err)
		}
		if err := os.WriteFile(filepath.Join(f.Dir, p.file), data, 0o644); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

func marshal(content any) ([]byte, error) {
	var tree yaml.Node
	if err := tree.Encode(content); err != nil {
		return nil, err
	}
	plainNumbers(&tree)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&tree); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// plainNumbers writes 3.9e+06 as 3900000: people read these files.
func plainNumbers(node *yaml.Node) {
	if x, err := strconv.ParseFloat(node.Value, 64); err == nil && node.Kind == yaml.ScalarNode && node.Tag == "!!float" {
		node.Value = strconv.FormatFloat(x, 'f', -1, 64)
		if !strings.Contains(node.Value, ".") {
			node.Tag = "!!int"
		}
	}
	for _, child := range node.Content {
		plainNumbers(child)
	}
}

// ApplyIn asks for a folder to be applied.
type ApplyIn struct {
	Dir  string `json:"dir"`
	Data string `json:"-"`
}

// Apply makes the organisation what the folder says, and tells what became different.
func Apply(ctx context.Context, tx *db.Tx, in ApplyIn) ([]change.Change, error) {
	f := Folder(in)
	var all []change.Change
	var wrong []*problem.Error
	for _, p := range f.parts() {
		changes, err := f.applyPart(ctx, tx, p)
		if found, ok := problem.As(err); ok {
			wrong = append(wrong, believable(flatten(found), len(wrong) > 0)...)
		} else if err != nil {
			return nil, fmt.Errorf("apply %s: %w", p.file, err)
		}
		all = append(all, changes...)
	}
	return all, problem.Many(wrong)
}

// believable leaves out what only follows from errors in earlier files: names that would exist without them.
func believable(found []*problem.Error, afterErrors bool) []*problem.Error {
	if !afterErrors {
		return found
	}
	return slices.DeleteFunc(slices.Clone(found), func(p *problem.Error) bool { return p.Key == "problem.dangling" })
}

// OpApply applies a folder; run dry, it only tells what would become different.
var OpApply = op.Command[ApplyIn, []change.Change]{Name: "organisation.apply", Func: Apply}

func (f Folder) applyPart(ctx context.Context, tx *db.Tx, p part) ([]change.Change, error) {
	doc, err := open(filepath.Join(f.Dir, p.file))
	if os.IsNotExist(err) && slices.Contains(optional, p.file) {
		return nil, nil
	}
	if os.IsNotExist(err) {
		return nil, problem.New(problem.Invalid, "folder.error.missing").At(problem.Source{File: p.file})
	}
	if err != nil {
		return nil, err
	}
	changes, err := p.apply(ctx, tx, doc)
	return changes, doc.locate(err)
}

func flatten(p *problem.Error) []*problem.Error {
	if len(p.Causes) > 0 {
		return p.Causes
	}
	return []*problem.Error{p}
}

func exportOrganisation(ctx context.Context, r db.Reader) (any, error) {
	return organisation.Get(ctx, r, struct{}{})
}

func applyOrganisation(ctx context.Context, tx *db.Tx, doc *document) ([]change.Change, error) {
	var want organisation.Organisation
	if err := doc.decode(&want); err != nil {
		return nil, err
	}
	return organisation.Apply(ctx, tx, want)
}

// exported and applied fit the functions of an area to a part.
func exported[F any](export func(context.Context, db.Reader) (F, error)) func(context.Context, db.Reader) (any, error) {
	return func(ctx context.Context, r db.Reader) (any, error) { return export(ctx, r) }
}

func applied[F any](apply func(context.Context, *db.Tx, F) ([]change.Change, error)) func(context.Context, *db.Tx, *document) ([]change.Change, error) {
	return func(ctx context.Context, tx *db.Tx, doc *document) ([]change.Change, error) {
		var want F
		if err := doc.decode(&want); err != nil {
			return nil, err
		}
		return apply(ctx, tx, want)
	}
}
