package choice_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"accordo.dev/internal/budget/choice"
)

// knapsack is a problem of linear values alone; weights by row, then by item.
func knapsack(values []float64, weights [][]float64, limits []float64) choice.Problem {
	p := choice.Problem{Budgets: limits, Objective: choice.Objective{Value: 1}}
	for j, v := range values {
		o := choice.Option{ID: strconv.Itoa(j), Value: v}
		for _, row := range weights {
			o.Cost = append(o.Cost, row[j])
		}
		p.Options = append(p.Options, o)
	}
	return p
}

func TestPetersensFirstProblem(t *testing.T) {
	p := knapsack([]float64{100, 600, 1200, 2400, 500, 2000}, [][]float64{
		{8, 12, 13, 64, 22, 41},
		{8, 12, 13, 75, 22, 41},
		{3, 6, 4, 18, 6, 4},
		{5, 10, 8, 32, 6, 12},
		{5, 13, 8, 42, 6, 20},
		{5, 13, 8, 48, 6, 20},
		{0, 0, 0, 0, 8, 0},
		{3, 0, 4, 0, 8, 0},
		{3, 2, 4, 0, 8, 4},
		{3, 2, 4, 8, 8, 4},
	}, []float64{80, 96, 20, 36, 44, 48, 10, 18, 22, 24})
	if got := solve(t, p); got.Value != 3800 || !got.Proven {
		t.Errorf("got %v, want 3800", got.Value)
	}
}

// drand is the 48-bit generator of the C library, with which Pisinger's instances are made.
type drand uint64

func (d *drand) below(n int64) int64 {
	*d = (*d*0x5DEECE66D + 0xB) & (1<<48 - 1)
	return int64(*d>>17) % n
}

// pisinger makes an instance of the published generator: kind 1 is uncorrelated, kind 3 strongly correlated.
func pisinger(kind, n int, span int64) choice.Problem {
	d := drand(1<<16 | 0x330E)
	values, weights, total, heaviest := make([]float64, n), make([]float64, n), int64(0), int64(0)
	for j := range n {
		w := d.below(span) + 1
		v := w + span/10
		if kind == 1 {
			v = d.below(span) + 1
		}
		values[j], weights[j] = float64(v), float64(w)
		total, heaviest = total+w, max(heaviest, w)
	}
	limit := total / 101
	if limit <= heaviest {
		limit = heaviest + 1
	}
	return knapsack(values, [][]float64{weights}, []float64{float64(limit)})
}

func TestPisingersInstances(t *testing.T) {
	for _, tc := range []struct {
		kind, n int
		want    float64
	}{{1, 100, 9147}, {3, 100, 2397}, {1, 10_000, 563647}} {
		if got := solve(t, pisinger(tc.kind, tc.n, 1000)); got.Value != tc.want || !got.Proven {
			t.Errorf("kind %d, %d items: got %v, want %v", tc.kind, tc.n, got.Value, tc.want)
		}
	}
}

// chuBeasley makes a multi-dimensional instance in their manner: weights uniform to 1000, values correlated
// with the mean weight, limits a share of all weights.
func chuBeasley(seed uint64, n, rows int, tight float64) choice.Problem {
	r := rand.New(rand.NewPCG(seed, 1))
	weights, limits, values := make([][]float64, rows), make([]float64, rows), make([]float64, n)
	for i := range weights {
		weights[i] = make([]float64, n)
		for j := range weights[i] {
			weights[i][j] = float64(r.IntN(1000) + 1)
			limits[i] += tight * weights[i][j]
			values[j] += weights[i][j] / float64(rows)
		}
		limits[i] = math.Floor(limits[i])
	}
	for j := range values {
		values[j] = math.Floor(values[j] + 500*r.Float64())
	}
	return knapsack(values, weights, limits)
}

// Values found by two searches of different order of branching.
func TestOrderOfItemsDoesNotMatter(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		p := chuBeasley(seed, 50, 5, 0.5)
		want := solve(t, p)
		rand.New(rand.NewPCG(seed, 9)).Shuffle(len(p.Options), func(a, b int) { p.Options[a], p.Options[b] = p.Options[b], p.Options[a] })
		if got := solve(t, p); got.Value != want.Value || !got.Proven {
			t.Errorf("seed %d: got %v, want %v", seed, got.Value, want.Value)
		}
	}
}

func BenchmarkKnapsack100x5(b *testing.B) {
	for _, tight := range []float64{0.25, 0.5, 0.75} {
		b.Run(fmt.Sprintf("tightness=%v", tight), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if r := solve(b, chuBeasley(uint64(i%10+1), 100, 5, tight)); !r.Proven {
					b.Fatal("not proven")
				}
			}
		})
	}
}

func BenchmarkKnapsack10000Items(b *testing.B) {
	for b.Loop() {
		solve(b, pisinger(1, 10_000, 1000))
	}
}
