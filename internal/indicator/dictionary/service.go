package dictionary

import (
	"cmp"
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
)

// PermittedMinutes are the minutes of outage that a promised share of time permits in a year of 365 days, when the service
// is promised for so many hours of each week (168: always).
func PermittedMinutes(share, hoursWeek float64) float64 {
	return (1 - share) * hoursWeek * weeksYear * 60
}

// LossOf is what minutes without a service cost, at the loss of each hour.
func LossOf(minutes, eurHour *float64) *float64 { return times(minutes, eurHour, known(1.0/60)) }

// service settles on a service and loads it: the critical ones first, then by name.
func (c *Conversion) service(ctx context.Context, r db.Reader) (e landscape.Element, ok bool, err error) {
	services, err := landscape.Services(ctx, r)
	if err != nil {
		return e, false, err
	}
	slices.SortStableFunc(services, func(a, b landscape.Service) int {
		return cmp.Or(boolFirst(a.SLO != nil, b.SLO != nil), cmp.Compare(tier(a.Criticality), tier(b.Criticality)), cmp.Compare(a.Name.EN, b.Name.EN))
	})
	choices := make([]Choice, len(services))
	for i, s := range services {
		choices[i] = Choice{s.ID, s.Name}
	}
	if !c.choose("service", choices) {
		return e, false, nil
	}
	s, err := landscape.Current(ctx, r)
	if err != nil {
		return e, false, err
	}
	e = s.Elements[c.Of]
	return e, true, nil
}

func tier(criticality *int64) int64 {
	if criticality == nil {
		return 9
	}
	return *criticality
}

func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

// year is the last 365 days of a service as they were watched.
func year(ctx context.Context, r db.Reader, service string) (evidence.Time, error) {
	return evidence.Downtime(ctx, r, service, r.Now().AddDate(0, 0, -365), r.Now())
}

// measured is the line of minutes down: all that was not watched could have been down too.
func measured(id string, t evidence.Time, from ref.Ref) Line {
	l := Line{ID: id, Side: Shared, Unit: MinutesYear, From: from, Reason: "not-watched"}
	if t.Known() > 0 {
		l.Value, l.Low, l.High, l.Reason = known(t.Down), known(t.Down), known(t.Down+t.Unknown), ""
		l.N, l.NOf = int((t.Up+t.Down+t.Planned)/1440), "days-watched"
	}
	return l
}

// outage: a promised share of time is minutes and euro, against what was measured.
func outage(ctx context.Context, r db.Reader, c *Conversion) error {
	e, ok, err := c.service(ctx, r)
	if err != nil || !ok {
		c.unknown("permitted-year", CIO, MinutesYear, "no-service")
		return err
	}
	c.own(e.SLO)
	c.input("slo", Share, c.Value, e.Ref())
	c.input("service-hours", Hours, known(c.Hours), "")
	c.input("loss-hour", EuroHour, e.LossEURHour, e.Ref())
	var permitted *float64
	if c.Value != nil {
		permitted = known(PermittedMinutes(*c.Value, c.Hours))
	}
	c.add(Line{ID: "permitted-year", Side: CIO, Value: permitted, Unit: MinutesYear, Reason: unless(permitted, "no-slo")})
	c.add(Line{ID: "permitted-month", Side: CIO, Value: times(permitted, known(1.0/12)), Unit: Minutes, Reason: unless(permitted, "no-slo")})
	loss := LossOf(permitted, e.LossEURHour)
	c.add(Line{ID: "permitted-loss", Side: CISO, Value: loss, Unit: EuroYear, Reason: cmp.Or(unless(permitted, "no-slo"), unless(loss, "no-loss-hour"))})
	t, err := year(ctx, r, e.ID)
	if err != nil {
		return err
	}
	down := measured("measured-down", t, e.Ref())
	c.add(down)
	c.add(Line{
		ID: "measured-loss", Side: CISO, Value: LossOf(down.Value, e.LossEURHour), Low: LossOf(down.Low, e.LossEURHour), High: LossOf(down.High, e.LossEURHour),
		Unit: EuroYear, N: down.N, NOf: down.NOf, Reason: cmp.Or(down.Reason, unless(e.LossEURHour, "no-loss-hour")),
	})
	left := minus(permitted, down.Value)
	c.add(Line{
		ID: "left-of-year", Side: CIO, Value: left, Low: minus(permitted, down.High), High: left, Unit: MinutesYear, N: down.N, NOf: down.NOf,
		Reason: cmp.Or(unless(permitted, "no-slo"), down.Reason),
	})
	return c.expected(ctx, r, e.ID)
}

