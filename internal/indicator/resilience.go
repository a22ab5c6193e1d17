package indicator

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/stat"
)

// plannedCap is the share of time that announced maintenance may take; what is more counts as downtime.
const plannedCap = 0.005

// missed is how many times its target an unknown time counts: beyond every kappa, so that it scores 0.
const missed = 100

// Resilient is the operational resilience index with what must stand beside it. Read the profile of each
// service (uptime, recovery, response) first, the composite second.
//
// law: 2022/2554#11.6
type Resilient struct {
	Method        string             `json:"method"`
	Services      []ServiceProfile   `json:"services"`
	Lowest        string             `json:"lowest,omitempty"` // id of the service
	LowestName    i18n.Text          `json:"lowestName,omitzero"`
	LowestIndex   *float64           `json:"lowestIndex"`
	RatedShare    float64            `json:"ratedShare"`    // of the weight
	RecoveryShare float64            `json:"recoveryShare"` // of the weight, with evidence of recovery in 12 months
	Breaches      int                `json:"breaches"`      // of the tolerance, in 12 months
	Provisional   bool               `json:"provisional"`   // something is still open
	UnwatchedLow  *float64           `json:"unwatchedLow"`  // the index if nobody was up while nobody watched
	UnwatchedHigh *float64           `json:"unwatchedHigh"`
	Findings      []TargetFinding    `json:"findings"`
	Variance      map[string]float64 `json:"variance"` // share of the variance by input
}

// TargetFinding is a recovery target that is not below its maximum.
type TargetFinding struct {
	Service string `json:"service"`
	Field   string `json:"field"` // rto or rpo
}

// ServiceProfile is one critical service: uptime, recovery, response from 0 to 1, and the index 0 to 100.
type ServiceProfile struct {
	ID          string    `json:"id"`
	Name        i18n.Text `json:"name"`
	Weight      float64   `json:"weight"`
	SLO         *float64  `json:"slo"`
	Reason      string    `json:"reason,omitempty"` // why it is not rated
	A           Estimate  `json:"uptime"`           // Low and High: unwatched time all down, all up
	R           float64   `json:"recovery"`
	C           float64   `json:"response"`
	Index       Estimate  `json:"index"`
	Provisional bool      `json:"provisional"`
	Breaches    int       `json:"breaches"`
	Capped      bool      `json:"capped"` // a breach keeps the index at 49
	Recent      bool      `json:"recentRecovery"`

	Coverage    float64 `json:"coverage"` // share of the agreed time that was watched
	Down        float64 `json:"downMin"`
	Unknown     float64 `json:"unknownMin"`
	Planned     float64 `json:"plannedMin"`
	PlannedOver float64 `json:"plannedOverMin"` // maintenance beyond the cap, counted as down
	Recoveries  int     `json:"recoveries"`
	Incidents   int     `json:"incidents"`
	NotWritten  int     `json:"notWritten"` // phases of incidents that nobody wrote down: counted as missed
}

// Critical tells whether a service is in the scope of the index and of the minutes lost: criticality 1 or 2.
func Critical(s landscape.Service) bool { return s.Criticality != nil && *s.Criticality <= 2 }

func criticalServices(ctx context.Context, r db.Reader) ([]landscape.Service, error) {
	all, err := landscape.Services(ctx, r)
	return slices.DeleteFunc(all, func(s landscape.Service) bool { return !Critical(s) }), err
}

func computeResilience(ctx context.Context, r db.Reader, asOf time.Time) (Reading, error) {
	in := ResilienceInputs{Downtime: map[string]evidence.Time{}}
	var err error
	if in.Services, err = criticalServices(ctx, r); err != nil {
		return Reading{}, err
	}
	for _, s := range in.Services {
		if in.Downtime[s.ID], err = evidence.Downtime(ctx, r, s.ID, asOf.AddDate(0, 0, -365), asOf); err != nil {
			return Reading{}, err
		}
	}
	tomorrow := asOf.Add(-time.Microsecond).AddDate(0, 0, 1).Format(time.DateOnly)
	if in.Recoveries, err = evidence.RecoveryTests(ctx, r, asOf.AddDate(0, 0, -730).Format(time.DateOnly), tomorrow); err != nil {
		return Reading{}, err
	}
	if in.Incidents, err = evidence.Incidents(ctx, r, asOf.AddDate(0, 0, -365), asOf); err != nil {
		return Reading{}, err
	}
	if in.Targets, err = evidence.ResponseTargets(ctx, r, struct{}{}); err != nil {
		return Reading{}, err
	}
	return ResilienceOf(in, asOf)
}

