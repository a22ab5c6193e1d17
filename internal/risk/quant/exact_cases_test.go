package quant_test

import (
	"math"
	"testing"

	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/quant"
	"gonum.org/v1/gonum/mathext"
)

// strata is a distribution as 100,000 equally likely values, each the mean between two quantiles; below is E[X; X <= x].
func strata(quantile, below func(float64) float64, mean float64) fair.Distribution {
	const n = 100_000
	d, before := fair.Distribution{Kind: fair.Empirical, Values: make([]float64, n)}, 0.0
	for i := range d.Values {
		upTo := mean
		if i < n-1 {
			upTo = below(quantile(float64(i+1) / n))
		}
		d.Values[i], before = (upTo-before)*n, upTo
	}
	return d
}

func exponential(mean float64) fair.Distribution {
	return strata(func(p float64) float64 { return -mean * math.Log1p(-p) },
		func(x float64) float64 { return mean - (x+mean)*math.Exp(-x/mean) }, mean)
}

func gamma2() fair.Distribution {
	return strata(func(p float64) float64 { return mathext.GammaIncRegInv(2, p) },
		func(x float64) float64 { return 2 * mathext.GammaIncReg(3, x) }, 2)
}

func loss(d fair.Distribution) []fair.Loss { return []fair.Loss{{Amount: d}} }

func logs(mu, sigma float64) fair.Distribution {
	return fair.Interval90(math.Exp(mu-fair.Z95*sigma), math.Exp(mu+fair.Z95*sigma))
}

func TestExactCompoundPoissonCasesOfReference(t *testing.T) {
	for _, c := range []struct {
		name                               string
		rate                               float64
		size                               fair.Distribution
		mean, sd, none                     float64
		var90, var95, var99, t90, t95, t99 float64
	}{
		{"lognormal", 2, logs(14.162084, 1.610574), 10346982.46, 26765015.47, 0.13533528, 0, 0, 0, 0, 0, 0},
		{"exponential", 2, exponential(1000), 2000, 2000, math.Exp(-2), 4728.411, 5956.922, 8622.568, 6441.513, 7605.438, 10171.926},
		{"gamma", 10, gamma2(), 20, math.Sqrt(60), math.Exp(-10), 0, 33.794218, 40.811793, 0, 38.114426, 44.580948},
		{"rare exponential", 0.5, exponential(100), 50, 100, 0.60653066, 0, 261.637543, 0, 0, 0, 580.421015},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := exact(t, alone(fair.Scenario{ID: "s", Frequency: fair.Fixed(c.rate), Primary: loss(c.size)}), quant.ExactOptions{}).Total
			compare(t, figure{"mean", s.Mean.Value, c.mean, 1e-8}, figure{"sd", s.SD, c.sd, 1e-5}, figure{"P(no loss)", s.NoLoss.Value, c.none, 1e-7})
			for _, f := range []figure{
				{"VaR90", s.VaR90.Value, c.var90, 1e-5},
				{"VaR95", s.VaR95.Value, c.var95, 1e-5},
				{"VaR99", s.VaR99.Value, c.var99, 1e-5},
				{"TVaR90", s.TVaR90.Value, c.t90, 1e-5},
				{"TVaR95", s.TVaR95.Value, c.t95, 1e-5},
				{"TVaR99", s.TVaR99.Value, c.t99, 1e-5},
			} {
				if f.want > 0 {
					compare(t, f)
				}
			}
		})
	}
}

func TestExactFindsAtomsOfPanjersExample(t *testing.T) {
	d := fair.Distribution{Kind: fair.Empirical, Weights: []float64{.15, .2, .25, .125, .075, .05, .05, .05, .025, .025}}
	for i := range d.Weights {
		d.Values = append(d.Values, 500*float64(i+1))
	}
	s := exact(t, alone(fair.Scenario{ID: "s", Frequency: fair.Fixed(10), Primary: loss(d)}), quant.ExactOptions{Appetites: []float64{0, 500, 999, 1000, 1500}}).Total
	compare(t, figure{"mean", s.Mean.Value, 18500, 1e-9}, figure{"variance", s.SD * s.SD, 47625000, 1e-9}, figure{"TVaR95", s.TVaR95.Value, 34448.44, 1e-6})
	for p, want := range map[float64]float64{0.5: 18000, 0.9: 27500, 0.95: 30500, 0.99: 37000} {
		if got, _ := s.At(p); got.Value != want {
			t.Errorf("quantile %v: got %v, want %v", p, got.Value, want)
		}
	}
	above := 1.0
	for i, p := range []float64{4.539992976e-5, 6.809989464e-5, 0, 1.418747805e-4, 2.752370742e-4} {
		above -= p
		compare(t, figure{"exceedance", s.Appetite[i].Probability.Value, above, 1e-12})
	}
}

