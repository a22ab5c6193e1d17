package risk_test

import (
	"context"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

func TestControlsPartTheThreeStates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		branch(t, d)
		s := outage("guarded", "core", 2, 30)
		s.Model.Controls = []fair.Control{{ID: "now", On: fair.OnFrequency, Coverage: 1, Intended: 0.5}, {ID: "soon", On: fair.OnMagnitude, Coverage: 1, Intended: 0.25, Planned: true}}
		apply(t, d, risk.File{Scenarios: []risk.Scenario{s}})
		dbtest.View(t, d, func(r db.Reader) error {
			for range 2 { // computed, then remembered
				got, err := risk.CurvesNow(context.Background(), r, struct{}{})
				if err != nil {
					return err
				}
				for state, want := range map[fair.State]float64{fair.Inherent: 2000, fair.Current: 1000, fair.Goal: 750} {
					if mean := got.States[state].Mean.Value; mean < want*(1-1e-9) || mean > want*(1+1e-9) {
						t.Errorf("%s: got %v, want %v", state, mean, want)
					}
				}
			}
			return nil
		})
	})
}

func TestPreviewOfAWrongModelNamesTheField(t *testing.T) {
	_, err := risk.Preview(context.Background(), nil, risk.PreviewIn{Model: fair.Scenario{Frequency: fair.Fixed(-1)}})
	if p, ok := problem.As(err); !ok || p == nil {
		t.Fatalf("got %v, want what is wrong", err)
	}
}

func TestWordsOfPagesAreNoNamesOfScenarios(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Change(t, d, func(tx *db.Tx) error {
			for _, word := range risk.Reserved {
				s := outage(word, "", 1, 1)
				if _, err := risk.Assess(context.Background(), tx, risk.AssessIn{Scenario: s}); !problem.Is(err, problem.Invalid) {
					t.Errorf("%s: got %v, want it refused", word, err)
				}
			}
			return nil
		})
	})
}
