package report

import (
	"context"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/item"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk/quant"
)

type scenarioResult = quant.ScenarioResult

// end is the last instant of the period: now while it runs.
func (t *taker) end() time.Time {
	if t.out.Period.Until == t.day {
		return t.out.AsOf
	}
	day, err := time.Parse(time.DateOnly, t.out.Period.Until)
	if err != nil {
		return t.out.AsOf
	}
	return day.AddDate(0, 0, 1)
}

// asOf is the end of the period as the indicators are asked for it.
func (t *taker) asOf() string {
	if t.out.Period.Until == t.day {
		return ""
	}
	return t.out.Period.Until
}

// figures takes the scales, the three indicators and the critical services. What was lost in the period ends
// with the period; the money of a year to come is always of now, as past estimates are not kept.
func (t *taker) figures(ctx context.Context) error {
	now, err := indicator.ComputeScales(ctx, t.r, indicator.ScalesIn{})
	if err != nil {
		return err
	}
	then := now
	if t.asOf() != "" {
		if then, err = indicator.ComputeScales(ctx, t.r, indicator.ScalesIn{AsOf: t.asOf()}); err != nil {
			return err
		}
	}
	t.out.Money, t.out.Minutes, t.out.ExposureDays = scaleOf(now.Money), scaleOf(then.Minutes), scaleOf(then.ExposureDays)
	t.out.Minutes.N = len(then.Minutes.Parts)
	if now.Money.Limit == nil {
		t.unknown("report.unknown.appetite")
	}
	for _, step := range []func(context.Context) error{t.security, t.patching, t.resilience, t.services, t.unknowns} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *taker) unknown(key string, args ...any) {
	t.out.Unknown = append(t.out.Unknown, both(key, args...))
}

func scaleOf(s indicator.Scale) Scale {
	return Scale{Value: s.Value, Low: s.Low, High: s.High, UpTo: s.UpTo, Limit: s.Limit, State: Stand(s.State), N: s.N, Reason: reason(s.Reason), Trace: s.ID}
}

// reason is why there is no figure, in words.
func reason(code string) i18n.Text {
	if code == "" {
		return i18n.Text{}
	}
	return both("indicator.reason." + code)
}

// read computes an indicator; one without value is something that nobody knows.
func (t *taker) read(ctx context.Context, id string) (indicator.Reading, error) {
	reading, err := indicator.Get(ctx, t.r, indicator.GetIn{ID: id, AsOf: t.asOf()})
	if err == nil && !reading.Known() {
		t.unknown("report.unknown.figure", "name", reading.Definition.Name, "reason", reason(reading.Reason))
	}
	return reading, err
}

func (t *taker) security(ctx context.Context) error {
	reading, err := t.read(ctx, indicator.SecurityInDesign)
	if err != nil {
		return err
	}
	year := reading.Design.Year
	t.out.Security = Security{
		K: year.K, N: year.N, Low: year.Low, High: year.High, CostShare: year.Cost, Late: year.Late, Skipped: year.Skipped + year.None, Exempted: year.Exempted,
		Overdue: len(reading.Design.Overdue), Months: 12, Reason: reason(reading.Reason), Trace: reading.ID,
	}
	if reading.Design.Conditions != nil {
		t.out.Security.OpenTerms = *reading.Design.Conditions
	}
	return nil
}

func (t *taker) patching(ctx context.Context) error {
	reading, err := t.read(ctx, indicator.PatchTime)
	if err != nil {
		return err
	}
	t.out.Patching = Patching{Tiers: []Tier{}, Headline: reading.Value, Reason: reason(reading.Reason), Trace: reading.ID}
	if reading.Patch == nil {
		return nil
	}
	t.out.Patching.Mean = reading.Patch.ClosedMean
	if reading.Patch.KEV != nil {
		t.out.Patching.PastKEV = reading.Patch.KEV.PastDue
	}
	for _, tier := range reading.Patch.Tiers {
		t.out.Patching.Tiers = append(t.out.Patching.Tiers, tierOf(tier))
	}
	return nil
}

func tierOf(t indicator.PatchTier) Tier {
	out := Tier{
		Tier: t.Tier, N: t.N, Closed: t.Closed, Open: t.Open, Median: t.Median.Value, Low: t.Median.Low, High: t.Median.High,
		SLA: t.SLA, PastSLA: t.Miss.Value, Oldest: t.Oldest, Censored: t.Censored,
	}
	for _, c := range t.Curve {
		out.Steps = append(out.Steps, Step{Time: c.Time, Share: c.Share, Low: c.Low, High: c.High})
	}
	for _, a := range t.AtRisk {
		out.AtRisk = append(out.AtRisk, AtRisk{Time: a.Time, N: a.N})
	}
	return out
}

