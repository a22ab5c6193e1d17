package risk_test

import (
	"context"
	"math"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

// branch is a map: a counter needs a core and one of two links.
func branch(t *testing.T, d *db.DB) {
	t.Helper()
	one, hour := int64(1), 6000.0
	m := landscape.File{Elements: []landscape.Element{
		{ID: "counter", Kind: landscape.KindService, Name: "Counter", LossEURHour: &hour},
		{ID: "letters", Kind: landscape.KindService, Name: "Letters"},
		{ID: "core", Kind: landscape.KindSystem, Name: "Core"},
		{ID: "line-a", Kind: landscape.KindSystem, Name: "Line A"},
		{ID: "line-b", Kind: landscape.KindSystem, Name: "Line B"},
	}}
	need := func(id, to string, k *int64) landscape.Connection {
		return landscape.Connection{ID: id, From: "counter", To: to, Kind: "uses", Dependency: "forward", Strength: "hard", Phase: "live", KOfN: k}
	}
	m.Connections = []landscape.Connection{need("c1", "core", nil), need("c2", "line-a", &one), need("c3", "line-b", &one)}
	m.Connections[1].Kind, m.Connections[2].Kind = "runs-on", "runs-on"
	dbtest.Change(t, d, func(tx *db.Tx) error { _, err := landscape.Apply(context.Background(), tx, m); return err })
}

func outage(id, asset string, rate, minutes float64, services ...string) risk.Scenario {
	length := fair.Fixed(minutes)
	return risk.Scenario{
		ID: id, Title: id, Asset: asset, Services: services, Treatment: "reduce", Status: "open",
		Model: fair.Scenario{Frequency: fair.Fixed(rate), Primary: []fair.Loss{{Amount: fair.Fixed(1000)}}, Minutes: &length},
	}
}

func TestOutagesTravelAlongTheMap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		branch(t, d)
		silent := outage("silent", "core", 9, 9)
		silent.Model.Minutes = nil
		apply(t, d, risk.File{Scenarios: []risk.Scenario{
			outage("core-down", "core", 2, 30), outage("line-down", "line-a", 5, 100), outage("post", "", 1, 60, "letters"), outage("nowhere", "", 1, 60), silent,
		}})
		dbtest.View(t, d, func(r db.Reader) error {
			got, err := risk.OnServices(context.Background(), r, risk.StateIn{})
			if err != nil {
				return err
			}
			minutes := map[string]float64{}
			for _, s := range got.Services {
				minutes[s.Element] = s.Minutes
			}
			if minutes["counter"] != 60 || minutes["letters"] != 60 {
				t.Errorf("got %v, want 60 minutes each: one line is enough for the counter", minutes)
			}
			if math.Abs(got.EURYear-6000) > 1e-6 {
				t.Errorf("got %v euro, want an hour of the counter", got.EURYear)
			}
			if len(got.Unplaced) != 1 || got.Unplaced[0] != "nowhere" || len(got.Unsaid) != 1 || got.Unsaid[0] != "silent" {
				t.Errorf("got unplaced %v and unsaid %v", got.Unplaced, got.Unsaid)
			}
			for _, s := range got.Services {
				from := s.From[0]
				if from.Mapped != (s.Element == "counter") || from.Named != (s.Element == "letters") {
					t.Errorf("%s: got %+v, want what the map says and what the estimate says told apart", s.Element, from)
				}
			}
			return nil
		})
	})
}