// expected adds what the scenarios take from a service in a year.
func (c *Conversion) expected(ctx context.Context, r db.Reader, service string) error {
	all, err := risk.OnServices(ctx, r, risk.StateIn{})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all.Services, func(s risk.ServiceLoss) bool { return s.Element == service })
	if at < 0 {
		c.unknown("expected-minutes", CISO, MinutesYear, "no-scenario-minutes")
		return nil
	}
	s := all.Services[at]
	c.add(Line{ID: "expected-minutes", Side: CISO, Value: &s.Minutes, Unit: MinutesYear, N: len(s.From), NOf: "scenarios"})
	c.add(Line{ID: "bad-minutes", Side: CISO, Value: &s.Bad.Value, Low: &s.Bad.Low, High: &s.Bad.High, Unit: MinutesYear, N: risk.ServiceYears, NOf: "years"})
	return nil
}

// minutes: minutes without a service are euro, and a part of what was promised.
func minutes(ctx context.Context, r db.Reader, c *Conversion) error {
	e, ok, err := c.service(ctx, r)
	if err != nil || !ok {
		c.unknown("minutes-loss", CISO, Euro, "no-service")
		return err
	}
	t, err := year(ctx, r, e.ID)
	if err != nil {
		return err
	}
	down := measured("measured-down", t, e.Ref())
	c.own(down.Value)
	c.input("minutes", Minutes, c.Value, e.Ref())
	c.input("loss-hour", EuroHour, e.LossEURHour, e.Ref())
	c.input("slo", Share, e.SLO, e.Ref())
	loss := LossOf(c.Value, e.LossEURHour)
	c.add(Line{ID: "minutes-loss", Side: CISO, Value: loss, Unit: Euro, Reason: cmp.Or(unless(c.Value, "not-watched"), unless(loss, "no-loss-hour"))})
	var share *float64
	if e.SLO != nil && *e.SLO < 1 {
		share = over(c.Value, known(PermittedMinutes(*e.SLO, c.Hours)))
	}
	c.add(Line{ID: "share-of-promise", Side: CIO, Value: share, Unit: Share, Reason: cmp.Or(unless(e.SLO, "no-slo"), unless(share, "not-watched"))})
	c.add(down)
	return nil
}

// recovery: a recovery objective is euro, against the time that a test or a real failure took.
func recovery(ctx context.Context, r db.Reader, c *Conversion) error {
	e, ok, err := c.service(ctx, r)
	if err != nil || !ok {
		c.unknown("objective", CIO, Minutes, "no-service")
		return err
	}
	c.own(float(e.RTO))
	tolerance := float(e.MTPD)
	c.input("rto", Minutes, c.Value, e.Ref())
	c.input("mtpd", Minutes, tolerance, e.Ref())
	c.input("loss-hour", EuroHour, e.LossEURHour, e.Ref())
	money := func(id string, side Side, minutes *float64, reason string) {
		loss := LossOf(minutes, e.LossEURHour)
		c.add(Line{ID: id, Side: side, Value: loss, Unit: Euro, Reason: cmp.Or(unless(minutes, reason), unless(loss, "no-loss-hour"))})
	}
	c.add(Line{ID: "objective", Side: CIO, Value: c.Value, Unit: Minutes, Reason: unless(c.Value, "no-rto")})
	money("objective-loss", CISO, c.Value, "no-rto")
	c.add(Line{ID: "tolerance", Side: CISO, Value: tolerance, Unit: Minutes, Reason: unless(tolerance, "no-mtpd")})
	money("tolerance-loss", CISO, tolerance, "no-mtpd")
	took, tests, err := lastRecovery(ctx, r, e.ID)
	if err != nil {
		return err
	}
	c.add(Line{ID: "tested", Side: Shared, Value: took, Unit: Minutes, N: tests, NOf: "recoveries", Reason: unless(took, "not-tested"), From: e.Ref()})
	money("tested-loss", Shared, took, "not-tested")
	gap := minus(took, c.Value)
	c.add(Line{ID: "over-objective", Side: CIO, Value: gap, Unit: Minutes, Reason: cmp.Or(unless(c.Value, "no-rto"), unless(took, "not-tested"))})
	return nil
}

