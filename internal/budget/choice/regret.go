package choice

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Doubt says how far the estimates may be off. Losses are multiplied by a lognormal factor with mean 1 and
// standard deviation of the logarithm LossSigma, each scenario its own; effects e become 1-(1-e)^f with f
// lognormal, median 1 and EffectSigma, so they stay between 0 and 1.
type Doubt struct {
	Draws       int     `json:"draws"`
	Seed        uint64  `json:"seed"`
	LossSigma   float64 `json:"loss_sigma"`
	EffectSigma float64 `json:"effect_sigma"`
}

// Regret is what the choice costs when the estimates are off: in each draw its objective less that of the
// choice that would then have been best.
type Regret struct {
	Doubt
	Mean      float64            `json:"mean"`
	P95       float64            `json:"p95"`
	Max       float64            `json:"max"`
	StillBest float64            `json:"still_best"` // share of draws without regret
	Taken     map[string]float64 `json:"taken"`      // by option: share of draws in whose best choice it stands
	Proven    bool               `json:"proven"`     // every draw was solved to the end
}

// RegretOf solves the problem again under perturbed estimates.
func RegretOf(p Problem, chosen []string, d Doubt, e Effort) (Regret, error) {
	r := Regret{Doubt: d, Taken: map[string]float64{}, Proven: true}
	var regrets []float64
	for draw := 0; draw < d.Draws; draw++ {
		m, err := compile(p.perturbed(d, draw))
		if err != nil {
			return Regret{}, err
		}
		x, err := m.choice("chosen", chosen)
		if err != nil {
			return Regret{}, err
		}
		best, err := m.solve(e, x)
		if err != nil {
			return Regret{}, err
		}
		r.add(&regrets, m.figures(x).Objective, best)
	}
	slices.Sort(regrets)
	if n := len(regrets); n > 0 {
		for _, one := range regrets {
			r.Mean += one / float64(n)
		}
		for id := range r.Taken {
			r.Taken[id] /= float64(n)
		}
		r.StillBest /= float64(n)
		r.P95, r.Max = regrets[int(math.Ceil(0.95*float64(n)))-1], regrets[n-1]
	}
	return r, nil
}

func (r *Regret) add(regrets *[]float64, objective float64, best Result) {
	regret := max(objective-best.Objective, 0)
	if regret <= tolerance*math.Abs(objective) {
		regret = 0
		r.StillBest++
	}
	*regrets = append(*regrets, regret)
	for _, id := range best.Chosen {
		r.Taken[id]++
	}
	r.Proven = r.Proven && best.Proven
}

// perturbed is the problem as one draw sees it. The same draw of the same seed is the same problem.
func (p Problem) perturbed(d Doubt, draw int) Problem {
	random := rand.New(rand.NewPCG(d.Seed, uint64(draw)+1))
	factor := make([]float64, len(p.Scenarios))
	q := p
	q.Scenarios, q.Options, q.Losses = slices.Clone(p.Scenarios), slices.Clone(p.Options), slices.Clone(p.Losses)
	for s := range q.Scenarios {
		factor[s] = math.Exp(d.LossSigma*random.NormFloat64() - d.LossSigma*d.LossSigma/2)
		q.Scenarios[s].ALE *= factor[s]
	}
	for j, o := range p.Options {
		q.Options[j].Effects = map[string]float64{}
		for _, id := range sorted(o.Effects) {
			q.Options[j].Effects[id] = -math.Expm1(math.Log1p(-o.Effects[id]) * math.Exp(d.EffectSigma*random.NormFloat64()))
		}
	}
	for i, trial := range p.Losses {
		q.Losses[i] = slices.Clone(trial)
		for s := range trial {
			q.Losses[i][s] *= factor[s]
		}
	}
	return q
}
