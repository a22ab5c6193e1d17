package quant_test

import (
	"syscall"
	"testing"

	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
)

// simulated measures a simulation with all figures; CPU seconds are those of all threads.
func simulated(b *testing.B, p fair.Portfolio, years int) {
	b.Helper()
	b.ReportAllocs()
	before := used(b)
	for b.Loop() {
		if _, err := quant.Simulate(p, quant.Options{Seed: 1, Years: years}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((used(b)-before)/float64(b.N), "cpu-s/op")
}

func used(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func BenchmarkSimulate10Scenarios10000Years(b *testing.B) {
	simulated(b, fair.Portfolio{Scenarios: portfolio(10)}, 10_000)
}

func BenchmarkSimulate100Scenarios100000Years(b *testing.B) {
	simulated(b, fair.Portfolio{Scenarios: portfolio(100)}, 100_000)
}

func BenchmarkSimulate500Scenarios1000000Years(b *testing.B) {
	simulated(b, fair.Portfolio{Scenarios: portfolio(500)}, 1_000_000)
}

func BenchmarkSimulateCopula100Scenarios100000Years(b *testing.B) {
	p := fair.Portfolio{Scenarios: portfolio(100)}
	for i := range p.Scenarios {
		p.Scenarios[i].Loading = 0.5
	}
	simulated(b, p, 100_000)
}

func BenchmarkSimulateCauses100Scenarios100000Years(b *testing.B) {
	p := fair.Portfolio{Scenarios: portfolio(100), Causes: []fair.Cause{{ID: "supplier", Probability: 0.1}, {ID: "patch", Probability: 0.2}}}
	for i := range p.Scenarios {
		p.Scenarios[i].Causes = []fair.Link{{Cause: p.Causes[i%2].ID, Factor: 3}}
	}
	simulated(b, p, 100_000)
}

func BenchmarkSimulateProduct100Scenarios100000Years(b *testing.B) {
	simulated(b, fair.Portfolio{Scenarios: products(100)}, 100_000)
}
