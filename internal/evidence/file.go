// Package evidence holds the facts on which every figure rests, each with its source bytes: exposures to
// vulnerabilities, incidents, availability, recovery tests, and the catalogue of exploited vulnerabilities.
//
// Three promises hold everywhere. The same bytes loaded twice change nothing. What is known in the end does
// not depend on the order in which files were loaded. Only a complete run of the same scanner over the same
// scope closes an exposure; what nobody looked at stays as it was, and what nobody knows stays unknown.
//
// Start with file.go (what was loaded), import.go (how), scan.go and exposure.go (vulnerabilities).
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Format is the outside format of a file.
type Format string

// The formats that can be loaded.
const (
	Trivy        Format = "trivy"
	KEV          Format = "kev"
	ServiceNow   Format = "servicenow"
	Availability Format = "availability-csv"
	Prometheus   Format = "prometheus"
)

// Formats lists them.
var Formats = []Format{Trivy, KEV, ServiceNow, Availability, Prometheus}

// importers are the versions of the rules by which each format is read; kept with every file.
var importers = map[Format]string{
	Trivy: "trivy/1", KEV: "kev/1", ServiceNow: "servicenow/1", Availability: "availability-csv/1", Prometheus: "prometheus/1",
}

// EvidenceFile is a file that was loaded: its bytes by their hash, who loaded it when, and the decisions
// under which it was read. Its id follows from both: the same report may honestly come out of two runs.
type EvidenceFile struct { //nolint:revive // evidence.File is the file of the organisation folder
	ID         string            `json:"id"`
	SHA256     string            `json:"sha256"`
	Name       string            `json:"name"`
	Format     Format            `json:"format"`
	Size       int64             `json:"size"`
	Loaded     time.Time         `json:"loaded"`
	By         ref.Ref           `json:"by"`
	Importer   string            `json:"importer"`
	Scope      string            `json:"scope"`
	Taken      time.Time         `json:"taken"`              // when the run took place or the catalogue was released
	Declared   bool              `json:"declared_complete"`  // the person says that the file covers the whole scope
	Complete   bool              `json:"complete"`           // and nothing in the file speaks against it
	Incomplete []string          `json:"incomplete"`         // what speaks against it
	Options    map[string]string `json:"options"`            // decisions: asset, taken, order, zone, label, step, encoding
	Counts     Counts            `json:"counts"`             // what the first import found
	Warnings   []Warning         `json:"warnings,omitempty"` // doubts, for a person to look at
}

// Counts is what an import did, in the unit of its format: exposures, entries, incidents or intervals.
type Counts struct {
	Records     int `json:"records"`     // in the file
	New         int `json:"new"`         // not known before
	Changed     int `json:"changed"`     // known, described otherwise now
	Closed      int `json:"closed"`      // no longer there, by a complete run
	Reopened    int `json:"reopened"`    // there again after it was closed
	Unchanged   int `json:"unchanged"`   // known and the same
	Information int `json:"information"` // rows that only inform, never counted
	Repeated    int `json:"repeated"`    // rows that say again what the file said before
	Revised     int `json:"revised"`     // histories that read otherwise because an older run arrived
}

// Changes tells whether anything is different after the import.
func (c Counts) Changes() int { return c.New + c.Changed + c.Closed + c.Reopened + c.Revised }

// Warning is a doubt that does not stop an import: the key of a message and its arguments.
type Warning struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// In is the sentence of the warning.
func (w Warning) In(lang i18n.Lang) string {
	args := make([]any, 0, 2*len(w.Args))
	for name, value := range w.Args {
		args = append(args, name, value)
	}
	return i18n.T(lang, w.Key, args...)
}

// fileID names a file by its bytes and the decisions that make it another fact: what it covers, when it was taken,
// which asset it speaks of, and whether it is the whole.
func fileID(in ImportInput, scope string) string {
	parts := []string{in.SHA256, scope, in.Options["taken"], in.Options["released"], in.Options["asset"], strconv.FormatBool(in.Partial)}
	hash := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return hex.EncodeToString(hash[:12])
}

// tie orders two runs of the same instant: by their content, whichever was loaded first.
func tie(fileID string) int64 {
	hash := sha256.Sum256([]byte(fileID))
	n := int64(0)
	for _, b := range hash[:8] {
		n = n<<8 | int64(b)
	}
	return n & (1<<62 - 1)
}

const fileColumns = "id, sha256, name, format, size, loaded_at, loaded_by, importer, scope, taken_at, declared_complete, complete, incomplete, options, counts, warnings"

