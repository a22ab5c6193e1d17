package evidence

import (
	"context"
	"time"

	"accordo.dev/internal/db"
)

// ExploitedLives gives the stretches, begun by an instant and not ended before another, in which a vulnerability of
// the catalogue of known exploited ones in force was open on an element: what was closed after the later instant is
// open. Stretches of no known element are left out.
func ExploitedLives(ctx context.Context, r db.Reader, from, until time.Time) ([]Life, error) {
	catalogue, err := catalogueAt(ctx, r, until)
	if err != nil {
		return nil, err
	}
	tier, err := tiers(ctx, r)
	if err != nil {
		return nil, err
	}
	lives := []Life{}
	err = stretches(ctx, r, func(s stretch) {
		if s.closed > until.UnixMicro() {
			s.closed, s.reason = 0, ""
		}
		lives = append(lives, s.life(until, tier))
	}, ` JOIN kev_entry k ON k.cve = x.vulnerability AND k.file_id = $1
		WHERE x.element_id <> '' AND i.opened_at <= $2 AND (i.closed_at IS NULL OR i.closed_at > $3)`, catalogue, until.UnixMicro(), from.UnixMicro())
	return lives, err
}

// Watched are the elements on which a scan has ever found or closed anything: only of these is it known what is open.
func Watched(ctx context.Context, r db.Reader) (map[string]bool, error) {
	all, err := db.All(ctx, r, func(s db.Scan) (string, error) {
		var id string
		return id, s(&id)
	}, "SELECT DISTINCT element_id FROM exposure WHERE element_id <> ''")
	watched := map[string]bool{}
	for _, id := range all {
		watched[id] = true
	}
	return watched, err
}
