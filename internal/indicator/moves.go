package indicator

import (
	"context"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
)

// window is the length of the stretches that are compared: both end on the day they speak of.
const window = 90

// Move is a figure as it stood at the last sitting and as it stands now, computed in the same way from
// evidence of each time. A side that evidence does not tell of is nil, never guessed.
type Move struct {
	ID     string   `json:"id"` // message: indicator.move.<id>
	Then   *float64 `json:"then"`
	Now    *float64 `json:"now"`
	ThenN  int      `json:"thenN"`
	NowN   int      `json:"nowN"`
	Better string   `json:"better"` // high or low
	// Sure tells whether the two differ beyond what chance and unknowns allow. Without it nobody says better or worse.
	Sure bool `json:"sure"`
}

// Moves are what is different since the last sitting.
type Moves struct {
	Since string `json:"since"` // day of the sitting; empty: none is known
	Moves []Move `json:"moves"`
}

// ComputeMoves compares the figures of the last sitting with those of now.
func ComputeMoves(ctx context.Context, r db.Reader, _ struct{}) (Moves, error) {
	own, err := organisation.Get(ctx, r, struct{}{})
	out := Moves{Since: own.LastSitting, Moves: []Move{}}
	if err != nil || out.Since == "" || out.Since >= day(r.Now()) {
		return out, err
	}
	then, err := instant(r, out.Since)
	if err != nil {
		return out, err
	}
	for _, compute := range []func(context.Context, db.Reader, time.Time, time.Time) (Move, error){moveMinutes, moveExposure, moveDesign, movePatch} {
		move, err := compute(ctx, r, then, r.Now())
		if err != nil {
			return out, err
		}
		out.Moves = append(out.Moves, move)
	}
	return out, nil
}

// OpMoves compares with the last sitting.
var OpMoves = op.Query[struct{}, Moves]{Name: "indicator.moves", Route: "GET /api/indicators/moves", Func: ComputeMoves}

func moveMinutes(ctx context.Context, r db.Reader, then, now time.Time) (Move, error) {
	m := Move{ID: Minutes, Better: "low"}
	return m, m.scales(then, now, func(at time.Time) (Scale, error) { return minutesLost(ctx, r, at.AddDate(0, 0, -window), at) })
}

func moveExposure(ctx context.Context, r db.Reader, then, now time.Time) (Move, error) {
	m := Move{ID: ExposureDays, Better: "low"}
	return m, m.scales(then, now, func(at time.Time) (Scale, error) { return exposureDays(ctx, r, at.AddDate(0, 0, -window), at) })
}

// scales compares two windows. The difference is sure when the ranges from measured to unknown do not touch.
func (m *Move) scales(then, now time.Time, of func(time.Time) (Scale, error)) error {
	before, err := of(then)
	if err != nil {
		return err
	}
	after, err := of(now)
	if err != nil {
		return err
	}
	m.Then, m.Now, m.ThenN, m.NowN = before.Value, after.Value, before.N, after.N
	m.Sure = before.Value != nil && after.Value != nil && (*before.UpTo < *after.Value || *after.UpTo < *before.Value)
	return nil
}

func moveDesign(ctx context.Context, r db.Reader, then, now time.Time) (Move, error) {
	m := Move{ID: SecurityInDesign, Better: "high"}
	err := m.indicators(then, now, func(at time.Time) (Reading, error) { return computeDesign(ctx, r, at) })
	m.Sure = m.Sure && min(m.ThenN, m.NowN) >= minTrend
	return m, err
}

func movePatch(ctx context.Context, r db.Reader, then, now time.Time) (Move, error) {
	m := Move{ID: PatchTime, Better: "low"}
	return m, m.indicators(then, now, func(at time.Time) (Reading, error) { return computePatch(ctx, r, at) })
}

// indicators compares two instants; the difference is sure when the intervals do not overlap.
func (m *Move) indicators(then, now time.Time, of func(time.Time) (Reading, error)) error {
	before, err := of(then)
	if err != nil {
		return err
	}
	after, err := of(now)
	if err != nil {
		return err
	}
	m.Then, m.Now, m.ThenN, m.NowN = before.Value, after.Value, before.N, after.N
	m.Sure = before.Known() && after.Known() && (*before.High < *after.Low || *after.High < *before.Low)
	return nil
}
