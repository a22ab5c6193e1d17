package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/ingest"
)

// The import of a scan streams its records in batches, so that memory holds a batch and 40 bytes an exposure,
// never the file. A batch is sorted by key: what is known is looked up many keys at a time, what is new is
// inserted many rows at a time. When the file has been read to its end the run is judged: what it opens, and,
// when it is complete, what it closes.

// batchSize is how many records are looked up and written together.
const batchSize = 8192

// exposureKey is the 16 bytes that name an exposure; the rule is that of ingest.ExposureRecord.Key.
type exposureKey [16]byte

func keyOf(r ingest.ExposureRecord) exposureKey {
	sum := sha256.Sum256([]byte(r.Key()))
	return exposureKey(sum[:16])
}

// wordsOf is a hash of how an exposure is described; equal hashes need no update.
func wordsOf(r ingest.ExposureRecord) int64 {
	h := sha256.New()
	for _, text := range []string{r.Installed, r.Fixed, string(r.Status), string(r.Severity), r.Title, r.URL, r.Published.UTC().Format("20060102150405")} {
		h.Write([]byte(text))
		h.Write([]byte{0x1f})
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)) >> 2)
}

// known is an exposure that the database holds already.
type known struct {
	id, words int64
	open      bool
}

// exposureImport is the work on one scan.
type exposureImport struct {
	tx       *db.Tx
	find     finder
	run      run
	last     bool // no run of the scope is as late as this one
	batch    []ingest.ExposureRecord
	ids      map[exposureKey]int64 // of this file
	seen     []sighting
	fresh    []int64          // exposures that are new
	old      map[int64]bool   // exposures that were known: were they open?
	differ   []describedWords // known exposures with other words
	reworded map[int64]bool   // of these, the ones that this run describes last
	loose    map[string]int   // assets that no element is known by, and how many exposures they have
	counts   Counts
}

type describedWords struct {
	id     int64
	record ingest.ExposureRecord
	words  int64
}

// add takes one record of the file.
func (x *exposureImport) add(ctx context.Context, r ingest.ExposureRecord) error {
	x.counts.Records++
	if r.Status == ingest.StatusNotAffected {
		x.counts.Information++ // the vendor says that there is nothing to repair
		return nil
	}
	x.batch = append(x.batch, r)
	if len(x.batch) < batchSize {
		return nil
	}
	return x.flush(ctx)
}

type keyedRecord struct {
	key    exposureKey
	record *ingest.ExposureRecord
}

// flush looks up the batch, inserts what is new and notes every sighting.
func (x *exposureImport) flush(ctx context.Context) error {
	batch := x.first()
	slices.SortFunc(batch, func(a, b keyedRecord) int { return bytes.Compare(a.key[:], b.key[:]) })
	found, err := x.lookup(ctx, batch)
	if err != nil {
		return err
	}
	var missing []keyedRecord
	for _, one := range batch {
		k, ok := found[one.key]
		if !ok {
			missing = append(missing, one)
			continue
		}
		x.old[k.id] = k.open
		x.saw(one, k.id)
		if words := wordsOf(*one.record); words != k.words {
			x.differ = append(x.differ, describedWords{id: k.id, record: *one.record, words: words})
		}
	}
	err = x.insert(ctx, missing)
	x.batch = x.batch[:0]
	return err
}

// first leaves out what the file has said before.
func (x *exposureImport) first() []keyedRecord {
	batch := make([]keyedRecord, 0, len(x.batch))
	for i := range x.batch {
		key := keyOf(x.batch[i])
		if _, repeated := x.ids[key]; repeated {
			x.counts.Repeated++
			continue
		}
		x.ids[key] = 0
		batch = append(batch, keyedRecord{key, &x.batch[i]})
	}
	return batch
}

func (x *exposureImport) saw(one keyedRecord, id int64) {
	x.ids[one.key] = id
	x.seen = append(x.seen, sighting{exposure: id, record: one.record.At.Record, offset: one.record.At.Offset})
}

