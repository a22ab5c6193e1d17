package evidence

import (
	"cmp"
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/op"
)

// State is what was known of an element during an interval. Working in part is Down with the share that worked.
type State string

// The states. Time that no interval covers is Unknown: neither up nor down.
const (
	Up          State = "up"
	DownState   State = "down"
	Planned     State = "planned"
	UnknownTime State = "unknown"
)

// AvailabilityInterval is a stretch of time in which an element had one state. Stretches of an element never
// overlap: where two files speak of the same time, the one that was loaded later is believed.
type AvailabilityInterval struct {
	File    string    `json:"file"`
	Name    string    `json:"name"` // as the file calls the element
	Element string    `json:"element"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	State   State     `json:"state"`
	Share   *float64  `json:"share,omitempty"` // of the capability that worked
	Record  int       `json:"record"`
	Offset  int64     `json:"offset"`
	loaded  time.Time
}

// weight is how much of a minute counts as lost.
func (a AvailabilityInterval) weight() float64 {
	if a.State != DownState {
		return 0
	}
	if a.Share == nil {
		return 1
	}
	return 1 - *a.Share
}

// owner is whose time the interval tells: the element, or the name while no element is known by it.
func (a AvailabilityInterval) owner() string {
	if a.Element != "" {
		return "element:" + a.Element
	}
	return "name:" + a.Name
}

// layer lays intervals of one owner over each other in the order in which their files were loaded; the later
// one is believed. What is left of an earlier one around it stays.
func layer(all []AvailabilityInterval) []AvailabilityInterval {
	slices.SortStableFunc(all, func(a, b AvailabilityInterval) int {
		return cmp.Or(a.loaded.Compare(b.loaded), cmp.Compare(a.File, b.File), a.From.Compare(b.From))
	})
	var flat []AvailabilityInterval
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].File == all[i].File {
			j++
		}
		flat = cover(flat, all[i:j])
		i = j
	}
	return flat
}

// cover puts the intervals of one file over what is there; both are sorted and free of overlaps, and so is the result.
func cover(below, above []AvailabilityInterval) []AvailabilityInterval {
	out := make([]AvailabilityInterval, 0, len(below)+len(above))
	i := 0
	for _, b := range below {
		for i < len(above) && !above[i].Until.After(b.From) {
			i++
		}
		for k := i; k < len(above) && above[k].From.Before(b.Until); k++ {
			if above[k].From.After(b.From) {
				left := b
				left.Until = above[k].From
				out = append(out, left)
			}
			b.From = above[k].Until
		}
		if b.From.Before(b.Until) {
			out = append(out, b)
		}
	}
	out = append(out, above...)
	slices.SortFunc(out, func(a, b AvailabilityInterval) int { return a.From.Compare(b.From) })
	return out
}

const availabilityColumns = "a.file_id, a.name, a.element_id, a.from_at, a.until_at, a.state, a.share, a.record, a.byte_offset, f.loaded_at"

func scanAvailability(s db.Scan) (AvailabilityInterval, error) {
	var a AvailabilityInterval
	return a, s(&a.File, &a.Name, &a.Element, db.At(&a.From), db.At(&a.Until), &a.State, &a.Share, &a.Record, &a.Offset, db.At(&a.loaded))
}

const availabilityFrom = " FROM availability_interval a JOIN evidence_file f ON f.id = a.file_id "

// availability reads intervals from our CSV or from Prometheus.
func (w *importing) availability(ctx context.Context) error {
	var fresh []AvailabilityInterval
	emit := func(r ingest.AvailabilityRecord) error {
		fresh = append(fresh, w.interval(r))
		return nil
	}
	log, err := w.readAvailability(emit)
	if err != nil {
		return err
	}
	w.result.Order, w.result.Zone = string(log.Order), log.Zone
	if log.Order != "" {
		w.file.Options["order"], w.file.Options["zone"] = string(log.Order), log.Zone
	}
	if log.Warnings > 0 {
		w.warn("evidence.warning.prometheus", "n", log.Warnings)
	}
	w.result.Counts.Records = len(fresh)
	byOwner := map[string][]AvailabilityInterval{}
	for _, one := range fresh {
		byOwner[one.owner()] = append(byOwner[one.owner()], one)
	}
	for _, owner := range sortedKeys(byOwner) {
		if err := w.lay(ctx, byOwner[owner]); err != nil {
			return err
		}
	}
	return nil
}

func (w *importing) readAvailability(emit func(ingest.AvailabilityRecord) error) (ingest.AvailabilityLog, error) {
	dates, err := w.dates()
	if err != nil {
		return ingest.AvailabilityLog{}, err
	}
	if w.in.Format == Availability {
		return ingest.ReadAvailability(w.src, dates, emit)
	}
	o := ingest.PrometheusOptions{Label: cmp.Or(w.in.Options["label"], "instance")}
	w.file.Options["label"] = o.Label
	if text := w.in.Options["step"]; text != "" {
		if o.Step, err = time.ParseDuration(text); err != nil {
			return ingest.AvailabilityLog{}, fieldValue("step", text)
		}
	}
	return ingest.ReadPrometheus(w.src, o, emit)
}

func (w *importing) interval(r ingest.AvailabilityRecord) AvailabilityInterval {
	a := AvailabilityInterval{
		File: w.file.ID, Name: r.Element, Element: w.find.find(r.Element), From: r.From.UTC(), Until: r.To.UTC(),
		State: State(r.State), Share: r.Share, Record: r.At.Record, Offset: r.At.Offset, loaded: w.file.Loaded,
	}
	if r.State == ingest.Partial {
		a.State = DownState
	}
	if a.State != DownState {
		a.Share = nil
	}
	if a.Element == "" {
		w.loose[a.Name]++
	}
	return a
}

// lay puts the intervals of one owner over those that are there.
func (w *importing) lay(ctx context.Context, fresh []AvailabilityInterval) error {
	old, err := intervalsOf(ctx, w.tx, fresh[0].Element, fresh[0].Name)
	if err != nil {
		return err
	}
	flat := layer(append(slices.Clone(old), fresh...))
	w.countIntervals(old, fresh)
	return saveAvailability(ctx, w.tx, fresh[0].Element, fresh[0].Name, flat)
}

// countIntervals says how many of the new intervals tell something that was not known.
func (w *importing) countIntervals(old, fresh []AvailabilityInterval) {
	c := &w.result.Counts
	for _, one := range fresh {
		at, found := slices.BinarySearchFunc(old, one.From, func(a AvailabilityInterval, from time.Time) int { return a.From.Compare(from) })
		switch {
		case found && old[at].Until.Equal(one.Until) && old[at].State == one.State && old[at].weight() == one.weight():
			c.Unchanged++
		case overlaps(old, one):
			c.Changed++
		default:
			c.New++
		}
	}
}

func overlaps(all []AvailabilityInterval, one AvailabilityInterval) bool {
	return slices.ContainsFunc(all, func(a AvailabilityInterval) bool { return a.From.Before(one.Until) && one.From.Before(a.Until) })
}

func intervalsOf(ctx context.Context, r db.Reader, element, name string) ([]AvailabilityInterval, error) {
	where, arg := "WHERE a.element_id = $1", element
	if element == "" {
		where, arg = "WHERE a.element_id = '' AND a.name = $1", name
	}
	return db.All(ctx, r, scanAvailability, "SELECT "+availabilityColumns+availabilityFrom+where+" ORDER BY a.from_at", arg)
}

// saveAvailability replaces the intervals of an owner and its months.
func saveAvailability(ctx context.Context, tx *db.Tx, element, name string, flat []AvailabilityInterval) error {
	where, arg := "element_id = $1", element
	if element == "" {
		where, arg = "element_id = '' AND name = $1", name
	}
	if _, err := tx.Exec(ctx, "DELETE FROM availability_interval WHERE "+where, arg); err != nil {
		return err
	}
	rows := make([][]any, len(flat))
	for i, a := range flat {
		var share any
		if a.Share != nil {
			share = *a.Share
		}
		rows[i] = []any{a.File, a.Name, a.Element, db.Micros(a.From), db.Micros(a.Until), string(a.State), share, int64(a.Record), a.Offset}
	}
	columns := []string{"file_id", "name", "element_id", "from_at", "until_at", "state", "share", "record", "byte_offset"}
	if err := tx.InsertMany(ctx, "availability_interval", columns, rows); err != nil || element == "" {
		return err
	}
	return countMonths(ctx, tx, element, flat)
}

// rematchAvailability moves intervals of names whose element is another one now.
func rematchAvailability(ctx context.Context, tx *db.Tx, find finder) (int, error) {
	names, err := db.All(ctx, tx, func(s db.Scan) (nameElement, error) {
		var one nameElement
		return one, s(&one.name, &one.element)
	}, "SELECT DISTINCT name, element_id FROM availability_interval ORDER BY name, element_id")
	if err != nil {
		return 0, err
	}
	moved := 0
	for _, one := range names {
		id := find.find(one.name)
		if id == one.element {
			continue
		}
		if err := moveAvailability(ctx, tx, one, id); err != nil {
			return moved, err
		}
		moved++
	}
	return moved, nil
}

func moveAvailability(ctx context.Context, tx *db.Tx, from nameElement, to string) error {
	old, err := intervalsOf(ctx, tx, from.element, from.name)
	if err != nil {
		return err
	}
	var moving, staying []AvailabilityInterval
	for _, one := range old {
		if one.Name == from.name {
			one.Element = to
			moving = append(moving, one)
		} else {
			staying = append(staying, one)
		}
	}
	if err := saveAvailability(ctx, tx, from.element, from.name, staying); err != nil {
		return err
	}
	there, err := intervalsOf(ctx, tx, to, from.name)
	if err != nil {
		return err
	}
	return saveAvailability(ctx, tx, to, from.name, layer(append(there, moving...)))
}

// AvailabilityFilter asks for the intervals of an element that touch a stretch of time.
type AvailabilityFilter struct {
	Element string    `query:"element" json:"element"`
	From    time.Time `query:"from" json:"from"`
	Until   time.Time `query:"until" json:"until"`
}

// AvailabilityOf lists intervals, cut to the stretch asked for.
func AvailabilityOf(ctx context.Context, r db.Reader, in AvailabilityFilter) ([]AvailabilityInterval, error) {
	all, err := db.All(ctx, r, scanAvailability, "SELECT "+availabilityColumns+availabilityFrom+
		"WHERE a.element_id = $1 AND a.from_at < $2 AND a.until_at > $3 ORDER BY a.from_at", in.Element, in.Until.UnixMicro(), in.From.UnixMicro())
	for i := range all {
		if all[i].From.Before(in.From) {
			all[i].From = in.From
		}
		if all[i].Until.After(in.Until) {
			all[i].Until = in.Until
		}
	}
	return all, err
}

// OpAvailability reads intervals.
var OpAvailability = op.Query[AvailabilityFilter, []AvailabilityInterval]{
	Name: "evidence.availability", Route: "GET /api/evidence/availability", Func: AvailabilityOf,
}
