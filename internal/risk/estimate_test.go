package risk_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/risk/fair"
)

func ptr(x float64) *float64 { return &x }

// assess estimates a scenario of the file again, after change, at an instant.
func assess(t *testing.T, d *db.DB, at time.Time, id string, change func(*risk.Scenario)) {
	t.Helper()
	d.Now = func() time.Time { return at }
	dbtest.Change(t, d, func(tx *db.Tx) error {
		s, err := risk.Get(context.Background(), tx, risk.GetIn{ID: id})
		if err != nil {
			return err
		}
		change(&s)
		_, err = risk.Assess(context.Background(), tx, risk.AssessIn{Scenario: s})
		return err
	})
}

func TestFormerIntervalsAreReadAndNeverWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		text := `
scenarios:
  - id: outage
    title: Outage
    frequency_low: 0.5
    frequency_high: 2
    loss_low_eur: 20000
    loss_high_eur: 900000
    minutes_low: 30
    minutes_high: 300
    treatment: reduce
    status: open
`
		var f risk.File
		decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
		decoder.KnownFields(true)
		if err := decoder.Decode(&f); err != nil {
			t.Fatal(err)
		}
		apply(t, d, f)
		// A row as it was stored before there were models.
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `UPDATE risk_scenario SET body = '{"id":"outage","title":"Outage","frequencyLow":0.5,"frequencyHigh":2,"lossLowEur":20000,"lossHighEur":900000,"minutesLow":30,"minutesHigh":300,"treatment":"reduce","status":"open"}'`)
			return err
		})
		dbtest.View(t, d, func(r db.Reader) error {
			exported, err := risk.Export(context.Background(), r)
			if err != nil {
				return err
			}
			data, err := yaml.Marshal(exported)
			if bytes.Contains(data, []byte("frequency_low")) || !bytes.Contains(data, []byte("p95: 900000")) {
				t.Errorf("got %s, want the intervals as a model", data)
			}
			m := exported.Scenarios[0].Model
			if *m.Frequency.P5 != 0.5 || *m.Primary[0].Amount.P95 != 9e5 || *m.Minutes.P5 != 30 {
				t.Errorf("got %+v, want the intervals as a model", m)
			}
			return err
		})
	})
}

func TestFormerIntervalsBesideAModelAreRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	f := file()
	f.Scenarios[0].Former = risk.Former{FrequencyLow: ptr(1), FrequencyHigh: ptr(2), LossLowEUR: ptr(1), LossHighEUR: ptr(2)}
	err := d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error { _, err := risk.Apply(context.Background(), tx, f); return err })
	if p, ok := problem.As(err); !ok || p.Field != "scenarios[outage].frequency_low" {
		t.Errorf("got %v, want frequency_low refused", err)
	}
}

func TestEveryEstimateIsKeptWithWhoWhenAndWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, file())
		later := dbtest.Now.Add(48 * time.Hour)
		assess(t, d, later, "fraud", func(s *risk.Scenario) {
			s.Model, s.Reason, s.Note = model(1, 1, 5e3, 8e4), risk.Mitigation, "Device binding is live."
		})
		dbtest.View(t, d, func(r db.Reader) error {
			all, err := risk.Estimates(context.Background(), r, risk.GetIn{ID: "fraud"})
			if err != nil || len(all) != 2 {
				t.Fatalf("got %d estimates, %v, want 2", len(all), err)
			}
			if first := all[0]; *first.Model.Frequency.Value != 3 || first.Number != 1 || !first.At.Equal(dbtest.Now) {
				t.Errorf("got %+v first, want 3 events a year from the day of the file", first)
			}
			if last := all[1]; *last.Model.Frequency.Value != 1 || !last.At.Equal(later) || last.Reason != risk.Mitigation || last.Note == "" || last.By == "" {
				t.Errorf("got %+v last, want 1 event a year, two days later, with its reason", last)
			}
			return nil
		})
	})
}