func TestExactSingleEventCasesOfReference(t *testing.T) {
	s := exact(t, alone(fair.Scenario{ID: "s", Counting: fair.Bernoulli, Frequency: fair.Fixed(0.4), Primary: loss(fair.Interval90(1e5, 1e6))}),
		quant.ExactOptions{Appetites: []float64{1e6}}).Total
	compare(t, figure{"mean", s.Mean.Value, 161600.51, 1e-7}, figure{"VaR95", s.VaR95.Value, 707426.59, 1e-6}, figure{"TVaR95", s.TVaR95.Value, 1054302, 1e-6},
		figure{"VaR99", s.VaR99.Value, 1246771.2, 1e-6}, figure{"TVaR99", s.TVaR99.Value, 1677892.7, 1e-6}, figure{"P(S > 1e6)", s.Appetite[0].Probability.Value, 0.02, 1e-5},
		figure{"P(no loss)", s.NoLoss.Value, 0.6, 1e-12})
	for _, c := range []struct {
		size                      fair.Distribution
		var95, tvar95, var99, t99 float64
	}{
		{fair.Interval90(1e5, 1e6), 1e6, 1392596.5, 0, 2098021.1},
		{exponential(1000), 1000 * math.Log(20), 3995.732, 1000 * math.Log(100), 5605.170},
	} {
		s := exact(t, alone(fair.Scenario{ID: "s", Counting: fair.Bernoulli, Frequency: fair.Fixed(1), Primary: loss(c.size)}), quant.ExactOptions{}).Total
		compare(t, figure{"VaR95", s.VaR95.Value, c.var95, 1e-5}, figure{"TVaR95", s.TVaR95.Value, c.tvar95, 1e-6}, figure{"TVaR99", s.TVaR99.Value, c.t99, 1e-5})
		if c.var99 > 0 {
			compare(t, figure{"VaR99", s.VaR99.Value, c.var99, 1e-4})
		}
	}
}

// One event that certainly happens has the law of its loss: quantiles and limited expected values are those of the shape.
func TestExactSingleEventHasTheLawOfItsLoss(t *testing.T) {
	x := func(v float64) *float64 { return &v }
	for name, d := range map[string]fair.Distribution{
		"narrow lognormal": fair.Interval90(1e6, 1.02e6),
		"wide lognormal":   fair.Interval90(1e3, 1e7),
		"uniform":          {Low: x(12345), High: x(54321)},
		"triangular":       {Kind: fair.Triangular, Low: x(10), Mode: x(10), High: x(77)},
		"PERT":             fair.Modal(0, 50, 100),
		"skewed PERT":      fair.Modal(1000, 1500, 250000),
		"metalog":          {P10: x(17), P50: x(24), P90: x(35), Lower: x(0)},
	} {
		t.Run(name, func(t *testing.T) {
			shape := d.Shape()
			r := exact(t, alone(fair.Scenario{ID: "s", Counting: fair.Bernoulli, Frequency: fair.Fixed(1), Primary: loss(d)}), quant.ExactOptions{Scenarios: true})
			for _, s := range []quant.Summary{r.Total, r.Scenarios[0].Loss} {
				compare(t, figure{"mean", s.Mean.Value, shape.Mean(), 1e-8}, figure{"sd", s.SD, math.Sqrt(shape.Variance()), 1e-5})
				for _, q := range s.Quantiles {
					compare(t, figure{"quantile", q.Amount.Value, shape.Quantile(q.P), 2e-5})
				}
				for a, got := range map[float64]float64{0.95: s.TVaR95.Value, 0.99: s.TVaR99.Value} {
					v := shape.Quantile(a)
					compare(t, figure{"TVaR", got, v + (shape.Mean()-shape.Limited(v))/(1-a), 1e-5})
				}
			}
		})
	}
}