// ResilienceInputs is all that the index rests on.
type ResilienceInputs struct {
	Services   []landscape.Service       // critical ones
	Downtime   map[string]evidence.Time  // of 365 days, by service
	Recoveries []evidence.RecoveryTest   // of 24 months
	Incidents  []evidence.Incident       // of 365 days
	Targets    []evidence.ResponseTarget // by severity
}

// ResilienceOf computes the index (stat.Resilience) from what was measured.
func ResilienceOf(in ResilienceInputs, asOf time.Time) (Reading, error) {
	out, err := newReading(Resilience, asOf, asOf.AddDate(0, 0, -365).Format(time.DateOnly))
	if err != nil {
		return out, err
	}
	rating := rating{in: in, asOf: asOf, out: &out}
	services, profiles := rating.services()
	index, err := stat.Resilience(services, stat.DefaultParameters(), stat.Uncertainty{})
	if err != nil {
		return out, err
	}
	out.Resilience, out.N, out.Level = resilient(index, profiles), len(services), 0.90
	out.Value, out.Low, out.High = number(index.Index.Value), number(index.P5), number(index.P95)
	out.Reason = string(index.Reason)
	return out, nil
}

// resilient puts names and measures beside the index.
func resilient(x stat.ResilienceIndex, profiles []ServiceProfile) *Resilient {
	r := &Resilient{
		Method: x.Method, Services: profiles, Lowest: x.Lowest, LowestIndex: number(x.LowestIndex), RatedShare: x.RatedShare,
		RecoveryShare: x.RecoveryShare, Breaches: x.Breaches, Provisional: x.Provisional,
		UnwatchedLow: number(x.Index.Low), UnwatchedHigh: number(x.Index.High), Findings: []TargetFinding{}, Variance: map[string]float64{},
	}
	for i, s := range x.Services {
		p := &profiles[i]
		p.A, p.R, p.C, p.Index = bounds(s.A), s.R, s.C, bounds(s.Index)
		p.Provisional, p.Breaches, p.Capped, p.Recent = s.Provisional, s.Breaches, s.Capped, s.RecentRecovery
		if p.Reason == "" {
			p.Reason = string(s.Reason)
		}
		if s.ID == x.Lowest {
			r.LowestName = p.Name
		}
	}
	for _, f := range x.Findings {
		r.Findings = append(r.Findings, TargetFinding{Service: f.Service, Field: f.Field})
	}
	for _, v := range x.Variance {
		r.Variance[v.Input] = v.Share
	}
	return r
}

func bounds(b stat.Bounded) Estimate {
	return Estimate{Value: number(b.Value), Low: number(b.Low), High: number(b.High)}
}

// rating turns evidence into the input of the index.
type rating struct {
	in   ResilienceInputs
	asOf time.Time
	out  *Reading
}

func (r rating) services() ([]stat.Service, []ServiceProfile) {
	services, profiles := []stat.Service{}, []ServiceProfile{}
	heaviest := 1.0
	for _, s := range r.in.Services {
		if s.BIAWeight != nil {
			heaviest = max(heaviest, *s.BIAWeight)
		}
	}
	inScope := map[string]bool{}
	for _, s := range r.in.Services {
		inScope[s.ID] = true
		one, profile := r.service(s, heaviest)
		services, profiles = append(services, one), append(profiles, profile)
	}
	for _, i := range r.in.Incidents {
		if i.Severity != nil && *i.Severity >= 3 && !inScope[i.Service] {
			r.out.row(Observation{Ref: ref.New("incident", i.ID), Role: Excluded, Reason: "no-critical-service", Day: day(i.Detected)})
		}
	}
	return services, profiles
}