func (x *exposureImport) lookup(ctx context.Context, batch []keyedRecord) (map[exposureKey]known, error) {
	found := make(map[exposureKey]known, len(batch))
	for part := range slices.Chunk(batch, 500) {
		keys := make([][]byte, len(part))
		for i := range part {
			keys[i] = part[i].key[:]
		}
		query, args := inList("SELECT key, id, words, open FROM exposure WHERE key IN ({ids})", nil, keys)
		_, err := db.All(ctx, x.tx, func(s db.Scan) (struct{}, error) {
			var key sql.RawBytes
			var k known
			if err := s(&key, &k.id, &k.words, &k.open); err != nil {
				return struct{}{}, err
			}
			found[exposureKey(key)] = k
			return struct{}{}, nil
		}, query, args...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

var exposureColumns = []string{
	"id", "key", "asset", "element_id", "vulnerability", "package", "location", "installed", "fixed", "status", "severity",
	"title", "url", "published_at", "words", "seen_at", "seen_tie", "first_at", "opened_at", "closed_at", "open", "search",
}

func (x *exposureImport) insert(ctx context.Context, missing []keyedRecord) error {
	if len(missing) == 0 {
		return nil
	}
	next, err := reserve(ctx, x.tx, "exposure", len(missing))
	if err != nil {
		return err
	}
	rows := make([][]any, len(missing))
	cells := make([]any, 0, len(missing)*len(exposureColumns))
	for i, one := range missing {
		id := next + int64(i)
		from := len(cells)
		cells = x.cells(cells, id, one)
		rows[i] = cells[from:len(cells):len(cells)]
		x.fresh = append(x.fresh, id)
		x.saw(one, id)
	}
	return x.tx.InsertMany(ctx, "exposure", exposureColumns, rows)
}

func (x *exposureImport) cells(cells []any, id int64, one keyedRecord) []any {
	r := one.record
	return append(cells, id, one.key[:], r.Asset, x.element(r.Asset), r.Canonical, r.Package, r.Location, r.Installed, r.Fixed,
		string(r.Status), severityRank(r.Severity), r.Title, r.URL, db.Micros(r.Published), wordsOf(*r),
		x.run.taken, x.run.tie, x.run.taken, x.run.taken, nil, true, searchText(r))
}

// searchText is what a search looks through, in lower case.
func searchText(r *ingest.ExposureRecord) string {
	return strings.ToLower(r.Canonical + " " + r.Package + " " + r.Asset)
}

func (x *exposureImport) element(asset string) string {
	id := x.find.find(asset)
	if id == "" {
		x.loose[asset]++
	}
	return id
}

// finish judges the run once the file has been read to its end.
func (x *exposureImport) finish(ctx context.Context, fileID string) error {
	if err := x.flush(ctx); err != nil {
		return err
	}
	if err := x.describe(ctx); err != nil {
		return err
	}
	if err := x.run.save(ctx, x.tx, fileID, x.seen); err != nil { // sorts x.seen
		return err
	}
	if x.last {
		return x.extend(ctx)
	}
	x.counts.New += len(x.fresh)
	x.counts.Unchanged += x.unchanged(nil)
	var err error
	x.counts.Revised, err = rebuild(ctx, x.tx, x.run.scope)
	return err
}

// describe writes the words of this run over older ones and notes that the exposures were seen.
func (x *exposureImport) describe(ctx context.Context) error {
	const newer = " AND (seen_at < $1 OR seen_at = $1 AND seen_tie < $2)"
	for _, d := range x.differ {
		r := d.record
		n, err := x.tx.Exec(ctx, `UPDATE exposure SET installed = $3, fixed = $4, status = $5, severity = $6, title = $7, url = $8,
			published_at = $9, words = $10 WHERE id = $11`+newer, x.run.taken, x.run.tie, r.Installed, r.Fixed, string(r.Status),
			severityRank(r.Severity), r.Title, r.URL, db.Micros(r.Published), d.words, d.id)
		if err != nil {
			return err
		}
		if n > 0 {
			x.reworded[d.id] = true
			x.counts.Changed++
		}
	}
	ids := make([]int64, 0, len(x.old))
	for id := range x.old {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return each(ctx, x.tx, ids, "UPDATE exposure SET seen_at = $1, seen_tie = $2 WHERE id IN ({ids})"+newer, x.run.taken, x.run.tie)
}

// extend applies a run that is later than all others of its scope: it opens what it saw and was not open, and
// closes what was open and it did not see, when it is complete. It does what history.add does, on sets.
func (x *exposureImport) extend(ctx context.Context) error {
	watched, err := db.Value[int64](ctx, x.tx, "SELECT COUNT(*) FROM scan WHERE scope_id = $1 AND complete AND id <> $2", x.run.scope, x.run.id)
	if err != nil {
		return err
	}
	open, err := db.Column[int64](ctx, x.tx, "SELECT exposure_id FROM exposure_interval WHERE scope_id = $1 AND closed_at IS NULL ORDER BY exposure_id", x.run.scope)
	if err != nil {
		return err
	}
	opening, gone := x.compare(open)
	if err := x.open(ctx, opening, watched == 0); err != nil {
		return err
	}
	if !x.run.complete {
		return nil
	}
	return x.close(ctx, gone)
}

// compare walks what was open and what was seen, both sorted by id.
func (x *exposureImport) compare(open []int64) (opening, gone []int64) {
	i := 0
	for _, s := range x.seen {
		for i < len(open) && open[i] < s.exposure {
			gone = append(gone, open[i])
			i++
		}
		if i < len(open) && open[i] == s.exposure {
			i++
			continue
		}
		opening = append(opening, s.exposure)
	}
	return opening, append(gone, open[i:]...)
}

func (x *exposureImport) open(ctx context.Context, opening []int64, delayed bool) error {
	rows := make([][]any, len(opening))
	var again []int64
	for i, id := range opening {
		rows[i] = span{opened: x.run.taken, delayed: delayed}.row(id, x.run.scope)
		if wasOpen, old := x.old[id]; old {
			again = append(again, id)
			if !wasOpen {
				x.counts.Reopened++
			}
		}
	}
	x.counts.New += len(x.fresh)
	x.counts.Unchanged += x.unchanged(opening)
	if err := x.tx.InsertMany(ctx, "exposure_interval", spanColumns, rows); err != nil {
		return err
	}
	return x.restate(ctx, again)
}

// unchanged counts the known exposures that this run neither described anew nor opened again.
func (x *exposureImport) unchanged(opening []int64) int {
	n := len(x.old) - len(x.reworded)
	for _, id := range opening {
		if wasOpen, old := x.old[id]; old && !wasOpen && !x.reworded[id] {
			n--
		}
	}
	return n
}

func (x *exposureImport) restate(ctx context.Context, ids []int64) error {
	for part := range slices.Chunk(ids, 500) {
		which, args := inList("id IN ({ids})", nil, part)
		if err := restate(ctx, x.tx, which, args...); err != nil {
			return err
		}
	}
	return nil
}

func (x *exposureImport) close(ctx context.Context, gone []int64) error {
	x.counts.Closed = len(gone)
	byReason := map[string][]int64{}
	for part := range slices.Chunk(gone, 500) {
		query, args := inList("SELECT id, asset FROM exposure WHERE id IN ({ids})", nil, part)
		_, err := db.All(ctx, x.tx, func(s db.Scan) (struct{}, error) {
			var id int64
			var asset string
			err := s(&id, &asset)
			reason := closeReason(x.run, asset)
			byReason[reason] = append(byReason[reason], id)
			return struct{}{}, err
		}, query, args...)
		if err != nil {
			return err
		}
	}
	for _, reason := range []string{closedFixed, closedAssetGone} {
		err := each(ctx, x.tx, byReason[reason], `UPDATE exposure_interval SET closed_at = $1, close_reason = $2
			WHERE scope_id = $3 AND closed_at IS NULL AND exposure_id IN ({ids})`, x.run.taken, reason, x.run.scope)
		if err != nil {
			return err
		}
	}
	return x.restate(ctx, gone)
}

// severityRank orders severities; 0 is unknown, which is neither low nor high.
func severityRank(s ingest.Severity) int {
	return max(0, slices.Index(severities, s))
}

var severities = []ingest.Severity{
	ingest.SeverityUnknown, ingest.SeverityLow, ingest.SeverityMedium, ingest.SeverityHigh, ingest.SeverityCritical,
}
