package evidence

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"accordo.dev/internal/db"
)

// A run is one scan: what a scanner saw of a scope at an instant. Runs of a scope are ordered by that instant,
// and by their content where two share it, so that the order in which they were loaded does not matter.
type run struct {
	id       int64
	scope    int64
	taken    int64 // microseconds
	tie      int64
	complete bool
	assets   map[string]bool // that it looked at
}

// A sighting is one exposure that a run saw, and where in the file it says so.
type sighting struct {
	exposure int64
	record   int
	offset   int64
}

// A span is a stretch of time in which an exposure was open, as one scope tells it. It opens with the run that
// first saw it. It is delayed when no complete run came before: then it was there already when the scope began
// to be watched, and its true start is not known.
type span struct {
	opened, closed int64 // microseconds; closed 0: still open
	reason         string
	delayed        bool
}

// Why a span ended.
const (
	closedFixed     = "fixed"      // a complete run looked at the asset and did not see it
	closedAssetGone = "asset-gone" // a complete run did not find the asset: retired, not repaired
)

// history is what one scope tells of its exposures.
type history struct {
	spans   map[int64][]span
	open    map[int64]bool
	watched bool // a complete run has been seen
}

func newHistory() *history {
	return &history{spans: map[int64][]span{}, open: map[int64]bool{}}
}

// add applies the next run. Only a complete run closes what it did not see.
func (h *history) add(r run, seen []sighting, assetOf func(int64) string) {
	for _, s := range seen {
		if !h.open[s.exposure] {
			h.begin(s.exposure, r.taken)
		}
	}
	if !r.complete {
		return
	}
	now := make(map[int64]bool, len(seen))
	for _, s := range seen {
		now[s.exposure] = true
	}
	for id := range h.open {
		if now[id] {
			continue
		}
		spans := h.spans[id]
		last := &spans[len(spans)-1]
		last.closed, last.reason = r.taken, closeReason(r, assetOf(id))
		delete(h.open, id)
	}
	h.watched = true
}

func (h *history) begin(id, at int64) {
	h.open[id] = true
	spans := h.spans[id]
	if n := len(spans); n > 0 && spans[n-1].closed == at {
		spans[n-1].closed, spans[n-1].reason = 0, "" // two runs of the same instant: it never went away
		return
	}
	h.spans[id] = append(spans, span{opened: at, delayed: !h.watched})
}

func closeReason(r run, asset string) string {
	if r.assets[asset] {
		return closedFixed
	}
	return closedAssetGone
}

// blockSize is how many sightings share one row of the table.
const blockSize = 4096

// saveSightings writes what a run saw, ordered by exposure, as packed blocks: differences of ids, then record
// and offset. It sorts seen.
func saveSightings(ctx context.Context, tx *db.Tx, scanID int64, seen []sighting) error {
	slices.SortFunc(seen, func(a, b sighting) int { return cmp.Compare(a.exposure, b.exposure) })
	var rows [][]any
	for block := range slices.Chunk(seen, blockSize) {
		rows = append(rows, []any{scanID, block[0].exposure, block[len(block)-1].exposure, pack(block)})
	}
	return tx.InsertMany(ctx, "observation", []string{"scan_id", "first_id", "last_id", "data"}, rows)
}

func pack(block []sighting) []byte {
	data := make([]byte, 0, 8*len(block))
	before := int64(0)
	for _, s := range block {
		data = binary.AppendUvarint(data, uint64(s.exposure-before))
		data = binary.AppendUvarint(data, uint64(s.record))
		data = binary.AppendUvarint(data, uint64(s.offset))
		before = s.exposure
	}
	return data
}

var errBlock = errors.New("observation block is damaged")

func unpack(data []byte) ([]sighting, error) {
	var block []sighting
	before := int64(0)
	for len(data) > 0 {
		var n [3]uint64
		for i := range n {
			v, used := binary.Uvarint(data)
			if used <= 0 {
				return nil, errBlock
			}
			n[i], data = v, data[used:]
		}
		before += int64(n[0])
		block = append(block, sighting{exposure: before, record: int(n[1]), offset: int64(n[2])})
	}
	return block, nil
}

