package propagate

import (
	"math"
	"math/bits"
)

// stream is SplitMix64 (Steele, Lea, Flood, 2014) from a state of its own: one for each pair of event and chunk.
type stream uint64

func (s *stream) next() uint64 {
	*s += 0x9E3779B97F4A7C15
	return scramble(uint64(*s))
}

func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// uniform is in (0, 1].
func (s *stream) uniform() float64 { return (float64(s.next()>>11) + 1) / (1 << 53) }

// key is what an event's streams are derived from: its kind and name, under the seed. FNV-1a, scrambled.
func key(seed uint64, kind, name string) uint64 {
	h := uint64(14695981039346656037)
	for _, text := range [...]string{kind, "\x00", name} {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * 1099511628211
		}
	}
	return scramble(scramble(seed) ^ h)
}

func streamOf(key uint64, chunk int) stream {
	return stream(scramble(key ^ scramble(uint64(chunk)+0x632BE59BD9B4E019)))
}

// seldom is the probability below which the distance to the next failure is drawn, and above which all 64 trials of a
// word are drawn together.
const seldom = 1. / 64

// fill draws one bit for each trial, set with probability p. Rare events cost only when they happen: the distance
// to the next is geometric. Others cost about 8 random words for 64 trials: the binary digits of 64 uniform
// numbers are drawn together, and compared with those of p until all are decided.
func (s *stream) fill(words []uint64, p float64) {
	clear(words)
	switch {
	case p <= 0:
	case p >= 1:
		for i := range words {
			words[i] = math.MaxUint64
		}
	case p < seldom:
		s.skip(words, p)
	default:
		digits := uint64(math.Ldexp(p, 64)) // exact: p has 53 digits and is at least 2^-6
		for i := range words {
			words[i] = s.word(digits)
		}
	}
}

func (s *stream) skip(words []uint64, p float64) {
	scale, end := 1/math.Log1p(-p), float64(64*len(words))
	for at := math.Floor(math.Log(s.uniform()) * scale); at < end; at += 1 + math.Floor(math.Log(s.uniform())*scale) {
		words[int(at)>>6] |= 1 << (int(at) & 63)
	}
}

// word sets each bit when its uniform number is below the digits.
func (s *stream) word(digits uint64) uint64 {
	var below uint64
	for open := uint64(math.MaxUint64); open != 0 && digits != 0; digits <<= 1 {
		digit := s.next()
		if bits.LeadingZeros64(digits) == 0 {
			below |= open &^ digit
			open &= digit
		} else {
			open &^= digit
		}
	}
	return below
}
