package stat

import (
	"fmt"
	"math"

	"accordo.dev/internal/problem"
)

// ResilienceMethod is the version of the index; it is printed beside every value and changes with every
// change of a formula.
const ResilienceMethod = "ori-1"

// Evidence windows in days, rating thresholds and the cap of a breached service.
const (
	responseWindow = 365
	recoveryWindow = 730
	breachWindow   = 365
	minCoverage    = 0.80
	fullCoverage   = 0.95
	minRatedShare  = 0.80
	breachedCap    = 49.0
)

// Parameters are the judgements inside the resilience index. They change only by a board decision.
type Parameters struct {
	K       float64 // unavailability of K times the allowed one scores 0
	Kappa   float64 // a response phase of kappa times its target scores 0
	M       float64 // weight of the missing evidence: R and C shrink to 0 by sum/(sum+M)
	Eps     float64 // floor of a score before the logarithm
	WeightA float64 // weights of the three parts in the service index; they sum to 1
	WeightR float64
	WeightC float64
}

// DefaultParameters are those of method ori-1.
func DefaultParameters() Parameters {
	return Parameters{K: 10, Kappa: 4, M: 0.5, Eps: 0.01, WeightA: 1.0 / 3, WeightR: 1.0 / 3, WeightC: 1.0 / 3}
}

func (p Parameters) check() error {
	sum := p.WeightA + p.WeightR + p.WeightC
	for _, rule := range []struct {
		field string
		ok    bool
	}{
		{"k", p.K > 1 && !math.IsInf(p.K, 0)},
		{"kappa", p.Kappa > 1 && !math.IsInf(p.Kappa, 0)},
		{"m", p.M > 0 && !math.IsInf(p.M, 0)},
		{"eps", p.Eps > 0 && p.Eps < 1},
		{"weights", p.WeightA >= 0 && p.WeightR >= 0 && p.WeightC >= 0 && math.Abs(sum-1) < 1e-9},
	} {
		if !rule.ok {
			return problem.Field("parameters."+rule.field, "stat.parameter-out-of-range")
		}
	}
	return nil
}

// Service is a service or function flagged critical or important, with its evidence.
type Service struct {
	ID     string
	Weight float64 // g of the business impact analysis, > 0

	SLO      float64 // target availability, 0 < SLO < 1; 100 % is refused
	Coverage float64 // share of the agreed service time that was monitored, 0..1
	// Weighted downtime over agreed service time, 0..1: with all unmonitored time up (Low) and with all
	// of it down (High). Equal when everything was monitored.
	DowntimeLow, DowntimeHigh float64

	Recoveries []Recovery
	Incidents  []Incident
	Breaches   int // breaches of the impact tolerance in 365 days that no Recovery stands for
}

// RecoveryKind is what the evidence of a recovery is worth.
type RecoveryKind string

// The kinds. A tabletop gives no evidence of recovery.
const (
	Disruption  RecoveryKind = "disruption" // a real one
	Failover    RecoveryKind = "failover"   // full failover test
	RestoreTest RecoveryKind = "restore"    // restore of data only
	Tabletop    RecoveryKind = "tabletop"
)

var recoveryWeight = map[RecoveryKind]float64{Disruption: 1, Failover: 1, RestoreTest: 0.5, Tabletop: 0}

// Recovery is a disruption or a recovery test, measured against the targets in force at that time.
// Times and data are in any one unit per pair (hours).
type Recovery struct {
	Kind              RecoveryKind
	AgeDays           float64
	Time, RTO, MTPD   float64 // time to recover; still open: time elapsed
	Loss, RPO, MTDL   float64 // data lost, as time
	Recovered         bool    // false: not yet
	ToleranceBreached bool    // the impact tolerance was breached (real disruptions only)
}

// Notification says how the legal notifications of an incident went.
type Notification string

// The states; InTime also when none was due.
const (
	InTime  Notification = "in-time"
	Late    Notification = "late"
	Missing Notification = "missing"
)

var notificationScore = map[Notification]float64{InTime: 1, Late: 0.5, Missing: 0}

// Phase is a time taken and its target, in any one unit. Open: the phase lasts, Took is the time elapsed.
type Phase struct {
	Took, Target float64
	Open         bool
}

// Incident is an incident of severity 3 to 5 of 5, or an exercise. Lower severities are not counted;
// exercises count only when no incident does.
type Incident struct {
	Severity                     int // 1..5; not read for an exercise
	Exercise                     bool
	AgeDays                      float64
	Detect, Acknowledge, Contain Phase
	Notify                       Notification
}

func (i Incident) weight() float64 {
	if i.Exercise {
		return 0.5
	}
	return map[int]float64{3: 1, 4: 2, 5: 4}[i.Severity]
}

// check refuses input that has no meaning; doubtful targets are findings, not errors.
func (s Service) check(n int) error {
	bad := func(field, key string, args ...any) error {
		return problem.Field(field, key, append(args, "service", s.ID)...).At(problem.Source{Record: n + 1})
	}
	switch {
	case s.ID == "":
		return bad("id", "stat.service-without-id")
	case !(s.Weight > 0) || math.IsInf(s.Weight, 0):
		return bad("weight", "stat.weight-not-positive")
	case !(s.SLO > 0 && s.SLO < 1):
		return bad("slo", "stat.slo-outside-0-1")
	case !(s.Coverage >= 0 && s.Coverage <= 1):
		return bad("coverage", "stat.share-outside-0-1")
	case !(s.DowntimeLow >= 0 && s.DowntimeLow <= s.DowntimeHigh && s.DowntimeHigh <= 1):
		return bad("downtime", "stat.downtime-range")
	case s.Breaches < 0:
		return bad("breaches", "stat.count-negative")
	}
	for i, r := range s.Recoveries {
		if field, ok := r.check(); !ok {
			return bad(fmt.Sprintf("recoveries[%d].%s", i, field), "stat.evidence-invalid")
		}
	}
	for i, in := range s.Incidents {
		if field, ok := in.check(); !ok {
			return bad(fmt.Sprintf("incidents[%d].%s", i, field), "stat.evidence-invalid")
		}
	}
	return nil
}

func (r Recovery) check() (field string, ok bool) {
	if _, known := recoveryWeight[r.Kind]; !known {
		return "kind", false
	}
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"age", r.AgeDays},
		{"time", r.Time},
		{"rto", r.RTO},
		{"mtpd", r.MTPD},
		{"loss", r.Loss},
		{"rpo", r.RPO},
		{"mtdl", r.MTDL},
	} {
		if !(f.value >= 0) || math.IsInf(f.value, 0) {
			return f.name, false
		}
	}
	return "", true
}

func (i Incident) check() (field string, ok bool) {
	if _, known := notificationScore[i.Notify]; !known {
		return "notify", false
	}
	if !i.Exercise && (i.Severity < 1 || i.Severity > 5) {
		return "severity", false
	}
	if !(i.AgeDays >= 0) {
		return "age", false
	}
	for name, p := range map[string]Phase{"detect": i.Detect, "acknowledge": i.Acknowledge, "contain": i.Contain} {
		if !(p.Took >= 0) || !(p.Target > 0) || math.IsInf(p.Took, 0) || math.IsInf(p.Target, 0) {
			return name, false
		}
	}
	return "", true
}
