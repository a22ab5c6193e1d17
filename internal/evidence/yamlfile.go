package evidence

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is evidence.yaml of an organisation folder. What comes out of raw files is not in it: the raw files lie
// beside it, in evidence/, and are read again.
type File struct {
	Files           []FileEntry      `yaml:"files,omitempty"`
	Incidents       []Incident       `yaml:"incidents,omitempty"` // entered by hand
	RecoveryTests   []RecoveryTest   `yaml:"recovery_tests,omitempty"`
	ResponseTargets []ResponseTarget `yaml:"response_targets,omitempty"`
	PatchSLAs       []PatchSLA       `yaml:"patch_sla,omitempty"`

	Open  func(path string) (io.ReadCloser, error) `yaml:"-"` // reads a raw file of the folder
	Store Store                                    `yaml:"-"` // takes the raw files in
}

// FileEntry is one raw file with the decisions under which it is read.
type FileEntry struct {
	Path     string            `yaml:"path"` // evidence/<name>
	Format   Format            `yaml:"format,omitempty"`
	Loaded   time.Time         `yaml:"loaded"`
	By       string            `yaml:"by"` // person
	Scope    string            `yaml:"scope,omitempty"`
	Complete bool              `yaml:"complete"`
	Options  map[string]string `yaml:"options,omitempty"`
}

// Export writes down what people decided; sorted by id, files by when they were loaded.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	raw, err := allFiles(ctx, r)
	if err != nil {
		return f, err
	}
	for i, name := range paths(raw) {
		f.Files = append(f.Files, raw[i].entry(name))
	}
	if f.Incidents, err = byHand(ctx, r); err != nil {
		return f, err
	}
	f.RecoveryTests, err = db.All(ctx, r, scanRecovery, "SELECT "+recoveryColumns+" FROM recovery_test ORDER BY id")
	if err != nil {
		return f, err
	}
	if f.ResponseTargets, err = ResponseTargets(ctx, r, struct{}{}); err != nil {
		return f, err
	}
	f.PatchSLAs, err = PatchSLAs(ctx, r, struct{}{})
	return f, err
}

// CopyRaw gives every raw file to write, under the path that Export gives it.
func CopyRaw(ctx context.Context, r db.Reader, s Store, write func(path string, raw io.Reader) error) error {
	all, err := allFiles(ctx, r)
	if err != nil {
		return err
	}
	for i, name := range paths(all) {
		raw, err := s.Open(all[i].SHA256)
		if err != nil {
			return err
		}
		err = write(name, raw)
		raw.Close()
		if err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return nil
}

func allFiles(ctx context.Context, r db.Reader) ([]EvidenceFile, error) {
	return db.All(ctx, r, scanFile, "SELECT "+fileColumns+" FROM evidence_file ORDER BY loaded_at, id")
}

func byHand(ctx context.Context, r db.Reader) ([]Incident, error) {
	return db.All(ctx, r, scanIncident, "SELECT "+incidentColumns+" FROM incident WHERE file_id IS NULL ORDER BY id")
}

// paths gives each file a path of its own; where names repeat, the start of the hash goes before the name.
func paths(all []EvidenceFile) []string {
	times := map[string]int{}
	for _, f := range all {
		times[f.Name]++
	}
	out := make([]string, len(all))
	for i, f := range all {
		out[i] = "evidence/" + f.Name
		if times[f.Name] > 1 {
			out[i] = "evidence/" + f.SHA256[:8] + "-" + f.Name
		}
	}
	return out
}

func (f EvidenceFile) entry(name string) FileEntry {
	e := FileEntry{Path: name, Format: f.Format, Loaded: f.Loaded, By: string(f.By), Scope: f.Scope, Complete: f.Declared, Options: f.Options}
	if f.By.Kind() == "person" {
		e.By = f.By.ID()
	}
	return e
}

func (e FileEntry) by() ref.Ref {
	if strings.Contains(e.By, ":") {
		return ref.Ref(e.By)
	}
	return ref.New("person", e.By)
}

// sameDecisions tells whether a loaded file was read as the entry says. What the entry leaves open fits anything.
func (e FileEntry) sameDecisions(f EvidenceFile) bool {
	for name, value := range e.Options {
		if value != "" && f.Options[name] != value {
			return false
		}
	}
	inferred := []string{"order", "zone", "label"}
	for name := range f.Options {
		if e.Options[name] == "" && !slices.Contains(inferred, name) {
			return false
		}
	}
	return cmp.Or(e.Format, f.Format) == f.Format && cmp.Or(e.Scope, f.Scope) == f.Scope && e.Complete == f.Declared &&
		e.Loaded.Truncate(time.Microsecond).Equal(f.Loaded) && e.by() == f.By
}

// Apply brings the database to what the file says and lists what it changed. All errors are reported at once.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	if bad := f.check(ctx, tx); len(bad) > 0 {
		return nil, problem.Many(bad)
	}
	changes, err := f.applyFiles(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context, *db.Tx) ([]change.Change, error){
		f.applyIncidents, f.applyRecoveries, f.applyResponseTargets, f.applyPatchSLAs,
	} {
		more, err := part(ctx, tx)
		if err != nil {
			return nil, err
		}
		changes = append(changes, more...)
	}
	return changes, nil
}

