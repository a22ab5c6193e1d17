package identity

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"accordo.dev/internal/problem"
)

// Limiter bounds attempts to sign in: per e-mail address, against guessing one password, and per network
// address, against trying many people. It holds a bounded number of each; the longest unused goes first.
type Limiter struct {
	emails    buckets
	addresses buckets
}

// NewLimiter makes a limiter: five attempts on one e-mail and twenty from one address at once, then one a
// minute and one every three seconds.
func NewLimiter() *Limiter {
	return &Limiter{
		emails:    buckets{every: time.Minute, burst: 5, most: 10_000},
		addresses: buckets{every: 3 * time.Second, burst: 20, most: 10_000},
	}
}

// Allow counts an attempt; it gives a TooMany problem that says how long to wait.
func (l *Limiter) Allow(now time.Time, email, address string) error {
	wait := max(l.addresses.take(now, address), l.emails.take(now, foldEmail(email)))
	if wait <= 0 {
		return nil
	}
	return problem.New(problem.TooMany, "identity.error.too-many", "seconds", int(wait.Seconds())+1)
}

// Succeeded forgets the failed attempts on an e-mail address.
func (l *Limiter) Succeeded(email string) { l.emails.forget(foldEmail(email)) }

type buckets struct {
	every time.Duration
	burst int
	most  int

	mu    sync.Mutex
	byKey map[string]*list.Element // of bucket
	order list.List                // most recently used first
}

type bucket struct {
	key     string
	limiter *rate.Limiter
}

// take uses one attempt of a key, or says how long until there is one again.
func (b *buckets) take(now time.Time, key string) time.Duration {
	if key == "" {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter := b.get(key)
	if limiter.AllowN(now, 1) {
		return 0
	}
	missing := 1 - limiter.TokensAt(now)
	return time.Duration(missing * float64(b.every))
}

func (b *buckets) get(key string) *rate.Limiter {
	if at, ok := b.byKey[key]; ok {
		b.order.MoveToFront(at)
		return at.Value.(bucket).limiter //nolint:forcetypeassert // we put it there
	}
	if b.byKey == nil {
		b.byKey = map[string]*list.Element{}
	}
	if b.order.Len() >= b.most {
		oldest := b.order.Back()
		delete(b.byKey, oldest.Value.(bucket).key) //nolint:forcetypeassert // we put it there
		b.order.Remove(oldest)
	}
	limiter := rate.NewLimiter(rate.Every(b.every), b.burst)
	b.byKey[key] = b.order.PushFront(bucket{key, limiter})
	return limiter
}

func (b *buckets) forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at, ok := b.byKey[key]; ok {
		b.order.Remove(at)
		delete(b.byKey, key)
	}
}
