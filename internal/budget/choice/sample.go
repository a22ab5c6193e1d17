package choice

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// Estimate is a scenario as a 90 % interval: loss events are a Poisson process with Frequency events a year,
// the loss of one is lognormal with 5 % and 95 % points Low and High.
type Estimate struct {
	Frequency, Low, High float64
}

const z95 = 1.6448536269514722 // the 95 % quantile of the standard normal distribution

func (e Estimate) lognormal() (mu, sigma float64) {
	return (math.Log(e.Low) + math.Log(e.High)) / 2, math.Log(e.High/e.Low) / (2 * z95)
}

// ALE is the mean loss of a year, frequency times exp(mu + sigma^2/2).
func (e Estimate) ALE() float64 {
	mu, sigma := e.lognormal()
	return e.Frequency * math.Exp(mu+sigma*sigma/2)
}

// fill adds the yearly losses of a scenario to column s of the trials. Its stream hangs on the seed and its
// id, so that scenarios are independent and their order does not matter.
func (e Estimate) fill(losses [][]float64, s int, id string, seed uint64) {
	hash := fnv.New64a()
	hash.Write([]byte(id))
	random := rand.New(rand.NewPCG(seed, hash.Sum64()))
	mu, sigma := e.lognormal()
	for at := random.ExpFloat64() / e.Frequency; at < float64(len(losses)); at += random.ExpFloat64() / e.Frequency {
		losses[int(at)][s] += math.Exp(mu + sigma*random.NormFloat64())
	}
}
