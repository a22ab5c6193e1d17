package quant

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"sync"
)

// store keeps what was computed, under what it was computed from, and forgets what was not used for the longest time.
type store struct {
	mu    sync.Mutex
	clock uint64
	bytes int
	kept  map[string]*kept
}

type kept struct {
	value any
	bytes int
	used  uint64
}

// mostKept is the memory that a store may take, about.
const mostKept = 192 << 20

func newStore() *store { return &store{kept: map[string]*kept{}} }

// get finds what is kept under the key, or makes it. Two that ask at the same time may both make it.
func get[T any](s *store, key string, bytes func(T) int, make func() T) T {
	s.mu.Lock()
	s.clock++
	if k := s.kept[key]; k != nil {
		k.used = s.clock
		s.mu.Unlock()
		return k.value.(T)
	}
	s.mu.Unlock()
	value := make()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[key] == nil {
		s.kept[key] = &kept{value, bytes(value), s.clock}
		s.bytes += bytes(value)
		s.shrink()
	}
	return value
}

// shrink forgets the oldest half of what is kept when there is too much.
func (s *store) shrink() {
	for limit := s.clock; s.bytes > mostKept && len(s.kept) > 1; {
		oldest := limit
		for _, k := range s.kept {
			oldest = min(oldest, k.used)
		}
		middle := oldest + (limit-oldest)/2
		for key, k := range s.kept {
			if k.used <= middle {
				s.bytes -= k.bytes
				delete(s.kept, key)
			}
		}
	}
}

func (s *store) line(key string, make func() *line) *line {
	return get(s, key, func(l *line) int { return 32*len(l.size) + 16*len(l.rates) + len(key) + 200 }, func() *line {
		l := make()
		l.key = key
		return l
	})
}

// digest is a short key of a grid and lines, and what else there is.
func digest(g grid, allowed float64, lines []*line, more ...string) string {
	h := sha256.New()
	var numbers [24]byte
	binary.LittleEndian.PutUint64(numbers[:], math.Float64bits(g.h))
	binary.LittleEndian.PutUint64(numbers[8:], uint64(g.n)<<2|flag(g.atoms)<<1|flag(g.rough))
	binary.LittleEndian.PutUint64(numbers[16:], math.Float64bits(allowed))
	h.Write(numbers[:])
	for _, l := range lines {
		h.Write([]byte(l.key))
		h.Write([]byte{0})
	}
	for _, m := range more {
		h.Write([]byte(m))
		h.Write([]byte{0})
	}
	return string(h.Sum(nil))
}

func flag(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (s *store) block(g grid, allowed float64, lines []*line, make func() *block) *block {
	return get(s, digest(g, allowed, lines), (*block).bytes, make)
}
