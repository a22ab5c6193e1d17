package landscape_test

import (
	"testing"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
)

func TestTheMapOfAnEarlierDayIsWhatItWasThen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withMarta(t, d)
		withBank(t, d)
		before := instantOf(t, d)
		changed := bank()
		changed.Elements[3].RTO = n(60) // core banking
		changed.Elements = changed.Elements[:5]
		changed.Connections = append(changed.Connections[:4], landscape.Connection{ID: "c6", From: "reporting", To: "core-banking", Kind: landscape.Uses})
		changed.Agreements = nil
		apply(t, d, changed)
		dbtest.View(t, d, func(r db.Reader) error {
			then, err := landscape.MapOn(ctx, r, before)
			if err != nil {
				return err
			}
			now, err := landscape.MapOn(ctx, r, r.Now())
			if err != nil {
				return err
			}
			if got, want := *then.Elements["core-banking"].RTO, int64(1560); got != want {
				t.Errorf("RTO then: got %v, want %v", got, want)
			}
			if got, want := *now.Elements["core-banking"].RTO, int64(60); got != want {
				t.Errorf("RTO now: got %v, want %v", got, want)
			}
			if len(then.Elements) != 6 || len(now.Elements) != 5 {
				t.Errorf("elements: got %d then and %d now, want 6 and 5", len(then.Elements), len(now.Elements))
			}
			if got, want := ties(then)+" / "+ties(now), "c1 c2 c3 c4 c5  / c1 c2 c3 c4 c6 "; got != want {
				t.Errorf("connections: got %v, want %v", got, want)
			}
			if len(then.Agreements) != 1 || len(now.Agreements) != 0 {
				t.Errorf("agreements: got %d then and %d now, want 1 and 0", len(then.Agreements), len(now.Agreements))
			}
			return nil
		})
	})
}

func ties(m landscape.Map) (ids string) {
	for _, c := range m.Connections {
		ids += c.ID + " "
	}
	return ids
}

// instantOf gives the present instant and lets a day pass.
func instantOf(t testing.TB, d *db.DB) (at time.Time) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) error { at = r.Now(); return nil })
	d.Now = func() time.Time { return at.Add(24 * time.Hour) }
	return at
}

func TestTheSnapshotIsNewAfterEachChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withMarta(t, d)
		withBank(t, d)
		first, again := snapshot(t, d), snapshot(t, d)
		if first != again {
			t.Error("an unchanged map was loaded twice")
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := landscape.Connect(ctx, tx, landscape.Connection{From: "reporting", To: "core-banking", Kind: landscape.Uses})
			return err
		})
		if got, want := len(snapshot(t, d).View(landscape.Lens{}).Ties), len(first.View(landscape.Lens{}).Ties)+1; got != want {
			t.Errorf("needs after a new connection: got %v, want %v", got, want)
		}
	})
}

func snapshot(t testing.TB, d *db.DB) (s *landscape.Snapshot) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) (err error) { s, err = landscape.Current(ctx, r); return err })
	return s
}

func TestALensShowsWhatItSays(t *testing.T) {
	m := landscape.Map{Elements: map[string]landscape.Element{}}
	for _, id := range []string{"a", "b", "c"} {
		m.Elements[id] = landscape.Element{ID: id}
	}
	m.Connections = []landscape.Connection{
		{ID: "hard", From: "a", To: "b", Kind: landscape.Uses, Dependency: landscape.Forward, Strength: landscape.Hard, Phase: landscape.PhaseLive},
		{ID: "soft", From: "a", To: "b", Kind: landscape.FlowsTo, Dependency: landscape.Backward, Strength: landscape.Soft, Phase: landscape.PhaseLive},
		{ID: "planned", From: "b", To: "c", Kind: landscape.Uses, Dependency: landscape.Forward, Strength: landscape.Hard, Phase: landscape.PhasePlanned},
		{ID: "part", From: "c", To: "a", Kind: landscape.PartOf, Dependency: landscape.NoDependency, Strength: landscape.Soft, Phase: landscape.PhaseLive},
		{ID: "away", From: "a", To: "gone", Kind: landscape.Uses, Dependency: landscape.Forward, Strength: landscape.Hard, Phase: landscape.PhaseLive},
	}
	s := landscape.NewSnapshot(m, "test")
	for _, c := range []struct {
		lens landscape.Lens
		want string
	}{
		{landscape.Lens{}, "hard a→b "},
		{landscape.Lens{Soft: true}, "hard a→b soft b→a "},
		{landscape.Lens{Planned: true}, "hard a→b planned b→c "},
		{landscape.Lens{Parts: true}, "hard a→b part a→c "},
		{landscape.Lens{Soft: true, Kinds: []landscape.ConnectionKind{landscape.FlowsTo}}, "soft b→a "},
	} {
		got := ""
		for _, tie := range s.View(c.lens).Ties {
			got += s.Connections[tie.Connection].ID + " " + s.IDs[tie.Consumer] + "→" + s.IDs[tie.Provider] + " "
		}
		if got != c.want {
			t.Errorf("%+v: got %q, want %q", c.lens, got, c.want)
		}
	}
}
