package landscape_test

import (
	"slices"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
)

func TestCompletenessCountsWhatALevelAsksFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		ask := func(f landscape.CompletenessFilter) landscape.CompletenessOut {
			return view(t, d, func(r db.Reader) (landscape.CompletenessOut, error) { return landscape.Completeness(ctx, r, f) })
		}
		out := ask(landscape.CompletenessFilter{Level: 1})
		if got := out.Levels[0]; got.Objects != 11 || got.Complete != 9 || got.Missing["owner"] != 1 || got.Missing["criticality"] != 2 {
			t.Errorf("got %+v, want 9 of 6 elements and 5 connections: core banking has no owner, it and the warehouse are not rated", got)
		}
		if out.Reached != 0 || len(out.Gaps.Items) != 2 || !slices.Equal(out.Gaps.Items[0].Fields, []string{"owner", "criticality"}) {
			t.Errorf("got %+v, want core banking without owner and criticality first", out.Gaps)
		}
		if got := ask(landscape.CompletenessFilter{Level: 2, Field: "agreement"}).Gaps.Total; got != 0 {
			t.Errorf("got %d connections without an agreement, want none: the only one across the border has one", got)
		}
		if got := ask(landscape.CompletenessFilter{Level: 2, Field: "encrypted"}).Gaps.Items; len(got) != 1 || got[0].Connection != "c5" {
			t.Errorf("got %+v, want the connection of which nobody says whether it is encrypted", got)
		}
		if got := ask(landscape.CompletenessFilter{Level: 3}).Levels[2].Missing["loss_eur_hour"]; got != 2 {
			t.Errorf("got %d services without a loss, want 2", got)
		}
	})
}