// service gathers the evidence of one. What is needed and was never said makes it unrated, with the weight of
// the heaviest one: silence does not make it small.
func (r rating) service(s landscape.Service, heaviest float64) (stat.Service, ServiceProfile) {
	p := ServiceProfile{ID: s.ID, Name: s.Name, Weight: heaviest, SLO: s.SLO}
	one := stat.Service{ID: s.ID, SLO: 0.5, Weight: heaviest}
	if s.BIAWeight != nil && *s.BIAWeight > 0 {
		p.Weight, one.Weight = *s.BIAWeight, *s.BIAWeight
	} else {
		p.Reason = "no-weight"
	}
	switch {
	case s.SLO == nil:
		p.Reason = "no-slo"
	case !(*s.SLO > 0 && *s.SLO < 1):
		p.Reason = "slo-100"
	default:
		one.SLO = *s.SLO
	}
	r.uptime(&one, &p)
	if p.Reason != "" {
		one.Coverage = 0
	}
	one.Recoveries = r.recoveries(s.ID, &p)
	one.Incidents, one.Breaches = r.incidents(s, &p)
	return one, p
}

// uptime measures 365 days. Announced maintenance leaves the agreed time, up to the cap.
func (r rating) uptime(one *stat.Service, p *ServiceProfile) {
	t := r.in.Downtime[p.ID]
	planned := min(t.Planned, plannedCap*t.Total())
	agreed := t.Total() - planned
	p.Down, p.Unknown, p.Planned, p.PlannedOver = t.Down, t.Unknown, t.Planned, t.Planned-planned
	if agreed <= 0 {
		one.DowntimeHigh = 1
		return
	}
	p.Coverage = share1(1 - t.Unknown/agreed)
	one.Coverage = p.Coverage
	one.DowntimeLow = share1((t.Down + p.PlannedOver) / agreed)
	one.DowntimeHigh = max(one.DowntimeLow, share1((t.Down+p.PlannedOver+t.Unknown)/agreed))
	role := Counted
	if t.Unknown > 0 {
		role = Censored
	}
	r.out.row(Observation{Ref: ref.New("element", p.ID), Role: role, Part: p.ID, Reason: "availability", Figure: known(t.Down)})
}

func share1(x float64) float64 { return min(1, max(0, x)) }

var recoveryKinds = map[string]stat.RecoveryKind{
	"full-failover": stat.Failover, "restore-test": stat.RestoreTest, "tabletop": stat.Tabletop, "real": stat.Disruption,
}

func (r rating) recoveries(service string, p *ServiceProfile) []stat.Recovery {
	var all []stat.Recovery
	for _, t := range r.in.Recoveries {
		if t.Service != service {
			continue
		}
		row := Observation{Ref: ref.New("recovery-test", t.ID), Role: Counted, Part: service, Reason: "recovery", Day: t.Day}
		if t.TimeMin != nil {
			row.Figure = known(float64(*t.TimeMin))
		}
		one, reason := r.recovery(t)
		if reason != "" {
			row.Role, row.Reason = Excluded, reason
		} else {
			all = append(all, one)
			p.Recoveries++
		}
		r.out.row(row)
	}
	return all
}

// recovery reads one test against the targets in force then. A time or loss that was not measured counts as
// the worst; without any target there is nothing to measure against.
func (r rating) recovery(t evidence.RecoveryTest) (one stat.Recovery, reason string) {
	switch {
	case t.Kind == "tabletop":
		return one, "tabletop"
	case t.RTOMin == nil:
		return one, "no-target"
	}
	at, err := time.Parse(time.DateOnly, t.Day)
	if err != nil {
		return one, "no-target"
	}
	age := max(0, r.asOf.Sub(at).Hours()/24)
	one = stat.Recovery{Kind: recoveryKinds[t.Kind], AgeDays: age, Recovered: t.Recovered, RTO: float64(*t.RTOMin), MTPD: float64(*t.RTOMin)}
	if t.MTPDMin != nil {
		one.MTPD = float64(*t.MTPDMin)
	}
	switch {
	case t.TimeMin != nil:
		one.Time = float64(*t.TimeMin)
	case t.Recovered:
		one.Time = max(one.MTPD, 1) * missed
	default:
		one.Time = age * 24 * 60
	}
	one.RPO, one.MTDL, one.Loss = r.loss(t)
	return one, ""
}

