package evidence

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
)

// Freshness says how long ago a scope was looked at as a whole, and whether that still speaks for it.
type Freshness struct {
	Scanner  string     `json:"scanner"`
	Scope    string     `json:"scope"`
	Runs     int        `json:"runs"`
	Last     time.Time  `json:"last"`           // of any run
	Complete time.Time  `json:"complete"`       // of the last complete run; zero: there has been none
	Open     int        `json:"open"`           // exposures open in the scope
	Tier     int        `json:"tier,omitempty"` // the highest criticality of what it looks at, 1 the highest; 0: not known
	Days     int        `json:"days"`           // whole days since the last complete run
	Limit    int        `json:"limit_days"`     // for so many days a complete run speaks for this scope
	State    FreshState `json:"state" enum:"fresh,stale,never"`
	id       int64
}

// FreshState is how a scope stands.
type FreshState string

// The states of a scope.
const (
	Fresh FreshState = "fresh"
	Stale FreshState = "stale" // the last complete run is older than the limit
	Never FreshState = "never" // no run was complete
)

const (
	// criticalDays is how long a scan speaks for assets that support critical or important functions.
	//
	// law: 2024/1774#10.2
	criticalDays = 7
	criticalTier = 2 // tiers 1 and 2 are critical

	// unknownRhythmDays holds for a scope with too few runs to have a rhythm.
	unknownRhythmDays = 7
	rhythmGaps        = 2 // gaps between complete runs that make a rhythm
)

// freshLimit is for how many days a complete run speaks: a week where a critical element is looked at, else
// the usual time between complete runs (their median) and one day.
func freshLimit(tier int, complete []time.Time) int {
	if tier > 0 && tier <= criticalTier {
		return criticalDays
	}
	if len(complete) <= rhythmGaps {
		return unknownRhythmDays
	}
	gaps := make([]time.Duration, 0, len(complete)-1)
	for i, at := range complete[1:] {
		gaps = append(gaps, at.Sub(complete[i]))
	}
	slices.Sort(gaps)
	return int(math.Round(gaps[len(gaps)/2].Hours()/24)) + 1
}

// judge settles the state of a scope.
func (f *Freshness) judge(now time.Time, complete []time.Time) {
	f.Limit = freshLimit(f.Tier, complete)
	if f.Complete.IsZero() {
		f.State = Never
		return
	}
	age := max(0, now.Sub(f.Complete))
	f.Days, f.State = int(age.Hours()/24), Fresh
	if age > time.Duration(f.Limit)*24*time.Hour {
		f.State = Stale
	}
}

// ScopeFreshness lists all scopes, the ones that have waited longest first.
func ScopeFreshness(ctx context.Context, r db.Reader, _ struct{}) ([]Freshness, error) {
	all, err := db.All(ctx, r, func(s db.Scan) (Freshness, error) {
		var f Freshness
		return f, s(&f.id, &f.Scanner, &f.Scope, &f.Runs, db.At(&f.Last), db.At(&f.Complete), &f.Open)
	}, `SELECT p.id, p.scanner, p.name, COUNT(*), MAX(s.taken_at), MAX(CASE WHEN s.complete THEN s.taken_at END),
			(SELECT COUNT(*) FROM exposure_interval i WHERE i.scope_id = p.id AND i.closed_at IS NULL)
		FROM scan_scope p
		JOIN scan s ON s.scope_id = p.id
		GROUP BY p.id, p.scanner, p.name
		ORDER BY COALESCE(MAX(CASE WHEN s.complete THEN s.taken_at END), 0), p.scanner, p.name`)
	if err != nil || len(all) == 0 {
		return all, err
	}
	tier, err := scopeTiers(ctx, r)
	if err != nil {
		return nil, err
	}
	complete, err := completeRuns(ctx, r)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Tier = tier[all[i].id]
		all[i].judge(r.Now(), complete[all[i].id])
	}
	return all, nil
}

// completeRuns gives the instants of the complete runs of each scope, in their order.
func completeRuns(ctx context.Context, r db.Reader) (map[int64][]time.Time, error) {
	runs := map[int64][]time.Time{}
	_, err := db.All(ctx, r, func(s db.Scan) (struct{}, error) {
		var scope int64
		var at time.Time
		err := s(&scope, db.At(&at))
		runs[scope] = append(runs[scope], at)
		return struct{}{}, err
	}, "SELECT scope_id, taken_at FROM scan WHERE complete ORDER BY scope_id, taken_at, tie")
	return runs, err
}

// scopeTiers gives the highest criticality among the elements that the latest run of each scope looked at.
func scopeTiers(ctx context.Context, r db.Reader) (map[int64]int, error) {
	find, err := loadFinder(ctx, r)
	if err != nil {
		return nil, err
	}
	tier, err := tiers(ctx, r)
	if err != nil {
		return nil, err
	}
	highest := map[int64]int{}
	_, err = db.All(ctx, r, func(s db.Scan) (struct{}, error) {
		var scope int64
		var assets string
		if err := s(&scope, &assets); err != nil {
			return struct{}{}, err
		}
		var names []string
		if err := json.Unmarshal([]byte(assets), &names); err != nil {
			return struct{}{}, fmt.Errorf("assets of scope %d: %w", scope, err)
		}
		for _, name := range names {
			if t := tier[find.find(name)]; t > 0 && (highest[scope] == 0 || t < highest[scope]) {
				highest[scope] = t
			}
		}
		return struct{}{}, nil
	}, `SELECT s.scope_id, s.assets
		FROM scan s
		JOIN (SELECT scope_id, MAX(taken_at) AS taken_at FROM scan GROUP BY scope_id) AS latest
			ON latest.scope_id = s.scope_id AND latest.taken_at = s.taken_at`)
	return highest, err
}

// OpFreshness lists the scopes.
var OpFreshness = op.Query[struct{}, []Freshness]{Name: "evidence.freshness", Route: "GET /api/evidence/scopes", Func: ScopeFreshness}
