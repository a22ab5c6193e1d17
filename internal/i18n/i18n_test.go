package i18n_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/money"
	"accordo.dev/internal/problem"
)

func TestNumbersAreWrittenAsEachLanguageDoes(t *testing.T) {
	for _, c := range []struct {
		x        float64
		decimals int
		en, it   string
	}{
		{0, 0, "0", "0"},
		{999, 0, "999", "999"},
		{1000, 0, "1,000", "1.000"},
		{1234567.891, 2, "1,234,567.89", "1.234.567,89"},
		{-1234.5, 1, "−1,234.5", "−1.234,5"},
		{-0.004, 2, "0.00", "0,00"},
		{math.Copysign(0, -1), 0, "0", "0"},
		{0.5, 3, "0.500", "0,500"},
		{999.999, 1, "1,000.0", "1.000,0"},
		{math.NaN(), 2, "–", "–"},
		{math.Inf(1), 2, "–", "–"},
		{math.Inf(-1), 0, "–", "–"},
	} {
		if got := i18n.Number(i18n.EN, c.x, c.decimals); got != c.en {
			t.Errorf("%v: got %q, want %q", c.x, got, c.en)
		}
		if got := i18n.Number(i18n.IT, c.x, c.decimals); got != c.it {
			t.Errorf("%v: got %q, want %q in Italian", c.x, got, c.it)
		}
	}
}

// Every whole number keeps all its digits, also those that a float does not hold.
func TestWholeNumbersKeepEveryDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64(), rapid.Just(int64(math.MinInt64)), rapid.Just(int64(1<<53+1))).Draw(t, "n")
		for lang, group := range map[i18n.Lang]string{i18n.EN: ",", i18n.IT: "."} {
			text := i18n.Integer(lang, n)
			back, err := strconv.ParseInt(strings.Replace(strings.ReplaceAll(text, group, ""), "−", "-", 1), 10, 64)
			if err != nil || back != n {
				t.Fatalf("got %q, want the digits of %d", text, n)
			}
		}
	})
}

func TestMoneyIsShortInTextsAndWholeInTables(t *testing.T) {
	for euro, want := range map[float64]string{0: "0 €", 950: "950 €", 1234: "1,2 k€", 12345: "12 k€", 3_000_000: "3,0 M€", -2_500_000: "−2,5 M€"} {
		if got := i18n.Euro(i18n.IT, euro); got != want {
			t.Errorf("%v: got %q, want %q", euro, got, want)
		}
	}
	if got, want := i18n.Money(i18n.EN, money.Amount{Cents: 123456789, Currency: money.EUR}), "1,234,568 €"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := i18n.Money(i18n.IT, money.Amount{Cents: 123456700, Currency: "CHF"}), "1.234.567 CHF"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSharesAreWrittenInPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0,0 %", 1: "100,0 %", 0.425: "42,5 %", math.NaN(): "–"} {
		if got := i18n.Percent(i18n.IT, share, 1); got != want {
			t.Errorf("%v: got %q, want %q", share, got, want)
		}
	}
}

