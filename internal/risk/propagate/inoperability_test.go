package propagate_test

import (
	"testing"

	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/propagate"
)

// Case 28 of the reference: the published examples of Haimes and Jiang (2001) and of Lian and Haimes (2006).
func TestInoperabilityIsAsPublished(t *testing.T) {
	for name, c := range map[string]struct {
		a       [][]float64
		c, want []float64
		raw     []float64
		clipped int
	}{
		"two":    {[][]float64{{0, .8}, {.2, 0}}, []float64{0, .6}, []float64{.5714286, .7142857}, []float64{.5714286, .7142857}, 0},
		"four":   {[][]float64{{0, .9, 0, 0}, {.4, 0, 0, 0}, {1, .8, 0, 0}, {1, .9, 0, 0}}, []float64{0, .5, 0, 0}, []float64{.703125, .78125, 1, 1}, []float64{.703125, .78125, 1.328125, 1.40625}, 2},
		"demand": {[][]float64{{.15, .5}, {.1, .05}}, []float64{0, .1}, []float64{.0660066, .1122112}, []float64{.0660066, .1122112}, 0},
	} {
		got, err := propagate.Inoperable(c.a, c.c)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.want {
			if !near(got.Values[i], c.want[i], 1e-7) || !near(got.Raw[i], c.raw[i], 1e-7) {
				t.Errorf("%s, %d: got %v (%v), want %v (%v)", name, i, got.Values[i], got.Raw[i], c.want[i], c.raw[i])
			}
		}
		if len(got.Clipped) != c.clipped {
			t.Errorf("%s: got %v clipped, want %d of them", name, got.Clipped, c.clipped)
		}
	}
}

func TestInoperabilityWithoutEquilibriumIsRefused(t *testing.T) {
	for _, a := range [][][]float64{{{0, 1}, {1, 0}}, {{1.2, 0}, {0, 0}}, {{0, 2}, {.6, 0}}} {
		_, err := propagate.Inoperable(a, []float64{.1, .1})
		if p, ok := problem.As(err); !ok || p.Field != "a" || p.Key != "propagate.radius" {
			t.Errorf("%v: got %v, want the spectral radius refused", a, err)
		}
	}
	_, err := propagate.Inoperable([][]float64{{0, -.1}, {0, 0}}, []float64{0, 2})
	if p, ok := problem.As(err); !ok || len(p.Causes) != 2 || p.Causes[0].Field != "a[0][1]" || p.Causes[1].Field != "c[1]" {
		t.Errorf("got %v, want both fields refused", err)
	}
}

func TestRecoveryTotalsAreAsPublished(t *testing.T) {
	got, err := propagate.Recover([][]float64{{.15, .5}, {.1, .05}}, []float64{0, .1}, []float64{.2, .2}, 30, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1.980144350, 3.366317449} {
		if !near(got.Totals[i], want, 1e-6) {
			t.Errorf("got %v, want %v", got.Totals[i], want)
		}
	}
	if len(got.Path) != 100 {
		t.Errorf("got %d points, want 100", len(got.Path))
	}
}

func TestALastingShockEndsInTheEquilibrium(t *testing.T) {
	a, c := [][]float64{{0, .8}, {.2, 0}}, []float64{0, .6}
	want, err := propagate.Inoperable(a, c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := propagate.Recover(a, c, []float64{.3, .7}, 1000, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range c {
		if !near(got.Path[999][i], want.Values[i], 1e-9) {
			t.Errorf("got %v, want %v", got.Path[999][i], want.Values[i])
		}
	}
}

// Case 30 of the reference.
func TestOperabilityIsTheWeakestLink(t *testing.T) {
	for _, c := range []struct {
		feeders []propagate.Feeder
		want    float64
	}{
		{[]propagate.Feeder{{40, .6, 30}}, 64},
		{[]propagate.Feeder{{40, .9, 10}}, 46},
		{[]propagate.Feeder{{60, .4, 25}, {85, .9, 10}}, 85},
	} {
		got, err := propagate.Operability(c.feeders)
		if err != nil || !near(got, c.want, 1e-9) {
			t.Errorf("%v: got %v, %v, want %v", c.feeders, got, err, c.want)
		}
	}
	if _, err := propagate.Operability([]propagate.Feeder{{Operability: 101}}); !problem.Is(err, problem.Invalid) {
		t.Errorf("got %v, want the operability refused", err)
	}
}
