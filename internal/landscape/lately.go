package landscape

import (
	"slices"
	"sync"
)

// lately keeps the values that were computed last, by key.
type lately[T any] struct {
	mu   sync.Mutex
	size int
	keys []string
	all  map[string]T
}

// get gives a kept value, or computes and keeps it. Two who ask at once may both compute.
func (l *lately[T]) get(key string, compute func() (T, error)) (T, error) {
	l.mu.Lock()
	value, ok := l.all[key]
	l.mu.Unlock()
	if ok {
		return value, nil
	}
	value, err := compute()
	if err != nil {
		return value, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[string]T{}
	}
	if _, there := l.all[key]; !there {
		l.keys = append(l.keys, key)
	}
	l.all[key] = value
	if len(l.keys) > l.size {
		delete(l.all, l.keys[0])
		l.keys = slices.Delete(l.keys, 0, 1)
	}
	return value, nil
}
