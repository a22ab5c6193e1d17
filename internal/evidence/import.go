package evidence

import (
	"cmp"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Import loads a file whose bytes are in the store. Run dry, it tells what would happen.
type ImportInput struct {
	SHA256  string            `json:"sha256"`
	Name    string            `json:"name"`
	Format  Format            `json:"format,omitempty"`  // empty: found out from the content
	Scope   string            `json:"scope,omitempty"`   // what the run covers; empty: the artifact that the file names
	Partial bool              `json:"partial,omitempty"` // filtered, or not the whole scope: closes nothing
	Options map[string]string `json:"options,omitempty"` // asset, taken, released, order, zone, label, step, encoding

	Store    Store                   `json:"-"`
	Progress func(read, total int64) `json:"-"` // called while the file is read; may be nil

	loaded time.Time // of a file that an organisation folder says was loaded before
	by     ref.Ref
}

// ImportResult says what an import did, or would do.
type ImportResult struct {
	File      EvidenceFile `json:"file"`
	Already   bool         `json:"already"` // the same bytes are loaded: nothing changes
	Counts    Counts       `json:"counts"`
	Order     string       `json:"order,omitempty"` // in which dates were read: dmy, mdy, ymd
	Zone      string       `json:"zone,omitempty"`  // of dates without one
	Unmatched []Unmatched  `json:"unmatched,omitempty"`
	Warnings  []Warning    `json:"warnings,omitempty"`
}

// importing is the work on one file.
type importing struct {
	tx     *db.Tx
	in     ImportInput
	file   *EvidenceFile
	head   []byte
	src    *ingest.Source
	find   finder
	loose  map[string]int // names that no element is known by
	result *ImportResult
}

// Import reads a file into the database; the file is registered with every decision under which it was read.
func Import(ctx context.Context, tx *db.Tx, in ImportInput) (ImportResult, error) {
	raw, err := in.Store.Open(in.SHA256)
	if err != nil {
		return ImportResult{}, err
	}
	defer raw.Close()
	w, err := prepare(ctx, tx, in, raw)
	if err != nil || w.result.Already {
		return *w.result, err
	}
	if err := w.file.register(ctx, tx); err != nil {
		return ImportResult{}, err
	}
	if err := w.read(ctx); err != nil {
		return ImportResult{}, err
	}
	w.conclude()
	return *w.result, w.file.finish(ctx, tx)
}

// OpImport loads a file.
var OpImport = op.Command[ImportInput, ImportResult]{Name: "evidence.import", Func: Import}

func prepare(ctx context.Context, tx *db.Tx, in ImportInput, raw *os.File) (*importing, error) {
	w := &importing{tx: tx, in: in, loose: map[string]int{}, result: &ImportResult{}}
	info, err := raw.Stat()
	if err != nil {
		return w, err
	}
	if w.head, err = readHead(raw); err != nil {
		return w, err
	}
	if err := w.check(); err != nil {
		return w, err
	}
	scope := scopeOf(w.in, w.head)
	id := fileID(w.in, scope)
	known, found, err := findFile(ctx, tx, id)
	if err != nil || found {
		w.result.File, w.result.Already, w.result.Counts = known, found, Counts{Records: known.Counts.Records, Unchanged: known.Counts.Records}
		return w, err
	}
	w.file = w.newFile(id, scope, info.Size())
	w.src = ingest.NewSource(in.Name, w.metered(raw, info.Size()), ingest.SourceOptions{Encoding: ingest.Encoding(in.Options["encoding"])})
	w.find, err = loadFinder(ctx, tx)
	return w, err
}

// scopeOf is what a file covers: a person's word, else what the file names.
func scopeOf(in ImportInput, head []byte) string {
	own := filepath.Base(in.Name)
	switch in.Format {
	case KEV:
		return "CISA KEV"
	case ServiceNow:
		own = "ServiceNow"
	case Trivy:
		own = cmp.Or(in.Options["asset"], readTrivyHead(head).artifact, own)
	}
	return cmp.Or(in.Scope, own)
}

// check refuses decisions that cannot be kept.
func (w *importing) check() error {
	if w.in.Format == "" {
		w.in.Format = Detect(w.head)
	}
	if w.in.Name == "" {
		return problem.Field("name", "problem.required")
	}
	if w.in.Format == "" {
		return problem.Field("format", "evidence.error.format-unknown").At(problem.Source{File: w.in.Name})
	}
	if !slices.Contains(Formats, w.in.Format) {
		return problem.Field("format", "evidence.error.format", "value", string(w.in.Format))
	}
	if _, err := w.dates(); err != nil {
		return err
	}
	for _, name := range []string{"taken", "released"} {
		if _, err := instantOption(w.in.Options, name); err != nil {
			return err
		}
	}
	return nil
}

func (w *importing) newFile(id, scope string, size int64) *EvidenceFile {
	loaded, by := w.in.loaded, w.in.by
	if loaded.IsZero() {
		loaded = w.tx.Now()
	}
	if by == "" {
		by = w.tx.Actor().Ref
	}
	options := maps.Clone(w.in.Options)
	maps.DeleteFunc(options, func(_, value string) bool { return value == "" })
	if options == nil {
		options = map[string]string{}
	}
	return &EvidenceFile{
		ID: id, SHA256: w.in.SHA256, Name: filepath.Base(w.in.Name), Format: w.in.Format, Size: size, Loaded: loaded, By: by,
		Importer: importers[w.in.Format], Scope: scope, Taken: loaded, Declared: !w.in.Partial, Incomplete: []string{}, Options: options,
	}
}

func (w *importing) read(ctx context.Context) error {
	switch w.in.Format {
	case Trivy:
		return w.trivy(ctx)
	case KEV:
		return w.kev(ctx)
	case ServiceNow:
		return w.incidents(ctx)
	default:
		return w.availability(ctx)
	}
}

// conclude copies what was found into the file and the result.
func (w *importing) conclude() {
	w.file.Complete = w.file.Declared && len(w.file.Incomplete) == 0
	for name, n := range w.loose {
		w.result.Unmatched = append(w.result.Unmatched, Unmatched{Name: name, Rows: n})
	}
	slices.SortFunc(w.result.Unmatched, func(a, b Unmatched) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Name, b.Name))
	})
	w.file.Counts, w.file.Warnings = w.result.Counts, w.result.Warnings
	w.result.File = *w.file
}