func TestDaysAndInstantsAreThoseOfTheReaders(t *testing.T) {
	at := time.Date(2026, 11, 12, 23, 30, 0, 0, time.UTC) // half past midnight of the 13th in Rome
	summer := time.Date(2026, 6, 1, 8, 5, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{i18n.Date(i18n.EN, at), "13 Nov 2026"},
		{i18n.Date(i18n.IT, at), "13 nov 2026"},
		{i18n.DateTime(i18n.IT, at), "13 nov 2026, 00:30"},
		{i18n.DateTime(i18n.EN, summer), "1 Jun 2026, 10:05"},
		{i18n.LongDate(i18n.EN, at), "Friday 13 November 2026"},
		{i18n.LongDate(i18n.IT, at), "Venerdì 13 novembre 2026"},
		{i18n.Date(i18n.EN, time.Time{}), "–"},
		{i18n.DateTime(i18n.IT, time.Time{}), "–"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestLengthsOfTimeStayShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 min", 29 * time.Second: "0 min", 45 * time.Minute: "45 min", 119 * time.Minute: "119 min", 2 * time.Hour: "2 h",
		26 * time.Hour: "26 h", 71 * time.Hour: "71 h", 72 * time.Hour: "3 g", -90 * time.Minute: "−90 min", -100 * time.Hour: "−4 g",
		math.MinInt64: "−106.752 g", math.MaxInt64: "106.752 g",
	} {
		if got := i18n.Duration(i18n.IT, d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestPluralsAndPlaceholdersAreFilled(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{i18n.T(i18n.EN, "problem.line", "n", "7"), "line 7"},
		{i18n.T(i18n.IT, "problem.many", "n", 1234), "1.234 cose non vanno."},
		{i18n.T(i18n.EN, "problem.range", "value", 1.5, "min", 0, "max", int64(10000)), "1.50 is outside 0 to 10,000."},
		{i18n.T(i18n.IT, "problem.dangling", "value", i18n.Text{EN: "Core", IT: "Centrale"}), "«Centrale» non esiste."},
		{i18n.T(i18n.EN, "no.such-key"), "no.such-key"},
		{i18n.T(i18n.EN, "problem.line", "odd"), "line {n}"},
		{i18n.T(i18n.EN, "problem.dangling", "value", "{n}", "n", "7"), "“{n}” does not exist."},
		{i18n.N(i18n.IT, "no.such-key", 1), "no.such-key.one"},
		{i18n.N(i18n.IT, "no.such-key", 0), "no.such-key.other"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestEveryPluralHasBothForms(t *testing.T) {
	for key := range i18n.Catalogue() {
		if base, ok := strings.CutSuffix(key, ".one"); ok && !i18n.Has(base+".other") {
			t.Errorf("%s lacks .other", base)
		}
	}
}

func TestTextFallsBackToTheOtherLanguage(t *testing.T) {
	for _, c := range []struct {
		text   i18n.Text
		en, it string
	}{{i18n.Text{EN: "a", IT: "b"}, "a", "b"}, {i18n.Text{EN: "a"}, "a", "a"}, {i18n.Text{IT: "b"}, "b", "b"}, {i18n.Text{}, "", ""}} {
		if en, it := c.text.In(i18n.EN), c.text.In(i18n.IT); en != c.en || it != c.it {
			t.Errorf("%+v: got %q and %q, want %q and %q", c.text, en, it, c.en, c.it)
		}
	}
}

func TestLanguageOfATagIsEnglishUnlessItalian(t *testing.T) {
	for tag, want := range map[string]i18n.Lang{"it": i18n.IT, "IT-it": i18n.IT, "it_IT.UTF-8": i18n.IT, "en": i18n.EN, "de, it;q=0.5": i18n.EN, "": i18n.EN} {
		if got := i18n.ParseLang(tag); got != want {
			t.Errorf("%q: got %v, want %v", tag, got, want)
		}
	}
}

func TestProblemIsASentenceWithItsPlace(t *testing.T) {
	p := problem.Field("Severity", "problem.dangling", "value", "x").At(problem.Source{File: "trivy.json", Line: 1200, Record: 12})
	if got, want := i18n.Problem(i18n.IT, p), "trivy.json, riga 1200, record 12, Severity: «x» non esiste."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Filling never panics, leaves nothing of a placeholder that has a value, and does not fill what a value brings.
func FuzzFill(f *testing.F) {
	f.Add("value", "x")
	f.Add("", "{value}")
	f.Add("value}{", "\x00\xff")
	f.Fuzz(func(t *testing.T, name, value string) {
		got := i18n.T(i18n.EN, "problem.dangling", "value", value, name, "FILLED")
		if want := "“" + value + "” does not exist."; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
