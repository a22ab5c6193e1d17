package stat

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// Uncertainty says how the interval of the resilience index is computed; the seed is stored with the
// result. The zero value means 1000 draws with seed 0.
type Uncertainty struct {
	Draws int
	Seed  uint64
}

// VarianceShare is the part of the variance of the index that goes back to one input alone (first-order
// index of Sobol, estimated by pick-freeze: Saltelli et al. 2010). Input is "evidence", "weights", "k",
// "kappa", "m" or "eps". A share is an estimate with a noise of about 1/sqrt(draws); what is missing
// to 1 comes from inputs acting together.
type VarianceShare struct {
	Input string
	Share float64
}

// The inputs that are varied, each with a stream of its own.
const (
	inEvidence = iota
	inWeights
	inK
	inKappa
	inM
	inEps
	inputs
)

var inputNames = [inputs]string{"evidence", "weights", "k", "kappa", "m", "eps"}

// twin says for each input which of two independent samples a draw takes it from.
type twin [inputs]byte

// spreader holds what does not change between draws.
type spreader struct {
	seed     uint64
	base     Parameters
	services []Service // rated
	pool     []evidence
	breached []bool
	weights  []float64
}

// spread fills P5, P95 and the variance shares.
func (x *ResilienceIndex) spread(services []Service, p Parameters, u Uncertainty) {
	if u.Draws <= 0 {
		u.Draws = 1000
	}
	s := spreader{seed: u.Seed, base: p}
	for i, service := range services {
		if !x.Services[i].Rated() {
			continue
		}
		s.services = append(s.services, service)
		s.pool = append(s.pool, evidence{recoveries: service.recoveryEvidence(), incidents: service.responseEvidence()})
		s.breached = append(s.breached, x.Services[i].Breaches > 0)
		s.weights = append(s.weights, service.Weight)
	}
	first := s.run(u.Draws, twin{})
	limits := Quantiles(first, 0.05, 0.95)
	x.P5, x.P95 = limits[0], limits[1]
	x.Variance = s.shares(first)
}

// run computes the index of every draw.
func (s spreader) run(draws int, from twin) []float64 {
	values := make([]float64, draws)
	for i := range values {
		values[i] = s.draw(i, from)
	}
	return values
}

// draw computes the organisation index once, with varied parameters and resampled evidence.
func (s spreader) draw(i int, from twin) float64 {
	p := s.parameters(i, from)
	indices := make([]float64, len(s.services))
	for k := range s.services {
		e := s.resample(k, s.stream(inEvidence, from, i, s.services[k].ID))
		a := uptimeScore(e.downtime, s.services[k].SLO, p)
		indices[k] = combine(a, e.recovery(p), e.response(p), s.breached[k], p)
	}
	return weightedIndex(indices, s.weights, p.Eps)
}

// parameters are drawn uniformly from the ranges of method ori-1, the weights from Dirichlet(30 w).
func (s spreader) parameters(i int, from twin) Parameters {
	within := func(input int, low, high float64) float64 {
		return low + (high-low)*rand.New(s.stream(input, from, i, "")).Float64()
	}
	p := Parameters{
		K: within(inK, 5, 20), Kappa: within(inKappa, 3, 6),
		M: within(inM, 0.25, 1), Eps: within(inEps, 0.005, 0.05),
	}
	src := s.stream(inWeights, from, i, "")
	a, r, c := gamma(30*s.base.WeightA, src), gamma(30*s.base.WeightR, src), gamma(30*s.base.WeightC, src)
	sum := a + r + c
	p.WeightA, p.WeightR, p.WeightC = a/sum, r/sum, c/sum
	return p
}

func gamma(shape float64, src rand.Source) float64 {
	if shape == 0 {
		return 0
	}
	return distuv.Gamma{Alpha: shape, Beta: 1, Src: src}.Rand()
}

// resample draws the evidence of a service with replacement, and the downtime between its bounds.
func (s spreader) resample(k int, src rand.Source) evidence {
	r, pool := rand.New(src), s.pool[k]
	low, _, high := s.services[k].downtime()
	e := evidence{downtime: low + (high-low)*r.Float64()}
	for range pool.recoveries {
		e.recoveries = append(e.recoveries, pool.recoveries[r.IntN(len(pool.recoveries))])
	}
	for range pool.incidents {
		e.incidents = append(e.incidents, pool.incidents[r.IntN(len(pool.incidents))])
	}
	return e
}

// stream is the source of random numbers of one input of one draw; the service id makes the result
// independent of the order of the services.
func (s spreader) stream(input int, from twin, draw int, id string) rand.Source {
	b := make([]byte, 0, 64)
	b = binary.LittleEndian.AppendUint64(b, s.seed)
	b = binary.LittleEndian.AppendUint64(b, uint64(draw))
	b = append(b, byte(input), from[input])
	sum := sha256.Sum256(append(b, id...))
	return rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16]))
}

// shares estimates the first-order variance share of each input: V(E[Y|input])/V(Y), from the draws of
// sample 0, of sample 1, and of sample 1 with that one input taken from sample 0.
func (s spreader) shares(first []float64) []VarianceShare {
	other := twin{1, 1, 1, 1, 1, 1}
	second := s.run(len(first), other)
	variance := varianceOf(first, second)
	list := make([]VarianceShare, inputs)
	for input := range list {
		frozen := other
		frozen[input] = 0
		mixed := s.run(len(first), frozen)
		mean, sum := meanOf(first), 0.0
		for i := range first {
			sum += (first[i] - mean) * (mixed[i] - second[i])
		}
		list[input].Input = inputNames[input]
		if variance > 0 {
			list[input].Share = min(1, max(0, sum/float64(len(first))/variance))
		}
	}
	return list
}

func meanOf(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// varianceOf is the variance of two samples of the same thing together.
func varianceOf(a, b []float64) float64 {
	all := append(append([]float64(nil), a...), b...)
	mean, sum := meanOf(all), 0.0
	for _, v := range all {
		sum += (v - mean) * (v - mean)
	}
	return sum / float64(len(all))
}
