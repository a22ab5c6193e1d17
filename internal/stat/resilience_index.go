package stat

import (
	"accordo.dev/internal/problem"
)

// Reason is why a value is not given; it is part of a message key.
type Reason string

// The reasons.
const (
	ReasonCoverage    Reason = "coverage-below-80"     // less than 80 % of the agreed time was monitored
	ReasonRatedWeight Reason = "rated-weight-below-80" // less than 80 % of the weight is rated
	ReasonNoServices  Reason = "no-services"           // nothing is in scope
)

// Bounded is a score with the bounds that unmonitored time leaves; all three are equal at full coverage.
type Bounded struct {
	Value, Low, High Number
}

// ServiceIndex is the resilience of one service. Show the profile A, R, C before the index.
type ServiceIndex struct {
	ID     string
	Weight float64

	Reason         Reason  // why the service is not rated; empty when it is
	A              Bounded // uptime against SLO; unknown when not rated
	R              float64 // recovery against RTO and RPO
	C              float64 // response to incidents
	Index          Bounded // 0..100; unknown when not rated
	Provisional    bool    // something is still open, so R or C is an upper bound
	Breaches       int     // of impact tolerance or MTPD in 365 days
	Capped         bool    // a breach keeps the index at 49
	RecentRecovery bool    // evidence of recovery in 12 months
}

// Rated tells whether the service has an index.
func (s ServiceIndex) Rated() bool { return s.Reason == "" }

// TargetFinding is a pair of targets that cannot be right: the objective is not below the maximum.
type TargetFinding struct {
	Service string
	Record  int    // index among the recoveries of the service
	Field   string // "rto" (not below MTPD) or "rpo" (not below MTDL)
}

// ResilienceIndex is the operational resilience index of an organisation with what must stand beside it.
type ResilienceIndex struct {
	Method   string
	Services []ServiceIndex // in the order of the input

	Reason        Reason  // why there is no index; empty when there is
	Index         Bounded // 0..100
	P5, P95       Number  // 90 % interval from resampled evidence and varied parameters
	Lowest        string  // rated service with the lowest index; empty when none is rated
	LowestIndex   Number
	RatedShare    float64 // of the weight
	RecoveryShare float64 // of the weight, with evidence of recovery in 12 months
	Breaches      int
	Provisional   bool
	Findings      []TargetFinding
	Variance      []VarianceShare // empty when there is no index
}

// Resilience computes the index of the services in scope (method ori-1, shared with the board as three
// parts: uptime, recovery, response; geometric means; missing evidence counts as 0, missing monitoring
// is not rated). Uncertainty is computed from the seed alone, so the same input gives the same interval.
// O(draws x evidence). Errors name record and field of a service that has no meaning.
func Resilience(services []Service, p Parameters, u Uncertainty) (ResilienceIndex, error) {
	if err := p.check(); err != nil {
		return ResilienceIndex{}, err
	}
	if err := checkServices(services); err != nil {
		return ResilienceIndex{}, err
	}
	result := ResilienceIndex{Method: ResilienceMethod}
	for _, s := range services {
		result.Services = append(result.Services, s.index(p))
		result.Findings = append(result.Findings, s.findings()...)
	}
	result.summarise()
	if result.Reason == "" {
		result.rate(p)
		result.spread(services, p, u)
	}
	return result, nil
}

func checkServices(services []Service) error {
	seen := map[string]bool{}
	for i, s := range services {
		if err := s.check(i); err != nil {
			return err
		}
		if seen[s.ID] {
			return problem.Field("id", "stat.service-twice", "service", s.ID).At(problem.Source{Record: i + 1})
		}
		seen[s.ID] = true
	}
	return nil
}

// index rates one service.
func (s Service) index(p Parameters) ServiceIndex {
	e := evidence{recoveries: s.recoveryEvidence(), incidents: s.responseEvidence()}
	x := ServiceIndex{ID: s.ID, Weight: s.Weight, R: e.recovery(p), C: e.response(p), Breaches: s.breaches()}
	for _, r := range e.recoveries {
		x.Provisional = x.Provisional || !r.Recovered
		x.RecentRecovery = x.RecentRecovery || r.AgeDays <= 365
	}
	for _, i := range e.incidents {
		x.Provisional = x.Provisional || i.open()
	}
	if s.Coverage < minCoverage {
		x.Reason = ReasonCoverage
		return x
	}
	low, mid, high := s.downtime()
	x.A = bounded(uptimeScore(mid, s.SLO, p), uptimeScore(high, s.SLO, p), uptimeScore(low, s.SLO, p))
	of := func(a Number) float64 { return combine(a.X, x.R, x.C, x.Breaches > 0, p) }
	x.Index = bounded(of(x.A.Value), of(x.A.Low), of(x.A.High))
	x.Capped = x.Breaches > 0 && combine(x.A.Value.X, x.R, x.C, false, p) > breachedCap
	return x
}

// downtime is the unavailability u: between all unmonitored time up and all of it down, the value being
// that of the monitored time. From 95 % coverage on the bounds are not shown: all three are the value.
func (s Service) downtime() (low, mid, high float64) {
	mid = min(max(s.DowntimeLow/s.Coverage, s.DowntimeLow), s.DowntimeHigh)
	if s.Coverage >= fullCoverage {
		return mid, mid, mid
	}
	return s.DowntimeLow, mid, s.DowntimeHigh
}

func bounded(value, low, high float64) Bounded {
	return Bounded{Value: Known(value), Low: Known(low), High: Known(high)}
}

func (s Service) breaches() int {
	n := s.Breaches
	for _, r := range s.Recoveries {
		if r.breached() {
			n++
		}
	}
	return n
}

func (s Service) findings() []TargetFinding {
	var list []TargetFinding
	for i, r := range s.Recoveries {
		if r.RTO >= r.MTPD {
			list = append(list, TargetFinding{s.ID, i, "rto"})
		}
		if r.RPO >= r.MTDL && r.MTDL+r.RPO > 0 { // both 0: the service holds no data
			list = append(list, TargetFinding{s.ID, i, "rpo"})
		}
	}
	return list
}

// summarise fills what stands beside the index and decides whether it may be published.
func (x *ResilienceIndex) summarise() {
	all, rated, recent := 0.0, 0.0, 0.0
	for _, s := range x.Services {
		all += s.Weight
		x.Breaches += s.Breaches
		x.Provisional = x.Provisional || s.Provisional
		if s.RecentRecovery {
			recent += s.Weight
		}
		if !s.Rated() {
			continue
		}
		rated += s.Weight
		if !x.LowestIndex.Known || s.Index.Value.X < x.LowestIndex.X {
			x.Lowest, x.LowestIndex = s.ID, s.Index.Value
		}
	}
	if all == 0 {
		x.Reason = ReasonNoServices
		return
	}
	x.RatedShare, x.RecoveryShare = rated/all, recent/all
	if x.RatedShare < minRatedShare-1e-12 {
		x.Reason = ReasonRatedWeight
	}
}

// rate fills the index of the organisation from the rated services.
func (x *ResilienceIndex) rate(p Parameters) {
	var value, low, high, weights []float64
	for _, s := range x.Services {
		if s.Rated() {
			value = append(value, s.Index.Value.X)
			low = append(low, s.Index.Low.X)
			high = append(high, s.Index.High.X)
			weights = append(weights, s.Weight)
		}
	}
	of := func(indices []float64) float64 { return weightedIndex(indices, weights, p.Eps) }
	x.Index = bounded(of(value), of(low), of(high))
}