func (t *taker) resilience(ctx context.Context) error {
	reading, err := t.read(ctx, indicator.Resilience)
	if err != nil {
		return err
	}
	t.out.Resilience = Resilience{Index: reading.Value, P5: reading.Low, P95: reading.High, Services: []ServiceProfile{}, Reason: reason(reading.Reason), Trace: reading.ID}
	r := reading.Resilience
	if r == nil {
		return nil
	}
	out := &t.out.Resilience
	out.Method, out.Lowest, out.LowestIndex = r.Method, r.LowestName, r.LowestIndex
	out.RatedShare, out.RecoveryShare, out.Breaches = r.RatedShare, r.RecoveryShare, r.Breaches
	for _, s := range r.Services {
		out.Services = append(out.Services, ServiceProfile{
			Name: s.Name, Uptime: s.A.Value, Recovery: &s.R, Response: &s.C, Index: s.Index.Value, Capped: s.Capped, Reason: reason(s.Reason),
		})
	}
	return nil
}

// services sets the promise of each critical service beside its last test that was no tabletop.
func (t *taker) services(ctx context.Context) error {
	all, err := landscape.Services(ctx, t.r)
	if err != nil {
		return err
	}
	end := t.end()
	tests, err := evidence.RecoveryTests(ctx, t.r, end.AddDate(-2, 0, 0).Format(time.DateOnly), end.AddDate(0, 0, 1).Format(time.DateOnly))
	if err != nil {
		return err
	}
	last := map[string]evidence.RecoveryTest{}
	for _, one := range tests { // in order of days
		if one.Kind != "tabletop" {
			last[one.Service] = one
		}
	}
	from, err := time.Parse(time.DateOnly, t.out.Period.From)
	if err != nil {
		return err
	}
	for _, s := range all {
		if !indicator.Critical(s) {
			continue
		}
		one := Service{Name: s.Name, RTO: minutesOf(s.RTO), RPO: minutesOf(s.RPO)}
		if test, ok := last[s.ID]; ok {
			one.TestedOn, one.Kind, one.Lost, one.Failed = test.Day, test.Kind, minutesOf(test.DataLossMin), !test.Recovered
			if test.Recovered {
				one.Tested = minutesOf(test.TimeMin)
			}
		}
		down, err := evidence.Downtime(ctx, t.r, s.ID, from, end)
		if err != nil {
			return err
		}
		one.Unknown = &down.Unknown
		if down.Known() > 0 {
			one.Down = &down.Down
		}
		t.out.Services = append(t.out.Services, one)
	}
	return nil
}

func minutesOf(n *int64) *float64 {
	if n == nil {
		return nil
	}
	x := float64(*n)
	return &x
}

// unknowns takes what nobody knows, each with what would tell.
func (t *taker) unknowns(ctx context.Context) error {
	all, err := indicator.Unknowns(ctx, t.r, struct{}{})
	if err != nil {
		return err
	}
	var refs []ref.Ref
	for _, u := range all {
		if u.Ref != "" {
			refs = append(refs, u.Ref)
		}
	}
	titles, err := item.Titles(ctx, t.r, refs)
	if err != nil {
		return err
	}
	for _, u := range all {
		switch u.Kind {
		case indicator.Untested:
			t.unknown("report.unknown.service-untested", "service", titles[u.Ref])
		case indicator.Unwatched:
			t.unknown("report.unknown.service-never-watched", "service", titles[u.Ref])
		case indicator.SilentProbe:
			t.unknown("report.unknown.service-unwatched", "service", titles[u.Ref], "n", int(u.Figure+.5))
		case indicator.StaleScope:
			t.staleScope(u)
		case indicator.Unmatched:
			t.unknown("report.unknown.unmatched", "n", u.N)
		}
	}
	if t.out.Fund == nil {
		return nil
	}
	for _, m := range t.out.Fund.Measures {
		if m.Removes == nil {
			t.unknown("report.unknown.measure", "measure", m.Title)
		}
	}
	return nil
}

func (t *taker) staleScope(u indicator.Unknown) {
	if u.Since.IsZero() {
		t.unknown("report.unknown.scope-never", "scope", u.Name)
		return
	}
	t.unknown("report.unknown.scope-stale", "scope", u.Name, "n", int(t.out.AsOf.Sub(u.Since).Hours()/24))
}

// evidence takes the files that were loaded, the oldest first.
func (t *taker) evidence(ctx context.Context) error {
	page, err := evidence.ListFiles(ctx, t.r, evidence.FileFilter{Page: db.Page{Limit: db.Unlimited, Sort: "loaded"}})
	if err != nil {
		return err
	}
	for _, f := range page.Items {
		by, err := t.name(ctx, f.By.ID())
		if err != nil {
			return err
		}
		t.out.Evidence = append(t.out.Evidence, EvidenceFile{
			Name: f.Name, SHA256: f.SHA256, Format: string(f.Format), Size: f.Size, Importer: f.Importer, By: by, Loaded: f.Loaded, Records: f.Counts.Records, Complete: f.Complete,
		})
	}
	return nil
}
