package quant

import "sync"

// ledger records the amounts of one yearly quantity, chunk by chunk in any order.
type ledger struct {
	mu        sync.Mutex
	histogram histogram
	centre    float64      // what deviations are taken from
	moments   [][2]float64 // by chunk: sum of the deviations and of their squares
	appetites []float64
	above     []int // amounts above each of them
}

func newLedger(years int, centre *float64, appetites []float64) *ledger {
	l := &ledger{moments: make([][2]float64, (years+chunkYears-1)/chunkYears), appetites: appetites, above: make([]int, len(appetites))}
	if centre != nil {
		l.centre = *centre
	}
	return l
}

// record takes the amounts of one chunk.
func (l *ledger) record(chunk int, amounts []float64) {
	sum, squares := 0.0, 0.0
	for _, x := range amounts {
		d := x - l.centre
		sum += d
		squares += d * d
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.moments[chunk] = [2]float64{sum, squares}
	l.histogram.record(amounts)
	for i, limit := range l.appetites {
		for _, x := range amounts {
			if x > limit {
				l.above[i]++
			}
		}
	}
}
