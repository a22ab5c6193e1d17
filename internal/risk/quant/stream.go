package quant

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// chunkYears is the number of years that share a random stream. It is part of the method: another
// value gives other, equally good, samples.
const chunkYears = 8192

// measure tells what a stream is for, so that nothing that is drawn changes what else is drawn.
type measure byte

const (
	forOccurrence measure = 'o' // which years have events, and how many
	forLoss       measure = 'l' // what an event costs
	forMinutes    measure = 'm' // how long it lasts
	forCause      measure = 'c' // whether a common cause is present
	forFactor     measure = 'f' // the common factor of all scenarios with a loading
)

// stream is a random stream that gives its words in any order: SplitMix64 (Steele, Lea and Flood 2014) with
// a step of its own.
type stream struct{ start, step uint64 }

// newStream is the stream of one measure of one chunk of years of one scenario, cause or factor: start and
// step are taken from SHA-256 of (seed, measure, chunk, id). No two share a stream.
func newStream(seed uint64, m measure, chunk int, id string) stream {
	b := make([]byte, 0, 64)
	b = binary.LittleEndian.AppendUint64(b, seed)
	b = append(b, byte(m))
	b = binary.LittleEndian.AppendUint64(b, uint64(chunk))
	sum := sha256.Sum256(append(b, id...))
	s := stream{start: binary.LittleEndian.Uint64(sum[:8]), step: binary.LittleEndian.Uint64(sum[8:16]) | 1}
	if bits.OnesCount64(s.step^s.step>>1) < 24 { // too regular a step mixes badly
		s.step ^= 0xaaaaaaaaaaaaaaaa
	}
	return s
}

// word is the i-th random word.
func (s stream) word(i uint64) uint64 {
	z := s.start + i*s.step
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit reads a random word as a number above 0 and below 1.
func unit(word uint64) float64 { return float64(int64(word>>11|1)) * 0x1p-53 }
