package stat_test

import (
	"math"
	"reflect"
	"testing"

	"accordo.dev/internal/stat"
	"pgregory.net/rapid"
)

func recovery(kind stat.RecoveryKind, age, t, rto, mtpd, d, rpo, mtdl float64) stat.Recovery {
	return stat.Recovery{
		Kind: kind, AgeDays: age, Recovered: true, Time: t, RTO: rto, MTPD: mtpd, Loss: d, RPO: rpo, MTDL: mtdl,
	}
}

func watched(id string, weight, slo, u float64) stat.Service {
	return stat.Service{ID: id, Weight: weight, SLO: slo, Coverage: 1, DowntimeLow: u, DowntimeHigh: u}
}

// bank is the published test vector: payments, ecommerce and hr.
func bank() []stat.Service {
	payments := watched("payments", 5, 0.999, 0.0015)
	payments.Recoveries = []stat.Recovery{
		recovery(stat.Failover, 30, 1.5, 2, 8, 0.1, 0.25, 1),
		recovery(stat.Disruption, 200, 3, 2, 8, 0.1, 0.25, 1),
		recovery(stat.RestoreTest, 90, 0.5, 2, 8, 0, 0.25, 1),
	}
	payments.Incidents = []stat.Incident{{
		Severity: 4, Detect: stat.Phase{Took: 0.5, Target: 1}, Acknowledge: stat.Phase{Took: 0.2, Target: 0.25},
		Contain: stat.Phase{Took: 6, Target: 4}, Notify: stat.InTime,
	}}
	ecommerce := watched("ecommerce", 4, 0.999, 0.0004)
	ecommerce.Incidents = []stat.Incident{{
		Exercise: true, Detect: stat.Phase{Took: 0.5, Target: 1}, Acknowledge: stat.Phase{Took: 0.2, Target: 0.25},
		Contain: stat.Phase{Took: 3, Target: 4}, Notify: stat.InTime,
	}}
	hr := watched("hr", 1, 0.995, 0.02)
	hr.Recoveries = []stat.Recovery{recovery(stat.Failover, 10, 20, 24, 72, 12, 24, 48)}
	return []stat.Service{payments, ecommerce, hr}
}

