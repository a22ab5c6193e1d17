package stat

import "math"

// uptimeScore is A: 1 while the unavailability u keeps within the allowed one b = 1 - SLO, 0 from K
// times b on, logarithmic between, because unavailability spans orders of magnitude.
func uptimeScore(u, slo float64, p Parameters) float64 { return logScore(u, 1-slo, p.K) }

// logScore is 1 up to target, 0 from factor*target on, and falls with the logarithm between.
func logScore(x, target, factor float64) float64 {
	switch {
	case x <= target:
		return 1
	case x >= factor*target:
		return 0
	}
	return 1 - math.Log(x/target)/math.Log(factor)
}

// linear is 1 up to target, 0 from limit on, and falls linearly between.
func linear(x, target, limit float64) float64 {
	switch {
	case x <= target:
		return 1
	case x >= limit:
		return 0
	}
	return (limit - x) / (limit - target)
}

// scored is one piece of evidence after scoring: score 0..1 and its weight.
type scored struct{ score, weight float64 }

// shrunk is the weighted mean of the evidence shrunk to 0 by missing weight m: no evidence gives 0,
// because an untested plan and a quiet year are not resilience.
func shrunk(evidence []scored, m float64) float64 {
	sum, weight := 0.0, 0.0
	for _, e := range evidence {
		sum += e.weight * e.score
		weight += e.weight
	}
	return sum / (weight + m)
}

// counts tells whether a recovery is evidence. Not yet recovered and within RTO says nothing yet.
func (r Recovery) counts() bool {
	return recoveryWeight[r.Kind] > 0 && r.AgeDays <= recoveryWindow && (r.Recovered || r.Time > r.RTO)
}

// scored is the worse of time against RTO..MTPD and data against RPO..MTDL, weighted by kind and age
// (half per year).
func (r Recovery) scored() scored {
	return scored{
		score:  min(linear(r.Time, r.RTO, r.MTPD), linear(r.Loss, r.RPO, r.MTDL)),
		weight: recoveryWeight[r.Kind] * math.Exp2(-r.AgeDays/365),
	}
}

// breached tells whether a real disruption of the last year went beyond MTPD or the impact tolerance.
func (r Recovery) breached() bool {
	return r.Kind == Disruption && r.AgeDays <= breachWindow && (r.ToleranceBreached || r.Time > r.MTPD)
}

func (i Incident) phases() [3]Phase { return [3]Phase{i.Detect, i.Acknowledge, i.Contain} }

// counts tells whether an incident is evidence: recent, weighty, and no open phase still within target.
func (i Incident) counts() bool {
	for _, p := range i.phases() {
		if p.Open && p.Took <= p.Target {
			return false
		}
	}
	return i.weight() > 0 && i.AgeDays <= responseWindow
}

// open tells whether the score is an upper bound because a phase lasts.
func (i Incident) open() bool { return i.Detect.Open || i.Acknowledge.Open || i.Contain.Open }

// scored is the geometric mean of the phases and the legal notifications, each floored at eps. Time to
// restore is left out: it is in R already.
func (i Incident) scored(p Parameters) scored {
	sum := math.Log(max(notificationScore[i.Notify], p.Eps))
	for _, phase := range i.phases() {
		sum += math.Log(max(logScore(phase.Took, phase.Target, p.Kappa), p.Eps))
	}
	return scored{score: math.Exp(sum / 4), weight: i.weight()}
}

// recoveryEvidence are the recoveries that count.
func (s Service) recoveryEvidence() []Recovery {
	var list []Recovery
	for _, r := range s.Recoveries {
		if r.counts() {
			list = append(list, r)
		}
	}
	return list
}

// responseEvidence are the incidents that count, or the exercises when there are none.
func (s Service) responseEvidence() []Incident {
	var incidents, exercises []Incident
	for _, i := range s.Incidents {
		switch {
		case !i.counts():
		case i.Exercise:
			exercises = append(exercises, i)
		default:
			incidents = append(incidents, i)
		}
	}
	if len(incidents) > 0 {
		return incidents
	}
	return exercises
}

// evidence is what counts of a service, chosen once and resampled often.
type evidence struct {
	downtime   float64
	recoveries []Recovery
	incidents  []Incident
}

func (e evidence) recovery(p Parameters) float64 {
	list := make([]scored, 0, 8)
	for _, r := range e.recoveries {
		list = append(list, r.scored())
	}
	return shrunk(list, p.M)
}

func (e evidence) response(p Parameters) float64 {
	list := make([]scored, 0, 8)
	for _, i := range e.incidents {
		list = append(list, i.scored(p))
	}
	return shrunk(list, p.M)
}

// combine is the service index, 0..100: the weighted geometric mean of the parts, each floored at eps,
// so that one part cannot pay for another; at most 49 after a breach.
func combine(a, r, c float64, breached bool, p Parameters) float64 {
	log := p.WeightA*math.Log(max(a, p.Eps)) + p.WeightR*math.Log(max(r, p.Eps)) + p.WeightC*math.Log(max(c, p.Eps))
	index := 100 * math.Exp(log)
	if breached {
		return min(index, breachedCap)
	}
	return index
}

// weightedIndex is the organisation index: the geometric mean of the service indices, weighted by g.
func weightedIndex(indices, weights []float64, eps float64) float64 {
	sum, weight := 0.0, 0.0
	for i, index := range indices {
		sum += weights[i] * math.Log(max(index/100, eps))
		weight += weights[i]
	}
	return 100 * math.Exp(sum/weight)
}