func (w *importing) warn(key string, args ...any) {
	e := problem.New(problem.Invalid, key, args...)
	w.result.Warnings = append(w.result.Warnings, Warning{Key: key, Args: e.Args})
}

// trivy reads a Trivy file: exposures of one scope.
func (w *importing) trivy(ctx context.Context) error {
	head := readTrivyHead(w.head)
	if err := w.takenAt(head.created); err != nil {
		return err
	}
	x, err := w.newExposures(ctx)
	if err != nil {
		return err
	}
	scan, err := ingest.ReadTrivy(w.src, ingest.TrivyOptions{
		Asset: w.in.Options["asset"], Partial: w.in.Partial,
		Scope: func(s ingest.ScopeRecord) error { x.run.assets[s.Asset] = true; return nil },
	}, func(r ingest.ExposureRecord) error { return x.add(ctx, r) })
	if err != nil {
		return err
	}
	if !scan.CreatedAt.IsZero() && !scan.CreatedAt.Equal(head.created) {
		return problem.Field("CreatedAt", "evidence.error.late-date").At(problem.Source{File: w.in.Name})
	}
	for _, reason := range scan.Incomplete {
		w.file.Incomplete = append(w.file.Incomplete, string(reason))
	}
	x.run.complete = scan.Complete()
	x.counts.Information += scan.Misconfigured + scan.Secrets + scan.Licenses + scan.Suppressed
	if err := x.finish(ctx, w.file.ID); err != nil {
		return err
	}
	w.result.Counts, w.loose = x.counts, x.loose
	if scan.Unidentified > 0 {
		w.warn("evidence.warning.unidentified", "n", scan.Unidentified)
	}
	return countExposures(ctx, w.tx)
}

// takenAt settles when the run took place: a person's word, the file's, else when it was loaded.
func (w *importing) takenAt(written time.Time) error {
	given, err := instantOption(w.in.Options, "taken")
	if err != nil {
		return err
	}
	switch {
	case !given.IsZero():
		w.file.Taken = given
	case !written.IsZero():
		w.file.Taken = written.UTC().Truncate(time.Microsecond)
	default:
		w.warn("evidence.warning.no-date")
	}
	if w.file.Taken.After(w.tx.Now()) {
		w.warn("evidence.warning.future")
	}
	return nil
}

func (w *importing) newExposures(ctx context.Context) (*exposureImport, error) {
	scan, err := reserve(ctx, w.tx, "scan", 1)
	if err != nil {
		return nil, err
	}
	scope, err := scopeID(ctx, w.tx, string(w.in.Format), w.file.Scope)
	if err != nil {
		return nil, err
	}
	x := &exposureImport{
		tx: w.tx, find: w.find, ids: map[exposureKey]int64{}, old: map[int64]bool{}, reworded: map[int64]bool{}, loose: map[string]int{},
		run: run{id: scan, scope: scope, taken: w.file.Taken.UnixMicro(), tie: tie(w.file.ID), assets: map[string]bool{}},
	}
	later, err := db.Value[int64](ctx, w.tx, "SELECT COUNT(*) FROM scan WHERE scope_id = $1 AND taken_at >= $2", scope, x.run.taken)
	x.last = later == 0
	return x, err
}

// dates are the decisions on dates without a zone and on the order of day and month.
func (w *importing) dates() (ingest.DateOptions, error) {
	o := ingest.DateOptions{Order: ingest.DateOrder(w.in.Options["order"])}
	switch o.Order {
	case "", ingest.YearMonthDay, ingest.DayMonthYear, ingest.MonthDayYear:
	default:
		return o, problem.Field("order", "problem.choice", "value", string(o.Order), "choices", "ymd, dmy, mdy")
	}
	if name := w.in.Options["zone"]; name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil {
			return o, problem.Field("zone", "evidence.error.zone", "value", name)
		}
		o.Zone = zone
	}
	return o, nil
}

// instantOption reads a day or an instant that a person gave; zero when there is none.
func instantOption(options map[string]string, name string) (time.Time, error) {
	text := options[name]
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04", "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, problem.Field(name, "evidence.error.instant", "value", text)
}

// metered tells the progress while the file is read.
func (w *importing) metered(r io.Reader, total int64) io.Reader {
	if w.in.Progress == nil {
		return r
	}
	return &meter{r: r, total: total, tell: w.in.Progress}
}

type meter struct {
	r           io.Reader
	read, total int64
	tell        func(read, total int64)
}

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.read += int64(n)
	m.tell(m.read, m.total)
	return n, err
}