func resilience(t *testing.T, services []stat.Service) stat.ResilienceIndex {
	t.Helper()
	x, err := stat.Resilience(services, stat.DefaultParameters(), stat.Uncertainty{Draws: 200, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// one is the index of a single service.
func one(t *testing.T, s stat.Service) stat.ServiceIndex {
	t.Helper()
	return resilience(t, []stat.Service{s}).Services[0]
}

func same(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }

func TestResilienceVectors(t *testing.T) {
	x := resilience(t, bank())
	for i, want := range []struct {
		id         string
		a, r, c, i float64
	}{
		{"payments", 0.8239, 0.7592, 0.7337, 77.1361},
		{"ecommerce", 1.0, 0.0, 0.5, 17.0998},
		{"hr", 0.3979, 0.6624, 0.0, 13.8140},
	} {
		s := x.Services[i]
		if s.ID != want.id || !same(s.A.Value.X, want.a, 5e-5) || !same(s.R, want.r, 5e-5) ||
			!same(s.C, want.c, 5e-5) || !same(s.Index.Value.X, want.i, 5e-5) {
			t.Errorf("got %+v, want %+v", s, want)
		}
	}
	if got, want := x.Index.Value.X, 35.55; !same(got, want, 5e-3) {
		t.Errorf("organisation: got %v, want %v", got, want)
	}
	if got, want := x.Lowest, "hr"; got != want {
		t.Errorf("lowest: got %v, want %v", got, want)
	}
	if x.RatedShare != 1 || !same(x.RecoveryShare, 0.6, 1e-12) || x.Breaches != 0 || x.Method != "ori-1" {
		t.Errorf("got rated %v recovery %v breaches %v method %v", x.RatedShare, x.RecoveryShare, x.Breaches, x.Method)
	}
}

func TestUptimeScoreVectors(t *testing.T) {
	for u, want := range map[float64]float64{0.0005: 1, 0.002: 0.6990, 0.005: 0.3010, 0.01: 0} {
		if got := one(t, watched("s", 1, 0.999, u)).A.Value.X; !same(got, want, 5e-5) {
			t.Errorf("u=%v: got %v, want %v", u, got, want)
		}
	}
}

func TestRecoveryScoreIsLinearBetweenTargets(t *testing.T) {
	s := watched("s", 1, 0.999, 0)
	s.Recoveries = []stat.Recovery{recovery(stat.Disruption, 0, 5, 2, 8, 0, 1, 2)}
	if got, want := one(t, s).R, 0.5*1/(1+0.5); !same(got, want, 1e-12) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPhaseScoreVectors(t *testing.T) {
	for took, q := range map[float64]float64{2: 0.5, 3: 0.2075} {
		s := watched("s", 1, 0.999, 0)
		ok := stat.Phase{Took: 1, Target: 1}
		s.Incidents = []stat.Incident{{Severity: 3, Detect: ok, Acknowledge: ok, Contain: stat.Phase{Took: took, Target: 1}, Notify: stat.InTime}}
		if got, want := one(t, s).C, math.Pow(q, 0.25)/1.5; !same(got, want, 5e-5) {
			t.Errorf("t=%v: got %v, want %v", took, got, want)
		}
	}
}

func TestCeilingByEvidence(t *testing.T) {
	perfect := func(kind stat.RecoveryKind, age float64) stat.Recovery { return recovery(kind, age, 0, 2, 8, 0, 1, 2) }
	for _, tc := range []struct {
		list []stat.Recovery
		want float64
	}{
		{[]stat.Recovery{perfect(stat.Failover, 0)}, 0.667},
		{[]stat.Recovery{perfect(stat.Failover, 0), perfect(stat.Failover, 0)}, 0.8},
		{[]stat.Recovery{perfect(stat.RestoreTest, 0)}, 0.5},
		{[]stat.Recovery{perfect(stat.Failover, 365)}, 0.5},
		{[]stat.Recovery{perfect(stat.Tabletop, 0)}, 0},
		{[]stat.Recovery{perfect(stat.Failover, 731)}, 0},
	} {
		s := watched("s", 1, 0.999, 0)
		s.Recoveries = tc.list
		if got := one(t, s).R; !same(got, tc.want, 5e-4) {
			t.Errorf("R of %v: got %v, want %v", tc.list, got, tc.want)
		}
	}
	ok := stat.Phase{Took: 1, Target: 1}
	perfectIncident := stat.Incident{Detect: ok, Acknowledge: ok, Contain: ok, Notify: stat.InTime}
	for _, tc := range []struct {
		severity, exercises int
		want                float64
	}{{0, 1, 0.5}, {0, 2, 0.667}, {0, 4, 0.8}, {4, 0, 0.8}, {3, 0, 0.667}, {2, 0, 0}, {4, 3, 0.8}} {
		s := watched("s", 1, 0.999, 0)
		for range tc.exercises {
			e := perfectIncident
			e.Exercise = true
			s.Incidents = append(s.Incidents, e)
		}
		if tc.severity > 0 {
			i := perfectIncident
			i.Severity = tc.severity
			s.Incidents = append(s.Incidents, i)
		}
		if got := one(t, s).C; !same(got, tc.want, 5e-4) {
			t.Errorf("C of severity %d, %d exercises: got %v, want %v", tc.severity, tc.exercises, got, tc.want)
		}
	}
}

func TestTooLittleMonitoringIsNotRated(t *testing.T) {
	services := bank()
	services[2].Coverage = 0.79 // hr, 10 % of the weight
	x := resilience(t, services)
	if got := x.Services[2]; got.Reason != stat.ReasonCoverage || got.Index.Value.Known || got.A.Value.Known {
		t.Errorf("got %+v, want not rated", got)
	}
	if x.Reason != "" || !same(x.RatedShare, 0.9, 1e-12) || x.Lowest != "ecommerce" {
		t.Errorf("got %v %v %v, want an index over the rated 90 %%", x.Reason, x.RatedShare, x.Lowest)
	}
	services[1].Coverage = 0.5 // ecommerce too: 50 % of the weight left
	x = resilience(t, services)
	if x.Reason != stat.ReasonRatedWeight || x.Index.Value.Known || x.P5.Known {
		t.Errorf("got %v %v, want no index", x.Reason, x.Index)
	}
	if x := resilience(t, nil); x.Reason != stat.ReasonNoServices {
		t.Errorf("got %v, want %v", x.Reason, stat.ReasonNoServices)
	}
}

func TestPartialMonitoringGivesBounds(t *testing.T) {
	s := watched("s", 1, 0.99, 0.018)
	s.Coverage, s.DowntimeHigh = 0.9, 0.118
	x := one(t, s)
	// u of the monitored time is 0.02; b = 0.01, K = 10.
	if a := x.A; !same(a.Value.X, 0.69897, 5e-6) || !same(a.Low.X, 0, 1e-12) || !same(a.High.X, 1-math.Log10(1.8), 1e-9) {
		t.Errorf("got %+v", a)
	}
	if i := x.Index; !(i.Low.X < i.Value.X && i.Value.X < i.High.X) {
		t.Errorf("got %+v, want bounds around the index", i)
	}
}

func TestBreachCapsTheService(t *testing.T) {
	services := bank()
	if got := one(t, services[0]); got.Capped || got.Breaches != 0 {
		t.Fatalf("got %+v, want no breach", got)
	}
	tolerance := services[0]
	tolerance.Recoveries = append([]stat.Recovery(nil), tolerance.Recoveries...)
	tolerance.Recoveries[1].ToleranceBreached = true
	counted := services[0]
	counted.Breaches = 2
	long := services[0]
	long.Recoveries = append([]stat.Recovery(nil), long.Recoveries...)
	long.Recoveries[1].Time = 8.5
	for _, tc := range []struct {
		s        stat.Service
		breaches int
	}{{tolerance, 1}, {counted, 2}, {long, 1}} {
		x := one(t, tc.s)
		if x.Breaches != tc.breaches || x.Index.Value != stat.Known(49) || !x.Capped {
			t.Errorf("got %d breaches, index %v, want %d, 49", x.Breaches, x.Index.Value, tc.breaches)
		}
	}
	test := services[0]
	test.Recoveries = append([]stat.Recovery(nil), test.Recoveries...)
	test.Recoveries[0].Time = 9 // a failover test beyond MTPD is a bad score, not a breach
	if got := one(t, test).Breaches; got != 0 {
		t.Errorf("test: got %v breaches, want 0", got)
	}
}

func TestOpenEvidenceIsAnUpperBound(t *testing.T) {
	s := watched("s", 1, 0.999, 0)
	open := recovery(stat.Disruption, 0, 1, 2, 8, 0, 1, 2)
	open.Recovered = false
	s.Recoveries = []stat.Recovery{open}
	if x := one(t, s); x.Provisional || x.R != 0 {
		t.Errorf("within RTO: got %v %v, want left out", x.Provisional, x.R)
	}
	s.Recoveries[0].Time = 5
	if x := one(t, s); !x.Provisional || !same(x.R, 0.5/1.5, 1e-12) {
		t.Errorf("after RTO: got %v %v, want provisional", x.Provisional, x.R)
	}
	ok := stat.Phase{Took: 1, Target: 1}
	s.Incidents = []stat.Incident{{Severity: 5, Detect: ok, Acknowledge: ok, Contain: stat.Phase{Took: 1, Target: 2, Open: true}, Notify: stat.InTime}}
	s.Recoveries = nil
	if x := one(t, s); x.Provisional || x.C != 0 {
		t.Errorf("phase within target: got %v %v, want left out", x.Provisional, x.C)
	}
	s.Incidents[0].Contain.Took = 4
	if x := one(t, s); !x.Provisional || !same(x.C, math.Pow(0.5, 0.25)*4/4.5, 1e-12) {
		t.Errorf("phase after target: got %v %v, want provisional", x.Provisional, x.C)
	}
}

func TestTargetsTheWrongWayRoundAreFindings(t *testing.T) {
	s := watched("s", 1, 0.999, 0)
	s.Recoveries = []stat.Recovery{
		recovery(stat.Failover, 0, 1, 2, 8, 0, 0, 0), recovery(stat.Failover, 0, 1, 8, 8, 0, 3, 2),
	}
	want := []stat.TargetFinding{{Service: "s", Record: 1, Field: "rto"}, {Service: "s", Record: 1, Field: "rpo"}}
	if got := resilience(t, []stat.Service{s}).Findings; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestResilienceIntervalIsReproducible(t *testing.T) {
	compute := func(seed uint64) stat.ResilienceIndex {
		x, err := stat.Resilience(bank(), stat.DefaultParameters(), stat.Uncertainty{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	a, b, c := compute(1), compute(1), compute(2)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("got %v and %v with one seed", a, b)
	}
	if a.P5 == c.P5 {
		t.Errorf("got %v with two seeds", a.P5)
	}
	if !(a.P5.X < a.Index.Value.X && a.Index.Value.X < a.P95.X) {
		t.Errorf("got %v..%v around %v", a.P5, a.P95, a.Index.Value)
	}
}

func TestVarianceComesFromTheInputsThatMatter(t *testing.T) {
	// Without evidence, and with all targets kept, only weights and eps can move the index.
	x := resilience(t, []stat.Service{watched("s", 1, 0.999, 0)})
	for _, v := range x.Variance {
		moves := v.Input == "weights" || v.Input == "eps"
		if moves != (v.Share > 0.05) || !moves && v.Share != 0 {
			t.Errorf("%s: got %v", v.Input, v.Share)
		}
	}
}

func TestServiceWithoutMeaningIsRefused(t *testing.T) {
	for name, change := range map[string]func(*stat.Service){
		"slo 100 %": func(s *stat.Service) { s.SLO = 1 },
		"weight":    func(s *stat.Service) { s.Weight = 0 },
		"id":        func(s *stat.Service) { s.ID = "" },
		"twice":     func(s *stat.Service) { s.ID = "payments" },
		"coverage":  func(s *stat.Service) { s.Coverage = 95 },
		"downtime":  func(s *stat.Service) { s.DowntimeLow = 0.5 },
		"kind":      func(s *stat.Service) { s.Recoveries = []stat.Recovery{{}} },
		"time":      func(s *stat.Service) { s.Recoveries = []stat.Recovery{{Kind: stat.Failover, Time: math.NaN()}} },
		"target":    func(s *stat.Service) { s.Incidents = []stat.Incident{{Severity: 3, Notify: stat.InTime}} },
		"notify":    func(s *stat.Service) { s.Incidents = []stat.Incident{{Severity: 3}} },
	} {
		services := bank()
		change(&services[2])
		if _, err := stat.Resilience(services, stat.DefaultParameters(), stat.Uncertainty{}); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	p := stat.DefaultParameters()
	p.WeightA = 0.5
	if _, err := stat.Resilience(bank(), p, stat.Uncertainty{}); err == nil {
		t.Error("weights: got no error")
	}
}

func TestMoreDowntimeNeverHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.Float64Range(0, 0.5).Draw(t, "u")
		more := rapid.Float64Range(u, 1).Draw(t, "more")
		index := func(u float64) float64 {
			services := bank()
			services[0].DowntimeLow, services[0].DowntimeHigh = u, u
			x, err := stat.Resilience(services, stat.DefaultParameters(), stat.Uncertainty{Draws: 1})
			if err != nil {
				t.Fatal(err)
			}
			return x.Index.Value.X
		}
		if a, b := index(u), index(more); b > a+1e-9 || a < 0 || a > 100 {
			t.Fatalf("got %v at u=%v, %v at u=%v", a, u, b, more)
		}
	})
}

func BenchmarkResilienceThousandDraws(b *testing.B) {
	var services []stat.Service
	for i := range 5 {
		for _, s := range bank() {
			s.ID += string(rune('a' + i))
			services = append(services, s)
		}
	}
	for b.Loop() {
		if _, err := stat.Resilience(services, stat.DefaultParameters(), stat.Uncertainty{}); err != nil {
			b.Fatal(err)
		}
	}
}