func (f File) check(ctx context.Context, r db.Reader) []*problem.Error {
	var bad []*problem.Error
	seen := map[string]bool{}
	once := func(list, id, field string) {
		if seen[list+"\x1f"+id] {
			bad = append(bad, problem.Field(list+"["+id+"]."+field, "problem.twice", "value", id))
		}
		seen[list+"\x1f"+id] = true
	}
	exists := func(field, kind, id string) {
		if id == "" {
			return
		}
		if _, err := item.Get(ctx, r, ref.New(kind, id)); err != nil {
			bad = append(bad, problem.Field(field, "problem.dangling", "value", id))
		}
	}
	for _, e := range f.Files {
		once("files", e.Path, "path")
		bad = append(bad, e.check("files["+e.Path+"].")...)
		if !strings.Contains(e.By, ":") {
			exists("files["+e.Path+"].by", "person", e.By)
		}
	}
	for _, i := range f.Incidents {
		once("incidents", i.ID, "id")
		bad = append(bad, i.check("incidents["+i.ID+"].")...)
		exists("incidents["+i.ID+"].service", "element", i.Service)
	}
	for _, t := range f.RecoveryTests {
		once("recovery_tests", t.ID, "id")
		bad = append(bad, t.check("recovery_tests["+t.ID+"].")...)
		exists("recovery_tests["+t.ID+"].service", "element", t.Service)
	}
	for _, t := range f.ResponseTargets {
		once("response_targets", t.id(), "severity")
		bad = append(bad, t.check("response_targets["+t.id()+"].")...)
	}
	for _, p := range f.PatchSLAs {
		once("patch_sla", p.id(), "tier")
		bad = append(bad, p.check("patch_sla["+p.id()+"].")...)
	}
	return bad
}