func loadSightings(ctx context.Context, r db.Reader, scanID int64) ([]sighting, error) {
	blocks, err := db.Column[[]byte](ctx, r, "SELECT data FROM observation WHERE scan_id = $1 ORDER BY first_id", scanID)
	if err != nil {
		return nil, err
	}
	var seen []sighting
	for _, data := range blocks {
		block, err := unpack(data)
		if err != nil {
			return nil, fmt.Errorf("scan %d: %w", scanID, err)
		}
		seen = append(seen, block...)
	}
	return seen, nil
}

// scopeID finds or makes the scope of a scanner.
func scopeID(ctx context.Context, tx *db.Tx, scanner, name string) (int64, error) {
	id, err := db.Value[int64](ctx, tx, "SELECT id FROM scan_scope WHERE scanner = $1 AND name = $2", scanner, name)
	if err != nil || id > 0 {
		return id, err
	}
	if id, err = reserve(ctx, tx, "scan_scope", 1); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO scan_scope (id, scanner, name) VALUES ($1, $2, $3)", id, scanner, name)
	return id, err
}

// reserve takes n numbers of a sequence and gives the first. Imports queue for it.
func reserve(ctx context.Context, tx *db.Tx, sequence string, n int) (int64, error) {
	if _, err := tx.Exec(ctx, "UPDATE evidence_counter SET value = value + $1 WHERE name = $2", n, sequence); err != nil {
		return 0, err
	}
	last, err := db.Value[int64](ctx, tx, "SELECT value FROM evidence_counter WHERE name = $1", sequence)
	return last - int64(n) + 1, err
}

func (r run) save(ctx context.Context, tx *db.Tx, fileID string, seen []sighting) error {
	assets := make([]string, 0, len(r.assets))
	for name := range r.assets {
		assets = append(assets, name)
	}
	slices.Sort(assets)
	_, err := tx.Exec(ctx, "INSERT INTO scan (id, scope_id, file_id, taken_at, tie, complete, assets, observations) VALUES "+db.Tuples(1, 8),
		r.id, r.scope, fileID, r.taken, r.tie, r.complete, jsonText(assets), len(seen))
	if err != nil {
		return err
	}
	return saveSightings(ctx, tx, r.id, seen)
}

// runsOf lists the runs of a scope in their order.
func runsOf(ctx context.Context, r db.Reader, scope int64) ([]run, error) {
	return db.All(ctx, r, func(s db.Scan) (run, error) {
		one := run{scope: scope, assets: map[string]bool{}}
		var assets string
		if err := s(&one.id, &one.taken, &one.tie, &one.complete, &assets); err != nil {
			return one, err
		}
		var names []string
		if err := json.Unmarshal([]byte(assets), &names); err != nil {
			return one, fmt.Errorf("scan %d: %w", one.id, err)
		}
		for _, name := range names {
			one.assets[name] = true
		}
		return one, nil
	}, "SELECT id, taken_at, tie, complete, assets FROM scan WHERE scope_id = $1 ORDER BY taken_at, tie", scope)
}

// rebuild tells the history of a scope anew from all its runs, after an older one arrived. It returns how many
// exposures of those known before have another history now.
func rebuild(ctx context.Context, tx *db.Tx, scope int64) (revised int, err error) {
	before, err := spansOf(ctx, tx, scope)
	if err != nil {
		return 0, err
	}
	after, err := retell(ctx, tx, scope)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM exposure_interval WHERE scope_id = $1", scope); err != nil {
		return 0, err
	}
	if err := saveSpans(ctx, tx, scope, after); err != nil {
		return 0, err
	}
	for id, spans := range before {
		if !slices.Equal(spans, after[id]) {
			revised++
		}
	}
	return revised, restate(ctx, tx, "id IN (SELECT exposure_id FROM exposure_interval WHERE scope_id = $1)", scope)
}