func TestPortfolioOnAnEarlierInstantIsAsEstimatedThen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := file()
		f.Scenarios[0].EstimatedOn = "2026-06-01"
		f.Scenarios[1].EstimatedOn = "2026-10-01"
		apply(t, d, f)
		assess(t, d, dbtest.Now.AddDate(0, 0, 7), "outage", func(s *risk.Scenario) { s.Model = model(4, 4, 1e4, 2e4) })
		assess(t, d, dbtest.Now.AddDate(0, 0, 14), "outage", func(s *risk.Scenario) { s.Status = "closed" })
		rates := func(at time.Time) map[string]float64 {
			got := map[string]float64{}
			dbtest.View(t, d, func(r db.Reader) error {
				p, err := risk.PortfolioOn(context.Background(), r, at, fair.Current)
				for _, s := range p.Scenarios {
					got[s.ID] = s.LossEvents(p.State).Mean
				}
				return err
			})
			return got
		}
		day := func(text string) time.Time { at, _ := time.Parse(time.DateOnly, text); return at } //nolint:errcheck // a day of the table below
		first := fair.Interval90(0.5, 2).Mean()
		for _, c := range []struct {
			on   string
			want map[string]float64
		}{
			{"2026-05-31", map[string]float64{}},
			{"2026-06-15", map[string]float64{"outage": first}},
			{"2026-10-02", map[string]float64{"outage": first, "fraud": 3}},
			{"2026-12-05", map[string]float64{"outage": 4, "fraud": 3}},
			{"2026-12-31", map[string]float64{"fraud": 3}},
		} {
			got := rates(day(c.on))
			if len(got) != len(c.want) || got["outage"] != c.want["outage"] || got["fraud"] != c.want["fraud"] {
				t.Errorf("on %s: got %v, want %v", c.on, got, c.want)
			}
		}
	})
}

func TestPortfolioHoldsTheInsuranceInForceOfWhatIsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := file()
		f.Ties = risk.Ties{
			Causes: []risk.Cause{{ID: "supplier", Title: "The supplier fails", Probability: 0.1}},
			Covers: []risk.Cover{
				{ID: "cyber-25", Title: "Policy of last year", Until: "2025-12-31", Scenarios: []string{"outage"}, LimitEUR: 1e6},
				{ID: "cyber-26", Title: "Policy", From: "2026-01-01", Until: "2026-12-31", Scenarios: []string{"outage", "old"}, RetentionEUR: 1e5, LimitEUR: 2e6},
				{ID: "hull", Title: "Of what is closed", Scenarios: []string{"fraud"}, LimitEUR: 1},
			},
		}
		f.Scenarios[0].Model.Causes = []fair.Link{{Cause: "supplier", Factor: 5}}
		f.Scenarios[1].Status = "closed"
		apply(t, d, f)
		dbtest.View(t, d, func(r db.Reader) error {
			p, err := risk.Portfolio(context.Background(), r, fair.Goal)
			if err == nil {
				err = p.Check()
			}
			if len(p.Covers) != 1 || p.Covers[0].ID != "cyber-26" || len(p.Covers[0].Scenarios) != 1 || len(p.Causes) != 1 || p.State != fair.Goal {
				t.Errorf("got %+v, want the policy of this year for the outage alone", p)
			}
			return err
		})
	})
}

func TestCauseThatNobodyKnowsIsRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	f := file()
	f.Scenarios[0].Model.Causes = []fair.Link{{Cause: "supplier", Factor: 5}}
	err := d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error { _, err := risk.Apply(context.Background(), tx, f); return err })
	if p, ok := problem.As(err); !ok || p.Field != "scenarios[outage].model.causes[0].cause" {
		t.Errorf("got %v, want the tie refused", err)
	}
}

func TestExportOfAllPartsAppliedElsewhereIsExportedAlike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := file()
		f.Ties.Causes = []risk.Cause{{ID: "supplier", Title: "The supplier fails", Probability: 0.1}}
		f.Estimates = []risk.Estimate{{Scenario: "fraud", Number: 1, At: dbtest.Now.AddDate(-1, 0, 0), By: "ada", Reason: risk.New, Status: "open", Model: model(5, 5, 1e3, 9e4)}}
		f.Observations = []risk.Observation{{ID: "o1", Scenario: "fraud", Day: "2026-03-01", Quantity: risk.Loss, Value: ptr(12_000)}}
		apply(t, d, f)
		assess(t, d, dbtest.Now.Add(time.Hour), "outage", func(s *risk.Scenario) { s.Note = "looked at again" })
		first := written(t, d)
		other := dbtest.SQLite(t)
		var again risk.File
		if err := yaml.Unmarshal(first, &again); err != nil {
			t.Fatal(err)
		}
		apply(t, other, again)
		if second := written(t, other); !bytes.Equal(first, second) {
			t.Errorf("got %s\nwant %s", second, first)
		}
		dbtest.Change(t, other, func(tx *db.Tx) error {
			plan, err := risk.Apply(context.Background(), tx, again)
			if len(plan) != 0 {
				t.Errorf("got %v, want nothing the second time", plan)
			}
			return err
		})
	})
}

func written(t *testing.T, d *db.DB) []byte {
	t.Helper()
	var data []byte
	dbtest.View(t, d, func(r db.Reader) error {
		f, err := risk.Export(context.Background(), r)
		if err == nil {
			data, err = yaml.Marshal(f)
		}
		return err
	})
	return data
}
