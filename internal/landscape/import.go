package landscape

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ImportIn is a set of files that together are what one source knows. Source names where they come from;
// the same name again means the next state of the same source.
type ImportIn struct {
	Format    string       `json:"format,omitempty" doc:"told from names and content of the files when empty"`
	Source    string       `json:"source" doc:"name of where the files come from, such as cmdb"`
	Partial   bool         `json:"partial,omitempty" doc:"the files are not all that the source knows: nothing ends"`
	DateOrder string       `json:"dateOrder,omitempty" enum:"ymd,dmy,mdy," doc:"order of day, month and year; found out when empty"`
	Files     []ImportFile `json:"files" secret:"true"` // the record keeps their hashes instead
}

// ImportFile is one file of an import. Zip archives are unpacked.
type ImportFile struct {
	Name    string `json:"name"`
	Content string `json:"content,omitempty" doc:"of a file of text"`
	Bytes   []byte `json:"bytes,omitempty" doc:"of any file, in base64; instead of content"`
	Part    bool   `json:"part,omitempty" doc:"it is one of the files of a folder, and left out when it is of no use"`
}

// Data is the content, as text or as bytes.
func (f ImportFile) Data() []byte {
	if len(f.Bytes) > 0 {
		return f.Bytes
	}
	return []byte(f.Content)
}

// Hash is the SHA-256 of the content in hexadecimal.
func (f ImportFile) Hash() string {
	sum := sha256.Sum256(f.Data())
	return hex.EncodeToString(sum[:])
}

// ImportOut is what an import does, or would do when run dry.
type ImportOut struct {
	Format     string          `json:"format"`
	Changes    []change.Change `json:"changes"` // a removed item ends; nothing is deleted
	Created    int             `json:"created"`
	Changed    int             `json:"changed"`
	Ended      int             `json:"ended"`
	Unchanged  int             `json:"unchanged"`
	Dangling   []Dangling      `json:"dangling"`
	Duplicates []Duplicate     `json:"duplicates"`
	Left       []string        `json:"left"` // files of folders and archives that hold nothing of the format
}

// Dangling is a name in a file that points to nothing known. A thing named so is kept as an unknown element.
type Dangling struct {
	Ref   string `json:"ref"`
	From  string `json:"from"` // who names it
	Field string `json:"field"`
	File  string `json:"file"`
	Line  int    `json:"line"`
}

// Duplicate is a new element with the name of one of the same kind that exists under another id: the same thing from
// another source, or one whose id has changed in its own. It is told, never merged.
type Duplicate struct {
	ID    string `json:"id"`
	Other string `json:"other"`
	Name  string `json:"name"`
}

// Import brings the map to what the files say about their source. It owns the fields that it sets on the
// elements that it brought, unless people set them since; on elements of people or of other sources it only
// fills in what nobody had said. What the source no longer knows ends. The same files again change nothing.
func Import(ctx context.Context, tx *db.Tx, in ImportIn) (ImportOut, error) {
	read, err := in.read()
	if err != nil {
		return ImportOut{}, err
	}
	for _, f := range in.Files {
		tx.Touch(ref.New("file", f.Hash()))
	}
	m := &merger{incoming: read, source: in.Source, partial: in.Partial}
	if err := m.load(ctx, tx); err != nil {
		return ImportOut{}, err
	}
	m.mergeElements(tx)
	m.mergeAgreements()
	m.mergeConnections(tx)
	if err := problem.Many(m.wrong); err != nil {
		return ImportOut{}, err
	}
	return m.out, m.write(ctx, tx)
}

// OpImport imports files; run dry, it only tells what they would do.
var OpImport = op.Command[ImportIn, ImportOut]{Name: "landscape.import", Route: "POST /api/landscape/import", Func: Import}

// read unpacks the files, finds out their format and says what they hold in our words.
func (in ImportIn) read() (*incoming, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	files := make([]ingest.File, len(in.Files))
	for i, f := range in.Files {
		files[i] = ingest.File{Name: f.Name, Data: f.Data(), Part: f.Part}
	}
	files, err := ingest.Unpack(files)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, problem.New(problem.Invalid, "landscape.import.nothing").At(problem.Source{File: in.Files[0].Name})
	}
	chosen, err := choose(in.Format, files)
	if err != nil {
		return nil, err
	}
	read, err := chosen.load(chosen.files, ingest.DateOptions{Order: ingest.DateOrder(in.DateOrder)})
	if err != nil {
		return nil, err
	}
	if err := problem.Many(read.wrong); err != nil {
		return nil, err
	}
	read.format = chosen.name
	read.unread = append(chosen.left, read.unread...)
	return read, nil
}

func (in ImportIn) check() error {
	c := checker{field: plain}
	c.choice("format", in.Format, append([]string{""}, Formats()...)...)
	c.choice("dateOrder", in.DateOrder, "", "ymd", "dmy", "mdy")
	if in.Source == Hand || !ref.ValidID(in.Source) {
		c.add(problem.Field("source", "landscape.error.source", "value", in.Source))
	}
	if len(in.Files) == 0 {
		c.add(problem.Field("files", "problem.required"))
	}
	return problem.Many(c.wrong)
}