func retell(ctx context.Context, tx *db.Tx, scope int64) (map[int64][]span, error) {
	runs, err := runsOf(ctx, tx, scope)
	if err != nil {
		return nil, err
	}
	assets, err := assetsSeen(ctx, tx)
	if err != nil {
		return nil, err
	}
	h := newHistory()
	for _, one := range runs {
		seen, err := loadSightings(ctx, tx, one.id)
		if err != nil {
			return nil, err
		}
		h.add(one, seen, func(id int64) string { return assets[id] })
	}
	return h.spans, nil
}

// assetsSeen maps exposures to the names of their assets; equal names share their memory.
func assetsSeen(ctx context.Context, r db.Reader) (map[int64]string, error) {
	names, assets := map[string]string{}, map[int64]string{}
	_, err := db.All(ctx, r, func(s db.Scan) (struct{}, error) {
		var id int64
		var name string
		err := s(&id, &name)
		if known, ok := names[name]; ok {
			name = known
		} else {
			names[name] = name
		}
		assets[id] = name
		return struct{}{}, err
	}, "SELECT id, asset FROM exposure")
	return assets, err
}

func spansOf(ctx context.Context, r db.Reader, scope int64) (map[int64][]span, error) {
	spans := map[int64][]span{}
	_, err := db.All(ctx, r, func(s db.Scan) (struct{}, error) {
		var id int64
		var one span
		var closed *int64
		if err := s(&id, &one.opened, &closed, &one.reason, &one.delayed); err != nil {
			return struct{}{}, err
		}
		if closed != nil {
			one.closed = *closed
		}
		spans[id] = append(spans[id], one)
		return struct{}{}, nil
	}, "SELECT exposure_id, opened_at, closed_at, close_reason, delayed FROM exposure_interval WHERE scope_id = $1 ORDER BY exposure_id, opened_at", scope)
	return spans, err
}

var spanColumns = []string{"exposure_id", "scope_id", "opened_at", "closed_at", "close_reason", "delayed"}

func (s span) row(exposure, scope int64) []any {
	var closed any
	if s.closed != 0 {
		closed = s.closed
	}
	return []any{exposure, scope, s.opened, closed, s.reason, s.delayed}
}

func saveSpans(ctx context.Context, tx *db.Tx, scope int64, all map[int64][]span) error {
	ids := make([]int64, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	rows := make([][]any, 0, len(ids))
	for _, id := range ids {
		for _, one := range all[id] {
			rows = append(rows, one.row(id, scope))
		}
	}
	return tx.InsertMany(ctx, "exposure_interval", spanColumns, rows)
}

// restate brings the state of exposures in line with their intervals: open when any scope says so.
func restate(ctx context.Context, tx *db.Tx, which string, args ...any) error {
	const mine = "FROM exposure_interval i WHERE i.exposure_id = exposure.id"
	_, err := tx.Exec(ctx, `UPDATE exposure
		SET first_at = (SELECT MIN(i.opened_at) `+mine+`),
			open = EXISTS (SELECT 1 `+mine+` AND i.closed_at IS NULL),
			opened_at = COALESCE((SELECT MIN(i.opened_at) `+mine+` AND i.closed_at IS NULL), (SELECT MAX(i.opened_at) `+mine+`)),
			closed_at = CASE WHEN EXISTS (SELECT 1 `+mine+` AND i.closed_at IS NULL) THEN NULL ELSE (SELECT MAX(i.closed_at) `+mine+`) END
		WHERE `+which, args...)
	return err
}

// each runs a statement for many ids, some hundred at a time. The text holds "{ids}"; fixed arguments come first.
func each(ctx context.Context, tx *db.Tx, ids []int64, text string, fixed ...any) error {
	for part := range slices.Chunk(ids, 500) {
		query, args := inList(text, fixed, part)
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return err
		}
	}
	return nil
}

func inList[T any](text string, fixed []any, values []T) (string, []any) {
	args := append(make([]any, 0, len(fixed)+len(values)), fixed...)
	var list strings.Builder
	for i, value := range values {
		if i > 0 {
			list.WriteByte(',')
		}
		args = append(args, value)
		fmt.Fprintf(&list, "$%d", len(args))
	}
	return strings.Replace(text, "{ids}", list.String(), 1), args
}
