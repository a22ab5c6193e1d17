package survey

import (
	"context"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/op"
	"accordo.dev/internal/project"
	"accordo.dev/internal/stat"
)

// Measured is what the organisation's own data say about the same frictions, over the last twelve months. What nobody
// knows is unknown, never zero.
type Measured struct {
	Deadlocks    Share         `json:"deadlocks"` // of decisions, that were or are stuck
	Days         stat.Estimate `json:"days"`      // median time to decide (Kaplan–Meier); unknown while fewer than half are decided
	DaysN        int           `json:"daysN"`
	DaysOpen     int           `json:"daysOpen"` // of DaysN still open
	Bypasses     Share         `json:"bypasses"` // of projects that left design, past a closed gate
	Emergencies  int           `json:"emergencies"`
	Late         Share         `json:"late"`                   // of projects that left design, those that security had not validated by then
	Reactive     *float64      `json:"reactive"`               // share of spending that followed something
	ReactiveYear int           `json:"reactiveYear,omitempty"` //
	SpentEUR     float64       `json:"spentEur"`               // of which the nature is known
	UnsaidEUR    float64       `json:"unsaidEur"`              // of which nobody said
}

// Share is a proportion with its interval (Wilson); without any cases it is unknown.
type Share struct {
	K    int     `json:"k"`
	N    int     `json:"n"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

func share(k, n int) (Share, error) {
	if n == 0 {
		return Share{}, nil
	}
	p, err := stat.Wilson(k, n, 0)
	return Share{k, n, p.Low, p.High}, err
}

// Measure computes the measured counterparts.
func Measure(ctx context.Context, r db.Reader, _ struct{}) (Measured, error) {
	var m Measured
	for _, part := range []func(context.Context, db.Reader, *Measured) error{ofDecisions, ofProjects, ofMoney} {
		if err := part(ctx, r, &m); err != nil {
			return m, err
		}
	}
	return m, nil
}

// OpMeasure reads the measured counterparts.
var OpMeasure = op.Query[struct{}, Measured]{Name: "survey.measured", Route: "GET /api/surveys/measured", Func: Measure}

func ofDecisions(ctx context.Context, r db.Reader, m *Measured) error {
	rows, err := decision.List(ctx, r, decision.Filter{})
	if err != nil {
		return err
	}
	var exposures []stat.Exposure
	stuck, since := 0, r.Now().AddDate(-1, 0, 0)
	for _, row := range rows {
		if row.ProposedAt.IsZero() || row.ProposedAt.Before(since) {
			continue
		}
		if wasStuck(row, r) {
			stuck++
		}
		if row.StatusNow == "emergency" || row.StatusNow == "reverted" {
			m.Emergencies++
		}
		e := waited(row, r)
		exposures = append(exposures, e)
		if row.IsOpen() {
			m.DaysOpen++
		}
	}
	if m.Deadlocks, err = share(stuck, len(exposures)); err != nil || len(exposures) == 0 {
		return err
	}
	curve, err := stat.KaplanMeier(exposures, stat.CurveOptions{})
	if err == nil {
		m.Days, m.DaysN = curve.Median(), curve.N
	}
	return err
}

// wasStuck tells whether a decision was ever in deadlock: somebody said no, it was arbitrated, or time ran out.
func wasStuck(row decision.Row, r db.Reader) bool {
	for _, k := range row.Keys {
		if k.Answer == "no" {
			return true
		}
	}
	return row.Arbitration != nil || row.IsOpen() && r.Now().After(row.Deadline)
}

// waited is how many days a decision took from its proposal: to its arbitration, else to its last key; a decision that
// is open or was withdrawn is only known to have taken longer.
func waited(row decision.Row, r db.Reader) stat.Exposure {
	end, ended := r.Now(), false
	switch {
	case row.WithdrawnAt != nil:
		end = *row.WithdrawnAt
	case row.Arbitration != nil:
		end, ended = row.Arbitration.At, true
	case !row.IsOpen() && len(row.Keys) > 0:
		end, ended = row.Keys[0].At, true
		for _, k := range row.Keys {
			if k.At.After(end) {
				end = k.At
			}
		}
	}
	return stat.Exposure{Exit: max(0, end.Sub(row.ProposedAt).Hours()/24), Event: ended}
}

func ofProjects(ctx context.Context, r db.Reader, m *Measured) error {
	page, err := project.List(ctx, r, project.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return err
	}
	left, late, past := 0, 0, 0
	since := r.Now().AddDate(-1, 0, 0).Format("2006-01-02")
	for _, p := range page.Items {
		if !p.Digital || !p.InScope || p.DesignExit == "" || p.DesignExit < since {
			continue
		}
		left++
		if !p.ValidatedInDesign() {
			late++
		}
		if p.ExitKind != project.GatePassed {
			past++
		}
	}
	if m.Late, err = share(late, left); err != nil {
		return err
	}
	m.Bypasses, err = share(past, left)
	return err
}

func ofMoney(ctx context.Context, r db.Reader, m *Measured) error {
	years, err := budget.Years(ctx, r, struct{}{})
	for _, y := range years {
		if y.Fund.Year > r.Now().Year() || y.Mix == (budget.Mix{}) {
			continue
		}
		m.Reactive, m.ReactiveYear = y.Mix.ReactiveShare(), y.Fund.Year
		m.SpentEUR, m.UnsaidEUR = y.Mix.PreventiveEUR+y.Mix.ReactiveEUR, y.Mix.UnsaidEUR
	}
	return err
}