// lastRecovery is how long the last recovery of a service took, in a test that was more than talk or because it had to
// be, of the last two years; nil when none was, or it did not come back.
func lastRecovery(ctx context.Context, r db.Reader, service string) (*float64, int, error) {
	tests, err := evidence.RecoveryTests(ctx, r, r.Now().AddDate(-2, 0, 0).Format(time.DateOnly), r.Now().AddDate(0, 0, 1).Format(time.DateOnly))
	if err != nil {
		return nil, 0, err
	}
	tests = slices.DeleteFunc(tests, func(t evidence.RecoveryTest) bool { return t.Service != service || t.Kind == "tabletop" })
	slices.SortStableFunc(tests, func(a, b evidence.RecoveryTest) int { return cmp.Compare(b.Day, a.Day) })
	if len(tests) == 0 || !tests[0].Recovered {
		return nil, len(tests), nil
	}
	return float(tests[0].TimeMin), len(tests), nil
}

// incidents: how many there were, how long each lasted, and what that costs in a year.
func incidents(ctx context.Context, r db.Reader, c *Conversion) error {
	e, ok, err := c.service(ctx, r)
	if err != nil || !ok {
		c.unknown("incidents-year", CIO, Count, "no-service")
		return err
	}
	all, err := evidence.Incidents(ctx, r, r.Now().AddDate(0, 0, -365), r.Now())
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(i evidence.Incident) bool { return i.Service != e.ID })
	mean, shortest, longest, n := restoring(all)
	c.own(mean)
	c.input("restore", Minutes, c.Value, e.Ref())
	c.input("loss-hour", EuroHour, e.LossEURHour, e.Ref())
	count := known(float64(len(all)))
	c.add(Line{ID: "incidents-year", Side: Shared, Value: count, Unit: Count, From: e.Ref(), N: len(all), NOf: "incidents"})
	c.add(Line{ID: "mean-restore", Side: CIO, Value: mean, Low: shortest, High: longest, Unit: Minutes, N: n, NOf: "restored", Reason: unless(mean, "no-times")})
	one := LossOf(c.Value, e.LossEURHour)
	reason := cmp.Or(unless(c.Value, "no-times"), unless(one, "no-loss-hour"))
	c.add(Line{ID: "incident-loss", Side: CISO, Value: one, Unit: Euro, Reason: reason})
	c.add(Line{ID: "incidents-loss", Side: CISO, Value: times(one, count), Unit: EuroYear, N: len(all), NOf: "incidents", Reason: reason})
	return nil
}

// restoring is the mean time from detection to the service as before, with the shortest and the longest, of those
// incidents in which both were written down.
func restoring(all []evidence.Incident) (mean, shortest, longest *float64, n int) {
	sum := 0.0
	for _, i := range all {
		if i.Detected.IsZero() || i.Restored.IsZero() {
			continue
		}
		took := i.Restored.Sub(i.Detected).Minutes()
		sum, n = sum+took, n+1
		if shortest == nil || took < *shortest {
			shortest = known(took)
		}
		if longest == nil || took > *longest {
			longest = known(took)
		}
	}
	if n > 0 {
		mean = known(sum / float64(n))
	}
	return mean, shortest, longest, n
}