func (e FileEntry) check(field string) []*problem.Error {
	var bad []*problem.Error
	if dir, name := path.Split(e.Path); dir != "evidence/" || name == "" || name == "." || name == ".." || strings.Contains(name, `\`) {
		bad = append(bad, problem.Field(field+"path", "evidence.error.path", "value", e.Path))
	}
	if e.Loaded.IsZero() {
		bad = append(bad, problem.Field(field+"loaded", "problem.required"))
	}
	if e.By == "" {
		bad = append(bad, problem.Field(field+"by", "problem.required"))
	}
	if e.Format != "" && !slices.Contains(Formats, e.Format) {
		bad = append(bad, problem.Field(field+"format", "evidence.error.format", "value", string(e.Format)))
	}
	return bad
}

// wantedFile is an entry whose bytes are in the store.
type wantedFile struct {
	FileEntry
	id, sum string
}

// applyFiles loads the files that are not loaded. When one is gone, or is to be read otherwise, everything that
// came out of files is told anew from all of them.
func (f File) applyFiles(ctx context.Context, tx *db.Tx) ([]change.Change, error) {
	want, err := f.takeIn()
	if err != nil {
		return nil, err
	}
	have, err := allFiles(ctx, tx)
	if err != nil {
		return nil, err
	}
	changes, anew := compareFiles(have, want)
	if len(changes) == 0 {
		return nil, nil
	}
	if anew {
		if err := forgetFiles(ctx, tx, have); err != nil {
			return nil, err
		}
	}
	for _, one := range want {
		if _, err := Import(ctx, tx, one.input(f.Store)); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

func (w wantedFile) input(s Store) ImportInput {
	return ImportInput{
		SHA256: w.sum, Name: path.Base(w.Path), Format: w.Format, Scope: w.Scope, Partial: !w.Complete, Options: w.Options, Store: s,
		loaded: w.Loaded.UTC().Truncate(time.Microsecond), by: w.by(),
	}
}

// takeIn copies the raw files into the store, in the order in which they were loaded.
func (f File) takeIn() ([]wantedFile, error) {
	want := make([]wantedFile, 0, len(f.Files))
	for _, e := range f.Files {
		if f.Open == nil {
			return nil, problem.Field("files["+e.Path+"].path", "evidence.error.raw-missing", "sha256", e.Path)
		}
		raw, err := f.Open(e.Path)
		if err != nil {
			return nil, problem.Field("files["+e.Path+"].path", "evidence.error.raw-missing", "sha256", e.Path)
		}
		sum, _, err := f.Store.Put(raw)
		raw.Close()
		if err != nil {
			return nil, err
		}
		one := wantedFile{FileEntry: e, sum: sum}
		if err := one.identify(f.Store); err != nil {
			return nil, err
		}
		want = append(want, one)
	}
	slices.SortStableFunc(want, func(a, b wantedFile) int { return cmp.Or(a.Loaded.Compare(b.Loaded), cmp.Compare(a.id, b.id)) })
	return want, nil
}

// identify finds out under which id the file is or would be loaded.
func (w *wantedFile) identify(s Store) error {
	raw, err := s.Open(w.sum)
	if err != nil {
		return err
	}
	defer raw.Close()
	head, err := readHead(raw)
	if err != nil {
		return err
	}
	in := w.input(s)
	in.Format = cmp.Or(in.Format, Detect(head))
	w.id = fileID(in, scopeOf(in, head))
	return nil
}

func compareFiles(have []EvidenceFile, want []wantedFile) (changes []change.Change, anew bool) {
	loaded := map[string]EvidenceFile{}
	for _, one := range have {
		loaded[one.ID] = one
	}
	for _, one := range want {
		old, known := loaded[one.id]
		delete(loaded, one.id)
		kind := change.Create
		if known {
			kind, anew = change.Update, anew || !one.sameDecisions(old)
		}
		if !known || !one.sameDecisions(old) {
			changes = append(changes, change.Change{Ref: ref.New("file", one.id), Kind: kind, Title: path.Base(one.Path)})
		}
	}
	for _, one := range have {
		if _, gone := loaded[one.ID]; gone {
			changes, anew = append(changes, change.Change{Ref: ref.New("file", one.ID), Kind: change.Remove, Title: one.Name}), true
		}
	}
	return changes, anew
}

// forgetFiles takes out everything that came out of files; the raw bytes stay in the store.
func forgetFiles(ctx context.Context, tx *db.Tx, have []EvidenceFile) error {
	ids, err := db.Column[string](ctx, tx, "SELECT id FROM incident WHERE file_id IS NOT NULL")
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := item.Remove(ctx, tx, ref.New("incident", id)); err != nil {
			return err
		}
	}
	for _, one := range have {
		if err := item.Remove(ctx, tx, ref.New("file", one.ID)); err != nil {
			return err
		}
	}
	for _, table := range []string{
		"kev_entry", "kev_catalogue", "availability_month", "availability_interval", "exposure_count", "exposure_interval", "exposure",
		"observation", "scan", "scan_scope", "incident WHERE file_id IS NOT NULL", "evidence_file",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
			return err
		}
	}
	return nil
}
