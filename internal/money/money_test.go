package money_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"accordo.dev/internal/money"
	"accordo.dev/internal/problem"
)

func euro(cents int64) money.Amount { return money.Amount{Cents: cents, Currency: money.EUR} }

// A sum is exact, or it is refused because it does not fit; never anything between.
func TestSumIsExactOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		exact := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, err := euro(a).Add(euro(b))
		switch {
		case exact.IsInt64() && (err != nil || got != euro(exact.Int64())):
			t.Fatalf("got %v, %v, want %v", got, err, exact)
		case !exact.IsInt64() && !problem.Is(err, problem.Invalid):
			t.Fatalf("got %v, %v, want a refusal of %v", got, err, exact)
		}
	})
}

func TestSumAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		a, b int64
		fits bool
	}{{math.MaxInt64, 0, true}, {math.MaxInt64, 1, false}, {math.MinInt64, -1, false}, {math.MinInt64, 0, true}, {math.MinInt64, math.MaxInt64, true}} {
		if _, err := euro(c.a).Add(euro(c.b)); (err == nil) != c.fits {
			t.Errorf("%d and %d: got %v, want it to fit: %v", c.a, c.b, err, c.fits)
		}
	}
}

func TestCurrenciesDoNotMix(t *testing.T) {
	if got, err := euro(1).Add(money.Amount{Cents: 1, Currency: "CHF"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("got %v, %v, want a refusal", got, err)
	}
}

func TestFloatIsInUnits(t *testing.T) {
	if got := euro(-12345).Float(); got != -123.45 {
		t.Errorf("got %v, want -123.45", got)
	}
}
