package quant

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// chunkYears is the number of years that share a random stream. It is part of the method: another
// value gives other, equally good, samples.
const chunkYears = 4096

// measure tells what a stream is for, so that asking for minutes does not change the losses.
type measure byte

const (
	forLoss    measure = 'l' // occurrence and loss of events
	forMinutes measure = 'm'
)

// stream is the random stream of one measure of one chunk of years of one scenario: PCG seeded from
// SHA-256 of (seed, measure, chunk, scenario id). No two scenarios share a stream.
func stream(seed uint64, m measure, chunk int, id string) *rand.Rand {
	b := make([]byte, 0, 64)
	b = binary.LittleEndian.AppendUint64(b, seed)
	b = append(b, byte(m))
	b = binary.LittleEndian.AppendUint64(b, uint64(chunk))
	sum := sha256.Sum256(append(b, id...))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])))
}

// sampler draws the events of one scenario.
type sampler struct {
	scenario Scenario
	seed     uint64
	size     Lognormal // of the loss
	outage   Lognormal // of the minutes
	rate     Lognormal // of the frequency
}

func newSampler(s Scenario, seed uint64) sampler {
	p := sampler{scenario: s, seed: seed, size: s.Loss.Lognormal(), rate: s.Frequency.Lognormal()}
	if s.Minutes != nil {
		p.outage = s.Minutes.Lognormal()
	}
	return p
}

// fill sets the yearly losses and, if minutes is not nil, the yearly minutes. Time is per event, years
// without events cost next to nothing.
func (p sampler) fill(losses, minutes []float64) {
	clear(losses)
	clear(minutes)
	if p.scenario.Frequency.P95 == 0 {
		return
	}
	for chunk := 0; chunk*chunkYears < len(losses); chunk++ {
		from := chunk * chunkYears
		to := min(from+chunkYears, len(losses))
		var outages []float64
		if minutes != nil {
			outages = minutes[from:to]
		}
		p.chunk(chunk, losses[from:to], outages)
	}
}

func (p sampler) chunk(chunk int, losses, minutes []float64) {
	r := stream(p.seed, forLoss, chunk, p.scenario.ID)
	var m *rand.Rand
	if minutes != nil {
		m = stream(p.seed, forMinutes, chunk, p.scenario.ID)
	}
	event := func(year int) {
		losses[year] += p.size.draw(r)
		if m != nil {
			minutes[year] += p.outage.draw(m)
		}
	}
	if p.rate.Sigma == 0 {
		walk(r, p.scenario.Frequency.P5, len(losses), event)
		return
	}
	for year := range losses {
		rate := p.rate.draw(r)
		for t := r.ExpFloat64(); t < rate; t += r.ExpFloat64() {
			event(year)
		}
	}
}

// walk goes along the axis of years from event to event of a Poisson process.
func walk(r *rand.Rand, rate float64, years int, event func(year int)) {
	end := float64(years)
	for t := r.ExpFloat64() / rate; t < end; t += r.ExpFloat64() / rate {
		event(int(t))
	}
}

func (l Lognormal) draw(r *rand.Rand) float64 { return math.Exp(l.Mu + l.Sigma*r.NormFloat64()) }