// loss is the data lost against its targets; 0 against 0 when data had no target.
func (r rating) loss(t evidence.RecoveryTest) (rpo, mtdl, lost float64) {
	if t.RPOMin == nil {
		return 0, 0, 0
	}
	rpo, mtdl = float64(*t.RPOMin), float64(*t.RPOMin)
	if t.MTDLMin != nil {
		mtdl = float64(*t.MTDLMin)
	}
	if t.DataLossMin == nil {
		return rpo, mtdl, max(mtdl, 1) * missed
	}
	return rpo, mtdl, float64(*t.DataLossMin)
}

// incidents reads the response to incidents of severity 3 or more, and counts those that took the service away
// for longer than tolerable; a disruption that is among the recoveries is counted there.
func (r rating) incidents(s landscape.Service, p *ServiceProfile) (all []stat.Incident, breaches int) {
	for _, i := range r.in.Incidents {
		if i.Service != s.ID {
			continue
		}
		row := Observation{Ref: ref.New("incident", i.ID), Role: Counted, Part: s.ID, Reason: "response", Day: day(i.Detected)}
		if i.Severity == nil || *i.Severity < 3 {
			row.Role, row.Reason = Excluded, "severity"
			r.out.row(row)
			continue
		}
		one, unknown := r.response(i)
		p.Incidents, p.NotWritten = p.Incidents+1, p.NotWritten+unknown
		if unknown > 0 {
			row.Reason = "not-written"
		}
		all = append(all, one)
		r.out.row(row)
		breaches += count1(i.MinutesLost != nil && s.MTPD != nil && *i.MinutesLost > float64(*s.MTPD) && !r.amongRecoveries(i))
	}
	return all, breaches
}

func (r rating) amongRecoveries(i evidence.Incident) bool {
	from := i.Detected.AddDate(0, 0, -3).Format(time.DateOnly)
	until := i.Detected.AddDate(0, 0, 3).Format(time.DateOnly)
	return slices.ContainsFunc(r.in.Recoveries, func(t evidence.RecoveryTest) bool {
		return t.Kind == "real" && t.Service == i.Service && t.Day >= from && t.Day <= until
	})
}

// response reads the phases of an incident; unknown counts those that nobody wrote down.
func (r rating) response(i evidence.Incident) (one stat.Incident, unknown int) {
	var target evidence.ResponseTarget
	for _, t := range r.in.Targets {
		if t.Severity == *i.Severity {
			target = t
		}
	}
	one = stat.Incident{Severity: *i.Severity, AgeDays: max(0, r.asOf.Sub(i.Detected).Hours()/24), Notify: notified(i.Notify)}
	over := r.until(i)
	for _, p := range []struct {
		into     *stat.Phase
		from, to time.Time
		target   *int64
	}{
		{&one.Detect, i.Occurred, i.Detected, target.DetectMin},
		{&one.Acknowledge, i.Detected, i.Acknowledged, target.AckMin},
		{&one.Contain, i.Detected, i.Contained, target.ContainMin},
	} {
		var ok bool
		if *p.into, ok = r.phase(p.from, p.to, over, p.target); !ok {
			unknown++
		}
	}
	return one, unknown + count1(i.Notify == "")
}

// until is when the incident was over; zero: it is not.
func (r rating) until(i evidence.Incident) time.Time {
	for _, at := range []time.Time{i.Restored, i.Resolved} {
		if !at.IsZero() && !at.After(r.asOf) {
			return at
		}
	}
	return time.Time{}
}

// phase is the time between two points. Without the second one it is open while the incident is, and not
// written down once it is over; what was not written down, or has no target, counts as missed.
func (r rating) phase(from, to, over time.Time, target *int64) (phase stat.Phase, written bool) {
	worst := stat.Phase{Took: missed, Target: 1}
	if target == nil || from.IsZero() {
		return worst, false
	}
	if !to.IsZero() && !to.After(r.asOf) {
		return stat.Phase{Took: max(0, to.Sub(from).Minutes()), Target: float64(*target)}, true
	}
	if !over.IsZero() {
		return worst, false
	}
	return stat.Phase{Took: max(0, r.asOf.Sub(from).Minutes()), Target: float64(*target), Open: true}, true
}

// notified reads the state of the legal notifications; not said is not done.
func notified(text string) stat.Notification {
	switch text {
	case "none-due", "in-time":
		return stat.InTime
	case "late":
		return stat.Late
	default:
		return stat.Missing
	}
}