func scanFile(s db.Scan) (EvidenceFile, error) {
	var f EvidenceFile
	var incomplete, options, counts, warnings string
	if err := s(&f.ID, &f.SHA256, &f.Name, &f.Format, &f.Size, db.At(&f.Loaded), &f.By, &f.Importer, &f.Scope,
		db.At(&f.Taken), &f.Declared, &f.Complete, &incomplete, &options, &counts, &warnings); err != nil {
		return f, err
	}
	for _, part := range []struct {
		text string
		into any
	}{{incomplete, &f.Incomplete}, {options, &f.Options}, {counts, &f.Counts}, {warnings, &f.Warnings}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return f, fmt.Errorf("evidence file %s: %w", f.ID, err)
		}
	}
	return f, nil
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // impossible: maps, strings and numbers
	}
	return string(text)
}

// register writes the file down before its records are read; finish completes it.
func (f EvidenceFile) register(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO evidence_file ("+fileColumns+") VALUES "+db.Tuples(1, 16),
		f.ID, f.SHA256, f.Name, string(f.Format), f.Size, db.Micros(f.Loaded), string(f.By), f.Importer, f.Scope, db.Micros(f.Taken),
		f.Declared, f.Complete, jsonText(f.Incomplete), jsonText(f.Options), jsonText(f.Counts), jsonText(f.Warnings))
	if err != nil {
		return err
	}
	name := ref.New("file", f.ID)
	tx.Touch(name)
	return item.Put(ctx, tx, item.Item{Ref: name, Title: i18n.Text{EN: f.Name}, Area: "evidence"})
}

func (f EvidenceFile) finish(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE evidence_file SET scope = $1, taken_at = $2, complete = $3, incomplete = $4, options = $5, counts = $6, warnings = $7
		WHERE id = $8`, f.Scope, db.Micros(f.Taken), f.Complete, jsonText(f.Incomplete), jsonText(f.Options), jsonText(f.Counts), jsonText(f.Warnings), f.ID)
	return err
}

func findFile(ctx context.Context, r db.Reader, id string) (EvidenceFile, bool, error) {
	found, err := db.All(ctx, r, scanFile, "SELECT "+fileColumns+" FROM evidence_file WHERE id = $1", id)
	if err != nil || len(found) == 0 {
		return EvidenceFile{}, false, err
	}
	return found[0], true, nil
}

// FileQuery names one file.
type FileQuery struct {
	ID string `json:"id" path:"id"`
}

// GetFile finds a loaded file.
func GetFile(ctx context.Context, r db.Reader, in FileQuery) (EvidenceFile, error) {
	return db.One(ctx, r, problem.New(problem.NotFound, "problem.not-found", "what", in.ID), scanFile,
		"SELECT "+fileColumns+" FROM evidence_file WHERE id = $1", in.ID)
}

// FileFilter narrows the list of files.
type FileFilter struct {
	db.Page
	Format string `query:"file_format" json:"file_format,omitempty"`
	Text   string `query:"q" json:"q,omitempty"`
	Whole  string `query:"whole" json:"whole,omitempty"` // yes: complete runs only; no: the partial ones
}

// ListFiles lists loaded files, the newest first.
func ListFiles(ctx context.Context, r db.Reader, in FileFilter) (db.PageOf[EvidenceFile], error) {
	b := sqlbuilder.NewSelectBuilder()
	b.Select(fileColumns).From("evidence_file")
	if in.Format != "" {
		b.Where(b.Equal("format", in.Format))
	}
	switch in.Whole {
	case "yes":
		b.Where("complete")
	case "no":
		b.Where("NOT complete")
	}
	if in.Text != "" {
		b.Where(b.Or(contains(b, "name", in.Text), contains(b, "scope", in.Text), b.Equal("sha256", in.Text)))
	}
	return db.Paged(ctx, r, b, in.Page, db.Sorts{
		By:  map[string]string{"loaded": "loaded_at", "taken": "taken_at", "name": "name", "size": "size", "scope": "scope", "format": "format"},
		Key: "id", Default: "-loaded",
	}, scanFile)
}

// The operations on files.
var (
	OpFile  = op.Query[FileQuery, EvidenceFile]{Name: "evidence.file", Route: "GET /api/evidence/files/{id}", Func: GetFile}
	OpFiles = op.Query[FileFilter, db.PageOf[EvidenceFile]]{Name: "evidence.files", Route: "GET /api/evidence/files", Func: ListFiles}
)
