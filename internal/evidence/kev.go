package evidence

import (
	"context"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// KnownExploited is an entry of CISA's catalogue of known exploited vulnerabilities. Every version of the
// catalogue is kept with its date: what was known when decides what was late.
type KnownExploited struct {
	CVE        string `json:"cve"`
	Added      string `json:"added"` // day
	Due        string `json:"due"`   // day by which to repair; never before Added; empty: not said
	Vendor     string `json:"vendor"`
	Product    string `json:"product"`
	Name       string `json:"name"`
	Ransomware bool   `json:"ransomware"` // known use; false means not known
	Record     int    `json:"record"`
	Offset     int64  `json:"offset"`
}

// sameFacts tells whether two versions say the same of a vulnerability.
func (k KnownExploited) sameFacts(other KnownExploited) bool {
	k.Record, k.Offset = other.Record, other.Offset
	return k == other
}

const kevColumns = "cve, added, due, vendor, product, name, ransomware, record, byte_offset"

func scanKEV(s db.Scan) (KnownExploited, error) {
	var k KnownExploited
	return k, s(&k.CVE, &k.Added, &k.Due, &k.Vendor, &k.Product, &k.Name, &k.Ransomware, &k.Record, &k.Offset)
}

// catalogueAt is the file of the catalogue in force at an instant: the latest one released until then.
func catalogueAt(ctx context.Context, r db.Reader, at time.Time) (string, error) {
	return db.Value[string](ctx, r, "SELECT file_id FROM kev_catalogue WHERE released_at <= $1 ORDER BY released_at DESC, file_id DESC LIMIT 1", at.UnixMicro())
}

// KEVFilter asks for the catalogue in force at an instant; zero: now.
type KEVFilter struct {
	At time.Time `query:"at" json:"at"`
}

// KEVEntries gives the catalogue in force, by CVE.
func KEVEntries(ctx context.Context, r db.Reader, in KEVFilter) ([]KnownExploited, error) {
	if in.At.IsZero() {
		in.At = r.Now()
	}
	file, err := catalogueAt(ctx, r, in.At)
	if err != nil {
		return nil, err
	}
	return db.All(ctx, r, scanKEV, "SELECT "+kevColumns+" FROM kev_entry WHERE file_id = $1 ORDER BY cve", file)
}

// OpKEV reads the catalogue.
var OpKEV = op.Query[KEVFilter, []KnownExploited]{Name: "evidence.kev", Route: "GET /api/evidence/kev", Func: KEVEntries}

// kev reads a version of the catalogue.
func (w *importing) kev(ctx context.Context) error {
	var entries []KnownExploited
	catalogue, err := ingest.ReadKEV(w.src, func(r ingest.KEVRecord) error {
		entries = append(entries, KnownExploited{
			CVE: r.CVE, Added: day(r.Added), Due: day(r.Due), Vendor: r.Vendor, Product: r.Product, Name: r.Name,
			Ransomware: r.Ransomware, Record: r.At.Record, Offset: r.At.Offset,
		})
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.released(catalogue.Released); err != nil {
		return err
	}
	if catalogue.Clamped > 0 {
		w.warn("evidence.warning.clamped", "n", catalogue.Clamped)
	}
	if err := w.compareKEV(ctx, entries); err != nil {
		return err
	}
	return w.saveKEV(ctx, catalogue, entries)
}

// released settles the date of the catalogue: a person's word, the file's, else when it was loaded.
func (w *importing) released(written time.Time) error {
	given, err := instantOption(w.in.Options, "released")
	if err != nil {
		return err
	}
	if given.IsZero() {
		given = written
	}
	return w.takenAt(given)
}

// compareKEV counts what is different from the catalogue in force before.
func (w *importing) compareKEV(ctx context.Context, entries []KnownExploited) error {
	before, err := KEVEntries(ctx, w.tx, KEVFilter{At: w.file.Taken})
	if err != nil {
		return err
	}
	old := make(map[string]KnownExploited, len(before))
	for _, entry := range before {
		old[entry.CVE] = entry
	}
	c := &w.result.Counts
	c.Records = len(entries)
	for _, entry := range entries {
		was, known := old[entry.CVE]
		switch {
		case !known:
			c.New++
		case was.sameFacts(entry):
			c.Unchanged++
		default:
			c.Changed++
		}
		delete(old, entry.CVE)
	}
	c.Closed = len(old)
	return nil
}

func (w *importing) saveKEV(ctx context.Context, catalogue ingest.KEVCatalogue, entries []KnownExploited) error {
	_, err := w.tx.Exec(ctx, "INSERT INTO kev_catalogue (file_id, version, released_at, entries) VALUES "+db.Tuples(1, 4),
		w.file.ID, catalogue.Version, w.file.Taken.UnixMicro(), len(entries))
	if err != nil {
		return err
	}
	rows := make([][]any, len(entries))
	for i, k := range entries {
		rows[i] = []any{w.file.ID, k.CVE, k.Added, k.Due, k.Vendor, k.Product, k.Name, k.Ransomware, int64(k.Record), k.Offset}
	}
	return w.tx.InsertMany(ctx, "kev_entry",
		[]string{"file_id", "cve", "added", "due", "vendor", "product", "name", "ransomware", "record", "byte_offset"}, rows)
}

// day writes a day; the zero time is empty.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// parseDay reads a day; field names it in the error.
func parseDay(field, text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, problem.Field(field, "problem.day", "value", text)
	}
	return t, nil
}
