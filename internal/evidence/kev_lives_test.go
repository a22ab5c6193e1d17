package evidence_test

import (
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/evidence"
)

func TestExploitedLivesAreThoseOfTheCatalogueThatReachIntoTheTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := evidence.Store{Dir: t.TempDir()}
		shop(t, d, "web:1")
		load(t, d, put(t, store, "kev.json", `{"catalogVersion":"1","dateReleased":"2026-01-03T00:00:00Z","vulnerabilities":[
			{"cveID":"CVE-2026-0001","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2026-01-01","dueDate":"2026-01-20"}]}`))
		both := []finding{{pkg: "a", cve: "CVE-2026-0001"}, {pkg: "b", cve: "CVE-2026-0009"}}
		load(t, d, put(t, store, "1", trivy("web:1", "2026-01-05T00:00:00Z", both...)))
		load(t, d, put(t, store, "2", trivy("web:1", "2026-01-15T00:00:00Z", both[1])))
		dbtest.View(t, d, func(r db.Reader) error {
			for _, c := range []struct {
				from, until string
				want        int
			}{{"2026-01-10 00:00", "2026-02-01 00:00", 1}, {"2026-01-16 00:00", "2026-02-01 00:00", 0}, {"2026-01-01 00:00", "2026-01-04 00:00", 0}} {
				lives, err := evidence.ExploitedLives(ctx, r, at(c.from), at(c.until))
				if err != nil {
					return err
				}
				if len(lives) != c.want {
					t.Errorf("%s to %s: got %+v, want %d", c.from, c.until, lives, c.want)
				}
				for _, l := range lives {
					if l.Element != "shop" || l.Closed != at("2026-01-15 00:00") {
						t.Errorf("got %+v, want it of the shop, closed on the 15th", l)
					}
				}
			}
			watched, err := evidence.Watched(ctx, r)
			if len(watched) != 1 || !watched["shop"] {
				t.Errorf("got %v, want the shop watched", watched)
			}
			return err
		})
	})
}
