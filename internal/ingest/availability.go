package ingest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Availability comes as intervals. Our own CSV has the columns element, from, to, state and, where something
// worked in part, share (0 to 1). Time that no row covers is not up and not down: it is unknown, and whoever
// computes an availability must treat it so.

// ReadAvailability gives out the intervals of a CSV file, ordered by element and start. It holds them in memory.
func ReadAvailability(src *Source, o DateOptions, emit func(AvailabilityRecord) error) (AvailabilityLog, error) {
	t, err := openTable(src, columns{
		required: []string{"element", "from", "to", "state"}, optional: []string{"share"}, strict: true,
	})
	if err != nil {
		return AvailabilityLog{}, err
	}
	a := &availabilityReader{t: t}
	if err := a.read(); err != nil {
		return AvailabilityLog{}, err
	}
	order, err := a.votes.decide(src, o.Order)
	if err != nil {
		return AvailabilityLog{}, err
	}
	if err := a.date(order, o.zone()); err != nil {
		return AvailabilityLog{}, err
	}
	log := AvailabilityLog{Order: order, Zone: o.zone().String(), Records: len(a.rows)}
	for i, row := range a.rows {
		if i == 0 || row.record.Element != a.rows[i-1].record.Element {
			log.Elements++
		}
		if err := emit(row.record); err != nil {
			return AvailabilityLog{}, err
		}
	}
	return log, nil
}

type availabilityReader struct {
	t     *table
	votes dateVotes
	rows  []availabilityRow
}

type availabilityRow struct {
	record   AvailabilityRecord
	from, to stamp
}

func (a *availabilityReader) read() error {
	for {
		more, err := a.t.next()
		if err != nil || !more {
			return err
		}
		row, err := a.row()
		if err != nil {
			return err
		}
		a.rows = append(a.rows, row)
	}
}

func (a *availabilityReader) row() (row availabilityRow, err error) {
	element, err := a.t.need("element")
	if err != nil {
		return row, err
	}
	row.record = AvailabilityRecord{Element: strings.Clone(element), At: a.t.at}
	if row.from, err = a.stamp("from"); err != nil {
		return row, err
	}
	if row.to, err = a.stamp("to"); err != nil {
		return row, err
	}
	return row, a.state(&row.record)
}

func (a *availabilityReader) stamp(name string) (stamp, error) {
	text, err := a.t.need(name)
	if err != nil {
		return stamp{}, err
	}
	s, ok := parseStamp(text)
	if !ok {
		return s, a.t.wrong(name, "ingest.error.date", "value", clip(text))
	}
	a.votes.add(s, name, a.t.at)
	return s, nil
}

// state reads state and share, and refuses a share that contradicts the state.
func (a *availabilityReader) state(r *AvailabilityRecord) error {
	text, err := a.t.need("state")
	if err != nil {
		return err
	}
	share, err := a.share()
	if err != nil {
		return err
	}
	r.State = AvailabilityState(strings.ToLower(text))
	switch r.State {
	case Up:
		r.State, r.Share = stateOf(valueOr(share, 1))
	case Down:
		r.State, r.Share = stateOf(valueOr(share, 0))
	case Partial:
		if share == nil {
			return a.t.wrong("share", "ingest.error.required")
		}
		r.State, r.Share = stateOf(*share)
	case Planned, Unknown:
		if share != nil {
			return a.t.wrong("share", "ingest.error.share-state", "state", r.State)
		}
		return nil
	default:
		return a.t.wrong("state", "ingest.error.value", "value", clip(text))
	}
	if stated := AvailabilityState(strings.ToLower(text)); stated != r.State && r.State != Partial {
		return a.t.wrong("share", "ingest.error.share-state", "state", stated)
	}
	return nil
}

func (a *availabilityReader) share() (*float64, error) {
	text := a.t.cell("share")
	if text == "" {
		return nil, nil // not said
	}
	v, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || !(v >= 0 && v <= 1) {
		return nil, a.t.wrong("share", "ingest.error.share", "value", clip(text))
	}
	return &v, nil
}

func valueOr(v *float64, otherwise float64) float64 {
	if v == nil {
		return otherwise
	}
	return *v
}

// stateOf names the state of a share between 0 and 1.
func stateOf(share float64) (AvailabilityState, *float64) {
	switch share {
	case 1:
		return Up, &share
	case 0:
		return Down, &share
	}
	return Partial, &share
}

// date fills in the instants, sorts the rows and refuses overlaps: time can be counted only once.
func (a *availabilityReader) date(order DateOrder, zone *time.Location) error {
	for i := range a.rows {
		row := &a.rows[i]
		var okFrom, okTo bool
		row.record.From, okFrom = row.from.in(order, zone)
		row.record.To, okTo = row.to.in(order, zone)
		at := row.record.At
		switch {
		case !okFrom:
			return a.t.src.wrong(at, "from", "ingest.error.date-order", "order", order)
		case !okTo:
			return a.t.src.wrong(at, "to", "ingest.error.date-order", "order", order)
		case !row.record.To.After(row.record.From):
			return a.t.src.wrong(at, "to", "ingest.error.interval-empty")
		}
	}
	slices.SortStableFunc(a.rows, func(x, y availabilityRow) int {
		return cmp.Or(strings.Compare(x.record.Element, y.record.Element), x.record.From.Compare(y.record.From))
	})
	for i := 1; i < len(a.rows); i++ {
		before, r := a.rows[i-1].record, a.rows[i].record
		if r.Element == before.Element && r.From.Before(before.To) {
			return a.t.src.wrong(r.At, "from", "ingest.error.overlap", "element", clip(r.Element), "line", before.At.Line)
		}
	}
	return nil
}
